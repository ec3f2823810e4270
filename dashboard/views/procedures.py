"""Procedures: which hold the gap, what is offered and never used, what if the worst became ordinary; one procedure's own."""

from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import cards, charts, choice, downloads, frame, markup
from dashboard.assessed import installation, less_is_better
from dashboard.assessed import of_procedure as assessments_of
from dashboard.choice import Choice
from dashboard.frame import Opened
from dashboard.metrics_shown import choose_rate, explained, section
from dashboard.procedures import listings, plots, reads
from dashboard.procedures.reads import Weight
from dashboard.rows import Rate
from dashboard.words import Words

TITLE = "procedures.title"
ORDER = 30

LEAST_MARKS = 3
LEVELS = {"full": "level_full", "partial": "level_partial", "information": "level_information"}
UNUSED = {  # section → metric, title, explanation
    "never_online": ("online_of_offered", "never_online.title", "never_online.how"),
    "never_paid": ("online_payment", "never_paid.title", "never_paid.how"),
}


def render() -> None:
    """Show the procedures of the chosen unit, or the one that the address names."""
    found = frame.with_rates(TITLE)
    if found is None:
        return
    opened, chosen = found
    rate = choose_rate(opened)
    if rate is None:
        return
    procedure = st.query_params.get("procedure", "")
    with explained():
        if procedure:
            _one(opened, chosen, rate, procedure)
        else:
            _all(opened, chosen, rate)


def _all(opened: Opened, chosen: Choice, rate: Rate) -> None:
    words, targets = opened.words, installation().extra_targets
    where = (chosen.source.source, chosen.unit.code, chosen.period.label)
    found = reads.weight(opened.snapshot, targets, rate.metric, *where)
    place = choice.place() | {"metric": rate.metric}
    st.html(_scope(chosen, rate, words))
    if not found.parts:
        st.html(markup.element("p", words.text("procedures.no_dossiers"), kind="none"))
        return
    _gap(found, rate, words)
    downloads.listing("procedures", lambda most: listings.procedures(found, place, words, most), words)
    _what_if(found, rate, place, words)
    if len([part for part in found.parts if part.counts[1]]) >= LEAST_MARKS:
        st.html(section("procedures.scatter", words, words.text("procedures.scatter_how")))
        alt = words.text("procedures.scatter_alt", metric=cards.metric_name(rate.metric, words))
        st.vega_lite_chart(spec=plots.scatter(found.parts, words), theme=None, alt=alt)
    _unused(opened, targets, where, place)


def _scope(chosen: Choice, rate: Rate, words: Words) -> markup.Html:
    name, period = cards.full_name(rate.metric, words), choice.period_days(chosen.period, words)
    line = words.text("procedures.scope", metric=name, unit=chosen.unit.name, period=period)
    ratio = words.ratio(rate.ratio, [rate.target.value] if rate.target else [])
    counts = words.counts(rate.numerator, rate.denominator)
    whole = words.text("procedures.whole", ratio=ratio, counts=counts, counted=cards.counted(rate.metric, words))
    asked = f"{whole} · {cards.asked(rate, words, short=True)}"
    return markup.join(markup.element("h2", line, kind="scope"), markup.element("p", asked, kind="figured"))


def _gap(found: Weight, rate: Rate, words: Words) -> None:
    """Say how few procedures hold 80 % of what is missing, and draw them."""
    st.html(section("procedures.pareto", words))
    if not found.held:
        key = "procedures.no_gap" if rate.target else "procedures.no_target"
        st.html(markup.element("p", words.text(key), kind="none"))
        return
    most = [one for one in found.held if one.most]
    said = words.text(
        "procedures.pareto_said",
        few=words.count(len(most)),
        all=words.count(len(found.held)),
        share=words.ratio(float(most[-1].together)),
        counted=cards.counted(rate.metric, words),
    )
    st.html(markup.element("p", said, " ", words.text("procedures.pareto_how"), kind="told"))
    alt = words.text("procedures.pareto_alt", metric=cards.metric_name(rate.metric, words))
    st.vega_lite_chart(spec=plots.pareto(found, words), theme=None, alt=alt)


