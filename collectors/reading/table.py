"""A sheet as rows of text: what every reader delivers, whatever the container was."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from collectors.reading.spool import Spool

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class CleanText:
    """Where a table stands in a plain UTF-8 file whose every line is one record: it can be read by the engine."""

    path: Path
    delimiter: str
    lines: int


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet (or one delimited file, sheet ""): its rows, numbered as a spreadsheet shows them, from 1.

    `rows()` starts anew at each call, leaves no number out and ends with the last row that holds a text.
    ragged: whether the width of a row means something (delimited text, web pages). encoding: what the letters were
    stored in ("" where the container knows only Unicode). notes: what a person should know of the reading, in
    Vietnamese. from_1904: whether the workbook counts its days from 1904, not from 1900. spool: the folder with the
    files `rows` reads from; it is removed when the last table of it is gone.
    """

    sheet: str
    rows: Callable[[], Iterator[Row]]
    ragged: bool = False
    clean_text: CleanText | None = None
    encoding: str = ""
    notes: tuple[str, ...] = ()
    from_1904: bool = False
    spool: Spool | None = field(default=None, repr=False, compare=False)

    def head(self, count: int) -> list[Row]:
        """Return the first rows: enough to find a header."""
        return [row for row, _ in zip(self.rows(), range(count), strict=False)]
