"""The national portal's reporting API v2: figures worked by hand, refusals, findings, broken bytes."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.sources.portal_v2 import MEASURES, Endpoint, PortalError, looks_like, parse, parse_request
from collectors.statistic import PortalExport, PortalRequest, ProcedureName, UnitName

REPOSITORY = Path(__file__).resolve().parents[1]
FIXTURES = REPOSITORY / "tests" / "exports" / "portal_v2"
EXAMPLES = REPOSITORY / "examples" / "portal_v2"
RECORDED = REPOSITORY.parent / "shared" / "data" / "dvcqg_v2_2026"

FILES = {
    Endpoint.RESULTS: "service-results.month-2026-08.H35",
    Endpoint.TRANSPARENCY: "transparency.month-2026-08.H35",
    Endpoint.PROGRESS: "dvc-progress-tree.month-2026-08.H35",
    Endpoint.ONLINE: "provide-online-tree.month-2026-08.H35",
    Endpoint.PAYMENT: "formality-online-payment-tree.month-2026-08.H35",
    Endpoint.DIGITISED: "dossier-digitized.month-2026-08.H35",
    Endpoint.SATISFACTION: "handling-satisfaction.month-2026-08.H35",
    Endpoint.CATALOGUE: "formalities.H35",
}
ROOT = "019d0000-0000-7000-8000-000000003500"
OFFICE = "019d0000-0000-7000-8000-000000003501"  # H35.01, without any activity
WARD = "019d0000-0000-7000-8000-000000003601"  # H35.101
AUGUST = (date(2026, 8, 1), date(2026, 8, 31))
INVENTED_ID = "019d0000-0000-7000-8000-00000000ffff"

Mutation = Callable[[dict[str, Any]], object]


def content(endpoint: Endpoint) -> bytes:
    return (FIXTURES / f"{FILES[endpoint]}.json").read_bytes()


def sidecar(endpoint: Endpoint, **body: Any) -> PortalRequest:
    """The request of a fixture, with other fields in its body; None takes one away."""
    request = json.loads((FIXTURES / f"{FILES[endpoint]}.request.json").read_bytes())
    request["body"] = {key: value for key, value in (request["body"] | body).items() if value is not None}
    return parse_request(json.dumps(request).encode())


def read(endpoint: Endpoint, mutation: Mutation | None = None, **body: Any) -> PortalExport:
    """Parse a fixture after changing its data."""
    response = json.loads(content(endpoint))
    if mutation is not None:
        mutation(response["data"])
    return parse(json.dumps(response, ensure_ascii=False).encode(), sidecar(endpoint, **body))


def values(export: PortalExport, unit: str, period: tuple[date, date] = AUGUST) -> dict[str, Any]:
    """Measure → value of one unit and period."""
    chosen = [s for s in export.statistics if s.unit == unit and (s.period_start, s.period_end) == period]
    return {statistic.measure: statistic.value for statistic in chosen}


def quality(export: PortalExport, unit: str, measure: str) -> str | None:
    return next(s.quality for s in export.statistics if (s.unit, s.measure) == (unit, measure))


def checks(export: PortalExport) -> set[str]:
    return {finding.check_id for finding in export.findings}


def put(path: str, value: object) -> Mutation:
    """A mutation that sets one place of the data, written as the findings and errors write it."""
    *steps, last = path.replace("[", ".[").split(".")

    def step(name: str) -> str | int:
        return int(name[1:-1]) if name.startswith("[") else name

    def mutate(data: dict[str, Any]) -> None:
        place: Any = data
        for name in steps:
            place = place[step(name)]
        place[step(last)] = value

    return mutate


def take(*path: str) -> Mutation:
    """A mutation that removes one key."""

    def mutate(data: dict[str, Any]) -> None:
        place: Any = data
        for name in path[:-1]:
            place = place[int(name) if name.isdigit() else name]
        del place[path[-1]]

    return mutate


# ── figures worked by hand ─────────────────────────────────────────────────────────────────────────────────


PROVINCE_FIGURES: dict[Endpoint, dict[str, str | None]] = {
    Endpoint.RESULTS: {
        "score_total": "71.53",  # 12.7 + 18 + 8.9 + 7.45 + 15.58 + 8.9
        "max_total": "100",
        "score_CKMB": "12.7",
        "score_ONLINE_SERVICE": "16.35",  # 8.9 + 7.45
        "max_ONLINE_SERVICE": "22",
        "overview_channel_online": "1710",
        "overview_channel_other": "190",
        "overview_channel_total": "1900",
    },
    Endpoint.PROGRESS: {
        "received_766": "2000",
        "on_time_766": "1800",
        "completed_766": "1870",
        "days_average_766": "4.2",
        "score_TDGQ": "18",  # 20 x 1800 / 2000
        "max_TDGQ": "20",
    },
    Endpoint.ONLINE: {
        "procedures_authority": "50",
        "procedures_partial": "30",
        "procedures_full": "18",
        "procedures_online": "48",  # 30 + 18
        "services_active": "90",
        "services_total": "400",
        "channel_online": "1710",
        "channel_direct": "180",
        "channel_postal": "10",
        "channel_total": "1900",
        "channel_online_on_time": "1560",
        "channel_online_overdue": "150",
        "score_CLGQ": "8.9",  # 2 + 4 x 90 / 400 + 6
        "max_CLGQ": "12",
    },
    Endpoint.PAYMENT: {
        "paid_online": "760",
        "fee_obligation": "800",
        "procedures_paid_online": "60",
        "procedures_fee": "150",
        "procedures_fee_active": "45",
        "procedures_fee_distinct": "150",
        "score_TTTT": "7.45",  # 6 x 0.95 + 2.5 x 0.4 + 2.5 x 0.3
        "max_TTTT": "10",
    },
    Endpoint.DIGITISED: {
        "result_electronic_766": "1500",
        "result_base_766": "2000",
        "digitised_full_766": "400",
        "digitised_base_766": "2000",
        "reused_766": "160",
        "reuse_base_766": "2000",
        "shared_766": "0",
        "share_base_766": "2000",
        "citizen_data_766": "900",
        "citizen_data_base_766": "2000",
        "procedures_citizen_data": "120",
        "procedures_citizen": "480",
        "communes_certified_copy": None,
        "communes_total": None,
        "score_ELECTRONIC_CERTIFIED_COPY": "2",
        "score_REUSED_DIGITIZED_DATA": "0.2",  # 2 x 0.08 / 0.80
        "max_ORIGINAL_RESULT_AVAILABLE": "6",
        "score_MDSH": "8.9",
        "max_MDSH": "22",
    },
}
PROVINCE_FIGURES_BY_ID: dict[Endpoint, dict[str, str | None]] = {
    Endpoint.TRANSPARENCY: {
        "procedures_published_on_time": "8",
        "procedures_published": "10",
        "procedures_updated_on_time": "0",
        "procedures_to_update": "0",
        "procedures_content_full": "57",
        "procedures_public": "60",
        "dossiers_synced": "2000",
        "dossiers_to_sync": "2000",
        "score_PUBLISH_ON_TIME": "4.8",  # 6 x 0.8
        "score_PUBLIC_UPDATE_ON_TIME": None,
        "score_CKMB": "12.7",
        "score_average_CKMB": "11.2",  # (6.7 + 3 x 12.7) / 4
        "max_CKMB": "18",
    },
    Endpoint.SATISFACTION: {
        "satisfied_766": "1795",
        "satisfaction_base_766": "2000",
        "petitions_on_time": "34",
        "petitions_total": "40",
        "petitions_satisfied": "30",
        "petitions_satisfied_base": "40",
        "petitions_procedures": "28",
        "petitions_staff": "8",
        "petitions_received": "40",
        "petitions_classified": "40",
        "dossiers_766": "2000",
        "score_MDHL": "15.58",  # 5.98 + 5.1 + 4.5
        "score_PETITION_CLASSIFICATION_TTHC": None,
        "max_PETITION_CLASSIFICATION_TTHC": "0",
        "score_average_MDHL": None,
    },
}


def holds(found: dict[str, Any], wanted: dict[str, str | None]) -> bool:
    return {key: found[key] for key in wanted} == {
        key: None if value is None else Decimal(value) for key, value in wanted.items()
    }


@pytest.mark.parametrize("endpoint", PROVINCE_FIGURES)
def test_the_figures_of_the_province_are_as_worked_by_hand(endpoint: Endpoint) -> None:
    assert holds(values(read(endpoint), "H35"), PROVINCE_FIGURES[endpoint])


@pytest.mark.parametrize("endpoint", PROVINCE_FIGURES_BY_ID)
def test_a_response_without_codes_is_keyed_by_id(endpoint: Endpoint) -> None:
    export = read(endpoint)
    assert holds(values(export, f"id:{ROOT}"), PROVINCE_FIGURES_BY_ID[endpoint])
    assert export.aliases == {}


def test_the_figures_of_a_unit_are_as_worked_by_hand() -> None:
    progress = values(read(Endpoint.PROGRESS), "H35.101")
    assert holds(
        progress,
        {"received_766": "1200", "on_time_766": "1086", "overdue_766": "114", "score_TDGQ": "18.1"},
    )
    assert "completed_766" not in progress
    assert holds(values(read(Endpoint.PAYMENT), "H35.12"), {"paid_online": "57", "fee_obligation": "60"})
    assert holds(values(read(Endpoint.DIGITISED), "H35.102"), {"reused_766": "40", "reuse_base_766": "560"})
    assert holds(values(read(Endpoint.SATISFACTION), f"id:{WARD}"), {"petitions_total": "26"})
    assert holds(values(read(Endpoint.RESULTS), "H35.12"), {"score_total": "72.89"})


def test_units_of_provide_online_have_scores_only() -> None:
    assert values(read(Endpoint.ONLINE), "H35.101") == {
        "score_CLGQ": Decimal("6.4"),
        "max_CLGQ": Decimal(12),
    }


def test_a_statistic_says_where_it_stands() -> None:
    items = {(s.unit, s.measure): s.item for s in read(Endpoint.PROGRESS).statistics}
    assert items["H35.101", "on_time_766"] == "children[1].totalOnTime"
    items = {(s.unit, s.measure): s.item for s in read(Endpoint.DIGITISED).statistics}
    assert items["H35", "digitised_full_766"] == "overview.metrics[1].numerator"
    items = {(s.unit, s.measure): s.item for s in read(Endpoint.ONLINE).statistics}
    assert items["H35", "procedures_online"] == "parent.partialCount+fullCount"


def test_the_catalogue_gives_procedures_and_no_statistics() -> None:
    export = read(Endpoint.CATALOGUE)
    assert export.procedures[3] == ProcedureName("1.001440", "Cấp thẻ hướng dẫn viên du lịch tại điểm", "ACTIVE")
    assert (len(export.procedures), export.statistics, export.units) == (5, [], [])
    assert export.period_start == export.period_end == date(2026, 9, 6)  # 19:30 UTC is the next day in Việt Nam


def test_a_procedure_that_comes_again_is_skipped_and_counted() -> None:
    export = read(Endpoint.CATALOGUE, put("items[1].code", "1.000963"))
    assert (export.rows_read, len(export.procedures)) == (5, 4)
    assert export.rows_skipped == {"mã thủ tục lặp lại": 1}


@pytest.mark.parametrize("endpoint", FILES)
def test_a_sound_response_is_complete_and_has_nothing_odd(endpoint: Endpoint) -> None:
    export = read(endpoint)
    assert checks(export) <= {"P-no-activity"}
    assert (export.partial, export.rows_skipped) == (False, {})
    assert export.rows_read == (5 if endpoint is Endpoint.CATALOGUE else 4)
    assert export.request.synthetic


@pytest.mark.parametrize("endpoint", FILES)
def test_the_bundled_example_is_the_fixture_and_says_it_is_synthetic(endpoint: Endpoint) -> None:
    for name in (f"{FILES[endpoint]}.json", f"{FILES[endpoint]}.request.json"):
        assert (EXAMPLES / name).read_bytes() == (FIXTURES / name).read_bytes()
    assert json.loads((EXAMPLES / f"{FILES[endpoint]}.request.json").read_bytes())["synthetic"] is True


def test_six_groups_add_up_to_the_total_of_each_unit() -> None:
    groups = {
        Endpoint.TRANSPARENCY: "score_CKMB",
        Endpoint.PROGRESS: "score_TDGQ",
        Endpoint.ONLINE: "score_CLGQ",
        Endpoint.PAYMENT: "score_TTTT",
        Endpoint.DIGITISED: "score_MDSH",
        Endpoint.SATISFACTION: "score_MDHL",
    }
    codes = read(Endpoint.PROGRESS).aliases
    totals: dict[str, Decimal] = {}
    for endpoint, measure in groups.items():
        for statistic in read(endpoint).statistics:
            if statistic.measure == measure and statistic.value is not None:
                unit = codes.get(statistic.unit.removeprefix("id:"), statistic.unit)
                totals[unit] = totals.get(unit, Decimal(0)) + statistic.value
    delivered = read(Endpoint.RESULTS)
    assert totals == {unit: values(delivered, unit)["score_total"] for unit in totals}
    assert len(totals) == 5


# ── the whole country ──────────────────────────────────────────────────────────────────────────────────────


def national(provinces: int = 34) -> Mutation:
    """Turn the province's response into a national one of invented provinces."""

    def province(number: int) -> dict[str, Any]:
        return {
            "departmentId": f"019d0000-0000-7000-8000-0000000{number:05}",
            "departmentName": f"UBND tỉnh {number}",
            "departmentCode": f"H{number:02}",
            "totalScore": 60.5,
            "ratio": 60.5,
            "scoreDelta": None,
            "groupScores": {"CKMB": 8, "TDGQ": 17, "CLGQ": 8.5, "TTTT": 6, "MDHL": 11, "MDSH": 10},
        }

    def mutate(data: dict[str, Any]) -> None:
        data["overview"] |= {"departmentName": "Cả nước", "departmentCode": None}
        data["donuts"]["onlineProvision"] = [
            {"code": "FULL", "name": "Toàn trình", "value": 390, "percent": 24.36},
            {"code": "PARTIAL", "name": "Một phần", "value": 701, "percent": 43.79},
            {"code": "NONE", "name": "Chưa cung cấp", "value": 510, "percent": 31.86},
        ]
        data["evaluation"] = [province(number) for number in range(1, provinces + 1)]

    return mutate


