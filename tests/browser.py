"""A real browser before the screen: a server of its own, a reader's page, what it logged and whom it asked."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import pytest

from dashboard.launch import streamlit_command
from tests import snapshot_fixture as fixture

if TYPE_CHECKING:
    from playwright import sync_api as playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IN_BROWSER = [
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
COUNT_RUNS = """
    window.runsEnded = 0;
    new MutationObserver((changes) => changes.forEach((change) => {
        if (change.target.getAttribute('data-test-script-state') === 'notRunning') window.runsEnded += 1;
    })).observe(document, {subtree: true, attributeFilter: ['data-test-script-state']});
"""
AT_REST = """
    (runs) => window.runsEnded > runs
        && document.querySelector('[data-testid=stApp]').getAttribute('data-test-script-state') === 'notRunning'
        && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')
        && [...document.querySelectorAll('.stVegaLiteChart')].every((one) => one.querySelector('svg.marks'))
"""
NO_FILES = """
    () => document.querySelector('[data-testid=stFileUploader]')
        && !document.querySelector('[data-testid=stFileUploaderFile], [data-testid=stFileChip]')
"""


@contextmanager
def serving(home: Path, now: datetime = fixture.NOW) -> Iterator[str]:
    """Serve the screen of a home as at an instant (UTC), on a free port; the server and its children end with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*streamlit_command(home, "127.0.0.1", port), "--now", f"{now.isoformat()}+00:00"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **quiet)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/_stcore/health")
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def wait_for(url: str) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            assert time.monotonic() < until, "the screen's server did not start"
            time.sleep(0.1)


class Visit:
    """One page, with what it logged and whom it asked."""

    def __init__(self, browser: "playwright.Browser", viewport: dict[str, int]) -> None:
        self.page = browser.new_page(viewport=viewport)
        self.page.add_init_script(COUNT_RUNS)
        self.errors: list[str] = []
        self.hosts: set[str | None] = set()
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))

    def open(self, address: str) -> "Visit":
        """Open a page and wait until it stands: the script has ended, nothing stale or undrawn is left."""
        self.page.goto(address)
        self.page.locator(".heading, .wall, .empty").first.wait_for()
        self.page.wait_for_function(AT_REST, arg=0)
        return self

    @contextmanager
    def answer(self) -> Iterator[None]:
        """Do in the block what the page answers with a run of its script; at its end the answer stands."""
        before = self.page.evaluate("window.runsEnded")
        yield
        self.page.wait_for_function(AT_REST, arg=before)

    def trends(self, count: int) -> "Visit":
        """Wait for this many trends on cards to be painted."""
        self.page.locator(".cards .trend img").nth(count - 1).wait_for()
        return self

    def own_errors(self) -> list[str]:
        """Return the errors but those of the framework, which asks for its health below a page's own address first."""
        return [error for error in self.errors if "404 (Not Found)" not in error]

    def _asked(self, url: str) -> None:
        if urlparse(url).scheme not in ("data", "blob"):
            self.hosts.add(urlparse(url).hostname)


def upload(visit: Visit, button: str, *files: Path) -> None:
    """Hand in files on the page of the data and wait for what became of them."""
    visit.page.wait_for_function(NO_FILES)
    visit.page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(files)
    chosen = visit.page.get_by_role("button", name=button)
    chosen.and_(visit.page.locator(":enabled")).click()
    visit.page.get_by_text("Kết quả", exact=True).first.wait_for()
    visit.page.locator(".account").first.wait_for()
