"""Files by URL and from open-data portals: fetched politely, whole or not at all, collected like any export. 127.0.0.1 only."""

import gc
import io
import json
import os
import random
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from collectors import archive
from collectors.home import VIETNAM
from collectors.sources.remote.file_by_url import safe_name
from metrics.journal import Journal
from tests.conftest import dossier, write_csv
from tests.damage import JSON_MUTATIONS, RANDOM, JsonMutation, accounted, broken_bytes, damaged_json, harmed
from tests.file_server import Files, Trouble, catalogue, file_server, resource
from tests.portal_server import FORBIDDEN_PAGE
from tests.source_fixture import AGENT, MORNING, Time, brought, collected, installed
from tthc import jobs, sources

Data = Callable[..., Any]
PLACE = "/tep/ho-so.csv"


@pytest.fixture
def files() -> Iterator[Files]:
    with file_server() as serving:
        yield serving


@pytest.fixture
def csv(tmp_path: Path) -> bytes:
    return write_csv(tmp_path / "made.csv", [dossier(1), dossier(2)]).read_bytes()


def by_url(files: Files, **more: Any) -> dict[str, Any]:
    return {"name": "ho_so", "kind": "url", "url": files.url + PLACE, "user_agent": AGENT, **more}


def by_ckan(files: Files, **more: Any) -> dict[str, Any]:
    return {"name": "du_lieu", "kind": "ckan", "base_url": files.url, "dataset": "ho-so", "user_agent": AGENT, **more}


# ── a file by its address ──────────────────────────────────────────────────────────────────────────────────


def test_a_file_by_its_address_is_collected_like_one_in_the_inbox(
    home: Path, data: Data, files: Files, csv: bytes
) -> None:
    files.put(PLACE, csv, ETag='"v1"', Last_Modified="Mon, 03 Aug 2026 01:00:00 GMT")
    office = installed(home, by_url(files))
    reports = collected(office)
    one = reports["ho-so.csv"]
    assert (one.outcome, one.source, one.rows_read, one.rows_accepted) == ("accepted", "igate", 2, 2)
    assert one.captured_at == MORNING  # when it was answered, not when the server last wrote it
    assert (reports["nguồn ho_so"].outcome, reports["nguồn ho_so"].message_vi) == ("accepted", "")
    rows = {row["metric"]: row for row in data("rates", "--unit", "H35.12", "--period", "2026-08")["rows"]}
    assert (rows["online"]["numerator"], rows["online"]["denominator"]) == (2, 2)
    assert files.asked[0].headers["user-agent"] == AGENT
    assert "if-none-match" not in files.asked[0].headers


def test_an_unchanged_file_is_an_observation(home: Path, files: Files, csv: bytes) -> None:
    files.put(PLACE, csv, ETag='"v1"')
    office, time = installed(home, by_url(files)), Time()
    first = collected(office, time=time)["ho-so.csv"]
    again = collected(office, time=time.tomorrow())
    assert files.asked[1].headers["if-none-match"] == '"v1"'
    assert (again["ho-so.csv"].outcome, again["nguồn ho_so"].outcome) == ("already", "accepted")
    kept = archive.find(office.archive, first.export_id)
    assert kept is not None
    assert kept.captures == (MORNING.astimezone(UTC), MORNING.astimezone(UTC) + timedelta(days=1))
    assert again["ho-so.csv"].captured_at == kept.captures[-1]
    files.put(PLACE, csv)  # a server that knows no versions: the same bytes are known by themselves
    third = collected(office, time=time.tomorrow().tomorrow())
    assert (files.asked[2].headers["if-none-match"], third["ho-so.csv"].outcome) == ('"v1"', "already")


