"""When dossiers come in: receipts of each day in, receipts per working day out, by day of the week and part of the month.

Per working day, not per day: a month with Tết in it is short, not quiet. What comes on days off (filed online) is told
apart. Source: issue of the screen, METHODS §5.2 (working days).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from metrics.working_days import WorkingDays


class PartOfMonth(StrEnum):
    """Thirds of a month."""

    FIRST = "first"  # 1 to 10
    SECOND = "second"  # 11 to 20
    LAST = "last"  # 21 to the end


@dataclass(frozen=True, slots=True)
class Seasonal:
    """How many dossiers came in on how many days. key: a weekday (0 Monday) or a part of the month; None: days off."""

    key: int | PartOfMonth | None
    received: int
    days: int

    @property
    def per_day(self) -> Fraction | None:
        """Dossiers per such day; None where there was none."""
        return Fraction(self.received, self.days) if self.days else None


def by_weekday(received: Mapping[date, int], calendar: WorkingDays, start: date, end: date) -> list[Seasonal]:
    """Return the working days of the week, Monday first, then all days off together.

    Raises CalendarError for a year whose days off are not known.
    """
    return _split(received, calendar, start, end, lambda day: day.weekday())


def by_part_of_month(received: Mapping[date, int], calendar: WorkingDays, start: date, end: date) -> list[Seasonal]:
    """Return the working days of the first, second and last third of the months, then all days off together."""
    parts = list(PartOfMonth)
    return _split(received, calendar, start, end, lambda day: parts[min((day.day - 1) // 10, 2)])


def _split(
    received: Mapping[date, int],
    calendar: WorkingDays,
    start: date,
    end: date,
    key: Callable[[date], int | PartOfMonth],
) -> list[Seasonal]:
    found: dict[int | PartOfMonth | None, tuple[int, int]] = {}
    for place in range((end - start).days + 1):
        day = start + timedelta(days=place)
        group = key(day) if calendar.is_working(day) else None
        count, days = found.get(group, (0, 0))
        found[group] = (count + received.get(day, 0), days + 1)
    order: list[int | PartOfMonth | None] = [*range(7), *PartOfMonth, None]
    return [Seasonal(group, *found[group]) for group in order if group in found]
