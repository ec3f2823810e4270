"""One full screen for a lobby or a meeting room: large type, changing by itself, no controls, no mouse."""

import sys
from pathlib import Path

import streamlit as st

from dashboard import frame, headline, markup, reads, wall
from dashboard.frame import Opened
from dashboard.markup import Html
from dashboard.options import read_options
from metrics.alerts import LATE_AFTER

TITLE = "wall.title"
ORDER = 120

TURN_SECONDS = 12


def render() -> None:
    """Show the slides of what the address asks for, one after the other; a new published state is taken up by itself."""
    opened = frame.shown_alone(TITLE)
    if opened is None:
        return
    if opened.choice is None:
        st.html(markup.element("p", opened.words.text("nothing.lead"), kind="none"))
        return
    _turn(opened, _slides(opened), read_options(sys.argv[1:]).home)


def _slides(opened: Opened) -> list[Html]:
    chosen, snapshot, words = opened.choice, opened.snapshot, opened.words
    if chosen is None:
        return []
    where = (chosen.source.source, chosen.unit.code, chosen.period.label)
    shown = headline.rates(snapshot, chosen)
    return wall.slides(shown, reads.below_target(snapshot, *where, "", wall.UNITS_A_SLIDE), words)


@st.fragment(run_every=TURN_SECONDS)
def _turn(opened: Opened, slides: list[Html], home: Path) -> None:
    """Show the next slide; run the page again when another state has been published since."""
    if (reads.newest_id(home) or "") != opened.snapshot.id:
        st.rerun()
    place = st.session_state.get("wall_turn", -1) + 1
    st.session_state["wall_turn"] = place
    now, chosen, words = read_options(sys.argv[1:]).now, opened.choice, opened.words
    if chosen is None:
        return
    at = place % len(slides)
    late = words.passed(chosen.source.captured_at, now) > LATE_AFTER
    st.html(wall.frame(chosen, slides[at], number=at + 1, of=len(slides), now=now, late=late, words=words))


if __name__ == "__main__":
    render()
