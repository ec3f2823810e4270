"""Secrets neither come in nor get out: credentials in settings are found, what is logged is redacted."""

import re
from collections.abc import Iterator, Mapping

REDACTED = "***"

_NAME = re.compile(
    r"token|passw|secret|authori[sz]ation|cookie|credential|(?:api|private)[-_ ]?key|mat[-_ ]?khau", re.I
)
_HEADER = re.compile(r"((?:authorization|cookie)[\"']?\s*[:=]\s*)[^\r\n]+", re.I)  # to the end of the line
_NAMED = re.compile(
    r"((?:token|passw(?:or)?d|secret|credentials?|api[-_]?key|mat[-_]?khau)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&}]+", re.I
)
_VALUE = re.compile(
    r"\b(?:bearer|basic)\s+[\w.~+/=-]{6,}"  # as in an Authorization header
    r"|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"  # a JSON web token
    r"|(?<=://)[^/\s@]+(?=@)",  # user:password@host
    re.I,
)


def credentials_in(settings: Mapping[str, object], path: str = "") -> Iterator[str]:
    """Yield the keys of a configuration that hold, or by their name would hold, a credential; never the value."""
    for key, value in settings.items():
        place = f"{path}.{key}" if path else str(key)
        if _NAME.search(str(key)):
            yield place
        elif isinstance(value, Mapping):
            yield from credentials_in(value, place)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            for item in value:
                yield from credentials_in(item if isinstance(item, Mapping) else {key: item}, place)
        elif any(redacted_text(text) != text for text in _texts(value)):
            yield place


def redacted(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers fit for a log: Authorization, Cookie, Set-Cookie and whatever is called a token are covered."""
    return {name: REDACTED if _NAME.search(name) else redacted_text(value) for name, value in headers.items()}


def redacted_text(text: str) -> str:
    """Return text fit for a log: header lines, named secrets, tokens and passwords in addresses are covered."""
    text = _HEADER.sub(rf"\1{REDACTED}", text)
    text = _VALUE.sub(REDACTED, text)
    return _NAMED.sub(rf"\1{REDACTED}", text)


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [text for text in values if isinstance(text, str)]
