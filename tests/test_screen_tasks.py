"""Ten tasks of a working day, walked through in a real browser on a collected demonstration, from the first page.

Nothing is opened by its address but the first page: what people do, they do by what they see.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from tests.browser import IN_BROWSER, LAPTOP, Visit, serving, upload
from tests.conftest import dossier, write_csv
from tthc.cli import main

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = IN_BROWSER
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the screen of a demonstration office."""
    home = tmp_path_factory.mktemp("office")
    demo = ("demo", "--dossiers", "3000", "--seed", "1", "--home", str(home))
    assert CliRunner().invoke(main, demo, catch_exceptions=False).exit_code == 0
    with serving(home, datetime.now(UTC).replace(tzinfo=None)) as address:
        yield address


@pytest.fixture
def visit(office: str, chromium: "playwright.Browser") -> Iterator[Visit]:
    """A reader on the first page; at the end nothing went wrong and nobody outside was asked."""
    one = Visit(chromium, LAPTOP).open(office).trends(5)
    yield one
    assert one.own_errors() == []
    assert one.hosts == {"127.0.0.1"}
    one.page.close()


def go(visit: Visit, page: str) -> None:
    """Open a page by its name in the menu, and wait until it stands."""
    with visit.answer():
        visit.page.get_by_role("link", name=page, exact=True).click()
        visit.page.get_by_role("heading", level=1, name=f"· {page}").wait_for()


def pick(visit: Visit, control: str, option: "str | re.Pattern[str]") -> None:
    """Choose an option of a list by their names."""
    with visit.answer():
        visit.page.get_by_role("combobox", name=control).click()
        visit.page.get_by_role("option", name=option).first.click()


def part(visit: Visit, name: str) -> None:
    """Open a part of a page by its name."""
    with visit.answer():
        visit.page.get_by_role("radio", name=name).or_(visit.page.get_by_role("button", name=name, exact=True)).click()


def downloaded(visit: Visit, table: str, kind: str) -> bytes:
    """Download a table as XLSX or CSV; table: the name of its file."""
    with visit.page.expect_download() as download:
        visit.page.locator(f".st-key-download-{table}").get_by_role("button", name=kind).click()
    assert download.value.suggested_filename == f"tthc-{table}.{kind.lower()}"
    return Path(download.value.path()).read_bytes()


def test_the_director_sees_in_one_look_how_many_rates_fall_short_and_of_which_day(visit: Visit) -> None:
    wide = visit.page.locator(".tile.wide")
    assert re.search(r"Trong \d+ tỷ lệ", wide.inner_text())
    for seen in (wide, visit.page.locator(".heading .age"), visit.page.locator(".cards article").first):
        box = seen.bounding_box()
        assert box is not None and box["y"] + box["height"] <= LAPTOP["height"]
    assert "DỮ LIỆU MÔ PHỎNG" in visit.page.locator(".notice.synthetic").inner_text()


def test_an_officer_sends_the_view_of_one_unit_and_month_to_a_colleague(
    visit: Visit,
    chromium: "playwright.Browser",
) -> None:
    pick(visit, "Đơn vị", re.compile("Phòng Quản lý văn hóa"))
    pick(visit, "Kỳ", "Tháng 09/2026")
    scope = visit.page.locator("h2.scope").filter(has_text="Tháng 09/2026")
    scope.wait_for()
    shown = scope.inner_text()
    assert shown.startswith("Phòng Quản lý văn hóa")
    colleague = Visit(chromium, LAPTOP).open(visit.page.url)
    assert colleague.page.locator("h2.scope").inner_text() == shown
    assert colleague.page.locator(".cards").inner_text() == visit.page.locator(".cards").inner_text()
    colleague.page.close()


def test_an_officer_answers_where_a_figure_comes_from(visit: Visit) -> None:
    counts = visit.page.locator(".cards .counts").first.inner_text()
    numerator, denominator = re.findall(r"[\d.]+", counts)[:2]
    visit.page.get_by_role("link", name="Từ đâu ra?").first.click()
    visit.page.get_by_text(f"{numerator} / {denominator} =").wait_for()
    rows = list(csv.reader(io.StringIO(downloaded(visit, "origin", "CSV").decode("utf-8-sig"))))
    assert rows[0][0] == "Tệp"
    whole = rows[0].index(next(name for name in rows[0] if name.startswith("Mẫu số")))
    exports = [row for row in rows[1:] if row[0].startswith("ho-so-mo-phong")]
    assert sum(int(row[whole]) for row in exports) == int(denominator.replace(".", ""))


