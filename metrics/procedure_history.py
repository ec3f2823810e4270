"""One procedure through time and units: a published state in, counts by month and by unit out.

Counts add up; the caller divides with the way of counting that speaks for the metric. Days are local, both ends included.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from metrics.periods import Period, month
from metrics.rates import unit_tree
from metrics.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Months:
    """The sums of the flows of one procedure in one month."""

    period: Period
    sums: Mapping[str, int]


_BY_MONTH = """
-- one row per month in which something happened to a procedure in some units, oldest first
SELECT CAST(date_trunc('month', day) AS DATE) AS month,
    sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
WHERE source = $source AND procedure_key = $procedure AND list_contains($units, unit_code)
    AND day BETWEEN $start AND $end
GROUP BY month
ORDER BY month
"""
_BY_UNIT = """
-- one row per unit in which something happened to a procedure in a stretch of days
SELECT unit_code, sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
WHERE source = $source AND procedure_key = $procedure AND list_contains($units, unit_code)
    AND day BETWEEN $start AND $end
GROUP BY unit_code
"""


def by_month(snapshot: Snapshot, *, source: str, procedure: str, unit: str, start: date, end: date) -> list[Months]:
    """Return the sums of a procedure in a unit and all below it, by month, oldest first; months without any are absent."""
    asked = {"source": source, "procedure": procedure, "start": start, "end": end}
    rows = snapshot.rows(_BY_MONTH, asked | {"units": unit_tree(snapshot).under(unit)})
    return [Months(month(row.pop("month")), _whole(row)) for row in rows]


def by_unit(
    snapshot: Snapshot, *, source: str, procedure: str, unit: str, start: date, end: date
) -> dict[str, Mapping[str, int]]:
    """Return the sums of a procedure in each unit directly below a unit (in the unit itself where it has none)."""
    tree = unit_tree(snapshot)
    asked = {"source": source, "procedure": procedure, "start": start, "end": end, "units": tree.under(unit)}
    own = {row.pop("unit_code"): _whole(row) for row in snapshot.rows(_BY_UNIT, asked)}
    sums = tree.rolled_up(own)
    wanted = [one.code for one in tree.children(unit)] or [unit]
    return {code: sums[code] for code in wanted if code in sums}


def _whole(row: Mapping[str, int]) -> dict[str, int]:
    return {name: int(value or 0) for name, value in row.items()}
