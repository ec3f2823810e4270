"""The rows of a unit's indicator form in, a workbook to fill out: validations, a locked header, guidance, a hidden marker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from babel.numbers import format_decimal

from collectors.sources import indicator_form as form
from metrics.form_rows import FormRow
from metrics.targets import Kind, Quantity, Target

_WIDTHS = (30, 52, 16, 46, 12, 11, 11, 11, 24, 13, 44)
_SPARE_ROWS = 60  # for other periods of the same indicators
_TITLE = "BIỂU NHẬP CHỈ SỐ CẢI CÁCH HÀNH CHÍNH"
_GUIDE = (
    "Mỗi dòng là một chỉ số của một kỳ. Kỳ khác của cùng chỉ số: chép mã, tên, đơn vị tính xuống một dòng trống rồi chọn kỳ.",
    "Tỷ lệ và mức cắt giảm: nên ghi tử số và mẫu số (số nguyên); khi đó để trống ô giá trị.",
    "Chỉ có tỷ lệ (khảo sát): ghi vào ô giá trị, kèm dấu phần trăm, ví dụ 92,5%. Số 1 hay 0,5 không có dấu % sẽ bị từ chối.",
    "Mức cắt giảm: tử số là phần đã cắt, mẫu số là mức trước khi cắt. Thủ tục 5 ngày còn 3 ngày: tử số 2, mẫu số 5.",
    "Thứ hạng: ghi hạng vào ô giá trị, tổng số đơn vị được xếp hạng vào ô mẫu số. Số lượng, điểm: ghi vào ô giá trị.",
    "Chỉ tiêu có chữ “trong số đó”: mẫu số là tử số của chỉ tiêu đứng trước.",
    "Người nhập: họ tên người chịu trách nhiệm số liệu. Không ghi số điện thoại, e-mail, số định danh vào bất cứ ô nào.",
    "Chưa có số liệu: để trống cả ba ô tử số, mẫu số, giá trị; dòng ấy được bỏ qua, không phải là 0.",
    "Nộp lại biểu đã sửa: số nhập sau thay số nhập trước của cùng chỉ số, cùng kỳ; số cũ vẫn được lưu.",
    "Xong: đặt tệp vào thư mục inbox, hoặc chạy `tthc collect TỆP`.",
)


@dataclass(frozen=True, slots=True)
class FormHead:
    """Of whom and of which year the form is; made: when it was written."""

    unit_code: str
    unit_name: str
    year: int
    made: datetime


def write_form(path: Path, head: FormHead, rows: Sequence[FormRow]) -> None:
    """Write the form; an existing file is replaced."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": _TITLE, "created": head.made.replace(tzinfo=None)})
        _Form(book, head, rows).write()
        _guide(book)
        _hidden(book, head, rows)


def asked_words(row: FormRow) -> str:
    """Return what is asked of a row, by which document, and its past figure."""
    parts = [f"{_threshold(target)} ({_document(target)})" for target in row.targets]
    if row.baseline is not None and row.baseline.value is not None:
        year = row.baseline.valid_from.year if row.baseline.valid_from else ""
        parts.append(f"số gốc năm {year}: {_amount(row.baseline.value, row.baseline.quantity)}")
    return "; ".join(parts)


