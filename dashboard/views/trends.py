"""How a rate moves: a control chart with its signals in words, what happened meanwhile, and when dossiers come in."""

import streamlit as st

from dashboard import cards, choice, downloads, frame, markup
from dashboard.assessed import installation
from dashboard.choice import Choice
from dashboard.frame import Opened
from dashboard.metrics_shown import choose_rate, explained, section
from dashboard.rows import Rate
from dashboard.trends import listings, plots, reads
from dashboard.trends.reads import Extra, Season, Series, Step
from dashboard.words import Words
from metrics.insight.control_chart import LEAST_POINTS, Assurance
from metrics.insight.season import PartOfMonth

TITLE = "trends.title"
ORDER = 50

LEAST_DRAWN = 2
STEPS: dict[str, Step] = {"month": "month", "week": "week"}
ASSURANCE = {Assurance.PASSES: "passes", Assurance.FAILS: "fails", Assurance.HIT_OR_MISS: "hit_or_miss"}
PARTS = {PartOfMonth.FIRST: "first", PartOfMonth.SECOND: "second", PartOfMonth.LAST: "last"}
TITLES = {"by_weekday": "by_weekday.title", "by_part": "by_part.title"}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def render() -> None:
    """Show one rate of the chosen unit through time."""
    found = frame.with_rates(TITLE)
    if found is None:
        return
    opened, chosen = found
    rate = choose_rate(opened)
    if rate is None:
        return
    with explained():
        _chart(opened, chosen, rate)
        _season(opened, chosen)


def _chart(opened: Opened, chosen: Choice, rate: Rate) -> None:
    words = opened.words
    steps = [step for step in STEPS if step == "month" or reads.has_weeks(rate, chosen.source)]
    step = STEPS[choice.choose_part(words.text("trends.step"), "step", steps, lambda key: words.text(f"trends.{key}"))]
    home = installation()
    extra = Extra(home.extra_history, home.extra_annotations, home.extra_calendar)
    series = reads.series(opened.snapshot, extra, rate, chosen.source, step)
    line = words.text("trends.scope", metric=cards.full_name(rate.metric, words), unit=chosen.unit.name)
    st.html(markup.join(markup.element("h2", line, kind="scope"), *_said(series, rate, step, words)))
    if sum(len(piece.points) for piece in series.pieces) < LEAST_DRAWN:
        st.html(markup.element("p", words.text("trends.none"), kind="none"))
        return
    st.html(section("trends.question", words, words.text("trends.how")))
    alt = words.text("trends.alt", metric=cards.metric_name(rate.metric, words), unit=chosen.unit.name)
    st.vega_lite_chart(spec=plots.control(series, rate.target, step, words), theme=None, alt=alt)
    st.html(section("signals.title", words))
    downloads.listing("signals", lambda most: listings.signals(series, step, words, most), words)
    st.html(section("events.title", words, words.text("events.how")))
    downloads.listing("events", lambda _: listings.events(series, words), words)
    with st.expander(words.text("points.title")):
        downloads.listing("points", lambda most: listings.points(series, step, words, most), words)


def _said(series: Series, rate: Rate, step: Step, words: Words) -> list[markup.Html]:
    """Say what the process does with the target, or why nothing can be said yet."""
    newest = series.pieces[-1] if series.pieces else None
    if newest is None:
        return []
    count = words.count(len(newest.points))
    first = newest.points[0]
    since = plots.point_name(first, step, words) if step == "month" else words.day(first.start)
    if not newest.enough or newest.chart is None:
        said = words.text("trends.few", count=count, since=since, least=LEAST_POINTS)
        return [markup.element("p", said, kind="told")]
    mean, low, high = newest.chart.mean, newest.chart.lower[-1], newest.chart.upper[-1]
    shown = {"mean": words.ratio(mean), "low": words.ratio(low), "high": words.ratio(high)}
    lines = [words.text("trends.usual_range", since=since, count=count, **shown)]
    if series.assurance is not None and rate.target is not None:
        asked = cards.asked(rate, words, short=True)
        lines.append(words.text(f"assurance.{ASSURANCE[series.assurance]}", asked=asked))
    else:
        lines.append(words.text("assurance.no_target"))
    bold = markup.element("b", lines[1])
    return [markup.element("p", bold, kind="told"), markup.element("p", lines[0], kind="told")]


def _season(opened: Opened, chosen: Choice) -> None:
    """Show on which working days dossiers come in."""
    if chosen.source.kind == "statistic":
        return
    words = opened.words
    found = reads.season(opened.snapshot, installation().extra_calendar, chosen.unit.code, chosen.source)
    st.html(section("season.title", words))
    if found is None:
        st.html(markup.element("p", words.text("season.none"), kind="none"))
        return
    st.html(markup.element("p", words.text("season.how", days=words.days(found.start, found.end)), kind="of"))
    left, right = st.columns(2, gap="medium")
    with left:
        _bars("by_weekday", found, words)
    with right:
        _bars("by_part", found, words)


def _bars(name: str, found: Season, words: Words) -> None:
    groups = found.weekdays if name == "by_weekday" else found.parts
    names: dict[object, str] = {None: words.text("season.off")}
    names |= {number: words.text(f"season.{day}") for number, day in enumerate(WEEKDAYS)}
    names |= {part: words.text(f"season.{key}") for part, key in PARTS.items()}
    st.vega_lite_chart(spec=plots.seasonal(groups, names, words), theme=None, alt=words.text(TITLES[name]))
    downloads.listing(name, lambda _: listings.season(name, groups, names, words), words)


if __name__ == "__main__":
    render()
