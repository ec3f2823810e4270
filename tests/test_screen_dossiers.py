"""The page of open dossiers, the outlook on the cards and the wall display as a reader gets them."""

import io
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from dashboard import downloads, launch, reads, wall, words
from dashboard.dossiers import listings
from dashboard.dossiers import reads as dossier_reads
from dashboard.dossiers.reads import Asked
from dashboard.sight import cards as sight
from dashboard.sight import reads as sight_reads
from dashboard.views import dossiers
from dashboard.views import wall as wall_view
from metrics.insight.intervals import Evidence
from metrics.scope import EVERYTHING
from metrics.snapshot import open_snapshot
from tests import snapshot_fixture as fixture
from tests.test_screen import bodies, plain

Open = Callable[..., AppTest]
OPEN = [  # code, unit, procedure, received, due, status, waiting, late, working days left on Sunday 15 November 2026
    ("H35.12-1", "H35.12", "1.000485", date(2026, 11, 2), date(2026, 11, 9), 4, False, True, -4),
    ("H35.12-2", "H35.12", "1.000486", date(2026, 11, 9), date(2026, 11, 16), 4, False, False, 1),
    ("H35.12-3", "H35.12", "1.000485", date(2026, 11, 9), date(2026, 11, 10), 5, True, False, -3),
    ("H35.07-1", "H35.07", "1.000485", date(2026, 11, 3), date(2026, 11, 13), 4, False, True, 0),
    ("=H35.07-2", "H35.07", "1.000485", date(2026, 11, 4), date(2026, 12, 30), None, False, False, 32),
    ("H35.07-3", "H35.07", "1.000485", date(2026, 11, 4), None, 2, False, False, None),
]


def build(home: Path) -> Path:
    """The fixture of the screen with six open dossiers and one outlook: METHODS §5.1, x = 6100, n = 9000, 3000 to come."""
    file = fixture.build(home, portal=True)
    with duckdb.connect(str(file)) as con, con.appender("open_dossier") as appender:
        for row in OPEN:
            appender.append_row("demo", *row)
    with duckdb.connect(str(file)) as con:
        con.execute("INSERT INTO open_total VALUES ('demo', 7, 2, 6)")
        con.execute("""
            INSERT INTO outlook VALUES
            ('online', 'online.received', 'demo', 'H35', 'year_to_date', 'year-to-date', DATE '2026-12-31', 33, 3000,
                0.6705, 0.678, 0.685, 0.004, 2540, 0.84667, TRUE, 0.7583, NULL),
            ('online_full', 'online.full.all', 'demo', 'H35', 'year_to_date', 'year-to-date', DATE '2026-12-31', 33, 40,
                0.6, 0.61, 0.62, 0.0, 50, 1.25, FALSE, 0.65, NULL),
            ('online_of_offered', 'online.of_offered', 'demo', 'H35', 'year_to_date', 'year-to-date',
                DATE '2026-12-31', 33, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'few')
        """)
    return file


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("full")
    build(home)
    return home


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Open:
    def run(home: Path, page: str, *, now: datetime = fixture.NOW, **address: str) -> AppTest:
        at = now.replace(tzinfo=UTC).isoformat()
        monkeypatch.setattr(sys, "argv", ["app.py", "--home", str(home), "--now", at])
        found = AppTest.from_file(str(launch.APP), default_timeout=120)
        if page != "overview":
            found.switch_page(f"views/{page}.py")
        found.query_params.update({"source": "demo"} | address)
        found.run()
        assert not found.exception
        return found

    return run


def said(page: AppTest) -> str:
    return plain(bodies(page))


# Open dossiers


def test_late_dossiers_come_first_with_their_working_days(show: Open, full: Path) -> None:
    text = said(show(full, "dossiers"))
    assert "Tỉnh Lai Châu và các đơn vị trực thuộc · hồ sơ đang giải quyết đến 15/11/2026" in text
    assert "Đang giải quyết 6 hồ sơ Quá hạn 2 hồ sơ Sắp đến hạn (≤ 2 ngày) 1 hồ sơ" in text
    assert text.index("H35.12-1 ‼ Trễ 4 ngày 02/11/2026 09/11/2026 Đang xử lý") < text.index("H35.07-1 ‼ Quá hạn")
    assert "H35.12-2" not in text  # not late
    assert "Danh sách không đủ. Nguồn này có 7 hồ sơ đang giải quyết; chỉ 6" in text


