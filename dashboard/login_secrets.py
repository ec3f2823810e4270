"""The settings of a login in, what Streamlit must be told of it out; secrets come from where the settings say they stand."""

import secrets
from collections.abc import Mapping
from typing import Any

from collectors.access_setting import Mode
from collectors.home import Home
from collectors.secret import SecretError, read_secret


def auth_secrets(home: Home, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what Streamlit must know to let people log in; nothing for other ways. Raises SecretError for what is missing.

    Without a cookie secret of our own, one for this start is drawn: everybody logs in again after a restart.
    """
    access = home.config.access
    if access.mode != Mode.OIDC:
        return {}
    for key in ("server_metadata_url", "client_id", "redirect_uri"):
        if not getattr(access, key):
            raise SecretError(f"[access] thiếu {key}; lấy ở hệ thống đăng nhập, xem docs/dang-nhap.md.")
    client = (access.client_secret_env, access.client_secret_file)
    cookie = (access.cookie_secret_env, access.cookie_secret_file)
    secret = read_secret("[access] client_secret", client, home.path, environ)
    if not secret:
        raise SecretError("[access] thiếu khóa bí mật: ghi client_secret_env hoặc client_secret_file.")
    return {
        "redirect_uri": access.redirect_uri,
        "cookie_secret": read_secret("[access] cookie_secret", cookie, home.path, environ) or secrets.token_urlsafe(48),
        "client_id": access.client_id,
        "client_secret": secret,
        "server_metadata_url": access.server_metadata_url,
        "client_kwargs": {"scope": access.scope},
    }
