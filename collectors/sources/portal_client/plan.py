"""Settings, a day and what earlier runs saw → the calls that are due on that day; pure.

due                                   when
open month's predecessor              every day (a month means something only after it has ended)
open quarter, open year               every day
closed month, quarter, year           until its figures have not changed for `freeze_after_days`, then frozen
list of the provinces, by year        like the year; and whenever a province is asked, for it gives the ids of today
catalogue of procedures               every `catalogue_every_days`
closed period named in `again`        once a day, whether its figures stand still or not
what was accepted today already       no more today

Source: the portal's own choice of periods (month, quarter, year; none in the future); closed periods are restated.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from collectors.home import VIETNAM
from collectors.period import Kind, Period, containing, period_of
from collectors.sources.portal_client.settings import (
    CATALOGUE,
    OVERVIEW,
    PortalSettings,
    PortalSettingsError,
    first_period,
)
from collectors.sources.portal_v2 import Endpoint

COUNTRY = "VN"


class Verdict(StrEnum):
    """What became of a response."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"  # it breaks a rule, or is incomplete
    QUARANTINED = "quarantined"  # the portal has changed its structure
    BLOCKED = "blocked"  # the portal says no
    UNAVAILABLE = "unavailable"  # no sound answer, however often asked


class Why(StrEnum):
    """Why a call is due."""

    OPEN = "open"
    CLOSED = "closed"
    ROOT = "root"
    REFRESH = "refresh"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Observed:
    """What an earlier run saw of one call; flat, to be kept as a row.

    unit: code of the province, VN for the country. period: 2026-08, 2026-Q3, 2026, empty for the catalogue.
    content: digest of the figures of that period, empty unless accepted. rows: units or procedures.
    requests: how many times the portal was asked, repetitions and pages included.
    """

    endpoint: str
    unit: str
    period: str
    captured_at: datetime
    verdict: Verdict
    content: str = ""
    rows: int = 0
    requests: int = 1

    @property
    def day(self) -> date:
        """The day in Việt Nam."""
        return self.captured_at.astimezone(VIETNAM).date()


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One data set of one unit and period that is to be asked for; the catalogue has no period."""

    group: str
    endpoint: Endpoint
    unit: str
    period: Period | None
    why: Why

    @property
    def key(self) -> tuple[str, str, str]:
        """Endpoint, unit, period: as an observation names them."""
        return self.endpoint.value, self.unit, self.period.label if self.period else ""

    @property
    def needs_root(self) -> bool:
        """Whether the id of the province must be known."""
        return self.unit != COUNTRY

    @property
    def finds_root(self) -> bool:
        """Whether the answer says the ids of the provinces."""
        return self.endpoint is Endpoint.RESULTS and self.unit == COUNTRY


def plan(
    config: PortalSettings, *, today: date, history: Sequence[Observed] = (), again: Sequence[str] = ()
) -> list[PlannedCall]:
    """Return the calls due today, the most wanted first: what a daily cap cuts off is the end of the list.

    again: labels of periods asked for by hand, frozen or not, instead of what is due.
    Raises PortalSettingsError for a label that is no period, or one that the portal cannot answer yet.
    """
    seen = _Seen(config, today, history)
    periods = [(_asked(label, today), Why.AGAIN) for label in again] or _due(config, today, seen)
    calls = [call for call in _calls(config, periods) if again or seen.is_due(call)]
    root = _country(config, containing(Kind.YEAR, today), Why.ROOT)
    if any(call.needs_root for call in calls) and root.key not in {call.key for call in calls}:
        calls.insert(0, root)
    catalogue = _catalogue(config)
    return calls if again or catalogue is None or not seen.is_due(catalogue) else [*calls, catalogue]


def spent_on(history: Sequence[Observed], day: date) -> int:
    """Return how many requests were sent on a day, in all runs."""
    return sum(observed.requests for observed in history if observed.day == day)


class _Seen:
    """What earlier runs saw and accepted, by call."""

    def __init__(self, config: PortalSettings, today: date, history: Sequence[Observed]) -> None:
        self._config, self._today = config, today
        self._of: dict[tuple[str, str, str], list[Observed]] = defaultdict(list)
        for observed in sorted(history, key=lambda observed: observed.captured_at):
            if observed.verdict is Verdict.ACCEPTED:
                self._of[observed.endpoint, observed.unit, observed.period].append(observed)

    def periods(self) -> set[Period]:
        """The periods of which something was accepted once."""
        labels = {label for _, unit, label in self._of if unit == self._config.root_code}
        return {period for label in labels if (period := period_of(label)) is not None}

    def is_due(self, call: PlannedCall) -> bool:
        accepted = self._of.get(call.key, [])
        if any(observed.day == self._today for observed in accepted):
            return False
        if call.why is Why.REFRESH:
            freshest = self._today - timedelta(days=self._config.catalogue_every_days)
            return all(observed.day <= freshest for observed in accepted)
        return call.why is not Why.CLOSED or not self._frozen(call, accepted)

    def _frozen(self, call: PlannedCall, accepted: Sequence[Observed]) -> bool:
        """Whether the newest figures, seen after the period's end, have stood unchanged for long enough."""
        after = [observed for observed in accepted if call.period is not None and observed.day > call.period.end]
        if not after:
            return False
        first = newest = after[-1]
        for observed in reversed(after):
            if observed.content != newest.content:
                break
            first = observed
        return (newest.day - first.day).days >= self._config.freeze_after_days


