"""The synthetic exports: reproducible, marked, plausible by plain counting, odd only as real exports are."""

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from collectors.demo import HEADERS, UNITS, WorkingDays, write_demo

Row = dict[str, str]

REAL_HEADERS = [
    "STT",
    "Số hồ sơ",
    "Tên thủ tục hành chính",
    "Tên lĩnh vực",
    "Phòng ban",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Cơ quan/đơn vị",
    "Chủ hồ sơ",
    "Số điện thoại",
    "Cán bộ xử lý hiện tại",
    "Trạng thái hồ sơ",
]
DOSSIER_CODE = re.compile(r"^(?:\d{3}\.(?:\d{2}\.)*)?[A-Z]\d{2}(?:\.\d{1,3}){0,4}-(?:\d{6}|\d{8})-\d{4,7}$")
STATUSES = {
    "Mới đăng ký",
    "Được tiếp nhận",
    "Không được tiếp nhận",
    "Đang xử lý",
    "Yêu cầu bổ sung giấy tờ",
    "Yêu cầu thực hiện nghĩa vụ tài chính",
    "Công dân yêu cầu rút hồ sơ",
    "Dừng xử lý",
    "Đã xử lý xong",
    "Đã trả kết quả",
}
NOT_RECEIVED = {"Mới đăng ký", "Không được tiếp nhận"}
RESOLVED = {"Đã xử lý xong", "Đã trả kết quả"}
CLOSED = RESOLVED | {"Không được tiếp nhận", "Công dân yêu cầu rút hồ sơ", "Dừng xử lý"}
LATE_PROCEDURE = "1.001822"
HERITAGE = "H35.12.05"


@dataclass(frozen=True, slots=True)
class Sheet:
    path: Path
    title: list[str]
    headers: list[str]
    raw: list[Row]  # cells as delivered

    @property
    def rows(self) -> list[Row]:
        return [{name: tidy(cell) for name, cell in row.items()} for row in self.raw]


def tidy(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()


def read(path: Path) -> Sheet:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.reader(file))
    else:
        cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        table = [list(map(str, line)) for line in cells]
    title = [line[0] for line in table[:3]]
    raw = [dict(zip(table[3], line, strict=True)) for line in table[4:]]
    return Sheet(path, title, table[3], raw)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S")


def received(row: Row) -> datetime:
    return moment(row["Ngày tiếp nhận"])


def unit_of(row: Row) -> str:
    return row["Số hồ sơ"].partition("-")[0]


def is_online(row: Row) -> bool:
    return row["Hình thức nộp hồ sơ"] == "Trực tuyến"


def is_on_time(row: Row) -> bool:
    return not row["Ngày hẹn trả"] or moment(row["Ngày kết thúc xử lý"]) <= moment(row["Ngày hẹn trả"])


def share(rows: Iterable[Row], counts: Callable[[Row], bool]) -> float:
    among = list(rows)
    return sum(map(counts, among)) / len(among)


def newest(sheets: Iterable[Sheet]) -> list[Row]:
    return list({row["Số hồ sơ"]: row for sheet in sheets for row in sheet.rows}.values())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> list[Sheet]:
    return [read(path) for path in write_demo(tmp_path_factory.mktemp("large"), dossiers=20_000, seed=1)]


@pytest.fixture(scope="module")
def counted(large: list[Sheet]) -> list[Row]:
    return [row for row in newest(large) if row["Trạng thái hồ sơ"] not in NOT_RECEIVED]


@pytest.fixture(scope="module")
def resolved(counted: list[Row]) -> list[Row]:
    return [row for row in counted if row["Trạng thái hồ sơ"] in RESOLVED]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Sheet]:
    out = tmp_path_factory.mktemp("parts")
    return [read(path) for path in write_demo(out, dossiers=2_000, seed=1, xlsx_rows=100)]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_demo(tmp_path / name, dossiers=2_000, seed=7)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_writing_again_into_the_same_folder_changes_nothing(tmp_path: Path) -> None:
    written = write_demo(tmp_path, dossiers=300, seed=7)
    before = contents(tmp_path)
    assert write_demo(tmp_path, dossiers=300, seed=7) == written
    assert contents(tmp_path) == before
    assert len(before) == 4  # two exports, two sidecars, nothing unfinished


