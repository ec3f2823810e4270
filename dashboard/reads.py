"""The published snapshot in, the rows of the screen out: every query of the dashboard, cached by snapshot and choice.

Nothing is divided or compared here: ratio, status and gap are the assessments that `metrics` published.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import streamlit as st

from collectors.home import Home
from dashboard.rows import Listing, Period, Rate, RateListing, Source, State, Target, Unit, Volume
from metrics.alert_journal import AlertJournal
from metrics.definitions import METRIC
from metrics.measures import CATALOGUED, COUNTED_NAMES
from metrics.snapshot import Snapshot, current_id, open_snapshot

MONTHS_SHOWN = 13
P = ParamSpec("P")
R = TypeVar("R")


def kept(read: Callable[P, R]) -> Callable[P, R]:
    """Keep what was read of a snapshot: it never changes, and the next one is another object.

    Everybody gets the same object, so nobody may change it; a copy for each rerun (as the framework keeps data) took
    longer than all else on a page.
    """
    return cast(Callable[P, R], lru_cache(maxsize=500)(read))


def newest_id(home: Path) -> str | None:
    """Return the name of the newest published state, without opening it."""
    return current_id(home)


def newest_mark(home: Path) -> tuple[str, str]:
    """Return what names all that a page may show: the newest published state, and the state of the alerts."""
    return current_id(home) or "", AlertJournal(Home(home).journal).mark()


def current(home: Path) -> Snapshot | None:
    """Return the newest published snapshot of an installation, opened once; None while there is none."""
    newest = current_id(home)
    return None if newest is None else _opened(home, newest)


def _let_go(snapshot: Snapshot | None) -> None:
    if snapshot is not None:
        snapshot.close()


@st.cache_resource(show_spinner=False, max_entries=2, on_release=_let_go)
def _opened(home: Path, snapshot_id: str) -> Snapshot | None:
    """`snapshot_id` is the key of the cache: another published state is another entry."""
    return open_snapshot(home)


TABLES = """
-- one row per table
SELECT table_name FROM information_schema.tables WHERE table_catalog = 'published'
"""


@kept
def tables(snapshot: Snapshot) -> set[str]:
    """Return the names of the tables: a snapshot of an earlier version lacks some."""
    return {row["table_name"] for row in snapshot.rows(TABLES)}


STATE = """
-- one row: the state
SELECT snapshot_id, as_of, published_at, synthetic
FROM snapshot
"""


@kept
def state(snapshot: Snapshot) -> State:
    """Return when the snapshot was published and of what data."""
    return State(**snapshot.rows(STATE)[0])


SOURCES = """
-- one row per source with a rate
SELECT source, kind, synthetic, captured_at, newest_event, as_of_day
FROM source
WHERE captured_at IS NOT NULL AND source IN (SELECT source FROM assessment)
ORDER BY synthetic, kind, source
"""


@kept
def sources(snapshot: Snapshot) -> list[Source]:
    """Return the sources with a rate: real before synthetic, dossier lists before statistics."""
    return [Source(**row) for row in snapshot.rows(SOURCES)]


UNITS = """
-- one row per unit with an assessment in the source, parents before their children
SELECT unit_code AS code, coalesce(any_value(unit.unit_name), any_value(assessment.unit_name), unit_code) AS name,
    any_value(unit.parent_code) AS parent
FROM assessment
LEFT JOIN unit USING (unit_code)
WHERE assessment.source = ?
GROUP BY unit_code
ORDER BY list_transform(string_split(unit_code, '.'), lambda part: lpad(part, 6, '0'))
"""


@kept
def units(snapshot: Snapshot, source: str) -> list[Unit]:
    """Return the units with figures in a source, each parent before its children."""
    return [Unit(**row) for row in snapshot.rows(UNITS, (source,))]


COUNTS = """
-- one row per column of the counts by procedure that were published
SELECT table_name || '.' || column_name AS name
FROM information_schema.columns
WHERE table_catalog = 'published' AND table_name IN ('daily', 'statistic_part')
"""


@kept
def knows_parts(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot holds the counts that are split into parts here; one of an earlier version may not."""
    found = {row["name"] for row in snapshot.rows(COUNTS)}
    needed = {f"daily.{name}" for name in (*COUNTED_NAMES, *CATALOGUED)}
    return found >= needed | {"statistic_part.procedure_key"}


