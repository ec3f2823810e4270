"""Rates over procedures and by the catalogue: each procedure once for each unit; the four kinds of payment rate.

Source: rates.md §4, §5.1, §5.2 (what is divided by what).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metrics.contribution import counted_singly
from metrics.definitions import VARIANT
from metrics.lineage import scope_of
from metrics.periods import parse_period
from metrics.rates import rates, sources, unit_tree
from tests.test_count import append, dossier
from tests.test_publish import CAPTURED, Office, opened_office

FEE = {"fee_obligation": True, "fee_amount": 650_000, "paid_online": False, "paid": False}
PAID = {**FEE, "paid_online": True, "paid": True}
AT_THE_COUNTER = {**FEE, "paid": True}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path) as opened:
        yield opened


def listed(office: Office, **procedures: dict[str, Any]) -> None:
    """Put procedures into the catalogue; p1 is the procedure 1.000001."""
    told = ("field", "agency", "executing_agency", "level", "service_level", "fee", "eligible_full", "integrated")
    rows = [
        ("procedure_list", key(name), key(name), name, *map(flags.get, (*told, "status")), CAPTURED)
        for name, flags in procedures.items()
    ]
    append(office.con, "collected.procedure", rows)


def key(name: str) -> str:
    return f"1.00000{name[1]}"


def told(office: Office, **asked: Any) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    found = rates(office.publish(), office.register, period="2026-08", variants=True, **asked)
    return {(one.variant, one.unit_code): (one.numerator, one.denominator) for one in found}


def test_the_four_kinds_of_payment_rate(office: Office) -> None:
    """Six dossiers of two procedures with a fee, of which three were paid online, two at the counter, one not yet."""
    office.put(
        *[dossier(f"a{number}", procedure_key=key("p1"), **PAID) for number in range(3)],
        *[dossier(f"b{number}", procedure_key=key("p2"), **AT_THE_COUNTER) for number in range(2)],
        dossier("c", procedure_key=key("p2"), **FEE),
        dossier("d", procedure_key=key("p3")),  # without a fee: outside of all four
    )
    found = told(office)
    assert found["pay.dossier", "H35.12"] == (3, 6)  # of all with a fee to pay
    assert found["pay.dossier.paid", "H35.12"] == (3, 5)  # of all paid
    assert found["pay.procedure", "H35.12"] == (1, 2)  # p1 of p1 and p2
    assert found["pay.money", "H35.12"] == (1_950_000, 3_900_000)
    assert ("pay.transaction", "H35.12") not in found  # a list of dossiers tells no transactions


def test_a_list_without_payment_reports_no_procedures(office: Office) -> None:
    office.put(dossier("1", fee_obligation=None, paid_online=None))
    (one,) = rates(office.publish(), office.register, metrics=["online_payment_procedures"], period="2026-08")
    assert (one.variant, one.denominator, one.status) == ("pay.procedure", None, "not_reported")


def test_a_procedure_active_in_two_communes_counts_once_for_the_province(office: Office) -> None:
    office.name(("H35.20", "UBND phường Một", "commune"), ("H35.21", "UBND xã Hai", "commune"))
    office.put(
        dossier("1", unit_code="H35.20", procedure_key=key("p1"), **PAID),
        dossier("2", unit_code="H35.21", procedure_key=key("p1"), **FEE),
        dossier("3", unit_code="H35.21", procedure_key=key("p2"), **FEE),
    )
    found = told(office, by="unit")
    assert found["pay.procedure", "H35.20"] == (1, 1)
    assert found["pay.procedure", "H35.21"] == (0, 2)
    assert found["pay.procedure", "H35"] == (1, 2)  # not (1, 3)
    of_fields = rates(
        office.read(), office.register, metrics=["online_payment_procedures"], by="field", period="2026-08"
    )
    assert [(one.unit_code, one.numerator, one.denominator) for one in of_fields] == [("H35", 1, 2)]
    each = rates(
        office.read(), office.register, metrics=["online_payment_procedures"], by="procedure", period="2026-08"
    )
    assert {one.procedure_key: (one.numerator, one.denominator) for one in each} == {
        key("p1"): (1, 1),
        key("p2"): (0, 1),
    }


def test_what_the_catalogue_says_divides_procedures_and_dossiers(office: Office) -> None:
    """Five procedures: 1 full, eligible, integrated; 2 partial, not eligible; 3 information; 4 full, repealed; 5 unknown."""
    listed(
        office,
        p1={"service_level": "full", "fee": True, "eligible_full": True, "integrated": True},
        p2={"service_level": "partial", "fee": True, "eligible_full": False, "integrated": False},
        p3={"service_level": "information", "fee": False, "eligible_full": True},
        p4={"service_level": "full", "eligible_full": True, "integrated": True, "status": "Hết hiệu lực"},
        p5={"fee": True},
    )
    office.put(
        dossier("1", procedure_key=key("p1"), **PAID),
        dossier("2", procedure_key=key("p1"), channel="direct"),
        dossier("3", procedure_key=key("p2"), channel="direct", service_level=None),
        dossier("4", procedure_key=key("p3"), service_level="information"),
        dossier("5", procedure_key=key("p5")),
    )
    found = told(office)
    assert found["dvctt.share", "H35.12"] == (2, 3)  # 1 and 2 of 1 2 3: of 5 the level is not known
    assert found["dvctt.share.eligible", "H35.12"] == (1, 2)  # 1 of 1 and 3
    assert found["dvctt.active", "H35.12"] == (1, 2)  # 1 of 1 and 2, which was filed at the counter only
    assert found["dvctt.integrated", "H35.12"] == (1, 2)
    assert found["pay.procedure.catalogue", "H35.12"] == (1, 3)  # 1 of 1 2 5
    assert found["online.full.eligible", "H35.12"] == (1, 3)  # dossiers 1 2 4; 4 was filed at level "information"
    assert found["online.of_offered.catalogue", "H35.12"] == (1, 3)  # dossiers 1 2 3
    assert found["online.of_offered", "H35.12"] == (2, 3)  # by the list's own column: 1 2 and 5


def test_a_commune_answers_for_its_tier_and_a_department_for_what_names_it(office: Office) -> None:
    office.name(("H35.12", "Sở Văn hóa, Thể thao và Du lịch", "department"), ("H35.20", "UBND xã Một", "commune"))
    office.name(("H35.13", "Sở Y tế", "department"), ("H35", "UBND tỉnh Lai Châu", "province"))
    listed(
        office,
        p1={
            "service_level": "full",
            "level": "Cấp tỉnh",
            "executing_agency": "UBND cấp tỉnh; Sở văn hoá, thể thao và du lịch",
        },
        p2={"service_level": "information", "level": "Cấp tỉnh; Cấp xã"},
        p3={"service_level": "full", "level": "Cấp xã"},
    )
    office.put(*[dossier(unit, unit_code=unit, procedure_key=key("p3")) for unit in ("H35.12", "H35.13", "H35.20")])
    found = told(office, metrics=["procedures_online"], by="unit")
    assert found == {
        ("dvctt.share", "H35"): (2, 3),
        ("dvctt.share", "H35.12"): (1, 1),
        ("dvctt.share", "H35.13"): (None, None),  # the catalogue does not name it: not reported, instead of none
        ("dvctt.share", "H35.20"): (1, 2),
    }


def test_without_a_catalogue_nothing_is_said_of_it(office: Office) -> None:
    office.procedure((key("p1"), "Du lịch"))
    office.put(dossier("1", procedure_key=key("p1")))
    said = {variant for variant, _ in told(office)}
    assert not {one for one in said if one.startswith(("dvctt.", "online.full.eligible")) or one.endswith("catalogue")}


def test_what_is_asked_and_what_is_published_are_the_same_procedures(office: Office) -> None:
    listed(office, p1={"service_level": "full", "eligible_full": True, "integrated": True})
    office.put(dossier("1", procedure_key=key("p1"), **PAID), dossier("2", unit_code="H35.20", **FEE))
    snapshot = office.publish()
    published = {
        (row["metric"], row["unit_code"]): (row["numerator"], row["denominator"])
        for row in snapshot.rows("SELECT * FROM assessment WHERE period_label = '2026-08'")
    }
    asked = rates(snapshot, office.register, by="unit", period="2026-08")
    assert {(one.metric, one.unit_code): (one.numerator, one.denominator) for one in asked} == published
    assert published["procedures_online_active", "H35"] == (1, 1)


def test_counts_by_the_catalogue_are_the_sum_of_their_dossiers(office: Office) -> None:
    listed(office, p1={"service_level": "full", "eligible_full": True}, p2={"service_level": "partial"})
    office.put(
        dossier("1", procedure_key=key("p1")),
        dossier("2", procedure_key=key("p1"), channel="direct"),
        dossier("3", procedure_key=key("p2"), service_level="partial"),
        dossier("4", procedure_key=key("p3")),
    )
    snapshot = office.publish()
    (source,) = sources(snapshot)
    variants = [VARIANT[name] for name in ("online.full.eligible", "online.of_offered.catalogue")]
    scope = scope_of(unit_tree(snapshot), source, "H35.12", parse_period("2026-08", source.as_of_day))
    with counted_singly(office.con, scope, variants) as singles:
        assert [dict(singles.of(variant)) for variant in variants] == [
            {"1": (1, 1), "2": (0, 1)},
            {"1": (1, 1), "2": (0, 1), "3": (1, 1)},
        ]
