"""The commands about alerts: what fires, what was, who knows, and whether messages arrive."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tthc import options, published
from tthc.options import example

if TYPE_CHECKING:
    from metrics.alert_journal import Known, Past
    from tthc.alerting import Notified

_PHASE_VI = {
    "quiet": "yên",
    "pending": "chờ xác nhận",
    "firing": "ĐANG BÁO",
    "resolved": "đã hết",
    "closed": "đã đóng (kỳ đã qua)",
}
_PERSON = click.option("--by", "person", required=True, help="Who does it: a name or an account.")
_REASON = click.option("--reason", required=True, help="Why; it is kept.")


@click.group(
    invoke_without_command=True,
    epilog=example(
        "tthc alerts",
        "tthc alerts --notify",
        "tthc alerts acknowledge below_target:igate:online:H35.12:2026-10 --by 'Phòng Du lịch' --reason 'đang đôn đốc'",
        "tthc alerts history --days 30",
        "tthc alerts test-channel lanh-dao",
    ),
)
@options.home
@click.option("--notify", is_flag=True, help="Send what is to be told now (office hours), and try again what failed.")
@click.option("--all", "everything", is_flag=True, help="Pending, acknowledged and silenced ones too.")
@options.as_json
@click.pass_context
def alerts(ctx: click.Context, home: Path, notify: bool, everything: bool, as_json: bool) -> None:
    """Evaluate the newest snapshot and list what fires; exit 1 while anything does."""
    if ctx.invoked_subcommand is not None:
        return
    from metrics.alert_journal import AlertJournal
    from metrics.alert_state import Phase
    from tthc import alerting, show

    now = datetime.now(UTC)
    installed, snapshot = published.newest(home)
    alerting.settle(installed, now=now)
    phases = (Phase.FIRING, Phase.PENDING) if everything else (Phase.FIRING,)
    found = sorted(AlertJournal(installed.journal).known(*phases), key=_order)
    if as_json:
        click.echo(show.to_json({**show.head(snapshot), "alerts": [document(one) for one in found]}))
    else:
        _print(found)
    if notify:
        _tell(alerting.notify(installed, now=now), err=as_json)
    sys.exit(1 if any(one.state.phase is Phase.FIRING for one in found) else 0)


@alerts.command(epilog=example("tthc alerts history", "tthc alerts history --days 90 --json"))
@options.home
@click.option("--days", type=click.IntRange(1), default=30, show_default=True)
@options.as_json
def history(home: Path, days: int, as_json: bool) -> None:
    """Show when alerts began to fire, were resolved or closed, newest first."""
    from collectors.home import open_home
    from metrics.alert_journal import AlertJournal
    from tthc import show

    since = datetime.now(UTC) - timedelta(days=days)
    found = AlertJournal(open_home(home).journal).history(since=since)
    if as_json:
        click.echo(json.dumps([_past(one) for one in found], ensure_ascii=False, indent=1))
        return
    table = show.new_table("Lịch sử cảnh báo", ("Lúc", "Từ", "Sang", "Cảnh báo"))
    for one in found:
        step = one.transition
        at = show.local(step.at)
        table.add_row(at, _PHASE_VI[step.before], _PHASE_VI[step.after], one.told.message_vi or step.key)
    show.console().print(table)


@alerts.command(epilog=example("tthc alerts acknowledge KEY --by 'Phòng Du lịch' --reason 'đang đôn đốc các xã'"))
@click.argument("key")
@options.home
@_PERSON
@_REASON
def acknowledge(key: str, home: Path, person: str, reason: str) -> None:
    """Note that somebody knows: the alert goes on, its daily message stops until it fires anew."""
    _act(home, key, "acknowledge", person, reason)
    click.echo(f"Đã ghi: {person} đã biết cảnh báo này.")


@alerts.command(
    epilog=example("tthc alerts silence KEY --until 2026-12-31 --by 'Văn phòng' --reason 'đang chuyển hệ thống'")
)
@click.argument("key")
@options.home
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day of silence.")
@_PERSON
@_REASON
def silence(key: str, home: Path, until: datetime, person: str, reason: str) -> None:
    """Send no message about an alert until the end of a day; the screen shows it all the same."""
    from collectors.home import VIETNAM

    end = until.replace(tzinfo=VIETNAM) + timedelta(days=1)
    _act(home, key, "silence", person, reason, until=end)
    click.echo(f"Đã ghi: không gửi tin về cảnh báo này đến hết ngày {until:%d/%m/%Y}.")


@alerts.command(epilog=example("tthc alerts unsilence KEY --by 'Văn phòng' --reason 'đã chuyển xong'"))
@click.argument("key")
@options.home
@_PERSON
@_REASON
def unsilence(key: str, home: Path, person: str, reason: str) -> None:
    """Send messages about an alert again, before its silence is over."""
    _act(home, key, "unsilence", person, reason)
    click.echo("Đã ghi: gửi tin trở lại về cảnh báo này.")


@alerts.command(name="test-channel", epilog=example("tthc alerts test-channel", "tthc alerts test-channel lanh-dao"))
@click.argument("name", required=False)
@options.home
def test_channel(name: str | None, home: Path) -> None:
    """Send a test message through every channel, or the one named; exit 1 when one fails."""
    from collectors.home import open_home
    from metrics.notify import by_apprise, try_channel, usable_channels

    installed = open_home(home)
    channels, errors = usable_channels(installed.config.channels, installed.path)
    for error in errors:
        click.echo(error, err=True)
    wanted = [channel for channel in channels if name in (None, channel.name)]
    if not wanted and not errors:
        known = ", ".join(channel.name for channel in channels) or "chưa khai báo kênh nào trong tthc.toml"
        raise click.UsageError(f"Không có kênh “{name or ''}”. Các kênh: {known}.")
    failed = bool(errors)
    for channel in wanted:
        error = try_channel(channel, send=by_apprise)
        failed = failed or bool(error)
        click.echo(f"{channel.name}: {error or 'đã gửi tin thử'}")
    sys.exit(1 if failed else 0)


def document(one: "Known") -> dict[str, Any]:
    """Return an alert as JSON: what it says, since when, who knows."""
    told = one.told
    return {
        "key": one.state.key,
        "phase": one.state.phase,
        "since": one.state.since.isoformat() + "Z",
        **{name: getattr(told, name) for name in told.__slots__},
        "acknowledged_by": one.acknowledged.person if one.acknowledged else None,
        "silenced_until": one.silenced.until.isoformat() + "Z" if one.silenced and one.silenced.until else None,
    }


def _past(one: "Past") -> dict[str, Any]:
    step = one.transition
    return {
        "key": step.key,
        "at": step.at.isoformat() + "Z",
        "before": step.before,
        "after": step.after,
        "snapshot_id": one.snapshot_id,
        "message_vi": one.told.message_vi,
    }


def _order(one: "Known") -> tuple[object, ...]:
    told = one.told
    severity = {"critical": 0, "warning": 1, "info": 2}.get(told.severity, 3)
    return severity, told.rule, told.metric or "", told.unit_code or "", told.period_label or ""


def _print(found: "list[Known]") -> None:
    from tthc import show

    out = show.console()
    out.print(f"Cảnh báo: {show.number(len(found))}" if found else "Không có cảnh báo.")
    for one in found:
        about = [f"từ {show.local(one.state.since)}"]
        about += [_PHASE_VI[one.state.phase]] if one.state.phase != "firing" else []
        about += [f"{one.acknowledged.person} đã biết: {one.acknowledged.reason}"] if one.acknowledged else []
        about += [f"không gửi tin: {one.silenced.reason}"] if one.silenced else []
        out.print(f"• {one.told.message_vi} ({'; '.join(about)})", soft_wrap=True, markup=False)
        if one.told.holders_vi:
            out.print(f"  {one.told.holders_vi}", soft_wrap=True, markup=False)
        out.print(f"  {one.state.key}", soft_wrap=True, markup=False, style="dim")


def _tell(done: "Notified", *, err: bool) -> None:
    for error in done.errors:
        click.echo(f"Không dùng được: {error}", err=True)
    if done.busy:
        click.echo("Một lượt gửi tin khác đang chạy; lượt ấy gửi cả các tin này.", err=err)
        return
    if done.waiting:
        click.echo("Ngoài giờ làm việc: tin được gửi vào giờ làm việc kế tiếp.", err=err)
    click.echo(f"Tin mới: {done.written}; đã gửi: {done.sent}; chưa gửi được: {done.failed}.", err=err)


def _act(home: Path, key: str, act: str, person: str, reason: str, until: datetime | None = None) -> None:
    from collectors.home import open_home
    from metrics.alert_journal import AlertJournal

    journal = AlertJournal(open_home(home).journal)
    if key not in journal.states():
        raise click.UsageError(f"Không có cảnh báo “{key}”. Khóa của từng cảnh báo: `tthc alerts --all`.")
    if not person.strip() or not reason.strip():
        raise click.UsageError("Cần ghi rõ ai (--by) và vì sao (--reason).")
    journal.act(key, act, person=person.strip(), reason=reason.strip(), at=datetime.now(UTC), until=until)
