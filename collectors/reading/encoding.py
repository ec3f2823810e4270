"""A text file → the encoding its letters are stored in; a table in a pre-Unicode encoding → the table in Unicode."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from collectors.export import UnreadableExport
from collectors.reading.legacy import (
    MISTAKEN_UTF_8,
    TCVN3,
    VNI,
    WINDOWS_1258,
    Repair,
    known_words,
    lost_letters,
    repair_for,
)
from collectors.reading.lines import line_count
from collectors.reading.table import Row, Table

UTF_8 = "utf-8-sig"
_UTF_16 = {"utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_BYTES = "latin-1"  # every byte one letter, to be read again by a repair
_SAMPLE = 1 << 18
_HEADER_ROWS = 40


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to open a text file: the codec, and the repair to apply to each text where the codec only gives bytes.

    lines: of a UTF-8 file, how many it has when each may be one record (no blank last line, one kind of line ends, no
    NUL), else None.
    """

    codec: str
    repair: Repair | None = None
    lines: int | None = None

    @property
    def name(self) -> str:
        """The encoding as people call it."""
        if self.repair is not None:
            return self.repair.name
        return _UTF_16.get(self.codec, "UTF-8")


def utf_16_of(head: bytes) -> str | None:
    """Return the UTF-16 codec the first bytes are written in, None when they are not: every second byte is 0, mostly."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 5 < len(head) // 2 or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def encoding_of(path: Path) -> Encoding:
    """Return the encoding of a text file.

    Strict UTF-8 first, then UTF-16, then windows-1258, TCVN3 and VNI, whichever makes most header words appear.
    Raises UnreadableExport where none does, or where a UTF-8 file is damaged.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if utf_16 := utf_16_of(head):
        return Encoding(utf_16)
    try:
        return Encoding(UTF_8, lines=line_count(path))
    except UnicodeDecodeError as error:
        repair = repair_for(_texts(head), (WINDOWS_1258, TCVN3, VNI))
        if repair is None or known_words(head.decode("utf-8", "replace")) >= known_words(repair(head.decode(_BYTES))):
            raise _undecodable(path) from error
    if repair is TCVN3 and lost_letters(_texts(head)):
        raise _lost(path.name)
    return Encoding(_BYTES, repair)


def _texts(head: bytes) -> list[str]:
    return head.decode(_BYTES).splitlines()


def repaired(table: Table, *, file: str) -> Table:
    """Return the table in Unicode: as it is, or with every cell read again where its first rows ask for that.

    Raises UnreadableExport for TCVN3 text that lost a letter.
    """
    texts = [text for _, cells in table.head(_HEADER_ROWS) for text in cells]
    repair = repair_for(texts, (TCVN3, VNI, WINDOWS_1258, MISTAKEN_UTF_8))
    if repair is None:
        return table
    if repair is TCVN3 and lost_letters(texts):
        raise _lost(file, table.sheet)
    return repaired_by(repair, table)


def repaired_by(repair: Repair, table: Table) -> Table:
    """Return the table with every cell read again."""
    return replace(
        table,
        rows=partial(_repaired_rows, table.rows, repair),
        clean_text=None,
        encoding=repair.name,
        notes=(*table.notes, f"chữ {repair.name} đã được chuyển sang Unicode"),
    )


def _repaired_rows(rows: Callable[[], Iterator[Row]], repair: Repair) -> Iterator[Row]:
    again = lru_cache(maxsize=1 << 14)(repair)
    for number, cells in rows():
        yield number, [again(cell) for cell in cells]


def _undecodable(path: Path) -> UnreadableExport:
    return UnreadableExport(
        file=path.name,
        row=_first_bad_line(path),
        found="chữ không thuộc bảng mã nào nhận ra được, hoặc tệp UTF-8 bị hỏng",
        expected="chữ UTF-8, UTF-16, windows-1258, TCVN3 hoặc VNI",
        advice="xuất lại; nếu tệp lưu từ Excel thì lưu dạng “CSV UTF-8” hoặc .xlsx",
    )


def _first_bad_line(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


def _lost(file: str, sheet: str = "") -> UnreadableExport:
    return UnreadableExport(
        file=file,
        sheet=sheet,
        found="chữ TCVN3 đã mất mọi chữ “ư” (trớc, đợc, phờng), không khôi phục được",
        expected="chữ Unicode",
        advice="chuyển tệp gốc sang Unicode bằng UniKey hoặc Vietkey rồi xuất lại",
    )
