"""The warehouse in, one published snapshot out: counts, assessments, alerts, freshness; then CURRENT names it.

A snapshot is written under a name of its own, flushed to disk, and only then named in CURRENT, which is replaced in
one step: a reader has either the old state or the new one, and a publisher that is cut off leaves the old one.

    not yet renamed     <id>.duckdb.tmp     never read; the next publication removes it
    renamed             <id>.duckdb         read once CURRENT names it; the newest seven stay
"""

import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from collectors.findings import checks
from metrics import alerts, figures, open_dossiers, outlook, published_law, quality, streaks
from metrics.alerts import SourceState
from metrics.alerts_by_hand import below_by_hand
from metrics.assess import Assessment, Scope, TargetBook
from metrics.definitions import EVERY, Kind, definitions_version
from metrics.journal import Collected, Journal, RecordedExport, naive_utc
from metrics.on_time import DEFAULT, OnTime
from metrics.payments import COPY_SQL, NEWEST_SQL, SUMS_SQL, UNITS_SQL, assess_payments
from metrics.periods import Period, PeriodKind, kept, month
from metrics.procedures import CATALOGUE_SQL, SEEN_SQL, Catalogue, Seen, procedure_counts, seen_by_unit
from metrics.quality_checks import quality_checks
from metrics.rates import (
    FILLED,
    Delivered,
    Source,
    Sums,
    Told,
    Volumes,
    assess_dossiers,
    assess_statistics,
    counts_procedures,
    filled_in,
    local_day,
    measures_of,
    overdue_measures,
    volumes_of,
    with_stocks,
)
from metrics.register_kept import InForce
from metrics.snapshot import POINTER, SUFFIX, quoted, sha256_of
from metrics.targets import Register
from metrics.unit_history import UnitHistory, load_history
from metrics.units import Named, Unit, UnitTree, build_tree
from metrics.working_days import WorkingDays, load_calendar
from metrics.year_on_year import YearOnYear, asked_of, compare, counts_in, year_before

KEPT = 7
RUNS_KEPT = 60
_DRAFT = ".tmp"
_RUNNING = (PeriodKind.MONTH_TO_DATE, PeriodKind.QUARTER_TO_DATE, PeriodKind.YEAR_TO_DATE)
_REPLACE_TRIES = 100  # Windows refuses to replace a file that somebody is reading at that instant
_REPLACE_PAUSE_SECONDS = 0.02


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
    published.mkdir(parents=True, exist_ok=True)
    _remove(published.glob(f"*{_DRAFT}"))
    moment = naive_utc(now)
    snapshot_id = _free_id(published, moment)
    draft = published / f"{snapshot_id}{SUFFIX}{_DRAFT}"
    with _attached(con, draft) as cursor:
        units = build_tree(_names_said(cursor), parents=parents, names=names)
        told = (history or load_history(), on_time, calendar or load_calendar())
        kept = streaks.before(published)
        content = _Content(cursor, units, Journal(journal), law or InForce(register), moment, *told)
        content.fill(snapshot_id, primary_source=primary_source, office=office, streak=kept)
    _flush(draft)
    digest = sha256_of(draft)
    draft.rename(published / f"{snapshot_id}{SUFFIX}")
    _point(published, f"{snapshot_id}\n{digest}\n")
    _prune(published, snapshot_id)
    return snapshot_id


