"""The units to compare in, where each lies among them out."""

from dataclasses import dataclass
from pathlib import Path

from dashboard import assessed
from dashboard.assessed import Part
from dashboard.reads import kept
from dashboard.rows import Rate, Unit
from metrics.insight.comparison import Comparison, Outline, compare, outline
from metrics.rates import unit_tree
from metrics.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Group:
    """Units side by side: those below a unit, or, for one without any, those beside it. here: the unit itself."""

    above: Unit
    here: str
    parts: list[Part]
    whole: Rate | None
    comparison: Comparison[str]
    outlines: list[Outline]
    with_units: frozenset[str]


@kept
def group(snapshot: Snapshot, targets: Path | None, metric: str, source: str, unit: str, period: str) -> Group | None:
    """Return the units to compare; None where a unit has neither units below it nor any beside it."""
    tree = unit_tree(snapshot)
    above = unit if tree.children(unit) else tree.unit(unit).parent
    if above is None:
        return None
    found = tree.unit(above)
    parts = assessed.parts(snapshot, targets, metric, source, above, period, "unit")
    comparison = compare({part.key: part.counts for part in parts})
    sizes = [part.denominator for part in comparison.parts]
    outlines = outline(comparison.spread, min(sizes), max(sizes)) if comparison.spread else []
    return Group(
        Unit(found.code, found.name, found.parent),
        unit,
        parts,
        assessed.whole(snapshot, targets, metric, source, above, period),
        comparison,
        outlines,
        frozenset(part.key for part in parts if tree.children(part.key)),
    )