def test_a_changed_file_is_fetched(home: Path, tmp_path: Path, files: Files, csv: bytes) -> None:
    files.put(PLACE, csv, Last_Modified="Mon, 03 Aug 2026 01:00:00 GMT")
    office, time = installed(home, by_url(files)), Time()
    collected(office, time=time)
    longer = write_csv(tmp_path / "more.csv", [dossier(n) for n in (1, 2, 3)]).read_bytes()
    files.put(PLACE, longer, Last_Modified="Tue, 04 Aug 2026 01:00:00 GMT")
    assert collected(office, time=time.tomorrow())["ho-so.csv"].rows_accepted == 3
    assert files.asked[1].headers["if-modified-since"] == "Mon, 03 Aug 2026 01:00:00 GMT"


def test_a_file_that_was_not_taken_or_is_lost_is_asked_for_in_full(home: Path, files: Files, csv: bytes) -> None:
    files.put(PLACE, b"mot,hai\r\n1,2\r\n", ETag='"bad"')
    office, time = installed(home, by_url(files)), Time()
    reports = collected(office, time=time)
    assert (reports["ho-so.csv"].outcome, reports["nguồn ho_so"].outcome) == ("refused", "refused")
    assert "ho-so.csv" in reports["nguồn ho_so"].message_vi
    files.put(PLACE, csv, ETag='"v1"')
    taken = collected(office, time=time.tomorrow())["ho-so.csv"]
    assert "if-none-match" not in files.asked[1].headers
    archive.folder_of(office.archive, "igate", taken.export_id).rename(home / "lost")
    collected(office, time=time.tomorrow().tomorrow())
    assert "if-none-match" not in files.asked[2].headers


def test_nothing_that_was_fetched_stays_but_what_the_archive_keeps(home: Path, files: Files, csv: bytes) -> None:
    files.put(PLACE, csv)
    collected(installed(home, by_url(files)))
    for file in (file for file in home.rglob("*") if file.is_file()):
        content = file.read_bytes()
        assert "Người thử".encode() not in content and b"0900000000" not in content, file


