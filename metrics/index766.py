"""The 766 index as data: counts of one component in, its points out; versions, groups, components and bands.

Source: Quyết định 766/QĐ-TTg of 23/6/2022 and the formulas as the national portal applies them (`index766.toml`);
the wording of the annex on single components is unconfirmed.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

_CENT = Decimal("0.01")


class Zero(StrEnum):
    """What a component is worth where there is nothing to divide by."""

    NULL = "null"  # no score; counts as 0 in the group
    ZERO = "zero"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component: min(max, max · (n/d) / full_at) points, rounded half up to two decimals.

    numerator, denominator: delivered measures. own: the variant counted from dossier lists that says the same, if any.
    inherited: the province's value, repeated on each of its units.
    """

    group: str
    code: str
    number: str
    name_vi: str
    name_en: str
    max: Decimal
    numerator: str
    denominator: str
    zero: Zero
    full_at: Fraction = Fraction(1)
    inherited: bool = False
    own: str = ""
    action_vi: str = ""
    action_en: str = ""

    def score(self, numerator: int | None, denominator: int | None) -> Decimal | None:
        """Return the points of these counts; None where the rule for nothing to divide by gives none."""
        if not denominator:
            return {Zero.NULL: None, Zero.ZERO: Decimal("0.00"), Zero.FULL: self.max.quantize(_CENT)}[self.zero]
        return rounded(min(Fraction(self.max), self.worth(denominator) * (numerator or 0)))

    def worth(self, denominator: int) -> Fraction:
        """Return the points of one more in the numerator, before rounding and below the maximum."""
        return Fraction(self.max) / (self.full_at * denominator)

    def needed(self, denominator: int, points: Decimal) -> int:
        """Return the least numerator that gives at least these points (at most the maximum)."""
        count = max(0, int((Fraction(points) - Fraction(1, 200)) / self.worth(denominator)))
        while (self.score(count, denominator) or Decimal(0)) < points:
            count += 1
        return count


@dataclass(frozen=True, slots=True)
class Group:
    """One of the six groups; its points are the sum of its components."""

    code: str
    name_vi: str
    name_en: str
    max: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """A rating; `start` points or more earn it. confirmed: False where no official text was read."""

    name_vi: str
    name_en: str
    start: Decimal
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Version:
    """The formulas of some years; scores of two versions are never compared. No components: formulas not known."""

    id: str
    groups: tuple[Group, ...]
    components: tuple[Component, ...]
    valid_from: date = date.min
    valid_to: date = date.max
    note_vi: str = ""
    note_en: str = ""
    max: Decimal = field(default=Decimal(100))

    def of(self, group: str) -> tuple[Component, ...]:
        """Return the components of a group."""
        return tuple(one for one in self.components if one.group == group)


def rounded(points: Fraction) -> Decimal:
    """Return points with two decimals, half up, as the portal rounds each component before adding."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(_CENT, rounding=ROUND_HALF_UP)


@cache
def versions() -> tuple[Version, ...]:
    """Return every version, oldest first; their days do not overlap."""
    return tuple(_version(one) for one in _document()["version"])


@cache
def bands() -> tuple[Band, ...]:
    """Return the ratings, best first."""
    return tuple(
        Band(one["name_vi"], one["name_en"], Decimal(one["from"]), one["confirmed"]) for one in _document()["band"]
    )


def version_of(start: date, end: date) -> Version | None:
    """Return the formulas of a period; None for one that runs across a change of formulas."""
    return next((one for one in versions() if one.valid_from <= start and end <= one.valid_to), None)


def band_of(total: Decimal) -> Band:
    """Return the rating of a total."""
    return next(band for band in bands() if total >= band.start)


def next_band(total: Decimal) -> Band | None:
    """Return the rating above that of a total; None at the top."""
    above = [band for band in bands() if band.start > total]
    return above[-1] if above else None


@cache
def _document() -> Mapping[str, Any]:
    return tomllib.loads((files("metrics") / "index766.toml").read_text(encoding="utf-8"))


def _version(values: Mapping[str, Any]) -> Version:
    return Version(
        id=values["id"],
        groups=tuple(
            Group(one["code"], one["name_vi"], one["name_en"], Decimal(one["max"])) for one in values["groups"]
        ),
        components=tuple(_component(one) for one in values.get("component", [])),
        valid_from=values.get("valid_from", date.min),
        valid_to=values.get("valid_to", date.max),
        note_vi=values.get("note_vi", ""),
        note_en=values.get("note_en", ""),
    )


def _component(values: Mapping[str, Any]) -> Component:
    return Component(
        **{name: value for name, value in values.items() if name not in ("max", "zero", "full_at")},
        max=Decimal(values["max"]),
        zero=Zero(values["zero"]),
        full_at=Fraction(values.get("full_at", 1)),
    )
