"""Numbers that are days: counted from 1900, or from 1904 where the workbook says so; the same days come out."""

import io
import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from collectors import archive
from collectors.reading.date_base import counts_from_1904
from collectors.reading.open import tables
from collectors.sources import dossier_list

HEADER = [
    "Số hồ sơ",
    "Mã TTHC",
    "Tên thủ tục",
    "Đơn vị",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Trạng thái hồ sơ",
]
DOSSIER = ["H01.02-260803-0001", "1.010010", "Thủ tục mô phỏng", "Đơn vị mô phỏng"]
CAPTURED = datetime(2026, 9, 1, 2, tzinfo=UTC)
LAGS = {
    False: 0,
    True: 1462,
}  # the days from 30 December 1899 to 1 January 1904: four years of 365, one leap day, one more
XLS = Path(__file__).parent / "exports" / "containers" / "danh-sach.xls"


def workbook(*, date_1904: bool) -> bytes:
    """Return a list whose first dossier has date cells, the second plain numbers for the same days."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"date_1904": date_1904}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, DOSSIER)
        sheet.write_row(2, 0, [DOSSIER[0].replace("0001", "0002"), *DOSSIER[1:]])
        moments = [datetime(2026, 8, 3, 12), datetime(2026, 8, 10), datetime(2026, 8, 6)]
        for column, moment in enumerate(moments, start=len(DOSSIER)):
            sheet.write_datetime(1, column, moment, day)
        for column, number in enumerate((46237.5, 46244, 46240), start=len(DOSSIER)):  # 3, 10, 6 August 2026
            sheet.write_number(2, column, number - LAGS[date_1904])
        for row in (1, 2):
            sheet.write_string(row, len(HEADER) - 1, "Đã xử lý xong")
    return data.getvalue()


def put(folder: Path, data: bytes) -> Path:
    path = folder / "ban-xuat"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("date_1904", [False, True])
def test_date_cells_and_plain_numbers_are_the_same_days_on_both_bases(tmp_path, date_1904):
    found = tables(put(tmp_path, workbook(date_1904=date_1904)))
    assert [table.from_1904 for table in found] == [date_1904]
    report = dossier_list.read(found, dossier_list.Origin("a", "id", CAPTURED), tmp_path, spill=tmp_path)
    assert (report.rows_accepted, report.rows_refused) == (2, 0)
    assert {finding.check_id: finding.rows for finding in report.findings}["serial_date"] == 1
    rows = duckdb.execute(
        "SELECT received_at, due_at, finished_at FROM read_parquet(?) ORDER BY dossier_code",
        [str(tmp_path / archive.ROWS)],
    ).fetchall()
    assert rows == 2 * [(datetime(2026, 8, 3, 12), datetime(2026, 8, 10, 23, 59, 59), datetime(2026, 8, 6))]


@pytest.mark.parametrize(("mode", "expected"), [(0, False), (1, True)])
def test_an_old_workbook_tells_its_base_in_a_record(tmp_path, mode, expected):
    record = struct.pack("<HHH", 0x0022, 2, mode)  # Date1904, [MS-XLS] 2.4.77
    saved = XLS.read_bytes()
    assert saved.count(struct.pack("<HHH", 0x0022, 2, 0)) == 1
    path = put(tmp_path, saved.replace(struct.pack("<HHH", 0x0022, 2, 0), record))
    assert counts_from_1904(path) is expected
    assert {table.from_1904 for table in tables(path)} == {expected}


@pytest.mark.parametrize(("flags", "expected"), [(0, False), (1, True), (0x10020, False), (0x10021, True)])
def test_a_binary_workbook_tells_its_base_in_a_flag(tmp_path, flags, expected):
    body = struct.pack("<III", flags, 0, 0)  # BrtWbProp, [MS-XLSB] 2.4.828; 153 takes two bytes
    book = bytes([131, 1, 0]) + bytes([153, 1, len(body)]) + body + bytes([132, 1, 0])
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("xl/workbook.bin", book)
    assert counts_from_1904(put(tmp_path, data.getvalue())) is expected


@pytest.mark.parametrize("keep", range(0, 60, 7))
def test_what_is_damaged_counts_from_1900(tmp_path, keep):
    whole = workbook(date_1904=True)
    assert counts_from_1904(put(tmp_path, whole)) is True
    assert counts_from_1904(put(tmp_path, whole[: len(whole) * keep // 60])) is False
    assert counts_from_1904(put(tmp_path, XLS.read_bytes()[: 1536 + 4 * keep])) is False
