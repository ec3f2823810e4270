"""What a reader may see and do, asked of the reading and acting functions themselves, not of what is drawn."""

import ast
import importlib
import inspect
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from collectors.access_setting import Role
from collectors.home import Home, open_home
from dashboard import downloads, words
from dashboard.alerting import acts
from dashboard.alerting import reads as alert_reads
from dashboard.alerting.acts import Deed
from dashboard.data import reads as data_reads
from dashboard.data import uploads
from dashboard.data.uploads import Said, Upload
from dashboard.dossiers import listings, reads
from dashboard.dossiers.reads import Asked
from dashboard.rows import Period
from metrics.alert_journal import AlertJournal, Told
from metrics.alert_state import AlertState, Phase
from metrics.audit import AuditJournal
from metrics.lineage import lineage
from metrics.rates import unit_tree
from metrics.readers import ANYBODY, AT_THE_MACHINE, Reader
from metrics.scope import EVERYTHING, NOTHING, AccessError, Scope
from metrics.snapshot import Snapshot, open_snapshot
from tests import snapshot_fixture as fixture
from tests.conftest import dossier, write_csv
from tests.test_screen_dossiers import OPEN, build
from tthc.past import restored

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 15, 5, 0, tzinfo=UTC)
TWELVE, SEVEN = Scope(("H35.12",)), Scope(("H35.07",))
CODES = {row[0]: row[1] for row in OPEN}  # code and unit of the six open dossiers: three each of H35.12 and H35.07
UNITS = ["H35", "H35.12", "H35.07", "H35.33", "H99"]


