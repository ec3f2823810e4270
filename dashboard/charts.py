"""Monthly assessments in, one small Vega-Lite chart out: how did this rate move, beside what was asked?

The specification is written as data: Altair builds the same in 90 ms a chart, and a page holds nine.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import colours
from dashboard.rows import Rate
from dashboard.words import Words

Limits = Mapping[str, tuple[float, float]]

HEIGHT = 54
LEAST_STRETCH = 0.1
_PERCENT = "format(datum.value * 100, '.3~f')"
_AXIS_WIDTH = 34


def trend(months: Sequence[Rate], words: Words, limits: Limits | None = None) -> dict[str, Any]:
    """Return the rate of each month as a line, the target of each month as dashes; a month not over is a hollow dot.

    limits: by period label, what is usual: drawn as a band.
    A month without dossiers breaks the line. The tooltip tells month, rate, both counts and what was asked.
    """
    points = [_point(month, words, (limits or {}).get(month.period.label)) for month in months]
    x = {"field": "month", "type": "ordinal", "title": None, "axis": _months_axis(points)}
    x["scale"] = {"domain": [point["month"] for point in points]}
    y = {"type": "quantitative", "title": None, "axis": _ratio_axis(words)}
    y["scale"] = {"domain": _stretch(months), "clamp": True, "nice": True, "zero": False}
    rate = {"x": x, "y": {**y, "field": "ratio"}}
    return {
        "data": {"values": points},
        "layer": [
            *(
                [{"mark": _BAND, "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}}]
                if limits
                else []
            ),
            {"mark": _ASKED, "encoding": {"x": x, "y": {**y, "field": "level"}}},
            {"mark": _LINE, "encoding": rate},
            {"mark": _DOTS, "encoding": {**rate, "fill": _FILL, "tooltip": _tooltip(words)}},
        ],
        "height": HEIGHT,
        "background": "transparent",
        "padding": {"left": 0, "right": 4, "top": 5, "bottom": 2},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {
            "font": "Source Sans, sans-serif",
            "view": {"stroke": None},
            "axis": {"labelColor": colours.MUTED, "labelFontSize": 10.5},
        },
    }


_BAND = {"type": "area", "color": colours.EDGE, "opacity": 0.7, "line": False}
_ASKED = {"type": "line", "color": colours.AMBER, "strokeDash": [4, 3], "strokeWidth": 1.2, "interpolate": "step"}
_LINE = {"type": "line", "color": colours.ACCENT, "strokeWidth": 1.8}
_DOTS = {"type": "point", "size": 16, "filled": True, "opacity": 1, "stroke": colours.ACCENT, "strokeWidth": 1.4}
_FILL = {"condition": {"test": "datum.complete", "value": colours.ACCENT}, "value": colours.GROUND}


def _point(month: Rate, words: Words, usual: tuple[float, float] | None) -> dict[str, Any]:
    target = month.target
    low, high = usual or (None, None)
    name = f"{month.period.start:%m/%Y}"
    return {
        "month": name,
        "ratio": month.ratio,
        "low": low,
        "high": high,
        "level": target.value if target else None,
        "complete": month.period.complete,
        "label": name if month.period.complete else words.text("card.month_open", month=name),
        "shown": words.ratio(month.ratio, [target.value] if target else []),
        "parts": words.counts(month.numerator, month.denominator),
        "asked": words.level(target.value) if target else words.text("status.no_target"),
    }


def _tooltip(words: Words) -> list[dict[str, str]]:
    fields = ("label", "shown", "parts", "asked")
    return [{"field": field, "type": "nominal", "title": words.text(f"card.{field}")} for field in fields]


def _stretch(months: Sequence[Rate]) -> list[float]:
    """Return the ends of the ratio axis: all rates and targets, and never less than LEAST_STRETCH: noise stays flat."""
    shown = [month.ratio for month in months if month.ratio is not None]
    shown += [month.target.value for month in months if month.target]
    low, high = min(shown), max(shown)
    spare = max(0.0, LEAST_STRETCH - (high - low)) / 2
    top = max(min(1.0, high + spare), LEAST_STRETCH)
    return [min(low, max(0.0, min(low - spare, top - LEAST_STRETCH))), max(top, high)]


def _months_axis(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Names the first and the last month only: the ones between are counted off."""
    return {
        "values": [points[0]["month"], points[-1]["month"]],
        "labelAngle": 0,
        "labelFlush": True,
        "labelPadding": 5,
        "ticks": False,
        "domainColor": colours.EDGE,
        "minExtent": 0,
        "maxExtent": 16,
    }


def _ratio_axis(words: Words) -> dict[str, Any]:
    vietnamese = f"replace({_PERCENT}, '.', ',') + '\N{NO-BREAK SPACE}%'"
    return {
        "tickCount": 2,
        "labelExpr": words.either(vietnamese, f"{_PERCENT} + '%'"),
        "gridColor": colours.EDGE,
        "domain": False,
        "ticks": False,
        "minExtent": _AXIS_WIDTH,
        "maxExtent": _AXIS_WIDTH,
    }
