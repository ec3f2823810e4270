"""What the commands print: Vietnamese tables for people, JSON documents for scripts."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from collectors.export import ExportReport, Outcome
from collectors.home import VIETNAM

if TYPE_CHECKING:
    from collections.abc import Callable

    from collectors.findings import Check as NamedCheck
    from metrics.assess import Assessment
    from metrics.snapshot import Snapshot
    from metrics.source_ratios import Volumes
    from tthc.doctor import Check

_WIDTH_OF_A_PIPE = 160

OUTCOME_VI = {Outcome.ACCEPTED: "đã nhận", Outcome.ALREADY: "đã có", Outcome.REFUSED: "từ chối"}


def console() -> Console:
    """Return where people read: the terminal's width, or a wide page in a pipe."""
    out = Console(highlight=False, soft_wrap=False)
    return out if out.is_terminal else Console(highlight=False, width=_WIDTH_OF_A_PIPE)


@contextmanager
def progress(title: str) -> "Iterator[Callable[[int, int, str], None]]":
    """Yield a function that shows progress on stderr; it shows nothing when that is no terminal."""
    bar = Progress(
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}"),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None, name="")
        yield lambda done, total, name: bar.update(task, completed=done, total=total, name=name)


def number(value: int | Decimal | None) -> str:
    """Return a count as Vietnamese people write it: 1.234; an absent one is a dash."""
    return "–" if value is None else str(format_decimal(value, locale="vi"))


def local(moment: datetime) -> str:
    """Return a UTC instant as a time of day in Vietnam: 09:30 31/10/2026."""
    return f"{moment.replace(tzinfo=UTC).astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def percent(ratio: float | Decimal | None) -> str:
    """Return a ratio as 81,2 %; an absent one is a dash."""
    from metrics.wording import percent_vi

    return percent_vi(ratio)


def reports(found: Sequence[ExportReport], *, dry_run: bool) -> None:
    """Print one line per export, then what was refused and why."""
    columns = ("Bản xuất", "Nguồn", "Kết quả", "Đọc", "Nhận", "Gộp", "Từ chối", "Bỏ qua", "Lấy lúc")
    table = new_table("Thử đọc, không ghi gì" if dry_run else "Thu thập", columns, right=range(3, 8))
    for report in found:
        counts = (report.rows_read, report.rows_accepted, report.rows_merged, report.rows_refused, report.rows_skipped)
        captured = report.captured_at.astimezone().strftime("%d/%m/%Y %H:%M") if report.captured_at else "–"
        marks = " (MÔ PHỎNG)" * report.synthetic + " (một phần)" * report.partial
        table.add_row(
            escape(report.file_name), report.source + marks, OUTCOME_VI[report.outcome], *map(number, counts), captured
        )
    out = console()
    out.print(table)
    for report in found:
        _explain(out, report)
    if not found:
        out.print("Không có bản xuất nào để thu thập. Thả tệp vào inbox hoặc nêu đường dẫn.")


def _explain(out: Console, report: ExportReport) -> None:
    from collectors.wording import Tone, remarks

    marks = {
        Tone.REFUSED: "[red]Từ chối[/red] ",
        Tone.ERROR: "[red]Lỗi[/red] ",
        Tone.WARNING: "[yellow]Cảnh báo[/yellow] ",
        Tone.NOTE: "[cyan]Lưu ý[/cyan] ",
        Tone.PLAIN: "",
    }
    for remark in remarks(report):
        out.print(f"{marks[remark.tone]}{escape(remark.text)}", soft_wrap=True)


def reports_json(found: Sequence[ExportReport], snapshot_id: str | None) -> str:
    """Return the reports of a collection as one document."""
    return to_json({"snapshot_id": snapshot_id, "reports": [_report(report) for report in found]})


def _report(report: ExportReport) -> dict[str, Any]:
    findings = [{**asdict(one), **_check(one.check)} for one in report.findings]
    return {**asdict(report), "findings": findings}


def _check(check: "NamedCheck") -> dict[str, str]:
    return {
        "severity": check.severity,
        "dimension": check.dimension,
        "seen_vi": check.seen_vi,
        "why_vi": check.why_vi,
        "todo_vi": check.todo_vi,
    }


def rates(snapshot: "Snapshot", rows: "Sequence[Assessment]") -> None:
    """Print rates against targets, each with the way of counting it, and the on-time rules among them in words."""
    from metrics.definitions import METRIC
    from metrics.names import STATUS, TARGET_KIND
    from metrics.on_time import ON_TIME_VI, rule_of

    columns = (
        *("Đơn vị", "Tỷ lệ", "Cách tính", "Kỳ", "Tử số", "Mẫu số", "%", "Chỉ tiêu", "Kết quả", "Thiếu (hồ sơ)"),
        "Nguồn",
    )
    table = new_table(f"Số liệu đến {as_of_words(snapshot)}", columns, right=(4, 5, 6, 9))
    for row in rows:
        table.add_row(
            row.field or row.procedure_name or row.procedure_key or row.unit_name,
            METRIC[row.metric].label_vi,
            row.variant,
            row.period.label,
            number(row.numerator),
            number(row.denominator),
            percent(row.ratio),
            _target_words(row),
            STATUS[row.status].vi.upper() if row.status == "below" else STATUS[row.status].vi,
            number(row.gap),
            row.source,
            style="bold" if row.status == "below" else None,
        )
    console().print(table)
    for rule in sorted({rule for row in rows if (rule := rule_of(row.variant)) is not None}):
        console().print(f"  {rule}: {ON_TIME_VI[rule]}", soft_wrap=True)
    documents = sorted({f"{TARGET_KIND[t.kind].vi}: {t.document}" for row in rows if (t := row.target) is not None})
    for document in documents:
        console().print(f"  {document}", soft_wrap=True)