def test_what_is_fetched_lies_where_a_run_that_is_cut_off_is_swept_up(
    home: Path, tmp_path: Path, files: Files, csv: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.put(PLACE, csv)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    office, seen = installed(home, by_url(files)), set()
    jobs.collect_sources(
        office, now=Time().clock(), progress=lambda *_: seen.update(tmp_path.rglob("ho-so.csv")), sleep=lambda _: None
    )
    assert {path.relative_to(tmp_path).parts[0].rpartition("-")[0] for path in seen} == {f"tthc-reading-{os.getpid()}"}
    gc.collect()
    assert not list(tmp_path.rglob("ho-so.csv"))


# ── what time heals, and what it does not ──────────────────────────────────────────────────────────────────


def one(home: Path, tmp_path: Path, files: Files, *, time: Time | None = None, **more: Any) -> sources.Brought:
    """Ask one file by URL, collect nothing."""
    (asked,) = brought(installed(home, by_url(files, **more)), Path(tempfile.mkdtemp(dir=tmp_path)), time=time)
    return asked


@pytest.mark.parametrize(
    ("troubles", "waited"),
    [
        ([Trouble.ERROR], [5]),
        ([Trouble.ERROR, Trouble.ERROR, Trouble.ERROR], [5, 15, 45]),
        ([Trouble.RESET], [5]),
        ([Trouble.TRUNCATED], [5]),
        ([Trouble.PACKED_CUT], [5]),
    ],
)
def test_what_passes_is_asked_again(
    home: Path, tmp_path: Path, files: Files, csv: bytes, troubles: list[Trouble], waited: list[float]
) -> None:
    files.put(PLACE, csv)
    files.fail(PLACE, *troubles)
    time = Time()
    got = one(home, tmp_path, files, time=time)
    assert (got.problem, [path.read_bytes() for path in got.files]) == ("", [csv])
    assert len(files.asked) == len(troubles) + 1
    assert [least <= slept <= least + 2.5 for least, slept in zip(waited, time.slept, strict=True)] == [True] * len(
        waited
    )


@pytest.mark.parametrize(
    ("troubles", "words", "asked"),
    [
        ([Trouble.ERROR] * 4, "mã 500", 4),
        ([Trouble.RESET] * 4, "bị ngắt", 4),
        ([Trouble.TRUNCATED] * 2, "cắt giữa chừng", 2),
        ([Trouble.PACKED_CUT] * 2, "cắt giữa chừng", 2),
        ([Trouble.GONE], "404", 1),
        ([Trouble.NOT_MODIFIED], "304", 1),
        ([Trouble.UNANNOUNCED, Trouble.UNANNOUNCED_CUT], "cắt cụt", 2),
    ],
)
def test_what_does_not_pass_is_told_and_nothing_is_taken(
    home: Path, tmp_path: Path, files: Files, csv: bytes, troubles: list[Trouble], words: str, asked: int
) -> None:
    files.put(PLACE, csv)
    files.fail(PLACE, *troubles)
    got = one(home, tmp_path, files)
    assert words in got.problem
    assert (got.files, len(files.asked)) == ([], asked)


@pytest.mark.parametrize("trouble", [Trouble.PACKED, Trouble.UNANNOUNCED])
def test_other_ways_to_send_a_whole_file_are_understood(
    home: Path, tmp_path: Path, files: Files, csv: bytes, trouble: Trouble
) -> None:
    files.put(PLACE, csv)
    files.fail(PLACE, trouble, trouble)
    got = one(home, tmp_path, files)
    assert (got.problem, got.files[0].read_bytes()) == ("", csv)


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_too_large_is_broken_off(home: Path, tmp_path: Path, files: Files, packed: bool) -> None:
    files.put(PLACE, bytes(2 << 20))
    files.fail(PLACE, *([Trouble.PACKED] if packed else []))
    got = one(home, tmp_path, files, max_megabytes=1)
    assert "1 MB" in got.problem and "max_megabytes" in got.problem
    assert (got.files, len(files.asked)) == ([], 1)


def test_the_cap_of_a_day_holds_over_runs(home: Path, tmp_path: Path, files: Files, csv: bytes) -> None:
    files.put(PLACE, csv)
    time = Time()
    problems = [one(home, tmp_path, files, time=time, daily_cap=2).problem for _ in range(3)]
    assert problems[:2] == ["", ""] and "Đã đủ 2 yêu cầu" in problems[2]
    assert one(home, tmp_path, files, time=time.tomorrow(), daily_cap=2).problem == ""
    assert len(files.asked) == 3


# ── a server that says no ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble.FORBIDDEN, "403"),
        (Trouble.UNAUTHORIZED, "401"),
        (Trouble.TOO_MANY, "429"),
        (Trouble.FIREWALL, "HTML"),
        (Trouble.LOGIN, "HTML"),
    ],
)
def test_a_server_that_says_no_is_left_alone_until_the_next_day(
    home: Path, tmp_path: Path, files: Files, csv: bytes, trouble: Trouble, words: str
) -> None:
    files.put(PLACE, csv)
    files.fail(PLACE, trouble)
    time = Time()
    assert words in one(home, tmp_path, files, time=time).problem
    assert words in one(home, tmp_path, files, time=time).problem  # from memory
    assert len(files.asked) == 1
    later = Time(MORNING + timedelta(days=3))
    assert one(home, tmp_path, files, time=later).problem == ""
    assert one(home, tmp_path, files, time=later).problem == ""  # the circuit is closed for good


def test_retry_after_holds_longer_than_the_day(home: Path, tmp_path: Path, files: Files, csv: bytes) -> None:
    files.put(PLACE, csv)
    files.fail(PLACE, Trouble.TOO_MANY)  # 48 hours
    one(home, tmp_path, files)
    assert "04/09/2026" in one(home, tmp_path, files, time=Time().tomorrow()).problem
    assert len(files.asked) == 1


