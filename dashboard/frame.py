"""The frame of every page: language, the newest published state, the choice in the address, and what puts it in doubt.

A page begins with `opened`: what comes back is ready to be shown; what cannot be shown has been explained already.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import streamlit as st

from collectors.home import ConfigError, Office
from dashboard import access, choice, markup, reads
from dashboard.choice import Choice
from dashboard.installed import installed
from dashboard.markup import Html
from dashboard.options import read_options
from dashboard.rows import Source, State
from dashboard.words import Words
from metrics.alerts import LATE_AFTER
from metrics.readers import Reader
from metrics.snapshot import Snapshot, SnapshotError

LOOK_AGAIN_SECONDS = 5  # one small file and one query of two indexed maxima: what somebody did is seen on every screen
Chooser = Callable[[Snapshot, Office, str, Words], Choice | None]


@dataclass(frozen=True, slots=True)
class Opened:
    """One published state, who reads it and what they ask of it; choice None: no source has a rate yet."""

    snapshot: Snapshot
    state: State
    choice: Choice | None
    words: Words
    reader: Reader


def opened(page: str, *, period: str = "", choose: Chooser | None = None) -> Opened | None:
    """Show the head of a page (`page`: the key of its title) and return what it is about.

    period: the kind of period to open with, the newest of it that is over; "" for the first there is.
    choose: shows the controls of a page that has its own, and returns what they say.
    None while nothing was published, or nothing can be read: then the page says what to do.
    """
    options = read_options(sys.argv[1:])
    words = choice.language()
    _dress(words)
    try:
        office = installed(options.home).config.office
        shown = reads.newest_mark(options.home)  # before anything is read: what comes meanwhile is seen next time
        snapshot = reads.current(options.home)
    except (ConfigError, SnapshotError) as error:
        _broken(page, str(error), words)
        return None
    _look_again(options.home, shown)
    if snapshot is None:
        _empty(page, options.home, words)
        return None
    state = reads.state(snapshot)
    with st.container(key="top", gap=None):
        heading = st.empty()
        chosen = (choose or _choose)(snapshot, office, period, words)
    heading.html(_heading(page, chosen, state, options.now, words))
    _notices(reads.sources(snapshot), chosen, options.now, words)
    return Opened(snapshot, state, chosen, words, access.reader())


def with_rates(page: str, *, period: str = "") -> tuple[Opened, Choice] | None:
    """Open a page about rates as `opened` does; where no source has one yet, the page says so and None comes back."""
    found = opened(page, period=period)
    if found is None:
        return None
    if found.choice is None:
        st.html(markup.element("p", found.words.text("nothing.lead"), kind="none"))
        return None
    return found, found.choice


def shown_alone(page: str) -> Opened | None:
    """Return what a page without controls is about: what its address says, else the first source, unit and period."""
    options = read_options(sys.argv[1:])
    words = choice.language()
    _dress(words)
    try:
        office = installed(options.home).config.office
        shown = reads.newest_mark(options.home)  # before anything is read: what comes meanwhile is seen next time
        snapshot = reads.current(options.home)
    except (ConfigError, SnapshotError) as error:
        _broken(page, str(error), words)
        return None
    if snapshot is None:
        _empty(page, options.home, words)
        _look_again(options.home, shown)
        return None
    return Opened(snapshot, reads.state(snapshot), _said(snapshot, office), words, access.reader())


def _dress(words: Words) -> None:
    """Give the page its look and what the framework leaves out; the script is ours alone, no data go into it."""
    st.html(markup.style())
    st.html(markup.behaviour(words.language, words.text("screen.skip")), unsafe_allow_javascript=True)


def _said(snapshot: Snapshot, office: Office) -> Choice | None:
    """Return what the address says, without showing any control."""
    sources = {source.source: source for source in reads.sources(snapshot)}
    if not sources:
        return None
    first = choice.first_source(list(sources.values()), office.primary_source)
    source = sources.get(choice.asked("source") or "", first)
    units = {unit.code: unit for unit in reads.units(snapshot, source.source)}
    unit = units.get(choice.asked("unit") or "") or choice.first_unit(list(units.values()), _own(office), source.kind)
    periods = {period.label: period for period in reads.periods(snapshot, source.source, unit.code)}
    return Choice(source, unit, periods.get(choice.asked("period") or "") or next(iter(periods.values())))


def _own(office: Office) -> str:
    """Return the unit to open with: the reader's own, else the office's."""
    scope = access.reader().scope
    return office.unit if scope.everything or not scope.units else scope.units[0]


@st.fragment(run_every=LOOK_AGAIN_SECONDS)
def _look_again(home: Path, shown: tuple[str, str]) -> None:
    """Run the page again when another state was published, or anything became of an alert, since it was drawn."""
    if reads.newest_mark(home) != shown:
        st.rerun()


def _choose(snapshot: Snapshot, office: Office, kind: str, words: Words) -> Choice | None:
    """Show the controls and return what they say; None while no source has a rate."""
    sources = {source.source: source for source in reads.sources(snapshot)}
    if not sources:
        choice.choose_language(words)
        return None
    first = choice.first_source(list(sources.values()), office.primary_source).source
    source = choice.choose(
        words.text("choose.source"),
        "source",
        list(sources),
        first,
        lambda key: choice.source_title(sources[key], words),
    )
    units = {unit.code: unit for unit in reads.units(snapshot, source)}
    opening = choice.first_unit(list(units.values()), _own(office), sources[source].kind).code
    unit = choice.choose(
        words.text("choose.unit"), "unit", list(units), opening, lambda key: choice.unit_name(units[key])
    )
    periods = {period.label: period for period in reads.periods(snapshot, source, unit)}
    period = choice.choose(
        words.text("choose.period"),
        "period",
        list(periods),
        choice.first_period(list(periods.values()), kind).label,
        lambda key: choice.period_name(periods[key], words),
    )
    choice.choose_language(words)
    return Choice(sources[source], units[unit], periods[period])


def _heading(page: str, chosen: Choice | None, state: State, now: datetime, words: Words) -> Html:
    """Name the page, and say how old what it shows is."""
    published = words.text("fresh.published", published=words.instant(state.published_at))
    if chosen is None:
        lines = [markup.element("p", published, kind="fresh")]
    else:
        source = chosen.source
        name = choice.source_name(source.source, words)
        captured = {"captured": words.instant(source.captured_at), "age": words.age(source.captured_at, now)}
        newest = words.text("fresh.newest", day=words.day(source.newest_event))
        lines = [
            markup.element("p", words.text("fresh.line", source=name, **captured), kind="age"),
            markup.element("p", newest, " · ", published, kind="fresh", hint=state.snapshot_id),
            _on_paper(chosen, words),
        ]
    return markup.element("div", _name(page, words), *lines, kind="heading")


def _on_paper(chosen: Choice, words: Words) -> Html:
    """Say what was chosen where the controls are not to be seen."""
    said = {
        "unit": choice.unit_name(chosen.unit),
        "period": choice.period_days(chosen.period, words),
        "source": choice.source_title(chosen.source, words),
    }
    parts = [
        markup.element("span", words.text(f"choose.{name}"), ": ", markup.element("b", one))
        for name, one in said.items()
    ]
    return markup.element("p", *parts, kind="paper")


def _name(page: str, words: Words) -> Html:
    return markup.element("h1", words.text("screen.title"), markup.element("span", " · ", words.text(page)))


def _notices(sources: list[Source], chosen: Choice | None, now: datetime, words: Words) -> None:
    """Say first what puts the figures in doubt: synthetic data, old data."""
    told = []
    synthetic = ", ".join(choice.source_name(source.source, words) for source in sources if source.synthetic)
    if synthetic:
        other = chosen is not None and not chosen.source.synthetic
        more = words.text("screen.synthetic_other" if other else "screen.synthetic_more", sources=synthetic)
        told.append(markup.notice("synthetic", words.text("screen.synthetic"), more))
    if chosen is not None and words.passed(chosen.source.captured_at, now) > LATE_AFTER:
        source = chosen.source
        more = words.text(
            "fresh.stale_more",
            source=choice.source_name(source.source, words),
            captured=words.instant(source.captured_at),
            age=words.age(source.captured_at, now),
        )
        told.append(markup.notice("stale", words.text("fresh.stale"), more))
    if told:
        st.html(markup.join(*told))


def _empty(page: str, home: Path, words: Words) -> None:
    """Say what to do when nothing has been published yet."""
    _bare_heading(page, words)
    steps = [
        (words.text("empty.step_1", inbox=home / "inbox"), ""),
        (words.text("empty.step_2"), f"tthc collect --home {home}"),
        (words.text("empty.step_3"), f"tthc demo --home {home}"),
    ]
    st.html(markup.steps(words.text("empty.title"), words.text("empty.lead", home=home), steps))


def _broken(page: str, reason: str, words: Words) -> None:
    """Say why nothing can be shown, and what to do."""
    _bare_heading(page, words)
    st.html(markup.steps(words.text("broken.title"), reason, [(words.text("broken.advice"), "")]))


def _bare_heading(page: str, words: Words) -> None:
    with st.container(key="bare", gap=None):
        st.html(markup.element("div", _name(page, words), kind="heading"))
        choice.choose_language(words)
