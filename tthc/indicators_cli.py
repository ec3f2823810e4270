"""`tthc indicators`: the form in which a unit's indicators are entered by hand, and how the entered figures stand."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from tthc import options, published
from tthc.targets_cli import register_of, unit_of


@click.group(
    epilog=options.example(
        "tthc indicators template bieu.xlsx --unit H35.12 --year 2026",
        "tthc collect bieu.xlsx          (after it was filled)",
        "tthc indicators list --unit H35.12 --year 2026 --json",
    )
)
@click.option("--home", type=click.Path(path_type=Path), envvar="TTHC_HOME", expose_value=False, hidden=True)
def indicators() -> None:
    """Write the form for indicators that cannot be counted, and show the figures people entered."""


@indicators.command(epilog=options.example("tthc indicators template bieu.xlsx --unit H35.12 --year 2026"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@options.home
@click.option("--unit", help="Unit code; default: [office] unit of tthc.toml.")
@click.option("--year", type=click.IntRange(2000, 2100), help="Default: the running year.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
def template(file: Path, home: Path, unit: str | None, year: int | None, force: bool) -> None:
    """Write an xlsx with the indicators asked of a unit in a year, to be filled and collected."""
    from collectors.home import VIETNAM, open_home
    from metrics.form_rows import form_rows
    from metrics.snapshot import open_snapshot
    from tthc.indicator_template import FormHead, write_form

    installed = open_home(home)
    code = unit or installed.config.office.unit
    if not code:
        raise click.UsageError("--unit is needed: tthc.toml names no [office] unit")
    if file.exists() and not force:
        raise click.UsageError(f"{file} exists; choose another name, or --force")
    now = datetime.now(UTC)
    wanted = year or now.astimezone(VIETNAM).year
    found = unit_of(open_snapshot(installed.path), code)
    rows = form_rows(register_of(installed).register, found, wanted)
    write_form(file, FormHead(found.code, found.name, wanted, now), rows)
    click.echo(f"Đã ghi biểu {file}: {len(rows)} chỉ số của {found.name}, năm {wanted}. Điền xong: tthc collect {file}")


@indicators.command(
    "list", epilog=options.example("tthc indicators list", "tthc indicators list --unit H35.12 --history --json")
)
@options.home
@click.option("--unit", help="Only this unit.")
@click.option("--year", type=click.IntRange(2000, 2100), help="Only periods that end in this year.")
@click.option("--history", is_flag=True, help="Every figure ever entered, not only the ones that count.")
@options.as_json
def show_list(home: Path, unit: str | None, year: int | None, history: bool, as_json: bool) -> None:
    """Show the hand-entered figures against their targets, with who entered them and when."""
    from metrics.law_reads import indicator_entries
    from metrics.law_reads import indicators as newest
    from tthc import law_show

    _, snapshot = published.newest(home)
    with snapshot:
        rows = (indicator_entries if history else newest)(snapshot, unit, year)
        if as_json:
            click.echo(law_show.indicators_json(snapshot, rows))
        else:
            (law_show.history if history else law_show.indicators)(rows)
    sys.exit(0)
