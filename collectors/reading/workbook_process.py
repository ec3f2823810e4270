"""A workbook → one CSV file per sheet, and one line of JSON that names them: a program of its own, bounded by the system.

Usage: python -m collectors.reading.workbook_process WORKBOOK FOLDER. Prints {"sheets": [{"name", "file", "rows", "plain",
"hidden", "formulas", "errors"}], "from_1904"} or {"fault": name, "sheet": name}. Ends with another code than 0 when the
library or the bounds end it.
"""

import json
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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
from collectors.reading.sheet_parts import Cut, Part, parts, scan, shortened
from collectors.reading.spool import SheetFile, TooManyCells

_MOST_MEMORY = 3 << 30  # bytes; a sheet of a million rows and 25 columns takes 2.3 GiB
_MOST_SECONDS = 600  # of processor time
_LONG = range(4 << 20, 400 << 20)  # bytes of a sheet's XML: shorter ones gain nothing, for longer ones memory is short
_END_ROWS = 64  # at each end of a long sheet, where its title, header and footers stand: read cell by cell


def _bound() -> None:
    """Let the system end this process when it asks for more than any export needs."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(path: Path, folder: Path) -> dict[str, Any]:
    found = parts(path)
    long = [part for part in found if part.size in _LONG]
    with ThreadPoolExecutor(1) as beside:  # the libraries and the decompressor leave the interpreter free
        scanning = beside.submit(scan, path, found, rows=_END_ROWS)
        if long:
            import collectors.reading.even_columns  # noqa: F401, PLC0415 - takes as long as the scan

            scans = scanning.result()
            cuts = {part: cut for part in long if part.sheet in scans and (cut := scans[part.sheet].cut)}
        answer = sheets(path, folder, cuts if long else {})
        for sheet in answer.get("sheets", ()):
            scanned = scanning.result().get(sheet["name"])
            sheet["formulas"] = scanned.formulas if scanned else 0
            sheet["errors"] = scanned.errors if scanned else 0
    return answer


def sheets(path: Path, folder: Path, cuts: Mapping[Part, Cut]) -> dict[str, Any]:
    """Write every sheet to the folder and return what was read, formulas and errors apart.

    cuts: of the long sheets, whose middle is read column by column where that tells the same as cell by cell.
    """
    name = ""
    try:
        book = _Book(path, cuts)
        read: list[dict[str, Any]] = []
        for sheet in book.opened.sheets_metadata:
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                continue  # a chart or a macro sheet has no cells
            name = sheet.name
            file = book.written(name, folder / f"{len(read)}.csv")
            read.append(
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
    return {"sheets": read, "from_1904": counts_from_1904(path)} if read else {"fault": "no_sheets"}


class _Book:
    """A workbook, opened without the middle of its long sheets; as a whole only where one of them must be read by cell."""

    def __init__(self, path: Path, cuts: Mapping[Part, Cut]) -> None:
        self._path = path
        self._cuts = {part.sheet: cut for part, cut in cuts.items()}
        short = shortened(path, {part.name: cut for part, cut in cuts.items()}) if cuts else None
        self.opened = CalamineWorkbook.from_object(short or path)
        self._whole = None if short else self.opened

    def written(self, name: str, target: Path) -> SheetFile:
        """Write the rows of a sheet to a file."""
        sheet = self.opened.get_sheet_by_name(name)
        if name not in self._cuts or self._whole is self.opened:
            return _written(sheet, target)
        from collectors.reading import even_columns  # noqa: PLC0415 - its libraries are large, and seldom needed

        if file := even_columns.written(self._path, name, self._cuts[name], sheet, target):
            return file
        self._whole = self._whole or CalamineWorkbook.from_path(str(self._path))
        return _written(self._whole.get_sheet_by_name(name), target)


def _written(sheet: CalamineSheet, path: Path) -> SheetFile:
    """Write the rows of a sheet; each cell in its own column, also where the first ones are blank."""
    with SheetFile(path) as file:
        if sheet.start is not None:
            indent = [""] * sheet.start[1]
            for cells in sheet.iter_rows():
                file.add(indent + [cell if type(cell) is str else text_of(cell) for cell in cells])
    return file


if __name__ == "__main__":
    _bound()
    sys.stdout.write(json.dumps(_answer(Path(sys.argv[1]), Path(sys.argv[2]))))
