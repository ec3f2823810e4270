"""Collecting from the national portal: planning, asking gently, every fault, drift, secrets. 127.0.0.1 only."""

import json
import logging
import random
import re
import ssl
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.adapters import BaseAdapter
from urllib3.exceptions import MaxRetryError
from urllib3.exceptions import SSLError as ConnectionSSLError

from collectors.home import VIETNAM, ConfigError
from collectors.period import Kind, containing, period_between, period_of
from collectors.sources import portal_v2, stored_response
from collectors.sources.portal_client import (
    CLOSED,
    Circuit,
    Fingerprint,
    Halt,
    Observed,
    PlannedCall,
    PortalSettings,
    PortalSettingsError,
    Reply,
    RunResult,
    Verdict,
    Why,
    drift,
    fetch,
    fingerprint,
    observed,
    plan,
    portal_settings,
    spent_on,
)
from collectors.sources.portal_client.fetch import open_session
from collectors.sources.portal_v2 import Endpoint
from collectors.web.secrecy import credentials_in, redacted, redacted_text
from collectors.web.transport import Received
from tests.portal_server import FILES, RECORDED, ROOT_CODE, ROOT_ID, Fault, Portal, portal_server

AGENT = "tthc/0.1 (So A; giamsat@example.gov.vn)"
NIGHT = datetime(2026, 10, 10, 2, 30, tzinfo=VIETNAM)
TODAY = NIGHT.date()
NATIONAL = f"{Endpoint.RESULTS}/VN"
GROUPS = ("CKMB", "MDSH", "MDHL", "TDGQ", "CLGQ", "TTTT", "overview")
UNITS = 4  # of the recorded province


@dataclass
class Time:
    """A clock that only moves when somebody sleeps."""

    now: datetime = NIGHT
    slept: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now.astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class Told:
    """What a run handed over."""

    result: RunResult
    replies: list[Reply]
    seen: list[tuple[bytes, bytes, int]]
    time: Time

    def verdict(self, endpoint: Endpoint, unit: str = ROOT_CODE) -> Verdict | None:
        return self.call(endpoint, unit).verdict

    def call(self, endpoint: Endpoint, unit: str = ROOT_CODE) -> Any:
        return next(r for r in self.result.calls if (r.call.endpoint, r.call.unit) == (endpoint, unit))


@pytest.fixture
def portal() -> Iterator[Portal]:
    with portal_server() as serving:
        yield serving


def config(portal: Portal | None = None, **more: Any) -> PortalSettings:
    """Settings for a portal: one period (the month) unless told otherwise."""
    url = portal.url if portal else "http://127.0.0.1:9"
    values = {"base_url": url, "root_code": ROOT_CODE, "user_agent": AGENT, "synthetic": True}
    return portal_settings({**values, "periods": ["month"], "groups": list(GROUPS), "timeouts": [5, 5], **more})


def run(portal: Portal, *, calls: Sequence[PlannedCall] | None = None, time: Time | None = None, **more: Any) -> Told:
    """Plan and fetch one run, with a clock of its own and pauses of the shortest length."""
    options = {
        name: more.pop(name) for name in ("circuit", "known", "history", "open_session", "spread") if name in more
    }
    installed, time = config(portal, **more), time or Time()
    history = options.get("history", ())
    replies: list[Reply] = []
    seen: list[tuple[bytes, bytes, int]] = []
    planned = plan(installed, today=time.now.date(), history=history) if calls is None else calls
    result = fetch(
        planned,
        installed,
        clock=time.clock,
        sleep=time.sleep,
        on_response=replies.append,
        on_bytes=lambda call, response, request, status: seen.append((response, request, status)),
        **{"spread": lambda least, most: least, **options},
    )
    return Told(result, replies, seen, time)


# ── the whole run ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_night_collects_every_group_of_every_due_period_and_the_catalogue(portal: Portal) -> None:
    told = run(portal, periods=["month", "quarter", "year"], groups=[*GROUPS, "catalogue"])
    assert [result.verdict for result in told.result.calls] == [Verdict.ACCEPTED] * 30  # 1 + 4 x 7 + 1
    assert told.result.complete_periods == ("2026", "2026-09", "2026-Q4", "2026-Q3")
    assert told.result.incomplete_periods == ()
    assert (told.result.halt, told.result.flawed, told.result.requests, told.result.findings) == (None, False, 30, {})
    assert {asked.endpoint for asked in portal.asked} == set(FILES)
    assert told.result.circuit == CLOSED


def test_every_response_is_handed_over_with_the_question_it_answers(portal: Portal) -> None:
    told = run(portal)
    assert len(told.replies) == 8
    for reply in told.replies:
        request = portal_v2.parse_request(reply.request)
        export = portal_v2.parse(reply.response, request)
        assert (reply.status, reply.verdict, reply.reason) == (201, Verdict.ACCEPTED, "")
        assert (export.partial, request.synthetic) == (False, True)
        assert request.captured_at.astimezone(VIETNAM).date() == TODAY
        assert json.loads(reply.request)["unit"] == reply.call.unit


def test_a_response_is_archived_as_a_stored_one_would_be(portal: Portal, tmp_path: Path) -> None:
    for number, reply in enumerate(run(portal).replies):
        file = tmp_path / f"{number}.json"
        file.write_bytes(reply.response)
        report = stored_response.read(file, reply.request, tmp_path)
        assert (report.source, report.partial, report.synthetic) == ("demo_portal", False, True)


def test_bytes_are_seen_before_they_are_judged_and_those_of_passing_trouble_too(portal: Portal) -> None:
    portal.fail(Endpoint.PROGRESS, Fault.UNAVAILABLE, Fault.CUT)
    told = run(portal)
    assert [status for _, _, status in told.seen].count(503) == 1
    assert len(told.seen) == len(told.replies) + 2 == told.result.requests
    assert (told.replies[0].response, told.replies[0].request, 201) == told.seen[0]


def test_the_figures_of_a_period_say_when_they_were_captured(portal: Portal) -> None:
    first, second = run(portal), run(portal, time=Time(NIGHT + timedelta(days=1)))
    assert [r.response for r in first.replies] == [r.response for r in second.replies]
    assert not {r.request for r in first.replies} & {r.request for r in second.replies}


def test_an_archived_response_gives_the_observation_that_the_run_gave(portal: Portal) -> None:
    told = run(portal, groups=[*GROUPS, "catalogue"])
    for reply, before in zip(told.replies, told.result.observed, strict=True):
        again = observed(reply.response, reply.request)
        assert (again.endpoint, again.unit, again.period) == (before.endpoint, before.unit, before.period)
        assert (again.verdict, again.rows, again.day) == (before.verdict, before.rows, before.day)
        assert again.content == before.content or before.endpoint == Endpoint.CATALOGUE  # digests of pages


def test_the_id_of_the_province_is_looked_up_by_its_code_in_every_run(portal: Portal) -> None:
    run(portal)
    portal.root_id = "019d0000-0000-7000-8000-00000000abcd"
    told = run(portal)
    assert not told.result.flawed
    asked = [a.body.get("rootDepartmentId") for a in portal.asked]
    assert asked == [None, *[ROOT_ID] * 7, None, *[portal.root_id] * 7]


def test_no_id_of_a_province_stands_in_the_configuration() -> None:
    package = Path(portal_v2.__file__).parents[1]
    files = [*(package / "portal_client").glob("*.py"), package / "portal_v2.toml"]
    assert not [file.name for file in files if "019d2be3" in file.read_text(encoding="utf-8")]


def test_a_province_that_is_not_in_the_list_halts_the_run(portal: Portal) -> None:
    told = run(portal, root_code="H99")
    assert (told.result.halt, len(portal.asked)) == (Halt.ROOT_UNKNOWN, 1)
    assert "H99" in told.result.message_vi
    assert [r.verdict for r in told.result.calls] == [Verdict.ACCEPTED, *[None] * 7]