def test_another_seed_writes_other_dossiers(tmp_path: Path) -> None:
    one = write_demo(tmp_path / "one", dossiers=300, seed=1)
    two = write_demo(tmp_path / "two", dossiers=300, seed=2)
    for first, second in zip(one, two, strict=True):
        assert [row["Ngày tiếp nhận"] for row in read(first).rows] != [
            row["Ngày tiếp nhận"] for row in read(second).rows
        ]


@pytest.mark.parametrize("dossiers", [1, 10, 2_000])
def test_there_are_as_many_dossiers_as_asked_for(tmp_path: Path, dossiers: int) -> None:
    sheets = [read(path) for path in write_demo(tmp_path, dossiers=dossiers, seed=3)]
    assert len(newest(sheets)) == dossiers


def test_a_file_that_would_hold_no_dossier_is_not_written(tmp_path: Path) -> None:
    for seed in range(4):
        sheets = [read(path) for path in write_demo(tmp_path / str(seed), dossiers=1, seed=seed)]
        assert sheets
        assert all(sheet.raw for sheet in sheets)


def test_an_impossible_number_of_dossiers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dossiers: found 0, expected 1 to"):
        write_demo(tmp_path, dossiers=0, seed=1)


@pytest.mark.parametrize("until", [date(2025, 12, 30), date(2027, 12, 1)])
def test_a_period_without_known_working_days_is_refused(tmp_path: Path, until: date) -> None:
    with pytest.raises(ValueError, match=f"until: found {until}, expected 2025-12-31 to 2027-08-18"):
        write_demo(tmp_path, dossiers=10, seed=1, until=until)


@pytest.mark.parametrize("until", [date(2025, 12, 31), date(2026, 2, 28), date(2027, 8, 18)])
def test_another_last_day_moves_the_whole_series(tmp_path: Path, until: date) -> None:
    sheets = [read(path) for path in write_demo(tmp_path, dossiers=500, seed=1, until=until)]
    days = [received(row).date() for row in newest(sheets)]
    assert until - timedelta(days=735) < min(days) < max(days) <= until
    assert sheets[-1].title[2].endswith(f"đến ngày {until:%d/%m/%Y})")


def test_every_file_says_in_its_second_row_that_it_is_synthetic(large: list[Sheet]) -> None:
    assert [sheet.path.suffix for sheet in large] == [".csv", ".xlsx"]
    for sheet in large:
        assert sheet.title[:2] == ["DANH SÁCH HỒ SƠ", "DỮ LIỆU MÔ PHỎNG - không phải số liệu thật (seed 1)"]
    assert large[0].title[2] == "(Từ ngày 01/11/2024 đến ngày 11/10/2026)"
    assert large[1].title[2] == "(Từ ngày 27/08/2026 đến ngày 31/10/2026)"


def test_the_thirteen_columns_of_the_real_list_come_first(large: list[Sheet]) -> None:
    for sheet in large:
        assert sheet.headers == list(HEADERS)
        assert sheet.headers[:13] == REAL_HEADERS
        assert len(sheet.headers) == 26


def test_the_csv_is_utf8_with_mark_and_crlf(large: list[Sheet]) -> None:
    data = large[0].path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") == len(large[0].raw) + 4


def test_a_sidecar_beside_each_file_tells_when_it_was_captured(large: list[Sheet]) -> None:
    sidecars = [sheet.path.with_name(f"{sheet.path.stem}.request.json") for sheet in large]
    captured = [json.loads(sidecar.read_bytes()) for sidecar in sidecars]
    assert captured == [{"captured_at": "2026-10-11T16:30:00Z"}, {"captured_at": "2026-10-31T16:30:00Z"}]


def test_nothing_happens_after_the_capture(large: list[Sheet]) -> None:
    captures = [datetime(2026, 10, 11, 23, 30), datetime(2026, 10, 31, 23, 30)]
    for sheet, captured in zip(large, captures, strict=True):
        for row in sheet.rows:
            known = [row["Ngày tiếp nhận"], row["Ngày kết thúc xử lý"], row["Ngày trả kết quả"]]
            assert max(moment(text) for text in known if text) <= captured


def test_rows_are_numbered_from_one(large: list[Sheet]) -> None:
    for sheet in large:
        assert [float(row["STT"]) for row in sheet.raw] == list(range(1, len(sheet.raw) + 1))


def test_codes_are_well_formed_and_agree_with_unit_and_day(large: list[Sheet]) -> None:
    names = {unit.code: unit.name for unit in UNITS}
    for sheet in large:
        for row in sheet.rows:
            assert DOSSIER_CODE.match(row["Số hồ sơ"])
            assert row["Số hồ sơ"].split("-")[1] == f"{received(row):%y%m%d}"
            assert row["Cơ quan/đơn vị"] == names[unit_of(row)]


