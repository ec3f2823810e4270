"""The journal: what was collected, when, and with what result. It cannot be computed again, so it is kept for ever.

A SQLite file in WAL mode: several processes may write, each transaction is short, and every call opens and closes its
own connection. Instants are UTC, as text; they come back without zone.
"""

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

_SCHEMA = """
-- one row per collection
CREATE TABLE IF NOT EXISTS run (
    run_id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,   -- UTC
    finished_at TEXT NOT NULL   -- UTC
);

-- one row per export that a collection met, in the order it met them
CREATE TABLE IF NOT EXISTS export_outcome (
    outcome_id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run (run_id),
    export_id TEXT,             -- sha256; NULL where the export could not be read at all
    file_name TEXT NOT NULL,
    source TEXT,
    layout TEXT,
    captured_at TEXT,           -- UTC
    synthetic INTEGER NOT NULL,
    outcome TEXT NOT NULL,      -- accepted, already, refused, failed
    rows_read INTEGER NOT NULL,
    rows_accepted INTEGER NOT NULL,
    rows_merged INTEGER NOT NULL,
    rows_refused INTEGER NOT NULL,
    rows_skipped INTEGER NOT NULL,
    message_vi TEXT NOT NULL
);

-- one row per thing that a room must know at its next run (what the portal was asked, whether it said no, ...)
CREATE TABLE IF NOT EXISTS memory (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL         -- JSON
);

CREATE INDEX IF NOT EXISTS export_outcome_of_run ON export_outcome (run_id);
CREATE INDEX IF NOT EXISTS export_outcome_of_source ON export_outcome (source, outcome);

-- one row per alert that was ever pending or firing: where it is in its life, and what it last said
CREATE TABLE IF NOT EXISTS alert (
    key TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    phase TEXT NOT NULL,
    since TEXT NOT NULL,        -- UTC, when the phase began
    count INTEGER NOT NULL,
    counted TEXT NOT NULL,
    told TEXT NOT NULL          -- JSON: severity, audience, metric, unit, period, source, counts, words
);

-- one row per change of phase
CREATE TABLE IF NOT EXISTS alert_transition (
    transition_id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    at TEXT NOT NULL,           -- UTC
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    snapshot_id TEXT NOT NULL,
    told TEXT NOT NULL          -- JSON, as it was then
);

-- one row per act of a person: acknowledged (of one firing), silenced until, spoken again
CREATE TABLE IF NOT EXISTS alert_act (
    act_id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    at TEXT NOT NULL,           -- UTC
    act TEXT NOT NULL,          -- acknowledge, silence, unsilence
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    until TEXT                  -- UTC; silence only
);

-- one row per message, channel and day: written before it is sent, so that none is lost and none is sent twice
CREATE TABLE IF NOT EXISTS message (
    message_id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,          -- local day it belongs to
    topic TEXT NOT NULL,        -- what is grouped into it: a rule and metric, or the digest
    kind TEXT NOT NULL,         -- firing, resolved, digest, test
    channel TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at TEXT NOT NULL,      -- UTC
    state TEXT NOT NULL,        -- due, sending (its end is not known), sent, failed
    tries INTEGER NOT NULL,
    tried_at TEXT,              -- UTC
    error TEXT NOT NULL,
    UNIQUE (day, topic, kind, channel)
);

-- one row per message: the last transition of an alert when it was written
CREATE TABLE IF NOT EXISTS message_sight (
    message_id INTEGER PRIMARY KEY,
    transition_id INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS alert_transition_of_key ON alert_transition (key);
CREATE INDEX IF NOT EXISTS message_state ON message (state);
"""
_TABLES = frozenset(
    re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", _SCHEMA)
)  # a journal without one is brought up to date

_BUSY_SECONDS = 30.0

