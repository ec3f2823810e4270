"""Alerts: what fires or soon may, who knows, what was, what was told; acknowledge and silence with a name and a reason."""

import sys
from collections.abc import Callable

import streamlit as st

from collectors.home import Home, open_home
from dashboard import choice, downloads, frame, markup
from dashboard.alerting import acting, listings, reads
from dashboard.alerting.reads import Board, Standing
from dashboard.frame import Opened
from dashboard.markup import Html, Table
from dashboard.options import Options, read_options
from dashboard.words import Words
from metrics.alert_journal import Known
from metrics.journal import naive_utc

TITLE = "alerting.title"
ORDER = 90
ALL = ""
MINE = "unit"


def render() -> None:
    """Show the part of the page that the address asks for, as the journal has it at this moment."""
    opened = frame.opened(TITLE)
    if opened is None:
        return
    options = read_options(sys.argv[1:])
    home, words = open_home(options.home), opened.words
    part = choice.choose_part(
        words.text("alerting.parts"), "part", list(PARTS), lambda key: words.text(f"alerting.{key}")
    )
    PARTS[part](opened, home, options)


def _now(opened: Opened, home: Home, options: Options) -> None:
    words = opened.words
    board = reads.board(home, opened.reader, naive_utc(options.now))
    st.html(_tiles(board, words))
    with st.container(key="narrow", horizontal=True):
        standing = choice.choose(
            words.text("alerting.standing"),
            "standing",
            [ALL, *Standing],
            ALL,
            lambda key: words.text(f"standing.{key}") if key else words.text("alerting.every"),
            width=240,
        )
        whose = choice.choose(
            words.text("alerting.whose"),
            "whose",
            [ALL, MINE],
            ALL,
            lambda key: words.text("alerting.mine" if key else "alerting.everybody"),
            width=340,
        )
        toggle = st.empty()
    units = reads.under(opened.snapshot, opened.choice.unit.code) if whose and opened.choice else None
    found = board.of(standing, units)
    place = choice.place() | {name: st.query_params[name] for name in ("standing", "whose") if name in st.query_params}
    st.html(_section("firing", words))
    downloads.listing("firing", lambda most: listings.alerts(board, found, most, place, words), words, toggle)
    _one(opened, board, found, home, options)


def _one(opened: Opened, board: Board, found: list[Known], home: Home, options: Options) -> None:
    """Show all about the chosen alert, the gravest at first, and the form."""
    words, reader = opened.words, opened.reader
    by_key = {one.state.key: one for one in found}
    wanted = st.query_params.get("alert", "")
    by_key |= {one.state.key: one for one in board.alerts if one.state.key == wanted}
    if not by_key:
        return
    st.html(_section("one", words))
    first = next(iter(by_key))
    key = choice.choose(
        words.text("one.choose"), "alert", list(by_key), first, lambda key: listings.label(by_key[key].told, words)
    )
    one = by_key[key]
    with st.container(border=True, key="account"):
        st.html(listings.account(board, one, reads.rules(home).get(one.told.rule), options.now, words))
        silenced = board.silence(one) is not None
        acting.form(home, reader, reads.tree(opened.snapshot), one, options.now, silenced=silenced, words=words)
        if done := reads.acts(home, reader, key):
            downloads.listing("act-one", lambda most: listings.acts(done, most, words), words)


def _history(opened: Opened, home: Home, options: Options) -> None:
    words = opened.words
    past = reads.history(home, naive_utc(options.now))
    _listed("past", lambda most: listings.history(past, most, words), words)
    done = reads.acts(home, opened.reader)
    _listed("act", lambda most: listings.acts(done, most, words), words)


def _messages(opened: Opened, home: Home, _: Options) -> None:
    words, found = opened.words, reads.messages(home)
    _listed("message", lambda most: listings.messages(found, most, words), words)


PARTS: dict[str, Callable[[Opened, Home, Options], None]] = {
    "now": _now,
    "history": _history,
    "messages": _messages,
}


def _tiles(board: Board, words: Words) -> Html:
    """Say how many alerts stand how; the gravest apart."""
    tiles = []
    for standing in Standing:
        of_it = board.of(standing, None)
        critical = len([one for one in of_it if one.told.severity == "critical"])
        more = words.text("alerting.critical", count=words.count(critical))
        tiles.append(
            markup.element(
                "div",
                markup.element("span", words.text(f"standing.{standing}"), kind="label"),
                markup.element("span", words.count(len(of_it)), kind="value"),
                markup.element("span", words.text(f"standing.{standing}_more"), " ", more, kind="when"),
                kind="tile",
            )
        )
    return markup.element("div", *tiles, kind="tiles index")


def _listed(name: str, make: Callable[[int], Table], words: Words) -> None:
    st.html(_section(name, words))
    downloads.listing(name, make, words)


def _section(name: str, words: Words) -> Html:
    title = markup.element("h2", words.text(f"{name}.title"), kind="section")
    return markup.join(title, markup.element("p", words.text(f"{name}.scope"), kind="of"))


if __name__ == "__main__":
    render()
