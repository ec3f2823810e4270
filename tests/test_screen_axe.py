"""The screen for those who hear it or go by key: axe-core finds nothing serious, the language is told, the menu is passed."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.browser import IN_BROWSER, LAPTOP, PHONE, Visit, serving

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = IN_BROWSER

NOW = datetime(2026, 11, 1, 2)  # UTC: the demonstration's newest export is of 31/10/2026
PAGES = (
    *("", "units", "procedures", "changes", "trends", "dossiers?which=open", "index766", "targets", "alerts", "data"),
    *("reports?report=06a", "wall"),
)
PARTS = (
    *("targets?part=coming", "targets?part=by_hand", "alerts?part=history", "alerts?part=messages"),
    *("data?part=exports", "data?part=oddities", "data?part=reconcile", "data?part=origin", "data?part=upload"),
)
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def served(demonstration: Path) -> Iterator[str]:
    with serving(demonstration, now=NOW) as address:
        yield address


def found(visit: Visit) -> list[str]:
    """Return the serious findings of a page: rule, place, markup."""
    result: dict[str, Any] = axe.Axe().run(visit.page).response
    return [
        f"{rule['id']} {place['target']}: {place['html'][:160]}"
        for rule in result["violations"]
        if rule["impact"] in GRAVE
        for place in rule["nodes"]
    ]


@pytest.mark.parametrize(
    ("page", "language"),
    [*((page, language) for page in PAGES for language in ("vi", "en")), *((part, "vi") for part in PARTS)],
)
def test_no_page_has_a_serious_finding(served: str, chromium: Any, page: str, language: str) -> None:
    visit = Visit(chromium, LAPTOP).open(f"{served}/{page}{'&' if '?' in page else '?'}lang={language}")
    assert visit.page.evaluate("document.documentElement.lang") == language
    assert found(visit) == []
    visit.page.close()


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_made_report_has_no_serious_finding(served: str, chromium: Any, viewport: dict[str, int]) -> None:
    visit = Visit(chromium, viewport).open(f"{served}/reports?report=06a")
    with visit.answer():
        visit.page.get_by_role("button", name="Lập báo cáo").click()
        visit.page.locator(".report").wait_for()
    assert found(visit) == []
    assert visit.page.evaluate("document.querySelector('.stMain').scrollWidth") <= viewport["width"]
    visit.page.close()


def test_an_empty_installation_has_no_serious_finding(tmp_path: Path, chromium: Any) -> None:
    with serving(tmp_path) as address:
        visit = Visit(chromium, PHONE).open(address)
        assert found(visit) == []
        visit.page.close()


def test_the_first_press_of_tab_leads_past_the_menu(served: str, chromium: Any) -> None:
    visit = Visit(chromium, LAPTOP).open(served)
    visit.page.keyboard.press("Tab")
    link = visit.page.get_by_text("Đến nội dung chính")
    assert link.evaluate("one => one === document.activeElement")
    visit.page.wait_for_function("() => document.activeElement.getBoundingClientRect().top >= 0")
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.matches('.stMain')")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.closest('.stMain') !== null")
    visit.page.close()


def test_what_is_reached_by_key_is_seen_to_be(served: str, chromium: Any) -> None:
    visit = Visit(chromium, LAPTOP).open(f"{served}/")
    shown = (
        "one => { one.focus(); const look = getComputedStyle(one); return look.outlineStyle + ' ' + look.boxShadow; }"
    )
    for place in (".cards a", ".card.ahead summary", ".listing"):
        visit.page.keyboard.press("Tab")  # from here on the browser takes what is focused for reached by key
        assert visit.page.locator(place).first.evaluate(shown) != "none none", place
    visit.page.close()
