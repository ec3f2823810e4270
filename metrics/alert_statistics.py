"""Alerts that look at more than one day: a rate that really falls, and a period that will end below its target."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from metrics.alert_journal import Told
from metrics.alert_rules import AlertRule
from metrics.definitions import METRIC, METRICS, Direction, Kind, Variant
from metrics.insight.control_chart import LEAST_POINTS, Rule, laney
from metrics.insight.projection import WINDOW, alikeness, enough, project, rest_of_period
from metrics.wording import percent
from metrics.working_days import CalendarError

if TYPE_CHECKING:
    from metrics.alert_evaluation import Situation

Found = tuple[str, Told]


def falling(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each ratio whose newest whole month lies below its control limits, or ends a run on the wrong side.

    Monthly values of the last two years of units at the foot or the top of the tree; at least twelve months.
    """
    series: dict[tuple[str, str, str, str], list[Mapping[str, Any]]] = {}
    for row in situation.snapshot.rows(_MONTHS):
        series.setdefault((row["source"], row["metric"], row["variant"], row["unit_code"]), []).append(row)
    for (source, metric, _, code), months in series.items():
        unit = situation.tree.units.get(code)
        if unit is None or not _spoken_of(situation, rule, metric, code) or source in situation.late:
            continue
        known = [row for row in months if row["denominator"]]
        if len(known) < LEAST_POINTS or known[-1]["denominator"] < rule.min_denominator:
            continue
        if not _fell([(row["numerator"], row["denominator"]) for row in known], up=METRIC[metric].direction):
            continue
        last = known[-1]
        name, share = METRIC[metric].label_vi, _percent(last["ratio"])
        told = _told(
            rule,
            last,
            unit.name,
            f"{name} của {unit.name} tháng {last['period_start']:%m/%Y} là {share}: xấu đi vượt quá dao động "
            "thường thấy của các tháng trước.",
            f"{METRIC[metric].label_en} of {unit.name} in {last['period_label']}: worse than the usual variation.",
        )
        yield f"{source}:{metric}:{code}:{last['period_label']}", told


def _fell(counts: list[tuple[int, int]], *, up: Direction) -> bool:
    chart = laney(counts)
    if chart is None:
        return False
    last, worse = len(chart.values) - 1, up is Direction.DOWN
    return any(
        signal.points[-1] == last and signal.up is worse and signal.rule in (Rule.OUTSIDE, Rule.SHIFT)
        for signal in chart.signals
    )