_OUTCOMES = """
SELECT
    o.run_id, o.export_id, o.file_name, o.source, o.layout, o.captured_at, r.finished_at AS collected_at, o.synthetic,
    o.outcome, o.rows_read, o.rows_accepted, o.rows_merged, o.rows_refused, o.rows_skipped, o.message_vi
FROM export_outcome AS o
JOIN run AS r ON r.run_id = o.run_id
"""
_OF_RUN = _OUTCOMES + "WHERE o.run_id = ? ORDER BY o.outcome_id"
# the newest record of every export; of an export that could not be read, of every file name
_NEWEST = (
    _OUTCOMES
    + """
WHERE o.outcome_id IN (
    SELECT max(outcome_id)
    FROM export_outcome
    WHERE outcome <> 'already'
    GROUP BY coalesce(nullif(export_id, ''), 'file:' || file_name)
)
ORDER BY o.outcome_id
"""
)
_RUNS = """
SELECT r.run_id, r.started_at, r.finished_at, count(o.outcome_id) AS exports,
    count(o.outcome_id) FILTER (WHERE o.outcome NOT IN ('accepted', 'already')) AS failures
FROM run AS r
LEFT JOIN export_outcome AS o ON o.run_id = r.run_id
GROUP BY r.run_id
ORDER BY r.run_id DESC
LIMIT ?
"""
_SOURCES = """
SELECT
    o.source,
    max(r.finished_at) AS last_run_at,
    max(CASE WHEN o.outcome IN ('accepted', 'already') THEN r.finished_at END) AS last_success_at,
    sum(CASE WHEN o.run_id = newest.run_id THEN o.rows_read ELSE 0 END) AS rows_read,
    sum(CASE WHEN o.run_id = newest.run_id THEN o.rows_refused ELSE 0 END) AS rows_refused
FROM export_outcome AS o
JOIN run AS r ON r.run_id = o.run_id
JOIN (SELECT source, max(run_id) AS run_id FROM export_outcome GROUP BY source) AS newest ON newest.source = o.source
WHERE o.source IS NOT NULL
GROUP BY o.source
"""


class ExportOutcome(Protocol):
    """What the journal keeps of an export; `collectors.export.ExportReport` is one."""

    @property
    def file_name(self) -> str:
        """The file as people know it."""

    @property
    def export_id(self) -> str:
        """sha256; empty where it could not be read."""

    @property
    def source(self) -> str:
        """Where it comes from; empty where that is not known."""

    @property
    def layout(self) -> str:
        """How its columns are arranged; empty where that is not known."""

    @property
    def captured_at(self) -> datetime | None:
        """When it was made."""

    @property
    def synthetic(self) -> bool:
        """Whether it is made up."""

    @property
    def outcome(self) -> str:
        """accepted, already, refused or failed."""

    @property
    def rows_read(self) -> int:
        """Accepted, merged, refused and skipped together."""

    @property
    def rows_accepted(self) -> int:
        """Rows kept."""

    @property
    def rows_merged(self) -> int:
        """Rows that said again what another says."""

    @property
    def rows_refused(self) -> int:
        """Rows refused, each with its reason."""

    @property
    def rows_skipped(self) -> int:
        """Rows that are no data: titles, totals, blanks."""

    @property
    def message_vi(self) -> str:
        """Why it was refused; empty otherwise."""


@dataclass(frozen=True, slots=True)
class RecordedExport:
    """One export as a run met it; instants are UTC without zone."""

    run_id: int
    export_id: str | None
    file_name: str
    source: str | None
    layout: str | None
    captured_at: datetime | None
    collected_at: datetime
    synthetic: bool
    outcome: str
    rows_read: int
    rows_accepted: int
    rows_merged: int
    rows_refused: int
    rows_skipped: int
    message_vi: str


@dataclass(frozen=True, slots=True)
class Run:
    """One collection: how many exports it met, and how many of them failed or were refused as a whole."""

    run_id: int
    started_at: datetime
    finished_at: datetime
    exports: int
    failures: int


@dataclass(frozen=True, slots=True)
class Collected:
    """When a source was last collected, last with success, and the rows of its last collection."""

    source: str
    last_run_at: datetime
    last_success_at: datetime | None
    rows_read: int
    rows_refused: int


