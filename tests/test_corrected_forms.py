"""A form that comes again takes the place of the one before as a whole, where it is known whose report both are."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors import run as collecting
from collectors import warehouse
from collectors.home import open_home
from collectors.run import Told
from collectors.unit_names import code_of
from metrics import count
from tests.conftest import dossier, stamp, write_csv
from tests.test_forms import FOLDER

Run = Callable[..., Result]
Data = Callable[..., Any]
OFFICE = "- Đơn vị báo cáo: UBND tỉnh Thử Nghiệm"
NAME = "Sở Văn hóa, Thể thao và Du lịch"  # H35.12 in the lists of tests
NOW = datetime(2026, 10, 1, tzinfo=UTC)
HEAD = (FOLDER / "vpcp_06_unit.06a.xls").read_text(encoding="utf-8").partition("<tbody>")[0]
JULY = "(Từ ngày 01/07/2026 đến ngày 31/07/2026)"


def put(
    folder: Path,
    name: str,
    rows: Mapping[str, int],
    *,
    day: int,
    office: str | None = "UBND tỉnh Thử Nghiệm",
    unit: str = "",
    days: str = JULY,
    refused: bool = False,
) -> Path:
    """Write a 06a form captured on a day of September: per unit so many received online, 10 directly, all resolved in time.

    office: whose report its title says it is; unit: the code told beside it. refused: one more row cannot be read.
    """
    said = HEAD.replace(OFFICE, f"- Đơn vị báo cáo: {office}" if office else "").replace(JULY, days)
    lines = [(str(number), *row, 10) for number, row in enumerate(rows.items(), start=1)]
    total = ("", "Tổng số", sum(rows.values()), 10 * len(rows))
    body = "".join(_row(*line) for line in (*lines, total))
    bad = _row("9", "Sở Hỏng", 7, 1).replace("<td>7</td>", "<td>bảy</td>") if refused else ""
    path = folder / f"{name}.xls"
    path.write_text(f"{said}<tbody>{bad}{body}</tbody></table></body></html>", encoding="utf-8")
    beside = {"captured_at": f"2026-09-{day:02}T02:00:00Z", **({"unit": unit} if unit else {})}
    path.with_suffix(".request.json").write_text(json.dumps(beside), encoding="utf-8")
    return path


def _row(number: str, name: str, online: int, direct: int) -> str:
    every = online + direct
    cells = (every, online, direct, 0, every, every, 0, 0, 0, 0, 0)
    return f"<tr><td>{number}</td><td>{name}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


@contextmanager
def store(home: Path, *, anew: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.opened(open_home(home), counted_schema=count.SCHEMA_SQL, now=NOW, anew=anew) as opened:
        yield opened.con


def collect(con: duckdb.DuckDBPyConnection, home: Path, *paths: Path) -> None:
    installed = open_home(home)
    reports = collecting.collect(con, installed, paths, told=Told(), now=NOW, progress=lambda *_: None)
    assert all(report.export_id for report in reports), [report.message_vi for report in reports]


def standing(con: duckdb.DuckDBPyConnection, measure: str = "form_received_online") -> dict[str, int]:
    """Return the counts by unit; fails where one stands twice."""
    rows = con.execute("SELECT unit_code, value FROM collected.statistic WHERE measure = ?", [measure]).fetchall()
    assert len({unit for unit, _ in rows}) == len(rows), rows
    return {unit: int(value) for unit, value in rows}


def everything(con: duckdb.DuckDBPyConnection) -> list[Any]:
    tables = ("statistic", "superseded", "form")
    return [con.execute(f"SELECT * FROM collected.{table} ORDER BY ALL").fetchall() for table in tables]


def told(data: Data, check_id: str) -> int:
    (one,) = (one for one in data("quality")["checks"] if one["check_id"] == check_id)
    return int(one["failing"])


def online(data: Data, *more: str) -> dict[str, tuple[int, int]]:
    asked = ("rates", "--source", "vpcp_06", "--by", "unit", "--metric", "online", "--period", "2026-07", *more)
    return {row["unit_code"]: (row["numerator"], row["denominator"]) for row in data(*asked)["rows"]}


# ── through the command line, worked by hand ──────────────────────────────────────────────────────────────


def test_a_row_that_the_corrected_form_has_no_more_counts_no_more(tmp_path: Path, tthc: Run, data: Data) -> None:
    first = put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50}, day=1)
    second = put(tmp_path, "b", {"Xã Một": 40}, day=3)
    assert tthc("collect", first, second).exit_code == 0
    assert online(data) == {"ten:xa-mot": (40, 50)}
    assert online(data, "--as-of", "2026-09-02") == {"ten:xa-mot": (30, 40), "ten:xa-hai": (50, 60)}
    assert (told(data, "form_rows_gone"), told(data, "form_rows_kept")) == (1, 0)
    tthc("rebuild")
    assert online(data) == {"ten:xa-mot": (40, 50)}


def test_what_disappeared_is_listed_and_traced(tmp_path: Path, tthc: Run, data: Data) -> None:
    tthc("collect", put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50}, day=1), put(tmp_path, "b", {"Xã Một": 40}, day=3))
    asked = ("diff", "2026-09-01", "2026-09-03", "--metric", "online", "--period", "2026-07")
    rows = {row["unit_code"]: row for row in data(*asked)["rows"]}
    assert {unit: tuple(row["change"].values()) for unit, row in rows.items()} == {
        "ten:xa-mot": (10, 10),
        "ten:xa-hai": (-50, -60),
    }
    gone = rows["ten:xa-hai"]
    assert tuple(gone["after"].values())[:2] == (None, None)
    assert [(one["before"]["file_name"], one["after"]) for one in gone["statistics"]] == [("a.xls", None)] * 2
    (alone,) = data(*asked, "--unit", "ten:xa-hai")["rows"]  # which the second state does not know at all
    assert alone == gone
    assert "không còn" in tthc(*asked).stdout
    assert tthc(*asked, "--unit", "ten:xa-ba").exit_code == 2
    (traced,) = data("lineage", "--metric", "online", "--unit", "ten:xa-mot", "--period", "2026-07")["counts"]
    assert [(one["file_name"], one["value"]) for one in traced["statistics"]] == [("b.xls", 40)]


def test_taking_the_corrected_form_back_brings_the_row_back(tmp_path: Path, tthc: Run, data: Data) -> None:
    tthc("collect", put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50}, day=1), put(tmp_path, "b", {"Xã Một": 40}, day=3))
    said = ("--by", "Văn phòng", "--reason", "nhầm")
    assert tthc("forget", "b.xls", *said).exit_code == 0
    assert online(data) == {"ten:xa-mot": (30, 40), "ten:xa-hai": (50, 60)}
    assert tthc("forget", "b.xls", *said, "--undo").exit_code == 0
    assert online(data) == {"ten:xa-mot": (40, 50)}


def test_where_nobody_said_whose_it_is_rows_stay_and_that_is_told_until_somebody_says(
    tmp_path: Path, tthc: Run, data: Data
) -> None:
    first = put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50, "Xã Ba": 20}, day=1, office=None)
    second = put(tmp_path, "b", {"Xã Một": 40}, day=3, office=None)
    tthc("collect", first, second)
    assert online(data) == {"ten:xa-mot": (40, 50), "ten:xa-hai": (50, 60), "ten:xa-ba": (20, 30)}
    assert (told(data, "form_rows_gone"), told(data, "form_rows_kept")) == (0, 2)
    assert "--unit" in tthc("quality").stdout
    said = data("collect", first, second, "--unit", "H56")["reports"]
    assert [report["outcome"] for report in said] == ["accepted", "accepted"]
    assert online(data) == {"ten:xa-mot": (40, 50)}
    assert (told(data, "form_rows_gone"), told(data, "form_rows_kept")) == (2, 0)
    tthc("rebuild")
    assert online(data) == {"ten:xa-mot": (40, 50)}
    again = data("collect", first, second, "--unit", "H56")["reports"]
    assert [report["outcome"] for report in again] == ["already", "already"]


@pytest.mark.parametrize("office", [None, "UBND tỉnh Thử Nghiệm"])
def test_forms_without_a_row_in_common_are_of_other_units_and_both_stand(
    tmp_path: Path, tthc: Run, data: Data, office: str | None
) -> None:
    tthc("collect", put(tmp_path, "so", {"Sở Một": 30}, day=1, office=office))
    tthc("collect", put(tmp_path, "xa", {"Xã Một": 40}, day=3, office=office))
    assert online(data) == {"ten:so-mot": (30, 40), "ten:xa-mot": (40, 50)}
    assert (told(data, "form_rows_gone"), told(data, "form_rows_kept")) == (0, 0)


def test_a_form_with_a_refused_row_withdraws_nothing_and_that_is_told(tmp_path: Path, tthc: Run, data: Data) -> None:
    first = put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50}, day=1)
    assert tthc("collect", first, put(tmp_path, "b", {"Xã Một": 40}, day=3, refused=True)).exit_code == 1
    assert online(data) == {"ten:xa-mot": (40, 50), "ten:xa-hai": (50, 60)}
    assert (told(data, "form_rows_gone"), told(data, "form_rows_kept")) == (0, 1)


@pytest.mark.parametrize(("end", "left"), [("</table></body></html>", False), ("", True)])
def test_a_page_that_was_cut_off_withdraws_nothing(home: Path, tmp_path: Path, end: str, left: bool) -> None:
    second = put(tmp_path, "b", {"Xã Một": 40}, day=3)
    second.write_text(second.read_text(encoding="utf-8").removesuffix("</table></body></html>") + end, encoding="utf-8")
    with store(home) as con:
        collect(con, home, put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50}, day=1), second)
        assert standing(con) == {"ten:xa-mot": 40, **({"ten:xa-hai": 50} if left else {})}


@pytest.mark.parametrize("cut", [False, True])
def test_a_form_that_lacks_rows_of_a_unit_withdraws_nothing(home: Path, tmp_path: Path, cut: bool) -> None:
    """Three lines a unit: the second form has not the first unit, and, cut, not the last line of the second."""
    text = (FOLDER / "tandan_online_level.xls").read_text(encoding="utf-8")
    lines = text.partition("<tbody>")[2].splitlines(keepends=True)
    without = text.replace("".join(lines[1:4]), "").replace(lines[6] if cut else "", "")
    with store(home) as con:
        for day, page in ((1, text), (3, without)):
            path = tmp_path / f"{day}.xls"
            path.write_text(page, encoding="utf-8")
            told = {"captured_at": f"2026-09-{day:02}T02:00:00Z", "unit": "H56"}
            path.with_suffix(".request.json").write_text(json.dumps(told), encoding="utf-8")
            collect(con, home, path)
        units = con.execute("SELECT DISTINCT unit_code FROM collected.statistic ORDER BY ALL").fetchall()
        assert units == ([("ten:so-tu-phap",)] if cut else []) + [("ten:so-xay-dung",)]


def test_each_month_of_a_form_with_months_is_a_report_of_its_own(tmp_path: Path, tthc: Run, data: Data) -> None:
    """July is delivered again without its second field, August not at all: August stands as it was."""
    head = "year,month,domainCode,domainName,received,ontime,overdue,online,release,fromViaPostal\n"
    july, lost = "2026,7,G15-HT01,Hộ tịch,90,80,5,60,85,10\n", "2026,7,G15-DD01,Đất đai,30,20,0,10,20,\n"
    august = "2026,8,G15-DD01,Đất đai,70,60,0,50,60,\n"
    for name, text, day in (("a", head + july + lost + august, 1), ("b", head + july.replace("60", "61"), 3)):
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        tthc("collect", stamp(path, datetime(2026, 9, day, 2, tzinfo=UTC)), "--unit", "H56")
    for period, online_of in (("2026-07", {"Hộ tịch": 61}), ("2026-08", {"Đất đai": 50})):
        rows = data("rates", "--unit", "H56", "--by", "field", "--metric", "online", "--period", period)["rows"]
        assert {row["field"]: row["numerator"] for row in rows} == online_of


def test_an_archive_from_before_forms_told_whose_they_are_still_loads(
    home: Path, tmp_path: Path, tthc: Run, data: Data
) -> None:
    tthc("collect", put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50}, day=1))
    (file,) = (home / "archive").rglob("statistics.parquet")
    with duckdb.connect() as con:
        con.execute("CREATE TABLE old AS SELECT * EXCLUDE (layout, reporting_unit) FROM read_parquet(?)", [str(file)])
        file.unlink()
        con.execute(f"COPY old TO '{file}' (FORMAT parquet)")
    sidecar = file.with_name("export.json")
    values = json.loads(sidecar.read_text(encoding="utf-8"))
    del values["untold_id"]
    sidecar.write_text(json.dumps(values), encoding="utf-8")
    assert tthc("rebuild").exit_code == 0
    assert online(data) == {"ten:xa-mot": (30, 40), "ten:xa-hai": (50, 60)}
    tthc("collect", put(tmp_path, "b", {"Xã Một": 40}, day=3))
    assert online(data) == {"ten:xa-mot": (40, 50), "ten:xa-hai": (50, 60)}
    assert told(data, "form_rows_kept") == 1


# ── whatever the order ────────────────────────────────────────────────────────────────────────────────────


def test_three_forms_and_the_list_that_tells_a_code_in_any_order(tmp_path: Path) -> None:
    """Named in one title, told by its code with another: one report once a list says which unit the name is of.

    The form of another office says a row too, and the oldest one withdrawn says one that nobody else says.
    """
    paths = [
        write_csv(tmp_path / "list.csv", [dossier(1)]),
        put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50, "Xã Ba": 5}, day=1, office=NAME),
        put(tmp_path, "b", {"Xã Hai": 60}, day=2, office="Sở Khác"),
        put(tmp_path, "c", {"Xã Một": 40}, day=3, office=None, unit="H35.12"),
    ]
    states = []
    for place, order in enumerate(itertools.permutations(paths)):
        home = tmp_path / f"home-{place}"
        with store(home) as con:
            for path in order:
                collect(con, home, path)
            assert standing(con) == {"ten:xa-mot": 40, "ten:xa-hai": 60}
            states.append(everything(con))
    assert all(state == states[0] for state in states)


def test_a_count_of_another_report_stands_again_when_the_newer_one_is_withdrawn(tmp_path: Path) -> None:
    """Office A says 30 of it, office B later 60, and B's correction nothing: 30 stands, whatever came first."""
    paths = [
        put(tmp_path, "a", {"Xã Một": 30}, day=1, office="Sở A"),
        put(tmp_path, "b", {"Xã Một": 60, "Xã Hai": 1}, day=2, office="Sở B"),
        put(tmp_path, "c", {"Xã Hai": 2}, day=3, office="Sở B"),
    ]
    for place, order in enumerate(itertools.permutations(paths)):
        home = tmp_path / f"home-{place}"
        with store(home) as con:
            for path in order:
                collect(con, home, path)
            assert standing(con) == {"ten:xa-mot": 30, "ten:xa-hai": 2}


