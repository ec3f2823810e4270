"""The register of targets: `targets.toml` and an office's own file of that form in, a `Register` out.

The law is data: code says what is divided by what, this register says what is asked, of whom, from when and
by which document. A target knows its scope and its days; only `assess` compares a ratio with it.

    TargetError (ValueError)    anything wrong in a target file, told in Vietnamese to the person who edits it
"""

import difflib
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as stored
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Protocol

# The twenty ratios of the product; what each divides by what stands in `definitions`.
METRIC_KEYS = (
    *("online", "online_full", "online_full_eligible", "online_of_offered"),
    *("online_payment", "online_payment_procedures", "online_payment_transactions"),
    *("digitised_components", "electronic_results", "digitised_full", "data_reuse"),
    *("on_time", "on_time_766", "overdue_open", "apology_sent"),
    *("procedures_online", "procedures_online_active", "procedures_integrated"),
    *("satisfaction", "petitions_on_time"),
)


class Op(StrEnum):
    """How a ratio is compared: "trên 90 %" is strict, "từ 90 % trở lên" is not; TREND_UP names no number."""

    AT_LEAST = ">="
    ABOVE = ">"
    EQUAL = "="
    AT_MOST = "<="
    TREND_UP = "trend_up"


class Kind(StrEnum):
    """What a row is: a demand, the ratio that earns full marks in the 766 index, or a demand to rise."""

    TARGET = "target"
    FULL_MARK = "full_mark"
    TREND = "trend"


class Level(StrEnum):
    """Of whom it is asked: NATIONAL and UNIT (units scored by the index): every unit; else that level."""

    NATIONAL = "national"
    MINISTRY = "ministry"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    DEPARTMENT = "department"
    UNIT = "unit"


_EVERY_UNIT = frozenset({Level.NATIONAL, Level.UNIT})
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng


class TargetError(ValueError):
    """A target file cannot be used; the message says where, what was found, what is expected, what to do."""


class Unit(Protocol):
    """What a target needs to know of an administrative unit."""

    @property
    def code(self) -> str:
        """Its own code, e.g. H35.12."""

    @property
    def level(self) -> str | None:
        """One of `Level`, or None where it is not known."""

    @property
    def province(self) -> str | None:
        """The code of its province (of itself, for a province); None above provinces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one document asks of one metric in one scope, from valid_from to valid_to (None: open).

    value, schedule: fractions of 1, exactly one of the two (neither for a trend); a share of a schedule holds
    from 1 January of its year. due: the day by which the value is to be reached, None where it holds all the
    time; with a schedule each step is due on its own last day. field: names separated by ";". variant: the
    only variant of the metric it speaks of. judged: False keeps a row for reference, compared with nothing.
    """

    id: str
    metric: str
    op: Op
    value: Decimal | None = None
    schedule: Mapping[int, Decimal] = stored(default_factory=dict, hash=False)
    kind: Kind = Kind.TARGET
    level: Level
    province: str | None = None
    unit: str | None = None
    field: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    due: date | None = None
    variant: str | None = None
    document: str
    article: str = ""
    phrase: str = ""
    confirmed: bool = True
    judged: bool = True
    note: str = ""
    file: str = ""
    line: int | None = None

    def valid_on(self, day: date) -> bool:
        """Tell whether the document asks it on that day, due or not."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def value_on(self, day: date) -> Decimal | None:
        """Return the value that holds on a day; None for a trend and before the first year of a schedule."""
        years = [year for year in self.schedule if year <= day.year]
        return self.schedule[max(years)] if years else self.value

    def due_on(self, day: date) -> date | None:
        """Return the day by which the value of that day is to be reached: the end of its step, or `due`."""
        later = [year for year in self.schedule if year > day.year]
        if self.due is None or not later:
            return self.due
        return min(self.due, date(min(later) - 1, 12, 31))

    def as_of(self, day: date) -> "Target":
        """Return the target with the value and the due day that hold on a day, its schedule resolved."""
        if not self.schedule:
            return self
        return replace(self, value=self.value_on(day), due=self.due_on(day), schedule={})

    def covers(self, unit: Unit, field: str | None) -> bool:
        """Tell whether the scope holds the unit and the field; a named unit makes level and province moot."""
        if self.field is not None and (field is None or _folded(field) not in _fields(self)):
            return False
        if self.unit is not None:
            return unit.code == self.unit
        if self.province is not None and unit.province != self.province:
            return False
        return self.level in _EVERY_UNIT or unit.level == self.level


class Register:
    """All targets, free of overlaps: raises TargetError where two judged rows answer the same question."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.targets = tuple(targets)
        self._judged: dict[str, list[Target]] = defaultdict(list)
        for target in self.targets:
            if target.judged and target.kind != Kind.TREND:
                self._judged[target.metric].append(target)
        for rows in self._judged.values():
            _refuse_overlaps(rows)

    def valid_on(self, day: date) -> tuple[Target, ...]:
        """Return every row valid on a day, trends and rows kept for reference included."""
        return tuple(target for target in self.targets if target.valid_on(day))

    def in_force(
        self, metric: str, *, unit: Unit, field: str | None = None, day: date, variant: str | None = None
    ) -> Target | None:
        """Return the one target a ratio is compared with, resolved to the day; None when nothing is asked.

        day: the last day of the period being judged. Order: a demand without due day or whose due day has
        come, the full-mark ratio of the index, a demand not yet due; within each the narrowest scope: unit,
        field, level within a province, level, every unit. Trends are listed, never returned.
        """
        candidates = [
            target.as_of(day)
            for target in self._judged.get(metric, ())
            if target.variant in (None, variant) and target.valid_on(day) and target.covers(unit, field)
        ]
        answers = (target for target in candidates if target.value is not None)
        return min(answers, key=lambda target: (_urgency(target, day), *_breadth(target)), default=None)


