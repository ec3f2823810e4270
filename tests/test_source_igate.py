"""Statistics of an iGate 2 of our own making: asked, archived, counted; what it must not say is never kept.

Shape of the answer: as one public project read it (agency.code, agency.name, received, receivedOnline, …); figures invented.
"""

import gzip
import json
import logging
import random
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from collectors.home import Home
from collectors.sources.remote import statistic
from collectors.sources.strict_json import PortalError
from metrics.journal import Journal
from tests.damage import JSON_MUTATIONS, RANDOM, JsonMutation, accounted, damaged_json, harmed
from tests.file_server import Files, Trouble, file_server
from tests.source_fixture import AGENT, MORNING, Time, collected, installed
from tthc import jobs, sources

Data = Callable[..., Any]
PLACE = "/pa/dossier-statistic/--statistic-agency-kgg"
TOKEN = "eyJhbGciOi.bi-mat-cua-co-quan.Xy12"
ENVIRONMENT = {"IGATE_TOKEN": TOKEN}
PERIODS = ["2026-09", "2026-08"]  # on 2 September: the running month and the one before


def endpoint(**more: Any) -> dict[str, Any]:
    return {
        "name": "don_vi",
        "path": PLACE,
        "query": {"from-date": "{from}T00:00:00.000Z", "to-date": "{to}T23:59:59.999Z"},
        "unit": "agency.code",
        "unit_name": "agency.name",
        "measures": {"receivedOnline": "channel_online", "received": "channel_total", "resolved": "igate_resolved"},
        **more,
    }


def by_igate(files: Files, *endpoints: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": "thong_ke",
        "kind": "igate",
        "base_url": files.url,
        "user_agent": AGENT,
        "token_env": "IGATE_TOKEN",
        "synthetic": True,
        **more,
        "endpoint": endpoints or [endpoint()],
    }


def row(code: str, received: int, online: int, resolved: int | None = 0, **more: Any) -> dict[str, Any]:
    agency = {"id": "6147e6f4ebfba925f9c2eb42", "code": code, "name": f"Sở {code}"}
    return {"agency": agency, "received": received, "receivedOnline": online, "resolved": resolved, **more}


@pytest.fixture
def files() -> Iterator[Files]:
    with file_server() as serving:
        serving.put(PLACE, [row("H35.12", 40, 30, None), row("H35.13", 0, 0)])
        yield serving


def gathered(home: Home, **more: Any) -> dict[str, Any]:
    return collected(home, environ=ENVIRONMENT, **more)


def statistics(home: Home, data: Data) -> dict[tuple[str, str, str], Any]:
    """Every rate of the newest snapshot: by metric, unit and period → numerator, denominator."""
    rows = [
        row
        for label in PERIODS
        for row in data("rates", "--by", "unit", "--period", label, "--source", "thong_ke")["rows"]
    ]
    return {
        (row["metric"], row["unit_code"], row["period"]["label"]): (row["numerator"], row["denominator"])
        for row in rows
    }


# ── asked, archived, counted ───────────────────────────────────────────────────────────────────────────────


def test_statistics_are_asked_for_archived_and_counted(home: Path, data: Data, files: Files) -> None:
    office = installed(home, by_igate(files))
    reports = gathered(office)
    names = [f"thong_ke-don_vi-{label}.json" for label in PERIODS]
    assert list(reports) == [*names, "nguồn thong_ke"]
    for name in names:
        report = reports[name]
        assert (report.outcome, report.source, report.layout, report.rows_accepted) == (
            "accepted",
            "thong_ke",
            "don_vi",
            2,
        )
        assert (report.synthetic, report.partial) == (True, False)
    assert [got.query for got in files.asked] == [
        {"from-date": "2026-09-01T00:00:00.000Z", "to-date": "2026-09-30T23:59:59.999Z"},
        {"from-date": "2026-08-01T00:00:00.000Z", "to-date": "2026-08-31T23:59:59.999Z"},
    ]
    assert {got.headers["authorization"] for got in files.asked} == {f"Bearer {TOKEN}"}
    counted = statistics(office, data)
    assert counted["online", "H35.12", "2026-08"] == (30, 40)
    assert counted["online", "H35.13", "2026-08"] == (0, 0)  # reported zero: no rate


