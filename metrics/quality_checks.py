"""The named checks of what is stored: the warehouse in, one result per source and check out.

Reads the newest versions of dossiers and counts, the exports behind them, and what older ones said differently.
Examples name exports, sheets, rows, units, periods and measures, never a value of a dossier.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files

import duckdb

from collectors import vocabulary
from collectors.findings import Looker, checks
from collectors.personal_data import masked
from collectors.reading.text import fold
from metrics.alerts import LATE_AFTER, SourceState
from metrics.definitions import METRICS, Kind
from metrics.quality import QualityCheck, judged
from metrics.unit_history import EventKind, UnitHistory
from metrics.units import Unit, UnitTree

# of a reader's checks, those that count single dossiers
_PER_ROW = ("unknown_flag", "unknown_rating", "repeated_with_other_reception", "serial_date", "outside_period")
# those that are made again over the stored dossiers: a corrected export then mends them
_MADE_AGAIN = frozenset(
    {"unknown_status", "unknown_channel", "unknown_level", "odd_code", "unknown_unit", "no_due_date", "future_date"}
    | {"finished_before_received", "due_before_received", "finished_without_date", "open_with_finish_date"}
)
# counts of dossiers that a portal delivers for units and for those above them (index766.md §7: the others inherit,
# are scores, or count procedures); they only grow while a period runs, except those judged by the clock
_CLOCKED = ("on_time_766", "overdue_766", "satisfied_766")
_CUMULATIVE = (
    *("received_766", "completed_766", "channel_total", "channel_online", "channel_direct", "channel_postal"),
    *("fee_obligation", "paid_online", "result_base_766", "result_electronic_766", "digitised_base_766"),
    *("digitised_full_766", "reuse_base_766", "reused_766", "dossiers_766", "petitions_received"),
)
_AGENCY = re.compile(r"[A-Z]\d{2}(?:\.\d+)*")
_DISTRICT_LEVEL = "district"
_DISTRICT = re.compile(r"^(?:(?:ubnd|uy ban nhan dan) )?(?:huyen|quan|thi xa) ")


def quality_checks(
    con: duckdb.DuckDBPyConnection,
    *,
    units: UnitTree,
    history: UnitHistory,
    sources: Iterable[SourceState],
    now: datetime,
) -> list[QualityCheck]:
    """Return the result of every check that could be made, for the sources given; now: UTC without zone.

    con: a cursor of the warehouse, outside a transaction; it gets a temporary table.
    """
    states = {one.source: one for one in sources}
    found = [
        *_told(con, "quality_dossiers.sql"),
        *_told(con, "quality_exports.sql", _reader_checks()),
        *_told(con, "quality_units.sql"),
        *_of_figures(con, units),
        *_of_codes(con),
        *_of_ended_units(con, units, history),
        *_of_names(con),
        *_of_age(states.values(), now),
    ]
    return sorted(
        (judged(*one) for one in found if one[0] in states and one[2]), key=lambda one: (one.source, one.check_id)
    )


_Found = tuple[str, str, int, int, str]  # source, check, checked, failing, example


def _told(con: duckdb.DuckDBPyConnection, name: str, params: dict[str, list[str]] | None = None) -> list[_Found]:
    return _rows(con.execute(_sql(name), params).fetchall())


def _rows(rows: Iterable[tuple[str, str, int | None, int | None, str]]) -> list[_Found]:
    """Return rows with whole counts: a sum over nothing is none."""
    return [
        (source, check, int(checked or 0), int(failing or 0), example)
        for source, check, checked, failing, example in rows
    ]


@cache
def _sql(name: str) -> str:
    return (files("metrics") / name).read_text(encoding="utf-8")


def _reader_checks() -> dict[str, list[str]]:
    told = [one.check_id for one in checks().values() if one.looker == Looker.LIST and one.check_id not in _MADE_AGAIN]
    return {"per_row": list(_PER_ROW), "per_export": [one for one in told if one not in _PER_ROW]}


def _of_figures(con: duckdb.DuckDBPyConnection, units: UnitTree) -> list[_Found]:
    con.execute("CREATE OR REPLACE TEMP TABLE quality_unit (unit_code VARCHAR, parent_code VARCHAR)").fetchall()
    with con.appender("temp.main.quality_unit") as appender:
        for unit in units.units.values():
            appender.append_row(unit.code, unit.parent)
    variants = [variant for metric in METRICS for variant in metric.variants_of(Kind.STATISTIC)]
    asked = {
        "numerators": [variant.numerator for variant in variants],
        "denominators": [variant.denominator for variant in variants],
        "dossier_counts": [*_CUMULATIVE, *_CLOCKED],
        "cumulative": list(_CUMULATIVE),
        "portal": [one.check_id for one in checks().values() if one.looker == Looker.PORTAL],
    }
    return _told(con, "quality_figures.sql", asked)


_CODES = """
-- one row per source, unit and beginning of a dossier code: its dossiers, and the row of the first. A code of the
-- national form ends with a date of 6 or 8 digits and a sequence of 4 to 7; taken apart, which is far quicker than matched
WITH parted AS (
    SELECT *, string_split(dossier_code, '-')[-2] AS day, string_split(dossier_code, '-')[-1] AS sequence
    FROM collected.dossier
)

SELECT
    source,
    unit_code,
    CASE
        WHEN
            length(day) IN (6, 8) AND length(sequence) BETWEEN 4 AND 7
            AND translate(concat(day, sequence), '0123456789', '') = ''
            THEN left(dossier_code, greatest(0, length(dossier_code) - length(day) - length(sequence) - 2))
        ELSE ''
    END AS prefix,
    count(*) AS dossiers,
    min({'export_id': export_id, 'sheet': sheet, 'row': row_number}) AS place
