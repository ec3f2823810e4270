"""Files → archive → warehouse: one export after the other, each with its report; a bad one does not stop the rest."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from collectors import archive, load, unit_names
from collectors.archive import Archived
from collectors.export import ExportError, ExportReport, Outcome, RequestNeeded, UnreadableExport
from collectors.form_period import FormPeriod, told_period
from collectors.form_title import Asked
from collectors.header import grain_of
from collectors.home import VIETNAM, Home
from collectors.reading import open as reading
from collectors.reading.container import HEAD
from collectors.reading.spool import sweep
from collectors.sources import any_list, indicator_sheet, portal_v1, portal_v2, stored_response, summary_form
from collectors.sources.sheets import Origin
from collectors.sources.stored_response import AskedOnCommandLine

_REQUEST = ".request.json"
_BACK = "Muốn tính lại: tthc forget {export} --undo --by … --reason …"
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_LOCK_FILES = ("~$", ".")  # a spreadsheet program's lock file, a hidden file


@dataclass(frozen=True, slots=True)
class Told:
    """What the person says of the files: when they were made, and what they answer.

    endpoint: of portal responses. period: of those, of summary forms that leave it open, and of the old interface's
    scores, there also by sheet. unit: the code of the unit whose a summary form is, where it does not say. What is not
    told of a file may stand in the sidecar beside it.
    """

    captured_at: datetime | None = None
    endpoint: str | None = None
    period: str | None = None
    unit: str | None = None


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
    names = home.config.names
    for place, path in enumerate(paths):
        progress(place, len(paths), path.name)
        report, kept = _collect_one(home, path, told, now, unit_names.known_codes(con, names))
        if kept is not None:
            in_transaction(con, [kept], names=names)
        reports.append(report)
    progress(len(paths), len(paths), "")
    return reports


def examine(paths: Sequence[Path], *, told: Told, names: Mapping[str, str] | None = None) -> list[ExportReport]:
    """Return the report each file would get, and change nothing; names: of units, set by hand (code → name)."""
    reports = []
    known = unit_names.codes_by_name((names or {}).items())
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            try:
                said = _told_beside(path, told)
                reports.append(_read(path, said, Path(folder), _identities(path, said), known))
            except ExportError as error:
                reports.append(_refused(path, error))
    return reports


def restore(con: duckdb.DuckDBPyConnection, home: Home, *, everything: bool) -> int:
    """Load what the archive has and the warehouse has not (all of it when empty); return how many exports.

    Exports that were taken back are not loaded.
    """
    archive.clear_drafts(home.archive)
    known = set() if everything else load.loaded(con)
    counting = (export for export in archive.everything(home.archive) if export.withdrawal is None)
    missing = [export for export in counting if export.report.export_id not in known]
    if missing:
        in_transaction(con, missing, names=home.config.names)
    return len(missing)


def in_transaction(con: duckdb.DuckDBPyConnection, exports: Sequence[Archived], *, names: Mapping[str, str]) -> None:
    """Load archived exports in one transaction; names: of units, set by hand (code → name)."""
    con.execute("BEGIN")
    try:
        load.load(con, exports, names=names)
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def _collect_one(
    home: Home, path: Path, told: Told, now: datetime, codes: Mapping[str, str]
) -> tuple[ExportReport, Archived | None]:
    with _draft(home.archive) as draft:
        try:
            told = _told_beside(path, told)
            ids = _identities(path, told)
            if known := _accepted_before(home.archive, told, ids):
                return _again(known, path.name, _observed_at(known, path, told))
            report = _read(path, told, draft, ids, codes)
            if known := archive.find(home.archive, report.export_id):  # what was told did not matter
                return _again(known, path.name, _observed_at(known, path, told))
        except ExportError as error:
            return _refused(path, error), None
        kept = archive.keep(home.archive, draft, report, collected_at=now)
        return report, kept


def _observed_at(known: Archived, path: Path, told: Told) -> datetime | None:
    """Return when unchanged bytes were delivered again; of a list or a summary form that is an observation.

    A portal response holds its own time, and figures entered by hand the day they were entered on.
    """
    return None if known.is_response or known.is_indicator_form else _captured_at(path, told)


def seen_again(
    con: duckdb.DuckDBPyConnection, home: Home, export_id: str, *, file_name: str, captured_at: datetime
) -> ExportReport:
    """Note that an export of the archive has not changed where it comes from, as its source says; return its report."""
    known = archive.find(home.archive, export_id)
    if known is None:
        raise LookupError(f"export {export_id} is not in the archive")
    report, again = _again(known, file_name, captured_at)
    if again is not None:
        in_transaction(con, [again], names=home.config.names)
    return report


def _again(known: Archived, file_name: str, captured_at: datetime | None) -> tuple[ExportReport, Archived | None]:
    """Return the report of an export delivered again, and the export where the time (None: no matter) is news.

    One that was taken back stays so, or a file left in the inbox would bring it back every day.
    """
    if act := known.withdrawal:
        told = f"bản xuất này đã được rút lại ngày {act.at.astimezone(VIETNAM):%d/%m/%Y} ({act.reason}), không tính. {_BACK}"
        report = replace(known.report, outcome=Outcome.ALREADY, file_name=file_name)
        return replace(report, message_vi=told.format(export=report.export_id[:12])), None
    again = None if captured_at is None else archive.see_again(known, captured_at)
    return replace((again or known).report, outcome=Outcome.ALREADY, file_name=file_name), again


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    draft = archive.drafts(folder)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _read(path: Path, told: Told, draft: Path, ids: Sequence[str], codes: Mapping[str, str]) -> ExportReport:
    if _is_response(path):
        return stored_response.read(path, _request(path, told), draft)
    captured = _captured_at(path, told)
    tables = reading.tables(path)
    if indicator_sheet.is_form(tables):
        return indicator_sheet.read(path, tables, ids[0], captured, draft)
    if summary_form.is_form(tables):
        asked = Asked(_told_period(path, told), told.unit or "")
        form = summary_form.FormOrigin(path.name, ids[0], ids[-1], captured, asked, codes)
        return summary_form.read(tables, form, draft)
    origin = Origin(path.name, ids[0], captured)
    with tempfile.TemporaryDirectory(prefix="tthc-") as spill:
        return any_list.read(grain_of(tables), tables, origin, draft, spill=Path(spill), period=told.period)


def _accepted_before(folder: Path, told: Told, ids: Sequence[str]) -> Archived | None:
    """Return the export when it was accepted before: the same bytes and, where the bytes leave it open, the same told."""
    scores = [portal_v1.identity(ids[0], told.period)] if told.period else []
    return next((known for one in (ids[-1], *scores) if (known := archive.find(folder, one))), None)


def _is_response(path: Path) -> bool:
    """Whether the file is a response that delivers statistics; any other JSON is read as rows."""
    try:
        if stored_response.answers_statistics(path):
            return True
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


def _told_period(path: Path, told: Told) -> FormPeriod | None:
    """Return the days that a person says a form is about; raises RequestNeeded for words that name none."""
    if told.period is None:
        return None
    period = told_period(told.period)
    if period is None:
        raise RequestNeeded(
            file=path.name,
            found=f"không hiểu kỳ “{told.period}”",
            expected="2026-08, 2026-Q3, 2026-H1, 2026 hoặc 2025-12-15..2026-03-14",
            advice=f"sửa --period, hoặc “period” trong {path.with_suffix(_REQUEST).name}",
        )
    return period


def _identities(path: Path, told: Told) -> tuple[str, ...]:
    """Return the ids the export may have: its bytes, and for a portal response also the question and the time.

    A form that leaves its period or its unit open is another one for each that is told: its last id holds them too.
    """
    if _is_response(path):
        return (stored_response.identity(path.read_bytes(), _request(path, told)),)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    plain = digest.hexdigest()
    if told.period is None and told.unit is None:
        return (plain,)
    digest.update(f"\0{told.period or ''}\0{told.unit or ''}".encode())
    return (plain, digest.hexdigest())


def _told_beside(path: Path, told: Told) -> Told:
    """Return what is told of a file that is no response: where the command line says nothing, what its sidecar says.

    So a file in the inbox, which nobody tells anything of, can be told its period and its unit.
    """
    sidecar = path.with_suffix(_REQUEST)
    if (told.period and told.unit) or not sidecar.exists() or _is_response(path):
        return told
    try:
        said = _said_by(sidecar)
    except ValueError:
        return told  # where the capture time is read, this is told
    texts = {name: text for name, text in said.items() if isinstance(text, str)} if isinstance(said, dict) else {}
    return replace(told, period=told.period or texts.get("period"), unit=told.unit or texts.get("unit"))


def _said_by(sidecar: Path) -> Any:  # noqa: ANN401 - any JSON
    """Return what the JSON beside a file says; raises ValueError for what is none, or holds half a character."""
    try:
        said = json.loads(sidecar.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    json.dumps(said, ensure_ascii=False).encode()
    return said


def _captured_at(path: Path, told: Told) -> datetime:
    """Return when the export was made: as told, as its sidecar says, else the time stamp of the file.

    A sidecar that tells a period or a unit need not tell the time.
    """
    if told.captured_at is not None:
        return told.captured_at
    sidecar = path.with_suffix(_REQUEST)
    stamped = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    if not sidecar.exists():
        return stamped
    try:
        said = _said_by(sidecar)
        if "captured_at" not in said and {"period", "unit"} & set(said):
            return stamped
        moment = datetime.fromisoformat(said["captured_at"])
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(moment.year)
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
