"""The published snapshot comes in, Prometheus metrics go out.

Whether a ratio is below its target was decided by `assess` before publishing; here it is only told.
A unit below which a source delivers no other unit stands in `tthc_indicator_*`; a unit that also stands for
units below it stands in `tthc_unit_total_*`, so a sum over `unit_code` never counts a dossier twice. Only
current periods are exported: closed months are history and stay in the snapshot.

Source of the rules: prometheus.io, "Metric and label naming" and "Writing exporters". Counts are gauges,
because a corrected export can lower them, hence no `_total`; ratios are fractions of 1; moments are Unix
seconds, their age is `time() - x`.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path
from socket import AF_INET, AF_INET6
from socketserver import ThreadingMixIn
from typing import Any, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import duckdb
from prometheus_client import CollectorRegistry, generate_latest, make_wsgi_app, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from collectors.home import VIETNAM
from metrics.alerts import Rule, Severity
from metrics.definitions import EVERY
from metrics.insight.intervals import Evidence, evidence
from metrics.quality import Quality, published_quality
from metrics.snapshot import Snapshot, SnapshotError, current_id, open_snapshot
from metrics.targets import Op
from metrics.units import NATIONAL

SERIES_CAP = 20_000  # series of one metric: 600 units of one source; a whole country by commune is refused
DISTRIBUTION = "tthc"
REQUEST_SECONDS = 10.0  # Prometheus gives up a scrape after 10 s by default

_log = logging.getLogger(__name__)

_UNIT = ("indicator", "period", "unit_code", "source", "variant")
_JUDGED = (*_UNIT, "kind")
_PERIOD = ("indicator", "period", "source")
_PERIOD_COLUMNS = ("metric", "period", "source")
_SOURCE = ("source",)
_NUMERIC = {Op.AT_LEAST, Op.ABOVE, Op.EQUAL, Op.AT_MOST}
_DIMENSION = ("source", "dimension")
_SNAPSHOT_TEXTS = ("snapshot_id", "definitions_version", "synthetic")
_SOURCE_TEXTS = ("source", "synthetic")
_INDICATOR_TEXTS = ("indicator", "label", "direction")
_UNIT_TEXTS = ("unit_code", "unit_name", "level", "parent_code")


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
        Family(f"{prefix}_gap_dossiers", f"Cases missing to what is asked, {unit}: a count.", _JUDGED),
    )


FAMILIES: tuple[Family, ...] = (
    Family("tthc_build_info", "The exporter's version.", ("version",)),
    Family("tthc_snapshot_info", "The snapshot served; synthetic: made-up figures.", _SNAPSHOT_TEXTS),
    Family("tthc_snapshot_published_timestamp_seconds", "When the snapshot was published; 0: none yet."),
    Family("tthc_snapshot_as_of_timestamp_seconds", "The moment up to which the snapshot counts."),
    Family("tthc_source_info", "A source of the figures; synthetic: made-up figures.", _SOURCE_TEXTS),
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
    Family("tthc_unit_info", "A unit's name and where it belongs.", _UNIT_TEXTS),
    Family("tthc_indicator_period_start_timestamp_seconds", "When the period begins (Vietnam).", _PERIOD),
    Family("tthc_indicator_period_end_timestamp_seconds", "When the period is over (Vietnam).", _PERIOD),
    *_unit_families("tthc_indicator", "one unit without units below it"),
    *_unit_families("tthc_unit_total", "one unit with the units below it"),
)

_ASSESSMENTS = """
-- one row per metric, variant, unit, source and exported period: of dossier lists the running periods and the
-- month of the newest reception ("latest" on the command line), of statistics the newest of each kind
WITH reception AS (
    SELECT d.source, max(d.day) AS newest
    FROM daily AS d
    JOIN source AS s ON s.source = d.source
    WHERE d.received > 0 AND d.day <= s.as_of_day
    GROUP BY d.source
)

SELECT
    a.metric, a.variant, a.source, a.unit_code, s.kind = 'dossier' AS counted_here,
    CASE
        WHEN s.kind = 'dossier' AND a.period_kind = 'month' THEN 'latest_month'
        ELSE a.period_kind
    END AS period,
    a.period_start, a.period_end, a.numerator, a.denominator,
    a.target_value, a.target_op, coalesce(a.target_kind, '') AS target_kind, a.status, a.gap
