"""The period of a dossier list: as its titles print it, as its rows show it, and the rows that do not fit."""

from collections.abc import Iterable
from datetime import date

import duckdb

from collectors.export import Finding
from collectors.period_text import PeriodText, find_period

# A dossier received earlier may be carried over; one received after the period, or over before it began, is not of it.
_OUTSIDE = """
-- one row: how many dossiers are not of the printed period, and where the first one stands
SELECT count(*), concat_ws(' ', nullif(arg_min(sheet, row_number), ''), concat('dòng ', min(row_number)))
FROM accepted
WHERE CAST(received_at AS DATE) > $end OR CAST(coalesce(finished_at, returned_at) AS DATE) < $start
"""
_SEEN = "SELECT CAST(min(received_at) AS DATE), CAST(max(received_at) AS DATE) FROM accepted"


def printed(titles: Iterable[Iterable[str]]) -> PeriodText | None:
    """Return the period that the sheets print, each by its own texts; of several sheets, the days from first to last."""
    periods = [period for texts in titles if (period := find_period(texts)) is not None]
    if not periods:
        return None
    starts, ends = [one.start for one in periods], [one.end for one in periods]
    return PeriodText(
        start=None if None in starts else min(one for one in starts if one),
        end=None if None in ends else max(one for one in ends if one),
        wording="; ".join(dict.fromkeys(one.wording for one in periods)),
        kind=periods[0].kind,
    )


def seen(con: duckdb.DuckDBPyConnection) -> str:
    """Return the days of the first and the last reception as an ISO range, "" where no row has one."""
    first, last = con.execute(_SEEN).fetchall()[0]
    return f"{first}..{last}" if first else ""


def outside(con: duckdb.DuckDBPyConnection, period: PeriodText | None) -> tuple[Finding, ...]:
    """Return a finding where dossiers were received after the printed period, or ended before it."""
    if period is None or period.start is None is period.end:
        return ()
    days: dict[str, date | None] = {"start": period.start, "end": period.end}
    rows, example = con.execute(_OUTSIDE, days).fetchall()[0]
    return (Finding("outside_period", "", rows, f"{example}, kỳ ghi {period.wording}"),) if rows else ()
