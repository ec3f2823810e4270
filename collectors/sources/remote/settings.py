"""One `[[source]]` of an installation's settings → UrlSource, CkanSource or IgateSource, checked; no credential gets in."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from string import Formatter
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from collectors.home import ConfigError
from collectors.period import Kind
from collectors.sources.remote.reading import Reading, reading_of
from collectors.sources.remote.statistic import NAME
from collectors.web.limits import LOOPBACK, is_whole
from collectors.web.settings import LIMIT_RULES, Rules, check_keys, check_rules

_ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9_]{2,59}")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*")
_UNIT = re.compile(r"[\w-]{1,60}")
_PATH = re.compile(r"/[^\s?#]*")
_DAY_GROUPS = {"year", "month", "day"}
_OF_PERIOD = frozenset({"from", "to", "year", "month"})
_TOKEN_ADVICE = (
    "Mã truy cập không bao giờ đặt trong tthc.toml: xóa nó ở đây, đặt vào một biến môi trường, ghi TÊN biến đó vào"
    " token_env (chỉ kind = “igate”), và đổi mã nếu tệp đã được sao chép đi nơi khác."
)


class SourceError(ConfigError):
    """A `[[source]]` that cannot be used; the message names source, key, what was found, and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What every configured source says: its name, and how gently its server is asked (see `collectors.web.limits`).

    max_megabytes: a longer response is broken off.
    """

    name: str
    user_agent: str
    daily_cap: int = 50
    pause_seconds: tuple[float, float] = (1.0, 2.5)
    run_minutes: int = 60
    timeouts: tuple[float, float] = (10, 60)
    max_megabytes: int = 200
    ca_bundle: str = ""
    proxy: str = ""
    synthetic: bool = False

    @property
    def most(self) -> int:
        """Bytes of a response."""
        return self.max_megabytes << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSource(_Source):
    """A file that stands at an address.

    url: may hold {from}, {to} (2026-08-01), {year}, {month} of the period. period: the month, quarter or year in
    which yesterday lies. allow_hosts: where a redirect may lead besides the host of the url.
    captured_at: pattern with groups year, month, day, found in the name of the file: the state is that of the end of
    that day; empty: it is that of the moment of the response.
    """

    url: str
    period: str = ""
    allow_hosts: tuple[str, ...] = ()
    captured_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CkanSource(_Source):
    """The newest resources of a data set (or one resource) of an open-data portal with the CKAN API, version 3.

    name_pattern: part of the name of a resource, as a regular expression. formats: as the portal names them, in any
    case. newest: how many of them, by their time of change.
    """

    base_url: str
    dataset: str = ""
    resource: str = ""
    name_pattern: str = ""
    formats: tuple[str, ...] = ("CSV", "XLSX", "XLS", "ODS", "JSON")
    newest: int = 1
    allow_hosts: tuple[str, ...] = ()
    captured_at: str = ""


@dataclass(frozen=True, slots=True)
class IgateEndpoint:
    """One statistics request, and how its answer is read. path, query: may hold {from}, {to}, {unit}."""

    name: str
    path: str
    query: Mapping[str, str]
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class IgateSource(_Source):
    """Statistics endpoints of a provincial VNPT iGate 2.

    units: ids of agencies, each asked for in turn where a request holds {unit}. token_env: name of the environment
    variable that holds the token; empty: none is needed. periods: kinds; of each, the running and the last one.
    """

    base_url: str
    endpoint: tuple[IgateEndpoint, ...]
    units: tuple[str, ...] = ()
    periods: tuple[Kind, ...] = (Kind.MONTH,)
    token_env: str = ""
    timeouts: tuple[float, float] = (30, 180)  # its statistics take minutes


ConfiguredSource: TypeAlias = UrlSource | CkanSource | IgateSource

KINDS: Mapping[str, type[ConfiguredSource]] = MappingProxyType(
    {"url": UrlSource, "ckan": CkanSource, "igate": IgateSource}
)


def name_of(values: object, number: int) -> str:
    """Return what a source is called, even one that cannot be used: its name, else its place in the file, from 1."""
    name = values.get("name") if isinstance(values, Mapping) else None
    return name if isinstance(name, str) and NAME.fullmatch(name) else f"source-{number}"


def source_settings(values: object, *, taken: Collection[str]) -> ConfiguredSource:
    """Return the settings of one `[[source]]`; raises SourceError. taken: names that mean something else already."""
    if not isinstance(values, Mapping):
        raise SourceError("[[source]] cần là một khối: mỗi nguồn mở đầu bằng dòng [[source]].")
    place = f"[[source]] “{values.get('name', '?')}”:"
    kind = KINDS.get(str(values.get("kind")))
    if kind is None:
        raise SourceError(f"{place} kind = {values.get('kind')!r}: cần một trong {', '.join(KINDS)}.")
    known = {one.name: one for one in fields(kind)}
    given: dict[str, Any] = {key: value for key, value in values.items() if key not in ("kind", "token_env")}
    required = [name for name, one in known.items() if one.default is MISSING]
    check_keys(given, place=place, known=known, required=required, advice=_TOKEN_ADVICE, error=SourceError)
    if "token_env" in values:
        _check_token(values["token_env"], kind, place)
        given["token_env"] = values["token_env"]
    read: dict[str, Any] = {key: _read(key, value, place) for key, value in given.items()}
    made = kind(**read)
    check_rules(made, _RULES[kind], place=place, error=SourceError)
    if made.name in taken:
        raise SourceError(f"{place} tên này đã dùng cho một nguồn khác: đặt tên khác.")
    return made


def _check_token(value: object, kind: type, place: str) -> None:
    """Refuse a token where the name of its variable belongs, without repeating it."""
    if kind is not IgateSource:
        raise SourceError(f"{place} token_env chỉ dùng với kind = “igate”.")
    if not isinstance(value, str) or (value and not _ENVIRONMENT.fullmatch(value)):
        raise SourceError(f"{place} token_env: cần TÊN một biến môi trường, ví dụ “IGATE_TOKEN”. {_TOKEN_ADVICE}")


def _read(key: str, value: object, place: str) -> object:
    """TOML has lists where the settings have tuples, names of periods, and tables of endpoints."""
    if key == "periods":
        names = value if isinstance(value, list) else []
        if not names or any(name not in list(Kind) for name in names):
            raise SourceError(f"{place} periods = {value!r}: cần danh sách trong số {', '.join(Kind)}.")
        return tuple(Kind(name) for name in names)
    if key == "endpoint":
        entries = value if isinstance(value, list) else []
        return tuple(_endpoint(entry, number, place) for number, entry in enumerate(entries, start=1))
    return tuple(value) if isinstance(value, list) else value


def _endpoint(entry: object, number: int, place: str) -> IgateEndpoint:
    values = dict(entry) if isinstance(entry, Mapping) else {}
    name = values.pop("name", None)
    place = f"{place} [[source.endpoint]] {name or number}:"
    path, query = values.pop("path", None), values.pop("query", {})
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise SourceError(f"{place} name: cần chữ thường không dấu, chữ số và dấu gạch dưới, ví dụ “theo_don_vi”.")
    if not isinstance(path, str) or not _PATH.fullmatch(path) or not _holds(path, {"from", "to", "unit"}):
        raise SourceError(f"{place} path: cần đường dẫn dạng /pa/…, chỉ kèm {{from}}, {{to}}, {{unit}}.")
    if path.rstrip("/").endswith("/dossier/search"):
        raise SourceError(f"{place} path: đây là danh sách hồ sơ có dữ liệu cá nhân, không lấy qua đường này.")
    texts = query.values() if isinstance(query, Mapping) else [None]
    if not all(isinstance(text, str) and _holds(text, {"from", "to", "unit"}) for text in texts):
        raise SourceError(f"{place} query: cần bảng chữ = chữ, chỉ kèm {{from}}, {{to}}, {{unit}}.")
    try:
        return IgateEndpoint(name, path, MappingProxyType(dict(query)), reading_of(values))
    except ValueError as error:
        raise SourceError(f"{place} {error}") from error


def _holds(text: object, allowed: Collection[str]) -> bool:
    """Whether the braces of a text hold nothing but these names."""
    try:
        parts = list(Formatter().parse(str(text)))
    except ValueError:
        return False
    return all(name is None or (name in allowed and not spec and not how) for _, name, spec, how in parts)


def _web(url: object) -> bool:
    """Whether a text is an address that can be asked: http or https, a host, no user or password."""
    try:
        parts = urlsplit(str(url))
        port = parts.port
    except ValueError:
        return False
    sound = isinstance(url, str) and parts.scheme in ("http", "https") and port != 0 and not re.search(r"\s", url)
    return sound and bool(parts.hostname) and not parts.username and not parts.fragment


def _secure(source: IgateSource) -> bool:
    """https; plain http is for the demonstration server on this machine, which is always synthetic."""
    if not _web(source.base_url) or urlsplit(source.base_url).query:
        return False
    parts = urlsplit(source.base_url)
    return parts.hostname in LOOPBACK if source.synthetic else parts.scheme == "https"


def _texts(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(text, str) and text for text in value)


def _pattern(value: object, groups: Collection[str] = ()) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return not value or set(groups) <= set(re.compile(value).groupindex)
    except re.error:
        return False


def _hosts(source: UrlSource | CkanSource) -> bool:
    return _texts(source.allow_hosts) and all(_HOST.fullmatch(host) for host in source.allow_hosts)


def _units(source: IgateSource) -> bool:
    sound = _texts(source.units) and all(_UNIT.fullmatch(unit) for unit in source.units)
    return sound and (bool(source.units) or not any(map(asks_units, source.endpoint)))


def _period(source: UrlSource) -> bool:
    named = any(f"{{{name}}}" in source.url for name in _OF_PERIOD)
    return source.period in [*Kind] if named else source.period in ["", *Kind]


def _once(names: list[str]) -> bool:
    return bool(names) and len(set(names)) == len(names)


_REAL = (lambda s: s.synthetic is False, "bỏ khóa này: chỉ kind = “igate” có máy chủ trình diễn")
_CAPTURED = (
    lambda s: _pattern(s.captured_at, _DAY_GROUPS),
    r"“” hoặc biểu thức có nhóm year, month, day, ví dụ '(?P<day>\d{2})-(?P<month>\d{2})-(?P<year>\d{4})'",
)
_ALLOWED = (_hosts, "danh sách tên máy chủ, ví dụ [“tep.example.gov.vn”]")
_SHARED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (
        lambda s: isinstance(s.name, str) and bool(NAME.fullmatch(s.name)),
        "chữ thường không dấu, chữ số và dấu gạch dưới, ví dụ “ho_so_ngay”",
    ),
    **LIMIT_RULES,
    "max_megabytes": (lambda s: is_whole(s.max_megabytes, 1, 4096), "số MB từ 1 đến 4096"),
}
_RULES: Mapping[type, Rules] = MappingProxyType(
    {
        UrlSource: {
            **_SHARED,
            "synthetic": _REAL,
            "url": (
                lambda s: _web(s.url) and _holds(s.url, _OF_PERIOD),
                "http:// hoặc https://, chỉ kèm {from}, {to}, {year}, {month}",
            ),
            "period": (_period, f"{', '.join(Kind)}; bắt buộc khi url có {{from}}, {{to}}, {{year}}, {{month}}"),
            "allow_hosts": _ALLOWED,
            "captured_at": _CAPTURED,
        },
        CkanSource: {
            **_SHARED,
            "synthetic": _REAL,
            "base_url": (
                lambda s: _web(s.base_url) and not urlsplit(s.base_url).query,
                "địa chỉ gốc của cổng, ví dụ https://data.example.gov.vn",
            ),
            "dataset": (
                lambda s: _texts((s.dataset or s.resource,)) and bool(s.dataset) != bool(s.resource),
                "mã hoặc tên tập dữ liệu; hoặc thay bằng resource, không cả hai",
            ),
            "name_pattern": (lambda s: _pattern(s.name_pattern), "một biểu thức chính quy, hoặc “”"),
            "formats": (lambda s: _texts(s.formats), "danh sách, ví dụ [“CSV”, “XLSX”]"),
            "newest": (lambda s: is_whole(s.newest, 1, 50), "số nguyên từ 1 đến 50"),
            "allow_hosts": _ALLOWED,
            "captured_at": _CAPTURED,
        },
        IgateSource: {
            **_SHARED,
            "base_url": (
                _secure,
                "https://máy-chủ; http:// chỉ dùng cho máy chủ trình diễn trên chính máy này và khi synthetic = true",
            ),
            "endpoint": (
                lambda s: _once([endpoint.name for endpoint in s.endpoint]),
                "ít nhất một khối [[source.endpoint]], mỗi khối một tên",
            ),
            "units": (
                _units,
                "danh sách mã đơn vị, bắt buộc khi path hoặc query có {unit}",
            ),
        },
    }
)


def asks_units(endpoint: IgateEndpoint) -> bool:
    """Whether an endpoint is asked for one unit after the other."""
    return any("{unit}" in text for text in (endpoint.path, *endpoint.query.values()))