def test_nearly_late_is_what_the_reader_says(show: Open, full: Path) -> None:
    text = said(show(full, "dossiers", which="soon"))
    assert "H35.12-2 ! Còn 1 ngày" in text and "H35.07-2" not in text
    assert said(show(full, "dossiers", which="waiting")).count("Đang chờ, không tính hạn") == 1
    assert "=H35.07-2 ✓ Còn 32 ngày" in said(show(full, "dossiers", which="open"))


def test_one_unit_and_one_procedure(show: Open, full: Path) -> None:
    text = said(show(full, "dossiers", unit="H35.12", which="open"))
    assert "Đang giải quyết 3 hồ sơ" in text and "H35.07-1" not in text
    text = said(show(full, "dossiers", unit="H35.12", which="open", procedure="1.000486"))
    assert "H35.12-2" in text and "H35.12-1" not in text


def test_every_late_dossier_is_owed_a_letter(show: Open, full: Path) -> None:
    text = said(show(full, "dossiers", which="letters"))
    assert "Danh sách hồ sơ xuất ra không ghi thư đã gửi hay chưa" in text
    assert "H35.12-1" in text and "H35.07-1" in text and "H35.12-3" not in text


def test_the_groups_add_up_to_the_whole(full: Path) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    asked = Asked("demo", "H35")
    counts = dossier_reads.counts(snapshot, EVERYTHING, asked)
    assert (counts["open"], counts["late"], counts["soon"], counts["waiting"], counts["undated"]) == (6, 2, 1, 1, 1)
    for group in (dossier_reads.by_unit, dossier_reads.by_procedure):
        rows = group(snapshot, EVERYTHING, asked, 100).rows
        assert all(sum(row[name] for row in rows) == counts[name] for name in ("open", "late", "soon", "waiting"))


