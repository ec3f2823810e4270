"""How a vendor arranges its columns: layouts as data, one TOML for each form, and how header texts are compared."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from collectors.reading.text import fold

PATH = " > "
_PUNCTUATION = re.compile(r"[\W_]+")


class Grain(StrEnum):
    """What one row of a form is."""

    DOSSIER = "dossier"
    PROCEDURE = "procedure"
    PAYMENT = "payment"  # of a dossier
    SCORE = "score"  # of one unit, in a period


@dataclass(frozen=True, slots=True)
class Shift:
    """A known fault of an exporter: its rows lack a cell, so that values stand under their neighbour's header.

    sign: the header (key) under which dates then stand. positions: field → true position, from 0; used only when `load`
    says so, else such an export is refused as a whole.
    """

    sign: str
    found: str
    advice: str
    positions: Mapping[str, int]
    load: bool


@dataclass(frozen=True)  # no slots: what is derived from it is kept
class Layout:
    """One vendor form.

    grain: what one row is. columns: field → header keys. unread: the other headers of the form; they tell it from its
    neighbours, their cells are never read. open: installations add and leave out columns (then only the required ones
    are missed). groups: the fields that rows with one filled cell give to the rows below, outermost first. subtotal: the
    column in which such a row states how many rows follow. status_from: columns of which the filled one names the
    status. status_when: date field → the status it means when filled. from_title: field → words before its value in the
    title. selection: which dossiers the form shows, where it does not show all. refusal: why it is never loaded, and
    advice.
    """

    name: str
    source: str
    title_vi: str
    required: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]  # the first wording of each header, for messages
    grain: Grain = Grain.DOSSIER
    unread: frozenset[str] = frozenset()
    open: bool = False
    groups: tuple[str, ...] = ()
    subtotal: str = ""
    status_from: tuple[str, ...] = ()
    status_when: Mapping[str, str] = field(default_factory=dict)
    from_title: Mapping[str, str] = field(default_factory=dict)
    selection: str = ""
    refusal: tuple[str, str] | None = None
    shift: Shift | None = None

    @property
    def header_rows(self) -> int:
        """How many rows the header takes."""
        return max(key.count(PATH) for key in (*self.fields, *self.silent)) + 1

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Header key → field."""
        return {key: name for name, keys in self.columns.items() for key in keys}

    @cached_property
    def silent(self) -> frozenset[str]:
        """The headers of the form from which no field is read."""
        return frozenset({*self.unread, *self.status_from, self.subtotal} - {""})

    @property
    def structured(self) -> bool:
        """Whether a row means something only together with the rows above it, or with several of its columns."""
        return bool(self.groups or self.status_from or self.from_title)


def header_key(header: str) -> str:
    """Return what two wordings of one header have in common: letters and digits, folded."""
    return _PUNCTUATION.sub(" ", fold(header)).strip()


def path_key(path: str) -> str:
    """Return the key of a header of several rows: the keys of its parts."""
    return PATH.join(header_key(part) for part in path.split(PATH))


@cache
def layouts() -> tuple[Layout, ...]:
    """Return every layout we know, by name."""
    folder = files("collectors") / "layouts"
    texts = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(layout_of(tomllib.loads(entry.read_text(encoding="utf-8"))) for entry in texts)


def layout_of(document: Mapping[str, Any]) -> Layout:
    """Return the layout that a TOML document describes."""
    columns: Mapping[str, list[str]] = document["columns"]
    refusal = document.get("refused")
    return Layout(
        name=document["name"],
        source=document["source"],
        title_vi=document["title_vi"],
        required=tuple(document["required"]),
        columns={name: _keys(texts) for name, texts in columns.items()},
        labels={name: texts[0] for name, texts in columns.items()},
        grain=Grain(document.get("grain", Grain.DOSSIER)),
        unread=frozenset(_keys(document.get("unread", []))),
        open=document.get("open", False),
        groups=tuple(document.get("groups", [])),
        subtotal=path_key(document.get("subtotal", "")),
        status_from=_keys(document.get("status_from", [])),
        status_when=document.get("status_when", {}),
        from_title=document.get("from_title", {}),
        selection=document.get("selection", ""),
        refusal=(refusal["found"], refusal["advice"]) if refusal else None,
        shift=_shift(document["shift"]) if "shift" in document else None,
    )


def _keys(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(path_key(text) for text in texts)


def _shift(values: Mapping[str, Any]) -> Shift:
    return Shift(
        sign=path_key(values["sign"]),
        found=values["found"],
        advice=values["advice"],
        positions=values["positions"],
        load=values["load"],
    )
