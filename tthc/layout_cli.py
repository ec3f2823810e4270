"""`tthc layout`: how a file is understood, and a draft of a layout for a form that is not known yet."""

import dataclasses
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collectors.explanation import Explanation, Sheet

_EXAMPLES = "\b\nExamples:\n  tthc layout explain danh-sach.xlsx\n  tthc layout new danh-sach-la.xlsx > mau-moi.toml"
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))

# every command takes --home; these two read a file and nothing of the installation
_home = click.option("--home", type=click.Path(path_type=Path), envvar="TTHC_HOME", expose_value=False, hidden=True)


@click.group(epilog=_EXAMPLES)
@_home
def layout() -> None:
    """Show how a list or a summary form is understood, or draft a layout for an unknown list; no personal value is shown."""


@layout.command(epilog="\b\nExamples:\n  tthc layout explain danh-sach.xlsx --json")
@_file
@_home
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def explain(file: Path, as_json: bool) -> None:
    """Show container, encoding, sheets, header, columns, formats, rows by class, and what was not understood.

    Exit 1 when the file would be refused.
    """
    from collectors.explain import explain as explained
    from collectors.export import ExportError

    try:
        found = explained(file, captured_at=datetime.fromtimestamp(file.stat().st_mtime, tz=UTC))
    except ExportError as error:
        click.echo(f"tthc: {error.message_vi}", err=True)
        sys.exit(1)
    click.echo(json.dumps(dataclasses.asdict(found), ensure_ascii=False, indent=1) if as_json else _text(found))
    sys.exit(1 if found.message_vi else 0)


@layout.command(epilog="\b\nExamples:\n  tthc layout new danh-sach-la.xlsx --name viettel_dossier_list")
@_file
@_home
@click.option("--name", default="new_layout", show_default=True, help="Name of the layout: letters, digits, _.")
def new(file: Path, name: str) -> None:
    """Draft a TOML for an unknown form on stdout; complete it and put it into collectors/layouts/ with an example."""
    from collectors.explain import draft
    from collectors.export import ExportError

    if not name.isidentifier():
        raise click.BadParameter(f"{name}; letters, digits and _ only", param_hint="--name")
    try:
        click.echo(draft(file, name=name), nl=False)
    except ExportError as error:
        click.echo(f"tthc: {error.message_vi}", err=True)
        sys.exit(1)


def _text(found: "Explanation") -> str:
    written = ", ".join(
        part for part in (found.encoding, f"phân cách {found.delimiter!r}" * bool(found.delimiter)) if part
    )
    lines = [f"Tệp {found.file}: {found.container}" + (f" ({written})" if written else "")]
    for sheet in found.sheets:
        lines += _sheet_text(sheet)
    if found.classes:
        lines += [
            "",
            "Dòng dưới tiêu đề:",
            *(f"  {count:>7}  {name}" for name, count in found.classes.items() if count),
        ]
    if found.findings:
        lines += ["", "Điều cần xem:", *(f"  {words}" for words in found.findings)]
    if found.refusals:
        lines += ["", "Dòng bị từ chối:", *(f"  {words}" for words in found.refusals)]
    if found.message_vi:
        lines += ["", f"KHÔNG NHẬN: {found.message_vi}"]
    return "\n".join(lines)


def _sheet_text(sheet: "Sheet") -> list[str]:
    from collectors.explain import distribution
    from collectors.explanation import UNKNOWN_VI

    name = f"Trang tính “{sheet.name}”" if sheet.name else "Bảng"
    if not sheet.layout:
        todo = " Nếu là mẫu mới: tthc layout new" if sheet.message_vi == UNKNOWN_VI else ""
        return ["", f"{name}: {sheet.rows} dòng, {sheet.message_vi}.{todo}"]
    rows = ", ".join(str(row) for row in sheet.header_rows)
    lines = ["", f"{name}: {sheet.rows} dòng, mẫu {sheet.layout} — {sheet.title_vi}"]
    lines += [f"Giống mẫu {sheet.likeness:.0%}; tiêu đề ở dòng {rows}"]
    if sheet.rivals:
        lines += ["Mẫu gần giống: " + ", ".join(f"{name} {share:.0%}" for name, share in sheet.rivals.items())]
    for column in sheet.columns:
        meaning = column.field or column.note
        written = f": {distribution(column.formats)}" if column.formats else ""
        lines += [f"  {column.place:>3}  {column.header or '(không tiêu đề)'} → {meaning}; {column.filled} ô{written}"]
    for name, words in (("Kỳ", sheet.period), ("Đơn vị", sheet.unit), ("Cách hiểu", sheet.definition)):
        lines += [f"{name}: {words}"] if words else []
    lines += [f"Dòng tổng, {words}" for words in sheet.totals]
    if sheet.missing:
        lines += ["Thiếu so với mẫu: " + ", ".join(sheet.missing)]
    return lines
