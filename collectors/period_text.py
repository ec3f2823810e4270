"""The period that an export prints: title block, filter cells or sheet name → first and last day, both included.

    (Từ ngày 01/07/2026 đến ngày 31/07/2026) · Từ ngày … đến ngày … · Tháng 9 năm 2026 · Quý I/2026 · 6 tháng đầu năm 2026
    Từ tháng 01/2026 đến tháng 06/2026 · Năm 2026 · HỒ SƠ TRONG NGÀY (15/07/2026)

Reports by NĐ 09/2019/NĐ-CP Điều 12 and the old forms 06a end with the 14th: month 15/8–14/9, quarters 15/12–14/3,
15/3–14/6, 15/6–14/9, 15/9–14/12, year 15/12–14/12. Nothing in the text tells them apart: `cut_at_15` is the caller's.
A day that the text does not say, or does not say as a day, is None: the end is open, never guessed.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from collectors.reading.text import clean

_LONGEST = 2000  # a cell with more is a text, not a title
_CUT_DAY = 15


class PeriodTextKind(StrEnum):
    """What the text names."""

    RANGE = "range"  # two days, or two months
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    MONTHS = "months"  # so many months from the start of the year, or its second half
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class PeriodText:
    """A period as printed. start, end: None = not said on that side; wording: the words that say it, and no others."""

    start: date | None
    end: date | None
    wording: str
    kind: PeriodTextKind

    @property
    def iso(self) -> str:
        """The days as 2026-07-01..2026-07-31; an open side is left blank."""
        return f"{self.start or ''}..{self.end or ''}"


def find_period(texts: Iterable[str], *, cut_at_15: bool = False) -> PeriodText | None:
    """Return the period that the texts print, the most explicit first, of equals the earlier text; None if none does.

    Two days go before one day, a month, a quarter, so many months, a year; a side left open goes last. Words and value
    may stand in neighbouring cells. The days of laws and signatures ("ngày 15 tháng 9 năm 2026") are no period.
    """
    cells = [clean(text) for text in texts if len(text) <= _LONGEST]
    found = [period for text in (*cells, " ".join(cells)) for period in _periods(text, cut_at_15)]
    return min(found, key=_vagueness, default=None)


def _vagueness(period: PeriodText) -> tuple[int, int]:
    return (period.start, period.end).count(None), list(PeriodTextKind).index(period.kind)


def _periods(text: str, cut_at_15: bool) -> Iterator[PeriodText]:
    bare = _bare(text)
    for pattern, kind, days in _WORDINGS:
        for match in pattern.finditer(bare):
            before = bare[: match.start()]
            if not _SIGNED.search(before) and not (kind is PeriodTextKind.YEAR and _CITED.search(before)):
                start, end = days(match, cut_at_15)
                yield PeriodText(start, end, text[match.start() : match.end()].strip(" :;,("), kind)


def _bare(text: str) -> str:
    """Return the text without case and accents, letter for letter, so that places in it are places in the text."""
    return "".join(
        unicodedata.normalize("NFD", "d" if letter in "đĐ" else letter)[0].lower()[:1] or " " for letter in text
    )


_Days = tuple[date | None, date | None]


def _two_days(match: re.Match[str], _: bool) -> _Days:
    """A first day without a year is in the year of the last one; days in the wrong order say nothing."""
    end = _day(match["end"], None)
    start = _day(match["start"], end.year if end else None)
    return (None, None) if start and end and start > end else (start, end)


def _day(text: str, year: int | None) -> date | None:
    """Return the day of a text, day before month; None where it names none that exists."""
    numbers = [int(number) for number in re.findall(r"\d+", text.partition(":")[0])]
    if re.match(r"\d{4}", text):
        numbers[:3] = numbers[2::-1]
    numbers = numbers[:3] if len(numbers) > 2 else [*numbers, year or 0]
    if len(numbers) != 3:
        return None
    try:
        return date(numbers[2], numbers[1], numbers[0])
    except ValueError:
        return None


def _two_months(match: re.Match[str], cut_at_15: bool) -> _Days:
    year = int(match["year"])
    first_year = int(match["first_year"] or year)
    start, end = (first_year, int(match["first"])), (year, int(match["last"]))
    return _months(start, end, cut_at_15) if start <= end else (None, None)


def _one_day(match: re.Match[str], _: bool) -> _Days:
    on = _day(match["day"], None)
    return on, on


def _month(match: re.Match[str], cut_at_15: bool) -> _Days:
    return _of_year(match, match["month"], match["month"], cut_at_15)


def _quarter(match: re.Match[str], cut_at_15: bool) -> _Days:
    number = _ROMAN.get(match["quarter"]) or int(match["quarter"] or 0)
    return _of_year(match, 3 * number - 2, 3 * number, cut_at_15) if number else (None, None)


def _so_many_months(match: re.Match[str], cut_at_15: bool) -> _Days:
    second_half = match["part"] == "cuoi"
    count = int(match["count"])
    if second_half and count != 6:
        return None, None
    return _of_year(match, 7 if second_half else 1, 12 if second_half else count, cut_at_15)


def _year(match: re.Match[str], cut_at_15: bool) -> _Days:
    return _of_year(match, 1, 12, cut_at_15)


def _of_year(match: re.Match[str], first: int | str, last: int | str, cut_at_15: bool) -> _Days:
    year = match["year"]
    return _months((int(year), int(first)), (int(year), int(last)), cut_at_15) if year else (None, None)


def _months(first: tuple[int, int], last: tuple[int, int], cut_at_15: bool) -> _Days:
    """Return the first day of the first month and the last day of the last one, or of their twins cut at the 15th."""
    if not all(1 <= month <= 12 for _, month in (first, last)):
        return None, None
    start, end = date(*first, 1), date(*last, monthrange(*last)[1])
    if cut_at_15:
        return (start - timedelta(days=1)).replace(day=_CUT_DAY), end.replace(day=_CUT_DAY - 1)
    return start, end


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_BLANK = r"[ ._…/-]*(?:nay)?"
_DATE = (
    r"(?<![\d/])(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2} thang \d{1,2}(?: nam \d{4})?|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{4})?)(?![\d/])"
    r"(?:[ ,]+\d{1,2}:\d{2}(?::\d{2})?)?"
)
_OF_YEAR = r"(?:[ ./,:-]*(?:nam[ :]*)?(?P<year>(?:19|20)\d\d)(?!\d))"
# the words before a month or a year that is part of the day of a signature, or of a period whose number is not said
_SIGNED = re.compile(r"\bngay[ .…_\d]*(?:thang[ .…_\d]*)?$|\b(?:thang|qu[yi])[ .…_:]*$")
# the words before a year that is the year of a law
_CITED = re.compile(r"\b(?:quyet dinh|thong tu|nghi dinh|nghi quyet|ke hoach|cong van|luat)\b[^;()]*$")
_WORDINGS: tuple[tuple[re.Pattern[str], PeriodTextKind, Callable[[re.Match[str], bool], _Days]], ...] = tuple(
    (re.compile(pattern), kind, days)
    for pattern, kind, days in (
        (
            rf"\btu ngay[ :]*(?P<start>{_DATE}|{_BLANK})[ ,;)]*\(?den(?: het)?(?: ngay)?[ :]*(?P<end>{_DATE}|{_BLANK})",
            PeriodTextKind.RANGE,
            _two_days,
        ),
        (rf"(?P<start>{_DATE}) ?(?:[-–]|den(?: het)?(?: ngay)?) ?(?P<end>{_DATE})", PeriodTextKind.RANGE, _two_days),
        (
            r"\btu thang (?P<first>\d{1,2})(?:(?:/| nam )(?P<first_year>(?:19|20)\d\d))? den(?: het)? thang (?P<last>\d{1,2})"
            + _OF_YEAR,
            PeriodTextKind.RANGE,
            _two_months,
        ),
        (rf"\btrong ngay[ :(]*(?P<day>{_DATE})", PeriodTextKind.DAY, _one_day),
        (rf"\bthang[ :]*(?P<month>\d{{1,2}})(?!\d){_OF_YEAR}?", PeriodTextKind.MONTH, _month),
        (
            rf"\bqu[yi][ :]*(?:(?P<quarter>iv|i{{1,3}}|[1-4])(?![a-z\d]){_OF_YEAR}?|[.…_][ .…_]*(?=nam))",
            PeriodTextKind.QUARTER,
            _quarter,
        ),
        (
            rf"(?<![\d/])(?P<count>\d{{1,2}}) thang(?: (?P<part>dau|cuoi))?(?! *\d{{1,2}}(?!\d)){_OF_YEAR}?",
            PeriodTextKind.MONTHS,
            _so_many_months,
        ),
        (r"\bnam[ :]*(?P<year>(?:19|20)\d\d)(?!\d)", PeriodTextKind.YEAR, _year),
    )
)
