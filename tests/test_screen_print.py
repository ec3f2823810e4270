"""The screen on paper: no menu, no control, nothing wider than A4, and every figure still there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import IN_BROWSER, LAPTOP, Visit, serving
from tests.test_screen_axe import NOW

pytestmark = IN_BROWSER

LYING = {"width": 1031, "height": 700}  # A4 lying less its margins, 273 mm, at 96 dots an inch
CONTROLS = (
    ".stAppHeader, .stSelectbox, .stDateInput, .stButtonGroup, .stCheckbox, .stButton, .stDownloadButton, .stForm,"
    " .stFileUploader, .stElementToolbar, a.skip"
)
SEEN = "all => all.filter(one => one.getClientRects().length > 0).map(one => one.className)"
WIDER = """
    () => [...document.querySelectorAll('.heading, .notice, .tiles, .cards > *, .listing, .listing table, .printed svg, p, h2')]
        .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map(one => one.tagName + '.' + one.className + ': ' + one.textContent.slice(0, 60))
"""
CUT_OFF = """
    () => [...document.querySelectorAll('.listing')]
        .filter(one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
        .map(one => one.className)
"""
EVERY_CHART_COPIED = """
    () => document.querySelectorAll('.printed svg').length === document.querySelectorAll('.stVegaLiteChart').length
"""
PAGES = {
    "": "giải quyết đúng hạn",
    "units": "tỷ lệ hồ sơ trực tuyến",
    "procedures": "thủ tục nào giữ phần lớn",
    "changes": "vì đâu?",
    "trends": "thay đổi có thật không?",
    "dossiers?which=open": "danh sách hồ sơ",
    "index766": "trong 100 điểm",
    "targets": "nq 71/nq-cp",
    "alerts": "các cảnh báo",
    "data": "chất lượng số liệu",
}


@pytest.fixture(scope="module")
def served(demonstration: Path) -> Iterator[str]:
    with serving(demonstration, now=NOW) as address:
        yield address


def on_paper(browser: Any, address: str) -> Visit:
    """Open a page on a laptop, then lay it out for printing."""
    visit = Visit(browser, LAPTOP).open(address)
    visit.page.emulate_media(media="print")
    visit.page.set_viewport_size(LYING)
    return visit


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_printed_without_controls_and_within_the_paper(served: str, chromium: Any, page: str) -> None:
    visit = on_paper(chromium, f"{served}/{page}")
    visit.page.wait_for_function(EVERY_CHART_COPIED)
    assert visit.page.locator(CONTROLS).evaluate_all(SEEN) == []
    assert visit.page.evaluate(WIDER) == []
    assert visit.page.evaluate(CUT_OFF) == []
    text = visit.page.locator(".stMainBlockContainer").inner_text()
    assert "DỮ LIỆU MÔ PHỎNG" in text and "Số liệu Mô phỏng lúc 31/10/2026" in text
    assert "Đơn vị: Sở Văn hóa, Thể thao và Du lịch" in text and "Kỳ: " in text
    assert PAGES[page] in text.lower()
    visit.page.close()


def test_the_figures_on_paper_are_those_of_the_screen(served: str, chromium: Any) -> None:
    visit = Visit(chromium, LAPTOP).open(served)
    visit.page.locator(".cards article").first.wait_for()
    shown = visit.page.locator(".card .ratio, .tile .value, .listing.below td").all_inner_texts()
    assert len(shown) > 20
    visit.page.emulate_media(media="print")
    visit.page.set_viewport_size(LYING)
    assert visit.page.locator(".card .ratio:visible, .tile .value:visible, .listing.below td:visible").count() == len(
        shown
    )
    assert visit.page.locator(".card .ratio, .tile .value, .listing.below td").all_inner_texts() == shown
    visit.page.close()


def test_after_printing_the_screen_is_as_before(served: str, chromium: Any) -> None:
    visit = on_paper(chromium, f"{served}/units")
    visit.page.locator(".printed svg").first.wait_for()
    visit.page.emulate_media(media="screen")
    visit.page.wait_for_function("() => !document.querySelector('.printed')")
    assert visit.page.locator(".stSelectbox").first.is_visible()
    assert not visit.page.locator(".paper").first.is_visible()
    assert visit.own_errors() == []
    visit.page.close()


def test_a_report_is_printed_alone_each_sheet_on_its_own_page(served: str, chromium: Any) -> None:
    visit = Visit(chromium, LAPTOP).open(f"{served}/reports?report=monthly")
    with visit.answer():
        visit.page.get_by_role("button", name="Lập báo cáo").click()
        visit.page.locator(".report").wait_for()
    content = visit.page.pdf(prefer_css_page_size=True)
    assert content.count(b"/MediaBox [0 0 594.95996 841.91998]") == content.count(b"/MediaBox") > 1  # A4, standing
    visit.page.emulate_media(media="print")
    assert visit.page.locator(".heading:visible, .facts:visible, .stCode:visible").count() == 0
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in visit.page.locator(".stMainBlockContainer").inner_text()
    visit.page.close()
