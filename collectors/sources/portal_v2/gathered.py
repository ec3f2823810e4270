"""What has been read of one response so far: statistics, units and findings, each once."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from collectors.sources.portal_v2.measures import MAXIMA
from collectors.sources.portal_v2.request import Question
from collectors.sources.strict_json import At, PortalError, clean
from collectors.statistic import PortalFinding, Statistic, UnitName


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the response: its key, and its level where delivered."""

    key: str
    code: str | None
    level: str | None


@dataclass(slots=True)
class Gathered:
    """What has been read of one response so far; refuses the same unit or the same number twice."""

    question: Question
    statistics: dict[tuple[str, date, date, str], Statistic] = field(default_factory=dict)
    units: dict[str, UnitName] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    findings: dict[tuple[str, str], PortalFinding] = field(default_factory=dict)

    def add(
        self,
        unit: Unit,
        measure: str,
        value: Decimal | None,
        item: str,
        quality: str | None = None,
        *,
        period: tuple[date, date] | None = None,
    ) -> None:
        """Keep one number of the period asked for, or of another period."""
        start, end = period or (self.question.start, self.question.end)
        key = (unit.key, start, end, measure)
        if key in self.statistics:
            before = self.statistics[key].item
            raise PortalError(item, found=f"số liệu lặp lại của {before}", expected="mỗi số liệu một lần")
        self.statistics[key] = Statistic(unit.key, start, end, measure, value, quality, item)
        maximum = MAXIMA.get(measure)
        if maximum is not None:
            self.check(value == maximum, "P-drift", measure, f"{item}: {value}, {maximum} expected")

    def check(self, holds: bool, check_id: str, column: str, example: str) -> None:
        """Note a finding unless the check holds; the first example of each is kept."""
        if holds:
            return
        known = self.findings.get((check_id, column), PortalFinding(check_id, column, 0, example))
        self.findings[check_id, column] = PortalFinding(check_id, column, known.rows + 1, known.example)

    def unknown(self, at: At, known: frozenset[str]) -> None:
        """Note the fields of an object that are not known."""
        for key in sorted(at.fields.keys() - known):
            self.check(False, "P-drift", clean(key), at.where(clean(key)))
