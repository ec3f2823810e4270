"""A target file that is broken: the last good one stays in force, and everybody is told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from metrics.journal import Journal
from metrics.register_kept import in_force
from metrics.snapshot import open_snapshot
from metrics.targets import load_register
from tests.conftest import dossier, write_csv

GOOD = """
[[target]]
id = "X1"
metric = "online"
op = ">="
value = 0.6
level = "department"
document = "KH 1/KH-SVHTTDL"
"""
BROKEN = {
    "overlap": GOOD + GOOD.replace("X1", "X2"),
    "unknown metric": GOOD.replace('"online"', '"onlin"'),
    "threshold over 1": GOOD.replace("0.6", "60"),
    "no document": GOOD.replace('document = "KH 1/KH-SVHTTDL"\n', ""),
    "no TOML": "[[target]\n",
}
MONDAY, TUESDAY, WEDNESDAY = (datetime(2026, 11, day, 1, tzinfo=UTC) for day in (2, 3, 4))


def asked(path: Path | None, journal: Journal, now: datetime, *, remember: bool = True) -> tuple[str, str, str]:
    law = in_force(path, journal, now=now, remember=remember)
    own = law.register.by_id.get("X1")
    since = "" if law.failing_since is None else law.failing_since.strftime("%d")
    return (str(own.value) if own else "", law.error_vi, since)


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_the_last_good_register_stays_in_force(tmp_path: Path, broken: str) -> None:
    path, journal = tmp_path / "rieng.toml", Journal(tmp_path / "journal.sqlite")
    path.write_text(GOOD, encoding="utf-8")
    assert asked(path, journal, MONDAY) == ("0.6", "", "")
    path.write_text(broken, encoding="utf-8")
    value, error, since = asked(path, journal, TUESDAY)
    assert (value, since) == ("0.6", "03")
    assert str(path) in error
    assert "Hãy" in error or "Có phải" in error
    assert asked(path, journal, WEDNESDAY)[2] == "03"  # since it was first noticed
    path.unlink()
    assert asked(path, journal, WEDNESDAY)[0] == "0.6"
    path.write_text(GOOD.replace("0.6", "0.7"), encoding="utf-8")
    assert asked(path, journal, WEDNESDAY) == ("0.7", "", "")


def test_without_a_good_one_ever_the_register_of_the_product_is_used(tmp_path: Path) -> None:
    path, journal = tmp_path / "rieng.toml", Journal(tmp_path / "journal.sqlite")
    path.write_text(BROKEN["threshold over 1"], encoding="utf-8")
    law = in_force(path, journal, now=MONDAY, remember=True)
    assert len(law.register.targets) == len(load_register().targets)
    assert (law.good_since, law.used_vi) == (None, "chỉ sổ kèm theo chương trình")


def test_who_only_reads_changes_no_memory(tmp_path: Path) -> None:
    path, journal = tmp_path / "rieng.toml", Journal(tmp_path / "journal.sqlite")
    path.write_text(GOOD, encoding="utf-8")
    asked(path, journal, MONDAY, remember=False)
    assert not journal.path.exists()
    assert asked(None, journal, MONDAY) == ("", "", "")


def test_a_collection_goes_on_and_doctor_snapshot_and_commands_tell(
    tthc: Callable[..., Result], data: Callable[..., Any], home: Path, tmp_path: Path
) -> None:
    tthc("init")
    (home / "tthc.toml").write_text('[targets]\nfile = "rieng.toml"\n', encoding="utf-8")
    (home / "rieng.toml").write_text(GOOD, encoding="utf-8")
    assert tthc("collect", write_csv(tmp_path / "a.csv", [dossier(1)])).exit_code == 0
    (home / "rieng.toml").write_text(BROKEN["threshold over 1"], encoding="utf-8")
    assert tthc("collect", write_csv(tmp_path / "b.csv", [dossier(2)])).exit_code == 0

    snapshot = open_snapshot(home)
    assert snapshot is not None
    with snapshot:
        (state,) = snapshot.rows("SELECT * FROM register")
        (own,) = snapshot.rows("SELECT value, file, confirmed, judged FROM target WHERE target_id = 'X1'")
        rows = snapshot.rows("SELECT count(*) AS rows FROM target")[0]["rows"]
    assert (state["rows"], state["file"]) == (193, str(home / "rieng.toml"))
    assert "ô value: thấy “60”" in state["error_vi"] and state["good_since"] and state["failing_since"]
    assert (own["value"], own["file"], own["confirmed"], own["judged"]) == (0.6, str(home / "rieng.toml"), True, True)
    assert rows == 193
    checks = {check["name"]: check for check in json.loads(tthc("doctor", "--json").stdout)["checks"]}
    assert not checks["targets"]["ok"]
    assert "sổ đọc được lần gần nhất" in checks["targets"]["message_vi"]
    shown = tthc("targets", "--metric", "online", "--json")
    assert shown.exit_code == 1
    assert "ô value" in shown.stderr
    document = json.loads(shown.stdout)
    assert "X1" in {row["id"] for row in document["rows"]} and "ô value" in document["register"]["error"]
    rated = data("rates", "--metric", "online")["rows"]
    assert {row["target"]["id"] for row in rated if row["target"]} == {"X1"}
