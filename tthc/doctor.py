"""`tthc doctor`: what is wrong with an installation, and what to do about it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collectors.dossier import FIELDS
from collectors.export import Outcome
from collectors.findings import DIMENSION_VI
from collectors.home import VIETNAM, ConfigError, Home, open_home
from collectors.payment import FIELDS as PAID
from metrics.journal import Journal
from metrics.quality import overall, published_quality
from metrics.register_kept import in_force
from metrics.snapshot import open_snapshot
from metrics.unit_history import HistoryError, load_history
from metrics.working_days import CalendarError, Certainty, load_calendar
from tthc import access_checks, doctor_running, portal, sources
from tthc.quality_cli import below
from tthc.show import percent

_LEAST_FREE_BYTES = 1 << 30
_STALE_AFTER = timedelta(days=2)  # two full daily runs
_NEXT_YEAR_FROM = 12  # the month in which the days off of the next year should be known


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its name, whether it is well, and what was seen or what to do (Vietnamese)."""

    name: str
    ok: bool
    message_vi: str


def examine(path: Path, *, now: datetime) -> list[Check]:
    """Return every check of the installation at `path`; nothing is changed."""
    try:
        home = open_home(path)
    except ConfigError as error:
        return [Check("config", False, str(error))]
    checks = [Check("config", True, f"cấu hình {home.settings_file if home.settings_file.exists() else 'mặc định'}")]
    looks: tuple[Callable[[Home, datetime], Iterator[Check]], ...] = (
        _targets,
        _calendar,
        _history,
        _disk,
        _stored,
        _snapshot,
        _sources,
        _quality,
        _portal,
        _configured,
        _access,
        _last_run,
    )
    for look in looks:
        checks += look(home, now)
    running = doctor_running
    for see in (running.running, running.clock, running.rules, running.channels, running.writable):
        checks += (Check(*line) for line in see(home, now))
    return checks


def _targets(home: Home, now: datetime) -> Iterator[Check]:
    law = in_force(home.extra_targets, Journal(home.journal), now=now)
    count = len(law.register.targets)
    if not law.error_vi:
        yield Check("targets", True, f"{count} chỉ tiêu trong sổ" + (f", có tệp riêng {law.file}" if law.file else ""))
        return
    since = law.failing_since or now
    good = f" (đọc ngày {law.good_since.astimezone(VIETNAM):%d/%m/%Y})" if law.good_since else ""
    yield Check(
        "targets",
        False,
        f"{law.error_vi} Từ {since.astimezone(VIETNAM):%H:%M %d/%m/%Y} đang dùng {law.used_vi}{good}, {count} chỉ tiêu.",
    )


def _calendar(home: Home, now: datetime) -> Iterator[Check]:
    """Days off are decided year by year: a calendar that ends soon, or only guesses, is told in time."""
    today = now.astimezone(VIETNAM).date()
    try:
        years = load_calendar(home.extra_calendar).years
    except CalendarError as error:
        yield Check("calendar", False, str(error))
        return
    needed = [today.year] + [today.year + 1] * (today.month >= _NEXT_YEAR_FROM)
    unsure = [year for year in needed if years.get(year, Certainty.PROJECTED) is Certainty.PROJECTED]
    advice = f"; năm {unsure[0]} chưa có thông báo nghỉ lễ: ghi vào tệp ở [calendar] file" if unsure else ""
    yield Check("calendar", not unsure, f"lịch làm việc các năm {min(years)}–{max(years)}{advice}")


def _history(home: Home, _now: datetime) -> Iterator[Check]:
    try:
        events = load_history(home.extra_history).events
    except HistoryError as error:
        yield Check("units", False, str(error))
    else:
        yield Check("units", True, f"{len(events)} sự kiện trong lịch sử đơn vị")


def _disk(home: Home, _now: datetime) -> Iterator[Check]:
    place = home.path if home.path.exists() else Path()
    free = shutil.disk_usage(place).free
    advice = "" if free >= _LEAST_FREE_BYTES else "; giải phóng đĩa trước lần thu thập tới"
    yield Check("disk", free >= _LEAST_FREE_BYTES, f"còn trống {free / (1 << 30):.1f} GiB{advice}")


def _stored(_home: Home, _now: datetime) -> Iterator[Check]:
    """What is kept of a dossier, for whoever must answer for personal data."""
    yield Check(
        "stored",
        True,
        f"của mỗi hồ sơ chỉ lưu {len(FIELDS)} trường: {', '.join(FIELDS)}; của mỗi khoản thu: "
        f"{', '.join(name for name in PAID if not name.startswith('via_'))}; không cột cá nhân nào",
    )


