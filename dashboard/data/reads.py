"""The published snapshot in, what was collected out: sources, runs, exports, refusals, findings, origins; cached."""

import json
from pathlib import Path
from typing import Any

from collectors.export import ExportReport, Outcome, report_of
from dashboard.reads import kept, listing, tables
from dashboard.rows import Listing, Period
from metrics import origins, reconcile
from metrics.audit import AuditJournal, Event
from metrics.lineage import DeliveredValue
from metrics.origins import SheetShare
from metrics.readers import Reader
from metrics.reconcile import Reconciliation
from metrics.scope import ALLOWED, Scope
from metrics.snapshot import Snapshot

NEEDED = {"run", "origin"}

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


# What single exports hold is for those who may see every unit in them; what statistics say is everybody's.
_SHOWN = f"""
WITH RECURSIVE {ALLOWED.strip()}, shown AS (
    SELECT export_id
    FROM export
    WHERE source IN (SELECT source FROM source WHERE kind = 'statistic')
    UNION
    SELECT export_id
    FROM origin
    WHERE NOT list_contains($scope::VARCHAR[], '*')
    GROUP BY export_id
    HAVING bool_and(unit_code IN (SELECT unit_code FROM allowed))
)
"""
_IS_SHOWN = "(list_contains($scope::VARCHAR[], '*') OR {table}export_id IN (SELECT export_id FROM shown))"
EXPORTS = f"""
-- one row per export, newest first; key: its id, or its name where it could not be read
{_SHOWN}
SELECT coalesce(nullif(export_id, ''), 'file:' || file_name) AS key, file_name, source, captured_at, collected_at,
    rows_read, rows_accepted, rows_merged, rows_refused, rows_skipped, outcome, message_vi, count(*) OVER () AS total
FROM export
WHERE ($source = '' OR coalesce(source, '?') = $source) AND ($outcome = '' OR outcome = $outcome)
    AND {_IS_SHOWN.format(table="")}
ORDER BY collected_at DESC NULLS LAST, captured_at DESC NULLS FIRST, file_name
LIMIT $most
"""


@kept
def exports(snapshot: Snapshot, scope: Scope, source: str, outcome: str, most: int) -> Listing:
    """Return the newest exports with what became of their rows; "" means every source, every outcome."""
    return listing(
        snapshot.rows(EXPORTS, {"scope": scope.parameter, "source": source, "outcome": outcome, "most": most})
    )


KINDS = f"""
-- one row per source and outcome of exports
{_SHOWN}
SELECT DISTINCT coalesce(source, '?') AS source, outcome FROM export WHERE {_IS_SHOWN.format(table="")} ORDER BY source, outcome
"""


@kept
def export_kinds(snapshot: Snapshot, scope: Scope) -> tuple[list[str], list[str]]:
    """Return the sources and the outcomes that exports have; "?" for an export of no known source."""
    found = snapshot.rows(KINDS, {"scope": scope.parameter})
    return list(dict.fromkeys(row["source"] for row in found)), sorted({row["outcome"] for row in found})


EXPORT = f"""
-- one row: an export by its key
{_SHOWN}
SELECT file_name, source, layout, captured_at, collected_at, rows_read, rows_accepted, rows_merged, rows_refused,
    rows_skipped, outcome, message_vi, report
FROM export
WHERE coalesce(nullif(export_id, ''), 'file:' || file_name) = $key AND {_IS_SHOWN.format(table="")}
"""


@kept
def report(snapshot: Snapshot, scope: Scope, key: str) -> ExportReport | None:
    """Return the whole report of an export; of a refused file what the journal tells; None: not there, or not in scope."""
    found = snapshot.rows(EXPORT, {"scope": scope.parameter, "key": key})
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


REFUSALS = f"""
-- one row per refused row, newest export first
{_SHOWN}
SELECT refusal.file_name, sheet, row_number, column_name, reason, found, count(*) OVER () AS total
FROM refusal
LEFT JOIN export USING (export_id)
WHERE ($key = '' OR refusal.export_id = $key) AND {_IS_SHOWN.format(table="refusal.")}
ORDER BY export.collected_at DESC, refusal.file_name, sheet, row_number
LIMIT $most
"""


@kept
def refusals(snapshot: Snapshot, scope: Scope, key: str, most: int) -> Listing:
    """Return refused rows with file, sheet, row, column, reason and what was found; key "": of every export."""
    return listing(snapshot.rows(REFUSALS, {"scope": scope.parameter, "key": key, "most": most}))


def handed_in(journal: Path, reader: Reader, key: str) -> list[Event]:
    """Return who handed in an export from the screen; nothing for readers of whom it is not known who they are.

    Not cached: the journal is not of a snapshot.
    """
    return AuditJournal(journal).of_export(key) if reader.is_known else []


FINDINGS = f"""
-- one row per finding: something odd that was kept
{_SHOWN}
SELECT finding.*, count(*) OVER () AS total
FROM finding
LEFT JOIN export USING (export_id)
WHERE {_IS_SHOWN.format(table="finding.")}
ORDER BY export.collected_at DESC, finding.file_name, check_id, column_name
LIMIT $most
"""
CHECKS = f"""
-- one row per named check that found something
{_SHOWN}
SELECT check_id, count(DISTINCT export_id) AS exports, sum(rows)::BIGINT AS rows,
    string_agg(DISTINCT nullif(column_name, ''), ', ' ORDER BY nullif(column_name, '')) AS column_name,
    arg_max(file_name, rows) AS file_name, arg_max(example, rows) AS example
FROM finding
WHERE {_IS_SHOWN.format(table="")}
GROUP BY check_id
ORDER BY rows DESC, check_id
"""


@kept
def findings(snapshot: Snapshot, scope: Scope, most: int) -> Listing:
    """Return what was odd in the exports and kept."""
    return listing(snapshot.rows(FINDINGS, {"scope": scope.parameter, "most": most}))


@kept
def checks(snapshot: Snapshot, scope: Scope) -> list[dict[str, Any]]:
    """Return the findings by check, most rows first, with the export that has most of them."""
    return snapshot.rows(CHECKS, {"scope": scope.parameter})


@kept
def reconciled(snapshot: Snapshot, unit: str, period: str) -> list[Reconciliation]:
    """Return our counts beside the portal's for one unit and period."""
    return reconcile.reconcile(snapshot, unit=unit, period=period)


@kept
def sheets(snapshot: Snapshot, scope: Scope, variant: str, source: str, unit: str, period: Period) -> list[SheetShare]:
    """Return the sheets behind a ratio of dossiers. Raises AccessError for a unit that is not in scope."""
    return origins.sheets(
        snapshot, scope, variant=variant, source=source, unit=unit, start=period.start, end=period.end
    )


@kept
def delivered(snapshot: Snapshot, variant: str, source: str, unit: str, period: Period) -> list[DeliveredValue]:
    """Return the delivered counts of a ratio and the responses that say them."""
    return list(
        origins.delivered(snapshot, variant=variant, source=source, unit=unit, start=period.start, end=period.end)
    )
