"""Bytes → strict JSON whose fields are read by type; PortalError says where, what was found, what to do."""

import codecs
import json
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeAlias

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DEEPEST = 100
_METRIC_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,59}")

ASK_AGAIN = (
    "tải lại phản hồi nguyên vẹn từ Cổng Dịch vụ công quốc gia; nếu vẫn vậy thì Cổng đã đổi cấu trúc, "
    "hãy báo người bảo trì"
)


class PortalError(ValueError):
    """A response or its request, refused as a whole; the text is for the person who saved it, in Vietnamese.

    path: where, e.g. `children[3].totalOnTime`, `request.body.month`, or `` for the whole.
    """

    def __init__(self, path: str, *, found: str, expected: str, advice: str = ASK_AGAIN) -> None:
        self.path, self.found, self.expected, self.advice = path, found, expected, advice
        super().__init__(self.message_vi)

    @property
    def message_vi(self) -> str:
        """Where, what was found, what was expected, what to do."""
        place = f"tại {self.path}: " if self.path else ""
        return f"{place}{self.found}. Cần: {self.expected}. Cách xử lý: {self.advice}."


class BrokenJson(PortalError):
    """The bytes end in the middle, or were changed on the way: asking once more may help."""


@dataclass(frozen=True, slots=True)
class At:
    """One JSON object and where it stands; each reading method refuses what is not of the type it names."""

    fields: dict[str, Json]
    path: str
    advice: str = ASK_AGAIN

    def where(self, key: str) -> str:
        """The place of a field, as findings and errors write it."""
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, key: str, expected: str) -> NoReturn:
        """Raise PortalError for a field."""
        found = f"thấy {shown(self.fields[key])}" if key in self.fields else f"không có trường “{key}”"
        raise PortalError(self.where(key), found=found, expected=expected, advice=self.advice)

    def object(self, key: str) -> "At":
        """The object in a field."""
        value = self.fields.get(key)
        if not isinstance(value, dict):
            self.refuse(key, "một đối tượng JSON {…}")
        return At(value, self.where(key), self.advice)

    def objects(self, key: str) -> list["At"]:
        """The objects of a list."""
        value = self.fields.get(key)
        if not isinstance(value, list):
            self.refuse(key, "một danh sách […]")
        return [self._element(key, index, element) for index, element in enumerate(value)]

    def _element(self, key: str, index: int, element: Json) -> "At":
        path = f"{self.where(key)}[{index}]"
        if not isinstance(element, dict):
            found = f"thấy {shown(element)}"
            raise PortalError(path, found=found, expected="một đối tượng JSON {…}", advice=self.advice)
        return At(element, path, self.advice)

    def number_or_null(self, key: str) -> Decimal | None:
        """A number, None where null."""
        value = self.fields.get(key, False)
        if value is None:
            return None
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            self.refuse(key, "một số")
        number = Decimal(value)
        return number if abs(number) < 10**16 else self.refuse(key, "một số nhỏ hơn 10^16")

    def number(self, key: str) -> Decimal:
        """A number."""
        value = self.number_or_null(key)
        return self.refuse(key, "một số (không được null)") if value is None else value

    def count_or_null(self, key: str) -> Decimal | None:
        """A non-negative integer, None where null."""
        value = self.number_or_null(key)
        if value is not None and (value < 0 or value != int(value)):
            self.refuse(key, "một số nguyên không âm")
        return None if value is None else Decimal(int(value))

    def count(self, key: str) -> Decimal:
        """A non-negative integer."""
        value = self.count_or_null(key)
        return self.refuse(key, "một số nguyên không âm (không được null)") if value is None else value

    def text_or_null(self, key: str) -> str | None:
        """Text, cleaned; None where null or blank."""
        value = self.fields.get(key, False)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(key, "một chuỗi chữ")
        return clean(value) or None

    def text(self, key: str) -> str:
        """Text, cleaned, not blank."""
        value = self.text_or_null(key)
        return self.refuse(key, "một chuỗi chữ không trống") if value is None else value

    def uuid(self, key: str) -> str:
        """A UUID in lower case."""
        value = self.text(key)
        return value.lower() if _UUID.fullmatch(value) else self.refuse(key, "một mã định danh UUID")

    def metric_code(self) -> str:
        """The code of a metric, axis or slice."""
        value = self.text("code")
        return value if _METRIC_CODE.fullmatch(value) else self.refuse("code", "một mã chỉ số viết hoa")


def clean(text: str) -> str:
    """NFC, blanks and control characters as single blanks, lone surrogates as the replacement character."""
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    text = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", " ".join(text.split()))


def shown(value: Json) -> str:
    """A value of the response, short enough for a message."""
    if isinstance(value, dict | list):
        return "một đối tượng {…}" if isinstance(value, dict) else "một danh sách […]"
    words = {None: "null", True: "true", False: "false"}
    text = words[value] if value is None or isinstance(value, bool) else f"“{clean(str(value))}”"
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
        raise ValueError(f"trường “{clean(twice)}” lặp lại trong một đối tượng")
    return fields


def _require_flat(value: Json) -> None:
    """Raise RecursionError for a value nested so deep that what walks through it may run out of stack."""
    level = [value]
    for _ in range(_DEEPEST):
        parts = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [one for part in parts for one in part]
        if not level:
            return
    raise RecursionError


def strict(data: bytes, path: str, advice: str) -> At:
    """The one JSON object in these bytes, as `strict_value` reads it."""
    value = strict_value(data, path, advice)
    if not isinstance(value, dict):
        raise PortalError(path, found=f"thấy {shown(value)}", expected="một đối tượng JSON {…}", advice=advice)
    return At(value, path, advice)


def is_sound(data: bytes) -> bool:
    """Whether these bytes are JSON to its end; what else may be wrong with it, asking once more does not heal."""
    try:
        strict_value(data, "", "")
    except BrokenJson:
        return False
    except PortalError:
        return True
    return True


def strict_value(data: bytes, path: str, advice: str) -> Json:
    """The one JSON value in these bytes: UTF-8, no key twice, no NaN or Infinity, at most a hundred levels deep."""
    expected = "JSON hợp lệ (UTF-8)"
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
        _require_flat(value)
    except RecursionError:
        raise PortalError(path, found="JSON lồng quá sâu", expected=expected, advice=advice) from None
    except json.JSONDecodeError as error:
        found = f"JSON hỏng ở dòng {error.lineno}, cột {error.colno} (tệp bị cắt cụt hoặc bị sửa)"
        raise BrokenJson(path, found=found, expected=expected, advice=advice) from None
    except UnicodeDecodeError as error:
        found = f"byte thứ {error.start + 1} không phải UTF-8"
        raise BrokenJson(path, found=found, expected=expected, advice=advice) from None
    except ValueError as error:
        raise PortalError(path, found=f"JSON không hợp lệ: {error}", expected=expected, advice=advice) from None
    return value
