"""Periods: the words of a person or a label in, the first and last day out; both days included.

    calendar    day 2026-08-15 · month 2026-08 · quarter 2026-Q3 · half 2026-H1 · year 2026
                as of a day: rolling-30 · month-to-date · quarter-to-date · year-to-date
    report15    report15-2026-08 · report15-2026-Q1 · report15-2026-H1 · report15-2026-9M · report15-2026
    custom      range 2026-01-20..2026-02-13

Reports of the VPCP and BTP forms are cut at the 15th: their year 2026 runs from 15/12/2025 to 14/12/2026 (NĐ
09/2019/NĐ-CP, Điều 12). Party and reform targets and the 766 index are calendar (rates.md §16, 21). A figure of one
basis never fills the place of another: the days differ, and so does the label.
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
    REPORT_MONTH = "report_month"
    REPORT_QUARTER = "report_quarter"
    REPORT_HALF = "report_half"
    REPORT_NINE_MONTHS = "report_nine_months"
    REPORT_YEAR = "report_year"
    RANGE = "range"


class Basis(StrEnum):
    """How the days of a period are cut."""

    CALENDAR = "calendar"
    REPORT15 = "report15"
    CUSTOM = "custom"


class PeriodError(QuestionError):
    """The text names no period."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, `start` and `end` included; the label reads back as the same period."""

    kind: PeriodKind
    label: str
    start: date
    end: date

    @property
    def basis(self) -> Basis:
        """How its days are cut."""
        if self.kind == PeriodKind.RANGE:
            return Basis.CUSTOM
        return Basis.REPORT15 if self.kind.startswith("report_") else Basis.CALENDAR

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


def report15(of_year: int, *, months: int = 12, last: int = 12) -> Period:
    """Return the report period of a number of months that ends with a month, cut at the 15th.

    months: 1, 3 (last: 3, 6, 9, 12), 6 (last: 6), 9 (last: 9) or 12. Its last day is the 14th.
    Source: NĐ 09/2019/NĐ-CP, Điều 12 (the year); the quarters as provinces print them; months and halves unconfirmed.
    """
    kind, name = {
        1: (PeriodKind.REPORT_MONTH, f"-{last:02}"),
        3: (PeriodKind.REPORT_QUARTER, f"-Q{last // 3}"),
        6: (PeriodKind.REPORT_HALF, "-H1"),
        9: (PeriodKind.REPORT_NINE_MONTHS, "-9M"),
        12: (PeriodKind.REPORT_YEAR, ""),
    }[months]
    first = of_year * 12 + last - 1 - months
    start = date(first // 12, first % 12 + 1, 15)
    return Period(kind, f"report15-{of_year:04}{name}", start, date(of_year, last, 14))


_REPORT_CUTS = (*((1, last) for last in range(1, 13)), (3, 3), (3, 6), (3, 9), (3, 12), (6, 6), (9, 9), (12, 12))


def between(start: date, end: date) -> Period:
    """Return the calendar or report period with exactly these days, else a range; what sources deliver gets its name here."""
    for calendar in (day, month, quarter, half, year):
        if (calendar(start).start, calendar(start).end) == (start, end):
            return calendar(start)
    for months, last in _REPORT_CUTS:
        cut = report15(end.year, months=months, last=last)
        if (cut.start, cut.end) == (start, end):
            return cut
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
_REPORT = re.compile(
    r"report15-(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<half>H1)|(?P<nine>9M)|(?P<month>\d{2})))?"
)
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
        if found := _CALENDAR.fullmatch(wanted):
            return _calendar(found)
        if found := _REPORT.fullmatch(wanted):
            return _report(found)
    except ValueError:
        pass
    raise PeriodError(
        f"Không hiểu kỳ “{text}”. Cần: latest, 2026-08-15, 2026-08, 2026-Q3, 2026-H1, 2026, "
        f"2026-01-15..2026-02-14, {', '.join(_TO_DATE)}; kỳ báo cáo cắt ngày 15: report15-2026-08, report15-2026-Q1, "
        "report15-2026-H1, report15-2026-9M, report15-2026."
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
        PeriodKind.REPORT_MONTH: f"kỳ báo cáo tháng {end:%m/%Y} ({days})",
        PeriodKind.REPORT_QUARTER: f"kỳ báo cáo quý {end.month // 3}/{end.year} ({days})",
        PeriodKind.REPORT_HALF: f"kỳ báo cáo 6 tháng đầu năm {end.year} ({days})",
        PeriodKind.REPORT_NINE_MONTHS: f"kỳ báo cáo 9 tháng năm {end.year} ({days})",
        PeriodKind.REPORT_YEAR: f"kỳ báo cáo năm {end.year} ({days})",
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


def _report(found: re.Match[str]) -> Period:
    of_year = int(found["year"])
    if found["quarter"]:
        return report15(of_year, months=3, last=3 * int(found["quarter"]))
    if found["month"]:
        return report15(of_year, months=1, last=int(found["month"]))
    months = 6 if found["half"] else 9 if found["nine"] else 12
    return report15(of_year, months=months, last=months)


def _calendar(found: re.Match[str]) -> Period:
    of_year = int(found["year"])
    if found["quarter"]:
        return quarter(date(of_year, 3 * int(found["quarter"]), 1))
    if found["half"]:
        return half(date(of_year, 6 * int(found["half"]), 1))
    if found["day"]:
        return day(date(of_year, int(found["month"]), int(found["day"])))
    return month(date(of_year, int(found["month"]), 1)) if found["month"] else year(date(of_year, 1, 1))
