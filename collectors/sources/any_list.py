"""The tables of any list we know → the reader of what its rows are."""

from collections.abc import Sequence
from pathlib import Path

from collectors.export import ExportReport
from collectors.layout import Grain
from collectors.reading.table import Table
from collectors.sources import dossier_list, fee_list, portal_v1, procedure_list
from collectors.sources.sheets import Origin


def read(
    grain: Grain, tables: Sequence[Table], origin: Origin, draft: Path, *, spill: Path, period: str | None = None
) -> ExportReport:
    """Write the rows of an export to `draft` and return what became of them; raises ExportError where it is refused.

    period: what the person says of it, for lists that do not say their period themselves.
    """
    if grain is Grain.PROCEDURE:
        return procedure_list.read(tables, origin, draft)
    if grain is Grain.PAYMENT:
        return fee_list.read(tables, origin, draft)
    if grain is Grain.SCORE:
        return portal_v1.read(tables, origin, draft, period=period)
    return dossier_list.read(tables, origin, draft, spill=spill)
