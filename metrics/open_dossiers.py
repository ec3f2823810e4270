"""The warehouse in, the dossiers that are open on the day of the data out: late, nearly late, waiting; nobody's data.

A dossier is open, waiting or late by the rule of `count.sql`, dossier by dossier instead of counted: the late ones of a
unit are as many as the numerator of its published `overdue_open`. Working days are those of `working_days`.
Sources that show only some dossiers are left out, as they are left out of the rates.
"""

from collections.abc import Iterable
from datetime import date

import duckdb

from metrics.alerts import SourceState
from metrics.definitions import Kind
from metrics.source_ratios import local_day
from metrics.working_days import CalendarError, WorkingDays

MOST = 200_000

TABLES_SQL = """
-- one row per open dossier, the newest ones of each source: no personal data
CREATE TABLE snapshot.open_dossier (
    source VARCHAR NOT NULL,
    dossier_code VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,            -- the unit that resolves it
    procedure_key VARCHAR NOT NULL,
    received DATE NOT NULL,
    due DATE,                              -- NULL: without a due day
    status TINYINT,                        -- national list, 1 to 10; NULL: not understood
    waiting BOOLEAN NOT NULL,              -- for papers or for a payment: never late
    late BOOLEAN NOT NULL,                 -- the due day is over, on the day of the data
    days_left INTEGER                      -- working days, 0 today, negative late; NULL: no due day, or no calendar
);

-- one row per source with dossiers: how many are open and late, and how many of the open ones are listed
CREATE TABLE snapshot.open_total (
    source VARCHAR NOT NULL,
    open BIGINT NOT NULL,
    late BIGINT NOT NULL,
    listed BIGINT NOT NULL
);
"""

# The conditions are those of count.sql (is_entered, left_day, overdue_day), asked of one day.
_OPEN = """
-- one row per dossier of a source that is open on a day
CREATE OR REPLACE TEMP TABLE open_now AS
WITH dated AS (
    SELECT
        dossier_code,
        COALESCE(resolving_unit_code, unit_code) AS unit_code,
        procedure_key,
        status,
        CAST(received_at AS DATE) AS received,
        CAST(due_at AS DATE) AS due,
        GREATEST(CAST(COALESCE(finished_at, returned_at) AS DATE), CAST(received_at AS DATE)) AS left_day,
        GREATEST(CAST(due_at + INTERVAL 1 DAY AS DATE), CAST(received_at AS DATE)) AS overdue_day,
        COALESCE(status, 0) IN (7, 8, 9, 10) AS is_closed,
        COALESCE(status, 0) IN (5, 6) AS waiting,
        due_at IS NOT NULL AS has_due
    FROM collected.dossier
    WHERE source = $source AND received_at IS NOT NULL AND COALESCE(status, 0) NOT IN (1, 3)
)

SELECT
    dossier_code,
    unit_code,
    procedure_key,
    received,
    due,
    status,
    waiting,
    has_due AND NOT waiting AND overdue_day <= $day AND (NOT is_closed OR overdue_day < left_day) AS late
FROM dated
WHERE received <= $day AND (NOT is_closed OR left_day > $day)
"""
_DUE_DAYS = "SELECT DISTINCT due FROM open_now WHERE due IS NOT NULL"
_LISTED = """
INSERT INTO snapshot.open_dossier
SELECT
    $source,
    o.dossier_code,
    o.unit_code,
    o.procedure_key,
    o.received,
    o.due,
    o.status,
    o.waiting,
    o.late,
    d.days_left
FROM open_now AS o
LEFT JOIN days_to_due AS d ON d.due = o.due
ORDER BY o.received DESC, o.dossier_code
LIMIT $most
"""
_TOTALS = """
INSERT INTO snapshot.open_total
SELECT $source, count(*), count(*) FILTER (WHERE late), least(count(*), $most)
FROM open_now
"""


def fill(
    cursor: duckdb.DuckDBPyConnection, sources: Iterable[SourceState], calendar: WorkingDays, *, most: int = MOST
) -> None:
    """Write the tables of open dossiers; of each source the newest `most`, and how many there are."""
    for one in sources:
        if one.kind != Kind.DOSSIER:
            continue
        today = local_day(one.captured_at)
        cursor.execute(_OPEN, {"source": one.source, "day": today}).fetchall()
        due_days = [row[0] for row in cursor.execute(_DUE_DAYS).fetchall()]
        cursor.execute("CREATE OR REPLACE TEMP TABLE days_to_due (due DATE, days_left INTEGER)").fetchall()
        with cursor.appender("temp.main.days_to_due") as appender:
            for due in due_days:
                appender.append_row(due, _left(calendar, today, due))
        cursor.execute(_LISTED, {"source": one.source, "most": most}).fetchall()
        cursor.execute(_TOTALS, {"source": one.source, "most": most}).fetchall()


def _left(calendar: WorkingDays, today: date, due: date) -> int | None:
    """Working days from a day to a due day; None where a year between has no calendar (or is no real year)."""
    try:
        return calendar.left(today, due)
    except CalendarError:
        return None
