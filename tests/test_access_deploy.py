"""The samples for nginx: no account of a browser's own gets past them, and the screen's socket does."""

import re
from pathlib import Path

import pytest

from collectors.access_setting import Access

ROOT = Path(__file__).parents[1]
SAMPLES = sorted((ROOT / "deploy" / "nginx").glob("*.conf"))
DOC = (ROOT / "docs" / "dang-nhap.md").read_text(encoding="utf-8")


def screen(sample: Path) -> str:
    """The part that passes requests on to the screen."""
    return next(part for part in re.split(r"\n    location ", sample.read_text("utf-8")) if "127.0.0.1:8501" in part)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_replaces_every_header_that_tells_an_account(sample: Path) -> None:
    told = dict(re.findall(r"proxy_set_header (\S+)\s+(\S+);", screen(sample)))
    for name in (Access().header, "X-Forwarded-Groups", Access().secret_header):
        assert name in told or "include /etc/nginx/tthc-secret.conf;" in screen(sample), name
    assert told[Access().header] == ('""' if sample.stem == "oidc" else "$tthc_who")
    assert (told["Host"], told["Upgrade"], told["Connection"]) == ("$host", "$http_upgrade", "$tthc_connection")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_is_encrypted_named_by_nobody_real_and_explained(sample: Path) -> None:
    text = sample.read_text(encoding="utf-8")
    assert set(re.findall(r"server_name (\S+);", text)) == {"giam-sat.coquan.example"}
    assert "listen 443 ssl;" in text and "return 301 https://" in text
    assert text.count("{") == text.count("}")
    assert f"deploy/nginx/{sample.name}" in DOC


def test_every_setting_the_guide_names_exists() -> None:
    known = set(Access.__slots__) | {"who", "role", "units", "name", "address"}
    for block in re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL):
        assert set(re.findall(r"^\s*(\w+) =", block, re.MULTILINE)) <= known
