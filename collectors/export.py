"""One export (a file, or one response of a portal): its errors, and the report of what became of its rows.

ExportError                 one export cannot be taken; the others go on
├── UnreadableExport        not a container we can open (damaged, encrypted, an error page, ...)
├── EmptyExport             nothing below the header, or no cells at all
├── UnknownLayout           no sheet has a header we know
├── MissingColumn           the layout is known, but a column that a metric needs is not there
├── RefusedLayout           the layout is known, and known to be nothing we can load
├── ShiftedColumns          the layout is known, but the values stand under wrong headers
├── RequestNeeded           a portal response without endpoint, period or capture time, a form without period or unit
└── InvalidResponse         a portal response that breaks one of its rules
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from collectors.findings import Check, checks


class ExportError(Exception):
    """An export that is refused as a whole; the text is for the person who made it, in Vietnamese."""

    def __init__(
        self,
        *,
        file: str,
        found: str,
        expected: str,
        advice: str,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
    ) -> None:
        self.file, self.sheet, self.row, self.column = file, sheet, row, column
        self.found, self.expected, self.advice = found, expected, advice
        super().__init__(self.message_vi)

    @property
    def message_vi(self) -> str:
        """File, sheet, row, column; what was found, what was expected, what to do."""
        places = [f"tệp {self.file}"]
        places += [f"trang tính “{self.sheet}”"] if self.sheet else []
        places += [f"dòng {self.row}"] if self.row else []
        places += [f"cột “{self.column}”"] if self.column else []
        return f"{', '.join(places)}: {self.found}. Cần: {self.expected}. Cách xử lý: {self.advice}."


class UnreadableExport(ExportError):
    """The bytes are not a container we can open."""


class EmptyExport(ExportError):
    """There is nothing to read."""


class UnknownLayout(ExportError):
    """No sheet has a header we know."""


class MissingColumn(ExportError):
    """The layout is known, but lacks a column that a metric needs."""


class RefusedLayout(ExportError):
    """A form we know that cannot be loaded: no list of dossiers, or one without what tells dossiers apart."""


class ShiftedColumns(ExportError):
    """The rows lack a cell that the header has, so that values stand under wrong headers."""


class RequestNeeded(ExportError):
    """A portal response that does not say which question it answers, or a form of which days or whose it is."""


class InvalidResponse(ExportError):
    """A portal response that breaks one of its own rules."""


class Outcome(StrEnum):
    """What became of an export."""

    ACCEPTED = "accepted"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd that was kept: named check, column, number of rows, and where the first one stands."""

    check_id: str
    column: str
    rows: int
    example: str

    @property
    def check(self) -> Check:
        """What the check is about: severity, dimension and words."""
        return checks()[self.check_id]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What became of one export and of each of its rows: read = accepted + merged + refused + skipped.

    period_printed, period_seen: ISO ranges 2026-07-01..2026-07-31, a side that is not known left blank; "" where nothing
    is printed (period_wording: the words), or no row has a reception. untold_id: the id of the same bytes with nothing told,
    where what was told is part of this one.
    """

    file_name: str
    outcome: Outcome
    export_id: str = ""
    source: str = ""
    layout: str = ""
    captured_at: datetime | None = None
    synthetic: bool = False
    partial: bool = False
    rows_read: int = 0
    rows_accepted: int = 0
    rows_merged: int = 0
    rows_refused: int = 0
    rows_skipped: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    mapped: dict[str, str] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    refusals: tuple[str, ...] = ()
    message_vi: str = ""
    period_wording: str = ""
    period_printed: str = ""
    period_seen: str = ""
    untold_id: str = ""

    @property
    def adds_up(self) -> bool:
        """Whether every row read is accounted for."""
        parts = self.rows_accepted + self.rows_merged + self.rows_refused + self.rows_skipped
        return self.rows_read == parts

    @property
    def flawed(self) -> bool:
        """Whether anything of it was refused: the run then ends with exit code 1."""
        return self.outcome is Outcome.REFUSED or self.rows_refused > 0


def report_json(report: ExportReport) -> str:
    """Return a report as JSON text; `report_of` reads it again."""
    return json.dumps(asdict(report), ensure_ascii=False, sort_keys=True, default=_plain)


def report_of(values: Mapping[str, Any]) -> ExportReport:
    """Return the report that a JSON document tells (a sidecar, `tthc collect --json`); what we do not know is left out."""
    known: dict[str, Any] = {one.name: values[one.name] for one in fields(ExportReport) if one.name in values}
    known |= {name: tuple(known[name]) for name in ("unmapped", "dropped", "refusals") if name in known}
    known["outcome"] = Outcome(known["outcome"])
    parts = [one.name for one in fields(Finding)]
    known["findings"] = tuple(Finding(*(said[name] for name in parts)) for said in known.get("findings", ()))
    if known.get("captured_at"):
        known["captured_at"] = datetime.fromisoformat(known["captured_at"])
    return ExportReport(**known)


def _plain(value: object) -> str:
    if isinstance(value, date):  # an instant is a date too
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
