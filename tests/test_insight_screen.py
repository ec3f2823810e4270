"""What the comparing pages compute: figures worked by hand."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from metrics.insight.comparable import Against, earlier
from metrics.insight.comparison import compare, outline
from metrics.insight.control_chart import Rule
from metrics.insight.decomposition import kitagawa
from metrics.insight.funnel import Band, Spread, limits
from metrics.insight.gap import held, holding_most
from metrics.insight.season import PartOfMonth, by_part_of_month, by_weekday
from metrics.insight.series import Point, pieces, signals
from metrics.insight.what_if import if_worst_reached, median_ratio
from metrics.periods import parse_period
from metrics.working_days import load_calendar

AS_OF = date(2026, 11, 15)
NUMBERS = some.lists(some.tuples(some.integers(0, 400), some.integers(0, 400)).map(lambda pair: (min(pair), max(pair))))

# Units


def test_units_are_ranked_in_bands_and_small_ones_not_at_all() -> None:
    # Nine units at 80 % of 1000 and one at 40 %: p̄ = 0.76; the nine have z ≈ +3, so the limits of one of 1000 are wide,
    # and still 40 % lies far below them. The unit of 29 is not ranked although it has 0 %.
    counts = {f"u{number}": (800, 1000) for number in range(9)} | {"low": (400, 1000), "tiny": (0, 29)}
    found = compare(counts)
    bands = {part.key: part.band for part in found.parts}
    assert bands["low"] is Band.LOWER and bands["tiny"] is None and bands["u0"] is Band.EXPECTED
    assert (found.count(Band.LOWER), found.count(Band.EXPECTED), found.count(None)) == (1, 9, 1)
    assert found.spread is not None and found.spread.share == pytest.approx(0.76)  # 7600 / 10000: the tiny one is out


def test_one_unit_has_nobody_to_be_compared_with() -> None:
    found = compare({"one": (50, 100), "none": (0, 0)})
    assert found.spread is None and [(part.key, part.band) for part in found.parts] == [("one", None)]
    assert found.parts[0].interval.low == pytest.approx(0.403832, abs=1e-6)  # Wilson 95 % of 50/100


def test_the_funnel_is_drawn_from_the_smallest_to_the_largest_unit() -> None:
    # Without more spread than chance the limits are nearly the plain ones: 0.8, n = 200 → 0.744564 … 0.855436.
    drawn = outline(Spread(0.8, 1.0, 0.0), 200, 5000)
    assert (drawn[0].denominator, drawn[-1].denominator) == (200, 5000)
    assert drawn[0].inner.low == pytest.approx(limits(0.8, 200).low, abs=0.004)
    assert all(one.outer.low < one.inner.low < 0.8 < one.inner.high < one.outer.high for one in drawn)


@given(NUMBERS)
def test_every_part_with_a_dossier_is_compared_once(counts: list[tuple[int, int]]) -> None:
    found = compare(dict(enumerate(counts)))
    assert len(found.parts) == sum(n > 0 for _, n in counts)
    assert sum(found.count(band) for band in (*Band, None)) == len(found.parts)


# Procedures


def test_who_holds_the_gap() -> None:
    found = held({"c": 10, "a": 60, "met": 0, "b": 25, "d": 5})
    assert [(one.key, one.gap, one.together, one.most) for one in found] == [
        ("a", 60, Fraction(60, 100), True),
        ("b", 25, Fraction(85, 100), True),
        ("c", 10, Fraction(95, 100), False),
        ("d", 5, Fraction(1), False),
    ]
    assert holding_most({"c": 10, "a": 60, "met": 0, "b": 25, "d": 5}) == ["a", "b"]
    assert held({}) == []


FOUR = {"a": (10, 100), "b": (40, 100), "c": (60, 100), "d": (90, 100)}


def test_what_if_the_worst_became_ordinary() -> None:
    # Median of 10, 40, 60, 90 % = 50 %. The worst is a: 10 → 50; whole 200/400 = 50 % → 240/400 = 60 %.
    level = median_ratio(FOUR.values())
    assert level == Fraction(1, 2)
    found = if_worst_reached(FOUR, level, most=1)
    assert found is not None
    assert (found.before, found.after) == (Fraction(1, 2), Fraction(3, 5))
    assert [(gain.key, gain.moved) for gain in found.gains] == [("a", 40)]
    both = if_worst_reached(FOUR, level)  # a and b: + 40 + 10; c and d are above it and stay
    assert both is not None and both.after == Fraction(250, 400)


def test_what_if_where_less_is_better_the_numerator_falls() -> None:
    # d: 90 → 50, c: 60 → 50; 200 → 150 of 400
    found = if_worst_reached(FOUR, Fraction(1, 2), less_is_better=True)
    assert found is not None and found.after == Fraction(150, 400)
    assert [(gain.key, gain.moved) for gain in found.gains] == [("d", -40), ("c", -10)]


def test_a_procedure_reaches_the_median_with_whole_dossiers() -> None:
    found = if_worst_reached({"a": (1, 7)}, Fraction(1, 2))  # 3.5 of 7: four dossiers, three more
    assert found is not None and found.gains[0].moved == 3


def test_what_if_needs_dossiers_and_a_median_needs_thirty() -> None:
    assert if_worst_reached({"a": (0, 0)}, Fraction(1, 2)) is None
    assert median_ratio([(1, 29)]) is None


# Changes


def test_the_parts_of_a_change_add_up_to_it() -> None:
    # METHODS §5.3: rates .90 → .93 and .30 → .33; rate +.03, mix −.18 (−.081 and −.099), together −.15
    found = kitagawa({"a": (630, 700), "b": (90, 300)}, {"a": (372, 400), "b": (198, 600)})
    assert found is not None
    assert [float(share.whole) for share in found.shares] == pytest.approx([0.0165 - 0.081, 0.0135 - 0.099])
    assert sum(share.whole for share in found.shares) == found.change and found.reversal


@pytest.mark.parametrize(
    ("label", "previous", "year_before"),
    [
        ("2026-01", "2025-12", "2025-01"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026-H1", "2025-H2", "2025-H1"),
        ("2026", "2025", "2025"),
        ("month-to-date", "2026-10-01..2026-10-15", "2025-11-01..2025-11-15"),
        ("year-to-date", "2025-01-01..2025-11-15", "2025-01-01..2025-11-15"),
        ("rolling-30", "2026-09-17..2026-10-16", "2025-10-17..2025-11-15"),
        ("2026-01-20..2026-02-13", "2025-12-26..2026-01-19", "2025-01-20..2025-02-13"),
        ("report15-2026-08", "report15-2026-07", "report15-2025-08"),
        ("2024-02-29", "2024-02-28", "2023-02-28"),
    ],
)
def test_each_period_has_the_one_before_and_that_of_last_year(label: str, previous: str, year_before: str) -> None:
    period = parse_period(label, AS_OF)
    assert earlier(period, Against.PREVIOUS).label == previous
    assert earlier(period, Against.YEAR_BEFORE).label == year_before


# Trends


def months(ratios: list[int], first: date = date(2025, 1, 1)) -> list[Point]:
    found = []
    for ratio in ratios:
        period = parse_period(f"{first:%Y-%m}", AS_OF)
        found.append(Point(period.start, period.end, ratio, 1000))
        first = period.end + timedelta(days=1)
    return found


def test_a_series_is_cut_at_the_day_of_an_event() -> None:
    found = pieces(months([700] * 10), [date(2025, 7, 1), date(2024, 1, 1)])
    assert [(one.points[0].start, len(one.points)) for one in found] == [
        (date(2025, 1, 1), 6),
        (date(2025, 7, 1), 4),
    ]
    assert not found[0].enough


def test_a_period_around_an_event_belongs_to_what_was_before() -> None:
    found = pieces(months([700] * 4), [date(2025, 2, 15)])
    assert [len(one.points) for one in found] == [2, 2]


def test_signals_name_their_days_and_whether_they_are_good() -> None:
    # Twelve months that alternate about 70 %, then a fall to 50 %: outside the lower limit.
    series = pieces(months([710, 690] * 6 + [500]), [])[0]
    told = signals(series)
    assert (told[0].rule, told[0].first.start, told[0].up, told[0].good, told[0].lasts) == (
        Rule.OUTSIDE,
        date(2026, 1, 1),
        False,
        False,
        True,
    )
    assert signals(series, less_is_better=True)[0].good
    assert signals(pieces(months([710, 690, 500]), [])[0]) == []


# Seasons


def test_receipts_are_told_per_working_day() -> None:
    # August 2026: Monday 3 to Sunday 16; no holiday. Two of each weekday, four days off.
    start, end = date(2026, 8, 3), date(2026, 8, 16)
    received = {date(2026, 8, 3): 30, date(2026, 8, 10): 10, date(2026, 8, 4): 8, date(2026, 8, 15): 3}
    found = by_weekday(received, load_calendar(), start, end)
    assert [(one.key, one.received, one.days) for one in found] == [
        (0, 40, 2),
        (1, 8, 2),
        (2, 0, 2),
        (3, 0, 2),
        (4, 0, 2),
        (None, 3, 4),
    ]
    assert found[0].per_day == 20
    parts = by_part_of_month(received, load_calendar(), start, end)
    assert [(one.key, one.received, one.days) for one in parts] == [
        (PartOfMonth.FIRST, 48, 6),  # 3 to 7, and the 10th
        (PartOfMonth.SECOND, 0, 4),
        (None, 3, 4),
    ]


def test_a_holiday_is_no_working_day() -> None:
    found = by_weekday({date(2026, 9, 2): 5}, load_calendar(), date(2026, 9, 2), date(2026, 9, 2))
    assert [(one.key, one.received) for one in found] == [(None, 5)]
