"""The register of targets: which row is in force, what a file may say, what the documents gave."""

import csv
import unicodedata
from collections import Counter
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.targets import (
    BUILT_IN,
    METRIC_KEYS,
    Feed,
    Kind,
    Level,
    Op,
    Quantity,
    Register,
    Step,
    Target,
    TargetError,
    load_register,
    read_register,
)


@dataclass(frozen=True)
class Office:
    code: str
    level: str | None
    province: str | None


class Question(NamedTuple):
    unit: Office
    day: date
    field: str | None
    variant: str | None


COUNTRY = Office("VN", "national", None)
LAI_CHAU = Office("H35", "province", "H35")
DEPARTMENT = Office("H35.12", "department", "H35")
COMMUNE = Office("H35.99", "commune", "H35")
BAC_NINH = Office("H05", "province", "H05")
OFFICES = (COUNTRY, LAI_CHAU, DEPARTMENT, COMMUNE, BAC_NINH, Office("H44.12", "department", "H44"))

METRICS = Path(__file__).parents[1] / "metrics"
REGISTER = load_register()
BY_ID = {target.id: target for target in REGISTER.targets}

ROWS_BY_OP = {">=": 107, "=": 49, "<=": 1, ">": 2, "trend_up": 13, "rule": 2, "baseline": 4, "none": 14}
# The letter of 2026 repeats the sentence of 2023: from its day on it is the one that is judged.
ENDED_BY_ANOTHER = {"T004-1": "2026-03-26"}

MINIMAL = """
[[target]]
id = "X1"
metric = "online"
op = ">="
value = 0.6
level = "department"
document = "KH 1/KH-SVHTTDL"
"""


def a_target(**changes: object) -> Target:
    cells: dict[str, object] = {"id": "X", "metric": "online", "op": Op.AT_LEAST, "value": Decimal("0.6")}
    cells |= {"level": Level.DEPARTMENT, "document": "KH 1", "file": "rieng.toml"}
    return Target(**(cells | changes))  # type: ignore[arg-type]


def own_file(folder: Path, text: str) -> Path:
    path = folder / "chi-tieu-rieng.toml"
    path.write_text(text, encoding="utf-8")
    return path


def answer(metric: str, unit: Office, day: date, **question: str) -> tuple[str, Decimal | None, str] | None:
    found = REGISTER.in_force(metric, unit=unit, day=day, **question)
    return None if found is None else (found.id, found.value, found.kind)


# What is in force: worked by hand from the documents.


@pytest.mark.parametrize(
    ("metric", "unit", "day", "question", "expected"),
    [
        # Nothing confirmed is asked of the online share in 2026; full marks of 3.3 are reached at one half.
        ("online", DEPARTMENT, date(2026, 10, 31), {}, ("W766-3.3", Decimal("0.5"), "full_mark")),
        # 3.6 has no threshold (linear), so the 80 % of NQ 71 is shown although it is due in 2030 only.
        ("online_payment", DEPARTMENT, date(2026, 10, 31), {}, ("N71-6", Decimal("0.8"), "target")),
        # 4.3 has one: full marks at 80 % come before the 80 % of NQ 71, not yet due.
        ("data_reuse", DEPARTMENT, date(2026, 10, 31), {}, ("W766-4.3", Decimal("0.8"), "full_mark")),
        ("data_reuse", DEPARTMENT, date(2030, 12, 31), {}, ("N71-5", Decimal("0.8"), "target")),
        ("digitised_full", COMMUNE, date(2029, 6, 30), {}, ("N71-3", Decimal(1), "target")),
        # The plan of 2025 speaks of departments of Lai Châu, in 2025.
        ("satisfaction", DEPARTMENT, date(2025, 10, 31), {}, ("T000-1", Decimal("0.9"), "target")),
        ("satisfaction", OFFICES[-1], date(2025, 10, 31), {}, ("N76-7", Decimal("0.9"), "target")),
        ("satisfaction", DEPARTMENT, date(2026, 1, 1), {}, None),
        # A field override is narrower than a plan of the whole province.
        (
            "satisfaction",
            DEPARTMENT,
            date(2025, 12, 31),
            {"field": "Đất đai"},
            ("N76-8", Decimal("0.85"), "target"),
        ),
        # The proxy of the index has its own full marks; a survey is not measured against them.
        (
            "satisfaction",
            LAI_CHAU,
            date(2026, 8, 31),
            {"variant": "766-5.4"},
            ("W766-5.4", Decimal("0.9"), "full_mark"),
        ),
        ("satisfaction", LAI_CHAU, date(2026, 8, 31), {}, None),
        # 766-4.1 is linear: only the demand of NQ 71 is left.
        (
            "electronic_results",
            LAI_CHAU,
            date(2026, 8, 31),
            {"variant": "766-4.1"},
            ("N71-4", Decimal(1), "target"),
        ),
        # One value for the country, another for provinces; QĐ 942 was replaced before it fell due.
        ("online_full", COUNTRY, date(2024, 12, 31), {}, ("EMC24-1", Decimal("0.5"), "target")),
        ("online_full", LAI_CHAU, date(2024, 12, 31), {}, ("EMC24-3", Decimal("0.3"), "target")),
        ("online_full", COMMUNE, date(2025, 11, 30), {}, ("Q942-1", Decimal("0.8"), "target")),
        ("online_full", COMMUNE, date(2025, 12, 1), {}, None),
        ("online_full", BAC_NINH, date(2025, 10, 31), {}, ("BN30-1", Decimal("0.8"), "target")),
        ("online_full", LAI_CHAU, date(2026, 10, 31), {}, None),
        # A survey of online services is another question than satisfaction at large; step two asks 99 %.
        (
            "satisfaction",
            COUNTRY,
            date(2028, 1, 1),
            {"variant": "satisfaction.online_services"},
            ("Q2629-2", Decimal("0.99"), "target"),
        ),
        # Linear components and rates nobody set a number for.
        ("on_time_766", DEPARTMENT, date(2026, 10, 31), {}, None),
        ("on_time", DEPARTMENT, date(2026, 10, 31), {}, None),
        ("procedures_online_active", DEPARTMENT, date(2026, 10, 31), {}, None),
        # The index of this formula starts in 2026.
        ("online", DEPARTMENT, date(2025, 12, 31), {}, None),
    ],
)
def test_the_target_in_force_is_the_one_the_documents_give(
    metric: str, unit: Office, day: date, question: dict[str, str], expected: object
) -> None:
    assert answer(metric, unit, day, **question) == expected


