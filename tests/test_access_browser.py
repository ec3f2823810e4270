"""Login and proxy in a real browser: a running screen, a real OpenID Connect provider on loopback, a proxy's headers."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from collectors.home import Home
from metrics.audit import AuditJournal
from tests.browser import CHROMIUM, IN_BROWSER, LAPTOP, QUIET, serving, wait_for
from tests.header_proxy import passing_on
from tests.loopback import free_port
from tests.test_screen_dossiers import build

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = IN_BROWSER

NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # the provider's page would ask for a style
SECRET = "0123456789abcdef0123456789abcdef"
PEOPLE = ("xem@coquan.example", "van-hanh@coquan.example", "la@ngoai.example")
USERS = """
[[access.user]]
who = "XEM@coquan.example"
units = ["H35.12"]
[[access.user]]
who = "van-hanh@coquan.example"
role = "operator"
units = ["*"]
"""
AT_REST = """
    () => document.querySelector('[data-testid=stApp]').getAttribute('data-test-script-state') === 'notRunning'
        && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')
"""
DOSSIERS = "/dossiers?source=demo&which=open"


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, NOWHERE_ELSE])
        yield found
        found.close()


@contextmanager
def provider() -> Iterator[str]:
    """Serve an OpenID Connect provider that knows PEOPLE; yield its address."""
    port = free_port()
    people = [part for who in PEOPLE for part in ("--user-claims", json.dumps({"sub": who, "email": who}))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *people]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, start_new_session=True, **quiet)
    try:
        wait_for(f"http://127.0.0.1:{port}/.well-known/openid-configuration")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(10)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("login")
    build(found)
    return found


@pytest.fixture(scope="module")
def screen(home: Path) -> Iterator[str]:
    with provider() as issuer:
        (home / "oidc.key").write_text(SECRET, encoding="utf-8")
        settings = f"""
            [access]
            mode = "oidc"
            server_metadata_url = "{issuer}/.well-known/openid-configuration"
            client_id = "tthc"
            client_secret_file = "oidc.key"
            redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
            {USERS}"""
        (home / "tthc.toml").write_text(settings, encoding="utf-8")
        with serving(home) as address:
            yield address


class Person:
    """Somebody with a browser of their own: whom it asked, what it shows."""

    def __init__(self, browser: "playwright.Browser") -> None:
        context = browser.new_context(viewport=LAPTOP, locale="vi-VN")
        self.page = context.new_page()
        self.hosts: set[str | None] = set()
        self.page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).hostname))
        self.page.on("request", lambda request: self._asked(request.url, request.frame.url))

    def log_in(self, address: str, who: str) -> "Person":
        self.page.goto(address)
        self.page.get_by_role("button", name="Đăng nhập").click()
        self.page.get_by_role("button", name=who, exact=True).click()
        self.page.locator(".heading").first.wait_for()
        return self

    def see(self, address: str, text: str) -> str:
        """Open an address, wait for a text, and return all that the page says."""
        self.page.goto(address)
        self.page.get_by_text(text).and_(self.page.locator(":visible")).first.wait_for()
        self.page.wait_for_function(AT_REST)
        return self.page.locator(".stApp").inner_text()

    def _asked(self, url: str, page: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and "/oauth2/" not in page and "/oidc/" not in page:
            self.hosts.add(urlsplit(url).hostname)

    def leave(self) -> None:
        self.page.context.close()


def denied(home: Path) -> list[tuple[str, str]]:
    events = AuditJournal(Home(home).journal).events(since=datetime(2026, 1, 1))
    return [(one.who, one.subject) for one in events if one.act == "denied"]


def test_who_follows_a_link_comes_back_to_it_after_the_login(screen: str, browser: "playwright.Browser") -> None:
    link = f"{screen}/units?source=demo&unit=H35.12&lang=vi"
    person = Person(browser).log_in(link, "xem@coquan.example")
    person.page.wait_for_url("**/units?*")
    assert "unit=H35.12" in person.page.url
    assert "· Đơn vị" in person.see(person.page.url, "· Đơn vị")
    person.page.goto(screen)  # and only once
    person.page.get_by_role("heading", level=1, name="· Tổng quan").wait_for()
    person.page.wait_for_function(AT_REST)
    assert "/units" not in person.page.url
    person.leave()


def test_who_logs_in_sees_the_dossiers_of_their_unit_whatever_address_they_type(
    screen: str, browser: "playwright.Browser"
) -> None:
    person = Person(browser)
    before = person.see(f"{screen}{DOSSIERS}&unit=H35.12", "chỉ dành cho người có tài khoản")
    assert "H35.12" not in before and "Tổng quan" not in before
    person.log_in(f"{screen}/?lang=vi", "xem@coquan.example")
    person.page.get_by_text("xem@coquan.example · người xem · hồ sơ của H35.12").wait_for()
    own = person.see(f"{screen}{DOSSIERS}&unit=H35.12", "Đang giải quyết")
    assert {"H35.12-1", "H35.12-2", "H35.12-3"} <= set(own.split())
    for unit in ("H35", "H35.07"):
        text = person.see(f"{screen}{DOSSIERS}&unit={unit}", "Chỉ hiện phần trong phạm vi")
        assert "H35.07-1" not in text and ("H35.12-1" in text) is (unit == "H35")
    rates = person.see(f"{screen}/?source=demo&unit=H35.07", "Sở Tài nguyên và Môi trường")
    assert "%" in rates  # everybody's
    assert person.hosts == {"127.0.0.1"}
    person.leave()


def test_a_viewer_has_no_acts(screen: str, browser: "playwright.Browser") -> None:
    person = Person(browser).log_in(screen, "xem@coquan.example")
    person.see(f"{screen}/data?part=upload", "Chỉ người vận hành có phạm vi mọi đơn vị")
    assert person.page.locator("[data-testid=stFileUploader]").count() == 0
    person.leave()


def test_an_operator_has_acts_and_logs_out(screen: str, browser: "playwright.Browser") -> None:
    person = Person(browser).log_in(screen, "van-hanh@coquan.example")
    person.see(f"{screen}/data?part=upload", "Chọn tệp, hoặc kéo thả tệp vào đây")
    text = person.see(f"{screen}{DOSSIERS}&unit=H35", "Đang giải quyết")
    assert {"H35.12-1", "H35.07-1"} <= set(text.split())
    person.page.get_by_role("button", name="Đăng xuất").click()
    person.page.get_by_role("button", name="End session").click()
    person.page.get_by_role("button", name="Đăng nhập").wait_for()
    after = person.see(f"{screen}{DOSSIERS}&unit=H35", "chỉ dành cho người có tài khoản")
    assert "H35.12" not in after
    assert person.hosts == {"127.0.0.1"}
    person.leave()


def test_somebody_not_listed_is_refused_and_kept_once(screen: str, browser: "playwright.Browser", home: Path) -> None:
    person = Person(browser).log_in(screen, "la@ngoai.example")
    text = person.see(f"{screen}{DOSSIERS}&unit=H35", "Tài khoản la@ngoai.example chưa có trong danh sách")
    assert "H35.12" not in text and "Tổng quan" not in text
    person.see(f"{screen}/data", "chưa có trong danh sách")
    assert denied(home) == [("la@ngoai.example", "access.unknown")]
    person.leave()


def test_a_cookie_that_the_server_did_not_sign_is_nobody(screen: str, browser: "playwright.Browser") -> None:
    person = Person(browser)
    claims = json.dumps({"is_logged_in": True, "email": "van-hanh@coquan.example", "iat": 1, "origin": screen})
    cookies = [{"name": "_streamlit_user", "value": f'"{claims}"'.replace(",", "%2C"), "url": screen}]
    person.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    person.see(screen, "chỉ dành cho người có tài khoản")
    person.leave()


def test_a_page_of_another_origin_gets_no_socket(screen: str) -> None:
    place = urlsplit(screen)
    told = ["GET /_stcore/stream HTTP/1.1", f"Host: {place.netloc}", "Origin: http://xau.example", "Upgrade: websocket"]
    told += ["Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=20) as asking:
        asking.sendall("\r\n".join([*told, "", ""]).encode())
        assert b" 403 " in asking.recv(1000).splitlines()[0]


# A proxy in front


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A screen that believes a proxy which tells the secret."""
    home = tmp_path_factory.mktemp("proxy")
    build(home)
    (home / "proxy.key").write_text(SECRET, encoding="utf-8")
    (home / "tthc.toml").write_text(f'[access]\nmode = "proxy"\nsecret_file = "proxy.key"\n{USERS}', encoding="utf-8")
    with serving(home) as address:
        yield home, urlsplit(address).port or 0


