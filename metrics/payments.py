"""Payments of fee lists → published counts by day and unit, their ratios, and the rows behind them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from metrics.assess import Assessment, Scope, TargetBook, assess, counted
from metrics.contribution import Added
from metrics.definitions import Kind, Metric, Variant, payments_sql
from metrics.measures import PAID_NAMES
from metrics.periods import Period
from metrics.snapshot import Snapshot
from metrics.units import Unit, UnitTree

_SUMMED = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in PAID_NAMES)

# What a snapshot keeps; a question about it is put to `payment_daily`, in the snapshot and while it is made.
COPY_SQL = f"""
CREATE TABLE snapshot.payment_daily AS
SELECT source, day, unit_code, procedure_key, {_SUMMED}
FROM ({payments_sql()}) AS payment
GROUP BY source, day, unit_code, procedure_key
ORDER BY day, source, unit_code, procedure_key;

CREATE TEMP VIEW payment_daily AS SELECT * FROM snapshot.main.payment_daily;
"""
SUMS_SQL = """
-- one row per unit: the sums of a period
SELECT unit_code, sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM payment_daily
WHERE source = $source AND day BETWEEN $start AND $end
GROUP BY unit_code
"""
UNITS_SQL = """
-- one row per unit with payments of its own
SELECT DISTINCT unit_code
FROM payment_daily
WHERE source = $source
"""
NEWEST_SQL = """
-- one row: the newest day on which something was paid
SELECT max(day) AS day
FROM payment_daily
WHERE source = $source AND day <= $as_of
"""
_BEHIND = f"""
-- one row per payment and measure it adds to, in the order of the exports' rows
SELECT dossier_code, export_id, sheet, row_number, captured_at, file_name, measure, value,
    unit_code, procedure_key, paid_at, fee, charge, total, mode
FROM (
    UNPIVOT (
        SELECT p.*, e.file_name
        FROM ({payments_sql()}) AS p
        INNER JOIN collected.export AS e ON e.export_id = p.export_id
        WHERE p.source = $source AND p.day BETWEEN $start AND $end AND list_contains($units, p.unit_code)
    ) ON {", ".join(PAID_NAMES)} INTO NAME measure VALUE value
)
WHERE value <> 0 AND list_contains($measures, measure)
ORDER BY captured_at, export_id, sheet, row_number
"""

_PAYERS = f"""
-- one row per dossier that paid: its first payment, and what all of them say together
SELECT p.dossier_code, p.export_id, e.file_name, p.sheet, p.row_number, p.captured_at,
    p.unit_code, p.procedure_key, p.paid_at, p.mode, p.payments, p.paid_amount
FROM (
    SELECT * REPLACE (
        count(*) OVER (PARTITION BY dossier_code) AS payments,
        CAST(sum(total) OVER (PARTITION BY dossier_code) AS BIGINT) AS paid_amount,
        string_agg(DISTINCT mode, ', ' ORDER BY mode) OVER (PARTITION BY dossier_code) AS mode
    )
    FROM ({payments_sql()}) AS payment
    WHERE source = $source AND list_contains($codes, dossier_code)
) AS p
INNER JOIN collected.export AS e ON e.export_id = p.export_id
WHERE p.dossiers_paid = 1
ORDER BY p.captured_at, p.export_id, p.sheet, p.row_number
"""


def assess_payments(
    books: TargetBook, metrics: Iterable[Metric], scope: Scope, sums: Mapping[str, int]
) -> Iterator[Assessment]:
    """Yield the assessments that the payments of one scope give; those beside are judged only by a target that names them.

    Targets ask for a share of transactions, not of money, and of dossiers with a fee, not of those that paid. A list
    without a column for the way of payment reports none.
    """
    for metric in metrics:
        for variant in metric.variants_of(Kind.PAYMENT):
            counts = counted(variant, sums, filled=())
            named = books.in_force(metric, variant, scope) if variant.beside else None
            judged = not variant.beside or (named is not None and named.variant == variant.id)
            yield assess(metric, variant, counts, scope, books, comparable=judged)


def payment_rates(
    snapshot: Snapshot,
    books: TargetBook,
    metrics: Sequence[Metric],
    tree: UnitTree,
    units: Iterable[Unit],
    place: tuple[str, date],
    period: Period,
) -> Iterator[Assessment]:
    """Yield the assessments of units from one fee list. place: the source, and the day it is known as of."""
    source, as_of = place
    own = snapshot.rows(SUMS_SQL, {"source": source, "start": period.start, "end": period.end})
    sums = tree.rolled_up({row.pop("unit_code"): row for row in own})
    paying = tree.with_above(row["unit_code"] for row in snapshot.rows(UNITS_SQL, {"source": source}))
    for unit in units:
        if unit.code in paying:
            scope = Scope(source, unit, period, as_of)
            yield from assess_payments(books, metrics, scope, sums.get(unit.code, {}))


def newest_payment(snapshot: Snapshot, source: str, as_of: date) -> date | None:
    """Return the newest day of a payment up to a day; None where there is none."""
    day: date | None = snapshot.rows(NEWEST_SQL, {"source": source, "as_of": as_of})[0]["day"]
    return day


def rows_behind(
    con: duckdb.DuckDBPyConnection, source: str, units: Sequence[str], period: Period, measures: Iterable[str]
) -> list[dict[str, Any]]:
    """Return each payment of some units and days with what it adds (`value`) to each of some measures."""
    asked = {"source": source, "start": period.start, "end": period.end, "units": list(units)}
    cursor = con.execute(_BEHIND, {**asked, "measures": list(measures)})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def payers(con: duckdb.DuckDBPyConnection, source: str, codes: Iterable[str]) -> list[dict[str, Any]]:
    """Return, for each of some dossiers that paid, its first payment and the sums over all of them."""
    cursor = con.execute(_PAYERS, {"source": source, "codes": list(codes)})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def added(
    con: duckdb.DuckDBPyConnection, source: str, units: Sequence[str], period: Period, variant: Variant
) -> dict[str, Added]:
    """Return what the payments of each dossier add to a ratio, by its code."""
    found: dict[str, Added] = {}
    for row in rows_behind(con, source, units, period, {variant.numerator, variant.denominator}):
        numerator = row["value"] if row["measure"] == variant.numerator else 0
        denominator = row["value"] if row["measure"] == variant.denominator else 0
        known = found.get(row["dossier_code"], Added(0, 0))
        found[row["dossier_code"]] = Added(known.numerator + numerator, known.denominator + denominator)
    return found
