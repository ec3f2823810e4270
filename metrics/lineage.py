"""A count in, what stands behind it out: the exports, sheets and rows of its dossiers, or the delivered value.

The rows are those that the counting statement itself counts (`contribution`), so their number is the count.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import duckdb

from metrics.assess import Assessment
from metrics.contribution import DossierScope, counted_singly
from metrics.definitions import VARIANT, Kind
from metrics.payments import payers, rows_behind
from metrics.periods import Period
from metrics.rates import rates, sources, unit_tree
from metrics.scope import AccessError, Scope
from metrics.snapshot import Snapshot
from metrics.source_ratios import Source
from metrics.targets import Register
from metrics.units import UnitTree


class Part(StrEnum):
    """Which of the two counts of a ratio."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


@dataclass(frozen=True, slots=True)
class Origin:
    """The row of an export that a dossier's version comes from; captured_at: UTC without zone."""

    export_id: str
    file_name: str
    sheet: str
    row_number: int
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A dossier as a state knows it; fields: the canonical ones, none of them personal."""

    dossier_code: str
    origin: Origin
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeliveredValue:
    """One delivered count: which export says it, and where in the response."""

    measure: str
    value: Decimal | None
    export_id: str
    file_name: str
    item: str
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class ExportShare:
    """How many of the rows come from one sheet of an export."""

    export_id: str
    file_name: str
    sheet: str
    captured_at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """One count and what it is made of: as many `rows` as it counts dossiers or payments (of money: the payments it is
    the sum of), or the `delivered` value.

    A count of procedures has neither: a procedure counts once, whatever the number of its dossiers.
    """

    assessment: Assessment
    part: Part
    count: int | None
    exports: tuple[ExportShare, ...]
    rows: tuple[Version, ...]
    delivered: tuple[DeliveredValue, ...]


def lineage(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    scope: Scope,
    *,
    metric: str,
    unit: str,
    period: str = "latest",
    part: Part = Part.NUMERATOR,
    source: str | None = None,
) -> list[Lineage]:
    """Return what one count of a metric is made of, for each source and variant that gives it.

    con: the warehouse that the snapshot was published from.
    Raises QuestionError for a metric, unit, source or period that is not there, AccessError for a unit out of scope.
    """
    tree = unit_tree(snapshot)
    if not scope.covers(tree, tree.unit(unit).code):
        raise AccessError(f"Từng hồ sơ của đơn vị {unit} nằm ngoài phạm vi của tài khoản này.")
    known = {one.source: one for one in sources(snapshot, source)}
    # what is asked of a ratio does not matter here: an empty register
    asked = rates(snapshot, Register(()), metrics=[metric], unit=unit, period=period, source=source)
    return [_lineage(con, tree, known[one.source], one, part) for one in asked]


def scope_of(tree: UnitTree, source: Source, unit: str, period: Period) -> DossierScope:
    """Return the dossiers and days behind the counts of a unit and period."""
    return DossierScope(source.source, tree.under(unit), period, min(period.end, source.as_of_day))


def versions(con: duckdb.DuckDBPyConnection, source: str, codes: Collection[str]) -> dict[str, Version]:
    """Return dossiers by their codes, in the order of the exports' rows."""
    cursor = con.execute(_VERSIONS, [list(codes), source])
    names = [column[0] for column in cursor.description]
    found = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    return {version.dossier_code: version for version in map(_version, found)}


def paying(con: duckdb.DuckDBPyConnection, source: str, codes: Collection[str]) -> dict[str, Version]:
    """Return dossiers of a fee list by their codes: their first payment, and the sums over all."""
    found = (_version(row) for row in payers(con, source, codes))
    return {version.dossier_code: version for version in found}


def delivered(
    con: duckdb.DuckDBPyConnection, source: str, unit: str, period: Period, measures: Iterable[str]
) -> dict[str, DeliveredValue]:
    """Return the delivered counts of a unit and period by measure; those not delivered are not there."""
    rows = con.execute(_DELIVERED, [source, unit, period.start, period.end, list(measures)]).fetchall()
    return {row[0]: DeliveredValue(*row) for row in rows}


_VERSIONS = """
-- one row per dossier: its version and the row it comes from
SELECT d.* EXCLUDE (source), e.file_name
FROM (SELECT unnest(?) AS dossier_code) AS asked
INNER JOIN collected.dossier AS d ON d.dossier_code = asked.dossier_code
INNER JOIN collected.export AS e ON e.export_id = d.export_id
WHERE d.source = ?
ORDER BY d.captured_at, d.export_id, d.sheet, d.row_number
"""
_DELIVERED = """
-- one row per delivered count
SELECT s.measure, s.value, s.export_id, e.file_name, s.item, s.captured_at
FROM collected.statistic AS s
INNER JOIN collected.export AS e ON e.export_id = s.export_id
WHERE
    s.source = ? AND s.unit_code = ? AND s.period_start = ? AND s.period_end = ?
    AND list_contains(?, s.measure) AND s.field = '' AND s.procedure_key = ''
ORDER BY s.measure
"""


def _lineage(con: duckdb.DuckDBPyConnection, tree: UnitTree, source: Source, one: Assessment, part: Part) -> Lineage:
    variant = VARIANT[one.variant]
    count = one.numerator if part == Part.NUMERATOR else one.denominator
    if source.kind == Kind.STATISTIC:
        measure = variant.numerator if part == Part.NUMERATOR else variant.denominator
        values = delivered(con, source.source, one.unit_code, one.period, [measure])
        return Lineage(one, part, count, (), (), tuple(values.values()))
    if source.kind == Kind.PAYMENT:
        measure = variant.numerator if part == Part.NUMERATOR else variant.denominator
        paid = tuple(map(_paid, rows_behind(con, source.source, tree.under(one.unit_code), one.period, [measure])))
        return Lineage(one, part, count, _shares(paid), paid, ())
    with counted_singly(con, scope_of(tree, source, one.unit_code, one.period), [variant]) as singles:
        codes = [code for code, added in singles.of(variant).items() if getattr(added, part)]
    rows = tuple(versions(con, source.source, codes).values())
    return Lineage(one, part, count, _shares(rows), rows, ())


def _paid(row: dict[str, Any]) -> Version:
    """Return a payment as the row of an export that it comes from."""
    fields = {name: value for name, value in row.items() if name not in ("measure", "value")}
    return _version(fields)


def _shares(rows: Iterable[Version]) -> tuple[ExportShare, ...]:
    counted = Counter(
        (row.origin.export_id, row.origin.file_name, row.origin.sheet, row.origin.captured_at) for row in rows
    )
    return tuple(ExportShare(*origin, rows) for origin, rows in counted.items())


def _version(row: dict[str, Any]) -> Version:
    origin = Origin(*(row.pop(name) for name in ("export_id", "file_name", "sheet", "row_number", "captured_at")))
    return Version(row.pop("dossier_code"), origin, row)
