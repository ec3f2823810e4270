"""Scores of the portal's old interface: their period is told, never guessed; nothing is compared with the new one."""

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from collectors import archive, run
from collectors.explain import explain
from collectors.export import ExportReport, RequestNeeded, UnreadableExport
from collectors.header import grain_of, ranked
from collectors.layout import Grain
from collectors.reading import open as reading
from collectors.run import Told
from collectors.sources import any_list
from collectors.sources.sheets import Origin
from tests.damage import (
    JSON_MUTATIONS,
    MUTATIONS,
    RANDOM,
    JsonMutation,
    Mutation,
    accounted,
    damaged,
    damaged_json,
    harmed,
    in_memory,
    report_of,
)

FOLDER = Path(__file__).parent / "exports" / "workbooks"
DUMP, TWIN = FOLDER / "portal_v1_scores.xlsx", FOLDER / "portal_v1_scores.json"
CAPTURED = datetime(2025, 10, 15, 2, tzinfo=UTC)
MONTH, EVERY_SHEET = "2025-10", "2025-10; Sở Ban=2025; Xã Phường=2025"
GROUPS = ("TDGQ", "MDHL", "MDSH", "TTTT", "CLGQ", "CKMB")
Run = Callable[..., Result]
Data = Callable[..., Any]


def read(path: Path, draft: Path, period: str | None) -> ExportReport:
    draft.mkdir(exist_ok=True)
    tables = reading.tables(path)
    assert grain_of(tables) is Grain.SCORE
    report = any_list.read(Grain.SCORE, tables, Origin(path.name, "id", CAPTURED), draft, spill=draft, period=period)
    assert report.adds_up
    return report


def statistics(draft: Path) -> list[tuple[Any, ...]]:
    query = "SELECT * EXCLUDE item FROM read_parquet(?) ORDER BY ALL"
    return duckdb.execute(query, [str(draft / archive.SCORES)]).fetchall()


def scores(draft: Path, unit: str, end: date) -> dict[str, Decimal]:
    return {row[5]: row[6] for row in statistics(draft) if row[0] == unit and row[4] == end}


def findings(report: ExportReport) -> dict[str, tuple[int, str]]:
    return {finding.check_id: (finding.rows, finding.example) for finding in report.findings}


def test_the_sheets_named_after_their_period_take_it_from_what_is_told(tmp_path: Path) -> None:
    """Rows worked by hand: 3 + 3 provinces; of 7 units below, 1 code and 1 score are wrong, 5 have no period; 2 trend."""
    report = read(DUMP, tmp_path, MONTH)
    counts = (report.rows_read, report.rows_accepted, report.rows_refused, report.rows_skipped)
    assert counts == (15, 6, 2, 7)
    assert report.skipped == {"period_unknown": 5, "trend": 2}
    assert scores(tmp_path, "H35", date(2025, 12, 31))["score_total"] == Decimal("88.59")
    assert scores(tmp_path, "H35", date(2025, 10, 31))["score_total"] == Decimal("86.5")
    assert {row[3] for row in statistics(tmp_path)} == {date(2025, 1, 1), date(2025, 10, 1)}


def test_every_sheet_whose_period_is_told_is_read_as_delivered(tmp_path: Path) -> None:
    report = read(DUMP, tmp_path, EVERY_SHEET)
    assert (report.rows_accepted, report.skipped) == (11, {"trend": 2})
    assert scores(tmp_path, "H35.08", date(2025, 12, 31)) == {
        "score_TDGQ": Decimal("3.16"),
        "score_MDHL": Decimal("13.05"),
        "score_MDSH": Decimal("0"),
        "score_TTTT": Decimal("10"),
        "score_CLGQ": Decimal("4"),
        "score_CKMB": Decimal("0"),
        "score_total": Decimal("30.21"),
    }
    levels = {(row[0], row[2]) for row in statistics(tmp_path)}
    assert {("H35", "province"), ("H35.12", "department"), ("H35.164", "commune")} <= levels


def test_what_does_not_add_up_is_noticed_and_kept(tmp_path: Path) -> None:
    """Điểm tháng: 18+17+19+9+8+15 = 86, ghi 86.5; 20.5 of 20 for TDGQ."""
    found = findings(read(DUMP, tmp_path, EVERY_SHEET))
    assert found["V1-sum"] == (1, "Điểm tháng dòng 3: 86, ghi 86.5")
    assert found["V1-range"] == (1, "Điểm tháng dòng 4: 20.5 / 20")
    assert "V1-rank" not in found  # 1, 2, 3, 4, 5 over both sheets


def test_ranks_that_occur_in_both_sheets_say_that_one_is_of_another_period(tmp_path: Path) -> None:
    document = json.loads(TWIN.read_text(encoding="utf-8"))
    for row, rank in zip(document["Sở Ban"], ("2", "3"), strict=True):
        row["ROW_STT"] = rank
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    same = findings(read(path, tmp_path / "same", EVERY_SHEET))
    assert same["V1-rank"] == (2, "Sở Ban, Xã Phường: 2 hạng có hai lần (2, 3)")
    apart = findings(read(path, tmp_path / "apart", "2025-10; Sở Ban=2025-10; Xã Phường=2025"))
    assert "V1-rank" not in apart