def test_a_response_is_kept_byte_for_byte_with_its_question_and_read_again_from_it(
    home: Path, data: Data, files: Files
) -> None:
    office = installed(home, by_igate(files))
    gathered(office)
    before = statistics(office, data)
    for folder in office.archive.glob("thong_ke/*/*"):
        assert gzip.decompress((folder / "response.json.gz").read_bytes()) == files.contents[PLACE]
        request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
        assert (request["kind"], request["source"], request["status"]) == ("igate", "thong_ke", 200)
        assert datetime.fromisoformat(request["captured_at"]) - MORNING < timedelta(minutes=1)
        assert request["reading"]["measures"] == endpoint()["measures"]
    (home / "tthc.toml").unlink()  # the archive alone is enough
    jobs.rebuild(office, now=Time().clock())
    assert statistics(office, data) == before


def test_null_is_not_reported_and_zero_is(files: Files) -> None:
    said = {
        "kind": "igate",
        "source": "nguon",
        "endpoint": "ket_qua",
        "period": {"from": "2026-08-01", "to": "2026-08-31"},
        "captured_at": "2026-09-02T00:00:00Z",
        "reading": {"rows": "data.list", "unit": "agency.code", "measures": {"resolved": "done", "received": "came"}},
    }
    answer = json.dumps({"data": {"list": [row("A", 0, 0, None), row("", 1, 1)]}}).encode()
    export = statistic.parse(answer, json.dumps(said).encode())
    assert [(s.unit, s.measure, s.value, s.item) for s in export.statistics] == [
        ("A", "done", None, "data.list[0].resolved"),
        ("A", "came", 0, "data.list[0].received"),
    ]
    assert (export.rows_read, export.rows_skipped) == (2, {"dòng không có mã đơn vị": 1})


def test_rows_that_only_have_names_find_their_codes_in_the_settings(home: Path, data: Data, files: Files) -> None:
    """The names of one report end with the province: ` - tỉnh An Giang` (portal-api.md, chapter 6)."""
    rows = [("SỞ Y TẾ", 5), ("Sở lạ", 7), ("UBND xã An Phú - tỉnh An Giang", 3)]
    files.put(PLACE, [{"agency_name": name, "total": total} for name, total in rows])
    reading = {
        "unit": "",
        "unit_name": "agency_name",
        "codes": {"Sở Y tế": "H35.20", "Uỷ ban nhân dân xã An Phú": "H01.30"},
        "measures": {"total": "channel_total"},
    }
    reports = gathered(installed(home, by_igate(files, endpoint(**reading))))
    report = reports["thong_ke-don_vi-2026-08.json"]
    assert (report.rows_read, report.rows_accepted, report.skipped) == (3, 2, {"dòng không có mã đơn vị": 1})


def test_each_unit_is_asked_for_where_the_question_names_one(home: Path, files: Files) -> None:
    asked = endpoint(query={"agency-id": "{unit}", "from": "{from}"})
    reports = gathered(installed(home, by_igate(files, asked, units=["a1", "b2"], periods=["quarter"])))
    assert [got.query["agency-id"] for got in files.asked] == ["a1", "b2", "a1", "b2"]
    assert "thong_ke-don_vi-a1-2026-Q3.json" in reports


def test_what_was_answered_today_is_not_asked_again_today(home: Path, files: Files) -> None:
    office, time = installed(home, by_igate(files)), Time()
    gathered(office, time=time)
    assert list(gathered(office, time=time)) == ["nguồn thong_ke"]
    assert len(files.asked) == 2
    gathered(office, time=time.tomorrow())
    assert len(files.asked) == 4


# ── tokens ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_its_token_nothing_is_asked_and_doctor_says_which_variable(
    home: Path, data: Data, files: Files
) -> None:
    reports = collected(installed(home, by_igate(files)), environ={"IGATE_TOKEN": " "})
    assert reports["nguồn thong_ke"].outcome == "refused" and "IGATE_TOKEN" in reports["nguồn thong_ke"].message_vi
    assert files.asked == []
    check = {check["name"]: check for check in data("doctor")["checks"]}["fetch thong_ke"]
    assert not check["ok"] and "IGATE_TOKEN" in check["message_vi"] and "chưa lấy được lần nào" in check["message_vi"]


