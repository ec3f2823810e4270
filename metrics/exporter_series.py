"""One published snapshot in, the series of its metrics out: current periods only, totals apart from their parts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from typing import Any

from collectors.home import VIETNAM
from metrics import streaks
from metrics.alerts import Rule, Severity
from metrics.definitions import EVERY
from metrics.exporter_families import SNAPSHOT_TEXTS, SOURCE_TEXTS, UNIT_TEXTS, Series
from metrics.insight.intervals import Evidence, evidence
from metrics.quality import Quality, published_quality
from metrics.snapshot import Snapshot
from metrics.targets import Op
from metrics.units import NATIONAL

DISTRIBUTION = "tthc"

_PERIOD_COLUMNS = ("metric", "period", "source")
_NUMERIC = {Op.AT_LEAST, Op.ABOVE, Op.EQUAL, Op.AT_MOST}

_ASSESSMENTS = """
-- one row per metric, variant, unit, source and exported period: of dossier lists the running periods and the
-- month of the newest reception ("latest" on the command line), of statistics the newest of each kind
WITH reception AS (
    SELECT d.source, max(d.day) AS newest
    FROM daily AS d
    JOIN source AS s ON s.source = d.source
    WHERE d.received > 0 AND d.day <= s.as_of_day
    GROUP BY d.source
)

SELECT
    a.metric, a.variant, a.source, a.unit_code, a.period_label, s.kind = 'dossier' AS counted_here,
    CASE
        WHEN s.kind = 'dossier' AND a.period_kind = 'month' THEN 'latest_month'
        ELSE a.period_kind
    END AS period,
    a.period_start, a.period_end, a.numerator, a.denominator,
    a.target_value, a.target_op, coalesce(a.target_kind, '') AS target_kind, a.status, a.gap
