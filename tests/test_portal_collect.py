"""The portal as a configured source: asked, archived, counted, and what it refuses told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from collectors.home import Home, create_home, open_home
from metrics.journal import Journal
from tests.conftest import dossier, write_csv
from tests.portal_server import Fault, Portal, portal_server
from tthc import jobs

Data = Callable[..., Any]


def configured(home: Path, portal: Portal, **more: str) -> Home:
    create_home(home)
    settings = {
        "base_url": f'"{portal.url}"',
        "root_code": '"H35"',
        "user_agent": '"tthc/0.1 (thu nghiem; thu@example.gov.vn)"',
        "synthetic": "true",
        "periods": '["month"]',
        **more,
    }
    lines = "\n".join(f"{key} = {value}" for key, value in settings.items())
    (home / "tthc.toml").write_text(f"[portal]\n{lines}\n", encoding="utf-8")
    return open_home(home)


def collected(home: Home, more: tuple[Path, ...] = ()) -> jobs.Collected:
    return jobs.collect_portal(home, more, now=datetime.now(UTC), progress=lambda *_: None, sleep=lambda _: None)


def test_the_portal_is_collected_like_saved_responses(home: Path, data: Data) -> None:
    with portal_server() as portal:
        installed = configured(home, portal)
        done = collected(installed)
        assert not done.flawed, [report.message_vi for report in done.reports]
        assert {report.source for report in done.reports} == {"demo_portal"}
        asked_once = len(portal.asked)
        again = collected(installed)
    assert len(portal.asked) == asked_once  # what was accepted today is not asked again today
    assert again.reports == ()
    rows = {row["metric"]: row for row in data("rates", "--unit", "H35")["rows"]}
    assert (rows["online"]["numerator"], rows["online"]["denominator"]) == (1710, 1900)
    assert not list((home / "received").glob("*")) if (home / "received").exists() else True


def test_a_portal_that_says_no_is_left_alone_and_the_other_files_are_collected(
    home: Path, tmp_path: Path, data: Data
) -> None:
    file = write_csv(tmp_path / "a.csv", [dossier(1)])
    with portal_server() as portal:
        portal.fail("evaluation/service-results", Fault.FORBIDDEN)
        installed = configured(home, portal)
        done = collected(installed, (file,))
        asked = len(portal.asked)
        collected(installed, (file,))
        assert len(portal.asked) == asked  # the circuit is open until tomorrow
    assert done.flawed
    assert done.reports[0].file_name == "a.csv" and done.reports[0].outcome == "accepted"
    assert any("blocked" in report.message_vi for report in done.reports)
    checks = {check["name"]: check for check in data("doctor")["checks"]}
    assert not checks["portal"]["ok"] and "403" in checks["portal"]["message_vi"]
    (about,) = (home / "received").glob("*.about.json")
    assert json.loads(about.read_text(encoding="utf-8"))["verdict"] == "blocked"


def test_a_changed_structure_is_quarantined_and_the_last_good_figures_stay(home: Path, data: Data) -> None:
    with portal_server() as portal:
        installed = configured(home, portal)
        collected(installed)
        before = data("rates", "--unit", "H35")["rows"]
        Journal(installed.journal).remember("portal.history", "[]")  # so that today's answers are asked for again
        portal.fail("evaluation/provide-online-tree", Fault.CHANGED_KEY)
        done = collected(installed)
    assert any("provide-online-tree" in report.file_name for report in done.reports if report.outcome == "refused")
    assert data("rates", "--unit", "H35")["rows"] == before


def test_unusable_settings_are_told_and_stop_nothing_else(home: Path, tmp_path: Path) -> None:
    create_home(home)
    (home / "tthc.toml").write_text('[portal]\nroot_code = "H35"\n', encoding="utf-8")
    done = collected(open_home(home), (write_csv(tmp_path / "a.csv", [dossier(1)]),))
    assert [report.outcome for report in done.reports] == ["accepted", "refused"]
    assert "base_url" in done.reports[1].message_vi


def test_asking_a_portal_that_is_not_configured_is_wrong_usage(tthc: Callable[..., Result]) -> None:
    assert tthc("collect", "--source", "portal_v2").exit_code == 2


@pytest.mark.parametrize("words", [("a.csv", "--source", "inbox")])
def test_paths_and_a_source_exclude_each_other(tthc: Callable[..., Result], words: tuple[str, ...]) -> None:
    assert tthc("collect", *words).exit_code == 2
