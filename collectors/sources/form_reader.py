"""The rows below the header of a summary form → records, totals, refusals: by structure first, by words second.

A footer holds persons' names: no text of a row becomes the name of a group before a row of counts follows it.
"""

import re
from collections.abc import Sequence

from collectors.dossier import Refused, Skipped
from collectors.form import HIDDEN, Block, RowKind, level_of
from collectors.form_header import FormHeader, repeats_header
from collectors.formats import whole_number
from collectors.reading.table import Row, Table
from collectors.reading.text import clean, fold
from collectors.sources.form_record import Count, FormRows, Record, Refusal, Total

_NUMBER = re.compile(r"0*[1-9]\d*\.?")
_ROMAN = re.compile(r"[IVX]+\.?")
_COLUMN = re.compile(r"\(?\s*(?:\d{1,2}|[A-Z]|[a-z])\s*\)?|\(?\d{1,2}\)?\s*=[\s\d()+]+|\(\s*\d{1,2}\s*=[\s\d+]+\)")
_TOTAL = re.compile(r"(?:tong so|tong cong|tong|cong|toan tinh|toan thanh pho)")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"20\d{2}")
_MONTH = re.compile(r"0?\d|1[0-2]")
_FEWEST_COLUMN_NUMBERS = 3
_ZERO = ("-", "–", "—")


