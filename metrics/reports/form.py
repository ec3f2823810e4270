"""A filled form in, the workbook an office sends out: head, table, footer, and the sheet of its sources."""

from datetime import datetime

from babel.numbers import format_decimal

from metrics.periods import in_vietnamese
from metrics.reports.filled import Filled
from metrics.reports.page import Written
from metrics.reports.question import Question
from metrics.reports.sheet import RATE, Book, Sheet, add_chart, add_sources
from metrics.reports.stamp import SYNTHETIC_VI, Stamp
from metrics.reports.template import Template, Text

_WIDE_FROM = 8  # a form with more columns is printed across the page
_CHARTED_AT_MOST = 40


def form_book(filled: Filled, asked: Question, stamp: Stamp, *, sheet_name: str, now: datetime) -> Written:
    """Return the workbook of a form."""
    template = filled.template
    book = Book(title=template.name_vi, made_at=now)
    widths = [column.width for column in template.columns]
    sheet = book.sheet(sheet_name, widths, landscape=len(widths) >= _WIDE_FROM)
    _head(sheet, template, asked, stamp)
    sheet.header([column.header for column in template.columns], [column.number for column in template.columns])
    first = sheet.row
    for cells in filled.lines:
        sheet.cells(cells)
    if not filled.lines:
        sheet.wide("Không phát sinh.", "centre")
    last = sheet.row - 1
    sheet.cells(filled.total, total=True)
    _foot(sheet, template, stamp, len(filled.notes))
    _chart(book, sheet, filled, (first, last), stamp)
    add_sources(book, stamp, filled.notes)
    return book.closed()


def _head(sheet: Sheet, template: Template, asked: Question, stamp: Stamp) -> None:
    if stamp.synthetic:
        sheet.wide(SYNTHETIC_VI, "warning")
    owner = template.owner_on(asked.period.end)
    receiver = "…" if owner is None else owner.name + ("" if owner.confirmed else " (chưa xác nhận)")
    left, right = _thirds(sheet)
    parts = (
        (template.form + ("\n" + template.legal if template.legal else ""), "plain", 0, left - 1),
        (template.title, "title", left, right - 1),
        (f"- Đơn vị báo cáo: {asked.unit.name}\n- Đơn vị nhận báo cáo: {receiver}", "plain", right, sheet.last),
    )
    for text, style, first, last in parts:
        sheet.wide(text, style, first, last, stay=True)
    sheet.page.set_row(sheet.row, 80)
    sheet.row += 1
    start, end = asked.period.start, asked.period.end
    days = f"(Từ ngày {start:%d/%m/%Y} đến ngày {end:%d/%m/%Y})"
    named = in_vietnamese(asked.period).partition(" (")[0].removeprefix("kỳ báo cáo ")
    named = "" if named.startswith("từ ") else f"{named[:1].upper()}{named[1:]} "
    sheet.wide(f"Kỳ báo cáo: {named}{days}", "italic")
    if not asked.complete:
        sheet.wide(f"Kỳ chưa kết thúc: số liệu đến hết ngày {asked.source.as_of_day:%d/%m/%Y}", "italic")
    if template.unit_of_count:
        sheet.wide(template.unit_of_count, "italic")


def _thirds(sheet: Sheet) -> tuple[int, int]:
    """Return where the middle and the right part of the head begin: a quarter and five eighths of the width."""
    widths = sheet.widths
    whole, run = sum(widths), 0.0
    starts: list[int] = []
    for place, width in enumerate(widths):
        if len(starts) < 2 and run >= whole * (0.24, 0.66)[len(starts)] and place:
            starts.append(place)
        run += width
    left = starts[0] if starts else 1
    return left, max(left + 1, starts[1] if len(starts) > 1 else len(widths) - 1)


def _foot(sheet: Sheet, template: Template, stamp: Stamp, notes: int) -> None:
    sheet.row += 1
    more = f" {format_decimal(notes, locale='vi')} ghi chú và lệnh lập lại ở trang tính “Nguồn số liệu”."
    sheet.wide(stamp.short + more, "small")
    if not template.confirmed:
        sheet.wide("Mẫu biểu chưa đối chiếu được với văn bản ban hành.", "small")
    if template.signatures:
        sheet.row += 1
        half = (sheet.last + 1) // 2
        sheet.wide("……, ngày … tháng … năm ……", "italic", half, sheet.last)
        sheet.wide(template.signatures[0], "title", 0, half - 1, stay=True)
        sheet.wide(template.signatures[-1], "title", half, sheet.last)
        sheet.wide("(Ký, ghi rõ họ tên)", "italic", 0, half - 1, stay=True)
        sheet.wide("(Ký, đóng dấu)", "italic", half, sheet.last)
        sheet.row += 4


def _chart(book: Book, sheet: Sheet, filled: Filled, rows: tuple[int, int], stamp: Stamp) -> None:
    template = filled.template
    place = next((at for at, column in enumerate(template.columns) if column.number == template.chart), None)
    names = next((at for at, column in enumerate(template.columns) if column.text == Text.NAME), 0)
    if place is not None and filled.lines and len(filled.lines) <= _CHARTED_AT_MOST:
        title = template.columns[place].header[-1]
        add_chart(book, sheet.bars(title, rows, names, place, number_format=RATE), stamp)