def test_a_programme_is_due_on_its_last_day_and_gone_the_day_after() -> None:
    def due(day: date) -> bool | None:
        found = REGISTER.in_force("online_payment", unit=DEPARTMENT, day=day)
        assert found is None or (found.id == "N71-6" and found.due == date(2030, 12, 31))
        return None if found is None or found.due is None else found.due <= day

    assert due(date(2030, 12, 30)) is False
    assert due(date(2030, 12, 31)) is True
    assert due(date(2031, 1, 1)) is None


def test_each_step_of_a_schedule_is_due_on_its_own_last_day() -> None:
    steps = BY_ID["Q2629-2"]
    assert steps.schedule == {2025: Decimal("0.95"), 2028: Decimal("0.99")}
    assert [steps.value_on(date(year, 12, 31)) for year in (2024, 2025, 2027, 2028, 2030)] == [
        None,
        Decimal("0.95"),
        Decimal("0.95"),
        Decimal("0.99"),
        Decimal("0.99"),
    ]
    assert steps.due_on(date(2026, 5, 1)) == date(2027, 12, 31)
    assert steps.due_on(date(2028, 1, 1)) == date(2030, 12, 31)
    asked = REGISTER.in_force("satisfaction", unit=COUNTRY, day=date(2027, 6, 30), variant=steps.variant)
    assert asked is not None
    assert (asked.value, asked.due) == (Decimal("0.95"), date(2027, 12, 31))


def test_nothing_is_asked_before_the_first_year_of_a_schedule() -> None:
    steps = a_target(value=None, schedule={2028: Decimal("0.9")})
    register = Register([steps])
    assert register.in_force("online", unit=DEPARTMENT, day=date(2027, 12, 31)) is None
    assert register.in_force("online", unit=DEPARTMENT, day=date(2028, 1, 1)) is not None


def test_the_narrowest_scope_answers() -> None:
    rows = [
        a_target(id="everyone", level=Level.NATIONAL),
        a_target(id="level", level=Level.DEPARTMENT),
        a_target(id="level in province", province="H35"),
        a_target(id="field", level=Level.NATIONAL, field="Du lịch"),
        a_target(id="unit", level=Level.UNIT, unit="H35.12"),
    ]
    for count in range(len(rows)):
        register = Register(rows[: count + 1])
        found = register.in_force("online", unit=DEPARTMENT, field="Du lịch", day=date(2026, 1, 1))
        assert found == rows[count]


def test_a_row_for_one_variant_answers_before_a_newer_row_for_all() -> None:
    every = a_target(id="every", valid_from=date(2026, 1, 1))
    one = a_target(id="one", variant="online.l34.all")
    register = Register([every, one])
    found = [
        register.in_force("online", unit=DEPARTMENT, day=date(2026, 6, 30), variant=variant)
        for variant in ("online.l34.all", None, "online.received")
    ]
    assert [target.id for target in found if target] == ["one", "every", "every"]


def test_a_demand_comes_before_full_marks_and_full_marks_before_a_demand_not_yet_due() -> None:
    day = date(2026, 6, 30)
    later = a_target(id="later", unit="H35.12", due=date(2030, 12, 31))
    marks = a_target(id="marks", level=Level.UNIT, kind=Kind.FULL_MARK)
    now = a_target(id="now", level=Level.NATIONAL)

    def chosen(*rows: Target) -> str | None:
        found = Register(rows).in_force("online", unit=DEPARTMENT, day=day)
        return None if found is None else found.id

    assert chosen(later, marks, now) == "now"
    assert chosen(later, marks) == "marks"
    assert chosen(later) == "later"
    assert chosen() is None


