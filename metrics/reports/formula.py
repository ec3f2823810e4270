"""The sums of a report template: `received + open_before` in, a count out; nothing but names, + and - is a sum."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_PART = re.compile(r"\s*([+-]?)\s*([a-z][a-z0-9_]*)\s*")


class FormulaError(ValueError):
    """The text is no sum of known counts; the message says which word (Vietnamese)."""


@dataclass(frozen=True, slots=True)
class Formula:
    """Counts that are added (1) or taken away (-1)."""

    text: str
    terms: tuple[tuple[int, str], ...]

    @property
    def names(self) -> frozenset[str]:
        """Return the counts it is made of."""
        return frozenset(name for _, name in self.terms)

    def value(self, counts: Mapping[str, int | None]) -> int | None:
        """Return the sum; None where one of the counts is not reported. A count that is not there is an error."""
        found = [(sign, counts[name]) for sign, name in self.terms]
        known = [sign * count for sign, count in found if count is not None]
        return sum(known) if len(known) == len(found) else None


def parse(text: str, known: Collection[str]) -> Formula:
    """Return the sum that a text says.

    known: the counts there are. Raises FormulaError for another word or sign.
    """
    terms: list[tuple[int, str]] = []
    place = 0
    while place < len(text) or not terms:
        part = _PART.match(text, place)
        if part is None or (bool(terms) and not part[1]):
            raise FormulaError(f"“{text}” không phải phép cộng, trừ các số đếm, ví dụ: received + open_before")
        if part[2] not in known:
            raise FormulaError(f"không có số đếm “{part[2]}”. Các số đếm: {', '.join(sorted(known))}")
        terms.append((-1 if part[1] == "-" else 1, part[2]))
        place = part.end()
    return Formula(text, tuple(terms))
