"""A long workbook read column by column holds, cell by cell, what it holds read cell by cell; invented cells."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from collectors.reading import even_columns
from collectors.reading.delimited import spooled
from collectors.reading.open import tables
from collectors.reading.sheet_parts import Cut, Part, parts, scan, shortened
from collectors.reading.spool import Spool
from collectors.reading.workbook_process import sheets

ENDS = 2  # rows kept at each end, in these tests
NUMBER = "General"
MOMENT, HOUR, ELAPSED = "dd/mm/yyyy hh:mm:ss", "hh:mm", "[h]:mm"
Cell = Any  # None, str, bool, a number, (number, its format), or ("=", formula, cached value)
Column = Sequence[Cell]


def put(path: Path, columns: Sequence[Column], *, first_column: int = 0, date_1904: bool = False) -> Path:
    """Write a workbook of one sheet, "Danh sách", from its columns."""
    with xlsxwriter.Workbook(path, {"date_1904": date_1904}) as book:
        formats = {shown: book.add_format({"num_format": shown}) for shown in (MOMENT, HOUR, ELAPSED)}
        sheet = book.add_worksheet("Danh sách")
        for place, column in enumerate(columns, start=first_column):
            for row, cell in enumerate(column):
                if isinstance(cell, bool):
                    sheet.write_boolean(row, place, cell)
                elif isinstance(cell, str):
                    sheet.write_string(row, place, cell)
                elif isinstance(cell, tuple) and cell[0] == "=":
                    sheet.write_formula(row, place, cell[1], None, cell[2])
                elif isinstance(cell, tuple):
                    sheet.write_number(row, place, cell[0], formats[cell[1]])
                elif cell is not None:
                    sheet.write_number(row, place, cell)
    return path


def cuts_of(path: Path, rows: int = ENDS) -> dict[Part, Cut]:
    found = parts(path)
    scans = scan(path, found, rows=rows)
    return {part: cut for part in found if (cut := scans[part.sheet].cut) is not None}


def by_column(path: Path, folder: Path) -> list[list[str]] | None:
    """Return the rows of the one sheet, None where it must be read by cell."""
    ((part, cut),) = cuts_of(path).items()
    short = shortened(path, {part.name: cut})
    assert short is not None
    ends = CalamineWorkbook.from_object(short).get_sheet_by_name(part.sheet)
    file = even_columns.written(path, part.sheet, cut, ends, folder / "cot.csv")
    if file is None:
        return None
    table = spooled("", file.path, Spool(), lines=file.rows, plain=file.plain, ragged=False)
    return [cells for _, cells in table.rows()]


def read(path: Path, folder: Path, cuts: dict[Part, Cut]) -> list[tuple[bool, int, list[tuple[int, list[str]]]]]:
    """Return what is read of every sheet: whether its rows are plain lines, how many, and each of them with its number."""
    folder.mkdir(exist_ok=True)
    return [
        (
            one["plain"],
            one["rows"],
            list(
                spooled(
                    one["name"], Path(one["file"]), Spool(), lines=one["rows"], plain=one["plain"], ragged=False
                ).rows()
            ),
        )
        for one in sheets(path, folder, cuts)["sheets"]
    ]


def same(path: Path, folder: Path) -> list[list[str]]:
    """Return the rows, read by cell, after they were found to be the same by column."""
    cells = read(path, folder / "o", {})
    assert read(path, folder / "c", cuts_of(path)) == cells
    return [row for _, row in cells[0][2]]


HEAD: Column = ["DANH SÁCH", "Tiêu đề"]
FOOT: Column = ["Tổng số: 5", "Người lập biểu"]
TEXTS: Column = ["một", None, "hai,  ba", "", " bốn "]
A_DAY = 46_000  # 09/12/2025


def long(*columns: Column) -> list[Column]:
    """Columns of five cells, with texts above and below them, beside one that is filled."""
    return [[*HEAD, *"abcde", *FOOT], *([*HEAD, *column, *FOOT] for column in columns)]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (TEXTS, ["một", "", "hai,  ba", "", " bốn "]),
        (["1.010010", "1.010010", "05", "2026-01-05 00:00:00", "true"],) * 2,
        (['ông "Mẫu"', "a\nb", "c\x1fd"[:1], "\ttab", "'"], ['ông "Mẫu"', "a\nb", "c", "\ttab", "'"]),
        ([1, 2, None, 4, 150_000_000_000], ["1", "2", "", "4", "150000000000"]),
        ([0.825, 1 / 3, 1.01001, -0.0, 7], ["0.825", "0.3333333333333333", "1.01001", "0", "7"]),
        ([1e15, 1e16, 1e-5, 1e300, 5], ["1000000000000000.0", "1e+16", "1e-05", "1e+300", "5"]),
        ([True, False, None, True, True], ["Có", "Không", "", "Có", "Có"]),
        ([None] * 5, [""] * 5),
        (
            [(A_DAY, MOMENT), (A_DAY + 0.5, MOMENT), None, (A_DAY + 0.99999999, MOMENT), (A_DAY + 0.25, HOUR)],
            ["2025-12-09", "2025-12-09 12:00:00", "", "2025-12-09 23:59:59", "2025-12-09 06:00:00"],
        ),
        ([("=", "=1+1", 2), 3, None, ("=", "=A1", 4), 5], ["2", "3", "", "4", "5"]),
    ],
    ids=["texts", "codes", "quoted", "numbers", "fractions", "extremes", "truths", "blanks", "days", "formulas"],
)
def test_a_column_of_one_kind_is_read_as_its_cells_are(tmp_path: Path, column: Column, expected: list[str]) -> None:
    path = put(tmp_path / "a.xlsx", long(column))
    rows = [[*pair] for pair in zip([*HEAD, *"abcde", *FOOT], [*HEAD, *expected, *FOOT], strict=True)]
    assert by_column(path, tmp_path) == rows
    assert same(path, tmp_path) == rows


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx", long([(A_DAY - 1462 + n, MOMENT) for n in range(5)]), date_1904=True)
    assert (by_column(path, tmp_path) or [])[2] == ["a", "2025-12-09"]
    assert same(path, tmp_path)[2] == ["a", "2025-12-09"]


@pytest.mark.parametrize(
    "column",
    [
        [1, "hai", 3, 4, 5],
        [(A_DAY, MOMENT), "05/12/2025", None, None, None],
        [(A_DAY, MOMENT), 5, None, None, None],
        [True, "Có", None, None, None],
        [(1.25, ELAPSED), (30.0, ELAPSED), None, None, None],
        [(0.5, HOUR), (0.75, HOUR), None, None, None],
        [(60, MOMENT), None, None, None, None],
        [(A_DAY, MOMENT), (1e10, MOMENT), None, None, None],
        [(A_DAY, MOMENT), (3e6, MOMENT), None, None, None],
        [(A_DAY, MOMENT), (-1, MOMENT), None, None, None],
        [1, ("=", "=1/0", "#DIV/0!"), 3, 4, 5],
        ["", 2, 3, 4, 5],
    ],
    ids=["number and text", "day and text", "day and number", "truth and text", "elapsed", "time", "1900", "no day",
         "far day", "before days", "error", "empty text"],
)  # fmt: skip
def test_what_a_column_cannot_tell_is_read_by_cell(tmp_path: Path, column: Column) -> None:
    path = put(tmp_path / "a.xlsx", long(column))
    assert by_column(path, tmp_path) is None
    same(path, tmp_path)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["a", "", "b"], True),
        ([1.0, "", 2], True),
        ([date(2026, 1, 5), datetime(2026, 1, 5, 8), ""], True),
        (["", "", ""], True),
        ([1.0, "a", ""], False),
        ([date(2026, 1, 5), "05/01/2026", ""], False),
        ([True, 1.0, ""], False),
        ([time(8), "", ""], False),
        ([timedelta(1), "", ""], False),
    ],
)
def test_rows_near_the_middle_tell_whether_a_column_may_be_of_one_kind(column: list[Any], expected: bool) -> None:
    assert even_columns.alike([[cell, "x"] for cell in column]) is expected


def test_blank_rows_stay_in_their_place_and_blank_ends_are_no_rows(tmp_path: Path) -> None:
    inner: Column = ["a", None, None, "b", None, None]
    for foot, last in (((None, None), 6), (("", " "), 6), ((None, "c"), 10)):
        path = put(tmp_path / "a.xlsx", [[*HEAD, *inner, *foot], [*HEAD, *inner, *foot]])
        if last == 10:
            assert by_column(path, tmp_path) is not None
        assert [(row or [""])[0] for row in same(path, tmp_path)] == [*HEAD, "a", "", "", "b", "", "", "", "c"][:last]


def test_white_space_in_a_blank_row_is_no_text(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx", [[*HEAD, "a", " ", "b", *FOOT], [*HEAD, "c", "\u00a0", "d", *FOOT]])
    assert by_column(path, tmp_path) is None
    assert same(path, tmp_path)[3] == []


def test_columns_that_are_blank_in_the_ends_or_in_the_middle_keep_their_place(tmp_path: Path) -> None:
    wide = [[*HEAD, *"abcde", *FOOT], [], [None, None, "x", None, "y"], [*HEAD, None, None, None, None, None, *FOOT]]
    path = put(tmp_path / "a.xlsx", [*wide, [None, None, None, "z"]])
    found = by_column(path, tmp_path)
    assert found is not None
    assert found[2:4] == [["a", "", "x", "", ""], ["b", "", "", "", "z"]]
    assert same(path, tmp_path) == found


def test_a_sheet_that_begins_in_another_column_or_has_one_only_is_read_by_cell(tmp_path: Path) -> None:
    assert by_column(put(tmp_path / "a.xlsx", long(TEXTS), first_column=2), tmp_path) is None
    assert by_column(put(tmp_path / "b.xlsx", [[*HEAD, *"abcde", *FOOT]]), tmp_path) is None
    assert same(put(tmp_path / "c.xlsx", long(TEXTS), first_column=2), tmp_path)[0] == ["", "", *HEAD[:1], *HEAD[:1]]


def rewritten(path: Path, change: Callable[[str], str]) -> Path:
    """Change the XML of the sheet."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = change(members[sheet].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace("<row ", "<row ht='9' "),
        lambda xml: xml.replace('r="4"', 'r="9000"').replace('4" t=', '9000" t='),
        lambda xml: xml.replace('r="1"', 'r="9000"').replace('1" t=', '9000" t='),
        lambda xml: xml.replace("<row r=", "<row R="),
    ],
    ids=["other order", "a row far below in the middle", "at the beginning", "no numbers"],
)
def test_rows_that_are_told_in_an_unusual_way_are_read_by_cell(tmp_path: Path, change: Callable[[str], str]) -> None:
    path = rewritten(put(tmp_path / "a.xlsx", long(TEXTS)), change)
    cuts = cuts_of(path)
    assert not cuts or by_column(path, tmp_path) is None
    assert read(path, tmp_path / "c", cuts) == read(path, tmp_path / "o", {})


