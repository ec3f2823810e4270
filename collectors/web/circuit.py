"""Whether a server has said no: a small value that is passed into a run and out of it, and kept in the journal."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

from collectors.home import VIETNAM


@dataclass(frozen=True, slots=True)
class Circuit:
    """Closed, unless blocked_since is set; then nothing is asked before not_before.

    reason: for people, in Vietnamese. fingerprint: SHA-256 of the page that said no, for the server's operators.
    """

    blocked_since: datetime | None = None
    reason: str = ""
    fingerprint: str = ""
    not_before: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        """Whether a run that begins now may ask."""
        return self.not_before is None or now >= self.not_before

    def words(self, who: str) -> str:
        """Return, for people, who said no and until when nobody asks; empty for a closed circuit."""
        if self.not_before is None:
            return ""
        moment = self.not_before.astimezone(VIETNAM)
        return f"{who} đã từ chối ({self.reason}); không hỏi lại trước {moment:%H:%M ngày %d/%m/%Y}."

    def to_json(self) -> str:
        """Text to keep it as; `from_json` reads it back."""
        moments = {name: moment.isoformat() for name in _MOMENTS if (moment := getattr(self, name))}
        return json.dumps({**asdict(self), **dict.fromkeys(_MOMENTS), **moments})

    @classmethod
    def from_json(cls, text: str | None) -> "Circuit":
        """The circuit that `to_json` wrote; closed where nothing was kept."""
        values: dict[str, Any] = json.loads(text or "{}")
        moments = {name: datetime.fromisoformat(values[name]) for name in _MOMENTS if values.get(name)}
        return cls(**{**values, **moments})


_MOMENTS = ("blocked_since", "not_before")
CLOSED = Circuit()


def opened(before: Circuit, *, now: datetime, reason: str, body: bytes, retry_after: timedelta | None) -> Circuit:
    """Return the circuit after the server has said no.

    Nobody asks again on the same day in Việt Nam, nor before the time the server itself named. The day on which
    it first said no is kept while it goes on saying so.
    """
    tomorrow = now.astimezone(VIETNAM).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), VIETNAM)
    return Circuit(
        blocked_since=before.blocked_since or now,
        reason=reason,
        fingerprint=hashlib.sha256(body).hexdigest(),
        not_before=max(midnight, now + (retry_after or timedelta())).astimezone(now.tzinfo),
    )
