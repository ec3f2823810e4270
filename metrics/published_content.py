"""The warehouse in, every table of one snapshot out: units, sources, ratios, alerts, exports, quality, the law."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb

from collectors.findings import checks
from metrics import alerts, figures, open_dossiers, outlook, payments, published_law, quality, streaks, warehouse_reads
from metrics.alerts import SourceState
from metrics.alerts_by_hand import below_by_hand
from metrics.assess import Assessment
from metrics.definitions import Kind, definitions_version
from metrics.journal import Journal
from metrics.on_time import OnTime
from metrics.published_ratios import Ratios
from metrics.published_rows import alert_row, assessment_row, outcome_row, source_row, volume_row
from metrics.quality_checks import quality_checks
from metrics.register_kept import InForce
from metrics.source_ratios import local_day
from metrics.unit_history import UnitHistory
from metrics.units import UnitTree
from metrics.working_days import WorkingDays

RUNS_KEPT = 60


class Content:
    """What one snapshot holds, written table by table through one cursor."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        units: UnitTree,
        journal: Journal,
        law: InForce,
        now: datetime,
        history: UnitHistory,
        on_time: OnTime,
        calendar: WorkingDays,
    ) -> None:
        self._on_time = on_time
        self._cursor = cursor
        self._units = units
        self._law = law
        self._register = law.register
        self._now = now
        self._history = history
        self._calendar = calendar
        self._ratios = Ratios(cursor, units, law.register, history, on_time)
        self._collected = journal.collected()
        self._outcomes = journal.newest_outcomes()
        self._runs = journal.runs(RUNS_KEPT)

    def fill(self, snapshot_id: str, *, primary_source: str | None, office: str | None, streak: streaks.Known) -> None:
        """Write every table."""
        self._run(_sql("published_tables.sql"))
        self._run(quality.TABLES_SQL)
        self._run(published_law.TABLES)
        self._run(open_dossiers.TABLES_SQL)
        self._run(outlook.TABLES_SQL)
        self._run(streaks.TABLES_SQL)
        self._name_checks()
        self._run(_sql("published_copies.sql"))
        self._run(payments.COPY_SQL)
        self._append("unit", ((u.code, u.name, u.parent, u.level, u.leaf) for u in self._units.units.values()))
        sources = [self._state(row) for row in warehouse_reads.sources(self._cursor)]
        self._append("source", (source_row(one, self._collected.get(one.source)) for one in sources))
        assessments = self._ratios.assessments(sources)
        self._append("volume", map(volume_row, self._ratios.volumes))
        trends = self._ratios.year_on_year(sources, assessments)
        standings = self._standings()
        by_hand = [found for one in standings if (found := figures.as_assessment(one))]
        self._append("assessment", map(assessment_row, [*assessments, *by_hand]))
        captured = {one.source: one.captured_at for one in sources}
        self._append("below_streak", streaks.streaks(assessments, captured, streak))
        published_law.fill(self._append, self._law, trends, standings, local_day(self._now))
        self._append("export", self._export_rows())
        self._append("run", map(astuple, self._runs))
        self._quality(sources)
        open_dossiers.fill(self._cursor, sources, self._calendar)
        for source in sources:
            self._append("outlook", map(astuple, self._outlooks(source, assessments, office)))
        raised = [
            *alerts.below_target(assessments, self._units, sources, primary_source=primary_source, office=office),
            *alerts.below_year_before(
                trends, assessments, self._units, sources, primary_source=primary_source, office=office
            ),
            *below_by_hand(standings, self._units, office=office, today=local_day(self._now)),
            *alerts.late_sources(sources, self._now),
            *alerts.flawed_exports(self._outcomes, self._now),
        ]
        self._append("alert", map(alert_row, raised))
        as_of = max((one.captured_at for one in sources), default=None)
        synthetic = any(one.synthetic for one in sources)
        version = definitions_version(self._register, self._on_time)
        self._append("snapshot", [(snapshot_id, as_of, self._now, synthetic, version, self._on_time)])

    def _run(self, sql: str) -> None:
        self._cursor.execute(sql).fetchall()

    def _append(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Append rows to a table of the snapshot; the engine's appender is a thousand times faster than INSERT."""
        with self._cursor.appender(f"snapshot.main.{table}") as appender:
            for row in rows:
                appender.append_row(*row)

    def _name_checks(self) -> None:
        """Tell the engine how grave each named check is."""
        self._run("CREATE OR REPLACE TEMP TABLE named_check (check_id VARCHAR, severity VARCHAR, dimension VARCHAR)")
        with self._cursor.appender("temp.main.named_check") as appender:
            for one in checks().values():
                appender.append_row(one.check_id, one.severity, one.dimension)

    def _state(self, row: Mapping[str, Any]) -> SourceState:
        kind = _kind(row)
        asked = {"source": row["source"], "as_of": local_day(row["captured_at"])}
        newest = warehouse_reads.newest(self._cursor, asked["source"], asked["as_of"])
        paid = (
            warehouse_reads.rows(self._cursor, payments.NEWEST_SQL, asked)[0]["day"] if kind == Kind.PAYMENT else None
        )
        collected = self._collected.get(row["source"])
        return SourceState(
            source=row["source"],
            kind=kind,
            synthetic=row["synthetic"],
            captured_at=row["captured_at"],
            newest_reception=paid if kind == Kind.PAYMENT else newest["received"],
            newest_event={Kind.DOSSIER: newest["event"], Kind.PAYMENT: paid}.get(kind, newest["delivered"]),
            last_success_at=collected.last_success_at if collected else None,
        )

    def _standings(self) -> list[figures.Standing]:
        """Return how the hand-entered figures stand; their history and their source are written here."""
        newest = warehouse_reads.rows(self._cursor, published_law.FORMS, {"source": figures.SOURCE})[0]["captured_at"]
        entered = [figures.Figure(*row.values()) for row in warehouse_reads.rows(self._cursor, published_law.ENTERED)]
        if newest is not None:
            self._append("source", [published_law.source_row(newest, local_day(newest))])
        self._append("indicator_entry", published_law.entries(entered))
        return figures.standings(self._register, self._units, entered)

    def _outlooks(
        self, source: SourceState, assessments: Iterable[Assessment], office: str | None
    ) -> Iterator[outlook.Outlook]:
        """Yield where the running periods of a dossier list will end."""
        today, first = local_day(source.captured_at), warehouse_reads.first_reception(self._cursor, source.source)
        if source.kind != Kind.DOSSIER or first is None:
            return
        days = warehouse_reads.counts_by_day(self._cursor, source.source, today - outlook.LOOKED_BACK, today)
        yield from outlook.outlooks(
            (one for one in assessments if one.source == source.source),
            self._units,
            days,
            self._calendar,
            captured_at=source.captured_at,
            first=first,
            office=office,
        )

    def _quality(self, sources: Sequence[SourceState]) -> None:
        """Write what the checks found, and how far doubtful cases could move a rate."""
        found = quality_checks(self._cursor, units=self._units, history=self._history, sources=sources, now=self._now)
        self._append("quality_check", map(astuple, found))
        self._append("quality", map(astuple, quality.dimensions(found)))
        self._append("assessment_bounds", ((*astuple(one), one.low, one.high) for one in self._ratios.bounds))

    def _export_rows(self) -> Iterator[tuple[object, ...]]:
        """Yield each accepted export with when it was collected, then what was refused and never accepted."""
        recorded = {one.export_id: one for one in self._outcomes if one.export_id}
        accepted = warehouse_reads.exports(self._cursor)
        for row in accepted:
            one = recorded.get(row["export_id"])
            at, message = (one.collected_at, one.message_vi) if one else (None, "")
            export_id, file_name, source, layout, captured, *counts, report = row.values()
            yield (export_id, file_name, source, layout, captured, at, *counts, "accepted", message, report)
        known = {row["export_id"] for row in accepted}
        for other in self._outcomes:
            if other.export_id not in known:
                yield outcome_row(other)


@cache
def _sql(name: str) -> str:
    return (files("metrics") / name).read_text(encoding="utf-8")


def _kind(row: Mapping[str, Any]) -> Kind:
    """Return what a source gives: dossiers, else payments, else ready-made figures."""
    if row["has_dossiers"]:
        return Kind.DOSSIER
    return Kind.PAYMENT if row["has_payments"] else Kind.STATISTIC
