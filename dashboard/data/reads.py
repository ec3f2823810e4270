"""The published snapshot in, what was collected out: sources, runs, exports, refusals, findings, origins; cached."""

import json
from typing import Any

from collectors.export import ExportReport, Outcome, report_of
from dashboard.reads import kept, listing
from dashboard.rows import Listing, Period
from metrics import origins, reconcile
from metrics.lineage import DeliveredValue
from metrics.origins import SheetShare
from metrics.reconcile import Reconciliation
from metrics.snapshot import Snapshot

NEEDED = {"run", "origin"}

TABLES = """
-- one row per table
SELECT table_name FROM information_schema.tables WHERE table_catalog = 'published'
"""


@kept
def tables(snapshot: Snapshot) -> set[str]:
    """Return the names of the tables: a snapshot of an earlier version lacks some."""
    return {row["table_name"] for row in snapshot.rows(TABLES)}


SOURCES = """
-- one row per source
SELECT source, kind, synthetic, captured_at, newest_event, last_run_at, last_success_at, rows, rows_refused,
    CASE WHEN rows > 0 THEN rows_refused / rows END AS share
FROM source
ORDER BY synthetic, kind, source
"""


@kept
def sources(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return every source, with or without rates."""
    return snapshot.rows(SOURCES)


QUALITY = """
-- one row per source and dimension: the counts of its worst check
SELECT source, dimension, checked, failing, critical, (checked - failing) / checked AS share
FROM quality
WHERE checked > 0
ORDER BY source, share, dimension
"""
SEVERITIES = """
-- one row per named check
SELECT DISTINCT check_id, severity FROM quality_check
"""


@kept
def quality(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return how good each dimension of each source is, the worst first; nothing where that was not published."""
    return snapshot.rows(QUALITY) if "quality" in tables(snapshot) else []


@kept
def severities(snapshot: Snapshot) -> dict[str, str]:
    """Return the severity of checks by name; nothing where that was not published."""
    known = snapshot.rows(SEVERITIES) if "quality_check" in tables(snapshot) else []
    return {row["check_id"]: row["severity"] for row in known}


RUNS = """
-- one row per collection, newest first
SELECT run_id, started_at, finished_at, exports, failures, count(*) OVER () AS total
FROM run
ORDER BY run_id DESC
LIMIT ?
"""


@kept
def runs(snapshot: Snapshot, most: int) -> Listing:
    """Return the newest collections."""
    return listing(snapshot.rows(RUNS, (most,)))


EXPORTS = """
-- one row per export, newest first; key: its id, or its name where it could not be read
SELECT coalesce(nullif(export_id, ''), 'file:' || file_name) AS key, file_name, source, captured_at, collected_at,
    rows_read, rows_accepted, rows_merged, rows_refused, rows_skipped, outcome, message_vi, count(*) OVER () AS total
FROM export
WHERE ($source = '' OR coalesce(source, '?') = $source) AND ($outcome = '' OR outcome = $outcome)
ORDER BY collected_at DESC NULLS LAST, captured_at DESC NULLS FIRST, file_name
LIMIT $most
"""


@kept
def exports(snapshot: Snapshot, source: str, outcome: str, most: int) -> Listing:
    """Return the newest exports with what became of their rows; "" means every source, every outcome."""
    return listing(snapshot.rows(EXPORTS, {"source": source, "outcome": outcome, "most": most}))


KINDS = """
-- one row per source and outcome of exports
SELECT DISTINCT coalesce(source, '?') AS source, outcome FROM export ORDER BY source, outcome
"""


@kept
def export_kinds(snapshot: Snapshot) -> tuple[list[str], list[str]]:
    """Return the sources and the outcomes that exports have; "?" for an export of no known source."""
    found = snapshot.rows(KINDS)
    return list(dict.fromkeys(row["source"] for row in found)), sorted({row["outcome"] for row in found})


EXPORT = """
-- one row: an export by its key
SELECT file_name, source, layout, captured_at, collected_at, rows_read, rows_accepted, rows_merged, rows_refused,
    rows_skipped, outcome, message_vi, report
FROM export
WHERE coalesce(nullif(export_id, ''), 'file:' || file_name) = ?
"""


@kept
def report(snapshot: Snapshot, key: str) -> ExportReport | None:
    """Return the whole report of an export; of a refused file what the journal tells; None: not there."""
    found = snapshot.rows(EXPORT, (key,))
    if not found:
        return None
    row = found[0]
    if row["report"]:
        return report_of(json.loads(row["report"]))
    counts = {name: value for name, value in row.items() if name.startswith("rows_")}
    accepted = row["outcome"] in (Outcome.ACCEPTED, Outcome.ALREADY)
    outcome = Outcome(row["outcome"]) if accepted else Outcome.REFUSED
    origin = {"source": row["source"] or "", "layout": row["layout"] or "", "captured_at": row["captured_at"]}
    return ExportReport(row["file_name"], outcome, message_vi=row["message_vi"], **origin, **counts)


REFUSALS = """
-- one row per refused row, newest export first
SELECT refusal.file_name, sheet, row_number, column_name, reason, found, count(*) OVER () AS total
FROM refusal
LEFT JOIN export USING (export_id)
WHERE $key = '' OR refusal.export_id = $key
ORDER BY export.collected_at DESC, refusal.file_name, sheet, row_number
LIMIT $most
"""


@kept
def refusals(snapshot: Snapshot, key: str, most: int) -> Listing:
    """Return refused rows with file, sheet, row, column, reason and what was found; key "": of every export."""
    return listing(snapshot.rows(REFUSALS, {"key": key, "most": most}))


FINDINGS = """
-- one row per finding: something odd that was kept
SELECT finding.*, count(*) OVER () AS total
FROM finding
LEFT JOIN export USING (export_id)
ORDER BY export.collected_at DESC, finding.file_name, check_id, column_name
LIMIT ?
"""
CHECKS = """
-- one row per named check that found something
SELECT check_id, count(DISTINCT export_id) AS exports, sum(rows)::BIGINT AS rows,
    string_agg(DISTINCT nullif(column_name, ''), ', ' ORDER BY nullif(column_name, '')) AS column_name,
    arg_max(file_name, rows) AS file_name, arg_max(example, rows) AS example
FROM finding
GROUP BY check_id
ORDER BY rows DESC, check_id
"""


@kept
def findings(snapshot: Snapshot, most: int) -> Listing:
    """Return what was odd in the exports and kept."""
    return listing(snapshot.rows(FINDINGS, (most,)))


@kept
def checks(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the findings by check, most rows first, with the export that has most of them."""
    return snapshot.rows(CHECKS)


@kept
def reconciled(snapshot: Snapshot, unit: str, period: str) -> list[Reconciliation]:
    """Return our counts beside the portal's for one unit and period."""
    return reconcile.reconcile(snapshot, unit=unit, period=period)


@kept
def sheets(snapshot: Snapshot, variant: str, source: str, unit: str, period: Period) -> list[SheetShare]:
    """Return the sheets behind a ratio of dossiers."""
    return origins.sheets(snapshot, variant=variant, source=source, unit=unit, start=period.start, end=period.end)


@kept
def delivered(snapshot: Snapshot, variant: str, source: str, unit: str, period: Period) -> list[DeliveredValue]:
    """Return the delivered counts of a ratio and the responses that say them."""
    return list(
        origins.delivered(snapshot, variant=variant, source=source, unit=unit, start=period.start, end=period.end)
    )
