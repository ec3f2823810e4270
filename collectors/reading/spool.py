"""Tables on their way in → CSV files in a folder of their own, so that they can be read again, row by row."""

import csv
import os
import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import IO

MOST_CELLS = 40_000_000  # a full sheet of 1,048,576 rows and 38 columns
SEPARATOR = "\x1f"  # between the cells of a row; texts have commas and semicolons, never this, so few must be quoted
_PREFIX = "tthc-reading-"
_A_DAY = 24 * 3600
_UNSAFE = re.compile(r"[^\w .()-]+")
_MORE_THAN_A_LINE = re.compile(r"[\r\n\0]")


class Spool:
    """A private folder (nobody else may look in), made when the first file is asked for; it goes with the last holder."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._files = 0

    def file(self, name: str) -> Path:
        """Return a path that is free and ends with the name, as far as a file may bear it."""
        folder = self._numbered()
        return folder / safe_name(name)

    def folder(self) -> Path:
        """Return a new empty folder."""
        return self._numbered()

    def _numbered(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._files += 1
        folder = self._folder / str(self._files)
        folder.mkdir()
        return folder


@contextmanager
def private_folder() -> Iterator[Path]:
    """Yield a folder that nobody else may look in; it goes with the block, or with `sweep` where that was cut off."""
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def safe_name(name: str) -> str:
    """Return a name as a file here may bear it: letters, digits, spaces and dots, at most a hundred."""
    return _UNSAFE.sub("_", name)[-100:].strip(" .") or "tep"


def sweep() -> None:
    """Remove what readings that were cut off left behind: their folders hold cells of columns that are never stored.

    A folder bears the number of its process; it goes when that process is gone (where that cannot be asked: after a day).
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdecimal() and not _is_read(folder, int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_read(folder: Path, process: int) -> bool:
    if os.name != "posix":
        with suppress(OSError):
            return time.time() - folder.stat().st_mtime < _A_DAY
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class TooManyCells(Exception):
    """A sheet wants more cells than a full sheet of the usual width has."""


def _needs_quotes(line: str, width: int) -> bool:
    """Whether the cells of a row, joined, cannot be told from each other, or from the next row."""
    odd = '"' in line or "\n" in line or "\r" in line or "\0" in line
    return odd or width < 2 or line.count(SEPARATOR) != width - 1


class SheetFile:
    """A CSV file that one sheet is written to, row by row; blank rows at its end are left out.

    rows: how many stand in the file. width: the widest of them. plain: whether each of them is one line, without a NUL.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = self.width = 0
        self.plain = True
        self._blank = self._cells = 0
        self._bytes = path.open("wb")
        self._file = TextIOWrapper(self._bytes, encoding="utf-8", errors="replace", newline="")
        self._writer = csv.writer(self._file, delimiter=SEPARATOR)

    def __enter__(self) -> "SheetFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, cells: Sequence[str]) -> None:
        """Write a row, and the blank rows held back before it. Raises TooManyCells."""
        line = SEPARATOR.join(cells)
        if not line or line.isspace():  # the separator is white space too
            self._blank += 1
            return
        width = len(cells)
        self._begin(1, width)
        if _needs_quotes(line, width):
            self.plain = self.plain and not _MORE_THAN_A_LINE.search(line)
            self._writer.writerow(cells)
        else:
            self._file.write(f"{line}\r\n")

    @contextmanager
    def block(self, rows: int, width: int, *, plain: bool) -> Iterator[IO[bytes]]:
        """Give the file, to write so many rows of text to it at once, the last not blank. Raises TooManyCells."""
        if rows:
            self._begin(rows, width)
            self.plain = self.plain and plain
        self._file.flush()
        yield self._bytes

    def add_blank(self, count: int) -> None:
        """Leave so many rows blank."""
        self._blank += count

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def _begin(self, rows: int, width: int) -> None:
        """Count rows that follow, and write the blank ones held back before them."""
        self._cells += width * (self._blank + rows)
        if self._cells > MOST_CELLS:
            raise TooManyCells
        if self._blank:
            self._fill(width)
        self.rows += rows
        self.width = max(self.width, width)

    def _fill(self, width: int) -> None:
        blank = [""] * width
        for _ in range(self._blank):
            self._writer.writerow(blank)
        self.rows += self._blank
        self._blank = 0
