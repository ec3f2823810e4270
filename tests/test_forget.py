"""An export that was taken back no longer counts from that day on; earlier days and the archive still know it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from collectors import archive
from collectors.home import open_home
from collectors.withdrawal import Act, Kind, acts_on, in_force, put_down
from tests.conftest import CAPTURED, dossier, stamp, write_csv
from tthc import jobs
from tthc.past import restored

Run = Callable[..., Result]
Data = Callable[..., Any]
WHO = ("--by", "Văn phòng", "--reason", "xuất nhầm đơn vị")
DONE_LATE = {"Ngày kết thúc xử lý": "12/08/2026 09:00:00"}


def put(path: Path, numbers: range, days: int = 0, **cells: str) -> Path:
    return stamp(write_csv(path, [dossier(n, **cells) for n in numbers]), CAPTURED + timedelta(days=days))


def counted(data: Data) -> list[Any]:
    return list(data("rates", "--period", "2026-08")["rows"])


@pytest.fixture
def first(tmp_path: Path, tthc: Run) -> Path:
    """1/9: dossiers 1 to 4, all in time."""
    path = put(tmp_path / "a.csv", range(1, 5))
    assert tthc("collect", path).exit_code == 0
    return path


def test_the_numbers_go_back_to_what_they_are_without_it(tmp_path: Path, first: Path, tthc: Run, data: Data) -> None:
    before = counted(data)
    second = put(tmp_path / "b.csv", range(3, 8), days=2, **DONE_LATE)
    (report,) = data("collect", second)["reports"]
    assert counted(data) != before
    said = data("forget", report["export_id"][:8], *WHO)
    assert (said["export_id"], said["act"]) == (report["export_id"], "withdrawn")
    assert counted(data) == before


def test_taking_it_in_again_gives_the_same_numbers_as_before(
    tmp_path: Path, first: Path, tthc: Run, data: Data
) -> None:
    tthc("collect", put(tmp_path / "b.csv", range(3, 8), days=2, **DONE_LATE))
    both = counted(data)
    assert tthc("forget", "b.csv", *WHO).exit_code == 0
    assert counted(data) != both
    assert tthc("forget", "b.csv", *WHO, "--undo").exit_code == 0
    assert counted(data) == both


def test_a_rebuild_and_a_later_collection_leave_it_out(tmp_path: Path, first: Path, tthc: Run, data: Data) -> None:
    before = counted(data)
    second = put(tmp_path / "b.csv", range(3, 8), days=2, **DONE_LATE)
    tthc("collect", second)
    tthc("forget", "b.csv", *WHO)
    tthc("rebuild")
    assert counted(data) == before
    (report,) = data("collect", second)["reports"]
    assert report["outcome"] == "already"
    assert "rút lại" in report["message_vi"]
    assert "xuất nhầm đơn vị" in report["message_vi"]
    assert counted(data) == before
    stamp(second, CAPTURED + timedelta(days=9))  # the same bytes on a later day are no new observation either
    assert data("collect", second)["reports"][0]["outcome"] == "already"
    assert counted(data) == before


def test_the_only_export_can_be_taken_back(first: Path, tthc: Run, data: Data) -> None:
    assert tthc("forget", "a.csv", *WHO).exit_code == 0
    assert counted(data) == []


def test_a_day_before_it_was_taken_back_still_counts_it(home: Path, first: Path, tthc: Run) -> None:
    """Taken back on 5/9 at noon (UTC): the end of 4/9 knows the four dossiers, the end of 5/9 does not."""
    installed, moment = open_home(home), datetime(2026, 9, 5, 12, tzinfo=UTC)
    (export,) = archive.everything(installed.archive)
    jobs.withdraw(installed, export, Act(Kind.WITHDRAWN, "Văn phòng", "nhầm", moment), now=moment)
    found = []
    for day in (4, 5):
        with restored(installed, moment.date().replace(day=day)) as past:
            found.append(past.con.execute("SELECT count(*) FROM collected.dossier").fetchall()[0][0])
    assert found == [4, 0]


def test_the_archive_keeps_who_when_and_why(home: Path, first: Path, tthc: Run) -> None:
    tthc("forget", "a.csv", *WHO)
    tthc("forget", "a.csv", "--by", "Phòng Du lịch", "--reason", "vẫn đúng", "--undo")
    (export,) = archive.everything(open_home(home).archive)
    assert [(act.kind, act.person, act.reason) for act in export.acts] == [
        ("withdrawn", "Văn phòng", "xuất nhầm đơn vị"),
        ("returned", "Phòng Du lịch", "vẫn đúng"),
    ]
    assert export.withdrawal is None
    assert (export.folder / archive.ROWS).exists()


@pytest.mark.parametrize(
    ("asked", "more", "words"),
    [
        ("khong-co.csv", WHO, "Không có bản xuất nào"),
        ("a.csv", ("--by", " ", "--reason", "x"), "Cần ghi rõ ai"),
        ("a.csv", (*WHO, "--undo"), "chưa bị rút lại"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    first: Path, tthc: Run, data: Data, asked: str, more: tuple[str, ...], words: str
) -> None:
    before = counted(data)
    result = tthc("forget", asked, *more)
    assert (result.exit_code, words in result.output) == (2, True)
    assert counted(data) == before


def test_a_name_of_several_exports_asks_for_the_id(tmp_path: Path, first: Path, tthc: Run) -> None:
    tthc("collect", put(tmp_path / "a.csv", range(5, 7)))
    result = tthc("forget", "a.csv", *WHO)
    assert (result.exit_code, "nhiều bản xuất" in result.output) == (2, True)


def test_the_last_act_up_to_a_moment_decides(tmp_path: Path) -> None:
    start = datetime(2026, 9, 1, tzinfo=UTC)
    kinds = (Kind.WITHDRAWN, Kind.RETURNED, Kind.WITHDRAWN)
    for day, kind in enumerate(kinds):
        put_down(tmp_path, Act(kind, "x", "y", start + timedelta(days=day)))
    acts = acts_on(tmp_path)
    states = [in_force(acts, start + timedelta(days=day)) is not None for day in (-1, 0, 1, 2)]
    assert states == [False, True, False, True]
    assert [one["act"] for one in json.loads((tmp_path / "withdrawn.json").read_text(encoding="utf-8"))] == list(kinds)
