"""A response that should hold counts of units only → where it holds personal data; it is then neither kept nor read."""

import re
from collections.abc import Mapping

from collectors.personal_data import is_personal, masked
from collectors.sources.strict_json import Json

_KEYS = re.compile(
    r"applicant|accepter|assignee|citizen|owner|full_?name|first_?name|last_?name|phone|mobile|e-?mail|identity"
    r"|passport|address|birth|cccd|cmnd",
    re.I,
)
_IDENTIFIER = re.compile(r"[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)  # of a database, not a person


def personal_in(value: Json, path: str = "") -> str:
    """Return the first place of personal data, empty for none; a count is none, whatever its key (totalReceiver)."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            place = f"{path}.{key}" if path else str(key)
            named = bool(_KEYS.search(str(key))) or is_personal(str(key))
            if named and isinstance(child, str | dict | list) and child:
                return place
            if found := personal_in(child, place):
                return found
    elif isinstance(value, list):
        for number, child in enumerate(value):
            if found := personal_in(child, f"{path}[{number}]"):
                return found
    elif isinstance(value, str) and not _IDENTIFIER.fullmatch(value) and masked(value) != value:
        return path
    return ""
