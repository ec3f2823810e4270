"""A published state in, standings in the 766 index out: points by group and component, rating, rank, what would help.

Our own points are computed from the portal's counts, component by component; what the portal published stands beside
them, and what dossier lists count stands beside both: the three are never mixed. A province is computed from its own
counts, never from the mean of its units. Source: `index766.toml`; Quyết định 766/QĐ-TTg.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from metrics.definitions import METRICS, Kind
from metrics.index766 import Band, Component, Group, Version, band_of, next_band, version_of
from metrics.periods import Period, between, calendar_twin, parse_period
from metrics.rates import rates, sources, unit_tree
from metrics.snapshot import Snapshot
from metrics.source_ratios import MAKESHIFT, Source
from metrics.targets import Register
from metrics.units import Unit, UnitTree

INHERITED = "INHERITED"
_ACTIVITY = "received_766"
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Row:
    """One component, or (component None) one group. Points have two decimals, None: not given.

    numerator, denominator: the portal's counts; of a group only where it is a single ratio. own_*: counted from
    dossier lists. provisional: the portal's denominator is makeshift, so nothing is concluded from it.
    """

    group: Group
    component: Component | None
    numerator: int | None
    denominator: int | None
    score: Decimal | None
    published: Decimal | None
    max: Decimal
    provisional: bool = False
    inherited: bool = False
    own_numerator: int | None = None
    own_denominator: int | None = None

    @property
    def known(self) -> Decimal | None:
        """The points that count: those published, else ours."""
        return self.published if self.published is not None else self.score

    @property
    def lost(self) -> Decimal | None:
        """Points missing to the maximum; nothing to divide by can cost them all."""
        if self.known is None:
            return self.max if self.idle else None
        return self.max - self.known

    @property
    def lost_share(self) -> Fraction | None:
        """The points missing as a share of the maximum."""
        return None if self.lost is None else Fraction(self.lost) / Fraction(self.max)

    @property
    def idle(self) -> bool:
        """Whether there was nothing to divide by."""
        return self.component is not None and self.denominator == 0

    @property
    def worth(self) -> Fraction | None:
        """Points of one more in the numerator; None where none can be added."""
        if self.component is None or not self.denominator or self.numerator is None:
            return None
        return self.component.worth(self.denominator)

    @property
    def own_score(self) -> Decimal | None:
        """Points as the dossier lists count; None where they do not."""
        if self.component is None or self.own_denominator is None:
            return None
        return self.component.score(self.own_numerator, self.own_denominator)


@dataclass(frozen=True, slots=True)
class Action:
    """So many more in the numerator of one component, and the points that brings."""

    row: Row
    count: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class Rank:
    """A place among units of the same level below the same parent that have a total and any activity."""

    place: int
    among: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit in one period. total: ours; published: the portal's, or the sum of its six groups."""

    source: Source
    unit: Unit
    period: Period
    version: Version
    rows: tuple[Row, ...]
    total: Decimal | None
    published: Decimal | None
    active: bool
    rank: Rank | None

    @property
    def known(self) -> Decimal | None:
        """The total that counts: as published, else ours."""
        return self.published if self.published is not None else self.total

    @property
    def lost(self) -> Decimal | None:
        """Points missing to the maximum of the index."""
        return None if self.known is None else self.version.max - self.known

    @property
    def missing(self) -> Decimal | None:
        """Points missing to the next rating."""
        above = self.next_band
        return None if above is None or self.known is None else above.start - self.known

    @property
    def band(self) -> Band | None:
        """The rating; None without a total, or where nothing was handled at all."""
        return None if self.known is None or not self.active else band_of(self.known)

    @property
    def next_band(self) -> Band | None:
        """The rating above."""
        return None if self.band is None or self.known is None else next_band(self.known)

    @property
    def losses(self) -> tuple[Row, ...]:
        """What costs points, most first: components, and groups of which only the points are known."""
        detailed = {row.group.code for row in self.rows if row.component is not None and row.denominator is not None}
        lost = [row for row in self.rows if row.lost and (row.component is None) == (row.group.code not in detailed)]
        return tuple(sorted(lost, key=lambda row: -(row.lost or 0)))

    @property
    def actions(self) -> tuple[Action, ...]:
        """Return the fewest components that lift the unit to the next rating; all that can be done if that is too little.

        The counts assume that nothing else changes: more in a numerator, the denominator as it is.
        """
        return self._towards_next_band(lambda row: row.lost or 0)

    @property
    def easiest(self) -> tuple[Action, ...]:
        """Return the way to the next rating with the fewest dossiers, procedures and petitions: dearest ones first."""
        return self._towards_next_band(lambda row: row.worth or 0)

    def _towards_next_band(self, first: Callable[[Row], Decimal | Fraction | int]) -> tuple[Action, ...]:
        if self.missing is None:
            return ()
        able = [row for row in self.rows if _can_gain(row, own_only=self.unit.level != "province")]
        ordered = sorted(able, key=first, reverse=True)
        return tuple(_actions(ordered, self.missing))


