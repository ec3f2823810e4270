"""Where a secret stands in, the secret out: a variable of the environment or a file, never the settings themselves."""

from collections.abc import Mapping
from pathlib import Path


class SecretError(ValueError):
    """A secret that is not where it should be; the message (Vietnamese) names the place, never the secret."""


def read_secret(place: str, where: tuple[str, str], home: Path, environ: Mapping[str, str]) -> str:
    """Return a secret; "" where neither a variable nor a file is named. where: a variable, a path from `home`."""
    variable, file = where
    if variable and file:
        raise SecretError(f"{place}: chỉ ghi một trong {place}_env và {place}_file.")
    if variable:
        if not environ.get(variable, "").strip():
            raise SecretError(f"{place}: biến môi trường {variable} chưa có giá trị. Đặt biến rồi chạy lại.")
        return environ[variable].strip()
    if not file:
        return ""
    path = home / file
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"{place}: không đọc được {path}. Kiểm tra đường dẫn và quyền đọc.") from error
    if not found:
        raise SecretError(f"{place}: tệp {path} trống. Ghi khóa bí mật vào dòng đầu.")
    return found
