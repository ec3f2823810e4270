"""The soft checks: what is odd is kept, with a finding; the tolerances are those of recorded responses."""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from collectors.sources.portal_v2.gathered import Gathered, Unit
from collectors.sources.portal_v2.request import months
from collectors.sources.strict_json import At


def near(delivered: Decimal | Fraction, computed: Decimal | Fraction, tolerance: str) -> bool:
    """Whether two numbers differ by no more than the tolerance."""
    return abs(Fraction(delivered) - Fraction(computed)) <= Fraction(tolerance)


def _over(numerator: Decimal, denominator: Decimal) -> Fraction:
    """The portal's own division: x / 0 = 0."""
    return Fraction(numerator) / Fraction(denominator) if denominator else Fraction(0)


def check_range(gathered: Gathered, at: At, column: str, score: Decimal | None, maximum: Decimal) -> None:
    """0 ≤ score ≤ maximum, 0 ≤ ratio ≤ 100."""
    slack = Decimal("0.005")
    holds = score is None or -slack <= score <= maximum + slack
    gathered.check(holds, "P-range", column, f"{at.path}: {score} / {maximum}")
    ratio = at.number_or_null("ratio") if "ratio" in at.fields else None
    holds = ratio is None or -slack <= ratio <= 100 + slack
    gathered.check(holds, "P-range", f"{column}.ratio", f"{at.path}: {ratio}")


def check_ratio(
    gathered: Gathered,
    at: At,
    column: str,
    *,
    part: Decimal | None,
    whole: Decimal | None,
    ratio: Decimal | None = None,
) -> None:
    """ratio = 100 x part / whole where there is a whole; and the part is not above it."""
    if part is None or whole is None:
        return
    gathered.check(part <= whole, "P-part", column, f"{at.path}: {part} / {whole}")
    if not whole or ratio is None:
        return
    share = _over(part, whole)
    example = f"{at.path}: {ratio}, 100 x {part} / {whole} = {float(100 * share):.4f}"
    if not near(ratio, 100 * share, "0.5"):
        gathered.check(False, "P-ratio-severe", column, example)
    else:
        gathered.check(near(ratio, 100 * share, "0.01"), "P-ratio", column, example)


def check_unit_ratio(gathered: Gathered, at: At, maximum: Decimal | None = None) -> None:
    """A unit's ratio = 100 x its score / its maximum."""
    total, ratio = at.number("totalScore"), at.number_or_null("ratio")
    maximum = at.number("totalMaxScore") if maximum is None else maximum
    check_range(gathered, at, "totalScore", total, maximum)
    holds = ratio is None or not maximum or near(ratio, 100 * _over(total, maximum), "0.01")
    gathered.check(holds, "P-unit-ratio", "ratio", f"{at.path}: {ratio}, {total} / {maximum}")


def check_progress(gathered: Gathered, at: At) -> None:
    """On time + overdue = received; score = 20 x on time / received."""
    received, on_time = at.count("totalReceived"), at.count("totalOnTime")
    score = at.number("score" if "score" in at.fields else "totalScore")
    maximum = at.number("maxScore" if "maxScore" in at.fields else "totalMaxScore")
    if "totalOverdue" in at.fields:
        overdue = at.count("totalOverdue")
        example = f"{at.path}: {on_time} + {overdue}, {received} delivered"
        gathered.check(on_time + overdue == received, "P-sum-received", "totalReceived", example)
    example = f"{at.path}: {score}, 20 x {on_time} / {received}"
    gathered.check(near(score, 20 * _over(on_time, received), "0.01"), "P-score", "score", example)
    check_range(gathered, at, "score", score, maximum)
    check_ratio(gathered, at, "totalOnTime", part=on_time, whole=received, ratio=at.number_or_null("ratio"))