def test_a_goal_for_2030_may_stand_beside_a_plan_of_this_year() -> None:
    goal = a_target(id="goal", due=date(2030, 12, 31), value=Decimal("0.8"))
    plan = a_target(id="plan", valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31))
    register = Register([goal, plan])
    days_asked = [date(2025, 12, 31), date(2026, 12, 31), date(2030, 12, 31)]
    found = [register.in_force("online", unit=DEPARTMENT, day=day) for day in days_asked]
    assert [target.id for target in found if target] == ["goal", "plan", "goal"]


DECOMPOSED = unicodedata.normalize("NFD", "VĂN HÓA CƠ SỞ")


@pytest.mark.parametrize("name", ["văn hoá cơ sở", "Văn hóa  cơ sở", DECOMPOSED])
def test_a_field_is_known_however_its_tone_mark_is_placed(name: str) -> None:
    scoped = a_target(field="Du lịch; Văn hóa cơ sở")
    assert scoped.covers(DEPARTMENT, name)
    assert not scoped.covers(DEPARTMENT, "văn hỏa cơ sở")
    assert not scoped.covers(DEPARTMENT, None)


def test_a_trend_and_a_row_kept_for_reference_judge_nobody() -> None:
    day = date(2026, 6, 30)
    valid = {target.id for target in REGISTER.valid_on(day)}
    assert {"T001-q2", "W766-3.6", "N76-13"} <= valid
    assert BY_ID["T001-q2"].kind is Kind.TREND
    assert Register([BY_ID["T001-q2"]]).in_force("online", unit=DEPARTMENT, day=day) is None
    assert Register([BY_ID["W766-3.6"]]).in_force("online_payment", unit=DEPARTMENT, day=day) is None


# The register as handed over.


def test_every_row_names_its_document_and_the_file_it_stands_in() -> None:
    lines = {file: (METRICS / file).read_text(encoding="utf-8").splitlines() for file in BUILT_IN}
    for target in REGISTER.targets:
        assert target.document
        assert target.line is not None
        assert lines[target.file][target.line] == f'id = "{target.id}"'


def test_every_row_has_a_name_in_both_languages_and_its_words_or_a_note_why_not() -> None:
    for target in REGISTER.targets:
        assert target.name_vi and target.name_en, target.id
        assert target.phrase or target.note, target.id
        assert target.confirmed or target.ask, target.id
        assert target.subject or target.kind is Kind.CITATION, target.id
        assert target.feeds or target.kind is Kind.CITATION, target.id


def test_the_register_holds_every_demand_rule_baseline_and_citation() -> None:
    """Counted by op in the table of documents: 192 rows, 73 of them of the twenty ratios with a number or a trend."""
    assert Counter(target.op for target in REGISTER.targets) == ROWS_BY_OP
    assert len(REGISTER.targets) == 192
    assert sum(1 for target in REGISTER.targets if target.file == "targets.toml") == 73


def test_what_is_no_demand_is_never_judged() -> None:
    for target in REGISTER.targets:
        if target.kind in (Kind.BASELINE, Kind.RULE, Kind.CITATION):
            assert not target.judged, target.id
    assert Register([BY_ID["B004-3"]]).in_force("par_index_rank", unit=DEPARTMENT, day=date(2022, 6, 30)) is None


def test_documents_of_unnamed_provinces_and_unconfirmed_numbers_judge_nobody() -> None:
    for target in REGISTER.targets:
        if target.id.startswith(("T002-", "T003-", "BD23-")) or not target.confirmed:
            assert not target.judged, target.id


def test_only_full_mark_ratios_under_one_are_judged() -> None:
    marks = [target for target in REGISTER.targets if target.kind is Kind.FULL_MARK]
    judged = {target.id for target in marks if target.judged}
    assert judged == {"W766-3.1", "W766-3.3", "W766-3.5", "W766-3.5b", "W766-4.3", "W766-5.4"}
    assert all((target.value == 1) != target.judged for target in marks)


def test_programmes_of_several_years_have_a_due_day_and_yearly_plans_have_none() -> None:
    for target in REGISTER.targets:
        if target.kind is not Kind.TARGET:
            continue
        assert target.valid_from is not None
        if target.valid_to is None or target.id == "T004-1":  # letters of a department that name no deadline
            assert target.due is None and target.id.startswith(("T001-", "T004-1")), target.id
        elif target.id in ("T003-1b", "T003-22"):  # "hàng năm", "trong năm": to be met every year
            assert target.due is None
        else:
            assert (target.due is None) == (target.valid_from.year == target.valid_to.year), target.id


REGISTER_TABLE = Path(__file__).parents[2] / "shared" / "domain" / "targets.csv"


