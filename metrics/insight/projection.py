"""Where a period will end: the ratio at its last day with an interval, and the probability that the target is met.

How many are still to come is uncertain (negative binomial, from the receipts of recent working days), and so is how many
of them will count (beta-binomial: days and units are alike among themselves, so the spread is wider than chance).
Source: METHODS §5.2 (Gelman et al., BDA3 §2–3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, pvariance

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, gammaln
from scipy.stats import nbinom, poisson

LEAST_DAYS = 15
LEAST_COUNT = 100
WINDOW = 20
Floats = npt.NDArray[np.float64]

_ROUNDING = 1e-12
_FAR = 9.0  # spreads from the middle: what lies further weighs nothing
_MOST_POINTS, _LEAST_POINTS = 4200, 200
_GRID = 21  # how many sizes stand for what is to come: the middles of equally likely slices


@dataclass(frozen=True, slots=True)
class Rest:
    """How many are still to come in the period."""

    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Projection:
    """The ratio at the end of the period: low, middle and high are fractions of 1 (80 % interval and median).

    rest: how many are expected still. probability: that the target is met at the end; None without a target.
    """

    low: float
    middle: float
    high: float
    rest: float
    probability: float | None


def alikeness(groups: Sequence[tuple[int, int]]) -> float:
    """Return the intra-group correlation ρ of groups of (numerator, denominator): 0 is chance alone.

    Moment form: X² = Σ n(p−p̄)²/(p̄(1−p̄)); φ = X²/(g−1); ρ = max(0, (φ−1)/(n0−1)).
    """
    known = [(x, n) for x, n in groups if n > 0]
    total = sum(n for _, n in known)
    mean = sum(x for x, _ in known) / total if total else 0.0
    if len(known) < 2 or not 0 < mean < 1:
        return 0.0
    scatter = sum(n * (x / n - mean) ** 2 for x, n in known) / (mean * (1 - mean))
    phi = scatter / (len(known) - 1)
    size = (total - sum(n * n for _, n in known) / total) / (len(known) - 1)
    return min(0.99, max(0.0, (phi - 1) / (size - 1))) if size > 1 else 0.0


def rest_of_period(per_day: Sequence[int], working_days_left: int) -> Rest:
    """Return how many are still to come: the mean of the recent working days for each day that is left.

    per_day: receipts of recent working days. The variance holds the spread of days and that of their mean.
    """
    if not per_day or working_days_left <= 0:
        return Rest(0.0, 0.0)
    spread = pvariance(per_day) * len(per_day) / max(1, len(per_day) - 1)
    variance = working_days_left * spread + working_days_left**2 * spread / len(per_day)
    return Rest(fmean(per_day) * working_days_left, variance)


def project(
    numerator: int, denominator: int, rest: Rest, *, recent: float, rho: float, target: Decimal | None = None
) -> Projection:
    """Return where the ratio will end. recent: the ratio of those still to come, as recent days suggest.

    rho: `alikeness` of recent days or weeks. Example: 6100 of 9000, 3000 to come, ρ = 0.002 → 67.05 % … 68.50 %.
    """
    ratios, weights = _outcomes(numerator, denominator, _sizes(rest), *_shape(recent, rho))
    reached = np.cumsum(weights)
    low, middle, high = (
        float(ratios[min(int(np.searchsorted(reached, at)), len(ratios) - 1)]) for at in (0.1, 0.5, 0.9)
    )
    met = None
    if target is not None:
        met = min(1.0, float(np.sum(weights[ratios >= float(target) - _ROUNDING])))
    return Projection(low, middle, high, rest.mean, met)


def enough(working_days: int, denominator: int) -> bool:
    """Tell whether there is enough to project from: 15 working days and 100 dossiers."""
    return working_days >= LEAST_DAYS and denominator >= LEAST_COUNT


def _shape(recent: float, rho: float) -> tuple[float, float]:
    """Return the beta parameters of a ratio with correlation ρ; kept off 0 and 1, where there would be no spread."""
    share, inner = min(max(recent, 1e-6), 1 - 1e-6), max(rho, 1e-9)
    return share * (1 / inner - 1), (1 - share) * (1 / inner - 1)


def _sizes(rest: Rest) -> list[int]:
    """Return equally likely numbers of dossiers still to come."""
    if rest.mean <= 0:
        return [0]
    if rest.variance <= 0:
        return [round(rest.mean)]
    slices = (np.arange(_GRID) + 0.5) / _GRID
    if rest.variance <= rest.mean:
        return [int(size) for size in poisson.ppf(slices, rest.mean)]
    chance = rest.mean / rest.variance
    return [int(size) for size in nbinom.ppf(slices, rest.mean * chance / (1 - chance), chance)]


def _outcomes(x: int, n: int, sizes: Sequence[int], alpha: float, beta: float) -> tuple[Floats, Floats]:
    """Return the final ratios that can come about, in ascending order, and how likely each is.

    Of very many, evenly spaced ones stand for their neighbours, where nearly all of the weight lies.
    """
    size: Floats = np.asarray(sizes, dtype=np.float64)[:, None]
    share = alpha / (alpha + beta)
    spread = np.sqrt(size * share * (1 - share) * (1 + (size - 1) / (alpha + beta + 1)))
    low = np.floor(np.clip(size * share - _FAR * spread, 0, size))
    high = np.ceil(np.clip(size * share + _FAR * spread, 0, size))
    points = min(int(np.max(high - low)) + 1, max(_LEAST_POINTS, _MOST_POINTS // len(sizes)))
    step = np.maximum(1, np.ceil((high - low + 1) / points))
    steps: Floats = low + step * np.arange(points, dtype=np.float64)
    inside = steps <= high
    count: Floats = np.minimum(steps, size)
    weights = np.where(inside, np.exp(_log_chance(count, size, alpha, beta)), 0.0)
    weights /= np.sum(weights, axis=1, keepdims=True)
    ratios, weights = ((x + count) / np.maximum(1, n + size)).ravel(), weights.ravel()
    order = np.argsort(ratios, kind="stable")
    return ratios[order], weights[order] / np.sum(weights)


def _log_chance(count: Floats, size: Floats, alpha: float, beta: float) -> Floats:
    """Return the logarithm of the beta-binomial probability of each count."""
    ways = gammaln(size + 1) - gammaln(count + 1) - gammaln(size - count + 1)
    found: Floats = ways + betaln(count + alpha, size - count + beta) - betaln(alpha, beta)
    return found
