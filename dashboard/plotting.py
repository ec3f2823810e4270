"""The parts that the larger charts share: frame, axes and tooltips as plain Vega-Lite, in the reader's language.

Specifications are written as data (see `charts`); each chart answers one question, which its title asks.
"""

from collections.abc import Sequence
from typing import Any

from dashboard import colours
from dashboard.words import Words

Spec = dict[str, Any]

HEIGHT = 330
GOOD, BAD, PLAIN = colours.STATUS["met"][0], colours.STATUS["below"][0], colours.MUTED
_LETTERS = 34
_ROOM = 1.12


def framed(layers: Sequence[Spec], height: int = HEIGHT) -> Spec:
    """Return layers as one chart as wide as its place."""
    return {
        "layer": list(layers),
        "height": height,
        "background": "transparent",
        "padding": {"left": 2, "right": 14, "top": 8, "bottom": 2},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {
            "font": "Source Sans, sans-serif",
            "view": {"stroke": None},
            "axis": {
                "labelColor": colours.MUTED,
                "titleColor": colours.MUTED,
                "labelFontSize": 11,
                "titleFontSize": 11.5,
                "titleFontWeight": "normal",
                "gridColor": colours.EDGE,
                "domainColor": colours.EDGE,
                "tickColor": colours.EDGE,
            },
        },
    }


def percent(title: str, words: Words, field: str = "", *, scale: Spec | None = None) -> Spec:
    """Return the encoding of a fraction of 1 that is shown as per cent."""
    shown = "format(datum.value * 100, '.3~f')"
    vietnamese = f"replace({shown}, '.', ',') + '\N{NO-BREAK SPACE}%'"
    axis = {"labelExpr": words.either(vietnamese, f"{shown} + '%'"), "tickCount": 6, "domain": False, "ticks": False}
    return _field(
        field, {"type": "quantitative", "title": title, "axis": axis, "scale": {"zero": False, **(scale or {})}}
    )


def points(title: str, words: Words, field: str) -> Spec:
    """Return the encoding of a difference of fractions that is shown in percentage points, zero in sight."""
    shown = "format(datum.value * 100, '.3~f')"
    axis = {"labelExpr": words.either(f"replace({shown}, '.', ',')", shown), "tickCount": 6, "domain": False}
    return {"field": field, "type": "quantitative", "title": title, "axis": axis, "scale": {"zero": True}}


def count(title: str, words: Words, field: str = "", *, scale: Spec | None = None) -> Spec:
    """Return the encoding of a count with the separators of the language."""
    grouped = "format(datum.value, ',d')"
    axis = {"labelExpr": words.either(f"replace({grouped}, /,/g, '.')", grouped), "tickCount": 6, "grid": False}
    return _field(field, {"type": "quantitative", "title": title, "axis": axis, "scale": scale or {}})


def tooltip(names: dict[str, str]) -> list[Spec]:
    """Return a tooltip of texts: field → heading."""
    return [{"field": field, "type": "nominal", "title": title} for field, title in names.items()]


def short(name: str) -> str:
    """Return a name that fits beside a bar."""
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1].rstrip()}…"


def chosen(field: str, choices: dict[str, Any]) -> Spec:
    """Return a channel whose value depends on a text of the datum; the last choice is for all others."""
    *named, (_, otherwise) = choices.items()
    conditions = [{"test": f"datum.{field} == '{name}'", "value": value} for name, value in named]
    return {"condition": conditions, "value": otherwise}


def room(values: Sequence[int]) -> list[float]:
    """Return the ends of a logarithmic scale with room beside the first and the last mark."""
    return [min(values) / _ROOM, max(values) * _ROOM]


def _field(field: str, encoding: Spec) -> Spec:
    return {**encoding, "field": field} if field else encoding
