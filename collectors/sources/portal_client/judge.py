"""An answer of the portal → whether it can be accepted: every hard rule of the contract must hold.

What is no answer at all (a refusal, passing trouble) is told apart before, by `collectors.web.meaning`.
"""

import hashlib
import json
from dataclasses import dataclass

from collectors.period import period_between
from collectors.sources.portal_client.drift import NO_DRIFT, Drift, drift
from collectors.sources.portal_client.fingerprint import Fingerprint, fingerprint
from collectors.sources.portal_client.plan import COUNTRY, Observed, PlannedCall, Verdict
from collectors.sources.portal_v2 import BrokenJson, Endpoint, PortalError, parse, parse_request
from collectors.sources.strict_json import ASK_AGAIN, At, strict
from collectors.statistic import PortalExport
from collectors.web.transport import Received

_INCOMPLETE = frozenset({"P-complete", "P-page"})
_AXES = frozenset({"CKMB", "TDGQ", "ONLINE_SERVICE", "MDHL", "MDSH"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason; what the response holds, if it could be read. broken: asking once more may help."""

    verdict: Verdict
    reason: str = ""
    broken: bool = False
    export: PortalExport | None = None
    envelope: At | None = None
    fingerprint: Fingerprint | None = None
    drift: Drift = NO_DRIFT


def judge(
    received: Received, request: bytes, call: PlannedCall, *, known: Fingerprint | None, least_rows: int
) -> Judgement:
    """Return whether an answer is accepted: all of it, for the unit asked for, in the structure known.

    known: fingerprint of the good responses so far. least_rows: fewer rows than that are not all of them.
    A response that would be partial as a saved file is rejected here: it can be asked for again.
    """
    kind = received.headers.get("content-type", "").lower()
    if not received.whole:
        return Judgement(Verdict.REJECTED, "phản hồi bị cắt giữa chừng khi truyền", broken=True)
    if "json" not in kind:
        return Judgement(Verdict.REJECTED, f"kiểu nội dung “{kind}”, cần application/json")
    try:
        envelope = strict(received.body, "", ASK_AGAIN)
    except BrokenJson as error:
        return Judgement(Verdict.REJECTED, error.message_vi, broken=True)
    except PortalError as error:
        return Judgement(Verdict.REJECTED, error.message_vi)
    if envelope.fields.get("code") != "OK" or not isinstance(envelope.fields.get("data"), dict):
        return Judgement(Verdict.REJECTED, "Cổng báo lỗi cho yêu cầu này (code khác OK, hoặc không có data)")
    return _read(received, request, call, envelope, known=known, least_rows=least_rows)


def _read(
    received: Received, request: bytes, call: PlannedCall, envelope: At, *, known: Fingerprint | None, least_rows: int
) -> Judgement:
    found = fingerprint(envelope.fields, call.endpoint)
    changed = NO_DRIFT if known is None else drift(known, found)
    if changed.breaking:
        reason = f"Cổng đã đổi cấu trúc: {'; '.join(changed.breaking[:5])}"
        return Judgement(Verdict.QUARANTINED, reason, envelope=envelope, drift=changed)
    try:
        export = parse(received.body, parse_request(request))
    except PortalError as error:
        return Judgement(Verdict.REJECTED, error.message_vi, envelope=envelope, drift=changed)
    reason = _incomplete(export, call, least_rows)
    verdict = Verdict.REJECTED if reason else Verdict.ACCEPTED
    return Judgement(verdict, reason, export=export, envelope=envelope, fingerprint=found, drift=changed)


def _incomplete(export: PortalExport, call: PlannedCall, least_rows: int) -> str:
    """What is missing, in words; empty when nothing is. Pages of the catalogue are held together by `Pages`."""
    if call.endpoint is Endpoint.CATALOGUE:
        return ""
    missing = [finding for finding in export.findings if finding.check_id in _INCOMPLETE]
    if missing or export.partial:
        return "phản hồi thiếu dòng: " + "; ".join(f"{f.column}: {f.example}" for f in missing)
    if export.rows_read < least_rows:
        return f"phản hồi có {export.rows_read} đơn vị, cần ít nhất {least_rows} (xem expected_units)"
    root = export.units[0].unit
    if not root.startswith("id:") and root != call.unit:
        return f"phản hồi là của {root}, đã hỏi {call.unit}"
    measures = {statistic.measure for statistic in export.statistics if statistic.unit == root}
    axes = sorted(axis for axis in _AXES if f"score_{axis}" not in measures)
    return f"thiếu nhóm {', '.join(axes)}" if call.endpoint is Endpoint.RESULTS and axes else ""


def content_of(export: PortalExport) -> str:
    """Return a digest of the figures of the period asked for: other months of a chart, names and scores' order aside."""
    period = (export.period_start, export.period_end)
    figures = sorted(
        (s.unit, s.measure, None if s.value is None else f"{s.value.normalize():f}", s.quality or "")
        for s in export.statistics
        if (s.period_start, s.period_end) == period
    )
    procedures = sorted((procedure.code, procedure.name) for procedure in export.procedures)
    return hashlib.sha256(json.dumps([figures, procedures]).encode()).hexdigest()


def observed(response: bytes, request: bytes) -> Observed:
    """Return what an archived pair of this collector says of its call: history can be made again from the archive.

    Raises PortalError where the pair breaks the contract; a page of the catalogue counts as the whole of it.
    """
    asked = strict(request, "request", ASK_AGAIN)
    export = parse(response, parse_request(request))
    unit = asked.text_or_null("unit") if "unit" in asked.fields else None
    period = period_between(export.period_start, export.period_end)
    return Observed(
        endpoint=export.request.endpoint,
        unit=unit or COUNTRY,
        period=period.label if period else "",
        captured_at=export.request.captured_at,
        verdict=Verdict.ACCEPTED,
        content=content_of(export),
        rows=export.rows_read,
    )
