"""The screen in a real browser: it asks nobody outside, logs no error, and its head fits a laptop and a phone."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests import snapshot_fixture as fixture
from tests.browser import IN_BROWSER, LAPTOP, PHONE, Visit, serving, upload
from tests.conftest import dossier, write_csv

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = IN_BROWSER

WIDER_THAN_SHOWN = """
    () => [...document.querySelectorAll('.card *, .tile *, .listing td, .notice, .heading *')]
        .filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
        .map(one => one.className + ': ' + one.textContent)
"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("full")
    fixture.build(home)
    with serving(home) as address:
        yield address


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_page_is_whole_and_asks_nobody_outside(
    full: str, chromium: "playwright.Browser", viewport: dict[str, int]
) -> None:
    visit = Visit(chromium, viewport).open(full).trends(8)  # electronic results have no column, so no trend
    assert visit.errors == []
    assert visit.hosts == {"127.0.0.1"}
    assert visit.page.evaluate("document.querySelector('.stMain').scrollWidth") <= viewport["width"]
    assert visit.page.evaluate(WIDER_THAN_SHOWN) == []
    visit.page.close()


def test_every_headline_rate_is_in_sight_without_scrolling_on_a_laptop(
    full: str, chromium: "playwright.Browser"
) -> None:
    visit = Visit(chromium, LAPTOP).open(full).trends(8)
    cards = visit.page.locator(".cards .card:not(.ahead)")  # what lies ahead may take a turn of the wheel
    assert cards.count() == len(fixture.METRICS) + 1  # and how to read them
    for number in range(cards.count()):
        box = cards.nth(number).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= LAPTOP["height"], cards.nth(number).inner_text()
    assert visit.page.locator(".notice.synthetic").is_visible()
    visit.page.close()


def test_cards_do_not_overlap(full: str, chromium: "playwright.Browser") -> None:
    visit = Visit(chromium, PHONE).open(full).trends(8)
    found = visit.page.locator(".cards > *")
    boxes = [found.nth(number).bounding_box() for number in range(found.count())]
    ends = [(box["y"], box["y"] + box["height"]) for box in boxes if box]
    assert all(end <= start for (_, end), (start, _) in pairwise(ends))
    visit.page.close()


def test_a_choice_is_written_into_the_address_and_read_from_it(full: str, chromium: "playwright.Browser") -> None:
    visit = Visit(chromium, LAPTOP).open(full)
    visit.page.get_by_role("combobox", name="Đơn vị").click()
    visit.page.get_by_role("option", name="Sở Xây dựng (H35.15)").click()
    visit.page.get_by_text("Sở Xây dựng · Từ đầu năm 2026").first.wait_for()
    assert "unit=H35.15" in visit.page.url
    visit.page.get_by_role("radio", name="EN").or_(visit.page.get_by_role("button", name="EN", exact=True)).click()
    visit.page.get_by_text("Sở Xây dựng · Year to date, 2026").first.wait_for()
    again = Visit(chromium, LAPTOP).open(visit.page.url)
    again.page.get_by_text("Sở Xây dựng · Year to date, 2026").first.wait_for()
    assert visit.errors == again.errors == []
    visit.page.close()
    again.page.close()


def test_an_empty_installation_says_what_to_do(tmp_path: Path, chromium: "playwright.Browser") -> None:
    with serving(tmp_path) as address:
        visit = Visit(chromium, LAPTOP).open(address)
        visit.page.get_by_text("Chưa có số liệu để xem").wait_for()
        assert visit.page.get_by_text("tthc collect").first.is_visible()
        assert visit.errors == []
        visit.page.close()


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("part", ["sources", "exports", "oddities", "reconcile", "origin", "upload"])
def test_every_part_of_the_data_fits_and_asks_nobody_outside(
    full: str, chromium: "playwright.Browser", part: str, viewport: dict[str, int]
) -> None:
    visit = Visit(chromium, viewport).open(f"{full}/data?part={part}")
    visit.page.locator(".st-key-choose_part").wait_for()
    assert visit.own_errors() == []
    assert visit.hosts == {"127.0.0.1"}
    assert visit.page.evaluate("document.querySelector('.stMain').scrollWidth") <= viewport["width"]
    assert visit.page.evaluate(WIDER_THAN_SHOWN) == []
    visit.page.close()


def test_a_rate_leads_to_the_sheets_behind_it(full: str, chromium: "playwright.Browser") -> None:
    visit = Visit(chromium, LAPTOP).open(f"{full}/?unit=H35.33&period=2026-08").trends(8)
    visit.page.get_by_role("link", name="Từ đâu ra?").first.click()
    visit.page.get_by_text("63 / 126 = 50,0 %").wait_for()
    assert visit.page.locator(".listing.origin").get_by_text("ho-so-T10.xlsx").is_visible()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "tthc-origin.csv"
    assert Path(download.value.path()).read_bytes().startswith("\ufeffTệp,Trang tính".encode())
    assert visit.own_errors() == []
    visit.page.close()


def test_an_export_is_handed_in_and_then_shown(tmp_path: Path, chromium: "playwright.Browser") -> None:
    good = write_csv(tmp_path / "danh sách.csv", [dossier(number) for number in range(1, 4)])
    bad = tmp_path / "bao-cao.xlsx"
    bad.write_bytes(b"khong phai xlsx")
    with serving(tmp_path / "home") as address:
        visit = Visit(chromium, LAPTOP).open(f"{address}/data")
        upload(visit, "Kiểm tra trước", good)
        visit.page.get_by_text("CHỈ ĐỌC THỬ").wait_for()
        visit.page.get_by_role("button", name="Thu vào").click()
        visit.page.get_by_text("Số liệu iGate lúc 15/11/2026 12:00").wait_for()
        assert "3 dòng đọc = 3 nhận" in visit.page.locator(".account").inner_text()
        assert "part=upload" in visit.page.url
        upload(visit, "Thu vào", bad)
        visit.page.get_by_text("tệp bao-cao.xlsx:").wait_for()
        assert visit.hosts == {"127.0.0.1"}
        assert visit.own_errors() == []
        visit.page.close()