def test_a_token_is_never_written_anywhere(home: Path, files: Files, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    office = installed(home, by_igate(files))
    gathered(office)
    files.fail(PLACE, Trouble.UNAUTHORIZED)
    gathered(office, time=Time().tomorrow())
    for file in (file for file in home.rglob("*") if file.is_file()):
        content = file.read_bytes()
        content += gzip.decompress(content) if file.suffix == ".gz" else b""
        assert b"bi-mat-cua-co-quan" not in content, file
    assert "bi-mat-cua-co-quan" not in caplog.text


def test_a_token_that_ran_out_opens_the_circuit_and_a_new_one_may_ask_at_once(home: Path, files: Files) -> None:
    files.fail(PLACE, Trouble.UNAUTHORIZED)
    office, time = installed(home, by_igate(files)), Time()
    assert "401" in gathered(office, time=time)["nguồn thong_ke"].message_vi
    assert "401" in gathered(office, time=time)["nguồn thong_ke"].message_vi
    assert len(files.asked) == 1
    renewed = collected(office, time=time, environ={"IGATE_TOKEN": "moi"})
    assert renewed["nguồn thong_ke"].outcome == "accepted" and len(files.asked) == 3


def test_a_token_never_follows_a_redirect(home: Path, files: Files) -> None:
    files.moved[PLACE] = "/dang-nhap"
    files.put("/dang-nhap", [row("H35.12", 1, 1)])
    reports = gathered(installed(home, by_igate(files)))
    assert "không đi theo" in reports["thong_ke-don_vi-2026-08.json"].message_vi
    assert set(files.paths()) == {PLACE}


# ── personal data ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "leak",
    [
        {"applicant": {"data": {"x": "Người Bịa Ra"}}},
        {"accepter": {"fullname": "Người Bịa Ra"}},
        {"note": "goi 0900000000"},
        {"chủ hồ sơ": "Người Bịa Ra"},
        {"contact": [{"email": "bia@example.vn"}]},
    ],
)
def test_a_response_with_personal_data_is_refused_and_not_a_byte_is_kept(
    home: Path, files: Files, leak: dict[str, Any]
) -> None:
    files.put(PLACE, [row("H35.12", 1, 1, **leak)])
    reports = gathered(installed(home, by_igate(files)))
    assert "dữ liệu cá nhân" in reports["thong_ke-don_vi-2026-08.json"].message_vi
    for file in (file for file in home.rglob("*") if file.is_file()):
        content = file.read_bytes()
        content += gzip.decompress(content) if file.suffix == ".gz" else b""
        for secret in ("Người Bịa Ra", "0900000000", "bia@example.vn"):
            assert secret.encode() not in content, file
    assert not (home / "received").exists()


def test_counts_of_persons_are_counts(home: Path, files: Files) -> None:
    files.put(PLACE, [row("H35.12", 1, 1, totalReceiver=3, citizen=2, ownerCount=0)])
    assert gathered(installed(home, by_igate(files)))["nguồn thong_ke"].outcome == "accepted"


# ── drift and faults ───────────────────────────────────────────────────────────────────────────────────────


def test_a_changed_key_is_quarantined_and_the_last_good_figures_stay(home: Path, data: Data, files: Files) -> None:
    office, time = installed(home, by_igate(files)), Time()
    gathered(office, time=time)
    before = statistics(office, data)
    files.put(PLACE, [{**row("H35.12", 99, 99), "receivedOnlines": 99, "receivedOnline": None}])
    changed = json.loads(files.contents[PLACE])
    changed[0].pop("receivedOnline")
    files.put(PLACE, changed)
    reports = gathered(office, time=time.tomorrow())
    message = reports["thong_ke-don_vi-2026-08.json"].message_vi
    assert "quarantined" in message and "receivedOnline: không còn" in message
    assert reports["nguồn thong_ke"].outcome == "refused"
    assert statistics(office, data) == before
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in (home / "received").glob("*.about.json")]
    assert {(one["call"], one["verdict"]) for one in kept} == {(f"don_vi/{label}", "quarantined") for label in PERIODS}


def test_a_key_that_is_there_in_some_rows_only_is_quarantined(home: Path, files: Files) -> None:
    office, time = installed(home, by_igate(files)), Time()
    gathered(office, time=time)
    rows = [row("H35.12", 1, 1), row("H35.13", 1, 1)]
    del rows[1]["received"]
    files.put(PLACE, rows)
    assert "thiếu ở một số dòng" in gathered(office, time=time.tomorrow())["thong_ke-don_vi-2026-08.json"].message_vi


def test_a_key_more_is_taken_with_a_warning_and_then_known(home: Path, files: Files) -> None:
    office, time = installed(home, by_igate(files)), Time()
    gathered(office, time=time)
    files.put(PLACE, [row("H35.12", 41, 30, suspended=2)])
    report = gathered(office, time=time.tomorrow())["nguồn thong_ke"]
    assert report.outcome == "accepted"
    assert [(f.check_id, f.column, f.example) for f in report.findings] == [
        ("P-drift", "don_vi", "phản hồi[].suspended")
    ]
    assert gathered(office, time=time.tomorrow().tomorrow())["nguồn thong_ke"].findings == ()


