"""Alerts that look at more than one day: a rate that really falls, and a period that will end below its target."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metrics.alert_journal import Told
from metrics.alert_rules import AlertRule
from metrics.alert_told import Found, evidence_of, tell
from metrics.definitions import METRIC, Direction
from metrics.insight.control_chart import LEAST_POINTS, Rule, laney
from metrics.wording import chance, from_float, number, percent, share

if TYPE_CHECKING:
    from metrics.alert_evaluation import Situation

LEAST_CASES = 3  # one dossier in fifty is "outside" where there was none before, and says nothing


def falling(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each ratio whose newest whole month lies below its control limits, or ends a run on the wrong side.

    Monthly values of the last two years of units at the foot or the top of the tree; at least twelve months, the newest
    and the middle of them with at least `min_denominator`.
    """
    series: dict[tuple[str, str, str, str], list[Mapping[str, Any]]] = {}
    for row in situation.snapshot.rows(_MONTHS):
        series.setdefault((row["source"], row["metric"], row["variant"], row["unit_code"]), []).append(row)
    for (source, metric, _, code), months in series.items():
        if not _spoken_of(situation, rule, metric, code) or source in situation.late:
            continue
        known = [row for row in months if row["denominator"]]
        if len(known) < LEAST_POINTS or _size(known) < rule.min_denominator:
            continue
        if _fell([(row["numerator"], row["denominator"]) for row in known], up=METRIC[metric].direction):
            yield f"{source}:{metric}:{code}:{known[-1]['period_label']}", _fallen(situation, rule, known[-1])


