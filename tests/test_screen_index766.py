"""The page of the 766 index: points lost in one look, what would help, and the figures of `tthc index766`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from dashboard import words
from tests import snapshot_fixture as fixture
from tests.screen_pages import Open, opener, said, table

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "portal_v2"
NOW = datetime(2026, 9, 6, 5, 0)
AUGUST = {"source": "demo_portal", "unit": "H35", "period": "2026-08"}


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Open:
    return opener(monkeypatch, "index766")


@pytest.fixture
def example(home: Path, tthc: Callable[..., Result]) -> Path:
    """The example of the portal: the province and four units, August 2026, all components."""
    assert tthc("collect", EXAMPLES).exit_code == 0
    return home


@pytest.fixture
def national(home: Path, shared: Path, tthc: Callable[..., Result]) -> Path:
    """The points of the country and all provinces for 2026: groups only."""
    tthc("collect", shared / "dvcqg_v2_2026" / "service-results.year-2026.national.json")
    return home


def test_points_lost_are_the_headline_with_total_rating_and_what_is_missing(show: Open, example: Path) -> None:
    text = said(show(example, now=NOW, **AUGUST))
    # 100 − 71,53 = 28,47; digitisation 22 − 8,90 = 13,10; transparency 18 − 12,70 = 5,30; "Tốt" begins at 80
    assert "Mất 28,47 trong 100 điểm." in text
    assert "Nhiều nhất: Số hóa hồ sơ 13,10 trong 22 điểm và Công khai, minh bạch 5,30 trong 18 điểm" in text
    assert "Tổng điểm 71,53 / 100 điểm theo điểm Cổng công bố; tự tính 71,53" in text
    assert "Xếp loại Khá (?) từ 70 điểm; ngưỡng chưa đối chiếu được với văn bản" in text
    assert "Còn thiếu để lên mức 8,47 điểm Tốt (?), từ 80 điểm" in text
    assert "8,90 / 22 mất 13,10 điểm (59,5 %) ▼ mất từ một nửa" in text


def test_petitions_stand_out_when_only_groups_are_known(show: Open, national: Path) -> None:
    # Lai Châu 2026, as the portal delivered it on 26/9/2026: satisfaction 6,00 of 18, digitisation 9,66 of 22
    text = said(show(national, now=datetime(2026, 9, 26, 5, 0), unit="H35"))
    assert "UBND tỉnh Lai Châu · Bộ chỉ số 766 · 01/01/2026 – 31/12/2026" in text
    assert "Số hóa hồ sơ 12,34 trong 22 điểm và Mức độ hài lòng 12,00 trong 18 điểm" in text
    assert "Mức độ hài lòng mất tới 66,7 % số điểm của nhóm." in text
    assert "Mức độ hài lòng MDHL 6,00 / 18 mất 12,00 điểm (66,7 %) ▼ mất từ một nửa" in text
    assert "Hạng 10 / 34" in text


def test_all_provinces_are_compared_and_can_be_sorted(show: Open, national: Path) -> None:
    page = show(national, now=datetime(2026, 9, 26, 5, 0), unit="H35")
    assert "1 UBND tỉnh Đồng Tháp H20" in table(page, "So với các đơn vị khác")
    assert page.toggle(key="all_compare")
    page.selectbox(key="choose_sort").set_value("MDHL").run()
    page.toggle(key="all_compare").set_value(True).run()
    found = table(page, "So với các đơn vị khác")
    assert found.index("H20") < found.index("H35 ")  # 14,45 against 6,00 points of satisfaction


def test_the_page_shows_what_the_command_line_shows(show: Open, example: Path, data: Callable[..., Any]) -> None:
    vi = words.load("vi")
    document = data("index766", "--unit", "H35", "--period", "2026-08")
    page = show(example, now=NOW, **AUGUST)
    page.toggle(key="all_component").set_value(True).run()
    found = table(page, "Từng thành phần")
    for row in document["rows"]:
        if row["component"] and row["denominator"] is not None:
            assert f"{vi.count(row['numerator'])} {vi.count(row['denominator'])}" in found, row["component"]
    (standing,) = document["standings"]
    for name, way in (("Ít việc nhất", standing["actions"]), ("Ít lượt nhất", standing["easiest"])):
        shown = table(page, name)
        for action in way:
            assert f"thêm {vi.count(action['count'])} {action['what_vi']}" in shown


def test_one_more_is_worth_what_the_formula_says(show: Open, example: Path) -> None:
    # component 5.3: 6 points over 40 petitions, one more brings 0,15
    assert "5.3 Hài lòng về xử lý phản ánh, kiến nghị 1,50 6,00 30 / 40 0,15" in table(
        show(example, now=NOW, **AUGUST), "Mất điểm ở đâu"
    )


def test_makeshift_and_idle_components_are_marked(show: Open, example: Path) -> None:
    found = table(show(example, now=NOW, **AUGUST), "Từng thành phần")
    assert "1.2 TTHC cập nhật, công khai đúng hạn 0 0 – – 4,00 4,00 không phát sinh" in found
    assert "6,00 6,00 6,00 0,00 mẫu số tạm, không kết luận" in found


def test_a_unit_without_activity_stands_last_without_a_rank(show: Open, example: Path) -> None:
    found = table(show(example, now=NOW, **AUGUST), "So với các đơn vị khác")
    assert found.endswith(
        "– Văn phòng UBND tỉnh - tỉnh Lai Châu H35.01 6,70 0,00 0,00 0,00 2,00 12,00 20,70 ∅ Không phát sinh"
    )
    text = said(show(example, now=NOW, **AUGUST, scored="H35.01"))
    assert "Xếp loại – không xếp loại: không phát sinh hồ sơ" in text


def test_the_version_of_the_formulas_is_told_and_no_trend_is_drawn(show: Open, example: Path) -> None:
    page = show(example, now=NOW, **AUGUST)
    assert "Công thức phiên bản 2026." in said(page)
    assert "không vẽ thành một đường" in said(page)
    assert not page.get("vega_lite_chart")


def test_english_by_switch(show: Open, example: Path) -> None:
    text = said(show(example, now=NOW, **AUGUST, lang="en"))
    assert "28.47 of 100 points lost." in text
    assert "Digitisation 13.10 of 22 points" in text


def test_old_points_are_called_old(show: Open, example: Path) -> None:
    assert "SỐ LIỆU CŨ" in said(show(example, now=datetime(2026, 12, 1), **AUGUST))


def test_without_points_the_page_says_where_they_come_from(show: Open, tmp_path: Path) -> None:
    assert "Chưa có số liệu để xem" in said(show(tmp_path))
    fixture.build(tmp_path)
    assert "Chưa có điểm Bộ chỉ số 766 nào" in said(show(tmp_path))
