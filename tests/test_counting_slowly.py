"""Any dossiers: what the statement counts by each rule is what one would count by reading the dossiers one by one."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.count import SCHEMA_SQL, recount
from metrics.definitions import VARIANT
from metrics.measures import COUNTED_NAMES
from metrics.source_ratios import with_stocks
from tests.test_count import ROOT, Dossier, dossiers, emptied, everything, put, quoted

UNITS = ("H35.12", "H35.12.01", "H35.12.02", "H35.20")
Question = tuple[str, date, date]


@st.composite
def loads(draw: st.DrawFn) -> list[Dossier]:
    rows = draw(st.lists(dossiers(), min_size=1, max_size=8))
    return [
        row
        | {
            "resolving_unit_code": draw(st.sampled_from([None, *UNITS])),
            "paid": draw(st.sampled_from([None, False, True])),
            "fee_amount": draw(st.sampled_from([None, 0, 650_000, 3_000_000_000])),
        }
        for row in rows
    ]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    first, last = sorted((draw(_DAYS), draw(_DAYS)))
    return draw(st.sampled_from(UNITS)), first, last


_DAYS = st.dates(date(2026, 2, 19), date(2026, 3, 11))
ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute((Path(ROOT) / "collectors" / "schema.sql").read_text(encoding="utf-8"))
        connection.execute(SCHEMA_SQL)
        yield connection


@ANY
@given(loads(), questions())
def test_the_statement_counts_what_reading_the_dossiers_counts(
    con: duckdb.DuckDBPyConnection, load: list[Dossier], question: Question
) -> None:
    put(emptied(con), load)
    recount(con)
    counted, rows = cell(con, question), everything(con)
    for name, (of_numerator, of_denominator) in SLOWLY.items():
        variant = VARIANT[name]
        found = (counted[variant.numerator], counted[variant.denominator])
        assert found == (of_numerator(rows, question), of_denominator(rows, question)), name
        assert found[0] <= found[1], name


def cell(con: duckdb.DuckDBPyConnection, question: Question) -> dict[str, int]:
    """Return the flows of the period and what is made of them."""
    unit, first, last = question
    return with_stocks(sums(con, unit, first, last), sums(con, unit, date.min, last))


def sums(con: duckdb.DuckDBPyConnection, unit: str, first: date, last: date) -> dict[str, int]:
    select = ", ".join(f"coalesce(sum({quoted(name)}), 0)" for name in COUNTED_NAMES)
    where = "unit_code = ? AND day BETWEEN ? AND ?"
    row = con.execute(f"SELECT {select} FROM counted.daily WHERE {where}", [unit, first, last]).fetchall()[0]
    return dict(zip(COUNTED_NAMES, map(int, row), strict=True))


# Slowly: a dossier, and whether it counts


def registered(row: Dossier) -> bool:
    return row["received_at"] is not None and row["status"] not in (1, 3)


def ended(row: Dossier) -> Any:
    return row["finished_at"] or row["returned_at"]


def received_here(row: Dossier, question: Question) -> bool:
    unit, first, last = question
    return registered(row) and row["unit_code"] == unit and first <= row["received_at"].date() <= last


def resolves(row: Dossier, question: Question) -> bool:
    return bool((row["resolving_unit_code"] or row["unit_code"]) == question[0])


def ended_here(row: Dossier, question: Question, *statuses: int) -> bool:
    in_period = ended(row) is not None and question[1] <= ended(row).date() <= question[2]
    return resolves(row, question) and in_period and row["status"] in statuses


def open_here(row: Dossier, question: Question) -> bool:
    if not registered(row) or not resolves(row, question) or row["received_at"].date() > question[2]:
        return False
    if row["status"] not in (7, 8, 9, 10):
        return True
    return ended(row) is not None and ended(row).date() > question[2]


Test = Callable[[Dossier, Question], Any]
Counter = Callable[[Sequence[Dossier], Question], int]


def number(test: Test) -> Counter:
    return lambda rows, question: sum(bool(test(row, question)) for row in rows)


def td_ended(row: Dossier, q: Question) -> bool:
    return ended_here(row, q, 9, 10) or (registered(row) and ended_here(row, q, 7))


def td_on_time(row: Dossier, q: Question) -> bool:
    by_the_day = row["due_at"] is None or (ended(row) is not None and ended(row).date() <= row["due_at"].date())
    return td_ended(row, q) and (row["status"] == 7 or by_the_day)


def index_ended(row: Dossier, q: Question) -> bool:
    return registered(row) and ended_here(row, q, 7, 8, 9, 10) and row["due_at"] is not None


def index_on_time(row: Dossier, q: Question) -> bool:
    return index_ended(row, q) and bool(ended(row) <= row["due_at"])


def index_open(row: Dossier, q: Question) -> bool:
    return open_here(row, q) and row["due_at"] is not None


def index_late(row: Dossier, q: Question) -> bool:
    return index_open(row, q) and row["status"] != 5 and row["due_at"].date() < q[2]


def opencps_on_time(row: Dossier, q: Question) -> bool:
    return ended_here(row, q, 9, 10) and (row["due_at"] is None or ended(row) <= row["due_at"])


def opencps_open(row: Dossier, q: Question) -> bool:
    return open_here(row, q) and row["status"] not in (5, 6)


def on_paper(row: Dossier, q: Question) -> bool:
    told = row["components_digitised"] is not None
    return received_here(row, q) and row["channel"] in ("direct", "missing", "postal") and told


def with_a_fee(row: Dossier, q: Question) -> bool:
    return received_here(row, q) and bool(row["fee_obligation"]) and row["paid_online"] is not None


def money(test: Test) -> Counter:
    return lambda rows, question: sum(row["fee_amount"] or 0 for row in rows if test(row, question))


SLOWLY: dict[str, tuple[Counter, Counter]] = {
    "on_time.td": (number(td_on_time), number(td_ended)),
    "on_time.dvcqg766": (number(index_on_time), number(index_ended)),
    "on_time.opencps": (number(opencps_on_time), number(lambda row, q: ended_here(row, q, 9, 10))),
    "766.own": (
        number(lambda row, q: index_on_time(row, q) or (index_open(row, q) and not index_late(row, q))),
        number(lambda row, q: index_ended(row, q) or index_open(row, q)),
    ),
    "overdue.open.td": (
        number(lambda row, q: opencps_open(row, q) and row["due_at"] and row["due_at"].date() < q[2]),
        number(open_here),
    ),
    "overdue.open.dvcqg766": (number(index_late), number(index_open)),
    "overdue.open.opencps": (
        number(lambda row, q: opencps_open(row, q) and row["due_at"] and row["due_at"].date() <= q[2]),
        number(opencps_open),
    ),
    "due.missing": (
        number(lambda row, q: received_here(row, q) and row["due_at"] is None),
        number(received_here),
    ),
    "online.l34.all": (
        number(
            lambda row, q: (
                received_here(row, q) and row["channel"] == "online" and row["service_level"] in ("full", "partial")
            )
        ),
        number(
            lambda row, q: received_here(row, q) and row["channel"] is not None and row["service_level"] is not None
        ),
    ),
    "digit.in.paper_only": (
        number(lambda row, q: on_paper(row, q) and row["components_digitised"]),
        number(on_paper),
    ),
    "pay.dossier.paid": (
        number(lambda row, q: received_here(row, q) and row["paid"] and row["paid_online"]),
        number(lambda row, q: received_here(row, q) and row["paid"]),
    ),
    "pay.money": (money(lambda row, q: with_a_fee(row, q) and row["paid_online"]), money(with_a_fee)),
}
