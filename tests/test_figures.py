"""Hand-entered figures against what is asked: nested bases, whole days, ranks, the year before; worked by hand."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import permutations

import pytest

from metrics.alerts_by_hand import below_by_hand
from metrics.assess import Status
from metrics.figures import Figure, Standing, as_assessment, newest, standings
from metrics.targets import Indicator, Kind, Level, Op, Quantity, Register, Target
from metrics.units import Named, build_tree

TREE = build_tree([Named("H35", "Tỉnh Lai Châu"), Named("H35.12", "Sở VHTTDL", "department")])
INDICATORS = [
    Indicator("days_cut", "Mức cắt giảm thời gian", "Cut in time", Quantity.REDUCTION, "up", counted_vi="ngày"),
    Indicator("rank", "Xếp hạng", "Rank", Quantity.RANK, "down"),
    Indicator("faults", "Sai phạm", "Irregularities", Quantity.COUNT, "down"),
    Indicator("files", "Hồ sơ công việc", "Work files", Quantity.RATIO, "up"),
]
TODAY = date(2026, 2, 1)


def figure(code: str, numerator: int | None = None, denominator: int | None = None, **cells: object) -> Figure:
    quantity = next((one.quantity for one in INDICATORS if one.key == code), Quantity.RATIO)
    values: dict[str, object] = {
        "unit_code": "H35.12",
        "code": code,
        "name": code,
        "quantity": quantity,
        "start": date(2025, 1, 1),
        "end": date(2025, 12, 31),
        "numerator": numerator,
        "denominator": denominator,
        "value": None,
        "entered_by": "Người thử",
        "entered_on": date(2026, 1, 10),
        "note": "",
        "export_id": "e",
        "file_name": "b.xlsx",
        "row_number": 7,
        "captured_at": datetime(2026, 1, 10, 3),
    }
    return Figure(**(values | cells))  # type: ignore[arg-type]


def target(id_: str, op: Op, value: str | None, **more: object) -> Target:
    number = None if value is None else Decimal(value)
    words = {"level": Level.NATIONAL, "document": "KH 1", "valid_from": date(2025, 1, 1)} | more
    return Target(id=id_, op=op, value=number, **words)  # type: ignore[arg-type]


def judged(targets: list[Target], *figures: Figure) -> list[Standing]:
    return standings(Register(targets, INDICATORS), TREE, figures)


NESTED = [
    target("A", Op.AT_LEAST, "0.8", metric="procedures_online", variant="dvctt.share.eligible"),
    target("B", Op.AT_LEAST, "0.8", metric="procedures_integrated", parent="A"),
]


@pytest.mark.parametrize(
    ("integrated", "of", "status", "gap", "remark"),
    [
        # 100 eligible procedures, 80 of them online; "trong số đó, ít nhất 80 %" is 64, not 80
        (64, 80, "met", 0, ""),
        (63, 80, "below", 1, ""),
        (64, 100, "met", 0, "biểu ghi 100"),  # entered over all procedures: 64 % there, 80 % by the document
        (63, 100, "below", 1, "biểu ghi 100"),
    ],
)
def test_eighty_percent_of_eighty_percent(integrated: int, of: int, status: str, gap: int, remark: str) -> None:
    parent = figure("dvctt.share.eligible", 80, 100)
    found = {one.figure.code: one for one in judged(NESTED, parent, figure("procedures_integrated", integrated, of))}
    child = found["procedures_integrated"]
    assert (child.status, child.gap, child.numerator, child.denominator) == (status, gap, integrated, 80)
    assert remark in child.remark_vi
    assert (found["dvctt.share.eligible"].status, found["dvctt.share.eligible"].gap) == ("met", 0)


def test_a_nested_figure_without_its_parent_says_so() -> None:
    (only,) = judged(NESTED, figure("procedures_integrated", 70, 80))
    assert (only.status, only.denominator) == ("met", 80)
    assert "tử số của chỉ tiêu A, chưa có" in only.remark_vi


@pytest.mark.parametrize(
    ("cut", "days", "status", "gap"),
    [
        (1, 3, "met", 0),  # 3 days less 1 are 33.3 %, the least a whole day can do above 30 %
        (1, 5, "below", 1),  # 20 %: one more day, and it is 40 %
        (2, 5, "met", 0),
        (4, 15, "below", 1),  # 26.7 %; 4.5 days are asked, so 5
        (5, 15, "met", 0),
        (0, 1, "below", 1),
    ],
)
def test_thirty_percent_of_whole_days(cut: int, days: int, status: str, gap: int) -> None:
    (found,) = judged([target("T", Op.AT_LEAST, "0.3", indicator="days_cut")], figure("days_cut", cut, days))
    assert (found.status, found.gap) == (status, gap)


@pytest.mark.parametrize(
    ("code", "op", "asked", "value", "status", "gap"),
    [
        ("rank", Op.AT_MOST, "10", "10", "met", 0),
        ("rank", Op.AT_MOST, "10", "13", "below", 3),
        ("faults", Op.EQUAL, "0", "0", "met", 0),
        ("faults", Op.EQUAL, "0", "2", "below", 2),
        ("files", Op.ABOVE, "0.9", "0.9", "below", None),  # "trên 90 %"; a bare share has no cases to miss
        ("files", Op.ABOVE, "0.9", "0.900001", "met", None),
        ("files", Op.AT_LEAST, "0.9", "0.9", "met", None),
        ("files", Op.EQUAL, "1", "0.999999", "below", None),
    ],
)
def test_values_without_counts_are_compared_exactly(
    code: str, op: Op, asked: str, value: str, status: str, gap: int | None
) -> None:
    quantity = next(one.quantity for one in INDICATORS if one.key == code)
    row = target("T", op, asked, indicator=code, quantity=quantity)
    (found,) = judged([row], figure(code, value=Decimal(value)))
    assert (found.status, found.gap) == (status, gap)


def test_a_goal_is_missed_only_from_its_day_on_and_by_the_law_of_the_day_of_entry() -> None:
    goal = target("T", Op.AT_LEAST, "0.9", indicator="files", due=date(2025, 12, 31))
    early = figure("files", 8, 10, entered_on=date(2025, 6, 30))
    assert [one.status for one in judged([goal], early)] == [Status.NOT_DUE]
    assert [one.status for one in judged([goal], figure("files", 8, 10))] == [Status.BELOW]


def test_nothing_to_divide_by_is_no_activity() -> None:
    row = target("T", Op.AT_LEAST, "0.9", indicator="files")
    (found,) = judged([row], figure("files", 0, 0))
    assert (found.status, found.gap, found.exact) == (Status.NO_ACTIVITY, None, None)


def test_a_figure_must_not_be_worse_than_the_year_before() -> None:
    """18/20 = 90 %; of 30 that is 27: 26 are one short."""
    rising = target("T", Op.TREND_UP, None, indicator="files", kind=Kind.TREND)
    before = figure("files", 18, 20)
    now = {"start": date(2026, 1, 1), "end": date(2026, 12, 31), "entered_on": date(2027, 1, 5)}
    (first, *_) = [one for one in judged([rising], before) if one.target]
    assert (first.status, first.remark_vi) == (Status.NO_COMPARISON, "chưa có số liệu cùng kỳ năm trước")
    for count, status, gap in ((27, "met", 0), (26, "below", 1)):
        found = [one for one in judged([rising], before, figure("files", count, 30, **now)) if one.base]
        assert [(one.status, one.gap, one.base.numerator if one.base else None) for one in found] == [(status, gap, 18)]


def test_a_number_and_a_trend_are_both_told() -> None:
    rows = [
        target("N", Op.AT_LEAST, "0.9", indicator="files"),
        target("T", Op.TREND_UP, None, indicator="files", kind=Kind.TREND),
    ]
    found = judged(rows, figure("files", 19, 20))
    assert [(one.target.id if one.target else None, one.status) for one in found] == [
        ("N", Status.MET),
        ("T", Status.NO_COMPARISON),
    ]


def test_the_later_day_of_entry_wins_then_the_later_delivery_in_any_order() -> None:
    entries = [
        figure("files", 1, 10, entered_on=date(2026, 1, 10), captured_at=datetime(2026, 3, 1)),
        figure("files", 2, 10, entered_on=date(2026, 1, 12), captured_at=datetime(2026, 1, 12)),
        figure("files", 3, 10, entered_on=date(2026, 1, 12), captured_at=datetime(2026, 1, 13)),
    ]
    for order in permutations(entries):
        (found,) = newest(order).values()
        assert found.numerator == 3


def test_a_metric_entered_by_hand_is_an_assessment_of_its_own_variant() -> None:
    asked = target("T", Op.AT_LEAST, "0.9", metric="satisfaction")
    (found,) = judged([asked], figure("satisfaction", 45, 60))
    row = as_assessment(found)
    assert row is not None
    assert (row.metric, row.variant, row.source) == ("satisfaction", "manual.satisfaction", "indicators")
    assert (row.numerator, row.denominator, row.ratio, row.status, row.gap) == (45, 60, 0.75, Status.BELOW, 9)
    other = target("V", Op.AT_LEAST, "0.95", metric="satisfaction", variant="satisfaction.online_services")
    (found,) = judged([asked, other], figure("satisfaction.online_services", 45, 60))
    assert found.target is not None and found.target.id == "V"
    (found,) = judged([asked], figure("files", 1, 2))
    assert as_assessment(found) is None


def test_a_code_the_register_no_longer_knows_is_shown_and_not_judged() -> None:
    (found,) = judged([], figure("visits_saved", value=Decimal("0.5"), name="Lượt đi lại giảm được"))
    assert (found.subject.name_vi, found.status) == ("Lượt đi lại giảm được", Status.NO_TARGET)


def test_a_figure_below_is_an_alert_that_says_it_was_entered_by_hand() -> None:
    rows = [
        target("T", Op.AT_LEAST, "0.9", indicator="files", document="KH 8", article="mục 2"),
        target("R", Op.AT_MOST, "10", indicator="rank", quantity=Quantity.RANK),
    ]
    found = judged(rows, figure("files", 17, 20), figure("rank", None, 21, value=Decimal(13)))
    said = [alert.message_vi for alert in below_by_hand(found, TREE, today=TODAY)]
    assert said == [
        "Hồ sơ công việc của Sở VHTTDL năm 2025: 17/20 = 85,0 %, dưới chỉ tiêu 90 % (KH 8, mục 2); "
        "số liệu nhập tay ngày 10/01/2026.",
        "Xếp hạng của Sở VHTTDL năm 2025: 13/21, không đạt chỉ tiêu <= 10 (KH 1); số liệu nhập tay ngày 10/01/2026.",
    ]
    assert below_by_hand(found, TREE, today=date(2027, 6, 1)) == []
    assert below_by_hand(found, TREE, today=TODAY, office="H35") != []
    assert (
        below_by_hand([replace(one, unit=TREE.unit("H35")) for one in found], TREE, today=TODAY, office="H35.12") == []
    )
