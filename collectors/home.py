"""Where an installation lives: the folders under `--home` and the settings in its `tthc.toml`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from collectors.access_setting import Access, AccessGroup, AccessUser, faults, listed_faults

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Section = TypeVar("Section")

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
ON_TIME = ("td", "dvcqg766", "opencps")  # what `metrics.on_time` knows

TEMPLATE = """\
# Cấu hình giám sát TTHC. Dòng bắt đầu bằng # là ghi chú; sửa xong chạy `tthc doctor` để kiểm tra.

[office]
# Mã đơn vị màn hình mở ra đầu tiên, ví dụ "H35.12". Để trống: đơn vị gốc đầu tiên có dữ liệu.
unit = ""
# Nguồn số liệu chính khi hai nguồn cùng có một tỷ lệ: "igate", "portal_v2", ... Để trống: danh sách hồ sơ.
primary_source = ""

[collect]
# Số giây chờ khi một lần thu thập khác đang chạy, trước khi báo ai đang giữ khóa.
lock_wait_seconds = 30

[targets]
# Tệp chỉ tiêu riêng của cơ quan (cùng dạng với metrics/targets.toml), đường dẫn tính từ thư mục này.
# Mục trùng id thay mục có sẵn, mục mới được thêm vào. Để trống: chỉ dùng chỉ tiêu kèm theo.
file = ""

[calendar]
# Lịch làm việc bổ sung (ngày nghỉ hoán đổi, năm mới): tệp CSV cùng dạng với metrics/calendar.csv. Để trống: lịch kèm theo.
file = ""

[units]
# Lịch sử đơn vị (sáp nhập, đổi tên) của riêng địa phương: tệp TOML cùng dạng với metrics/unit_history.toml.
history = ""

[annotations]
# Sự kiện ghi trên biểu đồ xu hướng (văn bản, đổi hệ thống): tệp TOML cùng dạng với metrics/annotations.toml.
file = ""

[alerts]
# Luật cảnh báo riêng của cơ quan (cùng dạng với metrics/alert_rules.toml). Để trống: luật kèm theo.
file = ""
# Địa chỉ màn hình ghi trong tin nhắn, ví dụ "https://tthc.example.gov.vn". Để trống: không ghi.
link = ""
# Tin chỉ gửi trong giờ làm việc của ngày làm việc (giờ Việt Nam); tin khẩn cho người vận hành: mọi ngày, từ 06:00 đến 21:00.
office_hours = ["07:30", "17:00"]
# Tin tổng hợp vào buổi làm việc đầu tiên của mỗi tuần.
weekly_digest = true

# Kênh nhận tin (thư điện tử, Telegram, Teams, webhook … theo cú pháp Apprise). Địa chỉ chứa khóa bí mật nên KHÔNG ghi ở
# đây: ghi tên biến môi trường (url_env) hoặc đường dẫn tệp (url_file). Lặp lại khối này cho từng kênh; thử bằng
# `tthc alerts test-channel`.
# [[channel]]
# name = "lanh-dao"
# url_env = "TTHC_KENH_LANH_DAO"
# audience = ["unit"]                       # unit: đơn vị thấp hơn chỉ tiêu; operator: lỗi dữ liệu, vận hành
# severity = ["critical", "warning"]
# units = ["H35.12"]                        # chỉ đơn vị này và các đơn vị trực thuộc; không ghi: mọi đơn vị

[metrics]
# Quy tắc tính đúng hạn và quá hạn, được nêu cạnh mỗi con số: "td" (nền tảng một cửa cấp tỉnh, như Biểu II.06a),
# "dvcqg766" (Bộ chỉ số 766), "opencps" (OpenCPS v2). Chi tiết: `tthc metrics explain on_time`.
on_time = "td"

