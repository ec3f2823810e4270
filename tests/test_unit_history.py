"""The history of units: the mergers of 2025, marks and breaks of a series, an office's own file."""

from datetime import date
from pathlib import Path

import pytest

from metrics.unit_history import EventKind, HistoryError, load_history
from metrics.units import Named, Unit, build_tree

HISTORY = load_history()
SPRING, AUTUMN = date(2025, 3, 1), date(2025, 10, 31)


def province(code: str) -> Unit:
    return build_tree([Named(code)]).unit(code)


def commune(code: str) -> Unit:
    return build_tree([Named(code, level="commune")]).unit(code)


def test_twenty_three_provinces_took_in_others_and_eleven_did_not() -> None:
    merged = [event for event in HISTORY.events if event.kind is EventKind.MERGE and event.unit]
    assert len(merged) == 23
    assert sum(len(event.before) for event in merged) == 63 - 11  # 63 provinces before, 11 of them untouched
    assert len({name for event in merged for name in event.before}) == 52


def test_a_series_of_a_merged_province_stops_at_the_merger() -> None:
    event = HISTORY.broken(province("H44"), SPRING, AUTUMN)
    assert event is not None and event.before == ("Phú Thọ", "Vĩnh Phúc", "Hòa Bình")
    assert event.text_vi == "01/07/2025: sáp nhập (Phú Thọ, Vĩnh Phúc, Hòa Bình). Nghị quyết 202/2025/QH15"


def test_a_province_that_was_left_alone_goes_on_but_its_communes_do_not() -> None:
    assert HISTORY.broken(province("H35"), SPRING, AUTUMN) is None
    assert HISTORY.broken(commune("H35.101"), SPRING, AUTUMN) is not None


def test_a_stretch_on_one_side_of_the_day_is_whole() -> None:
    assert HISTORY.broken(province("H44"), date(2025, 7, 1), AUTUMN) is None
    assert HISTORY.broken(province("H44"), SPRING, date(2025, 6, 30)) is None
    assert HISTORY.broken(province("H44"), date(2025, 6, 30), date(2025, 7, 1)) is not None


def test_a_new_name_is_marked_and_breaks_nothing() -> None:
    year = (date(2025, 7, 1), date(2026, 6, 30))
    (event,) = HISTORY.of(province("H19"), *year)
    assert event.kind is EventKind.RENAME and "chưa đối chiếu" in event.text_vi
    assert HISTORY.broken(province("H19"), *year) is None


def test_an_office_maps_its_old_units_and_the_series_goes_on_with_a_mark(tmp_path: Path) -> None:
    file = tmp_path / "lich-su.toml"
    file.write_text(
        '[[event]]\nid = "so-vhttdl"\nday = 2025-03-01\nkind = "merge"\nunit = "H35.12"\n'
        'from = ["H35.11"]\ndocument = "QĐ 1/QĐ-X"\nmapped = true\n',
        encoding="utf-8",
    )
    office = build_tree([Named("H35.12")]).unit("H35.12")
    own = load_history(file)
    assert [event.id for event in own.of(office, date(2025, 1, 1), AUTUMN)] == ["so-vhttdl"]
    assert own.broken(office, date(2025, 1, 1), AUTUMN) is None
    assert len(own.events) == len(HISTORY.events) + 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[[event]\n", "sai cú pháp"),
        ('[[event]]\nid = "x"\nday = 2025-07-01\nkind = "merge"\nunit = "H35"\n', "thiếu khóa “document”"),
        ('[[event]]\nid = "x"\nday = "2025-07-01"\nkind = "merge"\nunit = "H35"\ndocument = "x"\n', "day viết"),
        ('[[event]]\nid = "x"\nday = 2025-07-01\nkind = "moved"\nunit = "H35"\ndocument = "x"\n', "kind phải là"),
        ('[[event]]\nid = "x"\nday = 2025-07-01\nkind = "merge"\ndocument = "x"\n', "đúng một trong"),
        ('[[event]]\nid = "x"\nday = 2025-07-01\nkind = "merge"\nlevel = "xã"\ndocument = "x"\n', "đúng một trong"),
        ('[[event]]\nid = "x"\nwhen = 2025-07-01\nkind = "merge"\nunit = "H35"\ndocument = "x"\n', "thừa khóa “when”"),
    ],
)
def test_a_broken_history_is_refused_with_file_and_event(tmp_path: Path, text: str, found: str) -> None:
    file = tmp_path / "lich-su.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(HistoryError, match=f"lich-su.toml.*{found}"):
        load_history(file)
