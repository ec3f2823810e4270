"""A portal of our own making on 127.0.0.1: it answers in the recorded shape, and fails on demand.

Everything it says is synthetic: the small invented province of `tests/exports/portal_v2`, in a country of 34.
For a demonstration: `python tests/portal_server.py --port 8787`, then `base_url = "http://127.0.0.1:8787"` and
`synthetic = true` in the settings of the portal.
"""

import argparse
import copy
import gzip
import json
import socket
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "exports" / "portal_v2"
PREFIX = "/api/v1/reporting/"
FILES = {
    "evaluation/service-results": "service-results.month-2026-08.H35.json",
    "evaluation/transparency": "transparency.month-2026-08.H35.json",
    "evaluation/dvc-progress-tree": "dvc-progress-tree.month-2026-08.H35.json",
    "evaluation/provide-online-tree": "provide-online-tree.month-2026-08.H35.json",
    "evaluation/formality-online-payment-tree": "formality-online-payment-tree.month-2026-08.H35.json",
    "evaluation/dossier-digitized": "dossier-digitized.month-2026-08.H35.json",
    "evaluation/handling-satisfaction": "handling-satisfaction.month-2026-08.H35.json",
    "formalities": "formalities.H35.json",
}
ROOT_CODE, ROOT_ID = "H35", "019d0000-0000-7000-8000-000000003500"
FORBIDDEN_PAGE = b"<html><head><title>403 Forbidden</title></head><body><h1>Forbidden</h1></body></html>"
FIREWALL_PAGE = (
    b"<html><head><title>Request Rejected</title></head><body>The requested URL was rejected."
    b" Please consult with your administrator.<br>Your support ID is: 1234567890</body></html>"
)

Mutation = Callable[[dict[str, Any]], object]


class Fault(StrEnum):
    """What can go wrong with one answer."""

    TIMEOUT = "timeout"
    RESET = "reset"
    RESET_MIDWAY = "reset midway"
    FORBIDDEN = "403 page"
    UNAUTHORIZED = "401"
    TOO_MANY = "429 with Retry-After"
    FIREWALL = "200 page of a firewall"
    UNAVAILABLE = "503"
    BUSY = "503 with Retry-After"
    BAD_GATEWAY = "502 page"
    NOT_FOUND = "404 page"
    MOVED = "302"
    TRUNCATED = "fewer bytes than announced"
    CUT = "JSON cut short"
    CUT_GZIP = "gzip cut short"
    TRICKLE = "one byte at a time"
    NOT_JSON = "JSON called text"
    ERROR_CODE = "code ERROR"
    CHANGED_KEY = "a key renamed"
    ADDED_KEY = "a key more"
    MISSING_UNIT = "one unit less"
    MISSING_GROUP = "one group or metric less"
    WRONG_ROOT = "another province"
    TWO_PAGES = "half of the rows, one more page announced"
    REPEATED_PAGE = "the first page again"
    TWICE = "the same unit twice"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    endpoint: str
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def national(self) -> bool:
        return "departmentType" in self.body


