"""The request beside a response → what was asked: endpoint, period, root, page, day of capture."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from collectors.home import VIETNAM
from collectors.sources.portal_v2.measures import Endpoint
from collectors.sources.strict_json import At, Json, PortalError, strict
from collectors.statistic import PortalRequest

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MEND_REQUEST = "sửa tệp .request.json đặt cạnh phản hồi (gồm endpoint, body, captured_at)"


def parse_request(data: bytes) -> PortalRequest:
    """Return the question from the sidecar, checked: known endpoint, begun period, time of capture."""
    at = strict(data, "request", _MEND_REQUEST)
    endpoint = _endpoint(at)
    body = at.object("body")
    captured_at = _captured_at(at)
    synthetic = at.fields.get("synthetic", False)
    if not isinstance(synthetic, bool):
        at.refuse("synthetic", "true hoặc false")
    request = PortalRequest(endpoint.value, dict(body.fields), captured_at, synthetic, _whole_list(at))
    question_of(request)
    return request


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks: the endpoint, the period, the root (an id, or the whole country), the page."""

    endpoint: Endpoint
    start: date
    end: date
    root_id: str | None
    national: bool
    page: int | None
    captured_on: date
    whole_list: tuple[int, int] | None = None


def question_of(request: PortalRequest) -> Question:
    """What a request asks, checked."""
    endpoint = _endpoint(At({"endpoint": request.endpoint}, "request", _MEND_REQUEST))
    body = At(_as_json(request.body), "request.body", _MEND_REQUEST)
    _refuse_filter(body)
    captured_on = request.captured_at.astimezone(VIETNAM).date()
    start, end = _period(endpoint, body, captured_on)
    if start > captured_on:
        raise PortalError(
            "request.body",
            found=f"kỳ bắt đầu ngày {start:%d/%m/%Y}, sau ngày chụp {captured_on:%d/%m/%Y}",
            expected="một kỳ đã bắt đầu khi chụp phản hồi",
            advice=_MEND_REQUEST,
        )
    root_id = body.uuid("rootDepartmentId") if body.fields.get("rootDepartmentId") is not None else None
    national = root_id is None and body.fields.get("departmentType") == "ADMINISTRATIVE_UNIT"
    page = int(body.count("currentPage")) if body.fields.get("currentPage") is not None else None
    return Question(endpoint, start, end, root_id, national, page, captured_on, request.whole_list)


def _whole_list(at: At) -> tuple[int, int] | None:
    """What the collecting run says of the list that this page is of: its pages and rows."""
    if at.fields.get("whole_list") is None:
        return None
    said = at.object("whole_list")
    return int(said.count("pages")), int(said.count("rows"))


def _as_json(body: Mapping[str, object]) -> dict[str, Json]:
    return {key: value for key, value in body.items() if value is None or isinstance(value, str | int | Decimal)}


def _endpoint(at: At) -> Endpoint:
    """The endpoint, whatever stands before it: the portal has moved its paths before."""
    path = at.text("endpoint").strip("/")
    for endpoint in Endpoint:
        if path == endpoint or path.endswith(f"/{endpoint}"):
            return endpoint
    return at.refuse("endpoint", f"một trong: {', '.join(Endpoint)}")


def _captured_at(at: At) -> datetime:
    text = at.text("captured_at")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        at.refuse("captured_at", "thời điểm chụp có múi giờ, ví dụ 2026-09-26T02:00:00Z")
    return moment.astimezone(UTC)


def _refuse_filter(body: At) -> None:
    """Refuse a response for one procedure: only some of its numbers are filtered, and none says so."""
    for key, value in body.fields.items():
        if key.lower() == "formalityid" and value not in (None, ""):
            raise PortalError(
                body.where(key),
                found="phản hồi đã lọc theo một thủ tục hành chính",
                expected="phản hồi không lọc: khi lọc, Cổng trộn số đã lọc với số chưa lọc mà không đánh dấu",
                advice="yêu cầu lại không kèm formalityId",
            )


def _period(endpoint: Endpoint, body: At, captured_on: date) -> tuple[date, date]:
    """First and last day asked for; a page of the catalogue is as of the day it was captured."""
    if endpoint is Endpoint.CATALOGUE:
        return captured_on, captured_on
    if endpoint is Endpoint.SATISFACTION:
        start, end = _day(body, "fromDate"), _day(body, "toDate")
        return (start, end) if start <= end else body.refuse("toDate", f"từ ngày {start} trở đi")
    kind = body.fields.get("timeType")
    if kind == "year":
        year = _within(body, "year", _FIRST_YEAR, _LAST_YEAR)
        return date(year, 1, 1), date(year, 12, 31)
    if kind == "quarter":
        last = 3 * _within(body, "quarter", 1, 4)
        return months(_within(body, "year", _FIRST_YEAR, _LAST_YEAR), last - 2, last)
    if kind == "month":
        month = _within(body, "month", 1, 12)
        return months(_within(body, "year", _FIRST_YEAR, _LAST_YEAR), month, month)
    return body.refuse("timeType", "year, quarter hoặc month")


def months(year: int, first: int, last: int) -> tuple[date, date]:
    """First and last day of these months, both included."""
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _within(body: At, key: str, least: int, most: int) -> int:
    value = body.fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        body.refuse(key, f"một số nguyên từ {least} đến {most}")
    return value


def _day(body: At, key: str) -> date:
    value = body.text(key)
    if not _ISO_DAY.fullmatch(value):
        body.refuse(key, "một ngày dạng 2026-08-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        body.refuse(key, "một ngày có thật dạng 2026-08-31")
