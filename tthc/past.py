"""A day in, the published state of that day out: what had been captured by then, from the archive alone.

The exports go through the same loading, counting and publishing as ever, into a folder that is thrown away. The
warehouse of the installation is neither opened nor locked.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import duckdb

from collectors import archive, warehouse
from collectors import run as collecting
from collectors.archive import Archived
from collectors.home import VIETNAM, Home
from metrics import count
from metrics.on_time import OnTime
from metrics.publish import publish
from metrics.snapshot import Snapshot, open_snapshot
from metrics.targets import Register


class NothingCaptured(RuntimeError):
    """Nothing is known of that day; the message says what to do (Vietnamese)."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was known at the end of a day: a throw-away warehouse, and the snapshot published from it."""

    con: duckdb.DuckDBPyConnection
    snapshot: Snapshot


@contextmanager
def restored(home: Home, day: date | None = None) -> Iterator[Past]:
    """Yield the state at the end of a local day (None: of everything in the archive); afterwards it is gone.

    Names and parents of units are those of today's configuration.
    """
    everything = archive.everything(home.archive)
    if day is None:
        exports = [export for export in everything if export.withdrawal is None]
    else:
        exports = [known for export in everything if (known := archive.as_known_by(export, _moment(day, ())))]
    with tempfile.TemporaryDirectory(prefix="tthc-", ignore_cleanup_errors=True) as folder:
        then = Home(Path(folder), home.config)
        with warehouse.opened(then, counted_schema=count.SCHEMA_SQL, now=_moment(day, exports)) as store:
            collecting.in_transaction(store.con, exports, names=home.config.names)
            count.recount(store.con, everything=True)
            _publish(store.con, then, now=_moment(day, exports))
            with _opened(then) as snapshot:
                yield Past(store.con, snapshot)


@contextmanager
def known_by(home: Home, day: date) -> Iterator[Snapshot]:
    """Yield the snapshot of the state at the end of a local day; raises NothingCaptured as `check` does."""
    check(home, day)
    with restored(home, day) as past:
        yield past.snapshot


def check(home: Home, day: date | None = None) -> None:
    """Raise NothingCaptured when no export of the archive was captured by the end of the day (None: ever)."""
    firsts = (export.captures[0].astimezone(VIETNAM).date() for export in archive.everything(home.archive))
    first = min(firsts, default=None)
    if first is None:
        raise NothingCaptured(
            f"chưa có số liệu trong {home.path}. Chạy `tthc collect TỆP` (hoặc `tthc demo` để xem thử)."
        )
    if day is not None and day < first:
        raise NothingCaptured(
            f"đến hết ngày {day:%d/%m/%Y} chưa lấy bản xuất nào; bản đầu tiên lấy ngày {first:%d/%m/%Y}. "
            "Chọn ngày đó hoặc một ngày sau."
        )


def _publish(con: duckdb.DuckDBPyConnection, home: Home, *, now: datetime) -> None:
    # No register, no office: nobody is alerted of the past, and assessments are made when they are asked for.
    publish(
        con,
        published=home.published,
        journal=home.journal,
        register=Register(()),
        now=now,
        parents=home.config.parents,
        names=home.config.names,
        on_time=OnTime(home.config.metrics.on_time),
    )


@contextmanager
def _opened(home: Home) -> Iterator[Snapshot]:
    snapshot = open_snapshot(home.path)
    if snapshot is None:
        raise RuntimeError("what was published just now is not there")
    with snapshot:
        yield snapshot


def _moment(day: date | None, exports: Sequence[Archived]) -> datetime:
    """Return the last instant of the day, or the newest capture: no clock decides what a past state is called."""
    if day is None:
        return max((export.captures[-1] for export in exports), default=datetime.fromtimestamp(0, UTC))
    return datetime.combine(day, time.max, VIETNAM)
