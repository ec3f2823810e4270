"""Publishing: the same figures in the snapshot, in answers and in alerts; readers are never disturbed."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from metrics import QuestionError
from metrics.assess import Assessment, Status
from metrics.count import SCHEMA_SQL, recount
from metrics.journal import Journal, RecordedExport
from metrics.publish import publish
from metrics.published_folder import KEPT
from metrics.rates import rates, sources, trend, unit_tree, volumes
from metrics.snapshot import Snapshot, SnapshotError, current_id, is_intact, open_snapshot
from metrics.targets import Level, Op, Register, Target, load_register
from metrics.units import Named, UnitError, build_tree
from tests.test_count import BY_HAND, Dossier, append, dossier, put

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 9, 1, 3, tzinfo=UTC)
CAPTURED = datetime(2026, 9, 1, 2)
FULL_MARK_766 = "QĐ 766/QĐ-TTg ngày 23/6/2022, thành phần 3.3"


@dataclass
class Office:
    """An installation whose warehouse a test fills by hand."""

    home: Path
    con: duckdb.DuckDBPyConnection
    register: Register

    @property
    def journal(self) -> Journal:
        return Journal(self.home / "journal.sqlite")

    def put(self, *dossiers: Dossier) -> None:
        put(self.con, dossiers)

    def name(self, *units: tuple[str, str, str | None], source: str = "igate", captured: datetime = CAPTURED) -> None:
        append(self.con, "collected.unit", [(source, code, name, level, captured) for code, name, level in units])

    def procedure(self, *procedures: tuple[str, str]) -> None:
        untold = (None,) * 8  # what only catalogues tell
        rows = [("igate", key, key, f"Thủ tục {key}", field, *untold, CAPTURED) for key, field in procedures]
        append(self.con, "collected.procedure", rows)

    def deliver(
        self,
        unit: str,
        start: str,
        end: str,
        measures: dict[str, int | float | None],
        quality: str | None = None,
        captured: datetime = CAPTURED,
    ) -> None:
        days = (date.fromisoformat(start), date.fromisoformat(end))
        rows = [
            ("portal_v2", unit, *days, name, None if value is None else Decimal(str(value)), quality, False, "e", "i")
            for name, value in measures.items()
        ]
        append(self.con, "collected.statistic", [(*row, captured, *[""] * 5) for row in rows])

    def publish(self, now: datetime = NOW, **more: Any) -> Snapshot:
        recount(self.con)
        publish(
            self.con,
            published=self.home / "published",
            journal=self.journal.path,
            register=self.register,
            now=now,
            **more,
        )
        return self.read()

    def read(self) -> Snapshot:
        snapshot = open_snapshot(self.home)
        assert snapshot is not None
        return snapshot


@contextmanager
def opened_office(folder: Path) -> Iterator[Office]:
    """Yield an installation with an empty warehouse."""
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        con.execute((ROOT / "collectors" / "schema.sql").read_text(encoding="utf-8"))
        con.execute(SCHEMA_SQL)
        yield Office(folder / "home", con, load_register())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path) as opened:
        yield opened


def figures(found: Sequence[Assessment]) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    return {(one.metric, one.unit_code): (one.numerator, one.denominator) for one in found}


def many(count: int, *, online: int, prefix: str = "", **cells: Any) -> list[Dossier]:
    """Return dossiers of one unit and day, so many of them online."""
    channel = ["online"] * online + ["direct"] * (count - online)
    return [dossier(f"{prefix}{number}", channel=name, **cells) for number, name in enumerate(channel)]


# Figures


def test_the_worked_dossiers_come_out_as_rates(office: Office) -> None:
    office.put(*BY_HAND)
    found = figures(rates(office.publish(), office.register, unit="H35.12", period="2026-08"))
    assert {metric: counts for (metric, _), counts in found.items()} == {
        "online": (8, 12),
        "online_full": (7, 12),
        "online_of_offered": (8, 10),
        "online_payment": (1, 2),
        "digitised_components": (2, 12),
        "electronic_results": (2, 5),
        "digitised_full": (1, 12),
        "data_reuse": (1, 12),
        "on_time": (5, 7),  # 10, withdrawn, among them
        "on_time_766": (4, 11),  # ended: 1 3 14 of 1 2 3 10 11 14 15; open: 6, waiting for papers, of 5 6 7 13
        "overdue_open": (2, 4),  # 5 and 13 of 5 6 7 13, on 31 August
        "satisfaction": (1, 2),
        "online_payment_procedures": (1, 1),  # one procedure: 1 paid online, 2 had a fee
        "without_due": (1, 13),  # 4
    }


def test_a_published_row_is_what_the_question_answers(office: Office) -> None:
    office.put(*BY_HAND, *many(5, online=2, prefix="a", unit_code="H35.12.01"), *many(3, online=1, prefix="b"))
    office.put(*many(4, online=1, prefix="c", unit_code="H35.20", received_at="2026-05-04 08:00:00"))
    office.name(("H35", "Tỉnh Lai Châu", "province"))
    snapshot = office.publish()
    rows = snapshot.rows("SELECT * FROM assessment")
    labels = {row["period_label"] for row in rows}
    assert {"2026-08", "2024-09", "2026-Q3", "2026-H2", "2026", "year-to-date", "rolling-30"} <= labels
    keys = [(row["metric"], row["unit_code"], row["period_label"]) for row in rows]
    assert len(keys) == len(set(keys)) == 14 * 4 * len(labels)
    for label in labels:
        answered = {
            (one.metric, one.unit_code): one for one in rates(snapshot, office.register, by="unit", period=label)
        }
        published = [row for row in rows if row["period_label"] == label]
        assert len(answered) == len(published)
        for row in published:
            one = answered[row["metric"], row["unit_code"]]
            assert (row["numerator"], row["denominator"], row["ratio"]) == (one.numerator, one.denominator, one.ratio)
            assert (row["status"], row["gap"], row["complete"]) == (one.status, one.gap, one.complete)
            assert row["target_id"] == (one.target.id if one.target else None)
            assert (row["period_start"], row["period_end"]) == (one.period.start, one.period.end)


def test_a_parent_is_the_sum_of_its_children_and_its_own(office: Office) -> None:
    office.put(*many(3, online=1, prefix="a", unit_code="H35.12.01"), *many(5, online=4, prefix="b"))
    office.put(*many(7, online=2, prefix="c", unit_code="H35.20"))
    snapshot = office.publish()
    found = figures(rates(snapshot, office.register, metrics=["online"], by="unit", period="2026-08"))
    assert found == {
        ("online", "H35"): (7, 15),
        ("online", "H35.12"): (5, 8),
        ("online", "H35.12.01"): (1, 3),
        ("online", "H35.20"): (2, 7),
    }
    below = rates(snapshot, office.register, metrics=["online"], unit="H35", by="unit", period="2026-08")
    assert [one.unit_code for one in below] == ["H35.12", "H35.20"]
    leaf = rates(snapshot, office.register, metrics=["online"], unit="H35.20", by="unit", period="2026-08")
    assert [one.unit_code for one in leaf] == ["H35.20"]
    roots = rates(snapshot, office.register, metrics=["online"], period="2026-08")
    assert [one.unit_code for one in roots] == ["H35"]


def test_a_year_is_the_sum_of_its_months(office: Office) -> None:
    for month in range(1, 10):
        received = f"2026-{month:02}-28 08:00:00"
        office.put(*many(month, online=month // 2, prefix=f"{month}-", received_at=received, due_at=None))
    office.con.execute("UPDATE collected.dossier SET captured_at = TIMESTAMP '2026-10-01 00:00:00'")
    snapshot = office.publish(now=datetime(2026, 10, 1, 1, tzinfo=UTC))

    def online(label: str) -> tuple[int | None, int | None]:
        return figures(rates(snapshot, office.register, metrics=["online"], period=label))["online", "H35.12"]

    months = [online(f"2026-{month:02}") for month in range(1, 13)]
    assert online("2026") == tuple(sum(part or 0 for part in parts) for parts in zip(*months, strict=True))
    assert online("2026") == online("2026-01-01..2026-12-31") == (20, 45)
    assert online("latest") == online("2026-09")


def test_procedures_and_fields_add_up_to_the_unit(office: Office) -> None:
    office.procedure(("1.1", "Văn hóa cơ sở"), ("1.2", "Văn hoá cơ sở"), ("1.3", "VĂN HÓA  CƠ SỞ"), ("1.4", "Du lịch"))
    office.procedure(("1.5", "Văn hoá cơ sở"))
    for number, procedure in enumerate(("1.1", "1.2", "1.3", "1.4", "9.9"), start=1):
        office.put(*many(number, online=1, prefix=procedure, procedure_key=procedure))
    snapshot = office.publish()
    (whole,) = rates(snapshot, office.register, metrics=["online"], unit="H35.12", period="2026-08")
    parts = rates(snapshot, office.register, metrics=["online"], unit="H35.12", by="procedure", period="2026-08")
    assert [(one.procedure_key, one.denominator) for one in parts] == [
        ("9.9", 5),
        ("1.4", 4),
        ("1.3", 3),
        ("1.2", 2),
        ("1.1", 1),
    ]
    assert (parts[0].procedure_name, parts[0].field) == ("9.9", None)
    assert (parts[1].procedure_name, parts[1].field) == ("Thủ tục 1.4", "Du lịch")
    assert sum(one.denominator or 0 for one in parts) == whole.denominator == 15
    fields = rates(snapshot, office.register, metrics=["online"], unit="H35.12", by="field", period="2026-08")
    assert [(one.field, one.numerator, one.denominator) for one in fields] == [
        ("Văn hoá cơ sở", 3, 6),  # two of the four procedures spell it so
        (None, 1, 5),
        ("Du lịch", 1, 4),
    ]


def test_a_targets_field_is_asked_of_that_field_only(office: Office) -> None:
    office.register = Register(
        [
            Target(
                id="F",
                metric="online",
                op=Op.AT_LEAST,
                value=Decimal("0.9"),
                level=Level.NATIONAL,
                field="văn hóa cơ sở",
                document="KH 1",
            )
        ]
    )
    office.procedure(("1.1", "Văn hoá cơ sở"), ("1.4", "Du lịch"))
    office.put(*many(4, online=1, prefix="a", procedure_key="1.1"), *many(4, online=1, prefix="b", procedure_key="1.4"))
    snapshot = office.publish()
    found = rates(snapshot, office.register, metrics=["online"], by="field", period="2026-08")
    assert {one.field: one.status for one in found} == {"Văn hoá cơ sở": "below", "Du lịch": "no_target"}
    assert rates(snapshot, office.register, metrics=["online"])[0].status == Status.NO_TARGET


def test_the_volumes_published_are_those_that_are_counted_when_asked(office: Office) -> None:
    office.put(*BY_HAND)
    snapshot = office.publish()
    rows = snapshot.rows("SELECT source, unit_code, period_label, received, resolved, open, overdue_open FROM volume")
    published = {tuple(row.values())[:3]: tuple(row.values())[3:] for row in rows}
    assert {period for _, _, period in published} >= {"2026-08", "year-to-date"}
    for (source, unit, period), counts in published.items():
        (one,) = volumes(snapshot, unit=unit, period=period, source=source)
        assert (one.received, one.resolved, one.open, one.overdue_open) == counts


def test_volumes_are_flows_of_the_period_and_stocks_at_its_end(office: Office) -> None:
    office.put(*BY_HAND)
    snapshot = office.publish()
    (august,) = volumes(snapshot, period="2026-08")
    assert (august.unit_code, august.source, august.complete) == ("H35.12", "igate", True)
    assert (august.received, august.resolved, august.open, august.overdue_open) == (13, 6, 4, 2)
    (eleventh,) = volumes(snapshot, unit="H35.12", period="2026-08-11", source="igate")
    assert (eleventh.received, eleventh.resolved, eleventh.open, eleventh.overdue_open) == (0, 0, 7, 4)
    (july,) = volumes(snapshot, period="2026-07")
    assert (july.received, july.open) == (0, 0)


def test_a_stock_is_never_of_a_day_after_the_data(office: Office) -> None:
    office.put(dossier("1", due_at="2026-09-15 17:00:00"))
    snapshot = office.publish()
    (year,) = rates(snapshot, office.register, metrics=["overdue_open"], period="2026")
    assert (year.numerator, year.denominator) == (0, 1)
    (later,) = rates(snapshot, office.register, metrics=["overdue_open"], period="2026", as_of=date(2026, 9, 16))
    assert (later.numerator, later.denominator) == (1, 1)


def test_latest_is_the_month_of_the_newest_reception_that_can_be_true(office: Office) -> None:
    office.put(dossier("1", received_at="2026-07-30 08:00:00"), dossier("2", received_at="2062-07-30 08:00:00"))
    snapshot = office.publish()
    assert {one.period.label for one in rates(snapshot, office.register)} == {"2026-07"}
    assert snapshot.rows("SELECT newest_event FROM source") == [{"newest_event": date(2026, 7, 30)}]


def test_days_are_days_in_vietnam(office: Office) -> None:
    office.put(dossier("1", captured_at="2026-08-31 18:00:00"))  # 1 September, 1 o'clock
    snapshot = office.publish()
    assert snapshot.rows("SELECT as_of_day FROM source") == [{"as_of_day": date(2026, 9, 1)}]
    assert rates(snapshot, office.register, period="2026-08")[0].complete


def test_a_list_without_a_column_reports_nothing_for_it(office: Office) -> None:
    office.put(dossier("1", channel=None), dossier("2", channel=None, service_level=None))
    found = {one.metric: one for one in rates(office.publish(), office.register, period="2026-08")}
    assert (found["online"].status, found["online"].denominator) == ("not_reported", None)
    assert (found["satisfaction"].status, found["online_payment"].status) == ("not_reported", "no_activity")
    assert (found["on_time"].status, found["on_time"].denominator) == ("no_activity", 0)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ({"metrics": ["onlin"]}, "onlin"),
        ({"unit": "H99"}, "H99"),
        ({"source": "cong"}, "cong"),
        ({"period": "2026-13"}, "2026-13"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(office: Office, question: dict[str, Any], named: str) -> None:
    office.put(dossier("1"))
    with pytest.raises(QuestionError, match=f"“{named}”"):
        rates(office.publish(), office.register, **question)


def test_trend_gives_the_newest_months_oldest_first(office: Office) -> None:
    office.put(*many(4, online=1, prefix="a", received_at="2026-06-03 08:00:00"), *many(6, online=3, prefix="b"))
    found = trend(office.publish(), "online", "H35.12", "igate", months=3)
    assert [(one.period.label, one.numerator, one.denominator) for one in found] == [
        ("2026-06", 1, 4),
        ("2026-07", 0, 0),
        ("2026-08", 3, 6),
    ]
    assert [one.status for one in found] == ["below", "no_activity", "met"]
    assert found[0].target is not None
    assert (found[0].target.id, found[0].target_value, found[0].gap) == ("W766-3.3", Decimal("0.5"), 1)


# Statistics


def portal(office: Office, **months: tuple[int | None, int | None]) -> None:
    """Deliver `online` of H35 for months given as m08=(numerator, denominator)."""
    for month, (numerator, denominator) in months.items():
        start = f"2026-{month[1:]}-01"
        end = (date.fromisoformat(start) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        office.deliver("H35", start, str(end), {"channel_online": numerator, "channel_total": denominator})


def test_delivered_figures_are_shown_as_delivered_and_never_added_up(office: Office) -> None:
    office.deliver("VN", "2026-08-01", "2026-08-31", {"channel_online": 900, "channel_total": 1000})
    portal(office, m08=(70, 100))
    office.deliver("H35.12", "2026-08-01", "2026-08-31", {"channel_online": 3, "channel_total": 9})
    found = rates(office.publish(), office.register, metrics=["online"], by="unit", period="2026-08")
    assert figures(found) == {("online", "VN"): (900, 1000), ("online", "H35"): (70, 100), ("online", "H35.12"): (3, 9)}
    assert {one.variant for one in found} == {"766-3.3"}


def test_a_null_is_not_reported_and_what_was_not_delivered_is_no_row(office: Office) -> None:
    portal(office, m07=(None, None), m08=(5, 0))
    office.deliver("H35", "2026-08-01", "2026-08-31", {"paid_online": 4})
    snapshot = office.publish()
    july, august = (rates(snapshot, office.register, period=label) for label in ("2026-07", "2026-08"))
    assert [(one.metric, one.status) for one in july] == [("online", "not_reported")]
    assert [(one.metric, one.status, one.numerator) for one in august] == [
        ("online", "no_activity", 5),
        ("online_payment", "not_reported", 4),
    ]
    assert rates(snapshot, office.register, period="2026-06") == []


def test_a_count_with_a_fraction_is_no_count(office: Office) -> None:
    office.deliver("H35", "2026-08-01", "2026-08-31", {"channel_online": 4.5, "channel_total": 9})
    assert rates(office.publish(), office.register)[0].status == Status.NOT_REPORTED


def test_what_the_portal_calls_makeshift_is_not_judged(office: Office) -> None:
    counts: dict[str, int | float | None] = {"channel_online": 1, "channel_total": 9}
    office.deliver("H35", "2026-08-01", "2026-08-31", counts, quality="TEMP_NATIONAL_REPORT_DENOMINATOR")
    assert rates(office.publish(), office.register)[0].status == Status.NO_TARGET


def test_a_month_captured_while_it_ran_stays_incomplete(office: Office) -> None:
    counts: dict[str, int | float | None] = {"channel_online": 1, "channel_total": 9}
    office.deliver("H35", "2026-07-01", "2026-07-31", counts, captured=datetime(2026, 7, 15))
    office.deliver("H35", "2026-06-01", "2026-06-30", counts, captured=datetime(2026, 7, 15))
    portal(office, m08=(70, 100))
    snapshot = office.publish()
    found = {
        one.period.label: one.complete
        for label in ("2026-06", "2026-07", "2026-08")
        for one in rates(snapshot, office.register, period=label)
    }
    assert found == {"2026-06": True, "2026-07": False, "2026-08": True}


def test_latest_delivered_is_the_period_that_began_last(office: Office) -> None:
    portal(office, m07=(60, 100), m08=(70, 100), m10=(0, 0))  # October has not begun
    office.deliver("H35", "2026-01-01", "2026-12-31", {"channel_online": 1, "channel_total": 9})
    snapshot = office.publish()
    assert [one.period.label for one in rates(snapshot, office.register)] == ["2026-08"]
    assert [one.period.label for one in rates(snapshot, office.register, period="year-to-date")] == ["2026"]
    labels = snapshot.rows("SELECT DISTINCT period_label AS label FROM assessment ORDER BY label")
    assert [row["label"] for row in labels] == ["2026", "2026-07", "2026-08", "2026-10"]


def test_two_sources_of_one_ratio_are_both_kept(office: Office) -> None:
    office.put(*many(4, online=1))
    office.name(("H35.12", "Sở VHTTDL", "department"))
    office.deliver("H35.12", "2026-08-01", "2026-08-31", {"channel_online": 3, "channel_total": 9})
    snapshot = office.publish()
    found = rates(snapshot, office.register, metrics=["online"], unit="H35.12", period="2026-08")
    assert [(one.source, one.denominator) for one in found] == [("igate", 4), ("portal_v2", 9)]
    only = rates(snapshot, office.register, metrics=["online"], unit="H35.12", period="2026-08", source="portal_v2")
    assert [one.source for one in only] == ["portal_v2"]
    assert [(one.source, one.kind) for one in sources(snapshot)] == [("igate", "dossier"), ("portal_v2", "statistic")]


# Units


def test_names_and_levels_come_from_sources_then_from_the_name(office: Office) -> None:
    for number, code in enumerate(("H35.12", "H35.20", "H35.21", "H35.12.01", "H35.30")):
        office.put(dossier(str(number), unit_code=code))
    office.name(("H35.12", "Sở cũ", None), captured=CAPTURED - timedelta(days=9))
    office.name(("H35.12", "Sở VHTTDL", None), ("H35.20", "UBND phường Tân Phong", None), ("H35.21", "X", "commune"))
    tree = unit_tree(office.publish(names={"H35.30": "Thanh tra tỉnh"}))
    assert {(unit.code, unit.name, unit.level, unit.leaf) for unit in tree.units.values()} == {
        ("H35", "UBND tỉnh Lai Châu", "province", False),
        ("H35.12", "Sở VHTTDL", "department", False),
        ("H35.12.01", "H35.12.01", "department", True),
        ("H35.20", "UBND phường Tân Phong", "commune", True),
        ("H35.21", "X", "commune", True),
        ("H35.30", "Thanh tra tỉnh", "department", True),
    }
    assert list(tree.units) == ["H35", "H35.12", "H35.12.01", "H35.20", "H35.21", "H35.30"]


@pytest.mark.parametrize(
    ("code", "name", "level"),
    [
        ("VN", "Cả nước", "national"),
        ("H35", None, "province"),
        ("H26", "UBND Thành phố Hà Nội", "province"),
        ("H35.12", "Sở Văn hóa, Thể thao và Du lịch", "department"),
        ("H35.13", "BAN Dân tộc", "department"),
        ("H35.01", "Văn phòng UBND tỉnh", "department"),
        ("H35.40", "Uỷ ban nhân dân xã Bản Bo", "commune"),
        ("H35.41", "Đặc khu Vân Đồn", "commune"),
        ("H35.42", "Trung tâm Phục vụ hành chính công phường Tân Phong", "commune"),
        ("H35.43", "UBND thành phố Lai Châu", "department"),  # a former district town
        ("H35.44", "UBND tỉnh Lai Châu", "province"),
        ("H35.45", None, "department"),
    ],
)
def test_the_level_of_a_unit(code: str, name: str | None, level: str) -> None:
    assert build_tree([Named(code, name)]).unit(code).level == level


def test_rooms_of_a_commune_belong_to_the_commune() -> None:
    tree = build_tree([Named("H35.40", "UBND xã Bản Bo"), Named("H35.40.01", "Phòng Một")])
    assert tree.unit("H35.40.01").level == "commune"


def test_codes_that_branch_have_a_unit_above_and_a_single_one_has_none() -> None:
    assert list(build_tree([Named("H35.12.01"), Named("H35.12.02")]).units) == ["H35.12", "H35.12.01", "H35.12.02"]
    assert list(build_tree([Named("H35.12")]).units) == ["H35.12"]
    assert list(build_tree([Named("000.00.12.H35"), Named("000.00.13.H35")]).units) == [
        "000.00.12.H35",
        "000.00.13.H35",
    ]
    portal_row = build_tree([Named("id:0a"), Named("H44")])
    assert [unit.code for unit in portal_row.roots] == ["H44"]


def test_a_parent_set_by_hand_wins_and_is_a_unit(office: Office) -> None:
    office.put(*many(2, online=1, prefix="a", unit_code="TTA"), *many(3, online=1, prefix="b", unit_code="H35.20"))
    parents = {"TTA": "H35.12", "H35.12": "H35"}
    found = figures(rates(office.publish(parents=parents), office.register, metrics=["online"], by="unit"))
    assert {code: counts for (_, code), counts in found.items()} == {
        "H35": (2, 5),
        "H35.12": (1, 2),
        "TTA": (1, 2),
        "H35.20": (1, 3),
    }


def test_parents_that_go_round_are_refused_and_the_old_state_stays(office: Office) -> None:
    office.put(dossier("1"))
    before = office.publish().id
    with pytest.raises(UnitError, match=r"H35\.12 → A → H35\.12|A → H35\.12 → A"):
        office.publish(parents={"H35.12": "A", "A": "H35.12"})
    assert current_id(office.home) == before
    assert sorted(path.suffix for path in (office.home / "published").iterdir()) == ["", ".duckdb"]


# Alerts


def alerts(snapshot: Snapshot, rule: str) -> list[dict[str, Any]]:
    return snapshot.rows("SELECT * FROM alert WHERE rule = ? ORDER BY alert_id", [rule])


def test_a_sentence_that_can_be_forwarded(office: Office) -> None:
    office.put(*many(300, online=120, fee_obligation=None))
    office.name(("H35.12", "Phòng Quản lý văn hóa", "department"))
    found = {row["period_label"]: row for row in alerts(office.publish(), "below_target") if row["metric"] == "online"}
    assert set(found) == {"2026-08", "year-to-date"}
    august = found["2026-08"]
    assert august["message_vi"] == (
        "Tỷ lệ hồ sơ trực tuyến của Phòng Quản lý văn hóa tháng 08/2026: 120/300 = 40,0 %, dưới ngưỡng điểm tối đa 50 % "
        f"({FULL_MARK_766}); còn thiếu 30 hồ sơ."
    )
    assert august["message_en"] == (
        "Online dossiers of Phòng Quản lý văn hóa, 2026-08: 120/300 = 40.0%, below the full-mark threshold of 50% "
        f"({FULL_MARK_766}); 30 dossiers missing."
    )
    assert (august["severity"], august["numerator"], august["denominator"], august["gap"]) == ("warning", 120, 300, 30)
    assert (august["ratio"], august["target_value"]) == (0.4, 0.5)
    assert "từ đầu năm 2026 đến 01/09/2026" in found["year-to-date"]["message_vi"]


def asked(metric: str, op: Op, value: str, **more: Any) -> Target:
    words = {"id": f"{metric}-{op}-{value}", "level": Level.NATIONAL, "document": "KH 1", "article": "mục 2"} | more
    return Target(metric=metric, op=op, value=Decimal(value), **words)


def test_targets_limits_and_strict_targets_are_worded_apart(office: Office) -> None:
    office.register = Register(
        [asked("online", Op.ABOVE, "0.9"), asked("overdue_open", Op.AT_MOST, "0.05"), asked("on_time", Op.EQUAL, "1")]
    )
    office.put(*many(10_000, online=9_000))
    office.put(*[dossier(f"r{n}", status=9, finished_at=f"2026-08-{9 + n:02}T10:00") for n in range(3)])
    found = {row["metric"]: row for row in alerts(office.publish(), "below_target")}
    # 9.003 of 10.003 are more than nine in ten by a hair, so nothing is said of them
    assert "online" not in found
    late = found["overdue_open"]["message_vi"]
    assert "10.000/10.000 = 100,0 %, vượt chỉ tiêu không quá 5 % (KH 1, mục 2)" in late
    assert late.endswith("nhiều hơn mức cho phép 9.500 hồ sơ.")
    assert found["overdue_open"]["message_en"].endswith("9,500 dossiers too many.")
    assert "2/3 = 66,7 %, dưới chỉ tiêu 100 % (KH 1, mục 2); còn thiếu 1 hồ sơ." in found["on_time"]["message_vi"]


def test_a_missed_target_never_looks_reached_by_rounding(office: Office) -> None:
    office.register = Register([asked("online", Op.ABOVE, "0.9"), asked("data_reuse", Op.AT_LEAST, "0.5")])
    reused = [replaced | {"data_reused": number < 4999} for number, replaced in enumerate(many(10_000, online=9_000))]
    office.put(*reused)
    found = {row["metric"]: row["message_vi"] for row in alerts(office.publish(), "below_target")}
    assert "4.999/10.000 = 49,99 %, dưới chỉ tiêu 50 %" in found["data_reuse"]
    assert "9.000/10.000 = 90,0000 %, dưới chỉ tiêu trên 90 %" in found["online"]


def test_a_stock_alerts_once_and_as_of_now(office: Office) -> None:
    office.register = Register([asked("overdue_open", Op.AT_MOST, "0")])
    office.put(dossier("1"))
    assert [row["period_label"] for row in alerts(office.publish(), "below_target")] == ["year-to-date"]


def test_the_foot_and_the_top_of_the_tree_alert_and_nothing_between(office: Office) -> None:
    office.put(*many(4, online=1, prefix="a", unit_code="H35.12.01"), *many(4, online=1, prefix="b"))
    office.put(*many(4, online=1, prefix="c", unit_code="H35.20"))

    def alerting(**more: Any) -> set[str]:
        found = alerts(office.publish(**more), "below_target")
        return {row["unit_code"] for row in found if row["metric"] == "online"}

    assert alerting() == {"H35", "H35.12.01", "H35.20"}
    assert alerting(office="H35.12") == {"H35.12", "H35.12.01"}
    assert alerting(office="H99") == {"H35", "H35.12.01", "H35.20"}


def test_old_figures_of_a_portal_do_not_alert(office: Office) -> None:
    portal(office, m07=(10, 100), m08=(20, 100))
    office.deliver("H36", "2026-07-01", "2026-07-31", {"channel_online": 1, "channel_total": 100})
    office.deliver("H35", "2026-01-01", "2026-12-31", {"channel_online": 30, "channel_total": 100})
    office.deliver("H35", "2026-07-01", "2026-09-30", {"channel_online": 30, "channel_total": 100})
    found = [(row["unit_code"], row["period_label"]) for row in alerts(office.publish(), "below_target")]
    assert found == [("H35", "2026"), ("H35", "2026-08")]


def test_only_one_source_speaks_for_a_ratio(office: Office) -> None:
    office.put(*many(4, online=1))
    office.deliver("H35.12", "2026-08-01", "2026-08-31", {"channel_online": 1, "channel_total": 9})

    def speaking(**more: Any) -> set[str]:
        found = alerts(office.publish(**more), "below_target")
        return {row["source"] for row in found if row["metric"] == "online"}

    assert speaking() == {"igate"}
    assert speaking(primary_source="portal_v2") == {"portal_v2"}
    office.con.execute("UPDATE collected.dossier SET source = 'demo'")
    recount(office.con, everything=True)
    assert speaking() == {"portal_v2"}


def test_what_is_not_due_not_reported_or_without_activity_does_not_alert(office: Office) -> None:
    office.register = Register(
        [
            asked("online", Op.AT_LEAST, "0.9", due=date(2026, 12, 31)),
            asked("satisfaction", Op.AT_LEAST, "0.9"),
            asked("on_time", Op.AT_LEAST, "0.9"),
        ]
    )
    office.put(*many(4, online=1))
    assert alerts(office.publish(), "below_target") == []


def test_synthetic_figures_say_so_in_every_sentence(office: Office) -> None:
    office.put(*many(4, online=1, source="demo"))
    snapshot = office.publish(now=NOW + timedelta(days=40))
    found = alerts(snapshot, "below_target")
    assert found
    assert all(row["message_vi"].startswith("DỮ LIỆU MÔ PHỎNG. ") for row in found)
    assert all(row["message_en"].startswith("SYNTHETIC DATA. ") for row in found)
    assert alerts(snapshot, "source_late") == []
    assert snapshot.rows("SELECT synthetic FROM snapshot") == [{"synthetic": True}]


def test_a_source_is_late_after_two_days(office: Office) -> None:
    office.put(dossier("1"))
    assert alerts(office.publish(now=NOW + timedelta(days=1, hours=22)), "source_late") == []
    (late,) = alerts(office.publish(now=NOW + timedelta(days=3)), "source_late")
    assert (late["source"], late["severity"], late["metric"]) == ("igate", "critical", None)
    assert "chưa có số liệu mới từ 3 ngày trước" in late["message_vi"]


def test_a_source_that_is_collected_in_vain_is_late_too(office: Office) -> None:
    office.put(dossier("1", captured_at="2026-09-04 02:00:00"))
    office.journal.record_run(NOW, NOW, [export("a.csv", "1")])
    office.journal.record_run(NOW, NOW + timedelta(days=3), [export("b.csv", "", outcome="failed")])
    (late,) = alerts(office.publish(now=NOW + timedelta(days=3)), "source_late")
    assert "chưa thu thập thành công từ 3 ngày trước" in late["message_vi"]


def export(file_name: str, export_id: str, outcome: str = "accepted", **more: Any) -> RecordedExport:
    """Return an export as a collector reports it."""
    row = RecordedExport(
        run_id=0,
        export_id=export_id,
        file_name=file_name,
        source="igate",
        layout="igate",
        captured_at=CAPTURED,
        collected_at=CAPTURED,
        synthetic=False,
        outcome=outcome,
        rows_read=100,
        rows_accepted=100,
        rows_merged=0,
        rows_refused=0,
        rows_skipped=0,
        message_vi="",
    )
    return replace(row, **more)


def test_refused_rows_alert_above_one_in_twenty(office: Office) -> None:
    runs = [
        export("a.csv", "1", rows_accepted=95, rows_refused=5),
        export("b.csv", "2", rows_accepted=94, rows_refused=6),
    ]
    office.journal.record_run(NOW, NOW, runs)
    (found,) = alerts(office.publish(), "rows_refused")
    assert found["message_vi"].startswith("Bản xuất b.csv: 6/100 (6,0 %) dòng bị từ chối.")


def test_a_refused_export_alerts_until_it_is_corrected_or_a_week_old(office: Office) -> None:
    refused = export("a.csv", "", outcome="refused", rows_read=0, rows_accepted=0, message_vi="tệp a.csv: hỏng.")
    office.journal.record_run(NOW, NOW, [refused])
    (found,) = alerts(office.publish(), "export_refused")
    assert found["message_vi"] == "Bản xuất a.csv bị từ chối. tệp a.csv: hỏng."
    assert alerts(office.publish(now=NOW + timedelta(days=8)), "export_refused") == []
    office.journal.record_run(NOW, NOW + timedelta(hours=1), [export("a.csv", "1")])
    assert alerts(office.publish(), "export_refused") == []


# What else a snapshot holds


def accept(office: Office, export_id: str, file_name: str) -> None:
    row = (export_id, "igate", "igate", file_name, CAPTURED, False, False, 12, 9, 1, 1, 1, date(2026, 8, 20), "{}")
    append(office.con, "collected.export", [row])
    append(office.con, "collected.refusal", [(export_id, "s", 7, "Ngày tiếp nhận", "bad_date", "9/9")])
    append(office.con, "collected.finding", [(export_id, "no_due_date", "Ngày hẹn trả", 3, "s!9")])


def test_exports_refusals_and_findings_are_told(office: Office) -> None:
    accept(office, "1", "a.csv")
    accept(office, "2", "rebuilt.csv")  # of which no record is left
    refused = export("c.csv", "", outcome="refused", source="", rows_read=0, rows_accepted=0, message_vi="hỏng")
    office.journal.record_run(NOW, NOW, [export("a.csv", "1"), refused])
    office.journal.record_run(NOW, NOW + timedelta(days=1), [export("copy of a.csv", "1", outcome="already")])
    snapshot = office.publish()
    rows = snapshot.rows(
        "SELECT file_name, outcome, source, collected_at, rows_read, rows_refused, message_vi FROM export ORDER BY file_name"
    )
    collected = NOW.replace(tzinfo=None)
    assert [tuple(row.values()) for row in rows] == [
        ("a.csv", "accepted", "igate", collected, 12, 1, ""),
        ("c.csv", "refused", None, collected, 0, 0, "hỏng"),
        ("rebuilt.csv", "accepted", "igate", None, 12, 1, ""),
    ]
    refusals = snapshot.rows("SELECT * FROM refusal ORDER BY file_name")
    assert [tuple(row.values()) for row in refusals] == [
        ("1", "a.csv", "s", 7, "Ngày tiếp nhận", "bad_date", "9/9"),
        ("2", "rebuilt.csv", "s", 7, "Ngày tiếp nhận", "bad_date", "9/9"),
    ]
    assert snapshot.rows("SELECT check_id, rows, example FROM finding LIMIT 1") == [
        {"check_id": "no_due_date", "rows": 3, "example": "s!9"}
    ]
    (source,) = snapshot.rows("SELECT source, rows, rows_refused, last_run_at, last_success_at FROM source")
    later = collected + timedelta(days=1)
    assert tuple(source.values()) == ("igate", 100, 0, later, later)


def test_a_snapshot_of_nothing_is_published_too(office: Office) -> None:
    snapshot = office.publish()
    assert snapshot.rows("SELECT as_of, synthetic FROM snapshot") == [{"as_of": None, "synthetic": False}]
    assert rates(snapshot, office.register) == volumes(snapshot) == []


def test_daily_and_statistics_stand_in_the_snapshot(office: Office) -> None:
    office.put(*BY_HAND)
    portal(office, m08=(1, 2))
    office.procedure(("1.001628", "Du lịch"))
    snapshot = office.publish()
    assert snapshot.rows("SELECT sum(received) AS n FROM daily") == [{"n": 13}]
    assert len(snapshot.rows("SELECT * FROM statistic")) == 2
    assert snapshot.rows("SELECT procedure_key, field FROM procedure") == [
        {"procedure_key": "1.001628", "field": "Du lịch"}
    ]


# Publishing and reading


def test_each_publication_has_its_own_name_even_in_the_same_instant(office: Office) -> None:
    assert [office.publish().id for _ in range(3)] == [
        "20260901T030000000000Z",
        "20260901T030000000001Z",
        "20260901T030000000002Z",
    ]
    assert is_intact(office.home) is True


def test_the_newest_seven_stay_and_the_current_always(office: Office) -> None:
    for hour in range(KEPT + 2):
        office.publish(now=NOW + timedelta(hours=hour))
    folder = office.home / "published"
    names = sorted(path.stem for path in folder.glob("*.duckdb"))
    assert (len(names), names[-1]) == (KEPT, current_id(office.home))
    early = office.publish(now=NOW - timedelta(days=1))  # a clock that was set back
    assert early.id == current_id(office.home) == "20260831T030000000000Z"
    assert len(list(folder.glob("*.duckdb"))) == KEPT


def test_what_was_cut_off_is_removed_and_never_read(office: Office) -> None:
    folder = office.home / "published"
    folder.mkdir(parents=True)
    (folder / "20260101T000000000000Z.duckdb.tmp").write_bytes(b"half")
    assert open_snapshot(office.home) is None
    office.publish()
    assert {path.name for path in folder.iterdir()} == {"20260901T030000000000Z.duckdb", "CURRENT"}


def test_nothing_published_yet_is_none(tmp_path: Path) -> None:
    assert current_id(tmp_path) is None
    assert open_snapshot(tmp_path) is None
    assert is_intact(tmp_path) is None


def test_a_damaged_or_missing_snapshot_is_told(office: Office) -> None:
    path = office.publish().path
    path.write_bytes(b"x" * 5000)
    assert is_intact(office.home) is False
    with pytest.raises(SnapshotError, match="tthc rebuild"):
        open_snapshot(office.home)
    path.unlink()
    assert is_intact(office.home) is False
    with pytest.raises(SnapshotError, match="không thấy tệp"):
        open_snapshot(office.home)


def test_a_reader_keeps_its_state_while_another_is_published(office: Office) -> None:
    office.put(*many(4, online=1))
    old = office.publish()
    office.put(*many(9, online=1))
    new = office.publish()
    assert [snapshot.rows("SELECT sum(received) AS n FROM daily")[0]["n"] for snapshot in (old, new)] == [4, 9]


def test_a_snapshot_cannot_be_written(office: Office) -> None:
    with pytest.raises(duckdb.Error, match="read-only"):
        office.publish().rows("DELETE FROM daily")


def test_many_threads_may_ask_one_snapshot(office: Office) -> None:
    office.put(*many(4, online=1))
    snapshot, found = office.publish(), []

    def ask() -> None:
        for _ in range(20):
            found.append(snapshot.rows("SELECT sum(received) AS n FROM daily WHERE unit_code = ?", ["H35.12"])[0]["n"])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [4] * 120


def test_a_path_with_a_quote_is_a_path(tmp_path: Path) -> None:
    with duckdb.connect(":memory:") as con:
        con.execute((ROOT / "collectors" / "schema.sql").read_text(encoding="utf-8"))
        con.execute(SCHEMA_SQL)
        office = Office(tmp_path / "l'office", con, Register([]))
        assert office.publish().rows("SELECT count(*) AS n FROM unit") == [{"n": 0}]


READER = """
import sys
from pathlib import Path
from metrics.snapshot import open_snapshot

