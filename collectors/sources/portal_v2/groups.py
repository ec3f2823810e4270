"""Endpoints 1 to 6, one group of the index each: root and units → statistics."""

from decimal import Decimal

from collectors.sources.portal_v2.checks import (
    check_chart,
    check_online,
    check_payment,
    check_progress,
    check_range,
    check_ratio,
    check_satisfaction,
    check_unit_ratio,
    near,
)
from collectors.sources.portal_v2.gathered import Gathered, Unit
from collectors.sources.portal_v2.measures import (
    INHERITED,
    INHERITED_METRICS,
    MEASURES,
    NO_COMPLETED_DOSSIER,
    Endpoint,
)
from collectors.sources.portal_v2.shapes import METRIC_FIELDS, ROW_FIELDS, SHAPES
from collectors.sources.portal_v2.units import root_of, unit_of
from collectors.sources.strict_json import At, PortalError


def read_group(gathered: Gathered, payload: At) -> tuple[int, tuple[Decimal, Decimal] | None]:
    """Read root and units; return how many units, and the dossiers of the units and of the root."""
    endpoint = gathered.question.endpoint
    shape = SHAPES[endpoint]
    root_at, rows = payload.object(shape.root), payload.objects(shape.rows)
    root = root_of(gathered, root_at)
    _row(gathered, root_at, root, without=shape.row_only, inherits=False)
    for at in rows:
        unit = unit_of(gathered, at, root)
        inherits = root.level != "national" and unit.level != "province"
        _row(gathered, at, unit, without=shape.root_only, inherits=inherits)
    if endpoint is Endpoint.PROGRESS:
        check_chart(gathered, payload, "monthlyChart")
    whole = {Endpoint.PROGRESS: "totalReceived", Endpoint.PAYMENT: "totalDossierFinancialObligation"}.get(endpoint)
    if whole is None:
        return len(rows), None
    return len(rows), (sum((at.count(whole) for at in rows), Decimal(0)), root_at.count(whole))


def _row(gathered: Gathered, at: At, unit: Unit, *, without: frozenset[str], inherits: bool) -> None:
    endpoint = gathered.question.endpoint
    table = MEASURES[endpoint]
    gathered.unknown(at, ROW_FIELDS | (table.keys() - without))
    for name, measures in table.items():
        if len(measures) == 1 and name not in without:
            _field(gathered, at, unit, name, measures[0])
    if endpoint in (Endpoint.TRANSPARENCY, Endpoint.DIGITISED, Endpoint.SATISFACTION):
        _metrics(gathered, at, unit, inherits=inherits)
        check_unit_ratio(gathered, at)
    if endpoint is Endpoint.SATISFACTION:
        check_satisfaction(gathered, at, unit)
    elif endpoint is Endpoint.PROGRESS:
        check_progress(gathered, at)
    elif endpoint is Endpoint.ONLINE:
        check_online(gathered, at)
    elif endpoint is Endpoint.PAYMENT:
        check_payment(gathered, at)


def _field(gathered: Gathered, at: At, unit: Unit, name: str, measure: str) -> None:
    item = at.where(name)
    if "+" in name:
        gathered.add(unit, measure, sum((at.count(part) for part in name.split("+")), Decimal(0)), item)
    elif name == "averageScore":  # meaning not documented, null or absent in some responses
        if name in at.fields:
            gathered.add(unit, measure, at.number_or_null(name), item)
    elif name == "avgProcessingDays":
        days = at.number(name)
        gathered.add(unit, measure, days or None, item, None if days else NO_COMPLETED_DOSSIER)
    elif measure.startswith(("score_", "max_")):
        gathered.add(unit, measure, at.number(name), item)
    else:
        gathered.add(unit, measure, at.count(name), item)


def _metrics(gathered: Gathered, at: At, unit: Unit, *, inherits: bool) -> None:
    metrics = at.objects("metrics")
    table = MEASURES[gathered.question.endpoint]
    scores, maxima = Decimal(0), Decimal(0)
    codes = {metric.metric_code() for metric in metrics}
    missing = sorted(code for code, names in table.items() if len(names) == 2 and code not in codes)
    if missing:
        raise PortalError(at.where("metrics"), found=f"thiếu {', '.join(missing)}", expected="đủ các chỉ số của nhóm")
    for metric in metrics:
        quality = _quality(metric, inherits=inherits)
        scores += _metric(gathered, metric, unit, quality) or 0
        maxima += metric.number("maxScore")
    total, maximum = at.number("totalScore"), at.number("totalMaxScore")
    example = f"{at.path}: {scores}, {total} delivered"
    gathered.check(near(scores, total, "0.02"), "P-sum-scores", "totalScore", example)
    gathered.check(maxima == maximum, "P-sum-max", "totalMaxScore", f"{at.path}: {maxima}, {maximum} delivered")


def _quality(metric: At, *, inherits: bool) -> str | None:
    """The portal's own mark, else INHERITED on a unit for what is defined for provinces only."""
    delivered = metric.text_or_null("dataQualityStatus") if "dataQualityStatus" in metric.fields else None
    inherited = INHERITED if inherits and metric.metric_code() in INHERITED_METRICS else None
    return delivered or inherited


def _metric(gathered: Gathered, at: At, unit: Unit, quality: str | None) -> Decimal | None:
    """Keep numerator, denominator, score and maximum of one metric; null stays None. Return the score."""
    code = at.metric_code()
    names = MEASURES[gathered.question.endpoint].get(code, ())
    if len(names) != 2:
        names = (f"numerator_{code}", f"denominator_{code}")
        gathered.check(False, "P-drift", code, at.where("code"))
    gathered.unknown(at, METRIC_FIELDS)
    numerator, denominator = at.count_or_null("numerator"), at.count_or_null("denominator")
    score, maximum = at.number_or_null("score"), at.number("maxScore")
    gathered.add(unit, names[0], numerator, at.where("numerator"), quality)
    gathered.add(unit, names[1], denominator, at.where("denominator"), quality)
    gathered.add(unit, f"score_{code}", score, at.where("score"), quality)
    gathered.add(unit, f"max_{code}", maximum, at.where("maxScore"), quality)
    check_range(gathered, at, code, score, maximum)
    check_ratio(gathered, at, code, part=numerator, whole=denominator, ratio=at.number_or_null("ratio"))
    return score
