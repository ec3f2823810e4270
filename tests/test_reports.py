"""Reports an office sends: opened again, their figures are those of `tthc rates` and of dossiers counted by hand."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from docx import Document
from python_calamine import CalamineWorkbook

from metrics.reports import kinds
from metrics.reports.formula import FormulaError, parse
from tests.conftest import dossier, stamp, write_csv
from tthc.cli import main

Run = Callable[..., Result]
Data = Callable[..., Any]
PORTAL = Path(__file__).parents[1] / "examples" / "portal_v2"
CAPTURED = datetime(2026, 10, 5, 2, tzinfo=UTC)
OPEN = {"Ngày kết thúc xử lý": "", "Trạng thái hồ sơ": "Đang xử lý"}


def life(
    number: int, received: str, due: str, done: str = "", channel: str = "Trực tuyến", **more: str
) -> dict[str, str]:
    """Return a dossier by its days of 2026 (dd/mm): received and due, done at nine in the morning, or open."""
    days = {"Ngày tiếp nhận": f"{received}/2026 08:00:00", "Ngày hẹn trả": f"{due}/2026 17:00:00"}
    end = {"Ngày kết thúc xử lý": f"{done}/2026 09:00:00"} if done else OPEN
    return dossier(number, **days, **end, **{"Hình thức nộp hồ sơ": channel}, **more)


SPORT = {"Tên lĩnh vực": "Thể dục thể thao", "Mã TTHC": "1.000485", "Tên thủ tục hành chính": "Thủ tục thử"}
STOPPED = {"Trạng thái hồ sơ": "Dừng xử lý"}
SEVEN = [
    life(1, "03/08", "10/08", "07/08"),
    life(2, "10/06", "20/06", "20/06", "Trực tiếp"),
    life(3, "20/06", "30/06", "05/07", "Bưu chính"),
    life(4, "01/09", "08/09", channel="Trực tiếp"),
    life(5, "10/09", "20/09"),
    life(6, "15/09", "25/09", "16/09"),
    life(7, "05/08", "12/08", "06/08", **SPORT, **STOPPED),
]


@pytest.fixture
def seven(tmp_path: Path, tthc: Run) -> None:
    assert tthc("collect", stamp(write_csv(tmp_path / "bay.csv", SEVEN), CAPTURED)).exit_code == 0


@pytest.fixture
def made(tthc: Run, tmp_path: Path) -> Callable[..., bytes]:
    """Make a report of H35.12 and return its bytes."""

    def run(kind: str, *args: str) -> bytes:
        out = tmp_path / "out"
        unit = () if "--unit" in args else ("--unit", "H35.12")
        done = tthc("report", kind, *unit, *args, "--out", out)
        assert done.exit_code == 0, done.output
        return out.read_bytes()

    return run


def cells(content: bytes, sheet: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python()


def table(content: bytes) -> dict[str, list[Any]]:
    """Return the rows below the column numbers by the text of their name, as far as the total."""
    rows = cells(content)
    numbers = next(place for place, row in enumerate(rows) if row[0] == "(1)")
    name = 2 if "Mã" in str(rows[numbers - 2][1]) + str(rows[numbers - 1][1]) else 1
    found: dict[str, list[Any]] = {}
    for row in rows[numbers + 1 :]:
        found[row[name]] = row[name + 1 :]
        if row[name] == "Tổng số":
            return found
    raise AssertionError("no total row")


def texts(content: bytes) -> str:
    """Return every text of a Word file, tables included, in order of kind."""
    document = Document(io.BytesIO(content))
    tables = [cell.text for one in document.tables for row in one.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *tables])


# 15/6 to 14/9: received 1, 3, 4, 5, 7 (online 1, 5, 7); 2 is carried over. Ended 1 (early), 2 (on its day), 3 (late);
# 7 was stopped. Open on 14/9: 4 (due 8/9, overdue) and 5.
REPORT15 = [6, 3, 2, 1, 3, 1, 1, 1, 2, 1, 1]
# 1/7 to 30/9: received 1, 4, 5, 6, 7 (online all but 4); 3 is carried over. Ended 1, 6 (early), 3 (late). Open 4, 5, both late.
CALENDAR = [6, 4, 1, 1, 3, 2, 0, 1, 2, 0, 2]


@pytest.mark.usefixtures("seven")
def test_06a_is_the_dossiers_counted_by_hand_and_differs_by_basis(made: Callable[..., bytes]) -> None:
    assert table(made("06a"))["Tổng số"] == REPORT15  # the default: the newest quarter cut at the 15th that is over
    assert table(made("06a", "--period", "report15-2026-Q3"))["Tổng số"] == REPORT15
    assert table(made("06a", "--period", "2026-Q3"))["Tổng số"] == CALENDAR


@pytest.mark.usefixtures("seven")
def test_06a_has_a_line_per_field_and_says_what_does_not_add_up(made: Callable[..., bytes]) -> None:
    content = made("06a")
    assert table(content)["Thể dục thể thao"] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert table(content)["Du lịch"] == [5, 2, 2, 1, 3, 1, 1, 1, 2, 1, 1]
    sources = str(cells(content, 1))
    assert "Lưu ý: (3) = (7) + (11) không khớp (Tổng số lệch 1" in sources
    assert "CHÊNH LỆCH" not in sources


@pytest.mark.usefixtures("seven")
def test_06a_has_the_header_of_the_form(made: Callable[..., bytes]) -> None:
    rows = cells(made("06a"))
    numbers = next(place for place, row in enumerate(rows) if row[0] == "(1)")
    assert rows[numbers] == [f"({place})" for place in range(1, 14)]
    top, middle, leaves = rows[numbers - 3 : numbers]
    assert [top[2], top[6], top[10]] == ["Tiếp nhận", "Số lượng hồ sơ đã giải quyết", "Số lượng hồ sơ đang giải quyết"]
    assert [middle[2], middle[3], middle[5]] == ["Tổng số", "Trong đó", "Từ kỳ trước"]
    assert leaves[3:5] == ["Trực tuyến", "Trực tiếp, dịch vụ bưu chính"]
    said = str(rows[: numbers - 3])
    assert "Biểu số II.06a/VPCP/KSTT" in said
    assert "(Từ ngày 15/06/2026 đến ngày 14/09/2026)" in said
    assert "Bộ Tư pháp (chưa xác nhận)" in said  # the owner since 10/1/2026; no document was read that says so


@pytest.mark.usefixtures("seven")
def test_06a_is_what_rates_and_volumes_say(made: Callable[..., bytes], data: Data) -> None:
    for period in ("report15-2026-Q3", "2026-Q3", "2026-08", "2026"):
        total = table(made("06a", "--period", period))["Tổng số"]
        (volumes,) = data("rates", "--volumes", "--unit", "H35.12", "--period", period)["rows"]
        assert (volumes["received"], volumes["open"], volumes["overdue_open"]) == (
            total[1] + total[2],
            total[8],
            total[10],
        )
        (on_time,) = data("rates", "--metric", "on_time", "--unit", "H35.12", "--period", period)["rows"]
        assert (on_time["numerator"], on_time["denominator"]) == (total[5] + total[6], total[4])
        (online,) = data("rates", "--metric", "online", "--unit", "H35.12", "--period", period)["rows"]
        assert (online["numerator"], online["denominator"]) == (total[1], total[1] + total[2])


@pytest.mark.usefixtures("seven")
def test_the_export_forms_of_2026_count_the_same_dossiers(made: Callable[..., bytes]) -> None:
    assert table(made("06a-2026"))["Tổng số"] == [6, 3, 0, 1, 1, 1, *REPORT15[4:]]
    total = table(made("07a"))["Tổng số"]
    # received 6: counter 1, full 3, partial 0, otherwise 0, (elsewhere: not told), carried over 1, post 1
    assert total[:8] == [6, 1, 3, 0, 0, "", 1, 1]
    assert total[8:12] == [3, 2, "", ""]  # whether an apology was sent is not told
    assert total[12:16] == [2, 1, "", ""]
    assert total[19] == 1  # stopped


@pytest.mark.usefixtures("seven")
@pytest.mark.parametrize(
    ("kind", "metric", "places"),
    [
        ("online", "online", (0, 5)),
        ("payment", "online_payment", (2, 1)),
        ("digitisation", "digitised_components", (1, None)),
    ],
)
def test_the_tables_say_what_rates_say(
    made: Callable[..., bytes], data: Data, kind: str, metric: str, places: tuple[int, int | None]
) -> None:
    total = table(made(kind, "--period", "2026-08", "--by", "field"))["Tổng số"]
    (rate,) = data("rates", "--metric", metric, "--unit", "H35.12", "--period", "2026-08")["rows"]
    over = total[places[1]] if places[1] is not None else total[0] + total[1]
    assert (total[places[0]], over) == (rate["numerator"], rate["denominator"])
    assert rate["ratio"] in [pytest.approx(cell) for cell in total if isinstance(cell, float)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """A synthetic installation, with synthetic answers of the portal; runs a command there and returns a report."""
    folder = tmp_path_factory.mktemp("demo")
    run, home = CliRunner(), str(folder / "home")
    args = ["demo", "--dossiers", "800", "--home", home, "--out", str(folder / "exports")]
    assert run.invoke(main, args, catch_exceptions=False).exit_code == 0
    assert run.invoke(main, ["collect", str(PORTAL), "--home", home], catch_exceptions=False).exit_code == 0

    def report(*words: str) -> bytes:
        done = run.invoke(
            main, ["report", *words, "--home", home, "--out", str(folder / "out")], catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        return (folder / "out").read_bytes()

    report.home = home  # type: ignore[attr-defined]
    return report


@pytest.mark.parametrize("by", ["field", "unit", "procedure"])
@pytest.mark.parametrize(
    "period", ["report15-2026-Q2", "report15-2026-Q3", "2026-08", "2025", "2026-07-10..2026-08-20"]
)
def test_06a_adds_up_in_every_line_and_over_all_lines(demo: Callable[..., bytes], period: str, by: str) -> None:
    rows = table(demo("06a", "--unit", "H35.12", "--period", period, "--by", by))
    for row in rows.values():
        assert row[0] == row[1] + row[2] + row[3]
        assert row[4] == row[5] + row[6] + row[7]
        assert row[8] == row[9] + row[10]
    total = rows.pop("Tổng số")
    if by != "procedure":  # procedures may share a name, and then a key of this dictionary
        assert total == [sum(column) for column in zip(*rows.values(), strict=True)]


def test_what_is_open_at_the_end_is_carried_into_the_next_period(demo: Callable[..., bytes]) -> None:
    quarters = ["report15-2026-Q1", "report15-2026-Q2", "report15-2026-Q3"]
    totals = [table(demo("06a", "--unit", "H35.12", "--period", one))["Tổng số"] for one in quarters]
    assert all(after[3] == before[8] for before, after in pairwise(totals))
    assert any(total[3] for total in totals)


@pytest.mark.parametrize("kind", [one.id for one in kinds() if one.ending == "xlsx"])
def test_every_workbook_says_that_it_is_synthetic_and_where_it_comes_from(
    demo: Callable[..., bytes], kind: str
) -> None:
    portal = ["--unit", "H35", "--period", "2026-08"] if kind in ("766", "07b") else ["--unit", "H35.12"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(demo(kind, *portal)))
    assert book.sheet_names[-1] == "Nguồn số liệu"
    for name in book.sheet_names:
        assert "DỮ LIỆU MÔ PHỎNG" in str(book.get_sheet_by_name(name).to_python()[0])
    said = str(book.get_sheet_by_name("Nguồn số liệu").to_python())
    for label in (
        "Bản công bố",
        "Số liệu đến",
        "Quy tắc đúng hạn",
        "Phiên bản định nghĩa",
        f"tthc report {kind} --unit",
    ):
        assert label in said


@pytest.mark.parametrize("kind", ["brief", "weekly", "monthly"])
def test_every_letter_says_that_it_is_synthetic_and_tells_the_rates(demo: Callable[..., bytes], kind: str) -> None:
    content = demo(kind, "--unit", "H35.12", "--period", "2026-09")
    paragraphs = [one.text for one in Document(io.BytesIO(content)).paragraphs if one.text]
    assert "DỮ LIỆU MÔ PHỎNG" in paragraphs[0]
    words = ["rates", "--unit", "H35.12", "--period", "2026-09", "--json", "--home", demo.home]  # type: ignore[attr-defined]
    rows = json.loads(CliRunner().invoke(main, words, catch_exceptions=False).stdout)["rows"]
    (online,) = [row for row in rows if row["metric"] == "online"]
    found = texts(content)
    assert f"{online['numerator']}/{online['denominator']}" in found
    assert "{{" not in found and "{%" not in found
    assert f"tthc report {kind} --unit H35.12 --period 2026-09 --source demo --as-of 2026-10-31" in found


def test_a_letter_has_the_layout_of_decree_30(demo: Callable[..., bytes]) -> None:
    content = demo("monthly", "--unit", "H35.12")
    document, found = Document(io.BytesIO(content)), texts(content)
    for part in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Nơi nhận:", "Số:        /BC-"):
        assert part in found
    section = document.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in margins] == [20, 20, 30, 15]
    assert document.styles["Normal"].font.name == "Times New Roman"


def test_the_766_self_assessment_has_the_points_of_the_index(demo: Callable[..., bytes]) -> None:
    rows = cells(demo("766", "--unit", "H35", "--period", "2026-08"))
    words = ["index766", "--unit", "H35", "--period", "2026-08", "--json", "--home", demo.home]  # type: ignore[attr-defined]
    found = json.loads(CliRunner().invoke(main, words, catch_exceptions=False).stdout)
    shown = {row[0]: row for row in rows if isinstance(row[2], int | float)}
    assert len(shown) > 10
    ours = {row["component"]: row for row in found["rows"] if row["component"]}
    on_time = next(row for row in ours.values() if row["group"] == "TDGQ")
    assert shown["2.1"][2:5] == [on_time["numerator"], on_time["denominator"], on_time["score"]]
    total = next(row for row in rows if row[1] == "TỔNG")
    (standing,) = found["standings"]
    assert total[4:6] == [standing["score"], standing["published_score"]]


def test_the_same_report_comes_out_later_with_as_of(tmp_path: Path, tthc: Run, made: Callable[..., bytes]) -> None:
    tthc("collect", stamp(write_csv(tmp_path / "a.csv", SEVEN), CAPTURED))
    first, letter = made("06a"), made("monthly", "--period", "2026-08")
    more = [*SEVEN[:3], life(4, "01/09", "08/09", "04/09"), life(8, "02/07", "09/07", "08/07", "Trực tiếp")]
    tthc("collect", stamp(write_csv(tmp_path / "b.csv", more), CAPTURED + timedelta(days=2)))
    again = made("06a", "--as-of", "2026-10-05")
    assert table(again) == table(first)
    assert table(made("06a"))["Tổng số"] != REPORT15
    assert told(made("monthly", "--period", "2026-08", "--as-of", "2026-10-05")) == told(letter)


def told(content: bytes) -> list[str]:
    """Return what a letter tells: all but its stamp, the last table, which names the snapshot and the moment."""
    document = Document(io.BytesIO(content))
    tables = [cell.text for one in document.tables[:-1] for row in one.rows for cell in row.cells]
    return [*(one.text for one in document.paragraphs), *tables]


HOSTILE = "=cmd|'/C calc'!A0"


def test_text_of_the_data_stays_text(tmp_path: Path, tthc: Run, home: Path, made: Callable[..., bytes]) -> None:
    home.mkdir()
    unit = f'[[unit]]\ncode = "H35.12"\nname = "{HOSTILE} {{{{ 7 * 7 }}}} <b>"\n'
    (home / "tthc.toml").write_text(unit, encoding="utf-8")
    rows = [dossier(1, **{"Tên lĩnh vực": "=1+1"}), dossier(2, **{"Tên lĩnh vực": "@SUM(A1)", "Mã TTHC": "1.000485"})]
    tthc("collect", stamp(write_csv(tmp_path / "a.csv", rows), CAPTURED))
    content = made("06a")
    assert {"=1+1", "@SUM(A1)"} <= table(content).keys()
    assert HOSTILE in str(cells(content))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet for sheet in sheets)
    assert f"{HOSTILE} {{{{ 7 * 7 }}}} <b>".upper() in texts(made("monthly", "--period", "2026-08"))


def own(home: Path, tthc: Run, name: str, content: str | bytes) -> None:
    tthc("init")
    settings = home / "tthc.toml"
    text = settings.read_text(encoding="utf-8").replace('folder = ""', 'folder = "mau"')
    settings.write_text(text, encoding="utf-8")
    (home / "mau").mkdir(exist_ok=True)
    (home / "mau" / name).write_bytes(content.encode() if isinstance(content, str) else content)


def template(tthc: Run, tmp_path: Path, kind: str) -> bytes:
    assert tthc("report", kind, "--template", "--out", tmp_path / "mau-goc").exit_code == 0
    return (tmp_path / "mau-goc").read_bytes()


@pytest.mark.usefixtures("seven")
def test_an_office_s_own_form_takes_the_place_of_ours(
    home: Path, tthc: Run, tmp_path: Path, made: Callable[..., bytes]
) -> None:
    text = template(tthc, tmp_path, "06a").decode().replace("Biểu số II.06a/VPCP/KSTT", "Biểu số 01/SVHTTDL")
    own(home, tthc, "06a.toml", text)
    content = made("06a")
    assert "Biểu số 01/SVHTTDL" in str(cells(content))
    assert table(content)["Tổng số"] == REPORT15
    assert "06a.toml của cơ quan" in str(cells(content, 1))


@pytest.mark.usefixtures("seven")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('count = "ended_td"', 'count = "ended_tdd"'), "cột (7): không có số đếm “ended_tdd”"),
        (('count = "ended_td"', 'count = "__import__(1)"'), "cột (7): “__import__(1)” không phải phép cộng"),
        (('title = "', 'titel = "'), "thiếu khóa 'title'"),
        (('parts = ["(12)", "(13)"]', 'parts = ["(12)", "(14)"]'), "không có cột (14)"),
        (("column = [", "column = [["), "không phải TOML"),
        (("valid_from = 2020-10-21", "valid_from = 2030-01-01"), "không có mẫu có hiệu lực ngày 14/09/2026"),
    ],
)
def test_a_broken_form_is_refused_with_its_reason(
    home: Path, tthc: Run, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    own(home, tthc, "06a.toml", template(tthc, tmp_path, "06a").decode().replace(*change, 1))
    done = tthc("report", "06a", "--unit", "H35.12", "--out", tmp_path / "x")
    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "x").exists()


@pytest.mark.usefixtures("seven")
def test_two_forms_of_one_name_and_day_are_refused(home: Path, tthc: Run, tmp_path: Path) -> None:
    own(home, tthc, "06a-cua-so.toml", template(tthc, tmp_path, "06a"))
    done = tthc("report", "list")
    assert done.exit_code == 1
    assert "cùng là biểu 06a" in done.output


@pytest.mark.usefixtures("seven")
def test_an_office_s_own_letter_is_used_and_a_broken_one_refused(
    home: Path, tthc: Run, tmp_path: Path, made: Callable[..., bytes]
) -> None:
    document = Document()
    document.add_paragraph("Mẫu riêng: {{ unit }} tiếp nhận {{ volumes.received }} hồ sơ")
    document.save(str(tmp_path / "rieng.docx"))
    own(home, tthc, "brief.docx", (tmp_path / "rieng.docx").read_bytes())
    assert "Mẫu riêng: Sở Văn hóa, Thể thao và Du lịch tiếp nhận 2 hồ sơ" in texts(made("brief", "--period", "2026-08"))
    document.add_paragraph("{{ khong_co }}")
    document.save(str(tmp_path / "hong.docx"))
    own(home, tthc, "brief.docx", (tmp_path / "hong.docx").read_bytes())
    done = tthc("report", "brief", "--unit", "H35.12", "--out", tmp_path / "x")
    assert done.exit_code == 1
    assert "brief.docx: mẫu Word không dùng được" in done.output
    own(home, tthc, "brief.docx", b"no word file")
    assert tthc("report", "brief", "--unit", "H35.12", "--out", tmp_path / "x").exit_code == 1


@pytest.mark.usefixtures("seven")
def test_a_list_without_channels_leaves_their_columns_empty_and_says_so(tmp_path: Path, tthc: Run, data: Data) -> None:
    headers = [name for name in SEVEN[0] if name not in ("Hình thức nộp hồ sơ", "Mức độ")]
    rows = [{**row, "Số hồ sơ": row["Số hồ sơ"].replace("H35.12", "H35.13")} for row in SEVEN]
    tthc("collect", stamp(write_csv(tmp_path / "khong-kenh.csv", rows, headers), CAPTURED))
    told = data("report", "06a", "--unit", "H35.13", "--out", tmp_path / "out")
    total = table((tmp_path / "out").read_bytes())["Tổng số"]
    assert total == [6, "", "", *REPORT15[3:]]
    assert any(note.startswith("Cột (4), (5) để trống") for note in told["notes"])
    assert any(note.startswith("Không kiểm tra được (3) = (4) + (5) + (6)") for note in told["notes"])


@pytest.mark.usefixtures("seven")
def test_the_list_names_every_report_and_files_have_plain_names(tthc: Run, data: Data, tmp_path: Path) -> None:
    listed = {one["id"]: one for one in data("report", "list")["reports"]}
    assert {
        "06a",
        "06a-2026",
        "07a",
        "07b",
        "online",
        "payment",
        "digitisation",
        "766",
        "brief",
        "weekly",
        "monthly",
    } == {*listed}
    assert listed["07a"]["confirmed"] is False
    for words, name in (
        (("06a", "--period", "2026-Q3"), "06a_H35.12_2026-Q3.xlsx"),
        (("06a",), "06a_H35.12_report15-2026-Q3.xlsx"),
        (("weekly",), "weekly_H35.12_2026-09-28_2026-10-04.docx"),
    ):
        told = data("report", *words, "--unit", "H35.12", "--out", tmp_path)
        assert Path(told["file"]) == tmp_path / name
        assert Path(told["file"]).is_file()


@pytest.mark.usefixtures("seven")
@pytest.mark.parametrize(
    "words", [("06b",), ("06a", "--unit", "H99"), ("brief", "--by", "unit"), ("07a", "--by", "procedure"), ("766",)]
)
def test_what_is_not_there_is_wrong_usage(tthc: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = tthc("report", *words, "--out", tmp_path / "x")
    assert done.exit_code == 2
    assert not (tmp_path / "x").exists()


def test_a_formula_adds_and_takes_away_and_nothing_else() -> None:
    known = {"a", "b"}
    assert parse("a - b + a", known).value({"a": 5, "b": 3}) == 7
    assert parse("a + b", known).value({"a": 5, "b": None}) is None
    for text in ("", "a b", "a * b", "a +", "c", "a - -b", "a.b"):
        with pytest.raises(FormulaError):
            parse(text, known)
