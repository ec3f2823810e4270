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

import codecs
import json
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import NoReturn, TypeAlias

from collectors.statistic import (
    PortalExport,
    PortalFinding,
    PortalRequest,
    ProcedureName,
    Statistic,
    UnitName,
)

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"


class Endpoint(StrEnum):
    """The endpoints below `/api/v1/reporting/`, as the requests name them."""

    RESULTS = "evaluation/service-results"
    TRANSPARENCY = "evaluation/transparency"
    PROGRESS = "evaluation/dvc-progress-tree"
    ONLINE = "evaluation/provide-online-tree"
    PAYMENT = "evaluation/formality-online-payment-tree"
    DIGITISED = "evaluation/dossier-digitized"
    SATISFACTION = "evaluation/handling-satisfaction"
    CATALOGUE = "formalities"


# Portal field or metric code → measures. One name: a field of the row, `a+b`: the sum of two counts.
# Two names: numerator and denominator of a metric, which also gives score_<CODE> and max_<CODE>; one that is
# not listed gives numerator_<CODE> and denominator_<CODE>. Names in _766 count as the index 766 does.
MEASURES: Mapping[Endpoint, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Endpoint.RESULTS: {  # besides: score_<GROUP> of groupScores, score_<AXIS> and max_<AXIS> of the radar
            "totalScore": ("score_total",),
            "totalMaxScore": ("max_total",),
            "averageScore": ("score_total",),  # monthlyChart: of that month, for the overview unit
            # donuts; of a province under overview_<name>: Endpoint.ONLINE counts the same more finely
            "ONLINE": ("channel_online",),
            "OTHER": ("channel_other",),
            "ONLINE+OTHER": ("channel_total",),
            "FULL": ("procedures_full",),
            "PARTIAL": ("procedures_partial",),
            "NONE": ("procedures_none",),
            "PARTIAL+FULL": ("procedures_online",),
        },
        Endpoint.TRANSPARENCY: {
            "totalScore": ("score_CKMB",),
            "totalMaxScore": ("max_CKMB",),
            "averageScore": ("score_average_CKMB",),
            "PUBLISH_ON_TIME": ("procedures_published_on_time", "procedures_published"),
            "PUBLIC_UPDATE_ON_TIME": ("procedures_updated_on_time", "procedures_to_update"),
            "PUBLIC_CONTENT_FULL": ("procedures_content_full", "procedures_public"),
            "DOSSIER_SYNC": ("dossiers_synced", "dossiers_to_sync"),
        },
        Endpoint.PROGRESS: {
            "totalReceived": ("received_766",),
            "totalOnTime": ("on_time_766",),  # open dossiers within their deadline included
            "totalOverdue": ("overdue_766",),  # "not on time", open dossiers included; children only
            "totalCompleted": ("completed_766",),  # parent only
            "avgProcessingDays": ("days_average_766",),  # an average: never add up; 0 = none completed, kept as None
            "totalScore": ("score_TDGQ",),
            "totalMaxScore": ("max_TDGQ",),
            "score": ("score_TDGQ",),
            "maxScore": ("max_TDGQ",),
        },
        Endpoint.ONLINE: {  # counts on the parent only
            "totalScore": ("score_CLGQ",),
            "totalMaxScore": ("max_CLGQ",),
            "authorityCount": ("procedures_authority",),
            "partialCount": ("procedures_partial",),
            "fullCount": ("procedures_full",),
            "partialCount+fullCount": ("procedures_online",),
            "onlineDossierCount": ("services_active",),  # services with an online dossier, despite its name
            "onlineServiceTotal": ("services_total",),
            "channelOnlineSum": ("channel_online",),
            "channelDirectSum": ("channel_direct",),
            "channelPostalSum": ("channel_postal",),
            "channelTotalSum": ("channel_total",),
            "onlineOnTimeSum": ("channel_online_on_time",),
            "onlineOverdueSum": ("channel_online_overdue",),
        },
        Endpoint.PAYMENT: {
            "totalScore": ("score_TTTT",),
            "totalMaxScore": ("max_TTTT",),
            "totalDossierOnlinePaymentSuccess": ("paid_online",),
            "totalDossierFinancialObligation": ("fee_obligation",),
            "totalDossierOnlineFormalityPaymentSuccess": ("procedures_paid_online",),
            "totalFeeFormality": ("procedures_fee",),
            "totalFeeDossierFormality": ("procedures_fee_active",),
            "totalFeeDossierFormalityDistinct": ("procedures_fee_distinct",),  # equals procedures_fee so far
        },
        Endpoint.DIGITISED: {
            "totalScore": ("score_MDSH",),
            "totalMaxScore": ("max_MDSH",),
            "ORIGINAL_RESULT_AVAILABLE": ("result_electronic_766", "result_base_766"),
            "SO_HOA_GIAY_TO_GIAI_QUYET": ("digitised_full_766", "digitised_base_766"),
            "REUSED_DIGITIZED_DATA": ("reused_766", "reuse_base_766"),
            "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": ("shared_766", "share_base_766"),
            "CITIZEN_DATA_CONNECTED_DOSSIER": ("citizen_data_766", "citizen_data_base_766"),
            "CITIZEN_DATA_CONNECTED_FORMALITY": ("procedures_citizen_data", "procedures_citizen"),
            "ELECTRONIC_CERTIFIED_COPY": ("communes_certified_copy", "communes_total"),  # so far always null
        },
        Endpoint.SATISFACTION: {
            "totalScore": ("score_MDHL",),
            "totalMaxScore": ("max_MDHL",),
            "averageScore": ("score_average_MDHL",),
            "totalPetitions": ("petitions_received",),
            "classifiedPetitions": ("petitions_classified",),
            "totalDossiers": ("dossiers_766",),
            "DOSSIER_RECEIVING_SATISFACTION": ("satisfied_766", "satisfaction_base_766"),
            "PETITION_PROCESSING_ON_TIME": ("petitions_on_time", "petitions_total"),
            "PETITION_HANDLING_SATISFACTION": ("petitions_satisfied", "petitions_satisfied_base"),
            "PETITION_CLASSIFICATION_TTHC": ("petitions_procedures", "petitions_procedures_base"),
            "PETITION_CLASSIFICATION_STAFF": ("petitions_staff", "petitions_staff_base"),
        },
        Endpoint.CATALOGUE: {},  # names of procedures, no statistics
    }
)

