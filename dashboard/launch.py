"""The command that serves the screen: loopback only, no telemetry, our colours; `tthc dashboard` and `tthc up` run it."""

import sys
from pathlib import Path

from dashboard import colours

APP = Path(__file__).with_name("app.py")
SERVER = Path(__file__).with_name("server.py")


def streamlit_command(home: Path, address: str, port: int) -> list[str]:
    """Return the command line of the screen's server for one installation.

    Run it with this project importable (installed, or from its root). Health: `/_stcore/health` answers 200.
    """
    flags = {
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "client.toolbarMode": "minimal",
        "server.address": address,
        "server.enableStaticServing": "false",
        "server.fileWatcherType": "none",
        "server.headless": "true",
        "server.port": str(port),
        "server.showEmailPrompt": "false",
        "theme.base": "light",
        "theme.backgroundColor": colours.GROUND,
        "theme.borderColor": colours.EDGE,
        "theme.primaryColor": colours.ACCENT,
        "theme.secondaryBackgroundColor": colours.SHADE,
        "theme.textColor": colours.INK,
        "theme.showWidgetBorder": "true",
    }
    options = [f"--{name}={value}" for name, value in flags.items()]
    return [sys.executable, "-m", "streamlit", "run", str(SERVER), *options, "--", "--home", str(home)]
