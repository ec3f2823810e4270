"""What an alert misses in, the procedures and units that hold four fifths of it out: exact counts, largest first."""

from collections.abc import Mapping
from decimal import Decimal

from metrics.alert_journal import Told
from metrics.assess import missing
from metrics.definitions import VARIANT
from metrics.insight.gap import MOST_OF_THE_GAP, holding_most
from metrics.measures import COUNTED_NAMES
from metrics.snapshot import Snapshot
from metrics.targets import Op
from metrics.units import UnitTree
from metrics.wording import from_float, number

MOST_NAMED = 5
_COUNTED = frozenset(COUNTED_NAMES)


def holders(snapshot: Snapshot, tree: UnitTree, told: Told) -> tuple[str, str]:
    """Say, in Vietnamese and in English, which procedures × units hold 80 % of what is missing to a target.

    "" where it cannot be told apart.

    Only of ratios of dossier lists whose counts come in day by day, against a number.
    """
    gaps = _gaps(snapshot, tree, told)
    most = holding_most(gaps)
    if not most:
        return "", ""
    share, others = int(100 * MOST_OF_THE_GAP), len(most) - MOST_NAMED
    vi = "; ".join(f"{name} (thiếu {number(gaps[name], 'vi')})" for name in most[:MOST_NAMED])
    en = "; ".join(f"{name} ({number(gaps[name], 'en')} missing)" for name in most[:MOST_NAMED])
    more_vi, more_en = (f"; và {others} nơi nữa", f"; and {others} more") if others > 0 else ("", "")
    return (
        f"{told.unit_name}, {share} % phần thiếu nằm ở: {vi}{more_vi}",
        f"{told.unit_name}, {share}% of what is missing: {en}{more_en}",
    )


def _gaps(snapshot: Snapshot, tree: UnitTree, told: Told) -> dict[str, int]:
    variant = VARIANT.get(told.variant)
    if variant is None or variant.stock or told.target_value is None or not told.gap or told.unit_code is None:
        return {}
    if not {variant.numerator, variant.denominator} <= _COUNTED:
        return {}
    period = {"source": told.source, "variant": told.variant, "unit": told.unit_code, "period": told.period_label}
    days = snapshot.rows(_PERIOD, period)
    if not days:
        return {}
    op, target, units = Op(days[0]["target_op"]), from_float(told.target_value), tree.under(told.unit_code)
    counts = {"source": told.source, "units": units, "start": days[0]["period_start"], "end": days[0]["period_end"]}
    sql = _COUNTS.format(numerator=_column(variant.numerator), denominator=_column(variant.denominator))
    several = len(units) > 1
    found: dict[str, int] = {}
    for row in snapshot.rows(sql, counts):
        unit = tree.units[row["unit_code"]].name if several and row["unit_code"] in tree.units else ""
        name = " – ".join(part for part in (row["procedure"], unit) if part)
        found[name] = found.get(name, 0) + _missing(row, op, target)
    return found


def _missing(row: Mapping[str, int], op: Op, target: Decimal) -> int:
    return missing(op, row["numerator"], row["denominator"], target)


def _column(measure: str) -> str:
    """Return a measure as a column: it comes from our own table of measures, never from outside."""
    return '"' + measure.replace('"', '""') + '"'


_PERIOD = """
-- one row: the period and the comparison of a published ratio
SELECT period_start, period_end, target_op
FROM assessment
WHERE source = $source AND variant = $variant AND unit_code = $unit AND period_label = $period AND target_op IS NOT NULL
"""
_COUNTS = """
-- one row per procedure and unit with anything in the denominator of a ratio in a period
SELECT
    coalesce(p.procedure_name, d.procedure_key) AS procedure,
    d.unit_code,
    sum(d.{numerator}) AS numerator,
    sum(d.{denominator}) AS denominator
FROM daily AS d
LEFT JOIN procedure AS p ON p.procedure_key = d.procedure_key
WHERE d.source = $source AND list_contains($units, d.unit_code) AND d.day BETWEEN $start AND $end
GROUP BY ALL
HAVING sum(d.{denominator}) > 0
ORDER BY ALL
"""
