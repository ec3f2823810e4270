"""Asking the national portal: what is due is fetched; what is sound is left as files for the collection, the rest aside."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from collectors.export import ExportReport, Outcome
from collectors.home import VIETNAM, ConfigError, Home
from collectors.sources.portal_client import (
    CallResult,
    Circuit,
    Fingerprint,
    Observed,
    PlannedCall,
    Reply,
    RunResult,
    Verdict,
    fetch,
    plan,
    portal_settings,
)
from collectors.sources.stored_response import SOURCE
from collectors.warehouse import LockedError
from metrics.journal import Journal
from tthc.received import evidence_of

_HISTORY = "portal.history"
_CIRCUIT = "portal.circuit"
_FINGERPRINTS = "portal.fingerprints"
_KEPT = timedelta(days=400)  # a year in which every period was seen to close


@dataclass(slots=True)
class Fetched:
    """What a run brought: files to collect (each with its request beside it), and a report per call that failed."""

    files: list[Path] = field(default_factory=list)
    refused: list[ExportReport] = field(default_factory=list)
    message_vi: str = ""


def bring(
    home: Home,
    folder: Path,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Ask the portal for what is due today and leave the sound answers in `folder`.

    Every answer is kept byte for byte in `received/` before it is read; what is accepted is in the archive later, so
    its copy there is removed. State for the next run (what was asked, whether the portal said no, the structure of
    its answers) goes to the journal. Raises LockedError while another run asks, ConfigError for unusable settings.
    """
    settings = portal_settings(home.config.portal)
    journal = Journal(home.journal)
    history = _history(journal)
    fetched = Fetched()
    with _alone(home):
        calls = plan(settings, today=clock().astimezone(VIETNAM).date(), history=history)
        result = fetch(
            calls,
            settings,
            clock=clock,
            sleep=sleep,
            on_bytes=lambda call, response, request, status: _keep(home, call, response, request, status),
            on_response=lambda reply: _hand_over(home, folder, fetched, reply),
            history=history,
            circuit=circuit(journal),
            known=_fingerprints(journal),
        )
        _remember(journal, [*history, *result.observed], result, clock())
    fetched.message_vi = result.message_vi
    fetched.refused = [_refusal(one) for one in result.calls if one.verdict is not Verdict.ACCEPTED]
    return fetched


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    try:
        with FileLock(str(home.path / "portal.lock"), timeout=0):
            yield
    except Timeout as error:
        raise LockedError("Một lần lấy số liệu của Cổng đang chạy. Đợi nó xong rồi chạy lại.") from error


def _keep(home: Home, call: PlannedCall, response: bytes, request: bytes, status: int) -> None:
    evidence_of(home, response, request).keep(response, request, call=call.key, status=status)


def _hand_over(home: Home, folder: Path, fetched: Fetched, reply: Reply) -> None:
    evidence = evidence_of(home, reply.response, reply.asked)
    if reply.verdict is not Verdict.ACCEPTED:
        evidence.judged(reply.verdict, reply.reason)
        return
    name = f"{len(fetched.files):03d}-{reply.call.endpoint.value.replace('/', '-')}.json"
    (folder / name).write_bytes(reply.response)
    (folder / name).with_suffix(".request.json").write_bytes(reply.request)
    fetched.files.append(folder / name)
    evidence.forget()


def _refusal(one: CallResult) -> ExportReport:
    endpoint, unit, period = one.call.key
    what = f"Cổng: {endpoint} {unit} {period}".strip()
    reason = one.reason or "chưa hỏi, vì lượt chạy đã dừng"
    return ExportReport(
        file_name=what,
        outcome=Outcome.REFUSED,
        source=SOURCE,
        layout=endpoint,
        captured_at=one.at,
        message_vi=f"{what}: {one.verdict or 'chưa hỏi'}; {reason}",
    )


def unusable(error: ConfigError | LockedError) -> ExportReport:
    """Return the report of a portal whose settings cannot be used, or that another run is asking."""
    return ExportReport(file_name="[portal]", outcome=Outcome.REFUSED, source=SOURCE, message_vi=str(error))


def _history(journal: Journal) -> list[Observed]:
    rows: list[dict[str, Any]] = json.loads(journal.recall(_HISTORY) or "[]")
    return [
        Observed(
            **{
                **row,
                "captured_at": datetime.fromisoformat(row["captured_at"]),
                "verdict": Verdict(row["verdict"]),
            }
        )
        for row in rows
    ]


def circuit(journal: Journal) -> Circuit:
    """Return whether the portal said no at the last run, and until when nobody asks."""
    return Circuit.from_json(journal.recall(_CIRCUIT))


def _fingerprints(journal: Journal) -> dict[str, Fingerprint]:
    known: dict[str, str] = json.loads(journal.recall(_FINGERPRINTS) or "{}")
    return {name: Fingerprint.from_json(text) for name, text in known.items()}


def _remember(journal: Journal, history: Sequence[Observed], result: RunResult, now: datetime) -> None:
    kept = [asdict(one) for one in history if now - one.captured_at <= _KEPT]
    prints = {name: one.to_json() for name, one in result.fingerprints.items()}
    journal.remember(_HISTORY, json.dumps(kept, default=_text))
    journal.remember(_CIRCUIT, result.circuit.to_json())
    journal.remember(_FINGERPRINTS, json.dumps(prints))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
