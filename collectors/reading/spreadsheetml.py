"""A SpreadsheetML 2003 file ("XML Spreadsheet") → its sheets as tables of text.

Source: XML Spreadsheet Reference (Excel 2003): ss:Index, ss:MergeAcross, ss:MergeDown, ss:Span, Data with ss:Type.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]  # its stubs do not know targets of str

from collectors.export import UnreadableExport
from collectors.reading.cells import text_of
from collectors.reading.delimited import spooled
from collectors.reading.spool import SheetFile, Spool, TooManyCells
from collectors.reading.table import Table
from collectors.reading.workbook import notes_on

_BLOCK = 1 << 16
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_VISIBLE = "{urn:schemas-microsoft-com:office:excel}Visible"
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_NO_DAY = (1899, 1900)  # the years of the days that stand for "no day" when a cell holds a time only


def tables(path: Path, spool: Spool | None = None) -> list[Table]:
    """Return every sheet, hidden ones too. Formulas give their cached value.

    Raises UnreadableExport for XML that is damaged or declares a document type: no spreadsheet program writes one, and
    entities could read other files or grow without end.
    """
    spool = spool or Spool()
    workbook = _Workbook(spool)
    try:
        _feed(path, workbook)
    except _DocumentTypeError as error:
        raise _unreadable(path, "XML khai báo DOCTYPE hoặc thực thể, có thể là mã độc") from error
    except TooManyCells as error:
        raise _unreadable(path, "bảng tính quá lớn, hoặc có ô lạc ở rất xa") from error
    except etree.LxmlError as error:
        raise _unreadable(path, "bảng tính XML bị cắt cụt hoặc hỏng") from error
    finally:
        workbook.end_file()
    if not workbook.sheets:
        raise _unreadable(path, "bảng tính XML không có trang tính nào")
    return [_table(sheet, spool) for sheet in workbook.sheets]


def _feed(path: Path, workbook: "_Workbook") -> None:
    parser = etree.XMLParser(target=workbook, resolve_entities=False, no_network=True, load_dtd=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            parser.feed(block)
    parser.close()


def _table(sheet: "_Sheet", spool: Spool) -> Table:
    notes = notes_on(hidden=sheet.hidden, formulas=sheet.formulas, errors=sheet.errors)
    file = sheet.file
    return spooled(sheet.name, file.path, spool, lines=file.rows, plain=file.plain, ragged=False, notes=notes)


class _DocumentTypeError(Exception):
    """The XML declares a document type."""


class _Sheet:
    """One worksheet, cell by cell. formulas: how many have no cached value; errors: how many cells hold one."""

    def __init__(self, name: str, file: SheetFile) -> None:
        self.name, self.file = name, file
        self.hidden = False
        self.formulas = 0
        self.errors = 0
        self._row: list[str] = []
        self._rows = self._span = self._next = 0

    def begin_row(self, attributes: Mapping[str, str]) -> None:
        """Start a row; those that the file leaves out before it are blank. Raises TooManyCells."""
        index = _number(attributes, "Index", self._rows + 1)
        if not self._rows < index <= _MOST_ROWS:
            raise TooManyCells
        self.file.add_blank(index - self._rows - 1)
        self._span = _number(attributes, "Span", 0)  # so many rows like this one follow, without cells
        self._rows = index + self._span
        self._row, self._next = [], 0

    def add_cell(self, attributes: Mapping[str, str], text: str) -> None:
        """Put a cell into the row. Raises TooManyCells."""
        place = _number(attributes, "Index", self._next + 1) - 1
        self._next = place + 1 + _number(attributes, "MergeAcross", 0)
        if not len(self._row) <= place < self._next <= _MOST_COLUMNS:
            raise TooManyCells
        self._row.extend([""] * (place - len(self._row)))
        self._row.append(text)
        self._row.extend([""] * (self._next - len(self._row)))

    def end_row(self) -> None:
        """Write the row, and the blank ones it stands for."""
        self.file.add(self._row)
        self.file.add_blank(self._span)


class _Workbook:
    """The events of a parser → the sheets of a workbook."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.sheets: list[_Sheet] = []
        self._cell: Mapping[str, str] = {}
        self._type = ""
        self._text: list[str] | None = None  # of the open Data element
        self._value: str | None = None  # of the open cell; None while it has none
        self._comments = 0

    def doctype(self, *_: str | None) -> None:
        """Refuse a document type."""
        raise _DocumentTypeError

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        if tag == f"{_SS}Worksheet":
            self.end_file()
            name = attributes.get(f"{_SS}Name", "")
            self.sheets.append(_Sheet(name, SheetFile(self._spool.file("trang.csv"))))
        elif tag == f"{_SS}Comment":
            self._comments += 1
        elif not self.sheets:
            return
        elif tag == f"{_SS}Row":
            self.sheets[-1].begin_row(attributes)
        elif tag == f"{_SS}Cell":
            self._cell, self._value = dict(attributes), None
        elif tag == f"{_SS}Data" and not self._comments:
            self._type, self._text = attributes.get(f"{_SS}Type", ""), []
        elif tag == _VISIBLE:
            self._text = []

    def data(self, text: str) -> None:
        """Take text."""
        if self._text is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if tag == f"{_SS}Comment":
            self._comments -= 1
        elif not self.sheets:
            return
        elif tag == f"{_SS}Data" and self._text is not None:
            self._value, self._text = _shown(self._type, "".join(self._text)), None
            self.sheets[-1].errors += self._type == "Error"
        elif tag == f"{_SS}Cell":
            sheet = self.sheets[-1]
            sheet.formulas += self._value is None and f"{_SS}Formula" in self._cell
            sheet.add_cell(self._cell, self._value or "")
        elif tag == f"{_SS}Row":
            self.sheets[-1].end_row()
        elif tag == _VISIBLE and self._text is not None:
            self.sheets[-1].hidden = "".join(self._text).strip() != "SheetVisible"
            self._text = None

    def close(self) -> None:
        """Take the end of the file."""

    def end_file(self) -> None:
        """Close the file of the sheet that was read last."""
        if self.sheets:
            self.sheets[-1].file.close()


def _number(attributes: Mapping[str, str], name: str, absent: int) -> int:
    """Return a counting attribute. Raises TooManyCells for what is no such number."""
    text = attributes.get(_SS + name)
    if text is None:
        return absent
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise TooManyCells
    return int(text)


def _shown(kind: str, text: str) -> str:
    """Return the value as the other workbook readers show it; what is not of its type stays as it stands."""
    try:
        if kind == "Number":
            return text_of(float(text))
        if kind == "Boolean":
            return text_of(bool(int(text)))
        if kind == "DateTime":
            return _moment(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return text
    return "" if kind == "Error" else text


def _moment(moment: datetime) -> str:
    if moment.year in _NO_DAY:
        return text_of(moment.time().replace(microsecond=0))
    midnight = moment.time() == datetime.min.time()
    return text_of(moment.date() if midnight else moment)


def _unreadable(path: Path, found: str) -> UnreadableExport:
    return UnreadableExport(
        file=path.name,
        found=found,
        expected="bảng tính XML (Excel 2003) nguyên vẹn",
        advice="mở bằng Excel rồi lưu thành .xlsx, hoặc xuất lại",
    )
