"""Text as people typed it → text that can be compared: NFC to store, folded to match."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # soft hyphen, zero widths, direction and order marks
_LOOK_ALIKES = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ", "\u00a0": " "} | dict.fromkeys(_INVISIBLE, ""))


def clean(text: str) -> str:
    """Return the text in NFC, without edge blanks; inner blanks and line breaks become one blank."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text.translate(_LOOK_ALIKES))).strip()


def fold(text: str) -> str:
    """Return the text for matching only: no case, no accents, đ as d, no punctuation at the ends.

    Losing the accents also makes the old and the new tone placement (hoà, hòa) equal.
    """
    bare = unicodedata.normalize("NFD", clean(text).casefold().replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).strip(" .:*()")
