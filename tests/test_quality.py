"""The quality of data: each check with data that trigger it and data that do not; shares and bounds worked by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.findings import Dimension, Severity, checks
from metrics.alerts import SourceState
from metrics.count import SCHEMA_SQL, recount
from metrics.definitions import Kind
from metrics.quality import Bounds, Quality, QualityCheck, bounds, dimensions, overall
from metrics.quality_checks import quality_checks
from metrics.unit_history import load_history
from metrics.units import Named, build_tree
from tests.test_count import append, dossier, put

ROOT = Path(__file__).parents[1]
CAPTURED = datetime(2026, 9, 1, 2)  # UTC; 9 o'clock in Việt Nam
NOW = datetime(2026, 9, 1, 3)


@dataclass
class Store:
    """A warehouse filled by hand."""

    con: duckdb.DuckDBPyConnection

    def export(
        self,
        export_id: str = "x",
        *,
        accepted: int = 100,
        merged: int = 0,
        refused: int = 0,
        captured: datetime = CAPTURED,
        first: datetime | None = None,
        seen: tuple[str, str] = ("2026-08-01", "2026-08-31"),
        units: dict[str, int] | None = None,
        source: str = "igate",
    ) -> None:
        read = accepted + merged + refused
        row = (source, "igate_dossier_list", f"{export_id}.xlsx", captured, False, False)
        counts = (read, accepted, merged, refused, 0, date(2026, 8, 31), None)
        append(self.con, "collected.export", [(export_id, *row, *counts)])
        days = tuple(date.fromisoformat(day) for day in seen)
        append(self.con, "collected.export_period", [(export_id, first or captured, None, None, *days)])
        append(
            self.con, "collected.export_unit", [(export_id, code, rows) for code, rows in (units or {"U": 9}).items()]
        )

    def finding(self, check_id: str, rows: int, export_id: str = "x") -> None:
        append(self.con, "collected.finding", [(export_id, check_id, "", rows, "dòng 7")])

    def put(self, **cells: Any) -> None:
        """Add one dossier; without a code of its own it gets the next one of its unit."""
        number = self.con.execute("SELECT count(*) + 1 FROM collected.dossier").fetchall()[0][0]
        code = cells.pop("code", f"{cells.get('unit_code', 'H35.12')}-260803-{number:04d}")
        put(self.con, [{**dossier(code, **cells), "row_number": number, "captured_at": CAPTURED}])

    def deliver(self, unit: str, days: str, captured: datetime = CAPTURED, **measures: int) -> None:
        start, end = (date.fromisoformat(day) for day in days.split(".."))
        key = f"{unit} {days} {captured}"
        rows = [("portal_v2", unit, start, end, name, Decimal(value)) for name, value in measures.items()]
        append(self.con, "collected.statistic", [(*row, None, False, key, "i", captured, *[""] * 5) for row in rows])
        append(self.con, "collected.observation", [(*row, key, captured) for row in rows])
        name = (key, "portal_v2", "provide-online-tree", "r.json", captured, False, False)
        append(self.con, "collected.export", [(*name, 0, 0, 0, 0, 0, None, None)])

    def observe(self, value: int, captured: datetime, days: str = "2026-08-01..2026-08-31") -> None:
        start, end = (date.fromisoformat(day) for day in days.split(".."))
        row = ("portal_v2", "H35", start, end, "received_766", Decimal(value), f"{captured}", captured)
        append(self.con, "collected.observation", [row])

    def checks(self, *, source: str = "igate", now: datetime = NOW, **state: Any) -> dict[str, QualityCheck]:
        recount(self.con)
        said = self.con.execute("SELECT unit_code, unit_name, level FROM collected.unit").fetchall()
        codes = self.con.execute(
            "SELECT unit_code FROM collected.dossier UNION SELECT unit_code FROM collected.statistic"
        )
        tree = build_tree([*(Named(code) for (code,) in codes.fetchall()), *(Named(*row) for row in said)])
        known = {"captured_at": CAPTURED, "last_success_at": CAPTURED, "synthetic": False, **state}
        states = [SourceState(source=source, kind=Kind.DOSSIER, newest_reception=None, newest_event=None, **known)]
        found = quality_checks(self.con.cursor(), units=tree, history=load_history(), sources=states, now=now)
        assert {one.source for one in found} <= {source}
        return {one.check_id: one for one in found}

    def counts(self, check_id: str, **more: Any) -> tuple[int, int] | None:
        one = self.checks(**more).get(check_id)
        return (one.checked, one.failing) if one else None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute((ROOT / "collectors" / "schema.sql").read_text(encoding="utf-8"))
        con.execute(SCHEMA_SQL)
        yield Store(con)


# ── single dossiers ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("check_id", "odd", "even"),
    [
        ("unknown_channel", {"channel": "unknown"}, {"channel": "direct"}),
        ("missing_channel", {"channel": "missing"}, {"channel": "direct"}),
        ("unknown_level", {"service_level": "unknown"}, {"service_level": "partial"}),
        ("unknown_unit", {"unit_code": "?", "code": "H35.12-260803-9999"}, {}),
        ("odd_code", {"code": "HS 2026/17"}, {}),
        ("finished_before_received", {"finished_at": "2026-08-02 08:00:00"}, {"finished_at": "2026-08-03 08:00:00"}),
        ("due_before_received", {"due_at": "2026-08-02 08:00:00"}, {"due_at": "2026-08-03 08:00:00"}),
        (
            "returned_before_finished",
            {"finished_at": "2026-08-07 09:00:00", "returned_at": "2026-08-06 09:00:00"},
            {"finished_at": "2026-08-07 09:00:00", "returned_at": "2026-08-07 00:00:00"},  # a day without a time
        ),
        ("future_date", {"received_at": "2026-09-01 09:00:01"}, {"received_at": "2026-09-01 09:00:00"}),
        ("finished_without_date", {"status": 9}, {"status": 9, "returned_at": "2026-08-07 09:00:00"}),
        ("open_with_finish_date", {"status": 4, "finished_at": "2026-08-07 09:00:00"}, {"status": 4}),
        ("unit_of_code_differs", {"code": "000.00.07.H35-260803-0001"}, {"code": "000.00.12.H35-260803-0001"}),
        ("foreign_unit", {"unit_code": "H44.07"}, {"unit_code": "H35.07"}),
    ],
)
def test_a_dossier_that_fails_a_check_is_counted_and_its_row_is_named(
    store: Store, check_id: str, odd: dict[str, Any], even: dict[str, Any]
) -> None:
    store.export()
    for _ in range(3):
        # each of the first three can be checked for everything, and passes
        store.put(status=10, finished_at="2026-08-04 08:00:00", returned_at="2026-08-05 08:00:00")
        store.put(status=4)
    store.put(**even)
    before = store.checks()[check_id]
    assert before.failing == 0
    assert before.example == ""
    store.put(**odd)
    after = store.checks()[check_id]
    assert (after.checked, after.failing) == (before.checked + 1, 1)
    assert after.example == "x.xlsx s dòng 8"
    assert after.severity == checks()[check_id].severity


def test_a_unit_below_the_one_in_the_code_is_no_difference(store: Store) -> None:
    store.export()
    store.put(unit_code="H35.12.01", code="000.00.12.H35-260803-0001")
    store.put(unit_code="Phòng Du lịch", code="000.00.12.H35-260803-0002")  # no code of the national form
    assert store.counts("unit_of_code_differs") == (1, 0)


@pytest.mark.parametrize(
    ("code", "odd"),
    [
        ("000.00.12.H35-260803-0001", False),
        ("H35.12-20260803-1234567", False),
        ("H35-12-260803-0001", False),  # an agency with a dash of its own
        ("260803-0001", True),
        ("-260803-0001", True),
        ("H35.12-2608033-0001", True),
        ("H35.12-260803-001", True),
        ("H35.12-260803-00a1", True),
        ("HS", True),
    ],
)
def test_a_code_is_odd_unless_it_ends_with_a_date_and_a_sequence(store: Store, code: str, odd: bool) -> None:
    store.export()
    store.put(code=code)
    assert store.counts("odd_code") == (1, int(odd))


def test_where_no_province_has_most_dossiers_none_is_foreign(store: Store) -> None:
    store.export()
    for unit in ("H35.12", "H44.07"):
        store.put(unit_code=unit)
    assert store.counts("foreign_unit") is None


def test_a_blank_due_date_counts_only_where_the_export_has_the_column(store: Store) -> None:
    store.export("x")
    store.export("y")
    store.put(due_at=None, export_id="y")  # y has no such column: its reader says nothing
    store.put(due_at=None)
    store.put(due_at=None, status=3)  # never received
    store.put()
    assert store.counts("no_due_date") == (1, 0)
    store.finding("no_due_date", 1)
    assert store.counts("no_due_date") == (2, 1)


def test_a_blank_status_counts_only_where_the_text_was_not_understood(store: Store) -> None:
    store.export("x")
    store.export("y")
    store.put(status=None, export_id="y")
    store.put(status=None)
    store.put(status=4)
    assert store.counts("unknown_status") == (1, 0)
    store.finding("unknown_status", 1)
    assert store.counts("unknown_status") == (2, 1)


def test_a_dossier_of_two_receptions_is_told_once(store: Store) -> None:
    store.export()
    store.put(code="H35.12-260803-0001")
    store.put(code="H35.12-260803-0002")
    append(
        store.con, "collected.reception_conflict", [("igate", "H35.12-260803-0002"), ("other", "H35.12-260803-0001")]
    )
    assert store.counts("reception_differs") == (2, 1)


def test_a_district_counts_until_it_ended(store: Store) -> None:
    store.export()
    store.con.execute("INSERT INTO collected.unit VALUES ('igate', 'H35.40', 'UBND huyện Mẫu', NULL, now())")
    store.con.execute("INSERT INTO collected.unit VALUES ('igate', 'H35.41', 'UBND xã Mẫu', NULL, now())")
    store.put(unit_code="H35.40", received_at="2025-06-30 08:00:00")
    store.put(unit_code="H35.41", received_at="2026-08-03 08:00:00")
    assert store.counts("dissolved_unit") == (2, 0)
    store.put(unit_code="H35.40", received_at="2025-07-01 08:00:00")
    assert store.counts("dissolved_unit") == (3, 1)


# ── exports ───────────────────────────────────────────────────────────────────────────────────────────────


def test_refused_and_repeated_rows_are_shares_of_the_rows_read(store: Store) -> None:
    store.export(accepted=90, merged=6, refused=4)
    store.export("superseded", accepted=1, refused=99)  # nothing of it stands any more
    store.put()
    assert store.counts("refused_rows") == (100, 4)
    assert store.counts("repeated_rows") == (96, 6)


def test_a_readers_finding_counts_its_rows_or_its_exports(store: Store) -> None:
    store.export("x", accepted=80)
    store.export("y", accepted=20)
    store.put()
    store.put(export_id="y")
    assert store.counts("unknown_flag") == (100, 0)
    assert store.counts("total_differs") == (2, 0)
    store.finding("unknown_flag", 5)
    store.finding("total_differs", 1)
    assert store.counts("unknown_flag") == (100, 5)
    assert store.counts("total_differs") == (2, 1)
    assert store.checks()["total_differs"].example == "x.xlsx dòng 7"


@pytest.mark.parametrize(("rows", "failing"), [(5, 0), (6, 1)])
def test_more_than_one_unknown_in_twenty_is_too_many(store: Store, rows: int, failing: int) -> None:
    store.export(accepted=100)
    store.put()
    store.finding("unknown_channel", rows)
    assert store.counts("many_unknown") == (1, failing)


@pytest.mark.parametrize(("accepted", "failing"), [(49, 1), (50, 0)])
def test_less_than_half_of_the_rows_of_the_same_weekday_is_fewer(store: Store, accepted: int, failing: int) -> None:
    for week, rows in enumerate((90, 100, 110), start=1):
        store.export(f"w{week}", accepted=rows, captured=CAPTURED - timedelta(weeks=week))
        store.export(f"d{week}", accepted=1000, captured=CAPTURED - timedelta(weeks=week, days=1))  # another weekday
    store.export("x", accepted=accepted)
    store.put()
    assert store.counts("fewer_rows") == (1, failing)


def test_rows_are_compared_with_three_exports_of_a_similar_stretch_or_not_at_all(store: Store) -> None:
    for week in (1, 2):
        store.export(f"w{week}", captured=CAPTURED - timedelta(weeks=week))
    store.export("year", captured=CAPTURED - timedelta(weeks=3), seen=("2026-01-01", "2026-08-31"))
    store.export("other", captured=CAPTURED - timedelta(weeks=4), units={"V": 100})
    store.export("x", accepted=1)
    store.put()
    assert store.counts("fewer_rows") is None


def test_a_unit_of_the_export_before_that_is_gone_is_told(store: Store) -> None:
    store.export("w", captured=CAPTURED - timedelta(weeks=1), units={"H35.12": 50, "H35.07": 5, "H35.15": 4})
    store.export("x", units={"H35.12": 50, "H35.07": 1})
    store.put()
    assert store.counts("vanished_unit") == (2, 0)  # four dossiers may well be none the week after
    store.con.execute("DELETE FROM collected.export_unit WHERE export_id = 'x' AND unit_code = 'H35.07'")
    assert store.counts("vanished_unit") == (2, 1)
    assert store.checks()["vanished_unit"].example == "H35.07"


def test_the_same_bytes_sent_again_are_noticed_and_after_a_week_odd(store: Store) -> None:
    store.export("x", first=CAPTURED)
    store.put()
    assert (store.counts("identical_resent"), store.counts("no_change")) == ((1, 0), (1, 0))
    store.con.execute("UPDATE collected.export_period SET first_captured_at = ?", [CAPTURED - timedelta(days=6)])
    assert (store.counts("identical_resent"), store.counts("no_change")) == ((1, 1), (1, 0))
    store.con.execute("UPDATE collected.export_period SET first_captured_at = ?", [CAPTURED - timedelta(days=7)])
    assert (store.counts("identical_resent"), store.counts("no_change")) == ((1, 1), (1, 1))
    store.export("newer", captured=CAPTURED + timedelta(hours=1))
    assert (store.counts("identical_resent"), store.counts("no_change")) == ((2, 1), (1, 0))


@pytest.mark.parametrize(
    ("days", "failing"),
    [
        (["2026-07-08", "2026-08-08"], 1),  # 7 and 8 August with day and month exchanged look like this
        (["2026-08-02", "2026-08-03"], 0),  # the start of one month
        (["2026-07-08", "2026-08-18"], 0),
    ],
)
def test_days_that_are_all_below_thirteen_over_months_are_odd(store: Store, days: list[str], failing: int) -> None:
    store.export()
    for number in range(50):
        store.put(received_at=f"{days[number % 2]} 08:00:00")
    found = store.counts("ambiguous_dates")
    assert found == (None if len({day[:7] for day in days}) == 1 else (1, failing))


# ── units ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_without_dossiers_in_a_month_that_had_some_a_year_ago_is_told(store: Store) -> None:
    store.export()
    for unit in ("H35.12", "H35.07"):
        for _ in range(5):
            store.put(unit_code=unit, received_at="2025-08-20 08:00:00")
    store.put(unit_code="H35.12", received_at="2026-08-20 08:00:00")
    store.put(unit_code="H35.15", received_at="2025-08-20 08:00:00")  # one dossier a year is no habit
    assert store.counts("quiet_month") == (2, 1)
    assert store.checks()["quiet_month"].example == "H35.07"
    assert store.counts("no_activity_unit") == (3, 2)
    store.put(unit_code="H35.07", received_at="2026-08-31 08:00:00")
    assert store.counts("quiet_month") == (2, 0)


def test_units_are_not_quiet_while_the_whole_month_is_missing(store: Store) -> None:
    store.export()
    for _ in range(5):
        store.put(received_at="2025-08-20 08:00:00")
    store.put(received_at="2026-07-31 08:00:00")
    assert store.counts("quiet_month") is None


# ── delivered counts ──────────────────────────────────────────────────────────────────────────────────────

AUGUST, YEAR = "2026-08-01..2026-08-31", "2026-01-01..2026-12-31"


def test_a_numerator_above_its_denominator_is_told(store: Store) -> None:
    store.deliver("H35.12", AUGUST, channel_online=10, channel_total=10)
    assert store.counts("numerator_above_denominator", source="portal_v2") == (1, 0)
    store.deliver("H35.07", AUGUST, channel_online=11, channel_total=10)
    assert store.counts("numerator_above_denominator", source="portal_v2") == (2, 1)
    example = store.checks(source="portal_v2")["numerator_above_denominator"].example
    assert example == "H35.07 2026-08-01 2026-08-31 channel_online"


@pytest.mark.parametrize(("second", "above", "differs"), [(40, 0, 0), (39, 0, 1), (41, 1, 1)])
def test_units_add_up_to_the_one_above_them(store: Store, second: int, above: int, differs: int) -> None:
    store.deliver("H35", AUGUST, received_766=100)
    store.deliver("H35.12", AUGUST, received_766=60)
    store.deliver("H35.07", AUGUST, received_766=second)
    assert store.counts("children_above_parent", source="portal_v2") == (1, above)
    assert store.counts("children_sum_differs", source="portal_v2") == (1, differs)


def test_what_is_inherited_or_counts_procedures_is_not_added_up(store: Store) -> None:
    for unit in ("H35", "H35.12", "H35.07"):
        store.deliver(unit, AUGUST, received_766=100, procedures_published=89)
    store.con.execute("UPDATE collected.statistic SET quality = 'INHERITED'")
    assert store.counts("children_above_parent", source="portal_v2") is None


def test_a_month_is_not_above_its_year_as_captured_then_or_later(store: Store) -> None:
    store.deliver("H35", AUGUST, received_766=100)
    store.deliver("H35", YEAR, received_766=100)
    assert store.counts("part_above_whole", source="portal_v2") == (1, 0)
    store.deliver("H35.12", AUGUST, received_766=11)
    store.deliver("H35.12", YEAR, received_766=10)
    assert store.counts("part_above_whole", source="portal_v2") == (2, 1)
    store.deliver("H35.07", AUGUST, received_766=11, captured=CAPTURED + timedelta(days=1))  # grew since
    store.deliver("H35.07", YEAR, received_766=10)
    assert store.counts("part_above_whole", source="portal_v2") == (2, 1)


@pytest.mark.parametrize(("values", "failing"), [((10, 20, 20), 0), ((10, 20, 19), 1)])
def test_what_adds_up_in_a_running_period_does_not_fall(store: Store, values: tuple[int, ...], failing: int) -> None:
    store.deliver("H35", AUGUST, received_766=0)
    store.con.execute("DELETE FROM collected.observation")
    for day, value in enumerate(values, start=10):
        store.observe(value, datetime(2026, 8, day))
    store.observe(1, datetime(2026, 9, 2))  # the period is over: not compared with a running one
    assert store.counts("cumulative_decreased", source="portal_v2") == (1, failing)


@pytest.mark.parametrize(("first_day", "checked"), [(16, 1), (15, None)])
def test_a_period_over_for_more_than_fifteen_days_does_not_change(
    store: Store, first_day: int, checked: int | None
) -> None:
    store.deliver("H35", AUGUST, received_766=0)
    store.con.execute("DELETE FROM collected.observation")
    store.observe(10, datetime(2026, 9, first_day))
    store.observe(11, datetime(2026, 9, 20))
    assert store.counts("closed_restated", source="portal_v2") == ((1, 1) if checked else None)


def test_a_closed_period_that_stays_the_same_is_not_restated(store: Store) -> None:
    store.deliver("H35", AUGUST, received_766=0)
    store.con.execute("DELETE FROM collected.observation")
    for day in (16, 20):
        store.observe(10, datetime(2026, 9, day))
    assert store.counts("closed_restated", source="portal_v2") == (1, 0)


# ── the source as a whole ─────────────────────────────────────────────────────────────────────────────────


def test_a_source_is_late_after_two_days_and_made_up_data_never(store: Store) -> None:
    store.export()
    store.put()
    edge = CAPTURED + timedelta(days=2)
    assert store.counts("late_source", now=edge) == (1, 0)
    assert store.counts("late_source", now=edge + timedelta(seconds=1)) == (1, 1)
    assert store.counts("late_source", now=edge + timedelta(days=9), synthetic=True) is None


def test_a_number_of_a_person_in_a_kept_name_is_told_without_the_name(store: Store) -> None:
    store.export()
    store.put()
    store.con.execute("INSERT INTO collected.unit VALUES ('igate', 'H35.12', 'Sở Mẫu', NULL, now())")
    assert store.counts("personal_left") == (1, 0)
    store.con.execute("INSERT INTO collected.unit VALUES ('igate', 'H35.07', 'Sở Mẫu 0900000000', NULL, now())")
    found = store.checks()["personal_left"]
    assert (found.checked, found.failing, found.example) == (2, 1, "tên đơn vị")


def test_no_check_tells_a_code_or_a_value_of_a_dossier(store: Store) -> None:
    store.export()
    store.put(code="HS-BI-MAT", channel="unknown", status=9, received_at="2027-01-01 00:00:00", unit_code="?")
    examples = " ".join(one.example for one in store.checks().values())
    assert "BI-MAT" not in examples
    assert "2027" not in examples


# ── shares and bounds ─────────────────────────────────────────────────────────────────────────────────────


def result(check_id: str, dimension: str, checked: int, failing: int, severity: str = "warning") -> QualityCheck:
    return QualityCheck("igate", check_id, Severity(severity), Dimension(dimension), checked, failing, "")


def test_a_dimension_is_as_good_as_its_worst_check_and_a_source_as_its_worst_critical_dimension() -> None:
    found = dimensions(
        [
            result("a", "validity", 1000, 10),  # 99 %
            result("b", "validity", 100, 20),  # 80 %: a mean over both would say 97 %
            result("c", "completeness", 10, 1),  # 90 %
            result("d", "consistency", 10, 10),  # 0 %, not critical
            result("e", "uniqueness", 50, 50, severity="note"),
            result("f", "timeliness", 0, 0),
        ]
    )
    assert found == [
        Quality("igate", Dimension.COMPLETENESS, 10, 1, True),
        Quality("igate", Dimension.CONSISTENCY, 10, 10, False),
        Quality("igate", Dimension.VALIDITY, 100, 20, True),
    ]
    assert found[2].share == Fraction(4, 5)
    assert overall(found) == found[2]
    assert overall(found[1:2]) is None


def test_without_a_failure_the_check_of_most_cases_stands_for_its_dimension() -> None:
    assert dimensions([result("a", "validity", 5, 0), result("b", "validity", 900, 0)])[0].checked == 900


def test_bounds_are_those_of_all_doubtful_cases_going_one_way() -> None:
    sums = {
        # METHODS §5.8: p_high = (x + s_n) / n = (60 + 15) / 100; p_low = (x − s_x) / n = (30 − 8) / 40
        "received_online": 60,
        "channel_known": 100,
        "received_channel_unknown": 15,
        "resolved_on_time": 30,
        "resolved": 40,
        "resolved_without_due": 8,
    }
    online, on_time = bounds("igate", "H35.12", "month", "2026-08", sums)
    assert online == Bounds("online", "online.received", "igate", "H35.12", "month", "2026-08", 60, 100, 0, 15)
    assert (online.low, online.high) == (0.6, 0.75)
    assert (on_time.low, on_time.high) == (0.55, 0.75)
    assert not list(
        bounds("igate", "H35.12", "month", "2026-08", {**sums, "received_channel_unknown": 0, "resolved": 0})
    )