def test_a_code_occurs_once_in_the_older_export_and_a_few_twice_in_the_newer(large: list[Sheet]) -> None:
    older, newer = ([row["Số hồ sơ"] for row in sheet.rows] for sheet in large)
    assert len(older) == len(set(older))
    assert 5 <= len(newer) - len(set(newer)) <= 60


def test_of_a_code_listed_twice_the_later_row_is_the_newer_state(large: list[Sheet]) -> None:
    first: dict[str, Row] = {}
    for row in large[1].rows:
        earlier = first.setdefault(row["Số hồ sơ"], row)
        if earlier is not row:
            assert earlier["Ngày tiếp nhận"] == row["Ngày tiếp nhận"]
            assert not earlier["Ngày kết thúc xử lý"]
            assert earlier["Trạng thái hồ sơ"] not in CLOSED


def test_every_dossier_open_in_the_older_export_is_in_the_newer_one(large: list[Sheet]) -> None:
    newer = {row["Số hồ sơ"]: row for row in large[1].rows}
    still_open = [row for row in large[0].rows if row["Trạng thái hồ sơ"] not in CLOSED]
    assert len(still_open) > 50
    assert {row["Số hồ sơ"] for row in still_open} <= newer.keys()
    assert any(newer[row["Số hồ sơ"]]["Trạng thái hồ sơ"] in RESOLVED for row in still_open)


def test_the_newer_export_never_reopens_a_closed_dossier(large: list[Sheet]) -> None:
    newer = {row["Số hồ sơ"]: row for row in large[1].rows}
    for row in large[0].rows:
        if row["Trạng thái hồ sơ"] in CLOSED and row["Số hồ sơ"] in newer:
            assert newer[row["Số hồ sơ"]]["Trạng thái hồ sơ"] in CLOSED
            assert newer[row["Số hồ sơ"]]["Ngày kết thúc xử lý"] == row["Ngày kết thúc xử lý"]


def test_values_are_those_of_the_real_lists(large: list[Sheet]) -> None:
    rows = [row for sheet in large for row in sheet.rows]
    assert {row["Trạng thái hồ sơ"] for row in rows} == STATUSES
    assert {row["Hình thức nộp hồ sơ"] for row in rows} == {
        "Trực tuyến",
        "Trực tiếp",
        "Qua bưu chính công ích",
    }
    assert {row["Mức độ"] for row in rows} == {
        "Toàn trình",
        "Một phần",
        "Dịch vụ cung cấp thông tin trực tuyến",
    }
    assert {row["Mức độ hài lòng"] for row in rows} == {"Rất hài lòng", "Hài lòng", "Không hài lòng", ""}
    for flag in (
        "Thanh toán trực tuyến",
        "Số hóa thành phần hồ sơ",
        "Cấp kết quả điện tử",
        "Tái sử dụng dữ liệu",
    ):
        assert {row[flag] for row in rows} == {"Có", "Không"}
    for row in rows:
        assert re.match(r"^(0|[1-9]\d{0,2}(\.\d{3})*)$", row["Tổng phí, lệ phí (VNĐ)"])
        assert re.match(r"^\d\.\d{6}$", row["Mã TTHC"])


def test_the_dates_of_a_dossier_are_in_order_and_agree_with_its_status(large: list[Sheet]) -> None:
    for row in (row for sheet in large for row in sheet.rows):
        status = row["Trạng thái hồ sơ"]
        assert bool(row["Ngày kết thúc xử lý"]) == (status in CLOSED)
        assert bool(row["Ngày trả kết quả"]) == (status == "Đã trả kết quả")
        dates = [row[name] for name in ("Ngày tiếp nhận", "Ngày kết thúc xử lý", "Ngày trả kết quả")]
        known = [moment(text) for text in dates if text]
        assert known == sorted(known)
        if row["Ngày hẹn trả"]:
            assert moment(row["Ngày hẹn trả"]).date() > received(row).date()
            assert status not in NOT_RECEIVED


