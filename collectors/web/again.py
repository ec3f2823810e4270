"""One question, asked until it is answered; what time can heal is asked again, and nothing else.

answer or sign                            asked again
500, 502, 503, 504, timeout, reset        three times, after 5, 15, 45 s or as Retry-After says, if that is not too long
cut short, transfer broken off            once, after 5 s
anything else                             never in this run
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

WAITS = (5.0, 15.0, 45.0)
_LONGEST_WAIT = timedelta(minutes=5)  # a server that asks for more is left alone until the next run

Answer = TypeVar("Answer")


class NoAnswer(Exception):
    """Nothing came back that could be judged, however often asked."""


class Trouble(Exception):
    """This request came to nothing. temporary: time may heal it."""

    def __init__(self, reason: str, *, temporary: bool = True, retry_after: timedelta | None = None) -> None:
        self.reason, self.temporary, self.retry_after = reason, temporary, retry_after or timedelta()
        super().__init__(reason)


def persist(once: Callable[[float], Answer], *, broken: Callable[[Answer], bool]) -> Answer:
    """Return the answer to one question; raises NoAnswer when there is none.

    once: sends the question after that many seconds, or raises Trouble. broken: asking once more may help.
    """
    waits = list(WAITS)
    wait, again = 0.0, True
    while True:
        try:
            answer = once(wait)
        except Trouble as trouble:
            if not waits or trouble.retry_after > _LONGEST_WAIT or not trouble.temporary:
                raise NoAnswer(trouble.reason) from trouble
            wait = max(waits.pop(0), trouble.retry_after.total_seconds())
            continue
        if not (broken(answer) and again):
            return answer
        wait, again = WAITS[0], False