@pytest.mark.skipif(not REGISTER_TABLE.is_file(), reason="the table of documents is not beside the project")
def test_every_row_of_the_table_is_here_with_its_value_and_days() -> None:
    with REGISTER_TABLE.open(encoding="utf-8", newline="") as table:
        rows = {row["id"]: row for row in csv.DictReader(table)}
    assert set(BY_ID) == set(rows)
    assert Counter(row["op"] for row in rows.values()) == ROWS_BY_OP
    for id_, row in rows.items():
        target = BY_ID[id_]
        schedule = ";".join(f"{year}:{share.normalize():f}" for year, share in target.shares.items())
        assert (target.metric, target.op, schedule) == (row["metric_key"], row["op"], row["schedule"]), id_
        assert (target.name_vi, target.name_en) == (row["name_vi"], row["name_en"]), id_
        assert target.value == (Decimal(row["value"]) if row["value"] else None), id_
        assert not row["value"] or target.quantity == row["unit"], id_
        assert (target.level, target.field or "") == (row["scope_level"], row["scope_field"]), id_
        assert str(target.valid_from or "") == row["valid_from"], id_
        assert str(target.valid_to or "") == ENDED_BY_ANOTHER.get(id_, row["valid_to"]), id_
        assert (target.parent or target.overrides or "") == row["parent_target"], id_
        assert set(target.feeds) == set(filter(None, row["computable_from"].split("|"))), id_
        assert (target.phrase, target.confirmed) == (row["source_phrase"], row["status"] == "confirmed"), id_


# An office's own file.


def test_an_own_file_adds_and_replaces_by_id(tmp_path: Path) -> None:
    replaced = MINIMAL.replace("X1", "N71-6").replace('"online"', '"online_payment"').replace("0.6", "0.9")
    path = own_file(tmp_path, MINIMAL + replaced)
    register = load_register(path)
    assert len(register.targets) == len(REGISTER.targets) + 1
    mine = register.in_force("online", unit=DEPARTMENT, day=date(2026, 10, 31))
    assert mine is not None
    assert (mine.id, mine.value, mine.file) == ("X1", Decimal("0.6"), str(path))
    other = register.in_force("online_payment", unit=DEPARTMENT, day=date(2026, 10, 31))
    assert other is not None
    assert (other.id, other.value, other.due) == ("N71-6", Decimal("0.9"), None)
    assert [target.id for target in register.targets].index("N71-6") == list(BY_ID).index("N71-6")


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "chi-tieu.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert "X1" in {target.id for target in load_register(path).targets}


def test_a_row_switched_off_leaves_the_next_one_to_answer(tmp_path: Path) -> None:
    text = MINIMAL.replace('"X1"', '"W766-3.3"') + "judged = false\n"
    register = load_register(own_file(tmp_path, text))
    assert register.in_force("online", unit=DEPARTMENT, day=date(2026, 10, 31)) is None


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({}, False),
        ({"level": Level.PROVINCE}, True),
        ({"province": "H35"}, True),
        ({"unit": "H35.12"}, True),
        ({"field": "Du lịch"}, True),
        ({"variant": "online.l34.all"}, True),
        ({"kind": Kind.FULL_MARK}, True),
        ({"judged": False}, True),
        ({"due": date(2030, 12, 31)}, True),
        ({"metric": "online_full"}, True),
        ({"valid_from": date(2027, 1, 1)}, True),
        ({"valid_from": date(2026, 12, 31)}, False),
        ({"value": Decimal("0.7"), "op": Op.ABOVE}, False),
    ],
)
def test_two_rows_may_not_answer_the_same_question(changes: dict[str, object], differs: bool) -> None:
    one = a_target(id="one", valid_to=date(2026, 12, 31))
    other = a_target(**({"id": "other"} | changes))
    if differs:
        assert len(Register([one, other]).targets) == 2
    else:
        with pytest.raises(TargetError, match=r"chỉ tiêu one và rieng.toml, chỉ tiêu other.*chồng nhau"):
            Register([one, other])


def test_rows_for_every_unit_and_for_every_scored_unit_overlap() -> None:
    with pytest.raises(TargetError):
        Register([a_target(id="one", level=Level.UNIT), a_target(id="other", level=Level.NATIONAL)])


def test_rows_that_share_one_field_overlap() -> None:
    with pytest.raises(TargetError):
        Register([a_target(id="one", field="Đất đai; Đầu tư"), a_target(id="other", field="ĐẦU TƯ;Du lịch")])


def test_an_overlap_names_both_rows_with_file_and_line(tmp_path: Path) -> None:
    text = MINIMAL.replace('"department"', '"unit"') + 'kind = "full_mark"\n'
    path = own_file(tmp_path, text)
    with pytest.raises(TargetError) as refused:
        load_register(path)
    message = str(refused.value)
    assert f"targets.toml, chỉ tiêu W766-3.3, dòng {BY_ID['W766-3.3'].line}" in message
    assert f"{path}, chỉ tiêu X1, dòng 2" in message


