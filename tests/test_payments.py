"""Fee lists: payments counted once, by transactions, dossiers and money; no payer and no receipt is stored anywhere."""

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import Result

from metrics.exporter import render
from tests.test_personal_data import bytes_of_everything
from tests.test_workbooks import FOLDER, copied

BY_PROCEDURE = FOLDER / "tandan_fee_by_procedure.xlsx"
FEE_LISTS = sorted(FOLDER.glob("tandan_fee_*.expected.json"))
HEADER = (FOLDER / "tandan_fee_by_procedure_15.csv").read_text(encoding="utf-8-sig").splitlines()[1]
METRICS = ("--metric", "online_payment_transactions", "--metric", "online_payment")
Run = Callable[..., Result]
Data = Callable[..., Any]


def counts(data: Data, *args: str) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    rows = data("rates", *METRICS, *args)["rows"]
    return {(row["variant"], row["unit_code"]): (row["numerator"], row["denominator"]) for row in rows}


def test_transactions_dossiers_and_money_are_counted_as_worked_by_hand(tthc: Run, data: Data) -> None:
    """August 2026. Sở (H35.12): three payments, one by the portal, one by a wallet, one in cash; two dossiers paid, one of
    them online. Xã (H35.31): one transfer, one nobody knows. Online: 50.000 + 100.000 of 200.000 + 125.000 đồng.
    The payment of 200.000 in September is no part of it."""
    tthc("collect", BY_PROCEDURE, "--captured-at", "2026-09-30")
    assert counts(data, "--period", "2026-08", "--by", "unit") == {
        ("pay.transaction", "H35"): (2, 5),
        ("pay.transaction", "H35.12"): (2, 3),
        ("pay.transaction", "H35.31"): (0, 2),
        ("pay.transaction.money", "H35"): (150_000, 325_000),
        ("pay.transaction.money", "H35.12"): (150_000, 200_000),
        ("pay.transaction.money", "H35.31"): (0, 125_000),
        ("pay.dossier.collected", "H35"): (1, 4),
        ("pay.dossier.collected", "H35.12"): (1, 2),
        ("pay.dossier.collected", "H35.31"): (0, 2),
    }
    year = counts(data, "--period", "2026", "--unit", "H35")
    assert year["pay.transaction", "H35"] == (3, 6)
    assert year["pay.transaction.money", "H35"] == (350_000, 525_000)
    assert year["pay.dossier.collected", "H35"] == (2, 5)
    assert counts(data)["pay.transaction", "H35"] == (1, 1)  # the latest month is that of the newest payment


def test_a_dossier_that_pays_in_two_months_counts_once(tmp_path: Path, tthc: Run, data: Data) -> None:
    """Its first payment is of August, so September's one payment is of no newly paid dossier."""
    path = written(tmp_path, [paid("03/08/2026", "TM"), paid("03/09/2026", "TM")])
    tthc("collect", path, "--captured-at", "2026-09-30")
    assert counts(data, "--period", "2026-08")["pay.dossier.collected", "H35.12"] == (0, 1)
    assert counts(data, "--period", "2026-09")["pay.dossier.collected", "H35.12"] == (0, 0)
    assert counts(data, "--period", "2026")["pay.dossier.collected", "H35.12"] == (0, 1)
    assert counts(data, "--period", "2026")["pay.transaction", "H35.12"] == (0, 2)


def test_a_list_without_a_way_of_payment_reports_none_instead_of_zero(tthc: Run, data: Data) -> None:
    tthc("collect", FOLDER / "tandan_fee_list.csv", "--captured-at", "2026-09-30")
    found = data("rates", *METRICS, "--period", "2026-08")["rows"]
    assert {(row["numerator"], row["denominator"], row["status"]) for row in found} == {(None, None, "not_reported")}


def test_what_two_lists_say_of_one_payment_counts_once_in_any_order(tmp_path: Path, tthc: Run, data: Data) -> None:
    august = written(tmp_path, [paid("03/08/2026", "TM"), paid("20/08/2026", "TM")], "a.csv")
    later = written(tmp_path, [paid("20/08/2026", "CK"), paid("02/09/2026", "TM")], "b.csv")
    stamps = {august: "2026-09-01T00:00:00Z", later: "2026-09-10T00:00:00Z"}
    seen = []
    for order in ((august, later), (later, august)):
        at = tmp_path / f"home-{order[0].stem}"
        for path in order:
            tthc("collect", path, "--captured-at", stamps[path].removesuffix("Z"), at=at)
        seen.append(data("rates", *METRICS, "--period", "2026", at=at)["rows"])
        tthc("rebuild", at=at)
        assert data("rates", *METRICS, "--period", "2026", at=at)["rows"] == seen[-1]
    assert seen[0] == seen[1]
    assert {row["denominator"] for row in seen[0] if row["variant"] == "pay.transaction"} == {3}


@pytest.mark.parametrize("first_day", [date(1899, 12, 30), date(1904, 1, 1)])
def test_a_day_written_as_a_number_counts_from_the_base_of_its_workbook(
    tmp_path: Path, tthc: Run, data: Data, first_day: date
) -> None:
    row = paid("", "TM")
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": first_day.year == 1904})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, next(csv.reader([HEADER])))
    sheet.write_row(1, 0, row)
    sheet.write_number(1, row.index("TM") + 1, (date(2026, 8, 3) - first_day).days)
    book.close()
    tthc("collect", tmp_path / "a.xlsx", "--captured-at", "2026-09-30")
    assert counts(data, "--period", "2026-08-03..2026-08-03")["pay.transaction", "H35.12"] == (0, 1)


