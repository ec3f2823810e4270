"""A table on the screen, and the same as a workbook or a text file, in which no cell can act as a formula."""

import csv
import io
from collections.abc import Callable
from contextlib import nullcontext

import streamlit as st
import xlsxwriter
from streamlit.delta_generator import DeltaGenerator

from dashboard import choice, markup
from dashboard.markup import Table, plain
from dashboard.words import Words

FIRST_ROWS = 10
MOST_SHOWN = 1000
MOST_ROWS = 10_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
_ACTS = ("=", "+", "-", "@", "\t", "\r", "\n")  # how a cell begins that a spreadsheet program would compute
_MOST_LETTERS = 60
_SHEET_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def listing(name: str, make: Callable[[int], Table], words: Words, toggle: DeltaGenerator | None = None) -> None:
    """Show the first rows of a table, more of them when asked, and the whole of it as a file.

    make: gives the first so many rows. toggle: where the switch to more of them stands; above the table by default.
    """
    found = make(FIRST_ROWS)
    with toggle or nullcontext():
        if choice.whether_all(words, name, found.total, FIRST_ROWS):
            found = make(MOST_SHOWN)
    st.html(markup.table(found))
    if found.total > len(found.rows):
        part = words.text("more.paper", shown=words.count(len(found.rows)), count=words.count(found.total))
        st.html(markup.element("p", part, kind="paper"))
    if found.rows:
        _offer(name, lambda: make(MOST_ROWS), words)


def _offer(name: str, make: Callable[[], Table], words: Words) -> None:
    """Show two buttons that download a table; it is made when one is pressed. name: of the file, in ASCII."""
    with st.container(horizontal=True, horizontal_alignment="right", key=f"download-{name}", gap="small"):
        _button(name, "xlsx", XLSX, lambda: workbook(make()), words)
        _button(name, "csv", CSV, lambda: text(make()), words)


def workbook(found: Table) -> bytes:
    """Return a table as XLSX: counts as numbers, everything else as text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(found.name.translate(_FORBIDDEN)[:_SHEET_NAME].strip() or "Sheet1")
        bold = book.add_format({"bold": True, "bottom": 1})
        for place, column in enumerate(found.columns):
            sheet.write_string(0, place, column.label, bold)
            sheet.set_column(place, place, _width(found, place))
        for number, row in enumerate(found.rows, start=1):
            for place, cell in enumerate(row):
                value = plain(cell)
                if isinstance(value, int | float):
                    sheet.write_number(number, place, value)
                elif value is not None:
                    sheet.write_string(number, place, value)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def text(found: Table) -> bytes:
    """Return a table as CSV with a byte order mark, by which Excel knows the encoding."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_inert(column.label) for column in found.columns])
    writer.writerows([_inert(plain(cell)) for cell in row] for row in found.rows)
    return out.getvalue().encode("utf-8-sig")


def _inert(value: str | float | None) -> str | int | float | None:
    """Put an apostrophe before text that would be taken for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_ACTS) else value


def _width(found: Table, place: int) -> int:
    longest = max((len(str(plain(row[place]))) for row in found.rows), default=0)
    return min(max(longest, len(found.columns[place].label)) + 2, _MOST_LETTERS)


def _button(name: str, kind: str, mime: str, make: Callable[[], bytes], words: Words) -> None:
    st.download_button(
        kind.upper(),
        make,
        file_name=f"tthc-{name}.{kind}",
        mime=mime,
        key=f"{name}-{kind}",
        on_click="ignore",
        help=words.text("download.help", kind=kind.upper()),
        type="tertiary",
        icon=":material/download:",
    )
