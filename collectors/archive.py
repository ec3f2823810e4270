"""The archive: every accepted export as an immutable folder, named by its content; the truth of an installation.

archive/<source>/<first two of the id>/<export_id>/
    export.json          the sidecar: where it came from, how it was read, what became of its rows
    rows.parquet         dossiers in canonical columns, no personal data        (dossier lists)
    procedures.parquet   procedures in canonical columns                        (lists of procedures)
    payments.parquet     payments in canonical columns, no payers               (fee lists)
    statistics.parquet   delivered counts in canonical columns, no footers      (summary forms)
    scores.parquet       delivered figures by unit, period and measure          (scores of the old interface)
    refused.parquet      refused rows: sheet, row, column, reason               (all lists, summary forms)
    response.json.gz     the bytes as delivered                                 (portal responses)
    request.json         the question they answer                               (portal responses)
    indicators.json      hand-entered figures, and the refused rows             (indicator forms)
    seen.json            when the same bytes were delivered                     (where more than once)
    withdrawn.json       who took the export back or in again, when and why     (where somebody did)
"""

import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collectors.export import ExportReport, report_of
from collectors.withdrawal import Act, acts_on, in_force

SIDECAR = "export.json"
SEEN = "seen.json"
ROWS = "rows.parquet"
PROCEDURES = "procedures.parquet"
PAYMENTS = "payments.parquet"
STATISTICS = "statistics.parquet"
SCORES = "scores.parquet"
REFUSED = "refused.parquet"
RESPONSE = "response.json.gz"
REQUEST = "request.json"
INDICATORS = "indicators.json"


@dataclass(frozen=True, slots=True)
class Archived:
    """One accepted export in the archive; its report tells the newest time at which these bytes were delivered."""

    folder: Path
    report: ExportReport
    captures: tuple[datetime, ...]
    acts: tuple[Act, ...] = ()

    @property
    def withdrawal(self) -> Act | None:
        """Who took the export back; None where it counts."""
        return in_force(self.acts)

    @property
    def is_dossier_list(self) -> bool:
        """Whether the folder holds dossiers."""
        return self.holds(ROWS)

    @property
    def is_response(self) -> bool:
        """Whether the folder holds a portal response, byte for byte."""
        return self.holds(RESPONSE)

    def holds(self, name: str) -> bool:
        """Whether a file of this name stands in the folder."""
        return (self.folder / name).exists()

    @property
    def is_form(self) -> bool:
        """Whether the folder holds the counts of a summary form: like a list, an observation each time it comes."""
        return self.holds(STATISTICS)

    @property
    def is_indicator_form(self) -> bool:
        """Whether the folder holds hand-entered figures."""
        return (self.folder / INDICATORS).exists()


def folder_of(archive: Path, source: str, export_id: str) -> Path:
    """Return where an export of this id stands, whether it is there or not."""
    return archive / source / export_id[:2] / export_id


def drafts(archive: Path) -> Path:
    """Return a new folder to build an export in; `keep` moves it to its place."""
    draft = archive / ".draft" / uuid.uuid4().hex
    draft.mkdir(parents=True)
    return draft


def keep(archive: Path, draft: Path, report: ExportReport, *, collected_at: datetime) -> Archived:
    """Write the sidecar and move the draft to its place in one step: a half-written export is never seen."""
    sidecar = {**_plain(report), "collected_at": _instant(collected_at)}
    text = json.dumps(sidecar, ensure_ascii=False, indent=1, sort_keys=True)
    (draft / SIDECAR).write_text(text, encoding="utf-8")
    for file in draft.iterdir():
        _flush(file)
    place = folder_of(archive, report.source, report.export_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    os.replace(draft, place)
    return read(place)


def find(archive: Path, export_id: str) -> Archived | None:
    """Return the export of this id, whatever its source; None when it was never accepted."""
    found = next(iter(sorted(archive.glob(f"*/{export_id[:2]}/{export_id}/{SIDECAR}"))), None)
    return read(found.parent) if found else None


def see_again(export: Archived, moment: datetime) -> Archived | None:
    """Note that the same bytes were delivered at another time; return the export when that is news, else None.

    An unchanged list is an observation all the same: the state is known to hold at the later time too.
    """
    if moment in export.captures:
        return None
    captures = sorted({*export.captures, moment})
    draft = export.folder / f"{SEEN}.{uuid.uuid4().hex}"
    draft.write_text(json.dumps([_instant(capture) for capture in captures]), encoding="utf-8")
    _flush(draft)
    os.replace(draft, export.folder / SEEN)
    return read(export.folder) if moment == captures[-1] else None


def as_known_by(export: Archived, moment: datetime) -> Archived | None:
    """Return the export with the newest capture up to a moment; None: not delivered by then, or taken back by then."""
    if in_force(export.acts, moment) is not None:
        return None
    known = tuple(capture for capture in export.captures if capture <= moment)
    return replace(export, report=replace(export.report, captured_at=known[-1]), captures=known) if known else None


def everything(archive: Path) -> Iterator[Archived]:
    """Yield every accepted export, those taken back too, in the order of their ids."""
    for sidecar in sorted(archive.glob(f"[!.]*/*/*/{SIDECAR}"), key=lambda path: path.parent.name):
        yield read(sidecar.parent)


def clear_drafts(archive: Path) -> None:
    """Remove what a run that was cut off left behind."""
    shutil.rmtree(archive / ".draft", ignore_errors=True)


def read(folder: Path) -> Archived:
    """Return the export that stands in a folder of the archive."""
    values: dict[str, Any] = json.loads((folder / SIDECAR).read_text(encoding="utf-8"))
    seen = folder / SEEN
    again = json.loads(seen.read_text(encoding="utf-8")) if seen.exists() else []
    captures = sorted(map(datetime.fromisoformat, {values["captured_at"], *again}))
    return Archived(folder, replace(report_of(values), captured_at=captures[-1]), tuple(captures), acts_on(folder))


def _plain(report: ExportReport) -> Mapping[str, Any]:
    if report.captured_at is None:
        raise ValueError("an accepted export has a capture time")
    return {**asdict(report), "captured_at": _instant(report.captured_at)}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _flush(file: Path) -> None:
    with file.open("rb+") as handle:
        os.fsync(handle.fileno())
