"""Text of the time before Unicode fonts, as Latin letters show it → Vietnamese: TCVN3, VNI, and code pages mixed up.

Such text stands in files without a Unicode encoding, and in good workbooks it was once pasted into: `Hå s¬` (TCVN3),
`Hoà sô` (VNI) or `Há»“ sÆ¡` (UTF-8 taken for windows-1252) for "Hồ sơ". Whether a table needs it is told by the words a
header is made of: a repair is accepted when it makes more of them appear.
Source: TCVN 5712:1993, VN3; VNI for Windows; catalogue of exports, chapter 9.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_FEWEST_WORDS = 3  # known words a repair must bring to light before it is believed
_SEPARATORS = re.compile(r"[\s.,:;()/\"'\-_|+=*\[\]]+")
# Words of the headers and titles of exports and reports that carry a sign, so that a wrong encoding destroys them.
_HEADER_WORDS = """
    hồ sơ thủ tục hành chính lĩnh vực đơn vị tiếp nhận ngày hẹn trả kết quả thúc xử lý trạng thái người nộp chủ địa chỉ
    điện thoại số mã tên cơ bộ phận cán giải quyết hạn tổng kỳ trực tuyến phí lệ mức độ hình thức tình đã đang chưa có họ
    nội đúng trước quá trễ tiền tệ thống kê báo cáo sách tỉnh huyện xã phường ủy việt nghĩa cộng hòa hội độc lập hạnh phúc
    từ đến tháng năm quý biểu mẫu đăng ký cấp giấy chứng thực tử yêu cầu bổ từ chối sở tư pháp đất đai hưởng được nước lượng
    thời gian tái sử dụng dữ liệu hóa phần nghĩa vụ tài toán hài lòng đánh giá công khai dịch toàn một thuộc việc phòng
    ngành thành thông và các cá dân viên chức ghi chú loại
"""
# Where TCVN3's ư (a soft hyphen to most programs) was thrown away, these stand for trước, được, phường, người, ...
_WITHOUT_U = frozenset({"trớc", "đợc", "phờng", "ngời", "trờng", "nớc", "lợng", "hớng"})
_WORDS = frozenset(_HEADER_WORDS.split())

_TCVN3_BYTES = (
    "A1Ă A2Â A3Ê A4Ô A5Ơ A6Ư A7Đ A8ă A9â AAê ABô ACơ ADư AEđ B5à B6ả B7ã B8á B9ạ BBằ BCẳ BDẵ BEắ C6ặ C7ầ C8ẩ C9ẫ CAấ CBậ"
    " CCè CEẻ CFẽ D0é D1ẹ D2ề D3ể D4ễ D5ế D6ệ D7ì D8ỉ DCĩ DDí DEị DFò E1ỏ E2õ E3ó E4ọ E5ồ E6ổ E7ỗ E8ố E9ộ EAờ EBở ECỡ EDớ"
    " EEợ EFù F1ủ F2ũ F3ú F4ụ F5ừ F6ử F7ữ F8ứ F9ự FAỳ FBỷ FCỹ FDý FEỵ"
)
TCVN3_LETTERS = {int(entry[:2], 16): entry[2:] for entry in _TCVN3_BYTES.split()}

_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_TONES = {"ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT}
_ON_CIRCUMFLEX = {"â": "", "á": _ACUTE, "à": _GRAVE, "å": _HOOK, "ã": _TILDE, "ä": _DOT}
_ON_BREVE = {"ê": "", "é": _ACUTE, "è": _GRAVE, "ú": _HOOK, "ü": _TILDE, "ë": _DOT}
_VNI_ALONE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni_letters() -> dict[str, str]:
    """Return letter and sign, as VNI writes them one after the other, → the Vietnamese letter; capitals too."""
    pairs = dict(_VNI_ALONE)
    for base, letter in ({vowel: vowel for vowel in "aeiouy"} | {"ô": "ơ", "ö": "ư"}).items():
        pairs |= {base + sign: letter + tone for sign, tone in _TONES.items()}
    for base in "aeo":
        pairs |= {base + sign: base + _CIRCUMFLEX + tone for sign, tone in _ON_CIRCUMFLEX.items()}
    pairs |= {"a" + sign: "a" + _BREVE + tone for sign, tone in _ON_BREVE.items()}
    lower = {written: unicodedata.normalize("NFC", letter) for written, letter in pairs.items()}
    capitals = {written[0].upper() + rest: lower[written].upper() for written in lower for rest in _cases(written[1:])}
    return (
        lower
        | {written[0] + rest: letter for written, letter in lower.items() for rest in _cases(written[1:])}
        | capitals
    )


def _cases(sign: str) -> set[str]:
    return {sign, sign.upper()}


VNI_LETTERS = _vni_letters()
_VNI = re.compile("|".join(sorted(map(re.escape, VNI_LETTERS), key=len, reverse=True)))

# What windows-1252 shows for the bytes 80-9F, back to the byte.
_TO_BYTES = {
    ord(bytes([byte]).decode("cp1252")): byte for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d"
}


def _bytes_of(text: str) -> bytes | None:
    """Return the bytes that windows-1252 shows as this text; None where it holds letters no such page has."""
    try:
        return text.translate(_TO_BYTES).encode("latin-1")
    except UnicodeEncodeError:
        return None


def _from_tcvn3(text: str) -> str:
    data = _bytes_of(text)
    return text if data is None else data.decode("latin-1").translate(TCVN3_LETTERS)


def _from_vni(text: str) -> str:
    if _bytes_of(text) is None:
        return text
    return _VNI.sub(lambda match: VNI_LETTERS[match[0]], text)


def _from_windows_1258(text: str) -> str:
    data = _bytes_of(text)
    return text if data is None else unicodedata.normalize("NFC", data.decode("cp1258", "replace"))


def _from_utf_8(text: str) -> str:
    data = _bytes_of(text)
    try:
        return text if data is None else unicodedata.normalize("NFC", data.decode("utf-8"))
    except UnicodeDecodeError:
        return text


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to read text again. name: what the text was stored in."""

    name: str
    convert: Callable[[str], str]

    def __call__(self, text: str) -> str:
        """Return the text read again; as it was where that would destroy words that are right already."""
        if text.isascii():
            return text
        better = self.convert(text)
        return text if known_words(better) < known_words(text) else better


WINDOWS_1258 = Repair("windows-1258", _from_windows_1258)
TCVN3 = Repair("TCVN3", _from_tcvn3)
VNI = Repair("VNI", _from_vni)
MISTAKEN_UTF_8 = Repair("UTF-8 đọc nhầm thành windows-1252", _from_utf_8)


def known_words(text: str) -> int:
    """Return how many of the words are Vietnamese header words that carry a sign."""
    return sum(word in _WORDS for word in _SEPARATORS.split(unicodedata.normalize("NFC", text).casefold()))


def repair_for(texts: Iterable[str], repairs: Iterable[Repair]) -> Repair | None:
    """Return the repair under which most header words appear, None when none brings enough of them to light."""
    texts = [text for text in texts if not text.isascii()]
    before = sum(map(known_words, texts))
    gains = {repair: sum(known_words(repair(text)) for text in texts) - before for repair in repairs}
    best = max(gains, key=gains.__getitem__, default=None)
    return best if best is not None and gains[best] >= _FEWEST_WORDS else None


def lost_letters(texts: Iterable[str]) -> bool:
    """Whether the letter ư of TCVN3 text was thrown away on its journey: what is left cannot be converted."""
    words = {word for text in texts for word in _SEPARATORS.split(TCVN3(text).casefold())}
    return bool(words & _WITHOUT_U) and not any("ư" in word for word in words)
