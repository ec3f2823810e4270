"""The commands about readers: what an account may see and do, and what was done or refused from the screen."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from tthc import options
from tthc.options import example

_ACT_VI = {
    "handed_in": "nộp tệp",
    "checked": "kiểm tra tệp",
    "collected": "thu bản xuất",
    "denied": "BỊ TỪ CHỐI",
    "acknowledge": "đã biết cảnh báo",
    "silence": "tạm ngừng gửi tin",
    "unsilence": "gửi tin trở lại",
}


@click.group(epilog=example("tthc access log --days 30", "tthc access who xa.muongkim@coquan.example"))
@click.option("--home", type=click.Path(path_type=Path), envvar="TTHC_HOME", expose_value=False, hidden=True)
def access() -> None:
    """Who may see and do what on the screen, and what was done from it (docs/dang-nhap.md)."""


@access.command(epilog=example("tthc access log", "tthc access log --days 90 --json"))
@options.home
@click.option("--days", type=click.IntRange(1), default=30, show_default=True)
@options.as_json
def log(home: Path, days: int, as_json: bool) -> None:
    """Show acts on alerts, uploads and refused attempts, newest first."""
    from collectors.home import open_home
    from tthc import show

    found = _events(open_home(home).journal, datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    table = show.new_table("Nhật ký thao tác", ("Lúc", "Ai", "Việc", "Đối tượng", "Kết quả, lý do"))
    for one in found:
        at = show.local(datetime.fromisoformat(one["at"].removesuffix("Z")))
        table.add_row(at, one["who"] or "–", _ACT_VI[one["act"]], one["subject"], one["note"])
    show.console().print(table)


@access.command(
    epilog=example("tthc access who van-hanh", "tthc access who moi@coquan.example --group lanh-dao --json")
)
@click.argument("account")
@click.option("--group", "groups", multiple=True, help="A group of the login service the account is in; repeatable.")
@options.home
@options.as_json
def who(account: str, groups: tuple[str, ...], home: Path, as_json: bool) -> None:
    """Tell the role and the units of an account; exit 1 when it is refused."""
    from collectors.home import open_home
    from metrics.readers import reader_of

    found = reader_of(open_home(home), account, groups)
    if as_json:
        role, units = (found.role, found.scope.units) if found else (None, ())
        click.echo(json.dumps({"account": account, "role": role, "units": units}, ensure_ascii=False))
    elif found is None:
        click.echo(f"{account}: bị từ chối (không có trong danh sách).")
    else:
        seen = ", ".join(found.scope.units) or "không (chỉ xem tỷ lệ)"
        click.echo(f"{account}: {found.role}; xem từng hồ sơ của đơn vị: {seen}.")
    sys.exit(0 if found else 1)


def _events(journal: Path, since: datetime) -> list[dict[str, Any]]:
    """Return acts on alerts and events of the screen together; at: UTC."""
    from metrics.alert_journal import AlertJournal
    from metrics.audit import AuditJournal

    done = [
        (one.at, one.person, one.act, one.key, one.reason) for one in AlertJournal(journal).acts() if one.at >= since
    ]
    events = AuditJournal(journal).events(since=since)
    done += [(one.at, one.who, one.act, one.subject, one.outcome) for one in events]
    done.sort(key=lambda one: one[0], reverse=True)
    names = ("who", "act", "subject", "note")
    return [{"at": f"{at.isoformat()}Z", **dict(zip(names, rest, strict=True))} for at, *rest in done]
