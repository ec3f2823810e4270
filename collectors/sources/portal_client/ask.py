"""One question → one answer with its judgement; what time can heal is asked again, and nothing else.

answer or sign                            asked again
500, 502, 503, 504, timeout, reset        three times, after 5, 15, 45 s or as Retry-After says, if that is not too long
truncated JSON, transfer broken off       once, after 5 s
anything else                             never in this run
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import requests

from collectors.sources.portal_client.asking import body_of, canonical, url_of
from collectors.sources.portal_client.fingerprint import Fingerprint
from collectors.sources.portal_client.judge import Judgement, Meaning, judge, meaning_of, refusal_of
from collectors.sources.portal_client.pace import Pace
from collectors.sources.portal_client.plan import PlannedCall, Verdict
from collectors.sources.portal_client.settings import PortalSettings
from collectors.sources.portal_client.transport import Clock, Received, Unreachable, post

WAITS = (5.0, 15.0, 45.0)
_LONGEST_WAIT = timedelta(minutes=5)  # a portal that asks for more is left alone until the next run

_log = logging.getLogger(__name__)

OnBytes = Callable[[PlannedCall, bytes, bytes, int], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back in the end."""

    received: Received
    request: bytes
    judgement: Judgement


class NoAnswer(Exception):
    """Nothing came back that could be judged, however often asked."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one question after the other over one session."""

    config: PortalSettings
    session: requests.Session
    pace: Pace
    clock: Clock
    on_bytes: OnBytes

    def ask(
        self, call: PlannedCall, *, root_id: str | None, page: int, known: Fingerprint | None, least_rows: int
    ) -> Answer:
        """Return the answer to one question; raises NoAnswer, or Stop when no request may go out any more."""
        body = body_of(self.config, call, root_id=root_id, page=page)
        waits = list(WAITS)
        wait, again = 0.0, True
        while True:
            try:
                answer = self._once(call, body, wait, known=known, least_rows=least_rows)
            except _Trouble as trouble:
                if not waits or trouble.retry_after > _LONGEST_WAIT or not trouble.temporary:
                    raise NoAnswer(trouble.reason) from trouble
                wait = max(waits.pop(0), trouble.retry_after.total_seconds())
                continue
            if not (answer.judgement.broken and again):
                return answer
            wait, again = WAITS[0], False

    def _once(
        self, call: PlannedCall, body: dict[str, object], wait: float, *, known: Fingerprint | None, least_rows: int
    ) -> Answer:
        received = self._send(call, body, wait)
        request = canonical(self.config, call, body, received)
        self.on_bytes(call, received.body, request, received.status)
        meaning = meaning_of(received)
        if meaning is Meaning.TEMPORARY:
            raise _Trouble(f"Cổng trả mã {received.status}", retry_after=received.retry_after)
        if meaning is Meaning.BLOCKED:
            return Answer(received, request, Judgement(Verdict.BLOCKED, refusal_of(received)))
        if meaning is Meaning.WRONG:
            reason = f"Cổng trả mã {received.status}: yêu cầu không còn đúng, có thể đường dẫn đã đổi"
            return Answer(received, request, Judgement(Verdict.REJECTED, reason))
        return Answer(received, request, judge(received, request, call, known=known, least_rows=least_rows))

    def _send(self, call: PlannedCall, body: dict[str, object], wait: float) -> Received:
        self.pace.turn(wait)
        url = url_of(self.config, call)
        sent = json.dumps(body, separators=(",", ":")).encode()
        try:
            received = post(
                self.session, url, sent, timeouts=self.config.timeouts, clock=self.clock, until=self.pace.until
            )
        except Unreachable as error:
            _log.warning("POST %s: %s", url, error.reason)
            raise _Trouble(error.reason, temporary=error.temporary) from error
        _log.info("POST %s: %d, %d bytes, %.1f s", url, received.status, len(received.body), received.seconds)
        return received


class _Trouble(Exception):
    """This request came to nothing."""

    def __init__(self, reason: str, *, temporary: bool = True, retry_after: timedelta | None = None) -> None:
        self.reason, self.temporary, self.retry_after = reason, temporary, retry_after or timedelta()
        super().__init__(reason)