def test_a_unit_whose_code_is_known_has_one_count_after_a_correction(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    (home / "tthc.toml").write_text('[[unit]]\ncode = "H56.99"\nname = "Xã Một"\n', encoding="utf-8")
    with store(home) as con:
        collect(con, home, put(tmp_path, "a", {"Xã Một": 30}, day=1))
        collect(con, home, put(tmp_path, "b", {"Xã Một": 40}, day=3, refused=True))
        assert standing(con) == {"H56.99": 40}


def test_a_name_that_a_second_unit_bears_is_nobody_s_whatever_came_first(tmp_path: Path) -> None:
    """Two lists call H35.12 and H35.13 alike: a row of that name keeps its made code, and a title of that name is of none."""
    other = {"Số hồ sơ": "H35.13-260803-0001"}
    paths = [
        write_csv(tmp_path / "one.csv", [dossier(1)]),
        write_csv(tmp_path / "two.csv", [dossier(2, **other)]),
        put(tmp_path, "a", {NAME: 30, "Xã Hai": 50}, day=1, office=NAME),
        put(tmp_path, "b", {NAME: 40}, day=3, office=None, unit="H35.12"),
    ]
    for place, order in enumerate(itertools.permutations(paths)):
        home = tmp_path / f"home-{place}"
        with store(home) as con:
            for path in order:
                collect(con, home, path)
            assert standing(con) == {code_of(NAME): 40, "ten:xa-hai": 50}


def test_an_older_form_delivered_again_is_the_newest(home: Path, tmp_path: Path) -> None:
    first = put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50}, day=1)
    with store(home) as con:
        collect(con, home, first)
        collect(con, home, put(tmp_path, "b", {"Xã Một": 40, "Xã Ba": 5}, day=3))
        assert standing(con) == {"ten:xa-mot": 40, "ten:xa-ba": 5}
        collect(con, home, stamp(first, datetime(2026, 9, 5, tzinfo=UTC)))
        assert standing(con) == {"ten:xa-mot": 30, "ten:xa-hai": 50}