def test_personal_data_are_obviously_invented(large: list[Sheet]) -> None:
    shapes = {
        "Chủ hồ sơ": r"Người nộp \d{6} \(mô phỏng\)",
        "Số điện thoại": r"09\d{8}",
        "Cán bộ xử lý hiện tại": r"Cán bộ \d+ \(mô phỏng\)",
        "Email chủ hồ sơ": r"nguoi\.nop\.\d{6}@mo-phong\.invalid",
        "Địa chỉ chủ hồ sơ": r"Thôn \d+, xã mô phỏng",
        "Số CCCD chủ hồ sơ": r"000000\d{6}",
    }
    for row in (row for sheet in large for row in sheet.rows):
        for name, shape in shapes.items():
            assert re.fullmatch(shape, row[name]), name


def test_the_oddities_of_real_exports_are_there(large: list[Sheet]) -> None:
    for sheet in large:
        names = [row["Tên thủ tục hành chính"] for row in sheet.raw]
        assert any(name != unicodedata.normalize("NFC", name) for name in names)
        assert any(name != name.strip() for name in names)
        assert any("hoá" in row["Tên lĩnh vực"] for row in sheet.raw)
        assert any("hóa" in row["Tên lĩnh vực"] for row in sheet.raw)
        accepted = [row for row in sheet.rows if row["Trạng thái hồ sơ"] not in NOT_RECEIVED]
        assert 0 < sum(not row["Ngày hẹn trả"] for row in accepted) < 0.01 * len(accepted)


def test_only_online_dossiers_come_in_on_days_off(large: list[Sheet]) -> None:
    calendar = WorkingDays()
    closed = [row for row in newest(large) if not calendar.includes(received(row).date())]
    assert closed
    assert all(is_online(row) for row in closed)
    assert len(closed) < 0.06 * 20_000


def test_no_dossier_came_in_at_the_counter_over_tet_2026(large: list[Sheet]) -> None:
    rows = [row for row in newest(large) if date(2026, 2, 14) <= received(row).date() <= date(2026, 2, 22)]
    assert all(is_online(row) for row in rows)
    assert len(rows) < 40  # nine usual days bring about 250


def test_the_counters_are_open_on_make_up_saturdays(large: list[Sheet]) -> None:
    for day in (date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)):
        rows = [row for row in newest(large) if received(row).date() == day]
        assert any(row["Hình thức nộp hồ sơ"] == "Trực tiếp" for row in rows), day


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2025, 12, 30), 3, date(2026, 1, 6)),
        (date(2026, 1, 8), 3, date(2026, 1, 12)),
        (date(2026, 2, 12), 5, date(2026, 2, 26)),
        (date(2026, 4, 29), 4, date(2026, 5, 7)),
        (date(2026, 8, 20), 7, date(2026, 8, 28)),
        (date(2026, 8, 28), 5, date(2026, 9, 9)),
        (date(2025, 4, 25), 4, date(2025, 5, 5)),
        (date(2024, 2, 7), 3, date(2024, 2, 19)),
        (date(2024, 5, 3), 1, date(2024, 5, 4)),
        (date(2026, 2, 17), 0, date(2026, 2, 13)),
    ],
)
def test_working_days_count_from_the_day_after(start: date, days: int, end: date) -> None:
    assert WorkingDays().after(start, days) == end


def test_a_year_has_its_official_number_of_working_days() -> None:
    calendar = WorkingDays()
    for year, expected in ((2024, 251), (2025, 250), (2026, 249), (2027, 249)):
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
        assert sum(calendar.includes(day) for day in days if day.year == year) == expected


def test_the_rates_are_plausible(counted: list[Row], resolved: list[Row]) -> None:
    with_fee = [row for row in counted if row["Tổng phí, lệ phí (VNĐ)"] != "0"]
    rated = [row for row in counted if row["Mức độ hài lòng"]]
    assert 0.59 < share(counted, is_online) < 0.65
    assert 0.20 < len(with_fee) / len(counted) < 0.40
    assert 0.42 < share(with_fee, lambda row: row["Thanh toán trực tuyến"] == "Có") < 0.48
    assert 0.67 < share(counted, lambda row: row["Số hóa thành phần hồ sơ"] == "Có") < 0.74
    assert 0.72 < share(resolved, lambda row: row["Cấp kết quả điện tử"] == "Có") < 0.79
    assert 0.32 < share(counted, lambda row: row["Tái sử dụng dữ liệu"] == "Có") < 0.39
    assert 0.925 < share(resolved, is_on_time) < 0.96
    assert 0.92 < share(rated, lambda row: row["Mức độ hài lòng"] != "Không hài lòng") < 0.98


