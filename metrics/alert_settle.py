"""The published state, the rules and the journal in; the journal knows afterwards what is pending, firing, resolved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from metrics.alert_evaluation import Holding, Situation
from metrics.alert_journal import AlertJournal, Told
from metrics.alert_rules import AlertRule, RuleKind
from metrics.alert_state import AlertState, Phase, Seen, Transition, advance, step

Holders = Callable[[Told], tuple[str, str]]  # in Vietnamese, in English
_OPEN = (Phase.PENDING, Phase.FIRING)


@dataclass(frozen=True, slots=True)
class Settled:
    """What an evaluation changed."""

    transitions: tuple[Transition, ...]


def settle(
    situation: Situation, rules: Sequence[AlertRule], journal: AlertJournal, *, holders: Holders | None = None
) -> Settled:
    """Bring every alert up to the published state, and return what moved.

    Evaluating the same state again moves nothing. An alert whose rule is no longer there is closed. The same words about
    another period (the year to date, in January) are another alert: the old one is closed, the new one begins anew.
    holders: says who holds most of a gap; kept with the alert and with each of its transitions as evidence.
    """
    holding = situation.holding(rules)
    by_id = {rule.id: rule for rule in rules}
    known, said = journal.states(), {one.state.key: one.told for one in journal.known(*_OPEN)}
    after, steps, told = [], [], {}
    for key in [*holding, *(key for key in known if key not in holding)]:
        before, held = known.get(key) or AlertState(key, Phase.QUIET, situation.now), holding.get(key)
        if held is not None and _other_period(said.get(key), held.told):
            closed = advance(before, Seen.GONE, mark=situation.today, at=situation.now)
            steps += [moved for moved in [step(before, closed)] if moved]
            before = closed
        now = _advanced(situation, before, held, by_id, said.get(key), holding)
        moved = step(before, now)
        if held is not None:
            told[key] = _evidence(held.told, said.get(key), moved, holders)
        if now is not known.get(key) or held is not None:
            after.append(now)
        if moved is not None:
            steps.append(moved)
    if after:
        journal.keep(after, steps, told, snapshot_id=situation.snapshot.id)
    return Settled(tuple(steps))


def _advanced(
    situation: Situation,
    before: AlertState,
    held: Holding | None,
    rules: Mapping[str, AlertRule],
    said: Told | None,
    holding: Mapping[str, Holding],
) -> AlertState:
    if held is not None:
        return advance(before, Seen.HOLDS, mark=held.mark, at=situation.now, needed=held.rule.publications)
    if before.phase not in _OPEN:
        return before
    rule = rules.get(before.key.split(":", 1)[0])
    if rule is not None and rule.kind is RuleKind.FALLING and _followed(before.key, holding):
        seen = Seen.GONE  # the month after it fell too: the alert of that month speaks now
    else:
        seen = situation.seen(before.key, rule, said.period_start if said else "")
    return advance(before, seen, mark=situation.today, at=situation.now)


def _followed(key: str, holding: Mapping[str, Holding]) -> bool:
    place = key.rpartition(":")[0] + ":"
    return any(other.startswith(place) for other in holding)


def _other_period(before: Told | None, now: Told) -> bool:
    return before is not None and bool(before.period_start) and before.period_start != now.period_start


def _evidence(now: Told, before: Told | None, moved: Transition | None, holders: Holders | None) -> Told:
    """Return what is said with who holds the gap: asked when it begins to fire and when its counts are others."""
    if holders is None:
        return now
    if before is not None and moved is None and _counts(before) == _counts(now):
        vi, en = before.holders_vi, before.holders_en
    else:
        vi, en = holders(now)
    return replace(now, holders_vi=vi, holders_en=en)


def _counts(told: Told) -> tuple[object, ...]:
    return told.numerator, told.denominator, told.target_value, told.period_start
