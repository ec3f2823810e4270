"""The 766 index: points worked by hand, recorded points recomputed from counts alone, rank, losses, what would help."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from metrics.definitions import METRICS, Kind
from metrics.index766 import Component, Version, Zero, band_of, bands, next_band, rounded, version_of, versions
from metrics.index_standing import standings
from metrics.measures import LABELS
from metrics.snapshot import open_snapshot

AUGUST = (date(2026, 8, 1), date(2026, 8, 31))
EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "portal_v2"
VECTORS = "domain/vectors766.json"


def version() -> Version:
    found = version_of(*AUGUST)
    assert found is not None
    return found


def component(code: str) -> Component:
    return next(one for one in version().components if one.code == code)


# Counts and points as the evaluation page of the national portal delivered them for Phú Thọ (H44) and its units for
# August 2026 (captured 2026-09-26); re-keyed.
RECORDED = [
    ("2.1", 144625, 184513, "15.68"),
    ("2.1", 14281, 28209, "10.13"),
    ("2.1", 0, 0, "0.00"),
    ("PUBLIC_CONTENT_FULL", 87, 89, "1.96"),
    ("DOSSIER_SYNC", 138744, 138744, "6.00"),
    ("PUBLISH_ON_TIME", 0, 0, None),
    ("ORIGINAL_RESULT_AVAILABLE", 133274, 184513, "4.33"),
    ("SO_HOA_GIAY_TO_GIAI_QUYET", 21233, 184513, "0.46"),
    ("REUSED_DIGITIZED_DATA", 3160, 184513, "0.04"),
    ("CITIZEN_DATA_CONNECTED_DOSSIER", 85644, 184513, "0.93"),
    ("CITIZEN_DATA_CONNECTED_FORMALITY", 297, 1301, "0.46"),
    ("DOSSIER_RECEIVING_SATISFACTION", 144574, 184513, "5.22"),
    ("PETITION_PROCESSING_ON_TIME", 182, 247, "4.42"),
    ("PETITION_HANDLING_SATISFACTION", 137, 247, "3.33"),
    ("PETITION_PROCESSING_ON_TIME", 0, 0, "6.00"),
]


@pytest.mark.parametrize(("code", "numerator", "denominator", "points"), RECORDED)
def test_recorded_points_follow_from_their_counts(
    code: str, numerator: int, denominator: int, points: str | None
) -> None:
    assert component(code).score(numerator, denominator) == (None if points is None else Decimal(points))


def test_components_are_rounded_before_they_are_added() -> None:
    # H44.103: 6·1491/1651 = 5.4185, 2·(7/31)/0.8 = 0.5645, 2·(6/31)/0.8 = 0.4839; their sum 6.4669 would round to 6.47
    parts = [component("3.6").score(1491, 1651), component("3.5").score(7, 31), component("3.5b").score(6, 31)]
    assert parts == [Decimal("5.42"), Decimal("0.56"), Decimal("0.48")]
    assert sum(part for part in parts if part is not None) == Decimal("6.46")


def test_a_threshold_gives_full_points_from_there_on() -> None:
    online = component("3.3")  # full points from 50 %
    assert [online.score(n, 100) for n in (25, 49, 50, 51, 100)] == [
        Decimal("3.00"),
        Decimal("5.88"),
        Decimal("6.00"),
        Decimal("6.00"),
        Decimal("6.00"),
    ]


def test_half_a_cent_is_rounded_up() -> None:
    assert rounded(Fraction(1, 200)) == Decimal("0.01")
    assert rounded(Fraction(1, 201)) == Decimal("0.00")


def vectors(shared: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared.parent / VECTORS).read_text(encoding="utf-8"))["score"]
    return found


NAMES = {
    "TDGQ": [("2.1", "num", "den")],
    "CLGQ": [
        ("3.1", "partial+full", "authority"),
        ("3.2", "onlineDossierCount", "onlineServiceTotal"),
        ("3.3", "channelOnline", "channelTotal"),
    ],
    "TTTT": [
        ("3.6", "dossierOnlinePaid", "dossierObligation"),
        ("3.5", "formalityPaySuccess", "feeFormality"),
        ("3.5b", "feeDossierFormality", "feeFormality"),
    ],
}


def test_every_recorded_vector_is_recomputed_exactly(shared: Path) -> None:
    found = vectors(shared)
    assert len(found) == 38
    for one in found:
        parts = NAMES[one["group"]] if one["component"] is None else [(one["component"], "num", "den")]
        scores = []
        for code, numerator, denominator in parts:
            counted = sum(one["inputs"][name] for name in numerator.split("+"))
            scores.append(component(code).score(counted, one["inputs"][denominator]))
        total = None if scores == [None] else sum((score or Decimal(0) for score in scores), Decimal(0))
        expected = None if one["expected"] is None else Decimal(str(one["expected"])).quantize(Decimal("0.01"))
        assert total == expected, one["id"]


def test_the_maxima_of_the_components_add_up_to_their_group_and_to_a_hundred() -> None:
    assert {group.code: sum(one.max for one in version().of(group.code)) for group in version().groups} == {
        "CKMB": 18,
        "TDGQ": 20,
        "CLGQ": 12,
        "TTTT": 10,
        "MDSH": 22,
        "MDHL": 18,
    }
    assert sum(group.max for group in version().groups) == version().max == 100


def test_a_period_that_runs_across_a_change_of_formulas_has_none() -> None:
    assert version_of(date(2025, 1, 1), date(2025, 12, 31)) == versions()[0]
    assert version_of(date(2025, 12, 15), date(2026, 1, 14)) is None
    assert not versions()[0].components  # formulas before 2026 are not known


@pytest.mark.parametrize(
    ("total", "band", "above"),
    [
        ("90", "Xuất sắc", None),
        ("89.99", "Tốt", "Xuất sắc"),
        ("50.00", "Trung bình", "Khá"),
        ("49.99", "Yếu", "Trung bình"),
    ],
)
def test_a_rating_begins_at_its_threshold(total: str, band: str, above: str | None) -> None:
    assert band_of(Decimal(total)).name_vi == band
    higher = next_band(Decimal(total))
    assert (higher.name_vi if higher else None) == above


def test_only_the_ends_of_the_ratings_are_confirmed() -> None:
    assert [band.confirmed for band in bands()] == [True, False, False, False, True]


def test_every_component_names_counts_and_variants_that_exist() -> None:
    variants = {variant.id for metric in METRICS for variant in metric.variants_of(Kind.DOSSIER)}
    for one in version().components:
        assert one.own in {"", *variants}, one.code
        assert one.action_vi and one.action_en and one.name_en
    assert {one.numerator for one in version().components if one.own} <= set(LABELS)


@given(st.sampled_from(version().components), st.integers(1, 5000), st.data())
def test_points_rise_with_the_numerator_and_needed_is_the_least_that_reaches_them(
    one: Component, denominator: int, data: st.DataObject
) -> None:
    numerator = data.draw(st.integers(0, denominator))
    points = one.score(numerator, denominator)
    assert points is not None
    assert 0 <= points <= one.max
    needed = one.needed(denominator, points)
    assert needed <= numerator
    assert one.score(needed, denominator) == points
    if needed:
        below = one.score(needed - 1, denominator)
        assert below is not None and below < points


@pytest.fixture
def collected(tthc: Callable[..., Result]) -> Callable[..., Result]:
    assert tthc("collect", EXAMPLES).exit_code == 0
    return tthc


def test_the_index_of_the_example_adds_up_and_matches_what_was_published(
    collected: Callable[..., Result], data: Callable[..., Any]
) -> None:
    document = data("index766", "--unit", "H35", "--period", "2026-08")
    groups = {row["group"]: row for row in document["rows"] if row["component"] is None}
    assert list(groups) == ["CKMB", "TDGQ", "CLGQ", "TTTT", "MDSH", "MDHL"]
    for code, group in groups.items():
        parts = [row["score"] or 0 for row in document["rows"] if row["group"] == code and row["component"]]
        assert group["score"] == pytest.approx(sum(parts), abs=1e-9)
        assert group["score"] == pytest.approx(group["published_score"], abs=0.0101), code
    (standing,) = document["standings"]
    assert standing["score"] == pytest.approx(sum(group["score"] for group in groups.values()), abs=1e-9)
    assert standing["synthetic"] and standing["formula_version"] == "2026"


def test_doing_what_is_listed_reaches_the_next_rating(home: Path, collected: Callable[..., Result]) -> None:
    snapshot = open_snapshot(home)
    assert snapshot is not None
    with snapshot:
        (standing,) = standings(snapshot, units=["H35"], period="2026-08")
    assert standing.next_band is not None and standing.known is not None
    for way in (standing.actions, standing.easiest):
        assert standing.known + sum(action.points for action in way) >= standing.next_band.start
        assert all(action.row.component and not action.row.provisional for action in way)
        for action in way:
            row = action.row
            assert row.component and row.numerator is not None and row.score is not None
            assert row.component.score(row.numerator + action.count, row.denominator) == row.score + action.points
    assert sum(action.count for action in standing.easiest) <= sum(action.count for action in standing.actions)
    assert len(standing.actions) <= len(standing.easiest)


def test_a_unit_without_activity_is_neither_rated_nor_ranked(
    collected: Callable[..., Result], data: Callable[..., Any]
) -> None:
    document = data("index766", "--unit", "H35.01", "--period", "2026-08")
    (standing,) = document["standings"]
    assert not standing["active"]
    assert standing["band"] is None and standing["rank"] is None
    assert "không phát sinh" in collected("index766", "--unit", "H35.01", "--period", "2026-08").output


def test_provinces_are_ranked_by_their_published_totals_and_petitions_stand_out(
    shared: Path, tthc: Callable[..., Result], data: Callable[..., Any]
) -> None:
    tthc("collect", shared / "dvcqg_v2_2026" / "service-results.year-2026.national.json")
    found = {one["unit_code"]: one for one in data("index766", "--period", "2026")["standings"]}
    ranks = {code: one["rank"]["place"] for code, one in found.items() if one["rank"]}
    assert sorted(ranks.values()) == list(range(1, 35))
    assert (found["H20"]["published_score"], ranks["H20"]) == (68.32, 1)
    assert (found["H32"]["published_score"], ranks["H32"]) == (52.48, 34)
    # Lai Châu: 6.00 of 18 points for satisfaction in 2026
    shown = tthc("index766", "--unit", "H35", "--period", "2026").output
    assert "Mất nhiều nhất: Số hóa hồ sơ 12,34 điểm; Mức độ hài lòng 12,00 điểm" in shown


def test_recorded_groups_equal_what_was_published(
    shared: Path, tthc: Callable[..., Result], data: Callable[..., Any]
) -> None:
    tthc("collect", shared / "dvcqg_v2_2026")
    document = data("index766", "--unit", "H44", "--period", "2026-08")
    groups = {row["group"]: row for row in document["rows"] if row["component"] is None}
    assert {code: (row["score"], row["published_score"]) for code, row in groups.items()} == {
        "CKMB": (7.96, 7.96),
        "TDGQ": (15.68, 15.68),
        "CLGQ": (8.83, 8.83),
        "TTTT": (6.25, 6.25),
        "MDSH": (8.22, 8.22),
        "MDHL": (12.97, 12.97),
    }
    (standing,) = document["standings"]
    assert (standing["score"], standing["published_score"]) == (59.91, 59.91)
    synced = next(row for row in document["rows"] if row["component"] == "DOSSIER_SYNC")
    assert synced["provisional"]
    # a unit has no counts for CLGQ: its points are those published, never recomputed
    ward = data("index766", "--unit", "H44.03", "--period", "2026-08")
    online = next(row for row in ward["rows"] if row["group"] == "CLGQ" and row["component"] is None)
    assert (online["score"], online["published_score"]) == (None, 7.09)
    inherited = next(row for row in ward["rows"] if row["component"] == "PUBLIC_CONTENT_FULL")
    assert inherited["inherited"]


def test_zero_rules_are_three() -> None:
    assert {one.zero for one in version().components} == {Zero.NULL, Zero.ZERO, Zero.FULL}
