"""The one comparison: counts and what is asked of them in, an Assessment out. Nowhere else does a ratio meet a target.

Everything is exact: counts are integers, a target is a decimal, and they are compared as integers. The ratio as a
float is for showing only.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from metrics.definitions import Metric, Variant
from metrics.periods import Period
from metrics.targets import Op, Register, Target
from metrics.units import Unit


class Status(StrEnum):
    """How a ratio stands to what is asked."""

    MET = "met"
    BELOW = "below"
    NOT_DUE = "not_due"  # a programme's goal that is to be reached later, and is not reached yet
    NO_TARGET = "no_target"
    NO_ACTIVITY = "no_activity"  # nothing to divide by: neither 0 % nor 100 %
    NOT_REPORTED = "not_reported"  # the source does not say
    NO_COMPARISON = "no_comparison"  # a trend, and nothing of the year before to compare with


class Counts(NamedTuple):
    """Numerator and denominator; None: not reported, 0: none."""

    numerator: int | None
    denominator: int | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose counts, of which days; as_of: the local day on which they were captured."""

    source: str
    unit: Unit
    period: Period
    as_of: date
    procedure_key: str | None = None
    procedure_name: str | None = None
    field: str | None = None

    @property
    def judged_on(self) -> date:
        """Return the day whose law applies: the last of the period, or of what is known of it."""
        return min(self.period.end, self.as_of)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One ratio against what is asked of it. Key: metric, variant, source, unit, period (and procedure or field).

    ratio: fraction of 1, None when the denominator is 0 or absent. target_value: fraction of 1.
    gap: how many dossiers (or procedures, ...) are missing now, or too many where less is better; 0 when met,
    None when there is nothing to compare.
    """

    metric: str
    variant: str
    source: str
    unit_code: str
    unit_name: str
    period: Period
    complete: bool
    numerator: int | None
    denominator: int | None
    ratio: float | None
    target: Target | None
    target_value: Decimal | None
    status: Status
    gap: int | None
    procedure_key: str | None = None
    procedure_name: str | None = None
    field: str | None = None


class TargetBook:
    """The register with a memory: units of one sort are asked the same on one day, so each question is put once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._named = {target.unit for target in register.targets if target.unit is not None}
        self._known: dict[tuple[str, ...], Target | None] = {}

    def in_force(self, metric: Metric, variant: Variant, scope: Scope) -> Target | None:
        """Return what is asked of a metric in a scope, None when nothing is."""
        return self._answer(self._register.in_force, metric.key, variant.id, scope)

    def trend(self, metric: str, variant: str, scope: Scope) -> Target | None:
        """Return the demand that a metric must not fall in a scope, None when none is made."""
        return self._answer(self._register.trend, metric, variant, scope)

    def _answer(self, ask: Callable[..., Target | None], metric: str, variant: str, scope: Scope) -> Target | None:
        unit, day = scope.unit, scope.judged_on
        named = unit.code if unit.code in self._named else ""
        question = (
            *(ask.__name__, metric, variant, unit.level, unit.province or "", named, scope.field or ""),
            day.isoformat(),
        )
        if question not in self._known:
            self._known[question] = ask(metric, unit=unit, field=scope.field, day=day, variant=variant)
        return self._known[question]


def counted(variant: Variant, sums: Mapping[str, int], *, filled: Container[str]) -> Counts:
    """Return the counts of a dossier variant; both None where the list has no such column.

    filled: the measures that the source has filled anywhere.
    """
    numerator, denominator = sums.get(variant.numerator, 0), sums.get(variant.denominator, 0)
    if denominator == 0 and _column_missing(variant, sums, filled):
        return Counts(None, None)
    return Counts(numerator, denominator)


def assess(
    metric: Metric,
    variant: Variant,
    counts: Counts,
    scope: Scope,
    targets: TargetBook,
    *,
    comparable: bool = True,
) -> Assessment:
    """Return the assessment of one ratio.

    comparable: False where the source itself marks the counts as makeshift; then nothing is judged.
    Source: rates.md §16, 1-2 (null is not zero; a denominator copied from the numerator is no rate).
    """
    target = targets.in_force(metric, variant, scope) if comparable else None
    value = target.value_on(scope.judged_on) if target is not None else None
    status, gap = _standing(counts, target, value, scope.judged_on)
    numerator, denominator = counts
    return Assessment(
        metric=metric.key,
        variant=variant.id,
        source=scope.source,
        unit_code=scope.unit.code,
        unit_name=scope.unit.name,
        period=scope.period,
        complete=scope.period.complete(scope.as_of),
        numerator=numerator,
        denominator=denominator,
        ratio=numerator / denominator if numerator is not None and denominator else None,
        target=target,
        target_value=value,
        status=status,
        gap=gap,
        procedure_key=scope.procedure_key,
        procedure_name=scope.procedure_name,
        field=scope.field,
    )


def missing(op: Op, numerator: int, denominator: int, value: Decimal | Fraction) -> int:
    """Return how many are missing to the target (too many, where less is better); 0 exactly when it is met.

    Source: METHODS §5.1, "shortfall now": x = 6100, n = 9000, T = 0.72 → 380.
    """
    asked, parts = value.as_integer_ratio()
    shortfall = asked * denominator - numerator * parts  # in parts of a dossier: integers, so nothing is rounded
    if op == Op.AT_MOST:
        return max(0, -(shortfall // parts))
    if op == Op.ABOVE:
        return max(0, shortfall // parts + 1)
    # "= 100 %" asks that all of them are: more than all is a fault of the counts, not of the unit.
    return max(0, -(-shortfall // parts))


def _standing(counts: Counts, target: Target | None, value: Decimal | None, day: date) -> tuple[Status, int | None]:
    numerator, denominator = counts
    if numerator is None or denominator is None:
        return Status.NOT_REPORTED, None
    if denominator == 0:
        return Status.NO_ACTIVITY, None
    if target is None or value is None:
        return Status.NO_TARGET, None
    gap = missing(target.op, numerator, denominator, value)
    return reached(target, day, met=gap == 0), gap


def reached(target: Target, day: date, *, met: bool) -> Status:
    """Return how something stands to its target on a day: a programme's goal is missed only from its day on."""
    if met:
        return Status.MET
    due = target.due_on(day)
    return Status.NOT_DUE if due is not None and day < due else Status.BELOW


def _column_missing(variant: Variant, sums: Mapping[str, int], filled: Container[str]) -> bool:
    if not variant.known or sums.get(variant.of, 0) == 0 or sums.get(variant.known, 0) > 0:
        return False
    return not (variant.blank_is_absent and variant.known in filled)
