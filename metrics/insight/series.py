"""A series of periods cut where it stops being about the same thing, each piece with its own control chart.

A piece never runs across a cut (a merger of units, a new rule, another system): limits of one side say nothing of the
other. Source: METHODS §5.6 (re-base on a recorded event).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.insight.control_chart import Chart, Rule, laney


@dataclass(frozen=True, slots=True)
class Point:
    """The counts of one period, both days included."""

    start: date
    end: date
    numerator: int
    denominator: int

    @property
    def ratio(self) -> float:
        """Fraction of 1; a point has a denominator."""
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class Piece:
    """Points that can be compared with each other; chart None: fewer than two of them."""

    points: tuple[Point, ...]
    chart: Chart | None

    @property
    def enough(self) -> bool:
        """Whether limits and signals may be spoken of."""
        return self.chart is not None and self.chart.enough


@dataclass(frozen=True, slots=True)
class Told:
    """A signal with its days; lasts: it reaches the newest point. good: by the direction of the metric."""

    rule: Rule
    first: Point
    last: Point
    up: bool
    good: bool
    lasts: bool


def pieces(points: Sequence[Point], cuts: Collection[date]) -> list[Piece]:
    """Return the points in pieces, oldest first; points without a denominator are left out.

    cuts: the first days of something new; a period that holds such a day within it still belongs to the old.
    """
    known = sorted((point for point in points if point.denominator > 0), key=lambda point: point.start)
    found: list[list[Point]] = []
    for point in known:
        if not found or any(found[-1][-1].start < cut <= point.start for cut in cuts):
            found.append([])
        found[-1].append(point)
    return [Piece(tuple(piece), laney([(one.numerator, one.denominator) for one in piece])) for piece in found]


def signals(piece: Piece, *, less_is_better: bool = False) -> list[Told]:
    """Return what stands out of a piece, newest first; nothing where there are too few points."""
    return sorted(_signals(piece, less_is_better), key=lambda told: told.last.start, reverse=True)


def _signals(piece: Piece, less_is_better: bool) -> Iterator[Told]:
    if piece.chart is None or not piece.chart.enough:
        return
    newest = len(piece.points) - 1
    for signal in piece.chart.signals:
        first, last = piece.points[signal.points[0]], piece.points[signal.points[-1]]
        good = signal.up is not less_is_better
        yield Told(signal.rule, first, last, signal.up, good, signal.points[-1] == newest)
