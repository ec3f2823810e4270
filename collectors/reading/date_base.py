"""A workbook → whether it counts its days from 1904 (once the default of Excel for Macintosh) rather than from 1900.

Cells formatted as dates come out as days whatever the base; a number that is a day, but is not formatted as one, does not.
"""

import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

_TRUE = ("1", "true")
_WORKBOOK_PROPERTIES = 153  # BrtWbProp: bit 0 of its flags is f1904 ([MS-XLSB] 2.4.828)
_DATE_MODE = 0x0022  # Date1904 ([MS-XLS] 2.4.77)
_END_OF_STREAM = 0x000A
# the record that opens the part of a BIFF8 or BIFF5 file that all sheets share ([MS-XLS] 2.4.21)
_GLOBALS = (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00")
_MOST_BYTES = 4096  # DATEMODE stands near the beginning; programs write the beginning in one piece


def counts_from_1904(path: Path) -> bool:
    """Whether a workbook (xlsx, xlsm, xlsb, xls) counts days from 1904; False where it does not say so, or is damaged."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return _of_archive(archive)
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _of_biff(data)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, ValueError, IndexError, RuntimeError, EOFError):
        return False


def _of_archive(archive: zipfile.ZipFile) -> bool:
    names = archive.namelist()
    if "xl/workbook.xml" in names:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        return any(part.get("date1904") in _TRUE for part in book.iter() if part.tag.endswith("}workbookPr"))
    if "xl/workbook.bin" in names:
        records = _binary_records(archive.read("xl/workbook.bin"))
        return any(bool(body[:1]) and bool(body[0] & 1) for kind, body in records if kind == _WORKBOOK_PROPERTIES)
    return False


def _binary_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part of an xlsb file. Source: [MS-XLSB] 2.1.4, the variable lengths of type and size."""
    place = 0
    while place < len(data):
        kind = data[place] if data[place] < 128 else data[place] & 127 | data[place + 1] << 7
        place += 1 if data[place] < 128 else 2
        size = 0
        for shift in range(0, 28, 7):
            byte = data[place]
            place += 1
            size |= (byte & 127) << shift
            if byte < 128:
                break
        yield kind, data[place : place + size]
        place += size


def _of_biff(data: mmap.mmap) -> bool:
    start = next((place for mark in _GLOBALS if (place := data.find(mark)) >= 0), None)
    if start is None:
        return False
    shared = data[start : start + _MOST_BYTES]
    place = 0
    while place + 6 <= len(shared):
        kind, size = struct.unpack_from("<HH", shared, place)
        if kind == _DATE_MODE:
            return shared[place + 4] == 1
        if kind == _END_OF_STREAM:
            break
        place += 4 + size
    return False
