"""The long-running commands: the screen, the exporter, and both together with the daily collection."""

import logging
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    """Serve the screen and /metrics, and collect at the configured times, until stopped."""
    with ExitStack() as stack:
        stack.enter_context(_exporter(home, None, None))
        stack.enter_context(_schedule(home))
        process = stack.enter_context(_screen(home, None, None))
        _wait(stack.enter_context(_stop_requested()), process)


def collect_once(home: Home) -> None:
    """Collect all that is configured once, as the schedule does; what goes wrong is logged and left to the next run."""
    from collectors.warehouse import LockedError
    from tthc import jobs

    try:
        done = jobs.collect_everything(home, now=datetime.now(UTC), progress=lambda *_: None)
    except LockedError as error:
        _log.warning("collection skipped: %s", error)
        return
    _log.info("collected %d exports, snapshot %s", len(done.reports), done.snapshot_id)


def notify_once(home: Home) -> None:
    """Send what is to be told, if it is time; what goes wrong is logged and left to the next round."""
    from collectors.home import ConfigError
    from tthc import alerting

    try:
        done = alerting.notify(home, now=datetime.now(UTC))
    except ConfigError as error:
        _log.warning("nothing sent: %s", error)
        return
    if done.sent or done.failed:
        _log.info("%d messages sent, %d failed", done.sent, done.failed)


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
    server, thread = serve(home.published, address=listen[0], port=listen[1])
    click.echo(f"Prometheus: http://{listen[0]}:{listen[1]}/metrics")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _schedule(home: Home) -> Iterator[None]:
    """Collect at the configured times; a time missed by sleep is made up within the day, runs never overlap."""
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.cron import CronTrigger

    scheduler = BackgroundScheduler(timezone="Asia/Ho_Chi_Minh")
    for time in home.config.schedule.times:
        hour, minute = time.split(":")
        trigger = CronTrigger(hour=int(hour), minute=int(minute), timezone="Asia/Ho_Chi_Minh")
        scheduler.add_job(
            collect_once, trigger, args=[home], coalesce=True, max_instances=1, misfire_grace_time=12 * 3600
        )
    if home.config.channels:
        minutes = CronTrigger(minute="*/10", timezone="Asia/Ho_Chi_Minh")
        scheduler.add_job(notify_once, minutes, args=[home], coalesce=True, max_instances=1, misfire_grace_time=600)
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
