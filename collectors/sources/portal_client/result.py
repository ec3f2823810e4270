"""What a run hands over: each response with its verdict, and in the end what became of every planned call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from collectors.sources.portal_client.drift import NO_DRIFT, Drift
from collectors.sources.portal_client.fingerprint import Fingerprint
from collectors.sources.portal_client.plan import Observed, PlannedCall, Verdict
from collectors.statistic import PortalFinding
from collectors.web.circuit import Circuit
from collectors.web.pace import Halt


@dataclass(frozen=True, slots=True)
class Reply:
    """One response, to be archived: bytes as received, canonical request (with captured_at), status, verdict.

    reason: in Vietnamese, empty when accepted. drift: what the structure has more, or broke, against the known one.
    asked: the request as it was when the bytes came; `request` says more where only the end of the run tells it.
    """

    call: PlannedCall
    response: bytes
    request: bytes
    status: int
    verdict: Verdict
    reason: str = ""
    drift: Drift = NO_DRIFT
    asked: bytes = b""


@dataclass(frozen=True, slots=True)
class CallResult:
    """What became of one planned call; verdict None: not asked, because the run had halted.

    content, rows: as in Observed. requests: sent for it, repetitions and pages included.
    """

    call: PlannedCall
    verdict: Verdict | None
    reason: str = ""
    requests: int = 0
    at: datetime | None = None
    content: str = ""
    rows: int = 0
    drift: Drift = NO_DRIFT


@dataclass(frozen=True, slots=True)
class RunResult:
    """The manifest of a run: every planned call once, and the state to keep for the next one.

    circuit, fingerprints: to be passed into the next run. findings: what does not agree between accepted responses
    of one period, by its label.
    """

    calls: tuple[CallResult, ...]
    circuit: Circuit
    fingerprints: Mapping[str, Fingerprint]
    halt: Halt | None = None
    message_vi: str = ""
    findings: Mapping[str, tuple[PortalFinding, ...]] | None = None

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return sum(result.requests for result in self.calls)

    @property
    def flawed(self) -> bool:
        """Whether anything that was planned is missing."""
        return any(result.verdict is not Verdict.ACCEPTED for result in self.calls)

    @property
    def observed(self) -> tuple[Observed, ...]:
        """What was seen of each call that was asked: history for the next plan and its daily cap."""
        return tuple(
            Observed(*result.call.key, result.at, result.verdict, result.content, result.rows, result.requests)
            for result in self.calls
            if result.verdict is not None and result.at is not None and result.requests
        )

    @property
    def complete_periods(self) -> tuple[str, ...]:
        """The periods whose planned data sets of the province were all accepted; a sum of groups is sound for these."""
        return tuple(label for label in self._labels() if label not in self.incomplete_periods)

    @property
    def incomplete_periods(self) -> tuple[str, ...]:
        """The periods of which at least one planned data set is missing."""
        missing = {result.call.key[2] for result in self._figures() if result.verdict is not Verdict.ACCEPTED}
        return tuple(label for label in self._labels() if label in missing)

    def _labels(self) -> list[str]:
        return list(dict.fromkeys(result.call.key[2] for result in self._figures()))

    def _figures(self) -> list[CallResult]:
        return [result for result in self.calls if result.call.needs_root]
