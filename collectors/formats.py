"""The texts of one column → how its dates and numbers are written, decided for the column, never cell by cell."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from collectors.reading.text import clean

_FILLERS = ("", "-", "~", "...", "…")
_DATES = (
    ("dd/MM/yyyy HH:mm:ss", re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}")),
    ("dd/MM/yyyy HH:mm", re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}")),
    ("dd/MM/yyyy", re.compile(r"\d{1,2}/\d{1,2}/\d{4}")),
    ("dd-MM-yyyy", re.compile(r"\d{1,2}-\d{1,2}-\d{4}(?: .*)?")),
    ("yyyy-MM-dd HH:mm:ss", re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:\+07:?00)?")),
    ("yyyy-MM-dd", re.compile(r"\d{4}-\d{2}-\d{2}")),
    ("HH:mm dd/MM/yyyy", re.compile(r"\d{1,2}:\d{2}(?::\d{2})? \d{1,2}/\d{1,2}/\d{4}")),
    ("yyyyMMddHHmmss", re.compile(r"(?:19|20)\d{12}")),
    ("số ngày của Excel", re.compile(r"[34567]\d{4}(?:\.\d+)?")),
)
_PATTERNS = {
    "dd/MM/yyyy HH:mm:ss": "%d/%m/%Y %H:%M:%S",
    "dd/MM/yyyy HH:mm": "%d/%m/%Y %H:%M",
    "dd/MM/yyyy": "%d/%m/%Y",
    "dd-MM-yyyy": "%d-%m-%Y",
    "yyyy-MM-dd HH:mm:ss": "%Y-%m-%d %H:%M:%S",
    "yyyy-MM-dd": "%Y-%m-%d",
    "yyyyMMddHHmmss": "%Y%m%d%H%M%S",
}
_FRACTION = re.compile(r"(:\d{2})(?:\.\d+)?(?:\+07:?00)?$")
DAY_0 = datetime(1899, 12, 30)  # of the 1900 system, as a spreadsheet counts after February 1900
DAY_0_OF_1904 = datetime(1904, 1, 1)
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
MOST_DIGITS = 14  # of a whole number: more than any office counts or takes in đồng, and sums of many fit the warehouse
_GROUPED = re.compile(r"\d{1,3}(?:(?P<mark>[.,])\d{3})(?:(?P=mark)\d{3})*")
_PLAIN = re.compile(r"\d+(?:[.,]0{1,2})?")
_PERCENT = re.compile(r"(?P<whole>\d+)(?:[.,](?P<part>\d+))?\s*%?")


class NumberStyle(StrEnum):
    """How the numbers of a column are written."""

    PLAIN = "1234"
    POINT = "1.234"
    COMMA = "1,234"
    MIXED = "1.234 và 1,234"
    PERCENT = "98.5%"


def date_formats(texts: Iterable[str]) -> Counter[str]:
    """Return how many filled cells are written in which form; "" = in none that is a date."""
    return Counter(date_format(text) for text in texts if clean(text) not in _FILLERS)


def date_format(text: str) -> str:
    """Return the form a date is written in, "" for a text that is none."""
    bare = clean(text)
    return next((name for name, form in _DATES if form.fullmatch(bare)), "")


def local_time(text: str, *, day_0: datetime | None) -> datetime | None:
    """Return the time that a cell says, day first; None for a blank cell. day_0: of the days that a
    number counts; None: a number is no day.

    Raises ValueError for any other text, for a day that does not exist, and for one before 1990 or after 2100.
    """
    bare = clean(text)
    if bare in _FILLERS or bare.startswith("01/01/0001"):
        return None
    name = date_format(bare)
    if name == "số ngày của Excel" and day_0 is not None:
        moment = day_0 + timedelta(seconds=round(float(bare) * 86400))
    else:
        moment = datetime.strptime(_FRACTION.sub(r"\1", bare).replace("T", " "), _PATTERNS.get(name, "?"))
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(bare)
    return moment


def number_style(texts: Sequence[str]) -> NumberStyle | None:
    """Return how a column writes its numbers; None where a filled cell is no number of the column's style.

    1.234 is 1234 in a column of counts, 98.5% a share: one percent sign makes the whole column one of shares. A number
    such as 1.234.5 fits no style: it is malformed, and nothing is guessed of it.
    """
    filled = [clean(text) for text in texts if clean(text) not in (*_FILLERS, "NaN")]
    if any("%" in text for text in filled):
        return NumberStyle.PERCENT if all(_PERCENT.fullmatch(text) for text in filled) else None
    marks = {match["mark"] for text in filled if (match := _GROUPED.fullmatch(text))}
    if not all(_GROUPED.fullmatch(text) or _PLAIN.fullmatch(text) for text in filled):
        return None
    if len(marks) > 1:
        return NumberStyle.MIXED
    return {"": NumberStyle.PLAIN, ".": NumberStyle.POINT, ",": NumberStyle.COMMA}["".join(marks)]


def whole_number(text: str) -> int | None:
    """Return a count; None for a blank cell or a filler, which is not reported.

    Thousands are parted by points or by commas. Raises ValueError for anything else: 1.234.5, or more than 14 digits.
    """
    bare = clean(text)
    if bare in _FILLERS:
        return None
    digits = ""
    if _GROUPED.fullmatch(bare):
        digits = re.sub(r"[.,]", "", bare)
    elif _PLAIN.fullmatch(bare):
        digits = re.split(r"[.,]", bare)[0]
    if not 0 < len(digits) <= MOST_DIGITS:
        raise ValueError(bare)
    return int(digits)


def share(text: str) -> Decimal | None:
    """Return a percentage (98.5% → 98.5); None for a blank cell or NaN. Raises ValueError for anything else."""
    bare = clean(text)
    if bare in (*_FILLERS, "NaN"):
        return None
    match = _PERCENT.fullmatch(bare)
    if match is None:
        raise ValueError(bare)
    return Decimal(f"{match['whole']}.{match['part'] or 0}")
