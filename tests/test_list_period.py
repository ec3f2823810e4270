"""The period of a dossier list: printed in the file against seen in its rows, in report, archive and warehouse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
from click.testing import Result

from tests.conftest import HEADERS, dossier, stamp, write_csv

TITLE = "DANH SÁCH HỒ SƠ;;;;;\r\n(Từ ngày 01/08/2026 đến ngày 31/08/2026);;;;;\r\n".replace(";", ",")
Tthc = Callable[..., Result]
Data = Callable[..., Any]


def found(report: dict[str, Any]) -> dict[str, Any] | None:
    return next((one for one in report["findings"] if one["check_id"] == "outside_period"), None)


def test_the_period_printed_and_the_period_seen_are_both_told(data: Data, tmp_path: Path, home: Path) -> None:
    rows = [dossier(1), dossier(2, **{"Ngày tiếp nhận": "20/08/2026 08:00:00", "Ngày hẹn trả": "28/08/2026"})]
    report = data("collect", write_csv(tmp_path / "a.csv", rows, above=TITLE))["reports"][0]
    assert report["period_wording"] == "Từ ngày 01/08/2026 đến ngày 31/08/2026"
    assert report["period_printed"] == "2026-08-01..2026-08-31"
    assert report["period_seen"] == "2026-08-03..2026-08-20"
    assert found(report) is None
    sidecar = json.loads(next(home.glob("archive/*/*/*/export.json")).read_text(encoding="utf-8"))
    assert sidecar["period_printed"] == report["period_printed"]
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        days = con.execute("SELECT * EXCLUDE (export_id, first_captured_at) FROM collected.export_period").fetchall()
    assert [str(day) for day in days[0]] == ["2026-08-01", "2026-08-31", "2026-08-03", "2026-08-20"]


@pytest.mark.parametrize(
    ("cells", "outside"),
    [
        ({"Ngày tiếp nhận": "31/08/2026 23:59:59", "Ngày hẹn trả": "05/09/2026"}, False),
        ({"Ngày tiếp nhận": "01/09/2026 00:00:00", "Ngày hẹn trả": "05/09/2026", "Ngày kết thúc xử lý": ""}, True),
        # received before and still running in the period: carried over
        ({"Ngày tiếp nhận": "20/07/2026 08:00:00", "Ngày kết thúc xử lý": "01/08/2026 08:00:00"}, False),
        ({"Ngày tiếp nhận": "20/07/2026 08:00:00", "Ngày kết thúc xử lý": "31/07/2026 08:00:00"}, True),
    ],
)
def test_rows_after_the_printed_period_or_over_before_it_are_a_finding(
    data: Data, tmp_path: Path, cells: dict[str, str], outside: bool
) -> None:
    rows = [dossier(1), dossier(2, **cells)]
    report = data("collect", write_csv(tmp_path / "a.csv", rows, above=TITLE), "--dry-run")["reports"][0]
    finding = found(report)
    assert (finding is not None) == outside
    if finding is not None:
        assert (finding["rows"], finding["severity"]) == (1, "warning")
        assert finding["example"] == "dòng 5, kỳ ghi Từ ngày 01/08/2026 đến ngày 31/08/2026"


@pytest.mark.parametrize(
    ("title", "printed"),
    [("", ""), ("(Từ ngày ... đến ngày ...)", ".."), ("(Từ ngày 01/08/2026 đến ngày ...)", "2026-08-01..")],
)
def test_a_period_that_is_not_printed_is_not_guessed(data: Data, tmp_path: Path, title: str, printed: str) -> None:
    above = f"{title}{',' * 5}\r\n" if title else ""
    report = data("collect", write_csv(tmp_path / "a.csv", [dossier(1)], above=above), "--dry-run")["reports"][0]
    assert report["period_printed"] == printed
    assert report["period_seen"] == "2026-08-03..2026-08-03"


def test_sheets_named_by_their_quarters_print_the_days_from_first_to_last(data: Data, tmp_path: Path) -> None:
    path = tmp_path / "quy.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        for number, (name, day) in enumerate({"Quý 2.2026": "03/06/2026", "Quý 3.2026": "03/08/2026"}.items()):
            sheet = workbook.add_worksheet(name)
            row = dossier(number, **{"Ngày tiếp nhận": day})
            sheet.write_row(0, 0, HEADERS)
            sheet.write_row(1, 0, [row[header] for header in HEADERS])
    report = data("collect", stamp(path), "--dry-run")["reports"][0]
    assert (report["period_printed"], report["period_wording"]) == ("2026-04-01..2026-09-30", "Quý 2.2026; Quý 3.2026")


def test_people_read_the_period_and_what_a_find_means(tthc: Tthc, tmp_path: Path) -> None:
    late = dossier(
        2, **{"Ngày tiếp nhận": "01/09/2026 08:00:00", "Ngày hẹn trả": "05/09/2026", "Ngày kết thúc xử lý": ""}
    )
    shown = tthc("collect", write_csv(tmp_path / "a.csv", [dossier(1), late], above=TITLE), "--dry-run").stdout
    assert (
        "Kỳ của tệp a.csv: ghi trong tệp “Từ ngày 01/08/2026 đến ngày 31/08/2026”;"
        " hồ sơ tiếp nhận từ 03/08/2026 đến 01/09/2026." in shown
    )
    assert "Cảnh báo tệp a.csv: hồ sơ tiếp nhận sau kỳ ghi trong tệp" in shown
    assert "cách xử lý: kiểm tra bộ lọc từ ngày, đến ngày khi xuất." in shown
    plain = tthc("collect", write_csv(tmp_path / "b.csv", [dossier(1)]), "--dry-run").stdout
    assert "Kỳ của tệp b.csv: tệp không ghi; hồ sơ tiếp nhận từ 03/08/2026 đến 03/08/2026." in plain
