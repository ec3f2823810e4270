"""A rule, its evidence and its sentences in, what an alert says out."""

from collections.abc import Mapping
from typing import Any, cast

from metrics.alert_journal import Told
from metrics.alert_rules import AlertRule

Found = tuple[str, Told]  # what is left of the key after the rule's id, and what is said

_EVIDENCE = (
    *("metric", "unit_code", "unit_name", "period_label", "source", "numerator", "denominator", "ratio"),
    *("target_value", "gap", "variant", "probability"),
)


def tell(rule: AlertRule, message_vi: str, message_en: str, *, synthetic: bool = False, **evidence: object) -> Told:
    """Return what an alert of a rule says; what is made up says so first."""
    return Told(
        rule=rule.id,
        severity=rule.severity,
        audience=rule.audience,
        synthetic=synthetic,
        message_vi=("DỮ LIỆU MÔ PHỎNG. " if synthetic else "") + message_vi,
        message_en=("SYNTHETIC DATA. " if synthetic else "") + message_en,
        **cast(dict[str, Any], evidence),
    )


def evidence_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row of a snapshot says of a ratio, under the names of `Told`."""
    found = {name: row[name] for name in _EVIDENCE if name in row and row[name] is not None}
    if row.get("period_start") is not None:
        found["period_start"] = row["period_start"].isoformat()
    return found
