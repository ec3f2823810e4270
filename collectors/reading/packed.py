"""A zip or gzip file → the files in it, within limits; nothing is unpacked before it is known how much there is."""

import gzip
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from collectors.export import UnreadableExport
from collectors.reading.spool import Spool

MOST_FILES = 10_000
MOST_BYTES = 4 << 30  # unpacked
MOST_TIMES = 300  # unpacked size by packed size; a real sheet is packed to a tenth, a bomb to a thousandth
_ANY_TIMES = 128 << 20  # unpacked bytes up to which the ratio does not matter
_BLOCK = 1 << 20
_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
# What the libraries raise on damaged bytes.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # a member with a password; NotImplementedError, an unknown compression, is one too
    struct.error,
    OverflowError,
    IndexError,
)


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Give the archive, when it is whole and what it unpacks to is within the limits. Raises UnreadableExport."""
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED as error:
        raise _damaged(path) from error
    with archive:
        _check(path, archive.infolist())
        yield archive


def _check(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_FILES:
        raise _too_much(path, f"{len(entries)} tệp bên trong", f"không quá {MOST_FILES} tệp")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_BYTES:
        raise _too_much(path, f"giải nén thành {unpacked >> 20} MB", f"không quá {MOST_BYTES >> 20} MB")
    if unpacked > max(_ANY_TIMES, path.stat().st_size * MOST_TIMES):
        times = unpacked // max(path.stat().st_size, 1)
        raise _too_much(path, f"giải nén thành {unpacked >> 20} MB, gấp {times} lần", f"không quá {MOST_TIMES} lần")
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableExport(
            file=path.name,
            found="tệp nén đặt mật khẩu",
            expected="tệp nén không mật khẩu",
            advice="giải nén rồi đưa từng tệp vào",
        )


def unzip(path: Path, spool: Spool) -> list[tuple[str, Path]]:
    """Return each file of an archive: its name there, and where it now stands. Raises UnreadableExport."""
    with opened(path) as archive:
        entries = [entry for entry in archive.infolist() if not _is_junk(entry.filename)]
        return [(_shown(entry), _member(path, archive, entry, spool)) for entry in entries]


def _is_junk(name: str) -> bool:
    """Whether a member is a folder, or what systems and open programs leave behind."""
    return name.endswith(("/", *_JUNK)) or name.startswith(_JUNK) or name.rpartition("/")[2].startswith("~$")


def _shown(entry: zipfile.ZipInfo) -> str:
    """Return the name of a member; programs that pack on Windows write UTF-8 without saying so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _member(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, spool: Spool) -> Path:
    target = spool.file(_shown(entry).rpartition("/")[2])
    try:
        with archive.open(entry) as packed, target.open("wb") as file:
            shutil.copyfileobj(packed, file, _BLOCK)
    except DAMAGED as error:
        raise _damaged(path) from error
    return target


def gunzip(path: Path, spool: Spool) -> Path:
    """Return where the file packed by gzip now stands. Raises UnreadableExport."""
    target = spool.file(path.name.removesuffix(".gz"))
    most = min(MOST_BYTES, max(_ANY_TIMES, path.stat().st_size * MOST_TIMES))
    try:
        with gzip.open(path) as packed, target.open("wb") as file:
            _copy(path, packed, file, most)
    except DAMAGED as error:
        raise _damaged(path) from error
    return target


def _copy(path: Path, source: gzip.GzipFile, target: IO[bytes], most: int) -> None:
    size = 0
    while block := source.read(_BLOCK):
        size += len(block)
        if size > most:
            raise _too_much(path, f"giải nén thành hơn {most >> 20} MB", f"không quá {most >> 20} MB")
        target.write(block)


def nested(path: Path) -> UnreadableExport:
    """Return the error for an archive inside an archive."""
    return UnreadableExport(
        file=path.name,
        found="tệp nén nằm trong tệp nén",
        expected="tệp nén chứa thẳng các bản xuất",
        advice="giải nén rồi đưa từng tệp vào",
    )


def _too_much(path: Path, found: str, expected: str) -> UnreadableExport:
    return UnreadableExport(
        file=path.name,
        found=f"tệp nén {found} (có thể là bom nén)",
        expected=expected,
        advice="kiểm tra nguồn gốc tệp; nếu đúng là bản xuất, xuất từng tháng hoặc từng đơn vị",
    )


def _damaged(path: Path) -> UnreadableExport:
    return UnreadableExport(
        file=path.name,
        found="tệp nén bị cắt cụt hoặc hỏng",
        expected="tệp nguyên vẹn",
        advice="tải hoặc xuất lại tệp",
    )
