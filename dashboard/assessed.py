"""Assessments that a snapshot does not hold ready-made: by unit, procedure or field of any period, cached by question.

They come from `metrics.rates`, by the targets of the installation: the same figures as `tthc rates` prints.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from collectors.home import Home, open_home
from dashboard.options import read_options
from dashboard.reads import kept
from dashboard.rows import Period, Rate, Target
from metrics.assess import Assessment
from metrics.definitions import METRIC, Direction, Variant
from metrics.measures import CATALOGUED, COUNTED_NAMES
from metrics.rates import By, rates
from metrics.snapshot import Snapshot
from metrics.targets import load_register

_OF_DAYS = frozenset((*COUNTED_NAMES, *CATALOGUED))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole: a unit, a procedure or a field (its name is its key)."""

    key: str
    name: str
    field: str
    rate: Rate

    @property
    def counts(self) -> tuple[int, int]:
        """Numerator and denominator; (0, 0) where nothing was reported."""
        numerator, denominator = self.rate.numerator, self.rate.denominator
        return (numerator, denominator) if numerator is not None and denominator is not None else (0, 0)


def installation() -> Home:
    """Return the installation that the screen shows, with its settings."""
    return open_home(read_options(sys.argv[1:]).home)


def less_is_better(metric: str) -> bool:
    """Tell which way of a metric is good."""
    return metric in METRIC and METRIC[metric].direction is Direction.DOWN


def of_days(rate: Rate) -> Variant | None:
    """Return the way of counting of a rate if both its counts are sums of what happened on days.

    None for stocks of one day and for counts of procedures: those do not add up over days or units.
    """
    variants = METRIC[rate.metric].variants if rate.metric in METRIC else ()
    found = next((one for one in variants if one.id == rate.variant), None)
    return found if found and {found.numerator, found.denominator} <= _OF_DAYS else None


@kept
def parts(
    snapshot: Snapshot, targets: Path | None, metric: str, source: str, unit: str, period: str, by: By
) -> list[Part]:
    """Return the parts of a unit in a period, the first way of counting of each; as metrics order them.

    targets: the office's own file. Raises QuestionError and TargetError.
    """
    asked = rates(snapshot, load_register(targets), metrics=[metric], unit=unit, by=by, period=period, source=source)
    found: dict[str, Part] = {}
    for one in asked:
        part = _part(one, by)
        found.setdefault(part.key, part)
    return list(found.values())


@kept
def whole(snapshot: Snapshot, targets: Path | None, metric: str, source: str, unit: str, period: str) -> Rate | None:
    """Return the assessment of the unit itself; None where the source says nothing of it."""
    asked = rates(snapshot, load_register(targets), metrics=[metric], unit=unit, period=period, source=source)
    return next((rate_of(one) for one in asked), None)


@kept
def of_procedure(
    snapshot: Snapshot, targets: Path | None, procedure: str, source: str, unit: str, period: str
) -> list[Part]:
    """Return every metric of one procedure in a unit and period, in the order of METRICS."""
    asked = rates(snapshot, load_register(targets), unit=unit, by="procedure", period=period, source=source)
    return [_part(one, "procedure") for one in asked if one.procedure_key == procedure]


def rate_of(one: Assessment) -> Rate:
    """Return an assessment as the screen shows it."""
    period = Period(one.period.kind, one.period.label, one.period.start, one.period.end, one.complete)
    return Rate(
        metric=one.metric,
        variant=one.variant,
        source=one.source,
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        period=period,
        numerator=one.numerator,
        denominator=one.denominator,
        ratio=one.ratio,
        target=_target(one),
        status=one.status.value,
        gap=one.gap,
    )


def _target(one: Assessment) -> Target | None:
    target, value = one.target, one.target_value
    if target is None or value is None:
        return None
    return Target(target.op.value, float(value), target.kind.value, target.due, target.document, target.article)


def _part(one: Assessment, by: By) -> Part:
    rate = rate_of(one)
    if by == "unit":
        return Part(one.unit_code, one.unit_name, "", rate)
    if by == "field":
        return Part(one.field or "", one.field or "", one.field or "", rate)
    return Part(one.procedure_key or "", one.procedure_name or one.procedure_key or "", one.field or "", rate)
