"""A compared group of units in, the funnel out: which units differ more than their size explains?"""

from collections.abc import Mapping

from dashboard import colours
from dashboard.plotting import BAD, GOOD, PLAIN, Spec, chosen, count, framed, percent, room, tooltip
from dashboard.units.reads import Group
from dashboard.words import Words
from metrics.insight.comparison import Compared
from metrics.insight.funnel import Band

SMALL = "small"
SHAPES = {"lower": "triangle-down", "higher": "triangle-up", SMALL: "cross", "expected": "circle"}


def band_name(band: Band | None) -> str:
    """Return the key of a band; of None, that of those too small to rank."""
    return SMALL if band is None else band.value


def funnel(group: Group, names: Mapping[str, str], words: Words, *, less_is_better: bool) -> Spec:
    """Return units as marks over the number of their dossiers, within the limits of 95 and 99.8 %; names: by code."""
    title = words.text("units.axis_ratio")
    domain = room([part.denominator for part in group.comparison.parts])
    x = count(words.text("units.axis_count"), words, "n", scale={"type": "log", "nice": False, "domain": domain})
    y = percent(title, words)
    points = [_point(part, names[part.key], words) for part in group.comparison.parts]
    values = [
        {
            "n": one.denominator,
            "low": one.inner.low,
            "high": one.inner.high,
            "far_low": one.outer.low,
            "far_high": one.outer.high,
        }
        for one in group.outlines
    ]
    outer = {"x": x, "y": {**y, "field": "far_low"}, "y2": {"field": "far_high"}}
    inner = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    marks = {
        "x": x,
        "y": {**y, "field": "ratio"},
        "shape": chosen("band", SHAPES),
        "color": chosen("band", _colours(less_is_better)),
        "size": chosen("here", {"yes": 170, "no": 80}),
        "tooltip": tooltip({"name": words.text("units.unit"), "shown": words.text("units.ratio"), **_more(words)}),
    }
    here = [{**point, "here": "yes" if point["code"] == group.here else "no"} for point in points]
    centre = [{"ratio": group.comparison.spread.share}] if group.comparison.spread else []
    return framed(
        [
            {"data": {"values": values}, "mark": _area(0.45), "encoding": outer},
            {"data": {"values": values}, "mark": _area(0.8), "encoding": inner},
            {"data": {"values": centre}, "mark": _MIDDLE, "encoding": {"y": {**y, "field": "ratio"}}},
            {"data": {"values": here}, "mark": _MARK, "encoding": marks},
        ]
    )


_MIDDLE = {"type": "rule", "color": colours.ACCENT, "strokeDash": [5, 3], "strokeWidth": 1.3}
_MARK = {"type": "point", "filled": True, "opacity": 0.95}


def _area(opacity: float) -> Spec:
    return {"type": "area", "color": colours.EDGE, "opacity": opacity, "interpolate": "monotone"}


def _colours(less_is_better: bool) -> dict[str, str]:
    low, high = (GOOD, BAD) if less_is_better else (BAD, GOOD)
    return {"lower": low, "higher": high, SMALL: PLAIN, "expected": colours.ACCENT}


def _more(words: Words) -> dict[str, str]:
    return {"parts": words.text("units.counts"), "said": words.text("units.band")}


def _point(part: Compared[str], name: str, words: Words) -> Spec:
    ratio = part.numerator / part.denominator
    band = band_name(part.band)
    return {
        "code": part.key,
        "name": name,
        "n": part.denominator,
        "ratio": ratio,
        "band": band,
        "shown": words.ratio(ratio),
        "parts": words.counts(part.numerator, part.denominator),
        "said": words.text(f"band.{band}"),
    }
