"""Periods and units → responses of the statistics endpoints of an iGate 2, each with a verdict; one after the other.

condition                                        behaviour
page of HTML, 401, 403, 429                      blocked: nothing more is asked, the circuit opens
personal data in it                              rejected, not a byte of it is kept
no JSON, no list of rows, a count that is none   rejected, the other questions go on (JSON cut short: asked once more)
a list without a row                             accepted with a finding
a key that is read is missing or of another type quarantined: the last good figures stay
a key more, or another one less                  accepted with a warning
no answer                                        unavailable; the run halts at the first question, or at two in a row
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from urllib.parse import urlencode

from collectors.home import VIETNAM
from collectors.period import Period, containing
from collectors.sources.portal_client.drift import drift, merged
from collectors.sources.portal_client.fingerprint import Fingerprint, structure
from collectors.sources.portal_client.plan import Verdict
from collectors.sources.remote import statistic
from collectors.sources.remote.memory import Memory
from collectors.sources.remote.personal import personal_in
from collectors.sources.remote.settings import IgateEndpoint, IgateSource, asks_units
from collectors.sources.strict_json import Json, PortalError, is_sound, strict_value
from collectors.web.again import NoAnswer
from collectors.web.pace import Stop
from collectors.web.transport import Received
from collectors.web.visit import Blocked, Visitor, Wanted, Wrong

_ROOT = "phản hồi"
_UNAVAILABLE_IN_A_ROW = 2
_ADVICE = "hỏi lại ở lượt sau; nếu vẫn vậy thì đối chiếu [[source.endpoint]] với phản hồi thật"


@dataclass(frozen=True, slots=True)
class Call:
    """One question: an endpoint, a period, the id of an agency where the endpoint is asked for one."""

    endpoint: IgateEndpoint
    period: Period
    unit: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other questions of its source."""
        return "/".join(filter(None, (self.endpoint.name, self.unit, self.period.label)))


@dataclass(frozen=True, slots=True)
class IgateReply:
    """What became of one question. response: empty where nothing may be kept. warnings: what is new in its structure."""

    call: Call
    verdict: Verdict
    reason: str = ""
    response: bytes = b""
    request: bytes = b""
    warnings: tuple[str, ...] = ()


def plan(source: IgateSource, *, today: date, memory: Memory) -> list[Call]:
    """Return the questions that are due: the period in which yesterday lies and the one before, once a day each."""
    yesterday = today - timedelta(days=1)
    periods = [period for kind in source.periods for period in _two(containing(kind, yesterday))]
    calls = [
        Call(endpoint, period, unit)
        for period in periods
        for endpoint in source.endpoint
        for unit in (source.units if asks_units(endpoint) else ("",))
    ]
    return [call for call in calls if memory.accepted.get(call.key) != today.isoformat()]


def _two(period: Period) -> tuple[Period, Period]:
    return period, period.before


@dataclass(frozen=True, slots=True)
class Ended:
    """What to remember after a run, and what ended it before its plan did."""

    memory: Memory
    early: Blocked | Stop | NoAnswer | None = None


def fetch(
    source: IgateSource,
    visitor: Visitor,
    calls: Sequence[Call],
    *,
    token: str,
    memory: Memory,
    on_reply: Callable[[IgateReply], None],
) -> Ended:
    """Ask for each call and hand each answer over with its verdict."""
    failures, answered = 0, False
    for call in calls:
        try:
            received = visitor.get(_wanted(source, call, token))
        except Wrong as error:
            on_reply(IgateReply(call, Verdict.REJECTED, str(error)))
            continue
        except NoAnswer as error:
            on_reply(IgateReply(call, Verdict.UNAVAILABLE, str(error)))
            failures += 1
            if not answered or failures >= _UNAVAILABLE_IN_A_ROW:
                return Ended(memory, error)
            continue
        except (Blocked, Stop) as error:
            return Ended(memory, error)
        answered, failures = True, 0
        reply, found = _judged(source, call, received, memory)
        on_reply(reply)
        if reply.verdict is Verdict.ACCEPTED and found is not None:
            memory = _learned(memory, call, found, received)
    return Ended(memory)


def _wanted(source: IgateSource, call: Call, token: str) -> Wanted:
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return Wanted(url_of(source, call), _opens_json, source.most, headers, sound=is_sound)


def _opens_json(head: bytes) -> bool:
    return head.startswith((b"{", b"["))


