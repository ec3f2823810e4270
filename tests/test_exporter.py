"""What Prometheus reads: parsed back from the text and compared with the snapshot it came from."""

import hashlib
import socket
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from metrics import exporter_journal
from metrics.exporter import AssessmentCollector, render, serve
from metrics.exporter_families import FAMILIES

Counts = tuple[int | None, int | None]

FIRST, SECOND = "20261002T000000000000Z", "20261003T000000000000Z"

TABLES = """
CREATE TABLE snapshot (
    snapshot_id VARCHAR, as_of TIMESTAMP, published_at TIMESTAMP, synthetic BOOLEAN,
    definitions_version VARCHAR
);
CREATE TABLE unit (
    unit_code VARCHAR, unit_name VARCHAR, parent_code VARCHAR, level VARCHAR, leaf BOOLEAN
);
CREATE TABLE daily (source VARCHAR, day DATE, unit_code VARCHAR, procedure_key VARCHAR, received BIGINT);
CREATE TABLE source (
    source VARCHAR, kind VARCHAR, synthetic BOOLEAN, captured_at TIMESTAMP, newest_event DATE, as_of_day DATE,
    last_run_at TIMESTAMP, last_success_at TIMESTAMP, rows BIGINT, rows_refused BIGINT
);
CREATE TABLE assessment (
    metric VARCHAR, variant VARCHAR, source VARCHAR, unit_code VARCHAR, unit_name VARCHAR,
    period_kind VARCHAR, period_label VARCHAR, period_start DATE, period_end DATE, complete BOOLEAN,
    numerator BIGINT, denominator BIGINT, ratio DOUBLE, target_id VARCHAR, target_op VARCHAR,
    target_value DOUBLE, target_kind VARCHAR, target_due DATE, target_document VARCHAR,
    target_article VARCHAR, status VARCHAR, gap BIGINT
);
CREATE TABLE alert (
    alert_id VARCHAR, rule VARCHAR, severity VARCHAR, metric VARCHAR, unit_code VARCHAR, unit_name VARCHAR,
    period_label VARCHAR, source VARCHAR, numerator BIGINT, denominator BIGINT, ratio DOUBLE,
    target_value DOUBLE, gap BIGINT, message_vi VARCHAR, message_en VARCHAR
);
CREATE TABLE quality (source VARCHAR, dimension VARCHAR, checked BIGINT, failing BIGINT, critical BOOLEAN);
INSERT INTO quality VALUES ('igate', 'completeness', 8, 2, TRUE), ('igate', 'accuracy', 3, 3, FALSE);
"""

UNITS = [
    ("VN", "Cả nước", None, "national", False),
    ("H35", "Tỉnh Lai Châu", None, "province", False),
    ("H35.12", 'Sở "Văn hóa"', "H35", "department", False),
    ("H35.12.01", "Phòng Một", "H35.12", "department", True),
    ("H35.12.02", "Phòng Hai", "H35.12", "department", True),
    ("H35.20", "UBND xã Bản Bo", "H35", "commune", True),
]
CAPTURED = datetime(2026, 10, 2, 0, 30)
SOURCES = [
    ("igate", "dossier", True, CAPTURED, date(2026, 10, 1), date(2026, 10, 2), CAPTURED, CAPTURED, 1200, 7),
    ("portal_v2", "statistic", False, CAPTURED, date(2026, 9, 30), date(2026, 10, 2), CAPTURED, None, 40, 0),
    ("onestop", "dossier", False, None, None, None, None, None, None, None),
]
# The newest reception is of September: in October something was finished, and 2062 is a slip of the pen.
RECEIVED = [
    ("igate", date(2026, 9, 28), 4),
    ("igate", date(2026, 10, 1), 0),
    ("igate", date(2062, 8, 1), 1),
]
PERIODS = {
    "2026": ("year", date(2026, 1, 1), date(2026, 12, 31)),
    "2026-Q3": ("quarter", date(2026, 7, 1), date(2026, 9, 30)),
    "2026-08": ("month", date(2026, 8, 1), date(2026, 8, 31)),
    "2026-09": ("month", date(2026, 9, 1), date(2026, 9, 30)),
    "2026-10": ("month", date(2026, 10, 1), date(2026, 10, 31)),
    "2026-12": ("month", date(2026, 12, 1), date(2026, 12, 31)),
    "month-to-date": ("month_to_date", date(2026, 10, 1), date(2026, 10, 2)),
    "year-to-date": ("year_to_date", date(2026, 1, 1), date(2026, 10, 2)),
    "rolling-30": ("rolling_30", date(2026, 9, 3), date(2026, 10, 2)),
}
ASKED = {"target_id": "t", "target_op": ">=", "target_value": 0.8, "target_kind": "target"}
FULL_MARK = {"target_value": 0.95, "target_kind": "full_mark", "gap": 1}


