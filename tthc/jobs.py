"""The jobs that write: collect and rebuild, each from the lock to the published snapshot."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from collectors import run as collecting
from collectors import warehouse
from collectors.archive import Archived
from collectors.export import ExportReport
from collectors.home import ConfigError, Home
from collectors.reading.spool import Spool
from collectors.run import Progress, Told
from collectors.sources import stored_response
from collectors.warehouse import LockedError, Warehouse
from collectors.withdrawal import Act, put_down
from metrics import count
from metrics.alert_rules import AlertRuleError
from metrics.journal import Journal
from metrics.on_time import OnTime
from metrics.publish import publish
from metrics.register_kept import InForce, in_force
from metrics.unit_history import UnitHistory, load_history
from metrics.working_days import load_calendar
from tthc import alerting, run_record

if TYPE_CHECKING:
    from tthc.sources import Brought


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection did: a report per file, and the snapshot it published."""

    reports: tuple[ExportReport, ...]
    snapshot_id: str
    alerts_error: str = ""  # why the alerts were left as they are: a rule file that cannot be used

    @property
    def flawed(self) -> bool:
        """Whether anything was refused."""
        return any(report.flawed for report in self.reports)


def collect_everything(home: Home, *, now: datetime, progress: Progress) -> Collected:
    """Collect all that is configured: the inbox, the national portal, every `[[source]]`."""
    inbox = collecting.exports_in([home.inbox])
    if not home.config.portal and not home.config.sources:
        return collect(home, inbox, told=Told(), now=now, progress=progress)
    return collect_sources(home, inbox, now=now, progress=progress)


def collect_portal(
    home: Home,
    more: Sequence[Path] = (),
    *,
    now: datetime,
    progress: Progress,
    sleep: Callable[[float], None] = time.sleep,
) -> Collected:
    """Ask the national portal for what is due, and collect its answers together with other files."""
    return collect_sources(home, more, only=stored_response.SOURCE, now=now, progress=progress, sleep=sleep)


def collect_sources(
    home: Home,
    more: Sequence[Path] = (),
    *,
    only: str | None = None,
    now: datetime,
    progress: Progress,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
    environ: Mapping[str, str] = os.environ,
) -> Collected:
    """Ask the configured sources for what they have, and collect it together with other files.

    only: the name of one source; None: all of them. One that cannot be used, or is asked by another run, is its own
    failure: the others and the files are collected all the same.
    """
    from tthc import portal, sources

    spool = Spool()  # what is fetched holds personal columns: a run that is cut off is swept up by the next
    folder = spool.folder()
    fetched = portal.Fetched()
    if home.config.portal and only in (None, sources.PORTAL):
        try:
            fetched = portal.bring(home, folder, clock=clock, sleep=sleep)
        except (ConfigError, LockedError) as error:
            fetched.refused = [portal.unusable(error)]
    place = folder / "sources"
    brought = sources.bring_all(home, place, only=only, clock=clock, sleep=sleep, environ=environ)
    return collect(
        home,
        [*more, *fetched.files, *(path for one in brought for path in one.files)],
        told=Told(),
        now=now,
        progress=progress,
        failed=[*fetched.refused, *(report for one in brought for report in one.refused)],
        brought=brought,
    )


def collect(
    home: Home,
    paths: Sequence[Path],
    *,
    told: Told,
    now: datetime,
    progress: Progress,
    failed: Sequence[ExportReport] = (),
    brought: "Sequence[Brought]" = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Collected:
    """Archive, load and count the exports, then publish; what was cut off earlier is made good first.

    failed: reports of what could not even be fetched. brought: by configured sources; their files are among the paths.
    Both belong to this run. clock: tells when it ends.
    """
    law, history = _law(home, now), load_history(home.extra_history)
    with _opened(home, now) as store, run_record.noted(home, now):
        collecting.restore(store.con, home, everything=store.empty)
        reports = collecting.collect(store.con, home, paths, told=told, now=now, progress=progress)
        of_files = dict(zip(paths, reports, strict=True))
        reports += [*_unchanged(store, home, brought), *failed, *_concluded(home, brought, of_files, now)]
        _count(store, everything=store.empty)
        Journal(home.journal).record_run(started_at=now, finished_at=clock(), exports=reports)
        snapshot_id = _publish(store, home, law, history, now)
    return Collected(tuple(reports), snapshot_id, _settled(home, now))


def _settled(home: Home, now: datetime) -> str:
    """Bring the alerts up to the snapshot and return what is wrong with their rules: that stops no collection."""
    try:
        alerting.settle(home, now=now)
    except AlertRuleError as error:
        return str(error)
    return ""


def _unchanged(store: Warehouse, home: Home, brought: "Sequence[Brought]") -> list[ExportReport]:
    return [
        collecting.seen_again(
            store.con, home, one.known.sha256, file_name=one.known.file_name, captured_at=one.captured_at
        )
        for source in brought
        for one in source.unchanged
    ]


def _concluded(
    home: Home, brought: "Sequence[Brought]", of_files: Mapping[Path, ExportReport], now: datetime
) -> list[ExportReport]:
    from tthc import sources

    return [sources.conclude(home, one, of_files, now) for one in brought]


def rebuild(home: Home, *, now: datetime) -> tuple[int, str]:
    """Make warehouse and counts again from the archive alone; return the number of exports and the snapshot."""
    law, history = _law(home, now), load_history(home.extra_history)
    with _opened(home, now, anew=True) as store:
        exports = collecting.restore(store.con, home, everything=True)
        _count(store, everything=True)
        return exports, _publish(store, home, law, history, now)


def withdraw(home: Home, export: Archived, act: Act, *, now: datetime) -> str:
    """Put an act on an export down, and make everything again as it is without or with it; return the snapshot.

    A run that is cut off leaves an empty warehouse, which the next collection fills from the archive.
    """
    law, history = _law(home, now), load_history(home.extra_history)
    with _opened(home, now, anew=True) as store:
        put_down(export.folder, act)
        collecting.restore(store.con, home, everything=True)
        _count(store, everything=True)
        published = _publish(store, home, law, history, now)
    alerting.settle(home, now=now)
    return published


def _opened(home: Home, now: datetime, *, anew: bool = False) -> AbstractContextManager[Warehouse]:
    return warehouse.opened(home, counted_schema=count.SCHEMA_SQL, now=now, anew=anew)


def _count(store: Warehouse, *, everything: bool) -> None:
    store.con.execute("BEGIN")
    count.recount(store.con, everything=everything)
    store.con.execute("COMMIT")


def _law(home: Home, now: datetime) -> InForce:
    """Return the register in force; a target file that is broken never stops a collection."""
    return in_force(home.extra_targets, Journal(home.journal), now=now, remember=True)


def _publish(store: Warehouse, home: Home, law: InForce, history: UnitHistory, now: datetime) -> str:
    return publish(
        store.con,
        published=home.published,
        journal=home.journal,
        register=law.register,
        law=law,
        now=now,
        parents=home.config.parents,
        names=home.config.names,
        primary_source=home.config.office.primary_source or None,
        office=home.config.office.unit or None,
        history=history,
        on_time=OnTime(home.config.metrics.on_time),
        calendar=load_calendar(home.extra_calendar),
    )
