"""The page of targets: what is in force for a unit and day, how it stands, what changes, and who entered what."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard.targets import reads
from metrics.snapshot import open_snapshot
from tests import snapshot_fixture as fixture
from tests.screen_pages import Open, opener, said, table

PLAN = {"document": "Kế hoạch CCHC năm 2026", "article": "mục 2", "file": "chi-tieu.toml", "line": 7}
ROWS: list[dict[str, Any]] = [
    {"target_id": "T-online", "metric": "online", "value": 0.8, "phrase": "đạt từ 80% trở lên", **PLAN},
    {"target_id": "S-1", "indicator": "sipas", "value": 0.9, "steps": "2026:0.9;2027:0.95", "valid_to": date(2028, 6, 30)},
    {"target_id": "D-1", "metric": "on_time", "value": 1.0, "level": "department"},
    {"target_id": "C-1", "metric": "on_time", "value": 0.98, "level": "commune", "valid_to": date(2027, 3, 31)},
    {"target_id": "P-1", "metric": "on_time", "value": 0.97, "province": "H44"},
    {"target_id": "U-1", "metric": "on_time", "value": 0.96, "unit": "H35.33", "level": "department"},
    {"target_id": "OLD", "metric": "online", "value": 0.5, "valid_to": date(2025, 12, 31)},
    {"target_id": "ASK", "metric": "data_reuse", "value": 0.6, "confirmed": False, "judged": False, "ask_vi": "Xin NQ 76"},
]  # fmt: skip
PLAIN = {
    **dict.fromkeys(("metric", "indicator", "steps", "article", "phrase", "computable_from", "ask_vi", "note_vi"), ""),
    "kind": "target",
    "op": ">=",
    "quantity": "ratio",
    "level": "national",
    "document": "NQ 1",
    "file": "targets.toml",
    "valid_from": date(2025, 1, 1),
    "confirmed": True,
    "judged": True,
}
FIGURE: dict[str, Any] = {
    "code": "sipas", "metric": "", "name_vi": "SIPAS", "name_en": "SIPAS", "quantity": "ratio",
    "unit_code": "H35.33", "unit_name": "UBND xã Mường Kim", "period_kind": "year", "period_label": "2025",
    "period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31), "numerator": 171, "denominator": 200,
    "value": 0.855, "target_id": "S-1", "target_op": ">=", "target_value": 0.9, "status": "below", "gap": 9,
    "target_document": "NQ 1", "target_article": "", "entered_by": "Phòng Nội vụ", "entered_on": date(2026, 2, 3),
    "note": "", "remark_vi": "", "file_name": "nhap-tay.xlsx", "row_number": 5,
}  # fmt: skip
NAMES = {"name_vi": "Mục tiêu", "name_en": "Target"}


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Open:
    return opener(monkeypatch, "targets")


def build(home: Path, *, error: str = "") -> Path:
    """Publish the snapshot of the fixture with a small register and one figure entered by hand."""
    file = fixture.build(home)
    with duckdb.connect(str(file)) as con:
        good = datetime(2026, 11, 1, 2) if error else None
        con.execute("INSERT INTO register VALUES (?, 'chi-tieu.toml', ?, ?, ?)", (len(ROWS), good, error, good))
        for row in ROWS:
            cells = {**PLAIN, **NAMES, **row}
            _insert(con, "target", {**cells, "name_vi": f"Mục tiêu {row['target_id']}"})
        _insert(con, "indicator", FIGURE)
        con.execute(
            "INSERT INTO indicator_entry VALUES ('sipas', 'ratio', 'H35.33', '2025-01-01', '2025-12-31', 171, 200, 0.855,"
            " 'Phòng Nội vụ', '2026-02-03', '', 'nhap-tay.xlsx', 5, '2026-02-03 02:00:00')"
        )
    fixture.seal(file)
    return home


def _insert(con: duckdb.DuckDBPyConnection, name: str, cells: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(cells))
    con.execute(f"INSERT INTO {name} ({', '.join(cells)}) VALUES ({marks})", list(cells.values()))


@pytest.fixture
def full(tmp_path: Path) -> Path:
    return build(tmp_path)


def ids(home: Path, unit: str, on: date) -> list[str]:
    snapshot = open_snapshot(home)
    assert snapshot is not None
    return [one.row["target_id"] for one in reads.in_force(snapshot, unit, on)]


def test_what_is_in_force_depends_on_unit_and_day(full: Path) -> None:
    on = date(2026, 11, 15)
    assert ids(full, "H35.33", on) == ["T-online", "S-1", "C-1", "U-1", "ASK"]  # a commune, named by one row
    assert ids(full, "H35.12", on) == ["T-online", "S-1", "D-1", "ASK"]
    assert ids(full, "H35", date(2025, 12, 31)) == ["T-online", "S-1", "OLD", "ASK"]


def test_a_target_is_shown_with_document_phrase_file_and_the_newest_figure(show: Open, full: Path) -> None:
    # Mường Kim, year to date 2026: weights 14 to 24 make 209 · 6 = 1254 received, half of them online; 80 % is 1003,2
    found = table(show(full, unit="H35.33"), "Mục tiêu đang áp dụng")
    assert (
        "Mục tiêu T-online T-online “đạt từ 80% trở lên” ≥ 80 % 50,0 % 627 / 1.254 · thiếu 377 · "
        "01/01/2026 – 15/11/2026 · Mô phỏng ▼ Chưa đạt từ 01/01/2025 Kế hoạch CCHC năm 2026, mục 2 chi-tieu.toml, dòng 7"
    ) in found


def test_an_unconfirmed_row_is_marked_with_what_to_ask(show: Open, full: Path) -> None:
    assert "! Chưa xác nhận Xin NQ 76" in table(show(full), "Mục tiêu đang áp dụng")


def test_steps_are_shown_with_the_present_one_and_the_figure(show: Open, full: Path) -> None:
    found = table(show(full, part="coming", unit="H35.33"), "Mục tiêu tăng theo lộ trình")
    assert "2026: 90 % (đang áp dụng) → 2027: 95 % 85,5 % 171 / 200 · thiếu 9" in found


def test_what_changes_within_a_year_comes_soonest_first(show: Open, full: Path) -> None:
    found = table(show(full, part="coming", unit="H35.33"), "Sắp thay đổi trong 12 tháng")
    assert found.index("01/01/2027 bước mới của lộ trình Mục tiêu S-1") < found.index(
        "31/03/2027 ngày cuối có hiệu lực Mục tiêu C-1"
    )
    assert "30/06/2028" not in found


def test_the_value_of_a_step_holds_from_its_year(full: Path) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    value = {day: next(one.value for one in reads.in_force(snapshot, "H35", day) if one.row["target_id"] == "S-1")
             for day in (date(2025, 6, 1), date(2026, 12, 31), date(2027, 1, 1))}  # fmt: skip
    assert list(value.values()) == [None, 0.9, 0.95]


def test_hand_entered_figures_say_who_entered_them_when(show: Open, full: Path) -> None:
    page = show(full, part="by_hand", unit="H35.33")
    assert "171 200 85,5 % ≥ 90 %, NQ 1 ▼ Chưa đạt Phòng Nội vụ 03/02/2026" in table(page, "Chỉ số nhập tay")
    assert "Phòng Nội vụ 03/02/2026 nhap-tay.xlsx, dòng 5" in table(page, "Lịch sử nhập")
    assert "Chưa có chỉ số nào nhập tay" in said(show(full, part="by_hand", unit="H35.12"))


def test_targets_are_filtered_by_document_and_standing(show: Open, full: Path) -> None:
    found = table(show(full, unit="H35.33", document="Kế hoạch CCHC năm 2026"), "Mục tiêu đang áp dụng")
    assert "T-online" in found and "U-1" not in found
    found = table(show(full, unit="H35.33", status="not_judged"), "Mục tiêu đang áp dụng")
    assert "ASK" in found and "T-online" not in found


def test_the_day_is_in_the_address(show: Open, full: Path) -> None:
    page = show(full, on="2025-12-31")
    assert "Tỉnh Lai Châu, ngày 31/12/2025" in said(page)
    assert "OLD" in table(page, "Mục tiêu đang áp dụng")
    assert "Tỉnh Lai Châu, ngày 15/11/2026" in said(show(full, on="không phải ngày"))


def test_a_broken_register_is_told_and_the_last_good_one_shown(show: Open, tmp_path: Path) -> None:
    build(tmp_path, error="chi-tieu.toml, dòng 3: thiếu dấu nháy.")
    text = said(show(tmp_path))
    assert "TỆP MỤC TIÊU HỎNG từ 01/11/2026 09:00. chi-tieu.toml, dòng 3: thiếu dấu nháy." in text
    assert "Đang dùng sổ đọc được lần gần nhất, có hiệu lực từ 01/11/2026 09:00." in text
    assert "T-online" in text


def test_english_by_switch(show: Open, full: Path) -> None:
    text = said(show(full, unit="H35.33", lang="en"))
    assert "Targets in force" in text and "50.0% 627 / 1,254 · 377 missing" in text


def test_without_a_register_the_page_says_what_to_do(show: Open, tmp_path: Path) -> None:
    assert "Chưa có số liệu để xem" in said(show(tmp_path))
    file = fixture.build(tmp_path)
    with duckdb.connect(str(file)) as con:
        con.execute("DROP TABLE register")  # as a version published it that had none
    fixture.seal(file)
    assert "Bản công bố do phiên bản cũ làm ra" in said(show(tmp_path))


def test_old_data_are_called_old(show: Open, full: Path) -> None:
    assert "SỐ LIỆU CŨ" in said(show(full, now=datetime(2026, 12, 1)))


def test_the_page_shows_what_the_command_line_shows(
    show: Open, home: Path, tthc: Callable[..., Any], data: Callable[..., Any]
) -> None:
    tthc("demo", "--dossiers", "300", "--seed", "1")
    document = data("targets", "--unit", "H35.12", "--on", "2026-11-15")
    snapshot = open_snapshot(home)
    assert snapshot is not None
    found = {one.row["target_id"]: one for one in reads.in_force(snapshot, "H35.12", date(2026, 11, 15))}
    assert list(found) == [row["id"] for row in document["rows"]]
    for row in document["rows"]:
        newest = found[row["id"]].newest
        assert (newest and newest["status"]) == (row["newest"] and row["newest"]["status"])
        assert found[row["id"]].value == row["value_on_day"]
