"""The commands of `tthc`; each loads only the rooms it needs. Exit 0 done, 1 refused or below target, 2 wrong usage."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tthc import metrics_cli, options, past_cli, published, targets_cli
from tthc.access_cli import access
from tthc.alerts_cli import alerts
from tthc.forget_cli import forget
from tthc.index766_cli import index766
from tthc.indicators_cli import indicators
from tthc.layout_cli import layout
from tthc.options import example as _example
from tthc.procedures_cli import procedures
from tthc.quality_cli import quality
from tthc.report_cli import report

if TYPE_CHECKING:
    from collectors.home import Home
    from metrics.rates import By
    from metrics.snapshot import Snapshot

Command = TypeVar("Command", bound=Callable[..., Any])

_home, _json = options.home, options.as_json
_INSTANT = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S"]


class _Commands(click.Group):
    """A group whose errors of our own families end in one line and exit code 1, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (RuntimeError, ValueError) as error:
            from collectors.home import ConfigError
            from collectors.warehouse import LockedError
            from metrics import QuestionError
            from metrics.alert_rules import AlertRuleError
            from metrics.targets import TargetError
            from tthc.past import NothingCaptured

            if isinstance(error, QuestionError):
                raise click.UsageError(str(error), ctx) from error
            if not isinstance(error, AlertRuleError | ConfigError | LockedError | TargetError | NothingCaptured):
                raise
            click.echo(f"tthc: {error}", err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tthc", prog_name="tthc")
def main() -> None:
    """Collect dossier statistics, measure them against the law, and warn in time."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


@main.command(epilog=_example("tthc init", "tthc init --home /srv/tthc"))
@_home
def init(home: Path) -> None:
    """Write a commented tthc.toml and the folders; what exists stays as it is."""
    from collectors.home import create_home

    made = create_home(home)
    click.echo(f"Đã sẵn sàng: {made.path}. Cấu hình: {made.settings_file}. Thả bản xuất vào {made.inbox}.")


@main.command(epilog=_example("tthc demo", "tthc demo --dossiers 20000 --seed 1 --home var-demo"))
@_home
@click.option("--dossiers", type=click.IntRange(100, 2_000_000), default=20_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed writes the same bytes.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default="2026-10-31", show_default=True, help="Last day.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-exports"),
    show_default=True,
    help="Where the exports are written; they hold invented personal columns, so not below --home.",
)
@click.option("--write-only", is_flag=True, help="Write the exports, collect nothing.")
@_json
def demo(home: Path, dossiers: int, seed: int, until: datetime, out: Path, write_only: bool, as_json: bool) -> None:
    """Write reproducible SYNTHETIC exports of a department (xlsx, csv), and collect them."""
    from collectors.demo import write_demo

    files = write_demo(out, dossiers=dossiers, seed=seed, until=until.date())
    for file in files:
        click.echo(f"DỮ LIỆU MÔ PHỎNG: {file}", err=as_json)
    if write_only:
        if as_json:
            click.echo(json.dumps({"files": [str(file) for file in files]}, ensure_ascii=False))
        return
    _collect(home, tuple(files), as_json=as_json, told={})


@main.command(
    epilog=_example(
        "tthc collect danh-sach.xlsx",
        "tthc collect thang-10/ --dry-run",
        "tthc collect            (the inbox, and every configured source)",
        "tthc collect --source portal_v2",
        "tthc collect bieu-06a.xls --period 2026-Q3",
        "tthc collect            (the inbox, and the portal where it is configured)",
        "tthc collect tra-loi.json --endpoint evaluation/provide-online-tree --period 2026-08 --captured-at 2026-09-26",
    )
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_home
@click.option("--captured-at", type=click.DateTime(_INSTANT), help="When the exports were made (else the file's time).")
@click.option("--endpoint", help="Portal response without its .request.json: which endpoint it answers.")
@click.option(
    "--period",
    help="What a summary form is about that leaves it open (or a portal response): 2026-08, 2026-Q3, 2026. "
    'Of the old interface\'s scores: 2025-10, or by sheet: "2025-10; Sở Ban=2025".',
)
@click.option("--unit", help="Code of the unit whose a summary form is, where the form does not say.")
@click.option("--source", help="Only this configured source: inbox, portal_v2, or the name of a [[source]].")
@click.option("--dry-run", is_flag=True, help="Read and report; change nothing.")
@_json
def collect(
    paths: tuple[Path, ...],
    home: Path,
    captured_at: datetime | None,
    endpoint: str | None,
    period: str | None,
    unit: str | None,
    source: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Collect the given files and folders, or all that is configured: inbox, portal, sources; one report line per export.

    Exit 1 when an export or a row was refused; the others are collected all the same.
    """
    told = {"captured_at": _instant(captured_at), "endpoint": endpoint, "period": period, "unit": unit}
    if paths and source:
        raise click.UsageError("give paths, or --source, not both")
    if dry_run and source not in (None, "inbox"):
        raise click.UsageError("--dry-run reads files; a source cannot be asked without leaving a trace")
    _collect(home, paths, as_json=as_json, told=told, dry_run=dry_run, source=source)


def _instant(moment: datetime | None) -> datetime | None:
    """A time without a zone is a time in Vietnam."""
    from collectors.home import VIETNAM

    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _check_source(installed: "Home", source: str | None) -> None:
    if source is None:
        return
    from tthc import sources

    known = sources.names(installed)
    if source not in known:
        raise click.UsageError(f"{installed.settings_file} has no source “{source}”; there are: {', '.join(known)}")
    if source == sources.PORTAL and not installed.config.portal:
        raise click.UsageError(f"{installed.settings_file} has no [portal]")


def _collect(
    home: Path,
    paths: tuple[Path, ...],
    *,
    as_json: bool,
    told: dict[str, Any],
    dry_run: bool = False,
    source: str | None = None,
) -> None:
    from collectors.home import create_home
    from collectors.run import Told, examine, exports_in
    from tthc import jobs, show

    installed = create_home(home)
    _check_source(installed, source)
    now, snapshot_id, trouble = datetime.now(UTC), None, ""
    if dry_run:
        reports = tuple(
            examine(exports_in(paths or (installed.inbox,)), told=Told(**told), names=installed.config.names)
        )
    else:
        with show.progress("Thu thập") as progress:
            if paths or source == "inbox":
                files = exports_in(paths or (installed.inbox,))
                done = jobs.collect(installed, files, told=Told(**told), now=now, progress=progress)
            elif source:
                done = jobs.collect_sources(installed, only=source, now=now, progress=progress)
            else:
                done = jobs.collect_everything(installed, now=now, progress=progress)
        reports, snapshot_id, trouble = done.reports, done.snapshot_id, done.alerts_error
    if as_json:
        click.echo(show.reports_json(reports, snapshot_id))
    else:
        show.reports(reports, dry_run=dry_run)
    if trouble:
        click.echo(f"Cảnh báo giữ nguyên, chưa tính lại: {trouble}", err=True)
    sys.exit(1 if trouble or any(report.flawed for report in reports) else 0)


@main.command(
    epilog=_example(
        "tthc rates",
        "tthc rates --unit H35.12 --by unit --period 2026-Q3",
        "tthc rates --metric online --by procedure --period year-to-date --json",
        "tthc rates --metric on_time --variants",
        "tthc rates --as-of 2026-10-11",
    )
)
@_home
@click.option("--metric", "metrics", multiple=True, help="One or more metric keys; default: all.")
@click.option("--unit", help="Unit code; default: the roots.")
@click.option("--by", type=click.Choice(["unit", "procedure", "field"]), help="Break down.")
@click.option(
    "--period",
    default="latest",
    show_default=True,
    help="2026-08-15, 2026-08, 2026-Q3, 2026-H1, 2026, latest, rolling-30, month-, quarter- or year-to-date.",
)
@click.option("--source", help="Only this source.")
@click.option("--volumes", is_flag=True, help="Received, resolved and open dossiers instead of rates.")
@click.option("--variants", is_flag=True, help="Every way of counting a rate, not only the one that speaks for it.")
@options.as_of
@_json
def rates(
    home: Path,
    metrics: tuple[str, ...],
    unit: str | None,
    by: "By | None",
    period: str,
    source: str | None,
    volumes: bool,
    variants: bool,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Show numerator, denominator, ratio, target, status and the gap in dossiers."""
    from metrics import rates as rating
    from metrics.unit_history import load_history
    from metrics.year_on_year import against_year_before
    from tthc import law_show, show

    with state(home, as_of) as (installed, snapshot):
        if volumes:
            counts = rating.volumes(snapshot, unit=unit, period=period, source=source)
            click.echo(show.volumes_json(snapshot, counts)) if as_json else show.volumes(counts)
            return
        register = targets_cli.register_of(installed).register
        rows = rating.rates(
            snapshot,
            register,
            metrics=metrics or None,
            unit=unit,
            by=by,
            period=period,
            source=source,
            variants=variants,
        )
        history = load_history(installed.extra_history)
        main = [] if variants else rows  # what is asked of a rate is asked of the way of counting that speaks for it
        trends = against_year_before(snapshot, register, main, history=history, unit=unit, by=by)
        if as_json:
            click.echo(show.rates_json(snapshot, rows, law_show.year_on_year_rows(trends)))
            return
        show.rates(snapshot, rows)
        if trends:
            law_show.year_on_year(trends)


@contextmanager
def state(home: Path, as_of: datetime | None) -> "Iterator[tuple[Home, Snapshot]]":
    """Yield the installation and its newest snapshot, or the one of the end of a day."""
    if as_of is None:
        installed, newest = published.newest(home)
        with newest:
            yield installed, newest
        return
    from collectors.home import open_home
    from tthc.past import known_by

    installed = open_home(home)
    with known_by(installed, as_of.date()) as snapshot:
        yield installed, snapshot


@main.command(epilog=_example("tthc rebuild", "tthc rebuild --home /srv/tthc --json"))
@_home
@_json
def rebuild(home: Path, as_json: bool) -> None:
    """Make the warehouse and its counts again from the archive alone."""
    from collectors.home import create_home
    from tthc import jobs

    exports, snapshot_id = jobs.rebuild(create_home(home), now=datetime.now(UTC))
    if as_json:
        click.echo(json.dumps({"exports": exports, "snapshot_id": snapshot_id}))
    else:
        click.echo(f"Đã dựng lại kho từ {exports} bản xuất trong kho lưu; bản công bố {snapshot_id}.")


@main.command(epilog=_example("tthc exporter", "tthc exporter --textfile /var/lib/node_exporter/tthc.prom"))
@_home
@click.option("--address", help="Default: as configured (127.0.0.1).")
@click.option("--port", type=int, help="Default: as configured (9108).")
@click.option(
    "--textfile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the metrics once to this .prom file for node_exporter, instead of serving them.",
)
def exporter(home: Path, address: str | None, port: int | None, textfile: Path | None) -> None:
    """Serve /metrics for Prometheus until stopped, or write them once for node_exporter."""
    from collectors.home import open_home
    from tthc import serve

    if textfile is not None:
        from metrics.exporter import write_textfile

        if textfile.suffix != ".prom":
            raise click.UsageError(f"node_exporter chỉ đọc tệp .prom; thấy “{textfile.name}”.")
        write_textfile(open_home(home).published, textfile)
        return
    serve.exporter(open_home(home), address=address, port=port)


@main.command(epilog=_example("tthc dashboard", "tthc dashboard --port 8502"))
@_home
@click.option("--address", help="Default: as configured (127.0.0.1).")
@click.option("--port", type=int, help="Default: as configured (8501).")
def dashboard(home: Path, address: str | None, port: int | None) -> None:
    """Serve the screen until stopped."""
    from collectors.home import open_home
    from tthc import serve

    serve.screen(open_home(home), address=address, port=port)


@main.command(epilog=_example("tthc up", "tthc up --home /srv/tthc"))
@_home
def up(home: Path) -> None:
    """Serve the screen and /metrics, and collect the inbox every day, until stopped."""
    from collectors.home import create_home
    from tthc import serve

    serve.everything(create_home(home))


@main.command(epilog=_example("tthc doctor", "tthc doctor --json"))
@_home
@_json
def doctor(home: Path, as_json: bool) -> None:
    """Check configuration, lock, disk, freshness and snapshot; say what to do. Exit 1 when something is wrong."""
    from tthc import doctor as checking
    from tthc import show

    checks = checking.examine(home, now=datetime.now(UTC))
    click.echo(show.checks_json(checks)) if as_json else show.checks(checks)
    sys.exit(0 if all(check.ok for check in checks) else 1)


for command in (
    access,
    layout,
    alerts,
    index766,
    metrics_cli.metrics,
    indicators,
    quality,
    report,
    forget,
    past_cli.diff,
    past_cli.lineage,
    past_cli.reconcile,
    targets_cli.targets,
    procedures,
):
    main.add_command(command)
