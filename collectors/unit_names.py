"""Names of units, where a form prints no codes → the codes of units of the same name, or a code made of the name."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

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
    """Give statistics of named units the code of the unit of that name; without one they keep the made code.

    Told anew from the name each time, so the order of loading does not matter. Where two names of one source would get
    one code, both keep theirs: their counts must not meet.
    """
    codes = known_codes(con, names)
    said = con.execute("SELECT DISTINCT source, unit_said FROM collected.statistic WHERE unit_said <> ''").fetchall()
    given = Counter((source, codes.get(made, made)) for source, made in said)
    con.execute("CREATE OR REPLACE TEMP TABLE named_unit (source VARCHAR, unit_said VARCHAR, unit_code VARCHAR)")
    rows = [(source, made, codes[made]) for source, made in said if made in codes and given[source, codes[made]] == 1]
    append(con, "named_unit", rows)
    con.execute(_SETTLE)


_SETTLE = """
-- one row per statistic of a named unit
UPDATE collected.statistic AS s SET unit_code = coalesce(
    (SELECT n.unit_code FROM named_unit AS n WHERE n.source = s.source AND n.unit_said = s.unit_said), s.unit_said
)
WHERE s.unit_said <> ''
"""
