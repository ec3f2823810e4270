"""One request over the network → what was received, or Unreachable; it never repeats, follows or pretends anything.

Repeating and following are the run's business: it counts every request against the daily cap and waits with the run's
own clock, which the retries inside the library would not.
"""

import hashlib
import re
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

import requests
import urllib3
from requests.adapters import HTTPAdapter

from collectors.home import ConfigError
from collectors.web.limits import Limits
from collectors.web.secrecy import redacted_text

SUCCESS = frozenset({200, 201})

_CHUNK = 1 << 16
_LONGEST = 32 << 20  # bytes; the longest response of the national portal seen has 0.3 MB
_LONGEST_REST = timedelta(days=30)
_DIGITS = re.compile(r"[0-9]{1,30}")  # headers are Latin-1, and there ² is a digit, too
_PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # content encoding → window bits of zlib

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Received:
    """An answer, sound or not. headers: names in lower case. whole: the transfer did not break off.

    body: all of it, or its first bytes where it was written to a file. size, sha256: of all of it, decoded.
    too_long: it was broken off by us. announced: its end was told, by length or by chunks; otherwise only the closed
    connection tells it, and a transfer cut short looks like a whole one.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    at: datetime
    seconds: float
    size: int = 0
    sha256: str = ""
    too_long: bool = False
    announced: bool = True

    @property
    def retry_after(self) -> timedelta | None:
        """How long the server asks us to wait, at most 30 days."""
        value = self.headers.get("retry-after", "").strip()
        if _DIGITS.fullmatch(value):
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
def open_session(limits: Limits, headers: Mapping[str, str]) -> Iterator[requests.Session]:
    """Yield a session for one run: one connection, our own name, certificates always checked.

    The environment is not looked at: no proxy, certificate or password (.netrc) but those of the settings.
    """
    if limits.ca_bundle and not Path(limits.ca_bundle).is_file():
        raise ConfigError(f"ca_bundle = {limits.ca_bundle!r}: không có tệp này.")
    with requests.Session() as session:
        session.trust_env = False
        session.verify = limits.ca_bundle or True
        session.proxies = {"http": limits.proxy, "https": limits.proxy} if limits.proxy else {}
        session.headers.clear()
        session.headers.update({**headers, "User-Agent": limits.user_agent})
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0))
        yield session


@dataclass(frozen=True, slots=True)
class Question:
    """One request. into: where the body of a success goes instead of memory. most: bytes, more is broken off.

    environment: use the proxy that the environment names for this address (HTTP_PROXY, NO_PROXY, …).
    """

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    into: BinaryIO | None = None
    most: int = _LONGEST
    environment: bool = False


def send(
    session: requests.Session, asked: Question, *, timeouts: tuple[float, float], clock: Clock, until: datetime
) -> Received:
    """Send one request and return what came back, byte for byte; Unreachable when nothing did.

    until: a response that trickles in is broken off at this time.
    """
    began = clock()
    proxies = requests.utils.get_environ_proxies(asked.url) if asked.environment and not session.proxies else None
    try:
        with session.request(
            asked.method,
            asked.url,
            data=asked.body,
            headers=asked.headers,
            timeout=timeouts,
            stream=True,
            allow_redirects=False,
            proxies=proxies,
        ) as response:
            taken = _Taken(response, asked)
            whole = taken.all(clock, until)
            names = {name.lower(): value for name, value in response.headers.items()}
            at = clock()
            return Received(
                status=response.status_code,
                headers=names,
                body=b"".join(taken.kept),
                whole=whole,
                at=at,
                seconds=(at - began).total_seconds(),
                size=taken.size,
                sha256=taken.digest.hexdigest(),
                too_long=taken.too_long,
                announced="content-length" in names or "chunked" in names.get("transfer-encoding", "").lower(),
            )
    except requests.exceptions.SSLError as error:
        trusted = not _because(error, ssl.SSLCertVerificationError)
        reason = "kết nối TLS bị ngắt" if trusted else "chứng thư của máy chủ không được tin; xem ca_bundle"
        raise Unreachable(f"{reason} ({_shown(error)})", temporary=trusted) from error
    except requests.exceptions.Timeout as error:
        raise Unreachable(f"quá thời gian chờ ({_shown(error)})", temporary=True) from error
    except ValueError as error:  # of this address, or of the one that a redirect leads to
        raise Unreachable(
            f"địa chỉ, hoặc nơi nó chuyển hướng tới, không dùng được ({_shown(error)})", temporary=False
        ) from error
    except requests.exceptions.RequestException as error:
        raise Unreachable(f"không kết nối được hoặc kết nối bị ngắt ({_shown(error)})", temporary=True) from error


class _Taken:
    """The body as far as it has come, decoded; a broken transfer keeps what came before it broke."""

    def __init__(self, response: requests.Response, asked: Question) -> None:
        self._response, self._most = response, asked.most
        self._into = asked.into if response.status_code in SUCCESS else None
        bits = _PACKED.get(response.headers.get("Content-Encoding", "").strip().lower())
        self._unpacking = zlib.decompressobj(bits) if bits else None
        self.kept: list[bytes] = []
        self.size = self._arrived = 0
        self.digest = hashlib.sha256()
        self.too_long = False

    def all(self, clock: Clock, until: datetime) -> bool:
        """Take everything; return whether all of it arrived.

        The library tells a transfer that is shorter than announced, but not a packed body that is cut short.
        """
        announced = self._response.headers.get("Content-Length", "")
        self.too_long = bool(_DIGITS.fullmatch(announced)) and int(announced) > self._most
        if self.too_long:
            return False
        try:
            for chunk in self._response.raw.stream(_CHUNK, decode_content=False):
                self._arrived += len(chunk)
                self._take(self._unpacked(chunk))
                if self.too_long or clock() > until:
                    return False
        except (urllib3.exceptions.HTTPError, OSError, zlib.error):
            return False
        return self._unpacking is None or self._unpacking.eof or not self._arrived

    def _unpacked(self, chunk: bytes) -> bytes:
        return chunk if self._unpacking is None else self._unpacking.decompress(chunk, self._most - self.size + 1)

    def _take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.digest.update(chunk)
        self.too_long = self.size > self._most
        if self._into is None:
            self.kept.append(chunk)
            return
        self._into.write(chunk)
        if sum(map(len, self.kept)) < _CHUNK:
            self.kept.append(chunk)


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
