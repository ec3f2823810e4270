"""Procedures in, tables out: who holds the gap, what if, what is offered and never used, one procedure's own."""

from collections.abc import Mapping, Sequence

from dashboard import choice
from dashboard.assessed import Part
from dashboard.cards import asked, counted, full_name, standing
from dashboard.listings import table
from dashboard.markup import Cell, Table, badge, element, link
from dashboard.procedures.reads import Weight
from dashboard.rows import Rate
from dashboard.words import NOTHING, Words


def procedures(found: Weight, place: Mapping[str, str], words: Words, most: int) -> Table:
    """Return every procedure: those that miss most first, then those that miss none, by number of dossiers."""
    holding = {one.key: one for one in found.held}
    order = {key: number for number, key in enumerate(holding)}
    rows = []
    ordered = sorted(found.parts, key=lambda part: (order.get(part.key, len(order)), -part.counts[1]))
    for part in ordered[:most]:
        one = holding.get(part.key)
        together = NOTHING if one is None else words.ratio(float(one.together))
        if one is not None and one.most:
            together = element("span", "◆ ", together, kind="band bad")
        rows.append(
            (
                _name(part, place),
                part.field or NOTHING,
                words.counts(*part.counts),
                _ratio(part.rate, words),
                asked(part.rate, words, short=True),
                words.figure(part.rate.gap),
                Cell(together, None if one is None else float(one.together)),
            )
        )
    names = ("procedure", "field", "counts", "ratio", "target", "gap", "together")
    return table("procedures", names, rows, words, total=len(ordered))


def what_if(found: Weight, place: Mapping[str, str], words: Words) -> Table:
    """Return the procedures that would change, and by how many dossiers."""
    parts = {part.key: part for part in found.parts}
    gains = found.what_if.gains if found.what_if else ()
    rows = [
        (
            _name(parts[gain.key], place),
            words.counts(gain.numerator, gain.denominator),
            _ratio(parts[gain.key].rate, words),
            Cell(_signed(gain.moved, words), gain.moved),
        )
        for gain in gains
    ]
    return table("what_if", ("procedure", "counts", "ratio", "moved"), rows, words)


def unused(section: str, parts: Sequence[Part], place: Mapping[str, str], words: Words, most: int) -> Table:
    """Return procedures of which no dossier was online (or paid online), most dossiers first."""
    rows = [(_name(part, place), part.field or NOTHING, words.figure(part.counts[1])) for part in parts[:most]]
    return table(section, ("procedure", "field", "rows"), rows, words, total=len(parts))


def metrics(parts: Sequence[Part], words: Words) -> Table:
    """Return every rate of one procedure."""
    rows = [
        (
            full_name(part.rate.metric, words),
            f"{words.counts(part.rate.numerator, part.rate.denominator)} {counted(part.rate.metric, words)}",
            _ratio(part.rate, words),
            asked(part.rate, words, short=True),
            words.figure(part.rate.gap),
        )
        for part in parts
        if part.rate.denominator
    ]
    return table("procedure_rates", ("metric", "counts", "ratio", "target", "gap"), rows, words)


def months(rates: Sequence[Rate], words: Words, most: int) -> Table:
    """Return the months of one rate of a procedure, newest first."""
    rows = [
        (choice.period_name(rate.period, words), words.counts(rate.numerator, rate.denominator), _ratio(rate, words))
        for rate in list(reversed(rates))[:most]
    ]
    return table("procedure_months", ("period", "counts", "ratio"), rows, words, total=len(rates))


def units(rates: Sequence[Rate], place: Mapping[str, str], words: Words, most: int) -> Table:
    """Return one rate of a procedure by unit, most dossiers first."""
    rows = [
        (
            Cell(
                link(choice.address("procedures", place, unit=rate.unit_code), rate.unit_name),
                f"{rate.unit_name} ({rate.unit_code})",
            ),
            words.counts(rate.numerator, rate.denominator),
            _ratio(rate, words),
        )
        for rate in rates[:most]
    ]
    return table("procedure_units", ("unit", "counts", "ratio"), rows, words, total=len(rates))


def _name(part: Part, place: Mapping[str, str]) -> Cell:
    to = choice.address("procedures", place, procedure=part.key)
    return Cell(element("span", link(to, part.name), " ", element("small", part.key)), f"{part.name} ({part.key})")


def _ratio(rate: Rate, words: Words) -> Cell:
    shown = words.ratio(rate.ratio, [rate.target.value] if rate.target else [])
    return Cell(badge(standing(rate), shown) if rate.target else shown, rate.ratio)


def _signed(count: int, words: Words) -> str:
    return f"{'+' if count > 0 else ''}{words.count(count)}".replace("-", "\N{MINUS SIGN}")
