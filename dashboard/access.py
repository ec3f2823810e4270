"""The request of a page in, who reads it out: the one place that decides what somebody may see and do on the screen.

Three ways (`[access] mode`): nobody logs in; OpenID Connect, by Streamlit; a header that the proxy in front writes. What
cannot be trusted is refused, never shown as somebody else. Pages take the reader from `reader()`; reads ask for its scope.
"""

import hmac
import ipaddress
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from collectors.access_setting import Access, Mode
from collectors.home import ConfigError, Home
from collectors.secret import SecretError, read_secret
from dashboard.login_secrets import auth_secrets
from metrics.audit import AuditJournal
from metrics.journal import naive_utc
from metrics.readers import ANYBODY, AT_THE_MACHINE, Reader, reader_of

_READER = "reader"
_TOLD = "denial_told"
_MOST_LETTERS = 200
_PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")


class Reason(StrEnum):
    """Why somebody is not let in; the words stand under `access.<reason>`."""

    LOGIN = "login"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    UNVERIFIED = "unverified"
    NO_ACCOUNT = "no_account"
    NOT_PROXY = "not_proxy"
    BROKEN = "broken"


class Refused(Exception):
    """Somebody is not let in. who: the account where it can be trusted. detail: what is wrong with the settings."""

    def __init__(self, reason: Reason, who: str = "", detail: str = "") -> None:
        super().__init__(reason, who, detail)
        self.reason, self.who, self.detail = reason, who, detail


@dataclass(frozen=True, slots=True)
class Request:
    """What a page knows of its reader. address: the one the server listens on. user: the claims of the login."""

    address: str | None
    headers: Mapping[str, Sequence[str]]
    user: Mapping[str, Any]
    now: datetime

    def values(self, name: str) -> list[str]:
        """Return every value of a header, in either case of letters."""
        return [value for key, found in self.headers.items() if key.lower() == name.lower() for value in found]


def enter(home: Home, now: datetime) -> Reader:
    """Decide who reads this page, keep it for the page, and return it. Raises Refused, which is kept in the journal."""
    st.session_state.pop(_READER, None)
    try:
        found = decide(home, _request(now))
    except Refused as refused:
        _note(home, refused, now)
        raise
    st.session_state[_READER] = found
    return found


def reader() -> Reader:
    """Return who reads this page; a page that nobody entered is a bug (KeyError)."""
    found = st.session_state[_READER]
    if not isinstance(found, Reader):
        raise TypeError("the reader of a page")
    return found


def decide(home: Home, request: Request) -> Reader:
    """Return who reads. Raises Refused."""
    access = home.config.access
    try:
        if access.mode == Mode.OIDC:
            return _logged_in(home, access, request)
        if access.mode == Mode.PROXY:
            return _passed_on(home, access, request)
    except (SecretError, ConfigError) as error:  # a list of readers that cannot be used lets nobody in
        raise Refused(Reason.BROKEN, detail=str(error)) from error
    return AT_THE_MACHINE if at_the_machine(request) else ANYBODY


def at_the_machine(request: Request) -> bool:
    """Whether the reader sits at the machine: the server listens to nobody else, and no proxy passes others on to it.

    A browser names the host it asks for: another name than this machine's own comes through a proxy, or from a page that
    had its own name point here.
    """
    if not is_loopback(request.address) or any(request.values(name) for name in _PASSED_ON):
        return False
    return all(is_loopback(host_of(host)) for host in (*request.values("Host"), *request.values("Origin")))


def host_of(told: str) -> str | None:
    """Return the name or number of the machine in a Host or an Origin header; None where there is none."""
    try:
        return urlsplit(told if "//" in told else f"//{told}").hostname
    except ValueError:
        return None


def is_loopback(address: str | None) -> bool:
    """Whether an address can be reached from this machine only."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False  # not set, or a name: other machines may reach it


def _logged_in(home: Home, access: Access, request: Request) -> Reader:
    """OpenID Connect: the account is a claim of the login's ID token, which Streamlit checked and signed."""
    user = request.user
    if "is_logged_in" not in user:
        auth_secrets(home, os.environ)  # says what is missing
        raise Refused(Reason.BROKEN, detail="Màn hình chưa được khởi động bằng `tthc up` hoặc `tthc dashboard`.")
    if user.get("is_logged_in") is not True:
        raise Refused(Reason.LOGIN)
    began = user.get("iat")
    if (
        not isinstance(began, int)
        or request.now.timestamp() - began > timedelta(hours=access.session_hours).total_seconds()
    ):
        raise Refused(Reason.EXPIRED)
    who = user.get(access.claim)
    if not _is_account(who):
        raise Refused(Reason.NO_ACCOUNT)
    if access.claim == "email" and user.get("email_verified") is False:
        raise Refused(Reason.UNVERIFIED, str(who))
    groups = user.get(access.groups_claim) if access.groups_claim else None
    return _listed(home, str(who), [one for one in groups if isinstance(one, str)] if isinstance(groups, list) else [])


def _passed_on(home: Home, access: Access, request: Request) -> Reader:
    """A proxy in front wrote the account: believed with the secret we share, or where only this machine can ask us."""
    secret = read_secret("[access] secret", (access.secret_env, access.secret_file), home.path, os.environ)
    if secret:
        said = request.values(access.secret_header)
        if len(said) != 1 or not hmac.compare_digest(said[0].encode(), secret.encode()):
            raise Refused(Reason.NOT_PROXY)
    elif not is_loopback(request.address):
        raise Refused(Reason.NOT_PROXY)
    accounts = request.values(access.header)
    if len(accounts) != 1 or not _is_account(accounts[0]):  # two of them: the proxy let one of the browser's through
        raise Refused(Reason.NO_ACCOUNT)
    groups = request.values(access.groups_header) if access.groups_header else []
    if len(groups) > 1:
        raise Refused(Reason.NO_ACCOUNT)
    return _listed(home, accounts[0], [one.strip() for said in groups for one in said.split(",") if one.strip()])


def _listed(home: Home, who: str, groups: Sequence[str]) -> Reader:
    found = reader_of(home, who, groups)
    if found is None:
        raise Refused(Reason.UNKNOWN, who.strip())
    return found


def _is_account(who: object) -> bool:
    return isinstance(who, str) and bool(who.strip()) and len(who) <= _MOST_LETTERS and who.isprintable()


def _request(now: datetime) -> Request:
    headers = st.context.headers
    found = {name: headers.get_all(name) for name in headers}
    return Request(st.get_option("server.address"), found, st.user.to_dict(), now)


def _note(home: Home, refused: Refused, now: datetime) -> None:
    """Keep once for a session that somebody was turned away; that somebody has yet to log in is nothing to keep."""
    told = (refused.reason, refused.who)
    if refused.reason in (Reason.LOGIN, Reason.EXPIRED) or st.session_state.get(_TOLD) == told:
        return
    AuditJournal(home.journal).deny(refused.who, f"access.{refused.reason}", at=naive_utc(now))
    st.session_state[_TOLD] = told