home, last, read = Path(sys.argv[1]), int(sys.argv[2]), 0
seen = 0
print("ready", flush=True)
while seen < last:
    with open_snapshot(home) as snapshot:
        daily = snapshot.rows("SELECT sum(received) AS n FROM daily")[0]["n"]
        told = snapshot.rows("SELECT denominator AS n FROM assessment WHERE metric = 'online' AND period_label = '2026-08'")
        named = snapshot.rows("SELECT snapshot_id FROM snapshot")[0]["snapshot_id"]
    assert named == snapshot.id, (named, snapshot.id)
    assert [row["n"] for row in told] == [daily], (told, daily)
    assert daily >= seen, (daily, seen)
    seen, read = daily, read + 1
print(read)
"""


def test_readers_see_no_error_and_no_mixture_while_ten_states_are_published(office: Office) -> None:
    office.put(dossier("first"))
    office.publish()
    command = [sys.executable, "-c", READER, str(office.home), "11"]
    readers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == b"ready\n"
        for number in range(10):
            office.put(dossier(f"next {number}"))
            office.publish(now=NOW + timedelta(seconds=number))
        for reader in readers:
            output, errors = reader.communicate(timeout=60)
            assert (reader.returncode, errors) == (0, b"")
            assert int(output) > 0
    finally:
        for reader in readers:
            reader.kill()
            reader.communicate()


# The journal


def test_what_is_recorded_reads_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new" / "journal.sqlite")
    assert (journal.runs(), journal.newest_outcomes(), journal.collected()) == ([], [], {})
    assert not journal.path.exists()
    hanoi = timezone(timedelta(hours=7))
    reported = [export("a.csv", "1", rows_refused=3, captured_at=datetime(2026, 9, 1, 9, tzinfo=hanoi))]
    run_id = journal.record_run(datetime(2026, 9, 1, 10, tzinfo=hanoi), datetime(2026, 9, 1, 3, 1), reported)
    (run,) = journal.runs()
    assert (run.run_id, run.started_at, run.finished_at) == (
        run_id,
        datetime(2026, 9, 1, 3),
        datetime(2026, 9, 1, 3, 1),
    )
    assert (run.exports, run.failures) == (1, 0)
    (kept,) = journal.exports_of(run_id)
    assert kept == replace(reported[0], run_id=run_id, captured_at=CAPTURED, collected_at=run.finished_at)


def test_the_newest_runs_come_first(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    for hour in range(4):
        outcome = "refused" if hour == 3 else "accepted"
        journal.record_run(NOW, NOW + timedelta(hours=hour), [export("a.csv", str(hour), outcome=outcome)])
    assert [(run.run_id, run.failures) for run in journal.runs(2)] == [(4, 1), (3, 0)]


def test_a_source_is_collected_with_success_when_nothing_new_came(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    outcomes = ["accepted", "already", "refused"]
    for hour, outcome in enumerate(outcomes):
        journal.record_run(NOW, NOW + timedelta(hours=hour), [export("a.csv", "1", outcome=outcome)])
    start = NOW.replace(tzinfo=None)
    assert journal.last_run("igate") == start + timedelta(hours=2)
    assert journal.last_success("igate") == start + timedelta(hours=1)
    assert journal.last_run("onestop") is journal.last_success("onestop") is None


def test_a_run_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    broken = [export("a.csv", "1"), export("b.csv", "2", rows_read="?" * 3, message_vi=None)]
    with pytest.raises(Exception, match="NOT NULL"):
        journal.record_run(NOW, NOW, broken)
    assert journal.runs() == []


WRITER = """
import sys
from datetime import datetime
from pathlib import Path
from metrics.journal import Journal

for number in range(20):
    Journal(Path(sys.argv[1])).record_run(datetime(2026, 9, 1), datetime(2026, 9, 1), [])
"""


def test_several_processes_write_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(4)
    ]
    for writer in writers:
        assert (writer.communicate(timeout=120)[1], writer.returncode) == (b"", 0)
    assert [run.run_id for run in Journal(path).runs(100)] == list(range(80, 0, -1))