def test_the_doctor_says_who_said_no_and_until_when(home: Path, data: Data, files: Files, csv: bytes) -> None:
    files.put(PLACE, csv)
    office, time = installed(home, by_url(files)), Time(datetime.now(UTC))
    collected(office, time=time)
    said = {check["name"]: check for check in data("doctor")["checks"]}["fetch ho_so"]
    assert said["ok"] and "lần lấy được gần nhất" in said["message_vi"]
    files.fail(PLACE, Trouble.FORBIDDEN)
    reports = collected(office, time=time)
    assert reports["nguồn ho_so"].flawed
    said = {check["name"]: check for check in data("doctor")["checks"]}["fetch ho_so"]
    assert not said["ok"] and "403" in said["message_vi"] and "không hỏi lại trước 00:00" in said["message_vi"]
    memory = sources.memory(Journal(office.journal), "ho_so")
    assert len(memory.circuit.fingerprint) == 64 and memory.circuit.blocked_since == time.clock()


def test_a_page_with_a_table_is_left_to_the_readers(home: Path, files: Files) -> None:
    files.put(PLACE, b"<html><body><table><tr><td>Trang chu</td></tr></table></body></html>", Content_Type="text/html")
    reports = collected(installed(home, by_url(files)))
    assert "không" in reports["ho-so.csv"].message_vi
    assert not sources.memory(Journal(home / "journal.sqlite"), "ho_so").circuit.not_before


# ── redirects ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_redirect_is_followed_on_the_same_host_only(home: Path, tmp_path: Path, files: Files, csv: bytes) -> None:
    files.put("/khac/that.csv", csv)
    files.moved[PLACE] = "/khac/that.csv"
    assert one(home, tmp_path, files).files[0].read_bytes() == csv
    assert files.paths() == [PLACE, "/khac/that.csv"]
    files.moved[PLACE] = files.url.replace("127.0.0.1", "localhost") + "/khac/that.csv"
    got = one(home, tmp_path, files)
    assert "localhost" in got.problem and "allow_hosts" in got.problem
    assert files.paths()[2:] == [PLACE]
    assert one(home, tmp_path, files, allow_hosts=["localhost"]).files[0].read_bytes() == csv


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x.csv", "file:///etc/hostname", "//", "http://", "http://[x/"])
def test_a_redirect_leads_nowhere_but_over_http(home: Path, tmp_path: Path, files: Files, target: str) -> None:
    files.moved[PLACE] = target
    got = one(home, tmp_path, files)
    assert "chuyển hướng" in got.problem or "đường dẫn" in got.problem
    assert got.files == [] and len(files.asked) <= 5


def test_a_redirect_in_a_circle_ends(home: Path, tmp_path: Path, files: Files) -> None:
    files.moved[PLACE] = PLACE
    assert "hơn 5 lần" in one(home, tmp_path, files).problem
    assert len(files.asked) == 5


# ── names, times, periods, proxies ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("disposition", "address", "name"),
    [
        ("", "http://h/a/ho-so.csv?x=1", "ho-so.csv"),
        ("", "http://h/T%E1%BB%87p%20m%E1%BB%9Bi.xlsx", "Tệp mới.xlsx"),
        ("", "http://h/", "nguon"),
        ('attachment; filename="bao cao.xls"', "http://h/x", "bao cao.xls"),
        ("attachment; filename*=UTF-8''T%E1%BB%87p.csv", "http://h/x", "Tệp.csv"),
        ('attachment; filename="Tệp.csv"'.encode().decode("latin-1"), "http://h/x", "Tệp.csv"),
        ('attachment; filename="../../etc/passwd"', "http://h/x", "passwd"),
        ('attachment; filename="C:\\\\x\\\\a.csv"', "http://h/x", "a.csv"),
        ('attachment; filename="..."', "http://h/x", "nguon"),
        ('attachment; filename="a:b|c?.csv"', "http://h/x", "a_b_c_.csv"),
        ('attachment; filename="~$a.xlsx"', "http://h/x", "a.xlsx"),
        ('attachment; filename=".htaccess"', "http://h/x", "htaccess"),
        ('attachment; filename="CON.csv"', "http://h/x", "nguon-CON.csv"),
        ('attachment; filename="a.request.json"', "http://h/x", "nguon-a"),
    ],
)
def test_a_file_has_its_real_name_made_safe(disposition: str, address: str, name: str) -> None:
    assert safe_name({"content-disposition": disposition}, address, instead="nguon") == name


