"""What can happen to an export on its way, and what holds whatever happened: each row is accounted for, or all is refused."""

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from collectors.export import ExportError, ExportReport, Outcome
from collectors.reading.table import Row, Table

Rows = list[list[str]]
Mutation = Callable[[Rows, random.Random], Rows]


def harmed(examples: int) -> settings:
    """So many examples, in the folder of the test, however long they take."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


ODD = (
    "9" * 16, "9" * 19, "9" * 41, "9" * 5000, "-1", "-0", "0,5", "1.234,5", "1e400", "1E5", "NaN", "inf", "²", "٣", "１２", "½",
    "0x10", "=1+1", "%", "150%", "(5)", "31/12/9999 23:59:59", "01/01/0001", "99/99/9999", "29/02/2025", "9999-12-31T23:59:59Z",
    "46237.5", "2958466", "x" * 5000, "\x1f", "\r\n", '"', "'", "\u202e", "e\u0301", "null", "Tổng cộng", "Cộng: 5", "H35.12",
    "H35.12.34.56", "1.001628", "9" * 14,
)  # fmt: skip


# --- rows of texts --------------------------------------------------------------------------------------------------


def cut_off(rows: Rows, rng: random.Random) -> Rows:
    text = _written(rows)
    return list(csv.reader(io.StringIO(text[: rng.randrange(len(text))], newline="")))


def flipped(rows: Rows, rng: random.Random) -> Rows:
    text = with_flipped_bits(_written(rows).encode(), rng).decode("utf-8", "replace").replace("\0", "")
    return list(csv.reader(io.StringIO(text, newline="")))


def swapped(rows: Rows, rng: random.Random) -> Rows:
    width = max(len(cells) for cells in rows)
    one, other = rng.randrange(width), rng.randrange(width)
    full = [[*cells, *[""] * (width - len(cells))] for cells in rows]
    for cells in full:
        cells[one], cells[other] = cells[other], cells[one]
    return full


def duplicated(rows: Rows, rng: random.Random) -> Rows:
    return [cells for cells in rows for _ in range(rng.randrange(1, 4))]


def shuffled(rows: Rows, rng: random.Random) -> Rows:
    return rng.sample(rows, len(rows))


def overwritten(rows: Rows, rng: random.Random) -> Rows:
    """Some cells hold what nobody expects there."""
    full = [list(cells) for cells in rows]
    for _ in range(rng.randrange(1, 8)):
        if cells := rng.choice(full):
            cells[rng.randrange(len(cells))] = rng.choice(ODD)
    return full


def _written(rows: Rows) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


RANDOM = st.randoms(use_true_random=False)
MUTATIONS = st.lists(
    st.sampled_from([cut_off, flipped, swapped, duplicated, shuffled, overwritten]), min_size=1, max_size=3
)


def damaged(rows: Rows, mutations: list[Mutation], rng: random.Random) -> Rows:
    for mutation in mutations:
        rows = mutation(rows, rng) if rows and any(rows) else rows
    return rows


def in_memory(rows: Rows, *, sheet: str = "", ragged: bool = True) -> Table:
    numbered: list[Row] = list(enumerate(rows, start=1))
    return Table(sheet, lambda: iter(numbered), ragged=ragged)


# --- bytes ----------------------------------------------------------------------------------------------------------


def with_flipped_bits(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randrange(1, 30)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def broken_bytes(content: bytes, rng: random.Random) -> bytes:
    """Return bytes that were cut off, or of which some bits turned over."""
    return content[: rng.randrange(len(content))] if rng.random() < 0.5 else with_flipped_bits(content, rng)


# --- JSON -----------------------------------------------------------------------------------------------------------

OTHER: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 1.5, -0.0, 10**16, 10**40, float("nan"), float("inf"), 1e300,
    "", " ", "x", "0", "1e400", "12,5", "đơn vị\u0301", "\ud800", "\0", "a\x1fb\r\nc", '"', "9" * 400, "9999-12-31",
    [], [[]], [None], ["x"], {}, {"": None}, {"x": [{"y": 1}]},
)  # fmt: skip
Json = Any
JsonMutation = Callable[[Json, random.Random], None]


def places(document: Json) -> Iterator[tuple[Json, Any]]:
    """Yield every object or list of a document with each of its keys or places."""
    if isinstance(document, dict | list):
        for key in list(document) if isinstance(document, dict) else range(len(document)):
            yield document, key
            yield from places(document[key])


def _some(document: Json, rng: random.Random, wanted: Callable[[Json, Any], bool]) -> tuple[Json, Any] | None:
    found = [(inside, key) for inside, key in places(document) if wanted(inside, key)]
    return rng.choice(found) if found else None


def keys_removed(document: Json, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 4)):
        if place := _some(document, rng, lambda inside, _: isinstance(inside, dict)):
            del place[0][place[1]]


def a_key_removed_everywhere(document: Json, rng: random.Random) -> None:
    names = sorted({key for inside, key in places(document) if isinstance(inside, dict)})
    gone = rng.choice(names) if names else None
    for inside, key in list(places(document)):
        if key == gone and isinstance(inside, dict):
            inside.pop(key, None)


def retyped(document: Json, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 4)):
        if place := _some(document, rng, lambda *_: True):
            place[0][place[1]] = deepcopy(rng.choice(OTHER))


def blanked(document: Json, rng: random.Random) -> None:
    """A value that is missing wherever it stands: a unit, a code, a score."""
    names = sorted({key for inside, key in places(document) if isinstance(inside, dict)})
    gone, nothing = rng.choice(names) if names else None, rng.choice((None, "", " "))
    for inside, key in list(places(document)):
        if key == gone and isinstance(inside, dict) and not isinstance(inside.get(key), dict | list):
            inside[key] = nothing


def repeated(document: Json, rng: random.Random) -> None:
    if place := _some(document, rng, lambda inside, key: isinstance(inside[key], list)):
        inside, key = place
        again = [one for one in inside[key] for _ in range(rng.randrange(1, 4))]
        inside[key] = deepcopy(again)


def emptied(document: Json, rng: random.Random) -> None:
    if place := _some(document, rng, lambda inside, key: isinstance(inside[key], list)):
        place[0][place[1]] = deepcopy(rng.choice(([], [None], [{}], [{}, {}], [[]])))


JSON_MUTATIONS = st.lists(
    st.sampled_from([keys_removed, a_key_removed_everywhere, retyped, blanked, repeated, emptied]),
    min_size=0,
    max_size=3,
)


def damaged_json(content: bytes, mutations: list[JsonMutation], rng: random.Random) -> bytes:
    """Return a document with the mutations; without any, its bytes broken."""
    if not mutations:
        return broken_bytes(content, rng)
    around = [json.loads(content)]
    for mutation in mutations:
        mutation(around, rng)
    return json.dumps(around[0] if around else None, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


# --- what holds -----------------------------------------------------------------------------------------------------


def report_of(reading: Callable[[], ExportReport]) -> ExportReport | None:
    """Return the report of what is read, rows accounted for; None where the whole is refused with file, reason, advice."""
    try:
        report = reading()
    except ExportError as error:
        refusal = error
    else:
        accounted(report)
        return report
    assert refusal.file and refusal.found and refusal.expected and refusal.advice
    return None


def accounted(report: ExportReport) -> None:
    """Every row is accounted for and what is refused says where and what to do; or the whole is refused with words."""
    assert report.adds_up
    if report.outcome is Outcome.REFUSED:
        assert report.message_vi.startswith("tệp ") and ". Cách xử lý: " in report.message_vi
        assert report.rows_read == 0
    for refusal in report.refusals:
        assert "dòng " in refusal and "; " in refusal
    assert (report.rows_refused > 0) == bool(report.refusals)
