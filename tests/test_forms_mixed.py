"""Forms whose rows are not all of one kind: one measure a row, classes in halves."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from collectors.export import MissingColumn, RequestNeeded
from tests.test_forms import FOLDER, counts, findings, in_memory, read, rows_of

JULY = "(Từ ngày 01/07/2026 đến ngày 31/07/2026)"
DAYS = ("2026-07-01", "2026-07-31")

# --- classes in halves ----------------------------------------------------------------------------------------------

DETAIL = FOLDER / "tandan_print_detail_unit.xls"
DESK = ("ten:phong-ho-tich", "", "", *DAYS)


def detail(*, split: Sequence[str]) -> list[list[str]]:
    """Return one row of desk "Phòng Hộ tịch" with 3 = 2 + 1 for each of the last three classes, split as told."""
    upper = [
        "STT",
        "Đơn vị",
        "Tiếp nhận",
        "",
        "",
        "Hồ sơ đã xử lý",
        "",
        "",
        "",
        "",
        "",
        "",
        "Hồ sơ đang xử lý",
        "",
        "",
        "",
    ]
    middle = ["", "", "Tổng số", "Kỳ trước", "Trong kỳ", "Trước hạn", "", "Đúng hạn", "", "Quá hạn", ""]
    middle += ["Tỷ lệ trước hạn và đúng hạn", "Trong hạn", "", "Quá hạn", ""]
    lower = ["", "", "", "", "", *["Kỳ trước", "Trong kỳ"] * 3, "", *["Kỳ trước", "Trong kỳ"] * 2]
    values = ["1", "Phòng Hộ tịch", "65", "10", "55", "3", "17", "2", "18", "4", "1", "88.89%", "1", "8", "0", "2"]
    for name in ("Hồ sơ chờ bổ sung", "Hồ sơ trả lại/Xin rút", "Hồ sơ khác"):
        halves = name in split
        upper += [name, ""] if halves else [name]
        middle += ["", ""] if halves else [""]
        lower += ["Kỳ trước", "Trong kỳ"] if halves else [""]
        values += ["2", "1"] if halves else ["3"]
    return [[JULY], upper, middle, lower, values]


@pytest.mark.parametrize(
    "split", [(), ("Hồ sơ khác",), ("Hồ sơ chờ bổ sung", "Hồ sơ trả lại/Xin rút", "Hồ sơ khác")], ids=len
)
def test_the_class_is_the_same_whether_the_header_splits_it_or_not(split: Sequence[str], tmp_path: Path) -> None:
    report = read(tmp_path, in_memory(detail(split=split)))
    (found,) = counts(tmp_path).values()
    assert [found[name] for name in ("form_waiting", "form_returned", "form_other", "form_resolved")] == [3, 3, 3, 45]
    assert ("form_other_new" in found) == ("Hồ sơ khác" in split)
    # 65 = 20 + 20 + 5 + 9 + 2 + 3 + 3 + 3
    assert findings(report) == {"form_unit_named": 1}


def test_half_a_class_is_not_taken_for_the_whole_class(tmp_path: Path) -> None:
    rows = [cells[:17] + cells[18:] for cells in detail(split=["Hồ sơ chờ bổ sung"])]  # “Trong kỳ” of it is gone
    rows[0] = [JULY]
    read(tmp_path, in_memory(rows))
    (found,) = counts(tmp_path).values()
    assert found["form_waiting_carried"] == 2
    assert "form_waiting" not in found


def test_a_half_that_is_changed_is_noticed_by_the_total_the_rate_and_the_balance(tmp_path: Path) -> None:
    rows = rows_of(DETAIL)
    assert rows[6][10] == "1"
    rows[6][10] = "2"  # resolved late, received in the period
    found = findings(read(tmp_path, in_memory(rows)))
    assert (found["form_total_differs"], found["form_rate_differs"], found["form_balance"]) == (1, 1, 1)
    assert counts(tmp_path)[DESK]["form_resolved_late"] == 6


def test_a_form_without_a_column_that_it_always_has_is_refused(tmp_path: Path) -> None:
    rows = [[JULY]] + [cells[:6] + cells[7:] for cells in rows_of(DETAIL)[2:]]  # early, of those received
    with pytest.raises(MissingColumn, match="Trước hạn > Trong kỳ"):
        read(tmp_path, in_memory(rows))


# --- one measure a row ----------------------------------------------------------------------------------------------

VERTICAL = FOLDER / "tandan_vertical.xls"
COMMUNE = ("ten:ubnd-xa-dong-son", "", "", *DAYS)


def test_a_row_1_that_is_not_the_sum_of_its_rows_is_a_finding_at_its_cell_and_the_rows_hold(tmp_path: Path) -> None:
    rows = rows_of(VERTICAL)
    rows[3][2] = "1.021"
    report = read(tmp_path, in_memory(rows))
    (found,) = [one for one in report.findings if one.check_id == "form_identity"]
    assert found.column == "Tiếp nhận hồ sơ = Tiếp nhận trong tháng + Từ tháng trước chuyển sang"
    assert found.example == "ô C4: 1021 ≠ 1015 + 5"
    assert counts(tmp_path)[COMMUNE]["form_received_total"] == 1020


def test_a_row_that_is_missing_is_no_count_and_gives_no_sum(tmp_path: Path) -> None:
    rows = [cells for cells in rows_of(VERTICAL) if "- Trả kết quả quá hạn" not in cells]
    report = read(tmp_path, in_memory(rows))
    (lacking,) = [one for one in report.findings if one.check_id == "form_block"]
    assert lacking.example == "dòng 4: thiếu dòng “Trả kết quả quá hạn”"
    found = counts(tmp_path)[COMMUNE]
    assert found["form_resolved_in_time"] == 1012
    assert not {"form_resolved_late", "form_resolved"} & set(found)


def test_a_row_of_other_words_is_skipped_and_named_by_its_place_only(tmp_path: Path) -> None:
    rows = rows_of(VERTICAL)
    rows[7][1] = "- Trả kết quả đúng hạn của ông Người Thử"
    report = read(tmp_path, in_memory(rows))
    assert report.skipped["unknown_line"] == 1
    (unknown,) = [one for one in report.findings if one.check_id == "form_line_unknown"]
    assert unknown.example == "dòng 8"
    assert "Người Thử" not in repr(report)
    assert "form_resolved_in_time" not in counts(tmp_path)[COMMUNE]


def test_a_row_that_comes_twice_is_refused_and_the_first_holds(tmp_path: Path) -> None:
    rows = rows_of(VERTICAL)
    rows.insert(10, ["", "- Chưa xử lý xong", "99"])
    report = read(tmp_path, in_memory(rows))
    assert report.rows_refused == 1
    assert counts(tmp_path)[COMMUNE]["form_open"] == 4


def test_a_row_with_a_cell_too_many_is_refused(tmp_path: Path) -> None:
    rows = rows_of(VERTICAL)
    rows[9] = ["", "- Chưa xử lý xong", "", "4"]
    report = read(tmp_path, in_memory(rows))
    assert report.rows_refused == 1
    assert "form_open" not in counts(tmp_path)[COMMUNE]


def test_whose_it_is_must_be_told_where_the_title_does_not_say(tmp_path: Path) -> None:
    rows = [[JULY], *rows_of(VERTICAL)[2:]]
    with pytest.raises(RequestNeeded, match="--unit"):
        read(tmp_path, in_memory(rows))
    read(tmp_path, in_memory(rows), unit="H35.12")
    assert {key[0] for key in counts(tmp_path)} == {"H35.12"}
