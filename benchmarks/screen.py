"""First useful paint and a filter's answer of the overview, in a real browser, beside an empty Streamlit page.

Behind the screen stand as many dossiers as asked for: the demonstration, each dossier repeated under other codes. Both
pages are served with the same options, each turn asks both, in a new browser context; what is printed are medians.

    PYTHONPATH=. python benchmarks/screen.py [--dossiers 10000000] [--runs 7]
"""

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from measuring import machine
from playwright.sync_api import Browser, Page, sync_playwright

from collectors import warehouse
from collectors.demo import write_demo
from collectors.home import Home, create_home
from collectors.run import Told
from dashboard.launch import streamlit_command
from metrics import count
from metrics.publish import publish
from metrics.targets import load_register
from tthc import jobs

SEED_DOSSIERS = 20_000
EMPTY = """
import streamlit as st

chosen = st.selectbox("Empty", [str(number) for number in range(30)], key="choose_period")
st.html(f'<h1 class="shown">{chosen}</h1>')
"""
GROW = """
-- one row per dossier and copy of it: the same dossier under another code
INSERT INTO collected.dossier
SELECT dossier.* REPLACE (dossier_code || '-' || copy AS dossier_code)
FROM collected.dossier, range(1, $times) AS copies(copy)
"""
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
FIGURES = ".shown, .cards"
ANSWERED = """
async ([begin, before, where]) => {
    const atRest = () => document.querySelector('[data-testid="stApp"]').dataset.testScriptState === 'notRunning';
    const wait = async (what) => {
        while (!what()) await new Promise(requestAnimationFrame);
        return performance.now() - begin;
    };
    return [await wait(() => document.querySelector(where)?.innerHTML !== before), await wait(atRest)];
}
"""


def main() -> None:
    """Build the installation, serve both pages, measure them in turn, print medians and ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dossiers", type=int, default=10_000_000)
    options.add_argument("--runs", type=int, default=7)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        home = create_home(Path(folder) / "home")
        dossiers = grow(home, asked.dossiers)
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY, encoding="utf-8")
        print(f"{dossiers:,} dossiers (synthetic), {asked.runs} turns; {machine()}")
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        with served(home.path) as ours, served(home.path, empty) as bare:
            compare(browser, bare, ours, asked.runs)
        browser.close()


def grow(home: Home, dossiers: int) -> int:
    """Collect a demonstration, repeat its dossiers, count and publish; return how many there are."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        files = write_demo(Path(folder), dossiers=SEED_DOSSIERS, seed=1)
        jobs.collect(home, files, told=Told(), now=now, progress=lambda *_: None)
    with warehouse.opened(home, counted_schema=count.SCHEMA_SQL, now=now) as store:
        (have,) = store.con.execute("SELECT count(*) FROM collected.dossier").fetchall()[0]
        store.con.execute(GROW, {"times": max(1, dossiers // have)})
        count.recount(store.con, everything=True)
        publish(store.con, published=home.published, journal=home.journal, register=load_register(), now=now)
        return int(store.con.execute("SELECT count(*) FROM collected.dossier").fetchall()[0][0])


@contextmanager
def served(home: Path, script: Path | None = None) -> Iterator[str]:
    """Serve the screen of a home, or an empty page with the same options; both end with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = streamlit_command(home, "127.0.0.1", port)
    if script is not None:
        command[command.index("run") + 1] = str(script)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, start_new_session=True, **quiet)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/_stcore/health")
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            if time.monotonic() > until:
                sys.exit("the server did not start")
            time.sleep(0.1)


def compare(browser: Browser, bare: str, ours: str, runs: int) -> None:
    """Print, of both pages: first useful paint, a filter never asked before, the same filter again."""
    first = [(paint(browser, bare, ".shown"), paint(browser, ours, ".card .ratio")) for _ in range(runs + 1)][1:]
    told("first useful paint", first)
    fresh, again = [], []
    with opened(browser, bare, ".shown") as empty_page, opened(browser, ours, ".card .ratio") as page:
        for turn in range(1, runs + 1):
            fresh.append((answer(empty_page, turn), answer(page, turn)))
        for turn in range(runs, 0, -1):
            again.append((answer(empty_page, turn - 1), answer(page, turn - 1)))
    for name, turns in (("first asked for", fresh), ("asked for again", again)):
        for at, what in enumerate(("its figures stand", "the page is at rest")):
            told(f"a filter {name}: {what}", [(empty[at], mine[at]) for empty, mine in turns])


def told(what: str, turns: list[tuple[float, float]]) -> None:
    """Print the medians of both, of their differences and of their ratios."""
    empty = statistics.median(bare for bare, _ in turns)
    ours = statistics.median(mine for _, mine in turns)
    more = statistics.median(mine - bare for bare, mine in turns)
    ratio = statistics.median(mine / bare for bare, mine in turns)
    print(f"{what:45} empty {empty:5.0f} ms, overview {ours:5.0f} ms, difference {more:5.0f} ms, ratio {ratio:.2f}")


@contextmanager
def opened(browser: Browser, address: str, useful: str) -> Iterator[Page]:
    """Open a page in a context of its own, until its useful part stands and its script has ended."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(address)
    page.locator(useful).first.wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    yield page
    context.close()


def paint(browser: Browser, address: str, useful: str) -> float:
    """Return the milliseconds from asking for a page to its useful part standing there."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(useful).first.wait_for()
    took = (time.perf_counter() - began) * 1000
    context.close()
    return took


def answer(page: Page, option: int) -> tuple[float, float]:
    """Choose another period; return the milliseconds until its figures stand, and until nothing more comes."""
    before = page.locator(FIGURES).first.inner_html()
    page.locator(".st-key-choose_period input").click()
    chosen = page.locator('[role="option"]').nth(option)
    chosen.wait_for()
    begin = chosen.evaluate("one => { const now = performance.now(); one.click(); return now; }")
    figures, rest = page.evaluate(ANSWERED, [begin, before, FIGURES])
    return float(figures), float(rest)


if __name__ == "__main__":
    main()
