"""On time by the three rule sets: the eleven worked examples, 06a, carried-over dossiers, two units of one dossier.

Source: rates.md §7.3 (examples a to k, period 1–31/8/2026), §10 (two units), §16.11 (carried over); forms.md §1 (06a).
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from metrics.contribution import counted_singly
from metrics.definitions import VARIANT
from metrics.lineage import scope_of
from metrics.on_time import ON_TIME_VI, OnTime
from metrics.rates import rates, sources, unit_tree, volumes
from tests.conftest import dossier as exported
from tests.conftest import write_csv
from tests.test_count import Dossier, dossier
from tests.test_publish import Office, opened_office

BEFORE = "2026-07-20 08:00:00"  # received before the period, so that only what is asked for is in it
LATER = {"captured_at": "2026-10-01 02:00:00"}
EXAMPLES = {
    # the dossier, and its part in (numerator, denominator) of on_time by td, dvcqg766, opencps; then of 766.own
    "a": (dossier("a", due_at="2026-08-10 17:00:00", status=9, finished_at="2026-08-10 16:00:00"), "11 11 11 11"),
    # granularity of the 766 is not stated in what was read: we compare as the two instants are written
    "b": (dossier("b", due_at="2026-08-10 10:00:00", status=9, finished_at="2026-08-10 15:00:00"), "11 01 01 01"),
    "c": (dossier("c", received_at="2026-08-25 08:00:00", due_at="2026-09-05 17:00:00", status=4), "00 00 00 11"),
    "d": (dossier("d", due_at="2026-08-10 17:00:00", status=4), "00 00 00 01"),
    "e": (dossier("e", due_at="2026-08-10 17:00:00", status=5), "00 00 00 11"),
    # f, a second request for papers, is in no list: it reads as e. h: never received.
    "g": (dossier("g", due_at=None, status=9, finished_at="2026-08-20 10:00:00"), "11 00 11 00"),
    "h": (dossier("h", status=3), "00 00 00 00"),
    "i": (dossier("i", due_at="2026-08-10 17:00:00", status=7, finished_at="2026-08-06 10:00:00"), "11 11 00 11"),
    "j": (dossier("j", due_at="2026-08-10 17:00:00", status=7, finished_at="2026-08-14 10:00:00"), "11 01 00 01"),
    "k": (dossier("k", due_at="2026-08-31 17:00:00", status=4), "00 00 00 11"),
    # 6 waits for a payment: paused for td and opencps, open as any other in the 766. 8 was stopped.
    "l": (dossier("l", due_at="2026-08-10 17:00:00", status=6), "00 00 00 01"),
    "m": (dossier("m", due_at="2026-08-10 17:00:00", status=8, finished_at="2026-08-12 10:00:00"), "00 01 00 01"),
    "n": (dossier("n", due_at="2026-08-10 17:00:00", status=9, finished_at="2026-09-02 10:00:00"), "00 00 00 01"),
}
# open and overdue on 31 August: (numerator, denominator) of overdue_open by td, dvcqg766, opencps
OPEN = {
    "c": "01 01 01",
    "d": "11 11 11",
    "e": "01 01 00",  # waits for papers: never late; OpenCPS leaves it out
    "k": "01 01 11",  # due on the very day: overdue for OpenCPS
    "l": "01 11 00",
    "n": "11 11 11",  # resolved after the period: open in it
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path) as opened:
        yield opened


def told(office: Office, *dossiers: Dossier, period: str = "2026-08", **publishing: Any) -> dict[str, str]:
    """Return "numerator denominator" by variant, of the whole."""
    office.put(*[{**one, "captured_at": dossier("x", **LATER)["captured_at"]} for one in dossiers])
    found = rates(office.publish(**publishing), office.register, period=period, variants=True)
    return {one.variant: f"{one.numerator}{one.denominator}" for one in found}


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_dossier_by_three_rules(office: Office, example: str) -> None:
    row, expected = EXAMPLES[example]
    found = told(office, row)
    variants = ("on_time.td", "on_time.dvcqg766", "on_time.opencps", "766.own")
    assert [found.get(name, "00") for name in variants] == expected.split(), example
    stocks = ("overdue.open.td", "overdue.open.dvcqg766", "overdue.open.opencps")
    assert [found.get(name, "00") for name in stocks] == OPEN.get(example, "00 00 00").split(), example


def test_the_chosen_rule_speaks_and_is_named(office: Office) -> None:
    office.put(*(row for row, _ in EXAMPLES.values()))
    for rule, expected in {
        OnTime.TD: ("on_time.td", 5, 5, "overdue.open.td", 2),
        OnTime.DVCQG766: ("on_time.dvcqg766", 2, 5, "overdue.open.dvcqg766", 3),
        OnTime.OPENCPS: ("on_time.opencps", 2, 3, "overdue.open.opencps", 3),
    }.items():
        snapshot = office.publish(on_time=rule)
        found = {one.metric: one for one in rates(snapshot, office.register, period="2026-08")}
        one, late = found["on_time"], found["overdue_open"]
        assert (one.variant, one.numerator, one.denominator, late.variant, late.numerator) == expected
        (counted,) = volumes(snapshot, period="2026-08")
        assert (counted.overdue_open, counted.open) == (late.numerator, late.denominator)
        assert snapshot.rows("SELECT DISTINCT variant FROM assessment WHERE metric = 'on_time'") == [
            {"variant": one.variant}
        ]


def test_a_ratio_beside_is_judged_only_where_a_target_names_it(office: Office) -> None:
    found = {
        one.variant: one
        for one in rates(
            _published(office, EXAMPLES["a"][0]), office.register, metrics=["online"], period="2026-08", variants=True
        )
    }
    assert found["online.received"].target is not None
    assert (found["online.l34.all"].target, found["online.l34.all"].status) == (None, "no_target")
    # NQ 76 names it, and asks it of the years 2021 to 2025
    old = dossier("old", received_at="2025-12-01 08:00:00", due_at=None)
    before = rates(_published(office, old), office.register, metrics=["online"], period="2025-12", variants=True)
    assert {one.variant: one.target and one.target.variant for one in before}["online.l34.all"] == "online.l34.all"


def _published(office: Office, *rows: Dossier) -> Any:
    office.put(*rows)
    return office.publish()


def test_carried_over_dossiers_leave_the_online_denominator_and_stay_in_the_on_time_one(office: Office) -> None:
    found = told(
        office,
        # carried over from July: one resolved in August, one still open within its deadline
        dossier("1", received_at=BEFORE, status=9, finished_at="2026-08-07 09:00:00"),
        dossier("2", received_at=BEFORE, due_at="2026-09-10 17:00:00"),
        # received in August, at the counter
        dossier("3", channel="direct", status=9, finished_at="2026-08-20 09:00:00"),
    )
    assert found["online.received"] == "01"  # 3 alone: of 1 and 2 nobody knows the channel in this period
    assert found["on_time.td"] == "12"  # 1 and 3
    assert found["766.own"] == "23"  # 1 on time, 2 within its deadline, 3 late


def test_the_identities_of_06a(office: Office) -> None:
    """(3)=(4)+(5)+(6), (7)=(8)+(9)+(10), (11)=(12)+(13), (3)=(7)+(11); forms.md §1.

    August: 1 and 2 carried over; 3 to 7 received, two of them online.
    """
    office.put(
        dossier("1", received_at=BEFORE, status=10, finished_at="2026-08-07 09:00:00"),  # before its day
        dossier("2", received_at=BEFORE, due_at="2026-08-01 17:00:00"),  # open, late
        dossier("3", status=9, finished_at="2026-08-10 19:00:00"),  # on its very day
        dossier("4", status=7, finished_at="2026-08-20 09:00:00", channel="postal"),  # withdrawn: on time
        dossier("5", status=9, finished_at="2026-08-11 09:00:00", channel="direct"),  # late
        dossier("6", status=5),  # waits for papers: within its deadline
        dossier("7", due_at="2026-09-30 17:00:00", channel="missing"),
    )
    snapshot = office.publish()
    sums = snapshot.rows(_SUMS)[0]
    before = snapshot.rows(_OPEN, [date(2026, 7, 31)])[0]
    after = snapshot.rows(_OPEN, [date(2026, 8, 31)])[0]
    c3 = sums["received"] + before["open"]
    c4, c5, c6 = sums["received_online"], sums["received_direct"] + sums["received_postal"], before["open"]
    c7, c8, c10 = sums["ended_td"], sums["ended_early_td"], sums["ended_td"] - sums["ended_on_time_td"]
    c9 = sums["ended_on_time_td"] - sums["ended_early_td"]
    c11, c13 = after["open"], after["late"]
    assert (c3, c4, c5, c6) == (7, 2, 3, 2)
    assert (c7, c8, c9, c10) == (4, 1, 2, 1)
    assert (c11, c11 - c13, c13) == (3, 2, 1)
    assert c3 == c4 + c5 + c6 == c7 + c11
    found = {
        one.variant: (one.numerator, one.denominator) for one in rates(snapshot, office.register, period="2026-08")
    }
    assert found["online.received"] == (c4, c4 + c5)
    assert found["on_time.td"] == (c8 + c9, c7)
    assert found["overdue.open.td"] == (c13, c11)


_SUMS = """
SELECT sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
WHERE day BETWEEN DATE '2026-08-01' AND DATE '2026-08-31'
"""
_OPEN = """
SELECT sum(entered) - sum("left") AS open, sum(overdue_entered) - sum(overdue_left) AS late
FROM daily
WHERE day <= ?
"""


def test_two_units_of_one_dossier(office: Office) -> None:
    """Received in the commune H35.20, resolved in the department H35.12; each counts its part, both sums are the whole."""
    elsewhere = {"unit_code": "H35.20", "resolving_unit_code": "H35.12"}
    office.put(
        dossier("1", **elsewhere, status=9, finished_at="2026-08-20 09:00:00", result_electronic=True),
        dossier("2", **elsewhere),  # open and late
        dossier("3", unit_code="H35.20", channel="direct"),  # its own: open and late
        dossier("4", unit_code="H35.12", status=9, finished_at="2026-08-09 09:00:00"),
    )
    snapshot = office.publish()
    asked = {"metrics": ["online", "on_time", "overdue_open", "electronic_results", "on_time_766"], "by": "unit"}
    found = rates(snapshot, office.register, period="2026-08", **asked)
    counts = {(one.metric, one.unit_code): (one.numerator, one.denominator) for one in found}
    assert {key: value for key, value in counts.items() if key[1] == "H35.20"} == {
        ("online", "H35.20"): (2, 3),
        ("on_time", "H35.20"): (0, 0),
        ("overdue_open", "H35.20"): (1, 1),
        ("electronic_results", "H35.20"): (0, 0),
        ("on_time_766", "H35.20"): (0, 1),
    }
    assert {key: value for key, value in counts.items() if key[1] == "H35.12"} == {
        ("online", "H35.12"): (1, 1),
        ("on_time", "H35.12"): (1, 2),
        ("overdue_open", "H35.12"): (1, 1),
        ("electronic_results", "H35.12"): (1, 2),
        ("on_time_766", "H35.12"): (1, 3),
    }
    for metric in asked["metrics"]:
        parts = [counts[metric, unit] for unit in ("H35.12", "H35.20")]
        assert counts[metric, "H35"] == tuple(map(sum, zip(*parts, strict=True))), metric


def test_the_share_without_a_due_date_is_told(office: Office) -> None:
    office.put(dossier("1", due_at=None), dossier("2"), dossier("3"))
    (one,) = rates(office.publish(), office.register, metrics=["without_due"], period="2026-08")
    assert (one.numerator, one.denominator, one.variant, one.status) == (1, 3, "due.missing", "no_target")


def test_the_rule_is_named_in_words_and_in_json(
    home: Path, tmp_path: Path, tthc: Callable[..., Result], data: Callable[..., Any]
) -> None:
    rows = [exported(1), exported(2, **{"Trạng thái hồ sơ": "Xin rút"})]
    home.mkdir()
    for rule, counts in {"td": (2, 2), "opencps": (1, 1), "dvcqg766": (2, 2)}.items():
        (home / "tthc.toml").write_text(f'[metrics]\non_time = "{rule}"\n', encoding="utf-8")
        tthc("collect", write_csv(tmp_path / "list.csv", rows))
        (one,) = data("rates", "--metric", "on_time", "--period", "2026-08")["rows"]
        assert (one["variant"], one["on_time_rule"]) == (f"on_time.{rule}", rule)
        assert (one["numerator"], one["denominator"]) == counts
        text = tthc("rates", "--metric", "on_time", "--period", "2026-08").stdout
        assert f"{rule}: {ON_TIME_VI[OnTime(rule)]}" in text
        every = data("rates", "--metric", "on_time", "--period", "2026-08", "--variants")["rows"]
        assert {row["variant"] for row in every} == {"on_time.td", "on_time.opencps", "on_time.dvcqg766"}


def test_each_way_of_counting_is_the_sum_of_its_dossiers(office: Office) -> None:
    """What a dossier adds, asked one by one, is the count: of flows, of stocks, and of what a period held."""
    office.put(*(row for row, _ in EXAMPLES.values()), dossier("o", unit_code="H35.20", resolving_unit_code="H35.12"))
    snapshot = office.publish()
    tree = unit_tree(snapshot)
    (source,) = sources(snapshot)
    for unit in ("H35.12", "H35.20"):
        asked = rates(snapshot, office.register, unit=unit, period="2026-08", variants=True)
        variants = [VARIANT[one.variant] for one in asked if not VARIANT[one.variant].counts_procedures]
        with counted_singly(office.con, scope_of(tree, source, unit, asked[0].period), variants) as singles:
            for one in asked:
                if not VARIANT[one.variant].counts_procedures:
                    added = singles.of(VARIANT[one.variant]).values()
                    parts = (sum(each.numerator for each in added), sum(each.denominator for each in added))
                    assert parts == (one.numerator or 0, one.denominator or 0), (unit, one.variant)
