"""The tree of units: what sources say of units in, codes with parent and level out; counts roll up along it.

The parent of a unit is its code without the last dotted part, or the nearest code above that which exists, unless
the configuration names another. A code that nobody delivered exists too where the codes of units branch under it:
H35.12.01 and H35.12.02 make H35.12, but a single department makes no province, whose total would be its own.
A code with one part has no parent. `VN` stands for the whole country and has no units below it: provinces are
delivered beside it, not added up to it.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from collectors.reading.text import fold
from metrics import QuestionError

NATIONAL = "VN"
_PROVINCE = re.compile(r"H\d{2}")
_AGENCY = re.compile(r"[A-Z]\d{2}\..+")  # read from left to right, as since QĐ 20/2020/QĐ-TTg
_NAMED = "ten:"  # a unit that a form names without its code
_UNCODED = "id:"  # a portal row whose code is not known yet: it has a place in the tree, but we do not know which


class UnitLevel(StrEnum):
    """Of which tier a unit is; the same words as the levels of targets."""

    NATIONAL = "national"
    PROVINCE = "province"
    DEPARTMENT = "department"
    COMMUNE = "commune"


class UnitError(QuestionError):
    """A unit that is not there, or a parent that cannot be."""


@dataclass(frozen=True, slots=True)
class Named:
    """What one source says of a unit; None: nothing. Later ones win."""

    code: str
    name: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit with its place in the tree; parent None: a root."""

    code: str
    name: str
    parent: str | None
    level: str
    leaf: bool

    @property
    def province(self) -> str | None:
        """Return the code of the province it belongs to; None for the country and for ministries."""
        first = self.code.partition(".")[0]
        return first if _PROVINCE.fullmatch(first) else None


class UnitTree:
    """Units by code, each parent before its children."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._children: dict[str | None, list[Unit]] = {}
        for unit in sorted(units, key=lambda unit: natural(unit.code)):
            self._children.setdefault(unit.parent, []).append(unit)
        self.units = {unit.code: unit for unit in self._walk(None)}
        self._above = {code: tuple(self._chain(code)) for code in self.units}

    @property
    def roots(self) -> list[Unit]:
        """Return the units without a parent; of those whose code is not known only named ones, and only if all are."""
        known = [unit for unit in self._children.get(None, []) if not unit.code.startswith(_UNCODED)]
        return [unit for unit in known if not unit.code.startswith(_NAMED)] or known

    def unit(self, code: str) -> Unit:
        """Return the unit with this code; raises UnitError when there is none."""
        if code not in self.units:
            known = ", ".join(f"{unit.code} ({unit.name})" for unit in self.roots[:5])
            raise UnitError(f"Không có đơn vị “{code}” trong số liệu. Các đơn vị gốc: {known or 'chưa có'}.")
        return self.units[code]

    def children(self, code: str) -> list[Unit]:
        """Return the units directly below."""
        return list(self._children.get(code, []))

    def above(self, code: str) -> tuple[str, ...]:
        """Return the codes from the parent up to the root."""
        return self._above[code]

    def under(self, code: str) -> list[str]:
        """Return the code and every code below it."""
        return [code, *(unit.code for unit in self._walk(code))]

    def with_above(self, codes: Iterable[str]) -> set[str]:
        """Return these codes and all above them."""
        return {one for code in codes for one in (code, *self.above(code))}

    def rolled_up(self, by_unit: Mapping[str, Mapping[str, int]]) -> dict[str, Counter[str]]:
        """Return, for each unit that has counts itself or below it, the sum over itself and all below it."""
        sums: dict[str, Counter[str]] = {}
        for code, counts in by_unit.items():
            for target in (code, *self.above(code)):
                sums.setdefault(target, Counter()).update(counts)
        return sums

    def _walk(self, parent: str | None) -> Iterator[Unit]:
        for unit in self._children.get(parent, []):
            yield unit
            yield from self._walk(unit.code)

    def _chain(self, code: str) -> Iterator[str]:
        parent = self.units[code].parent
        while parent is not None:
            yield parent
            parent = self.units[parent].parent


def build_tree(
    said: Iterable[Named], *, parents: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None
) -> UnitTree:
    """Return the tree of all units that sources, or the configuration, name.

    said: older sayings first. parents, names: set by hand, they win; a parent set by hand is a unit too.
    Raises UnitError for a loop of parents.
    """
    parents, names = parents or {}, names or {}
    found: dict[str, Named] = {}
    for one in said:
        known = found.get(one.code, one)
        found[one.code] = Named(one.code, one.name or known.name, one.level or known.level)
    for code in list(found):
        while (code := parents.get(code, "")) and code not in found:
            found[code] = Named(code)
    for code in _branchings(code for code in found if code not in parents):
        found.setdefault(code, Named(code, _province_names().get(code)))
    above = {code: _parent(code, found, parents) for code in found}
    _refuse_loops(above)
    levels: dict[str, str] = {}
    for code in sorted(found, key=lambda code: len(list(_climb(code, above)))):
        levels[code] = _level(found[code], names.get(code), levels.get(above[code] or ""))
    with_children = set(above.values())
    return UnitTree(
        Unit(
            code=code,
            name=names.get(code) or one.name or code,
            parent=above[code],
            level=levels[code],
            leaf=code not in with_children,
        )
        for code, one in found.items()
    )


@cache
def _province_names() -> Mapping[str, str]:
    """Return the names of the 34 provinces since 1/7/2025, by code (QĐ 20/2020/QĐ-TTg; the codes outlived the mergers)."""
    text = (files("metrics") / "provinces.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


def natural(code: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts H35.9 before H35.12."""
    return tuple((len(part) if part.isdigit() else 0, part) for part in code.split("."))


