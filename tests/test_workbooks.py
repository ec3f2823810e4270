"""Lists of procedures: recognised by one layout, read as worked by hand, every row accounted for, published."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from collectors import archive
from collectors.explain import explain
from collectors.export import ExportReport
from collectors.header import grain_of, ranked
from collectors.layout import Grain, layouts
from collectors.procedure import FIELDS
from collectors.reading import open as reading
from collectors.reading.table import Table
from collectors.sources import any_list
from collectors.sources.sheets import Origin
from tests.conftest import CAPTURED, dossier, stamp, write_csv
from tests.damage import MUTATIONS, RANDOM, Mutation, damaged, harmed, in_memory, report_of

FOLDER = Path(__file__).parent / "exports" / "workbooks"
EXAMPLES = sorted(path for path in FOLDER.iterdir() if path.with_suffix(".expected.json").exists())
OF_GRAIN = {
    Grain.PROCEDURE: (archive.PROCEDURES, "procedure_code"),
    Grain.PAYMENT: (archive.PAYMENTS, "dossier_code, paid_at"),
}
Run = Callable[..., Result]
Data = Callable[..., Any]


def expected_of(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8")))


def read(draft: Path, *tables: Table) -> ExportReport:
    draft.mkdir(exist_ok=True)
    report = any_list.read(grain_of(tables), tables, Origin("a", "id", CAPTURED), draft, spill=draft)
    assert report.adds_up
    return report


def kept(draft: Path, columns: list[str], name: str, order: str) -> list[list[Any]]:
    chosen = ", ".join(f"CAST({column} AS VARCHAR)" if column.endswith("_at") else column for column in columns)
    found = duckdb.execute(f"SELECT {chosen} FROM read_parquet(?) ORDER BY {order}", [str(draft / name)]).fetchall()
    return [list(row) for row in found]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_an_example_is_read_as_worked_by_hand(path: Path, tmp_path: Path) -> None:
    expected = expected_of(path)
    tables = reading.tables(path)
    report = read(tmp_path, *tables)
    counts = (report.rows_read, report.rows_accepted, report.rows_merged, report.rows_refused)
    assert (report.layout, report.source) == (expected["layout"], expected["source"])
    assert counts == tuple(expected[name] for name in ("read", "accepted", "merged", "refused"))
    found = {finding.check_id: finding.rows for finding in report.findings}
    assert (report.skipped, found) == (expected["skipped"], expected["findings"])
    refused = kept(tmp_path, ["row_number", "reason"], archive.REFUSED, "row_number")
    assert refused == expected["refusals"]
    assert kept(tmp_path, expected["columns"], *OF_GRAIN[grain_of(tables)]) == expected["rows"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_an_example_is_recognised_by_exactly_one_layout(path: Path) -> None:
    best, *others = ranked(reading.tables(path)[0])
    assert best.layout.name == expected_of(path)["layout"]
    assert best.likeness == 1
    assert all(other.likeness < 1 for other in others if other.layout is not best.layout)


def test_every_layout_of_these_lists_has_an_example() -> None:
    known = {one.name for one in layouts() if one.grain in OF_GRAIN}
    assert {expected_of(path)["layout"] for path in EXAMPLES} == known


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_layout_explain_tells_the_layout_and_the_classes_of_rows(path: Path) -> None:
    expected = expected_of(path)
    found = explain(path, captured_at=CAPTURED)
    assert found.sheets[0].layout == expected["layout"]
    assert found.message_vi == ""
    assert sum(found.classes.values()) == expected["read"]


@harmed(60)
@given(path=st.sampled_from(EXAMPLES), mutations=MUTATIONS, rng=RANDOM, ragged=st.booleans())
def test_read_is_accepted_merged_refused_and_skipped_whatever_happened_to_the_file(
    path: Path, mutations: list[Mutation], rng: random.Random, ragged: bool, tmp_path: Path
) -> None:
    source = reading.tables(path)[0]
    rows = damaged([cells for _, cells in source.rows()], mutations, rng)
    table = in_memory(rows, ragged=ragged)
    report = report_of(lambda: read(tmp_path, table))
    if report is None:
        return
    grain = grain_of([table])
    header = next(ranked(table))
    assert report.rows_read == len(rows) - header.row
    if grain in OF_GRAIN:
        name, order = OF_GRAIN[grain]
        assert len(kept(tmp_path, [order.partition(",")[0]], name, order)) == report.rows_accepted


def test_an_amount_that_no_column_holds_is_refused_where_it_stands(tmp_path: Path) -> None:
    """The header stands in row 5, the first payment below it; its fee is the tenth cell."""
    source = reading.tables(FOLDER / "tandan_fee_list.csv")[0]
    rows = [list(cells) for _, cells in source.rows()]
    rows[5][9] = "9" * 17
    report = read(tmp_path, in_memory(rows))
    (refusal,) = [one for one in report.refusals if one.startswith("dòng 6, ")]
    assert refusal == "dòng 6, cột “Phí (VNĐ)”: số tiền sai dạng (văn bản 17 ký tự); ghi số nguyên đồng, ví dụ 650.000"


# --- lists of procedures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("danh-sach-tthc-BoTuPhap.xlsx", 271),
        ("danh-sach-tthc-NganhangNhanuocVietNam.xlsx", 261),
        ("toa-an-nhan-dan.xlsx", 3),
    ],
)
def test_the_portals_own_lists_are_read_to_the_last_row(shared: Path, tmp_path: Path, name: str, rows: int) -> None:
    """Figures: README of the recorded data (data rows per file)."""
    report = read(tmp_path, *reading.tables(shared / "dvcqg_tthc_list_xlsx" / name))
    assert (report.rows_read, report.rows_accepted, report.findings) == (rows, rows, ())
    names = kept(tmp_path, ["procedure_name", "agency"], archive.PROCEDURES, "procedure_code")
    assert all(text == text.strip() and "\n" not in text for row in names for text in row if text)


def test_what_catalogues_tell_is_published_column_by_column(tmp_path: Path, tthc: Run, data: Data) -> None:
    """The office's flags stay when a newer national list, which has none, comes; its name and agency are newer."""
    office = copied(FOLDER / "office_procedure_list.csv", tmp_path, "2026-09-01T00:00:00Z")
    national = copied(FOLDER / "qg_procedure_list.xlsx", tmp_path, "2026-09-05T00:00:00Z")
    for files in ((office, national), (national, office)):
        tthc("collect", *files)
        (row,) = [one for one in data("procedures", "list")["procedures"] if one["procedure_code"] == "1.010010"]
        assert (row["service_level"], row["fee"], row["eligible_full"], row["integrated"]) == ("full", True, True, True)
        assert (row["agency"], row["executing_agency"]) == ("Bộ Văn hóa, Thể thao và Du lịch", "Sở Du lịch")


