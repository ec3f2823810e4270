"""Text from before Unicode, wherever it stands: TCVN3, VNI, windows-1258, mojibake; and text that is left alone."""

import json
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from collectors.export import UnreadableExport
from collectors.layout import layouts
from collectors.reading import legacy
from collectors.reading.encoding import encoding_of
from collectors.reading.open import tables
from collectors.reading.table import Table
from collectors.reading.text import clean, fold
from tests.test_reading import HEADER, LIST, delimited, grid_of, html_page, json_list, put, spreadsheetml, xlsx, zipped

VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"]
LOWER = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
LETTERS = LOWER + [letter.upper() for letter in LOWER]
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LOWER_LIST = [[text.lower() for text in cells] for cells in LIST]  # TCVN3 has no capitals with tones


# ── how the old programs wrote ────────────────────────────────────────────────────────────────────────────

TO_TCVN3 = {letter: chr(byte) for byte, letter in legacy.TCVN3_LETTERS.items()}
# Source: the table of the catalogue of exports, chapter 9; the first way of writing where there are two.
VNI_TABLE = {
    "a": "a aù aø aû aõ aï",
    "ă": "aê aé aè aú aü aë",
    "â": "aâ aá aà aå aã aä",
    "e": "e eù eø eû eõ eï",
    "ê": "eâ eá eà eå eã eä",
    "i": "i í ì æ ó ò",
    "o": "o où oø oû oõ oï",
    "ô": "oâ oá oà oå oã oä",
    "ơ": "ô ôù ôø ôû ôõ ôï",
    "u": "u uù uø uû uõ uï",
    "ư": "ö öù öø öû öõ öï",
    "y": "y yù yø yû yõ î",
    "đ": "ñ",
}
TO_VNI = {
    unicodedata.normalize("NFC", vowel + tone): written
    for vowel, row in VNI_TABLE.items()
    for tone, written in zip(TONES, row.split(), strict=False)
}
TO_VNI |= {letter.upper(): written.upper() for letter, written in TO_VNI.items()}


def as_tcvn3(text: str) -> str:
    return "".join(TO_TCVN3.get(letter, letter) for letter in text.replace("“", '"').replace("”", '"'))


def as_vni(text: str) -> str:
    return "".join(TO_VNI.get(letter, letter) for letter in text.replace("“", '"').replace("”", '"'))


def as_windows_1258(text: str) -> bytes:
    data = b""
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(part for part in parts if part in TONES)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        data += (base + tone).encode("cp1258")
    return data


