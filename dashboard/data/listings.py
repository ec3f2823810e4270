"""Rows about the collected data in, tables out: sources, runs, exports, findings, refused rows, origins."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from collectors.dossier import REFUSED_VI
from collectors.wording import check_words
from dashboard import choice
from dashboard.cards import metric_name
from dashboard.choice import source_name
from dashboard.listings import mark, table
from dashboard.markup import Cell, Table, element, link
from dashboard.rows import Listing, Rate
from dashboard.words import NOTHING, Words
from metrics.contribution import Added
from metrics.lineage import DeliveredValue
from metrics.measures import LABELS
from metrics.origins import SheetShare
from metrics.reconcile import Reconciliation, Side

_REASONS: dict[str, tuple[str, ...]] = {str(code): said for code, said in REFUSED_VI.items()}


def sources(rows: Iterable[dict[str, Any]], qualities: Sequence[dict[str, Any]], now: datetime, words: Words) -> Table:
    """Return each source with its kind, freshness, the rows of its last collection and its worst critical dimension."""
    worst = {row["source"]: row for row in reversed(qualities) if row["critical"]}
    cells = [
        (
            element("span", element("b", source_name(row["source"], words)), " ", element("small", row["source"])),
            words.text(f"source.{row['kind']}") + (f" · {words.text('sources.synthetic')}" if row["synthetic"] else ""),
            _with_age(row["captured_at"], now, words),
            words.day(row["newest_event"]),
            words.instant(row["last_run_at"]),
            words.instant(row["last_success_at"]),
            words.figure(row["rows"]),
            words.figure(row["rows_refused"]),
            Cell(words.ratio(row["share"]), row["share"]),
            _score(worst.get(row["source"]), words),
        )
        for row in rows
    ]
    names = ("source", "kind", "captured", "newest", "last_run", "last_success", "read", "refused", "share", "score")
    return table("sources", names, cells, words)


def quality(rows: Iterable[dict[str, Any]], words: Words) -> Table:
    """Return how good each dimension of each source is, the worst of each source first."""
    cells = [
        (
            source_name(row["source"], words),
            words.text_or(f"quality.{row['dimension']}", row["dimension"]),
            words.figure(row["failing"]),
            words.figure(row["checked"]),
            Cell(words.ratio(row["share"]), row["share"]),
            words.text("quality.critical" if row["critical"] else "quality.other"),
        )
        for row in rows
    ]
    return table("quality", ("source", "dimension", "failing", "checked", "share", "weight"), cells, words)


def runs(listing: Listing, words: Words) -> Table:
    """Return the newest collections and how many of their exports failed."""
    rows = [
        (
            words.instant(row["started_at"]),
            words.instant(row["finished_at"]),
            words.figure(row["exports"]),
            words.figure(row["failures"]),
            mark(
                *(("refused", words.text("runs.flawed")) if row["failures"] else ("accepted", words.text("runs.well")))
            ),
        )
        for row in listing.rows
    ]
    return table("runs", ("started", "finished", "exports", "failures", "outcome"), rows, words, total=listing.total)


def exports(listing: Listing, place: Mapping[str, str], words: Words) -> Table:
    """Return what became of each export and of its rows; the name leads to the whole report."""
    counts = ("read", "accepted", "merged", "refused", "skipped")
    rows = [
        (
            _export(row["key"], row["file_name"], place),
            source_name(row["source"] or NOTHING, words),
            words.instant(row["captured_at"]),
            words.instant(row["collected_at"]),
            *(words.figure(row[f"rows_{name}"]) for name in counts),
            mark(row["outcome"], words.text_or(f"outcome.{row['outcome']}", row["outcome"])),
        )
        for row in listing.rows
    ]
    names = ("file", "source", "captured", "collected", *counts, "outcome")
    return table("collected", names, rows, words, total=listing.total)


def refusals(listing: Listing, words: Words) -> Table:
    """Return the refused rows: where they stand, why, and what was found."""
    rows = [
        (
            row["file_name"],
            row["sheet"] or NOTHING,
            Cell(row["row_number"], row["row_number"]),
            row["column_name"] or NOTHING,
            _reason(row["reason"], words),
            row["found"] or NOTHING,
        )
        for row in listing.rows
    ]
    return table("refused", ("file", "sheet", "row", "column", "reason", "found"), rows, words, total=listing.total)


def checks(rows: Iterable[dict[str, Any]], severities: Mapping[str, str], words: Words) -> Table:
    """Return what the checks found, by check; severities: of the checks of which it is known."""
    cells = [
        (
            element("span", element("b", check(row["check_id"], words)), " ", element("small", row["check_id"])),
            _severity(severities.get(row["check_id"]), words),
            row["column_name"] or NOTHING,
            words.figure(row["exports"]),
            words.figure(row["rows"]),
            f"{row['file_name']}: {row['example']}",
        )
        for row in rows
    ]
    return table("checks", ("check", "severity", "column", "exports", "rows", "example"), cells, words)


def findings(listing: Listing, words: Words) -> Table:
    """Return what was odd and kept: which check, in which column, in how many rows, and where the first one is."""
    rows = [
        (
            row["file_name"],
            check(row["check_id"], words),
            row["column_name"] or NOTHING,
            words.figure(row["rows"]),
            row["example"],
        )
        for row in listing.rows
    ]
    return table("finding", ("file", "check", "column", "rows", "example"), rows, words, total=listing.total)


def reconciliation(found: Sequence[Reconciliation], words: Words) -> Table:
    """Return both pairs of counts, the difference, and what can be told of it; nothing is adjusted."""
    rows = [row for one in found for row in _sides(one, words)]
    return table("reconcile", ("metric", "side", "numerator", "denominator", "captured", "note"), rows, words)


def sheets(found: Sequence[SheetShare], rate: Rate, place: Mapping[str, str], words: Words) -> Table:
    """Return how many of the counted rows stand in which sheet; the last line is the published count."""
    rows: list[Sequence[object]] = [
        (
            _export(one.export_id, one.file_name, place),
            one.sheet or NOTHING,
            words.instant(one.captured_at),
            words.figure(one.numerator),
            words.figure(one.denominator),
        )
        for one in found
    ]
    total = Cell(element("b", words.text("origin.total")), words.text("origin.total"))
    if rows:
        rows.append((total, "", "", words.figure(rate.numerator), words.figure(rate.denominator)))
    return table("origin", ("file", "sheet", "captured", "numerator", "denominator"), rows, words)


def delivered(found: Sequence[DeliveredValue], place: Mapping[str, str], words: Words) -> Table:
    """Return the delivered counts of a ratio: the response that says them and where."""
    rows = [
        (
            words.either(LABELS[one.measure].label_vi, LABELS[one.measure].label_en),
            words.figure(one.value),
            _export(one.export_id, one.file_name, place),
            one.item,
            words.instant(one.captured_at),
        )
        for one in found
    ]
    return table("delivered", ("measure", "counts", "file", "item", "captured"), rows, words)


def check(code: str, words: Words) -> str:
    """Return what a named check says; its name in English."""
    return words.either(check_words(code), code.replace("_", " "))


def _reason(code: str, words: Words) -> str:
    """Why a row was refused and what to do about it, in the words of `collectors`; the code itself in English."""
    return words.either("; ".join(_REASONS.get(code, (code,))), code.replace("_", " "))


def _score(worst: dict[str, Any] | None, words: Words) -> Cell:
    if worst is None:
        return Cell(NOTHING, None)
    dimension = words.text_or(f"quality.{worst['dimension']}", worst["dimension"])
    return Cell(f"{words.ratio(worst['share'])} ({dimension})", worst["share"])


def _severity(severity: str | None, words: Words) -> Cell:
    return mark(severity, words.text_or(f"checks.{severity}", severity)) if severity else Cell(NOTHING, None)


def _export(key: str, file_name: str, place: Mapping[str, str]) -> Cell:
    """The name of an export, which leads to its whole report."""
    return Cell(link(choice.address("", place, part="exports", export=key), file_name), file_name)


def _with_age(moment: datetime, now: datetime, words: Words) -> str:
    return f"{words.instant(moment)} ({words.age(moment, now)})"


def _sides(one: Reconciliation, words: Words) -> Iterable[Sequence[object]]:
    yield _side(metric_name(one.metric, words), "ours", one.ours, words)
    yield _side("", "portal", one.portal, words)
    yield ("", words.text("reconcile.difference"), *_signed(one.difference), "", "")
    for reason in one.reasons:
        said = words.either(reason.message_vi, str(reason.reason).replace("_", " "))
        yield ("", words.text("reconcile.of_which"), *_signed(reason.counts), "", said)
    yield ("", words.text("reconcile.unexplained"), *_signed(one.unexplained), "", "")


def _side(metric: str, side: str, said: Side, words: Words) -> Sequence[object]:
    counts = [words.figure(count) for count in said.counts]
    name = f"{words.text(f'reconcile.{side}')}: {source_name(said.source, words)}"
    return (element("b", metric), name, *counts, words.instant(said.captured_at), said.variant)


def _signed(counts: Added | None) -> Sequence[object]:
    if counts is None:
        return (NOTHING, NOTHING)
    return tuple(Cell(f"{count:+d}".replace("-", "\N{MINUS SIGN}") if count else "0", count) for count in counts)
