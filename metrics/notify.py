"""Firing alerts and channels in, messages out: each at most once a day, in office hours, none lost, failures kept.

A message is written to the journal before it is sent, under a name that a day, a topic and a channel can have only once;
whoever starts next sends what was written and not sent. That an attempt begins is noted too, and how it ended:

    killed before the attempt       it is sent by the next round, once
    killed during the attempt       whether it arrived is not known: it is sent again, and says so in its title
    killed after its end was noted  nothing is sent again

So every message arrives at least once, and more than once only from the moment of its sending itself being cut off: no
mail server and no webhook takes part in a transaction. Apprise does the sending.
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
from metrics.alert_journal import AlertJournal, Ended, Known, Message, Told
from metrics.alert_rules import AlertRule, Audience
from metrics.alert_state import Phase
from metrics.alerts import Severity
from metrics.units import UnitTree
from metrics.working_days import WorkingDays

_WAKING = (time(6), time(21))
_TRIES = 8
_FIRST_PAUSE = timedelta(minutes=10)
AGAIN = "(gửi lại, tin này có thể đã đến) "


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
    channels, errors = usable_channels(settings, home)
    if errors:
        raise ConfigError(errors[0])
    return channels


def usable_channels(settings: Sequence[ChannelSetting], home: Path) -> tuple[list[Channel], list[str]]:
    """Return the channels that can be used and what is wrong with the others: one broken address stops no other."""
    channels: list[Channel] = []
    errors = []
    for setting in settings:
        try:
            if any(one.name == setting.name for one in channels):
                raise ConfigError(f"[[channel]] name = “{setting.name}” dùng hai lần. Mỗi kênh cần một tên riêng.")
            channels.append(_channel(setting, home))
        except ConfigError as error:
            errors.append(str(error))
    return channels, errors


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
) -> int:
    """Write down what is to be told now and return how many messages are new.

    Of each channel, rule and metric one message a day while anything of it fires that nobody acknowledged or silenced;
    and one when what was told is over.
    """
    firing = [one for one in journal.known(Phase.FIRING) if not _muted(one, now)]
    ended, spoken = journal.ended(), journal.spoken()
    written = 0
    for channel in channels:
        for topic, rule, alerts in _topics(firing, rules, channel, tree):
            if may_send(now, settings, calendar, urgent=_urgent(rule)):
                title = alert_words.title(rule.kind, [one.told for one in alerts])
                text = alert_words.body(rule, alerts, now=now, link=settings.link)
                written += journal.write_message(_message(now, topic, "firing", channel, title, text))
        for topic, rule, alerts in _topics([one.alert for one in ended], rules, channel, tree):
            gone = [one for one in alerts if _was_told(one, ended, spoken.get((topic, channel.name)))]
            if gone and may_send(now, settings, calendar, urgent=_urgent(rule)):
                title = alert_words.resolved_title(rule.kind, [one.told for one in gone])
                text = alert_words.resolved_body(gone)
                written += journal.write_message(_message(now, topic, "resolved", channel, title, text))
    return written


def _was_told(alert: Known, ended: Sequence[Ended], last: int | None) -> bool:
    """Whether the last message of a topic told that an alert fires, and could not know of its end."""
    steps = next(one for one in ended if one.alert is alert)
    return last is not None and steps.fired <= last < steps.ended


def write_trouble(
    journal: AlertJournal, channels: Sequence[Channel], topic: str, title: str, text: str, *, now: datetime
) -> int:
    """Write down, for the operators, what keeps alerts from being told; one message a day and topic."""
    wanted = [one for one in channels if Audience.OPERATOR in one.audience]
    return sum(journal.write_message(_message(now, topic, "firing", one, title, text)) for one in wanted)


def deliver(
    journal: AlertJournal, channels: Sequence[Channel], *, now: datetime, send: Sender = by_apprise
) -> tuple[int, int]:
    """Send what is due and return how many were delivered and how many failed this time.

    A failure is tried again after 10, 20, 40 … minutes, eight times; then it stays in the journal as failed. Only one
    process may do this at a time (the caller holds a lock): an attempt that is under way was cut off.
    """
    by_name = {channel.name: channel for channel in channels}
    sent = failed = 0
    for message in journal.due_messages():
        channel = by_name.get(message.channel)
        if channel is None or not _due(message, now):
            continue
        again = AGAIN if message.state == "sending" else ""
        journal.trying(message, at=now)
        error = send(channel, again + message.title, message.body)
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


def _urgent(rule: AlertRule) -> bool:
    return rule.severity is Severity.CRITICAL and rule.audience is Audience.OPERATOR


def _due(message: Message, now: datetime) -> bool:
    """Whether it is time for the next attempt; one that lies ahead was noted by a clock that has been put back since."""
    if message.tried_at is None:
        return True
    passed = now.astimezone(UTC).replace(tzinfo=None) - message.tried_at
    pause: timedelta = _FIRST_PAUSE * 2 ** max(0, message.tries - 1)
    return passed >= pause or passed < timedelta(0)
