"""A published state and the rules in; what holds now, and how the alerts that do not hold any more stand, out.

What a ratio is against its target was decided by `assess` and stands in the snapshot; here it is only asked whether that
concerns somebody, for how long, and beyond chance.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from metrics.alert_coming import changing_targets, nearly_overdue, overdue
from metrics.alert_data import (
    export_refused,
    findings,
    late,
    naive,
    never,
    old,
    quality_low,
    rows_refused,
    seen_of_data,
)
from metrics.alert_journal import Told
from metrics.alert_ratios import RAISED, below_for_certain, below_target, below_year_before, standing
from metrics.alert_rules import AlertRule, RuleKind
from metrics.alert_state import Seen
from metrics.alert_statistics import falling, off_pace
from metrics.alert_told import Found
from metrics.alerts import LATE_AFTER
from metrics.figures import SOURCE as BY_HAND
from metrics.journal import Collected
from metrics.rates import unit_tree
from metrics.snapshot import Snapshot
from metrics.source_ratios import local_day
from metrics.targets import Register
from metrics.units import UnitTree

_LOOKS: Mapping[RuleKind, Callable[["Situation", AlertRule], Iterator[Found]]] = {
    RuleKind.BELOW_TARGET: below_target,
    RuleKind.BELOW_FOR_CERTAIN: below_for_certain,
    RuleKind.BELOW_YEAR_BEFORE: below_year_before,
    RuleKind.FALLING: falling,
    RuleKind.OFF_PACE: off_pace,
    RuleKind.OVERDUE_OPEN: overdue,
    RuleKind.NEARLY_OVERDUE: nearly_overdue,
    RuleKind.SOURCE_LATE: late,
    RuleKind.SOURCE_NEVER: never,
    RuleKind.DATA_OLD: old,
    RuleKind.ROWS_REFUSED: rows_refused,
    RuleKind.EXPORT_REFUSED: export_refused,
    RuleKind.FINDINGS: findings,
    RuleKind.QUALITY_LOW: quality_low,
    RuleKind.TARGET_CHANGING: changing_targets,
}
_AGAINST = (RuleKind.BELOW_TARGET, RuleKind.BELOW_FOR_CERTAIN, RuleKind.BELOW_YEAR_BEFORE)
_OF_FIGURES = (*_AGAINST, RuleKind.FALLING, RuleKind.OFF_PACE, RuleKind.OVERDUE_OPEN, RuleKind.NEARLY_OVERDUE)


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
        collected: Mapping[str, Collected],
        office: str | None = None,
        register: Register | None = None,
        least_quality: Mapping[str, int] | None = None,
    ) -> None:
        """now: an instant with its zone. least_quality: per cent by dimension, as the office asks."""
        self.register = register or Register(())
        self.snapshot, self.now, self.office = snapshot, now, office
        self.moment = naive(now)
        self.day: date = local_day(self.moment)
        self.least_quality = least_quality or {}
        self.tree: UnitTree = unit_tree(snapshot)
        self.sources = {row["source"]: row for row in snapshot.rows(_SOURCES)}
        self.collected = collected
        self.raised = snapshot.rows(RAISED, {"by_hand": BY_HAND})
        late = {row["source"] for row in self.raised if row["rule"] == "source_late"}
        late |= {name for name, row in self.sources.items() if self._age(row["captured_at"]) > LATE_AFTER}
        self.late = {name for name in late if name in self.sources and not self.sources[name]["synthetic"]}

    @property
    def today(self) -> str:
        """The mark of what is not about one source's data."""
        return self.day.isoformat()

    def holding(self, rules: Iterable[AlertRule]) -> dict[str, Holding]:
        """Return every alert that holds now, by key."""
        return {
            f"{rule.id}:{key}": Holding(f"{rule.id}:{key}", rule, self._mark(rule, told), told)
            for rule in rules
            for key, told in _LOOKS[rule.kind](self, rule)
        }

    def seen(self, key: str, rule: AlertRule | None, period_start: str = "") -> Seen:
        """Return how an alert stands that does not hold now. period_start: of the period it was about."""
        if rule is None or rule.kind is RuleKind.TARGET_CHANGING:
            return Seen.GONE  # the day of a change has come, or it was taken back: nothing was made good
        if rule.kind in _AGAINST:
            return standing(self, rule, key.split(":", 5)[1:], period_start)
        if rule.kind in _OF_FIGURES:
            parts = key.split(":")[1:]
            return Seen.UNKNOWN if parts[0] in self.late else self._of_period(parts, period_start)
        return seen_of_data(self, rule, key.partition(":")[2])

    def ours(self, code: str) -> bool:
        """Whether a unit is the office of this installation or below it (any unit where none is set)."""
        return self.office not in self.tree.units or self.office in (code, *self.tree.above(code))

    def _of_period(self, parts: list[str], period_start: str) -> Seen:
        """Tell whether the period of an alert is still the one its label means now."""
        if not period_start:
            return Seen.CLEARS
        rows = self.snapshot.rows(_START, {"source": parts[0], "metric": parts[1], "period": parts[3]})
        return Seen.CLEARS if rows and rows[0]["period_start"].isoformat() == period_start else Seen.GONE

    def _mark(self, rule: AlertRule, told: Told) -> str:
        row = self.sources.get(told.source or "") if rule.kind in _OF_FIGURES else None
        return str(row["as_of_day"].isoformat()) if row else self.today

    def _age(self, moment: datetime) -> timedelta:
        return self.moment - moment


_SOURCES = """
-- one row per source; figures entered by hand are never late
SELECT source, kind, synthetic, captured_at, as_of_day, newest_event, last_success_at, rows, rows_refused
FROM source
WHERE kind <> 'indicator'
"""
_START = """
-- one row where a ratio is published for a label: when its period begins
SELECT period_start FROM assessment WHERE source = $source AND metric = $metric AND period_label = $period LIMIT 1
"""
