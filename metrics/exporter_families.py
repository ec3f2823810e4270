"""The metrics that Prometheus is told: name, unit in the help, labels; and one number with its labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

from metrics import exporter_journal

_UNIT = ("indicator", "period", "unit_code", "source", "variant")
_JUDGED = (*_UNIT, "kind")
_PERIOD = ("indicator", "period", "source")
_SOURCE = ("source",)
_DIMENSION = ("source", "dimension")
SNAPSHOT_TEXTS = ("snapshot_id", "definitions_version", "synthetic")
SOURCE_TEXTS = ("source", "synthetic")
_INDICATOR_TEXTS = ("indicator", "label", "direction")
UNIT_TEXTS = ("unit_code", "unit_name", "level", "parent_code")


class Series(NamedTuple):
    """One number with its label values, in the order of its family's labels."""

    name: str
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, its unit told in the help, its labels."""

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def metric(self, series: Mapping[tuple[str, ...], float]) -> Metric:
        """Return the family with its series; a name in `_info` carries text and the value 1."""
        if self.name.endswith("_info"):
            text = InfoMetricFamily(self.name.removesuffix("_info"), self.help, labels=self.labels)
            for labels in series:
                text.add_metric(labels, {})
            return text
        gauge = GaugeMetricFamily(self.name, self.help, labels=self.labels)
        for labels, value in series.items():
            gauge.add_metric(labels, float(value))
        return gauge


def _unit_families(prefix: str, unit: str) -> tuple[Family, ...]:
    """Return the metrics of a unit's assessment."""
    return (
        Family(f"{prefix}_numerator", f"Numerator of the indicator, {unit}: a count.", _UNIT),
        Family(f"{prefix}_denominator", f"Denominator of the indicator, {unit}: a count, 0 included.", _UNIT),
        Family(
            f"{prefix}_target_ratio",
            f"What is asked of the indicator, {unit}: a fraction of 1. kind target: a duty, not due yet where"
            " below_target is absent; kind full_mark: what earns full marks in the 766 index, no duty.",
            _JUDGED,
        ),
        Family(
            f"{prefix}_below_target",
            f"1: the indicator misses what is asked now, 0: it meets it, {unit}; absent: nothing is judged.",
            _JUDGED,
        ),
        Family(
            f"{prefix}_below_target_significant",
            f"1: the indicator misses what is asked beyond chance (Wilson interval, 95 %), {unit}; absent: nothing is judged.",
            _JUDGED,
        ),
        Family(
            f"{prefix}_below_target_publications",
            f"Publications of newer data in a row in which the indicator missed what is asked, {unit}; 0: it meets it.",
            _JUDGED,
        ),
        Family(f"{prefix}_gap_dossiers", f"Cases missing to what is asked, {unit}: a count.", _JUDGED),
    )


FAMILIES: tuple[Family, ...] = (
    Family("tthc_build_info", "The exporter's version.", ("version",)),
    Family("tthc_snapshot_info", "The snapshot served; synthetic: made-up figures.", SNAPSHOT_TEXTS),
    Family("tthc_snapshot_published_timestamp_seconds", "When the snapshot was published; 0: none yet."),
    Family("tthc_snapshot_as_of_timestamp_seconds", "The moment up to which the snapshot counts."),
    Family("tthc_source_info", "A source of the figures; synthetic: made-up figures.", SOURCE_TEXTS),
    Family(
        "tthc_data_newest_event_timestamp_seconds",
        "Start of the day (Vietnam) of the newest event the source has delivered.",
        _SOURCE,
    ),
    Family("tthc_collector_last_run_timestamp_seconds", "When it was last collected; 0: never.", _SOURCE),
    Family("tthc_collector_last_success_timestamp_seconds", "When that last succeeded; 0: never.", _SOURCE),
    Family("tthc_collector_last_run_rows", "Rows read in the source's last collection.", _SOURCE),
    Family("tthc_collector_last_run_rows_rejected", "Rows refused in the source's last collection.", _SOURCE),
    Family(
        "tthc_data_quality_ratio",
        "Share of the worst check of a dimension of quality that holds, as published: a fraction of 1.",
        _DIMENSION,
    ),
    Family("tthc_data_quality_checked", "Cases that this check looked at: a count.", _DIMENSION),
    Family("tthc_data_quality_failing", "Cases of them that failed: a count.", _DIMENSION),
    Family("tthc_alerts_firing", "Alerts raised when the snapshot was published.", ("rule", "severity")),
    Family("tthc_indicator_info", "An indicator's name; direction: which way is better.", _INDICATOR_TEXTS),
    Family("tthc_unit_info", "A unit's name and where it belongs.", UNIT_TEXTS),
    Family("tthc_indicator_period_start_timestamp_seconds", "When the period begins (Vietnam).", _PERIOD),
    Family("tthc_indicator_period_end_timestamp_seconds", "When the period is over (Vietnam).", _PERIOD),
    *_unit_families("tthc_indicator", "one unit without units below it"),
    *_unit_families("tthc_unit_total", "one unit with the units below it"),
    *(Family(*one) for one in exporter_journal.FAMILIES),
)
