"""A question about a published state in, assessments out: by unit, by procedure or by field, of any period.

The same functions assess when a snapshot is made (`publish`), so a figure on the screen, on the command line and in
an alert is the same figure.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from collectors.home import VIETNAM
from collectors.reading.text import fold
from metrics import QuestionError
from metrics.assess import Assessment, Counts, Scope, Status, TargetBook, assess, counted
from metrics.definitions import METRIC, Kind, Metric, Variant, chosen
from metrics.measures import TERMS
from metrics.on_time import DEFAULT, OnTime
from metrics.part_rates import part_rates
from metrics.payments import newest_payment, payment_rates
from metrics.periods import Period, PeriodKind, between, calendar_twin, parse_period
from metrics.procedures import CATALOGUE_SQL, SEEN_SQL, Catalogue, Seen, procedure_counts, seen_by_unit
from metrics.snapshot import Snapshot
from metrics.targets import Kind as TargetKind
from metrics.targets import Level, Op, Register, Target
from metrics.units import Unit, UnitTree

By = Literal["unit", "procedure", "field"]
Sums = Mapping[str, int]

# A count the portal itself marks as makeshift: the numerator stands for a denominator it does not have.
# Source: rates.md §16, 2.
MAKESHIFT = frozenset({"TEMP_NATIONAL_REPORT_DENOMINATOR", "NO_NATIONAL_REPORT_DATA"})


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a snapshot; as_of_day: the local day its newest export was captured on."""

    source: str
    kind: Kind
    synthetic: bool
    as_of_day: date


@dataclass(frozen=True, slots=True)
class Volumes:
    """How many dossiers of a unit and all below it: flows of a period, stocks at its end (or the as-of day)."""

    unit_code: str
    unit_name: str
    source: str
    period: Period
    complete: bool
    received: int
    resolved: int
    open: int
    overdue_open: int


