"""How the answer of a statistics endpoint is read: where its rows stand, what names the unit, which field is which measure.

It comes from the settings and is archived with each response, so that the archive alone can be read again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from collectors.reading.text import fold
from collectors.unit_names import code_of, codes_by_name

_MEASURE = re.compile(r"[a-z][a-z0-9_]{1,59}")
_FIELD = re.compile(r"[^\s.\[\]]+(\.[^\s.\[\]]+)*")


@dataclass(frozen=True, slots=True)
class Reading:
    """Paths are keys joined by dots, e.g. agency.code.

    rows: the list of rows; empty: the answer is the list. unit: the code of the unit in a row. unit_name: its name.
    codes: name of a unit → its code, where rows only have names (in any usual spelling, with or without " - tỉnh …").
    measures: field of a row → measure of ours. total: where the answer says how many rows there are; empty: nowhere.
    """

    measures: Mapping[str, str]
    rows: str = ""
    unit: str = ""
    unit_name: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    total: str = ""

    def to_table(self) -> dict[str, Any]:
        """The table that `reading_of` reads."""
        return {
            key: dict(value) if isinstance(value, Mapping) else value
            for key, value in ((one.name, getattr(self, one.name)) for one in fields(self))
        }

    def code_of(self, name: str) -> str:
        """Return the code of a unit of this name, empty where the settings name none."""
        exact = {fold(known): code for known, code in self.codes.items()}.get(fold(name))
        return exact or codes_by_name((code, known) for known, code in self.codes.items()).get(code_of(name), "")


def reading_of(values: object) -> Reading:
    """Return a reading; ValueError says in Vietnamese what cannot be used."""
    if not isinstance(values, Mapping):
        raise ValueError("reading: cần một bảng gồm measures và unit (hoặc unit_name cùng codes).")
    known = {one.name for one in fields(Reading)}
    for key in values.keys() - known:
        raise ValueError(f"không có khóa “{key}”. Các khóa: name, path, query, {', '.join(sorted(known))}.")
    for key in ("rows", "unit", "unit_name", "total"):
        path = values.get(key, "")
        if not isinstance(path, str) or (path and not _FIELD.fullmatch(path)):
            raise ValueError(f"{key} = {path!r}: cần đường dẫn khóa nối bằng dấu chấm, ví dụ “agency.code”.")
    for key in ("measures", "codes"):
        table = values.get(key, {})
        if not isinstance(table, Mapping) or not all(isinstance(text, str) and text for text in table.values()):
            raise ValueError(f"{key}: cần bảng chữ = chữ.")
    measures = dict(values.get("measures", {}))
    if not measures or not all(_FIELD.fullmatch(path) for path in measures):
        raise ValueError('measures: cần ít nhất một dòng “trường = tên số đo”, ví dụ received = "igate_received".')
    names = list(measures.values())
    if len(set(names)) < len(names) or not all(_MEASURE.fullmatch(name) for name in names):
        raise ValueError("measures: mỗi tên số đo một lần, chữ thường không dấu, chữ số và dấu gạch dưới.")
    if not values.get("unit") and not (values.get("unit_name") and values.get("codes")):
        raise ValueError("cần unit (nơi có mã đơn vị), hoặc unit_name cùng bảng codes (tên đơn vị = mã).")
    return Reading(**values)