def read_national(mutation: Mutation | None = None, provinces: int = 34) -> PortalExport:
    def both(data: dict[str, Any]) -> None:
        national(provinces)(data)
        if mutation is not None:
            mutation(data)

    return read(Endpoint.RESULTS, both, rootDepartmentId=None, departmentType="ADMINISTRATIVE_UNIT")


def test_the_national_response_counts_channels_and_levels_of_service() -> None:
    export = read_national()
    assert holds(
        values(export, "VN"),
        {
            "channel_online": "1710",
            "channel_other": "190",
            "channel_total": "1900",  # 1710 + 190
            "procedures_full": "390",
            "procedures_partial": "701",
            "procedures_none": "510",
            "procedures_online": "1091",  # 390 + 701
        },
    )
    assert holds(values(export, "H07"), {"score_total": "60.5", "score_CLGQ": "8.5", "score_TTTT": "6"})
    assert export.units[0] == UnitName("VN", "Cả nước", "national")
    assert export.units[1] == UnitName("H01", "UBND tỉnh 1", "province")
    assert (export.rows_read, export.expected_rows, export.partial) == (34, 34, False)
    assert checks(export) == set()


def test_a_national_list_short_of_a_few_provinces_is_a_finding_and_of_many_is_partial() -> None:
    few, many = read_national(provinces=33), read_national(provinces=2)
    assert (checks(few), few.partial) == ({"P-provinces"}, False)
    assert (checks(many), many.partial) == ({"P-provinces", "P-complete"}, True)


