"""Ratios that miss what is asked of them: by law, beyond chance, against the year before; and how they stand afterwards.

Legal status counts every dossier; statistical status asks whether the way of working can meet the target at all. Both
are told, in words that cannot be taken for each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from metrics.alert_rules import AlertRule, RuleKind
from metrics.alert_state import Seen
from metrics.alert_told import Found, evidence_of, tell
from metrics.figures import SOURCE as BY_HAND
from metrics.insight.intervals import Evidence, evidence, wilson
from metrics.targets import Op
from metrics.wording import from_float, percent, share

if TYPE_CHECKING:
    from metrics.alert_evaluation import Situation


def below_target(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each current ratio below a number that is asked of it, dossier by dossier."""
    for row in _below(situation, rule):
        if row["target_value"] is not None or (row["source"] == BY_HAND and row["of_number"]):
            yield _found(situation, rule, row, row["message_vi"], row["message_en"])


def below_for_certain(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield those of them that are below beyond chance: the whole interval lies on the wrong side of the number."""
    for row in _below(situation, rule):
        if row["target_value"] is None or row["source"] == BY_HAND or not row["denominator"]:
            continue  # a figure of a whole year by hand is no sample
        op, target = Op(row["target_op"] or Op.AT_LEAST), from_float(row["target_value"])
        if evidence(row["numerator"], row["denominator"], target, op) is not Evidence.BELOW:
            continue
        yield _found(situation, rule, row, *_for_certain(row, target, op))


def below_year_before(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each current ratio worse than a year ago although a document asks it to rise; both samples large enough."""
    for row in _below(situation, rule):
        if row["target_value"] is not None or (row["source"] == BY_HAND and row["of_number"]):
            continue
        if row["source"] != BY_HAND and (row["base_denominator"] or 0) < rule.min_denominator:
            continue
        yield _found(situation, rule, row, row["message_vi"], row["message_en"])


def standing(situation: "Situation", rule: AlertRule, key: Sequence[str], period_start: str) -> Seen:
    """Return how a ratio stands that is not below any more. key: source, metric, unit, period and perhaps target."""
    source, metric, unit, period, *target = key
    if source in situation.late:
        return Seen.UNKNOWN
    if target:  # against the year before, or entered by hand: met now, or a period nobody looks at any more
        asked = {"source": source, "code": metric, "unit": unit, "period": period, "target": target[0]}
        found = situation.snapshot.rows(_OF_TARGET, asked)
        same = [row for row in found if not period_start or row["period_start"].isoformat() == period_start]
        return Seen.CLEARS if any(row["status"] == "met" for row in same) else Seen.GONE
    rows = situation.snapshot.rows(_ASSESSMENT, {"source": source, "metric": metric, "unit": unit, "period": period})
    if not rows or (period_start and rows[0]["period_start"].isoformat() != period_start):
        return Seen.GONE  # the same words now mean another year
    return _of_number(rows[0], rule)


def _of_number(row: Mapping[str, Any], rule: AlertRule) -> Seen:
    if row["status"] == "not_reported":
        return Seen.UNKNOWN
    if row["status"] == "below" and rule.kind is RuleKind.BELOW_TARGET:
        return Seen.GONE  # still below, but the period is not the current one any more
    if row["ratio"] is None or row["target_value"] is None:
        return Seen.GONE
    ratio, target = from_float(row["ratio"]), from_float(row["target_value"])
    beyond = target - ratio if row["target_op"] == Op.AT_MOST else ratio - target
    most = target if row["target_op"] == Op.AT_MOST else 1 - target
    return Seen.CLEARS if beyond >= min(rule.margin, most) else Seen.BETWEEN


def _below(situation: "Situation", rule: AlertRule) -> Iterator[Mapping[str, Any]]:
    """Yield what was raised when the snapshot was made, of the units and metrics of the rule, large enough."""
    for row in situation.raised:
        unit = situation.tree.units.get(row["unit_code"])
        if row["rule"] != "below_target" or not rule.concerns(
            metric=row["metric"], unit=row["unit_code"], level=unit.level if unit else None
        ):
            continue
        # a figure of a whole year entered by hand often has no counts: no sample to be too small
        if row["source"] == BY_HAND or (row["denominator"] or 0) >= rule.min_denominator:
            yield row


def _found(situation: "Situation", rule: AlertRule, row: Mapping[str, Any], vi: str, en: str) -> Found:
    synthetic = situation.sources.get(row["source"], {}).get("synthetic", False)
    told = tell(
        rule,
        _bare(vi, "DỮ LIỆU MÔ PHỎNG. "),
        _bare(en, "SYNTHETIC DATA. "),
        synthetic=bool(synthetic),
        document=row["document"] or "",
        **evidence_of(row),
    )
    return row["alert_id"].partition(":")[2], told


def _bare(message: str, prefix: str) -> str:
    """Return a sentence without the word that says it is made up: `tell` says it once."""
    return message.removeprefix(prefix)


def _for_certain(row: Mapping[str, Any], target: Decimal, op: Op) -> tuple[str, str]:
    interval = wilson(row["numerator"], row["denominator"])
    low, high = (
        [percent(from_float(end), "0.0", locale) for locale in ("vi", "en")] for end in (interval.low, interval.high)
    )
    side_vi, side_en = ("trên", "above") if op is Op.AT_MOST else ("dưới", "below")
    return (
        f"{row['message_vi'].removesuffix('.')}. Không phải do dao động ngẫu nhiên: khoảng tin cậy 95 % của tỷ lệ là từ "
        f"{low[0]} đến {high[0]}, nằm hẳn {side_vi} {share(target, 'vi')}.",
        f"{row['message_en'].removesuffix('.')}. This is beyond chance: the 95% interval, {low[1]} to {high[1]}, lies "
        f"wholly {side_en} {share(target, 'en')}.",
    )


RAISED = """
-- one row per alert that was raised when the snapshot was made, with what is asked by whom, and the year before
SELECT
    alert.*,
    a.target_op,
    a.variant,
    coalesce(a.period_start, y.period_start, i.period_start) AS period_start,
    coalesce(
        CASE WHEN alert.target_value IS NOT NULL THEN concat_ws(', ', a.target_document, nullif(a.target_article, '')) END,
        concat_ws(', ', y.target_document, nullif(y.target_article, '')),
        concat_ws(', ', i.target_document, nullif(i.target_article, ''))
    ) AS document,
    coalesce(i.target_value IS NOT NULL, FALSE) AS of_number,
    y.base_denominator
FROM alert
LEFT JOIN (
    SELECT * FROM assessment WHERE status = 'below'
    QUALIFY row_number() OVER (PARTITION BY source, metric, unit_code, period_label ORDER BY variant) = 1
) AS a
    ON a.metric = alert.metric AND a.source = alert.source AND a.unit_code = alert.unit_code
    AND a.period_label = alert.period_label
LEFT JOIN year_on_year AS y
    ON y.metric = alert.metric AND y.source = alert.source AND y.unit_code = alert.unit_code
    AND y.period_label = alert.period_label AND y.status = 'below' AND ends_with(alert.alert_id, ':' || y.target_id)
LEFT JOIN (
    SELECT * FROM indicator
    QUALIFY row_number() OVER (PARTITION BY code, unit_code, period_label, target_id ORDER BY period_end DESC) = 1
) AS i
    ON alert.source = $by_hand AND i.unit_code = alert.unit_code AND i.period_label = alert.period_label
    AND ends_with(alert.alert_id, concat_ws(':', i.code, i.unit_code, i.period_label, i.target_id))
ORDER BY alert.alert_id
"""
_OF_TARGET = """
-- one row per standing against the target of an alert that names it
SELECT status, period_start
FROM year_on_year
WHERE source = $source AND metric = $code AND unit_code = $unit AND period_label = $period AND target_id = $target
UNION ALL
SELECT status, period_start
FROM indicator
WHERE $source = 'indicators' AND code = $code AND unit_code = $unit AND period_label = $period AND target_id = $target
"""
_ASSESSMENT = """
-- one row per variant that is judged; the one furthest from its target first
SELECT status, ratio, target_value, target_op, period_start
FROM assessment
WHERE source = $source AND metric = $metric AND unit_code = $unit AND period_label = $period
ORDER BY status = 'below' DESC, target_value IS NULL, ratio
"""
