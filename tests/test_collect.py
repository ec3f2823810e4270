"""From files to dossiers: what is read is what was written, and every row is accounted for."""

import itertools
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import CAPTURED, HEADERS, dossier, stamp, write_csv, write_xlsx

Run = Callable[..., Result]
Data = Callable[..., Any]


def dossiers(home: Path, columns: str = "*") -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(f"SELECT {columns} FROM collected.dossier ORDER BY source, dossier_code").fetchall()


def only_report(document: Any) -> dict[str, Any]:
    (report,) = document["reports"]
    assert report["rows_read"] == (
        report["rows_accepted"] + report["rows_merged"] + report["rows_refused"] + report["rows_skipped"]
    )
    return dict(report)


def test_a_dossier_is_read_as_it_was_written(home: Path, tmp_path: Path, tthc: Run) -> None:
    assert tthc("collect", write_csv(tmp_path / "a.csv", [dossier(1)])).exit_code == 0
    columns = "dossier_code, unit_code, procedure_key, channel, service_level, status, fee_obligation, fee_amount"
    flags = "paid_online, components_digitised, result_electronic, data_reused, satisfied, row_number"
    times = "strftime(received_at, '%d/%m/%Y %H:%M'), strftime(due_at, '%d/%m/%Y %H:%M'), returned_at"
    assert dossiers(home, columns) == [
        ("H35.12-260803-0001", "H35.12", "1.001628", "online", "full", 10, True, 650_000)
    ]
    assert dossiers(home, flags) == [(True, True, True, False, None, 2)]
    assert dossiers(home, times) == [("03/08/2026 08:00", "10/08/2026 17:00", None)]


def test_columns_that_an_export_lacks_stay_absent(home: Path, tmp_path: Path, tthc: Run) -> None:
    write_csv(tmp_path / "a.csv", [dossier(1)], HEADERS[:13])
    tthc("collect", tmp_path / "a.csv")
    absent = "channel, service_level, fee_obligation, fee_amount, paid_online, components_digitised, data_reused"
    assert dossiers(home, absent) == [(None,) * 7]


def test_a_blank_channel_is_missing_and_an_unknown_one_unknown(home: Path, tmp_path: Path, data: Data) -> None:
    rows = [dossier(1, **{"Hình thức nộp hồ sơ": ""}), dossier(2, **{"Hình thức nộp hồ sơ": "Bồ câu"})]
    report = only_report(data("collect", write_csv(tmp_path / "a.csv", rows)))
    assert dossiers(home, "channel") == [("missing",), ("unknown",)]
    assert [finding["check_id"] for finding in report["findings"]] == ["unknown_channel"]


def test_csv_and_workbook_of_the_same_rows_give_the_same_dossiers(tmp_path: Path, tthc: Run) -> None:
    rows = [dossier(number) for number in range(1, 30)]
    write_csv(tmp_path / "a.csv", rows)
    write_xlsx(tmp_path / "b.xlsx", rows)
    tthc("collect", tmp_path / "a.csv", at=tmp_path / "one")
    tthc("collect", tmp_path / "b.xlsx", at=tmp_path / "two")
    content = "* EXCLUDE (export_id, sheet)"
    assert dossiers(tmp_path / "one", content) == dossiers(tmp_path / "two", content)


def test_the_kind_of_a_file_is_decided_by_its_content(tmp_path: Path, data: Data) -> None:
    workbook = write_xlsx(tmp_path / "a.xlsx", [dossier(1)])
    misnamed = stamp(workbook.rename(tmp_path / "a.csv"))
    assert only_report(data("collect", misnamed))["rows_accepted"] == 1