def test_a_key_nobody_reads_may_go_with_a_warning(home: Path, files: Files) -> None:
    files.put(PLACE, [row("H35.12", 40, 30, suspended=2)])
    office, time = installed(home, by_igate(files)), Time()
    gathered(office, time=time)
    files.put(PLACE, [row("H35.12", 41, 30)])
    report = gathered(office, time=time.tomorrow())["nguồn thong_ke"]
    assert (report.outcome, len(report.findings)) == ("accepted", 1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([row("H35.12", -1, 0)], "số nguyên không âm"),
        ([row("H35.12", 1, 0) | {"received": "12"}], "một số"),
        ([row("H35.12", 1, 0) | {"received": 12.5}], "số nguyên không âm"),
        ([row("H35.12", 1, 0), row("H35.12", 2, 0)], "lần thứ hai"),
        ([{"agency": {"code": "H35.12", "name": None}}], "không có trường “received”"),
        (["x"], "đối tượng"),
        ({"content": []}, "danh sách"),
        (b'[{"agency": ', "application/json"),
    ],
)
def test_an_answer_that_is_not_as_the_settings_say_is_rejected(
    home: Path, files: Files, answer: Any, words: str
) -> None:
    files.put(PLACE, answer)
    reports = gathered(installed(home, by_igate(files)))
    message = reports["thong_ke-don_vi-2026-08.json"].message_vi
    assert "rejected" in message and words in message
    assert len(reports) == 3  # both periods were asked for


def test_json_cut_short_is_rejected_and_not_kept(home: Path, files: Files) -> None:
    files.put(PLACE, files.contents[PLACE][:40], Content_Type="application/json")
    reports = gathered(installed(home, by_igate(files)))
    assert "JSON hỏng" in reports["thong_ke-don_vi-2026-08.json"].message_vi
    assert not (home / "received").exists()


def test_json_that_is_whole_when_asked_once_more_is_taken(home: Path, files: Files) -> None:
    files.fail(PLACE, Trouble.HALF_JSON)
    reports = gathered(installed(home, by_igate(files)))
    assert reports["nguồn thong_ke"].outcome == "accepted"
    assert len(files.asked) == 3  # the first question twice, the second once


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble.FORBIDDEN, "403"),
        (Trouble.TOO_MANY, "429"),
        (Trouble.FIREWALL, "HTML"),
        (Trouble.LOGIN, "HTML"),
    ],
)
def test_an_igate_that_says_no_is_asked_nothing_more(home: Path, files: Files, trouble: Trouble, words: str) -> None:
    files.fail(PLACE, trouble)
    office, time = installed(home, by_igate(files)), Time()
    assert words in gathered(office, time=time)["nguồn thong_ke"].message_vi
    assert "đã từ chối" in gathered(office, time=time)["nguồn thong_ke"].message_vi
    assert len(files.asked) == 1
    later = gathered(office, time=time.tomorrow())["nguồn thong_ke"]
    assert later.outcome == ("refused" if trouble is Trouble.TOO_MANY else "accepted")  # Retry-After: two days


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 401, "error": "Unauthorized", "path": PLACE},
        {"code": "TOKEN_EXPIRED", "message": "token het han", "data": None},
        {"timestamp": "2026-09-02T06:30:00.000+0700", "status": 500, "content": None},
        {},
        b"",
        b"null",
    ],
)
@pytest.mark.parametrize("rows", ["", "content"])
def test_an_error_that_comes_with_status_200_is_no_answer(home: Path, files: Files, answer: Any, rows: str) -> None:
    files.put(PLACE, answer, Content_Type="application/json")
    reports = gathered(installed(home, by_igate(files, endpoint(rows=rows))))
    assert "rejected" in reports["thong_ke-don_vi-2026-08.json"].message_vi
    assert reports["nguồn thong_ke"].outcome == "refused"


def test_a_list_without_a_row_is_a_finding_and_the_last_figures_stay(home: Path, data: Data, files: Files) -> None:
    office, time = installed(home, by_igate(files)), Time()
    gathered(office, time=time)
    before = statistics(office, data)
    files.put(PLACE, [])
    report = gathered(office, time=time.tomorrow())["thong_ke-don_vi-2026-08.json"]
    assert (report.outcome, report.rows_read) == ("accepted", 0)
    assert [(one.check_id, one.example) for one in report.findings] == [("P-complete", "phản hồi không có dòng nào")]
    assert statistics(office, data) == before and before


