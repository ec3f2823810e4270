"""When the next request may go out: a pause before each, no more than the day's cap, none after the window."""

from collections.abc import Callable
from datetime import datetime, timedelta

from collectors.sources.portal_client.result import Halt
from collectors.sources.portal_client.settings import PortalSettings
from collectors.sources.portal_client.transport import Clock

Sleep = Callable[[float], None]
Spread = Callable[[float, float], float]


class Stop(Exception):
    """The run ends here; the message is for people."""

    def __init__(self, halt: Halt, message_vi: str) -> None:
        self.halt, self.message_vi = halt, message_vi
        super().__init__(message_vi)


class Pace:
    """The pace of one run, from its first request to its last."""

    def __init__(self, config: PortalSettings, clock: Clock, sleep: Sleep, spread: Spread, *, spent: int) -> None:
        self._config, self._clock, self._sleep, self._spread = config, clock, sleep, spread
        self._spent = spent
        self.sent = 0
        self.until: datetime = clock() + timedelta(minutes=config.run_minutes)

    def turn(self, wait: float) -> None:
        """Return when a request may go out: after `wait` seconds and a random pause; the very first goes at once.

        Raises Stop when the day's cap is used up, or when it would be later than the window.
        """
        if self._spent + self.sent >= self._config.daily_cap:
            raise Stop(Halt.DAILY_CAP, f"Đã đủ {self._config.daily_cap} yêu cầu trong ngày; phần còn lại để hôm sau.")
        pause = wait + (self._spread(*self._config.pause_seconds) if self.sent else 0.0)
        if self._clock() + timedelta(seconds=pause) > self.until:
            raise Stop(Halt.WINDOW, f"Đã hết {self._config.run_minutes} phút của lượt này; phần còn lại để lượt sau.")
        if pause:
            self._sleep(pause)
        self.sent += 1
