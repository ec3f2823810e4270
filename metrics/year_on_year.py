"""Ratios of a period and of the same period a year before in, who fell behind out: targets that name no number.

"Nâng cao tỷ lệ …" asks that a ratio does not fall against the same period of the year before. It stands beside a numeric
target, never in its place, so it is a row of its own: one per assessment of which a document asks it.

The two ratios are compared as integers crosswise. A period that still runs is compared with the same days of the year
before; a delivered (portal) figure of a running period has no such twin and is not compared.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from metrics.assess import Assessment, Counts, Scope, Status, TargetBook, missing
from metrics.definitions import METRIC, Direction, Kind
from metrics.periods import Period, between
from metrics.rates import By, rates, sources, unit_tree
from metrics.snapshot import Snapshot
from metrics.source_ratios import Source
from metrics.targets import Op, Register, Target
from metrics.unit_history import UnitHistory
from metrics.units import UnitTree

_NOBODY_ASKS = Register(())


@dataclass(frozen=True, slots=True)
class YearOnYear:
    """One ratio against its own of the year before. Key: that of the assessment, and the target.

    gap: how many dossiers are missing to last year's ratio (too many, where less is better); 0 when it did not fall,
    None without comparison. reason_vi: why there is none.
    """

    now: Assessment
    target: Target
    base_period: Period
    base: Counts
    status: Status
    gap: int | None
    reason_vi: str = ""

    @property
    def base_ratio(self) -> float | None:
        """The ratio of the year before, for showing only."""
        numerator, denominator = self.base
        return numerator / denominator if numerator is not None and denominator else None


def year_before(period: Period, as_of: date | None = None) -> Period:
    """Return the same days of the year before; those up to `as_of` where the period ends after it.

    The last day of a month stays the last of its month; 29 February becomes 28 February.
    """
    end = period.end if as_of is None else min(period.end, as_of)
    return between(_earlier(period.start), _earlier(end))


def compare(
    rows: Iterable[Assessment],
    books: TargetBook,
    tree: UnitTree,
    *,
    as_of: date,
    base_of: Callable[[Assessment, Period], Counts | None],
    history: UnitHistory,
    since: date | None = None,
) -> list[YearOnYear]:
    """Return how the assessments of one source stand to the year before, those of which it is asked.

    as_of: the day of the newest data. base_of: the counts of the same question in another period, None: not reported.
    history: what happened to units: across a merger that is not mapped nothing is compared (rates.md §16, 19).
    since: the first day of which the source has data, None where periods come ready-made.
    """
    found = []
    for now in rows:
        scope = _scope(now, tree, as_of)
        target = books.trend(now.metric, now.variant, scope)
        if target is not None:
            before = year_before(now.period, as_of)
            reason = _incomparable(now, before, scope, since, history)
            found.append(_against(now, target, before, base_of(now, before) if not reason else None, reason))
    return found


def asked_of(rows: Iterable[Assessment], books: TargetBook, tree: UnitTree, *, as_of: date) -> list[Assessment]:
    """Return those of the assessments of which a document asks that they do not fall."""
    return [one for one in rows if books.trend(one.metric, one.variant, _scope(one, tree, as_of)) is not None]


def counts_in(rows: Iterable[Assessment]) -> Callable[[Assessment, Period], Counts | None]:
    """Return a finder of the counts that some assessments hold of the same question in another period."""
    known = {_question(one, one.period): Counts(one.numerator, one.denominator) for one in rows}
    return lambda now, before: known.get(_question(now, before))


def _scope(one: Assessment, tree: UnitTree, as_of: date) -> Scope:
    return Scope(one.source, tree.unit(one.unit_code), one.period, as_of, field=one.field)


def _question(one: Assessment, period: Period) -> tuple[object, ...]:
    whose = (one.metric, one.variant, one.source, one.unit_code, one.procedure_key, one.field)
    return (*whose, period.start, period.end)


def _incomparable(now: Assessment, before: Period, scope: Scope, since: date | None, history: UnitHistory) -> str:
    """Return why a ratio cannot be held against the year before, "" when it can."""
    if now.numerator is None or now.denominator is None:
        return "kỳ này không có số liệu"
    if now.denominator == 0:
        return "kỳ này không phát sinh"
    event = history.broken(scope.unit, before.start, now.period.end)
    if event is not None:
        return f"không so qua mốc {event.text_vi}"
    if since is None and not now.complete:
        return "kỳ này chưa kết thúc, kỳ năm trước là trọn kỳ"
    if since is not None and before.start < since.replace(day=1):
        return f"số liệu của nguồn chỉ có từ {since:%d/%m/%Y}"
    return ""


def _against(now: Assessment, target: Target, before: Period, base: Counts | None, reason: str) -> YearOnYear:
    counts = base or Counts(None, None)
    was, of = counts
    if not reason and (was is None or not of):
        reason = "cùng kỳ năm trước không có số liệu hoặc không phát sinh"
    if reason or was is None or not of or now.numerator is None or now.denominator is None:
        return YearOnYear(now, target, before, counts, Status.NO_COMPARISON, None, reason)
    op = Op.AT_MOST if METRIC[now.metric].direction == Direction.DOWN else Op.AT_LEAST
    gap = missing(op, now.numerator, now.denominator, Fraction(was, of))
    return YearOnYear(now, target, before, counts, Status.BELOW if gap else Status.MET, gap)


def _earlier(day: date) -> date:
    last = monthrange(day.year - 1, day.month)[1]
    ends_month = (day + timedelta(days=1)).day == 1
    return date(day.year - 1, day.month, last if ends_month else min(day.day, last))


def against_year_before(
    snapshot: Snapshot,
    register: Register,
    rows: Iterable[Assessment],
    *,
    history: UnitHistory,
    unit: str | None = None,
    by: By | None = None,
) -> list[YearOnYear]:
    """Return how the rows that `rates` gave for a unit (by unit, procedure or field) stand to the year before."""
    tree, books, every = unit_tree(snapshot), TargetBook(register), list(rows)
    found: list[YearOnYear] = []
    for source in sources(snapshot):
        own = [one for one in every if one.source == source.source]
        asked = asked_of(own, books, tree, as_of=source.as_of_day)
        bases: list[Assessment] = []
        for period in dict.fromkeys(year_before(one.period, source.as_of_day) for one in asked):
            keys = {one.metric for one in asked}
            bases += rates(
                snapshot, _NOBODY_ASKS, metrics=keys, unit=unit, by=by, period=period.label, source=source.source
            )
        since = first_day(snapshot, source) if source.kind == Kind.DOSSIER else None
        day = source.as_of_day
        found += compare(asked, books, tree, as_of=day, base_of=counts_in(bases), history=history, since=since)
    return found


def first_day(snapshot: Snapshot, source: Source) -> date | None:
    """Return the first day on which a dossier of the source was received."""
    day: date | None = snapshot.rows(_FIRST_DAY, {"source": source.source})[0]["day"]
    return day


_FIRST_DAY = """
-- one row: the first day on which a dossier was received
SELECT min(day) AS day
FROM daily
WHERE source = $source AND received > 0
"""
