"""Whose single dossiers a reader may see: whatever reads dossiers, rows of exports or lineage asks for a `Scope`.

Counts and ratios are everybody's; a dossier, a refused row or the sheets behind a count belong to their unit. The scope is
an argument without a default, and a part of the key of every cache, so that nothing is read without one.
"""

from dataclasses import dataclass

from collectors.access_setting import ALL_UNITS
from metrics.units import UnitTree

# The first tables of a statement with `$scope` (Scope.units): `allowed`, the units in scope and all below them.
ALLOWED = """
allowed AS (
    SELECT unit_code FROM unit WHERE list_contains($scope::VARCHAR[], unit_code)
    UNION
    SELECT unit.unit_code FROM unit JOIN allowed ON unit.parent_code = allowed.unit_code
)
"""


class AccessError(Exception):
    """Something a reader may not see or do; the message says what and who may, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Units, each with all below it; ALL_UNITS among them: every unit. Without any: no single dossier at all."""

    units: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing is kept back."""
        return ALL_UNITS in self.units

    @property
    def parameter(self) -> list[str]:
        """The value of `$scope`."""
        return list(self.units)

    def covers(self, tree: UnitTree, unit: str | None) -> bool:
        """Tell whether a unit is in scope; what is of no unit, or of an unknown one, is for those who see everything."""
        if self.everything:
            return True
        return unit is not None and unit in tree.units and not {unit, *tree.above(unit)}.isdisjoint(self.units)


EVERYTHING = Scope((ALL_UNITS,))
NOTHING = Scope()