def _target_words(row: "Assessment") -> str:
    if row.target is None or row.target_value is None:
        return "–"
    mark = "*" if row.target.kind == "full_mark" else ""
    due = f" (hạn {row.target.due:%d/%m/%Y})" if row.target.due else ""
    return f"{row.target.op} {percent(row.target_value)}{mark}{due}"


def rates_json(snapshot: "Snapshot", rows: "Sequence[Assessment]", year_on_year: Sequence[dict[str, Any]]) -> str:
    """Return rates as the documented document: snapshot_id, as_of, rows, and what must not fall against last year."""
    return to_json({**head(snapshot), "rows": [_rate(row) for row in rows], "year_on_year": list(year_on_year)})


def _rate(row: "Assessment") -> dict[str, Any]:
    from metrics.on_time import rule_of

    target = row.target
    described = None
    if target is not None and row.target_value is not None:
        described = {
            "value": float(row.target_value),
            "direction": target.op,
            "document": target.document,
            "article": target.article,
            "kind": target.kind,
            "due": target.due,
            "id": target.id,
        }
    return {
        "metric": row.metric,
        "variant": row.variant,
        "on_time_rule": rule_of(row.variant),
        "unit_code": row.unit_code,
        "unit_name": row.unit_name,
        "procedure_code": row.procedure_key,
        "procedure_name": row.procedure_name,
        "field": row.field,
        "period": _period(row),
        "source": row.source,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "ratio": row.ratio,
        "target": described,
        "status": row.status,
        "gap": row.gap,
    }


def _period(row: "Assessment | Volumes") -> dict[str, Any]:
    period = row.period
    return {"label": period.label, "start": period.start, "end": period.end, "complete": row.complete}


def volumes(rows: "Sequence[Volumes]") -> None:
    """Print received, resolved and open dossiers."""
    columns = ("Đơn vị", "Kỳ", "Tiếp nhận", "Đã giải quyết", "Đang giải quyết", "Quá hạn", "Nguồn")
    table = new_table("Số hồ sơ", columns, right=range(2, 6))
    for row in rows:
        counts = (row.received, row.resolved, row.open, row.overdue_open)
        table.add_row(row.unit_name or row.unit_code, row.period.label, *map(number, counts), row.source)
    console().print(table)


def volumes_json(snapshot: "Snapshot", rows: "Sequence[Volumes]") -> str:
    """Return volumes as one document."""
    return to_json({**head(snapshot), "rows": [{**asdict(row), "period": _period(row)} for row in rows]})


def checks(found: "Sequence[Check]") -> None:
    """Print what was looked at, what is wrong first."""
    out = console()
    for check in sorted(found, key=lambda each: each.ok):
        out.print(
            f"{'[green]tốt [/green]' if check.ok else '[red]LỖI [/red]'} {check.name}: {escape(check.message_vi)}"
        )


def checks_json(found: "Sequence[Check]") -> str:
    """Return the checks as one document."""
    return to_json({"ok": all(check.ok for check in found), "checks": [asdict(check) for check in found]})


def new_table(title: str, columns: Sequence[str], *, right: Sequence[int] = ()) -> Table:
    """Return an empty table in the look of all of ours; right: the places of columns of figures."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place in right else "left", overflow="fold")
    return table


def head(snapshot: "Snapshot") -> dict[str, Any]:
    """Return what every document about a snapshot begins with."""
    row = snapshot.rows("SELECT as_of FROM snapshot")[0]
    return {"snapshot_id": snapshot.id, "as_of": row["as_of"]}


def as_of_words(snapshot: "Snapshot") -> str:
    """Return until when the data go, as people read it, with the mark of made-up data."""
    from collectors.home import VIETNAM

    row = snapshot.rows("SELECT as_of, synthetic FROM snapshot")[0]
    mark = " – CÓ DỮ LIỆU MÔ PHỎNG" if row["synthetic"] else ""
    if row["as_of"] is None:
        return f"–{mark}"
    return f"{row['as_of'].replace(tzinfo=UTC).astimezone(VIETNAM):%H:%M %d/%m/%Y}{mark}"


def to_json(document: dict[str, Any]) -> str:
    """Return a document as JSON text; days and instants in ISO, decimals as numbers."""
    return json.dumps(document, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    """JSON has no days, instants (UTC, with Z) or decimals."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value.tzinfo else value.isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
