"""The rules of alerting as data: `alert_rules.toml` and an office's own file of that form in, rules out.

AlertRuleError      a rule file that cannot be used; names file, rule and what is expected
"""

import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from collectors.findings import checks as named_checks
from metrics.alerts import Severity
from metrics.definitions import METRIC
from metrics.targets import METRIC_KEYS
from metrics.units import UnitLevel


class AlertRuleError(ValueError):
    """A rule file that cannot be used."""


class RuleKind(StrEnum):
    """What is looked at."""

    BELOW_TARGET = "below_target"
    BELOW_FOR_CERTAIN = "below_for_certain"
    BELOW_YEAR_BEFORE = "below_year_before"
    FALLING = "falling"
    OFF_PACE = "off_pace"
    OVERDUE_OPEN = "overdue_open"
    NEARLY_OVERDUE = "nearly_overdue"
    SOURCE_LATE = "source_late"
    SOURCE_NEVER = "source_never"
    DATA_OLD = "data_old"
    ROWS_REFUSED = "rows_refused"
    EXPORT_REFUSED = "export_refused"
    FINDINGS = "findings"
    QUALITY_LOW = "quality_low"
    TARGET_CHANGING = "target_changing"


class Audience(StrEnum):
    """Whom it concerns: a data problem the operator, a breach the unit."""

    UNIT = "unit"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """One rule; what does not apply to its kind keeps its default. margin, probability, share: fractions of 1."""

    id: str
    kind: RuleKind
    severity: Severity
    audience: Audience
    metrics: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    min_denominator: int = 0
    publications: int = 1
    margin: Decimal = Decimal(0)
    probability: Decimal = Decimal("0.2")
    share: Decimal = Decimal("0.05")
    limit: int = 0
    days: int = 2
    checks: tuple[str, ...] = ()
    enabled: bool = True

    def concerns(self, *, metric: str | None = None, unit: str | None = None, level: str | None = None) -> bool:
        """Tell whether the rule speaks of this metric and unit."""
        return (
            (not self.metrics or metric in self.metrics)
            and (not self.units or unit in self.units)
            and (not self.levels or level in self.levels)
        )


@cache
def _shipped() -> frozenset[str]:
    text = (files("metrics") / "alert_rules.toml").read_text(encoding="utf-8")
    return frozenset(_rules(text, "alert_rules.toml"))


def paragraph(rule: AlertRule) -> str:
    """Return the paragraph of the operations guide that tells what an alert means and what to do."""
    kind = "totals" if rule.kind is RuleKind.FINDINGS else str(rule.kind)
    return rule.id if rule.id in _shipped() else kind


def load_rules(extra: Path | None = None) -> tuple[AlertRule, ...]:
    """Return the rules that are enabled; a rule of `extra` replaces the one of the same id, new ids are added.

    Raises AlertRuleError for a file that cannot be read, a key, kind, metric, level or check that does not exist, a key
    that the kind does not use; the message names file and rule.
    """
    text = (files("metrics") / "alert_rules.toml").read_text(encoding="utf-8")
    rules = _rules(text, "alert_rules.toml")
    if extra is not None:
        try:
            rules |= _rules(extra.read_text(encoding="utf-8-sig"), extra.name)
        except (OSError, UnicodeDecodeError) as error:
            raise AlertRuleError(
                f"{extra}: không đọc được tệp luật cảnh báo ({error}). Cần tệp TOML, UTF-8."
            ) from error
    return tuple(rule for rule in rules.values() if rule.enabled)


def _rules(text: str, file: str) -> dict[str, AlertRule]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AlertRuleError(f"{file}: sai cú pháp TOML ({error}). Xem lại dấu nháy và dấu bằng.") from error
    blocks, others = document.get("rule", []), [name for name in document if name != "rule"]
    if others or not isinstance(blocks, list):
        raise AlertRuleError(f"{file}: không hiểu mục {', '.join(others) or 'rule'}; tệp chỉ gồm các khối [[rule]].")
    found: dict[str, AlertRule] = {}
    for values in blocks:
        rule = _rule(values, file)
        if rule.id in found:
            raise AlertRuleError(f"{file}, luật {rule.id}: id dùng hai lần. Đổi id của một trong hai luật.")
        found[rule.id] = rule
    return found


