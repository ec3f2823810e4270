"""Open dossiers: late and nearly late ones by unit and procedure, the letters of apology that are due; nobody's data."""

import shlex
import sys
from collections.abc import Callable

import streamlit as st

from dashboard import choice, downloads, frame, markup
from dashboard.choice import Choice
from dashboard.dossiers import listings, reads
from dashboard.dossiers.reads import Asked
from dashboard.markup import Html, Table
from dashboard.options import read_options
from dashboard.words import Words
from metrics.scope import Scope
from metrics.snapshot import Snapshot

TITLE = "dossiers.title"
ORDER = 60

WHICH = ("late", "soon", "letters", "waiting", "undated", "open")
DAYS = ("2", "5", "10")
ORDERS = ("due", "newest", "unit", "procedure")
ALL = ""
MOST_PROCEDURES = 500


def render() -> None:
    """Show the open dossiers of the unit that the address names, and all below it."""
    opened = frame.opened(TITLE)
    if opened is None:
        return
    snapshot, words, chosen = opened.snapshot, opened.words, opened.choice
    if chosen is None:
        st.html(markup.element("p", words.text("nothing.lead"), kind="none"))
    elif not reads.published(snapshot):
        st.html(markup.steps(words.text("older.title"), words.text("older.lead"), [("", _rebuild())]))
    elif chosen.source.kind != "dossier":
        st.html(markup.element("p", words.text("dossiers.no_list"), kind="none"))
    else:
        _dossiers(snapshot, opened.reader.scope, chosen, words)


def _dossiers(snapshot: Snapshot, reach: Scope, chosen: Choice, words: Words) -> None:
    scope = words.text("dossiers.scope", unit=chosen.unit.name, day=words.day(chosen.source.as_of_day))
    st.html(markup.element("h2", scope, kind="scope"))
    if not reads.covered(snapshot, reach, chosen.unit.code):
        st.html(markup.notice("told", words.text("access.kept_back"), words.text("access.kept_back_more")))
    top = st.empty()
    _cut(snapshot, chosen, words)
    which = choice.choose_part(words.text("dossiers.which"), "which", WHICH, lambda key: words.text(f"which.{key}"))
    asked = _asked(snapshot, reach, chosen, which, words)
    top.html(listings.tiles(reads.counts(snapshot, reach, asked), asked.days, words))
    st.html(_section("letters" if which == "letters" else "dossier", words))
    downloads.listing(
        "dossiers", lambda most: listings.dossiers(reads.dossiers(snapshot, reach, asked, most), words), words
    )
    _grouped("dossier_unit", lambda most: listings.units(reads.by_unit(snapshot, reach, asked, most), words), words)
    _grouped(
        "dossier_procedure",
        lambda most: listings.procedures(reads.by_procedure(snapshot, reach, asked, most), words),
        words,
    )


def _asked(snapshot: Snapshot, reach: Scope, chosen: Choice, which: str, words: Words) -> Asked:
    """Show the filters and return what they say; no export tells of letters, so every late dossier is owed one."""
    source, unit = chosen.source.source, chosen.unit.code
    found = reads.by_procedure(snapshot, reach, Asked(source, unit), MOST_PROCEDURES).rows
    names = {row["procedure_key"]: row["procedure_name"] for row in found}
    with st.container(key="narrow", horizontal=True):
        procedure = choice.choose(
            words.text("dossiers.procedure"),
            "procedure",
            [ALL, *names],
            ALL,
            lambda key: names[key] if key else words.text("dossiers.all_procedures"),
            width=420,
        )
        order = choice.choose(
            words.text("dossiers.order"), "order", ORDERS, "due", lambda key: words.text(f"order.{key}"), width=230
        )
        days = choice.choose(
            words.text("dossiers.days"),
            "days",
            DAYS,
            "2",
            lambda key: words.text("dossiers.within", days=key),
            width=190,
        )
    return Asked(source, unit, "late" if which == "letters" else which, int(days), procedure, order)


def _cut(snapshot: Snapshot, chosen: Choice, words: Words) -> None:
    cut = reads.cut(snapshot, chosen.source.source)
    if cut is not None:
        more = words.text("dossiers.cut", open=words.count(cut["open"]), listed=words.count(cut["listed"]))
        st.html(markup.notice("told", words.text("dossiers.cut_title"), more))


def _rebuild() -> str:
    """Return the command as it can be copied."""
    return shlex.join(["tthc", "rebuild", "--home", str(read_options(sys.argv[1:]).home)])


def _grouped(name: str, make: Callable[[int], Table], words: Words) -> None:
    st.html(_section(name, words))
    downloads.listing(name.replace("_", "-"), make, words)


def _section(name: str, words: Words) -> Html:
    title = markup.element("h2", words.text(f"{name}.title"), kind="section")
    return markup.join(title, markup.element("p", words.text(f"{name}.scope"), kind="of"))


if __name__ == "__main__":
    render()
