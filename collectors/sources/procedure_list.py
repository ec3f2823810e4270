"""A list of procedures (the national portal's, or an office's own) → canonical procedures, refusals, findings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from collectors import archive, vocabulary
from collectors.dossier import Refused, Skipped
from collectors.export import EmptyExport, ExportReport
from collectors.header import Header
from collectors.layout import Grain, header_key
from collectors.personal_data import masked
from collectors.procedure import FIELDS, Procedure
from collectors.reading.table import Table
from collectors.reading.text import clean
from collectors.sources.dossier_rows import lone_text, picked, ragged
from collectors.sources.ledger import Ledger, Place
from collectors.sources.sheets import Origin, Sheet, recognised

SYNTHETIC_SOURCE = "demo"  # invented procedures stand beside invented dossiers
_FLAGS = ("fee", "eligible_full", "integrated")
_TEXTS = ("procedure_name", "field", "agency", "status")
_BLANK = ("", "-", "~", "...", "…")
_COLUMNS = {name: "BOOLEAN" if name in _FLAGS else "VARCHAR" for name in FIELDS}


def read(tables: Sequence[Table], origin: Origin, draft: Path) -> ExportReport:
    """Write the procedures of an export to `draft` and return what became of its rows.

    Grain: one row per code in procedures.parquet; of a code that comes again the later row holds, rows_merged counts
    the others. Raises ExportError when no sheet is a list of procedures we know, or none has a row below its header.
    """
    sheets, more = recognised(tables, origin.file_name, Grain.PROCEDURE)
    ledger = Ledger()
    found: dict[str, Procedure] = {}
    for sheet in sheets:
        for one in _procedures(sheet, ledger):
            ledger.merged += one.procedure_code in found
            found[one.procedure_code] = one
    if not found and not ledger.refusals:
        raise EmptyExport(
            file=origin.file_name,
            sheet=sheets[0].table.sheet,
            row=sheets[0].header.row,
            found="dưới dòng tiêu đề không có thủ tục nào",
            expected="ít nhất một thủ tục",
            advice="kiểm tra bộ lọc khi xuất rồi xuất lại, hoặc điền mã thủ tục vào mẫu",
        )
    ledger.write(draft, archive.PROCEDURES, _COLUMNS, map(astuple, found.values()))
    return ledger.report(sheets, origin, synthetic_source=SYNTHETIC_SOURCE, more=more)


def _procedures(sheet: Sheet, ledger: Ledger) -> Iterator[Procedure]:
    """Yield the procedure of each row that is one; what the other rows are goes to the ledger."""
    header, name = sheet.header, sheet.table.sheet
    places = [header.columns.get(field) for field in FIELDS]
    for number, cells in sheet.table.rows():
        if number <= header.row:
            continue
        ledger.read += 1
        values = dict(zip(FIELDS, picked(cells, places), strict=True))
        code = clean(values["procedure_code"] or "")
        skipped = _skipped(header, cells, values)
        if skipped is not None:
            ledger.skipped[skipped] += 1
        elif ragged(sheet.table, cells, len(header.headers)):
            ledger.refuse(Place(name, number), Refused.RAGGED, f"{len(cells)} / {len(header.headers)}")
        elif (known := vocabulary.procedure_code(code)) is None:
            reason = Refused.BAD_PROCEDURE_CODE if code else Refused.NO_PROCEDURE_CODE
            ledger.refuse(Place(name, number, _label(header, "procedure_code")), reason, code)
        else:
            yield _procedure(known, values, ledger, header, Place(name, number))


def _skipped(header: Header, cells: Sequence[str], values: Mapping[str, str | None]) -> Skipped | None:
    """Return what a row is that is no procedure; None for one that is, or should be."""
    filled = [cell for cell in map(clean, cells) if cell]
    code = clean(values["procedure_code"] or "")
    if not filled:
        return Skipped.BLANK
    if header_key(code) == header_key(_label(header, "procedure_code")):
        return Skipped.REPEATED_HEADER
    if len(filled) > 1 and all(cell.strip("()").isdecimal() and len(cell) <= len("(99)") for cell in filled):
        return Skipped.COLUMN_NUMBERS
    told = any(clean(value or "") for name, value in values.items() if name != "field")
    return None if told and not (lone_text(cells) and vocabulary.procedure_code(code) is None) else Skipped.NO_DATA


def _procedure(code: str, values: Mapping[str, str | None], ledger: Ledger, header: Header, place: Place) -> Procedure:
    texts = {name: _text(name, values[name], ledger, header, place) for name in _TEXTS}
    flags = {name: _flag(name, values[name], ledger, header, place) for name in _FLAGS}
    return Procedure(
        procedure_code=code,
        procedure_name=texts["procedure_name"],
        field=texts["field"],
        agency=texts["agency"],
        executing_agency=_parted(values["executing_agency"]),
        level=_parted(values["level"]),
        service_level=_service_level(values["service_level"], ledger, header, place),
        fee=flags["fee"],
        eligible_full=flags["eligible_full"],
        integrated=flags["integrated"],
        status=texts["status"],
    )


def _parted(value: str | None) -> str | None:
    """Return the lines of a cell that names several, each once, parted by "; "."""
    return (
        "; ".join(dict.fromkeys(masked(text) for line in (value or "").splitlines() if (text := clean(line)))) or None
    )


def _text(name: str, value: str | None, ledger: Ledger, header: Header, place: Place) -> str | None:
    text = clean(value or "")
    shown = masked(text)
    if shown != text:
        ledger.notice("personal_text", _at(place, header, name))
    return shown or None


def _flag(name: str, value: str | None, ledger: Ledger, header: Header, place: Place) -> bool | None:
    """Return a yes or no; a blank cell says neither, and an unknown word is noticed."""
    if clean(value or "") in _BLANK:
        return None
    said = vocabulary.flag("flag", value or "")
    if said is None:
        ledger.notice("unknown_flag", _at(place, header, name))
    return said


def _service_level(value: str | None, ledger: Ledger, header: Header, place: Place) -> str | None:
    level = vocabulary.choice("service_level", value or "")
    if level == vocabulary.UNKNOWN:
        ledger.notice("unknown_level", _at(place, header, "service_level"))
    return level if level not in (vocabulary.UNKNOWN, vocabulary.MISSING) else None


def _at(place: Place, header: Header, name: str) -> Place:
    return Place(place.sheet, place.row, _label(header, name))


def _label(header: Header, name: str) -> str:
    return header.headers[header.columns[name]]
