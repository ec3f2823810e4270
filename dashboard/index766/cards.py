"""A standing in the 766 index in, HTML out: points lost first, then total, rating, rank, and a bar for each group."""

from fractions import Fraction

from dashboard.markup import Html, badge, element, join
from dashboard.words import NOTHING, Words
from metrics.index766 import Band, Component, Group
from metrics.index_standing import Row, Standing

MUCH = Fraction(1, 2)  # a group that loses as much is marked


def by_loss(standing: Standing) -> list[Row]:
    """Return the groups, most points lost first; those without points last."""
    groups = [row for row in standing.rows if row.component is None]
    return sorted(groups, key=lambda row: (row.lost is None, -(row.lost or 0)))


def headline(standing: Standing, words: Words) -> Html:
    """Say in one sentence how many points are lost, and where most of them."""
    worst = [row for row in by_loss(standing) if row.lost]
    if standing.lost is None or not worst:
        lead = element("strong", words.text("index.no_total" if standing.lost is None else "index.nothing_lost"))
        return element("div", lead, kind="lost")
    said = words.text("index.lost", points=words.points(standing.lost), max=words.count(standing.version.max))
    parts = [_lost_of(row, words) for row in worst[:2]]
    where = element("span", words.text("index.mostly"), " ", *_listed(parts, words), ".")
    hardest = max(worst, key=lambda row: row.lost_share or 0)
    more: list[object] = []
    if hardest is not worst[0] and hardest.lost_share and hardest.lost_share >= MUCH:
        share = words.level(round(float(hardest.lost_share), 3))
        more = [" ", element("b", words.text("index.hardest", name=group_name(hardest.group, words), share=share))]
    return element("div", element("strong", said), where, *more, kind="lost")


def tiles(standing: Standing, words: Words) -> Html:
    """Return total, rating, rank and what the next rating takes."""
    parts = [_total(standing, words), _rating(standing, words), _rank(standing, words), _next(standing, words)]
    return element("div", *parts, kind="tiles index")


def bars(standing: Standing, words: Words) -> Html:
    """Return a bar for each group: points earned, points lost, and both in figures; most lost first."""
    lines = [_bar(row, words) for row in by_loss(standing)]
    return element(
        "div", element("ul", *lines, kind="bars"), element("p", words.text("index.bars_note"), kind="of"), kind="groups"
    )


def version(standing: Standing, words: Words) -> Html:
    """Say by which formulas this was computed and what is not certain of them."""
    note = words.either(standing.version.note_vi, standing.version.note_en)
    lines = [words.text("index.version", version=standing.version.id), note, words.text("index.no_trend")]
    lines.append(words.text("index.bands_unconfirmed"))
    return element("p", " ".join(line for line in lines if line), kind="of")


def group_name(group: Group, words: Words) -> str:
    """Return the name of a group."""
    return words.either(group.name_vi, group.name_en)


def component_name(component: Component, words: Words) -> str:
    """Return the number and the name of a component."""
    return f"{component.number} {words.either(component.name_vi, component.name_en)}"


def band_name(band: Band | None, words: Words) -> str:
    """Return a rating; one whose threshold is not confirmed bears a mark."""
    if band is None:
        return NOTHING
    mark = "" if band.confirmed else " (?)"
    return words.either(band.name_vi, band.name_en) + mark


def _lost_of(row: Row, words: Words) -> Html:
    name = element("b", group_name(row.group, words))
    return join(name, " ", words.text("index.of_max", lost=words.points(row.lost), max=words.count(row.max)))


def _listed(parts: list[Html], words: Words) -> list[object]:
    return [parts[0]] if len(parts) == 1 else [parts[0], " ", words.text("index.and"), " ", parts[1]]


def _total(standing: Standing, words: Words) -> Html:
    published = standing.published is not None
    out_of = words.text("index.out_of", max=words.count(standing.version.max))
    own = words.text("index.own_total", points=words.points(standing.total))
    origin = words.text("index.published_total" if published else "index.computed_total")
    return _tile(
        "index.total",
        f"{words.points(standing.known)} {out_of}",
        f"{origin}; {own}" if published and standing.total is not None else origin,
        words,
    )


def _rating(standing: Standing, words: Words) -> Html:
    band = standing.band
    if band is None:
        return _tile("index.rating", NOTHING, words.text("index.not_rated" if standing.active else "index.idle"), words)
    start = words.text("index.from", points=words.count(band.start))
    sure = [] if band.confirmed else [words.text("index.unconfirmed")]
    return _tile("index.rating", band_name(band, words), "; ".join([start, *sure]), words)


def _rank(standing: Standing, words: Words) -> Html:
    rank = standing.rank
    if rank is None:
        return _tile("index.rank", NOTHING, words.text("index.not_ranked"), words)
    return _tile("index.rank", f"{rank.place} / {rank.among}", words.text("index.ranked"), words)


def _next(standing: Standing, words: Words) -> Html:
    above = standing.next_band
    if above is None:
        return _tile("index.next", NOTHING, words.text("index.no_next"), words)
    aim = words.text("index.to", band=band_name(above, words), points=words.count(above.start))
    return _tile("index.next", words.text("index.points", points=words.points(standing.missing)), aim, words)


def _tile(label: str, value: str, more: str, words: Words) -> Html:
    return element(
        "div",
        element("span", words.text(label), kind="label"),
        element("span", value, kind="value"),
        element("span", more, kind="when"),
        kind="tile",
    )


def _bar(row: Row, words: Words) -> Html:
    name = element("span", group_name(row.group, words), " ", element("small", row.group.code), kind="name")
    if row.known is None or row.lost is None or row.lost_share is None:
        return element("li", name, element("span", words.text("index.no_points"), kind="said"))
    share = float(row.lost_share)
    earned = f"{words.points(row.known)} / {words.count(row.max)}"
    said = words.text("index.lost_part", lost=words.points(row.lost), share=words.ratio(share))
    much = badge("below", words.text("index.much")) if row.lost_share >= MUCH else Html("")
    return element(
        "li",
        name,
        Html(f'<span class="bar" aria-hidden="true"><span style="width:{(1 - share) * 100:.1f}%"></span></span>'),
        element("span", element("b", earned), " ", element("span", said), " ", much, kind="said"),
    )
