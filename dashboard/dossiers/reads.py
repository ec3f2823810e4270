"""The published snapshot in, open dossiers out: the list, and how many they are by unit and by procedure; cached."""

from dataclasses import dataclass
from typing import Any

from dashboard.reads import kept, listing, tables
from dashboard.rows import Listing
from metrics.rates import unit_tree
from metrics.scope import ALLOWED, Scope
from metrics.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Asked:
    """Which open dossiers: of a unit and all below it.

    which: late, soon (at most `days` working days left), waiting, undated or open (all of them).
    procedure: a key, "" for all. order: due, newest, unit or procedure.
    """

    source: str
    unit: str
    which: str = "open"
    days: int = 2
    procedure: str = ""
    order: str = "due"


def published(snapshot: Snapshot) -> bool:
    """Whether the snapshot lists open dossiers; one of an earlier version does not."""
    return "open_dossier" in tables(snapshot)


# Whoever may see only some units is held to them here: every reading of dossiers passes through `_SEEN`.
_SEEN = f"""
WITH RECURSIVE {ALLOWED.strip()}, under AS (
    SELECT $unit AS unit_code
    UNION
    SELECT unit.unit_code FROM unit JOIN under ON unit.parent_code = under.unit_code
), seen AS (
    SELECT
        o.*,
        CASE
            WHEN o.late THEN 'late'
            WHEN o.waiting THEN 'waiting'
            WHEN o.due IS NULL THEN 'undated'
            WHEN o.days_left BETWEEN 0 AND $days THEN 'soon'
            ELSE 'in_time'
        END AS stand,
        coalesce(u.unit_name, o.unit_code) AS unit_name,
        coalesce(p.procedure_name, o.procedure_key) AS procedure_name,
        p.field
    FROM open_dossier AS o
    LEFT JOIN unit AS u USING (unit_code)
    LEFT JOIN procedure AS p USING (procedure_key)
    WHERE o.source = $source AND o.unit_code IN (SELECT unit_code FROM under)
        AND (list_contains($scope::VARCHAR[], '*') OR o.unit_code IN (SELECT unit_code FROM allowed))
)
"""
LIST = f"""
-- one row per open dossier of a unit and all below it
{_SEEN}
SELECT dossier_code, unit_code, unit_name, procedure_key, procedure_name, received, due, status, stand, days_left,
    count(*) OVER () AS total
FROM seen
WHERE ($which = 'open' OR stand = $which) AND ($procedure = '' OR procedure_key = $procedure)
ORDER BY
    CASE WHEN $order = 'unit' THEN unit_code WHEN $order = 'procedure' THEN procedure_name END,
    CASE WHEN $order = 'newest' THEN -epoch(received) END,
    due NULLS LAST, received, dossier_code
LIMIT $most
"""
_COUNTED = """
    count(*) AS open,
    count(*) FILTER (WHERE stand = 'late') AS late,
    count(*) FILTER (WHERE stand = 'soon') AS soon,
    count(*) FILTER (WHERE stand = 'waiting') AS waiting,
    min(due) FILTER (WHERE stand = 'late') AS oldest,
    min(days_left) FILTER (WHERE stand = 'late') AS worst
"""
BY_UNIT = f"""
-- one row per unit with open dossiers, most late ones first
{_SEEN}
SELECT unit_code, any_value(unit_name) AS unit_name, {_COUNTED}, count(*) OVER () AS total
FROM seen
GROUP BY unit_code
ORDER BY late DESC, soon DESC, open DESC, unit_code
LIMIT $most
"""
BY_PROCEDURE = f"""
-- one row per procedure with open dossiers, most late ones first
{_SEEN}
SELECT procedure_key, any_value(procedure_name) AS procedure_name, any_value(field) AS field, {_COUNTED},
    count(*) OVER () AS total
FROM seen
GROUP BY procedure_key
ORDER BY late DESC, soon DESC, open DESC, procedure_key
LIMIT $most
"""
COUNTS = f"""
-- one row: the open dossiers of a unit and all below it, by how they stand
{_SEEN}
SELECT {_COUNTED}, count(*) FILTER (WHERE stand = 'undated') AS undated
FROM seen
"""
CUT = """
-- one row where not all open dossiers of a source are listed
SELECT open, listed FROM open_total WHERE source = ? AND listed < open
"""


@kept
def dossiers(snapshot: Snapshot, scope: Scope, asked: Asked, most: int) -> Listing:
    """Return open dossiers, those due first before the others (or in the order asked for)."""
    more = {"which": asked.which, "procedure": asked.procedure, "order": asked.order, "most": most}
    return listing(snapshot.rows(LIST, _seen(scope, asked) | more))


@kept
def by_unit(snapshot: Snapshot, scope: Scope, asked: Asked, most: int) -> Listing:
    """Return how many dossiers are open, late, nearly late and waiting in each unit."""
    return listing(snapshot.rows(BY_UNIT, _seen(scope, asked) | {"most": most}))


@kept
def by_procedure(snapshot: Snapshot, scope: Scope, asked: Asked, most: int) -> Listing:
    """Return the same by procedure."""
    return listing(snapshot.rows(BY_PROCEDURE, _seen(scope, asked) | {"most": most}))


@kept
def counts(snapshot: Snapshot, scope: Scope, asked: Asked) -> dict[str, Any]:
    """Return how many dossiers are open, late, nearly late, waiting and without a due day."""
    return snapshot.rows(COUNTS, _seen(scope, asked))[0]


@kept
def covered(snapshot: Snapshot, scope: Scope, unit: str) -> bool:
    """Whether a reader sees the dossiers of a unit and of all below it; else only those in scope, if any."""
    return scope.covers(unit_tree(snapshot), unit)


@kept
def cut(snapshot: Snapshot, source: str) -> dict[str, Any] | None:
    """Return how many are open and how many of them are listed, where these differ."""
    return next(iter(snapshot.rows(CUT, (source,))), None)


def _seen(scope: Scope, asked: Asked) -> dict[str, Any]:
    return {"scope": scope.parameter, "source": asked.source, "unit": asked.unit, "days": asked.days}
