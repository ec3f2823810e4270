"""What a snapshot is told of, as the rows of its tables: values in the order of the columns of `published_tables.sql`."""

from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

from metrics.alerts import Alert, SourceState
from metrics.assess import Assessment
from metrics.journal import Collected, RecordedExport
from metrics.source_ratios import Volumes, local_day


def source_row(one: SourceState, last: Collected | None) -> tuple[object, ...]:
    """Return the row of a source. last: what the journal knows of its collections; None: nothing."""
    return (
        one.source,
        one.kind,
        one.synthetic,
        one.captured_at,
        one.newest_event,
        local_day(one.captured_at),
        last.last_run_at if last else None,
        one.last_success_at,
        last.rows_read if last else None,
        last.rows_refused if last else None,
    )


def assessment_row(one: Assessment) -> tuple[object, ...]:
    """Return the row of an assessment with the target it was held against."""
    period, target = one.period, one.target
    asked: tuple[object, ...] = (None,) * 7
    level = None
    if target is not None and one.target_value is not None:
        value = float(one.target_value)
        asked = (target.id, target.op, value, target.kind, target.due, target.document, target.article)
        level = target.level
    return (
        *(one.metric, one.variant, one.source, one.unit_code, one.unit_name),
        *(period.kind, period.label, period.start, period.end, one.complete),
        *(one.numerator, one.denominator, one.ratio),
        *asked,
        *(one.status, one.gap, level),
    )


def volume_row(one: Volumes) -> tuple[object, ...]:
    """Return the row of the volumes of a unit and period."""
    period = (one.period.kind, one.period.label)
    return (one.source, one.unit_code, *period, one.received, one.resolved, one.open, one.overdue_open)


def outcome_row(one: RecordedExport) -> tuple[object, ...]:
    """Return the row of an export that was refused, as the journal remembers it."""
    counts = (one.rows_read, one.rows_accepted, one.rows_merged, one.rows_refused, one.rows_skipped)
    origin = (one.export_id, one.file_name, one.source, one.layout, one.captured_at, one.collected_at)
    return (*origin, *counts, one.outcome, one.message_vi, None)


def alert_row(one: Alert) -> tuple[object, ...]:
    """Return the row of an alert."""
    return tuple(float(value) if name == "target_value" and value is not None else value for name, value in _items(one))


def _items(one: Alert) -> Iterator[tuple[str, Any]]:
    return zip(one.__slots__, astuple(one), strict=True)