def load_register(extra: Path | None = None) -> Register:
    """Return the product's register; a row of `extra` replaces the row of the same id, new ids are added."""
    built_in = Path(__file__).with_name("targets.toml")
    rows = {target.id: target for target in _read(built_in, built_in.name)}
    if extra is not None:
        rows |= {target.id: target for target in _read(extra, str(extra))}
    return Register(rows.values())


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
        target.level in _EVERY_UNIT,
        target.variant is None,
        -begins.toordinal(),
        target.id,
    )


def _folded(name: str) -> str:
    """Return a name for comparison: case, spaces and the place of a tone mark (hoá, hóa) no longer matter."""
    words = unicodedata.normalize("NFD", name.casefold()).split()
    return " ".join("".join(sorted(word, key=lambda sign: sign in _TONES)) for word in words)


def _fields(target: Target) -> frozenset[str]:
    names = frozenset(_folded(name) for name in (target.field or "").split(";"))
    return names - {""} or names


def _refuse_overlaps(rows: Iterable[Target]) -> None:
    for one, other in combinations(rows, 2):
        if _same_question(one, other) and _days_meet(one, other):
            raise TargetError(
                f"{_place(one)} và {_place(other)}: thấy hai dòng cùng metric “{one.metric}”, kind, variant "
                "và phạm vi có ngày hiệu lực chồng nhau; cần mỗi ngày nhiều nhất một dòng. Hãy sửa "
                "valid_from, valid_to, ghi judged = false cho một dòng, hoặc dùng id của dòng cũ để thay nó."
            )


def _place(target: Target) -> str:
    line = "" if target.line is None else f", dòng {target.line}"
    return f"{target.file}, chỉ tiêu {target.id}{line}"


def _same_question(one: Target, other: Target) -> bool:
    """Tell whether two judged rows of one metric speak of the same thing.

    A programme's goal (with a due day) may stand beside what is asked all year: `in_force` chooses.
    """
    return (
        (one.kind, one.variant, one.due is None) == (other.kind, other.variant, other.due is None)
        and _scope(one) == _scope(other)
        and not _fields(one).isdisjoint(_fields(other))
    )


def _scope(target: Target) -> tuple[str | None, str | None]:
    if target.unit is not None:
        return (target.unit, None)
    return (target.province, None if target.level in _EVERY_UNIT else target.level)


def _days_meet(one: Target, other: Target) -> bool:
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return begins <= min(one.valid_to or date.max, other.valid_to or date.max)


# Reading: bytes of a file → blocks → targets. All that an editor can get wrong is refused below.

_REQUIRED = ("id", "metric", "op", "level", "document")
_KEYS = (
    *_REQUIRED,
    *("value", "schedule", "kind", "province", "unit", "field", "variant", "valid_from", "valid_to", "due"),
    *("article", "phrase", "confirmed", "judged", "note"),
)
_BLOCK = re.compile(r"^\s*\[\[\s*target\s*\]\]")