INHERITED = "INHERITED"  # the province's own value, repeated by the portal on each of its units: never add up
NO_COMPLETED_DOSSIER = "NO_COMPLETED_DOSSIER"  # an average of 0 days over no dossier at all

_INHERITED_METRICS = frozenset({"PUBLISH_ON_TIME", "PUBLIC_UPDATE_ON_TIME", "PUBLIC_CONTENT_FULL"})
_GROUPS = frozenset({"CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH"})
_PROVINCES = 34
_MAXIMA = MappingProxyType(
    {
        "max_total": 100,
        "max_CKMB": 18,
        "max_TDGQ": 20,
        "max_CLGQ": 12,
        "max_TTTT": 10,
        "max_MDHL": 18,
        "max_MDSH": 22,
    }
    | {
        "max_PUBLISH_ON_TIME": 6,
        "max_PUBLIC_UPDATE_ON_TIME": 4,
        "max_PUBLIC_CONTENT_FULL": 2,
        "max_DOSSIER_SYNC": 6,
    }
    | {"max_ORIGINAL_RESULT_AVAILABLE": 6, "max_SO_HOA_GIAY_TO_GIAI_QUYET": 4, "max_REUSED_DIGITIZED_DATA": 2}
    | {"max_SYNCED_WITH_DVCQG_PERSONAL_STORAGE": 4, "max_CITIZEN_DATA_CONNECTED_DOSSIER": 2}
    | {
        "max_CITIZEN_DATA_CONNECTED_FORMALITY": 2,
        "max_ELECTRONIC_CERTIFIED_COPY": 2,
        "max_ONLINE_SERVICE": 22,
    }
    | {"max_PETITION_CLASSIFICATION_TTHC": 0, "max_PETITION_CLASSIFICATION_STAFF": 0}
    | {"max_DOSSIER_RECEIVING_SATISFACTION": 6, "max_PETITION_PROCESSING_ON_TIME": 6}
    | {"max_PETITION_HANDLING_SATISFACTION": 6}
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where the root and the rows of an endpoint stand, and which fields only the one or the other has."""

    root: str
    rows: str
    root_only: frozenset[str] = frozenset()
    row_only: frozenset[str] = frozenset()


_SHAPES = MappingProxyType(
    {
        Endpoint.TRANSPARENCY: _Shape("overview", "evaluation", frozenset({"averageScore"})),
        Endpoint.DIGITISED: _Shape("overview", "evaluation"),
        Endpoint.SATISFACTION: _Shape("overview", "evaluation"),
        Endpoint.PROGRESS: _Shape(
            "parent",
            "children",
            frozenset({"totalCompleted", "totalScore", "totalMaxScore"}),
            frozenset({"totalOverdue", "score", "maxScore"}),
        ),
        Endpoint.ONLINE: _Shape(
            "parent", "children", frozenset(MEASURES[Endpoint.ONLINE]) - {"totalScore", "totalMaxScore"}
        ),
        Endpoint.PAYMENT: _Shape("parent", "children"),
    }
)
_WITHOUT_CODES = frozenset({Endpoint.TRANSPARENCY, Endpoint.SATISFACTION})
_PAGED = frozenset({Endpoint.TRANSPARENCY, Endpoint.DIGITISED, Endpoint.SATISFACTION, Endpoint.CATALOGUE})

_VIETNAM = timezone(timedelta(hours=7))  # no daylight saving
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_NATIONAL_NAME, _NATIONAL_UNIT = "Cả nước", "VN"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LOCAL_CODE = re.compile(r"H\d{2}(\.\d{2,3})*")
_PROVINCE_CODE = re.compile(r"H\d{2}")
_ANY_CODE = re.compile(r"(?!VN$)[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_PROCEDURE_CODE = re.compile(r"\d\.\d{6}(\.[\w.-]+)?")
_METRIC_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LEVEL_OF_TYPE = MappingProxyType(
    {"PROVINCE": "province", "PROVINCIAL_DEPARTMENT": "department", "COMMUNE_PEOPLE_COMMITTEE": "commune"}
)
_LEVEL_OF_ROW = MappingProxyType({"AGENCY": "department", "PROVINCE": "department", "COMMUNE": "commune"})

_RESULTS_FIELDS = frozenset({"growthPercent", "radar", "donuts", "monthlyChart", "dossierChart"})
_DATA_FIELDS = _RESULTS_FIELDS | {
    "overview",
    "parent",
    "evaluation",
    "children",
    "items",
    "pagination",
    "source",
}
_ROW_FIELDS = frozenset(
    {"stt", "departmentId", "departmentName", "departmentCode", "departmentType", "departmentLevel"}
    | {"agencyLevel", "level", "childGroup", "ratio", "scoreDelta", "metrics", "groupScores"}
)
_METRIC_FIELDS = frozenset(
    {"code", "name", "numerator", "denominator", "ratio", "score", "maxScore"}
    | {"dataQualityStatus", "dataQualityMessage"}
)

_ASK_AGAIN = (
    "tải lại phản hồi nguyên vẹn từ Cổng Dịch vụ công quốc gia; nếu vẫn vậy thì Cổng đã đổi cấu trúc, "
    "hãy báo người bảo trì"
)
_MEND_REQUEST = "sửa tệp .request.json đặt cạnh phản hồi (gồm endpoint, body, captured_at)"


class PortalError(ValueError):
    """A response or its request, refused as a whole; the text is for the person who saved it, in Vietnamese.

    path: where, e.g. `children[3].totalOnTime`, `request.body.month`, or `` for the whole.
    """

    def __init__(self, path: str, *, found: str, expected: str, advice: str = _ASK_AGAIN) -> None:
        self.path, self.found, self.expected, self.advice = path, found, expected, advice
        super().__init__(self.message_vi)

    @property
    def message_vi(self) -> str:
        """Where, what was found, what was expected, what to do."""
        place = f"tại {self.path}: " if self.path else ""
        return f"{place}{self.found}. Cần: {self.expected}. Cách xử lý: {self.advice}."


# ── reading JSON ───────────────────────────────────────────────────────────────────────────────────────────


_TOP_FIELD = re.compile(r'\s*"(code|data|message)"\s*:\s*("(?:[^"\\]|\\.)*"|null|\{)\s*,?')
_FIRST_FIELD = re.compile(r'\s*"(\w+)"\s*:|\s*\}')


def looks_like(head: bytes) -> bool:
    """Tell whether these first bytes (a few hundred do) open an envelope of code, data, message."""
    text = head.decode("utf-8", "ignore").removeprefix("\ufeff").lstrip()
    if not text.startswith("{"):
        return False
    seen: dict[str, str] = {}
    position = 1
    while "data" not in seen or seen["data"] != "{":
        found = _TOP_FIELD.match(text, position)
        if found is None:
            break
        seen[found[1]], position = found[2], found.end()
    if seen.get("code", '"')[0] != '"' or seen.get("data", "{")[0] not in "{n":
        return False
    if "code" in seen:
        return len(seen) > 1
    inside = _FIRST_FIELD.match(text, position) if seen.get("data") == "{" else None
    return inside is not None and inside[1] in _RESULTS_FIELDS | {
        "overview",
        "parent",
        "evaluation",
        "children",
    }


@dataclass(frozen=True, slots=True)
class _At:
    """One JSON object and where it stands; each reading method refuses what is not of the type it names."""

    fields: dict[str, Json]
    path: str
    advice: str = _ASK_AGAIN

    def where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, key: str, expected: str) -> NoReturn:
        found = f"thấy {_shown(self.fields[key])}" if key in self.fields else f"không có trường “{key}”"
        raise PortalError(self.where(key), found=found, expected=expected, advice=self.advice)

    def object(self, key: str) -> "_At":
        value = self.fields.get(key)
        if not isinstance(value, dict):
            self.refuse(key, "một đối tượng JSON {…}")
        return _At(value, self.where(key), self.advice)

    def objects(self, key: str) -> list["_At"]:
        value = self.fields.get(key)
        if not isinstance(value, list):
            self.refuse(key, "một danh sách […]")
        return [self._element(key, index, element) for index, element in enumerate(value)]

    def _element(self, key: str, index: int, element: Json) -> "_At":
        path = f"{self.where(key)}[{index}]"
        if not isinstance(element, dict):
            found = f"thấy {_shown(element)}"
            raise PortalError(path, found=found, expected="một đối tượng JSON {…}", advice=self.advice)
        return _At(element, path, self.advice)

    def number_or_null(self, key: str) -> Decimal | None:
        value = self.fields.get(key, False)
        if value is None:
            return None
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            self.refuse(key, "một số")
        number = Decimal(value)
        return number if abs(number) < 10**16 else self.refuse(key, "một số nhỏ hơn 10^16")

    def number(self, key: str) -> Decimal:
        value = self.number_or_null(key)
        return self.refuse(key, "một số (không được null)") if value is None else value

    def count_or_null(self, key: str) -> Decimal | None:
        value = self.number_or_null(key)
        if value is not None and (value < 0 or value != int(value)):
            self.refuse(key, "một số nguyên không âm")
        return None if value is None else Decimal(int(value))

    def count(self, key: str) -> Decimal:
        value = self.count_or_null(key)
        return self.refuse(key, "một số nguyên không âm (không được null)") if value is None else value

    def text_or_null(self, key: str) -> str | None:
        value = self.fields.get(key, False)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(key, "một chuỗi chữ")
        return _clean(value) or None

    def text(self, key: str) -> str:
        value = self.text_or_null(key)
        return self.refuse(key, "một chuỗi chữ không trống") if value is None else value

    def uuid(self, key: str) -> str:
        value = self.text(key)
        return value.lower() if _UUID.fullmatch(value) else self.refuse(key, "một mã định danh UUID")

    def metric_code(self) -> str:
        value = self.text("code")
        return value if _METRIC_CODE.fullmatch(value) else self.refuse("code", "một mã chỉ số viết hoa")


def _clean(text: str) -> str:
    """NFC, blanks and control characters as single blanks, lone surrogates as the replacement character."""
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    text = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _shown(value: Json) -> str:
    """A value of the response, short enough for a message."""
    if isinstance(value, dict | list):
        return "một đối tượng {…}" if isinstance(value, dict) else "một danh sách […]"
    words = {None: "null", True: "true", False: "false"}
    text = words[value] if value is None or isinstance(value, bool) else f"“{_clean(str(value))}”"
    return text if len(text) <= 80 else text[:77] + "…”"


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"số quá lớn: {text[:30]}") from None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -30 or value.adjusted() > 30 or exponent > 30:
        raise ValueError(f"số ngoài phạm vi: {text[:30]}")
    return value


def _integer(text: str) -> int:
    if len(text) > 30:
        raise ValueError(f"số quá lớn: {text[:30]}…")
    return int(text)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} không phải số hợp lệ trong JSON")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"trường “{_clean(twice)}” lặp lại trong một đối tượng")
    return fields


def _strict(data: bytes, path: str, advice: str) -> _At:
    """The one JSON object in these bytes: UTF-8, no key twice, no NaN or Infinity."""
    expected = "một đối tượng JSON hợp lệ (UTF-8)"
    if data.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        raise PortalError(
            path,
            found="trang HTML thay cho JSON: có lẽ tường lửa của Cổng đã từ chối yêu cầu",
            expected=expected,
            advice="chờ lần chạy theo lịch kế tiếp, hoặc lưu phản hồi bằng tay",
        )
    try:
        value: Json = json.loads(
            data.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
    except RecursionError:
        raise PortalError(path, found="JSON lồng quá sâu", expected=expected, advice=advice) from None
    except json.JSONDecodeError as error:
        found = f"JSON hỏng ở dòng {error.lineno}, cột {error.colno} (tệp bị cắt cụt hoặc bị sửa)"
        raise PortalError(path, found=found, expected=expected, advice=advice) from None
    except UnicodeDecodeError as error:
        found = f"byte thứ {error.start + 1} không phải UTF-8"
        raise PortalError(path, found=found, expected=expected, advice=advice) from None
    except ValueError as error:
        raise PortalError(path, found=f"JSON không hợp lệ: {error}", expected=expected, advice=advice) from None
    if not isinstance(value, dict):
        raise PortalError(path, found=f"thấy {_shown(value)}", expected=expected, advice=advice)
    return _At(value, path, advice)


# ── the request ────────────────────────────────────────────────────────────────────────────────────────────


def parse_request(data: bytes) -> PortalRequest:
    """Return the question from the sidecar, checked: known endpoint, begun period, time of capture."""
    at = _strict(data, "request", _MEND_REQUEST)
    endpoint = _endpoint(at)
    body = at.object("body")
    captured_at = _captured_at(at)
    synthetic = at.fields.get("synthetic", False)
    if not isinstance(synthetic, bool):
        at.refuse("synthetic", "true hoặc false")
    request = PortalRequest(endpoint.value, dict(body.fields), captured_at, synthetic)
    _question(request)
    return request


@dataclass(frozen=True, slots=True)
class _Question:
    """What a request asks: the endpoint, the period, the root (an id, or the whole country), the page."""

    endpoint: Endpoint
    start: date
    end: date
    root_id: str | None
    national: bool
    page: int | None
    captured_on: date


def _question(request: PortalRequest) -> _Question:
    endpoint = _endpoint(_At({"endpoint": request.endpoint}, "request", _MEND_REQUEST))
    body = _At(_as_json(request.body), "request.body", _MEND_REQUEST)
    _refuse_filter(body)
    captured_on = request.captured_at.astimezone(_VIETNAM).date()
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
    return _Question(endpoint, start, end, root_id, national, page, captured_on)


def _as_json(body: Mapping[str, object]) -> dict[str, Json]:
    return {key: value for key, value in body.items() if value is None or isinstance(value, str | int | Decimal)}


def _endpoint(at: _At) -> Endpoint:
    """The endpoint, whatever stands before it: the portal has moved its paths before."""
    path = at.text("endpoint").strip("/")
    for endpoint in Endpoint:
        if path == endpoint or path.endswith(f"/{endpoint}"):
            return endpoint
    return at.refuse("endpoint", f"một trong: {', '.join(Endpoint)}")


def _captured_at(at: _At) -> datetime:
    text = at.text("captured_at")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        at.refuse("captured_at", "thời điểm chụp có múi giờ, ví dụ 2026-09-26T02:00:00Z")
    return moment.astimezone(UTC)


def _refuse_filter(body: _At) -> None:
    """Refuse a response for one procedure: only some of its numbers are filtered, and none says so."""
    for key, value in body.fields.items():
        if key.lower() == "formalityid" and value not in (None, ""):
            raise PortalError(
                body.where(key),
                found="phản hồi đã lọc theo một thủ tục hành chính",
                expected="phản hồi không lọc: khi lọc, Cổng trộn số đã lọc với số chưa lọc mà không đánh dấu",
                advice="yêu cầu lại không kèm formalityId",
            )


def _period(endpoint: Endpoint, body: _At, captured_on: date) -> tuple[date, date]:
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
        return _months(_within(body, "year", _FIRST_YEAR, _LAST_YEAR), last - 2, last)
    if kind == "month":
        month = _within(body, "month", 1, 12)
        return _months(_within(body, "year", _FIRST_YEAR, _LAST_YEAR), month, month)
    return body.refuse("timeType", "year, quarter hoặc month")


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _within(body: _At, key: str, least: int, most: int) -> int:
    value = body.fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        body.refuse(key, f"một số nguyên từ {least} đến {most}")
    return value


def _day(body: _At, key: str) -> date:
    value = body.text(key)
    if not _ISO_DAY.fullmatch(value):
        body.refuse(key, "một ngày dạng 2026-08-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        body.refuse(key, "một ngày có thật dạng 2026-08-31")


# ── the response ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit of the response: its key, and its level where delivered."""

    key: str
    code: str | None
    level: str | None


@dataclass(slots=True)
class _Gathered:
    """What has been read of one response so far; refuses the same unit or the same number twice."""

    question: _Question
    statistics: dict[tuple[str, date, date, str], Statistic] = field(default_factory=dict)
    units: dict[str, UnitName] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    findings: dict[tuple[str, str], PortalFinding] = field(default_factory=dict)

    def add(
        self,
        unit: _Unit,
        measure: str,
        value: Decimal | None,
        item: str,
        quality: str | None = None,
        *,
        period: tuple[date, date] | None = None,
    ) -> None:
        start, end = period or (self.question.start, self.question.end)
        key = (unit.key, start, end, measure)
        if key in self.statistics:
            before = self.statistics[key].item
            raise PortalError(item, found=f"số liệu lặp lại của {before}", expected="mỗi số liệu một lần")
        self.statistics[key] = Statistic(unit.key, start, end, measure, value, quality, item)
        maximum = _MAXIMA.get(measure)
        if maximum is not None:
            self.check(value == maximum, "P-drift", measure, f"{item}: {value}, {maximum} expected")

    def check(self, holds: bool, check_id: str, column: str, example: str) -> None:
        """Note a finding unless the check holds; the first example of each is kept."""
        if holds:
            return
        known = self.findings.get((check_id, column), PortalFinding(check_id, column, 0, example))
        self.findings[check_id, column] = PortalFinding(check_id, column, known.rows + 1, known.example)

    def unknown(self, at: _At, known: frozenset[str]) -> None:
        for key in sorted(at.fields.keys() - known):
            self.check(False, "P-drift", _clean(key), at.where(_clean(key)))


def parse(data: bytes, request: PortalRequest) -> PortalExport:
    """Return the statistics of one response, and what was odd; PortalError refuses it as a whole."""
    question = _question(request)
    envelope = _strict(data, "", _ASK_AGAIN)
    if envelope.text("code") != "OK":
        envelope.refuse("code", "OK: Cổng báo lỗi cho yêu cầu này")
    payload = _At(envelope.object("data").fields, "")
    gathered = _Gathered(question)
    gathered.unknown(payload, _DATA_FIELDS)
    procedures: dict[str, ProcedureName] = {}
    skipped: dict[str, int] = {}
    if question.endpoint is Endpoint.CATALOGUE:
        rows, skipped = _catalogue(gathered, payload, procedures)
        share = None
    elif question.endpoint is Endpoint.RESULTS:
        rows, share = _results(gathered, payload)
    else:
        _check_period(gathered)
        rows, share = _group(gathered, payload)
    expected, partial = _completeness(gathered, payload, rows, share)
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


def _check_period(gathered: _Gathered) -> None:
    start, end = gathered.question.start, gathered.question.end
    months = 12 * (end.year - start.year) + end.month - start.month + 1
    whole = start.day == 1 and end == _months(end.year, 1, end.month)[1]
    whole = whole and months in (1, 3, 6, 12) and start.month % months == 1 % months
    gathered.check(whole, "P-period", "fromDate", f"{start} … {end}")


def _completeness(
    gathered: _Gathered, payload: _At, rows: int, share: tuple[Decimal, Decimal] | None
) -> tuple[int | None, bool]:
    """How many rows there should be (None: not said) and whether some are missing.

    A tree endpoint says no total; there the counts of the units are held against the province's (share: of
    the units, of the root). Below 90 % it is partial: some units are in no list, 100 % would be too strict.
    """
    endpoint = gathered.question.endpoint
    if endpoint in _PAGED:
        return _paged(gathered, payload, rows)
    expected = None
    if endpoint is Endpoint.RESULTS and gathered.question.national:
        expected, share = _PROVINCES, (Decimal(rows), Decimal(_PROVINCES))
        gathered.check(rows == _PROVINCES, "P-provinces", "evaluation", f"{rows} / {_PROVINCES}")
    partial = share is not None and share[0] * 10 < share[1] * 9
    if share is not None:
        gathered.check(not partial, "P-complete", _list_name(endpoint), f"{share[0]} / {share[1]}")
    return expected, partial


def _list_name(endpoint: Endpoint) -> str:
    if endpoint is Endpoint.CATALOGUE:
        return "items"
    return _SHAPES[endpoint].rows if endpoint in _SHAPES else "evaluation"


def _paged(gathered: _Gathered, payload: _At, rows: int) -> tuple[int | None, bool]:
    name = _list_name(gathered.question.endpoint)
    if payload.fields.get("pagination") is None:
        gathered.check(False, "P-complete", "pagination", f"{rows} / ?")
        return None, True
    pagination = payload.object("pagination")
    total, page = int(pagination.count("total")), int(pagination.count("currentPage"))
    pagination.count("pageSize")
    pagination.count("totalPages")
    if rows > total:
        raise PortalError(name, found=f"{rows} dòng", expected=f"không quá {total} dòng (pagination.total)")
    asked = gathered.question.page
    gathered.check(asked in (None, page), "P-page", "currentPage", f"{page}, {asked} expected")
    gathered.check(rows == total, "P-complete", name, f"{rows} / {total}")
    return total, rows < total


# ── units ──────────────────────────────────────────────────────────────────────────────────────────────────


def _root(gathered: _Gathered, at: _At) -> _Unit:
    """The unit that was asked for, as the response echoes it; refused when it echoes another."""
    question = gathered.question
    name = at.text("departmentName")
    if question.national and (name != _NATIONAL_NAME or at.fields.get("departmentCode") is not None):
        at.refuse("departmentName", f"“{_NATIONAL_NAME}”, không mã: yêu cầu hỏi cả nước")
    country = name == _NATIONAL_NAME and at.fields.get("departmentCode") is None
    if country and question.root_id is not None:
        at.refuse("departmentName", f"đơn vị đã hỏi ({question.root_id}), không phải cả nước")
    if country:
        gathered.units[_NATIONAL_UNIT] = UnitName(_NATIONAL_UNIT, name, "national")
        return _Unit(_NATIONAL_UNIT, None, "national")
    identified = question.endpoint is not Endpoint.RESULTS  # which echoes the code alone
    if identified and question.root_id not in (None, at.uuid("departmentId")):
        at.refuse("departmentId", f"đơn vị đã hỏi: {question.root_id}")
    return _unit(gathered, at, None, identified=identified)


def _unit(gathered: _Gathered, at: _At, root: _Unit | None, *, identified: bool = True) -> _Unit:
    uuid = at.uuid("departmentId") if identified else None
    code = _code(gathered, at, root)
    key = code or (f"id:{uuid}" if uuid else at.refuse("departmentCode", "mã đơn vị, ví dụ H35"))
    if key in gathered.units or uuid in gathered.ids:
        again = "departmentId" if uuid in gathered.ids else "departmentCode"
        at.refuse(again, "mỗi đơn vị một dòng: đơn vị này đã có ở dòng khác")
    level = _level(at, code)
    gathered.units[key] = UnitName(key, at.text_or_null("departmentName"), level)
    if uuid:
        gathered.ids.add(uuid)
    if uuid and code:
        gathered.aliases[uuid] = code
    return _Unit(key, code, level)


def _code(gathered: _Gathered, at: _At, root: _Unit | None) -> str | None:
    """The unit code, None where none is delivered; a shape unknown to us (ministries) is a finding."""
    if gathered.question.endpoint in _WITHOUT_CODES and "departmentCode" not in at.fields:
        return None
    code = at.text_or_null("departmentCode")
    if code is None:
        return None
    if not _ANY_CODE.fullmatch(code):
        at.refuse("departmentCode", "mã đơn vị, ví dụ H35 hoặc H35.12")
    inside = root is None or root.code is None or code.startswith(f"{root.code}.")
    holds = bool(_LOCAL_CODE.fullmatch(code)) and inside
    gathered.check(holds, "P-code", "departmentCode", f"{at.where('departmentCode')}: {code}")
    return code


def _level(at: _At, code: str | None) -> str | None:
    if code is not None and _PROVINCE_CODE.fullmatch(code):
        return "province"
    if "departmentType" in at.fields:
        return _LEVEL_OF_TYPE.get(at.text_or_null("departmentType") or "")
    key = "childGroup" if "childGroup" in at.fields else "level"
    return _LEVEL_OF_ROW.get(at.text_or_null(key) or "") if key in at.fields else None


# ── endpoints 1 to 6: one group of the index each ──────────────────────────────────────────────────────────


def _group(gathered: _Gathered, payload: _At) -> tuple[int, tuple[Decimal, Decimal] | None]:
    """Read root and units; return how many units, and the dossiers of the units and of the root."""
    endpoint = gathered.question.endpoint
    shape = _SHAPES[endpoint]
    root_at, rows = payload.object(shape.root), payload.objects(shape.rows)
    root = _root(gathered, root_at)
    _row(gathered, root_at, root, without=shape.row_only, inherits=False)
    for at in rows:
        unit = _unit(gathered, at, root)
        inherits = root.level != "national" and unit.level != "province"
        _row(gathered, at, unit, without=shape.root_only, inherits=inherits)
    if endpoint is Endpoint.PROGRESS:
        _check_chart(gathered, payload, "monthlyChart")
    whole = {Endpoint.PROGRESS: "totalReceived", Endpoint.PAYMENT: "totalDossierFinancialObligation"}.get(endpoint)
    if whole is None:
        return len(rows), None
    return len(rows), (sum((at.count(whole) for at in rows), Decimal(0)), root_at.count(whole))


def _row(gathered: _Gathered, at: _At, unit: _Unit, *, without: frozenset[str], inherits: bool) -> None:
    endpoint = gathered.question.endpoint
    table = MEASURES[endpoint]
    gathered.unknown(at, _ROW_FIELDS | (table.keys() - without))
    for name, measures in table.items():
        if len(measures) == 1 and name not in without:
            _field(gathered, at, unit, name, measures[0])
    if endpoint in (Endpoint.TRANSPARENCY, Endpoint.DIGITISED, Endpoint.SATISFACTION):
        _metrics(gathered, at, unit, inherits=inherits)
        _check_unit_ratio(gathered, at)
    if endpoint is Endpoint.SATISFACTION:
        _check_satisfaction(gathered, at, unit)
    elif endpoint is Endpoint.PROGRESS:
        _check_progress(gathered, at)
    elif endpoint is Endpoint.ONLINE:
        _check_online(gathered, at)
    elif endpoint is Endpoint.PAYMENT:
        _check_payment(gathered, at)


def _field(gathered: _Gathered, at: _At, unit: _Unit, name: str, measure: str) -> None:
    item = at.where(name)
    if "+" in name:
        gathered.add(unit, measure, sum((at.count(part) for part in name.split("+")), Decimal(0)), item)
    elif name == "averageScore":  # meaning not documented, null or absent in some responses
        if name in at.fields:
            gathered.add(unit, measure, at.number_or_null(name), item)
    elif name == "avgProcessingDays":
        days = at.number(name)
        gathered.add(unit, measure, days or None, item, None if days else NO_COMPLETED_DOSSIER)
    elif measure.startswith(("score_", "max_")):
        gathered.add(unit, measure, at.number(name), item)
    else:
        gathered.add(unit, measure, at.count(name), item)


def _metrics(gathered: _Gathered, at: _At, unit: _Unit, *, inherits: bool) -> None:
    metrics = at.objects("metrics")
    table = MEASURES[gathered.question.endpoint]
    scores, maxima = Decimal(0), Decimal(0)
    codes = {metric.metric_code() for metric in metrics}
    missing = sorted(code for code, names in table.items() if len(names) == 2 and code not in codes)
    if missing:
        raise PortalError(at.where("metrics"), found=f"thiếu {', '.join(missing)}", expected="đủ các chỉ số của nhóm")
    for metric in metrics:
        quality = _quality(metric, inherits=inherits)
        scores += _metric(gathered, metric, unit, quality) or 0
        maxima += metric.number("maxScore")
    total, maximum = at.number("totalScore"), at.number("totalMaxScore")
    example = f"{at.path}: {scores}, {total} delivered"
    gathered.check(_near(scores, total, "0.02"), "P-sum-scores", "totalScore", example)
    gathered.check(maxima == maximum, "P-sum-max", "totalMaxScore", f"{at.path}: {maxima}, {maximum} delivered")


def _quality(metric: _At, *, inherits: bool) -> str | None:
    """The portal's own mark, else INHERITED on a unit for what is defined for provinces only."""
    delivered = metric.text_or_null("dataQualityStatus") if "dataQualityStatus" in metric.fields else None
    inherited = INHERITED if inherits and metric.metric_code() in _INHERITED_METRICS else None
    return delivered or inherited


def _metric(gathered: _Gathered, at: _At, unit: _Unit, quality: str | None) -> Decimal | None:
    """Keep numerator, denominator, score and maximum of one metric; null stays None. Return the score."""
    code = at.metric_code()
    names = MEASURES[gathered.question.endpoint].get(code, ())
    if len(names) != 2:
        names = (f"numerator_{code}", f"denominator_{code}")
        gathered.check(False, "P-drift", code, at.where("code"))
    gathered.unknown(at, _METRIC_FIELDS)
    numerator, denominator = at.count_or_null("numerator"), at.count_or_null("denominator")
    score, maximum = at.number_or_null("score"), at.number("maxScore")
    gathered.add(unit, names[0], numerator, at.where("numerator"), quality)
    gathered.add(unit, names[1], denominator, at.where("denominator"), quality)
    gathered.add(unit, f"score_{code}", score, at.where("score"), quality)
    gathered.add(unit, f"max_{code}", maximum, at.where("maxScore"), quality)
    _check_range(gathered, at, code, score, maximum)
    _check_ratio(gathered, at, code, part=numerator, whole=denominator, ratio=at.number_or_null("ratio"))
    return score


# ── endpoint 0 and the catalogue ───────────────────────────────────────────────────────────────────────────


def _results(gathered: _Gathered, payload: _At) -> tuple[int, None]:
    """Total scores of the units; groups, channels and levels of service of the country or province."""
    overview = payload.object("overview")
    root = _root(gathered, overview)
    maximum = overview.number("totalMaxScore")
    gathered.add(root, "score_total", overview.number("totalScore"), overview.where("totalScore"))
    gathered.add(root, "max_total", maximum, overview.where("totalMaxScore"))
    gathered.unknown(overview, _ROW_FIELDS | {"totalScore", "totalMaxScore"})
    _check_unit_ratio(gathered, overview)
    _radar(gathered, payload, root, overview.number("totalScore"))
    _donuts(gathered, payload.object("donuts"), root)
    rows = payload.objects("evaluation")
    for at in rows:
        _result(gathered, at, _unit(gathered, at, root), maximum)
    _score_chart(gathered, payload, root)
    _check_chart(gathered, payload, "dossierChart")
    return len(rows), None


def _result(gathered: _Gathered, at: _At, unit: _Unit, maximum: Decimal) -> None:
    total = at.number("totalScore")
    gathered.unknown(at, _ROW_FIELDS | {"totalScore"})
    gathered.add(unit, "score_total", total, at.where("totalScore"))
    _check_range(gathered, at, "totalScore", total, maximum)
    _check_unit_ratio(gathered, at, maximum)
    if not gathered.question.national and "groupScores" not in at.fields:
        return
    groups = at.object("groupScores")
    if groups.fields.keys() != _GROUPS:
        at.refuse("groupScores", f"đúng sáu nhóm {', '.join(sorted(_GROUPS))}")
    for group in sorted(_GROUPS):
        gathered.add(unit, f"score_{group}", groups.number(group), groups.where(group))
    added = sum((groups.number(group) for group in _GROUPS), Decimal(0))
    example = f"{groups.path}: {added}, {total} delivered"
    gathered.check(_near(added, total, "0.03"), "P-sum-groups", "groupScores", example)


def _radar(gathered: _Gathered, payload: _At, root: _Unit, total: Decimal) -> None:
    """Five axes: CLGQ and TTTT are one, ONLINE_SERVICE. Their ratio is no plain quotient, so not checked."""
    axes = payload.objects("radar")
    for at in axes:
        code, score, maximum = at.metric_code(), at.number("score"), at.number("maxScore")
        gathered.add(root, f"score_{code}", score, at.where("score"))
        gathered.add(root, f"max_{code}", maximum, at.where("maxScore"))
        _check_range(gathered, at, code, score, maximum)
        gathered.check(f"max_{code}" in _MAXIMA, "P-drift", code, at.where("code"))
    added = sum((at.number("score") for at in axes), Decimal(0))
    gathered.check(_near(added, total, "0.03"), "P-sum-radar", "radar", f"{added}, {total} delivered")


def _donuts(gathered: _Gathered, donuts: _At, root: _Unit) -> None:
    """Channels and levels of service; a donut that is null (onlineProvision of a month) was not measured."""
    prefix = "" if root.level == "national" else "overview_"
    table = MEASURES[Endpoint.RESULTS]
    values: dict[str, tuple[Decimal, str]] = {}
    for donut in ("onlineDossier", "onlineProvision"):
        slices = donuts.objects(donut) if donuts.fields.get(donut, False) is not None else []
        for at in slices:
            code = at.metric_code()
            if code in values:
                at.refuse("code", "mỗi mã một lần")
            values[code] = at.count("value"), at.where("value")
            gathered.check(code in table, "P-drift", code, at.where("code"))
    for name, (measure,) in table.items():
        parts = [values.get(part) for part in name.split("+")]
        found = [part for part in parts if part is not None]
        if found and len(found) == len(parts):
            value = sum((part[0] for part in found), Decimal(0))
            gathered.add(root, prefix + measure, value, "+".join(part[1] for part in found))


def _score_chart(gathered: _Gathered, payload: _At, root: _Unit) -> None:
    """The root's total score of each month that has begun; null = not measured = no row.

    The month that was itself asked for is left to `overview`, which says the same.
    """
    asked = (gathered.question.start, gathered.question.end)
    seen: set[int] = set()
    for at in _chart(payload, "monthlyChart"):
        month, score = _month(at), at.number_or_null("averageScore")
        if month in seen:
            at.refuse("month", "mỗi tháng một lần")
        seen.add(month)
        period = _months(asked[0].year, month, month)
        item = at.where("averageScore")
        begun = score is None or period[0] <= gathered.question.captured_on
        gathered.check(begun, "P-chart", "monthlyChart", f"{item}: {score}")
        if score is not None and begun and period != asked:
            gathered.add(root, "score_total", score, item, period=period)


def _chart(payload: _At, key: str) -> Iterator[_At]:
    """The months of a chart; saved copies may lack it, and an empty one is usual."""
    yield from payload.objects(key) if payload.fields.get(key) is not None else []


def _month(at: _At) -> int:
    text = at.text("month")
    if not re.fullmatch(r"0[1-9]|1[0-2]", text):
        at.refuse("month", "tháng từ 01 đến 12")
    return int(text)


def _catalogue(gathered: _Gathered, payload: _At, procedures: dict[str, ProcedureName]) -> tuple[int, dict[str, int]]:
    """Fill in the procedures of one page; a code that comes again is skipped, and counted."""
    items = payload.objects("items")
    for at in items:
        if (uuid := at.uuid("id")) in gathered.ids:
            at.refuse("id", "mỗi thủ tục một dòng: mã định danh này đã có ở dòng khác")
        gathered.ids.add(uuid)
        code = at.text("code")
        gathered.check(bool(_PROCEDURE_CODE.fullmatch(code)), "P-code", "code", f"{at.where('code')}: {code}")
        procedures.setdefault(code, ProcedureName(code, at.text("name")))
    again = len(items) - len(procedures)
    return len(items), {"mã thủ tục lặp lại": again} if again else {}


# ── soft checks ────────────────────────────────────────────────────────────────────────────────────────────


def _near(delivered: Decimal | Fraction, computed: Decimal | Fraction, tolerance: str) -> bool:
    return abs(Fraction(delivered) - Fraction(computed)) <= Fraction(tolerance)


def _over(numerator: Decimal, denominator: Decimal) -> Fraction:
    """The portal's own division: x / 0 = 0."""
    return Fraction(numerator) / Fraction(denominator) if denominator else Fraction(0)


def _check_range(gathered: _Gathered, at: _At, column: str, score: Decimal | None, maximum: Decimal) -> None:
    slack = Decimal("0.005")
    holds = score is None or -slack <= score <= maximum + slack
    gathered.check(holds, "P-range", column, f"{at.path}: {score} / {maximum}")
    ratio = at.number_or_null("ratio") if "ratio" in at.fields else None
    holds = ratio is None or -slack <= ratio <= 100 + slack
    gathered.check(holds, "P-range", f"{column}.ratio", f"{at.path}: {ratio}")


def _check_ratio(
    gathered: _Gathered,
    at: _At,
    column: str,
    *,
    part: Decimal | None,
    whole: Decimal | None,
    ratio: Decimal | None = None,
) -> None:
    """ratio = 100 x part / whole where there is a whole; and the part is not above it."""
    if part is None or whole is None:
        return
    gathered.check(part <= whole, "P-part", column, f"{at.path}: {part} / {whole}")
    if not whole or ratio is None:
        return
    share = _over(part, whole)
    example = f"{at.path}: {ratio}, 100 x {part} / {whole} = {float(100 * share):.4f}"
    if not _near(ratio, 100 * share, "0.5"):
        gathered.check(False, "P-ratio-severe", column, example)
    else:
        gathered.check(_near(ratio, 100 * share, "0.01"), "P-ratio", column, example)


def _check_unit_ratio(gathered: _Gathered, at: _At, maximum: Decimal | None = None) -> None:
    total, ratio = at.number("totalScore"), at.number_or_null("ratio")
    maximum = at.number("totalMaxScore") if maximum is None else maximum
    _check_range(gathered, at, "totalScore", total, maximum)
    holds = ratio is None or not maximum or _near(ratio, 100 * _over(total, maximum), "0.01")
    gathered.check(holds, "P-unit-ratio", "ratio", f"{at.path}: {ratio}, {total} / {maximum}")


def _check_progress(gathered: _Gathered, at: _At) -> None:
    received, on_time = at.count("totalReceived"), at.count("totalOnTime")
    score = at.number("score" if "score" in at.fields else "totalScore")
    maximum = at.number("maxScore" if "maxScore" in at.fields else "totalMaxScore")
    if "totalOverdue" in at.fields:
        overdue = at.count("totalOverdue")
        example = f"{at.path}: {on_time} + {overdue}, {received} delivered"
        gathered.check(on_time + overdue == received, "P-sum-received", "totalReceived", example)
    example = f"{at.path}: {score}, 20 x {on_time} / {received}"
    gathered.check(_near(score, 20 * _over(on_time, received), "0.01"), "P-score", "score", example)
    _check_range(gathered, at, "score", score, maximum)
    _check_ratio(gathered, at, "totalOnTime", part=on_time, whole=received, ratio=at.number_or_null("ratio"))


def _check_online(gathered: _Gathered, at: _At) -> None:
    _check_unit_ratio(gathered, at)
    if "channelTotalSum" not in at.fields:
        return
    online, total = at.count("channelOnlineSum"), at.count("channelTotalSum")
    added = online + at.count("channelDirectSum") + at.count("channelPostalSum")
    gathered.check(added == total, "P-sum-channels", "channelTotalSum", f"{added}, {total} delivered")
    judged = at.count("onlineOnTimeSum") + at.count("onlineOverdueSum")
    gathered.check(judged == online, "P-sum-online", "channelOnlineSum", f"{judged}, {online} delivered")
    procedures, authority = at.count("partialCount") + at.count("fullCount"), at.count("authorityCount")
    active, services = at.count("onlineDossierCount"), at.count("onlineServiceTotal")
    _check_ratio(gathered, at, "partialCount+fullCount", part=procedures, whole=authority)
    _check_ratio(gathered, at, "onlineDossierCount", part=active, whole=services)
    computed = min(Fraction(2), 2 * _over(procedures, authority) / Fraction("0.8"))
    computed += 4 * _over(active, services) + min(Fraction(6), 6 * _over(online, total) / Fraction("0.5"))
    _check_formula(gathered, at, computed)


def _check_payment(gathered: _Gathered, at: _At) -> None:
    _check_unit_ratio(gathered, at)
    paid, obliged = at.count("totalDossierOnlinePaymentSuccess"), at.count("totalDossierFinancialObligation")
    fee, used = at.count("totalFeeFormality"), at.count("totalDossierOnlineFormalityPaymentSuccess")
    active = at.count("totalFeeDossierFormality")
    _check_ratio(gathered, at, "totalDossierOnlinePaymentSuccess", part=paid, whole=obliged)
    _check_ratio(gathered, at, "totalDossierOnlineFormalityPaymentSuccess", part=used, whole=fee)
    _check_ratio(gathered, at, "totalFeeDossierFormality", part=active, whole=fee)
    computed = 6 * _over(paid, obliged)
    computed += sum(min(Fraction(2), 2 * _over(part, fee) / Fraction("0.8")) for part in (used, active))
    _check_formula(gathered, at, computed)


def _check_formula(gathered: _Gathered, at: _At, computed: Fraction) -> None:
    score = at.number("totalScore")
    example = f"{at.path}: {score}, formula {float(computed):.4f}"
    gathered.check(_near(score, computed, "0.02"), "P-formula", "totalScore", example)


def _check_satisfaction(gathered: _Gathered, at: _At, unit: _Unit) -> None:
    dossiers, petitions = at.count("totalDossiers"), at.count("totalPetitions")
    gathered.check(bool(dossiers or petitions), "P-no-activity", "totalDossiers", f"{at.path}: {unit.key}")
    for metric in at.objects("metrics"):
        if metric.metric_code() == "DOSSIER_RECEIVING_SATISFACTION":
            base = metric.count_or_null("denominator")
            example = f"{metric.path}: {base}, {dossiers} delivered"
            gathered.check(base in (None, dossiers), "P-base", "totalDossiers", example)


def _check_chart(gathered: _Gathered, payload: _At, key: str) -> None:
    """A month of percents adds up to 100 unless it is empty: null in one endpoint, 0 and 0 in the other."""
    for at in _chart(payload, key):
        _month(at)
        on_time, overdue = at.number_or_null("onTimePct"), at.number_or_null("overduePct")
        if on_time is None or overdue is None or not (on_time or overdue):
            continue
        example = f"{at.path}: {on_time} + {overdue}"
        gathered.check(_near(on_time + overdue, Decimal(100), "0.01"), "P-chart", key, example)
