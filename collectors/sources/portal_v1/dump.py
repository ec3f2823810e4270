"""A workbook of v1 scores → statistics of the units, one per score, as delivered."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from collectors import archive, vocabulary
from collectors.dossier import Refused, Skipped
from collectors.export import ExportReport, Finding, RequestNeeded
from collectors.home import VIETNAM
from collectors.layout import Grain, header_key
from collectors.reading.table import Table
from collectors.reading.text import clean
from collectors.sources.dossier_rows import picked
from collectors.sources.ledger import Ledger, Place
from collectors.sources.portal_v1.periods import Days, identity, told_periods
from collectors.sources.sheets import Origin, Sheet, recognised

SYNTHETIC_SOURCE = "demo_portal_v1"
GROUPS = ("TDGQ", "MDHL", "MDSH", "TTTT", "CLGQ", "CKMB")
SCORES = (*(f"score_{group}" for group in GROUPS), "score_total")
FIELDS = ("unit_code", "unit_name", "unit_kind", *SCORES, "rank")
_MAXIMA = dict(zip(SCORES, map(Decimal, (20, 18, 22, 10, 12, 18, 100)), strict=True))
_LEVELS = {"1": "province", "2": "department", "3": "commune"}
_UNIT_CODE = re.compile(r"H\d{2}(\.\d{2,3})*")
_SCORE = re.compile(r"\d{1,3}(\.\d{1,4})?")
_RANK = re.compile(r"\d{1,5}")
_TREND = (("month", "year", "score"), ("quarter", "year", "score"))
_ROUNDING = Decimal("0.03")
_COLUMNS = {
    "unit_code": "VARCHAR",
    "unit_name": "VARCHAR",
    "level": "VARCHAR",
    "period_start": "DATE",
    "period_end": "DATE",
    "measure": "VARCHAR",
    "value": "DECIMAL(20, 4)",
    "item": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class _Unit:
    """One row: the scores of a unit, None = delivered as blank."""

    code: str
    name: str | None
    level: str | None
    scores: Mapping[str, Decimal | None]
    rank: int | None
    place: Place


def read(tables: Sequence[Table], origin: Origin, draft: Path, *, period: str | None) -> ExportReport:
    """Write the scores of an export to `draft` and return what became of its rows.

    Grain: one statistic per unit, period and measure. rows_skipped: sheets without a period, and the trend sheets, which
    the dashboard made itself (rounded, of a unit they do not name).
    Raises RequestNeeded where no sheet gets a period, ExportError where no sheet holds scores.
    """
    told = told_periods(period, file=origin.file_name)
    sheets, more = recognised(tables, origin.file_name, Grain.SCORE)
    days = {sheet.table.sheet: told.of(sheet.table.sheet, alone=len(sheets) == 1) for sheet in sheets}
    _require_periods(days, origin)
    ledger = Ledger()
    units: dict[tuple[str, Days], _Unit] = {}
    ranked: dict[Days | None, list[_Unit]] = {}
    for sheet in sheets:
        own = days[sheet.table.sheet]
        for one in _units(sheet, ledger):
            ranked.setdefault(own, []).append(one)
            if own is None:
                ledger.skipped[Skipped.PERIOD_UNKNOWN] += 1
            else:
                ledger.merged += (one.code, own) in units
                units[one.code, own] = one
        if own is None:
            ledger.notice("V1-period", Place(sheet.table.sheet, sheet.header.row, sheet.table.sheet))
    for same_period in ranked.values():
        _check_ranks(same_period, ledger)
    trends = _skip_trends(tables, ledger)
    ledger.write(draft, archive.SCORES, _COLUMNS, _rows(units))
    kept = Origin(origin.file_name, identity(origin.export_id, period or ""), origin.captured_at)
    rest = [finding for finding in more if finding.column not in trends]
    return ledger.report(sheets, kept, synthetic_source=SYNTHETIC_SOURCE, more=rest)


def _require_periods(days: Mapping[str, Days | None], origin: Origin) -> None:
    known = [own for own in days.values() if own is not None]
    captured = origin.captured_at.astimezone(VIETNAM).date()
    if not known:
        told_periods(None, file=origin.file_name)
    for start, _ in known:
        if start > captured:
            raise RequestNeeded(
                file=origin.file_name,
                found=f"kỳ bắt đầu ngày {start:%d/%m/%Y}, sau ngày lấy tệp {captured:%d/%m/%Y}",
                expected="một kỳ đã bắt đầu khi lấy tệp",
                advice="sửa --period, hoặc cho biết ngày lấy tệp bằng --captured-at",
            )


def _units(sheet: Sheet, ledger: Ledger) -> Iterator[_Unit]:
    """Yield the unit of each row that is one; what the other rows are goes to the ledger."""
    header, name = sheet.header, sheet.table.sheet
    places = [header.columns.get(field) for field in FIELDS]
    labels = {field: header.headers[place] for field, place in header.columns.items()}
    for number, cells in sheet.table.rows():
        if number <= header.row:
            continue
        ledger.read += 1
        values = {field: clean(value or "") for field, value in zip(FIELDS, picked(cells, places), strict=True)}
        code = vocabulary.unit_code(values["unit_code"])
        wrong = next((field for field in SCORES if values[field] and not _SCORE.fullmatch(values[field])), None)
        if not any(values.values()):
            ledger.skipped[Skipped.BLANK] += 1
        elif header_key(code) == header_key(labels["unit_code"]):
            ledger.skipped[Skipped.REPEATED_HEADER] += 1
        elif not _UNIT_CODE.fullmatch(code):
            ledger.refuse(Place(name, number, labels["unit_code"]), Refused.BAD_UNIT, values["unit_code"])
        elif wrong is not None:
            ledger.refuse(Place(name, number, labels[wrong]), Refused.BAD_SCORE, values[wrong])
        else:
            yield _checked(_unit(code, values, Place(name, number)), ledger, labels)


def _unit(code: str, values: Mapping[str, str], place: Place) -> _Unit:
    rank = values["rank"]
    return _Unit(
        code=code,
        name=values["unit_name"] or None,
        level=_LEVELS.get(values["unit_kind"]),
        scores={field: Decimal(values[field]) if values[field] else None for field in SCORES},
        rank=int(rank) if _RANK.fullmatch(rank) else None,
        place=place,
    )


def _checked(one: _Unit, ledger: Ledger, labels: Mapping[str, str]) -> _Unit:
    for field, value in one.scores.items():
        if value is not None and value > _MAXIMA[field]:
            place = Place(one.place.sheet, one.place.row, labels[field])
            ledger.notice("V1-range", place, f"{value} / {_MAXIMA[field]}")
    *groups, total = (one.scores[field] for field in SCORES)
    added = [score for score in groups if score is not None]
    if total is not None and len(added) == len(GROUPS) and abs(sum(added) - total) > _ROUNDING:
        place = Place(one.place.sheet, one.place.row, labels["score_total"])
        ledger.notice("V1-sum", place, f"{sum(added)}, ghi {total}")
    return one


def _check_ranks(units: Sequence[_Unit], ledger: Ledger) -> None:
    """Notice ranks that occur twice, or not at all, among sheets said to be of one period.

    The portal ranks the provinces together, and all units of a province together: a sheet with some of them has gaps,
    so gaps mean something only where several sheets stand beside each other, or the provinces do.
    """
    lists: dict[str, list[_Unit]] = {}
    for one in units:
        if one.rank is not None:
            lists.setdefault(one.code.partition(".")[0] if "." in one.code else "", []).append(one)
    for root, ranked in lists.items():
        times = Counter(one.rank for one in ranked)
        sheets = list(dict.fromkeys(one.place.sheet for one in ranked))
        twice = sorted(rank for rank, count in times.items() if rank is not None and count > 1)
        gaps = [] if root and len(sheets) == 1 else sorted(set(range(1, len(ranked) + 1)) - set(times))
        if twice:
            _notice_ranks(ledger, sheets, twice, "hạng có hai lần")
        elif gaps:
            _notice_ranks(ledger, sheets, gaps, "hạng không có")


def _notice_ranks(ledger: Ledger, sheets: Sequence[str], ranks: Sequence[int], words: str) -> None:
    shown = ", ".join(map(str, ranks[:7])) + (", …" if len(ranks) > 7 else "")
    names = ", ".join(sheets)
    ledger.add(Finding("V1-rank", names, len(ranks), f"{names}: {len(ranks)} {words} ({shown})"))


def _skip_trends(tables: Sequence[Table], ledger: Ledger) -> frozenset[str]:
    """Enter the rows of the trend sheets as skipped, and return the names of those sheets."""
    names = set()
    for table in tables:
        head = table.head(1)
        if head and tuple(filter(None, map(clean, head[0][1]))) in _TREND:
            rows = sum(1 for number, _ in table.rows() if number > 1)
            ledger.read += rows
            ledger.skipped[Skipped.TREND] += rows
            names.add(table.sheet)
    return frozenset(names)


def _rows(units: Mapping[tuple[str, Days], _Unit]) -> Iterator[tuple[object, ...]]:
    for (code, (start, end)), one in units.items():
        for measure, value in one.scores.items():
            yield code, one.name, one.level, start, end, measure, value, f"{one.place.words}, {measure}"
