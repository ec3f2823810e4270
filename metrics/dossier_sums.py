"""The daily counts of a published dossier list in, sums out: by unit, by procedure or by field, of any period."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from collectors.reading.text import fold
from metrics.periods import Period
from metrics.snapshot import Snapshot
from metrics.source_ratios import EVER_SUMS, Source, Sums, with_stocks
from metrics.units import Unit, UnitTree

_NEWEST_RECEPTION = """
-- one row: the newest day on which a dossier was received
SELECT max(day) AS day
FROM daily
WHERE source = $source AND received > 0 AND day <= $as_of
"""
_UNITS_OF = """
-- one row per unit with dossiers of its own
SELECT DISTINCT unit_code
FROM daily
WHERE source = $source
"""
_FLOWS_BY_UNIT = """
-- one row per unit: the sums of a period
SELECT unit_code, sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
WHERE source = $source AND day BETWEEN $start AND $end
GROUP BY unit_code
"""
_ENTERED_BY_UNIT = f"""
-- one row per unit: what entered and left up to and including a day
SELECT
    unit_code,
    {EVER_SUMS}
FROM daily
WHERE source = $source AND day <= $stock_day
GROUP BY unit_code
"""
_FLOWS_BY_PROCEDURE = """
-- one row per procedure: the sums of a period over some units
SELECT procedure_key, sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
WHERE source = $source AND day BETWEEN $start AND $end AND list_contains($units, unit_code)
GROUP BY procedure_key
"""
_ENTERED_BY_PROCEDURE = f"""
-- one row per procedure: what entered and left some units up to and including a day
SELECT
    procedure_key,
    {EVER_SUMS}
FROM daily
WHERE source = $source AND day <= $stock_day AND list_contains($units, unit_code)
GROUP BY procedure_key
"""
_PROCEDURES = """
-- one row per procedure
SELECT procedure_key, coalesce(procedure_name, procedure_code, procedure_key) AS name, field
FROM procedure
"""


class Part(NamedTuple):
    """One procedure, or all of one field: its sums; key, name: of the procedure; None: of a field."""

    key: str | None
    name: str | None
    field: str | None
    procedures: frozenset[str]
    sums: Sums


def newest_reception(snapshot: Snapshot, source: Source) -> date | None:
    """Return the newest day on which a dossier was received, up to the as-of day; None where there is none."""
    asked = {"source": source.source, "as_of": source.as_of_day}
    day: date | None = snapshot.rows(_NEWEST_RECEPTION, asked)[0]["day"]
    return day


def with_dossiers(snapshot: Snapshot, source: Source, tree: UnitTree, units: Iterable[Unit]) -> list[Unit]:
    """Return the units with a dossier of the source, ever, of their own or below them."""
    rows = snapshot.rows(_UNITS_OF, {"source": source.source})
    codes = tree.with_above(row["unit_code"] for row in rows)
    return [unit for unit in units if unit.code in codes]


def sums_by_unit(snapshot: Snapshot, source: Source, period: Period) -> dict[str, Sums]:
    """Return flows and stocks of each unit on its own; a unit whose dossiers are all of other days has zeros."""
    asked = {"source": source.source}
    flows = snapshot.rows(_FLOWS_BY_UNIT, asked | {"start": period.start, "end": period.end})
    entered = snapshot.rows(_ENTERED_BY_UNIT, asked | {"stock_day": _stock_day(source, period)})
    return _joined("unit_code", flows, entered)


def procedures_named(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """Return by key the name and the field of each procedure that is known."""
    return {row["procedure_key"]: row for row in snapshot.rows(_PROCEDURES)}


def sums_by_part(
    snapshot: Snapshot,
    source: Source,
    period: Period,
    units: list[str],
    procedures: Mapping[str, dict[str, Any]],
    by: Literal["procedure", "field"],
) -> list[Part]:
    """Return the sums over some units by procedure or by field, the largest first. procedures: of procedures_named."""
    by_procedure = _sums_by_procedure(snapshot, source, period, units)
    return _by_field(by_procedure, procedures) if by == "field" else _by_name(by_procedure, procedures)


def _sums_by_procedure(snapshot: Snapshot, source: Source, period: Period, units: list[str]) -> dict[str, Sums]:
    asked = {"source": source.source, "units": units}
    flows = snapshot.rows(_FLOWS_BY_PROCEDURE, asked | {"start": period.start, "end": period.end})
    entered = snapshot.rows(_ENTERED_BY_PROCEDURE, asked | {"stock_day": _stock_day(source, period)})
    return _joined("procedure_key", flows, entered)


def _stock_day(source: Source, period: Period) -> date:
    return min(period.end, source.as_of_day)


def _joined(key: str, flows: Iterable[dict[str, Any]], entered: Iterable[dict[str, Any]]) -> dict[str, Sums]:
    of_period = {row.pop(key): row for row in flows}
    of_life = {row.pop(key): row for row in entered}
    keys = dict.fromkeys([*of_period, *of_life])
    return {one: with_stocks(of_period.get(one, {}), of_life.get(one, {})) for one in keys}


def _by_name(sums: Mapping[str, Sums], procedures: Mapping[str, dict[str, Any]]) -> list[Part]:
    parts = []
    for key, cell in sums.items():
        known = procedures.get(key, {"name": key, "field": None})
        parts.append(Part(key, known["name"], known["field"], frozenset({key}), cell))
    return sorted(parts, key=lambda part: (-_size(part), part.name or ""))


def _by_field(sums: Mapping[str, Sums], procedures: Mapping[str, dict[str, Any]]) -> list[Part]:
    """Return the sums by field: spellings of one field (hoá, hóa, HÓA) are one, shown as most procedures spell it."""
    spellings: dict[str, Counter[str]] = {}
    for row in procedures.values():
        if row["field"]:
            spellings.setdefault(fold(row["field"]), Counter())[row["field"]] += 1
    cells: dict[str, Counter[str]] = {}
    keys: dict[str, set[str]] = {}
    for key, cell in sums.items():
        name = fold(procedures.get(key, {}).get("field") or "")
        cells.setdefault(name, Counter()).update(cell)
        keys.setdefault(name, set()).add(key)
    shown = {fold: min(found, key=lambda one: (-found[one], one)) for fold, found in spellings.items()}
    parts = [Part(None, None, shown.get(name), frozenset(keys[name]), cell) for name, cell in cells.items()]
    return sorted(parts, key=lambda part: (-_size(part), part.field or ""))


def _size(part: Part) -> int:
    return part.sums.get("received", 0)