def test_a_national_request_answered_by_a_province_is_refused() -> None:
    with pytest.raises(PortalError, match="Cả nước"):
        read(Endpoint.RESULTS, rootDepartmentId=None, departmentType="ADMINISTRATIVE_UNIT")


def test_a_province_without_its_six_groups_is_refused() -> None:
    with pytest.raises(PortalError, match="sáu nhóm") as refused:
        read_national(take("evaluation", "3", "groupScores", "TTTT"))
    assert refused.value.path == "evaluation[3].groupScores"


def test_inherited_figures_are_not_marked_on_provinces() -> None:
    def mutate(data: dict[str, Any]) -> None:
        data["overview"] |= {"departmentName": "Cả nước", "departmentType": None}
        for row in data["evaluation"]:
            row["departmentType"] = "PROVINCE"

    export = read(Endpoint.TRANSPARENCY, mutate, rootDepartmentId=None, departmentType="ADMINISTRATIVE_UNIT")
    assert quality(export, f"id:{WARD}", "procedures_content_full") is None
    assert quality(export, "VN", "dossiers_to_sync") == "TEMP_NATIONAL_REPORT_DENOMINATOR"


# ── null and zero ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_null_stays_none_and_a_denominator_of_zero_stays_zero() -> None:
    idle = values(read(Endpoint.DIGITISED), "H35.01")
    assert holds(idle, {"reused_766": "0", "reuse_base_766": "0", "score_REUSED_DIGITIZED_DATA": None})
    assert holds(idle, {"procedures_citizen": "3", "score_CITIZEN_DATA_CONNECTED_FORMALITY": "0"})
    petitions = values(read(Endpoint.SATISFACTION), f"id:{OFFICE}")
    assert holds(petitions, {"petitions_total": "0", "score_PETITION_PROCESSING_ON_TIME": "6"})
    assert holds(petitions, {"satisfaction_base_766": "0", "score_DOSSIER_RECEIVING_SATISFACTION": "0"})


def test_an_average_of_zero_days_over_no_completed_dossier_is_not_zero_days() -> None:
    export = read(Endpoint.PROGRESS)
    assert values(export, "H35.01")["days_average_766"] is None
    assert quality(export, "H35.01", "days_average_766") == "NO_COMPLETED_DOSSIER"


@pytest.mark.parametrize("endpoint", [Endpoint.PROGRESS, Endpoint.ONLINE])
def test_the_charts_of_the_trees_are_no_statistics(endpoint: Endpoint) -> None:
    export = read(endpoint)
    assert {(s.period_start, s.period_end) for s in export.statistics} == {AUGUST}
    assert not any("Chart" in s.item for s in export.statistics)


def test_the_months_of_the_score_chart_are_statistics_of_the_root_and_nulls_are_absent() -> None:
    scores = [s for s in read(Endpoint.RESULTS).statistics if (s.unit, s.measure) == ("H35", "score_total")]
    months = {score.period_start.month: score.value for score in scores}
    assert months == {
        1: Decimal("48.2"),
        2: Decimal("49.05"),
        3: Decimal("52.6"),
        4: Decimal("55.31"),
        5: Decimal("60.4"),
        6: Decimal("66.02"),
        7: Decimal("68.9"),
        8: Decimal("71.53"),
        9: Decimal("66.1"),
    }


