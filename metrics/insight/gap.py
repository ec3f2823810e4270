"""How far from a target, in counts: what is missing now, what the rest of the period must bring, who holds the gap.

Counts are integers and a target is a decimal: everything is exact. Source: METHODS §5.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Generic, TypeVar

Key = TypeVar("Key")

MOST_OF_THE_GAP = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class Held(Generic[Key]):
    """What one part misses, and the share of all that is missing that it and the larger ones hold.

    most: it belongs to the fewest parts that hold 80 %.
    """

    key: Key
    gap: int
    together: Fraction
    most: bool


@dataclass(frozen=True, slots=True)
class NeededOfRest:
    """How many of those still to come must count for the target to be met at the end.

    count: of `rest`; more than `rest` (or, where less is better, below 0) means that it cannot be met any more.
    best: the best ratio that is still possible.
    """

    count: int
    rest: int
    best: Fraction

    @property
    def reachable(self) -> bool:
        """Whether the target can still be met in the period."""
        return 0 <= self.count <= self.rest

    @property
    def share(self) -> Fraction | None:
        """The share that is needed of those still to come; None when none are to come."""
        return Fraction(self.count, self.rest) if self.rest else None


def needed_of_rest(numerator: int, denominator: int, rest: int, target: Decimal) -> NeededOfRest:
    """Return how many of `rest` must count so that the whole reaches a target that is a minimum.

    Example: 6100 of 9000, 3000 to come, 72 % → 2540 of them.
    """
    asked = Fraction(target) * (denominator + rest)
    count = max(0, -((numerator * asked.denominator - asked.numerator) // asked.denominator))
    best = Fraction(numerator + rest, denominator + rest) if denominator + rest else Fraction(0)
    return NeededOfRest(count, rest, best)


def allowed_of_rest(numerator: int, denominator: int, rest: int, target: Decimal) -> NeededOfRest:
    """Return how many of `rest` may count at most where less is better; below 0: it is exceeded already."""
    asked = Fraction(target) * (denominator + rest)
    count = min(rest, (asked.numerator - numerator * asked.denominator) // asked.denominator)
    best = Fraction(numerator, denominator + rest) if denominator + rest else Fraction(0)
    return NeededOfRest(count, rest, best)


def pure_additions(numerator: int, denominator: int, target: Decimal) -> int | None:
    """Return how many that count would have to come on top, and none else; None where a target of 100 % is out of reach.

    Example: 6100 of 9000, 72 % → 1358.
    """
    short = Fraction(target) * denominator - numerator
    if short <= 0:
        return 0
    if target >= 1:
        return None
    needed = short / (1 - Fraction(target))
    return -(-needed.numerator // needed.denominator)


def holding_most(gaps: Mapping[Key, int], share: Fraction = MOST_OF_THE_GAP) -> list[Key]:
    """Return the fewest parts that hold this share of all that is missing, largest first.

    gaps: part → how many are missing there; parts that miss none are left out.
    """
    whole = sum(gap for gap in gaps.values() if gap > 0)
    found: list[Key] = []
    held = 0
    for key, gap in sorted(gaps.items(), key=lambda item: -item[1]):
        if gap <= 0 or held >= share * whole:
            break
        found.append(key)
        held += gap
    return found


def held(gaps: Mapping[Key, int]) -> list[Held[Key]]:
    """Return who holds what is missing, largest first; parts that miss nothing are left out.

    Example: 60, 25, 10, 5 → together 60 %, 85 %, 95 %, 100 %; the first two hold most of it.
    """
    most = set(holding_most(gaps))
    ordered = sorted(((key, gap) for key, gap in gaps.items() if gap > 0), key=lambda item: -item[1])
    whole = sum(gap for _, gap in ordered)
    sums = accumulate(gap for _, gap in ordered)
    return [Held(key, gap, Fraction(upto, whole), key in most) for (key, gap), upto in zip(ordered, sums, strict=True)]
