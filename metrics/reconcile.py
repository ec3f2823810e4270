"""Our counts beside a portal's: the same metric, unit and period from dossiers and as delivered, and why they differ.

Nothing is adjusted. What can be told of a difference is told, with its counts where they are known:

    received_after   dossiers we count that were received after the portal had answered
    ours_older       our dossiers end before the period does and before the portal's answer
    unit_missing     a unit directly below that the portal counts and of which we have no dossiers
    unit_ours_only   a unit directly below of which we have dossiers and the portal delivers no counts
    makeshift        the portal itself marks its counts as makeshift
    definition       the two variants do not count the same thing

`unexplained` is what is left of the difference. Counts of units below explain; they are never added up to a rate.
Source: rates.md §16, 6 (keep both counts, the difference and the age); METHODS §5.10.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from metrics.assess import Assessment, Counts
from metrics.contribution import Added
from metrics.definitions import VARIANT, Kind, chosen
from metrics.periods import Period, between
from metrics.rates import rates, sources, unit_tree
from metrics.snapshot import Snapshot
from metrics.source_ratios import MAKESHIFT, Source, local_day
from metrics.targets import Register
from metrics.units import UnitTree

# What a variant of the portal counts otherwise than ours of the same metric; those not named count by the same rule.
OTHERWISE_VI: Mapping[str, str] = {
    "766-2.1": "Cổng xét thời hạn luật định với hồ sơ không có ngày hẹn trả và số lần bổ sung, ta không có các số đó",
    "766-3.1": "Cổng đếm theo danh mục của Cổng, ta theo danh mục thủ tục đã nạp",
    "766-3.2": "Cổng đếm theo danh mục của Cổng, ta theo danh mục thủ tục đã nạp",
    "766-3.5": "Cổng đếm TTHC có phí theo danh mục của Cổng, ta đếm TTHC có hồ sơ có nghĩa vụ tài chính",
    "766-3.6": "Cổng xét nghĩa vụ tài chính theo phí của TTHC, ta xét theo cột phí của hồ sơ",
    "766-4.1": "Cổng chia cho hồ sơ tiếp nhận, ta chia cho hồ sơ đã giải quyết",
    "766-4.3": "Cổng xét từng thành phần được số hóa, ta xét cột tái sử dụng của hồ sơ",
    "form.on_time": "Biểu có thể tính cả hồ sơ trả lại, xin rút là đúng hạn; ta không tính các hồ sơ đó",
    "form.online_payment": "Biểu chia cho hồ sơ đã thu phí, lệ phí; ta chia cho hồ sơ có nghĩa vụ tài chính",
    "766-5.4": "Cổng suy từ hồ sơ trễ hạn và phản ánh, ta đếm ý kiến đánh giá của người nộp",
}


class Reason(StrEnum):
    """Why two counts may differ."""

    RECEIVED_AFTER = "received_after"
    OURS_OLDER = "ours_older"
    UNIT_MISSING = "unit_missing"
    UNIT_OURS_ONLY = "unit_ours_only"
    MAKESHIFT = "makeshift"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Explained:
    """One reason; counts: its part of the difference (ours − the portal's), None where it cannot be told."""

    reason: Reason
    counts: Added | None
    message_vi: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two; captured_at: UTC without zone, of the newest export behind the counts."""

    source: str
    variant: str
    counts: Counts
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One metric of one unit and period from both sides; differences are ours − the portal's, None: not comparable."""

    metric: str
    unit_code: str
    unit_name: str
    period: Period
    ours: Side
    portal: Side
    difference: Added | None
    reasons: tuple[Explained, ...]
    unexplained: Added | None


def reconcile(
    snapshot: Snapshot, *, metrics: Iterable[str] | None = None, unit: str | None = None, period: str = "latest"
) -> list[Reconciliation]:
    """Return one entry per metric, unit and pair of sources that both give a count; unit None: the roots.

    period "latest": the newest that the portal delivers.
    Raises QuestionError for a metric, unit or period that is not there.
    """
    desk = _Desk(snapshot)
    keys = [metric.key for metric in chosen(metrics) if all(map(metric.variants_of, _SIDES))]
    found = []
    for portal in desk.of_kind(Kind.STATISTIC):
        for theirs in desk.rates(keys, unit, period, portal.source):
            for own in desk.of_kind(Kind.DOSSIER):
                for ours in desk.rates([theirs.metric], theirs.unit_code, theirs.period.label, own.source):
                    found.append(desk.reconciled(ours, theirs))
    return found


_SIDES = (Kind.DOSSIER, Kind.STATISTIC)


class _Desk:
    """Where the counts of one snapshot lie side by side."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._tree: UnitTree = unit_tree(snapshot)
        self._sources: dict[str, Source] = {one.source: one for one in sources(snapshot)}
        self._captured: dict[str, datetime] = {
            row["source"]: row["captured_at"] for row in snapshot.rows("SELECT source, captured_at FROM source")
        }

    def of_kind(self, kind: Kind) -> list[Source]:
        """Return the sources of a kind."""
        return [one for one in self._sources.values() if one.kind == kind]

    def rates(self, keys: list[str], unit: str | None, period: str, source: str) -> list[Assessment]:
        """Return the assessments of a source that have a count."""
        asked = rates(self._snapshot, Register(()), metrics=keys, unit=unit, period=period, source=source)
        return [one for one in asked if one.numerator is not None or one.denominator is not None]

    def reconciled(self, ours: Assessment, theirs: Assessment) -> Reconciliation:
        """Return the two assessments side by side."""
        delivered = self._delivered(theirs)
        captured = min(row["captured_at"] for row in delivered)
        difference = _difference(_counts(ours), _counts(theirs))
        reasons = tuple(self._reasons(ours, theirs, local_day(captured), [row["quality"] for row in delivered]))
        return Reconciliation(
            metric=ours.metric,
            unit_code=ours.unit_code,
            unit_name=ours.unit_name,
            period=ours.period,
            ours=Side(ours.source, ours.variant, _counts(ours), self._captured[ours.source]),
            portal=Side(theirs.source, theirs.variant, _counts(theirs), captured),
            difference=difference,
            reasons=reasons,
            unexplained=_left(difference, reasons),
        )

    def _delivered(self, theirs: Assessment) -> list[dict[str, Any]]:
        variant, period = VARIANT[theirs.variant], theirs.period
        measures = [variant.numerator, variant.denominator]
        return self._snapshot.rows(_DELIVERED, [theirs.source, theirs.unit_code, period.start, period.end, measures])

    def _reasons(
        self, ours: Assessment, theirs: Assessment, answered: date, qualities: Sequence[str | None]
    ) -> Iterator[Explained]:
        yield from self._received_after(ours, answered)
        yield from self._ours_older(ours, answered)
        yield from self._units(ours, theirs, answered)
        if MAKESHIFT.intersection(qualities):
            yield Explained(Reason.MAKESHIFT, None, "Cổng ghi chú số của mình là số tạm, không dùng để so sánh")
        if otherwise := OTHERWISE_VI.get(theirs.variant):
            yield Explained(Reason.DEFINITION, None, f"{ours.variant} và {theirs.variant}: {otherwise}")

    def _received_after(self, ours: Assessment, answered: date) -> Iterator[Explained]:
        """Yield what we count of the days of the period after the day of the portal's answer."""
        variant = VARIANT[ours.variant]
        if variant.at_end or variant.counts_procedures or answered >= ours.period.end:
            return
        rest = between(max(answered + timedelta(days=1), ours.period.start), ours.period.end)
        for late in self.rates([ours.metric], ours.unit_code, rest.label, ours.source):
            if late.variant == ours.variant and late.denominator:
                words = f"hồ sơ phát sinh từ {rest.start:%d/%m/%Y}, sau ngày Cổng trả số liệu ({answered:%d/%m/%Y})"
                yield Explained(Reason.RECEIVED_AFTER, _added(_counts(late)), words)

    def _ours_older(self, ours: Assessment, answered: date) -> Iterator[Explained]:
        until = self._sources[ours.source].as_of_day
        if until <= ours.period.end and until < answered:
            words = f"danh sách hồ sơ mới lấy đến {until:%d/%m/%Y}, Cổng trả số liệu ngày {answered:%d/%m/%Y}"
            yield Explained(Reason.OURS_OLDER, None, words)

    def _units(self, ours: Assessment, theirs: Assessment, answered: date) -> Iterator[Explained]:
        """Yield the units directly below that only one side counts; nothing where the portal delivers none of them."""
        if VARIANT[ours.variant].counts_procedures:  # one procedure counts in several units
            return
        there = {code: added for code, added in self._below(theirs, theirs.period).items() if added.denominator}
        if not there:
            return
        for code in sorted(there.keys() - self._below(ours, ours.period).keys()):
            lacking = Added(*(-count for count in there[code]))
            yield Explained(Reason.UNIT_MISSING, lacking, f"{self._name(code)}: Cổng có số, ta chưa có hồ sơ nào")
        if (until := min(answered, ours.period.end)) >= ours.period.start:  # what came later is told already
            here = self._below(ours, between(ours.period.start, until))
            for code in sorted(code for code in here.keys() - there.keys() if here[code].denominator):
                yield Explained(
                    Reason.UNIT_OURS_ONLY, here[code], f"{self._name(code)}: ta có hồ sơ, Cổng không nêu số"
                )

    def _below(self, one: Assessment, period: Period) -> dict[str, Added]:
        """Return the counts of the units directly below that the source ever had, by code."""
        units = {unit.code for unit in self._tree.children(one.unit_code)}
        if not units:
            return {}
        label = between(period.start, period.end).label
        asked = rates(
            self._snapshot,
            Register(()),
            metrics=[one.metric],
            unit=one.unit_code,
            by="unit",
            period=label,
            source=one.source,
        )
        return {each.unit_code: _added(_counts(each)) for each in asked if each.variant == one.variant}

    def _name(self, code: str) -> str:
        return f"{self._tree.unit(code).name} ({code})"


_DELIVERED = """
-- one row per delivered count: when it was captured, and the portal's own mark
SELECT captured_at, quality
FROM statistic
WHERE
    source = ? AND unit_code = ? AND period_start = ? AND period_end = ?
    AND list_contains(?, measure)
"""


def _counts(one: Assessment) -> Counts:
    return Counts(one.numerator, one.denominator)


def _added(counts: Counts) -> Added:
    return Added(counts.numerator or 0, counts.denominator or 0)


def _difference(ours: Counts, portal: Counts) -> Added | None:
    if None in (*ours, *portal):
        return None
    own, other = _added(ours), _added(portal)
    return Added(own.numerator - other.numerator, own.denominator - other.denominator)


def _left(difference: Added | None, reasons: Iterable[Explained]) -> Added | None:
    if difference is None:
        return None
    told = [reason.counts for reason in reasons if reason.counts is not None]
    return Added(
        difference.numerator - sum(counts.numerator for counts in told),
        difference.denominator - sum(counts.denominator for counts in told),
    )
