"""One row of the register of targets, and one indicator that is entered by hand: what is asked, of whom, when, by what.

A target speaks of a metric (a ratio the product counts) or of an indicator (a figure it cannot count: a survey, a rank,
work files); a citation may speak of neither.

    TargetError (ValueError)    anything wrong in a target file, told in Vietnamese to the person who edits it
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as stored
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

# The twenty ratios of the product; what each divides by what stands in `definitions`.
METRIC_KEYS = (
    *("online", "online_full", "online_full_eligible", "online_of_offered"),
    *("online_payment", "online_payment_procedures", "online_payment_transactions"),
    *("digitised_components", "electronic_results", "digitised_full", "data_reuse"),
    *("on_time", "on_time_766", "overdue_open", "apology_sent"),
    *("procedures_online", "procedures_online_active", "procedures_integrated"),
    *("satisfaction", "petitions_on_time"),
)


class Op(StrEnum):
    """How a figure is compared: "trên 90 %" is strict, "từ 90 % trở lên" is not; the last four name no threshold."""

    AT_LEAST = ">="
    ABOVE = ">"
    EQUAL = "="
    AT_MOST = "<="
    TREND_UP = "trend_up"
    BASELINE = "baseline"
    RULE = "rule"
    NONE = "none"


class Kind(StrEnum):
    """What a row is: the first three are compared with figures, the others are kept to be looked up."""

    TARGET = "target"
    FULL_MARK = "full_mark"  # the ratio that earns full marks in the 766 index, no duty
    TREND = "trend"  # must not fall against the same period of the year before
    BASELINE = "baseline"  # a past figure
    RULE = "rule"  # a scoring rule, no threshold
    CITATION = "citation"  # a document or a duty without a number


KIND_OF_OP = {Op.TREND_UP: Kind.TREND, Op.BASELINE: Kind.BASELINE, Op.RULE: Kind.RULE, Op.NONE: Kind.CITATION}
THRESHOLDS = frozenset({Kind.TARGET, Kind.FULL_MARK})


class Quantity(StrEnum):
    """What sort of number it is: the first two are fractions of 1."""

    RATIO = "ratio"
    REDUCTION = "reduction"  # the share cut against a base: larger is better
    RANK = "rank"  # smaller is better
    COUNT = "count"
    POINTS = "points"

    @property
    def is_share(self) -> bool:
        """Whether it is a fraction of 1, shown in percent."""
        return self in (Quantity.RATIO, Quantity.REDUCTION)


class Feed(StrEnum):
    """What a figure can be computed from."""

    DOSSIERS = "D"
    CATALOGUE = "C"  # the catalogue of procedures, with level and fee flags
    SURVEY = "S"
    REPORT = "R"  # aggregate figures of the portal (the 766 index)
    MANUAL = "M"


BY_HAND = frozenset({Feed.CATALOGUE, Feed.SURVEY, Feed.MANUAL})


class Level(StrEnum):
    """Of whom it is asked: NATIONAL and UNIT (units scored by the index): every unit; else that level."""

    NATIONAL = "national"
    MINISTRY = "ministry"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    DEPARTMENT = "department"
    UNIT = "unit"


EVERY_UNIT = frozenset({Level.NATIONAL, Level.UNIT})
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng


class TargetError(ValueError):
    """A target file cannot be used; the message says where, what was found, what is expected, what to do."""


class Unit(Protocol):
    """What a target needs to know of an administrative unit."""

    @property
    def code(self) -> str:
        """Its own code, e.g. H35.12."""

    @property
    def level(self) -> str | None:
        """One of `Level`, or None where it is not known."""

    @property
    def province(self) -> str | None:
        """The code of its province (of itself, for a province); None above provinces."""


@dataclass(frozen=True, slots=True)
class Step:
    """A share that rises every year: start in start_year, then `increase` more (in POINTS, not relative), up to cap.

    Source: QĐ 468/QĐ-TTg as read in targets.md §3a: 30 % in 2021, +20 points a year, 100 % at most.
    """

    start_year: int
    start: Decimal
    increase: Decimal
    cap: Decimal = Decimal(1)

    def schedule(self, until: int | None = None) -> dict[int, Decimal]:
        """Return the share from each year on in which it changes, up to and including the year `until`."""
        shares, year, share = {}, self.start_year, min(self.start, self.cap)
        while until is None or year <= until:
            shares[year] = share
            if share == self.cap:
                break
            year, share = year + 1, min(share + self.increase, self.cap)
        return shares


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure that people enter by hand. asked_of: the levels whose sheet always has it, target or not.

    better: whether more or less of it is better. feeds: what it can be taken from.
    """

    key: str
    name_vi: str
    name_en: str
    quantity: Quantity
    better: str
    feeds: tuple[Feed, ...] = ()
    asked_of: tuple[Level, ...] = ()
    counted_vi: str = ""
    note: str = ""
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one document asks of one figure in one scope, from valid_from to valid_to (None: open).

    metric, indicator: of which figure it speaks; one of the two, neither only for a citation.
    value, schedule, step: exactly one (none for a trend, a rule, a citation); fractions of 1 for a ratio or a reduction;
    a share of a schedule or step holds from 1 January of its year. due: the day by which the value is to be reached, None
    where it holds all the time; with a schedule each step is due on its own last day. field: names separated by ";".
    variant: the only variant of the metric it speaks of. parent: the target whose numerator is the base of this one
    ("trong số đó"). overrides: the broader target it takes the place of in its field.
    judged: False keeps a row for reference, compared with nothing. ask: what to ask, of whom, where it is unconfirmed.
    """

    id: str
    metric: str = ""
    indicator: str = ""
    name_vi: str = ""
    name_en: str = ""
    op: Op
    value: Decimal | None = None
    quantity: Quantity = Quantity.RATIO
    schedule: Mapping[int, Decimal] = stored(default_factory=dict, hash=False)
    step: Step | None = None
    kind: Kind = Kind.TARGET
    level: Level
    province: str | None = None
    unit: str | None = None
    field: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    due: date | None = None
    variant: str | None = None
    parent: str | None = None
    overrides: str | None = None
    document: str
    article: str = ""
    phrase: str = ""
    feeds: tuple[Feed, ...] = ()
    confirmed: bool = True
    judged: bool = True
    ask: str = ""
    note: str = ""
    file: str = ""
    line: int | None = None

    @property
    def subject(self) -> str:
        """The key of the metric or indicator it speaks of; "" for a mere citation."""
        return self.metric or self.indicator

    @property
    def has_threshold(self) -> bool:
        """Whether a figure can meet it or miss it."""
        return self.kind in THRESHOLDS

    @property
    def shares(self) -> Mapping[int, Decimal]:
        """The schedule by year, that of a step included; empty for a value that does not change."""
        if self.step is None:
            return self.schedule
        return self.step.schedule(self.valid_to.year if self.valid_to else None)

    def valid_on(self, day: date) -> bool:
        """Tell whether the document asks it on that day, due or not."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def value_on(self, day: date) -> Decimal | None:
        """Return the value that holds on a day; None for a trend and before the first year of a schedule."""
        shares = self.shares
        years = [year for year in shares if year <= day.year]
        return shares[max(years)] if years else self.value

    def due_on(self, day: date) -> date | None:
        """Return the day by which the value of that day is to be reached: the end of its step, or `due`."""
        later = [year for year in self.shares if year > day.year]
        if self.due is None or not later:
            return self.due
        return min(self.due, date(min(later) - 1, 12, 31))

    def as_of(self, day: date) -> "Target":
        """Return the target with the value and the due day that hold on a day, its schedule resolved."""
        if not self.shares:
            return self
        return replace(self, value=self.value_on(day), due=self.due_on(day), schedule={}, step=None)

    def covers(self, unit: Unit, field: str | None) -> bool:
        """Tell whether the scope holds the unit and the field; a named unit makes level and province moot."""
        if self.field is not None and (field is None or folded(field) not in fields_of(self)):
            return False
        if self.unit is not None:
            return unit.code == self.unit
        if self.province is not None and unit.province != self.province:
            return False
        return self.level in EVERY_UNIT or unit.level == self.level


def fields_of(target: Target) -> frozenset[str]:
    """Return the fields a target is limited to, for comparison; one empty name where it holds for all."""
    names = frozenset(folded(name) for name in (target.field or "").split(";"))
    return names - {""} or names


def place_of(target: Target) -> str:
    """Return where a target stands, as a person finds it: file, id, line."""
    line = "" if target.line is None else f", dòng {target.line}"
    return f"{target.file}, chỉ tiêu {target.id}{line}"


def folded(name: str) -> str:
    """Return a name for comparison: case, spaces and the place of a tone mark (hoá, hóa) no longer matter."""
    words = unicodedata.normalize("NFD", name.casefold()).split()
    return " ".join("".join(sorted(word, key=lambda sign: sign in _TONES)) for word in words)