[reports]
# Thư mục mẫu báo cáo riêng của cơ quan, tính từ thư mục này. Tệp trùng tên thay mẫu kèm theo (06a.toml, weekly.docx, ...);
# lấy mẫu để sửa: `tthc report 06a --template`. Để trống: mẫu kèm theo.
folder = ""
# Chữ trên báo cáo tuần, tháng: cơ quan chủ quản, viết tắt sau BC-, địa danh, chức vụ người ký. Để trống: chừa chỗ điền.
parent = ""
abbreviation = ""
place = ""
signer = ""

[screen]
address = "127.0.0.1"
port = 8501

[access]
# Ai được xem màn hình, ai được thao tác; xem docs/dang-nhap.md. mode:
#   "none"  không đăng nhập: người ngồi tại máy chủ được làm mọi việc; máy khác chỉ xem tỷ lệ, không xem từng hồ sơ
#   "oidc"  đăng nhập một lần (Keycloak, VNeID, …) theo OpenID Connect
#   "proxy" máy chủ nginx phía trước đã xác thực và ghi tài khoản vào tiêu đề HTTP
mode = "none"
# Địa chỉ người dùng gõ vào trình duyệt, ví dụ "https://giam-sat.coquan.example".
public_url = ""
# Người đăng nhập được nhưng không có trong danh sách: "refuse" (từ chối) hoặc "viewer" (xem tỷ lệ, không xem hồ sơ).
unknown = "refuse"
# Danh sách người dùng ở tệp riêng (TOML, các khối [[user]] và [[group]] như dưới đây), đường dẫn tính từ thư mục này.
users_file = ""
# oidc: quá số giờ này phải đăng nhập lại.
session_hours = 12
# oidc: thông tin do hệ thống đăng nhập cấp. Khóa bí mật KHÔNG ghi ở đây: ghi tên biến môi trường (…_env) hoặc tệp (…_file).
# server_metadata_url = "https://dang-nhap.coquan.example/realms/coquan/.well-known/openid-configuration"
# client_id = "tthc"
# client_secret_env = "TTHC_OIDC_SECRET"
# redirect_uri = "https://giam-sat.coquan.example/oauth2callback"
# claim = "email"                  # thông tin dùng để tra danh sách: email, preferred_username, sub, ...
# groups_claim = "groups"          # nếu phân quyền theo nhóm
# proxy: tiêu đề mang tài khoản, và khóa bí mật chung với nginx (bắt buộc khi màn hình không nghe ở 127.0.0.1).
# header = "X-Forwarded-User"
# secret_env = "TTHC_PROXY_SECRET"

# Từng người: role "viewer" (xem) hoặc "operator" (xem và thao tác). units: được xem từng hồ sơ của các đơn vị này và đơn
# vị trực thuộc; ["*"]: mọi đơn vị; không ghi: chỉ xem tỷ lệ. Lặp lại khối này; theo nhóm thì dùng [[access.group]] name = "...".
# [[access.user]]
# who = "tai-khoan@coquan.example"
# role = "viewer"
# units = ["H35.33"]

[exporter]
address = "127.0.0.1"
port = 9108

[schedule]
# Giờ thu thập hằng ngày của `tthc up` (giờ Việt Nam); lần thứ hai dành cho số liệu đến muộn.
times = ["06:30", "09:30"]

[quality]
# Tỷ lệ đạt thấp nhất (%) của từng mặt chất lượng; thấp hơn thì `tthc quality` và `tthc doctor` báo chưa đạt.
completeness = 90
validity = 95
uniqueness = 99
timeliness = 100

# Lấy số liệu Bộ chỉ số 766 từ Cổng dịch vụ công quốc gia; xem docs/nguon-cong-dvcqg.md. Bỏ dấu # để bật.
# [portal]
# base_url = "https://dichvucong.gov.vn"
# root_code = "H35"
# user_agent = "tthc/0.1 (ten co quan; hop-thu@example.gov.vn)"
# again = ["2026-08"]  # hỏi lại các kỳ đã khép này mỗi ngày một lần; lấy xong thì bỏ đi

