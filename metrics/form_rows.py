"""A unit and a year in, the rows of its indicator form out: what documents ask of it that the product cannot count."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from metrics.figures import Subject, code_of, field_of, subject_of
from metrics.target import BY_HAND
from metrics.targets import Feed, Kind, Quantity, Register, Target
from metrics.units import Unit

_SURVEYED = ("satisfaction", "procedures_integrated")  # metrics that no source of ours delivers: always asked


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of the form: the code, what it speaks of, and the targets that ask it in the year, narrowest first."""

    code: str
    subject: Subject
    quantity: Quantity
    targets: tuple[Target, ...]
    baseline: Target | None = None


def form_rows(register: Register, unit: Unit, year: int) -> list[FormRow]:
    """Return the rows in the order of the register; last the indicators that every unit of the level is asked for.

    Not asked: what dossiers or the portal tell, rows that judge nobody, what is limited to fields of a metric.
    """
    asked: dict[str, list[Target]] = {}
    for target in register.targets:
        if _is_asked(target, register, unit, year):
            asked.setdefault(code_of(target), []).append(target)
    for metric in _SURVEYED:
        asked.setdefault(metric, [])
    for indicator in register.indicators.values():
        if unit.level in indicator.asked_of:
            asked.setdefault(indicator.key, [])
    return [_row(code, targets, register, unit, year) for code, targets in asked.items()]


def _row(code: str, targets: list[Target], register: Register, unit: Unit, year: int) -> FormRow:
    subject = subject_of(code, register)
    indicator = register.indicators.get(subject.indicator)
    quantity = indicator.quantity if indicator else Quantity.RATIO
    day, field = date(year, 12, 31), field_of(subject, register)
    first = register.in_force(subject.key, unit=unit, day=day, field=field, variant=subject.variant or None)
    ordered = sorted(targets, key=lambda target: (first is None or target.id != first.id, target.kind == Kind.TREND))
    return FormRow(code, subject, quantity, tuple(ordered), next(_baselines(subject, register, unit, year), None))


def _is_asked(target: Target, register: Register, unit: Unit, year: int) -> bool:
    if not target.judged or target.kind not in (Kind.TARGET, Kind.TREND):
        return False
    by_hand = BY_HAND & {*target.feeds} or (target.indicator and {*target.feeds} != {Feed.REPORT})
    field = field_of(subject_of(code_of(target), register), register)
    return bool(by_hand) and _holds_in(target, year) and target.covers(unit, field)


def _holds_in(target: Target, year: int) -> bool:
    return (target.valid_from or date.min) <= date(year, 12, 31) and date(year, 1, 1) <= (target.valid_to or date.max)


def _baselines(subject: Subject, register: Register, unit: Unit, year: int) -> Iterator[Target]:
    """Yield the past figures that a document gives of it, newest first."""
    past = (one for one in register.targets if one.kind == Kind.BASELINE and one.subject == subject.key)
    known = (one for one in past if one.covers(unit, None) and (one.valid_from or date.min) <= date(year, 12, 31))
    yield from sorted(known, key=lambda one: one.valid_from or date.min, reverse=True)
