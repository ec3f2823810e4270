"""Personal data: which columns hold it (they are never read), and what of it hides in the texts we do keep."""

import re

from collectors.reading.text import fold

MASK = "[đã che]"

_PERSONAL_HEADERS = re.compile(
    r"chu ho so|nguoi nop|nguoi nhan|nguoi tiep nhan|can bo|cong chuc|ho ten|ho va ten|ca nhan|cmnd|cccd|can cuoc"
    r"|dinh danh ca nhan|dien thoai|e-?mail|dia chi|ngay sinh|so bien lai|ma van don|tai khoan|ky nhan|ky ten"
)
_PERSONAL_TEXT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|(?<![\d.])(?:\+?84|0)(?:[ .-]?\d){9}(?!\d)"  # phone
    r"|(?<![\d.])(?:\d{12}|\d{9})(?!\d)"  # identity card, old and new
)


def is_personal(header: str) -> bool:
    """Whether a column of this header holds personal data, for the report of what was dropped."""
    return bool(_PERSONAL_HEADERS.search(fold(header)))


def masked(text: str) -> str:
    """Return the text with e-mails, phone and identity numbers covered."""
    return _PERSONAL_TEXT.sub(MASK, text)
