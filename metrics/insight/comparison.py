"""Units (or procedures) compared fairly: counts of each in, three bands out; who has too few dossiers is not ranked.

Not places 1 to 150: a league table of small units ranks their luck. Source: METHODS §5.4 (no ranking under 30) and §5.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from metrics.insight.funnel import Band, Spread, band, spread, wide_limits
from metrics.insight.intervals import LEAST_TO_RANK, Z_95, Z_998, Interval, wilson

Key = TypeVar("Key")

_OUTLINE_POINTS = 60


@dataclass(frozen=True, slots=True)
class Compared(Generic[Key]):
    """One part with its 95 % interval; band None: too few to rank, or nobody to compare with."""

    key: Key
    numerator: int
    denominator: int
    interval: Interval
    band: Band | None


@dataclass(frozen=True, slots=True)
class Comparison(Generic[Key]):
    """All parts, and how much they differ; spread None: fewer than two can be ranked."""

    parts: tuple[Compared[Key], ...]
    spread: Spread | None

    def count(self, wanted: Band | None) -> int:
        """Return how many lie in a band; of None, how many are not ranked."""
        return sum(part.band is wanted for part in self.parts)


@dataclass(frozen=True, slots=True)
class Outline:
    """The limits of a funnel for one size: inner 95 %, outer 99.8 %."""

    denominator: int
    inner: Interval
    outer: Interval


def compare(counts: Mapping[Key, tuple[int, int]]) -> Comparison[Key]:
    """Return where each part lies among the others; parts without a denominator are left out.

    The common ratio and the spread are those of the parts that can be ranked, small ones take no part in them.
    """
    known = {key: pair for key, pair in counts.items() if pair[1] > 0}
    found = spread([pair for pair in known.values() if pair[1] >= LEAST_TO_RANK])
    return Comparison(tuple(_compared(key, *pair, found) for key, pair in known.items()), found)


def outline(found: Spread, smallest: int, largest: int) -> list[Outline]:
    """Return the limits for sizes from the smallest to the largest, evenly spaced on a logarithmic scale."""
    low, high = max(1, smallest), max(2, smallest + 1, largest)
    sizes = sorted({round(float(size)) for size in np.geomspace(low, high, _OUTLINE_POINTS)})
    return [Outline(size, wide_limits(found, size, Z_95), wide_limits(found, size, Z_998)) for size in sizes]


def _compared(key: Key, numerator: int, denominator: int, found: Spread | None) -> Compared[Key]:
    ranked = found is not None and denominator >= LEAST_TO_RANK
    place = band(numerator, denominator, found) if found is not None and ranked else None
    return Compared(key, numerator, denominator, wilson(numerator, denominator), place)
