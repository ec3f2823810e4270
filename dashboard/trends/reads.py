"""One rate of one unit through months or weeks in, its pieces with limits and signals out; and when dossiers come in."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from dashboard import assessed
from dashboard.reads import kept
from dashboard.rows import Rate, Source
from metrics.annotations import load_annotations
from metrics.assess import counted
from metrics.insight.control_chart import Assurance
from metrics.insight.season import Seasonal, by_part_of_month, by_weekday
from metrics.insight.series import Piece, Point, Told, pieces, signals
from metrics.rates import trend, unit_tree
from metrics.snapshot import Snapshot
from metrics.unit_history import load_history
from metrics.working_days import load_calendar

Step = Literal["month", "week"]

MONTHS = 24
_WEEKS = 52
_SEASON_DAYS = 365


@dataclass(frozen=True, slots=True)
class Event:
    """What a chart marks on a day: cuts: the series begins anew there."""

    day: date
    kind: str
    said_vi: str
    said_en: str
    document: str
    cuts: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Series:
    """A rate through time. open: the period that is still running, outside the limits; told: of the newest piece.

    assurance: what the process as it is does with the target; None without one, or with too few points.
    """

    pieces: list[Piece]
    open: Point | None
    events: list[Event]
    told: list[Told]
    assurance: Assurance | None


@dataclass(frozen=True, slots=True)
class Extra:
    """The office's own files: history of units, annotations, calendar."""

    history: Path | None
    annotations: Path | None
    calendar: Path | None


@kept
def series(snapshot: Snapshot, extra: Extra, rate: Rate, source: Source, step: Step) -> Series:
    """Return the months (or weeks) of a rate in pieces. Raises QuestionError for a file that cannot be used."""
    points = _months(snapshot, rate) if step == "month" else _weeks(snapshot, rate, source)
    points = [point for point in points if point.denominator > 0]
    whole = [point for point in points if point.end < source.as_of_day]
    running = [point for point in points if point.end >= source.as_of_day]
    events = _events(snapshot, extra, rate, points)
    found = pieces(whole, [event.day for event in events if event.cuts])
    less = assessed.less_is_better(rate.metric)
    newest = found[-1] if found else None
    assurance = None
    if newest is not None and newest.chart is not None and newest.enough and rate.target is not None:
        assurance = newest.chart.assurance(rate.target.value, less_is_better=less)
    told = signals(newest, less_is_better=less) if newest else []
    return Series(found, running[-1] if running else None, events, told, assurance)


def has_weeks(rate: Rate, source: Source) -> bool:
    """Tell whether a rate can be counted by week: from dossiers, and no stock of one day."""
    return source.kind == "dossier" and assessed.of_days(rate) is not None


@dataclass(frozen=True, slots=True)
class Season:
    """When dossiers come in: by day of the week and by part of the month, over some days."""

    start: date
    end: date
    weekdays: list[Seasonal]
    parts: list[Seasonal]


@kept
def season(snapshot: Snapshot, calendar: Path | None, unit: str, source: Source) -> Season | None:
    """Return the receipts per working day of the last year (or what there is of it); None without any.

    Raises CalendarError for a year whose days off are not known.
    """
    end = source.newest_event or source.as_of_day
    start = end - timedelta(days=_SEASON_DAYS - 1)
    asked = {"source": source.source, "units": unit_tree(snapshot).under(unit), "start": start, "end": end}
    received = {row["day"]: int(row["received"]) for row in snapshot.rows(RECEIVED, asked)}
    if not received:
        return None
    start, days = min(received), load_calendar(calendar)
    return Season(start, end, by_weekday(received, days, start, end), by_part_of_month(received, days, start, end))


RECEIVED = """
-- one row per day on which a unit (or one below it) received something
SELECT day, sum(received) AS received
FROM daily
WHERE source = $source AND list_contains($units, unit_code) AND day BETWEEN $start AND $end
GROUP BY day
HAVING sum(received) > 0
"""
WEEKS = """
-- one row per week (from Monday) of a unit and all below it, oldest first
SELECT CAST(date_trunc('week', day) AS DATE) AS week,
    sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
WHERE source = $source AND list_contains($units, unit_code) AND day BETWEEN $start AND $end
GROUP BY week
ORDER BY week
"""


def _months(snapshot: Snapshot, rate: Rate) -> list[Point]:
    found = trend(snapshot, rate.metric, rate.unit_code, rate.source, MONTHS)
    return [
        Point(one.period.start, one.period.end, one.numerator, one.denominator)
        for one in found
        if one.variant == rate.variant and one.numerator is not None and one.denominator
    ]


def _weeks(snapshot: Snapshot, rate: Rate, source: Source) -> list[Point]:
    variant = assessed.of_days(rate)
    if variant is None:
        return []
    monday = source.as_of_day - timedelta(days=source.as_of_day.weekday())
    days = {"start": monday - timedelta(weeks=_WEEKS), "end": source.as_of_day}
    asked = {"source": source.source, "units": unit_tree(snapshot).under(rate.unit_code), **days}
    found = []
    for row in snapshot.rows(WEEKS, asked):
        week = row.pop("week")
        counts = counted(variant, {name: int(value or 0) for name, value in row.items()}, filled={variant.known})
        if counts.numerator is not None and counts.denominator:
            found.append(Point(week, week + timedelta(days=6), counts.numerator, counts.denominator))
    return found


def _events(snapshot: Snapshot, extra: Extra, rate: Rate, points: list[Point]) -> list[Event]:
    """Return what happened within the series, oldest first: to the unit, and what the annotations tell."""
    if not points:
        return []
    first, last = min(point.start for point in points), max(point.end for point in points)
    tree = unit_tree(snapshot)
    unit = tree.unit(rate.unit_code)
    happened = [
        Event(one.day, "merger", one.text_vi, one.text_vi, one.document, not one.continues, one.confirmed)
        for one in load_history(extra.history).of(unit, first, last)
    ]
    lineage = {unit.code, *tree.above(unit.code)}
    noted = [
        Event(
            one.day, one.kind.value, one.title_vi, one.title_en or one.title_vi, one.document, one.rebase, one.confirmed
        )
        for one in load_annotations(extra.annotations)
        if first < one.day <= last and one.concerns(rate.metric, lineage)
    ]
    return sorted([*happened, *noted], key=lambda event: event.day)