@pytest.mark.parametrize(
    ("header", "value", "shown"),
    [
        ("Ngày tiếp nhận", "31/02/2026", "31/02/2026"),
        ("Ngày hẹn trả", "12/13/2026", "12/13/2026"),
        ("Ngày kết thúc xử lý", "03/08/26", "03/08/26"),
        ("Ngày tiếp nhận", "Người thử", "văn bản 9 ký tự"),
        ("Phí, lệ phí", "1.234.5", "1.234.5"),
        ("Phí, lệ phí", "9" * 17, "văn bản 17 ký tự"),
    ],
)
def test_a_row_that_cannot_be_trusted_is_refused_with_its_place(
    tmp_path: Path, tthc: Run, data: Data, header: str, value: str, shown: str
) -> None:
    path = write_csv(tmp_path / "a.csv", [dossier(1), dossier(2, **{header: value}), dossier(3)])
    assert tthc("collect", path, at=tmp_path / "other").exit_code == 1
    report = only_report(data("collect", path))
    assert (report["rows_read"], report["rows_accepted"], report["rows_refused"]) == (3, 2, 1)
    (line,) = report["refusals"]
    assert line.startswith("dòng 3, cột “" + header + "”") and shown in line


def test_rows_that_are_no_dossiers_are_skipped_and_counted(tmp_path: Path, data: Data) -> None:
    blank = dict.fromkeys(HEADERS, "")
    numbers = {header: f"({place})" for place, header in enumerate(HEADERS, start=1)}
    total = {**blank, "Số hồ sơ": "Tổng số: 2"}
    rows = [numbers, dossier(1), blank, dict(zip(HEADERS, HEADERS, strict=True)), dossier(2), total]
    report = only_report(data("collect", write_csv(tmp_path / "a.csv", rows)))
    assert report["rows_accepted"] == 2
    assert report["skipped"] == {"blank": 1, "column_numbers": 1, "repeated_header": 1, "total": 1}


def test_a_repeated_code_is_merged_into_its_later_state(home: Path, tmp_path: Path, data: Data) -> None:
    still_open = {"Ngày kết thúc xử lý": "", "Trạng thái hồ sơ": "Đang xử lý"}
    rows = [dossier(1, **still_open), dossier(1)]
    report = only_report(data("collect", write_csv(tmp_path / "a.csv", rows)))
    assert (report["rows_accepted"], report["rows_merged"]) == (1, 1)
    assert dossiers(home, "status, row_number") == [(10, 3)]


def test_a_shifted_row_is_refused_and_the_rest_goes_on(tmp_path: Path, data: Data) -> None:
    path = write_csv(tmp_path / "a.csv", [dossier(1), dossier(2)])
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\r\n".join([*lines, lines[-1] + ",thừa"]), encoding="utf-8")
    report = only_report(data("collect", path))
    assert (report["rows_read"], report["rows_accepted"], report["rows_refused"]) == (3, 2, 1)
    assert "dòng 4" in report["refusals"][0] and "lệch cột" in report["refusals"][0]


def test_bad_files_are_refused_with_what_to_do_and_the_good_one_is_collected(tmp_path: Path, data: Data) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_csv(folder / "good.csv", [dossier(1)])
    (folder / "empty.csv").write_bytes(b"")
    write_csv(folder / "header-only.csv", [])
    (folder / "letter.txt").write_text("Kính gửi Sở, xin gửi báo cáo.\nTrân trọng.", encoding="utf-8")
    (folder / "cut.xlsx").write_bytes(write_xlsx(tmp_path / "whole.xlsx", [dossier(1)]).read_bytes()[:2000])
    write_csv(folder / "no-due.csv", [dossier(1)], [h for h in HEADERS if h != "Ngày hẹn trả"])
    reports = {report["file_name"]: report for report in data("collect", folder)["reports"]}
    assert {name for name, report in reports.items() if report["outcome"] == "accepted"} == {"good.csv"}
    assert "tệp rỗng" in reports["empty.csv"]["message_vi"]
    assert "không có hồ sơ nào" in reports["header-only.csv"]["message_vi"]
    assert "không thấy dòng tiêu đề" in reports["letter.txt"]["message_vi"]
    assert "cắt cụt hoặc hỏng" in reports["cut.xlsx"]["message_vi"]
    assert "dòng 1, cột “Ngày hẹn trả”" in reports["no-due.csv"]["message_vi"]
    assert all("Cách xử lý" in report["message_vi"] for name, report in reports.items() if name != "good.csv")


