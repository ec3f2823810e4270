"""Records and totals of a summary form → findings: what its own figures say of each other. No figure is changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from collectors.export import Finding
from collectors.form import Form, Identity, PrintedRate
from collectors.form_header import FormHeader
from collectors.formats import NumberStyle, number_style, share
from collectors.reading.table import Table
from collectors.sources.form_record import Count, FormRows, Record, Total

_HUNDRED = Decimal(100)


@dataclass(slots=True)
class _Tally:
    """How often each check failed, and where first."""

    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, check: str, column: str, example: str) -> None:
        self.found.setdefault((check, column), []).append(example)

    def findings(self) -> Iterator[Finding]:
        for (check, column), examples in self.found.items():
            yield Finding(check, column, len(examples), examples[0])


def with_sums(form: Form, counts: Mapping[str, Count]) -> dict[str, Count]:
    """Return the counts with those that the form prints in parts only; a part not printed leaves its sum out.

    A sum with none but optional parts (the halves of a class that is split or not) needs all of them.
    """
    found = dict(counts)
    for measure, parts in form.sums.items():
        known = [found[part] for part in parts if part in found]
        needed = parts if form.optional.issuperset(parts) else _expected(form, parts, found)
        if known and len(known) == len(needed):
            values = [one.value for one in known]
            whole = None if None in values else sum(value or 0 for value in values)
            found[measure] = Count(whole, " + ".join(one.item for one in known))
    return found


def _expected(form: Form, parts: Sequence[str], found: Mapping[str, Count]) -> list[str]:
    """Return the parts of a sum that the form has: an optional column that it leaves out is no part."""
    return [part for part in parts if part in found or part not in form.optional]


def checked(form: Form, rows: FormRows, sheet: str) -> Iterator[Finding]:
    """Yield what does not agree: rows with their identities, printed rates, totals with the sums of their rows."""
    tally = _Tally()
    place = f"trang tính “{sheet}”, dòng" if sheet else "dòng"
    for record in rows.records:
        for identity in form.identities:
            _check_identity(form, identity, record, place, tally)
        for rate in form.rates:
            _check_rate(form, rate, record, place, tally)
        if record.missing:
            lacking = ", ".join(f"“{block.label}”" for block in record.missing)
            tally.add("form_block", "", f"{place} {record.row}: thiếu dòng {lacking}")
    for row in rows.unknown:
        tally.add("form_line_unknown", "", f"{place} {row}")
    for total in rows.totals:
        _check_total(form, rows, total, place, tally)
    yield from tally.findings()


def _check_identity(form: Form, identity: Identity, record: Record, place: str, tally: _Tally) -> None:
    names = _expected(form, identity.parts, record.counts)
    values = [record.counts.get(name, Count(None, "")).value for name in (identity.whole, *names)]
    whole, parts = values[0], [value for value in values[1:] if value is not None]
    if whole is None or len(parts) != len(names) or whole == sum(parts):
        return
    check = "form_identity" if identity.sure else "form_balance"
    where = f"ô {record.counts[identity.whole].item}" if form.blocks else f"{place} {record.row}"
    words = f"{_label(form, identity.whole)} = {' + '.join(_label(form, name) for name in names)}"
    tally.add(check, words, f"{where}: {whole} ≠ {' + '.join(map(str, parts))}")


def _check_rate(form: Form, rate: PrintedRate, record: Record, place: str, tally: _Tally) -> None:
    text, column = record.rates.get(rate.column, ""), _label(form, rate.column)
    try:
        printed = share(text)
    except ValueError:
        tally.add("form_rate_unread", column, f"{place} {record.row}")
        return
    counts = with_sums(form, record.counts)
    parts = [counts.get(name, Count(None, "")).value for name in (rate.numerator, *rate.denominator)]
    known = [value for value in parts if value is not None]
    if printed is None or len(known) != len(parts) or not sum(known[1:]):
        return
    true = _HUNDRED * known[0] / sum(known[1:])
    as_fraction = "%" not in text and printed <= 1 and abs(printed * _HUNDRED - true) <= rate.tolerance
    if abs(printed - true) > rate.tolerance and not as_fraction:
        tally.add("form_rate_differs", column, f"{place} {record.row}: ghi {text}, tính được {true:.2f}%")


def _check_total(form: Form, rows: FormRows, total: Total, place: str, tally: _Tally) -> None:
    check = "form_total_differs" if total.whole else "form_subtotal_differs"
    for measure, (said, summed) in total_differences(rows, total).items():
        tally.add(check, _label(form, measure), f"{place} {total.row}: ghi {said}, cộng được {summed}")


def total_differences(rows: FormRows, total: Total) -> dict[str, tuple[int, int]]:
    """Return where a total is not the sum of its rows: measure → (printed, summed).

    It is compared with the whole form and, where that fails, with its own group; the lesser difference holds.
    """
    below = [record.counts for record in rows.records[total.first : total.last]]
    if not total.whole:
        return differences(total.counts, below) if below else {}
    heads = [one.counts for one in rows.totals if not one.whole and one.first == one.last]
    of_form = differences(total.counts, [*(record.counts for record in rows.records), *heads])
    return min(of_form, differences(total.counts, below), key=len) if below else of_form


def differences(whole: Mapping[str, Count], rows: Sequence[Mapping[str, Count]]) -> dict[str, tuple[int, int]]:
    """Return where counts are not the sum of rows: measure → (printed, summed)."""
    found = {}
    for measure, count in whole.items():
        summed = sum(row[measure].value or 0 for row in rows if measure in row)
        if count.value is not None and count.value != summed:
            found[measure] = (count.value, summed)
    return found


def styles(table: Table, header: FormHeader) -> dict[str, NumberStyle | None]:
    """Return how each column of counts or rates writes its numbers; None: not all of them are numbers of one style."""
    columns: dict[str, list[str]] = {name: [] for name in header.form.columns if name in header.places}
    for number, cells in table.rows():
        for name, texts in columns.items() if number > header.rows[1] else ():
            place = header.places[name]
            if place < len(cells) and any(letter.isdigit() for letter in cells[place]):
                texts.append(cells[place])
    return {name: number_style(texts) for name, texts in columns.items()}


def mixed(table: Table, header: FormHeader) -> Iterator[Finding]:
    """Yield the columns that part their thousands in two ways."""
    for name, style in styles(table, header).items():
        if style is NumberStyle.MIXED:
            yield Finding("form_mixed_numbers", _label(header.form, name), 0, NumberStyle.MIXED.value)


def _label(form: Form, name: str) -> str:
    return form.labels.get(name, name)
