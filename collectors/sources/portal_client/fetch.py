"""A plan → responses with verdicts, one after the other and gently, until the plan, the day's cap or the portal says stop.

condition                                           behaviour
401, 403, 429, page of a firewall                   circuit opens, nothing more is asked; Retry-After holds for the next run
another 4xx, a rule broken, rows or groups missing  rejected, not asked again in this run; the other calls go on
structure broken against the known one              quarantined, not asked again in this run; the other calls go on
structure with something more                       accepted with a warning; the known structure grows
no answer (see `ask`)                               unavailable; the run halts at the first call, or at two in a row
no accepted list of provinces, or ours not in it    the run halts: a province is asked by the id it has today
"""

import hashlib
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from fractions import Fraction
from itertools import count
from math import ceil
from types import MappingProxyType
from typing import NoReturn

import requests

from collectors.home import VIETNAM
from collectors.sources.portal_client.across import across
from collectors.sources.portal_client.ask import Answer, Asker, OnBytes
from collectors.sources.portal_client.asking import of_whole_list
from collectors.sources.portal_client.catalogue import Pages
from collectors.sources.portal_client.drift import merged
from collectors.sources.portal_client.fingerprint import Fingerprint
from collectors.sources.portal_client.judge import Judgement, content_of
from collectors.sources.portal_client.plan import COUNTRY, Observed, PlannedCall, Verdict, spent_on
from collectors.sources.portal_client.result import CallResult, Reply, RunResult
from collectors.sources.portal_client.settings import PortalSettings, headers
from collectors.sources.portal_v2 import Endpoint
from collectors.statistic import PortalExport
from collectors.web import transport
from collectors.web.again import NoAnswer
from collectors.web.circuit import CLOSED, Circuit, opened
from collectors.web.pace import Halt, Pace, Sleep, Spread, Stop
from collectors.web.transport import Clock

_UNITS_AT_LEAST = Fraction(9, 10)  # of the units expected: a few come and go
_UNAVAILABLE_IN_A_ROW = 2
_PORTAL = "Cổng"

_log = logging.getLogger(__name__)

OpenSession = Callable[[PortalSettings], AbstractContextManager[requests.Session]]
OnResponse = Callable[[Reply], None]


def open_session(config: PortalSettings) -> AbstractContextManager[requests.Session]:
    """Return a session for one run, with the headers that the portal wants."""
    return transport.open_session(config, headers())


def fetch(
    calls: Sequence[PlannedCall],
    config: PortalSettings,
    *,
    clock: Clock,
    sleep: Sleep,
    on_response: OnResponse,
    on_bytes: OnBytes | None = None,
    history: Sequence[Observed] = (),
    circuit: Circuit = CLOSED,
    known: Mapping[str, Fingerprint] = MappingProxyType({}),
    open_session: OpenSession = open_session,
    spread: Spread = random.uniform,
) -> RunResult:
    """Ask for each planned call; hand each response over with its verdict; return the manifest of the run.

    clock: aware times. on_bytes(call, response, request, status): called with everything that was received, before
    anything of it is read: nothing is lost to a mistake of ours. on_response: called once a response has its verdict;
    pages of the catalogue get theirs together, what is asked again gets none. history: counts against the daily cap,
    and says how many units there were. circuit, known: as the last run returned them; trying in spite of an open
    circuit is a person's decision, who then passes CLOSED.
    """
    now = clock()
    if not calls or not circuit.lets_through(now):
        halt = Halt.BLOCKED if calls else None
        still = circuit.words(_PORTAL) if halt else ""
        return RunResult(tuple(CallResult(call, None) for call in calls), circuit, known, halt, still)
    with open_session(config) as session:
        pace = Pace(config, clock, sleep, spread, spent=spent_on(history, now.astimezone(VIETNAM).date()))
        asker = Asker(config, session, pace, clock, on_bytes or _nothing)
        return _Run(asker, on_response, _rows_of(history), circuit, known).of(calls)


