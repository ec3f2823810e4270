"""A long sheet of an Office Open XML workbook whose columns hold one kind of value each → its file, column by column.

No value of Python's is handed to the arrays where that can be helped: for the first one, pyarrow loads pandas.

What a cell becomes is what `cells.text_of` makes of it. A sheet with a column of two kinds (numbers and texts, days and
texts), a duration, a day before 1905, or of which fewer values come out than stand in the file, is not read here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from python_calamine import CalamineSheet

from collectors.reading.cells import FALSE, TRUE, Cell, text_of
from collectors.reading.sheet_parts import Cut
from collectors.reading.spool import SEPARATOR, SheetFile

_FIRST_DAY, _LAST_DAY = -2_051_222_400_000, 253_402_300_799_999  # ms: 01/01/1905 to 31/12/9999
_WHOLE = 1e15  # from here on a number is not written as its digits
_MIDNIGHT = " 00:00:00"
_KINDS: Mapping[type, str] = {str: "text", float: "number", int: "number", bool: "truth", datetime: "day", date: "day"}


def written(path: Path, sheet: str, cut: Cut, ends: CalamineSheet, target: Path) -> SheetFile | None:
    """Write the rows of a sheet, the first and last ones from `ends`; None, and nothing to keep, where it must be read by cell.

    Raises TooManyCells.
    """
    if ends.start is None or ends.end is None or ends.start[1] > 0:
        return None  # the columns before the first filled one are told nowhere else
    rows = list(ends.iter_rows())
    first, last = rows[: cut.first_row], rows[cut.first_row :]
    if not alike([*first[len(first) * 2 // 3 :], *last[: len(last) // 2]]):
        return None  # nearest to the middle there is neither header nor footer: to look there for one kind would be in vain
    middle = _middle(path, sheet, cut)
    if middle is None or not ends.end[1] < middle.num_columns > 1:
        return None
    filled = _filled_rows(middle)
    if filled is None:
        return None
    indent = [""] * (middle.num_columns - ends.end[1] - 1)
    with SheetFile(target) as file:
        for cells in first:
            file.add([cell if type(cell) is str else text_of(cell) for cell in cells] + indent)
        _write(file, middle.slice(0, filled))
        file.add_blank(middle.num_rows - filled)
        for cells in last:
            file.add([cell if type(cell) is str else text_of(cell) for cell in cells] + indent)
    return file


def alike(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether each column of some rows holds one kind of value, blanks aside, and no hours or durations."""
    kinds = ({_KINDS.get(type(cell)) for cell in column if cell != ""} for column in zip(*rows, strict=True))
    return all(len(of_column) <= 1 and None not in of_column for of_column in kinds)


def _middle(path: Path, sheet: str, cut: Cut) -> Any:  # noqa: ANN401 - a record batch: the library has no types
    """Return the rows left out, each cell as text, null where it is blank; None where that is not certain."""
    try:
        batch = fastexcel.read_excel(path).load_sheet(
            sheet,
            header_row=None,
            skip_rows=cut.first_row,
            n_rows=cut.last_row - cut.first_row - 1,
            schema_sample_rows=None,
            dtype_coercion="strict",
            eager=True,
        )
    except fastexcel.FastExcelError:
        return None
    if batch.num_rows != cut.last_row - cut.first_row - 1:
        return None
    if sum(batch.num_rows - column.null_count for column in batch.columns) != cut.values:
        return None
    texts = [_texts(column) for column in batch.columns]
    return None if any(text is None for text in texts) else pa.record_batch(texts, batch.schema.names)


def _texts(column: Any) -> Any:  # noqa: ANN401 - arrays
    """Return a column as text; None where that depends on more than the value."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_boolean(kind):
        return pc.if_else(column, TRUE, FALSE)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return _numbers(column.cast(pa.float64()))
    if pa.types.is_timestamp(kind):
        return _days(column)
    return None


def _numbers(column: Any) -> Any:  # noqa: ANN401
    largest = pc.max(pc.abs(column)).as_py()
    if (largest is None or largest < _WHOLE) and pc.all(pc.equal(pc.floor(column), column)).as_py():
        return column.cast(pa.int64()).cast(pa.string())
    texts = (None if number is None else text_of(number) for number in column.to_pylist())
    return pa.array(texts, pa.string())


def _days(column: Any) -> Any:  # noqa: ANN401
    bounds = pc.min_max(column.cast(pa.int64())).as_py()
    if bounds["min"] is not None and not _FIRST_DAY <= bounds["min"] <= bounds["max"] <= _LAST_DAY:
        return None
    texts = pc.floor_temporal(column, unit="second").cast(pa.timestamp("s")).cast(pa.string())
    at_midnight = pc.equal(pc.floor_temporal(column, unit="day"), column)
    if not pc.any(at_midnight).as_py():
        return texts
    return pc.if_else(at_midnight, pc.replace_substring(texts, _MIDNIGHT, ""), texts)


def _filled_rows(batch: Any) -> int | None:  # noqa: ANN401
    """Return how many rows there are up to the last that is not blank; None where a blank one has white space in it."""
    filled = None
    for column in batch.columns:
        here = pc.and_kleene(pc.is_valid(column), pc.and_(_not_empty(column), pc.invert(pc.utf8_is_space(column))))
        filled = here if filled is None else pc.or_(filled, here)
        if pc.all(filled).as_py():
            return int(batch.num_rows)
    blank = batch.filter(pc.invert(filled))
    if any(pc.any(_not_empty(column)).as_py() for column in blank.columns):
        return None
    last = pc.max(pc.indices_nonzero(filled)).as_py()
    return 0 if last is None else int(last) + 1


def _not_empty(column: Any) -> Any:  # noqa: ANN401
    return pc.binary_length(column).cast(pa.bool_())


def _write(file: SheetFile, batch: Any) -> None:  # noqa: ANN401
    texts = [column.buffers()[2] for column in batch.columns]
    plain = not any(mark in text.to_pybytes() for text in texts if text is not None for mark in (b"\n", b"\r", b"\0"))
    with file.block(batch.num_rows, batch.num_columns, plain=plain) as target:
        place = target.tell()
        try:
            pa_csv.write_csv(batch, target, _options("none"))
        except pa.ArrowInvalid:  # a text with a quotation mark, the separator or a line end in it
            target.seek(place)
            target.truncate()
            pa_csv.write_csv(batch, target, _options("needed"))


def _options(quoting: str) -> Any:  # noqa: ANN401
    return pa_csv.WriteOptions(include_header=False, delimiter=SEPARATOR, eol="\r\n", quoting_style=quoting)