PERIODS = """
-- one row per period with an assessment of the unit in the source, to-date periods first, then newest first
SELECT period_kind AS kind, period_label AS label, any_value(period_start) AS start, any_value(period_end) AS "end",
    any_value(complete) AS complete
FROM assessment
WHERE source = ? AND unit_code = ?
GROUP BY period_kind, period_label
ORDER BY list_position(
    ['year_to_date', 'quarter_to_date', 'month_to_date', 'rolling_30', 'month', 'quarter', 'half', 'year'], kind
), start DESC
"""


@kept
def periods(snapshot: Snapshot, source: str, unit: str) -> list[Period]:
    """Return the periods one can choose for a unit of a source."""
    return [Period(**row) for row in snapshot.rows(PERIODS, (source, unit))]


RATES = """
-- one row per metric (and variant) of one unit and period
SELECT metric, variant, source, unit_code, unit_name, period_kind, period_label, period_start, period_end, complete,
    numerator, denominator, ratio, target_op, target_value, target_kind, target_due, target_document, target_article,
    status, gap
FROM assessment
WHERE source = ? AND unit_code = ? AND period_label = ?
"""


@kept
def rates(snapshot: Snapshot, source: str, unit: str, period: str) -> list[Rate]:
    """Return every assessment of one unit and period, in the order of METRICS."""
    found = [_rate(row) for row in snapshot.rows(RATES, (source, unit, period))]
    order = list(METRIC)
    return sorted(
        found, key=lambda rate: (order.index(rate.metric) if rate.metric in METRIC else len(order), rate.variant or "")
    )


MONTHS = """
-- one row per metric, variant and month of one unit: the newest months, oldest first
SELECT metric, variant, source, unit_code, unit_name, period_kind, period_label, period_start, period_end, complete,
    numerator, denominator, ratio, target_op, target_value, target_kind, target_due, target_document, target_article,
    status, gap
FROM assessment
WHERE source = ? AND unit_code = ? AND period_kind = 'month'
QUALIFY row_number() OVER (PARTITION BY metric, variant ORDER BY period_start DESC) <= ?
ORDER BY metric, variant, period_start
"""


@kept
def months(snapshot: Snapshot, source: str, unit: str) -> dict[tuple[str, str | None], list[Rate]]:
    """Return the newest months of each metric (and variant) of a unit, oldest first."""
    found: dict[tuple[str, str | None], list[Rate]] = {}
    for row in snapshot.rows(MONTHS, (source, unit, MONTHS_SHOWN)):
        found.setdefault((row["metric"], row["variant"]), []).append(_rate(row))
    return found


BELOW = """
-- one row per assessment below target of the units directly under one unit (of the unit itself where it has none)
WITH chosen AS (
    SELECT unit_code FROM unit
    WHERE parent_code = $unit AND unit_code IN (SELECT unit_code FROM assessment WHERE source = $source)
), asked AS (
    SELECT unit_code FROM chosen
    UNION ALL
    SELECT $unit WHERE NOT EXISTS (SELECT 1 FROM chosen)
)
SELECT metric, variant, source, unit_code, unit_name, period_kind, period_label, period_start, period_end, complete,
    numerator, denominator, ratio, target_op, target_value, target_kind, target_due, target_document, target_article,
    status, gap, count(*) OVER () AS total
FROM assessment
JOIN asked USING (unit_code)
WHERE source = $source AND period_label = $period AND status = 'below' AND ($metric = '' OR metric = $metric)
ORDER BY gap DESC NULLS LAST, ratio, unit_code, metric
LIMIT $most
"""


@kept
def below_target(snapshot: Snapshot, source: str, unit: str, period: str, metric: str, most: int) -> RateListing:
    """Return what is below target directly under a unit, most dossiers missing first; `metric` "" means all."""
    asked = {"source": source, "unit": unit, "period": period, "metric": metric, "most": most}
    found = snapshot.rows(BELOW, asked)
    return RateListing([_rate(row) for row in found], found[0]["total"] if found else 0)


