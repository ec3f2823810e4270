"""Opening one page of the screen in a test, and what a reader sees of it."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import launch
from metrics.units import Unit, UnitLevel, UnitTree
from tests import snapshot_fixture as fixture
from tests.test_screen import bodies, plain

Open = Callable[..., AppTest]


def opener(monkeypatch: pytest.MonkeyPatch, view: str) -> Open:
    """Return what opens a page for a home at an instant (UTC), with what its address asks for."""

    def run(home: Path, *, now: datetime = fixture.NOW, **address: str) -> AppTest:
        at = now.replace(tzinfo=UTC).isoformat()
        monkeypatch.setattr(sys, "argv", ["app.py", "--home", str(home), "--now", at])
        page = AppTest.from_file(str(launch.APP), default_timeout=120)
        page.switch_page(f"views/{view}.py")
        page.query_params.update(address)
        page.run()
        assert not page.exception
        return page

    return run


def said(page: AppTest) -> str:
    """Return what a reader sees of a page, on one line."""
    return plain(bodies(page))


def table(page: AppTest, name: str) -> str:
    """Return the text of the table of this name."""
    return plain(next(one.body for one in page.html if f'aria-label="{name}"' in one.body))


def units_of(*units: tuple[str, str | None]) -> UnitTree:
    """Return a tree of units given as code and parent."""
    return UnitTree(Unit(code, code, parent, UnitLevel.DEPARTMENT, leaf=True) for code, parent in units)
