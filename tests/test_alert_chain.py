"""The whole chain on loopback: exports in → exporter scraped → rule fires → Alertmanager → webhook; resolved by better data.

Prometheus and Alertmanager are the real ones, with the rules and routes of deploy/; only their waiting times are cut.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
import yaml
from click.testing import Result

from metrics.exporter import serve
from tests.conftest import dossier, stamp, write_csv
from tests.loopback import free_port, webhook

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
PROMETHEUS = shutil.which("prometheus")
ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
PATIENCE_SECONDS = 120

pytestmark = pytest.mark.skipif(
    PROMETHEUS is None or ALERTMANAGER is None, reason="Prometheus or Alertmanager is not installed"
)

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
valid_to = 2027-12-31
document = "Kế hoạch thử nghiệm"
"""


@contextmanager
def running(*command: str | Path) -> Iterator[None]:
    process = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def hurried(text: str) -> str:
    """The rules with their waiting times cut: `for` and `keep_firing_for` only skip restarts."""
    return re.sub(r"^( +)(for|keep_firing_for): .*$", r"\1\2: 1s", text, flags=re.MULTILINE)


def prometheus_files(folder: Path, *, exporter: int, alertmanager: int) -> Path:
    for name in ("recording.rules.yml", "alerting.rules.yml"):
        (folder / name).write_text(
            hurried((DEPLOY / "prometheus" / name).read_text(encoding="utf-8")), encoding="utf-8"
        )
    text = (DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    text = text.replace("9108", str(exporter)).replace("9093", str(alertmanager)).replace("1m", "1s")
    config = folder / "prometheus.yml"
    config.write_text(text.replace("scrape_timeout: 10s", "scrape_timeout: 1s"), encoding="utf-8")
    return config


def alertmanager_file(folder: Path, *, receiver: int) -> Path:
    """The routes and inhibitions of deploy/, at any hour and without delay, every receiver this test's."""
    config = yaml.safe_load((DEPLOY / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8"))
    for route in (config["route"], *config["route"]["routes"]):
        route.pop("active_time_intervals", None)
        route |= {"group_wait": "1s", "group_interval": "1s", "repeat_interval": "1h"}
    config["receivers"] = [
        {"name": one["name"], "webhook_configs": [{"url": f"http://127.0.0.1:{receiver}/", "send_resolved": True}]}
        for one in config["receivers"]
    ]
    file = folder / "alertmanager.yml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return file


def wait_for(told: "Queue[dict[str, Any]]", status: str) -> dict[str, Any]:
    """Return the first alert below target of this status."""
    end = datetime.now(UTC) + timedelta(seconds=PATIENCE_SECONDS)
    seen = []
    while datetime.now(UTC) < end:
        try:
            message = told.get(timeout=5)
        except Empty:
            continue
        for alert in message["alerts"]:
            seen.append((alert["labels"]["alertname"], alert["status"]))
            if alert["labels"]["alertname"] == "TthcBelowTarget" and alert["status"] == status:
                return {**alert, "receiver": message["receiver"]}
    raise AssertionError(f"nothing {status} within {PATIENCE_SECONDS} s; seen: {seen}")


def collect(tthc: Callable[..., Result], file: Path, online: int, *, captured: datetime) -> None:
    """Collect a hundred dossiers, so many of them filed online."""
    rows = [
        dossier(number, **{"Hình thức nộp hồ sơ": "Trực tuyến" if number <= online else "Trực tiếp"})
        for number in range(1, 101)
    ]
    done = tthc("collect", stamp(write_csv(file, rows), captured))
    assert done.exit_code == 0, done.output


def test_a_rate_below_target_is_told_and_its_recovery_too(
    tmp_path: Path, home: Path, tthc: Callable[..., Result]
) -> None:
    tthc("init")
    (home / "own.toml").write_text(OWN_TARGET, encoding="utf-8")
    settings = home / "tthc.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('file = ""', 'file = "own.toml"', 1), "utf-8")
    now = datetime.now(UTC)
    collect(tthc, tmp_path / "none.csv", 59, captured=now - timedelta(hours=3))
    collect(tthc, tmp_path / "one.csv", 60, captured=now - timedelta(hours=2))  # in two publications in a row
    ports = {"exporter": free_port(), "alertmanager": free_port()}
    with ExitStack() as stack:
        receiver, told = stack.enter_context(webhook())
        server, thread = serve(home / "published", address="127.0.0.1", port=ports["exporter"])
        stack.callback(lambda: (server.shutdown(), server.server_close(), thread.join()))
        stack.enter_context(
            running(
                str(ALERTMANAGER),
                f"--config.file={alertmanager_file(tmp_path, receiver=receiver)}",
                f"--web.listen-address=127.0.0.1:{ports['alertmanager']}",
                "--cluster.listen-address=",
                f"--storage.path={tmp_path / 'alertmanager'}",
            )
        )
        stack.enter_context(
            running(
                str(PROMETHEUS),
                f"--config.file={prometheus_files(tmp_path, **ports)}",
                f"--web.listen-address=127.0.0.1:{free_port()}",
                f"--storage.tsdb.path={tmp_path / 'prometheus'}",
            )
        )
        alert = wait_for(told, "firing")
        assert alert["receiver"] == "department"
        assert (alert["labels"]["indicator"], alert["labels"]["unit_code"]) == ("online", "H35.12")
        assert "thấp hơn chỉ tiêu 80%" in alert["annotations"]["summary"]
        assert "còn thiếu 20 hồ sơ" in alert["annotations"]["summary"]
        collect(tthc, tmp_path / "two.csv", 90, captured=now - timedelta(hours=1))
        assert wait_for(told, "resolved")["labels"]["unit_code"] == "H35.12"
