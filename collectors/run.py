"""Files → archive → warehouse: one export after the other, each with its report; a bad one does not stop the rest."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from collectors import archive, load
from collectors.archive import Archived
from collectors.export import ExportError, ExportReport, Outcome, RequestNeeded, UnreadableExport
from collectors.header import grain_of
from collectors.home import VIETNAM, Home
from collectors.reading import open as reading
from collectors.reading.container import HEAD
from collectors.reading.spool import sweep
from collectors.sources import any_list, portal_v1, portal_v2, stored_response
from collectors.sources.sheets import Origin
from collectors.sources.stored_response import AskedOnCommandLine

_REQUEST = ".request.json"
_LOCK_FILES = ("~$", ".")  # a spreadsheet program's lock file, a hidden file


@dataclass(frozen=True, slots=True)
class Told:
    """What the person says of the files: when they were made, and (portal responses) what they answer."""

    captured_at: datetime | None = None
    endpoint: str | None = None
    period: str | None = None


Progress = Callable[[int, int, str], None]


def exports_in(paths: Sequence[Path]) -> list[Path]:
    """Return the files to read: those named, and every file below the folders named, in the order of their names.

    Requests standing beside their responses, lock files of spreadsheet programs and hidden files are no exports.
    """
    found: list[Path] = []
    for path in paths:
        found += sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return [path for path in found if not path.name.startswith(_LOCK_FILES) and not path.name.endswith(_REQUEST)]


def collect(
    con: duckdb.DuckDBPyConnection, home: Home, paths: Sequence[Path], *, told: Told, now: datetime, progress: Progress
) -> list[ExportReport]:
    """Archive and load each file that is an export; return one report per file, in the same order.

    One transaction per export: rows, refusals, findings and the days to count again belong together.
    Files that were accepted before (the same bytes) change nothing.
    """
    sweep()
    reports = []
    for place, path in enumerate(paths):
        progress(place, len(paths), path.name)
        report, kept = _collect_one(home, path, told, now)
        if kept is not None:
            in_transaction(con, [kept])
        reports.append(report)
    progress(len(paths), len(paths), "")
    return reports


def examine(paths: Sequence[Path], *, told: Told) -> list[ExportReport]:
    """Return the report each file would get, and change nothing."""
    reports = []
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            try:
                reports.append(_read(path, told, Path(folder), _identity(path, told)))
            except ExportError as error:
                reports.append(_refused(path, error))
    return reports


def restore(con: duckdb.DuckDBPyConnection, home: Home, *, everything: bool) -> int:
    """Load what the archive has and the warehouse has not (all of it when empty); return how many exports."""
    archive.clear_drafts(home.archive)
    known = set() if everything else load.loaded(con)
    missing = [export for export in archive.everything(home.archive) if export.report.export_id not in known]
    if missing:
        in_transaction(con, missing)
    return len(missing)


def in_transaction(con: duckdb.DuckDBPyConnection, exports: Sequence[Archived]) -> None:
    """Load archived exports in one transaction."""
    con.execute("BEGIN")
    try:
        load.load(con, exports)
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def _collect_one(home: Home, path: Path, told: Told, now: datetime) -> tuple[ExportReport, Archived | None]:
    with _draft(home.archive) as draft:
        try:
            export_id = _identity(path, told)
            known = _accepted_before(home.archive, export_id, _period(path, told))
            if known is not None:
                again = None if known.is_response else archive.see_again(known, _captured_at(path, told))
                report = (again or known).report
                return replace(report, outcome=Outcome.ALREADY, file_name=path.name), again
            report = _read(path, told, draft, export_id)
        except ExportError as error:
            return _refused(path, error), None
        kept = archive.keep(home.archive, draft, report, collected_at=now)
        return report, kept


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    draft = archive.drafts(folder)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _read(path: Path, told: Told, draft: Path, export_id: str) -> ExportReport:
    if _is_response(path):
        return stored_response.read(path, _request(path, told), draft)
    origin = Origin(path.name, export_id, _captured_at(path, told))
    tables = reading.tables(path)
    with tempfile.TemporaryDirectory(prefix="tthc-") as spill:
        return any_list.read(grain_of(tables), tables, origin, draft, spill=Path(spill), period=_period(path, told))


def _accepted_before(folder: Path, export_id: str, period: str | None) -> Archived | None:
    """Return the export when it was accepted before: the same bytes and, where the bytes do not say it, the same period."""
    known = archive.find(folder, export_id)
    return known or (archive.find(folder, portal_v1.identity(export_id, period)) if period else None)


def _is_response(path: Path) -> bool:
    """Whether the file is a response of the national portal; any other JSON is read as rows."""
    try:
        with path.open("rb") as file:
            return portal_v2.looks_like(file.read(HEAD))
    except OSError as error:
        raise UnreadableExport(
            file=path.name,
            found=f"không mở được tệp ({error.strerror})",
            expected="một tệp có thật và được phép đọc",
            advice="kiểm tra đường dẫn và quyền đọc; đóng tệp nếu đang mở bằng Excel",
        ) from error


def _request(path: Path, told: Told) -> bytes:
    return stored_response.request_of(path, AskedOnCommandLine(told.endpoint, told.period), told.captured_at)


def _identity(path: Path, told: Told) -> str:
    """Return the id of the export: its bytes, and for a portal response also the question and the time."""
    if _is_response(path):
        return stored_response.identity(path.read_bytes(), _request(path, told))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _period(path: Path, told: Told) -> str | None:
    """Return the period as told, or as the sidecar of the export says."""
    sidecar = path.with_suffix(_REQUEST)
    if told.period is not None or not sidecar.exists():
        return told.period
    try:
        said = json.loads(sidecar.read_text(encoding="utf-8"))
    except ValueError:
        return None  # where the capture time is read, this is told
    period = said.get("period") if isinstance(said, dict) else None
    return period if isinstance(period, str) else None


def _captured_at(path: Path, told: Told) -> datetime:
    """Return when the export was made: as told, as its sidecar says, else the time stamp of the file."""
    if told.captured_at is not None:
        return told.captured_at
    sidecar = path.with_suffix(_REQUEST)
    if not sidecar.exists():
        return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    try:
        moment = datetime.fromisoformat(json.loads(sidecar.read_text(encoding="utf-8"))["captured_at"])
    except (ValueError, KeyError, TypeError) as error:
        raise RequestNeeded(
            file=sidecar.name,
            found="không đọc được captured_at",
            expected='{"captured_at": "2026-10-31T15:00:00Z"}',
            advice="sửa tệp này, hoặc xóa nó và dùng --captured-at",
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _refused(path: Path, error: ExportError) -> ExportReport:
    return ExportReport(file_name=path.name, outcome=Outcome.REFUSED, message_vi=error.message_vi)
