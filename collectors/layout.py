"""How a vendor arranges its columns: layouts as data, and the search for a header that fits one of them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from collectors.export import ExportError, MissingColumn, UnknownLayout
from collectors.reading.table import Row, Table
from collectors.reading.text import clean, fold

SEARCHED_ROWS = 40
_FEWEST_COLUMNS = 4  # fewer known headers in a row are words in a title, not a header
_PUNCTUATION = re.compile(r"[\W_]+")
SYNTHETIC_MARK = fold("DỮ LIỆU MÔ PHỎNG")


@dataclass(frozen=True, slots=True)
class Layout:
    """One vendor form: canonical field → header texts (folded)."""

    name: str
    source: str
    title_vi: str
    required: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]  # the first wording of each header, for messages

    def field_of(self, header: str) -> str | None:
        """Return the canonical field a header text stands for."""
        key = header_key(header)
        return next((name for name, texts in self.columns.items() if key in texts), None)


@dataclass(frozen=True, slots=True)
class Header:
    """A header found in a table: where it stands, and which column holds which field.

    columns: field → position. headers: all header texts by position. title: the cells above, as one text.
    """

    layout: Layout
    row: int
    columns: Mapping[str, int]
    headers: tuple[str, ...]
    title: str

    @property
    def synthetic(self) -> bool:
        """Whether the export says of itself that its data are made up."""
        return SYNTHETIC_MARK in fold(self.title)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The headers that no field is read from: their cells are never stored."""
        used = set(self.columns.values())
        return tuple(text for place, text in enumerate(self.headers) if text and place not in used)


def header_key(header: str) -> str:
    """Return what two wordings of one header have in common: letters and digits, folded."""
    return _PUNCTUATION.sub(" ", fold(header)).strip()


@cache
def layouts() -> tuple[Layout, ...]:
    """Return every layout we know, by name."""
    folder = files("collectors") / "layouts"
    texts = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(_layout(tomllib.loads(entry.read_text(encoding="utf-8"))) for entry in texts)


def _layout(document: Mapping[str, object]) -> Layout:
    columns: Mapping[str, list[str]] = document["columns"]  # type: ignore[assignment]
    return Layout(
        name=str(document["name"]),
        source=str(document["source"]),
        title_vi=str(document["title_vi"]),
        required=tuple(document["required"]),  # type: ignore[arg-type]
        columns={name: tuple(header_key(text) for text in texts) for name, texts in columns.items()},
        labels={name: texts[0] for name, texts in columns.items()},
    )


def find_header(table: Table, *, file: str) -> Header:
    """Return the header in the first rows under which most fields of one layout stand.

    Where a header text occurs twice, the later column holds (as iGate's own importer reads it).
    Raises UnknownLayout when no row fits a layout, MissingColumn when one fits but lacks a required column.
    """
    head = table.head(SEARCHED_ROWS)
    candidates = [_header(layout, row, head) for layout in layouts() for row in head]
    best = max(candidates, key=lambda header: len(header.columns), default=None)
    if best is None or len(best.columns) < _FEWEST_COLUMNS:
        raise _unknown(file, table.sheet)
    for requirement in best.layout.required:
        if not any(name in best.columns for name in requirement.split("|")):
            raise _missing(file, table.sheet, best, requirement)
    return best


def _header(layout: Layout, row: Row, head: list[Row]) -> Header:
    number, cells = row
    fields = {place: layout.field_of(text) for place, text in enumerate(cells)}
    return Header(
        layout=layout,
        row=number,
        columns={name: place for place, name in fields.items() if name},
        headers=tuple(clean(text) for text in cells),
        title=" ".join(text for above, texts in head for text in texts if above < number and text),
    )


def _unknown(file: str, sheet: str) -> ExportError:
    names = "; ".join(layout.title_vi for layout in layouts())
    return UnknownLayout(
        file=file,
        sheet=sheet,
        found=f"không thấy dòng tiêu đề nào quen thuộc trong {SEARCHED_ROWS} dòng đầu",
        expected=f"một trong các mẫu: {names}",
        advice="kiểm tra có xuất đúng danh sách hồ sơ không; nếu là mẫu mới, gửi dòng tiêu đề cho người quản trị",
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