def _what_if(found: Weight, rate: Rate, place: dict[str, str], words: Words) -> None:
    st.html(section("what_if.title", words))
    told = found.what_if
    if told is None or not told.gains:
        st.html(markup.element("p", words.text("what_if.none"), kind="none"))
        return
    less = less_is_better(rate.metric)
    said = words.text(
        "what_if.said_down" if less else "what_if.said",
        count=words.count(len(told.gains)),
        unit=found.level_of,
        level=words.ratio(float(told.level)),
        before=words.ratio(float(told.before)),
        after=words.ratio(float(told.after)),
    )
    st.html(markup.element("p", said, kind="told"))
    downloads.listing("what-if", lambda _: listings.what_if(found, place, words), words)


def _unused(opened: Opened, targets: Path | None, where: tuple[str, str, str], place: dict[str, str]) -> None:
    words = opened.words
    for column, (name, (metric, title, how)) in zip(st.columns(2, gap="medium"), UNUSED.items(), strict=True):
        with column:
            parts = reads.unused(opened.snapshot, targets, metric, *where)
            st.html(section(title, words, words.text(how)))
            downloads.listing(name, partial(listings.unused, name, parts, place, words), words)


def _one(opened: Opened, chosen: Choice, rate: Rate, procedure: str) -> None:
    """Show one procedure: what is known of it, its rates, its months, its units."""
    words, snapshot, place = opened.words, opened.snapshot, choice.place() | {"metric": rate.metric}
    st.html(markup.element("p", markup.link(choice.address("procedures", place), words.text("procedure.back"))))
    where = (chosen.source.source, chosen.unit.code, chosen.period.label)
    parts = assessments_of(snapshot, installation().extra_targets, procedure, *where)
    known = reads.flags(snapshot, procedure)
    if not parts or not known:
        st.html(markup.element("p", words.text("procedure.none", procedure=procedure), kind="none"))
        return
    st.html(_named(known, chosen, words))
    downloads.listing("procedure-rates", lambda _: listings.metrics(parts, words), words)
    of_metric = next((part.rate for part in parts if part.rate.metric == rate.metric), rate)
    asked = (snapshot, of_metric, procedure, chosen.unit.code)
    months, units = reads.months(*asked, chosen.period), reads.units(*asked, chosen.period)
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(section("procedure_months.title", words, cards.full_name(rate.metric, words)))
        alt = words.text("procedure.months_alt", metric=cards.metric_name(rate.metric, words))
        st.html(charts.trend(months, words, alt=alt) or " ")
        downloads.listing("procedure-months", lambda most: listings.months(months, words, most), words)
    with right:
        how = f"{cards.full_name(rate.metric, words)} · {choice.period_days(chosen.period, words)}"
        st.html(section("procedure_units.title", words, how))
        place_of = place | {"procedure": procedure}
        downloads.listing("procedure-units", lambda most: listings.units(units, place_of, words, most), words)


def _named(known: dict[str, object], chosen: Choice, words: Words) -> markup.Html:
    """Name a procedure, with what lists of procedures say of it."""
    said = [str(known.get("procedure_code") or ""), str(known.get("field") or "")]
    level, fee = known.get("service_level"), known.get("fee")
    if level is not None:
        said.append(
            words.text("procedure.level", level=words.text_or(f"procedure.{LEVELS.get(str(level))}", str(level)))
        )
    if fee is not None:
        said.append(words.text("procedure.fee" if fee else "procedure.no_fee"))
    scope = words.text("scope.line", unit=chosen.unit.name, period=choice.period_days(chosen.period, words))
    return markup.join(
        markup.element("h2", str(known.get("procedure_name") or known["procedure_key"]), kind="section"),
        markup.element("p", " · ".join(part for part in (*said, scope) if part), kind="of"),
    )


if __name__ == "__main__":
    render()
