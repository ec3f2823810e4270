"""The overview as a reader gets it: what is on it, in what words, and that its figures are those of the snapshot."""

import re
import string
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import lxml.html
import pytest
from click.testing import Result
from lxml import etree
from streamlit.testing.v1 import AppTest

from dashboard import charts, choice, colours, launch, markup, reads, rows, words
from dashboard.sight import reads as sight
from dashboard.views import (
    alerts,
    changes,
    data,
    dossiers,
    index766,
    overview,
    procedures,
    reports,
    targets,
    trends,
    units,
    wall,
)
from metrics.snapshot import open_snapshot
from tests import snapshot_fixture as fixture

DASHBOARD = Path(launch.__file__).parent
Open = Callable[..., AppTest]
PAGES = (
    *((overview, "Tổng quan"), (units, "Đơn vị"), (procedures, "Thủ tục"), (changes, "Vì sao thay đổi")),
    *((trends, "Xu hướng"), (dossiers, "Hồ sơ"), (index766, "Chỉ số 766"), (targets, "Mục tiêu")),
    *((alerts, "Cảnh báo"), (data, "Dữ liệu"), (reports, "Báo cáo"), (wall, "Màn hình lớn")),
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("full")
    fixture.build(home)
    return home


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic dossier list beside the statistics of a portal."""
    home = tmp_path_factory.mktemp("both")
    fixture.build(home, portal=True)
    return home


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("real")
    fixture.build(home, synthetic=False)
    return home


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Run the page for a home at an instant, with what its address asks for."""

    def run(home: Path, *, now: datetime = fixture.NOW, **address: str) -> AppTest:
        at = now.replace(tzinfo=UTC).isoformat()
        monkeypatch.setattr(sys, "argv", ["app.py", "--home", str(home), "--now", at])
        page = AppTest.from_file(str(launch.APP), default_timeout=60)
        page.query_params.update(address)
        page.run()
        assert not page.exception
        return page

    return run


def bodies(page: AppTest) -> str:
    return "\n".join(element.body for element in page.html if "<style>" not in element.body)


def plain(body: str) -> str:
    """What a reader sees of HTML, on one line, no-break spaces as spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)).replace("\N{NO-BREAK SPACE}", " ")).strip()


def card(page: AppTest, name: str) -> str:
    """The text of the card with this name."""
    articles = (one for part in page.html for one in re.findall("<article>.*?</article>", part.body, re.DOTALL))
    found = next(one for one in articles if f'<h3 class="name">{name}</h3>' in one)
    return plain(re.split('<div class="(?:trend|card ahead)">', found)[0])


def rows_below(page: AppTest) -> int:
    """How many rows the table of units below target has."""
    table = next(one.body for one in page.html if 'aria-label="Đơn vị chưa đạt"' in one.body)
    return table.count("<tr>") - 1


# What is on the page


def test_the_page_names_unit_period_source_and_the_age_of_the_data(show: Open, full: Path) -> None:
    text = plain(bodies(show(full)))
    assert "Số liệu Mô phỏng lúc 15/11/2026 09:00 (3 giờ trước)" in text
    assert "phát sinh mới nhất 14/11/2026" in text
    assert "Tỉnh Lai Châu · Từ đầu năm 2026 (01/01/2026 – 15/11/2026) kỳ chưa kết thúc" in text


def test_synthetic_data_are_called_so_first(show: Open, full: Path, real: Path) -> None:
    assert "DỮ LIỆU MÔ PHỎNG" in bodies(show(full))
    assert "DỮ LIỆU MÔ PHỎNG" not in bodies(show(real))


def test_a_real_source_beside_a_synthetic_one_is_not_called_synthetic(show: Open, both: Path) -> None:
    text = plain(bodies(show(both)))
    assert "DỮ LIỆU MÔ PHỎNG" in text
    assert "Nguồn đang xem không phải số liệu mô phỏng" in text


def test_every_headline_rate_has_a_card_with_the_counts_of_the_snapshot(show: Open, full: Path) -> None:
    page, vi = show(full), words.load("vi")
    year = next(stretch for stretch in fixture.stretches() if stretch.label == "year-to-date")
    for metric in fixture.METRICS:
        text = card(page, vi.text(f"metric.{metric}"))
        if metric == "electronic_results":
            assert "Không có cột này trong dữ liệu" in text
        else:
            assert vi.counts(*fixture.province_counts(metric, year)) in text, metric


def test_a_card_worked_by_hand(show: Open, full: Path) -> None:
    # Mường Kim, August 2026, the 21st month: received 6 x 21 = 126, half of them online; 80 % of 126 = 100.8.
    text = card(show(full, unit="H35.33", period="2026-08"), "Hồ sơ trực tuyến")
    assert text == (
        "Hồ sơ trực tuyến 50,0 % ▼ Chưa đạt 63 / 126 hồ sơ Từ đâu ra? "
        "Chỉ tiêu ≥ 80 % · Kế hoạch CCHC năm 2026 của tỉnh Lai Châu, mục 2 Còn thiếu 38 hồ sơ"
    )


def test_the_766_threshold_is_never_called_a_target(show: Open, full: Path) -> None:
    text = card(show(full), "Sử dụng lại dữ liệu số hóa")
    assert "Dưới ngưỡng 766" in text
    assert "Ngưỡng điểm tối đa 766: ≥ 80 %" in text
    assert "Chỉ tiêu" not in text


def test_a_target_of_a_later_year_is_not_due(show: Open, full: Path) -> None:
    text = card(show(full), "Hồ sơ thanh toán trực tuyến")
    assert "Chưa đến hạn" in text
    assert "Chỉ tiêu ≥ 80 %, hạn 31/12/2030" in text


def test_too_many_overdue_reads_as_above_the_limit(show: Open, full: Path) -> None:
    assert "Nhiều hơn mức cho phép 11 hồ sơ" in card(show(full), "Đang giải quyết bị quá hạn")


def test_the_rule_of_on_time_and_overdue_stands_beside_the_number(show: Open, full: Path) -> None:
    page = show(full)
    assert "tính theo quy tắc nền tảng một cửa cấp tỉnh" in card(page, "Đang giải quyết bị quá hạn")
    assert "quy tắc" not in card(page, "Hồ sơ trực tuyến")


def test_a_unit_without_dossiers_has_no_rate_instead_of_zero(show: Open, full: Path) -> None:
    page = show(full, unit=fixture.EMPTY_UNIT[0])
    assert "Không có hồ sơ nào đang giải quyết" in card(page, "Đang giải quyết bị quá hạn")
    text = card(page, "Hồ sơ trực tuyến")
    assert "Không phát sinh hồ sơ trong kỳ" in text
    assert "0 %" not in text.replace("80 %", "")


def test_volumes_are_the_sums_of_the_units_below(show: Open, full: Path) -> None:
    text = plain(bodies(show(full, period="2026-08")))
    received = 21 * sum(unit[2] for unit in fixture.UNITS)  # August 2026 is the 21st month
    assert f"Tiếp nhận {words.load('vi').count(received)} hồ sơ trong kỳ" in text
    open_dossiers = fixture.province_counts("overdue_open", fixture.stretches()[20])
    assert f"Đang giải quyết {open_dossiers[1]} hồ sơ đến 31/08/2026" in text


def test_units_below_target_come_worst_first(show: Open, full: Path) -> None:
    page = show(full, metric="online")
    table = next(one.body for one in page.html if 'aria-label="Đơn vị chưa đạt"' in one.body)
    gaps = [int(found.replace(".", "")) for found in re.findall(r">([\d.]+) hồ sơ</td>", table)]
    assert gaps == sorted(gaps, reverse=True)
    assert [plain(unit) for unit in re.findall(r"<b>(.*?)</b>", table)][:2] == [
        "UBND phường Đoàn Kết",
        "Sở Tài nguyên và Môi trường",
    ]


def test_a_long_list_shows_its_first_rows_until_all_are_asked_for(show: Open, full: Path) -> None:
    page = show(full)
    assert rows_below(page) == 10
    page.toggle(key="all_below").set_value(True).run()
    assert rows_below(page) == 24


def test_alerts_start_with_the_data_and_stay_below_the_chosen_unit(show: Open, full: Path) -> None:
    found = bodies(show(full, unit="H35.15"))
    table = found[found.index('aria-label="Cảnh báo"') :]
    assert table.index("210 trong 3.500 dòng") < table.index("Sở Xây dựng: số hóa")
    assert "phường Đoàn Kết: số hóa" not in table


def test_names_from_the_data_cannot_bring_their_own_markup(show: Open, full: Path) -> None:
    found = bodies(show(full, unit="H35.33"))
    assert "<b>mới</b>" not in found
    assert "&lt;b&gt;mới&lt;/b&gt;" in found


def test_what_was_collected_is_one_line_and_leads_to_the_page_of_the_data(show: Open, full: Path) -> None:
    found = bodies(show(full, unit="H35.12"))
    assert "Đã thu 3 bản xuất, lần gần nhất lúc 15/11/2026 09:00; 1 bản bị từ chối cả tệp; 210 dòng" in plain(found)
    assert 'href="data?unit=H35.12&amp;part=exports"' in found


def test_every_rate_leads_to_the_exports_behind_it(show: Open, full: Path) -> None:
    page = show(full, unit="H35.33", period="2026-08")
    (found,) = [one.body for one in page.html if '<h3 class="name">Hồ sơ trực tuyến</h3>' in one.body]
    asked = "unit=H35.33&amp;period=2026-08&amp;source=demo&amp;part=origin&amp;rate=online.received"
    assert f'<a href="data?{asked}" target="_self"' in found


# Other states


def test_without_a_snapshot_the_page_says_what_to_do(show: Open, tmp_path: Path) -> None:
    text = plain(bodies(show(tmp_path)))
    assert "Chưa có số liệu để xem" in text
    assert f"tthc collect --home {tmp_path}" in text


def test_the_first_snapshot_is_shown_as_soon_as_it_is_there(show: Open, tmp_path: Path) -> None:
    page = show(tmp_path)
    fixture.build(tmp_path)
    page.run()
    assert "Tỉnh Lai Châu" in bodies(page)


def test_a_snapshot_without_rates_shows_what_was_collected(show: Open, tmp_path: Path) -> None:
    fixture.build(tmp_path, rates=False)
    text = plain(bodies(show(tmp_path)))
    assert "Đã có bản công bố nhưng chưa bản xuất nào được nhận" in text
    assert "Đã thu 3 bản xuất" in text


def test_data_older_than_two_days_are_called_old(show: Open, full: Path) -> None:
    two_days = fixture.CAPTURED + timedelta(days=2)
    assert "SỐ LIỆU CŨ" not in bodies(show(full, now=two_days))
    assert "SỐ LIỆU CŨ" in bodies(show(full, now=two_days + timedelta(hours=1)))


def test_a_snapshot_that_cannot_be_read_is_named(show: Open, tmp_path: Path) -> None:
    fixture.build(tmp_path).unlink()
    text = plain(bodies(show(tmp_path)))
    assert "Chưa đọc được số liệu đã công bố" in text and fixture.SNAPSHOT_ID in text


def test_a_settings_file_that_cannot_be_read_is_named(show: Open, tmp_path: Path) -> None:
    fixture.build(tmp_path)
    (tmp_path / "tthc.toml").write_text("[office\n", encoding="utf-8")
    text = plain(bodies(show(tmp_path)))
    assert "tthc.toml" in text and "tthc doctor" in text


def test_statistics_show_the_rates_they_have(show: Open, both: Path) -> None:
    page = show(both, source="portal_v2")
    assert "150.956 / 152.595 hồ sơ" in card(page, "Hồ sơ trực tuyến")
    assert "52 / 56 TTHC" in card(page, "TTHC có DVCTT")
    assert '<h3 class="name">Số hóa thành phần hồ sơ</h3>' not in bodies(page)
    assert "Tháng 08/2026 (01/08/2026 – 31/08/2026)" in plain(bodies(page))


# Choice and address


def test_english_by_switch(show: Open, full: Path) -> None:
    page = show(full)
    page.button_group(key="choose_lang").set_value("en").run()
    text = plain(bodies(page))
    assert page.query_params["lang"] in ("en", ["en"])
    assert "Synthetic data as of 15/11/2026 09:00 (3 hours ago)" in text
    assert "33,750 / 43,681 dossiers" in text
    ours = {"Tiếp", "Chưa", "Đạt", "Kỳ", "Đơn"}  # in units, documents and messages other Vietnamese words remain
    assert not ours & set(text.split(" "))


def test_the_address_keeps_the_choice(show: Open, full: Path) -> None:
    page = show(full)
    page.selectbox(key="choose_unit").set_value("H35.12").run()
    page.selectbox(key="choose_period").set_value("2026-08").run()
    assert page.query_params["unit"] in ("H35.12", ["H35.12"])
    shared = show(full, unit="H35.12", period="2026-08")
    assert bodies(shared) == bodies(page)
    assert "Sở Văn hóa, Thể thao và Du lịch · Tháng 08/2026" in plain(bodies(shared))


def test_an_address_with_an_unknown_unit_opens_the_first(show: Open, full: Path) -> None:
    assert "Tỉnh Lai Châu · Từ đầu năm" in plain(
        bodies(show(full, unit="H99", period="1999-01", source="?", lang="xx"))
    )


def test_the_configured_office_and_source_open_first(show: Open, tmp_path: Path) -> None:
    fixture.build(tmp_path, synthetic=False, portal=True)
    settings = tmp_path / "tthc.toml"
    settings.write_text('[office]\nunit = "H35.12"\n', encoding="utf-8")
    assert "Sở Văn hóa, Thể thao và Du lịch · Từ đầu năm" in plain(bodies(show(tmp_path)))
    settings.write_text('[office]\nprimary_source = "portal_v2"\n', encoding="utf-8")
    assert "UBND tỉnh Phú Thọ · Tháng 08/2026" in plain(bodies(show(tmp_path)))


def test_a_province_with_one_department_opens_with_the_department() -> None:
    province, department = rows.Unit("H35", "Tỉnh", None), rows.Unit("H35.12", "Sở", "H35")
    rooms = [rows.Unit(f"H35.12.0{number}", f"Phòng {number}", "H35.12") for number in (1, 2)]
    assert choice.first_unit([province, department, *rooms], "", "dossier") == department
    assert choice.first_unit([province, department, *rooms], "H35", "dossier") == province
    assert choice.first_unit([province, *rooms], "", "dossier") == province
    assert choice.first_unit([province, department], "", "statistic") == province


# Words, figures, colours


def test_both_languages_have_the_same_keys_and_the_same_blanks() -> None:
    vi, en = (words.load(language).entries for language in words.LANGUAGES)
    assert vi.keys() == en.keys()
    blanks = {key: {part[1] for part in string.Formatter().parse(vi[key])} - {None} for key in vi}
    assert {key: {part[1] for part in string.Formatter().parse(en[key])} - {None} for key in en} == blanks


def test_no_word_is_left_over() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in DASHBOARD.rglob("*.py"))
    open_ended = ("metric", "source", "period", "summary", "status", "volume", "target", "legend", "outcome", "quality")
    open_ended += ("rule", "todo", "kind", "phase", "audience", "standing", "standing_of", "target_kind", "change")
    open_ended += ("message", "account", "action", "targets")
    open_ended += ("evidence", "reports", "report_for", "access_todo")
    titles = ("below", "alert", "collected", "refused")
    sections = tomllib.loads((DASHBOARD / "text" / "vi.toml").read_text(encoding="utf-8"))
    for section, entries in sections.items():
        for key in entries:
            named = f'"{section}.{key}"' in code or f'"{key}"' in code
            told = section in open_ended or (key == "title" and section in titles)
            assert named or told, f"{section}.{key}"


@pytest.mark.parametrize(
    ("value", "target", "vi", "en"),
    [
        (0.812, None, "81,2 %", "81.2%"),
        (0.79962, 0.8, "79,96 %", "79.96%"),
        (0.999996, 1.0, "99,9996 %", "99.9996%"),
        (1.0, 1.0, "100,0 %", "100.0%"),
        (0.0, None, "0,0 %", "0.0%"),
        (None, 0.8, "–", "–"),
    ],
)
def test_a_ratio_never_reads_as_the_target_it_misses(
    value: float | None, target: float | None, vi: str, en: str
) -> None:
    apart = [] if target is None else [target]
    assert words.load("vi").ratio(value, apart).replace("\N{NO-BREAK SPACE}", " ") == vi
    assert words.load("en").ratio(value, apart) == en


def test_counts_days_and_instants_are_written_as_the_reader_expects() -> None:
    vi, en = words.load("vi"), words.load("en")
    assert (vi.count(1234567), en.count(1234567), vi.count(None)) == ("1.234.567", "1,234,567", "–")
    assert vi.instant(datetime(2026, 11, 14, 18, 30)) == "15/11/2026 01:30"
    assert vi.level(0.995).replace("\N{NO-BREAK SPACE}", " ") == "99,5 %"


def test_every_text_colour_is_readable_on_its_ground() -> None:
    pairs = [*colours.STATUS.values(), *colours.NOTICE.values()]
    plain_text = (colours.INK, colours.MUTED, colours.ACCENT)
    pairs += [(text, ground) for text in plain_text for ground in (colours.GROUND, colours.SHADE)]
    pairs += [(colours.STATUS[name][0], colours.GROUND) for name in ("below", "below_full_mark")]
    assert all(colours.contrast(text, ground) >= 4.5 for text, ground in pairs)


def test_every_status_has_its_own_sign_besides_its_colour() -> None:
    assert len({markup.SIGNS[status] for status in colours.STATUS}) == len(colours.STATUS)
    assert markup.SIGNS.keys() == colours.STATUS.keys() | colours.MARK.keys()


# Charts and structure


def test_the_figures_of_these_tests_stand_in_the_tables_that_are_published(
    full: Path, tmp_path: Path, tthc: Callable[..., Result]
) -> None:
    tthc("demo", "--dossiers", "200", "--seed", "1", at=tmp_path)
    columns = """
        -- one row per column
        SELECT table_name, column_name FROM information_schema.columns WHERE table_catalog = 'published'
    """
    made, published = (open_snapshot(home) for home in (full, tmp_path))
    assert made is not None and published is not None
    ours, theirs = ({tuple(row.values()) for row in one.rows(columns)} for one in (made, published))
    assert ours == theirs


def test_the_page_shows_what_was_really_published(show: Open, tmp_path: Path, tthc: Callable[..., Result]) -> None:
    tthc("demo", "--dossiers", "500", "--seed", "1", at=tmp_path)
    snapshot = open_snapshot(tmp_path)
    assert snapshot is not None
    page, vi = show(tmp_path), words.load("vi")
    (source,) = reads.sources(snapshot)
    unit = choice.first_unit(reads.units(snapshot, source.source), "", "dossier")
    for rate in reads.rates(snapshot, source.source, unit.code, "year-to-date"):
        if rate.metric in fixture.METRICS and rate.ratio is not None:
            text = card(page, vi.text(f"metric.{rate.metric}"))
            assert vi.counts(rate.numerator, rate.denominator) in text
            assert vi.text(f"status.{'below_full_mark' if 'ngưỡng' in text else rate.status}") in text


def test_the_trend_draws_the_months_of_the_snapshot(full: Path) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    months = reads.months(snapshot, "demo", "H35.33")[("online", "online.received")]
    drawn = lxml.html.fromstring(charts.trend(months, words.load("vi"), alt="Hồ sơ trực tuyến"))
    months_told = drawn.find(".//img").get("title").replace("\N{NO-BREAK SPACE}", " ").split("\n")
    assert len(months_told) == reads.MONTHS_SHOWN
    assert months_told[-4] == "08/2026: 50,0 % (63 / 126), cần đạt 80 %"
    assert months_told[-1].startswith("11/2026 (chưa hết tháng): ")
    line, dots, hole = re.findall(r"""d=["']([^"']+)""", unquote(drawn.find(".//img").get("src")))[-3:]
    assert (line.count("M"), dots.count("M"), hole.count("M")) == (1, 13, 1)  # the month that is not over is hollow
    assert [end.text for end in drawn.xpath(".//*[@class='ends']/span")] == ["11/2025", "11/2026"]
    assert drawn.find(".//img").get("alt") == "Hồ sơ trực tuyến"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_picture_of_a_trend_is_whole_and_inside_its_frame(full: Path, language: str) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    for months in reads.months(snapshot, "demo", "H35").values():
        drawn = charts.trend(months, words.load(language), alt="x", limits=sight.limits(months))
        if drawn:
            kind, _, picture = lxml.html.fromstring(drawn).find(".//img").get("src").partition(",")
            svg = etree.fromstring(unquote(picture))
            ways = "".join(str(way) for way in svg.xpath("//*[local-name()='path']/@d"))
            assert kind == "data:image/svg+xml" and ways
            assert all(-5 <= float(number) <= 105 for number in re.findall(r"-?[\d.]+", ways))


def test_a_month_without_dossiers_breaks_the_line(full: Path) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    months = reads.months(snapshot, "demo", "H35.33")[("online", "online.received")]
    cut = [replace(month, ratio=None) if at == 5 else month for at, month in enumerate(months)]
    whole, broken = (unquote(charts.trend(found, words.load("vi"), alt="x")) for found in (months, cut))
    for drawn, parts in ((whole, 1), (broken, 2)):
        line, dots, _ = re.findall(r"""d=["']([^"']+)""", drawn.partition("</svg>")[0])[-3:]
        assert (line.count("M"), dots.count("M")) == (parts, 14 - parts)


def test_one_month_is_no_trend(full: Path) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    months = reads.months(snapshot, "demo", "H35.33")[("online", "online.received")]
    assert charts.trend(months[:1], words.load("vi"), alt="x") == ""
    assert charts.trend([], words.load("vi"), alt="x") == ""


def test_noise_stays_flat(full: Path) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    months = reads.months(snapshot, "demo", "H35.12")[("on_time", "on_time.td")]
    low, high, step = charts.stretch(months)
    assert high - low == pytest.approx(charts.LEAST_STRETCH)
    assert 0 <= low < high <= 1
    assert 0 < step < high - low


def test_pages_hold_no_sql_and_open_no_database() -> None:
    for file in DASHBOARD.rglob("*.py"):
        code = file.read_text(encoding="utf-8")
        assert "duckdb" not in code, file
        if file.name != "reads.py":
            assert not re.search(r"\bSELECT\b|\bFROM \w+\b|\.rows\(", code), file


def test_every_page_has_title_order_and_render() -> None:
    for page, title in PAGES:
        assert words.load("vi").text(page.TITLE) == title
        assert isinstance(page.ORDER, int) and callable(page.render)


def test_the_command_serves_on_the_given_address_without_telemetry(tmp_path: Path) -> None:
    command = launch.streamlit_command(tmp_path, "127.0.0.1", 8501)
    assert command[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert {"--browser.gatherUsageStats=false", "--server.address=127.0.0.1", "--server.port=8501"} <= set(command)
    assert command[-3:] == ["--", "--home", str(tmp_path)]


def test_period_names_are_those_people_use() -> None:
    vi = words.load("vi")
    named = {stretch.label: stretch for stretch in fixture.stretches()}
    shown = {
        label: choice.period_name(rows.Period(one.kind, one.label, one.start, one.end, one.complete), vi)
        for label, one in named.items()
    }
    assert shown["2026-08"] == "Tháng 08/2026"
    assert shown["2026-Q3"] == "Quý 3/2026"
    assert shown["2026-H1"] == "6 tháng đầu năm 2026"
    assert shown["quarter-to-date"] == "Từ đầu quý 4/2026"
    assert shown["rolling-30"] == "30 ngày gần nhất"
