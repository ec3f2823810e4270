"""Whatever happened to a file of any kind, or to the request beside it: collected row by row, or refused with words.

Each is given to the reading as a person would give it; what is accepted must then load, too.
"""

import gzip
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from collectors import export, run
from collectors.reading import open as reading
from collectors.run import Told
from collectors.sources import indicator_form as form
from collectors.sources import indicator_sheet
from tests.conftest import CAPTURED
from tests.damage import (
    JSON_MUTATIONS,
    MUTATIONS,
    RANDOM,
    JsonMutation,
    Mutation,
    accounted,
    broken_bytes,
    damaged,
    damaged_json,
    harmed,
    in_memory,
    report_of,
)
from tests.indicator_fill import fill

EXPORTS = Path(__file__).parent / "exports"
RESPONSES = sorted(path for path in (EXPORTS / "portal_v2").glob("*.json") if ".request" not in path.name)
LISTS = [
    EXPORTS / "dossier_lists" / "igate_dossier_list.csv",
    EXPORTS / "workbooks" / "office_procedure_list.csv",
    EXPORTS / "workbooks" / "tandan_fee_list.csv",
]
BOOKS = [
    EXPORTS / "containers" / "danh-sach.ods",
    EXPORTS / "containers" / "danh-sach.xls",
    EXPORTS / "containers" / "danh-sach-html.xls",
    EXPORTS / "dossier_lists" / "tandan_register_13.xlsx",
    EXPORTS / "forms" / "btp_07a.xls",
    EXPORTS / "workbooks" / "portal_v1_scores.xlsx",
    EXPORTS / "workbooks" / "qg_procedure_list.xlsx",
    EXPORTS / "workbooks" / "tandan_fee_by_procedure.xlsx",
    *LISTS,
]
BESIDE = {"captured_at": "2026-11-02T02:00:00Z", "period": "2025-10", "unit": "H01"}


def examined(path: Path, content: bytes, beside: bytes) -> None:
    """Give a file with what is told beside it to the reading, as `tthc collect --dry-run` does."""
    path.write_bytes(content)
    path.with_suffix(".request.json").write_bytes(beside)
    (report,) = run.examine([path], told=Told())
    accounted(report)


@harmed(150)
@given(path=st.sampled_from(RESPONSES), mutations=JSON_MUTATIONS, rng=RANDOM, which=st.integers(0, 2))
def test_a_stored_response_of_the_portal_and_its_request(
    path: Path, mutations: list[JsonMutation], rng: random.Random, which: int, tmp_path: Path
) -> None:
    """which: 0 the response, 1 its request, 2 both."""
    content, beside = path.read_bytes(), path.with_suffix(".request.json").read_bytes()
    content = damaged_json(content, mutations, rng) if which != 1 else content
    beside = damaged_json(beside, mutations, rng) if which != 0 else beside
    examined(tmp_path / path.name, content, beside)


IGATE = {
    "kind": "igate",
    "source": "thong_ke",
    "endpoint": "don_vi",
    "period": {"from": "2026-08-01", "to": "2026-08-31"},
    "captured_at": "2026-09-01T02:00:00+00:00",
    "reading": {"rows": "content", "unit": "agency.code", "unit_name": "agency.name", "measures": {"received": "came"}},
}
AGENCIES = [{"agency": {"code": f"H35.{number}", "name": f"Sở {number}"}, "received": number} for number in (12, 13)]


@harmed(150)
@given(mutations=JSON_MUTATIONS, rng=RANDOM, which=st.integers(0, 2))
def test_a_stored_response_of_a_configured_endpoint_and_its_request(
    mutations: list[JsonMutation], rng: random.Random, which: int, tmp_path: Path
) -> None:
    content, beside = json.dumps({"content": AGENCIES, "last": True}).encode(), json.dumps(IGATE).encode()
    content = damaged_json(content, mutations, rng) if which != 1 else content
    beside = damaged_json(beside, mutations, rng) if which != 0 else beside
    examined(tmp_path / "thong-ke.json", content, beside)


@harmed(60)
@given(path=st.sampled_from(LISTS), named=st.booleans(), mutations=JSON_MUTATIONS, rng=RANDOM)
def test_a_list_as_json(
    path: Path, named: bool, mutations: list[JsonMutation], rng: random.Random, tmp_path: Path
) -> None:
    """named: each row an object, as programs export it; else a list of cells, as it stands in the sheet."""
    rows = rows_of(path)
    header = next(place for place, cells in enumerate(rows) if len([cell for cell in cells if cell]) > 3)
    sound = [dict(zip(rows[header], cells, strict=False)) for cells in rows[header + 1 :]] if named else rows
    examined(tmp_path / "a.json", damaged_json(json.dumps(sound).encode(), mutations, rng), json.dumps(BESIDE).encode())


def rows_of(path: Path) -> list[list[str]]:
    table = reading.tables(path)[0]
    return [cells for _, cells in table.rows()]


@harmed(50)
@given(path=st.sampled_from(BOOKS), rng=RANDOM, packed=st.sampled_from(["", ".gz", ".zip"]), inside=st.booleans())
def test_the_bytes_of_a_file_whether_packed_or_not(
    path: Path, rng: random.Random, packed: str, inside: bool, tmp_path: Path
) -> None:
    """inside: the damage is in the file before it is packed, or in one part of a workbook."""
    content = broken_bytes(path.read_bytes(), rng) if inside else path.read_bytes()
    if inside and zipfile.is_zipfile(path):
        content = with_broken_part(path, rng, tmp_path / "book")
    target = tmp_path / f"{path.name}{packed}"
    if packed == ".gz":
        content = gzip.compress(content)
    elif packed == ".zip":
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr(path.name, content)
        content = target.read_bytes()
    examined(target, content if inside else broken_bytes(content, rng), json.dumps(BESIDE).encode())


