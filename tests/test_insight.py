"""The methods beyond a ratio: the published test vectors, and properties that must hold for any counts."""

from decimal import Decimal
from fractions import Fraction
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.assess import missing
from metrics.insight import control_chart, decomposition, funnel, gap, intervals, projection
from metrics.insight.control_chart import Assurance, Rule
from metrics.insight.intervals import Z_998, Evidence
from metrics.targets import Op

T = Decimal("0.72")
COUNTS = st.integers(0, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def near(found: float, expected: float, digits: int) -> bool:
    return isclose(found, expected, abs_tol=0.6 * 10**-digits)


# METHODS §5.1


def test_the_three_meanings_of_a_gap() -> None:
    assert missing(Op.AT_LEAST, 6100, 9000, T) == 380
    needed = gap.needed_of_rest(6100, 9000, 3000, T)
    assert (needed.count, needed.reachable) == (2540, True)
    assert needed.share is not None and near(float(needed.share), 0.8467, 4)
    assert gap.pure_additions(6100, 9000, T) == 1358


def test_a_target_out_of_reach_says_what_is_still_possible() -> None:
    needed = gap.needed_of_rest(100, 1000, 100, T)
    assert not needed.reachable
    assert needed.best == Fraction(200, 1100)


def test_where_less_is_better_the_rest_may_hold_only_so_many() -> None:
    # at most 5 % of 1000 + 200 = 60 may be late; 50 are
    assert gap.allowed_of_rest(50, 1000, 200, Decimal("0.05")).count == 10
    assert not gap.allowed_of_rest(70, 1000, 200, Decimal("0.05")).reachable


def test_all_of_them_cannot_be_reached_by_adding() -> None:
    assert gap.pure_additions(9, 10, Decimal(1)) is None
    assert gap.pure_additions(10, 10, Decimal(1)) == 0


def test_the_parts_that_hold_most_of_the_gap() -> None:
    assert gap.holding_most({"a": 50, "b": 30, "c": 15, "d": 5, "e": 0}) == ["a", "b"]  # 80 of 100
    assert gap.holding_most({"a": 0}) == []


@given(COUNTS, st.integers(0, 500), st.decimals("0.01", "0.99", places=2))
def test_what_is_needed_is_just_enough(counts: tuple[int, int], rest: int, target: Decimal) -> None:
    numerator, denominator = counts
    needed = gap.needed_of_rest(numerator, denominator, rest, target)
    if denominator + rest:
        reached = Fraction(numerator + needed.count, denominator + rest)
        assert reached >= Fraction(target)
        if needed.count:
            assert Fraction(numerator + needed.count - 1, denominator + rest) < Fraction(target)


# METHODS §5.4


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (0, 7, 0, 0.35433),
        (7, 7, 0.64567, 1),
        (3, 5, 0.230724, 0.882379),
        (81, 100, 0.722212, 0.874852),
        (8100, 10000, 0.802193, 0.817569),
    ],
)
def test_wilson_intervals(x: int, n: int, low: float, high: float) -> None:
    found = intervals.wilson(x, n)
    assert near(found.low, low, 5) and near(found.high, high, 5)


def test_a_wider_interval_for_more_certainty() -> None:
    found = intervals.wilson(81, 100, Z_998)
    assert near(found.low, 0.664041, 6) and near(found.high, 0.901913, 6)


@pytest.mark.parametrize(
    ("x", "n", "status"),
    [
        (3, 5, Evidence.UNCLEAR),
        (60, 100, Evidence.BELOW),
        (78, 100, Evidence.UNCLEAR),
        (780, 1000, Evidence.UNCLEAR),
        (80, 100, Evidence.MET_UNSURE),
        (900, 1000, Evidence.MET),
    ],
)
def test_the_statistical_status(x: int, n: int, status: Evidence) -> None:
    assert intervals.evidence(x, n, Decimal("0.8")) is status
    assert intervals.evidence(n - x, n, Decimal("0.2"), Op.AT_MOST) is status


def test_a_strict_target_is_not_met_by_equality() -> None:
    assert intervals.evidence(80, 100, Decimal("0.8"), Op.ABOVE) is Evidence.UNCLEAR


@given(COUNTS)
def test_an_interval_holds_its_ratio(counts: tuple[int, int]) -> None:
    numerator, denominator = counts
    found = intervals.wilson(numerator, denominator)
    assert 0 <= found.low <= found.high <= 1
    if denominator:
        assert found.low - 1e-12 <= numerator / denominator <= found.high + 1e-12


# METHODS §5.5