DELIVERED = """
-- one row per delivered count of one unit and period
SELECT measure, value
FROM statistic
WHERE source = $source AND unit_code = $unit AND period_start = $start AND period_end = $end
    AND measure IN ('received_766', 'completed_766', 'overdue_766', 'score_total')
ORDER BY list_position(['received_766', 'completed_766', 'overdue_766', 'score_total'], measure)
"""


VOLUMES = """
-- one row: what came in, was done, is open and overdue in one unit and period
SELECT received, resolved, open, overdue_open
FROM volume
WHERE source = ? AND unit_code = ? AND period_kind = ? AND period_label = ?
"""


@kept
def volumes(snapshot: Snapshot, source: Source, unit: str, period: Period) -> list[Volume]:
    """Return the counts that stand beside the rates: how much came in, was done, is open, is overdue.

    None of them where the snapshot is of an earlier version, until the next collection.
    """
    if source.kind == "statistic":
        asked = {"source": source.source, "unit": unit, "start": period.start, "end": period.end}
        return [Volume(row["measure"], row["value"]) for row in snapshot.rows(DELIVERED, asked)]
    on = min(period.end, source.as_of_day)
    place = (source.source, unit, period.kind, period.label)
    found = snapshot.rows(VOLUMES, place) if "volume" in tables(snapshot) else []
    return [
        volume
        for row in found
        for volume in (
            Volume("received", row["received"]),
            Volume("resolved", row["resolved"]),
            Volume("open", row["open"], on),
            Volume("overdue", row["overdue_open"], on),
        )
    ]


ALERTS = """
-- one row per alert of a unit and all below it, or of no unit; data problems first, then most missing
WITH RECURSIVE under AS (
    SELECT ? AS unit_code
    UNION
    SELECT unit.unit_code FROM unit JOIN under ON unit.parent_code = under.unit_code
)
SELECT alert_id, severity, rule, unit_code, unit_name, source, message_vi, message_en, count(*) OVER () AS total
FROM alert
WHERE coalesce(unit_code, '') = '' OR unit_code IN (SELECT unit_code FROM under)
ORDER BY rule = 'below_target', list_position(['critical', 'warning', 'info'], severity), gap DESC NULLS LAST, alert_id
LIMIT ?
"""


@kept
def alerts(snapshot: Snapshot, unit: str, most: int) -> Listing:
    """Return the alerts of a unit and the units below it, and those about the data themselves."""
    return listing(snapshot.rows(ALERTS, (unit, most)))


COLLECTED = """
-- one row: what was ever met, and what of it was not taken
SELECT
    count(*) AS exports,
    count(*) FILTER (WHERE outcome NOT IN ('accepted', 'already')) AS refused,
    coalesce(sum(rows_refused), 0)::BIGINT AS rows_refused,
    max(collected_at) AS newest
FROM export
"""


@kept
def collected(snapshot: Snapshot) -> dict[str, Any]:
    """Return how many exports there are, how many were refused whole, and how many rows of the others."""
    return snapshot.rows(COLLECTED)[0]


def _rate(row: dict[str, Any]) -> Rate:
    return Rate(
        metric=row["metric"],
        variant=row["variant"],
        source=row["source"],
        unit_code=row["unit_code"],
        unit_name=row["unit_name"] or row["unit_code"],
        period=Period(row["period_kind"], row["period_label"], row["period_start"], row["period_end"], row["complete"]),
        numerator=_whole(row["numerator"]),
        denominator=_whole(row["denominator"]),
        ratio=row["ratio"],
        target=_target(row),
        status=row["status"],
        gap=_whole(row["gap"]),
    )


def _target(row: dict[str, Any]) -> Target | None:
    if row["target_value"] is None:
        return None
    return Target(
        op=row["target_op"],
        value=float(row["target_value"]),
        kind=row["target_kind"],
        due=row["target_due"],
        document=row["target_document"] or "",
        article=row["target_article"] or "",
    )


def listing(found: list[dict[str, Any]]) -> Listing:
    """Return rows that each bear their `total`."""
    total = found[0]["total"] if found else 0
    return Listing([{name: value for name, value in row.items() if name != "total"} for row in found], total)


def _whole(value: int | Decimal | None) -> int | None:
    return None if value is None else int(value)
