"""The page of the data as a reader gets it: what came in, what became of it, where a figure is from, and the upload."""

import csv
import io
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from filelock import FileLock
from python_calamine import CalamineWorkbook
from streamlit import config
from streamlit.testing.v1 import AppTest

from collectors.wording import remarks
from dashboard import access, downloads, launch, words
from dashboard.data import reads, uploads
from dashboard.data.uploads import Said, Upload
from dashboard.markup import Cell, Column, Html, Table
from metrics.readers import AT_THE_MACHINE
from metrics.scope import EVERYTHING
from metrics.snapshot import open_snapshot
from tests import snapshot_fixture as fixture
from tests.conftest import dossier, write_csv
from tests.test_screen import bodies, plain

ROOT = Path(__file__).parents[1]
Open = Callable[..., AppTest]
LIST = "danh sách tháng 8.csv"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("full")
    fixture.build(home, portal=True)
    return home


@pytest.fixture
def loopback() -> Iterator[None]:
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Run the page of the data for a home at an instant, with what its address asks for."""

    def run(home: Path, *, now: datetime = fixture.NOW, **address: str) -> AppTest:
        at = now.replace(tzinfo=UTC).isoformat()
        monkeypatch.setattr(sys, "argv", ["app.py", "--home", str(home), "--now", at])
        page = AppTest.from_file(str(launch.APP), default_timeout=120)
        page.switch_page("views/data.py")
        page.query_params.update(address)
        page.run()
        assert not page.exception
        return page

    return run


def said(page: AppTest) -> str:
    return plain(bodies(page))


# What came in


def test_each_source_says_kind_freshness_runs_rows_and_the_share_refused(show: Open, full: Path) -> None:
    text = said(show(full))
    assert (
        "Mô phỏng demo hồ sơ · mô phỏng 15/11/2026 09:00 (3 giờ trước) 14/11/2026 15/11/2026 09:00 15/11/2026 09:00 "
        "5.000 7 0,1 %"
    ) in text
    assert "Cổng DVCQG portal_v2 tổng hợp" in text


def test_quality_is_told_where_it_was_published(show: Open, tmp_path: Path) -> None:
    fixture.build(tmp_path, quality=True)
    text = said(show(tmp_path))
    assert "5.000 7 0,1 % 96,0 % (hợp lệ)" in text  # the worst critical dimension: 1 − 40/1000
    assert "Mô phỏng chính xác 9 10 10,0 % để biết" in text
    assert "no_due_date ! Cảnh báo" in said(show(tmp_path, part="oddities"))


def test_runs_come_newest_first_with_what_was_not_taken(show: Open, full: Path) -> None:
    text = said(show(full))
    assert "15/11/2026 09:00 15/11/2026 09:01 3 1 ⊘ Có bản không nhận 14/11/2026 09:00" in text


def test_the_report_of_an_export_says_what_the_command_line_says(show: Open, full: Path) -> None:
    text = said(show(full, part="exports", export="e1"))
    assert "3.500 dòng đọc = 3.200 nhận + 88 gộp + 210 từ chối + 2 bỏ qua" in text
    assert "Bỏ qua: dòng trống: 2" in text
    assert "Ngày tiếp nhận ngày tiếp nhận Số hồ sơ mã hồ sơ Phòng ban không đọc: không dùng đến" in text
    assert "Chủ hồ sơ không đọc: dữ liệu cá nhân" in text
    snapshot = open_snapshot(full)
    assert snapshot is not None
    found = reads.report(snapshot, EVERYTHING, "e1")
    assert found is not None
    sentences = [one.text for one in remarks(found)]
    assert len(sentences) == 3 and all(plain(one) in text for one in sentences)


def test_a_refused_file_says_why(show: Open, full: Path) -> None:
    text = said(show(full, part="exports", export="file:bao-cao.docx.xlsx"))
    assert "bao-cao.docx.xlsx ⊘ Bị từ chối ⊘ Từ chối tệp bao-cao.docx.xlsx: không có dòng tiêu đề nào quen" in text


def test_exports_can_be_narrowed_to_an_outcome(show: Open, full: Path) -> None:
    page = show(full, part="exports")
    page.selectbox(key="choose_outcome").set_value("accepted").run()
    assert page.query_params["outcome"] in ("accepted", ["accepted"])
    assert "bao-cao.docx.xlsx" not in said(page)
    assert "ho-so-T10.xlsx" in said(page)


def test_findings_are_told_by_check_and_refused_rows_one_by_one(show: Open, full: Path) -> None:
    text = said(show(full, part="oddities"))
    assert "hồ sơ không có ngày hẹn trả no_due_date – Ngày hẹn trả 1 6 ho-so-T11.xlsx: Danh sách dòng 133" in text
    assert (
        "ho-so-T11.xlsx Danh sách 12 Ngày tiếp nhận "
        "ngày không có thật hoặc sai dạng; sửa thành dd/mm/yyyy, ví dụ 31/03/2026 30/02/2026"
    ) in text
    assert "Ngày tiếp nhận bad date 30/02/2026" in said(show(full, part="oddities", lang="en"))


# Where a figure is from


def test_a_figure_names_its_sheets_and_the_command_for_its_rows(show: Open, full: Path) -> None:
    # Mường Kim received 6 × 24 in November, the 24th month, half of them online: e1; all earlier months are of e2.
    page = show(full, part="origin", source="demo", unit="H35.33", period="quarter-to-date", rate="online.received")
    text = said(page)
    november, october = (72, 144), (69, 138)
    assert f"ho-so-T11.xlsx Danh sách 15/11/2026 09:00 {november[0]} {november[1]}" in text
    assert f"ho-so-T10.xlsx Danh sách 15/11/2026 09:00 {october[0]} {october[1]}" in text
    assert "Cộng (số đã công bố) 141 282" in text
    command = "tthc lineage --metric online --unit H35.33 --period quarter-to-date --source demo --part numerator"
    command += f" --home {full}"
    assert [code.value for code in page.code] == [command]


def test_a_delivered_figure_names_its_response(show: Open, full: Path) -> None:
    text = said(show(full, part="origin", source="portal_v2", unit="H44", period="2026-08", rate="766-3.3"))
    assert "150.956 / 152.595 = 98,9 %" in text
    assert "Hồ sơ nộp trực tuyến 150.956 p1 channel_online 15/11/2026 09:00" in text


def test_reconciliation_without_a_common_rate_says_what_to_do(show: Open, full: Path) -> None:
    page = show(full, part="reconcile", source="demo", unit="H35", period="2026-08")
    assert "Không có tỷ lệ nào mà cả danh sách hồ sơ và Cổng DVCQG cùng có số" in said(page)


def test_reconciliation_puts_both_sides_beside_each_other(show: Open, home: Path, tthc: Callable[..., Result]) -> None:
    tthc("collect", ROOT / "examples" / "portal_v2")
    snapshot = open_snapshot(home)
    assert snapshot is not None
    unit, period = snapshot.rows("SELECT unit_code, period_label FROM assessment WHERE metric = 'online' LIMIT 1")[
        0
    ].values()
    found = reads.reconciled(snapshot, unit, period)
    text = said(show(home, part="reconcile", unit=unit, period=period))
    assert ("Chênh lệch" in text) == bool(found)


# Other states


def test_without_a_snapshot_the_upload_is_offered(show: Open, tmp_path: Path, loopback: None) -> None:
    page = show(tmp_path)
    assert "Chưa có số liệu để xem" in said(page) and "Nộp bản xuất" in said(page)
    assert len(page.file_uploader) == 1


def test_a_snapshot_without_rates_still_tells_what_came_in(show: Open, tmp_path: Path) -> None:
    fixture.build(tmp_path, rates=False)
    assert "Chưa có nguồn nào: chưa bản xuất nào được nhận" in said(show(tmp_path))
    assert "bao-cao.docx.xlsx" in said(show(tmp_path, part="exports"))
    for part in ("reconcile", "origin"):
        assert "chưa bản xuất nào được nhận" in said(show(tmp_path, part=part))


def test_old_data_are_called_old_here_too(show: Open, full: Path) -> None:
    assert "SỐ LIỆU CŨ" in said(show(full, now=fixture.CAPTURED + timedelta(days=3)))


def test_a_snapshot_of_an_earlier_version_says_how_to_renew_it(show: Open, tmp_path: Path) -> None:
    fixture.build(tmp_path, earlier=True)
    assert f"tthc rebuild --home {tmp_path}" in said(show(tmp_path))


@pytest.mark.parametrize("part", ["sources", "exports", "oddities", "reconcile", "origin", "upload"])
def test_every_part_speaks_english(show: Open, full: Path, part: str, loopback: None) -> None:
    page = show(full, part=part, lang="en", source="demo")
    text = said(page)
    assert "Data" in text
    titles = {words.load("vi").text(f"{name}.title") for name in ("sources", "runs", "collected", "checks", "upload")}
    assert not [title for title in titles if title in text]


def test_the_choice_goes_along_from_page_to_page(show: Open, full: Path) -> None:
    page = show(full, source="demo", unit="H35.12", period="2026-08")
    page.query_params.clear()
    page.switch_page("views/overview.py")
    page.run()
    assert "Sở Văn hóa, Thể thao và Du lịch · Tháng 08/2026" in said(page)


# Downloads


TABLE = Table(
    "Bảng: thử",
    [Column("Tên"), Column("Số", figures=True)],
    [("=1+1", Cell("1.234", 1234)), (Html("<b>Đoàn &amp; Kết</b>"), Cell("–", None)), ("+84", Cell("0,5", 0.5))],
)


def test_a_workbook_holds_counts_as_numbers_and_formulas_as_text() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(downloads.workbook(TABLE)))
    assert book.sheet_names == ["Bảng  thử"]
    rows = book.get_sheet_by_index(0).to_python()
    assert rows == [["Tên", "Số"], ["=1+1", 1234.0], ["Đoàn & Kết", ""], ["+84", 0.5]]


def test_a_text_file_begins_with_a_byte_order_mark_and_holds_no_formula() -> None:
    content = downloads.text(TABLE)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["Tên", "Số"], ["'=1+1", "1234"], ["Đoàn & Kết", ""], ["'+84", "0.5"]]


def test_every_table_of_both_pages_can_be_downloaded(show: Open, full: Path) -> None:
    for part, names in {"sources": ("sources", "runs"), "oddities": ("checks", "refused", "finding")}.items():
        keys = {button.key for button in show(full, part=part, source="demo").download_button}
        assert {f"{name}-{kind}" for name in names for kind in ("xlsx", "csv")} <= keys


# Upload


@pytest.mark.parametrize(
    ("address", "may"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), (None, False), ("tthc.local", False)],
)
def test_only_a_server_that_nobody_else_reaches_takes_files(address: str | None, may: bool, loopback: None) -> None:
    config.set_option("server.address", address)
    request = access.Request(config.get_option("server.address"), {"Host": ["127.0.0.1:8501"]}, {}, fixture.NOW)
    assert access.at_the_machine(request) is may


def test_without_the_right_no_upload_is_offered(show: Open, full: Path) -> None:
    config.set_option("server.address", "0.0.0.0")
    page = show(full, part="upload")
    assert len(page.file_uploader) == 0
    assert "không nhận tệp từ trình duyệt" in said(page)
    config.set_option("server.address", None)


def hand_in(page: AppTest, press: str, *files: tuple[str, bytes]) -> AppTest:
    page.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files]).run()
    page.button(key=press).click().run()
    assert not page.exception
    return page


def content(tmp_path: Path) -> bytes:
    rows = [dossier(number) for number in range(1, 4)]
    return write_csv(tmp_path / "x.csv", [*rows, dossier(4, **{"Ngày tiếp nhận": "30/02/2026"})]).read_bytes()


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, of this test alone."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_an_upload_is_collected_reported_and_shown(
    show: Open, home: Path, tmp_path: Path, scratch: Path, loopback: None
) -> None:
    page = hand_in(show(home), "upload_collect", (LIST, content(tmp_path)))
    text = said(page)
    assert f"{LIST} ✓ Đã nhận nguồn iGate · mẫu igate_dossier_list · số liệu lúc 15/11/2026 12:00" in text
    assert "4 dòng đọc = 3 nhận + 0 gộp + 1 từ chối + 0 bỏ qua" in text
    assert "dòng 5, cột “Ngày tiếp nhận”: ngày không có thật" in text
    assert "Số liệu iGate lúc 15/11/2026 12:00" in text  # the new snapshot is open already
    assert list(scratch.iterdir()) == []
    kept = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert b"Ng\xc6\xb0\xe1\xbb\x9di th\xe1\xbb\xad" not in kept and b"0900000000" not in kept


def test_whose_a_form_is_can_be_told_where_it_does_not_say(show: Open, home: Path, loopback: None) -> None:
    form = Path(__file__).parent / "exports" / "forms" / "tandan_vertical.book.xlsx"
    page = hand_in(show(home), "upload_check", (form.name, form.read_bytes()))
    assert "mã đơn vị khi nộp trên màn hình" in said(page)
    page.text_input(key="upload_unit").set_value(" H35.12 ")
    page = hand_in(page, "upload_check", (form.name, form.read_bytes()))
    assert "✓ Đã nhận nguồn tandan_vertical" in said(page)


def test_a_check_stores_nothing(show: Open, home: Path, tmp_path: Path, loopback: None) -> None:
    page = hand_in(show(home), "upload_check", (LIST, content(tmp_path)))
    assert "CHỈ ĐỌC THỬ" in said(page) and "4 dòng đọc = 3 nhận" in said(page)
    assert open_snapshot(home) is None and not list((home / "archive").rglob("*.parquet"))


def test_a_refused_file_gets_the_sentence_of_the_command_line(
    home: Path, tmp_path: Path, tthc: Callable[..., Result]
) -> None:
    bad = tmp_path / "bao-cao.xlsx"
    bad.write_bytes(b"khong phai xlsx")
    command = tthc("collect", bad, "--dry-run").output
    (found,) = uploads.collect(
        home, AT_THE_MACHINE, [Upload(bad.name, bad.read_bytes())], Said(fixture.NOW), dry_run=True, at=fixture.NOW
    ).reports
    assert found.outcome == "refused" and found.message_vi.startswith("tệp bao-cao.xlsx:")
    assert re.sub(r"\s+", " ", found.message_vi) in re.sub(r"\s+", " ", command)


def test_two_files_of_one_name_are_two_exports(home: Path, tmp_path: Path) -> None:
    first, second = content(tmp_path), content(tmp_path).replace(b"0001", b"0009")
    found = uploads.collect(
        home,
        AT_THE_MACHINE,
        [Upload(LIST, first), Upload(LIST, second)],
        Said(fixture.NOW),
        dry_run=True,
        at=fixture.NOW,
    )
    assert [(one.file_name, one.rows_read) for one in found.reports] == [(LIST, 4), (LIST, 4)]
    assert len({one.export_id for one in found.reports}) == 2


def test_a_name_cannot_lead_out_of_the_folder(home: Path, tmp_path: Path) -> None:
    (found,) = uploads.collect(
        home,
        AT_THE_MACHINE,
        [Upload("../../e vil/x.csv", content(tmp_path))],
        Said(fixture.NOW),
        dry_run=True,
        at=fixture.NOW,
    ).reports
    assert "/" not in found.file_name and found.rows_read == 4


def test_a_running_collection_is_told(home: Path, tmp_path: Path, tthc: Callable[..., Result]) -> None:
    tthc("init")
    settings = home / "tthc.toml"
    settings.write_text("[collect]\nlock_wait_seconds = 0\n", encoding="utf-8")
    with FileLock(str(home / "warehouse.lock")):
        found = uploads.collect(
            home, AT_THE_MACHINE, [Upload(LIST, content(tmp_path))], Said(fixture.NOW), dry_run=False, at=fixture.NOW
        )
    assert found.reports == ()
    assert found.trouble_vi.startswith("Kho dữ liệu đang được dùng bởi")


def test_a_file_that_is_too_large_is_named_with_what_to_do(
    show: Open, home: Path, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 10)
    page = show(home)
    page.file_uploader[0].set_value([(LIST, b"x" * 11, "text/csv")]).run()
    assert f"{LIST}: lớn hơn" in said(page) and str(home / "inbox") in said(page)
    assert page.button(key="upload_collect").disabled
