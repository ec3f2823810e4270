"""Addresses → what stands there: asked politely, followed only to hosts we know, checked to be whole.

condition                                         behaviour
401, 403, 429, page of HTML instead of an answer  Blocked: the caller opens the circuit
another 4xx, a redirect elsewhere, too large      Wrong: not asked again in this run
cut short                                         asked once more, then Wrong
broken although it came whole (JSON)              asked once more; the caller judges what comes then
an end that nothing announces                     asked twice; Wrong unless both answers are the same bytes
no answer (see `again`)                           NoAnswer
cap or window used up                             Stop
"""

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from collectors.web.again import Trouble, persist
from collectors.web.limits import Limits
from collectors.web.meaning import Meaning, meaning_of, refusal_of
from collectors.web.pace import Pace
from collectors.web.secrecy import redacted_text
from collectors.web.transport import Clock, Question, Received, Unreachable, send

_MOVED = frozenset({301, 302, 303, 307, 308})
_HOPS = 5

_log = logging.getLogger(__name__)


class Blocked(Exception):
    """The server says no."""

    def __init__(self, received: Received, reason: str) -> None:
        self.received, self.reason = received, reason
        super().__init__(reason)


class Wrong(Exception):
    """What is asked for is not there as asked; asking again in this run does not help."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for at one address.

    hosts: where a redirect may lead, besides the host asked; None: nowhere. into: file for the body of a success.
    most: bytes. opens: whether first bytes open what is wanted (a page of HTML that does not is a refusal).
    sound: whether a body that came whole is not broken all the same, as JSON cut off before it was sent is.
    """

    url: str
    opens: Callable[[bytes], bool]
    most: int
    headers: Mapping[str, str]
    hosts: Collection[str] | None = None
    into: Path | None = None
    sound: Callable[[bytes], bool] = lambda _: True


def _is_broken(received: Received, wanted: Wanted) -> bool:
    """Whether asking once more may bring more; what is longer than wanted was broken off by us."""
    return not received.too_long and not (received.whole and wanted.sound(received.body))


@dataclass(frozen=True, slots=True)
class Visitor:
    """Asks one server for one thing after the other over one session; who: what it is called in messages."""

    limits: Limits
    session: requests.Session
    pace: Pace
    clock: Clock
    who: str

    def get(self, wanted: Wanted) -> Received:
        """Return the answer: status 200, 201 or 304, whole; raises what the table above says."""
        received = self._whole(wanted)
        if received.announced or not received.body:
            return received
        again = self._whole(wanted)
        if again.sha256 != received.sha256:
            raise Wrong(f"{self.who} không báo độ dài, và hai lần tải cho hai kết quả khác nhau: có thể tệp bị cắt cụt")
        return again

    def _whole(self, wanted: Wanted) -> Received:
        received = persist(lambda wait: self._once(wanted, wait), broken=lambda one: _is_broken(one, wanted))
        if received.too_long:
            raise Wrong(f"phản hồi lớn hơn {wanted.most / (1 << 20):g} MB; nếu đúng là tệp cần lấy, tăng max_megabytes")
        if not received.whole:
            raise Wrong("phản hồi bị cắt giữa chừng khi truyền")
        return received

    def _once(self, wanted: Wanted, wait: float) -> Received:
        url = wanted.url
        for _ in range(_HOPS):
            received = self._send(url, wanted, wait)
            if received.status not in _MOVED:
                return self._sound(received, wanted)
            url, wait = self._next(url, received, wanted), 0.0
        raise Wrong(f"{self.who} chuyển hướng hơn {_HOPS} lần")

    def _sound(self, received: Received, wanted: Wanted) -> Received:
        meaning = meaning_of(received, opens_answer=wanted.opens)
        if meaning is Meaning.TEMPORARY:
            raise Trouble(f"{self.who} trả mã {received.status}", retry_after=received.retry_after)
        if meaning is Meaning.BLOCKED:
            raise Blocked(received, refusal_of(received, self.who))
        if meaning is Meaning.WRONG:
            raise Wrong(f"{self.who} trả mã {received.status}: đường dẫn không còn đúng")
        return received

    def _next(self, url: str, received: Received, wanted: Wanted) -> str:
        """Return where a redirect leads, if it may be followed."""
        target = urljoin(url, received.headers.get("location", ""))
        before, after = urlsplit(url), urlsplit(target)
        if wanted.hosts is None:
            raise Wrong(f"{self.who} chuyển hướng (mã {received.status}) tới {after.hostname}: không đi theo")
        if after.scheme not in ("https", before.scheme) or after.scheme not in ("http", "https"):
            raise Wrong(f"{self.who} chuyển hướng sang {after.scheme}://: chỉ đi theo https, hoặc http nếu đã là http")
        if after.hostname not in {before.hostname, *wanted.hosts}:
            raise Wrong(
                f"{self.who} chuyển hướng sang máy chủ khác: {after.hostname}; nếu tin máy chủ đó, thêm tên nó vào allow_hosts"
            )
        return target

    def _send(self, url: str, wanted: Wanted, wait: float) -> Received:
        self.pace.turn(wait)
        shown = redacted_text(url)
        try:
            with wanted.into.open("wb") if wanted.into else nullcontext() as file:
                asked = Question("GET", url, None, wanted.headers, file, wanted.most, environment=True)
                received = send(
                    self.session, asked, timeouts=self.limits.timeouts, clock=self.clock, until=self.pace.until
                )
        except Unreachable as error:
            _log.warning("GET %s: %s", shown, error.reason)
            raise Trouble(error.reason, temporary=error.temporary) from error
        _log.info("GET %s: %d, %d bytes, %.1f s", shown, received.status, received.size, received.seconds)
        return received