def test_a_year_and_its_first_month_are_two_periods() -> None:
    export = read(Endpoint.RESULTS, timeType="year", month=None)
    year, january = (date(2026, 1, 1), date(2026, 12, 31)), (date(2026, 1, 1), date(2026, 1, 31))
    assert values(export, "H35", year)["score_total"] == Decimal("71.53")
    assert values(export, "H35", january) == {"score_total": Decimal("48.2")}
    assert values(export, "H35", AUGUST) == {"score_total": Decimal("71.53")}


def test_a_donut_that_is_null_was_not_measured() -> None:
    assert not any("procedures" in measure for measure in values(read(Endpoint.RESULTS), "H35"))


def test_quality_is_carried_and_inherited_values_are_marked_on_units_only() -> None:
    export = read(Endpoint.TRANSPARENCY)
    assert quality(export, f"id:{WARD}", "dossiers_to_sync") == "TEMP_NATIONAL_REPORT_DENOMINATOR"
    assert quality(export, f"id:{OFFICE}", "dossiers_synced") == "NO_NATIONAL_REPORT_DATA"
    for measure in ("procedures_published", "procedures_to_update", "procedures_content_full"):
        assert quality(export, f"id:{WARD}", measure) == "INHERITED"
        assert quality(export, f"id:{ROOT}", measure) is None
    assert quality(export, f"id:{WARD}", "score_CKMB") is None


# ── units ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_ids_lead_to_codes_where_a_response_has_both() -> None:
    expected = {ROOT: "H35", OFFICE: "H35.01", WARD: "H35.101"}
    for endpoint in (Endpoint.PROGRESS, Endpoint.ONLINE, Endpoint.PAYMENT, Endpoint.DIGITISED):
        assert expected.items() <= read(endpoint).aliases.items()
    assert read(Endpoint.RESULTS).aliases.keys() == read(Endpoint.PROGRESS).aliases.keys() - {ROOT}


@pytest.mark.parametrize(
    ("endpoint", "province", "office", "ward"),
    [
        (Endpoint.RESULTS, "H35", "H35.01", "H35.101"),
        (Endpoint.PROGRESS, "H35", "H35.01", "H35.101"),
        (Endpoint.DIGITISED, "H35", "H35.01", "H35.101"),
        (Endpoint.TRANSPARENCY, f"id:{ROOT}", f"id:{OFFICE}", f"id:{WARD}"),
    ],
)
def test_levels_come_from_the_response(endpoint: Endpoint, province: str, office: str, ward: str) -> None:
    levels = {unit.unit: unit.level for unit in read(endpoint).units}
    assert (levels[province], levels[office], levels[ward]) == ("province", "department", "commune")


def test_names_are_composed_and_have_single_blanks() -> None:
    decomposed = "UBND  xa\u0303 Mo\u0302 Pho\u0309ng\n"
    export = read(Endpoint.PROGRESS, put("children[2].departmentName", decomposed))
    assert export.units[3].name == "UBND xã Mô Phỏng"


# ── completeness ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("endpoint", [Endpoint.TRANSPARENCY, Endpoint.DIGITISED, Endpoint.SATISFACTION])
def test_fewer_units_than_the_portal_says_make_it_partial(endpoint: Endpoint) -> None:
    export = read(endpoint, lambda data: data["evaluation"].pop())
    assert (export.partial, export.rows_read, export.expected_rows) == (True, 3, 4)
    assert "P-complete" in checks(export)


@pytest.mark.parametrize("endpoint", [Endpoint.TRANSPARENCY, Endpoint.DIGITISED, Endpoint.SATISFACTION])
def test_a_missing_pagination_makes_it_partial_of_unknown_size(endpoint: Endpoint) -> None:
    export = read(endpoint, take("pagination"))
    assert (export.partial, export.expected_rows) == (True, None)
    assert "P-complete" in checks(export)


@pytest.mark.parametrize("endpoint", [Endpoint.PROGRESS, Endpoint.PAYMENT])
def test_a_tree_whose_units_hold_less_than_nine_tenths_is_partial(endpoint: Endpoint) -> None:
    without_the_ward = read(endpoint, lambda data: data["children"].pop(1))
    without_the_idle_office = read(endpoint, lambda data: data["children"].pop(0))
    assert (without_the_ward.partial, checks(without_the_ward)) == (True, {"P-complete"})
    assert (without_the_idle_office.partial, checks(without_the_idle_office)) == (False, set())


def test_one_page_of_a_longer_catalogue_is_partial() -> None:
    export = read(Endpoint.CATALOGUE, put("pagination.total", 5741))
    assert (export.partial, export.expected_rows) == (True, 5741)


# ── refused ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"code": "OK"', b'"code": "ERROR"', "OK"),
        (b'"code": "OK"', b'"code": 200', "chuỗi chữ"),
        (b'"totalReceived": 2000', b'"totalReceived": NaN', "NaN"),
        (b'"totalReceived": 2000', b'"totalReceived": -Infinity', "Infinity"),
        (b'"totalReceived": 2000', b'"totalReceived": 1e9999999999999999999', "số quá lớn"),
        (b'"totalReceived": 2000', b'"totalReceived": 1e-999999', "phạm vi"),
        (b'"totalReceived": 2000', b'"totalReceived": ' + b"9" * 5000, "số quá lớn"),
        (b'"totalReceived": 2000', b'"totalReceived": 1e25', "10^16"),
        (b'"totalReceived": 2000', b'"totalReceived": 2, "totalReceived": 2000', "lặp lại"),
        (b'"totalReceived": 2000', b'"totalReceived": ' + b"[" * 100_000, "quá sâu"),
        (b"UBND ph", b"UBND \xff", "UTF-8"),
        (b'"message"', b"", "JSON hỏng"),
    ],
)
def test_json_that_is_not_strict_is_refused(old: bytes, new: bytes, words: str) -> None:
    data = content(Endpoint.PROGRESS)
    assert old in data
    with pytest.raises(PortalError) as refused:
        parse(data.replace(old, new, 1), sidecar(Endpoint.PROGRESS))
    assert words in refused.value.message_vi


@pytest.mark.parametrize("data", [b"", b"[]", b'"OK"', b"null", b'{"code":"OK"}', b'{"code":"OK","data":[]}'])
def test_anything_but_an_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(PortalError):
        parse(data, sidecar(Endpoint.PROGRESS))


def test_a_page_of_the_firewall_is_named_as_such() -> None:
    page = b"\xef\xbb\xbf\n<html><body>The requested URL was rejected. Your support ID is: 1</body></html>"
    with pytest.raises(PortalError, match="tường lửa"):
        parse(page, sidecar(Endpoint.PROGRESS))


