"""Reports: which there are and by which document, of what they can be made, one of them made, shown and downloaded."""

import shlex
import sys
from collections.abc import Sequence

import streamlit as st

from collectors.home import ConfigError, Home, Office, open_home
from dashboard import choice, frame, markup
from dashboard.assessed import installation
from dashboard.choice import Choice
from dashboard.frame import Opened
from dashboard.markup import Html
from dashboard.options import read_options
from dashboard.reports import reads, sheets
from dashboard.reports.reads import Wanted
from dashboard.rows import Period
from dashboard.words import Words
from metrics import QuestionError
from metrics.reports import Kind, Report, Settings, kinds, settings_of
from metrics.snapshot import Snapshot
from metrics.targets import TargetError

TITLE = "reports.title"
ORDER = 110

HTML = "html"
AS_IS = ""
_ASKED = "report_asked"


def render() -> None:
    """Show what the chosen report is, and the report itself once it was asked for."""
    opened = frame.opened(TITLE, choose=_choose)
    if opened is None:
        return
    words, home = opened.words, installation()
    settings = settings_of(home)
    try:
        kind = _kind(kinds(settings.folder))
        if opened.choice is None:
            _nothing(opened.snapshot, kind, settings, words)
            return
        st.html(_facts(kind, opened.choice, words))
        _report(opened, kind, opened.choice, settings, home)
    except (QuestionError, TargetError, ConfigError) as error:
        _trouble(str(error), words)


def _choose(snapshot: Snapshot, _: Office, __: str, words: Words) -> Choice | None:
    """Show the choice of report, unit and period at the head of the page; None where there are no data of its sort."""
    settings = settings_of(open_home(read_options(sys.argv[1:]).home))
    try:
        found = kinds(settings.folder)
        by_id = {one.id: one for one in found}
        chosen = choice.choose(
            words.text("reports.kind"), "report", list(by_id), found[0].id, lambda key: by_id[key].name_vi
        )
        offer = reads.offered(snapshot, by_id[chosen], settings, choice.asked("unit"))
    except (QuestionError, ConfigError):
        choice.choose_language(words)
        return None  # the page says why
    units = {one.code: one for one in offer.units}
    unit = choice.choose(
        words.text("choose.unit"), "unit", list(units), offer.asked.unit.code, lambda key: _unit(units[key].name, key)
    )
    if unit != offer.asked.unit.code:
        offer = reads.offered(snapshot, by_id[chosen], settings, unit)
    periods = {one.label: one for one in (*offer.periods, offer.asked.period)}
    names = {label: reads.choice_of(snapshot, offer, label) for label in periods}
    shown = {label: _period(one.period, words) for label, one in names.items() if one}
    if not shown:
        choice.choose_language(words)
        return None
    label = choice.choose(
        words.text("choose.period"), "when", list(shown), offer.asked.period.label, lambda key: shown[key]
    )
    choice.choose_language(words)
    return names[label]


def _kind(found: Sequence[Kind]) -> Kind:
    """Return the report that the address names, else the first there is."""
    asked = st.query_params.get("report")
    return next((one for one in found if one.id == asked), found[0])


def _unit(name: str, code: str) -> str:
    return code if name == code else f"{name} ({code})"


def _period(period: Period, words: Words) -> str:
    name = choice.period_name(period, words)
    return name if period.complete else f"{name} ({words.text('scope.open')})"