def _branchings(codes: Iterable[str]) -> list[str]:
    """Return every beginning of a code after which codes go on in more than one way."""
    ways: dict[str, set[str]] = {}
    for code in filter(_AGENCY.fullmatch, codes):
        parts = code.split(".")
        for length in range(1, len(parts)):
            ways.setdefault(".".join(parts[:length]), set()).add(parts[length])
    return [code for code, next_parts in ways.items() if len(next_parts) > 1]


def _parent(code: str, known: Mapping[str, Named], parents: Mapping[str, str]) -> str | None:
    if code in parents:
        return parents[code] or None
    above = code.rpartition(".")[0]
    while above and above not in known:
        above = above.rpartition(".")[0]
    return above or None


def _climb(code: str, above: Mapping[str, str | None]) -> Iterator[str]:
    parent = above[code]
    while parent is not None:
        yield parent
        parent = above[parent]


def _refuse_loops(above: Mapping[str, str | None]) -> None:
    for code in above:
        path = [code]
        parent = above[code]
        while parent is not None:
            if parent in path:
                raise UnitError(
                    f"Đơn vị cha trong tthc.toml đi vòng: {' → '.join([*path, parent])}. "
                    "Sửa parent của một trong các đơn vị này."
                )
            path.append(parent)
            parent = above[parent]


# Names are told apart without accents: "Uỷ ban", "Ủy ban", "UBND" and capital letters mean the same.
_COMMUNE = re.compile(
    r"\b(ubnd|uy ban nhan dan|trung tam phuc vu hanh chinh cong) (xa|phuong|dac khu)\b|^(xa|phuong|dac khu)\b"
)
_DEPARTMENT = re.compile(r"^(so|ban|van phong|thanh tra)\b")
_PROVINCIAL = re.compile(r"^(ubnd|uy ban nhan dan) tinh\b")


def _level(said: Named, name: str | None, parent_level: str | None) -> str:
    """Return the level as delivered, else as the name says, else by the place in the tree."""
    if said.level:
        return said.level
    if said.code == NATIONAL:
        return UnitLevel.NATIONAL
    plain = fold(name or said.name or "")
    if _COMMUNE.search(plain):
        return UnitLevel.COMMUNE
    if _DEPARTMENT.search(plain):
        return UnitLevel.DEPARTMENT
    # "UBND thành phố" below a province is a former district town, not a province.
    alone = parent_level is None and "." not in said.code and not said.code.startswith(_NAMED)
    if _PROVINCIAL.search(plain) or alone:
        return UnitLevel.PROVINCE
    return UnitLevel.COMMUNE if parent_level == UnitLevel.COMMUNE else UnitLevel.DEPARTMENT