class Way(NamedTuple):
    """One way of counting a metric; speaks: it is the one that is published, judged and alerted."""

    metric: Metric
    variant: Variant
    speaks: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a dossier source can tell: the measures of FILLED that it fills anywhere, and the catalogue beside it.

    variants: every way of counting is asked for, not only the one that speaks.
    """

    rule: OnTime
    filled: frozenset[str]
    catalogue: Catalogue
    variants: bool = False

    def ways(self, metrics: Iterable[Metric]) -> list[Way]:
        """Return the ways of counting that are asked for, of each metric the one that speaks among them."""
        found = []
        for metric in metrics:
            flags = self.catalogue.flags
            first = metric.speaking(Kind.DOSSIER, rule=self.rule, filled=self.filled, catalogue=flags)
            for variant in metric.variants_of(Kind.DOSSIER):
                if variant.id == first or (self.variants and (not variant.catalogue or variant.catalogue in flags)):
                    found.append(Way(metric, variant, variant.id == first))
        return found


class Delivered(NamedTuple):
    """One delivered count of a unit and period."""

    unit_code: str
    start: date
    end: date
    measure: str
    value: Decimal | None
    quality: str | None
    captured_at: datetime


def rates(
    snapshot: Snapshot,
    register: Register,
    *,
    metrics: Iterable[str] | None = None,
    unit: str | None = None,
    by: By | None = None,
    period: str = "latest",
    source: str | None = None,
    as_of: date | None = None,
    variants: bool = False,
) -> list[Assessment]:
    """Return one assessment per metric, source and unit (or procedure, or field) that the counts can give.

    variants: every way of counting a metric, not only the one that speaks for it; those beside it are judged only by
    a target that names them.

    unit None: the roots. by "unit": the units directly below (every unit when none is chosen, the unit itself when
    nothing is below it). by "procedure" or "field": of dossiers, and of forms that print them. as_of: as if the newest
    data were of that day. Raises QuestionError for a metric, unit, source or period that is not there.
    """
    wanted, tree = chosen(metrics), unit_tree(snapshot)
    units = _asked(tree, unit, by)
    books, rule, catalogue = TargetBook(register), rule_of_snapshot(snapshot), Catalogue(snapshot.rows(CATALOGUE_SQL))
    found: list[Assessment] = []
    for one in sources(snapshot, source, as_of):
        if one.kind == Kind.DOSSIER:
            days = parse_period(period, one.as_of_day, latest=_newest_reception(snapshot, one))
            told = Told(rule, filled_in(snapshot.rows(FILLED, [one.source])), catalogue, variants)
            found += _dossier_rates(snapshot, books, told, told.ways(wanted), tree, units, one, days, by)
        elif one.kind == Kind.PAYMENT:
            days = parse_period(period, one.as_of_day, latest=newest_payment(snapshot, one.source, one.as_of_day))
            if by is None or by == "unit":
                place = (one.source, one.as_of_day)
                found += payment_rates(snapshot, books, wanted, tree, units, place, days)
        elif by is None or by == "unit":
            delivered = _statistics(snapshot, one, wanted, units, period)
            found += assess_statistics(books, wanted, tree, one, delivered)
        else:
            found += part_rates(
                snapshot, books, wanted, units, source=one.source, as_of=one.as_of_day, period=period, by=by
            )
    order_of_units = {code: number for number, code in enumerate(tree.units)}
    order = {metric.key: number for number, metric in enumerate(wanted)}
    return sorted(found, key=lambda one: (order[one.metric], one.source, order_of_units[one.unit_code]))


def volumes(
    snapshot: Snapshot,
    *,
    unit: str | None = None,
    period: str = "latest",
    source: str | None = None,
    as_of: date | None = None,
) -> list[Volumes]:
    """Return the volumes of a unit (of the roots for None) from each dossier source that has any.

    Raises QuestionError for a unit, source or period that is not there.
    """
    tree = unit_tree(snapshot)
    overdue = overdue_measures(rule_of_snapshot(snapshot))
    found = []
    for one in sources(snapshot, source, as_of):
        if one.kind != Kind.DOSSIER:
            continue
        days = parse_period(period, one.as_of_day, latest=_newest_reception(snapshot, one))
        sums = tree.rolled_up(_sums_by_unit(snapshot, one, days))
        for asked in _with_dossiers(snapshot, one, tree, _asked(tree, unit, None)):
            found.append(volumes_of(one, asked, days, sums.get(asked.code, {}), overdue))
    return found


def volumes_of(source: Source, unit: Unit, period: Period, sums: Sums, overdue: tuple[str, str]) -> Volumes:
    """Return the volumes of a unit from its sums. overdue: the measures of what is open and of what is overdue."""
    open_ones, late_ones = overdue
    return Volumes(
        unit_code=unit.code,
        unit_name=unit.name,
        source=source.source,
        period=period,
        complete=period.complete(source.as_of_day),
        received=sums.get("received", 0),
        resolved=sums.get("resolved", 0),
        open=sums.get(open_ones, 0),
        overdue_open=sums.get(late_ones, 0),
    )


def trend(snapshot: Snapshot, metric: str, unit: str, source: str, months: int = 13) -> list[Assessment]:
    """Return the published months of one metric, oldest first; its targets are those in force when published."""
    rows = snapshot.rows(_TREND, {"metric": metric, "unit": unit, "source": source, "months": months})
    return [_published(row) for row in rows]


def sources(snapshot: Snapshot, source: str | None = None, as_of: date | None = None) -> list[Source]:
    """Return the sources of a snapshot, or the one of this name; as_of takes the place of their own as-of day.

    Raises QuestionError when there is none of this name.
    """
    found = [
        Source(row["source"], Kind(row["kind"]), row["synthetic"], as_of or row["as_of_day"])
        for row in snapshot.rows(_SOURCES)
    ]
    named = [one for one in found if source in (None, one.source)]
    if source is not None and not named:
        known = ", ".join(one.source for one in found) or "chưa có nguồn nào"
        raise QuestionError(f"Không có nguồn “{source}” trong bản công bố. Các nguồn: {known}.")
    return named


def unit_tree(snapshot: Snapshot) -> UnitTree:
    """Return the units of a snapshot."""
    return UnitTree(
        Unit(row["unit_code"], row["unit_name"], row["parent_code"], row["level"], row["leaf"])
        for row in snapshot.rows(_UNITS)
    )


def rule_of_snapshot(snapshot: Snapshot) -> OnTime:
    """Return the on-time rule set that a snapshot was published by."""
    (row,) = snapshot.rows("SELECT * FROM snapshot")
    return OnTime(row.get("on_time") or DEFAULT)


def overdue_measures(rule: OnTime) -> tuple[str, str]:
    """Return which measures are open dossiers, and those of them that are overdue, by a rule set."""
    variant = next(one for one in METRIC["overdue_open"].variants if one.rule == rule)
    return variant.denominator, variant.numerator


def filled_in(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the measures that are anywhere above zero; rows: the one of FILLED."""
    return frozenset(name for row in rows for name, filled in row.items() if filled)


