"""The published states that are still kept: which one was yesterday's, which one a week old, and what moved since."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from collectors.home import VIETNAM
from metrics.snapshot import SUFFIX

WEEK = timedelta(days=7)
_ID = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept state: its file, and the local day it was published on."""

    path: Path
    day: date


@dataclass(frozen=True, slots=True)
class Change:
    """How a rate moved since a day: counts, and the ratio in fractions of 1; None where one of them was none."""

    since: date
    numerator: int | None
    denominator: int | None
    ratio: float | None


def kept_before(snapshot: Path) -> list[Kept]:
    """Return the states published on the days before that of this one, newest first."""
    own = _day(snapshot)
    others = (Kept(path, _day(path)) for path in sorted(snapshot.parent.glob(f"*{SUFFIX}"), reverse=True))
    return [one for one in others if one.day < own]


def newest_of_days_before(snapshot: Path) -> Kept | None:
    """Return the newest state of an earlier day: yesterday's, when there was one."""
    return next(iter(kept_before(snapshot)), None)


def week_before(snapshot: Path) -> Kept | None:
    """Return the newest state at least a week old."""
    until = _day(snapshot) - WEEK
    return next((one for one in kept_before(snapshot) if one.day <= until), None)


def change(since: date, before: tuple[int | None, int | None], now: tuple[int | None, int | None]) -> Change:
    """Return how numerator and denominator moved."""
    (x0, n0), (x1, n1) = before, now
    moved = None if not (n0 and n1) or x0 is None or x1 is None else x1 / n1 - x0 / n0
    return Change(since, _minus(x1, x0), _minus(n1, n0), moved)


def _minus(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before


def _day(path: Path) -> date:
    moment = datetime.strptime(path.name.removesuffix(SUFFIX), _ID).replace(tzinfo=UTC)
    return moment.astimezone(VIETNAM).date()
