"""A statistic is a count that a source delivers ready-made: its row, and what else one response holds.

Statistics are kept as delivered: never rolled up from units below, never divided here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Statistic:
    """One delivered number. Key: unit, field, procedure, period (both days included), measure.

    field, procedure: "" = of the whole unit.
    unit: the unit code (`H44.101`), `VN` for the whole country, `id:<uuid>` where the source names no code.
    value: None = delivered as null; 0 = reported zero. quality: the mark that goes with the number, if any.
    item: where it stands in the response, e.g. `children[3].totalOnTime`.
    """

    unit: str
    period_start: date
    period_end: date
    measure: str
    value: Decimal | None
    quality: str | None
    item: str
    field: str = ""
    procedure: str = ""


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit as the source calls it; level: national, province, department, commune, None = not delivered."""

    unit: str
    name: str | None
    level: str | None


@dataclass(frozen=True, slots=True)
class ProcedureName:
    """A procedure (TTHC) as the source calls it; the code is text always. status: the source's word for its state."""

    code: str
    name: str
    status: str | None = None


@dataclass(frozen=True, slots=True)
class PortalRequest:
    """The question that a stored response answers: the response itself names neither endpoint nor period.

    endpoint: canonical path, e.g. `evaluation/transparency`. captured_at: UTC, aware.
    whole_list: this is one page of a list of that many pages and rows, of which the same run received every page,
    no row twice; None: not said.
    """

    endpoint: str
    body: dict[str, object]
    captured_at: datetime
    synthetic: bool
    whole_list: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PortalFinding:
    """Something odd that was kept: the named check, the field, how often, and where the first one stands."""

    check_id: str
    column: str
    rows: int
    example: str


@dataclass(frozen=True, slots=True)
class PortalExport:
    """Everything that one response says, with the request it answers.

    rows_read: rows of the list (units, or procedures of a catalogue page); the root unit comes on top, the
    portal's own total does not count it either. rows_skipped: reason → rows. aliases: portal id → unit code.
    expected_rows: how many rows the source says there are, None = not said. partial: fewer, or unknown.
    """

    request: PortalRequest
    period_start: date
    period_end: date
    statistics: list[Statistic]
    units: list[UnitName]
    aliases: dict[str, str]
    procedures: list[ProcedureName]
    rows_read: int
    rows_skipped: dict[str, int]
    partial: bool
    expected_rows: int | None
    findings: list[PortalFinding]
