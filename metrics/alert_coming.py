"""Alerts of what is about to happen: dossiers that will soon be late, targets that will soon be others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal

from collectors.home import VIETNAM
from metrics.alert_journal import Told
from metrics.alert_rules import AlertRule
from metrics.definitions import METRIC
from metrics.targets import Kind, Op, Register, Target
from metrics.units import Unit

if TYPE_CHECKING:
    from metrics.alert_evaluation import Situation

Found = tuple[str, Told]
_SIGNS = {Op.AT_LEAST: "≥", Op.ABOVE: ">", Op.EQUAL: "=", Op.AT_MOST: "≤"}


def nearly_overdue(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each unit with more than `limit` open dossiers that have at most `days` working days left.

    0 days left is due today. A dossier that waits for papers or a payment has no day to fear.
    """
    if not situation.snapshot.rows(_HAS_OPEN):
        return  # published by an earlier version
    for row in situation.snapshot.rows(_NEARLY, {"days": rule.days, "limit": rule.limit}):
        unit = situation.of_unit(rule, row)
        if unit is not None:
            yield f"{row['source']}:overdue_open:{unit.code}:open", _nearly_told(rule, row, unit)


def _nearly_told(rule: AlertRule, row: Mapping[str, Any], unit: Unit) -> Told:
    synthetic, count = row["synthetic"], format_decimal(row["count"], locale="vi")
    today = f", trong đó {format_decimal(row['today'], locale='vi')} hồ sơ hết hạn hôm nay" if row["today"] else ""
    return Told(
        rule=rule.id,
        severity=rule.severity,
        audience=rule.audience,
        unit_code=unit.code,
        unit_name=unit.name,
        source=row["source"],
        numerator=row["count"],
        gap=row["count"],
        synthetic=synthetic,
        message_vi=("DỮ LIỆU MÔ PHỎNG. " if synthetic else "")
        + f"{unit.name} có {count} hồ sơ đang giải quyết còn không quá {rule.days} ngày làm việc{today}.",
        message_en=("SYNTHETIC DATA. " if synthetic else "")
        + f"{unit.name} has {row['count']} open dossiers with at most {rule.days} working days left.",
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """What one target becomes on a day."""

    day: date
    target: Target
    before: Decimal | None
    after: Decimal | None


def changing_targets(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each target of this installation that begins, ends, or takes its next step within `days` days."""
    today = situation.now.astimezone(VIETNAM).date()
    for change in _changes(situation.register, today, rule.days):
        target = change.target
        if rule.metrics and target.metric not in rule.metrics:
            continue
        if any(target.covers(unit, target.field) for unit in _concerned(situation, rule)):
            yield f"{target.id}:{change.day.isoformat()}", _change_told(rule, change)


def _changes(register: Register, today: date, days: int) -> Iterator[_Change]:
    coming = [today + timedelta(days=ahead) for ahead in range(1, days + 1)]
    for target in register.targets:
        if not target.judged or target.kind == Kind.TREND:
            continue
        for day in coming:
            before, after = _asked(target, day - timedelta(days=1)), _asked(target, day)
            if before != after and not (after is None and _followed(register, target, day)):
                yield _Change(day, target, before, after)


def _asked(target: Target, day: date) -> Decimal | None:
    return target.value_on(day) if target.valid_on(day) else None


def _followed(register: Register, ended: Target, day: date) -> bool:
    """Whether another row takes the place of one that ends: then the new one is told, with its number."""
    scope = (ended.metric, ended.indicator, ended.variant, ended.unit, ended.province, ended.level, ended.field)
    return any(
        (one.metric, one.indicator, one.variant, one.unit, one.province, one.level, one.field) == scope
        and one.judged
        and one.valid_from == day
        for one in register.targets
    )


def _concerned(situation: "Situation", rule: AlertRule) -> Sequence[Unit]:
    return [
        unit
        for unit in situation.tree.units.values()
        if situation.ours(unit.code)
        and (not rule.units or unit.code in rule.units)
        and (not rule.levels or unit.level in rule.levels)
    ]


def _change_told(rule: AlertRule, change: _Change) -> Told:
    target, known = change.target, METRIC.get(change.target.metric)
    name_vi, name_en = (known.label_vi, known.label_en) if known else (target.name_vi, target.name_en or target.name_vi)
    document = ", ".join(part for part in (target.document, target.article) if part)
    before, after = (_level(target, value) for value in (change.before, change.after))
    of = f" (lĩnh vực {target.field})" if target.field else ""
    if change.before is None:
        vi, en = f"bắt đầu áp dụng mức {after}", f"{after} begins to be asked"
    elif change.after is None:
        vi, en = f"mức {before} hết hiệu lực", f"{before} is no longer asked"
    else:
        vi, en = f"mức cần đạt đổi từ {before} thành {after}", f"asked are {after} instead of {before}"
    return Told(
        rule=rule.id,
        severity=rule.severity,
        audience=rule.audience,
        metric=target.metric or None,
        source=target.unit or target.province or "",
        target_value=None if change.after is None else float(change.after),
        document=document,
        message_vi=f"Từ ngày {change.day:%d/%m/%Y}, {name_vi}{of}: {vi} ({document}).",
        message_en=f"From {change.day}, {name_en}: {en} ({document}).",
    )


def _level(target: Target, value: Decimal | None) -> str:
    if value is None:
        return ""
    shown = format_decimal(value * 100 if target.quantity.is_share else value, "#,##0.##", locale="vi")
    return f"{_SIGNS.get(target.op, target.op)} {shown}{' %' if target.quantity.is_share else ''}"


_HAS_OPEN = """
-- one row where the snapshot lists open dossiers
SELECT table_name FROM information_schema.tables
WHERE table_catalog = 'published' AND table_name = 'open_dossier'
"""
_NEARLY = """
-- one row per source and unit with more dossiers that are nearly late than allowed
SELECT o.source, o.unit_code, count(*) AS count, count(*) FILTER (WHERE o.days_left = 0) AS today,
    any_value(s.synthetic) AS synthetic
FROM open_dossier AS o
JOIN source AS s ON s.source = o.source
WHERE NOT o.late AND NOT o.waiting AND o.days_left BETWEEN 0 AND $days
GROUP BY o.source, o.unit_code
HAVING count(*) > $limit
ORDER BY o.source, o.unit_code
"""
