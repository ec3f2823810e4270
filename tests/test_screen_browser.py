"""The screen in a real browser: it asks nobody outside, logs no error, and its head fits a laptop and a phone."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlparse

import pytest

from dashboard.launch import streamlit_command
from tests import snapshot_fixture as fixture

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here"),
]

ROOT = Path(__file__).parents[1]
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
STARTING_SECONDS = 60
WIDER_THAN_SHOWN = """
    () => [...document.querySelectorAll('.card *, .tile *, .listing td, .notice, .heading *')]
        .filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
        .map(one => one.className + ': ' + one.textContent)
"""


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve the screen of a home on a free port of this machine; the server and its children end with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*streamlit_command(home, "127.0.0.1", port), "--now", f"{fixture.NOW.isoformat()}+00:00"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **quiet)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/_stcore/health")
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_for(url: str) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            assert time.monotonic() < until, "the screen's server did not start"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("full")
    fixture.build(home)
    with serving(home) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


class Visit:
    """One page, with what it logged and whom it asked."""

    def __init__(self, browser: "playwright.Browser", viewport: dict[str, int]) -> None:
        self.page = browser.new_page(viewport=viewport)
        self.errors: list[str] = []
        self.hosts: set[str | None] = set()
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))

    def open(self, address: str) -> "Visit":
        self.page.goto(address)
        self.page.locator(".heading").first.wait_for()
        return self

    def charts(self, count: int) -> "Visit":
        """Wait for this many charts to be painted."""
        self.page.locator(".st-key-cards svg.marks").nth(count - 1).wait_for()
        return self

    def _asked(self, url: str) -> None:
        if urlparse(url).scheme not in ("data", "blob"):
            self.hosts.add(urlparse(url).hostname)


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_page_is_whole_and_asks_nobody_outside(
    full: str, chromium: "playwright.Browser", viewport: dict[str, int]
) -> None:
    visit = Visit(chromium, viewport).open(full).charts(8)  # electronic results have no column, so no trend
    assert visit.errors == []
    assert visit.hosts == {"127.0.0.1"}
    assert visit.page.evaluate("document.querySelector('.stMain').scrollWidth") <= viewport["width"]
    assert visit.page.evaluate(WIDER_THAN_SHOWN) == []
    visit.page.close()


def test_every_headline_rate_is_in_sight_without_scrolling_on_a_laptop(
    full: str, chromium: "playwright.Browser"
) -> None:
    visit = Visit(chromium, LAPTOP).open(full).charts(8)
    cards = visit.page.locator(".st-key-cards .card")
    assert cards.count() == len(fixture.METRICS) + 1  # and how to read them
    for number in range(cards.count()):
        box = cards.nth(number).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= LAPTOP["height"], cards.nth(number).inner_text()
    assert visit.page.locator(".notice.synthetic").is_visible()
    visit.page.close()


def test_cards_do_not_overlap(full: str, chromium: "playwright.Browser") -> None:
    visit = Visit(chromium, PHONE).open(full).charts(8)
    found = visit.page.locator(".st-key-cards > *")
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
