"""A series in pieces in, a control chart out: is a change real? And receipts per working day as bars."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from dashboard import colours
from dashboard.plotting import BAD, GOOD, PLAIN, Spec, chosen, count, framed, percent, tooltip
from dashboard.rows import Target
from dashboard.trends.reads import Series, Step
from dashboard.words import NOTHING, Words
from metrics.insight.control_chart import Rule
from metrics.insight.season import Seasonal
from metrics.insight.series import Piece, Point

RULES = {
    Rule.OUTSIDE: "control_rule.outside",
    Rule.SHIFT: "control_rule.shift",
    Rule.TREND: "control_rule.trend",
    Rule.NEAR_LIMIT: "control_rule.near_limit",
}


def point_name(point: Point, step: Step, words: Words) -> str:
    """Return how a point is called: `08/2026`, `Tuần từ 03/08/2026`."""
    return f"{point.start:%m/%Y}" if step == "month" else words.text("trends.week_of", day=words.day(point.start))


def control(series: Series, target: Target | None, step: Step, words: Words) -> Spec:
    """Return points joined within each piece, mean and limits of pieces long enough, target, events as lines."""
    x: Spec = {"field": "day", "type": "temporal", "title": None, "axis": _days(series, step), "scale": {"type": "utc"}}
    y = percent(words.text("trends.axis"), words)
    ratio = {"x": x, "y": {**y, "field": "ratio"}}
    points = [row for number, piece in enumerate(series.pieces) for row in _points(piece, number, series, step, words)]
    if series.open is not None:
        points.append(_point(series.open, "open", "open", step, words))
    events = _marks(series, words)
    tips = {
        "name": words.text("trends.when"),
        "shown": words.text("trends.ratio"),
        "parts": words.text("trends.counts"),
    }
    limit_tips = {"limits": words.text("trends.limits"), "said": words.text("trends.signal")}
    piece = {"detail": {"field": "piece"}}
    band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, **piece}
    mean = {"x": x, "y": {**y, "field": "mean"}, **piece}
    dots = {
        **ratio,
        "shape": chosen("kind", {"good": "triangle-up", "bad": "triangle-down", "open": "circle", "plain": "circle"}),
        "fill": chosen("kind", {"good": GOOD, "bad": BAD, "open": colours.GROUND, "plain": PLAIN}),
        "size": chosen("kind", {"good": 110, "bad": 110, "open": 45, "plain": 45}),
        "tooltip": tooltip({**tips, **limit_tips}),
    }
    closed = {"filter": "datum.kind != 'open'"}
    asked = [{"level": target.value}] if target else []
    happened = {"values": events}
    return {
        **framed(
            [
                {"transform": [closed], "mark": _BAND, "encoding": band},
                {"transform": [closed], "mark": _MEAN, "encoding": mean},
                {"data": {"values": asked}, "mark": _ASKED, "encoding": {"y": {**y, "field": "level"}}},
                {
                    "data": happened,
                    "mark": _EVENT,
                    "encoding": {"x": x, "tooltip": tooltip({"said": words.text("trends.event")})},
                },
                {
                    "data": happened,
                    "mark": _NUMBER,
                    "encoding": {"x": x, "y": {"value": 6}, "text": {"field": "number"}},
                },
                {"transform": [closed], "mark": _LINE, "encoding": {**ratio, **piece}},
                {"mark": _DOT, "encoding": dots},
            ],
            310,
        ),
        "data": {"values": points},
    }


def per_day(one: Seasonal, words: Words) -> str:
    """Return dossiers per such day with one digit after the point."""
    return NOTHING if one.per_day is None else words.count(round(Decimal(one.received) / one.days, 1))


def seasonal(found: Sequence[Seasonal], names: dict[object, str], words: Words) -> Spec:
    """Return a bar for each kind of day: dossiers per such day; names: by key, None for days off."""
    bars = [
        {
            "label": names[one.key],
            "value": float(one.per_day or 0),
            "off": "yes" if one.key is None else "no",
            "shown": per_day(one, words),
            "days": words.count(one.days),
            "received": words.count(one.received),
        }
        for one in found
    ]
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": {"ticks": False, "domain": False}}
    x = count(words.text("trends.per_day_axis"), words, "value", scale={"domainMin": 0})
    tips = {
        "label": words.text("season.day"),
        "shown": words.text("season.per_day"),
        "received": words.text("season.received"),
        "days": words.text("season.days"),
    }
    colour = chosen("off", {"yes": colours.EDGE, "no": colours.ACCENT})
    bar = {"x": x, "y": y, "color": colour, "tooltip": tooltip(tips)}
    text = {"x": x, "y": y, "text": {"field": "shown"}}
    values = {"values": bars}
    return framed(
        [
            {"data": values, "mark": {"type": "bar", "height": {"band": 0.7}}, "encoding": bar},
            {
                "data": values,
                "mark": {"type": "text", "align": "left", "dx": 4, "color": colours.INK},
                "encoding": text,
            },
        ],
        26 * len(bars) + 10,
    ) | {"padding": {"left": 2, "right": 40, "top": 4, "bottom": 2}}


_BAND = {"type": "area", "color": colours.EDGE, "opacity": 0.6}
_MEAN = {"type": "line", "color": colours.MUTED, "strokeWidth": 1}
_ASKED = {"type": "rule", "color": colours.AMBER, "strokeDash": [4, 3], "strokeWidth": 1.4}
_EVENT = {"type": "rule", "color": colours.ACCENT, "strokeDash": [2, 3], "strokeWidth": 1.2}
_NUMBER = {"type": "text", "align": "left", "dx": 4, "color": colours.ACCENT, "fontWeight": "bold", "fontSize": 12}
_LINE = {"type": "line", "color": colours.ACCENT, "strokeWidth": 1.6}
_DOT = {"type": "point", "opacity": 1, "stroke": colours.ACCENT, "strokeWidth": 1.2}


def _marks(series: Series, words: Words) -> list[Spec]:
    """Return a line for each day on which something happened, with the numbers of what happened then."""
    days: dict[str, list[tuple[str, str]]] = {}
    for number, event in enumerate(series.events, start=1):
        said = words.either(event.said_vi, event.said_en)
        days.setdefault(event.day.isoformat(), []).append((str(number), said))
    return [
        {"day": day, "number": ", ".join(number for number, _ in told), "said": " · ".join(said for _, said in told)}
        for day, told in days.items()
    ]


def _points(piece: Piece, number: int, series: Series, step: Step, words: Words) -> list[Spec]:
    newest = piece is series.pieces[-1]
    rows = []
    for place, point in enumerate(piece.points):
        row = _point(point, str(number), _kind(point, series) if newest else "plain", step, words)
        if piece.chart is not None and piece.enough:
            low, high = piece.chart.lower[place], piece.chart.upper[place]
            row |= {"low": low, "high": high, "mean": piece.chart.mean}
            row["limits"] = f"{words.ratio(low)} – {words.ratio(high)}"
        if newest:
            row["said"] = _said(point, series, words)
        rows.append(row)
    return rows


def _kind(point: Point, series: Series) -> str:
    """Return whether a point is part of a signal, and of which sort; a good and a bad one at once is bad."""
    about = [told.good for told in series.told if told.first.start <= point.start <= told.last.start]
    return "plain" if not about else "good" if all(about) else "bad"


def _said(point: Point, series: Series, words: Words) -> str:
    rules = [told.rule for told in series.told if told.first.start <= point.start <= told.last.start]
    return "; ".join(words.text(RULES[rule]) for rule in dict.fromkeys(rules)) or words.text("trends.usual")


def _point(point: Point, piece: str, kind: str, step: Step, words: Words) -> Spec:
    return {
        "day": point.start.isoformat(),
        "piece": piece,
        "kind": kind,
        "ratio": point.ratio,
        "name": point_name(point, step, words) + (f" ({words.text('scope.open')})" if kind == "open" else ""),
        "shown": words.ratio(point.ratio),
        "parts": words.counts(point.numerator, point.denominator),
        "limits": words.text("trends.no_limits"),
        "said": words.text("trends.usual"),
    }


def _days(series: Series, step: Step) -> Spec:
    days: list[date] = [point.start for piece in series.pieces for point in piece.points]
    shape = "%m/%Y" if step == "month" else "%d/%m/%Y"
    return {"format": shape, "tickCount": min(8, max(2, len(days))), "grid": False, "labelOverlap": True}
