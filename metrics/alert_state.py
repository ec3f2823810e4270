"""The life of an alert: what was seen at each publication in, pending → firing → resolved out, with every transition.

    quiet ──holds──▶ pending ──holds in enough states of the data──▶ firing ──clears──▶ resolved
      ▲                │                                               │  ▲
      └────clears──────┘                             neither, unknown ─┘  └─holds again (pending anew)

    between      reached the target but not the margin that clears it: a firing alert goes on, a pending one ends
    unknown      the data do not say (a source is late): nothing moves
    gone         nobody asks any more (the period is over, the target changed): a firing alert is closed, not resolved

Nothing here reads or writes: the journal keeps what comes back. Seeing the same state of the data twice changes nothing,
so a restart or a rebuild neither sends again nor forgets. Source: MONITORING.md §3.5 (hysteresis, publications in a row).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Seen(StrEnum):
    """What an evaluation found."""

    HOLDS = "holds"
    CLEARS = "clears"
    BETWEEN = "between"
    UNKNOWN = "unknown"
    GONE = "gone"


class Phase(StrEnum):
    """Where an alert is in its life."""

    QUIET = "quiet"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AlertState:
    """One alert as the journal keeps it.

    since: when the phase began. count: in how many states of the data in a row it was seen to hold. counted: the mark
    of the last state of the data that counted (a day, a snapshot): another evaluation of the same state adds nothing.
    """

    key: str
    phase: Phase
    since: datetime
    count: int = 0
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """One step, for the journal."""

    key: str
    at: datetime
    before: Phase
    after: Phase


_QUIET = (Phase.QUIET, Phase.RESOLVED, Phase.CLOSED)


def advance(state: AlertState, seen: Seen, *, mark: str, at: datetime, needed: int = 1) -> AlertState:
    """Return the state after an evaluation; the same object where nothing moved.

    mark: names the state of the data that was evaluated. needed: in how many states in a row it must hold to fire.
    """
    if seen is Seen.UNKNOWN:
        return state
    if seen is Seen.HOLDS:
        return _held(state, mark=mark, at=at, needed=needed)
    if state.phase is Phase.FIRING and seen is not Seen.BETWEEN:
        return AlertState(state.key, Phase.RESOLVED if seen is Seen.CLEARS else Phase.CLOSED, at, 0, mark)
    if state.phase is Phase.PENDING:
        return AlertState(state.key, Phase.QUIET, at, 0, mark)
    return state


def _held(state: AlertState, *, mark: str, at: datetime, needed: int) -> AlertState:
    if state.phase is Phase.FIRING or (state.counted == mark and state.phase is Phase.PENDING):
        return state
    count = 1 if state.phase in _QUIET else state.count + 1
    if count >= needed:
        return AlertState(state.key, Phase.FIRING, at, count, mark)
    if state.phase is Phase.PENDING:
        return replace(state, count=count, counted=mark)
    return AlertState(state.key, Phase.PENDING, at, count, mark)


def step(before: AlertState, after: AlertState) -> Transition | None:
    """Return what the journal notes; None when the phase did not change."""
    if before.phase is after.phase:
        return None
    return Transition(after.key, after.since, before.phase, after.phase)
