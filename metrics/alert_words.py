"""Alerts in, messages an officer can forward as they are out: one for each sort of alert, with a table of the units."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlencode

from collectors.home import VIETNAM
from metrics.alert_journal import Known, Told
from metrics.alert_rules import AlertRule, RuleKind, paragraph
from metrics.definitions import METRIC, Direction
from metrics.periods import in_vietnamese, parse_period
from metrics.wording import from_float, number, ratio, share

MOST_LINES = 60
MOST_HOLDERS = 5
RUNBOOK = "docs/van-hanh.md"

TITLES: Mapping[RuleKind, str] = {
    RuleKind.BELOW_TARGET: "thấp hơn mức cần đạt",
    RuleKind.BELOW_FOR_CERTAIN: "thấp hơn mức cần đạt, không phải do ngẫu nhiên",
    RuleKind.BELOW_YEAR_BEFORE: "kém cùng kỳ năm trước",
    RuleKind.FALLING: "xấu đi rõ rệt",
    RuleKind.OFF_PACE: "khó đạt vào cuối năm",
    RuleKind.OVERDUE_OPEN: "có hồ sơ đang quá hạn",
    RuleKind.NEARLY_OVERDUE: "có hồ sơ sắp quá hạn",
    RuleKind.SOURCE_LATE: "chưa có số liệu mới",
    RuleKind.SOURCE_NEVER: "chưa từng thu thập được",
    RuleKind.DATA_OLD: "không có sự kiện mới trong số liệu",
    RuleKind.ROWS_REFUSED: "có nhiều dòng bị từ chối",
    RuleKind.EXPORT_REFUSED: "có bản xuất bị từ chối",
    RuleKind.FINDINGS: "có số liệu cần đối chiếu",
    RuleKind.QUALITY_LOW: "có chất lượng số liệu thấp",
    RuleKind.TARGET_CHANGING: "sắp thay đổi",
}
_LEADS: Mapping[RuleKind, str] = {
    RuleKind.BELOW_TARGET: "{whom} thấp hơn mức cần đạt.",
    RuleKind.BELOW_FOR_CERTAIN: "{whom} thấp hơn mức cần đạt, khoảng tin cậy 95 % nằm hẳn dưới mức ấy.",
    RuleKind.BELOW_YEAR_BEFORE: "{whom} kém cùng kỳ năm trước, trong khi văn bản yêu cầu nâng cao.",
    RuleKind.FALLING: "{whom} có tháng gần nhất xấu đi vượt quá dao động thường thấy.",
    RuleKind.OFF_PACE: "Với nhịp hiện nay, {whom} khó đạt vào cuối năm.",
    RuleKind.OVERDUE_OPEN: "{whom} đang có hồ sơ quá hạn chưa giải quyết xong.",
    RuleKind.NEARLY_OVERDUE: "{whom} có hồ sơ sắp quá hạn.",
}
_RUNNING = {"year-to-date": "từ đầu năm", "quarter-to-date": "từ đầu quý", "month-to-date": "từ đầu tháng"}
_STATUS: Mapping[RuleKind, str] = {
    RuleKind.BELOW_TARGET: "Tình trạng pháp lý (tính đúng từng hồ sơ): ",
    RuleKind.BELOW_FOR_CERTAIN: "Tình trạng thống kê (ngoài dao động ngẫu nhiên, cần xử lý trước): ",
}
_COUNTS = (RuleKind.OVERDUE_OPEN, RuleKind.NEARLY_OVERDUE)


def title(kind: RuleKind, alerts: Sequence[Told]) -> str:
    """Return the subject of a message about alerts of one kind and metric."""
    return f"[TTHC] {_subject(kind, alerts)}"


def resolved_title(kind: RuleKind, alerts: Sequence[Told]) -> str:
    """Return the subject of a message about alerts that are over."""
    return f"[TTHC] ĐÃ HẾT – {_subject(kind, alerts)}"


def body(rule: AlertRule, alerts: Sequence[Known], *, now: datetime, link: str = "") -> str:
    """Return the text of a message: what, how much, since when, who holds the gap, by which document, where to look.

    One alert is a sentence, several are a table, the greatest gap first.
    """
    ordered = sorted(alerts, key=lambda one: (-(one.told.gap or 0), one.state.key))
    told = [one.told for one in ordered]
    several = len(ordered) > 1 and rule.kind in _LEADS
    parts = [_STATUS.get(rule.kind, "") + (_table(rule, ordered, now) if several else _sentences(ordered, now))]
    holders = {
        one.unit_code: one.holders_vi for one in reversed(told) if one.holders_vi
    }  # of each unit the greatest gap
    named = [holders[code] for code in dict.fromkeys(one.unit_code for one in told) if code in holders]
    parts += ["\n".join(named[:MOST_HOLDERS])] if named else []
    documents = dict.fromkeys(one.document for one in told if one.document)
    parts += [f"Căn cứ: {'; '.join(documents)}."] if documents and len(ordered) > 1 else []
    parts += [f"Xem: {address(link, told)}"] if link else []
    parts += [f"Ý nghĩa và cách xử lý: {RUNBOOK}, mục {paragraph(rule)}."]
    return "\n\n".join(parts)


def resolved_body(alerts: Sequence[Known]) -> str:
    """Return the text of a message about alerts that are over."""
    lines = []
    for one in alerts[:MOST_LINES]:
        whom = one.told.unit_name or one.told.source or ""
        lines.append(
            f"- {whom}: đã hết từ {_moment(one.state.since):%H:%M ngày %d/%m/%Y}. Trước đó: {one.told.message_vi}"
        )
    return "\n".join(["Các cảnh báo sau đã hết, không cần làm gì thêm:", *lines, *_more(len(alerts))])


def address(link: str, told: Sequence[Told]) -> str:
    """Return the page that shows what a message is about: a unit's overview, else the list of alerts."""
    place, one = link.rstrip("/"), told[0]
    if len({each.unit_code for each in told}) > 1 or not one.unit_code:
        return f"{place}/alerts"
    chosen = {"source": one.source, "unit": one.unit_code, "period": one.period_label}
    return f"{place}/?{urlencode({key: value for key, value in chosen.items() if value})}"