_TABLES = """
CREATE TABLE snapshot.snapshot (
    snapshot_id VARCHAR NOT NULL,
    as_of TIMESTAMP,                       -- UTC: when the newest data were captured; NULL: there are none
    published_at TIMESTAMP NOT NULL,       -- UTC
    synthetic BOOLEAN NOT NULL,            -- some of it is made up
    definitions_version VARCHAR NOT NULL,
    on_time VARCHAR NOT NULL               -- the rule set by which on time and overdue are told
);

-- one row per unit of any source
CREATE TABLE snapshot.unit (
    unit_code VARCHAR NOT NULL,
    unit_name VARCHAR NOT NULL,
    parent_code VARCHAR,
    level VARCHAR NOT NULL,
    leaf BOOLEAN NOT NULL
);

-- one row per source
CREATE TABLE snapshot.source (
    source VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,                 -- dossier, statistic, payment
    synthetic BOOLEAN NOT NULL,
    captured_at TIMESTAMP NOT NULL,        -- UTC, of the newest export
    newest_event DATE,                     -- newest reception or completion; end of the newest delivered period
    as_of_day DATE NOT NULL,               -- local day of captured_at
    last_run_at TIMESTAMP,                 -- UTC; NULL: not recorded
    last_success_at TIMESTAMP,
    rows BIGINT,                           -- read in the last collection
    rows_refused BIGINT
);

-- one row per metric, variant, source, unit and period
CREATE TABLE snapshot.assessment (
    metric VARCHAR NOT NULL,
    variant VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    unit_name VARCHAR NOT NULL,
    period_kind VARCHAR NOT NULL,
    period_label VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    complete BOOLEAN NOT NULL,
    numerator BIGINT,                      -- NULL: not reported
    denominator BIGINT,
    ratio DOUBLE,                          -- fraction of 1
    target_id VARCHAR,
    target_op VARCHAR,
    target_value DOUBLE,                   -- fraction of 1
    target_kind VARCHAR,
    target_due DATE,
    target_document VARCHAR,
    target_article VARCHAR,
    status VARCHAR NOT NULL,
    gap BIGINT,                            -- dossiers (procedures, ...) missing now
    target_level VARCHAR
);

-- one row per dossier source, unit and published period
CREATE TABLE snapshot.volume (
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,            -- the unit and all below it
    period_kind VARCHAR NOT NULL,
    period_label VARCHAR NOT NULL,
    received BIGINT NOT NULL,              -- of the period
    resolved BIGINT NOT NULL,
    open BIGINT NOT NULL,                  -- at its end, or on the as-of day
    overdue_open BIGINT NOT NULL
);

-- one row per alert
CREATE TABLE snapshot.alert (
    alert_id VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    metric VARCHAR,
    unit_code VARCHAR,
    unit_name VARCHAR,
    period_label VARCHAR,
    source VARCHAR,
    numerator BIGINT,
    denominator BIGINT,
    ratio DOUBLE,
    target_value DOUBLE,
    gap BIGINT,
    message_vi VARCHAR NOT NULL,
    message_en VARCHAR NOT NULL
);

-- one row per export ever accepted, and per export or file refused
CREATE TABLE snapshot.export (
    export_id VARCHAR,
    file_name VARCHAR NOT NULL,
    source VARCHAR,
    layout VARCHAR,
    captured_at TIMESTAMP,
    collected_at TIMESTAMP,
    rows_read BIGINT NOT NULL,
    rows_accepted BIGINT NOT NULL,
    rows_merged BIGINT NOT NULL,
    rows_refused BIGINT NOT NULL,
    rows_skipped BIGINT NOT NULL,
    outcome VARCHAR NOT NULL,
    message_vi VARCHAR NOT NULL,
    report VARCHAR                         -- collectors' ExportReport as JSON; NULL: of a file that was refused
);

-- one row per collection, the newest ones
CREATE TABLE snapshot.run (
    run_id BIGINT NOT NULL,
    started_at TIMESTAMP NOT NULL,         -- UTC
    finished_at TIMESTAMP NOT NULL,
    exports BIGINT NOT NULL,               -- met in this collection
    failures BIGINT NOT NULL               -- of these, not accepted and not known already
);
"""

