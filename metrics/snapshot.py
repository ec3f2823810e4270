"""Reading a published state: the folder of an installation in, rows out; readers never wait for a publisher.

A reader holds one snapshot from the first query to the last, so it never sees half of the next one; the next one has
another name. Nobody here opens the warehouse.
"""

import hashlib
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

FOLDER = "published"
POINTER = "CURRENT"
SUFFIX = ".duckdb"

_TRIES = 5
_PAUSE_SECONDS = 0.05
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class SnapshotError(RuntimeError):
    """The published state cannot be read; the message says which file and what to do (Vietnamese)."""


class Snapshot:
    """One published state, read-only; its queries may come from several threads.

    Each snapshot is a database instance of its own: the engine would otherwise go on serving an older file of the
    same path for as long as anyone in the process holds it.
    """

    def __init__(self, path: Path) -> None:
        self.id = path.name.removesuffix(SUFFIX)
        self.path = path
        self._lock = threading.Lock()
        self._con = duckdb.connect(":memory:", config=_SETTINGS)
        try:
            self._con.execute("SET enable_progress_bar = false")
            self._con.execute(f"ATTACH '{quoted(path)}' AS published (READ_ONLY)")
        except BaseException:
            self._con.close()
            raise

    def rows(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        """Return the rows of a query, each by column name."""
        with self._lock:
            cursor = self._con.cursor()
        try:
            cursor.execute("USE published")
            cursor.execute(sql, dict(params) if isinstance(params, Mapping) else list(params))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def close(self) -> None:
        """Let go of the file."""
        self._con.close()

    def __enter__(self) -> "Snapshot":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def current_id(home_path: Path) -> str | None:
    """Return the id of the snapshot to read; None while nothing was published."""
    named = _pointer(home_path)
    return named[0] if named else None


def open_snapshot(home_path: Path) -> Snapshot | None:
    """Return the current snapshot, opened; None while nothing was published.

    A snapshot that was replaced and removed between reading its name and opening it is no error: the next is read.
    Raises SnapshotError when the named file cannot be read.
    """
    for _ in range(_TRIES):
        named = current_id(home_path)
        if named is None:
            return None
        path = home_path / FOLDER / f"{named}{SUFFIX}"
        try:
            if path.exists():
                return Snapshot(path)
            trouble = "không thấy tệp"
        except duckdb.Error as error:
            trouble = str(error).splitlines()[0]
        if current_id(home_path) == named:
            time.sleep(_PAUSE_SECONDS)
    raise SnapshotError(
        f"{path}: {trouble}. Cần: bản công bố mà tệp {POINTER} nêu tên. Cách xử lý: chạy `tthc rebuild` để công bố lại."
    )


def is_intact(home_path: Path) -> bool | None:
    """Tell whether the current snapshot is, byte for byte, the one that was published; None while there is none."""
    named = _pointer(home_path)
    if named is None:
        return None
    snapshot_id, digest = named
    path = home_path / FOLDER / f"{snapshot_id}{SUFFIX}"
    return path.exists() and sha256_of(path) == digest


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, as it stands in CURRENT."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def quoted(path: Path) -> str:
    """Return a path for a string literal of SQL: ATTACH takes no parameters."""
    return str(path).replace("'", "''")


def _pointer(home_path: Path) -> tuple[str, str] | None:
    """Return what CURRENT says: snapshot id and sha256; it is replaced whole, so one reading is one state."""
    try:
        lines = (home_path / FOLDER / POINTER).read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return None
    return (lines[0], lines[1]) if len(lines) > 1 else None
