"""Firing alerts and channels in, messages out: each at most once a day, in office hours, none lost, failures kept.

A message is written to the journal before it is sent, under a name that a day, a topic and a channel can have only once;
whoever starts next sends what was written and not sent. Apprise does the sending.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

import apprise

from collectors.home import VIETNAM, AlertSettings, ChannelSetting, ConfigError
from metrics import alert_words
from metrics.alert_journal import AlertJournal, Known, Message, Told
from metrics.alert_rules import AlertRule, Audience
from metrics.alert_state import Phase
from metrics.alert_words import Holders
from metrics.alerts import Severity
from metrics.units import UnitTree
from metrics.working_days import WorkingDays

_WAKING = (time(6), time(21))
_TRIES = 8
_MESSAGES = 5000  # looked back at: more than a year of daily messages
_FIRST_PAUSE = timedelta(minutes=10)


class Sender(Protocol):
    """Sends one message; returns what went wrong, "" when it was delivered."""

    def __call__(self, channel: "Channel", title: str, body: str) -> str:
        """Send."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One place messages go to. url: secret, never shown nor logged."""

    name: str
    url: str
    audience: frozenset[str]
    severity: frozenset[str]
    units: tuple[str, ...]

    def wants(self, told: Told, tree: UnitTree) -> bool:
        """Whether an alert concerns the readers of this channel; what is made up concerns nobody."""
        if told.synthetic or told.audience not in self.audience or told.severity not in self.severity:
            return False
        code = told.unit_code
        if not self.units or code is None:
            return True
        return any(unit in (code, *(tree.above(code) if code in tree.units else ())) for unit in self.units)


def open_channels(settings: Sequence[ChannelSetting], home: Path) -> list[Channel]:
    """Return the channels with their addresses. Raises ConfigError, naming channel and setting, never the address."""
    channels = [_channel(one, home) for one in settings]
    names = [one.name for one in channels]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"[[channel]] name = “{name}” dùng hai lần. Mỗi kênh cần một tên riêng.")
    return channels


def _channel(setting: ChannelSetting, home: Path) -> Channel:
    place = f"[[channel]] {setting.name}"
    if bool(setting.url_env) == bool(setting.url_file):
        raise ConfigError(f"{place}: cần đúng một trong url_env (tên biến môi trường) và url_file (đường dẫn tệp).")
    for key, allowed in (("audience", Audience), ("severity", Severity)):
        unknown = [one for one in getattr(setting, key) if one not in set(allowed)]
        if unknown:
            raise ConfigError(f"{place}: {key} có {', '.join(unknown)}; cần: {', '.join(allowed)}.")
    url = _address(setting, home, place)
    if not apprise.Apprise.instantiate(url, suppress_exceptions=True):
        where = setting.url_env or setting.url_file
        raise ConfigError(
            f"{place}: địa chỉ ở {where} không đúng cú pháp Apprise (ví dụ mailtos://tai-khoan:mat-khau@may-chu?to=…, "
            "json://may-chu/duong-dan)."
        )
    audience, severity = frozenset(setting.audience), frozenset(setting.severity)
    return Channel(setting.name, url, audience, severity, tuple(setting.units))


def _address(setting: ChannelSetting, home: Path, place: str) -> str:
    if setting.url_env:
        url = os.environ.get(setting.url_env, "")
        if not url:
            raise ConfigError(f"{place}: biến môi trường {setting.url_env} chưa có giá trị. Đặt biến rồi chạy lại.")
        return url.strip()
    file = home / setting.url_file
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(
            f"{place}: không đọc được {file} ({error.strerror}). Kiểm tra đường dẫn và quyền đọc."
        ) from error


def by_apprise(channel: Channel, title: str, body: str) -> str:
    """Send through Apprise; what it logs may hold addresses, so only that it failed is kept."""
    service = apprise.Apprise()
    service.add(channel.url)
    with apprise.LogCapture(level=apprise.logging.WARNING, name="apprise"):  # type: ignore[no-untyped-call]
        sent = service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    return "" if sent else "kênh không nhận tin (máy chủ không trả lời, từ chối, hoặc địa chỉ sai)"


def may_send(now: datetime, settings: AlertSettings, calendar: WorkingDays, *, urgent: bool) -> bool:
    """Tell whether it is a time for messages: office hours of working days; urgent: 06:00 to 21:00 of any day."""
    local = now.astimezone(VIETNAM)
    if urgent and _WAKING[0] <= local.time() < _WAKING[1]:
        return True
    start, end = (time.fromisoformat(text) for text in settings.office_hours)
    return calendar.is_working(local.date()) and start <= local.time() < end


