"""The register of targets: the product's files and an office's own file in, a `Register` out.

The law is data: code says what is divided by what, the register says what is asked, of whom, from when and by which
document. A target knows its scope and its days; only `assess` and its kin compare a figure with it.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path

from metrics.target import (
    EVERY_UNIT,
    METRIC_KEYS,
    Feed,
    Indicator,
    Kind,
    Level,
    Op,
    Quantity,
    Step,
    Target,
    TargetError,
    Unit,
    fields_of,
    place_of,
)
from metrics.target_file import Content, read

__all__ = (
    "METRIC_KEYS",
    "Feed",
    "Indicator",
    "Kind",
    "Level",
    "Op",
    "Quantity",
    "Register",
    "Step",
    "Target",
    "TargetError",
    "Unit",
    "load_register",
    "read_register",
)

BUILT_IN = ("indicators.toml", "targets.toml", "targets_manual.toml")


class Register:
    """All targets, free of overlaps, and the indicators they speak of.

    Raises TargetError where two judged rows answer the same question.
    """

    def __init__(self, targets: Iterable[Target], indicators: Iterable[Indicator] = ()) -> None:
        self.targets = tuple(targets)
        self.indicators = {indicator.key: indicator for indicator in indicators}
        self.by_id = {target.id: target for target in self.targets}
        self._judged: dict[str, list[Target]] = defaultdict(list)
        self._trends: dict[str, list[Target]] = defaultdict(list)
        for target in self.targets:
            if target.judged and target.kind == Kind.TREND:
                self._trends[target.subject].append(target)
            elif target.judged and target.has_threshold:
                self._judged[target.subject].append(target)
        for rows in self._judged.values():
            _refuse_overlaps(rows)

    def valid_on(self, day: date) -> tuple[Target, ...]:
        """Return every row valid on a day, trends and rows kept for reference included."""
        return tuple(target for target in self.targets if target.valid_on(day))

    def in_force(
        self, metric: str, *, unit: Unit, field: str | None = None, day: date, variant: str | None = None
    ) -> Target | None:
        """Return the one target a figure is compared with, resolved to the day; None when nothing is asked.

        metric: the key of a metric or an indicator. day: the last day of the period being judged. Order: a demand
        without due day or whose due day has come, the full-mark ratio of the index, a demand not yet due; within each
        the narrowest scope: unit, field, level within a province, level, every unit. Trends are never returned here.
        """
        open_to_it = _open_to(self._judged.get(metric, ()), unit, field, day, variant)
        answers = (target for one in open_to_it if (target := one.as_of(day)).value is not None)
        return min(answers, key=lambda target: (_urgency(target, day), *_breadth(target)), default=None)

    def trend(
        self, metric: str, *, unit: Unit, field: str | None = None, day: date, variant: str | None = None
    ) -> Target | None:
        """Return the demand not to fall against the year before, the narrowest and newest one; None when none is made."""
        return min(_open_to(self._trends.get(metric, ()), unit, field, day, variant), key=_breadth, default=None)

    def name_of(self, target: Target) -> tuple[str, str]:
        """Return what a row is called, Vietnamese and English: its own name, else its indicator's, else its document."""
        indicator = self.indicators.get(target.indicator)
        if target.name_vi or indicator is None:
            name = target.name_vi or target.document
            return name, target.name_en or name
        return indicator.name_vi, indicator.name_en


def load_register(extra: Path | None = None) -> Register:
    """Return the product's register; a row of `extra` replaces the row of the same id, new ids are added.

    Raises TargetError for anything in `extra` that cannot be understood.
    """
    return read_register() if extra is None else read_register(extra, str(extra))


def read_register(extra: Path | bytes | None = None, name: str = "") -> Register:
    """Return the product's register with an office's own file, or the bytes of one, that is called `name`.

    Raises TargetError also where a row speaks of an indicator or of another row that is in no file.
    """
    targets: dict[str, Target] = {}
    indicators: dict[str, Indicator] = {}
    for content in [*_built_in(), *([] if extra is None else [read(extra, name)])]:
        indicators |= {indicator.key: indicator for indicator in content.indicators}
        targets |= {target.id: target for target in content.targets}
    for target in targets.values():
        _refuse_strangers(target, indicators, targets)
    return Register(targets.values(), indicators.values())


