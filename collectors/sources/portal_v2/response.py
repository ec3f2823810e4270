"""One response and the question it answers → a PortalExport, or a PortalError that refuses it as a whole."""

from decimal import Decimal

from collectors.sources.portal_v2.catalogue import read_catalogue
from collectors.sources.portal_v2.checks import check_period
from collectors.sources.portal_v2.gathered import Gathered
from collectors.sources.portal_v2.groups import read_group
from collectors.sources.portal_v2.measures import PROVINCES, Endpoint
from collectors.sources.portal_v2.request import question_of
from collectors.sources.portal_v2.results import read_results
from collectors.sources.portal_v2.shapes import DATA_FIELDS, PAGED, SHAPES
from collectors.sources.strict_json import ASK_AGAIN, At, PortalError, strict
from collectors.statistic import PortalExport, PortalRequest, ProcedureName


def parse(data: bytes, request: PortalRequest) -> PortalExport:
    """Return the statistics of one response, and what was odd; PortalError refuses it as a whole."""
    question = question_of(request)
    envelope = strict(data, "", ASK_AGAIN)
    if envelope.text("code") != "OK":
        envelope.refuse("code", "OK: Cổng báo lỗi cho yêu cầu này")
    payload = At(envelope.object("data").fields, "")
    gathered = Gathered(question)
    gathered.unknown(payload, DATA_FIELDS)
    procedures: dict[str, ProcedureName] = {}
    skipped: dict[str, int] = {}
    if question.endpoint is Endpoint.CATALOGUE:
        rows, skipped = read_catalogue(gathered, payload, procedures)
        share = None
    elif question.endpoint is Endpoint.RESULTS:
        rows, share = read_results(gathered, payload)
    else:
        check_period(gathered)
        rows, share = read_group(gathered, payload)
    expected, partial = completeness(gathered, payload, rows, share)
    return PortalExport(
        request=request,
        period_start=question.start,
        period_end=question.end,
        statistics=list(gathered.statistics.values()),
        units=list(gathered.units.values()),
        aliases=gathered.aliases,
        procedures=list(procedures.values()),
        rows_read=rows,
        rows_skipped=skipped,
        partial=partial,
        expected_rows=expected,
        findings=list(gathered.findings.values()),
    )


def completeness(
    gathered: Gathered, payload: At, rows: int, share: tuple[Decimal, Decimal] | None
) -> tuple[int | None, bool]:
    """How many rows there should be (None: not said) and whether some are missing.

    A tree endpoint says no total; there the counts of the units are held against the province's (share: of
    the units, of the root). Below 90 % it is partial: some units are in no list, 100 % would be too strict.
    """
    endpoint = gathered.question.endpoint
    if endpoint in PAGED:
        return _paged(gathered, payload, rows)
    expected = None
    if endpoint is Endpoint.RESULTS and gathered.question.national:
        expected, share = PROVINCES, (Decimal(rows), Decimal(PROVINCES))
        gathered.check(rows == PROVINCES, "P-provinces", "evaluation", f"{rows} / {PROVINCES}")
    partial = share is not None and share[0] * 10 < share[1] * 9
    if share is not None:
        gathered.check(not partial, "P-complete", _list_name(endpoint), f"{share[0]} / {share[1]}")
    return expected, partial


def _list_name(endpoint: Endpoint) -> str:
    if endpoint is Endpoint.CATALOGUE:
        return "items"
    return SHAPES[endpoint].rows if endpoint in SHAPES else "evaluation"


def _paged(gathered: Gathered, payload: At, rows: int) -> tuple[int | None, bool]:
    """One page of a list: all of the list, or a full page of one whose pages were all received (as the run says)."""
    name = _list_name(gathered.question.endpoint)
    if payload.fields.get("pagination") is None:
        gathered.check(False, "P-complete", "pagination", f"{rows} / ?")
        return None, True
    pagination = payload.object("pagination")
    total, page = int(pagination.count("total")), int(pagination.count("currentPage"))
    size, pages = int(pagination.count("pageSize")), int(pagination.count("totalPages"))
    if rows > total:
        raise PortalError(name, found=f"{rows} dòng", expected=f"không quá {total} dòng (pagination.total)")
    asked = gathered.question.page
    gathered.check(asked in (None, page), "P-page", "currentPage", f"{page}, {asked} expected")
    partial = rows < total
    if gathered.question.whole_list == (pages, total) and asked == page:
        partial = rows != min(size, total - size * (page - 1))
    gathered.check(not partial, "P-complete", name, f"{rows} / {total}")
    return total, partial
