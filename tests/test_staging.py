"""What makes reading quick changes nothing: short ways give what the long ones give, threads keep the order of the rows."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collectors import archive
from collectors.reading import lines
from collectors.reading.delimited import tables
from collectors.reading.lines import line_count
from collectors.sources import dossier_list, dossier_staging

CODE_LETTERS = st.sampled_from("0123456789ABHZabh.- Đ\u00a0\n")
LOOKALIKE = st.from_regex(r"[0-9A-Z.]{1,6}-[0-9]{5,9}-[0-9]{3,8}", fullmatch=True)


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    with dossier_staging.connection(tmp_path_factory.mktemp("spill")) as connection:
        yield connection


@given(st.one_of(st.text(CODE_LETTERS, max_size=24), LOOKALIKE))
def test_a_plain_code_is_bare_and_its_prefix_ends_with_the_first_hyphen(con, code):
    plain, bare, prefix, first = con.execute(
        "SELECT is_plain_code(x), bare_code(x), code_prefix(bare_code(x)), split_part(x, '-', 1) FROM (SELECT ? AS x)",
        [code],
    ).fetchall()[0]
    if plain:
        assert (bare, prefix) == (code, first)


@pytest.mark.parametrize("code", ["H01.02-260803-0001", "000.00.01.H29-20260803-1234567", "G01-260803-12345"])
def test_the_usual_codes_are_plain(con, code):
    assert con.execute("SELECT is_plain_code(?)", [code]).fetchall() == [(True,)]


TIMES = st.datetimes(datetime(1989, 1, 1), datetime(2102, 1, 1))
SHAPES = st.sampled_from(
    [
        "%d/%m/%Y %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S.123+07:00",
        " %d/%m/%Y ",
        "%d/%m/%Y\u00a0",
        "%H:%M %d/%m/%Y",
        "%d/%m/%y",
        "x%d",
        "-",
    ]
)


WAYS = [
    "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y", "%Y%m%d%H%M%S", "%H:%M:%S %d/%m/%Y", "%H:%M %d/%m/%Y",
]  # fmt: skip
_CHANGED = st.lists(st.tuples(st.integers(0, 19), st.sampled_from(["", *"0123456789-/ :T"])), max_size=3)


@given(TIMES, st.sampled_from(WAYS), _CHANGED)
@example(
    datetime(2026, 12, 1), "%d-%m-%Y", [(0, "")]
)  # "1-12-2026": a hyphen in the fifth place, and no year before it
def test_the_order_in_which_ways_to_write_a_time_are_tried_changes_nothing(con, moment, way, changed):
    text = moment.strftime(way)
    for place, letter in changed:
        text = text[:place] + letter + text[place + 1 :]
    found = con.execute("SELECT written_time(x), try_strptime(x, ?) FROM (SELECT ? AS x)", [WAYS, text]).fetchall()
    assert found[0][0] == found[0][1]


@given(TIMES, SHAPES)
def test_a_time_read_plainly_is_what_the_close_look_finds(con, moment, shape):
    text = moment.strftime(shape)
    con.execute("SET VARIABLE epoch = NULL")
    plain, usual, close = con.execute(
        "SELECT written_time(x), coalesce(is_usual(written_time(x)), false), closer_time(trim(x)) FROM (SELECT ? AS x)",
        [text],
    ).fetchall()[0]
    if usual:
        assert plain == close


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a\nb\n", 2),
        (b"a\r\nb\r\nc", 3),
        (b"a\rb\n", None),
        (b"a\r\nb\n", None),
        (b"a\nb\r", None),
        (b"a\n\n", None),
        (b"a\0b\n", None),
    ],
)
@pytest.mark.parametrize("block", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize("large", [0, 1 << 20], ids=["by columns", "by letters"])
def test_lines_are_counted_alike_wherever_the_blocks_end(tmp_path, monkeypatch, text, expected, block, large):
    monkeypatch.setattr(lines, "_BLOCK", block)
    monkeypatch.setattr(lines, "_LARGE", large)
    path = tmp_path / "a.csv"
    path.write_bytes(text)
    assert line_count(path) == expected


ODD = st.lists(
    st.sampled_from(
        [b"\r", b"\n", b"\r\n", b"\0", b"a", "ế".encode(), "𝄞".encode(), b"\xe1", b"\xba", b"\xf0\x9d", b"\xff"]
    ),
    max_size=12,
).map(b"".join)


@given(ODD, st.sampled_from([1, 2, 3, 5, 1 << 20]))
def test_large_files_are_proven_and_counted_as_small_ones(text, block):
    def counted(large: int) -> int | str | None:
        with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
            patch.setattr(lines, "_BLOCK", block)
            patch.setattr(lines, "_LARGE", large)
            path = Path(folder) / "a.csv"
            path.write_bytes(text)
            try:
                return line_count(path)
            except UnicodeDecodeError:
                return "not UTF-8"

    assert counted(-1) == counted(1 << 20)


def test_rows_read_by_several_threads_keep_their_numbers(tmp_path):
    names = "Số hồ sơ,Mã TTHC,Tên thủ tục,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc xử lý,Trạng thái hồ sơ,Ghi chú"
    rows = 150_000
    note = "mô phỏng " * 20  # 40 MB: more than one thread reads at once
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{names}\n")
        for row in range(2, rows + 2):
            file.write(f"H01.02-260803-{row:07},1.010010,Thủ tục,03/08/2026 09:00:00,10/08/2026,,Đang xử lý,{note}\n")
    origin = dossier_list.Origin("a", "id", datetime(2026, 9, 1, 2, tzinfo=UTC))
    report = dossier_list.read(tables(path), origin, tmp_path, spill=tmp_path)
    assert (report.rows_read, report.rows_accepted) == (rows, rows)
    wrong = duckdb.execute(
        "SELECT count(*) FROM read_parquet(?) WHERE row_number <> CAST(right(dossier_code, 7) AS INTEGER)",
        [str(tmp_path / archive.ROWS)],
    ).fetchall()
    assert wrong == [(0,)]
