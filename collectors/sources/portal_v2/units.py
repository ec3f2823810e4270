"""A row → its unit: key, code and level; refuses the same unit twice, and another root than the one asked for."""

from types import MappingProxyType

from collectors.sources.portal_v2.gathered import Gathered, Unit
from collectors.sources.portal_v2.measures import Endpoint
from collectors.sources.portal_v2.shapes import (
    ANY_CODE,
    LOCAL_CODE,
    NATIONAL_NAME,
    NATIONAL_UNIT,
    PROVINCE_CODE,
    WITHOUT_CODES,
)
from collectors.sources.strict_json import At
from collectors.statistic import UnitName

_LEVEL_OF_TYPE = MappingProxyType(
    {"PROVINCE": "province", "PROVINCIAL_DEPARTMENT": "department", "COMMUNE_PEOPLE_COMMITTEE": "commune"}
)
_LEVEL_OF_ROW = MappingProxyType({"AGENCY": "department", "PROVINCE": "department", "COMMUNE": "commune"})


def root_of(gathered: Gathered, at: At) -> Unit:
    """The unit that was asked for, as the response echoes it; refused when it echoes another."""
    question = gathered.question
    name = at.text("departmentName")
    if question.national and (name != NATIONAL_NAME or at.fields.get("departmentCode") is not None):
        at.refuse("departmentName", f"“{NATIONAL_NAME}”, không mã: yêu cầu hỏi cả nước")
    country = name == NATIONAL_NAME and at.fields.get("departmentCode") is None
    if country and question.root_id is not None:
        at.refuse("departmentName", f"đơn vị đã hỏi ({question.root_id}), không phải cả nước")
    if country:
        gathered.units[NATIONAL_UNIT] = UnitName(NATIONAL_UNIT, name, "national")
        return Unit(NATIONAL_UNIT, None, "national")
    identified = question.endpoint is not Endpoint.RESULTS  # which echoes the code alone
    if identified and question.root_id not in (None, at.uuid("departmentId")):
        at.refuse("departmentId", f"đơn vị đã hỏi: {question.root_id}")
    return unit_of(gathered, at, None, identified=identified)


def unit_of(gathered: Gathered, at: At, root: Unit | None, *, identified: bool = True) -> Unit:
    """The unit of a row; refused when it, by id or by code, has come before."""
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
    return Unit(key, code, level)


def _code(gathered: Gathered, at: At, root: Unit | None) -> str | None:
    """The unit code, None where none is delivered; a shape unknown to us (ministries) is a finding."""
    if gathered.question.endpoint in WITHOUT_CODES and "departmentCode" not in at.fields:
        return None
    code = at.text_or_null("departmentCode")
    if code is None:
        return None
    if not ANY_CODE.fullmatch(code):
        at.refuse("departmentCode", "mã đơn vị, ví dụ H35 hoặc H35.12")
    inside = root is None or root.code is None or code.startswith(f"{root.code}.")
    holds = bool(LOCAL_CODE.fullmatch(code)) and inside
    gathered.check(holds, "P-code", "departmentCode", f"{at.where('departmentCode')}: {code}")
    return code


def _level(at: At, code: str | None) -> str | None:
    if code is not None and PROVINCE_CODE.fullmatch(code):
        return "province"
    if "departmentType" in at.fields:
        return _LEVEL_OF_TYPE.get(at.text_or_null("departmentType") or "")
    key = "childGroup" if "childGroup" in at.fields else "level"
    return _LEVEL_OF_ROW.get(at.text_or_null(key) or "") if key in at.fields else None
