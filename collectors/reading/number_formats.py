"""Which cells of an xlsx workbook are shown as a percentage: 0,95 in such a cell reads 95 % on the screen.

The library that reads values does not tell formats, so the parts of the archive are looked at here. Other containers,
and parts larger than any form of ours, tell nothing: no cell is then known to be a percentage.
"""

import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BUILT_IN_PERCENT = frozenset({9, 10})  # 0% and 0.00%, ECMA-376 part 1, 18.8.30
_LARGEST = 8 << 20  # bytes of one part, unpacked
_CELL = re.compile(r"([A-Z]{1,3})(\d+)")
_QUOTED = re.compile(r'"[^"]*"|\\.')
_ENTITY = b"<!ENTITY"

Cell = tuple[int, int]


def percent_cells(path: Path, sheet: str) -> frozenset[Cell]:
    """Return the cells (row from 1, column from 0) of a sheet whose number format shows a percentage."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part_of(archive, sheet)
            styles = _percent_styles(_tree(archive, "xl/styles.xml"))
            return frozenset(_cells(_tree(archive, part), styles)) if part and styles else frozenset()
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, ValueError, RuntimeError, EOFError):
        return frozenset()


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    if archive.getinfo(part).file_size > _LARGEST:
        raise ValueError(part)
    with archive.open(part) as file:
        text = file.read(_LARGEST)
    if _ENTITY in text:  # entities that multiply: no office program writes them
        raise ValueError(part)
    return ElementTree.fromstring(text)


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    relations = _tree(archive, "xl/_rels/workbook.xml.rels")
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for one in _tree(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        if one.get("name") == sheet:
            target = targets[one.get(f"{_REL}id")]
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _percent_styles(styles: ElementTree.Element) -> frozenset[int]:
    """Return the numbers of the cell styles whose number format shows a percentage."""
    own = {
        int(one.get("numFmtId", "-1"))
        for one in styles.iter(f"{_MAIN}numFmt")
        if "%" in _QUOTED.sub("", one.get("formatCode", ""))
    }
    formats = styles.find(f"{_MAIN}cellXfs")
    found = enumerate(formats if formats is not None else ())
    return frozenset(place for place, one in found if int(one.get("numFmtId", "0")) in own | _BUILT_IN_PERCENT)


def _cells(sheet: ElementTree.Element, styles: frozenset[int]) -> list[Cell]:
    found = []
    for cell in sheet.iter(f"{_MAIN}c"):
        place = _CELL.fullmatch(cell.get("r", ""))
        if place and cell.get("t", "n") == "n" and int(cell.get("s", "0")) in styles:
            found.append((int(place[2]), _column(place[1])))
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
