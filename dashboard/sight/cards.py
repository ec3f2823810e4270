"""What a card says beyond today's ratio, in small: two lines, and the rest when it is unfolded."""

from typing import Any

from dashboard.cards import counted
from dashboard.markup import Html, element, join
from dashboard.rows import Rate
from dashboard.sight import reads
from dashboard.sight.reads import Before
from dashboard.words import Words
from metrics import wording
from metrics.earlier import Change

SILENT = {"few": "ahead.few", "no_calendar": "ahead.no_calendar", "over": "ahead.over"}
MINUS = "\N{MINUS SIGN}"


def ahead(rate: Rate, outlook: dict[str, Any] | None, before: Before, words: Words) -> Html:
    """Return evidence and projection in a line each; needs, additions and changes unfolded."""
    lines = [*_evidence(rate, words), *_projection(outlook, words)]
    more = [*_needs(rate, outlook, words), *_additions(rate, words), *_changes(rate, before, words)]
    if rate.denominator is None or not (lines or more):
        return Html("")
    folded = element("details", element("summary", words.text("ahead.more")), *(element("p", one) for one in more))
    return element("div", *(element("p", one) for one in lines), folded, kind="card ahead")


def _evidence(rate: Rate, words: Words) -> list[str]:
    found = reads.proof(rate)
    if found is None:
        return []
    said, interval = found
    span = words.text("ahead.span", low=words.ratio(interval.low), high=words.ratio(interval.high))
    return [words.text("ahead.evidence", said=words.text(f"evidence.{said}"), span=span)]


def _projection(outlook: dict[str, Any] | None, words: Words) -> list[Html | str]:
    if outlook is None:
        return []
    day = words.day(outlook["ends"])
    if outlook["silence"]:
        return [words.text(SILENT[outlook["silence"]], day=day)]
    span = words.text("ahead.span", low=words.ratio(outlook["low"]), high=words.ratio(outlook["high"]))
    shown = words.text("ahead.projected", day=day, middle=words.ratio(outlook["middle"]), span=span)
    chance = outlook["probability"]
    likely = "" if chance is None else words.text("ahead.chance", chance=wording.chance(chance, words.language))
    return [join(shown, " ", element("b", likely))]


def _needs(rate: Rate, outlook: dict[str, Any] | None, words: Words) -> list[str]:
    if outlook is None or outlook["needed"] is None or not outlook["rest"]:
        return []
    values = {
        "rest": words.count(outlook["rest"]),
        "counted": counted(rate.metric, words),
        "days": outlook["days_left"],
    }
    if not outlook["reachable"]:
        return [words.text("ahead.out_of_reach", best=words.ratio(outlook["best"]), **values)]
    if not outlook["needed"]:
        return [words.text("ahead.safe", **values)]
    need = {"needed": words.count(outlook["needed"]), "share": words.ratio(outlook["required"])}
    return [words.text("ahead.needed", **need, **values)]


def _additions(rate: Rate, words: Words) -> list[str]:
    added = reads.additions(rate)
    if added is None:
        return []
    return [words.text("ahead.additions", count=words.count(added), counted=counted(rate.metric, words))]


def _changes(rate: Rate, before: Before, words: Words) -> list[str]:
    said = [_change(one, words) for one in reads.changes(rate, before)]
    kept = {"ahead.no_day": before.day, "ahead.no_week": before.week}
    missing = [words.text(key) for key, state in kept.items() if state is None]
    return [*said, *missing]


def _change(one: Change, words: Words) -> str:
    day = words.day(one.since)
    if not one.numerator and not one.denominator:
        return words.text("ahead.unchanged", day=day)
    points = "" if one.ratio is None else words.text("ahead.points", points=_signed(words.moved(one.ratio)))
    counts = {"numerator": one.numerator, "denominator": one.denominator}
    shown = {name: _signed(words.count(count)) for name, count in counts.items()}
    return words.text("ahead.changed", day=day, points=points, **shown)


def _signed(shown: str) -> str:
    return shown.replace("-", MINUS) if shown.startswith("-") else shown if shown.strip("0,.–") == "" else f"+{shown}"
