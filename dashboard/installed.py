"""The folder of an installation in, its settings out, read again only when the file has changed: every rerun asks."""

from functools import lru_cache
from pathlib import Path

from collectors.home import Home, open_home


def installed(path: Path) -> Home:
    """Return the installation as its settings are now. Raises ConfigError."""
    try:
        found = (path / "tthc.toml").stat()
    except FileNotFoundError:
        return open_home(path)
    return _as_written(path, (found.st_mtime_ns, found.st_size, found.st_ino))


@lru_cache(maxsize=4)
def _as_written(path: Path, _stamp: tuple[int, int, int]) -> Home:
    """What could not be read is not kept."""
    return open_home(path)