# Copied as they stand; the days of a period lie together, so that a question about a period reads little.
_COPIES = """
CREATE TABLE snapshot.origin AS
SELECT
    source,
    day,
    unit_code,
    split_part(origin, ' ', 1) AS export_id,
    substr(origin, strpos(origin, ' ') + 1) AS sheet,
    COLUMNS(* EXCLUDE (source, day, unit_code, origin))
FROM counted.origin
ORDER BY day;

CREATE TABLE snapshot.statistic AS
SELECT source, unit_code, period_start, period_end, measure, value, quality, partial, captured_at, export_id, item
FROM collected.statistic
WHERE field = '' AND procedure_key = ''
ORDER BY source, unit_code, period_start, period_end, measure;

-- delivered counts of a field or a procedure of a unit: parts, never added up to the unit
CREATE TABLE snapshot.statistic_part AS
SELECT source, unit_code, field, procedure_key, period_start, period_end, measure, value, quality, partial, captured_at
FROM collected.statistic
WHERE field <> '' OR procedure_key <> ''
ORDER BY source, unit_code, period_start, period_end, field, procedure_key, measure;

-- sources may share a procedure: the newest that was told wins, column by column
CREATE TABLE snapshot.procedure AS
SELECT
    procedure_key,
    arg_max(procedure_code, (captured_at, source)) AS procedure_code,
    arg_max(procedure_name, (captured_at, source)) AS procedure_name,
    arg_max(field, (captured_at, source)) AS field,
    arg_max(agency, (captured_at, source)) AS agency,
    arg_max(executing_agency, (captured_at, source)) AS executing_agency,
    arg_max(level, (captured_at, source)) AS level,
    arg_max(service_level, (captured_at, source)) AS service_level,
    arg_max(fee, (captured_at, source)) AS fee,
    arg_max(eligible_full, (captured_at, source)) AS eligible_full,
    arg_max(integrated, (captured_at, source)) AS integrated,
    arg_max(status, (captured_at, source)) AS status
FROM collected.procedure
GROUP BY procedure_key
ORDER BY procedure_key;

-- the counted columns, and those of procedures that the catalogue flags (measures.CATALOGUED)
CREATE TABLE snapshot.daily AS
SELECT
    d.*,
    CASE WHEN p.eligible_full THEN d.level_known ELSE 0 END AS eligible_known,
    CASE WHEN p.eligible_full THEN d.received_online_full ELSE 0 END AS eligible_online_full,
    CASE WHEN p.service_level IN ('partial', 'full') THEN d.channel_known ELSE 0 END AS offered_known,
    CASE WHEN p.service_level IN ('partial', 'full') THEN d.received_online ELSE 0 END AS offered_online
FROM counted.daily AS d
LEFT JOIN snapshot.procedure AS p ON p.procedure_key = d.procedure_key
ORDER BY d.day;

-- under the names that questions about a snapshot use
CREATE TEMP VIEW daily AS SELECT * FROM snapshot.main.daily;
CREATE TEMP VIEW procedure AS SELECT * FROM snapshot.main.procedure;

CREATE TABLE snapshot.refusal AS
SELECT r.export_id, coalesce(e.file_name, r.export_id) AS file_name, r.sheet, r.row_number, r.column_name, r.reason,
    r.found
FROM collected.refusal AS r
LEFT JOIN collected.export AS e ON e.export_id = r.export_id
ORDER BY e.captured_at DESC NULLS LAST, r.export_id, r.sheet, r.row_number
LIMIT 10000;

CREATE TABLE snapshot.finding AS
SELECT f.export_id, coalesce(e.file_name, f.export_id) AS file_name, f.check_id, f.column_name, f.rows, f.example,
    c.severity, c.dimension
FROM collected.finding AS f
LEFT JOIN named_check AS c ON c.check_id = f.check_id
LEFT JOIN collected.export AS e ON e.export_id = f.export_id
ORDER BY e.captured_at DESC NULLS LAST, f.export_id, f.check_id;
"""