# What a file may not say.


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value = 0.6", "value = 60", ["ô value", "“60”", "số từ 0 đến 1", "0.9"]),
        ("value = 0.6", "value = -0.1", ["ô value", "“-0.1”"]),
        ("value = 0.6", "value = nan", ["ô value", "“NaN”"]),
        ("value = 0.6", "value = true", ["ô value", "số từ 0 đến 1"]),
        ("value = 0.6", 'value = "60 %"', ["ô value", "“60 %”"]),
        ("value = 0.6", "", ["ô value", "không có gì", "đúng một trong hai ô value, schedule"]),
        ("value = 0.6", "value = 0.6\nschedule = { 2026 = 0.6 }", ["cả value và schedule"]),
        ("value = 0.6", "schedule = { 2026 = 6 }", ["ô schedule", "“6”", "số từ 0 đến 1"]),
        ("value = 0.6", "schedule = { 26 = 0.6 }", ["ô schedule", "“26”", "năm bốn chữ số"]),
        ("value = 0.6", "schedule = {}", ["ô schedule", "các cặp năm = số"]),
        ('op = ">="', 'op = "≥"', ["ô op", "“≥”", ">=, >, =, <=, trend_up"]),
        ('op = ">="', 'op = "trend_up"', ["ô value", "không có số khi op là trend_up"]),
        ('op = ">="\nvalue = 0.6', 'op = "trend_up"\nkind = "target"', ["ô kind", "“target”"]),
        ('op = ">="', 'op = ">="\nkind = "chỉ tiêu"', ["ô kind", "target, full_mark, trend"]),
        ('"online"', '"onlin"', ["ô metric", "“onlin”", "Có phải là online?"]),
        ('metric = "online"', "", ["ô metric", "không có gì"]),
        ('id = "X1"', "", ["chỉ tiêu không có id", "ô id", "không có gì"]),
        ('document = "KH 1/KH-SVHTTDL"', "", ["ô document", "không có gì", 'document = "…"']),
        ('"KH 1/KH-SVHTTDL"', '"  "', ["ô document", "không có gì"]),
        ('"KH 1/KH-SVHTTDL"', "1036", ["ô document", "“1036”", "dấu nháy kép"]),
        ('"department"', '"sở"', ["ô level", "“sở”", "department"]),
        (
            "value = 0.6",
            "value = 0.6\nvalid_until = 2026-12-31",
            ["ô valid_until", "một trong các ô", "valid_"],
        ),
        ("value = 0.6", 'value = 0.6\nprovince = "Lai Châu"', ["ô province", "“Lai Châu”", "H35"]),
        ("value = 0.6", 'value = 0.6\nunit = "Sở VHTTDL"', ["ô unit", "“Sở VHTTDL”", "H35.12"]),
        ("value = 0.6", 'value = 0.6\ndue = "31/12/2026"', ["ô due", "“31/12/2026”", "ngày như 2025-12-31"]),
        ("value = 0.6", "value = 0.6\ndue = 2026-12-31T00:00:00", ["ô due", "không có giờ"]),
        ("value = 0.6", 'value = 0.6\njudged = "no"', ["ô judged", "“no”", "true hoặc false"]),
        (
            "value = 0.6",
            "value = 0.6\nvalid_from = 2026-01-01\nvalid_to = 2025-12-31",
            ["ô valid_to", "“2025-12-31”", "valid_from (2026-01-01)"],
        ),
        ("value = 0.6", "value = 0.6\nvalid_from = 2026-01-01\ndue = 2025-12-31", ["ô due", "“2025-12-31”"]),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_by_file_row_and_cell(
    tmp_path: Path, old: str, new: str, said: list[str]
) -> None:
    assert old in MINIMAL
    path = own_file(tmp_path, "# của Sở\n" + MINIMAL.replace("X1", "X0") + MINIMAL.replace(old, new))
    with pytest.raises(TargetError) as refused:
        load_register(path)
    message = str(refused.value)
    assert message.startswith(f"{path}, chỉ tiêu ")
    assert "(khối thứ 2, dòng 11)" in message
    assert all(part in message for part in said), message


def test_an_id_used_twice_in_one_file_is_refused(tmp_path: Path) -> None:
    path = own_file(tmp_path, MINIMAL + MINIMAL.replace("0.6", "0.7"))
    with pytest.raises(TargetError, match=r"chỉ tiêu X1 \(khối thứ 2, dòng 10\), ô id: .*dòng kia: .*dòng 2"):
        load_register(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[[target]]\nid = "X1\n', ["dòng 2", "cú pháp TOML"]),
        (b'[[target]]\nid = "X1', ["cuối tệp", "cú pháp TOML"]),
        ('[[target]]\nid = "chỉ tiêu"'.encode("utf-16"), ["UTF-8"]),
        (b'[[targets]]\nid = "X1"\n', ["“targets”", "[[target]]"]),
        (b'[target]\nid = "X1"\n', ["hai dấu ngoặc vuông"]),
        (None, ["không mở được", "tthc.toml"]),
    ],
)
def test_an_unreadable_file_is_refused(tmp_path: Path, content: bytes | None, said: list[str]) -> None:
    path = tmp_path / "chi-tieu.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TargetError) as refused:
        load_register(path)
    assert all(part in str(refused.value) for part in [str(path), *said])


