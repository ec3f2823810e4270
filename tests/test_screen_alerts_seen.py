"""What one reader does about an alert is seen on the screens of the others, in real browsers that nobody touches."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dashboard import reads
from metrics.alert_journal import AlertJournal
from metrics.alert_state import AlertState, Phase, Transition
from tests import snapshot_fixture as fixture
from tests.browser import CHROMIUM, LAPTOP, Visit, serving
from tests.test_screen_alerts import KEY, SINCE, TOLD

if TYPE_CHECKING:
    from playwright import sync_api as playwright

FIRING = AlertState(KEY, Phase.FIRING, SINCE, 1, "2026-11-13")
SEEN_WITHIN_MS = 30_000  # of a machine that does other things; looked at every five seconds


def test_a_page_knows_that_somebody_acted_and_that_nothing_else_happened(tmp_path: Path) -> None:
    fixture.build(tmp_path)
    before = reads.newest_mark(tmp_path)
    assert reads.newest_mark(tmp_path) == before
    journal = AlertJournal(tmp_path / "journal.sqlite")
    journal.act(KEY, "acknowledge", person="A", reason="b", at=SINCE)
    acted = reads.newest_mark(tmp_path)
    assert acted != before
    journal.keep([FIRING], [Transition(KEY, SINCE, Phase.QUIET, Phase.FIRING)], {KEY: TOLD}, snapshot_id="s")
    assert reads.newest_mark(tmp_path) not in (before, acted)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_what_somebody_acknowledged_appears_on_a_screen_that_is_open(
    tmp_path: Path, chromium: "playwright.Browser"
) -> None:
    fixture.build(tmp_path)
    journal = AlertJournal(tmp_path / "journal.sqlite")
    journal.keep([FIRING], [Transition(KEY, SINCE, Phase.QUIET, Phase.FIRING)], {KEY: TOLD}, snapshot_id="s")
    with serving(tmp_path) as address:
        other = Visit(chromium, LAPTOP).open(f"{address}/alerts").page
        other.get_by_text("Đang báo", exact=False).first.wait_for()
        assert other.get_by_text("đã biết: đang đôn đốc").count() == 0
        journal.act(KEY, "acknowledge", person="Phòng Du lịch", reason="đang đôn đốc", at=SINCE.replace(hour=3))
        other.get_by_text("đã biết: đang đôn đốc").first.wait_for(timeout=SEEN_WITHIN_MS)
        other.close()