@pytest.mark.parametrize(
    ("endpoint", "mutation", "path", "words"),
    [
        (Endpoint.PROGRESS, put("parent.departmentId", INVENTED_ID), "parent.departmentId", ROOT),
        (Endpoint.DIGITISED, put("overview.departmentId", INVENTED_ID), "overview.departmentId", ROOT),
        (Endpoint.RESULTS, put("overview.departmentName", ""), "overview.departmentName", "không trống"),
        (Endpoint.RESULTS, national(), "overview.departmentName", ROOT),
        (Endpoint.PROGRESS, put("children", {}), "children", "danh sách"),
        (Endpoint.SATISFACTION, put("evaluation", None), "evaluation", "danh sách"),
        (Endpoint.PROGRESS, put("children[1]", 7), "children[1]", "đối tượng"),
        (Endpoint.PROGRESS, put("children[1].departmentId", "H35.101"), "children[1].departmentId", "UUID"),
        (Endpoint.PROGRESS, put("children[1].departmentId", OFFICE), "children[1].departmentId", "đã có"),
        (Endpoint.PROGRESS, put("children[1].departmentId", ROOT), "children[1].departmentId", "đã có"),
        (
            Endpoint.SATISFACTION,
            put("evaluation[1].departmentId", OFFICE),
            "evaluation[1].departmentId",
            "đã có",
        ),
        (Endpoint.PAYMENT, put("children[1].departmentCode", "H35"), "children[1].departmentCode", "đã có"),
        (Endpoint.PAYMENT, put("children[1].departmentCode", "VN"), "children[1].departmentCode", "H35.12"),
        (Endpoint.PROGRESS, put("children[1].departmentName", 5), "children[1].departmentName", "chuỗi chữ"),
        (Endpoint.PROGRESS, put("children[1].totalOnTime", "1086"), "children[1].totalOnTime", "một số"),
        (Endpoint.PROGRESS, put("children[1].totalOnTime", True), "children[1].totalOnTime", "một số"),
        (Endpoint.PROGRESS, put("children[1].totalOnTime", None), "children[1].totalOnTime", "null"),
        (Endpoint.PROGRESS, put("children[1].totalOnTime", 1.5), "children[1].totalOnTime", "số nguyên"),
        (Endpoint.PROGRESS, put("children[1].totalOnTime", -1), "children[1].totalOnTime", "không âm"),
        (Endpoint.PROGRESS, take("parent", "totalCompleted"), "parent.totalCompleted", "không có trường"),
        (Endpoint.PAYMENT, take("children", "0", "totalScore"), "children[0].totalScore", "không có trường"),
        (Endpoint.ONLINE, take("parent", "authorityCount"), "parent.authorityCount", "không có trường"),
        (Endpoint.DIGITISED, take("overview", "metrics"), "overview.metrics", "danh sách"),
        (
            Endpoint.DIGITISED,
            lambda data: data["evaluation"][2]["metrics"].pop(1),
            "evaluation[2].metrics",
            "SO_HOA_GIAY_TO_GIAI_QUYET",
        ),
        (
            Endpoint.DIGITISED,
            lambda data: data["overview"]["metrics"].append(data["overview"]["metrics"][0]),
            "overview.metrics[7].numerator",
            "overview.metrics[0].numerator",
        ),
        (Endpoint.DIGITISED, put("overview.metrics[0].score", ""), "overview.metrics[0].score", "một số"),
        (Endpoint.DIGITISED, put("overview.totalMaxScore", None), "overview.totalMaxScore", "null"),
        (Endpoint.DIGITISED, put("overview.metrics[0].code", "x y"), "overview.metrics[0].code", "mã chỉ số"),
        (Endpoint.DIGITISED, put("pagination.total", 3), "evaluation", "không quá 3"),
        (Endpoint.DIGITISED, put("pagination.total", "4"), "pagination.total", "một số"),
        (Endpoint.RESULTS, put("radar[1].code", "CKMB"), "radar[1].score", "radar[0].score"),
        (
            Endpoint.RESULTS,
            put("donuts.onlineDossier[1].code", "ONLINE"),
            "donuts.onlineDossier[1].code",
            "một lần",
        ),
        (Endpoint.RESULTS, put("monthlyChart[1].month", "01"), "monthlyChart[1].month", "một lần"),
        (Endpoint.RESULTS, put("monthlyChart[1].month", "13"), "monthlyChart[1].month", "01 đến 12"),
        (Endpoint.CATALOGUE, put("items[0].id", "1"), "items[0].id", "UUID"),
        (Endpoint.CATALOGUE, put("items[0].name", None), "items[0].name", "chuỗi chữ"),
        (Endpoint.CATALOGUE, put("items[0].code", 1.00963), "items[0].code", "chuỗi chữ"),
    ],
)  # fmt: skip
def test_a_response_that_breaks_a_hard_rule_is_refused_with_place_and_reason(
    endpoint: Endpoint, mutation: Mutation, path: str, words: str
) -> None:
    with pytest.raises(PortalError) as refused:
        read(endpoint, mutation)
    assert refused.value.path == path
    assert words in refused.value.message_vi
    assert refused.value.message_vi.startswith(f"tại {path}: ")
    assert refused.value.advice in str(refused.value)


