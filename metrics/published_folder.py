"""What `published/` is on disk: a draft takes a name of its own, becomes a snapshot, and CURRENT names it.

A snapshot is written under a name of its own, flushed to disk, and only then named in CURRENT, which is replaced in
one step: a reader has either the old state or the new one, and a publisher that is cut off leaves the old one.

    not yet renamed     <id>.duckdb.tmp     never read; the next publication removes it
    renamed             <id>.duckdb         read once CURRENT names it; the newest seven stay
"""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from metrics.snapshot import POINTER, SUFFIX, quoted, sha256_of

KEPT = 7
_DRAFT = ".tmp"
_REPLACE_TRIES = 100  # Windows refuses to replace a file that somebody is reading at that instant
_REPLACE_PAUSE_SECONDS = 0.02


def new_draft(published: Path, moment: datetime) -> tuple[str, Path]:
    """Return the id of the next snapshot and the file to write it to; drafts that were cut off are removed."""
    published.mkdir(parents=True, exist_ok=True)
    _remove(published.glob(f"*{_DRAFT}"))
    snapshot_id = _free_id(published, moment)
    return snapshot_id, published / f"{snapshot_id}{SUFFIX}{_DRAFT}"


@contextmanager
def attached(con: duckdb.DuckDBPyConnection, draft: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a cursor beside which a new database `snapshot` stands; afterwards it is a closed file, or gone."""
    cursor = con.cursor()
    try:
        # An older storage version, so that engines and plug-ins of the years before can read what we publish.
        cursor.execute(f"ATTACH '{quoted(draft)}' AS snapshot (STORAGE_VERSION 'v1.2.0')").fetchall()
        try:
            yield cursor
        except BaseException:
            cursor.execute("DETACH snapshot").fetchall()
            _remove([draft, draft.with_name(draft.name + ".wal")])
            raise
        cursor.execute("DETACH snapshot").fetchall()
    finally:
        cursor.close()


def put_in_force(draft: Path, snapshot_id: str) -> None:
    """Make a draft, written and closed, the current snapshot of its folder; old ones are removed."""
    published = draft.parent
    _flush(draft)
    digest = sha256_of(draft)
    draft.rename(published / f"{snapshot_id}{SUFFIX}")
    _point(published, f"{snapshot_id}\n{digest}\n")
    _prune(published, snapshot_id)


def _free_id(published: Path, moment: datetime) -> str:
    """Return the id of the moment, or of the first microsecond after it that has none yet."""
    while (published / f"{_id(moment)}{SUFFIX}").exists():
        moment += timedelta(microseconds=1)
    return _id(moment)


def _id(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S%f}Z"


def _point(published: Path, text: str) -> None:
    """Replace CURRENT in one step, after everything it names is safe on disk."""
    draft = published / f"{POINTER}{_DRAFT}"
    draft.write_text(text, encoding="utf-8")
    _flush(draft)
    for left in reversed(range(_REPLACE_TRIES)):
        try:
            draft.replace(published / POINTER)
            break
        except PermissionError:
            if not left:
                raise
            time.sleep(_REPLACE_PAUSE_SECONDS)
    _flush_folder(published)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make a rename survive a power cut; systems whose folders cannot be opened do it themselves."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _prune(published: Path, current: str) -> None:
    names = sorted((path.name for path in published.glob(f"*{SUFFIX}")), reverse=True)
    others = [name for name in names if name != f"{current}{SUFFIX}"]
    _remove(published / name for name in others[KEPT - 1 :])


def _remove(paths: Iterable[Path]) -> None:
    """Delete files; one that somebody still reads (Windows) stays until the next publication."""
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)
