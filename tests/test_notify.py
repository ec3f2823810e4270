"""Messages: one a day and topic, in office hours, none lost and none twice, over a real mail server and a webhook."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from click.testing import Result

from collectors.home import VIETNAM, AlertSettings, ConfigError, Home, open_home
from collectors.run import Told as AskedFor
from metrics.alert_journal import AlertJournal, Message, Told
from metrics.alert_rules import load_rules
from metrics.alert_state import AlertState, Phase, Transition
from metrics.digest import TOPIC, digest_due
from metrics.notify import Channel, deliver, may_send, open_channels, write_messages
from metrics.units import Named, build_tree
from metrics.working_days import load_calendar
from tests.conftest import dossier, stamp, write_csv
from tests.loopback import free_port, webhook
from tthc import alerting, jobs

CALENDAR = load_calendar()
RULES = load_rules()
TREE = build_tree([Named("H35"), *(Named(f"H35.{100 + number}") for number in range(60))])
BOTH = frozenset({"unit", "operator"})
MAIL = Channel("phong", "json://127.0.0.1:9/", frozenset({"unit"}), frozenset({"critical", "warning"}), ())
SETTINGS = AlertSettings()


def vietnam(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


MONDAY = vietnam("2026-10-12T09:00")


def told(number: int, **more: Any) -> Told:
    unit = f"H35.{100 + number}"
    return Told(
        **{
            "rule": "below_target",
            "severity": "warning",
            "audience": "unit",
            "metric": "online",
            "unit_code": unit,
            "unit_name": f"UBND xã {number}",
            "period_label": "2026-09",
            "source": "igate",
            "numerator": 10,
            "denominator": 100,
            "ratio": 0.1,
            "target_value": 0.8,
            "gap": 70 + number,
            "document": "Kế hoạch A",
            "message_vi": f"Tỷ lệ hồ sơ trực tuyến của UBND xã {number}: 10/100 = 10,0 %, còn thiếu {70 + number} hồ sơ.",
            **more,
        }
    )


def fire(journal: AlertJournal, *alerts: Told, at: datetime, phase: Phase = Phase.FIRING) -> list[str]:
    """Put alerts into the journal as an evaluation would."""
    by_key = {f"{one.rule}:igate:online:{one.unit_code}:2026-09": one for one in alerts}
    moment = at.astimezone(UTC)
    states = [AlertState(key, phase, moment, 1, at.date().isoformat()) for key in by_key]
    steps = [Transition(key, moment, Phase.QUIET, phase) for key in by_key]
    journal.keep(states, steps, by_key, snapshot_id="s")
    return list(by_key)


def write(journal: AlertJournal, *channels: Channel, now: datetime) -> int:
    return write_messages(journal, channels, RULES, TREE, now=now, settings=SETTINGS, calendar=CALENDAR)


class Box:
    """A sender that keeps what it is given; it fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.failures = failures

    def __call__(self, channel: Channel, title: str, body: str) -> str:
        if self.failures:
            self.failures -= 1
            return "máy chủ không trả lời"
        self.sent.append((channel.name, title, body))
        return ""


@pytest.fixture
def journal(tmp_path: Path) -> AlertJournal:
    return AlertJournal(tmp_path / "journal.sqlite")


def test_sixty_communes_below_target_are_one_message_with_sixty_lines(journal: AlertJournal) -> None:
    fire(journal, *(told(number) for number in range(60)), at=MONDAY)
    assert write(journal, MAIL, now=MONDAY) == 1
    box = Box()
    assert deliver(journal, [MAIL], now=MONDAY, send=box) == (1, 0)
    ((_, title, body),) = box.sent
    assert title == "[TTHC] Tỷ lệ hồ sơ trực tuyến: 60 đơn vị thấp hơn mức cần đạt"
    assert body.startswith("Tình trạng pháp lý (tính đúng từng hồ sơ): 60 đơn vị thấp hơn mức cần đạt.\n\n")
    table = [line for line in body.splitlines() if re.match(r"\d+\. ", line)]
    assert len(table) == 60  # most dossiers missing first
    assert table[0] == "1. UBND xã 59 | tháng 09/2026 | 10/100 = 10,0 % | 80 % | 129 hồ sơ | 12/10/2026"
    assert table[-1].startswith("60. UBND xã 0 |")
    assert "Đơn vị | Kỳ | Thực hiện | Mức cần đạt | Còn thiếu | Từ ngày" in body
    assert "Căn cứ: Kế hoạch A." in body
    assert body.endswith("Ý nghĩa và cách xử lý: docs/van-hanh.md, mục below_target.")


