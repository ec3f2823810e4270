"""The settings of an installation in, what its server adds to Streamlit out: the login's secrets, and who may ask it.

Streamlit learns its secrets in its own process: none stands on a command line or in a file of ours. And a page of another
origin is turned away before Streamlit sees it, which would ask a host outside for this machine's address first.
"""

import logging
import os
import sys
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from collectors.home import ConfigError, Home, open_home
from collectors.secret import SecretError
from dashboard.login_secrets import auth_secrets
from dashboard.options import read_options

_log = logging.getLogger("dashboard.serving")


class OwnPages:
    """Lets through who asks from a page of this screen: same origin as the host asked for, or the public address."""

    def __init__(self, app: ASGIApp, public_host: str) -> None:
        self._app, self._public_host = app, public_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close the socket of a foreign page; pass on everything else."""
        if scope["type"] == "websocket" and not self._is_own(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)

    def _is_own(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None:
            return True  # no browser
        asked, place = headers.get("host", "").lower(), origin.partition("//")[2].lower()
        return bool(place) and place in (asked, self._public_host)


def served() -> Home:
    """Return the installation; one whose settings cannot be read lets nobody in, and its pages say why."""
    path = read_options(sys.argv[1:]).home
    try:
        return open_home(path)
    except ConfigError:
        return Home(path)


def told(home: Home) -> dict[str, Any] | None:
    """Return Streamlit's secrets; None where it needs none, or they are not where they should be: nobody gets in then."""
    try:
        auth = auth_secrets(home, os.environ)
    except SecretError as error:
        _log.error("%s", error)
        return None
    return {"auth": auth} if auth else None
