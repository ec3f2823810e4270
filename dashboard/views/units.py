"""Units compared fairly: a funnel and three bands instead of a league table, small numbers marked and never ranked."""

import streamlit as st

from dashboard import cards, choice, downloads, frame, markup
from dashboard.assessed import installation, less_is_better
from dashboard.frame import Opened
from dashboard.markup import Html
from dashboard.metrics_shown import choose_metric, explained, section
from dashboard.rows import Period
from dashboard.units import listings, plots, reads
from dashboard.units.reads import Group
from dashboard.words import Words
from metrics.insight.funnel import Band

TITLE = "units.title"
ORDER = 20

FEW = 5  # below this, limits of a funnel say little


def render() -> None:
    """Show how the units below the chosen one (or beside it) differ in one rate."""
    found = frame.with_rates(TITLE)
    if found is None:
        return
    opened, chosen = found
    words = opened.words
    metric = choose_metric(opened)
    if metric is None:
        return
    with explained():
        asked = (metric, chosen.source.source, chosen.unit.code, chosen.period.label)
        group = reads.group(opened.snapshot, installation().extra_targets, *asked)
        if group is None or not group.comparison.parts:
            st.html(markup.element("p", words.text("units.alone", unit=chosen.unit.name), kind="none"))
            return
        _group(opened, group, chosen.period, metric)


def _group(opened: Opened, group: Group, period: Period, metric: str) -> None:
    words, less = opened.words, less_is_better(metric)
    st.html(_scope(group, period, metric, words))
    names = {part.key: part.name for part in group.parts}
    if group.comparison.spread:
        st.html(section("units.funnel", words))
        st.vega_lite_chart(
            spec=plots.funnel(group, names, words, less_is_better=less),
            theme=None,
            alt=words.text("units.funnel_alt", metric=cards.metric_name(metric, words), unit=group.above.name),
        )
        st.html(markup.element("p", words.text("units.funnel_how"), kind="of"))
    st.html(section("units.table", words, words.text("units.table_how")))
    place = choice.place()
    downloads.listing("units", lambda most: listings.units(group, place, words, most, less_is_better=less), words)


def _scope(group: Group, period: Period, metric: str, words: Words) -> Html:
    """Say of whom, of when, the whole, and how many units lie where."""
    line = words.text(
        "units.scope",
        metric=cards.full_name(metric, words),
        unit=group.above.name,
        period=choice.period_days(period, words),
    )
    return markup.join(
        markup.element("h2", line, kind="scope"),
        markup.element("p", _whole(group, words), kind="figured"),
        markup.element("p", _bands(group, words), kind="told"),
    )


def _whole(group: Group, words: Words) -> str:
    rate = group.whole
    if rate is None or rate.ratio is None:
        return words.text("units.no_whole", unit=group.above.name)
    ratio = words.ratio(rate.ratio, [rate.target.value] if rate.target else [])
    counts = words.counts(rate.numerator, rate.denominator)
    return words.text("units.whole", ratio=ratio, counts=counts, counted=cards.counted(rate.metric, words))


def _bands(group: Group, words: Words) -> str:
    found = group.comparison
    if found.spread is None:
        return words.text("units.none_ranked")
    ranked = {name: words.count(found.count(band)) for name, band in (("lower", Band.LOWER), ("higher", Band.HIGHER))}
    said = words.text(
        "units.bands",
        **ranked,
        expected=words.count(found.count(Band.EXPECTED)),
        small=words.count(found.count(None)),
        counted=cards.counted(group.parts[0].rate.metric, words),
    )
    spread = words.text("units.wide" if found.spread.tau2 > 0 else "units.plain")
    few = words.text("units.few") if len(found.parts) < FEW else ""
    return " ".join(part for part in (said, spread, few) if part)


if __name__ == "__main__":
    render()