def _subject(kind: RuleKind, alerts: Sequence[Told]) -> str:
    metric = alerts[0].metric
    what = f"{METRIC[metric].label_vi}: " if metric in METRIC and kind not in _COUNTS else ""
    if kind is RuleKind.TARGET_CHANGING:
        return f"{what or 'Chỉ tiêu '}{'chỉ tiêu ' if what else ''}{TITLES[kind]}"
    return f"{what}{_whom(alerts)} {TITLES[kind]}"


def _whom(alerts: Sequence[Told]) -> str:
    units = {one.unit_code for one in alerts if one.unit_code}
    if units:
        return f"{len(units)} đơn vị" if len(units) > 1 else alerts[0].unit_name or alerts[0].unit_code or ""
    sources = {one.source for one in alerts if one.source}
    return f"{len(sources)} nguồn" if len(sources) > 1 else f"nguồn {alerts[0].source or ''}".strip()


def _sentences(alerts: Sequence[Known], now: datetime) -> str:
    dash = "- " if len(alerts) > 1 else ""
    lines = [f"{dash}{one.told.message_vi} Cảnh báo mở từ {_lasting(one, now)}." for one in alerts[:MOST_LINES]]
    return "\n".join([*lines, *_more(len(alerts))])


def _table(rule: AlertRule, alerts: Sequence[Known], now: datetime) -> str:
    lead = _LEADS[rule.kind].format(whom=_whom([one.told for one in alerts]))
    short = "Vượt" if _less_is_better(alerts[0].told) else "Còn thiếu"
    between = ["Số hồ sơ"] if rule.kind in _COUNTS else ["Kỳ", "Thực hiện", "Mức cần đạt", short]
    head = ["Đơn vị", *between, "Từ ngày"]
    cells = _count_cells if rule.kind in _COUNTS else _ratio_cells
    lines = [
        f"{place}. " + " | ".join([*cells(one.told, now), _lasting(one, now)])
        for place, one in enumerate(alerts[:MOST_LINES], start=1)
    ]
    lead = lead if rule.kind in _STATUS else f"{lead[0].upper()}{lead[1:]}"
    return "\n".join([lead, "", " | ".join(head), *lines, *_more(len(alerts))])


def _less_is_better(told: Told) -> bool:
    return told.metric in METRIC and METRIC[told.metric].direction is Direction.DOWN


def _count_cells(told: Told, _now: datetime) -> list[str]:
    return [told.unit_name or told.unit_code or "", number(told.gap or 0, "vi")]


def _ratio_cells(told: Told, now: datetime) -> list[str]:
    counted = METRIC[told.metric].counted_vi if told.metric in METRIC else ""
    asked = None if told.target_value is None else from_float(told.target_value)
    return [
        told.unit_name or told.unit_code or "",
        _period(told.period_label, now),
        _reached(told, asked),
        "–" if asked is None else share(asked, "vi"),
        "–" if told.gap is None else f"{number(told.gap, 'vi')} {counted}".strip(),
    ]


def _reached(told: Told, asked: Decimal | None) -> str:
    if told.numerator is None or not told.denominator:
        return "–" if told.ratio is None else share(from_float(round(told.ratio, 4)), "vi")
    found = Decimal(told.numerator) / told.denominator
    return ratio((told.numerator, told.denominator), found, found + 1 if asked is None else asked, "vi")


def _period(label: str | None, now: datetime) -> str:
    """Return a period in words; one that runs without the day it runs to, which is that of the data."""
    if not label:
        return "–"
    return _RUNNING.get(label) or in_vietnamese(parse_period(label, now.astimezone(VIETNAM).date()))


def _more(count: int) -> list[str]:
    return [f"… và {count - MOST_LINES} dòng nữa, xem trên màn hình."] if count > MOST_LINES else []


def _lasting(alert: Known, now: datetime) -> str:
    since = _moment(alert.state.since)
    days = (now.astimezone(VIETNAM).date() - since.date()).days
    return f"{since:%d/%m/%Y}" + (f" ({days} ngày)" if days > 0 else "")


def _moment(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC).astimezone(VIETNAM)
