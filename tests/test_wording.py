"""Figures in words: a share is rounded as the spreadsheets that officers compare it with round it."""

from decimal import Decimal
from fractions import Fraction

import pytest

from metrics.wording import percent, percent_vi


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (Fraction(29, 2000), "1,5 %"),
        (Fraction(49, 2000), "2,5 %"),
        (0.0145, "1,5 %"),
        (Fraction(28999, 2000000), "1,4 %"),
        (Decimal(1), "100,0 %"),
        (None, "–"),
    ],
)
def test_a_tie_is_rounded_up(ratio: Fraction | float | Decimal | None, shown: str) -> None:
    assert percent_vi(ratio).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_both_languages_round_alike() -> None:
    assert percent(Decimal("0.8125"), "0.0", "vi").replace("\N{NO-BREAK SPACE}", " ") == "81,3 %"
    assert percent(Decimal("0.8125"), "0.0", "en") == "81.3%"
