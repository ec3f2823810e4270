"""The one comparison: exact, null apart from zero, and a goal that is not due yet is not missed."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.assess import Assessment, Counts, Scope, Status, TargetBook, assess, counted, missing
from metrics.definitions import METRIC, Kind
from metrics.periods import parse_period
from metrics.targets import Kind as TargetKind
from metrics.targets import Level, Op, Register, Target
from metrics.units import Unit

AS_OF = date(2026, 9, 10)
DEPARTMENT = Unit("H35.12", "Sở VHTTDL", "H35", "department", leaf=False)
ONLINE = METRIC["online"]
RECEIVED = ONLINE.variants_of(Kind.DOSSIER)[0]
UNTIMED = settings(deadline=None)  # a busy machine is no failure
VALUES = st.decimals(0, 1, places=3)
COUNTS = st.integers(0, 5000)


def target(op: Op = Op.AT_LEAST, value: str | None = "0.5", **more: object) -> Target:
    given_value = None if value is None else Decimal(value)
    words = {"id": "T", "metric": "online", "level": Level.NATIONAL, "document": "KH 1"} | more
    return Target(op=op, value=given_value, **words)  # type: ignore[arg-type]


def judged(
    numerator: int | None,
    denominator: int | None,
    *targets: Target,
    period: str = "2026-08",
    unit: Unit = DEPARTMENT,
    comparable: bool = True,
) -> Assessment:
    scope = Scope("igate", unit, parse_period(period, AS_OF), AS_OF)
    book = TargetBook(Register(targets))
    return assess(ONLINE, RECEIVED, Counts(numerator, denominator), scope, book, comparable=comparable)


def test_the_shortfall_of_the_worked_example() -> None:
    """METHODS §5.1: x = 6100, n = 9000, T = 0.72: 0.72 x 9000 = 6480, 380 are missing."""
    found = judged(6100, 9000, target(value="0.72"))
    assert (found.status, found.gap, found.target_value) == (Status.BELOW, 380, Decimal("0.72"))


@pytest.mark.parametrize(
    ("op", "value", "numerator", "denominator", "status", "gap"),
    [
        (Op.AT_LEAST, "0.5", 120, 300, "below", 30),
        (Op.AT_LEAST, "0.5", 150, 300, "met", 0),
        (Op.AT_LEAST, "0.5", 3, 7, "below", 1),  # half of 7 is 3.5
        (Op.AT_LEAST, "0.7", 7, 10, "met", 0),  # 0.7 x 10 is 6.999… as floats multiply
        (Op.AT_LEAST, "0.9", 90, 100, "met", 0),
        (Op.ABOVE, "0.9", 90, 100, "below", 1),  # "trên 90 %" is strict
        (Op.ABOVE, "0.9", 91, 100, "met", 0),
        (Op.ABOVE, "0.9", 8, 9, "below", 1),  # 8.1 asked for, so the ninth
        (Op.EQUAL, "1", 299, 300, "below", 1),
        (Op.EQUAL, "1", 300, 300, "met", 0),
        (Op.EQUAL, "1", 7, 6, "met", 0),  # more than all: a fault of the counts
        (Op.AT_MOST, "0.05", 5, 100, "met", 0),
        (Op.AT_MOST, "0.05", 6, 100, "below", 1),
        (Op.AT_MOST, "0.05", 3, 50, "below", 1),  # 2.5 allowed
        (Op.AT_MOST, "0", 2, 9, "below", 2),
        (Op.AT_LEAST, "1", 0, 1, "below", 1),
        (Op.AT_LEAST, "0", 0, 1, "met", 0),
    ],
)
def test_status_and_gap(op: Op, value: str, numerator: int, denominator: int, status: str, gap: int) -> None:
    found = judged(numerator, denominator, target(op, value))
    assert (found.status, found.gap) == (status, gap)


@UNTIMED
@given(st.sampled_from([Op.AT_LEAST, Op.ABOVE, Op.AT_MOST]), COUNTS, COUNTS, VALUES)
def test_the_gap_is_what_exact_fractions_say(op: Op, numerator: int, denominator: int, value: Decimal) -> None:
    asked = Fraction(value) * denominator
    expected = {
        Op.AT_LEAST: ceil(asked - numerator),
        Op.ABOVE: floor(asked - numerator) + 1,
        Op.AT_MOST: ceil(numerator - asked),
    }[op]
    assert missing(op, numerator, denominator, value) == max(0, expected)


@UNTIMED
@given(st.sampled_from([Op.AT_LEAST, Op.ABOVE, Op.EQUAL]), COUNTS, st.integers(1, 5000), VALUES)
def test_the_gap_is_the_least_that_meets_the_target(op: Op, numerator: int, denominator: int, value: Decimal) -> None:
    gap = missing(op, numerator, denominator, value)
    assert missing(op, numerator + gap, denominator, value) == 0
    if gap:
        assert missing(op, numerator + gap - 1, denominator, value) == 1


@UNTIMED
@given(st.integers(0, 5000), st.integers(0, 5000), VALUES)
def test_a_ratio_is_a_share_and_met_exactly_when_nothing_is_missing(part: int, rest: int, value: Decimal) -> None:
    found = judged(part, part + rest, target(value=str(value)))
    if part + rest == 0:
        assert (found.ratio, found.status) == (None, Status.NO_ACTIVITY)
        return
    assert found.ratio is not None
    assert 0 <= found.ratio <= 1
    reached = Fraction(part, part + rest) >= Fraction(value)
    assert (found.status, found.gap == 0) == ((Status.MET, True) if reached else (Status.BELOW, False))


@pytest.mark.parametrize(
    ("counts", "status"), [((None, None), "not_reported"), ((3, None), "not_reported"), ((None, 7), "not_reported")]
)
def test_absent_counts_are_not_reported(counts: tuple[int | None, int | None], status: str) -> None:
    found = judged(*counts, target())
    assert (found.status, found.ratio, found.gap) == (status, None, None)


def test_nothing_to_divide_by_is_no_activity_with_its_zeros() -> None:
    found = judged(0, 0, target())
    assert (found.numerator, found.denominator, found.ratio, found.gap) == (0, 0, None, None)
    assert found.status == Status.NO_ACTIVITY


def test_without_a_target_nothing_is_missing() -> None:
    found = judged(1, 7)
    assert (found.status, found.gap, found.target, found.target_value) == (Status.NO_TARGET, None, None, None)


def test_a_trend_is_never_judged() -> None:
    assert judged(1, 7, target(Op.TREND_UP, None, kind=TargetKind.TREND)).status == Status.NO_TARGET


def test_counts_that_a_source_calls_makeshift_are_shown_and_not_judged() -> None:
    found = judged(1, 7, target(), comparable=False)
    assert (found.status, found.ratio, found.target) == (Status.NO_TARGET, 1 / 7, None)


def test_a_programmes_goal_is_missed_only_from_its_day_on() -> None:
    goal = target(value="0.8", due=date(2026, 8, 31))
    assert judged(7, 10, goal, period="2026-07").status == Status.NOT_DUE
    assert judged(7, 10, goal, period="2026-07").gap == 1
    assert judged(8, 10, goal, period="2026-07").status == Status.MET
    assert judged(7, 10, goal, period="2026-08").status == Status.BELOW


def test_a_running_period_is_judged_by_the_law_of_its_last_known_day() -> None:
    later = target(value="0.8", valid_from=date(2026, 10, 1))
    assert judged(7, 10, later, period="2026").status == Status.NO_TARGET
    rising = target(value=None, schedule={2025: Decimal("0.5"), 2026: Decimal("0.8")})
    assert judged(7, 10, rising, period="2025").status == Status.MET
    assert judged(7, 10, rising, period="2026").target_value == Decimal("0.8")


def test_completeness_is_told() -> None:
    assert judged(1, 7, period="2026-08").complete
    assert not judged(1, 7, period="2026-09").complete


def test_a_book_asks_once_for_units_of_one_sort_and_again_for_a_named_one() -> None:
    asked: list[str] = []

    class Counting(Register):
        def in_force(self, metric: str, **question: object) -> Target | None:  # type: ignore[override]
            asked.append(question["unit"].code)  # type: ignore[attr-defined]
            return super().in_force(metric, **question)  # type: ignore[arg-type]

    named = target(value="0.9", id="N", unit="H35.13")
    book = TargetBook(Counting([target(), named]))
    found = []
    for code in ("H35.12", "H35.13", "H35.14", "H35.15"):
        unit = Unit(code, code, "H35", "department", leaf=True)
        scope = Scope("igate", unit, parse_period("2026-08", AS_OF), AS_OF)
        found.append(assess(ONLINE, RECEIVED, Counts(7, 10), scope, book))
    assert asked == ["H35.12", "H35.13"]
    assert [(one.target.id if one.target else None, one.status) for one in found] == [
        ("T", "met"),
        ("N", "below"),
        ("T", "met"),
        ("T", "met"),
    ]


@pytest.mark.parametrize(
    ("metric", "sums", "filled", "expected"),
    [
        # the list has no channel column
        ("online", {"received": 9}, (), (None, None)),
        # it has one, and nothing was received
        ("online", {}, (), (0, 0)),
        ("online", {"received": 9, "channel_known": 9, "received_online": 4}, (), (4, 9)),
        # procedures without an online service only: none of them could be online
        ("online_of_offered", {"received": 9, "level_known": 9}, (), (0, 0)),
        ("online_of_offered", {"received": 9}, (), (None, None)),
        # the list tells of fees, and there are none
        ("online_payment", {"received": 9, "payment_known": 9}, (), (0, 0)),
        ("online_payment", {"received": 9}, (), (None, None)),
        # nothing resolved, so nothing to say of results; resolved, and no such column
        ("electronic_results", {"received": 9}, (), (0, 0)),
        ("electronic_results", {"resolved": 9}, (), (None, None)),
        ("on_time", {"received": 9}, (), (0, 0)),
        ("overdue_open", {"open": 0}, (), (0, 0)),
        # a blank rating is like no column: whether the source ever has ratings decides
        ("satisfaction", {"received": 9}, (), (None, None)),
        ("satisfaction", {"received": 9}, ("rated",), (0, 0)),
    ],
)
def test_a_missing_column_is_not_a_zero(
    metric: str, sums: dict[str, int], filled: tuple[str, ...], expected: tuple[int | None, int | None]
) -> None:
    variant = METRIC[metric].variants_of(Kind.DOSSIER)[0]
    assert counted(variant, sums, filled=filled) == expected
