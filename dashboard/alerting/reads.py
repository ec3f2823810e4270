"""The journal in, alerts as they stand now out. Nothing is cached: what somebody did is seen at once on every screen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from collectors.home import Home
from dashboard.reads import kept
from dashboard.words import NOTHING
from metrics.alert_journal import Act, AlertJournal, Known, Message, Past
from metrics.alert_rules import AlertRule, AlertRuleError, load_rules
from metrics.alert_state import Phase
from metrics.rates import unit_tree
from metrics.readers import Reader
from metrics.snapshot import Snapshot
from metrics.units import UnitTree

HISTORY_DAYS = 90
MOST_MESSAGES = 1000
_ORDER = {"critical": 0, "warning": 1, "info": 2}


class Standing(StrEnum):
    """How an alert stands for people; silenced comes before acknowledged, as nobody is told any more."""

    FIRING = "firing"
    KNOWN = "known"
    SILENCED = "silenced"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Board:
    """The alerts that fire or may soon, the gravest first, and how each stands at the instant asked."""

    alerts: Sequence[Known]
    now: datetime

    def standing(self, one: Known) -> Standing:
        """Tell how an alert stands."""
        if one.state.phase is Phase.PENDING:
            return Standing.PENDING
        if self.silence(one) is not None:
            return Standing.SILENCED
        return Standing.KNOWN if one.acknowledged else Standing.FIRING

    def silence(self, one: Known) -> Act | None:
        """Return the silence that holds now; None once its last day is over."""
        act = one.silenced
        return act if act is not None and (act.until is None or act.until > self.now) else None

    def of(self, standing: str, units: frozenset[str] | None) -> list[Known]:
        """Return the alerts of one standing ("": of all) and of some units (None: of all) or of no unit."""
        return [
            one
            for one in self.alerts
            if (not standing or self.standing(one) == standing)
            and (units is None or one.told.unit_code is None or one.told.unit_code in units)
        ]


def board(home: Home, reader: Reader, now: datetime) -> Board:
    """Return what fires or is pending. now: UTC without zone."""
    found = AlertJournal(home.journal).known(Phase.FIRING, Phase.PENDING)
    return Board(sorted((_shown(one, reader) for one in found), key=_order), now)


def history(home: Home, now: datetime) -> list[Past]:
    """Return the transitions of the last days, newest first."""
    return AlertJournal(home.journal).history(since=now - timedelta(days=HISTORY_DAYS), limit=10_000)


def acts(home: Home, reader: Reader, key: str = "") -> list[Act]:
    """Return what people did about one alert (of every one), newest first."""
    found = [_unnamed(one, reader) for one in AlertJournal(home.journal).acts() if key in ("", one.key)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def messages(home: Home) -> list[Message]:
    """Return the newest messages to channels, newest first."""
    return AlertJournal(home.journal).messages(MOST_MESSAGES)


def rules(home: Home) -> dict[str, AlertRule]:
    """Return the rules by id; none where the office's own file cannot be used."""
    try:
        return {rule.id: rule for rule in load_rules(home.extra_alert_rules)}
    except AlertRuleError:
        return {}


@kept
def tree(snapshot: Snapshot) -> UnitTree:
    """Return the units, by which it is told who may act."""
    return unit_tree(snapshot)


def _shown(one: Known, reader: Reader) -> Known:
    acknowledged = _unnamed(one.acknowledged, reader) if one.acknowledged else None
    silenced = _unnamed(one.silenced, reader) if one.silenced else None
    return replace(one, acknowledged=acknowledged, silenced=silenced)


def _unnamed(act: Act, reader: Reader) -> Act:
    """Who reads without a name learns no names, nor what people wrote."""
    return act if reader.is_known else replace(act, person=NOTHING, reason=NOTHING)


@kept
def under(snapshot: Snapshot, unit: str) -> frozenset[str]:
    """Return a unit and all below it."""
    tree = unit_tree(snapshot)
    return frozenset(code for code in tree.units if code == unit or unit in tree.above(code))


def _order(one: Known) -> tuple[object, ...]:
    told = one.told
    place = (told.rule, told.metric or "", told.unit_code or "", told.period_label or "")
    return (_ORDER.get(told.severity, len(_ORDER)), one.state.phase is Phase.PENDING, *place)
