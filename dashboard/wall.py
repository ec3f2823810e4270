"""Slides for a display that nobody touches: the headline rates, then the units that need attention, in large type."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from dashboard import cards, choice
from dashboard.choice import Choice
from dashboard.markup import Html, badge, element
from dashboard.rows import Rate, RateListing
from dashboard.words import Words

RATES_A_SLIDE = 4
UNITS_A_SLIDE = 6


def slides(rates: Sequence[Rate], below: RateListing, words: Words) -> list[Html]:
    """Return the slides in their order; a slide of rates holds four, the last one the units most below target."""
    told = [rate for rate in rates if rate.status not in cards.NO_FIGURES]
    found = [_rates(part, words) for part in _parts(told)]
    return [*found, _units(below, words)] if found else [element("p", words.text("wall.nothing"), kind="wall-none")]


def frame(chosen: Choice, slide: Html, *, number: int, of: int, now: datetime, late: bool, words: Words) -> Html:
    """Return one slide between the lines that say whose figures these are and how old."""
    unit = element("h1", chosen.unit.name)
    period = element("p", choice.period_days(chosen.period, words))
    marks = [element("span", words.text("screen.synthetic"), kind="wall-synthetic")] if chosen.source.synthetic else []
    marks += [element("span", words.text("fresh.stale"), kind="wall-stale")] if late else []
    captured = {"captured": words.instant(chosen.source.captured_at), "age": words.age(chosen.source.captured_at, now)}
    fresh = words.text("fresh.line", source=choice.source_name(chosen.source.source, words), **captured)
    foot = element("footer", element("span", fresh), element("span", f"{number} / {of}"))
    head = element("header", element("div", unit, period), element("div", *marks, kind="wall-marks"))
    return element("div", head, slide, foot, kind="wall")


def _parts(rates: Sequence[Rate]) -> list[list[Rate]]:
    left = iter(rates)
    return list(iter(lambda: list(islice(left, RATES_A_SLIDE)), []))


def _rates(rates: Sequence[Rate], words: Words) -> Html:
    return element("div", *(_rate(rate, words) for rate in rates), kind="wall-rates")


def _rate(rate: Rate, words: Words) -> Html:
    standing = cards.standing(rate)
    return element(
        "div",
        element("h2", cards.metric_name(rate.metric, words)),
        element("div", words.ratio(rate.ratio, [rate.target.value] if rate.target else []), kind="wall-ratio"),
        badge(standing, words.text(f"status.{standing}")),
        element("p", cards.asked(rate, words, short=True)),
        element("p", cards.gap(rate, words), kind="wall-gap"),
        kind=f"wall-rate {standing.replace('_', '-')}",
    )


def _units(below: RateListing, words: Words) -> Html:
    if not below.rates:
        return element("p", words.text("below.none"), kind="wall-none")
    rows = [
        element(
            "tr",
            element("td", element("b", rate.unit_name)),
            element("td", cards.metric_name(rate.metric, words)),
            element("td", badge(cards.standing(rate), words.ratio(rate.ratio, _asked(rate)))),
            element("td", cards.gap(rate, words)),
        )
        for rate in below.rates
    ]
    title = words.text("wall.units", shown=len(below.rates), count=words.count(below.total))
    return element("div", element("h2", title, kind="wall-title"), element("table", *rows, kind="wall-units"))


def _asked(rate: Rate) -> list[float]:
    return [] if rate.target is None else [rate.target.value]
