"""What became of alerts and messages, in the journal: phases, transitions, acknowledgements, silences, deliveries.

None of it can be computed again. Instants are UTC without zone. Each call is one short transaction.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from metrics.alert_state import AlertState, Phase, Transition
from metrics.journal import Journal, moment_of, text_of

_ENDS = (Phase.RESOLVED, Phase.CLOSED, Phase.QUIET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an alert says, as it is kept and forwarded.

    period_start: ISO day; the same label in another year is another period. probability: of meeting the target at the
    end of the period, where it was projected. holders_vi, holders_en: the procedures and units that hold most of
    the gap.
    """

    rule: str
    severity: str
    audience: str
    metric: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    period_label: str | None = None
    source: str | None = None
    numerator: int | None = None
    denominator: int | None = None
    ratio: float | None = None
    target_value: float | None = None
    gap: int | None = None
    probability: float | None = None
    period_start: str = ""
    variant: str = ""
    synthetic: bool = False
    document: str = ""
    message_vi: str = ""
    message_en: str = ""
    holders_vi: str = ""
    holders_en: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did about an alert."""

    key: str
    at: datetime
    act: str
    person: str
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """An alert with its life and what people did about it."""

    state: AlertState
    told: Told
    acknowledged: Act | None = None
    silenced: Act | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """One transition as it was."""

    transition: Transition
    snapshot_id: str
    told: Told


@dataclass(frozen=True, slots=True)
class Ended:
    """An alert that was resolved; fired, ended: the numbers of those transitions, in the order in which they happened."""

    alert: Known
    fired: int
    ended: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one channel; message_id 0: not yet written.

    state: due, sending (an attempt was begun and its end is not known), sent, failed.
    """

    day: str
    topic: str
    kind: str
    channel: str
    title: str
    body: str
    made_at: datetime
    state: str = "due"
    tries: int = 0
    tried_at: datetime | None = None
    error: str = ""
    message_id: int = 0


