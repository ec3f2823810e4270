"""Counting: fifteen dossiers worked by hand, and properties that hold for any dossiers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.count import SCHEMA_SQL, recount
from metrics.definitions import METRICS, Kind
from metrics.measures import COUNTED_NAMES

ROOT = Path(__file__).parents[1]
COLUMNS = (
    *("source", "dossier_code", "unit_code", "resolving_unit_code", "procedure_key", "channel", "service_level"),
    *("received_at", "due_at", "finished_at", "returned_at", "status", "fee_obligation", "fee_amount", "paid_online"),
    "paid",
    *("components_digitised", "result_electronic", "data_reused", "satisfied"),
    *("export_id", "sheet", "row_number", "captured_at"),
)
Dossier = dict[str, Any]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def dossier(code: str, **cells: Any) -> Dossier:
    """Return a dossier of August 2026: online, full, no fee, nothing digitised, received on the 3rd, due on the 10th."""
    given_cells = {name: at(value) if name.endswith("_at") and value else value for name, value in cells.items()}
    return {
        **dict.fromkeys(COLUMNS),
        "source": "igate",
        "dossier_code": code,
        "unit_code": "H35.12",
        "procedure_key": "1.001628",
        "channel": "online",
        "service_level": "full",
        "received_at": at("2026-08-03 08:00:00"),
        "due_at": at("2026-08-10 17:00:00"),
        "status": 4,
        "fee_obligation": False,
        "fee_amount": 0,
        "paid_online": False,
        "components_digitised": False,
        "result_electronic": False,
        "data_reused": False,
        "export_id": "x",
        "sheet": "s",
        "row_number": 1,
        "captured_at": at("2026-09-01 02:00:00"),
        **given_cells,
    }


def put(con: duckdb.DuckDBPyConnection, dossiers: Sequence[Dossier]) -> None:
    """Load dossiers the way a collector does: they take the place of their older version, and touch its days too."""
    known = {row["dossier_code"]: row for row in everything(con)}
    new = {row["dossier_code"]: row for row in dossiers}
    versions = [*new.values(), *(known[code] for code in new if code in known)]
    con.execute("DELETE FROM collected.dossier WHERE list_contains(?, dossier_code)", [list(new)])
    append(con, "collected.dossier", [tuple(row[name] for name in COLUMNS) for row in new.values()])
    append(con, "collected.touched_day", [(day,) for day in {day for row in versions for day in days_of(row)}])


def append(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with con.appender(table) as appender:
        for row in rows:
            appender.append_row(*row)


def days_of(row: Mapping[str, Any]) -> set[date]:
    """Return the days that a version of a dossier bears on, as the collector touches them."""
    moments = [row["received_at"], row["finished_at"], row["returned_at"]]
    due = [row["due_at"], row["due_at"] + timedelta(days=1)] if row["due_at"] else []
    return {moment.date() for moment in (*moments, *due) if moment}


def everything(con: duckdb.DuckDBPyConnection) -> list[Dossier]:
    rows = con.execute(f"SELECT {', '.join(COLUMNS)} FROM collected.dossier").fetchall()
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def daily(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute("SELECT * FROM counted.daily ORDER BY ALL").fetchall()


def sums(con: duckdb.DuckDBPyConnection, where: str = "TRUE", params: Sequence[object] = ()) -> dict[str, int]:
    select = ", ".join(f'coalesce(sum("{name}"), 0)' for name in COUNTED_NAMES)
    row = con.execute(f"SELECT {select} FROM counted.daily WHERE {where}", list(params)).fetchall()[0]
    return dict(zip(COUNTED_NAMES, row, strict=True))


def stocks(con: duckdb.DuckDBPyConnection, *days: date) -> list[tuple[int, int]]:
    """Return how many dossiers are open, and how many of these overdue, at the end of each day."""
    flows = con.execute('SELECT day, entered - "left", overdue_entered - overdue_left FROM counted.daily').fetchall()
    return [
        (sum(opened for on, opened, _ in flows if on <= day), sum(late for on, _, late in flows if on <= day))
        for day in days
    ]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute((ROOT / "collectors" / "schema.sql").read_text(encoding="utf-8"))
        connection.execute(SCHEMA_SQL)
        yield connection


NO_COLUMNS = dict.fromkeys(
    [
        *("channel", "service_level", "fee_obligation", "paid_online", "components_digitised"),
        *("result_electronic", "data_reused", "satisfied"),
    ]
)
BY_HAND = [
    # 1 online, full, fee paid online, both files, reused, rated well; resolved on the 7th, on time
    dossier(
        "1",
        status=10,
        finished_at="2026-08-07 09:00:00",
        returned_at="2026-08-08 09:00:00",
        fee_obligation=True,
        paid_online=True,
        components_digitised=True,
        result_electronic=True,
        data_reused=True,
        satisfied=True,
    ),
    # 2 online, partial, fee not paid online, components only, rated badly; resolved on the 12th, two days late
    dossier(
        "2",
        service_level="partial",
        status=9,
        finished_at="2026-08-12 09:00:00",
        fee_obligation=True,
        components_digitised=True,
        satisfied=False,
    ),
    # 3 at the counter, full; no finished date, so the hand-over counts: the very second it was due, on time
    dossier("3", channel="direct", status=10, returned_at="2026-08-10 17:00:00", result_electronic=True),
    # 4 blank channel (counts as the counter), a level without service; no due date, resolved: on time
    dossier(
        "4", channel="missing", service_level="information", due_at=None, status=9, finished_at="2026-08-20 10:00:00"
    ),
    # 5 by post, full; open and overdue from the 11th
    dossier("5", channel="postal"),
    # 6 a channel we cannot read, blank level; waits for papers: open, never late
    dossier("6", channel="unknown", service_level="missing", status=5),
    # 7 waits for a payment: open, never late; says there is a fee, but not whether it was paid
    dossier("7", status=6, fee_obligation=True, paid_online=None),
    # 8 only registered, 9 not received: nowhere
    dossier("8", status=1),
    dossier("9", status=3, finished_at="2026-08-05 08:00:00"),
    # 10 withdrawn on the 15th: received, not resolved; was overdue from the 11th to the 14th
    dossier("10", status=7, finished_at="2026-08-15 08:00:00"),
    # 11 stopped on the 10th, its due day: received, not resolved, never overdue
    dossier("11", status=8, finished_at="2026-08-10 20:00:00"),
    # 12 closed, but nobody wrote when: received, neither resolved nor open
    dossier("12", status=9),
    # 13 a status we cannot read: received and open, overdue from the 11th
    dossier("13", status=None),
    # 14 a list without the columns; finished before it came (a fault kept): resolved on the 1st, left on the 3rd
    dossier("14", **NO_COLUMNS, status=9, finished_at="2026-08-01 08:00:00"),
    # 15 due before it came: overdue from its first day, resolved late on the 6th
    dossier("15", due_at="2026-07-31 17:00:00", status=9, finished_at="2026-08-06 08:00:00"),
]
EXPECTED = {
    "received": 13,  # all but 8, 9
    "channel_known": 12,  # all of these but 14
    "received_online": 8,  # 1 2 7 10 11 12 13 15
    "received_direct": 2,  # 3 4
    "received_postal": 1,  # 5
    "received_channel_unknown": 1,  # 6
    "level_known": 12,
    "received_online_full": 7,  # those online but 2
    "received_online_partial": 1,  # 2
    "received_offered": 10,  # 1 2 3 5 7 10 11 12 13 15
    "received_online_of_offered": 8,
    "payment_known": 11,  # all received but 7 (fee, payment not told) and 14
    "fee_known": 2,  # 1 2
    "received_paid_online": 1,  # 1
    "digitisation_known": 12,
    "received_digitised": 2,  # 1 2
    "reuse_known": 12,
    "received_reused": 1,  # 1
    "digitised_full_known": 12,
    "received_digitised_full": 1,  # 1
    "paper_known": 3,  # 3 4 5
    "paper_digitised": 0,
    "settled": 0,
    "settled_online": 0,
    "fee_due_amount": 0,
    "fee_paid_online_amount": 0,
    "received_without_due": 1,  # 4
    "rated": 2,  # 1 2
    "satisfied": 1,  # 1
    "resolved": 6,  # 1 2 3 4 14 15
    "resolved_on_time": 4,  # 1 3 4 14
    "resolved_late": 2,  # 2 15
    "resolved_without_due": 1,  # 4
    "result_known": 5,  # all of these but 14
    "resolved_electronic": 2,  # 1 3
    "withdrawn": 1,  # 10
    "stopped": 1,  # 11
    "ended_td": 7,  # those resolved, and 10
    "ended_on_time_td": 5,  # 1 3 4 14, and 10
    "ended_early_td": 2,  # 1 14; 3 on its very day
    "ended_766": 7,  # 1 2 3 10 11 14 15; 4 has no due date
    "ended_on_time_766": 3,  # 1 3 14; 11 was stopped on its due day, but after the hour
    "entered": 12,  # all received but 12
    "left": 8,  # 1 2 3 4 10 11 14 15
    "overdue_entered": 5,  # 2 5 10 13 15
    "overdue_left": 3,  # 2 10 15
    "waiting_entered": 2,  # 6 7
    "overdue_paying_entered": 1,  # 7
    "reached_entered": 5,  # 2 5 10 13, and 15 on its first day
    "dated_entered": 11,  # those entered but 4
    "reached_left": 3,  # 2 10 15
    "dated_left": 7,  # those that left but 4
}


def test_fifteen_dossiers_counted_by_hand(con: duckdb.DuckDBPyConnection) -> None:
    put(con, BY_HAND)
    # 3/8 received; 1 5 6 7 8 10 12 15 20 resolved or closed (9 and its 5/8 too); 11/8, 1/8 after a due day; 8/8 handed
    # over; 10/8, 31/7 due
    assert recount(con) == len({day for row in BY_HAND for day in days_of(row)}) == 12
    assert sums(con) == EXPECTED


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-08-02", (0, 0)),
        ("2026-08-03", (11, 1)),  # 12 entered, 14 left at once; 15 is overdue from its first day
        ("2026-08-06", (10, 0)),  # 15 has left
        ("2026-08-07", (9, 0)),  # 1
        ("2026-08-10", (7, 0)),  # 3 and 11 have left; what is due on the 10th is not late on the 10th
        ("2026-08-11", (7, 4)),  # 2 5 10 13
        ("2026-08-12", (6, 3)),  # 2 has left
        ("2026-08-15", (5, 2)),  # 10 has left: 4 5 6 7 13 are open, 5 and 13 late
        ("2026-08-20", (4, 2)),  # 4
        ("2027-08-20", (4, 2)),
    ],
)
def test_open_and_overdue_by_hand(con: duckdb.DuckDBPyConnection, day: str, expected: tuple[int, int]) -> None:
    put(con, BY_HAND)
    recount(con)
    assert stocks(con, date.fromisoformat(day)) == [expected]


def test_counts_stand_on_the_day_unit_and_procedure_of_the_dossier(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [dossier("1", status=10, finished_at="2026-08-07 09:00:00"), dossier("2", unit_code="H35.13")])
    put(con, [dossier("3", procedure_key="2.001622", received_at="2026-08-04 23:59:59")])
    recount(con)
    rows = con.execute(
        "SELECT source, CAST(day AS VARCHAR), unit_code, procedure_key, received, resolved, overdue_entered "
        "FROM counted.daily ORDER BY ALL"
    ).fetchall()
    assert rows == [
        ("igate", "2026-08-03", "H35.12", "1.001628", 1, 0, 0),
        ("igate", "2026-08-03", "H35.13", "1.001628", 1, 0, 0),
        ("igate", "2026-08-04", "H35.12", "2.001622", 1, 0, 0),
        ("igate", "2026-08-07", "H35.12", "1.001628", 0, 1, 0),
        ("igate", "2026-08-10", "H35.12", "2.001622", 0, 0, 0),  # still open when the due day ends
        ("igate", "2026-08-10", "H35.13", "1.001628", 0, 0, 0),
        ("igate", "2026-08-11", "H35.12", "2.001622", 0, 0, 1),
        ("igate", "2026-08-11", "H35.13", "1.001628", 0, 0, 1),
    ]


def test_a_changed_dossier_leaves_its_old_days(con: duckdb.DuckDBPyConnection) -> None:
    put(con, [dossier("1")])
    recount(con)
    put(con, [dossier("1", status=9, finished_at="2026-08-09 09:00:00")])
    assert recount(con) == 4  # received, finished, the day it was due and the day after
    assert sums(con)["resolved_on_time"] == 1
    assert sums(con)["overdue_entered"] == 0
    assert stocks(con, date(2026, 9, 1)) == [(0, 0)]


def test_nothing_touched_is_nothing_to_count(con: duckdb.DuckDBPyConnection) -> None:
    put(con, BY_HAND)
    recount(con)
    before = daily(con)
    assert recount(con) == 0
    assert daily(con) == before


def test_counting_belongs_to_the_transaction_of_the_caller(con: duckdb.DuckDBPyConnection) -> None:
    put(con, BY_HAND)
    con.execute("BEGIN")
    assert recount(con) > 0
    con.execute("ROLLBACK")
    assert daily(con) == []
    assert recount(con) > 0  # the days are still touched


def test_a_dossier_that_is_gone_is_counted_no_more_after_counting_everything(con: duckdb.DuckDBPyConnection) -> None:
    put(con, BY_HAND)
    recount(con)
    con.execute("DELETE FROM collected.dossier WHERE dossier_code <> '1'")
    recount(con, everything=True)
    assert sums(con)["received"] == 1
    assert sums(con)["overdue_entered"] == 0


MOMENTS = st.datetimes(datetime(2026, 2, 20), datetime(2026, 3, 10)).map(lambda moment: moment.replace(microsecond=0))
MAYBE = st.sampled_from([None, False, True])


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    return dossier(
        draw(st.sampled_from("abcdefgh")),
        unit_code=draw(st.sampled_from(["H35.12", "H35.12.01", "H35.12.02", "H35.20"])),
        procedure_key=draw(st.sampled_from(["1.001628", "2.001622"])),
        channel=draw(st.sampled_from([None, "online", "direct", "postal", "missing", "unknown"])),
        service_level=draw(st.sampled_from([None, "full", "partial", "information", "missing", "unknown"])),
        status=draw(st.sampled_from([None, *range(1, 11)])),
        **{name: draw(MAYBE) for name in ("fee_obligation", "paid_online", "components_digitised")},
        **{name: draw(MAYBE) for name in ("result_electronic", "data_reused", "satisfied")},
    ) | {
        "received_at": draw(st.none() | MOMENTS),
        "due_at": draw(st.none() | MOMENTS),
        "finished_at": draw(st.none() | MOMENTS),
        "returned_at": draw(st.none() | MOMENTS),
    }


LOADS = st.lists(st.lists(dossiers(), min_size=1, max_size=8), min_size=1, max_size=4)
ONE_LOAD = st.lists(dossiers(), min_size=1, max_size=24)
ANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def emptied(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    for table in ("collected.dossier", "collected.touched_day", "counted.daily"):
        con.execute(f"DELETE FROM {table}")
    return con


@ANY
@given(LOADS)
def test_counting_what_was_touched_equals_counting_everything(
    con: duckdb.DuckDBPyConnection, loads: list[list[Dossier]]
) -> None:
    emptied(con)
    for load in loads:
        put(con, load)
        recount(con)
    step_by_step = daily(con)
    recount(con, everything=True)
    assert daily(con) == step_by_step


@ANY
@given(ONE_LOAD)
def test_stocks_from_flows_are_the_dossiers_open_on_the_day(
    con: duckdb.DuckDBPyConnection, load: list[Dossier]
) -> None:
    put(emptied(con), load)
    recount(con)
    current = everything(con)
    days = [date(2026, 2, 19) + timedelta(days=offset) for offset in range(23)]
    open_ones = [[row for row in current if is_open(row, day)] for day in days]
    late = [[row for row in rows if is_late(row, day)] for day, rows in zip(days, open_ones, strict=True)]
    assert stocks(con, *days) == list(zip(map(len, open_ones), map(len, late), strict=True))


def is_open(row: Dossier, day: date) -> bool:
    """Tell from the dossier itself whether it is in the house when the day ends."""
    if row["received_at"] is None or row["status"] in (1, 3) or row["received_at"].date() > day:
        return False
    if row["status"] not in (7, 8, 9, 10):
        return True
    ended = row["finished_at"] or row["returned_at"]
    return ended is not None and ended.date() > day


def is_late(row: Dossier, day: date) -> bool:
    return row["status"] not in (5, 6) and row["due_at"] is not None and row["due_at"].date() < day


@ANY
@given(ONE_LOAD)
def test_parts_add_up_and_no_numerator_exceeds_its_denominator(
    con: duckdb.DuckDBPyConnection, load: list[Dossier]
) -> None:
    put(emptied(con), load)
    recount(con)
    whole = sums(con)
    channels = ("received_online", "received_direct", "received_postal", "received_channel_unknown")
    assert sum(whole[name] for name in channels) == whole["channel_known"]
    assert whole["resolved_on_time"] + whole["resolved_late"] == whole["resolved"]
    received = [row for row in everything(con) if row["received_at"] and row["status"] not in (1, 3)]
    assert whole["received"] == len(received)
    for unit, count in Counter(row["unit_code"] for row in received).items():
        assert sums(con, "unit_code = ?", [unit])["received"] == count
    keys = con.execute("SELECT source, day, unit_code, procedure_key FROM counted.daily").fetchall()
    assert len(keys) == len(set(keys))
    for row in con.execute(f"SELECT {', '.join(map(quoted, COUNTED_NAMES))} FROM counted.daily").fetchall():
        cell = dict(zip(COUNTED_NAMES, row, strict=True))
        assert any(cell.values())
        assert min(cell.values()) >= 0
        for metric in METRICS:
            for variant in metric.variants_of(Kind.DOSSIER):
                if {variant.numerator, variant.denominator} <= cell.keys():
                    assert cell[variant.numerator] <= cell[variant.denominator]
                    assert not variant.known or cell[variant.known] <= cell[variant.of]
                    assert not variant.known or cell[variant.denominator] <= cell[variant.known]


def quoted(name: str) -> str:
    return f'"{name}"'
