"""A summary form → how it is understood: path → measure, number style per column, period, unit, totals."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from collectors.explanation import UNKNOWN_VI, Column, Sheet
from collectors.export import ExportError, ExportReport
from collectors.form import HIDDEN, Form, form_key
from collectors.form_header import FormHeader, ranked_forms, usable
from collectors.form_title import Asked, period_of, unit_in
from collectors.formats import number_style
from collectors.personal_data import is_personal
from collectors.reading.table import Table
from collectors.sources import summary_form
from collectors.sources.form_checks import total_differences
from collectors.sources.form_rows import proved_rows, rows_of


def read(file: str, tables: Sequence[Table], captured_at: datetime) -> tuple[ExportReport | None, str]:
    """Return the report a form would get, or the words with which it is refused."""
    with tempfile.TemporaryDirectory(prefix="tthc-") as folder:
        origin = summary_form.FormOrigin(file, "", "", captured_at, Asked(), {})
        try:
            return summary_form.read(tables, origin, Path(folder)), ""
        except ExportError as error:
            return None, error.message_vi


def sheet(table: Table, file: str) -> Sheet:
    """Return how one sheet of a form is understood."""
    found, rows = list(ranked_forms(table)), sum(1 for _ in table.rows())
    if not found:
        return Sheet(table.sheet, rows, "", "", 0.0, {}, (), (), (), UNKNOWN_VI)
    header, message, period = found[0], "", ""
    form = header.form
    try:
        header = usable(table, header, file=file)
        period = period_of(header, table.sheet, Asked(), file=file).period.label_vi if "year" not in form.key else ""
        proved_rows(table, header, file=file)
    except ExportError as error:
        message = error.message_vi
    rivals = {one.form.name: round(one.likeness, 2) for one in reversed(found) if one.form is not form}
    return Sheet(
        name=table.sheet,
        rows=rows,
        layout=form.name,
        title_vi=form.title_vi,
        likeness=round(header.likeness, 2),
        rivals=dict(sorted(rivals.items(), key=lambda one: -one[1])),
        header_rows=tuple(range(header.rows[0], header.rows[1] + 1)),
        columns=tuple(_columns(table, header)),
        missing=tuple(form.labels[name] for name in form.required if name not in header.places),
        message_vi=message,
        period=period,
        unit=unit_in(header.title_cells),
        definition=form.definition,
        totals=() if form.refusal or form.profile else tuple(_totals(table, header)),
    )


def _columns(table: Table, header: FormHeader) -> Iterator[Column]:
    names = {place: name for name, place in header.places.items()}
    below = [cells for number, cells in table.rows() if number > header.rows[1]]
    for place, text in enumerate(header.headers):
        texts = [cells[place] for cells in below if place < len(cells) and cells[place].strip()]
        name = names.get(place, "")
        counted = [one for one in texts if not any(letter.isalpha() for letter in one) and "(" not in one]
        known = name in {*header.form.columns, *(rate.column for rate in header.form.rates)}
        style = number_style(counted) if known else None
        formats = {style.value if style else "không phải số": len(counted)} if counted and known else {}
        yield Column(place + 1, text, _meaning(header.form, name), _note(header, text, name), len(texts), formats)
        if header.form.is_vertical and known:
            yield from _lines(header, name, below)


def _lines(header: FormHeader, name: str, below: Sequence[Sequence[str]]) -> Iterator[Column]:
    """Yield what a column means in each row that a vertical form knows."""
    form, words, place = header.form, header.places.get(header.form.named_by), header.places[name]
    for block in form.blocks:
        own = [
            cells for cells in below if words is not None and words < len(cells) and form.block(cells[words]) is block
        ]
        filled = sum(bool(place < len(cells) and cells[place].strip()) for cells in own)
        note = "dòng cộng, chỉ để đối chiếu" if block.is_total else ""
        meaning = "" if block.is_total else block.measures[name]
        yield Column(place + 1, f"{header.headers[place]}, dòng “{block.label}”", meaning, note, filled, {})


def _meaning(form: Form, name: str) -> str:
    if not name.startswith(HIDDEN):
        return name
    return "theo nội dung của dòng" if form.is_vertical else f"theo dòng của khối ({name.removeprefix(HIDDEN)})"


def _note(header: FormHeader, text: str, name: str) -> str:
    if name:
        return ""
    if is_personal(text):
        return "dữ liệu cá nhân, không đọc"
    return "không đọc" if form_key(text) in header.form.unread | header.form.ignored else "không hiểu, không đọc"


def _totals(table: Table, header: FormHeader) -> Iterator[str]:
    rows = rows_of(table, header)
    for total in rows.totals:
        different = total_differences(rows, total)
        yield f"dòng {total.row}: {f'lệch {len(different)} cột' if different else 'khớp số cộng của các dòng'}"
