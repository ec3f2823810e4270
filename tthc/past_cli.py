"""The commands that take a count apart: what moved it between two days, what is behind it, what the portal says."""

from datetime import datetime
from pathlib import Path

import click

from tthc import options
from tthc.options import example

_metric = click.option("--metric", "metrics", multiple=True, help="One or more metric keys; default: all.")
_unit = click.option("--unit", help="Unit code; default: the roots.")
_source = click.option("--source", help="Only this source.")
_period = click.option(
    "--period",
    default="latest",
    show_default=True,
    help="2026-08-15, 2026-08, 2026-Q3, 2026-H1, 2026, latest, rolling-30, month-, quarter- or year-to-date.",
)
_DAY = click.DateTime(["%Y-%m-%d"])
_SHOWN = 20


@click.command(
    epilog=example(
        "tthc diff 2026-10-11 2026-10-31",
        "tthc diff 2026-10-11 2026-10-31 --metric online --unit H35.12 --period 2026-10 --json",
    )
)
@click.argument("as_of_1", type=_DAY)
@click.argument("as_of_2", type=_DAY)
@options.home
@_metric
@_unit
@_period
@_source
@click.option("--limit", type=click.IntRange(0), default=_SHOWN, show_default=True, help="Dossiers shown; JSON: all.")
@options.as_json
def diff(
    as_of_1: datetime,
    as_of_2: datetime,
    home: Path,
    metrics: tuple[str, ...],
    unit: str | None,
    period: str,
    source: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the dossiers (or delivered counts) that moved a count between the states of two days.

    The shares of the dossiers add up to the change exactly. The period is as the second state understands it.
    """
    from collectors.home import open_home
    from metrics.difference import State, difference
    from tthc import past, past_show

    first, second = as_of_1.date(), as_of_2.date()
    if second < first:
        raise click.UsageError(
            "AS_OF_2 đứng trước AS_OF_1. Ghi ngày sớm hơn trước, ví dụ: tthc diff 2026-10-11 2026-10-31"
        )
    installed = open_home(home)
    past.check(installed, second)
    with past.restored(installed, first) as before, past.restored(installed, second) as after:
        states = State(before.con, before.snapshot), State(after.con, after.snapshot)
        found = difference(*states, metrics=metrics or None, unit=unit, period=period, source=source)
        if as_json:
            click.echo(past_show.diff_json(found, first, second))
        else:
            past_show.diff(after.snapshot, found, first, second, limit=limit)


@click.command(
    epilog=example(
        "tthc lineage --metric online --unit H35.12 --period 2026-08",
        "tthc lineage --metric on_time --unit H35.12 --part denominator --json",
    )
)
@options.home
@click.option("--metric", required=True, help="The metric.")
@click.option("--unit", required=True, help="The unit; those below it are included.")
@_period
@click.option(
    "--part",
    type=click.Choice(["numerator", "denominator"]),
    default="numerator",
    show_default=True,
    help="Which count.",
)
@_source
@options.as_of
@click.option("--limit", type=click.IntRange(0), help=f"Rows listed; default: {_SHOWN}, with --json all.")
@options.as_json
def lineage(
    home: Path,
    metric: str,
    unit: str,
    period: str,
    part: str,
    source: str | None,
    as_of: datetime | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Trace a count to the exports, sheets and rows behind it; there are as many rows as it counts."""
    from collectors.home import open_home
    from metrics import lineage as tracing
    from metrics.scope import EVERYTHING
    from tthc import past, past_show

    installed = open_home(home)
    day = as_of.date() if as_of else None
    past.check(installed, day)
    with past.restored(installed, day) as state:
        found = tracing.lineage(
            state.con,
            state.snapshot,
            EVERYTHING,  # who runs commands here can open the archive itself
            metric=metric,
            unit=unit,
            period=period,
            part=tracing.Part(part),
            source=source,
        )
        if as_json:
            click.echo(past_show.lineage_json(state.snapshot, found, limit=limit))
        else:
            past_show.lineage(state.snapshot, found, limit=_SHOWN if limit is None else limit)


@click.command(epilog=example("tthc reconcile", "tthc reconcile --metric online --unit H35.12 --period 2026-08 --json"))
@options.home
@_metric
@_unit
@_period
@options.as_of
@options.as_json
def reconcile(
    home: Path, metrics: tuple[str, ...], unit: str | None, period: str, as_of: datetime | None, as_json: bool
) -> None:
    """Put our counts from dossiers beside the portal's, with the difference and what can be told of it.

    Nothing is adjusted. The latest period is the newest that the portal delivers.
    """
    from metrics import reconcile as reconciling
    from tthc import past_show
    from tthc.cli import state

    with state(home, as_of) as (_, snapshot):
        found = reconciling.reconcile(snapshot, metrics=metrics or None, unit=unit, period=period)
        if as_json:
            click.echo(past_show.reconcile_json(snapshot, found))
        else:
            past_show.reconcile(snapshot, found)