def _portal(home: Home, now: datetime) -> Iterator[Check]:
    if not home.config.portal:
        return
    circuit = portal.circuit(Journal(home.journal))
    if circuit.lets_through(now) or circuit.not_before is None:
        yield Check("portal", True, "cổng không từ chối")
        return
    until = circuit.not_before.astimezone(VIETNAM)
    yield Check("portal", False, f"cổng từ chối: {circuit.reason}; không hỏi lại trước {until:%H:%M %d/%m/%Y}")


def _configured(home: Home, now: datetime) -> Iterator[Check]:
    """Each `[[source]]`: whether it can be asked, whether its server said no, and when it was last read."""
    journal = Journal(home.journal)
    last = {one.file_name: one for one in journal.newest_outcomes()}
    for name, source in sources.configured(home):
        success = journal.last_success(name)
        when = f"lần lấy được gần nhất {_local(success)}" if success else "chưa lấy được lần nào"
        problems = list(sources.problems(source, sources.memory(journal, name), now, os.environ))
        before = last.get(sources.report_name(name))
        if before is not None and before.outcome == Outcome.REFUSED and not problems:
            problems = [before.message_vi]
        yield Check(f"fetch {name}", not problems, "; ".join([*(problem.rstrip(".") for problem in problems), when]))


def _access(home: Home, _now: datetime) -> Iterator[Check]:
    problems = [problem.rstrip(".") for problem in access_checks.problems(home, os.environ)]
    yield Check("access", not problems, "; ".join(problems) or access_checks.summary(home))


def _local(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def _snapshot(home: Home, now: datetime) -> Iterator[Check]:
    snapshot = open_snapshot(home.path)
    if snapshot is None:
        yield Check("snapshot", False, "chưa có bản công bố; chạy `tthc collect`")
        return
    published = snapshot.rows("SELECT published_at FROM snapshot")[0]["published_at"].replace(tzinfo=UTC)
    old = now - published > _STALE_AFTER
    advice = "; kiểm tra lịch thu thập hằng ngày" if old else ""
    yield Check(
        "snapshot", not old, f"bản {snapshot.id}, công bố {published.astimezone(VIETNAM):%H:%M %d/%m/%Y}{advice}"
    )


_DELIVERING = "SELECT source, captured_at FROM source WHERE kind <> 'indicator' ORDER BY source"


def _sources(home: Home, now: datetime) -> Iterator[Check]:
    snapshot = open_snapshot(home.path)
    rows = [] if snapshot is None else snapshot.rows(_DELIVERING)
    for row in rows:
        captured = row["captured_at"].replace(tzinfo=UTC)
        late = now - captured > _STALE_AFTER
        advice = "; đưa bản xuất mới vào" if late else ""
        when = f"{captured.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
        yield Check(f"source {row['source']}", not late, f"số liệu lấy lúc {when}{advice}")


def _quality(home: Home, _now: datetime) -> Iterator[Check]:
    """The quality of each source as published: its worst critical dimension."""
    snapshot = open_snapshot(home.path)
    if snapshot is None:
        return
    shares = published_quality(snapshot)
    poor = below(shares, home.config.quality.least)
    for source in dict.fromkeys(one.source for one in shares):
        worst = overall(one for one in shares if one.source == source)
        if worst is None:
            continue
        low = ", ".join(DIMENSION_VI[one.dimension].lower() for one in poor if one.source == source)
        advice = f"; chưa đạt ngưỡng: {low}; xem `tthc quality --source {source}`" if low else ""
        words = f"{DIMENSION_VI[worst.dimension].lower()} {percent(float(worst.share))}"
        yield Check(f"quality {source}", not low, f"chất lượng số liệu, mặt thấp nhất: {words}{advice}")


def _last_run(home: Home, _now: datetime) -> Iterator[Check]:
    if not home.journal.exists():
        yield Check("runs", False, "chưa có lần thu thập nào; chạy `tthc collect`")
        return
    journal = Journal(home.journal)
    runs = journal.runs(1)
    if not runs:
        yield Check("runs", False, "chưa có lần thu thập nào; chạy `tthc collect`")
        return
    exports = journal.exports_of(runs[0].run_id)
    refused = [export for export in exports if export.outcome == Outcome.REFUSED]
    names = ", ".join(export.file_name for export in refused)
    advice = f"; bị từ chối: {names}; xem `tthc collect` hoặc màn hình để biết cách sửa" if refused else ""
    ended = runs[0].finished_at.replace(tzinfo=UTC).astimezone(VIETNAM)
    yield Check("runs", not refused, f"lần gần nhất {ended:%H:%M %d/%m/%Y}, {len(exports)} bản xuất{advice}")