@given(disposition=st.text(), path=st.text())
def test_whatever_a_server_says_the_name_is_one_file_in_one_folder(disposition: str, path: str) -> None:
    name = safe_name({"content-disposition": disposition}, f"http://h/{quote(path)}", instead="nguon")
    assert name and name == Path(name).name and name not in (".", "..")
    assert not set(name) & set('\\/:*?"<>|\x00\r\n') and not name.startswith((".", "~$"))
    assert len(f"{name}.request.json".encode()) <= 255 and not name.endswith(".request.json")


def test_a_long_name_keeps_its_end() -> None:
    name = safe_name({}, f"http://h/{'ệ' * 300}.xlsx", instead="nguon")
    assert name.endswith("ệ.xlsx") and len(name.encode()) <= 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "tệp rỗng"),
        (b'{"success": false, "message": "het phien dang nhap"}', "tiêu đề"),
        (b'{"error": ', "JSON"),
        (b"Loi he thong", "tiêu đề"),
    ],
)
def test_an_error_in_place_of_a_file_is_refused_and_told(home: Path, files: Files, content: bytes, words: str) -> None:
    files.put(PLACE, content)
    reports = collected(installed(home, by_url(files)))
    assert reports["ho-so.csv"].outcome == reports["nguồn ho_so"].outcome == "refused"
    assert words in reports["ho-so.csv"].message_vi


@pytest.mark.parametrize(
    "header", ["²", "1²", "-5", "bao giờ".encode().decode("latin-1"), "Mon, 99 Foo 2026 00:00:00 GMT"]
)
def test_a_retry_after_that_is_none_is_none(home: Path, tmp_path: Path, files: Files, header: str) -> None:
    files.put(PLACE, b"", Retry_After=header)
    files.fail(PLACE, Trouble.SAID_NO)
    (got,) = brought(installed(home, by_url(files)), tmp_path / "to")
    assert "429" in got.problem


def test_an_address_that_can_be_none_is_told_at_once(home: Path, tmp_path: Path, files: Files) -> None:
    time = Time()
    (got,) = brought(installed(home, by_url(files, url="http://tep..example.vn/a.csv")), tmp_path / "to", time=time)
    assert "không dùng được" in got.problem and not time.slept


def test_the_day_in_the_name_of_a_file_can_be_its_capture(home: Path, tmp_path: Path, files: Files, csv: bytes) -> None:
    pattern = r"(?P<day>\d{2})-(?P<month>\d{2})-(?P<year>\d{4})"

    def at(name: str) -> Any:
        files.put(PLACE, csv, Content_Disposition=f'attachment; filename="{name}"')
        got = one(home, tmp_path, files, captured_at=pattern)
        said = got.files[0].with_suffix(".request.json").read_text(encoding="utf-8") if got.files else "{}"
        return json.loads(said).get("captured_at") or got.problem

    assert datetime.fromisoformat(at("ds 31-08-2026.csv")) == datetime(2026, 8, 31, 23, 59, 59, tzinfo=VIETNAM)
    assert datetime.fromisoformat(at("ds 02-09-2026.csv")) == MORNING  # today: no later than now
    assert "không có ngày" in at("ds.csv")
    assert "không có ngày" in at("ds 31-02-2026.csv")


