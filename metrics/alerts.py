"""Assessments and the state of the sources in, alerts out: sentences that an officer can forward as they are.

below_target      a current ratio is below what is asked of it today, or below the year before though it is to rise
source_late       a source was not collected, or its data were not renewed, for more than two days
rows_refused      more than one row in twenty of an export was refused
export_refused    a whole export was refused or failed
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from babel.numbers import format_decimal

from metrics.assess import Assessment, Status
from metrics.definitions import METRIC, Direction, Kind
from metrics.journal import RecordedExport
from metrics.periods import PeriodKind, in_english, in_vietnamese
from metrics.targets import Target
from metrics.units import UnitTree
from metrics.wording import asked_en, asked_vi, document, gap_en, gap_vi, number, percent, ratio
from metrics.year_on_year import YearOnYear

LATE_AFTER = timedelta(days=2)
_BY_DAY = frozenset({Kind.DOSSIER, Kind.PAYMENT})  # counted by day, so of any period
HISTORY = frozenset({"portal_v1"})  # an interface that is gone: nothing newer can come
REFUSED_SHARE = Decimal("0.05")
EXPORT_ALERT_FOR = timedelta(days=7)  # a file that was never corrected nor renamed stops alerting after a week


class Rule(StrEnum):
    """Why an alert is raised."""

    BELOW_TARGET = "below_target"
    SOURCE_LATE = "source_late"
    ROWS_REFUSED = "rows_refused"
    EXPORT_REFUSED = "export_refused"


class Severity(StrEnum):
    """How urgent it is; critical: every figure of a source may be wrong; info: it may come to matter."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Alert:
    """One sentence and what it is about; alert_id is the same as long as the same thing is wrong."""

    alert_id: str
    rule: Rule
    severity: Severity
    metric: str | None
    unit_code: str | None
    unit_name: str | None
    period_label: str | None
    source: str | None
    numerator: int | None
    denominator: int | None
    ratio: float | None
    target_value: Decimal | None
    gap: int | None
    message_vi: str
    message_en: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands when a snapshot is made; instants are UTC without zone."""

    source: str
    kind: Kind
    synthetic: bool
    captured_at: datetime
    newest_reception: date | None
    newest_event: date | None
    last_success_at: datetime | None


def below_target(
    assessments: Iterable[Assessment],
    tree: UnitTree,
    sources: Sequence[SourceState],
    *,
    primary_source: str | None = None,
    office: str | None = None,
) -> list[Alert]:
    """Return an alert for each unit at the foot or the top of the tree whose current ratio is below.

    Current: of dossiers the running year and the latest month (a stock: now); of statistics the newest month and
    year. Where several sources give a ratio of a unit, only one speaks: the primary source, else real data before
    synthetic, else dossiers before statistics. office: only this unit and what is below it.
    """
    synthetic = {one.source for one in sources if one.synthetic}
    return [
        _below(one, synthetic=one.source in synthetic)
        for one in _speaking(assessments, tree, sources, primary_source, office)
        if one.status == Status.BELOW
    ]


def below_year_before(
    trends: Iterable[YearOnYear],
    assessments: Iterable[Assessment],
    tree: UnitTree,
    sources: Sequence[SourceState],
    *,
    primary_source: str | None = None,
    office: str | None = None,
) -> list[Alert]:
    """Return an alert for each current ratio that fell against the year before though a document asks it to rise.

    Current, and which source speaks: as in `below_target`.
    """
    speaking = {_key(one) for one in _speaking(assessments, tree, sources, primary_source, office)}
    synthetic = {one.source for one in sources if one.synthetic}
    return [
        _fallen(one, synthetic=one.now.source in synthetic)
        for one in trends
        if one.status == Status.BELOW and _key(one.now) in speaking
    ]


def late_sources(sources: Iterable[SourceState], now: datetime) -> list[Alert]:
    """Return an alert for each real source whose last successful collection, or whose data, are too old."""
    found = []
    for one in sources:
        if one.source in HISTORY:
            continue
        collected = one.last_success_at or now  # never recorded: only the data themselves can tell
        oldest = min(collected, one.captured_at)
        if not one.synthetic and now - oldest > LATE_AFTER:
            found.append(_late(one, now - oldest, collecting=collected < one.captured_at))
    return found


def flawed_exports(exports: Iterable[RecordedExport], now: datetime) -> list[Alert]:
    """Return an alert for each file whose newest version was refused, or lost more than one row in twenty.

    Only of the last week: a corrected file may come under another name, which nobody can link to the bad one.
    """
    newest = {one.file_name: one for one in exports}  # in the order of the journal: the last one stays
    recent = [one for one in newest.values() if now - one.collected_at <= EXPORT_ALERT_FOR]
    return [alert for one in recent for alert in _flaws(one)]


def _speaking(
    assessments: Iterable[Assessment],
    tree: UnitTree,
    sources: Sequence[SourceState],
    primary_source: str | None,
    office: str | None,
) -> list[Assessment]:
    """Return the current ratios of the units that alerts are about, each from the one source that speaks for it."""
    current = [one for one in _current(assessments, sources) if _concerns(tree, one.unit_code, office)]
    rank = {one.source: place for place, one in enumerate(sorted(sources, key=_precedence(primary_source)))}
    best: dict[tuple[str, str], int] = {}
    for one in current:
        if one.status not in (Status.NOT_REPORTED, Status.NO_ACTIVITY):
            key = (one.metric, one.unit_code)
            best[key] = min(rank[one.source], best.get(key, rank[one.source]))
    return [one for one in current if best.get((one.metric, one.unit_code)) == rank[one.source]]


def _key(one: Assessment) -> tuple[str, ...]:
    return (one.metric, one.variant, one.source, one.unit_code, one.period.label)


def _current(assessments: Iterable[Assessment], sources: Sequence[SourceState]) -> list[Assessment]:
    every = list(assessments)
    kinds = {one.source: one.kind for one in sources}
    statistics = [one for one in every if kinds.get(one.source) == Kind.STATISTIC]
    latest = {one.source: one.newest_reception for one in sources if one.newest_reception}
    dossiers = [one for one in every if kinds.get(one.source) in _BY_DAY and _is_current(one, latest)]
    return [*dossiers, *_newest(statistics)]


def _is_current(one: Assessment, latest: Mapping[str, date]) -> bool:
    if one.period.kind == PeriodKind.YEAR_TO_DATE:
        return True
    day = latest.get(one.source)
    is_stock = any(variant.stock for variant in METRIC[one.metric].variants if variant.id == one.variant)
    in_month = day is not None and one.period.start <= day <= one.period.end
    return one.period.kind == PeriodKind.MONTH and in_month and not is_stock


def _newest(statistics: Collection[Assessment]) -> list[Assessment]:
    """Return those of the newest month and year that a source has delivered of a metric, for whatever unit."""
    newest: dict[tuple[str, str, str], date] = {}
    for one in statistics:
        key = (one.source, one.metric, one.period.kind)
        newest[key] = max(one.period.end, newest.get(key, one.period.end))
    return [
        one
        for one in statistics
        if one.period.kind in (PeriodKind.MONTH, PeriodKind.YEAR)
        and one.period.end == newest[one.source, one.metric, one.period.kind]
    ]


def _concerns(tree: UnitTree, code: str, office: str | None) -> bool:
    if office in tree.units and office not in (code, *tree.above(code)):
        return False
    unit = tree.unit(code)
    return unit.leaf or unit.parent is None or code == office


def _precedence(primary: str | None) -> Callable[[SourceState], tuple[bool, bool, bool, str]]:
    return lambda one: (one.source != primary, one.synthetic, one.kind != Kind.DOSSIER, one.source)


def _below(one: Assessment, *, synthetic: bool) -> Alert:
    target, value = one.target, one.target_value
    if target is None or value is None or one.numerator is None or not one.denominator or one.gap is None:
        raise ValueError(f"{one.metric} {one.unit_code}: below, but there is nothing to compare")
    missed = {"vi": asked_vi(target, value), "en": asked_en(target, value)}
    return _of_ratio(one, target, one.gap, against=value, missed=missed, synthetic=synthetic, asked=value)


def _fallen(one: YearOnYear, *, synthetic: bool) -> Alert:
    now, (was, of) = one.now, one.base
    if now.numerator is None or not now.denominator or was is None or not of or one.gap is None:
        raise ValueError(f"{now.metric} {now.unit_code}: fell, but there is nothing to compare")
    share, before = Decimal(now.numerator) / now.denominator, Decimal(was) / of
    worse_vi, worse_en = ("thấp hơn", "below") if METRIC[now.metric].direction == Direction.UP else ("cao hơn", "above")
    missed = {
        "vi": f"{worse_vi} cùng kỳ năm trước ({ratio((was, of), before, share, 'vi')}), trong khi văn bản yêu cầu nâng cao",
        "en": f"{worse_en} the same period of the year before ({ratio((was, of), before, share, 'en')}), "
        "though it is to be raised",
    }
    return _of_ratio(now, one.target, one.gap, against=before, missed=missed, synthetic=synthetic, own=one.target.id)


def _of_ratio(
    one: Assessment,
    target: Target,
    gap: int,
    *,
    against: Decimal,
    missed: Mapping[str, str],
    synthetic: bool,
    asked: Decimal | None = None,
    own: str = "",
) -> Alert:
    """Return the alert of a ratio that misses something: what, how much, what is asked by which document, how many.

    against: the number it misses. missed: the words for that, by language. asked: a target's number. own: what sets the
    alert apart from the one against a number.
    """
    metric, counts = METRIC[one.metric], (one.numerator or 0, one.denominator or 0)
    share = Decimal(counts[0]) / counts[1]
    key = (Rule.BELOW_TARGET, one.source, one.metric, one.unit_code, one.period.label, own)
    return Alert(
        alert_id=":".join(part for part in key if part),
        rule=Rule.BELOW_TARGET,
        severity=Severity.WARNING,
        metric=one.metric,
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        period_label=one.period.label,
        source=one.source,
        numerator=one.numerator,
        denominator=one.denominator,
        ratio=one.ratio,
        target_value=asked,
        gap=gap,
        message_vi=("DỮ LIỆU MÔ PHỎNG. " if synthetic else "")
        + f"{metric.label_vi} của {one.unit_name} {in_vietnamese(one.period)}: {ratio(counts, share, against, 'vi')}, "
        f"{missed['vi']} ({document(target)}); {gap_vi(metric, target, gap)}.",
        message_en=("SYNTHETIC DATA. " if synthetic else "")
        + f"{metric.label_en} of {one.unit_name}, {in_english(one.period)}: {ratio(counts, share, against, 'en')}, "
        f"{missed['en']} ({document(target)}); {gap_en(metric, target, gap)}.",
    )


def _late(one: SourceState, age: timedelta, *, collecting: bool) -> Alert:
    words = late_words(one.source, age, collecting=collecting)
    return _about_data(Rule.SOURCE_LATE, Severity.CRITICAL, one.source, one.source, *words)


def late_words(source: str, age: timedelta, *, collecting: bool) -> tuple[str, str]:
    """Return the sentences of a source that is late, Vietnamese and English; collecting: it is not even collected."""
    if collecting:
        what_vi, what_en = "chưa thu thập thành công", "has not been collected successfully"
    else:
        what_vi, what_en = "chưa có số liệu mới", "has no newer data"
    shown_vi, shown_en = (format_decimal(round(age / timedelta(days=1), 1), locale=locale) for locale in ("vi", "en"))
    return (
        f"Nguồn {source} {what_vi} từ {shown_vi} ngày trước: các tỷ lệ có thể không còn đúng. "
        "Chạy `tthc doctor` để biết nguyên nhân.",
        f"Source {source} {what_en} for {shown_en} days: its rates may no longer be right. Run `tthc doctor`.",
    )


def _flaws(one: RecordedExport) -> Iterator[Alert]:
    if one.outcome in ("refused", "failed"):
        yield _about_data(
            Rule.EXPORT_REFUSED,
            Severity.WARNING,
            one.source,
            one.file_name,
            f"Bản xuất {one.file_name} bị từ chối. {one.message_vi}".strip(),
            f"Export {one.file_name} was refused. {one.message_vi}".strip(),
        )
    elif one.rows_read and Decimal(one.rows_refused) > REFUSED_SHARE * one.rows_read:
        words = refused_words(one.file_name, one.rows_refused, one.rows_read)
        yield _about_data(Rule.ROWS_REFUSED, Severity.WARNING, one.source, one.file_name, *words)


def refused_words(file_name: str, refused: int, read: int) -> tuple[str, str]:
    """Return the sentences of an export with refused rows, Vietnamese and English."""
    share = Decimal(refused) / read
    vi, en = (
        f"{number(refused, locale)}/{number(read, locale)} ({percent(share, '0.0', locale)})" for locale in ("vi", "en")
    )
    return (
        f"Bản xuất {file_name}: {vi} dòng bị từ chối. Xem lý do từng dòng, sửa ở hệ thống gốc rồi xuất lại.",
        f"Export {file_name}: {en} rows were refused. See why, correct them at the source, export again.",
    )


def _about_data(
    rule: Rule, severity: Severity, source: str | None, subject: str, message_vi: str, message_en: str
) -> Alert:
    return Alert(
        alert_id=f"{rule}:{subject}",
        rule=rule,
        severity=severity,
        metric=None,
        unit_code=None,
        unit_name=None,
        period_label=None,
        source=source,
        numerator=None,
        denominator=None,
        ratio=None,
        target_value=None,
        gap=None,
        message_vi=message_vi,
        message_en=message_en,
    )
