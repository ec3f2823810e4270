"""Of what a report can be made: a snapshot and a sort of report in, the units and the periods that have data out."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.periods import Basis, Period, between, half, month, quarter, report15, year
from metrics.rates import sources, unit_tree
from metrics.reports.make import INDEX, Kind
from metrics.reports.question import WEEK, Question, codes, question
from metrics.reports.settings import Settings
from metrics.snapshot import Snapshot
from metrics.units import Unit
from metrics.variant import Kind as SourceKind

_CUTS = ((3, (3, 6, 9, 12)), (6, (6,)), (9, (9,)), (12, (12,)), (1, tuple(range(1, 13))))


@dataclass(frozen=True, slots=True)
class Offer:
    """The question a report answers when only the unit is told, and what else could be asked.

    units: with data of this sort of report, parents first. periods: in which the unit has data, the sort that is usual
    for the report first, the newest first within a sort.
    """

    asked: Question
    units: tuple[Unit, ...]
    periods: tuple[Period, ...]


def offer(snapshot: Snapshot, kind: Kind, settings: Settings, unit: str | None = None) -> Offer:
    """Return of what a report can be made; a unit without data of this sort is as if none were told.

    Raises QuestionError when no source has data of this sort.
    """
    counted = SourceKind(kind.counted)
    tree = unit_tree(snapshot)
    with_data = {code for one in sources(snapshot) if one.kind == counted for code in codes(snapshot, one)}
    known = tree.with_above(code for code in with_data if code in tree.units)
    asked = question(
        snapshot,
        kind=counted,
        unit=unit if unit in known else None,
        period=None,
        source=None,
        usual=kind.usual,
        office=settings.office if settings.office in known else None,
        primary_source=settings.primary_source,
    )
    under = tree.under(asked.unit.code)
    if counted == SourceKind.DOSSIER:
        rows = snapshot.rows(_DAYS, {"source": asked.source.source, "units": under, "as_of": asked.source.as_of_day})
        periods = tuple(_with_days([row["day"] for row in rows], kind.usual))
    else:
        periods = tuple(_delivered(snapshot, asked, index=kind.id == INDEX))
    return Offer(asked, tuple(one for one in tree.units.values() if one.code in known), periods)


_DAYS = """
-- one row per day on which anything happened in these units, oldest first
SELECT DISTINCT day FROM daily
WHERE source = $source AND list_contains($units, unit_code) AND day <= $as_of
ORDER BY day
"""
_DELIVERED = """
-- one row per period delivered for a unit: months before longer ones, newest first
SELECT DISTINCT period_start, period_end
FROM statistic
WHERE source = $source AND unit_code = $unit AND period_start <= $as_of
    AND (NOT $index OR (starts_with(measure, 'score_') AND value IS NOT NULL))
ORDER BY (period_end - period_start > 31), period_start DESC, period_end
"""


def _delivered(snapshot: Snapshot, asked: Question, *, index: bool) -> Iterator[Period]:
    place = {"source": asked.source.source, "unit": asked.unit.code, "as_of": asked.source.as_of_day}
    for row in snapshot.rows(_DELIVERED, {**place, "index": index}):
        yield between(row["period_start"], row["period_end"])


def _with_days(days: Sequence[date], usual: str) -> Iterator[Period]:
    """Give the periods that hold one of these days, which are in order."""
    if not days:
        return
    for period in _possible(days[0], days[-1], usual):
        at = bisect_left(days, period.start)
        if at < len(days) and days[at] <= period.end:
            yield period


def _possible(first: date, last: date, usual: str) -> Iterator[Period]:
    if usual == WEEK:
        yield from _weeks(first, last)
    if usual == Basis.REPORT15:
        yield from _cut_at_15(first.year, last.year + 1)
        return
    for calendar in (month, quarter, half, year):
        yield from dict.fromkeys(calendar(day) for day in _back(first, last))


def _weeks(first: date, last: date) -> Iterator[Period]:
    monday = last - timedelta(days=last.isoweekday() - 1)
    while monday + timedelta(days=6) >= first:
        yield between(monday, monday + timedelta(days=6))
        monday -= timedelta(days=7)


def _cut_at_15(first: int, last: int) -> Iterator[Period]:
    for months, ends in _CUTS:
        for of_year in range(last, first - 1, -1):
            for end in reversed(ends):
                yield report15(of_year, months=months, last=end)


def _back(first: date, last: date) -> Iterable[date]:
    """Give the first day of each month, the newest first."""
    at = last.replace(day=1)
    while at >= first.replace(day=1):
        yield at
        at = (at - timedelta(days=1)).replace(day=1)
