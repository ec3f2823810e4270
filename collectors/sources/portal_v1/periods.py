"""What a person says of the periods of a workbook's sheets → first and last day of each sheet."""

import hashlib
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from collectors.export import RequestNeeded
from collectors.reading.text import fold

_FIRST_YEAR, _LAST_YEAR = 2022, 2025  # the old interface; later scores come from other formulas
_PERIOD = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])))?")
_HOW = (
    "thêm --period, ví dụ --period 2025-10 (tháng của trang “Điểm tháng”, năm của trang “Điểm năm”); trang tính có tên "
    'không nói kỳ thì ghi riêng: --period "2025-10; Sở Ban=2025; Xã Phường=2025"'
)

Days = tuple[date, date]


def identity(export_id: str, told: str) -> str:
    """Return the id of an observation: the same bytes, said to be of another period, are another one."""
    return hashlib.sha256(f"{export_id}\0{' '.join(told.split())}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Told:
    """The periods as told: one for the file (year, and month or quarter where said), and some of single sheets."""

    year: int | None
    days: Days | None
    whole_year: bool
    of_sheet: Mapping[str, Days]

    def of(self, sheet: str, *, alone: bool) -> Days | None:
        """Return the days of a sheet; None where neither its name nor the person says them.

        alone: it is the only sheet with scores, so what is told of the file is told of it.
        """
        name = fold(sheet.rpartition(" › ")[2])
        if name in self.of_sheet:
            return self.of_sheet[name]
        if name.startswith("diem nam") and self.year is not None:
            return date(self.year, 1, 1), date(self.year, 12, 31)
        if name.startswith(("diem thang", "diem quy")):
            return None if self.whole_year else self.days
        return self.days if alone else None


def told_periods(text: str | None, *, file: str) -> Told:
    """Return what a text like `2025-10; Sở Ban=2025` says; raises RequestNeeded where it is missing or not understood."""
    if not (text or "").strip():
        raise RequestNeeded(
            file=file,
            found="đây là bảng điểm của giao diện cũ, trong tệp không ghi kỳ của từng trang tính",
            expected="kỳ do người nộp tệp cho biết",
            advice=_HOW,
        )
    general: tuple[Days, bool] | None = None
    of_sheet: dict[str, Days] = {}
    for part in filter(None, (one.strip() for one in (text or "").split(";"))):
        name, separator, said = part.rpartition("=")
        days = _days(said.strip(), file)
        if separator:
            of_sheet[fold(name)] = days[0]
        else:
            general = days
    if general is None:
        return Told(None, None, False, of_sheet)
    return Told(general[0][0].year, general[0], general[1], of_sheet)


def _days(text: str, file: str) -> tuple[Days, bool]:
    """Return first and last day, and whether they are a whole year."""
    match = _PERIOD.fullmatch(text)
    year, month, quarter = (int(part) if part else 0 for part in match.groups()) if match else (0, 0, 0)
    if match is None or not _FIRST_YEAR <= year <= _LAST_YEAR or month > 12 or (match[2] and month == 0):
        raise RequestNeeded(
            file=file,
            found=f"không dùng được kỳ “{text}”",
            expected=f"2025-10, 2025-Q4 hoặc 2025, từ năm {_FIRST_YEAR} đến năm {_LAST_YEAR} (giao diện cũ)",
            advice=_HOW,
        )
    first = month or (3 * quarter - 2 if quarter else 1)
    last = month or (3 * quarter if quarter else 12)
    return (date(year, first, 1), date(year, last, monthrange(year, last)[1])), not (month or quarter)