EIGHT = list(zip((180, 455, 92, 610, 33, 270, 505, 88), (220, 610, 130, 700, 60, 300, 690, 100), strict=True))


@pytest.mark.parametrize(
    ("n", "z", "low", "high"),
    [
        (200, intervals.Z_95, 0.744564, 0.855436),
        (200, Z_998, 0.712595, 0.887405),
        (1000, intervals.Z_95, 0.775208, 0.824792),
    ],
)
def test_funnel_limits(n: int, z: float, low: float, high: float) -> None:
    found = funnel.limits(0.8, n, z)
    assert near(found.low, low, 6) and near(found.high, high, 6)


def test_units_that_differ_more_than_by_chance() -> None:
    found = funnel.spread(EIGHT)
    assert found is not None
    assert near(found.share, 0.79466, 5)
    assert near(found.phi, 13.0567, 4)
    assert near(found.tau2, 0.010715, 6)
    simple, wide = funnel.limits(found.share, 200), funnel.wide_limits(found, 200)
    assert wide.low < simple.low and wide.high > simple.high


def test_one_unit_far_off_is_told_from_many_alike() -> None:
    alike = [(800, 1000)] * 20
    found = funnel.spread([*alike, (300, 1000)])
    assert found is not None
    assert funnel.band(300, 1000, found) is funnel.Band.LOWER
    assert funnel.band(800, 1000, found) is funnel.Band.EXPECTED
    assert funnel.band(0, 0, found) is funnel.Band.EXPECTED


def test_one_unit_alone_has_no_spread() -> None:
    assert funnel.spread([(3, 4), (0, 0)]) is None


@given(st.lists(COUNTS, min_size=2, max_size=30))
def test_limits_hold_the_common_ratio(counts: list[tuple[int, int]]) -> None:
    found = funnel.spread(counts)
    if found is not None:
        allowed = funnel.wide_limits(found, 50)
        assert allowed.low - 1e-9 <= found.share <= allowed.high + 1e-9
        assert found.tau2 >= 0


# METHODS §5.3


def test_mix_against_rate() -> None:
    found = decomposition.kitagawa({"a": (630, 700), "b": (90, 300)}, {"a": (372, 400), "b": (198, 600)})
    assert found is not None
    assert (float(found.before), float(found.after)) == (0.72, 0.57)
    assert found.rate == Fraction(3, 100) and found.mix == Fraction(-18, 100)
    assert [float(share.rate) for share in found.shares] == [0.0165, 0.0135]
    assert [float(share.mix) for share in found.shares] == [-0.081, -0.099]
    assert found.reversal  # every group rose, the whole fell


def test_a_new_group_is_all_mix() -> None:
    found = decomposition.kitagawa({"a": (50, 100)}, {"a": (50, 100), "new": (0, 100)})
    assert found is not None
    new = next(share for share in found.shares if share.key == "new")
    assert new.rate == 0 and found.change == Fraction(-1, 4) == found.mix
    assert not found.reversal


def test_nothing_to_compare_with() -> None:
    assert decomposition.kitagawa({"a": (0, 0)}, {"a": (1, 2)}) is None


groups = st.dictionaries(st.sampled_from("abcdef"), COUNTS, min_size=1)


