"""Summary forms: how a vendor arranges the counts it delivers ready-made, as data, one TOML for each form."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from itertools import product
from typing import Any

from collectors.layout import PATH, header_key
from collectors.reading.text import fold

HIDDEN = "_"  # a column under such a name is read, but stands for several measures (blocks) or for none
_OR = "|"
_NOTE = re.compile(r"\((?![^()]*xin lỗi)[^()]*\)", re.IGNORECASE)
_DECISION = re.compile(r"(quyet dinh) so .*")  # each province has its own
_TERMS = re.compile(r"\s*[=+]\s*")


class RowKind(StrEnum):
    """What one row of a form is."""

    UNIT = "unit"
    FIELD = "field"
    PROCEDURE = "procedure"


class Basis(StrEnum):
    """What a month, quarter or year printed in words means; cut at the 15th: 15/12–14/3 is the first quarter."""

    CALENDAR = "calendar"
    REPORT15 = "report15"


@dataclass(frozen=True, slots=True)
class Identity:
    """A sum that must hold in each row: whole = parts. sure: else the two may differ for a known reason."""

    whole: str
    parts: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class PrintedRate:
    """A column that prints a rate: what it should be, in percent, and how far off it may be."""

    column: str
    numerator: str
    denominator: tuple[str, ...]
    tolerance: Decimal


@dataclass(frozen=True, slots=True)
class Block:
    """A row that goes on with the row above: its words (keys: each wording), and which measures its columns hold."""

    label: str
    keys: tuple[str, ...]
    measures: Mapping[str, str]

    @property
    def is_total(self) -> bool:
        """Whether its counts are only compared with those of other rows."""
        return all(name.startswith(HIDDEN) for name in self.measures.values())


@dataclass(frozen=True, slots=True)
class Profile:
    """A form whose values stand under wrong headers: their true positions (from 0), used only when `load` says so."""

    found: str
    advice: str
    positions: Mapping[str, int]
    load: bool


@dataclass(frozen=True)  # no slots: what is derived from it is kept
class Form:
    """One summary form.

    rows: what one row is. key: number, unit, field, procedure, procedure_code, year or month → header keys; the columns
    that say whose the counts are; line: the column that says which of the blocks a row is, where the whole sheet is one
    record. columns: measure → header keys, always whole paths (`Đã xử lý > Quá hạn`).
    groups: what rows without counts name for the rows below (unit, field, level, procedure). spans: a blank key cell
    goes on with the one above, and such a row needs no number. sums: measures that the form prints in parts only; an
    optional part that it leaves out is none, unless all of them are optional. ignored: headers that may be there, and are
    not read. cell_order: the header spans more columns than its rows have cells, which stand in the order of the headers.
    definition: what its words mean where other forms mean something else. refusal: why it is never loaded, and advice.
    proof: the same for a form whose rows without a number may be parts of the row above; it is loaded where every sum it
    prints holds.
    """

    name: str
    source: str
    title_vi: str
    rows: RowKind
    key: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]  # the first wording of each header, for messages
    optional: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()
    spans: bool = False
    basis: Basis = Basis.CALENDAR
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identities: tuple[Identity, ...] = ()
    rates: tuple[PrintedRate, ...] = ()
    blocks: tuple[Block, ...] = ()
    cell_order: bool = False
    definition: str = ""
    refusal: tuple[str, str] | None = None
    proof: tuple[str, str] | None = None
    profile: Profile | None = None

    @cached_property
    def places(self) -> Mapping[str, str]:
        """Header key → key column or measure."""
        return {key: name for name, keys in (*self.key.items(), *self.columns.items()) for key in keys}

    @cached_property
    def header_rows(self) -> int:
        """How many rows the header takes."""
        return max(key.count(PATH) for key in (*self.places, *self.unread)) + 1

    @cached_property
    def words(self) -> frozenset[str]:
        """Every part of every header."""
        return frozenset(part for key in (*self.places, *self.unread, *self.ignored) for part in key.split(PATH))

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which it is not this form."""
        return tuple(name for name in (*self.key, *self.columns) if name not in self.optional)

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure the form can give, in the order of its columns, then those of its blocks, then the sums."""
        delivered = (*self.columns, *(m for block in self.blocks for m in block.measures.values()), *self.sums)
        return tuple(dict.fromkeys(name for name in delivered if not name.startswith(HIDDEN)))

    @property
    def is_vertical(self) -> bool:
        """Whether the whole sheet is one record, each row a block of it."""
        return "line" in self.key

    @property
    def named_by(self) -> str:
        """The key column that holds the words of a block."""
        return "line" if self.is_vertical else self.rows

    def block(self, text: str) -> Block | None:
        """Return the block that a row of this name goes on with."""
        words = header_key(text)
        return next((block for block in self.blocks if words in block.keys), None)


def form_key(path: str) -> str:
    """Return what wordings of one header path have in common: folded, without notes in brackets and numbers of decisions."""
    keys = (header_key(_NOTE.sub(" ", part)) or header_key(part) for part in path.split(PATH))
    return PATH.join(_DECISION.sub(r"\1", key) for key in keys)


@cache
def forms() -> tuple[Form, ...]:
    """Return every summary form we know, by file name."""
    folder = files("collectors") / "layouts" / "forms"
    texts = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(one for entry in texts for one in forms_of(tomllib.loads(entry.read_text(encoding="utf-8"))))


def forms_of(document: Mapping[str, Any]) -> Iterator[Form]:
    """Yield the forms that a TOML document describes: itself, or one for each of its modes.

    A mode adds to the tables of the document and replaces what it names anew.
    """
    modes: Sequence[Mapping[str, Any]] = document.get("mode", [{}])
    for mode in modes:
        merged = dict(document)
        for name, value in mode.items():
            merged[name] = {**document.get(name, {}), **value} if isinstance(value, dict) else value
        yield _form(merged)


def _form(document: Mapping[str, Any]) -> Form:
    key: Mapping[str, list[str]] = document["key"]
    columns: Mapping[str, list[str]] = document.get("columns", {})
    profile = document.get("profile")
    labels = {name: next(_expanded(texts[0])) for name, texts in (*key.items(), *columns.items())}
    blocks = tuple(_block(**values) for values in document.get("block", []))
    return Form(
        name=document["name"],
        source=document["source"],
        title_vi=document["title_vi"],
        rows=RowKind(document["rows"]),
        key={name: _keys(texts) for name, texts in key.items()},
        columns={name: _keys(texts) for name, texts in columns.items()},
        labels=labels | {name: text for block in blocks for name, text in _block_labels(block, labels)},
        optional=frozenset(document.get("optional", [])),
        unread=frozenset(_keys(document.get("unread", []))),
        ignored=frozenset(_keys(document.get("ignored", []))),
        groups=tuple(document.get("groups", [])),
        spans=document.get("spans", False),
        basis=Basis(document.get("basis", "calendar")),
        sums={name: tuple(parts) for name, parts in document.get("sums", {}).items()},
        identities=(*_identities(document, "identities", True), *_identities(document, "balances", False)),
        rates=tuple(_rate(name, **values) for name, values in document.get("rates", {}).items()),
        blocks=blocks,
        cell_order=document.get("cell_order", False),
        definition=document.get("definition", ""),
        refusal=_reason(document, "refused"),
        proof=_reason(document, "proved"),
        profile=Profile(**profile) if profile else None,
    )


def _reason(document: Mapping[str, Any], name: str) -> tuple[str, str] | None:
    return (document[name]["found"], document[name]["advice"]) if name in document else None


def _block(label: str, measures: Mapping[str, str]) -> Block:
    wordings = label.split(_OR)
    return Block(wordings[0], tuple(header_key(one) for one in wordings), measures)


def _block_labels(block: Block, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield how messages call the measures of a block: by its words, where it has several columns also by theirs."""
    for column, measure in block.measures.items():
        yield measure, block.label if len(block.measures) == 1 else f"{block.label}{PATH}{labels[column]}"


def _keys(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form_key(one) for text in texts for one in _expanded(text)))


def _expanded(path: str) -> Iterator[str]:
    """Yield every wording of a path whose parts name alternatives: `A|B > C` is `A > C` and `B > C`."""
    for parts in product(*(part.split(_OR) for part in path.split(PATH))):
        yield PATH.join(parts)


def _identities(document: Mapping[str, Any], name: str, sure: bool) -> Iterator[Identity]:
    for text in document.get(name, []):
        whole, *parts = _TERMS.split(text.strip())
        yield Identity(whole, tuple(parts), sure)


def _rate(column: str, numerator: str, denominator: list[str], tolerance: str = "0.01") -> PrintedRate:
    return PrintedRate(column, numerator, tuple(denominator), Decimal(tolerance))


def level_of(text: str) -> str:
    """Return the level that a group row names ("Cấp xã", "TTHC cấp tỉnh"), "" for any other text."""
    bare = re.sub(r"^(?:[ivx]+|[a-z]|\d+)[. )]+", "", fold(text))
    found = re.fullmatch(
        r"(?:tthc |thu tuc hanh chinh )?(?:thuoc tham quyen )?(?:giai quyet )?(?:cua )?(cap \w+)", bare
    )
    return found[1] if found else ""
