"""A published state and the rules in; what holds now, and how the alerts that do not hold any more stand, out.

What a ratio is against its target was decided by `assess` and stands in the snapshot; here it is only asked whether that
concerns somebody, for how long, and beyond chance.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from metrics.alert_journal import Told
from metrics.alert_rules import AlertRule, RuleKind
from metrics.alert_state import Seen
from metrics.alert_statistics import falling, off_pace
from metrics.alerts import LATE_AFTER
from metrics.figures import SOURCE as BY_HAND
from metrics.insight.intervals import Evidence, evidence
from metrics.journal import Collected
from metrics.rates import unit_tree
from metrics.snapshot import Snapshot
from metrics.targets import Op
from metrics.units import UnitTree
from metrics.working_days import WorkingDays

_PUBLISHED = {
    RuleKind.BELOW_TARGET: "below_target",
    RuleKind.BELOW_FOR_CERTAIN: "below_target",
    RuleKind.SOURCE_LATE: "source_late",
    RuleKind.ROWS_REFUSED: "rows_refused",
    RuleKind.EXPORT_REFUSED: "export_refused",
}
_OF_RATIOS = {RuleKind.BELOW_TARGET, RuleKind.BELOW_FOR_CERTAIN, RuleKind.FALLING, RuleKind.OFF_PACE}


@dataclass(frozen=True, slots=True)
class Holding:
    """An alert that holds now. mark: names the state of the data in which it was seen."""

    key: str
    rule: AlertRule
    mark: str
    told: Told


class Situation:
    """One published state as the rules look at it; read once, asked often."""

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        now: datetime,
        calendar: WorkingDays,
        collected: Mapping[str, Collected],
        office: str | None = None,
    ) -> None:
        self.snapshot, self.now, self.calendar, self.office = snapshot, now, calendar, office
        self.tree: UnitTree = unit_tree(snapshot)
        self.sources = {row["source"]: row for row in snapshot.rows(_SOURCES)}
        self.collected = collected
        self._alerts = snapshot.rows(_ALERTS)
        late = {row["source"] for row in self._alerts if row["rule"] == "source_late"}
        late |= {name for name, row in self.sources.items() if self._age(row["captured_at"]) > LATE_AFTER}
        self.late = {name for name in late if name in self.sources and not self.sources[name]["synthetic"]}

    @property
    def today(self) -> str:
        """The mark of what is not about one source's data."""
        return self.now.date().isoformat()

    def holding(self, rules: Iterable[AlertRule]) -> dict[str, Holding]:
        """Return every alert that holds now, by key."""
        return {one.key: one for rule in rules for one in self._of_rule(rule)}

    def seen(self, key: str, rule: AlertRule | None) -> Seen:
        """Return how an alert stands that does not hold now."""
        if rule is None:
            return Seen.GONE
        if rule.kind not in _OF_RATIOS and rule.kind not in (RuleKind.OVERDUE_OPEN, RuleKind.NEARLY_OVERDUE):
            return Seen.CLEARS
        _, source, metric, unit, period, *target = key.split(":", 5)
        if source in self.late:
            return Seen.UNKNOWN
        if rule.kind not in (RuleKind.BELOW_TARGET, RuleKind.BELOW_FOR_CERTAIN):
            return Seen.CLEARS
        if target:  # against the year before, or entered by hand: met now, or a period nobody looks at any more
            asked = {"source": source, "code": metric, "unit": unit, "period": period, "target": target[0]}
            met = any(row["status"] == "met" for row in self.snapshot.rows(_OF_TARGET, asked))
            return Seen.CLEARS if met else Seen.GONE
        rows = self.snapshot.rows(_ASSESSMENT, {"source": source, "metric": metric, "unit": unit, "period": period})
        return _standing(rows, rule)

    def _of_rule(self, rule: AlertRule) -> Iterator[Holding]:
        if rule.kind in _PUBLISHED:
            yield from self._published(rule)
        elif rule.kind is RuleKind.SOURCE_NEVER:
            yield from self._never(rule)
        elif rule.kind is RuleKind.DATA_OLD:
            yield from self._old(rule)
        elif rule.kind is RuleKind.FINDINGS:
            yield from self._findings(rule)
        elif rule.kind is RuleKind.OVERDUE_OPEN:
            yield from self._overdue(rule)
        elif rule.kind in (RuleKind.FALLING, RuleKind.OFF_PACE):
            look = falling if rule.kind is RuleKind.FALLING else off_pace
            for key, told in look(self, rule):
                yield self._metric(rule, key, told)

    def _published(self, rule: AlertRule) -> Iterator[Holding]:
        for row in self._alerts:
            level = self.tree.units[row["unit_code"]].level if row["unit_code"] in self.tree.units else None
            if row["rule"] != _PUBLISHED[rule.kind] or not rule.concerns(
                metric=row["metric"], unit=row["unit_code"], level=level
            ):
                continue
            if rule.kind in _OF_RATIOS and not _enough(row, rule):
                continue
            key = ":".join([rule.id, row["alert_id"].partition(":")[2]])
            told = Told(
                rule=rule.id,
                severity=rule.severity,
                audience=rule.audience,
                synthetic=bool(self.sources.get(row["source"], {}).get("synthetic")),
                **{name: row[name] for name in _TOLD},
            )
            yield Holding(key, rule, self._mark(row["source"]) if rule.kind in _OF_RATIOS else self.today, told)

    def _metric(self, rule: AlertRule, key: str, told: Told) -> Holding:
        return Holding(f"{rule.id}:{key}", rule, self._mark(told.source), told)

    def _never(self, rule: AlertRule) -> Iterator[Holding]:
        for one in self.collected.values():
            if one.last_success_at is None:
                yield self._about(
                    rule,
                    one.source,
                    f"Nguồn {one.source} chưa lần nào thu thập thành công (lần thử gần nhất "
                    f"{one.last_run_at + timedelta(hours=7):%H:%M %d/%m/%Y}). Chạy `tthc doctor` để biết nguyên nhân.",
                    f"Source {one.source} has never been collected successfully. Run `tthc doctor`.",
                )

    def _old(self, rule: AlertRule) -> Iterator[Holding]:
        for name, row in self.sources.items():
            newest: date | None = row["newest_event"]
            if newest is None or row["synthetic"] or row["kind"] != "dossier":
                continue
            days = (self.now.date() - newest).days
            if days > rule.days:
                yield self._about(
                    rule,
                    name,
                    f"Nguồn {name}: sự kiện mới nhất trong số liệu là ngày {newest:%d/%m/%Y}, đã {days} ngày. "
                    "Bản xuất có thể bị lọc sai kỳ: xuất lại đến hôm nay.",
                    f"Source {name}: the newest event in its data is of {newest}, {days} days ago.",
                )

    def _findings(self, rule: AlertRule) -> Iterator[Holding]:
        for row in self.snapshot.rows(_FINDINGS, {"checks": list(rule.checks)}):
            yield self._about(
                rule,
                row["source"] or row["file_name"],
                f"Bản xuất mới nhất của nguồn {row['source']} ({row['file_name']}) có phát hiện {row['checks']}: "
                "đối chiếu lại trước khi dùng số liệu.",
                f"The newest export of source {row['source']} ({row['file_name']}) has findings {row['checks']}.",
            )

    def _overdue(self, rule: AlertRule) -> Iterator[Holding]:
        for row in self.snapshot.rows(_OVERDUE, {"limit": rule.limit}):
            unit = self.tree.units.get(row["unit_code"])
            if unit is None or not unit.leaf or row["source"] in self.late:
                continue
            if not rule.concerns(metric="overdue_open", unit=unit.code, level=unit.level) or not self.ours(unit.code):
                continue
            count = format_decimal(row["numerator"], locale="vi")
            told = Told(
                rule=rule.id,
                severity=rule.severity,
                audience=rule.audience,
                metric="overdue_open",
                unit_code=unit.code,
                unit_name=unit.name,
                period_label=row["period_label"],
                source=row["source"],
                numerator=row["numerator"],
                denominator=row["denominator"],
                ratio=row["ratio"],
                gap=row["numerator"],
                synthetic=row["synthetic"],
                message_vi=f"{unit.name} đang có {count} hồ sơ quá hạn chưa giải quyết xong.",
                message_en=f"{unit.name} has {row['numerator']} open dossiers that are overdue.",
            )
            yield self._metric(rule, f"{row['source']}:overdue_open:{unit.code}:{row['period_label']}", told)

    def ours(self, code: str) -> bool:
        """Whether a unit is the office of this installation or below it (any unit where none is set)."""
        return self.office not in self.tree.units or self.office in (code, *self.tree.above(code))

    def _about(self, rule: AlertRule, subject: str, message_vi: str, message_en: str) -> Holding:
        told = Told(
            rule=rule.id,
            severity=rule.severity,
            audience=rule.audience,
            source=subject,
            message_vi=message_vi,
            message_en=message_en,
        )
        return Holding(f"{rule.id}:{subject}", rule, self.today, told)

    def _mark(self, source: str | None) -> str:
        row = self.sources.get(source or "")
        return row["as_of_day"].isoformat() if row else self.today

    def _age(self, moment: datetime) -> timedelta:
        return self.now - moment.replace(tzinfo=UTC)


