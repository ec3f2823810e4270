"""Every page in one language at a time: no sentence of ours in Vietnamese where English is asked for, nor the other way."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.plotting import short
from metrics.annotations import load_annotations
from metrics.reports import kinds
from metrics.snapshot import open_snapshot
from tests.screen_pages import opener

NOW = datetime(2026, 11, 1, 2)  # UTC: the demonstration's newest export is of 31/10/2026
VIETNAMESE = re.compile("[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
ENGLISH = re.compile(r"\b(the|of|and|with|which|is|are|not|from|by|no|to|below|period|unit)\b", re.IGNORECASE)
VIEWS = {
    "overview": ({},),
    "units": ({},),
    "procedures": ({},),
    "changes": ({}, {"by": "procedure"}),
    "trends": ({},),
    "dossiers": ({"which": "open"}, {"which": "letters"}),
    "index766": ({},),
    "targets": ({}, {"part": "coming"}, {"part": "by_hand"}),
    "alerts": ({}, {"part": "history"}, {"part": "messages"}),
    "data": tuple({"part": part} for part in ("sources", "exports", "reconcile", "origin", "upload")),
    "reports": ({}, {"report": "monthly"}, {"report": "766"}),
    "wall": ({},),
}
PAGES = [(view, address) for view, addresses in VIEWS.items() for address in addresses]
LABELLED = (
    *(
        "selectbox",
        "button",
        "toggle",
        "date_input",
        "text_input",
        "text_area",
        "segmented_control",
        "radio",
        "expander",
    ),
    *("button_group", "download_button", "file_uploader", "markdown", "caption", "checkbox", "time_input"),
)
SEEN = frozenset({"title", "aria-label", "alt", "data-label", "data-skip"})
IN_BOTH = ("DỮ LIỆU MÔ PHỎNG", "Tết")  # the mark of synthetic data is the same everywhere; a feast has one name
SHORTEST = 3


class Texts(HTMLParser):
    """The texts of HTML that a reader sees or hears, but for parts that say they are in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("style", "script") or ("lang", "vi") in attributes
        self.found += [value for name, value in attributes if name in SEEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script") and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data.strip())


def texts(page: AppTest) -> Iterator[str]:
    """Give every text of a page: of its HTML, of its controls, of its charts."""
    for one in page.html:
        reader = Texts()
        reader.feed(one.body)
        yield from reader.found
    for kind in LABELLED:
        for control in page.get(kind):
            for name in ("label", "help", "body", "options"):
                said = getattr(control, name, None) or getattr(getattr(control, "proto", None), name, None)
                yield from (str(one) for one in (said if isinstance(said, list) else [said]) if isinstance(one, str))
    for chart in page.get("vega_lite_chart"):
        yield from drawn(json.loads(chart.proto.spec))  # type: ignore[attr-defined]


def drawn(spec: object) -> Iterator[str]:
    """Give every text of a chart, its expressions left out."""
    if isinstance(spec, dict):
        for name, value in spec.items():
            if name not in ("test", "labelExpr"):
                yield from drawn(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from drawn(value)
    elif isinstance(spec, str):
        yield spec


@pytest.fixture(scope="module")
def names(demonstration: Path) -> re.Pattern[str]:
    """What is Vietnamese in any language: units, procedures, documents, what stands in files; longest first."""
    found = {one.document for one in load_annotations()} | set(IN_BOTH)
    found |= {text for kind in kinds() for text in (kind.name_vi, kind.document)}
    snapshot = open_snapshot(demonstration)
    assert snapshot is not None
    for column in snapshot.rows(TEXT_COLUMNS):
        table, name = f'"{column["table_name"]}"', f'"{column["column_name"]}"'
        found |= {row["said"] for row in snapshot.rows(f"SELECT DISTINCT {name} AS said FROM {table}") if row["said"]}
    beside_bars = snapshot.rows("SELECT procedure_key AS key, procedure_name AS name FROM procedure")
    found |= {short(f"{row['key']} {row['name']}") for row in beside_bars}
    snapshot.close()
    known = sorted((one for one in found if len(one) >= SHORTEST and VIETNAMESE.search(one)), key=len, reverse=True)
    return re.compile("|".join(re.escape(one) for one in known))


TEXT_COLUMNS = """
-- one row per column of text of the snapshot whose words are not ours
SELECT table_name, column_name
FROM information_schema.columns
WHERE table_catalog = 'published' AND data_type = 'VARCHAR' AND NOT ends_with(column_name, '_vi')
    AND column_name NOT IN ('report', 'message')
"""


def strangers(page: AppTest, language: str, names: re.Pattern[str], but: str = "tthc.toml") -> list[str]:
    """Return the texts of a page that are not in the language it is asked for. but: what has no language, as a folder."""
    found = [text.replace(but, "") for text in texts(page)]
    if language == "vi":
        return [text for text in found if " " in text and ENGLISH.search(text) and not VIETNAMESE.search(text)]
    return [text for text in found if VIETNAMESE.search(names.sub("", text))]


@pytest.mark.parametrize(("view", "address"), PAGES, ids=[f"{view}-{'-'.join(said.values())}" for view, said in PAGES])
def test_english_holds_no_vietnamese_but_names(
    monkeypatch: pytest.MonkeyPatch, demonstration: Path, names: re.Pattern[str], view: str, address: dict[str, str]
) -> None:
    page = opener(monkeypatch, view)(demonstration, now=NOW, lang="en", **address)
    assert strangers(page, "en", names) == []


@pytest.mark.parametrize("view", VIEWS)
def test_old_data_are_told_in_english(
    monkeypatch: pytest.MonkeyPatch, demonstration: Path, names: re.Pattern[str], view: str
) -> None:
    page = opener(monkeypatch, view)(demonstration, now=NOW + timedelta(days=9), lang="en")
    assert "OLD DATA" in " ".join(texts(page))
    assert strangers(page, "en", names) == []


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_empty_page_speaks_one_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names: re.Pattern[str], view: str, language: str
) -> None:
    page = opener(monkeypatch, view)(tmp_path, now=NOW, lang=language)
    assert strangers(page, language, names, but=str(tmp_path)) == []
    assert ("Chưa có số liệu" if language == "vi" else "Nothing to show yet") in " ".join(texts(page))


@pytest.mark.parametrize("view", VIEWS)
def test_vietnamese_holds_no_english(
    monkeypatch: pytest.MonkeyPatch, demonstration: Path, names: re.Pattern[str], view: str
) -> None:
    page = opener(monkeypatch, view)(demonstration, now=NOW, **VIEWS[view][-1])
    assert strangers(page, "vi", names) == []
