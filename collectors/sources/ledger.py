"""What becomes of each row of a list that is read row by row → refusals, findings and the report of the export."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from collectors import archive
from collectors.dossier import REFUSED_VI, Refused, Skipped
from collectors.export import ExportReport, Finding, Outcome
from collectors.personal_data import is_personal
from collectors.sources.dossier_staging import append
from collectors.sources.sheets import Origin, Sheet

_SHOWN_REFUSALS = 20
_HARMLESS = re.compile(r"[0-9/:.,\- T]{0,25}")
_LONG_NUMBER = re.compile(r"[0-9]{9}")
_REFUSAL = {
    "sheet": "VARCHAR",
    "row_number": "INTEGER",
    "column_name": "VARCHAR",
    "reason": "VARCHAR",
    "found": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands; column: the text of its header."""

    sheet: str
    row: int
    column: str = ""

    @property
    def words(self) -> str:
        """Return the place for the example of a finding."""
        return f"{self.sheet} dòng {self.row}".strip()


@dataclass(slots=True)
class Ledger:
    """The account of one export: every row that is read is accepted, or entered here as something else."""

    read: int = 0
    merged: int = 0
    skipped: Counter[Skipped] = field(default_factory=Counter)
    refusals: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    _findings: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def refuse(self, place: Place, reason: Refused, found: str = "") -> None:
        """Enter a refused row; the value found is kept only where it can hold nothing personal."""
        shown = found if _HARMLESS.fullmatch(found) and not _LONG_NUMBER.search(found) else _length(found)
        self.refusals.append((place.sheet, place.row, place.column, reason, shown))

    def notice(self, check_id: str, place: Place, more: str = "") -> None:
        """Enter something odd that is kept; the first place of each check and column is its example."""
        example = f"{place.words}: {more}" if more else place.words
        known = self._findings.get((check_id, place.column), Finding(check_id, place.column, 0, example))
        self._findings[check_id, place.column] = Finding(check_id, place.column, known.rows + 1, known.example)

    def add(self, finding: Finding) -> None:
        """Enter something odd that no single row tells."""
        self._findings[finding.check_id, finding.column] = finding

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what was noticed, each check and column once."""
        return tuple(self._findings.values())

    @property
    def accepted(self) -> int:
        """Return how many rows are left as accepted."""
        return self.read - self.merged - len(self.refusals) - self.skipped.total()

    def report(
        self, sheets: Sequence[Sheet], origin: Origin, *, synthetic_source: str, more: Sequence[Finding] = ()
    ) -> ExportReport:
        """Return the report of the export."""
        header = sheets[0].header
        synthetic = any(sheet.header.synthetic for sheet in sheets)
        unmapped = dict.fromkeys(text for sheet in sheets for text in sheet.header.unmapped)
        unknown = dict.fromkeys(t for sheet in sheets if not sheet.header.layout.open for t in sheet.header.unknown)
        return ExportReport(
            file_name=origin.file_name,
            outcome=Outcome.ACCEPTED,
            export_id=origin.export_id,
            source=synthetic_source if synthetic else header.layout.source,
            layout=", ".join(dict.fromkeys(sheet.header.layout.name for sheet in sheets)),
            captured_at=origin.captured_at,
            synthetic=synthetic,
            rows_read=self.read,
            rows_accepted=self.accepted,
            rows_merged=self.merged,
            rows_refused=len(self.refusals),
            rows_skipped=self.skipped.total(),
            skipped={reason.value: count for reason, count in sorted(self.skipped.items())},
            mapped={header.headers[place]: name for name, place in header.columns.items()},
            unmapped=tuple(text for text in unmapped if not is_personal(text)),
            dropped=tuple(text for text in unmapped if is_personal(text)),
            findings=(*self.findings, *(Finding("unknown_column", text, 0, text) for text in unknown), *more),
            refusals=tuple(describe_refusal(*row) for row in self.refusals[:_SHOWN_REFUSALS]),
        )

    def write(self, draft: Path, name: str, columns: Mapping[str, str], rows: Iterable[tuple[object, ...]]) -> None:
        """Write the accepted rows under `name`, and the refused ones beside them. columns: name → type."""
        for file, types, content in ((name, columns, rows), (archive.REFUSED, _REFUSAL, self.refusals)):
            _write(draft / file, types, list(content))


def describe_refusal(sheet: str, row: int, column: str, reason: str, found: str) -> str:
    """Return where a refused row stands, what is wrong with it and what to do, in Vietnamese."""
    what, advice = REFUSED_VI[Refused(reason)]
    places = [f"trang tính “{sheet}”"] if sheet else []
    places += [f"dòng {row}"] + ([f"cột “{column}”"] if column else [])
    shown = f" ({found})" if found else ""
    return f"{', '.join(places)}: {what}{shown}; {advice}"


def _length(found: str) -> str:
    return f"văn bản {len(found)} ký tự"


def _write(file: Path, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
    with duckdb.connect(":memory:") as con:
        for setting in ("enable_progress_bar", "autoinstall_known_extensions", "autoload_known_extensions"):
            con.execute(f"SET {setting} = false")
        con.execute(f"CREATE TABLE kept ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        append(con, "kept", rows)
        target = str(file).replace("'", "''")
        con.execute(f"COPY kept TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
