"""What an installation says of one server it asks, and when such a setting can be used."""

import re
from typing import Protocol

_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|https?://\S+")
_BROWSER = re.compile(r"mozilla|chrome|safari|gecko|webkit", re.I)
_PROXY = re.compile(r"(https?://[\w.-]+(:\d{1,5})?/?)?")

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Limits(Protocol):
    """How gently one server is asked, and how it is reached.

    timeouts: to connect, to read; seconds. pause_seconds: shortest and longest pause between two requests.
    daily_cap: requests on one day (Việt Nam), repetitions included. run_minutes: no request later than that.
    """

    @property
    def user_agent(self) -> str:
        """Name of the software and how to reach its people."""

    @property
    def daily_cap(self) -> int:
        """Requests on one day."""

    @property
    def pause_seconds(self) -> tuple[float, float]:
        """Shortest and longest pause."""

    @property
    def run_minutes(self) -> int:
        """How long a run may ask."""

    @property
    def timeouts(self) -> tuple[float, float]:
        """To connect, to read."""

    @property
    def ca_bundle(self) -> str:
        """File with the certificates of the network's own authority; empty: the usual ones."""

    @property
    def proxy(self) -> str:
        """http://host:port, without user and password; empty: none."""


def is_whole(value: object, least: int, most: int) -> bool:
    """Whether a value is an integer within these bounds."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_pair(value: object, least: float, most: float) -> bool:
    """Whether a value is two numbers within these bounds."""
    numbers = value if isinstance(value, tuple) else ()
    sound = [number for number in numbers if isinstance(number, int | float) and not isinstance(number, bool)]
    return len(numbers) == len(sound) == 2 and all(least <= number <= most for number in sound)


def is_pause(value: object, *, synthetic: bool) -> bool:
    """Whether a value is a shortest and a longest pause; only a server of our own on this machine needs none."""
    return is_pair(value, 0.0 if synthetic else 1.0, 60) and isinstance(value, tuple) and value[0] <= value[1]


def is_user_agent(value: object) -> bool:
    """Whether a text names us and says how to reach us; never the name of a browser."""
    sound = isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= 200
    return sound and bool(_CONTACT.search(str(value))) and not _BROWSER.search(str(value))


def is_proxy(value: object) -> bool:
    """Whether a text is the address of a proxy, or empty."""
    return isinstance(value, str) and bool(_PROXY.fullmatch(value))
