"""Delimited text (comma, semicolon, tab) in a usual encoding → a table of text."""

import codecs
import csv
import mmap
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from collectors.export import UnreadableExport
from collectors.reading.table import CleanText, Row, Table

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 40
_LONGEST_RECORD = 100  # lines; more is a quote that was never closed
csv.field_size_limit(1 << 20)


def tables(path: Path) -> list[Table]:
    """Return the file as one table.

    Raises UnreadableExport where the text is in no encoding we know. Encodings: UTF-8 with and without byte order mark,
    UTF-16 with one. The delimiter is the one that cuts the most of the first lines into the same number of cells.
    """
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding)
    clean = _clean_text(path, delimiter) if encoding.startswith("utf-8") else None
    return [Table("", partial(_rows, path, encoding, delimiter), ragged=True, clean_text=clean)]


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 22):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise UnreadableExport(
                file=path.name,
                found="chữ không phải bảng mã UTF-8",
                expected="CSV UTF-8 hoặc UTF-16",
                advice="mở bằng Excel và lưu dạng “CSV UTF-8”, hoặc lưu thành .xlsx",
            ) from error
    return "utf-8-sig"


def _delimiter(path: Path, encoding: str) -> str:
    """Return the delimiter under which the widest run of equal rows appears; a comma when nothing tells."""
    with path.open(encoding=encoding, newline="") as file:
        sample = [line for line, _ in zip(file, range(_SAMPLE_LINES), strict=False)]
    best = ","
    best_score = 0
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 1)
        score = max((width * count for width, count in widths.items()), default=0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        line = 0
        try:
            for number, cells in enumerate(reader, start=1):
                if reader.line_num - line > _LONGEST_RECORD:
                    raise _open_quote(path, number)
                line = reader.line_num
                yield number, cells
        except csv.Error as error:
            raise _open_quote(path, line + 1) from error


def _open_quote(path: Path, row: int) -> UnreadableExport:
    return UnreadableExport(
        file=path.name,
        row=row,
        found="dấu ngoặc kép mở mà không đóng, nuốt các dòng sau",
        expected="mỗi hồ sơ một dòng",
        advice="sửa dấu ngoặc kép ở dòng này hoặc xuất lại dưới dạng .xlsx",
    )


def _clean_text(path: Path, delimiter: str) -> CleanText | None:
    """Return the number of lines of a file that has no blank line; None where lines and records may differ."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if any(data.find(blank) >= 0 for blank in (b"\n\n", b"\n\r\n", b"\r\r", b"\x00")):
            return None
        lines = 0
        for start in range(0, len(data), 1 << 24):
            lines += data[start : start + (1 << 24)].count(b"\n")
        return CleanText(path, delimiter, lines + (data[-1:] != b"\n"))
