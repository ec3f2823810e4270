"""A server of our own making on 127.0.0.1 that hands out files, a CKAN catalogue or iGate statistics, and fails on demand.

Everything it says is synthetic.
"""

import gzip
import json
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.portal_server import FIREWALL_PAGE, FORBIDDEN_PAGE, Speaking, listening

LOGIN_PAGE = b"<!DOCTYPE html><html><body><form action='/login'>Dang nhap</form></body></html>"


class Trouble(StrEnum):
    """What can go wrong with one answer."""

    FORBIDDEN = "403 page"
    UNAUTHORIZED = "401"
    TOO_MANY = "429 with Retry-After"
    SAID_NO = "429 with the headers of the file"
    FIREWALL = "200 page of a firewall"
    LOGIN = "200 page to log in"
    ERROR = "500"
    GONE = "404"
    RESET = "reset"
    TRUNCATED = "fewer bytes than announced"
    UNANNOUNCED = "no length, then closed"
    UNANNOUNCED_CUT = "no length, closed too early"
    PACKED = "gzip"
    PACKED_CUT = "gzip cut short"
    NOT_MODIFIED = "304 to anybody"
    HALF_JSON = "200, whole as announced, but half of the JSON"


@dataclass(frozen=True, slots=True)
class Got:
    """One request as it arrived. path: without the query; whole where it came to us as to a proxy."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class Files:
    """What stands where: bytes with their headers; or a place elsewhere."""

    url: str = ""
    asked: list[Got] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    moved: dict[str, str] = field(default_factory=dict)
    _troubles: dict[str, deque[Trouble | None]] = field(default_factory=lambda: defaultdict(deque))

    def put(self, path: str, content: bytes | object, **headers: str) -> None:
        self.contents[path] = content if isinstance(content, bytes) else json.dumps(content).encode()
        kind = {} if isinstance(content, bytes) else {"Content-Type": "application/json"}
        self.headers[path] = {**kind, **{name.replace("_", "-"): value for name, value in headers.items()}}

    def fail(self, path: str, *troubles: Trouble | None) -> None:
        self._troubles[path].extend(troubles)

    def next_trouble(self, path: str) -> Trouble | None:
        waiting = self._troubles[path]
        return waiting.popleft() if waiting else None

    def paths(self) -> list[str]:
        return [got.path for got in self.asked]


class _Handing(Speaking):
    files: Files

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.path
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.files.asked.append(Got(path, query, {k.lower(): v for k, v in self.headers.items()}))
        trouble = self.files.next_trouble(path)
        if trouble is not None and self._trouble(trouble, self.files.contents.get(path, b"")):
            return
        if path in self.files.moved:
            self._say(302, b"", headers={"Location": self.files.moved[path]})
        elif path not in self.files.contents:
            self._say(404, b"<html><body>Not Found</body></html>", kind="text/html")
        else:
            self._hand_out(path)

    def _hand_out(self, path: str) -> None:
        headers = dict(self.files.headers[path])
        kind = headers.pop("Content-Type", "application/octet-stream")
        asked = self.files.asked[-1].headers
        known = (asked.get("if-none-match"), asked.get("if-modified-since"))
        there = (headers.get("ETag"), headers.get("Last-Modified"))
        if any(one is not None and one == other for one, other in zip(known, there, strict=True)):
            self.send_response(304)
            self.end_headers()
            return
        self._say(200, self.files.contents[path], kind=kind, headers=headers)

    def _trouble(self, trouble: Trouble, content: bytes) -> bool:
        pages: dict[Trouble, tuple[int, bytes, dict[str, str]]] = {
            Trouble.FORBIDDEN: (403, FORBIDDEN_PAGE, {}),
            Trouble.UNAUTHORIZED: (401, b'{"error":"invalid_token"}', {}),
            Trouble.SAID_NO: (429, b"", dict(self.files.headers[urlsplit(self.path).path])),
            Trouble.TOO_MANY: (429, b"", {"Retry-After": "172800"}),
            Trouble.FIREWALL: (200, FIREWALL_PAGE, {}),
            Trouble.LOGIN: (200, LOGIN_PAGE, {}),
            Trouble.ERROR: (500, b"", {}),
            Trouble.GONE: (404, b"", {}),
        }
        if trouble in pages:
            status, page, headers = pages[trouble]
            self._say(status, page, kind="text/html" if page.startswith(b"<") else "text/plain", headers=headers)
        elif trouble is Trouble.RESET:
            self._reset()
        elif trouble is Trouble.TRUNCATED:
            self._say(200, content[: len(content) // 2], kind="text/csv", length=len(content))
            self.wfile.flush()
            self.close_connection = True
        elif trouble is Trouble.HALF_JSON:
            self._say(200, content[: len(content) // 2], kind="application/json")
        elif trouble in (Trouble.UNANNOUNCED, Trouble.UNANNOUNCED_CUT):
            self._say_without_end(content if trouble is Trouble.UNANNOUNCED else content[: len(content) // 2])
        elif trouble in (Trouble.PACKED, Trouble.PACKED_CUT):
            packed = gzip.compress(content)
            packed = packed if trouble is Trouble.PACKED else packed[:-20]
            self._say(200, packed, kind="text/csv", headers={"Content-Encoding": "gzip"})
        elif trouble is Trouble.NOT_MODIFIED:
            self.send_response(304)
            self.end_headers()
        return True

    def _say_without_end(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True


@contextmanager
def file_server() -> Iterator[Files]:
    """Serve files on 127.0.0.1 until the block ends."""
    files = Files()
    with listening(type("Handing", (_Handing,), {"files": files})) as files.url:
        yield files


def catalogue(*resources: dict[str, Any]) -> dict[str, Any]:
    """What CKAN answers to package_show (API guide, version 3), as far as it is read."""
    return {"help": "…", "success": True, "result": {"id": "d", "name": "ho-so", "resources": list(resources)}}


def resource(url: str, name: str, kind: str, changed: str | None, **more: Any) -> dict[str, Any]:
    """One resource of a data set."""
    return {"id": f"id-{name}", "name": name, "format": kind, "url": url, "last_modified": changed, **more}
