"""The published snapshots in, what stands beside a rate out: its outlook, evidence, usual variation, what it was before."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from dashboard.reads import kept, tables
from dashboard.rows import Rate
from metrics import earlier as states
from metrics.earlier import Change
from metrics.insight.control_chart import laney
from metrics.insight.gap import pure_additions
from metrics.insight.intervals import Evidence, Interval, evidence, wilson
from metrics.snapshot import Snapshot
from metrics.targets import Op

Key = tuple[str, str | None]
Counts = dict[Key, tuple[int | None, int | None]]

OUTLOOK = """
-- one row per ratio of a unit and running period
SELECT metric, variant, ends, days_left, rest, low, middle, high, probability, needed, required, reachable, best, silence
FROM outlook
WHERE source = ? AND unit_code = ? AND period_label = ?
"""


@kept
def outlooks(snapshot: Snapshot, source: str, unit: str, period: str) -> dict[Key, dict[str, Any]]:
    """Return by metric and variant where a running period will end; nothing for others, and in older snapshots."""
    if "outlook" not in tables(snapshot):
        return {}
    found = snapshot.rows(OUTLOOK, (source, unit, period))
    return {(row["metric"], row["variant"]): row for row in found}


COUNTED = """
-- one row per ratio of a unit and period
SELECT metric, variant, period_start, numerator, denominator
FROM assessment
WHERE source = ? AND unit_code = ? AND period_label = ?
"""


@dataclass(frozen=True, slots=True)
class Before:
    """What the kept states of yesterday and of a week ago say; day "" and week "": none is kept."""

    day: tuple[Any, Counts] | None
    week: tuple[Any, Counts] | None


@kept
def earlier(snapshot: Snapshot, source: str, unit: str, period: str) -> Before:
    """Return the counts of the newest state of an earlier day, and of one at least a week old, where they are kept."""
    asked = (source, unit, period)
    start = next((row["period_start"] for row in snapshot.rows(COUNTED, asked)), None)
    found = (states.newest_of_days_before(snapshot.path), states.week_before(snapshot.path))
    day, week = (None if one is None else (one.day, _counts(one.path, asked, start)) for one in found)
    return Before(day, week)


def _counts(path: Path, asked: tuple[str, str, str], start: object) -> Counts:
    """Counts of a kept state; none of a period that began on another day: last month is no yesterday."""
    with Snapshot(path) as snapshot:
        rows = snapshot.rows(COUNTED, asked)
    return {
        (row["metric"], row["variant"]): (row["numerator"], row["denominator"])
        for row in rows
        if row["period_start"] == start
    }


def changes(rate: Rate, before: Before) -> list[Change]:
    """Return how a rate moved since yesterday and since a week ago, as far as that is kept."""
    key, now = (rate.metric, rate.variant), (rate.numerator, rate.denominator)
    return [
        states.change(day, counts[key], now)
        for day, counts in (one for one in (before.day, before.week) if one is not None)
        if key in counts
    ]


def limits(months: list[Rate]) -> dict[str, tuple[float, float]]:
    """Return by month what is usual (control limits); nothing for fewer than twelve whole months."""
    whole = [one for one in months if one.period.complete and one.denominator and one.numerator is not None]
    chart = laney([(one.numerator or 0, one.denominator or 0) for one in whole])
    if chart is None or not chart.enough:
        return {}
    return {
        one.period.label: limit for one, limit in zip(whole, zip(chart.lower, chart.upper, strict=True), strict=True)
    }


def proof(rate: Rate) -> tuple[Evidence, Interval] | None:
    """Return what the counts tell beyond chance, with their 95 % interval; None without counts or a due target."""
    if (
        rate.target is None
        or rate.status == "not_due"
        or not rate.denominator
        or rate.numerator is None
        or rate.numerator > rate.denominator
    ):
        return None
    asked, op = Decimal(str(rate.target.value)), Op(rate.target.op)
    return evidence(rate.numerator, rate.denominator, asked, op), wilson(rate.numerator, rate.denominator)


def additions(rate: Rate) -> int | None:
    """Return how many would have to come on top; None where that says nothing."""
    if rate.target is None or rate.target.op == "<=" or not rate.denominator or rate.numerator is None:
        return None
    return pure_additions(rate.numerator, rate.denominator, Decimal(str(rate.target.value))) or None
