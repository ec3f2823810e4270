"""A form whose rows may be parts of the row above (cases of a procedure) → records with their parts, heads, totals.

A row with a number is counted. One without is a part of the row with a number above it; above all of them, and then also
right before a row that is numbered 1 again, it is the head of a group (a unit with counts). What else it could be is
refused: which rows add up is then proved by form_proof.
"""

import re
from collections.abc import Sequence

from collectors.dossier import Refused, Skipped
from collectors.form import level_of
from collectors.form_header import FormHeader
from collectors.reading.table import Table
from collectors.sources.form_reader import Reader

_FIRST = re.compile(r"0*1\.?")


class PartsReader(Reader):
    """Remembers also whether a numbered row is open, and a row that only the next one tells to be a part or a head."""

    def __init__(self, table: Table, header: FormHeader) -> None:
        super().__init__(table, header)
        self._open = False  # a numbered row stands above, in the same group
        self._summed = False  # a total stands above, and no name of a group below it
        self._held: tuple[int, list[str]] | None = None
        self._doubtful = False  # a name in the place of parts, without counts: of a group only where numbers start anew

    def end(self) -> None:
        """Take the end of the sheet."""
        self._settle(first=False)
        super().end()

    def _classify(self, number: int, cells: list[str]) -> None:
        self._settle(first=self._is_first(cells))
        super()._classify(number, cells)
        if self._is_total(cells):
            self._open, self._summed = False, bool(self.found.records)

    def _is_first(self, cells: Sequence[str]) -> bool:
        return bool(_FIRST.fullmatch(self._cell(cells, "number")))

    def _settle(self, *, first: bool) -> None:
        """Say what the row before is, now that it is known whether a row numbered 1 follows."""
        if self._held is None:
            return
        (number, cells), self._held = self._held, None
        if first and any(not total.whole for total in self.found.totals):
            self._enter_head(number, cells)
            return
        counts = self._counts(number, cells)
        if counts is not None:
            self.found.records[-1].parts.append(counts)
            self.found.skip(Skipped.PART)

    def _is_subtotal(self, cells: Sequence[str]) -> bool:
        spanning = self._is_words({self._cell(cells, "number")}) and not self._cell(cells, self._form.rows)
        return spanning or super()._is_subtotal(cells)

    def _take(self, number: int, cells: Sequence[str]) -> None:
        if self._is_misplaced(first=self._is_first(cells)):
            self._refuse(number, "", Refused.ODD_ROW, "")
            return
        super()._take(number, cells)
        self._open, self._summed, self._doubtful = bool(self.found.records), False, False

    def _is_misplaced(self, *, first: bool) -> bool:
        """Whether it is not certain to which group a numbered row belongs."""
        names = sum(not level_of(text) for text in self._pending)
        if names > 1 or (self._doubtful and not first):
            return True
        return not self._pending and (self._summed or (self._open and first))

    def _take_head(self, number: int, cells: Sequence[str]) -> None:
        if not all(level_of(text) for text in self._pending):  # a group of a group: none such is known
            self._refuse(number, "", Refused.ODD_ROW, "")
        elif self._open and not self._cell(cells, "number") and self._cell(cells, self._form.rows):
            self._held = (number, list(cells))
        else:
            self._enter_head(number, cells)

    def _enter_head(self, number: int, cells: Sequence[str]) -> None:
        super()._take_head(number, cells)
        self._open = self._summed = False

    def _without_counts(self, number: int, cells: Sequence[str]) -> None:
        known = len(self._pending)
        super()._without_counts(number, cells)
        if len(self._pending) > known and self._open and not self._cell(cells, "number"):
            self._doubtful = True

    def _forget(self) -> None:
        super()._forget()
        self._doubtful = False