@given(groups, groups)
def test_rate_and_mix_add_up_to_the_change(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    found = decomposition.kitagawa(before, after)
    if found is not None:
        assert found.rate + found.mix == found.change


# METHODS §5.6

TWELVE = [71.2, 70.8, 72.1, 71.5, 70.9, 71.8, 72.4, 71.1, 70.5, 71.9, 72.0, 71.3]


def test_xmr_limits() -> None:
    chart = control_chart.xmr(TWELVE)
    assert chart is not None and chart.enough
    assert near(chart.mean, 71.4583, 4)
    assert near(chart.lower[0], 69.4029, 4) and near(chart.upper[0], 73.5138, 4)
    assert chart.signals == ()


def test_laney_limits() -> None:
    pairs = list(zip((720, 735, 701, 744, 690, 751), (1000, 1010, 990, 1005, 980, 1015), strict=True))
    chart = control_chart.laney(pairs)
    assert chart is not None and not chart.enough
    assert near(chart.mean, 0.72350, 5)
    assert near(chart.lower[0], 0.6536, 4) and near(chart.upper[0], 0.7934, 4)


def test_what_makes_a_point_stand_out() -> None:
    def rules(values: list[float]) -> set[Rule]:
        chart = control_chart.xmr(values)
        assert chart is not None
        return {signal.rule for signal in chart.signals}

    assert Rule.OUTSIDE in rules([*TWELVE, 80.0])
    assert Rule.SHIFT in rules([70, 72] * 6 + [71.5] * 7)
    assert Rule.TREND in rules([71, 70.9, 71.1, 70, 70.2, 70.4, 70.6, 70.8, 71.0, 71.2])
    assert Rule.TREND not in rules([71, 70.9, 71.1, 70, 70.2, 70.4, 70.6, 70.8, 71.0, 70.5])  # six points only
    assert Rule.NEAR_LIMIT in rules([*TWELVE, 71.4, 73.3, 73.4, 71.8])


def test_an_outlying_move_is_screened_once_or_not() -> None:
    values = [*TWELVE, 95.0, 71.0]
    screened, plain = control_chart.xmr(values), control_chart.xmr(values, screen=False)
    assert screened is not None and plain is not None
    assert screened.upper[0] < plain.upper[0]


def test_what_the_process_does_with_a_target() -> None:
    chart = control_chart.xmr(TWELVE)
    assert chart is not None
    assert [chart.assurance(target) for target in (69.0, 72.0, 74.0)] == [
        Assurance.PASSES,
        Assurance.HIT_OR_MISS,
        Assurance.FAILS,
    ]
    assert chart.assurance(74.0, less_is_better=True) is Assurance.PASSES
    assert chart.assurance(69.0, less_is_better=True) is Assurance.FAILS


@given(st.lists(COUNTS, min_size=2, max_size=40))
def test_a_ratio_chart_stays_within_nought_and_one(counts: list[tuple[int, int]]) -> None:
    chart = control_chart.laney(counts)
    if chart is not None:
        assert all(0 <= low <= chart.mean <= high <= 1 for low, high in zip(chart.lower, chart.upper, strict=True))


# METHODS §5.2


@pytest.mark.parametrize(
    ("x", "rho", "low", "high", "probability", "slack"),
    [
        (6100, 0.002, 0.6705, 0.6850, 0.0, 1e-5),
        (6100, 0.01, 0.6623, 0.6928, 2e-5, 1e-5),
        (6390, 0.002, 0.7029, 0.7170, 0.032, 1e-3),
    ],
)
def test_where_the_period_ends(x: int, rho: float, low: float, high: float, probability: float, slack: float) -> None:
    exact = projection.Rest(3000.0, 0.0)
    found = projection.project(x, 9000, exact, recent=x / 9000, rho=rho, target=T)
    assert near(found.low, low, 4) and near(found.high, high, 4)
    assert found.probability is not None and abs(found.probability - probability) <= slack


def test_not_knowing_how_many_will_come_widens_the_interval() -> None:
    sure = projection.project(6390, 9000, projection.Rest(3000, 0), recent=0.8, rho=0.002)
    unsure = projection.project(6390, 9000, projection.Rest(3000, 900.0**2), recent=0.8, rho=0.002)
    assert unsure.high - unsure.low > sure.high - sure.low


def test_a_period_that_is_over_ends_where_it_is() -> None:
    found = projection.project(60, 100, projection.rest_of_period([5] * 20, 0), recent=0.6, rho=0.01, target=T)
    assert near(found.low, 0.6, 6) and near(found.high, 0.6, 6)
    assert found.probability == 0.0


def test_the_rest_follows_the_recent_days() -> None:
    rest = projection.rest_of_period([8, 12, 10, 10], 5)
    assert rest.mean == 50
    # days: variance 8/3 each; five of them, and the mean of four days is itself uncertain: 5·8/3 + 25·(8/3)/4 = 30
    assert near(rest.variance, 30.0, 6)


def test_days_that_are_alike_among_themselves_are_told_from_chance() -> None:
    assert projection.alikeness([(50, 100)] * 10) == 0.0
    assert projection.alikeness([(10, 100), (90, 100)] * 5) > 0.5
    assert projection.alikeness([(0, 100)] * 3) == 0.0


def test_too_little_history_projects_nothing() -> None:
    assert projection.enough(15, 100)
    assert not projection.enough(14, 1000) and not projection.enough(100, 99)


@given(COUNTS, st.integers(0, 40), st.floats(0.01, 0.99), st.floats(0, 0.2))
def test_a_projection_is_ordered_and_possible(counts: tuple[int, int], days: int, recent: float, rho: float) -> None:
    numerator, denominator = counts
    rest = projection.rest_of_period([3, 5, 9, 0, 4], days)
    found = projection.project(numerator, denominator, rest, recent=recent, rho=rho, target=T)
    assert 0 <= found.low <= found.middle <= found.high <= 1
    assert found.probability is not None and 0 <= found.probability <= 1
