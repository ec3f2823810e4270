"""Rows of open dossiers in, tables and tiles out; a dossier is known by its code, never by a person."""

from typing import Any

from dashboard.listings import table
from dashboard.markup import Cell, Html, Table, badge, element
from dashboard.rows import Listing
from dashboard.words import NOTHING, Words

SIGNS = {"late": "critical", "soon": "warning", "waiting": "other", "undated": "other", "in_time": "accepted"}
STATES = {
    2: "received",
    4: "handled",
    5: "papers",
    6: "payment",
    7: "withdrawn",
    8: "stopped",
    9: "resolved",
    10: "returned",
}


def tiles(counts: dict[str, Any], days: int, words: Words) -> Html:
    """Return how many are open, late, nearly late and waiting."""
    shown = [
        element(
            "div",
            element("span", words.text(f"dossier.{name}", days=days), kind="label"),
            element("span", words.count(counts[name]), kind="value"),
            element("span", words.text("volume.unit"), kind="when"),
            kind="tile",
        )
        for name in ("open", "late", "soon", "waiting", "undated")
    ]
    return element("div", *shown, kind="tiles five")


def dossiers(listing: Listing, words: Words) -> Table:
    """Return the dossiers: code, unit, procedure, days, how they stand."""
    rows = [
        (
            element("b", row["dossier_code"]),
            _stand(row, words),
            words.day(row["received"]),
            words.day(row["due"]),
            _state(row["status"], words),
            element("span", row["unit_name"], " ", element("small", row["unit_code"])),
            row["procedure_name"],
        )
        for row in listing.rows
    ]
    names = ("code", "stand", "received", "due", "state", "unit", "procedure")
    return table("dossier", names, rows, words, total=listing.total)


def units(listing: Listing, words: Words) -> Table:
    """Return the counts by unit."""
    rows = [
        (element("span", element("b", row["unit_name"]), " ", element("small", row["unit_code"])), *_counts(row, words))
        for row in listing.rows
    ]
    return table("dossier_unit", ("unit", *COUNTED), rows, words, total=listing.total)


def procedures(listing: Listing, words: Words) -> Table:
    """Return the counts by procedure."""
    rows = [(row["procedure_name"], row["field"] or NOTHING, *_counts(row, words)) for row in listing.rows]
    return table("dossier_procedure", ("procedure", "field", *COUNTED), rows, words, total=listing.total)


COUNTED = ("late", "soon", "waiting", "open", "oldest")


def _counts(row: dict[str, Any], words: Words) -> list[object]:
    return [*(words.figure(row[name]) for name in COUNTED[:-1]), words.day(row["oldest"])]


def _stand(row: dict[str, Any], words: Words) -> Cell:
    """How a dossier stands to its due day: a sign, words and, downloaded, the working days (negative: late)."""
    days, stand = row["days_left"], row["stand"]
    said = words.text(f"stand.{stand}")
    if stand == "late":
        said = words.text("stand.late_days", days=words.count(-days)) if days else said
    elif stand in ("soon", "in_time"):
        said = words.text("stand.today") if days == 0 else said
        said = words.text("stand.left", days=words.count(days)) if days else said
    return Cell(badge(SIGNS[stand], said), said)


def _state(status: int | None, words: Words) -> str:
    return words.text(f"dossier_state.{STATES[status]}" if status in STATES else "dossier_state.unknown")