@pytest.mark.parametrize("answer", [{"last": False, "content": []}, {"totalElements": 3, "content": []}])
def test_a_page_is_not_taken_for_the_whole_list(home: Path, files: Files, answer: dict[str, Any]) -> None:
    answer["content"] = [row("H35.12", 1, 1)]
    files.put(PLACE, answer)
    total = {"total": "totalElements"} if "totalElements" in answer else {}
    reports = gathered(installed(home, by_igate(files, endpoint(rows="content", **total))))
    assert "size" in reports["thong_ke-don_vi-2026-08.json"].message_vi


def test_a_server_that_is_down_is_left_alone_after_its_first_question(home: Path, files: Files) -> None:
    files.fail(PLACE, *[Trouble.ERROR] * 4)
    reports = gathered(installed(home, by_igate(files)))
    assert reports["nguồn thong_ke"].outcome == "refused"
    assert len(files.asked) == 4  # one question, four times


def test_what_was_accepted_before_the_server_said_no_is_kept_and_remembered(home: Path, files: Files) -> None:
    files.fail(PLACE, None, Trouble.FORBIDDEN)
    office, time = installed(home, by_igate(files)), Time()
    reports = gathered(office, time=time)
    assert reports["thong_ke-don_vi-2026-09.json"].outcome == "accepted"
    assert "403" in reports["nguồn thong_ke"].message_vi
    memory = sources.memory(Journal(office.journal), "thong_ke")
    assert memory.accepted == {"don_vi/2026-09": "2026-09-02"} and memory.spent == 2


def test_a_request_without_what_it_must_say_is_refused() -> None:
    assert not statistic.is_asked(b"[") and not statistic.is_asked(b'{"kind": "x"}')
    assert statistic.is_asked(b'{"kind": "igate"}')
    with pytest.raises(PortalError, match="captured_at"):
        statistic.asked_of(b'{"kind": "igate"}')


@pytest.mark.parametrize(
    "changed",
    [
        {"source": "../../ngoai"},  # it is the name of a folder of the archive
        {"source": None},
        {"endpoint": 7},
        {"reading": 1.5},
        {"reading": {"unit": "agency.code", "measures": {"\ud800": "done"}}},
        {"captured_at": "9999-12-31T23:59:59-01:00"},
        {"captured_at": "0001-01-01T00:00:00+01:00"},
        {"period": {"from": "2026-08-31", "to": "2026-08-01"}},
        {"period": {"from": "2026-01-01", "to": "2999-12-31"}},
        {"period": {"from": "2027-01-01", "to": "2027-01-31"}},
    ],
    ids=str,
)
def test_a_request_that_says_what_cannot_be_is_refused(changed: dict[str, Any]) -> None:
    said = {
        "kind": "igate",
        "source": "nguon",
        "endpoint": "ket_qua",
        "period": {"from": "2026-08-01", "to": "2026-08-31"},
        "captured_at": "2026-09-02T00:00:00Z",
        "reading": {"unit": "agency.code", "measures": {"resolved": "done"}},
    }
    assert statistic.asked_of(json.dumps(said).encode()).source == "nguon"
    with pytest.raises(PortalError, match=re.escape(".request.json")):
        statistic.asked_of(json.dumps({**said, **changed}).encode())


# ── whatever the server says ───────────────────────────────────────────────────────────────────────────────


@harmed(25)
@given(mutations=JSON_MUTATIONS, rng=RANDOM)
def test_whatever_an_igate_says_is_taken_with_all_its_rows_or_refused_with_words(
    mutations: list[JsonMutation], rng: random.Random, tmp_path_factory: pytest.TempPathFactory, files: Files
) -> None:
    sound = json.dumps([row("H35.12", 40, 30, None), row("H35.13", 0, 0)]).encode()
    answer = damaged_json(sound, mutations, rng)
    files.put(PLACE, answer, Content_Type="application/json")
    reports = gathered(installed(tmp_path_factory.mktemp("home"), by_igate(files)))
    for name, report in reports.items():
        if name.startswith("thong_ke-") and report.outcome == "accepted":
            accounted(report)
            assert report.rows_read == len(json.loads(answer))
        elif report.outcome == "refused":
            assert report.message_vi
