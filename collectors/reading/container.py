"""A file → its container, decided by the first bytes; names and endings are never trusted."""

import codecs
import mmap
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from collectors.export import EmptyExport, UnreadableExport
from collectors.reading import packed
from collectors.reading.encoding import utf_16_of

HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK_PARTS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})
_SPREADSHEETML = "urn:schemas-microsoft-com:office:spreadsheet"
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|table|meta|title|style|script|div|p|h[1-6]|center|font|form|tr|br)\b"
)
_JSON = re.compile(r'\{\s*["}]|\[\s*[\[{"\]]')
_SAVE_AS_WORKBOOK = "mở bằng Excel rồi lưu thành .xlsx"
_EXPORT_AGAIN = "xuất lại dưới dạng .xlsx hoặc .csv"
_UNPACK = "giải nén rồi đưa từng tệp vào"
_OTHERS = (  # first bytes, what they are, what to do
    (b"%PDF", "tệp PDF", _EXPORT_AGAIN),
    (b"{\\rtf", "tệp Word (RTF)", _EXPORT_AGAIN),
    (b"Rar!", "tệp nén RAR", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "tệp nén 7z", _UNPACK),
    (b"BZh", "tệp nén bzip2", _UNPACK),
    (b"\xfd7zXZ", "tệp nén xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "tệp nén zstd", _UNPACK),
    (b"\x89PNG", "ảnh PNG", _EXPORT_AGAIN),
    (b"\xff\xd8\xff", "ảnh JPEG", _EXPORT_AGAIN),
    (b"GIF8", "ảnh GIF", _EXPORT_AGAIN),
    (b"MIME-Version:", "trang web lưu thành một tệp (MHTML)", _SAVE_AS_WORKBOOK),
)


class Container(StrEnum):
    """What the bytes are."""

    WORKBOOK = "workbook"
    SPREADSHEETML = "spreadsheetml"
    HTML = "html"
    DELIMITED = "delimited"
    JSON = "json"
    ZIP = "zip"
    GZIP = "gzip"


def recognise(path: Path) -> Container:
    """Return the container of the file.

    Raises EmptyExport for no bytes, UnreadableExport for a container we cannot open (encrypted workbook, PDF, picture,
    other binary data) and for a zip that would unpack to more than we take.
    Source: file signatures; catalogue of exports, chapter 12 rule 1.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise EmptyExport(
            file=path.name, found="tệp rỗng", expected="một bản xuất có dữ liệu", advice="xuất lại từ hệ thống"
        )
    for signature, found, advice in _OTHERS:
        if head.startswith(signature):
            raise _unreadable(path, found, advice)
    if head.startswith(b"PK"):
        return _zip(path)
    if head.startswith(b"\x1f\x8b"):
        return Container.GZIP
    if head.startswith(_OLE):
        return _ole(path)
    return _text(path, head)


def _zip(path: Path) -> Container:
    with packed.opened(path) as archive:
        names = {entry.filename.replace("\\", "/").lower(): entry for entry in archive.infolist()}
        if not names.keys() & _WORKBOOK_PARTS:
            if "[content_types].xml" in names:
                raise _unreadable(path, "tệp Word hoặc PowerPoint, không phải bảng tính", _EXPORT_AGAIN)
            return Container.ZIP
        if _has_password(archive, names.get("meta-inf/manifest.xml")):
            raise _with_password(path)
    return Container.WORKBOOK


def _has_password(archive: zipfile.ZipFile, manifest: zipfile.ZipInfo | None) -> bool:
    """Whether an OpenDocument file is encrypted: its manifest, in plain text, then tells how."""
    if manifest is None:
        return False
    try:
        with archive.open(manifest) as file:
            return b"encryption-data" in file.read(1 << 20)
    except packed.DAMAGED:
        return False


def _ole(path: Path) -> Container:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(_ENCRYPTED) >= 0:
            raise _with_password(path)
    return Container.WORKBOOK


def _text(path: Path, head: bytes) -> Container:
    codec = utf_16_of(head)
    text = head.decode(codec or "utf-8", "replace").removeprefix("\ufeff").lstrip()
    if _JSON.match(text):
        return Container.JSON
    if text.startswith("<"):
        return _markup(path, text)
    if _looks_like_text(text):
        return Container.DELIMITED
    raise _unreadable(path, "dữ liệu nhị phân không nhận ra được", _EXPORT_AGAIN)


def _markup(path: Path, text: str) -> Container:
    if _SPREADSHEETML in text:
        return Container.SPREADSHEETML
    if _HTML.search(text.lower()):
        return Container.HTML
    if text.startswith("<?xml"):
        raise _unreadable(path, "tệp XML không phải bảng tính", _SAVE_AS_WORKBOOK)
    return Container.HTML


def _looks_like_text(text: str) -> bool:
    """Whether letters may be text: no NUL, hardly any control letter."""
    control = sum(letter < " " and letter not in "\t\n\v\f\r" for letter in text)
    return "\x00" not in text and control * 50 <= len(text)


def _with_password(path: Path) -> UnreadableExport:
    return _unreadable(path, "bảng tính đặt mật khẩu", "mở bằng Excel, bỏ mật khẩu rồi lưu lại")


def _unreadable(path: Path, found: str, advice: str) -> UnreadableExport:
    return UnreadableExport(
        file=path.name, found=found, expected="bảng tính Excel, tệp CSV, trang web có bảng, hoặc JSON", advice=advice
    )
