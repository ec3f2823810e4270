"""What people type into an indicator form: percentages in every dress, periods, days; doubtful ones are refused."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.sources.indicator_cells import Doubtful, amount, count, day, period, share


@pytest.mark.parametrize(
    ("text", "shown", "counts", "expected"),
    [
        # 95, 0,95 and "95%" are one figure
        ("95", False, None, "0.95"),
        ("0,95", False, None, "0.95"),
        ("0.95", False, None, "0.95"),
        ("95%", False, None, "0.95"),
        ("95,5 %", False, None, "0.955"),
        ("100", False, None, "1"),
        ("1,5", False, None, "0.015"),  # no share is more than 1
        ("0", False, None, "0"),
        ("0,125", False, None, "0.125"),
        # a cell that shows a percentage says what it shows
        ("0.95", True, None, "0.95"),
        ("1", True, None, "1"),
        ("0.5", True, None, "0.5"),
        ("0.005", True, None, "0.005"),
        ("0%", False, None, "0"),
        ("1%", False, None, "0.01"),
        ("0,5%", False, None, "0.005"),
        # numerator and denominator decide what a bare number means
        ("1", False, Fraction(40, 40), "1"),
        ("1", False, Fraction(2, 200), "0.01"),
        ("0,5", False, Fraction(20, 40), "0.5"),
        ("0,5", False, Fraction(1, 200), "0.005"),
        ("81", False, Fraction(8123, 10000), "0.81"),  # written to whole percents
    ],
)
def test_a_percentage_is_understood(text: str, shown: bool, counts: Fraction | None, expected: str) -> None:
    assert share(text, shown_as_percent=shown, counts=counts) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "shown", "counts", "said"),
    [
        ("1", False, None, "“1” có thể là 100 % hoặc 1 %"),
        ("0,5", False, None, "“0,5” có thể là 50 % hoặc 0,5 %"),
        ("0,9", False, None, "có thể là 90 % hoặc 0,9 %"),
        ("0,05", False, None, "có thể là 5 % hoặc 0,05 %"),
        ("101", False, None, "“101”"),
        ("-5", False, None, "“-5”"),
        ("105%", False, None, "“105%”"),
        ("95", True, None, "“9500 %”"),
        ("chín mươi", False, None, "“chín mươi”"),
        ("95-97%", False, None, "“95-97%”"),
        ("80%", False, Fraction(90, 100), "khác tử số chia mẫu số (90 %)"),
        ("1", False, Fraction(60, 100), "khác tử số chia mẫu số (60 %)"),
    ],
)
def test_a_percentage_that_can_be_read_in_two_ways_or_in_none_is_refused(
    text: str, shown: bool, counts: Fraction | None, said: str
) -> None:
    with pytest.raises(Doubtful) as refused:
        share(text, shown_as_percent=shown, counts=counts)
    assert said in refused.value.found
    assert refused.value.expected and refused.value.advice


@given(st.integers(0, 10_000))
def test_what_is_written_with_a_percent_sign_is_never_in_doubt(hundredths: int) -> None:
    expected = Decimal(hundredths) / 10_000
    for text in (f"{hundredths / 100:.2f}%", f"{hundredths / 100:.2f} %".replace(".", ",")):
        assert share(text, shown_as_percent=False) == expected


@given(st.decimals(0, 1, places=4), st.booleans())
def test_a_share_is_between_0_and_1_or_refused(number: Decimal, shown: bool) -> None:
    for text in (f"{number:f}", f"{number * 100:f}"):
        try:
            assert 0 <= share(text, shown_as_percent=shown) <= 1
        except Doubtful:
            assert not shown or number * 100 > 1


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", (1, 1), (12, 31)),
        ("năm 2026", (1, 1), (12, 31)),
        ("2026-H2", (7, 1), (12, 31)),
        ("2026-Q3", (7, 1), (9, 30)),
        ("Quý III/2026", (7, 1), (9, 30)),
        ("quý 1 năm 2026", (1, 1), (3, 31)),
        ("2026-02", (2, 1), (2, 28)),
        ("Tháng 8/2026", (8, 1), (8, 31)),
        ("08/2026", (8, 1), (8, 31)),
        ("2026-08-01 00:00:00", (8, 1), (8, 31)),  # a spreadsheet takes 2026-08 for a day
    ],
)
def test_a_period_is_understood(text: str, first: tuple[int, int], last: tuple[int, int]) -> None:
    assert period(text) == (date(2026, *first), date(2026, *last))


@pytest.mark.parametrize("text", ["", "2026-13", "2026-Q5", "13/2026", "2026-08-02", "giữa năm", "quý 5/2026", "1926"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Doubtful):
        period(text)


def test_days_are_read_as_typed_and_as_stored() -> None:
    assert day("31/10/2026") == day("2026-10-31 00:00:00") == day("31-10-2026") == date(2026, 10, 31)
    for text in ("", "31/11/2026", "10/2026", "hôm nay"):
        with pytest.raises(Doubtful):
            day(text)


def test_ranks_counts_and_points() -> None:
    assert (amount("3", "rank"), amount("1.234", "count"), amount("87,125", "points")) == (3, 1234, Decimal("87.125"))
    assert (count(""), count("1.250")) == (None, 1250)
    for text, quantity in (("0", "rank"), ("2,5", "rank"), ("-1", "count"), ("87 %", "points"), ("tốt", "points")):
        with pytest.raises(Doubtful):
            amount(text, quantity)
    with pytest.raises(Doubtful):
        count("12,5 hồ sơ")
