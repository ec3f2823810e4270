"""One stored response of the national portal's reporting API v2, with its request, becomes statistics.

In: the bytes as the portal sent them, and the sidecar `<name>.request.json` (`endpoint`, `body`,
`captured_at`; `"synthetic": true` on examples of our own). The period is taken from the request alone: no
response says it. Out: a PortalExport, its numbers keyed by unit code. What breaks a hard rule (strict JSON,
code OK, the requested root, ids, types) is a PortalError: the response is refused as a whole. What is merely
odd is kept, with a finding:

    P-complete      fewer rows than the portal says there are, or it does not say: the export is then partial
    P-provinces     a national list that does not hold 34 provinces
    P-page          another page than the one asked for
    P-period        the dates asked for are not one whole month, quarter, half-year or year
    P-code          a code of a unit or procedure in another shape than known, or a unit outside its root
    P-drift         an unknown field or metric, or another maximum than known
    P-range         a score outside 0..maximum, or a ratio outside 0..100
    P-ratio         ratio is not 100 x numerator / denominator (0.01); P-ratio-severe beyond 0.5
    P-unit-ratio    a unit's ratio is not 100 x its score / its maximum (0.01)
    P-part          a numerator above its denominator
    P-score         the score of progress is not 20 x on time / received (0.01)
    P-formula       the score of online services or payment is not what its formula gives (0.02)
    P-sum-scores    the scores of the metrics do not add up to the unit's (0.02); P-sum-max: maxima (exact)
    P-sum-groups    six group scores do not add up to the total (0.03); P-sum-radar: the five axes (0.03)
    P-sum-received  on time + overdue is not received; P-sum-channels, P-sum-online: likewise (exact)
    P-base          the dossiers of the satisfaction score are not the unit's dossiers
    P-chart         on time + overdue of a month is not 100 (0.01), or it has a score before it has begun
    P-no-activity   a unit without dossiers and petitions: its 12 points come from the formula, do not rank it

Rates, percents, deltas and growth are not taken: counts are. Nor are the charts of the tree endpoints: they
hold percents only, and a 0 there may mean "month not requested".

Source: recorded responses of 2026-09 and the two published descriptions of the index ("Mô tả công thức tính
chỉ số 766", "Công thức 766", sheet METRICS), Quyết định 766/QĐ-TTg.
"""

from collectors.sources.portal_v2.envelope import looks_like
from collectors.sources.portal_v2.measures import INHERITED, MEASURES, NO_COMPLETED_DOSSIER, Endpoint
from collectors.sources.portal_v2.request import parse_request
from collectors.sources.portal_v2.response import parse
from collectors.sources.strict_json import BrokenJson, PortalError

__all__ = [
    "INHERITED",
    "MEASURES",
    "NO_COMPLETED_DOSSIER",
    "BrokenJson",
    "Endpoint",
    "PortalError",
    "looks_like",
    "parse",
    "parse_request",
]
