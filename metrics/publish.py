"""The warehouse in, one published snapshot out: counts, assessments, alerts, freshness; then CURRENT names it.

what is asked of the warehouse          warehouse_reads.py
the tables and what fills them          published_tables.sql, published_copies.sql, published_content.py
the ratios of each source               published_ratios.py
rows in the order of their columns      published_rows.py
files: draft, id, CURRENT, the oldest   published_folder.py
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from metrics import streaks
from metrics.journal import Journal, naive_utc
from metrics.on_time import DEFAULT, OnTime
from metrics.published_content import Content
from metrics.published_folder import attached, new_draft, put_in_force
from metrics.register_kept import InForce
from metrics.targets import Register
from metrics.unit_history import UnitHistory, load_history
from metrics.units import build_tree
from metrics.warehouse_reads import names_said
from metrics.working_days import WorkingDays, load_calendar


def publish(
    con: duckdb.DuckDBPyConnection,
    *,
    published: Path,
    journal: Path,
    register: Register,
    now: datetime,
    parents: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    primary_source: str | None = None,
    office: str | None = None,
    law: InForce | None = None,
    history: UnitHistory | None = None,
    on_time: OnTime = DEFAULT,
    calendar: WorkingDays | None = None,
) -> str:
    """Publish what is committed in the warehouse and return the id of the snapshot.

    law: the register with the state of the office's own file, where that is known.
    now: UTC. parents, names: of units, set by hand. primary_source: whose ratios alert where two sources have them.
    office: alert only for this unit and those below it. history: of units, calendar: of working days; None: those of
    the product. on_time: the rule set that speaks. Call it outside a transaction.
    Raises UnitError when the parents set by hand go round in a circle.
    """
    moment = naive_utc(now)
    snapshot_id, draft = new_draft(published, moment)
    with attached(con, draft) as cursor:
        units = build_tree(names_said(cursor), parents=parents, names=names)
        told = (history or load_history(), on_time, calendar or load_calendar())
        kept = streaks.before(published)
        content = Content(cursor, units, Journal(journal), law or InForce(register), moment, *told)
        content.fill(snapshot_id, primary_source=primary_source, office=office, streak=kept)
    put_in_force(draft, snapshot_id)
    return snapshot_id
