"""The catalogue and the dossiers of a period in, procedures counted once for each unit out: distinct, never added up.

A procedure that was filed in two communes counts once for each of them and once for their province.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.reading.text import fold
from metrics.units import Unit, UnitLevel, UnitTree

FLAGS = ("service_level", "fee", "eligible_full", "integrated")
_OFFERED = ("partial", "full")
_REPEALED = ("het hieu luc", "bai bo", "huy bo")
_EVERYWHERE = (UnitLevel.NATIONAL, UnitLevel.PROVINCE)

CATALOGUE_SQL = """
-- one row per procedure of which a catalogue says something; older snapshots have no such columns
SELECT procedure_key, level, agency, executing_agency, service_level, fee, eligible_full, integrated, status
FROM (
    SELECT * FROM procedure
    UNION ALL BY NAME
    SELECT
        CAST(NULL AS VARCHAR) AS level,
        CAST(NULL AS VARCHAR) AS agency,
        CAST(NULL AS VARCHAR) AS executing_agency,
        CAST(NULL AS VARCHAR) AS service_level,
        CAST(NULL AS BOOLEAN) AS fee,
        CAST(NULL AS BOOLEAN) AS eligible_full,
        CAST(NULL AS BOOLEAN) AS integrated,
        CAST(NULL AS VARCHAR) AS status
    WHERE FALSE
) AS described
WHERE coalesce(service_level, CAST(fee AS VARCHAR), CAST(eligible_full AS VARCHAR), CAST(integrated AS VARCHAR)) <> ''
"""
SEEN_SQL = """
-- one row per unit and procedure with dossiers, received in the period, that were filed online or have a fee
SELECT
    unit_code,
    procedure_key,
    sum(fee_known) > 0 AS fee,
    sum(received_paid_online) > 0 AS paid,
    sum(received_online) > 0 AS online
FROM daily
WHERE source = $source AND day BETWEEN $start AND $end AND (fee_known > 0 OR received_online > 0)
GROUP BY unit_code, procedure_key
"""


@dataclass(slots=True)
class Seen:
    """The procedures of a unit and all below it with such a dossier in the period."""

    fee: set[str] = field(default_factory=set)
    paid: set[str] = field(default_factory=set)
    online: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Listed:
    """The procedures that a unit answers for, by what the catalogue says of them; known: it says something."""

    level_known: frozenset[str] = frozenset()
    online: frozenset[str] = frozenset()
    eligible: frozenset[str] = frozenset()
    eligible_full: frozenset[str] = frozenset()
    integration_known: frozenset[str] = frozenset()
    integrated: frozenset[str] = frozenset()
    fee: frozenset[str] = frozenset()


class Catalogue:
    """What is known of procedures. flags: the columns of FLAGS that say something of any procedure."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = [row for row in rows if not any(word in fold(row["status"] or "") for word in _REPEALED)]
        self.flags = frozenset(flag for flag in FLAGS if any(row[flag] is not None for row in self._rows))
        self._known: dict[str, Listed] = {}

    def of(self, unit: Unit) -> Listed:
        """Return the procedures that a unit answers for: all of them at the top of the tree or of a province.

        Below, a commune those of its tier, a department those that name it; none where the catalogue does not say.
        """
        if unit.code not in self._known:
            self._known[unit.code] = _listed([row for row in self._rows if _answers(unit, row)])
        return self._known[unit.code]


def seen_by_unit(tree: UnitTree, rows: Iterable[Mapping[str, Any]]) -> dict[str, Seen]:
    """Return by unit the procedures of itself and all below it; rows: those of SEEN_SQL."""
    found: dict[str, Seen] = {}
    for row in rows:
        for code in (row["unit_code"], *tree.above(row["unit_code"])):
            seen = found.setdefault(code, Seen())
            for name in ("fee", "paid", "online"):
                if row[name]:
                    getattr(seen, name).add(row["procedure_key"])
    return found


def procedure_counts(seen: Seen, listed: Listed, within: Collection[str] | None = None) -> dict[str, int]:
    """Return the measures of `measures.PROCEDURES`; within: only of these procedures."""
    sets: dict[str, Collection[str]] = {
        "fee_procedures": seen.fee,
        "paid_procedures": seen.paid,
        "listed_levels": listed.level_known,
        "listed_online": listed.online,
        "listed_eligible": listed.eligible,
        "listed_eligible_full": listed.eligible_full,
        "listed_online_active": listed.online & seen.online,
        "listed_integration_known": listed.integration_known,
        "listed_integrated": listed.integrated,
        "listed_fee": listed.fee,
        "listed_fee_paid": listed.fee & seen.paid,
    }
    return {name: len(keys if within is None else {*keys}.intersection(within)) for name, keys in sets.items()}


def _answers(unit: Unit, row: Mapping[str, Any]) -> bool:
    if unit.parent is None or unit.level in _EVERYWHERE:
        return True
    if unit.level == UnitLevel.COMMUNE:
        return "xa" in fold(row["level"] or "").replace(";", " ").replace(",", " ").split()
    agencies = (row["executing_agency"] or row["agency"] or "").split(";")
    return fold(unit.name) in {fold(name) for name in agencies if name.strip()}


def _listed(rows: Iterable[Mapping[str, Any]]) -> Listed:
    known = list(rows)
    online = [row for row in known if row["service_level"] in _OFFERED]
    eligible = [row for row in known if row["eligible_full"] and row["service_level"]]
    return Listed(
        level_known=_keys(row for row in known if row["service_level"]),
        online=_keys(online),
        eligible=_keys(eligible),
        eligible_full=_keys(row for row in eligible if row["service_level"] == "full"),
        integration_known=_keys(row for row in online if row["integrated"] is not None),
        integrated=_keys(row for row in online if row["integrated"]),
        fee=_keys(row for row in known if row["fee"]),
    )


def _keys(rows: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(row["procedure_key"] for row in rows)
