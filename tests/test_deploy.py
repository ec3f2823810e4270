"""What stands in deploy/: accepted by the tools it is for, held to the metrics and the runbook, and run for real."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from metrics.alert_journal import AlertJournal
from metrics.exporter_families import FAMILIES
from metrics.journal import Journal
from tests.conftest import dossier, write_csv

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
RUNBOOK = (ROOT / "docs" / "van-hanh.md").read_text(encoding="utf-8")


def rules() -> list[dict[str, Any]]:
    """Every rule of the two files."""
    files = sorted((DEPLOY / "prometheus").glob("*.rules.yml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]]
    return [rule for group in groups for rule in group["rules"]]


ALERTS = [rule["alert"] for rule in rules() if "alert" in rule]


def run(*command: str | Path, at: Path) -> str:
    tool = shutil.which(str(command[0]))
    if tool is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([tool, *map(str, command[1:])], cwd=at, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_accepts_its_configuration_and_rules() -> None:
    assert "SUCCESS" in run("promtool", "check", "config", "prometheus.yml", at=DEPLOY / "prometheus")


def test_the_rules_do_what_their_tests_say() -> None:
    assert "SUCCESS" in run("promtool", "test", "rules", "rules.test.yml", at=DEPLOY / "prometheus")


def test_alertmanager_accepts_its_configuration() -> None:
    assert "SUCCESS" in run("amtool", "check-config", "alertmanager.yml", at=DEPLOY / "alertmanager")


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("alertname=TthcBelowTarget team=department severity=warning", "department"),
        ("alertname=TthcSourceStale team=operator severity=critical", "operator"),
        ("alertname=TthcWatchdog team=watchdog severity=none", "watchdog"),
        ("alertname=Other", "department"),
    ],
)
def test_an_alert_reaches_whom_it_concerns(labels: str, receiver: str) -> None:
    told = run(
        "amtool",
        "config",
        "routes",
        "test",
        "--config.file=alertmanager.yml",
        *labels.split(),
        at=DEPLOY / "alertmanager",
    )
    assert told.splitlines()[-1] == receiver


def test_the_rules_ask_only_for_metrics_that_are_exported() -> None:
    known = {family.name for family in FAMILIES} | {
        "tthc_exporter_series_dropped",
        "tthc_exporter_errors_total",
        "tthc_exporter_collect_duration_seconds",
    }
    texts = [rule["expr"] for rule in rules()]
    texts += [file.read_text(encoding="utf-8") for file in (DEPLOY / "grafana").glob("*.json")]
    asked = {name for text in texts for name in re.findall(r"(?<![:\w])tthc_[a-z_0-9]+", text)}
    assert asked <= known
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    assert {name for text in texts for name in re.findall(r"\b[a-z]+:tthc_[a-z_]+:[a-z]+", text)} <= recorded


def test_every_alert_says_whom_it_concerns_and_links_to_its_paragraph() -> None:
    headings = re.findall(r"^### (Tthc\w+)$", RUNBOOK, re.MULTILINE)
    assert sorted(headings) == sorted(ALERTS)
    for rule in rules():
        if "alert" in rule:
            assert rule["labels"]["team"] in {"operator", "department", "watchdog"}
            assert rule["annotations"]["runbook"] == f"docs/van-hanh.md#{rule['alert'].lower()}"


def test_every_file_the_guide_links_to_is_there() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", RUNBOOK):
        assert (ROOT / "docs" / target).exists(), target


@pytest.mark.parametrize("unit", sorted(file.name for file in (DEPLOY / "systemd").iterdir()))
def test_systemd_accepts_the_units(tmp_path: Path, unit: str) -> None:
    for file in (DEPLOY / "systemd").iterdir():
        text = file.read_text(encoding="utf-8").replace("/opt/tthc/.venv/bin/tthc", str(shutil.which("true")))
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    assert run("systemd-analyze", "verify", "--man=no", unit, at=tmp_path) == ""


def test_the_dashboard_is_whole() -> None:
    board = json.loads((DEPLOY / "grafana" / "tthc.json").read_text(encoding="utf-8"))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in board["panels"]:
        assert panel["title"] and panel["description"]
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])


def test_archive_journal_and_settings_are_all_a_backup_needs(
    tmp_path: Path, home: Path, tthc: Callable[..., Result], data: Callable[..., Any]
) -> None:
    """The journal is copied by the command of the guide while a connection holds it open, as the service does."""
    tthc("init")
    tthc("collect", write_csv(tmp_path / "list.csv", [dossier(number) for number in range(1, 8)]))
    before, alerts = data("rates"), AlertJournal(home / "journal.sqlite")
    key = next(iter(alerts.states()))
    assert tthc("alerts", "acknowledge", key, "--by", "Phòng A", "--reason", "đang làm").exit_code == 0
    restored = tmp_path / "restored"
    restored.mkdir()
    shutil.copytree(home / "archive", restored / "archive")
    shutil.copy(home / "tthc.toml", restored / "tthc.toml")
    (command,) = re.findall(r"^python3 -c \"(import sqlite3.*)\"$", RUNBOOK, re.MULTILINE)
    with Journal(home / "journal.sqlite").writing() as held:
        held.execute("SELECT 1")
        subprocess.run([sys.executable, "-c", command], cwd=home, check=True)
    (home / "sao-luu.sqlite").rename(restored / "journal.sqlite")
    assert tthc("rebuild", at=restored).exit_code == 0
    after = data("rates", at=restored)
    assert after["rows"] == before["rows"] != []
    tthc("alerts", at=restored)
    kept = AlertJournal(restored / "journal.sqlite")
    assert (kept.states(), kept.acts()) == (alerts.states(), alerts.acts()) and kept.acts()
    assert len(kept.history()) == len(alerts.history())
