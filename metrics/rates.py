"""A question about a published state in, assessments out: by unit, by procedure or by field, of any period.

The functions that assess when a snapshot is made (`source_ratios`) assess here too, so a figure on the screen, on the
command line and in an alert is the same figure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from metrics import QuestionError
from metrics.assess import Assessment, Scope, Status, TargetBook
from metrics.definitions import Kind, Metric, chosen
from metrics.dossier_sums import newest_reception, procedures_named, sums_by_part, sums_by_unit, with_dossiers
from metrics.on_time import DEFAULT, OnTime
from metrics.part_rates import part_rates
from metrics.payments import newest_payment, payment_rates
from metrics.periods import Period, PeriodKind, calendar_twin, parse_period
from metrics.procedures import CATALOGUE_SQL, SEEN_SQL, Catalogue, Seen, procedure_counts, seen_by_unit
from metrics.snapshot import Snapshot
from metrics.source_ratios import (
    FILLED,
    Delivered,
    Source,
    Told,
    Volumes,
    Way,
    assess_dossiers,
    assess_statistics,
    counts_procedures,
    filled_in,
    measures_of,
    overdue_measures,
    volumes_of,
)
from metrics.targets import Kind as TargetKind
from metrics.targets import Level, Op, Register, Target
from metrics.units import Unit, UnitTree

By = Literal["unit", "procedure", "field"]


def rates(
    snapshot: Snapshot,
    register: Register,
    *,
    metrics: Iterable[str] | None = None,
    unit: str | None = None,
    by: By | None = None,
    period: str = "latest",
    source: str | None = None,
    as_of: date | None = None,
    variants: bool = False,
) -> list[Assessment]:
    """Return one assessment per metric, source and unit (or procedure, or field) that the counts can give.

    variants: every way of counting a metric, not only the one that speaks for it; those beside it are judged only by
    a target that names them.

    unit None: the roots. by "unit": the units directly below (every unit when none is chosen, the unit itself when
    nothing is below it). by "procedure" or "field": of dossiers, and of forms that print them. as_of: as if the newest
    data were of that day. Raises QuestionError for a metric, unit, source or period that is not there.
    """
    wanted, tree = chosen(metrics), unit_tree(snapshot)
    units = _asked(tree, unit, by)
    books, rule, catalogue = TargetBook(register), rule_of_snapshot(snapshot), Catalogue(snapshot.rows(CATALOGUE_SQL))
    found: list[Assessment] = []
    for one in sources(snapshot, source, as_of):
        if one.kind == Kind.DOSSIER:
            days = parse_period(period, one.as_of_day, latest=newest_reception(snapshot, one))
            told = Told(rule, filled_in(snapshot.rows(FILLED, [one.source])), catalogue, variants)
            found += _dossier_rates(snapshot, books, told, told.ways(wanted), tree, units, one, days, by)
        elif one.kind == Kind.PAYMENT:
            days = parse_period(period, one.as_of_day, latest=newest_payment(snapshot, one.source, one.as_of_day))
            if by is None or by == "unit":
                place = (one.source, one.as_of_day)
                found += payment_rates(snapshot, books, wanted, tree, units, place, days)
        elif by is None or by == "unit":
            delivered = _statistics(snapshot, one, wanted, units, period)
            found += assess_statistics(books, wanted, tree, one, delivered)
        else:
            found += part_rates(
                snapshot, books, wanted, units, source=one.source, as_of=one.as_of_day, period=period, by=by
            )
    order_of_units = {code: number for number, code in enumerate(tree.units)}
    order = {metric.key: number for number, metric in enumerate(wanted)}
    return sorted(found, key=lambda one: (order[one.metric], one.source, order_of_units[one.unit_code]))


def volumes(
    snapshot: Snapshot,
    *,
    unit: str | None = None,
    period: str = "latest",
    source: str | None = None,
    as_of: date | None = None,
) -> list[Volumes]:
    """Return the volumes of a unit (of the roots for None) from each dossier source that has any.

    Raises QuestionError for a unit, source or period that is not there.
    """
    tree = unit_tree(snapshot)
    overdue = overdue_measures(rule_of_snapshot(snapshot))
    found = []
    for one in sources(snapshot, source, as_of):
        if one.kind != Kind.DOSSIER:
            continue
        days = parse_period(period, one.as_of_day, latest=newest_reception(snapshot, one))
        sums = tree.rolled_up(sums_by_unit(snapshot, one, days))
        for asked in with_dossiers(snapshot, one, tree, _asked(tree, unit, None)):
            found.append(volumes_of(one, asked, days, sums.get(asked.code, {}), overdue))
    return found


def trend(snapshot: Snapshot, metric: str, unit: str, source: str, months: int = 13) -> list[Assessment]:
    """Return the published months of one metric, oldest first; its targets are those in force when published."""
    rows = snapshot.rows(_TREND, {"metric": metric, "unit": unit, "source": source, "months": months})
    return [_published(row) for row in rows]


def sources(snapshot: Snapshot, source: str | None = None, as_of: date | None = None) -> list[Source]:
    """Return the sources of a snapshot, or the one of this name; as_of takes the place of their own as-of day.

    Raises QuestionError when there is none of this name.
    """
    found = [
        Source(row["source"], Kind(row["kind"]), row["synthetic"], as_of or row["as_of_day"])
        for row in snapshot.rows(_SOURCES)
    ]
    named = [one for one in found if source in (None, one.source)]
    if source is not None and not named:
        known = ", ".join(one.source for one in found) or "chưa có nguồn nào"
        raise QuestionError(f"Không có nguồn “{source}” trong bản công bố. Các nguồn: {known}.")
    return named


def unit_tree(snapshot: Snapshot) -> UnitTree:
    """Return the units of a snapshot."""
    return UnitTree(
        Unit(row["unit_code"], row["unit_name"], row["parent_code"], row["level"], row["leaf"])
        for row in snapshot.rows(_UNITS)
    )


def rule_of_snapshot(snapshot: Snapshot) -> OnTime:
    """Return the on-time rule set that a snapshot was published by."""
    (row,) = snapshot.rows("SELECT * FROM snapshot")
    return OnTime(row.get("on_time") or DEFAULT)


_SOURCES = """
-- one row per source with ratios; figures entered by hand stand apart
SELECT source, kind, synthetic, as_of_day
FROM source
WHERE kind <> 'indicator'
ORDER BY synthetic, kind, source
"""
_UNITS = """
-- one row per unit
SELECT unit_code, unit_name, parent_code, level, leaf
FROM unit
"""
_STATISTICS = """
-- one row per delivered count
SELECT unit_code, period_start, period_end, measure, value, quality, captured_at
FROM statistic
WHERE
    source = $source AND list_contains($measures, measure) AND list_contains($units, unit_code)
    AND period_start = $start AND period_end = $end
