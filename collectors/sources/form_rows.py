"""The rows below the header of a summary form, in the way of its form; where its sums must prove it, only if they do."""

from collectors.form_header import FormHeader
from collectors.reading.table import Table
from collectors.sources.form_parts import PartsReader
from collectors.sources.form_proof import prove
from collectors.sources.form_reader import Reader
from collectors.sources.form_record import FormRows


def rows_of(table: Table, header: FormHeader) -> FormRows:
    """Return what the rows below the header are."""
    reader = PartsReader(table, header) if header.form.proof else Reader(table, header)
    for row in table.rows():
        if row[0] > header.rows[1]:
            reader.read(row)
    reader.end()
    return reader.found


def proved_rows(table: Table, header: FormHeader, *, file: str) -> FormRows:
    """Return what the rows are; raises RefusedLayout where they are to be proved, and a sum fails."""
    rows = rows_of(table, header)
    if header.form.proof:
        prove(table, header, rows, file=file)
    return rows
