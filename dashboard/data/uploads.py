"""Files that a reader hands in → the same collection as on the command line, in a process of its own → its reports.

The screen opens no database but a snapshot: `tthc collect` does, under its lock. What was handed in stands in a private
folder for as long as that takes; nothing of it is kept but what the reader of exports lets through.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collectors.export import ExportReport, report_of
from collectors.home import Home
from collectors.reading.spool import private_folder, safe_name
from metrics.audit import AuditJournal, Did, Event
from metrics.journal import naive_utc
from metrics.readers import Reader
from metrics.scope import AccessError

MOST_BYTES = 100 * 1024 * 1024  # of one file: it stands in the memory of the server; larger ones go to the inbox
_ROOT = Path(__file__).parents[2]
_log = logging.getLogger("dashboard.uploads")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as the browser sent it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """What the reader says of the files: when they were made (Vietnam time), and what the files themselves may not say."""

    captured_at: datetime
    period: str = ""
    unit: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an upload: a report per file, or why there is none. dry_run: nothing was stored."""

    reports: tuple[ExportReport, ...]
    dry_run: bool
    trouble_vi: str = ""


def collect(
    home: Path, reader: Reader, uploads: Sequence[Upload], said: Said, *, dry_run: bool, at: datetime
) -> Answer:
    """Collect files as `tthc collect` does; with `dry_run` read and report only. The files are gone afterwards.

    Who did it is kept in the journal: before, and what became of the files after. Raises AccessError.
    """
    audit = AuditJournal(Home(home).journal)
    if not reader.may_collect:
        audit.deny(reader.name, "upload", at=naive_utc(at))
        raise AccessError(
            'Tài khoản này không được nộp bản xuất: cần vai trò operator và phạm vi mọi đơn vị (units = ["*"]).'
        )
    act = Did.CHECKED if dry_run else Did.HANDED_IN
    audit.note([Event(naive_utc(at), reader.name, act, safe_name(one.name)) for one in uploads])
    answer = _collected(home, uploads, said, dry_run=dry_run)
    if not dry_run:
        audit.note([_event(one, reader, at) for one in answer.reports])
    return answer


def _event(report: ExportReport, reader: Reader, at: datetime) -> Event:
    told = (report.file_name, report.export_id, str(report.outcome))
    return Event(naive_utc(at), reader.name, Did.COLLECTED, *told)


def _collected(home: Path, uploads: Sequence[Upload], said: Said, *, dry_run: bool) -> Answer:
    with private_folder() as folder:
        files = _write(folder, uploads)
        done = subprocess.run(
            _command(home, files, said, dry_run=dry_run),
            capture_output=True,
            check=False,
            encoding="utf-8",
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(_ROOT), *_paths()]), "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
        )
    return _answer(done, dry_run=dry_run)


def too_large(uploads: Sequence[Upload]) -> list[str]:
    """Return the names of the files that are larger than we take."""
    return [upload.name for upload in uploads if len(upload.content) > MOST_BYTES]


def _write(folder: Path, uploads: Sequence[Upload]) -> list[Path]:
    """Write the files under their own names; each of two with one name in a folder of its own."""
    files: list[Path] = []
    for number, upload in enumerate(uploads):
        path = folder / safe_name(upload.name)
        if path.exists():
            path = folder / str(number) / path.name
            path.parent.mkdir()
        path.write_bytes(upload.content)
        files.append(path)
    return files


def _command(home: Path, files: Sequence[Path], said: Said, *, dry_run: bool) -> list[str]:
    told = {
        "--captured-at": f"{said.captured_at:%Y-%m-%dT%H:%M:%S}",
        "--period": said.period,
        "--unit": said.unit,
        "--endpoint": said.endpoint,
    }
    options = [part for option, value in told.items() if value for part in (option, value)]
    options += ["--dry-run"] if dry_run else []
    return [sys.executable, "-m", "tthc", "collect", "--home", str(home), "--json", *options, "--", *map(str, files)]


def _paths() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]


def _answer(done: subprocess.CompletedProcess[str], *, dry_run: bool) -> Answer:
    """Read the reports; a run that could not begin says why in one line beginning with the program's name."""
    if done.stdout.strip():
        document = json.loads(done.stdout)
        return Answer(tuple(report_of(report) for report in document["reports"]), dry_run)
    said = [line.removeprefix("tthc: ") for line in done.stderr.splitlines() if line.startswith("tthc: ")]
    if not said:
        _log.error("collection of an upload ended with %s: %s", done.returncode, done.stderr)
    return Answer((), dry_run, said[-1] if said else "")
