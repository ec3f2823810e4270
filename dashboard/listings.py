"""Rows of the snapshot in, tables out: units below target, alerts."""

from collections.abc import Container, Mapping, Sequence

from dashboard.cards import asked, counted, metric_name, standing
from dashboard.markup import Cell, Column, Table, badge, element
from dashboard.rows import Listing, RateListing
from dashboard.words import Words

FIGURES = frozenset(
    {
        *("counts", "ratio", "gap", "numerator", "denominator", "row", "rows", "exports", "failures"),
        *("read", "accepted", "merged", "refused", "skipped", "share", "score", "failing", "checked"),
    }
)
MARKS = {
    "critical": "critical",
    "warning": "warning",
    "error": "critical",
    "accepted": "accepted",
    "refused": "refused",
    "failed": "refused",
}


def below(listing: RateListing, words: Words) -> Table:
    """Return the assessments below target, as they come: worst first."""
    rows = [
        (
            element("span", element("b", rate.unit_name), " ", element("small", rate.unit_code)),
            metric_name(rate.metric, words),
            words.counts(rate.numerator, rate.denominator),
            Cell(
                badge(standing(rate), words.ratio(rate.ratio, [rate.target.value] if rate.target else [])), rate.ratio
            ),
            asked(rate, words, short=True),
            Cell(f"{words.count(rate.gap)} {counted(rate.metric, words)}", rate.gap),
        )
        for rate in listing.rates
    ]
    names = ("unit", "metric", "counts", "ratio", "target", "gap")
    return table("below", names, rows, words, total=listing.total)


def alerts(listing: Listing, lives: Mapping[str, str], words: Words) -> Table:
    """Return the alerts, data problems first; lives: since when and who knows, by the name of the alert."""
    rows = [
        (
            mark(row["severity"], words.text_or(f"alert.{row['severity']}", row["severity"])),
            _lasting(row[f"message_{words.language}"] or row["message_vi"], lives.get(row["alert_id"])),
        )
        for row in listing.rows
    ]
    return table("alert", ("severity", "message"), rows, words, total=listing.total)


def _lasting(message: str, life: str | None) -> object:
    return element("span", message, " ", element("small", f"({life})", kind="life")) if life else message


def mark(code: str, said: str) -> Cell:
    """Return a badge of a severity or an outcome."""
    return Cell(badge(MARKS.get(code, "other"), said), said)


def table(
    section: str,
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    words: Words,
    *,
    total: int | None = None,
    figures: Container[str] = FIGURES,
) -> Table:
    """Return a table whose words stand in one section of the texts; `section.none` says that it is empty."""
    columns = [Column(words.text(f"{section}.{name}"), figures=name in figures) for name in names]
    none = words.text_or(f"{section}.none", "")
    return Table(words.text(f"{section}.title"), columns, rows, section, none, len(rows) if total is None else total)
