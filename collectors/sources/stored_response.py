"""One stored response (with its request) → its report and a draft for the archive.

Of the national portal, or of a statistics endpoint that an installation configures itself: the request tells which.
"""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from collectors import archive
from collectors.export import ExportReport, Finding, InvalidResponse, Outcome, RequestNeeded
from collectors.sources import portal_v2
from collectors.sources.remote import statistic
from collectors.statistic import PortalExport

SOURCE = "portal_v2"
SYNTHETIC_SOURCE = "demo_portal"
_SATISFACTION = "evaluation/handling-satisfaction"


@dataclass(frozen=True, slots=True)
class AskedOnCommandLine:
    """What the command line says of a response that has no request beside it."""

    endpoint: str | None = None
    period: str | None = None


def request_of(path: Path, asked: AskedOnCommandLine, captured_at: datetime | None) -> bytes:
    """Return the request that the response in `path` answers, as canonical JSON.

    It stands beside the response as `<name>.request.json`, or is told on the command line.
    Raises RequestNeeded where neither says endpoint, period and time of capture.
    """
    sidecar = path.with_suffix(".request.json")
    if sidecar.exists():
        return sidecar.read_bytes()
    body = _body(asked)
    if asked.endpoint is None or body is None or captured_at is None:
        raise RequestNeeded(
            file=path.name,
            found="phản hồi của cổng không nói nó trả lời câu hỏi nào",
            expected=f"tệp {sidecar.name} đứng cạnh (endpoint, body, captured_at)",
            advice="tạo tệp đó, hoặc thêm --endpoint, --period (2026-08, 2026-Q3, 2026) và --captured-at",
        )
    request = {"endpoint": asked.endpoint, "body": body, "captured_at": captured_at.astimezone(UTC).isoformat()}
    return json.dumps(request, sort_keys=True).encode()


def _body(asked: AskedOnCommandLine) -> dict[str, Any] | None:
    """Return the request body of a period written 2026-08, 2026-Q3 or 2026."""
    match = re.fullmatch(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])))?", asked.period or "")
    if match is None:
        return None
    year, month, quarter = int(match[1]), match[2], match[3]
    if (asked.endpoint or "").endswith(_SATISFACTION):
        first = int(month) if month else int(quarter) * 3 - 2 if quarter else 1
        months = 1 if month else 3 if quarter else 12
        start = date(year, first, 1)
        after = date(year + (first + months - 1) // 12, (first + months - 1) % 12 + 1, 1)
        return {"fromDate": start.isoformat(), "toDate": (after - timedelta(days=1)).isoformat()}
    if month:
        return {"timeType": "month", "year": year, "month": int(month)}
    if quarter:
        return {"timeType": "quarter", "year": year, "quarter": int(quarter)}
    return {"timeType": "year", "year": year}


def identity(response: bytes, request: bytes) -> str:
    """Return the id of an observation: the same bytes at another time, or for another question, are another one."""
    return hashlib.sha256(response + b"\0" + request).hexdigest()


def answers_statistics(path: Path) -> bool:
    """Whether the request beside a file was sent to a statistics endpoint of a configured source."""
    sidecar = path.with_suffix(".request.json")
    return sidecar.exists() and statistic.is_asked(sidecar.read_bytes())


def said_by(response: bytes, request: bytes) -> PortalExport:
    """Return what a stored response says; raises PortalError."""
    if statistic.is_asked(request):
        return statistic.parse(response, request)
    return portal_v2.parse(response, portal_v2.parse_request(request))


def _source_of(said: PortalExport, request: bytes) -> str:
    if statistic.is_asked(request):
        return statistic.asked_of(request).source
    return SYNTHETIC_SOURCE if said.request.synthetic else SOURCE


def read(path: Path, request: bytes, draft: Path) -> ExportReport:
    """Write the response and its request to `draft`, byte for byte, and return what became of its rows.

    Raises InvalidResponse where the response or its request breaks a rule of the portal's contract.
    """
    response = path.read_bytes()
    try:
        said = said_by(response, request)
    except portal_v2.PortalError as error:
        raise InvalidResponse(
            file=path.name, column=error.path, found=error.found, expected=error.expected, advice=error.advice
        ) from error
    (draft / archive.RESPONSE).write_bytes(gzip.compress(response, mtime=0))
    (draft / archive.REQUEST).write_bytes(request)
    skipped = sum(said.rows_skipped.values())
    return ExportReport(
        file_name=path.name,
        outcome=Outcome.ACCEPTED,
        export_id=identity(response, request),
        source=_source_of(said, request),
        layout=said.request.endpoint,
        captured_at=said.request.captured_at,
        synthetic=said.request.synthetic,
        partial=said.partial,
        rows_read=said.rows_read,
        rows_accepted=said.rows_read - skipped,
        rows_skipped=skipped,
        skipped=dict(said.rows_skipped),
        findings=tuple(Finding(f.check_id, f.column, f.rows, f.example) for f in said.findings),
    )