_TYPES = {field.name: field.type for field in fields(AlertRule)}
_CHOICES: Mapping[str, type[StrEnum]] = {"kind": RuleKind, "severity": Severity, "audience": Audience}
_LISTED: Mapping[str, Callable[[], Collection[str]]] = {
    "metrics": lambda: dict.fromkeys([*METRIC_KEYS, *METRIC]),
    "levels": lambda: tuple(UnitLevel),
    "checks": named_checks,
}
_ALWAYS = frozenset({"id", "kind", "severity", "audience", "publications", "enabled"})
_WHERE = frozenset({"levels", "units"})
_RATIO = _WHERE | {"metrics", "min_denominator"}
_APPLIES: Mapping[RuleKind, frozenset[str]] = {
    RuleKind.BELOW_TARGET: _RATIO | {"margin"},
    RuleKind.BELOW_FOR_CERTAIN: _RATIO | {"margin"},
    RuleKind.BELOW_YEAR_BEFORE: _RATIO,
    RuleKind.FALLING: _RATIO,
    RuleKind.OFF_PACE: _RATIO | {"probability"},
    RuleKind.OVERDUE_OPEN: _WHERE | {"limit"},
    RuleKind.NEARLY_OVERDUE: _WHERE | {"days", "limit"},
    RuleKind.SOURCE_LATE: frozenset({"days"}),
    RuleKind.SOURCE_NEVER: frozenset(),
    RuleKind.DATA_OLD: frozenset({"days"}),
    RuleKind.ROWS_REFUSED: frozenset({"share"}),
    RuleKind.EXPORT_REFUSED: frozenset(),
    RuleKind.FINDINGS: frozenset({"checks"}),
    RuleKind.QUALITY_LOW: frozenset(),
    RuleKind.TARGET_CHANGING: _WHERE | {"metrics", "days"},
}


def _rule(values: Mapping[str, Any], file: str) -> AlertRule:
    place = f"{file}, luật {values.get('id', 'không có id')}"
    for key in ("id", *_CHOICES):
        if key not in values:
            raise AlertRuleError(f"{place}: thiếu khóa “{key}”.")
    checked: dict[str, Any] = {key: _value(place, key, value) for key, value in values.items()}
    rule = AlertRule(**checked)
    idle = [key for key in values if key not in _ALWAYS | _APPLIES[rule.kind]]
    if idle:
        used = ", ".join(sorted(_APPLIES[rule.kind])) or "không có khóa riêng"
        raise AlertRuleError(
            f"{place}: kind = {rule.kind} không dùng khóa {', '.join(idle)}; khóa riêng của nó: {used}."
        )
    if rule.kind is RuleKind.FINDINGS and not rule.checks:
        raise AlertRuleError(
            f'{place}: thiếu khóa “checks”, ví dụ checks = ["total_differs"]. Các phát hiện: `tthc quality`.'
        )
    return rule


def _value(place: str, key: str, value: object) -> object:
    """Return one setting as its field wants it; raises AlertRuleError with what is expected."""
    if key not in _TYPES:
        raise AlertRuleError(f"{place}: không có khóa “{key}”. Các khóa: {', '.join(_TYPES)}.")
    if key in _CHOICES:
        return _choice(place, key, value)
    expected = str(_TYPES[key])
    if expected.startswith("tuple"):
        return _names(place, key, value)
    if "Decimal" in expected:
        return _share(place, key, value)
    return _scalar(place, key, value, bool if "bool" in expected else int if "int" in expected else str)


def _choice(place: str, key: str, value: object) -> StrEnum:
    if value not in set(_CHOICES[key]):
        raise AlertRuleError(f"{place}: {key} = {value!r}; cần một trong {', '.join(_CHOICES[key])}.")
    return _CHOICES[key](str(value))


def _names(place: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise AlertRuleError(f'{place}: {key} = {value!r}; cần một danh sách, ví dụ ["online"].')
    if key not in _LISTED:
        return tuple(value)
    allowed = [*_LISTED[key]()]
    for one in value:
        if one not in allowed:
            near = get_close_matches(str(one), allowed, n=3, cutoff=0.4) or allowed[:3]
            where = " (tên đủ ở collectors/findings.toml)" if key == "checks" else ""
            raise AlertRuleError(f"{place}: {key} có {one!r}, tên này không có. Gần giống: {', '.join(near)}{where}.")
    return tuple(value)


def _scalar(place: str, key: str, value: object, kind: type) -> object:
    if type(value) is not kind or (isinstance(value, int) and value < 0):
        words = {bool: "true hoặc false", int: "số nguyên từ 0", str: "chữ trong ngoặc kép"}[kind]
        raise AlertRuleError(f"{place}: {key} = {value!r}; cần {words}.")
    return value


def _share(place: str, key: str, value: object) -> Decimal:
    try:
        share = Decimal(str(value))
    except InvalidOperation as error:
        raise AlertRuleError(f"{place}: {key} = {value!r}; cần một số là phần của 1, ví dụ 0.05.") from error
    if not 0 <= share <= 1:
        raise AlertRuleError(f"{place}: {key} = {value}; cần từ 0 đến 1 (5 % viết 0.05).")
    return share
