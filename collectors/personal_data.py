"""Personal data: which columns hold it (they are never read), and what of it hides in the texts we do keep."""

import re

from collectors.reading.text import fold

MASK = "[đã che]"

_PERSONAL_HEADERS = re.compile(
    r"chu ho so|nguoi nop|nguoi nhan|nguoi tiep nhan|can bo|cong chuc|ho ten|ho va ten|ca nhan|cmnd|cccd|can cuoc"
    r"|dinh danh ca nhan|dien thoai|e-?mail|dia chi|ngay sinh|so bien lai|ma van don|tai khoan|ky nhan|ky ten"
)
_NUMBER = (
    r"(?<![\d.])(?:\+?84|0)(?:[ .-]?\d){9}(?!\d)"  # phone
    r"|(?<![\d.])(?:\d{12}|\d{9})(?!\d)"  # identity card, old and new
)
_PERSONAL_NUMBER = re.compile(_NUMBER)
_PERSONAL_TEXT = re.compile(rf"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|{_NUMBER}")  # e-mail, too


def is_personal(header: str) -> bool:
    """Whether a column of this header holds personal data, for the report of what was dropped."""
    return bool(_PERSONAL_HEADERS.search(fold(header)))


def masked(text: str) -> str:
    """Return the text with e-mails, phone and identity numbers covered."""
    pattern = _PERSONAL_TEXT if "@" in text else _PERSONAL_NUMBER  # a cell of 32,767 letters would take ten seconds
    return pattern.sub(MASK, text)
