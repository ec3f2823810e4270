"""What one run of a configured source tells the next: values that are passed in and out, kept as JSON in between."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from collectors.web.circuit import CLOSED, Circuit


@dataclass(frozen=True, slots=True)
class Memory:
    """State of one source.

    token_mark: digest of the token with which the server said no; another token may ask at once. day, spent: requests
    of one day. structures: endpoint → fingerprint, as text. accepted: question → day of its last accepted answer.
    answered_at: when the server last gave what was asked for.
    """

    circuit: Circuit = CLOSED
    token_mark: str = ""
    day: str = ""
    spent: int = 0
    structures: Mapping[str, str] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)
    answered_at: str = ""

    def spent_on(self, day: date) -> int:
        """Return how many requests were sent on a day."""
        return self.spent if self.day == day.isoformat() else 0

    def with_spent(self, day: date, more: int) -> "Memory":
        """Return the memory after more requests on a day."""
        return replace(self, day=day.isoformat(), spent=self.spent_on(day) + more)

    def lets_through(self, now: datetime, token: str) -> bool:
        """Whether a run that begins now may ask; a token the server has not seen yet may."""
        return self.circuit.lets_through(now) or bool(token and mark_of(token) != self.token_mark)

    def to_json(self) -> str:
        """Text to keep it as; `memory_of` reads it back."""
        return json.dumps({**asdict(self), "circuit": self.circuit.to_json()})


def memory_of(text: str | None) -> Memory:
    """Return the memory that `to_json` wrote; an empty one where nothing was kept."""
    values: dict[str, Any] = json.loads(text or "{}")
    return Memory(**{**values, "circuit": Circuit.from_json(values.get("circuit"))})


def mark_of(token: str) -> str:
    """Return what tells one token from another and cannot be turned back; empty for no token."""
    return hashlib.sha256(token.encode()).hexdigest()[:16] if token else ""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that was fetched and taken: what the server says of its version, and the digest of its bytes."""

    sha256: str
    file_name: str
    etag: str = ""
    last_modified: str = ""


def known_files(text: str | None) -> dict[str, KnownFile]:
    """Return the files known of a source by address, as `files_json` wrote them."""
    values: dict[str, dict[str, str]] = json.loads(text or "{}")
    return {address: KnownFile(**known) for address, known in values.items()}


def files_json(known: Mapping[str, KnownFile]) -> str:
    """Return the text to keep known files as."""
    return json.dumps({address: asdict(one) for address, one in known.items()})