def test_a_missing_file_is_refused_and_the_exit_code_tells(tmp_path: Path, tthc: Run) -> None:
    result = tthc("collect", tmp_path / "nowhere.csv")
    assert result.exit_code == 1
    assert "nowhere.csv" in result.stdout


def test_dry_run_reports_and_changes_nothing(home: Path, tmp_path: Path, data: Data) -> None:
    report = only_report(data("collect", write_csv(tmp_path / "a.csv", [dossier(1)]), "--dry-run"))
    assert report["rows_accepted"] == 1
    assert not (home / "warehouse.duckdb").exists()
    assert not list((home / "archive").rglob("*.parquet"))


def test_the_same_file_twice_is_the_same_as_once(home: Path, tmp_path: Path, data: Data) -> None:
    path = write_csv(tmp_path / "a.csv", [dossier(1), dossier(2)])
    data("collect", path)
    once = dossiers(home)
    assert [report["outcome"] for report in data("collect", path, path)["reports"]] == ["already", "already"]
    assert dossiers(home) == once


def test_the_same_bytes_delivered_again_are_a_newer_observation_in_any_order(tmp_path: Path, data: Data) -> None:
    friday = write_csv(tmp_path / "friday.csv", [dossier(1)])
    other = {"Ngày kết thúc xử lý": "", "Trạng thái hồ sơ": "Đang xử lý"}
    saturday = stamp(write_csv(tmp_path / "saturday.csv", [dossier(1, **other)]), CAPTURED + timedelta(days=1))
    (tmp_path / "sunday.csv").write_bytes(friday.read_bytes())
    sunday = stamp(tmp_path / "sunday.csv", CAPTURED + timedelta(days=2))
    for place, order in enumerate(itertools.permutations([friday, saturday, sunday])):
        at = tmp_path / str(place)
        for path in order:
            data("collect", path, at=at)
        assert dossiers(at, "status, day(captured_at)") == [(10, 3)]
        days = ("--period", "2026-08", "--unit", "H35.12", "--metric", "on_time")
        assert data("rates", *days, at=at)["as_of"] == "2026-09-03T02:00:00Z"
        for day, resolved in (("2026-09-01", 1), ("2026-09-02", 0), ("2026-09-03", 1)):
            assert data("rates", *days, "--as-of", day, at=at)["rows"][0]["denominator"] == resolved
        data("rebuild", at=at)
        assert dossiers(at, "status, day(captured_at)") == [(10, 3)]


def test_a_portal_response_needs_its_request(tmp_path: Path, data: Data) -> None:
    fixtures = Path(__file__).parent / "exports" / "portal_v2"
    bare = tmp_path / "x.json"
    bare.write_bytes((fixtures / "provide-online-tree.month-2026-08.H35.json").read_bytes())
    assert "--endpoint" in only_report(data("collect", bare))["message_vi"]
    told = ("--endpoint", "evaluation/provide-online-tree", "--period", "2026-08", "--captured-at", "2026-09-05")
    assert only_report(data("collect", bare, *told))["outcome"] == "accepted"


def test_units_of_responses_without_codes_are_named_once_another_response_tells(tmp_path: Path, tthc: Run) -> None:
    fixtures = Path(__file__).parent / "exports" / "portal_v2"
    names = ["handling-satisfaction.month-2026-08.H35.json", "dvc-progress-tree.month-2026-08.H35.json"]
    for place, order in enumerate(itertools.permutations(names)):
        at = tmp_path / f"home-{place}"
        for name in order:
            tthc("collect", fixtures / name, at=at)
        with duckdb.connect(str(at / "warehouse.duckdb"), read_only=True) as con:
            units = con.execute("SELECT DISTINCT unit_code FROM collected.statistic ORDER BY 1").fetchall()
        assert [code for (code,) in units] == ["H35", "H35.01", "H35.101", "H35.102", "H35.12"]