def standings(
    snapshot: Snapshot,
    *,
    units: Sequence[str] | None = None,
    period: str = "latest",
    source: str | None = None,
    own: bool = True,
) -> list[Standing]:
    """Return the standing of each unit that a source of statistics has points or counts of in the period.

    units None: the roots, and the provinces below the country. own: with what dossier lists count beside; comparing
    many units does without. Raises QuestionError for a unit, source or period
    that is not there.
    """
    tree = unit_tree(snapshot)
    wanted = [tree.unit(code) for code in units] if units is not None else _top(tree)
    found: list[Standing] = []
    for one in sources(snapshot, source):
        if one.kind == Kind.STATISTIC:
            found += _of_source(snapshot, tree, one, wanted, period, own=own)
    return found


def _top(tree: UnitTree) -> list[Unit]:
    return [below for root in tree.roots for below in (root, *(tree.children(root.code) if root.code == "VN" else []))]


def _of_source(
    snapshot: Snapshot, tree: UnitTree, source: Source, units: Sequence[Unit], period: str, *, own: bool
) -> Iterator[Standing]:
    days = _period(snapshot, source, [unit.code for unit in units], period)
    version = version_of(days.start, days.end) if days else None
    if days is None or version is None:
        return
    delivered = _delivered(snapshot, source, days)
    for unit in units:
        counts = delivered.get(unit.code, {})
        if not any(name.startswith("score_") for name in counts):
            continue
        listed = _own(snapshot, unit, days) if own and version.components else {}
        rows = tuple(_rows(version, counts, listed))
        yield Standing(
            source=source,
            unit=unit,
            period=days,
            version=version,
            rows=rows,
            total=_sum(row.score for row in rows if row.component is None),
            published=published_total(counts, version),
            active=_active(counts),
            rank=_rank(tree, unit, delivered, version),
        )


Counts = Mapping[str, tuple[Decimal | None, str | None]]

_NEWEST = """
-- one row: of the months (else other periods) of which points were delivered, the newest that has begun
SELECT period_start, period_end
FROM statistic
WHERE
    source = $source AND list_contains($units, unit_code) AND starts_with(measure, 'score_')
    AND measure NOT IN ('score_total') AND period_start <= $as_of
ORDER BY (period_end - period_start > 31), period_start DESC, period_end
LIMIT 1
"""
_ALL = """
-- one row per delivered count of a unit in a period
SELECT unit_code, measure, value, quality
FROM statistic
WHERE source = $source AND period_start = $start AND period_end = $end
"""


def _period(snapshot: Snapshot, source: Source, units: list[str], text: str) -> Period | None:
    if text != "latest":
        return calendar_twin(parse_period(text, source.as_of_day))
    asked = {"source": source.source, "units": units, "as_of": source.as_of_day}
    newest = snapshot.rows(_NEWEST, asked)
    return between(newest[0]["period_start"], newest[0]["period_end"]) if newest else None


def _delivered(snapshot: Snapshot, source: Source, period: Period) -> dict[str, dict[str, tuple[Decimal | None, str]]]:
    found: dict[str, dict[str, tuple[Decimal | None, str]]] = {}
    for row in snapshot.rows(_ALL, {"source": source.source, "start": period.start, "end": period.end}):
        found.setdefault(row["unit_code"], {})[row["measure"]] = (row["value"], row["quality"])
    return found


def _own(snapshot: Snapshot, unit: Unit, period: Period) -> dict[str, tuple[int, int]]:
    """Return what dossier lists count of the unit in the period, by variant."""
    keys = [metric.key for metric in METRICS if metric.variants_of(Kind.DOSSIER)]
    found: dict[str, tuple[int, int]] = {}
    for one in sources(snapshot):
        if one.kind != Kind.DOSSIER:
            continue
        nothing_asked = Register(())
        for rate in rates(
            snapshot, nothing_asked, metrics=keys, unit=unit.code, period=period.label, source=one.source
        ):
            if rate.numerator is not None and rate.denominator is not None:
                found.setdefault(rate.variant, (rate.numerator, rate.denominator))
    return found


