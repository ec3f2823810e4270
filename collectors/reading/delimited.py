"""Delimited text (comma, semicolon, tab) in a usual encoding → a table of text."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from collectors.export import UnreadableExport
from collectors.reading.encoding import Encoding, encoding_of, repaired_by
from collectors.reading.spool import SEPARATOR, Spool
from collectors.reading.table import CleanText, Row, Table

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 40
_HINT = "sep="  # the first line that names the delimiter, as Excel reads and writes it
_LONGEST_CELL = 1 << 24  # letters; more is a quote that was never closed
_END = "\x1e"  # read as a line after the last: if a record swallows it, a quote was left open


def tables(path: Path) -> list[Table]:
    """Return the file as one table.

    Raises UnreadableExport where the text is in no encoding we know. The delimiter is the one that cuts the most of the
    first lines into the same number of cells.
    """
    encoding = encoding_of(path)
    delimiter = _delimiter(path, encoding)
    table = Table(
        "",
        partial(_rows, path, encoding.codec, delimiter),
        ragged=True,
        clean_text=None if encoding.lines is None else CleanText(path, delimiter, encoding.lines),
        encoding=encoding.name,
    )
    return [table if encoding.repair is None else repaired_by(encoding.repair, table)]


def spooled(
    sheet: str,
    path: Path,
    spool: Spool,
    *,
    lines: int,
    plain: bool,
    ragged: bool,
    encoding: str = "",
    notes: tuple[str, ...] = (),
    from_1904: bool = False,
) -> Table:
    """Return a sheet that was written to a file of the spool as a table; plain: each of its rows is one line."""
    return Table(
        sheet,
        partial(_rows, path, "utf-8", SEPARATOR),
        ragged=ragged,
        clean_text=CleanText(path, SEPARATOR, lines) if plain and lines else None,
        encoding=encoding,
        notes=notes,
        from_1904=from_1904,
        spool=spool,
    )


def _delimiter(path: Path, encoding: Encoding) -> str:
    """Return the delimiter under which the widest run of equal rows appears; a comma when nothing tells."""
    sample = list(islice(_lines(path, encoding.codec), _SAMPLE_LINES))
    if sample and sample[0].lower().startswith(_HINT) and sample[0][len(_HINT)] in _DELIMITERS:
        return sample[0][len(_HINT)]
    return max(_DELIMITERS, key=lambda delimiter: _cut(sample, delimiter))  # the first one, where nothing tells


def _cut(sample: Sequence[str], delimiter: str) -> int:
    """Return how many cells the widest run of equal rows has under a delimiter."""
    try:
        widths = Counter(len(row) for row in _reader(sample, delimiter) if len(row) > 1)
    except csv.Error:
        return 0
    return max((width * count for width, count in widths.items()), default=0)


def _lines(path: Path, codec: str) -> Iterator[str]:
    number = 0
    with path.open(encoding=codec, newline="") as file:
        try:
            for number, line in enumerate(file, start=1):  # noqa: B007
                yield line
        except UnicodeDecodeError as error:
            raise UnreadableExport(
                file=path.name,
                row=number + 1,
                found=f"từ đây chữ không còn thuộc bảng mã {Encoding(codec).name}, hoặc tệp bị cắt cụt",
                expected="cả tệp một bảng mã",
                advice="tải hoặc xuất lại tệp",
            ) from error


def _rows(path: Path, codec: str, delimiter: str) -> Iterator[Row]:
    """Yield the records; blank ones as no cells, those at the end not at all."""
    record: list[str] = []  # the lines of the record that is being read
    number = blank = 0
    try:
        for number, cells in enumerate(_reader(_kept(_lines(path, codec), record), delimiter), start=1):
            if record[-1] is _END and len(record) == 1:
                return
            if len(record) > 1 and not _well_quoted(record, delimiter):
                raise _open_quote(path, number)
            record.clear()
            if not any(map(str.strip, cells)):
                blank += 1
                continue
            if blank:
                yield from ((before, []) for before in range(number - blank, number))
                blank = 0
            yield number, cells
    except csv.Error as error:
        raise _open_quote(path, number + 1) from error


def _reader(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(lines, delimiter=delimiter, strict=strict)


def _kept(lines: Iterator[str], record: list[str]) -> Iterator[str]:
    for line in lines:
        record.append(line)
        yield line
    record.append(_END)
    yield _END


def _well_quoted(record: Sequence[str], delimiter: str) -> bool:
    """Whether a record of several lines is one: nothing follows a closing quote, and the file does not end within."""
    if record[-1] is _END:
        return False
    try:
        return len(list(_reader(record, delimiter, strict=True))) == 1
    except csv.Error:
        return False


def _open_quote(path: Path, row: int) -> UnreadableExport:
    return UnreadableExport(
        file=path.name,
        row=row,
        found="dấu ngoặc kép mở mà không đóng, nuốt các dòng sau",
        expected="mỗi hồ sơ một dòng",
        advice="sửa dấu ngoặc kép ở dòng này hoặc xuất lại dưới dạng .xlsx",
    )
