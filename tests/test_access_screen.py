"""Pages as a reader with a login gets them: held to their units whatever the address says, acting under their account."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from collectors.home import Home
from dashboard import launch
from metrics.alert_journal import AlertJournal
from metrics.alert_state import AlertState, Phase
from metrics.audit import AuditJournal, Did, Event
from metrics.journal import Journal
from tests import snapshot_fixture as fixture
from tests.screen_pages import said
from tests.test_screen_alerts import KEY, TOLD
from tests.test_screen_dossiers import build

USERS = """
[access]
mode = "oidc"
[[access.user]]
who = "xem@coquan.example"
units = ["H35.12"]
[[access.user]]
who = "xa@coquan.example"
role = "operator"
units = ["H35.33"]
[[access.user]]
who = "van-hanh@coquan.example"
role = "operator"
units = ["*"]
"""
Show = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Open dossiers, an alert of commune H35.33 that somebody knows of, and an export handed in from the screen."""
    build(tmp_path)
    (tmp_path / "tthc.toml").write_text(USERS, encoding="utf-8")
    journal = AlertJournal(tmp_path / "journal.sqlite")
    state = AlertState(KEY, Phase.FIRING, datetime(2026, 11, 13, 2, 0), 1, "")
    journal.keep([state], [], {KEY: TOLD}, snapshot_id=fixture.SNAPSHOT_ID)
    event = Event(datetime(2026, 11, 15, 2, 0), "van-hanh@coquan.example", Did.COLLECTED, "ho-so-T11.xlsx", "e1")
    AuditJournal(tmp_path / "journal.sqlite").note([event])
    return tmp_path


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, home: Path) -> Show:
    def run(view: str, who: str | None, **address: str) -> AppTest:
        at = fixture.NOW.replace(tzinfo=UTC)
        monkeypatch.setattr(sys, "argv", ["app.py", "--home", str(home), "--now", at.isoformat()])
        page = AppTest.from_file(str(launch.APP), default_timeout=120)
        if view != "overview":
            page.switch_page(f"views/{view}.py")
        page.query_params.update({"source": "demo"} | address)
        page.user = {"is_logged_in": True, "email": who, "iat": int(at.timestamp())} if who else {"is_logged_in": False}
        page.run()
        assert not page.exception
        return page

    return run


def test_nobody_sees_anything_before_the_login(show: Show) -> None:
    for view in ("overview", "dossiers", "alerts", "data", "wall"):
        text = said(show(view, None))
        assert "Màn hình này chỉ dành cho người có tài khoản" in text
        assert "Lai Châu" not in text and "%" not in text


def test_a_typed_address_shows_no_dossier_of_another_unit(show: Show) -> None:
    assert "Sở Văn hóa, Thể thao và Du lịch và các đơn vị" in said(
        show("dossiers", "xem@coquan.example")
    )  # ones own first
    for which in ("late", "letters", "open", "soon", "waiting", "undated"):
        for unit in ("H35", "H35.07"):
            text = said(show("dossiers", "xem@coquan.example", which=which, unit=unit))
            assert "H35.07-" not in text and "Chỉ hiện phần trong phạm vi" in text
    text = said(show("dossiers", "xem@coquan.example", which="open", unit="H35.12"))
    assert "H35.12-1" in text and "Chỉ hiện phần" not in text
    assert "H35.07-1" in said(show("dossiers", "van-hanh@coquan.example", which="open", unit="H35"))


def test_everybody_sees_every_rate(show: Show) -> None:
    text = said(show("overview", "xem@coquan.example", unit="H35.33", period="2026-08"))
    assert "63 / 126" in text  # Mường Kim, August 2026


def test_reports_and_origins_are_held_to_the_units(show: Show) -> None:
    text = said(show("data", "xem@coquan.example", part="exports", export="e1"))
    assert "ho-so-T11.xlsx" not in text and "Chỉ nêu bản xuất mà mọi hồ sơ" in text
    assert "ho-so-T11.xlsx" not in said(show("data", "xem@coquan.example", part="oddities"))
    assert "ho-so-T11.xlsx" in said(show("data", "van-hanh@coquan.example", part="oddities"))
    text = said(show("data", "xem@coquan.example", part="origin", unit="H35.07", period="2026-08"))
    assert "nằm ngoài phạm vi" in text and "ho-so-T10.xlsx" not in text
    text = said(show("data", "xem@coquan.example", part="origin", unit="H35.12", period="2026-08"))
    assert "ho-so-T10.xlsx" in text


