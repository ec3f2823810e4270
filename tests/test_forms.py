"""Every summary form of the vendors: recognised by one layout, read as worked by hand, every row accounted for."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors import archive
from collectors.export import ExportError, ExportReport
from collectors.form import Form, forms
from collectors.form_header import ranked_forms
from collectors.form_period import told_period
from collectors.form_title import Asked
from collectors.header import ranked
from collectors.reading import open as reading
from collectors.reading.table import Row, Table
from collectors.sources import summary_form
from metrics.definitions import METRICS, Kind
from metrics.measures import LABELS

FOLDER = Path(__file__).parent / "exports" / "forms"
EXAMPLES = sorted(path for path in FOLDER.iterdir() if path.suffix in (".xls", ".csv", ".xlsx"))
CAPTURED = datetime(2026, 9, 1, 2, tzinfo=UTC)


def expected_of(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8")))


LOADED = [path for path in EXAMPLES if "refused_with" not in expected_of(path)]
REFUSED = [path for path in EXAMPLES if "refused_with" in expected_of(path)]


def in_memory(rows: list[list[str]], *, sheet: str = "", ragged: bool = True) -> Table:
    numbered: list[Row] = list(enumerate(rows, start=1))
    return Table(sheet, lambda: iter(numbered), ragged=ragged)


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
def test_a_form_that_tells_no_rate_is_refused_by_its_name_and_says_what_to_export(path: Path, tmp_path: Path) -> None:
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
