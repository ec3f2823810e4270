"""A standing in the 766 index in, tables out: where points are lost, what would help, every component, other units."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from dashboard import choice
from dashboard.index766.cards import band_name, component_name, group_name
from dashboard.index766.reads import Compared
from dashboard.listings import table
from dashboard.markup import Cell, Column, Html, Table, badge, element, link
from dashboard.words import NOTHING, Words
from metrics.index766 import Group
from metrics.index_standing import Action, Row, Standing

FIGURES = frozenset(
    {"lost", "max", "counts", "worth", "own", "published", "listed", "count", "points", "numerator", "denominator"}
)
NAME = "name"


def losses(standing: Standing, most: int, words: Words) -> Table:
    """Return what costs points, most first; one more dossier's worth beside it."""
    rows = [
        (
            _name(row, words),
            _points(row.lost, words),
            _points(row.max, words),
            words.counts(row.numerator, row.denominator) if row.denominator is not None else NOTHING,
            _worth(row, words),
        )
        for row in standing.losses[:most]
    ]
    names = ("name", "lost", "max", "counts", "worth")
    return table("loss", names, rows, words, total=len(standing.losses), figures=FIGURES)


def actions(name: str, found: Sequence[Action], words: Words) -> Table:
    """Return one way to the next rating: how many more of what, and the points that brings."""
    rows = [
        (
            Cell(words.text("action.more", count=words.count(one.count)), one.count),
            words.either(one.row.component.action_vi, one.row.component.action_en),
            Cell(f"+{words.points(one.points)}", float(one.points)),
            component_name(one.row.component, words),
        )
        for one in found
        if one.row.component is not None
    ]
    shown = table("action", ("count", "what", "points", "component"), rows, words, figures=FIGURES)
    return Table(words.text(f"action.{name}"), shown.columns, shown.rows, "action", shown.none, shown.total)


def components(standing: Standing, most: int, words: Words) -> Table:
    """Return each group and the components of which anything is known: counts, points ours and published, lost."""
    known = [row for row in standing.rows if row.component is None or _is_known(row)]
    rows = [_component(row, words) for row in known[:most]]
    names = ("name", "numerator", "denominator", "own", "published", "max", "lost", "listed", "note")
    return table("component", names, rows, words, total=len(known), figures=FIGURES)


def comparison(
    found: Sequence[Compared],
    groups: Sequence[Group],
    here: str,
    sort: str,
    most: int,
    place: Mapping[str, str],
    words: Words,
) -> Table:
    """Return the first units side by side, best first by total or one group; those without activity last and unranked."""
    ordered = sorted(found, key=lambda one: (not one.active, _sorted_by(one, sort)))
    columns = [Column(words.text("compare.rank"), figures=True), Column(words.text("compare.unit"))]
    columns += [Column(f"{one.code} ({words.count(one.max)})", figures=True) for one in groups]
    columns += [Column(words.text("compare.total"), figures=True), Column(words.text("compare.band"))]
    rows = [_compared(one, groups, here, place, words) for one in ordered[:most]]
    return Table(words.text("compare.title"), columns, rows, "compare", words.text("compare.none"), len(ordered))


def _compared(
    one: Compared, groups: Sequence[Group], here: str, place: Mapping[str, str], words: Words
) -> Sequence[object]:
    rank = Cell(f"{one.rank.place}", one.rank.place) if one.rank and one.active else Cell(NOTHING, None)
    to = link(choice.address("", place, scored=one.code), one.name)
    name = element("b", one.name) if one.code == here else to
    band = band_name(one.band, words) if one.active else badge("no_activity", words.text("compare.idle"))
    return (
        rank,
        Cell(element("span", name, " ", element("small", one.code)), f"{one.name} ({one.code})"),
        *(_points(one.groups.get(group.code), words) for group in groups),
        Cell(element("b", words.points(one.total)), _number(one.total)),
        band,
    )


def _sorted_by(one: Compared, sort: str) -> tuple[object, ...]:
    if sort == NAME:
        return (one.name,)
    points = one.groups.get(sort, one.total) if sort else one.total
    return (points is None, -(points or 0), one.name)


def _is_known(row: Row) -> bool:
    return any(one is not None for one in (row.numerator, row.denominator, row.score, row.published))


def _component(row: Row, words: Words) -> Sequence[object]:
    name = (
        _name(row, words)
        if row.component
        else Cell(element("b", group_name(row.group, words)), group_name(row.group, words))
    )
    figure = words.figure if row.component or row.denominator is not None else lambda _: Cell("", None)
    return (
        name,
        figure(row.numerator),
        figure(row.denominator),
        _points(row.score, words),
        _points(row.published, words),
        _points(row.max, words),
        _points(row.lost, words),
        _listed(row, words),
        _notes(row, words),
    )


def _listed(row: Row, words: Words) -> Cell:
    if row.own_denominator is None:
        return Cell("", None)
    counts = words.counts(row.own_numerator, row.own_denominator)
    said = words.text("component.listed_points", counts=counts, points=words.points(row.own_score))
    return Cell(said, said)


def _notes(row: Row, words: Words) -> str:
    marks = {
        "component.provisional": row.component is not None and row.provisional,
        "component.inherited": row.inherited,
        "component.idle": row.idle,
        "component.published_only": row.score is None and row.published is not None,
    }
    return "; ".join(words.text(key) for key, holds in marks.items() if holds)


def _name(row: Row, words: Words) -> str | Html:
    return component_name(row.component, words) if row.component else group_name(row.group, words)


def _worth(row: Row, words: Words) -> Cell:
    if row.worth is None or row.component is None:
        return Cell(NOTHING, None)
    value = Decimal(row.worth.numerator) / Decimal(row.worth.denominator)
    return Cell(words.precise(value), float(value))


def _points(points: Decimal | None, words: Words) -> Cell:
    return Cell(words.points(points), _number(points))


def _number(points: Decimal | None) -> float | None:
    return None if points is None else float(points)