def assess_dossiers(
    books: TargetBook, ways: Iterable[Way], scope: Scope, sums: Sums, *, filled: Collection[str]
) -> Iterator[Assessment]:
    """Yield the assessments that the counts of one scope give.

    sums: flows of the period, stocks at its end, procedures. filled: the measures that the source fills anywhere.
    """
    for metric, variant, speaks in ways:
        named = None if speaks else books.in_force(metric, variant, scope)
        judged = speaks or (named is not None and named.variant == variant.id)
        yield assess(metric, variant, counted(variant, sums, filled=filled), scope, books, comparable=judged)


def assess_statistics(
    books: TargetBook,
    metrics: Iterable[Metric],
    tree: UnitTree,
    source: Source,
    delivered: Iterable[Delivered],
) -> Iterator[Assessment]:
    """Yield one assessment per unit, period and variant of which at least one count was delivered.

    Counts are those of the unit itself: a portal's figures are never added up over units. A count is known as of the
    day it was captured, so a month captured while it ran stays incomplete until it is captured again.
    """
    wanted = [(metric, variant) for metric in metrics for variant in metric.variants_of(Kind.STATISTIC)]
    cells: dict[tuple[str, date, date], dict[str, Delivered]] = {}
    for one in delivered:
        cells.setdefault((one.unit_code, one.start, one.end), {})[one.measure] = one
    for (code, start, end), measures in cells.items():
        unit, period = tree.unit(code), between(start, end)
        for metric, variant in wanted:
            pair = [measures.get(name) for name in (variant.numerator, variant.denominator)]
            known = [one for one in pair if one is not None]
            if known:
                scope = Scope(source.source, unit, period, _captured_on(known, source))
                comparable = not any(one.quality in MAKESHIFT for one in known)
                yield assess(metric, variant, Counts(*map(_whole, pair)), scope, books, comparable=comparable)


def measures_of(metrics: Iterable[Metric]) -> list[str]:
    """Return the delivered measures that the metrics divide."""
    variants = [variant for metric in metrics for variant in metric.variants_of(Kind.STATISTIC)]
    return sorted({name for variant in variants for name in (variant.numerator, variant.denominator)})


def with_stocks(flows: Sums, entered: Sums) -> dict[str, int]:
    """Return the flows of a period with the stocks at its end, and with what it held.

    entered: the sums of what ever entered and left, up to the day of the stocks.
    """
    held = {
        name: sum(one.sign * (entered if one.ever else flows).get(one.measure, 0) for one in made_of)
        for name, made_of in TERMS.items()
    }
    return {**flows, **held}


def local_day(moment: datetime) -> date:
    """Return the day in Vietnam of a UTC instant without zone."""
    return moment.replace(tzinfo=UTC).astimezone(VIETNAM).date()


