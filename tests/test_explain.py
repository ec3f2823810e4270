"""`tthc layout`: a person sees how a file was understood, and gets a draft that works, without a personal value."""

import csv
import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collectors import header as header_module
from collectors import layout as layouts_module
from collectors.formats import NumberStyle, date_formats, number_style, share, whole_number
from collectors.layout import layout_of
from collectors.reading import delimited
from tests.conftest import stamp
from tthc.layout_cli import layout

FOLDER = Path(__file__).parent / "exports" / "dossier_lists"
EXAMPLES = sorted(path for path in FOLDER.iterdir() if path.suffix in (".csv", ".xlsx"))
CANARIES = ("Người Thử", "Cán Bộ Thử", "phố Thử Nghiệm", "0900000000", "vi-du.invalid", "VN-0000")


def run(*args: str | Path) -> Result:
    result = CliRunner().invoke(layout, [str(arg) for arg in args], catch_exceptions=False)
    assert isinstance(result, Result)
    return result


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.name))
def test_explain_names_the_layout_exits_1_for_a_refused_file_and_shows_no_personal_value(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    result = run("explain", path, "--json")
    found = json.loads(result.stdout)
    assert found["sheets"][0]["layout"] == expected["layout"]
    assert result.exit_code == (1 if "refused_with" in expected else 0)
    printed = result.output + run("explain", path).output + run("new", path).output
    assert not [canary for canary in CANARIES if canary in printed]
    assert bool(found["message_vi"]) == ("refused_with" in expected)


def test_explain_shows_header_rows_columns_formats_and_classes() -> None:
    text = run("explain", FOLDER / "tandan_register_11.csv").output
    assert "delimited (UTF-8, phân cách ',')" in text
    assert "tiêu đề ở dòng 1, 2" in text
    assert "8  Ngày, tháng, năm > Hẹn trả kết quả → due_at" in text
    assert "4  Tên cá nhân, tổ chức → dữ liệu cá nhân, không đọc" in text
    assert "3  hồ sơ nhận" in text and "1  dòng tổng" in text
    (column,) = [line for line in text.splitlines() if "→ received_at" in line]
    assert "dd/MM/yyyy (3)" in column and "không phải ngày (3)" in column  # column numbers, the header again


def test_explain_of_an_unknown_form_says_what_to_do(tmp_path: Path) -> None:
    path = stamp(tmp_path / "a.csv")
    path.write_text("Kính gửi,Sở\nXin,báo cáo\n", encoding="utf-8")
    result = run("explain", path)
    assert result.exit_code == 1
    assert "tthc layout new" in result.output and "KHÔNG NHẬN" in result.output


UNKNOWN = [
    ["DANH SÁCH", "", "", "", "", "", ""],
    ["STT", "Mã số HS", "Dịch vụ", "Họ tên công dân", "Thời điểm", "", "Trạng thái"],
    ["", "", "", "", "Ngày tiếp nhận", "Ngày hẹn trả", ""],
    ["1", "H35-260803-0001", "Cấp thẻ", "Người Thử Một", "03/08/2026", "10/08/2026", "Đang xử lý"],
]


def test_new_drafts_a_layout_that_recognises_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(UNKNOWN)
    document = tomllib.loads(run("new", path, "--name", "other_vendor").stdout)
    assert document["columns"] == {
        "received_at": ["Thời điểm > Ngày tiếp nhận"],
        "due_at": ["Thời điểm > Ngày hẹn trả"],
        "status": ["Trạng thái"],
    }
    assert document["unread"] == ["STT", "Mã số HS", "Dịch vụ", "Họ tên công dân"]
    drafted = layout_of(document)
    monkeypatch.setattr(layouts_module, "layouts", lambda: (drafted,))
    header_module._all_words.cache_clear()
    try:
        header = header_module.find_header(delimited.tables(path)[0], file="a")
    finally:
        header_module._all_words.cache_clear()
    assert (header.row, header.likeness) == (3, 1)


def test_new_takes_no_row_of_data_for_a_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,Người Thử Một,03/08/2026,Trạng thái\n2,Người Thử Hai,03/08/2026,x\n", encoding="utf-8")
    result = run("new", path)
    assert result.exit_code == 1
    assert "Người Thử" not in result.output


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (["1.234", "12", "0", "", "-"], NumberStyle.POINT),
        (["1,234,567", "0"], NumberStyle.COMMA),
        (["98.5%", "98.234%", "0", "NaN"], NumberStyle.PERCENT),
        (["12", "3"], NumberStyle.PLAIN),
        (["1.234", "1,234"], NumberStyle.MIXED),
        (["1.234.5"], None),
        (["mười"], None),
    ],
)
def test_the_style_of_numbers_is_decided_by_the_column(texts: list[str], style: NumberStyle | None) -> None:
    assert number_style(texts) == style


def test_a_point_is_a_mark_of_thousands_in_a_count_and_of_decimals_in_a_share() -> None:
    assert whole_number("1.234") == 1234
    assert share("98.234%") == Decimal("98.234")
    assert whole_number("") is None and share("NaN") is None
    assert (
        whole_number("9" * 14) == 10**14 - 1
    )  # a hundred of them add up to less than 10^16, which the warehouse holds
    for malformed in ("1.234.5", "1.23.456", "-5", "12a", "9" * 15, "9" * 5000):
        with pytest.raises(ValueError, match=r".*"):
            whole_number(malformed)


def test_dates_are_told_by_their_form() -> None:
    texts = ["03/08/2026", "3/8/2026 9:05", "2026-08-03T08:00:00.000+0700", "46237.5", "hôm qua", "~"]
    assert date_formats(texts) == {
        "dd/MM/yyyy": 1,
        "dd/MM/yyyy HH:mm": 1,
        "yyyy-MM-dd HH:mm:ss": 1,
        "số ngày của Excel": 1,
        "": 1,
    }