def test_a_line_is_left_out_when_it_is_not_certain(tmp_path: Path) -> None:
    text = MINIMAL.replace("0.6", "6") + 'note = """\n[[target]]\n"""\n'
    with pytest.raises(TargetError, match=r"chỉ tiêu X1 \(khối thứ 1\), ô value"):
        load_register(own_file(tmp_path, text))


# Steps, parents, indicators: worked by hand.


def test_twenty_percent_more_a_year_means_points_up_to_the_cap() -> None:
    """QĐ 468/QĐ-TTg as read: 30 % in 2021 and 20 POINTS a year (not 30 x 1.2 = 36 %), 100 % at most."""
    asked = BY_ID["Q468-2"]
    found = {year: asked.value_on(date(year, 6, 30)) for year in range(2020, 2026)}
    shares = [None, "0.3", "0.5", "0.7", "0.9", "1"]  # 0.9 + 0.2 is cut off at 1
    assert list(found.values()) == [None if share is None else Decimal(share) for share in shares]
    communes = BY_ID["Q468-4"]
    assert [communes.value_on(date(year, 1, 1)) for year in (2021, 2025)] == [Decimal("0.15"), Decimal("0.95")]


def test_each_step_is_due_on_the_last_day_of_its_year() -> None:
    asked = BY_ID["Q468-2"]
    assert [asked.due_on(date(year, 3, 1)) for year in (2021, 2024, 2025)] == [
        date(2021, 12, 31),
        date(2024, 12, 31),
        date(2025, 12, 31),
    ]


def test_a_nested_row_names_the_row_whose_numerator_is_its_base() -> None:
    nested = {"T002-5": "T002-4", "T002-7": "T002-6", "T003-6": "T003-5", "T003-9": "T003-8"}
    nested |= {"N76-3": "N76-2", "N76-5": "N76-4"}
    assert {target.id: target.parent for target in REGISTER.targets if target.parent} == nested
    assert {target.id for target in REGISTER.targets if target.overrides} == {"T002-10", "N76-8"}


def test_strict_words_make_strict_rows() -> None:
    assert {target.id for target in REGISTER.targets if target.op is Op.ABOVE} == {"T000-8", "LC25-3"}
    assert all("rên" in BY_ID[id_].note + BY_ID[id_].phrase for id_ in ("T000-8", "LC25-3"))


def test_a_trend_is_the_narrowest_and_newest_demand_not_to_fall() -> None:
    def found(day: date) -> str | None:
        trend = REGISTER.trend("online_full", unit=DEPARTMENT, day=day)
        return None if trend is None else trend.id

    days_asked = [date(2022, 12, 31), date(2024, 12, 31), date(2025, 6, 30), date(2026, 10, 31)]
    assert [found(day) for day in days_asked] == [None, "T004-q1", "T000-q1", "T001-q1"]
    assert REGISTER.trend("online_full", unit=LAI_CHAU, day=date(2026, 10, 31)) is None
    switched_off = Register([replace(BY_ID["T001-q1"], judged=False)])
    assert switched_off.trend("online_full", unit=DEPARTMENT, day=date(2026, 10, 31)) is None


INDICATOR = """
[[indicator]]
key = "visits_saved"
name_vi = "Lượt đi lại giảm được"
name_en = "Visits saved"
quantity = "count"

[[target]]
id = "X2"
indicator = "visits_saved"
op = ">="
value = 500
quantity = "count"
level = "department"
document = "KH 1/KH-SVHTTDL"
"""


