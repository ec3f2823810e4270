"""An Office Open XML workbook as it is stored → what its XML says of each sheet, and a copy without the middle of the long ones.

The library tells values. How many stand in the file, how many formulas have none, how many cells hold an error, and where
the first and the last rows are, is looked up here. Only what programs usually write is understood: anything else makes a
sheet one that is not cut.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

_BLOCK = 1 << 20
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DAMAGED = (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, ValueError, RuntimeError, EOFError)
# A cell with a formula and no value. A text formula (t="str") with an empty value has one: the empty text.
_FORMULA_CELL = re.compile(
    rb"<c\b([^>]*)>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>", re.DOTALL
)
_TEXT_RESULT = b't="str"'
_ERROR_CELL = re.compile(rb'<c\b[^>]*\bt="e"')
_ROW = re.compile(rb'<row r="(\d+)"')
_PLACE = re.compile(rb'(<(?:row|c) (?:[^>]*? )?r=")([A-Z]{0,3})(\d+)"')
_ROW_END = b"</row>"
_END = b"</sheetData></worksheet>"
_MOST_BEGINNING_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """Where a sheet is stored. size: bytes of its XML."""

    sheet: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A sheet whose rows after `first_row` and before `last_row` were left out. ends: the XML of the others.

    There the last rows follow the first ones: `last_row` bears the number after `first_row`. values: how many of the
    cells left out have one.
    """

    ends: bytes
    first_row: int
    last_row: int
    values: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What the XML of a sheet says. formulas: how many have no cached value; errors: how many cells hold one (`#N/A`).

    cut: None where the sheet is short, or unusual.
    """

    formulas: int
    errors: int
    cut: Cut | None


def parts(path: Path) -> tuple[Part, ...]:
    """Return where the sheets of an Office Open XML workbook are stored; none for other formats and damaged files."""
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(_parts(archive))
    except _DAMAGED:
        return ()


def _parts(archive: zipfile.ZipFile) -> Iterator[Part]:
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    for sheet in book.iter():
        target = targets.get(sheet.get(f"{_REL}id"))
        if target and sheet.tag.endswith("}sheet") and "worksheet" in target:
            name = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            yield Part(sheet.get("name", ""), name, archive.getinfo(name).file_size)


def scan(path: Path, found: tuple[Part, ...], *, rows: int) -> dict[str, Scan]:
    """Return, by sheet, what its XML says; {} for a damaged file. rows: how many to keep at each end of a sheet.

    Only programs that do not calculate leave the value of a formula out. Cells in another XML prefix than the usual none
    are not seen.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {part.sheet: _scan(archive.open(part.name), rows) for part in found}
    except _DAMAGED:
        return {}


def _scan(part: IO[bytes], rows: int) -> Scan:
    formulas = errors = values = 0
    rest = beginning = end = b""
    while block := part.read(_BLOCK):
        data = rest + block
        beginning = beginning or data
        end = (end + block)[-_BLOCK:]
        whole = data.rfind(b"</c>") + len(b"</c>") if b"</c>" in data else 0
        values += _values(data, whole)
        if data.find(b"<f", 0, whole) >= 0:
            formulas += sum(_TEXT_RESULT not in cell[1] for cell in _FORMULA_CELL.finditer(data, 0, whole))
        if data.find(b't="e"', 0, whole) >= 0:
            errors += sum(1 for _ in _ERROR_CELL.finditer(data, 0, whole))
        rest = data[whole:]
    return Scan(formulas, errors, _cut(beginning, end, values, rows))


def _values(xml: bytes, stop: int | None = None) -> int:
    return xml.count(b"<v>", 0, stop) + xml.count(b"<is>", 0, stop)


def _cut(beginning: bytes, end: bytes, values: int, rows: int) -> Cut | None:
    first, last = _first(beginning, rows), _last(end, rows)
    before, after = _numbers(first), _numbers(last)
    if not before or not after or before[-1] > _MOST_BEGINNING_ROWS or after[0] <= before[-1] + 1:
        return None
    move = after[0] - before[-1] - 1
    moved = _PLACE.sub(lambda place: b'%b%b%d"' % (place[1], place[2], int(place[3]) - move), last)
    return Cut(first + moved + _END, before[-1], after[0], values - _values(first) - _values(last))


def _first(beginning: bytes, rows: int) -> bytes:
    """Return the XML up to the end of so many rows; nothing where there are fewer."""
    place = 0
    for _ in range(rows):
        place = beginning.find(_ROW_END, place) + len(_ROW_END)
        if place < len(_ROW_END):
            return b""
    return beginning[:place]


def _last(end: bytes, rows: int) -> bytes:
    """Return the XML of the last rows; nothing where there are fewer than so many."""
    stop = end.rfind(_ROW_END) + len(_ROW_END)
    start = stop
    for _ in range(rows):
        start = end.rfind(b"<row ", 0, max(start, 0))
    return end[start:stop] if start >= 0 else b""


def _numbers(xml: bytes) -> list[int]:
    """Return the numbers of the rows; none where one has no number, or they do not ascend."""
    numbers = [int(number) for number in _ROW.findall(xml)]
    ascending = all(one < other for one, other in pairwise(numbers))
    return numbers if ascending and len(numbers) == xml.count(b"<row ") else []


def shortened(path: Path, cuts: Mapping[str, Cut]) -> io.BytesIO | None:
    """Return the workbook with the ends only of the parts that are cut (by their names), and without its pictures.

    None where a part of it is damaged.
    """
    short = io.BytesIO()
    try:
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(short, "w") as target:
            for entry in archive.infolist():
                if entry.filename in cuts:
                    target.writestr(entry.filename, cuts[entry.filename].ends)
                elif entry.filename.lower().endswith((".xml", ".rels")):
                    target.writestr(entry.filename, archive.read(entry))
    except _DAMAGED:
        return None
    short.seek(0)
    return short
