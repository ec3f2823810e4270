"""The rows of a recognised sheet → `staged`: the columns of its layout, and no others, as text."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path

import duckdb

from collectors.dossier import FIELDS
from collectors.sources.dossier_rows import Structure, lines, picked, ragged, total_label
from collectors.sources.sheets import Sheet, day_0

MOST_MEMORY = "800MB"  # what the engine may hold; the rest is spilled. An office's computer has other things to do.


@cache
def sql(name: str) -> str:
    """Return the text of a statement file of this folder."""
    return (files("collectors.sources") / name).read_text(encoding="utf-8")


def connection(spill: Path) -> duckdb.DuckDBPyConnection:
    """Return an in-memory connection with the tables that one export needs; what does not fit goes to `spill`."""
    con = duckdb.connect(":memory:")
    con.execute("SET enable_progress_bar = false")
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET temp_directory = ?", [str(spill)])
    con.execute(f"SET memory_limit = '{MOST_MEMORY}'")
    con.execute(sql("dossier_staging.sql"))
    return con


def land(con: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """Put the columns of the layout, and no others, into `staged`: times typed, everything else as text."""
    _set(con, "epoch", day_0(sheet.table))
    if sheet.header.layout.structured:
        _land_structured(con, sheet)
    elif not _land_by_engine(con, sheet):
        _land_by_row(con, sheet)


def _set(con: duckdb.DuckDBPyConnection, name: str, value: object) -> None:
    con.execute(f"SET VARIABLE {name} = ?", [value])


def _land_by_engine(con: duckdb.DuckDBPyConnection, sheet: Sheet) -> bool:
    """Land a plain text file by the engine's own reader; False, and nothing landed, unless every line is one record.

    The engine reads with several threads and keeps the order: a row's number follows from its place in `staged`.
    """
    clean_text, header = sheet.table.clean_text, sheet.header
    if clean_text is None or any("\n" in cell for _, cells in sheet.table.head(header.row) for cell in cells):
        return False
    names = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(header.headers)))
    texts = {name: f"coalesce(c{place}, '')" for name, place in header.columns.items()}
    chosen = ", ".join(f"{texts.get(name, 'NULL')} AS {name}" for name in FIELDS)
    label = f"label_of({texts['dossier_code']}, c0, c1)"
    before = _staged(con)
    _set(con, "before", header.row + 1 - before)
    con.execute("BEGIN")
    try:
        con.execute(
            f"WITH landed AS (SELECT ? AS sheet, NULL AS row_number, NULL AS skipped, {label} AS label, {chosen}"
            f" FROM read_csv(?, header = false,"
            f" skip = ?, delim = ?, quote = '\"', escape = '\"', auto_detect = false, strict_mode = true,"
            f" columns = {{{names}}})) {sql('dossier_landing.sql')}",
            [sheet.table.sheet, str(clean_text.path), header.row, clean_text.delimiter],
        ).fetchall()
    except duckdb.Error:
        con.execute("ROLLBACK")
        return False
    if _staged(con) != before + clean_text.lines - header.row:
        con.execute("ROLLBACK")
        return False
    con.execute("COMMIT")
    return True


def _staged(con: duckdb.DuckDBPyConnection) -> int:
    return int(con.execute("SELECT count(*) FROM staged").fetchall()[0][0])


def _land_by_row(con: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    places = [sheet.header.columns.get(name) for name in FIELDS]
    code = sheet.header.columns["dossier_code"]
    width = len(sheet.header.headers)
    refused: list[tuple[str, int, str]] = []
    rows = con.appender("landed")
    for number, cells in islice(sheet.table.rows(), sheet.header.row, None):
        if len(cells) != width and ragged(sheet.table, cells, width):
            refused.append((sheet.table.sheet, number, f"{len(cells)} ô, tiêu đề có {width} cột"))
            continue
        rows.append_row(sheet.table.sheet, number, None, total_label(cells, code), *picked(cells, places))
    rows.flush()
    _stage_landed(con)
    append(con, "ragged", refused)


def _stage_landed(con: duckdb.DuckDBPyConnection) -> None:
    _set(con, "before", 0)
    con.execute(sql("dossier_landing.sql"))
    con.execute("TRUNCATE landed")


def _land_structured(con: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """Land a form whose group rows, title or status columns say what its dossiers are."""
    name, structure = sheet.table.sheet, Structure()
    rows = con.appender("landed")
    for line in lines(sheet.table, sheet.header, structure):
        rows.append_row(name, line.number, line.skipped, line.label, *line.values)
    rows.flush()
    _stage_landed(con)
    append(con, "ragged", [(name, number, found) for number, found in structure.ragged])
    append(con, "stated", [(name, one.row, one.row + 1, one.last_row, one.count) for one in structure.stated])
    append(con, "odd_group", [(name, number) for number in structure.odd_groups])


def derive_status(con: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """Set the status that a filled date means, in a form without a status column; the first rule that fits holds."""
    if "status" in sheet.header.columns:
        return
    for name, meaning in sheet.header.layout.status_when.items():
        con.execute(
            f"UPDATE staged SET status = ? WHERE sheet = ? AND skipped IS NULL AND status IS NULL"
            f" AND ({name.removesuffix('_at')} IS NOT NULL OR NOT blank({name.removesuffix('_at')}_text))",
            [meaning, sheet.table.sheet],
        )


def append(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Append rows to a table; the engine's appender is a thousand times faster than executemany."""
    if not rows:
        return
    appender = con.appender(table)
    for row in rows:
        appender.append_row(*row)
    appender.flush()