class AlertJournal:
    """The alerts of one installation."""

    def __init__(self, path: Path) -> None:
        self._journal = Journal(path)

    def states(self) -> dict[str, AlertState]:
        """Return every alert that has a life, by key."""
        rows = self._journal.read("SELECT key, phase, since, count, counted FROM alert")
        return {key: AlertState(key, Phase(phase), moment_of(since), n, mark) for key, phase, since, n, mark in rows}

    def keep(
        self,
        states: Iterable[AlertState],
        transitions: Iterable[Transition],
        told: Mapping[str, Told],
        *,
        snapshot_id: str,
    ) -> None:
        """Write the states after an evaluation and every transition, in one transaction."""
        transitions = list(transitions)
        with self._journal.writing() as con:
            _note(con, [step for step in transitions if step.after in _ENDS], snapshot_id)  # in the words of before
            for one in states:
                text = _json(told[one.key]) if one.key in told else None
                con.execute(
                    "INSERT INTO alert (key, rule, phase, since, count, counted, told) VALUES (?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (key) DO UPDATE SET phase = excluded.phase, since = excluded.since,"
                    " count = excluded.count, counted = excluded.counted, told = coalesce(?, told)",
                    (
                        one.key,
                        one.key.split(":")[0],
                        one.phase,
                        text_of(one.since),
                        one.count,
                        one.counted,
                        text or "{}",
                        text,
                    ),
                )
            _note(con, [step for step in transitions if step.after not in _ENDS], snapshot_id)

    def known(self, *phases: Phase) -> list[Known]:
        """Return the alerts in these phases with what people did about them, the longest first."""
        marks = ", ".join("?" * len(phases))
        rows = self._journal.read(
            f"SELECT key, phase, since, count, counted, told FROM alert WHERE phase IN ({marks}) ORDER BY since, key",
            phases,
        )
        acts = self._acts()
        return [
            _known(AlertState(key, Phase(phase), moment_of(since), n, mark), told, acts.get(key, []))
            for key, phase, since, n, mark, told in rows
        ]

    def history(self, *, since: datetime | None = None, limit: int = 1000) -> list[Past]:
        """Return the newest transitions, newest first."""
        rows = self._journal.read(
            "SELECT key, at, before, after, snapshot_id, told FROM alert_transition WHERE at >= ?"
            " ORDER BY at DESC, transition_id DESC LIMIT ?",
            (text_of(since) if since else "", limit),
        )
        return [
            Past(Transition(key, moment_of(at), Phase(before), Phase(after)), snapshot, _told(told))
            for key, at, before, after, snapshot, told in rows
        ]

    def mark(self) -> str:
        """Return what names the present state of the alerts: it differs once anybody acted or anything moved."""
        ((acts, steps),) = self._journal.read(_MARK) or [(0, 0)]
        return f"{acts or 0} {steps or 0}"

    def act(self, key: str, act: str, *, person: str, reason: str, at: datetime, until: datetime | None = None) -> None:
        """Keep what a person did: acknowledge, silence (until), unsilence."""
        with self._journal.writing() as con:
            con.execute(
                "INSERT INTO alert_act (key, at, act, person, reason, until) VALUES (?, ?, ?, ?, ?, ?)",
                (key, text_of(at), act, person, reason, text_of(until) if until else None),
            )

    def acts(self) -> list[Act]:
        """Return everything people did, oldest first."""
        return [one for found in self._acts().values() for one in found]

    def ended(self) -> list[Ended]:
        """Return the alerts that are resolved, with the numbers of the transitions that began and ended them."""
        rows = self._journal.read(_LAST_STEPS, (Phase.FIRING, Phase.RESOLVED))
        steps = {key: (fired, ended) for key, fired, ended in rows}
        known = [one for one in self.known(Phase.RESOLVED) if one.state.key in steps]
        return [Ended(one, *steps[one.state.key]) for one in known]

    def spoken(self) -> dict[tuple[str, str], int]:
        """Return, by topic and channel, the number of the last transition that its newest message could know of.

        Numbers, not moments: they go up whatever the clock does.
        """
        return {(topic, channel): known for topic, channel, known in self._journal.read(_SPOKEN)}

    def write_message(self, message: Message) -> bool:
        """Put a message down before it is sent; False where this channel has one for the day and topic already."""
        with self._journal.writing() as con:
            done = con.execute(
                "INSERT INTO message (day, topic, kind, channel, title, body, made_at, state, tries, error)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'due', 0, '') ON CONFLICT DO NOTHING",
                (
                    message.day,
                    message.topic,
                    message.kind,
                    message.channel,
                    message.title,
                    message.body,
                    text_of(message.made_at),
                ),
            )
            if not done.rowcount:
                return False
            con.execute(
                "INSERT OR REPLACE INTO message_sight (message_id, transition_id)"
                " VALUES (?, (SELECT coalesce(max(transition_id), 0) FROM alert_transition))",
                (done.lastrowid,),
            )
            return True

    def due_messages(self) -> list[Message]:
        """Return what is to be sent, in the order it was written; those of which an attempt was cut off, too."""
        return self._messages("state IN ('due', 'sending') ORDER BY message_id")

    def messages(self, limit: int = 200) -> list[Message]:
        """Return the newest messages, newest first."""
        return self._messages("TRUE ORDER BY message_id DESC LIMIT ?", (limit,))

    def messages_of(self, topic: str, first_day: str, last_day: str) -> list[Message]:
        """Return the messages of a topic of some days (ISO, both included)."""
        return self._messages("topic = ? AND day BETWEEN ? AND ? ORDER BY message_id", (topic, first_day, last_day))

    def trying(self, message: Message, *, at: datetime) -> None:
        """Note that an attempt begins: if nothing is noted of its end, it is not known whether it was delivered."""
        with self._journal.writing() as con:
            con.execute(
                "UPDATE message SET state = 'sending', tries = ?, tried_at = ? WHERE message_id = ?",
                (message.tries + 1, text_of(at), message.message_id),
            )

    def tried(self, message: Message, *, at: datetime, error: str, final: bool) -> None:
        """Note the end of an attempt; error "": it was delivered. final: it is not tried again."""
        state = "failed" if error and final else "due" if error else "sent"
        with self._journal.writing() as con:
            con.execute(
                "UPDATE message SET state = ?, tries = ?, tried_at = ?, error = ? WHERE message_id = ?",
                (state, message.tries + 1, text_of(at), error, message.message_id),
            )

    def _messages(self, where: str, params: Sequence[object] = ()) -> list[Message]:
        rows = self._journal.read(
            "SELECT day, topic, kind, channel, title, body, made_at, state, tries, tried_at, error, message_id"
            f" FROM message WHERE {where}",
            params,
        )
        return [_message(row) for row in rows]

    def _acts(self) -> dict[str, list[Act]]:
        found: dict[str, list[Act]] = {}
        rows = self._journal.read("SELECT key, at, act, person, reason, until FROM alert_act ORDER BY act_id")
        for key, at, act, person, reason, until in rows:
            one = Act(key, moment_of(at), act, person, reason, moment_of(until) if until else None)
            found.setdefault(key, []).append(one)
        return found