# Nguồn khác: tệp theo địa chỉ (url), cổng dữ liệu mở (ckan), thống kê iGate 2 (igate); xem docs/nguon-khac.md.
# [[source]]
# name = "ho_so_ngay"
# kind = "url"
# url = "https://tep.example.gov.vn/ho-so.csv"
# user_agent = "tthc/0.1 (ten co quan; hop-thu@example.gov.vn)"

# Tên và đơn vị cha khi bản xuất không nói, hoặc nói khác. Lặp lại khối này cho từng đơn vị.
# [[unit]]
# code = "H35.12.01"
# name = "Phòng Quản lý văn hóa"
# parent = "H35.12"
"""


class ConfigError(ValueError):
    """A setting in `tthc.toml` that cannot be used; the message names file, key and what is expected."""


@dataclass(frozen=True, slots=True)
class Office:
    """Whose screen this is."""

    unit: str = ""
    primary_source: str = ""


@dataclass(frozen=True, slots=True)
class Collect:
    """How a collection behaves."""

    lock_wait_seconds: int = 30


@dataclass(frozen=True, slots=True)
class TargetFile:
    """The office's own targets."""

    file: str = ""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The office's own days off and years."""

    file: str = ""


@dataclass(frozen=True, slots=True)
class UnitFile:
    """What happened to the units of this place."""

    history: str = ""


@dataclass(frozen=True, slots=True)
class Metrics:
    """How ratios are told where there are several ways; on_time: one of ON_TIME."""

    on_time: str = "td"


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """The office's own templates, and what stands around the text of its letters."""

    folder: str = ""
    parent: str = ""
    abbreviation: str = ""
    place: str = ""
    signer: str = ""


@dataclass(frozen=True, slots=True)
class AnnotationFile:
    """What the office itself writes on its charts."""

    file: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A loopback address a server listens on."""

    address: str = "127.0.0.1"
    port: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times of day (HH:MM, Vietnam) of the daily collection."""

    times: list[str] = field(default_factory=lambda: ["06:30", "09:30"])


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """When and where alerts are told; times are HH:MM in Vietnam."""

    file: str = ""
    link: str = ""
    office_hours: list[str] = field(default_factory=lambda: ["07:30", "17:00"])
    weekly_digest: bool = True


