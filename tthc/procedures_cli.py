"""`tthc procedures`: what is known of each procedure, and the workbook in which an office completes it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tthc import options
from tthc.options import example

if TYPE_CHECKING:
    from metrics.snapshot import Snapshot

_TELLING = ("service_level", "fee", "eligible_full", "integrated")


@click.group(epilog=example("tthc procedures template danh-muc.xlsx", "tthc procedures list --json"))
@click.option("--home", type=click.Path(path_type=Path), envvar="TTHC_HOME", expose_value=False, hidden=True)
def procedures() -> None:
    """Show what is known of each procedure (TTHC), or write a workbook to complete it."""


@procedures.command("list", epilog=example("tthc procedures list", "tthc procedures list --missing --json"))
@options.home
@click.option("--missing", is_flag=True, help="Only procedures of which a level or a yes/no is not told.")
@options.as_json
def list_procedures(home: Path, missing: bool, as_json: bool) -> None:
    """List the procedures of the newest snapshot, with what catalogues tell of them; null: not told."""
    from tthc import show
    from tthc.cli import state

    with state(home, None) as (_, snapshot):
        found = snapshot.rows(_LIST)
        if missing:
            found = [row for row in found if any(row[name] is None for name in _TELLING)]
        if as_json:
            click.echo(show.to_json({**show.head(snapshot), "procedures": found}))
        else:
            _print(found)


@procedures.command(epilog=example("tthc procedures template danh-muc-tthc.xlsx"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@options.home
@click.option("--force", is_flag=True, help="Replace the file when it exists.")
def template(file: Path, home: Path, force: bool) -> None:
    """Write a workbook for an office's own catalogue; procedures known already stand in it.

    What is filled in comes back with `tthc collect FILE`. A blank cell says nothing.
    """
    from collectors.home import open_home
    from collectors.procedure import FIELDS, Procedure
    from collectors.procedure_template import write_template
    from metrics.snapshot import open_snapshot

    if file.exists() and not force:
        raise click.UsageError(f"{file} đã có. Chọn tên khác, hoặc thêm --force để ghi đè.")
    snapshot = open_snapshot(open_home(home).path)
    rows: list[dict[str, Any]] = []
    synthetic = False
    if snapshot is not None:
        with snapshot:
            rows, synthetic = _own(snapshot), bool(snapshot.rows("SELECT synthetic FROM snapshot")[0]["synthetic"])
    known = (Procedure(**{name: row[name] for name in FIELDS}) for row in rows)
    count = write_template(file, known, synthetic=synthetic)
    click.echo(f"Đã ghi {file}: {count} thủ tục đã biết. Điền tiếp rồi chạy: tthc collect {file}")


def _own(snapshot: "Snapshot") -> list[dict[str, Any]]:
    """Return the procedures with a code that concern the office: with dossiers, or described by it; else all."""
    found = [row for row in snapshot.rows(_LIST) if row["procedure_code"] is not None]
    own = [row for row in found if row["dossiers"] or any(row[name] is not None for name in _TELLING)]
    return own or found


_LIST = """
-- one row per procedure; dossiers: how many were ever received
SELECT
    p.procedure_key,
    p.procedure_code,
    p.procedure_name,
    p.field,
    p.agency,
    p.executing_agency,
    p.level,
    p.service_level,
    p.fee,
    p.eligible_full,
    p.integrated,
    p.status,
    CAST(coalesce(sum(d.received), 0) AS BIGINT) AS dossiers
FROM procedure AS p
LEFT JOIN daily AS d ON d.procedure_key = p.procedure_key
GROUP BY ALL
ORDER BY p.procedure_code NULLS LAST, p.procedure_key
"""


def _said(flag: bool | None) -> str:
    return "–" if flag is None else "có" if flag else "không"


def _print(found: list[dict[str, Any]]) -> None:
    from collectors.vocabulary import name_vi
    from tthc import show

    columns = ("Mã TTHC", "Tên", "Lĩnh vực", "Mức độ DVC", "Có phí", "Đủ ĐK toàn trình", "Tích hợp DVCQG", "Hồ sơ")
    table = show.new_table("Thủ tục hành chính đã biết", columns, right=(7,))
    for row in found:
        level = name_vi("service_level", row["service_level"]) if row["service_level"] else "–"
        flags = (_said(row[name]) for name in ("fee", "eligible_full", "integrated"))
        name = row["procedure_name"] or row["procedure_key"]
        table.add_row(
            row["procedure_code"] or "–", name, row["field"] or "–", level, *flags, show.number(row["dossiers"])
        )
    show.console().print(table)
    show.console().print(f"{len(found)} thủ tục. “–”: chưa có danh mục nào cho biết.")