@pytest.mark.parametrize(
    ("day", "query"),
    [
        ("2026-09-02", {"tu": "2026-09-01", "den": "2026-09-30", "ky": "9-2026"}),
        ("2026-09-01", {"tu": "2026-08-01", "den": "2026-08-31", "ky": "8-2026"}),
    ],
)
def test_an_address_can_name_the_period_of_yesterday(
    home: Path, tmp_path: Path, files: Files, csv: bytes, day: str, query: dict[str, str]
) -> None:
    files.put(PLACE, csv)
    time = Time(datetime.fromisoformat(f"{day}T06:30:00+07:00"))
    url = f"{files.url}{PLACE}?tu={{from}}&den={{to}}&ky={{month}}-{{year}}"
    got = one(home, tmp_path, files, time=time, url=url, period="month")
    assert files.asked[0].query == {**query, "ky": f"0{query['ky']}"}
    said = json.loads(got.files[0].with_suffix(".request.json").read_text(encoding="utf-8"))
    assert said["period"] == query["tu"][:7]


def test_the_proxy_of_the_environment_is_used_and_its_passwords_are_not(
    home: Path, tmp_path: Path, files: Files, csv: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine tep.example.gov.vn login ai password bi-mat\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, files.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    files.put("http://tep.example.gov.vn/a.csv", csv)
    got = one(home, tmp_path, files, url="http://tep.example.gov.vn/a.csv")
    assert got.files[0].read_bytes() == csv
    assert "authorization" not in files.asked[0].headers and "cookie" not in files.asked[0].headers


# ── several sources ────────────────────────────────────────────────────────────────────────────────────────


def test_one_broken_source_stops_neither_the_others_nor_the_files(
    home: Path, tmp_path: Path, files: Files, csv: bytes
) -> None:
    files.put(PLACE, csv)
    files.put("/hong.csv", csv)
    files.fail("/hong.csv", Trouble.FORBIDDEN)
    office = installed(
        home,
        by_url(files, name="hong", url=f"{files.url}/hong.csv"),
        {"name": "sai", "kind": "ftp"},
        by_url(files),
    )
    inbox = write_csv(tmp_path / "tay.csv", [dossier(9)])
    reports = collected(office, inbox)
    assert {name: report.outcome for name, report in reports.items()} == {
        "tay.csv": "accepted",
        "ho-so.csv": "accepted",
        "nguồn hong": "refused",
        "nguồn sai": "refused",
        "nguồn ho_so": "accepted",
    }
    assert "kind" in reports["nguồn sai"].message_vi


def test_two_runs_at_once_do_not_ask_twice(home: Path, tmp_path: Path, files: Files, csv: bytes) -> None:
    files.put(PLACE, csv)
    files.put("/khac.csv", csv)
    office = installed(home, by_url(files), by_url(files, name="khac", url=f"{files.url}/khac.csv"))
    with FileLock(str(home / "source-ho_so.lock")):
        first, second = brought(office, tmp_path / "to")
    assert "một lần khác" in first.problem and first.files == []
    assert second.problem == "" and files.paths() == ["/khac.csv"]


def test_a_source_is_collected_alone_by_its_name(
    home: Path, files: Files, csv: bytes, tthc: Callable[..., Any]
) -> None:
    files.put(PLACE, csv)
    installed(home, by_url(files), by_url(files, name="khac", url=f"{files.url}/khac.csv"))
    done = json.loads(tthc("collect", "--source", "ho_so", "--json").stdout)
    assert [report["file_name"] for report in done["reports"]] == ["ho-so.csv", "nguồn ho_so"]
    assert files.paths() == [PLACE]
    assert tthc("collect", "--source", "ho_so", "--dry-run").exit_code == 2
    unknown = tthc("collect", "--source", "khong_co")
    assert unknown.exit_code == 2 and "ho_so, khac" in unknown.output


def test_square_brackets_in_a_name_or_a_message_are_shown(home: Path, tmp_path: Path, tthc: Callable[..., Any]) -> None:
    installed(home, {"name": "sai", "kind": "ftp"})
    file = tmp_path / "[cu] danh-sach.csv"
    file.write_text("mot,hai\n1,2\n", encoding="utf-8")
    assert "[[source]]" in tthc("collect", "--source", "sai").output
    assert "[[source]]" in tthc("doctor").output
    assert "[cu]" in tthc("collect", file).output


# ── open-data portals ──────────────────────────────────────────────────────────────────────────────────────

SHOW = "/api/3/action/package_show"


def test_the_newest_matching_resource_is_collected(home: Path, files: Files, csv: bytes) -> None:
    files.put("/cu.csv", b"cu")
    files.put("/moi.csv", csv, ETag='"m"')
    files.put(
        SHOW,
        catalogue(
            resource(f"{files.url}/cu.csv", "Hồ sơ tháng 7", "CSV", "2026-08-01T02:00:00.000000"),
            resource(f"{files.url}/moi.csv", "Hồ sơ tháng 8", "csv", "2026-09-01T02:00:00.000000"),
            resource(f"{files.url}/mo-ta.pdf", "Hồ sơ mô tả", "PDF", "2026-09-02T02:00:00"),
            resource(f"{files.url}/khac.csv", "Dân số", "CSV", "2026-09-02T02:00:00"),
            resource(f"{files.url}/xoa.csv", "Hồ sơ tháng 9", "CSV", "2026-09-02T02:00:00", state="deleted"),
        ),
    )
    office, time = installed(home, by_ckan(files, name_pattern="Hồ sơ")), Time()
    assert collected(office, time=time)["moi.csv"].rows_accepted == 2
    assert files.paths() == [SHOW, "/moi.csv"] and files.asked[0].query == {"id": "ho-so"}
    again = collected(office, time=time.tomorrow())
    assert (again["moi.csv"].outcome, files.asked[-1].headers["if-none-match"]) == ("already", '"m"')


def test_several_resources_and_one_by_its_id(home: Path, tmp_path: Path, files: Files, csv: bytes) -> None:
    files.put("/a.csv", csv)
    files.put("/b.csv", csv + b"\r\n")
    a = resource(f"{files.url}/a.csv", "a", "CSV", None, created="2026-08-01T00:00:00")
    b = resource(f"{files.url}/b.csv", "b", "CSV", None)
    files.put(SHOW, catalogue(b, a))
    (got,) = brought(installed(home, by_ckan(files, newest=2)), tmp_path / "to")
    assert [path.name for path in got.files] == ["a.csv", "b.csv"]  # the one without a time comes last
    files.put("/api/3/action/resource_show", {"success": True, "result": b})
    (got,) = brought(installed(home, by_ckan(files, dataset="", resource="id-b")), tmp_path / "to2")
    assert [path.name for path in got.files] == ["b.csv"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (catalogue(), "không tệp nào"),
        (catalogue(resource("http://x/a.pdf", "Mô tả", "PDF", None)), "Mô tả (PDF)"),
        (catalogue(resource("http://kho.example.vn/a.csv", "a", "CSV", None)), "allow_hosts"),
        (catalogue(resource("ftp://127.0.0.1/a.csv", "a", "CSV", None)), "http://"),
        (
            {"success": False, "error": {"message": "Not found", "__type": "Not Found Error"}},
            "Not Found Error”: “Not found",
        ),
        ({"success": False, "error": "Bad request"}, "Bad request"),
        ({"error": {"message": "x"}}, "success"),
        (b"", "JSON hỏng"),
        (catalogue(resource("http://[kho/a.csv", "a", "CSV", None)), "http://"),
        (catalogue(resource("a.csv", "a", "CSV", "0001-01-01T00:00:00")), "http://"),
        ({"success": True, "result": {"resources": {}}}, "resources"),
        (b'{"success": tr', "JSON hỏng"),
        (b"[]", "đối tượng"),
    ],
)
def test_a_catalogue_that_does_not_lead_to_a_file_is_told(
    home: Path, tmp_path: Path, files: Files, answer: Any, words: str
) -> None:
    files.put(SHOW, answer)
    (got,) = brought(installed(home, by_ckan(files)), tmp_path / "to")
    assert words in got.problem
    assert (got.files, set(files.paths())) == ([], {SHOW})


