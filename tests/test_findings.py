"""Every check that can find something has words for the person who reads it."""

import re
from pathlib import Path

from collectors.findings import FINDING_VI

SOURCES = Path(__file__).parents[1] / "collectors"


def test_every_check_has_words_and_every_word_a_check() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py") if path.name != "findings.py")
    sql = (SOURCES / "sources" / "dossier_list.sql").read_text(encoding="utf-8")
    portal = set(re.findall(r'"(P-[a-z-]+)"', code))
    lists = set(re.findall(r"SELECT '([a-z_]+)'(?: AS check_id)?, ", sql)) | set(
        re.findall(r'Finding\(\s*"([a-z_]+)"', code)
    )
    assert portal and lists
    assert portal | lists <= FINDING_VI.keys()
    everything = code + sql
    assert not [check for check in FINDING_VI if check not in everything]
