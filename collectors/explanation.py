"""How a file was understood: what `tthc layout explain` shows, of a dossier list as of a summary form."""

from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN_VI = "không mẫu nào nhận ra"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, the field read from it ("" = none), why not, and how its filled cells are written."""

    place: int
    header: str
    field: str
    note: str
    filled: int
    formats: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: the layout that was found (and its rivals), where the header stands, what each column is.

    Of a summary form also: its period, whose it is, what its words mean, how its totals stand to the sums of its rows.
    """

    name: str
    rows: int
    layout: str
    title_vi: str
    likeness: float
    rivals: Mapping[str, float]
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    missing: tuple[str, ...]
    message_vi: str
    period: str = ""
    unit: str = ""
    definition: str = ""
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a file was understood. classes: rows by what became of them; empty where the file is refused as a whole."""

    file: str
    container: str
    encoding: str
    delimiter: str
    sheets: tuple[Sheet, ...]
    classes: Mapping[str, int]
    findings: tuple[str, ...]
    refusals: tuple[str, ...]
    message_vi: str