def test_a_form_of_another_period_or_office_withdraws_nothing(home: Path, tmp_path: Path) -> None:
    with store(home) as con:
        collect(con, home, put(tmp_path, "a", {"Xã Một": 30, "Xã Hai": 50}, day=1))
        collect(con, home, put(tmp_path, "b", {"Xã Ba": 40}, day=3, office="Sở Khác"))
        august = "(Từ ngày 01/08/2026 đến ngày 31/08/2026)"
        collect(con, home, put(tmp_path, "c", {"Xã Bốn": 40}, day=4, days=august))
        assert standing(con) == {"ten:xa-mot": 30, "ten:xa-hai": 50, "ten:xa-ba": 40, "ten:xa-bon": 40}


# whose a form is: what its title says, what is told beside it; the first two are one office
WHOSE = {"named": ("Sở A", ""), "coded": (None, "H56.1"), "other": ("Sở B", ""), "unsaid": (None, "")}
UNITS = {"Xã Một": "ten:xa-mot", "Xã Hai": "H56.99", "Xã Ba": "ten:xa-ba"}
SETTINGS = '[[unit]]\ncode = "H56.1"\nname = "Sở A"\n\n[[unit]]\ncode = "H56.99"\nname = "Xã Hai"\n'
FORMS = st.lists(
    st.tuples(
        st.sampled_from(sorted(WHOSE)),
        st.dictionaries(st.sampled_from(sorted(UNITS)), st.integers(0, 99), min_size=1),
        st.booleans(),
    ),
    min_size=2,
    max_size=4,
)
Form = tuple[str, Mapping[str, int], bool]


