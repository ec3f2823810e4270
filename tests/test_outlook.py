"""Outlooks: worked by hand, silent on too little, written when a state is published."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result

from metrics.outlook import Silence, forecast, wandering
from metrics.snapshot import open_snapshot
from metrics.working_days import load_calendar
from tests.conftest import dossier, stamp, write_csv


def test_days_that_are_all_alike_give_the_narrow_binomial() -> None:
    # 20 days of 50 of 100 each: no scatter; 10 days left: 1000 to come, half of them
    found = forecast(1000, 2000, [(50, 100)] * 20, 10, Decimal("0.5"))
    assert found is not None and found.rest == 1000
    # sd of the rest: sqrt(1000 · ¼ · (1 + 1000 / 2000)) = 19.36; of 3000 in all, z = 1.2816: ± .00827
    assert (found.low, found.high) == (pytest.approx(0.5 - 0.00827, abs=3e-4), pytest.approx(0.5 + 0.00827, abs=3e-4))
    assert found.probability == pytest.approx(0.5, abs=0.02)


def test_too_little_history_gives_nothing() -> None:
    assert forecast(1000, 2000, [(50, 100)] * 14, 10) is None
    assert forecast(50, 99, [(2, 5)] * 20, 10) is None
    assert forecast(50, 200, [(0, 0)] * 20, 10) is None


def test_a_level_that_wanders_is_told_from_chance() -> None:
    assert wandering([(500, 1000), (500, 1000), (500, 1000), (500, 1000)], 0.0) == 0.0
    # moves of 10 points each: 0.01, less twice the chance of a month, ¼ / 1000 (at .5; at .6: .24 / 1000)
    found = wandering([(500, 1000), (600, 1000), (500, 1000), (600, 1000)], 0.0)
    assert found == pytest.approx(0.01 - 2 * (0.25 + 0.24) / 2 / 1000)
    assert wandering([(1, 9)] * 30, 0.0) == 0.0


def test_published_outlooks_say_where_the_periods_end(home: Path, tthc: Callable[..., Result], tmp_path: Path) -> None:
    # Captured at 09:00 on Tuesday 1 September 2026. Ten dossiers on each working day of July and August, six online.
    calendar = load_calendar()
    days = [date(2026, 7, 1) + timedelta(days=at) for at in range(62)]
    rows = [
        dossier(
            number,
            **{
                "Số hồ sơ": f"H35.12-{day:%y%m%d}-{number:04}",
                "Ngày tiếp nhận": f"{day:%d/%m/%Y} 08:00:00",
                "Ngày hẹn trả": f"{day + timedelta(days=9):%d/%m/%Y} 17:00:00",
                "Ngày kết thúc xử lý": f"{day:%d/%m/%Y} 16:00:00",
                "Hình thức nộp hồ sơ": "Trực tuyến" if number % 10 < 6 else "Trực tiếp",
            },
        )
        for day in days
        if calendar.is_working(day)
        for number in range(10)
    ]
    tthc("collect", stamp(write_csv(tmp_path / "list.csv", rows)))
    snapshot = open_snapshot(home)
    assert snapshot is not None
    found = {
        row["period_kind"]: row for row in snapshot.rows("SELECT * FROM outlook WHERE variant = 'online.received'")
    }
    assert found["month_to_date"]["silence"] == Silence.FEW  # nothing in September yet
    year = found["year_to_date"]
    left = calendar.between(date(2026, 9, 1), date(2026, 12, 31))
    assert (year["ends"], year["days_left"], year["rest"]) == (date(2026, 12, 31), left, 10 * left)
    assert year["low"] < 0.6 < year["high"] and year["middle"] == pytest.approx(0.6, abs=0.005)
