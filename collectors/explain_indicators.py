"""A filled indicator form → how it is understood: whose it is, where its header is, what each column is; no figure, no name."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from collectors.explanation import Column, Sheet
from collectors.export import ExportError, ExportReport
from collectors.formats import date_formats
from collectors.personal_data import is_personal
from collectors.reading.number_formats import percent_cells
from collectors.reading.table import Row, Table
from collectors.reading.text import clean
from collectors.sources import indicator_form as form
from collectors.sources import indicator_sheet

ACCEPTED_VI = "chỉ số nhận"
SKIPPED_VI = {"no_key": "ghi chú dưới bảng (không có mã chỉ số)", "not_filled": "chỉ số chưa điền"}
_TITLE_VI = "biểu chỉ số nhập tay"
_FIELDS = {
    form.KEY: "key",
    form.PERIOD: "period",
    form.NUMERATOR: "numerator",
    form.DENOMINATOR: "denominator",
    form.VALUE: "value",
    form.BY: "entered_by",
    form.ON: "entered_on",
    form.NOTE: "note",
}


def read(path: Path, tables: Sequence[Table], captured_at: datetime) -> tuple[ExportReport | None, str]:
    """Return the report a form would get, or the words with which it is refused."""
    with tempfile.TemporaryDirectory(prefix="tthc-") as folder:
        try:
            return indicator_sheet.read(path, tables, "", captured_at, Path(folder)), ""
        except ExportError as error:
            return None, error.message_vi


def sheets(path: Path, tables: Sequence[Table]) -> tuple[Sheet, ...]:
    """Return how each sheet of a form is understood."""
    try:
        marked = indicator_sheet.marked_by(path, tables)
        filled, header, places = indicator_sheet.entry_sheet(path, tables)
    except ExportError as error:
        return tuple(_other(table, error.message_vi) for table in tables)
    names = {place: name for name, place in places.items()}
    below = [row for row in filled.rows() if row[0] > header]
    shown = percent_cells(path, filled.sheet)
    percent = sum(
        (number, places[form.VALUE]) in shown for number, cells in below if _filled(cells, places[form.VALUE])
    )
    understood = Sheet(
        name=filled.sheet,
        rows=sum(1 for _ in filled.rows()),
        layout=indicator_sheet.LAYOUT,
        title_vi=_TITLE_VI,
        likeness=1.0,
        rivals={},
        header_rows=(header,),
        columns=tuple(_columns(filled.head(header)[-1][1], below, names, percent)),
        missing=tuple(name for name in form.COLUMNS if name not in places),
        message_vi="",
        period=f"năm {marked.year}; mỗi dòng một kỳ",
        unit=" ".join((marked.unit, marked.unit_name)).strip(),
    )
    return tuple(understood if table is filled else _other(table, _why_not(table)) for table in tables)


def _why_not(table: Table) -> str:
    head = table.head(1)
    hidden = bool(head) and head[0][1][:1] == [form.MARKER]
    return "phần đánh dấu của biểu chỉ số, không ai phải điền" if hidden else "không thuộc biểu chỉ số, không đọc"


def _other(table: Table, message: str) -> Sheet:
    return Sheet(table.sheet, sum(1 for _ in table.rows()), "", "", 0.0, {}, (), (), (), message)


def _columns(headers: Sequence[str], below: Sequence[Row], names: Mapping[int, str], percent: int) -> Iterator[Column]:
    for place, text in enumerate(headers):
        texts = [cells[place] for _, cells in below if _filled(cells, place)]
        name = names.get(place, "")
        if clean(text) or texts:
            shown = _formats(name, texts, percent)
            yield Column(place + 1, clean(text), _FIELDS.get(name, ""), _note(text, name), len(texts), shown)


def _formats(name: str, texts: Sequence[str], percent: int) -> dict[str, int]:
    if name == form.ON:
        return {written or "không phải ngày": count for written, count in date_formats(texts).most_common()}
    if name == form.VALUE and percent:
        return {"ô hiển thị %": percent, "ô số hoặc chữ": len(texts) - percent}
    return {}


def _note(text: str, name: str) -> str:
    if name in _FIELDS:
        return ""
    if name:
        return "để người điền đọc"
    return "dữ liệu cá nhân, không đọc" if is_personal(text) else "không hiểu, không đọc"


def _filled(cells: Sequence[str], place: int) -> bool:
    return place < len(cells) and bool(cells[place].strip())
