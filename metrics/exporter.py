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
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from socket import AF_INET, AF_INET6
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import duckdb
from prometheus_client import CollectorRegistry, generate_latest, make_wsgi_app, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from metrics import exporter_journal
from metrics.exporter_families import FAMILIES, Series
from metrics.exporter_series import from_snapshot, without_snapshot
from metrics.snapshot import SnapshotError, current_id, open_snapshot

SERIES_CAP = 20_000  # series of one metric: 600 units of one source; a whole country by commune is refused
REQUEST_SECONDS = 10.0  # Prometheus gives up a scrape after 10 s by default

_log = logging.getLogger(__name__)
_BROKEN = (SnapshotError, duckdb.Error, OSError, ValueError)  # not readable; everything else is a bug
_UNCODED = "id:"  # a unit whose code the portal has not told: below which unit it stands is unknown


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

    def __init__(
        self,
        published: Path,
        *,
        series_cap: int = SERIES_CAP,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._published = published
        self._series_cap = series_cap
        self._errors = 0
        self._lock = threading.Lock()
        self._served = _expose(None, without_snapshot(), series_cap=series_cap)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric of the current snapshot, then what the exporter says of itself."""
        began = time.perf_counter()
        with self._lock:
            self._refresh()
            served, errors = self._served, self._errors
        yield from served.metrics
        yield from self._journal()
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

    def _journal(self) -> Iterator[Metric]:
        """Yield what the journal tells; one that cannot be read is counted at the next scrape."""
        try:
            told = [
                Series(*one)
                for one in exporter_journal.series(self._published.parent / exporter_journal.NAME, self._clock())
            ]
        except sqlite3.Error as error:
            self._errors += 1
            _log.warning("journal not readable: %s", error)
            return
        yield from _expose(None, told, series_cap=self._series_cap).metrics

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
                    self._served = _expose(snapshot.id, from_snapshot(snapshot), series_cap=self._series_cap)
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
