"""What a snapshot holds of the law: the year before beside the number, the same on the command line, alerts of both."""

from datetime import date
from decimal import Decimal

from metrics.rates import rates
from metrics.targets import Kind, Level, Op, Register, Target
from metrics.unit_history import load_history
from metrics.year_on_year import against_year_before
from tests.test_publish import Office, many, office

__all__ = ("office",)

NUMBER = Target(
    id="N", metric="online", op=Op.AT_LEAST, value=Decimal("0.5"), level=Level.NATIONAL, document="KH 1", article="mục 2"
)  # fmt: skip
RISE = Target(id="R", metric="online", op=Op.TREND_UP, kind=Kind.TREND, level=Level.NATIONAL, document="CV 2")


def filled(office: Office) -> Office:
    """August 2025: 8 of 10 online; August 2026: 12 of 20, which is above one half and below 80 %."""
    office.register = Register([NUMBER, RISE])
    days = {"due_at": None, "finished_at": None, "returned_at": None}
    office.put(*many(10, online=8, prefix="old", received_at="2025-08-04 08:00:00", **days))
    office.put(*many(20, online=12, prefix="new", received_at="2026-08-04 08:00:00", **days))
    return office


def test_the_number_is_met_and_the_trend_is_missed_and_both_are_published(office: Office) -> None:
    snapshot = filled(office).publish()
    asked = {"period_label": "2026-08", "metric": "online", "unit_code": "H35.12"}
    where = " AND ".join(f"{name} = '{value}'" for name, value in asked.items())
    (number,) = snapshot.rows(f"SELECT target_id, status, gap FROM assessment WHERE {where}")
    assert tuple(number.values()) == ("N", "met", 0)
    (trend,) = snapshot.rows(
        "SELECT target_id, status, gap, numerator, denominator, base_label, base_numerator, base_denominator"
        f" FROM year_on_year WHERE {where}"
    )
    assert tuple(trend.values()) == ("R", "below", 4, 12, 20, "2025-08", 8, 10)  # 80 % of 20 is 16


def test_the_command_line_answers_what_was_published(office: Office) -> None:
    snapshot = filled(office).publish()
    rows = rates(snapshot, office.register, metrics=["online"], unit="H35.12", period="2026-08")
    (found,) = against_year_before(snapshot, office.register, rows, history=load_history(), unit="H35.12")
    assert (found.status, found.gap, found.base, found.base_period.start) == ("below", 4, (8, 10), date(2025, 8, 1))


def test_a_fall_is_an_alert_of_the_same_rule_that_names_the_year_before(office: Office) -> None:
    snapshot = filled(office).publish()
    said = {row["period_label"]: row for row in snapshot.rows("SELECT * FROM alert WHERE rule = 'below_target'")}
    assert said["2026-08"]["alert_id"] == "below_target:igate:online:H35.12:2026-08:R"
    assert "12/20 = 60,0 %, thấp hơn cùng kỳ năm trước (8/10 = 80,0 %)" in said["2026-08"]["message_vi"]
    assert "(CV 2); còn thiếu 4 hồ sơ" in said["2026-08"]["message_vi"]
    assert said["2026-08"]["target_value"] is None
