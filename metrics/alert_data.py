"""Alerts about the data themselves: late, never come, old, refused, fewer, not adding up, poor; told to the operator.

What is seen in the newest export holds until a better one comes; what compares with the history of the source
(`metrics.quality_checks`) is made anew at every publication, and an alert stays open while it cannot be made.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from collectors.findings import DIMENSION_VI, Dimension, Looker, checks
from collectors.home import VIETNAM
from metrics.alert_rules import AlertRule, RuleKind
from metrics.alert_state import Seen
from metrics.alert_told import Found, tell
from metrics.alerts import HISTORY, late_words, refused_words
from metrics.quality import published_quality
from metrics.wording import number, percent

if TYPE_CHECKING:
    from metrics.alert_evaluation import Situation

_BY_READER = frozenset({Looker.LIST, Looker.PORTAL})
_POOR = frozenset({Dimension.COMPLETENESS, Dimension.VALIDITY, Dimension.UNIQUENESS})  # lateness has a rule of its own


def late(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each real source whose last successful collection, or whose data, are older than `days`."""
    for name, row in situation.sources.items():
        if row["synthetic"] or name in HISTORY:
            continue
        collected = row["last_success_at"] or situation.moment
        age = situation.moment - min(collected, row["captured_at"])
        if age > timedelta(days=rule.days):
            words = late_words(name, age, collecting=collected < row["captured_at"])
            yield name, tell(rule, *words, source=name)


