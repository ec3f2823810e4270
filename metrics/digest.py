"""The week in one message: the rates of an office against their targets, and how they moved since last week's."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from babel.numbers import format_decimal

from collectors.home import VIETNAM
from metrics.alert_journal import AlertJournal, Message
from metrics.alert_state import Phase
from metrics.definitions import METRIC
from metrics.journal import Journal
from metrics.snapshot import Snapshot
from metrics.targets import Kind, Op
from metrics.wording import from_float, number, percent, share
from metrics.working_days import WorkingDays

TOPIC = "digest"
_LAST = "alerts.digest"
_WEEK = timedelta(days=7)

_HEADLINE = """
-- one row per judged ratio of the running year of one unit, real data only
SELECT a.metric, a.variant, a.unit_name, a.numerator, a.denominator, a.ratio, a.target_value, a.target_op, a.target_kind,
    a.status, a.gap
FROM assessment AS a
JOIN source AS s ON s.source = a.source
WHERE
    a.unit_code = ? AND a.period_kind = 'year_to_date' AND NOT s.synthetic AND a.denominator > 0
    AND a.status IN ('met', 'below', 'not_due')
ORDER BY a.status = 'met', a.metric
"""


def digest_due(alerts: AlertJournal, day: date, calendar: WorkingDays) -> bool:
    """Tell whether the digest of a week is still to be written: Monday, or the first working day that can.

    What was written is looked up by its week, so neither a restart nor a clock that jumps writes it twice.
    """
    monday = day - timedelta(days=day.weekday())
    week = alerts.messages_of(TOPIC, monday.isoformat(), (monday + timedelta(days=6)).isoformat())
    return calendar.is_working(day) and not week


def write_digest(
    alerts: AlertJournal, journal: Journal, snapshot: Snapshot, unit: str, channels: list[str], *, now: datetime
) -> int:
    """Write the digest of the week for these channels and return how many are new; nothing without a judged rate.

    What the rates were is remembered, so that next week's digest can say how they moved.
    """
    rows = snapshot.rows(_HEADLINE, (unit,))
    if not rows or not channels:
        return 0
    day = now.astimezone(VIETNAM).date()
    before = _remembered(journal, day)
    title = f"[TTHC] Tổng hợp tuần, {rows[0]['unit_name']}, ngày {day:%d/%m/%Y}"
    lines = [_line(row, before, day) for row in rows]
    body = "\n".join([f"Từ đầu năm đến nay ({_alerts(alerts, now)}):", *lines])
    written = sum(
        alerts.write_message(
            Message(day=day.isoformat(), topic=TOPIC, kind="digest", channel=name, title=title, body=body, made_at=now)
        )
        for name in channels
    )
    if written:
        journal.remember(_LAST, json.dumps({"day": day.isoformat(), "ratios": _ratios(rows), "before": asdict(before)}))
    return written


@dataclass(frozen=True, slots=True)
class _Before:
    """The ratios of the digest before, and its day; "": there is none of this year."""

    day: str = ""
    ratios: Mapping[str, float] = field(default_factory=dict)


def _remembered(journal: Journal, day: date) -> _Before:
    """Return the digest before; written twice on one day, the one before that day's. A new year begins anew."""
    kept: dict[str, Any] = json.loads(journal.recall(_LAST) or "{}")
    found = _Before(kept.get("day", ""), kept.get("ratios", {}))
    if found.day == day.isoformat():
        found = _Before(**kept["before"]) if "day" in kept.get("before", {}) else _Before()
    return found if found.day[:4] == f"{day:%Y}" and found.day < day.isoformat() else _Before()


def _alerts(alerts: AlertJournal, now: datetime) -> str:
    """Say how many alerts are open, and how many began and ended in the last seven days; real data only."""
    firing = sum(not one.told.synthetic for one in alerts.known(Phase.FIRING))
    steps = [one.transition.after for one in alerts.history(since=now - _WEEK) if not one.told.synthetic]
    new, over = steps.count(Phase.FIRING), steps.count(Phase.RESOLVED)
    return f"{firing} cảnh báo đang mở; bảy ngày qua: {new} mới, {over} đã hết"


def _ratios(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {f"{row['metric']}:{row['variant']}": row["ratio"] for row in rows}


def _line(row: Mapping[str, Any], before: _Before, day: date) -> str:
    counts = "/".join(number(row[name], "vi") for name in ("numerator", "denominator"))
    found, asked = from_float(row["ratio"]), from_float(row["target_value"])
    at_most = row["target_op"] == Op.AT_MOST
    level = "ngưỡng điểm tối đa" if row["target_kind"] == Kind.FULL_MARK else "chỉ tiêu"
    status = {"met": "đạt", "not_due": "chưa đến hạn"}.get(row["status"], "")
    if not status:
        metric = METRIC[row["metric"]]
        status = f"{'vượt' if at_most else 'còn thiếu'} {number(row['gap'], 'vi')} {metric.counted_vi}"
    known = before.ratios.get(f"{row['metric']}:{row['variant']}")
    moved = "" if known is None else f"; {_points(row['ratio'] - known)} so với {_since(before, day)}"
    return (
        f"- {METRIC[row['metric']].label_vi}: {counts} = {percent(found, '0.0', 'vi')}, "
        f"{level} {'không quá ' if at_most else ''}{share(asked, 'vi')}: {status}{moved}"
    )


def _since(before: _Before, day: date) -> str:
    then = date.fromisoformat(before.day)
    return "tuần trước" if day - then < 2 * _WEEK else f"ngày {then:%d/%m/%Y}"


def _points(change: float) -> str:
    return f"{format_decimal(round(100 * change, 1), '+#,##0.0;-#,##0.0', locale='vi')} điểm %"