def test_in_january_the_list_of_last_year_leads_to_the_province_as_well(portal: Portal) -> None:
    portal.fail(NATIONAL, Fault.ERROR_CODE)
    told = run(portal, time=Time(datetime(2027, 1, 2, 3, tzinfo=VIETNAM)), periods=["month", "year"])
    assert [r.verdict for r in told.result.calls[:3]] == [Verdict.REJECTED, Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert told.result.halt is None


def test_an_empty_plan_asks_nothing(portal: Portal) -> None:
    told = run(portal, calls=[])
    assert (told.result.calls, told.result.halt, portal.asked) == ((), None, [])


# ── what is asked ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_period_is_asked_for_as_each_endpoint_wants_it(portal: Portal) -> None:
    run(portal, periods=["month", "quarter", "year"], groups=[*GROUPS, "catalogue"])
    bodies = {(a.endpoint, json.dumps(a.body, sort_keys=True)): a.body for a in portal.asked}
    progress = [body for (endpoint, _), body in bodies.items() if endpoint == Endpoint.PROGRESS]
    page = {"rootDepartmentId": ROOT_ID, "currentPage": 1, "pageSize": 200}
    assert progress == [
        {"timeType": "year", "year": 2026, **page},
        {"timeType": "month", "year": 2026, "month": 9, **page},
        {"timeType": "quarter", "year": 2026, "quarter": 4, **page},
        {"timeType": "quarter", "year": 2026, "quarter": 3, **page},
    ]
    satisfaction = [body for (endpoint, _), body in bodies.items() if endpoint == Endpoint.SATISFACTION]
    assert [(body["fromDate"], body["toDate"]) for body in satisfaction] == [
        ("2026-01-01", "2026-12-31"),
        ("2026-09-01", "2026-09-30"),
        ("2026-10-01", "2026-12-31"),
        ("2026-07-01", "2026-09-30"),
    ]
    assert not any("timeType" in body for body in satisfaction)
    results = [body for (endpoint, _), body in bodies.items() if endpoint == Endpoint.RESULTS]
    assert results[0] == {"timeType": "year", "year": 2026, "departmentType": "ADMINISTRATIVE_UNIT"}
    assert results[1] == {"timeType": "year", "year": 2026, "rootDepartmentId": ROOT_ID}
    assert portal.asked[-1].body == {"currentPage": 1, "pageSize": 200}


def test_no_request_is_filtered_by_procedure(portal: Portal) -> None:
    run(portal, groups=[*GROUPS, "catalogue"])
    assert not any(key.lower() == "formalityid" for asked in portal.asked for key in asked.body)


def test_the_client_says_who_it_is_and_nothing_else(portal: Portal) -> None:
    run(portal)
    for asked in portal.asked:
        assert asked.headers["user-agent"] == AGENT
        assert not asked.headers.keys() & {"origin", "referer", "authorization"}


def test_paths_and_page_sizes_are_configuration(portal: Portal) -> None:
    moved = {"TDGQ": {"path": "/api/v1/reporting/evaluation/moved"}}
    told = run(portal, endpoints=moved, page_size=300)
    assert {a.body["pageSize"] for a in portal.asked if "pageSize" in a.body} == {300}
    assert "evaluation/moved" in {a.endpoint for a in portal.asked}
    assert told.verdict(Endpoint.PROGRESS) is Verdict.REJECTED  # our own portal has not moved it
    assert "404" in told.call(Endpoint.PROGRESS).reason


def patience(fault: Fault) -> list[float]:
    """Seconds to connect and to read: short only where the portal never answers, and nobody waits for long."""
    return [5, 0.4] if fault in (Fault.TIMEOUT, Fault.TRICKLE) else [5, 5]


# ── faults ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault.TIMEOUT, Fault.RESET, Fault.UNAVAILABLE, Fault.BAD_GATEWAY, Fault.RESET_MIDWAY),
        *(Fault.TRUNCATED, Fault.CUT, Fault.CUT_GZIP, Fault.TRICKLE),
    ],
)
def test_what_passes_is_asked_again_after_five_seconds(portal: Portal, fault: Fault) -> None:
    portal.fail(Endpoint.PROGRESS, fault)
    told = run(portal, timeouts=patience(fault))
    assert not told.result.flawed
    assert told.call(Endpoint.PROGRESS).requests == 2
    assert told.time.slept == [1, 1, 1, 1, 6, 1, 1, 1]  # the pause of one second lies on top of the five


@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.RESET, Fault.UNAVAILABLE, Fault.BAD_GATEWAY])
def test_what_does_not_pass_is_asked_four_times_and_the_others_go_on(portal: Portal, fault: Fault) -> None:
    portal.fail(Endpoint.PROGRESS, *[fault] * 4)
    told = run(portal, timeouts=patience(fault))
    assert (told.verdict(Endpoint.PROGRESS), told.call(Endpoint.PROGRESS).requests) == (Verdict.UNAVAILABLE, 4)
    assert told.time.slept == [1, 1, 1, 1, 6, 16, 46, 1, 1, 1]
    assert [r.verdict for r in told.result.calls].count(Verdict.ACCEPTED) == 7
    assert (told.result.halt, told.result.incomplete_periods) == (None, ("2026-09",))
    assert told.result.circuit == CLOSED


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.CUT_GZIP, Fault.TRUNCATED, Fault.RESET_MIDWAY, Fault.TRICKLE])
def test_a_response_cut_short_twice_is_rejected(portal: Portal, fault: Fault) -> None:
    portal.fail(Endpoint.PROGRESS, fault, fault)
    told = run(portal, timeouts=patience(fault))
    assert (told.verdict(Endpoint.PROGRESS), told.call(Endpoint.PROGRESS).requests) == (Verdict.REJECTED, 2)
    assert [r.verdict for r in told.replies].count(Verdict.REJECTED) == 1


@pytest.mark.parametrize(
    ("fault", "endpoint", "words"),
    [
        (Fault.NOT_FOUND, Endpoint.PROGRESS, "404"),
        (Fault.MOVED, Endpoint.PROGRESS, "302"),
        (Fault.NOT_JSON, Endpoint.PROGRESS, "text/plain"),
        (Fault.ERROR_CODE, Endpoint.PROGRESS, "báo lỗi"),
        (Fault.CHANGED_KEY, Endpoint.PROGRESS, "departmentName"),
        (Fault.CHANGED_KEY, Endpoint.TRANSPARENCY, "departmentName"),
        (Fault.MISSING_UNIT, Endpoint.TRANSPARENCY, "3 / 4"),
        (Fault.MISSING_UNIT, Endpoint.PROGRESS, "3 đơn vị"),  # an idle one: only the other lists tell
        (Fault.MISSING_UNIT, Endpoint.ONLINE, "3 đơn vị"),
        (Fault.MISSING_UNIT, Endpoint.RESULTS, "3 đơn vị"),
        (Fault.MISSING_GROUP, Endpoint.DIGITISED, "ORIGINAL_RESULT_AVAILABLE"),
        (Fault.MISSING_GROUP, Endpoint.RESULTS, "thiếu nhóm CKMB"),
        (Fault.WRONG_ROOT, Endpoint.PROGRESS, "đơn vị đã hỏi"),
        (Fault.WRONG_ROOT, Endpoint.RESULTS, "H01"),
        (Fault.WRONG_ROOT, Endpoint.SATISFACTION, "đơn vị đã hỏi"),
        (Fault.TWICE, Endpoint.ONLINE, "mỗi đơn vị một dòng"),
        (Fault.TWO_PAGES, Endpoint.DIGITISED, "4 / 8"),
    ],
)
def test_an_unsound_answer_is_rejected_at_once_and_kept(
    portal: Portal, fault: Fault, endpoint: Endpoint, words: str
) -> None:
    portal.fail(endpoint, fault)
    told = run(portal)
    (rejected,) = [r for r in told.replies if r.verdict is not Verdict.ACCEPTED]
    assert (rejected.verdict, rejected.call.endpoint) == (Verdict.REJECTED, endpoint)
    assert words in rejected.reason
    assert told.call(endpoint).requests == 1
    assert (told.result.halt, told.result.flawed, told.result.incomplete_periods) == (None, True, ("2026-09",))