_SOURCES = """
-- one row per source with ratios; figures entered by hand stand apart
SELECT source, kind, synthetic, as_of_day
FROM source
WHERE kind <> 'indicator'
ORDER BY synthetic, kind, source
"""
_UNITS = """
-- one row per unit
SELECT unit_code, unit_name, parent_code, level, leaf
FROM unit
"""
_NEWEST_RECEPTION = """
-- one row: the newest day on which a dossier was received
SELECT max(day) AS day
FROM daily
WHERE source = $source AND received > 0 AND day <= $as_of
"""
_UNITS_OF = """
-- one row per unit with dossiers of its own
SELECT DISTINCT unit_code
FROM daily
WHERE source = $source
"""
FILLED = """
-- one row: which columns the source fills at all; the measures that variants name as `known`
SELECT
    max(channel_known) > 0 AS channel_known,
    max(level_known) > 0 AS level_known,
    max(payment_known) > 0 AS payment_known,
    max(digitisation_known) > 0 AS digitisation_known,
    max(reuse_known) > 0 AS reuse_known,
    max(digitised_full_known) > 0 AS digitised_full_known,
    max(result_known) > 0 AS result_known,
    max(rated) > 0 AS rated
FROM daily
WHERE source = ?
"""
_FLOWS_BY_UNIT = """
-- one row per unit: the sums of a period
SELECT unit_code, sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
WHERE source = $source AND day BETWEEN $start AND $end
GROUP BY unit_code
"""
_ENTERED_BY_UNIT = """
-- one row per unit: what entered and left up to and including a day
SELECT
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
FROM daily
WHERE source = $source AND day <= $stock_day
GROUP BY unit_code
"""
_FLOWS_BY_PROCEDURE = """
-- one row per procedure: the sums of a period over some units
SELECT procedure_key, sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
WHERE source = $source AND day BETWEEN $start AND $end AND list_contains($units, unit_code)
GROUP BY procedure_key
"""
_ENTERED_BY_PROCEDURE = """
-- one row per procedure: what entered and left some units up to and including a day
SELECT
    procedure_key,
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
FROM daily
WHERE source = $source AND day <= $stock_day AND list_contains($units, unit_code)
GROUP BY procedure_key
"""
_PROCEDURES = """
-- one row per procedure
SELECT procedure_key, coalesce(procedure_name, procedure_code, procedure_key) AS name, field
FROM procedure
"""
_STATISTICS = """
-- one row per delivered count
SELECT unit_code, period_start, period_end, measure, value, quality, captured_at
FROM statistic
WHERE
    source = $source AND list_contains($measures, measure) AND list_contains($units, unit_code)
    AND period_start = $start AND period_end = $end
"""
_NEWEST_DELIVERED = """
-- one row: of the periods that have begun, the one that begins last; of those the shortest
SELECT period_start, period_end
FROM statistic
WHERE
    source = $source AND list_contains($measures, measure) AND list_contains($units, unit_code)
    AND period_start <= $as_of
ORDER BY period_start DESC, period_end
LIMIT 1
"""
_TREND = """
-- one row per month, oldest first: the newest months of one metric of one unit
SELECT * FROM (
    SELECT *
    FROM assessment
    WHERE metric = $metric AND unit_code = $unit AND source = $source AND period_kind = 'month'
    ORDER BY period_start DESC
    LIMIT $months
) AS newest
ORDER BY period_start
"""


def _asked(tree: UnitTree, unit: str | None, by: By | None) -> list[Unit]:
    if unit is None:
        return list(tree.units.values()) if by == "unit" else tree.roots
    one = tree.unit(unit)
    return tree.children(unit) or [one] if by == "unit" else [one]


def _newest_reception(snapshot: Snapshot, source: Source) -> date | None:
    asked = {"source": source.source, "as_of": source.as_of_day}
    day: date | None = snapshot.rows(_NEWEST_RECEPTION, asked)[0]["day"]
    return day


