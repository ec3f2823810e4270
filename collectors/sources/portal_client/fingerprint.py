"""A response → the fingerprint of its structure.

It holds every path of keys (rows of a list are one path, metrics one for each code) with its JSON types and whether
each object of that place has it; the maxima; the shape of the unit codes.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from collectors.sources.portal_v2 import Endpoint

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_LOCAL = re.compile(r"H\d{2}(\.\d{2,3})*")
_MAXIMA = ("maxScore", "totalMaxScore")


@dataclass(frozen=True, slots=True)
class Field:
    """One path: its JSON types, and whether every object that could have it has it."""

    types: frozenset[str]
    always: bool


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The structure of the responses of one endpoint."""

    endpoint: str
    fields: Mapping[str, Field]
    maxima: Mapping[str, frozenset[str]]
    codes: frozenset[str]

    def to_json(self) -> str:
        """Text to keep it as; `from_json` reads it back."""
        document = {
            "endpoint": self.endpoint,
            "fields": {path: [found.always, *sorted(found.types)] for path, found in sorted(self.fields.items())},
            "maxima": {path: sorted(values) for path, values in sorted(self.maxima.items())},
            "codes": sorted(self.codes),
        }
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Fingerprint":
        """The fingerprint that `to_json` wrote."""
        document = json.loads(text)
        return cls(
            document["endpoint"],
            {path: Field(frozenset(types), always) for path, (always, *types) in document["fields"].items()},
            {path: frozenset(values) for path, values in document["maxima"].items()},
            frozenset(document["codes"]),
        )


def fingerprint(document: object, endpoint: Endpoint) -> Fingerprint:
    """Return the fingerprint of one response: the parsed envelope, whose `data` is looked at."""
    data = document.get("data") if isinstance(document, Mapping) else None
    return structure(data, "data", endpoint.value, metrics=True)


def structure(value: object, path: str, endpoint: str, *, metrics: bool = False) -> Fingerprint:
    """Return the fingerprint of any JSON value that stands at a path; metrics: rows with a code are kept apart."""
    walked = _Walked(metrics)
    walked.value(value, path)
    fields = {
        path: Field(frozenset(types), walked.present[path] == walked.objects[parent_of(path)] or path.endswith("[]"))
        for path, types in walked.types.items()
    }
    maxima = {path: frozenset(values) for path, values in walked.maxima.items()}
    return Fingerprint(endpoint, fields, maxima, frozenset(walked.codes))


@dataclass(slots=True)
class _Walked:
    metrics: bool
    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    present: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)
    maxima: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    codes: set[str] = field(default_factory=set)

    def value(self, value: object, path: str) -> None:
        self.types[path].add(_type(value))
        self.present[path] += 1
        if isinstance(value, Mapping):
            self.objects[path] += 1
            for key, child in value.items():
                self.value(child, f"{path}.{re.sub(r'[][.]', '_', str(key))}")
                self._note(path, key, child)
        elif isinstance(value, list) and value:
            self.objects[path] += 1
            for child in value:
                self.value(child, f"{path}[{_code(child) if self.metrics else ''}]")

    def _note(self, path: str, key: object, value: object) -> None:
        if key in _MAXIMA and isinstance(value, int | Decimal):
            self.maxima[f"{path}.{key}"].add(f"{Decimal(value).normalize():f}")
        elif key == "departmentCode" and isinstance(value, str):
            self.codes.add("Hnn.nn" if _LOCAL.fullmatch(value) else re.sub(r"\d", "n", value))


def _type(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, list):
        return "array" if value else "empty"
    names: Mapping[type, str] = {str: "string", int: "number", float: "number", Decimal: "number"}
    return names.get(type(value), "object")


def _code(element: object) -> str:
    """The code of a metric, an axis or a slice; rows of units and procedures have none of that shape."""
    code = element.get("code") if isinstance(element, Mapping) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def parent_of(path: str) -> str:
    """Return the path of the object or list in which a path stands."""
    return path[: path.rindex("[")] if path.endswith("]") else path.rpartition(".")[0]
