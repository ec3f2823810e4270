"""A collection that began: noted before it does anything, so that one that was cut off or crashed is not forgotten."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from filelock import FileLock, Timeout

from collectors.home import Home
from metrics.journal import Journal, moment_of, text_of

_UNDER_WAY = "run.under_way"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A collection without an end; error: what ended it, "" where it was cut off (or still runs). UTC without zone."""

    began: datetime
    pid: int
    error: str


@contextmanager
def noted(home: Home, now: datetime) -> Iterator[None]:
    """Note that a collection begins, and afterwards that it ended well, or with what error (its name, never its text)."""
    journal = Journal(home.journal)
    begun = {"began": text_of(now), "pid": os.getpid(), "error": ""}
    journal.remember(_UNDER_WAY, json.dumps(begun))
    try:
        yield
    except BaseException as error:
        journal.remember(_UNDER_WAY, json.dumps(begun | {"error": type(error).__name__}))
        raise
    journal.remember(_UNDER_WAY, "{}")


def unfinished(home: Home) -> Unfinished | None:
    """Return the newest collection if it did not end well and does not run any more."""
    kept = json.loads(Journal(home.journal).recall(_UNDER_WAY) or "{}")
    if not kept or (not kept["error"] and _runs(home)):
        return None
    return Unfinished(moment_of(kept["began"]), kept["pid"], kept["error"])


def _runs(home: Home) -> bool:
    """Whether somebody holds the warehouse at this moment."""
    try:
        with FileLock(str(home.path / "warehouse.lock"), timeout=0):
            return False
    except Timeout:
        return True