class _Form:
    """The sheet that people fill."""

    def __init__(self, book: Any, head: FormHead, rows: Sequence[FormRow]) -> None:
        self._book, self._head, self._rows = book, head, rows
        self._sheet = book.add_worksheet(form.SHEET)
        self._place = {name: number for number, name in enumerate(form.COLUMNS)}
        self._top = 5  # the row of the header, from 0

    def write(self) -> None:
        sheet, head = self._sheet, self._head
        sheet.write_string(0, 0, _TITLE, self._format(bold=True, font_size=14))
        sheet.write_string(1, 0, f"Đơn vị: {head.unit_code} – {head.unit_name}", self._format(bold=True))
        sheet.write_string(2, 0, f"Năm: {head.year}", self._format(bold=True))
        sheet.write_string(3, 0, "Cách ghi: xem trang tính “Hướng dẫn”. Chỉ ghi vào các ô nền vàng.")
        header = self._format(bold=True, bg_color="#D9E2EC", border=1, text_wrap=True, valign="vcenter")
        for place, (name, width) in enumerate(zip(form.COLUMNS, _WIDTHS, strict=True)):
            sheet.write_string(self._top, place, name, header)
            sheet.set_column(place, place, width)
        for number, row in enumerate(self._rows, start=self._top + 1):
            self._row(number, row)
        self._spare(self._top + 1 + len(self._rows))
        self._validate()
        sheet.freeze_panes(self._top + 1, 2)
        sheet.protect("", {"insert_rows": True, "format_columns": True, "autofilter": True})
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _format(self, **properties: Any) -> Any:
        return self._book.add_format(properties)

    def _row(self, number: int, row: FormRow) -> None:
        fixed = self._format(border=1, text_wrap=True, valign="top", bg_color="#F3F5F7")
        texts = (row.code, row.subject.name_vi, form.QUANTITY_VI[row.quantity], asked_words(row))
        for place, text in enumerate(texts):
            self._sheet.write_string(number, place, text, fixed)
        self._open_cells(number, row.quantity)
        self._sheet.write_string(number, self._place[form.PERIOD], str(self._head.year), self._cell("@"))

    def _open_cells(self, number: int, quantity: Quantity) -> None:
        shown = "0.0##%" if quantity.is_share else "0.0##" if quantity is Quantity.POINTS else "0"
        formats = {form.PERIOD: "@", form.NUMERATOR: "#,##0", form.DENOMINATOR: "#,##0", form.VALUE: shown}
        formats |= {form.BY: "@", form.ON: "dd/mm/yyyy", form.NOTE: "@"}
        for name, number_format in formats.items():
            self._sheet.write_blank(number, self._place[name], None, self._cell(number_format))

    def _cell(self, number_format: str) -> Any:
        return self._format(
            border=1, locked=False, num_format=number_format, bg_color="#FFF8DB", text_wrap=True, valign="top"
        )

    def _spare(self, first: int) -> None:
        text = self._cell("@")
        for number in range(first, first + _SPARE_ROWS):
            for place in range(self._place[form.PERIOD]):
                self._sheet.write_blank(number, place, None, text)
            self._open_cells(number, Quantity.RATIO)

    def _validate(self) -> None:
        first, last = self._top + 1, self._top + len(self._rows) + _SPARE_ROWS
        year = self._head.year
        periods = [str(year), *(f"{year}-H{n}" for n in (1, 2)), *(f"{year}-Q{n}" for n in range(1, 5))]
        periods += [f"{year}-{month:02}" for month in range(1, 13)]
        whole = {"validate": "integer", "criteria": ">=", "value": 0, "error_title": "Số nguyên"}
        rules: dict[str, dict[str, Any]] = {
            form.PERIOD: {"validate": "list", "source": periods, "error_title": "Kỳ"}
            | _words("Chọn kỳ trong danh sách", "Cần một kỳ trong danh sách, ví dụ 2026 hay 2026-Q3."),
            form.NUMERATOR: whole | _words("Tử số", "Cần số nguyên không âm."),
            form.DENOMINATOR: whole | _words("Mẫu số", "Cần số nguyên không âm."),
            form.ON: {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1), "error_title": "Ngày nhập"}
            | _words("Ngày nhập số liệu", "Cần ngày, ví dụ 31/10/2026."),
            form.BY: {"validate": "length", "criteria": "<=", "value": 100, "error_title": "Người nhập"}
            | _words("Họ tên người chịu trách nhiệm", "Chỉ ghi họ tên, không quá 100 chữ."),
        }
        for name, rule in rules.items():
            self._sheet.data_validation(first, self._place[name], last, self._place[name], rule)
        for number, row in enumerate(self._rows, start=first):
            place = self._place[form.VALUE]
            self._sheet.data_validation(number, place, number, place, _value_rule(row.quantity))


def _words(prompt: str, error: str) -> dict[str, str]:
    return {"input_message": prompt, "error_message": error}


def _value_rule(quantity: Quantity) -> dict[str, Any]:
    if quantity.is_share:
        rule: dict[str, Any] = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
        return rule | _words("Tỷ lệ, ví dụ 92,5%; có tử số và mẫu số thì để trống", "Cần tỷ lệ từ 0% đến 100%.")
    if quantity is Quantity.POINTS:
        return {"validate": "decimal", "criteria": ">=", "value": 0} | _words("Số điểm", "Cần số không âm.")
    least = 1 if quantity is Quantity.RANK else 0
    words = _words("Số nguyên", f"Cần số nguyên từ {least} trở lên.")
    return {"validate": "integer", "criteria": ">=", "value": least} | words


def _guide(book: Any) -> None:
    sheet = book.add_worksheet("Hướng dẫn")
    sheet.set_column(0, 0, 120, book.add_format({"text_wrap": True, "valign": "top"}))
    for number, line in enumerate(_GUIDE):
        sheet.write_string(number, 0, f"{number + 1}. {line}")


def _hidden(book: Any, head: FormHead, rows: Sequence[FormRow]) -> None:
    sheet = book.add_worksheet(form.HIDDEN_SHEET)
    lines = [(form.MARKER, form.VERSION), ("unit", head.unit_code), ("unit_name", head.unit_name)]
    lines.append(("year", str(head.year)))
    for number, line in enumerate([*lines, form.HIDDEN_HEADER, *_keys(rows)]):
        for place, text in enumerate(line):
            sheet.write_string(number, place, text)
    sheet.very_hidden()


def _keys(rows: Sequence[FormRow]) -> list[tuple[str, str, str]]:
    return [(row.code, str(row.quantity), row.subject.name_vi) for row in rows]


def _threshold(target: Target) -> str:
    if target.kind == Kind.TREND:
        return "không kém năm trước"
    shares = target.shares
    if shares:
        return ", ".join(f"từ {year}: {target.op} {_amount(share, target.quantity)}" for year, share in shares.items())
    due = f", đến {target.due:%d/%m/%Y}" if target.due else ""
    value = "" if target.value is None else _amount(target.value, target.quantity)
    return f"{target.op} {value}{due}"


def _amount(value: Decimal, quantity: Quantity) -> str:
    shown = format_decimal(value * 100 if quantity.is_share else value, "#,##0.####", locale="vi")
    return f"{shown} %" if quantity.is_share else str(shown)


def _document(target: Target) -> str:
    return ", ".join(part for part in (target.document, target.article) if part)
