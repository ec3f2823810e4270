"""The procedures of a unit in, what the page says of them out: who holds the gap, what if, what is offered and not used."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from dashboard import assessed
from dashboard.assessed import Part
from dashboard.reads import kept
from dashboard.rows import Period, Rate
from metrics.assess import counted
from metrics.definitions import Variant
from metrics.insight.gap import Held, held
from metrics.insight.what_if import WhatIf, if_worst_reached, median_ratio
from metrics.periods import Period as Days
from metrics.procedure_history import by_month, by_unit
from metrics.rates import unit_tree
from metrics.snapshot import Snapshot

MONTHS = 24


@dataclass(frozen=True, slots=True)
class Weight:
    """All procedures of a unit for one metric: those that hold the gap, and what if the worst became ordinary.

    level_of: the unit whose median procedure is the level (the root above).
    """

    parts: list[Part]
    held: list[Held[str]]
    what_if: WhatIf[str] | None
    level_of: str


@kept
def weight(snapshot: Snapshot, targets: Path | None, metric: str, source: str, unit: str, period: str) -> Weight:
    """Return the procedures of a unit, largest first, and what follows from their counts."""
    parts = assessed.parts(snapshot, targets, metric, source, unit, period, "procedure")
    tree = unit_tree(snapshot)
    root = (unit, *tree.above(unit))[-1]
    ordinary = parts if root == unit else assessed.parts(snapshot, targets, metric, source, root, period, "procedure")
    level = median_ratio(part.counts for part in ordinary)
    found = {part.key: part.counts for part in parts}
    less = assessed.less_is_better(metric)
    what_if = None if level is None else if_worst_reached(found, level, less_is_better=less)
    gaps = held({part.key: part.rate.gap or 0 for part in parts})
    return Weight(parts, gaps, what_if, tree.unit(root).name)


@kept
def unused(snapshot: Snapshot, targets: Path | None, metric: str, source: str, unit: str, period: str) -> list[Part]:
    """Return the procedures with dossiers that could have been of a metric, of which none was; largest first.

    metric online_of_offered: offered online, never used; online_payment: with a fee, never paid online.
    """
    parts = assessed.parts(snapshot, targets, metric, source, unit, period, "procedure")
    empty = [part for part in parts if part.counts[1] > 0 and part.counts[0] == 0]
    return sorted(empty, key=lambda part: (-part.counts[1], part.name))


FLAGS = """
-- one row: what is known of a procedure; the columns differ between versions
SELECT *
FROM procedure
WHERE procedure_key = ?
"""


@kept
def flags(snapshot: Snapshot, procedure: str) -> dict[str, Any]:
    """Return what lists of procedures say of one: name, field, and (where known) service level, fee, eligibility."""
    found = snapshot.rows(FLAGS, (procedure,))
    return found[0] if found else {}


@kept
def months(snapshot: Snapshot, rate: Rate, procedure: str, unit: str, last: Period) -> list[Rate]:
    """Return the months of one metric of a procedure up to the end of a period, oldest first; none of stocks."""
    variant = assessed.of_days(rate)
    if variant is None:
        return []
    start = last.end.replace(year=last.end.year - MONTHS // 12, day=1)
    found = by_month(snapshot, source=rate.source, procedure=procedure, unit=unit, start=start, end=last.end)
    return [
        _counted(rate, variant, month.sums, rate.unit_code, rate.unit_name, _shown(month.period, last))
        for month in found
    ]


@kept
def units(snapshot: Snapshot, rate: Rate, procedure: str, unit: str, period: Period) -> list[Rate]:
    """Return one metric of a procedure in each unit directly below, most dossiers first; none of stocks."""
    variant = assessed.of_days(rate)
    if variant is None:
        return []
    tree = unit_tree(snapshot)
    sums_of = by_unit(snapshot, source=rate.source, procedure=procedure, unit=unit, start=period.start, end=period.end)
    found = [_counted(rate, variant, sums, code, tree.unit(code).name, period) for code, sums in sums_of.items()]
    return sorted(found, key=lambda one: (-(one.denominator or 0), one.unit_name))


def _shown(month: Days, last: Period) -> Period:
    return Period(month.kind, month.label, month.start, month.end, month.end < last.end or last.complete)


def _counted(rate: Rate, variant: Variant, sums: Mapping[str, int], code: str, name: str, period: Period) -> Rate:
    """Return the counts of one part as a rate that nothing is asked of: targets are of the whole."""
    numerator, denominator = counted(variant, sums, filled={variant.known})
    ratio = float(Fraction(numerator, denominator)) if numerator is not None and denominator else None
    status = "not_reported" if numerator is None else "no_target" if denominator else "no_activity"
    return Rate(
        rate.metric, rate.variant, rate.source, code, name, period, numerator, denominator, ratio, None, status, None
    )