@pytest.fixture(scope="module")
def scoped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture of the screen (e1, e2: of all units), with an export of H35.12 only and one of statistics."""
    path = tmp_path_factory.mktemp("scoped")
    with duckdb.connect(str(build(path))) as con:
        con.execute("""
            INSERT INTO export SELECT * REPLACE ('e3' AS export_id, 'so-vhttdl.xlsx' AS file_name, NULL AS report)
            FROM export WHERE export_id = 'e2';
            INSERT INTO export SELECT * REPLACE ('e4' AS export_id, 'cong.json' AS file_name, 'portal_v2' AS source,
                NULL AS report)
            FROM export WHERE export_id = 'e2';
            INSERT INTO origin SELECT * REPLACE ('e3' AS export_id) FROM origin
            WHERE unit_code = 'H35.12' ORDER BY day LIMIT 1;
            INSERT INTO refusal VALUES ('e3', 'so-vhttdl.xlsx', 'S', 9, 'Ngày tiếp nhận', 'bad_date', '31/02/2026');
            INSERT INTO finding VALUES ('e3', 'so-vhttdl.xlsx', 'no_due_date', '', 1, 'dòng 3', 'note', 'completeness');
        """)
    return path


@pytest.fixture(scope="module")
def snapshot(scoped: Path) -> Iterator[Snapshot]:
    found = open_snapshot(scoped)
    assert found is not None
    with found:
        yield found


def codes(snapshot: Snapshot, scope: Scope, unit: str = "H35") -> set[str]:
    return {row["dossier_code"] for row in reads.dossiers(snapshot, scope, Asked("demo", unit), 100).rows}


# Open dossiers


def test_a_unit_sees_its_own_open_dossiers_and_no_other_whatever_it_asks_for(snapshot: Snapshot) -> None:
    own = {code for code, unit in CODES.items() if unit == "H35.12"}
    assert codes(snapshot, TWELVE) == codes(snapshot, TWELVE, "H35.12") == own
    assert codes(snapshot, TWELVE, "H35.07") == set()
    assert codes(snapshot, NOTHING) == set()
    assert codes(snapshot, EVERYTHING) == codes(snapshot, Scope(("H35",))) == set(CODES)
    assert (
        codes(snapshot, Scope(("H35.1",))) == codes(snapshot, Scope(("",))) == codes(snapshot, Scope(("%",))) == set()
    )


def test_counts_and_groups_stay_within_the_scope(snapshot: Snapshot) -> None:
    asked = Asked("demo", "H35")
    # of H35.12: one late, one due on Monday (soon), one waiting for papers
    counts = reads.counts(snapshot, TWELVE, asked)
    assert [counts[name] for name in ("open", "late", "soon", "waiting", "undated")] == [3, 1, 1, 1, 0]
    assert [row["unit_code"] for row in reads.by_unit(snapshot, TWELVE, asked, 10).rows] == ["H35.12"]
    assert {row["procedure_key"]: row["open"] for row in reads.by_procedure(snapshot, TWELVE, asked, 10).rows} == {
        "1.000485": 2,
        "1.000486": 1,
    }
    assert reads.counts(snapshot, NOTHING, asked)["open"] == 0
    assert reads.by_unit(snapshot, NOTHING, asked, 10).total == 0


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    scope=st.sets(st.sampled_from([*UNITS, "*", ""])),
    unit=st.sampled_from(UNITS),
    which=st.sampled_from(["open", "late"]),
)
def test_no_question_reaches_beyond_the_scope(snapshot: Snapshot, scope: set[str], unit: str, which: str) -> None:
    tree = unit_tree(snapshot)
    held = Scope(tuple(sorted(scope)))
    found = reads.dossiers(snapshot, held, Asked("demo", unit, which), 100).rows
    may = {code for code, of in CODES.items() if "*" in scope or scope & {of, *tree.above(of)}}
    below = {code for code, of in CODES.items() if unit in (of, *tree.above(of))}
    late = {row[0] for row in OPEN if row[7]} if which == "late" else set(CODES)
    assert {row["dossier_code"] for row in found} == may & below & late


def test_what_one_reader_was_told_is_not_told_to_the_next(snapshot: Snapshot) -> None:
    told = [codes(snapshot, scope) for scope in (EVERYTHING, TWELVE, SEVEN, NOTHING, TWELVE, EVERYTHING)]
    assert told[0] == told[5] == set(CODES)
    assert told[1] == told[4] and not told[1] & told[2] and told[3] == set()


def test_a_download_holds_no_more_than_the_scope(snapshot: Snapshot) -> None:
    listing = reads.dossiers(snapshot, SEVEN, Asked("demo", "H35"), 10_000)
    table = listings.dossiers(listing, words.load("vi"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(downloads.workbook(table))).get_sheet_by_index(0).to_python()
    assert {row[0] for row in sheet[1:]} == {"H35.07-1", "=H35.07-2", "H35.07-3"}
    assert "H35.12" not in downloads.text(table).decode("utf-8-sig")


# Rows of exports, and what stands behind a count


def names(snapshot: Snapshot, scope: Scope) -> set[str]:
    return {row["file_name"] for row in data_reads.exports(snapshot, scope, "", "", 100).rows}


def test_an_export_is_shown_to_who_may_see_every_unit_in_it(snapshot: Snapshot) -> None:
    everything = {"ho-so-T11.xlsx", "ho-so-T10.xlsx", "bao-cao.docx.xlsx", "so-vhttdl.xlsx", "cong.json"}
    assert names(snapshot, EVERYTHING) == everything
    assert names(snapshot, TWELVE) == {"so-vhttdl.xlsx", "cong.json"}
    assert names(snapshot, SEVEN) == names(snapshot, NOTHING) == {"cong.json"}
    # a file that could not be read is of no unit
    assert names(snapshot, Scope(("H35",))) == everything - {"bao-cao.docx.xlsx"}
    assert data_reads.export_kinds(snapshot, TWELVE) == (["demo", "portal_v2"], ["accepted"])


def test_a_report_by_its_address_and_the_refused_rows_are_held_to_the_scope(snapshot: Snapshot) -> None:
    assert data_reads.report(snapshot, EVERYTHING, "e1") is not None
    for key in ("e1", "e2", "file:bao-cao.docx.xlsx"):
        assert data_reads.report(snapshot, TWELVE, key) is None
    assert data_reads.report(snapshot, TWELVE, "e3") is not None
    assert data_reads.refusals(snapshot, EVERYTHING, "", 100).total == 8
    assert {row["file_name"] for row in data_reads.refusals(snapshot, TWELVE, "", 100).rows} == {"so-vhttdl.xlsx"}
    assert data_reads.refusals(snapshot, TWELVE, "e1", 100).total == 0
    assert data_reads.refusals(snapshot, NOTHING, "", 100).total == 0


def test_findings_and_their_examples_are_held_to_the_scope(snapshot: Snapshot) -> None:
    assert data_reads.findings(snapshot, EVERYTHING, 10).total == 2
    (one,) = data_reads.checks(snapshot, TWELVE)
    assert (one["exports"], one["rows"], one["file_name"]) == (1, 1, "so-vhttdl.xlsx")
    assert data_reads.checks(snapshot, SEVEN) == [] == data_reads.findings(snapshot, SEVEN, 10).rows


def test_the_sheets_behind_a_count_are_for_who_may_see_the_unit(snapshot: Snapshot) -> None:
    period = Period("month", "2026-11", fixture.AS_OF_DAY.replace(day=1), fixture.AS_OF_DAY.replace(day=30), False)
    assert data_reads.sheets(snapshot, TWELVE, "online.received", "demo", "H35.12", period)
    for scope, unit in ((TWELVE, "H35.07"), (TWELVE, "H35"), (NOTHING, "H35.12")):
        with pytest.raises(AccessError, match=unit):
            data_reads.sheets(snapshot, scope, "online.received", "demo", unit, period)


def test_the_rows_behind_a_count_are_for_who_may_see_the_unit(tmp_path: Path, tthc: Callable[..., Result]) -> None:
    tthc("collect", write_csv(tmp_path / "a.csv", [dossier(1), dossier(2)]))
    asked = {"metric": "online", "unit": "H35.12", "period": "2026-08"}
    with restored(open_home(tmp_path / "home")) as state:
        (found,) = lineage(state.con, state.snapshot, TWELVE, **asked)
        assert len(found.rows) == 2
        for scope in (NOTHING, SEVEN, Scope(("H35.12.01",))):
            with pytest.raises(AccessError, match=r"H35\.12"):
                lineage(state.con, state.snapshot, scope, **asked)


# Nobody forgets it

PRIVATE = re.compile(r"\b(?:FROM|JOIN)\s+(?:published\.)?(open_dossier|refusal|finding|origin|export)\b(?! USING)")
COUNTS_ONLY = {"COLLECTED"}  # how many exports and rows there are, of everybody's


def statements(module: object) -> dict[str, str]:
    return {name: text for name, text in vars(module).items() if isinstance(text, str) and PRIVATE.search(text)}


@pytest.mark.parametrize("file", sorted((ROOT / "dashboard").rglob("reads.py")), ids=lambda file: file.parent.name)
def test_whoever_reads_single_dossiers_or_exports_asks_for_a_scope(file: Path) -> None:
    module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    private = {name: text for name, text in statements(module).items() if name not in COUNTS_ONLY}
    used = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef):
            continue
        asked = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} & set(private)
        used |= asked
        if asked:
            scope = inspect.signature(getattr(module, node.name)).parameters.get("scope")
            assert scope is not None and scope.default is inspect.Parameter.empty, f"{node.name}: {asked}"
            assert all("$scope" in private[name] for name in asked), node.name
    unused = {name for name in private if name not in used and not name.startswith("_")}
    assert not unused


def test_the_test_above_finds_what_it_is_about() -> None:
    assert {"LIST", "BY_UNIT", "BY_PROCEDURE", "COUNTS"} <= set(statements(reads))
    assert {"EXPORTS", "KINDS", "EXPORT", "REFUSALS", "FINDINGS", "CHECKS"} <= set(statements(data_reads))


# Acts


KEY = "below_target:demo:online:H35.12:2026-08"
OF_UNIT = Told(rule="below_target", severity="warning", audience="unit", metric="online", unit_code="H35.12")
OF_DATA = Told(rule="source_late", severity="critical", audience="operator", source="igate")
OPERATOR = Reader(Role.OPERATOR, TWELVE, "so-vhttdl@coquan.example")


def test_an_act_is_kept_under_the_account_whatever_name_is_typed(tmp_path: Path, snapshot: Snapshot) -> None:
    installed, tree = Home(tmp_path), unit_tree(snapshot)
    deed = Deed(KEY, "acknowledge", "Người khác", "đang đôn đốc")
    acts.keep(installed, OPERATOR, tree, OF_UNIT, deed, at=NOW)
    acts.keep(installed, AT_THE_MACHINE, tree, OF_UNIT, deed, at=NOW)
    assert [one.person for one in AlertJournal(installed.journal).acts()] == ["so-vhttdl@coquan.example", "Người khác"]


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        (ANYBODY, OF_UNIT),
        (Reader(Role.VIEWER, EVERYTHING, "xem"), OF_UNIT),
        (Reader(Role.OPERATOR, SEVEN, "khac"), OF_UNIT),
        (OPERATOR, OF_DATA),
    ],
)
def test_an_act_beyond_the_reader_is_refused_where_it_is_done_and_told_in_the_journal(
    tmp_path: Path, snapshot: Snapshot, reader: Reader, told: Told
) -> None:
    installed = Home(tmp_path)
    deed = Deed(KEY, "silence", "Người khác", "thử", NOW)
    with pytest.raises(AccessError, match="không được ghi nhận"):
        acts.keep(installed, reader, unit_tree(snapshot), told, deed, at=NOW)
    assert AlertJournal(installed.journal).acts() == []
    (event,) = AuditJournal(installed.journal).events(since=datetime(2026, 11, 1))
    assert (event.who, event.act, event.subject) == (reader.name, "denied", "silence")


def test_an_upload_is_refused_where_it_is_done(tmp_path: Path) -> None:
    for reader in (ANYBODY, OPERATOR, Reader(Role.VIEWER, EVERYTHING, "xem")):
        with pytest.raises(AccessError, match="không được nộp bản xuất"):
            uploads.collect(tmp_path, reader, [Upload("a.csv", b"x")], Said(fixture.NOW), dry_run=False, at=NOW)
    assert not (tmp_path / "archive").exists()
    found = AuditJournal(Home(tmp_path).journal).events(since=datetime(2026, 11, 1))
    assert {(one.who, one.act) for one in found} == {(name, "denied") for name in ("", OPERATOR.name, "xem")}


def test_an_upload_is_kept_with_who_and_what_became_of_it(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [dossier(1), dossier(2)])
    reader, place = Reader(Role.OPERATOR, EVERYTHING, "van-hanh"), tmp_path / "home"
    files = [Upload("a.csv", file.read_bytes())]
    uploads.collect(place, reader, files, Said(datetime(2026, 9, 1, 9)), dry_run=True, at=NOW)
    (report,) = uploads.collect(place, reader, files, Said(datetime(2026, 9, 1, 9)), dry_run=False, at=NOW).reports
    audit = AuditJournal(Home(place).journal)
    assert [(one.act, one.subject, one.outcome) for one in audit.events(since=datetime(2026, 1, 1))] == [
        ("collected", "a.csv", "accepted"),
        ("handed_in", "a.csv", ""),
        ("checked", "a.csv", ""),
    ]
    (event,) = data_reads.handed_in(Home(place).journal, reader, report.export_id)
    assert event.who == "van-hanh"
    assert data_reads.handed_in(Home(place).journal, ANYBODY, report.export_id) == []


def test_who_is_turned_away_is_kept_once_a_day_and_forgotten_after_half_a_year(tmp_path: Path) -> None:
    audit = AuditJournal(tmp_path / "journal.sqlite")
    first = datetime(2026, 1, 5, 8, 0)
    assert audit.events(since=first) == [] == audit.of_export("e1")
    assert audit.deny("a@coquan.example", "access.unknown", at=first)
    assert not audit.deny("a@coquan.example", "access.unknown", at=first.replace(hour=9))
    assert audit.deny("b@coquan.example", "access.unknown", at=first.replace(hour=9))
    assert audit.deny("a@coquan.example", "access.unknown", at=first.replace(day=7))
    assert len(audit.events(since=first)) == 3
    audit.deny("", "access.not_proxy", at=first.replace(month=8))  # more than 183 days later
    assert [one.who for one in audit.events(since=first)] == [""]


def test_who_reads_without_a_name_learns_no_names(tmp_path: Path) -> None:
    installed = Home(tmp_path)
    journal = AlertJournal(installed.journal)
    journal.keep([AlertState(KEY, Phase.FIRING, fixture.CAPTURED, 1, "")], [], {KEY: OF_UNIT}, snapshot_id="s")
    journal.act(KEY, "acknowledge", person="so@coquan.example", reason="gọi cho đồng chí ở xã", at=fixture.NOW)
    for found in (
        alert_reads.acts(installed, ANYBODY),
        [alert_reads.board(installed, ANYBODY, fixture.NOW).alerts[0].acknowledged],
    ):
        assert found[0] is not None and (found[0].person, found[0].reason) == ("–", "–")
    (act,) = alert_reads.acts(installed, OPERATOR)
    assert act.person == "so@coquan.example"
