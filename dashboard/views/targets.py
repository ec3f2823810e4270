"""Targets: what is in force for the chosen unit and day, by which document, how it stands, and what changes next."""

import shlex
import sys
from collections.abc import Callable
from datetime import date

import streamlit as st

from collectors.home import VIETNAM
from dashboard import choice, downloads, frame, markup
from dashboard.frame import Opened
from dashboard.markup import Html, Table
from dashboard.options import read_options
from dashboard.targets import listings, reads
from dashboard.targets.reads import Asked
from dashboard.words import Words

TITLE = "targets.title"
ORDER = 80
ALL = ""


def render() -> None:
    """Show the part of the page that the address asks for."""
    opened = frame.opened(TITLE)
    if opened is None:
        return
    words = opened.words
    if not reads.is_there(opened.snapshot):
        home = str(read_options(sys.argv[1:]).home)
        command = shlex.join(["tthc", "rebuild", "--home", home])
        st.html(markup.steps(words.text("older.title"), words.text("older.lead"), [("", command)]))
        return
    _register(opened)
    if opened.choice is None:
        st.html(markup.element("p", words.text("nothing.lead"), kind="none"))
        return
    part = choice.choose_part(
        words.text("targets.parts"), "part", list(PARTS), lambda key: words.text(f"targets.{key}")
    )
    PARTS[part](opened, opened.choice.unit.code)


def _register(opened: Opened) -> None:
    """Say which register this is, and what is wrong with the office's own file."""
    words, found = opened.words, reads.register(opened.snapshot)
    if found.error_vi:
        used = "targets.last_good" if found.good_since else "targets.built_in_only"
        told = words.text(used, since=words.instant(found.good_since))
        st.html(
            markup.notice(
                "stale", words.text("targets.broken", at=words.instant(found.failing_since)), f"{found.error_vi} {told}"
            )
        )
    own = words.text("targets.own_file", file=found.file) if found.file else words.text("targets.no_own_file")
    said = words.text("targets.register", rows=words.count(found.rows), at=words.instant(opened.state.published_at))
    st.html(markup.element("p", said, " ", own, kind="of"))


def _force(opened: Opened, unit: str) -> None:
    words = opened.words
    with st.container(key="narrow", horizontal=True):
        on = _day(words)
        found = reads.in_force(opened.snapshot, unit, on)
        document = _filter("document", [one.row["document"] for one in found], lambda key: key, 420, words)
        status = _filter(
            "status", [one.status for one in found], lambda key: words.text_or(f"standing_of.{key}", key), 240, words
        )
        toggle = st.empty()
    shown = [one for one in found if document in (ALL, one.row["document"]) and status in (ALL, one.status)]
    st.html(_section("force", opened, on))
    downloads.listing("force", lambda most: listings.in_force(_ordered(shown), most, words), words, toggle)


def _steps(opened: Opened, unit: str) -> None:
    words = opened.words
    with st.container(key="narrow", horizontal=True):
        on = _day(words)
    rising = [one for one in reads.in_force(opened.snapshot, unit, on) if one.steps]
    st.html(_section("steps", opened, on))
    downloads.listing("steps", lambda most: listings.steps(rising, on, most, words), words)
    coming = reads.changes(opened.snapshot, unit, on)
    st.html(_section("change", opened, on))
    downloads.listing("change", lambda most: listings.changes(coming, most, words), words)


def _entered(opened: Opened, unit: str) -> None:
    words, on = opened.words, read_options(sys.argv[1:]).now.astimezone(VIETNAM).date()
    entered = reads.indicators(opened.snapshot, unit)
    _listed("entered", lambda most: listings.indicators(entered, most, words), opened, on)
    ever = reads.entries(opened.snapshot, unit)
    _listed("entry", lambda most: listings.entries(ever, most, words), opened, on)


PARTS: dict[str, Callable[[Opened, str], None]] = {"in_force": _force, "coming": _steps, "by_hand": _entered}
FIRST = ("below", "below_full_mark", "not_due", "met")


def _ordered(found: list[Asked]) -> list[Asked]:
    """What is missed comes first, then what is not due, met, and what has no figure; the register's order within."""
    return sorted(found, key=lambda one: FIRST.index(one.status) if one.status in FIRST else len(FIRST))


def _day(words: Words) -> date:
    """Show the day and return it: the one in the address, else today."""
    today = read_options(sys.argv[1:]).now.astimezone(VIETNAM).date()
    try:
        said = date.fromisoformat(st.query_params.get("on", ""))
    except ValueError:
        said = today
    st.session_state["choose_on"] = said
    st.date_input(words.text("targets.on"), key="choose_on", format="DD/MM/YYYY", on_change=_remember_day, width=160)
    return said


def _remember_day() -> None:
    if st.session_state["choose_on"] is not None:
        st.query_params["on"] = st.session_state["choose_on"].isoformat()


def _filter(name: str, found: list[str], show: Callable[[str], str], width: int, words: Words) -> str:
    every = words.text(f"targets.every_{name}")
    options = [ALL, *dict.fromkeys(found)]
    return choice.choose(
        words.text(f"targets.{name}"), name, options, ALL, lambda key: show(key) if key else every, width
    )


def _listed(name: str, make: Callable[[int], Table], opened: Opened, on: date) -> None:
    st.html(_section(name, opened, on))
    downloads.listing(name, make, opened.words)


def _section(name: str, opened: Opened, on: date) -> Html:
    words = opened.words
    unit = opened.choice.unit.name if opened.choice else ""
    title = markup.element("h2", words.text(f"{name}.title"), kind="section")
    return markup.join(title, markup.element("p", words.text(f"{name}.scope", unit=unit, day=words.day(on)), kind="of"))


if __name__ == "__main__":
    render()