@pytest.mark.parametrize("period", [MONTH, EVERY_SHEET])
def test_the_json_twin_gives_the_same_rows(tmp_path: Path, period: str) -> None:
    one, other = (read(path, tmp_path / path.suffix[1:], period) for path in (DUMP, TWIN))
    assert statistics(tmp_path / "xlsx") == statistics(tmp_path / "json")
    assert (one.rows_read, one.skipped, findings(one)) == (other.rows_read, other.skipped, findings(other))


@pytest.mark.parametrize(
    "period", [None, "", "2026-10", "2021", "10/2025", "2025-13", "2025-00", "Sở Ban=x", "2025-11"]
)
def test_without_a_period_that_can_be_one_nothing_is_read(tmp_path: Path, period: str | None) -> None:
    with pytest.raises(RequestNeeded) as error:
        read(DUMP, tmp_path, period)
    assert "--period" in str(error.value)


def test_a_month_is_never_taken_for_the_year_nor_a_year_for_the_month(tmp_path: Path) -> None:
    report = read(DUMP, tmp_path, "2025")
    assert {(row[3], row[4]) for row in statistics(tmp_path)} == {(date(2025, 1, 1), date(2025, 12, 31))}
    assert report.skipped["period_unknown"] == 3 + 5  # Điểm tháng, Sở Ban, Xã Phường


def test_a_dump_is_recognised_by_exactly_one_layout() -> None:
    for path in (DUMP, TWIN):
        best, *others = ranked(reading.tables(path)[0])
        assert (best.layout.name, best.likeness) == ("portal_v1_scores", 1)
        assert not [other for other in others if other.layout is not best.layout]


def test_layout_explain_names_the_columns_and_asks_for_the_period() -> None:
    found = explain(DUMP, captured_at=CAPTURED)
    assert {sheet.layout for sheet in found.sheets if sheet.name != "Xu hướng tháng"} == {"portal_v1_scores"}
    assert "--period" in found.message_vi


def test_a_dump_is_collected_published_and_correctable(tthc: Run, data: Data) -> None:
    told = ("--captured-at", "2025-10-15")
    refused = tthc("collect", DUMP, *told)
    assert refused.exit_code == 1
    assert "--period" in refused.output
    tthc("collect", DUMP, *told, "--period", MONTH)
    (again,) = data("collect", DUMP, *told, "--period", MONTH)["reports"]
    assert again["outcome"] == "already"
    (more,) = data("collect", DUMP, *told, "--period", EVERY_SHEET)["reports"]
    assert (more["outcome"], more["source"]) == ("accepted", "portal_v1")
    tthc("rebuild")
    found = data("index766", "--source", "portal_v1", "--unit", "H35.12", "--period", "2025")
    assert "2025" in json.dumps(found) and "92.44" in json.dumps(found)
    assert data("rates")["rows"] == []  # scores are no counts: nothing is divided, nothing is judged


def test_the_old_interface_never_alerts_for_being_old(tthc: Run, data: Data) -> None:
    tthc("collect", TWIN, "--captured-at", "2025-10-15", "--period", MONTH)
    rules = {alert["rule"] for alert in data("alerts")["alerts"]}
    # the two wrong rows of the example and its one sum that is not the printed one; two years of silence are none
    assert rules == {"rows_refused", "totals"}


def test_a_period_beside_the_file_is_as_good_as_one_on_the_command_line(tmp_path: Path, data: Data) -> None:
    path = tmp_path / "dump.xlsx"
    path.write_bytes(DUMP.read_bytes())
    beside = {"captured_at": CAPTURED.isoformat(), "period": EVERY_SHEET}
    path.with_suffix(".request.json").write_text(json.dumps(beside), encoding="utf-8")
    (report,) = data("collect", path)["reports"]
    assert report["rows_accepted"] == 11


# --- every row is accounted for -------------------------------------------------------------------------------------


def lists_in(document: Any) -> dict[str, list[Any]]:
    """The lists of rows of an answer by the way to each, a list alone as ""; at most four levels down."""
    if isinstance(document, list):
        return {"": document}
    found: dict[str, list[Any]] = {}
    waiting = [((key,), value) for key, value in document.items()]
    while waiting:
        way, value = waiting.pop()
        if isinstance(value, list) and any(isinstance(one, dict) for one in value):
            found[".".join(way)] = value
        elif isinstance(value, dict) and len(way) < 4:
            waiting += [((*way, key), inner) for key, inner in value.items()]
    return found


