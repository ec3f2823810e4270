"""Who is let in and as whom: the settings, the list of readers, and the three ways a request tells its reader."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from collectors.access_setting import Role
from collectors.home import TEMPLATE, ConfigError, Home, open_home
from collectors.secret import SecretError, read_secret
from dashboard import access
from dashboard.access import Reason, Refused, Request
from dashboard.login_secrets import auth_secrets
from dashboard.serving import OwnPages
from metrics.readers import ANYBODY, AT_THE_MACHINE, Reader, listed, reader_of
from metrics.scope import EVERYTHING, NOTHING, Scope
from metrics.units import UnitTree
from tests.screen_pages import units_of

NOW = datetime(2026, 11, 15, 5, 0, tzinfo=UTC)
HERE = {"Host": ["127.0.0.1:8501"], "Origin": ["http://127.0.0.1:8501"]}
USERS = """
[[access.user]]
who = "Xa.MuongKim@coquan.example"
units = ["H35.33"]
[[access.user]]
who = "van-hanh"
role = "operator"
units = ["*"]
[[access.group]]
name = "lanh-dao"
units = ["H35"]
[[access.group]]
name = "ky-thuat"
role = "operator"
units = ["*"]
"""
PROVIDER = """
mode = "oidc"
server_metadata_url = "https://dang-nhap.coquan.example/.well-known/openid-configuration"
client_id = "tthc"
redirect_uri = "https://giam-sat.coquan.example/oauth2callback"
"""
Settings = Callable[..., Home]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    def write(text: str, users: str = USERS) -> Home:
        (tmp_path / "tthc.toml").write_text(f"[access]\n{text}\n{users}", encoding="utf-8")
        return open_home(tmp_path)

    return write


def ask(address: str | None = "127.0.0.1", user: dict[str, Any] | None = None, **headers: list[str]) -> Request:
    return Request(address, {name.replace("_", "-"): found for name, found in headers.items()}, user or {}, NOW)


def claims(**more: Any) -> dict[str, Any]:
    return {"is_logged_in": True, "iat": int(NOW.timestamp()) - 60, "email": "xa.muongkim@coquan.example"} | more


def refused(home: Home, request: Request) -> tuple[Reason, str]:
    with pytest.raises(Refused) as found:
        access.decide(home, request)
    return found.value.reason, found.value.who


# Settings and the list of readers


def test_the_template_lets_only_the_machine_itself_operate(tmp_path: Path) -> None:
    (tmp_path / "tthc.toml").write_text(TEMPLATE, encoding="utf-8")
    home = open_home(tmp_path)
    assert home.config.access.mode == "none"
    assert listed(home) == ((), ())
    assert access.decide(home, ask(**HERE)) == AT_THE_MACHINE


@pytest.mark.parametrize(
    ("text", "users", "said"),
    [
        ('mode = "ldap"', "", "mode = “ldap” không có; cần một trong: none, oidc, proxy"),
        ('secret = "abc"', "", "[access] không có khóa “secret”"),
        ('client_secret = "abc"', "", "[access] không có khóa “client_secret”"),
        ('unknown = "operator"', "", "unknown = “operator” không có"),
        ("session_hours = 0", "", "session_hours = 0"),
        ('public_url = "giam-sat"', "", "“giam-sat” không đúng"),
        ("", '[[access.user]]\nwho = "a"\nrole = "admin"', "role = “admin” không có; cần một trong: viewer, operator"),
        ("", '[[access.user]]\nwho = " "', "để trống"),
        ("", '[[access.user]]\nwho = "a"\n[[access.user]]\nwho = "A "', "khai báo hai lần"),
        ("", '[[access.user]]\nwho = "a"\nunit = "H35"', "không có khóa “unit”"),
        ("", '[access.user]\nwho = "a"', "cần các khối [[access.user]]"),
    ],
)
def test_settings_that_cannot_be_meant_are_told(settings: Settings, text: str, users: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        settings(text, users)
    assert said in str(error.value)


def test_an_account_is_matched_in_either_case_and_sees_what_its_entry_says(settings: Settings) -> None:
    home = settings("")
    assert reader_of(home, " XA.MUONGKIM@coquan.example") == Reader(
        Role.VIEWER, Scope(("H35.33",)), "XA.MUONGKIM@coquan.example"
    )
    assert reader_of(home, "van-hanh") == Reader(Role.OPERATOR, EVERYTHING, "van-hanh")
    assert reader_of(home, "nguoi-la") is reader_of(home, "") is None


def test_of_several_groups_the_first_in_the_list_counts_and_an_entry_of_ones_own_before_them(
    settings: Settings,
) -> None:
    home = settings("")
    found = reader_of(home, "nguoi-la", ["ky-thuat", "lanh-dao"])
    assert found is not None
    assert (found.role, found.scope) == (Role.VIEWER, Scope(("H35",)))
    own = reader_of(home, "xa.muongkim@coquan.example", ["ky-thuat"])
    assert own is not None and own.role is Role.VIEWER
    assert reader_of(home, "nguoi-la", ["Lanh-Dao", "khac"]) is None  # groups are told apart as the service writes them


def test_somebody_not_listed_may_be_let_in_to_see_rates_only(settings: Settings) -> None:
    assert reader_of(settings('unknown = "viewer"'), "nguoi-la") == Reader(Role.VIEWER, NOTHING, "nguoi-la")
    assert reader_of(settings('unknown = "viewer"'), "  ") is None


def test_an_entry_without_units_sees_no_dossier(settings: Settings) -> None:
    found = reader_of(settings("", '[[access.user]]\nwho = "a"'), "a")
    assert found is not None and found.scope == NOTHING


def test_the_list_may_stand_in_a_file_of_its_own(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "nguoi-dung.toml"
    home = settings('users_file = "nguoi-dung.toml"')
    with pytest.raises(ConfigError, match="không đọc được danh sách"):
        reader_of(home, "van-hanh")
    file.write_text('[[user]]\nwho = "them"\nrole = "operator"\nunits = ["H35.12"]\n', encoding="utf-8")
    assert reader_of(home, "THEM") == Reader(Role.OPERATOR, Scope(("H35.12",)), "THEM")
    assert reader_of(home, "van-hanh") is not None
    for bad, said in (
        ('[[user]]\nwho = "VAN-HANH"\n', "đã có trong"),
        ('[[users]]\nwho = "x"\n', "không hiểu mục users"),
        ('[[user]]\nwho = "x"\nrole = "root"\n', "role = “root”"),
    ):
        file.write_text(bad, encoding="utf-8")
        with pytest.raises(ConfigError, match=said):
            reader_of(home, "van-hanh")


@given(st.text(min_size=1, max_size=20))
def test_no_account_is_taken_for_another(who: str) -> None:
    home = Home(Path("nowhere"))
    assert reader_of(home, who) is None


# Scope


def test_a_scope_covers_its_units_and_all_below_and_nothing_else() -> None:
    tree: UnitTree = units_of(("H35", None), ("H35.12", "H35"), ("H35.12.01", "H35.12"), ("H35.33", "H35"))
    scope = Scope(("H35.12",))
    assert [code for code in tree.units if scope.covers(tree, code)] == ["H35.12", "H35.12.01"]
    assert not scope.covers(tree, None) and not scope.covers(tree, "H99") and not scope.covers(tree, "H35.1")
    assert EVERYTHING.covers(tree, None) and EVERYTHING.covers(tree, "H99")
    assert not any(NOTHING.covers(tree, code) for code in (*tree.units, None, ""))


def test_an_operator_of_a_unit_acts_on_its_alerts_and_collects_nothing() -> None:
    tree = units_of(("H35", None), ("H35.12", "H35"), ("H35.33", "H35"))
    operator = Reader(Role.OPERATOR, Scope(("H35.12",)), "a")
    assert operator.may_act_on(tree, "H35.12")
    assert not operator.may_act_on(tree, "H35.33") and not operator.may_act_on(tree, "H35")
    assert not operator.may_act_on(tree, None) and not operator.may_collect
    assert not Reader(Role.VIEWER, EVERYTHING, "a").may_act_on(tree, "H35.12")
    assert AT_THE_MACHINE.may_collect and AT_THE_MACHINE.may_act_on(tree, None)
    assert not ANYBODY.may_operate and not ANYBODY.is_known


# Nobody logs in


@pytest.mark.parametrize(
    ("address", "headers", "machine"),
    [
        ("127.0.0.1", HERE, True),
        ("localhost", {"Host": ["localhost:8501"]}, True),
        ("::1", {"Host": ["[::1]:8501"]}, True),
        ("0.0.0.0", HERE, False),
        (None, HERE, False),
        ("tthc.local", HERE, False),
        # behind a proxy on the same machine: others are passed on to us
        ("127.0.0.1", {"Host": ["giam-sat.coquan.example"]}, False),
        ("127.0.0.1", HERE | {"x-forwarded-for": ["10.0.0.7"]}, False),
        ("127.0.0.1", HERE | {"Forwarded": ["for=10.0.0.7"]}, False),
        # a page elsewhere whose name was made to point here
        ("127.0.0.1", {"Host": ["xau.example:8501"], "Origin": ["http://xau.example:8501"]}, False),
        ("127.0.0.1", HERE | {"Origin": ["http://[xau"]}, False),
    ],
)
def test_only_who_sits_at_the_machine_operates_without_a_login(
    tmp_path: Path, address: str | None, headers: dict[str, list[str]], machine: bool
) -> None:
    found = access.decide(Home(tmp_path), Request(address, headers, {}, NOW))
    assert found == (AT_THE_MACHINE if machine else ANYBODY)


def test_without_a_login_neither_headers_nor_claims_make_anybody(tmp_path: Path) -> None:
    request = ask("0.0.0.0", claims(email="van-hanh"), X_Forwarded_User=["van-hanh"], Host=["10.0.0.1"])
    assert access.decide(Home(tmp_path), request) == ANYBODY


# OpenID Connect


def test_who_is_logged_in_is_the_configured_claim(settings: Settings) -> None:
    home = settings('mode = "oidc"')
    assert access.decide(home, ask(user=claims())).scope == Scope(("H35.33",))
    home = settings('mode = "oidc"\nclaim = "preferred_username"')
    assert access.decide(home, ask(user=claims(preferred_username="Van-Hanh"))).may_collect
    assert refused(home, ask(user=claims())) == (Reason.NO_ACCOUNT, "")


def test_groups_of_the_login_give_a_role_only_where_a_claim_is_named(settings: Settings) -> None:
    user = claims(email="moi@coquan.example", groups=["ky-thuat", 7])
    assert refused(settings('mode = "oidc"'), ask(user=user)) == (Reason.UNKNOWN, "moi@coquan.example")
    found = access.decide(settings('mode = "oidc"\ngroups_claim = "groups"'), ask(user=user))
    assert (found.role, found.name) == (Role.OPERATOR, "moi@coquan.example")


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ({}, Reason.BROKEN),
        ({"email": "van-hanh"}, Reason.BROKEN),
        ({"is_logged_in": False}, Reason.LOGIN),
        (claims(is_logged_in="yes"), Reason.LOGIN),
        (claims(iat=None), Reason.EXPIRED),
        (claims(iat=int((NOW - timedelta(hours=12, seconds=1)).timestamp())), Reason.EXPIRED),
        (claims(email_verified=False), Reason.UNVERIFIED),
        (claims(email=""), Reason.NO_ACCOUNT),
        (claims(email=["van-hanh"]), Reason.NO_ACCOUNT),
        (claims(email="van-hanh\u202e"), Reason.NO_ACCOUNT),
        (claims(email="nguoi-la@ngoai.example"), Reason.UNKNOWN),
    ],
)
def test_a_login_that_cannot_be_used_is_refused(settings: Settings, user: dict[str, Any], reason: Reason) -> None:
    assert refused(settings('mode = "oidc"'), ask(user=user))[0] is reason


def test_with_a_login_a_header_or_the_machine_itself_counts_for_nothing(settings: Settings) -> None:
    request = ask(user={"is_logged_in": False}, X_Forwarded_User=["van-hanh"], Host=["127.0.0.1:8501"])
    assert refused(settings('mode = "oidc"'), request) == (Reason.LOGIN, "")


def test_a_list_that_cannot_be_used_lets_nobody_in(settings: Settings) -> None:
    home = settings('mode = "oidc"\nusers_file = "khong-co.toml"\nunknown = "viewer"')
    assert refused(home, ask(user=claims()))[0] is Reason.BROKEN


def test_streamlit_is_told_the_secrets_from_where_they_stand(settings: Settings, tmp_path: Path) -> None:
    where = 'client_secret_env = "SECRET_OF_CLIENT"'
    home = settings(f'{PROVIDER}{where}\ncookie_secret_file = "cookie.key"')
    (tmp_path / "cookie.key").write_text("c" * 40 + "\n", encoding="utf-8")
    environ = {"SECRET_OF_CLIENT": " s3cret\n"}
    found = auth_secrets(home, environ)
    assert (found["client_secret"], found["cookie_secret"], found["client_id"]) == ("s3cret", "c" * 40, "tthc")
    with pytest.raises(SecretError, match="SECRET_OF_CLIENT chưa có giá trị"):
        auth_secrets(home, {})
    drawn = [auth_secrets(settings(f"{PROVIDER}{where}"), environ)["cookie_secret"] for _ in range(2)]
    assert drawn[0] != drawn[1] and min(map(len, drawn)) >= 32
    assert auth_secrets(settings('mode = "proxy"'), {}) == {}
    for text, said in ((PROVIDER, "thiếu khóa bí mật"), ('mode = "oidc"', "thiếu server_metadata_url")):
        with pytest.raises(SecretError, match=said):
            auth_secrets(settings(text), environ)


def test_a_secret_is_in_one_place_and_never_in_the_message(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret", encoding="utf-8")
    (tmp_path / "empty").write_text(" \n", encoding="utf-8")
    for where, said in ((("A", "key"), "chỉ ghi một"), (("", "none"), "không đọc được"), (("", "empty"), "trống")):
        with pytest.raises(SecretError, match=said) as error:
            read_secret("[access] secret", where, tmp_path, {"A": "s3cret"})
        assert "s3cret" not in str(error.value)
    assert read_secret("[access] secret", ("", ""), tmp_path, {}) == ""


# A proxy in front


def test_the_header_is_believed_where_only_this_machine_can_ask(settings: Settings) -> None:
    home = settings('mode = "proxy"')
    assert access.decide(home, ask(x_forwarded_user=["van-hanh"])).may_collect
    for address in ("0.0.0.0", "10.0.0.5", None):
        assert refused(home, ask(address, X_Forwarded_User=["van-hanh"])) == (Reason.NOT_PROXY, "")


def test_with_a_secret_the_header_is_believed_from_who_tells_it_and_from_nobody_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = hashlib.sha256(b"invented").hexdigest()
    home = settings('mode = "proxy"\nheader = "X-Account"\nsecret_env = "OUR_SECRET"')
    assert refused(home, ask(X_Account=["van-hanh"]))[0] is Reason.BROKEN  # the variable is not set
    monkeypatch.setenv("OUR_SECRET", secret)
    told = {"X_Account": ["van-hanh"]}
    for address in ("127.0.0.1", "0.0.0.0"):
        assert access.decide(home, ask(address, **told, X_Tthc_Proxy_Secret=[secret])).may_collect
        for said in ([], [""], [secret[:-1]], [secret, secret], ["ơ"]):
            assert refused(home, ask(address, **told, X_Tthc_Proxy_Secret=said)) == (Reason.NOT_PROXY, "")
    assert refused(home, ask(X_Forwarded_User=["van-hanh"], X_Tthc_Proxy_Secret=[secret]))[0] is Reason.NO_ACCOUNT


@pytest.mark.parametrize("accounts", [[], [""], ["van-hanh", "van-hanh"], ["xa", "van-hanh"], ["a" * 201], ["a\tb"]])
def test_a_proxy_that_tells_no_account_or_several_lets_nobody_in(settings: Settings, accounts: list[str]) -> None:
    assert refused(settings('mode = "proxy"'), ask(X_Forwarded_User=accounts))[0] is Reason.NO_ACCOUNT


def test_a_proxy_may_tell_groups(settings: Settings) -> None:
    told = {"X_Forwarded_User": ["moi"], "X_Forwarded_Groups": ["khac, ky-thuat"]}
    assert refused(settings('mode = "proxy"'), ask(**told)) == (Reason.UNKNOWN, "moi")
    home = settings('mode = "proxy"\ngroups_header = "X-Forwarded-Groups"')
    assert access.decide(home, ask(**told)).may_operate
    assert refused(home, ask(**told | {"X_Forwarded_Groups": ["khac", "ky-thuat"]}))[0] is Reason.NO_ACCOUNT


# Pages of another origin


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("127.0.0.1:8501", "http://127.0.0.1:8501", True),
        ("localhost:8501", "http://localhost:8501", True),
        ("127.0.0.1:8501", "http://localhost:3000", False),  # another program's page on this machine
        ("giam-sat.coquan.example", "https://giam-sat.coquan.example", True),
        ("127.0.0.1:8501", "https://giam-sat.coquan.example", True),  # the public address
        ("127.0.0.1:8501", None, True),
        ("127.0.0.1:8501", "https://xau.example", False),
        ("giam-sat.coquan.example", "http://127.0.0.1:8501", False),
        ("127.0.0.1:8501", "null", False),
        ("", "", False),
    ],
)
def test_only_pages_of_the_screen_may_ask_it(host: str, origin: str | None, own: bool) -> None:
    told = {"host": host} | ({"origin": origin} if origin is not None else {})
    gate = OwnPages(lambda *_: None, "giam-sat.coquan.example")  # type: ignore[arg-type,return-value]
    assert gate._is_own(Headers(told)) is own


@pytest.mark.parametrize(("origin", "asked"), [("https://xau.example", False), ("http://127.0.0.1:8501", True)])
def test_streamlit_is_never_asked_by_a_foreign_page(origin: str, asked: bool) -> None:
    """It would ask a host outside for this machine's own address before it said no."""
    reached, sent = [], []

    async def streamlit(*_: object) -> None:
        reached.append(True)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8501"), (b"origin", origin.encode())]
    gate = OwnPages(streamlit, "")
    asyncio.run(gate({"type": "websocket", "headers": headers}, streamlit, send))  # type: ignore[arg-type]
    assert bool(reached) is asked
    assert [one["code"] for one in sent] == ([] if asked else [1008])
