"""What an installation says of the portal (a table of its settings) → PortalSettings, checked; no credential gets in."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from collectors.home import ConfigError
from collectors.period import Kind, Period, period_of
from collectors.sources.portal_v2 import Endpoint
from collectors.web.limits import LOOPBACK, is_whole
from collectors.web.settings import LIMIT_RULES, Rules, check_keys, check_rules

OVERVIEW, CATALOGUE = "overview", "catalogue"

_ROOT_CODE = re.compile(r"H\d{2}")


class PortalSettingsError(ConfigError):
    """A setting of the portal that cannot be used; the message names key, what was found, and what is expected."""


class Asking(StrEnum):
    """How an endpoint is asked for a period."""

    TIME_TYPE = "time_type"
    DATE_RANGE = "date_range"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """Where one data set stands, and how it is asked for."""

    name: Endpoint
    path: str
    period: Asking
    page_size: int
    max_pages: int = 1


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """How the portal is asked: where, for which province, how gently. Made by `portal_settings`.

    root_code: the province, e.g. H35; its id of the day is looked up in every run.
    user_agent: name of the project and how to reach us, e.g. "tthc/0.1 (Sở A; giamsat@example.gov.vn)", ASCII.
    since: first closed period that is collected, e.g. 2026-01; empty: the one before the open one, no back-fill.
    again: closed periods that are asked for once a day although they stand still, e.g. 2026-08, until taken out again.
    expected_units: units below the province; 0 = as many as the last good response had.
    timeouts: to connect, to read; seconds. pause_seconds: shortest and longest pause between two calls.
    daily_cap: requests on one day (Việt Nam), all runs and repetitions together. run_minutes: no request later.
    freeze_after_days: a closed period whose figures have not changed for so long is not asked for again.
    ca_bundle: file with the certificates of the network's own authority; empty: the usual ones.
    proxy: http://host:port, without user and password; empty: none (the environment is not looked at).
    synthetic: base_url is a demonstration server on this machine; everything collected is marked as synthetic.
    """

    base_url: str
    root_code: str
    user_agent: str
    kind: str = "portal_v2"
    groups: tuple[str, ...] = ()
    periods: tuple[Kind, ...] = tuple(Kind)
    since: str = ""
    again: tuple[str, ...] = ()
    page_size: int = 0
    timeouts: tuple[float, float] = (10, 45)
    pause_seconds: tuple[float, float] = (1.0, 2.5)
    daily_cap: int = 200
    run_minutes: int = 60
    expected_units: int = 0
    freeze_after_days: int = 3
    catalogue_every_days: int = 7
    ca_bundle: str = ""
    proxy: str = ""
    synthetic: bool = False
    endpoints: Mapping[str, EndpointSettings] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_rules(self, _RULES, place="[portal]", error=PortalSettingsError)

    @property
    def earliest(self) -> Period | None:
        """The first closed period to collect; None: only the one before the open one."""
        return period_of(self.since)

    @property
    def asked_groups(self) -> tuple[str, ...]:
        """The groups of a province and period, in the order of asking."""
        return tuple(group for group in self.endpoints if group in self.groups and group != CATALOGUE)


def portal_settings(values: Mapping[str, object]) -> PortalSettings:
    """Return the settings in a table of an installation's configuration, on top of the table of the API.

    Raises PortalSettingsError for an unknown key, a value that cannot be used, and a credential of any kind.
    """
    check_keys(
        values,
        place="[portal]",
        known={field.name for field in fields(PortalSettings)},
        required=("base_url", "root_code", "user_agent"),
        advice="Cổng không cần đăng nhập: hãy xóa khóa này khỏi cấu hình, và đổi mật khẩu đó nếu tệp đã được sao chép"
        " đi nơi khác.",
        error=PortalSettingsError,
    )
    given: dict[str, Any] = {key: _read(key, value) for key, value in values.items() if key != "endpoints"}
    given["endpoints"] = _endpoints(values.get("endpoints", {}))
    given.setdefault("groups", tuple(given["endpoints"]))
    return PortalSettings(**given)


def first_period() -> Period:
    """Return the first period that the API is asked for at all."""
    period = period_of(str(_contract()["first_period"]))
    if period is None:
        raise ValueError("first_period in portal_v2.toml is a period")
    return period


def headers() -> Mapping[str, str]:
    """Return the headers of every request, besides User-Agent."""
    return {str(name): str(value) for name, value in _contract()["headers"].items()}


@cache
def _contract() -> Mapping[str, Any]:
    return tomllib.loads((files("collectors.sources") / "portal_v2.toml").read_text(encoding="utf-8"))


def _endpoints(overrides: object) -> Mapping[str, EndpointSettings]:
    table: Mapping[str, Mapping[str, Any]] = _contract()["endpoints"]
    entries: dict[str, Any] = dict(overrides) if isinstance(overrides, Mapping) else {"": overrides}
    if entries.keys() - table.keys() or not all(isinstance(entry, Mapping) for entry in entries.values()):
        raise PortalSettingsError(f"[portal.endpoints] cần các mục con trong số: {', '.join(table)}.")
    return MappingProxyType({group: _endpoint(group, {**table[group], **entries.get(group, {})}) for group in table})


def _endpoint(group: str, entry: Mapping[str, Any]) -> EndpointSettings:
    try:
        endpoint = EndpointSettings(**{**entry, "name": Endpoint(entry["name"]), "period": Asking(entry["period"])})
    except (TypeError, ValueError) as error:
        raise PortalSettingsError(f"[portal.endpoints.{group}] không dùng được: {error}.") from error
    counts = (endpoint.page_size, endpoint.max_pages)
    if not re.fullmatch(r"/[\w./-]+", endpoint.path) or not all(is_whole(count, 0, 1000) for count in counts):
        raise PortalSettingsError(f"[portal.endpoints.{group}] cần path dạng /api/…, page_size và max_pages đến 1000.")
    return endpoint


def _read(key: str, value: object) -> object:
    """TOML has lists where the settings have tuples, and text where they have names of periods."""
    if key == "periods":
        names = value if isinstance(value, list) else []
        if not names or any(name not in list(Kind) for name in names):
            raise PortalSettingsError(f"[portal] periods = {value!r}: cần danh sách trong số {', '.join(Kind)}.")
        return tuple(Kind(name) for name in names)
    return tuple(value) if isinstance(value, list) else value


def _address(settings: PortalSettings) -> bool:
    """https, host only; plain http is for the demonstration server on this machine, which is always synthetic."""
    try:
        parts = urlsplit(settings.base_url)
        port = parts.port
    except (ValueError, TypeError, AttributeError):
        return False
    bare = bool(parts.hostname) and not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    local = parts.hostname in LOOPBACK and port != 0
    return bare and (local if settings.synthetic else parts.scheme == "https")


_RULES: Rules = MappingProxyType(
    {
        **LIMIT_RULES,
        "kind": (lambda s: s.kind == "portal_v2", "“portal_v2”"),
        "base_url": (
            _address,
            "https://máy-chủ, không kèm đường dẫn; http:// chỉ dùng cho máy chủ trình diễn trên chính máy này"
            " (127.0.0.1) và khi synthetic = true",
        ),
        "root_code": (lambda s: bool(_ROOT_CODE.fullmatch(str(s.root_code))), "mã tỉnh, ví dụ “H35”"),
        "groups": (lambda s: bool(s.groups) and set(s.groups) <= set(s.endpoints), "các nhóm có trong portal_v2.toml"),
        "since": (
            lambda s: s.since == "" or period_of(str(s.since)) is not None,
            "“2026-01”, “2026-Q1”, “2026” hoặc “”",
        ),
        "again": (
            lambda s: isinstance(s.again, tuple) and all(period_of(str(label)) is not None for label in s.again),
            "danh sách kỳ dạng “2026-08”, “2026-Q3”, “2026”",
        ),
        "page_size": (lambda s: is_whole(s.page_size, 0, 1000), "số nguyên từ 0 (theo portal_v2.toml) đến 1000"),
        "expected_units": (
            lambda s: is_whole(s.expected_units, 0, 10_000),
            "số đơn vị từ 0 (không định trước) đến 10000",
        ),
        "freeze_after_days": (lambda s: is_whole(s.freeze_after_days, 1, 60), "số ngày từ 1 đến 60"),
        "catalogue_every_days": (lambda s: is_whole(s.catalogue_every_days, 1, 366), "số ngày từ 1 đến 366"),
    }
)