def test_another_page_than_asked_for_is_rejected(portal: Portal) -> None:
    portal.change(Endpoint.DIGITISED, lambda data: data["pagination"].update(currentPage=2))
    told = run(portal)
    assert told.verdict(Endpoint.DIGITISED) is Verdict.REJECTED
    assert "currentPage: 2, 1 expected" in told.call(Endpoint.DIGITISED).reason


def test_a_list_of_provinces_that_lacks_a_group_halts_the_run(portal: Portal) -> None:
    portal.change(NATIONAL, lambda data: data["evaluation"][3]["groupScores"].pop("TTTT"))
    told = run(portal)
    assert (told.result.halt, len(portal.asked)) == (Halt.ROOT_UNKNOWN, 1)
    assert told.verdict(Endpoint.RESULTS, "VN") is Verdict.REJECTED


def test_fewer_units_than_the_last_time_are_rejected_unless_the_settings_say_so(portal: Portal) -> None:
    before = Observed(Endpoint.ONLINE, ROOT_CODE, "2026-08", NIGHT, Verdict.ACCEPTED, "", 10)
    only = {"groups": ["CLGQ"], "history": [before]}
    assert run(portal, **only).verdict(Endpoint.ONLINE) is Verdict.REJECTED
    assert run(portal, **only, expected_units=4).verdict(Endpoint.ONLINE) is Verdict.ACCEPTED
    assert run(portal, groups=["CLGQ"], expected_units=5).verdict(Endpoint.ONLINE) is Verdict.REJECTED


def test_what_two_responses_of_a_period_do_not_agree_on_is_found_and_nothing_dropped(portal: Portal) -> None:
    def other_scores(data: dict[str, Any]) -> None:
        data["overview"] |= {"totalScore": 70.53, "ratio": 70.53}
        data["radar"][0]["score"] -= 1

    def other_dossiers(data: dict[str, Any]) -> None:
        data["overview"]["totalDossiers"] = 1999

    portal.change(Endpoint.RESULTS, other_scores)
    portal.change(Endpoint.SATISFACTION, other_dossiers)
    told = run(portal)
    assert not told.result.flawed
    assert told.result.findings is not None
    found = {(f.check_id, f.example) for f in told.result.findings["2026-09"]}
    assert found == {("X-groups", "71.53, 70.53 delivered"), ("X-dossiers", "1999, 2000 received")}


def test_a_portal_that_is_down_is_left_alone_after_its_first_call(portal: Portal) -> None:
    portal.fail(NATIONAL, *[Fault.UNAVAILABLE] * 4)
    told = run(portal)
    assert (told.result.halt, len(portal.asked)) == (Halt.UNAVAILABLE, 4)
    assert "503" in told.result.message_vi


def test_nothing_listens_there(portal: Portal) -> None:
    told = run(portal, base_url="http://127.0.0.1:9")
    assert (told.result.halt, told.result.requests) == (Halt.UNAVAILABLE, 4)
    assert told.result.circuit == CLOSED  # not a refusal


def test_two_calls_running_without_an_answer_halt_the_run(portal: Portal) -> None:
    portal.fail(Endpoint.PROGRESS, *[Fault.UNAVAILABLE] * 4)
    portal.fail(Endpoint.ONLINE, *[Fault.UNAVAILABLE] * 4)
    told = run(portal)
    assert told.result.halt is Halt.UNAVAILABLE
    assert [r.verdict for r in told.result.calls[-4:]] == [Verdict.UNAVAILABLE, Verdict.UNAVAILABLE, None, None]