def with_broken_part(path: Path, rng: random.Random, target: Path) -> bytes:
    """Return a workbook one part of which is broken, or missing."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        broken = rng.choice([item.filename for item in old.infolist() if item.file_size])
        for item in old.infolist():
            part = old.read(item)
            if item.filename != broken:
                new.writestr(item, part)
            elif rng.random() < 0.8:
                new.writestr(item.filename, broken_bytes(part, rng))
    return target.read_bytes()


@harmed(40)
@given(mutations=JSON_MUTATIONS, rng=RANDOM)
def test_what_is_told_beside_a_file(mutations: list[JsonMutation], rng: random.Random, tmp_path: Path) -> None:
    path = EXPORTS / "workbooks" / "portal_v1_scores.json"
    examined(tmp_path / path.name, path.read_bytes(), damaged_json(json.dumps(BESIDE).encode(), mutations, rng))


# --- forms of indicators --------------------------------------------------------------------------------------------


@pytest.fixture
def filled(tthc: Callable[..., Result], tmp_path: Path) -> Path:
    """A form of indicators with a figure of each kind."""
    path = tmp_path / "bieu.xlsx"
    tthc("indicators", "template", path, "--unit", "H35.12", "--year", "2026")
    who: dict[str, Any] = {form.BY: "Người thử Một", form.ON: "31/08/2026", form.PERIOD: "2026-07"}
    figures: dict[str | int, dict[str, Any]] = {
        "handling_time_cut": {form.NUMERATOR: 1, form.DENOMINATOR: 5},
        "satisfaction": {form.VALUE: "92,5%"},
        "par_index_rank": {form.VALUE: 3, form.DENOMINATOR: 15},
        "par_index_score": {form.VALUE: "87,5"},
    }
    return fill(path, {code: {**cells, **who} for code, cells in figures.items()})


@harmed(40)
@given(mutations=MUTATIONS, rng=RANDOM, hidden=st.booleans())
def test_a_form_of_indicators(
    mutations: list[Mutation], rng: random.Random, hidden: bool, filled: Path, tmp_path: Path
) -> None:
    """hidden: the sheet that marks the form is damaged, too."""
    tables = []
    for table in reading.tables(filled):
        rows = [cells for _, cells in table.rows()]
        whole = table.sheet == form.HIDDEN_SHEET and not hidden
        tables.append(in_memory(rows if whole else damaged(rows, mutations, rng), sheet=table.sheet, ragged=False))
    if not indicator_sheet.is_form(tables):
        return
    (tmp_path / "draft").mkdir(exist_ok=True)
    report = report_of(lambda: indicator_sheet.read(filled, tables, "id", CAPTURED, tmp_path / "draft"))
    assert report is None or report.rows_read > 0


def test_a_whole_number_that_no_column_holds_is_refused_where_it_stands(filled: Path, tmp_path: Path) -> None:
    huge = "9" * 17
    fill(filled, {"par_index_rank": {form.VALUE: huge}, "par_index_score": {form.VALUE: huge}})
    fill(filled, {"satisfaction": {form.VALUE: huge + "%"}, "handling_time_cut": {form.DENOMINATOR: huge}})
    (tmp_path / "draft").mkdir()
    report = indicator_sheet.read(filled, reading.tables(filled), "id", CAPTURED, tmp_path / "draft")
    assert (report.rows_accepted, report.rows_refused) == (0, 4)
    assert all(huge in refusal and "; cần " in refusal for refusal in report.refusals)


# --- what is accepted can be loaded ---------------------------------------------------------------------------------


@harmed(5)
@given(mutations=st.lists(JSON_MUTATIONS, min_size=6, max_size=6), rng=RANDOM)
def test_what_was_accepted_is_loaded_counted_and_published(
    mutations: list[list[JsonMutation]],
    rng: random.Random,
    tmp_path_factory: pytest.TempPathFactory,
    tthc: Callable[..., Result],
) -> None:
    """Six files of all kinds at once: a bad one does not stop the others."""
    folder = tmp_path_factory.mktemp("office")
    paths = []
    for number, harm in enumerate(mutations):
        source = rng.choice([*RESPONSES, *LISTS, EXPORTS / "workbooks" / "portal_v1_scores.json"])
        content = source.read_bytes() if source.suffix == ".json" else json.dumps(rows_of(source)).encode()
        beside = (
            source.with_suffix(".request.json").read_bytes() if source in RESPONSES else json.dumps(BESIDE).encode()
        )
        path = folder / f"{number}-{source.stem}.json"
        path.write_bytes(damaged_json(content, harm, rng))
        path.with_suffix(".request.json").write_bytes(beside)
        paths.append(path)
    result = tthc("collect", *paths, "--json", at=folder / "home")
    reports = list(map(export.report_of, json.loads(result.stdout)["reports"]))
    for report in reports:
        accounted(report)
    assert result.exit_code == any(report.flawed for report in reports)
    assert [report.file_name for report in reports] == [path.name for path in paths]
