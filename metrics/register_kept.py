"""An office's target file in, the register in force out: a file that is broken leaves the last good one in force.

The journal remembers the last good text of the file, from when it is, and since when (and why) the present one cannot be
used. Jobs that publish refresh this memory; everybody else only reads it.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from metrics.journal import Journal
from metrics.targets import Register, TargetError, read_register

_MEMORY = "register"


@dataclass(frozen=True, slots=True)
class InForce:
    """The register that is used. file: the office's own, "" without one. good_since: when its text in force was first read.

    error_vi: why the present file is not used, "" when it is; failing_since: when that was first noticed. Instants are UTC.
    """

    register: Register
    file: str = ""
    good_since: datetime | None = None
    error_vi: str = ""
    failing_since: datetime | None = None

    @property
    def used_vi(self) -> str:
        """What is used in the place of a broken file, for people."""
        return "sổ đọc được lần gần nhất" if self.good_since else "chỉ sổ kèm theo chương trình"


def in_force(extra: Path | None, journal: Journal, *, now: datetime, remember: bool = False) -> InForce:
    """Return the register with the office's own file, or with its last good text where it cannot be used now."""
    if extra is None:
        return InForce(read_register())
    kept = _Memory.of(journal)
    try:
        text = _bytes_of(extra)
        register = read_register(text, str(extra))
    except TargetError as error:
        found = _last_good(extra, kept, str(error), now)
        memory = _Memory(kept.text, kept.good_since, _instant(found.failing_since), str(error))
    else:
        same = kept.text == text.decode("utf-8-sig")
        since = kept.good_since if same and kept.good_since else _instant(now)
        found = InForce(register, str(extra), _moment(since))
        memory = _Memory(text.decode("utf-8-sig"), since)
    if remember and memory != kept:
        journal.remember(_MEMORY, memory.to_json())
    return found


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the journal keeps: the last good text, since when it is, and what is wrong with the present file."""

    text: str | None = None
    good_since: str | None = None
    failing_since: str | None = None
    error: str = ""

    @staticmethod
    def of(journal: Journal) -> "_Memory":
        said = journal.recall(_MEMORY)
        return _Memory(**json.loads(said)) if said else _Memory()

    def to_json(self) -> str:
        cells = {name: getattr(self, name) for name in ("text", "good_since", "failing_since", "error")}
        return json.dumps(cells, ensure_ascii=False)


def _last_good(extra: Path, kept: _Memory, error: str, now: datetime) -> InForce:
    failing = _moment(kept.failing_since) or now
    if kept.text is not None:
        try:
            register = read_register(kept.text.encode(), str(extra))
        except TargetError:  # good once, refused by a newer program: its own rows no longer fit
            pass
        else:
            return InForce(register, str(extra), _moment(kept.good_since), error, failing)
    return InForce(read_register(), str(extra), None, error, failing)


def _bytes_of(extra: Path) -> bytes:
    """Return the text of the file; one that cannot be opened is refused like one that cannot be understood."""
    try:
        return extra.read_bytes()
    except OSError:
        read_register(extra, str(extra))  # raises, and says why
        raise


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
