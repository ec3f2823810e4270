"""Every container by its content, every way it can be broken; the list in all of them is the same, and invented."""

import csv
import gzip
import io
import json
import random
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from html import escape
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.export import EmptyExport, ExportError, UnreadableExport
from collectors.reading.container import Container, recognise
from collectors.reading.open import tables
from collectors.reading.packed import MOST_FILES
from collectors.reading.spool import MOST_CELLS, SheetFile, Spool, TooManyCells
from collectors.reading.table import Table

FOLDER = Path(__file__).parent / "exports" / "containers"
TITLE = "DANH SÁCH HỒ SƠ - DỮ LIỆU MÔ PHỎNG"
HEADER = [
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
]
_ROWS = """
1|H99.901-260803-0001|Thủ tục mẫu “số một”, có dấu phẩy|Lĩnh vực mẫu|Bộ phận Một cửa|2026-08-03 09:27:29|2026-08-05 09:27:29|2026-08-04 16:00:00|UBND xã Mẫu|Nguyễn Văn Mẫu|0900000000|Trần Thị Thử|Đã trả kết quả
2|H99.901-260804-0002|Thủ tục mẫu số hai|Lĩnh vực mẫu|Bộ phận Một cửa|2026-08-04 13:52:12|2026-08-06 13:52:12||UBND xã Mẫu|Lê Thị Ví Dụ|0900000001|Trần Thị Thử|Đang xử lý
3|H99.901-260805-0003|Thủ tục mẫu số hai|Lĩnh vực mẫu|Bộ phận Một cửa|2026-08-05 07:30:00|2026-08-07 07:30:00|2026-08-07 10:00:00|UBND xã Mẫu|Phạm Giả Định|0900000002|Trần Thị Thử|Đã trả kết quả
"""  # noqa: E501 - one dossier a line
LIST = [HEADER, *(line.split("|") for line in _ROWS.strip().splitlines())]

Grid = Sequence[Sequence[str]]
Writer = Callable[[Grid], bytes]


# ── writers: a grid of texts → the bytes of one container ─────────────────────────────────────────────────


def xlsx(grid: Grid) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data)
    sheet = book.add_worksheet("Danh sách")
    for row, cells in enumerate(grid):
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
    book.close()
    return data.getvalue()


