"""Is a change real? Control charts of period values: XmR for values, Laney P′ for ratios of unequal size.

For values of periods (weeks, months), never of cumulative ones: those depend on each other by construction.
Source: METHODS §5.6 (Shewhart; NHS Making Data Count; Laney 2002).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import sqrt
from statistics import fmean

XMR = 2.66  # 3 / 1.128
_OUTLIER_MR = 3.267
_D2 = 1.128
RUN = 7
LEAST_POINTS = 12


class Rule(StrEnum):
    """What makes a point stand out."""

    OUTSIDE = "outside"  # beyond a limit
    SHIFT = "shift"  # seven in a row on one side of the mean
    TREND = "trend"  # seven in a row rising, or falling
    NEAR_LIMIT = "near_limit"  # two of three beyond two thirds of the way to a limit, all three on that side


class Assurance(StrEnum):
    """What the process, as it is, does with a target."""

    PASSES = "passes"
    FAILS = "fails"
    HIT_OR_MISS = "hit_or_miss"


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule and the points (places, from 0) that meet it; up: towards higher values."""

    rule: Rule
    points: tuple[int, ...]
    up: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Values with their mean and the limits of each point; enough: whether there are points for limits at all."""

    values: tuple[float, ...]
    mean: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    signals: tuple[Signal, ...]

    @property
    def enough(self) -> bool:
        """Whether there are enough points for trial limits."""
        return len(self.values) >= LEAST_POINTS

    def assurance(self, target: float, *, less_is_better: bool = False) -> Assurance:
        """Return whether the process as it is would meet a target: always, never, or by chance."""
        lower, upper = self.lower[-1], self.upper[-1]
        if less_is_better:
            lower, upper, target = -upper, -lower, -target
        if target < lower:
            return Assurance.PASSES
        return Assurance.FAILS if target > upper else Assurance.HIT_OR_MISS


def xmr(values: Sequence[float], *, screen: bool = True) -> Chart | None:
    """Return the chart of single values; None for fewer than two.

    screen: leave out once the moving ranges above 3.267 times their mean (as NHSRplotthedots does; the NHS's workbook
    does not). Example in METHODS §5.6: mean 71.4583, limits 69.4029 and 73.5138.
    """
    if len(values) < 2:
        return None
    moves = [abs(after - before) for before, after in pairwise(values)]
    usual = fmean(moves)
    if screen:
        kept = [move for move in moves if move <= _OUTLIER_MR * usual]
        usual = fmean(kept) if kept else usual
    mean = fmean(values)
    lower, upper = [mean - XMR * usual] * len(values), [mean + XMR * usual] * len(values)
    return _chart(list(values), mean, lower, upper)


def laney(counts: Sequence[tuple[int, int]]) -> Chart | None:
    """Return the P′ chart of (numerator, denominator), points without a denominator left out; None for fewer than two.

    Limits: p̄ ± 3 · σ_p,i · σ_z, within 0 and 1.
    """
    known = [(x, n) for x, n in counts if n > 0]
    if len(known) < 2:
        return None
    mean = sum(x for x, _ in known) / sum(n for _, n in known)
    errors = [sqrt(mean * (1 - mean) / n) for _, n in known]
    scale = _laney_scale([x / n for x, n in known], mean, errors)
    lower = [max(0.0, mean - 3 * error * scale) for error in errors]
    upper = [min(1.0, mean + 3 * error * scale) for error in errors]
    return _chart([x / n for x, n in known], mean, lower, upper)


def _laney_scale(shares: Sequence[float], mean: float, errors: Sequence[float]) -> float:
    if not all(errors):
        return 0.0
    scores = [(share - mean) / error for share, error in zip(shares, errors, strict=True)]
    return fmean(abs(after - before) for before, after in pairwise(scores)) / _D2


def _chart(values: list[float], mean: float, lower: list[float], upper: list[float]) -> Chart:
    signals = tuple(_signals(values, mean, lower, upper))
    return Chart(tuple(values), mean, tuple(lower), tuple(upper), signals)


def _signals(values: list[float], mean: float, lower: list[float], upper: list[float]) -> Iterator[Signal]:
    for place, value in enumerate(values):
        if value < lower[place] or value > upper[place]:
            yield Signal(Rule.OUTSIDE, (place,), value > upper[place])
    yield from _runs(Rule.SHIFT, [(value > mean) - (value < mean) for value in values], RUN)
    steps = [(after > before) - (after < before) for before, after in pairwise(values)]
    for run in _runs(Rule.TREND, steps, RUN - 1):
        yield Signal(run.rule, (*run.points, run.points[-1] + 1), run.up)
    yield from _near(values, mean, lower, upper)


def _runs(rule: Rule, signs: Sequence[int], length: int) -> Iterator[Signal]:
    """Yield each longest stretch of one sign that is long enough; 0 ends a stretch."""
    start = 0
    for place in range(1, len(signs) + 1):
        if place == len(signs) or signs[place] != signs[start]:
            if signs[start] and place - start >= length:
                yield Signal(rule, tuple(range(start, place)), signs[start] > 0)
            start = place


def _near(values: list[float], mean: float, lower: list[float], upper: list[float]) -> Iterator[Signal]:
    for place in range(len(values) - 2):
        points = (place, place + 1, place + 2)
        for up, limits in ((True, upper), (False, lower)):
            sign = 1 if up else -1
            same = all(sign * (values[one] - mean) > 0 for one in points)
            beyond = [one for one in points if sign * (values[one] - mean) > sign * (limits[one] - mean) * 2 / 3]
            if same and len(beyond) >= 2:
                yield Signal(Rule.NEAR_LIMIT, points, up)
