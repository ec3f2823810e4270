"""Words of a title → the days a form is about; both ends included. Nothing is taken from the date of a file."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from collectors.form import Basis
from collectors.reading.text import clean, fold

_DAY = r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})"
_OPEN = r"[.…_]*"
_SIDES = re.compile(rf"tu ngay:?\s*(?:{_DAY}|{_OPEN})\s*(?:den|-)\s*(?:het )?(?:ngay)?:?\s*(?:{_DAY}|{_OPEN})")
_ONE_DAY = re.compile(rf"trong ngay\s*\(?\s*{_DAY}")
# "Hà Nội, ngày 5 tháng 9 năm 2026" is when it was signed, "(ngày 23/06/2022)" the date of a decision
_SIGNED = re.compile(r"ngay\s+[\d.…_]+\s+thang\s+[\d.…_]+\s+nam\s+[\d.…_]*")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_YEAR = r"(?:[ ./,-]*nam)?[ ./,-]*(\d{4})"
_WORDS = (
    ("quarter", re.compile(rf"\bquy\s+(iv|i{{1,3}}|[1-4])\b{_YEAR}\b")),
    ("months", re.compile(rf"\b(6|9|sau|chin)\s+thang(?:\s+dau)?{_YEAR}\b")),
    ("month", re.compile(rf"(?<![\d/] )(?<!ngay )\bthang\s+(\d{{1,2}})\b{_YEAR}\b")),
    ("year", re.compile(r"(?<!thang )\bnam\s+(\d{4})\b")),
)
_MONTHS = {"6": 6, "sau": 6, "9": 9, "chin": 9}
_REPORT = "report15-"
_TOLD = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>\d{2})))?")
_CUT = 15  # the first day of a report's month is the 15th of the month before


@dataclass(frozen=True, slots=True)
class FormPeriod:
    """The days of a form. words: what was printed. exact: both days were printed, so nothing had to be understood."""

    start: date
    end: date
    words: str
    exact: bool

    @property
    def days(self) -> tuple[date, date]:
        """First and last day."""
        return self.start, self.end

    @property
    def label_vi(self) -> str:
        """The days as people write them."""
        return f"{self.start:%d/%m/%Y}–{self.end:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class Said:
    """What texts say of a period: the days, or one side of them, or that they are left open."""

    period: FormPeriod | None = None
    start: date | None = None
    end: date | None = None
    words: str = ""


def period_in(texts: Iterable[str], basis: Basis) -> Said:
    """Return what the texts say: dates before words, words before dates that are left open, else the first text."""
    known = [clean(text) for text in texts]
    dated = [said for text in known if (said := _dated(text))]
    whole = (said for said in dated if said.period is not None)
    worded = (said for text in known if (said := _worded(text, basis)))
    return next(whole, None) or next(worded, None) or next(iter(dated), Said())


def told_period(text: str) -> FormPeriod | None:
    """Return the period a person writes: 2026-08, 2026-Q3, 2026-H1, 2026 or 2025-12-15..2026-03-14; None for others.

    report15-2026-Q1 is the quarter of reports that are cut at the 15th, as everywhere in the product.
    """
    first, dots, last = text.strip().partition("..")
    try:
        if dots:
            start, end = date.fromisoformat(first), date.fromisoformat(last)
            return FormPeriod(start, end, text, True) if start <= end else None
        found = _TOLD.fullmatch(first.removeprefix(_REPORT))
        return _told(found, text) if found else None
    except ValueError:
        return None


def month_of(year: int, month: int, basis: Basis = Basis.CALENDAR) -> FormPeriod:
    """Return a month; raises ValueError for one that does not exist."""
    return _stretch(year, month, 1, basis, f"{month}/{year}")


def _told(found: re.Match[str], text: str) -> FormPeriod:
    year, basis = int(found["year"]), Basis.REPORT15 if text.strip().startswith(_REPORT) else Basis.CALENDAR
    if found["quarter"]:
        return _stretch(year, 3 * int(found["quarter"]) - 2, 3, basis, text)
    if found["half"]:
        return _stretch(year, 6 * int(found["half"]) - 5, 6, basis, text)
    return _stretch(year, int(found["month"] or 1), 1 if found["month"] else 12, basis, text)


def _dated(text: str) -> Said | None:
    plain = fold(text)
    sides = _SIDES.search(plain)
    if sides:
        start, end = _date(sides.groups()[:3]), _date(sides.groups()[3:])
        if start and end and start <= end:
            return Said(FormPeriod(start, end, text, True), words=text)
        return Said(start=start, end=end, words=text)
    day = _ONE_DAY.search(plain)
    on = _date(day.groups()) if day else None
    return Said(FormPeriod(on, on, text, True), words=text) if on else None


def _worded(text: str, basis: Basis) -> Said | None:
    plain = _SIGNED.sub(" ", fold(text))
    for kind, form in _WORDS:
        found = form.search(plain)
        if found and not (kind == "year" and _is_reference(plain)):
            return _in_calendar(kind, found, basis, text)
    return None


def _in_calendar(kind: str, found: re.Match[str], basis: Basis, text: str) -> Said | None:
    try:
        return Said(_of_words(kind, found, basis, text), words=text)
    except ValueError:  # a month that does not exist
        return None


def _is_reference(plain: str) -> bool:
    """Whether the text names a document, whose year is no period."""
    return any(words in plain for words in ("ban hanh", "thong tu", "quyet dinh so", "nghi dinh", "cong van"))


def _of_words(kind: str, found: re.Match[str], basis: Basis, text: str) -> FormPeriod:
    if kind == "year":
        return _stretch(int(found[1]), 1, 12, basis, text)
    year = int(found[2])
    if kind == "quarter":
        number = _ROMAN.get(found[1]) or int(found[1])
        return _stretch(year, 3 * number - 2, 3, basis, text)
    if kind == "months":
        return _stretch(year, 1, _MONTHS[found[1]], basis, text)
    return _stretch(year, int(found[1]), 1, basis, text)


def _stretch(year: int, first: int, months: int, basis: Basis, text: str) -> FormPeriod:
    """Return months of a year; of reports cut at the 15th, from the 15th of the month before."""
    last = first + months - 1
    if basis is Basis.REPORT15:
        before = date(year, first, 1) - timedelta(days=1)
        return FormPeriod(before.replace(day=_CUT), date(year, last, _CUT - 1), text, False)
    return FormPeriod(date(year, first, 1), date(year, last, monthrange(year, last)[1]), text, False)


def _date(parts: Iterable[str | None]) -> date | None:
    day, month, year = parts
    try:
        return date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        return None


def readings(texts: Iterable[str]) -> Iterator[FormPeriod]:
    """Yield what the texts mean on either basis."""
    known = list(texts)
    for basis in Basis:
        period = period_in(known, basis).period
        if period is not None:
            yield period
