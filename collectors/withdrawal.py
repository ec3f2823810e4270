"""An accepted export that an office takes back, or takes in again: who did it, when and why.

Nothing is removed from the archive: beside what was accepted stands withdrawn.json, a list of acts
{"act", "person", "reason", "at"}; the last one up to a moment says whether the export counts at that moment.
"""

import json
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

FILE = "withdrawn.json"


class Kind(StrEnum):
    """What was done with the export."""

    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Act:
    """One decision about an export. person: a name or an account, as they gave it. at: an instant."""

    kind: Kind
    person: str
    reason: str
    at: datetime


def acts_on(folder: Path) -> tuple[Act, ...]:
    """Return the acts on the export of a folder of the archive, the earliest first."""
    file = folder / FILE
    if not file.exists():
        return ()
    said = json.loads(file.read_text(encoding="utf-8"))
    acts = (Act(Kind(one["act"]), one["person"], one["reason"], datetime.fromisoformat(one["at"])) for one in said)
    return tuple(sorted(acts, key=lambda act: act.at))


def in_force(acts: Sequence[Act], moment: datetime | None = None) -> Act | None:
    """Return the withdrawal that holds at a moment (None: after all acts); None where the export counts."""
    known = [act for act in acts if moment is None or act.at <= moment]
    return known[-1] if known and known[-1].kind is Kind.WITHDRAWN else None


def put_down(folder: Path, act: Act) -> None:
    """Add an act to those on the export of a folder, in one step."""
    acts = [
        {"act": one.kind, "person": one.person, "reason": one.reason, "at": one.at.astimezone(UTC).isoformat()}
        for one in (*acts_on(folder), act)
    ]
    draft = folder / f"{FILE}.{uuid.uuid4().hex}"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(acts, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, folder / FILE)