# one row per source and day of a unit: the ratios of a unit need no procedures
_UNIT_DAY = """
CREATE TEMP TABLE unit_day AS
SELECT source, day, unit_code, sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
GROUP BY source, day, unit_code
"""
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
_NEWEST = """
-- one row: newest reception, newest event of dossiers, end of the newest delivered period; not after a day
SELECT
    (SELECT max(day) FROM unit_day WHERE source = $source AND received > 0 AND day <= $as_of) AS received,
    (SELECT max(day) FROM unit_day WHERE source = $source AND received + resolved > 0 AND day <= $as_of) AS event,
    (SELECT max(least(period_end, $as_of)) FROM collected.statistic
        WHERE source = $source AND period_start <= $as_of) AS delivered
"""
_FLOWS = """
-- one row per period and unit: sums
SELECT label, unit_code, sum(COLUMNS(* EXCLUDE (label, start_day, end_day, stock_day, source, day, unit_code)))
FROM period
JOIN unit_day ON day BETWEEN start_day AND end_day
WHERE source = ?
GROUP BY label, unit_code
"""
_ENTERED = """
-- one row per period and unit: what entered and left up to the day of its stocks
SELECT
    label,
    unit_code,
    sum(entered) AS entered,
    sum("left") AS "left",
    sum(overdue_entered) AS overdue_entered,
    sum(overdue_left) AS overdue_left,
    sum(waiting_entered) AS waiting_entered,
    sum(overdue_paying_entered) AS overdue_paying_entered,
    sum(reached_entered) AS reached_entered,
    sum(reached_left) AS reached_left,
    sum(dated_entered) AS dated_entered,
    sum(dated_left) AS dated_left
FROM period
JOIN unit_day ON day <= stock_day
WHERE source = ?
GROUP BY label, unit_code
"""
_RECENT = """
-- one row per unit and recent day
SELECT * EXCLUDE (source)
FROM unit_day
WHERE source = $source AND day BETWEEN $first AND $last
"""
_UNITS_OF = "SELECT DISTINCT unit_code FROM unit_day WHERE source = ?"
_FIRST = "SELECT min(day) AS day FROM unit_day WHERE source = ? AND received > 0"
_DELIVERED = """
-- one row per delivered count that a ratio needs
SELECT unit_code, period_start, period_end, measure, value, quality, captured_at
FROM collected.statistic
WHERE source = $source AND list_contains($measures, measure) AND field = '' AND procedure_key = ''
ORDER BY unit_code, period_start, period_end
"""
_EXPORTS = """
-- one row per accepted export
SELECT export_id, file_name, source, layout, captured_at, rows_read, rows_accepted, rows_merged, rows_refused,
    rows_skipped, report
FROM collected.export
ORDER BY captured_at, export_id
"""


