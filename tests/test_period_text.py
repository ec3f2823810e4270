"""The period printed in an export: every wording of the catalogue of exports, and what only looks like a period."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.period_text import PeriodTextKind, find_period


def days(*texts: str, cut: bool = False) -> str:
    found = find_period(texts, cut_at_15=cut)
    return found.iso if found else "none"


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        ("(Từ ngày 01/07/2026 đến ngày 31/07/2026)", "2026-07-01..2026-07-31", "range"),
        ("Tháng 9 năm 2026", "2026-09-01..2026-09-30", "month"),
        ("Tháng 9 Năm 2026", "2026-09-01..2026-09-30", "month"),
        ("Tháng 9/2026", "2026-09-01..2026-09-30", "month"),
        ("Quý I/2026", "2026-01-01..2026-03-31", "quarter"),
        ("Quý I năm 2023", "2023-01-01..2023-03-31", "quarter"),
        ("Quý 1.2023", "2023-01-01..2023-03-31", "quarter"),
        ("6 tháng đầu năm 2026", "2026-01-01..2026-06-30", "months"),
        ("9 tháng năm 2026", "2026-01-01..2026-09-30", "months"),
        ("6 tháng cuối năm 2026", "2026-07-01..2026-12-31", "months"),
        ("TỔNG HỢP TÌNH HÌNH GIẢI QUYẾT HỒ SƠ ĐƠN VỊ CẤP SỞ Năm 2026", "2026-01-01..2026-12-31", "year"),
        ("THỐNG KÊ SỐ LƯỢNG HỒ SƠ TRONG NGÀY (15/07/2026)", "2026-07-15..2026-07-15", "day"),
        ("Kỳ báo cáo: Quý I năm 2023", "2023-01-01..2023-03-31", "quarter"),
        ("Thời gian: 01/07/2026 - 31/07/2026", "2026-07-01..2026-07-31", "range"),
        ("Thời điểm đánh giá: Quý III Năm 2026", "2026-07-01..2026-09-30", "quarter"),
    ],
)
def test_every_wording_of_the_catalogue(text: str, expected: str, kind: str) -> None:
    assert days(text) == expected
    found = find_period([text])
    assert found is not None and found.kind == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(Từ ngày ... đến ngày ...)", ".."),
        ("(Từ ngày … đến ngày …)", ".."),
        ("(Từ ngày 01/07/2026 đến ngày ...)", "2026-07-01.."),
        ("(Từ ngày ... đến ngày 31/07/2026)", "..2026-07-31"),
        ("Từ ngày 01/07/2026 đến nay", "2026-07-01.."),
        ("Từ ngày __/__/____ đến ngày __/__/____", ".."),
        ("Thời điểm đánh giá: Quý … Năm …", ".."),
        ("Thời điểm đánh giá: Quý … Năm 2026", ".."),
        ("Kỳ báo cáo: 6 tháng", ".."),
        ("Kỳ báo cáo: 9 tháng", ".."),
        ("Tháng 9", ".."),
        ("Quý IV", ".."),
    ],
)
def test_a_side_that_is_not_said_stays_open(text: str, expected: str) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # printed as a wall, with times, in other orders of words and signs
        ("Từ ngày 01/07/2026 00:00:00 đến ngày 31/07/2026 23:59:59", "2026-07-01..2026-07-31"),
        ("từ ngày 1/7/2026 đến hết ngày 31/7/2026", "2026-07-01..2026-07-31"),
        ("Từ ngày: 01-07-2026, đến ngày: 31-07-2026", "2026-07-01..2026-07-31"),
        ("Từ ngày 2026-07-01 đến ngày 2026-07-31", "2026-07-01..2026-07-31"),
        ("Từ ngày 01 tháng 7 năm 2026 đến ngày 31 tháng 7 năm 2026", "2026-07-01..2026-07-31"),
        ("Từ ngày 15/12/2025 đến ngày 14/03/2026", "2025-12-15..2026-03-14"),
        ("(từ 1/7–14/9/2025)", "2025-07-01..2025-09-14"),
        ("Từ ngày 01/7 đến ngày 31/7/2026", "2026-07-01..2026-07-31"),
        ("Từ tháng 01/2026 đến tháng 06/2026", "2026-01-01..2026-06-30"),
        ("từ tháng 11/2025 đến hết tháng 2 năm 2026", "2025-11-01..2026-02-28"),
        ("Từ tháng 1 đến tháng 9 năm 2026", "2026-01-01..2026-09-30"),
        ("THÁNG 02 NĂM 2024", "2024-02-01..2024-02-29"),
        ("Quí 2 năm 2026", "2026-04-01..2026-06-30"),
        ("QUÝ IV - 2026", "2026-10-01..2026-12-31"),
        ("Tha\u0301ng 9 na\u0306m 2026", "2026-09-01..2026-09-30"),  # letters and accents apart
        ("DANH SÁCH HỒ SƠ\r\n(Từ ngày 01/07/2026\r\nđến ngày 31/07/2026)", "2026-07-01..2026-07-31"),
    ],
)
def test_other_ways_to_print_the_same(text: str, expected: str) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DANH SÁCH HỒ SƠ",
        "Hà Nội, ngày 15 tháng 9 năm 2026",
        "Hà Nội, ngày ... tháng 9 năm 2026",
        "ngày      tháng      năm 2026",
        "Ban hành theo Thông tư số 01/2020/TT-VPCP ngày 21/10/2020",
        "THEO DÕI TIẾN ĐỘ THEO QUYẾT ĐỊNH SỐ 766/QĐ-TTG NGÀY 23/06/2022",
        "theo Nghị định số 118 năm 2025",
        "Ngày in: 02/08/2026 10:15",
        "Từ ngày tiếp nhận đến ngày trả kết quả",
        "Kính gửi Quý cơ quan",
        "Điện thoại 0912.345.678",
        "Mã 2026",
    ],
)
def test_days_of_laws_signatures_and_prints_are_no_period(text: str) -> None:
    assert days(text) == "none"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # forms.md §6 (report15): NĐ 09/2019/NĐ-CP Điều 12; sheets of an export of form 06a, 2023
        ("Quý 1.2023", "2022-12-15..2023-03-14"),
        ("Quý 2.2023", "2023-03-15..2023-06-14"),
        ("Quý 3.2023", "2023-06-15..2023-09-14"),
        ("Quý 4.2023", "2023-09-15..2023-12-14"),
        ("Tháng 9 năm 2026", "2026-08-15..2026-09-14"),
        ("Tháng 1/2026", "2025-12-15..2026-01-14"),
        ("6 tháng đầu năm 2026", "2025-12-15..2026-06-14"),
        ("9 tháng năm 2026", "2025-12-15..2026-09-14"),
        ("6 tháng cuối năm 2026", "2026-06-15..2026-12-14"),
        ("Năm 2026", "2025-12-15..2026-12-14"),
        ("(Từ ngày 01/07/2026 đến ngày 31/07/2026)", "2026-07-01..2026-07-31"),  # days are days
    ],
)
def test_reports_cut_at_the_15th_only_where_the_caller_says_so(text: str, expected: str) -> None:
    assert days(text, cut=True) == expected
    assert (days(text) == expected) == text.startswith("(Từ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Từ ngày 31/06/2026 đến ngày 31/07/2026", "..2026-07-31"),
        ("Từ ngày 07/31/2026 đến ngày 31/07/2026", "..2026-07-31"),  # month first: not read as one
        ("Từ ngày 31/07/2026 đến ngày 01/07/2026", ".."),
        ("Tháng 13/2026", ".."),
        ("0 tháng năm 2026", ".."),
        ("Từ tháng 1/0000 đến tháng 3/2026", "2026-03-01..2026-03-31"),
    ],
)
def test_a_day_that_does_not_exist_is_not_guessed(text: str, expected: str) -> None:
    assert days(text) == expected


def test_words_and_values_may_stand_in_neighbouring_cells() -> None:
    assert days("Từ ngày:", "01/07/2026", "Đến ngày:", "31/07/2026") == "2026-07-01..2026-07-31"
    assert days("Tháng:", "9", "Năm:", "2026") == "2026-09-01..2026-09-30"


def test_the_most_explicit_wording_holds_wherever_it_stands() -> None:
    title = ["BÁO CÁO NĂM 2026", "Tháng 7/2026", "(Từ ngày 15/06/2026 đến ngày 14/07/2026)", "Quý 3.2026"]
    assert days(*title) == "2026-06-15..2026-07-14"
    assert days(*title[:2]) == "2026-07-01..2026-07-31"
    assert days("(Từ ngày ... đến ngày ...)", "Quý 3.2026") == "2026-07-01..2026-09-30"
    assert days("Quý 3.2026", "Quý 4.2026") == "2026-07-01..2026-09-30"  # of equals, the first


def test_the_wording_is_kept_as_printed_without_what_stands_around_it() -> None:
    title = "DANH SÁCH HỒ SƠ của Nguyễn Văn Mẫu (Từ ngày 01/07/2026 đến ngày 31/07/2026) 0900000000"
    found = find_period([title])
    assert found is not None
    assert found.wording == "Từ ngày 01/07/2026 đến ngày 31/07/2026"
    assert (found.start, found.end, found.kind) == (date(2026, 7, 1), date(2026, 7, 31), PeriodTextKind.RANGE)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.integers(0, 800))
def test_two_days_are_read_back_exactly(start: date, length: int) -> None:
    end = date.fromordinal(start.toordinal() + length)
    found = find_period([f"(Từ ngày {start:%d/%m/%Y} đến ngày {end:%d/%m/%Y})"])
    assert found is not None and (found.start, found.end) == (start, end)


@given(st.text(max_size=80))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    found = find_period([text])
    assert found is None or found.start is None or found.end is None or found.start <= found.end