def never(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each source that was asked and never collected."""
    for one in situation.collected.values():
        if one.last_success_at is None:
            tried = one.last_run_at.replace(tzinfo=UTC).astimezone(VIETNAM)
            words = (
                f"Nguồn {one.source} chưa lần nào thu thập thành công (lần thử gần nhất {tried:%H:%M %d/%m/%Y}). "
                "Chạy `tthc doctor` để biết nguyên nhân.",
                f"Source {one.source} has never been collected successfully. Run `tthc doctor`.",
            )
            yield one.source, tell(rule, *words, source=one.source)


def old(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each real list of dossiers whose newest event lies more than `days` back: did it run is not did data come."""
    for name, row in situation.sources.items():
        newest: date | None = row["newest_event"]
        if newest is None or row["synthetic"] or row["kind"] != "dossier":
            continue
        days = (situation.day - newest).days
        if days > rule.days:
            words = (
                f"Nguồn {name}: sự kiện mới nhất trong số liệu là ngày {newest:%d/%m/%Y}, đã {days} ngày. "
                "Bản xuất có thể bị lọc sai kỳ: xuất lại đến hôm nay.",
                f"Source {name}: the newest event in its data is of {newest}, {days} days ago.",
            )
            yield name, tell(rule, *words, source=name)


def rows_refused(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each source and layout whose newest export lost more than `share` of its rows."""
    for row in situation.snapshot.rows(_NEWEST):
        if Decimal(row["rows_refused"]) > rule.share * row["rows_read"]:
            words = refused_words(row["file_name"], row["rows_refused"], row["rows_read"])
            yield f"{row['source']}:{row['layout']}", tell(rule, *words, **_of_source(situation, row["source"]))


def export_refused(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each file that was refused as a whole in the last week and not handed in anew."""
    for row in situation.raised:
        if row["rule"] == "export_refused":
            subject = row["alert_id"].partition(":")[2]
            told = tell(rule, row["message_vi"], row["message_en"], **_of_source(situation, row["source"] or subject))
            yield subject, told


def findings(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each source and check of the rule that found something: one alert each."""
    known = checks()
    asked = [name for name in rule.checks if known[name].looker in _BY_READER]
    rows = situation.snapshot.rows(_TOLD_BY_READER, {"checks": asked})
    asked = [name for name in rule.checks if known[name].looker not in _BY_READER]
    rows += situation.snapshot.rows(_MADE_ANEW, {"checks": asked})
    for row in rows:
        check = known[row["check_id"]]
        place = f" ({row['example']})" if row["example"] else ""
        file = f", bản xuất {row['file_name']}" if row["file_name"] else ""
        words = (
            f"Nguồn {row['source']}{file}: {check.seen_vi}{place}; {check.why_vi}. Cách xử lý: {check.todo_vi}.",
            f"Source {row['source']}: check {check.check_id} found something{place}. Reconcile before using its figures.",
        )
        evidence = _of_source(situation, row["source"])
        if row["checked"]:
            evidence |= {"numerator": row["failing"], "denominator": row["checked"]}
        yield f"{row['source']}:{check.check_id}", tell(rule, *words, **evidence)


def quality_low(situation: "Situation", rule: AlertRule) -> Iterator[Found]:
    """Yield each source and dimension of quality below what the office asks of it ([quality] of tthc.toml)."""
    for one in published_quality(situation.snapshot):
        least = situation.least_quality.get(one.dimension)
        if one.dimension not in _POOR or least is None or one.share * 100 >= least:
            continue
        name, share = DIMENSION_VI[one.dimension].lower(), Decimal(one.share.numerator) / one.share.denominator
        words = (
            f"Nguồn {one.source}: chất lượng số liệu, mặt {name}, chỉ đạt {percent(share, '0.0', 'vi')}, ngưỡng {least} % "
            f"({number(one.failing, 'vi')}/{number(one.checked, 'vi')} trường hợp không đạt). "
            f"Xem `tthc quality --source {one.source}`.",
            f"Source {one.source}: {one.dimension} is {percent(share, '0.0', 'en')}, asked are {least}%.",
        )
        evidence: dict[str, Any] = {"numerator": one.failing, "denominator": one.checked, "ratio": float(share)}
        evidence |= _of_source(situation, one.source)
        yield f"{one.source}:{one.dimension}", tell(rule, *words, **evidence)


def seen_of_data(situation: "Situation", rule: AlertRule, subject: str) -> Seen:
    """Return how an alert about the data stands that does not hold now. subject: its key without the rule's id."""
    source, _, detail = subject.rpartition(":")
    if rule.kind is RuleKind.EXPORT_REFUSED:
        return _seen_of_file(situation, subject)
    if rule.kind is RuleKind.FINDINGS:
        return _seen_of_finding(situation, source, detail)
    return _seen_of_quality(situation, source, detail) if rule.kind is RuleKind.QUALITY_LOW else Seen.CLEARS


def _seen_of_file(situation: "Situation", file_name: str) -> Seen:
    """Return how a refused file stands that is not told any more: handed in well, or only too long ago."""
    rows = situation.snapshot.rows(_OF_FILE, {"file": file_name})
    return Seen.CLEARS if rows and rows[0]["outcome"] == "accepted" else Seen.GONE


def _seen_of_finding(situation: "Situation", source: str, check_id: str) -> Seen:
    """Return how a finding stands that does not hold: made again and found nothing, or not made at all."""
    if check_id not in checks():
        return Seen.GONE
    if checks()[check_id].looker in _BY_READER:
        return Seen.CLEARS  # the newest export tells it no more
    if source not in situation.sources:
        return Seen.GONE
    made = situation.snapshot.rows(_WAS_MADE, {"source": source, "check": check_id})
    return Seen.CLEARS if made else Seen.UNKNOWN


def _seen_of_quality(situation: "Situation", source: str, dimension: str) -> Seen:
    """Return how a dimension stands that is not too low: measured, or not measured this time."""
    if source not in situation.sources:
        return Seen.GONE
    measured = {(one.source, one.dimension.value) for one in published_quality(situation.snapshot)}
    return Seen.CLEARS if (source, dimension) in measured else Seen.UNKNOWN


def _of_source(situation: "Situation", source: str) -> dict[str, Any]:
    return {"source": source, "synthetic": bool(situation.sources.get(source, {}).get("synthetic"))}


def naive(moment: datetime) -> datetime:
    """Return an instant as snapshots keep it: UTC without zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


_NEWEST = """
-- one row per source and layout still in use: its newest accepted export
SELECT source, layout, file_name, rows_read, rows_refused
FROM (
    SELECT *, max(captured_at) OVER (PARTITION BY source) AS newest
    FROM export
    WHERE outcome = 'accepted'
    QUALIFY row_number() OVER (PARTITION BY source, layout ORDER BY captured_at DESC, export_id DESC) = 1
) AS e
WHERE captured_at >= newest - INTERVAL 40 DAY
ORDER BY source, layout
"""
_TOLD_BY_READER = """
-- one row per source and check of a reader: in the newest export of a layout still in use, or in a response of a portal
-- that still stands behind a count of the running year
WITH newest AS (
    SELECT *, max(captured_at) OVER (PARTITION BY source) AS newest
    FROM export
    WHERE outcome = 'accepted'
    QUALIFY row_number() OVER (PARTITION BY source, layout ORDER BY captured_at DESC, export_id DESC) = 1
),

standing AS (
    SELECT export_id FROM newest WHERE captured_at >= newest - INTERVAL 40 DAY
    UNION
    SELECT st.export_id
    FROM statistic AS st
    JOIN source AS s ON s.source = st.source
    WHERE st.partial AND st.period_end >= date_trunc('year', s.as_of_day)
)

SELECT e.source, f.check_id, min(e.file_name) AS file_name, min(f.example) AS example, 0 AS checked, 0 AS failing
FROM finding AS f
JOIN export AS e ON e.export_id = f.export_id AND e.outcome = 'accepted'
WHERE f.export_id IN (SELECT export_id FROM standing) AND list_contains($checks, f.check_id)
GROUP BY e.source, f.check_id
ORDER BY e.source, f.check_id
"""
_MADE_ANEW = """
-- one row per source and check of the stored data that found something
SELECT source, check_id, '' AS file_name, example, checked, failing
FROM quality_check
WHERE failing > 0 AND list_contains($checks, check_id)
ORDER BY source, check_id
"""
_WAS_MADE = """
-- one row where a check could be made
SELECT checked FROM quality_check WHERE source = $source AND check_id = $check AND checked > 0
"""
_OF_FILE = """
-- one row: what became of the newest file of a name
SELECT outcome FROM export WHERE file_name = $file ORDER BY collected_at DESC NULLS LAST LIMIT 1
"""
