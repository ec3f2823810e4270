"""What was known on a day, what moved a count since, what is behind it, and what the portal says."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.home import open_home
from metrics.definitions import VARIANT
from metrics.lineage import Part, lineage
from metrics.rates import rates
from metrics.scope import EVERYTHING
from metrics.targets import Register
from tests.conftest import CAPTURED, dossier, stamp, write_csv, write_xlsx
from tthc.past import known_by, restored

Run = Callable[..., Result]
Data = Callable[..., Any]
PORTAL = Path(__file__).parents[1] / "examples" / "portal_v2"

OPEN = {"Ngày kết thúc xử lý": "", "Trạng thái hồ sơ": "Đang xử lý"}
COUNTER = {"Hình thức nộp hồ sơ": "Trực tiếp"}
FIRST, SECOND = "2026-09-01", "2026-09-03"


def export(path: Path, rows: list[dict[str, str]], days: int = 0) -> Path:
    """Write an export made so many days after 1/9/2026 09:00 (Vietnam)."""
    write = write_xlsx if path.suffix == ".xlsx" else write_csv
    return stamp(write(path, rows), CAPTURED + timedelta(days=days))


def code(unit: str, number: int) -> dict[str, str]:
    return {"Số hồ sơ": f"{unit}-260803-{number:04d}"}


@pytest.fixture
def two_days(tmp_path: Path, tthc: Run) -> None:
    """1/9: three dossiers; 3/9: the second came to the counter after all, the third is done, the fourth is new."""
    export(tmp_path / "a.csv", [dossier(1), dossier(2), dossier(3, **COUNTER, **OPEN)])
    export(tmp_path / "b.xlsx", [dossier(1), dossier(2, **COUNTER), dossier(3, **COUNTER), dossier(4)], days=2)
    assert tthc("collect", tmp_path / "a.csv", tmp_path / "b.xlsx").exit_code == 0


def moved(data: Data, metric: str, *more: str, days: tuple[str, str] = (FIRST, SECOND)) -> dict[str, Any]:
    (row,) = data("diff", *days, "--metric", metric, *more)["rows"]
    return dict(row)


def pair(counts: dict[str, Any]) -> tuple[Any, Any]:
    return counts["numerator"], counts["denominator"]


def classes(row: dict[str, Any]) -> dict[str, tuple[str, int, int]]:
    found = row["dossiers"]
    return {one["dossier_code"][-4:]: (one["class"], one["numerator"], one["denominator"]) for one in found}


@pytest.mark.usefixtures("two_days")
@pytest.mark.parametrize(("day", "online", "on_time"), [(FIRST, (2, 3), (2, 2)), (SECOND, (2, 4), (4, 4))])
def test_rates_as_of_a_day_worked_by_hand(data: Data, day: str, online: Any, on_time: Any) -> None:
    asked = ("--unit", "H35.12", "--period", "2026-08", "--as-of", day)
    document = data("rates", *asked)
    assert document["as_of"] == f"{day}T02:00:00Z"
    found = {row["metric"]: pair(row) for row in document["rows"]}
    assert (found["online"], found["on_time"]) == (online, on_time)
    (volumes,) = data("rates", "--volumes", *asked)["rows"]
    assert (volumes["received"], volumes["resolved"]) == (online[1], on_time[1])


@pytest.mark.usefixtures("two_days")
def test_a_day_between_two_exports_knows_the_earlier_one(data: Data) -> None:
    between, then = (data("rates", "--as-of", day)["rows"] for day in ("2026-09-02", FIRST))
    assert between == then


def test_the_day_ends_at_midnight_in_vietnam(tmp_path: Path, tthc: Run, data: Data) -> None:
    last, next_day = CAPTURED + timedelta(hours=14, minutes=59), CAPTURED + timedelta(hours=15)
    tthc("collect", stamp(write_csv(tmp_path / "a.csv", [dossier(1)]), last))  # 23:59 on 1/9
    tthc("collect", stamp(write_csv(tmp_path / "b.csv", [dossier(1), dossier(2)]), next_day))  # 00:00 on 2/9
    asked = ("rates", "--metric", "online", "--period", "2026-08", "--as-of")
    assert [pair(data(*asked, day)["rows"][0]) for day in (FIRST, "2026-09-02")] == [(1, 1), (2, 2)]


@pytest.mark.usefixtures("two_days")
def test_the_past_neither_waits_for_the_warehouse_nor_touches_it(home: Path, data: Data, tthc: Run) -> None:
    before = (home / "warehouse.duckdb").read_bytes(), sorted(path.name for path in home.rglob("*"))
    with FileLock(str(home / "warehouse.lock")):
        assert data("rates", "--as-of", FIRST)["rows"]
        assert data("diff", FIRST, SECOND)["rows"]
        assert data("lineage", "--metric", "online", "--unit", "H35.12")["counts"]
        assert tthc("reconcile").exit_code == 0
    assert ((home / "warehouse.duckdb").read_bytes(), sorted(path.name for path in home.rglob("*"))) == before


@pytest.mark.usefixtures("two_days")
def test_a_day_before_the_first_export_says_which_is_the_first(tthc: Run) -> None:
    for words in (["rates"], ["lineage", "--metric", "online", "--unit", "H35.12"], ["reconcile"]):
        result = tthc(*words, "--as-of", "2026-08-31")
        assert result.exit_code == 1
        assert "bản đầu tiên lấy ngày 01/09/2026" in result.stderr
    assert tthc("diff", "2026-08-30", "2026-08-31").exit_code == 1


def test_with_nothing_collected_every_command_says_what_to_do(tthc: Run) -> None:
    trace = ("lineage", "--metric", "online", "--unit", "H35.12")
    for words in (("rates", "--as-of", FIRST), ("diff", FIRST, SECOND), trace, ("reconcile",)):
        result = tthc(*words)
        assert result.exit_code == 1
        assert "tthc collect" in result.stderr


@pytest.mark.usefixtures("two_days")
@pytest.mark.parametrize(
    "words",
    [
        ("diff", SECOND, FIRST),
        ("diff", FIRST, SECOND, "--metric", "onlin"),
        ("lineage", "--metric", "online", "--unit", "H99"),
        ("lineage", "--metric", "online"),
        ("rates", "--as-of", "hôm qua"),
    ],
)
def test_wrong_questions_end_with_2(tthc: Run, words: tuple[str, ...]) -> None:
    assert tthc(*words).exit_code == 2


@pytest.mark.usefixtures("two_days")
def test_what_moved_a_count_worked_by_hand(data: Data) -> None:
    row = moved(data, "online", "--period", "2026-08")
    assert (pair(row["before"]), pair(row["after"]), pair(row["change"])) == ((2, 3), (2, 4), (0, 1))
    assert classes(row) == {"0002": ("corrected", -1, 0), "0004": ("new", 1, 1)}
    corrected, new = row["dossiers"]
    assert corrected["fields"] == [{"name": "channel", "before": "online", "after": "direct"}]
    assert (corrected["before"]["file_name"], corrected["before"]["row_number"]) == ("a.csv", 3)
    after = corrected["after"]
    assert (after["file_name"], after["sheet"], after["row_number"]) == ("b.xlsx", "Danh sách", 3)
    assert (new["before"], new["after"]["row_number"]) == (None, 5)
    assert [(one["class"], one["dossiers"]) for one in row["classes"]] == [("new", 1), ("corrected", 1)]


@pytest.mark.usefixtures("two_days")
def test_a_dossier_that_went_on_was_not_corrected(data: Data) -> None:
    row = moved(data, "on_time", "--period", "2026-08")
    assert classes(row) == {"0003": ("progressed", 1, 1), "0004": ("new", 1, 1)}
    names = {field["name"] for one in row["dossiers"] for field in one["fields"]}
    assert names == {"status", "finished_at"}


@pytest.mark.usefixtures("two_days")
def test_a_page_says_changes_in_words(tthc: Run) -> None:
    page = " ".join(tthc("diff", FIRST, SECOND, "--metric", "online", "--metric", "on_time").stdout.split())
    assert "kênh: Trực tuyến → Trực tiếp" in page
    assert "ngày có kết quả: trống → 07/08/2026" in page
    assert "2/3 → 2/4 (tử số +0, mẫu số +1)" in page
    assert "a.csv, dòng 3" in page and "b.xlsx, Danh sách, dòng 3" in page


@pytest.mark.usefixtures("two_days")
def test_a_stock_lists_who_entered_and_who_left(data: Data) -> None:
    row = moved(data, "overdue_open", "--period", "2026-08")
    # on 31/8 the third was open, and late since 11/8, as far as 1/9 knew
    assert (pair(row["before"]), pair(row["after"]), row["after"]["ratio"]) == ((1, 1), (0, 0), None)
    assert classes(row) == {"0003": ("progressed", -1, -1)}


def test_a_dossier_grows_late_while_nothing_of_it_changes(tmp_path: Path, tthc: Run, data: Data) -> None:
    row = dossier(1, **OPEN, **{"Ngày hẹn trả": "05/09/2026"})
    tthc("collect", export(tmp_path / "a.csv", [row]), export(tmp_path / "b.csv", [row, dossier(2)], days=9))
    late = moved(data, "overdue_open", "--period", "2026-09", days=(FIRST, "2026-09-10"))
    assert (pair(late["before"]), pair(late["after"])) == ((0, 1), (1, 1))
    assert classes(late) == {"0001": ("elapsed", 1, 0)}
    (found,) = data("lineage", "--metric", "overdue_open", "--unit", "H35.12", "--period", "2026-09")["counts"]
    assert (found["count"], [row["dossier_code"][-4:] for row in found["rows"]]) == (1, ["0001"])
    # received in August, open in September
    trace = ("lineage", "--metric", "overdue_open", "--unit", "H35.12", "--period", "2026-09", "--part", "denominator")
    assert [(one["count"], one["rows_total"]) for one in data(*trace)["counts"]] == [(1, 1)]


def test_another_procedure_is_a_move(tmp_path: Path, tthc: Run, data: Data) -> None:
    other = {"Mã TTHC": "1.004528", "Tên thủ tục hành chính": "Công nhận điểm du lịch"}
    tthc("collect", export(tmp_path / "a.csv", [dossier(1)]))
    tthc("collect", export(tmp_path / "b.csv", [dossier(1, **COUNTER, **other)], days=1))
    row = moved(data, "online", "--period", "2026-08")
    assert classes(row) == {"0001": ("moved", -1, 0)}
    assert {"name": "procedure_key", "before": "1.001628", "after": "1.004528"} in row["dossiers"][0]["fields"]


def test_a_unit_that_comes_into_being_brings_dossiers_that_were_there(tmp_path: Path, tthc: Run, data: Data) -> None:
    tthc("collect", export(tmp_path / "a.csv", [dossier(1, **code("H35.12", 1))]))
    tthc("collect", export(tmp_path / "b.csv", [dossier(2, **code("H35.13", 2))], days=1))
    row = moved(data, "online", "--unit", "H35", "--period", "2026-08")  # two departments make a province
    assert (pair(row["before"]), pair(row["after"])) == ((None, None), (2, 2))
    assert classes(row) == {"0001": ("regrouped", 1, 1), "0002": ("new", 1, 1)}


@pytest.mark.usefixtures("two_days")
def test_the_first_state_may_know_nothing(data: Data) -> None:
    row = moved(data, "online", "--period", "2026-08", days=("2026-08-01", SECOND))
    assert (pair(row["before"]), pair(row["change"])) == ((None, None), (2, 4))
    assert {one["class"] for one in row["dossiers"]} == {"new"}


@pytest.mark.usefixtures("two_days")
def test_a_day_differs_from_itself_in_nothing(data: Data, tthc: Run) -> None:
    assert data("diff", SECOND, SECOND)["rows"] == []
    assert "Không số nào thay đổi" in tthc("diff", SECOND, SECOND).stdout


@pytest.mark.usefixtures("two_days")
def test_lineage_lists_the_rows_behind_a_count(data: Data) -> None:
    asked = ("lineage", "--metric", "online", "--unit", "H35.12", "--period", "2026-08")
    (found,) = data(*asked, "--as-of", FIRST)["counts"]
    assert found["count"] == 2
    assert [(row["dossier_code"][-4:], row["file_name"], row["row_number"]) for row in found["rows"]] == [
        ("0001", "a.csv", 2),
        ("0002", "a.csv", 3),
    ]
    (found,) = data(*asked, "--part", "denominator", "--limit", "1")["counts"]
    assert (found["count"], found["rows_total"], len(found["rows"])) == (4, 4, 1)
    (share,) = found["exports"]
    assert (share["file_name"], share["sheet"], share["rows"]) == ("b.xlsx", "Danh sách", 4)
    assert share["captured_at"] == "2026-09-03T02:00:00Z"


@pytest.mark.usefixtures("two_days")
def test_no_personal_data_and_a_page_for_people(tthc: Run) -> None:
    trace = ("lineage", "--metric", "online", "--unit", "H35.12")
    for words in (trace, ("diff", FIRST, SECOND)):
        page, document = tthc(*words).stdout, tthc(*words, "--json").stdout
        assert "H35.12-260803-0001" in page or "xử lý tiếp" in page
        for personal in ("Người thử", "0900000000", "Cán bộ thử"):
            assert personal not in page + document


DAYS = [CAPTURED.date() + timedelta(days=days) for days in range(3)]
UNITS = {1: "H35.12", 2: "H35.12", 3: "H35.12.01", 4: "H35.13"}
STATES = st.fixed_dictionaries(
    {
        "Trạng thái hồ sơ": st.sampled_from(["Đang xử lý", "Đã trả kết quả", "Không được tiếp nhận"]),
        "Ngày kết thúc xử lý": st.sampled_from(["", "05/08/2026", "11/08/2026 10:00:00", "02/09/2026"]),
        "Ngày hẹn trả": st.sampled_from(["", "10/08/2026", "01/09/2026"]),
        "Hình thức nộp hồ sơ": st.sampled_from(["Trực tuyến", "Trực tiếp", ""]),
        "Mã TTHC": st.sampled_from(["1.001628", "1.004528"]),
    }
)
# one export a day, none on some days; each dossier at most once in it
HISTORY = st.lists(st.dictionaries(st.integers(1, 4), STATES, max_size=4), min_size=3, max_size=3).filter(any)


def written(folder: Path, history: Any) -> dict[date, Path]:
    paths = {}
    for place, dossiers in enumerate(history):
        if dossiers:
            # the same bytes again would be no new export
            cells = {"Chủ hồ sơ": f"Người thử {place}"}
            rows = [dossier(n, **code(UNITS[n], n), **cells, **state) for n, state in dossiers.items()]
            paths[DAYS[place]] = export(folder / f"{place}.csv", rows, days=place)
    return paths


def said(data: Data, at: Path, *words: str) -> Any:
    document = data("rates", "--by", "unit", "--period", "2026-08", *words, at=at)
    return document["as_of"], document["rows"]


PROPERTY = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PROPERTY
@given(history=HISTORY)
def test_as_of_is_what_was_published_then_and_what_a_fresh_home_would_say(
    tmp_path_factory: pytest.TempPathFactory, tthc: Run, data: Data, history: Any
) -> None:
    folder = tmp_path_factory.mktemp("as-of")
    paths = written(folder, history)
    published = {}
    for day, path in paths.items():
        tthc("collect", path, at=folder / "daily")
        published[day] = said(data, folder / "daily")
    for day, then in published.items():
        assert said(data, folder / "daily", "--as-of", day.isoformat()) == then
    middle = sorted(paths)[len(paths) // 2]
    tthc("collect", *reversed([path for day, path in paths.items() if day <= middle]), at=folder / "fresh")
    assert said(data, folder / "fresh") == published[middle]


@PROPERTY
@given(history=HISTORY, unit=st.sampled_from([None, "H35.12"]), period=st.sampled_from(["2026-08", "2026"]))
def test_the_dossiers_that_moved_a_count_add_up_to_its_change(
    tmp_path_factory: pytest.TempPathFactory, tthc: Run, data: Data, history: Any, unit: Any, period: str
) -> None:
    folder = tmp_path_factory.mktemp("diff")
    tthc("collect", *written(folder, [{1: {}}, *history[1:]]).values(), at=folder / "home")
    home = open_home(folder / "home")
    asked = ["--period", period, *(["--unit", unit] if unit else [])]
    rows = data("diff", str(DAYS[0]), str(DAYS[2]), *asked, at=folder / "home")["rows"]
    changes = {(row["metric"], row["unit_code"]): pair(row["change"]) for row in rows}
    for row in rows:
        found = row["dossiers"]
        assert found
        assert all(pair(one) != (0, 0) for one in found)
        assert (sum(d["numerator"] for d in found), sum(d["denominator"] for d in found)) == pair(row["change"])
    with known_by(home, DAYS[0]) as first, known_by(home, DAYS[2]) as second:
        for new in rates(second, Register(()), unit=unit, period=period):
            if VARIANT[new.variant].counts_procedures:
                continue  # made of procedures: no dossier has a share
            was = {
                old.metric: old
                for root in {one.unit_code for one in rates(first, Register(()), by="unit")} & {new.unit_code}
                for old in rates(first, Register(()), unit=root, period=period)
            }
            old = (was[new.metric].numerator or 0, was[new.metric].denominator or 0) if was else (0, 0)
            change = ((new.numerator or 0) - old[0], (new.denominator or 0) - old[1])
            assert changes.get((new.metric, new.unit_code), (0, 0)) == change


@PROPERTY
@given(history=HISTORY)
def test_as_many_rows_stand_behind_a_count_as_it_counts(
    tmp_path_factory: pytest.TempPathFactory, tthc: Run, history: Any
) -> None:
    folder = tmp_path_factory.mktemp("lineage")
    tthc("collect", *written(folder, history).values(), at=folder / "home")
    with restored(open_home(folder / "home")) as state:
        asked = rates(state.snapshot, Register(()), metrics=["online", "on_time", "overdue_open"], period="2026")
        for metric, unit in {(one.metric, one.unit_code) for one in asked}:
            for part in Part:
                asked_of = {"metric": metric, "unit": unit, "period": "2026", "part": part}
                for found in lineage(state.con, state.snapshot, EVERYTHING, **asked_of):
                    assert len(found.rows) == (found.count or 0)
                    assert sum(share.rows for share in found.exports) == len(found.rows)


def portal(folder: Path, endpoint: str, captured_at: str, **counts: int) -> Path:
    """Write an example of the portal again, captured at another time, with other counts of the province."""
    name = f"{endpoint}.month-2026-08.H35"
    response = json.loads((PORTAL / f"{name}.json").read_text(encoding="utf-8"))
    request = json.loads((PORTAL / f"{name}.request.json").read_text(encoding="utf-8"))
    response["data"]["parent"].update(counts)
    request["captured_at"] = captured_at
    path = folder / f"{captured_at[:10]}.json"
    path.write_text(json.dumps(response), encoding="utf-8")
    path.with_suffix(".request.json").write_text(json.dumps(request), encoding="utf-8")
    return path


def test_a_restated_statistic_is_shown_with_both_exports(tmp_path: Path, tthc: Run, data: Data) -> None:
    first = portal(tmp_path, "provide-online-tree", "2026-09-05T01:00:00Z")
    again = {"channelOnlineSum": 1720, "channelDirectSum": 170}
    tthc("collect", first, portal(tmp_path, "provide-online-tree", "2026-09-12T01:00:00Z", **again))
    row = moved(data, "online", "--unit", "H35", days=("2026-09-05", "2026-09-12"))
    assert (pair(row["before"]), pair(row["after"]), pair(row["change"])) == ((1710, 1900), (1720, 1900), (10, 0))
    (count,) = row["statistics"]
    assert count["measure"] == "channel_online"
    assert [count[state]["value"] for state in ("before", "after")] == [1710, 1720]
    assert [count[state]["file_name"] for state in ("before", "after")] == ["2026-09-05.json", "2026-09-12.json"]
    (found,) = data("lineage", "--metric", "online", "--unit", "H35", "--part", "denominator")["counts"]
    (value,) = found["statistics"]
    assert (found["count"], value["value"], value["item"]) == (1900, 1900, "parent.channelTotalSum")
    assert value["file_name"] == "2026-09-12.json"


def reconciled(data: Data, metric: str, *more: str) -> dict[str, Any]:
    (row,) = data("reconcile", "--metric", metric, "--unit", "H35", *more)["rows"]
    return {**row, "told": {one["class"]: pair(one) for one in row["classes"] if one["class"] != "unit_missing"}}


def test_our_counts_beside_the_portals_worked_by_hand(tmp_path: Path, tthc: Run, data: Data) -> None:
    cash = {"Thanh toán trực tuyến": "Không"}
    tthc("collect", export(tmp_path / "a.csv", [dossier(1), dossier(2, **cash), dossier(3, **cash)]), PORTAL)
    row = reconciled(data, "online_payment")
    assert (pair(row["ours"]), pair(row["portal"])) == ((1, 3), (760, 800))
    assert (row["ours"]["variant"], row["portal"]["variant"]) == ("pay.dossier", "766-3.6")
    assert (row["period"]["label"], pair(row["difference"])) == ("2026-08", (-759, -797))
    missing = {one["message_vi"].split(":")[0]: pair(one) for one in row["classes"] if one["class"] == "unit_missing"}
    assert missing == {"UBND phường Mô Phỏng (H35.101)": (-468, -492), "UBND xã Mô Phỏng (H35.102)": (-235, -248)}
    # of H35.12 the portal counts 57 of 60, we count 1 of 3: what is left of the difference
    assert pair(row["unexplained"]) == (-56, -57)
    assert set(row["told"]) == {"definition"}
    assert "Cổng có số, ta chưa có hồ sơ nào" in " ".join(tthc("reconcile", "--unit", "H35").stdout.split())


def test_a_unit_the_portal_does_not_name_is_told(tmp_path: Path, tthc: Run, data: Data) -> None:
    tthc("collect", export(tmp_path / "a.csv", [dossier(1), dossier(2, **code("H35.13", 2))]), PORTAL)
    row = reconciled(data, "online_payment")
    assert (pair(row["ours"]), row["told"]["unit_ours_only"]) == ((2, 2), (1, 1))
    # of H35.12: 1 of 1 with us, 57 of 60 with the portal
    assert pair(row["unexplained"]) == (1 - 57, 1 - 60)


def test_what_came_after_the_portals_answer_is_told_apart(tmp_path: Path, tthc: Run, data: Data) -> None:
    that_day, next_day = ({"Ngày tiếp nhận": f"{day}/08/2026 16:00:00"} for day in ("05", "06"))
    rows = [dossier(1, **that_day), dossier(2, **next_day), dossier(3, **COUNTER, **next_day)]
    answer = portal(tmp_path, "provide-online-tree", "2026-08-05T01:00:00Z", channelOnlineSum=1, channelTotalSum=1)
    tthc("collect", answer, export(tmp_path / "a.csv", rows))
    row = reconciled(data, "online")
    assert (pair(row["ours"]), pair(row["portal"])) == ((2, 3), (1, 1))
    assert row["told"] == {"received_after": (1, 2)}
    assert (pair(row["difference"]), pair(row["unexplained"])) == ((1, 2), (0, 0))
    captured = [row[side]["captured_at"] for side in ("ours", "portal")]
    assert captured == ["2026-09-01T02:00:00Z", "2026-08-05T01:00:00Z"]


def test_a_list_older_than_the_portals_answer_is_named(tmp_path: Path, tthc: Run, data: Data) -> None:
    tthc("collect", export(tmp_path / "a.csv", [dossier(1)], days=-20), PORTAL)
    row = reconciled(data, "digitised_full")
    assert row["told"] == {"ours_older": (None, None)}


def test_without_a_second_source_there_is_nothing_to_reconcile(tmp_path: Path, tthc: Run, data: Data) -> None:
    tthc("collect", PORTAL)
    assert data("reconcile")["rows"] == []
    assert "Không có tỷ lệ nào" in tthc("reconcile").stdout
