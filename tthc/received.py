"""What a server answered, byte for byte, before anything of it is read: removed once the archive has it, else evidence."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collectors.home import Home


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer in `received/`, named by its bytes and the request it answers."""

    place: Path

    @property
    def about(self) -> Path:
        """Where it is said what was asked, and in the end what was found."""
        return self.place.with_suffix(".about.json")

    def keep(self, response: bytes, request: bytes, **said: Any) -> None:
        """Write the answer and what is known of it."""
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self.place.write_bytes(gzip.compress(response, mtime=0))
        self._say({**said, "request": request.decode()})

    def judged(self, verdict: str, reason: str) -> None:
        """Add what was found; nothing where the answer was not kept."""
        if self.about.exists():
            known = json.loads(self.about.read_text(encoding="utf-8"))
            self._say({**known, "verdict": verdict, "reason": reason})

    def forget(self) -> None:
        """Remove it: the archive has it."""
        self.place.unlink(missing_ok=True)
        self.about.unlink(missing_ok=True)

    def _say(self, said: dict[str, Any]) -> None:
        self.about.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def evidence_of(home: Home, response: bytes, request: bytes) -> Evidence:
    """Return where an answer to a request stands, whether it is there or not."""
    return Evidence(home.received / f"{hashlib.sha256(response + request).hexdigest()}.json.gz")