def _due(config: PortalSettings, today: date, seen: _Seen) -> list[tuple[Period, Why]]:
    """The periods that are due, those named in the settings last and never twice."""
    named = list(dict.fromkeys(_asked(label, today) for label in config.again))
    due = [(period, why) for period, why in _periods(config, today, seen) if why is Why.OPEN or period not in named]
    open_now = {period for period, why in due if why is Why.OPEN}
    return [*due, *((period, Why.AGAIN) for period in named if period not in open_now)]


def _periods(config: PortalSettings, today: date, seen: _Seen) -> Iterator[tuple[Period, Why]]:
    """The open ones first, years before months before quarters; then the closed ones, the latest first."""
    kinds = [kind for kind in (Kind.YEAR, Kind.MONTH, Kind.QUARTER) if kind in config.periods]
    current = [_current(kind, today) for kind in kinds]
    yield from ((period, Why.OPEN) for period in current if _begun(period))
    closed = {before for period in current for before in _before(period, config)}
    closed |= {period for period in seen.periods() if period.kind in kinds and period.end < today}
    wanted = sorted(closed.difference(current), key=lambda period: (period.end, period.kind), reverse=True)
    yield from ((period, Why.CLOSED) for period in wanted if _begun(period))


def _current(kind: Kind, today: date) -> Period:
    period = containing(kind, today)
    return period.before if kind is Kind.MONTH else period


def _before(period: Period, config: PortalSettings) -> Iterator[Period]:
    """The closed periods before the current one: back to `since`, without it only the last quarter and year."""
    if config.earliest is None:
        yield from [period.before] if period.kind is not Kind.MONTH else []
        return
    while (period := period.before).start >= max(config.earliest.start, first_period().start):
        yield period


def _begun(period: Period) -> bool:
    return period.start >= first_period().start


def _asked(label: str, today: date) -> Period:
    """The period of a label, if the portal can answer it: a month that has ended, a quarter or year that has begun."""
    period = period_of(label)
    if period is None:
        raise PortalSettingsError(f"Kỳ “{label}” không hợp lệ. Cần dạng 2026-08, 2026-Q3 hoặc 2026.")
    if not _begun(period) or not (period.end < today if period.kind is Kind.MONTH else period.start <= today):
        first = first_period().label
        raise PortalSettingsError(
            f"Kỳ {label} chưa hỏi được: Cổng chỉ trả lời tháng đã kết thúc, quý và năm đã bắt đầu, từ {first} trở đi."
        )
    return period


def _calls(config: PortalSettings, periods: Sequence[tuple[Period, Why]]) -> Iterator[PlannedCall]:
    """Each data set once a period; the list of the provinces comes first, for it leads to their ids."""
    yield from (_country(config, period, why) for period, why in periods if period.kind is Kind.YEAR)
    for period, why in periods:
        for group in config.asked_groups:
            yield PlannedCall(group, config.endpoints[group].name, config.root_code, period, why)


def _country(config: PortalSettings, year: Period, why: Why) -> PlannedCall:
    return PlannedCall(OVERVIEW, config.endpoints[OVERVIEW].name, COUNTRY, year, why)


def _catalogue(config: PortalSettings) -> PlannedCall | None:
    if CATALOGUE not in config.groups:
        return None
    return PlannedCall(CATALOGUE, config.endpoints[CATALOGUE].name, COUNTRY, None, Why.REFRESH)