def test_a_catalogue_cut_short_is_asked_for_once_more(home: Path, tmp_path: Path, files: Files, csv: bytes) -> None:
    files.put("/a.csv", csv)
    files.put(SHOW, catalogue(resource(f"{files.url}/a.csv", "a", "CSV", None)))
    files.fail(SHOW, Trouble.HALF_JSON)
    (got,) = brought(installed(home, by_ckan(files)), tmp_path / "to")
    assert ([path.name for path in got.files], files.paths()) == (["a.csv"], [SHOW, SHOW, "/a.csv"])


def test_the_times_of_a_catalogue_are_compared_as_moments(home: Path, tmp_path: Path, files: Files, csv: bytes) -> None:
    """08:00+07:00 is 01:00 UTC, an hour before 02:00; 0001-01-01 is before both."""
    times = {"a": "2026-09-01T08:00:00+07:00", "b": "2026-09-01T02:00:00", "c": "0001-01-01T00:00:00+07:00"}
    for name in times:
        files.put(f"/{name}.csv", csv + name.encode())
    files.put(SHOW, catalogue(*(resource(f"{files.url}/{n}.csv", n, "CSV", when) for n, when in times.items())))
    (got,) = brought(installed(home, by_ckan(files, newest=3)), tmp_path / "to")
    assert [path.name for path in got.files] == ["b.csv", "a.csv", "c.csv"]