@dataclass(frozen=True, slots=True)
class ChannelSetting:
    """One place messages go to; its address is secret, so only where it stands is told here."""

    name: str
    url_env: str = ""
    url_file: str = ""
    audience: list[str] = field(default_factory=lambda: ["unit", "operator"])
    severity: list[str] = field(default_factory=lambda: ["critical", "warning"])
    units: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class QualitySetting:
    """The least share, in per cent, that each critical dimension of the data's quality must reach."""

    completeness: int = 90
    validity: int = 95
    uniqueness: int = 99
    timeliness: int = 100

    @property
    def least(self) -> dict[str, int]:
        """Per cent by dimension."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class UnitSetting:
    """A unit's name and parent where the exports do not say, or say otherwise."""

    code: str
    name: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one installation."""

    office: Office = Office()
    collect: Collect = Collect()
    targets: TargetFile = TargetFile()
    calendar: CalendarFile = CalendarFile()
    history: UnitFile = UnitFile()
    annotations: AnnotationFile = AnnotationFile()
    alerts: AlertSettings = field(default_factory=AlertSettings)
    channels: tuple[ChannelSetting, ...] = ()
    metrics: Metrics = Metrics()
    reports: ReportSettings = ReportSettings()
    screen: Address = Address(port=8501)
    exporter: Address = Address(port=9108)
    schedule: Schedule = field(default_factory=Schedule)
    quality: QualitySetting = QualitySetting()
    access: Access = field(default_factory=Access)
    access_users: tuple[AccessUser, ...] = ()
    access_groups: tuple[AccessGroup, ...] = ()
    units: tuple[UnitSetting, ...] = ()
    portal: Mapping[str, Any] = field(default_factory=dict)  # checked by the source itself, when it is asked
    sources: tuple[Any, ...] = ()  # likewise: one that cannot be used stops no other

    @property
    def parents(self) -> dict[str, str]:
        """Parent by unit code, for the units whose parent is set by hand."""
        return {unit.code: unit.parent for unit in self.units if unit.parent}

    @property
    def names(self) -> dict[str, str]:
        """Name by unit code, for the units named by hand."""
        return {unit.code: unit.name for unit in self.units if unit.name}


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files of one installation."""

    path: Path
    config: Config = field(default_factory=Config)

    @property
    def settings_file(self) -> Path:
        """The file people edit."""
        return self.path / "tthc.toml"

    @property
    def inbox(self) -> Path:
        """Where people drop exports."""
        return self.path / "inbox"

    @property
    def archive(self) -> Path:
        """What was accepted, for ever."""
        return self.path / "archive"

    @property
    def warehouse(self) -> Path:
        """The database: a cache of the archive."""
        return self.path / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The snapshots that screen, exporter and reports read."""
        return self.path / "published"

    @property
    def received(self) -> Path:
        """What the portal answered and was not (yet) accepted, byte for byte."""
        return self.path / "received"

    @property
    def journal(self) -> Path:
        """What was done and sent: cannot be computed again."""
        return self.path / "journal.sqlite"

    @property
    def extra_calendar(self) -> Path | None:
        """The office's own calendar file, if one is set."""
        return self.path / self.config.calendar.file if self.config.calendar.file else None

    @property
    def extra_history(self) -> Path | None:
        """The office's own history of units, if one is set."""
        return self.path / self.config.history.history if self.config.history.history else None

    @property
    def extra_annotations(self) -> Path | None:
        """The office's own annotations of charts, if a file is set."""
        return self.path / self.config.annotations.file if self.config.annotations.file else None

    @property
    def extra_alert_rules(self) -> Path | None:
        """The office's own alert rules, if any."""
        return self.path / self.config.alerts.file if self.config.alerts.file else None

    @property
    def extra_users(self) -> Path | None:
        """The file with the list of readers, if one is set."""
        return self.path / self.config.access.users_file if self.config.access.users_file else None

    @property
    def report_templates(self) -> Path | None:
        """The folder of the office's own report templates, if one is set."""
        return self.path / self.config.reports.folder if self.config.reports.folder else None

    @property
    def extra_targets(self) -> Path | None:
        """The office's own target file, if one is set."""
        return self.path / self.config.targets.file if self.config.targets.file else None


def open_home(path: Path) -> Home:
    """Return the installation at `path` with its settings; the folder need not exist yet.

    Raises ConfigError for a file that is not TOML, an unknown section or key, or a value of the wrong type.
    """
    settings = path / "tthc.toml"
    if not settings.exists():
        return Home(path)
    try:
        document = tomllib.loads(settings.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{settings}: không đọc được ({error}). Sửa dòng đó hoặc tạo lại bằng `tthc init`."
        ) from error
    return Home(path, _config(settings, document))


def create_home(path: Path) -> Home:
    """Write a commented `tthc.toml` and the folders where they are missing; change nothing that exists."""
    path.mkdir(parents=True, exist_ok=True)
    settings = path / "tthc.toml"
    if not settings.exists():
        settings.write_text(TEMPLATE, encoding="utf-8")
    home = open_home(path)
    for folder in (home.inbox, home.archive, home.published):
        folder.mkdir(parents=True, exist_ok=True)
    return home


_SECTIONS = {
    "office": Office,
    "collect": Collect,
    "targets": TargetFile,
    "calendar": CalendarFile,
    "units": UnitFile,
    "annotations": AnnotationFile,
    "alerts": AlertSettings,
    "metrics": Metrics,
    "reports": ReportSettings,
    "screen": Address,
    "exporter": Address,
    "schedule": Schedule,
    "quality": QualitySetting,
    "access": Access,
}


_LISTS = {("access", "user"), ("access", "group")}


