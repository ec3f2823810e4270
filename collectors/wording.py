"""An export's report in, plain Vietnamese out: the same sentences on the command line and on the screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from collectors.dossier import SKIPPED_VI
from collectors.export import ExportReport, Finding, Outcome
from collectors.findings import seen_vi

_SKIPPED: dict[str, str] = {str(reason): said for reason, said in SKIPPED_VI.items()}


class Tone(StrEnum):
    """How a sentence is meant."""

    REFUSED = "refused"
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence of a report."""

    tone: Tone
    text: str


def remarks(report: ExportReport) -> Iterator[Remark]:
    """Yield what a person must know of an export: why it or rows of it were refused, and what was odd and kept."""
    if report.message_vi:
        yield Remark(Tone.WARNING if report.outcome is Outcome.ALREADY else Tone.REFUSED, report.message_vi)
    if report.outcome is Outcome.ALREADY:
        return
    if report.period_printed or report.period_seen:
        yield Remark(Tone.PLAIN, f"Kỳ của tệp {report.file_name}: {_period_words(report)}.")
    for line in report.refusals:
        yield Remark(Tone.REFUSED, f"tệp {report.file_name}, {line}")
    if report.rows_refused > len(report.refusals):
        left = count(report.rows_refused - len(report.refusals))
        yield Remark(Tone.REFUSED, f"… và {left} dòng nữa của {report.file_name}.")
    for finding in report.findings:
        tone = Tone(finding.check.severity)
        yield Remark(tone, f"tệp {report.file_name}: {finding_words(finding)}.")


def finding_words(finding: Finding) -> str:
    """Return what a check saw, in which column, in how many rows, where the first one stands; why it matters; what to do."""
    check = finding.check
    where = f" (cột “{finding.column}”)" if finding.column else ""
    rows = f", {count(finding.rows)} dòng" if finding.rows else ""
    example = f", ví dụ {finding.example}" if finding.example else ""
    return f"{check.seen_vi}{where}{rows}{example}; {check.why_vi}; cách xử lý: {check.todo_vi}"


def check_words(check_id: str) -> str:
    """Return what a named check says."""
    return seen_vi().get(check_id, check_id)


def _period_words(report: ExportReport) -> str:
    printed = f"ghi trong tệp “{report.period_wording}”" if report.period_wording else "tệp không ghi"
    seen = "không hồ sơ nào có ngày tiếp nhận"
    if report.period_seen:
        first, last = (date.fromisoformat(day) for day in report.period_seen.split(".."))
        seen = f"hồ sơ tiếp nhận từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}"
    return f"{printed}; {seen}"


def skipped(report: ExportReport) -> dict[str, int]:
    """Return rows by why they are no data, in words."""
    return {_SKIPPED.get(reason, reason): rows for reason, rows in report.skipped.items() if rows}


def count(value: int) -> str:
    """Return a count as Vietnamese people write it: 1.234."""
    return f"{value:,}".replace(",", ".")
