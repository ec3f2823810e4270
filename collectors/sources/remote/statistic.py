"""A response of a statistics endpoint, with its request → statistics; the archive alone is enough to read it again."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from collectors.home import VIETNAM
from collectors.sources.remote.reading import Reading, reading_of
from collectors.sources.strict_json import At, Json, PortalError, shown, strict_value
from collectors.statistic import PortalExport, PortalFinding, PortalRequest, Statistic, UnitName

KIND = "igate"
NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")  # of a source and of its endpoints
_LONGEST = 366  # days of a period
NO_CODE = "dòng không có mã đơn vị"
_ADVICE = "đối chiếu rows, unit, measures của nguồn này trong tthc.toml với phản hồi thật"
_MEND = "sửa tệp .request.json đặt cạnh phản hồi"


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that a stored response answers. source, endpoint: their names in the settings."""

    source: str
    endpoint: str
    start: date
    end: date
    captured_at: datetime
    reading: Reading
    synthetic: bool


def is_asked(request: bytes) -> bool:
    """Whether a request was sent to a statistics endpoint of a configured source."""
    try:
        said = json.loads(request)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, Mapping) and said.get("kind") == KIND


def asked_of(request: bytes) -> Asked:
    """Return what a stored request says; raises PortalError where it says too little."""
    try:
        said: dict[str, Any] = json.loads(request)
        json.dumps(said, ensure_ascii=False).encode()  # half a character is no text: UnicodeError is a ValueError
        moment = datetime.fromisoformat(said["captured_at"])
        captured_at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        start, end = (date.fromisoformat(said["period"][side]) for side in ("from", "to"))
        known = start.year >= 2000 and captured_at.year <= 2100 and start <= captured_at.astimezone(VIETNAM).date()
        if not known or not 0 <= (end - start).days <= _LONGEST:
            raise ValueError(f"kỳ từ {start} đến {end}, hỏi ngày {captured_at:%d/%m/%Y}")
        return Asked(
            source=_name(said["source"]),
            endpoint=_name(said["endpoint"]),
            start=start,
            end=end,
            captured_at=captured_at,
            reading=reading_of(said["reading"]),
            synthetic=said.get("synthetic") is True,
        )
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise PortalError(
            "request",
            found=f"không đọc được ({error})",
            expected="source, endpoint, period, captured_at, reading",
            advice=_MEND,
        ) from error


def _name(text: object) -> str:
    if not isinstance(text, str) or not NAME.fullmatch(text):
        raise ValueError(f"{text!r} không phải tên")  # it is the name of a folder of the archive
    return text


def parse(response: bytes, request: bytes) -> PortalExport:
    """Return the statistics of one response; PortalError refuses it as a whole."""
    return read(strict_value(response, "", _ADVICE), asked_of(request))


def read(answer: Json, asked: Asked) -> PortalExport:
    """Return the statistics of one answer: one row per unit, the counts that the settings name, null as not reported."""
    reading, skipped = asked.reading, 0
    statistics: list[Statistic] = []
    units: dict[str, UnitName] = {}
    rows = rows_of(answer, reading)
    for row in rows:
        code, name = _unit(row, reading)
        if not code:
            skipped += 1
            continue
        if code in units:
            raise PortalError(
                row.path, found=f"đơn vị {code} lần thứ hai", expected="mỗi đơn vị một dòng", advice=_ADVICE
            )
        units[code] = UnitName(code, name or None, None)
        statistics += _statistics(row, code, asked)
    return PortalExport(
        request=PortalRequest(asked.endpoint, {}, asked.captured_at, asked.synthetic),
        period_start=asked.start,
        period_end=asked.end,
        statistics=statistics,
        units=list(units.values()),
        aliases={},
        procedures=[],
        rows_read=len(rows),
        rows_skipped={NO_CODE: skipped} if skipped else {},
        partial=False,
        expected_rows=_expected(answer, reading, len(rows)),
        findings=[] if rows else [PortalFinding("P-complete", "", 1, "phản hồi không có dòng nào")],
    )


def rows_of(answer: Json, reading: Reading) -> list[At]:
    """Return the rows of an answer; raises PortalError where there is no list of objects."""
    if not reading.rows:
        return At({"": answer}, "", _ADVICE).objects("")
    at, key = _inside(_top(answer), reading.rows)
    return at.objects(key)


def _top(answer: Json) -> At:
    if not isinstance(answer, dict):
        raise PortalError("", found=f"thấy {shown(answer)}", expected="một đối tượng JSON {…}", advice=_ADVICE)
    return At(answer, "", _ADVICE)


def _inside(at: At, path: str) -> tuple[At, str]:
    """The object in which the last key of a path stands, and that key."""
    *way, last = path.split(".")
    for key in way:
        at = at.object(key)
    return at, last


def _text(row: At, path: str) -> str:
    """A text (or a whole number) of a row, empty where it is null or blank."""
    if not path:
        return ""
    at, key = _inside(row, path)
    value = at.fields.get(key)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else at.text_or_null(key) or ""


def _unit(row: At, reading: Reading) -> tuple[str, str]:
    name = _text(row, reading.unit_name)
    return _text(row, reading.unit) or reading.code_of(name), name


def _statistics(row: At, unit: str, asked: Asked) -> Iterator[Statistic]:
    for path, measure in asked.reading.measures.items():
        at, key = _inside(row, path)
        value: Decimal | None = at.count_or_null(key)
        yield Statistic(unit, asked.start, asked.end, measure, value, None, at.where(key))


def _expected(answer: Json, reading: Reading, rows: int) -> int | None:
    """How many rows the answer says there are; fewer than that are refused, for they would pass for all of them."""
    if reading.total:
        at, key = _inside(_top(answer), reading.total)
        total = int(at.count(key))
    elif isinstance(answer, dict) and answer.get("last") is False:  # a page of a list, as Spring writes it
        raise PortalError(
            "last", found="đây mới là một trang", expected="cả danh sách", advice="tăng tham số size trong query"
        )
    else:
        return None
    if rows != total:
        raise PortalError(
            reading.total,
            found=f"{rows} dòng, phản hồi nói {total}",
            expected="đủ dòng",
            advice="tăng size trong query",
        )
    return total
