"""Two states in, what moved a count between them out: each dossier with its share, and together they are the change.

A dossier is listed when it adds something else in the second state than in the first. Why, in this order:

    new         the first state did not know it
    moved       it has another unit or procedure
    corrected   something that had been said of it was replaced
    progressed  it went on: another status, or what had been blank (or No) was filled in
    elapsed     nothing of it changed; the second state counts the stock on a later day
    regrouped   nothing of it changed; its unit stands elsewhere in the tree, or the catalogue says otherwise of its
                procedure
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import duckdb

from metrics.assess import Assessment, Counts
from metrics.contribution import Added, counted_singly
from metrics.definitions import VARIANT, Kind, Variant
from metrics.lineage import DeliveredValue, Version, delivered, paying, scope_of, versions
from metrics.payments import added as paid_by
from metrics.periods import Period, between
from metrics.rates import rates, sources, unit_tree
from metrics.snapshot import Snapshot
from metrics.source_ratios import Source
from metrics.targets import Register
from metrics.units import UnitTree

_NOTHING = Added(0, 0)
_PLACE = ("unit_code", "resolving_unit_code", "procedure_key")


class Why(StrEnum):
    """Why a dossier adds something else than before."""

    NEW = "new"
    MOVED = "moved"
    CORRECTED = "corrected"
    PROGRESSED = "progressed"
    ELAPSED = "elapsed"
    REGROUPED = "regrouped"


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of a dossier that is not what it was."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Mover:
    """One dossier that moved a count: by how much, why, and the rows that say so."""

    dossier_code: str
    why: Why
    change: Added
    fields: tuple[Changed, ...]
    before: Version | None
    after: Version | None


@dataclass(frozen=True, slots=True)
class Redelivered:
    """One delivered count that is not what it was; None: not delivered."""

    measure: str
    before: DeliveredValue | None
    after: DeliveredValue | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One ratio in two states. `change` is the sum over `movers`; a statistic has `redelivered` counts instead."""

    assessment: Assessment
    before: Counts
    after: Counts
    change: Added
    movers: tuple[Mover, ...]
    redelivered: tuple[Redelivered, ...]