def _nothing(call: PlannedCall, response: bytes, request: bytes, status: int) -> None:
    """The default of on_bytes."""


def _rows_of(history: Sequence[Observed]) -> dict[tuple[str, str], int]:
    """How many rows the newest accepted response of each endpoint and unit had."""
    accepted = [observed for observed in history if observed.verdict is Verdict.ACCEPTED]
    accepted.sort(key=lambda observed: observed.captured_at)
    return {(observed.endpoint, observed.unit): observed.rows for observed in accepted}


class _Run:
    """One run: what has been found and accepted so far."""

    def __init__(
        self,
        asker: Asker,
        on_response: OnResponse,
        rows: Mapping[tuple[str, str], int],
        circuit: Circuit,
        known: Mapping[str, Fingerprint],
    ) -> None:
        self._asker, self._on_response, self._rows = asker, on_response, dict(rows)
        self._circuit, self._known = circuit, dict(known)
        self._exports: dict[str, dict[Endpoint, PortalExport]] = {}
        self._root_id: str | None = None
        self._no_root = "danh sách các tỉnh chưa được nhận"
        self._answered, self._failures = False, 0
        self._halted: Stop | None = None

    def of(self, calls: Sequence[PlannedCall]) -> RunResult:
        """Ask for each call until the run halts."""
        results = tuple(CallResult(call, None) if self._halted else self._one(call) for call in calls)
        halt, message = (self._halted.halt, self._halted.message_vi) if self._halted else (None, "")
        circuit = self._circuit if halt is Halt.BLOCKED or not self._answered else CLOSED
        findings = {label: tuple(across(exports)) for label, exports in self._exports.items()}
        return RunResult(results, circuit, self._known, halt, message, {k: v for k, v in findings.items() if v})

    def _one(self, call: PlannedCall) -> CallResult:
        """Ask for one call, and note whether the run can go on."""
        before = self._asker.pace.sent
        try:
            result = self._catalogue(call) if call.endpoint is Endpoint.CATALOGUE else self._figures(call)
        except Stop as stop:
            self._halted = stop
            verdict = Verdict.BLOCKED if stop.halt is Halt.BLOCKED else Verdict.UNAVAILABLE
            asked = self._asker.pace.sent > before
            result = CallResult(call, verdict if asked else None, stop.message_vi)
        except NoAnswer as error:
            self._failures += 1
            result = CallResult(call, Verdict.UNAVAILABLE, str(error))
            if not self._answered or self._failures >= _UNAVAILABLE_IN_A_ROW:
                self._halted = Stop(Halt.UNAVAILABLE, f"Không lấy được số liệu của Cổng từ máy này: {error}.")
        if result.verdict is not Verdict.ACCEPTED:
            _log.warning("%s of %s, %s: %s (%s)", *call.key, result.verdict or "not asked", result.reason)
        return replace(result, requests=self._asker.pace.sent - before, at=self._asker.clock())

    def _figures(self, call: PlannedCall) -> CallResult:
        """Ask for one group, or the overview."""
        answer = self._ask(call)
        said = answer.judgement
        self._hand_over(call, answer, said.verdict, said.reason)
        if said.verdict is not Verdict.ACCEPTED or said.export is None:
            return CallResult(call, said.verdict, said.reason, drift=said.drift)
        self._learn(call, said)
        if call.finds_root:
            self._find_root(said.export)
        if call.needs_root:
            self._exports.setdefault(call.key[2], {})[call.endpoint] = said.export
        rows = self._rows[call.key[:2]] = said.export.rows_read
        return CallResult(call, said.verdict, content=content_of(said.export), rows=rows, drift=said.drift)

    def _catalogue(self, call: PlannedCall) -> CallResult:
        """Ask for page after page; they are accepted together or not at all."""
        pages, answers = Pages(self._asker.config.endpoints[call.group].max_pages), list[Answer]()
        problem = "danh mục chưa tải hết"
        try:
            for page in count(1):
                answers.append(self._ask(call, page))
                problem = pages.take(page, answers[-1].judgement)
                if problem or not pages.goes_on(page):
                    break
                problem = "danh mục chưa tải hết"
        finally:
            last = answers[-1].judgement.verdict if answers else Verdict.REJECTED
            verdict = Verdict.REJECTED if problem and last is Verdict.ACCEPTED else last
            whole = (int(pages.last), len(pages.ids)) if verdict is Verdict.ACCEPTED else None
            for answer in answers:
                self._hand_over(call, answer, verdict, problem, whole_list=whole)
        if problem:
            return CallResult(call, verdict, problem)
        for answer in answers:
            self._learn(call, answer.judgement)
        contents = "".join(content_of(answer.judgement.export) for answer in answers if answer.judgement.export)
        return CallResult(call, verdict, content=hashlib.sha256(contents.encode()).hexdigest(), rows=len(pages.ids))

    def _ask(self, call: PlannedCall, page: int = 1) -> Answer:
        """Ask one question; when the portal says no, that is handed over and the run ends."""
        if call.needs_root and self._root_id is None:
            raise Stop(Halt.ROOT_UNKNOWN, f"Không biết mã định danh của {call.unit}: {self._no_root}.")
        answer = self._asker.ask(
            call,
            root_id=self._root_id if call.needs_root else None,
            page=page,
            known=self._known.get(_place(call)),
            least_rows=self._least(call),
        )
        if answer.judgement.verdict is Verdict.BLOCKED:
            self._block(call, answer)
        self._answered, self._failures = True, 0
        return answer

    def _block(self, call: PlannedCall, answer: Answer) -> NoReturn:
        received, reason = answer.received, answer.judgement.reason
        self._hand_over(call, answer, Verdict.BLOCKED, reason)
        self._circuit = opened(
            self._circuit, now=received.at, reason=reason, body=received.body, retry_after=received.retry_after
        )
        raise Stop(Halt.BLOCKED, self._circuit.words(_PORTAL))

    def _hand_over(
        self,
        call: PlannedCall,
        answer: Answer,
        verdict: Verdict,
        reason: str,
        *,
        whole_list: tuple[int, int] | None = None,
    ) -> None:
        received, drift, asked = answer.received, answer.judgement.drift, answer.request
        request = of_whole_list(asked, pages=whole_list[0], rows=whole_list[1]) if whole_list else asked
        self._on_response(Reply(call, received.body, request, received.status, verdict, reason, drift, asked))

    def _find_root(self, export: PortalExport) -> None:
        """Look the province up in a list of the provinces, by its code."""
        ids = {code: portal_id for portal_id, code in export.aliases.items()}
        code = self._asker.config.root_code
        self._root_id = self._root_id or ids.get(code)
        self._no_root = f"danh sách các tỉnh không có mã {code}; xem root_code"

    def _learn(self, call: PlannedCall, said: Judgement) -> None:
        """Take an accepted structure into the known one; what is new in it is worth a warning."""
        if said.fingerprint is None:
            return
        for added in said.drift.additive:
            _log.warning("%s: new in its structure: %s", call.endpoint, added)
        before = self._known.get(_place(call), said.fingerprint)
        self._known[_place(call)] = merged(before, said.fingerprint)

    def _least(self, call: PlannedCall) -> int:
        """The fewest units that can be all of them: nine tenths of what the settings, the last good response or the
        other lists of the same period say."""
        if not call.needs_root:
            return 0
        others = [export.expected_rows or 0 for export in self._exports.get(call.key[2], {}).values()]
        expected = self._asker.config.expected_units or max(others, default=0) or self._rows.get(call.key[:2], 0)
        return ceil(_UNITS_AT_LEAST * expected)


def _place(call: PlannedCall) -> str:
    """Under which name a structure is known: the list of the provinces has another than the one of its units."""
    return f"{call.endpoint}/{COUNTRY}" if call.finds_root else call.endpoint.value
