"""The rows below a header → the texts of their fields, with what group rows, title and status columns add to them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from collectors.dossier import FIELDS, Skipped
from collectors.header import Header
from collectors.layout import PATH, header_key
from collectors.reading.table import Row, Table
from collectors.reading.text import clean, fold

_TOTAL = re.compile(r"(?:tong so|tong cong|tong|cong)(?: so)?(?: (?:cac )?(?:ho so|dong))?[ :]*[\d.,]*")
_WHOLE = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d+")
_FILLERS = ("", "-", "~", "...", "…")


@dataclass(frozen=True, slots=True)
class Line:
    """One row below the header. values: by the order of the fields, None = no such column. label: words of a total row."""

    number: int
    skipped: Skipped | None
    label: str
    values: tuple[str | None, ...]


@dataclass(slots=True)
class Stated:
    """How many dossiers a group row says follow it."""

    row: int
    count: int
    last_row: int


@dataclass(slots=True)
class Structure:
    """What the rows of a structured form said beside their dossiers; filled while `lines` is read."""

    ragged: list[tuple[int, str]] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    odd_groups: list[int] = field(default_factory=list)


def ragged(table: Table, cells: Sequence[str], width: int) -> bool:
    """Whether a row of another width may have values in wrong columns; a lone text (a footer, a group) has not."""
    if len(cells) == width or not table.ragged or not any(cells):
        return False
    return (len(cells) < width or any(cells[width:])) and not lone_text(cells)


def lone_text(cells: Sequence[str]) -> str:
    """Return the words of a row that says one thing only, "" where it says more, or a number or code."""
    texts = {clean(cell) for cell in cells if cell} - {""}
    if len(texts) != 1:
        return ""
    (text,) = texts
    words = any(letter.isalpha() for letter in text)
    return text if words and (" " in text or not any(letter.isdigit() for letter in text)) else ""


def total_label(cells: Sequence[str], code: int) -> str:
    """Return the words of a total row ("Tổng số: 25" states 25 dossiers), "" for any other row.

    Only a whole text counts: a unit may be called "Tổng công ty …".
    """
    if code < len(cells) and not _may_be_total(cells[code]):
        return ""
    return next((clean(cell) for cell in cells if cell and _may_be_total(cell) and _TOTAL.fullmatch(fold(cell))), "")


def _may_be_total(cell: str) -> bool:
    return cell[:1] in "TtCc" or cell[:1].isspace()


def lines(table: Table, header: Header, structure: Structure, fields: Sequence[str] = FIELDS) -> Iterator[Line]:
    """Yield each row below the header of a structured form, group rows with their class.

    fields: what is read of each row; the first of them is the dossier code.

    Group rows come before what they name: one that no dossier follows is a footer (and may be a person's name).
    Where more of them follow each other than the form has levels, only the innermost is certain.
    """
    reader = _Reader(table, header, structure, fields)
    for row in table.rows():
        if row[0] > header.row:
            yield from reader.read(row)
    yield from reader.rest()


class _Reader:
    """Remembers, from row to row, what the group rows said."""

    def __init__(self, table: Table, header: Header, structure: Structure, fields: Sequence[str]) -> None:
        layout = header.layout
        self._fields = fields
        self._no_values = ("", *(None for _ in fields[1:]))  # of a row that is no dossier: no code, nothing else
        self._table, self._header, self._structure = table, header, structure
        self._width = len(header.headers)
        self._places = [header.columns.get(name) for name in fields]
        self._code = header.columns["dossier_code"]
        self._subtotal = next(iter(header.places(layout.subtotal)), None) if layout.subtotal else None
        self._status = header.places(*layout.status_from)
        self._texts = {place: header_key(text) for place, text in enumerate(header.headers) if text}
        self._known = {name: header.stated(name) for name in layout.from_title}
        self._pending: list[tuple[int, str]] = []

    def read(self, row: Row) -> Iterator[Line]:
        number, cells = row
        group = self._group(cells)
        if group:
            self._pending.append((number, group))
            self._state(number, cells)
        elif total := total_label(cells, self._code):
            yield from self.rest()
            yield Line(number, Skipped.TOTAL, total, self._values(cells))
        elif ragged(self._table, cells, self._width):
            self._structure.ragged.append((number, f"{len(cells)} ô, tiêu đề có {self._width} cột"))
        elif self._is_dossier(cells):
            yield from self._enter_groups()
            self._extend(number)
            yield Line(number, None, "", self._values(cells))
        else:
            if self._repeats_header(cells):  # what stood before it was the foot of a page, maybe with a name
                yield from self.rest()
            yield Line(number, None, "", tuple(self._picked(cells)))

    def rest(self) -> Iterator[Line]:
        """Yield the lone texts that no dossier follows: footers."""
        for number, _ in self._pending:
            yield Line(number, Skipped.NO_DOSSIER, "", self._no_values)
        self._pending.clear()

    def _group(self, cells: Sequence[str]) -> str:
        """Return the words of a group row: one filled cell, beside which a number of dossiers may stand."""
        if not self._header.layout.groups:
            return ""
        rest = [cell for place, cell in enumerate(cells) if place != self._subtotal]
        text = lone_text(rest)
        return "" if text and _TOTAL.fullmatch(fold(text)) else text

    def _state(self, number: int, cells: Sequence[str]) -> None:
        if self._subtotal is None or self._subtotal >= len(cells):
            return
        text = cells[self._subtotal].strip()
        if _WHOLE.fullmatch(text):
            self._structure.stated.append(Stated(number, int(re.sub(r"[.,]", "", text)), number))

    def _extend(self, number: int) -> None:
        if self._structure.stated:
            self._structure.stated[-1].last_row = number

    def _is_dossier(self, cells: Sequence[str]) -> bool:
        """Whether a row is more than blanks, column numbers or the header again."""
        code = clean(cells[self._code]) if self._code < len(cells) else ""
        if not code or code.strip("()").isdecimal():
            return any(cells) and bool(code) and len(code) > len("(99)")
        return not self._repeats_header(cells)

    def _repeats_header(self, cells: Sequence[str]) -> bool:
        return self._code < len(cells) and header_key(cells[self._code]) == self._texts.get(self._code)

    def _enter_groups(self) -> Iterator[Line]:
        if not self._pending:
            return
        levels = self._header.layout.groups
        named = [text for _, text in self._pending]
        if len(named) > len(levels):
            self._structure.odd_groups.append(self._pending[0][0])
            self._known.update(dict.fromkeys(levels[:-1], ""))
            named = named[-1:]
        self._known.update(zip(levels[-len(named) :], named, strict=True))
        for number, _ in self._pending:
            yield Line(number, Skipped.GROUP, "", self._no_values)
        self._pending.clear()

    def _values(self, cells: Sequence[str]) -> tuple[str | None, ...]:
        values = dict(zip(self._fields, self._picked(cells), strict=True)) | self._known
        if self._status:
            values["status"] = self._named_status(cells)
        return tuple(values[name] for name in self._fields)

    def _picked(self, cells: Sequence[str]) -> Iterator[str | None]:
        return picked(cells, self._places)

    def _named_status(self, cells: Sequence[str]) -> str:
        """Return the header of the filled status column; of several, all of them, which no vocabulary knows."""
        filled = [place for place in self._status if place < len(cells) and cells[place].strip() not in _FILLERS]
        return " + ".join(self._header.headers[place].split(PATH)[-1] for place in filled)


def picked(cells: Sequence[str], places: Sequence[int | None]) -> Iterator[str | None]:
    """Yield the text of each field: None = no such column, "" = a row that ends before it."""
    count = len(cells)
    return (None if place is None else cells[place] if place < count else "" for place in places)