def _config(settings: Path, document: Mapping[str, Any]) -> Config:
    units = tuple(_section(settings, "unit", UnitSetting, entry) for entry in document.get("unit", []))
    sections: dict[str, Any] = {}
    for name, values in document.items():
        if name in ("unit", "channel", "portal", "source"):
            continue
        if name not in _SECTIONS or not isinstance(values, dict):
            raise ConfigError(f"{settings}: mục [{name}] không có trong cấu hình. Các mục: {', '.join(_SECTIONS)}.")
        flat = {key: value for key, value in values.items() if (name, key) not in _LISTS}
        sections[name] = _section(settings, name, _SECTIONS[name], {**_defaults(name), **flat})
    if (chosen := sections.get("metrics", Metrics()).on_time) not in ON_TIME:
        raise ConfigError(f"{settings}: [metrics] on_time = {chosen!r} không có. Các quy tắc: {', '.join(ON_TIME)}.")
    for section, key in (("schedule", "times"), ("alerts", "office_hours")):
        for text in getattr(sections.get(section), key, []):
            if not isinstance(text, str) or not _TIME.fullmatch(text):
                raise ConfigError(
                    f'{settings}: [{section}] {key} có {text!r}; cần giờ dạng "06:30", từ 00:00 đến 23:59.'
                )
    if len(sections.get("alerts", AlertSettings()).office_hours) != 2:
        raise ConfigError(f'{settings}: [alerts] office_hours cần đúng hai giờ, ví dụ ["07:30", "17:00"].')
    users, groups = readers(settings, document.get("access", {}), "access.")
    if fault := next(faults(sections.get("access", Access())), ""):
        raise ConfigError(f"{settings}: {fault}")
    history = sections.pop("units", UnitFile())
    channels = tuple(_section(settings, "channel", ChannelSetting, entry) for entry in document.get("channel", []))
    others = document.get("source", [])
    return Config(
        **sections,
        history=history,
        access_users=users,
        access_groups=groups,
        units=units,
        channels=channels,
        portal=document.get("portal", {}),
        sources=tuple(others) if isinstance(others, list) else (others,),
    )


def readers(
    file: Path, table: Mapping[str, Any], prefix: str = ""
) -> tuple[tuple[AccessUser, ...], tuple[AccessGroup, ...]]:
    """Return the users and groups of a table: `[access]` itself, or a whole file of them. Raises ConfigError."""
    lists = {name: table.get(name, []) for name in ("user", "group")}
    for name, found in lists.items():
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise ConfigError(f"{file}: {name} sai dạng; cần các khối [[{prefix}{name}]].")
    users = tuple(_section(file, f"{prefix}user", AccessUser, one) for one in lists["user"])
    groups = tuple(_section(file, f"{prefix}group", AccessGroup, one) for one in lists["group"])
    if fault := next(listed_faults(users, groups), ""):
        raise ConfigError(f"{file}: {fault}")
    return users, groups


def _defaults(name: str) -> dict[str, Any]:
    """The ports differ between the two servers, so they are no defaults of the class."""
    return {"screen": {"port": 8501}, "exporter": {"port": 9108}}.get(name, {})


def _section(settings: Path, name: str, kind: type[Section], values: Mapping[str, Any]) -> Section:
    hints = get_type_hints(kind)
    for key, value in values.items():
        if key not in hints:
            raise ConfigError(f"{settings}: [{name}] không có khóa “{key}”. Các khóa: {', '.join(hints)}.")
        expected = get_origin(hints[key]) or hints[key]
        if type(value) is not expected:
            raise ConfigError(f"{settings}: [{name}] {key} = {value!r} sai kiểu; cần {_TYPE_WORDS[expected]}.")
    try:
        return kind(**values)
    except TypeError as error:
        raise ConfigError(f"{settings}: [{name}] thiếu khóa bắt buộc ({error}).") from error


_TYPE_WORDS: dict[type, str] = {
    str: "chữ trong ngoặc kép",
    int: "số nguyên",
    bool: "true hoặc false",
    list: "danh sách",
}
