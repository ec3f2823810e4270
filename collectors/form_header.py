"""The header of a summary form: where it stands, which form it is, and which column holds which measure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from collectors.export import ExportError, MissingColumn, RefusedLayout, ShiftedColumns
from collectors.form import Form, form_key, forms
from collectors.header import SEARCHED_ROWS, SYNTHETIC_MARK, flattened
from collectors.layout import header_key
from collectors.reading.table import Row, Table
from collectors.reading.text import clean, fold

_MOST_HEADER_ROWS = 4
_FEWEST_COLUMNS = 4  # fewer known headers are words in a title, or another form
_FEWEST_WORDS = 2  # known words in the first row of a header of several rows
_LEAST_LIKENESS = 0.7
_NEEDED = "một danh sách hồ sơ, hoặc một biểu tổng hợp có số liệu tính được tỷ lệ"


@dataclass(frozen=True, slots=True)
class FormHeader:
    """A header found in a table.

    rows: its first and last row, as a spreadsheet numbers them. places: key column or measure → position, from 0.
    headers: the header paths by position. width: cells of a full row. likeness: 1 = every header known, none missing.
    """

    form: Form
    rows: tuple[int, int]
    places: Mapping[str, int]
    headers: tuple[str, ...]
    title_cells: tuple[str, ...]
    known: int
    likeness: float

    @property
    def width(self) -> int:
        """How many cells a full row has."""
        return len(self.headers)

    @property
    def synthetic(self) -> bool:
        """Whether the form says of itself that its figures are made up."""
        return any(SYNTHETIC_MARK in fold(text) for text in self.title_cells)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The headers from which nothing is read."""
        used = set(self.places.values())
        return tuple(text for place, text in enumerate(self.headers) if text and place not in used)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The headers that are no part of the form."""
        return tuple(text for text in self.unmapped if form_key(text) not in self.form.unread | self.form.ignored)


def ranked_forms(table: Table) -> Iterator[FormHeader]:
    """Yield the forms that a table may be, the likest first."""
    found = _candidates(table.head(SEARCHED_ROWS + _MOST_HEADER_ROWS))
    yield from sorted(found, key=lambda one: (-one.likeness, -one.known, one.rows))


def usable(table: Table, header: FormHeader, *, file: str) -> FormHeader:
    """Return the header of a form that can be loaded.

    Raises RefusedLayout for a form that is known to tell no rate, MissingColumn where a column lacks, ShiftedColumns
    where values stand under wrong headers and the profile is not switched on.
    """
    form = header.form
    if form.refusal is not None:
        found, advice = form.refusal
        raise refused(table, header, found, advice, file=file, row=header.rows[1])
    if form.profile is not None:
        return _by_profile(table, header, file)
    for name in form.required:
        if name not in header.places:
            raise MissingColumn(
                file=file,
                sheet=table.sheet,
                row=header.rows[1],
                column=form.labels[name],
                found=f"tiêu đề không có cột “{form.labels[name]}”",
                expected=f"đủ các cột của mẫu {form.title_vi}",
                advice="xuất lại biểu với đủ cột; nếu hệ thống đã đổi mẫu, gửi dòng tiêu đề cho người quản trị",
            )
    return header


def refused(
    table: Table, header: FormHeader, found: str, advice: str, *, file: str, row: int, expected: str = _NEEDED
) -> ExportError:
    """Return the error of a form that is known and not loaded."""
    return RefusedLayout(
        file=file,
        sheet=table.sheet,
        row=row,
        found=f"đây là mẫu {header.form.title_vi}: {found}",
        expected=expected,
        advice=advice,
    )


def _by_profile(table: Table, header: FormHeader, file: str) -> FormHeader:
    profile = header.form.profile
    if profile is None or not profile.load:
        found, advice = (profile.found, profile.advice) if profile else ("", "")
        raise ShiftedColumns(
            file=file,
            sheet=table.sheet,
            row=header.rows[1],
            found=f"mẫu {header.form.title_vi}: {found}",
            expected="mỗi giá trị dưới đúng tiêu đề của nó",
            advice=advice,
        )
    names = {position: header.form.labels.get(name, name) for name, position in profile.positions.items()}
    headers = tuple(names.get(position, "") for position in range(max(names) + 1))
    return replace(header, places=profile.positions, headers=headers)


def _is_recognised(header: FormHeader) -> bool:
    fewest = min(_FEWEST_COLUMNS, len(header.form.required))
    return header.known >= fewest and header.likeness >= _LEAST_LIKENESS


def _candidates(head: Sequence[Row]) -> Iterator[FormHeader]:
    words = {word for form in forms() for word in form.words}
    by_depth: dict[int, list[Form]] = {}
    for form in forms():
        by_depth.setdefault(form.header_rows, []).append(form)
    key_of = cache(form_key)  # of this table alone: its cells are nobody's to keep
    title: tuple[str, ...] = ()
    for place, (number, cells) in enumerate(head[:SEARCHED_ROWS]):
        above, texts = title, tuple(clean(cell) for cell in cells if cell.strip())
        title += texts
        if sum(key_of(text) in words for text in texts) < _FEWEST_WORDS:
            continue
        for depth, alike in by_depth.items():
            rows = head[place : place + depth]
            if len(rows) == depth:
                paths = flattened([row for _, row in rows])
                keys = [key_of(path) for path in paths]
                below = head[place + depth][1] if place + depth < len(head) else []
                for form in alike:
                    found = _header(form, (number, rows[-1][0]), paths, keys, above)
                    if _is_recognised(found) and not _goes_on(below, found):
                        yield found


def _goes_on(below: Sequence[str], header: FormHeader) -> bool:
    """Whether the next row is one of the header too: its words, and none where rows have their name."""
    place = header.places.get(header.form.named_by)
    named = place is not None and any(below[place : place + 1])
    return not named and repeats_header(below, header)


def _header(
    form: Form, rows: tuple[int, int], paths: tuple[str, ...], keys: Sequence[str], title: tuple[str, ...]
) -> FormHeader:
    leaves: Sequence[int] = range(max((place + 1 for place, path in enumerate(paths) if path), default=0))
    if form.cell_order:
        leaves = [place for place in leaves if paths[place] and (not place or paths[place] != paths[place - 1])]
    headers, own = tuple(paths[place] for place in leaves), [keys[place] for place in leaves]
    places: dict[str, int] = {}
    for place, key in enumerate(own):
        if key in form.places:
            places.setdefault(form.places[key], place)
    silent = form.unread | form.ignored
    known = sum(key in form.places or key in silent for key in own if key)
    lacking = sum(name not in places for name in form.required) + len(form.unread - set(own))
    everything = sum(map(bool, own)) + lacking
    return FormHeader(form, rows, places, headers, title, known, known / everything if everything else 0.0)


def repeats_header(cells: Sequence[str], header: FormHeader) -> bool:
    """Whether a row is a row of the header again, as on each page of a print."""
    filled = [form_key(clean(cell)) for cell in cells if cell.strip()]
    return len(filled) > 1 and all(key in header.form.words or header_key(key) in header.form.words for key in filled)
