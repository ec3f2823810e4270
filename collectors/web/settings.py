"""A table of settings that names a server → its keys and values checked; no credential gets in."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from collectors.home import ConfigError
from collectors.web.limits import is_pair, is_pause, is_proxy, is_user_agent, is_whole
from collectors.web.secrecy import credentials_in

Rules = Mapping[str, tuple[Callable[[Any], bool], str]]

LIMIT_RULES: Rules = MappingProxyType(
    {
        "synthetic": (lambda s: isinstance(s.synthetic, bool), "true hoặc false"),
        "user_agent": (
            lambda s: is_user_agent(s.user_agent),
            "tên phần mềm và cách liên hệ thật, không dấu, không giả làm trình duyệt, ví dụ"
            " “tthc/0.1 (So A; giamsat@example.gov.vn)”",
        ),
        "timeouts": (lambda s: is_pair(s.timeouts, 0.01, 600), "hai số giây (kết nối, đọc) từ 0.01 đến 600"),
        "pause_seconds": (
            lambda s: is_pause(s.pause_seconds, synthetic=s.synthetic),
            "hai số giây tăng dần từ 1 đến 60: máy chủ là của chung, không hỏi dồn dập",
        ),
        "daily_cap": (lambda s: is_whole(s.daily_cap, 1, 1000), "số nguyên từ 1 đến 1000 yêu cầu một ngày"),
        "run_minutes": (lambda s: is_whole(s.run_minutes, 1, 360), "số phút từ 1 đến 360"),
        "ca_bundle": (lambda s: isinstance(s.ca_bundle, str), "đường dẫn tệp chứng thư, hoặc “”"),
        "proxy": (lambda s: is_proxy(s.proxy), "http://máy-chủ:cổng, không kèm tên và mật khẩu"),
    }
)


def check_keys(
    values: Mapping[str, object],
    *,
    place: str,
    known: Collection[str],
    required: Collection[str],
    advice: str,
    error: type[ConfigError] = ConfigError,
) -> None:
    """Raise for a credential of any kind (it is not repeated), an unknown key, and a required key that is missing.

    place: how the table is called, e.g. [portal]. advice: what to do with a credential.
    """
    for key in credentials_in(values):
        raise error(f"{place} {key}: trông như mật khẩu hoặc mã truy cập. {advice}")
    for key in values.keys() - set(known):
        raise error(f"{place} không có khóa “{key}”. Các khóa: {', '.join(sorted(known))}.")
    for key in required:
        if key not in values:
            raise error(f"{place} thiếu khóa “{key}”.")


def check_rules(settings: object, rules: Rules, *, place: str, error: type[ConfigError] = ConfigError) -> None:
    """Raise for the first value that breaks its rule; the message names key, what was found, and what is expected."""
    for key, (holds, expected) in rules.items():
        if not holds(settings):
            raise error(f"{place} {key} = {getattr(settings, key)!r}: cần {expected}.")
