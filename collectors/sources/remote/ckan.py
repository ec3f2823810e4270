"""A data set of an open-data portal → the addresses of its newest resources.

Source: CKAN, Action API guide, version 3: package_show, resource_show answer {"success": …, "result": {…}}.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from collectors.sources.remote.settings import CkanSource
from collectors.sources.strict_json import At, PortalError, is_sound, shown, strict
from collectors.web.visit import Visitor, Wanted, Wrong

_MOST = 16 << 20  # bytes of one answer of the catalogue
_ADVICE = "mở địa chỉ này bằng trình duyệt; nếu không phải cổng CKAN thì dùng kind = “url” với địa chỉ của tệp"
_CHANGED = ("last_modified", "metadata_modified", "created")


@dataclass(frozen=True, slots=True)
class Resource:
    """One file of a data set: where it stands, what it is called, when it changed last (as the portal says)."""

    address: str
    name: str
    changed: datetime | None


def newest_resources(visitor: Visitor, source: CkanSource) -> list[Resource]:
    """Return the newest resources that the settings ask for, newest first.

    Raises Wrong when none matches, when one stands on a host that is not allowed, or when the answer is none of CKAN's.
    """
    root = source.base_url.rstrip("/")
    try:
        if source.resource:
            found = [_show(visitor, f"{root}/api/3/action/resource_show?id={quote(source.resource)}")]
        else:
            found = _show(visitor, f"{root}/api/3/action/package_show?id={quote(source.dataset)}").objects("resources")
        wanted = [_resource(at) for at in found if source.resource or _matches(source, at)]
    except PortalError as error:
        raise Wrong(error.message_vi) from error
    if not wanted:
        names = ", ".join(dict.fromkeys(f"{at.fields.get('name')} ({at.fields.get('format')})" for at in found[:5]))
        raise Wrong(f"tập dữ liệu không có tệp nào hợp name_pattern và formats; có: {names or 'không tệp nào'}")
    wanted.sort(key=lambda one: one.changed or datetime.min, reverse=True)
    return [_allowed(source, one) for one in wanted[: source.newest]]


def _show(visitor: Visitor, url: str) -> At:
    wanted = Wanted(url, _opens_answer, _MOST, {"Accept": "application/json"}, hosts=(), sound=is_sound)
    answer = strict(visitor.get(wanted).body, "", _ADVICE)
    if answer.fields.get("success") is not True:
        answer.refuse("success", f"true: cổng báo lỗi cho yêu cầu này{_error(answer)}")
    return answer.object("result")


def _opens_answer(head: bytes) -> bool:
    return head.startswith(b"{")


def _error(answer: At) -> str:
    """What the portal says of an error: its kind and its message, as the API guide has them."""
    error = answer.fields.get("error")
    said = [error.get(key) for key in ("__type", "message")] if isinstance(error, dict) else [error]
    words = ": ".join(shown(one) for one in said if isinstance(one, str) and one)
    return f" ({words})" if words else ""


def _matches(source: CkanSource, at: At) -> bool:
    formats = {text.casefold() for text in source.formats}
    name, kind = at.fields.get("name"), at.fields.get("format")
    there = at.fields.get("state", "active") == "active"
    return there and str(kind).casefold() in formats and bool(re.search(source.name_pattern, str(name or "")))


def _resource(at: At) -> Resource:
    moments = (_moment(at.fields.get(key)) for key in _CHANGED)
    name = at.fields.get("name") or at.fields.get("id") or ""
    return Resource(at.text("url"), str(name), next((moment for moment in moments if moment), None))


def _moment(text: object) -> datetime | None:
    """A time as CKAN writes it: UTC, without a zone; with one where a harvested catalogue tells it."""
    try:
        moment = datetime.fromisoformat(str(text)) if text else None
        return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def _allowed(source: CkanSource, one: Resource) -> Resource:
    try:
        parts = urlsplit(one.address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Wrong(f"tệp {one.name} có địa chỉ không dùng được: cần http:// hoặc https://")
    if parts.hostname not in {urlsplit(source.base_url).hostname, *source.allow_hosts}:
        raise Wrong(
            f"tệp {one.name} đặt ở máy chủ khác: {parts.hostname}; nếu tin máy chủ đó, thêm tên nó vào allow_hosts"
        )
    return one