class State:
    """One state: a warehouse, and the snapshot published from it."""

    def __init__(self, con: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
        self.con = con
        self.snapshot = snapshot
        self.tree: UnitTree = unit_tree(snapshot)
        self.sources: dict[str, Source] = {one.source: one for one in sources(snapshot)}

    def assessed(
        self, metrics: Iterable[str] | None, unit: str, period: Period, source: str
    ) -> dict[tuple[str, str], Assessment]:
        """Return the assessments of a unit by metric and variant; none where the state has no such unit or source."""
        if unit not in self.tree.units or source not in self.sources:
            return {}
        label = between(period.start, period.end).label
        found = rates(
            self.snapshot, Register(()), metrics=metrics, unit=unit, period=label, source=source, variants=True
        )
        return {(one.metric, one.variant): one for one in found}

    def added(self, source: str, unit: str, period: Period, variants: Iterable[Variant]) -> dict[str, dict[str, Added]]:
        """Return by variant what each dossier adds to the counts of a unit."""
        wanted = list(variants)
        if unit not in self.tree.units or source not in self.sources:
            return {variant.id: {} for variant in wanted}
        if self.sources[source].kind == Kind.PAYMENT:
            units = self.tree.under(unit)
            return {variant.id: paid_by(self.con, source, units, period, variant) for variant in wanted}
        scope = scope_of(self.tree, self.sources[source], unit, period)
        with counted_singly(self.con, scope, wanted) as singles:
            return {variant.id: singles.of(variant) for variant in wanted}


def difference(
    before: State,
    after: State,
    *,
    metrics: Iterable[str] | None = None,
    unit: str | None = None,
    period: str = "latest",
    source: str | None = None,
) -> list[Difference]:
    """Return one entry per metric, variant, source and unit of which something moved; unit None: the roots.

    Counts of procedures are left out: no single dossier has a share of them.
    period: as the second state understands it, for both. A count that is not reported adds nothing; delivered counts
    that only the first state has are listed too.
    Raises QuestionError for a metric, unit, source or period that the second state does not know.
    """
    keys = None if metrics is None else list(metrics)
    known = (unit is None or unit in after.tree.units) and (source is None or source in after.sources)
    asked = _asked(after, keys, unit, period, source) if known else []
    gone = list(_gone(before, after, asked, metrics=keys, unit=unit, period=period, source=source))
    if not known and not gone:
        _asked(after, keys, unit, period, source)  # says what it does not know
    cells: dict[tuple[str, str, Period], list[Assessment]] = {}
    for one in asked:
        cells.setdefault((one.source, one.unit_code, one.period), []).append(one)
    found = [each for cell, rows in cells.items() for each in _of_cell(before, after, cell, rows)]
    found += [each for one in gone for each in _of_statistic(before, after, one, _counts(one), _counts(None))]
    place = {_key(one): number for number, one in enumerate([*asked, *gone])}
    return sorted(found, key=lambda each: place[_key(each.assessment)])


def _asked(
    state: State, metrics: list[str] | None, unit: str | None, period: str, source: str | None
) -> list[Assessment]:
    return rates(state.snapshot, Register(()), metrics=metrics, unit=unit, period=period, source=source)


def _gone(
    before: State,
    after: State,
    asked: Sequence[Assessment],
    *,
    metrics: list[str] | None,
    unit: str | None,
    period: str,
    source: str | None,
) -> Iterator[Assessment]:
    """Yield the delivered ratios of the first state of which the second has neither count.

    period: as the second state understands it where it has any count of the source, else as the first does.
    """
    known = {_key(one) for one in asked}
    labels = {one.source: between(one.period.start, one.period.end).label for one in asked}
    for name, each in before.sources.items():
        if each.kind == Kind.STATISTIC and source in (None, name) and (unit is None or unit in before.tree.units):
            for one in _asked(before, metrics, unit, labels.get(name, period), name):
                if _key(one) in known:
                    continue
                if (one.metric, one.variant) not in after.assessed([one.metric], one.unit_code, one.period, name):
                    yield one


def _key(one: Assessment) -> tuple[str, str, str, str]:
    return one.metric, one.variant, one.source, one.unit_code


def _of_cell(
    before: State, after: State, cell: tuple[str, str, Period], rows: list[Assessment]
) -> Iterator[Difference]:
    source, unit, period = cell
    old = before.assessed({one.metric for one in rows}, unit, period, source)
    counts = {one.variant: _counts(old.get((one.metric, one.variant))) for one in rows}
    if after.sources[source].kind == Kind.STATISTIC:
        for one in rows:
            yield from _of_statistic(before, after, one, counts[one.variant], _counts(one))
        return
    variants = [VARIANT[one.variant] for one in rows]
    was = before.added(source, unit, period, variants)
    now = after.added(source, unit, period, variants)
    moved = {one.variant: _moved(was[one.variant], now[one.variant]) for one in rows}
    codes = {code for changes in moved.values() for code in changes}
    said = paying if after.sources[source].kind == Kind.PAYMENT else versions
    known, current = said(before.con, source, codes), said(after.con, source, codes)
    for one in rows:
        if changes := moved[one.variant]:
            later = VARIANT[one.variant].at_end and _stock_day(before, cell) != _stock_day(after, cell)
            movers = tuple(
                _mover(code, change, known.get(code), current.get(code), later) for code, change in changes.items()
            )
            new = _counts(one)
            yield Difference(one, counts[one.variant], new, _change(counts[one.variant], new), movers, ())


def _stock_day(state: State, cell: tuple[str, str, Period]) -> date | None:
    source, _, period = cell
    return min(period.end, state.sources[source].as_of_day) if source in state.sources else None


def _counts(one: Assessment | None) -> Counts:
    return Counts(one.numerator, one.denominator) if one else Counts(None, None)


def _change(before: Counts, after: Counts) -> Added:
    """Return the change of the two counts; what is not reported counts nothing."""
    return Added(*((new or 0) - (old or 0) for old, new in zip(before, after, strict=True)))


def _moved(was: Mapping[str, Added], now: Mapping[str, Added]) -> dict[str, Added]:
    """Return, for each dossier that adds something else than before, how much more."""
    changes = {}
    for code in sorted(was.keys() | now.keys()):
        old, new = was.get(code, _NOTHING), now.get(code, _NOTHING)
        if old != new:
            changes[code] = Added(new.numerator - old.numerator, new.denominator - old.denominator)
    return changes


def _mover(code: str, change: Added, before: Version | None, after: Version | None, later: bool) -> Mover:
    fields = tuple(_changed(before, after))
    return Mover(code, _why(before, fields, later), change, fields, before, after)


def _changed(before: Version | None, after: Version | None) -> Iterator[Changed]:
    if before is not None and after is not None:
        for name, old in before.fields.items():
            if old != after.fields[name]:
                yield Changed(name, old, after.fields[name])


def _why(before: Version | None, fields: tuple[Changed, ...], later: bool) -> Why:
    if before is None:
        return Why.NEW
    if not fields:
        return Why.ELAPSED if later else Why.REGROUPED
    if any(field.name in _PLACE for field in fields):
        return Why.MOVED
    went_on = all(field.name == "status" or field.before in (None, False) for field in fields)
    return Why.PROGRESSED if went_on else Why.CORRECTED


def _of_statistic(before: State, after: State, one: Assessment, old: Counts, new: Counts) -> Iterator[Difference]:
    variant = VARIANT[one.variant]
    measures = (variant.numerator, variant.denominator)
    was = delivered(before.con, one.source, one.unit_code, one.period, measures)
    now = delivered(after.con, one.source, one.unit_code, one.period, measures)
    again = tuple(
        Redelivered(name, was.get(name), now.get(name))
        for name in measures
        if _value(was.get(name)) != _value(now.get(name))
    )
    if again:
        yield Difference(one, old, new, _change(old, new), (), again)


def _value(one: DeliveredValue | None) -> object:
    return one and one.value
