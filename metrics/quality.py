"""The quality of data: named checks in, one share per source and dimension out, and how far a rate may be off.

Everywhere the worst counts, never a mean: a dimension is as good as its worst check, a source as its worst critical
dimension (a mean hides that nothing came in time). Notes are shown and change no share. Nothing here changes a count.

Source: Government Data Quality Framework 2020 (dimensions); METHODS §5.8 (share = 1 − failing / checked, bounds
(x − s_x) / n and (x + s_n) / n, where s_x suspect cases are in the numerator and s_n outside it).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from collectors.findings import Dimension, Severity, checks
from metrics.definitions import METRICS, Kind
from metrics.snapshot import Snapshot

CRITICAL = frozenset({Dimension.COMPLETENESS, Dimension.VALIDITY, Dimension.UNIQUENESS, Dimension.TIMELINESS})


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """What one check found in one source: of `checked` cases `failing`; example: where, never a person's data."""

    source: str
    check_id: str
    severity: Severity
    dimension: Dimension
    checked: int
    failing: int
    example: str


@dataclass(frozen=True, slots=True)
class Quality:
    """One dimension of one source: the counts of its worst check (that with the greatest share of failures)."""

    source: str
    dimension: Dimension
    checked: int
    failing: int
    critical: bool

    @property
    def share(self) -> Fraction:
        """1 − failing / checked, exactly."""
        return 1 - Fraction(self.failing, self.checked)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a rate may be off if all suspect cases went one way; counts of one metric, unit and period.

    doubtful_in: suspect cases counted in the numerator; doubtful_out: in the denominator only.
    """

    metric: str
    variant: str
    source: str
    unit_code: str
    period_kind: str
    period_label: str
    numerator: int
    denominator: int
    doubtful_in: int
    doubtful_out: int

    @property
    def low(self) -> float:
        """The rate if every suspect case in the numerator did not belong there: (x − s_x) / n."""
        return (self.numerator - self.doubtful_in) / self.denominator

    @property
    def high(self) -> float:
        """The rate if every suspect case outside the numerator belonged there: (x + s_n) / n."""
        return (self.numerator + self.doubtful_out) / self.denominator


def judged(source: str, check_id: str, checked: int, failing: int, example: str) -> QualityCheck:
    """Return the result of a named check with its severity and dimension."""
    check = checks()[check_id]
    return QualityCheck(source, check_id, check.severity, check.dimension, checked, failing, example)


def dimensions(found: Iterable[QualityCheck]) -> list[Quality]:
    """Return one entry per source and dimension of which anything but a note was checked."""
    worst: dict[tuple[str, Dimension], Quality] = {}
    for one in found:
        if one.severity == Severity.NOTE or not one.checked:
            continue
        new = Quality(one.source, one.dimension, one.checked, one.failing, one.dimension in CRITICAL)
        key = (one.source, one.dimension)
        if key not in worst or _rank(new) < _rank(worst[key]):
            worst[key] = new
    return [worst[key] for key in sorted(worst)]


def overall(found: Iterable[Quality]) -> Quality | None:
    """Return the worst critical dimension: the quality of the source as a whole; None where none was checked."""
    return min((one for one in found if one.critical), key=_rank, default=None)


def _rank(one: Quality) -> tuple[Fraction, int]:
    return one.share, -one.checked


# variant → what of its numerator, and of the rest of its denominator, is doubtful; others cannot be told from counts
_DOUBTFUL: Mapping[str, tuple[str, str]] = {
    "online.received": ("", "received_channel_unknown"),  # a channel we do not understand may be an online one
    "on_time.td": ("resolved_without_due", ""),  # without a due date counts as on time
    "on_time.opencps": ("resolved_without_due", ""),
}


def bounds(
    source: str, unit_code: str, period_kind: str, period_label: str, sums: Mapping[str, int]
) -> Iterator[Bounds]:
    """Yield the bounds of the rates of which some cases are doubtful; no entry: nothing is."""
    for metric in METRICS:
        for variant in metric.variants_of(Kind.DOSSIER):
            inside, outside = (sums.get(name, 0) for name in _DOUBTFUL.get(variant.id, ("", "")))
            numerator, denominator = sums.get(variant.numerator, 0), sums.get(variant.denominator, 0)
            if denominator and (inside or outside):
                place = (source, unit_code, period_kind, period_label)
                yield Bounds(metric.key, variant.id, *place, numerator, denominator, inside, outside)


TABLES_SQL = """
-- one row per source and dimension of quality: the counts of its worst check
CREATE TABLE snapshot.quality (
    source VARCHAR NOT NULL,
    dimension VARCHAR NOT NULL,            -- completeness, uniqueness, validity, consistency, timeliness, accuracy
    checked BIGINT NOT NULL,
    failing BIGINT NOT NULL,
    critical BOOLEAN NOT NULL              -- the source is as good as the worst of these
);

-- one row per source and named check that was made
CREATE TABLE snapshot.quality_check (
    source VARCHAR NOT NULL,
    check_id VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,             -- error, warning, note
    dimension VARCHAR NOT NULL,
    checked BIGINT NOT NULL,
    failing BIGINT NOT NULL,
    example VARCHAR NOT NULL               -- where the first failing case stands; '': none fails
);

-- one row per rate of a running period or the latest month with doubtful cases; no row: none are countable
CREATE TABLE snapshot.assessment_bounds (
    metric VARCHAR NOT NULL,
    variant VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    period_kind VARCHAR NOT NULL,
    period_label VARCHAR NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    doubtful_in BIGINT NOT NULL,           -- counted in the numerator, and doubtful
    doubtful_out BIGINT NOT NULL,          -- in the denominator only, and doubtful
    low DOUBLE NOT NULL,                   -- (numerator - doubtful_in) / denominator
    high DOUBLE NOT NULL                   -- (numerator + doubtful_out) / denominator
);
"""
_QUALITY = """
-- one row per source and dimension
SELECT source, dimension, checked, failing, critical FROM quality ORDER BY source, dimension
"""
_CHECKS = """
-- one row per source and check, those that found something first
SELECT source, check_id, severity, dimension, checked, failing, example
FROM quality_check
ORDER BY source, failing = 0, list_position(['error', 'warning', 'note'], severity), check_id
"""
_BOUNDS = """
-- one row per rate with doubtful cases
SELECT metric, variant, source, unit_code, period_kind, period_label, numerator, denominator, doubtful_in, doubtful_out
FROM assessment_bounds
ORDER BY source, unit_code, metric, period_kind, period_label
"""


def published_quality(snapshot: Snapshot) -> list[Quality]:
    """Return the dimensions of every source of a snapshot; none of one published before there were any."""
    return [
        Quality(**{**row, "dimension": Dimension(row["dimension"])}) for row in _rows(snapshot, "quality", _QUALITY)
    ]


def published_checks(snapshot: Snapshot) -> list[QualityCheck]:
    """Return the checks of every source of a snapshot, those that found something first."""
    return [
        QualityCheck(**{**row, "severity": Severity(row["severity"]), "dimension": Dimension(row["dimension"])})
        for row in _rows(snapshot, "quality_check", _CHECKS)
    ]


def published_bounds(snapshot: Snapshot) -> list[Bounds]:
    """Return the rates with doubtful cases."""
    return [Bounds(**row) for row in _rows(snapshot, "assessment_bounds", _BOUNDS)]


def _rows(snapshot: Snapshot, table: str, sql: str) -> list[dict[str, Any]]:
    found = snapshot.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND database_name = 'published'", [table])
    return snapshot.rows(sql) if found else []