def test_rows_left_out_of_the_file_are_blank_rows(tmp_path: Path) -> None:
    rows = [None] * 3
    path = put(tmp_path / "a.xlsx", [[*rows, *HEAD, *rows, *"abcde", *rows, *FOOT]] * 2)
    found = by_column(path, tmp_path)
    assert found is not None
    assert [row[0] if row else "" for row in found[:9]] == ["", "", "", *HEAD, "", "", "", "a"]
    assert same(path, tmp_path) == found


def test_words_like_the_marks_of_a_cell_stay_as_they_are(tmp_path: Path) -> None:
    words = '<c r="A7"><row r="9">'
    foot = [words, 'c r="B5"']
    path = put(tmp_path / "a.xlsx", [[*HEAD, *"abcde", *foot], [words, *HEAD[1:], *[words] * 5, *foot]])
    assert (by_column(path, tmp_path) or [])[-2:] == [[words, words], ['c r="B5"', 'c r="B5"']]
    same(path, tmp_path)


def test_a_short_sheet_and_another_format_are_not_cut(tmp_path: Path) -> None:
    assert cuts_of(put(tmp_path / "a.xlsx", [["a"] * 4, ["b"] * 4])) == {}
    (tmp_path / "b.xlsx").write_bytes(b"PK not a workbook")
    assert parts(tmp_path / "b.xlsx") == ()


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x1EFF, exclude_characters="\x7f"), max_size=6)
DAY = st.tuples(st.floats(1.0, 60_000, allow_nan=False), st.sampled_from([MOMENT, HOUR]))
KINDS: list[st.SearchStrategy[Cell]] = [
    TEXT,
    st.sampled_from(["1.010010", 'có "ngoặc"', "hai\ndòng", " ", "true", "2026-01-05 00:00:00"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**9), 10**9),
    st.booleans(),
    DAY,
    st.tuples(st.integers(2_000, 60_000), st.just(MOMENT)),
]


