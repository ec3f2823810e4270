"""An installation with configured sources, a clock that only moves when somebody sleeps, and one run of both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collectors.export import ExportReport
from collectors.home import VIETNAM, Home, create_home, open_home
from tthc import jobs, sources

AGENT = "tthc/0.1 (So A; giamsat@example.gov.vn)"
MORNING = datetime(2026, 9, 2, 6, 30, tzinfo=VIETNAM)


@dataclass
class Time:
    """A clock that only moves when somebody sleeps."""

    now: datetime = MORNING
    slept: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now.astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def tomorrow(self) -> "Time":
        return Time(self.now + timedelta(days=1))


def installed(home: Path, *tables: Mapping[str, Any]) -> Home:
    """Write the settings of sources and open the installation."""
    create_home(home)
    (home / "tthc.toml").write_text("\n".join(map(_block, tables)), encoding="utf-8")
    return open_home(home)


def _block(table: Mapping[str, Any]) -> str:
    """A table as TOML: what JSON writes of texts, numbers and lists, TOML reads; endpoints are tables below."""
    lines = ["[[source]]"]
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items() if key != "endpoint"]
    for endpoint in table.get("endpoint", []):
        lines.append("[[source.endpoint]]")
        for key, value in endpoint.items():
            if isinstance(value, Mapping):
                pairs = ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in value.items())
                lines.append(f"{key} = {{ {pairs} }}")
            else:
                lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def brought(
    home: Home, folder: Path, *, time: Time | None = None, environ: Mapping[str, str] | None = None
) -> list[sources.Brought]:
    """Ask every configured source, collect nothing."""
    time = time or Time()
    return sources.bring_all(
        home, folder, only=None, clock=time.clock, sleep=time.sleep, environ={} if environ is None else environ
    )


def collected(
    home: Home,
    *more: Path,
    only: str | None = None,
    time: Time | None = None,
    environ: Mapping[str, str] | None = None,
) -> dict[str, ExportReport]:
    """Ask, collect and publish; return the reports by file name."""
    time = time or Time()
    done = jobs.collect_sources(
        home,
        more,
        only=only,
        now=time.clock(),
        progress=lambda *_: None,
        clock=time.clock,
        sleep=time.sleep,
        environ={} if environ is None else environ,
    )
    assert all(report.adds_up for report in done.reports)
    return {report.file_name: report for report in done.reports}
