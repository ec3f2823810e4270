"""Two periods in, the parts of the change between them out (Kitagawa), by one dimension at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboard import assessed
from dashboard.reads import kept
from dashboard.rows import Period, Rate
from metrics import periods
from metrics.insight.comparable import Against, earlier
from metrics.insight.decomposition import Decomposition, kitagawa
from metrics.rates import By, unit_tree
from metrics.snapshot import Snapshot
from metrics.unit_history import load_history


@dataclass(frozen=True, slots=True)
class Move:
    """One rate in two periods; before, after: None where the source says nothing of a period."""

    earlier: Period
    before: Rate | None
    after: Rate | None

    @property
    def change(self) -> float | None:
        """The ratio after minus the ratio before; None where there is none of one of them."""
        ratios = [rate.ratio if rate else None for rate in (self.before, self.after)]
        return None if ratios[0] is None or ratios[1] is None else ratios[1] - ratios[0]


@dataclass(frozen=True, slots=True)
class Why:
    """The parts of a move by one dimension; found None: a period without dossiers. names: by key.

    whole: the parts are of the same dossiers as the rate (delivered figures of units need not add up to their parent).
    """

    names: dict[str, str]
    found: Decomposition[str] | None
    whole: bool


def before(period: Period, against: Against) -> Period:
    """Return the period to compare with."""
    found = earlier(periods.Period(periods.PeriodKind(period.kind), period.label, period.start, period.end), against)
    return Period(found.kind, found.label, found.start, found.end, True)


@kept
def move(
    snapshot: Snapshot, targets: Path | None, metric: str, source: str, unit: str, period: Period, against: Against
) -> Move:
    """Return a rate of a unit in a period and in the one to compare with."""
    then = before(period, against)
    rates = [assessed.whole(snapshot, targets, metric, source, unit, label) for label in (then.label, period.label)]
    return Move(then, *rates)


@kept
def why(
    snapshot: Snapshot,
    targets: Path | None,
    metric: str,
    source: str,
    unit: str,
    period: Period,
    against: Against,
    by: By,
) -> Why:
    """Return what the parts of a unit (units, fields, procedures) added to the change."""
    then = before(period, against)
    one, two = (
        assessed.parts(snapshot, targets, metric, source, unit, label, by) for label in (then.label, period.label)
    )
    counts = [{part.key: part.counts for part in parts} for parts in (one, two)]
    found = kitagawa(counts[0], counts[1])
    whole = [assessed.whole(snapshot, targets, metric, source, unit, label) for label in (then.label, period.label)]
    sums = [_sum(pairs.values()) for pairs in counts]
    same = all(
        rate is None or (rate.numerator, rate.denominator) == pair for rate, pair in zip(whole, sums, strict=True)
    )
    return Why({part.key: part.name for part in (*one, *two)}, found, same)


@dataclass(frozen=True, slots=True)
class Broken:
    """What lies between two periods so that they are of different offices: the event in words; own: of the unit itself."""

    said: str
    own: bool


@kept
def broken(snapshot: Snapshot, history: Path | None, unit: str, start: date, end: date) -> Broken | None:
    """Return the newest event after `start` and up to `end` that ends a unit, or the units below it; None for none."""
    tree, events = unit_tree(snapshot), load_history(history)
    event = events.broken(tree.unit(unit), start, end)
    if event is not None:
        return Broken(event.text_vi, own=True)
    below = (events.broken(child, start, end) for child in tree.children(unit))
    found = next((one for one in below if one is not None), None)
    return None if found is None else Broken(found.text_vi, own=False)


def _sum(counts: Collection[tuple[int, int]]) -> tuple[int, int]:
    return sum(x for x, _ in counts), sum(n for _, n in counts)
