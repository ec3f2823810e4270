"""An address → a file to be collected as if it had been dropped into the inbox, or "unchanged"."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.message import Message
from pathlib import Path
from urllib.parse import unquote, urlsplit

from collectors.home import VIETNAM
from collectors.period import Kind, Period, containing
from collectors.sources.remote.memory import KnownFile
from collectors.sources.remote.settings import CkanSource, UrlSource
from collectors.web.secrecy import redacted_text
from collectors.web.transport import Received
from collectors.web.visit import Visitor, Wanted, Wrong

HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip"}

_UNCHANGED = 304
_LONGEST_NAME = 200  # bytes of UTF-8; file systems take 255, and the request beside the file has a longer ending
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What stands at an address. path: the file with its capture time beside it; None: it has not changed.

    captured_at: UTC. known: what to remember once the file has been taken.
    """

    address: str
    path: Path | None
    captured_at: datetime
    known: KnownFile


def period_of_url(source: UrlSource, today: date) -> Period | None:
    """Return the period that is asked for: the one in which yesterday lies, so that each is asked for once complete."""
    return containing(Kind(source.period), today - timedelta(days=1)) if source.period else None


def address_of(source: UrlSource, period: Period | None) -> str:
    """Return the address of the file of a period."""
    if period is None:
        return source.url
    return source.url.format_map(
        {
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "year": f"{period.start.year}",
            "month": f"{period.start.month:02}",
        }
    )


def fetch_file(
    visitor: Visitor,
    source: UrlSource | CkanSource,
    address: str,
    *,
    hosts: tuple[str, ...],
    known: KnownFile | None,
    folder: Path,
    period: Period | None = None,
) -> FileAnswer:
    """Return what stands at an address; the file is left in `folder` under its real name.

    known: a file of this address that was taken before; the server is asked for it only if it has changed.
    Raises what `Visitor.get` raises, and Wrong for a name without the day that captured_at looks for.
    """
    draft = folder / ".download"
    headers = {**HEADERS, **(_conditions(known) if known else {})}
    received = visitor.get(Wanted(address, opens_file, source.most, headers, hosts, draft))
    if received.status == _UNCHANGED:
        if known is None:
            raise Wrong("máy chủ trả mã 304 (chưa đổi) dù chưa tải lần nào")
        draft.unlink(missing_ok=True)
        return FileAnswer(address, None, _captured(source, known.file_name, received), known)
    name = safe_name(received.headers, address, instead=source.name)
    moment = _captured(source, name, received)
    path = draft.rename(folder / name)
    about = {"captured_at": moment.isoformat(), "url": redacted_text(address), "source": source.name}
    about |= {"period": period.label} if period else {}
    path.with_suffix(".request.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    now_known = KnownFile(
        received.sha256, name, received.headers.get("etag", ""), received.headers.get("last-modified", "")
    )
    return FileAnswer(address, path, moment, now_known)


def opens_file(head: bytes) -> bool:
    """Whether first bytes can open an export: anything but a page of HTML without a table."""
    start = head.lower()
    return not start.startswith(b"<") or start.startswith(b"<?xml") or b"<table" in start


def safe_name(headers: Mapping[str, str], address: str, *, instead: str) -> str:
    """Return the name of a file as the server or the address gives it, fit for any file system and for our folders."""
    said = _said(headers.get("content-disposition", "")) or unquote(urlsplit(address).path)
    name = unicodedata.normalize("NFC", said.replace("\\", "/").rpartition("/")[2])
    name = _UNSAFE.sub("_", name).encode()[-_LONGEST_NAME:].decode("utf-8", "ignore").strip(" .~$")
    if not name or _DEVICES.match(name) or name.endswith(".request.json"):
        return f"{instead}-{name}".strip("-").removesuffix(".request.json")
    return name


def _said(disposition: str) -> str:
    """The file name in a Content-Disposition; many servers write UTF-8 where the header knows only Latin-1."""
    message = Message()
    message["content-disposition"] = disposition.replace("\r", " ").replace("\n", " ")
    name = message.get_filename() or ""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def _conditions(known: KnownFile) -> dict[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _captured(source: UrlSource | CkanSource, name: str, received: Received) -> datetime:
    """When the state was taken: now, or at the end of the day that the name of the file tells, never later than now.

    Last-Modified is not it: it tells when a file was written or copied on the server.
    """
    if not source.captured_at:
        return received.at.astimezone(UTC)
    found = re.search(source.captured_at, name)
    try:
        day = date(*(int(found[group]) for group in ("year", "month", "day"))) if found else None
    except ValueError:
        day = None
    if day is None:
        raise Wrong(f"tên tệp {name} không có ngày theo mẫu captured_at")
    return min(datetime.combine(day, time(23, 59, 59), VIETNAM), received.at).astimezone(UTC)