def test_an_own_file_may_bring_indicators_of_its_own(tmp_path: Path) -> None:
    register = load_register(own_file(tmp_path, INDICATOR))
    found = register.in_force("visits_saved", unit=DEPARTMENT, day=date(2026, 10, 31))
    assert found is not None
    assert (found.id, found.value, register.name_of(found)) == ("X2", 500, ("Lượt đi lại giảm được", "Visits saved"))
    assert register.indicators["visits_saved"].quantity is Quantity.COUNT


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('indicator = "visits_saved"', 'indicator = "visits_save"', ["X2", "dòng 8", "ô indicator", "visits_saved"]),
        ('indicator = "visits_saved"', 'metric = "online"\nindicator = "visits_saved"', ["cả metric và indicator"]),
        ('value = 500\nquantity = "count"', "value = 0.5", ["X2", "ô quantity", "“ratio”", "“count”"]),
        ("value = 500", "value = 500.5", ["ô value", "“500.5”", "không có phần lẻ"]),
        ("value = 500", "value = -1", ["ô value", "từ 0 trở lên"]),
        ("value = 500", "step = { start_year = 2021, start = 0.3, increase = 0.2 }", ["chỉ cho tỷ lệ"]),
        ('level = "department"', 'level = "department"\nparent = "N76-44"', ["X2", "ô parent", "N76-4"]),
        ('level = "department"', 'level = "department"\nparent = "X2"', ["X2", "ô parent", "dẫn vòng"]),
        ('level = "department"', 'level = "department"\ncomputable_from = "D|X"', ["ô computable_from", "“X”"]),
        ('key = "visits_saved"', 'key = "Lượt đi lại"', ["chỉ số Lượt đi lại", "khối thứ 1, dòng 2", "ô key"]),
        ('key = "visits_saved"', 'key = "online"', ["ô key", "không trùng một tỷ lệ"]),
        ('name_vi = "Lượt đi lại giảm được"', "", ["ô name_vi", "không có gì"]),
        ('quantity = "count"\n\n', 'quantity = "count"\nasked_of = ["sở"]\n\n', ["ô asked_of", "department"]),
        ('quantity = "count"\n\n', 'quantity = "lượt"\n\n', ["ô quantity", "“lượt”", "ratio, reduction"]),
    ],
)
def test_what_an_own_indicator_says_wrongly_is_refused(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    assert old in INDICATOR
    with pytest.raises(TargetError) as refused:
        load_register(own_file(tmp_path, INDICATOR.replace(old, new, 1)))
    assert all(part in str(refused.value) for part in said), str(refused.value)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{ start_year = 2021, start = 0.3, increase = 0.2 }", None),
        ("{ start_year = 2021, start = 30, increase = 0.2 }", "số từ 0 đến 1"),
        ("{ start_year = 21, start = 0.3, increase = 0.2 }", "bốn chữ số"),
        ("{ start_year = 2021, start = 0.3, increase = 0 }", "increase lớn hơn 0"),
        ("{ start_year = 2021, start = 0.3, increase = 0.2, cap = 0.2 }", "cap không nhỏ hơn start"),
        ("{ start_year = 2021, start = 0.3 }", "các ô start_year, start, increase, cap"),
    ],
)
def test_a_step_says_where_it_starts_and_by_how_much_it_rises(tmp_path: Path, step: str, said: str | None) -> None:
    path = own_file(tmp_path, MINIMAL.replace("value = 0.6", f"step = {step}"))
    if said is None:
        assert load_register(path).by_id["X1"].value_on(date(2023, 1, 1)) == Decimal("0.7")
        return
    with pytest.raises(TargetError, match="ô step"):
        load_register(path)
    with pytest.raises(TargetError, match=said):
        load_register(path)


# Properties.

days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
shares = st.decimals(min_value=0, max_value=1, places=3)
questions = st.builds(
    Question,
    unit=st.sampled_from(OFFICES),
    day=days,
    field=st.sampled_from([None, "Đất đai", "Du lịch"]),
    variant=st.sampled_from([None, *{target.variant: 0 for target in REGISTER.targets if target.variant}]),
)


@given(metric=st.sampled_from(METRIC_KEYS), question=questions)
def test_what_is_in_force_is_judged_and_in_scope_and_nothing_more_urgent_is_passed_over(
    metric: str, question: Question
) -> None:
    unit, day, field, variant = question
    found = REGISTER.in_force(metric, unit=unit, day=day, field=field, variant=variant)
    open_to_it = [
        target
        for target in REGISTER.targets
        if (target.metric, target.judged, target.has_threshold) == (metric, True, True)
        and target.variant in (None, variant)
        and target.valid_on(day)
        and target.covers(unit, field)
    ]
    assert (found is None) == (not open_to_it)
    if found is None:
        return
    assert found.id in {target.id for target in open_to_it}
    assert found.kind is not Kind.TREND
    assert found.value is not None
    assert not found.schedule
    demands = [target for target in open_to_it if target.kind is Kind.TARGET]
    asked_now = {target.id for target in demands if (target.due_on(day) or day) <= day}
    if asked_now:
        assert found.id in asked_now
    elif found.kind is Kind.TARGET:
        assert demands == open_to_it


@given(seed=st.randoms(use_true_random=False), metric=st.sampled_from(METRIC_KEYS), question=questions)
def test_the_order_of_the_rows_does_not_matter(seed: Random, metric: str, question: Question) -> None:
    asked, order = question._asdict(), list(REGISTER.targets)
    seed.shuffle(order)
    assert Register(order).in_force(metric, **asked) == REGISTER.in_force(metric, **asked)


@given(schedule=st.dictionaries(st.integers(2018, 2034), shares, min_size=1), day=days, due=days)
def test_a_schedule_holds_its_newest_past_year_and_is_due_before_the_next(
    schedule: dict[int, Decimal], day: date, due: date
) -> None:
    target = a_target(value=None, schedule=schedule, due=due)
    past = sorted(year for year in schedule if year <= day.year)
    assert target.value_on(day) == (schedule[past[-1]] if past else None)
    step_due = target.due_on(day)
    assert step_due is not None
    assert step_due <= due
    if day <= due:
        assert day <= step_due
        assert target.value_on(step_due) == target.value_on(day)
    assert target.as_of(day).value_on(day) == target.value_on(day)
    assert target.as_of(day).due_on(day) == step_due