def as_mojibake(text: str) -> str:
    """Return UTF-8 as a program shows it that takes it for windows-1252."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


def straight(cells: list[str]) -> list[str]:
    return [text.replace("“", '"').replace("”", '"') for text in cells]


def text_of(grid: list[list[str]]) -> str:
    return delimited(grid, ";").decode()


def read(path: Path) -> tuple[Table, list[list[str]]]:
    (table,) = tables(path)
    return table, grid_of(table)


# ── letter by letter ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(shutil.which("iconv") is None, reason="needs iconv")
def test_tcvn3_is_what_iconv_says():
    codes = bytes(legacy.TCVN3_LETTERS)
    said = subprocess.run(["iconv", "-f", "TCVN5712-1", "-t", "UTF-8"], input=codes, capture_output=True, check=False)
    if said.returncode:
        pytest.skip("this iconv does not know TCVN5712-1")
    assert said.stdout.decode() == "".join(legacy.TCVN3_LETTERS.values())


def test_tcvn3_has_every_small_letter_once():
    plain = set("aeiouy")
    assert sorted(set(LOWER) - plain) == sorted(set(legacy.TCVN3_LETTERS.values()) - set("ĂÂÊÔƠƯĐ"))


@pytest.mark.parametrize("letter", LETTERS)
def test_each_letter_of_vni_is_understood(letter):
    assert legacy.VNI(TO_VNI[letter]) == letter


@pytest.mark.parametrize(
    ("written", "letter"), [("iù", "í"), ("iø", "ì"), ("yï", "ỵ"), ("Aù", "Á"), ("aÙ", "á"), ("Ñ", "Đ"), ("ÖÙ", "Ứ")]
)
def test_other_ways_to_write_vni_are_understood(written, letter):
    assert legacy.VNI(written) == letter


@FEW
@given(text=st.text(st.sampled_from([*LETTERS, *"bcdghklmnpqrstvx 0123456789"])))
def test_what_is_written_the_old_way_reads_back(text):
    assert legacy.TCVN3.convert(as_tcvn3(text.lower())) == text.lower()
    assert legacy.VNI.convert(as_vni(text)) == text
    assert legacy.WINDOWS_1258.convert(as_windows_1258(text).decode("latin-1")) == text
    assert legacy.MISTAKEN_UTF_8.convert(as_mojibake(text)) == text


@given(text=st.text(max_size=40))
def test_no_text_breaks_a_repair(text):
    for repair in (legacy.TCVN3, legacy.VNI, legacy.WINDOWS_1258, legacy.MISTAKEN_UTF_8):
        assert legacy.known_words(repair(text)) >= legacy.known_words(text)


@FEW
@given(words=st.lists(st.sampled_from(LIST[1]), max_size=30))
def test_good_text_is_never_repaired(words):
    repairs = (legacy.TCVN3, legacy.VNI, legacy.WINDOWS_1258, legacy.MISTAKEN_UTF_8)
    assert legacy.repair_for([*HEADER, *words], repairs) is None


# ── files without Unicode ─────────────────────────────────────────────────────────────────────────────────


def test_a_tcvn3_file(tmp_path):
    table, rows = read(put(tmp_path, as_tcvn3(text_of(LOWER_LIST)).encode("latin-1")))
    assert rows == [straight(cells) for cells in LOWER_LIST]
    assert table.encoding == "TCVN3"
    assert table.notes == ("chữ TCVN3 đã được chuyển sang Unicode",)
    assert table.clean_text is None


def test_a_vni_file(tmp_path):
    table, rows = read(put(tmp_path, as_vni(text_of(LIST)).encode("latin-1")))
    assert rows == [straight(cells) for cells in LIST]
    assert table.encoding == "VNI"


def test_a_windows_1258_file_is_read_composed(tmp_path):
    table, rows = read(put(tmp_path, as_windows_1258(text_of(LIST))))
    assert rows == LIST
    assert table.encoding == "windows-1258"
    assert all(unicodedata.is_normalized("NFC", text) for cells in rows for text in cells)


@pytest.mark.parametrize("write", [html_page, json_list, spreadsheetml])
def test_other_containers_in_an_old_encoding(tmp_path, write):
    text = write([straight(cells) for cells in LIST]).decode().replace("&quot;", '"')
    declared = as_windows_1258(text.replace("UTF-8", "windows-1258"))  # XML says its encoding itself
    data = declared if write is spreadsheetml else as_vni(text).encode("latin-1")
    _, rows = read(put(tmp_path, data))
    assert [[unicodedata.normalize("NFC", text) for text in cells] for cells in rows] == [
        straight(cells) for cells in LIST
    ]


def test_an_old_file_inside_an_archive(tmp_path):
    (table,) = tables(put(tmp_path, zipped([("cũ.csv", as_windows_1258(text_of(LIST)))])))
    assert (table.sheet, table.encoding, grid_of(table)) == ("cũ.csv", "windows-1258", LIST)


def test_every_header_we_know_is_found_in_every_encoding(tmp_path):
    for layout in layouts():
        labels = [unicodedata.normalize("NFC", label) for label in layout.labels.values()]
        header = delimited([labels]).decode()
        encoded = {
            "TCVN3": as_tcvn3(header.lower()).encode("latin-1"),
            "VNI": as_vni(header).encode("latin-1"),
            "windows-1258": as_windows_1258(header),
        }
        for name, data in encoded.items():
            if len(set(data) - set(range(128))) < 5:
                continue  # headers without signs
            table, rows = read(put(tmp_path, data))
            assert table.encoding == name, layout.name
            assert rows == [[label.lower() for label in labels] if name == "TCVN3" else labels]


@pytest.mark.parametrize("kind", ["latin-1", "binary noise"])
def test_letters_of_no_encoding_we_know_are_refused(tmp_path, kind):
    text = "straße;größe;maß\nüber;für;grün\n" if kind == "latin-1" else "".join(map(chr, range(0xC0, 0x100))) * 9
    with pytest.raises(UnreadableExport, match="không thuộc bảng mã nào"):
        tables(put(tmp_path, text.encode("latin-1")))


def test_a_damaged_utf_8_file_is_refused_and_its_row_named(tmp_path):
    data = delimited(LIST).replace("Lê Thị".encode(), b"L\xea Th\xff")
    with pytest.raises(UnreadableExport, match=r"dòng 3: .*UTF-8 bị hỏng"):
        tables(put(tmp_path, data))


def test_a_cut_utf_16_file_is_refused_and_its_row_named(tmp_path):
    with pytest.raises(UnreadableExport, match=r"dòng 4: .*UTF-16"):
        tables(put(tmp_path, delimited(LIST, encoding="utf-16")[:-3]))


def test_a_file_that_changes_its_encoding_far_below_is_refused(tmp_path):
    grid = [*LIST, *LIST[1:] * 3000]
    path = put(tmp_path, delimited(grid) + as_windows_1258("1,Hồ sơ\n"))
    with pytest.raises(UnreadableExport, match=f"dòng {len(grid) + 1}"):
        tables(path)


# ── old text inside good files ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "write", "grid"),
    [("TCVN3", as_tcvn3, LOWER_LIST), ("VNI", as_vni, LIST), ("UTF-8 đọc nhầm thành windows-1252", as_mojibake, LIST)],
)
@pytest.mark.parametrize("container", [xlsx, delimited, html_page], ids=["xlsx", "csv", "html"])
def test_old_text_in_a_unicode_file_is_converted_and_told(tmp_path, name, write, grid, container):
    grid = [straight(cells) for cells in grid]
    table, rows = read(put(tmp_path, container([[write(text) for text in cells] for cells in grid])))
    assert rows == grid
    assert table.encoding == name
    assert table.notes[-1] == f"chữ {name} đã được chuyển sang Unicode"


def test_good_cells_beside_old_ones_stay_as_they_are(tmp_path):
    grid = [HEADER, *([as_vni(text) for text in straight(cells)] for cells in LIST[1:])]
    table, rows = read(put(tmp_path, xlsx(grid)))
    assert table.encoding == "VNI"
    assert rows == [HEADER, *map(straight, LIST[1:])]


def test_each_sheet_is_judged_for_itself(tmp_path):
    data = zipped([("cũ.csv", as_tcvn3(text_of(LOWER_LIST))), ("mới.csv", delimited(LIST))])
    old, new = tables(put(tmp_path, data))
    assert (old.encoding, new.encoding) == ("TCVN3", "UTF-8")
    assert grid_of(new) == LIST
    assert new.notes == ()


@pytest.mark.parametrize("unicode", [True, False])
def test_tcvn3_text_that_lost_a_letter_is_refused(tmp_path, unicode):
    grid = [[*cells[:4], "người được hưởng, phường trước"] for cells in LOWER_LIST]
    text = as_tcvn3(text_of(grid)).replace("\u00ad", "")
    with pytest.raises(UnreadableExport, match="mất mọi chữ “ư”"):
        tables(put(tmp_path, text if unicode else text.encode("latin-1")))


@FEW
@given(cells=st.lists(st.text(st.characters(codec="latin-1", min_codepoint=160), min_size=1, max_size=9), min_size=4))
def test_foreign_words_are_left_alone(tmp_path, cells):
    repairs = (legacy.TCVN3, legacy.VNI, legacy.WINDOWS_1258, legacy.MISTAKEN_UTF_8)
    assume(sum(legacy.known_words(repair.convert(cell)) for repair in repairs for cell in cells) < 3)
    header = [f"c{place}" for place in range(len(cells))]
    _, rows = read(put(tmp_path, json.dumps([header, cells])))
    assert rows == [header, cells] if any(map(str.strip, cells)) else [header]


# ── Unicode ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-be", "UTF-16")]
)
def test_the_encoding_is_told(tmp_path, encoding, name):
    path = put(tmp_path, delimited(LIST, encoding=encoding))
    assert encoding_of(path).name == name
    assert tables(path)[0].encoding == name


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("Ðã trả", "Đã trả"),
        ("ðang xử lý", "đang xử lý"),
        ("Ɖơn vị", "Đơn vị"),
        ("tiếp\u00a0nhận\t hồ\n sơ ", "tiếp nhận hồ sơ"),
        ("hô\u0300 sơ", "hồ sơ"),
        ("hồ\u200b s\u00adơ\ufeff", "hồ sơ"),
    ],
)
def test_text_is_composed_and_look_alikes_are_the_letters_meant(typed, cleaned):
    assert clean(typed) == cleaned
    assert fold(typed) == fold(cleaned)


def test_the_old_and_the_new_place_of_a_tone_are_equal_when_matching():
    assert fold("Hoà, THUÝ") == fold("hòa, thúy")


@given(text=st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)
    assert unicodedata.is_normalized("NFC", clean(text))
