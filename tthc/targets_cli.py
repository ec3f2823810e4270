"""`tthc targets`: the register in force on a day, from which file each row comes, and how it stands."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tthc import options

if TYPE_CHECKING:
    from collectors.home import Home
    from metrics.register_kept import InForce
    from metrics.snapshot import Snapshot
    from metrics.units import Unit


@click.command(
    epilog=options.example(
        "tthc targets", "tthc targets --on 2026-10-31 --unit H35.12 --json", "tthc targets --all --metric sipas"
    )
)
@options.home
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day; default: today.")
@click.option("--unit", help="Only what is in force for this unit, with its newest figures.")
@click.option("--metric", help="Only this metric or indicator.")
@click.option("--all", "everything", is_flag=True, help="The whole register, whatever its dates.")
@options.as_json
def targets(
    home: Path, on: datetime | None, unit: str | None, metric: str | None, everything: bool, as_json: bool
) -> None:
    """Show the register of targets in force on a day: document, file, confirmed or not, judged or not, how it stands.

    Exit 1 when the office's own file cannot be used; the last good one is shown then.
    """
    from collectors.home import VIETNAM, open_home
    from metrics.law_reads import newest_standings
    from metrics.snapshot import open_snapshot
    from metrics.target import fields_of
    from tthc import law_show

    day: date = on.date() if on else datetime.now(VIETNAM).date()
    installed = open_home(home)
    law = register_of(installed)
    found = [t for t in law.register.targets if everything or t.valid_on(day)]
    found = [t for t in found if metric is None or t.subject == metric]
    newest = {}
    if unit:
        snapshot = open_snapshot(installed.path)
        asked = unit_of(snapshot, unit)
        found = [t for t in found if t.covers(asked, next(iter(fields_of(t))) or None)]
        newest = newest_standings(snapshot, unit) if snapshot else {}
    if as_json:
        click.echo(law_show.targets_json(law.register, law, found, day, newest))
    else:
        law_show.targets(law.register, found, day, newest)
    sys.exit(1 if law.error_vi else 0)


def register_of(installed: "Home") -> "InForce":
    """Return the register in force; what is wrong with the office's own file is told on stderr."""
    from metrics.journal import Journal
    from metrics.register_kept import in_force

    law = in_force(installed.extra_targets, Journal(installed.journal), now=datetime.now(UTC))
    if law.error_vi:
        click.echo(f"tthc: {law.error_vi} Đang dùng {law.used_vi}.", err=True)
    return law


def unit_of(snapshot: "Snapshot | None", code: str) -> "Unit":
    """Return a unit with its name and level as published; one that no source has told of, as its code says."""
    from metrics.rates import unit_tree
    from metrics.units import Named, build_tree

    known = unit_tree(snapshot).units if snapshot else {}
    return known.get(code) or build_tree([Named(code)]).unit(code)
