"""Alerts of open dossiers that are late or soon will be, and of targets that will soon be others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal

from metrics.alert_journal import Told
from metrics.alert_rules import AlertRule
from metrics.alert_told import Found, evidence_of, tell
from metrics.definitions import METRIC
from metrics.targets import Kind, Op, Register, Target
from metrics.units import Unit
from metrics.wording import number, percent

if TYPE_CHECKING:
    from metrics.alert_evaluation import Situation

_SIGNS = {Op.AT_LEAST: "≥", Op.ABOVE: ">", Op.EQUAL: "=", Op.AT_MOST: "≤"}


def overdue(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each unit with more than `limit` open dossiers that are past their day."""
    for row in situation.snapshot.rows(_OVERDUE, {"limit": rule.limit}):
        unit = _unit(situation, rule, row)
        if unit is None:
            continue
        words = (
            f"{unit.name} đang có {number(row['numerator'], 'vi')} hồ sơ quá hạn chưa giải quyết xong, trong "
            f"{number(row['denominator'], 'vi')} hồ sơ đang giải quyết.",
            f"{unit.name} has {row['numerator']} open dossiers that are overdue, of {row['denominator']} open ones.",
        )
        evidence = evidence_of({**row, "metric": "overdue_open", "unit_name": unit.name, "gap": row["numerator"]})
        told = tell(rule, *words, synthetic=row["synthetic"], **evidence)
        yield f"{row['source']}:overdue_open:{unit.code}:{row['period_label']}", told


def nearly_overdue(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each unit with more than `limit` open dossiers that have at most `days` working days left.

    0 days left is due today. A dossier that waits for papers or a payment has no day to fear.
    """
    if not situation.snapshot.rows(_HAS_OPEN):
        return  # published by an earlier version
    for row in situation.snapshot.rows(_NEARLY, {"days": rule.days, "limit": rule.limit}):
        unit = _unit(situation, rule, row)
        if unit is None:
            continue
        due = f", trong đó {number(row['today'], 'vi')} hồ sơ hết hạn hôm nay" if row["today"] else ""
        words = (
            f"{unit.name} có {number(row['count'], 'vi')} hồ sơ đang giải quyết còn không quá {rule.days} ngày làm việc{due}.",
            f"{unit.name} has {row['count']} open dossiers with at most {rule.days} working days left.",
        )
        counted = {"numerator": row["count"], "gap": row["count"], "source": row["source"], "unit_code": unit.code}
        told = tell(rule, *words, synthetic=row["synthetic"], unit_name=unit.name, **counted)
        yield f"{row['source']}:overdue_open:{unit.code}:open", told


def _unit(situation: "Situation", rule: AlertRule, row: Mapping[str, Any]) -> Unit | None:
    """Return the unit at the foot of the tree that counts of open dossiers are told to; None: to nobody."""
    unit = situation.tree.units.get(row["unit_code"])
    if unit is None or not unit.leaf or row["source"] in situation.late or not situation.ours(unit.code):
        return None
    return unit if rule.concerns(unit=unit.code, level=unit.level) else None


@dataclass(frozen=True, slots=True)
class _Change:
    """What one target becomes on a day."""

    day: date
    target: Target
    before: Decimal | None
    after: Decimal | None


def changing_targets(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each target of this installation that begins, ends, or takes its next step within `days` days."""
    for change in _changes(situation.register, situation.day, rule.days):
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
    return tell(
        rule,
        f"Từ ngày {change.day:%d/%m/%Y}, {name_vi}{of}: {vi} ({document}).",
        f"From {change.day}, {name_en}: {en} ({document}).",
        metric=target.metric or None,
        source=target.unit or target.province or "",
        target_value=None if change.after is None else float(change.after),
        document=document,
    )


def _level(target: Target, value: Decimal | None) -> str:
    if value is None:
        return ""
    is_share = target.quantity.is_share
    shown = percent(value, "0.##", "vi") if is_share else format_decimal(value, "#,##0.##", locale="vi")
    return f"{_SIGNS.get(target.op, target.op)} {shown}"


_OVERDUE = """
-- one row per source and unit with more open overdue dossiers, today, than allowed
SELECT a.source, a.unit_code, a.period_label, a.variant, a.numerator, a.denominator, a.ratio, s.synthetic
FROM assessment AS a
JOIN source AS s ON s.source = a.source
WHERE a.metric = 'overdue_open' AND a.period_kind = 'year_to_date' AND a.numerator > $limit
QUALIFY row_number() OVER (PARTITION BY a.source, a.unit_code ORDER BY a.variant) = 1
"""
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
