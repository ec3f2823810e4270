"""Every dossier list of the vendors: recognised by one layout, read as worked by hand, every row accounted for."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import archive, layout
from collectors.dossier import FIELDS
from collectors.export import ExportError, ExportReport, MissingColumn, RefusedLayout, ShiftedColumns, UnknownLayout
from collectors.header import find_header, flattened, ranked
from collectors.layout import Grain, Layout, layouts
from collectors.personal_data import is_personal
from collectors.reading import delimited, workbook
from collectors.reading.table import Table
from collectors.sources import dossier_list
from collectors.sources.sheets import Origin
from tests.damage import MUTATIONS, RANDOM, Mutation, damaged, harmed, in_memory, report_of

FOLDER = Path(__file__).parent / "exports" / "dossier_lists"
EXAMPLES = sorted(path for path in FOLDER.iterdir() if path.suffix in (".csv", ".xlsx"))
CAPTURED = datetime(2026, 9, 1, 2, tzinfo=UTC)


def expected_of(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8")))


LISTS = [one for one in layouts() if one.grain is Grain.DOSSIER]
LOADED = [path for path in EXAMPLES if "refused_with" not in expected_of(path)]
REFUSED = [path for path in EXAMPLES if "refused_with" in expected_of(path)]


def tables(path: Path) -> list[Table]:
    return workbook.tables(path) if path.suffix == ".xlsx" else delimited.tables(path)


def rows_of(path: Path) -> list[list[str]]:
    table = tables(path)[0]  # held while its rows are read: the files it reads from go with it
    return [cells for _, cells in table.rows()]


def read(draft: Path, *sheets: Table) -> ExportReport:
    draft.mkdir(exist_ok=True)
    report = dossier_list.read(sheets, Origin("a", "id", CAPTURED), draft, spill=draft)
    assert report.adds_up
    return report


def dossiers(draft: Path, columns: list[str]) -> list[list[Any]]:
    chosen = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" if name.endswith("_at") else name for name in columns)
    query = f"SELECT {chosen} FROM read_parquet(?) ORDER BY dossier_code"
    return [list(row) for row in duckdb.execute(query, [str(draft / archive.ROWS)]).fetchall()]


def findings(report: ExportReport) -> dict[str, int]:
    return {finding.check_id: finding.rows for finding in report.findings}


def by_name(name: str) -> Layout:
    return next(one for one in layouts() if one.name == name)


@pytest.mark.parametrize("path", LOADED, ids=lambda path: str(path.stem))
def test_an_example_is_read_as_worked_by_hand(path: Path, tmp_path: Path) -> None:
    expected = expected_of(path)
    report = read(tmp_path, *tables(path))
    counts = (report.rows_read, report.rows_accepted, report.rows_merged, report.rows_refused)
    assert (report.layout, report.source) == (expected["layout"], expected["source"])
    assert counts == tuple(expected[name] for name in ("read", "accepted", "merged", "refused"))
    assert (report.skipped, findings(report)) == (expected["skipped"], expected["findings"])
    assert dossiers(tmp_path, expected["columns"]) == expected["rows"]


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: str(path.stem))
def test_a_form_that_cannot_be_trusted_is_refused_as_a_whole_and_says_why(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError) as error:
        read(tmp_path, *tables(path))
    assert all(words in str(error.value) for words in expected_of(path)["refused_with"])
    assert "Cách xử lý" in str(error.value)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_an_example_is_recognised_by_exactly_one_layout(path: Path) -> None:
    best, *others = ranked(tables(path)[0])
    assert best.layout.name == expected_of(path)["layout"]
    assert best.likeness == 1
    assert all(other.likeness < 1 for other in others if other.layout is not best.layout)


def test_every_layout_has_an_example() -> None:
    assert {expected_of(path)["layout"] for path in EXAMPLES} == {one.name for one in LISTS}


def test_every_field_of_a_layout_exists_and_no_personal_column_is_read() -> None:
    for one in LISTS:
        assert set(one.columns) <= set(FIELDS), one.name
        assert {name for rule in one.required for name in rule.split("|")} <= set(one.columns), one.name
        assert not [label for label in one.labels.values() if is_personal(label)], one.name
        assert "dossier_code" in one.columns or one.refusal, one.name


@pytest.mark.parametrize("path", LOADED, ids=lambda path: str(path.stem))
def test_no_invented_person_survives(path: Path, tmp_path: Path) -> None:
    report = read(tmp_path, *tables(path))
    kept = [duckdb.read_parquet(str(file)).fetchall() for file in tmp_path.glob("*.parquet")]
    for canary in ("Người Thử", "Cán Bộ", "phố Thử Nghiệm", "0900000000", "vi-du.invalid", "VN-0000"):
        assert canary not in repr((report, kept))


# --- what must be noticed -------------------------------------------------------------------------------------------


def test_a_shift_is_noticed_whatever_the_container_made_of_the_width(tmp_path: Path) -> None:
    rows = rows_of(FOLDER / "tandan_dossier_list_receiver.shifted.csv")
    filled_up = [[*cells, *[""] * (12 - len(cells))] for cells in rows]
    with pytest.raises(ShiftedColumns):
        read(tmp_path, in_memory(filled_up, ragged=False))


def test_a_shifted_sheet_refuses_the_workbook_that_holds_it(tmp_path: Path) -> None:
    good, bad = (
        tables(FOLDER / f"{name}.csv")[0] for name in ("tandan_dossier_list", "tandan_dossier_list_receiver.shifted")
    )
    with pytest.raises(ShiftedColumns):
        read(tmp_path, good, bad)


def test_a_shifted_list_is_read_by_its_true_order_where_that_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = by_name("tandan_dossier_list_receiver")
    assert known.shift is not None and not known.shift.load
    chosen = replace(known, shift=replace(known.shift, load=True))
    monkeypatch.setattr(layout, "layouts", lambda: (chosen,))
    read(tmp_path, *tables(FOLDER / "tandan_dossier_list_receiver.shifted.csv"))
    whole = expected_of(FOLDER / "tandan_dossier_list_receiver.whole.csv")
    assert dossiers(tmp_path, whole["columns"]) == whole["rows"]


def test_a_column_that_an_installation_adds_is_read_by_its_usual_wording(tmp_path: Path) -> None:
    header, *rows = rows_of(FOLDER / "tandan_dossier_list.csv")[2:]
    table = in_memory([[*header, "Hình thức nộp"], *([*cells, "Trực tuyến"] for cells in rows)])
    report = read(tmp_path, table)
    assert report.layout == "tandan_dossier_list"
    assert {channel for (channel,) in dossiers(tmp_path, ["channel"])} == {"online"}


def test_a_strange_column_is_named_and_not_read(tmp_path: Path) -> None:
    header, *rows = rows_of(FOLDER / "tandan_dossier_list.csv")[2:]
    report = read(tmp_path, in_memory([[*header, "Mã vạch"], *([*cells, "789"] for cells in rows)]))
    assert findings(report) == {"unknown_column": 0}
    assert "Mã vạch" in report.unmapped


def test_a_missing_required_column_is_named_with_its_layout() -> None:
    rows = [cells[:-2] + cells[-1:] for cells in rows_of(FOLDER / "tandan_dossier_list.csv")[2:]]
    with pytest.raises(MissingColumn, match="Ngày hẹn trả"):
        find_header(in_memory(rows), file="a")


def test_words_of_a_letter_are_no_header() -> None:
    with pytest.raises(UnknownLayout):
        find_header(in_memory([["Kính gửi"], ["Trạng thái", "Mã hồ sơ", "Ngày nhận"], ["1", "2", "3"]]), file="a")


def test_sheets_of_different_forms_are_not_mixed(tmp_path: Path) -> None:
    mixed = [tables(FOLDER / f"{name}.csv")[0] for name in ("tandan_dossier_list", "tandan_withdrawn")]
    with pytest.raises(RefusedLayout, match="tệp riêng"):
        read(tmp_path, *mixed)


def test_a_form_that_shows_only_some_dossiers_says_so(tmp_path: Path) -> None:
    report = read(tmp_path, *tables(FOLDER / "tandan_late_annex.csv"))
    assert report.partial
    assert [finding.example for finding in report.findings] == ["chỉ hồ sơ quá hạn"]


# --- header rows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        [["TT", "Ngày", "", "Ghi chú"], ["", "Nhận", "Trả", ""]],
        [["TT", "Ngày", "Ngày", "Ghi chú"], ["TT", "Nhận", "Trả", "Ghi chú"]],
        [["TT", "Ngày", "", "Ghi chú"], ["", "Nhận", "Trả"]],
    ],
)
def test_header_rows_become_paths_however_spans_are_written(rows: list[list[str]]) -> None:
    assert flattened(rows) == ("TT", "Ngày > Nhận", "Ngày > Trả", "Ghi chú")


def test_three_header_rows_keep_their_groups_apart() -> None:
    rows = [
        ["STT", "Nhận", "", "", "Đã xong", ""],
        ["", "Tổng số", "Trong đó", "", "Tổng số", "Quá hạn"],
        ["", "", "Trực tuyến", "Trực tiếp", "", ""],
    ]
    assert flattened(rows) == (
        "STT",
        "Nhận > Tổng số",
        "Nhận > Trong đó > Trực tuyến",
        "Nhận > Trong đó > Trực tiếp",
        "Đã xong > Tổng số",
        "Đã xong > Quá hạn",
    )


# --- totals and groups ----------------------------------------------------------------------------------------------


def test_a_total_that_is_not_the_sum_of_its_rows_is_a_finding_with_its_place(tmp_path: Path) -> None:
    path = FOLDER / "tandan_register_11.csv"
    rows = [[cell.replace("Tổng số: 3", "Tổng số: 4") for cell in cells] for cells in rows_of(path)]
    (finding,) = read(tmp_path, in_memory(rows)).findings
    assert (finding.check_id, finding.example) == ("total_differs", "dòng 9: ghi 4, cộng được 3")


@pytest.mark.parametrize(("stated", "found"), [("1,300,000", {}), ("1,300,001", {"total_differs": 1})])
def test_a_total_of_fees_is_reconciled(tmp_path: Path, stated: str, found: dict[str, int]) -> None:
    header, first, second, _ = rows_of(FOLDER / "tandan_dossier_list.csv")[2:]
    total = ["Tổng số", *[""] * 11, stated]
    rows = [[*header, "Tổng (VNĐ)"], [*first, "650,000"], [*second, "650.000"], total]
    report = read(tmp_path, in_memory(rows))
    assert (report.skipped, findings(report)) == ({"total": 1}, found)


def test_a_unit_whose_name_begins_like_a_total_is_no_total(tmp_path: Path) -> None:
    read(tmp_path, *tables(FOLDER / "tandan_766_late_done.csv"))
    assert dossiers(tmp_path, ["unit_name"])[-1] == ["Tổng công ty Thử Nghiệm"]


def test_more_group_rows_than_levels_leave_the_outer_ones_unknown(tmp_path: Path) -> None:
    rows = rows_of(FOLDER / "tandan_public_results.b.csv")
    rows.insert(7, ["Thủ tục không có hồ sơ"])
    report = read(tmp_path, in_memory(rows))
    assert findings(report)["odd_groups"] == 1
    assert {tuple(row) for row in dossiers(tmp_path, ["field", "procedure_name"])} == {
        (None, "Cấp thẻ hướng dẫn viên du lịch quốc tế")
    }


def test_the_foot_of_a_page_names_no_group(tmp_path: Path) -> None:
    title, header, *rows = rows_of(FOLDER / "tandan_766_late_done.csv")
    pages = [title, header, *rows[:2], ["Cán Bộ Lập Biểu (không có thật)"], header, *rows[2:]]
    report = read(tmp_path, in_memory(pages))
    assert report.skipped == {"group": 2, "no_dossier": 2, "repeated_header": 1}
    assert {name for (name,) in dossiers(tmp_path, ["unit_name"])} == {rows[0][0], rows[3][0]}


# --- dates ----------------------------------------------------------------------------------------------------------


def test_the_day_numbers_of_a_workbook_are_days_and_a_finding(tmp_path: Path) -> None:
    header, first, *_ = rows_of(FOLDER / "tandan_dossier_list.csv")[2:]
    cells = [*first[:9], "46237.5", "46244", "46240"]
    report = read(tmp_path, in_memory([header, cells], ragged=False))
    assert dossiers(tmp_path, ["received_at", "due_at", "finished_at"]) == [
        ["2026-08-03 12:00:00", "2026-08-10 23:59:59", "2026-08-06 00:00:00"]
    ]
    assert findings(report) == {"serial_date": 1}


def test_a_number_in_delimited_text_is_no_day(tmp_path: Path) -> None:
    header, first, second, _ = rows_of(FOLDER / "tandan_dossier_list.csv")[2:]
    report = read(tmp_path, in_memory([header, first, [*second[:9], "46237", *second[10:]]]))
    assert (report.rows_accepted, report.rows_refused) == (1, 1)


# --- every row is accounted for -------------------------------------------------------------------------------------


@harmed(100)
@given(path=st.sampled_from(EXAMPLES), mutations=MUTATIONS, rng=RANDOM, ragged=st.booleans())
def test_read_is_accepted_merged_refused_and_skipped_whatever_happened_to_the_file(
    path: Path, mutations: list[Mutation], rng: random.Random, ragged: bool, tmp_path: Path
) -> None:
    rows = damaged(rows_of(path), mutations, rng)
    table = in_memory(rows, ragged=ragged)
    report = report_of(lambda: read(tmp_path, table))
    if report is None:
        return
    assert report.rows_read == len(rows) - find_header(table, file="a").row
    assert len(dossiers(tmp_path, ["dossier_code"])) == report.rows_accepted


def test_a_list_of_late_dossiers_only_gives_no_rates(tmp_path: Path, tthc: Any, data: Any) -> None:
    tthc("collect", FOLDER / "tandan_766_late_done.csv", "--captured-at", "2026-09-01")
    tthc("collect", Path(__file__).parents[1] / "examples" / "ho-so-mo-phong")
    assert {row["source"] for row in data("rates")["rows"]} == {"demo"}