FROM assessment AS a
JOIN source AS s ON s.source = a.source
LEFT JOIN reception AS r ON r.source = a.source
WHERE (
    s.kind = 'dossier'
    AND (
        a.period_kind IN ('month_to_date', 'year_to_date')
        OR (a.period_kind = 'month' AND r.newest BETWEEN a.period_start AND a.period_end)
    )
) OR (
    s.kind = 'statistic'
    AND a.period_kind IN ('month_to_date', 'year_to_date', 'month', 'quarter', 'year')
    AND a.period_start <= s.as_of_day
    AND (a.numerator IS NOT NULL OR a.denominator IS NOT NULL)
)
QUALIFY s.kind = 'dossier' OR a.period_end = max(a.period_end) OVER (
    PARTITION BY a.source, a.metric, a.period_kind
)
ORDER BY a.source, a.metric, period, a.unit_code, a.variant
"""
_SNAPSHOT = "SELECT snapshot_id, as_of, published_at, synthetic, definitions_version FROM snapshot"
_UNITS = "SELECT unit_code, unit_name, coalesce(parent_code, '') AS parent_code, level FROM unit"
_SOURCES = """
SELECT source, synthetic, newest_event, last_run_at, last_success_at, rows, rows_refused
FROM source
WHERE kind <> 'indicator'
ORDER BY source
"""
_ALERTS = """
SELECT rule, severity, count(*) AS firing
FROM alert
GROUP BY rule, severity
ORDER BY rule, severity
"""

Row = dict[str, Any]


def without_snapshot() -> Iterator[Series]:
    """Yield what can be told before anything is published."""
    yield from _fixed_series()
    yield Series("tthc_snapshot_published_timestamp_seconds", (), 0)


def from_snapshot(snapshot: Snapshot) -> Iterator[Series]:
    """Yield every series of a snapshot."""
    units = snapshot.rows(_UNITS)
    yield from _fixed_series()
    for row in snapshot.rows(_SNAPSHOT):
        yield from _snapshot_series(row)
    for row in snapshot.rows(_SOURCES):
        yield from _source_series(row)
    for one in published_quality(snapshot):
        yield from _quality_series(one)
    yield from _alert_series(snapshot.rows(_ALERTS))
    for row in units:
        yield Series("tthc_unit_info", _texts(row, *UNIT_TEXTS), 1)
    rows = snapshot.rows(_ASSESSMENTS)
    kept = streaks.known(snapshot)
    for row in rows:
        key = (row["metric"], row["variant"], row["source"], row["unit_code"], row["period_label"])
        row["publications"] = kept[key][2] if key in kept else None
    yield from _assessment_series(rows, _units_above(units))


def _fixed_series() -> Iterator[Series]:
    yield Series("tthc_build_info", (_version(),), 1)
    for metric in EVERY:
        yield Series("tthc_indicator_info", (metric.key, metric.label_vi, metric.direction), 1)


def _snapshot_series(row: Row) -> Iterator[Series]:
    yield Series("tthc_snapshot_info", _texts(row, *SNAPSHOT_TEXTS), 1)
    yield Series("tthc_snapshot_published_timestamp_seconds", (), _instant(row["published_at"]))
    if row["as_of"] is not None:
        yield Series("tthc_snapshot_as_of_timestamp_seconds", (), _instant(row["as_of"]))


def _source_series(row: Row) -> Iterator[Series]:
    source = (row["source"],)
    yield Series("tthc_source_info", _texts(row, *SOURCE_TEXTS), 1)
    for moment in ("last_run", "last_success"):
        yield Series(f"tthc_collector_{moment}_timestamp_seconds", source, _instant(row[f"{moment}_at"]))
    if row["newest_event"] is not None:
        yield Series("tthc_data_newest_event_timestamp_seconds", source, _midnight(row["newest_event"]))
    if row["rows"] is not None:
        yield Series("tthc_collector_last_run_rows", source, row["rows"])
    if row["rows_refused"] is not None:
        yield Series("tthc_collector_last_run_rows_rejected", source, row["rows_refused"])


def _quality_series(one: Quality) -> Iterator[Series]:
    labels = (one.source, one.dimension.value)
    yield Series("tthc_data_quality_ratio", labels, float(one.share))
    yield Series("tthc_data_quality_checked", labels, one.checked)
    yield Series("tthc_data_quality_failing", labels, one.failing)


def _alert_series(rows: list[Row]) -> Iterator[Series]:
    """Yield how many alerts of each sort there are, 0 included: none is not the same as not known."""
    firing = {(row["rule"], row["severity"]): row["firing"] for row in rows}
    for sort in {**dict.fromkeys(product(Rule, Severity), 0), **firing}.items():
        yield Series("tthc_alerts_firing", *sort)


def _assessment_series(rows: list[Row], above: Mapping[str, frozenset[str]]) -> Iterator[Series]:
    """Yield the series of the rows that were reported: a denominator of 0 was, an absent one was not."""
    reported = [row for row in rows if row["numerator"] is not None or row["denominator"] is not None]
    totals = {(*_scope(row), unit) for row in reported for unit in above.get(row["unit_code"], ())}
    for row in reported:
        prefix = "tthc_unit_total" if (*_scope(row), row["unit_code"]) in totals else "tthc_indicator"
        yield from _unit_series(row, prefix)
    yield from _period_series(reported)


def _period_series(reported: list[Row]) -> Iterator[Series]:
    start, end = (f"tthc_indicator_period_{bound}_timestamp_seconds" for bound in ("start", "end"))
    days = {_texts(row, *_PERIOD_COLUMNS): (row["period_start"], row["period_end"]) for row in reported}
    for labels, (first, last) in days.items():
        yield Series(start, labels, _midnight(first))
        yield Series(end, labels, _midnight(last + timedelta(days=1)))


def _scope(row: Row) -> tuple[str, str]:
    """Return among which rows units below are looked for: a list is rolled up alike for every metric,
    statistics come with units below for some metrics only.
    """
    return row["source"], "" if row["counted_here"] else row["metric"]


def _unit_series(row: Row, prefix: str) -> Iterator[Series]:
    unit = _texts(row, "metric", "period", "unit_code", "source", "variant")
    judged = (*unit, row["target_kind"])
    for count in ("numerator", "denominator"):
        if row[count] is not None:
            yield Series(f"{prefix}_{count}", unit, row[count])
    if row["target_value"] is not None:
        yield Series(f"{prefix}_target_ratio", judged, row["target_value"])
    if row["status"] in ("met", "below"):
        yield Series(f"{prefix}_below_target", judged, row["status"] == "below")
        yield Series(f"{prefix}_below_target_significant", judged, _significant(row))
        if row["status"] == "met" or row["publications"] is not None:
            yield Series(f"{prefix}_below_target_publications", judged, row["publications"] or 0)
    if row["gap"] is not None:
        yield Series(f"{prefix}_gap_dossiers", judged, row["gap"])


def _significant(row: Row) -> bool:
    """Whether the process behind the counts misses the target beyond chance (METHODS §5.4)."""
    if row["status"] != "below" or row["target_op"] not in _NUMERIC:
        return False
    asked = (row["numerator"], row["denominator"], Decimal(str(row["target_value"])), Op(row["target_op"]))
    return evidence(*asked) is Evidence.BELOW


def _units_above(units: list[Row]) -> dict[str, frozenset[str]]:
    """Return the codes above each unit; the country stands above every other, though no code says so."""
    parents = {row["unit_code"]: row["parent_code"] for row in units}
    return {code: (_chain(code, parents) | {NATIONAL}) - {code} for code in parents}


def _chain(code: str, parents: Mapping[str, str]) -> frozenset[str]:
    above: set[str] = set()
    while (code := parents.get(code, "")) and code not in above:
        above.add(code)
    return frozenset(above)


def _texts(row: Row, *columns: str) -> tuple[str, ...]:
    """Return the columns as label values: "" for none, true and false in lower case."""
    return tuple(_text(row[column]) for column in columns)


def _text(value: str | bool | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def _instant(moment: datetime | None) -> float:
    """Return Unix seconds of a UTC moment without zone; 0 for never."""
    return 0.0 if moment is None else moment.replace(tzinfo=UTC).timestamp()


def _midnight(day: date) -> float:
    """Return Unix seconds at which the day begins in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp()


def _version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"  # run from a checkout that was not installed