def assessment(
    source: str, metric: str, period: str, unit: str, counts: Counts, status: str, **more: Any
) -> dict[str, Any]:
    """Return one row of the table; a ratio that is judged is asked to reach 0.8."""
    kind, start, end = PERIODS[period]
    row: dict[str, Any] = {"source": source, "metric": metric, "variant": "", "unit_code": unit}
    row |= {"period_kind": kind, "period_label": period, "period_start": start, "period_end": end}
    row |= {"numerator": counts[0], "denominator": counts[1], "status": status}
    return row | (ASKED if status in ("met", "below", "not_due") else {}) | more


def listed(period: str, *figures: tuple[int, int]) -> list[dict[str, Any]]:
    """Return `online` of the dossier list for one period, the units in the order of ROLLED_UP."""
    rows = []
    for unit, (n, d) in zip(ROLLED_UP, figures, strict=True):
        gap = max(0, -((10 * n - 8 * d) // 10))
        status = "no_activity" if d == 0 else "below" if gap else "met"
        rows.append(assessment("igate", "online", period, unit, (n, d), status, gap=gap))
    return rows


ROLLED_UP = ("H35.12.01", "H35.12.02", "H35.20", "H35.12", "H35")
NONE = ((0, 0),) * 5
LISTED = [
    *listed("2026-08", (1, 9), (1, 9), (1, 9), (2, 18), (3, 27)),
    *listed("2026-09", (9, 10), (2, 5), (4, 10), (11, 15), (15, 25)),
    *listed("2026-10", *NONE),
    *listed("month-to-date", *NONE),
    *listed("year-to-date", (80, 100), (20, 50), (40, 100), (100, 150), (140, 250)),
    *listed("rolling-30", (9, 10), (2, 5), (4, 10), (11, 15), (15, 25)),
    assessment("igate", "satisfaction", "year-to-date", "H35.20", (None, None), "not_reported"),
    assessment("igate", "on_time", "2026-09", "H35.20", (9, 10), "below", **FULL_MARK),
    assessment("igate", "on_time", "year-to-date", "H35.20", (90, 100), "no_target"),
    assessment("igate", "data_reuse", "year-to-date", "H35.20", (1, 100), "not_due", gap=79),
]
DELIVERED = [
    assessment("portal_v2", "online", "2026-08", "VN", (700, 1000), "below", gap=100),
    assessment("portal_v2", "online", "2026-08", "H35", (70, 100), "below", gap=10),
    assessment("portal_v2", "online", "2026-08", "H35.12", (7, 10), "below", gap=1),
    assessment("portal_v2", "online", "2026-09", "VN", (900, 1000), "met", gap=0),
    assessment("portal_v2", "online", "2026-09", "H35", (90, 100), "met", gap=0),
    assessment("portal_v2", "online", "2026-09", "H35.12", (9, 10), "met", gap=0),
    assessment("portal_v2", "online", "2026-10", "H35.12", (None, None), "not_reported"),
    assessment("portal_v2", "online", "2026-12", "H35", (0, 0), "no_activity"),
    assessment("portal_v2", "online", "2026-Q3", "H35", (250, 300), "met", gap=0),
    assessment("portal_v2", "on_time_766", "2026-08", "H35", (95, 100), "met", gap=0),
    assessment("portal_v2", "on_time_766", "2026", "H35", (None, 0), "no_activity"),
]
H35_YEAR = {"indicator": "online", "period": "year_to_date", "unit_code": "H35", "source": "igate"}
ROWS = (*LISTED, *DELIVERED)
ALERTS = [("below_target", "warning"), ("below_target", "warning"), ("source_late", "critical")]


def publish(published: Path, snapshot_id: str = FIRST, rows: Sequence[dict[str, Any]] = ROWS) -> None:
    """Write a snapshot of these assessments the way a publisher does: the file first, then CURRENT."""
    published.mkdir(exist_ok=True)
    path = published / f"{snapshot_id}.duckdb"
    moments = datetime(2026, 10, 2, 0, 30), datetime(2026, 10, 2, 1, 0)
    with duckdb.connect(path) as con:
        con.execute(TABLES)
        con.begin()
        con.execute("INSERT INTO snapshot VALUES (?, ?, ?, TRUE, 'd1')", [snapshot_id, *moments])
        con.executemany("INSERT INTO unit VALUES (?, ?, ?, ?, ?)", UNITS)
        con.executemany("INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", SOURCES)
        con.executemany("INSERT INTO daily VALUES (?, ?, 'H35.20', '1.001628', ?)", RECEIVED)
        con.executemany("INSERT INTO alert (rule, severity) VALUES (?, ?)", ALERTS)
        names = list(dict.fromkeys(name for row in rows for name in row))
        con.executemany(
            f"INSERT INTO assessment ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})",
            [[row.get(name) for name in names] for row in rows],
        )
        con.commit()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (published / "CURRENT").write_text(f"{snapshot_id}\n{digest}\n", encoding="utf-8")


def series(text: bytes) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return every series of an exposition; each stands in it once."""
    samples = [sample for family in parse(text.decode()) for sample in family.samples]
    found = {(s.name, frozenset(s.labels.items())): s.value for s in samples}
    assert len(found) == len(samples)
    return found


def value(text: bytes, name: str, **labels: str) -> float | None:
    """Return the series with these labels; where a metric has one variant only, it need not be named."""
    wanted = frozenset(labels.items())
    found = [
        number
        for (metric, has), number in series(text).items()
        if metric == name and wanted <= has and {key for key, _ in has - wanted} <= {"variant"}
    ]
    assert len(found) <= 1
    return found[0] if found else None


def labelled(text: bytes, name: str) -> dict[tuple[str, ...], float]:
    """Return the series of one metric by their label values but the variant, sorted by label name."""
    found = [
        (tuple(v for key, v in sorted(labels) if key != "variant"), number)
        for (metric, labels), number in series(text).items()
        if metric == name
    ]
    assert len(dict(found)) == len(found)
    return dict(found)


def scrape(collector: AssessmentCollector) -> bytes:
    registry = CollectorRegistry()
    registry.register(collector)
    return generate_latest(registry)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    publish(tmp_path / "published")
    return tmp_path / "published"


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    published = tmp_path_factory.mktemp("home") / "published"
    publish(published)
    return render(published)


EXPORTED = {  # source, metric and delivered period → what the period is called
    ("igate", None, "2026-09"): "latest_month",
    ("igate", None, "month-to-date"): "month_to_date",
    ("igate", None, "year-to-date"): "year_to_date",
    ("portal_v2", "online", "2026-09"): "month",
    ("portal_v2", "online", "2026-Q3"): "quarter",
    ("portal_v2", "on_time_766", "2026-08"): "month",
    ("portal_v2", "on_time_766", "2026"): "year",
}


def exported(row: dict[str, Any]) -> str | None:
    """Return the period label under which Prometheus sees a row, None for history."""
    source, label = row["source"], row["period_label"]
    return EXPORTED.get((source, row["metric"] if source == "portal_v2" else None, label))


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("numerator", lambda row: row["numerator"]),
        ("denominator", lambda row: row["denominator"]),
        ("target_ratio", lambda row: row.get("target_value")),
        ("below_target", lambda row: {"below": 1, "met": 0}.get(row["status"])),
        ("gap_dossiers", lambda row: row.get("gap")),
    ],
)
def test_the_figures_are_those_of_the_assessment_table(
    text: bytes, column: str, told: Callable[[dict[str, Any]], float | None]
) -> None:
    expected = {
        (row["metric"], exported(row), row["source"], row["unit_code"]): told(row)
        for row in ROWS
        if exported(row) and row["status"] != "not_reported" and told(row) is not None
    }
    found = labelled(text, f"tthc_indicator_{column}") | labelled(text, f"tthc_unit_total_{column}")
    without_kind = {(key[0], *key[-3:]): number for key, number in found.items()}
    assert without_kind == expected


def test_the_leaves_of_a_dossier_list_add_up_to_its_total(text: bytes) -> None:
    for count in ("numerator", "denominator"):
        for period in ("latest_month", "month_to_date", "year_to_date"):
            leaves = {
                labels[2:]: number
                for labels, number in labelled(text, f"tthc_indicator_{count}").items()
                if labels[:2] == ("online", period) and labels[2] == "igate"
            }
            assert {unit for _, unit in leaves} == {"H35.12.01", "H35.12.02", "H35.20"}
            total = value(
                text,
                f"tthc_unit_total_{count}",
                indicator="online",
                period=period,
                unit_code="H35",
                source="igate",
            )
            assert sum(leaves.values()) == total


def test_no_unit_stands_in_both_metrics_or_above_another_in_one(text: bytes) -> None:
    leaves = labelled(text, "tthc_indicator_denominator")
    assert not leaves.keys() & labelled(text, "tthc_unit_total_denominator").keys()
    for indicator, period, source, unit in leaves:
        below = [other for *same, other in leaves if tuple(same) == (indicator, period, source)]
        assert not [other for other in below if other.startswith(f"{unit}.")]


def test_a_delivered_unit_is_a_total_only_for_indicators_delivered_below_it(text: bytes) -> None:
    def units(name: str, indicator: str) -> set[str]:
        found = labelled(text, f"{name}_denominator")
        return {unit for key, _, source, unit in found if (key, source) == (indicator, "portal_v2")}

    assert units("tthc_unit_total", "online") == {"VN", "H35"}
    assert units("tthc_indicator", "online") == {"H35.12"}
    assert units("tthc_indicator", "on_time_766") == {"H35"}


def test_the_latest_month_is_the_month_of_the_newest_reception(text: bytes) -> None:
    labels = {"indicator": "online", "unit_code": "H35.20", "source": "igate"}
    assert value(text, "tthc_indicator_numerator", period="latest_month", **labels) == 4
    assert value(text, "tthc_indicator_numerator", period="month_to_date", **labels) == 0


def test_of_statistics_the_newest_delivered_period_of_each_kind_is_told(text: bytes) -> None:
    online = {"indicator": "online", "unit_code": "H35", "source": "portal_v2"}
    assert value(text, "tthc_unit_total_numerator", period="month", **online) == 90
    assert value(text, "tthc_unit_total_numerator", period="quarter", **online) == 250
    on_time = online | {"indicator": "on_time_766"}
    assert value(text, "tthc_indicator_numerator", period="month", **on_time) == 95


def test_the_bounds_of_a_period_are_vietnamese_midnights(text: bytes) -> None:
    labels = {"indicator": "online", "period": "latest_month", "source": "igate"}
    september, october = datetime(2026, 8, 31, 17, tzinfo=UTC), datetime(2026, 9, 30, 17, tzinfo=UTC)
    assert value(text, "tthc_indicator_period_start_timestamp_seconds", **labels) == september.timestamp()
    assert value(text, "tthc_indicator_period_end_timestamp_seconds", **labels) == october.timestamp()


def test_a_zero_denominator_is_told_and_an_unreported_one_is_absent(text: bytes) -> None:
    nothing = {"indicator": "online", "period": "month_to_date", "unit_code": "H35.20", "source": "igate"}
    assert value(text, "tthc_indicator_denominator", **nothing) == 0
    on_time = {"indicator": "on_time_766", "period": "year", "unit_code": "H35", "source": "portal_v2"}
    assert value(text, "tthc_indicator_denominator", **on_time) == 0
    assert value(text, "tthc_indicator_numerator", **on_time) is None
    assert not [key for key in labelled(text, "tthc_indicator_denominator") if key[0] == "satisfaction"]


def test_below_target_is_told_only_where_something_is_judged(text: bytes) -> None:
    labels = {"period": "year_to_date", "source": "igate", "kind": "target"}
    leaf, total = "tthc_indicator_below_target", "tthc_unit_total_below_target"
    assert value(text, leaf, indicator="online", unit_code="H35.12.01", **labels) == 0
    assert value(text, leaf, indicator="online", unit_code="H35.12.02", **labels) == 1
    assert value(text, total, indicator="online", unit_code="H35", **labels) == 1
    assert value(text, "tthc_unit_total_gap_dossiers", indicator="online", unit_code="H35", **labels) == 60
    later = {"indicator": "data_reuse", "unit_code": "H35.20"} | labels
    assert value(text, leaf, **later) is None
    assert value(text, "tthc_indicator_target_ratio", **later) == 0.8
    assert not [key for key in labelled(text, leaf) if "month_to_date" in key]


def test_a_full_mark_is_not_taken_for_a_duty(text: bytes) -> None:
    labels = {"indicator": "on_time", "period": "latest_month", "unit_code": "H35.20", "source": "igate"}
    assert value(text, "tthc_indicator_below_target", kind="full_mark", **labels) == 1
    assert value(text, "tthc_indicator_below_target", kind="target", **labels) is None


def test_texts_stand_in_info_metrics(text: bytes) -> None:
    assert labelled(text, "tthc_snapshot_info") == {("d1", FIRST, "true"): 1}
    assert labelled(text, "tthc_source_info") == {
        ("igate", "true"): 1,
        ("onestop", "false"): 1,
        ("portal_v2", "false"): 1,
    }
    unit = {"unit_code": "H35.12", "unit_name": 'Sở "Văn hóa"', "level": "department", "parent_code": "H35"}
    assert value(text, "tthc_unit_info", **unit) == 1
    assert len(labelled(text, "tthc_unit_info")) == len(UNITS)
    online = {"indicator": "online", "label": "Tỷ lệ hồ sơ trực tuyến", "direction": "up"}
    assert value(text, "tthc_indicator_info", **online) == 1


def test_moments_are_unix_seconds_and_never_is_zero(text: bytes) -> None:
    captured = datetime(2026, 10, 2, 0, 30, tzinfo=UTC).timestamp()
    assert value(text, "tthc_snapshot_as_of_timestamp_seconds") == captured
    assert value(text, "tthc_snapshot_published_timestamp_seconds") == captured + 1800
    assert labelled(text, "tthc_collector_last_run_timestamp_seconds") == {
        ("igate",): captured,
        ("onestop",): 0,
        ("portal_v2",): captured,
    }
    assert value(text, "tthc_collector_last_success_timestamp_seconds", source="portal_v2") == 0
    newest = datetime(2026, 9, 30, 17, tzinfo=UTC).timestamp()
    assert value(text, "tthc_data_newest_event_timestamp_seconds", source="igate") == newest
    assert value(text, "tthc_data_newest_event_timestamp_seconds", source="onestop") is None
    assert value(text, "tthc_collector_last_run_rows", source="igate") == 1200
    assert value(text, "tthc_collector_last_run_rows_rejected", source="igate") == 7


def test_alerts_are_counted_by_rule(text: bytes) -> None:
    firing = labelled(text, "tthc_alerts_firing")
    assert firing["below_target", "warning"] == 2
    assert firing["source_late", "critical"] == 1
    assert firing["rows_refused", "warning"] == 0


def test_only_current_periods_and_no_case_becomes_a_label(text: bytes) -> None:
    names = {
        "indicator",
        "period",
        "unit_code",
        "source",
        "variant",
        "kind",
        "rule",
        "severity",
        "label",
        "direction",
        "version",
    }
    names |= {"dimension", "unit_name", "level", "parent_code", "snapshot_id", "definitions_version", "synthetic"}
    labels = [pair for _, found in series(text) for pair in found]
    assert {name for name, _ in labels} <= names
    periods = {"month_to_date", "year_to_date", "latest_month", "month", "quarter", "year"}
    assert {found for name, found in labels if name == "period"} == periods
    assert {found for name, found in labels if name == "unit_code"} == {unit[0] for unit in UNITS}


def test_the_quality_of_a_source_comes_with_its_counts_and_without_a_total(text: bytes) -> None:
    told = {
        (name.removeprefix("tthc_data_quality_"), dict(labels)["dimension"]): number
        for (name, labels), number in series(text).items()
        if name.startswith("tthc_data_quality_")
    }
    assert told == {
        ("ratio", "completeness"): 0.75,  # 1 - 2 / 8
        ("checked", "completeness"): 8,
        ("failing", "completeness"): 2,
        ("ratio", "accuracy"): 0,
        ("checked", "accuracy"): 3,
        ("failing", "accuracy"): 3,
    }


def test_a_snapshot_of_before_there_was_a_quality_is_served_without_it(tmp_path: Path) -> None:
    publish(tmp_path / "published")
    with duckdb.connect(str(tmp_path / "published" / f"{FIRST}.duckdb")) as con:
        con.execute("DROP TABLE quality")
    found = render(tmp_path / "published")
    assert b"tthc_snapshot_info" in found
    assert b"tthc_data_quality" not in found


def test_a_ratio_is_a_fraction_of_one(text: bytes) -> None:
    ratios = [number for (name, _), number in series(text).items() if name.endswith("_ratio")]
    assert ratios and all(0 <= number <= 1 for number in ratios)


def test_no_gauge_bears_a_suffix_of_another_type(text: bytes) -> None:
    reserved = ("_total", "_sum", "_count", "_bucket", "_created")
    gauges = {family.name for family in parse(text.decode()) if family.type == "gauge"}
    of_journal = {name for name, _, _ in exporter_journal.FAMILIES}  # there is none beside this snapshot
    assert (
        gauges - {"tthc_exporter_series_dropped", "tthc_exporter_collect_duration_seconds"}
        == {family.name for family in FAMILIES} - of_journal
    )
    assert not [name for name in gauges | {family.name for family in FAMILIES} if name.endswith(reserved)]
    assert all(name.startswith("tthc_") for name, _ in series(text))
    assert [f.name for f in parse(text.decode()) if f.type == "counter"] == ["tthc_exporter_errors"]


def test_every_family_has_a_help_and_no_series_a_timestamp_or_creation_time(text: bytes) -> None:
    for family in parse(text.decode()):
        assert family.documentation
        assert not [sample for sample in family.samples if sample.timestamp is not None]
    assert b"_created" not in text


def test_before_the_first_snapshot_the_exporter_still_answers(tmp_path: Path) -> None:
    text = render(tmp_path / "published")
    assert len(labelled(text, "tthc_build_info")) == 1
    assert value(text, "tthc_snapshot_published_timestamp_seconds") == 0
    assert value(text, "tthc_exporter_errors_total") == 0
    assert value(text, "tthc_exporter_series_dropped") == 0
    assert not labelled(text, "tthc_snapshot_info")


def test_another_snapshot_is_served_at_the_next_scrape(published: Path) -> None:
    collector = AssessmentCollector(published)
    assert value(scrape(collector), "tthc_unit_total_numerator", **H35_YEAR) == 140
    publish(published, SECOND, listed("year-to-date", (0, 0), (0, 0), (1, 2), (0, 0), (1, 2)))
    text = scrape(collector)
    assert value(text, "tthc_unit_total_numerator", **H35_YEAR) == 1
    assert labelled(text, "tthc_snapshot_info") == {("d1", SECOND, "true"): 1}
    assert {labels[1] for labels in labelled(text, "tthc_indicator_numerator")} == {"year_to_date"}


def test_the_first_snapshot_is_found_by_a_running_exporter(tmp_path: Path) -> None:
    collector = AssessmentCollector(tmp_path / "published")
    scrape(collector)
    publish(tmp_path / "published")
    assert value(scrape(collector), "tthc_unit_total_numerator", **H35_YEAR) == 140


def test_a_snapshot_is_read_once(published: Path) -> None:
    collector = AssessmentCollector(published)
    before = scrape(collector)
    (published / f"{FIRST}.duckdb").unlink()
    after = scrape(collector)
    assert labelled(after, "tthc_unit_total_numerator") == labelled(before, "tthc_unit_total_numerator")
    assert value(after, "tthc_exporter_errors_total") == 0


@pytest.mark.parametrize("damage", ["not a database", "no tables", "no file", "empty CURRENT", "no CURRENT"])
def test_a_broken_snapshot_is_counted_and_the_last_good_one_stays(published: Path, damage: str) -> None:
    collector = AssessmentCollector(published)
    scrape(collector)
    break_snapshot(published, damage)
    for errors in (1, 2):
        text = scrape(collector)
        assert value(text, "tthc_exporter_errors_total") == errors
        assert value(text, "tthc_unit_total_numerator", **H35_YEAR) == 140
    (published / f"{SECOND}.duckdb").unlink(missing_ok=True)
    publish(published, SECOND)
    text = scrape(collector)
    assert value(text, "tthc_exporter_errors_total") == 2
    assert labelled(text, "tthc_snapshot_info") == {("d1", SECOND, "true"): 1}


@pytest.mark.parametrize("damage", ["not a database", "no tables", "no file"])
def test_a_first_snapshot_that_is_broken_is_no_snapshot(tmp_path: Path, damage: str) -> None:
    (tmp_path / "published").mkdir()
    break_snapshot(tmp_path / "published", damage)
    text = render(tmp_path / "published")
    assert value(text, "tthc_snapshot_published_timestamp_seconds") == 0
    assert value(text, "tthc_exporter_errors_total") == 1


def break_snapshot(published: Path, damage: str) -> None:
    """Name a second snapshot that cannot be read."""
    path = published / f"{SECOND}.duckdb"
    if damage == "not a database":
        path.write_bytes(b"half a file")
    if damage == "no tables":
        duckdb.connect(path).close()
    if damage == "no CURRENT":
        (published / "CURRENT").unlink()
        return
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "0" * 64
    pointer = "" if damage == "empty CURRENT" else f"{SECOND}\n{digest}\n"
    (published / "CURRENT").write_text(pointer, encoding="utf-8")


def test_a_family_above_the_cap_is_refused_whole_and_counted(published: Path, text: bytes) -> None:
    sizes = Counter(name for name, _ in series(text))
    cap = sizes["tthc_indicator_denominator"] - 1
    refused = {name for name, size in sizes.items() if size > cap}
    capped = scrape(AssessmentCollector(published, series_cap=cap))
    assert {name for name, _ in series(capped)} == sizes.keys() - refused
    assert value(capped, "tthc_unit_total_numerator", **H35_YEAR) == 140
    assert value(capped, "tthc_exporter_series_dropped") == sum(sizes[name] for name in refused)
    assert value(text, "tthc_exporter_series_dropped") == 0


def test_variants_of_a_metric_stand_side_by_side_and_the_same_one_never_twice(tmp_path: Path) -> None:
    first = assessment("portal_v2", "online", "2026-09", "H35", (90, 100), "no_target", variant="a")
    other = first | {"variant": "b", "numerator": 5}
    publish(tmp_path / "published", rows=[other, first, first | {"numerator": 7}])
    text = render(tmp_path / "published")
    labels = {"indicator": "online", "period": "month", "unit_code": "H35", "source": "portal_v2"}
    assert value(text, "tthc_indicator_numerator", variant="b", **labels) == 5
    assert value(text, "tthc_indicator_numerator", variant="a", **labels) in (7, 90)
    assert value(text, "tthc_exporter_series_dropped") == 2


def test_below_target_by_chance_is_told_from_below_for_certain(tmp_path: Path) -> None:
    # at 80 %: of 3/5 the interval reaches 88 %, of 60/100 only 69 % (METHODS §5.4)
    rows = [
        assessment("portal_v2", "online", "2026-09", unit, counts, "below")
        for unit, counts in (("H35.1", (3, 5)), ("H35.2", (60, 100)))
    ]
    publish(tmp_path / "published", rows=rows)
    text = render(tmp_path / "published")
    labels = {"indicator": "online", "period": "month", "source": "portal_v2", "kind": "target"}
    found = {
        unit: (
            value(text, "tthc_indicator_below_target", unit_code=unit, **labels),
            value(text, "tthc_indicator_below_target_significant", unit_code=unit, **labels),
        )
        for unit in ("H35.1", "H35.2")
    }
    assert found == {"H35.1": (1, 0), "H35.2": (1, 1)}


def test_a_unit_without_a_code_is_left_out_and_counted(tmp_path: Path) -> None:
    known = assessment("portal_v2", "online", "2026-09", "H35", (9, 10), "no_target")
    publish(tmp_path / "published", rows=[known, known | {"unit_code": "id:6f"}])
    text = render(tmp_path / "published")
    assert {key[-1] for key in labelled(text, "tthc_indicator_numerator")} == {"H35"}
    assert value(text, "tthc_exporter_series_dropped") == 2


def test_units_that_name_each_other_as_parent_do_not_hang_the_exporter(published: Path) -> None:
    change(published, "UPDATE unit SET parent_code = 'H35.12' WHERE unit_code = 'H35'")
    assert value(render(published), "tthc_unit_total_numerator", **H35_YEAR) == 140


def test_a_snapshot_without_data_has_no_moment_up_to_which_it_counts(published: Path) -> None:
    change(published, "UPDATE snapshot SET as_of = NULL")
    text = render(published)
    assert value(text, "tthc_snapshot_as_of_timestamp_seconds") is None
    assert value(text, "tthc_exporter_errors_total") == 0


def change(published: Path, sql: str) -> None:
    """Publish the first snapshot as it is after a statement."""
    path = published / f"{FIRST}.duckdb"
    with duckdb.connect(path) as con:
        con.execute(sql)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (published / "CURRENT").write_text(f"{FIRST}\n{digest}\n", encoding="utf-8")


@pytest.fixture
def port(published: Path) -> Iterator[int]:
    server, thread = serve(published, port=0)
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
    assert not thread.is_alive()


def fetch(port: int, accept: str = "") -> tuple[str, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
        return answer.headers["Content-Type"], answer.read().decode()


def test_the_server_answers_on_the_loopback_address_and_on_no_other(port: int) -> None:
    kind, text = fetch(port)
    assert kind.startswith("text/plain")
    assert value(text.encode(), "tthc_unit_total_numerator", **H35_YEAR) == 140
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", port))


def test_openmetrics_is_served_to_who_asks_for_it(port: int) -> None:
    kind, text = fetch(port, "application/openmetrics-text;version=1.0.0")
    assert kind.startswith("application/openmetrics-text")
    families = {family.name: family for family in parse_openmetrics(text)}  # type: ignore[no-untyped-call]
    assert families["tthc_unit"].type == "info"
    assert len(families["tthc_indicator_denominator"].samples) == len(
        labelled(fetch(port)[1].encode(), "tthc_indicator_denominator")
    )


def test_a_connection_that_says_nothing_does_not_stop_the_others(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10):
        assert "tthc_build_info" in fetch(port)[1]


def test_the_server_answers_before_the_first_snapshot(tmp_path: Path) -> None:
    server, thread = serve(tmp_path / "published", port=0)
    try:
        assert "tthc_snapshot_published_timestamp_seconds 0.0" in fetch(server.server_port)[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
