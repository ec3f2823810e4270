"""Archived exports → rows of the warehouse, inside the caller's transaction; the order of loading does not matter."""

import gzip
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

import duckdb

from collectors import archive, unit_names
from collectors.archive import Archived
from collectors.export import ExportReport, report_json
from collectors.indicator import from_json
from collectors.procedure import FIELDS as PROCEDURE_FIELDS
from collectors.reading.html_page import CUT_OFF
from collectors.sources import stored_response
from collectors.sources.dossier_staging import append
from collectors.statistic import PortalExport

_NAMED_LAST = datetime(1900, 1, 1)


def load(con: duckdb.DuckDBPyConnection, exports: Sequence[Archived], *, names: Mapping[str, str]) -> None:
    """Put exports of the archive into `collected`: one or a thousand, with the same result in any order.

    names: of units, set by hand: code → name.
    """
    # newest first, so that older versions mostly lose at once
    for export in sorted(exports, key=lambda export: (_captured(export), export.report.export_id), reverse=True):
        for table in (
            "export",
            "export_period",
            "export_unit",
            "finding",
            "refusal",
            "indicator",
            "form",
            "form_row",
        ):  # the same bytes again
            con.execute(f"DELETE FROM collected.{table} WHERE export_id = ?", [export.report.export_id])
        append(con, "collected.export", [_export_row(con, export)])
        append(con, "collected.export_period", [_period_row(export)])
        append(con, "collected.finding", _finding_rows(export.report))
        if export.is_dossier_list:
            _load_parquet(con, export, archive.ROWS, "load_dossiers.sql")
        elif export.is_form:
            _load_form(con, export)
        elif export.is_indicator_form:
            _load_indicators(con, export)
        elif export.is_response:
            _load_statistics(con, export)
        else:
            _load_list(con, export)
    con.execute(_sql("observed_counts.sql"))
    con.execute(_sql("settle.sql"))
    unit_names.settle(con, names)