def rule(forms: Sequence[Form]) -> dict[str, int]:
    """Return what stands of forms that are told in the order of their days: the rule, written down once more."""
    office = {"named": 1, "coded": 1, "other": 2, "unsaid": None}
    stands: dict[str, int] = {}
    for place, (whose, rows, _) in enumerate(forms):
        withdrawn = any(
            office[whose] and office[later] == office[whose] and not refused and set(rows) & set(newer)
            for later, newer, refused in forms[place + 1 :]
        )
        stands |= {} if withdrawn else {UNITS[name]: value for name, value in rows.items()}
    return stands


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms=FORMS, shuffle=st.randoms(use_true_random=False))
def test_any_forms_in_any_order_stand_by_the_rule(
    tmp_path_factory: pytest.TempPathFactory, forms: list[Form], shuffle: Any
) -> None:
    folder = tmp_path_factory.mktemp("forms")
    home = folder / "home"
    home.mkdir()
    (home / "tthc.toml").write_text(SETTINGS, encoding="utf-8")
    paths = [
        put(folder, str(day), rows, day=day, office=WHOSE[whose][0], unit=WHOSE[whose][1], refused=refused)
        for day, (whose, rows, refused) in enumerate(forms, start=1)
    ]
    shuffle.shuffle(paths)
    with store(home) as con:
        for path in paths:
            collect(con, home, path)
        assert standing(con) == rule(forms)
        one_by_one = everything(con)
    with store(home, anew=True) as con:
        collecting.restore(con, open_home(home), everything=True)
        assert everything(con) == one_by_one