_TOLD = (
    *("metric", "unit_code", "unit_name", "period_label", "source", "numerator", "denominator", "ratio"),
    *("target_value", "gap", "message_vi", "message_en"),
)


def _enough(row: Mapping[str, Any], rule: AlertRule) -> bool:
    if row["source"] == BY_HAND:  # a figure of a whole year, often without counts: no sample to be too small
        return rule.kind is RuleKind.BELOW_TARGET
    if (row["denominator"] or 0) < rule.min_denominator:
        return False
    if rule.kind is RuleKind.BELOW_TARGET:
        return True
    if row["target_value"] is None:
        return False  # against the year before, which is a sample too: below, and not for certain
    op = Op(row["target_op"] or Op.AT_LEAST)
    target = Decimal(str(row["target_value"]))
    return evidence(row["numerator"], row["denominator"], target, op) is Evidence.BELOW


def _standing(rows: Sequence[Mapping[str, Any]], rule: AlertRule) -> Seen:
    """Return how a ratio stands that is not below (any more), or whose period nobody looks at any more."""
    if not rows:
        return Seen.GONE
    row = rows[0]
    if row["status"] == "not_reported":
        return Seen.UNKNOWN
    if row["status"] == "below" and rule.kind is RuleKind.BELOW_TARGET:
        return Seen.GONE  # still below, but the period is not the current one any more
    if row["ratio"] is None or row["target_value"] is None:
        return Seen.GONE
    ratio, target = Decimal(str(row["ratio"])), Decimal(str(row["target_value"]))
    beyond = target - ratio if row["target_op"] == Op.AT_MOST else ratio - target
    if beyond >= min(rule.margin, 1 - target if row["target_op"] != Op.AT_MOST else target):
        return Seen.CLEARS
    return Seen.BETWEEN


