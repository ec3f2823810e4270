"""Every named check: its severity, its dimension, and its words for the people who read it (Vietnamese)."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType


class Severity(StrEnum):
    """How grave it is that a check found something."""

    ERROR = "error"  # numbers are wrong or incomplete
    WARNING = "warning"  # they may be
    NOTE = "note"  # good to know; no score depends on it


class Dimension(StrEnum):
    """Which side of quality a check bears on. Source: Government Data Quality Framework, 2020 (DAMA UK)."""

    COMPLETENESS = "completeness"
    UNIQUENESS = "uniqueness"
    VALIDITY = "validity"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    ACCURACY = "accuracy"


class Looker(StrEnum):
    """Who looks: the reader of an export, or the stored data."""

    LIST = "list"
    PORTAL = "portal"
    DOSSIERS = "dossiers"
    FIGURES = "figures"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Check:
    """One named check; seen_vi, why_vi, todo_vi: what was seen, why it matters, what to do."""

    check_id: str
    looker: Looker
    severity: Severity
    dimension: Dimension
    seen_vi: str
    why_vi: str
    todo_vi: str


SEVERITY_VI = MappingProxyType({Severity.ERROR: "Lỗi", Severity.WARNING: "Cảnh báo", Severity.NOTE: "Lưu ý"})
DIMENSION_VI = MappingProxyType(
    {
        Dimension.COMPLETENESS: "Đầy đủ",
        Dimension.UNIQUENESS: "Không trùng lặp",
        Dimension.VALIDITY: "Hợp lệ",
        Dimension.CONSISTENCY: "Nhất quán",
        Dimension.TIMELINESS: "Kịp thời",
        Dimension.ACCURACY: "Chính xác",
    }
)


@cache
def checks() -> Mapping[str, Check]:
    """Return every check by its id, in the order of `findings.toml`."""
    document = tomllib.loads((files("collectors") / "findings.toml").read_text(encoding="utf-8"))
    return MappingProxyType({check.check_id: check for check in _parsed(document)})


@cache
def seen_vi() -> Mapping[str, str]:
    """Return by check what was seen."""
    return MappingProxyType({check_id: check.seen_vi for check_id, check in checks().items()})


def _parsed(document: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[Check]:
    for looker, entries in document.items():
        for check_id, entry in entries.items():
            severity, dimension = Severity(entry["severity"]), Dimension(entry["dimension"])
            words = (entry["seen"], entry["why"], entry["todo"])
            yield Check(check_id, Looker(looker), severity, dimension, *words)
