"""The choice of a rate on the pages that look at one, and what is said where a question cannot be answered."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import cards, choice, markup, reads
from dashboard.frame import Opened
from dashboard.markup import Html
from dashboard.options import read_options
from dashboard.rows import Rate
from dashboard.words import Words
from metrics import QuestionError
from metrics.targets import TargetError


def choose_metric(opened: Opened) -> str | None:
    """Show the choice of a rate and return it; None, said on the page, where the unit has none in the period."""
    rate = choose_rate(opened)
    return rate.metric if rate else None


def choose_rate(opened: Opened) -> Rate | None:
    """Show the choice of a rate and return its published assessment; None where the unit has none in the period,
    or where the snapshot is of an earlier version: then the page says what to do.
    """
    words, chosen = opened.words, opened.choice
    if not reads.knows_parts(opened.snapshot):
        again = f"tthc rebuild --home {read_options(sys.argv[1:]).home}"
        st.html(markup.steps(words.text("older.title"), words.text("older.lead"), [("", again)]))
        return None
    found: dict[str, Rate] = {}
    if chosen is not None:
        where = (chosen.source.source, chosen.unit.code, chosen.period.label)
        for rate in reads.rates(opened.snapshot, *where):
            if rate.denominator is not None:
                found.setdefault(rate.metric, rate)
    if not found:
        st.html(markup.element("p", words.text("origin.no_rates"), kind="none"))
        return None
    metric = choice.choose(
        words.text("choose.metric"),
        "metric",
        list(found),
        next(iter(found)),
        lambda key: cards.full_name(key, words),
    )
    return found[metric]


def section(title: str, words: Words, how: str = "") -> Html:
    """Return the heading of a section (`title`: its key) and how to read it."""
    heading = markup.element("h2", words.text(title), kind="section")
    return markup.join(heading, markup.element("p", how, kind="of")) if how else heading


@contextmanager
def explained() -> Iterator[None]:
    """Say on the page why a question has no answer, or which target file cannot be used, instead of breaking it."""
    try:
        yield
    except (QuestionError, TargetError) as error:
        st.html(markup.element("p", str(error), kind="none"))
