"""A template and counts in, the cells of a report out, with what had to stay empty and what does not add up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from babel.numbers import format_decimal

from metrics.measures import LABELS
from metrics.reports.counts import By, Line, Lines
from metrics.reports.template import Column, Identity, Template, Text

TOTAL_VI = "Tổng số"
_NAMED_AT_MOST = 3
_OTHER_PERIOD_VI = (
    "Kỳ của báo cáo này không cắt ngày như biểu thường dùng (biểu của VPCP, BTP chốt ngày 15, biểu khác theo lịch): "
    "không đặt cạnh số liệu của kỳ cắt khác."
)

Cell = int | Fraction | str | None


@dataclass(frozen=True, slots=True)
class Filled:
    """The cells line by line, one per column, and the total; notes: what a reader must know."""

    template: Template
    lines: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...]
    notes: tuple[str, ...]


def fill(template: Template, found: Lines, *, usual_period: bool = True) -> Filled:
    """Return the cells of a form; nothing is guessed: what cannot be counted is None and has a note.

    usual_period: whether the days are cut as the form usually asks.
    """
    columns = template.columns
    shown = [line for line in found.lines if found.by == By.UNIT or _says_anything(columns, line)]
    lines = [tuple(_cell(one, line, place) for one in columns) for place, line in enumerate(shown, start=1)]
    total = tuple(_total_cell(one, found.whole) for one in columns)
    notes = [
        *_empty(columns, found),
        *_missing_columns(columns, found),
        *_broken(template.identities, columns, found),
        *(_not_the_sum(columns, lines, total) if found.adds_up else ()),
        *(() if usual_period else (_OTHER_PERIOD_VI,)),
        *template.notes,
    ]
    return Filled(template, tuple(lines), total, tuple(notes))


def _says_anything(columns: Sequence[Column], line: Line) -> bool:
    """A field or procedure of which every figure is 0 is left out; a unit has its line all the same."""
    return any(_value(column, line.counts) for column in columns if column.text is None)


def _cell(column: Column, line: Line, place: int) -> Cell:
    if column.text is not None:
        return {Text.ORDINAL: str(place), Text.NAME: line.name, Text.CODE: line.code}[column.text]
    return _value(column, line.counts)


def _total_cell(column: Column, whole: Line) -> Cell:
    if column.text is not None:
        return TOTAL_VI if column.text == Text.NAME else ""
    return _value(column, whole.counts)


def _value(column: Column, counts: Mapping[str, int | None]) -> int | Fraction | None:
    if column.known and counts.get("received") and not counts[column.known]:
        return None
    if column.count is not None:
        return column.count.value(counts)
    if column.ratio is not None:
        numerator, denominator = (part.value(counts) for part in column.ratio)
        return Fraction(numerator, denominator) if numerator is not None and denominator else None
    return None


def _empty(columns: Sequence[Column], found: Lines) -> Iterator[str]:
    """Say why columns stay empty, one sentence for all columns of the same reason; {} is what is known."""
    whys: dict[str, list[str]] = {}
    for column in columns:
        if column.why:
            known = number(column.memo.value(found.whole.counts)) if column.memo else ""
            whys.setdefault(column.why.replace("{}", known), []).append(column.number)
    for why, numbers in whys.items():
        yield f"Cột {', '.join(numbers)} để trống: {why}"


def _missing_columns(columns: Sequence[Column], found: Lines) -> Iterator[str]:
    whole = found.whole.counts
    for known in dict.fromkeys(column.known for column in columns if column.known):
        numbers = ", ".join(column.number for column in columns if column.known == known)
        received, told = whole.get("received") or 0, whole.get(known) or 0
        if received and told == 0:
            yield f"Cột {numbers} để trống: bản xuất không có số liệu này ({_label(known)})."
        elif any(line.counts.get("received") and not line.counts[known] for line in found.lines):
            yield f"Cột {numbers}: một số dòng để trống vì bản xuất của dòng đó không có số liệu này ({_label(known)})."


def _label(name: str) -> str:
    return LABELS[name].label_vi if name in LABELS else name


def _broken(identities: Sequence[Identity], columns: Sequence[Column], found: Lines) -> Iterator[str]:
    by_number = {column.number: column for column in columns}
    for identity in identities:
        formula = f"{identity.total} = {' + '.join(identity.parts)}"
        wrong, unknown = [], 0
        for line in (found.whole, *found.lines):
            values = [_value(by_number[one], line.counts) for one in (identity.total, *identity.parts)]
            known = [value for value in values if value is not None]
            if len(known) < len(values):
                unknown += 1
            elif known[0] != sum(known[1:]):
                wrong.append((TOTAL_VI if line is found.whole else line.name, known[0] - sum(known[1:])))
        if wrong:
            yield _difference_words(identity, formula, wrong)
        if unknown > len(found.lines):
            yield f"Không kiểm tra được {formula}: có cột để trống."


def _difference_words(identity: Identity, formula: str, wrong: Sequence[tuple[str, int | Fraction]]) -> str:
    shown = "; ".join(f"{name} lệch {number(int(by))}" for name, by in wrong[:_NAMED_AT_MOST])
    more = f"; và {len(wrong) - _NAMED_AT_MOST} dòng nữa" if len(wrong) > _NAMED_AT_MOST else ""
    head = "CHÊNH LỆCH" if identity.strict else "Lưu ý"
    return f"{head}: {formula} không khớp ({shown}{more}). {identity.why}".rstrip()


def _not_the_sum(columns: Sequence[Column], lines: Sequence[tuple[Cell, ...]], total: Sequence[Cell]) -> Iterator[str]:
    for place, column in enumerate(columns):
        if column.count is None:
            continue
        known = [cells[place] for cells in lines if isinstance(cells[place], int)]
        added = sum(one for one in known if isinstance(one, int))
        whole = total[place]
        if isinstance(whole, int) and len(known) == len(lines) and whole != added:
            yield f"CHÊNH LỆCH: cột {column.number}, {TOTAL_VI} {number(whole)} khác tổng các dòng {number(added)}."


def number(value: int | Fraction | None) -> str:
    """Return a count as Vietnamese people write it: 1.234; an absent one is a dash."""
    return "–" if value is None else str(format_decimal(int(value), locale="vi"))


def by_words(by: By) -> str:
    """Return how a sentence names what the lines stand for."""
    return {By.UNIT: "đơn vị", By.FIELD: "lĩnh vực", By.PROCEDURE: "thủ tục hành chính"}[by]