# ── findings ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("endpoint", "mutation", "check_id", "column"),
    [
        (Endpoint.TRANSPARENCY, put("overview.metrics[0].ratio", 80.02), "P-ratio", "PUBLISH_ON_TIME"),
        (Endpoint.TRANSPARENCY, put("overview.metrics[0].ratio", 79), "P-ratio-severe", "PUBLISH_ON_TIME"),
        (Endpoint.TRANSPARENCY, put("overview.metrics[0].score", 6.1), "P-range", "PUBLISH_ON_TIME"),
        (Endpoint.TRANSPARENCY, put("overview.metrics[0].numerator", 11), "P-part", "PUBLISH_ON_TIME"),
        (Endpoint.TRANSPARENCY, put("overview.totalScore", 12.73), "P-sum-scores", "totalScore"),
        (Endpoint.TRANSPARENCY, put("overview.totalMaxScore", 20), "P-sum-max", "totalMaxScore"),
        (Endpoint.TRANSPARENCY, put("overview.metrics[0].maxScore", 7), "P-drift", "max_PUBLISH_ON_TIME"),
        (Endpoint.TRANSPARENCY, put("overview.ratio", 70.6), "P-unit-ratio", "ratio"),
        (Endpoint.TRANSPARENCY, put("overview.ratio", 101), "P-range", "totalScore.ratio"),
        (Endpoint.TRANSPARENCY, put("pagination.currentPage", 2), "P-page", "currentPage"),
        (Endpoint.TRANSPARENCY, put("news", 1), "P-drift", "news"),
        (Endpoint.TRANSPARENCY, put("evaluation[1].averageScore", 1), "P-drift", "averageScore"),
        (Endpoint.TRANSPARENCY, put("evaluation[1].metrics[0].note", 1), "P-drift", "note"),
        (Endpoint.PROGRESS, put("children[1].totalOverdue", 115), "P-sum-received", "totalReceived"),
        (Endpoint.PROGRESS, put("children[1].score", 18.12), "P-score", "score"),
        (Endpoint.PROGRESS, put("children[1].ratio", 90.52), "P-ratio", "totalOnTime"),
        (Endpoint.PROGRESS, put("children[1].departmentCode", "G07.101"), "P-code", "departmentCode"),
        (Endpoint.PROGRESS, put("children[1].departmentCode", "H36.101"), "P-code", "departmentCode"),
        (Endpoint.PROGRESS, put("monthlyChart[7].overduePct", 10.2), "P-chart", "monthlyChart"),
        (Endpoint.ONLINE, put("parent.channelPostalSum", 11), "P-sum-channels", "channelTotalSum"),
        (Endpoint.ONLINE, put("parent.onlineOverdueSum", 151), "P-sum-online", "channelOnlineSum"),
        (Endpoint.ONLINE, put("parent.totalScore", 8.93), "P-formula", "totalScore"),
        (Endpoint.ONLINE, put("parent.onlineDossierCount", 401), "P-part", "onlineDossierCount"),
        (Endpoint.ONLINE, put("children[1].authorityCount", 5), "P-drift", "authorityCount"),
        (Endpoint.PAYMENT, put("children[1].totalScore", 8.05), "P-formula", "totalScore"),
        (
            Endpoint.PAYMENT,
            put("children[1].totalDossierOnlinePaymentSuccess", 493),
            "P-part",
            "totalDossierOnlinePaymentSuccess",
        ),
        (Endpoint.SATISFACTION, put("evaluation[1].totalDossiers", 1201), "P-base", "totalDossiers"),
        (Endpoint.RESULTS, put("overview.totalScore", 71.57), "P-sum-radar", "radar"),
        (Endpoint.RESULTS, put("overview.totalMaxScore", 90), "P-drift", "max_total"),
        (Endpoint.RESULTS, put("evaluation[0].ratio", 72.91), "P-unit-ratio", "ratio"),
        (Endpoint.RESULTS, put("dossierChart[7].onTimePct", 90.02), "P-chart", "dossierChart"),
        (Endpoint.RESULTS, put("monthlyChart[9].averageScore", 50), "P-chart", "monthlyChart"),
        (Endpoint.CATALOGUE, put("items[0].code", "1.963"), "P-code", "code"),
    ],
)
def test_what_is_odd_is_kept_and_found(endpoint: Endpoint, mutation: Mutation, check_id: str, column: str) -> None:
    export = read(endpoint, mutation)
    assert (check_id, column) in {(finding.check_id, finding.column) for finding in export.findings}
    assert len(export.statistics) == len(read(endpoint).statistics)


@pytest.mark.parametrize(
    ("endpoint", "mutation"),
    [
        (Endpoint.TRANSPARENCY, put("overview.metrics[0].ratio", 80.01)),
        (Endpoint.PROGRESS, put("children[1].score", 18.11)),
        (Endpoint.ONLINE, put("parent.totalScore", 8.9001)),
        (Endpoint.RESULTS, put("dossierChart[7].onTimePct", 90.01)),
    ],
)
def test_what_lies_within_the_tolerance_is_not_odd(endpoint: Endpoint, mutation: Mutation) -> None:
    assert checks(read(endpoint, mutation)) == set()


def test_six_groups_that_do_not_add_up_are_found() -> None:
    assert checks(read_national(put("evaluation[0].groupScores.CKMB", 8.04))) == {"P-sum-groups"}
    assert checks(read_national(put("evaluation[0].groupScores.CKMB", 8.03))) == set()


def test_a_finding_counts_its_rows_and_names_the_first() -> None:
    def mutate(data: dict[str, Any]) -> None:
        for child in data["children"][1:]:
            child["totalOverdue"] += 1

    (finding,) = read(Endpoint.PROGRESS, mutate).findings
    assert (finding.check_id, finding.rows) == ("P-sum-received", 3)
    assert finding.example == "children[1]: 1086 + 115, 1200 delivered"


def test_a_unit_without_dossiers_and_petitions_is_flagged() -> None:
    (finding,) = read(Endpoint.SATISFACTION).findings
    assert (finding.check_id, finding.rows) == ("P-no-activity", 1)
    assert OFFICE in finding.example


def test_an_unknown_metric_is_kept_under_its_code() -> None:
    def mutate(data: dict[str, Any]) -> None:
        data["overview"]["metrics"].append(
            {"code": "NEW_ONE", "numerator": 1, "denominator": 4, "ratio": 25, "score": 0, "maxScore": 0}
        )

    export = read(Endpoint.DIGITISED, mutate)
    assert checks(export) == {"P-drift"}
    assert holds(values(export, "H35"), {"numerator_NEW_ONE": "1", "denominator_NEW_ONE": "4", "max_NEW_ONE": "0"})


def test_a_score_of_a_month_that_has_not_begun_is_not_taken() -> None:
    export = read(Endpoint.RESULTS, put("monthlyChart[9].averageScore", 50))
    assert max(s.period_start for s in export.statistics) == date(2026, 9, 1)


# ── the request ────────────────────────────────────────────────────────────────────────────────────────────


def request_bytes(
    endpoint: object = "evaluation/transparency",
    body: object = None,
    captured_at: object = "2026-09-26T02:00:00Z",
    **more: object,
) -> bytes:
    body = {"timeType": "month", "year": 2026, "month": 8} if body is None else body
    request = {"endpoint": endpoint, "body": body, "captured_at": captured_at, **more}
    return json.dumps({key: value for key, value in request.items() if value != "absent"}).encode()


def test_a_request_gives_endpoint_body_time_and_mark() -> None:
    request = parse_request(request_bytes(captured_at="2026-09-26T09:00:00+07:00"))
    assert request.captured_at == datetime(2026, 9, 26, 2, tzinfo=UTC)
    assert request.captured_at.tzinfo is UTC
    assert (request.endpoint, request.body["month"], request.synthetic) == (
        "evaluation/transparency",
        8,
        False,
    )
    assert parse_request(request_bytes(synthetic=True)).synthetic
    full = parse_request(request_bytes("/api/v1/reporting/evaluation/transparency"))
    assert full.endpoint == "evaluation/transparency"