"""
_NEWEST_DELIVERED = """
-- one row: of the periods that have begun, the one that begins last; of those the shortest
SELECT period_start, period_end
FROM statistic
WHERE
    source = $source AND list_contains($measures, measure) AND list_contains($units, unit_code)
    AND period_start <= $as_of
ORDER BY period_start DESC, period_end
LIMIT 1
"""
_TREND = """
-- one row per month, oldest first: the newest months of one metric of one unit
SELECT * FROM (
    SELECT *
    FROM assessment
    WHERE metric = $metric AND unit_code = $unit AND source = $source AND period_kind = 'month'
    ORDER BY period_start DESC
    LIMIT $months
) AS newest
ORDER BY period_start
"""


def _asked(tree: UnitTree, unit: str | None, by: By | None) -> list[Unit]:
    if unit is None:
        return list(tree.units.values()) if by == "unit" else tree.roots
    one = tree.unit(unit)
    return tree.children(unit) or [one] if by == "unit" else [one]


def _dossier_rates(
    snapshot: Snapshot,
    books: TargetBook,
    told: Told,
    ways: Sequence[Way],
    tree: UnitTree,
    units: Sequence[Unit],
    source: Source,
    period: Period,
    by: By | None,
) -> Iterator[Assessment]:
    seen = seen_by_unit(tree, _seen(snapshot, source, period)) if counts_procedures(ways) else {}
    if by is None or by == "unit":
        sums = tree.rolled_up(sums_by_unit(snapshot, source, period))
        for unit in with_dossiers(snapshot, source, tree, units):
            scope = Scope(source.source, unit, period, source.as_of_day)
            listed = procedure_counts(seen.get(unit.code, Seen()), told.catalogue.of(unit))
            whole = {**sums.get(unit.code, {}), **listed}
            yield from assess_dossiers(books, ways, scope, whole, filled=told.filled)
        return
    procedures = procedures_named(snapshot)
    for unit in units:
        split = sums_by_part(snapshot, source, period, tree.under(unit.code), procedures, by)
        for key, name, field, keys, cell in split:
            scope = Scope(source.source, unit, period, source.as_of_day, key, name, field)
            listed = procedure_counts(seen.get(unit.code, Seen()), told.catalogue.of(unit), keys)
            yield from assess_dossiers(books, ways, scope, {**cell, **listed}, filled=told.filled)


def _seen(snapshot: Snapshot, source: Source, period: Period) -> list[dict[str, Any]]:
    return snapshot.rows(SEEN_SQL, {"source": source.source, "start": period.start, "end": period.end})


def _statistics(
    snapshot: Snapshot, source: Source, metrics: Sequence[Metric], units: Sequence[Unit], period: str
) -> list[Delivered]:
    asked = {
        "source": source.source,
        "measures": measures_of(metrics),
        "units": [unit.code for unit in units],
    }
    if period == "latest":
        newest = snapshot.rows(_NEWEST_DELIVERED, asked | {"as_of": source.as_of_day})
        if not newest:
            return []
        start, end = newest[0]["period_start"], newest[0]["period_end"]
    else:
        days = calendar_twin(parse_period(period, source.as_of_day))
        start, end = days.start, days.end
    rows = snapshot.rows(_STATISTICS, asked | {"start": start, "end": end})
    return [Delivered(*row.values()) for row in rows]


def _published(row: Mapping[str, Any]) -> Assessment:
    target = _published_target(row) if row["target_id"] is not None else None
    return Assessment(
        metric=row["metric"],
        variant=row["variant"],
        source=row["source"],
        unit_code=row["unit_code"],
        unit_name=row["unit_name"],
        period=Period(PeriodKind(row["period_kind"]), row["period_label"], row["period_start"], row["period_end"]),
        complete=row["complete"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        ratio=row["ratio"],
        target=target,
        target_value=target.value if target else None,
        status=Status(row["status"]),
        gap=row["gap"],
    )


def _published_target(row: Mapping[str, Any]) -> Target:
    """Return what the snapshot keeps of a target: enough to name it, not its days of validity."""
    return Target(
        id=row["target_id"],
        metric=row["metric"],
        op=Op(row["target_op"]),
        value=Decimal(repr(row["target_value"])),
        kind=TargetKind(row["target_kind"]),
        level=Level(row["target_level"]),
        due=row["target_due"],
        document=row["target_document"],
        article=row["target_article"],
    )