def _rows(version: Version, counts: Counts, own: Mapping[str, tuple[int, int]]) -> Iterator[Row]:
    for group in version.groups:
        components = [_row(group, one, counts, own.get(one.own)) for one in version.of(group.code)]
        single = components[0] if len(components) == 1 else None
        yield Row(
            group=group,
            component=None,
            numerator=single.numerator if single else None,
            denominator=single.denominator if single else None,
            score=_group_score(components, counts),
            published=_points(counts, f"score_{group.code}"),
            max=group.max,
            provisional=any(row.provisional for row in components),
        )
        yield from components


def _row(group: Group, component: Component, counts: Counts, own: tuple[int, int] | None) -> Row:
    numerator, denominator = (_whole(counts, name) for name in (component.numerator, component.denominator))
    quality = counts.get(component.denominator, (None, None))[1]
    return Row(
        group=group,
        component=component,
        numerator=numerator,
        denominator=denominator,
        score=component.score(numerator, denominator) if component.denominator in counts else None,
        published=_points(counts, f"score_{component.code}"),
        max=component.max,
        provisional=quality in MAKESHIFT,
        inherited=quality == INHERITED,
        own_numerator=own[0] if own else None,
        own_denominator=own[1] if own else None,
    )


def _group_score(components: Sequence[Row], counts: Counts) -> Decimal | None:
    """Return the sum of the components; a component without a score adds 0, one that was not delivered spoils it."""
    if not components or any(row.component and row.component.denominator not in counts for row in components):
        return None
    return sum((row.score or Decimal(0) for row in components), Decimal(0)).quantize(_CENT)


def published_total(counts: Counts, version: Version) -> Decimal | None:
    """Return the total the portal published for the unit, else the sum of its six groups."""
    total = _points(counts, "score_total")
    return total if total is not None else _sum(_points(counts, f"score_{group.code}") for group in version.groups)


def _sum(points: Iterable[Decimal | None]) -> Decimal | None:
    found = list(points)
    known = [one for one in found if one is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(found) else None


def _active(counts: Counts) -> bool:
    """Whether the unit handled anything; a source that does not say how much is believed."""
    return _ACTIVITY not in counts or bool(counts[_ACTIVITY][0])


def _rank(tree: UnitTree, unit: Unit, delivered: Mapping[str, Counts], version: Version) -> Rank | None:
    """Return the place among its like; provinces, departments and communes are ranked apart.

    A unit with nothing to do is not ranked: it would lead with the points that come from nothing to divide by.
    """
    like = [one for one in tree.units.values() if (one.parent, one.level) == (unit.parent, unit.level)]
    totals = {
        one.code: published_total(delivered[one.code], version)
        for one in like
        if one.code in delivered and _active(delivered[one.code])
    }
    known = {code: total for code, total in totals.items() if total is not None}
    if unit.code not in known or len(known) < 2:
        return None
    return Rank(1 + sum(total > known[unit.code] for total in known.values()), len(known))


def _actions(rows: Iterable[Row], missing: Decimal) -> Iterator[Action]:
    for row in rows:
        if missing <= 0:
            return
        action = _action(row, min(missing, row.lost or Decimal(0)))
        yield action
        missing -= action.points


def _can_gain(row: Row, *, own_only: bool) -> bool:
    lacking = row.worth is not None and bool(row.lost) and row.score is not None
    return lacking and not row.provisional and not (own_only and row.inherited)


def _action(row: Row, points: Decimal) -> Action:
    if row.component is None or row.score is None or not row.denominator:
        raise ValueError(f"{row.group.code}: nothing can be added here")
    aim = min(row.max, row.score + points)
    numerator = row.component.needed(row.denominator, aim)
    gained = row.component.score(numerator, row.denominator) or Decimal(0)
    return Action(row, numerator - (row.numerator or 0), gained - row.score)


def _points(counts: Counts, measure: str) -> Decimal | None:
    value = counts.get(measure, (None, None))[0]
    return None if value is None else value.quantize(_CENT)


def _whole(counts: Counts, measure: str) -> int | None:
    value = counts.get(measure, (None, None))[0]
    return None if value is None or value < 0 or value != int(value) else int(value)
