"""Periods: every word and label gives its days, and every label reads back as the same period."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import periods
from metrics.periods import Period, PeriodError, PeriodKind, between, calendar_twin, kept, parse_period

AS_OF = date(2026, 8, 15)
UNTIMED = settings(deadline=None)  # a busy machine is no failure
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
CALENDAR: list[Callable[[date], Period]] = [
    periods.day,
    periods.month,
    periods.quarter,
    periods.half,
    periods.year,
]
TO_DATE = [periods.rolling_30, periods.month_to_date, periods.quarter_to_date, periods.year_to_date]


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("2026-08-15", "day", date(2026, 8, 15), date(2026, 8, 15)),
        ("2026-08", "month", date(2026, 8, 1), date(2026, 8, 31)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q1", "quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-H1", "half", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-H2", "half", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
        ("rolling-30", "rolling_30", date(2026, 7, 17), date(2026, 8, 15)),
        ("month-to-date", "month_to_date", date(2026, 8, 1), date(2026, 8, 15)),
        ("quarter-to-date", "quarter_to_date", date(2026, 7, 1), date(2026, 8, 15)),
        ("year-to-date", "year_to_date", date(2026, 1, 1), date(2026, 8, 15)),
        ("2025-12-16..2026-01-14", "range", date(2025, 12, 16), date(2026, 1, 14)),
        ("report15-2026-01", "report_month", date(2025, 12, 15), date(2026, 1, 14)),
        ("report15-2026-08", "report_month", date(2026, 7, 15), date(2026, 8, 14)),
        ("report15-2026-Q1", "report_quarter", date(2025, 12, 15), date(2026, 3, 14)),
        ("report15-2026-Q2", "report_quarter", date(2026, 3, 15), date(2026, 6, 14)),
        ("report15-2026-Q3", "report_quarter", date(2026, 6, 15), date(2026, 9, 14)),
        ("report15-2026-Q4", "report_quarter", date(2026, 9, 15), date(2026, 12, 14)),
        ("report15-2026-H1", "report_half", date(2025, 12, 15), date(2026, 6, 14)),
        ("report15-2026-9M", "report_nine_months", date(2025, 12, 15), date(2026, 9, 14)),
        ("report15-2026", "report_year", date(2025, 12, 15), date(2026, 12, 14)),
        ("2026-04-01..2026-06-30", "quarter", date(2026, 4, 1), date(2026, 6, 30)),
        (" 2026-08 ", "month", date(2026, 8, 1), date(2026, 8, 31)),
    ],
)
def test_every_kind_of_period_has_its_days(text: str, kind: str, start: date, end: date) -> None:
    found = parse_period(text, AS_OF)
    assert (found.kind, found.start, found.end) == (kind, start, end)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-13", "2026-00", "2026-02-30", "2026-Q5", "2026-Q0", "2026-H3", "26-08", "08/2026", "tháng 8"),
        *("0000", "2026-08-15..2026-08-14", "2026-08..2026-09", "..", "2026-08-15..", "month_to_date", "2026-8"),
    ],
)
def test_anything_else_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(PeriodError, match="2026-Q3") as refused:
        parse_period(text, AS_OF)
    assert f"“{text}”" in str(refused.value)


@UNTIMED
@given(DAYS, st.sampled_from([*CALENDAR, *TO_DATE]))
def test_a_label_reads_back_as_the_same_period(day: date, make: Callable[[date], Period]) -> None:
    period = make(day)
    assert parse_period(period.label, day) == period
    assert period.start <= day <= period.end


@UNTIMED
@given(DAYS, DAYS)
def test_what_a_source_delivers_gets_a_name_that_reads_back(one: date, other: date) -> None:
    start, end = min(one, other), max(one, other)
    period = between(start, end)
    assert (period.start, period.end) == (start, end)
    assert parse_period(period.label, AS_OF) == period


@UNTIMED
@given(DAYS)
def test_a_year_is_its_halves_quarters_months_and_days(day: date) -> None:
    year = periods.year(day)
    days = [year.start + timedelta(days=n) for n in range((year.end - year.start).days + 1)]
    for make, count in ((periods.half, 2), (periods.quarter, 4), (periods.month, 12), (periods.day, len(days))):
        parts = sorted({make(one) for one in days}, key=lambda part: part.start)
        assert len(parts) == count
        assert sum((part.end - part.start).days + 1 for part in parts) == len(days)


@UNTIMED
@given(DAYS)
def test_thirty_rolling_days_are_thirty(day: date) -> None:
    period = periods.rolling_30(day)
    assert (period.end - period.start).days + 1 == 30


def test_latest_is_the_month_of_the_newest_reception() -> None:
    assert parse_period("latest", AS_OF, latest=date(2026, 6, 30)).label == "2026-06"
    assert parse_period("latest", AS_OF).label == "2026-08"


def test_a_period_is_complete_when_it_was_over_before_the_data_were_captured() -> None:
    august = parse_period("2026-08", AS_OF)
    assert not august.complete(date(2026, 8, 31))
    assert august.complete(date(2026, 9, 1))
    assert not any(make(AS_OF).complete(AS_OF) for make in TO_DATE)


def test_to_date_periods_have_a_whole_twin_under_which_a_portal_delivers() -> None:
    twins = {make(AS_OF).label: calendar_twin(make(AS_OF)).label for make in TO_DATE}
    assert twins == {
        "month-to-date": "2026-08",
        "quarter-to-date": "2026-Q3",
        "year-to-date": "2026",
        "rolling-30": "rolling-30",
    }
    assert calendar_twin(parse_period("2026-H1", AS_OF)).label == "2026-H1"


def test_a_snapshot_keeps_24_months_and_what_runs() -> None:
    labels = [period.label for period in kept(AS_OF, date(2026, 8, 14))]
    assert labels[0] == "2024-09"
    assert labels[23] == "2026-08"
    assert labels[24:] == [
        "month-to-date",
        "quarter-to-date",
        "year-to-date",
        "rolling-30",
        "2026-Q3",
        "2026-H2",
        "2026",
    ]


def test_months_without_data_yet_are_not_kept_but_the_latest_of_each_kind_is() -> None:
    labels = [period.label for period in kept(date(2026, 1, 3), date(2025, 12, 30))]
    assert labels[23] == "2025-12"
    assert set(labels[28:]) == {"2025-Q4", "2026-Q1", "2025-H2", "2026-H1", "2025", "2026"}
    assert len(labels) == len(set(labels))


def test_a_future_event_does_not_move_the_months() -> None:
    assert kept(AS_OF, date(2062, 1, 1)) == kept(AS_OF, AS_OF) == kept(AS_OF, None)


@pytest.mark.parametrize(
    ("label", "vietnamese", "english"),
    [
        ("2026-10", "tháng 10/2026", "2026-10"),
        ("2026-Q3", "quý 3/2026", "2026-Q3"),
        ("2026-H1", "6 tháng đầu năm 2026", "2026-H1"),
        ("2026-H2", "6 tháng cuối năm 2026", "2026-H2"),
        ("2026", "năm 2026", "2026"),
        ("2026-08-05", "ngày 05/08/2026", "2026-08-05"),
        ("year-to-date", "từ đầu năm 2026 đến 15/08/2026", "2026-01-01 to 2026-08-15"),
        ("quarter-to-date", "từ đầu quý 3/2026 đến 15/08/2026", "2026-07-01 to 2026-08-15"),
        ("month-to-date", "từ đầu tháng 08/2026 đến 15/08/2026", "2026-08-01 to 2026-08-15"),
        ("rolling-30", "30 ngày đến 15/08/2026", "2026-07-17 to 2026-08-15"),
        ("2025-12-16..2026-01-14", "từ 16/12/2025 đến 14/01/2026", "2025-12-16 to 2026-01-14"),
        ("report15-2026-Q1", "kỳ báo cáo quý 1/2026 (từ 15/12/2025 đến 14/03/2026)", "report15-2026-Q1"),
    ],
)
def test_periods_are_named_in_sentences(label: str, vietnamese: str, english: str) -> None:
    period = parse_period(label, AS_OF)
    assert periods.in_vietnamese(period) == vietnamese
    assert periods.in_english(period) == english


def test_every_kind_has_words_of_its_own() -> None:
    reports = [periods.report15(2026, months=months, last=max(months, 3)) for months in (1, 3, 6, 9, 12)]
    made = [*(make(AS_OF) for make in (*CALENDAR, *TO_DATE)), *reports]
    assert {period.kind for period in made} == set(PeriodKind) - {PeriodKind.RANGE}
    assert len({periods.in_vietnamese(period) for period in made}) == len(made)


def test_days_cut_at_the_15th_are_a_report_period_and_never_a_calendar_one() -> None:
    assert between(date(2025, 12, 15), date(2026, 3, 14)).label == "report15-2026-Q1"
    assert between(date(2025, 12, 15), date(2026, 3, 14)).basis is periods.Basis.REPORT15
    assert between(date(2026, 1, 1), date(2026, 3, 31)).basis is periods.Basis.CALENDAR
    assert between(date(2026, 1, 1), date(2026, 3, 14)).basis is periods.Basis.CUSTOM


@UNTIMED
@given(st.integers(2001, 2098), st.sampled_from([1, 3, 6, 9, 12]), st.integers(1, 12))
def test_report_periods_read_back_and_lie_end_to_end(year: int, months: int, last: int) -> None:
    last = last if months == 1 else {3: (last + 2) // 3 * 3, 6: 6, 9: 9, 12: 12}[months]
    found = periods.report15(year, months=months, last=last)
    assert parse_period(found.label, AS_OF) == found
    assert between(found.start, found.end) == found
    assert (found.start.day, found.end.day) == (15, 14)
    if months == 1:
        after = periods.report15(year + last // 12, months=1, last=last % 12 + 1)
        assert after.start == found.end + timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["report15-2026-13", "report15-2026-Q5", "report15-2026-H2", "report15", "report15-26"]
)
def test_a_report_period_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="report15-2026-9M"):
        parse_period(text, AS_OF)
