"""From a published count to its exports, by the snapshot alone: the shares of the sheets add up to the count."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from collectors.export import report_json, report_of
from metrics import origins
from metrics.definitions import VARIANT
from metrics.measures import COUNTED_NAMES, TERMS
from metrics.scope import EVERYTHING
from metrics.snapshot import Snapshot, open_snapshot
from tests.conftest import CAPTURED, dossier, stamp, write_csv, write_xlsx

ROOT = Path(__file__).parents[1]


@pytest.fixture
def snapshot(tmp_path: Path, home: Path, tthc: Callable[..., Result]) -> Snapshot:
    """Two exports: the second corrects one dossier of the first and adds one of another unit."""
    first = write_csv(tmp_path / "a.csv", [dossier(n) for n in range(1, 6)])
    second = write_xlsx(
        tmp_path / "b.xlsx",
        [
            dossier(5, **{"Hình thức nộp hồ sơ": "Trực tiếp"}),
            dossier(6, **{"Số hồ sơ": "H35.15-260803-0006", "Cơ quan/đơn vị": "Sở Xây dựng"}),
            dossier(7, **{"Trạng thái hồ sơ": "Đang xử lý", "Ngày kết thúc xử lý": ""}),
        ],
    )
    stamp(second, CAPTURED.replace(day=2))
    assert tthc("collect", first).exit_code == 0
    assert tthc("collect", second).exit_code == 0
    found = open_snapshot(home)
    assert found is not None
    return found


def shares(snapshot: Snapshot, variant: str, unit: str, period: str) -> list[tuple[str, str, int, int]]:
    (row,) = snapshot.rows(
        'SELECT source, period_start AS start, period_end AS "end" FROM assessment'
        " WHERE variant = ? AND unit_code = ? AND period_label = ?",
        [variant, unit, period],
    )
    found = origins.sheets(snapshot, EVERYTHING, variant=variant, unit=unit, **row)
    return [(one.file_name, one.sheet, one.numerator, one.denominator) for one in found]


def test_a_count_worked_by_hand(snapshot: Snapshot) -> None:
    # a.csv keeps 1 to 4, all online; of b.xlsx 5 was filed at the counter, 6 and 7 online; 6 is of another unit
    assert shares(snapshot, "online.received", "H35.12", "2026-08") == [
        ("b.xlsx", "Danh sách", 1, 2),
        ("a.csv", "", 4, 4),
    ]
    assert shares(snapshot, "online.received", "H35.15", "2026-08") == [("b.xlsx", "Danh sách", 1, 1)]


def test_a_stock_names_the_sheet_of_what_is_open(snapshot: Snapshot) -> None:
    assert shares(snapshot, "overdue.open.td", "H35.12", "2026-08") == [("b.xlsx", "Danh sách", 1, 1)]  # 7, due 10/08


def every_sum(snapshot: Snapshot) -> int:
    """Compare all published counts of dossiers with the sums of their shares; return how many there were."""
    rows = snapshot.rows(
        'SELECT variant, source, unit_code AS unit, period_start AS start, period_end AS "end", numerator, denominator'
        " FROM assessment WHERE numerator IS NOT NULL AND source IN (SELECT source FROM source WHERE kind = 'dossier')"
        " AND period_label IN ('2026-07', '2026-08', 'year-to-date', 'rolling-30')"
    )
    summed = {*COUNTED_NAMES, *TERMS}
    rows = [row for row in rows if {VARIANT[row["variant"]].numerator, VARIANT[row["variant"]].denominator} <= summed]
    for row in rows:
        published = (row.pop("numerator"), row.pop("denominator"))
        found = origins.sheets(snapshot, EVERYTHING, **row)
        assert (sum(one.numerator for one in found), sum(one.denominator for one in found)) == published, row
    return len(rows)


def test_shares_add_up_to_every_published_count(snapshot: Snapshot) -> None:
    assert every_sum(snapshot) > 50


def test_shares_stay_right_when_days_are_counted_again_one_by_one(
    snapshot: Snapshot, tmp_path: Path, home: Path, tthc: Callable[..., Result]
) -> None:
    third = write_csv(tmp_path / "c.csv", [dossier(n) for n in (1, 2)])
    stamp(third, CAPTURED.replace(day=3))
    assert tthc("collect", third).exit_code == 0
    newest = open_snapshot(home)
    assert newest is not None
    assert every_sum(newest) > 50
    expected = [("c.csv", "", 2, 2), ("b.xlsx", "Danh sách", 1, 2), ("a.csv", "", 2, 2)]
    assert shares(newest, "online.received", "H35.12", "2026-08") == expected
    table = "SELECT * FROM origin ORDER BY ALL"
    daily = newest.rows(table)
    assert tthc("rebuild").exit_code == 0
    again = open_snapshot(home)
    assert again is not None
    assert again.rows(table) == daily


def test_a_delivered_count_names_its_response(home: Path, tthc: Callable[..., Result]) -> None:
    tthc("collect", ROOT / "examples" / "portal_v2")
    snapshot = open_snapshot(home)
    assert snapshot is not None
    row = snapshot.rows(
        'SELECT variant, source, unit_code AS unit, period_start AS start, period_end AS "end", numerator, denominator'
        " FROM assessment WHERE metric = 'online' AND numerator IS NOT NULL ORDER BY ALL LIMIT 1"
    )[0]
    counts = [row.pop("numerator"), row.pop("denominator")]
    found = list(origins.delivered(snapshot, **row))
    assert [one.value for one in found] == counts
    assert [one.measure for one in found] == [VARIANT[row["variant"]].numerator, VARIANT[row["variant"]].denominator]
    assert all(one.file_name and one.item for one in found)


def test_the_whole_report_of_an_export_is_published(snapshot: Snapshot, data: Callable[..., Any]) -> None:
    (row,) = snapshot.rows("SELECT * FROM export WHERE file_name = 'a.csv'")
    report = report_of(json.loads(row["report"]))
    assert report_of(json.loads(report_json(report))) == report
    assert report.mapped["Số hồ sơ"] == "dossier_code"
    assert "Chủ hồ sơ" in report.dropped
    assert (report.rows_read, report.rows_accepted, report.adds_up) == (5, 5, True)
    assert "0900000000" not in row["report"]


def test_the_newest_runs_are_published(snapshot: Snapshot) -> None:
    runs = snapshot.rows("SELECT run_id, exports, failures FROM run ORDER BY run_id")
    assert [tuple(run.values()) for run in runs] == [(1, 1, 0), (2, 1, 0)]
