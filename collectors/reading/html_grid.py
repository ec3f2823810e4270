"""The cells of one web table, as they come, → the rows of a grid: each text in the first cell of its span."""

import re
from collections.abc import Mapping, Sequence

from collectors.reading.spool import SheetFile, Spool, TooManyCells

_HELD_ROWS = 1000  # rows a table has before it gets a file
_MOST_COLUMNS = 16_384
_MOST_COLSPAN, _MOST_ROWSPAN = 1000, 65_534  # what browsers take
_LONGEST_CELL = 32_767  # letters, as in a workbook
_LIST_ROWS, _LIST_COLUMNS = 2, 4  # from here on a table inside a cell is a list of its own
BREAK = "\v"  # a line break that the page asks for, unlike those of its source
_BLANKS = re.compile(r"[ \t\r\n\f]+")


class Grid:
    """One table. width, height: of its own cells. cut: how many texts were too long. text: all of them, one after the other.

    Spans are counted down row by row; they end with the table or its section, and never make a row of their own.
    """

    def __init__(self, spool: Spool, *, title: Sequence[str]) -> None:
        self.width = self.height = self.cut = 0
        self._spool = spool
        self._file: SheetFile | None = None
        self._held = [[line] for line in title]
        self.cell: list[str] | None = None  # the pieces of text of the open cell
        self._spans: dict[int, int] = {}  # column → rows that a cell above still covers
        self._row: list[str] | None = None
        self._place = 0
        self._texts: list[str] = []
        self._letters = 0

    @property
    def is_list(self) -> bool:
        """Whether a table inside a cell is a list of its own, not a way to arrange words."""
        return self.height >= _LIST_ROWS and self.width >= _LIST_COLUMNS

    @property
    def text(self) -> str:
        """The texts of the cells, as far as a cell can hold them."""
        return BREAK + BREAK.join(self._texts) + BREAK

    def begin_row(self) -> None:
        """Start a row; one that is open ends."""
        self.end_row()
        self._row = []

    def begin_cell(self, attributes: Mapping[str, str]) -> None:
        """Start a cell where the next free column is. Raises TooManyCells for a row that no sheet can hold."""
        self.end_cell()
        if self._row is None:
            self._row = []
        row = self._row
        while self._spans and self._covered(len(row)):
            row.append("")
        self._place = len(row)
        self.cell = []
        row.append("")
        if "colspan" in attributes:
            row.extend([""] * (_span(attributes["colspan"], _MOST_COLSPAN) - 1))
        if "rowspan" in attributes:
            rows_below = _span(attributes["rowspan"], _MOST_ROWSPAN) - 1
            self._spans |= dict.fromkeys(range(self._place, len(row)) if rows_below else (), rows_below)
        if len(row) > _MOST_COLUMNS:
            raise TooManyCells

    def end_cell(self) -> None:
        """End the open cell, if any."""
        if self.cell is None or self._row is None:
            return
        text = self._shown(self.cell[0] if len(self.cell) == 1 else "".join(self.cell))
        self.cell = None
        self._row[self._place] = text
        if text and self._letters < _LONGEST_CELL:
            self._texts.append(text)
            self._letters += len(text) + 1

    def end_row(self) -> None:
        """End the open row, if any."""
        self.end_cell()
        if self._row is None:
            return
        row, self._row = self._row, None
        if self._spans:
            last = max(self._spans)
            while len(row) <= last:
                self._covered(len(row))
                row.append("")
        self.width, self.height = max(self.width, len(row)), self.height + 1
        self._held.append(row)
        if len(self._held) >= _HELD_ROWS:
            self._flush()

    def end_section(self) -> None:
        """End the head, the body or the table: no span reaches farther."""
        self.end_row()
        self._spans.clear()

    def file(self) -> SheetFile:
        """Return the file with the rows, closed."""
        file = self._flush()
        file.close()
        return file

    def forget(self) -> None:
        """Let the rows go that are not in the file, and close it."""
        self._held.clear()
        if self._file is not None:
            self._file.close()

    def _flush(self) -> SheetFile:
        if self._file is None:
            self._file = SheetFile(self._spool.file("bang.csv"))
        for row in self._held:
            self._file.add(row)
        self._held.clear()
        return self._file

    def _covered(self, column: int) -> bool:
        """Whether a cell above covers the column in this row; one row of its span is used up."""
        left = self._spans.pop(column, 0)
        if left > 1:
            self._spans[column] = left - 1
        return left > 0

    def _shown(self, text: str) -> str:
        text = one_line(text) if BREAK not in text else "\n".join(filter(None, map(one_line, text.split(BREAK))))
        if len(text) > _LONGEST_CELL:
            self.cut += 1
            text = text[:_LONGEST_CELL]
        return "" if text.isspace() else text


def one_line(text: str) -> str:
    """Return text as a browser shows it: line ends and runs of blanks are one blank."""
    return _BLANKS.sub(" ", text).strip(" ")


def _span(text: str, most: int) -> int:
    """Return how far a cell reaches; 1 where nothing sensible is said. Browsers let 0 reach to the end, exporters mean 1."""
    try:
        return min(max(int(text), 1), most)
    except ValueError:
        return 1
