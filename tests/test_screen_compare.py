"""The comparing pages as a reader gets them: units, procedures, why a rate moved, trends; figures worked by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import altair
import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import assessed, words
from dashboard import reads as screen_reads
from dashboard.changes import plots as change_plots
from dashboard.changes import reads as change_reads
from dashboard.procedures import plots as procedure_plots
from dashboard.procedures import reads as procedure_reads
from dashboard.trends import plots as trend_plots
from dashboard.trends import reads as trend_reads
from dashboard.units import plots as unit_plots
from dashboard.units import reads as unit_reads
from dashboard.views import changes, procedures, trends, units
from metrics.insight.comparable import Against
from metrics.rates import rates
from metrics.snapshot import Snapshot, open_snapshot
from metrics.targets import load_register
from tests import compare_fixture, snapshot_fixture
from tests.screen_pages import opener, said
from tests.test_screen import bodies

Open = Callable[..., AppTest]
PAGES = {"units": units, "procedures": procedures, "changes": changes, "trends": trends}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("full")
    compare_fixture.build(home)
    return home


@pytest.fixture
def snapshot(full: Path) -> Snapshot:
    found = open_snapshot(full)
    assert found is not None
    return found


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Run one page for a home at an instant, with what its address asks for."""

    return lambda view, home, **address: opener(monkeypatch, view)(home, **address)


# Units


def test_units_are_compared_in_bands_and_the_small_one_is_not_ranked(show: Open, full: Path) -> None:
    # July: 4 × 800/1000, 400/1000, 0/5 = 3600/5005 = 71.9 %. φ is large, so the limits are wide: all five within.
    text = said(show("units", full, unit="H35", period="2026-07"))
    assert "71,9 % = 3.600 / 5.005 hồ sơ (toàn đơn vị)" in text
    assert (
        "▼ 0 đơn vị thấp hơn rõ rệt · ● 5 trong khoảng dự kiến · ▲ 0 cao hơn rõ rệt · ✚ 1 đơn vị dưới 30 hồ sơ"
    ) in text
    assert "Các đơn vị khác nhau nhiều hơn mức ngẫu nhiên" in text
    # Wilson 95 % of 400/1000: centre (0.4 + 0.0019207)/1.0038415 = 0.400383, half-width 0.030303
    assert "UBND phường Tân Phong H35.32 400 / 1.000" in text and "37,0 % – 43,1 % ● trong khoảng dự kiến" in text
    assert "H35.33 0 / 5" in text and "✚ dưới 30, không xếp" in text


def test_a_unit_without_units_below_is_shown_beside_its_like(show: Open, full: Path) -> None:
    page = show("units", full, unit="H35.32", period="2026-07")
    assert "các đơn vị trực thuộc Tỉnh Lai Châu" in said(page)
    assert "UBND phường Tân Phong H35.32 ← đang xem" in said(page)


def test_each_unit_leads_to_its_own_overview(show: Open, full: Path) -> None:
    found = bodies(show("units", full, unit="H35", period="2026-07"))
    assert 'href="./?unit=H35.32&amp;period=2026-07"' in found


# Procedures


def test_the_fewest_procedures_that_hold_the_gap(show: Open, full: Path) -> None:
    # 80 % of 1000 = 800: Quần vợt misses 400; of 5: 4, Karate misses 4; Patin has 3200/4000 = 80 %. 400/404 = 99.0 %.
    text = said(show("procedures", full, unit="H35", period="2026-07"))
    assert "1 trong 2 thủ tục chưa đạt giữ 99,0 % tổng số hồ sơ còn thiếu." in text
    assert "Quần vợt 1.000501 Thể dục thể thao 400 / 1.000 ▼ 40,0 % Chỉ tiêu ≥ 80 % 400 ◆ 99,0 %" in text


def test_what_if_the_worst_reached_the_median(show: Open, full: Path) -> None:
    # Median of 80 % and 40 % (those of 30 or more) = 60 %. Quần vợt + 200, Karate 0 → 3 of 5: 3600 + 203 = 3803/5005.
    text = said(show("procedures", full, unit="H35", period="2026-07"))
    assert "đạt trung vị các thủ tục của Tỉnh Lai Châu (60,0 %; thủ tục từ 30 hồ sơ) thì tỷ lệ thành 76,0 %" in text
    assert "hiện nay 71,9 %" in text and "400 / 1.000 ▼ 40,0 % +200" in text


def test_offered_but_never_used_and_a_fee_never_paid_online(show: Open, full: Path) -> None:
    text = said(show("procedures", full, unit="H35", period="2026-07"))
    online = text[text.index("chưa hồ sơ nào trực tuyến") : text.index("chưa hồ sơ nào thanh toán")]
    assert "môn Karate 1.000518 Du lịch 5" in online and "Quần vợt" not in online
    assert "môn Quần vợt 1.000501 Thể dục thể thao 100" in text[text.index("chưa hồ sơ nào thanh toán") :]


