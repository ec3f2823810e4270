"""Annotations of charts: those of the product, an office's own, and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from metrics.annotations import AnnotationError, AnnotationKind, load_annotations

OWN = """
[[annotation]]
id = "doi-he-thong"
day = 2026-03-02
kind = "system"
title_vi = "Chuyển sang hệ thống một cửa mới"
document = "Quyết định 12/QĐ-UBND"
rebase = true
metrics = ["online"]
unit = "H35.12"

[[annotation]]
id = "nq-71-2025"
day = 2025-04-01
kind = "decree"
title_vi = "Tên riêng của cơ quan"
document = "Nghị quyết 71/NQ-CP"
"""


def test_every_annotation_of_the_product_names_its_document_and_both_titles() -> None:
    found = load_annotations()
    assert [one.day for one in found] == sorted(one.day for one in found)
    assert all(one.document and one.title_vi and one.title_en for one in found)
    assert next(one for one in found if one.id == "nd-118-2025").rebase


def test_an_office_adds_its_own_and_replaces_by_id(tmp_path: Path) -> None:
    file = tmp_path / "su-kien.toml"
    file.write_text(OWN, encoding="utf-8")
    found = {one.id: one for one in load_annotations(file)}
    assert len(found) == len(load_annotations()) + 1
    assert found["nq-71-2025"].title_vi == "Tên riêng của cơ quan"
    own = found["doi-he-thong"]
    assert (own.day, own.kind, own.rebase) == (date(2026, 3, 2), AnnotationKind.SYSTEM, True)
    assert own.concerns("online", {"H35.12.01", "H35.12", "H35"})  # a unit below it
    assert not own.concerns("online", {"H35"}) and not own.concerns("on_time", {"H35.12"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[annotation]\n", "sai cú pháp TOML"),
        ('[[annotation]]\nid = "a"\n', "thiếu khóa “day”"),
        (OWN.replace("rebase", "rebased"), "thừa khóa “rebased”"),
        (OWN.replace('"system"', '"luật"'), "kind phải là"),
        (OWN.replace("2026-03-02", '"2026-03-02"'), "day viết không có dấu nháy"),
        (OWN.replace('["online"]', '["truc_tuyen"]'), "không có tỷ lệ “truc_tuyen”"),
    ],
)
def test_a_wrong_annotation_says_where_and_what_is_expected(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "su-kien.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"su-kien\.toml") as refused:
        load_annotations(file)
    assert told in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"khong-co\.toml"):
        load_annotations(tmp_path / "khong-co.toml")
