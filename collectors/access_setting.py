"""Who may look at the screen and what each may do, as `tthc.toml` says it: the sections `[access]`, its users and groups."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

ALL_UNITS = "*"
CALLBACK = "/oauth2callback"


class Mode(StrEnum):
    """How a reader is known."""

    NONE = "none"
    OIDC = "oidc"
    PROXY = "proxy"


class Role(StrEnum):
    """What a reader may do."""

    VIEWER = "viewer"
    OPERATOR = "operator"


class Unknown(StrEnum):
    """What becomes of somebody who is logged in and not listed."""

    REFUSE = "refuse"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Access:
    """How readers are known; where a secret stands is told (a variable or a file), never the secret itself."""

    mode: str = Mode.NONE
    public_url: str = ""
    unknown: str = Unknown.REFUSE
    users_file: str = ""
    session_hours: int = 12
    server_metadata_url: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    scope: str = "openid email profile"
    claim: str = "email"
    groups_claim: str = ""
    client_secret_env: str = ""
    client_secret_file: str = ""
    cookie_secret_env: str = ""
    cookie_secret_file: str = ""
    header: str = "X-Forwarded-User"
    groups_header: str = ""
    secret_header: str = "X-Tthc-Proxy-Secret"
    secret_env: str = ""
    secret_file: str = ""

    @property
    def public_host(self) -> str:
        """The host (and port) by which browsers reach the screen; "" where that is not told."""
        return urlsplit(self.public_url or self.redirect_uri).netloc.lower()


@dataclass(frozen=True, slots=True)
class AccessUser:
    """One person (or account); units: whose single dossiers they may see, with all below; none: rates only."""

    who: str
    role: str = Role.VIEWER
    units: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AccessGroup:
    """The members of a group of the login service; the first group of the list that a reader has counts."""

    name: str
    role: str = Role.VIEWER
    units: list[str] = field(default_factory=list)


def faults(access: Access) -> Iterator[str]:
    """Yield what cannot be meant, in Vietnamese; what can be wrong only for one way of serving is told by `doctor`."""
    for key, value, allowed in (("mode", access.mode, Mode), ("unknown", access.unknown, Unknown)):
        if value not in set(allowed):
            yield f"[access] {key} = “{value}” không có; cần một trong: {', '.join(allowed)}."
    if access.session_hours < 1:
        yield f"[access] session_hours = {access.session_hours}; cần số giờ từ 1 trở lên."
    for url in (access.public_url, access.redirect_uri, access.server_metadata_url):
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
            yield f"[access] địa chỉ “{url}” không đúng; cần dạng https://giam-sat.coquan.example/…"


def listed_faults(users: Sequence[AccessUser], groups: Sequence[AccessGroup]) -> Iterator[str]:
    """Yield what is wrong with the lists: a role that does not exist, nobody named, somebody named twice."""
    named = [(f"[[access.user]] who = “{one.who}”", identity(one.who), one.role) for one in users]
    named += [(f"[[access.group]] name = “{one.name}”", one.name.strip(), one.role) for one in groups]
    seen: set[str] = set()
    for place, key, role in named:
        if role not in set(Role):
            yield f"{place}: role = “{role}” không có; cần một trong: {', '.join(Role)}."
        if not key:
            yield f"{place}: để trống; cần tài khoản hoặc tên nhóm."
        kind = place.split("]]")[0]
        if f"{kind} {key}" in seen:
            yield f"{place}: khai báo hai lần; giữ lại một mục."
        seen.add(f"{kind} {key}")


def identity(who: str) -> str:
    """Return an account as it is compared: letters of either case are the same, spaces around it do not count."""
    return unicodedata.normalize("NFC", who).strip().casefold()
