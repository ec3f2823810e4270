"""The 766 index of one unit: points lost and where, what would help, every component, and the units beside it."""

from collections.abc import Callable

import streamlit as st

from dashboard import choice, downloads, frame, markup
from dashboard import reads as screen_reads
from dashboard.choice import Choice
from dashboard.index766 import cards, listings, reads
from dashboard.markup import Html, Table
from dashboard.words import Words
from metrics.index_standing import Standing
from metrics.periods import in_english, in_vietnamese
from metrics.snapshot import Snapshot

TITLE = "index.title"
ORDER = 70


def render() -> None:
    """Show how a unit stands in a period; where the choice has no points, the newest that has."""
    opened = frame.opened(TITLE)
    if opened is None:
        return
    words, chosen = opened.words, opened.choice
    if chosen is None:
        st.html(markup.element("p", words.text("nothing.lead"), kind="none"))
        return
    source = _source(opened.snapshot, chosen)
    found = _chosen(opened.snapshot, chosen, source, words) if source else None
    if source is None or found is None:
        st.html(markup.element("p", words.text("index.none"), kind="none"))
        return
    st.html(_scope(opened.snapshot, found, words))
    st.html(markup.join(cards.headline(found, words), cards.tiles(found, words)))
    _points(found, words)
    _ways(found, words)
    _listed("component", lambda most: listings.components(found, most, words), words)
    _comparison(opened.snapshot, found, words)
    st.html(cards.version(found, words))


def _source(snapshot: Snapshot, chosen: Choice) -> str | None:
    """Return the chosen source; a dossier list has no points: then the first portal that has."""
    with_points = [source for source in reads.portals(snapshot) if reads.scored(snapshot, source)]
    if chosen.source.source in with_points:
        return chosen.source.source
    return next(iter(with_points), None)


def _chosen(snapshot: Snapshot, chosen: Choice, source: str, words: Words) -> Standing | None:
    """Show the units and periods with points, which are more than those with rates, and return the standing."""
    units = reads.scored(snapshot, source)
    _follow(f"{chosen.source.source} {chosen.unit.code} {chosen.period.label}")
    if source != chosen.source.source:
        name = choice.source_name(source, words)
        st.html(markup.element("p", words.text("index.other_source", source=name), kind="of"))
    said = choice.asked("unit") or ""
    opening = next((code for code in (said, chosen.unit.code) if code in units), next(iter(units)))
    with st.container(key="narrow-scored", horizontal=True):
        unit = choice.choose(
            words.text("index.unit"),
            "scored",
            list(units),
            opening,
            lambda key: f"{units[key].name} ({key})",
            width=420,
        )
        periods = units[unit].periods
        asked = (chosen.period.start, chosen.period.end)
        same = (label for label, one in periods.items() if (one.start, one.end) == asked)
        period = choice.choose(
            words.text("index.period"),
            "when",
            list(periods),
            next(same, next(iter(periods))),
            lambda key: words.either(in_vietnamese(periods[key]), in_english(periods[key])).capitalize(),
            width=260,
        )
    return reads.standing(snapshot, unit, period, source)


def _follow(above: str) -> None:
    """Follow the controls at the top when they are changed: what was chosen below them is of the choice before."""
    before = st.session_state.get("index_above", above)
    st.session_state["index_above"] = above
    if before != above:
        for name in ("scored", "when"):
            st.query_params.pop(name, None)


def _scope(snapshot: Snapshot, found: Standing, words: Words) -> Html:
    period, source = found.period, choice.source_name(found.source.source, words)
    line = words.text("index.scope", unit=found.unit.name, days=words.days(period.start, period.end), source=source)
    instants = {one.source: one.captured_at for one in screen_reads.sources(snapshot)}
    captured = words.text("index.captured", at=words.instant(instants.get(found.source.source)))
    open_period = "" if period.complete(found.source.as_of_day) else f" · {words.text('scope.open')}"
    return markup.element("h2", line, " ", markup.element("span", captured, open_period, kind="open"), kind="scope")


def _points(found: Standing, words: Words) -> None:
    left, right = st.columns([11, 10], gap="medium")
    with left:
        st.html(_section("bars", words))
        st.html(cards.bars(found, words))
    with right:
        _listed("loss", lambda most: listings.losses(found, most, words), words)


def _ways(found: Standing, words: Words) -> None:
    """Show both ways to the next rating, side by side."""
    above = found.next_band
    if above is None or not found.actions:
        return
    aim = {"band": cards.band_name(above, words), "points": words.count(above.start)}
    st.html(markup.element("h2", words.text("action.aim", **aim), kind="section"))
    sides = {"fewest": found.actions, "easiest": found.easiest}
    for (name, way), column in zip(sides.items(), st.columns(2, gap="medium"), strict=True):
        with column:
            lead = markup.element("b", words.text(f"action.{name}"))
            st.html(markup.element("p", lead, ": ", words.text(f"action.{name}_more"), kind="of"))
            downloads.listing(f"action-{name}", lambda _, n=name, w=way: listings.actions(n, w, words), words)


def _comparison(snapshot: Snapshot, found: Standing, words: Words) -> None:
    asked = (found.period.label, found.source.source)
    sides = {which: reads.compared(snapshot, found.unit.code, which, *asked) for which in (reads.BELOW, reads.LIKE)}
    offered = [which for which, units in sides.items() if len(units) > 1 or (which == reads.BELOW and units)]
    if not offered:
        return
    st.html(_section("compare", words))
    groups = found.version.groups
    with st.container(key="narrow-compare", horizontal=True):
        which = choice.choose(
            words.text("compare.which"),
            "with",
            offered,
            offered[0],
            lambda key: words.text(f"compare.{key}"),
            width=300,
        )
        names = {"": words.text("compare.total"), listings.NAME: words.text("compare.unit")}
        names |= {one.code: cards.group_name(one, words) for one in groups}
        sort = choice.choose(words.text("compare.sort"), "sort", list(names), "", lambda key: names[key], width=260)
    here = found.unit.code
    place = choice.place() | {
        name: st.query_params[name] for name in ("when", "with", "sort") if name in st.query_params
    }
    downloads.listing(
        "compare", lambda most: listings.comparison(sides[which], groups, here, sort, most, place, words), words
    )


def _listed(name: str, make: Callable[[int], Table], words: Words) -> None:
    st.html(_section(name, words))
    downloads.listing(name, make, words)


def _section(name: str, words: Words) -> Html:
    title = markup.element("h2", words.text(f"{name}.title"), kind="section")
    return markup.join(title, markup.element("p", words.text(f"{name}.scope"), kind="of"))


if __name__ == "__main__":
    render()
