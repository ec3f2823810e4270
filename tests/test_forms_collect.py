"""A summary form through the command line: from the file to rates, snapshot, archive and back again."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from collectors.unit_names import code_of, codes_by_name
from tests.conftest import stamp
from tests.test_forms import FOLDER

FORM_06A = FOLDER / "vpcp_06_unit.06a.xls"


@pytest.fixture
def form(tmp_path: Path) -> Any:
    """Put an example where it can be changed, with its capture time beside it."""

    def put(name: str, *changes: tuple[str, str], to: str = "") -> Path:
        source = FOLDER / name
        path = tmp_path / (to or name)
        text = source.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
        return stamp(path)

    return put


def rates(data: Any, metric: str, *more: str) -> dict[str, tuple[int, int]]:
    rows = data("rates", "--source", "vpcp_06", "--by", "unit", "--metric", metric, "--period", "2026-07", *more)[
        "rows"
    ]
    return {row["unit_code"]: (row["numerator"], row["denominator"]) for row in rows}


def test_a_06a_form_saved_as_xls_gives_rates_and_stands_in_the_snapshot(form: Any, tthc: Any, data: Any) -> None:
    assert tthc("collect", form(FORM_06A.name)).exit_code == 0
    # on time (1.000 + 150) of 1.200; online 900 of 900 + 300, the 50 carried over not among them; overdue 5 of 50
    assert rates(data, "on_time")["ten:so-xay-dung"] == (1150, 1200)
    assert rates(data, "online")["ten:so-xay-dung"] == (900, 1200)
    assert rates(data, "overdue_open")["ten:so-xay-dung"] == (5, 50)
    (row,) = data("rates", "--unit", "ten:so-xay-dung", "--metric", "on_time", "--period", "2026-07")["rows"]
    assert (row["variant"], row["source"], row["numerator"]) == ("form.on_time", "vpcp_06", 1150)
    lineage = data("lineage", "--metric", "on_time", "--unit", "ten:so-xay-dung", "--period", "2026-07")
    assert "Biểu 06a!H7 + Biểu 06a!I7" in json.dumps(lineage, ensure_ascii=False)


def test_the_same_form_again_changes_nothing_and_a_rebuild_gives_the_same(form: Any, tthc: Any, data: Any) -> None:
    path = form(FORM_06A.name)
    tthc("collect", path)
    before = data("rates", "--source", "vpcp_06", "--by", "unit", "--period", "2026-07")["rows"]
    assert before
    again = data("collect", path)
    assert [one["outcome"] for one in again["reports"]] == ["already"]
    tthc("rebuild")
    assert data("rates", "--source", "vpcp_06", "--by", "unit", "--period", "2026-07")["rows"] == before


def test_a_corrected_form_takes_the_place_of_the_old_one(form: Any, tthc: Any, data: Any) -> None:
    tthc("collect", form(FORM_06A.name))
    later = form(
        FORM_06A.name, ("<td>1.000</td><td>150</td><td>50</td>", "<td>1.000</td><td>160</td><td>40</td>"), to="b.xls"
    )
    later.with_suffix(".request.json").write_text('{"captured_at": "2026-09-02T02:00:00Z"}', encoding="utf-8")
    tthc("collect", later)
    assert rates(data, "on_time")["ten:so-xay-dung"] == (1160, 1200)
    assert rates(data, "on_time")["ten:ubnd-xa-dong-son"] == (170, 180)


def test_a_named_unit_gets_the_code_of_the_settings_whenever_it_is_told(
    form: Any, tthc: Any, data: Any, home: Path
) -> None:
    tthc("collect", form(FORM_06A.name))
    assert "ten:ubnd-xa-dong-son" in rates(data, "on_time")
    with (home / "tthc.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[unit]]\ncode = "H56.99"\nname = "Uỷ ban nhân dân Xã Đông Sơn"\n')
    tthc("rebuild")
    found = rates(data, "on_time")
    assert found["H56.99"] == (170, 180)
    assert "ten:ubnd-xa-dong-son" not in found


def test_the_archive_keeps_counts_and_no_bytes_of_the_form(form: Any, tthc: Any, home: Path) -> None:
    tthc("collect", form(FORM_06A.name))
    (folder,) = (home / "archive" / "vpcp_06").glob("*/*")
    assert sorted(file.name for file in folder.iterdir()) == ["export.json", "refused.parquet", "statistics.parquet"]
    for file in home.rglob("*"):
        if file.is_file():
            assert "Người Thử".encode() not in file.read_bytes(), file


def test_a_form_that_leaves_its_period_open_is_refused_until_it_is_told(form: Any, tthc: Any, data: Any) -> None:
    dates = "(Từ ngày 01/07/2026 đến ngày 31/07/2026)"
    path = form(FORM_06A.name, (dates, "(Từ ngày ... đến ngày ...)"))
    refused = tthc("collect", path)
    assert refused.exit_code == 1
    assert "--period" in refused.output
    assert tthc("collect", path, "--period", "2026-07").exit_code == 0
    assert rates(data, "on_time")["ten:so-xay-dung"] == (1150, 1200)
    again = data("collect", path, "--period", "2026-07")
    assert [one["outcome"] for one in again["reports"]] == ["already"]
    other = data("collect", path, "--period", "2026-06")
    assert [one["outcome"] for one in other["reports"]] == ["accepted"]


def test_a_form_in_the_inbox_is_told_its_period_and_unit_by_the_file_beside_it(
    form: Any, tthc: Any, data: Any, home: Path
) -> None:
    tthc("init")
    path = form(
        "vpcp_06_field.levels.xls",
        ("Sở Tư pháp - Đơn vị nhận báo cáo: UBND tỉnh", ""),
        ("(Từ ngày 01/07/2026 đến ngày 31/07/2026)", "(Từ ngày ... đến ngày ...)"),
    )
    inbox = home / "inbox"
    shutil.move(path, inbox / path.name)
    beside = (inbox / path.name).with_suffix(".request.json")
    for said, words in (
        ({}, "period"),
        ({"period": "2026-07"}, "unit"),
        ({"period": "tháng bảy", "unit": "H35"}, "kỳ"),
    ):
        beside.write_text(json.dumps({"captured_at": "2026-09-01T02:00:00Z", **said}), encoding="utf-8")
        (refused,) = data("collect")["reports"]
        assert (refused["outcome"], words in refused["message_vi"]) == ("refused", True)
        assert beside.name in refused["message_vi"] or "<tên>.request.json" in refused["message_vi"]
    beside.write_text(json.dumps({"period": "2026-07", "unit": "H35.04"}), encoding="utf-8")
    assert [report["outcome"] for report in data("collect", "--dry-run", inbox)["reports"]] == ["accepted"]
    assert [report["outcome"] for report in data("collect")["reports"]] == ["accepted"]
    assert [report["outcome"] for report in data("collect")["reports"]] == ["already"]
    asked = ("rates", "--source", "vpcp_06", "--unit", "H35.04", "--metric", "online", "--period", "2026-07")
    assert {row["field"] for row in data(*asked, "--by", "field")["rows"]} >= {"Cấp tỉnh: Hộ tịch", "Cấp xã: Hộ tịch"}


def test_what_the_command_line_tells_goes_before_what_stands_beside_the_file(form: Any, data: Any) -> None:
    path = form(FORM_06A.name, ("(Từ ngày 01/07/2026 đến ngày 31/07/2026)", "(Từ ngày ... đến ngày ...)"))
    path.with_suffix(".request.json").write_text('{"period": "2026-06"}', encoding="utf-8")
    data("collect", path, "--period", "2026-07")
    assert rates(data, "on_time")["ten:so-xay-dung"] == (1150, 1200)


def test_a_period_that_is_told_otherwise_than_printed_is_a_finding_and_the_printed_one_holds(
    form: Any, tthc: Any, data: Any
) -> None:
    (report,) = data("collect", form(FORM_06A.name), "--period", "2026-08")["reports"]
    assert "form_period_told" in {finding["check_id"] for finding in report["findings"]}
    assert rates(data, "on_time")["ten:so-xay-dung"] == (1150, 1200)


def test_a_quarter_in_words_is_cut_at_the_fifteenth_unless_the_calendar_one_is_told(tmp_path: Path, data: Any) -> None:
    path = tmp_path / "bieu.csv"
    shutil.copy(FOLDER / "vpcp_06_unit.quarterly.csv", path)
    stamp(path)
    data("collect", path)
    cut = data("rates", "--source", "vpcp_06", "--by", "unit", "--period", "report15-2023-Q1")["rows"]
    assert cut
    (report,) = data("collect", path, "--period", "2023-Q1")["reports"]
    assert report["outcome"] == "accepted"
    assert "form_period_cut" not in {finding["check_id"] for finding in report["findings"]}
    assert data("rates", "--source", "vpcp_06", "--by", "unit", "--period", "2023-Q1")["rows"]
    (again,) = data("collect", path, "--period", "2023-Q1")["reports"]
    assert again["outcome"] == "already"


def test_rates_by_field_and_procedure_come_from_the_rows_of_the_form_and_not_into_those_of_units(
    form: Any, tthc: Any, data: Any
) -> None:
    tthc("collect", form("vpcp_06_field.levels.xls"), form("tandan_procedure_short.xls"))
    asked = ("rates", "--source", "vpcp_06", "--unit", "ten:so-tu-phap", "--metric", "online", "--period", "2026-07")
    by_field = data(*asked, "--by", "field")["rows"]
    # 6 of 6 + 4, 5 of 5 + 0, 12 of 12 + 6
    assert {row["field"]: (row["numerator"], row["denominator"]) for row in by_field} == {
        "Cấp tỉnh: Hộ tịch": (6, 10),
        "Cấp tỉnh: Luật sư": (5, 5),
        "Cấp xã: Hộ tịch": (12, 18),
    }
    asked = ("rates", "--source", "tandan_procedure", "--unit", "ten:so-tu-phap", "--metric", "on_time")
    (first, second) = data(*asked, "--by", "procedure")["rows"]
    assert (first["procedure_name"], first["numerator"], first["denominator"]) == ("Đăng ký khai sinh", 10, 10)
    assert second["denominator"] == 5
    assert data(*asked)["rows"] == []


def test_a_form_is_explained_with_its_measures_period_and_totals(tthc: Any) -> None:
    found = json.loads(tthc("layout", "explain", FOLDER / "tandan_766_payment.xls", "--json").stdout)
    (sheet,) = found["sheets"]
    columns = {column["header"]: (column["field"], column["formats"]) for column in sheet["columns"]}
    assert columns["Thanh toán > Trực tuyến"] == ("form_paid_online", {"1.234": 3})
    assert columns["Tổng số (VNĐ)"] == ("form_fee_amount", {"1,234": 3})
    assert (sheet["layout"], sheet["period"], sheet["header_rows"]) == (
        "tandan_766_payment",
        "01/07/2026–31/07/2026",
        [2, 3],
    )
    assert sheet["totals"] == ["dòng 6: khớp số cộng của các dòng"]
    assert found["classes"]["dòng tổng"] == 1


@pytest.mark.parametrize(
    "name",
    ["Uỷ ban nhân dân Xã Đông Sơn", "UBND  xã Đông Sơn", "UBND XÃ ĐÔNG SƠN - tỉnh Thanh Hóa", "ubnd xã đông sơn (mới)"],
)
def test_spellings_of_one_name_are_one_unit(name: str) -> None:
    assert code_of(name) == "ten:ubnd-xa-dong-son"


def test_a_name_that_two_units_bear_is_nobody_s() -> None:
    assert codes_by_name([("H01.1", "Phòng Một cửa"), ("H01.2", "phòng một cửa"), ("H01.3", "Sở Y tế")]) == {
        "ten:so-y-te": "H01.3"
    }


def test_a_vertical_report_gives_the_rates_it_tells_and_no_others(tthc: Any, data: Any, tmp_path: Path) -> None:
    for name, more in (("tandan_vertical.xls", ()), ("tandan_vertical.book.xlsx", ("--unit", "H35.12"))):
        shutil.copy(FOLDER / name, tmp_path / name)
        assert tthc("collect", stamp(tmp_path / name), *more).exit_code == 0
    asked = ("rates", "--source", "tandan_vertical", "--by", "unit", "--period", "2026-07")
    rows = {(row["metric"], row["unit_code"]): row for row in data(*asked)["rows"]}
    whole, cut = "ten:ubnd-xa-dong-son", "H35.12"  # cut: without the row of those resolved late
    # on time 1.012 of 1.012 + 2
    assert (rows["on_time", whole]["numerator"], rows["on_time", whole]["denominator"]) == (1012, 1014)
    for metric, unit in (("online", whole), ("overdue_open", whole), ("on_time", cut), ("overdue_open", cut)):
        assert (rows[metric, unit]["ratio"], rows[metric, unit]["status"]) == (None, "not_reported")
    text = tthc(*asked, "--metric", "overdue_open").output
    assert "không có dữ liệu" in text and "0,0 %" not in text


def test_procedures_beside_their_cases_give_each_procedure_s_rate_once(tthc: Any, data: Any, tmp_path: Path) -> None:
    for name in ("tandan_cases.xls", "tandan_cases.unproved.xls"):
        shutil.copy(FOLDER / name, tmp_path / name)
        stamp(tmp_path / name)
    assert tthc("collect", tmp_path / "tandan_cases.xls").exit_code == 0
    refused = tthc("collect", tmp_path / "tandan_cases.unproved.xls")
    assert refused.exit_code == 1
    assert "tandan_cases.unproved.xls, dòng 13" in refused.output
    asked = ("rates", "--source", "tandan_cases", "--metric", "online", "--by", "procedure", "--unit")
    found = [
        (row["procedure_name"], row["numerator"], row["denominator"])
        for row in data(*asked, "ten:ubnd-xa-dong-son")["rows"]
    ]
    assert sorted(found) == [("Đăng ký khai sinh", 1000, 1010), ("Đăng ký kết hôn", 5, 5)]


@pytest.mark.parametrize(
    ("name", "container", "column", "field"),
    [
        ("tandan_print_detail_unit.xls", "html", "Hồ sơ đã xử lý > Quá hạn > Trong kỳ", "form_resolved_late_new"),
        ("tandan_print_detail_field.xlsx", "workbook", "Hồ sơ chờ bổ sung > Kỳ trước", "form_waiting_carried"),
        ("tandan_vertical.xls", "html", "Kết quả, dòng “Chưa xử lý xong”", "form_open"),
        ("tandan_vertical.book.xlsx", "workbook", "Kết quả, dòng “Chưa xử lý xong”", "form_open"),
        ("tandan_cases.xls", "html", "Trong đó > Qua BCCI", "form_received_postal"),
        ("tandan_cases.units.xlsx", "workbook", "Trong đó > Qua BCCI", "form_received_postal"),
    ],
)
def test_what_each_row_or_half_means_is_explained(
    name: str, container: str, column: str, field: str, tthc: Any
) -> None:
    found = json.loads(tthc("layout", "explain", FOLDER / name, "--json").stdout)
    (sheet,) = found["sheets"]
    fields = {one["header"]: (one["field"], one["filled"]) for one in sheet["columns"]}
    expected = json.loads((FOLDER / name).with_suffix(".expected.json").read_text(encoding="utf-8"))
    assert (found["container"], sheet["layout"]) == (container, expected["layout"])
    assert fields[column][0] == field and fields[column][1] > 0
    assert sum(found["classes"].values()) == (expected["read"] if "told" not in expected else 0)


def test_a_form_whose_sums_fail_is_explained_with_the_sum(tthc: Any) -> None:
    found = json.loads(tthc("layout", "explain", FOLDER / "tandan_cases.unproved.xls", "--json").stdout)
    (sheet,) = found["sheets"]
    assert sheet["totals"] == ["dòng 13: lệch 4 cột"]
    assert "ghi 2039, cộng các dòng có số thứ tự được 1022" in sheet["message_vi"]
    assert sheet["message_vi"] == found["message_vi"]
