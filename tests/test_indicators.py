"""From the form a unit gets to the figures it is judged by: written, filled, collected, assessed, corrected, rebuilt."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from collectors import archive
from collectors.reading import open as reading
from collectors.sources import indicator_form as form
from tests.conftest import stamp
from tests.indicator_fill import Cells, fill, rows_of

Run = Callable[..., Result]
Data = Callable[..., Any]

CAPTURED = datetime(2026, 11, 2, 3, tzinfo=UTC)
WHO: Cells = {form.BY: "Người thử Một", form.ON: "31/10/2026"}


@pytest.fixture
def blank(tthc: Run, tmp_path: Path) -> Path:
    path = tmp_path / "bieu.xlsx"
    result = tthc("indicators", "template", path, "--unit", "H35.12", "--year", "2026")
    assert result.exit_code == 0, result.output
    return path


def filled(blank: Path, name: str, cells: dict[str | int, Cells], captured: datetime = CAPTURED) -> Path:
    return stamp(fill(blank, cells, to=blank.with_name(name)), captured)


def listed(data: Data, *more: str) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in data("indicators", "list", *more)["rows"]}


def test_the_form_asks_what_documents_ask_of_the_unit_in_the_year(blank: Path) -> None:
    """H35.12 in 2026: the letter of 27/3/2026, the programmes still running, and what every department is ranked by."""
    rows = rows_of(blank)
    letter = {"handling_time_cut", "internal_handling_time_cut", "internal_compliance_cost_cut", "offices_signing"}
    programmes = {
        "compliance_cost_cut",
        "business_papers_once",
        "procedures_full_eligible",
        "documents_work_files_full",
    }
    always = {"par_index_rank", "par_index_score", "ddci_rank", "sipas", "work_files_online", "satisfaction"}
    variants = {"satisfaction.online_services"}
    assert letter | programmes | always | variants <= rows.keys()
    # of provinces and communes, of the portal, of another year, of nobody named, of 2028
    others = {"papi_score", "work_files_signed", "population_data_used", "legal_documents_correct"}
    assert not rows.keys() & (others | {"systems_connected", "essential_services_proactive"})


def test_the_form_says_what_is_asked_and_hides_its_marker(blank: Path) -> None:
    tables = {table.sheet: table for table in reading.tables(blank)}
    assert tables[form.HIDDEN_SHEET].notes == ("trang tính ẩn",)
    assert next(iter(tables[form.HIDDEN_SHEET].rows()))[1][:2] == [form.MARKER, form.VERSION]
    asked = {texts[0]: texts[3] for _, texts in tables[form.SHEET].rows() if len(texts) > 3}
    assert asked["handling_time_cut"].startswith(">= 30 % (CV 1036/SVHTTDL-VP ngày 27/3/2026")
    assert "số gốc năm 2022: 15" in asked["par_index_rank"]
    assert any("không kém" in text for text in asked.values())


def test_a_filled_form_is_collected_and_assessed(tthc: Run, data: Data, blank: Path) -> None:
    """T001-1: 30 % of 5 days is 1.5, so 1 day cut is one short; N71-7: 100 % by 2030, not due; T001-7: 19 of 20."""
    path = filled(
        blank,
        "dien.xlsx",
        {
            "handling_time_cut": {form.NUMERATOR: 1, form.DENOMINATOR: 5, **WHO},
            "offices_signing": {form.NUMERATOR: 19, form.DENOMINATOR: 20, **WHO},
            "documents_work_files_full": {form.VALUE: 0.9, **WHO},  # the cell shows 90%
            "satisfaction": {form.VALUE: "92,5%", **WHO},
            "par_index_rank": {form.VALUE: 3, form.DENOMINATOR: 15, **WHO},
        },
    )
    report = data("collect", path)["reports"][0]
    asked = len(rows_of(blank))
    counts = [report[name] for name in ("rows_read", "rows_accepted", "rows_merged", "rows_refused", "rows_skipped")]
    assert counts == [asked, 5, 0, 0, asked - 5]
    assert (report["source"], report["layout"], report["skipped"]) == (
        "indicators",
        "indicator_sheet",
        {"not_filled": asked - 5},
    )
    rows = listed(data, "--unit", "H35.12", "--year", "2026")
    found = {code: (row["value"], row["target_id"], row["status"], row["gap"]) for code, row in rows.items()}
    assert found == {
        "handling_time_cut": (0.2, "T001-1", "below", 1),
        "offices_signing": (0.95, "T001-7", "below", 1),
        "documents_work_files_full": (0.9, "N71-7", "not_due", None),
        "satisfaction": (0.925, None, "no_target", None),
        "par_index_rank": (3.0, None, "no_target", None),
    }
    who = rows["offices_signing"]
    assert (who["entered_by"], who["entered_on"], who["file_name"]) == ("Người thử Một", "2026-10-31", "dien.xlsx")
    assert "Chỉ số nhập tay" in tthc("indicators", "list").output


def test_layout_explain_tells_how_the_form_is_understood_without_a_name_or_a_figure(tthc: Run, blank: Path) -> None:
    path = filled(
        blank,
        "dien.xlsx",
        {
            "offices_signing": {form.NUMERATOR: 19, form.DENOMINATOR: 20, **WHO},
            "documents_work_files_full": {form.VALUE: 0.9875, **WHO},  # the cell shows 98,75%
            "sipas": {form.VALUE: "chín mươi", **WHO},
        },
    )
    result = tthc("layout", "explain", path, "--json")
    found = json.loads(result.stdout)
    of_form, hidden = {sheet["name"]: sheet for sheet in found["sheets"]}, form.HIDDEN_SHEET
    sheet = of_form[form.SHEET]
    assert (sheet["layout"], sheet["unit"][:6], sheet["period"]) == (
        "indicator_sheet",
        "H35.12",
        "năm 2026; mỗi dòng một kỳ",
    )
    assert of_form[hidden]["layout"] == ""
    columns = {column["header"]: column for column in sheet["columns"]}
    assert [columns[name]["field"] for name in (form.KEY, form.VALUE, form.BY)] == ["key", "value", "entered_by"]
    assert columns[form.NAME]["note"] == "để người điền đọc"
    assert columns[form.VALUE]["formats"] == {"ô hiển thị %": 1, "ô số hoặc chữ": 1}
    assert columns[form.ON]["formats"] == {"dd/MM/yyyy": 3}
    assert {name: count for name, count in found["classes"].items() if count} == {
        "chỉ số nhận": 2,
        "từ chối": 1,
        "chỉ số chưa điền": len(rows_of(path)) - 3,
    }
    text = tthc("layout", "explain", path).output
    assert "phần đánh dấu của biểu chỉ số, không ai phải điền." in text
    assert "layout new" not in text
    assert "Người thử" not in text + result.output
    assert "0.9875" not in text + result.output


def test_layout_explain_tells_why_a_damaged_form_is_refused(tthc: Run, blank: Path) -> None:
    header = next(number for number, texts in enumerate(_texts(blank), start=1) if texts[:1] == [form.KEY])
    result = tthc("layout", "explain", fill(blank, {header: {form.VALUE: "Số khác"}}))
    assert result.exit_code == 1
    assert f"thiếu cột “{form.VALUE}”" in result.output


def _texts(path: Path) -> list[list[str]]:
    return [texts for table in reading.tables(path) if table.sheet == form.SHEET for _, texts in table.rows()]


def test_targets_show_the_newest_figure_of_each_row(data: Data, blank: Path) -> None:
    data("collect", filled(blank, "dien.xlsx", {"offices_signing": {form.NUMERATOR: 20, form.DENOMINATOR: 20, **WHO}}))
    rows = {row["id"]: row for row in data("targets", "--on", "2026-11-02", "--unit", "H35.12")["rows"]}
    newest = rows["T001-7"]["newest"]
    assert (newest["value"], newest["status"], newest["period_label"]) == (1.0, "met", "2026")
    assert (rows["T001-7"]["file"], rows["T001-7"]["judged"]) == ("targets_manual.toml", True)
    assert (rows["N76-13"]["confirmed"], rows["N76-13"]["judged"]) == (False, False)
    assert rows["N76-13"]["ask"].startswith("Xin toàn văn NQ 76")
    assert rows["T001-1"]["newest"] is None
    assert "T000-1" not in rows


def test_a_newer_entry_wins_and_the_older_one_stays_in_the_history(data: Data, tthc: Run, blank: Path) -> None:
    def cells(value: int, who: str, on: str) -> dict[str | int, Cells]:
        return {"sipas": {form.NUMERATOR: value, form.DENOMINATOR: 100, form.BY: who, form.ON: on}}

    second = filled(blank, "hai.xlsx", cells(91, "Người thử Hai", "01/11/2026"))
    first = filled(blank, "mot.xlsx", cells(89, "Người thử Một", "31/10/2026"))
    data("collect", second)
    data("collect", first)  # the older entry comes in later
    assert listed(data)["sipas"]["numerator"] == 91
    history = [(row["entered_by"], row["numerator"]) for row in data("indicators", "list", "--history")["rows"]]
    assert history == [("Người thử Một", 89), ("Người thử Hai", 91)]
    assert "Người thử Một" in tthc("indicators", "list", "--history").output


def test_the_same_bytes_change_nothing_and_a_rebuild_gives_the_same(data: Data, tthc: Run, blank: Path) -> None:
    path = filled(blank, "dien.xlsx", {"sipas": {form.VALUE: "91%", **WHO}})
    data("collect", path)
    before = data("indicators", "list")["rows"]
    assert data("collect", path)["reports"][0]["outcome"] == "already"
    assert data("indicators", "list")["rows"] == before
    assert tthc("rebuild").exit_code == 0
    assert data("indicators", "list")["rows"] == before
    assert [row["code"] for row in data("indicators", "list", "--history")["rows"]] == ["sipas"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({form.VALUE: "1", **WHO}, "cột “Giá trị”: “1” có thể là 100 % hoặc 1 %"),
        ({form.VALUE: "0,5", **WHO}, "“0,5” có thể là 50 % hoặc 0,5 %"),
        ({form.VALUE: 95, **WHO}, "“9500 %”"),  # the cell shows 9500 %
        ({form.NUMERATOR: 3, **WHO}, "cột “Mẫu số”: để trống"),
        ({form.NUMERATOR: 9, form.DENOMINATOR: 3, **WHO}, "cột “Tử số”: 9 lớn hơn mẫu số 3"),
        ({form.NUMERATOR: 1, form.DENOMINATOR: 2, form.VALUE: "60%", **WHO}, "khác tử số chia mẫu số (50 %)"),
        ({form.VALUE: "90%", form.ON: "31/10/2026"}, "cột “Người nhập”: để trống"),
        ({form.VALUE: "90%", form.BY: "Người thử"}, "cột “Ngày nhập”: để trống"),
        ({form.VALUE: "90%", form.BY: "Người thử", form.ON: "03/11/2026"}, "không sau ngày của tệp (02/11/2026)"),
        ({form.VALUE: "90%", form.PERIOD: "2026-Q7", **WHO}, "cột “Kỳ”: “2026-Q7”"),
        ({form.VALUE: "90%", form.PERIOD: "2027", **WHO}, "kỳ đã bắt đầu"),
        ({form.VALUE: "90%", form.KEY: "sipas_2", **WHO}, "cột “Mã chỉ số”: “sipas_2”"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_its_place(
    data: Data, blank: Path, cells: Cells, said: str
) -> None:
    row = rows_of(blank)["sipas"]
    report = data("collect", filled(blank, "sai.xlsx", {"sipas": cells}))["reports"][0]
    assert (report["rows_accepted"], report["rows_refused"]) == (0, 1)
    assert f"dòng {row}" in report["refusals"][0] and said in report["refusals"][0]
    parts = ("rows_accepted", "rows_merged", "rows_refused", "rows_skipped")
    assert report["rows_read"] == sum(report[part] for part in parts)
    assert listed(data) == {}


def test_another_period_of_an_indicator_stands_in_a_row_of_its_own(data: Data, blank: Path) -> None:
    spare = max(rows_of(blank).values()) + 1
    more = {form.KEY: "sipas", form.PERIOD: "2026-Q3"}
    same = {"sipas": {form.VALUE: "91%", **WHO}, spare: {**more, form.VALUE: "90%", **WHO}}
    twice = {**same, spare + 1: {**more, form.VALUE: "90%", **WHO}, spare + 2: {**more, form.VALUE: "88%", **WHO}}
    report = data("collect", filled(blank, "ky.xlsx", twice))["reports"][0]  # type: ignore[arg-type]
    assert (report["rows_accepted"], report["rows_merged"], report["rows_refused"]) == (2, 1, 1)
    assert "đã có ở dòng" in report["refusals"][0]
    found = {row["period_label"]: row["value"] for row in data("indicators", "list")["rows"]}
    assert found == {"2026": 0.91, "2026-Q3": 0.9}


def test_of_the_person_only_the_name_is_kept(data: Data, tthc: Run, home: Path, blank: Path) -> None:
    """Invented: a phone, an e-mail and an identity number beside the name, in the remark and outside of every column."""
    secrets = ("0912 345 678", "nguoi.thu@example.vn", "012345678901")
    path = filled(
        blank,
        "rieng-tu.xlsx",
        {
            "sipas": {
                form.VALUE: "91%",
                form.BY: f"Người thử Một, {secrets[0]}",
                form.ON: "31/10/2026",
                form.NOTE: f"Hỏi {secrets[1]}, CCCD {secrets[2]}",
                form.NAME: f"ai đó {secrets[0]}",
            }
        },
    )
    report = data("collect", path)["reports"][0]
    assert (report["rows_accepted"], report["findings"][0]["check_id"]) == (1, "personal_text")
    row = listed(data)["sipas"]
    assert (row["entered_by"], row["note"]) == ("Người thử Một, [đã che]", "Hỏi [đã che], CCCD [đã che]")
    assert row["name_vi"] == "Chỉ số hài lòng về sự phục vụ hành chính (SIPAS)"
    kept = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file() and file.name != path.name)
    assert not [secret for secret in secrets if secret.encode() in kept]


def test_a_form_is_known_by_its_marker_and_refused_when_that_is_damaged(
    data: Data, blank: Path, tmp_path: Path
) -> None:
    renamed = stamp(fill(blank, {"sipas": {form.VALUE: "91%", **WHO}}, to=tmp_path / "khong-lien-quan.xlsx"), CAPTURED)
    assert data("collect", renamed)["reports"][0]["source"] == "indicators"
    report = data("collect", filled(blank, "don-vi.xlsx", {2: {form.KEY: "Đơn vị: H35.13 – Sở khác"}}))["reports"][0]
    assert report["outcome"] == "refused"
    assert "biểu được tạo cho đơn vị H35.12" in report["message_vi"]
    header = rows_of(blank)["handling_time_cut"]
    while header > 1 and header in rows_of(blank).values():
        header -= 1
    report = data("collect", filled(blank, "cot.xlsx", {header: {form.VALUE: "Kết quả"}}))["reports"][0]
    assert "thiếu cột “Giá trị”" in report["message_vi"]


def test_the_archive_holds_the_figures_and_not_the_workbook(data: Data, home: Path, blank: Path) -> None:
    data("collect", filled(blank, "dien.xlsx", {"sipas": {form.VALUE: "91%", **WHO}}))
    (kept,) = archive.everything(home / "archive")
    assert {file.name for file in kept.folder.iterdir()} == {archive.SIDECAR, archive.INDICATORS}
    assert json.loads((kept.folder / archive.INDICATORS).read_text(encoding="utf-8"))["entries"][0]["key"] == "sipas"


def test_the_unit_of_the_settings_is_the_default_and_a_file_is_not_overwritten(
    tthc: Run, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "moi.xlsx"
    assert tthc("indicators", "template", path).exit_code == 2
    tthc("init")
    settings = home / "tthc.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('unit = ""', 'unit = "H35.12"'), encoding="utf-8")
    assert tthc("indicators", "template", path).exit_code == 0
    assert tthc("indicators", "template", path).exit_code == 2
    assert tthc("indicators", "template", path, "--force").exit_code == 0
