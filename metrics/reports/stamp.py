"""Where the figures of a report come from: the lines every report carries, its exports, and the command that repeats it."""

import shlex
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collectors.home import VIETNAM
from metrics.definitions import definitions_version
from metrics.on_time import ON_TIME_VI, OnTime
from metrics.periods import Basis, in_vietnamese
from metrics.reports.filled import number
from metrics.reports.question import Question
from metrics.snapshot import Snapshot
from metrics.source_ratios import local_day
from metrics.targets import Register
from metrics.variant import Kind

SYNTHETIC_VI = "DỮ LIỆU MÔ PHỎNG – KHÔNG PHẢI SỐ LIỆU THẬT"
SOURCES_VI = "Nguồn số liệu"
_EXPORTS_SHOWN = 40
_BASIS_VI = {
    Basis.CALENDAR: "theo lịch",
    Basis.REPORT15: "kỳ báo cáo cắt ngày 15 (NĐ 09/2019/NĐ-CP, Điều 12)",
    Basis.CUSTOM: "khoảng ngày tự chọn",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """Label and text of each line; exports: a line per export counted; lines are in the order people read them."""

    synthetic: bool
    lines: tuple[tuple[str, str], ...]
    exports: tuple[str, ...]
    command: str

    @property
    def short(self) -> str:
        """Return one line for the foot of a page."""
        told = dict(self.lines)
        return f"Bản công bố {told['Bản công bố']}; số liệu đến {told['Số liệu đến']}; nguồn {told['Nguồn']}."


def stamp(
    snapshot: Snapshot,
    register: Register,
    asked: Question,
    *,
    kind: str,
    by: str | None,
    form: str,
    rule: OnTime,
    now: datetime,
) -> Stamp:
    """Return the stamp of a report; now: with its zone. form: which template, in words. rule: by which it tells on time."""
    (state,) = snapshot.rows(_STATE)
    exports = snapshot.rows(_EXPORTS, {"source": asked.source.source})
    command = _command(kind, asked, by, state["as_of"])
    source = asked.source.source + (" (MÔ PHỎNG)" if asked.source.synthetic else "")
    captured = min(local_day(state["as_of"]), asked.source.as_of_day)
    stocks = min(asked.period.end, asked.source.as_of_day)
    lines = {
        "Bản công bố": snapshot.id,
        "Số liệu đến": f"{_local(state['as_of'])} (nguồn này: hết ngày {captured:%d/%m/%Y})",
        "Nguồn": source,
        "Nguồn khác cũng có số liệu": ", ".join(asked.others) or "không",
        "Đơn vị": f"{asked.unit.name} ({asked.unit.code}), gồm các đơn vị trực thuộc",
        "Kỳ": f"{in_vietnamese(asked.period)}; {_BASIS_VI[asked.period.basis]}",
        "Kỳ đã kết thúc": "đã kết thúc" if asked.complete else "CHƯA KẾT THÚC khi lấy số liệu",
        "Hồ sơ đang giải quyết tính tại": f"hết ngày {stocks:%d/%m/%Y}",
        "Quy tắc đúng hạn": f"{ON_TIME_VI[rule]} ({rule})",
        "Phiên bản định nghĩa và chỉ tiêu": definitions_version(register, rule),
        "Mẫu": form,
        "Lập lúc": f"{now.astimezone(VIETNAM):%H:%M %d/%m/%Y}",
        "Lệnh lập lại": command,
    }
    if asked.source.kind != Kind.DOSSIER:
        del lines["Hồ sơ đang giải quyết tính tại"]
    shown = [_export_words(row) for row in exports[:_EXPORTS_SHOWN]]
    if len(exports) > _EXPORTS_SHOWN:
        shown.append(f"… và {number(len(exports) - _EXPORTS_SHOWN)} bản xuất cũ hơn.")
    return Stamp(asked.source.synthetic, tuple(lines.items()), tuple(shown), command)


def file_name(kind: str, asked: Question, ending: str) -> str:
    """Return an ASCII name: kind, unit, period; `06a_H35.12_report15-2026-Q3.xlsx`."""
    label = asked.period.label.replace("..", "_")
    text = f"{kind}_{asked.unit.code}_{label}.{ending}"
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in Path(plain).name)


_STATE = """
-- one row: when the newest data were captured
SELECT coalesce(as_of, published_at) AS as_of FROM snapshot
"""
_EXPORTS = """
-- one row per accepted export of a source, newest first
SELECT file_name, captured_at, rows_read, rows_accepted, rows_merged, rows_refused, rows_skipped
FROM export
WHERE source = $source AND outcome = 'accepted'
ORDER BY captured_at DESC, file_name
"""


def _export_words(row: dict[str, object]) -> str:
    counts = [number(int(str(row[name]))) for name in ("rows_read", "rows_accepted", "rows_merged")]
    lost = [number(int(str(row[name]))) for name in ("rows_refused", "rows_skipped")]
    captured = row["captured_at"]
    when = _local(captured) if isinstance(captured, datetime) else "–"
    return (
        f"{row['file_name']}, lấy {when}: đọc {counts[0]} dòng, nhận {counts[1]}, gộp {counts[2]}, "
        f"từ chối {lost[0]}, bỏ qua {lost[1]}"
    )


def _command(kind: str, asked: Question, by: str | None, as_of: datetime) -> str:
    words = ["tthc", "report", kind, "--unit", asked.unit.code, "--period", _fixed(asked)]
    words += ["--by", by] if by else []
    return shlex.join([*words, "--source", asked.source.source, "--as-of", f"{local_day(as_of):%Y-%m-%d}"])


def _fixed(asked: Question) -> str:
    """A relative label (month-to-date) means other days on another day of capture: its days are told."""
    relative = asked.period.label.endswith("-to-date") or asked.period.label.startswith("rolling")
    return f"{asked.period.start}..{asked.period.end}" if relative else asked.period.label


def _local(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone(VIETNAM):%H:%M %d/%m/%Y}"
