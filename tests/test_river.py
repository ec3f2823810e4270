"""The whole way once: exports in; rates, alerts, metrics and screen out, and the same figure everywhere."""

import re
import threading
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from filelock import FileLock
from prometheus_client.parser import text_string_to_metric_families
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from metrics.exporter import render, serve
from tests.conftest import CAPTURED, HEADERS, dossier, stamp, write_csv, write_xlsx

Run = Callable[..., Result]
Data = Callable[..., Any]
ROOT = Path(__file__).parents[1]

OPEN = {"Ngày kết thúc xử lý": "", "Cấp kết quả điện tử": "Không"}
BY_HAND = [
    # 1 online, full, fee paid online, digitised, electronic, on time
    dossier(1),
    # 2 online, full, fee not paid online, reused, two days late
    dossier(
        2,
        **{
            "Thanh toán trực tuyến": "Không",
            "Số hóa thành phần hồ sơ": "Không",
            "Cấp kết quả điện tử": "Không",
            "Tái sử dụng dữ liệu": "Có",
            "Ngày kết thúc xử lý": "12/08/2026 09:00:00",
        },
    ),
    # 3 at the counter, full, no fee, digitised, electronic, finished an hour before it was due
    dossier(
        3, **{"Hình thức nộp hồ sơ": "Trực tiếp", "Phí, lệ phí": "0", "Ngày kết thúc xử lý": "10/08/2026 16:00:00"}
    ),
    # 4 by post, partial, fee not paid online, digitised, on time
    dossier(
        4,
        **{
            "Hình thức nộp hồ sơ": "Qua bưu chính công ích",
            "Mức độ": "Một phần",
            "Thanh toán trực tuyến": "Không",
            "Cấp kết quả điện tử": "Không",
        },
    ),
    # 5 at the counter, no online service, open and overdue on 31/8
    dossier(
        5,
        **OPEN,
        **{
            "Hình thức nộp hồ sơ": "Trực tiếp",
            "Mức độ": "Dịch vụ cung cấp thông tin trực tuyến",
            "Phí, lệ phí": "0",
            "Số hóa thành phần hồ sơ": "Không",
            "Trạng thái hồ sơ": "Đang xử lý",
            "Ngày hẹn trả": "20/08/2026",
        },
    ),
    # 6 online, partial, open and not yet due
    dossier(
        6,
        **OPEN,
        **{
            "Mức độ": "Một phần",
            "Phí, lệ phí": "0",
            "Số hóa thành phần hồ sơ": "Không",
            "Trạng thái hồ sơ": "Đang xử lý",
            "Ngày hẹn trả": "15/09/2026",
        },
    ),
    # 7 not received: outside everything
    dossier(7, **OPEN, **{"Trạng thái hồ sơ": "Không được tiếp nhận"}),
    # 8 no channel (counts as the counter), full, waits for papers: open, never overdue
    dossier(
        8,
        **OPEN,
        **{
            "Hình thức nộp hồ sơ": "",
            "Phí, lệ phí": "0",
            "Số hóa thành phần hồ sơ": "Không",
            "Trạng thái hồ sơ": "Yêu cầu bổ sung giấy tờ",
        },
    ),
]
RATES = {
    "online": (3, 7),  # 1 2 6 of 1 2 3 4 5 6 8
    "online_full": (2, 7),  # 1 2
    "online_of_offered": (3, 6),  # 1 2 6 of all received but 5
    "online_payment": (1, 3),  # 1 of 1 2 4
    "digitised_components": (3, 7),  # 1 3 4
    "data_reuse": (1, 7),  # 2
    "electronic_results": (2, 4),  # 1 3 of 1 2 3 4
    "on_time": (3, 4),  # 1 3 4 of 1 2 3 4
    "overdue_open": (1, 3),  # 5 of 5 6 8
}


@pytest.fixture
def collected(tmp_path: Path, tthc: Run) -> Path:
    path = write_csv(tmp_path / "tay.csv", BY_HAND)
    assert tthc("collect", path).exit_code == 0
    return path