def _size(months: list[Mapping[str, Any]]) -> int:
    """Return the smaller of the newest denominator and the middle one: a fall from a few cases to a few is no fall."""
    sizes = sorted(int(row["denominator"]) for row in months)
    return min(int(months[-1]["denominator"]), sizes[len(sizes) // 2])


def _fallen(situation: "Situation", rule: AlertRule, last: Mapping[str, Any]) -> Told:
    metric, unit = METRIC[last["metric"]], situation.tree.units[last["unit_code"]]
    counts = f"{number(last['numerator'], 'vi')}/{number(last['denominator'], 'vi')}"
    return tell(
        rule,
        f"{metric.label_vi} của {unit.name} tháng {last['period_start']:%m/%Y} là {counts} = "
        f"{percent(from_float(last['ratio']), '0.0', 'vi')}: xấu đi vượt quá dao động thường thấy của các tháng trước.",
        f"{metric.label_en} of {unit.name} in {last['period_label']}: worse than the usual variation.",
        synthetic=last["synthetic"],
        document=_document(last),
        **evidence_of({**last, "unit_name": unit.name}),
    )


def _fell(counts: list[tuple[int, int]], *, up: Direction) -> bool:
    chart = laney(counts)
    if chart is None:
        return False
    last, worse = len(chart.values) - 1, up is Direction.DOWN
    return any(
        signal.points[-1] == last
        and signal.up is worse
        and signal.rule in (Rule.OUTSIDE, Rule.SHIFT)
        and _cases(counts, signal.points) >= LEAST_CASES
        for signal in chart.signals
    )


def _cases(counts: list[tuple[int, int]], points: Sequence[int]) -> float:
    """Return by how many cases some months differ from what the share of all of them would bring."""
    share = sum(x for x, _ in counts) / sum(n for _, n in counts)
    return abs(sum(counts[at][0] - share * counts[at][1] for at in points))


def off_pace(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each yearly ratio that is on course to miss its target: probability of meeting it below the rule's.

    The probability is the one published with the snapshot (`metrics.outlook`), which the screen shows too.
    """
    for row in situation.snapshot.rows(_YEARS_AHEAD):
        if not _spoken_of(situation, rule, row["metric"], row["unit_code"]) or row["source"] in situation.late:
            continue
        if row["denominator"] >= rule.min_denominator and from_float(row["probability"]) < rule.probability:
            yield (
                f"{row['source']}:{row['metric']}:{row['unit_code']}:{row['period_label']}",
                _ahead(situation, rule, row),
            )


def _ahead(situation: "Situation", rule: AlertRule, row: Mapping[str, Any]) -> Told:
    metric, unit = METRIC[row["metric"]], situation.tree.units[row["unit_code"]]
    target = from_float(row["target_value"])
    low, middle, high = (percent(from_float(row[name]), "0.0", "vi") for name in ("low", "middle", "high"))
    document = _document(row)
    return tell(
        rule,
        f"{metric.label_vi} của {unit.name} từ đầu năm là {number(row['numerator'], 'vi')}/"
        f"{number(row['denominator'], 'vi')} = {percent(from_float(row['ratio']), '0.0', 'vi')}; với nhịp hiện nay, xác suất "
        f"đạt {share(target, 'vi')} vào cuối năm là {chance(row['probability'], 'vi')}, dự báo {middle} ({low} – {high}). "
        f"{_needed_vi(row, metric.counted_vi)}" + (f" ({document})" if document else "") + ".",
        f"{metric.label_en} of {unit.name}: {chance(row['probability'], 'en')} likely to reach {share(target, 'en')} by the "
        f"end of the year.",
        synthetic=row["synthetic"],
        document=document,
        **evidence_of({**row, "unit_name": unit.name}),
    )


def _needed_vi(row: Mapping[str, Any], counted: str) -> str:
    """Say what the rest of the year must bring."""
    rest = f"khoảng {number(row['rest'], 'vi')} {counted} còn đến ({row['days_left']} ngày làm việc)"
    if row["needed"] is None or not row["rest"]:
        return "Còn quá ít hồ sơ đến cuối năm để thay đổi kết quả"
    if not row["reachable"]:
        best = percent(from_float(row["best"]), "0.0", "vi")
        return f"Với {rest}, tốt nhất là {best}: không còn đạt được trong năm, cần báo cáo sớm"
    need = percent(from_float(row["required"]), "0.0", "vi")
    return f"Muốn đạt, cần {number(row['needed'], 'vi')} ({need}) trong {rest}"


def _document(row: Mapping[str, Any]) -> str:
    return ", ".join(part for part in (row["target_document"], row["target_article"]) if part)


def _spoken_of(situation: "Situation", rule: AlertRule, metric: str, code: str) -> bool:
    unit = situation.tree.units.get(code)
    if unit is None:
        return False
    place = unit.leaf or unit.parent is None or code == situation.office
    return place and situation.ours(code) and rule.concerns(metric=metric, unit=code, level=unit.level)


_MONTHS = """
-- one row per whole month of a ratio of a source, oldest first
SELECT a.source, a.metric, a.variant, a.unit_code, a.period_label, a.period_start, a.numerator, a.denominator, a.ratio,
    a.target_value, a.target_document, a.target_article, a.gap, s.synthetic
FROM assessment AS a
JOIN source AS s ON s.source = a.source
WHERE a.period_kind = 'month' AND a.complete AND a.numerator IS NOT NULL
ORDER BY a.source, a.metric, a.variant, a.unit_code, a.period_start
"""
_YEARS_AHEAD = """
-- one row per judged ratio of the running year that has a published probability of meeting its target
SELECT o.*, a.period_start, a.numerator, a.denominator, a.ratio, a.target_value, a.target_document, a.target_article,
    a.gap, s.synthetic
FROM outlook AS o
JOIN assessment AS a
    ON a.metric = o.metric AND a.variant = o.variant AND a.source = o.source AND a.unit_code = o.unit_code
    AND a.period_label = o.period_label
JOIN source AS s ON s.source = o.source
WHERE
    o.period_kind = 'year_to_date' AND o.probability IS NOT NULL AND a.status IN ('met', 'below')
    AND a.target_kind = 'target'
ORDER BY o.source, o.metric, o.variant, o.unit_code
"""