def test_no_electronic_result_and_no_rating_before_there_is_a_result(large: list[Sheet]) -> None:
    for row in (row for sheet in large for row in sheet.rows):
        if row["Trạng thái hồ sơ"] not in RESOLVED:
            assert row["Cấp kết quả điện tử"] == "Không"
            assert row["Mức độ hài lòng"] == ""


def test_who_pays_nothing_pays_nothing_online(large: list[Sheet]) -> None:
    for row in (row for sheet in large for row in sheet.rows):
        if row["Tổng phí, lệ phí (VNĐ)"] == "0":
            assert row["Thanh toán trực tuyến"] == "Không"


def test_fees_named_by_the_law_are_kept(counted: list[Row]) -> None:
    def fees(code: str) -> set[str]:
        return {row["Tổng phí, lệ phí (VNĐ)"] for row in counted if row["Mã TTHC"] == code} - {"0"}

    assert fees("1.001440") == {"200.000"}  # Thông tư 33/2018/TT-BTC
    assert fees("2.001628") == {"3.000.000"}
    assert fees("2.001622") == {"2.000.000"}
    assert fees("1.001029") == {f"{rooms}.000.000" for rooms in range(2, 7)}  # Thông tư 110/2025/TT-BTC
    assert fees("1.001123") == set()  # no fee: Cao Bằng QĐ 2031/QĐ-UBND


def test_one_unit_is_clearly_below_half_online(counted: list[Row]) -> None:
    by_unit = {unit.code: [row for row in counted if unit_of(row) == unit.code] for unit in UNITS}
    online = {code: share(rows, is_online) for code, rows in by_unit.items()}
    assert online.pop(HERITAGE) < 0.40
    assert min(online.values()) > 0.50


def test_one_procedure_is_notoriously_late(resolved: list[Row]) -> None:
    assert share((row for row in resolved if row["Mã TTHC"] == LATE_PROCEDURE), is_on_time) < 0.70
    assert share((row for row in resolved if row["Mã TTHC"] != LATE_PROCEDURE), is_on_time) > 0.93


def test_the_online_share_and_the_volume_grow(counted: list[Row]) -> None:
    first = [row for row in counted if received(row).date() < date(2025, 11, 1)]
    second = [row for row in counted if received(row).date() >= date(2025, 11, 1)]
    assert share(second, is_online) > share(first, is_online) + 0.05
    assert 1.05 < len(second) / len(first) < 1.25


@pytest.mark.parametrize(
    ("field", "high", "low"),
    [("Du lịch", (3, 4), (7, 8)), ("Thể dục thể thao", (6, 7), (1, 2)), ("Nghệ thuật biểu diễn", (3,), (7,))],
)
def test_each_field_has_its_season(
    counted: list[Row],
    field: str,
    high: tuple[int, ...],
    low: tuple[int, ...],
) -> None:
    months = [received(row).month for row in counted if row["Tên lĩnh vực"] == field]
    assert sum(month in high for month in months) > 1.3 * sum(month in low for month in months)


def test_some_dossiers_are_open_and_overdue_at_the_end(large: list[Sheet]) -> None:
    at_work = [row for row in newest(large) if row["Trạng thái hồ sơ"] == "Đang xử lý"]
    due = [moment(row["Ngày hẹn trả"]) for row in at_work if row["Ngày hẹn trả"]]
    overdue = [at for at in due if at < datetime(2026, 10, 31)]
    assert 3 <= len(overdue) < 0.25 * len(at_work)


def test_where_the_workbook_would_be_too_long_its_earlier_part_is_a_csv(parts: list[Sheet]) -> None:
    assert [sheet.path.name for sheet in parts] == [
        "ho-so-mo-phong-2026-10-11.csv",
        "ho-so-mo-phong-2026-10-31-phan-1.csv",
        "ho-so-mo-phong-2026-10-31-phan-2.xlsx",
    ]
    assert 50 < len(parts[2].raw) <= 100
    assert all("DỮ LIỆU MÔ PHỎNG" in sheet.title[1] for sheet in parts)


def test_the_parts_hold_together_what_one_workbook_would(parts: list[Sheet], tmp_path: Path) -> None:
    whole = [read(path) for path in write_demo(tmp_path, dossiers=2_000, seed=1)]
    together = {row["Số hồ sơ"]: row for row in newest(parts[1:])}
    expected = {row["Số hồ sơ"]: row for row in newest(whole[1:])}
    for rows in (together, expected):
        for row in rows.values():
            del row["STT"]
    assert together == expected
    assert parts[0].raw == whole[0].raw
