"""`tthc quality` and what collecting leaves for it: from exports on disk to shares, sentences and exit codes."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result

from tests.conftest import CAPTURED, dossier, stamp, write_csv

Tthc = Callable[..., Result]
Data = Callable[..., Any]


def checks(document: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {one["check_id"]: (one["checked"], one["failing"]) for one in document["checks"]}


def made_up(tmp_path: Path, *odd: dict[str, str], whole: int = 4) -> Path:
    """Write a list that says it is made up: such a source is never late, whatever the clock of the machine says."""
    rows = [dossier(n) for n in range(1, whole + 1)] + [dossier(whole + n, **cells) for n, cells in enumerate(odd, 1)]
    return write_csv(tmp_path / "a.csv", rows, above=f"DỮ LIỆU MÔ PHỎNG{',' * 5}\r\n")


def test_a_good_list_has_nothing_to_say(data: Data, tthc: Tthc, tmp_path: Path) -> None:
    data("collect", made_up(tmp_path))
    document = data("quality")
    assert not [check for check, (_, failing) in checks(document).items() if failing]
    shares = {one["dimension"]: one["ratio"] for one in document["dimensions"]}
    assert shares == dict.fromkeys(
        ["accuracy", "completeness", "consistency", "timeliness", "uniqueness", "validity"], 1.0
    )
    (source,) = document["sources"]
    assert (source["source"], source["ratio"], source["ok"]) == ("demo", 1.0, True)
    shown = tthc("quality")
    assert shown.exit_code == 0
    assert "Không phép kiểm tra nào thấy điều bất thường." in shown.stdout
    assert "MÔ PHỎNG" in shown.stdout


def test_shares_sentences_and_bounds_of_a_list_with_faults(data: Data, tthc: Tthc, tmp_path: Path) -> None:
    rows = [
        dossier(1),
        dossier(2, **{"Hình thức nộp hồ sơ": "Qua chim bồ câu"}),
        dossier(3, **{"Ngày hẹn trả": ""}),
        dossier(4, **{"Hình thức nộp hồ sơ": "Trực tiếp"}),
    ]
    assert data("collect", write_csv(tmp_path / "a.csv", rows))["reports"]
    document = data("quality", "--source", "igate")
    found = checks(document)
    assert found["unknown_channel"] == (4, 1)
    assert found["no_due_date"] == (4, 1)
    assert found["many_unknown"] == (1, 1)
    validity = next(one for one in document["dimensions"] if one["dimension"] == "validity")
    assert (validity["checked"], validity["failing"], validity["ratio"], validity["least"]) == (1, 1, 0, 0.95)
    year = {one["metric"]: one for one in document["bounds"] if one["period_kind"] == "month"}
    # 2 of 4 online, 1 of unknown channel: between 2/4 and 3/4; 4 of 4 on time, 1 without a due date: 3/4 to 4/4
    assert (year["online"]["low"], year["online"]["high"]) == (0.5, 0.75)
    assert (year["on_time"]["low"], year["on_time"]["high"]) == (0.75, 1)
    shown = tthc("quality")
    assert "kênh tiếp nhận không có trong danh mục, tính là không rõ (1 trong 4; ví dụ a.csv dòng 3)" in shown.stdout
    assert "cách xử lý: gửi tên kênh này cho người quản trị để bổ sung danh mục." in shown.stdout
    assert "bồ câu" not in shown.stdout
    assert "Người thử" not in shown.stdout


def test_the_exit_code_follows_the_thresholds_of_the_settings(
    data: Data, tthc: Tthc, home: Path, tmp_path: Path
) -> None:
    data("collect", made_up(tmp_path, {"Hình thức nộp hồ sơ": "Qua chim bồ câu"}))
    assert tthc("quality").exit_code == 1
    (home / "tthc.toml").write_text("[quality]\nvalidity = 0\n", encoding="utf-8")
    assert tthc("quality").exit_code == 0
    doctor = {one["name"]: one for one in data("doctor")["checks"]}
    assert doctor["quality demo"]["ok"]
    (home / "tthc.toml").write_text("[quality]\nvalidity = 1\n", encoding="utf-8")
    doctor = {one["name"]: one for one in data("doctor")["checks"]}
    assert not doctor["quality demo"]["ok"]
    assert "chưa đạt ngưỡng: hợp lệ; xem `tthc quality --source demo`" in doctor["quality demo"]["message_vi"]


def test_a_source_that_is_not_there_is_a_wrong_question(data: Data, tthc: Tthc, tmp_path: Path) -> None:
    data("collect", write_csv(tmp_path / "a.csv", [dossier(1)]))
    result = tthc("quality", "--source", "khong-co")
    assert result.exit_code == 2
    assert "Không có nguồn" in result.output


def test_quality_changes_no_count(data: Data, home: Path, tmp_path: Path) -> None:
    """A finding never changes what is counted: the odd rows are all in the figures."""
    rows = [dossier(1, **{"Ngày kết thúc xử lý": "01/08/2026 09:00:00"}), dossier(2, **{"Hình thức nộp hồ sơ": "?!"})]
    data("collect", write_csv(tmp_path / "a.csv", rows))
    online = data("rates", "--metric", "online", "--period", "2026-08")["rows"][0]
    assert (online["numerator"], online["denominator"]) == (1, 2)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_two_receptions_of_one_dossier_are_noticed_in_any_order_of_loading(
    data: Data, home: Path, tmp_path: Path, order: tuple[int, ...]
) -> None:
    days = ("03/08/2026 08:00:00", "03/08/2026 09:30:00", "04/08/2026 08:00:00")  # the first two are of one day
    files = []
    for number, day in enumerate(days):
        rows = [dossier(1, **{"Ngày tiếp nhận": day}), dossier(2)]
        path = write_csv(tmp_path / f"{number}.csv", rows)
        files.append(stamp(path, CAPTURED + timedelta(hours=number)))
    for number in order:
        data("collect", files[number])
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        assert con.execute("SELECT * FROM collected.reception_conflict").fetchall() == [("igate", "H35.12-260803-0001")]
    assert checks(data("quality"))["reception_differs"] == (2, 1)
    data("rebuild")
    assert checks(data("quality"))["reception_differs"] == (2, 1)


def test_the_published_finding_carries_its_severity(data: Data, home: Path, tmp_path: Path) -> None:
    data("collect", write_csv(tmp_path / "a.csv", [dossier(1, **{"Ngày hẹn trả": ""})]))
    snapshot = next((home / "published").glob("*.duckdb"))
    with duckdb.connect(str(snapshot), read_only=True) as con:
        rows = con.execute("SELECT check_id, severity, dimension FROM finding ORDER BY ALL").fetchall()
    assert ("no_due_date", "warning", "completeness") in rows
