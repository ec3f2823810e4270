"""A workbook of 25 columns read and checked to canonical rows, beside bare calamine reading of the same file."""

import csv
import tempfile
from datetime import datetime
from itertools import islice
from pathlib import Path

import xlsxwriter
from measuring import arguments, compare, examined, landed
from python_calamine import CalamineWorkbook

from collectors.demo import write_demo

_COLUMNS = 25
_TITLE_ROWS = 4  # title and header of the synthetic list
_DATES = (5, 6, 7, 16)
_DATE_FORMAT = "%d/%m/%Y %H:%M:%S"


def bare(file: Path) -> int:
    """Read every cell into Python, as short as the library allows, and return the rows below the header."""
    return len(CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()) - _TITLE_ROWS


def workbook(folder: Path, *, rows: int) -> Path:
    """Write a synthetic list as a workbook whose days are date cells, and return it."""
    listed = write_demo(folder, dossiers=rows * 11 // 10 + 100, seed=1, xlsx_rows=0)[0]
    target = folder / "danh-sach.xlsx"
    with xlsxwriter.Workbook(target) as book, listed.open(encoding="utf-8-sig", newline="") as file:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        for row, cells in enumerate(islice(csv.reader(file), rows + _TITLE_ROWS)):
            for column, cell in enumerate(cells[:_COLUMNS]):
                if row >= _TITLE_ROWS and column in _DATES and cell:
                    sheet.write_datetime(row, column, datetime.strptime(cell, _DATE_FORMAT), day)
                elif cell:
                    sheet.write_string(row, column, cell)
    return target


def main() -> None:
    """Write the workbook, run both jobs in turn, print medians and ratios."""
    asked = arguments(__doc__, dossiers=100_000, runs=5)
    with tempfile.TemporaryDirectory() as folder:
        file = workbook(Path(folder), rows=asked.dossiers)
        jobs = [("file to typed rows", landed), ("file to checked rows in Parquet", examined)]
        compare(file, ("bare calamine", bare), jobs, runs=asked.runs)


if __name__ == "__main__":
    main()
