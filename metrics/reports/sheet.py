"""Cells in, a workbook out: A4, printable, text as text. No cell holds a formula, so nothing in the data can become one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from itertools import groupby
from typing import Any

import xlsxwriter
from babel.numbers import format_decimal
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from metrics.reports.filled import Cell, number
from metrics.reports.page import Box, Record, Written
from metrics.reports.stamp import SOURCES_VI, SYNTHETIC_VI, Stamp
from metrics.wording import percent_vi

FONT = "Times New Roman"
COUNT = "[$-42A]#,##0"
POINTS = "[$-42A]#,##0.00"
RATE = "[$-42A]0.0%"
_A3, _A4 = 8, 9
_A3_FROM = 20  # columns: on A4 nobody could read them
_SETTINGS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
SHOWN = {  # how a style is named where what is written is shown
    "title": "centre bold",
    "centre": "centre",
    "italic": "centre italic",
    "plain": "",
    "warning": "centre bold warning",
    "header": "centre bold",
    "number_row": "centre italic small",
    "text": "",
    "ordinal": "centre",
    "count": "count",
    "rate": "count",
    "points": "count",
    "total_text": "bold",
    "total_ordinal": "centre bold",
    "total_count": "count bold",
    "total_rate": "count bold",
    "total_points": "count bold",
    "small": "small italic",
}
_BOLD = 0.88  # bold letters are wider
_LINE = 13.0  # points of height of one line of text

STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13, "align": "center", "valign": "vcenter", "text_wrap": True},
    "centre": {"align": "center", "valign": "vcenter", "text_wrap": True},
    "italic": {"align": "center", "italic": True, "text_wrap": True},
    "plain": {"valign": "top", "text_wrap": True},
    "bold": {"bold": True, "valign": "top", "text_wrap": True},
    "warning": {"bold": True, "font_size": 16, "font_color": "#9C0006", "align": "center", "valign": "vcenter"},
    "header": {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True},
    "number_row": {"italic": True, "border": 1, "align": "center", "font_size": 9},
    "text": {"border": 1, "valign": "vcenter", "text_wrap": True, "indent": 0},
    "ordinal": {"border": 1, "align": "center", "valign": "vcenter"},
    "count": {"border": 1, "valign": "vcenter", "num_format": COUNT},
    "rate": {"border": 1, "valign": "vcenter", "num_format": RATE},
    "points": {"border": 1, "valign": "vcenter", "num_format": POINTS},
    "empty": {"border": 1, "bg_color": "#EDEDED"},
    "total_text": {"border": 1, "bold": True, "valign": "vcenter", "text_wrap": True},
    "total_ordinal": {"border": 1, "bold": True, "align": "center", "valign": "vcenter"},
    "total_count": {"border": 1, "bold": True, "valign": "vcenter", "num_format": COUNT},
    "total_rate": {"border": 1, "bold": True, "valign": "vcenter", "num_format": RATE},
    "total_points": {"border": 1, "bold": True, "valign": "vcenter", "num_format": POINTS},
    "small": {"font_size": 9, "italic": True, "text_wrap": True, "valign": "top"},
}


class Book:
    """A workbook being written."""

    def __init__(self, *, title: str, made_at: datetime) -> None:
        self._bytes = BytesIO()
        self.book = xlsxwriter.Workbook(self._bytes, _SETTINGS)
        self.book.set_properties({"title": title, "created": made_at.replace(tzinfo=None)})
        self._sheets: list[Sheet] = []
        self._styles = {
            name: self.book.add_format({"font_name": FONT, "font_size": 11} | style) for name, style in STYLES.items()
        }

    def sheet(self, name: str, widths: Sequence[float], *, landscape: bool) -> "Sheet":
        """Return a new sheet with columns of these widths, fitted to the width of a page."""
        page = self.book.add_worksheet(name)
        page.set_paper(_A3 if len(widths) >= _A3_FROM else _A4)
        if landscape:
            page.set_landscape()
        page.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.set_footer(f'&C&"{FONT},Regular"&9Trang &P/&N')
        page.hide_gridlines(2)
        for place, width in enumerate(widths):
            page.set_column(place, place, width)
        record = Record(name, tuple(widths), wide=landscape)
        self._sheets.append(Sheet(self.book, page, self._styles, tuple(widths), record))
        return self._sheets[-1]

    def closed(self) -> Written:
        """Return the file and what stands in it; a sheet that holds a chart alone has nothing to read."""
        self.book.close()
        pages = tuple(sheet.record.page() for sheet in self._sheets if not sheet.charted)
        return Written(self._bytes.getvalue(), pages)


class Sheet:
    """One sheet, written from the top down; `row` is the next row."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        page: Worksheet,
        styles: dict[str, Format],
        widths: tuple[float, ...],
        record: Record,
    ) -> None:
        self._book = book
        self.page = page
        self._styles = styles
        self.widths = widths
        self.record = record
        self.charted = False
        self.row = 0

    @property
    def last(self) -> int:
        """The last column."""
        return len(self.widths) - 1

    def wide(self, text: str, style: str, first: int = 0, last: int | None = None, *, stay: bool = False) -> None:
        """Write a text over columns of the next row, as high as it needs; stay: more comes beside it."""
        end = self.last if last is None else last
        self.text(self.row, first, text, style, last=end)
        if not stay:
            self.raise_to(text, sum(self.widths[first : end + 1]), STYLES[style].get("font_size", 11))
            self.row += 1

    def raise_to(self, text: str, width: float, size: float = 11) -> None:
        """Make the next row as high as a text in a cell of this width needs."""
        self.page.set_row(self.row, _LINE * size / 10 * _lines(text, width * 11 / size))

    def text(self, row: int, column: int, text: str, style: str, *, last: int | None = None, down: int = 0) -> None:
        """Write a text as text, over more columns or rows where told."""
        form = self._styles[style]
        if (last is not None and last > column) or down:
            self.page.merge_range(row, column, row + down, last if last is not None else column, "", form)
        self.page.write_string(row, column, text, form)
        across = 1 if last is None else last - column + 1
        box = Box(text, SHOWN.get(style, style), across, down + 1)
        self.record.mark(row, column, box, ruled="border" in STYLES[style], head=style in ("header", "number_row"))

    def cells(self, cells: Iterable[Cell], *, total: bool = False, points: bool = False) -> None:
        """Write the cells of the next row: texts as texts, counts and ratios as numbers, None as an empty cell."""
        high = 1
        for place, cell in enumerate(cells):
            style = "empty" if cell is None else f"{'total_' * total}{_style(cell, points=points)}"
            self.record.mark(self.row, place, Box(_shown(cell, points=points), SHOWN.get(style, style)), ruled=True)
            if cell is None:
                self.page.write_blank(self.row, place, None, self._styles[style])
            elif isinstance(cell, str):
                self.page.write_string(self.row, place, cell, self._styles[style])
                high = max(high, _lines(cell, self.widths[place]))
            else:
                self.page.write_number(
                    self.row, place, float(cell) if isinstance(cell, Fraction) else cell, self._styles[style]
                )
        self.page.set_row(self.row, _LINE * high + 3)
        self.row += 1

    def header(self, headers: Sequence[tuple[str, ...]], numbers: Sequence[str] = ()) -> None:
        """Write the tree of headers, merged where neighbours share a text, and the row of column numbers below."""
        depth = max(len(one) for one in headers)
        first = self.row
        for level in range(depth):
            needed = self._level(headers, first, level, depth)
            self.page.set_row(first + level, _LINE * needed + 4)
        self.row = first + depth
        if numbers:
            for place, number in enumerate(numbers):
                self.text(self.row, place, number, "number_row")
            self.row += 1
        self.page.repeat_rows(first, self.row - 1)
        self.page.freeze_panes(self.row, 0)

    def _level(self, headers: Sequence[tuple[str, ...]], first: int, level: int, depth: int) -> int:
        """Write one level and return how many lines its texts need: those that end here have the rows below too."""
        places = [place for place, one in enumerate(headers) if len(one) > level]
        runs = groupby(places, key=lambda place: (headers[place][: level + 1], place - places.index(place)))
        needed = 1
        for (path, _), run in runs:
            span = list(run)
            down = depth - level - 1 if len(headers[span[0]]) == level + 1 else 0
            self.text(first + level, span[0], path[-1], "header", last=span[-1], down=down)
            lines = _lines(path[-1], sum(self.widths[span[0] : span[-1] + 1]) * _BOLD)
            needed = max(needed, -(-lines // (down + 1)))
        return needed

    def bars(self, title: str, rows: tuple[int, int], names: int, values: int, *, number_format: str) -> Chart:
        """Return a native bar chart of some rows of this sheet; names, values: the columns of both."""
        (first, last), where = rows, self.page.get_name()
        chart = self._book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "name": title,
                "categories": [where, first, names, last, names],
                "values": [where, first, values, last, values],
                "fill": {"color": "#2F5597"},
                "data_labels": {"value": True, "num_format": number_format, "font": {"name": FONT, "size": 9}},
                "gap": 60,
            }
        )
        chart.set_title({"name": title, "name_font": {"name": FONT, "size": 12}})
        chart.set_legend({"none": True})
        font = {"name": FONT, "size": 9}
        chart.set_y_axis({"reverse": True, "num_font": font})
        chart.set_x_axis({"min": 0, "num_format": number_format, "num_font": font, "label_position": "high"})
        chart.set_size({"width": 900, "height": min(600, 110 + 28 * (last - first + 1))})
        return chart