def _facts(kind: Kind, chosen: Choice, words: Words) -> Html:
    """Say what the report is for, by which document, from which data, in what file."""
    source = choice.source_title(chosen.source, words)
    template = words.text("reports.own" if kind.own else "reports.ours", file=kind.template) if kind.template else ""
    lines = [
        (words.text("reports.purpose"), words.text_or(f"report_for.{kind.id}", words.text("reports.office_s_own"))),
        (words.text("reports.document"), kind.document or words.text("reports.no_document")),
        (words.text("reports.counted"), source),
        (words.text("reports.days"), choice.period_days(chosen.period, words)),
        (
            words.text("reports.file"),
            " · ".join(part for part in (words.text(f"reports.{kind.ending}"), template) if part),
        ),
    ]
    rows = [markup.element("p", markup.element("b", f"{label}: "), said) for label, said in lines]
    if not kind.confirmed:
        rows.append(markup.element("p", markup.badge("warning", words.text("reports.unconfirmed"))))
    if not chosen.period.complete:
        open_until = words.text("reports.open", day=words.day(chosen.source.as_of_day))
        rows.append(markup.element("p", markup.badge("not_due", open_until)))
    head = markup.element("h2", kind.name_vi, kind="scope")
    return markup.element("div", head, *rows, kind="account facts")


def _report(opened: Opened, kind: Kind, chosen: Choice, settings: Settings, home: Home) -> None:
    """Show the button, and the report of the choice for which it was pressed."""
    words = opened.words
    with st.container(key="narrow", horizontal=True):
        by = _by(kind, words)
        ending = choice.choose(
            words.text("reports.format"),
            "format",
            [kind.ending, HTML],
            kind.ending,
            lambda key: words.text(f"reports.{key}"),
            width=300,
        )
        pressed = st.button(words.text("reports.make"), type="primary", key="make_report")
    wanted = Wanted(kind.id, chosen.unit.code, chosen.period.label, chosen.source.source, by)
    if pressed:
        st.session_state[_ASKED] = wanted
    if st.session_state.get(_ASKED) != wanted:
        st.html(markup.element("p", words.text("reports.press"), kind="none"))
        return
    with st.spinner(words.text("reports.making")):
        made = reads.made(opened.snapshot, wanted, settings, home, read_options(sys.argv[1:]).now)
    _made(made, kind, ending, home, words)


def _by(kind: Kind, words: Words) -> str:
    if not kind.by:
        return AS_IS
    return choice.choose(
        words.text("reports.by"),
        "by",
        [AS_IS, *kind.by],
        AS_IS,
        lambda key: words.text(f"reports.by_{key}" if key else "reports.by_itself"),
        width=240,
    )


def _made(made: Report, kind: Kind, ending: str, home: Home, words: Words) -> None:
    """Offer the file, say what to know of it, show its pages, and how to make it again."""
    name = f"{made.name.rpartition('.')[0]}.{ending}"
    content, kind_of_file = (
        (sheets.document(made, kind.name_vi), "text/html") if ending == HTML else (made.content, made.media_type)
    )
    with st.container(horizontal=True, key="report-file"):
        st.download_button(
            words.text("reports.download", file=name),
            content,
            file_name=name,
            mime=kind_of_file,
            key="report_file",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
        )
    if made.notes:
        notes = [markup.element("li", note) for note in made.notes]
        with st.expander(words.text("reports.notes", count=words.count(len(notes)))):
            st.html(markup.element("div", markup.element("ul", *notes, kind="remarks"), kind="account"))
    st.html(
        markup.join(
            markup.element("h2", words.text("reports.preview"), kind="section"),
            markup.element("p", words.text("reports.preview_how"), kind="of"),
        )
    )
    st.html(sheets.pages(made, kind.name_vi))
    st.html(markup.element("p", words.text("reports.again"), kind="of"))
    st.code(f"{made.command} --home {shlex.quote(str(home.path))}", language=None, wrap_lines=True)


def _nothing(snapshot: Snapshot, kind: Kind, settings: Settings, words: Words) -> None:
    """Say why no such report can be made."""
    found = reads.offered(snapshot, kind, settings, choice.asked("unit"))
    _trouble(words.text("reports.no_source", source=found.asked.source.source), words)


def _trouble(reason: str, words: Words) -> None:
    st.html(markup.notice("stale", words.text("reports.trouble"), reason))
    st.html(markup.element("p", words.text("reports.advice"), kind="none"))


if __name__ == "__main__":
    render()
