"""What is wrong with how readers are let in, for `tthc doctor`: settings in, sentences in Vietnamese out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from collectors.access_setting import ALL_UNITS, CALLBACK, Access, Mode, Role, Unknown
from collectors.home import ConfigError, Home
from collectors.secret import SecretError, read_secret
from metrics.rates import unit_tree
from metrics.readers import listed
from metrics.snapshot import SnapshotError, open_snapshot

_LEAST_LETTERS = 32
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def problems(home: Home, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong and what to do; nothing where all is well."""
    access, address = home.config.access, home.config.screen.address
    if access.mode == Mode.NONE:
        if address not in _LOOPBACK:
            yield (
                f"màn hình nghe ở {address} mà không có đăng nhập: máy nào trong mạng cũng xem được tỷ lệ (không xem được "
                'từng hồ sơ, không thao tác được); đặt [access] mode = "oidc" hoặc "proxy", xem docs/dang-nhap.md'
            )
        return
    yield from _oidc(home, access, environ) if access.mode == Mode.OIDC else _proxy(home, access, environ)
    yield from _readers(home, access)


def summary(home: Home) -> str:
    """Return how readers are known, in a few words."""
    if home.config.access.mode == Mode.NONE:
        return "không đăng nhập; chỉ người ngồi tại máy chủ thao tác được"
    users, groups = listed(home)
    roles = [one.role for one in users] + [one.role for one in groups]
    operators = roles.count(Role.OPERATOR)
    return f"{home.config.access.mode}: {len(users)} người dùng, {len(groups)} nhóm; {operators} mục có quyền vận hành"


def _oidc(home: Home, access: Access, environ: Mapping[str, str]) -> Iterator[str]:
    for key in ("server_metadata_url", "client_id", "redirect_uri"):
        if not getattr(access, key):
            yield f"[access] thiếu {key}; lấy ở hệ thống đăng nhập, xem docs/dang-nhap.md"
    if access.redirect_uri and not access.redirect_uri.endswith(CALLBACK):
        yield f"[access] redirect_uri = “{access.redirect_uri}” phải kết thúc bằng {CALLBACK}"
    if access.public_url and access.redirect_uri and _host(access.public_url) != _host(access.redirect_uri):
        yield "[access] public_url và redirect_uri khác tên máy; đăng nhập xong sẽ không được nhận"
    for url in (access.server_metadata_url, access.redirect_uri):
        if urlsplit(url).scheme == "http" and urlsplit(url).hostname not in _LOOPBACK:
            yield f"[access] “{url}” không mã hóa; dùng https"
    client = (access.client_secret_env, access.client_secret_file)
    cookie = (access.cookie_secret_env, access.cookie_secret_file)
    yield from _secret(home, "client_secret", client, environ, least=1)
    if any(cookie):
        yield from _secret(home, "cookie_secret", cookie, environ, least=_LEAST_LETTERS)


def _proxy(home: Home, access: Access, environ: Mapping[str, str]) -> Iterator[str]:
    where = (access.secret_env, access.secret_file)
    if any(where):
        yield from _secret(home, "secret", where, environ, least=_LEAST_LETTERS)
    elif home.config.screen.address not in _LOOPBACK:
        yield (
            f"[access] mode = “proxy” mà màn hình nghe ở {home.config.screen.address} và không có khóa bí mật chung: mọi yêu "
            'cầu bị từ chối; đặt [screen] address = "127.0.0.1", hoặc đặt secret_env (secret_file) ở cả nginx và đây'
        )
    names = [name.lower() for name in (access.header, access.secret_header, access.groups_header) if name]
    if not access.header or len(set(names)) < len(names):
        yield "[access] header, secret_header và groups_header phải là các tiêu đề khác nhau, header không để trống"


def _readers(home: Home, access: Access) -> Iterator[str]:
    try:
        users, groups = listed(home)
    except ConfigError as error:
        yield str(error)
        return
    if not users and not groups and access.unknown == Unknown.REFUSE:
        yield "[access] chưa có người dùng nào nên không ai vào được; thêm [[access.user]]"
    named = access.groups_claim if access.mode == Mode.OIDC else access.groups_header
    if groups and not named:
        key = "groups_claim" if access.mode == Mode.OIDC else "groups_header"
        yield f"[access] có [[access.group]] nhưng chưa ghi {key}, nên không nhóm nào được nhận"
    told = {unit: one.who for one in users for unit in one.units}
    told |= {unit: one.name for one in groups for unit in one.units}
    for unit in sorted(set(told) - {ALL_UNITS} - _known_units(home, set(told))):
        yield f"[access] {told[unit]}: không có đơn vị “{unit}” trong số liệu; kiểm tra mã bằng `tthc rates --by unit`"


def _known_units(home: Home, asked: set[str]) -> set[str]:
    """Return the codes of units; what is asked, while nothing was published by which to tell."""
    try:
        snapshot = open_snapshot(home.path)
    except SnapshotError:  # told by a check of its own
        return asked
    if snapshot is None:
        return asked
    with snapshot:
        return set(unit_tree(snapshot).units)


def _secret(home: Home, key: str, where: tuple[str, str], environ: Mapping[str, str], *, least: int) -> Iterator[str]:
    try:
        found = read_secret(f"[access] {key}", where, home.path, environ)
    except SecretError as error:
        yield str(error).rstrip(".")
        return
    if not found:
        yield f"[access] thiếu khóa bí mật: ghi {key}_env (tên biến môi trường) hoặc {key}_file (đường dẫn tệp)"
    elif len(found) < least:
        yield f"[access] {key} quá ngắn ({len(found)} ký tự); cần ít nhất {least}, ví dụ tạo bằng `openssl rand -hex 32`"
    if where[1] and _open_to_others(home.path / where[1]):
        yield f"[access] tệp {where[1]} người khác trên máy đọc được; chạy `chmod 600 {where[1]}`"


def _open_to_others(file: Path) -> bool:
    return file.exists() and bool(file.stat().st_mode & 0o077)


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()
