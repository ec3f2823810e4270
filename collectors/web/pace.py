"""When the next request may go out: a pause before each, no more than the day's cap, none after the window."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from collectors.web.limits import Limits
from collectors.web.transport import Clock

Sleep = Callable[[float], None]
Spread = Callable[[float, float], float]


class Halt(StrEnum):
    """Why a run ended before its plan did."""

    BLOCKED = "blocked"  # the server says no, now or earlier today
    UNAVAILABLE = "unavailable"  # not reachable from here, or out of order
    ROOT_UNKNOWN = "root_unknown"  # national portal: the list of provinces was not accepted, or does not hold ours
    DAILY_CAP = "daily_cap"
    WINDOW = "window"


class Stop(Exception):
    """The run ends here; the message is for people."""

    def __init__(self, halt: Halt, message_vi: str) -> None:
        self.halt, self.message_vi = halt, message_vi
        super().__init__(message_vi)


class Pace:
    """The pace of one run, from its first request to its last."""

    def __init__(self, limits: Limits, clock: Clock, sleep: Sleep, spread: Spread, *, spent: int) -> None:
        self._limits, self._clock, self._sleep, self._spread = limits, clock, sleep, spread
        self._spent = spent
        self.sent = 0
        self.until: datetime = clock() + timedelta(minutes=limits.run_minutes)

    def turn(self, wait: float) -> None:
        """Return when a request may go out: after `wait` seconds and a random pause; the very first goes at once.

        Raises Stop when the day's cap is used up, or when it would be later than the window.
        """
        if self._spent + self.sent >= self._limits.daily_cap:
            raise Stop(Halt.DAILY_CAP, f"Đã đủ {self._limits.daily_cap} yêu cầu trong ngày; phần còn lại để hôm sau.")
        pause = wait + (self._spread(*self._limits.pause_seconds) if self.sent else 0.0)
        if self._clock() + timedelta(seconds=pause) > self.until:
            raise Stop(Halt.WINDOW, f"Đã hết {self._limits.run_minutes} phút của lượt này; phần còn lại để lượt sau.")
        if pause:
            self._sleep(pause)
        self.sent += 1