def test_a_list_of_procedures_survives_a_rebuild_and_changes_nothing_twice(tthc: Run, data: Data) -> None:
    path = FOLDER / "qg_procedure_list.xlsx"
    tthc("collect", path, "--captured-at", "2026-09-01")
    before = data("procedures", "list")["procedures"]
    (report,) = data("collect", path, "--captured-at", "2026-09-01")["reports"]
    assert report["outcome"] == "already"
    tthc("rebuild")
    assert data("procedures", "list")["procedures"] == before
    assert len(before) == 2


def test_a_page_of_the_portals_catalogue_tells_the_state(tthc: Run, data: Data) -> None:
    tthc("collect", Path(__file__).parents[1] / "examples" / "portal_v2" / "formalities.H35.json")
    states = {row["procedure_code"]: row["status"] for row in data("procedures", "list")["procedures"]}
    assert states["1.000963"] == "ACTIVE"
    assert "UPDATED" in states.values()


def test_the_template_comes_back_with_what_was_known(tmp_path: Path, tthc: Run, data: Data) -> None:
    path = tmp_path / "danh-muc.xlsx"
    tthc("collect", FOLDER / "office_procedure_list.csv", "--captured-at", "2026-09-01")
    before = data("procedures", "list")["procedures"]
    assert tthc("procedures", "template", path).exit_code == 0
    assert tthc("procedures", "template", path).exit_code == 2  # it does not write over an office's work
    (report,) = data("collect", stamp(path))["reports"]
    assert (report["layout"], report["rows_accepted"], report["findings"]) == ("office_procedure_list", 4, [])
    assert data("procedures", "list")["procedures"] == before


def test_the_template_of_an_empty_home_is_a_form_without_rows(tmp_path: Path, tthc: Run) -> None:
    path = tmp_path / "danh-muc.xlsx"
    assert "0 thủ tục" in tthc("procedures", "template", path).output
    (table,) = reading.tables(path)
    assert next(header.layout.name for header in ranked(table)) == "office_procedure_list"


def test_only_the_offices_own_procedures_are_put_into_its_template(tmp_path: Path, tthc: Run) -> None:
    tthc("collect", FOLDER / "qg_procedure_list.xlsx", write_csv(tmp_path / "a.csv", [dossier(1)]))
    tthc("procedures", "template", tmp_path / "danh-muc.xlsx")
    (table,) = reading.tables(tmp_path / "danh-muc.xlsx")
    codes = [cells[0] for number, cells in table.rows() if number > 3]
    assert codes == ["1.001628"]  # the procedure of the one dossier; the national list's two others are not ours


def test_a_catalogue_is_no_source_of_figures(tthc: Run, data: Data) -> None:
    tthc("collect", FOLDER / "qg_procedure_list_old.xlsx", "--captured-at", "2024-09-01")
    assert data("rates")["rows"] == []
    assert tthc("alerts").exit_code == 0


def test_the_fields_of_the_layouts_are_those_of_a_procedure() -> None:
    for one in layouts():
        if one.grain is Grain.PROCEDURE:
            assert set(one.columns) <= set(FIELDS), one.name


def copied(path: Path, folder: Path, captured_at: str) -> Path:
    copy = folder / path.name
    copy.write_bytes(path.read_bytes())
    copy.with_suffix(".request.json").write_text(json.dumps({"captured_at": captured_at}), encoding="utf-8")
    return copy