@pytest.mark.usefixtures("collected")
def test_rates_worked_by_hand(data: Data) -> None:
    document = data("rates", "--unit", "H35.12", "--period", "2026-08")
    found = {row["metric"]: (row["numerator"], row["denominator"]) for row in document["rows"]}
    assert {metric: found[metric] for metric in RATES} == RATES
    for row in document["rows"]:
        assert row["period"] == {"label": "2026-08", "start": "2026-08-01", "end": "2026-08-31", "complete": True}
        if row["denominator"]:
            assert row["ratio"] == row["numerator"] / row["denominator"]


@pytest.mark.usefixtures("collected")
def test_status_and_gap_against_the_law(data: Data) -> None:
    rows = {row["metric"]: row for row in data("rates", "--unit", "H35.12", "--period", "2026-08")["rows"]}
    online = rows["online"]  # half of 7 is 3.5: one dossier is missing
    assert (online["status"], online["gap"], online["target"]["value"]) == ("below", 1, 0.5)
    assert "766/QĐ-TTg" in online["target"]["document"]
    payment = rows["online_payment"]  # 80 % of 3 is 2.4: two are missing, but the programme ends in 2030
    assert (payment["status"], payment["gap"], payment["target"]["due"]) == ("not_due", 2, "2030-12-31")
    assert (rows["on_time"]["status"], rows["on_time"]["target"]) == ("no_target", None)


@pytest.mark.usefixtures("collected")
def test_volumes_worked_by_hand(data: Data) -> None:
    (row,) = data("rates", "--volumes", "--unit", "H35.12", "--period", "2026-08")["rows"]
    assert (row["received"], row["resolved"], row["open"], row["overdue_open"]) == (7, 4, 3, 1)


@pytest.mark.usefixtures("collected")
@pytest.mark.parametrize(
    ("period", "received"),
    [
        ("2026-08-03", 7),
        ("2026-08-04", 0),
        ("2026-Q3", 7),
        ("2026-H2", 7),
        ("2026-H1", 0),
        ("2026", 7),
        ("2025", 0),
        ("rolling-30", 7),
        ("month-to-date", 0),
        ("quarter-to-date", 7),
        ("year-to-date", 7),
        ("latest", 7),
    ],
)
def test_every_kind_of_period(data: Data, period: str, received: int) -> None:
    (row,) = data("rates", "--unit", "H35.12", "--metric", "online", "--period", period)["rows"]
    assert row["denominator"] == received
    assert (row["ratio"] is None) == (received == 0)


@pytest.mark.usefixtures("collected")
def test_alerts_are_listed_and_the_exit_code_tells(tthc: Run, data: Data) -> None:
    assert tthc("alerts").exit_code == 1
    alerts = data("alerts")["alerts"]
    below = [alert for alert in alerts if alert["rule"] == "below_target" and alert["metric"] == "online"]
    assert below
    assert all((alert["numerator"], alert["denominator"], alert["gap"]) == (3, 7, 1) for alert in below)
    assert "3/7" in below[0]["message_vi"]


