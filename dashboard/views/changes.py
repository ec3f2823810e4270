"""Why a rate moved: what the parts changed themselves and what their weights did, between two periods."""

import streamlit as st

from dashboard import cards, choice, downloads, frame, markup
from dashboard.assessed import installation
from dashboard.changes import listings, plots, reads
from dashboard.changes.reads import Move, Why
from dashboard.choice import Choice
from dashboard.frame import Opened
from dashboard.metrics_shown import choose_metric, explained, section
from dashboard.rows import Period, Rate
from dashboard.words import Words
from metrics.insight.comparable import Against
from metrics.insight.decomposition import Decomposition
from metrics.rates import By

TITLE = "changes.title"
ORDER = 40

AGAINST = {"previous": Against.PREVIOUS, "year_before": Against.YEAR_BEFORE}
LABELS = {"unit": "by_unit", "field": "by_field", "procedure": "by_procedure"}
PARTS = {"unit": "parts_unit", "field": "parts_field", "procedure": "parts_procedure"}
DIMENSIONS: dict[str, By] = {"unit": "unit", "field": "field", "procedure": "procedure"}


def render() -> None:
    """Show both comparisons of the chosen period in a sentence, and the parts of one of them."""
    found = frame.with_rates(TITLE, period="month")
    if found is None:
        return
    opened, chosen = found
    words = opened.words
    metric = choose_metric(opened)
    if metric is None:
        return
    with explained():
        _moves(opened, chosen, metric)
        with st.container(key="narrow", horizontal=True):
            against = AGAINST[
                choice.choose_part(
                    words.text("changes.against"), "against", list(AGAINST), lambda key: words.text(f"changes.{key}")
                )
            ]
            by = DIMENSIONS[
                choice.choose_part(
                    words.text("changes.by"),
                    "by",
                    _dimensions(chosen),
                    lambda key: words.text(f"changes.{LABELS[key]}"),
                )
            ]
        _parts(opened, chosen, metric, against, by)


def _dimensions(chosen: Choice) -> list[str]:
    """Return by what a change can be taken apart: delivered figures know units only."""
    return list(DIMENSIONS) if chosen.source.kind == "dossier" else ["unit"]


def _moves(opened: Opened, chosen: Choice, metric: str) -> None:
    """Say how the rate moved against the period before and against the year before."""
    words = opened.words
    line = words.text(
        "changes.scope",
        metric=cards.full_name(metric, words),
        unit=chosen.unit.name,
        period=choice.period_days(chosen.period, words),
    )
    targets = installation().extra_targets
    where = (metric, chosen.source.source, chosen.unit.code, chosen.period)
    found = [(name, reads.move(opened.snapshot, targets, *where, against)) for name, against in AGAINST.items()]
    tiles = [_tile(words.text(f"changes.{name}"), move, words) for name, move in found]
    now = found[0][1].after
    st.html(
        markup.join(
            markup.element("h2", line, kind="scope"),
            markup.element("p", _figure(now, words), kind="figured"),
            markup.element("div", *tiles, kind="tiles two"),
        )
    )


def _figure(rate: Rate | None, words: Words) -> str:
    if rate is None or rate.ratio is None:
        return words.text("changes.no_dossiers")
    counts = words.counts(rate.numerator, rate.denominator)
    return f"{words.ratio(rate.ratio)} = {counts} {cards.counted(rate.metric, words)}"


def _tile(name: str, move: Move, words: Words) -> markup.Html:
    when = choice.period_name(move.earlier, words)
    change = move.change
    value = words.text("changes.no_dossiers")
    if change is not None:
        value = words.text("changes.moved", points=words.percent_points(change))
    return markup.element(
        "div",
        markup.element("span", f"{name}: {when}", kind="label"),
        markup.element("span", value, kind="value"),
        markup.element("span", _figure(move.before, words), kind="when"),
        kind="tile",
    )


def _parts(opened: Opened, chosen: Choice, metric: str, against: Against, by: By) -> None:
    words, snapshot, home = opened.words, opened.snapshot, installation()
    where = (metric, chosen.source.source, chosen.unit.code, chosen.period, against)
    why = reads.why(snapshot, home.extra_targets, *where, by)
    then = reads.before(chosen.period, against)
    st.html(section("changes.why", words, _between(chosen, then, words)))
    _break(opened, chosen, then, by)
    if why.found is None:
        st.html(markup.element("p", words.text("changes.none"), kind="none"))
        return
    st.html(_said(why, why.found, by, words))
    found = why.found
    alt = words.text("changes.alt", metric=cards.metric_name(metric, words))
    st.vega_lite_chart(spec=plots.contributions(why, found, words), theme=None, alt=alt)
    downloads.listing("changes", lambda most: listings.contributions(why, found, words, most), words)
    st.html(markup.element("p", words.text("changes.how"), kind="of"))


def _between(chosen: Choice, then: Period, words: Words) -> str:
    return f"{choice.period_days(then, words)} → {choice.period_days(chosen.period, words)}"


def _break(opened: Opened, chosen: Choice, then: Period, by: By) -> None:
    """Mark a merger between the two periods: the rates are then of different offices."""
    words = opened.words
    found = reads.broken(opened.snapshot, installation().extra_history, chosen.unit.code, then.start, chosen.period.end)
    if found is not None and (found.own or by == "unit"):
        key = "changes.broken" if found.own else "changes.broken_below"
        st.html(markup.notice("stale", words.text("changes.break_title"), words.text(key, event=found.said)))


def _said(why: Why, found: Decomposition[str], by: By, words: Words) -> markup.Html:
    """Say the change in one sentence, and in another what is easily read the wrong way round."""
    key = "still" if found.change == 0 else "rose" if found.change > 0 else "fell"
    sentence = words.text(
        f"changes.{key}",
        points=words.percent_points(found.change).lstrip("+\N{MINUS SIGN}"),
        before=words.ratio(float(found.before)),
        after=words.ratio(float(found.after)),
        mix=words.percent_points(found.mix),
        own=words.percent_points(found.rate),
        parts=words.text(f"changes.{PARTS[by]}"),
    )
    said = [markup.element("p", markup.element("b", sentence), kind="told")]
    if found.reversal:
        way = "reversal_fell" if found.change < 0 else "reversal_rose"
        paradox = words.text(f"changes.{way}", parts=words.text(f"changes.{PARTS[by]}"))
        said.append(markup.element("p", "⚠ ", paradox, kind="told"))
    if not why.whole:
        said.append(markup.element("p", words.text("changes.not_whole"), kind="of"))
    return markup.join(*said)


if __name__ == "__main__":
    render()
