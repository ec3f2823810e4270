"""What runs by itself, in real processes: killed and started again, started twice, put off, cut off; nothing lost or doubled."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from click.testing import Result
from filelock import FileLock

from collectors.home import VIETNAM, Home, open_home
from collectors.run import Told as AskedFor
from metrics.alert_journal import AlertJournal
from metrics.exporter import render
from metrics.journal import Journal
from metrics.notify import AGAIN
from tests.conftest import dossier, stamp, write_csv
from tests.loopback import free_port
from tests.test_notify import OWN_TARGET, mail_server
from tthc import alerting, jobs, run_record, schedule, serve
from tthc.doctor import examine

ROOT = Path(__file__).parents[1]
MONDAY = datetime(2026, 10, 12, 9, tzinfo=VIETNAM)
PATIENCE_SECONDS = 60
NOTIFY = """\
import sys
from datetime import datetime
from pathlib import Path
from collectors.home import open_home
from tthc import alerting
print(alerting.notify(open_home(Path(sys.argv[1])), now=datetime.fromisoformat(sys.argv[2])))
"""


def started(*command: str | Path, **more: Any) -> "subprocess.Popen[str]":
    """A process of its own session, so that it ends with its children and nobody else."""
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def kill(process: "subprocess.Popen[str]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE_SECONDS)


def until(holds: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Wait until something holds; a process that ended before says why."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end
        threading.Event().wait(0.1)


@contextmanager
def stalling_webhook() -> Iterator[tuple[int, "Queue[str]", threading.Event]]:
    """A receiver that keeps what it is told, and answers only once it is let: whoever asked may be gone by then."""
    told: Queue[str] = Queue()
    let = threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["title"])
            let.wait(PATIENCE_SECONDS)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Who asked was killed."""

    server = Server(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, told, let
    finally:
        let.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def office(home: Path, tthc: Callable[..., Result], tmp_path: Path) -> Home:
    """Six of ten dossiers online, eighty per cent asked: collected on a Monday morning."""
    tthc("init")
    (home / "own.toml").write_text(OWN_TARGET, encoding="utf-8")
    settings(home)
    rows = [dossier(n, **{"Hình thức nộp hồ sơ": "Trực tuyến" if n <= 6 else "Trực tiếp"}) for n in range(1, 11)]
    early = MONDAY - timedelta(hours=3)
    file = stamp(write_csv(tmp_path / "one.csv", rows), early)
    jobs.collect(open_home(home), [file], told=AskedFor(), now=early, progress=lambda *_: None, clock=lambda: early)
    return open_home(home)


def settings(home: Path, more: str = "") -> None:
    text = '[office]\nunit = "H35.12"\n[targets]\nfile = "own.toml"\n[collect]\nlock_wait_seconds = 0\n'
    (home / "tthc.toml").write_text(text + more, encoding="utf-8")


# Killed


def test_killed_with_messages_written_and_one_in_flight_each_arrives_and_only_that_one_again(office: Home) -> None:
    """SIGKILL while a webhook has the first message and has not answered: the others were written and not sent.

    The receiver got that message, nobody could note it: it comes again and says so. All others come exactly once.
    """
    with stalling_webhook() as (web, told, let), mail_server() as (port, box):
        (office.path / "web.txt").write_text(f"json://127.0.0.1:{web}/\n", encoding="utf-8")
        (office.path / "mail.txt").write_text(
            f"mailto://127.0.0.1:{port}?from=a@example.gov.vn&to=b@example.gov.vn&mode=insecure\n", encoding="utf-8"
        )
        channels = (
            '[[channel]]\nname = "web"\nurl_file = "web.txt"\n[[channel]]\nname = "mail"\nurl_file = "mail.txt"\n'
        )
        settings(office.path, channels)
        first = started("-c", NOTIFY, office.path, MONDAY.isoformat())
        in_flight = told.get(timeout=PATIENCE_SECONDS)
        kill(first)
        journal = AlertJournal(office.journal)
        states = Counter(one.state for one in journal.messages())
        assert states["sending"] == 1 and states["due"] >= 3 and set(states) == {"sending", "due"}
        let.set()
        later = MONDAY + timedelta(minutes=10)
        again = started("-c", NOTIFY, office.path, later.isoformat())
        said, _ = again.communicate(timeout=PATIENCE_SECONDS)
        assert again.returncode == 0, said
        messages = journal.messages()
        assert {one.state for one in messages} == {"sent"}
        assert len(messages) == sum(states.values())  # nothing was written twice
        arrived = [told.get_nowait() for _ in range(told.qsize())]
        repeated = [one for one in arrived if one.startswith(AGAIN)]
        by_web = [one.title for one in messages if one.channel == "web"]
        assert len(arrived) == len(by_web) and len(repeated) == 1
        assert repeated == [AGAIN + in_flight] and Counter(arrived) - Counter(repeated) == Counter(
            title for title in by_web if title != in_flight
        )
        titles = Counter(str(mail["subject"]) for mail in box.mails)
        assert titles == Counter(one.title for one in messages if one.channel == "mail")
        third = alerting.notify(open_home(office.path), now=later + timedelta(hours=1))
        assert (third.written, third.sent, third.failed) == (0, 0, 0)


def test_two_rounds_of_messages_at_once_send_nothing_twice(office: Home) -> None:
    with stalling_webhook() as (web, told, let):
        (office.path / "web.txt").write_text(f"json://127.0.0.1:{web}/\n", encoding="utf-8")
        settings(office.path, '[[channel]]\nname = "web"\nurl_file = "web.txt"\n')
        first = started("-c", NOTIFY, office.path, MONDAY.isoformat())
        told.get(timeout=PATIENCE_SECONDS)
        meanwhile = alerting.notify(open_home(office.path), now=MONDAY)
        assert meanwhile.busy and (meanwhile.written, meanwhile.sent) == (0, 0)
        let.set()
        first.communicate(timeout=PATIENCE_SECONDS)
        messages = AlertJournal(office.journal).messages()
        assert {one.state for one in messages} == {"sent"} and told.qsize() == len(messages) - 1


def test_one_broken_channel_and_a_broken_rule_file_are_told_and_stop_no_other_channel(office: Home) -> None:
    sent: list[tuple[str, str]] = []
    (office.path / "good.txt").write_text("json://127.0.0.1:9/\n", encoding="utf-8")
    (office.path / "bad.txt").write_text("khong-phai-dia-chi\n", encoding="utf-8")
    (office.path / "luat.toml").write_text('[[rule]]\nid = "x"\nkind = "below"\n', encoding="utf-8")
    channels = '[[channel]]\nname = "bad"\nurl_file = "bad.txt"\n[[channel]]\nname = "good"\nurl_file = "good.txt"\n'
    settings(office.path, '[alerts]\nfile = "luat.toml"\nweekly_digest = false\n' + channels)
    done = alerting.notify(
        open_home(office.path), now=MONDAY, send=lambda channel, title, _: sent.append((channel.name, title)) or ""
    )
    assert sent == [("good", "[TTHC] Tệp luật cảnh báo không dùng được, cảnh báo đang dừng")]
    assert [error.split(":")[0] for error in done.errors] == ["[[channel]] bad", "luat.toml, luật x"]
    checks = {one.name: one for one in examine(office.path, now=MONDAY)}
    assert not checks["channel"].ok and "bad.txt" in checks["channel"].message_vi
    assert not checks["alert rules"].ok and checks["channel good"].ok


# Started twice, put off, made up


@pytest.mark.parametrize("command", [("up",)])
def test_a_second_schedule_on_the_same_home_is_refused_and_one_after_a_kill_is_not(
    office: Home, command: tuple[str, ...]
) -> None:
    ports = f"[screen]\nport = {free_port()}\n[exporter]\nport = {free_port()}\n[schedule]\ntimes = []\n"
    settings(office.path, ports)
    holder = office.path / "up.holder.json"
    first = started("-m", "tthc", *command, "--home", office.path)
    try:
        until(holder.exists, first)
        second = started("-m", "tthc", *command, "--home", office.path)
        said, _ = second.communicate(timeout=PATIENCE_SECONDS)
        assert second.returncode == 1
        assert "`tthc up` đang chạy cho" in said and f"tiến trình {first.pid}" in said
    finally:
        kill(first)
    third = started("-m", "tthc", *command, "--home", office.path)
    try:
        until(lambda: f'"pid": {third.pid}' in holder.read_text(encoding="utf-8"), third)
    finally:
        kill(third)


def test_two_collections_at_once_lose_none(office: Home, tmp_path: Path) -> None:
    settings(office.path, "")
    text = (office.path / "tthc.toml").read_text(encoding="utf-8")
    (office.path / "tthc.toml").write_text(text.replace("lock_wait_seconds = 0", "lock_wait_seconds = 60"), "utf-8")
    files = [write_csv(tmp_path / f"{n}.csv", [dossier(n)]) for n in (101, 102)]
    both = [started("-m", "tthc", "collect", file, "--home", office.path) for file in files]
    said = [one.communicate(timeout=2 * PATIENCE_SECONDS)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert len(Journal(office.journal).runs()) == 3


def test_a_time_that_found_the_warehouse_taken_stays_due_and_is_served_once(office: Home, tmp_path: Path) -> None:
    at = MONDAY.replace(hour=9, minute=31)  # 09:30 is due
    write_csv(office.inbox / "new.csv", [dossier(200)])
    with FileLock(str(office.path / "warehouse.lock")):
        serve.collect_due(office, clock=lambda: at)
        assert schedule.due(office, at) == MONDAY.replace(hour=9, minute=30)
    runs = len(Journal(office.journal).runs())
    for minutes in (5, 10, 15):
        serve.collect_due(office, clock=lambda minutes=minutes: at + timedelta(minutes=minutes))
    assert len(Journal(office.journal).runs()) == runs + 1


@pytest.mark.parametrize(
    ("served", "now", "due"),
    [
        (None, "2026-10-12T09:31", "2026-10-12T09:30"),
        ("2026-10-12T09:30", "2026-10-12T09:35", None),
        ("2026-10-12T06:30", "2026-10-12T09:29", None),
        ("2026-10-11T09:30", "2026-10-12T14:00", "2026-10-12T09:30"),  # asleep all morning: made up once
        ("2026-10-11T09:30", "2026-10-12T06:00", None),  # yesterday's was done
        ("2026-10-10T09:30", "2026-10-12T06:00", None),  # more than twelve hours ago: today's comes soon
        ("2026-12-31T09:30", "2027-01-01T06:30", "2027-01-01T06:30"),
        ("2026-10-13T06:30", "2026-10-12T09:35", "2026-10-12T09:30"),  # noted by a clock that was ahead
    ],
)
def test_what_is_due(home: Path, served: str | None, now: str, due: str | None) -> None:
    installed = Home(home)
    if served:
        schedule.serve(installed, datetime.fromisoformat(served).replace(tzinfo=VIETNAM))
    found = schedule.due(installed, datetime.fromisoformat(now).replace(tzinfo=VIETNAM))
    assert found == (datetime.fromisoformat(due).replace(tzinfo=VIETNAM) if due else None)


def test_through_a_month_two_runs_a_day_and_none_twice(home: Path) -> None:
    """Looked at every twenty minutes from Christmas to the end of January, with two days asleep."""
    installed, now = Home(home), datetime(2026, 12, 25, tzinfo=VIETNAM)
    done = []
    while now < datetime(2027, 1, 25, tzinfo=VIETNAM):
        slot = schedule.due(installed, now)
        if slot is not None:
            schedule.serve(installed, slot)
            done.append(slot)
        asleep = now.date() == date(2026, 12, 30)
        now += timedelta(days=2) if asleep else timedelta(minutes=20)
    days = Counter(slot.date() for slot in done)
    assert len(done) == len(set(done))
    assert {day for day, count in days.items() if count == 2} >= {date(2026, 12, 31 - 2), date(2027, 1, 1)}
    assert date(2026, 12, 31) not in days and max(days.values()) == 2


def test_a_source_that_falls_silent_is_told_though_nothing_is_collected(office: Home) -> None:
    """Nobody collects for three days; the round of messages itself notices, and mails the operator on the third."""
    told: list[dict[str, Any]] = []
    with stalling_webhook() as (web, titles, let):
        let.set()
        (office.path / "web.txt").write_text(f"json://127.0.0.1:{web}/\n", encoding="utf-8")
        settings(
            office.path,
            '[alerts]\nweekly_digest = false\n[[channel]]\nname = "it"\nurl_file = "web.txt"\n'
            'audience = ["operator"]\nseverity = ["critical"]\n',
        )
        for days in range(4):
            serve.notify_once(open_home(office.path), clock=lambda days=days: MONDAY + timedelta(days=days))
            told.append({"day": days, "titles": [titles.get_nowait() for _ in range(titles.qsize())]})
    late = "[TTHC] nguồn igate chưa có số liệu mới"
    assert [one["titles"] for one in told] == [[], [], [late], [late]]


# What is left of a run, and who reads it


def test_a_run_that_was_cut_off_or_crashed_is_told_until_one_ends_well(office: Home, tmp_path: Path) -> None:
    def told() -> str:
        return "".join(one.message_vi for one in examine(office.path, now=MONDAY) if one.name == "unfinished run")

    assert told() == ""
    with pytest.raises(ZeroDivisionError), run_record.noted(office, MONDAY):
        raise ZeroDivisionError("text that may hold anything")
    assert "dừng vì lỗi ZeroDivisionError" in told() and "anything" not in told()
    begin = "from tthc import run_record; from collectors.home import Home; from pathlib import Path; import sys, os;"
    cut = "from datetime import datetime, UTC; c = run_record.noted(Home(Path(sys.argv[1])), datetime.now(UTC)); "
    process = started("-c", begin + cut + "c.__enter__(); os.kill(os.getpid(), 9)", office.path)
    process.communicate(timeout=PATIENCE_SECONDS)
    assert "bị ngắt giữa chừng" in told()
    jobs.collect(office, [], told=AskedFor(), now=MONDAY, progress=lambda *_: None)
    assert told() == ""


def test_the_doctor_reads_runs_schedule_messages_and_clock(office: Home) -> None:
    def check(name: str, now: datetime) -> tuple[bool, str]:
        return next((one.ok, one.message_vi) for one in examine(office.path, now=now) if one.name == name)

    now = MONDAY - timedelta(hours=3)  # when the last run ended
    assert check("clock", now)[0] and not check("clock", now - timedelta(hours=2))[0]
    assert "1 bản xuất" in check("last runs", now)[1]
    assert check("schedule", MONDAY)[0] and not check("schedule", MONDAY + timedelta(days=2))[0]
    schedule.beat(office, MONDAY)
    ok, said = check("schedule", MONDAY + timedelta(hours=2))  # 11:00, and 09:30 was not served
    assert not ok and "đến giờ 09:30 12/10/2026 mà chưa chạy" in said and "không còn chạy" in said
    (office.path / "web.txt").write_text("json://127.0.0.1:9/\n", encoding="utf-8")
    settings(office.path, '[[channel]]\nname = "web"\nurl_file = "web.txt"\n')
    alerting.notify(open_home(office.path), now=MONDAY, send=lambda *_: "máy chủ không trả lời")
    ok, said = check("channel web", MONDAY)
    assert not ok and "đang gửi lại (máy chủ không trả lời)" in said


def test_prometheus_hears_of_runs_messages_alerts_and_sources_that_never_came(office: Home) -> None:
    (office.path / "web.txt").write_text("json://127.0.0.1:9/\n", encoding="utf-8")
    settings(office.path, '[[channel]]\nname = "web"\nurl_file = "web.txt"\n')
    alerting.notify(open_home(office.path), now=MONDAY, send=lambda *_: "máy chủ không trả lời")
    journal = AlertJournal(office.journal)
    waiting = len(journal.due_messages())
    text = render(office.published).decode()
    ended = Journal(office.journal).runs(1)[0].finished_at.replace(tzinfo=UTC).timestamp()
    assert f"tthc_messages_undelivered {waiting:.1f}" in text and waiting > 0
    assert float(text.split("\ntthc_heartbeat_timestamp_seconds ")[1].split("\n")[0]) == pytest.approx(ended, abs=1)
    assert 'tthc_collector_never_succeeded{source="igate"} 0.0' in text
    key = "below_target:igate:online:H35.12:year-to-date"
    alive = 'tthc_alerts_open{rule="below_target",severity="warning",standing="%s"}'
    before = float(text.split(alive % "firing")[1].split("\n")[0])
    journal.act(key, "acknowledge", person="A", reason="b", at=MONDAY)
    text = render(office.published).decode()
    assert alive % "acknowledged" + " 1.0" in text  # seen at once, without a new snapshot
    assert float(text.split(alive % "firing")[1].split("\n")[0]) == before - 1


def test_publications_below_are_counted_by_newer_data_not_by_publishing(office: Home, tmp_path: Path) -> None:
    def publications() -> float:
        name = 'tthc_indicator_below_target_publications{indicator="online",kind="target",period="year_to_date",'
        lines = [line for line in render(office.published).decode().splitlines() if line.startswith(name)]
        (count,) = {float(line.rpartition(" ")[2]) for line in lines if 'unit_code="H35.12"' in line}
        return count

    assert publications() == 1
    jobs.rebuild(office, now=MONDAY)
    assert publications() == 1  # the same data again
    for days, online, expected in ((1, 6, 2), (2, 7, 3), (3, 9, 0), (4, 6, 1)):
        rows = [
            dossier(n, **{"Hình thức nộp hồ sơ": "Trực tuyến" if n <= online else "Trực tiếp"}) for n in range(1, 11)
        ]
        at = MONDAY + timedelta(days=days)
        file = stamp(write_csv(tmp_path / f"{days}.csv", rows), at)
        jobs.collect(office, [file], told=AskedFor(), now=at, progress=lambda *_: None)
        assert publications() == expected
