"""An export's report in, plain Vietnamese out: the same sentences on the command line and on the screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from collectors.dossier import SKIPPED_VI
from collectors.export import ExportReport, Finding, Outcome
from collectors.findings import FINDING_VI

_SKIPPED: dict[str, str] = {str(reason): said for reason, said in SKIPPED_VI.items()}


class Tone(StrEnum):
    """How a sentence is meant."""

    REFUSED = "refused"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence of a report."""

    tone: Tone
    text: str


def remarks(report: ExportReport) -> Iterator[Remark]:
    """Yield what a person must know of an export: why it or rows of it were refused, and what was odd and kept."""
    if report.message_vi:
        yield Remark(Tone.REFUSED, report.message_vi)
    if report.outcome is Outcome.ALREADY:
        return
    for line in report.refusals:
        yield Remark(Tone.REFUSED, f"tệp {report.file_name}, {line}")
    if report.rows_refused > len(report.refusals):
        left = count(report.rows_refused - len(report.refusals))
        yield Remark(Tone.REFUSED, f"… và {left} dòng nữa của {report.file_name}.")
    for finding in report.findings:
        yield Remark(Tone.NOTE, f"tệp {report.file_name}: {finding_words(finding)}.")


def finding_words(finding: Finding) -> str:
    """Return what a check says, in which column, in how many rows, and where the first one stands."""
    said = check_words(finding.check_id)
    where = f" (cột “{finding.column}”)" if finding.column else ""
    rows = f", {count(finding.rows)} dòng" if finding.rows else ""
    return f"{said}{where}{rows}, ví dụ {finding.example}"


def check_words(check_id: str) -> str:
    """Return what a named check says."""
    return FINDING_VI.get(check_id, check_id)


def skipped(report: ExportReport) -> dict[str, int]:
    """Return rows by why they are no data, in words."""
    return {_SKIPPED.get(reason, reason): rows for reason, rows in report.skipped.items() if rows}


def count(value: int) -> str:
    """Return a count as Vietnamese people write it: 1.234."""
    return f"{value:,}".replace(",", ".")
