"""The counts of a unit and a period, taken apart: what each single dossier adds to a numerator and a denominator.

This is no second definition. The statement that counts dossiers (`count.sql`) runs once more, over dossiers whose
procedure is replaced by their own code, so its rows are single dossiers, and their sums are the counts themselves.
Counts of procedures are not made of single dossiers: nothing is told of them.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import duckdb

from metrics import count
from metrics.definitions import Variant
from metrics.measures import CATALOGUED, terms
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
        if variant.counts_procedures:
            return {}
        self._cursor.execute("DELETE FROM term").fetchall()
        with self._cursor.appender("term") as appender:
            for row in self._terms(variant):
                appender.append_row(*row)
        return {code: Added(*counts) for code, *counts in self._cursor.execute(_ADDED).fetchall()}

    def _terms(self, variant: Variant) -> Iterator[tuple[str, str, int, date, date]]:
        """Yield the flows that make the two counts: part, measure, sign, and the days on which they count."""
        days, last = self._scope.period, self._scope.stock_day
        for part, measure in (("numerator", variant.numerator), ("denominator", variant.denominator)):
            for term in terms(measure):
                between = (date.min, last) if term.ever else (days.start, days.end)
                yield (part, term.measure, term.sign, *between)


@contextmanager
def counted_singly(
    con: duckdb.DuckDBPyConnection, scope: DossierScope, variants: Collection[Variant]
) -> Iterator[Singles]:
    """Yield the dossiers of a scope, counted one by one for some ratios; the warehouse stays as it is."""
    stocks = any(variant.at_end for variant in variants)
    last = max(scope.period.end, scope.stock_day) if stocks else scope.period.end
    used = {name for variant in variants for name in (variant.numerator, variant.denominator)}
    measures = {term.measure for name in used for term in terms(name)}
    counted = {CATALOGUED[name][0] if name in CATALOGUED else name for name in measures}
    cursor = con.cursor()
    try:
        cursor.execute("ATTACH ':memory:' AS single").fetchall()
        cursor.execute(_TABLES).fetchall()
        cursor.execute(_DOSSIERS, {"source": scope.source, "units": list(scope.units)}).fetchall()
        cursor.execute(_LISTED, [scope.source]).fetchall()
        cursor.execute("USE single").fetchall()
        cursor.execute(count.SCHEMA_SQL).fetchall()
        cursor.execute(_DAYS, {"stocks": stocks, "first": scope.period.start, "last": last}).fetchall()
        count.recount(cursor)
        cursor.execute(_FLOWS, [list(scope.units), sorted(counted)]).fetchall()
        if measures & CATALOGUED.keys():
            cursor.execute(_OF_CATALOGUE).fetchall()
        yield Singles(cursor, scope)
    finally:
        cursor.close()
        con.execute("DETACH DATABASE IF EXISTS single").fetchall()


_TABLES = """
CREATE SCHEMA single.collected;
CREATE TABLE single.collected.dossier AS SELECT * FROM collected.dossier LIMIT 0;
CREATE TABLE single.collected.touched_day AS SELECT * FROM collected.touched_day LIMIT 0;
CREATE TABLE single.flow (
    day DATE NOT NULL,
    dossier_code VARCHAR NOT NULL,
    measure VARCHAR NOT NULL,
    value BIGINT NOT NULL
);
CREATE TABLE single.term (part VARCHAR, measure VARCHAR, sign INTEGER, first_day DATE, last_day DATE);
"""
_DOSSIERS = """
-- one row per dossier of the scope, as if it were a procedure of its own
INSERT INTO single.collected.dossier
SELECT * REPLACE (dossier_code AS procedure_key)
FROM collected.dossier
WHERE source = $source AND (list_contains($units, unit_code) OR list_contains($units, resolving_unit_code))
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
-- one row per dossier, day and measure that it counts in, in these units
INSERT INTO flow
SELECT day, procedure_key, measure, value
FROM (
    UNPIVOT (SELECT * FROM counted.daily WHERE list_contains(?, unit_code))
    ON COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)) INTO NAME measure VALUE value
)
WHERE value <> 0 AND list_contains(?, measure)
"""
_LISTED = """
-- one row per dossier of the scope: what the catalogue says of its procedure
CREATE TABLE single.listed AS
WITH described AS (
    SELECT
        procedure_key,
        arg_max(eligible_full, (captured_at, source)) AS eligible,
        arg_max(service_level, (captured_at, source)) IN ('partial', 'full') AS offered
    FROM collected.procedure
    GROUP BY procedure_key
)

SELECT d.dossier_code, p.eligible, p.offered
FROM collected.dossier AS d
INNER JOIN described AS p ON p.procedure_key = d.procedure_key
WHERE d.source = ?
"""
_OF_CATALOGUE = """
-- one row more per dossier whose procedure the catalogue flags: the measures of measures.CATALOGUED
INSERT INTO flow
WITH catalogued (counted, measure, flag) AS (
    VALUES
    ('level_known', 'eligible_known', 'eligible'),
    ('received_online_full', 'eligible_online_full', 'eligible'),
    ('channel_known', 'offered_known', 'offered'),
    ('received_online', 'offered_online', 'offered')
)

SELECT f.day, f.dossier_code, c.measure, f.value
FROM flow AS f
INNER JOIN listed AS l ON l.dossier_code = f.dossier_code
INNER JOIN catalogued AS c ON c.counted = f.measure
WHERE (c.flag = 'eligible' AND l.eligible) OR (c.flag = 'offered' AND l.offered)
"""
_ADDED = """
-- one row per dossier that adds something
SELECT dossier_code, numerator, denominator
FROM (
    SELECT
        f.dossier_code,
        CAST(coalesce(sum(f.value * t.sign) FILTER (WHERE t.part = 'numerator'), 0) AS BIGINT) AS numerator,
        CAST(coalesce(sum(f.value * t.sign) FILTER (WHERE t.part = 'denominator'), 0) AS BIGINT) AS denominator
    FROM flow AS f
    INNER JOIN term AS t ON t.measure = f.measure AND f.day BETWEEN t.first_day AND t.last_day
    GROUP BY f.dossier_code
) AS added
WHERE numerator <> 0 OR denominator <> 0
ORDER BY dossier_code
"""
