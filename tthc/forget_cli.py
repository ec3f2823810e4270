"""The command that takes an accepted export back, or in again; nothing is removed from the archive."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tthc import options
from tthc.options import example

if TYPE_CHECKING:
    from collectors.archive import Archived

_SHORTEST = 6  # letters of an id
_SHOWN = 8


@click.command(
    epilog=example(
        "tthc forget 3f9a1c2b --by 'Văn phòng' --reason 'xuất nhầm đơn vị'",
        "tthc forget thang-10.xlsx --by 'Văn phòng' --reason 'đã xuất lại' --undo --json",
    )
)
@click.argument("export")
@options.home
@click.option("--by", "person", required=True, help="Who does it: a name or an account.")
@click.option("--reason", required=True, help="Why; it is kept.")
@click.option("--undo", is_flag=True, help="Take in again what was taken back.")
@options.as_json
def forget(export: str, home: Path, person: str, reason: str, undo: bool, as_json: bool) -> None:
    """Take back an export that was accepted but is wrong: what it said no longer counts, from today on.

    EXPORT: its id, or the beginning of it, or the name of its file. It stays in the archive with who took it back, when
    and why; --as-of an earlier day still counts it. All the numbers are made again, which may take minutes.
    """
    from collectors.home import open_home
    from collectors.withdrawal import Act, Kind
    from tthc import jobs

    if not person.strip() or not reason.strip():
        raise click.UsageError("Cần ghi rõ ai (--by) và vì sao (--reason).")
    installed, now = open_home(home), datetime.now(UTC)
    found = _one(installed.archive, export)
    if (found.withdrawal is not None) is not undo:
        state = "đang được tính, chưa bị rút lại" if undo else "đã được rút lại từ trước"
        raise click.UsageError(f"Bản xuất {_told(found)} {state}.")
    act = Act(Kind.RETURNED if undo else Kind.WITHDRAWN, person.strip(), reason.strip(), now)
    snapshot_id = jobs.withdraw(installed, found, act, now=now)
    if as_json:
        told = {"export_id": found.report.export_id, "file_name": found.report.file_name, "act": act.kind}
        click.echo(json.dumps({**told, "snapshot_id": snapshot_id}, ensure_ascii=False))
        return
    done = "Đã tính lại" if undo else "Đã rút lại"
    click.echo(f"{done} bản xuất {_told(found)}; bản công bố {snapshot_id}.")


def _one(archive: Path, asked: str) -> "Archived":
    """Return the export that is meant; raises UsageError where none is, or several are."""
    from collectors import archive as kept

    everything = sorted(kept.everything(archive), key=lambda one: one.captures[-1], reverse=True)
    by_id = [one for one in everything if len(asked) >= _SHORTEST and one.report.export_id.startswith(asked.lower())]
    found = by_id or [one for one in everything if one.report.file_name == asked]
    if len(found) == 1:
        return found[0]
    listed = "\n".join(f"  {_told(one)}" for one in (found or everything)[:_SHOWN])
    if found:
        raise click.UsageError(f"“{asked}” là nhiều bản xuất. Ghi rõ mã của một bản:\n{listed}")
    raise click.UsageError(
        f"Không có bản xuất nào là “{asked}”. Ghi ít nhất {_SHORTEST} chữ đầu của mã, hoặc tên tệp."
        + (f" Các bản mới nhất:\n{listed}" if listed else "")
    )


def _told(export: "Archived") -> str:
    from collectors.home import VIETNAM

    report = export.report
    return (
        f"{report.export_id[:12]} ({report.file_name}, lấy {export.captures[-1].astimezone(VIETNAM):%d/%m/%Y},"
        f" nhận {report.rows_accepted} dòng)"
    )