FROM parted
GROUP BY ALL
ORDER BY ALL
"""
_FILES = "SELECT export_id, file_name FROM collected.export"


@dataclass(frozen=True, slots=True)
class _Codes:
    """The dossiers of one unit whose codes begin alike; issuer: the unit that the code names, "" where it names none."""

    source: str
    unit_code: str
    issuer: str
    dossiers: int
    example: str


def _of_codes(con: duckdb.DuckDBPyConnection) -> Iterator[_Found]:
    """Yield the checks that a dossier's code and unit decide, group by group."""
    names = dict(con.execute(_FILES).fetchall())
    groups: dict[str, list[_Codes]] = {}
    for source, unit, prefix, dossiers, place in con.execute(_CODES).fetchall():
        issuer = vocabulary.unit_code(prefix)
        example = " ".join(filter(None, (names.get(place["export_id"]), place["sheet"], f"dòng {place['row']}")))
        groups.setdefault(source, []).append(_Codes(source, unit, issuer, dossiers, example))
    for rows in groups.values():
        yield _share("odd_code", rows, [one for one in rows if not one.issuer])
        yield _share("unknown_unit", rows, [one for one in rows if one.unit_code == vocabulary.UNKNOWN_UNIT])
        named = [one for one in rows if _AGENCY.fullmatch(one.unit_code)]
        coded = [one for one in named if _AGENCY.fullmatch(one.issuer)]
        yield _share("unit_of_code_differs", coded, [one for one in coded if not _related(one.unit_code, one.issuer)])
        yield _share("foreign_unit", *_foreign(named))


def _share(check_id: str, rows: list[_Codes], failing: list[_Codes]) -> _Found:
    source = rows[0].source if rows else ""
    example = failing[0].example if failing else ""
    return source, check_id, sum(one.dossiers for one in rows), sum(one.dossiers for one in failing), example


def _related(one: str, other: str) -> bool:
    """Whether one unit is the other, or stands below it."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _foreign(rows: list[_Codes]) -> tuple[list[_Codes], list[_Codes]]:
    """Return what was checked and the dossiers of other provinces or ministries, where one has more than half of all."""
    sizes: Counter[str] = Counter()
    for one in rows:
        sizes[one.unit_code.partition(".")[0]] += one.dossiers
    if not sizes:
        return [], []
    home, most = sizes.most_common(1)[0]
    if 2 * most <= sizes.total():
        return [], []
    return rows, [one for one in rows if one.unit_code.partition(".")[0] != home]


_DISSOLVED = """
-- one row per source: dossiers received in a unit on or after the day it ended; quality_end (unit_code, day)
SELECT
    d.source,
    'dissolved_unit' AS check_id,
    count(*) AS checked,
    count_if(d.received_at >= e.day) AS failing,
    coalesce(min(d.unit_code) FILTER (WHERE d.received_at >= e.day), '') AS example
FROM collected.dossier AS d
LEFT JOIN quality_end AS e ON e.unit_code = d.unit_code
GROUP BY d.source
"""


def _of_ended_units(con: duckdb.DuckDBPyConnection, units: UnitTree, history: UnitHistory) -> list[_Found]:
    """Return the dossiers of units used after their end, as the history of units tells it."""
    con.execute("CREATE OR REPLACE TEMP TABLE quality_end (unit_code VARCHAR, day DATE)").fetchall()
    with con.appender("temp.main.quality_end") as appender:
        for unit in units.units.values():
            day = _end_of(unit, history)
            if day:
                appender.append_row(unit.code, day)
    return _rows(con.execute(_DISSOLVED).fetchall())


def _end_of(unit: Unit, history: UnitHistory) -> date | None:
    """Return the first day on which a unit was no more; a district is told by its name, since no source calls it one."""
    told = replace(unit, level=_DISTRICT_LEVEL) if _DISTRICT.match(fold(unit.name)) else unit
    events = history.of(told, date.min, date.max)
    return next((event.day for event in events if event.kind is EventKind.DISSOLVE), None)


_NAMES = """
-- one row per source and name that is kept
SELECT source, 'tên đơn vị' AS kind, unit_name AS name FROM collected.unit WHERE unit_name IS NOT NULL
UNION
SELECT source, 'tên thủ tục', procedure_name FROM collected.procedure WHERE procedure_name IS NOT NULL
UNION
SELECT source, 'tên lĩnh vực', field FROM collected.procedure WHERE field IS NOT NULL
ORDER BY ALL
"""


def _of_names(con: duckdb.DuckDBPyConnection) -> Iterator[_Found]:
    """Yield how many kept names still hold a number of a person; the example says of what, never which."""
    seen: Counter[str] = Counter()
    left: dict[str, list[str]] = {}
    for source, kind, name in con.execute(_NAMES).fetchall():
        seen[source] += 1
        if masked(name) != name:
            left.setdefault(source, []).append(kind)
    for source, count in seen.items():
        kinds = left.get(source, [])
        yield source, "personal_left", count, len(kinds), kinds[0] if kinds else ""


def _of_age(sources: Iterable[SourceState], now: datetime) -> Iterator[_Found]:
    """Yield whether the data of each real source are as new as the alert for late sources asks."""
    for one in sources:
        if not one.synthetic:
            oldest = min(one.last_success_at or now, one.captured_at)
            yield one.source, "late_source", 1, int(now - oldest > LATE_AFTER), f"{oldest:%Y-%m-%dT%H:%MZ}"
