"""The long-running commands: the screen, the exporter, and both together with the daily collection."""

import json
import logging
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType

import click

from collectors.home import Home

_log = logging.getLogger("tthc.serve")
_STOPPING_SECONDS = 10


def screen(home: Home, *, address: str | None = None, port: int | None = None) -> None:
    """Serve the screen until stopped."""
    with _screen(home, address, port) as process, _stop_requested() as stop:
        _wait(stop, process)


def exporter(home: Home, *, address: str | None = None, port: int | None = None) -> None:
    """Serve /metrics until stopped."""
    with _exporter(home, address, port), _stop_requested() as stop:
        stop.wait()


def everything(home: Home) -> None:
    """Serve the screen and /metrics, and collect at the configured times, until stopped.

    Only one process does so for a home: another one is refused before it starts anything.
    """
    with ExitStack() as stack:
        stack.enter_context(_alone(home))
        stack.enter_context(_exporter(home, None, None))
        stack.enter_context(_schedule(home))
        process = stack.enter_context(_screen(home, None, None))
        _wait(stack.enter_context(_stop_requested()), process)


def collect_due(home: Home, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Collect all that is configured if a configured time is due; what goes wrong is logged and left to the next run.

    A warehouse that another job holds leaves the time due: it is looked at again in some minutes.
    """
    from collectors.home import ConfigError
    from collectors.warehouse import LockedError
    from tthc import jobs, schedule

    now = clock()
    schedule.beat(home, now)
    slot = schedule.due(home, now)
    if slot is None:
        return
    try:
        done = jobs.collect_everything(home, now=now, progress=lambda *_: None)
    except LockedError as error:
        _log.warning("collection put off: %s", error)
        return
    except ConfigError as error:
        _log.error("collection not possible: %s", error)
        return
    except Exception:
        schedule.serve(home, slot)  # tried: the next configured time heals it, not the next minutes
        raise
    schedule.serve(home, slot)
    _log.info("collected %d exports, snapshot %s", len(done.reports), done.snapshot_id)
    if done.alerts_error:
        _log.error("alerts left as they are: %s", done.alerts_error)


def notify_once(home: Home, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Bring the alerts up to date and send what is to be told, if it is time; what goes wrong is left to the next round.

    Not only after a collection: that a source is late must be told just when nothing is collected.
    """
    from metrics.alert_rules import AlertRuleError
    from tthc import alerting

    with suppress(AlertRuleError):  # told with the messages
        alerting.settle(home, now=clock())
    done = alerting.notify(home, now=clock())
    for error in done.errors:
        _log.error("not told: %s", error)
    if done.sent or done.failed:
        _log.info("%d messages sent, %d failed", done.sent, done.failed)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Hold the one lock of `tthc up` on a home; the system lets go of it when the process ends, however it ends."""
    from filelock import FileLock, Timeout

    from collectors.home import VIETNAM

    home.path.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(str(home.path / "up.lock"), timeout=0), home.path / "up.holder.json"
    try:
        lock.acquire()
    except Timeout as error:
        try:
            known = json.loads(holder.read_text(encoding="utf-8"))
            who = f"tiến trình {known['pid']}, từ {known['since']}"
        except (OSError, ValueError, KeyError):
            who = "một tiến trình khác"
        raise click.ClickException(
            f"`tthc up` đang chạy cho {home.path} ({who}). Không cần chạy thêm; muốn chạy lại thì dừng tiến trình ấy trước "
            "(systemd: `systemctl restart tthc@…`)."
        ) from error
    since = datetime.now(UTC).astimezone(VIETNAM)
    holder.write_text(json.dumps({"pid": os.getpid(), "since": f"{since:%H:%M:%S ngày %d/%m/%Y}"}), encoding="utf-8")
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def _screen(home: Home, address: str | None, port: int | None) -> Iterator[subprocess.Popen[bytes]]:
    from dashboard.launch import streamlit_command

    where = home.config.screen
    listen = (address or where.address, port or where.port)
    process = subprocess.Popen(streamlit_command(home.path, *listen))
    click.echo(f"Màn hình: http://{listen[0]}:{listen[1]}")
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOPPING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def _exporter(home: Home, address: str | None, port: int | None) -> Iterator[None]:
    from metrics.exporter import serve

    where = home.config.exporter
    listen = (address or where.address, port or where.port)
    try:
        server, thread = serve(home.published, address=listen[0], port=listen[1])
    except OSError as error:
        raise click.ClickException(
            f"không mở được cổng {listen[1]} ở {listen[0]} cho /metrics ({error.strerror}): cổng đang bị chiếm? "
            "Đổi [exporter] port trong tthc.toml, hoặc dừng chương trình đang dùng cổng ấy."
        ) from error
    click.echo(f"Prometheus: http://{listen[0]}:{listen[1]}/metrics")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _schedule(home: Home) -> Iterator[None]:
    """Collect at the configured times, made up after sleep, restart or a taken warehouse; runs never overlap."""
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.cron import CronTrigger

    scheduler = BackgroundScheduler(timezone="Asia/Ho_Chi_Minh")
    jobs: list[tuple[str, Callable[[Home], None]]] = [("*/5", collect_due)] if home.config.schedule.times else []
    jobs += [("*/10", notify_once)]
    for minutes, job in jobs:
        trigger = CronTrigger(minute=minutes, timezone="Asia/Ho_Chi_Minh")
        scheduler.add_job(job, trigger, args=[home], coalesce=True, max_instances=1, misfire_grace_time=600)
        scheduler.add_job(job, args=[home], misfire_grace_time=600)  # at once: what was due while nobody ran
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)  # a thread that still queries when the interpreter ends would abort it


@contextmanager
def _stop_requested() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(stop: threading.Event, process: subprocess.Popen[bytes]) -> None:
    """Return when asked to stop, or when the screen ends by itself."""
    while not stop.wait(0.5):
        if process.poll() is not None:
            raise click.ClickException(f"màn hình đã dừng (mã {process.returncode}); cổng có đang bị chiếm không?")
