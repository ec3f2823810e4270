"""A published snapshot in, the hand-entered figures and the newest standing of each target out."""

from typing import Any

from metrics.snapshot import Snapshot

Row = dict[str, Any]

_HAS_LAW = """
-- one row: whether the snapshot has these tables; those published by an older program have none
SELECT count(*) AS tables
FROM duckdb_tables()
WHERE database_name = current_database() AND table_name IN ('indicator', 'indicator_entry', 'year_on_year')
"""
_NEWEST = """
-- one row per target of a unit: the running year, else the newest period of which there is a figure
SELECT target_id, source, period_label, numerator, denominator, value, status, gap
FROM (
    SELECT target_id, source, period_kind, period_label, period_start, numerator, denominator, ratio AS value, status, gap
    FROM assessment
    WHERE unit_code = $unit AND target_id IS NOT NULL AND source <> 'indicators'
    UNION ALL
    SELECT target_id, source, period_kind, period_label, period_start, numerator, denominator, ratio, status, gap
    FROM year_on_year
    WHERE unit_code = $unit
    UNION ALL
    SELECT target_id, 'indicators', period_kind, period_label, period_start, numerator, denominator, value, status, gap
    FROM indicator
    WHERE unit_code = $unit AND target_id IS NOT NULL
) AS standing
WHERE status NOT IN ('not_reported', 'no_activity')
QUALIFY row_number() OVER (
    PARTITION BY target_id
    ORDER BY status = 'no_comparison', period_kind = 'year_to_date' DESC, period_start DESC, period_label, source
) = 1
"""
_INDICATORS = """
-- one row per hand-entered figure that counts, and target
SELECT *
FROM indicator
WHERE ($unit = '' OR unit_code = $unit) AND ($year = 0 OR year(period_end) = $year)
ORDER BY unit_code, name_vi, period_start, period_end, target_id
"""
_ENTRIES = """
-- one row per figure ever entered by hand, oldest first
SELECT *
FROM indicator_entry
WHERE ($unit = '' OR unit_code = $unit) AND ($year = 0 OR year(period_end) = $year)
ORDER BY unit_code, code, period_start, period_end, entered_on, captured_at, row_number
"""


def newest_standings(snapshot: Snapshot, unit: str) -> dict[str, Row]:
    """Return by target id the newest figure of a unit against it: value, counts, period, status, gap."""
    if not _has_law(snapshot):
        return {}
    return {row["target_id"]: row for row in snapshot.rows(_NEWEST, {"unit": unit})}


def indicators(snapshot: Snapshot, unit: str | None = None, year: int | None = None) -> list[Row]:
    """Return the newest hand-entered figures with how they stand; unit, year None: all."""
    return _of(snapshot, _INDICATORS, unit, year)


def indicator_entries(snapshot: Snapshot, unit: str | None = None, year: int | None = None) -> list[Row]:
    """Return every figure ever entered by hand: who entered what, when; unit, year None: all."""
    return _of(snapshot, _ENTRIES, unit, year)


def _of(snapshot: Snapshot, sql: str, unit: str | None, year: int | None) -> list[Row]:
    return snapshot.rows(sql, {"unit": unit or "", "year": year or 0}) if _has_law(snapshot) else []


def _has_law(snapshot: Snapshot) -> bool:
    return bool(snapshot.rows(_HAS_LAW)[0]["tables"] == 3)