class Reader:
    """Remembers, from row to row, which groups and which record are open."""

    def __init__(self, table: Table, header: FormHeader) -> None:
        self.found = FormRows()
        self._table, self._header, self._form = table, header, header.form
        self._places = header.places
        self._measures = {name: header.places[name] for name in self._form.columns if name in header.places}
        self._rates = {one.column for one in self._form.rates}
        self._first_measure = min(self._measures.values(), default=0)
        self._known: dict[str, str] = {}
        self._pending: list[str] = []
        self._above: dict[str, str] = {}  # key cells of the row above, for spans
        self._group_start = 0
        self._head: Total | None = None

    def read(self, row: Row) -> None:
        """Take the next row."""
        number, cells = row[0], [clean(cell) for cell in row[1]]
        self.found.read += 1
        if not any(cells):
            self.found.skip(Skipped.BLANK)
        elif self._numbers_columns(cells):
            self.found.skip(Skipped.COLUMN_NUMBERS)
        elif repeats_header(cells, self._header):  # what stood before it was the foot of a page, maybe with a name
            self._forget()
            self.found.skip(Skipped.REPEATED_HEADER)
        elif block := self._form.block(self._cell(cells, self._form.named_by)):
            self._go_on(number, cells, block)
        elif self._form.is_vertical:
            self._pass_over(number, cells)
        else:
            self._classify(number, cells)

    def end(self) -> None:
        """Take the end of the sheet."""
        self._forget()
        self._close()

    def _classify(self, number: int, cells: list[str]) -> None:
        if self._is_total(cells):
            self._forget()
            self._close()
            self._sum_up(number, cells, whole=True)
            self.found.skip(Skipped.TOTAL)
        elif not self._is_counted(cells):
            self._without_counts(number, cells)
        elif self._uneven(cells):
            found = f"{len(cells)} ô, tiêu đề có {self._header.width} cột"
            self._refuse(number, "", Refused.RAGGED, found)
        elif self._is_data(cells):
            self._take(number, cells)
        elif self._is_subtotal(cells):
            self._take_head(number, cells)
        else:
            self._refuse(number, "", Refused.ODD_ROW, "")

    # --- classes ---------------------------------------------------------------------------------------------------

    def _numbers_columns(self, cells: Sequence[str]) -> bool:
        filled = [cell for cell in cells if cell]
        if len(filled) < _FEWEST_COLUMN_NUMBERS or not all(_COLUMN.fullmatch(cell) for cell in filled):
            return False
        name = self._cell(cells, self._form.rows)
        return bool(name) or any("=" in cell or "(" in cell for cell in filled)

    def _is_counted(self, cells: Sequence[str]) -> bool:
        return any(_is_number(self._at(cells, place)) for place in self._measures.values())

    def _is_total(self, cells: Sequence[str]) -> bool:
        """Only the whole words, and no row with a number: a unit may be called "Tổng công ty …"."""
        labels = [cell for cell in cells[: self._first_measure] if cell]
        if _NUMBER.fullmatch(self._cell(cells, "number")) or not labels:
            return False
        return all(_TOTAL.fullmatch(fold(label)) for label in labels)

    def _is_data(self, cells: Sequence[str]) -> bool:
        if "number" not in self._places:
            return bool(self._cell(cells, self._form.rows))
        number, name = self._cell(cells, "number"), self._cell(cells, self._form.rows)
        return bool(_NUMBER.fullmatch(number)) or (self._form.spans and not number and bool(name))

    def _is_subtotal(self, cells: Sequence[str]) -> bool:
        number = self._cell(cells, "number")
        return bool(_ROMAN.fullmatch(number)) or (not number and any(cells[: self._first_measure]))

    def _without_counts(self, number: int, cells: Sequence[str]) -> None:
        """Take a row that names a group, or a unit that reports nothing; all else is a footer."""
        label, name = self._cell(cells, "number"), self._cell(cells, self._form.rows)
        texts = {cell for cell in cells if cell} - {label}
        others = any(self._at(cells, place) not in ("", *_ZERO) for place in self._measures.values())
        if _NUMBER.fullmatch(label) and name and not others and not self._uneven(cells):
            self._take(number, cells)
        elif _NUMBER.fullmatch(label) and self._spanned(cells) and not others:
            self._name_span(cells)
        elif len(texts) == 1 and not _DIGIT.fullmatch(label[:1] or "x") and not others and self._is_words(texts):
            self._pending.append(texts.pop())
        elif label and not texts and self._is_words({label}):
            self._pending.append(label)
        else:
            self.found.skip(Skipped.NO_DOSSIER)

    def _is_words(self, texts: set[str]) -> bool:
        return all(any(letter.isalpha() for letter in text) for text in texts)

    def _spanned(self, cells: Sequence[str]) -> str:
        """Return the name of an outer key column (the field above procedures), whose cell spans the rows below."""
        outer = {RowKind.PROCEDURE: "field", RowKind.FIELD: "unit"}.get(self._form.rows, "")
        return self._cell(cells, outer) if self._form.spans else ""

    def _uneven(self, cells: Sequence[str]) -> bool:
        """Whether a row of another width may have values in wrong columns; blank cells at its end do no harm."""
        width = self._header.width
        if any(cells[width:]):
            return self._table.ragged or self._form.cell_order
        return self._table.ragged and len(cells) < width

    # --- what is taken ---------------------------------------------------------------------------------------------

    def _take(self, number: int, cells: Sequence[str]) -> None:
        counts = self._counts(number, cells)
        if counts is None or not self._has_month(number, cells):
            return
        if not self._cell(cells, self._form.rows):
            self._refuse(number, self._form.labels[self._form.rows], Refused.NO_NAME, "")
            return
        self._enter_groups()
        keys = self._keys(cells)
        rates = {name: self._cell(cells, name) for name in self._rates}
        self.found.records.append(Record(number, keys, counts, rates, missing=list(self._form.blocks)))

    def _take_head(self, number: int, cells: Sequence[str]) -> None:
        """Take a row of counts that names a group and sums it up."""
        self._pending.append(self._cell(cells, self._form.rows) or next(cell for cell in cells if cell))
        self._enter_groups(counted=1)
        self._sum_up(number, cells, whole=False)
        self.found.skip(Skipped.SUBTOTAL)

    def _has_month(self, number: int, cells: Sequence[str]) -> bool:
        """Whether a row is of a month, where rows say theirs; month 0 is a whole year, and would be counted twice."""
        if "year" not in self._form.key:
            return True
        year, month = self._cell(cells, "year"), self._cell(cells, "month")
        if not _YEAR.fullmatch(year) or not _MONTH.fullmatch(month):
            self._refuse(number, self._form.labels["month"], Refused.BAD_COUNT, f"{year[:8]}-{month[:8]}")
            return False
        if int(month) == 0:
            self.found.skip(Skipped.TOTAL)
        return int(month) > 0

    def _go_on(self, number: int, cells: Sequence[str], block: Block) -> None:
        if self._uneven(cells):
            found = f"{len(cells)} ô, tiêu đề có {self._header.width} cột"
            self._refuse(number, "", Refused.RAGGED, found)
            return
        if self._form.is_vertical and not self.found.records:
            self.found.records.append(Record(number, {}, {}, {}, rows=0, missing=list(self._form.blocks)))
        record = self.found.records[-1] if self.found.records else None
        counts = self._counts(number, cells, block)
        if counts is None:
            return
        if record is None or block not in record.missing or self._pending:
            self._refuse(number, "", Refused.ODD_ROW, "")
            return
        record.missing.remove(block)
        record.counts.update(counts)
        if block.is_total:
            self.found.skip(Skipped.TOTAL)
        else:
            record.rows += 1

    def _pass_over(self, number: int, cells: Sequence[str]) -> None:
        """Take a row that is none of the blocks: counts of something unknown, or a footer."""
        if self._is_counted(cells):
            self.found.unknown.append(number)
            self.found.skip(Skipped.UNKNOWN_LINE)
        else:
            self.found.skip(Skipped.NO_DOSSIER)

    def _counts(self, number: int, cells: Sequence[str], block: Block | None = None) -> dict[str, Count] | None:
        """Return the counts of a row by measure; None, and the row refused, where one is malformed."""
        names = block.measures if block else {name: name for name in self._measures if not name.startswith(HIDDEN)}
        counts = {}
        for column, measure in names.items():
            place = self._places.get(column)
            if place is None:
                continue
            text = self._at(cells, place)
            try:
                value = 0 if text in _ZERO else whole_number(text)
            except ValueError:
                found = text if _is_number(text) else "chữ"
                self._refuse(number, self._form.labels[column], Refused.BAD_COUNT, found[:40])
                return None
            counts[measure] = Count(value, self._item(number, place))
        return counts

    def _sum_up(self, number: int, cells: Sequence[str], *, whole: bool) -> None:
        if self._uneven(cells):
            return
        refused = len(self.found.refusals)
        counts = self._counts(number, cells) if self._form.blocks == () else {}
        del self.found.refusals[refused:]  # a total is no row of counts: what it cannot say is not compared
        first, last = self._group_start if whole else len(self.found.records), len(self.found.records)
        total = Total(number, counts or {}, first, last, whole)
        self.found.totals.append(total)
        self._head = None if whole else total

    def _close(self) -> None:
        """The group of an open head ends here."""
        if self._head is not None:
            self._head.last = len(self.found.records)
        self._head = None

    def _refuse(self, number: int, column: str, reason: Refused, found: str) -> None:
        self.found.refusals.append(Refusal(number, column, reason, found))

    # --- groups ----------------------------------------------------------------------------------------------------

    def _enter_groups(self, *, counted: int = 0) -> None:
        """The lone texts before a row of counts name its groups; of too many, only the innermost are certain.

        counted: how many of them are counted elsewhere.
        """
        if not self._pending:
            return
        for _ in self._pending[counted:]:
            self.found.skip(Skipped.GROUP)
        self._close()
        self._group_start, self._above = len(self.found.records), {}
        named = [text for text in self._pending if not self._enter_level(text)]
        names = [name for name in self._form.groups if name != "level"]
        known = min(len(names), len(named))
        self._known.update(zip(names[-known:], named[-known:], strict=True) if known else ())
        self._pending.clear()

    def _enter_level(self, text: str) -> bool:
        level = level_of(text)
        if not level or "level" not in self._form.groups:
            return False
        self._known = {"level": text}
        return True

    def _name_span(self, cells: Sequence[str]) -> None:
        self._enter_groups()
        self._above = {name: self._cell(cells, name) for name in self._form.key}
        self.found.skip(Skipped.GROUP)

    def _forget(self) -> None:
        """The lone texts that no row of counts follows are footers."""
        for _ in self._pending:
            self.found.skip(Skipped.NO_DOSSIER)
        self._pending.clear()

    def _keys(self, cells: Sequence[str]) -> dict[str, str]:
        own = {name: self._cell(cells, name) for name in self._form.key if name != "number"}
        if self._form.spans:
            own = {name: text or self._above.get(name, "") for name, text in own.items()}
            self._above = dict(own)
        known = dict(self._known)
        level = known.pop("level", "")
        if self._form.rows is RowKind.FIELD and known.get("field"):  # the row is a piece of work of that field
            own = {**own, "procedure": own["field"], "field": known.pop("field")}
        if level and self._form.rows is not RowKind.UNIT:
            own["field"] = f"{level}: {own.get('field', '')}".removesuffix(": ")
        return known | {name: text for name, text in own.items() if text or name not in known}

    # --- cells -----------------------------------------------------------------------------------------------------

    def _cell(self, cells: Sequence[str], name: str) -> str:
        return self._at(cells, self._places.get(name))

    def _at(self, cells: Sequence[str], place: int | None) -> str:
        return cells[place] if place is not None and place < len(cells) else ""

    def _item(self, number: int, place: int) -> str:
        sheet = f"{self._table.sheet}!" if self._table.sheet else ""
        return f"{sheet}{column_letters(place)}{number}"


def _is_number(text: str) -> bool:
    """Whether a cell holds figures and no words; the date at the foot of a form is no count."""
    return bool(_DIGIT.search(text)) and not any(letter.isalpha() for letter in text)


def column_letters(place: int) -> str:
    """Return the letters of a column, counted from 0, as a spreadsheet shows them."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