def _dossier_rates(
    snapshot: Snapshot,
    books: TargetBook,
    told: Told,
    ways: Sequence[Way],
    tree: UnitTree,
    units: Sequence[Unit],
    source: Source,
    period: Period,
    by: By | None,
) -> Iterator[Assessment]:
    seen = seen_by_unit(tree, _seen(snapshot, source, period)) if counts_procedures(ways) else {}
    if by in (None, "unit"):
        sums = tree.rolled_up(_sums_by_unit(snapshot, source, period))
        for unit in _with_dossiers(snapshot, source, tree, units):
            scope = Scope(source.source, unit, period, source.as_of_day)
            listed = procedure_counts(seen.get(unit.code, Seen()), told.catalogue.of(unit))
            whole = {**sums.get(unit.code, {}), **listed}
            yield from assess_dossiers(books, ways, scope, whole, filled=told.filled)
        return
    procedures = {row["procedure_key"]: row for row in snapshot.rows(_PROCEDURES)}
    for unit in units:
        by_procedure = _sums_by_procedure(snapshot, source, period, tree.under(unit.code))
        split = _by_field(by_procedure, procedures) if by == "field" else _by_name(by_procedure, procedures)
        for key, name, field, keys, cell in split:
            scope = Scope(source.source, unit, period, source.as_of_day, key, name, field)
            listed = procedure_counts(seen.get(unit.code, Seen()), told.catalogue.of(unit), keys)
            yield from assess_dossiers(books, ways, scope, {**cell, **listed}, filled=told.filled)


def counts_procedures(ways: Iterable[Way]) -> bool:
    """Tell whether any of these ways of counting counts procedures."""
    return any(way.variant.counts_procedures for way in ways)


def _seen(snapshot: Snapshot, source: Source, period: Period) -> list[dict[str, Any]]:
    return snapshot.rows(SEEN_SQL, {"source": source.source, "start": period.start, "end": period.end})


def _with_dossiers(snapshot: Snapshot, source: Source, tree: UnitTree, units: Iterable[Unit]) -> list[Unit]:
    """Return the units with a dossier of the source, ever, of their own or below them."""
    rows = snapshot.rows(_UNITS_OF, {"source": source.source})
    codes = tree.with_above(row["unit_code"] for row in rows)
    return [unit for unit in units if unit.code in codes]


def _sums_by_unit(snapshot: Snapshot, source: Source, period: Period) -> dict[str, Sums]:
    """Return flows and stocks of each unit on its own; a unit whose dossiers are all of other days has zeros."""
    asked = {"source": source.source}
    flows = snapshot.rows(_FLOWS_BY_UNIT, asked | {"start": period.start, "end": period.end})
    entered = snapshot.rows(_ENTERED_BY_UNIT, asked | {"stock_day": _stock_day(source, period)})
    return _joined("unit_code", flows, entered)


def _sums_by_procedure(snapshot: Snapshot, source: Source, period: Period, units: list[str]) -> dict[str, Sums]:
    asked = {"source": source.source, "units": units}
    flows = snapshot.rows(_FLOWS_BY_PROCEDURE, asked | {"start": period.start, "end": period.end})
    entered = snapshot.rows(_ENTERED_BY_PROCEDURE, asked | {"stock_day": _stock_day(source, period)})
    return _joined("procedure_key", flows, entered)


def _stock_day(source: Source, period: Period) -> date:
    return min(period.end, source.as_of_day)


def _joined(key: str, flows: Iterable[dict[str, Any]], entered: Iterable[dict[str, Any]]) -> dict[str, Sums]:
    of_period = {row.pop(key): row for row in flows}
    of_life = {row.pop(key): row for row in entered}
    keys = dict.fromkeys([*of_period, *of_life])
    return {one: with_stocks(of_period.get(one, {}), of_life.get(one, {})) for one in keys}


