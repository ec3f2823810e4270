"""One cell of an indicator form as a person filled it → a share, a number, a period, a day; doubtful ones are refused.

A share is a fraction of 1. How a bare number is understood (worked by hand; a cell shown as a percentage, or a text with a
percent sign, is never in doubt):

    95%   95,5 %   0,95 in a cell that shows 95 %      as shown
    0                                                   0
    1,5   95   100       more than 1, at most 100       percent: no share is more than 1
    0,95  0,125          two decimals or more, ≥ 0,10   a share: nobody writes a percentage below 1 % so
    1     0,5    0,05    percent or share, who knows    refused, unless numerator and denominator decide
    101   -5                                            refused
    numerator and denominator given                     they are the figure; a value beside them must agree
"""

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from fractions import Fraction

from collectors.formats import whole_number
from collectors.reading.text import clean, fold

_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,14})(?:[.,](?P<part>\d+))?\s*(?P<percent>%?)")
_SIX = Decimal("0.000001")  # one ten-thousandth of a percent: what a spreadsheet's own rounding leaves
_MOST = 10**14  # a figure is kept with six decimals in twenty digits
_AGREES = Decimal("0.005")
_PERCENT_ADVICE = "ghi kèm dấu phần trăm, ví dụ 95%, hoặc ghi tử số và mẫu số"


class Doubtful(ValueError):
    """A cell that cannot be understood, or in two ways; found, expected and advice are Vietnamese."""

    def __init__(self, found: str, expected: str, advice: str) -> None:
        self.found, self.expected, self.advice = found, expected, advice
        super().__init__(found)


def share(text: str, *, shown_as_percent: bool, counts: Fraction | None = None) -> Decimal:
    """Return a share of 1 from a filled cell. counts: what numerator and denominator say, if they are given.

    Raises Doubtful where the cell can be read in two ways, in none, or says otherwise than the counts.
    """
    bare = clean(text)
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise Doubtful(f"“{bare}”", "một tỷ lệ như 95% hoặc 95,5%", _PERCENT_ADVICE)
    number = Decimal(f"{match['sign']}{match['whole']}.{match['part'] or 0}")
    decimals = len(match["part"] or "")
    readings = _readings(number, percent=bool(match["percent"]), shown_as_percent=shown_as_percent)
    if not readings:
        shown = f"{_plain(number * 100)} %" if shown_as_percent else bare
        raise Doubtful(f"“{shown}”", "tỷ lệ từ 0 % đến 100 %", "kiểm tra lại con số; " + _PERCENT_ADVICE)
    if counts is not None:
        return _agreeing(bare, readings, counts)
    if len(readings) > 1 and not (decimals >= 2 and number >= Decimal("0.1") and number < 1):
        both = " hoặc ".join(f"{_plain(one * 100)} %" for one in sorted(readings, reverse=True))
        raise Doubtful(f"“{bare}” có thể là {both}", "một cách viết không thể hiểu hai nghĩa", _PERCENT_ADVICE)
    return readings[0].quantize(_SIX)


def _readings(number: Decimal, *, percent: bool, shown_as_percent: bool) -> list[Decimal]:
    """Return what a number can mean, a share first; none where it lies outside 0 % to 100 %."""
    hundredth = number / 100
    if percent:
        wanted = [hundredth]
    elif shown_as_percent:
        wanted = [number]
    else:
        wanted = [number, hundredth] if number else [number]
    return [one for one in wanted if 0 <= one <= 1]


def _agreeing(bare: str, readings: list[Decimal], counts: Fraction) -> Decimal:
    for one in readings:
        if abs(Fraction(one) - counts) <= Fraction(_AGREES):
            return one.quantize(_SIX)
    shown = _plain(Decimal(counts.numerator * 100) / Decimal(counts.denominator))
    raise Doubtful(
        f"giá trị “{bare}” khác tử số chia mẫu số ({shown} %)",
        "giá trị bằng tử số chia mẫu số",
        "sửa số sai, hoặc để trống ô giá trị",
    )


def amount(text: str, quantity: str) -> Decimal:
    """Return a rank, a count or points. Raises Doubtful for anything else."""
    bare = clean(text)
    if quantity == "points":
        match = _NUMBER.fullmatch(bare)
        if match is None or match["percent"] or match["sign"]:
            raise Doubtful(f"“{bare}”", "số điểm như 87,5", "ghi số, không ghi chữ")
        return Decimal(f"{match['whole']}.{match['part'] or 0}").quantize(_SIX)
    number = count(bare)
    if number is not None and number >= _MOST:
        raise Doubtful(f"“{bare}”", "một số nhỏ hơn 100 nghìn tỷ", "kiểm tra lại con số, có thể gõ thừa chữ số")
    if number is None or (quantity == "rank" and number < 1):
        raise Doubtful(f"“{bare}”", "thứ hạng từ 1 trở lên", "ghi một số nguyên; tổng số đơn vị xếp hạng ghi ở mẫu số")
    return Decimal(number)


def count(text: str) -> int | None:
    """Return a whole number, None for a blank cell. Raises Doubtful for anything else."""
    try:
        return whole_number(text)
    except ValueError as error:
        raise Doubtful(f"“{clean(text)}”", "số nguyên không âm", "ghi số nguyên, ví dụ 1234") from error


_PERIODS = (
    re.compile(r"(?:nam )?(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?:q(?P<quarter>[1-4])|h(?P<half>[12])|(?P<month>\d{2}))"),
    re.compile(r"quy (?P<quarter>\d|i{1,3}|iv)\s*[/ -](?:nam )?(?P<year>\d{4})"),
    re.compile(r"(?:thang )?(?P<month>\d{1,2})[/-](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-01(?:[ t]00:00(?::00)?)?"),
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def period(text: str) -> tuple[date, date]:
    """Return the first and the last day of 2026, 2026-Q3, 2026-H1 or 2026-08, also as people write it (quý III/2026).

    A spreadsheet turns 2026-08 into the first of August: that is the month. Raises Doubtful for anything else.
    """
    bare = fold(text)
    match = next((found for form in _PERIODS if (found := form.fullmatch(bare))), None)
    if match is None:
        raise _no_period(text)
    said = match.groupdict()
    year = int(said["year"])
    if quarter := said.get("quarter"):
        return _months(year, 3 * (_ROMAN.get(quarter) or int(quarter)) - 2, 3)
    if half := said.get("half"):
        return _months(year, 6 * int(half) - 5, 6)
    month = said.get("month")
    return _months(year, int(month), 1) if month else _months(year, 1, 12)


def _months(year: int, first: int, months: int) -> tuple[date, date]:
    last = first + months - 1
    if first < 1 or last > 12 or not 2000 <= year <= 2100:
        raise _no_period(f"{first:02}/{year}")
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _no_period(text: str) -> Doubtful:
    return Doubtful(f"“{clean(text)}”", "kỳ như 2026, 2026-H1, 2026-Q3, 2026-08", "chọn kỳ trong danh sách của ô")


_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2})?)?")


def day(text: str) -> date:
    """Return a day written dd/mm/yyyy, or stored as a day. Raises Doubtful for anything else."""
    bare = clean(text)
    try:
        if match := _DAY.fullmatch(bare):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := _ISO_DAY.fullmatch(bare):
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    found = f"“{bare}”" if bare else "để trống"
    raise Doubtful(found, "ngày như 31/10/2026", "ghi ngày nhập số liệu")


def _plain(number: Decimal) -> str:
    """Return a number as people write it, at most four decimals, with a comma."""
    return f"{number.quantize(Decimal('0.0001')).normalize():f}".replace(".", ",")
