"""Every summary form of the vendors: recognised by one layout, read as worked by hand, every row accounted for."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import archive, form_header
from collectors.export import ExportError, ExportReport, RequestNeeded
from collectors.form import Basis, Form, forms
from collectors.form_header import ranked_forms
from collectors.form_period import period_in, told_period
from collectors.form_title import Asked
from collectors.header import ranked
from collectors.reading import open as reading
from collectors.reading.table import Table
from collectors.sources import summary_form
from metrics.definitions import METRICS, Kind
from metrics.measures import LABELS
from tests.damage import MUTATIONS, RANDOM, Mutation, damaged, harmed, in_memory, report_of

FOLDER = Path(__file__).parent / "exports" / "forms"
EXAMPLES = sorted(path for path in FOLDER.iterdir() if path.suffix in (".xls", ".csv", ".xlsx"))
CAPTURED = datetime(2026, 9, 1, 2, tzinfo=UTC)


def expected_of(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8")))


LOADED = [path for path in EXAMPLES if "refused_with" not in expected_of(path)]
REFUSED = [path for path in EXAMPLES if "refused_with" in expected_of(path)]


def rows_of(path: Path, sheet: int = 0) -> list[list[str]]:
    table = reading.tables(path)[sheet]  # held while its rows are read: the files it reads from go with it
    return [cells for _, cells in table.rows()]


def read(draft: Path, *sheets: Table, period: str = "", unit: str = "") -> ExportReport:
    draft.mkdir(exist_ok=True)
    asked = Asked(told_period(period) if period else None, unit)
    origin = summary_form.FormOrigin("a", "id", "told-id", CAPTURED, asked, {})
    report = summary_form.read(sheets, origin, draft)
    assert report.adds_up
    return report


def counts(draft: Path) -> dict[tuple[str, ...], dict[str, int | None]]:
    """(unit, field, procedure, first day, last day) → measure → count."""
    query = "SELECT * FROM read_parquet(?) ORDER BY ALL"
    found: dict[tuple[str, ...], dict[str, int | None]] = {}
    cursor = duckdb.execute(query, [str(draft / archive.STATISTICS)])
    names = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        days = (row["period_start"].isoformat(), row["period_end"].isoformat())
        key = (row["unit_code"], row["field"], row["procedure_key"], *days)
        found.setdefault(key, {})[row["measure"]] = None if row["value"] is None else int(row["value"])
    return found


def findings(report: ExportReport) -> dict[str, int]:
    found: dict[str, int] = {}
    for finding in report.findings:
        found[finding.check_id] = found.get(finding.check_id, 0) + finding.rows
    return found


def by_name(name: str) -> Form:
    return next(one for one in forms() if one.name == name)


@pytest.mark.parametrize("path", LOADED, ids=lambda path: str(path.stem))
def test_a_form_is_read_as_worked_by_hand(path: Path, tmp_path: Path) -> None:
    expected = expected_of(path)
    report = read(tmp_path, *reading.tables(path), **expected.get("told", {}))
    assert (report.layout, report.source) == (expected["layout"], expected["source"])
    rows = (report.rows_read, report.rows_accepted, report.rows_merged, report.rows_refused)
    assert rows == tuple(expected[name] for name in ("read", "accepted", "merged", "refused"))
    assert (report.skipped, findings(report)) == (expected["skipped"], expected["findings"])
    found = [[*key, *(values.get(name) for name in expected["measures"])] for key, values in counts(tmp_path).items()]
    assert sorted(found, key=repr) == sorted(expected["rows"], key=repr)
    assert {name for values in counts(tmp_path).values() for name in values} == set(expected["measures"])


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: str(path.stem))
def test_a_form_that_tells_no_sure_count_is_refused_by_its_name_and_says_what_to_export(
    path: Path, tmp_path: Path
) -> None:
    with pytest.raises(ExportError) as error:
        read(tmp_path, *reading.tables(path))
    assert all(words in str(error.value) for words in expected_of(path)["refused_with"])
    assert "Cách xử lý" in str(error.value)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_a_form_is_recognised_by_exactly_one_layout_and_is_no_dossier_list(path: Path) -> None:
    for table in reading.tables(path):
        best, *others = ranked_forms(table)
        assert best.form.name == expected_of(path)["layout"]
        assert best.likeness == 1
        assert all(other.likeness < 1 for other in others if other.form is not best.form)
        assert next(ranked(table), None) is None


@pytest.mark.parametrize("path", sorted((FOLDER.parent / "dossier_lists").glob("*.[cx]*")), ids=lambda path: path.stem)
def test_a_dossier_list_is_no_form(path: Path) -> None:
    if path.suffix in (".csv", ".xlsx"):
        assert not summary_form.is_form(reading.tables(path))


def test_every_form_has_an_example() -> None:
    assert {expected_of(path)["layout"] for path in EXAMPLES} == {one.name for one in forms()}


def test_a_form_names_only_measures_that_have_words_and_its_rules_only_its_own_measures() -> None:
    for one in forms():
        assert set(one.measures) <= set(LABELS), one.name
        columns = {*one.columns, *one.sums, *(name for block in one.blocks for name in block.measures.values())}
        for identity in one.identities:
            assert {identity.whole, *identity.parts} <= columns, (one.name, identity)
        for rate in one.rates:
            assert {rate.numerator, *rate.denominator} <= columns and rate.column in one.key, (one.name, rate)
        assert {part for parts in one.sums.values() for part in parts} <= columns, one.name
        assert not [name for name in one.optional if name not in {*one.key, *one.columns}], one.name


def test_every_ratio_of_a_form_is_given_by_some_form() -> None:
    given_by_forms = {name for one in forms() for name in one.measures}
    for metric in METRICS:
        for variant in metric.variants_of(Kind.STATISTIC):
            if variant.id.startswith("form."):
                assert {variant.numerator, variant.denominator} <= given_by_forms, variant.id


@pytest.mark.parametrize("path", LOADED, ids=lambda path: str(path.stem))
def test_nobody_who_signed_a_form_is_kept(path: Path, tmp_path: Path) -> None:
    report = read(tmp_path, *reading.tables(path), **expected_of(path).get("told", {}))
    kept = [duckdb.read_parquet(str(file)).fetchall() for file in tmp_path.glob("*.parquet")]
    assert "Người Thử" not in repr((report, kept))


# --- what must be noticed -------------------------------------------------------------------------------------------


def test_a_total_that_is_not_the_sum_of_its_rows_is_a_finding_with_its_column_and_place(tmp_path: Path) -> None:
    rows = rows_of(FOLDER / "tandan_unit_short.xls")
    rows[-2][4] = "1.201"  # Tiếp nhận > Trong kỳ
    (found,) = [one for one in read(tmp_path, in_memory(rows)).findings if one.check_id == "form_total_differs"]
    assert (found.column, found.example) == ("Tiếp nhận > Trong kỳ", "dòng 7: ghi 1201, cộng được 1200")


def test_two_columns_that_changed_places_are_noticed(tmp_path: Path) -> None:
    rows = rows_of(FOLDER / "vpcp_06_unit.06a.xls")
    for cells in rows[6:10]:
        cells[2], cells[3] = cells[3], cells[2]  # total and online
    found = findings(read(tmp_path, in_memory(rows)))
    assert found["form_identity"] == 3  # (3) = (4) + (5) + (6) in no row


def test_a_row_that_comes_twice_is_merged_and_noticed(tmp_path: Path) -> None:
    rows = rows_of(FOLDER / "vpcp_06_unit.06a.xls")
    report = read(tmp_path, in_memory([*rows[:7], rows[6], *rows[7:]]))
    assert (report.rows_accepted, report.rows_merged) == (3, 1)
    assert findings(report)["form_repeated_row"] == 1
    assert findings(report)["form_total_differs"] > 0


def test_a_form_that_was_cut_off_in_a_unit_s_rows_says_so_and_gives_no_sum(tmp_path: Path) -> None:
    rows = rows_of(FOLDER / "tandan_online_level.xls")[:-1]
    report = read(tmp_path, in_memory(rows))
    assert findings(report)["form_block"] == 1
    last = counts(tmp_path)["ten:so-xay-dung", "", "", "2026-07-01", "2026-07-31"]
    assert "form_received_of_offered" not in last


def test_a_page_that_was_cut_off_says_so(tmp_path: Path) -> None:
    text = (FOLDER / "vpcp_06_unit.06a.xls").read_text(encoding="utf-8")
    cut = tmp_path / "cut.xls"
    cut.write_text(text[: text.index("<td>1050</td>")], encoding="utf-8")
    report = read(tmp_path / "draft", *reading.tables(cut))
    assert "reading_note" in findings(report)
    assert report.rows_accepted == 3


def test_a_malformed_number_refuses_its_row_and_names_the_column(tmp_path: Path) -> None:
    report = read(tmp_path, *reading.tables(FOLDER / "tandan_field_long.xls"))
    assert report.rows_refused == 1
    assert "Tiếp nhận > Tổng số" in report.refusals[0] and "1.234.5" in report.refusals[0]


def test_one_column_with_two_marks_of_thousands_is_a_finding(tmp_path: Path) -> None:
    rows = rows_of(FOLDER / "tandan_766_payment.xls")
    rows[4][8] = "20.000"
    found = [one for one in read(tmp_path, in_memory(rows)).findings if one.check_id == "form_mixed_numbers"]
    assert [one.column for one in found] == ["Tổng số (VNĐ)"]


def test_a_subtotal_is_compared_with_its_own_group(tmp_path: Path) -> None:
    rows = rows_of(FOLDER / "tandan_services.xls")
    rows[1][2:] = ["151", "80", "50", "20"]  # I: 100 + 50 = 150
    report = read(tmp_path, in_memory(rows), period="2026-07")
    assert findings(report)["form_subtotal_differs"] == 1
    assert "form_total_differs" not in findings(report)


def test_the_profile_of_the_mislabelled_form_reads_it_by_position_where_that_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = by_name("tandan_online_unit")
    assert known.profile is not None and not known.profile.load
    chosen = replace(known, profile=replace(known.profile, load=True))
    monkeypatch.setattr(form_header, "forms", lambda: (chosen,))
    read(tmp_path, *reading.tables(FOLDER / "tandan_online_unit.xls"))
    (found,) = counts(tmp_path).values()
    whole = expected_of(FOLDER / "tandan_online_level.xls")
    assert found == dict(zip(whole["measures"], whole["rows"][0][5:], strict=True))


def test_a_form_without_a_unit_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(RequestNeeded, match="--unit"):
        read(tmp_path, *reading.tables(FOLDER / "opencps_import.csv"))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("(Từ ngày 01/07/2026 đến ngày 31/07/2026)", ("2026-07-01", "2026-07-31")),
        ("Tháng 9/2026", ("2026-09-01", "2026-09-30")),
        ("Kỳ báo cáo: Quý I năm 2023 (Từ ngày … đến ngày …)", ("2023-01-01", "2023-03-31")),
        ("6 tháng đầu năm 2026", ("2026-01-01", "2026-06-30")),
        ("THỐNG KÊ TRONG NGÀY (05/07/2026)", ("2026-07-05", "2026-07-05")),
        ("Hà Nội, ngày 5 tháng 9 năm 2026", None),
        ("Ban hành theo Thông tư số 01/2020/TT-VPCP ngày 21 tháng 10 năm 2020", None),
        ("Quyết định số 766/QĐ-TTg ngày 23/06/2022", None),
        ("Tháng 13 năm 2026", None),
        ("(Từ ngày ... đến ngày ...)", None),
    ],
)
def test_a_period_is_read_from_the_words_of_a_title(text: str, days: tuple[str, str] | None) -> None:
    period = period_in([text], Basis.CALENDAR).period
    assert days == (None if period is None else tuple(day.isoformat() for day in period.days))


def test_report_quarters_are_cut_at_the_fifteenth() -> None:
    cut = [period_in([f"Quý {number}.2023"], Basis.REPORT15).period for number in ("1", "II", "III", "4")]
    assert [one.days for one in cut if one] == [
        (date(2022, 12, 15), date(2023, 3, 14)),
        (date(2023, 3, 15), date(2023, 6, 14)),
        (date(2023, 6, 15), date(2023, 9, 14)),
        (date(2023, 9, 15), date(2023, 12, 14)),
    ]


def test_a_report_quarter_that_is_told_has_the_days_of_the_one_that_is_printed() -> None:
    told, printed = told_period("report15-2023-Q1"), period_in(["Quý I năm 2023"], Basis.REPORT15).period
    assert told is not None and printed is not None
    assert told.days == printed.days == (date(2022, 12, 15), date(2023, 3, 14))


# --- every row is accounted for -------------------------------------------------------------------------------------


@harmed(60)
@given(path=st.sampled_from(LOADED), mutations=MUTATIONS, rng=RANDOM, ragged=st.booleans())
def test_read_is_accepted_merged_refused_and_skipped_whatever_happened_to_the_file(
    path: Path, mutations: list[Mutation], rng: random.Random, ragged: bool, tmp_path: Path
) -> None:
    rows = damaged(rows_of(path), mutations, rng)
    table = in_memory(rows, ragged=ragged)
    header = summary_form.header_of(table)
    if header is None:  # it is no form any more
        return
    report = report_of(lambda: read(tmp_path, table, period="2026-07", unit="H01"))
    if report is None:
        return
    assert report.rows_read == len(rows) - header.rows[1]
    kept = duckdb.execute("SELECT count(*) FROM read_parquet(?)", [str(tmp_path / archive.STATISTICS)]).fetchall()
    keys = duckdb.execute(
        "SELECT count(*) FROM (SELECT DISTINCT unit_code, field, procedure_key, period_start, period_end, measure"
        " FROM read_parquet(?))",
        [str(tmp_path / archive.STATISTICS)],
    ).fetchall()
    assert kept == keys