OURS = ("X-Tthc-Proxy-Secret", SECRET)


def test_a_proxy_that_tells_the_secret_names_the_reader(
    behind: tuple[Path, int], browser: "playwright.Browser"
) -> None:
    added = [("X-Forwarded-User", "xem@coquan.example"), OURS]
    with passing_on(behind[1], added, ["X-Forwarded-User", "X-Tthc-Proxy-Secret"]) as address:
        person = Person(browser)
        text = person.see(f"{address}{DOSSIERS}&unit=H35", "Chỉ hiện phần trong phạm vi")
        assert "xem@coquan.example · người xem" in text
        assert "H35.12-1" in text and "H35.07-1" not in text
        assert person.page.get_by_role("button", name="Đăng xuất").count() == 0
        person.leave()


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ([("X-Forwarded-User", "van-hanh@coquan.example")], "không đi qua máy chủ xác thực"),
        (
            [("X-Forwarded-User", "van-hanh@coquan.example"), ("X-Tthc-Proxy-Secret", "0" * 32)],
            "không đi qua máy chủ xác thực",
        ),
        # the proxy forgot to take away what the browser sent
        (
            [("X-Forwarded-User", "van-hanh@coquan.example"), ("X-Forwarded-User", "xem@coquan.example"), OURS],
            "không cho biết đúng một tài khoản",
        ),
        ([OURS], "không cho biết đúng một tài khoản"),
    ],
    ids=["no secret", "another secret", "two accounts", "no account"],
)
def test_headers_that_cannot_be_trusted_let_nobody_in(
    behind: tuple[Path, int], browser: "playwright.Browser", added: list[tuple[str, str]], said: str
) -> None:
    with passing_on(behind[1], added) as address:
        person = Person(browser)
        text = person.see(f"{address}{DOSSIERS}&unit=H35", said)
        assert "H35.12" not in text and "van-hanh" not in text and "Tổng quan" not in text
        person.leave()
    assert all(who == "" for who, _ in denied(behind[0]))


def test_who_asks_the_screen_past_the_proxy_is_refused(behind: tuple[Path, int], browser: "playwright.Browser") -> None:
    person = Person(browser)
    person.page.set_extra_http_headers({"X-Forwarded-User": "van-hanh@coquan.example"})
    text = person.see(f"http://127.0.0.1:{behind[1]}{DOSSIERS}&unit=H35", "không đi qua máy chủ xác thực")
    assert "H35.12" not in text
    person.leave()
