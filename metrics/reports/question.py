"""What a report is asked for, made definite: its source, unit, period and lines, out of what a person left open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from metrics import QuestionError
from metrics.periods import (
    Basis,
    Period,
    PeriodKind,
    between,
    calendar_twin,
    day,
    half,
    month,
    parse_period,
    quarter,
    report15,
    year,
)
from metrics.rates import sources, unit_tree
from metrics.reports.counts import By
from metrics.reports.filled import by_words
from metrics.snapshot import Snapshot
from metrics.source_ratios import Source
from metrics.units import Unit
from metrics.variant import Kind

WEEK = "week"
MONTH = "month"
_ABOVE_UNITS = ("national", "province")


@dataclass(frozen=True, slots=True)
class Question:
    """Whose counts, of which days, from which source; others: sources that could have answered too."""

    source: Source
    unit: Unit
    period: Period
    others: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether the period was over when the data were captured."""
        return self.period.complete(self.source.as_of_day)


def question(
    snapshot: Snapshot,
    *,
    kind: Kind,
    unit: str | None,
    period: str | None,
    source: str | None,
    usual: str,
    office: str | None = None,
    primary_source: str | None = None,
) -> Question:
    """Return the question with everything decided.

    unit None: the office, else the first root with data. source None: the primary source, else real data before
    synthetic. period None: the newest `usual` one (a Basis, "week" or "month") that is over.
    Raises QuestionError for a unit, source or period that is not there, and when no source can answer.
    """
    tree = unit_tree(snapshot)
    counted = {one.source: codes(snapshot, one) for one in sources(snapshot, source)}
    found = [one for one in sources(snapshot, source) if one.kind == kind]
    asked = unit or (office if office in tree.units else None)
    if asked is not None:
        known = set(tree.under(tree.unit(asked).code))
        found = [one for one in found if known & counted[one.source]]
    if not found:
        raise QuestionError(_nothing(kind, asked, source))
    chosen = next((one for one in found if one.source == primary_source), found[0])
    whose = tree.unit(asked) if asked else _first(tree.roots, tree.with_above(counted[chosen.source]))
    others = tuple(one.source for one in found if one is not chosen)
    return Question(chosen, whose, _period(snapshot, chosen, whose, period, usual), others)


def lines_by(wanted: str | None, possible: tuple[By, ...], unit: Unit) -> By:
    """Return what the lines stand for: as wanted, else units for a province, else the first that the form has.

    Raises QuestionError for lines that the form does not have.
    """
    if wanted is not None:
        if wanted not in possible:
            names = ", ".join(f"{one} ({by_words(one)})" for one in possible)
            raise QuestionError(f"Biểu này không có dòng theo “{wanted}”. Các cách: {names}.")
        return By(wanted)
    return By.UNIT if unit.level in _ABOVE_UNITS and By.UNIT in possible and not unit.leaf else possible[0]


def before(period: Period) -> Period | None:
    """Return the period of the same sort just before; None where there is none to compare with."""
    last = period.start - timedelta(days=1)
    calendar = {
        PeriodKind.DAY: day,
        PeriodKind.MONTH: month,
        PeriodKind.QUARTER: quarter,
        PeriodKind.HALF: half,
        PeriodKind.YEAR: year,
    }
    if period.kind in calendar:
        return calendar[period.kind](last)
    months = {PeriodKind.REPORT_MONTH: 1, PeriodKind.REPORT_QUARTER: 3, PeriodKind.REPORT_YEAR: 12}
    if period.kind in months:
        return report15(last.year, months=months[period.kind], last=last.month)
    if period.kind == PeriodKind.RANGE:
        return between(period.start - (period.end - last), last)
    return None


_CODES = {
    Kind.DOSSIER: """
-- one row per unit with dossiers
SELECT DISTINCT unit_code FROM daily WHERE source = ?
""",
    Kind.STATISTIC: """
-- one row per unit with delivered counts
SELECT DISTINCT unit_code FROM statistic WHERE source = ?
""",
}
_NEWEST = """
-- one row: of the months (else other periods) delivered for a unit, the newest that has begun
SELECT period_start, period_end
FROM statistic
WHERE source = $source AND unit_code = $unit AND period_start <= $as_of
ORDER BY (period_end - period_start > 31), period_start DESC, period_end
LIMIT 1
"""


def codes(snapshot: Snapshot, source: Source) -> set[str]:
    """Return the units of which a source has counts itself, without those above them."""
    sql = _CODES.get(source.kind)
    return {row["unit_code"] for row in snapshot.rows(sql, [source.source])} if sql else set()


def _first(roots: Iterable[Unit], codes: set[str]) -> Unit:
    return next(unit for unit in roots if unit.code in codes)


def _nothing(kind: Kind, unit: str | None, source: str | None) -> str:
    what = "danh sách hồ sơ" if kind == Kind.DOSSIER else "số liệu của Cổng dịch vụ công"
    whom = f" của đơn vị {unit}" if unit else ""
    where = f" từ nguồn {source}" if source else ""
    return f"Báo cáo này cần {what}{whom}{where}, bản công bố chưa có. Chạy `tthc collect` với bản xuất đó trước."


def _period(snapshot: Snapshot, source: Source, unit: Unit, text: str | None, usual: str) -> Period:
    as_of = source.as_of_day
    if source.kind == Kind.STATISTIC:
        if text not in (None, "latest"):
            return calendar_twin(parse_period(str(text), as_of))
        rows = snapshot.rows(_NEWEST, {"source": source.source, "unit": unit.code, "as_of": as_of})
        return between(rows[0]["period_start"], rows[0]["period_end"]) if rows else month(as_of)
    return parse_period(text, as_of) if text not in (None, "latest") and text else _newest_over(as_of, usual)


def _newest_over(as_of: date, usual: str) -> Period:
    if usual == WEEK:
        sunday = as_of - timedelta(days=as_of.isoweekday())
        return between(sunday - timedelta(days=6), sunday)
    if usual == Basis.REPORT15:
        ends = [
            report15(of_year, months=3, last=last) for of_year in (as_of.year - 1, as_of.year) for last in (3, 6, 9, 12)
        ]
        return max((one for one in ends if one.complete(as_of)), key=lambda one: one.end)
    return month(as_of.replace(day=1) - timedelta(days=1))
