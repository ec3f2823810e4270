"""Comparing units fairly: funnel limits about a centre, wider for small units, and for more spread than chance gives.

Three bands instead of places 1 to 150: a league table of small units ranks their luck. Source: METHODS §5.5
(Spiegelhalter 2005, doi:10.1002/sim.1970).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import asin, sin, sqrt

import numpy as np

from metrics.insight.intervals import Z_95, Z_998, Interval

_TRIMMED = (10, 90)  # percentiles to which the z scores are drawn in


class Band(StrEnum):
    """Where a unit lies, given how many dossiers it has; of the higher ratio, whether that is good or bad."""

    LOWER = "lower"
    EXPECTED = "expected"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Spread:
    """How much more the units differ than chance gives.

    share: the common ratio. phi: the spread of the z scores (1: chance alone). tau2: variance between units on the
    arcsine scale, 0 where chance is enough.
    """

    share: float
    phi: float
    tau2: float


def limits(centre: float, denominator: int, z: float = Z_95) -> Interval:
    """Return the limits within which chance alone keeps a unit of this size.

    Example: 0.8, n = 200 → 0.744564 … 0.855436 at 95 %.
    """
    if denominator <= 0:
        return Interval(0.0, 1.0)
    half = z * sqrt(centre * (1 - centre) / denominator)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def spread(counts: Sequence[tuple[int, int]]) -> Spread | None:
    """Return the spread of units of (numerator, denominator); None for fewer than two with a denominator.

    Additive over-dispersion on the arcsine scale, z scores winsorised at 10 and 90 %.
    """
    known = [(x, n) for x, n in counts if n > 0]
    if len(known) < 2:
        return None
    share = sum(x for x, _ in known) / sum(n for _, n in known)
    errors = np.array([1 / (2 * sqrt(n)) for _, n in known])
    scores = (np.array([asin(sqrt(x / n)) for x, n in known]) - asin(sqrt(share))) / errors
    phi = float(np.sum(np.clip(scores, *np.percentile(scores, _TRIMMED)) ** 2) / len(known))
    weights = 1 / errors**2
    scale = float(np.sum(weights) - np.sum(weights**2) / np.sum(weights))
    excess = len(known) * phi - (len(known) - 1)
    return Spread(share, phi, max(0.0, excess / scale) if scale > 0 else 0.0)


def wide_limits(found: Spread, denominator: int, z: float = Z_95) -> Interval:
    """Return the limits for a unit of this size when units differ more than by chance."""
    if denominator <= 0:
        return Interval(0.0, 1.0)
    half = z * sqrt(1 / (4 * denominator) + found.tau2)
    middle = asin(sqrt(found.share))
    low, high = max(0.0, middle - half), min(asin(1.0), middle + half)
    return Interval(sin(low) ** 2, sin(high) ** 2)


def band(numerator: int, denominator: int, found: Spread, z: float = Z_998) -> Band:
    """Return whether a unit differs clearly from the others."""
    if denominator <= 0:
        return Band.EXPECTED
    share, allowed = numerator / denominator, wide_limits(found, denominator, z)
    if share < allowed.low:
        return Band.LOWER
    return Band.HIGHER if share > allowed.high else Band.EXPECTED
