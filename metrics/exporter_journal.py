"""The journal comes in, what Prometheus is told of runs, messages and alerts goes out; read anew at every scrape.

A collection that fails before it publishes, a message that is not delivered and an alert that somebody acknowledged do
not wait for the next snapshot.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from metrics.alert_journal import AlertJournal, Known
from metrics.alert_state import Phase
from metrics.journal import Journal

NAME = "journal.sqlite"
_WEEK = timedelta(days=7)

Series = tuple[str, tuple[str, ...], float]
# name, help, labels
FAMILIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("tthc_heartbeat_timestamp_seconds", "When a collection last ended, whatever it brought; 0: never.", ()),
    ("tthc_collector_last_run_duration_seconds", "How long the last collection took.", ()),
    ("tthc_collector_last_run_exports", "Exports that the last collection met: a count.", ()),
    ("tthc_collector_last_run_exports_rejected", "Exports of them that were refused or failed: a count.", ()),
    ("tthc_collector_never_succeeded", "1: the source was asked and never collected, 0: it was.", ("source",)),
    ("tthc_messages_undelivered", "Messages that are tried again at this time: a count.", ()),
    ("tthc_messages_failed", "Messages of the last seven days that are not tried again: a count.", ()),
    ("tthc_alerts_open", "Alerts by how they stand for people.", ("rule", "severity", "standing")),
)


def series(journal: Path, now: datetime) -> Iterator[Series]:
    """Yield what the journal of an installation tells; nothing while there is none. now: UTC."""
    if not journal.exists():
        return
    moment = now.astimezone(UTC).replace(tzinfo=None)
    yield from _runs(Journal(journal))
    alerts = AlertJournal(journal)
    messages = alerts.messages(1000)
    yield "tthc_messages_undelivered", (), sum(one.state == "due" and one.tries > 0 for one in messages)
    recent = [one for one in messages if one.made_at > moment - _WEEK]
    yield "tthc_messages_failed", (), sum(one.state == "failed" for one in recent)
    found = Counter(
        (one.told.rule, one.told.severity, _standing(one, moment)) for one in alerts.known(Phase.FIRING, Phase.PENDING)
    )
    for labels, count in sorted(found.items()):
        yield "tthc_alerts_open", labels, count


def _runs(journal: Journal) -> Iterator[Series]:
    runs = journal.runs(1)
    ended = runs[0].finished_at.replace(tzinfo=UTC).timestamp() if runs else 0.0
    yield "tthc_heartbeat_timestamp_seconds", (), ended
    for one in runs:
        yield "tthc_collector_last_run_duration_seconds", (), (one.finished_at - one.started_at).total_seconds()
        yield "tthc_collector_last_run_exports", (), one.exports
        yield "tthc_collector_last_run_exports_rejected", (), one.failures
    for source, known in sorted(journal.collected().items()):
        yield "tthc_collector_never_succeeded", (source,), known.last_success_at is None


def _standing(one: Known, moment: datetime) -> str:
    if one.state.phase is Phase.PENDING:
        return "pending"
    until = one.silenced.until if one.silenced else None
    if one.silenced is not None and (until is None or until > moment):
        return "silenced"
    return "acknowledged" if one.acknowledged else "firing"