def test_the_list_is_downloaded_whole_and_nothing_in_it_acts(full: Path) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    listing = dossier_reads.dossiers(snapshot, EVERYTHING, Asked("demo", "H35"), 100)
    table = listings.dossiers(listing, words.load("vi"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(downloads.workbook(table))).get_sheet_by_index(0).to_python()
    assert len(sheet) == 7 and sheet[0][:2] == ["Mã hồ sơ", "Thời hạn"]
    assert "'=H35.07-2" in downloads.text(table).decode("utf-8-sig")


def test_a_source_of_statistics_has_no_dossiers(show: Open, full: Path) -> None:
    assert "không có từng hồ sơ" in said(show(full, "dossiers", source="portal_v2"))


def test_a_snapshot_of_an_earlier_version_says_what_to_do(show: Open, tmp_path: Path) -> None:
    with duckdb.connect(str(build(tmp_path))) as con:
        con.execute("DROP TABLE open_dossier; DROP TABLE outlook")
    assert f"tthc rebuild --home {tmp_path}" in said(show(tmp_path, "dossiers"))
    assert "Dự báo" not in said(show(tmp_path, "overview"))


@pytest.mark.parametrize("page", ["dossiers", "wall"])
def test_other_states(show: Open, full: Path, tmp_path: Path, page: str) -> None:
    assert "Chưa có số liệu để xem" in said(show(tmp_path, page))
    assert "SỐ LIỆU CŨ" in said(show(full, page, now=fixture.CAPTURED + timedelta(days=3)))
    english = said(show(full, page, lang="en"))
    assert "SYNTHETIC DATA" in english
    assert not {"Tiếp", "Chưa", "Đạt", "Kỳ"} & set(english.split(" "))
    fixture.build(tmp_path, rates=False)
    assert "chưa bản xuất nào được nhận" in said(show(tmp_path, page))


# What stands beside a rate


def ahead(page: AppTest, name: str) -> str:
    """What is told beyond the card of this name."""
    articles = (one for part in page.html for one in re.findall("<article>.*?</article>", part.body, re.DOTALL))
    found = next(one for one in articles if f'<h3 class="name">{name}</h3>' in one)
    return plain(found.partition('<div class="card ahead">')[2])


def test_projection_and_the_three_gaps_of_a_card(show: Open, full: Path) -> None:
    page = show(full, "overview")
    text = ahead(page, "Hồ sơ trực tuyến")
    assert "Dự báo 31/12/2026: 67,8 % (67,0 % – 68,5 %) khả năng đạt < 1 %" in text
    assert "Trong khoảng 3.000 hồ sơ còn đến (33 ngày làm việc), cần 2.540 đạt: 84,7 %" in text
    # 33.750 of 43.681, 80 %: (34944.8 - 33750) / 0.2 = 5974
    assert "Hoặc thêm 5.974 hồ sơ đạt, ngoài số hiện có" in text
    assert "Thống kê: chắc chắn chưa đạt" in text
    full_service = ahead(page, "Hồ sơ trực tuyến toàn trình")
    assert "Không còn đạt được trong kỳ" in full_service and "tốt nhất là 65,0 %" in full_service
    assert "chưa đủ dữ liệu" in ahead(page, "Trực tuyến ở TTHC có DVCTT")
    assert "Chưa giữ bản công bố của tuần trước" in text


def test_a_small_unit_is_below_by_law_and_unclear_by_chance(full: Path) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    # Mường Kim, December 2024, weight 1: 3 of 6 online against 80 %; Wilson's upper end is .8124 > .8
    (rate,) = [one for one in reads.rates(snapshot, "demo", "H35.33", "2024-12") if one.metric == "online"]
    found = sight_reads.proof(rate)
    assert rate.status == "below" and found is not None and found[0] is Evidence.UNCLEAR
    assert found[1].high == pytest.approx(0.8124, abs=5e-4)


def test_what_changed_since_the_states_that_are_kept(full: Path, tmp_path: Path) -> None:
    now = build(tmp_path)
    for name, fewer in (("20261114T021500000000Z", 30), ("20261107T021500000000Z", 130)):
        other = now.with_name(f"{name}.duckdb")
        other.write_bytes(now.read_bytes())
        with duckdb.connect(str(other)) as con:
            con.execute("UPDATE assessment SET numerator = numerator - ? WHERE metric = 'online'", [fewer])
    snapshot = open_snapshot(tmp_path)
    assert snapshot is not None
    before = sight_reads.earlier(snapshot, "demo", "H35", "year-to-date")
    (rate,) = [one for one in reads.rates(snapshot, "demo", "H35", "year-to-date") if one.metric == "online"]
    day, week = sight_reads.changes(rate, before)
    assert (day.since, day.numerator, day.denominator) == (date(2026, 11, 14), 30, 0)
    assert (week.since, week.numerator) == (date(2026, 11, 7), 130)
    text = plain(sight.ahead(rate, None, before, words.load("vi")))
    assert "So với ngày 14/11/2026: tử số +30, mẫu số 0, tỷ lệ +0,07 điểm %" in text  # 30 / 43681


def test_limits_need_twelve_whole_months(full: Path) -> None:
    snapshot = open_snapshot(full)
    assert snapshot is not None
    months = reads.months(snapshot, "demo", "H35")[("online", "online.received")]
    assert len(sight_reads.limits(months)) == 12
    assert sight_reads.limits(months[3:]) == {}


# The wall


def test_the_wall_turns_by_itself_and_has_no_controls(show: Open, full: Path) -> None:
    page = show(full, "wall")
    assert not page.selectbox and not page.button_group
    first = said(page)
    assert "DỮ LIỆU MÔ PHỎNG" in first and "1 / 3" in first and "Số liệu Mô phỏng lúc 15/11/2026 09:00" in first
    page.run()
    assert "2 / 3" in said(page)
    last = said(page.run())
    assert "Cần chú ý: 6 trong 24 mục chưa đạt" in last and "3 / 3" in last
    assert "1 / 3" in said(page.run())


def test_the_wall_shows_the_unit_its_address_names(show: Open, full: Path) -> None:
    assert "Sở Xây dựng Tháng 08/2026" in said(show(full, "wall", unit="H35.15", period="2026-08"))


def test_both_pages_have_title_and_order() -> None:
    assert (dossiers.ORDER, wall_view.ORDER) == (60, 120)
    assert words.load("vi").text(dossiers.TITLE) == "Hồ sơ" and words.load("vi").text(wall_view.TITLE) == "Màn hình lớn"
    assert wall.RATES_A_SLIDE == 4
