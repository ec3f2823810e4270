"""What readers did from the screen, and who was turned away, in the journal: cannot be computed again.

The account of a login stands here and nowhere else: neither in snapshots nor in logs. An attempt that was turned away is
kept once a day for each account and reason, for half a year. Instants are UTC without zone.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from metrics.journal import Journal, moment_of, text_of

KEPT_DENIALS = timedelta(days=183)
_MOST_LETTERS = 200

_SCHEMA = """
-- one row per act of a reader on the screen (alerts: see alert_act), or attempt that was turned away
CREATE TABLE IF NOT EXISTS access_event (
    event_id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,           -- UTC
    who TEXT NOT NULL,          -- the account; '' where nobody logs in, or is not known
    act TEXT NOT NULL,          -- handed_in, checked, collected, denied
    subject TEXT NOT NULL,      -- a file's name, or what was denied
    export_id TEXT NOT NULL,    -- '' where there is none
    outcome TEXT NOT NULL       -- accepted, already, refused, failed; ''
)
"""
_EXISTS = "SELECT 1 FROM sqlite_master WHERE name = 'access_event'"
_NEWEST = """
SELECT at, who, act, subject, export_id, outcome
FROM access_event
WHERE at >= ?
ORDER BY at DESC, event_id DESC
LIMIT ?
"""
_OF_EXPORT = """
SELECT at, who, act, subject, export_id, outcome
FROM access_event
WHERE export_id = ? AND act = 'collected'
ORDER BY event_id
"""
_INSERT = "INSERT INTO access_event (at, who, act, subject, export_id, outcome) VALUES (?, ?, ?, ?, ?, ?)"
_DENIED_TODAY = "SELECT 1 FROM access_event WHERE act = 'denied' AND who = ? AND subject = ? AND at > ?"
_FORGET = "DELETE FROM access_event WHERE act = 'denied' AND at < ?"


class Did(StrEnum):
    """What is kept here."""

    HANDED_IN = "handed_in"
    CHECKED = "checked"
    COLLECTED = "collected"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Event:
    """One act of a reader; who "": nobody logs in here, or the attempt told no account that can be trusted."""

    at: datetime
    who: str
    act: str
    subject: str
    export_id: str = ""
    outcome: str = ""


class AuditJournal:
    """The acts of readers of one installation."""

    def __init__(self, path: Path) -> None:
        self._journal = Journal(path)

    def note(self, events: Sequence[Event]) -> None:
        """Keep what a reader did."""
        with self._writing() as con:
            con.executemany(_INSERT, [_row(one) for one in events])

    def deny(self, who: str, subject: str, *, at: datetime) -> bool:
        """Keep that somebody was turned away; False where that is known of the last 24 hours already."""
        with self._writing() as con:
            con.execute(_FORGET, (text_of(at - KEPT_DENIALS),))
            event = _row(Event(at, who, Did.DENIED, subject))
            if con.execute(_DENIED_TODAY, (event[1], event[3], text_of(at - timedelta(days=1)))).fetchone():
                return False
            con.execute(_INSERT, event)
            return True

    def events(self, *, since: datetime, limit: int = 1000) -> list[Event]:
        """Return the newest events, newest first."""
        return self._read(_NEWEST, (text_of(since), limit))

    def of_export(self, export_id: str) -> list[Event]:
        """Return who handed in an export from the screen, oldest first."""
        return self._read(_OF_EXPORT, (export_id,)) if export_id else []

    def _read(self, sql: str, asked: Sequence[object]) -> list[Event]:
        if not self._journal.read(_EXISTS):
            return []
        return [Event(moment_of(at), *rest) for at, *rest in self._journal.read(sql, asked)]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._journal.writing() as con:
            con.execute(_SCHEMA)
            yield con


def _row(event: Event) -> tuple[str, ...]:
    told = (event.who, str(event.act), event.subject, event.export_id, event.outcome)
    return (text_of(event.at), *(text[:_MOST_LETTERS] for text in told))
