"""Where running periods will end: recent working days in, a projection with its interval and what is needed still, out.

For each ratio of a dossier list whose counts come in day by day, of units at the foot and the top of the tree and of the
office. Too little history gives no figures but the reason. Source: METHODS §5.1 and §5.2.

The spread of what is to come holds three things: chance, days that are alike among themselves (ρ of recent days; each
day is a group of its own, so the rest of the period is many groups, not one), and that the recent ratio is itself only
known from so many dossiers: 1 + (m−1)ρ' = (1 + (n̄−1)ρ)(1 + m/N), m to come, N recent ones, n̄ of them a day. To ρ'
comes how far the level itself wanders from month to month (what whole months differ by beyond chance): over h months to
come, a variance of h/3 + 1/2 times that of one month. Coverage: benchmarks/projection_coverage.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from statistics import fmean

from collectors.home import VIETNAM
from metrics.assess import Assessment, Status
from metrics.definitions import VARIANT
from metrics.insight.gap import needed_of_rest
from metrics.insight.projection import WINDOW, Projection, alikeness, enough, project, rest_of_period
from metrics.measures import COUNTED_NAMES
from metrics.periods import PeriodKind, calendar_twin
from metrics.targets import Op
from metrics.units import UnitTree
from metrics.working_days import CalendarError, WorkingDays

RUNNING = (PeriodKind.MONTH_TO_DATE, PeriodKind.QUARTER_TO_DATE, PeriodKind.YEAR_TO_DATE)
LOOKED_BACK = timedelta(days=60)  # holds twenty working days whatever the holidays
_NOON = 12
_MOST_RHO = 0.99
_DAYS_A_MONTH = 21
_LEAST_OF_MONTH, _LEAST_MONTHS = 10, 4
_COUNTED = frozenset(COUNTED_NAMES)

Days = Mapping[date, Mapping[str, int]]


class Silence(StrEnum):
    """Why there is no projection."""

    FEW = "few"  # fewer than 15 working days of history, or than 100 in the denominator
    NO_CALENDAR = "no_calendar"  # a year that no calendar knows
    OVER = "over"  # no working day is left


@dataclass(frozen=True, slots=True)
class Outlook:
    """One row of the table `outlook`: a projection, or why there is none; ratios are fractions of 1."""

    metric: str
    variant: str
    source: str
    unit_code: str
    period_kind: str
    period_label: str
    ends: date
    days_left: int | None = None
    rest: int | None = None
    low: float | None = None
    middle: float | None = None
    high: float | None = None
    probability: float | None = None
    needed: int | None = None
    required: float | None = None
    reachable: bool | None = None
    best: float | None = None
    silence: str | None = None


TABLES_SQL = """
-- one row per ratio, source, unit (foot, top, office) and running period
CREATE TABLE snapshot.outlook (
    metric VARCHAR NOT NULL,
    variant VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    period_kind VARCHAR NOT NULL,
    period_label VARCHAR NOT NULL,
    ends DATE NOT NULL,                    -- last day of the whole period
    days_left INTEGER,                     -- working days
    rest BIGINT,                           -- expected still
    low DOUBLE,                            -- 80 % interval of the ratio at the end, and its middle
    middle DOUBLE,
    high DOUBLE,
    probability DOUBLE,                    -- that the target is met at the end; NULL: none, or not a minimum
    needed BIGINT,                         -- of the rest, for the target
    required DOUBLE,                       -- that is this share of the rest
    reachable BOOLEAN,
    best DOUBLE,                           -- the best ratio still possible
    silence VARCHAR                        -- why there is no projection: few, no_calendar, over
);
"""


def forecast(
    numerator: int,
    denominator: int,
    recent: Sequence[tuple[int, int]],
    days_left: int,
    target: Decimal | None = None,
    *,
    months: Sequence[tuple[int, int]] = (),
) -> Projection | None:
    """Return where a ratio will end; None on too little history.

    recent: numerator and denominator of recent working days, those without any as (0, 0). months: of whole months
    before, oldest first: how far the level wanders.
    """
    total = sum(n for _, n in recent)
    if not enough(len(recent), denominator) or not total:
        return None
    rest = rest_of_period([n for _, n in recent], days_left)
    share = sum(x for x, _ in recent) / total
    rho = _rho_of_rest(recent, rest.mean)
    if 0 < share < 1:
        wander = (days_left / _DAYS_A_MONTH / 3 + 0.5) * wandering(months, alikeness(recent))
        rho = min(_MOST_RHO, rho + wander / (share * (1 - share)))
    return project(numerator, denominator, rest, recent=share, rho=rho, target=target)


def wandering(months: Sequence[tuple[int, int]], rho: float) -> float:
    """Return the variance by which the level of a ratio moves from one month to the next, beyond chance; 0 unknown.

    months: numerator and denominator, oldest first. rho: `alikeness` of days, of which a month holds some twenty.
    """
    known = [(x / n, n) for x, n in months if n >= _LEAST_OF_MONTH]
    if len(known) < _LEAST_MONTHS:
        return 0.0
    chance = [p * (1 - p) / n * (1 + (n / _DAYS_A_MONTH - 1) * rho) for p, n in known]
    moves = [(after[0] - before[0]) ** 2 for before, after in pairwise(known)]
    return max(0.0, fmean(moves) - 2 * fmean(chance))


def _rho_of_rest(recent: Sequence[tuple[int, int]], rest: float) -> float:
    total, groups = sum(n for _, n in recent), sum(n > 0 for _, n in recent)
    scatter = 1 + (total / max(1, groups) - 1) * alikeness(recent)
    return min(_MOST_RHO, max(0.0, (scatter * (1 + rest / total) - 1) / (rest - 1))) if rest > 1 else 0.0


def outlooks(
    found: Iterable[Assessment],
    tree: UnitTree,
    days: Mapping[str, Days],
    calendar: WorkingDays,
    *,
    captured_at: datetime,
    first: date,
    office: str | None,
) -> Iterator[Outlook]:
    """Yield the outlook of every running ratio of one source. days: by unit, its counts of recent days, own ones only.

    captured_at: UTC; data of the morning leave that day to come. first: the day of the first event of the source.
    """
    local = captured_at.replace(tzinfo=UTC).astimezone(VIETNAM)
    today = local.date()
    working = _recent(calendar, today, first)
    summed: dict[str, Days] = {}
    found = list(found)
    months = _months(found)
    for one in found:
        if one.period.kind not in RUNNING or not _flows(one) or not _shown(tree, one.unit_code, office):
            continue
        if one.unit_code not in summed:
            summed[one.unit_code] = _added(days, tree.under(one.unit_code))
        after = today if local.hour < _NOON else today + timedelta(days=1)
        before = months.get((one.variant, one.unit_code), [])
        yield _outlook(one, summed[one.unit_code], working, after, calendar, before)


def _outlook(
    one: Assessment,
    days: Days,
    working: Sequence[date] | None,
    after: date,
    calendar: WorkingDays,
    months: Sequence[tuple[int, int]],
) -> Outlook:
    variant, ends = VARIANT[one.variant], calendar_twin(one.period).end
    row = (one.metric, one.variant, one.source, one.unit_code, one.period.kind, one.period.label, ends)
    try:
        left = calendar.between(after, ends)
    except CalendarError:
        return Outlook(*row, silence=Silence.NO_CALENDAR)
    if working is None:
        return Outlook(*row, silence=Silence.NO_CALENDAR)
    if not left:
        return Outlook(*row, days_left=0, silence=Silence.OVER)
    recent = [
        (days.get(day, {}).get(variant.numerator, 0), days.get(day, {}).get(variant.denominator, 0)) for day in working
    ]
    x, n = one.numerator or 0, one.denominator or 0
    minimum = one.target_value if one.target is not None and one.target.op != Op.AT_MOST else None
    if one.status == Status.NOT_DUE:
        minimum = None  # it is asked of a later year, not of the end of this period
    projected = forecast(x, n, recent, left, minimum, months=months)
    if projected is None:
        return Outlook(*row, days_left=left, silence=Silence.FEW)
    rest = round(projected.rest)
    needed = None if minimum is None else needed_of_rest(x, n, rest, minimum)
    return Outlook(
        *row,
        days_left=left,
        rest=rest,
        low=projected.low,
        middle=projected.middle,
        high=projected.high,
        probability=projected.probability,
        needed=needed.count if needed else None,
        required=float(needed.share) if needed and needed.share is not None else None,
        reachable=needed.reachable if needed else None,
        best=float(needed.best) if needed else None,
    )


def _months(found: Iterable[Assessment]) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return the whole months of each ratio and unit, oldest first."""
    months: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for one in sorted(found, key=lambda one: one.period.start):
        if one.period.kind == PeriodKind.MONTH and one.complete and one.denominator:
            months.setdefault((one.variant, one.unit_code), []).append((one.numerator or 0, one.denominator))
    return months


def _recent(calendar: WorkingDays, today: date, first: date) -> list[date] | None:
    """The last twenty working days before a day, none before the first event; None where a year has no calendar."""
    try:
        back = [today - timedelta(days=ago) for ago in range(LOOKED_BACK.days, 0, -1)]
        return [day for day in back if day >= first and calendar.is_working(day)][-WINDOW:]
    except CalendarError:
        return None


def _flows(one: Assessment) -> bool:
    variant = VARIANT.get(one.variant)
    if variant is None or variant.stock or one.denominator is None:
        return False
    return {variant.numerator, variant.denominator} <= _COUNTED


def _shown(tree: UnitTree, code: str, office: str | None) -> bool:
    unit = tree.units[code]
    return unit.leaf or unit.parent is None or code == office


def _added(days: Mapping[str, Days], codes: Iterable[str]) -> Days:
    sums: dict[date, dict[str, int]] = {}
    for code in codes:
        for day, counts in days.get(code, {}).items():
            held = sums.setdefault(day, {})
            for name, count in counts.items():
                held[name] = held.get(name, 0) + count
    return sums
