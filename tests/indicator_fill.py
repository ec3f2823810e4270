"""Filling an indicator form as a person would, without a spreadsheet program: cells of the written xlsx are replaced."""

import re
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from collectors.reading import open as reading
from collectors.sources import indicator_form as form

SHEET = "xl/worksheets/sheet1.xml"
Cells = Mapping[str, str | float | int]


def rows_of(path: Path) -> dict[str, int]:
    """Return the row (from 1) in which each code of a form stands."""
    table = next(table for table in reading.tables(path) if table.sheet == form.SHEET)
    rows = list(table.rows())
    header = next(number for number, texts in rows if texts and texts[0] == form.KEY)
    return {texts[0]: number for number, texts in rows if number > header and texts[0]}


def fill(path: Path, filled: Mapping[str | int, Cells], *, to: Path | None = None) -> Path:
    """Write cells into the rows of codes (or of row numbers), each by its column; texts stay texts, numbers numbers."""
    rows, target = rows_of(path), to or path
    draft = target.with_suffix(".draft")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(draft, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == SHEET:
                text = content.decode()
                for row, cells in filled.items():
                    number = rows[row] if isinstance(row, str) else row
                    for column, value in cells.items():
                        text = _put(text, f"{'ABCDEFGHIJK'[form.COLUMNS.index(column)]}{number}", value)
                content = text.encode()
            new.writestr(item, content)
    shutil.move(draft, target)
    return target


def _put(sheet: str, place: str, value: str | float) -> str:
    found = re.search(rf'<c r="{place}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', sheet)
    assert found, place
    style = found[1] or ""
    if isinstance(value, str):
        cell = f'<c r="{place}"{style} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    else:
        cell = f'<c r="{place}"{style}><v>{value}</v></c>'
    return sheet[: found.start()] + cell + sheet[found.end() :]
