"""The statistics and refused rows of one form → Parquet files of a draft for the archive."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from collectors import archive
from collectors.sources.dossier_staging import append
from collectors.sources.form_record import Refusal
from collectors.sources.form_statistics import FormStatistic

_TABLES = """
-- one row per unit, field, procedure, period and measure: a delivered count
CREATE TABLE statistic (
    unit_code VARCHAR,
    unit_said VARCHAR,
    unit_name VARCHAR,
    field VARCHAR,
    procedure_key VARCHAR,
    procedure_code VARCHAR,
    procedure_name VARCHAR,
    period_start DATE,
    period_end DATE,
    measure VARCHAR,
    value DECIMAL(20, 4),
    item VARCHAR,
    layout VARCHAR,
    reporting_unit VARCHAR
);

-- one row per refused row
CREATE TABLE refusal (sheet VARCHAR, row_number INTEGER, column_name VARCHAR, reason VARCHAR, found VARCHAR);
"""


def write(statistics: Sequence[FormStatistic], refusals: Sequence[tuple[str, Refusal]], draft: Path) -> None:
    """Write statistics.parquet and refused.parquet."""
    con = duckdb.connect(":memory:")
    try:
        con.execute("SET enable_progress_bar = false")
        con.execute(_TABLES)
        append(con, "statistic", [_row(one) for one in statistics])
        append(con, "refusal", [(sheet, r.row, r.column, r.reason.value, r.found) for sheet, r in refusals])
        for table, name in (("statistic", archive.STATISTICS), ("refusal", archive.REFUSED)):
            target = str(draft / name).replace("'", "''")
            con.execute(f"COPY {table} TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    finally:
        con.close()


def _row(one: FormStatistic) -> tuple[object, ...]:
    of_whom = (one.unit_code, one.unit_said, one.unit_name or None, one.field)
    of_what = (one.procedure_key, one.procedure_code, one.procedure_name)
    of_when = (one.period_start, one.period_end)
    return (*of_whom, *of_what, *of_when, one.measure, one.value, one.item, one.layout, one.reporting_unit)