@pytest.mark.parametrize(
    ("body", "start", "end"),
    [
        ({"timeType": "year", "year": 2026}, date(2026, 1, 1), date(2026, 12, 31)),
        ({"timeType": "quarter", "year": 2026, "quarter": 3}, date(2026, 7, 1), date(2026, 9, 30)),
        ({"timeType": "month", "year": 2024, "month": 2}, date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_the_period_comes_from_the_request(body: dict[str, Any], start: date, end: date) -> None:
    export = parse(content(Endpoint.TRANSPARENCY), parse_request(request_bytes(body=body)))
    assert (export.period_start, export.period_end) == (start, end)
    assert {(s.period_start, s.period_end) for s in export.statistics} == {(start, end)}


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("2026-08-01", "2026-08-31", False),
        ("2026-07-01", "2026-09-30", False),
        ("2026-01-01", "2026-06-30", False),
        ("2026-01-01", "2026-12-31", False),
        ("2026-02-01", "2026-04-30", True),
        ("2026-08-02", "2026-08-31", True),
        ("2026-08-01", "2026-08-30", True),
    ],
)
def test_a_range_that_is_no_whole_period_is_found(start: str, end: str, found: bool) -> None:
    export = read(Endpoint.SATISFACTION, fromDate=start, toDate=end)
    assert ("P-period" in checks(export)) is found
    assert export.period_end == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        (request_bytes("absent"), "request.endpoint", "không có trường"),
        (request_bytes("evaluation/other"), "request.endpoint", "một trong"),
        (request_bytes(None), "request.endpoint", "null"),
        (request_bytes(body="absent"), "request.body", "không có trường"),
        (request_bytes(body={}), "request.body.timeType", "month"),
        (request_bytes(body={"timeType": "day", "year": 2026}), "request.body.timeType", "month"),
        (request_bytes(body={"timeType": "month", "year": 2026}), "request.body.month", "1 đến 12"),
        (request_bytes(body={"timeType": "month", "year": 2026, "month": 13}), "request.body.month", "13"),
        (request_bytes(body={"timeType": "month", "year": 2026, "month": "8"}), "request.body.month", "8"),
        (request_bytes(body={"timeType": "quarter", "year": 2026}), "request.body.quarter", "1 đến 4"),
        (request_bytes(body={"timeType": "year"}), "request.body.year", "không có trường"),
        (request_bytes(body={"timeType": "year", "year": True}), "request.body.year", "true"),
        (request_bytes(body={"timeType": "month", "year": 2026, "month": 10}), "request.body", "01/10/2026"),
        (
            request_bytes(body={"timeType": "year", "year": 2026, "rootDepartmentId": "H35"}),
            "request.body.rootDepartmentId",
            "UUID",
        ),
        (
            request_bytes(body={"timeType": "year", "year": 2026, "formalityId": INVENTED_ID}),
            "request.body.formalityId",
            "đã lọc",
        ),
        (
            request_bytes(body={"timeType": "year", "year": 2026, "formalityID": INVENTED_ID}),
            "request.body.formalityID",
            "đã lọc",
        ),
        (request_bytes("evaluation/handling-satisfaction"), "request.body.fromDate", "không có trường"),
        (
            request_bytes("evaluation/handling-satisfaction", {"fromDate": "2026-08-01", "toDate": "2026-02-30"}),
            "request.body.toDate",
            "có thật",
        ),
        (
            request_bytes("evaluation/handling-satisfaction", {"fromDate": "2026-08-01", "toDate": "2026-07-31"}),
            "request.body.toDate",
            "2026-08-01",
        ),
        (request_bytes(captured_at="absent"), "request.captured_at", "không có trường"),
        (request_bytes(captured_at="2026-09-26T02:00:00"), "request.captured_at", "múi giờ"),
        (request_bytes(captured_at="26/09/2026"), "request.captured_at", "múi giờ"),
        (request_bytes(captured_at="0001-01-01T00:00:00+14:00"), "request.captured_at", "múi giờ"),
        (request_bytes(captured_at="9999-12-31T23:00:00Z"), "request.captured_at", "múi giờ"),
        (request_bytes(synthetic="yes"), "request.synthetic", "true hoặc false"),
        (b"", "request", "JSON hỏng"),
    ],
)
def test_a_request_that_does_not_say_what_was_asked_is_refused(data: bytes, path: str, words: str) -> None:
    with pytest.raises(PortalError) as refused:
        parse_request(data)
    assert refused.value.path == path
    assert words in refused.value.message_vi


# ── recognition ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("endpoint", FILES)
def test_a_response_is_recognised_by_its_first_bytes(endpoint: Endpoint) -> None:
    data = content(endpoint)
    compact = json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":")).encode()
    for form in (data, compact, b"\xef\xbb\xbf" + data, b"\r\n\t " + data):
        assert all(looks_like(form[:length]) for length in (64, 100, 512, len(form)))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'{"code":"OK","data":{', True),
        (b'{"message":"OK","code":"OK","data":{"items"', True),
        (b'{"data":{"overview":{', True),
        (b'{"code":"ERROR","message":"Kh\xc3\xb4ng \\"h\xe1', False),
        (b'{"code":"ERROR","message":"x","data":null}', True),
        (b'{"code":"OK"', False),
        (b'{"code":200,"data":{', False),
        (b'{"data":[{"a":1}]}', False),
        (b'{"data":{"records":[', False),
        (b'{"endpoint":"evaluation/transparency","body":{', False),
        (b'[{"code":"OK"', False),
        (b"<html>", False),
        (b"", False),
        (b"PK\x03\x04", False),
    ],
)
def test_only_an_envelope_is_recognised(head: bytes, expected: bool) -> None:
    assert looks_like(head) is expected


def test_the_fixed_names_of_measures_are_in_the_table() -> None:
    names = {name for table in MEASURES.values() for names in table.values() for name in names}
    assert names >= {
        "channel_online", "channel_total", "channel_direct", "channel_postal", "channel_other",
        "procedures_online", "procedures_authority", "procedures_partial", "procedures_full",
        "procedures_none", "services_active", "services_total", "paid_online", "fee_obligation",
        "procedures_paid_online", "procedures_fee", "procedures_fee_active",
        "on_time_766", "received_766", "completed_766", "overdue_766",
        "result_electronic_766", "result_base_766", "digitised_full_766", "digitised_base_766",
        "reused_766", "reuse_base_766", "satisfied_766", "satisfaction_base_766",
        "petitions_on_time", "petitions_total", "petitions_satisfied",
    }  # fmt: skip


