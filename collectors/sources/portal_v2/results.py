"""Endpoint 0: total scores of the units, groups, channels and levels of service of the country or a province."""

from decimal import Decimal

from collectors.sources.portal_v2.checks import check_chart, check_range, check_unit_ratio, month_of, months_of, near
from collectors.sources.portal_v2.gathered import Gathered, Unit
from collectors.sources.portal_v2.measures import GROUPS, MAXIMA, MEASURES, Endpoint
from collectors.sources.portal_v2.request import months
from collectors.sources.portal_v2.shapes import ROW_FIELDS
from collectors.sources.portal_v2.units import root_of, unit_of
from collectors.sources.strict_json import At


def read_results(gathered: Gathered, payload: At) -> tuple[int, None]:
    """Total scores of the units; groups, channels and levels of service of the country or province."""
    overview = payload.object("overview")
    root = root_of(gathered, overview)
    maximum = overview.number("totalMaxScore")
    gathered.add(root, "score_total", overview.number("totalScore"), overview.where("totalScore"))
    gathered.add(root, "max_total", maximum, overview.where("totalMaxScore"))
    gathered.unknown(overview, ROW_FIELDS | {"totalScore", "totalMaxScore"})
    check_unit_ratio(gathered, overview)
    _radar(gathered, payload, root, overview.number("totalScore"))
    _donuts(gathered, payload.object("donuts"), root)
    rows = payload.objects("evaluation")
    for at in rows:
        _result(gathered, at, unit_of(gathered, at, root), maximum)
    _score_chart(gathered, payload, root)
    check_chart(gathered, payload, "dossierChart")
    return len(rows), None


def _result(gathered: Gathered, at: At, unit: Unit, maximum: Decimal) -> None:
    total = at.number("totalScore")
    gathered.unknown(at, ROW_FIELDS | {"totalScore"})
    gathered.add(unit, "score_total", total, at.where("totalScore"))
    check_range(gathered, at, "totalScore", total, maximum)
    check_unit_ratio(gathered, at, maximum)
    if not gathered.question.national and "groupScores" not in at.fields:
        return
    groups = at.object("groupScores")
    if groups.fields.keys() != GROUPS:
        at.refuse("groupScores", f"đúng sáu nhóm {', '.join(sorted(GROUPS))}")
    for group in sorted(GROUPS):
        gathered.add(unit, f"score_{group}", groups.number(group), groups.where(group))
    added = sum((groups.number(group) for group in GROUPS), Decimal(0))
    example = f"{groups.path}: {added}, {total} delivered"
    gathered.check(near(added, total, "0.03"), "P-sum-groups", "groupScores", example)


def _radar(gathered: Gathered, payload: At, root: Unit, total: Decimal) -> None:
    """Five axes: CLGQ and TTTT are one, ONLINE_SERVICE. Their ratio is no plain quotient, so not checked."""
    axes = payload.objects("radar")
    for at in axes:
        code, score, maximum = at.metric_code(), at.number("score"), at.number("maxScore")
        gathered.add(root, f"score_{code}", score, at.where("score"))
        gathered.add(root, f"max_{code}", maximum, at.where("maxScore"))
        check_range(gathered, at, code, score, maximum)
        gathered.check(f"max_{code}" in MAXIMA, "P-drift", code, at.where("code"))
    added = sum((at.number("score") for at in axes), Decimal(0))
    gathered.check(near(added, total, "0.03"), "P-sum-radar", "radar", f"{added}, {total} delivered")


def _donuts(gathered: Gathered, donuts: At, root: Unit) -> None:
    """Channels and levels of service; a donut that is null (onlineProvision of a month) was not measured."""
    prefix = "" if root.level == "national" else "overview_"
    table = MEASURES[Endpoint.RESULTS]
    values: dict[str, tuple[Decimal, str]] = {}
    for donut in ("onlineDossier", "onlineProvision"):
        slices = donuts.objects(donut) if donuts.fields.get(donut, False) is not None else []
        for at in slices:
            code = at.metric_code()
            if code in values:
                at.refuse("code", "mỗi mã một lần")
            values[code] = at.count("value"), at.where("value")
            gathered.check(code in table, "P-drift", code, at.where("code"))
    for name, (measure,) in table.items():
        parts = [values.get(part) for part in name.split("+")]
        found = [part for part in parts if part is not None]
        if found and len(found) == len(parts):
            value = sum((part[0] for part in found), Decimal(0))
            gathered.add(root, prefix + measure, value, "+".join(part[1] for part in found))


def _score_chart(gathered: Gathered, payload: At, root: Unit) -> None:
    """The root's total score of each month that has begun; null = not measured = no row.

    The month that was itself asked for is left to `overview`, which says the same.
    """
    asked = (gathered.question.start, gathered.question.end)
    seen: set[int] = set()
    for at in months_of(payload, "monthlyChart"):
        month, score = month_of(at), at.number_or_null("averageScore")
        if month in seen:
            at.refuse("month", "mỗi tháng một lần")
        seen.add(month)
        period = months(asked[0].year, month, month)
        item = at.where("averageScore")
        begun = score is None or period[0] <= gathered.question.captured_on
        gathered.check(begun, "P-chart", "monthlyChart", f"{item}: {score}")
        if score is not None and begun and period != asked:
            gathered.add(root, "score_total", score, item, period=period)
