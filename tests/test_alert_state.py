"""The life of an alert: by example, and against a slow, obvious model under any sequence of evaluations."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from metrics.alert_state import AlertState, Phase, Seen, advance, step

START = datetime(2026, 10, 1, tzinfo=UTC)


def after(*seen: Seen, needed: int = 1) -> list[Phase]:
    """The phases after each evaluation, each of another state of the data."""
    state, phases = AlertState("k", Phase.QUIET, START), []
    for day, one in enumerate(seen):
        state = advance(state, one, mark=str(day), at=START + timedelta(days=day), needed=needed)
        phases.append(state.phase)
    return phases


HOLDS, CLEARS, BETWEEN, UNKNOWN, GONE = Seen.HOLDS, Seen.CLEARS, Seen.BETWEEN, Seen.UNKNOWN, Seen.GONE
QUIET, PENDING, FIRING, RESOLVED, CLOSED = Phase.QUIET, Phase.PENDING, Phase.FIRING, Phase.RESOLVED, Phase.CLOSED


@pytest.mark.parametrize(
    ("needed", "seen", "phases"),
    [
        (1, [HOLDS, CLEARS], [FIRING, RESOLVED]),
        (2, [HOLDS, HOLDS, CLEARS], [PENDING, FIRING, RESOLVED]),
        (2, [HOLDS, CLEARS, HOLDS], [PENDING, QUIET, PENDING]),
        (2, [HOLDS, UNKNOWN, HOLDS], [PENDING, PENDING, FIRING]),
        (1, [HOLDS, BETWEEN, CLEARS], [FIRING, FIRING, RESOLVED]),
        (2, [HOLDS, BETWEEN], [PENDING, QUIET]),
        (1, [HOLDS, UNKNOWN, UNKNOWN], [FIRING, FIRING, FIRING]),
        (1, [HOLDS, GONE], [FIRING, CLOSED]),
        (1, [HOLDS, CLEARS, HOLDS], [FIRING, RESOLVED, FIRING]),
        (2, [HOLDS, HOLDS, CLEARS, HOLDS], [PENDING, FIRING, RESOLVED, PENDING]),
        (1, [CLEARS, GONE, BETWEEN], [QUIET, QUIET, QUIET]),
    ],
)
def test_phases(needed: int, seen: list[Seen], phases: list[Phase]) -> None:
    assert after(*seen, needed=needed) == phases


def test_the_same_state_of_the_data_counts_once() -> None:
    state = AlertState("k", QUIET, START)
    for _ in range(5):
        state = advance(state, HOLDS, mark="2026-10-01", at=START, needed=2)
    assert (state.phase, state.count) == (PENDING, 1)


def test_since_is_when_the_phase_began() -> None:
    first = advance(AlertState("k", QUIET, START), HOLDS, mark="1", at=START + timedelta(days=1))
    later = advance(first, HOLDS, mark="2", at=START + timedelta(days=9))
    assert later.since == START + timedelta(days=1)
    assert step(first, later) is None
    made = step(AlertState("k", QUIET, START), first)
    assert made is not None and (made.before, made.after, made.at) == (QUIET, FIRING, first.since)


class Life(RuleBasedStateMachine):
    """Any sequence of evaluations, some of them repeated, against counting by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.state = AlertState("k", QUIET, START)
        self.needed = 2
        self.day = 0
        self.in_row = 0
        self.firing = False
        self.last: tuple[Seen, AlertState] | None = None

    @rule(seen=st.sampled_from(Seen))
    def evaluate(self, seen: Seen) -> None:
        self.day += 1
        self.state = advance(self.state, seen, mark=str(self.day), at=self._now(), needed=self.needed)
        self.last = (seen, self.state)
        if seen is HOLDS:
            self.in_row += 1
            self.firing = self.firing or self.in_row >= self.needed
        elif seen in (CLEARS, GONE):
            self.in_row, self.firing = 0, False
        elif seen is BETWEEN and not self.firing:
            self.in_row = 0

    @precondition(lambda self: self.last is not None)
    @rule()
    def evaluate_the_same_again(self) -> None:
        assert self.last is not None
        seen, before = self.last
        again = advance(self.state, seen, mark=str(self.day), at=self._now() + timedelta(hours=1), needed=self.needed)
        assert again is self.state is before

    @invariant()
    def fires_exactly_when_it_should(self) -> None:
        assert (self.state.phase is FIRING) == self.firing

    @invariant()
    def pending_means_some_but_not_enough(self) -> None:
        if self.state.phase is PENDING:
            assert 0 < self.state.count < self.needed

    def _now(self) -> datetime:
        return START + timedelta(days=self.day)


TestLife = Life.TestCase
