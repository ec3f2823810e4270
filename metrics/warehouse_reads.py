"""The warehouse in, what a snapshot is made of out: units, sources, exports, counts of days, periods and deliveries.

All of it is asked of one cursor while the snapshot is made; `unit_day` is a table of `published_copies.sql`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import duckdb

from metrics.periods import Period
from metrics.source_ratios import EVER_SUMS, Delivered, Source, Sums, with_stocks
from metrics.units import Named

Row = dict[str, Any]

_NAMES_SAID = """
-- one row per unit, source and saying: oldest first, so that the newest wins
SELECT unit_code, unit_name, level
FROM (
    SELECT unit_code, unit_name, level, captured_at, source FROM collected.unit
    -- a form's code made of a name that has found its unit is no unit
    WHERE unit_code NOT LIKE 'ten:%' OR unit_code IN (SELECT unit_code FROM collected.statistic)
    UNION ALL
    SELECT DISTINCT unit_code, NULL, NULL, TIMESTAMP '1900-01-01', source FROM counted.daily
    UNION ALL
    SELECT DISTINCT unit_code, NULL, NULL, TIMESTAMP '1900-01-01', source FROM collected.statistic
    UNION ALL
    SELECT DISTINCT unit_code, NULL, NULL, TIMESTAMP '1900-01-01', 'indicators' FROM collected.indicator
) AS said
ORDER BY captured_at, source, unit_code
"""
_SOURCES = """
-- one row per source with data or exports
WITH seen AS (
    -- hand-entered indicators are never late and have no ratio of their own
    SELECT source, captured_at, synthetic FROM collected.export WHERE source <> 'indicators'
    UNION ALL
    SELECT source, max(captured_at), source = 'demo' FROM collected.dossier GROUP BY source
    UNION ALL
    SELECT source, max(captured_at), FALSE FROM collected.statistic GROUP BY source
)

SELECT
    source,
    source IN (SELECT source FROM collected.dossier) AS has_dossiers,
    source IN (SELECT source FROM collected.payment) AS has_payments,
    bool_or(synthetic) AS synthetic,
    max(captured_at) AS captured_at
FROM seen
-- lists that show only some dossiers (late ones, returned ones, ...) tell no rate
WHERE source NOT IN (
    SELECT source FROM collected.export
    WHERE source IN (SELECT source FROM collected.dossier)
    GROUP BY source
    HAVING bool_and(partial)
)
-- a catalogue describes procedures, it counts nothing
AND source <> 'procedure_list'
GROUP BY source
ORDER BY source
"""
_EXPORTS = """
-- one row per accepted export
SELECT export_id, file_name, source, layout, captured_at, rows_read, rows_accepted, rows_merged, rows_refused,
    rows_skipped, report
FROM collected.export
ORDER BY captured_at, export_id
"""
_NEWEST = """
-- one row: newest reception, newest event of dossiers, end of the newest delivered period; not after a day
SELECT
    (SELECT max(day) FROM unit_day WHERE source = $source AND received > 0 AND day <= $as_of) AS received,
    (SELECT max(day) FROM unit_day WHERE source = $source AND received + resolved > 0 AND day <= $as_of) AS event,
    (SELECT max(least(period_end, $as_of)) FROM collected.statistic
        WHERE source = $source AND period_start <= $as_of) AS delivered
"""
_FIRST = "SELECT min(day) AS day FROM unit_day WHERE source = ? AND received > 0"
_UNITS_OF = "SELECT DISTINCT unit_code FROM unit_day WHERE source = ?"
_RECENT = """
-- one row per unit and recent day
SELECT * EXCLUDE (source)
FROM unit_day
WHERE source = $source AND day BETWEEN $first AND $last
"""
_FLOWS = """
-- one row per period and unit: sums
SELECT label, unit_code, sum(COLUMNS(* EXCLUDE (label, start_day, end_day, stock_day, source, day, unit_code)))
FROM period
JOIN unit_day ON day BETWEEN start_day AND end_day
WHERE source = ?
GROUP BY label, unit_code
"""
_ENTERED = f"""
-- one row per period and unit: what entered and left up to the day of its stocks
SELECT
    label,
    unit_code,
    {EVER_SUMS}