FROM assessment AS a
JOIN source AS s ON s.source = a.source
LEFT JOIN reception AS r ON r.source = a.source
WHERE (
    s.kind = 'dossier'
    AND (
        a.period_kind IN ('month_to_date', 'year_to_date')
        OR (a.period_kind = 'month' AND r.newest BETWEEN a.period_start AND a.period_end)
    )
) OR (
    s.kind = 'statistic'
    AND a.period_kind IN ('month_to_date', 'year_to_date', 'month', 'quarter', 'year')
    AND a.period_start <= s.as_of_day
    AND (a.numerator IS NOT NULL OR a.denominator IS NOT NULL)
)
QUALIFY s.kind = 'dossier' OR a.period_end = max(a.period_end) OVER (
    PARTITION BY a.source, a.metric, a.period_kind
)
ORDER BY a.source, a.metric, period, a.unit_code, a.variant
"""
_SNAPSHOT = "SELECT snapshot_id, as_of, published_at, synthetic, definitions_version FROM snapshot"
_UNITS = "SELECT unit_code, unit_name, coalesce(parent_code, '') AS parent_code, level FROM unit"
_SOURCES = """
SELECT source, synthetic, newest_event, last_run_at, last_success_at, rows, rows_refused
FROM source
WHERE kind <> 'indicator'
ORDER BY source
"""
_ALERTS = """
SELECT rule, severity, count(*) AS firing
FROM alert
GROUP BY rule, severity
ORDER BY rule, severity
"""

_BROKEN = (SnapshotError, duckdb.Error, OSError, ValueError)  # not readable; everything else is a bug
_UNCODED = "id:"  # a unit whose code the portal has not told: below which unit it stands is unknown

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Exposition:
    """What one snapshot says, ready to be served; snapshot_id None: nothing is published yet."""

    snapshot_id: str | None
    metrics: tuple[Metric, ...]
    dropped: int


class AssessmentCollector(Collector):
    """Serve the assessments of the current snapshot, read anew only when another one is published.

    published: the folder that holds CURRENT and the snapshots. A snapshot that cannot be read is counted in
    `tthc_exporter_errors_total`, and the last good one stays.
    """

    def __init__(self, published: Path, *, series_cap: int = SERIES_CAP) -> None:
        self._published = published
        self._series_cap = series_cap
        self._errors = 0
        self._lock = threading.Lock()
        self._served = _expose(None, _without_snapshot(), series_cap=series_cap)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric of the current snapshot, then what the exporter says of itself."""
        began = time.perf_counter()
        with self._lock:
            self._refresh()
            served, errors = self._served, self._errors
        yield from served.metrics
        yield GaugeMetricFamily(
            "tthc_exporter_series_dropped",
            "Series of the snapshot not exported: of a metric above the cap, of a unit without a code.",
            value=served.dropped,
        )
        yield CounterMetricFamily(
            "tthc_exporter_errors",
            "Scrapes at which the snapshot could not be read.",
            value=errors,
        )
        yield GaugeMetricFamily(
            "tthc_exporter_collect_duration_seconds",
            "How long this scrape took to prepare.",
            value=time.perf_counter() - began,
        )

    def _refresh(self) -> None:
        try:
            current = current_id(self._published.parent)
            if current is None and self._served.snapshot_id is not None:
                raise FileNotFoundError(f"{self._published}: CURRENT has vanished")
            if current == self._served.snapshot_id:
                return
            snapshot = open_snapshot(self._published.parent)
            if snapshot is not None:
                with snapshot:
                    self._served = _expose(snapshot.id, _from_snapshot(snapshot), series_cap=self._series_cap)
        except _BROKEN as error:
            self._errors += 1
            _log.warning("snapshot not readable, serving %s: %s", self._served.snapshot_id, error)


def render(published: Path) -> bytes:
    """Return the metrics of the current snapshot in Prometheus' text format, UTF-8, without timestamps."""
    return generate_latest(_registry(published))


def write_textfile(published: Path, file: Path) -> None:
    """Write the metrics of the current snapshot for node_exporter's textfile collector, in one step.

    The name must end in `.prom`. The last file stays for ever: watch `tthc_snapshot_published_timestamp_seconds`.
    """
    write_to_textfile(str(file), _registry(published))