def test_a_day_brings_one_message_and_the_next_day_another(journal: AlertJournal) -> None:
    fire(journal, told(1), at=MONDAY)
    assert [write(journal, MAIL, now=MONDAY + timedelta(minutes=10 * n)) for n in range(4)] == [1, 0, 0, 0]
    assert write(journal, MAIL, now=MONDAY + timedelta(days=1)) == 1


def test_what_is_over_is_told_once_to_those_who_knew(journal: AlertJournal) -> None:
    fire(journal, told(1), told(2), at=MONDAY)
    write(journal, MAIL, now=MONDAY)
    later = MONDAY + timedelta(days=1)
    fire(journal, told(1), at=later, phase=Phase.RESOLVED)
    after = later + timedelta(minutes=5)
    assert write(journal, MAIL, now=after) == 2  # the one that still fires, and the one that is over
    resolved = next(one for one in journal.messages() if one.kind == "resolved")
    assert "ĐÃ HẾT" in resolved.title and "UBND xã 1" in resolved.body and "UBND xã 2" not in resolved.body
    other = Channel("khac", "json://127.0.0.1:9/", frozenset({"unit"}), frozenset({"warning"}), ())
    assert write(journal, other, now=after) == 1  # never told that it fired: only what fires now
    assert [write(journal, MAIL, now=after + timedelta(days=n)) for n in (1, 2)] == [1, 1]  # resolved: never again


def test_acknowledged_and_silenced_alerts_are_quiet_until_they_fire_anew(journal: AlertJournal) -> None:
    first, second = fire(journal, told(1), told(2), at=MONDAY)
    journal.act(
        first, "acknowledge", person="Phòng A", reason="đang làm", at=MONDAY.astimezone(UTC) + timedelta(minutes=1)
    )
    journal.act(
        second,
        "silence",
        person="Phòng B",
        reason="chuyển hệ thống",
        at=MONDAY.astimezone(UTC),
        until=(MONDAY + timedelta(days=2)).astimezone(UTC),
    )
    assert write(journal, MAIL, now=MONDAY + timedelta(hours=1)) == 0
    assert write(journal, MAIL, now=MONDAY + timedelta(days=3)) == 1  # the silence is over
    assert "UBND xã 2" in journal.messages()[0].body and "UBND xã 1" not in journal.messages()[0].body
    anew = MONDAY + timedelta(days=7)
    fire(journal, told(1), at=anew)
    assert write(journal, MAIL, now=anew) == 1
    assert "UBND xã 1" in journal.messages()[0].body


def test_a_channel_hears_only_what_concerns_it(journal: AlertJournal) -> None:
    one_unit = Channel("xa-1", "json://127.0.0.1:9/", BOTH, frozenset({"warning"}), ("H35.101",))
    operator = Channel("it", "json://127.0.0.1:9/", frozenset({"operator"}), frozenset({"critical"}), ())
    fire(journal, told(1), told(2), told(3, synthetic=True), at=MONDAY)
    assert write(journal, one_unit, operator, now=MONDAY) == 1
    (message,) = journal.messages()
    assert message.channel == "xa-1" and "UBND xã 1" in message.body and "UBND xã 2" not in message.body


@pytest.mark.parametrize(
    ("moment", "office", "urgent"),
    [
        ("2026-10-12T07:30", True, True),
        ("2026-10-12T17:00", False, True),
        ("2026-10-12T03:00", False, False),
        ("2026-10-10T09:00", False, True),  # a Saturday
        ("2026-01-10T09:00", True, True),  # a Saturday that makes up for 2/1
        ("2026-02-17T09:00", False, True),  # Tết
        ("2026-12-31T16:59", True, True),
    ],
)
def test_messages_keep_office_hours_and_holidays(moment: str, office: bool, urgent: bool) -> None:
    now = vietnam(moment)
    assert may_send(now, SETTINGS, CALENDAR, urgent=False) is office
    assert may_send(now, SETTINGS, CALENDAR, urgent=True) is urgent


