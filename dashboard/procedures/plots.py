"""Procedures in, charts out: who holds the gap, and how volume and rate go together."""

from collections.abc import Sequence

from dashboard import colours
from dashboard.assessed import Part
from dashboard.plotting import BAD, PLAIN, Spec, chosen, count, framed, percent, room, short, tooltip
from dashboard.procedures.reads import Weight
from dashboard.words import Words

BARS = 15
_BAR_HEIGHT = 22
_LABELS = 215


def pareto(found: Weight, words: Words) -> Spec:
    """Return a bar for each of the procedures that miss most, dark for those that together hold 80 % of the gap."""
    names = {part.key: part.name for part in found.parts}
    bars = [
        {
            "name": names[one.key],
            "label": short(f"{one.key} {names[one.key]}"),
            "gap": one.gap,
            "most": "yes" if one.most else "no",
            "shown": words.count(one.gap),
            "together": words.ratio(float(one.together)),
            "said": f"{words.count(one.gap)} ({words.ratio(float(one.together))})",
        }
        for one in found.held[:BARS]
    ]
    axis = {"labelLimit": _LABELS, "ticks": False, "domain": False}
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": axis}
    x = count(words.text("procedures.axis_gap"), words, "gap", scale={"domainMin": 0})
    tips = {
        "name": words.text("procedures.procedure"),
        "shown": words.text("procedures.gap"),
        "together": words.text("procedures.together"),
    }
    values = {"values": bars}
    bar = {"x": x, "y": y, "color": chosen("most", {"yes": BAD, "no": colours.EDGE}), "tooltip": tooltip(tips)}
    text = {"x": x, "y": y, "text": {"field": "said"}}
    return framed(
        [
            {"data": values, "mark": {"type": "bar", "height": {"band": 0.7}}, "encoding": bar},
            {
                "data": values,
                "mark": {"type": "text", "align": "left", "dx": 4, "color": colours.INK},
                "encoding": text,
            },
        ],
        _BAR_HEIGHT * len(bars) + 10,
    ) | {"padding": {"left": 2, "right": 80, "top": 4, "bottom": 2}}


def scatter(parts: Sequence[Part], words: Words) -> Spec:
    """Return a mark for each procedure: dossiers across, rate upwards; below what is asked is a triangle."""
    known = [part for part in parts if part.counts[1] > 0]
    points = [
        {
            "name": part.name,
            "n": part.counts[1],
            "ratio": part.rate.ratio,
            "status": "below" if part.rate.status == "below" else "other",
            "shown": words.ratio(part.rate.ratio),
            "parts": words.counts(*part.counts),
        }
        for part in known
    ]
    domain = room([part.counts[1] for part in known])
    marks = {
        "x": count(
            words.text("procedures.axis_count"), words, "n", scale={"type": "log", "nice": False, "domain": domain}
        ),
        "y": percent(words.text("procedures.axis_ratio"), words, "ratio", scale={"domain": [0, 1]}),
        "shape": chosen("status", {"below": "triangle-down", "other": "circle"}),
        "color": chosen("status", {"below": BAD, "other": PLAIN}),
        "tooltip": tooltip(
            {
                "name": words.text("procedures.procedure"),
                "shown": words.text("procedures.ratio"),
                "parts": words.text("procedures.counts"),
            }
        ),
    }
    asked = sorted({part.rate.target.value for part in known if part.rate.target})
    y = percent(words.text("procedures.axis_ratio"), words, "ratio", scale={"domain": [0, 1]})
    line = {"type": "rule", "color": colours.AMBER, "strokeDash": [4, 3], "strokeWidth": 1.3}
    return framed(
        [
            {"data": {"values": [{"ratio": level} for level in asked]}, "mark": line, "encoding": {"y": y}},
            {
                "data": {"values": points},
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.8},
                "encoding": marks,
            },
        ],
        300,
    )
