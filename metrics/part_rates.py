"""Delivered counts of fields and procedures of a unit → assessments: as a form prints them, never added up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from metrics.assess import Assessment, Counts, Scope, TargetBook, assess
from metrics.definitions import Kind, Metric, Variant
from metrics.periods import Period, between, calendar_twin, parse_period
from metrics.snapshot import Snapshot
from metrics.source_ratios import local_day
from metrics.units import Unit

PartBy = Literal["procedure", "field"]


def part_rates(
    snapshot: Snapshot,
    books: TargetBook,
    metrics: Iterable[Metric],
    units: Sequence[Unit],
    *,
    source: str,
    as_of: date,
    period: str,
    by: PartBy,
) -> Iterator[Assessment]:
    """Yield one assessment per variant, unit and procedure (or field) of which at least one count was delivered.

    A field has counts where the form has a row for it; procedures are not added up to it.
    """
    wanted = [(metric, variant) for metric in metrics for variant in metric.variants_of(Kind.STATISTIC)]
    asked = {
        "source": source,
        "units": [unit.code for unit in units],
        "measures": sorted({name for _, one in wanted for name in (one.numerator, one.denominator)}),
        "procedures": by == "procedure",
    }
    days = _days(snapshot, asked, period, as_of)
    if days is None:
        return
    by_code = {unit.code: unit for unit in units}
    cells: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
    for row in snapshot.rows(_PARTS, asked | {"start": days.start, "end": days.end}):
        cells.setdefault((row["unit_code"], row["field"], row["procedure_key"]), {})[row["measure"]] = row
    for (code, field, key), rows in sorted(cells.items(), key=lambda cell: (-_size(cell[1]), cell[0])):
        first = next(iter(rows.values()))
        captured = min(as_of, *(local_day(row["captured_at"]) for row in rows.values()))
        scope = Scope(source, by_code[code], days, captured, key or None, first["name"], field or first["known_field"])
        for metric, variant in wanted:
            if counts := _counts(variant, rows):
                yield assess(metric, variant, counts, scope, books)


def _days(snapshot: Snapshot, asked: dict[str, Any], period: str, as_of: date) -> Period | None:
    if period != "latest":
        return calendar_twin(parse_period(period, as_of))
    newest = snapshot.rows(_NEWEST, asked | {"as_of": as_of})
    return between(newest[0]["period_start"], newest[0]["period_end"]) if newest else None


def _counts(variant: Variant, rows: dict[str, dict[str, Any]]) -> Counts | None:
    names = (variant.numerator, variant.denominator)
    if not any(name in rows for name in names):
        return None
    return Counts(*(_whole(rows[name]["value"]) if name in rows else None for name in names))


def _size(rows: Mapping[str, dict[str, Any]]) -> int:
    """The largest comes first, as it does with dossiers."""
    return max(_whole(row["value"]) or 0 for row in rows.values())


def _whole(value: Decimal | None) -> int | None:
    return None if value is None or value < 0 or value != int(value) else int(value)


_PARTS = """
-- one row per delivered count of a field or a procedure, with what is known of the procedure
SELECT s.unit_code, s.field, s.procedure_key, s.measure, s.value, s.captured_at, p.field AS known_field,
    CASE WHEN s.procedure_key <> '' THEN coalesce(p.procedure_name, s.procedure_key) END AS name
FROM statistic_part AS s
LEFT JOIN procedure AS p ON p.procedure_key = s.procedure_key
WHERE
    s.source = $source AND list_contains($units, s.unit_code) AND list_contains($measures, s.measure)
    AND (s.procedure_key <> '') = $procedures
    AND s.period_start = $start AND s.period_end = $end
ORDER BY s.unit_code, s.field, s.procedure_key, s.measure
"""
_NEWEST = """
-- one row: of the periods that have begun, the one that begins last; of those the shortest
SELECT period_start, period_end
FROM statistic_part
WHERE
    source = $source AND list_contains($units, unit_code) AND list_contains($measures, measure)
    AND (procedure_key <> '') = $procedures AND period_start <= $as_of
ORDER BY period_start DESC, period_end
LIMIT 1
"""
