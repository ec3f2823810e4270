"""What the rows of a summary form turn out to be: records of counts, totals, refused rows, and how many were skipped."""

from dataclasses import dataclass, field

from collectors.dossier import Refused, Skipped
from collectors.form import Block


@dataclass(frozen=True, slots=True)
class Count:
    """One printed count; value None: blank. item: the cell as a spreadsheet names it, with the sheet before it."""

    value: int | None
    item: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not taken."""

    row: int
    column: str
    reason: Refused
    found: str


@dataclass(slots=True)
class Record:
    """The counts of one unit, field or procedure; `rows` says which rows of the sheet they stand in.

    keys: unit, field, procedure, procedure_code, year, month → text, "" where the form says nothing. missing: blocks of
    rows that did not come. parts: counts of the rows that are inside this one.
    """

    row: int
    keys: dict[str, str]
    counts: dict[str, Count]
    rates: dict[str, str]
    rows: int = 1
    missing: list[Block] = field(default_factory=list)
    parts: list[dict[str, Count]] = field(default_factory=list)


@dataclass(slots=True)
class Total:
    """A row that sums up records[first:last]. whole: words of a total, maybe of the whole form; else the head of a group.

    A head with no records below it stands for itself in the total of the form.
    """

    row: int
    counts: dict[str, Count]
    first: int
    last: int
    whole: bool


@dataclass(slots=True)
class FormRows:
    """What the rows of one sheet are: read = accepted + refused + skipped (merging comes later).

    unknown: rows with counts that the form does not know; they are skipped.
    """

    read: int = 0
    records: list[Record] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    skipped: dict[Skipped, int] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)

    def skip(self, reason: Skipped) -> None:
        """Count a row that holds no counts of its own."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1
