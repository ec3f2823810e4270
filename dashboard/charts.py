"""Monthly assessments in, one small chart out: how did this rate move, beside what was asked?

A page holds nine of them, so they are drawn here and stand among the text of a card: a chart of the framework would
cost each reader a second before the first figure stands, and 30 ms at every touch of a control. The framework lets no
SVG into a page but as a picture, so lines and dots are one; the words about it are text over it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import quote

from dashboard import colours
from dashboard.markup import Html
from dashboard.rows import Rate
from dashboard.words import Words

Limits = Mapping[str, tuple[float, float]]

LEAST_MONTHS = 2  # one month is no trend
LEAST_STRETCH = 0.1
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_MOST_STEPS = 2.5
_GRID = f'fill="none" stroke="{colours.EDGE}" stroke-width="1"'
_USUAL = f'fill="{colours.EDGE}" opacity="0.7"'
_ASKED = f'fill="none" stroke="{colours.AMBER}" stroke-width="1.2" stroke-dasharray="4 3"'
_LINE = f'fill="none" stroke="{colours.ACCENT}" stroke-width="1.8" stroke-linejoin="round"'
# a line without length and with round ends is a dot that no stretching makes an ellipse
_DOT = f'fill="none" stroke="{colours.ACCENT}" stroke-width="6" stroke-linecap="round"'
_HOLE = f'fill="none" stroke="{colours.GROUND}" stroke-width="3.4" stroke-linecap="round"'


@dataclass(frozen=True, slots=True)
class _Axes:
    """Where a month and a ratio stand in the picture, in hundredths of its width and height."""

    low: float
    high: float
    months: int

    def x(self, place: float) -> float:
        """Of the month with this number, from 0."""
        return round(2 + place * 96 / (self.months - 1), 2)

    def y(self, ratio: float) -> float:
        """Of a ratio; beyond the ends of the axis, of the nearer end."""
        inside = min(self.high, max(self.low, ratio))
        return round(6 + 88 * (self.high - inside) / (self.high - self.low), 2)  # dots keep off the edge


def trend(months: Sequence[Rate], words: Words, *, alt: str, limits: Limits | None = None) -> Html:
    """Return the rate of each month as a line, the target of each month as dashes; a month not over is a hollow dot.

    alt: what the chart is, for who does not see it. limits: by period label, what is usual: drawn as a band.
    A month without dossiers breaks the line. A pointer resting on the chart is told every month: rate, both counts and
    what was asked. Nothing for fewer than two months with a rate: that is no trend.
    """
    if len([month for month in months if month.ratio is not None]) < LEAST_MONTHS:
        return Html("")
    low, high, step = stretch(months)
    axes = _Axes(low, high, len(months))
    levels = _levels(low, high, step)
    drawn = (
        *(_path(_GRID, f"M0 {axes.y(level)}H100") for level in levels),
        _band(months, limits or {}, axes),
        _asked(months, axes),
        _line(months, axes),
        _dots(_DOT, months, axes, whole=None),
        _dots(_HOLE, months, axes, whole=False),
    )
    said = "\n".join(_said(month, words) for month in months)
    names = (f'<i style="top:{axes.y(level)}%">{escape(words.level(level))}</i>' for level in levels)
    first, last = (f"{month.period.start:%m/%Y}" for month in (months[0], months[-1]))
    return Html(
        f'<div class="trend"><img class="plot" alt="{escape(alt)}" title="{escape(said)}" src="{_picture("".join(drawn))}">'
        f'<div class="levels" aria-hidden="true">{"".join(names)}</div>'
        f'<div class="ends" aria-hidden="true"><span>{first}</span><span>{last}</span></div></div>'
    )


def _picture(inner: str) -> str:
    """Return the address of a picture that holds itself; it is stretched to the place it has."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" preserveAspectRatio="none">{inner}</svg>'
    return f"data:image/svg+xml,{quote(svg, safe=' =:/')}".replace("%22", "'")


def _path(look: str, way: str) -> str:
    return f'<path {look} vector-effect="non-scaling-stroke" d="{way}"/>'


def stretch(months: Sequence[Rate]) -> tuple[float, float, float]:
    """Return both ends of the ratio axis and the step between its lines.

    It holds all rates and targets and is never shorter than LEAST_STRETCH: noise stays flat.
    """
    shown = [month.ratio for month in months if month.ratio is not None]
    shown += [month.target.value for month in months if month.target]
    low, high = min(shown), max(shown)
    spare = max(0.0, LEAST_STRETCH - (high - low)) / 2
    top = max(min(1.0, high + spare), LEAST_STRETCH, high)
    low = min(low, max(0.0, min(low - spare, top - LEAST_STRETCH)))
    step = next((step for step in _STEPS if (top - low) / step <= _MOST_STEPS), _STEPS[-1])
    return low, top, step


def _levels(low: float, high: float, step: float) -> list[float]:
    """Return the levels that get a line: the multiples of the step between both ends."""
    first = -(-round(low / step, 6) // 1)
    return [
        round((first + at) * step, 6)
        for at in range(int((high - low) / step + 1e-6) + 1)
        if (first + at) * step <= high
    ]


def _band(months: Sequence[Rate], limits: Limits, axes: _Axes) -> str:
    found = [(axes.x(place), limits.get(month.period.label)) for place, month in enumerate(months)]
    usual = [(x, limit) for x, limit in found if limit is not None]
    there = [f"{x} {axes.y(high)}" for x, (_, high) in usual]
    back = [f"{x} {axes.y(low)}" for x, (low, _) in reversed(usual)]
    return _path(_USUAL, f"M{'L'.join(there + back)}Z") if usual else ""


def _asked(months: Sequence[Rate], axes: _Axes) -> str:
    half = (axes.x(1) - axes.x(0)) / 2
    found = [(axes.x(place), month.target) for place, month in enumerate(months)]
    parts = [f"M{x - half:.2f} {axes.y(target.value)}H{x + half:.2f}" for x, target in found if target]
    return _path(_ASKED, "".join(parts)) if parts else ""


def _line(months: Sequence[Rate], axes: _Axes) -> str:
    found = [(axes.x(place), month.ratio) for place, month in enumerate(months)]
    stretches = [list(part) for known, part in groupby(found, lambda one: one[1] is not None) if known]
    lines = ["M" + "L".join(f"{x} {axes.y(ratio)}" for x, ratio in part if ratio is not None) for part in stretches]
    return _path(_LINE, "".join(lines))


def _dots(look: str, months: Sequence[Rate], axes: _Axes, *, whole: bool | None) -> str:
    """Draw a dot for each month; whole: only of the months that are over (True) or not (False)."""
    asked = (True, False) if whole is None else (whole,)
    ways = (
        f"M{axes.x(place)} {axes.y(month.ratio)}h0"
        for place, month in enumerate(months)
        if month.ratio is not None and month.period.complete in asked
    )
    way = "".join(ways)
    return _path(look, way) if way else ""


def _said(month: Rate, words: Words) -> str:
    target = month.target
    name = f"{month.period.start:%m/%Y}"
    label = name if month.period.complete else words.text("card.month_open", month=name)
    shown = words.ratio(month.ratio, [target.value] if target else [])
    asked = words.text("card.month_asked", level=words.level(target.value)) if target else ""
    return words.text(
        "card.month", month=label, shown=shown, parts=words.counts(month.numerator, month.denominator), asked=asked
    )
