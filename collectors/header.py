"""The header of a table: which row it is, which layout it is likest to, and which column holds which field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from collectors import layout as known_layouts
from collectors.export import ExportError, MissingColumn, RefusedLayout, ShiftedColumns, UnknownLayout
from collectors.layout import PATH, Grain, Layout, header_key, path_key
from collectors.reading.table import Row, Table
from collectors.reading.text import clean, fold

SEARCHED_ROWS = 40
_FEWEST_COLUMNS = 4  # fewer known headers in a row are words in a title, not a header
_LEAST_LIKENESS = 0.6  # a form of fixed columns with less of them is another form
_ADDED = 0.75  # a column that belongs to no form, only to our words, counts less than one of the form
_SAMPLED_ROWS = 400
_SPLIT = "lưu mỗi trang tính thành một tệp riêng"
_DATE = re.compile(r"\s*(?:\d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}-\d{2}-\d{2})\b.*", re.DOTALL)
SYNTHETIC_MARK = fold("DỮ LIỆU MÔ PHỎNG")


@dataclass(frozen=True, slots=True)
class Header:
    """A header found in a table: where it stands, and which column holds which field.

    row: the last row of the header. columns: field → position. headers: the header texts by position, as paths where
    the header has several rows. title: the cells above. likeness: 1 = every header known, none missing.
    """

    layout: Layout
    row: int
    columns: Mapping[str, int]
    headers: tuple[str, ...]
    title_cells: tuple[str, ...]
    known: int
    likeness: float

    @property
    def title(self) -> str:
        """The cells above the header, as one text."""
        return " ".join(self.title_cells)

    @property
    def synthetic(self) -> bool:
        """Whether the export says of itself that its data are made up."""
        return SYNTHETIC_MARK in fold(self.title)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The headers that no field is read from: their cells are never stored."""
        used = {*self.columns.values(), *self.places(*self.layout.status_from, self.layout.subtotal)}
        return tuple(text for place, text in enumerate(self.headers) if text and place not in used)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The headers that are no part of the layout."""
        return tuple(text for text in self.unmapped if path_key(text) not in self.layout.unread)

    def places(self, *keys: str) -> tuple[int, ...]:
        """Return the positions of columns by their header keys."""
        return tuple(place for place, text in enumerate(self.headers) if text and path_key(text) in keys)

    def stated(self, name: str) -> str:
        """Return what the title says of a field, "" where it says nothing."""
        words = header_key(self.layout.from_title[name])
        cells = (cell for cell in self.title_cells if header_key(cell).startswith(words))
        value = clean(next(cells, "").partition(":")[2])
        return "" if not value.strip(" .…") else value


def grain_of(tables: Sequence[Table]) -> Grain:
    """Return what the rows of a file are: dossiers where any sheet lists them, else as its first known sheet says."""
    best = [header.layout.grain for table in tables if (header := next(ranked(table), None)) is not None]
    return Grain.DOSSIER if Grain.DOSSIER in best or not best else best[0]


def find_header(table: Table, *, file: str, grain: Grain = Grain.DOSSIER) -> Header:
    """Return the header in the first rows that is most like that of one layout.

    Where a header text occurs twice, the later column holds (as iGate's own importer reads it).
    Raises UnknownLayout when no row fits a layout, MissingColumn when one fits but lacks a required column,
    RefusedLayout for a form that cannot be loaded, or whose rows are something else than was asked for, ShiftedColumns
    where values stand under wrong headers.
    """
    best = next(ranked(table), None)
    if best is None:
        raise _unknown(file, table.sheet)
    if best.layout.grain is not grain:
        raise _refused(file, table.sheet, best, "mỗi dòng là một thứ khác với các trang tính kia", _SPLIT)
    if best.layout.refusal is not None:
        raise _refused(file, table.sheet, best, *best.layout.refusal)
    for requirement in best.layout.required:
        if not any(name in best.columns for name in requirement.split("|")):
            raise _missing(file, table.sheet, best, requirement)
    return _unshifted(table, best, file=file)


def ranked(table: Table) -> Iterator[Header]:
    """Yield the headers that some layout recognises, the likest first; of equals, the form with fixed columns."""
    found = [header for header in candidates(table.head(SEARCHED_ROWS)) if is_recognised(header)]
    yield from sorted(found, key=lambda header: (-header.likeness, -header.known, header.layout.open, header.row))


def is_recognised(header: Header) -> bool:
    """Whether a row is a header of its layout at all."""
    if header.layout.open:
        return len(header.columns) >= _FEWEST_COLUMNS
    return header.known >= _FEWEST_COLUMNS and header.likeness >= _LEAST_LIKENESS


def candidates(head: Sequence[Row]) -> Iterator[Header]:
    """Yield each row read as the header of each layout, where enough of its words are known at all."""
    words = _all_words()
    depths = {layout.header_rows for layout in known_layouts.layouts()}
    for place, (_, cells) in enumerate(head):
        if sum(header_key(cell) in words for cell in cells if cell) < _FEWEST_COLUMNS:
            continue
        for depth in depths:
            rows = head[place : place + depth]
            paths = flattened([texts for _, texts in rows])
            keys = [path_key(text) for text in paths]
            title = tuple(clean(text) for _, texts in head[:place] for text in texts if text)
            for layout in known_layouts.layouts():
                if layout.header_rows == depth and len(rows) == depth:
                    yield _header(layout, rows[-1][0], paths, keys, title)


@cache
def _all_words() -> frozenset[str]:
    known = [key for layout in known_layouts.layouts() for key in (*layout.fields, *layout.silent)]
    return frozenset(part for key in known for part in key.split(PATH) if part)


@cache
def _added_columns() -> Mapping[str, str]:
    """Header key → field, for columns that an installation adds to any form."""
    lists = [layout for layout in known_layouts.layouts() if layout.open and layout.grain is Grain.DOSSIER]
    return {key: name for layout in lists for key, name in layout.fields.items()}


def flattened(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the paths of a header of several rows: the text of a span stands over all columns it covers.

    A span's text may stand in its first cell only: an upper cell that is blank over a filled one belongs to the span
    on its left, unless a span further up ends in between.
    """
    width = max(len(cells) for cells in rows)
    levels = [[clean(text) for text in cells] + [""] * (width - len(cells)) for cells in rows]
    for upper, cells in enumerate(levels[:-1]):
        for place in range(1, width):
            below = any(lower[place] for lower in levels[upper + 1 :])
            same_span = all(above[place] == above[place - 1] for above in levels[:upper])
            if not cells[place] and below and same_span:
                cells[place] = cells[place - 1]
    columns = ([level[place] for level in levels] for place in range(width))
    return tuple(PATH.join(_without_repeats(parts)) for parts in columns)


def _without_repeats(parts: Sequence[str]) -> Iterator[str]:
    """A cell over several rows is one part, whether its text stands once or in each row."""
    before = ""
    for part in parts:
        if part and part != before:
            yield part
            before = part


def _header(layout: Layout, row: int, headers: tuple[str, ...], keys: Sequence[str], title: tuple[str, ...]) -> Header:
    own, silent = layout.fields, layout.silent
    columns = {own[key]: place for place, key in enumerate(keys) if key in own}
    for place, key in enumerate(keys if layout.grain is Grain.DOSSIER else ()):
        name = _added_columns().get(key)
        if name and key not in own and key not in silent and name not in columns:
            columns[name] = place
    if "unit_name" not in columns and "resolving_unit_name" in columns:
        columns["unit_name"] = columns.pop("resolving_unit_name")
    used = set(columns.values())
    formal = sum(key in silent or key in own for key in keys if key)
    added = sum(place in used and key not in own for place, key in enumerate(keys))
    everything = sum(map(bool, keys)) + _missing_headers(layout, set(keys), columns)
    return Header(
        layout=layout,
        row=row,
        columns=columns,
        headers=headers,
        title_cells=title,
        known=formal + added,
        likeness=(formal + _ADDED * added) / everything if everything else 0.0,
    )


def _missing_headers(layout: Layout, keys: set[str], columns: Mapping[str, int]) -> int:
    """Return how many headers of the form are not there; of an open form, only the required ones count."""
    if layout.open:
        return sum(not any(name in columns for name in one.split("|")) for one in layout.required)
    return sum(keys.isdisjoint(texts) for texts in layout.columns.values()) + len(layout.silent - keys)


def _unshifted(table: Table, header: Header, *, file: str) -> Header:
    """Return the header with its columns where their values really stand; raises ShiftedColumns where that is not told."""
    shift = header.layout.shift
    if shift is None or not _dates_under(table, header, shift.sign):
        return header
    if not shift.load:
        raise ShiftedColumns(
            file=file,
            sheet=table.sheet,
            row=header.row,
            column=next(header.headers[place] for place in header.places(shift.sign)),
            found=shift.found,
            expected=f"mỗi giá trị dưới đúng tiêu đề của mẫu {header.layout.title_vi}",
            advice=shift.advice,
        )
    names = {place: header.layout.labels[name] for name, place in shift.positions.items()}
    headers = tuple(names.get(place, "") for place in range(max(names) + 1))
    return replace(header, columns=shift.positions, headers=headers)


def _dates_under(table: Table, header: Header, key: str) -> bool:
    """Whether most of the first rows hold a date under this header, which is never one of a date."""
    places = header.places(key)
    cells = [cells[place] for _, cells in _sample(table, header) for place in places if place < len(cells)]
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and 2 * sum(bool(_DATE.fullmatch(cell)) for cell in filled) > len(filled)


def _sample(table: Table, header: Header) -> list[Row]:
    return [row for row in table.head(header.row + _SAMPLED_ROWS) if row[0] > header.row]


def _unknown(file: str, sheet: str) -> ExportError:
    names = "; ".join(layout.title_vi for layout in known_layouts.layouts() if layout.refusal is None)
    return UnknownLayout(
        file=file,
        sheet=sheet,
        found=f"không thấy dòng tiêu đề nào quen thuộc trong {SEARCHED_ROWS} dòng đầu",
        expected=f"một biểu tổng hợp (06a, 07b, tổng hợp, 766, …) hoặc một trong các mẫu: {names}",
        advice="kiểm tra có xuất đúng danh sách hoặc biểu không; nếu là mẫu mới, gửi dòng tiêu đề cho người quản trị",
    )


def _refused(file: str, sheet: str, header: Header, found: str, advice: str) -> ExportError:
    return RefusedLayout(
        file=file,
        sheet=sheet,
        row=header.row,
        found=f"đây là mẫu {header.layout.title_vi}: {found}",
        expected="danh sách đúng mẫu",
        advice=advice,
    )


def _missing(file: str, sheet: str, header: Header, requirement: str) -> ExportError:
    labels = " hoặc ".join(f"“{header.layout.labels[name]}”" for name in requirement.split("|"))
    return MissingColumn(
        file=file,
        sheet=sheet,
        row=header.row,
        column=header.layout.labels[requirement.split("|", maxsplit=1)[0]],
        found=f"dòng tiêu đề không có cột {labels}",
        expected=f"đủ các cột bắt buộc của mẫu {header.layout.title_vi}",
        advice="bật cột này khi xuất rồi xuất lại",
    )
