"""The settings of sources: each wrong thing named, no credential, the guide in step."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from collectors.home import TEMPLATE, ConfigError, Home, open_home
from collectors.sources.remote.reading import Reading
from collectors.sources.remote.settings import KINDS, IgateSource, SourceError, source_settings
from tests.source_fixture import AGENT
from tthc import sources

GUIDE = Path(__file__).parents[1] / "docs" / "nguon-khac.md"
URL = {"name": "a1", "kind": "url", "url": "https://tep.example.gov.vn/a.csv", "user_agent": AGENT}
CKAN = {"name": "a1", "kind": "ckan", "base_url": "https://mo.example.gov.vn", "dataset": "x", "user_agent": AGENT}
ENDPOINT = {"name": "e1", "path": "/pa/x", "unit": "agency.code", "measures": {"received": "igate_received"}}
IGATE = {
    "name": "a1",
    "kind": "igate",
    "base_url": "https://apidvc.example.gov.vn",
    "user_agent": AGENT,
    "endpoint": [ENDPOINT],
}
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.abc"


def made(values: dict[str, Any]) -> Any:
    return source_settings(values, taken={"inbox", "igate"})


@pytest.mark.parametrize("values", [URL, CKAN, IGATE])
def test_a_few_settings_are_enough(values: dict[str, Any]) -> None:
    assert made(values).name == "a1"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("x", "khối"),
        ({**URL, "kind": "ftp"}, "kind"),
        ({**URL, "name": "Tên"}, "name"),
        ({**URL, "name": "inbox"}, "tên này đã dùng"),
        ({**URL, "name": "igate"}, "tên này đã dùng"),
        ({**URL, "url": "ftp://tep.example.gov.vn/a.csv"}, "url"),
        ({**URL, "url": "file:///etc/passwd"}, "url"),
        ({**URL, "url": "https:///a.csv"}, "url"),
        ({**URL, "url": "https://h:x/a.csv"}, "url"),
        ({**URL, "url": 7}, "url"),
        ({**URL, "url": "https://h/{ngay}.csv"}, "url"),
        ({**URL, "url": "https://h/{0.__class__}.csv"}, "url"),
        ({**URL, "url": "https://h/{.csv"}, "url"),
        ({**URL, "url": "https://h/{month}.csv"}, "period"),
        ({**URL, "period": "week"}, "period"),
        ({**URL, "user_agent": "Mozilla/5.0 (a@b.vn)"}, "user_agent"),
        ({**URL, "user_agent": "tthc"}, "user_agent"),
        ({**URL, "daily_cap": 0}, "daily_cap"),
        ({**URL, "pause_seconds": [0.1, 2]}, "pause_seconds"),
        ({**URL, "max_megabytes": 0}, "max_megabytes"),
        ({**URL, "timeouts": [10]}, "timeouts"),
        ({**URL, "run_minutes": 1000}, "run_minutes"),
        ({**URL, "proxy": "proxy:3128"}, "proxy"),
        ({**URL, "ca_bundle": 1}, "ca_bundle"),
        ({**URL, "allow_hosts": "h"}, "allow_hosts"),
        ({**URL, "allow_hosts": ["https://h"]}, "allow_hosts"),
        ({**URL, "captured_at": "(?P<day>"}, "captured_at"),
        ({**URL, "captured_at": r"\d+"}, "captured_at"),
        ({**URL, "synthetic": True}, "synthetic"),
        ({**URL, "verify": False}, "verify"),
        ({key: URL[key] for key in ("name", "kind", "user_agent")}, "thiếu khóa “url”"),
        ({**URL, "token_env": "IGATE_TOKEN"}, "token_env"),
        ({**CKAN, "base_url": "mo.example.gov.vn"}, "base_url"),
        ({**CKAN, "dataset": ""}, "dataset"),
        ({**CKAN, "resource": "y"}, "dataset"),
        ({**CKAN, "name_pattern": "("}, "name_pattern"),
        ({**CKAN, "formats": "CSV"}, "formats"),
        ({**CKAN, "newest": 0}, "newest"),
        ({**IGATE, "base_url": "http://apidvc.example.gov.vn"}, "base_url"),
        ({**IGATE, "base_url": "http://127.0.0.1:1"}, "base_url"),  # a demonstration that does not say so
        ({**IGATE, "synthetic": True}, "base_url"),  # a real server called a demonstration
        ({**IGATE, "endpoint": []}, "endpoint"),
        ({**IGATE, "endpoint": [ENDPOINT, ENDPOINT]}, "endpoint"),
        ({**IGATE, "endpoint": "x"}, "endpoint"),
        ({**IGATE, "periods": ["week"]}, "periods"),
        ({**IGATE, "units": "x"}, "units"),
        ({**IGATE, "units": ["../x"]}, "units"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "query": {"agency-id": "{unit}"}}]}, "units"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "name": "Đơn vị"}]}, "name"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "path": "pa/x"}]}, "path"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "path": "/pa/dossier/search"}]}, "dữ liệu cá nhân"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "path": "/pa/{day}"}]}, "path"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "query": {"x": 1}}]}, "query"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "rows": "a..b"}]}, "rows"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "unit": ""}]}, "unit"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "measures": {}}]}, "measures"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "measures": {"a": "x", "b": "x"}}]}, "measures"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "measures": {"a": "Tên"}}]}, "measures"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "codes": {"a": 1}}]}, "codes"),
        ({**IGATE, "endpoint": [{**ENDPOINT, "column": "x"}]}, "column"),
        ({**IGATE, "endpoint": ["x"]}, "name"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(values: Any, words: str) -> None:
    with pytest.raises(SourceError, match=re.escape(words)):
        made(values)


@pytest.mark.parametrize(
    "values",
    [
        {**IGATE, "token": JWT},
        {**IGATE, "token_env": JWT},
        {**IGATE, "token_env": "bi-mat"},
        {**IGATE, "password": "bi-mat"},
        {**IGATE, "endpoint": [{**ENDPOINT, "query": {"access_token": "bi-mat"}}]},
        {**IGATE, "endpoint": [{**ENDPOINT, "query": {"x": f"Bearer {JWT}"}}]},
        {**URL, "url": "https://h/a.csv?token=bi-mat"},
        {**URL, "url": "https://ai:bi-mat@h/a.csv"},
        {**CKAN, "api_key": "bi-mat"},
    ],
)
def test_a_credential_in_the_settings_is_refused_with_advice_and_not_repeated(values: dict[str, Any]) -> None:
    with pytest.raises(SourceError) as caught:
        made(values)
    assert "biến môi trường" in str(caught.value)
    assert "bi-mat" not in str(caught.value) and JWT not in str(caught.value)


def test_every_source_is_looked_at_and_the_second_of_a_name_is_refused(tmp_path: Path) -> None:
    block = "\n".join(f'{key} = "{value}"' for key, value in URL.items())
    (tmp_path / "tthc.toml").write_text(f'[[source]]\n{block}\n[[source]]\n{block}\n[[source]]\nkind = "url"\n')
    found = sources.configured(open_home(tmp_path))
    assert [(name, isinstance(source, ConfigError)) for name, source in found] == [
        ("a1", False),
        ("a1", True),
        ("source-3", True),
    ]
    assert sources.names(Home(tmp_path, open_home(tmp_path).config)) == ["inbox", "portal_v2", "a1", "source-3"]


@pytest.mark.parametrize("text", ["[source]\nname = 'x'\n", "source = 7\n", "source = ['x']\n"])
def test_something_else_called_source_is_one_that_cannot_be_used(tmp_path: Path, text: str) -> None:
    (tmp_path / "tthc.toml").write_text(text)
    assert [isinstance(source, ConfigError) for _, source in sources.configured(open_home(tmp_path))] == [True]


# ── the guide ──────────────────────────────────────────────────────────────────────────────────────────────


def blocks() -> list[dict[str, Any]]:
    found = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [table for text in found for table in tomllib.loads(text).get("source", [])]


def test_the_examples_of_the_guide_can_be_used() -> None:
    assert {table["kind"] for table in blocks()} == set(KINDS)
    for table in blocks():
        made(table)
    commented = re.findall(r"^# (\[\[source\]\]\n(?:# \w+ = .*\n)+)", TEMPLATE, re.MULTILINE)
    assert commented
    for text in commented:
        made(tomllib.loads(text.replace("\n# ", "\n"))["source"][0])


def test_the_guide_explains_every_setting_with_its_default() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    named = {one.name for kind in KINDS.values() for one in fields(kind)} | {one.name for one in fields(Reading)}
    assert {name for name in named if f"`{name}`" not in text} == set()
    defaults = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", text, re.MULTILINE))
    known = {one.name: one.default for kind in KINDS.values() for one in fields(kind) if one.default is not MISSING}
    known |= {one.name: one.default for one in fields(KINDS["url"]) if one.default is not MISSING}
    assert len(defaults) > 8
    for name, value in defaults.items():
        default = tomllib.loads(f"value = {value}")["value"]
        assert known[name] == (tuple(default) if isinstance(default, list) else default), name


def test_the_guide_says_what_was_never_tried() -> None:
    assert "chưa kiểm chứng với hệ thống thật" in GUIDE.read_text(encoding="utf-8")


def test_an_igate_waits_for_minutes() -> None:
    assert made(IGATE).timeouts == (30, 180) and isinstance(made(IGATE), IgateSource)
