"""A unit and a period in, the counts of a report out: one line per unit, field or procedure, and their whole.

Every count is a sum over `daily`, made by the same functions as the rates. A stock at the beginning of the period (what
is carried over) is named like the stock with `_before`. Flows are those of the days of the period, stocks those at its
end, or at the last day of which anything is known.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from collectors.reading.text import fold
from metrics.measures import CATALOGUED, COUNTED_NAMES, TERMS
from metrics.periods import Period
from metrics.rates import unit_tree
from metrics.snapshot import Snapshot
from metrics.source_ratios import Source, with_stocks
from metrics.units import Unit, UnitTree

BEFORE = "_before"
NO_FIELD_VI = "Chưa rõ lĩnh vực"


class By(StrEnum):
    """What a line of a report stands for."""

    UNIT = "unit"
    FIELD = "field"
    PROCEDURE = "procedure"


@dataclass(frozen=True, slots=True)
class Line:
    """The counts of one unit (with all below it), field or procedure; None: not reported."""

    code: str
    name: str
    counts: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines, and the whole; adds_up: whether the whole is to be the sum of the lines."""

    by: By
    lines: tuple[Line, ...]
    whole: Line
    adds_up: bool = True


def dossier_names() -> frozenset[str]:
    """Return every count of dossiers that a template may name."""
    before = (f"{name}{BEFORE}" for name in _STOCKS)
    return frozenset([*COUNTED_NAMES, *CATALOGUED, *TERMS, *before])


def dossier_lines(snapshot: Snapshot, source: Source, unit: Unit, period: Period, by: By) -> Lines:
    """Return the counts of a unit and all below it, by the units directly below, by field or by procedure.

    A unit with dossiers of its own beside those of the units below it has a line of its own.
    """
    tree = unit_tree(snapshot)
    cells = _cells(snapshot, source, period, tree.under(unit.code))
    whole = Line(unit.code, unit.name, _complete(_added(cells.values())))
    split = _by_unit(tree, unit, cells) if by == By.UNIT else _by_procedure(snapshot, cells, by)
    return Lines(by, tuple(split), whole)


def delivered_lines(snapshot: Snapshot, source: Source, unit: Unit, period: Period, names: Iterable[str]) -> Lines:
    """Return ready-made counts of the units directly below (or of the unit alone); they are never added up."""
    tree = unit_tree(snapshot)
    below = tree.children(unit.code)
    wanted = list(names)
    asked = {
        "source": source.source,
        "units": [one.code for one in (unit, *below)],
        "measures": wanted,
        "start": period.start,
        "end": period.end,
    }
    found: dict[str, dict[str, int | None]] = {}
    for row in snapshot.rows(_DELIVERED, asked):
        value = row["value"]
        whole = None if value is None or value < 0 or value != int(value) else int(value)
        found.setdefault(row["unit_code"], {})[row["measure"]] = whole
    lines = [Line(one.code, one.name, _with_every(found.get(one.code, {}), wanted)) for one in (unit, *below)]
    told = [line for line in lines[1:] if line.code in found]
    return Lines(By.UNIT, tuple(told or lines[:1]), lines[0], adds_up=False)


_DELIVERED = """
-- one row per delivered count of a unit in a period
SELECT unit_code, measure, value
FROM statistic
WHERE
    source = $source AND list_contains($units, unit_code) AND list_contains($measures, measure)
    AND period_start = $start AND period_end = $end
"""
_BETWEEN = """
-- one row per unit and procedure: the sums of the days from one to another
SELECT unit_code, procedure_key, sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
WHERE source = $source AND day BETWEEN $first AND $last AND list_contains($units, unit_code)
GROUP BY unit_code, procedure_key
"""
_PROCEDURES = """
-- one row per procedure
SELECT procedure_key, procedure_code, coalesce(procedure_name, procedure_code, procedure_key) AS name, field
FROM procedure
"""

_STOCKS = tuple(name for name, terms in TERMS.items() if all(term.ever for term in terms))

Key = tuple[str, str]
Sums = Mapping[str, int]


def _cells(snapshot: Snapshot, source: Source, period: Period, units: list[str]) -> dict[Key, dict[str, int]]:
    """Return the counts of each unit and procedure on its own."""
    flows = _between(snapshot, source, units, period.start, period.end)
    before = _between(snapshot, source, units, date.min, period.start - timedelta(days=1))
    ever = _between(snapshot, source, units, date.min, min(period.end, source.as_of_day))
    found = {}
    for key in dict.fromkeys([*flows, *ever, *before]):
        at_end = with_stocks(flows.get(key, {}), ever.get(key, {}))
        at_start = with_stocks({}, before.get(key, {}))
        found[key] = {**at_end, **{f"{name}{BEFORE}": at_start[name] for name in _STOCKS}}
    return found


def _between(snapshot: Snapshot, source: Source, units: list[str], first: date, last: date) -> dict[Key, Sums]:
    asked = {"source": source.source, "units": units, "first": first, "last": last}
    rows = snapshot.rows(_BETWEEN, asked)
    return {(row.pop("unit_code"), row.pop("procedure_key")): row for row in rows}


def _added(cells: Iterable[Sums]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for one in cells:
        whole.update(one)
    return whole


def _complete(counts: Mapping[str, int]) -> dict[str, int | None]:
    return {name: counts.get(name, 0) for name in dossier_names()}


def _with_every(counts: Mapping[str, int | None], names: Iterable[str]) -> dict[str, int | None]:
    return {name: counts.get(name) for name in names}


def _by_unit(tree: UnitTree, unit: Unit, cells: Mapping[Key, Sums]) -> list[Line]:
    lines = []
    for below in tree.children(unit.code):
        under = set(tree.under(below.code))
        found = [one for (code, _), one in cells.items() if code in under]
        if found:
            lines.append(Line(below.code, below.name, _complete(_added(found))))
    own = [one for (code, _), one in cells.items() if code == unit.code]
    if own:
        lines.insert(0, Line(unit.code, unit.name, _complete(_added(own))))
    return lines


def _by_procedure(snapshot: Snapshot, cells: Mapping[Key, Sums], by: By) -> list[Line]:
    procedures = {row["procedure_key"]: row for row in snapshot.rows(_PROCEDURES)}
    parts: dict[str, list[Sums]] = {}
    labels: dict[str, Counter[tuple[str, str]]] = {}
    for (_, procedure), counts in cells.items():
        known = procedures.get(procedure, {"procedure_code": None, "name": procedure, "field": None})
        field = known["field"] or NO_FIELD_VI
        key, label = (fold(field), ("", field)) if by == By.FIELD else (procedure, _label(known))
        parts.setdefault(key, []).append(counts)
        labels.setdefault(key, Counter())[label] += 1  # of several spellings, the one of most procedures
    lines = []
    for key, found in parts.items():
        code, name = min(labels[key], key=lambda one: (-labels[key][one], one))
        sums = _complete(_added(found))
        if any(count for name_, count in sums.items() if _happens(name_)):
            lines.append(Line(code, name, sums))
    return sorted(lines, key=lambda line: (line.name == NO_FIELD_VI, line.name, line.code))


def _label(procedure: Mapping[str, str | None]) -> tuple[str, str]:
    return procedure["procedure_code"] or "", procedure["name"] or ""


def _happens(name: str) -> bool:
    """A line is shown when anything happened in the period, or is open at its start or end."""
    return not name.endswith(("_entered", "_left")) and name not in ("entered", "left")
