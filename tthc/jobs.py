"""The jobs that write: collect and rebuild, each from the lock to the published snapshot."""

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collectors import run as collecting
from collectors import warehouse
from collectors.export import ExportReport
from collectors.home import ConfigError, Home
from collectors.run import Progress, Told
from collectors.warehouse import Warehouse
from metrics import count
from metrics.journal import Journal
from metrics.on_time import OnTime
from metrics.publish import publish
from metrics.targets import Register, load_register


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection did: a report per file, and the snapshot it published."""

    reports: tuple[ExportReport, ...]
    snapshot_id: str

    @property
    def flawed(self) -> bool:
        """Whether anything was refused."""
        return any(report.flawed for report in self.reports)


def collect_everything(home: Home, *, now: datetime, progress: Progress) -> Collected:
    """Collect all that is configured: the inbox, and the national portal where the settings name it."""
    inbox = collecting.exports_in([home.inbox])
    if not home.config.portal:
        return collect(home, inbox, told=Told(), now=now, progress=progress)
    return collect_portal(home, inbox, now=now, progress=progress)


def collect_portal(
    home: Home,
    more: Sequence[Path] = (),
    *,
    now: datetime,
    progress: Progress,
    sleep: Callable[[float], None] = time.sleep,
) -> Collected:
    """Ask the national portal for what is due, and collect its answers together with other files.

    Settings that cannot be used are this source's failure: the other files are collected all the same.
    """
    from tthc.portal import Fetched, bring, unusable

    with tempfile.TemporaryDirectory(prefix="tthc-") as folder:
        try:
            brought = bring(home, Path(folder), sleep=sleep)
        except ConfigError as error:
            brought = Fetched(refused=[unusable(error)])
        files = [*more, *brought.files]
        return collect(home, files, told=Told(), now=now, progress=progress, failed=brought.refused)


def collect(
    home: Home,
    paths: Sequence[Path],
    *,
    told: Told,
    now: datetime,
    progress: Progress,
    failed: Sequence[ExportReport] = (),
) -> Collected:
    """Archive, load and count the exports, then publish; what was cut off earlier is made good first.

    failed: reports of what could not even be fetched; they belong to this run.
    """
    register = load_register(home.extra_targets)
    with _opened(home, now) as store:
        collecting.restore(store.con, home, everything=store.empty)
        reports = [*collecting.collect(store.con, home, paths, told=told, now=now, progress=progress), *failed]
        _count(store, everything=store.empty)
        Journal(home.journal).record_run(started_at=now, finished_at=datetime.now(UTC), exports=reports)
        return Collected(tuple(reports), _publish(store, home, register, now))


def rebuild(home: Home, *, now: datetime) -> tuple[int, str]:
    """Make warehouse and counts again from the archive alone; return the number of exports and the snapshot."""
    register = load_register(home.extra_targets)
    with _opened(home, now, anew=True) as store:
        exports = collecting.restore(store.con, home, everything=True)
        _count(store, everything=True)
        return exports, _publish(store, home, register, now)


def _opened(home: Home, now: datetime, *, anew: bool = False) -> AbstractContextManager[Warehouse]:
    return warehouse.opened(home, counted_schema=count.SCHEMA_SQL, now=now, anew=anew)


def _count(store: Warehouse, *, everything: bool) -> None:
    store.con.execute("BEGIN")
    count.recount(store.con, everything=everything)
    store.con.execute("COMMIT")


def _publish(store: Warehouse, home: Home, register: Register, now: datetime) -> str:
    return publish(
        store.con,
        published=home.published,
        journal=home.journal,
        register=register,
        now=now,
        parents=home.config.parents,
        names=home.config.names,
        primary_source=home.config.office.primary_source or None,
        office=home.config.office.unit or None,
        on_time=OnTime(home.config.metrics.on_time),
    )
