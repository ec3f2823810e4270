"""Periods: the words of a person or a label in, the first and last day out; both days included, calendar basis.

    day 2026-08-15 · month 2026-08 · quarter 2026-Q3 · half 2026-H1 · year 2026 · range 2025-12-15..2026-01-14
    as of a day: rolling-30 · month-to-date · quarter-to-date · year-to-date

Reports cut at the 15th are ranges: party and reform targets are calendar (rates.md §16, 21), so nothing is shifted.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from metrics import QuestionError

MONTHS_KEPT = 24
_ROLLING_DAYS = 30


class PeriodKind(StrEnum):
    """What sort of stretch a period is."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    ROLLING_30 = "rolling_30"
    MONTH_TO_DATE = "month_to_date"
    QUARTER_TO_DATE = "quarter_to_date"
    YEAR_TO_DATE = "year_to_date"
    RANGE = "range"


class PeriodError(QuestionError):
    """The text names no period."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, `start` and `end` included; the label reads back as the same period."""

    kind: PeriodKind
    label: str
    start: date
    end: date

    def complete(self, as_of_day: date) -> bool:
        """Tell whether the period was over when the data were captured."""
        return self.end < as_of_day


def day(on: date) -> Period:
    """Return one day."""
    return Period(PeriodKind.DAY, on.isoformat(), on, on)


def month(on: date) -> Period:
    """Return the month that holds the day."""
    label = f"{on.year:04}-{on.month:02}"
    return Period(PeriodKind.MONTH, label, on.replace(day=1), _month_end(on.year, on.month))


def quarter(on: date) -> Period:
    """Return the quarter that holds the day."""
    number = (on.month + 2) // 3
    first = date(on.year, 3 * number - 2, 1)
    return Period(PeriodKind.QUARTER, f"{on.year:04}-Q{number}", first, _month_end(on.year, 3 * number))


def half(on: date) -> Period:
    """Return the half year that holds the day."""
    number = (on.month + 5) // 6
    first = date(on.year, 6 * number - 5, 1)
    return Period(PeriodKind.HALF, f"{on.year:04}-H{number}", first, _month_end(on.year, 6 * number))


def year(on: date) -> Period:
    """Return the year that holds the day."""
    return Period(PeriodKind.YEAR, f"{on.year:04}", date(on.year, 1, 1), date(on.year, 12, 31))


def rolling_30(as_of_day: date) -> Period:
    """Return the thirty days that end with the as-of day."""
    start = as_of_day - timedelta(days=_ROLLING_DAYS - 1)
    return Period(PeriodKind.ROLLING_30, "rolling-30", start, as_of_day)


def month_to_date(as_of_day: date) -> Period:
    """Return the days of the running month up to the as-of day."""
    return Period(PeriodKind.MONTH_TO_DATE, "month-to-date", month(as_of_day).start, as_of_day)


def quarter_to_date(as_of_day: date) -> Period:
    """Return the days of the running quarter up to the as-of day."""
    return Period(PeriodKind.QUARTER_TO_DATE, "quarter-to-date", quarter(as_of_day).start, as_of_day)


def year_to_date(as_of_day: date) -> Period:
    """Return the days of the running year up to the as-of day."""
    return Period(PeriodKind.YEAR_TO_DATE, "year-to-date", year(as_of_day).start, as_of_day)


def between(start: date, end: date) -> Period:
    """Return the calendar period with exactly these days, else a range; what sources deliver gets its name here."""
    for calendar in (day, month, quarter, half, year):
        if (calendar(start).start, calendar(start).end) == (start, end):
            return calendar(start)
    return Period(PeriodKind.RANGE, f"{start}..{end}", start, end)


def calendar_twin(period: Period) -> Period:
    """Return the whole month, quarter or year of a to-date period, under which a portal delivers it; else itself."""
    twins = {
        PeriodKind.MONTH_TO_DATE: month,
        PeriodKind.QUARTER_TO_DATE: quarter,
        PeriodKind.YEAR_TO_DATE: year,
    }
    return twins[period.kind](period.end) if period.kind in twins else period


