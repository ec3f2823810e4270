"""Figures that people enter by hand, and how each stands to what is asked of it; the same exact comparison as of ratios.

A figure's code is an indicator's key, a metric's key, or the variant of a metric that a target names. Of each unit, code
and period the newest entry counts: the later day of entry, then the later delivery; the others are its history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from metrics.assess import Assessment, Counts, Scope, Status, missing, reached
from metrics.definitions import METRIC, Direction
from metrics.periods import Period, between
from metrics.targets import Op, Quantity, Register, Target
from metrics.units import Unit, UnitTree
from metrics.year_on_year import year_before

SOURCE = "indicators"
VARIANT = "manual."  # what the variants of metrics that are entered by hand begin with


@dataclass(frozen=True, slots=True)
class Figure:
    """One entry. value: a fraction of 1 for a ratio or a reduction, None where numerator and denominator say it."""

    unit_code: str
    code: str
    name: str
    quantity: str
    start: date
    end: date
    numerator: int | None
    denominator: int | None
    value: Decimal | None
    entered_by: str
    entered_on: date
    note: str
    export_id: str
    file_name: str
    row_number: int
    captured_at: datetime

    @property
    def question(self) -> tuple[str, str, date, date]:
        """What it answers: of each question the newest figure counts."""
        return (self.unit_code, self.code, self.start, self.end)

    @property
    def exact(self) -> Fraction | None:
        """The figure itself; None where there was nothing to divide by."""
        if self.value is not None:
            return Fraction(self.value)
        return Fraction(self.numerator or 0, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a code speaks of: a metric (with the variant that targets may name) or an indicator."""

    metric: str
    indicator: str
    variant: str
    name_vi: str
    name_en: str
    better: str
    counted_vi: str

    @property
    def key(self) -> str:
        """The key by which targets know it."""
        return self.metric or self.indicator


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest figure of a question against one target (or none). Key: unit, code, period and target.

    exact: what is compared; of a nested target over the numerator of its parent. gap: how many are missing (too many,
    where less is better), in whole cases, ranks or points; None where a share was entered without counts. base: the
    figure of the year before, for a trend. remark_vi: what a reader must know of the comparison.
    """

    figure: Figure
    subject: Subject
    unit: Unit
    period: Period
    numerator: int | None
    denominator: int | None
    exact: Fraction | None
    target: Target | None
    target_value: Decimal | None
    status: Status
    gap: int | None
    base: Figure | None = None
    remark_vi: str = ""

    @property
    def complete(self) -> bool:
        """Whether the period was over when the figure was entered."""
        return self.period.end <= self.figure.entered_on


def newest(figures: Iterable[Figure]) -> dict[tuple[str, str, date, date], Figure]:
    """Return the figure that counts, by question."""
    found: dict[tuple[str, str, date, date], Figure] = {}
    for one in sorted(figures, key=_age):
        found[one.question] = one
    return found


def _age(one: Figure) -> tuple[object, ...]:
    return (one.entered_on, one.captured_at, one.export_id, one.row_number)


def subject_of(code: str, register: Register, name: str = "") -> Subject:
    """Return what a code speaks of; one that the register no longer knows keeps the name its form gave it."""
    if code in METRIC:
        metric = METRIC[code]
        better = "down" if metric.direction == Direction.DOWN else "up"
        return Subject(code, "", f"{VARIANT}{code}", metric.label_vi, metric.label_en, better, metric.counted_vi)
    if code in register.indicators:
        one = register.indicators[code]
        return Subject("", code, "", one.name_vi, one.name_en, one.better, one.counted_vi)
    named = next((target for target in register.targets if target.metric and target.variant == code), None)
    if named is None:
        return Subject("", code, "", name or code, name or code, "up", "")
    vi, en = register.name_of(named)
    metric = METRIC[named.metric]
    better = "down" if metric.direction == Direction.DOWN else "up"
    return Subject(named.metric, "", code, vi, en, better, metric.counted_vi)


def code_of(target: Target) -> str:
    """Return the code under which the figure of a target is entered."""
    return target.indicator or target.variant or target.metric


def field_of(subject: Subject, register: Register) -> str | None:
    """Return the field that an indicator itself is about: the one that all its targets are limited to."""
    if not subject.indicator:
        return None
    named = {target.field for target in register.targets if target.indicator == subject.indicator}
    (field, *others) = named or {None}
    return field.partition(";")[0] if field and not others else None


def standings(register: Register, tree: UnitTree, figures: Iterable[Figure]) -> list[Standing]:
    """Return how each newest figure stands to what is asked of it: one row, and one more where it must not fall.

    The law of the last day of the period applies, or of the day of entry where that came earlier.
    """
    known = newest(figures)
    found = []
    for figure in known.values():
        subject, unit = subject_of(figure.code, register, figure.name), tree.unit(figure.unit_code)
        period = between(figure.start, figure.end)
        scope = Scope(SOURCE, unit, period, figure.entered_on)
        day, variant, field = scope.judged_on, subject.variant or None, field_of(subject, register)
        target = register.in_force(subject.key, unit=unit, day=day, field=field, variant=variant)
        found.append(_against(figure, subject, scope, target, register, known))
        rising = register.trend(subject.key, unit=unit, day=day, field=field, variant=variant)
        if rising is not None:
            found.append(_against_year_before(figure, subject, scope, rising, known))
    return sorted(found, key=lambda one: (one.figure.unit_code, one.figure.code, one.period.start, one.period.end))


Known = Mapping[tuple[str, str, date, date], Figure]


def _against(
    figure: Figure, subject: Subject, scope: Scope, target: Target | None, register: Register, known: Known
) -> Standing:
    counts, remark = _base_of(figure, target, register, known)
    exact = (
        Fraction(counts.numerator, counts.denominator) if counts.numerator is not None and counts.denominator else None
    )
    exact = figure.exact if exact is None and counts == Counts(figure.numerator, figure.denominator) else exact
    value = target.value if target is not None else None
    status, gap = Status.NO_TARGET, None
    if exact is None:
        status = Status.NO_ACTIVITY
    elif target is not None and value is not None:
        gap = _gap(figure.quantity, target.op, counts, exact, value)
        status = reached(target, scope.judged_on, met=_meets(figure.quantity, target.op, exact, value))
    return Standing(
        figure, subject, scope.unit, scope.period, *counts, exact, target, value, status, gap, remark_vi=remark
    )  # fmt: skip


def _base_of(figure: Figure, target: Target | None, register: Register, known: Known) -> tuple[Counts, str]:
    """Return the counts that are compared: of a nested target the base is the parent's numerator, where it is known.

    Source: targets.md §3b: "trong số đó, ít nhất 80 %" is 80 % of those in the numerator of the sentence before.
    """
    counts = Counts(figure.numerator, figure.denominator)
    parent = register.by_id.get(target.parent) if target is not None and target.parent else None
    if target is None or parent is None or counts.numerator is None:
        return counts, ""
    above = known.get((figure.unit_code, code_of(parent), figure.start, figure.end))
    if above is None or above.numerator is None:
        return counts, f"mẫu số phải là tử số của chỉ tiêu {parent.id}, chưa có để đối chiếu"
    if above.numerator == counts.denominator:
        return counts, ""
    remark = f"mẫu số là tử số của chỉ tiêu {parent.id} ({above.numerator}); biểu ghi {counts.denominator}"
    return Counts(counts.numerator, above.numerator), remark


def _meets(quantity: str, op: Op, exact: Fraction, value: Decimal) -> bool:
    asked = Fraction(value)
    if op == Op.AT_MOST:
        return exact <= asked
    if op == Op.ABOVE:
        return exact > asked
    if op == Op.EQUAL and not Quantity(quantity).is_share:
        return exact == asked
    return exact >= asked


def _gap(quantity: str, op: Op, counts: Counts, exact: Fraction, value: Decimal) -> int | None:
    """Return how many whole cases are missing; for a rank, a count or points how far off it is, rounded up."""
    if not Quantity(quantity).is_share:
        if _meets(quantity, op, exact, value):
            return 0
        far = abs(exact - Fraction(value))
        return max(1, -(-far.numerator // far.denominator))
    numerator, denominator = counts
    return None if numerator is None or not denominator else missing(op, numerator, denominator, value)


def _against_year_before(figure: Figure, subject: Subject, scope: Scope, target: Target, known: Known) -> Standing:
    before = year_before(scope.period)
    base = known.get((figure.unit_code, figure.code, before.start, before.end))
    was, exact = (base.exact if base else None), figure.exact
    status, gap, remark = Status.NO_COMPARISON, None, "chưa có số liệu cùng kỳ năm trước"
    if was is not None and exact is not None:
        better = exact >= was if subject.better == "up" else exact <= was
        status, remark = (Status.MET if better else Status.BELOW), ""
        if figure.numerator is not None and figure.denominator:
            op = Op.AT_LEAST if subject.better == "up" else Op.AT_MOST
            gap = missing(op, figure.numerator, figure.denominator, was)
    counts = Counts(figure.numerator, figure.denominator)
    return Standing(
        figure, subject, scope.unit, scope.period, *counts, exact, target, None, status, gap, base, remark
    )  # fmt: skip


def as_assessment(one: Standing) -> Assessment | None:
    """Return the standing of a metric as an assessment like any other; None for an indicator, and for a mere trend."""
    if not one.subject.metric or one.base is not None or one.status == Status.NO_COMPARISON:
        return None
    if one.target is not None and one.target_value is None:
        return None
    code = one.figure.code
    return Assessment(
        metric=one.subject.metric,
        variant=f"{VARIANT}{code}",
        source=SOURCE,
        unit_code=one.unit.code,
        unit_name=one.unit.name,
        period=one.period,
        complete=one.complete,
        numerator=one.numerator,
        denominator=one.denominator,
        ratio=None if one.exact is None else float(one.exact),
        target=one.target,
        target_value=one.target_value,
        status=one.status,
        gap=one.gap,
    )
