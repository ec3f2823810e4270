"""Prometheus' own checker reads what the exporter writes; skipped where promtool is not installed."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

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


def test_the_textfile_says_what_a_scrape_says(tmp_path: Path, home: Path, tthc: Callable[..., Result]) -> None:
    home.mkdir()
    publish(home / "published")
    file = tmp_path / "tthc.prom"
    assert tthc("exporter", "--textfile", file).exit_code == 0
    own = b"tthc_exporter_collect_duration_seconds"
    written, served = (
        [line for line in text.splitlines() if own not in line]
        for text in (file.read_bytes(), render(home / "published"))
    )
    assert written == served
    checked = subprocess.run(
        [str(PROMTOOL), "check", "metrics"], input=file.read_bytes(), capture_output=True, timeout=60
    )
    assert checked.returncode == 0
    assert list(tmp_path.glob("*.prom*")) == [file]  # no draft is left


def test_a_textfile_by_another_name_is_refused(tmp_path: Path, tthc: Callable[..., Result]) -> None:
    done = tthc("exporter", "--textfile", tmp_path / "tthc.txt")
    assert done.exit_code == 2 and ".prom" in done.output
