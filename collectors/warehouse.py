"""The warehouse file: opened by one job at a time, under a lock, and thrown away when its schema is another."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from collectors.home import VIETNAM, Home

# The canonical columns of the archive's Parquet; raise it when their meaning changes without the schema changing.
_READING = "1"


class LockedError(RuntimeError):
    """Another job holds the warehouse; the message says which, since when, and what to do (Vietnamese)."""


_MOST_MEMORY = "1GB"  # a rebuild of millions of dossiers needs no more; what does not fit is spilled beside the file


@dataclass(frozen=True, slots=True)
class Warehouse:
    """An open warehouse. `empty`: it was just made, so everything must be loaded from the archive."""

    con: duckdb.DuckDBPyConnection
    empty: bool


@contextmanager
def opened(home: Home, *, counted_schema: str, now: datetime, anew: bool = False) -> Iterator[Warehouse]:
    """Yield the warehouse for one job; nobody else can open it meanwhile.

    counted_schema: the tables of the room downstream, made together with ours. anew: start from an empty one.
    Raises LockedError when another job does not end within `lock_wait_seconds`.
    """
    home.path.mkdir(parents=True, exist_ok=True)
    with _lock(home, now):
        wanted = hashlib.sha256(f"{_READING}\n{_schema()}\n{counted_schema}".encode()).hexdigest()
        if anew or _schema_of(home.warehouse) != wanted:
            _remove(home.warehouse)
        con = duckdb.connect(str(home.warehouse))
        try:
            for setting in ("enable_progress_bar", "autoinstall_known_extensions", "autoload_known_extensions"):
                con.execute(f"SET {setting} = false")
            con.execute(f"SET memory_limit = '{_MOST_MEMORY}'")
            empty = not _has_schema(con)
            if empty:
                con.execute(
                    f"BEGIN; {_schema()}; {counted_schema};"
                    f" CREATE TABLE schema_hash AS SELECT '{wanted}' AS hash; COMMIT"
                )
            yield Warehouse(con, empty)
        finally:
            con.close()


@cache
def _schema() -> str:
    return (files("collectors") / "schema.sql").read_text(encoding="utf-8")


def _schema_of(path: Path) -> str | None:
    """Return the hash that a warehouse was made with; None where there is none, or it cannot be opened."""
    if not path.exists():
        return None
    try:
        with duckdb.connect(str(path), read_only=False) as con:
            return str(con.execute("SELECT hash FROM schema_hash").fetchall()[0][0])
    except (duckdb.Error, IndexError):
        return None


def _has_schema(con: duckdb.DuckDBPyConnection) -> bool:
    found = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_hash'").fetchall()
    return bool(found[0][0])


def _remove(path: Path) -> None:
    for file in (path, path.with_name(path.name + ".wal")):
        file.unlink(missing_ok=True)


@contextmanager
def _lock(home: Home, now: datetime) -> Iterator[None]:
    holder = home.path / "warehouse.holder.json"
    lock = FileLock(str(home.path / "warehouse.lock"), timeout=home.config.collect.lock_wait_seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise LockedError(_held_by(holder)) from error
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "since": now.isoformat()}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _held_by(holder: Path) -> str:
    try:
        known = json.loads(holder.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(known["since"]).astimezone(VIETNAM)
        who = f"tiến trình {known['pid']}, từ {since:%H:%M:%S ngày %d/%m/%Y}"
    except (OSError, ValueError, KeyError):
        who = "một tiến trình khác"
    return f"Kho dữ liệu đang được dùng bởi {who}. Đợi lần chạy đó xong rồi chạy lại; nếu nó treo, hãy dừng nó."