class _Content:
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
        self._bounds: list[quality.Bounds] = []
        self._volumes: list[Volumes] = []
        self._collected = journal.collected()
        self._outcomes = journal.newest_outcomes()
        self._runs = journal.runs(RUNS_KEPT)

    def fill(self, snapshot_id: str, *, primary_source: str | None, office: str | None, streak: streaks.Known) -> None:
        """Write every table."""
        self._run(_TABLES)
        self._run(quality.TABLES_SQL)
        self._run(published_law.TABLES)
        self._run(open_dossiers.TABLES_SQL)
        self._run(outlook.TABLES_SQL)
        self._run(streaks.TABLES_SQL)
        self._name_checks()
        self._run(_COPIES)
        self._run(COPY_SQL)
        self._run(_UNIT_DAY)
        self._append("unit", ((u.code, u.name, u.parent, u.level, u.leaf) for u in self._units.units.values()))
        sources = [self._state(row) for row in self._rows(_SOURCES)]
        self._append("source", (self._source_row(one) for one in sources))
        assessments = self._assessments(sources)
        self._append("volume", map(_volume_row, self._volumes))
        trends = self._year_on_year(sources, assessments)
        standings = self._standings()
        by_hand = [found for one in standings if (found := figures.as_assessment(one))]
        self._append("assessment", map(_assessment_row, [*assessments, *by_hand]))
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
        self._append("alert", map(_alert_row, raised))
        as_of = max((one.captured_at for one in sources), default=None)
        synthetic = any(one.synthetic for one in sources)
        version = definitions_version(self._register, self._on_time)
        self._append("snapshot", [(snapshot_id, as_of, self._now, synthetic, version, self._on_time)])

    def _run(self, sql: str) -> None:
        self._cursor.execute(sql).fetchall()

    def _rows(self, sql: str, params: object = None) -> list[dict[str, Any]]:
        self._cursor.execute(sql, params)
        names = [column[0] for column in self._cursor.description]
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]

    def _append(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Append rows to a table of the snapshot; the engine's appender is a thousand times faster than INSERT."""
        with self._cursor.appender(f"snapshot.main.{table}") as appender:
            for row in rows:
                appender.append_row(*row)

    def _state(self, row: Mapping[str, Any]) -> SourceState:
        newest = self._newest(row)
        kind = _kind(row)
        asked = {"source": row["source"], "as_of": local_day(row["captured_at"])}
        paid = self._rows(NEWEST_SQL, asked)[0]["day"] if kind == Kind.PAYMENT else None
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

    def _newest(self, row: Mapping[str, Any]) -> dict[str, date | None]:
        asked = {"source": row["source"], "as_of": local_day(row["captured_at"])}
        return self._rows(_NEWEST, asked)[0]

    def _source_row(self, one: SourceState) -> tuple[object, ...]:
        last: Collected | None = self._collected.get(one.source)
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

    def _assessments(self, states: Iterable[SourceState]) -> list[Assessment]:
        books = TargetBook(self._register)
        found: list[Assessment] = []
        for state in states:
            source = Source(state.source, state.kind, state.synthetic, local_day(state.captured_at))
            if source.kind == Kind.DOSSIER:
                found += self._of_dossiers(books, source, state.newest_event)
            elif source.kind == Kind.PAYMENT:
                found += self._of_payments(books, source, state.newest_event)
            else:
                found += self._of_statistics(books, source)
        return found

    def _standings(self) -> list[figures.Standing]:
        """Return how the hand-entered figures stand; their history and their source are written here."""
        newest = self._rows(published_law.FORMS, {"source": figures.SOURCE})[0]["captured_at"]
        entered = [figures.Figure(*row.values()) for row in self._rows(published_law.ENTERED)]
        if newest is not None:
            self._append("source", [published_law.source_row(newest, local_day(newest))])
        self._append("indicator_entry", published_law.entries(entered))
        return figures.standings(self._register, self._units, entered)

    def _year_on_year(self, states: Iterable[SourceState], assessments: Sequence[Assessment]) -> list[YearOnYear]:
        """Return the ratios that must not fall against the year before, those of the running days like for like."""
        books, unasked = TargetBook(self._register), TargetBook(Register(()))
        found: list[YearOnYear] = []
        for state in states:
            day = local_day(state.captured_at)
            own = [one for one in assessments if one.source == state.source]
            asked = asked_of(own, books, self._units, as_of=day)
            since = None
            if asked and state.kind == Kind.DOSSIER:
                source = Source(state.source, state.kind, state.synthetic, day)
                own = list(self._of_periods(unasked, source, [year_before(one.period, day) for one in asked]))
                since = self._rows(_FIRST, [state.source])[0]["day"]
            base = counts_in(own)
            found += compare(asked, books, self._units, as_of=day, base_of=base, history=self._history, since=since)
        return found

    def _of_statistics(self, books: TargetBook, source: Source) -> Iterator[Assessment]:
        asked = {"source": source.source, "measures": measures_of(EVERY)}
        delivered = (Delivered(*row.values()) for row in self._rows(_DELIVERED, asked))
        return assess_statistics(books, EVERY, self._units, source, delivered)

    def _of_dossiers(self, books: TargetBook, source: Source, newest: date | None) -> Iterator[Assessment]:
        periods = kept(source.as_of_day, newest)
        current = {one.label for one in periods if one.kind in _RUNNING} | {month(newest or source.as_of_day).label}
        return self._of_periods(books, source, periods, bounded=current)

    def _of_periods(
        self, books: TargetBook, source: Source, wanted: Iterable[Period], *, bounded: Collection[str] | None = None
    ) -> Iterator[Assessment]:
        """Yield the assessments of some periods, and keep what else is published of them.

        bounded: the periods whose doubtful cases are counted too; None: nothing of these periods is published.
        """
        filled = filled_in(self._rows(FILLED, [source.source]))
        told = Told(self._on_time, filled, Catalogue(self._rows(CATALOGUE_SQL)))
        ways = told.ways(EVERY)
        periods = list(dict.fromkeys(wanted))
        units = self._units_of(source)
        by_period = self._sums(source, periods)
        for period in periods:
            sums = self._units.rolled_up(by_period[period.label])
            if bounded and period.label in bounded:
                for code, counts in sums.items():
                    self._bounds += quality.bounds(source.source, code, period.kind, period.label, counts)
            seen = self._seen(source, period) if counts_procedures(ways) else {}
            if bounded is not None:
                overdue = overdue_measures(self._on_time)
                self._volumes += (volumes_of(source, unit, period, sums.get(unit.code, {}), overdue) for unit in units)
            for unit in units:
                scope = Scope(source.source, unit, period, source.as_of_day)
                listed = procedure_counts(seen.get(unit.code, Seen()), told.catalogue.of(unit))
                cell = {**sums.get(unit.code, {}), **listed}
                yield from assess_dossiers(books, ways, scope, cell, filled=filled)

    def _seen(self, source: Source, period: Period) -> dict[str, Seen]:
        asked = {"source": source.source, "start": period.start, "end": period.end}
        return seen_by_unit(self._units, self._rows(SEEN_SQL, asked))

    def _name_checks(self) -> None:
        """Tell the engine how grave each named check is."""
        self._run("CREATE OR REPLACE TEMP TABLE named_check (check_id VARCHAR, severity VARCHAR, dimension VARCHAR)")
        with self._cursor.appender("temp.main.named_check") as appender:
            for one in checks().values():
                appender.append_row(one.check_id, one.severity, one.dimension)

    def _quality(self, sources: Sequence[SourceState]) -> None:
        """Write what the checks found, and how far doubtful cases could move a rate."""
        found = quality_checks(self._cursor, units=self._units, history=self._history, sources=sources, now=self._now)
        self._append("quality_check", map(astuple, found))
        self._append("quality", map(astuple, quality.dimensions(found)))
        self._append("assessment_bounds", ((*astuple(one), one.low, one.high) for one in self._bounds))

    def _of_payments(self, books: TargetBook, source: Source, newest: date | None) -> Iterator[Assessment]:
        codes = self._units.with_above(row["unit_code"] for row in self._rows(UNITS_SQL, {"source": source.source}))
        units = [unit for code, unit in self._units.units.items() if code in codes]
        for period in kept(source.as_of_day, newest):
            asked = {"source": source.source, "start": period.start, "end": period.end}
            sums = self._units.rolled_up({row.pop("unit_code"): row for row in self._rows(SUMS_SQL, asked)})
            for unit in units:
                scope = Scope(source.source, unit, period, source.as_of_day)
                yield from assess_payments(books, EVERY, scope, sums.get(unit.code, {}))

    def _outlooks(
        self, source: SourceState, assessments: Iterable[Assessment], office: str | None
    ) -> Iterator[outlook.Outlook]:
        """Yield where the running periods of a dossier list will end."""
        today, first = local_day(source.captured_at), self._rows(_FIRST, [source.source])[0]["day"]
        if source.kind != Kind.DOSSIER or first is None:
            return
        days: dict[str, dict[date, dict[str, int]]] = {}
        asked = {"source": source.source, "first": today - outlook.LOOKED_BACK, "last": today}
        for row in self._rows(_RECENT, asked):
            days.setdefault(row.pop("unit_code"), {})[row.pop("day")] = row
        yield from outlook.outlooks(
            (one for one in assessments if one.source == source.source),
            self._units,
            days,
            self._calendar,
            captured_at=source.captured_at,
            first=first,
            office=office,
        )

    def _units_of(self, source: Source) -> list[Unit]:
        """Return the units with a dossier of the source, ever, of their own or below them."""
        codes = self._units.with_above(row["unit_code"] for row in self._rows(_UNITS_OF, [source.source]))
        return [unit for code, unit in self._units.units.items() if code in codes]

    def _sums(self, source: Source, periods: Sequence[Period]) -> dict[str, dict[str, Sums]]:
        """Return by period and unit its flows and the stocks at its end, each unit on its own."""
        self._run("CREATE OR REPLACE TEMP TABLE period (label VARCHAR, start_day DATE, end_day DATE, stock_day DATE)")
        with self._cursor.appender("temp.main.period") as appender:
            for one in periods:
                appender.append_row(one.label, one.start, one.end, min(one.end, source.as_of_day))
        flows = self._by_period(_FLOWS, source)
        entered = self._by_period(_ENTERED, source)
        sums: dict[str, dict[str, Sums]] = {}
        for one in periods:
            now, ever = flows.get(one.label, {}), entered.get(one.label, {})
            codes = dict.fromkeys([*now, *ever])
            sums[one.label] = {code: with_stocks(now.get(code, {}), ever.get(code, {})) for code in codes}
        return sums

    def _by_period(self, sql: str, source: Source) -> dict[str, dict[str, Sums]]:
        found: dict[str, dict[str, Sums]] = {}
        for row in self._rows(sql, [source.source]):
            found.setdefault(row.pop("label"), {})[row.pop("unit_code")] = row
        return found

    def _export_rows(self) -> Iterator[tuple[object, ...]]:
        """Yield each accepted export with when it was collected, then what was refused and never accepted."""
        recorded = {one.export_id: one for one in self._outcomes if one.export_id}
        accepted = self._rows(_EXPORTS)
        for row in accepted:
            one = recorded.get(row["export_id"])
            at, message = (one.collected_at, one.message_vi) if one else (None, "")
            export_id, file_name, source, layout, captured, *counts, report = row.values()
            yield (export_id, file_name, source, layout, captured, at, *counts, "accepted", message, report)
        known = {row["export_id"] for row in accepted}
        for other in self._outcomes:
            if other.export_id not in known:
                yield _outcome_row(other)


def _kind(row: Mapping[str, Any]) -> Kind:
    """Return what a source gives: dossiers, else payments, else ready-made figures."""
    if row["has_dossiers"]:
        return Kind.DOSSIER
    return Kind.PAYMENT if row["has_payments"] else Kind.STATISTIC


def _outcome_row(one: RecordedExport) -> tuple[object, ...]:
    counts = (one.rows_read, one.rows_accepted, one.rows_merged, one.rows_refused, one.rows_skipped)
    origin = (one.export_id, one.file_name, one.source, one.layout, one.captured_at, one.collected_at)
    return (*origin, *counts, one.outcome, one.message_vi, None)


def _volume_row(one: Volumes) -> tuple[object, ...]:
    period = (one.period.kind, one.period.label)
    return (one.source, one.unit_code, *period, one.received, one.resolved, one.open, one.overdue_open)


def _assessment_row(one: Assessment) -> tuple[object, ...]:
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


def _alert_row(one: alerts.Alert) -> tuple[object, ...]:
    return tuple(float(value) if name == "target_value" and value is not None else value for name, value in _items(one))


def _items(one: alerts.Alert) -> Iterator[tuple[str, Any]]:
    return zip(one.__slots__, astuple(one), strict=True)


def _names_said(cursor: duckdb.DuckDBPyConnection) -> list[Named]:
    return [Named(*row) for row in cursor.execute(_NAMES_SAID).fetchall()]


@contextmanager
def _attached(con: duckdb.DuckDBPyConnection, draft: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a cursor beside which a new database `snapshot` stands; afterwards it is a closed file, or gone."""
    cursor = con.cursor()
    try:
        # An older storage version, so that engines and plug-ins of the years before can read what we publish.
        cursor.execute(f"ATTACH '{quoted(draft)}' AS snapshot (STORAGE_VERSION 'v1.2.0')").fetchall()
        try:
            yield cursor
        except BaseException:
            cursor.execute("DETACH snapshot").fetchall()
            _remove([draft, draft.with_name(draft.name + ".wal")])
            raise
        cursor.execute("DETACH snapshot").fetchall()
    finally:
        cursor.close()


def _free_id(published: Path, moment: datetime) -> str:
    """Return the id of the moment, or of the first microsecond after it that has none yet."""
    while (published / f"{_id(moment)}{SUFFIX}").exists():
        moment += timedelta(microseconds=1)
    return _id(moment)


def _id(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S%f}Z"


def _point(published: Path, text: str) -> None:
    """Replace CURRENT in one step, after everything it names is safe on disk."""
    draft = published / f"{POINTER}{_DRAFT}"
    draft.write_text(text, encoding="utf-8")
    _flush(draft)
    for left in reversed(range(_REPLACE_TRIES)):
        try:
            draft.replace(published / POINTER)
            break
        except PermissionError:
            if not left:
                raise
            time.sleep(_REPLACE_PAUSE_SECONDS)
    _flush_folder(published)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make a rename survive a power cut; systems whose folders cannot be opened do it themselves."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _prune(published: Path, current: str) -> None:
    names = sorted((path.name for path in published.glob(f"*{SUFFIX}")), reverse=True)
    others = [name for name in names if name != f"{current}{SUFFIX}"]
    _remove(published / name for name in others[KEPT - 1 :])


def _remove(paths: Iterable[Path]) -> None:
    """Delete files; one that somebody still reads (Windows) stays until the next publication."""
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)
