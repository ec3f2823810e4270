"""A file → its tables of text, whatever container it is, packed or not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from collectors.export import ExportError, UnreadableExport
from collectors.reading import delimited, html_page, json_rows, packed, spreadsheetml, workbook
from collectors.reading.container import Container, recognise
from collectors.reading.encoding import repaired
from collectors.reading.spool import Spool
from collectors.reading.table import Table

_Reader = Callable[[Path, Spool], list[Table]]
_READERS: dict[Container, _Reader] = {
    Container.WORKBOOK: workbook.tables,
    Container.SPREADSHEETML: spreadsheetml.tables,
    Container.HTML: html_page.tables,
    Container.JSON: json_rows.tables,
    Container.DELIMITED: lambda path, _: delimited.tables(path),
}


def tables(path: Path) -> list[Table]:
    """Return every table of the file, in Unicode; of a zip, those of all its files, each sheet named after its file.

    Raises ExportError where the file, or one file of the archive, cannot be read.
    """
    spool = Spool()
    container = recognise(path)
    if container is Container.ZIP:
        return _of_zip(path, spool)
    if container is Container.GZIP:
        return [replace(table, spool=spool) for table in _inner(packed.gunzip(path, spool), spool)]
    return _of(container, path, spool)


def _of(container: Container, path: Path, spool: Spool) -> list[Table]:
    return [repaired(table, file=path.name) for table in _READERS[container](path, spool)]


def _of_zip(path: Path, spool: Spool) -> list[Table]:
    found = []
    for name, file in packed.unzip(path, spool):
        try:
            found += [_named(name, table, spool) for table in _inner(file, spool)]
        except ExportError as error:
            raise _inside(path, name, error) from error
    if not found:
        raise UnreadableExport(
            file=path.name,
            found="tệp nén không chứa tệp nào",
            expected="ít nhất một bản xuất",
            advice="kiểm tra tệp nén rồi nén lại",
        )
    return found


def _inner(path: Path, spool: Spool) -> list[Table]:
    container = recognise(path)
    if container in (Container.ZIP, Container.GZIP):
        raise packed.nested(path)
    return _of(container, path, spool)


def _named(name: str, table: Table, spool: Spool) -> Table:
    return replace(table, sheet=f"{name} › {table.sheet}" if table.sheet else name, spool=spool)


def _inside(path: Path, name: str, error: ExportError) -> ExportError:
    """Return the error with the archive named before the file in it."""
    return type(error)(
        file=f"{path.name} › {name}",
        sheet=error.sheet,
        row=error.row,
        column=error.column,
        found=error.found,
        expected=error.expected,
        advice=error.advice,
    )
