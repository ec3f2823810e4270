"""Is it really below? The interval of a proportion, and the statistical status that stands beside the legal one.

Legally a ratio is met or not: the dossiers are a census. Statistically a small office may be below by chance; the alert
asks that. Both are shown, never confused. Source: METHODS §5.4 (Wilson score interval; Newcombe & Altman 2000).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import sqrt

from metrics.targets import Op

Z_80 = 1.2815515655446004
Z_95 = 1.959963984540054
Z_998 = 3.090232306167813
LEAST_TO_RANK = 30


class Evidence(StrEnum):
    """What the counts tell about the process behind them."""

    MET = "met"  # đạt
    MET_UNSURE = "met_unsure"  # đạt, chưa chắc
    UNCLEAR = "unclear"  # chưa rõ
    BELOW = "below"  # chưa đạt


@dataclass(frozen=True, slots=True)
class Interval:
    """Two fractions of 1, low ≤ high."""

    low: float
    high: float


def wilson(numerator: int, denominator: int, z: float = Z_95) -> Interval:
    """Return the Wilson score interval of a proportion; [0, 1] where there is nothing to divide by.

    Examples at 95 %: 81/100 → 0.722212 … 0.874852; 0/7 → 0 … 0.35433.
    """
    if denominator <= 0:
        return Interval(0.0, 1.0)
    share, spread = numerator / denominator, z * z / denominator
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / denominator + spread / (4 * denominator)) / (1 + spread)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def evidence(numerator: int, denominator: int, target: Decimal, op: Op = Op.AT_LEAST, z: float = Z_95) -> Evidence:
    """Return how sure it is that the process behind the counts meets a target.

    Where less is better the interval is mirrored. Examples at 80 %: 3/5 unclear, 60/100 below, 780/1000 unclear.
    """
    if op == Op.AT_MOST:
        return evidence(denominator - numerator, denominator, 1 - target, Op.AT_LEAST, z)
    interval, asked = wilson(numerator, denominator, z), float(target)
    reached = numerator * target.as_integer_ratio()[1] >= target.as_integer_ratio()[0] * denominator
    if op == Op.ABOVE:
        reached = numerator * target.as_integer_ratio()[1] > target.as_integer_ratio()[0] * denominator
    if reached:
        return Evidence.MET if interval.low >= asked else Evidence.MET_UNSURE
    return Evidence.BELOW if interval.high < asked else Evidence.UNCLEAR
