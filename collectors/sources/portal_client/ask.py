"""One question to the portal → one answer with its judgement; what time can heal is asked again (see `again`)."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

import requests

from collectors.sources.portal_client.asking import body_of, canonical, url_of
from collectors.sources.portal_client.fingerprint import Fingerprint
from collectors.sources.portal_client.judge import Judgement, judge
from collectors.sources.portal_client.plan import PlannedCall, Verdict
from collectors.sources.portal_client.settings import PortalSettings
from collectors.sources.portal_v2 import looks_like
from collectors.web.again import Trouble, persist
from collectors.web.meaning import Meaning, meaning_of, refusal_of
from collectors.web.pace import Pace
from collectors.web.transport import Clock, Question, Received, Unreachable, send

_log = logging.getLogger(__name__)

OnBytes = Callable[[PlannedCall, bytes, bytes, int], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back in the end."""

    received: Received
    request: bytes
    judgement: Judgement


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
        return persist(
            lambda wait: self._once(call, body, wait, known=known, least_rows=least_rows),
            broken=lambda answer: answer.judgement.broken,
        )

    def _once(
        self, call: PlannedCall, body: dict[str, object], wait: float, *, known: Fingerprint | None, least_rows: int
    ) -> Answer:
        received = self._send(call, body, wait)
        request = canonical(self.config, call, body, received)
        self.on_bytes(call, received.body, request, received.status)
        meaning = meaning_of(received, opens_answer=looks_like)
        if meaning is Meaning.TEMPORARY:
            raise Trouble(f"Cổng trả mã {received.status}", retry_after=received.retry_after)
        if meaning is Meaning.BLOCKED:
            return Answer(received, request, Judgement(Verdict.BLOCKED, refusal_of(received, "Cổng")))
        if meaning is not Meaning.ANSWER:
            reason = f"Cổng trả mã {received.status}: yêu cầu không còn đúng, có thể đường dẫn đã đổi"
            return Answer(received, request, Judgement(Verdict.REJECTED, reason))
        return Answer(received, request, judge(received, request, call, known=known, least_rows=least_rows))

    def _send(self, call: PlannedCall, body: dict[str, object], wait: float) -> Received:
        self.pace.turn(wait)
        url = url_of(self.config, call)
        sent = json.dumps(body, separators=(",", ":")).encode()
        try:
            asked = Question("POST", url, body=sent)
            received = send(self.session, asked, timeouts=self.config.timeouts, clock=self.clock, until=self.pace.until)
        except Unreachable as error:
            _log.warning("POST %s: %s", url, error.reason)
            raise Trouble(error.reason, temporary=error.temporary) from error
        _log.info("POST %s: %d, %d bytes, %.1f s", url, received.status, len(received.body), received.seconds)
        return received
