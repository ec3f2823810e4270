"""The accepted responses of one period → what does not agree between them; findings, never a reason to drop one.

X-groups    the six group scores do not add up to the province's total (0.05)
X-dossiers  the dossiers of the satisfaction score are not those of the progress score

Source: both held in every recorded period; the endpoints are asked seconds apart, so a running period may differ.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from collectors.sources.portal_v2 import Endpoint
from collectors.statistic import PortalExport, PortalFinding

_SCORES = (
    (Endpoint.TRANSPARENCY, "score_CKMB"),
    (Endpoint.PROGRESS, "score_TDGQ"),
    (Endpoint.ONLINE, "score_CLGQ"),
    (Endpoint.PAYMENT, "score_TTTT"),
    (Endpoint.SATISFACTION, "score_MDHL"),
    (Endpoint.DIGITISED, "score_MDSH"),
)


def across(exports: Mapping[Endpoint, PortalExport]) -> Iterator[PortalFinding]:
    """Yield a finding for each comparison of the root's figures that does not hold; a missing response is no finding."""
    groups = [_of_root(exports, endpoint, measure) for endpoint, measure in _SCORES]
    scores = [score for score in groups if score is not None]
    total = _of_root(exports, Endpoint.RESULTS, "score_total")
    if total is not None and len(scores) == len(_SCORES) and abs(sum(scores) - total) > Decimal("0.05"):
        yield PortalFinding("X-groups", "score_total", 1, f"{sum(scores)}, {total} delivered")
    received = _of_root(exports, Endpoint.PROGRESS, "received_766")
    base = _of_root(exports, Endpoint.SATISFACTION, "dossiers_766")
    if None not in (received, base) and received != base:
        yield PortalFinding("X-dossiers", "totalDossiers", 1, f"{base}, {received} received")


def _of_root(exports: Mapping[Endpoint, PortalExport], endpoint: Endpoint, measure: str) -> Decimal | None:
    export = exports.get(endpoint)
    if export is None:
        return None
    key = (export.units[0].unit, export.period_start, export.period_end, measure)
    return next((s.value for s in export.statistics if (s.unit, s.period_start, s.period_end, s.measure) == key), None)
