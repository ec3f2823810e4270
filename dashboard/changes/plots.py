"""The parts of a change in, diverging bars out: who pulled the rate up and who down, by itself and by its weight?"""

from dashboard import colours
from dashboard.changes.reads import Why
from dashboard.plotting import Spec, framed, points, short, tooltip
from dashboard.words import Words
from metrics.insight.decomposition import Decomposition, Share

BARS = 12
_BAR_HEIGHT = 26
_LABELS = 215
OWN, MIX = colours.ACCENT, colours.AMBER


def largest(found: Decomposition[str]) -> list[Share[str]]:
    """Return the parts, those that moved the whole most first."""
    return sorted(found.shares, key=lambda share: (-abs(share.whole), -share.after[1], share.key))


def contributions(why: Why, found: Decomposition[str], words: Words) -> Spec:
    """Return two bars for each of the parts that moved the rate most: what it changed itself, what its weight did."""
    bars = [
        {
            "label": _label(share.key, why.names[share.key], words),
            "name": why.names[share.key] or words.text("changes.unnamed"),
            "effect": words.text(f"changes.{name}_bar"),
            "value": float(value),
            "shown": words.percent_points(value),
        }
        for share in largest(found)[:BARS]
        for name, value in (("own", share.rate), ("mix", share.mix))
    ]
    effects = [words.text("changes.own_bar"), words.text("changes.mix_bar")]
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": _AXIS}
    x = points(words.text("changes.axis"), words, "value")
    shape = {"field": "effect", "type": "nominal", "sort": effects}
    bar = {
        "x": x,
        "y": y,
        "yOffset": shape,
        "color": {**shape, "scale": {"domain": effects, "range": [OWN, MIX]}, "legend": _LEGEND},
        "tooltip": tooltip(
            {
                "name": words.text("changes.part"),
                "effect": words.text("changes.effect"),
                "shown": words.text("changes.points"),
            }
        ),
    }
    zero = {"mark": {"type": "rule", "color": colours.MUTED, "aria": False}, "encoding": {"x": {"datum": 0}}}
    drawn = framed([{"mark": {"type": "bar"}, "encoding": bar}, zero], _BAR_HEIGHT * (len(bars) // 2) + 10)
    return {**drawn, "data": {"values": bars}}


_AXIS = {"labelLimit": _LABELS, "ticks": False, "domain": False}
_LEGEND = {"orient": "top", "title": None, "labelColor": colours.INK, "labelLimit": 400, "direction": "vertical"}


def _label(key: str, name: str, words: Words) -> str:
    """Return a name beside a bar that no other part bears: long names of procedures begin alike."""
    said = name or words.text("changes.unnamed")
    return said if key in ("", name) else short(f"{key} {name}")
