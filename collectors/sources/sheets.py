"""The tables of a file → those whose rows are what is asked for, each with its header; the others become findings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collectors.export import EmptyExport, ExportError, Finding, RefusedLayout, ShiftedColumns
from collectors.formats import DAY_0, DAY_0_OF_1904
from collectors.header import Header, find_header
from collectors.layout import Grain
from collectors.reading.table import Table


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of an export before it is read."""

    file_name: str
    export_id: str
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table and the header found in it."""

    table: Table
    header: Header


def day_0(table: Table) -> datetime | None:
    """Return the day from which a number counts days: of a cell of a workbook; in other files a number is no day."""
    if table.ragged:
        return None
    return DAY_0_OF_1904 if table.from_1904 else DAY_0


def recognised(
    tables: Sequence[Table], file: str, grain: Grain = Grain.DOSSIER
) -> tuple[list[Sheet], tuple[Finding, ...]]:
    """Return the sheets whose rows are of this grain; a workbook may hold others, which become findings.

    Raises ShiftedColumns for any sheet with values under wrong headers: a part of a list would be taken for all of it.
    """
    sheets: list[Sheet] = []
    failures: list[tuple[Table, ExportError]] = []
    for table in tables:
        try:
            sheets.append(Sheet(table, find_header(table, file=file, grain=grain)))
        except ShiftedColumns:
            raise
        except ExportError as error:
            failures.append((table, error))
    filled = [(table, error) for table, error in failures if any(any(cells) for _, cells in table.head(40))]
    if not sheets:
        if not filled:
            raise EmptyExport(
                file=file,
                found="không có ô nào có dữ liệu",
                expected="danh sách hồ sơ",
                advice="xuất lại từ hệ thống",
            )
        raise filled[0][1]
    _require_one_source(sheets, file)
    unread = tuple(Finding("sheet_not_read", table.sheet, 0, table.sheet) for table, _ in filled)
    notes = dict.fromkeys((sheet.table.sheet, note) for sheet in sheets for note in sheet.table.notes)
    return sheets, (*unread, *(Finding("reading_note", sheet, 0, note) for sheet, note in notes))


def _require_one_source(sheets: Sequence[Sheet], file: str) -> None:
    first = sheets[0].header.layout
    for sheet in sheets:
        if sheet.header.layout.source != first.source:
            raise RefusedLayout(
                file=file,
                sheet=sheet.table.sheet,
                found=f"trang tính theo mẫu {sheet.header.layout.title_vi}, trang đầu theo mẫu {first.title_vi}",
                expected="các trang tính cùng một mẫu",
                advice="lưu mỗi trang tính thành một tệp riêng",
            )