# ── broken bytes ───────────────────────────────────────────────────────────────────────────────────────────


def parses_or_refuses(data: bytes, request: PortalRequest) -> None:
    try:
        export = parse(data, request)
    except PortalError:
        return
    for statistic in export.statistics:
        assert f"{statistic.unit} {statistic.item} {statistic.quality}".encode()
        assert statistic.value is None or statistic.value.is_finite()
    for unit in export.units:
        assert f"{unit.unit} {unit.name}".encode()
    for finding in export.findings:
        assert f"{finding.column} {finding.example}".encode()


FIXTURE = st.sampled_from(list(FILES))
PLACE = st.floats(0, 1, exclude_max=True)  # as a share of the length
BYTE = st.integers(0, 255)


@settings(deadline=None)
@given(endpoint=FIXTURE, share=PLACE)
def test_a_truncated_response_is_parsed_or_refused_and_nothing_else(endpoint: Endpoint, share: float) -> None:
    data = content(endpoint)
    cut = data[: int(share * len(data))]
    looks_like(cut)
    parses_or_refuses(cut, sidecar(endpoint))


@settings(deadline=None, max_examples=300)
@given(endpoint=FIXTURE, share=PLACE, byte=BYTE)
def test_a_response_with_a_changed_byte_is_parsed_or_refused_and_nothing_else(
    endpoint: Endpoint, share: float, byte: int
) -> None:
    data = bytearray(content(endpoint))
    data[int(share * len(data))] = byte
    looks_like(bytes(data))
    parses_or_refuses(bytes(data), sidecar(endpoint))


@settings(deadline=None, max_examples=200)
@given(endpoint=FIXTURE, share=PLACE, byte=BYTE)
def test_a_request_with_a_changed_byte_is_read_or_refused_and_nothing_else(
    endpoint: Endpoint, share: float, byte: int
) -> None:
    data = bytearray((FIXTURES / f"{FILES[endpoint]}.request.json").read_bytes())
    data[int(share * len(data))] = byte
    try:
        request = parse_request(bytes(data))
    except PortalError:
        return
    parses_or_refuses(content(endpoint), request)


def test_a_response_nested_deeper_than_any_is_refused() -> None:
    """What walks through a value takes a frame of the stack for each level."""
    deep: Any = []
    for _ in range(150):
        deep = [deep]
    with pytest.raises(PortalError, match="lồng quá sâu"):
        read(Endpoint.RESULTS, put("extra", deep))


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))


@settings(deadline=None, max_examples=300)
@given(endpoint=FIXTURE, draw=st.data(), replacement=ANYTHING)
def test_a_response_with_one_value_replaced_is_parsed_or_refused_and_nothing_else(
    endpoint: Endpoint, draw: st.DataObject, replacement: object
) -> None:
    place: Any = json.loads(content(endpoint))
    response = place
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key: Any = draw.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or draw.draw(st.integers(0, 7)) == 0:
            break
        place = inner
    place[key] = replacement
    parses_or_refuses(json.dumps(response).encode(), sidecar(endpoint))


# ── recorded responses ─────────────────────────────────────────────────────────────────────────────────────


recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded responses are not part of the project")


def read_recorded(name: str) -> PortalExport:
    request = parse_request((RECORDED / f"{name}.request.json").read_bytes())
    return parse((RECORDED / f"{name}.json").read_bytes(), request)


@recorded
@pytest.mark.parametrize(
    ("name", "figures"),
    [
        (
            "provide-online-tree.month-2026-08.H44.excerpt",
            {"channel_online": "150956", "channel_total": "152595", "procedures_online": "52"},
        ),
        (
            "formality-online-payment-tree.month-2026-08.H44.excerpt",
            {"paid_online": "82913", "fee_obligation": "98459", "procedures_fee_active": "56"},
        ),
        (
            "dvc-progress-tree.month-2026-08.H44.excerpt",
            {"on_time_766": "144625", "received_766": "184513", "completed_766": "147765"},
        ),
        (
            "dossier-digitized.month-2026-08.H44.excerpt",
            {"digitised_full_766": "21233", "digitised_base_766": "184513", "reused_766": "3160"},
        ),
    ],
)
def test_the_recorded_province_gives_its_counts(name: str, figures: dict[str, str | None]) -> None:
    assert holds(values(read_recorded(name), "H44"), figures)


@recorded
def test_the_recorded_petitions_are_keyed_by_id() -> None:
    codes = read_recorded("dvc-progress-tree.month-2026-08.H44.excerpt").aliases
    export = read_recorded("handling-satisfaction.month-2026-08.H44.excerpt")
    (root,) = [unit.unit for unit in export.units if unit.level == "province"]
    assert codes[root.removeprefix("id:")] == "H44"
    assert holds(values(export, root), {"petitions_on_time": "182", "petitions_total": "247"})


@recorded
def test_the_recorded_country_gives_its_counts() -> None:
    export = read_recorded("service-results.year-2026.national")
    year = (date(2026, 1, 1), date(2026, 12, 31))
    assert holds(
        values(export, "VN", year),
        {"channel_online": "11122091", "channel_other": "600732", "channel_total": "11722823"},
    )
    assert values(export, "VN", (date(2026, 9, 1), date(2026, 9, 30))) == {"score_total": Decimal("45.56")}
    assert (len(export.units), export.partial, export.findings) == (35, False, [])


@recorded
@pytest.mark.parametrize(
    ("name", "partial", "expected"),
    [
        ("transparency.month-2026-08.H44.excerpt", True, 163),
        ("dvc-progress-tree.month-2026-08.H44.excerpt", True, None),
        ("provide-online-tree.month-2026-08.H44.excerpt", False, None),
        ("formality-online-payment-tree.month-2026-08.H44.excerpt", True, None),
        ("dossier-digitized.month-2026-08.H44.excerpt", True, None),
        ("handling-satisfaction.month-2026-08.H44.excerpt", True, None),
        ("formalities.page-last", True, 5741),
    ],
)
def test_the_recorded_excerpts_are_noticed_and_hold_nothing_else_odd(
    name: str, partial: bool, expected: int | None
) -> None:
    export = read_recorded(name)
    assert (export.partial, export.expected_rows) == (partial, expected)
    assert checks(export) <= {"P-complete", "P-no-activity"}
    assert looks_like((RECORDED / f"{name}.json").read_bytes()[:64])
