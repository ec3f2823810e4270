"""What the launcher passes to the page: the installation's folder and, for pictures and tests, the time to show."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """home: the folder given as `--home`. now: the instant (UTC) against which the age of the data is told."""

    home: Path
    now: datetime


def read_options(arguments: Sequence[str]) -> Options:
    """Return the options of one run of the page; without `--home`, the folder of TTHC_HOME or ./var."""
    parser = argparse.ArgumentParser(prog="dashboard")
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("TTHC_HOME", "var")))
    parser.add_argument("--now", type=datetime.fromisoformat, default=None)
    # Words that are not ours belong to whoever runs the page (a test runner, another launcher).
    found, _ = parser.parse_known_args(list(arguments))
    return Options(home=found.home, now=(found.now or datetime.now(UTC)).astimezone(UTC))
