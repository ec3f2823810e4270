"""The counts of one source in, its assessments and volumes out: of a snapshot that is made, and of a question put to it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from collectors.home import VIETNAM
from metrics.assess import Assessment, Counts, Scope, TargetBook, assess, counted
from metrics.definitions import METRIC, Kind, Metric, Variant
from metrics.measures import TERMS
from metrics.on_time import OnTime
from metrics.periods import Period, between
from metrics.procedures import Catalogue
from metrics.units import Unit, UnitTree

Sums = Mapping[str, int]

# A count the portal itself marks as makeshift: the numerator stands for a denominator it does not have.
# Source: rates.md §16, 2.
MAKESHIFT = frozenset({"TEMP_NATIONAL_REPORT_DENOMINATOR", "NO_NATIONAL_REPORT_DATA"})

# the columns that `with_stocks` wants of all days up to the day of the stocks, as the engine sums them
EVER_SUMS = ",\n    ".join(
    f'sum("{name}") AS "{name}"'
    for name in dict.fromkeys(one.measure for made_of in TERMS.values() for one in made_of if one.ever)
)

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


def filled_in(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the measures that are anywhere above zero; rows: the one of FILLED."""
    return frozenset(name for row in rows for name, filled in row.items() if filled)


def counts_procedures(ways: Iterable[Way]) -> bool:
    """Tell whether any of these ways of counting counts procedures."""
    return any(way.variant.counts_procedures for way in ways)


def overdue_measures(rule: OnTime) -> tuple[str, str]:
    """Return which measures are open dossiers, and those of them that are overdue, by a rule set."""
    variant = next(one for one in METRIC["overdue_open"].variants if one.rule == rule)
    return variant.denominator, variant.numerator


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


def with_stocks(flows: Sums, entered: Sums) -> dict[str, int]:
    """Return the flows of a period with the stocks at its end, and with what it held.

    entered: the sums of what ever entered and left, up to the day of the stocks.
    """
    held = {
        name: sum(one.sign * (entered if one.ever else flows).get(one.measure, 0) for one in made_of)
        for name, made_of in TERMS.items()
    }
    return {**flows, **held}


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


def measures_of(metrics: Iterable[Metric]) -> list[str]:
    """Return the delivered measures that the metrics divide."""
    variants = [variant for metric in metrics for variant in metric.variants_of(Kind.STATISTIC)]
    return sorted({name for variant in variants for name in (variant.numerator, variant.denominator)})


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


def _captured_on(known: Iterable[Delivered], source: Source) -> date:
    return min(source.as_of_day, *(local_day(one.captured_at) for one in known))


def _whole(one: Delivered | None) -> int | None:
    """Return a delivered count; None where it is null, or no count at all (negative, or with a fraction)."""
    if one is None or one.value is None or one.value < 0 or one.value != int(one.value):
        return None
    return int(one.value)


def local_day(moment: datetime) -> date:
    """Return the day in Vietnam of a UTC instant without zone."""
    return moment.replace(tzinfo=UTC).astimezone(VIETNAM).date()