@dataclass
class Portal:
    """What the server says. fail: the next answers of an endpoint. change: all of its answers from now on."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    procedures: int = 5
    page_size: int = 0
    root_id: str = ROOT_ID
    _faults: dict[str, deque[Fault | None]] = field(default_factory=lambda: defaultdict(deque))
    _changes: dict[str, list[Mutation]] = field(default_factory=lambda: defaultdict(list))
    _over: threading.Event = field(default_factory=threading.Event)

    def fail(self, endpoint: str, *faults: Fault | None) -> None:
        self._faults[endpoint].extend(faults)

    def change(self, endpoint: str, mutation: Mutation) -> None:
        self._changes[endpoint].append(mutation)

    def next_fault(self, asked: Asked) -> Fault | None:
        waiting = self._faults[f"{asked.endpoint}/VN" if asked.national else asked.endpoint]
        return waiting.popleft() if waiting else None

    def stop(self) -> None:
        self._over.set()

    def wait(self) -> None:
        """Keep a client waiting until the server stops."""
        self._over.wait(30)

    def answer(self, asked: Asked, fault: Fault | None) -> dict[str, Any]:
        """The envelope for one request."""
        document = json.loads((RECORDED / FILES[asked.endpoint]).read_text(encoding="utf-8"))
        data = document["data"]
        if asked.endpoint == "formalities":
            self._turn_to_page(data, asked, fault)
        elif asked.national:
            _make_national(data, self.root_id)
        else:
            _say_root(data, self.root_id)
        if "pagination" in data and asked.endpoint != "formalities":
            data["pagination"] |= {"currentPage": asked.body["currentPage"], "pageSize": asked.body["pageSize"]}
        for mutation in self._changes[f"{asked.endpoint}/VN" if asked.national else asked.endpoint]:
            mutation(data)
        if fault is not None:
            _spoil(document, fault)
        return document

    def _turn_to_page(self, data: dict[str, Any], asked: Asked, fault: Fault | None) -> None:
        size = self.page_size or asked.body["pageSize"]
        page = 1 if fault is Fault.REPEATED_PAGE else asked.body["currentPage"]
        rows = [_procedure(data["items"], number) for number in range(self.procedures)]
        data["items"] = rows[(page - 1) * size : page * size]
        said = asked.body["currentPage"]
        data["pagination"] = {
            "total": self.procedures,
            "currentPage": said,
            "pageSize": size,
            "totalPages": -(-self.procedures // size),
        }


def _procedure(items: list[dict[str, Any]], number: int) -> dict[str, Any]:
    row = copy.deepcopy(items[number % len(items)])
    return row | {"id": f"019d0000-0000-7000-8000-{90_000 + number:012}", "code": f"1.{1000 + number:06}"}


def _make_national(data: dict[str, Any], root_id: str) -> None:
    """Turn the province's overview into the country's: 34 provinces, one of them ours."""
    data["overview"] |= {"departmentName": "Cả nước", "departmentCode": None}
    numbers = [35, *(number for number in range(1, 35))]
    data["evaluation"] = [
        {
            "departmentId": root_id if number == 35 else f"019d0000-0000-7000-8000-0000000{number:05}",
            "departmentName": f"UBND tỉnh {number}",
            "departmentCode": f"H{number:02}",
            "totalScore": 60.5,
            "ratio": 60.5,
            "scoreDelta": None,
            "groupScores": {"CKMB": 8, "TDGQ": 17, "CLGQ": 8.5, "TTTT": 6, "MDHL": 11, "MDSH": 10},
        }
        for number in numbers[:34]
    ]


def _say_root(data: dict[str, Any], root_id: str) -> None:
    root = data.get("overview") or data["parent"]
    if "departmentId" in root:
        root["departmentId"] = root_id


def _spoil(document: dict[str, Any], fault: Fault) -> None:
    data = document["data"]
    rows = data.get("evaluation") or data.get("children") or data.get("items")
    root = data.get("overview") or data.get("parent") or rows[0]
    if fault is Fault.ERROR_CODE:
        document |= {"code": "ERROR", "message": "Có lỗi xảy ra"}
    elif fault is Fault.CHANGED_KEY:
        for row in [root, *rows]:
            row["tenDonVi"] = row.pop("departmentName", row.pop("name", None))
    elif fault is Fault.ADDED_KEY:
        for row in [root, *rows]:
            row["note"] = "mới"
    elif fault is Fault.MISSING_UNIT:
        rows.pop(0)
    elif fault is Fault.MISSING_GROUP:
        (data.get("radar") or root["metrics"]).pop(0)
    elif fault is Fault.TWICE:
        rows[1] = rows[0]
    elif fault is Fault.WRONG_ROOT:
        root |= {"departmentCode": "H01"} if "departmentCode" in root else {}
        root |= {"departmentId": "019d0000-0000-7000-8000-0000000000ff"} if "departmentId" in root else {}
    elif fault is Fault.TWO_PAGES:
        data["pagination"] |= {"total": 2 * len(rows), "totalPages": 2}


class Speaking(BaseHTTPRequestHandler):
    """How our servers speak, and how they break off."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _say(
        self,
        status: int,
        content: bytes,
        *,
        kind: str = "application/json; charset=utf-8",
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.send_header("Set-Cookie", "TS0123=synthetic-cookie")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> None:
        """Break the connection off with RST instead of an orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.connection.close()  # it was reset on purpose, or the client has gone

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Answering(Speaking):
    portal: Portal

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = Asked(self.path.partition(PREFIX)[2], body, {k.lower(): v for k, v in self.headers.items()})
        self.portal.asked.append(asked)
        fault = self.portal.next_fault(asked)
        if asked.endpoint not in FILES:
            return self._say(404, b"<html><body>Not Found</body></html>", kind="text/html")
        if self._fail(fault):
            return None
        content = json.dumps(self.portal.answer(asked, fault), ensure_ascii=False).encode()
        return self._send(content, fault)

    def _fail(self, fault: Fault | None) -> bool:
        """Answer with a fault of the transport or of the server; False when it is a fault of the content, or none."""
        pages = {
            Fault.FORBIDDEN: (403, FORBIDDEN_PAGE, {}),
            Fault.UNAUTHORIZED: (401, b'{"code":"UNAUTHORIZED","data":null,"message":""}', {}),
            Fault.TOO_MANY: (429, b"{}", {"Retry-After": "172800"}),
            Fault.FIREWALL: (200, FIREWALL_PAGE, {}),
            Fault.UNAVAILABLE: (503, b"{}", {}),
            Fault.BUSY: (503, b"{}", {"Retry-After": "60"}),
            Fault.BAD_GATEWAY: (502, b"<html><body>502 Bad Gateway</body></html>", {}),
            Fault.NOT_FOUND: (404, b"<html><body>Not Found</body></html>", {}),
            Fault.MOVED: (302, b"", {"Location": "/login"}),
        }
        if fault in pages:
            status, page, headers = pages[fault]
            kind = "text/html" if page.startswith(b"<") else "application/json"
            self._say(status, page, kind=kind, headers=headers)
        elif fault is Fault.TIMEOUT:
            self.close_connection = True
            self.portal.wait()
        elif fault is Fault.RESET:
            self._reset()
        else:
            return False
        return True

    def _send(self, content: bytes, fault: Fault | None) -> None:
        if fault in (Fault.TRUNCATED, Fault.RESET_MIDWAY):
            self._say(201, content[: len(content) // 2], length=len(content))
            self.wfile.flush()
            self.close_connection = True
            if fault is Fault.RESET_MIDWAY:
                self._reset()
        elif fault is Fault.CUT:
            self._say(201, content[: len(content) // 2])
        elif fault is Fault.CUT_GZIP:
            self._say(201, gzip.compress(content)[:-200], headers={"Content-Encoding": "gzip"})
        elif fault is Fault.TRICKLE:
            self._say(201, content[:1], length=len(content))
            self.wfile.flush()
            self.close_connection = True
            self.portal.wait()
        elif fault is Fault.NOT_JSON:
            self._say(201, content, kind="text/plain")
        else:
            zipped = "gzip" in self.headers.get("Accept-Encoding", "")
            headers = {"Content-Encoding": "gzip"} if zipped else {}
            self._say(201, gzip.compress(content) if zipped else content, headers=headers)


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler], *, port: int = 0) -> Iterator[str]:
    """Serve on 127.0.0.1 until the block ends, and yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def portal_server(portal: Portal | None = None, *, port: int = 0) -> Iterator[Portal]:
    """Serve a portal on 127.0.0.1 until the block ends."""
    portal = portal or Portal()
    with listening(type("Answering", (_Answering,), {"portal": portal}), port=port) as portal.url:
        try:
            yield portal
        finally:
            portal.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve synthetic answers in the shape of the national portal.")
    parser.add_argument("--port", type=int, default=8787)
    with portal_server(port=parser.parse_args().port) as serving:
        print(
            f'Synthetic portal: base_url = "{serving.url}", synthetic = true, root_code = "{ROOT_CODE}". Ctrl+C ends it.'
        )
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