def serve(
    home_published: Path,
    *,
    address: str = "127.0.0.1",
    port: int = 9108,
) -> tuple[WSGIServer, threading.Thread]:
    """Start answering scrapes and return the server and its thread.

    Port 0 takes a free one (`server.server_port`). To end: `server.shutdown()`, `server.server_close()`
    (waits for running scrapes), `thread.join()`.
    Raises OSError when the address cannot be bound.
    """
    server_class = _Server6 if ":" in address else _Server
    server = make_server(address, port, make_wsgi_app(_registry(home_published)), server_class, _Handler)
    thread = threading.Thread(target=server.serve_forever, name="tthc-exporter", daemon=True)
    thread.start()
    return server, thread


class _Server(ThreadingMixIn, WSGIServer):
    """A thread per scrape, waited for at the end: a query still running at exit aborts the whole process."""

    address_family = AF_INET
    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Log a scrape that broke off."""
        _log.warning("scrape from %s broke off", client_address, exc_info=True)


class _Server6(_Server):
    address_family = AF_INET6


class _Handler(WSGIRequestHandler):
    """Keep no log of scrapes, and no connection that says nothing."""

    timeout = REQUEST_SECONDS

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def _registry(published: Path) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(AssessmentCollector(published))
    return registry


def _expose(snapshot_id: str | None, series: Iterable[Series], *, series_cap: int) -> _Exposition:
    """Return the series by family; one above the cap is refused whole: half of it would mislead.

    Not told either: a unit without a code, since nobody knows which total holds it; a series that comes twice, since
    Prometheus would refuse the whole scrape.
    """
    found: dict[str, dict[tuple[str, ...], float]] = {family.name: {} for family in FAMILIES}
    dropped = 0
    for name, labels, value in series:
        if labels in found[name] or any(label.startswith(_UNCODED) for label in labels):
            dropped += 1
        else:
            found[name][labels] = value
    metrics = []
    for family in FAMILIES:
        count = len(found[family.name])
        if count > series_cap:
            dropped += count
            _log.warning("%s refused: %d series, at most %d", family.name, count, series_cap)
        elif count:
            metrics.append(family.metric(found[family.name]))
    return _Exposition(snapshot_id, tuple(metrics), dropped)


def _without_snapshot() -> Iterator[Series]:
    yield from _fixed_series()
    yield Series("tthc_snapshot_published_timestamp_seconds", (), 0)


def _from_snapshot(snapshot: Snapshot) -> Iterator[Series]:
    units = snapshot.rows(_UNITS)
    yield from _fixed_series()
    for row in snapshot.rows(_SNAPSHOT):
        yield from _snapshot_series(row)
    for row in snapshot.rows(_SOURCES):
        yield from _source_series(row)
    for one in published_quality(snapshot):
        yield from _quality_series(one)
    yield from _alert_series(snapshot.rows(_ALERTS))
    for row in units:
        yield Series("tthc_unit_info", _texts(row, *_UNIT_TEXTS), 1)
    yield from _assessment_series(snapshot.rows(_ASSESSMENTS), _units_above(units))


def _fixed_series() -> Iterator[Series]:
    yield Series("tthc_build_info", (_version(),), 1)
    for metric in EVERY:
        yield Series("tthc_indicator_info", (metric.key, metric.label_vi, metric.direction), 1)


def _snapshot_series(row: Row) -> Iterator[Series]:
    yield Series("tthc_snapshot_info", _texts(row, *_SNAPSHOT_TEXTS), 1)
    yield Series("tthc_snapshot_published_timestamp_seconds", (), _instant(row["published_at"]))
    if row["as_of"] is not None:
        yield Series("tthc_snapshot_as_of_timestamp_seconds", (), _instant(row["as_of"]))


def _source_series(row: Row) -> Iterator[Series]:
    source = (row["source"],)
    yield Series("tthc_source_info", _texts(row, *_SOURCE_TEXTS), 1)
    for moment in ("last_run", "last_success"):
        yield Series(f"tthc_collector_{moment}_timestamp_seconds", source, _instant(row[f"{moment}_at"]))
    if row["newest_event"] is not None:
        yield Series("tthc_data_newest_event_timestamp_seconds", source, _midnight(row["newest_event"]))
    if row["rows"] is not None:
        yield Series("tthc_collector_last_run_rows", source, row["rows"])
    if row["rows_refused"] is not None:
        yield Series("tthc_collector_last_run_rows_rejected", source, row["rows_refused"])


def _quality_series(one: Quality) -> Iterator[Series]:
    labels = (one.source, one.dimension.value)
    yield Series("tthc_data_quality_ratio", labels, float(one.share))
    yield Series("tthc_data_quality_checked", labels, one.checked)
    yield Series("tthc_data_quality_failing", labels, one.failing)


def _alert_series(rows: list[Row]) -> Iterator[Series]:
    """Yield how many alerts of each sort there are, 0 included: none is not the same as not known."""
    firing = {(row["rule"], row["severity"]): row["firing"] for row in rows}
    for sort in {**dict.fromkeys(product(Rule, Severity), 0), **firing}.items():
        yield Series("tthc_alerts_firing", *sort)


def _assessment_series(rows: list[Row], above: Mapping[str, frozenset[str]]) -> Iterator[Series]:
    """Yield the series of the rows that were reported: a denominator of 0 was, an absent one was not."""
    reported = [row for row in rows if row["numerator"] is not None or row["denominator"] is not None]
    totals = {(*_scope(row), unit) for row in reported for unit in above.get(row["unit_code"], ())}
    for row in reported:
        prefix = "tthc_unit_total" if (*_scope(row), row["unit_code"]) in totals else "tthc_indicator"
        yield from _unit_series(row, prefix)
    yield from _period_series(reported)


def _period_series(reported: list[Row]) -> Iterator[Series]:
    start, end = (f"tthc_indicator_period_{bound}_timestamp_seconds" for bound in ("start", "end"))
    days = {_texts(row, *_PERIOD_COLUMNS): (row["period_start"], row["period_end"]) for row in reported}
    for labels, (first, last) in days.items():
        yield Series(start, labels, _midnight(first))
        yield Series(end, labels, _midnight(last + timedelta(days=1)))


def _scope(row: Row) -> tuple[str, str]:
    """Return among which rows units below are looked for: a list is rolled up alike for every metric,
    statistics come with units below for some metrics only.
    """
    return row["source"], "" if row["counted_here"] else row["metric"]


def _unit_series(row: Row, prefix: str) -> Iterator[Series]:
    unit = _texts(row, "metric", "period", "unit_code", "source", "variant")
    judged = (*unit, row["target_kind"])
    for count in ("numerator", "denominator"):
        if row[count] is not None:
            yield Series(f"{prefix}_{count}", unit, row[count])
    if row["target_value"] is not None:
        yield Series(f"{prefix}_target_ratio", judged, row["target_value"])
    if row["status"] in ("met", "below"):
        yield Series(f"{prefix}_below_target", judged, row["status"] == "below")
        yield Series(f"{prefix}_below_target_significant", judged, _significant(row))
    if row["gap"] is not None:
        yield Series(f"{prefix}_gap_dossiers", judged, row["gap"])


def _significant(row: Row) -> bool:
    """Whether the process behind the counts misses the target beyond chance (METHODS §5.4)."""
    if row["status"] != "below" or row["target_op"] not in _NUMERIC:
        return False
    asked = (row["numerator"], row["denominator"], Decimal(str(row["target_value"])), Op(row["target_op"]))
    return evidence(*asked) is Evidence.BELOW


def _units_above(units: list[Row]) -> dict[str, frozenset[str]]:
    """Return the codes above each unit; the country stands above every other, though no code says so."""
    parents = {row["unit_code"]: row["parent_code"] for row in units}
    return {code: (_chain(code, parents) | {NATIONAL}) - {code} for code in parents}


def _chain(code: str, parents: Mapping[str, str]) -> frozenset[str]:
    above: set[str] = set()
    while (code := parents.get(code, "")) and code not in above:
        above.add(code)
    return frozenset(above)


def _texts(row: Row, *columns: str) -> tuple[str, ...]:
    """Return the columns as label values: "" for none, true and false in lower case."""
    return tuple(_text(row[column]) for column in columns)


def _text(value: str | bool | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def _instant(moment: datetime | None) -> float:
    """Return Unix seconds of a UTC moment without zone; 0 for never."""
    return 0.0 if moment is None else moment.replace(tzinfo=UTC).timestamp()


def _midnight(day: date) -> float:
    """Return Unix seconds at which the day begins in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp()


def _version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"  # run from a checkout that was not installed
