"""The published state, the rules and the journal in; the journal knows afterwards what is pending, firing, resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics.alert_evaluation import Holding, Situation
from metrics.alert_journal import AlertJournal, Told
from metrics.alert_rules import AlertRule
from metrics.alert_state import AlertState, Phase, Seen, Transition, advance, step


@dataclass(frozen=True, slots=True)
class Settled:
    """What an evaluation changed."""

    transitions: tuple[Transition, ...]


def settle(situation: Situation, rules: Sequence[AlertRule], journal: AlertJournal) -> Settled:
    """Bring every alert up to the published state, and return what moved.

    Evaluating the same state again moves nothing. An alert whose rule is no longer there is closed.
    """
    holding = situation.holding(rules)
    by_id = {rule.id: rule for rule in rules}
    known = journal.states()
    after, steps, told = [], [], {}
    for key in [*holding, *(key for key in known if key not in holding)]:
        before = known.get(key) or AlertState(key, Phase.QUIET, situation.now)
        now = _advanced(situation, before, holding.get(key), by_id)
        if key in holding:
            told[key] = holding[key].told
        if now is not before or key in holding:
            after.append(now)
        moved = step(before, now)
        if moved is not None:
            steps.append(moved)
    _write(journal, after, steps, told, situation.snapshot.id)
    return Settled(tuple(steps))


def _advanced(
    situation: Situation, before: AlertState, held: Holding | None, rules: Mapping[str, AlertRule]
) -> AlertState:
    if held is not None:
        return advance(before, Seen.HOLDS, mark=held.mark, at=situation.now, needed=held.rule.publications)
    if before.phase not in (Phase.PENDING, Phase.FIRING):
        return before
    rule = rules.get(before.key.split(":", 1)[0])
    return advance(before, situation.seen(before.key, rule), mark=situation.today, at=situation.now)


def _write(
    journal: AlertJournal,
    states: Sequence[AlertState],
    steps: Sequence[Transition],
    told: Mapping[str, Told],
    snapshot_id: str,
) -> None:
    if states:
        journal.keep(states, steps, told, snapshot_id=snapshot_id)
