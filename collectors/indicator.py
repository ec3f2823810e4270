"""A hand-entered figure of an indicator: its row, and what else one filled form holds."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

SOURCE = "indicators"


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure that a person entered. Key: unit of the form, key, period.

    quantity: ratio, reduction, rank, count or points. value: a fraction of 1 for the first two; None where numerator and
    denominator say it. denominator of a rank: of how many. entered_by, entered_on: who entered it, and on which day.
    """

    key: str
    name: str
    quantity: str
    period_start: date
    period_end: date
    numerator: int | None
    denominator: int | None
    value: Decimal | None
    entered_by: str
    entered_on: date
    note: str
    row: int


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """Why one row of a form was refused: where, what was found, what was expected and what to do."""

    row: int
    column: str
    found: str
    reason: str


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form of one unit and year, and what became of its rows."""

    unit: str
    unit_name: str
    year: int
    sheet: str
    entries: tuple[Entry, ...]
    refused: tuple[RefusedCell, ...]


def to_json(form: FilledForm) -> str:
    """Return the form as it is archived; days in ISO, decimals as text."""
    return json.dumps(asdict(form), ensure_ascii=False, indent=1, sort_keys=True, default=str)


def from_json(text: str) -> FilledForm:
    """Return a form as it was archived."""
    said: dict[str, Any] = json.loads(text)
    return FilledForm(
        unit=said["unit"],
        unit_name=said["unit_name"],
        year=said["year"],
        sheet=said["sheet"],
        entries=tuple(_entry(one) for one in said["entries"]),
        refused=tuple(RefusedCell(**one) for one in said["refused"]),
    )


def _entry(said: dict[str, Any]) -> Entry:
    days = {name: date.fromisoformat(said[name]) for name in ("period_start", "period_end", "entered_on")}
    value = None if said["value"] is None else Decimal(said["value"])
    return Entry(**{**said, **days, "value": value})