@given(
    first=st.tuples(days, st.integers(0, 800)),
    second=st.tuples(days, st.integers(0, 800)),
    probe=days,
)
def test_rows_that_do_not_overlap_never_answer_on_the_same_day(
    first: tuple[date, int], second: tuple[date, int], probe: date
) -> None:
    one, other = (
        a_target(id=id_, valid_from=begins, valid_to=begins + timedelta(length))
        for id_, (begins, length) in (("one", first), ("other", second))
    )
    assert one.valid_from
    assert one.valid_to
    assert other.valid_from
    assert other.valid_to
    if one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
        with pytest.raises(TargetError):
            Register([one, other])
    else:
        Register([one, other])
        assert not (one.valid_on(probe) and other.valid_on(probe))


CELL = {"feeds": "computable_from"}


def as_toml(target: Target) -> str:
    cells = []
    for name in (cell.name for cell in fields(Target)):
        value = getattr(target, name)
        if name in ("file", "line") or value in (None, {}, (), ""):
            continue
        if name == "schedule":
            steps = ", ".join(f"{year} = {share:f}" for year, share in value.items())
            cells.append(f"schedule = {{ {steps} }}")
        elif isinstance(value, Step):
            rises = f"start = {value.start:f}, increase = {value.increase:f}, cap = {value.cap:f}"
            cells.append(f"step = {{ start_year = {value.start_year}, {rises} }}")
        elif isinstance(value, tuple):
            cells.append(f'{CELL[name]} = "{"|".join(value)}"')
        elif isinstance(value, bool):
            cells.append(f"{name} = {str(value).lower()}")
        elif isinstance(value, date):
            cells.append(f"{name} = {value.isoformat()}")
        elif isinstance(value, Decimal):
            cells.append(f"{name} = {value:f}")
        else:
            cells.append(f'{name} = "{value}"')
    return "[[target]]\n" + "\n".join(cells) + "\n"


words = st.text("abcđêơư 0123456789/-.", min_size=1, max_size=20).map(str.strip).filter(bool)
steps = st.builds(
    Step,
    start_year=st.integers(2015, 2030),
    start=st.decimals(0, "0.5", places=2),
    increase=st.decimals("0.01", "0.4", places=2),
    cap=st.decimals("0.5", 1, places=2),
)
thresholds = st.fixed_dictionaries(
    {
        "op": st.sampled_from([Op.AT_LEAST, Op.ABOVE, Op.EQUAL, Op.AT_MOST]),
        "kind": st.sampled_from([Kind.TARGET, Kind.FULL_MARK]),
    }
)
asked = st.one_of(
    st.tuples(thresholds, st.fixed_dictionaries({"value": shares})),
    st.tuples(thresholds, st.fixed_dictionaries({"step": steps})),
    st.tuples(
        thresholds,
        st.fixed_dictionaries({"schedule": st.dictionaries(st.integers(2018, 2034), shares, min_size=1)}),
    ),
    st.tuples(
        st.sampled_from(
            [
                {"op": Op.TREND_UP, "kind": Kind.TREND},
                {"op": Op.RULE, "kind": Kind.RULE},
                {"op": Op.NONE, "kind": Kind.CITATION},
            ]
        ),
        st.just({}),
    ),
).map(lambda pair: pair[0] | pair[1])
whoms = st.fixed_dictionaries(
    {
        "id": words.map(lambda word: f"own {word}"),
        "level": st.sampled_from(Level),
        "province": st.sampled_from([None, "H35", "G16"]),
        "unit": st.sampled_from([None, "VN", "H35.12"]),
        "field": st.none() | words,
        "valid_from": st.none() | st.dates(date(2020, 1, 1), date(2025, 12, 31)),
        "valid_to": st.none() | st.dates(date(2026, 1, 1), date(2032, 12, 31)),
        "due": st.none() | st.dates(date(2026, 1, 1), date(2032, 12, 31)),
        "parent": st.sampled_from([None, "N76-4"]),
        "overrides": st.sampled_from([None, "N76-7"]),
        "variant": st.none() | words,
    }
)
sources = st.fixed_dictionaries(
    {
        **dict.fromkeys(("name_vi", "name_en", "document", "article", "phrase", "ask", "note"), words),
        "feeds": st.sets(st.sampled_from(Feed)).map(lambda found: tuple(feed for feed in Feed if feed in found)),
        "confirmed": st.booleans(),
        "judged": st.just(False),
    }
)
subjects = st.sampled_from([{"metric": key} for key in METRIC_KEYS] + [{"indicator": "sipas"}])


@given(st.tuples(subjects, asked, whoms, sources))
def test_what_is_written_reads_back(cells: tuple[dict[str, object], ...]) -> None:
    target = Target(**{name: value for part in cells for name, value in part.items()})  # type: ignore[arg-type]
    found = read_register(as_toml(target).encode(), "rieng.toml").by_id[target.id]
    for name in (cell.name for cell in fields(Target) if cell.name not in ("file", "line")):
        assert getattr(found, name) == getattr(target, name)
