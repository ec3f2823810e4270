"""Records of a summary form → statistics: whose they are, of which days, what they count."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from collectors import vocabulary
from collectors.export import Finding, RequestNeeded
from collectors.form import HIDDEN, Form
from collectors.form_header import FormHeader
from collectors.form_period import FormPeriod, month_of
from collectors.form_title import Dated
from collectors.personal_data import masked
from collectors.reading.table import Table
from collectors.reading.text import clean
from collectors.sources.form_checks import with_sums
from collectors.sources.form_record import FormRows, Record
from collectors.unit_names import code_of

_AGENCY = re.compile(r"(?:[A-Z]\d{2}(?:\.\d{1,3})*|(?:\d{2,3}\.)+[A-Z]\d{2})")


@dataclass(frozen=True, slots=True)
class FormSheet:
    """A sheet that is a form, and what its rows are."""

    table: Table
    header: FormHeader
    dated: Dated
    rows: FormRows


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose report a sheet is, and whose its rows are where they do not say: the unit of the title, else the code told."""

    name: str
    code: str

    @property
    def told(self) -> bool:
        """Whether only the person says it."""
        return bool(self.code) and not self.name

    @property
    def unit(self) -> str:
        """The code of the unit, or the one made of its name; "" where nobody said."""
        said = self.name or self.code
        return _coded(said)[0] if said else ""


@dataclass(frozen=True, slots=True)
class FormStatistic:
    """One delivered count in canonical columns: a row of the archive.

    unit_said: the code made of the unit's name, "" where its true code is known. layout, reporting_unit: of the sheet, see
    Owner.unit. record, rows: the record it stems from (number within the export) and how many rows of the sheet that has;
    they are not archived.
    """

    unit_code: str
    unit_said: str
    unit_name: str
    field: str
    procedure_key: str
    procedure_code: str | None
    procedure_name: str | None
    period_start: date
    period_end: date
    measure: str
    value: int | None
    item: str
    layout: str
    reporting_unit: str
    record: tuple[str, int]
    rows: int

    @property
    def key(self) -> tuple[object, ...]:
        """What a count is of; within one export there is one for each key."""
        return (self.unit_code, self.field, self.procedure_key, self.period_start, self.period_end, self.measure)


def statistics_of(sheet: FormSheet, owner: Owner, *, file: str) -> Iterator[FormStatistic]:
    """Yield the counts of a sheet; raises RequestNeeded where neither rows nor title nor person say whose they are."""
    form = sheet.header.form
    for record in sheet.rows.records:
        code, said, name = _unit(sheet, record, owner, file)
        procedure = record.keys.get("procedure", "")
        number = record.keys.get("procedure_code", "")
        known = bool(procedure or number)
        period = _period(form, record, sheet.dated.period)
        for measure, count in with_sums(form, record.counts).items():
            if measure.startswith(HIDDEN):  # it is only compared
                continue
            yield FormStatistic(
                unit_code=code,
                unit_said=said,
                unit_name=name,
                field=masked(record.keys.get("field", "")),
                procedure_key=masked(vocabulary.procedure_key(number, procedure)) if known else "",
                procedure_code=vocabulary.procedure_code(number),
                procedure_name=masked(procedure) or None,
                period_start=period.start,
                period_end=period.end,
                measure=measure,
                value=count.value,
                item=count.item,
                layout=form.name,
                reporting_unit=owner.unit,
                record=(sheet.table.sheet, record.row),
                rows=record.rows,
            )


def _unit(sheet: FormSheet, record: Record, owner: Owner, file: str) -> tuple[str, str, str]:
    """Return code, made code and name of a record's unit."""
    name = record.keys.get("unit", "") or owner.name
    if name:
        return _coded(name)
    if not owner.code:
        raise RequestNeeded(
            file=file,
            sheet=sheet.table.sheet,
            row=sheet.header.rows[0],
            found=f"biểu {sheet.header.form.title_vi}: không ghi là số liệu của đơn vị nào",
            expected="tên đơn vị trong tiêu đề hoặc trong dòng nhóm",
            advice="xuất lại có tên đơn vị, hoặc ghi mã đơn vị khi nộp trên màn hình, ở --unit hoặc ở “unit” trong tệp "
            "<tên>.request.json đặt cạnh",
        )
    return owner.code, "", ""


def _coded(name: str) -> tuple[str, str, str]:
    """Return code, made code and name of a unit that is called by its name, or by its code."""
    if _AGENCY.fullmatch(name):
        return vocabulary.unit_code(name), "", ""
    shown = masked(clean(name))
    return code_of(shown), code_of(shown), shown


def _period(form: Form, record: Record, of_sheet: FormPeriod) -> FormPeriod:
    if "year" not in form.key:
        return of_sheet
    return month_of(int(record.keys["year"]), int(record.keys["month"]))


def merged(delivered: Sequence[FormStatistic]) -> tuple[list[FormStatistic], tuple[Finding, ...]]:
    """Return the counts with each key once, the later row of the form winning, and what that leaves to say."""
    newest = {one.key: one for one in delivered}
    kept_records = {one.record for one in newest.values()}
    kept = [one for one in delivered if newest[one.key] is one]
    gone = {one.record: newest[one.key] for one in delivered if one.record not in kept_records}
    if not gone:
        return kept, ()
    (_, row), winner = next(iter(gone.items()))
    example = f"dòng {row} và dòng {winner.record[1]} cùng là {winner.unit_name or winner.unit_code}"
    more = winner.field or winner.procedure_name
    return kept, (Finding("form_repeated_row", "", len(gone), f"{example}, {more}" if more else example),)
