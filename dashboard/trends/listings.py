"""A series in, tables out: its signals in words, its points, its events, when dossiers come in."""

from collections.abc import Sequence

from dashboard.listings import table
from dashboard.markup import Cell, Table, element, join
from dashboard.trends.plots import RULES, per_day, point_name
from dashboard.trends.reads import Series, Step
from dashboard.words import NOTHING, Words
from metrics.insight.season import Seasonal
from metrics.insight.series import Piece, Point

KINDS = {
    "decree": "events.decree",
    "system": "events.system",
    "merger": "events.merger",
    "other": "events.other",
}


def signals(series: Series, step: Step, words: Words, most: int) -> Table:
    """Return what stands out of the newest piece: what, from when to when, good or bad."""
    rows = []
    for told in series.told[:most]:
        way = words.text("signals.up" if told.up else "signals.down")
        first, last = (point_name(point, step, words) for point in (told.first, told.last))
        kind, sign, said = ("good", "▲", "good") if told.good else ("bad", "▼", "bad")
        rows.append(
            (
                element("span", sign, " ", words.text(f"signals.{said}"), kind=f"band {kind}"),
                f"{words.text(RULES[told.rule])}, {way}",
                first if first == last else f"{first} – {last}",
                words.text("signals.now" if told.lasts else "signals.over"),
            )
        )
    return table("signals", ("sort", "what", "when", "state"), rows, words, total=len(series.told))


def events(series: Series, words: Words) -> Table:
    """Return the events that the chart numbers, oldest first."""
    unsure = words.text("events.unconfirmed")
    rows = [
        (
            Cell(element("b", str(number)), number),
            words.day(event.day),
            words.text(KINDS[event.kind]),
            words.either(event.said_vi, event.said_en),
            join(event.document, "" if event.confirmed else f" ({unsure})"),
            words.text("events.cuts" if event.cuts else "events.marks"),
        )
        for number, event in enumerate(series.events, start=1)
    ]
    return table("events", ("number", "day", "kind", "said", "document", "effect"), rows, words)


def points(series: Series, step: Step, words: Words, most: int) -> Table:
    """Return the points, newest first, with the limits of those pieces that have them."""
    rows = [_running(series.open, step, words)] if series.open else []
    rows += [row for piece in reversed(series.pieces) for row in _points(piece, step, words)]
    return table("points", ("when", "counts", "ratio", "limits"), rows[:most], words, total=len(rows))


def season(section: str, found: Sequence[Seasonal], names: dict[object, str], words: Words) -> Table:
    """Return receipts per working day (and per day off)."""
    rows = [
        (
            names[one.key],
            words.figure(one.received),
            words.figure(one.days),
            Cell(per_day(one, words), _plain(one)),
        )
        for one in found
    ]
    return table(section, ("day", "received", "days", "per_day"), rows, words)


def _plain(one: Seasonal) -> float | None:
    return None if one.per_day is None else float(one.per_day)


def _running(point: Point, step: Step, words: Words) -> tuple[object, ...]:
    name = f"{point_name(point, step, words)} ({words.text('scope.open')})"
    return (name, words.counts(point.numerator, point.denominator), _ratio(point, words), words.text("points.open"))


def _points(piece: Piece, step: Step, words: Words) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for place, point in enumerate(piece.points):
        limits = NOTHING
        if piece.chart is not None and piece.enough:
            limits = f"{words.ratio(piece.chart.lower[place])} – {words.ratio(piece.chart.upper[place])}"
        counts = words.counts(point.numerator, point.denominator)
        rows.append((point_name(point, step, words), counts, _ratio(point, words), limits))
    return rows[::-1]


def _ratio(point: Point, words: Words) -> Cell:
    return Cell(words.ratio(point.ratio), point.ratio)
