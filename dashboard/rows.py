"""What a page shows, as values: the rows that `reads` finds in a snapshot. Instants are UTC, days local, both ends included."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class State:
    """The published state itself; instants are UTC."""

    snapshot_id: str
    as_of: datetime | None
    published_at: datetime
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One source of the snapshot; as_of_day is the local day its newest export was captured on."""

    source: str
    kind: str
    synthetic: bool
    captured_at: datetime
    newest_event: date | None
    as_of_day: date


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit with figures in a source."""

    code: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Period:
    """One stretch of days, both ends included; complete: it was over when the data were captured."""

    kind: str
    label: str
    start: date
    end: date
    complete: bool


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked of a rate: op and value as a fraction of 1; kind "target" or "full_mark"."""

    op: str
    value: float
    kind: str
    due: date | None
    document: str
    article: str


@dataclass(frozen=True, slots=True)
class Rate:
    """One published assessment: metric × unit × period of one source."""

    metric: str
    variant: str | None
    source: str
    unit_code: str
    unit_name: str
    period: Period
    numerator: int | None
    denominator: int | None
    ratio: float | None
    target: Target | None
    status: str
    gap: int | None


@dataclass(frozen=True, slots=True)
class Volume:
    """One count; on: the day of a stock, None for what happened during the period."""

    name: str
    value: int | Decimal | None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The first rows of something, and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


@dataclass(frozen=True, slots=True)
class RateListing:
    """The first assessments of something, and how many there are in all."""

    rates: list[Rate]
    total: int