def url_of(source: IgateSource, call: Call) -> str:
    """Return the address of a question; a running period is asked for as a whole, its days to come hold nothing yet."""
    words = {"from": call.period.start.isoformat(), "to": call.period.end.isoformat(), "unit": call.unit}
    query = urlencode({key: text.format_map(words) for key, text in call.endpoint.query.items()})
    path = call.endpoint.path.format_map(words)
    return f"{source.base_url.rstrip('/')}{path}{'?' if query else ''}{query}"


def _judged(
    source: IgateSource, call: Call, received: Received, memory: Memory
) -> tuple[IgateReply, Fingerprint | None]:
    request = request_of(source, call, received)
    if "json" not in received.headers.get("content-type", "").lower():
        kind = received.headers.get("content-type", "")
        return IgateReply(call, Verdict.REJECTED, f"kiểu nội dung “{kind}”, cần application/json"), None
    try:
        answer = strict_value(received.body, "", _ADVICE)
    except PortalError as error:
        return IgateReply(call, Verdict.REJECTED, error.message_vi), None
    if place := personal_in(answer):
        reason = f"phản hồi có dữ liệu cá nhân ở {place}: không giữ lại byte nào; sửa path hoặc query của endpoint này"
        return IgateReply(call, Verdict.REJECTED, reason), None
    found = structure(answer, _ROOT, call.endpoint.name)
    broken, warnings = _drifted(call, memory, found)
    if broken:
        reason = f"cấu trúc đã đổi: {'; '.join(broken[:5])}"
        return IgateReply(call, Verdict.QUARANTINED, reason, received.body, request, warnings), None
    return _read(call, answer, received.body, request, warnings), found


def _read(call: Call, answer: Json, response: bytes, request: bytes, warnings: tuple[str, ...]) -> IgateReply:
    try:
        statistic.read(answer, statistic.asked_of(request))
    except PortalError as error:
        return IgateReply(call, Verdict.REJECTED, error.message_vi, response, request, warnings)
    return IgateReply(call, Verdict.ACCEPTED, "", response, request, warnings)


def _drifted(call: Call, memory: Memory, found: Fingerprint) -> tuple[list[str], tuple[str, ...]]:
    """What broke among the keys that are read, and what else has changed."""
    known = memory.structures.get(call.endpoint.name)
    if known is None:
        return [], ()
    changed = drift(Fingerprint.from_json(known), found)
    read = set(_paths_read(call.endpoint))
    broken = [text for text in changed.breaking if text.partition(": ")[0] in read]
    return broken, (*changed.additive, *(text for text in changed.breaking if text not in broken))


def _paths_read(endpoint: IgateEndpoint) -> Iterator[str]:
    """The paths of a fingerprint that the settings read, and what stands above them."""
    reading = endpoint.reading
    rows = f"{_ROOT}.{reading.rows}" if reading.rows else _ROOT
    fields = [reading.unit, reading.unit_name, *reading.measures]
    for path in (rows, *(f"{rows}[].{name}" for name in fields if name), f"{_ROOT}.{reading.total}"):
        keys = path.split(".")
        yield from (".".join(keys[:length]) for length in range(1, len(keys) + 1))


def _learned(memory: Memory, call: Call, found: Fingerprint, received: Received) -> Memory:
    name = call.endpoint.name
    known = memory.structures.get(name)
    structures: Mapping[str, str] = {
        **memory.structures,
        name: (merged(Fingerprint.from_json(known), found) if known else found).to_json(),
    }
    day = received.at.astimezone(VIETNAM).date().isoformat()
    today = {key: when for key, when in memory.accepted.items() if when == day}
    return replace(memory, structures=structures, accepted={**today, call.key: day})


def request_of(source: IgateSource, call: Call, received: Received) -> bytes:
    """Return the request as archived: what was asked, when, and how the answer is read; never the token."""
    said: dict[str, object] = {
        "kind": statistic.KIND,
        "source": source.name,
        "endpoint": call.endpoint.name,
        "method": "GET",
        "url": url_of(source, call),
        "period": {"from": call.period.start.isoformat(), "to": call.period.end.isoformat()},
        "unit": call.unit or None,
        "captured_at": received.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "reading": call.endpoint.reading.to_table(),
        "status": received.status,
        "elapsed_ms": round(1000 * received.seconds),
        "user_agent": source.user_agent,
    }
    if source.synthetic:
        said["synthetic"] = True
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