def test_an_officer_finds_the_procedures_that_hold_the_gap(visit: Visit) -> None:
    go(visit, "Thủ tục")
    pick(visit, "Tỷ lệ", re.compile("sử dụng lại dữ liệu"))
    visit.page.get_by_text(re.compile(r"\d+ trong \d+ thủ tục chưa đạt giữ")).wait_for()
    name = visit.page.locator(".listing.procedure a, .listing td a").first
    procedure = name.inner_text()
    name.click()
    visit.page.wait_for_url("**procedure=**")
    visit.page.locator(".stMain").get_by_text(procedure).first.wait_for()


def test_a_unit_is_compared_with_its_like_and_then_opened(visit: Visit) -> None:
    go(visit, "Đơn vị")
    table = visit.page.locator(".listing").first
    unit = table.get_by_role("link").first
    name = unit.inner_text()
    unit.click()
    visit.page.locator("h2.scope").filter(has_text=name).first.wait_for()
    assert "unit=" in visit.page.url


def test_an_officer_takes_the_dossiers_that_will_soon_be_late_home_as_a_workbook(visit: Visit) -> None:
    go(visit, "Hồ sơ")
    part(visit, "Sắp đến hạn")
    soon = int(visit.page.locator(".tile").filter(has_text="Sắp đến hạn").locator(".value").inner_text())
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(downloaded(visit, "dossiers", "XLSX"))).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert len(rows) - 1 == soon > 0
    assert not {"Người nộp", "Họ tên", "Chủ hồ sơ", "Điện thoại"} & set(rows[0])


def test_why_a_rate_moved_is_told_in_a_sentence_that_adds_up(visit: Visit) -> None:
    go(visit, "Vì sao thay đổi")
    sentence = r"Tỷ lệ (?:tăng|giảm) ([\d,]+) điểm %.*cơ cấu ([+−]?[\d,]+), các đơn vị tự thay đổi ([+−]?[\d,]+)\."
    said = visit.page.get_by_text(re.compile("^Tỷ lệ (tăng|giảm) ")).first.inner_text().replace(NBSP, " ")
    told = re.match(sentence, said)
    assert told is not None, said
    moved, mix, own = (float(part.replace(",", ".").replace("−", "-")) for part in told.groups())
    assert moved > 0 and moved == pytest.approx(abs(mix + own), abs=0.11)  # three roundings


def test_what_the_law_asks_next_is_found_with_its_document(visit: Visit) -> None:
    go(visit, "Mục tiêu")
    text = visit.page.locator(".stMain").inner_text()
    assert "71/NQ-CP" in text and "766/QĐ-TTg" in text


def test_an_alert_is_acknowledged_and_everybody_sees_by_whom(
    visit: Visit,
    chromium: "playwright.Browser",
) -> None:
    go(visit, "Cảnh báo")
    form = visit.page.locator('[data-testid="stForm"]')
    form.get_by_label("Ai", exact=True).fill("phong-nghiep-vu")
    form.get_by_label("Vì sao").fill("Đã giao phòng nghiệp vụ rà soát")
    form.get_by_role("button", name="Lưu").click()
    visit.page.get_by_text("Đã giao phòng nghiệp vụ rà soát").first.wait_for()
    other = Visit(chromium, LAPTOP).open(visit.page.url.split("?")[0])
    other.page.get_by_text("Đã có người biết").first.wait_for()
    assert other.page.locator(".tile").filter(has_text="Đã có người biết").locator(".value").inner_text() == "1"
    other.page.close()


def test_an_export_is_tried_first_and_its_report_names_every_row(visit: Visit, tmp_path: Path) -> None:
    export = write_csv(tmp_path / "danh sách.csv", [dossier(number) for number in range(1, 4)])
    go(visit, "Dữ liệu")
    part(visit, "Nộp bản xuất")
    upload(visit, "Kiểm tra trước", export)
    visit.page.get_by_text("CHỈ ĐỌC THỬ").wait_for()
    assert "3 dòng đọc = 3 nhận" in visit.page.locator(".account").inner_text()