def add_chart(book: Book, chart: Chart, stamp: Stamp) -> None:
    """Add a sheet that holds a chart."""
    sheet = book.sheet("Biểu đồ", (15,) * 8, landscape=True)
    if stamp.synthetic:
        sheet.wide(SYNTHETIC_VI, "warning")
    sheet.charted = True
    sheet.page.insert_chart(sheet.row + 1, 0, chart)


def add_sources(book: Book, stamp: Stamp, notes: Sequence[str]) -> None:
    """Add the sheet that says where every figure comes from and what a reader must know."""
    sheet = book.sheet(SOURCES_VI, (30, 96), landscape=True)
    if stamp.synthetic:
        sheet.wide(SYNTHETIC_VI, "warning")
    sheet.wide("NGUỒN SỐ LIỆU VÀ GHI CHÚ", "title")
    _pairs(sheet, stamp.lines)
    sheet.row += 1
    sheet.wide("Ghi chú", "bold")
    _numbered(sheet, notes or ("Không có.",))
    sheet.row += 1
    sheet.wide("Bản xuất đã tính", "bold")
    _numbered(sheet, stamp.exports or ("Bản công bố không ghi bản xuất nào của nguồn này.",))


def _shown(cell: Cell, *, points: bool) -> str:
    """Return a cell as the file shows it."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, int):
        return number(cell)
    return str(format_decimal(float(cell), "#,##0.00", locale="vi")) if points else percent_vi(cell)


def _pairs(sheet: Sheet, lines: Iterable[tuple[str, str]]) -> None:
    for label, text in lines:
        sheet.cells((label, text))


def _numbered(sheet: Sheet, lines: Iterable[str]) -> None:
    for place, line in enumerate(lines, start=1):
        sheet.wide(f"{place}. {line}", "plain")


def _style(cell: Cell, *, points: bool) -> str:
    if isinstance(cell, str):
        return "ordinal" if cell.isdigit() else "text"
    if isinstance(cell, int):
        return "count"
    return "points" if points else "rate"


def _lines(text: str, width: float) -> int:
    """Return how many lines a text fills in a cell of so many characters."""
    fits = max(1, int(width * 0.92))
    return sum(max(1, -(-len(line) // fits)) for line in text.split("\n"))
