"""For how many publications in a row a ratio has been below what is asked: the snapshot before and this one's ratios in.

A publication counts when the source has brought newer data since: publishing the same data twice is one. The same label
of another period (the year to date, in January) begins anew. Without a snapshot before, everything begins at one.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from metrics.assess import Assessment, Status
from metrics.snapshot import FOLDER, Snapshot, SnapshotError, open_snapshot

_LOOKED_BACK = timedelta(days=100)  # a period that ended earlier is history

Key = tuple[str, str, str, str, str]  # metric, variant, source, unit, label of the period
Known = Mapping[Key, tuple[date, datetime, int]]  # first day of the period, when its data were captured, publications

TABLES_SQL = """
-- one row per ratio of a recent period that is below: in how many publications of newer data in a row
CREATE TABLE snapshot.below_streak (
    metric VARCHAR NOT NULL,
    variant VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    period_label VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    captured_at TIMESTAMP NOT NULL,        -- UTC: of the source, at the last publication that counted
    publications BIGINT NOT NULL
);
"""
_EXISTS = """
-- one row where a snapshot tells them
SELECT 1 FROM duckdb_tables() WHERE table_name = 'below_streak' AND database_name = 'published'
"""
_ALL = """
-- one row per ratio that is below
SELECT metric, variant, source, unit_code, period_label, period_start, captured_at, publications FROM below_streak
"""


def before(published: Path) -> Known:
    """Return what the present snapshot tells; nothing where there is none, or it cannot be read."""
    if published.name != FOLDER:
        return {}
    try:
        snapshot = open_snapshot(published.parent)
        if snapshot is None:
            return {}
        with snapshot:
            return known(snapshot)
    except (SnapshotError, duckdb.Error):
        return {}


def known(snapshot: Snapshot) -> Known:
    """Return what a snapshot tells; nothing of one that was published before there were streaks."""
    rows = snapshot.rows(_ALL) if snapshot.rows(_EXISTS) else []
    return {
        (row["metric"], row["variant"], row["source"], row["unit_code"], row["period_label"]): (
            row["period_start"],
            row["captured_at"],
            row["publications"],
        )
        for row in rows
    }


def streaks(
    assessments: Iterable[Assessment], captured: Mapping[str, datetime], kept: Known
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `below_streak`. captured: by source, when its newest data were captured."""
    for one in assessments:
        at = captured.get(one.source)
        if one.status != Status.BELOW or at is None or one.period.end < at.date() - _LOOKED_BACK:
            continue
        key = (one.metric, one.variant, one.source, one.unit_code, one.period.label)
        start, counted_at, publications = kept.get(key, (one.period.start, at, 0))
        if start != one.period.start:
            publications = 0
        elif counted_at == at and publications:
            publications -= 1  # the same data: no other publication
        yield (*key, one.period.start, at, publications + 1)
