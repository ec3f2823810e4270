"""`tthc doctor` about what runs by itself: the schedule, the clock, the rules, the channels, the messages."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from collectors.home import VIETNAM, Home
from metrics.alert_journal import AlertJournal, Message
from metrics.alert_rules import AlertRuleError, load_rules
from metrics.alert_state import Phase
from metrics.journal import Journal
from metrics.notify import usable_channels
from tthc import run_record, schedule

_PATIENCE = timedelta(minutes=30)  # a run that began at its time may still be under way
_A_DAY_AND_MORE = timedelta(hours=26)
_CLOCK_MAY_DIFFER = timedelta(minutes=5)
_WEEK = timedelta(days=7)

Line = tuple[str, bool, str]  # name, whether it is well, what was seen


def rules(home: Home, _now: datetime) -> Iterator[Line]:
    """Whether the alert rules can be used; while they cannot, every alert stays as it is."""
    try:
        found = load_rules(home.extra_alert_rules)
    except AlertRuleError as error:
        yield "alert rules", False, f"{error} Trong khi chưa sửa, cảnh báo giữ nguyên, không gửi tin"
        return
    own = f", có tệp riêng {home.extra_alert_rules}" if home.extra_alert_rules else ""
    firing = len(AlertJournal(home.journal).known(Phase.FIRING))
    yield "alert rules", True, f"{len(found)} luật{own}; {firing} cảnh báo đang mở"


def channels(home: Home, now: datetime) -> Iterator[Line]:
    """Whether every channel can be used, and what was not delivered in the last week."""
    good, errors = usable_channels(home.config.channels, home.path)
    for error in errors:
        yield "channel", False, error
    moment = now.astimezone(UTC).replace(tzinfo=None)
    recent = [one for one in AlertJournal(home.journal).messages(1000) if one.made_at > moment - _WEEK]
    for name in dict.fromkeys([*(one.name for one in good), *(one.channel for one in recent)]):
        yield _of_channel(name, [one for one in recent if one.channel == name], known=any(c.name == name for c in good))


def _of_channel(name: str, messages: list[Message], *, known: bool) -> Line:
    failed = [one for one in messages if one.state == "failed"]
    waiting = [one for one in messages if one.state in ("due", "sending")]
    tried = [one for one in waiting if one.error]
    sent = max((one.tried_at for one in messages if one.state == "sent" and one.tried_at), default=None)
    said = [f"gửi được gần nhất {_local(sent)}" if sent else "bảy ngày qua chưa gửi tin nào"]
    said += [f"{len(waiting)} tin chờ gửi"] if waiting else []
    said += [f"{len(tried)} tin đang gửi lại ({tried[-1].error})"] if tried else []
    said += (
        [f"{len(failed)} tin không gửi được ({failed[0].error}); thử `tthc alerts test-channel {name}`"]
        if failed
        else []
    )
    if not known and waiting:
        said += ["kênh không còn dùng được: khai báo lại, hoặc các tin này không ai nhận"]
    return f"channel {name}", not (failed or tried or (waiting and not known)), "; ".join(said)


def running(home: Home, now: datetime) -> Iterator[Line]:
    """Whether the daily collection is on time, and whether the last one ended."""
    broken = run_record.unfinished(home)
    if broken is not None:
        how = f"dừng vì lỗi {broken.error}" if broken.error else "bị ngắt giữa chừng (mất điện, hết bộ nhớ, bị dừng)"
        yield (
            "unfinished run",
            False,
            (
                f"lần thu thập bắt đầu {_local(broken.began)} (tiến trình {broken.pid}) {how}; chạy lại `tthc collect`: "
                "phần đã nhận không mất, phần dở được làm lại"
            ),
        )
    runs = Journal(home.journal).runs(5)
    beat, slot = schedule.last_beat(home), schedule.newest(home, now)
    last = runs[0].started_at.replace(tzinfo=UTC) if runs else None
    if beat is not None and now - beat < _A_DAY_AND_MORE and slot is not None:
        served = schedule.served(home)
        late = now - slot > _PATIENCE and not (served is not None and served >= slot) and not (last and last >= slot)
        advice = f"; đến giờ {_at(slot)} mà chưa chạy: xem nhật ký của `tthc up`" if late else ""
        alive = now - beat < _PATIENCE
        advice += "" if alive else "; `tthc up` không còn chạy: khởi động lại dịch vụ"
        yield "schedule", alive and not late, f"lịch của `tthc up` còn sống lúc {_at(beat)}{advice}"
    elif last is not None:
        late = now - last > _A_DAY_AND_MORE
        advice = "; đã quá một ngày: kiểm tra cron, timer của systemd, hoặc chạy `tthc up`" if late else ""
        yield "schedule", not late, f"lần thu thập gần nhất bắt đầu {_at(last)}{advice}"
    if runs:
        shown = ", ".join(
            f"{_local(one.started_at)} ({(one.finished_at - one.started_at).total_seconds():.0f} giây, {one.exports} bản xuất"
            + (f", {one.failures} hỏng)" if one.failures else ")")
            for one in runs
        )
        yield "last runs", True, shown


def clock(home: Home, now: datetime) -> Iterator[Line]:
    """Whether the clock of the machine was put back: what was noted must not lie ahead."""
    noted = [one.finished_at for one in Journal(home.journal).runs(1)]
    noted += [one.made_at for one in AlertJournal(home.journal).messages(1)]
    moment = now.astimezone(UTC).replace(tzinfo=None)
    ahead = max((one - moment for one in noted), default=timedelta(0))
    if ahead > _CLOCK_MAY_DIFFER:
        yield (
            "clock",
            False,
            (
                f"đồng hồ của máy chậm hơn lần ghi gần nhất {ahead.total_seconds() / 3600:.1f} giờ: chỉnh giờ "
                "(NTP, `timedatectl`). Tin đã gửi không gửi lại; số liệu không mất"
            ),
        )
    else:
        yield "clock", True, f"giờ của máy {now.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def writable(home: Home, _now: datetime) -> Iterator[Line]:
    """Whether this account may write where the installation lives."""
    if home.path.exists() and not os.access(home.path, os.W_OK):
        yield "folder", False, f"tài khoản này không được ghi vào {home.path}; kiểm tra chủ và quyền của thư mục"


def _local(moment: datetime) -> str:
    return _at(moment.replace(tzinfo=UTC))


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
