"""Reading: the unit that receives and the unit that resolves, where a list names both; what a way of paying says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result

from tests.conftest import HEADERS, dossier, write_csv

RECEIVED, RESOLVED = "Đơn vị tiếp nhận", "Đơn vị giải quyết"
WARD, DEPARTMENT = "UBND phường Một", "Sở Văn hóa, Thể thao và Du lịch"
BOTH = [RECEIVED if header == "Cơ quan/đơn vị" else header for header in HEADERS] + [RESOLVED]
PERSON = "Nguyễn Văn Thử 0912345678"


def row(number: int, unit: str, *, received: str, resolved: str, **cells: str) -> dict[str, str]:
    """Return a dossier whose code names the unit that received it."""
    code = f"{unit}-260803-{number:04d}"
    return dossier(number, **cells) | {"Số hồ sơ": code, RECEIVED: received, RESOLVED: resolved}


def stored(home: Path, *columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(f"SELECT {', '.join(columns)} FROM collected.dossier ORDER BY dossier_code").fetchall()


def test_both_units_are_kept_where_the_list_names_both(
    tmp_path: Path, home: Path, tthc: Callable[..., Result], data: Callable[..., Any]
) -> None:
    rows = [
        row(1, "H35.12", received=DEPARTMENT, resolved=DEPARTMENT),
        row(2, "H35.20", received=WARD, resolved="SỞ VĂN HOÁ, THỂ THAO VÀ DU LỊCH"),
        row(3, "H35.20", received=WARD, resolved=""),
        row(4, "H35.20", received=WARD, resolved="Chi cục nào đó"),
        row(5, "H35.20", received=WARD, resolved=PERSON),
    ]
    report = data("collect", write_csv(tmp_path / "list.csv", rows, BOTH))["reports"][0]
    assert stored(home, "unit_code", "resolving_unit_code") == [
        ("H35.12", None),
        ("H35.20", "H35.12"),  # filed in the ward, resolved by the department
        *[("H35.20", None)] * 3,
    ]
    findings = {one["check_id"]: one["rows"] for one in report["findings"]}
    assert findings["unknown_resolving_unit"] == 2
    counted = data("rates", "--unit", "H35", "--by", "unit", "--period", "2026-08")["rows"]
    found = {(one["metric"], one["unit_code"]): one["denominator"] for one in counted}
    assert (found["online", "H35.12"], found["online", "H35.20"]) == (1, 4)
    assert (found["on_time", "H35.12"], found["on_time", "H35.20"]) == (2, 3)


def test_a_person_under_the_resolving_unit_is_kept_nowhere(
    tmp_path: Path, home: Path, tthc: Callable[..., Result]
) -> None:
    rows = [row(1, "H35.20", received=WARD, resolved=PERSON), row(2, "H35.12", received=DEPARTMENT, resolved=WARD)]
    assert tthc("collect", write_csv(tmp_path / "list.csv", rows, BOTH)).exit_code == 0
    for path in (path for path in home.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert "Nguyễn Văn Thử".encode() not in content, path
        assert b"0912345678" not in content, path


def test_a_code_of_the_resolving_unit_is_enough(tmp_path: Path, home: Path, tthc: Callable[..., Result]) -> None:
    headers = [*HEADERS, "Mã đơn vị giải quyết"]
    rows = [dossier(1) | {"Mã đơn vị giải quyết": "000.00.20.H35"}, dossier(2) | {"Mã đơn vị giải quyết": "H35.12"}]
    assert tthc("collect", write_csv(tmp_path / "list.csv", rows, headers)).exit_code == 0
    assert stored(home, "unit_code", "resolving_unit_code") == [("H35.12", "H35.20"), ("H35.12", None)]


def test_a_list_with_the_resolving_unit_alone_has_one_unit(
    tmp_path: Path, home: Path, tthc: Callable[..., Result], data: Callable[..., Any]
) -> None:
    headers = [RESOLVED if header == "Cơ quan/đơn vị" else header for header in HEADERS]
    report = data("collect", write_csv(tmp_path / "list.csv", [dossier(1) | {RESOLVED: DEPARTMENT}], headers))[
        "reports"
    ][0]
    assert report["mapped"][RESOLVED] == "unit_name"
    assert stored(home, "unit_code", "resolving_unit_code") == [("H35.12", None)]
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        assert con.execute("SELECT unit_name FROM collected.unit").fetchall() == [(DEPARTMENT,)]


@pytest.mark.parametrize(
    ("text", "paid_online", "paid"),
    [
        ("Qua Cổng DVCQG", True, True),
        ("Tiền mặt", False, True),
        ("Chưa thanh toán", False, False),
        ("Miễn phí", False, False),
        ("Có", True, None),  # says whether it was online, not how else it was paid
        ("Không", False, None),
        ("", False, None),
    ],
)
def test_what_a_way_of_paying_says(
    tmp_path: Path, home: Path, tthc: Callable[..., Result], text: str, paid_online: bool, paid: bool | None
) -> None:
    assert (
        tthc("collect", write_csv(tmp_path / "list.csv", [dossier(1, **{"Thanh toán trực tuyến": text})])).exit_code
        == 0
    )
    assert stored(home, "paid_online", "paid") == [(paid_online, paid)]


def test_an_export_archived_before_these_columns_is_still_read(
    tmp_path: Path, home: Path, tthc: Callable[..., Result]
) -> None:
    tthc("collect", write_csv(tmp_path / "list.csv", [dossier(1)]))
    (rows,) = home.glob("archive/**/rows.parquet")
    older = tmp_path / "older.parquet"
    with duckdb.connect() as con:
        kept = "* EXCLUDE (resolving_unit_code, paid)"
        con.execute(f"COPY (SELECT {kept} FROM read_parquet('{rows}')) TO '{older}' (FORMAT parquet)")
    rows.chmod(0o600)
    rows.write_bytes(older.read_bytes())
    assert tthc("rebuild").exit_code == 0
    assert stored(home, "unit_code", "resolving_unit_code", "paid") == [("H35.12", None, None)]
