"""One request over the network → what was received, or Unreachable; it never repeats, follows or pretends anything.

Repeating is the run's business: it counts every request against the daily cap and waits with the run's own clock,
which the retries inside the library would not.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from collectors.sources.portal_client.secrecy import redacted_text
from collectors.sources.portal_client.settings import PortalSettings, PortalSettingsError, headers

_CHUNK = 1 << 16
_LONGEST = 32 << 20  # bytes; the longest response seen has 0.3 MB
_LONGEST_REST = timedelta(days=30)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Received:
    """An answer, sound or not. headers: names in lower case. whole: the transfer did not break off."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    at: datetime
    seconds: float

    @property
    def retry_after(self) -> timedelta | None:
        """How long the portal asks us to wait, at most 30 days."""
        value = self.headers.get("retry-after", "").strip()
        if value.isdigit():
            return timedelta(seconds=min(int(value[:12]), int(_LONGEST_REST.total_seconds())))
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(moment - self.at, timedelta()), _LONGEST_REST)


class Unreachable(Exception):
    """No answer at all. temporary: time may heal it (not a certificate that is not trusted)."""

    def __init__(self, reason: str, *, temporary: bool) -> None:
        self.reason, self.temporary = reason, temporary
        super().__init__(reason)


@contextmanager
def open_session(config: PortalSettings) -> Iterator[requests.Session]:
    """Yield a session for one run: one connection, our own name, certificates always checked.

    The environment is not looked at: no proxy, certificate or password (.netrc) but those of the settings.
    """
    if config.ca_bundle and not Path(config.ca_bundle).is_file():
        raise PortalSettingsError(f"[portal] ca_bundle = {config.ca_bundle!r}: không có tệp này.")
    with requests.Session() as session:
        session.trust_env = False
        session.verify = config.ca_bundle or True
        session.proxies = {"http": config.proxy, "https": config.proxy} if config.proxy else {}
        session.headers.clear()
        session.headers.update({**headers(), "User-Agent": config.user_agent})
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0))
        yield session


def post(
    session: requests.Session, url: str, body: bytes, *, timeouts: tuple[float, float], clock: Clock, until: datetime
) -> Received:
    """Send one request and return what came back, byte for byte; Unreachable when nothing did.

    until: a response that trickles in is broken off at this time.
    """
    began = clock()
    try:
        with session.post(url, data=body, timeout=timeouts, stream=True, allow_redirects=False) as response:
            content, whole = _content(response, clock, until)
            names = {name.lower(): value for name, value in response.headers.items()}
            at = clock()
            return Received(response.status_code, names, content, whole, at, (at - began).total_seconds())
    except requests.exceptions.SSLError as error:
        trusted = not _because(error, ssl.SSLCertVerificationError)
        reason = "kết nối TLS bị ngắt" if trusted else "chứng thư của máy chủ không được tin; xem ca_bundle"
        raise Unreachable(f"{reason} ({_shown(error)})", temporary=trusted) from error
    except requests.exceptions.Timeout as error:
        raise Unreachable(f"quá thời gian chờ ({_shown(error)})", temporary=True) from error
    except requests.exceptions.RequestException as error:
        raise Unreachable(f"không kết nối được hoặc kết nối bị ngắt ({_shown(error)})", temporary=True) from error


def _content(response: requests.Response, clock: Clock, until: datetime) -> tuple[bytes, bool]:
    """The body, and whether all of it arrived; a broken transfer keeps what came before it broke."""
    chunks: list[bytes] = []
    size = 0
    try:
        for chunk in response.iter_content(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > _LONGEST or clock() > until:
                return b"".join(chunks), False
    except requests.exceptions.RequestException:
        return b"".join(chunks), False
    return b"".join(chunks), True


def _because(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether an error of this kind lies behind another, as its cause or as its argument."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        if isinstance(current, kind):
            return True
        seen.add(id(current))
        inner = [
            value for value in (*current.args, getattr(current, "reason", None)) if isinstance(value, BaseException)
        ]
        waiting += [current.__cause__, current.__context__, *inner]
    return False


def _shown(error: Exception) -> str:
    return redacted_text(f"{type(error).__name__}: {error}"[:200])