def test_one_procedure_has_its_rates_months_and_units(show: Open, full: Path) -> None:
    text = said(show("procedures", full, unit="H35", period="2026-10", procedure=compare_fixture.PATIN))
    assert "Cấp giấy chứng nhận môn Patin 1.000485 · Thể dục thể thao" in text
    months = text[text.index("Từng tháng") : text.index("Từng đơn vị")]
    assert "Tháng 10/2026 372 / 400 93,0 % Tháng 09/2026 630 / 700 90,0 % Tháng 07/2026 3.200 / 4.000 80,0 %" in months
    assert "Sở Văn hóa, Thể thao và Du lịch 372 / 400 93,0 %" in text[text.index("Từng đơn vị") :]


def test_an_unknown_procedure_says_so(show: Open, full: Path) -> None:
    assert "Không có hồ sơ nào của thủ tục 9.9" in said(show("procedures", full, period="2026-10", procedure="9.9"))


# Why it moved


def test_a_change_is_said_in_one_sentence_and_a_reversal_in_another(show: Open, full: Path) -> None:
    # METHODS §5.3: .72 → .57, mix −.18, rate +.03
    text = said(show("changes", full))
    assert "Tỷ lệ hồ sơ trực tuyến · Tỉnh Lai Châu · Tháng 10/2026" in text  # the newest month that is over
    assert "57,0 % = 570 / 1.000 hồ sơ" in text
    sentence = "Tỷ lệ giảm 15,0 điểm % (từ 72,0 % xuống 57,0 %): cơ cấu −18,0, các đơn vị tự thay đổi +3,0."
    assert sentence in text
    assert "Nghịch lý Simpson: tính chung tỷ lệ giảm, nhưng tự các đơn vị thì tăng" in text
    assert "H35.07 30,0 % (90 / 300) 33,0 % (198 / 600) +1,4 −9,9 −8,6" in text  # .0135, −.099; −.0855
    assert "H35.12 90,0 % (630 / 700) 93,0 % (372 / 400) +1,6 −8,1 −6,4" in text  # .0165, −.081; half to even


def test_a_change_by_field_has_one_field_and_no_mix(show: Open, full: Path) -> None:
    text = said(show("changes", full, by="field"))
    assert "cơ cấu 0,0, các lĩnh vực tự thay đổi −15,0" in text and "Simpson" not in text


def test_a_period_without_dossiers_is_said(show: Open, full: Path) -> None:
    text = said(show("changes", full, against="year_before"))
    assert "Cùng kỳ năm trước: Tháng 10/2025 không có hồ sơ để tính" in text
    assert "Một trong hai kỳ không có hồ sơ" in text


def test_a_merger_between_the_periods_is_marked(snapshot: Snapshot) -> None:
    # Communes were rearranged on 1/7/2025; the province H35 was not, its communes were.
    days = (datetime(2025, 6, 1).date(), datetime(2026, 6, 30).date())
    province, commune = (change_reads.broken(snapshot, None, unit, *days) for unit in ("H35", "H35.31"))
    assert province is not None and not province.own
    assert commune is not None and commune.own and "01/07/2025" in commune.said
    assert change_reads.broken(snapshot, None, "H35", datetime(2025, 8, 1).date(), days[1]) is None


# Trends


def test_a_trend_says_what_the_process_does_with_the_target(show: Open, full: Path) -> None:
    # 161.48 of 209 each month = 77.3 %, 16 whole months since the new decree of 1/7/2025; target 80 %.
    text = said(show("trends", full, unit="H35"))
    assert "hầu như kỳ nào cũng không đạt (Chỉ tiêu ≥ 80 %)" in text
    assert "Từ 07/2025 (16 điểm): trung bình 77,3 %" in text
    assert "01/07/2025 văn bản Nghị định mới về một cửa" in text and "tính lại giới hạn, không nối qua" in text
    assert "11/2026 (kỳ chưa kết thúc)" in text


def test_a_series_is_never_joined_across_a_merger(full: Path, snapshot: Snapshot) -> None:
    source = screen_reads.sources(snapshot)[0]
    rate = next(one for one in screen_reads.rates(snapshot, "demo", "H35.31", "2026-10") if one.metric == "online")
    extra = trend_reads.Extra(None, None, None)
    found = trend_reads.series(snapshot, extra, rate, source, "month")
    assert [len(piece.points) for piece in found.pieces] == [7, 16]
    assert any(event.kind == "merger" and event.cuts for event in found.events)


def test_fewer_than_twelve_points_are_said(show: Open, full: Path) -> None:
    text = said(show("trends", full, unit="H35", step="week"))
    assert "Mới có 3 điểm trọn vẹn từ 06/07/2026; cần ít nhất 12 điểm" in text


def test_receipts_per_working_day(show: Open, full: Path) -> None:
    # 5005 + 1000 + 1000 on Mondays; 19 Mondays from 06/07 to 14/11/2026, of which 31/8 is exchanged for a Saturday.
    text = said(show("trends", full, unit="H35"))
    assert "06/07/2026 – 14/11/2026" in text
    assert "Thứ Hai 7.005 18 389,2" in text  # 7005 / 18 = 389.17