def _read(path: Path, file: str) -> list[Target]:
    """Return the targets of one file, in its order; ids are unique within it."""
    text = _text_of(path, file)
    blocks = _blocks_of(text, file)
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _BLOCK.match(line)]
    places: list[int | None] = [*lines] if len(lines) == len(blocks) else [None] * len(blocks)
    targets: dict[str, Target] = {}
    for number, (block, line) in enumerate(zip(blocks, places, strict=True), start=1):
        entry = _Entry(file=file, number=number, line=line, values=block)
        target = _target_of(entry)
        if target.id in targets:
            fix = f"Đổi id của một trong hai dòng (dòng kia: {_place(targets[target.id])})."
            raise entry.refusal("id", found=target.id, expected="id chưa dùng trong tệp", fix=fix)
        targets[target.id] = target
    return list(targets.values())


def _text_of(path: Path, file: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise TargetError(
            f"{file}: không mở được tệp chỉ tiêu ({error.strerror}); cần một tệp TOML đọc được. "
            "Hãy kiểm tra đường dẫn trong tthc.toml và quyền đọc tệp."
        ) from error
    except UnicodeDecodeError as error:
        raise TargetError(
            f"{file}: thấy byte không phải UTF-8 (byte thứ {error.start + 1}); cần tệp UTF-8. "
            "Hãy mở bằng trình soạn thảo và lưu lại dạng UTF-8."
        ) from error


def _blocks_of(text: str, file: str) -> list[Mapping[str, object]]:
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+), column (\d+)", str(error))
        where = f"dòng {at[1]}, cột {at[2]}" if at else "cuối tệp"
        raise TargetError(
            f"{file}, {where}: thấy chỗ sai cú pháp ({error}); cần cú pháp TOML. "
            "Hãy xem lại dấu nháy, dấu bằng và ô bị ghi hai lần ở dòng ấy."
        ) from error
    for key in document:
        if key != "target":
            raise TargetError(
                f"{file}: thấy “{key}” ở ngoài các khối; cần chỉ các khối [[target]]. Hãy sửa hoặc bỏ nó."
            )
    blocks = document.get("target", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise TargetError(
            f"{file}: thấy target không phải là khối; cần [[target]]. Hãy viết hai dấu ngoặc vuông mỗi bên."
        )
    return blocks


@dataclass(frozen=True, slots=True)
class _Entry:
    """One [[target]] block and where it stands; each method takes one value out of it or refuses it."""

    file: str
    number: int
    line: int | None
    values: Mapping[str, object]

    def refusal(self, key: str, *, found: object, expected: str, fix: str) -> TargetError:
        name = self.values.get("id", "không có id")
        line = "" if self.line is None else f", dòng {self.line}"
        shown = "không có gì" if found is None else f"“{found}”"
        where = f"{self.file}, chỉ tiêu {name} (khối thứ {self.number}{line}), ô {key}"
        return TargetError(f"{where}: thấy {shown}; cần {expected}. {fix}")

    def text(self, key: str) -> str | None:
        """Return the text in NFC without outer spaces; None when absent or blank."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.refusal(key, found=value, expected="chữ", fix="Hãy đặt trong dấu nháy kép.")
        text = unicodedata.normalize("NFC", value).strip()
        if not text and key in _REQUIRED:
            fix = f'Hãy ghi {key} = "…" vào khối này.'
            raise self.refusal(key, found=None, expected="một giá trị", fix=fix)
        return text or None

    def required(self, key: str) -> str:
        return self.text(key) or ""

    def one_of(self, key: str, allowed: Iterable[str], *, default: str) -> str:
        allowed = tuple(allowed)
        value = self.text(key) or default
        if value not in allowed:
            expected = "một trong: " + ", ".join(allowed)
            raise self.refusal(key, found=value, expected=expected, fix=_hint(value, allowed))
        return value

    def code(self, key: str, pattern: str, example: str) -> str | None:
        value = self.text(key)
        if value is not None and not re.fullmatch(pattern, value):
            fix = "Hãy ghi mã, không ghi tên."
            raise self.refusal(key, found=value, expected=f"mã như {example}", fix=fix)
        return value

    def day(self, key: str) -> date | None:
        value = self.values.get(key)
        if value is None or type(value) is date:
            return value
        fix = "Hãy viết năm-tháng-ngày, không có dấu nháy và không có giờ."
        raise self.refusal(key, found=value, expected="ngày như 2025-12-31", fix=fix)

    def flag(self, key: str) -> bool:
        value = self.values.get(key, True)
        if not isinstance(value, bool):
            fix = "Hãy viết không có dấu nháy."
            raise self.refusal(key, found=value, expected="true hoặc false", fix=fix)
        return value

    def share(self, key: str, value: object) -> Decimal:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            number = Decimal(value)
            if number.is_finite() and 0 <= number <= 1:
                return number
        fix = "Hãy viết phần của 1: 90 % là 0.9."
        raise self.refusal(key, found=value, expected="số từ 0 đến 1", fix=fix)

    def value(self) -> Decimal | None:
        return self.share("value", self.values["value"]) if "value" in self.values else None

    def schedule(self) -> dict[int, Decimal]:
        steps = self.values.get("schedule", {})
        fix = "Hãy viết schedule = { 2025 = 0.95, 2028 = 0.99 }."
        if not isinstance(steps, dict) or ("schedule" in self.values and not steps):
            raise self.refusal("schedule", found=steps, expected="các cặp năm = số", fix=fix)
        for year in steps:
            if not re.fullmatch(r"[12]\d{3}", year):
                raise self.refusal("schedule", found=year, expected="năm bốn chữ số", fix=fix)
        return {int(year): self.share("schedule", share) for year, share in sorted(steps.items())}


def _hint(found: str, allowed: Iterable[str]) -> str:
    close = difflib.get_close_matches(found, tuple(allowed), n=1)
    return f"Có phải là {close[0]}?" if close else "Hãy chọn một trong các giá trị ấy."


def _target_of(entry: _Entry) -> Target:
    for key in entry.values:
        if key not in _KEYS:
            expected = "một trong các ô: " + ", ".join(_KEYS)
            raise entry.refusal(key, found=key, expected=expected, fix=_hint(key, _KEYS))
    op = Op(entry.one_of("op", Op, default=""))
    kind = Kind(entry.one_of("kind", Kind, default=Kind.TREND if op == Op.TREND_UP else Kind.TARGET))
    target = Target(
        id=entry.required("id"),
        metric=entry.one_of("metric", METRIC_KEYS, default=""),
        op=op,
        value=entry.value(),
        schedule=entry.schedule(),
        kind=kind,
        level=Level(entry.one_of("level", Level, default="")),
        province=entry.code("province", r"[A-Z]\d{2}", "H35"),
        unit=entry.code("unit", r"[A-Za-z0-9._-]+", "H35.12"),
        field=entry.text("field"),
        valid_from=entry.day("valid_from"),
        valid_to=entry.day("valid_to"),
        due=entry.day("due"),
        variant=entry.text("variant"),
        document=entry.required("document"),
        article=entry.text("article") or "",
        phrase=entry.text("phrase") or "",
        confirmed=entry.flag("confirmed"),
        judged=entry.flag("judged") and kind != Kind.TREND,
        note=entry.text("note") or "",
        file=entry.file,
        line=entry.line,
    )
    for refusal in _contradictions(entry, target):
        raise refusal
    return target


def _contradictions(entry: _Entry, target: Target) -> Iterator[TargetError]:
    """Yield what the cells of one row say against each other."""
    trend = target.op == Op.TREND_UP
    numbers = [key for key in ("value", "schedule") if key in entry.values]
    if trend != (target.kind == Kind.TREND):
        fix = 'Xu hướng không có con số: op = "trend_up" và kind = "trend" luôn đi cùng nhau.'
        yield entry.refusal("kind", found=target.kind, expected=f"kind hợp với op = “{target.op}”", fix=fix)
    if trend and numbers:
        fix = "Hãy bỏ con số, hoặc đổi op thành >=, >, =, <=."
        found = entry.values[numbers[0]]
        yield entry.refusal(numbers[0], found=found, expected="không có số khi op là trend_up", fix=fix)
    if not trend and len(numbers) != 1:
        both = "cả value và schedule" if numbers else None
        fix = "Một con số không đổi: ghi value; đổi theo năm: ghi schedule."
        yield entry.refusal("value", found=both, expected="đúng một trong hai ô value, schedule", fix=fix)
    for key, day in (("valid_to", target.valid_to), ("due", target.due)):
        if day is not None and target.valid_from is not None and day < target.valid_from:
            expected = f"ngày từ valid_from ({target.valid_from}) trở đi"
            fix = "Hãy kiểm tra hai ngày: có thể đã viết ngược."
            yield entry.refusal(key, found=day, expected=expected, fix=fix)
