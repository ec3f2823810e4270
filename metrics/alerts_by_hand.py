"""Hand-entered figures that miss what is asked of them in, alerts of the same rule as for counted ratios out."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from metrics.alerts import Alert, Rule, Severity
from metrics.assess import Status
from metrics.figures import SOURCE, Standing
from metrics.periods import in_english, in_vietnamese
from metrics.targets import Quantity
from metrics.units import UnitTree
from metrics.wording import asked_en, asked_vi, document, number, percent

ALERT_FOR = timedelta(days=366)  # a figure of a period that ended longer ago tells nothing of today


def below_by_hand(
    standings: Iterable[Standing], tree: UnitTree, *, today: date, office: str | None = None
) -> list[Alert]:
    """Return an alert for the newest figure of each code and unit that is below, against a number or the year before.

    office: only this unit and what is below it.
    """
    newest: dict[tuple[str, str, bool], Standing] = {}
    for one in standings:
        if office in tree.units and office not in (one.unit.code, *tree.above(one.unit.code)):
            continue
        key = (one.figure.code, one.unit.code, one.target_value is None)
        if key not in newest or newest[key].period.end <= one.period.end:
            newest[key] = one
    return [
        _below(one)
        for one in newest.values()
        if one.status == Status.BELOW and min(one.period.end, one.figure.entered_on) >= today - ALERT_FOR
    ]


def _below(one: Standing) -> Alert:
    target = one.target
    if target is None or one.exact is None:
        raise ValueError(f"{one.figure.code} {one.unit.code}: below, but there is nothing to compare")
    where = (one.unit.name, one.figure.entered_on)
    said_vi, said_en = _shown(one, "vi"), _shown(one, "en")
    return Alert(
        alert_id=":".join((Rule.BELOW_TARGET, SOURCE, one.figure.code, one.unit.code, one.period.label, target.id)),
        rule=Rule.BELOW_TARGET,
        severity=Severity.WARNING,
        metric=one.subject.metric or None,
        unit_code=one.unit.code,
        unit_name=one.unit.name,
        period_label=one.period.label,
        source=SOURCE,
        numerator=one.numerator,
        denominator=one.denominator,
        ratio=float(one.exact) if Quantity(one.figure.quantity).is_share else None,
        target_value=one.target_value,
        gap=one.gap,
        message_vi=f"{one.subject.name_vi} của {where[0]} {in_vietnamese(one.period)}: {said_vi}, {_missed_vi(one)} "
        f"({document(target)}); số liệu nhập tay ngày {where[1]:%d/%m/%Y}.",
        message_en=f"{one.subject.name_en} of {where[0]}, {in_english(one.period)}: {said_en}, {_missed_en(one)} "
        f"({document(target)}); entered by hand on {where[1]}.",
    )


def _shown(one: Standing, locale: str) -> str:
    """Return the figure as people write it, with its counts where it has any."""
    if one.exact is None:
        return ""
    figure = Decimal(one.exact.numerator) / Decimal(one.exact.denominator)
    if not Quantity(one.figure.quantity).is_share:
        of = f"/{number(one.denominator, locale)}" if one.denominator else ""
        return f"{_amount(figure, locale)}{of}"
    counts = (
        ""
        if one.numerator is None or not one.denominator
        else (f"{number(one.numerator, locale)}/{number(one.denominator, locale)} = ")
    )
    return counts + percent(figure, "0.0##", locale)


def _amount(value: Decimal, locale: str) -> str:
    whole = value == value.to_integral_value()
    return (
        number(int(value), locale) if whole else f"{value.normalize():f}".replace(".", "," if locale == "vi" else ".")
    )


def _missed_vi(one: Standing) -> str:
    if one.target is None or one.target_value is None:
        return "kém cùng kỳ năm trước trong khi văn bản yêu cầu nâng cao"
    if Quantity(one.figure.quantity).is_share:
        return asked_vi(one.target, one.target_value)
    return f"không đạt chỉ tiêu {one.target.op} {_amount(one.target_value, 'vi')}"


def _missed_en(one: Standing) -> str:
    if one.target is None or one.target_value is None:
        return "worse than in the same period of the year before though it is to be raised"
    if Quantity(one.figure.quantity).is_share:
        return asked_en(one.target, one.target_value)
    return f"missing the target of {one.target.op} {_amount(one.target_value, 'en')}"
