"""A value of a personal column is stored nowhere, logged nowhere, shown nowhere."""

import gzip
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from collectors.personal_data import MASK, is_personal, masked
from metrics.exporter import render
from tests.conftest import HEADERS, dossier, write_csv, write_xlsx

Run = Callable[..., Result]

# One value for every personal column of the catalogue of exports, recognisable anywhere.
CANARIES = {
    "Chủ hồ sơ": "Hoàng-Yến Vàng-Anh",
    "Họ tên người nộp": "Sáo-Sậu Chích-Chòe",
    "Người nộp hồ sơ": "Bồ-Câu Xanh-Biếc",
    "Số CMND/HC/Thẻ CC chủ hồ sơ": "012093004567",
    "Số điện thoại": "0912345678",
    "Điện thoại người nộp": "0987 654 321",
    "Email chủ hồ sơ": "hoang.yen@chim-hot.vn",
    "Địa chỉ chủ hồ sơ": "Ngõ 99 Phố Hoàng-Oanh",
    "Cán bộ xử lý hiện tại": "Cú-Mèo Trực-Đêm",
    "Người tiếp nhận": "Họa-Mi Quầy-Ba",
    "Nội dung hồ sơ": "Đơn của ông Gõ-Kiến",
    "Ghi chú": "gọi 0911222333 gặp chị Khướu",
    "Mã vận đơn bưu điện": "VN-CANARY-778899",
}
ALL_HEADERS = (*HEADERS, *(header for header in CANARIES if header not in HEADERS))


def bytes_of_everything(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the content of every file, what is packed unpacked, and every value of every table."""
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        data = path.read_bytes()
        yield str(path), gzip.decompress(data) if path.suffix == ".gz" else data
        if path.suffix == ".parquet":
            yield str(path), repr(duckdb.read_parquet(str(path)).df().to_dict()).encode()
        if path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as con:
                tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
                for schema, table in tables:
                    yield f"{path}:{table}", repr(con.execute(f'FROM "{schema}"."{table}"').fetchall()).encode()
        if path.suffix == ".sqlite":
            with sqlite3.connect(path) as journal:
                yield f"{path}:dump", "\n".join(journal.iterdump()).encode()


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_no_canary_survives_anywhere(home: Path, tmp_path: Path, tthc: Run, write: Callable[..., Path]) -> None:
    rows = [dossier(number, **CANARIES) for number in range(1, 6)]
    rows.append(dossier(6, **CANARIES, **{"Ngày tiếp nhận": "31/02/2026"}))
    rows.append({**dossier(7, **CANARIES), "Số hồ sơ": CANARIES["Chủ hồ sơ"]})
    rows.append({**dossier(8, **CANARIES), "Số hồ sơ": CANARIES["Số CMND/HC/Thẻ CC chủ hồ sơ"]})
    rows.append({**dossier(9, **CANARIES), "Ngày hẹn trả": CANARIES["Địa chỉ chủ hồ sơ"]})
    rows.append({**dossier(10, **CANARIES), "Ngày hẹn trả": CANARIES["Số điện thoại"]})
    rows.append({**dossier(11, **CANARIES), "Cơ quan/đơn vị": f"Sở {CANARIES['Số điện thoại']}"})
    path = write(tmp_path / "list.bin", rows, ALL_HEADERS)
    printed = [
        tthc(command, *args).output for command, *args in (("collect", path), ("rates",), ("alerts",), ("doctor",))
    ]
    places = [
        *bytes_of_everything(home),
        ("printed", "".join(printed).encode()),
        ("metrics", render(home / "published")),
    ]
    for canary in (*CANARIES.values(), "Gõ-Kiến", "Khướu", "0911222333", "HOÀNG-YẾNVÀNG-ANH"):
        leaks = [place for place, content in places if canary.encode() in content]
        assert not leaks, canary


def test_a_ragged_row_leaks_nothing_either(home: Path, tmp_path: Path, tthc: Run) -> None:
    path = write_csv(tmp_path / "list.csv", [dossier(1, **CANARIES), dossier(2, **CANARIES)], ALL_HEADERS)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\r\n".join([*lines, "x," + lines[-1], lines[-1].replace(",", "", 1)]), encoding="utf-8")
    output = tthc("collect", path).output
    for _, content in [*bytes_of_everything(home), ("printed", output.encode())]:
        assert not [canary for canary in CANARIES.values() if canary.encode() in content]


def test_the_report_names_the_columns_that_were_dropped(
    tmp_path: Path, data: Callable[..., dict[str, list[dict[str, list[str]]]]]
) -> None:
    (report,) = data("collect", write_csv(tmp_path / "a.csv", [dossier(1, **CANARIES)], ALL_HEADERS))["reports"]
    assert set(report["dropped"]) == {header for header in CANARIES if is_personal(header)}
    assert set(report["unmapped"]) == {"STT", "Phòng ban", "Nội dung hồ sơ", "Ghi chú"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Sở VHTTDL, ĐT 0912345678", f"Sở VHTTDL, ĐT {MASK}"),
        ("liên hệ a.b@c.vn", f"liên hệ {MASK}"),
        ("CCCD 012093004567", f"CCCD {MASK}"),
        ("CMND 012345678", f"CMND {MASK}"),
        (
            "Cấp phép theo Nghị định 45/2020/NĐ-CP ngày 08/4/2020",
            "Cấp phép theo Nghị định 45/2020/NĐ-CP ngày 08/4/2020",
        ),
        ("Thủ tục 1.004645", "Thủ tục 1.004645"),
    ],
)
def test_texts_that_are_kept_are_masked(text: str, kept: str) -> None:
    assert masked(text) == kept


def test_nothing_of_a_reading_stays_in_the_temporary_folder(
    tmp_path: Path, tthc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    cut_off = temporary / f"tthc-reading-{2**22 + 1}-x"  # a process number that no system gives
    cut_off.mkdir()
    (cut_off / "0.csv").write_text(CANARIES["Chủ hồ sơ"], encoding="utf-8")
    assert tthc("collect", write_xlsx(tmp_path / "list.xlsx", [dossier(1, **CANARIES)], ALL_HEADERS)).exit_code == 0
    assert not list(temporary.iterdir())
