"""Reports an office sends: which there are, one of them written to a file, and the template of ours to edit."""

import json
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tthc import options, published
from tthc.options import example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.home import Home
    from metrics.reports import Kind, Report
    from metrics.snapshot import Snapshot

LIST = "list"


@click.command(
    epilog=example(
        "tthc report list",
        "tthc report 06a --unit H35.12 --period report15-2026-Q3 --out 06a.xlsx",
        "tthc report 06a --unit H35 --by unit --period 2026-Q3",
        "tthc report monthly --unit H35.12 --period 2026-09 --as-of 2026-10-31",
        "tthc report weekly --template --out mau/weekly.docx",
    )
)
@click.argument("kind")
@options.home
@click.option("--unit", help="Unit code; default: the office of tthc.toml, else the first root.")
@click.option("--period", help="As for rates; report15-2026-Q3 is cut at the 15th. Default: the newest that is over.")
@click.option(
    "--by", type=click.Choice(["unit", "field", "procedure"]), help="What a line stands for, where it varies."
)
@click.option("--source", help="From this source; default: the primary one, real data before synthetic.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File or folder; default: this folder, a name that tells the content.",
)
@options.as_of
@click.option(
    "--template", is_flag=True, help="Write our template of this report, to be edited, instead of the report."
)
@options.as_json
def report(
    kind: str,
    home: Path,
    unit: str | None,
    period: str | None,
    by: str | None,
    source: str | None,
    out: Path | None,
    as_of: datetime | None,
    template: bool,
    as_json: bool,
) -> None:
    """Write a report of KIND as a file an office can send; KIND `list` lists what there is."""
    from collectors.home import open_home
    from metrics.reports import kinds, make, settings_of, template_of
    from metrics.targets import load_register

    if template:
        name, content = template_of(kind)
        _told_file(_written(out, name, content), as_json=as_json)
        return
    installed = open_home(home)
    settings = settings_of(installed)
    if kind == LIST:
        _list(kinds(settings.folder), as_json=as_json)
        return
    register = load_register(installed.extra_targets)
    with _state(home, installed, as_of) as snapshot:
        asked = {"unit": unit, "period": period, "by": by, "source": source}
        made = make(kind, snapshot, register=register, now=datetime.now(UTC), settings=settings, **asked)
    _told(made, _written(out, made.name, made.content), as_json=as_json)


@contextmanager
def _state(home: Path, installed: "Home", as_of: datetime | None) -> "Iterator[Snapshot]":
    if as_of is None:
        with published.newest(home)[1] as snapshot:
            yield snapshot
        return
    from tthc.past import known_by

    with known_by(installed, as_of.date()) as snapshot:
        yield snapshot


def _written(out: Path | None, name: str, content: bytes) -> Path:
    path = Path(name) if out is None else out / name if out.is_dir() else out
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _told_file(path: Path, *, as_json: bool) -> None:
    text = json.dumps({"file": str(path)}, ensure_ascii=False) if as_json else f"Đã ghi {path}."
    click.echo(text)


def _told(made: "Report", path: Path, *, as_json: bool) -> None:
    if as_json:
        document = {
            "file": str(path),
            "kind": made.kind,
            "unit_code": made.unit_code,
            "period": {"label": made.period.label, "start": str(made.period.start), "end": str(made.period.end)},
            "source": made.source,
            "synthetic": made.synthetic,
            "command": made.command,
            "notes": list(made.notes),
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    click.echo(f"{'DỮ LIỆU MÔ PHỎNG. ' * made.synthetic}Đã ghi {path}.")
    for note in made.notes:
        click.echo(f"  {note}")
    click.echo(f"Lập lại: {made.command}")


def _list(found: "tuple[Kind, ...]", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"reports": [asdict(one) for one in found]}, ensure_ascii=False, indent=1))
        return
    from tthc.show import console, new_table

    table = new_table("Báo cáo", ("Mã", "Tên", "Tệp", "Số liệu", "Dòng theo", "Ghi chú"))
    for one in found:
        notes = ["mẫu của cơ quan"] * one.own + ["chưa đối chiếu được với văn bản"] * (not one.confirmed)
        table.add_row(one.id, one.name_vi, one.ending, one.counted, ", ".join(one.by), "; ".join(notes))
    console().print(table)
