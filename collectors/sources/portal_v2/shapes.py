"""Where root and rows of each endpoint stand, and which fields, codes and levels are known."""

import re
from dataclasses import dataclass
from types import MappingProxyType

from collectors.sources.portal_v2.measures import MEASURES, Endpoint


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the root and the rows of an endpoint stand, and which fields only the one or the other has."""

    root: str
    rows: str
    root_only: frozenset[str] = frozenset()
    row_only: frozenset[str] = frozenset()


SHAPES = MappingProxyType(
    {
        Endpoint.TRANSPARENCY: Shape("overview", "evaluation", frozenset({"averageScore"})),
        Endpoint.DIGITISED: Shape("overview", "evaluation"),
        Endpoint.SATISFACTION: Shape("overview", "evaluation"),
        Endpoint.PROGRESS: Shape(
            "parent",
            "children",
            frozenset({"totalCompleted", "totalScore", "totalMaxScore"}),
            frozenset({"totalOverdue", "score", "maxScore"}),
        ),
        Endpoint.ONLINE: Shape(
            "parent", "children", frozenset(MEASURES[Endpoint.ONLINE]) - {"totalScore", "totalMaxScore"}
        ),
        Endpoint.PAYMENT: Shape("parent", "children"),
    }
)
WITHOUT_CODES = frozenset({Endpoint.TRANSPARENCY, Endpoint.SATISFACTION})
PAGED = frozenset({Endpoint.TRANSPARENCY, Endpoint.DIGITISED, Endpoint.SATISFACTION, Endpoint.CATALOGUE})

NATIONAL_NAME, NATIONAL_UNIT = "Cả nước", "VN"
LOCAL_CODE = re.compile(r"H\d{2}(\.\d{2,3})*")
PROVINCE_CODE = re.compile(r"H\d{2}")
ANY_CODE = re.compile(r"(?!VN$)[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
PROCEDURE_CODE = re.compile(r"\d\.\d{6}(\.[\w.-]+)?")

RESULTS_FIELDS = frozenset({"growthPercent", "radar", "donuts", "monthlyChart", "dossierChart"})
DATA_FIELDS = RESULTS_FIELDS | {
    "overview",
    "parent",
    "evaluation",
    "children",
    "items",
    "pagination",
    "source",
}
ROW_FIELDS = frozenset(
    {"stt", "departmentId", "departmentName", "departmentCode", "departmentType", "departmentLevel"}
    | {"agencyLevel", "level", "childGroup", "ratio", "scoreDelta", "metrics", "groupScores"}
)
METRIC_FIELDS = frozenset(
    {"code", "name", "numerator", "denominator", "ratio", "score", "maxScore"}
    | {"dataQualityStatus", "dataQualityMessage"}
)
