"""What a ratio is made of: a metric, and its variants, one for each way of counting it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from metrics.measures import PROCEDURE_NAMES, terms
from metrics.on_time import OnTime


class Kind(StrEnum):
    """Where the counts of a variant come from."""

    DOSSIER = "dossier"
    STATISTIC = "statistic"
    PAYMENT = "payment"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of counting a metric: two measures of the same kind of source.

    stock: both are stocks, of one day, not of a period.
    known, of: a dossier list that lacks the column has `of` > 0 and `known` = 0: not reported, instead of none.
    blank_is_absent: a blank cell is like a missing column, so `known` is asked of the whole source.
    rule: the on-time rule set it counts by; it speaks for its metric only where that is the chosen one.
    catalogue: the column of the procedure catalogue without which it cannot be told.
    beside: it never speaks for its metric. counted_vi, counted_en: what it counts, where not what its metric counts.
    """

    id: str
    numerator: str
    denominator: str
    kind: Kind = Kind.DOSSIER
    stock: bool = False
    known: str = ""
    of: str = ""
    blank_is_absent: bool = False
    rule: OnTime | None = None
    catalogue: str = ""
    beside: bool = False
    counted_vi: str = ""
    counted_en: str = ""

    @property
    def at_end(self) -> bool:
        """Whether it counts what is open on the last day of the period, alone or beside what happened in it."""
        return any(term.ever for name in (self.numerator, self.denominator) for term in terms(name))

    @property
    def counts_procedures(self) -> bool:
        """Whether it counts procedures, each once: neither added up over units nor made of single dossiers."""
        return self.numerator in PROCEDURE_NAMES


@dataclass(frozen=True, slots=True)
class Metric:
    """One ratio; counted_vi, counted_en: what its numbers count, for "30 … missing"."""

    key: str
    label_vi: str
    label_en: str
    variants: tuple[Variant, ...] = ()
    direction: Direction = Direction.UP
    counted_vi: str = "hồ sơ"
    counted_en: str = "dossiers"

    def variants_of(self, kind: str) -> tuple[Variant, ...]:
        """Return the variants that sources of a kind can give."""
        return tuple(variant for variant in self.variants if variant.kind == kind)

    def speaking(self, kind: str, *, rule: OnTime, filled: Collection[str], catalogue: Collection[str]) -> str | None:
        """Return the id of the variant that speaks for the metric in a source of a kind, None where none can.

        The first by the chosen rule set whose column the source has filled anywhere, else the first of all.
        """
        may = [
            one
            for one in self.variants_of(kind)
            if not one.beside and one.rule in (None, rule) and (not one.catalogue or one.catalogue in catalogue)
        ]
        told = (one.id for one in may if not one.known or one.known in filled)
        return next(told, may[0].id if may else None)
