"""The dossiers that are open: which they are, how many working days are left, and as many as the published counts say."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics import open_dossiers
from metrics.alerts import SourceState
from metrics.count import SCHEMA_SQL
from metrics.definitions import Kind
from metrics.snapshot import Snapshot
from metrics.targets import load_register
from metrics.working_days import load_calendar
from tests.test_count import BY_HAND, Dossier, at, dossier
from tests.test_publish import CAPTURED, ROOT, Office

MOMENTS = st.datetimes(min_value=at("2026-07-20 00:00:00"), max_value=at("2026-09-10 00:00:00"))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute((ROOT / "collectors" / "schema.sql").read_text(encoding="utf-8"))
        con.execute(SCHEMA_SQL)
        yield Office(tmp_path / "home", con, load_register())


def listed(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    return {row["dossier_code"]: row for row in snapshot.rows("SELECT * FROM open_dossier")}


def by_unit(snapshot: Snapshot) -> tuple[dict[str, int], dict[str, int]]:
    """Late and open by unit, as listed."""
    rows = listed(snapshot).values()
    late = Counter(row["unit_code"] for row in rows if row["late"])
    return dict(late), dict(Counter(row["unit_code"] for row in rows))


def published(snapshot: Snapshot) -> tuple[dict[str, int], dict[str, int]]:
    """The same, as published: numerator and denominator of `overdue_open` of the units at the foot, without zeros."""
    rows = snapshot.rows("""
        SELECT unit_code, numerator, denominator FROM assessment JOIN unit USING (unit_code)
        WHERE metric = 'overdue_open' AND period_kind = 'year_to_date' AND unit.leaf
    """)
    late = {row["unit_code"]: row["numerator"] for row in rows if row["numerator"]}
    return late, {row["unit_code"]: row["denominator"] for row in rows if row["denominator"]}


def test_the_worked_dossiers_are_as_many_as_the_published_counts(office: Office) -> None:
    office.put(*BY_HAND)
    with office.publish() as snapshot:
        assert by_unit(snapshot) == published(snapshot)
        assert sum(by_unit(snapshot)[0].values()) > 0


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "unit_code": st.sampled_from(["H35.12", "H35.15"]),
                "resolving_unit_code": st.sampled_from([None, "H35.12", "H35.15"]),
                "status": st.sampled_from([None, *range(1, 11)]),
                "received_at": st.none() | MOMENTS,
                "due_at": st.none() | MOMENTS,
                "finished_at": st.none() | MOMENTS,
                "returned_at": st.none() | MOMENTS,
            }
        ),
        max_size=25,
    )
)
def test_whatever_the_dossiers_listed_and_counted_agree(office: Office, made: list[Dossier]) -> None:
    office.con.execute("DELETE FROM collected.dossier; DELETE FROM counted.daily; DELETE FROM counted.origin")
    rows = [{**dossier(str(number)), **cells} for number, cells in enumerate(made)]
    office.put(*rows, dossier("a", unit_code="H35.12"), dossier("b", unit_code="H35.15"))
    with office.publish() as snapshot:
        assert by_unit(snapshot) == published(snapshot)


def test_days_left_are_working_days_and_a_waiting_dossier_is_never_late(office: Office) -> None:
    # Captured 2026-09-01, Tuesday; 1 and 2 September 2026 are the national holidays, 31 August was exchanged.
    office.put(
        dossier("late", due_at="2026-08-25 17:00:00"),
        dossier("today", due_at="2026-09-01 17:00:00"),
        dossier("soon", due_at="2026-09-04 17:00:00"),
        dossier("waiting", due_at="2026-08-25 17:00:00", status=5),
        dossier("undue", due_at=None),
        dossier("no calendar", due_at="2090-01-01 17:00:00"),
        dossier("done", status=9, finished_at="2026-08-20 09:00:00"),
    )
    calendar = load_calendar()
    with office.publish() as snapshot:
        found = listed(snapshot)
    assert found.keys() == {"late", "today", "soon", "waiting", "undue", "no calendar"}
    assert found["late"]["days_left"] == -calendar.between(date(2026, 8, 26), date(2026, 9, 1)) < 0
    assert (found["today"]["days_left"], found["today"]["late"]) == (0, False)
    assert found["soon"]["days_left"] == calendar.between(date(2026, 9, 2), date(2026, 9, 4)) == 2
    assert (found["waiting"]["waiting"], found["waiting"]["late"]) == (True, False)
    assert found["undue"]["days_left"] is None and found["no calendar"]["days_left"] is None


def test_of_very_many_the_newest_are_listed_and_all_are_counted(office: Office) -> None:
    rows = [
        dossier(str(day), received_at=f"2026-08-{day:02} 08:00:00", due_at="2026-08-20 17:00:00") for day in (3, 4, 5)
    ]
    office.put(*rows)
    source = SourceState("igate", Kind.DOSSIER, False, CAPTURED, None, None, None)
    with office.publish() as snapshot:
        assert snapshot.rows("SELECT * FROM open_total") == [{"source": "igate", "open": 3, "late": 3, "listed": 3}]
    office.con.execute("ATTACH ':memory:' AS snapshot")
    office.con.execute(open_dossiers.TABLES_SQL)
    open_dossiers.fill(office.con, [source], load_calendar(), most=2)
    kept = office.con.execute("SELECT dossier_code FROM snapshot.open_dossier ORDER BY 1").fetchall()
    assert kept == [("4",), ("5",)]
    assert office.con.execute("SELECT * FROM snapshot.open_total").fetchall() == [("igate", 3, 3, 2)]


def test_no_column_holds_a_person(office: Office) -> None:
    office.put(dossier("x"))
    with office.publish() as snapshot:
        columns = {row["column_name"] for row in snapshot.rows("DESCRIBE open_dossier")}
    told = {"source", "dossier_code", "unit_code", "procedure_key", "received", "due", "status"}
    assert columns == {*told, "waiting", "late", "days_left"}