def write_messages(
    journal: AlertJournal,
    channels: Sequence[Channel],
    rules: Sequence[AlertRule],
    tree: UnitTree,
    *,
    now: datetime,
    settings: AlertSettings,
    calendar: WorkingDays,
    holders: Holders | None = None,
) -> int:
    """Write down what is to be told now and return how many messages are new.

    Of each channel, rule and metric one message a day while anything of it fires that nobody acknowledged or silenced;
    and one when what was told is over.
    """
    firing = [one for one in journal.known(Phase.FIRING) if not _muted(one, now)]
    resolved = journal.known(Phase.RESOLVED)
    spoken = _last_spoken(journal)
    written = 0
    for channel in channels:
        for topic, rule, alerts in _topics(firing, rules, channel, tree):
            if may_send(now, settings, calendar, urgent=_urgent(rule)):
                text = alert_words.body(alerts, now=now, link=settings.link, holders=holders)
                title = alert_words.title(rule.kind, alerts)
                written += journal.write_message(_message(now, topic, "firing", channel, title, text))
        for topic, rule, alerts in _topics(resolved, rules, channel, tree):
            last = spoken.get((topic, channel.name))
            gone = [one.told for one in alerts if last is not None and one.state.since > last]
            if gone and may_send(now, settings, calendar, urgent=_urgent(rule)):
                title, text = alert_words.resolved_title(rule.kind, gone), alert_words.resolved_body(gone)
                written += journal.write_message(_message(now, topic, "resolved", channel, title, text))
    return written


def deliver(
    journal: AlertJournal, channels: Sequence[Channel], *, now: datetime, send: Sender = by_apprise
) -> tuple[int, int]:
    """Send what is due and return how many were delivered and how many failed this time.

    A failure is tried again after 10, 20, 40 … minutes, eight times; then it stays in the journal as failed.
    """
    by_name = {channel.name: channel for channel in channels}
    sent = failed = 0
    for message in journal.due_messages():
        channel = by_name.get(message.channel)
        if channel is None or not _due(message, now):
            continue
        error = send(channel, message.title, message.body)
        journal.tried(message, at=now, error=error, final=message.tries + 1 >= _TRIES)
        sent, failed = (sent, failed + 1) if error else (sent + 1, failed)
    return sent, failed


def try_channel(channel: Channel, *, send: Sender = by_apprise) -> str:
    """Send a message that says it is a test; return what went wrong, "" when it was delivered."""
    return send(
        channel,
        "[TTHC] Tin thử",
        f"Đây là tin thử của hệ thống giám sát thủ tục hành chính, gửi tới kênh “{channel.name}”. "
        "Không cần làm gì. Tin cảnh báo thật sẽ đến kênh này.",
    )


def _message(now: datetime, topic: str, kind: str, channel: Channel, title: str, text: str) -> Message:
    day = now.astimezone(VIETNAM).date().isoformat()
    return Message(
        day=day, topic=topic, kind=kind, channel=channel.name, title=title, body=text, made_at=now.astimezone(UTC)
    )


def _topics(
    alerts: Sequence[Known], rules: Sequence[AlertRule], channel: Channel, tree: UnitTree
) -> Iterator[tuple[str, AlertRule, list[Known]]]:
    """Yield what a channel is told together: the alerts of one rule and metric (or source)."""
    by_id = {rule.id: rule for rule in rules}
    groups: dict[str, list[Known]] = {}
    for one in alerts:
        if one.told.rule in by_id and channel.wants(one.told, tree):
            groups.setdefault(f"{one.told.rule}:{one.told.metric or ''}", []).append(one)
    for topic, found in groups.items():
        yield topic, by_id[found[0].told.rule], found


def _muted(alert: Known, now: datetime) -> bool:
    if alert.acknowledged is not None:
        return True
    until = alert.silenced.until if alert.silenced else None
    return until is not None and until > now.astimezone(UTC).replace(tzinfo=None)


def _last_spoken(journal: AlertJournal) -> dict[tuple[str, str], datetime]:
    """Return when each topic was last spoken of on each channel: what ended since then is still to be told."""
    newest: dict[tuple[str, str], datetime] = {}
    for one in journal.messages(_MESSAGES):
        newest.setdefault((one.topic, one.channel), one.made_at)
    return newest


def _urgent(rule: AlertRule) -> bool:
    return rule.severity is Severity.CRITICAL and rule.audience is Audience.OPERATOR


def _due(message: Message, now: datetime) -> bool:
    if message.tried_at is None:
        return True
    pause: timedelta = _FIRST_PAUSE * 2 ** (message.tries - 1)
    return now.astimezone(UTC).replace(tzinfo=None) >= message.tried_at + pause