def test_through_tet_and_the_end_of_a_month_one_message_a_working_day(journal: AlertJournal) -> None:
    start = vietnam("2026-02-09T06:00")
    fire(journal, told(1), at=start)
    box = Box()
    for hours in range(24 * 30):
        now = start + timedelta(hours=hours)
        write(journal, MAIL, now=now)
        deliver(journal, [MAIL], now=now, send=box)
    days = {one.day for one in journal.messages(1000)}
    working = {
        (date(2026, 2, 9) + timedelta(days=n)).isoformat()
        for n in range(30)
        if CALENDAR.is_working(date(2026, 2, 9) + timedelta(days=n))
    }
    assert days == working
    assert len(box.sent) == len(working)


def test_a_failed_delivery_is_tried_again_and_then_stays_visible(journal: AlertJournal) -> None:
    fire(journal, told(1), at=MONDAY)
    write(journal, MAIL, now=MONDAY)
    box = Box(failures=3)
    moments = [MONDAY + timedelta(minutes=minutes) for minutes in (0, 5, 10, 20, 30, 60, 80)]
    results = [deliver(journal, [MAIL], now=moment, send=box) for moment in moments]
    # 0: fails; 5: too early; 10: fails; 20: too early; 30: fails; 60: too early; 80: 40 minutes on, delivered
    assert results == [(0, 1), (0, 0), (0, 1), (0, 0), (0, 1), (0, 0), (1, 0)]
    (message,) = journal.messages()
    assert (message.state, message.tries, message.error) == ("sent", 4, "")
    never = Box(failures=100)
    fire(journal, told(2, rule="overdue_open", metric="overdue_open"), at=MONDAY)
    write(journal, MAIL, now=MONDAY)
    for day in range(12):
        deliver(journal, [MAIL], now=MONDAY + timedelta(days=day), send=never)
    failed = next(one for one in journal.messages() if one.state == "failed")
    assert failed.error == "máy chủ không trả lời"


def test_a_server_that_cannot_be_reached_is_a_failure_that_names_no_address(journal: AlertJournal) -> None:
    nowhere = replace(
        MAIL, url=f"mailto://127.0.0.1:{free_port()}?from=a@example.gov.vn&to=b@example.gov.vn&mode=insecure"
    )
    fire(journal, told(1), at=MONDAY)
    write(journal, nowhere, now=MONDAY)
    assert deliver(journal, [nowhere], now=MONDAY) == (0, 1)
    (message,) = journal.messages()
    assert message.state == "due" and "kênh không nhận tin" in message.error and "example" not in message.error


def test_killed_between_writing_and_sending_it_is_sent_after_the_restart_and_once(journal: AlertJournal) -> None:
    fire(journal, told(1), at=MONDAY)
    write(journal, MAIL, now=MONDAY)  # … and the process dies here
    restarted, box = AlertJournal(journal._journal.path), Box()
    later = MONDAY + timedelta(minutes=10)
    assert write(restarted, MAIL, now=later) == 0
    assert deliver(restarted, [MAIL], now=later, send=box) == (1, 0)
    assert deliver(restarted, [MAIL], now=later, send=box) == (0, 0)
    assert len(box.sent) == 1


def test_killed_while_sending_it_is_sent_again_and_says_so(journal: AlertJournal) -> None:
    """Whether the first attempt arrived nobody knows: a second one that says so loses nothing."""
    fire(journal, told(1), at=MONDAY)
    write(journal, MAIL, now=MONDAY)
    (message,) = journal.due_messages()
    journal.trying(message, at=MONDAY)  # … and the process dies here
    box = Box()
    assert deliver(journal, [MAIL], now=MONDAY + timedelta(minutes=5), send=box) == (0, 0)
    assert deliver(journal, [MAIL], now=MONDAY + timedelta(minutes=10), send=box) == (1, 0)
    assert [title.startswith("(gửi lại, tin này có thể đã đến) [TTHC]") for _, title, _ in box.sent] == [True]
    assert deliver(journal, [MAIL], now=MONDAY + timedelta(hours=9), send=box) == (0, 0)
    assert journal.messages()[0].tries == 2


