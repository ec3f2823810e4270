"""Whether the portal has said no: a small value that is passed into a run and out of it, and kept in the journal."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from collectors.home import VIETNAM


@dataclass(frozen=True, slots=True)
class Circuit:
    """Closed, unless blocked_since is set; then nothing is asked before not_before.

    reason: for people, in Vietnamese. fingerprint: SHA-256 of the page that said no, for the portal's operators.
    """

    blocked_since: datetime | None = None
    reason: str = ""
    fingerprint: str = ""
    not_before: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        """Whether a run that begins now may ask."""
        return self.not_before is None or now >= self.not_before


CLOSED = Circuit()


def opened(before: Circuit, *, now: datetime, reason: str, body: bytes, retry_after: timedelta | None) -> Circuit:
    """Return the circuit after the portal has said no.

    Nobody asks again on the same day in Việt Nam, nor before the time the portal itself named. The day on which
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