def _note(con: sqlite3.Connection, steps: Iterable[Transition], snapshot_id: str) -> None:
    for step in steps:
        con.execute(
            "INSERT INTO alert_transition (key, at, before, after, snapshot_id, told)"
            " VALUES (?, ?, ?, ?, ?, (SELECT told FROM alert WHERE key = ?))",
            (step.key, text_of(step.at), step.before, step.after, snapshot_id, step.key),
        )


def _message(row: tuple[Any, ...]) -> Message:
    day, topic, kind, channel, title, body, made, state, tries, tried, error, number = row
    return Message(
        day=day,
        topic=topic,
        kind=kind,
        channel=channel,
        title=title,
        body=body,
        made_at=moment_of(made),
        state=state,
        tries=tries,
        tried_at=moment_of(tried) if tried else None,
        error=error,
        message_id=number,
    )


def _known(state: AlertState, told: str, acts: Sequence[Act]) -> Known:
    """An acknowledgement is of one firing: what was said before it began does not count."""
    mine = [one for one in acts if one.act == "acknowledge" and one.at >= state.since]
    about_silence = [one for one in acts if one.act != "acknowledge"]
    silenced = about_silence[-1] if about_silence and about_silence[-1].act == "silence" else None
    return Known(state, _told(told), mine[-1] if mine else None, silenced)


def _json(told: Told) -> str:
    return json.dumps(asdict(told), ensure_ascii=False, sort_keys=True)


def _told(text: str) -> Told:
    values: dict[str, Any] = json.loads(text)
    return Told(**values) if values else Told(rule="", severity="", audience="")


_MARK = """
-- one row: the newest act and the newest transition
SELECT (SELECT max(act_id) FROM alert_act), (SELECT max(transition_id) FROM alert_transition)
"""
_LAST_STEPS = """
-- one row per alert that fired and was resolved: the newest transition of each sort
SELECT key, max(transition_id) FILTER (WHERE after = ?) AS fired, max(transition_id) FILTER (WHERE after = ?) AS ended
FROM alert_transition
GROUP BY key
HAVING fired IS NOT NULL AND ended > fired
"""
_SPOKEN = """
-- one row per topic and channel; of messages of an earlier version by their moment
SELECT m.topic, m.channel, coalesce(
    s.transition_id,
    (SELECT max(t.transition_id) FROM alert_transition AS t WHERE t.at <= m.made_at),
    0
)
FROM message AS m
LEFT JOIN message_sight AS s ON s.message_id = m.message_id
WHERE m.message_id IN (SELECT max(message_id) FROM message GROUP BY topic, channel)
"""
