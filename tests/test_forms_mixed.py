"""Forms whose rows are not all of one kind: one measure a row, classes in halves, wholes beside their parts."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.export import MissingColumn, RefusedLayout, RequestNeeded
from collectors.reading.table import Table
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


# --- wholes beside their parts --------------------------------------------------------------------------------------

CASES = FOLDER / "tandan_cases.xls"
HEADER = [
    [JULY],
    ["STT", "Tên trường hợp", "Tiếp nhận", "", "", "Trong đó", "", ""],
    ["", "", "", "", "", "Trực tuyến", "Trực tiếp", "Qua BCCI"],
]


def cases(*rows: str) -> Table:
    """Return a table of rows like "1|Khai sinh|3|2|1|0"."""
    return in_memory([*HEADER, *(row.split("|") for row in rows)])


@pytest.mark.parametrize(
    ("rows", "failed"),
    [
        (
            ["1|Khai sinh|5|5|0|0", "|Trong nước|3|3|0|0", "TỔNG SỐ||5|5|0|0"],
            "dòng 4.*“Tiếp nhận” ghi 5, cộng các dòng của nó được 3",
        ),
        (
            ["1|Khai sinh|5|5|0|0", "|Trong nước|5|4|1|0", "TỔNG SỐ||5|5|0|0"],
            "dòng 4.*“Trong đó > Trực tuyến” ghi 5, .* được 4",
        ),
        (
            ["1|Khai sinh|5|5|0|0", "|Trong nước|5|5|0|0", "TỔNG SỐ||10|10|0|0"],
            "dòng 6.*ghi 10, cộng các dòng có số thứ tự được 5",
        ),
        (["|Xã A|6|5|1|0", "1|Khai sinh|5|5|0|0"], "dòng 4.*ghi 6, cộng các dòng có số thứ tự được 5"),
        (["Xã A|||||", "1|Khai sinh|5|5|0|0", "|Trong nước|5|5|0|0"], "dòng 5.*không có dòng tổng"),
        (["Xã A|||||", "1|Khai sinh|5|5|0|0", "TỔNG SỐ||5|||"], "dòng 5.*không có dòng tổng"),
        (["1|Khai sinh|5|5|0|0", "1|Kết hôn|5|5|0|0", "TỔNG SỐ||10|10|0|0"], "dòng 5.*không rõ"),
        (["1|Khai sinh|5|5|0|0", "2|Khai sinh|5|5|0|0", "TỔNG SỐ||10|10|0|0"], "dòng 5.*trùng với dòng 4"),
        (["1|Khai sinh|5|5|0|0", "|Trong nước||||", "2|Kết hôn|5|5|0|0", "TỔNG SỐ||10|10|0|0"], "dòng 6.*không rõ"),
        (["1|Khai sinh|5|5|0|0", "TỔNG SỐ||5|5|0|0", "2|Kết hôn|5|5|0|0"], "dòng 6.*không rõ"),
        (["A|Sở Tư pháp|5|5|0|0", "1|Khai sinh|5|5|0|0"], "dòng 4.*không rõ"),
        (["Sở Tư pháp|||||", "|Hộ tịch|5|5|0|0", "1|Khai sinh|5|5|0|0"], "dòng 5.*không rõ"),
        (["1|Khai sinh|5|||5|0|0", "TỔNG SỐ||5|||5|0|0"], "dòng 4.*số ô"),
        (["1|Khai sinh|0|0|0|0", "|Trong nước|0|0|0|0", "1|Kết hôn|0|0|0|0", "TỔNG SỐ||0|0|0|0"], "dòng 6.*không rõ"),
        (["1|Khai sinh|5|x5|0|0", "TỔNG SỐ||5|5|0|0"], "dòng 4.*số liệu sai dạng"),
        (["1|Khai sinh|x5|5|0|0", "|Trong nước|5|5|0|0"], "dòng 4.*số liệu sai dạng"),
    ],
)
def test_a_sum_that_does_not_prove_its_rows_refuses_the_form_and_is_named(
    rows: list[str], failed: str, tmp_path: Path
) -> None:
    with pytest.raises(RefusedLayout, match=failed) as error:
        read(tmp_path, cases(*rows), unit="H01")
    assert "Tổng hợp theo đơn vị, thủ tục" in str(error.value)


def test_cells_under_the_columns_of_a_header_that_was_set_right_are_refused_in_a_workbook_too(tmp_path: Path) -> None:
    table = in_memory([*HEADER, ["1", "Khai sinh", "5", "", "", "5", "0", "0"]], ragged=False)
    with pytest.raises(RefusedLayout, match="dòng 4"):
        read(tmp_path, table, unit="H01")


def test_a_header_with_as_many_columns_as_its_rows_is_the_same_form(tmp_path: Path) -> None:
    rows = [[*cells[:3], *cells[5:]] if cells[1:2] == ["Tên trường hợp"] else cells for cells in rows_of(CASES)]
    rows[3] = ["", "", "", "Trực tuyến", "Trực tiếp", "Qua BCCI"]
    read(tmp_path / "six", in_memory(rows))
    read(tmp_path / "eight", in_memory(rows_of(CASES)))
    assert counts(tmp_path / "six") == counts(tmp_path / "eight") != {}


def test_three_channels_that_are_not_the_whole_are_noticed(tmp_path: Path) -> None:
    report = read(tmp_path, cases("1|Khai sinh|6|5|0|0", "TỔNG SỐ||6|5|0|0"), unit="H01")
    assert findings(report)["form_identity"] == 1


MEASURES = ("form_received_in_period", "form_received_online", "form_received_direct", "form_received_postal")
Leaf = tuple[int, int, int]
CHANNELS = st.tuples(*[st.integers(0, 2)] * 3)
PROCEDURE = st.tuples(CHANNELS, st.lists(CHANNELS, max_size=2))
UNITS = st.lists(st.lists(PROCEDURE, min_size=1, max_size=3), min_size=1, max_size=3)
STYLES = ("none", "alone", "alone in the place of names", "counts", "counts in the place of names")


def summed(leaves: Sequence[Leaf]) -> Leaf:
    return sum(one[0] for one in leaves), sum(one[1] for one in leaves), sum(one[2] for one in leaves)


def line(number: str, name: str, channels: Leaf) -> list[str]:
    return [number, name, *map(str, (sum(channels), *channels))]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(units=UNITS, style=st.sampled_from(STYLES), restarts=st.booleans(), total=st.booleans())
def test_no_count_stands_at_another_unit_or_procedure_however_units_are_written(
    units: list[list[tuple[Leaf, list[Leaf]]]], style: str, restarts: bool, total: bool, tmp_path: Path
) -> None:
    rows, true, number = [*HEADER], {}, 0
    for letter, procedures in zip("ABC", units, strict=False):
        unit, place = f"Sở {letter}", ["", f"Sở {letter}"] if "place" in style else [f"Sở {letter}", ""]
        wholes = [summed(parts) if parts else own for own, parts in procedures]
        of_unit = summed(wholes)
        if style != "none":
            rows.append([*place, *(map(str, (sum(of_unit), *of_unit)) if "counts" in style else [""] * 4)])
        number = 0 if restarts else number
        for name, whole, (_, parts) in zip("xyz", wholes, procedures, strict=False):
            number += 1
            rows.append(line(str(number), f"Thủ tục {name}", whole))
            rows += [line("", "Trường hợp", part) for part in parts]
            code = "H01" if style == "none" else f"ten:{unit.lower().replace(' ', '-').replace('ở', 'o')}"
            true[code, f"thu tuc {name}"] = [sum(whole), *whole]
    every = summed([tuple(values[1:]) for values in true.values()])  # type: ignore[misc]
    if total:
        rows.append(["TỔNG SỐ", "", *map(str, (sum(every), *every))])
    try:
        read(tmp_path, in_memory(rows), unit="H01")
    except RefusedLayout:
        sure = total or "counts" in style
        assert not sure or (style == "none" and len(units) > 1) or ("place" in style and not restarts)
        return
    found = {(key[0], key[2]): [values[name] for name in MEASURES] for key, values in counts(tmp_path).items()}
    # A unit whose rows are all 0, between cases and with numbers that go on, is not told from a case: it adds nothing.
    assert {key: values for key, values in found.items() if any(values)} == {
        key: values for key, values in true.items() if any(values)
    }
    assert "place" in style or found == true