FROM period
JOIN unit_day ON day <= stock_day
WHERE source = ?
GROUP BY label, unit_code
"""
_DELIVERED = """
-- one row per delivered count that a ratio needs
SELECT unit_code, period_start, period_end, measure, value, quality, captured_at
FROM collected.statistic
WHERE source = $source AND list_contains($measures, measure) AND field = '' AND procedure_key = ''
ORDER BY unit_code, period_start, period_end
"""


def rows(cursor: duckdb.DuckDBPyConnection, sql: str, params: object = None) -> list[Row]:
    """Return the rows of a query, each by column name."""
    cursor.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def names_said(cursor: duckdb.DuckDBPyConnection) -> list[Named]:
    """Return what the sources say of the names and levels of units, oldest first."""
    return [Named(*row) for row in cursor.execute(_NAMES_SAID).fetchall()]


def sources(cursor: duckdb.DuckDBPyConnection) -> list[Row]:
    """Return each source that tells ratios, with what it gives and when its newest export was captured."""
    return rows(cursor, _SOURCES)


def exports(cursor: duckdb.DuckDBPyConnection) -> list[Row]:
    """Return the accepted exports, oldest first."""
    return rows(cursor, _EXPORTS)


def newest(cursor: duckdb.DuckDBPyConnection, source: str, as_of: date) -> dict[str, date | None]:
    """Return the newest reception, event of a dossier and end of a delivered period, not after a day."""
    return rows(cursor, _NEWEST, {"source": source, "as_of": as_of})[0]


def first_reception(cursor: duckdb.DuckDBPyConnection, source: str) -> date | None:
    """Return the first day on which a dossier was received; None where none was."""
    day: date | None = rows(cursor, _FIRST, [source])[0]["day"]
    return day


def units_of(cursor: duckdb.DuckDBPyConnection, source: str) -> Iterator[str]:
    """Yield the codes of the units with a dossier of the source of their own, ever."""
    return (row["unit_code"] for row in rows(cursor, _UNITS_OF, [source]))


def counts_by_day(
    cursor: duckdb.DuckDBPyConnection, source: str, first: date, last: date
) -> dict[str, dict[date, dict[str, int]]]:
    """Return by unit and day what was counted on it, each unit on its own."""
    days: dict[str, dict[date, dict[str, int]]] = {}
    for row in rows(cursor, _RECENT, {"source": source, "first": first, "last": last}):
        days.setdefault(row.pop("unit_code"), {})[row.pop("day")] = row
    return days


def sums_by_period(
    cursor: duckdb.DuckDBPyConnection, source: Source, periods: Sequence[Period]
) -> dict[str, dict[str, Sums]]:
    """Return by period and unit its flows and the stocks at its end, each unit on its own."""
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE period (label VARCHAR, start_day DATE, end_day DATE, stock_day DATE)"
    ).fetchall()
    with cursor.appender("temp.main.period") as appender:
        for one in periods:
            appender.append_row(one.label, one.start, one.end, min(one.end, source.as_of_day))
    flows = _by_period(cursor, _FLOWS, source)
    entered = _by_period(cursor, _ENTERED, source)
    sums: dict[str, dict[str, Sums]] = {}
    for one in periods:
        now, ever = flows.get(one.label, {}), entered.get(one.label, {})
        codes = dict.fromkeys([*now, *ever])
        sums[one.label] = {code: with_stocks(now.get(code, {}), ever.get(code, {})) for code in codes}
    return sums


def _by_period(cursor: duckdb.DuckDBPyConnection, sql: str, source: Source) -> dict[str, dict[str, Sums]]:
    found: dict[str, dict[str, Sums]] = {}
    for row in rows(cursor, sql, [source.source]):
        found.setdefault(row.pop("label"), {})[row.pop("unit_code")] = row
    return found


def delivered_counts(cursor: duckdb.DuckDBPyConnection, source: str, measures: Sequence[str]) -> Iterator[Delivered]:
    """Yield the delivered counts of some measures, of units as a whole."""
    asked = {"source": source, "measures": measures}
    return (Delivered(*row.values()) for row in rows(cursor, _DELIVERED, asked))
