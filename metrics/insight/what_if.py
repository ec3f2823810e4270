"""What if the weakest became ordinary? Counts of each procedure in, the ratio of the whole out.

Source: METHODS §5.10: “if the ten procedures with most paper dossiers reached the median, the rate becomes …”.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Generic, TypeVar

from metrics.insight.intervals import LEAST_TO_RANK

Key = TypeVar("Key")

WORST = 10


@dataclass(frozen=True, slots=True)
class Gain(Generic[Key]):
    """One part that would change: its counts, and by how many dossiers its numerator would move."""

    key: Key
    numerator: int
    denominator: int
    moved: int


@dataclass(frozen=True, slots=True)
class WhatIf(Generic[Key]):
    """The ratio of the whole as it is and as it would be; gains: what would change, most dossiers first."""

    level: Fraction
    before: Fraction
    after: Fraction
    gains: tuple[Gain[Key], ...]


def median_ratio(counts: Iterable[tuple[int, int]]) -> Fraction | None:
    """Return the median of the ratios of those with at least 30 dossiers; None where there is none.

    Each part counts once, whatever its size: this is what an ordinary procedure reaches, not the rate of the whole.
    """
    ratios = [Fraction(x, n) for x, n in counts if n >= LEAST_TO_RANK]
    return Fraction(median(ratios)) if ratios else None


def if_worst_reached(
    counts: Mapping[Key, tuple[int, int]], level: Fraction, *, most: int = WORST, less_is_better: bool = False
) -> WhatIf[Key] | None:
    """Return the whole if those worse than the level that have most dossiers on the wrong side reached it.

    Counts stay whole: a part reaches the level with the fewest dossiers that do. None without any dossier.
    Example: 10/100, 40/100, 60/100, 90/100; the worst one reaches 50 %: 200/400 → 240/400.
    """
    whole = (sum(x for x, _ in counts.values()), sum(n for _, n in counts.values()))
    if not whole[1]:
        return None
    wrong = {
        key: (x if less_is_better else n - x)
        for key, (x, n) in counts.items()
        if n and (Fraction(x, n) > level if less_is_better else Fraction(x, n) < level)
    }
    worst = sorted(wrong, key=lambda key: -wrong[key])[:most]
    gains = [Gain(key, *counts[key], _moved(*counts[key], level, less_is_better)) for key in worst]
    after = whole[0] + sum(gain.moved for gain in gains)
    ordered = tuple(sorted(gains, key=lambda gain: -abs(gain.moved)))
    return WhatIf(level, Fraction(*whole), Fraction(after, whole[1]), ordered)


def _moved(numerator: int, denominator: int, level: Fraction, less_is_better: bool) -> int:
    asked = level * denominator
    reached = asked.numerator // asked.denominator if less_is_better else -(-asked.numerator // asked.denominator)
    return reached - numerator