def loaded(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the ids of the exports that the warehouse holds."""
    return {export_id for (export_id,) in con.execute("SELECT export_id FROM collected.export").fetchall()}


@cache
def _sql(name: str) -> str:
    return (files("collectors") / name).read_text(encoding="utf-8")


def _load_form(con: duckdb.DuckDBPyConnection, export: Archived) -> None:
    """Load the counts of a summary form; only a whole one may take the place of all that older ones say."""
    report = export.report
    lacking = (one for one in report.findings if one.check_id == "form_block" or one.example == CUT_OFF)
    said = {"layout": report.layout, "untold_id": report.untold_id}
    whole = not report.rows_refused and not any(lacking)
    _load_parquet(con, export, archive.STATISTICS, "load_statistics.sql", whole=whole, **said)


def _load_parquet(
    con: duckdb.DuckDBPyConnection, export: Archived, rows: str, statement: str, **more: str | bool
) -> None:
    """Run the statement that loads the canonical rows of an export, and load what it refused."""
    report = export.report
    variables = {
        **more,
        "file": str(export.folder / rows),
        "export_id": report.export_id,
        "source": report.source,
        "captured_at": _captured(export),
    }
    for name, value in variables.items():
        con.execute(f"SET VARIABLE {name} = ?", [value])
    if statement == "load_dossiers.sql":
        con.execute(_sql("observed_lists.sql"))
    con.execute(_sql(statement))
    _load_refusals(con, export)


def _load_list(con: duckdb.DuckDBPyConnection, export: Archived) -> None:
    """Load what is read row by row: procedures, payments, or delivered figures."""
    report, captured = export.report, _captured(export)
    if export.holds(archive.PROCEDURES):
        con.execute(_PROCEDURES, [report.source, captured, str(export.folder / archive.PROCEDURES)])
    elif export.holds(archive.PAYMENTS):
        file = str(export.folder / archive.PAYMENTS)
        con.execute(_PAYMENTS, [report.source, report.export_id, captured, file])
        con.execute(_PAYING_UNITS, [report.source, captured, file])
        con.execute(_PAID_PROCEDURES, [report.source, captured, file])
    else:
        file = str(export.folder / archive.SCORES)
        con.execute(_STATISTICS, [report.source, report.partial, report.export_id, captured, file])
        con.execute(_UNITS, [report.source, captured, file])
    _load_refusals(con, export)


_PROCEDURES = """
-- one row per procedure of an archived list
INSERT INTO collected.procedure BY NAME
SELECT ? AS source, procedure_code AS procedure_key, ? AS captured_at, * FROM read_parquet(?)
"""


_PAYMENTS = """
-- one row per payment of an archived fee list
INSERT INTO collected.payment BY NAME
SELECT ? AS source, ? AS export_id, ? AS captured_at, * EXCLUDE (unit_name, procedure_name, field) FROM read_parquet(?)
"""
_PAYING_UNITS = """
-- one row per unit that an archived fee list names
INSERT INTO collected.unit BY NAME
SELECT DISTINCT ? AS source, ? AS captured_at, unit_code, unit_name FROM read_parquet(?)
"""
_PAID_PROCEDURES = """
-- one row per procedure that an archived fee list names
INSERT INTO collected.procedure BY NAME
SELECT DISTINCT ? AS source, ? AS captured_at, procedure_key, procedure_name, field
FROM read_parquet(?)
WHERE procedure_key IS NOT NULL
"""
_STATISTICS = """
-- one row per delivered figure of an archived list
INSERT INTO collected.statistic BY NAME
SELECT
    ? AS source, ? AS partial, ? AS export_id, ? AS captured_at,
    '' AS field, '' AS procedure_key, '' AS unit_said, -- of whole units, told by their codes
    '' AS layout, '' AS reporting_unit, -- no form
    * EXCLUDE (unit_name, level)
FROM read_parquet(?)
"""
_UNITS = """
-- one row per unit that an archived list names
INSERT INTO collected.unit BY NAME
SELECT DISTINCT ? AS source, ? AS captured_at, unit_code, unit_name, level FROM read_parquet(?)
"""


def _load_refusals(con: duckdb.DuckDBPyConnection, export: Archived) -> None:
    con.execute(
        "INSERT INTO collected.refusal SELECT ?, sheet, row_number, column_name, reason, found FROM read_parquet(?)",
        [export.report.export_id, str(export.folder / archive.REFUSED)],
    )


def _load_indicators(con: duckdb.DuckDBPyConnection, export: Archived) -> None:
    form = from_json((export.folder / archive.INDICATORS).read_text(encoding="utf-8"))
    export_id, captured = export.report.export_id, _captured(export)
    entered = [
        (
            *(form.unit, one.key, one.name, one.quantity, one.period_start, one.period_end),
            *(one.numerator, one.denominator, one.value, one.entered_by, one.entered_on, one.note),
            *(export_id, one.row, captured),
        )
        for one in form.entries
    ]
    append(con, "collected.indicator", entered)
    refused = [(export_id, form.sheet, one.row, one.column, one.reason, one.found) for one in form.refused]
    append(con, "collected.refusal", refused)
    # the name on the form came from us: any other source knows it better
    append(con, "collected.unit", [(export.report.source, form.unit, form.unit_name or None, None, _NAMED_LAST)])


def _finding_rows(report: ExportReport) -> list[tuple[object, ...]]:
    return [(report.export_id, f.check_id, f.column, f.rows, f.example) for f in report.findings]


def _period_row(export: Archived) -> tuple[object, ...]:
    report = export.report
    first = export.captures[0].astimezone(UTC).replace(tzinfo=None)
    return (report.export_id, first, *_days(report.period_printed), *_days(report.period_seen))


def _days(iso: str) -> tuple[date | None, date | None]:
    """Return the days of an ISO range; None where a side, or all of it, is not known."""
    start, _, end = iso.partition("..")
    return (date.fromisoformat(start) if start else None, date.fromisoformat(end) if end else None)


def _captured(export: Archived) -> datetime:
    """Return the newest delivery as the warehouse keeps instants: UTC, without zone."""
    return export.captures[-1].astimezone(UTC).replace(tzinfo=None)


_NEWEST = {
    archive.ROWS: "SELECT CAST(max(newest_event_at) AS DATE) FROM read_parquet(?)",
    archive.PAYMENTS: "SELECT CAST(max(paid_at) AS DATE) FROM read_parquet(?)",
}


def _export_row(con: duckdb.DuckDBPyConnection, export: Archived) -> tuple[object, ...]:
    report = export.report
    newest = None
    for name, query in _NEWEST.items():
        if export.holds(name):
            newest = con.execute(query, [str(export.folder / name)]).fetchall()[0][0]
    return (
        report.export_id,
        report.source,
        report.layout,
        report.file_name,
        _captured(export),
        report.synthetic,
        report.partial,
        report.rows_read,
        report.rows_accepted,
        report.rows_merged,
        report.rows_refused,
        report.rows_skipped,
        newest,
        report_json(report),
    )


def parsed(export: Archived) -> PortalExport:
    """Return what an archived portal response says."""
    request = (export.folder / archive.REQUEST).read_bytes()
    return stored_response.said_by(gzip.decompress((export.folder / archive.RESPONSE).read_bytes()), request)


def _load_statistics(con: duckdb.DuckDBPyConnection, export: Archived) -> None:
    report, said = export.report, parsed(export)
    source, captured = report.source, _captured(export)
    append(
        con,
        "collected.statistic",
        [
            (
                source,
                s.unit,
                s.period_start,
                s.period_end,
                s.measure,
                s.value,
                s.quality,
                report.partial,
                report.export_id,
                s.item,
                captured,
                s.field,
                s.procedure,
                *("", "", ""),
            )
            for s in said.statistics
        ],
    )
    append(con, "collected.unit", [(source, u.unit, u.name, u.level, captured) for u in said.units])
    append(con, "collected.unit_alias", [(source, alias, code) for alias, code in said.aliases.items()])
    untold = (None,) * (len(PROCEDURE_FIELDS) - len(("code", "name", "status")))
    procedures = [(source, p.code, p.code, p.name, *untold, p.status, captured) for p in said.procedures]
    append(con, "collected.procedure", procedures)