@cache
def _built_in() -> tuple[Content, ...]:
    """Return what the product's own files say; they change with the program only."""
    return tuple(read(Path(__file__).with_name(file), file) for file in BUILT_IN)


def _open_to(rows: Iterable[Target], unit: Unit, field: str | None, day: date, variant: str | None) -> Iterable[Target]:
    return (
        target
        for target in rows
        if target.variant in (None, variant) and target.valid_on(day) and target.covers(unit, field)
    )


def _urgency(target: Target, day: date) -> int:
    if target.kind == Kind.FULL_MARK:
        return 1
    return 0 if target.due is None or target.due <= day else 2


def _breadth(target: Target) -> tuple[bool | int | str, ...]:
    """Return a key that sorts narrow scopes first; a newer document, then the id, settle what is left."""
    begins = target.valid_from or date.min
    return (
        target.unit is None,
        target.field is None,
        target.province is None,
        target.level in EVERY_UNIT,
        target.variant is None,
        -begins.toordinal(),
        target.id,
    )


def _refuse_strangers(target: Target, indicators: Mapping[str, Indicator], by_id: Mapping[str, Target]) -> None:
    """Raise TargetError where a row names an indicator or another row that is not there, or leads back to itself."""
    indicator = indicators.get(target.indicator)
    if target.indicator and indicator is None:
        raise _stranger(target, "indicator", target.indicator, indicators)
    if indicator is not None and indicator.quantity != target.quantity:
        raise TargetError(
            f"{place_of(target)}, ô quantity: thấy “{target.quantity}”; cần “{indicator.quantity}” như chỉ số "
            f"“{indicator.key}”. Hãy sửa quantity của dòng này."
        )
    for cell, other in (("parent", target.parent), ("overrides", target.overrides)):
        if other is not None and other not in by_id:
            raise _stranger(target, cell, other, by_id)
    seen, above = {target.id}, target.parent
    while above is not None and above in by_id:
        if above in seen:
            raise TargetError(
                f"{place_of(target)}, ô parent: thấy “{target.parent}” dẫn vòng về chính dòng này; cần chỉ tiêu cha "
                "khác. Hãy sửa parent của một trong các dòng ấy."
            )
        seen.add(above)
        above = by_id[above].parent


def _stranger(target: Target, cell: str, found: str, known: Iterable[str]) -> TargetError:
    close = difflib.get_close_matches(found, list(known), n=1)
    advice = f"Có phải là {close[0]}?" if close else "Hãy xem các mã bằng `tthc targets --all`."
    return TargetError(f"{place_of(target)}, ô {cell}: thấy “{found}”; cần một mã có trong sổ. {advice}")


def _refuse_overlaps(rows: Iterable[Target]) -> None:
    for one, other in combinations(rows, 2):
        if _same_question(one, other) and _days_meet(one, other):
            raise TargetError(
                f"{place_of(one)} và {place_of(other)}: thấy hai dòng cùng “{one.subject}”, kind, variant "
                "và phạm vi có ngày hiệu lực chồng nhau; cần mỗi ngày nhiều nhất một dòng. Hãy sửa "
                "valid_from, valid_to, ghi judged = false cho một dòng, hoặc dùng id của dòng cũ để thay nó."
            )


def _same_question(one: Target, other: Target) -> bool:
    """Tell whether two judged rows of one subject speak of the same thing.

    A programme's goal (with a due day) may stand beside what is asked all year: `in_force` chooses.
    """
    return (
        (one.kind, one.variant, one.due is None) == (other.kind, other.variant, other.due is None)
        and _scope(one) == _scope(other)
        and not fields_of(one).isdisjoint(fields_of(other))
    )


def _scope(target: Target) -> tuple[str | None, str | None]:
    if target.unit is not None:
        return (target.unit, None)
    return (target.province, None if target.level in EVERY_UNIT else target.level)


def _days_meet(one: Target, other: Target) -> bool:
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return begins <= min(one.valid_to or date.max, other.valid_to or date.max)
