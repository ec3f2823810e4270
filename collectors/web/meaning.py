"""What was received → what it means before it is read: answer, refusal, passing trouble, wrong question.

sign                                                                    → meaning
401, 403, 429; words of a firewall; a page of HTML instead of an answer → blocked: nobody asks again
500, 502, 503, 504                                                      → temporary
304 to a question "only if it has changed"                              → unchanged
another status than 200 and 201                                         → our question is wrong: rejected
200, 201                                                                → an answer, to be judged

Source: behaviour seen of the national portal in 2026-09 and 2026-10 (no body of its firewall has been recorded) and
of open-data portals, which answer a wrong login with a page of HTML and status 200.
"""

from codecs import BOM_UTF8
from collections.abc import Callable
from enum import StrEnum

from collectors.web.transport import SUCCESS, Received

_REFUSED = frozenset({401, 403, 429})
_TEMPORARY = frozenset({500, 502, 503, 504})
_UNCHANGED = 304
_FIREWALL = (b"request rejected", b"access denied", b"support id")
_HEAD = 1 << 16


class Meaning(StrEnum):
    """What an answer means before it is read."""

    ANSWER = "answer"
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"
    TEMPORARY = "temporary"
    WRONG = "wrong"


def meaning_of(received: Received, *, opens_answer: Callable[[bytes], bool]) -> Meaning:
    """Return what an answer means, by status, content type and first bytes.

    opens_answer: whether first bytes open what was asked for, so that no words in it are those of a firewall.
    """
    head = received.body[:_HEAD].removeprefix(BOM_UTF8).lstrip()
    sound = opens_answer(head)
    kind = received.headers.get("content-type", "").lower()
    firewall = not sound and any(words in head.lower() for words in _FIREWALL)
    if received.status in _REFUSED or firewall:
        return Meaning.BLOCKED
    if received.status in _TEMPORARY:
        return Meaning.TEMPORARY
    if received.status == _UNCHANGED:
        return Meaning.UNCHANGED
    if received.status < 400 and not sound and ("html" in kind or head.startswith(b"<")):
        return Meaning.BLOCKED
    return Meaning.ANSWER if received.status in SUCCESS else Meaning.WRONG


def refusal_of(received: Received, who: str) -> str:
    """Return in words how a server said no."""
    if received.status in _REFUSED:
        return f"{who} trả mã {received.status}"
    return f"{who} trả trang HTML của tường lửa thay cho số liệu (mã {received.status}), hoặc đường dẫn đã đổi"
