"""Rows of the snapshot in, tables out: units below target, alerts, exports, refused rows."""

from collections.abc import Sequence

from collectors.dossier import REFUSED_VI
from collectors.findings import seen_vi
from dashboard.cards import asked, counted, metric_name, standing
from dashboard.choice import source_name
from dashboard.markup import Column, Html, badge, element, table
from dashboard.rows import Listing, RateListing
from dashboard.words import NOTHING, Words

_FIGURES = ("counts", "ratio", "gap", "read", "accepted", "merged", "refused", "skipped", "row", "rows")
_REASONS: dict[str, tuple[str, ...]] = {str(code): said for code, said in REFUSED_VI.items()}
_MARKS = {
    "critical": "critical",
    "warning": "warning",
    "accepted": "accepted",
    "refused": "refused",
    "failed": "refused",
}


def below(listing: RateListing, words: Words) -> Html:
    """Return the assessments below target, as they come: worst first."""
    if not listing.rates:
        return _none("below", words)
    rows = [
        (
            element("span", element("b", rate.unit_name), " ", element("small", rate.unit_code)),
            metric_name(rate.metric, words),
            words.counts(rate.numerator, rate.denominator),
            badge(standing(rate), words.ratio(rate.ratio, [rate.target.value] if rate.target else [])),
            asked(rate, words, short=True),
            f"{words.count(rate.gap)} {counted(rate.metric, words)}",
        )
        for rate in listing.rates
    ]
    names = ("unit", "metric", "counts", "ratio", "target", "gap")
    return _table("below", names, rows, words)


def alerts(listing: Listing, words: Words) -> Html:
    """Return the alerts, data problems first."""
    if not listing.rows:
        return _none("alert", words)
    rows = [
        (
            badge(_MARKS.get(row["severity"], "other"), words.text_or(f"alert.{row['severity']}", row["severity"])),
            row[f"message_{words.language}"] or row["message_vi"],
        )
        for row in listing.rows
    ]
    return _table("alert", ("severity", "message"), rows, words)


def exports(listing: Listing, words: Words) -> Html:
    """Return what became of each export and of its rows."""
    if not listing.rows:
        return _none("collected", words)
    counts = ("read", "accepted", "merged", "refused", "skipped")
    rows = [
        (
            row["file_name"],
            source_name(row["source"] or NOTHING, words),
            words.instant(row["captured_at"]),
            *(words.count(row[f"rows_{name}"]) for name in counts),
            element(
                "div",
                badge(
                    _MARKS.get(row["outcome"], "other"),
                    words.text_or(f"outcome.{row['outcome']}", row["outcome"]),
                ),
                element("div", row["message_vi"], kind="reason") if row["message_vi"] else "",
            ),
        )
        for row in listing.rows
    ]
    names = ("file", "source", "captured", *counts, "outcome")
    return _table("collected", names, rows, words)


def refusals(listing: Listing, words: Words) -> Html:
    """Return the refused rows: where they stand, why, and what was found."""
    if not listing.rows:
        return _none("refused", words)
    rows = [
        (
            row["file_name"],
            row["sheet"] or NOTHING,
            str(row["row_number"]),
            row["column_name"] or NOTHING,
            _reason(row["reason"], words),
            row["found"] or NOTHING,
        )
        for row in listing.rows
    ]
    names = ("file", "sheet", "row", "column", "reason", "found")
    return _table("refused", names, rows, words)


def findings(listing: Listing, words: Words) -> Html:
    """Return what was odd and kept: which check, in which column, in how many rows, and where the first one is."""
    rows = [
        (row["file_name"], _check(row["check_id"], words), row["column_name"], words.count(row["rows"]), row["example"])
        for row in listing.rows
    ]
    return _table("finding", ("file", "check", "column", "rows", "example"), rows, words)


def _reason(code: str, words: Words) -> str:
    """Why a row was refused and what to do about it, in the words of `collectors`; the code itself in English."""
    return words.either("; ".join(_REASONS.get(code, (code,))), code.replace("_", " "))


def _check(code: str, words: Words) -> str:
    return words.either(seen_vi().get(code, code), code.replace("_", " "))


def _table(section: str, names: tuple[str, ...], rows: Sequence[Sequence[object]], words: Words) -> Html:
    columns = [Column(words.text(f"{section}.{name}"), figures=name in _FIGURES) for name in names]
    return table(columns, rows, name=words.text(f"{section}.title", count=words.count(len(rows))), kind=section)


def _none(section: str, words: Words) -> Html:
    return element("p", words.text(f"{section}.none"), kind="none")
