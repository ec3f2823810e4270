"""The report of one export in, its page text out: what was read, from which columns, what was left out and why."""

from collections.abc import Iterable

from collectors.dossier import FIELD_VI
from collectors.export import ExportReport, Outcome
from collectors.wording import Tone, remarks, skipped
from dashboard.choice import source_name
from dashboard.listings import mark, table
from dashboard.markup import Html, Table, badge, element, join
from dashboard.words import Words
from metrics.audit import Event

_SIGN = {
    Tone.REFUSED: "refused",
    Tone.ERROR: "critical",
    Tone.WARNING: "warning",
    Tone.NOTE: "other",
    Tone.PLAIN: "other",
}
_PARTS = ("accepted", "merged", "refused", "skipped")


def account(report: ExportReport, words: Words) -> Html:
    """Return what became of one export, in words; the columns are a table of their own."""
    outcome = words.text(f"outcome.{report.outcome}")
    head = element("h3", report.file_name, " ", mark(report.outcome, outcome), kind="name")
    parts = [head, element("p", " · ".join(_facts(report, words)), kind="of")]
    if report.outcome is not Outcome.REFUSED:
        parts += [_rows(report, words), _left_out(report, words)]
    parts.append(_remarks(report, words))
    return element("div", *parts, kind="account")


def handed_in(event: Event, words: Words) -> Html:
    """Return who handed in an export from the screen, and when."""
    who = event.who or words.text("access.at_the_machine")
    return element("p", words.text("account.handed_in", who=who, at=words.instant(event.at)), kind="of")


def columns(report: ExportReport, words: Words) -> Table:
    """Return each column of the export with what is read from it, or why nothing is."""
    rows = [
        (header, words.either(FIELD_VI.get(name, name), name.replace("_", " "))) for header, name in _mapped(report)
    ]
    rows += [(header, words.text("columns.unmapped")) for header in report.unmapped]
    rows += [(header, words.text("columns.dropped")) for header in report.dropped]
    return table("columns", ("header", "field"), rows, words)


def _mapped(report: ExportReport) -> Iterable[tuple[str, str]]:
    return report.mapped.items()


def _facts(report: ExportReport, words: Words) -> Iterable[str]:
    if report.source:
        yield words.text("account.source", source=source_name(report.source, words))
    if report.layout:
        yield words.text("account.layout", layout=report.layout)
    if report.captured_at:
        yield words.text("account.captured", captured=words.instant(report.captured_at))
    if report.synthetic:
        yield words.text("screen.synthetic")
    if report.partial:
        yield words.text("account.partial")


def _rows(report: ExportReport, words: Words) -> Html:
    """Say the identity: read = accepted + merged + refused + skipped."""
    counts = {name: words.count(getattr(report, f"rows_{name}")) for name in ("read", *_PARTS)}
    return element("p", words.text("account.rows", **counts), kind="rows")


def _left_out(report: ExportReport, words: Words) -> Html:
    said = skipped(report) if words.language == "vi" else report.skipped
    parts = [f"{reason.replace('_', ' ')}: {words.count(rows)}" for reason, rows in said.items()]
    return element("p", words.text("account.skipped", reasons="; ".join(parts))) if parts else Html("")


def _remarks(report: ExportReport, words: Words) -> Html:
    """The sentences of the command line, in Vietnamese as there."""
    items = [
        element("li", badge(_SIGN[one.tone], words.text(f"account.{one.tone}")), " ", element("span", one.text))
        for one in remarks(report)
    ]
    if report.outcome is Outcome.ALREADY:
        return element("p", report.message_vi or words.text("account.already"), kind="of")
    if not items:
        return element("p", words.text("account.nothing_odd"), kind="of")
    note = element("p", words.text("account.language"), kind="of") if words.language != "vi" else ""
    return join(note, element("ul", *items, kind="remarks"))