class Untrusted(BaseAdapter):
    """A server whose certificate nobody signed."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        reason = ConnectionSSLError(ssl.SSLCertVerificationError("certificate verify failed: self-signed certificate"))
        raise requests.exceptions.SSLError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]

    def close(self) -> None:
        """Nothing is open."""


def test_a_certificate_that_is_not_trusted_is_not_asked_again(portal: Portal) -> None:
    @contextmanager
    def untrusted(installed: PortalSettings) -> Iterator[requests.Session]:
        with open_session(installed) as session:
            session.mount("http://", Untrusted())
            yield session

    told = run(portal, open_session=untrusted)
    assert (told.result.halt, told.result.requests) == (Halt.UNAVAILABLE, 1)
    assert "ca_bundle" in told.result.message_vi


# ── the catalogue ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_catalogue_is_turned_over_page_by_page(portal: Portal) -> None:
    portal.procedures, portal.page_size = 25, 10
    told = run(portal, groups=["catalogue"])
    assert [a.body["currentPage"] for a in portal.asked if a.endpoint == "formalities"] == [1, 2, 3]
    result = told.call(Endpoint.CATALOGUE, "VN")
    assert (result.verdict, result.rows, result.requests) == (Verdict.ACCEPTED, 25, 3)
    codes = [
        p.code for r in told.replies for p in portal_v2.parse(r.response, portal_v2.parse_request(r.request)).procedures
    ]
    assert len(set(codes)) == 25


def test_pages_that_make_a_whole_catalogue_are_no_part_of_one(portal: Portal, tmp_path: Path) -> None:
    portal.procedures, portal.page_size = 25, 10
    replies = [r for r in run(portal, groups=["catalogue"]).replies if r.call.endpoint is Endpoint.CATALOGUE]
    file = tmp_path / "page.json"
    for reply, rows in zip(replies, (10, 10, 5), strict=True):
        file.write_bytes(reply.response)
        whole = stored_response.read(file, reply.request, tmp_path)
        assert (whole.partial, whole.rows_read, [f.check_id for f in whole.findings]) == (False, rows, [])
        alone = stored_response.read(file, reply.asked, tmp_path)  # as saved by hand: nobody saw the other pages
        assert alone.partial and [f.check_id for f in alone.findings] == ["P-complete"]


@pytest.mark.parametrize("claim", [(2, 25), (3, 24), (4, 25)])
def test_a_page_of_another_list_than_the_whole_one_stays_a_part(
    portal: Portal, tmp_path: Path, claim: tuple[int, int]
) -> None:
    portal.procedures, portal.page_size = 25, 10
    reply = run(portal, groups=["catalogue"]).replies[-1]
    request = {**json.loads(reply.asked), "whole_list": {"pages": claim[0], "rows": claim[1]}}
    export = portal_v2.parse(reply.response, portal_v2.parse_request(json.dumps(request).encode()))
    assert export.partial


def test_a_page_that_lacks_a_row_stays_a_part_whatever_the_run_says(portal: Portal) -> None:
    portal.procedures, portal.page_size = 25, 10
    reply = run(portal, groups=["catalogue"]).replies[0]
    document = json.loads(reply.response)
    document["data"]["items"].pop()
    assert portal_v2.parse(json.dumps(document).encode(), portal_v2.parse_request(reply.request)).partial


@pytest.mark.parametrize("fault", [Fault.REPEATED_PAGE, Fault.MISSING_UNIT, Fault.NOT_FOUND])
def test_pages_of_a_catalogue_with_a_hole_are_never_called_whole(portal: Portal, fault: Fault) -> None:
    portal.procedures, portal.page_size = 25, 10
    portal.fail(Endpoint.CATALOGUE, None, fault)
    pages = [r for r in run(portal, groups=["catalogue"]).replies if r.call.endpoint is Endpoint.CATALOGUE]
    assert len(pages) >= 2
    assert all(page.verdict is Verdict.REJECTED and b"whole_list" not in page.request for page in pages)


@pytest.mark.parametrize(
    ("fault", "verdict", "words"),
    [
        (Fault.REPEATED_PAGE, Verdict.REJECTED, "lặp lại 10 thủ tục"),
        (Fault.ERROR_CODE, Verdict.REJECTED, "báo lỗi"),
        (Fault.CHANGED_KEY, Verdict.REJECTED, "name"),
        (Fault.MISSING_UNIT, Verdict.REJECTED, "24 thủ tục, Cổng nói 25"),
    ],
)
def test_a_bad_page_rejects_the_whole_catalogue(portal: Portal, fault: Fault, verdict: Verdict, words: str) -> None:
    portal.procedures, portal.page_size = 25, 10
    portal.fail(Endpoint.CATALOGUE, None, fault)
    told = run(portal, groups=["catalogue"])
    pages = [r for r in told.replies if r.call.endpoint is Endpoint.CATALOGUE]
    assert {page.verdict for page in pages} == {verdict}
    assert words in told.call(Endpoint.CATALOGUE, "VN").reason


def test_a_catalogue_that_stops_halfway_is_rejected(portal: Portal) -> None:
    portal.procedures, portal.page_size = 25, 10
    portal.fail(Endpoint.CATALOGUE, None, Fault.FORBIDDEN)
    told = run(portal, groups=["catalogue"])
    assert [r.verdict for r in told.replies] == [Verdict.BLOCKED, Verdict.REJECTED]
    assert told.result.halt is Halt.BLOCKED


def test_a_catalogue_that_changes_while_it_is_read_is_rejected(portal: Portal) -> None:
    portal.procedures, portal.page_size = 25, 10

    def grow(data: dict[str, Any]) -> None:
        data["pagination"]["total"] += len(portal.asked)

    portal.change(Endpoint.CATALOGUE, grow)
    assert "thay đổi" in run(portal, groups=["catalogue"]).call(Endpoint.CATALOGUE, "VN").reason


def test_a_catalogue_of_too_many_pages_is_not_begun(portal: Portal) -> None:
    portal.procedures, portal.page_size = 5741, 10
    told = run(portal, groups=["catalogue"])
    assert "575 trang" in told.call(Endpoint.CATALOGUE, "VN").reason
    assert len(portal.asked) == 1


# ── refused by the portal ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.UNAUTHORIZED, Fault.TOO_MANY, Fault.FIREWALL])
def test_when_the_portal_says_no_nothing_more_is_asked(portal: Portal, fault: Fault) -> None:
    portal.fail(Endpoint.DIGITISED, fault)
    told = run(portal)
    assert (told.result.halt, len(portal.asked)) == (Halt.BLOCKED, 3)
    assert [r.verdict for r in told.result.calls] == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.BLOCKED, *[None] * 5]
    assert told.replies[-1].verdict is Verdict.BLOCKED
    circuit = told.result.circuit
    assert circuit.blocked_since is not None
    assert len(circuit.fingerprint) == 64
    assert circuit.reason
    assert "Cổng đã từ chối" in told.result.message_vi
    assert told.result.complete_periods == ()


def test_nobody_asks_again_before_the_next_day(portal: Portal) -> None:
    portal.fail(NATIONAL, Fault.FORBIDDEN)
    circuit = run(portal).result.circuit
    later = run(portal, circuit=circuit, time=Time(NIGHT + timedelta(hours=7)))
    assert (later.result.halt, len(portal.asked), later.result.circuit) == (Halt.BLOCKED, 1, circuit)
    assert "00:00 ngày 11/10/2026" in later.result.message_vi
    tomorrow = run(portal, circuit=circuit, time=Time(NIGHT + timedelta(days=1)))
    assert (tomorrow.result.halt, tomorrow.result.circuit) == (None, CLOSED)


def test_a_portal_that_goes_on_saying_no_is_asked_once_a_day(portal: Portal) -> None:
    portal.fail(NATIONAL, Fault.FORBIDDEN, Fault.FIREWALL)
    first = run(portal).result.circuit
    second = run(portal, circuit=first, time=Time(NIGHT + timedelta(days=1))).result.circuit
    assert len(portal.asked) == 2
    assert second.blocked_since == first.blocked_since
    assert second.fingerprint != first.fingerprint
    assert first.not_before is not None
    assert second.not_before == first.not_before + timedelta(days=1)


def test_retry_after_holds_for_the_next_run(portal: Portal) -> None:
    portal.fail(NATIONAL, Fault.TOO_MANY)  # two days
    circuit = run(portal).result.circuit
    assert run(portal, circuit=circuit, time=Time(NIGHT + timedelta(days=1))).result.halt is Halt.BLOCKED
    assert len(portal.asked) == 1
    assert run(portal, circuit=circuit, time=Time(NIGHT + timedelta(days=2, minutes=1))).result.halt is None


def test_an_unreachable_portal_does_not_close_the_circuit(portal: Portal) -> None:
    circuit = Circuit(NIGHT, "Cổng trả mã 403", "0" * 64, NIGHT)
    assert run(portal, circuit=circuit, base_url="http://127.0.0.1:9").result.circuit == circuit
    assert run(portal, circuit=circuit).result.circuit == CLOSED


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("120", timedelta(minutes=2)),
        ("Sat, 10 Oct 2026 00:00:00 GMT", timedelta(hours=4, minutes=30)),
        ("Fri, 09 Oct 2026 00:00:00 GMT", timedelta()),
        ("99999999999999", timedelta(days=30)),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(header: str, wanted: timedelta | None) -> None:
    received = Received(429, {"retry-after": header}, b"", whole=True, at=NIGHT, seconds=1)
    assert received.retry_after == wanted


# ── politeness ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_random_pause_of_one_to_two_and_a_half_seconds_lies_between_two_calls(portal: Portal) -> None:
    told = run(portal, spread=random.Random(1).uniform)
    assert len(told.time.slept) == len(portal.asked) - 1 == 7
    assert all(1.0 <= pause <= 2.5 for pause in told.time.slept)
    assert len(set(told.time.slept)) == 7


def test_a_temporary_failure_waits_as_long_as_the_portal_asks(portal: Portal) -> None:
    portal.fail(Endpoint.PROGRESS, Fault.BUSY)  # Retry-After: 60
    told = run(portal)
    assert 61 in told.time.slept
    assert not told.result.flawed


def test_the_daily_cap_counts_repetitions_and_earlier_runs(portal: Portal) -> None:
    portal.fail(Endpoint.TRANSPARENCY, Fault.UNAVAILABLE)
    told = run(portal, daily_cap=4)
    assert (told.result.halt, told.result.requests, len(portal.asked)) == (Halt.DAILY_CAP, 4, 4)
    assert spent_on(told.result.observed, TODAY) == 4
    again = run(portal, daily_cap=6, history=told.result.observed)
    assert (again.result.halt, len(portal.asked)) == (Halt.DAILY_CAP, 6)
    tomorrow = run(portal, daily_cap=6, history=told.result.observed, time=Time(NIGHT + timedelta(days=1)))
    assert tomorrow.result.requests == 6


def test_a_cap_used_up_in_the_middle_of_a_call_is_counted_in_full(portal: Portal) -> None:
    portal.fail(Endpoint.TRANSPARENCY, *[Fault.UNAVAILABLE] * 3)
    told = run(portal, daily_cap=3)
    assert told.call(Endpoint.TRANSPARENCY).verdict is Verdict.UNAVAILABLE
    assert spent_on(told.result.observed, TODAY) == 3


def test_a_run_ends_with_its_window(portal: Portal) -> None:
    portal.fail(Endpoint.PROGRESS, *[Fault.UNAVAILABLE] * 4)
    told = run(portal, run_minutes=1)
    assert told.result.halt is Halt.WINDOW
    assert sum(told.time.slept) <= 60


def test_what_was_accepted_is_not_asked_for_again_on_the_same_day(portal: Portal) -> None:
    portal.fail(Endpoint.PROGRESS, Fault.ERROR_CODE)
    first = run(portal)
    second = run(portal, history=first.result.observed)
    assert [result.call.endpoint for result in second.result.calls] == [Endpoint.RESULTS, Endpoint.PROGRESS]
    third = run(portal, history=[*first.result.observed, *second.result.observed])
    assert third.result.calls == ()


def test_the_environment_is_not_looked_at(portal: Portal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password something\n")
    (tmp_path / ".netrc").chmod(0o600)
    for name, value in {"HTTP_PROXY": "http://127.0.0.1:9", "HOME": str(tmp_path), "NO_PROXY": ""}.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.lower(), value)
    assert not run(portal).result.flawed
    assert not any("authorization" in asked.headers for asked in portal.asked)


def test_a_proxy_of_the_settings_is_used(portal: Portal) -> None:
    told = run(portal, base_url="http://127.0.0.1:9", proxy=portal.url)
    assert not told.result.flawed
    assert portal.asked[0].headers["host"] == "127.0.0.1:9"


def test_certificates_are_always_checked(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("")
    with open_session(config()) as session:
        assert (session.verify, session.trust_env) == (True, False)
    with open_session(config(ca_bundle=str(bundle))) as session:
        assert session.verify == str(bundle)
    for missing in ("false", str(tmp_path / "none.pem")):
        with pytest.raises(ConfigError, match="ca_bundle"), open_session(config(ca_bundle=missing)):
            pass


# ── planning ───────────────────────────────────────────────────────────────────────────────────────────────

ALL_PERIODS = {"periods": ["month", "quarter", "year"]}


def planned(day: str, *, history: Sequence[Observed] = (), **more: Any) -> list[str]:
    """The periods of the progress score that are due, in their order; open ones with a star."""
    calls = plan(config(**{**ALL_PERIODS, **more}), today=date.fromisoformat(day), history=history)
    due = [call for call in calls if call.endpoint is Endpoint.PROGRESS and call.period]
    return [f"{call.key[2]}{'*' if call.why is Why.OPEN else ''}" for call in due]


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-01-01", ["2026*", "2026-Q1*"]),  # December 2025 lies before the first period of the API
        ("2026-02-01", ["2026*", "2026-01*", "2026-Q1*"]),
        ("2026-09-30", ["2026*", "2026-08*", "2026-Q3*", "2026-Q2"]),
        ("2026-10-01", ["2026*", "2026-09*", "2026-Q4*", "2026-Q3"]),
        ("2026-10-31", ["2026*", "2026-09*", "2026-Q4*", "2026-Q3"]),
        ("2026-12-31", ["2026*", "2026-11*", "2026-Q4*", "2026-Q3"]),
        ("2027-01-01", ["2027*", "2026-12*", "2027-Q1*", "2026", "2026-Q4"]),
        ("2027-01-31", ["2027*", "2026-12*", "2027-Q1*", "2026", "2026-Q4"]),
        ("2028-02-29", ["2028*", "2028-01*", "2028-Q1*", "2027", "2027-Q4"]),
        ("2028-03-01", ["2028*", "2028-02*", "2028-Q1*", "2027", "2027-Q4"]),
    ],
)
def test_what_is_due_over_the_ends_of_months_quarters_and_years(day: str, due: list[str]) -> None:
    assert planned(day) == due


def test_a_back_fill_goes_back_to_where_the_settings_say() -> None:
    assert planned("2026-05-10", since="2026-02") == ["2026*", "2026-04*", "2026-Q2*", "2026-03", "2026-02"]
    assert planned("2026-05-10", since="2026") == [
        "2026*",
        "2026-04*",
        "2026-Q2*",
        "2026-Q1",
        "2026-03",
        "2026-02",
        "2026-01",
    ]
    assert planned("2026-05-10", since="2020") == planned("2026-05-10", since="2026")


def test_only_the_kinds_of_period_that_are_wanted_are_planned() -> None:
    assert planned("2026-10-10", periods=["quarter"]) == ["2026-Q4*", "2026-Q3"]


def seen(period: str, day: str, content: str = "a", *, verdict: Verdict = Verdict.ACCEPTED, hour: int = 3) -> Observed:
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), VIETNAM).replace(hour=hour)
    return Observed(Endpoint.PROGRESS, ROOT_CODE, period, moment.astimezone(UTC), verdict, content, UNITS)


@pytest.mark.parametrize(
    ("history", "due"),
    [
        ([], True),
        ([("10-02", "a"), ("10-03", "a"), ("10-04", "a")], True),  # two days
        ([("10-02", "a"), ("10-03", "a"), ("10-04", "a"), ("10-05", "a")], False),  # three
        ([("10-02", "a"), ("10-05", "a")], False),
        ([("10-02", "a"), ("10-03", "b"), ("10-05", "b")], True),  # changed on the third
        ([("10-02", "a"), ("10-03", "b"), ("10-06", "b")], False),
        ([("10-02", "a"), ("10-03", "b"), ("10-04", "a"), ("10-05", "a")], True),
        ([("09-01", "a"), ("09-28", "a"), ("10-01", "a")], True),  # while it ran, nothing is settled
        ([("10-01", "a"), ("10-04", "a"), ("10-09", "b")], True),  # asked for by hand: restated after all
    ],
)
def test_a_closed_period_is_frozen_once_unchanged_for_three_days(history: list[tuple[str, str]], due: bool) -> None:
    observations = [seen("2026-Q3", f"2026-{day}", content) for day, content in history]
    assert ("2026-Q3" in planned("2026-10-12", history=observations)) is due
    assert ("2026-Q3" in planned("2026-10-12", history=observations[::-1])) is due


def test_only_accepted_responses_settle_a_period() -> None:
    rejected = [seen("2026-Q3", f"2026-10-0{day}", verdict=Verdict.REJECTED) for day in (2, 3, 4, 5, 6)]
    assert "2026-Q3" in planned("2026-10-12", history=rejected)


def test_a_month_that_is_no_longer_the_last_is_collected_until_it_settles() -> None:
    history = [seen("2026-08", "2026-09-29", "a"), seen("2026-08", "2026-09-30", "b")]
    assert "2026-08" in planned("2026-10-02", history=history)
    settled = [*history, seen("2026-08", "2026-10-03", "b")]
    assert "2026-08" not in planned("2026-10-04", history=settled)


def test_days_are_days_in_viet_nam() -> None:
    late = replace(seen("2026", "2026-10-09"), captured_at=datetime(2026, 10, 9, 18, tzinfo=UTC))  # 01:00 on the 10th
    assert "2026*" not in planned("2026-10-10", history=[late])
    assert "2026*" in planned("2026-10-09", history=[late])


def test_another_province_is_another_history() -> None:
    history = [replace(seen("2026-Q3", day), unit="H01") for day in ("2026-10-02", "2026-10-09")]
    assert "2026-Q3" in planned("2026-10-12", history=history)


def test_a_period_can_be_asked_for_again_by_hand() -> None:
    frozen = [seen("2026-Q2", "2026-07-02"), seen("2026-Q2", "2026-07-09")]
    calls = plan(config(**ALL_PERIODS), today=TODAY, history=frozen, again=["2026-Q2"])
    assert [call.why for call in calls] == [Why.ROOT, *[Why.AGAIN] * 7]
    for label in ("2026-10", "2027", "2026-Q5", "2025-12", ""):
        with pytest.raises(PortalSettingsError):
            plan(config(), today=TODAY, again=[label])


def test_closed_periods_named_in_the_settings_are_asked_for_once_a_day() -> None:
    still = [seen("2026-Q2", "2026-07-02"), seen("2026-Q2", "2026-07-09")]
    named = config(**ALL_PERIODS, again=["2026-Q2", "2026-Q2", "2026-Q4"])
    periods = [(c.key[2], c.why) for c in plan(named, today=TODAY, history=still) if c.endpoint is Endpoint.PROGRESS]
    assert periods[-1] == ("2026-Q2", Why.AGAIN)
    assert [label for label, _ in periods].count("2026-Q2") == 1
    assert ("2026-Q4", Why.OPEN) in periods and ("2026-Q4", Why.AGAIN) not in periods  # it runs: due anyway
    unnamed = plan(config(**ALL_PERIODS), today=TODAY, history=still)
    assert still[0].endpoint == Endpoint.PROGRESS
    assert (Endpoint.PROGRESS, ROOT_CODE, "2026-Q2") not in [c.key for c in unnamed]
    today = [*still, seen("2026-Q2", TODAY.isoformat())]
    done = (Endpoint.PROGRESS, ROOT_CODE, "2026-Q2")
    assert done not in [c.key for c in plan(named, today=TODAY, history=today)]
    with pytest.raises(PortalSettingsError, match="2026-12"):
        plan(config(again=["2026-12"]), today=TODAY)


def test_the_list_of_provinces_comes_first_and_only_when_it_is_needed() -> None:
    calls = plan(config(groups=["TDGQ", "catalogue"]), today=TODAY)
    assert [(c.endpoint, c.unit, c.why) for c in calls] == [
        (Endpoint.RESULTS, "VN", Why.ROOT),
        (Endpoint.PROGRESS, ROOT_CODE, Why.OPEN),
        (Endpoint.CATALOGUE, "VN", Why.REFRESH),
    ]
    assert [c.endpoint for c in plan(config(groups=["catalogue"]), today=TODAY)] == [Endpoint.CATALOGUE]


def test_the_catalogue_is_refreshed_once_a_week() -> None:
    fresh = Observed(Endpoint.CATALOGUE, "VN", "", NIGHT - timedelta(days=6), Verdict.ACCEPTED)
    wanted = config(groups=["catalogue"])
    assert plan(wanted, today=TODAY, history=[fresh]) == []
    assert plan(wanted, today=TODAY + timedelta(days=1), history=[fresh])


DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))


@settings(deadline=None)
@given(day=DAYS, since=st.sampled_from(["", "2026", "2026-05", "2027-Q2"]))
def test_no_plan_ever_holds_a_future_period_or_an_unfinished_month(day: date, since: str) -> None:
    for call in plan(config(**ALL_PERIODS, since=since), today=day):
        if call.period is not None:
            assert date(2026, 1, 1) <= call.period.start <= day
            assert call.period.kind is not Kind.MONTH or call.period.end < day


@settings(deadline=None)
@given(day=DAYS, data=st.data())
def test_every_open_period_is_planned_every_day_whatever_was_seen_before(day: date, data: st.DataObject) -> None:
    labels = [containing(kind, day).label for kind in Kind] + [containing(Kind.MONTH, day).before.label]
    days = st.dates(day - timedelta(days=40), day - timedelta(days=1)).map(date.isoformat)
    history = data.draw(st.lists(st.builds(seen, st.sampled_from(labels), days, st.sampled_from("ab")), max_size=30))
    due = planned(day.isoformat(), history=history)
    assert {f"{day.year}*", f"{containing(Kind.QUARTER, day).label}*"} <= set(due)
    month = containing(Kind.MONTH, day).before
    assert (f"{month.label}*" in due) is (month.start >= date(2026, 1, 1))
    assert len(due) == len(set(due))


@settings(max_examples=40, deadline=None)
@given(start=DAYS, contents=st.lists(st.sampled_from("aab"), min_size=8, max_size=14))
def test_day_after_day_a_closed_period_is_asked_until_it_stands_still(start: date, contents: list[str]) -> None:
    """A simulated office: everything planned is accepted; what the portal says is `contents`, a letter a day."""
    wanted = config(groups=["TDGQ"], **ALL_PERIODS)
    history: list[Observed] = []
    for number, content in enumerate(contents):
        today = start + timedelta(days=number)
        calls = plan(wanted, today=today, history=history)
        due = {call.key for call in calls}
        for key in {(o.endpoint, o.unit, o.period) for o in history if o.unit == ROOT_CODE}:
            period = period_of(key[2])
            assert period is not None
            if period.end < today and f"{period.label}*" not in planned(today.isoformat()):
                assert (key in due) is not _stood_still(history, key, period.end)
        noon = datetime.combine(today, datetime.min.time(), VIETNAM).replace(hour=3)
        history += [Observed(*call.key, noon, Verdict.ACCEPTED, content, UNITS) for call in calls]
        assert plan(wanted, today=today, history=history) == []


def _stood_still(history: Sequence[Observed], key: tuple[str, str, str], end: date) -> bool:
    """The same question worked out another way: from some day three or more before the newest, one content only."""
    of = sorted((o.day, o.content) for o in history if (o.endpoint, o.unit, o.period) == key and o.day > end)
    alike = [len({content for seen_on, content in of if seen_on >= day}) == 1 for day, _ in of]
    return any(same and (of[-1][0] - day).days >= 3 for same, (day, _) in zip(alike, of, strict=True))


def test_five_nights_settle_a_quarter_and_a_restatement_wakes_it(portal: Portal) -> None:
    history: list[Observed] = []
    asked: list[bool] = []
    for night in range(9):
        if night == 2:
            portal.change(Endpoint.PROGRESS, lambda data: data["parent"].update(totalCompleted=1871))
        told = run(
            portal, periods=["quarter"], groups=["TDGQ"], history=history, time=Time(NIGHT + timedelta(days=night))
        )
        history += told.result.observed
        asked.append("2026-Q3" in told.result.complete_periods)
    assert asked == [True, True, True, True, True, True, False, False, False]  # new on night 2, the same on 3, 4 and 5


def test_the_running_month_in_a_chart_does_not_wake_a_closed_period(portal: Portal) -> None:
    def shift(data: dict[str, Any]) -> None:
        data["monthlyChart"][9]["averageScore"] = len(portal.asked) / 10

    portal.change(Endpoint.RESULTS, shift)
    wanted = {"groups": ["overview"]}
    first = run(portal, **wanted).call(Endpoint.RESULTS)
    second = run(portal, **wanted).call(Endpoint.RESULTS)
    assert first.content == second.content


# ── periods ────────────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(kind=st.sampled_from(Kind), day=DAYS)
def test_a_period_holds_its_day_and_follows_the_one_before(kind: Kind, day: date) -> None:
    period = containing(kind, day)
    assert period.start <= day <= period.end
    assert period.before.end == period.start - timedelta(days=1)
    assert period_of(period.label) == period_between(period.start, period.end) == period


@pytest.mark.parametrize("label", ["", "2026-13", "2026-0", "2026-Q0", "2026-q1", "26", "2026-1", "0026"])
def test_anything_else_is_no_period(label: str) -> None:
    assert period_of(label) is None
    assert period_between(date(2026, 1, 2), date(2026, 1, 31)) is None


# ── drift ──────────────────────────────────────────────────────────────────────────────────────────────────


def recorded(endpoint: Endpoint) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((RECORDED / FILES[endpoint]).read_bytes())
    return document


def changed(endpoint: Endpoint, mutation: Callable[[dict[str, Any]], object]) -> Fingerprint:
    document = recorded(endpoint)
    mutation(document["data"])
    return fingerprint(document, endpoint)


def each(data: dict[str, Any], mutation: Callable[[dict[str, Any]], object]) -> None:
    """Do the same to the root and to every row."""
    for row in [data.get("overview") or data["parent"], *(data.get("evaluation") or data["children"])]:
        mutation(row)


def metric(data: dict[str, Any], number: int, mutation: Callable[[dict[str, Any]], object]) -> None:
    each(data, lambda row: mutation(row["metrics"][number]))


def filtered(data: dict[str, Any]) -> None:
    """As a response filtered by procedure would be."""

    def row(row: dict[str, Any]) -> None:
        row["metrics"] = [m for m in row["metrics"] if m["code"] != "CITIZEN_DATA_CONNECTED_FORMALITY"]
        row["totalMaxScore"] = 20

    each(data, row)


def to_country(data: dict[str, Any]) -> None:
    data["overview"] |= {"departmentCode": None}
    for row in data["evaluation"]:
        row.pop("childGroup")
        row["groupScores"] = {"CKMB": 8, "TDGQ": 17, "CLGQ": 8.5, "TTTT": 6, "MDHL": 11, "MDSH": 10}


FREE = {"code": "NEW_ONE", "name": "", "numerator": 1, "denominator": 2, "ratio": 50, "score": None, "maxScore": 0}
SCORED = {**FREE, "code": "NEW_TWO", "score": 1, "maxScore": 2}


@pytest.mark.parametrize("endpoint", Endpoint)
def test_a_response_does_not_drift_from_itself_and_a_fingerprint_can_be_kept(endpoint: Endpoint) -> None:
    found = fingerprint(recorded(endpoint), endpoint)
    assert not drift(found, found)
    assert Fingerprint.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("endpoint", "mutation", "path"),
    [
        (Endpoint.PROGRESS, lambda d: each(d, lambda row: row.update(note="x")), "data.children[].note"),
        (Endpoint.PROGRESS, lambda d: d.update(extra={"a": 1}), "data.extra"),
        (Endpoint.DIGITISED, lambda d: each(d, lambda row: row["metrics"].append(dict(FREE))), "metrics[NEW_ONE]"),
        (Endpoint.RESULTS, lambda d: d["donuts"].update(more=[]), "data.donuts.more"),
        (Endpoint.CATALOGUE, lambda d: d["items"][0].update(level=4), "data.items[].level"),
    ],
)
def test_something_more_is_additive(endpoint: Endpoint, mutation: Callable[[Any], object], path: str) -> None:
    found = drift(fingerprint(recorded(endpoint), endpoint), changed(endpoint, mutation))
    assert found.breaking == ()
    assert any(path in added for added in found.additive)


@pytest.mark.parametrize(
    ("endpoint", "mutation", "words"),
    [
        (
            Endpoint.PROGRESS,
            lambda d: d["children"][1].pop("stt", d["children"][1].pop("level")),
            "level: thiếu ở một số",
        ),
        (Endpoint.PROGRESS, lambda d: each(d, lambda row: row.pop("totalOnTime")), "totalOnTime: không còn"),
        (Endpoint.PROGRESS, lambda d: d.pop("parent"), "data.parent: không còn"),
        (Endpoint.PROGRESS, lambda d: each(d, lambda row: row.update(ratio="90")), "ratio: kiểu number thành string"),
        (
            Endpoint.PROGRESS,
            lambda d: [row.update(maxScore=25) for row in d["children"]],
            "maxScore: tối đa 20 thành 25",
        ),
        (Endpoint.PROGRESS, lambda d: d["children"][0].update(departmentCode="X1-2"), "mã đơn vị dạng mới: Xn-n"),
        (Endpoint.TRANSPARENCY, lambda d: metric(d, 0, lambda m: m.update(maxScore=7)), "tối đa 6 thành 7"),
        (
            Endpoint.TRANSPARENCY,
            lambda d: metric(d, 0, lambda m: m.update(code="OTHER")),
            "[PUBLISH_ON_TIME]: không còn",
        ),
        (
            Endpoint.DIGITISED,
            lambda d: each(d, lambda row: row["metrics"].append(dict(SCORED))),
            "[NEW_TWO]: chỉ số mới",
        ),
        (Endpoint.DIGITISED, lambda d: each(d, lambda row: row["metrics"].pop(5)), "FORMALITY]: không còn"),
        (Endpoint.DIGITISED, lambda d: each(d, lambda row: row.update(totalMaxScore=20)), "totalMaxScore: tối đa 22"),
        (Endpoint.RESULTS, lambda d: d["radar"].pop(0), "radar[CKMB]: không còn"),
        (Endpoint.RESULTS, lambda d: [row.pop("childGroup") for row in d["evaluation"]], "childGroup: không còn"),
    ],
)
def test_a_broken_structure_is_breaking(endpoint: Endpoint, mutation: Callable[[Any], object], words: str) -> None:
    found = drift(fingerprint(recorded(endpoint), endpoint), changed(endpoint, mutation))
    assert any(words in broken for broken in found.breaking), found.breaking


@pytest.mark.parametrize(
    ("endpoint", "mutation"),
    [
        (Endpoint.PROGRESS, lambda d: each(d, lambda row: row.update(ratio=54.33))),
        (Endpoint.PROGRESS, lambda d: d["children"].append({**d["children"][0], "departmentCode": "H35.999"})),
        (Endpoint.PROGRESS, lambda d: d.update(monthlyChart=[])),
        (Endpoint.TRANSPARENCY, lambda d: d["overview"].pop("averageScore")),
        (Endpoint.TRANSPARENCY, lambda d: each(d, lambda row: row.update(averageScore=1))),
        (Endpoint.TRANSPARENCY, lambda d: metric(d, 3, lambda m: m.pop("dataQualityStatus", 0))),
        (Endpoint.TRANSPARENCY, lambda d: metric(d, 0, lambda m: m.update(dataQualityMessage="x"))),
        (Endpoint.TRANSPARENCY, lambda d: metric(d, 0, lambda m: m.update(ratio=None, score=None))),
        (Endpoint.DIGITISED, filtered),
        (Endpoint.RESULTS, to_country),
        (Endpoint.RESULTS, lambda d: d["donuts"].update(onlineProvision=[{"code": "FULL", "name": "", "value": 1}])),
        (Endpoint.RESULTS, lambda d: d.update(monthlyChart=d["monthlyChart"][:3])),
    ],
)
def test_variants_that_were_seen_are_no_drift_in_either_direction(
    endpoint: Endpoint, mutation: Callable[[Any], object]
) -> None:
    before, after = fingerprint(recorded(endpoint), endpoint), changed(endpoint, mutation)
    assert not drift(before, after)
    assert not drift(after, before)


def test_a_list_of_provinces_that_loses_its_groups_is_breaking() -> None:
    country = changed(Endpoint.RESULTS, to_country)

    def without(data: dict[str, Any]) -> None:
        to_country(data)
        for row in data["evaluation"]:
            row["groupScores"].pop("TTTT")

    assert drift(country, changed(Endpoint.RESULTS, without)).breaking == (
        "data.evaluation[].groupScores.TTTT: không còn",
    )


def test_two_endpoints_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="two endpoints"):
        drift(*(fingerprint(recorded(e), e) for e in (Endpoint.PROGRESS, Endpoint.ONLINE)))


@pytest.mark.parametrize("document", [None, [], {}, {"data": None}, {"data": [1, [2], {"a": {}}]}])
def test_anything_has_a_fingerprint(document: object) -> None:
    found = fingerprint(document, Endpoint.PROGRESS)
    assert not drift(found, found)


def test_a_key_more_is_accepted_with_a_warning_and_then_known(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    known = run(portal).result.fingerprints
    portal.change(Endpoint.PROGRESS, lambda data: each(data, lambda row: row.update(note="mới")))
    told = run(portal, known=known)
    assert told.call(Endpoint.PROGRESS).drift.additive == ("data.children[].note", "data.parent.note")
    assert (told.verdict(Endpoint.PROGRESS), told.result.flawed) == (Verdict.ACCEPTED, False)
    assert "new in its structure: data.parent.note" in caplog.text
    assert not run(portal, known=told.result.fingerprints).call(Endpoint.PROGRESS).drift


@pytest.mark.parametrize("endpoint", [Endpoint.PROGRESS, Endpoint.SATISFACTION, Endpoint.RESULTS])
def test_a_broken_structure_is_quarantined_and_the_known_one_is_kept(portal: Portal, endpoint: Endpoint) -> None:
    known = run(portal).result.fingerprints
    portal.fail(endpoint, Fault.CHANGED_KEY)
    told = run(portal, known=known)
    (kept,) = [r for r in told.replies if r.verdict is not Verdict.ACCEPTED]
    assert (kept.verdict, kept.call.endpoint) == (Verdict.QUARANTINED, endpoint)
    assert "departmentName: không còn" in kept.reason
    assert kept.drift.breaking
    assert told.result.fingerprints == known
    assert (told.result.halt, told.result.incomplete_periods) == (None, ("2026-09",))
    assert told.call(endpoint).requests == 1


def test_months_quarters_and_years_share_one_structure(portal: Portal) -> None:
    first = run(portal, **ALL_PERIODS)
    second = run(portal, **ALL_PERIODS, known=first.result.fingerprints)
    assert not [r for r in second.result.calls if r.drift]
    assert second.result.fingerprints == first.result.fingerprints


# ── settings and secrets ───────────────────────────────────────────────────────────────────────────────────

REAL = {"base_url": "https://dichvucong.gov.vn", "root_code": "H35", "user_agent": AGENT}


def test_three_settings_are_enough() -> None:
    made = portal_settings(REAL)
    assert (made.timeouts, made.pause_seconds, made.freeze_after_days) == ((10, 45), (1.0, 2.5), 3)
    assert made.groups == (*GROUPS, "catalogue")
    assert made.periods == (Kind.MONTH, Kind.QUARTER, Kind.YEAR)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"base_url": "http://dichvucong.gov.vn"}, "base_url"),
        ({"base_url": "https://dichvucong.gov.vn/api"}, "base_url"),
        ({"base_url": "https://"}, "base_url"),
        ({"base_url": "https://dichvucong.gov.vn:port"}, "base_url"),
        ({"base_url": 7}, "base_url"),
        ({"base_url": "http://127.0.0.1:8787"}, "base_url"),  # a demonstration that does not say so
        ({"synthetic": True}, "base_url"),  # the real portal called a demonstration
        ({"synthetic": "no"}, "synthetic"),
        ({"kind": "portal_v1"}, "kind"),
        ({"root_code": "H35.12"}, "root_code"),
        ({"root_code": "019d2be3-6a88-732b-8b10-4fd42fc9139b"}, "root_code"),
        ({"user_agent": ""}, "user_agent"),
        ({"user_agent": "tthc/0.1"}, "user_agent"),  # nobody to write to
        ({"user_agent": "Mozilla/5.0 (a@b.vn) Chrome/130"}, "user_agent"),
        ({"user_agent": "tthc (Sở A; a@b.vn)"}, "user_agent"),
        ({"user_agent": "tthc (a@b.vn)\r\nX: 1"}, "user_agent"),
        ({"groups": []}, "groups"),
        ({"groups": ["CKMB", "XYZ"]}, "groups"),
        ({"periods": []}, "periods"),
        ({"periods": ["week"]}, "periods"),
        ({"periods": "month"}, "periods"),
        ({"since": "2026-13"}, "since"),
        ({"again": "2026-08"}, "again"),
        ({"again": ["2026-13"]}, "again"),
        ({"page_size": 5000}, "page_size"),
        ({"page_size": True}, "page_size"),
        ({"timeouts": [10]}, "timeouts"),
        ({"timeouts": 10}, "timeouts"),
        ({"timeouts": [0, 45]}, "timeouts"),
        ({"pause_seconds": [0.1, 0.2]}, "pause_seconds"),
        ({"pause_seconds": [3, 2]}, "pause_seconds"),
        ({"daily_cap": 0}, "daily_cap"),
        ({"daily_cap": 100_000}, "daily_cap"),
        ({"run_minutes": 0}, "run_minutes"),
        ({"expected_units": -1}, "expected_units"),
        ({"freeze_after_days": 0}, "freeze_after_days"),
        ({"catalogue_every_days": 0}, "catalogue_every_days"),
        ({"ca_bundle": False}, "ca_bundle"),
        ({"proxy": "proxy.local:3128"}, "proxy"),
        ({"verify": False}, "verify"),
        ({"endpoints": {"XYZ": {"path": "/x"}}}, "endpoints"),
        ({"endpoints": {"CKMB": {"paths": "/x"}}}, "endpoints.CKMB"),
        ({"endpoints": {"CKMB": {"path": "https://elsewhere.example"}}}, "endpoints.CKMB"),
        ({"endpoints": {"CKMB": {"period": "weekly"}}}, "endpoints.CKMB"),
        ({"endpoints": "none"}, "endpoints"),
        ({"endpoints": {"CKMB": "none"}}, "endpoints"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(values: dict[str, Any], words: str) -> None:
    with pytest.raises(PortalSettingsError, match=words):
        portal_settings({**REAL, **values})


@pytest.mark.parametrize("missing", REAL)
def test_a_setting_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(PortalSettingsError, match=missing):
        portal_settings({key: value for key, value in REAL.items() if key != missing})


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"token": "s3cr3t-value"}, "token"),
        ({"access_token": ""}, "access_token"),
        ({"password": "s3cr3t-value"}, "password"),
        ({"mat_khau": "s3cr3t-value"}, "mat_khau"),
        ({"api_key": "s3cr3t-value"}, "api_key"),
        ({"headers": {"Authorization": "Bearer s3cr3t-value"}}, "headers.Authorization"),
        ({"headers": {"Cookie": "TS01=s3cr3t-value"}}, "headers.Cookie"),
        ({"endpoints": {"CKMB": {"path": "/api?token=s3cr3t-value"}}}, "endpoints.CKMB.path"),
        ({"proxy": "http://someone:s3cr3t-value@proxy.local:3128"}, "proxy"),
        ({"base_url": "https://someone:s3cr3t-value@dichvucong.gov.vn"}, "base_url"),
        ({"user_agent": "tthc (a@b.vn) Bearer s3cr3t-value"}, "user_agent"),
        ({"groups": ["eyJhbGciOiJIUzI1NiJ9.s3cr3t-value.x"]}, "groups"),
    ],
)
def test_a_credential_in_the_settings_is_refused_and_not_repeated(values: dict[str, Any], place: str) -> None:
    with pytest.raises(PortalSettingsError) as refused:
        portal_settings({**REAL, **values})
    assert place in str(refused.value)
    assert "s3cr3t" not in str(refused.value)


def test_the_settings_themselves_hold_no_credential() -> None:
    assert list(credentials_in(REAL)) == []


def test_headers_and_texts_are_covered_before_they_are_logged() -> None:
    headers = {"Authorization": "Bearer abcdefgh", "Set-Cookie": "TS01=1; Path=/", "X-Auth-Token": "t", "Date": "today"}
    assert redacted(headers) == {"Authorization": "***", "Set-Cookie": "***", "X-Auth-Token": "***", "Date": "today"}


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic s3cr3tvalue",
        "got {'Cookie': 'a=1; b=s3cr3t'}",
        "Set-Cookie: TS01=s3cr3t; Path=/",
        "https://host/api?token=s3cr3t&page=1",
        "http://user:s3cr3t@proxy:3128 refused",
        '{"access_token": "s3cr3t"}',
        "password=s3cr3t",
        "Bearer s3cr3tvalue",
    ],
)
def test_a_secret_is_covered_wherever_it_stands(text: str) -> None:
    covered = redacted_text(text)
    assert "s3cr3t" not in covered
    assert "***" in covered
    assert redacted_text(covered) == covered


def test_neither_log_nor_archive_ever_holds_a_cookie(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    portal.fail(Endpoint.PROGRESS, Fault.RESET, Fault.ERROR_CODE)
    told = run(portal)
    assert "evaluation/dvc-progress-tree" in caplog.text
    assert "synthetic-cookie" not in caplog.text
    assert not any(b"synthetic-cookie" in request.lower() for _, request, _ in told.seen)
    assert b"cookie" not in b"".join(request.lower() for _, request, _ in told.seen)


# ── the documentation ──────────────────────────────────────────────────────────────────────────────────────

GUIDE = Path(__file__).parents[1] / "docs" / "nguon-cong-dvcqg.md"


def test_the_guide_explains_every_setting_and_every_verdict() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    settable = {one.name for one in fields(PortalSettings)} - {"kind"}
    assert {name for name in settable | set(Verdict) if name not in text} == set()


def test_the_example_of_the_guide_can_be_used() -> None:
    block = re.search(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    assert portal_settings(tomllib.loads(block[1])["portal"]).root_code == "H35"


def test_the_defaults_of_the_guide_are_those_of_the_settings() -> None:
    made = portal_settings(REAL)
    for name, value in re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE):
        default = tomllib.loads(f"value = {value}")["value"]
        assert getattr(made, name) == (tuple(default) if isinstance(default, list) else default), name
