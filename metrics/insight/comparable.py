"""With what to compare a period: the one before it, and the same days of the year before."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum

from metrics.periods import Period, PeriodKind, between, half, month, quarter, year


class Against(StrEnum):
    """Which earlier period stands beside one."""

    PREVIOUS = "previous"
    YEAR_BEFORE = "year_before"


_CALENDAR: dict[PeriodKind, Callable[[date], Period]] = {
    PeriodKind.MONTH: month,
    PeriodKind.QUARTER: quarter,
    PeriodKind.HALF: half,
    PeriodKind.YEAR: year,
}
_STEP = {  # how many months before it the like of a period lies
    PeriodKind.MONTH_TO_DATE: 1,
    PeriodKind.QUARTER_TO_DATE: 3,
    PeriodKind.YEAR_TO_DATE: 12,
    PeriodKind.REPORT_MONTH: 1,
    PeriodKind.REPORT_QUARTER: 3,
    PeriodKind.REPORT_HALF: 6,
    PeriodKind.REPORT_NINE_MONTHS: 9,
    PeriodKind.REPORT_YEAR: 12,
}


def earlier(period: Period, against: Against) -> Period:
    """Return the period to compare with.

    A running period is compared with as many days of the one before (01/10–15/10 for 01/11–15/11); a stretch of days
    with the stretch of the same length that ends before it. Feb 29 becomes Feb 28 where there is none.
    """
    if period.kind in _CALENDAR:
        of = _CALENDAR[period.kind]
        return of(period.start - timedelta(days=1) if against is Against.PREVIOUS else _months_back(period.start, 12))
    if against is Against.YEAR_BEFORE:
        return between(_months_back(period.start, 12), _months_back(period.end, 12))
    if period.kind in _STEP:
        step = _STEP[period.kind]
        return between(_months_back(period.start, step), _months_back(period.end, step))
    end = period.start - timedelta(days=1)
    return between(end - (period.end - period.start), end)


def _months_back(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 - months
    year_of, month_of = place // 12, place % 12 + 1
    return date(year_of, month_of, min(day.day, monthrange(year_of, month_of)[1]))
