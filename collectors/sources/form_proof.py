"""The sums that a form prints → whether they prove which of its rows add up, where rows may be parts of others."""

from collections.abc import Iterator

from collectors.dossier import REFUSED_VI
from collectors.form_header import FormHeader, refused
from collectors.reading.table import Table
from collectors.sources.form_checks import differences
from collectors.sources.form_record import FormRows, Total


def prove(table: Table, header: FormHeader, rows: FormRows, *, file: str) -> None:
    """Return where every row is understood, every printed sum holds, and each record is in one that is printed in full.

    Raises RefusedLayout with the advice of the form, naming the first row that fails.
    """
    for row, failed in _failures(header, rows):
        found, advice = header.form.proof or ("", "")
        expected = "mọi số cộng của biểu khớp với các dòng"
        raise refused(table, header, f"{found}; {failed}", advice, file=file, row=row, expected=expected)


def _failures(header: FormHeader, rows: FormRows) -> Iterator[tuple[int, str]]:
    """Yield row and words of what fails."""
    for refusal in rows.refusals:
        yield refusal.row, REFUSED_VI[refusal.reason][0]
    for record in rows.records:
        if record.parts:
            different = differences(record.counts, record.parts)
            yield from _told(header, record.row, "các dòng của nó", different)
    proved: set[int] = set()
    for total in rows.totals:
        reach, different = _reach(rows, total)
        yield from _told(header, total.row, "các dòng có số thứ tự", different)
        proved |= set(reach) if _is_whole(total) else set()
    seen: dict[frozenset[tuple[str, str]], int] = {}
    for place, record in enumerate(rows.records):
        if place not in proved:
            yield record.row, "không có dòng tổng hay dòng đơn vị nào cộng dòng này để đối chiếu"
        before = seen.setdefault(frozenset(record.keys.items()), record.row)
        if before != record.row:
            yield record.row, f"trùng với dòng {before}"


def _reach(rows: FormRows, total: Total) -> tuple[range, dict[str, tuple[int, int]]]:
    """Return the records that a total sums up and where it differs: a head its group, words of a total also the form."""
    reaches = [range(total.first, total.last)]
    if total.whole:
        reaches.insert(0, range(len(rows.records)))
    found = [differences(total.counts, [rows.records[place].counts for place in reach]) for reach in reaches]
    held = next((place for place, different in enumerate(found) if not different), 0)
    return reaches[held], found[held]


def _is_whole(total: Total) -> bool:
    return bool(total.counts) and all(count.value is not None for count in total.counts.values())


def _told(
    header: FormHeader, row: int, summed: str, different: dict[str, tuple[int, int]]
) -> Iterator[tuple[int, str]]:
    for measure, (said, found) in different.items():
        yield row, f"cột “{header.form.labels[measure]}” ghi {said}, cộng {summed} được {found}"
