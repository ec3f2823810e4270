"""The counts of each source in, its ratios out, with what is published beside them: volumes, bounds, the year before."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

import duckdb

from metrics import payments, quality, warehouse_reads
from metrics.alerts import SourceState
from metrics.assess import Assessment, Scope, TargetBook
from metrics.definitions import EVERY, Kind
from metrics.on_time import OnTime
from metrics.periods import Period, PeriodKind, kept, month
from metrics.procedures import CATALOGUE_SQL, SEEN_SQL, Catalogue, Seen, procedure_counts, seen_by_unit
from metrics.source_ratios import (
    FILLED,
    Source,
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
)
from metrics.targets import Register
from metrics.unit_history import UnitHistory
from metrics.units import Unit, UnitTree
from metrics.year_on_year import YearOnYear, asked_of, compare, counts_in, year_before

_RUNNING = (PeriodKind.MONTH_TO_DATE, PeriodKind.QUARTER_TO_DATE, PeriodKind.YEAR_TO_DATE)


class Ratios:
    """The ratios of the sources of one snapshot; volumes and bounds: of the periods assessed so far."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        units: UnitTree,
        register: Register,
        history: UnitHistory,
        on_time: OnTime,
    ) -> None:
        self._cursor = cursor
        self._units = units
        self._register = register
        self._history = history
        self._on_time = on_time
        self.volumes: list[Volumes] = []
        self.bounds: list[quality.Bounds] = []

    def assessments(self, states: Iterable[SourceState]) -> list[Assessment]:
        """Return the assessments of every kept period of each source."""
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

    def year_on_year(self, states: Iterable[SourceState], assessments: Sequence[Assessment]) -> list[YearOnYear]:
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
                since = warehouse_reads.first_reception(self._cursor, state.source)
            base = counts_in(own)
            found += compare(asked, books, self._units, as_of=day, base_of=base, history=self._history, since=since)
        return found

    def _of_statistics(self, books: TargetBook, source: Source) -> Iterator[Assessment]:
        delivered = warehouse_reads.delivered_counts(self._cursor, source.source, measures_of(EVERY))
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
        filled = filled_in(warehouse_reads.rows(self._cursor, FILLED, [source.source]))
        told = Told(self._on_time, filled, Catalogue(warehouse_reads.rows(self._cursor, CATALOGUE_SQL)))
        ways = told.ways(EVERY)
        periods = list(dict.fromkeys(wanted))
        units = self._units_of(source)
        by_period = warehouse_reads.sums_by_period(self._cursor, source, periods)
        for period in periods:
            sums = self._units.rolled_up(by_period[period.label])
            if bounded and period.label in bounded:
                for code, counts in sums.items():
                    self.bounds += quality.bounds(source.source, code, period.kind, period.label, counts)
            seen = self._seen(source, period) if counts_procedures(ways) else {}
            if bounded is not None:
                overdue = overdue_measures(self._on_time)
                self.volumes += (volumes_of(source, unit, period, sums.get(unit.code, {}), overdue) for unit in units)
            for unit in units:
                scope = Scope(source.source, unit, period, source.as_of_day)
                listed = procedure_counts(seen.get(unit.code, Seen()), told.catalogue.of(unit))
                cell = {**sums.get(unit.code, {}), **listed}
                yield from assess_dossiers(books, ways, scope, cell, filled=filled)

    def _seen(self, source: Source, period: Period) -> dict[str, Seen]:
        asked = {"source": source.source, "start": period.start, "end": period.end}
        return seen_by_unit(self._units, warehouse_reads.rows(self._cursor, SEEN_SQL, asked))

    def _of_payments(self, books: TargetBook, source: Source, newest: date | None) -> Iterator[Assessment]:
        codes = self._units.with_above(
            row["unit_code"]
            for row in warehouse_reads.rows(self._cursor, payments.UNITS_SQL, {"source": source.source})
        )
        units = [unit for code, unit in self._units.units.items() if code in codes]
        for period in kept(source.as_of_day, newest):
            asked = {"source": source.source, "start": period.start, "end": period.end}
            sums = self._units.rolled_up(
                {row.pop("unit_code"): row for row in warehouse_reads.rows(self._cursor, payments.SUMS_SQL, asked)}
            )
            for unit in units:
                scope = Scope(source.source, unit, period, source.as_of_day)
                yield from payments.assess_payments(books, EVERY, scope, sums.get(unit.code, {}))

    def _units_of(self, source: Source) -> list[Unit]:
        """Return the units with a dossier of the source, ever, of their own or below them."""
        codes = self._units.with_above(warehouse_reads.units_of(self._cursor, source.source))
        return [unit for code, unit in self._units.units.items() if code in codes]
