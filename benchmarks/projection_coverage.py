"""Back-test of the 80 % interval of a projection to period end: how often did the truth fall inside it?

Two histories: simulated offices (receipts negative-binomial by day; the daily ratio beta-distributed about a level that
stays, or that drifts), and a demonstration installation, each month, quarter and year cut at several of its days. What is
printed is the share of truths inside the interval; between 70 and 90 % is wanted of an interval that says 80 %.

    python benchmarks/projection_coverage.py [--offices 200] [--home FOLDER]
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from metrics.definitions import METRICS, Kind
from metrics.insight.projection import WINDOW
from metrics.measures import COUNTED_NAMES
from metrics.outlook import forecast
from metrics.periods import month, quarter, year
from metrics.snapshot import open_snapshot
from metrics.working_days import WorkingDays, load_calendar

SHARES_OF_PERIOD = (0.25, 0.5, 0.75)
Day = tuple[date, int, int]


def inside(days: Sequence[Day], calendar: WorkingDays) -> Iterator[tuple[str, bool, float]]:
    """Yield for each cut of each whole period: its kind, whether the truth was inside, the width of the interval."""
    by_day = {day: (x, n) for day, x, n in days}
    first, last = min(by_day), max(by_day)
    for kind, of in (("month", month), ("quarter", quarter), ("year", year)):
        for period in sorted({of(day) for day in by_day}, key=lambda one: one.start):
            if period.start < first or period.end > last:
                continue
            length = (period.end - period.start).days + 1
            for share in SHARES_OF_PERIOD:
                cut = period.start + timedelta(days=int(length * share) - 1)
                yield from ((kind, *found) for found in _at(by_day, first, period.start, cut, period.end, calendar))


def _at(
    by_day: dict[date, tuple[int, int]], first: date, start: date, cut: date, end: date, calendar: WorkingDays
) -> Iterator[tuple[bool, float]]:
    known = [by_day.get(start + timedelta(days=at), (0, 0)) for at in range((cut - start).days + 1)]
    whole = [by_day.get(start + timedelta(days=at), (0, 0)) for at in range((end - start).days + 1)]
    back = [cut - timedelta(days=ago) for ago in range(60)]
    recent = [by_day.get(day, (0, 0)) for day in back if day >= first and calendar.is_working(day)][:WINDOW]
    x, n = (sum(part[at] for part in known) for at in (0, 1))
    sums: dict[date, tuple[int, int]] = {}
    for day, (one, of) in by_day.items():
        if day < cut.replace(day=1):
            held = sums.get(day.replace(day=1), (0, 0))
            sums[day.replace(day=1)] = (held[0] + one, held[1] + of)
    months = [sums[of] for of in sorted(sums)]
    found = forecast(x, n, recent, calendar.between(cut + timedelta(days=1), end), months=months)
    total = sum(part[1] for part in whole)
    if found is not None and total > n:
        truth = sum(part[0] for part in whole) / total
        yield found.low - 1e-9 <= truth <= found.high + 1e-9, found.high - found.low


def simulated(offices: int, calendar: WorkingDays, *, drift: float) -> Iterator[list[Day]]:
    """Yield two years of one office each. drift: how far the level moves from month to month, as a fraction of 1."""
    random = np.random.default_rng(20_260_101)
    working = [date(2025, 1, 1) + timedelta(days=at) for at in range(730)]
    working = [day for day in working if calendar.is_working(day)]
    for _ in range(offices):
        level, daily, rho = random.uniform(0.4, 0.95), random.uniform(8, 80), random.uniform(0.0, 0.02)
        days: list[Day] = []
        for before, day in pairwise([working[0], *working]):
            if day.month != before.month:
                level = min(0.98, max(0.02, level + random.normal(0, drift)))
            received = int(random.negative_binomial(12, 12 / (12 + daily)))
            share = random.beta(level * (1 / rho - 1), (1 - level) * (1 / rho - 1)) if rho > 1e-6 else level
            days.append((day, int(random.binomial(received, share)), received))
        yield days


def demonstrated(home: Path) -> Iterator[list[Day]]:
    """Yield the days of each ratio of each unit of an installation, and of all of them together."""
    snapshot = open_snapshot(home)
    if snapshot is None:
        raise SystemExit(f"nothing published in {home}")
    rows = snapshot.rows("SELECT * FROM daily")
    pairs = {
        (variant.numerator, variant.denominator)
        for metric in METRICS
        for variant in metric.variants_of(Kind.DOSSIER)
        if not variant.stock and {variant.numerator, variant.denominator} <= set(COUNTED_NAMES)
    }
    for numerator, denominator in sorted(pairs):
        for unit in [None, *sorted({row["unit_code"] for row in rows})]:
            sums: dict[date, tuple[int, int]] = {}
            for row in rows:
                if unit in (None, row["unit_code"]):
                    x, n = sums.get(row["day"], (0, 0))
                    sums[row["day"]] = (x + row[numerator], n + row[denominator])
            yield [(day, x, n) for day, (x, n) in sums.items()]


def show(name: str, histories: Iterator[list[Day]], calendar: WorkingDays) -> None:
    """Print the coverage of each kind of period."""
    found = [one for days in histories if days for one in inside(days, calendar)]
    for kind in ("month", "quarter", "year"):
        cases = [(hit, width) for at, hit, width in found if at == kind]
        if cases:
            share = sum(hit for hit, _ in cases) / len(cases)
            width = sum(width for _, width in cases) / len(cases)
            print(f"{name:<22} {kind:<8} {share:6.1%} inside of {len(cases):>6} projections, mean width {width:.2%}")


def main() -> None:
    """Run the back-test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offices", type=int, default=200)
    parser.add_argument("--home", type=Path, default=None)
    asked, calendar = parser.parse_args(), load_calendar()
    show("simulated, steady", simulated(asked.offices, calendar, drift=0.0), calendar)
    show("simulated, drifting", simulated(asked.offices, calendar, drift=0.02), calendar)
    if asked.home is not None:
        show("demonstration", demonstrated(asked.home), calendar)


if __name__ == "__main__":
    main()