def zipped(members: Iterable[tuple[str, bytes | str]]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def with_parts(workbook: bytes, parts: dict[str, bytes | str]) -> bytes:
    """Return the workbook with some of its parts replaced, or added."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return zipped((kept | parts).items())


def xlsm(grid: Grid) -> bytes:
    workbook = xlsx(grid)
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        types = archive.read("[Content_Types].xml").decode()
    types = types.replace(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    return with_parts(workbook, {"[Content_Types].xml": types, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub AutoOpen()"})


def _record(kind: int, body: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(body)
    length = b""
    while size > 127:
        length, size = length + bytes([size & 127 | 128]), size >> 7
    return number + length + bytes([size]) + body


def _wide(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack("<I", len(data) // 2) + data


def xlsb(grid: Grid) -> bytes:
    """Return a binary workbook of inline texts. Source: [MS-XLSB] 2.4, the records by their numbers."""
    book = (
        _record(131)
        + _record(143)
        + _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Danh sách"))
        + _record(144)
        + _record(132)
    )
    sheet = _record(129) + _record(148, struct.pack("<IIII", 0, 0, 0, 0)) + _record(145)
    for row, cells in enumerate(grid):
        sheet += _record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        for column, text in enumerate(cells):
            sheet += _record(6, struct.pack("<II", column, 0) + _wide(text)) if text else b""
    sheet += _record(146) + _record(130)
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    return zipped(
        [
            ("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
            ("xl/workbook.bin", book),
            (
                "xl/_rels/workbook.bin.rels",
                f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/worksheet"'
                ' Target="worksheets/sheet1.bin"/></Relationships>',
            ),
            ("xl/worksheets/sheet1.bin", sheet),
        ]
    )


def ods(grid: Grid, *, row: str = "", cell: str = "") -> bytes:
    """Return an OpenDocument sheet; `row` and `cell` are attributes for each of them."""
    spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    spaces += ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    spaces += ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    body = "".join(
        f"<table:table-row {row}>"
        + "".join(
            f'<table:table-cell {cell} office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
            for text in cells
        )
        + "</table:table-row>"
        for cells in grid
    )
    content = (
        f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="Danh sách">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped(
        [
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", content),
            ("META-INF/manifest.xml", manifest),
        ]
    )


SS = "urn:schemas-microsoft-com:office:spreadsheet"


def spreadsheetml_of(body: str, *, before: str = "", encoding: str = "UTF-8") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>{before}<?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{SS}" xmlns:ss="{SS}" xmlns:x="urn:schemas-microsoft-com:office:excel">{body}</Workbook>'
    )
    return text.encode(encoding)


def spreadsheetml(grid: Grid) -> bytes:
    rows = "".join(
        "<Row>"
        + "".join(
            f'<Cell><Data ss:Type="String">{escape(text).replace(chr(10), "&#10;").replace(chr(13), "&#13;")}</Data></Cell>'
            for text in cells
        )
        + "</Row>"
        for cells in grid
    )
    return spreadsheetml_of(f'<Worksheet ss:Name="Danh sách"><Table>{rows}</Table></Worksheet>')


def page_of(body: str) -> str:
    """Return what a one-stop system saves as .xls: no charset, a comment that names the sheet."""
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"><head>'
        "<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets><x:ExcelWorksheet><x:Name>Danh sách</x:Name>"
        "</x:ExcelWorksheet></x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]--><style>td { color: red }</style>"
        f'</head><body><table border="1">{body}</table></body></html>'
    )


def html_page(grid: Grid) -> bytes:
    head, *rows = (
        "<tr>" + "".join(f'<td style="x">{escape(text)}</td>\n' for text in cells) + "</tr>\n" for cells in grid
    )
    return page_of(f"<thead>{head}</thead><tbody>{''.join(rows)}</tbody>").encode()


def word_page(grid: Grid) -> bytes:
    return b"\xef\xbb\xbf" + html_page(grid)


def delimited(grid: Grid, delimiter: str = ",", encoding: str = "utf-8", ending: str = "\n") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ending).writerows(grid)
    return text.getvalue().encode(encoding)


def json_list(grid: Grid) -> bytes:
    header, *rows = grid
    return json.dumps([dict(zip(header, row, strict=True)) for row in rows], ensure_ascii=False).encode()


def json_lines(grid: Grid) -> bytes:
    header, *rows = grid
    return "\n".join(json.dumps(dict(zip(header, row, strict=True))) for row in rows).encode()


def json_answer(grid: Grid) -> bytes:
    return b'{"status": 200, "data": {"total": 3, "items": ' + json_list(grid) + b"}}"


def json_grid(grid: Grid) -> bytes:
    return json.dumps(grid, indent=1).encode("utf-16")


WRITERS: dict[str, Writer] = {
    "xlsx": xlsx,
    "xlsm": xlsm,
    "xlsb": xlsb,
    "ods": ods,
    "spreadsheetml": spreadsheetml,
    "html": html_page,
    "word html with byte order mark": word_page,
    "csv": delimited,
    "csv CRLF with byte order mark": lambda grid: delimited(grid, encoding="utf-8-sig", ending="\r\n"),
    "semicolons": lambda grid: delimited(grid, ";"),
    "tabs": lambda grid: delimited(grid, "\t"),
    "bars": lambda grid: delimited(grid, "|"),
    "UTF-16 tabs": lambda grid: delimited(grid, "\t", "utf-16"),
    "UTF-16 without byte order mark": lambda grid: delimited(grid, encoding="utf-16-le"),
    "UTF-16 big end first": lambda grid: delimited(grid, encoding="utf-16-be"),
    "old Mac line ends": lambda grid: delimited(grid, ending="\r"),
    "JSON list": json_list,
    "JSON lines": json_lines,
    "JSON answer": json_answer,
    "JSON list of lists": json_grid,
}


def put(folder: Path, data: bytes | str, name: str = "ban-xuat") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def grid_of(table: Table) -> list[list[str]]:
    """Return the rows, each as wide as the widest; their numbers leave none out."""
    rows = list(table.rows())
    assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
    width = max((len(cells) for _, cells in rows), default=0)
    return [cells + [""] * (width - len(cells)) for _, cells in rows]


def only(found: list[Table]) -> list[list[str]]:
    assert len(found) == 1
    return grid_of(found[0])


# ── every container ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", WRITERS)
def test_each_container_gives_the_same_cells(tmp_path, kind):
    assert only(tables(put(tmp_path, WRITERS[kind](LIST)))) == LIST


@pytest.mark.parametrize("kind", ["xlsx", "html", "csv", "JSON lines", "spreadsheetml"])
@pytest.mark.parametrize("pack", ["zip", "gz"])
def test_each_container_may_be_packed(tmp_path, kind, pack):
    data = WRITERS[kind](LIST)
    packed = zipped([("thư mục/", b""), ("thư mục/danh sách", data)]) if pack == "zip" else gzip.compress(data)
    found = tables(put(tmp_path, packed))
    assert only(found) == LIST
    assert found[0].sheet.startswith("thư mục/danh sách") == (pack == "zip")


@pytest.mark.parametrize("name", ["danh-sach.xls", "danh-sach.ods", "danh-sach-html.xls"])
def test_files_saved_by_a_spreadsheet_program(name):
    rows = grid_of(tables(FOLDER / name)[0])
    assert [row for row in rows if any(row)] == [[TITLE, *[""] * 12], *LIST]


@pytest.mark.parametrize(("name", "true"), [("danh-sach.xls", "Có"), ("danh-sach.ods", "1")])  # LibreOffice: a number
def test_the_hidden_sheet_of_a_file_saved_by_a_spreadsheet_program(name, true):
    _, hidden = tables(FOLDER / name)
    assert hidden.notes == ("trang tính ẩn",)
    assert grid_of(hidden) == [["2026-08-03", "2026-08-03 09:27:29", "12", "0.825", true, "42", "123456789012"]]


def test_the_name_of_a_file_does_not_matter(tmp_path):
    assert only(tables(put(tmp_path, delimited(LIST), "ban-xuat.xlsx"))) == LIST
    assert only(tables(put(tmp_path, xlsx(LIST), "ban-xuat.csv"))) == LIST


def test_rows_start_anew_at_each_call_and_outlive_the_other_tables(tmp_path):
    path = put(tmp_path, zipped([("một.xlsx", xlsx(LIST)), ("hai.csv", delimited(LIST))]))
    first, second = tables(path)
    path.unlink()
    assert grid_of(first) == grid_of(first) == grid_of(second)
    del first
    assert grid_of(second) == LIST


def test_the_files_a_table_was_unpacked_to_go_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = tables(put(tmp_path, xlsx(LIST)))
    assert len(list(tmp_path.glob("tthc-*"))) == 1
    del found
    assert not list(tmp_path.glob("tthc-*"))


# ── what is written reads back ────────────────────────────────────────────────────────────────────────────

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters=";\t|\ufeff")
WORDS = st.one_of(
    st.text(st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyÁẮỆĨ0123456789 ,.\"'<>&/=-_\u00a0e\u0309"), max_size=12),
    st.text(LETTERS, max_size=12),
)
GRIDS = st.lists(st.lists(WORDS, min_size=5, max_size=5), max_size=6).map(lambda rows: [HEADER[:5], *rows])
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = settings(FEW, max_examples=50)


def without_blank_end(grid: Grid) -> list[list[str]]:
    rows = [list(cells) if any(map(str.strip, cells)) else [""] * len(cells) for cells in grid]
    while not any(rows[-1]):
        rows.pop()
    return rows


@MANY
@given(
    grid=GRIDS,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_delimited_text_reads_back(tmp_path, grid, delimiter, encoding, ending):
    if delimiter != ",":
        grid = [[text.replace(",", delimiter) for text in cells] for cells in grid]
    data = delimited(grid, delimiter, encoding, ending)
    assert only(tables(put(tmp_path, data))) == without_blank_end(grid)


@MANY
@given(grid=GRIDS)
def test_a_web_page_reads_back(tmp_path, grid):
    shown = [[re.sub(r"[ \t\r\n\f]+", " ", text).strip(" ") for text in cells] for cells in grid]
    shown = [["" if text.isspace() else text for text in cells] for cells in shown]
    assert only(tables(put(tmp_path, html_page(grid)))) == without_blank_end(shown)


@MANY
@given(grid=GRIDS)
def test_a_spreadsheetml_file_reads_back(tmp_path, grid):
    assert only(tables(put(tmp_path, spreadsheetml(grid)))) == without_blank_end(grid)


@MANY
@given(grid=GRIDS, lines=st.booleans())
def test_json_reads_back(tmp_path, grid, lines):
    data = json_lines(grid) if lines else json_list(grid)
    expected = without_blank_end(grid) if len(grid) > 1 else []
    assert only(tables(put(tmp_path, data))) == expected if data else True


@FEW
@given(grid=GRIDS)
def test_an_xlsx_workbook_reads_back(tmp_path, grid):
    assert only(tables(put(tmp_path, xlsx(grid)))) == without_blank_end(grid)


@FEW
@given(grid=GRIDS)
def test_an_xlsb_workbook_reads_back(tmp_path, grid):
    assert only(tables(put(tmp_path, xlsb(grid)))) == without_blank_end(grid)


# ── damage ────────────────────────────────────────────────────────────────────────────────────────────────

SAMPLES = {kind: write(LIST) for kind, write in WRITERS.items()} | {
    "xls": (FOLDER / "danh-sach.xls").read_bytes(),
    "zip": zipped([("a.csv", delimited(LIST)), ("b.xls", html_page(LIST))]),
    "gz": gzip.compress(delimited(LIST)),
}
BY_PROCESS = ("xlsx", "xlsm", "xlsb", "xls", "ods")


def damaged(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return data[: chance.randrange(len(data))]
    bytes_ = bytearray(data)
    for _ in range(chance.choice([1, 2, 5, 50])):
        bytes_[chance.randrange(len(bytes_))] = chance.randrange(256)
    return bytes(bytes_)


@pytest.mark.parametrize("kind", SAMPLES)
def test_damaged_bytes_are_refused_or_read_and_nothing_else(tmp_path, kind):
    chance = random.Random(kind)
    for _ in range(8 if kind in BY_PROCESS else 40):
        assert outcome(put(tmp_path, damaged(SAMPLES[kind], chance)))


def outcome(path: Path) -> str:
    """Return what became of a file, or what a person is told to do about it."""
    try:
        return f"{sum(1 for table in tables(path) for _ in table.rows())} dòng"
    except ExportError as error:
        return error.advice


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"{\\rtf1", "RTF"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\x89PNG\r\n", "PNG"),
        (b"MIME-Version: 1.0\r\n", "MHTML"),
        (b"\x00\x01\x02\x03", "nhị phân"),
        (b'<?xml version="1.0"?><Report/>', "XML không phải bảng tính"),
        (zipped([("[Content_Types].xml", ""), ("word/document.xml", "")]), "Word"),
    ],
)
def test_other_files_are_refused_by_what_they_are(tmp_path, start, found):
    with pytest.raises(UnreadableExport, match=found):
        tables(put(tmp_path, start))


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf"])
def test_a_file_without_anything_is_empty(tmp_path, data):
    with pytest.raises(EmptyExport):
        tables(put(tmp_path, data))


# ── workbooks ─────────────────────────────────────────────────────────────────────────────────────────────


def sheet_xml(rows: str, before: str = "") -> str:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"{before}<sheetData>{rows}</sheetData></worksheet>"
    )


def with_sheet(rows: str, before: str = "") -> bytes:
    return with_parts(xlsx([["x"]]), {"xl/worksheets/sheet1.xml": sheet_xml(rows, before)})


@pytest.mark.parametrize("date_1904", [False, True])
def test_cells_read_as_a_person_would_type_them_on_both_date_bases(tmp_path, date_1904):
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"date_1904": date_1904})
    day, moment, hour = (
        book.add_format({"num_format": shown}) for shown in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm", "hh:mm")
    )
    sheet = book.add_worksheet()
    sheet.write_datetime(0, 0, date(2026, 8, 3), day)
    sheet.write_datetime(0, 1, datetime(2026, 8, 3, 9, 27, 29), moment)
    sheet.write_datetime(0, 2, time(9, 30), hour)
    for place, value in enumerate([12, 0.825, 1.5e11, True, "1.010010"], start=3):
        sheet.write(0, place, value) if isinstance(value, str | bool) else sheet.write_number(0, place, value)
    book.close()
    assert only(tables(put(tmp_path, data.getvalue()))) == [
        ["2026-08-03", "2026-08-03 09:27:29", "09:30:00", "12", "0.825", "150000000000", "Có", "1.010010"]
    ]


def test_a_cell_stands_in_its_row_and_column_also_after_blank_ones(tmp_path):
    data = with_sheet('<row r="3"><c r="C3"><v>1</v></c></row><row r="5"><c r="B5"><v>2</v></c></row>')
    blank = ["", "", ""]
    assert only(tables(put(tmp_path, data))) == [blank, blank, ["", "", "1"], blank, ["", "2", ""]]


def test_a_wrong_dimension_is_not_believed(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="C3"><v>2</v></c></row>'
    for dimension in ("A1", "A1:XFD1048576"):
        data = with_sheet(rows, f'<dimension ref="{dimension}"/>')
        assert only(tables(put(tmp_path, data))) == [["1", "", ""], ["", "", ""], ["", "", "2"]]


def test_a_million_formatted_blank_rows_are_not_rows(tmp_path):
    blank = "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(3, 1_048_577))
    data = with_sheet(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>{blank}')
    assert only(tables(put(tmp_path, data))) == [["1"], ["2"]]


def test_blank_texts_at_the_end_are_not_rows(tmp_path):
    assert only(tables(put(tmp_path, xlsx([["a", "b"], ["", " "], ["c", ""], [" ", "\u00a0"]])))) == [
        ["a", "b"],
        ["", ""],
        ["c", ""],
    ]


def test_a_stray_cell_far_away_is_refused_and_the_next_workbook_is_read(tmp_path):
    data = with_sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    with pytest.raises(UnreadableExport, match="ô lạc ở rất xa"):
        tables(put(tmp_path, data))
    with pytest.raises(UnreadableExport):
        tables(
            put(
                tmp_path,
                ods([["x"]], row='table:number-rows-repeated="1048576"', cell='table:number-columns-repeated="16384"'),
            )
        )
    assert only(tables(put(tmp_path, xlsx(LIST)))) == LIST


def test_a_sheet_may_hold_so_many_cells_and_no_more(tmp_path):
    with SheetFile(tmp_path / "s.csv") as file:
        file.add(["a", "b"])
        file.add_blank(MOST_CELLS // 2)
        with pytest.raises(TooManyCells):
            file.add(["a", "b"])


def test_formulas_give_their_cached_value_and_those_without_one_are_told(tmp_path):
    rows = (
        '<row r="1"><c r="A1"><f>6*7</f><v>42</v></c><c r="B1" t="str"><f>"x"</f><v>x</v></c><c r="C1"><f>1+1</f></c>'
        '<c r="D1"><f>A1</f><v></v></c><c r="E1"><f t="shared" si="0"/></c><c r="F1" t="str"><f>""</f><v></v></c>'
        '<c r="G1"><v>7</v></c></row>'
    )
    (table,) = tables(put(tmp_path, with_sheet(rows)))
    assert grid_of(table) == [["42", "x", "", "", "", "", "7"]]
    assert table.notes == ("3 công thức không lưu sẵn giá trị, đọc là ô trống",)


def test_cells_that_hold_an_error_are_told_and_a_text_like_one_is_a_text(tmp_path):
    rows = (
        '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="C1" t="inlineStr"><is><t>#N/A</t></is></c><c r="D1"><v>7</v></c></row>'
    )
    (table,) = tables(put(tmp_path, with_sheet(rows)))
    assert grid_of(table) == [["", "", "#N/A", "7"]]
    assert table.notes == ("2 ô báo lỗi (#N/A, #REF! …), đọc là ô trống",)


def test_hidden_sheets_are_read_and_told_and_charts_are_not_sheets(tmp_path):
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data)
    for name, hide in (("Một", "keep"), ("Hai", "hide"), ("Ba", "very_hidden")):
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, name)
        if hide != "keep":
            getattr(sheet, hide)()
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "='Một'!$A$1:$A$2"})
    book.add_chartsheet("Biểu đồ").set_chart(chart)
    book.close()
    found = tables(put(tmp_path, data.getvalue()))
    assert [(table.sheet, table.notes) for table in found] == [
        ("Một", ()),
        ("Hai", ("trang tính ẩn",)),
        ("Ba", ("trang tính ẩn",)),
    ]


@pytest.mark.parametrize("name", ["password.xlsx", "password.xls", "password.ods"])
def test_a_workbook_with_a_password_is_refused_with_advice(name):
    with pytest.raises(UnreadableExport, match="bỏ mật khẩu rồi lưu lại"):
        tables(FOLDER / "refused" / name)


def test_a_damaged_sheet_is_named(tmp_path):
    with pytest.raises(UnreadableExport, match="Danh sách"):
        tables(put(tmp_path, with_sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')))


def test_folders_inside_the_zip_of_a_workbook_are_no_error(tmp_path):
    assert only(tables(put(tmp_path, with_parts(xlsx(LIST), {"xl/": b"", "_rels/": b""})))) == LIST


# ── archives ──────────────────────────────────────────────────────────────────────────────────────────────


def test_all_files_of_an_archive_are_read_each_sheet_under_its_name(tmp_path):
    data = zipped(
        [
            ("xã A.xlsx", xlsx(LIST)),
            ("xã B.csv", delimited(LIST)),
            ("__MACOSX/._xã A.xlsx", b"\x00\x05\x16\x07"),
            ("~$xã A.xlsx", b"lock"),
            ("Thumbs.db", b"\xd0\xcf\x11\xe0"),
        ]
    )
    found = tables(put(tmp_path, data))
    assert [table.sheet for table in found] == ["xã A.xlsx › Danh sách", "xã B.csv"]


def test_a_bad_file_in_an_archive_is_named(tmp_path):
    path = put(tmp_path, zipped([("tốt.csv", delimited(LIST)), ("hỏng.xlsx", xlsx(LIST)[:800])]), "kho.zip")
    with pytest.raises(UnreadableExport, match=r"kho\.zip › hỏng\.xlsx"):
        tables(path)


@pytest.mark.parametrize("inner", [zipped([("a.csv", "a")]), gzip.compress(b"a")], ids=["zip", "gz"])
@pytest.mark.parametrize("outer", [lambda data: zipped([("trong", data)]), gzip.compress], ids=["zip", "gz"])
def test_an_archive_in_an_archive_is_refused(tmp_path, inner, outer):
    with pytest.raises(UnreadableExport, match="nằm trong tệp nén"):
        tables(put(tmp_path, outer(inner)))


@pytest.mark.parametrize("pack", ["zip", "gz", "xlsx"])
def test_a_bomb_is_refused_before_it_goes_off(tmp_path, pack):
    zeros = bytes(200 << 20)
    bomb = {
        "zip": lambda: zipped([("bom.csv", zeros)]),
        "gz": lambda: gzip.compress(zeros),
        "xlsx": lambda: with_parts(xlsx(LIST), {"xl/worksheets/sheet1.xml": zeros}),
    }[pack]()
    with pytest.raises(UnreadableExport, match="bom nén"):
        tables(put(tmp_path, bomb))


def test_an_archive_of_too_many_files_is_refused(tmp_path):
    data = zipped((f"{number}.csv", b"") for number in range(MOST_FILES + 1))
    with pytest.raises(UnreadableExport, match="tệp bên trong"):
        tables(put(tmp_path, data))


def test_an_archive_with_a_password_or_without_files_is_refused(tmp_path):
    data = bytearray(zipped([("a.csv", "a,b")]))
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag of encryption in the central directory
    with pytest.raises(UnreadableExport, match="mật khẩu"):
        tables(put(tmp_path, bytes(data)))
    with pytest.raises(UnreadableExport, match="không chứa tệp nào"):
        tables(put(tmp_path, zipped([("thư mục/", b"")])))


def test_a_cut_archive_is_refused(tmp_path):
    for data in (gzip.compress(delimited(LIST))[:-20], zipped([("a.csv", delimited(LIST))])[:-20]):
        with pytest.raises(UnreadableExport, match="cắt cụt hoặc hỏng"):
            tables(put(tmp_path, data))


# ── web pages ─────────────────────────────────────────────────────────────────────────────────────────────


def test_spans_leave_their_text_in_the_first_cell_and_the_others_in_place(tmp_path):
    page = page_of(
        '<thead><tr><td rowspan="2">STT</td><td colspan="2">Đã xử lý</td><th rowspan="99">Ghi chú</th></tr>'
        "<tr><td>Đúng hạn</td><td>Quá hạn</td></tr></thead>"
        '<tbody><tr><td>1</td><td>2</td><td>3</td><td rowspan="0">a</td></tr><tr><td colspan="nhiều">4</td></tr></tbody>'
    )
    found = tables(put(tmp_path, page))
    assert [table.sheet for table in found] == ["Danh sách"]
    assert grid_of(found[0]) == [
        ["STT", "Đã xử lý", "", "Ghi chú"],
        ["", "Đúng hạn", "Quá hạn", ""],
        ["1", "2", "3", "a"],
        ["4", "", "", ""],
    ]
    assert [len(cells) for _, cells in found[0].rows()] == [4, 4, 4, 1]


def test_unclosed_cells_line_breaks_blanks_and_inner_tables(tmp_path):
    page = "<table><tr><td>a<br>b<td>&nbsp;<td>1.234<td> c\n   d <tr><td><p>x</p><p>y</p>"
    page += "<td><table><tr><td>m<td>n</table><td>0912<td>e"
    assert only(tables(put(tmp_path, page))) == [["a\nb", "", "1.234", "c d"], ["x\ny", "m\nn", "0912", "e"]]


def test_a_list_inside_a_page_of_tables_is_found(tmp_path):
    inner = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in cells) + "</tr>" for cells in LIST)
    page = f"<html><table><tr><td>Trang chủ</td></tr><tr><td><table>{inner}</table></td></tr></table></html>"
    assert only(tables(put(tmp_path, page))) == LIST


def test_the_lines_above_a_table_are_its_first_rows(tmp_path):
    page = "<body><script>var a = 1;</script><h2>DANH SÁCH <b>HỒ</b> SƠ</h2><center>(Từ ngày 01/08/2026)</center>"
    page += "<table><caption>Biểu 1</caption><tr><td>a</td><td>b</td></tr></table><p>Người lập biểu</p></body>"
    assert [row[0] for row in only(tables(put(tmp_path, page)))][-2:] == ["(Từ ngày 01/08/2026)", "a"]
    assert only(tables(put(tmp_path, page)))[0][0] == "DANH SÁCH HỒ SƠ"


def test_several_tables_are_several_sheets(tmp_path):
    page = "<table><tr><td>a<td>b</table><table><tr><td>c<td>d</table>"
    assert [(table.sheet, grid_of(table)) for table in tables(put(tmp_path, page))] == [
        ("bảng 1", [["a", "b"]]),
        ("bảng 2", [["c", "d"]]),
    ]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<html><head><title>Request Rejected</title></head><body>Support ID 1</body></html>", "Request Rejected"),
        ("<!DOCTYPE html><table><tr><td>502 Bad Gateway</td></tr></table>", "trang web báo lỗi"),
        ('<form><table><tr><td>Mật khẩu<td><input type="password"></tr></table></form>', "trang đăng nhập"),
        (f"<table>{'<tr><td>x</td></tr>' * 3000}</table>", "không có bảng"),
        ("<lạ>chẳng có gì</lạ>", "không có bảng"),
    ],
)
def test_an_error_page_or_a_login_form_is_no_export(tmp_path, page, found):
    with pytest.raises(UnreadableExport, match=found):
        tables(put(tmp_path, page))


def test_a_page_that_breaks_off_is_told(tmp_path):
    data = html_page(LIST)
    assert tables(put(tmp_path, data))[0].notes == ()
    (table,) = tables(put(tmp_path, data[: data.index(b"H99.901-260805")]))
    assert "cắt cụt" in table.notes[0]


def test_wild_spans_are_bounded(tmp_path):
    cell = '<td colspan="999999999" rowspan="999999999">x</td>'
    assert len(only(tables(put(tmp_path, f"<table><tr>{cell}</tr></table>")))[0]) == 1000
    with pytest.raises(UnreadableExport, match="quá lớn"):
        tables(put(tmp_path, f"<table>{'<tr><td>x<td>y</tr>' * 3000}<tr>{cell * 20}</tr></table>"))


# VmHWM is this process's own peak; ru_maxrss begins with the peak of the process it was forked from.
_MEASURED = """
import re, sys
from pathlib import Path
from collectors.reading.open import tables
(table,) = tables(Path(sys.argv[1]))
rows = sum(1 for _ in table.rows())
print(rows, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measures memory the way of Linux")
def test_a_page_of_a_hundred_thousand_rows_is_read_in_little_memory(tmp_path):
    row = f"<tr>{'<td style=x>Hồ sơ mẫu</td>' * 4}</tr>\n"
    path = put(tmp_path, page_of(row * 100_000))
    ended = subprocess.run([sys.executable, "-c", _MEASURED, path], capture_output=True, check=True, text=True)
    rows, megabytes = map(int, ended.stdout.split())
    assert rows == 100_000
    assert megabytes < 300


# ── SpreadsheetML 2003 ────────────────────────────────────────────────────────────────────────────────────


def test_spreadsheetml_places_types_and_comments(tmp_path):
    body = (
        '<Worksheet ss:Name="Một"><Table ss:ExpandedRowCount="1" ss:ExpandedColumnCount="1">'
        '<Row ss:Index="2"><Cell ss:MergeAcross="1"><Data ss:Type="String">A</Data><Comment><ss:Data>ghi chú</ss:Data></Comment>'
        '</Cell><Cell ss:Index="4"><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>b</B>&#10;c</ss:Data>'
        '</Cell></Row><Row ss:Span="1"/><Row><Cell><Data ss:Type="Number">12.0</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2026-08-03T00:00:00.000</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2026-08-03T09:27:29.000</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell>'
        '<Cell ss:Formula="=1"/><Cell><Data ss:Type="DateTime">1899-12-31T09:30:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Error">#N/A</Data></Cell><Cell><Data ss:Type="Number">x</Data></Cell></Row></Table>'
        "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>"
        '<Worksheet ss:Name="Hai"><Table/></Worksheet>'
    )
    first, second = tables(put(tmp_path, spreadsheetml_of(body)))
    assert [cells for _, cells in first.rows()] == [
        [],
        ["A", "", "", "b\nc"],
        [],
        [],
        ["12", "2026-08-03", "2026-08-03 09:27:29", "Có", "", "09:30:00", "", "x"],
    ]
    assert first.notes == (
        "trang tính ẩn",
        "1 công thức không lưu sẵn giá trị, đọc là ô trống",
        "1 ô báo lỗi (#N/A, #REF! …), đọc là ô trống",
    )
    assert (second.sheet, grid_of(second)) == ("Hai", [])


def test_spreadsheetml_in_the_encoding_it_declares(tmp_path):
    body = '<Worksheet ss:Name="Một"><Table><Row><Cell><Data ss:Type="String">Hồ sơ</Data></Cell></Row></Table></Worksheet>'
    assert only(tables(put(tmp_path, spreadsheetml_of(body, encoding="UTF-16")))) == [["Hồ sơ"]]


@pytest.mark.parametrize(
    "entities",
    [
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a [<!ENTITY e "aaaaaaaaaa"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;">]>',
    ],
)
def test_spreadsheetml_with_entities_is_refused(tmp_path, entities):
    body = (
        '<Worksheet ss:Name="&e;"><Table><Row><Cell><Data ss:Type="String">&e;</Data></Cell></Row></Table></Worksheet>'
    )
    with pytest.raises(UnreadableExport, match="DOCTYPE"):
        tables(put(tmp_path, spreadsheetml_of(body, before=entities)))


@pytest.mark.parametrize("index", ["999999999", "1048577", "-1", "0", "x"])
def test_spreadsheetml_with_wild_places_is_refused(tmp_path, index):
    cell = '<Data ss:Type="String">x</Data>'
    for row in (
        f'<Row ss:Index="{index}"><Cell>{cell}</Cell></Row>',
        f'<Row><Cell ss:Index="{index}">{cell}</Cell></Row>',
    ):
        with pytest.raises(UnreadableExport, match="ô lạc"):
            tables(put(tmp_path, spreadsheetml_of(f'<Worksheet ss:Name="S"><Table>{row}</Table></Worksheet>')))


# ── delimited text ────────────────────────────────────────────────────────────────────────────────────────


def test_a_cell_of_several_lines_is_one_record(tmp_path):
    (table,) = tables(put(tmp_path, 'a,b\n1,"x\ny, ""z"""\n\n2,y\n'))
    assert [cells for _, cells in table.rows()] == [["a", "b"], ["1", 'x\ny, "z"'], [], ["2", "y"]]


@pytest.mark.parametrize(
    "text",
    [
        'a,b\n1,x\n2,"y\n3,z\n',
        'a,b\n1,x\n2,"y\n3,"z"\n4,w\n',
        'a,b\n1,x\n2,"y\n' + "3,z\n" * 200_000,
        'a,b\n1,x\n2,"y',
    ],
)
def test_a_quote_that_never_closes_is_refused_and_its_row_named(tmp_path, text):
    with pytest.raises(UnreadableExport, match=r"ds\.csv, dòng 3: dấu ngoặc kép mở mà không đóng"):
        tables(put(tmp_path, text, "ds.csv"))
    (table,) = tables(put(tmp_path, "a,b\n" + "1,x\n" * 99 + text, "ds.csv"))
    with pytest.raises(UnreadableExport, match=r"ds\.csv, dòng 103: "):
        list(table.rows())


def test_the_hint_of_a_delimiter_is_taken(tmp_path):
    assert only(tables(put(tmp_path, "sep=;\na,a,a;b\n1,1,1;2\n")))[1] == ["a,a,a", "b"]


def test_blank_records_at_the_end_are_not_rows(tmp_path):
    (table,) = tables(put(tmp_path, "a,b\n,\n1,2\n" + ",\n" * 1000 + "\n"))
    assert list(table.rows()) == [(1, ["a", "b"]), (2, []), (3, ["1", "2"])]
    assert table.clean_text is None


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_plain_text_can_be_read_by_the_engine_line_by_line(tmp_path, ending, last):
    data = delimited(LIST, ending=ending, encoding="utf-8-sig")
    path = put(tmp_path, data if last else data.removesuffix(ending.encode()))
    (table,) = tables(path)
    assert table.clean_text is not None
    assert (table.clean_text.path, table.clean_text.delimiter, table.clean_text.lines) == (path, ",", len(LIST))


@pytest.mark.parametrize("text", ["a,b\r\n1,2\n", "a,b\n1,\r2\n", "a,b\n1,\x00\n", "a,b\n1,2\n\n", "a,b\n1,2\n,\n"])
def test_text_whose_lines_may_not_be_records_is_read_by_ourselves(tmp_path, text):
    (table,) = tables(put(tmp_path, "STT,Số\n" * 700 + text))
    assert table.clean_text is None
    assert len(list(table.rows())) >= 702


def test_lines_are_counted_over_the_blocks_of_a_long_file(tmp_path):
    rows = [[str(number), "x" * (number % 97)] for number in range(40_000)]
    for ending in ("\n", "\r\n"):
        (table,) = tables(put(tmp_path, delimited(rows, ending=ending)))
        assert table.clean_text is not None
        assert table.clean_text.lines == sum(1 for _ in table.rows()) == 40_000


def test_a_workbook_too_can_be_read_by_the_engine_unless_a_cell_has_lines(tmp_path):
    (plain,) = tables(put(tmp_path, xlsx(LIST)))
    assert plain.clean_text is not None
    assert plain.clean_text.lines == len(LIST)
    (broken,) = tables(put(tmp_path, xlsx([*LIST, ["a\nb"]])))
    assert broken.clean_text is None


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_json_values_keep_their_digits_and_missing_keys_are_blank(tmp_path):
    text = (
        '[{"mã": 1.010010, "a": null, "b": true}, {"c": {"x": [1]}, "mã": 1e400, "b": false}, {"mã": NaN}, {"a": "x"}]'
    )
    assert only(tables(put(tmp_path, text))) == [
        ["mã", "a", "b", "c"],
        ["1.010010", "", "Có", ""],
        ["1e400", "", "Không", '{"x": ["1"]}'],
        ["", "", "", ""],
        ["", "x", "", ""],
    ]


def test_each_list_of_an_answer_is_a_table(tmp_path):
    text = '{"data": {"items": [{"a": 1}], "khác": {"rows": [{"b": 2}]}, "rỗng": [], "số": [1, 2]}}'
    found = tables(put(tmp_path, text))
    assert [(table.sheet, grid_of(table)) for table in found] == [
        ("data.items", [["a"], ["1"]]),
        ("data.khác.rows", [["b"], ["2"]]),
    ]


def test_long_json_is_read_piece_by_piece(tmp_path):
    records = [{"số": number, "chữ": "ệ" * (number % 50)} for number in range(20_000)]
    for data in (json.dumps(records), "\n".join(map(json.dumps, records))):
        (table,) = tables(put(tmp_path, data))
        assert sum(1 for _ in table.rows()) == 20_001


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1},',
        '[{"a": 1} {"b"',
        '{"a": 1}\n{"a"',
        '["a"]',
        '[{"a": 1}, 2]',
        '[{"a": 1}, [1]]',
        '[["a"], {"a": 1}]',
        '{"a":' * 100_000,
    ],
)
def test_json_that_is_damaged_or_no_list_is_refused(tmp_path, text):
    with pytest.raises(UnreadableExport, match="JSON"):
        tables(put(tmp_path, text))


def test_recognised_kinds():
    assert recognise(FOLDER / "danh-sach-html.xls") is Container.HTML
    assert recognise(FOLDER / "danh-sach.xls") is Container.WORKBOOK
    assert Spool().file("../a/b:c?.csv").name == "_a_b_c_.csv"
