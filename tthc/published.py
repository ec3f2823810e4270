"""The newest published state of an installation, for the commands that read it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collectors.home import Home
    from metrics.snapshot import Snapshot


def newest(home: Path) -> "tuple[Home, Snapshot]":
    """Return the installation and its newest snapshot; exit 1 with what to do when there is none yet."""
    from collectors.home import open_home
    from metrics.snapshot import open_snapshot

    installed = open_home(home)
    snapshot = open_snapshot(installed.path)
    if snapshot is None:
        click.echo(
            f"tthc: chưa có số liệu trong {home}. Chạy `tthc collect TỆP` (hoặc `tthc demo` để xem thử).", err=True
        )
        sys.exit(1)
    return installed, snapshot
