"""A summary form (counts delivered ready-made) → statistics, refusals, findings; totals are compared, never counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collectors.export import EmptyExport, ExportError, ExportReport, Finding, Outcome, RefusedLayout
from collectors.form import Form
from collectors.form_header import FormHeader, ranked_forms, usable
from collectors.form_title import Asked, period_of, unit_in
from collectors.header import ranked
from collectors.personal_data import is_personal
from collectors.reading.table import Table
from collectors.sources import form_archive
from collectors.sources.form_checks import checked, mixed
from collectors.sources.form_rows import proved_rows
from collectors.sources.form_statistics import FormSheet, FormStatistic, Owner, merged, statistics_of
from collectors.sources.ledger import describe_refusal

_SHOWN_REFUSALS = 20


@dataclass(frozen=True, slots=True)
class FormOrigin:
    """What is known of a form before it is read. told_id: its id where the person had to tell the period or the unit.

    known: made code of a name → code of the unit of that name, as far as the installation knows.
    """

    file_name: str
    export_id: str
    told_id: str
    captured_at: datetime
    asked: Asked
    known: Mapping[str, str]


def header_of(table: Table) -> FormHeader | None:
    """Return the header of the form a table is, None where it is none or looks more like a dossier list."""
    best, rival = next(ranked_forms(table), None), next(ranked(table), None)
    return None if best is None or (rival is not None and rival.likeness >= best.likeness) else best


def is_form(tables: Sequence[Table]) -> bool:
    """Whether the first sheet that anything is known of is a summary form."""
    for table in tables:
        if header_of(table) is not None:
            return True
        if next(ranked(table), None) is not None:
            return False
    return False


def read(tables: Sequence[Table], origin: FormOrigin, draft: Path) -> ExportReport:
    """Write the statistics of a form to `draft` and return what became of its rows.

    Grain: one statistic per unit (field, procedure), period and measure. A row that says the same as another is merged.
    Raises ExportError where no sheet is a form that can be loaded, or one does not say its period or whose it is.
    """
    sheets, unread = _sheets(tables, origin)
    owners = {id(sheet): Owner(unit_in(sheet.header.title_cells), origin.asked.unit) for sheet in sheets}
    delivered = [one for sheet in sheets for one in statistics_of(sheet, owners[id(sheet)], file=origin.file_name)]
    kept, repeats = merged(delivered)
    report = _report(sheets, origin, kept, (*unread, *repeats), owners)
    if not kept:
        raise _empty(origin.file_name, sheets[0])
    form_archive.write(kept, [(sheet.table.sheet, one) for sheet in sheets for one in sheet.rows.refusals], draft)
    return report


def _sheets(tables: Sequence[Table], origin: FormOrigin) -> tuple[list[FormSheet], tuple[Finding, ...]]:
    """Return the sheets that are forms of the first one's source; others become findings.

    Raises the error of a form that cannot be loaded: part of a workbook would be taken for all of it.
    """
    sheets: list[FormSheet] = []
    unread: list[Finding] = []
    for table in tables:
        header = header_of(table)
        if header is None:
            if any(any(cells) for _, cells in table.head(40)):
                unread.append(Finding("sheet_not_read", table.sheet, 0, table.sheet))
            continue
        header = usable(table, header, file=origin.file_name)
        _require_one_source(sheets, table, header.form, origin.file_name)
        dated = period_of(header, table.sheet, origin.asked, file=origin.file_name)
        rows = proved_rows(table, header, file=origin.file_name)
        sheets.append(FormSheet(table, header, dated, rows))
        unread += [Finding("reading_note", table.sheet, 0, note) for note in table.notes]
    return sheets, tuple(unread)


def _require_one_source(sheets: Sequence[FormSheet], table: Table, form: Form, file: str) -> None:
    if sheets and sheets[0].header.form.source != form.source:
        raise RefusedLayout(
            file=file,
            sheet=table.sheet,
            found=f"trang tính theo mẫu {form.title_vi}, trang đầu theo mẫu {sheets[0].header.form.title_vi}",
            expected="các trang tính cùng một mẫu",
            advice="lưu mỗi trang tính thành một tệp riêng",
        )


def _report(
    sheets: Sequence[FormSheet],
    origin: FormOrigin,
    kept: Sequence[FormStatistic],
    more: tuple[Finding, ...],
    owners: Mapping[int, Owner],
) -> ExportReport:
    form, header = sheets[0].header.form, sheets[0].header
    synthetic = any(sheet.header.synthetic for sheet in sheets)
    records = sum(record.rows for sheet in sheets for record in sheet.rows.records)
    accepted = sum({one.record: one.rows for one in kept}.values())
    skipped: dict[str, int] = {}
    for sheet in sheets:
        for reason, count in sheet.rows.skipped.items():
            skipped[reason.value] = skipped.get(reason.value, 0) + count
    told = any(sheet.dated.told for sheet in sheets) or any(owner.told for owner in owners.values())
    unmapped = dict.fromkeys(text for sheet in sheets for text in sheet.header.unmapped)
    refused = [(sheet.table.sheet, one) for sheet in sheets for one in sheet.rows.refusals]
    return ExportReport(
        file_name=origin.file_name,
        outcome=Outcome.ACCEPTED,
        export_id=origin.told_id if told else origin.export_id,
        untold_id=origin.export_id if told else "",
        source=f"demo_{form.source}" if synthetic else form.source,
        layout=", ".join(dict.fromkeys(sheet.header.form.name for sheet in sheets)),
        captured_at=origin.captured_at,
        synthetic=synthetic,
        rows_read=sum(sheet.rows.read for sheet in sheets),
        rows_accepted=accepted,
        rows_merged=records - accepted,
        rows_refused=len(refused),
        rows_skipped=sum(skipped.values()),
        skipped=skipped,
        mapped={header.headers[place]: name for name, place in header.places.items()},
        unmapped=tuple(text for text in unmapped if not is_personal(text)),
        dropped=tuple(text for text in unmapped if is_personal(text)),
        findings=(*(one for sheet in sheets for one in _findings(sheet)), *_unnamed(kept, origin.known), *more),
        refusals=tuple(
            describe_refusal(sheet, one.row, one.column, one.reason, one.found)
            for sheet, one in refused[:_SHOWN_REFUSALS]
        ),
    )


def _findings(sheet: FormSheet) -> Iterator[Finding]:
    yield from sheet.dated.findings
    yield from checked(sheet.header.form, sheet.rows, sheet.table.sheet)
    yield from mixed(sheet.table, sheet.header)
    for text in dict.fromkeys(sheet.header.unknown):
        yield Finding("unknown_column", text, 0, text)


def _unnamed(kept: Sequence[FormStatistic], known: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the units whose name no unit of the installation bears."""
    names = {one.unit_said: one.unit_name for one in kept if one.unit_said and one.unit_said not in known}
    if names:
        said, name = next(iter(names.items()))
        yield Finding("form_unit_named", "", len(names), f"“{name}” dùng mã tạm {said}")


def _empty(file: str, sheet: FormSheet) -> ExportError:
    return EmptyExport(
        file=file,
        sheet=sheet.table.sheet,
        row=sheet.header.rows[1],
        found="dưới dòng tiêu đề không có dòng số liệu nào",
        expected="ít nhất một dòng có số liệu",
        advice="kiểm tra bộ lọc (kỳ, đơn vị) khi xuất rồi xuất lại",
    )
