"""Alerts of an installation: bring their states up to the published snapshot, write and deliver what is to be told."""

from dataclasses import dataclass
from datetime import datetime

from filelock import FileLock, Timeout

from collectors.home import VIETNAM, Home
from metrics.alert_evaluation import Situation
from metrics.alert_journal import AlertJournal, Told
from metrics.alert_rules import load_rules
from metrics.alert_settle import Settled
from metrics.alert_settle import settle as settle_alerts
from metrics.assess import missing
from metrics.digest import first_working_day, write_digest
from metrics.figures import SOURCE as BY_HAND
from metrics.insight.gap import holding_most
from metrics.journal import Journal
from metrics.notify import Sender, by_apprise, deliver, may_send, open_channels, write_messages
from metrics.rates import rates, unit_tree
from metrics.register_kept import in_force
from metrics.snapshot import Snapshot, open_snapshot
from metrics.working_days import WorkingDays, load_calendar


@dataclass(frozen=True, slots=True)
class Notified:
    """What a round of notification did; waiting: it is no time for messages (or another round is under way)."""

    written: int = 0
    sent: int = 0
    failed: int = 0
    waiting: bool = False


def settle(home: Home, *, now: datetime) -> Settled | None:
    """Bring every alert up to the newest published state; None while nothing is published."""
    snapshot = open_snapshot(home.path)
    if snapshot is None:
        return None
    with snapshot:
        situation = Situation(
            snapshot,
            now=now,
            calendar=load_calendar(home.extra_calendar),
            collected=Journal(home.journal).collected(),
            office=home.config.office.unit or None,
        )
        return settle_alerts(situation, load_rules(home.extra_alert_rules), AlertJournal(home.journal))


def notify(home: Home, *, now: datetime, send: Sender = by_apprise) -> Notified:
    """Write what is to be told now and deliver what is due; only one round at a time.

    Raises ConfigError for a channel that cannot be used: nothing is sent then, nothing is lost.
    """
    channels = open_channels(home.config.channels, home.path)
    snapshot = open_snapshot(home.path)
    if not channels or snapshot is None:
        return Notified()
    alerts, settings, calendar = AlertJournal(home.journal), home.config.alerts, load_calendar(home.extra_calendar)
    try:
        with snapshot, FileLock(str(home.path / "notify.lock"), timeout=0):
            written = write_messages(
                alerts,
                channels,
                load_rules(home.extra_alert_rules),
                unit_tree(snapshot),
                now=now,
                settings=settings,
                calendar=calendar,
                holders=lambda told: _holders(home, snapshot, told, now=now),
            )
            if settings.weekly_digest and may_send(now, settings, calendar, urgent=False):
                written += _digest(
                    home, snapshot, [one.name for one in channels if "unit" in one.audience], now, calendar
                )
            sent, failed = deliver(alerts, channels, now=now, send=send)
    except Timeout:
        return Notified(waiting=True)
    return Notified(written, sent, failed, waiting=not may_send(now, settings, calendar, urgent=False))


def _digest(home: Home, snapshot: Snapshot, channels: list[str], now: datetime, calendar: WorkingDays) -> int:
    if not first_working_day(now.astimezone(VIETNAM).date(), calendar):
        return 0
    tree = unit_tree(snapshot)
    office = home.config.office.unit
    units = [office] if office in tree.units else [unit.code for unit in tree.roots[:1]]
    journal = Journal(home.journal)
    return sum(write_digest(AlertJournal(home.journal), journal, snapshot, unit, channels, now=now) for unit in units)


def _holders(home: Home, snapshot: Snapshot, told: Told, *, now: datetime) -> str:
    """Say which procedures hold four fifths of what is missing to a target."""
    if (
        told.source == BY_HAND
        or not told.gap
        or told.target_value is None
        or told.metric is None
        or told.unit_code is None
    ):
        return ""
    rows = rates(
        snapshot,
        in_force(home.extra_targets, Journal(home.journal), now=now).register,
        metrics=[told.metric],
        unit=told.unit_code,
        by="procedure",
        period=told.period_label or "latest",
        source=told.source,
    )
    gaps = {
        row.procedure_name or row.procedure_key or "": missing(
            row.target.op, row.numerator, row.denominator, row.target_value
        )
        for row in rows
        if row.target is not None and row.target_value is not None and row.numerator is not None and row.denominator
    }
    most = holding_most(gaps)[:5]
    if not most:
        return ""
    return f"{told.unit_name}, thủ tục chiếm phần lớn: " + "; ".join(f"{name} (thiếu {gaps[name]})" for name in most)
