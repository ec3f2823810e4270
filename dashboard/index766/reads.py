"""The published snapshot in, standings in the 766 index out; cached by snapshot and choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.reads import kept
from metrics.index766 import Band
from metrics.index_standing import Rank, Standing, standings
from metrics.periods import Period, between
from metrics.rates import unit_tree
from metrics.snapshot import Snapshot

BELOW, LIKE = "below", "like"


@dataclass(frozen=True, slots=True)
class Scored:
    """A unit with points, and the periods of them by label."""

    name: str
    periods: dict[str, Period]


@dataclass(frozen=True, slots=True)
class Compared:
    """One unit beside others: its points by group, total, rating and rank. active: it handled anything at all."""

    code: str
    name: str
    groups: dict[str, Decimal | None]
    total: Decimal | None
    band: Band | None
    rank: Rank | None
    active: bool


SCORED = """
-- one row per unit and period with points in a source, parents before their children, newest months first
SELECT DISTINCT unit_code AS code, coalesce(unit.unit_name, unit_code) AS name, period_start AS start, period_end AS "end"
FROM statistic
LEFT JOIN unit USING (unit_code)
WHERE source = ? AND starts_with(measure, 'score_') AND value IS NOT NULL
ORDER BY list_transform(string_split(unit_code, '.'), lambda part: lpad(part, 6, '0')),
    (period_end - period_start > 31), period_start DESC, period_end
"""


@kept
def scored(snapshot: Snapshot, source: str) -> dict[str, Scored]:
    """Return the units with points in a source, each with its periods: months before longer ones, newest first."""
    found: dict[str, Scored] = {}
    for row in snapshot.rows(SCORED, (source,)):
        unit = found.setdefault(row["code"], Scored(row["name"], {}))
        period = between(row["start"], row["end"])
        unit.periods[period.label] = period
    return found


STATISTICS = """
-- one row per source of statistics, real before synthetic
SELECT source FROM source WHERE kind = 'statistic' ORDER BY synthetic, source
"""


@kept
def portals(snapshot: Snapshot) -> list[str]:
    """Return the sources that could have points, real before synthetic."""
    return [row["source"] for row in snapshot.rows(STATISTICS)]


@kept
def standing(snapshot: Snapshot, unit: str, period: str, source: str) -> Standing | None:
    """Return how a unit stands in a period; None where no formulas are known of it."""
    return next(iter(standings(snapshot, units=[unit], period=period, source=source)), None)


@kept
def compared(snapshot: Snapshot, unit: str, which: str, period: str, source: str) -> list[Compared]:
    """Return the units directly below one (BELOW), or those of its level below the same parent (LIKE)."""
    tree = unit_tree(snapshot)
    asked = tree.unit(unit)
    if which == BELOW:
        wanted = [one.code for one in tree.children(unit)]
    else:
        wanted = [one.code for one in tree.units.values() if (one.parent, one.level) == (asked.parent, asked.level)]
    if not wanted:
        return []
    return _compared(standings(snapshot, units=wanted, period=period, source=source, own=False))


def _compared(found: Sequence[Standing]) -> list[Compared]:
    return [
        Compared(
            code=one.unit.code,
            name=one.unit.name,
            groups={row.group.code: row.known for row in one.rows if row.component is None},
            total=one.known,
            band=one.band,
            rank=one.rank,
            active=one.active,
        )
        for one in found
    ]
