"""Names of units, where a form prints no codes → the codes of units of the same name, or a code made of the name."""

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

import duckdb

from collectors.layout import header_key
from collectors.reading.text import clean, fold
from collectors.sources.dossier_staging import append

NAMED = "ten:"  # the code of a unit of which only the name is known
_UNCODED = (NAMED, "id:", "?")
_HISTORY = re.compile(r"\([^()]*\)")
_PROVINCE = re.compile(r"\s+-\s+(?:tinh|thanh pho|tp)\b.*$")
_SAME_WORDS = ((re.compile(r"\buy ban nhan dan\b"), "ubnd"), (re.compile(r"^tinh\b|\btp\b"), ""))


def code_of(name: str) -> str:
    """Return the code made of a name: the same for every usual spelling of it.

    "Uỷ ban nhân dân Xã Đông Sơn - tỉnh Thanh Hóa" and "UBND xã Đông Sơn" are `ten:ubnd-xa-dong-son`.
    """
    bare = _PROVINCE.sub("", fold(_HISTORY.sub(" ", clean(name))))
    key = header_key(bare)
    for form, words in _SAME_WORDS:
        key = form.sub(words, key)
    return NAMED + "-".join(key.split())


def codes_by_name(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return made code → true code for the names (code, name) that only one unit bears."""
    codes: dict[str, set[str]] = {}
    for code, name in named:
        if not code.startswith(_UNCODED):
            codes.setdefault(code_of(name), set()).add(code)
    return {made: found.pop() for made, found in codes.items() if len(found) == 1 and made != NAMED}


def known_codes(con: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> dict[str, str]:
    """Return made code → true code, of the units the warehouse knows and those named by hand (code → name)."""
    said = con.execute("SELECT unit_code, unit_name FROM collected.unit WHERE unit_name IS NOT NULL").fetchall()
    return codes_by_name([*((code, name) for code, name in said if code not in names), *names.items()])


def settle(con: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> None:
    """Give counts of named units the code of the unit of that name, and choose those that stand.

    Told anew from the names each time, so the order of loading does not matter. A name that nobody bears keeps its made
    code.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE known_unit (made VARCHAR, unit_code VARCHAR)")
    append(con, "known_unit", list(known_codes(con, names).items()))
    con.execute((files("collectors") / "settle_forms.sql").read_text(encoding="utf-8"))
