"""The counts of a unit and a period, taken apart: what each single dossier adds to a numerator and a denominator.

This is no second definition. The statement that counts dossiers (`count.sql`) runs once more, over dossiers whose
procedure is replaced by their own code, so its rows are single dossiers, and their sums are the counts themselves.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import duckdb

from metrics import count
from metrics.definitions import Variant
from metrics.measures import STOCK_FLOWS
from metrics.periods import Period


class Added(NamedTuple):
    """What one dossier adds to the two counts of a ratio, or a change of one takes away."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class DossierScope:
    """Whose dossiers, of which days. units: the unit and all below it. stock_day: the day stocks are counted on."""

    source: str
    units: Sequence[str]
    period: Period
    stock_day: date


class Singles:
    """The dossiers of one scope, counted one by one."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, scope: DossierScope) -> None:
        self._cursor = cursor
        self._scope = scope

    def of(self, variant: Variant) -> dict[str, Added]:
        """Return what each dossier adds to a ratio, by its code; dossiers that add nothing are not there."""
        days = self._scope.period
        first, last = (date.min, self._scope.stock_day) if variant.stock else (days.start, days.end)
        asked = {"first": first, "last": last, **_terms(variant)}
        return {code: Added(*counts) for code, *counts in self._cursor.execute(_ADDED, asked).fetchall()}


@contextmanager
def counted_singly(
    con: duckdb.DuckDBPyConnection, scope: DossierScope, variants: Collection[Variant]
) -> Iterator[Singles]:
    """Yield the dossiers of a scope, counted one by one for some ratios; the warehouse stays as it is."""
    stocks = any(variant.stock for variant in variants)
    last = max(scope.period.end, scope.stock_day) if stocks else scope.period.end
    measures = {name for variant in variants for names in _terms(variant).values() for name in names}
    cursor = con.cursor()
    try:
        cursor.execute("ATTACH ':memory:' AS single").fetchall()
        cursor.execute(_TABLES).fetchall()
        cursor.execute(_DOSSIERS, [scope.source, scope.units]).fetchall()
        cursor.execute("USE single").fetchall()
        cursor.execute(count.SCHEMA_SQL).fetchall()
        cursor.execute(_DAYS, {"stocks": stocks, "first": scope.period.start, "last": last}).fetchall()
        count.recount(cursor)
        cursor.execute(_FLOWS, [sorted(measures)]).fetchall()
        yield Singles(cursor, scope)
    finally:
        cursor.close()
        con.execute("DETACH DATABASE IF EXISTS single").fetchall()


def _terms(variant: Variant) -> dict[str, list[str]]:
    """Return the flows whose sum, and those whose sum taken away, make the two counts."""
    terms: dict[str, list[str]] = {}
    for part, measure in (("numerator", variant.numerator), ("denominator", variant.denominator)):
        came, went = STOCK_FLOWS[measure] if variant.stock else (measure, None)
        terms[f"{part}_came"], terms[f"{part}_went"] = [came], [went] if went else []
    return terms


_TABLES = """
CREATE SCHEMA single.collected;
CREATE TABLE single.collected.dossier AS SELECT * FROM collected.dossier LIMIT 0;
CREATE TABLE single.collected.touched_day AS SELECT * FROM collected.touched_day LIMIT 0;
CREATE TABLE single.flow (
    day DATE NOT NULL,
    dossier_code VARCHAR NOT NULL,
    measure VARCHAR NOT NULL,
    value INTEGER NOT NULL
);
"""
_DOSSIERS = """
-- one row per dossier of the scope, as if it were a procedure of its own
INSERT INTO single.collected.dossier
SELECT * REPLACE (dossier_code AS procedure_key)
FROM collected.dossier
WHERE source = ? AND list_contains(?, unit_code)
"""
_DAYS = """
-- one row per day that bears on the counts; nothing is open, or late, before the first reception
INSERT INTO collected.touched_day
SELECT CAST(unnest(generate_series(
    CAST(CASE WHEN $stocks THEN least($first, min(CAST(received_at AS DATE))) ELSE $first END AS TIMESTAMP),
    CAST($last AS TIMESTAMP),
    INTERVAL 1 DAY
)) AS DATE)
FROM collected.dossier
"""
_FLOWS = """
-- one row per dossier, day and measure that it counts in
INSERT INTO flow
SELECT day, procedure_key, measure, value
FROM (UNPIVOT counted.daily ON COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)) INTO NAME measure VALUE value)
WHERE value <> 0 AND list_contains(?, measure)
"""
_ADDED = """
-- one row per dossier that adds something
SELECT dossier_code, numerator, denominator
FROM (
    SELECT
        dossier_code,
        CAST(coalesce(sum(value) FILTER (WHERE list_contains($numerator_came, measure)), 0)
            - coalesce(sum(value) FILTER (WHERE list_contains($numerator_went, measure)), 0) AS BIGINT) AS numerator,
        CAST(coalesce(sum(value) FILTER (WHERE list_contains($denominator_came, measure)), 0)
            - coalesce(sum(value) FILTER (WHERE list_contains($denominator_went, measure)), 0) AS BIGINT)
            AS denominator
    FROM flow
    WHERE day BETWEEN $first AND $last
    GROUP BY dossier_code
) AS added
WHERE numerator <> 0 OR denominator <> 0
ORDER BY dossier_code
"""
