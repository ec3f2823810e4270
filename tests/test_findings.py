"""Every check that can find something has its severity, its dimension and words for the person who reads it."""

import re
from pathlib import Path

import pytest

from collectors.findings import DIMENSION_VI, SEVERITY_VI, Check, Dimension, Looker, Severity, checks

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "collectors"
CHECKS = list(checks().values())


def test_every_check_has_words_and_every_word_a_check() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py") if path.name != "findings.py")
    sql = (SOURCES / "sources" / "dossier_list.sql").read_text(encoding="utf-8")
    stored = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "metrics").glob("quality*"))
    portal = set(re.findall(r'"(P-[a-z-]+)"', code))
    lists = set(re.findall(r"SELECT '([a-z_]+)'(?: AS check_id)?, ", sql)) | set(
        re.findall(r'Finding\(\s*"([a-z_]+)"', code)
    )
    assert portal and lists
    assert portal | lists <= checks().keys()
    everything = code + sql + stored
    assert not [check for check in checks() if f'"{check}"' not in everything and f"'{check}'" not in everything]


@pytest.mark.parametrize("check", CHECKS, ids=[check.check_id for check in CHECKS])
def test_a_check_says_what_was_seen_why_it_matters_and_what_to_do(check: Check) -> None:
    for words in (check.seen_vi, check.why_vi, check.todo_vi):
        assert len(words) > 10
        assert words == words.strip(" .;")
        assert re.search(r"[à-ỹđ]", words), "Vietnamese with its accents"
    assert check.check_id.startswith("P-") == (check.looker is Looker.PORTAL)


@pytest.mark.parametrize("accused", ["gian lận", "cố tình", "vi phạm", "che giấu", "làm giả"])
def test_no_check_accuses_anyone(accused: str) -> None:
    assert not [check.check_id for check in CHECKS if accused in f"{check.seen_vi} {check.why_vi} {check.todo_vi}"]


def test_every_severity_and_dimension_is_used_and_has_a_name() -> None:
    assert {check.severity for check in CHECKS} == set(Severity) == set(SEVERITY_VI)
    assert {check.dimension for check in CHECKS} == set(Dimension) == set(DIMENSION_VI)
