"""Alerts in, messages an officer can forward as they are out: one for each sort of alert, with a line for each unit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlencode

from babel.numbers import format_decimal

from collectors.home import VIETNAM
from metrics.alert_journal import Known, Told
from metrics.alert_rules import RuleKind
from metrics.definitions import METRIC

MOST_LINES = 60

_TITLES: Mapping[RuleKind, str] = {
    RuleKind.BELOW_TARGET: "thấp hơn chỉ tiêu",
    RuleKind.BELOW_FOR_CERTAIN: "thấp hơn chỉ tiêu, vượt quá dao động ngẫu nhiên",
    RuleKind.FALLING: "giảm thật sự",
    RuleKind.OFF_PACE: "khó đạt chỉ tiêu vào cuối năm",
    RuleKind.OVERDUE_OPEN: "hồ sơ đang quá hạn",
    RuleKind.NEARLY_OVERDUE: "hồ sơ sắp quá hạn",
    RuleKind.SOURCE_LATE: "nguồn chưa có số liệu mới",
    RuleKind.SOURCE_NEVER: "nguồn chưa từng thu thập được",
    RuleKind.DATA_OLD: "số liệu không có sự kiện mới",
    RuleKind.ROWS_REFUSED: "nhiều dòng bị từ chối",
    RuleKind.EXPORT_REFUSED: "bản xuất bị từ chối",
    RuleKind.FINDINGS: "bản xuất có phát hiện cần đối chiếu",
    RuleKind.TARGET_CHANGING: "chỉ tiêu sắp thay đổi",
}

Holders = Callable[[Told], str]


def title(kind: RuleKind, alerts: Sequence[Known]) -> str:
    """Return the subject of a message about alerts of one kind and metric."""
    metric = alerts[0].told.metric
    units = {one.told.unit_code for one in alerts if one.told.unit_code}
    whom = f"{len(units)} đơn vị" if len(units) > 1 else alerts[0].told.unit_name or alerts[0].told.source or ""
    what = f"{METRIC[metric].label_vi}: " if metric else ""
    return f"[TTHC] {what}{whom} {_TITLES[kind]}".replace("  ", " ")


def body(alerts: Sequence[Known], *, now: datetime, link: str = "", holders: Holders | None = None) -> str:
    """Return the text of a message: a line for each alert, worst first, then what to do and where it stands."""
    ordered = sorted(alerts, key=lambda one: -(one.told.gap or 0))
    lines = [_line(one, now) for one in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        lines.append(f"… và {len(ordered) - MOST_LINES} đơn vị nữa, xem trên màn hình.")
    parts = ["\n".join(lines)]
    if holders is not None:
        found = [text for text in (holders(one.told) for one in ordered[:5]) if text]
        parts += ["\n".join(found)] if found else []
    documents = dict.fromkeys(one.told.document for one in ordered if one.told.document)
    parts += [f"Căn cứ: {'; '.join(documents)}."] if documents else []
    parts += [f"Xem: {address(link, ordered[0].told)}"] if link else []
    return "\n\n".join(parts)


def resolved_title(kind: RuleKind, alerts: Sequence[Told]) -> str:
    """Return the subject of a message about alerts that are over."""
    metric = alerts[0].metric
    whom = f"{len(alerts)} cảnh báo" if len(alerts) > 1 else alerts[0].unit_name or alerts[0].source or ""
    return f"[TTHC] ĐÃ HẾT – {f'{METRIC[metric].label_vi}: ' if metric else ''}{whom} {_TITLES[kind]}"


def resolved_body(alerts: Sequence[Told]) -> str:
    """Return the text of such a message."""
    lines = [f"- {one.unit_name or one.source or ''}: không còn “{one.message_vi}”" for one in alerts[:MOST_LINES]]
    return "Các cảnh báo sau đã hết:\n" + "\n".join(lines)


def address(link: str, told: Told) -> str:
    """Return the address of the page that shows what an alert is about."""
    chosen = {"source": told.source, "unit": told.unit_code, "period": told.period_label}
    query = urlencode({key: value for key, value in chosen.items() if value}) if told.unit_code else ""
    return f"{link.rstrip('/')}/{'?' + query if query else ''}"


def _line(alert: Known, now: datetime) -> str:
    told, since = alert.told, alert.state.since.replace(tzinfo=UTC).astimezone(VIETNAM)
    days = (now.astimezone(VIETNAM).date() - since.date()).days
    lasting = f"từ {since:%d/%m/%Y}" + (f", đã {days} ngày" if days else "")
    return f"- {told.message_vi} ({lasting})"


def percent(value: float | Decimal) -> str:
    """Return a ratio as people write it: 81,2 %."""
    return f"{format_decimal(Decimal(str(value)) * 100, '#,##0.0', locale='vi')} %"
