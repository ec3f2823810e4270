"""What many tests need: a home, exports written on the spot, the command line in this process."""

import contextlib
import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from hypothesis import settings

from tests import browser
from tthc.cli import main

# a busy machine is no failure, and a check that failed fails again; `--hypothesis-profile searching` looks for new cases
settings.register_profile("repeated", deadline=None, derandomize=True)
settings.register_profile("searching", deadline=None)
settings.load_profile("repeated")

HEADERS = (
    "STT",
    "Số hồ sơ",
    "Tên thủ tục hành chính",
    "Tên lĩnh vực",
    "Phòng ban",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Cơ quan/đơn vị",
    "Chủ hồ sơ",
    "Số điện thoại",
    "Cán bộ xử lý hiện tại",
    "Trạng thái hồ sơ",
    "Mã TTHC",
    "Hình thức nộp hồ sơ",
    "Mức độ",
    "Phí, lệ phí",
    "Thanh toán trực tuyến",
    "Số hóa thành phần hồ sơ",
    "Cấp kết quả điện tử",
    "Tái sử dụng dữ liệu",
)
CAPTURED = datetime(2026, 9, 1, 2, tzinfo=UTC)


def dossier(number: int, **cells: str) -> dict[str, str]:
    """Return one row of an iGate list; any cell can be given by its header."""
    row = {
        "STT": str(number),
        "Số hồ sơ": f"H35.12-260803-{number:04d}",
        "Tên thủ tục hành chính": "Cấp thẻ hướng dẫn viên du lịch",
        "Tên lĩnh vực": "Du lịch",
        "Phòng ban": "Phòng Du lịch",
        "Ngày tiếp nhận": "03/08/2026 08:00:00",
        "Ngày hẹn trả": "10/08/2026 17:00:00",
        "Ngày kết thúc xử lý": "07/08/2026 09:00:00",
        "Cơ quan/đơn vị": "Sở Văn hóa, Thể thao và Du lịch",
        "Chủ hồ sơ": "Người thử",
        "Số điện thoại": "0900000000",
        "Cán bộ xử lý hiện tại": "Cán bộ thử",
        "Trạng thái hồ sơ": "Đã trả kết quả",
        "Mã TTHC": "1.001628",
        "Hình thức nộp hồ sơ": "Trực tuyến",
        "Mức độ": "Toàn trình",
        "Phí, lệ phí": "650.000",
        "Thanh toán trực tuyến": "Có",
        "Số hóa thành phần hồ sơ": "Có",
        "Cấp kết quả điện tử": "Có",
        "Tái sử dụng dữ liệu": "Không",
    }
    return {**row, **cells}


def write_csv(path: Path, rows: Iterable[dict[str, str]], headers: Sequence[str] = HEADERS, *, above: str = "") -> Path:
    """Write rows as an export; with a capture time beside it, so that no test depends on a file's time stamp."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([row[header] for header in headers] for row in rows)
    path.write_bytes((above + text.getvalue()).encode("utf-8-sig"))
    return stamp(path)


def write_xlsx(path: Path, rows: Iterable[dict[str, str]], headers: Sequence[str] = HEADERS) -> Path:
    """Write rows as a workbook."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("Danh sách")
        for place, cells in enumerate([list(headers), *([row[header] for header in headers] for row in rows)]):
            sheet.write_row(place, 0, cells)
    return stamp(path)


def stamp(path: Path, captured_at: datetime = CAPTURED) -> Path:
    """Say when an export was made."""
    sidecar = path.with_suffix(".request.json")
    sidecar.write_text(json.dumps({"captured_at": captured_at.isoformat()}), encoding="utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def tthc(home: Path) -> Callable[..., Result]:
    """Run a command of tthc on this test's home."""
    runner = CliRunner()

    def run(*args: str | Path, at: Path = home) -> Result:
        result = runner.invoke(main, [*map(str, args), "--home", str(at)], catch_exceptions=False)
        assert isinstance(result, Result)
        return result

    return run


@pytest.fixture
def data(tthc: Callable[..., Result]) -> Callable[..., Any]:
    """Run a command with --json and return its document."""

    def run(*args: str | Path, **more: Any) -> Any:
        return json.loads(tthc(*args, "--json", **more).stdout)

    return run


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation as `tthc demo` makes it, small, with what the demonstration portal delivers: 31/10/2026."""
    home, runner = tmp_path_factory.mktemp("demonstration"), CliRunner()
    portal = Path(__file__).parents[1] / "examples" / "portal_v2"
    for command in (["demo", "--dossiers", "1500"], ["collect", str(portal)]):
        done = runner.invoke(main, [*command, "--home", str(home)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
    return home


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for the tests of one file; other files may start one of another kind."""
    with pytest.importorskip("playwright.sync_api").sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=browser.CHROMIUM, args=list(browser.QUIET))
        yield started
        started.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded data beside the project; tests that need it are skipped without it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no recorded data beside the project")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _in_a_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is written into the current folder (`tthc demo`) is written by this process alone, and not into the project."""
    with contextlib.chdir(tmp_path_factory.mktemp("current")):
        yield


@pytest.fixture(autouse=True)
def _no_home_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TTHC_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _at_the_machine() -> None:
    """A page opened in a test is read at the machine itself, unless the test says that others can reach the server."""
    if "streamlit" in sys.modules:
        sys.modules["streamlit"].config.set_option("server.address", "127.0.0.1")
