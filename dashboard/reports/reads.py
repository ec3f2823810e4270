"""What reports there are and of what they can be made; one made, kept by snapshot and choice until its texts change."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collectors.home import Home
from dashboard import reads
from dashboard.choice import Choice
from dashboard.reads import kept
from dashboard.rows import Period, Unit
from metrics.reports import Kind, Report, Settings, make
from metrics.reports.offer import Offer, offer
from metrics.snapshot import Snapshot
from metrics.targets import load_register


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; by: what a line stands for, "" as the report has it."""

    kind: str
    unit: str
    period: str
    source: str
    by: str


@kept
def offered(snapshot: Snapshot, kind: Kind, settings: Settings, unit: str | None) -> Offer:
    """Return of what a report can be made; raises QuestionError where no source has data of its sort."""
    return offer(snapshot, kind, settings, unit)


def choice_of(snapshot: Snapshot, found: Offer, label: str) -> Choice | None:
    """Return the source, the unit and the period of an offer as pages know them; None where the source has no rate."""
    source = next((one for one in reads.sources(snapshot) if one.source == found.asked.source.source), None)
    period = next((one for one in (*found.periods, found.asked.period) if one.label == label), found.asked.period)
    if source is None:
        return None
    whole = period.complete(source.as_of_day)
    unit = Unit(found.asked.unit.code, found.asked.unit.name, found.asked.unit.parent)
    return Choice(source, unit, Period(period.kind, period.label, period.start, period.end, whole))


def made(snapshot: Snapshot, wanted: Wanted, settings: Settings, home: Home, now: datetime) -> Report:
    """Return the report, made once for a state, a choice and the texts of the office.

    Raises QuestionError, TargetError and TemplateError as `metrics.reports.make` does.
    """
    texts = (home.extra_targets, settings.folder, *(sorted(settings.folder.iterdir()) if settings.folder else ()))
    written = tuple((str(file), file.stat().st_mtime_ns) for file in texts if file is not None and file.exists())
    return _made(snapshot, wanted, settings, home.extra_targets, written, now)


@kept
def _made(
    snapshot: Snapshot,
    wanted: Wanted,
    settings: Settings,
    targets: Path | None,
    written: tuple[tuple[str, int], ...],
    _now: datetime,
) -> Report:
    """`written` is part of the key of the cache, `_now` is not: a report tells when it was made."""
    return make(
        wanted.kind,
        snapshot,
        register=load_register(targets),
        now=_now,
        unit=wanted.unit,
        period=wanted.period,
        by=wanted.by or None,
        source=wanted.source,
        settings=settings,
    )