class _Part(NamedTuple):
    key: str | None
    name: str | None
    field: str | None
    procedures: frozenset[str]
    sums: Sums


def _by_name(sums: Mapping[str, Sums], procedures: Mapping[str, dict[str, Any]]) -> list[_Part]:
    parts = []
    for key, cell in sums.items():
        known = procedures.get(key, {"name": key, "field": None})
        parts.append(_Part(key, known["name"], known["field"], frozenset({key}), cell))
    return sorted(parts, key=lambda part: (-_size(part), part.name or ""))


def _by_field(sums: Mapping[str, Sums], procedures: Mapping[str, dict[str, Any]]) -> list[_Part]:
    """Return the sums by field: spellings of one field (hoá, hóa, HÓA) are one, shown as most procedures spell it."""
    spellings: dict[str, Counter[str]] = {}
    for row in procedures.values():
        if row["field"]:
            spellings.setdefault(fold(row["field"]), Counter())[row["field"]] += 1
    cells: dict[str, Counter[str]] = {}
    keys: dict[str, set[str]] = {}
    for key, cell in sums.items():
        name = fold(procedures.get(key, {}).get("field") or "")
        cells.setdefault(name, Counter()).update(cell)
        keys.setdefault(name, set()).add(key)
    shown = {fold: min(found, key=lambda one: (-found[one], one)) for fold, found in spellings.items()}
    parts = [_Part(None, None, shown.get(name), frozenset(keys[name]), cell) for name, cell in cells.items()]
    return sorted(parts, key=lambda part: (-_size(part), part.field or ""))


def _size(part: _Part) -> int:
    return part.sums.get("received", 0)


def _statistics(
    snapshot: Snapshot, source: Source, metrics: Sequence[Metric], units: Sequence[Unit], period: str
) -> list[Delivered]:
    asked = {
        "source": source.source,
        "measures": measures_of(metrics),
        "units": [unit.code for unit in units],
    }
    if period == "latest":
        newest = snapshot.rows(_NEWEST_DELIVERED, asked | {"as_of": source.as_of_day})
        if not newest:
            return []
        start, end = newest[0]["period_start"], newest[0]["period_end"]
    else:
        days = calendar_twin(parse_period(period, source.as_of_day))
        start, end = days.start, days.end
    rows = snapshot.rows(_STATISTICS, asked | {"start": start, "end": end})
    return [Delivered(*row.values()) for row in rows]


def _captured_on(known: Iterable[Delivered], source: Source) -> date:
    return min(source.as_of_day, *(local_day(one.captured_at) for one in known))


def _whole(one: Delivered | None) -> int | None:
    """Return a delivered count; None where it is null, or no count at all (negative, or with a fraction)."""
    if one is None or one.value is None or one.value < 0 or one.value != int(one.value):
        return None
    return int(one.value)


def _published(row: Mapping[str, Any]) -> Assessment:
    target = _published_target(row) if row["target_id"] is not None else None
    return Assessment(
        metric=row["metric"],
        variant=row["variant"],
        source=row["source"],
        unit_code=row["unit_code"],
        unit_name=row["unit_name"],
        period=Period(PeriodKind(row["period_kind"]), row["period_label"], row["period_start"], row["period_end"]),
        complete=row["complete"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        ratio=row["ratio"],
        target=target,
        target_value=target.value if target else None,
        status=Status(row["status"]),
        gap=row["gap"],
    )


def _published_target(row: Mapping[str, Any]) -> Target:
    """Return what the snapshot keeps of a target: enough to name it, not its days of validity."""
    return Target(
        id=row["target_id"],
        metric=row["metric"],
        op=Op(row["target_op"]),
        value=Decimal(repr(row["target_value"])),
        kind=TargetKind(row["target_kind"]),
        level=Level(row["target_level"]),
        due=row["target_due"],
        document=row["target_document"],
        article=row["target_article"],
    )
