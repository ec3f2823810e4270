"""The canonical procedure (TTHC): what a catalogue may tell of it."""

from dataclasses import dataclass

# What a catalogue may tell, in the order of collected.procedure. A column that a catalogue does not have, and a cell
# that is blank, tell nothing (None); they never take away what another catalogue has told.
FIELDS = (
    "procedure_code",
    "procedure_name",
    "field",
    "agency",
    "executing_agency",
    "level",
    "service_level",
    "fee",
    "eligible_full",
    "integrated",
    "status",
)


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure. Key: its code, text always (`1.010010`).

    agency: who publishes it; executing_agency: who carries it out; level: of government (several of both are parted
    by "; "); service_level: full, partial or information; fee: whether there is a fee to pay; eligible_full: whether
    it can be done wholly online by the rules; integrated: whether it is on the national portal; status: in the words
    of the source.
    """

    procedure_code: str
    procedure_name: str | None = None
    field: str | None = None
    agency: str | None = None
    executing_agency: str | None = None
    level: str | None = None
    service_level: str | None = None
    fee: bool | None = None
    eligible_full: bool | None = None
    integrated: bool | None = None
    status: str | None = None
