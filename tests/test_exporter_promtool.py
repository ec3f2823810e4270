"""Prometheus' own checker reads what the exporter writes; skipped where promtool is not installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from metrics.exporter import render
from tests.test_exporter import publish

PROMTOOL = shutil.which("promtool")

pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")


@pytest.mark.parametrize("with_snapshot", [True, False])
def test_promtool_has_no_complaint(tmp_path: Path, with_snapshot: bool) -> None:
    if with_snapshot:
        publish(tmp_path / "published")
    text = render(tmp_path / "published")
    checked = subprocess.run([str(PROMTOOL), "check", "metrics"], input=text, capture_output=True, timeout=60)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
