"""Explanations: every way of counting has one, its statement is the one that counts, and names are the glossary's."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result

from collectors import vocabulary
from metrics import QuestionError, names
from metrics.alerts import Rule, Severity
from metrics.assess import Status
from metrics.count import SCHEMA_SQL, recount
from metrics.definitions import EVERY, METRIC, VARIANT, Direction, Kind, count_sql
from metrics.explanations import expressions, found, texts
from metrics.glossary import glossary
from metrics.measures import COUNTED_NAMES
from metrics.on_time import OnTime
from metrics.targets import Feed, Level, Op, Quantity, load_register
from metrics.targets import Kind as TargetKind
from metrics.units import UnitLevel
from tests.test_count import BY_HAND, EXPECTED, put

ROOT = Path(__file__).parents[1]
LANGUAGES = ("vi", "en")


def test_every_way_of_counting_is_explained_and_no_other() -> None:
    assert set(texts()["variant"]) == set(VARIANT)
    assert not set(texts()["elsewhere"]) & set(VARIANT)
    assert {text["metric"] for text in texts()["elsewhere"].values()} <= set(METRIC)


@pytest.mark.parametrize("variant", VARIANT)
def test_an_explanation_is_whole(variant: str) -> None:
    text = texts()["variant"][variant]
    needed = {"vi", "en", "document", "used_vi", "used_en", "traps"}
    doubtful = {f"{name}_{language}" for name in ("unconfirmed", "ask") for language in LANGUAGES}
    assert needed <= text.keys() <= needed | doubtful
    assert (
        not doubtful & text.keys() or doubtful <= text.keys()
    )  # what is unconfirmed says what to ask, in both languages
    assert text["traps"]
    assert all(value for value in text.values())
    assert all(value.endswith(".") for name, value in text.items() if name not in ("document", "traps"))


def test_traps_are_known_and_used() -> None:
    used = {trap for text in texts()["variant"].values() for trap in text["traps"]}
    assert used == set(texts()["trap"])
    assert all(trap[language] for trap in texts()["trap"].values() for language in LANGUAGES)


def test_no_text_names_a_way_of_counting_that_is_not_there() -> None:
    known = set(VARIANT) | set(texts()["elsewhere"])
    pattern = re.compile(
        r"\b(?:online|pay|digit|dvctt|on_time|overdue|late|due|satisfaction)(?:\.\w+)+\b|\b766[.-](?:own|\d\.\d)"
    )
    document = (ROOT / "metrics" / "explanations.toml").read_text(encoding="utf-8")
    for name in pattern.findall(re.sub(r"(?m)^#.*", "", document)):
        assert name in known, name
    for metric in re.findall(r"(?:tỷ lệ|ratio) (\w+_\w+)", document):
        assert metric in METRIC


def test_the_statement_shown_is_the_one_that_counts() -> None:
    """Each expression stands in count.sql as it is shown, under its measure, and alone counts what the whole counts."""
    assert tuple(expressions()) == COUNTED_NAMES
    head = count_sql().split("INSERT INTO counted.daily")[1]
    head = head[: head.rindex("\nSELECT\n")]
    with duckdb.connect(":memory:") as con:
        con.execute((ROOT / "collectors" / "schema.sql").read_text(encoding="utf-8"))
        con.execute(SCHEMA_SQL)
        put(con, BY_HAND)
        for name, sql in expressions().items():
            assert sql in count_sql()
            (counted,) = con.execute(f"{head}\nSELECT {sql}\nFROM event").fetchall()
            assert counted == (EXPECTED[name],), name
        recount(con)


@pytest.mark.parametrize("variant", VARIANT)
def test_both_counts_say_how_they_are_counted(variant: str) -> None:
    _, (way,), _ = found(variant)
    for part in (way.numerator, way.denominator):
        assert part.label_vi
        assert part.label_en
        assert bool(part.statements) == (way.kind == Kind.DOSSIER), part.measure
        assert all(statement.sql for statement in part.statements)


def test_a_metric_tells_all_its_ways_and_those_not_counted_here() -> None:
    metric, ways, others = found("online_payment")
    assert [way.variant for way in ways] == [variant.id for variant in metric.variants]
    assert [other.variant for other in found("electronic_results")[2]] == ["digit.backlog"]
    assert found("digit.backlog")[0].key == "electronic_results"
    assert found("late.apology_rate")[0].key == "apology_sent"
    assert others == ()
    with pytest.raises(QuestionError, match="“onlin”"):
        found("onlin")


def test_what_targets_name_is_explained_or_told_to_be_counted_elsewhere() -> None:
    named = {target.variant for target in load_register().targets if target.variant}
    assert named <= set(VARIANT) | set(texts()["elsewhere"])


def test_the_command_explains_in_words_and_in_json(tthc: Callable[..., Result], data: Callable[..., Any]) -> None:
    text = tthc("metrics", "explain", "on_time").stdout
    for part in ("on_time.td (đang chọn)", "on_time.opencps", "Văn bản:", "Lưu ý:", "CHƯA XÁC NHẬN:", "Cần hỏi:"):
        assert part in text
    assert expressions()["resolved_on_time"].strip().splitlines()[0] in text
    document = data("metrics", "explain", "pay.dossier")
    assert [way["variant"] for way in document["variants"]] == ["pay.dossier"]
    assert document["variants"][0]["numerator"]["statements"][0]["sql"] == expressions()["received_paid_online"]
    assert tthc("metrics", "explain", "nothing").exit_code == 2


def test_the_command_lists_every_ratio(home: Path, tthc: Callable[..., Result], data: Callable[..., Any]) -> None:
    home.mkdir()
    (home / "tthc.toml").write_text('[metrics]\non_time = "opencps"\n', encoding="utf-8")
    listed = data("metrics", "list")
    assert [one["key"] for one in listed["metrics"]] == [metric.key for metric in EVERY]
    assert listed["on_time"] == "opencps"
    assert "on_time.opencps *" in tthc("metrics", "list").stdout
    (home / "tthc.toml").write_text('[metrics]\non_time = "iso"\n', encoding="utf-8")
    refused = tthc("metrics", "list")
    assert (refused.exit_code, "td, dvcqg766, opencps" in refused.stderr) == (1, True)


# Names


@pytest.mark.parametrize(
    ("named", "values"),
    [
        (names.STATUS, Status),
        (names.TARGET_KIND, TargetKind),
        (names.OP, Op),
        (names.RULE, Rule),
        (names.SEVERITY, Severity),
        (names.SOURCE_KIND, Kind),
        (names.DIRECTION, Direction),
        (names.QUANTITY, Quantity),
        (names.FEED, Feed),
    ],
)
def test_every_value_has_a_name_in_both_languages(named: dict[str, names.Name], values: Any) -> None:
    assert set(named) == {value.value for value in values}
    assert all(name.vi and name.en for name in named.values())


def test_tiers_of_targets_and_of_units_have_names() -> None:
    assert set(names.LEVEL) == {level.value for level in Level} | {level.value for level in UnitLevel}


@pytest.mark.parametrize(
    ("named", "kind"),
    [(names.DOSSIER_STATUS, "status"), (names.CHANNEL, "channel"), (names.SERVICE_LEVEL, "service_level")],
)
def test_states_channels_and_levels_are_called_as_in_exports(named: dict[str, names.Name], kind: str) -> None:
    words = tomllib.loads((ROOT / "collectors" / "vocabulary.toml").read_text(encoding="utf-8"))[kind]
    assert set(named) == set(words)
    assert {value: name.vi for value, name in named.items()} == {
        value: vocabulary.name_vi(kind, value) for value in words
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_screen_calls_statuses_by_the_same_names(language: str) -> None:
    words = tomllib.loads((ROOT / "dashboard" / "text" / f"{language}.toml").read_text(encoding="utf-8"))
    for status, name in names.STATUS.items():
        assert words["status"][status].casefold() == getattr(name, language).casefold()


def test_the_glossary_in_the_docs_is_the_one_of_the_code(tthc: Callable[..., Result]) -> None:
    page = (ROOT / "docs" / "thuat-ngu.md").read_text(encoding="utf-8")
    assert page == glossary() == tthc("metrics", "glossary").stdout
    for rule in OnTime:
        assert f"| `{rule}` |" in page
