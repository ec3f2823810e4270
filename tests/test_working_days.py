"""Working days: the vectors of the calendar, the counts per month, years nobody knows, an office's own file."""

import csv
import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.working_days import CalendarError, Certainty, load_calendar

CALENDAR = load_calendar()

# start, working days to add (the start is not counted), end. Worked by hand from the yearly notices.
VECTORS = [
    ("2025-12-30", 3, "2026-01-06"),
    ("2026-01-08", 3, "2026-01-12"),
    ("2026-02-12", 5, "2026-02-26"),
    ("2026-04-24", 2, "2026-04-29"),
    ("2026-04-29", 4, "2026-05-07"),
    ("2026-08-20", 7, "2026-08-28"),
    ("2026-08-28", 5, "2026-09-09"),
    ("2026-11-23", 1, "2026-11-25"),
    ("2025-01-24", 4, "2025-02-06"),
    ("2025-04-25", 4, "2025-05-05"),
    ("2024-02-07", 3, "2024-02-19"),
    ("2024-05-03", 1, "2024-05-04"),
    ("2025-08-29", 1, "2025-09-03"),
]
PER_MONTH = {
    2025: [17, 20, 21, 21, 20, 21, 23, 21, 20, 23, 20, 23],
    2026: [21, 15, 22, 20, 20, 22, 23, 21, 20, 22, 20, 23],
    2027: [20, 15, 23, 20, 20, 22, 22, 22, 20, 21, 21, 23],
}
PER_YEAR = {2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 250, 2026: 249, 2027: 249}


@pytest.mark.parametrize(("start", "count", "end"), VECTORS)
def test_days_are_counted_from_the_day_after(start: str, count: int, end: str) -> None:
    assert CALENDAR.add(date.fromisoformat(start), count) == date.fromisoformat(end)


@pytest.mark.parametrize(("year", "months"), PER_MONTH.items())
def test_the_months_have_their_working_days(year: int, months: list[int]) -> None:
    first = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
    assert [CALENDAR.between(start, after - timedelta(days=1)) for start, after in itertools.pairwise(first)] == months


@pytest.mark.parametrize(("year", "days"), PER_YEAR.items())
def test_the_years_have_their_working_days(year: int, days: int) -> None:
    assert CALENDAR.between(date(year, 1, 1), date(year, 12, 31)) == days


def test_an_exchange_that_the_library_misses_is_known() -> None:
    assert not CALENDAR.is_working(date(2026, 1, 2))  # a Friday
    assert CALENDAR.is_working(date(2026, 1, 10))  # a Saturday


def test_what_is_unconfirmed_says_so() -> None:
    assert CALENDAR.special[date(2026, 11, 24)].status is Certainty.UNCONFIRMED
    assert CALENDAR.years[2027] is Certainty.PROJECTED


def test_a_year_that_nobody_knows_is_refused_with_what_to_do() -> None:
    for ask in (
        lambda: CALENDAR.is_working(date(2028, 3, 1)),
        lambda: CALENDAR.add(date(2027, 12, 30), 10),
        lambda: CALENDAR.between(date(2020, 12, 1), date(2021, 1, 31)),
    ):
        with pytest.raises(CalendarError, match=r"năm 20(28|20).*\[calendar\] file"):
            ask()


def test_days_left_are_negative_when_late() -> None:
    friday, monday = date(2026, 10, 9), date(2026, 10, 12)
    assert CALENDAR.left(friday, friday) == 0
    assert CALENDAR.left(friday, monday) == 1
    assert CALENDAR.left(monday, friday) == -1
    assert CALENDAR.left(date(2026, 10, 11), friday) == 0  # Sunday: no working day has passed since Friday


def test_an_office_adds_a_year_and_takes_a_day_back(tmp_path: Path) -> None:
    file = tmp_path / "lich.csv"
    file.write_text(
        "date,kind,name_vi,source,status\n2028-01-01,year,Năm 2028,TB 1/TB-X,confirmed\n"
        "2026-11-24,work,Ngày làm việc,TB 2/TB-X,confirmed\n",
        encoding="utf-8-sig",
    )
    own = load_calendar(file)
    assert own.is_working(date(2028, 3, 1)) and not own.is_working(date(2028, 1, 1))
    assert own.add(date(2026, 11, 23), 1) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ngay,loai\n", "dòng 1"),
        ("date,kind,name_vi,source,status\n01/02/2026,holiday,x,y,confirmed\n", "dòng 2"),
        ("date,kind,name_vi,source,status\n2026-02-01,rest,x,y,confirmed\n", "dòng 2"),
        ("date,kind,name_vi,source,status\n2026-02-01,holiday,x,y,sure\n", "dòng 2"),
    ],
)
def test_a_broken_calendar_file_is_refused_with_its_line(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "lich.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CalendarError, match=f"lich.csv, {place}"):
        load_calendar(file)


def test_the_table_of_the_shared_calendar_is_reproduced(shared: Path) -> None:
    rows = list(csv.DictReader((shared.parent / "domain" / "calendar.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 87
    for row in rows:
        assert CALENDAR.is_working(date.fromisoformat(row["date"])) == (row["kind"] == "makeup_work"), row
    listed = {date.fromisoformat(row["date"]) for row in rows if row["kind"] != "makeup_work"}
    every = [date(2021, 1, 1) + timedelta(days=place) for place in range((date(2028, 1, 1) - date(2021, 1, 1)).days)]
    assert {day for day in every if day.weekday() < 5 and not CALENDAR.is_working(day)} == listed


days = st.dates(date(2021, 6, 1), date(2027, 6, 1))


@given(days, st.integers(1, 60))
def test_adding_and_counting_agree(start: date, count: int) -> None:
    end = CALENDAR.add(start, count)
    assert CALENDAR.is_working(end)
    assert CALENDAR.between(start + timedelta(days=1), end) == count
    assert CALENDAR.left(start, end) == count


@given(days, days, days)
def test_stretches_add_up(one: date, two: date, three: date) -> None:
    start, middle, end = sorted((one, two, three))
    apart = CALENDAR.between(start, middle) + CALENDAR.between(middle + timedelta(days=1), end)
    assert CALENDAR.between(start, end) == apart