_OF_TARGET = """
-- one row per standing against the target of an alert that names it
SELECT status
FROM year_on_year
WHERE source = $source AND metric = $code AND unit_code = $unit AND period_label = $period AND target_id = $target
UNION ALL
SELECT status
FROM indicator
WHERE $source = 'indicators' AND code = $code AND unit_code = $unit AND period_label = $period AND target_id = $target
"""
_SOURCES = """
-- one row per source; figures entered by hand are never late
SELECT source, kind, synthetic, captured_at, as_of_day, newest_event, last_success_at, rows, rows_refused
FROM source
WHERE kind <> 'indicator'
"""
_ALERTS = """
-- one row per alert that was raised when the snapshot was made, with what is asked
SELECT alert.*, (
    SELECT any_value(a.target_op)
    FROM assessment AS a
    WHERE a.metric = alert.metric AND a.source = alert.source AND a.unit_code = alert.unit_code
        AND a.period_label = alert.period_label AND a.status = 'below'
) AS target_op
FROM alert
ORDER BY alert_id
"""
_ASSESSMENT = """
-- one row per variant that is judged; the one furthest from its target first
SELECT status, ratio, target_value, target_op
FROM assessment
WHERE source = $source AND metric = $metric AND unit_code = $unit AND period_label = $period
ORDER BY status = 'below' DESC, target_value IS NULL, ratio
"""
_OVERDUE = """
-- one row per source and unit with more open overdue dossiers, today, than allowed
SELECT a.source, a.unit_code, a.period_label, a.numerator, a.denominator, a.ratio, s.synthetic
FROM assessment AS a
JOIN source AS s ON s.source = a.source
WHERE a.metric = 'overdue_open' AND a.period_kind = 'year_to_date' AND a.numerator > $limit
QUALIFY row_number() OVER (PARTITION BY a.source, a.unit_code ORDER BY a.variant) = 1
"""
_FINDINGS = """
-- one row per source whose newest export has one of these findings
WITH newest AS (
    SELECT source, arg_max(export_id, captured_at) AS export_id, arg_max(file_name, captured_at) AS file_name
    FROM export
    WHERE outcome = 'accepted'
    GROUP BY source
)

SELECT n.source, n.file_name, string_agg(DISTINCT f.check_id, ', ' ORDER BY f.check_id) AS checks
FROM newest AS n
JOIN finding AS f ON f.export_id = n.export_id
WHERE list_contains($checks, f.check_id)
GROUP BY n.source, n.file_name
"""
