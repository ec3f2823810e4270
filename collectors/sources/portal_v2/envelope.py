"""The first bytes of a file → whether they open a response of the portal."""

import re

from collectors.sources.portal_v2.shapes import RESULTS_FIELDS

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
    return inside is not None and inside[1] in RESULTS_FIELDS | {
        "overview",
        "parent",
        "evaluation",
        "children",
    }
