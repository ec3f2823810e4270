"""Dossiers → `counted.daily`: what happened on each day, by unit and procedure; only touched days are counted again.

`counted.origin` holds the same counts by the sheets they come from, so that a published count can name its exports.
"""

import duckdb

from metrics.definitions import count_sql

# Grain: source × day × unit × procedure, only where something happened. Each row stands for dossiers of one source,
# so sums are over days, units and procedures, never over sources. The columns are those of measures.COUNTED.
SCHEMA_SQL = """\
-- what `metrics` counts in `collected`: a cache, made again by `recount`
CREATE SCHEMA counted;

-- one row per source, day, unit and procedure on which something happened; counts of dossiers, all of them flows
CREATE TABLE counted.daily (
    source VARCHAR NOT NULL,
    day DATE NOT NULL,                            -- local (Asia/Ho_Chi_Minh)
    unit_code VARCHAR NOT NULL,
    procedure_key VARCHAR NOT NULL,
    -- on the day a dossier was received (statuses 1 and 3 are not)
    received INTEGER NOT NULL,
    channel_known INTEGER NOT NULL,               -- the list has a channel column (its cell may be blank)
    received_online INTEGER NOT NULL,
    received_direct INTEGER NOT NULL,             -- at the counter, or no channel: QĐ 766 counts both as channel 1
    received_postal INTEGER NOT NULL,
    received_channel_unknown INTEGER NOT NULL,    -- a text we do not understand
    level_known INTEGER NOT NULL,
    received_online_full INTEGER NOT NULL,
    received_online_partial INTEGER NOT NULL,
    received_offered INTEGER NOT NULL,            -- of a procedure with an online service, through any channel
    received_online_of_offered INTEGER NOT NULL,
    payment_known INTEGER NOT NULL,               -- the list says whether there is a fee and whether it was paid online
    fee_known INTEGER NOT NULL,                   -- there is a fee
    received_paid_online INTEGER NOT NULL,
    digitisation_known INTEGER NOT NULL,
    received_digitised INTEGER NOT NULL,
    reuse_known INTEGER NOT NULL,
    received_reused INTEGER NOT NULL,
    digitised_full_known INTEGER NOT NULL,
    received_digitised_full INTEGER NOT NULL,
    paper_known INTEGER NOT NULL,                 -- at the counter or by post, with a digitisation column
    paper_digitised INTEGER NOT NULL,
    settled INTEGER NOT NULL,                     -- paid, in whatever way
    settled_online INTEGER NOT NULL,
    fee_due_amount BIGINT NOT NULL,               -- đồng, of the dossiers of fee_known
    fee_paid_online_amount BIGINT NOT NULL,       -- đồng
    received_without_due INTEGER NOT NULL,
    rated INTEGER NOT NULL,
    satisfied INTEGER NOT NULL,
    -- on the day a dossier was resolved (statuses 9 and 10): the result exists, else it was handed over
    resolved INTEGER NOT NULL,
    resolved_on_time INTEGER NOT NULL,            -- no due date counts as on time
    resolved_late INTEGER NOT NULL,
    resolved_without_due INTEGER NOT NULL,
    result_known INTEGER NOT NULL,
    resolved_electronic INTEGER NOT NULL,
    -- on the day a dossier ended (statuses 7 to 10), as the presets of on_time.py count it
    withdrawn INTEGER NOT NULL,                   -- status 7
    stopped INTEGER NOT NULL,                     -- status 8
    ended_td INTEGER NOT NULL,
    ended_on_time_td INTEGER NOT NULL,            -- by the day; withdrawn counts as on time
    ended_early_td INTEGER NOT NULL,
    ended_766 INTEGER NOT NULL,                   -- with a due date: without one the rule asks the statutory time
    ended_on_time_766 INTEGER NOT NULL,
    -- open on day D = sum of entered minus sum of left up to D; overdue on D likewise
    entered INTEGER NOT NULL,
    "left" INTEGER NOT NULL,
    overdue_entered INTEGER NOT NULL,             -- on the day after the due day, if still open
    overdue_left INTEGER NOT NULL,
    waiting_entered INTEGER NOT NULL,             -- waits today (statuses 5 and 6): it never left
    overdue_paying_entered INTEGER NOT NULL,      -- waits for a payment past its due day: late in the 766 only
    reached_entered INTEGER NOT NULL,             -- on the due day, if still open when it ends: late for OpenCPS
    dated_entered INTEGER NOT NULL,
    reached_left INTEGER NOT NULL,
    dated_left INTEGER NOT NULL
);

-- one row per source, day, unit and sheet of an export: the same counts, by the rows' origin instead of by procedure
CREATE TABLE counted.origin AS FROM counted.daily LIMIT 0;
ALTER TABLE counted.origin RENAME procedure_key TO origin;

-- export_id and sheet as one text, in the place where the counting statement looks for the procedure
CREATE VIEW counted.dossier_by_origin AS
SELECT * REPLACE (concat(export_id, ' ', sheet) AS procedure_key) FROM collected.dossier;
"""

# every day on which a dossier is, or was, counted
_TOUCH_EVERYTHING = """
INSERT INTO collected.touched_day
SELECT day FROM counted.daily
UNION
SELECT CAST(received_at AS DATE) FROM collected.dossier WHERE received_at IS NOT NULL
UNION
SELECT CAST(finished_at AS DATE) FROM collected.dossier WHERE finished_at IS NOT NULL
UNION
SELECT CAST(returned_at AS DATE) FROM collected.dossier WHERE returned_at IS NOT NULL
UNION
SELECT CAST(due_at AS DATE) FROM collected.dossier WHERE due_at IS NOT NULL
UNION
SELECT CAST(due_at + INTERVAL 1 DAY AS DATE) FROM collected.dossier WHERE due_at IS NOT NULL
"""
_DAYS = "SELECT count(DISTINCT day) FROM collected.touched_day"
_FORGET = """
DELETE FROM counted.daily WHERE day IN (SELECT day FROM collected.touched_day);
DELETE FROM counted.origin WHERE day IN (SELECT day FROM collected.touched_day)
"""
_DONE = "DELETE FROM collected.touched_day"


def recount(con: duckdb.DuckDBPyConnection, *, everything: bool = False) -> int:
    """Count the touched days again, forget that they were touched, and return how many they were.

    Runs in the caller's transaction when one is open. everything: all days, touched or not; the same result.
    """
    if everything:
        con.execute(_TOUCH_EVERYTHING).fetchall()
    days = int(con.execute(_DAYS).fetchall()[0][0])
    if days:
        con.execute(_FORGET).fetchall()
        con.execute(count_sql()).fetchall()
        con.execute(_by_origin(count_sql())).fetchall()
        con.execute(_DONE).fetchall()
    return days


def _by_origin(sql: str) -> str:
    """Return the counting statement, grouped by where the rows come from: no second definition of any count."""
    return sql.replace("counted.daily", "counted.origin").replace("collected.dossier", "counted.dossier_by_origin")
