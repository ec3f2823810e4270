"""A dossier list (one row = one dossier) → canonical rows, refusals, findings; personal columns are never read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from collectors import archive, vocabulary
from collectors.export import EmptyExport, ExportReport, Finding, Outcome
from collectors.home import VIETNAM
from collectors.layout import PATH
from collectors.personal_data import is_personal, masked
from collectors.reading.table import Table
from collectors.reading.text import clean, fold
from collectors.sources import dossier_period
from collectors.sources.dossier_staging import append, connection, derive_status, land, sql
from collectors.sources.ledger import describe_refusal
from collectors.sources.sheets import Origin, Sheet, recognised

SYNTHETIC_SOURCE = "demo"
_SHOWN_REFUSALS = 20
# the header's own words, as a list that repeats its header has them in a row
_HEADER_CODES = """
SET VARIABLE codes = (SELECT list(bare_code(text)) FROM header_text WHERE field = 'dossier_code')
"""
_HEADER_RECEPTIONS = """
SET VARIABLE receptions = (SELECT list(trim(leaf)) FROM header_text WHERE field = 'received_at')
"""
_DISORDER = """
SELECT count(*)
FROM (SELECT coalesce(received_at < lag(received_at) OVER (), received_at IS NULL) AS early FROM accepted)
WHERE early
"""
_FLAGS = ("components_digitised", "result_electronic", "data_reused")


def read(tables: Sequence[Table], origin: Origin, draft: Path, *, spill: Path) -> ExportReport:
    """Write the dossiers of an export to `draft` and return what became of its rows.

    Grain: one row per dossier code in rows.parquet, the newest state within the export; rows_merged counts the others.
    Raises ExportError when no sheet is a dossier list we know, or none has a row below its header.
    """
    sheets, unread = recognised(tables, origin.file_name)
    con = connection(spill)
    try:
        for sheet in sheets:
            land(con, sheet)
            derive_status(con, sheet)
        _describe(con, sheets, origin)
        hidden = _translate(con)
        con.execute(sql("dossier_list.sql"))
        report = _report(con, sheets, origin, (*unread, *hidden))
        if report.rows_accepted + report.rows_merged + report.rows_refused == 0:
            raise _empty(origin.file_name, sheets[0])
        _write(con, draft)
        return report
    finally:
        con.close()


def _describe(con: duckdb.DuckDBPyConnection, sheets: Sequence[Sheet], origin: Origin) -> None:
    texts = [
        (sheet.table.sheet, name, sheet.header.headers[place], sheet.header.headers[place].split(PATH)[-1])
        for sheet in sheets
        for name, place in sheet.header.columns.items()
    ]
    append(con, "header_text", texts)
    local = origin.captured_at.astimezone(VIETNAM).replace(tzinfo=None)
    con.execute("INSERT INTO this_export VALUES (?)", [local])
    con.execute(_HEADER_CODES)
    con.execute(_HEADER_RECEPTIONS)


def _translate(con: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """Fill the word tables: each distinct text is understood once, whatever the number of rows."""
    words: list[tuple[str | int | None, ...]] = []
    words += [("status", text, _text(vocabulary.status(text))) for text in _distinct(con, "status")]
    for kind in ("channel", "service_level"):
        words += [(kind, text, vocabulary.choice(kind, text)) for text in _distinct(con, kind)]
    for kind in _FLAGS:
        words += [(kind, text, _text(vocabulary.flag("flag", text))) for text in _distinct(con, kind)]
    for kind, field in (("paid_online", "paid_online"), ("paid", "paid_online"), ("satisfied", "satisfied")):
        words += [(kind, text, _text(vocabulary.flag(kind, text))) for text in _distinct(con, field)]
    words += [("fee_amount", text, _text(vocabulary.money(text))) for text in _distinct(con, "fee_amount")]
    words += [
        ("fee_obligation", text, _text(vocabulary.flag("flag", text)))
        for text in _distinct(con, "fee_obligation")
        if text.strip()
    ]
    append(con, "word", words)
    return _translate_units(con) + _translate_procedures(con)


def _text(value: bool | int | None) -> str | None:
    return None if value is None else str(value).lower()


def _distinct(con: duckdb.DuckDBPyConnection, field: str) -> list[str]:
    found = con.execute(f"SELECT DISTINCT {field} FROM staged WHERE {field} IS NOT NULL ORDER BY 1").fetchall()
    return [text for (text,) in found]


def _translate_units(con: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    found = con.execute(
        "SELECT DISTINCT coalesce(unit_code, ''), coalesce(unit_name, ''), prefix FROM staged ORDER BY ALL"
    ).fetchall()
    rows: list[tuple[str | int | None, ...]] = []
    for place, (code, name, prefix) in enumerate(found):
        unit = vocabulary.unit_code(code) or vocabulary.unit_code(prefix) or vocabulary.UNKNOWN_UNIT
        rows.append((place, code, name, prefix, masked(unit), masked(clean(name)) or None))
    append(con, "unit_word", rows)
    _translate_resolving_units(con)
    return _masked_finding([name for _, name, _ in found], "unit_name")


def _translate_resolving_units(con: duckdb.DuckDBPyConnection) -> None:
    """Understand the resolving units: by their code, else by the name under which the export receives dossiers."""
    said: dict[str, set[str]] = {}
    for name, code in con.execute("SELECT raw_name, unit_code FROM unit_word ORDER BY ALL").fetchall():
        if code != vocabulary.UNKNOWN_UNIT:
            said.setdefault(fold(name), set()).add(code)
    found = con.execute(
        "SELECT DISTINCT coalesce(resolving_unit_code, ''), coalesce(resolving_unit_name, '') FROM staged ORDER BY ALL"
    ).fetchall()
    rows: list[tuple[str | None, ...]] = []
    for code, name in found:
        codes = said.get(fold(name), set()) if fold(name) else set()
        known = masked(vocabulary.unit_code(code)) or (next(iter(codes)) if len(codes) == 1 else None)
        rows.append((code, name, known))
    append(con, "resolver_word", rows)


def _translate_procedures(con: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    found = con.execute(
        "SELECT DISTINCT coalesce(procedure_code, ''), coalesce(procedure_name, ''), coalesce(field, '')"
        " FROM staged ORDER BY ALL"
    ).fetchall()
    rows: list[tuple[str | int | None, ...]] = []
    for place, (code, name, field) in enumerate(found):
        shown = masked(clean(name))
        key = masked(vocabulary.procedure_key(code, shown))
        rows.append(
            (
                place,
                code,
                name,
                field,
                key,
                vocabulary.procedure_code(code),
                shown or None,
                masked(clean(field)) or None,
            )
        )
    append(con, "procedure_word", rows)
    return _masked_finding([name for _, name, _ in found], "procedure_name")


def _masked_finding(texts: Sequence[str], column: str) -> tuple[Finding, ...]:
    hidden = sum(masked(text) != text for text in texts)
    return (Finding("personal_text", column, hidden, ""),) if hidden else ()


def _report(
    con: duckdb.DuckDBPyConnection, sheets: Sequence[Sheet], origin: Origin, more: tuple[Finding, ...]
) -> ExportReport:
    header = sheets[0].header
    landed, uneven, accepted, refused = (_count(con, table) for table in ("staged", "ragged", "accepted", "refusal"))
    skipped = dict(
        con.execute("SELECT skipped, count(*) FROM typed WHERE skipped IS NOT NULL GROUP BY 1 ORDER BY 1").fetchall()
    )
    synthetic = any(sheet.header.synthetic for sheet in sheets)
    unmapped = Counter(text for sheet in sheets for text in sheet.header.unmapped)
    findings = con.execute("SELECT check_id, column_name, rows, example FROM finding").fetchall()
    period = dossier_period.printed((*sheet.header.title_cells, sheet.table.sheet) for sheet in sheets)
    return ExportReport(
        file_name=origin.file_name,
        outcome=Outcome.ACCEPTED,
        export_id=origin.export_id,
        source=SYNTHETIC_SOURCE if synthetic else header.layout.source,
        layout=", ".join(dict.fromkeys(sheet.header.layout.name for sheet in sheets)),
        captured_at=origin.captured_at,
        synthetic=synthetic,
        partial=any(sheet.header.layout.selection for sheet in sheets),
        rows_read=landed + uneven,
        rows_accepted=accepted,
        rows_merged=landed - accepted - (refused - uneven) - sum(skipped.values()),
        rows_refused=refused,
        rows_skipped=sum(skipped.values()),
        skipped=skipped,
        mapped={header.headers[place]: name for name, place in header.columns.items()},
        unmapped=tuple(text for text in unmapped if not is_personal(text)),
        dropped=tuple(text for text in unmapped if is_personal(text)),
        findings=(
            *(Finding(*row) for row in findings),
            *_findings_of_form(sheets),
            *dossier_period.outside(con, period),
            *more,
        ),
        refusals=_first_refusals(con),
        period_wording=period.wording if period else "",
        period_printed=period.iso if period else "",
        period_seen=dossier_period.seen(con),
    )


def _findings_of_form(sheets: Sequence[Sheet]) -> tuple[Finding, ...]:
    """Return what the form itself leaves to say: it shows only some dossiers, or has columns that it should not have."""
    selections = dict.fromkeys(sheet.header.layout.selection for sheet in sheets if sheet.header.layout.selection)
    unknown = dict.fromkeys(text for sheet in sheets if not sheet.header.layout.open for text in sheet.header.unknown)
    found = [Finding("selected_dossiers", "", 0, selection) for selection in selections]
    return (*found, *(Finding("unknown_column", text, 0, text) for text in unknown))


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def _first_refusals(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    rows = con.execute(
        "SELECT sheet, row_number, column_name, reason, found FROM refusal ORDER BY sheet, row_number LIMIT ?",
        [_SHOWN_REFUSALS],
    ).fetchall()
    return tuple(describe_refusal(*row) for row in rows)


def _empty(file: str, sheet: Sheet) -> EmptyExport:
    return EmptyExport(
        file=file,
        sheet=sheet.table.sheet,
        row=sheet.header.row,
        found="dưới dòng tiêu đề không có hồ sơ nào",
        expected="ít nhất một hồ sơ",
        advice="kiểm tra bộ lọc (kỳ, đơn vị) khi xuất rồi xuất lại",
    )


def _write(con: duckdb.DuckDBPyConnection, draft: Path) -> None:
    """Copy the accepted rows (by reception, so that the engine can skip blocks) and the refused ones to the draft."""
    by_reception = con.execute(_DISORDER).fetchall() == [(0,)]
    files: Mapping[str, str] = {
        archive.ROWS: "SELECT * FROM kept" + ("" if by_reception else " ORDER BY received_at, dossier_code"),
        archive.REFUSED: "SELECT * FROM refusal ORDER BY sheet, row_number",
    }
    for name, query in files.items():
        target = str(draft / name).replace("'", "''")
        con.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)")