@st.composite
def columns_of(draw: st.DrawFn) -> list[Column]:
    """Columns, most of them of one kind with blanks, below a header of texts."""
    rows = draw(st.integers(6, 12))
    found: list[Column] = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([*KINDS, st.one_of(KINDS)]))
        cells = draw(st.lists(st.one_of(kind, st.none()), min_size=rows, max_size=rows))
        found.append([*HEAD, *cells, *draw(st.sampled_from([(), FOOT]))])
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(columns=columns_of(), date_1904=st.booleans(), beside=st.integers(0, 1))
def test_by_column_and_by_cell_a_workbook_reads_the_same(
    columns: list[Column], date_1904: bool, beside: int, tmp_path: Path
) -> None:
    same(put(tmp_path / "a.xlsx", columns, first_column=beside, date_1904=date_1904), tmp_path)


def test_a_long_workbook_is_read_to_its_last_row_and_tells_its_formulas(tmp_path: Path) -> None:
    """20,000 rows: long enough to be read by column by the reading process."""
    start = datetime(2026, 1, 1, 7, 30)
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet, moment = book.add_worksheet("Danh sách"), book.add_format({"num_format": MOMENT})
        sheet.write_row(0, 0, ["STT", "Số hồ sơ", "Ngày tiếp nhận", "Tên", "Ghi chú", "Lệ phí"])
        for n in range(1, 20_001):
            sheet.write_number(n, 0, n)
            sheet.write_string(n, 1, f"H99.901-260101-{n:05d}")
            sheet.write_datetime(n, 2, start + timedelta(minutes=n), moment)
            sheet.write_string(n, 3, "Thủ tục mẫu")
            sheet.write_string(n, 4, "một cửa")
            sheet.write_number(n, 5, 10_000.5)
        sheet.write_formula(7, 6, "=A8", None, "")
        sheet.write_string(20_001, 1, "Tổng số: 20000")
    path = tmp_path / "a.xlsx"
    path.write_bytes(data.getvalue())
    assert parts(path)[0].size > 4 << 20
    (table,) = tables(path)
    rows = list(table.rows())
    assert table.notes == ("1 công thức không lưu sẵn giá trị, đọc là ô trống",)
    assert table.clean_text is not None
    assert [number for number, _ in rows] == list(range(1, 20_003))
    for n in (1, 2, 63, 64, 65, 10_000, 19_937, 19_938, 20_000):
        moment_text = str(start + timedelta(minutes=n))
        texts = [str(n), f"H99.901-260101-{n:05d}", moment_text, "Thủ tục mẫu", "một cửa", "10000.5"]
        assert rows[n][1] == texts
    assert rows[-1][1] == ["", "Tổng số: 20000", "", "", "", ""]
