"""When the daily collection is due and whether it was done: kept in the journal, so a restart, a sleep, a run that found
the warehouse taken or a clock that jumps lose none and repeat none.

A time of day is due from then on for twelve hours, until a run of everything that began after it has ended.
"""

from datetime import UTC, datetime, time, timedelta

from collectors.home import VIETNAM, Home
from metrics.journal import Journal

_SERVED, _BEAT = "schedule.served", "schedule.beat"
_MADE_UP_WITHIN = timedelta(hours=12)


def due(home: Home, now: datetime) -> datetime | None:
    """Return the newest configured time that is due and not served; None: nothing is to be done."""
    slot = newest(home, now)
    if slot is None or now - slot > _MADE_UP_WITHIN:
        return None
    last = served(home)
    if last is not None and slot <= last <= now:
        return None
    return slot


def newest(home: Home, now: datetime) -> datetime | None:
    """Return the newest configured time that has passed, of today or yesterday."""
    today = now.astimezone(VIETNAM).date()
    times = [time.fromisoformat(text) for text in home.config.schedule.times]
    slots = [datetime.combine(today - timedelta(days=ago), at, VIETNAM) for ago in (0, 1) for at in times]
    return max((slot for slot in slots if slot <= now), default=None)


def served(home: Home) -> datetime | None:
    """Return the last configured time for which everything was collected."""
    return _moment(Journal(home.journal).recall(_SERVED))


def serve(home: Home, slot: datetime) -> None:
    """Note that everything was collected for a configured time."""
    Journal(home.journal).remember(_SERVED, slot.astimezone(UTC).isoformat())


def beat(home: Home, now: datetime) -> None:
    """Note that the schedule is alive."""
    Journal(home.journal).remember(_BEAT, now.astimezone(UTC).isoformat())


def last_beat(home: Home) -> datetime | None:
    """Return when the schedule of `tthc up` was last alive; None: it was never started."""
    return _moment(Journal(home.journal).recall(_BEAT))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