def off_pace(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each yearly ratio that is on course to miss its target: probability of meeting it below the rule's.

    From the receipts of the last twenty working days (METHODS §5.2); nothing is said on too little history.
    """
    for row in situation.snapshot.rows(_JUDGED_YEARS):
        code = row["unit_code"]
        unit, variant = situation.tree.units.get(code), _flow(row["metric"], row["variant"])
        if unit is None or variant is None or not _spoken_of(situation, rule, row["metric"], code):
            continue
        if row["source"] in situation.late or row["denominator"] < rule.min_denominator:
            continue
        chance = _chance(situation, row, variant)
        if chance is None or Decimal(str(chance)) >= rule.probability:
            continue
        name, target = METRIC[row["metric"]].label_vi, _percent(row["target_value"])
        told = _told(
            rule,
            row,
            unit.name,
            f"{name} của {unit.name} từ đầu năm là {_percent(row['ratio'])}; với nhịp hiện nay, xác suất đạt {target} "
            f"vào cuối năm khoảng {_percent(chance, '0')} ({row['target_document']}).",
            f"{METRIC[row['metric']].label_en} of {unit.name}: {chance:.0%} likely to reach {row['target_value']:.0%}.",
        )
        yield f"{row['source']}:{row['metric']}:{code}:{row['period_label']}", told


def _chance(situation: "Situation", row: Mapping[str, Any], variant: Variant) -> float | None:
    as_of: date = row["period_end"]
    end = date(as_of.year, 12, 31)
    asked = {
        "source": row["source"],
        "units": situation.tree.under(row["unit_code"]),
        "from": as_of - timedelta(days=60),
    }
    days = [
        (one["day"], one["numerator"] or 0, one["denominator"] or 0)
        for one in situation.snapshot.rows(
            _DAILY.format(numerator=_column(variant.numerator), denominator=_column(variant.denominator)),
            asked | {"to": as_of},
        )
    ]
    try:
        recent = [day for day in days if situation.calendar.is_working(day[0])][-WINDOW:]
        left = situation.calendar.between(as_of + timedelta(days=1), end)
    except CalendarError:
        return None  # a year without a calendar cannot be projected into; the doctor says so
    counts = [(x, n) for _, x, n in recent]
    total = sum(n for _, n in counts)
    if not enough(len(recent), row["denominator"]) or not total:
        return None
    rest = rest_of_period([n for _, n in counts], left)
    share = sum(x for x, _ in counts) / total
    found = project(
        row["numerator"],
        row["denominator"],
        rest,
        recent=share,
        rho=alikeness(counts),
        target=Decimal(str(row["target_value"])),
    )
    return found.probability


def _flow(metric: str, variant: str) -> Variant | None:
    """Return the variant if its counts come in day by day."""
    found = next((one for one in METRIC[metric].variants_of(Kind.DOSSIER) if one.id == variant), None)
    return found if found is not None and not found.stock and found.numerator in _FLOWS else None


_FLOWS = {
    name
    for metric in METRICS
    for variant in metric.variants_of(Kind.DOSSIER)
    if not variant.stock
    for name in (variant.numerator, variant.denominator)
}


def _column(measure: str) -> str:
    """Return a measure as a column: it comes from our own tables of measures, never from outside."""
    return '"' + measure.replace('"', '""') + '"'


def _spoken_of(situation: "Situation", rule: AlertRule, metric: str, code: str) -> bool:
    unit = situation.tree.units[code]
    place = unit.leaf or unit.parent is None or code == situation.office
    return place and situation.ours(code) and rule.concerns(metric=metric, unit=code, level=unit.level)


def _told(rule: AlertRule, row: Mapping[str, Any], unit_name: str, message_vi: str, message_en: str) -> Told:
    synthetic = row["synthetic"]
    return Told(
        rule=rule.id,
        severity=rule.severity,
        audience=rule.audience,
        metric=row["metric"],
        unit_code=row["unit_code"],
        unit_name=unit_name,
        period_label=row["period_label"],
        source=row["source"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        ratio=row["ratio"],
        target_value=row["target_value"],
        gap=row["gap"],
        synthetic=synthetic,
        document=row["target_document"] or "",
        message_vi=("DỮ LIỆU MÔ PHỎNG. " if synthetic else "") + message_vi,
        message_en=("SYNTHETIC DATA. " if synthetic else "") + message_en,
    )


def _percent(value: float, decimals: str = "0.0") -> str:
    return percent(Decimal(str(value)), decimals, "vi")


_MONTHS = """
-- one row per whole month of a ratio of a source, oldest first
SELECT a.source, a.metric, a.variant, a.unit_code, a.period_label, a.period_start, a.numerator, a.denominator, a.ratio,
    a.target_value, a.target_document, a.gap, s.synthetic
FROM assessment AS a
JOIN source AS s ON s.source = a.source
WHERE a.period_kind = 'month' AND a.complete AND a.numerator IS NOT NULL
ORDER BY a.source, a.metric, a.variant, a.unit_code, a.period_start
"""
_JUDGED_YEARS = """
-- one row per judged ratio of the running year that is to reach a minimum
SELECT a.source, a.metric, a.variant, a.unit_code, a.period_label, a.period_start, a.period_end, a.numerator,
    a.denominator, a.ratio, a.target_value, a.target_document, a.gap, s.synthetic
FROM assessment AS a
JOIN source AS s ON s.source = a.source
WHERE
    a.period_kind = 'year_to_date' AND s.kind = 'dossier' AND a.status IN ('met', 'below')
    AND a.target_kind = 'target' AND a.target_op IN ('>=', '>') AND a.denominator > 0
"""
_DAILY = """
-- one row per day on which something came in: numerator and denominator of a ratio over some units
SELECT day, sum({numerator}) AS numerator, sum({denominator}) AS denominator
FROM daily
WHERE source = $source AND list_contains($units, unit_code) AND day BETWEEN $from AND $to
GROUP BY day
ORDER BY day
"""
