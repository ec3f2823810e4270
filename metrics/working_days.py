"""Working days of public offices: the holidays of the Labour Code, and an editable table of what was decided besides.

A day is a working day if it is a make-up Saturday, or a weekday that is neither a holiday nor exchanged. The holidays
come from the `holidays` library; `calendar.csv` (and an office's own file of that form) adds the exchanges that the
government decides year by year, and says which years are known at all: asked about another year, we refuse to guess.

    date,kind,name_vi,source,status
    kind      year (the year is known), holiday, swap_off (a weekday off, exchanged for a Saturday), makeup_work (that
              Saturday), work (a day that the library takes for a holiday and is none)
    status    confirmed, library, unconfirmed, projected

Source: Bộ luật Lao động 2019, Điều 112; the yearly notices on days off.
"""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import holidays

from metrics import QuestionError

_SATURDAY = 5
_COLUMNS = ("date", "kind", "name_vi", "source", "status")


class CalendarError(QuestionError):
    """A calendar file that cannot be used, or a year that no calendar knows."""


class DayKind(StrEnum):
    """What a line of the table says."""

    YEAR = "year"
    HOLIDAY = "holiday"
    SWAP_OFF = "swap_off"
    MAKEUP_WORK = "makeup_work"
    WORK = "work"


class Certainty(StrEnum):
    """How sure a line is."""

    CONFIRMED = "confirmed"
    LIBRARY = "library"
    UNCONFIRMED = "unconfirmed"
    PROJECTED = "projected"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day that is not what its place in the week says (or, kind year, a year that is known)."""

    day: date
    kind: DayKind
    name_vi: str
    source: str
    status: Certainty


@dataclass(frozen=True)  # no slots: the list of working days is kept
class WorkingDays:
    """The working days of all known years."""

    special: dict[date, CalendarDay]
    years: dict[int, Certainty]

    def is_working(self, day: date) -> bool:
        """Tell whether offices work on a day. Raises CalendarError for a year that is not known."""
        self._require(day.year)
        special = self.special.get(day)
        if special is not None:
            return special.kind in (DayKind.MAKEUP_WORK, DayKind.WORK)
        return day.weekday() < _SATURDAY

    def between(self, start: date, end: date) -> int:
        """Return how many working days lie from start to end, both included; 0 when end is before start."""
        for year in range(start.year, end.year + 1):
            self._require(year)
        return max(0, bisect_right(self._working, end) - bisect_left(self._working, start))

    def add(self, start: date, count: int) -> date:
        """Return the count-th working day after start: the day of reception is not counted (rates.md §8.3).

        count: 1 or more, or negative to go back. Raises CalendarError where the known years end.
        """
        self._require(start.year)
        place = (
            bisect_right(self._working, start) + count - 1 if count > 0 else bisect_left(self._working, start) + count
        )
        if not 0 <= place < len(self._working):
            self._require(start.year + (1 if count > 0 else -1))
        found = self._working[place]
        for year in range(min(start, found).year, max(start, found).year + 1):
            self._require(year)
        return found

    def left(self, day: date, due: date) -> int:
        """Return working days from a day to a due day: 0 due today, negative late (as many as have passed since)."""
        if due >= day:
            return self.between(day + timedelta(days=1), due)
        return -self.between(due + timedelta(days=1), day)

    @cached_property
    def _working(self) -> list[date]:
        return [day for year in sorted(self.years) for day in _days_of(year) if self.is_working(day)]

    def _require(self, year: int) -> None:
        if year not in self.years:
            known = ", ".join(str(one) for one in sorted(self.years))
            raise CalendarError(
                f"Chưa có lịch làm việc năm {year} (đã có: {known}). Thêm dòng “{year}-01-01,year,Năm {year},<văn bản "
                f"thông báo nghỉ lễ>,confirmed” và các ngày hoán đổi của năm ấy vào tệp lịch ghi ở [calendar] file "
                "trong tthc.toml."
            )


def load_calendar(extra: Path | None = None) -> WorkingDays:
    """Return the calendar of the product; a line of `extra` replaces the line of the same day, new days are added.

    Raises CalendarError for a file that cannot be read or a line that says nothing we know.
    """
    text = (files("metrics") / "calendar.csv").read_text(encoding="utf-8")
    lines = {(line.day, line.kind is DayKind.YEAR): line for line in _lines(text, "calendar.csv")}
    if extra is not None:
        lines |= {(line.day, line.kind is DayKind.YEAR): line for line in _lines(_text_of(extra), extra.name)}
    years = {line.day.year: line.status for line in lines.values() if line.kind is DayKind.YEAR}
    special = dict(_of_library(years))
    special |= {line.day: line for line in lines.values() if line.kind is not DayKind.YEAR}
    return WorkingDays(special, years)


def _of_library(years: Iterable[int]) -> Iterator[tuple[date, CalendarDay]]:
    found = holidays.country_holidays("VN", years=list(years), language="vi")
    source = "Bộ luật Lao động Điều 112; thư viện holidays"
    for day, name in found.items():
        yield day, CalendarDay(day, DayKind.HOLIDAY, name, source, Certainty.LIBRARY)
    for day in found.weekend_workdays:
        if day.year in years:
            yield day, CalendarDay(day, DayKind.MAKEUP_WORK, "Làm bù", "thư viện holidays", Certainty.LIBRARY)


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=place) for place in range((date(year + 1, 1, 1) - first).days))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CalendarError(
            f"{path}: không đọc được tệp lịch ({error}). Cần tệp CSV, UTF-8, các cột {','.join(_COLUMNS)}."
        ) from error


def _lines(text: str, file: str) -> Iterator[CalendarDay]:
    rows = csv.DictReader(text.splitlines())
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise CalendarError(f"{file}, dòng 1: thấy “{','.join(rows.fieldnames or ())}”; cần “{','.join(_COLUMNS)}”.")
    for row in rows:
        try:
            yield CalendarDay(
                date.fromisoformat(row["date"]),
                DayKind(row["kind"]),
                row["name_vi"],
                row["source"],
                Certainty(row["status"]),
            )
        except (ValueError, TypeError) as error:
            raise CalendarError(
                f"{file}, dòng {rows.line_num}: {error}. Cần date dạng 2026-01-31; kind là "
                f"{', '.join(DayKind)}; status là {', '.join(Certainty)}."
            ) from error