def test_a_newer_export_replaces_the_older_state_of_a_dossier_in_any_order(tmp_path: Path, tthc: Run) -> None:
    still_open = {"Ngày kết thúc xử lý": "", "Trạng thái hồ sơ": "Đang xử lý"}
    older = write_csv(tmp_path / "older.csv", [dossier(1, **still_open)])
    newer = stamp(write_csv(tmp_path / "newer.csv", [dossier(1)]), CAPTURED + timedelta(days=1))
    for place, order in enumerate(itertools.permutations([older, newer])):
        for path in order:
            tthc("collect", path, at=tmp_path / str(place))
        assert dossiers(tmp_path / str(place), "status") == [(10,)]


def test_a_correction_of_the_next_day_holds_although_its_dates_are_earlier(tmp_path: Path, tthc: Run) -> None:
    wrong = write_csv(tmp_path / "wrong.csv", [dossier(1, **{"Ngày kết thúc xử lý": "20/08/2026"})])
    right = stamp(write_csv(tmp_path / "right.csv", [dossier(1)]), CAPTURED + timedelta(days=1))
    for place, order in enumerate(itertools.permutations([wrong, right])):
        tthc("collect", *order, at=tmp_path / str(place))
        assert dossiers(tmp_path / str(place), "day(finished_at)") == [(7,)]


STATES = st.fixed_dictionaries(
    {
        "Trạng thái hồ sơ": st.sampled_from(["Đang xử lý", "Đã trả kết quả", "Dừng xử lý", "Chờ bổ sung"]),
        "Ngày kết thúc xử lý": st.sampled_from(["", "05/08/2026", "11/08/2026 10:00:00"]),
        "Hình thức nộp hồ sơ": st.sampled_from(["Trực tuyến", "Trực tiếp", ""]),
    }
)
EXPORTS = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.tuples(st.integers(1, 4), STATES), min_size=1, max_size=5)),
    min_size=2,
    max_size=3,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exports=EXPORTS, order=st.randoms(use_true_random=False))
def test_the_order_of_loading_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, tthc: Run, exports: Any, order: Any
) -> None:
    folder = tmp_path_factory.mktemp("order")
    paths = []
    for place, (days, rows) in enumerate(exports):
        path = write_csv(folder / f"{place}.csv", [dossier(number, **cells) for number, cells in rows])
        paths.append(stamp(path, CAPTURED + timedelta(days=days)))
    tthc("collect", *paths, at=folder / "one")
    order.shuffle(paths)
    for path in paths:
        tthc("collect", path, at=folder / "two")
    assert dossiers(folder / "one") == dossiers(folder / "two")


def test_recorded_responses_and_the_anonymised_list_collect_without_any_special_step(
    shared: Path, tthc: Run, data: Data
) -> None:
    result = tthc("collect", shared / "dvcqg_v2_2026", shared / "onestop_dossiers_anonymised")
    assert result.exit_code == 0, result.output
    rows = data("rates", "--unit", "H44", "--period", "2026-08")["rows"]
    found = {row["metric"]: (row["numerator"], row["denominator"]) for row in rows if row["numerator"] is not None}
    assert found["online"] == (150_956, 152_595)
    assert found["online_payment"] == (82_913, 98_459)
    assert found["on_time_766"] == (144_625, 184_513)
    assert found["petitions_on_time"] == (182, 247)
    (ward,) = data("rates", "--unit", "H29.XXX", "--metric", "on_time", "--period", "2026")["rows"]
    assert (ward["numerator"], ward["denominator"]) == (31, 31)


def test_every_sidecar_in_the_archive_adds_up(home: Path, tthc: Run) -> None:
    tthc("collect", Path(__file__).parents[1] / "examples")
    sidecars = [json.loads(path.read_text()) for path in (home / "archive").rglob("export.json")]
    assert len(sidecars) > 5
    for each in sidecars:
        parts = each["rows_accepted"] + each["rows_merged"] + each["rows_refused"] + each["rows_skipped"]
        assert each["rows_read"] == parts > 0