def test_a_clock_that_was_far_ahead_loses_neither_the_end_nor_the_next_attempt(journal: AlertJournal) -> None:
    """What is still to be told is known by the order of things, not by moments; an attempt in the future is one now."""
    fire(journal, told(1), at=MONDAY)
    ahead = MONDAY + timedelta(days=371)  # a Monday too
    write(journal, MAIL, now=ahead)
    assert deliver(journal, [MAIL], now=ahead, send=Box(failures=1)) == (0, 1)
    box, later = Box(), MONDAY + timedelta(hours=1)
    assert deliver(journal, [MAIL], now=later, send=box) == (1, 0)
    fire(journal, told(1), at=later, phase=Phase.RESOLVED)
    assert [write(journal, MAIL, now=later + timedelta(minutes=n)) for n in (1, 2)] == [1, 0]
    assert "ĐÃ HẾT" in journal.messages()[0].title


def test_a_clock_that_jumps_back_sends_nothing_twice(journal: AlertJournal) -> None:
    fire(journal, told(1), at=MONDAY)
    box = Box()
    for now in (MONDAY, MONDAY + timedelta(days=1), MONDAY, MONDAY + timedelta(hours=1)):
        write(journal, MAIL, now=now)
        deliver(journal, [MAIL], now=now, send=box)
    assert len(box.sent) == 2  # one for each day


@pytest.mark.parametrize(
    ("start", "days"),
    [
        ("2026-10-12", ["2026-10-12", "2026-10-19"]),  # Mondays
        ("2026-02-14", ["2026-02-23"]),  # Tết: no working day from 16/2 to 20/2
        ("2026-04-20", ["2026-04-20", "2026-04-28"]),  # Monday 27/4 is a holiday
        ("2026-12-28", ["2026-12-28", "2027-01-04"]),  # the week of New Year is one week
    ],
)
def test_the_digest_comes_once_a_week_on_its_first_working_day(
    journal: AlertJournal, start: str, days: list[str]
) -> None:
    written = []
    for ahead in [*range(14), 3, 0]:  # through two weeks, and then a clock that jumps back
        day = date.fromisoformat(start) + timedelta(days=ahead)
        if digest_due(journal, day, CALENDAR):
            journal.write_message(message_of(day))
            written.append(day.isoformat())
    assert written == days


def test_a_digest_that_nobody_could_write_on_monday_comes_on_tuesday(journal: AlertJournal) -> None:
    assert digest_due(journal, date(2026, 10, 13), CALENDAR)


def message_of(day: date) -> Message:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Message(day.isoformat(), TOPIC, "digest", "phong", "t", "b", made)


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ('url_env = "TTHC_TEST_NO_SUCH"', "chưa có giá trị"),
        ('url_file = "khong-co.txt"', "không đọc được"),
        ("", "đúng một trong"),
        ('url_env = "TTHC_TEST_BROKEN"', "không đúng cú pháp Apprise"),
        ('url_env = "TTHC_TEST_GOOD"\naudience = ["boss"]', "audience có boss"),
    ],
)
def test_a_channel_that_cannot_be_used_is_refused_without_its_address(
    home: Path, tthc: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, setting: str, found: str
) -> None:
    monkeypatch.setenv("TTHC_TEST_BROKEN", "nonsense-secret")
    monkeypatch.setenv("TTHC_TEST_GOOD", "json://127.0.0.1:9/")
    tthc("init")
    (home / "tthc.toml").write_text(f'[[channel]]\nname = "phong"\n{setting}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=found) as error:
        open_channels(open_home(home).config.channels, home)
    assert "secret" not in str(error.value)


class _Mails:
    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        await asyncio.sleep(0)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[int, _Mails]]:
    handler = _Mails()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, handler
    finally:
        controller.stop()


OWN_TARGET = """\
[[target]]
id = "own-online"
metric = "online"
variant = "online.received"
op = ">="
value = 0.8
level = "national"
unit = "H35.12"
valid_from = 2026-01-01
valid_to = 2026-12-31
document = "Kế hoạch thử nghiệm"
"""


def collect(home: Home, file: Path, *, at: datetime) -> None:
    """Collect an export made at a moment, at that moment."""
    jobs.collect(home, [stamp(file, at)], told=AskedFor(), now=at, progress=lambda *_: None)


