"""Which rates stand first: the headline of a dossier list, whatever a source of statistics delivers."""

from dashboard import reads
from dashboard.choice import Choice
from dashboard.rows import Rate
from metrics.snapshot import Snapshot

METRICS = (
    *("online", "online_full", "online_of_offered", "online_payment", "digitised_components"),
    *("electronic_results", "data_reuse", "on_time", "overdue_open"),
)


def rates(snapshot: Snapshot, chosen: Choice) -> list[Rate]:
    """Return the rates of the chosen unit and period that have a card, in their order."""
    found = reads.rates(snapshot, chosen.source.source, chosen.unit.code, chosen.period.label)
    if chosen.source.kind == "statistic":
        return [rate for rate in found if rate.status != "not_reported"]
    return sorted((rate for rate in found if rate.metric in METRICS), key=lambda rate: METRICS.index(rate.metric))
