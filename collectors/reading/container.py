"""A file → its container, decided by the first bytes; names and endings are never trusted."""

import codecs
import zipfile
from enum import StrEnum
from pathlib import Path

from collectors.export import EmptyExport, UnreadableExport

HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Container(StrEnum):
    """What the bytes are."""

    WORKBOOK = "workbook"
    DELIMITED = "delimited"
    JSON = "json"


def recognise(path: Path) -> Container:
    """Return the container of the file.

    Raises EmptyExport for no bytes, UnreadableExport for a container we cannot open (encrypted workbook, archive,
    HTML page, PDF, other binary data). Source: file signatures; catalogue of exports, chapter 12 rule 1.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise EmptyExport(
            file=path.name, found="tệp rỗng", expected="một bản xuất có dữ liệu", advice="xuất lại từ hệ thống"
        )
    if head.startswith(b"PK"):
        return _zip(path)
    if head.startswith(_OLE):
        return _ole(path)
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text[:1] in (b"{", b"["):
        return Container.JSON
    if text[:1] == b"<":
        raise _unreadable(path, "trang HTML hoặc XML (có thể là trang báo lỗi)", "mở bằng Excel rồi lưu thành .xlsx")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _looks_like_text(head):
        return Container.DELIMITED
    raise _unreadable(path, "dữ liệu nhị phân không nhận ra được", "xuất lại dưới dạng .xlsx hoặc .csv")


def _zip(path: Path) -> Container:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _unreadable(path, "tệp bị cắt cụt hoặc hỏng", "tải hoặc xuất lại tệp") from error
    if names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        return Container.WORKBOOK
    raise _unreadable(path, "tệp nén không chứa bảng tính", "giải nén rồi đưa từng tệp vào")


def _ole(path: Path) -> Container:
    if _ENCRYPTED in path.read_bytes():
        raise _unreadable(path, "bảng tính đặt mật khẩu", "mở bằng Excel, bỏ mật khẩu rồi lưu lại")
    return Container.WORKBOOK


def _looks_like_text(head: bytes) -> bool:
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return control == 0


def _unreadable(path: Path, found: str, advice: str) -> UnreadableExport:
    return UnreadableExport(
        file=path.name, found=found, expected="bảng tính Excel, tệp CSV hoặc JSON của cổng", advice=advice
    )