def check_online(gathered: Gathered, at: At) -> None:
    """Channels add up; the score is what its formula gives (Quyết định 766, chỉ số 3.1 to 3.3)."""
    check_unit_ratio(gathered, at)
    if "channelTotalSum" not in at.fields:
        return
    online, total = at.count("channelOnlineSum"), at.count("channelTotalSum")
    added = online + at.count("channelDirectSum") + at.count("channelPostalSum")
    gathered.check(added == total, "P-sum-channels", "channelTotalSum", f"{added}, {total} delivered")
    judged = at.count("onlineOnTimeSum") + at.count("onlineOverdueSum")
    gathered.check(judged == online, "P-sum-online", "channelOnlineSum", f"{judged}, {online} delivered")
    procedures, authority = at.count("partialCount") + at.count("fullCount"), at.count("authorityCount")
    active, services = at.count("onlineDossierCount"), at.count("onlineServiceTotal")
    check_ratio(gathered, at, "partialCount+fullCount", part=procedures, whole=authority)
    check_ratio(gathered, at, "onlineDossierCount", part=active, whole=services)
    computed = min(Fraction(2), 2 * _over(procedures, authority) / Fraction("0.8"))
    computed += 4 * _over(active, services) + min(Fraction(6), 6 * _over(online, total) / Fraction("0.5"))
    _check_formula(gathered, at, computed)


def check_payment(gathered: Gathered, at: At) -> None:
    """The score is what its formula gives (chỉ số 3.5 and 3.6)."""
    check_unit_ratio(gathered, at)
    paid, obliged = at.count("totalDossierOnlinePaymentSuccess"), at.count("totalDossierFinancialObligation")
    fee, used = at.count("totalFeeFormality"), at.count("totalDossierOnlineFormalityPaymentSuccess")
    active = at.count("totalFeeDossierFormality")
    check_ratio(gathered, at, "totalDossierOnlinePaymentSuccess", part=paid, whole=obliged)
    check_ratio(gathered, at, "totalDossierOnlineFormalityPaymentSuccess", part=used, whole=fee)
    check_ratio(gathered, at, "totalFeeDossierFormality", part=active, whole=fee)
    computed = 6 * _over(paid, obliged)
    computed += sum(min(Fraction(2), 2 * _over(part, fee) / Fraction("0.8")) for part in (used, active))
    _check_formula(gathered, at, computed)


def _check_formula(gathered: Gathered, at: At, computed: Fraction) -> None:
    score = at.number("totalScore")
    example = f"{at.path}: {score}, formula {float(computed):.4f}"
    gathered.check(near(score, computed, "0.02"), "P-formula", "totalScore", example)


def check_satisfaction(gathered: Gathered, at: At, unit: Unit) -> None:
    """The dossiers of the score are the unit's; a unit without any activity is flagged."""
    dossiers, petitions = at.count("totalDossiers"), at.count("totalPetitions")
    gathered.check(bool(dossiers or petitions), "P-no-activity", "totalDossiers", f"{at.path}: {unit.key}")
    for metric in at.objects("metrics"):
        if metric.metric_code() == "DOSSIER_RECEIVING_SATISFACTION":
            base = metric.count_or_null("denominator")
            example = f"{metric.path}: {base}, {dossiers} delivered"
            gathered.check(base in (None, dossiers), "P-base", "totalDossiers", example)


def check_chart(gathered: Gathered, payload: At, key: str) -> None:
    """A month of percents adds up to 100 unless it is empty: null in one endpoint, 0 and 0 in the other."""
    for at in months_of(payload, key):
        month_of(at)
        on_time, overdue = at.number_or_null("onTimePct"), at.number_or_null("overduePct")
        if on_time is None or overdue is None or not (on_time or overdue):
            continue
        example = f"{at.path}: {on_time} + {overdue}"
        gathered.check(near(on_time + overdue, Decimal(100), "0.01"), "P-chart", key, example)


def months_of(payload: At, key: str) -> Iterator[At]:
    """The months of a chart; saved copies may lack it, and an empty one is usual."""
    yield from payload.objects(key) if payload.fields.get(key) is not None else []


def month_of(at: At) -> int:
    """The month (1 to 12) of an item of a chart."""
    text = at.text("month")
    if not re.fullmatch(r"0[1-9]|1[0-2]", text):
        at.refuse("month", "tháng từ 01 đến 12")
    return int(text)


def check_period(gathered: Gathered) -> None:
    """The dates asked for are one whole month, quarter, half-year or year."""
    start, end = gathered.question.start, gathered.question.end
    length = 12 * (end.year - start.year) + end.month - start.month + 1
    whole = start.day == 1 and end == months(end.year, 1, end.month)[1]
    whole = whole and length in (1, 3, 6, 12) and start.month % length == 1 % length
    gathered.check(whole, "P-period", "fromDate", f"{start} … {end}")
