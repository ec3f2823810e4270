"""Alerts of an installation: bring their states up to the published snapshot, write and deliver what is to be told."""

from dataclasses import dataclass
from datetime import datetime

from filelock import FileLock, Timeout

from collectors.home import VIETNAM, Home
from metrics.alert_evaluation import Situation
from metrics.alert_holders import holders
from metrics.alert_journal import AlertJournal
from metrics.alert_rules import AlertRuleError, load_rules
from metrics.alert_settle import Settled
from metrics.alert_settle import settle as settle_alerts
from metrics.digest import digest_due, write_digest
from metrics.journal import Journal
from metrics.notify import (
    Channel,
    Sender,
    by_apprise,
    deliver,
    may_send,
    usable_channels,
    write_messages,
    write_trouble,
)
from metrics.rates import unit_tree
from metrics.register_kept import in_force
from metrics.snapshot import Snapshot, open_snapshot
from metrics.working_days import WorkingDays, load_calendar

_BROKEN_RULES = "alert_rules"


@dataclass(frozen=True, slots=True)
class Notified:
    """What a round of notification did; waiting: it is no time for messages; busy: another round is under way.

    errors: channels and rules that cannot be used; the others are.
    """

    written: int = 0
    sent: int = 0
    failed: int = 0
    waiting: bool = False
    busy: bool = False
    errors: tuple[str, ...] = ()


def settle(home: Home, *, now: datetime) -> Settled | None:
    """Bring every alert up to the newest published state; None while nothing is published.

    Raises AlertRuleError for a rule file that cannot be used: then every alert stays as it is.
    """
    snapshot = open_snapshot(home.path)
    if snapshot is None:
        return None
    with snapshot, FileLock(str(home.path / "alerts.lock")):  # a collection and a round of messages may meet here
        situation = Situation(
            snapshot,
            now=now,
            collected=Journal(home.journal).collected(),
            office=home.config.office.unit or None,
            register=in_force(home.extra_targets, Journal(home.journal), now=now).register,
            least_quality=home.config.quality.least,
        )
        rules, journal = load_rules(home.extra_alert_rules), AlertJournal(home.journal)
        return settle_alerts(situation, rules, journal, holders=lambda told: holders(snapshot, situation.tree, told))


def notify(home: Home, *, now: datetime, send: Sender = by_apprise) -> Notified:
    """Write what is to be told now and deliver what is due; only one round at a time, whoever starts it."""
    channels, errors = usable_channels(home.config.channels, home.path)
    snapshot = open_snapshot(home.path)
    if not channels or snapshot is None:
        return Notified(errors=tuple(errors))
    alerts, calendar = AlertJournal(home.journal), load_calendar(home.extra_calendar)
    office_hours = may_send(now, home.config.alerts, calendar, urgent=False)
    try:
        with snapshot, FileLock(str(home.path / "notify.lock"), timeout=0):
            try:
                written = _write(home, snapshot, alerts, channels, calendar, now=now)
            except AlertRuleError as error:
                errors.append(str(error))
                written = _write_broken(alerts, channels, str(error), now=now) if office_hours else 0
            if home.config.alerts.weekly_digest and office_hours:
                readers = [one.name for one in channels if "unit" in one.audience]
                written += _digest(home, snapshot, alerts, readers, now, calendar)
            sent, failed = deliver(alerts, channels, now=now, send=send)
    except Timeout:
        return Notified(busy=True, errors=tuple(errors))
    return Notified(written, sent, failed, waiting=not office_hours, errors=tuple(errors))


def _write(
    home: Home,
    snapshot: Snapshot,
    alerts: AlertJournal,
    channels: list[Channel],
    calendar: WorkingDays,
    *,
    now: datetime,
) -> int:
    rules, settings = load_rules(home.extra_alert_rules), home.config.alerts
    return write_messages(alerts, channels, rules, unit_tree(snapshot), now=now, settings=settings, calendar=calendar)


def _write_broken(alerts: AlertJournal, channels: list[Channel], error: str, *, now: datetime) -> int:
    """Tell the operators that alerts stand still."""
    text = (
        f"{error}\n\nTrong khi tệp này chưa sửa xong, các cảnh báo giữ nguyên trạng thái: không mở thêm, không tắt, không gửi "
        "tin. Sửa tệp (hoặc bỏ đường dẫn ở [alerts] file), rồi chạy `tthc alerts`."
    )
    return write_trouble(
        alerts, channels, _BROKEN_RULES, "[TTHC] Tệp luật cảnh báo không dùng được, cảnh báo đang dừng", text, now=now
    )


def _digest(
    home: Home, snapshot: Snapshot, alerts: AlertJournal, channels: list[str], now: datetime, calendar: WorkingDays
) -> int:
    if not digest_due(alerts, now.astimezone(VIETNAM).date(), calendar):
        return 0
    tree = unit_tree(snapshot)
    office = home.config.office.unit
    units = [office] if office in tree.units else [unit.code for unit in tree.roots[:1]]
    return sum(write_digest(alerts, Journal(home.journal), snapshot, unit, channels, now=now) for unit in units)