@harmed(80)
@given(mutations=JSON_MUTATIONS, rng=RANDOM, alone=st.booleans(), period=st.sampled_from([MONTH, EVERY_SHEET]))
def test_read_is_accepted_merged_refused_and_skipped_whatever_happened_to_the_json(
    mutations: list[JsonMutation], rng: random.Random, alone: bool, period: str, tmp_path: Path
) -> None:
    """alone: one list as the old interface answered it, without names around it."""
    sound = json.loads(TWIN.read_text(encoding="utf-8"))
    content = damaged_json(json.dumps(sound["Điểm năm"] if alone else sound).encode(), mutations, rng)
    path = tmp_path / "diem.json"
    path.write_bytes(content)
    told = Told(captured_at=CAPTURED, period=period)
    (report,) = run.examine([path], told=told)
    accounted(report)
    if report.outcome == "accepted":
        unread = {one.column for one in report.findings if one.check_id == "sheet_not_read"}
        document = json.loads(content.decode("utf-8", "replace"), strict=False, parse_constant=lambda _: None)
        lists = {name: rows for name, rows in lists_in(document).items() if name not in unread}
        assert report.rows_read == sum(map(filled_rows, lists.values()))


@harmed(40)
@given(mutations=MUTATIONS, rng=RANDOM, which=st.sampled_from(["Điểm năm", "Sở Ban", "Xã Phường", ""]))
def test_read_is_accepted_merged_refused_and_skipped_whatever_happened_to_the_workbook(
    mutations: list[Mutation], rng: random.Random, which: str, tmp_path: Path
) -> None:
    """which: the sheet that is damaged, all of them for none."""
    tables = []
    for table in reading.tables(DUMP):
        rows = [cells for _, cells in table.rows()]
        rows = damaged(rows, mutations, rng) if which in ("", table.sheet) else rows
        tables.append(in_memory(rows, sheet=table.sheet, ragged=False))
    origin = Origin("a", "id", CAPTURED)
    report = report_of(lambda: any_list.read(Grain.SCORE, tables, origin, tmp_path, spill=tmp_path, period=EVERY_SHEET))
    if report is None:
        return
    unread = {one.column for one in report.findings if one.check_id == "sheet_not_read"}
    read_ones = [table for table in tables if table.sheet not in unread and any(any(c) for _, c in table.rows())]
    headers = {table.sheet: next(ranked(table), None) for table in read_ones}
    below = [sum(1 for _ in t.rows()) - (h.row if (h := headers[t.sheet]) else 1) for t in read_ones]
    assert report.rows_read == sum(below)


def filled_rows(rows: list[Any]) -> int:
    """How many rows a list has down to the last that says anything: blank rows at the end are no rows."""
    filled = [number for number, row in enumerate(rows, start=1) if any(map(str.strip, map(shown, row.values())))]
    return max(filled, default=0)


def shown(value: Any) -> str:
    return "" if value is None else str(value)


def test_a_value_that_is_no_row_among_the_rows_of_a_sheet_is_named(tmp_path: Path) -> None:
    """The second row below the keys of the sheet is null: row 3."""
    document = json.loads(TWIN.read_text(encoding="utf-8"))
    document["Điểm năm"][1] = None
    path = tmp_path / "diem.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UnreadableExport, match="trang tính “Điểm năm”, dòng 3: giữa các dòng"):
        reading.tables(path)


def test_a_second_list_behind_the_first_is_not_lost(tmp_path: Path) -> None:
    rows = json.dumps(json.loads(TWIN.read_text(encoding="utf-8"))["Điểm năm"])
    path = tmp_path / "diem.json"
    path.write_text(rows + "\n" + rows, encoding="utf-8")
    with pytest.raises(UnreadableExport, match="sau danh sách đầu tiên"):
        reading.tables(path)


# --- the recorded dumps: 34 / 34 / 15 / 102 rows and 3 + 4 of trends, README of the recorded data ---------------------


@pytest.mark.parametrize(("dump", "collisions"), [("ebd4e73", None), ("99c31e5", 7)])
def test_the_recorded_dumps_are_read_to_the_last_row(
    shared: Path, tmp_path: Path, dump: str, collisions: int | None
) -> None:
    """On 2025-10-15 `Sở Ban` is the month although nothing in the file says so: 7 ranks occur in both sheets."""
    files = [shared / "dvcqg_v1_2025" / f"{dump}_bao_cao_T10_2025{suffix}" for suffix in (".xlsx", ".json")]
    for path in files:
        report = read(path, tmp_path / path.suffix[1:], EVERY_SHEET)
        assert (report.rows_read, report.rows_accepted) == (34 + 34 + 15 + 102 + 3 + 4, 34 + 34 + 15 + 102)
        assert (report.skipped, report.rows_refused) == ({"trend": 7}, 0)
        found = findings(report)
        assert found.get("V1-rank", (None,))[0] == collisions
        assert "V1-sum" not in found and "V1-range" not in found
    assert statistics(tmp_path / "xlsx") == statistics(tmp_path / "json")


def test_the_two_recorded_observations_of_bac_ninh_differ(shared: Path, tmp_path: Path) -> None:
    """Bắc Ninh, year to date: 91.64 on 11 October, 91.69 on 15 October 2025."""
    totals = []
    for dump in ("ebd4e73", "99c31e5"):
        read(shared / "dvcqg_v1_2025" / f"{dump}_bao_cao_T10_2025.xlsx", tmp_path / dump, EVERY_SHEET)
        totals.append(scores(tmp_path / dump, "H05", date(2025, 12, 31))["score_total"])
    assert totals == [Decimal("91.64"), Decimal("91.69")]
