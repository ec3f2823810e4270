"""A web page, also one under the name of a workbook or a document, → its tables of text.

The commonest one-stop export is the inner HTML of an on-screen table in a file called .xls (catalogue of exports,
chapter 1): UTF-8 without saying so, header cells with spans, blanks and line breaks of every kind.
"""

import html
import re
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]  # its stubs do not know targets of str

from collectors.export import UnreadableExport
from collectors.reading.delimited import spooled
from collectors.reading.encoding import Encoding, encoding_of, repaired_by
from collectors.reading.html_grid import BREAK, Grid, one_line
from collectors.reading.spool import Spool, TooManyCells
from collectors.reading.table import Table

# kept with what was read: an export with this note never takes the place of another as a whole
CUT_OFF = "bảng không có thẻ đóng: tệp có thể bị cắt cụt, thiếu các dòng cuối"
_BLOCK = 1 << 16
_TAIL = 1 << 16
_MOST_TABLES = 1000
_TITLE_LINES = 10  # lines of text before a table that may be its title
_UNREAD = frozenset({"script", "style", "title", "select", "noscript"})
_BREAKS = frozenset({"br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "center"})
_CELLS = frozenset({"td", "th"})
_SECTIONS = frozenset({"thead", "tbody", "tfoot"})
_SHEET_NAME = re.compile(r"<x:Name>([^<]*)</x:Name>", re.IGNORECASE)
_TABLE_END = re.compile(rb"<\s*/\s*table", re.IGNORECASE)


def tables(path: Path, spool: Spool | None = None) -> list[Table]:
    """Return every table of the page that has at least two columns, with the lines of text before it as first rows.

    Each text stands in the first cell of its span, the others are blank. A table inside a cell is text of that cell, and
    a table of its own when it is a wide one. Raises UnreadableExport for a page without a table: an error, a login form.
    """
    spool = spool or Spool()
    encoding = encoding_of(path)
    page = _Page(spool)
    try:
        _feed(path, encoding, page)
        lists = page.lists
        if not lists:
            raise _no_export(path, page)
        names = page.sheet_names if len(page.sheet_names) == len(lists) else _numbered(len(lists))
        return [_table(name, grid, spool, encoding, _notes(path)) for name, grid in zip(names, lists, strict=True)]
    except TooManyCells as error:
        raise _unreadable(path, "bảng trong trang web quá lớn", "không quá 40 triệu ô", "xuất từng tháng") from error
    except etree.LxmlError as error:
        raise _unreadable(path, "trang web hỏng, không đọc được", "tệp nguyên vẹn", "xuất lại") from error
    finally:
        page.forget()


def _feed(path: Path, encoding: Encoding, page: "_Page") -> None:
    parser = etree.HTMLParser(target=page, encoding="utf-8")
    with path.open(encoding=encoding.codec, errors="replace") as file:
        while block := file.read(_BLOCK):
            parser.feed(block.encode())
    parser.close()


def _numbered(count: int) -> list[str]:
    return [""] if count == 1 else [f"bảng {number}" for number in range(1, count + 1)]


def _notes(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read().replace(b"\x00", b"")
    return () if _TABLE_END.search(tail) else (CUT_OFF,)


def _table(name: str, grid: Grid, spool: Spool, encoding: Encoding, notes: tuple[str, ...]) -> Table:
    if grid.cut:
        notes += (f"{grid.cut} ô quá dài, chỉ đọc phần đầu",)
    file = grid.file()
    table = spooled(
        name,
        file.path,
        spool,
        lines=file.rows,
        plain=file.plain,
        ragged=True,
        encoding=encoding.name,
        notes=notes,
    )
    return table if encoding.repair is None else repaired_by(encoding.repair, table)


class _Page:
    """The events of a parser → the tables of a page. finished: one grid per table, in the order of their ends."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.finished: list[Grid] = []
        self.sheet_names: list[str] = []
        self.login = False
        self.title = ""
        self._open: list[Grid] = []
        self._unread: list[str] = []
        self._line: list[str] = []
        self._lines: deque[str] = deque(maxlen=_TITLE_LINES)

    @property
    def lists(self) -> list[Grid]:
        """The tables that may hold data: two columns at least; on a page that asks for a password, a list's width."""
        return [grid for grid in self.finished if (grid.is_list if self.login else grid.width > 1)]

    def forget(self) -> None:
        """Close the files of all tables."""
        for grid in (*self.finished, *self._open):
            grid.forget()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        grid = self._open[-1] if self._open else None
        if grid is not None and tag in _CELLS:
            grid.begin_cell(attributes)
        elif tag in _BREAKS:
            self._break()
        elif grid is not None and tag == "tr":
            grid.begin_row()
        elif grid is not None and tag in _SECTIONS:
            grid.end_section()
        elif tag in _UNREAD:
            self._unread.append(tag)
        elif tag == "table":
            self._begin_table()
        elif tag == "input":
            self.login = self.login or attributes.get("type", "").lower() == "password"

    def end(self, tag: str) -> None:
        """Take the end of an element; the parser tells also the ends that are not written."""
        grid = self._open[-1] if self._open else None
        if grid is not None and tag in _CELLS:
            grid.end_cell()
        elif tag in _BREAKS and tag != "br":
            self._break()
        elif grid is not None and tag == "tr":
            grid.end_row()
        elif grid is not None and tag in _SECTIONS:
            grid.end_section()
        elif tag in _UNREAD:
            self._unread = self._unread[:-1]
        elif grid is not None and tag == "table":
            self._end_table()

    def data(self, text: str) -> None:
        """Take text."""
        if self._unread:
            self.title += text if self._unread == ["title"] else ""
        elif self._open and (cell := self._open[-1].cell) is not None:
            cell.append(text)
        elif not (self._open and text.isspace()):
            self._line.append(text)

    def comment(self, text: str) -> None:
        """Take a comment: a page made for a spreadsheet program names its sheets in one."""
        self.sheet_names += [html.unescape(name).strip() for name in _SHEET_NAME.findall(text)]

    def close(self) -> None:
        """Take the end of the page."""
        while self._open:
            self._end_table()

    def _break(self) -> None:
        if self._open and (cell := self._open[-1].cell) is not None:
            cell.append(BREAK)
            return
        line = one_line("".join(self._line)).strip()
        self._line.clear()
        if line:
            self._lines.append(line)

    def _begin_table(self) -> None:
        self._break()
        self._open.append(Grid(self._spool, title=() if self._open else tuple(self._lines)))
        self._lines.clear()

    def _end_table(self) -> None:
        grid = self._open.pop()
        grid.end_section()
        outer = self._open[-1].cell if self._open else None
        if outer is not None:
            outer.append(grid.text)
        if (outer is None or grid.is_list) and len(self.finished) < _MOST_TABLES:
            self.finished.append(grid)
        else:
            grid.forget()


def _no_export(path: Path, page: _Page) -> UnreadableExport:
    title = " ".join(page.title.split())[:80]
    kind = "trang đăng nhập" if page.login else "trang web báo lỗi hoặc không có bảng"
    return _unreadable(
        path,
        f"{kind}{f' (“{title}”)' if title else ''}, không phải bản xuất",
        "trang có bảng số liệu",
        "đăng nhập lại hệ thống rồi xuất lại; nếu vẫn vậy, báo người quản trị hệ thống đó",
    )


def _unreadable(path: Path, found: str, expected: str, advice: str) -> UnreadableExport:
    return UnreadableExport(file=path.name, found=found, expected=expected, advice=advice)
