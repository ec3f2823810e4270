"""What happened to units: the days on which a series of figures is no longer about the same office.

A series may run across a break only where the figures of the units before it are mapped to the unit after it (or only
the name changed); the break is marked all the same. The mergers of 1/7/2025 stand in `unit_history.toml`; an office adds
its own. Source: Nghị quyết 202/2025/QH15; rates.md §13–14.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from metrics import QuestionError
from metrics.units import Unit

_LEVELS = ("province", "department", "district", "commune")


class HistoryError(QuestionError):
    """A history of units that cannot be used; the message names file, event and what is expected."""


class EventKind(StrEnum):
    """What happened."""

    MERGE = "merge"
    RENAME = "rename"
    SPLIT = "split"
    DISSOLVE = "dissolve"


KIND_VI = {
    EventKind.MERGE: "sáp nhập",
    EventKind.RENAME: "đổi tên",
    EventKind.SPLIT: "chia tách",
    EventKind.DISSOLVE: "kết thúc hoạt động",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEvent:
    """One event, for one unit or for every unit of a level (in a province); `day` is the first of the new order."""

    id: str
    day: date
    kind: EventKind
    document: str
    before: tuple[str, ...] = ()
    unit: str | None = None
    level: str | None = None
    province: str | None = None
    mapped: bool = False
    confirmed: bool = True

    @property
    def continues(self) -> bool:
        """Whether a series may run across it."""
        return self.mapped or self.kind is EventKind.RENAME

    def concerns(self, unit: Unit) -> bool:
        """Tell whether the unit is one of those to which it happened."""
        if self.unit is not None:
            return unit.code == self.unit
        return unit.level == self.level and self.province in (None, unit.province)

    @property
    def text_vi(self) -> str:
        """Say in one line what happened."""
        whom = f" ({', '.join(self.before)})" if self.before else ""
        doubt = "" if self.confirmed else "; chưa đối chiếu với văn bản"
        return f"{self.day:%d/%m/%Y}: {KIND_VI[self.kind]}{whom}. {self.document}{doubt}"


@dataclass(frozen=True)  # no slots: the events are sorted once
class UnitHistory:
    """All events."""

    events: tuple[UnitEvent, ...]

    @cached_property
    def _in_order(self) -> tuple[UnitEvent, ...]:
        return tuple(sorted(self.events, key=lambda event: (event.day, event.id)))

    def of(self, unit: Unit, start: date, end: date) -> tuple[UnitEvent, ...]:
        """Return what happened to a unit after the first and up to the last day of a stretch, oldest first."""
        return tuple(event for event in self._in_order if start < event.day <= end and event.concerns(unit))

    def broken(self, unit: Unit, start: date, end: date) -> UnitEvent | None:
        """Return the newest event across which figures of the stretch cannot be compared; None when they all can."""
        return next((event for event in reversed(self.of(unit, start, end)) if not event.continues), None)


def load_history(extra: Path | None = None) -> UnitHistory:
    """Return the history of the product; an event of `extra` replaces the one of the same id, others are added.

    Raises HistoryError for a file that cannot be read and for an event that says too little or something unknown.
    """
    text = (files("metrics") / "unit_history.toml").read_text(encoding="utf-8")
    events = {event.id: event for event in _events(text, "unit_history.toml")}
    if extra is not None:
        try:
            own = extra.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise HistoryError(f"{extra}: không đọc được lịch sử đơn vị ({error}). Cần một tệp TOML, UTF-8.") from error
        events |= {event.id: event for event in _events(own, extra.name)}
    return UnitHistory(tuple(events.values()))


def _events(text: str, file: str) -> Iterable[UnitEvent]:
    try:
        blocks = tomllib.loads(text).get("event", [])
    except tomllib.TOMLDecodeError as error:
        raise HistoryError(f"{file}: sai cú pháp TOML ({error}). Xem lại dấu nháy và dấu bằng ở dòng ấy.") from error
    return [_event(values, file) for values in blocks]


_KEYS = {field.name for field in fields(UnitEvent)} - {"before"} | {"from"}


def _event(values: Mapping[str, Any], file: str) -> UnitEvent:
    place = f"{file}, sự kiện {values.get('id', 'không có id')}"
    unknown = set(values) - _KEYS
    missing = {"id", "day", "kind", "document"} - set(values)
    if unknown or missing:
        raise HistoryError(
            f"{place}: "
            + "; ".join(
                [
                    *(f"thừa khóa “{key}”" for key in sorted(unknown)),
                    *(f"thiếu khóa “{key}”" for key in sorted(missing)),
                ]
            )
            + f". Các khóa: {', '.join(sorted(_KEYS))}."
        )
    if values["kind"] not in set(EventKind) or type(values["day"]) is not date:
        raise HistoryError(f"{place}: kind phải là {', '.join(EventKind)}; day viết không có dấu nháy: 2025-07-01.")
    if ("unit" in values) == ("level" in values) or values.get("level", _LEVELS[0]) not in _LEVELS:
        raise HistoryError(f"{place}: cần đúng một trong unit (mã đơn vị) và level ({', '.join(_LEVELS)}).")
    rest = {key: value for key, value in values.items() if key not in ("from", "kind")}
    return UnitEvent(**rest, kind=EventKind(values["kind"]), before=tuple(values.get("from", ())))