def test_from_an_export_to_a_mail_and_a_webhook_and_its_end(
    tmp_path: Path, home: Path, tthc: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    tthc("init")
    (home / "own.toml").write_text(OWN_TARGET, encoding="utf-8")
    with mail_server() as (port, box), webhook() as (web, posted):
        address = f"mailto://127.0.0.1:{port}?from=tthc@example.gov.vn&to=lanh-dao@example.gov.vn&mode=insecure"
        monkeypatch.setenv("TTHC_TEST_MAIL", address)
        (home / "hook.txt").write_text(f"json://127.0.0.1:{web}/tthc\n", encoding="utf-8")
        (home / "tthc.toml").write_text(
            '[office]\nunit = "H35.12"\n[targets]\nfile = "own.toml"\n[alerts]\nlink = "https://tthc.example.gov.vn"\n'
            '[[channel]]\nname = "thu"\nurl_env = "TTHC_TEST_MAIL"\n'
            '[[channel]]\nname = "web"\nurl_file = "hook.txt"\n',
            encoding="utf-8",
        )
        assert tthc("alerts", "test-channel").exit_code == 0
        assert "Tin thử" in box.mails[0]["subject"] and posted.get(timeout=10)["title"] == "[TTHC] Tin thử"
        rows = [dossier(n, **{"Hình thức nộp hồ sơ": "Trực tuyến" if n <= 6 else "Trực tiếp"}) for n in range(1, 11)]
        installed, now = open_home(home), vietnam("2026-10-12T09:00")
        collect(installed, write_csv(tmp_path / "one.csv", rows), at=vietnam("2026-10-12T06:00"))
        done = alerting.notify(installed, now=now)
        assert done.failed == 0 and done.sent == done.written > 0
        assert alerting.notify(installed, now=now + timedelta(minutes=10)).sent == 0
        mail = next(
            one
            for one in box.mails
            if str(one["subject"]).endswith("thấp hơn mức cần đạt") and "trực tuyến" in str(one["subject"])
        )
        text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
        assert "| 6/10 = 60,0 % | 80 % | 2 hồ sơ |" in text and "Kế hoạch thử nghiệm" in text
        assert "Cấp thẻ hướng dẫn viên du lịch (thiếu 2)" in text
        assert "https://tthc.example.gov.vn/?source=igate&unit=H35.12" in text
        assert any("6/10" in posted.get(timeout=10)["message"] for _ in range(done.sent // 2))
        better = [dossier(n, **{"Hình thức nộp hồ sơ": "Trực tuyến"}) for n in range(1, 11)]
        collect(installed, write_csv(tmp_path / "two.csv", better), at=vietnam("2026-10-13T06:00"))
        alerting.notify(installed, now=vietnam("2026-10-13T09:00"))
        assert any("ĐÃ HẾT" in str(one["subject"]) for one in box.mails)


def test_the_digest_says_how_the_week_moved(tmp_path: Path, home: Path, tthc: Callable[..., Result]) -> None:
    tthc("init")
    (home / "own.toml").write_text(OWN_TARGET, encoding="utf-8")
    (home / "hook.txt").write_text("json://127.0.0.1:9/\n", encoding="utf-8")
    (home / "tthc.toml").write_text(
        '[office]\nunit = "H35.12"\n[targets]\nfile = "own.toml"\n[[channel]]\nname = "web"\nurl_file = "hook.txt"\n',
        encoding="utf-8",
    )
    bodies = []
    for number, online in ((12, 6), (19, 7)):
        rows = [
            dossier(n, **{"Hình thức nộp hồ sơ": "Trực tuyến" if n <= online else "Trực tiếp"}) for n in range(1, 11)
        ]
        when = vietnam(f"2026-10-{number}T06:00")
        collect(open_home(home), write_csv(tmp_path / f"{number}.csv", rows), at=when)
        box = Box()
        alerting.notify(open_home(home), now=when + timedelta(hours=3), send=box)
        bodies.append(next(body for _, title, body in box.sent if "Tổng hợp tuần" in title))
    assert "Tỷ lệ hồ sơ trực tuyến: 6/10 = 60,0 %, chỉ tiêu 80 %: còn thiếu 2 hồ sơ" in bodies[0]
    assert "so với tuần trước" not in bodies[0]
    assert "7/10 = 70,0 %, chỉ tiêu 80 %: còn thiếu 1 hồ sơ; +10,0 điểm % so với tuần trước" in bodies[1]
