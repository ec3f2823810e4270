"""The forms as data: `templates/*.toml` and an office's own folder in, a checked Template out.

A form changes with the law, so it has days of validity and owners with theirs. A file of the office with the name of one
of ours takes its place, another name is one more form.

    TemplateError (ConfigError)    anything wrong in a template, told in Vietnamese to the person who edits it
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from collectors.home import ConfigError
from metrics.measures import DELIVERED
from metrics.on_time import OnTime
from metrics.periods import Basis
from metrics.reports.counts import By, dossier_names
from metrics.reports.formula import Formula, FormulaError, parse

_DEPTH = 3


class TemplateError(ConfigError):
    """A template cannot be used; the message says where, what was found, what is expected, what to do."""


class Counted(StrEnum):
    """Where the counts of a form come from: dossier lists, or what a portal delivers ready-made."""

    DOSSIER = "dossier"
    STATISTIC = "statistic"


class Text(StrEnum):
    """What a column says of its line, if it counts nothing."""

    ORDINAL = "ordinal"
    NAME = "name"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column, with one to three header texts from the top down.

    It says a `text`, shows a `count`, a ratio of two counts, or stays empty: then `why` says why and `memo` what is known.
    known: a count that is 0 where the export has no such column; then nothing is shown.
    """

    number: str
    header: tuple[str, ...]
    text: Text | None = None
    count: Formula | None = None
    ratio: tuple[Formula, Formula] | None = None
    known: str = ""
    why: str = ""
    memo: Formula | None = None
    width: float = 11


@dataclass(frozen=True, slots=True)
class Identity:
    """The column `total` is the sum of `parts`; strict: a difference is a fault, else it has a lawful reason."""

    total: str
    parts: tuple[str, ...]
    strict: bool
    why: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Who receives the form; confirmed: False where no document was read that says so."""

    name: str
    valid_from: date
    valid_to: date
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One version of a form; file: where it stands, own: whether the office wrote it.

    rule: the on-time rule set that its columns follow, None where it has no such column.
    """

    id: str
    name_vi: str
    form: str
    title: str
    legal: str
    unit_of_count: str
    counted: Counted
    by: tuple[By, ...]
    basis: Basis
    columns: tuple[Column, ...]
    identities: tuple[Identity, ...]
    owners: tuple[Owner, ...]
    notes: tuple[str, ...]
    signatures: tuple[str, ...]
    confirmed: bool
    valid_from: date
    valid_to: date
    chart: str
    rule: OnTime | None
    file: str
    own: bool

    def owner_on(self, day: date) -> Owner | None:
        """Return who receives the form on a day."""
        return next((one for one in self.owners if one.valid_from <= day <= one.valid_to), None)

    @property
    def names(self) -> frozenset[str]:
        """Return every count that the form names."""
        formulas = [part for column in self.columns for part in (column.count, column.memo, *(column.ratio or ()))]
        known = {column.known for column in self.columns if column.known}
        return frozenset(known.union(*(part.names for part in formulas if part)))


def built_in_files() -> dict[str, str]:
    """Return the text of the forms that come with the product, by file name."""
    folder = files("metrics") / "reports" / "templates"
    found = [one for one in folder.iterdir() if one.name.endswith(".toml")]
    return {one.name: one.read_text(encoding="utf-8") for one in sorted(found, key=lambda one: one.name)}


def load(folder: Path | None = None) -> tuple[Template, ...]:
    """Return every form; a file of `folder` takes the place of ours of the same name.

    Raises TemplateError for a folder that is not there and for a template that cannot be used.
    """
    if folder is None:
        return _built_in()
    if not folder.is_dir():
        raise TemplateError(f"{folder}: không có thư mục này. Sửa [reports] folder trong tthc.toml, hoặc tạo thư mục.")
    own = {path.name: path for path in sorted(folder.glob("*.toml"))}
    ours = [one for one in _built_in() if one.file not in own]
    found = [*ours, *(_read(_text(path), path.name, str(path), own=True) for path in own.values())]
    _refuse_overlaps(found)
    return tuple(found)


def valid(templates: Iterable[Template], kind: str, day: date) -> Template:
    """Return the form of a kind that is in force on a day; raises TemplateError when none is."""
    versions = [one for one in templates if one.id == kind]
    found = next((one for one in versions if one.valid_from <= day <= one.valid_to), None)
    if found is None:
        days = "; ".join(f"{one.file}: {one.valid_from:%d/%m/%Y} đến {one.valid_to:%d/%m/%Y}" for one in versions)
        raise TemplateError(
            f"Biểu {kind}: không có mẫu có hiệu lực ngày {day:%d/%m/%Y}. Hiện có: {days}. "
            "Chọn kỳ khác, hoặc thêm mẫu của kỳ này vào thư mục [reports] folder."
        )
    return found


