"""A day → the month, quarter or year it lies in, and the ones before; labels 2026-08, 2026-Q3, 2026."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

_LABEL = re.compile(r"([12]\d{3})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


class Kind(StrEnum):
    """The periods that the portal knows, named as its requests name them."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = MappingProxyType({Kind.MONTH: 1, Kind.QUARTER: 3, Kind.YEAR: 12})


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A whole month, quarter or year, named by its first day."""

    start: date
    kind: Kind

    @property
    def end(self) -> date:
        """The last day, included."""
        month = self.start.month + _MONTHS[self.kind] - 1
        return date(self.start.year, month, monthrange(self.start.year, month)[1])

    @property
    def number(self) -> int:
        """Which month (1 to 12) or quarter (1 to 4) of its year; 1 for a year."""
        return (self.start.month - 1) // _MONTHS[self.kind] + 1

    @property
    def label(self) -> str:
        """2026-08, 2026-Q3 or 2026."""
        parts = {Kind.MONTH: f"-{self.number:02}", Kind.QUARTER: f"-Q{self.number}", Kind.YEAR: ""}
        return f"{self.start.year}{parts[self.kind]}"

    @property
    def before(self) -> "Period":
        """The period of the same kind that ended the day before this one began."""
        return containing(self.kind, self.start - timedelta(days=1))


def containing(kind: Kind, day: date) -> Period:
    """Return the period of this kind in which a day lies."""
    months = _MONTHS[kind]
    return Period(date(day.year, (day.month - 1) // months * months + 1, 1), kind)


def period_of(label: str) -> Period | None:
    """Return the period written 2026-08, 2026-Q3 or 2026; None for anything else."""
    match = _LABEL.fullmatch(label)
    if match is None:
        return None
    year, month, quarter = int(match[1]), match[2], match[3]
    if month:
        return Period(date(year, int(month), 1), Kind.MONTH)
    if quarter:
        return Period(date(year, 3 * int(quarter) - 2, 1), Kind.QUARTER)
    return Period(date(year, 1, 1), Kind.YEAR)


def period_between(start: date, end: date) -> Period | None:
    """Return the month, quarter or year that lasts from one day to another, both included; None for other spans."""
    return next(
        (period for kind in Kind if (period := containing(kind, start)).start == start and period.end == end), None
    )
