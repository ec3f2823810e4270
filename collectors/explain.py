"""A file → how it would be understood, for the person who adds a layout; no value of a cell that may be personal."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path

from collectors import explain_form, explain_indicators
from collectors.dossier import SKIPPED_VI, Skipped
from collectors.explanation import UNKNOWN_VI, Column, Explanation, Sheet
from collectors.export import ExportError, ExportReport, UnknownLayout
from collectors.formats import date_formats, number_style
from collectors.header import SEARCHED_ROWS, Header, find_header, flattened, grain_of, ranked
from collectors.layout import PATH, Grain, header_key, layouts, path_key
from collectors.personal_data import is_personal, masked
from collectors.reading import open as reading
from collectors.reading.container import Container, recognise
from collectors.reading.table import Row, Table
from collectors.reading.text import clean
from collectors.sources import any_list, indicator_sheet, summary_form
from collectors.sources.dossier_rows import lone_text
from collectors.sources.sheets import Origin

_SAMPLED_ROWS = 10_000
_MOST_HEADER_ROWS = 4
_FEWEST_KNOWN = 2  # fewer known words and a row of data could be taken for a header, and its values be shown
_VALUE = re.compile(r".*\d{3}.*|.*\d+/\d+/\d+.*|[\d.,() ]+|.*@.*", re.DOTALL)


def explain(path: Path, *, captured_at: datetime) -> Explanation:
    """Return how a list, a summary form or an indicator form is understood, row classes included; nothing is stored.

    Raises ExportError where not even tables come out of the file.
    """
    container = recognise(path)
    tables = reading.tables(path)
    found = _understood(path, tables, captured_at)
    return Explanation(
        file=path.name,
        container=container.value,
        encoding=next((table.encoding for table in tables if table.encoding), ""),
        delimiter=_delimiter(tables) if container is Container.DELIMITED else "",
        sheets=found.sheets,
        classes=_classes(found.report, found.accepted_vi) if found.report else {},
        findings=tuple(_words(found.report)) if found.report else (),
        refusals=found.report.refusals if found.report else (),
        message_vi=found.message_vi,
    )


@dataclass(frozen=True, slots=True)
class _Understood:
    """What a file is. report: None where it is refused, as the message says. accepted_vi: what its rows are."""

    sheets: tuple[Sheet, ...]
    report: ExportReport | None
    message_vi: str
    accepted_vi: str


def _understood(path: Path, tables: Sequence[Table], captured_at: datetime) -> _Understood:
    if indicator_sheet.is_form(tables):
        read = explain_indicators.read(path, tables, captured_at)
        return _Understood(explain_indicators.sheets(path, tables), *read, explain_indicators.ACCEPTED_VI)
    if summary_form.is_form(tables):
        of_sheets = tuple(explain_form.sheet(table, path.name) for table in tables)
        return _Understood(of_sheets, *explain_form.read(path.name, tables, captured_at), _ACCEPTED_FORM_VI)
    grain = grain_of(tables)
    of_sheets = tuple(_sheet(table, path.name, grain) for table in tables)
    return _Understood(of_sheets, *_read(path.name, tables, captured_at, grain), _ACCEPTED_VI[grain])


def _delimiter(tables: Sequence[Table]) -> str:
    known = (table.clean_text.delimiter for table in tables if table.clean_text)
    return next(known, "")


def _read(file: str, tables: Sequence[Table], captured_at: datetime, grain: Grain) -> tuple[ExportReport | None, str]:
    with tempfile.TemporaryDirectory(prefix="tthc-") as folder:
        origin = Origin(file, "", captured_at)
        try:
            return any_list.read(grain, tables, origin, Path(folder), spill=Path(folder)), ""
        except ExportError as error:
            return None, error.message_vi


_ACCEPTED_FORM_VI = "dòng số liệu nhận"
_ACCEPTED_VI = {
    Grain.DOSSIER: "hồ sơ nhận",
    Grain.PROCEDURE: "thủ tục nhận",
    Grain.PAYMENT: "khoản thu nhận",
    Grain.SCORE: "đơn vị nhận",
}


def _classes(report: ExportReport, accepted_vi: str) -> dict[str, int]:
    kept = {
        accepted_vi: report.rows_accepted,
        "gộp vào bản mới hơn": report.rows_merged,
        "từ chối": report.rows_refused,
    }
    return kept | {_skipped_vi(reason): count for reason, count in report.skipped.items()}


def _skipped_vi(reason: str) -> str:
    return explain_indicators.SKIPPED_VI.get(reason) or SKIPPED_VI[Skipped(reason)]


def _words(report: ExportReport) -> Iterator[str]:
    for finding in report.findings:
        place = f" (cột “{finding.column}”)" if finding.column else ""
        rows = f"{finding.rows} dòng: " if finding.rows else ""
        yield f"{rows}{finding.check.seen_vi}{place}; {finding.example}"


def _sheet(table: Table, file: str, grain: Grain) -> Sheet:
    found = list(ranked(table))
    rows = sum(1 for _ in table.rows())
    if not found:
        return Sheet(table.sheet, rows, "", "", 0.0, {}, (), (), (), UNKNOWN_VI)
    header, message = found[0], ""
    try:
        header = find_header(table, file=file, grain=grain)
    except ExportError as error:
        message = error.message_vi
    depth = header.layout.header_rows
    rivals = {one.layout.name: round(one.likeness, 2) for one in found[1:] if one.layout is not header.layout}
    return Sheet(
        name=table.sheet,
        rows=rows,
        layout=header.layout.name,
        title_vi=header.layout.title_vi,
        likeness=round(header.likeness, 2),
        rivals=rivals,
        header_rows=tuple(range(header.row - depth + 1, header.row + 1)),
        columns=tuple(_columns(table, header)),
        missing=tuple(label for name, label in header.layout.labels.items() if name not in header.columns),
        message_vi=message,
    )


def _columns(table: Table, header: Header) -> Iterator[Column]:
    fields = {place: name for name, place in header.columns.items()}
    sample = [cells for _, cells in islice(table.rows(), header.row, header.row + _SAMPLED_ROWS)]
    for place, text in enumerate(header.headers):
        texts = [cells[place] for cells in sample if place < len(cells) and cells[place].strip()]
        field = fields.get(place, "")
        if text or texts:
            yield Column(place + 1, text, field, _note(header, place, field), len(texts), _formats(field, texts))


def _note(header: Header, place: int, field: str) -> str:
    text = header.headers[place]
    if field:
        return ""
    if place in header.places(*header.layout.status_from):
        return "có dấu thì là trạng thái này"
    if header.layout.subtotal and place in header.places(header.layout.subtotal):
        return "số hồ sơ của nhóm, để đối chiếu"
    if is_personal(text):
        return "dữ liệu cá nhân, không đọc"
    return "không đọc" if path_key(text) in header.layout.unread else "không hiểu, không đọc"


def _formats(field: str, texts: Sequence[str]) -> dict[str, int]:
    """Return form → cells: of dates and money by how they are written, else nothing but the number of filled cells."""
    if field.endswith("_at"):
        found = date_formats(texts)
        return {name or "không phải ngày": count for name, count in found.most_common()}
    if field in ("fee_amount", "fee", "charge", "total"):
        style = number_style(texts)
        return {style.value if style else "không phải số": len(texts)}
    return {}


# --- a draft for a form that no layout knows ------------------------------------------------------------------------


def draft(path: Path, *, name: str) -> str:
    """Return a TOML layout for a file that none of ours fits: what is known is filled in, the rest marked with "?".

    Raises ExportError where no row looks like a header.
    """
    table, rows, last = _likely_header(path)
    headers = [text for text in flattened([cells for _, cells in rows]) if text]
    fields, unread = _assigned(headers)
    groups = _has_groups(table, last)
    return "\n".join(
        [
            f"# Draft from a file with {len(headers)} columns, header in row {', '.join(str(row) for row, _ in rows)}.",
            "# Say here which system writes this form and what one row is. Check every line marked with ?.",
            "",
            f'name = "{name}"',
            f'source = "{name}"  # ? one source = one system and one set of columns',
            'title_vi = "?"',
            f"required = {_array([field for field in _NEEDED if field in fields])}",
            "unread = [",
            *(f"    {_quoted(text)},{_remark(text)}" for text in unread),
            "]",
            *(['groups = ["unit_name"]  # ? rows with one filled cell: what do they name?'] if groups else []),
            "",
            "[columns]",
            *(f"{field} = {_array(texts)}" for field, texts in fields.items()),
            "",
        ]
    )


_NEEDED = ("dossier_code", "procedure_name", "received_at", "due_at", "finished_at", "status")


def _likely_header(path: Path) -> tuple[Table, list[Row], int]:
    best: tuple[int, Table, list[Row]] | None = None
    for table in reading.tables(path):
        head = table.head(SEARCHED_ROWS + _MOST_HEADER_ROWS)
        for place, (_, cells) in enumerate(head):
            known = sum(header_key(cell) in _known_words() for cell in cells)
            if known >= _FEWEST_KNOWN and not any(_VALUE.fullmatch(cell) for cell in cells if cell):
                rows = [head[place], *_lower_rows(head[place + 1 : place + _MOST_HEADER_ROWS], cells)]
                if best is None or known > best[0]:
                    best = (known, table, rows)
    if best is None:
        raise UnknownLayout(
            file=path.name,
            found=f"không dòng nào trong {SEARCHED_ROWS} dòng đầu giống một dòng tiêu đề",
            expected="một dòng có ít nhất hai tiêu đề quen thuộc (Mã hồ sơ, Ngày tiếp nhận, …)",
            advice="kiểm tra có đúng là bảng danh sách không",
        )
    return best[1], best[2], best[2][-1][0]


def _lower_rows(below: Sequence[Row], upper: Sequence[str]) -> Iterator[Row]:
    """Yield the rows that belong to the header too: words only, and some of them under a span."""
    for row in below:
        texts = [(place, cell) for place, cell in enumerate(row[1]) if cell.strip()]
        under_span = any(place >= len(upper) or not upper[place].strip() for place, _ in texts)
        if not texts or not under_span or lone_text(row[1]) or any(_VALUE.fullmatch(cell) for _, cell in texts):
            return
        yield row


@cache
def _known_words() -> Mapping[str, str]:
    """Header key (its last part) → field, over all layouts; "" for headers that are never read."""
    words = {key.split(PATH)[-1]: "" for layout in layouts() for key in layout.silent}
    for layout in layouts():
        words |= {key.split(PATH)[-1]: name for key, name in layout.fields.items()}
    return words


def _assigned(headers: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    words = _known_words()
    fields: dict[str, list[str]] = {}
    unread = []
    for text in headers:
        field = "" if is_personal(text) else words.get(header_key(text.split(PATH)[-1]), "")
        if field and field not in fields:
            fields[field] = [text]
        else:
            unread.append(text)
    return fields, unread


def _has_groups(table: Table, last: int) -> bool:
    sample = [cells for _, cells in islice(table.rows(), last, last + _SAMPLED_ROWS)]
    lone = [place for place, cells in enumerate(sample) if lone_text(cells)]
    return any(
        any(sample[below]) and not lone_text(sample[below]) for below in (p + 1 for p in lone) if below < len(sample)
    )


def _remark(text: str) -> str:
    if is_personal(text):
        return "  # personal"
    return "" if header_key(text.rsplit(PATH, maxsplit=1)[-1]) in _known_words() else "  # ?"


def _array(texts: Sequence[str]) -> str:
    return "[" + ", ".join(_quoted(text) for text in texts) + "]"


def _quoted(text: str) -> str:
    bare = masked(clean(text)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{bare}"'


def distribution(formats: Mapping[str, int]) -> str:
    """Return formats in words: "dd/MM/yyyy (12), không phải ngày (1)"."""
    return ", ".join(f"{name} ({count})" for name, count in Counter(dict(formats)).most_common())