@cache
def _built_in() -> tuple[Template, ...]:
    found = [_read(text, name, name, own=False) for name, text in built_in_files().items()]
    _refuse_overlaps(found)
    return tuple(found)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path}: không đọc được mẫu biểu ({error}). Cần một tệp TOML, UTF-8.") from error


def _read(text: str, name: str, place: str, *, own: bool) -> Template:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{place}: không phải TOML ({error}). Sửa dòng đó.") from error
    try:
        return _template(document, name, own=own)
    except (KeyError, TypeError, ValueError) as error:
        told = f"thiếu khóa {error}" if isinstance(error, KeyError) else str(error)
        raise TemplateError(
            f"{place}: {told}. Cần cùng dạng với mẫu kèm theo; lấy mẫu đó bằng `tthc report KIND --template`."
        ) from error


def _template(document: Mapping[str, Any], name: str, *, own: bool) -> Template:
    counted = Counted(document.get("counted", Counted.DOSSIER))
    known = dossier_names() if counted == Counted.DOSSIER else frozenset(one.name for one in DELIVERED)
    columns = tuple(_column(one, known) for one in document["column"])
    return Template(
        id=document["id"],
        name_vi=document["name_vi"],
        form=document.get("form", ""),
        title=document["title"],
        legal=document.get("legal", ""),
        unit_of_count=document.get("unit_of_count", ""),
        counted=counted,
        by=tuple(By(one) for one in document.get("by", ["unit"])),
        basis=Basis(document.get("basis", Basis.CALENDAR)),
        columns=columns,
        identities=tuple(_identity(one, columns) for one in document.get("identity", [])),
        owners=tuple(_owner(one) for one in document.get("owner", [])),
        notes=tuple(document.get("notes", [])),
        signatures=tuple(document.get("signatures", [])),
        confirmed=document.get("confirmed", True),
        valid_from=document.get("valid_from", date.min),
        valid_to=document.get("valid_to", date.max),
        chart=document.get("chart", ""),
        rule=OnTime(document["on_time"]) if "on_time" in document else None,
        file=name,
        own=own,
    )


def _column(values: Mapping[str, Any], known: frozenset[str]) -> Column:
    number = values["number"]
    try:
        column = Column(
            number=number,
            header=tuple(values["header"]),
            text=Text(values["text"]) if "text" in values else None,
            count=parse(values["count"], known) if "count" in values else None,
            ratio=_ratio(values["ratio"], known) if "ratio" in values else None,
            known=values.get("known", ""),
            why=values.get("why", ""),
            memo=parse(values["memo"], known) if "memo" in values else None,
            width=values.get("width", 11),
        )
    except (FormulaError, KeyError) as error:
        raise ValueError(f"cột {number}: {error}") from error
    if not 1 <= len(column.header) <= _DEPTH:
        raise ValueError(f"cột {number}: header có {len(column.header)} dòng, cần 1 đến {_DEPTH}")
    if sum(one is not None for one in (column.text, column.count, column.ratio)) + bool(column.why) != 1:
        raise ValueError(f"cột {number}: cần đúng một trong text, count, ratio, hoặc why (lý do để trống)")
    if column.known and column.known not in known:
        raise ValueError(f"cột {number}: known = “{column.known}” không phải số đếm")
    return column


def _ratio(texts: Iterable[str], known: frozenset[str]) -> tuple[Formula, Formula]:
    numerator, denominator = (parse(text, known) for text in texts)
    return numerator, denominator


def _identity(values: Mapping[str, Any], columns: Iterable[Column]) -> Identity:
    identity = Identity(values["total"], tuple(values["parts"]), values.get("strict", True), values.get("why", ""))
    numbers = {column.number for column in columns if column.text is None}
    for number in (identity.total, *identity.parts):
        if number not in numbers:
            raise ValueError(f"identity: không có cột {number}")
    return identity


def _owner(values: Mapping[str, Any]) -> Owner:
    return Owner(
        values["name"],
        values.get("valid_from", date.min),
        values.get("valid_to", date.max),
        values.get("confirmed", True),
    )


def _refuse_overlaps(templates: Iterable[Template]) -> None:
    seen: dict[str, list[Template]] = {}
    for one in templates:
        for other in seen.setdefault(one.id, []):
            if one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
                raise TemplateError(
                    f"{one.file} và {other.file} cùng là biểu {one.id} và cùng có hiệu lực một ngày. "
                    "Sửa valid_from, valid_to của một tệp, hoặc đặt tên tệp giống mẫu cần thay."
                )
        seen[one.id].append(one)
