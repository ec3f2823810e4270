"""A workbook (xlsx, xlsm, xlsb, xls, ods) → tables of text."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, ZipError

from collectors.export import UnreadableExport
from collectors.reading.table import Row, Table

Cell = int | float | str | bool | time | date | datetime | timedelta


def tables(path: Path) -> list[Table]:
    """Return every sheet, hidden ones too.

    Raises UnreadableExport for a damaged or encrypted workbook. Formulas give their cached value.
    """
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [(name, workbook.get_sheet_by_name(name)) for name in workbook.sheet_names]
    except (CalamineError, ZipError, PasswordError, OSError) as error:
        raise UnreadableExport(
            file=path.name,
            found=f"bảng tính không mở được ({type(error).__name__})",
            expected="bảng tính Excel nguyên vẹn, không mật khẩu",
            advice="mở bằng Excel rồi lưu lại thành .xlsx, hoặc xuất lại",
        ) from error
    return [Table(name, partial(_rows, sheet)) for name, sheet in sheets]


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    if sheet.height == 0:
        return
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [cell if isinstance(cell, str) else text_of(cell) for cell in cells]


def text_of(cell: Cell) -> str:
    """Return the cell as the text a person would have typed: whole numbers without ".0", days and times in ISO."""
    if isinstance(cell, bool):
        return "Có" if cell else "Không"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)
