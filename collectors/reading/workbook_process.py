"""A workbook → one CSV file per sheet, and one line of JSON that names them: a program of its own, bounded by the system.

Usage: python -m collectors.reading.workbook_process WORKBOOK FOLDER. Prints {"sheets": [{"name", "file", "rows", "plain",
"hidden", "formulas"}], "from_1904"} or {"fault": name, "sheet": name}. Ends with another code than 0 when the library or the
bounds end it.
"""

import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from collectors.reading.cells import text_of
from collectors.reading.date_base import counts_from_1904
from collectors.reading.spool import SheetFile, TooManyCells

_MOST_MEMORY = 3 << 30  # bytes; a sheet of a million rows and 25 columns takes 2.3 GiB
_MOST_SECONDS = 600  # of processor time
_BLOCK = 1 << 20
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# A cell with a formula and no value. A text formula (t="str") with an empty value has one: the empty text.
_FORMULA_CELL = re.compile(
    rb"<c\b([^>]*)>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>", re.DOTALL
)
_TEXT_RESULT = b't="str"'


def _bound() -> None:
    """Let the system end this process when it asks for more than any export needs."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(path: Path, folder: Path) -> dict[str, Any]:
    with ThreadPoolExecutor(1) as beside:  # the library and the decompressor both leave the interpreter free
        counting = beside.submit(_formulas_without_value, path)
        answer = _sheets(path, folder)
        for sheet in answer.get("sheets", ()):
            sheet["formulas"] = counting.result().get(sheet["name"], 0)
    return answer


def _sheets(path: Path, folder: Path) -> dict[str, Any]:
    name = ""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets: list[dict[str, Any]] = []
        for sheet in workbook.sheets_metadata:
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                continue  # a chart or a macro sheet has no cells
            name = sheet.name
            file = _written(workbook.get_sheet_by_name(name), folder / f"{len(sheets)}.csv")
            sheets.append(
                {
                    "name": name,
                    "file": str(file.path),
                    "rows": file.rows,
                    "plain": file.plain,
                    "hidden": sheet.visible is not SheetVisibleEnum.Visible,
                }
            )
    except PasswordError:
        return {"fault": "password"}
    except TooManyCells:
        return {"fault": "too_large", "sheet": name}
    except (CalamineError, OSError):
        return {"fault": "damaged", "sheet": name}
    return {"sheets": sheets, "from_1904": counts_from_1904(path)} if sheets else {"fault": "no_sheets"}


def _written(sheet: CalamineSheet, path: Path) -> SheetFile:
    """Write the rows of a sheet; each cell in its own column, also where the first ones are blank."""
    with SheetFile(path) as file:
        if sheet.start is not None:
            indent = [""] * sheet.start[1]
            for cells in sheet.iter_rows():
                file.add(indent + [cell if type(cell) is str else text_of(cell) for cell in cells])
    return file


def _formulas_without_value(path: Path) -> dict[str, int]:
    """Return, by sheet, how many formulas of an Office Open XML workbook have no cached value; {} for other formats.

    Only programs that do not calculate leave the value out. Cells in another XML prefix than the usual none are not seen.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: _count(archive.open(part)) for name, part in _parts(archive)}
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, ValueError, RuntimeError, EOFError):
        return {}


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    for sheet in book.iter():
        target = targets.get(sheet.get(f"{_REL}id"))
        if target and sheet.tag.endswith("}sheet") and "worksheet" in target:
            yield sheet.get("name", ""), target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _count(part: IO[bytes]) -> int:
    count = 0
    rest = b""
    while block := part.read(_BLOCK):
        data = rest + block
        end = data.rfind(b"</c>") + len(b"</c>") if b"</c>" in data else 0
        if b"<f" in data[:end]:
            count += sum(_TEXT_RESULT not in cell[1] for cell in _FORMULA_CELL.finditer(data, 0, end))
        rest = data[end:]
    return count


if __name__ == "__main__":
    _bound()
    sys.stdout.write(json.dumps(_answer(Path(sys.argv[1]), Path(sys.argv[2]))))
