"""What `tthc doctor` and `tthc access` tell of readers."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from metrics.alert_journal import AlertJournal
from metrics.audit import AuditJournal, Did, Event
from tests.conftest import dossier, write_csv

SECRET = "0123456789abcdef0123456789abcdef"
OIDC = """
mode = "oidc"
server_metadata_url = "https://dang-nhap.coquan.example/.well-known/openid-configuration"
client_id = "tthc"
client_secret_env = "OUR_SECRET"
redirect_uri = "https://giam-sat.coquan.example/oauth2callback"
"""
USER = '[[access.user]]\nwho = "a@coquan.example"\nrole = "operator"\nunits = ["*"]\n'
Told = Callable[..., dict[str, Any]]


@pytest.fixture
def told(home: Path, data: Callable[..., Any]) -> Told:
    """Write `[access]` (and `[screen] address`) and return what doctor says of it."""

    def check(text: str, users: str = USER, address: str = "127.0.0.1") -> dict[str, Any]:
        home.mkdir(exist_ok=True)
        settings = f'[screen]\naddress = "{address}"\n[access]\n{text}\n{users}'
        (home / "tthc.toml").write_text(settings, encoding="utf-8")
        checks = {one["name"]: one for one in data("doctor")["checks"]}
        found = checks.get("access", checks["config"])
        assert isinstance(found, dict)
        return found

    return check


def test_what_is_well_is_told_in_a_few_words(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_SECRET", SECRET)
    found = told("", "")
    assert found["ok"] and "chỉ người ngồi tại máy chủ thao tác được" in found["message_vi"]
    found = told(OIDC)
    assert found["ok"] and "oidc: 1 người dùng, 0 nhóm; 1 mục có quyền vận hành" in found["message_vi"]
    assert told('mode = "proxy"')["ok"]
    assert told('mode = "proxy"\nsecret_env = "OUR_SECRET"', address="0.0.0.0")["ok"]


@pytest.mark.parametrize(
    ("text", "users", "address", "said"),
    [
        ("", "", "0.0.0.0", "màn hình nghe ở 0.0.0.0 mà không có đăng nhập"),
        ('mode = "proxy"', USER, "0.0.0.0", "không có khóa bí mật chung: mọi yêu cầu bị từ chối"),
        ('mode = "proxy"\nsecret_env = "SHORT"', USER, "0.0.0.0", "secret quá ngắn (5 ký tự); cần ít nhất 32"),
        ('mode = "proxy"\nsecret_env = "NOT_SET"', USER, "127.0.0.1", "biến môi trường NOT_SET chưa có giá trị"),
        ('mode = "proxy"\nheader = "X-Tthc-Proxy-Secret"', USER, "127.0.0.1", "phải là các tiêu đề khác nhau"),
        ('mode = "proxy"', "", "127.0.0.1", "không ai vào được; thêm [[access.user]]"),
        ('mode = "proxy"\nkey = 1', USER, "127.0.0.1", "[access] không có khóa “key”"),
        (OIDC.replace("OUR_SECRET", "NOT_SET"), USER, "127.0.0.1", "biến môi trường NOT_SET chưa có giá trị"),
        (
            OIDC.replace('client_secret_env = "OUR_SECRET"', ""),
            USER,
            "127.0.0.1",
            "thiếu khóa bí mật: ghi client_secret_env",
        ),
        (OIDC.replace("/oauth2callback", "/callback"), USER, "127.0.0.1", "phải kết thúc bằng /oauth2callback"),
        (OIDC.replace('client_id = "tthc"', ""), USER, "127.0.0.1", "[access] thiếu client_id"),
        (OIDC.replace("https://dang-nhap", "http://dang-nhap"), USER, "127.0.0.1", "không mã hóa; dùng https"),
        (f'{OIDC}\npublic_url = "https://khac.coquan.example"', USER, "127.0.0.1", "khác tên máy"),
        (f'{OIDC}\ncookie_secret_env = "SHORT"', USER, "127.0.0.1", "cookie_secret quá ngắn"),
        (f'{OIDC}\nusers_file = "khong-co.toml"', USER, "127.0.0.1", "không đọc được danh sách người dùng"),
        (OIDC, '[[access.group]]\nname = "g"', "127.0.0.1", "chưa ghi groups_claim"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(
    told: Told, monkeypatch: pytest.MonkeyPatch, text: str, users: str, address: str, said: str
) -> None:
    monkeypatch.setenv("OUR_SECRET", SECRET)
    monkeypatch.setenv("SHORT", "abcde")
    found = told(text, users, address)
    assert not found["ok"]
    assert said in found["message_vi"]
    assert SECRET not in found["message_vi"] and "abcde" not in found["message_vi"]


def test_a_unit_that_no_data_know_is_told(told: Told, tthc: Callable[..., Result], tmp_path: Path) -> None:
    users = '[[access.user]]\nwho = "a"\nunits = ["H35.12", "H35.99"]\n'
    assert told('mode = "proxy"', users)["ok"]  # nothing was published by which to tell
    tthc("collect", write_csv(tmp_path / "a.csv", [dossier(1)]))
    found = told('mode = "proxy"', users)
    assert not found["ok"]
    assert "a: không có đơn vị “H35.99” trong số liệu" in found["message_vi"]
    assert "H35.12”" not in found["message_vi"]


def test_a_secret_that_others_on_the_machine_can_read_is_told(told: Told, home: Path) -> None:
    home.mkdir()
    key = home / "proxy.key"
    key.write_text(SECRET, encoding="utf-8")
    key.chmod(0o644)
    text = 'mode = "proxy"\nsecret_file = "proxy.key"'
    assert "chạy `chmod 600 proxy.key`" in told(text)["message_vi"]
    key.chmod(0o600)
    assert told(text)["ok"]


def test_an_account_is_explained(tthc: Callable[..., Result], home: Path) -> None:
    home.mkdir()
    users = '[[access.user]]\nwho = "xa@coquan.example"\nunits = ["H35.33"]\n[[access.group]]\nname = "g"\n'
    (home / "tthc.toml").write_text(f'[access]\nmode = "proxy"\n{users}', encoding="utf-8")
    found = tthc("access", "who", "XA@coquan.example")
    assert (found.exit_code, found.output) == (0, "XA@coquan.example: viewer; xem từng hồ sơ của đơn vị: H35.33.\n")
    assert tthc("access", "who", "la@coquan.example").exit_code == 1
    assert json.loads(tthc("access", "who", "la", "--group", "g", "--json").stdout) == {
        "account": "la",
        "role": "viewer",
        "units": [],
    }


def test_what_was_done_and_refused_is_listed_newest_first(
    tthc: Callable[..., Result], data: Callable[..., Any], home: Path
) -> None:
    at = datetime.now(UTC).replace(tzinfo=None)
    home.mkdir()
    AlertJournal(home / "journal.sqlite").act(
        "k", "acknowledge", person="a@coquan.example", reason="đang đôn đốc", at=at.replace(microsecond=1)
    )
    audit = AuditJournal(home / "journal.sqlite")
    audit.note([Event(at.replace(microsecond=2), "b@coquan.example", Did.COLLECTED, "a.csv", "e1", "accepted")])
    audit.deny("la@ngoai.example", "access.unknown", at=at.replace(microsecond=3))
    found = data("access", "log")
    assert [(one["who"], one["act"], one["subject"], one["note"]) for one in found] == [
        ("la@ngoai.example", "denied", "access.unknown", ""),
        ("b@coquan.example", "collected", "a.csv", "accepted"),
        ("a@coquan.example", "acknowledge", "k", "đang đôn đốc"),
    ]
    text = tthc("access", "log").output
    assert "BỊ TỪ CHỐI" in text and "thu bản xuất" in text and "đã biết cảnh báo" in text