def kept(as_of_day: date, newest: date | None) -> list[Period]:
    """Return the periods a snapshot holds for dossiers: 24 months, and the running and the latest of every kind.

    newest: the day of the newest event. The months end with its month: after it there is no activity to show,
    only data that have not arrived.
    """
    last = min(newest or as_of_day, as_of_day)
    running = [to_date(as_of_day) for to_date in (month_to_date, quarter_to_date, year_to_date, rolling_30)]
    latest = [calendar(on) for calendar in (quarter, half, year) for on in (last, as_of_day)]
    return list(dict.fromkeys([*_months_until(last), *running, *latest]))


_TO_DATE: dict[str, Callable[[date], Period]] = {
    "rolling-30": rolling_30,
    "month-to-date": month_to_date,
    "quarter-to-date": quarter_to_date,
    "year-to-date": year_to_date,
}
_CALENDAR = re.compile(
    r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>\d{2})(?:-(?P<day>\d{2}))?))?"
)


def parse_period(text: str, as_of_day: date, *, latest: date | None = None) -> Period:
    """Return the period of a text as people write it on the command line.

    latest: a day of the month that "latest" means; without it, the month of the as-of day.
    Raises PeriodError for anything else.
    """
    wanted = text.strip()
    if wanted == "latest":
        return month(latest or as_of_day)
    if wanted in _TO_DATE:
        return _TO_DATE[wanted](as_of_day)
    try:
        if ".." in wanted:
            start, end = (date.fromisoformat(part) for part in wanted.split("..", maxsplit=1))
            return _range(start, end)
        found = _CALENDAR.fullmatch(wanted)
        if found:
            return _calendar(found)
    except ValueError:
        pass
    raise PeriodError(
        f"Không hiểu kỳ “{text}”. Cần: latest, 2026-08-15, 2026-08, 2026-Q3, 2026-H1, 2026, "
        f"2026-01-15..2026-02-14, {', '.join(_TO_DATE)}."
    )


def in_vietnamese(period: Period) -> str:
    """Return how a Vietnamese sentence names the period."""
    start, end = period.start, period.end
    days = f"từ {start:%d/%m/%Y} đến {end:%d/%m/%Y}"
    names = {
        PeriodKind.DAY: f"ngày {start:%d/%m/%Y}",
        PeriodKind.MONTH: f"tháng {start:%m/%Y}",
        PeriodKind.QUARTER: f"quý {(start.month + 2) // 3}/{start.year}",
        PeriodKind.HALF: f"6 tháng {'đầu' if start.month == 1 else 'cuối'} năm {start.year}",
        PeriodKind.YEAR: f"năm {start.year}",
        PeriodKind.ROLLING_30: f"30 ngày đến {end:%d/%m/%Y}",
        PeriodKind.MONTH_TO_DATE: f"từ đầu tháng {start:%m/%Y} đến {end:%d/%m/%Y}",
        PeriodKind.QUARTER_TO_DATE: f"từ đầu quý {(start.month + 2) // 3}/{start.year} đến {end:%d/%m/%Y}",
        PeriodKind.YEAR_TO_DATE: f"từ đầu năm {start.year} đến {end:%d/%m/%Y}",
    }
    return names.get(period.kind, days)


def in_english(period: Period) -> str:
    """Return how an English sentence names the period: its label, or its days where the label is relative."""
    relative = period.label in _TO_DATE or period.kind == PeriodKind.RANGE
    return f"{period.start} to {period.end}" if relative else period.label


def _months_until(last: date) -> Iterator[Period]:
    for back in reversed(range(MONTHS_KEPT)):
        months = last.year * 12 + last.month - 1 - back
        yield month(date(months // 12, months % 12 + 1, 1))


def _month_end(of_year: int, of_month: int) -> date:
    return date(of_year, of_month, monthrange(of_year, of_month)[1])


def _range(start: date, end: date) -> Period:
    if end < start:
        raise ValueError("a period ends before it begins")
    return between(start, end)


def _calendar(found: re.Match[str]) -> Period:
    of_year = int(found["year"])
    if found["quarter"]:
        return quarter(date(of_year, 3 * int(found["quarter"]), 1))
    if found["half"]:
        return half(date(of_year, 6 * int(found["half"]), 1))
    if found["day"]:
        return day(date(of_year, int(found["month"]), int(found["day"])))
    return month(date(of_year, int(found["month"]), 1)) if found["month"] else year(date(of_year, 1, 1))
