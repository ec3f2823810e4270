"""A compared group of units in, the table of it out: bands, never places."""

from collections.abc import Mapping

from dashboard import choice
from dashboard.assessed import Part
from dashboard.cards import asked, counted, standing
from dashboard.listings import table
from dashboard.markup import Cell, Html, Table, badge, element, join, link
from dashboard.units.plots import SMALL, band_name
from dashboard.units.reads import Group
from dashboard.words import NOTHING, Words
from metrics.insight.comparison import Compared
from metrics.insight.funnel import Band

SIGNS = {"lower": "▼", "expected": "●", "higher": "▲", SMALL: "✚"}
ORDER = ("lower", "expected", "higher", SMALL)


def units(group: Group, place: Mapping[str, str], words: Words, most: int, *, less_is_better: bool) -> Table:
    """Return the units by band, the clearly worse ones first, within a band by what is missing; empty ones last."""
    found = {part.key: part for part in group.comparison.parts}
    order = ORDER if not less_is_better else ("higher", "expected", "lower", SMALL)
    worst = sorted(group.parts, key=lambda part: _rank(part, found.get(part.key), order))
    rows = [_row(part, found.get(part.key), group, place, words, less_is_better) for part in worst[:most]]
    return table(
        "units", ("unit", "counts", "ratio", "interval", "band", "target", "gap"), rows, words, total=len(worst)
    )


def mark(band: Band | None, words: Words, *, less_is_better: bool) -> Html:
    """Return a band as sign, words and colour."""
    name = band_name(band)
    kinds = {"lower": "good", "higher": "bad"} if less_is_better else {"lower": "bad", "higher": "good"}
    said = join(element("span", SIGNS[name], kind="sign"), " ", words.text(f"band.{name}"))
    return element("span", said, kind=f"band {kinds.get(name, 'plain')}")


def _rank(part: Part, compared: Compared[str] | None, order: tuple[str, ...]) -> tuple[int, int, str]:
    place = order.index(band_name(compared.band)) if compared else len(order)
    return (place, -(part.rate.gap or 0), part.name)


def _row(
    part: Part,
    compared: Compared[str] | None,
    group: Group,
    place: Mapping[str, str],
    words: Words,
    less_is_better: bool,
) -> tuple[object, ...]:
    rate = part.rate
    level = [rate.target.value] if rate.target else []
    interval: object = NOTHING
    if compared:
        interval = f"{words.ratio(compared.interval.low)} – {words.ratio(compared.interval.high)}"
    gap = NOTHING if rate.gap is None else f"{words.count(rate.gap)} {counted(rate.metric, words)}"
    return (
        _name(part, group, place, words),
        words.counts(rate.numerator, rate.denominator),
        Cell(badge(standing(rate), words.ratio(rate.ratio, level)), rate.ratio),
        interval,
        mark(compared.band, words, less_is_better=less_is_better) if compared else NOTHING,
        asked(rate, words, short=True),
        Cell(gap, rate.gap),
    )


def _name(part: Part, group: Group, place: Mapping[str, str], words: Words) -> Cell:
    inner = [link(choice.address("./", place, unit=part.key), part.name), " ", element("small", part.key)]
    if part.key in group.with_units:
        inner += [" ", link(choice.address("units", place, unit=part.key), words.text("units.below"))]
    if part.key == group.here:
        inner += [" ", element("b", words.text("units.here"))]
    return Cell(element("span", *inner), f"{part.name} ({part.key})")
