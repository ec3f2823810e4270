"""Why a rate moved: what the groups did (rate effect) and what their weights did (mix effect), exactly.

Source: METHODS §5.3 (Kitagawa 1955; Das Gupta 1978). One dimension at a time: never add two decompositions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

Key = TypeVar("Key")
Counts = Mapping[Key, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Share(Generic[Key]):
    """What one group adds to the change; mix is centred, so that a group above the average that grew adds.

    before, after: numerator and denominator, (0, 0) where the group was not there.
    """

    key: Key
    before: tuple[int, int]
    after: tuple[int, int]
    rate: Fraction
    mix: Fraction

    @property
    def whole(self) -> Fraction:
        """Both together."""
        return self.rate + self.mix


@dataclass(frozen=True, slots=True)
class Decomposition(Generic[Key]):
    """The change of a ratio between two periods: change = rate + mix, without a residual."""

    before: Fraction
    after: Fraction
    shares: tuple[Share[Key], ...]

    @property
    def change(self) -> Fraction:
        """The ratio after minus the ratio before."""
        return self.after - self.before

    @property
    def rate(self) -> Fraction:
        """What the groups themselves changed."""
        return sum((share.rate for share in self.shares), Fraction(0))

    @property
    def mix(self) -> Fraction:
        """What the weights of the groups changed."""
        return sum((share.mix for share in self.shares), Fraction(0))

    @property
    def reversal(self) -> bool:
        """Simpson: the whole went one way while the groups, taken by themselves, went the other."""
        return self.change * self.rate < 0


def kitagawa(before: Counts[Key], after: Counts[Key]) -> Decomposition[Key] | None:
    """Return why the ratio moved, by group of (numerator, denominator); None where one of the periods has no dossiers.

    A group that is there in one period only has the same ratio in both, so its whole effect is mix.
    Example: (630/700, 90/300) → (372/400, 198/600): change −0.15 = rate +0.03 and mix −0.18.
    """
    wholes = [_whole(counts) for counts in (before, after)]
    if not wholes[0][1] or not wholes[1][1]:
        return None
    ratios = [Fraction(x, n) for x, n in wholes]
    middle = sum(ratios, Fraction(0)) / 2
    shares = []
    for key in dict.fromkeys([*before, *after]):
        one, two = before.get(key, (0, 0)), after.get(key, (0, 0))
        if not one[1] and not two[1]:
            continue
        weight = [Fraction(one[1], wholes[0][1]), Fraction(two[1], wholes[1][1])]
        ratio = [Fraction(*(one if one[1] else two)), Fraction(*(two if two[1] else one))]
        moved = (weight[0] + weight[1]) / 2 * (ratio[1] - ratio[0])
        mixed = ((ratio[0] + ratio[1]) / 2 - middle) * (weight[1] - weight[0])
        shares.append(Share(key, one, two, moved, mixed))
    return Decomposition(ratios[0], ratios[1], tuple(shares))


def _whole(counts: Counts[Key]) -> tuple[int, int]:
    return sum(x for x, _ in counts.values()), sum(n for _, n in counts.values())