@pytest.mark.usefixtures("collected")
def test_the_same_figures_on_the_command_line_in_prometheus_on_the_screen_and_in_the_report(
    home: Path, data: Data, tthc: Run, tmp_path: Path
) -> None:
    rows = data("rates", "--unit", "H35.12", "--period", "year-to-date")["rows"]
    rates = {row["metric"]: (row["numerator"], row["denominator"]) for row in rows if row["denominator"]}
    metrics = {
        (sample.name, sample.labels["indicator"]): sample.value
        for family in text_string_to_metric_families(render(home / "published").decode())
        for sample in family.samples
        if sample.labels.get("unit_code") == "H35.12" and sample.labels.get("period") == "year_to_date"
    }
    page = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    page.query_params.update({"unit": "H35.12", "period": "year_to_date"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TTHC_HOME", str(home))
        page.run()
    assert not page.exception
    screen = re.sub(
        r"\s+", " ", unescape(" ".join(block.body for block in page.html)).replace("\N{NO-BREAK SPACE}", " ")
    )
    for metric, (numerator, denominator) in RATES.items():
        assert rates[metric] == (numerator, denominator)
        assert metrics["tthc_indicator_numerator", metric] == numerator
        assert metrics["tthc_indicator_denominator", metric] == denominator
        assert f"{numerator} / {denominator}" in screen, metric
    file = tmp_path / "online.xlsx"
    made = tthc("report", "online", "--unit", "H35.12", "--period", "year-to-date", "--out", file)
    assert made.exit_code == 0, made.output
    report = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    (total,) = [row for row in report if row[2] == "Tổng số"]
    assert (total[3], total[8]) == RATES["online"]  # columns (4) and (9)


@pytest.mark.usefixtures("collected")
def test_metrics_are_served_on_loopback(home: Path) -> None:
    server, thread = serve(home / "published", port=0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
            assert b"tthc_indicator_numerator" in answer.read()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_parent_is_the_sum_of_its_children(tmp_path: Path, tthc: Run, data: Data) -> None:
    rooms = {"01": 3, "02": 5}
    rows = [
        dossier(number, **{"Số hồ sơ": f"H35.12.{room}-260803-{number:04d}", "Cơ quan/đơn vị": f"Phòng {room}"})
        for room, count in rooms.items()
        for number in range(1, count + 1)
    ]
    tthc("collect", write_csv(tmp_path / "a.csv", rows))
    (department,) = data("rates", "--unit", "H35.12", "--metric", "online", "--period", "2026-08")["rows"]
    children = data("rates", "--unit", "H35.12", "--by", "unit", "--metric", "online", "--period", "2026-08")["rows"]
    assert {row["unit_code"]: row["denominator"] for row in children} == {"H35.12.01": 3, "H35.12.02": 5}
    assert department["denominator"] == 8


@pytest.mark.usefixtures("collected")
@pytest.mark.parametrize("by", ["procedure", "field"])
def test_broken_down_parts_add_up_to_the_whole(data: Data, by: str) -> None:
    (whole,) = data("rates", "--unit", "H35.12", "--metric", "online", "--period", "2026-08")["rows"]
    parts = data("rates", "--unit", "H35.12", "--metric", "online", "--period", "2026-08", "--by", by)["rows"]
    assert [sum(row[name] for row in parts) for name in ("numerator", "denominator")] == [
        whole["numerator"],
        whole["denominator"],
    ]


def test_an_export_without_a_column_gives_not_reported_instead_of_zero(tmp_path: Path, tthc: Run, data: Data) -> None:
    tthc("collect", write_csv(tmp_path / "a.csv", BY_HAND, HEADERS[:13]))
    rows = {row["metric"]: row for row in data("rates", "--unit", "H35.12", "--period", "2026-08")["rows"]}
    assert (rows["online"]["numerator"], rows["online"]["ratio"], rows["online"]["status"]) == (
        None,
        None,
        "not_reported",
    )
    assert (rows["on_time"]["numerator"], rows["on_time"]["denominator"]) == (3, 4)


def everything(data: Data, at: Path) -> Any:
    """Return what an installation says, without what only tells one publication from another."""
    documents = [
        data("rates", "--unit", "H35.12", "--by", "unit", "--period", "2026-Q3", at=at),
        data("rates", "--unit", "H35.12", "--by", "procedure", "--period", "2026", at=at),
        data("rates", "--unit", "H35.12", at=at),
        data("rates", "--volumes", "--unit", "H35.12", "--period", "2026-08", at=at),
    ]
    return [(document["as_of"], document["rows"]) for document in documents]


def test_rebuild_from_the_archive_equals_the_daily_loads(home: Path, tmp_path: Path, tthc: Run, data: Data) -> None:
    for day in range(4):
        rows = [dossier(number) for number in range(1, 20 + 5 * day)]
        for row in rows[day * 3 :]:
            row.update({"Ngày kết thúc xử lý": "", "Trạng thái hồ sơ": "Đang xử lý"})
        write = write_xlsx if day % 2 else write_csv
        path = write(tmp_path / f"ngay-{day}.{'xlsx' if day % 2 else 'csv'}", rows)
        tthc("collect", stamp(path, CAPTURED + timedelta(days=day)))
    tthc("collect", ROOT / "examples" / "portal_v2")
    daily = everything(data, home)
    (home / "warehouse.duckdb").unlink()
    assert tthc("rebuild").exit_code == 0
    assert everything(data, home) == daily


def test_a_warehouse_of_another_schema_is_made_again(home: Path, data: Data, tmp_path: Path, tthc: Run) -> None:
    tthc("collect", write_csv(tmp_path / "a.csv", BY_HAND))
    before = everything(data, home)
    (home / "warehouse.duckdb").write_bytes(b"not a database")
    tthc("collect", write_csv(tmp_path / "b.csv", BY_HAND))
    assert everything(data, home) == before


def test_a_second_job_waits_and_then_says_who_holds_the_lock(home: Path, tmp_path: Path, tthc: Run) -> None:
    tthc("init")
    (home / "tthc.toml").write_text("[collect]\nlock_wait_seconds = 0\n", encoding="utf-8")
    with FileLock(str(home / "warehouse.lock")):
        result = tthc("collect", write_csv(tmp_path / "a.csv", BY_HAND))
    assert result.exit_code == 1
    assert "Kho dữ liệu đang được dùng" in result.stderr
    assert tthc("collect", tmp_path / "a.csv").exit_code == 0


def test_demo_is_reproducible_and_says_that_it_is_synthetic(tmp_path: Path, tthc: Run, data: Data) -> None:
    out = tmp_path / "out"
    assert tthc("demo", "--dossiers", "800", "--seed", "3", "--out", out).exit_code == 0
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    tthc("demo", "--dossiers", "800", "--seed", "3", "--out", out, "--write-only")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first
    assert {row["source"] for row in data("rates")["rows"]} == {"demo"}
    assert "MÔ PHỎNG" in tthc("rates").stdout


def test_init_and_doctor(home: Path, tthc: Run, data: Data, collected: Path) -> None:
    settings = home / "tthc.toml"
    before = settings.read_text(encoding="utf-8")
    assert tthc("init").exit_code == 0
    assert settings.read_text(encoding="utf-8") == before
    document = data("doctor")
    checks = {check["name"]: check["ok"] for check in document["checks"]}
    assert checks["config"] and checks["targets"] and checks["runs"]
    settings.write_text("[ofice]\n", encoding="utf-8")
    assert tthc("doctor").exit_code == 1
    assert "[ofice]" in tthc("rates").stderr


def test_an_officials_own_targets_are_used(home: Path, tthc: Run, data: Data, collected: Path) -> None:
    (home / "rieng.toml").write_text(
        """
        [[target]]
        id = "KH-2026-1"
        metric = "on_time"
        op = ">="
        value = 0.98
        kind = "target"
        level = "department"
        province = "H35"
        valid_from = 2026-01-01
        document = "Kế hoạch CCHC năm 2026"
        article = "mục 3"
        phrase = "tỷ lệ giải quyết đúng hạn đạt từ 98% trở lên"
        confirmed = true
        """,
        encoding="utf-8",
    )
    (home / "tthc.toml").write_text('[targets]\nfile = "rieng.toml"\n', encoding="utf-8")
    (row,) = data("rates", "--unit", "H35.12", "--metric", "on_time", "--period", "2026-08")["rows"]
    assert (row["status"], row["gap"], row["target"]["value"]) == ("below", 1, 0.98)
    (home / "rieng.toml").write_text("[[target]]\nid = 1\n", encoding="utf-8")
    told = tthc("rates")  # the figures are shown all the same, with the register that can be read
    assert told.exit_code == 0
    assert "rieng.toml" in told.stderr
    assert tthc("targets").exit_code == 1


def test_nothing_collected_yet_says_what_to_do(tthc: Run) -> None:
    for command in ("rates", "alerts"):
        result = tthc(command)
        assert result.exit_code == 1
        assert "tthc collect" in result.stderr


@pytest.mark.parametrize(
    "words", [("rates", "--metric", "onlin"), ("rates", "--period", "2026-13"), ("collect", "--nope")]
)
def test_wrong_usage_ends_with_2(tthc: Run, collected: Path, words: tuple[str, ...]) -> None:
    assert tthc(*words).exit_code == 2


def test_the_exporter_thread_ends(home: Path) -> None:
    server, thread = serve(home / "published", port=0)
    server.shutdown()
    server.server_close()
    thread.join(10)
    assert not thread.is_alive()
    assert threading.active_count() < 20
