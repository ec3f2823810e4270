"""JSON → tables of text: a list of rows, one row a line, or an answer that holds such lists.

A row is an object (below a first row of all the keys, in the order they appear in) or a list. Numbers keep the digits
they were written with (a code 1.010010 stays one), null is blank, a value with parts of its own stays JSON.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from collectors.export import UnreadableExport
from collectors.reading.cells import text_of
from collectors.reading.delimited import spooled
from collectors.reading.encoding import Encoding, encoding_of, repaired_by
from collectors.reading.spool import SheetFile, Spool, TooManyCells
from collectors.reading.table import Table

_BLOCK = 1 << 18
_LONGEST_VALUE = 1 << 27  # letters of one row, or of a whole answer
_DEEPEST = 4  # levels at which an answer may hold its lists
_NO_LIST = "JSON không phải danh sách các hồ sơ"
_BETWEEN = re.compile(r"[\s,]*")

Json = dict[str, "Json"] | list["Json"] | str | bool | None
_Records = Callable[[], Iterable[Json]]
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda _: None, strict=False)


class _MoreError(Exception):
    """Something stands behind the end of the list."""


class _NoRowError(Exception):
    """Where a row should stand is a value that is none, or an object among lists; in this row of the table."""

    def __init__(self, name: str, row: int) -> None:
        self.name, self.row = name, row
        super().__init__(name, row)


def tables(path: Path, spool: Spool | None = None) -> list[Table]:
    """Return the table of a list or of lines; one table per list in an answer, named by the way to it.

    Raises UnreadableExport where the JSON is damaged, or holds no list of rows.
    """
    spool = spool or Spool()
    encoding = encoding_of(path)
    try:
        found = [
            _table(name, records, spool, encoding) for name, records in _lists(partial(_values, path, encoding.codec))
        ]
    except (json.JSONDecodeError, RecursionError) as error:
        raise _unreadable(path, "JSON bị cắt cụt hoặc hỏng") from error
    except TooManyCells as error:
        raise _unreadable(path, "JSON có quá nhiều ô") from error
    except _NoRowError as error:
        what = "giữa các dòng có một giá trị không phải là một dòng" if error.row > 1 else _NO_LIST
        raise _unreadable(path, what, sheet=error.name, row=error.row if error.row > 1 else None) from error
    except _MoreError as error:
        raise _unreadable(path, "sau danh sách đầu tiên còn nội dung khác; tách mỗi danh sách thành một tệp") from error
    return found if encoding.repair is None else [repaired_by(encoding.repair, table) for table in found]


def _lists(values: _Records) -> Iterator[tuple[str, _Records]]:
    """Yield name and rows of each list: those inside the only value of the file, else the values themselves."""
    first = list(islice(values(), 2))
    inner = dict(_inside(first[0], (), _DEEPEST)) if len(first) == 1 and isinstance(first[0], dict) else {}
    yield from inner.items() if inner else [("", values)]


def _inside(value: Json, way: tuple[str, ...], levels: int) -> Iterator[tuple[str, _Records]]:
    if isinstance(value, list) and any(isinstance(row, dict) for row in value):
        yield ".".join(way), partial(iter, value)
    elif isinstance(value, dict) and levels:
        for key, part in value.items():
            yield from _inside(part, (*way, key), levels - 1)


def _table(name: str, records: _Records, spool: Spool, encoding: Encoding) -> Table:
    keys: dict[str, None] = {}
    kind: type | None = None
    for number, record in enumerate(records(), start=1):
        if not isinstance(record, kind or (dict, list)):
            raise _NoRowError(name, number + (kind is dict))
        kind = type(record)
        if isinstance(record, dict):
            keys |= dict.fromkeys(record)
    with SheetFile(spool.file("danh-sach.csv")) as file:
        if keys:
            file.add(list(keys))
        for record in records():
            if isinstance(record, dict):
                file.add([_shown(record.get(key)) for key in keys])
            elif isinstance(record, list):
                file.add([_shown(value) for value in record])
    return spooled(name, file.path, spool, lines=file.rows, plain=file.plain, ragged=False, encoding=encoding.name)


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return text_of(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def _values(path: Path, codec: str) -> Iterator[Json]:
    """Yield the values of a list, or those that follow each other, one at a time. Raises ValueError for damage."""
    with path.open(encoding=codec, errors="replace") as file:
        text = file.read(_BLOCK).lstrip()
        in_list = text.startswith("[")
        place = int(in_list)
        while True:
            place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]  # it matches nothing, too
            if in_list and text.startswith("]", place):
                if text[place + 1 :].strip() or file.read().strip():
                    raise _MoreError
                return
            try:
                value, place = _DECODER.raw_decode(text, place)
            except json.JSONDecodeError:
                text, place = text[place:], 0
                more = file.read(max(_BLOCK, len(text))) if len(text) < _LONGEST_VALUE else ""
                if not more:
                    if text or in_list:
                        raise
                    return
                text += more
            else:
                yield value


def _unreadable(path: Path, found: str, *, sheet: str = "", row: int | None = None) -> UnreadableExport:
    return UnreadableExport(
        file=path.name,
        sheet=sheet,
        row=row,
        found=found,
        expected="JSON là danh sách các hồ sơ, hoặc mỗi dòng một hồ sơ",
        advice="tải lại, hoặc xuất dưới dạng .xlsx hay .csv",
    )