def test_a_page_instead_of_a_catalogue_opens_the_circuit(home: Path, tmp_path: Path, files: Files) -> None:
    files.put(SHOW, FORBIDDEN_PAGE, Content_Type="text/html")
    office = installed(home, by_ckan(files))
    assert "HTML" in brought(office, tmp_path / "to")[0].problem
    assert "đã từ chối" in brought(office, tmp_path / "to2")[0].problem
    assert len(files.asked) == 1


def test_a_cut_archive_without_a_length_is_not_taken_for_a_whole_one(home: Path, files: Files, csv: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("ho-so.csv", csv)
    files.put(PLACE, packed.getvalue())
    files.fail(PLACE, Trouble.UNANNOUNCED_CUT, Trouble.UNANNOUNCED_CUT)  # cut at the same byte, twice
    assert collected(installed(home, by_url(files)))["ho-so.csv"].outcome == "refused"


@harmed(25)
@given(mutations=JSON_MUTATIONS, rng=RANDOM)
def test_whatever_a_catalogue_says_leads_to_files_or_is_told(
    mutations: list[JsonMutation], rng: random.Random, tmp_path_factory: pytest.TempPathFactory, files: Files
) -> None:
    files.put("/a.csv", b"a")
    sound = catalogue(
        resource(f"{files.url}/a.csv", "a", "CSV", "2026-08-01T02:00:00"), resource("/b.csv", "b", "XLSX", None)
    )
    files.put(SHOW, damaged_json(json.dumps(sound).encode(), mutations, rng), Content_Type="application/json")
    (got,) = brought(installed(tmp_path_factory.mktemp("home"), by_ckan(files)), tmp_path_factory.mktemp("to"))
    assert bool(got.files) != bool(got.problem)
    assert [path.read_bytes() for path in got.files] in ([], [b"a"])


@harmed(15)
@given(rng=RANDOM)
def test_whatever_stands_at_an_address_is_read_with_all_its_rows_or_refused_with_words(
    rng: random.Random, tmp_path_factory: pytest.TempPathFactory, files: Files, csv: bytes
) -> None:
    files.put(PLACE, broken_bytes(csv, rng))
    reports = collected(installed(tmp_path_factory.mktemp("home"), by_url(files)))
    if "ho-so.csv" in reports:
        accounted(reports["ho-so.csv"])
    else:  # its first bytes are those of a page
        assert reports["nguồn ho_so"].message_vi
