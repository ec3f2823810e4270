"""What `diff`, `lineage` and `reconcile` print: Vietnamese tables for people, JSON documents for scripts."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from collectors import dossier
from collectors.home import VIETNAM
from collectors.vocabulary import MISSING, UNKNOWN, name_vi
from metrics.assess import Counts
from metrics.definitions import METRIC, VARIANT
from metrics.difference import Changed, Difference, Mover, Why
from metrics.lineage import DeliveredValue, Lineage, Part, Version
from metrics.measures import LABELS
from metrics.periods import Period
from metrics.reconcile import Reconciliation, Side
from tthc.show import as_of_words, console, head, new_table, number, percent, to_json

if TYPE_CHECKING:
    from metrics.assess import Assessment
    from metrics.contribution import Added
    from metrics.snapshot import Snapshot

WHY_VI = {
    Why.NEW: "mới có",
    Why.MOVED: "chuyển đơn vị hoặc thủ tục",
    Why.CORRECTED: "sửa lại",
    Why.PROGRESSED: "xử lý tiếp",
    Why.ELAPSED: "không đổi, ngày tính muộn hơn",
    Why.REGROUPED: "không đổi, đơn vị xếp chỗ khác",
}
PART_VI = {Part.NUMERATOR: "tử số", Part.DENOMINATOR: "mẫu số"}
FIELD_VI = dossier.FIELD_VI | {
    "unit_code": "đơn vị",
    "procedure_key": "thủ tục",
    "paid_at": "lần thu đầu",
    "mode": "hình thức thanh toán",
    "payments": "số lần thu",
    "paid_amount": "tổng tiền thu",
}


def diff(snapshot: "Snapshot", found: Sequence[Difference], first: date, second: date, *, limit: int) -> None:
    """Print, per ratio, the two states, the change by class, and the dossiers; snapshot: of the second state."""
    out = console()
    out.print(f"Số liệu đến {as_of_words(snapshot)}")
    between = f"giữa hết ngày {first:%d/%m/%Y} và hết ngày {second:%d/%m/%Y}"
    out.print(f"Thay đổi {between}: {number(len(found))} tỷ lệ." if found else f"Không số nào thay đổi {between}.")
    for one in found:
        out.print(f"\n{_named(one.assessment)}: {_change_words(one)}", soft_wrap=True)
        for again in one.redelivered:
            name = LABELS[again.measure].label_vi
            now = _value_words(again.after) if again.after else "không còn"
            out.print(f"  {name}: {_value_words(again.before)} → {now}", soft_wrap=True)
        if one.movers:
            out.print(_classes_table(one.movers))
            out.print(_movers_table(one.movers[:limit]))
            _and_more(len(one.movers) - limit)


def diff_json(found: Iterable[Difference], first: date, second: date) -> str:
    """Return the differences as one document."""
    return to_json({"as_of_1": first, "as_of_2": second, "rows": [_difference(one) for one in found]})


def lineage(snapshot: "Snapshot", found: Sequence[Lineage], *, limit: int) -> None:
    """Print, per source, the count, the exports and the rows behind it."""
    out = console()
    out.print(f"Số liệu đến {as_of_words(snapshot)}")
    if not found:
        out.print("Không nguồn nào có số này trong kỳ đã chọn.")
    for one in found:
        out.print(f"\n{_named(one.assessment)}, {PART_VI[one.part]}: {number(one.count)}", soft_wrap=True)
        for value in one.delivered:
            out.print(f"  {LABELS[value.measure].label_vi}: {_value_words(value)}", soft_wrap=True)
        if VARIANT[one.assessment.variant].counts_procedures:
            out.print("  Số này đếm thủ tục, mỗi thủ tục một lần; không có từng hồ sơ đứng sau.", soft_wrap=True)
        if not one.rows:
            continue
        exports = new_table("Bản xuất", ("Tệp", "Trang tính", "Lấy lúc", "Số dòng"), right=(3,))
        for share in one.exports:
            exports.add_row(escape(share.file_name), escape(share.sheet), _local(share.captured_at), number(share.rows))
        out.print(exports)
        rows = new_table("Hồ sơ", ("Mã hồ sơ", "Đơn vị", "Tệp", "Trang tính", "Dòng"), right=(4,))
        for row in one.rows[:limit]:
            origin = row.origin
            place = (escape(origin.file_name), escape(origin.sheet), str(origin.row_number))
            rows.add_row(row.dossier_code, row.fields["unit_code"], *place)
        out.print(rows)
        _and_more(len(one.rows) - limit)


def lineage_json(snapshot: "Snapshot", found: Iterable[Lineage], *, limit: int | None) -> str:
    """Return what is behind a count as one document; limit: of the rows, whose number stands beside them."""
    as_of = head(snapshot)["as_of"]  # the id of a throw-away snapshot would lead nowhere
    return to_json({"as_of": as_of, "counts": [_lineage(one, limit) for one in found]})


def reconcile(snapshot: "Snapshot", found: Sequence[Reconciliation]) -> None:
    """Print both pairs of counts, the difference, and what can be told of it."""
    out = console()
    out.print(f"Số liệu đến {as_of_words(snapshot)}")
    if not found:
        out.print("Không có tỷ lệ nào mà cả danh sách hồ sơ và Cổng cùng có số trong kỳ này.")
        return
    columns = ("Đơn vị", "Tỷ lệ", "Kỳ", "Bên", "Tử số", "Mẫu số", "%", "Lấy lúc", "Cách đếm")
    table = new_table("Đối chiếu (chênh lệch = ta − Cổng; không số nào bị điều chỉnh)", columns, right=(4, 5, 6))
    for one in found:
        label, period = METRIC[one.metric].label_vi, one.period.label
        table.add_row(one.unit_name, label, period, *_side_cells(one.ours))
        table.add_row("", "", "", *_side_cells(one.portal))
        table.add_row("", "", "", "chênh lệch", *_signed(one.difference), "", "", "")
        for reason in one.reasons:
            table.add_row("", "", "", "  trong đó", *_signed(reason.counts), "", "", reason.message_vi)
        table.add_row("", "", "", "  chưa rõ", *_signed(one.unexplained), "", "", "", end_section=True)
    out.print(table)


def reconcile_json(snapshot: "Snapshot", found: Iterable[Reconciliation]) -> str:
    """Return the reconciliation as one document."""
    return to_json({**head(snapshot), "rows": [_reconciliation(one) for one in found]})


def _named(one: "Assessment") -> str:
    return f"{METRIC[one.metric].label_vi} · {one.unit_name} · kỳ {one.period.label} · nguồn {one.source}"


def _change_words(one: Difference) -> str:
    was, now = (f"{number(c.numerator)}/{number(c.denominator)}" for c in (one.before, one.after))
    numerator, denominator = _signed(one.change)
    return f"{was} → {now} (tử số {numerator}, mẫu số {denominator})"


def _classes_table(movers: Sequence[Mover]) -> Any:
    table = new_table("", ("Vì sao", "Số hồ sơ", "Tử số", "Mẫu số"), right=(1, 2, 3))
    for row in _classes(movers):
        changes = (f"{row['numerator']:+d}", f"{row['denominator']:+d}")
        table.add_row(WHY_VI[row["class"]], number(row["dossiers"]), *changes)
    return table


def _movers_table(movers: Iterable[Mover]) -> Any:
    columns = ("Mã hồ sơ", "Vì sao", "Tử số", "Mẫu số", "Thay đổi", "Dòng cũ", "Dòng mới")
    table = new_table("", columns, right=(2, 3))
    for one in movers:
        fields = "; ".join(map(_field_words, one.fields))
        places = (_place_words(one.before), _place_words(one.after))
        table.add_row(one.dossier_code, WHY_VI[one.why], *_signed(one.change), fields, *places)
    return table


def _field_words(field: Changed) -> str:
    before, after = (_words(field.name, value) for value in (field.before, field.after))
    return escape(f"{FIELD_VI[field.name]}: {before} → {after}")


def _words(name: str, value: object) -> str:
    if value in (None, MISSING):
        return "trống"
    if value == UNKNOWN:
        return "không rõ"
    if isinstance(value, bool):
        return "có" if value else "không"
    if name in ("status", "channel", "service_level"):
        return name_vi(name, str(value))
    return f"{value:%d/%m/%Y %H:%M}" if isinstance(value, datetime) else str(value)


def _place_words(version: Version | None) -> str:
    if version is None:
        return "–"
    sheet = f", {version.origin.sheet}" if version.origin.sheet else ""
    return escape(f"{version.origin.file_name}{sheet}, dòng {version.origin.row_number}")


def _value_words(one: DeliveredValue | None) -> str:
    if one is None:
        return "chưa có"
    return escape(f"{number(one.value)} ({one.file_name}, {one.item}, lấy lúc {_local(one.captured_at)})")


def _local(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=UTC).astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def _signed(counts: "Added | None") -> tuple[str, str]:
    return (f"{counts.numerator:+d}", f"{counts.denominator:+d}") if counts is not None else ("–", "–")


def _and_more(left: int) -> None:
    if left > 0:
        console().print(f"… và {number(left)} hồ sơ nữa; xem tất cả bằng --json hoặc --limit.")


def _side_cells(side: Side) -> tuple[str, ...]:
    numerator, denominator = side.counts
    counts = (number(numerator), number(denominator), percent(_ratio(side.counts)))
    return (side.source, *counts, _local(side.captured_at), side.variant)


def _classes(movers: Iterable[Mover]) -> list[dict[str, Any]]:
    by_class: dict[Why, list[Mover]] = {why: [] for why in Why}
    for one in movers:
        by_class[one.why].append(one)
    return [
        {
            "class": why,
            "dossiers": len(found),
            "numerator": sum(one.change.numerator for one in found),
            "denominator": sum(one.change.denominator for one in found),
        }
        for why, found in by_class.items()
        if found
    ]


def _difference(one: Difference) -> dict[str, Any]:
    return {
        **_whose(one.assessment),
        "before": _counts(one.before),
        "after": _counts(one.after),
        "change": one.change._asdict(),
        "classes": _classes(one.movers),
        "dossiers": [_mover(mover) for mover in one.movers],
        "statistics": [asdict(again) for again in one.redelivered],
    }


def _mover(one: Mover) -> dict[str, Any]:
    return {
        "dossier_code": one.dossier_code,
        "class": one.why,
        **one.change._asdict(),
        "fields": [asdict(field) for field in one.fields],
        "before": asdict(one.before.origin) if one.before else None,
        "after": asdict(one.after.origin) if one.after else None,
    }


def _lineage(one: Lineage, limit: int | None) -> dict[str, Any]:
    rows = [
        {"dossier_code": row.dossier_code, "unit_code": row.fields["unit_code"], **asdict(row.origin)}
        for row in one.rows[:limit]
    ]
    return {
        **_whose(one.assessment),
        "part": one.part,
        "count": one.count,
        "exports": [asdict(share) for share in one.exports],
        "rows_total": len(one.rows),
        "rows": rows,
        "statistics": [asdict(value) for value in one.delivered],
    }


def _reconciliation(one: Reconciliation) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "unit_code": one.unit_code,
        "unit_name": one.unit_name,
        "period": _period(one.period),
        "ours": _side(one.ours),
        "portal": _side(one.portal),
        "difference": one.difference._asdict() if one.difference else None,
        "classes": [
            {
                "class": reason.reason,
                "numerator": reason.counts.numerator if reason.counts else None,
                "denominator": reason.counts.denominator if reason.counts else None,
                "message_vi": reason.message_vi,
            }
            for reason in one.reasons
        ],
        "unexplained": one.unexplained._asdict() if one.unexplained else None,
    }


def _side(side: Side) -> dict[str, Any]:
    return {"source": side.source, "variant": side.variant, **_counts(side.counts), "captured_at": side.captured_at}


def _whose(one: "Assessment") -> dict[str, Any]:
    period = _period(one.period) | {"complete": one.complete}
    whose = {"metric": one.metric, "variant": one.variant, "source": one.source}
    return {**whose, "unit_code": one.unit_code, "unit_name": one.unit_name, "period": period}


def _period(period: Period) -> dict[str, Any]:
    return {"label": period.label, "start": period.start, "end": period.end}


def _counts(counts: Counts) -> dict[str, Any]:
    return {**counts._asdict(), "ratio": _ratio(counts)}


def _ratio(counts: Counts) -> float | None:
    numerator, denominator = counts
    return numerator / denominator if numerator is not None and denominator else None
