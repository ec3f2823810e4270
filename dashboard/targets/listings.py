"""Rows of the register in, tables out: what is in force and how it stands, its steps, what changes, what was entered."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from dashboard.choice import source_name
from dashboard.listings import table
from dashboard.markup import Cell, Html, Table, badge, element, join
from dashboard.targets.reads import Asked, Change
from dashboard.words import NOTHING, Words

FIGURES = frozenset({"level", "value", "numerator", "denominator", "now"})
OPERATORS = {">=": "≥", ">": ">", "=": "=", "<=": "≤"}
MARKS = {"no_figure": "no_target", "not_judged": "no_target", "no_comparison": "not_reported"}
SHARES = ("ratio", "reduction")


def in_force(found: Sequence[Asked], most: int, words: Words) -> Table:
    """Return what is asked: level, the newest figure, how it stands, until when, and which document says so."""
    rows = [
        (
            name(one.row, words),
            Cell(level(one, words), one.value),
            _figure(one, words),
            badge(MARKS.get(one.status, one.status), words.text_or(f"standing_of.{one.status}", one.status)),
            _days(one, words),
            _document(one.row, words),
            _sure(one.row, words),
        )
        for one in found[:most]
    ]
    names = ("name", "level", "now", "status", "days", "document", "sure")
    return table("force", names, rows, words, total=len(found), figures=FIGURES - {"now"})


def steps(found: Sequence[Asked], on: date, most: int, words: Words) -> Table:
    """Return the targets that rise by steps: each step with its year, the present one marked, and the newest figure."""
    rows = [
        (name(one.row, words), _steps(one, on, words), _figure(one, words), _document(one.row, words))
        for one in found[:most]
    ]
    return table("steps", ("name", "steps", "now", "document"), rows, words, total=len(found), figures=())


def changes(found: Sequence[Change], most: int, words: Words) -> Table:
    """Return what changes within a year, soonest first."""
    rows = [
        (
            words.day(one.on),
            words.text(f"change.{one.kind}"),
            name(one.row, words),
            Cell(_amount(one.value, one.row["quantity"], words), one.value),
            _document(one.row, words),
            _sure(one.row, words),
        )
        for one in found[:most]
    ]
    return table(
        "change", ("on", "what", "name", "level", "document", "sure"), rows, words, total=len(found), figures=FIGURES
    )


def indicators(found: Sequence[Mapping[str, Any]], most: int, words: Words) -> Table:
    """Return the hand-entered figures that count: value, target, standing, and who entered them when."""
    rows = [
        (
            Cell(words.either(row["name_vi"], row["name_en"]), row["name_vi"]),
            words.days(row["period_start"], row["period_end"]),
            words.figure(row["numerator"]),
            words.figure(row["denominator"]),
            Cell(_amount(row["value"], row["quantity"], words), row["value"]),
            _compared(row, words),
            badge(
                MARKS.get(row["status"], row["status"]), words.text_or(f"standing_of.{row['status']}", row["status"])
            ),
            row["entered_by"],
            words.day(row["entered_on"]),
            ", ".join(part for part in (row["remark_vi"], row["note"]) if part),
        )
        for row in found[:most]
    ]
    names = ("name", "period", "numerator", "denominator", "value", "target", "status", "by", "on", "note")
    return table("entered", names, rows, words, total=len(found), figures=FIGURES)


def entries(found: Sequence[Mapping[str, Any]], most: int, words: Words) -> Table:
    """Return every figure ever entered: who entered what, when, from which file and row."""
    rows = [
        (
            row["code"],
            words.days(row["period_start"], row["period_end"]),
            words.figure(row["numerator"]),
            words.figure(row["denominator"]),
            Cell(_amount(row["value"], row["quantity"], words), row["value"]),
            row["entered_by"],
            words.day(row["entered_on"]),
            words.text("entry.place", file=row["file_name"], row=row["row_number"]),
        )
        for row in found[:most]
    ]
    names = ("code", "period", "numerator", "denominator", "value", "by", "on", "file")
    return table("entry", names, rows, words, total=len(found), figures=FIGURES)


def name(row: Mapping[str, Any], words: Words) -> Cell:
    """Return the name of a target with its id and the words of the document."""
    said = words.either(row["name_vi"], row["name_en"])
    scope = row["field"] or ""
    phrase = element("small", f"“{row['phrase']}”", kind="phrase") if row["phrase"] else Html("")
    shown = element("span", element("b", said), " ", element("small", row["target_id"]), f" {scope} ", phrase)
    return Cell(shown, " · ".join(part for part in (row["target_id"], said, scope, row["phrase"]) if part))


def level(one: Asked, words: Words) -> str:
    """Return what is asked on the day; of a rule, a trend or a citation what it is."""
    kind = one.row["kind"]
    if one.value is None or one.row["op"] not in OPERATORS:
        return words.text_or(f"target_kind.{kind}", kind)
    return f"{OPERATORS[one.row['op']]}\N{NO-BREAK SPACE}{_amount(one.value, one.row['quantity'], words)}"


def _figure(one: Asked, words: Words) -> Cell:
    newest = one.newest
    if newest is None or newest["value"] is None:
        return Cell("", None)
    value = newest["value"]
    share = one.row["quantity"] in SHARES
    shown = words.ratio(value, [one.value] if one.value is not None else []) if share else _amount(value, "", words)
    counts = words.counts(newest["numerator"], newest["denominator"]) if newest["denominator"] is not None else ""
    days = words.days(newest["period_start"], newest["period_end"])
    gap = words.text("force.gap", count=words.count(newest["gap"])) if newest["gap"] else ""
    more = " · ".join(part for part in (counts, gap, days, source_name(newest["source"], words)) if part)
    return Cell(element("span", element("b", shown), " ", element("small", more, kind="life")), value)


def _days(one: Asked, words: Words) -> str:
    first, last = one.row["valid_from"], one.row["valid_to"]
    said = words.text("force.from", day=words.day(first)) if first else ""
    until = words.text("force.until", day=words.day(last)) if last else ""
    due = words.text("force.due", day=words.day(one.due)) if one.due else ""
    return " ".join(part for part in (said, until, due) if part)


def _document(row: Mapping[str, Any], words: Words) -> Cell:
    named = ", ".join(part for part in (row["document"], row["article"]) if part)
    line = f", {words.text('force.line', line=row['line'])}" if row["line"] else ""
    place = f"{row['file']}{line}"
    return Cell(element("span", named, " ", element("small", place)), f"{named} ({place})")


def _sure(row: Mapping[str, Any], words: Words) -> Cell:
    if row["confirmed"]:
        return Cell("", None)
    said = words.text("force.unconfirmed")
    ask = row["ask_vi"] or row["note_vi"]
    return Cell(join(badge("warning", said), " ", ask), f"{said}: {ask}")


def _steps(one: Asked, on: date, words: Words) -> Cell:
    """Each step with its year; the one of the day is bold and named."""
    begun = [year for year in one.steps if year <= on.year]
    now = max(begun) if begun else None
    parts: list[object] = []
    for year, share in one.steps.items():
        said = f"{year}: {_amount(share, one.row['quantity'], words)}"
        parts.append(element("b", said, f" ({words.text('steps.here')})") if year == now else said)
    shown = [part for pair in zip(parts, [" → "] * len(parts), strict=True) for part in pair][:-1]
    plain = "; ".join(f"{year}: {_amount(share, one.row['quantity'], words)}" for year, share in one.steps.items())
    return Cell(element("span", *shown), plain)


def _compared(row: Mapping[str, Any], words: Words) -> str:
    if row["target_id"] is None:
        return NOTHING
    if row["target_value"] is None:
        return words.text("entered.before", value=_amount(row["base_value"], row["quantity"], words))
    asked = (
        f"{OPERATORS.get(row['target_op'], row['target_op'])} {_amount(row['target_value'], row['quantity'], words)}"
    )
    return ", ".join(part for part in (asked, row["target_document"], row["target_article"]) if part)


def _amount(value: float | None, quantity: str, words: Words) -> str:
    if value is None:
        return NOTHING
    return words.level(value) if quantity in SHARES else words.count(Decimal(str(value)))
