"""A filled indicator form → its figures, refusals and report; the form is known by its hidden sheet, not by its name.

a row with a key and a figure     accepted, merged (said twice alike) or refused
a row with a key and no figure    skipped: not filled in yet
a row without a key               skipped: a remark below the table
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from collectors import archive
from collectors.export import EmptyExport, ExportReport, Finding, MissingColumn, Outcome, UnknownLayout
from collectors.home import VIETNAM
from collectors.indicator import SOURCE, Entry, FilledForm, RefusedCell, to_json
from collectors.personal_data import masked
from collectors.reading.number_formats import Cell, percent_cells
from collectors.reading.table import Row, Table
from collectors.reading.text import clean, fold
from collectors.sources import indicator_cells as cells
from collectors.sources import indicator_form as form
from collectors.sources.indicator_cells import Doubtful

LAYOUT = "indicator_sheet"
_HEADER_WITHIN = 40
_YEAR = re.compile(r"[0-9]{4}")
_LONGEST_NAME, _LONGEST_NOTE = 100, 500
_NEW_FORM = "tạo biểu mới: tthc indicators template bieu.xlsx --unit MÃ --year NĂM, rồi chép số liệu sang"


@dataclass(frozen=True, slots=True)
class Marked:
    """What the hidden sheet says."""

    unit: str
    unit_name: str
    year: int
    asked: Mapping[str, tuple[str, str]]  # quantity and name by key


@dataclass(slots=True)
class _Rows:
    """What has become of the rows so far."""

    read: int = 0
    merged: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    entries: dict[tuple[str, date, date], Entry] = field(default_factory=dict)
    refused: list[RefusedCell] = field(default_factory=list)
    covered: int = 0

    def skip(self, reason: str) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + 1


def is_form(tables: Sequence[Table]) -> bool:
    """Whether a workbook is an indicator form: one of its sheets begins with the marker."""
    return _hidden(tables) is not None


def read(path: Path, tables: Sequence[Table], export_id: str, captured_at: datetime, draft: Path) -> ExportReport:
    """Write the figures of a form to `draft` and return what became of its rows; no other cell is kept.

    Raises ExportError where the form lost its hidden part, its header or a column.
    """
    marked = marked_by(path, tables)
    table, header, columns = entry_sheet(path, tables)
    _same_unit(path, table, header, marked)
    shown = percent_cells(path, table.sheet)
    today = captured_at.astimezone(VIETNAM).date()
    rows = _Rows()
    for number, texts in _below(table, header):
        rows.read += 1
        reader = _RowReader(number, texts, columns, shown, marked, today)
        _take(rows, reader)
    if not rows.read:
        raise EmptyExport(
            file=path.name,
            sheet=table.sheet,
            row=header,
            found="dưới dòng tiêu đề không có chỉ số nào",
            expected="các dòng chỉ số của biểu",
            advice=_NEW_FORM,
        )
    filled = FilledForm(
        marked.unit, marked.unit_name, marked.year, table.sheet, tuple(rows.entries.values()), tuple(rows.refused)
    )
    (draft / archive.INDICATORS).write_text(to_json(filled), encoding="utf-8")
    return _report(path, export_id, captured_at, rows, table.sheet)


def _report(path: Path, export_id: str, captured_at: datetime, rows: _Rows, sheet: str) -> ExportReport:
    return ExportReport(
        file_name=path.name,
        outcome=Outcome.ACCEPTED,
        export_id=export_id,
        source=SOURCE,
        layout=LAYOUT,
        captured_at=captured_at,
        rows_read=rows.read,
        rows_accepted=len(rows.entries),
        rows_merged=rows.merged,
        rows_refused=len(rows.refused),
        rows_skipped=sum(rows.skipped.values()),
        skipped=dict(rows.skipped),
        findings=(Finding("personal_text", form.NOTE, rows.covered, ""),) if rows.covered else (),
        refusals=tuple(
            f"trang tính “{sheet}”, dòng {one.row}, cột “{one.column}”: {one.found}; {one.reason}"
            for one in rows.refused
        ),
    )


def _take(rows: _Rows, reader: "_RowReader") -> None:
    """Count one row for what it is."""
    if not reader.text(form.KEY):
        rows.skip("no_key")
    elif not reader.is_filled:
        rows.skip("not_filled")
    else:
        try:
            entry = reader.entry()
        except _Refusal as refusal:
            rows.refused.append(refusal.cell)
            return
        rows.covered += reader.covered
        _keep(rows, entry)


def _keep(rows: _Rows, entry: Entry) -> None:
    question = (entry.key, entry.period_start, entry.period_end)
    known = rows.entries.setdefault(question, entry)
    if known is entry:
        return
    if (known.numerator, known.denominator, known.value) == (entry.numerator, entry.denominator, entry.value):
        rows.merged += 1
        return
    reason = "cần mỗi chỉ số một dòng cho mỗi kỳ; xóa dòng sai, hoặc sửa kỳ"
    found = f"đã có ở dòng {known.row} với giá trị khác"
    rows.refused.append(RefusedCell(entry.row, form.KEY, found, reason))


def _hidden(tables: Sequence[Table]) -> list[Row] | None:
    for table in tables:
        head = table.head(1)
        if head and head[0][1][:1] == [form.MARKER]:
            return list(table.rows())
    return None


def marked_by(path: Path, tables: Sequence[Table]) -> Marked:
    """Return what the hidden sheet says; raises UnknownLayout where it was damaged."""
    lines = [[clean(text) for text in texts] for _, texts in _hidden(tables) or []]
    said = {line[0]: line[1] for line in lines if len(line) > 1}
    starts = next((place for place, line in enumerate(lines) if tuple(line[:3]) == form.HIDDEN_HEADER), None)
    if (
        said.get(form.MARKER) != form.VERSION
        or starts is None
        or not said.get("unit")
        or not _YEAR.fullmatch(said.get("year", ""))
    ):
        raise UnknownLayout(
            file=path.name,
            sheet=form.HIDDEN_SHEET,
            found="phần đánh dấu của biểu không còn nguyên, hoặc thuộc phiên bản khác",
            expected=f"biểu chỉ số phiên bản {form.VERSION}",
            advice=_NEW_FORM,
        )
    asked = {line[0]: (line[1], line[2]) for line in lines[starts + 1 :] if len(line) > 2 and line[0]}
    return Marked(said["unit"], said.get("unit_name", ""), int(said["year"]), asked)


def entry_sheet(path: Path, tables: Sequence[Table]) -> tuple[Table, int, dict[str, int]]:
    """Return the sheet that people fill, the number of its header row, and the place of each column."""
    wanted = {fold(name): name for name in form.COLUMNS}
    for table in tables:
        for number, texts in table.head(_HEADER_WITHIN):
            places = {wanted[fold(text)]: place for place, text in enumerate(texts) if fold(text) in wanted}
            if form.KEY in places and len(places) > 1:
                missing = [name for name in form.NEEDED if name not in places]
                if missing:
                    raise _no_column(path, table.sheet, number, missing)
                return table, number, places
    raise _no_column(path, "", None, [form.KEY])


def _no_column(path: Path, sheet: str, row: int | None, missing: Sequence[str]) -> MissingColumn:
    return MissingColumn(
        file=path.name,
        sheet=sheet,
        row=row,
        found="thiếu cột " + ", ".join(f"“{name}”" for name in missing),
        expected="đủ các cột của biểu: " + ", ".join(form.COLUMNS),
        advice="trả lại dòng tiêu đề như biểu gốc, hoặc " + _NEW_FORM,
    )


def _same_unit(path: Path, table: Table, header: int, marked: Marked) -> None:
    """Raise UnknownLayout where the unit that people see above the table is not the one the form was made for."""
    for number, texts in table.head(header - 1):
        label = fold(texts[0]) if texts else ""
        if label.startswith("don vi") and marked.unit not in " ".join(texts):
            raise UnknownLayout(
                file=path.name,
                sheet=table.sheet,
                row=number,
                found=f"biểu được tạo cho đơn vị {marked.unit} nhưng dòng này ghi đơn vị khác",
                expected=f"mã {marked.unit}",
                advice=_NEW_FORM,
            )


def _below(table: Table, header: int) -> Iterator[Row]:
    for number, texts in table.rows():
        if number > header and any(clean(text) for text in texts):
            yield number, texts


class _Refusal(Exception):
    """A row that is refused; only ever caught here."""

    def __init__(self, row: int, column: str, doubt: Doubtful) -> None:
        self.cell = RefusedCell(row, column, masked(doubt.found), f"cần {doubt.expected}; {doubt.advice}")
        super().__init__(column)


@dataclass(slots=True)
class _RowReader:
    """One row of the form; each method takes one thing out of it or refuses the row."""

    number: int
    texts: list[str]
    columns: Mapping[str, int]
    shown: frozenset[Cell]
    marked: Marked
    today: date
    covered: int = 0

    def text(self, column: str) -> str:
        place = self.columns[column]
        return clean(self.texts[place]) if place < len(self.texts) else ""

    @property
    def is_filled(self) -> bool:
        return any(self.text(column) for column in (form.NUMERATOR, form.DENOMINATOR, form.VALUE))

    def entry(self) -> Entry:
        """Return the figure; raises _Refusal for the first cell that cannot be understood."""
        key = self.text(form.KEY)
        if key not in self.marked.asked:
            doubt = Doubtful(f"“{key}”", "một mã có sẵn trong biểu", "chép mã từ dòng khác của biểu, không tự đặt mã")
            raise _Refusal(self.number, form.KEY, doubt)
        quantity, name = self.marked.asked[key]
        start, end = self._period()
        numerator, denominator = self._count(form.NUMERATOR), self._count(form.DENOMINATOR)
        counts = self._shares_counts(numerator, denominator) if quantity in form.SHARES else None
        value = self._value(quantity, numerator, counts)
        by, on = self._by(), self._on()
        return Entry(
            key=key,
            name=name,
            quantity=quantity,
            period_start=start,
            period_end=end,
            numerator=numerator,
            denominator=denominator,
            value=value,
            entered_by=by,
            entered_on=on,
            note=self._covered(self.text(form.NOTE))[:_LONGEST_NOTE],
            row=self.number,
        )

    def _period(self) -> tuple[date, date]:
        try:
            start, end = cells.period(self.text(form.PERIOD))
        except Doubtful as error:
            raise _Refusal(self.number, form.PERIOD, error) from error
        if start > self.today:
            doubt = Doubtful(f"“{self.text(form.PERIOD)}”", "kỳ đã bắt đầu", "kiểm tra lại kỳ của số liệu")
            raise _Refusal(self.number, form.PERIOD, doubt)
        return start, end

    def _count(self, column: str) -> int | None:
        try:
            return cells.count(self.text(column))
        except Doubtful as error:
            raise _Refusal(self.number, column, error) from error

    def _shares_counts(self, numerator: int | None, denominator: int | None) -> Fraction | None:
        """Return numerator over denominator, None where neither is given or there is nothing to divide by."""
        if (numerator is None) != (denominator is None):
            column = form.DENOMINATOR if denominator is None else form.NUMERATOR
            doubt = Doubtful(
                "để trống", "cả tử số và mẫu số, hoặc không số nào", "điền nốt ô này, hoặc chỉ ghi giá trị"
            )
            raise _Refusal(self.number, column, doubt)
        if numerator is None or denominator is None:
            return None
        if numerator > denominator:
            doubt = Doubtful(
                f"{numerator} lớn hơn mẫu số {denominator}", "tử số không lớn hơn mẫu số", "kiểm tra hai ô"
            )
            raise _Refusal(self.number, form.NUMERATOR, doubt)
        return Fraction(numerator, denominator) if denominator else None

    def _value(self, quantity: str, numerator: int | None, counts: Fraction | None) -> Decimal | None:
        """Return the typed value; None where the counts are the figure."""
        text = self.text(form.VALUE)
        try:
            if quantity not in form.SHARES:
                if numerator is not None:
                    raise Doubtful(f"“{numerator}”", "ô tử số để trống", "ghi con số vào cột giá trị")
                return cells.amount(text, quantity)
            if not text:
                return None
            if numerator is not None and counts is None:
                raise Doubtful(
                    f"“{text}” trong khi mẫu số bằng 0", "ô giá trị để trống", "không phát sinh thì không có tỷ lệ"
                )
            place = (self.number, self.columns[form.VALUE])
            share = cells.share(text, shown_as_percent=place in self.shown, counts=counts)
        except Doubtful as error:
            column = form.NUMERATOR if quantity not in form.SHARES and numerator is not None else form.VALUE
            raise _Refusal(self.number, column, error) from error
        return None if counts is not None else share

    def _by(self) -> str:
        name = self._covered(self.text(form.BY))[:_LONGEST_NAME]
        if not any(letter.isalpha() for letter in name):
            doubt = Doubtful(
                "để trống" if not name else "không phải tên",
                "tên người nhập",
                "ghi họ tên người chịu trách nhiệm số liệu",
            )
            raise _Refusal(self.number, form.BY, doubt)
        return name

    def _on(self) -> date:
        try:
            on = cells.day(self.text(form.ON))
        except Doubtful as error:
            raise _Refusal(self.number, form.ON, error) from error
        if on > self.today:
            doubt = Doubtful(f"{on:%d/%m/%Y}", f"ngày không sau ngày của tệp ({self.today:%d/%m/%Y})", "sửa ngày nhập")
            raise _Refusal(self.number, form.ON, doubt)
        return on

    def _covered(self, text: str) -> str:
        """Return a text without e-mails, phone and identity numbers; of the person only the name is kept."""
        bare = masked(text)
        self.covered += bare != text
        return bare
