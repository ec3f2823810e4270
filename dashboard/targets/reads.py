"""The published snapshot in, the register of targets out: what is in force for a unit on a day, and what changes next.

The scope of a row is that of `metrics.target`: a named unit makes level and province moot; `national` and `unit` speak of
every unit. A share of a schedule holds from 1 January of its year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dashboard.reads import kept, tables
from metrics import law_reads
from metrics.rates import unit_tree
from metrics.snapshot import Snapshot

NEEDED = {"register", "target", "indicator", "indicator_entry", "year_on_year"}


@dataclass(frozen=True, slots=True)
class Register:
    """The register itself. error_vi: why the present file is not used, "" when it is; instants are UTC."""

    rows: int
    file: str
    good_since: datetime | None
    error_vi: str
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of the register on a day: its value and due day then, and the newest figure of the unit against it."""

    row: Mapping[str, Any]
    value: float | None
    due: date | None
    steps: Mapping[int, float]
    newest: Mapping[str, Any] | None

    @property
    def status(self) -> str:
        """How it stands; "not_judged" where nothing is compared, "no_figure" where no figure is known."""
        if self.newest is not None:
            below = self.newest["status"] == "below" and self.row["kind"] == "full_mark"
            return "below_full_mark" if below else str(self.newest["status"])
        return "no_figure" if self.row["judged"] else "not_judged"


@dataclass(frozen=True, slots=True)
class Change:
    """What changes on a day: `kind` is step, begins, ends or due."""

    on: date
    kind: str
    row: Mapping[str, Any]
    value: float | None


def is_there(snapshot: Snapshot) -> bool:
    """Whether the snapshot has the register: one published by an earlier version has not."""
    return tables(snapshot) >= NEEDED


REGISTER = """
-- one row: the register in force when the snapshot was made
SELECT rows, file, good_since, error_vi, failing_since FROM register
"""


@kept
def register(snapshot: Snapshot) -> Register:
    """Return the register itself: how many rows, of which file, whether that could be used."""
    return Register(**snapshot.rows(REGISTER)[0])


COVERING = """
-- one row per target that speaks of a unit, in the order of the register
SELECT *
FROM target
WHERE unit = $unit
    OR (unit IS NULL AND coalesce(province, $province) = $province AND (level IN ('national', 'unit') OR level = $level))
ORDER BY rowid
"""


@kept
def in_force(snapshot: Snapshot, unit: str, on: date) -> list[Asked]:
    """Return what is asked of a unit on a day, with the newest figure of each."""
    newest = law_reads.newest_standings(snapshot, unit)
    found = [row for row in _covering(snapshot, unit) if _begins(row) <= on <= _ends(row)]
    return [
        Asked(row, value_on(row, on), due_on(row, on), steps_of(row), newest.get(row["target_id"])) for row in found
    ]


@kept
def changes(snapshot: Snapshot, unit: str, on: date) -> list[Change]:
    """Return what changes for a unit within twelve months after a day, soonest first."""
    last = date(on.year + 1, on.month, min(on.day, 28))
    found = [change for row in _covering(snapshot, unit) for change in _changes(row) if on < change.on <= last]
    return sorted(found, key=lambda change: (change.on, change.row["target_id"], change.kind))


@kept
def indicators(snapshot: Snapshot, unit: str) -> list[dict[str, Any]]:
    """Return the hand-entered figures of a unit that count, and how they stand; the newest period first."""
    return sorted(law_reads.indicators(snapshot, unit), key=lambda row: row["period_end"], reverse=True)


@kept
def entries(snapshot: Snapshot, unit: str) -> list[dict[str, Any]]:
    """Return every figure ever entered by hand of a unit, newest first."""
    found = law_reads.indicator_entries(snapshot, unit)
    return sorted(found, key=lambda row: (row["entered_on"], row["captured_at"]), reverse=True)


def steps_of(row: Mapping[str, Any]) -> dict[int, float]:
    """Return the shares of a schedule by year."""
    pairs = (part.split(":") for part in row["steps"].split(";") if part)
    return {int(year): float(share) for year, share in pairs}


def value_on(row: Mapping[str, Any], on: date) -> float | None:
    """Return what is asked on a day: the newest step that has begun, else the one value."""
    steps = steps_of(row)
    begun = [year for year in steps if year <= on.year]
    if steps:
        return steps[max(begun)] if begun else None
    value: float | None = row["value"]
    return value


def due_on(row: Mapping[str, Any], on: date) -> date | None:
    """Return the day by which the value of a day is to be reached: the end of its step.

    The published day is that of the day of publishing; of the last step it is not earlier than the step itself.
    """
    due: date | None = row["due"]
    steps = steps_of(row)
    if due is None or not steps:
        return due
    later = [year for year in steps if year > on.year]
    if later:
        return date(min(later) - 1, 12, 31)
    last: date | None = row["valid_to"]
    return due if due >= date(max(steps), 1, 1) else last


def _covering(snapshot: Snapshot, unit: str) -> list[dict[str, Any]]:
    asked = unit_tree(snapshot).unit(unit)
    return snapshot.rows(COVERING, {"unit": unit, "province": asked.province or "", "level": asked.level or ""})


def _changes(row: Mapping[str, Any]) -> list[Change]:
    found = [Change(date(year, 1, 1), "step", row, value) for year, value in steps_of(row).items()]
    days = {"begins": row["valid_from"], "ends": row["valid_to"], "due": row["due"]}
    if row["due"] == row["valid_to"]:
        del days["due"]
    found = [one for one in found if _begins(row) < one.on <= _ends(row)]
    return found + [Change(on, kind, row, value_on(row, on)) for kind, on in days.items() if on is not None]


def _begins(row: Mapping[str, Any]) -> date:
    return row["valid_from"] or date.min


def _ends(row: Mapping[str, Any]) -> date:
    return row["valid_to"] or date.max
