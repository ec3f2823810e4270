"""A planned call → the body of its request, and the canonical request that is archived beside the response."""

import json
from collections.abc import Mapping
from datetime import UTC

from collectors.period import Kind, Period
from collectors.sources.portal_client.plan import PlannedCall
from collectors.sources.portal_client.settings import Asking, EndpointSettings, PortalSettings
from collectors.sources.portal_v2 import Endpoint
from collectors.web.secrecy import redacted
from collectors.web.transport import Received

_KEPT_HEADERS = frozenset({"content-type", "content-length", "content-encoding", "date", "last-modified", "etag"})
_KEPT_HEADERS |= {"retry-after", "server", "x-request-id"}


def body_of(config: PortalSettings, call: PlannedCall, *, root_id: str | None, page: int) -> dict[str, object]:
    """Return what is asked: the period, the province (its id of today) or all of them, the page."""
    endpoint = config.endpoints[call.group]
    body: dict[str, object] = dict(_period(endpoint.period, call.period))
    if root_id is not None:
        body["rootDepartmentId"] = root_id
    elif endpoint.name is not Endpoint.CATALOGUE:
        body["departmentType"] = "ADMINISTRATIVE_UNIT"
    size = page_size(config, endpoint)
    return body | ({"currentPage": page, "pageSize": size} if size else {})


def page_size(config: PortalSettings, endpoint: EndpointSettings) -> int:
    """Return how many rows a page may have; 0 where there are no pages."""
    several = endpoint.max_pages > 1
    return config.page_size if config.page_size and endpoint.page_size and not several else endpoint.page_size


def _period(asking: Asking, period: Period | None) -> Mapping[str, object]:
    if asking is Asking.NONE or period is None:
        return {}
    if asking is Asking.DATE_RANGE:
        return {"fromDate": period.start.isoformat(), "toDate": period.end.isoformat()}
    asked: dict[str, object] = {"timeType": period.kind.value, "year": period.start.year}
    return asked | ({} if period.kind is Kind.YEAR else {period.kind.value: period.number})


def canonical(config: PortalSettings, call: PlannedCall, body: Mapping[str, object], received: Received) -> bytes:
    """Return the request as archived: what was asked, when, of whom, and what came back beside the body.

    endpoint, body and captured_at are what the response is read with; the same question at another time is
    another observation. Headers are a short list, without cookies.
    """
    kept = {name: value for name, value in received.headers.items() if name in _KEPT_HEADERS}
    request: dict[str, object] = {
        "endpoint": call.endpoint.value,
        "body": body,
        "captured_at": received.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "unit": call.unit,
        "method": "POST",
        "url": url_of(config, call),
        "status": received.status,
        "headers": redacted(kept),
        "elapsed_ms": round(1000 * received.seconds),
        "user_agent": config.user_agent,
    }
    if config.synthetic:
        request["synthetic"] = True
    return json.dumps(request, ensure_ascii=False, sort_keys=True).encode()


def of_whole_list(request: bytes, *, pages: int, rows: int) -> bytes:
    """Return the request of a page, saying that every page of its list was received in this run, no row twice."""
    said: dict[str, object] = json.loads(request)
    said["whole_list"] = {"pages": pages, "rows": rows}
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


def url_of(config: PortalSettings, call: PlannedCall) -> str:
    """Return the address of an endpoint."""
    return config.base_url.rstrip("/") + config.endpoints[call.group].path
