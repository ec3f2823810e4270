"""The page of the reports: it offers what has data, makes what is asked for, and shows what stands in the file."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from docx import Document
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from collectors.home import open_home
from dashboard.reports import sheets
from metrics import QuestionError
from metrics.periods import PeriodKind
from metrics.reports import Kind, Report, Settings, kinds, make, settings_of
from metrics.reports.filled import number
from metrics.reports.offer import offer
from metrics.reports.page import Box, Record
from metrics.snapshot import Snapshot, open_snapshot
from metrics.targets import load_register
from tests import snapshot_fixture as fixture
from tests.conftest import stamp, write_csv
from tests.screen_pages import Open, opener, said
from tests.test_reports import CAPTURED, REPORT15, SEVEN

Run = Callable[..., Result]
NOW = datetime(2026, 10, 5, 6)  # UTC
TABLE_ROW = '<td class="count bold">{}</td>'


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Open:
    return opener(monkeypatch, "reports")


@pytest.fixture
def seven(tmp_path: Path, tthc: Run, home: Path) -> Path:
    """The seven dossiers that test_reports counts by hand, in one unit."""
    assert tthc("collect", stamp(write_csv(tmp_path / "bay.csv", SEVEN), CAPTURED)).exit_code == 0
    return home


@pytest.fixture
def snapshot(seven: Path) -> Snapshot:
    found = open_snapshot(seven)
    assert found is not None
    return found


def press(page: AppTest) -> AppTest:
    page.button(key="make_report").click().run()
    assert not page.exception
    return page


def of(name: str) -> Kind:
    return next(one for one in kinds() if one.id == name)


def made(snapshot: Snapshot, kind: str, **more: Any) -> Report:
    return make(kind, snapshot, register=load_register(None), now=NOW.replace(tzinfo=UTC), unit="H35.12", **more)


def test_a_report_is_made_only_when_asked_and_shows_the_dossiers_counted_by_hand(show: Open, seven: Path) -> None:
    page = show(seven, now=NOW, report="06a", unit="H35.12", when="report15-2026-Q3")
    assert "Bấm “Lập báo cáo”" in said(page) and "TÌNH HÌNH, KẾT QUẢ" not in said(page)
    press(page)
    body = next(one.body for one in page.html if 'class="report"' in one.body)
    total = body[body.index("Tổng số</td>") :]
    assert total.startswith("Tổng số</td>" + "".join(TABLE_ROW.format(count) for count in REPORT15))
    assert "tthc report 06a --unit H35.12 --period report15-2026-Q3" in page.code[0].value
    assert page.code[0].value.endswith(f"--home {seven}")


def test_what_the_report_is_for_and_by_which_document_stands_before_it(show: Open, seven: Path) -> None:
    text = said(show(seven, now=NOW, report="06a", unit="H35.12"))
    assert "Theo văn bản: Biểu số II.06a/VPCP/KSTT; Ban hành kèm theo Thông tư số 01/2020/TT-VPCP" in text
    assert "Dùng để: Gửi cơ quan cấp trên" in text and "Số liệu từ: iGate (hồ sơ)" in text
    unsure = said(show(seven, now=NOW, report="06a-2026", unit="H35.12"))
    assert "chưa đối chiếu được với văn bản ban hành" in unsure and "chưa đối chiếu" not in text


def test_another_choice_is_not_made_before_it_is_asked_for(show: Open, seven: Path) -> None:
    page = press(show(seven, now=NOW, report="06a", unit="H35.12", when="report15-2026-Q3"))
    page.selectbox(key="choose_by").select("procedure").run()
    assert "Bấm “Lập báo cáo”" in said(page)
    press(page)
    assert page.query_params["by"] == "procedure"
    assert "--by procedure" in page.code[0].value


def test_the_address_holds_the_choice(show: Open, seven: Path) -> None:
    page = show(seven, now=NOW, report="monthly", unit="H35.12", when="2026-08")
    assert page.selectbox(key="choose_report").value == "monthly"
    assert page.selectbox(key="choose_when").value == "2026-08"
    page.selectbox(key="choose_format").select("html").run()
    assert page.query_params["format"] == "html"


def test_a_period_that_is_not_over_is_said_to_be_open(show: Open, seven: Path) -> None:
    text = said(show(seven, now=NOW, report="06a", unit="H35.12", when="report15-2026"))
    assert "Kỳ chưa kết thúc: số liệu đến hết ngày 05/10/2026" in text


def test_without_data_of_its_sort_the_page_says_what_to_do(show: Open, seven: Path) -> None:
    text = said(show(seven, now=NOW, report="766"))
    assert "Chưa lập được báo cáo này. Báo cáo này cần số liệu của Cổng dịch vụ công" in text
    assert "nộp bản xuất còn thiếu ở trang Dữ liệu" in text


def test_without_a_snapshot_the_page_says_what_to_do(show: Open, tmp_path: Path) -> None:
    assert "Chưa có số liệu để xem" in said(show(tmp_path))


def test_old_and_synthetic_data_are_called_so(show: Open, tmp_path: Path) -> None:
    fixture.build(tmp_path)
    text = said(show(tmp_path, now=fixture.NOW + timedelta(days=4), report="brief"))
    assert "SỐ LIỆU CŨ" in text and "DỮ LIỆU MÔ PHỎNG" in text


def test_a_broken_own_form_is_named(show: Open, seven: Path) -> None:
    (seven / "tthc.toml").write_text('[reports]\nfolder = "mau"\n', encoding="utf-8")
    (seven / "mau").mkdir()
    (seven / "mau" / "hong.toml").write_text("id = ", encoding="utf-8")
    assert "hong.toml" in said(show(seven, now=NOW))


def test_an_own_form_edited_is_made_anew(show: Open, seven: Path) -> None:
    own = seven / "mau" / "06a.toml"
    own.parent.mkdir()
    (seven / "tthc.toml").write_text('[reports]\nfolder = "mau"\n', encoding="utf-8")
    text = (Path(make.__code__.co_filename).parent / "templates" / "06a.toml").read_text(encoding="utf-8")
    for title in ("MẪU MỘT", "MẪU HAI HAI"):
        own.write_text(text.replace("TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH", title), encoding="utf-8")
        page = press(show(seven, now=NOW, report="06a", unit="H35.12", when="report15-2026-Q3"))
        assert title in said(page)
    assert "mẫu của cơ quan: 06a.toml" in said(page)


def test_only_periods_with_data_are_offered(snapshot: Snapshot) -> None:
    # Dossiers came in or ended from 10/06 to 30/09 (those open then stay): before and after, nothing happened.
    labels = {
        kind: [one.label for one in offer(snapshot, of(kind), Settings(), "H35.12").periods]
        for kind in ("06a", "online", "weekly")
    }
    assert labels["06a"] == [
        *("report15-2026-Q4", "report15-2026-Q3", "report15-2026-Q2", "report15-2026-H1", "report15-2026-9M"),
        *("report15-2026", "report15-2026-10", "report15-2026-09", "report15-2026-08", "report15-2026-07"),
        "report15-2026-06",
    ]
    months = [label for label in labels["online"] if len(label) == len("2026-08")]
    assert months[:4] == ["2026-09", "2026-08", "2026-07", "2026-06"]
    assert "2026-Q3" in labels["online"] and "2026-Q1" not in labels["online"]
    assert "2026-08-03..2026-08-09" in labels["weekly"] and "2026-07-13..2026-07-19" not in labels["weekly"]


def test_a_unit_without_data_is_as_if_none_were_told(snapshot: Snapshot) -> None:
    found = offer(snapshot, of("06a"), Settings(), "H99")
    assert found.asked.unit.code in {one.code for one in found.units} and "H99" not in {one.code for one in found.units}
    with pytest.raises(QuestionError, match="Cổng"):
        offer(snapshot, of("766"), Settings())


@pytest.mark.parametrize("kind", ["06a", "07a", "digitisation", "payment"])
def test_the_pages_of_a_workbook_are_its_cells(snapshot: Snapshot, kind: str) -> None:
    report = made(snapshot, kind, period="2026-08")
    book = CalamineWorkbook.from_filelike(io.BytesIO(report.content))
    for page in report.pages:
        cells = [
            str(cell) for row in book.get_sheet_by_name(page.name).to_python() for cell in row if isinstance(cell, str)
        ]
        told = [box.text for block in page.blocks for row in block.rows for box in row]
        assert {cell for cell in cells if cell.strip()} <= set(told)
        counts = [
            int(cell)
            for row in book.get_sheet_by_name(page.name).to_python()
            for cell in row
            if isinstance(cell, float) and cell == int(cell) and cell > 1
        ]
        assert {number(count) for count in counts} <= set(told)


@pytest.mark.parametrize("kind", ["brief", "weekly", "monthly"])
def test_the_pages_of_a_letter_are_its_paragraphs_and_tables(snapshot: Snapshot, kind: str) -> None:
    report = made(snapshot, kind)
    document = Document(io.BytesIO(report.content))
    told = "\n".join(box.text for page in report.pages for block in page.blocks for row in block.rows for box in row)
    texts = [one.text for one in document.paragraphs]
    texts += [
        one.text for table in document.tables for row in table.rows for cell in row.cells for one in cell.paragraphs
    ]
    assert all(text in told for text in texts if text.strip())
    assert not any(page.wide for page in report.pages)


def test_a_page_is_blocks_of_lines_and_tables() -> None:
    record = Record("Tờ", (1.0, 2.0, 1.0), wide=True)
    record.mark(0, 0, Box("Tên biểu", "centre", across=3))
    record.mark(2, 0, Box("Cột", across=3), ruled=True, head=True)
    record.mark(3, 0, Box("a"), ruled=True)
    record.mark(3, 1, Box("1", "count"), ruled=True)
    record.mark(5, 2, Box("Ký"))
    head, grid, foot = record.page().blocks
    assert (head.ruled, grid.ruled, foot.ruled) == (False, True, False)
    assert grid.head == 1 and [box.text for row in grid.rows for box in row] == ["Cột", "a", "1"]
    assert foot.rows == ((Box("", across=2), Box("Ký")),)


def test_what_the_data_say_stays_text(snapshot: Snapshot) -> None:
    report = made(snapshot, "06a", period="report15-2026-Q3")
    name = "<script>alert(1)</script>"
    shown = sheets.document(report, name).decode()
    assert name not in shown and "&lt;script&gt;" in shown
    assert "http" not in shown.replace("https://", "http").partition("<body>")[0]


def test_settings_come_from_the_installation(seven: Path) -> None:
    (seven / "tthc.toml").write_text('[office]\nunit = "H35.12"\n[reports]\nplace = "Lai Châu"\n', encoding="utf-8")
    said_of = settings_of(open_home(seven))
    assert (said_of.office, said_of.place, said_of.folder) == ("H35.12", "Lai Châu", None)


def test_report_periods_have_names(show: Open, seven: Path) -> None:
    page = show(seven, now=NOW, report="06a", unit="H35.12", lang="en", when="report15-2026-Q3")
    assert "Report quarter 3/2026 (15/06/2026 – 14/09/2026)" in said(page)
    assert {one.value for one in PeriodKind if one.startswith("report_")} == {
        *("report_month", "report_quarter", "report_half", "report_nine_months", "report_year")
    }