def test_the_report_of_an_export_names_who_handed_it_in(show: Show) -> None:
    text = said(show("data", "van-hanh@coquan.example", part="exports", export="e1"))
    assert "Nộp từ màn hình: van-hanh@coquan.example, 15/11/2026 09:00." in text


def test_acts_are_offered_to_who_may_and_kept_under_the_account(show: Show, home: Path) -> None:
    for who in ("xem@coquan.example", None):
        assert not [one for one in show("alerts", who, alert=KEY).button if one.label == "Lưu"]
    page = show("alerts", "xa@coquan.example", alert=KEY)
    assert "Ghi nhận dưới tên xa@coquan.example" in said(page)
    (reason,) = page.text_input
    reason.set_value("đang đôn đốc")
    next(one for one in page.button if one.label == "Lưu").click().run()
    assert not page.exception
    (act,) = AlertJournal(home / "journal.sqlite").acts()
    assert (act.person, act.reason, act.act) == ("xa@coquan.example", "đang đôn đốc", "acknowledge")
    assert "xa@coquan.example" in said(show("alerts", "xem@coquan.example", part="history"))


def test_only_an_operator_of_everything_may_hand_in(show: Show) -> None:
    for who, offered in (("xem@coquan.example", 0), ("xa@coquan.example", 0), ("van-hanh@coquan.example", 1)):
        assert len(show("data", who, part="upload").file_uploader) == offered


def test_somebody_removed_from_the_list_is_out_at_the_next_click(show: Show, home: Path) -> None:
    page = show("dossiers", "xem@coquan.example", which="open")
    assert "H35.12-1" in said(page)
    (home / "tthc.toml").write_text(USERS.replace("xem@", "khac@"), encoding="utf-8")
    page.run()
    assert "H35.12-1" not in said(page) and "xem@coquan.example chưa có trong danh sách" in said(page)


def test_an_open_server_without_a_login_shows_rates_and_no_dossier_nor_name(show: Show, home: Path) -> None:
    (home / "tthc.toml").write_text("", encoding="utf-8")
    journal = AlertJournal(home / "journal.sqlite")
    journal.act(KEY, "acknowledge", person="Phòng Du lịch", reason="gọi xã", at=fixture.NOW)
    config.set_option("server.address", "0.0.0.0")
    text = said(show("dossiers", None, which="open"))
    assert "H35.12-" not in text and "H35.07-" not in text and "Đang giải quyết 0 hồ sơ" in text
    text = said(show("alerts", None, part="history"))
    assert "Phòng Du lịch" not in text and "gọi xã" not in text
    assert "Nộp từ màn hình" not in said(show("data", None, part="exports", export="e1"))
    assert "33.750 / 43.681" in said(show("overview", None, unit="H35"))


def test_accounts_stand_in_the_journal_and_nowhere_else(
    show: Show, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    show("overview", "la@ngoai.example")
    show("overview", "la@ngoai.example")
    assert Journal(home / "journal.sqlite").read("SELECT who, subject FROM access_event WHERE act = 'denied'") == [
        ("la@ngoai.example", "access.unknown")
    ]
    assert "la@ngoai.example" not in caplog.text
    others = [file for file in home.rglob("*") if file.is_file() and not file.name.startswith("journal.sqlite")]
    assert all(b"la@ngoai.example" not in file.read_bytes() for file in others)
    assert Home(home).journal.name == "journal.sqlite"


def test_english_too(show: Show) -> None:
    text = said(show("dossiers", "xem@coquan.example", lang="en", unit="H35.07"))
    assert "Only what is within reach of this account" in text and "viewer · dossiers of H35.12 and all below" in text
    assert "This screen is for people with an account" in said(show("overview", None, lang="en"))
