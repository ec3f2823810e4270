"""The data behind the figures: sources, runs, exports, findings, refused rows, the portal's counts, origins, upload."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from collectors.home import open_home
from dashboard import access, cards, choice, downloads, frame, markup
from dashboard import reads as screen_reads
from dashboard.data import intake, listings, reads, report
from dashboard.frame import Opened
from dashboard.markup import Html, Table
from dashboard.options import read_options
from dashboard.rows import Rate
from dashboard.words import Words
from metrics import QuestionError
from metrics.scope import AccessError

TITLE = "data.title"
ORDER = 100

NEWEST = 200  # exports that one can choose from a list; others by their link
ALL = ""


def render() -> None:
    """Show the part of the page that the address asks for; without any data, only the upload can help."""
    opened = frame.opened(TITLE)
    words = opened.words if opened else choice.language()
    if opened is None:
        st.html(_section("upload", words))
        intake.upload(access.reader(), words)
        return
    if not screen_reads.tables(opened.snapshot) >= reads.NEEDED:
        st.html(markup.steps(words.text("older.title"), words.text("older.lead"), [("", _command("rebuild"))]))
        return
    part = choice.choose_part(words.text("data.parts"), "part", list(PARTS), lambda key: words.text(f"data.{key}"))
    PARTS[part](opened)


def _sources(opened: Opened) -> None:
    words, snapshot, now = opened.words, opened.snapshot, read_options(sys.argv[1:]).now
    qualities = reads.quality(snapshot)
    _listed("sources", lambda _: listings.sources(reads.sources(snapshot), qualities, now, words), words)
    if qualities:
        _listed("quality", lambda _: listings.quality(qualities, words), words)
    _listed("runs", lambda most: listings.runs(reads.runs(snapshot, most), words), words)


def _exports(opened: Opened) -> None:
    words, snapshot, reach = opened.words, opened.snapshot, opened.reader.scope
    sources, outcomes = reads.export_kinds(snapshot, reach)
    _kept_back(opened)
    with st.container(key="narrow", horizontal=True):
        source = choice.choose(
            words.text("collected.source"),
            "of",
            [ALL, *sources],
            ALL,
            lambda key: choice.source_name(key, words) if key else words.text("collected.all_sources"),
            width=260,
        )
        outcome = choice.choose(
            words.text("collected.outcome"),
            "outcome",
            [ALL, *outcomes],
            ALL,
            lambda key: words.text_or(f"outcome.{key}", key) if key else words.text("collected.all_outcomes"),
            width=220,
        )
    _report(opened, source, outcome)
    place = choice.place()
    _listed(
        "collected",
        lambda most: listings.exports(reads.exports(snapshot, reach, source, outcome, most), place, words),
        words,
    )


def _report(opened: Opened, source: str, outcome: str) -> None:
    """Show the whole report of the chosen export, of the newest at first."""
    words, snapshot, reach = opened.words, opened.snapshot, opened.reader.scope
    rows = reads.exports(snapshot, reach, source, outcome, NEWEST).rows
    names = {row["key"]: f"{row['file_name']} · {words.instant(row['captured_at'])}" for row in rows}
    wanted = st.query_params.get("export", "")
    if wanted not in names and (older := reads.report(snapshot, reach, wanted)):
        names[wanted] = older.file_name
    if not names:
        return
    key = choice.choose(words.text("account.choose"), "export", list(names), next(iter(names)), lambda key: names[key])
    found = reads.report(snapshot, reach, key)
    if found is None:
        return
    with st.container(border=True, key="account"):
        st.html(report.account(found, words))
        if events := reads.handed_in(_journal(), opened.reader, key):
            st.html(report.handed_in(events[0], words))
        if found.mapped:
            with st.expander(words.text("columns.title")):
                downloads.listing("columns", lambda _: report.columns(found, words), words)
        if found.rows_refused:
            with st.expander(words.text("account.refused_rows", count=words.count(found.rows_refused))):
                downloads.listing(
                    "refused-one",
                    lambda most: listings.refusals(reads.refusals(snapshot, reach, key, most), words),
                    words,
                )


def _oddities(opened: Opened) -> None:
    words, snapshot, reach = opened.words, opened.snapshot, opened.reader.scope
    _kept_back(opened)
    _listed(
        "checks", lambda _: listings.checks(reads.checks(snapshot, reach), reads.severities(snapshot), words), words
    )
    if total := reads.findings(snapshot, reach, 1).total:
        with st.expander(words.text("finding.each", count=words.count(total))):
            downloads.listing(
                "finding", lambda most: listings.findings(reads.findings(snapshot, reach, most), words), words
            )
    _listed("refused", lambda most: listings.refusals(reads.refusals(snapshot, reach, "", most), words), words)


def _reconcile(opened: Opened) -> None:
    words, chosen = opened.words, opened.choice
    if chosen is None:
        st.html(markup.element("p", words.text("nothing.lead"), kind="none"))
        return
    scope = words.text("scope.line", unit=chosen.unit.name, period=choice.period_days(chosen.period, words))
    try:
        found = reads.reconciled(opened.snapshot, chosen.unit.code, chosen.period.label)
    except QuestionError as error:
        st.html(markup.element("p", str(error), kind="none"))
        return
    st.html(markup.element("h2", scope, kind="scope"))
    _listed("reconcile", lambda _: listings.reconciliation(found, words), words)
    st.html(markup.element("p", words.text("reconcile.command"), kind="of"))
    st.code(_command("reconcile", unit=chosen.unit.code, period=chosen.period.label), language=None, wrap_lines=True)


def _origin(opened: Opened) -> None:
    """Show what one published ratio is counted from."""
    words, chosen, snapshot = opened.words, opened.choice, opened.snapshot
    if chosen is None:
        st.html(markup.element("p", words.text("nothing.lead"), kind="none"))
        return
    where = (chosen.source.source, chosen.unit.code, chosen.period.label)
    rates = {rate.variant or "": rate for rate in screen_reads.rates(snapshot, *where) if rate.denominator is not None}
    if not rates:
        st.html(markup.element("p", words.text("origin.no_rates"), kind="none"))
        return
    variant = choice.choose(
        words.text("choose.metric"),
        "rate",
        list(rates),
        next(iter(rates)),
        lambda key: cards.full_name(rates[key].metric, words),
    )
    rate = rates[variant]
    st.html(_counted(rate, opened))
    place = choice.place()
    asked = (variant, chosen.source.source, chosen.unit.code, chosen.period)
    if chosen.source.kind == "statistic":
        _listed("delivered", lambda _: listings.delivered(reads.delivered(snapshot, *asked), place, words), words)
        return
    try:
        found = reads.sheets(snapshot, opened.reader.scope, *asked)
    except AccessError as error:
        st.html(markup.notice("told", words.text("access.kept_back"), words.either(str(error), "")))
    else:
        _listed("origin", lambda _: listings.sheets(found, rate, place, words), words)
        st.html(markup.element("p", words.text("origin.command"), kind="of"))
        place_of = {"unit": rate.unit_code, "period": rate.period.label, "source": rate.source}
        st.code(_command("lineage", metric=rate.metric, **place_of, part="numerator"), language=None, wrap_lines=True)


def _kept_back(opened: Opened) -> None:
    """Say that exports with dossiers of other units are not listed here."""
    if not opened.reader.scope.everything:
        words = opened.words
        st.html(markup.notice("told", words.text("access.kept_back"), words.text("access.exports_kept_back")))


def _journal() -> Path:
    return open_home(read_options(sys.argv[1:]).home).journal


def _counted(rate: Rate, opened: Opened) -> Html:
    words, period = opened.words, rate.period
    scope = words.text("scope.line", unit=rate.unit_name, period=choice.period_days(period, words))
    counts = words.counts(rate.numerator, rate.denominator)
    said = words.text("origin.counts", counts=counts, ratio=words.ratio(rate.ratio))
    parts = cards.parts(rate, words)
    return markup.join(
        markup.element("h2", scope, kind="scope"),
        markup.element("p", said, kind="figured"),
        markup.element("p", words.text("origin.parts", numerator=parts[0], denominator=parts[1]), kind="of"),
    )


def _command(name: str, **asked: str) -> str:
    """Return a command that can be copied and run on the server as it stands."""
    told = {**asked, "home": str(read_options(sys.argv[1:]).home)}
    return shlex.join(["tthc", name, *(part for option, value in told.items() for part in (f"--{option}", value))])


def _upload(opened: Opened) -> None:
    st.html(_section("upload", opened.words))
    intake.upload(opened.reader, opened.words)


PARTS: dict[str, Callable[[Opened], None]] = {
    "sources": _sources,
    "exports": _exports,
    "oddities": _oddities,
    "reconcile": _reconcile,
    "origin": _origin,
    "upload": _upload,
}


def _listed(name: str, make: Callable[[int], Table], words: Words) -> None:
    """Show a section: its title, its table, and the table as a file."""
    st.html(_section(name, words))
    downloads.listing(name, make, words)


def _section(name: str, words: Words) -> Html:
    title = markup.element("h2", words.text(f"{name}.title"), kind="section")
    return markup.join(title, markup.element("p", words.text(f"{name}.scope"), kind="of"))


if __name__ == "__main__":
    render()
