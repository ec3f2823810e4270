"""What a finished report says, page by page, as rows of boxes: the same figures and words as its file, to be shown.

A workbook is written down here while it is written (`Record`); a Word file is read again (`word_pages`), so that an
office's own template is shown as it came out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

_ALIGNS = {WD_ALIGN_PARAGRAPH.CENTER: "centre", WD_ALIGN_PARAGRAPH.RIGHT: "right"}
_RULED = "Table Grid"
_SMALL = 11  # points: notes and footers of letters are set smaller than this


@dataclass(frozen=True, slots=True)
class Box:
    """One text, over so many columns and rows; style: words out of `centre right bold italic small warning count empty`."""

    text: str
    style: str = ""
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of boxes on columns of these relative widths, the first `head` of them headings; ruled: lines around boxes."""

    rows: tuple[tuple[Box, ...], ...]
    widths: tuple[float, ...] = (1,)
    head: int = 0
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet of a workbook, or what stands between two page breaks; wide: printed across."""

    name: str
    wide: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file and what it says."""

    content: bytes
    pages: tuple[Page, ...]


class Record:
    """What is being written on one sheet."""

    def __init__(self, name: str, widths: tuple[float, ...], *, wide: bool) -> None:
        self._name, self._widths, self._wide = name, widths, wide
        self._marks: list[tuple[int, int, Box, bool, bool]] = []

    def mark(self, row: int, column: int, box: Box, *, ruled: bool = False, head: bool = False) -> None:
        """Take down one box; ruled: part of a table, head: of its headings."""
        self._marks.append((row, column, box, ruled, head))

    def page(self) -> Page:
        """Return the sheet: each run of rows of a table, and of rows outside one, is a block."""
        marks = sorted(self._marks, key=lambda mark: mark[:2])
        ruled_rows = {row for row, _, _, ruled, _ in marks if ruled}
        blocks = []
        for ruled, run in groupby(marks, key=lambda mark: mark[0] in ruled_rows):
            found = list(run)
            rows = tuple(tuple(_spaced(of_row)) for _, of_row in groupby(found, key=lambda mark: mark[0]))
            head = len({row for row, _, _, _, is_head in found if is_head})
            blocks.append(Block(rows, self._widths, head, ruled))
        return Page(self._name, self._wide, tuple(blocks))


def _spaced(marks: Iterator[tuple[int, int, Box, bool, bool]]) -> Iterator[Box]:
    """Give the boxes of one row outside a table their places: an empty box where columns are left out before one."""
    at = 0
    for _, column, box, ruled, _ in marks:
        if column > at and not ruled:
            yield Box("", across=column - at)
        at = column + box.across
        yield box


def word_pages(content: bytes) -> tuple[Page, ...]:
    """Return what a Word file says: a page ends where a section does."""
    pages: list[list[Block]] = [[]]
    for part in Document(BytesIO(content)).iter_inner_content():
        if isinstance(part, Table):
            pages[-1].append(_table(part))
            continue
        if part.text.strip():
            pages[-1].append(Block(((_text(part),),)))
        properties = part._p.pPr
        if properties is not None and properties.sectPr is not None:
            pages.append([])
    return tuple(Page("", False, tuple(blocks)) for blocks in pages if blocks)


def _table(table: Table) -> Block:
    ruled = table.style is not None and table.style.name == _RULED
    widths = tuple(float(column.width or 1) for column in table.columns)
    rows = tuple(tuple(_boxes(row.cells)) for row in table.rows)
    bold = [bool(row) and all("bold" in box.style for box in row if box.text) for row in rows]
    return Block(rows, widths, head=int(ruled and len(rows) > 1 and bold[0] and not bold[1]), ruled=ruled)


def _boxes(cells: tuple[_Cell, ...]) -> Iterator[Box]:
    """Return the cells of a row; a cell over several columns comes once for each of them."""
    for _, same in groupby(cells, key=lambda cell: id(cell._tc)):
        found = list(same)
        texts = [_text(one) for one in found[0].paragraphs]
        style = next((text.style for text in texts if text.text), "")
        yield Box("\n".join(text.text for text in texts).strip("\n"), style, across=len(found))


def _text(paragraph: Paragraph) -> Box:
    runs = [run for run in paragraph.runs if run.text.strip()]
    sizes = [run.font.size.pt for run in runs if run.font.size is not None]
    marks = {
        _ALIGNS.get(paragraph.alignment, "") if paragraph.alignment is not None else "": True,
        "bold": bool(runs) and all(run.bold for run in runs),
        "italic": bool(runs) and all(run.italic for run in runs),
        "small": bool(sizes) and max(sizes) <= _SMALL,
        "warning": any(run.font.color is not None and str(run.font.color.rgb) == "9C0006" for run in runs),
    }
    return Box(paragraph.text, " ".join(name for name, holds in marks.items() if name and holds))
