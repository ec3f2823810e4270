"""The page of alerts: what fires, who knows, what was; what is kept from here is seen at once everywhere."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from streamlit import config

from metrics.alert_journal import AlertJournal, Message, Told
from metrics.alert_state import AlertState, Phase, Transition
from tests import snapshot_fixture as fixture
from tests.screen_pages import Open, opener, said, table

SINCE = datetime(2026, 11, 13, 2, 0)
KEY = "below_target:demo:online:H35.33:2026-08"
# Mường Kim, August 2026: 63 of 126 online, 80 % asked, 38 missing (see the fixture).
TOLD = Told(
    rule="below_target",
    severity="warning",
    audience="unit",
    metric="online",
    unit_code="H35.33",
    unit_name="UBND xã Mường Kim",
    period_label="2026-08",
    source="demo",
    numerator=63,
    denominator=126,
    ratio=0.5,
    target_value=0.8,
    gap=38,
    message_vi="UBND xã Mường Kim: hồ sơ trực tuyến 50,0 %, còn thiếu 38 hồ sơ.",
    message_en="UBND xã Mường Kim: online 50.0%, 38 dossiers missing.",
)
LATE = Told(
    rule="source_late",
    severity="critical",
    audience="operator",
    source="igate",
    message_vi="Nguồn igate chưa có số liệu mới từ 3 ngày trước.",
    message_en="Source igate has had no new data for 3 days.",
)


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Open:
    return opener(monkeypatch, "alerts")


@pytest.fixture
def loopback() -> Iterator[None]:
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """One alert of a commune, one of a source, one pending."""
    fixture.build(tmp_path)
    soon = "off_pace:demo:online:H35.12:year-to-date"
    states = [
        AlertState(KEY, Phase.FIRING, SINCE, 1, "2026-11-13"),
        AlertState("source_late:igate", Phase.FIRING, SINCE, 1, "2026-11-13"),
        AlertState(soon, Phase.PENDING, SINCE, 1, "2026-11-13"),
    ]
    told = {KEY: TOLD, "source_late:igate": LATE, soon: replace(TOLD, rule="off_pace")}
    steps = [Transition(one.key, SINCE, Phase.QUIET, one.phase) for one in states]
    AlertJournal(tmp_path / "journal.sqlite").keep(states, steps, told, snapshot_id=fixture.SNAPSHOT_ID)
    return tmp_path


def journal(home: Path) -> AlertJournal:
    return AlertJournal(home / "journal.sqlite")


def test_the_gravest_alert_comes_first_with_evidence_and_since_when(show: Open, full: Path) -> None:
    found = table(show(full), "Các cảnh báo")
    assert found.index("Nguồn igate") < found.index("UBND xã Mường Kim")
    assert (
        "! Cảnh báo ▼ Đang báo UBND xã Mường Kim · Hồ sơ trực tuyến · Tháng 08/2026 · thấp hơn mức cần đạt "
        "63 / 126 50,0 % 80 % 38 13/11/2026 09:00"
    ) in found
    text = said(show(full))
    assert "Đang báo 2 chưa ai nhận. 1 nghiêm trọng." in text
    assert "Chờ xác nhận 1" in text


def test_one_alert_tells_rule_audience_what_to_do_and_leads_to_the_overview(show: Open, full: Path) -> None:
    page = show(full, alert=KEY)
    text = said(page)
    assert "từ 13/11/2026 09:00 (2 ngày trước)" in text
    assert "Luật: Tỷ lệ thấp hơn mức cần đạt đang có hiệu lực. Chỉ tắt khi vượt mức cần đạt thêm 0,5 %." in text
    assert "Người liên quan: đơn vị chịu trách nhiệm" in text
    assert "Việc cần làm: Xem Tổng quan của đơn vị" in text
    assert any('href="./?unit=H35.33&amp;period=2026-08&amp;source=demo"' in one.body for one in page.html)


@pytest.mark.usefixtures("loopback")
def test_what_is_acknowledged_here_is_kept_and_seen_on_every_screen(
    show: Open, full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, other = show(full, alert=KEY), show(full)
    page.text_input[0].set_value(" Phòng Du lịch ")
    page.text_input[1].set_value("đang đôn đốc")
    page.button[0].click().run()
    assert not page.exception
    (act,) = journal(full).acts()
    assert (act.key, act.act, act.person, act.reason) == (KEY, "acknowledge", "Phòng Du lịch", "đang đôn đốc")
    known = "✓ Đã có người biết UBND xã Mường Kim"
    assert known in table(page, "Các cảnh báo")
    assert known in table(other.run(), "Các cảnh báo")
    assert "Đã có người biết 1" in said(show(full))
    overview = opener(monkeypatch, "overview")(full, unit="H35.33")
    assert "Cảnh báo" in said(overview)


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize(("person", "reason"), [("", "đang đôn đốc"), ("Phòng Du lịch", "  ")])
def test_a_blank_name_or_reason_is_refused(show: Open, full: Path, person: str, reason: str) -> None:
    page = show(full, alert=KEY)
    page.text_input[0].set_value(person)
    page.text_input[1].set_value(reason)
    page.button[0].click().run()
    assert "Chưa lưu. Cần ghi rõ ai và vì sao." in said(page)
    assert journal(full).acts() == []


@pytest.mark.usefixtures("loopback")
def test_a_silence_lasts_until_the_end_of_its_last_day(show: Open, full: Path) -> None:
    page = show(full, alert=KEY)
    page.radio[0].set_value("silence")
    page.text_input[0].set_value("Văn phòng")
    page.text_input[1].set_value("đang chuyển hệ thống")
    page.date_input[0].set_value(datetime(2026, 11, 20).date())
    page.button[0].click().run()
    (act,) = journal(full).acts()
    assert act.until == datetime(2026, 11, 20, 17)  # 21/11 00:00 in Việt Nam
    assert "∅ Tạm ngừng gửi tin UBND xã Mường Kim" in table(page, "Các cảnh báo")
    after = show(full, now=datetime(2026, 11, 20, 17, 1))
    assert "▼ Đang báo UBND xã Mường Kim" in table(after, "Các cảnh báo")


def test_a_server_open_to_others_keeps_nothing_from_the_browser(show: Open, full: Path) -> None:
    config.set_option("server.address", "0.0.0.0")
    page = show(full, alert=KEY)
    assert not page.button
    assert "tthc alerts acknowledge" in said(page)


def test_alerts_are_filtered_by_state_and_unit(show: Open, full: Path) -> None:
    assert "Mường Kim" not in table(show(full, whose="unit", unit="H35.12", standing="firing"), "Các cảnh báo")
    assert "Nguồn igate" in table(show(full, whose="unit", unit="H35.12"), "Các cảnh báo")
    assert "Nguồn igate" not in table(show(full, standing="pending"), "Các cảnh báo")


def test_history_acts_and_messages_are_told(show: Open, full: Path) -> None:
    journal(full).act(KEY, "acknowledge", person="Phòng Du lịch", reason="biết", at=SINCE + timedelta(hours=1))
    message = Message("2026-11-14", "t", "firing", "lanh-dao", "[TTHC] tin", "nội dung", SINCE)
    assert journal(full).write_message(message)
    (due,) = journal(full).due_messages()
    journal(full).tried(due, at=SINCE, error="kênh không nhận tin", final=True)
    page = show(full, part="history")
    assert "13/11/2026 09:00 yên đang báo UBND xã Mường Kim" in table(page, "Lịch sử cảnh báo")
    assert f"13/11/2026 10:00 Đã biết Phòng Du lịch biết – {KEY}" in table(page, "Ai đã làm gì")
    sent = table(show(full, part="messages"), "Tin gửi ra các kênh")
    assert "lanh-dao [TTHC] tin ⊘ Không gửi được 1 13/11/2026 09:00 kênh không nhận tin" in sent


def test_the_overview_says_since_when_an_alert_lasts(monkeypatch: pytest.MonkeyPatch, full: Path) -> None:
    late = "late"  # the name of the alert about refused rows in the fixture
    states = [AlertState(late, Phase.FIRING, SINCE)]
    journal(full).keep(states, [], {late: LATE}, snapshot_id="s")
    journal(full).act(late, "acknowledge", person="Văn phòng", reason="biết", at=SINCE)
    assert "(từ 13/11/2026 09:00; Văn phòng đã biết: biết)" in said(opener(monkeypatch, "overview")(full))


def test_the_page_shows_what_the_command_line_shows(show: Open, home: Path, tthc: Callable[..., Result]) -> None:
    tthc("demo", "--dossiers", "300", "--seed", "1")
    document = json.loads(tthc("alerts", "--json").stdout)
    page = show(home, now=datetime.now(UTC).replace(tzinfo=None))
    assert f"Đang báo {len(document['alerts'])} " in said(page)
    assert len(document["alerts"]) > 0


def test_english_by_switch(show: Open, full: Path) -> None:
    text = said(show(full, lang="en", alert=KEY))
    assert "▼ Firing UBND xã Mường Kim" in text
    assert "What to do: Open the overview of the unit" in text


def test_without_alerts_the_page_says_so(show: Open, tmp_path: Path) -> None:
    assert "Chưa có số liệu để xem" in said(show(tmp_path))
    fixture.build(tmp_path)
    assert "Không có cảnh báo nào như vậy." in said(show(tmp_path))


def test_old_data_are_called_old(show: Open, full: Path) -> None:
    assert "SỐ LIỆU CŨ" in said(show(full, now=datetime(2026, 12, 1)))