def test_the_same_bytes_twice_are_once(tthc: Run, data: Data) -> None:
    for _ in range(2):
        (report,) = data("collect", BY_PROCEDURE, "--captured-at", "2026-09-30")["reports"]
    assert report["outcome"] == "already"
    assert counts(data, "--period", "2026")["pay.transaction", "H35"] == (3, 6)


@pytest.mark.parametrize("variant", ["pay.transaction.money", "pay.dossier.collected"])
def test_what_targets_do_not_ask_for_is_shown_and_not_judged(tthc: Run, data: Data, variant: str) -> None:
    """NQ 71 asks 80 % of the dossiers with a fee; a fee list knows only those that paid, and money is no transaction."""
    tthc("collect", BY_PROCEDURE, "--captured-at", "2026-09-30")
    rows = data("rates", *METRICS, "--period", "2026-08")["rows"]
    assert {row["status"] for row in rows if row["variant"] == variant} == {"no_target"}


def test_a_count_of_payments_is_traced_to_its_rows(tthc: Run, data: Data) -> None:
    tthc("collect", BY_PROCEDURE, "--captured-at", "2026-09-30")
    asked = ("--metric", "online_payment_transactions", "--unit", "H35", "--period", "2026-08")
    found = data("lineage", *asked)["counts"]
    rows = next(one["rows"] for one in found if one["count"] == 2)
    assert [row["row_number"] for row in rows] == [4, 5]  # the first two payments of the sheet
    assert tthc("lineage", *asked).exit_code == 0


def test_what_moved_a_count_of_payments_adds_up(tmp_path: Path, tthc: Run, data: Data) -> None:
    tthc("collect", copied(BY_PROCEDURE, tmp_path, "2026-09-05T00:00:00Z"))
    tthc("collect", written(tmp_path, [paid("21/08/2026", "VNPT Pay")], "more.csv"), "--captured-at", "2026-09-10")
    asked = ("2026-09-06", "2026-09-11", *METRICS, "--unit", "H35", "--period", "2026-08")
    rows = {row["variant"]: row for row in data("diff", *asked)["rows"]}
    moved = rows["pay.transaction"]
    shares = [(moved[when]["numerator"], moved[when]["denominator"]) for when in ("before", "after")]
    assert shares == [(2, 5), (3, 6)]
    assert sum(one["numerator"] for one in moved["dossiers"]) == 1
    assert tthc("diff", *asked).exit_code == 0


@pytest.mark.parametrize("expected", FEE_LISTS, ids=lambda path: str(path.stem))
def test_no_invented_payer_is_anywhere_under_home(expected: Path, home: Path, tthc: Run) -> None:
    path = next(
        FOLDER / f"{expected.name.split('.')[0]}{end}"
        for end in (".csv", ".xlsx")
        if (FOLDER / f"{expected.name.split('.')[0]}{end}").exists()
    )
    printed = [tthc("collect", path, "--captured-at", "2026-09-30").output, tthc("rates").output, tthc("doctor").output]
    printed.append(tthc("layout", "explain", path).output)
    canaries = ("Người Thử", "phố Thử Nghiệm", "0900000000", "0012345", "0012347", "0098765", "0098766", "Cán Bộ Thử")
    places = [
        *bytes_of_everything(home),
        ("printed", "".join(printed).encode()),
        ("metrics", render(home / "published")),
    ]
    for canary in canaries:
        assert not [place for place, content in places if canary.encode() in content], canary


def test_a_name_in_the_place_of_a_code_is_refused_and_not_kept(tmp_path: Path, home: Path, tthc: Run) -> None:
    names = ("Sáo Sậu 12", "012093004567", "0912345678", "sao.sau@chim.vn", "Ngõ 1234 phố Sáo")
    path = written(tmp_path, [paid("03/08/2026", "TM", code=name) for name in names])
    output = tthc("collect", path, "--captured-at", "2026-09-30").output
    for _, content in [*bytes_of_everything(home), ("printed", output.encode())]:
        assert not [name for name in names if name.encode() in content or name.upper().encode() in content]


def test_the_short_print_list_stays_refused_with_its_advice(tthc: Run) -> None:
    path = Path(__file__).parent / "exports" / "dossier_lists" / "tandan_short_print.csv"
    result = tthc("collect", path, "--captured-at", "2026-09-30")
    assert result.exit_code == 1
    assert "Mã hồ sơ" in result.output


def paid(day: str, mode: str, code: str = "H35.12-260803-0100") -> list[str]:
    return ["1", code, "", "", "", "", "", "", mode, day, "50,000", "0", "", "", ""]


def written(folder: Path, rows: list[list[str]], name: str = "a.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\r\n")
        csv.writer(file).writerows(rows)
    return path


def test_the_examples_say_what_they_are() -> None:
    for path in FEE_LISTS:
        assert json.loads(path.read_text(encoding="utf-8"))["made_by"] == "us"
