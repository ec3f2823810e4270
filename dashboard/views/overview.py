"""Overview: the headline rates of one unit and period, the units below target, alerts, what came in and what did not."""

import sys

import streamlit as st

from collectors.home import open_home
from dashboard import access, cards, charts, choice, downloads, frame, headline, listings, markup, reads
from dashboard.alerting import listings as alert_listings
from dashboard.alerting import reads as alert_reads
from dashboard.choice import Choice
from dashboard.markup import Html
from dashboard.options import read_options
from dashboard.rows import Rate, State
from dashboard.sight import cards as sight
from dashboard.sight import reads as sight_reads
from dashboard.words import Words
from metrics.journal import naive_utc
from metrics.snapshot import Snapshot

TITLE = "overview.title"
ORDER = 10


def render() -> None:
    """Show the newest published state for what the address asks for."""
    opened = frame.opened(TITLE)
    if opened is None:
        return
    snapshot, words, chosen = opened.snapshot, opened.words, opened.choice
    if chosen is None:
        st.html(markup.element("p", words.text("nothing.lead"), kind="none"))
        _collection(snapshot, words)
        return
    shown = headline.rates(snapshot, chosen)
    _headline(snapshot, chosen, shown, words)
    _attention(snapshot, chosen, opened.state, words)
    _collection(snapshot, words)
    basis = st.expander(words.text("basis.title"), key="basis", on_change="rerun")
    if basis.open:  # what nobody unfolded need not be sent
        with basis:
            downloads.listing("basis", lambda _: cards.basis(shown, words), words)


def _headline(snapshot: Snapshot, chosen: Choice, shown: list[Rate], words: Words) -> None:
    st.html(_scope(snapshot, chosen, shown, words))
    months = reads.months(snapshot, chosen.source.source, chosen.unit.code)
    asked = (chosen.source.source, chosen.unit.code, chosen.period.label)
    ahead, before = sight_reads.outlooks(snapshot, *asked), sight_reads.earlier(snapshot, *asked)
    found = [
        markup.join(
            cards.card(rate, words),
            _trend(rate, months.get((rate.metric, rate.variant), []), words),
            sight.ahead(rate, ahead.get((rate.metric, rate.variant)), before, words),
        )
        for rate in shown
    ]
    st.html(
        markup.element("div", *(markup.element("article", one) for one in [*found, cards.legend(words)]), kind="cards")
    )


def _trend(rate: Rate, months: list[Rate], words: Words) -> Html:
    alt = words.text(
        "card.trend_alt",
        metric=cards.metric_name(rate.metric, words),
        unit=rate.unit_name,
        first=f"{months[0].period.start:%m/%Y}" if months else "",
        last=f"{months[-1].period.start:%m/%Y}" if months else "",
    )
    return charts.trend(months, words, alt=alt, limits=sight_reads.limits(months))


def _scope(snapshot: Snapshot, chosen: Choice, shown: list[Rate], words: Words) -> Html:
    """Name what the figures below are of, and how many dossiers there were."""
    period = chosen.period
    line = words.text("scope.line", unit=chosen.unit.name, period=choice.period_days(period, words))
    open_period = "" if period.complete else markup.element("span", words.text("scope.open"), kind="open")
    volumes = reads.volumes(snapshot, chosen.source, chosen.unit.code, period)
    tiles = [cards.volume(found, words) for found in volumes]
    return markup.join(
        markup.element("h2", line, " ", open_period, kind="scope"),
        markup.element("div", cards.summary(shown, words), *tiles, kind="tiles"),
    )


def _attention(snapshot: Snapshot, chosen: Choice, state: State, words: Words) -> None:
    left, right = st.columns([13, 8], gap="medium")
    with left:
        st.html(_section("below", _below_scope(snapshot, chosen, words), words))
        _below(snapshot, chosen, words)
    with right:
        published = words.instant(state.published_at)
        scope = words.text("alert.scope", unit=chosen.unit.name, published=published)
        st.html(_section("alert", scope, words))
        lives = _lives(words)
        downloads.listing(
            "alert", lambda most: listings.alerts(reads.alerts(snapshot, chosen.unit.code, most), lives, words), words
        )
        st.html(
            markup.element(
                "p", markup.link(choice.address("alerts", choice.place()), words.text("alert.page")), kind="of"
            )
        )


def _lives(words: Words) -> dict[str, str]:
    """Return since when each alert lasts and who knows, as the journal has it at this moment."""
    options = read_options(sys.argv[1:])
    board = alert_reads.board(open_home(options.home), access.reader(), naive_utc(options.now))
    return {one.state.key: alert_listings.life(board, one, words) for one in board.alerts}


def _below(snapshot: Snapshot, chosen: Choice, words: Words) -> None:
    """Show the choice of a rate, and what is below target of it."""
    metrics = [rate.metric for rate in headline.rates(snapshot, chosen)]
    everything = words.text("choose.all_metrics")
    with st.container(key="narrow", horizontal=True):
        metric = choice.choose(
            words.text("choose.metric"),
            "metric",
            ["", *metrics],
            "",
            lambda key: cards.metric_name(key, words) if key else everything,
            width=300,
        )
        toggle = st.empty()
    asked = (snapshot, chosen.source.source, chosen.unit.code, chosen.period.label, metric)
    downloads.listing("below", lambda most: listings.below(reads.below_target(*asked, most), words), words, toggle)


def _below_scope(snapshot: Snapshot, chosen: Choice, words: Words) -> str:
    units = reads.units(snapshot, chosen.source.source)
    key = "under" if any(unit.parent == chosen.unit.code for unit in units) else "itself"
    return words.text(
        f"below.{key}",
        unit=chosen.unit.name,
        period=choice.period_days(chosen.period, words),
        source=choice.source_name(chosen.source.source, words),
    )


def _collection(snapshot: Snapshot, words: Words) -> None:
    """Say in one line what was collected, and where to read more."""
    found = reads.collected(snapshot)
    line = words.text(
        "collection.line",
        exports=words.count(found["exports"]),
        newest=words.instant(found["newest"]),
        refused=words.count(found["refused"]),
        rows=words.count(found["rows_refused"]),
    )
    more = markup.link(choice.address("data", choice.place(), part="exports"), words.text("collection.more"))
    st.html(markup.element("p", line, " ", more, kind="collection"))


def _section(name: str, scope: str, words: Words) -> Html:
    return markup.join(
        markup.element("h2", words.text(f"{name}.title"), kind="section"), markup.element("p", scope, kind="of")
    )


if __name__ == "__main__":
    render()
