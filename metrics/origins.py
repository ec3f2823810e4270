"""A published count in, the exports behind it out, from the snapshot alone: how many of its rows each sheet holds.

The shares of the sheets add up to the count: they are the same flows as in `daily`, kept by origin instead of by
procedure. Which rows they are is told by `lineage`, which needs the archive.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from metrics.definitions import VARIANT
from metrics.lineage import DeliveredValue
from metrics.measures import COUNTED_NAMES, TERMS
from metrics.rates import sources, unit_tree
from metrics.scope import AccessError, Scope
from metrics.snapshot import Snapshot
from metrics.source_ratios import with_stocks


@dataclass(frozen=True, slots=True)
class SheetShare:
    """What one sheet of an export holds of the two counts of a ratio; captured_at: UTC without zone."""

    export_id: str
    file_name: str
    sheet: str
    captured_at: datetime | None
    numerator: int
    denominator: int


def sheets(
    snapshot: Snapshot, scope: Scope, *, variant: str, source: str, unit: str, start: date, end: date
) -> list[SheetShare]:
    """Return the sheets behind a ratio of dossiers, the newest export first; both ends of the period included.

    None for a ratio that is no sum over dossiers: procedures are counted once, whatever the sheet.
    Raises QuestionError for a source or unit that is not there, AccessError for a unit that is not in scope.
    """
    (one,) = sources(snapshot, source)
    tree = unit_tree(snapshot)
    if not scope.covers(tree, tree.unit(unit).code):
        raise AccessError(
            f"Tệp và trang tính đứng sau số liệu của đơn vị {unit} nằm ngoài phạm vi của tài khoản này. "
            "Người có phạm vi gồm đơn vị đó mới xem được."
        )
    counts = VARIANT[variant]
    if not {counts.numerator, counts.denominator} <= {*COUNTED_NAMES, *TERMS}:
        return []
    last = min(end, one.as_of_day)
    asked = {"source": source, "units": tree.under(unit), "last": last}
    flows = {_place(row): row for row in snapshot.rows(_SHEETS, asked | {"first": start})}
    ever = {_place(row): row for row in snapshot.rows(_SHEETS, asked | {"first": date.min})}
    found = []
    for place, entered in ever.items():
        sums = with_stocks(_counted(flows.get(place, {})), _counted(entered))
        pair = (int(sums.get(counts.numerator, 0)), int(sums.get(counts.denominator, 0)))
        if any(pair):
            found.append(SheetShare(*place, numerator=pair[0], denominator=pair[1]))
    return found


_PLACE = ("export_id", "file_name", "sheet", "captured_at")


def _place(row: Mapping[str, Any]) -> tuple[str, str, str, datetime | None]:
    return row["export_id"], row["file_name"], row["sheet"], row["captured_at"]


def _counted(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: value for name, value in row.items() if name not in _PLACE}


def delivered(
    snapshot: Snapshot, *, variant: str, source: str, unit: str, start: date, end: date
) -> Iterator[DeliveredValue]:
    """Yield the delivered counts of a ratio, numerator first, with the response that says them."""
    asked = VARIANT[variant]
    rows = snapshot.rows(_DELIVERED, [source, unit, start, end, [asked.numerator, asked.denominator]])
    by_measure = {row["measure"]: DeliveredValue(**row) for row in rows}
    for measure in (asked.numerator, asked.denominator):
        if measure in by_measure:
            yield by_measure[measure]


_SHEETS = """
-- one row per sheet of an export: the sums of its dossiers over some days and units
WITH share AS (
    SELECT export_id, sheet, sum(COLUMNS(* EXCLUDE (source, day, unit_code, export_id, sheet)))
    FROM origin
    WHERE source = $source AND day BETWEEN $first AND $last AND list_contains($units, unit_code)
    GROUP BY export_id, sheet
)

SELECT share.*, coalesce(export.file_name, share.export_id) AS file_name, export.captured_at
FROM share
LEFT JOIN export USING (export_id)
ORDER BY export.captured_at DESC NULLS LAST, file_name, share.sheet
"""
_DELIVERED = """
-- one row per delivered count
SELECT s.measure, s.value, s.export_id, coalesce(e.file_name, s.export_id) AS file_name, s.item, s.captured_at
FROM statistic AS s
LEFT JOIN export AS e ON e.export_id = s.export_id
WHERE
    s.source = ? AND s.unit_code = ? AND s.period_start = ? AND s.period_end = ?
    AND list_contains(?, s.measure)
"""
