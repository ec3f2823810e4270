"""Must not fall against the same period of the year before: exact, like for like, and silent where it cannot be told."""

from datetime import date
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.assess import Assessment, Counts, Scope, Status, TargetBook, assess
from metrics.definitions import METRIC, Kind
from metrics.periods import month, parse_period, year_to_date
from metrics.targets import Kind as TargetKind
from metrics.targets import Level, Op, Register, Target
from metrics.unit_history import UnitHistory, load_history
from metrics.units import Unit, UnitTree
from metrics.year_on_year import YearOnYear, compare, counts_in, year_before

AS_OF = date(2026, 9, 10)
DEPARTMENT = Unit("H35.12", "Sở VHTTDL", None, "department", leaf=True)
COMMUNE = Unit("H35.99", "Xã Thử", None, "commune", leaf=True)
ONLINE = METRIC["online"]
RECEIVED = ONLINE.variants_of(Kind.DOSSIER)[0]
RISE = Target(id="T", metric="online", op=Op.TREND_UP, kind=TargetKind.TREND, level=Level.NATIONAL, document="CV 1")
NUMBER = Target(id="N", metric="online", op=Op.AT_LEAST, value=Fraction(1, 2), level=Level.NATIONAL, document="KH 1")  # type: ignore[arg-type]


def row(numerator: int | None, denominator: int | None, period: str = "2026-08", unit: Unit = DEPARTMENT) -> Assessment:
    scope = Scope("igate", unit, parse_period(period, AS_OF), AS_OF)
    return assess(ONLINE, RECEIVED, Counts(numerator, denominator), scope, TargetBook(Register(())))


def stands(
    now: Assessment, *before: Assessment, since: date | None = date(2024, 1, 1), rows: tuple[Target, ...] = (RISE,)
) -> list[YearOnYear]:
    tree = UnitTree([DEPARTMENT, COMMUNE])
    history = load_history()
    book = TargetBook(Register(rows))
    return compare([now], book, tree, as_of=AS_OF, base_of=counts_in(before), history=history, since=since)


@pytest.mark.parametrize(
    ("now", "before", "status", "gap"),
    [
        ((50, 100), (40, 80), "met", 0),  # 50 % and 50 %
        ((49, 100), (40, 80), "below", 1),
        ((1, 3), (33, 100), "met", 0),  # 33.33… % is more than 33 %
        ((33, 100), (1, 3), "below", 1),  # a third of 100 is 33.3: the 34th is missing
        ((0, 7), (0, 9), "met", 0),
        ((6, 10), (9, 10), "below", 3),
    ],
)
def test_a_ratio_is_held_against_its_own_of_the_year_before(
    now: tuple[int, int], before: tuple[int, int], status: str, gap: int
) -> None:
    (found,) = stands(row(*now), row(*before, period="2025-08"))
    assert (found.status, found.gap, found.base, found.base_period.label) == (status, gap, before, "2025-08")


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
def test_the_comparison_is_what_exact_fractions_say(n: int, d: int, n0: int, d0: int) -> None:
    (found,) = stands(row(n, d), row(n0, d0, period="2025-08"))
    assert (found.status == Status.MET) == (Fraction(n, d) >= Fraction(n0, d0))
    assert found.gap == max(0, ceil(Fraction(n0, d0) * d - n))


@pytest.mark.parametrize(
    ("now", "before", "since", "reason"),
    [
        ((5, 10), None, date(2024, 1, 1), "cùng kỳ năm trước không có số liệu"),
        ((5, 10), (0, 0), date(2024, 1, 1), "cùng kỳ năm trước không có số liệu"),
        ((5, 10), (None, None), date(2024, 1, 1), "cùng kỳ năm trước không có số liệu"),
        ((0, 0), (5, 10), date(2024, 1, 1), "kỳ này không phát sinh"),
        ((None, None), (5, 10), date(2024, 1, 1), "kỳ này không có số liệu"),
        ((5, 10), (5, 10), date(2025, 9, 3), "số liệu của nguồn chỉ có từ 03/09/2025"),
        ((5, 10), (5, 10), date(2025, 8, 4), ""),  # the source begins within the month of the year before
    ],
)
def test_without_a_like_for_like_year_before_nothing_is_judged(
    now: tuple[int | None, int | None], before: tuple[int | None, int | None] | None, since: date, reason: str
) -> None:
    earlier = [] if before is None else [row(*before, period="2025-08")]
    (found,) = stands(row(*now), *earlier, since=since)
    assert found.reason_vi.startswith(reason) and bool(found.reason_vi) == bool(reason)
    assert (found.status == Status.NO_COMPARISON) == bool(reason)
    assert (found.gap is None) == bool(reason)


def test_a_commune_is_not_held_against_the_time_before_it_was_formed() -> None:
    (found,) = stands(row(5, 10, "2026-03", COMMUNE), row(9, 10, "2025-03", COMMUNE))
    assert found.status == Status.NO_COMPARISON
    assert "01/07/2025" in found.reason_vi
    (found,) = stands(row(5, 10, "2026-08", COMMUNE), row(9, 10, "2025-08", COMMUNE))
    assert found.status == Status.BELOW


def test_a_delivered_month_that_still_runs_is_not_compared() -> None:
    (found,) = stands(row(5, 10, "2026-09"), row(9, 10, "2025-09"), since=None)
    assert (found.status, found.reason_vi) == (
        Status.NO_COMPARISON,
        "kỳ này chưa kết thúc, kỳ năm trước là trọn kỳ",
    )
    (found,) = stands(row(5, 10, "2026-08"), row(9, 10, "2025-08"), since=None)
    assert found.status == Status.BELOW


def test_running_days_are_held_against_the_same_days() -> None:
    assert year_before(year_to_date(AS_OF), AS_OF).label == "2025-01-01..2025-09-10"
    assert year_before(month(AS_OF), AS_OF).label == "2025-09-01..2025-09-10"
    assert year_before(month(date(2026, 8, 1)), AS_OF).label == "2025-08"
    assert year_before(month(date(2025, 2, 1))).label == "2024-02"  # 29 days: the month, not its first 28 days
    assert year_before(month(date(2024, 2, 1))).label == "2023-02"
    leap = year_before(parse_period("2024-02-10..2024-02-29", AS_OF))
    assert (leap.start, leap.end) == (date(2023, 2, 10), date(2023, 2, 28))


def test_only_what_a_document_asks_to_rise_is_compared() -> None:
    assert stands(row(5, 10), row(9, 10, "2025-08"), rows=()) == []
    assert stands(row(5, 10), row(9, 10, "2025-08"), rows=(NUMBER,)) == []


def test_an_empty_history_breaks_nothing() -> None:
    found = compare(
        [row(5, 10, "2026-03", COMMUNE)],
        TargetBook(Register((RISE,))),
        UnitTree([COMMUNE]),
        as_of=AS_OF,
        base_of=counts_in([row(4, 10, "2025-03", COMMUNE)]),
        history=UnitHistory(()),
        since=date(2024, 1, 1),
    )
    assert [one.status for one in found] == [Status.MET]