# Every page


@pytest.mark.parametrize("view", PAGES)
def test_without_a_snapshot_every_page_says_what_to_do(show: Open, tmp_path: Path, view: str) -> None:
    assert "Chưa có số liệu để xem" in said(show(view, tmp_path))


@pytest.mark.parametrize("view", PAGES)
def test_a_snapshot_without_rates_is_said(show: Open, tmp_path: Path, view: str) -> None:
    snapshot_fixture.build(tmp_path, rates=False)
    assert "chưa bản xuất nào được nhận" in said(show(view, tmp_path))


@pytest.mark.parametrize("view", PAGES)
def test_a_snapshot_of_an_earlier_version_says_how_to_renew_it(show: Open, tmp_path: Path, view: str) -> None:
    file = snapshot_fixture.build(tmp_path)
    with duckdb.connect(str(file)) as connection:
        connection.execute("DROP TABLE statistic_part")
    assert f"tthc rebuild --home {tmp_path}" in said(show(view, tmp_path))


@pytest.mark.parametrize("view", PAGES)
def test_old_data_are_called_old(show: Open, full: Path, view: str) -> None:
    text = said(show(view, full, now=snapshot_fixture.CAPTURED + timedelta(days=3)))
    assert "SỐ LIỆU CŨ" in text and "DỮ LIỆU MÔ PHỎNG" in text


@pytest.mark.parametrize("view", PAGES)
def test_every_page_shows_one_unit(show: Open, full: Path, view: str) -> None:
    assert "UBND phường Tân Phong" in said(show(view, full, unit="H35.32", period="2026-07"))


@pytest.mark.parametrize("view", PAGES)
def test_every_page_speaks_english(show: Open, full: Path, view: str) -> None:
    text = said(show(view, full, lang="en", unit="H35", period="2026-10"))
    vi, en = words.load("vi"), words.load("en")
    assert en.text(PAGES[view].TITLE) in text
    ours = {"Tiếp", "Chưa", "Đạt", "Kỳ", "Đơn", "Tỷ", "điểm", "Từng"}
    assert not ours & set(text.split(" ")) and vi.text(PAGES[view].TITLE) not in text


@pytest.mark.parametrize("view", PAGES)
def test_statistics_do_not_break_a_page(show: Open, tmp_path: Path, view: str) -> None:
    snapshot_fixture.build(tmp_path, portal=True)
    show(view, tmp_path, source="portal_v2")


@pytest.mark.parametrize("view", PAGES)
def test_a_broken_target_file_is_named(show: Open, tmp_path: Path, view: str) -> None:
    compare_fixture.build(tmp_path)
    (tmp_path / "targets.toml").write_text("[[target]\n", encoding="utf-8")
    text = said(show(view, tmp_path))
    assert "targets.toml" in text or view == "trends"  # trends compares with what was published


def test_the_pages_show_what_the_command_prints(full: Path, snapshot: Snapshot) -> None:
    targets = full / "targets.toml"
    parts = assessed.parts(snapshot, targets, "online", "demo", "H35", "2026-07", "unit")
    printed = rates(snapshot, load_register(targets), metrics=["online"], unit="H35", by="unit", period="2026-07")
    assert {part.key: part.counts for part in parts if part.rate.denominator} == {
        one.unit_code: (one.numerator, one.denominator) for one in printed if one.denominator
    }


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_chart_is_valid_vega_lite(full: Path, snapshot: Snapshot, language: str) -> None:
    said_in, targets = words.load(language), full / "targets.toml"
    where = ("online", "demo", "H35")
    group = unit_reads.group(snapshot, targets, *where, "2026-07")
    weight = procedure_reads.weight(snapshot, targets, *where, "2026-07")
    period = next(one for one in screen_reads.periods(snapshot, "demo", "H35") if one.label == "2026-10")
    why = change_reads.why(snapshot, targets, *where, period, Against.PREVIOUS, "unit")
    source = screen_reads.sources(snapshot)[0]
    rate = next(one for one in screen_reads.rates(snapshot, "demo", "H35", "2026-10") if one.metric == "online")
    series = trend_reads.series(snapshot, trend_reads.Extra(None, None, None), rate, source, "month")
    season = trend_reads.season(snapshot, None, "H35", source)
    assert group is not None and why.found is not None and season is not None
    names = {part.key: part.name for part in group.parts}
    days = {one.key: str(one.key) for one in season.weekdays}
    for chart in (
        unit_plots.funnel(group, names, said_in, less_is_better=False),
        procedure_plots.pareto(weight, said_in),
        procedure_plots.scatter(weight.parts, said_in),
        change_plots.contributions(why, why.found, said_in),
        trend_plots.control(series, rate.target, "month", said_in),
        trend_plots.seasonal(season.weekdays, days, said_in),
    ):
        altair.LayerChart.from_dict(chart)  # raises where it is not
