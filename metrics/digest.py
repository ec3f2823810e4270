"""The week in one message: the rates of an office against their targets, and how they moved since last week's."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from babel.numbers import format_decimal

from collectors.home import VIETNAM
from metrics.alert_journal import AlertJournal, Message
from metrics.alert_state import Phase
from metrics.alert_words import percent
from metrics.definitions import METRIC
from metrics.journal import Journal
from metrics.snapshot import Snapshot
from metrics.working_days import WorkingDays

TOPIC = "digest"
_LAST = "alerts.digest"

_HEADLINE = """
-- one row per judged ratio of the running year of one unit, real data only
SELECT a.metric, a.variant, a.unit_name, a.numerator, a.denominator, a.ratio, a.target_value, a.status, a.gap
FROM assessment AS a
JOIN source AS s ON s.source = a.source
WHERE
    a.unit_code = ? AND a.period_kind = 'year_to_date' AND NOT s.synthetic AND a.denominator > 0
    AND a.status IN ('met', 'below', 'not_due')
ORDER BY a.status = 'met', a.metric
"""


def first_working_day(day: date, calendar: WorkingDays) -> bool:
    """Tell whether a day is the first working day of its week: Monday, or the day after a holiday."""
    monday = day - timedelta(days=day.weekday())
    return calendar.is_working(day) and calendar.between(monday, day) == 1


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
    firing = len([one for one in alerts.known(Phase.FIRING) if not one.told.synthetic])
    title = f"[TTHC] Tổng hợp tuần, {rows[0]['unit_name']}, ngày {day:%d/%m/%Y}"
    lines = [_line(row, before) for row in rows]
    body = "\n".join([f"Từ đầu năm đến nay ({firing} cảnh báo đang mở):", *lines])
    written = sum(
        alerts.write_message(
            Message(day=day.isoformat(), topic=TOPIC, kind="digest", channel=name, title=title, body=body, made_at=now)
        )
        for name in channels
    )
    if written:
        journal.remember(_LAST, json.dumps({"day": day.isoformat(), "ratios": _ratios(rows), "before": before}))
    return written


def _remembered(journal: Journal, day: date) -> dict[str, float]:
    """Return the ratios of the digest before; written twice on one day, the one before that day's."""
    kept: dict[str, Any] = json.loads(journal.recall(_LAST) or "{}")
    found: dict[str, float] = kept.get("before" if kept.get("day") == day.isoformat() else "ratios", {})
    return found


def _ratios(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {f"{row['metric']}:{row['variant']}": row["ratio"] for row in rows}


def _line(row: Mapping[str, Any], before: Mapping[str, float]) -> str:
    counts = "/".join(str(format_decimal(row[name], locale="vi")) for name in ("numerator", "denominator"))
    asked = f", chỉ tiêu {percent(row['target_value'])}"
    status = {"met": "đạt", "below": f"thiếu {format_decimal(row['gap'], locale='vi')}", "not_due": "chưa đến hạn"}
    known = before.get(f"{row['metric']}:{row['variant']}")
    moved = "" if known is None else f", {_points(row['ratio'] - known)} so với tuần trước"
    label = METRIC[row["metric"]].label_vi
    return f"- {label}: {counts} = {percent(row['ratio'])}{asked}: {status[row['status']]}{moved}"


def _points(change: float) -> str:
    return f"{format_decimal(round(100 * change, 1), '+#,##0.0;-#,##0.0', locale='vi')} điểm %"