class Journal:
    """The journal file of an installation; it is made by the first record."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record_run(self, started_at: datetime, finished_at: datetime, exports: Sequence[ExportOutcome]) -> int:
        """Keep one collection with all its exports, and return its number."""
        with self.writing() as con:
            row = con.execute(
                "INSERT INTO run (started_at, finished_at) VALUES (?, ?) RETURNING run_id",
                (text_of(started_at), text_of(finished_at)),
            ).fetchone()
            run_id = int(row[0])
            con.executemany(
                "INSERT INTO export_outcome (run_id, export_id, file_name, source, layout, captured_at, synthetic,"
                " outcome, rows_read, rows_accepted, rows_merged, rows_refused, rows_skipped, message_vi)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(run_id, *_record(export)) for export in exports],
            )
        return run_id

    def runs(self, limit: int = 20) -> list[Run]:
        """Return the newest runs, newest first."""
        return [
            Run(run_id, moment_of(started), moment_of(finished), exports, failures)
            for run_id, started, finished, exports, failures in self.read(_RUNS, (limit,))
        ]

    def exports_of(self, run_id: int) -> list[RecordedExport]:
        """Return the exports of a run in the order it met them."""
        return [_recorded(row) for row in self.read(_OF_RUN, (run_id,))]

    def newest_outcomes(self) -> list[RecordedExport]:
        """Return, for each export ever met, what became of it; meeting it again unchanged does not count."""
        return [_recorded(row) for row in self.read(_NEWEST)]

    def collected(self) -> dict[str, Collected]:
        """Return by source when it was last collected, and with what."""
        return {
            source: Collected(source, moment_of(run), moment_of(success) if success else None, read, refused)
            for source, run, success, read, refused in self.read(_SOURCES)
        }

    def last_run(self, source: str) -> datetime | None:
        """Return when a source was last collected, well or not; None: never."""
        known = self.collected().get(source)
        return known.last_run_at if known else None

    def last_success(self, source: str) -> datetime | None:
        """Return when a source was last collected without failure; None: never."""
        known = self.collected().get(source)
        return known.last_success_at if known else None

    def remember(self, name: str, value: str) -> None:
        """Keep a text (JSON) under a name; the one before it is forgotten."""
        with self.writing() as con:
            con.execute("INSERT OR REPLACE INTO memory (name, value) VALUES (?, ?)", (name, value))

    def recall(self, name: str) -> str | None:
        """Return what was kept under a name; None: nothing."""
        rows = self.read("SELECT value FROM memory WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def read(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none while there is no journal."""
        if not self.path.exists():
            return []
        with self._open() as con:
            return con.execute(sql, params).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside one transaction, which ends with the block."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as con:
            con.execute("BEGIN IMMEDIATE")
            try:
                yield con
            except BaseException:
                con.execute("ROLLBACK")
                raise
            con.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        con = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            _prepare(con)
            yield con
        finally:
            con.close()


def naive_utc(moment: datetime) -> datetime:
    """Return an instant as UTC without zone; one without zone is UTC already."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _prepare(con: sqlite3.Connection) -> None:
    """Bring a connection to a journal with tables, in WAL mode, flushed to disk at every commit."""
    deadline = time.monotonic() + _BUSY_SECONDS
    # Changing to WAL does not wait for other connections as a transaction does: the first two processes may meet here.
    while con.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            con.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    con.execute("PRAGMA synchronous = FULL")
    known = {name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not known >= _TABLES:
        con.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")


def _record(export: ExportOutcome) -> tuple[object, ...]:
    return (
        export.export_id or None,
        export.file_name,
        export.source or None,
        export.layout or None,
        text_of(export.captured_at) if export.captured_at else None,
        int(export.synthetic),
        str(export.outcome),
        export.rows_read,
        export.rows_accepted,
        export.rows_merged,
        export.rows_refused,
        export.rows_skipped,
        export.message_vi,
    )


def _recorded(row: tuple[Any, ...]) -> RecordedExport:
    run_id, export_id, file_name, source, layout, captured, collected, synthetic, outcome = row[:9]
    read, accepted, merged, refused, skipped, message = row[9:]
    return RecordedExport(
        run_id=run_id,
        export_id=export_id,
        file_name=file_name,
        source=source,
        layout=layout,
        captured_at=moment_of(captured) if captured else None,
        collected_at=moment_of(collected),
        synthetic=bool(synthetic),
        outcome=outcome,
        rows_read=read,
        rows_accepted=accepted,
        rows_merged=merged,
        rows_refused=refused,
        rows_skipped=skipped,
        message_vi=message,
    )


def text_of(moment: datetime) -> str:
    """Return an instant as the journal writes it: UTC, without zone, in an order that sorts."""
    return naive_utc(moment).isoformat(sep=" ", timespec="microseconds")


def moment_of(text: str) -> datetime:
    """Return the instant that the journal wrote."""
    return datetime.fromisoformat(text)
