"""Words of exports → canonical values: status, channel, service level, flags, codes of procedures and units."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from collectors.formats import MOST_DIGITS
from collectors.reading.text import clean, fold

MISSING = "missing"
UNKNOWN = "unknown"
UNKNOWN_UNIT = "?"

_CURRENCY = re.compile(r"(?:vnđ|vnd|đồng|đ)\.?$", re.IGNORECASE)
_WHOLE = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+|\d+)(?:[.,]0{1,2})?")
_PROCEDURE_CODE = re.compile(r"^\s*(\d)\s*\.?\s*(\d{3})\s*\.?\s*(\d{3})(?:\s*\.\s*(?:000\.00\.00\.)?([A-Z]\d{2}))?\s*$")
_OLD_UNIT = re.compile(r"^(?:\d{2,3}\.)+(?P<root>[A-Z]\d{2})$")


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    document = tomllib.loads((files("collectors") / "vocabulary.toml").read_text(encoding="utf-8"))
    return {
        kind: {fold(text): value for value, texts in values.items() for text in texts}
        for kind, values in document.items()
    }


def word(kind: str, text: str) -> str | None:
    """Return the canonical value of a text, None where the vocabulary `kind` does not know it."""
    return _words()[kind].get(fold(text))


@cache
def name_vi(kind: str, value: str) -> str:
    """Return how people call a canonical value: the first text of its list; "" where the vocabulary has no such value."""
    document = tomllib.loads((files("collectors") / "vocabulary.toml").read_text(encoding="utf-8"))
    return str(next(iter(document[kind].get(value, [])), ""))


def status(text: str) -> int | None:
    """Return the national state 1 to 10, None for an unknown text."""
    known = word("status", text)
    number = fold(text)
    if known is None and number.isdecimal() and len(number) <= 2 and 1 <= int(number) <= 10:
        return int(number)
    return int(known) if known else None


def choice(kind: str, text: str) -> str:
    """Return channel or service level; a blank cell is "missing", an unknown text "unknown"."""
    return word(kind, text) or (UNKNOWN if fold(text) else MISSING)


def flag(kind: str, text: str) -> bool | None:
    """Return a yes or no; None for a text we do not know (or, for ratings, a blank cell)."""
    known = word(kind, text)
    return None if known is None else known == "yes"


def money(text: str) -> int | None:
    """Return whole đồng; a blank is 0, a text in no form we know (or of more than 14 digits) None.

    Thousands are parted by points or by commas (the same file may hold both); 1.234.5 is malformed, not a guess.
    """
    bare = _CURRENCY.sub("", clean(text)).strip()
    if bare in ("", "-", "~"):
        return 0
    match = _WHOLE.fullmatch(bare)
    digits = re.sub(r"[.,]", "", match[1]) if match else ""
    return int(digits) if 0 < len(digits) <= MOST_DIGITS else None


def procedure_code(text: str) -> str | None:
    """Return the canonical code d.dddddd, None where the text is none.

    Mends the typing errors seen in decisions (1014217, 1.013.788.H42); never the first digit.
    A code that a spreadsheet turned into a number (1.01001 for 1.010010) gets its last zeros back.
    """
    text = text.strip()
    match = _PROCEDURE_CODE.match(text) or re.match(r"^(\d)\.(\d{3})(\d{1,2})$", text)
    if match is None:
        return None
    return f"{match[1]}.{match[2]}{match[3]:0<3}"


def procedure_key(code: str, name: str) -> str:
    """Return what a procedure is known by: its code, or its folded name where the export has no code."""
    return procedure_code(code) or (clean(code) if clean(code) else fold(name)) or UNKNOWN_UNIT


def unit_code(text: str) -> str:
    """Return the agency identifier, written from the province down: 000.00.12.H35 becomes H35.12.

    Source: Thông tư 01/2018/TT-VPCP, Điều 19; Quyết định 20/2020/QĐ-TTg.
    """
    text = clean(text)
    old = _OLD_UNIT.match(text)
    if old is None:
        return text
    below = [part for part in reversed(text.split(".")[:-1]) if part.strip("0")]
    return ".".join([old["root"], *below])
