"""A summary form → how it is understood: path → measure, number style per column, period, unit, totals."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from collectors.explanation import UNKNOWN_VI, Column, Sheet
from collectors.export import ExportError, ExportReport
from collectors.form import HIDDEN, form_key
from collectors.form_header import FormHeader, ranked_forms, usable
from collectors.form_title import Asked, period_of, unit_in
from collectors.formats import number_style
from collectors.personal_data import is_personal
from collectors.reading.table import Table
from collectors.sources import summary_form
from collectors.sources.form_checks import total_differences
from collectors.sources.form_rows import rows_of


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
        yield Column(place + 1, text, _meaning(name), _note(header, text, name), len(texts), formats)


def _meaning(name: str) -> str:
    return name if not name.startswith(HIDDEN) else f"theo dòng của khối ({name.removeprefix(HIDDEN)})"


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
