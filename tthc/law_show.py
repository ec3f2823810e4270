"""What `tthc targets` and `tthc indicators` print: Vietnamese tables for people, JSON documents for scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from metrics.names import FEED, STATUS, TARGET_KIND
from tthc.show import console, head, new_table, number, percent, to_json

if TYPE_CHECKING:
    from metrics.register_kept import InForce
    from metrics.snapshot import Snapshot
    from metrics.targets import Register, Target
    from metrics.year_on_year import YearOnYear

Row = dict[str, Any]


def targets(register: "Register", found: "Sequence[Target]", day: date, newest: Mapping[str, Row]) -> None:
    """Print the register of targets; unconfirmed rows are marked, and what to ask is told below."""
    columns = (
        "Mã",
        "Chỉ tiêu",
        "Mức",
        "Loại",
        "Phạm vi",
        "Hiệu lực",
        "Số liệu mới nhất",
        "Văn bản",
        "Điều, mục",
        "Tệp",
    )
    table = new_table(f"Chỉ tiêu ngày {day:%d/%m/%Y}", columns)
    for target in found:
        scope = " ".join(filter(None, (target.level, target.province, target.unit, target.field)))
        table.add_row(
            target.id,
            register.name_of(target)[0],
            _threshold(target, day),
            kind_words(target),
            scope,
            f"{_day(target.valid_from)} – {_day(target.valid_to)}",
            _newest(target, newest.get(target.id)),
            target.document,
            target.article,
            target.file,
            style=None if target.confirmed else "italic",
        )
    out = console()
    out.print(table)
    for target in found:
        if not target.confirmed:
            out.print(f"  {target.id} CHƯA XÁC NHẬN: {target.ask or target.note}", soft_wrap=True)


def kind_words(target: "Target") -> str:
    """Return what a row is, whether it is judged, and whether it is confirmed."""
    judged = "" if target.judged or target.kind in ("baseline", "rule", "citation") else " (không xét)"
    return TARGET_KIND[target.kind].vi + judged + ("" if target.confirmed else " – CHƯA XÁC NHẬN")


def targets_json(
    register: "Register", law: "InForce", found: "Sequence[Target]", day: date, newest: Mapping[str, Row]
) -> str:
    """Return the register of targets as one document; `register` tells which file is in force, and what is wrong with it."""
    rows = []
    for target in found:
        name_vi, name_en = register.name_of(target)
        step = asdict(target.step) if target.step else None
        more = {"name_vi": name_vi, "name_en": name_en, "value_on_day": target.value_on(day), "step": step}
        feeds = {"computable_from": "|".join(target.feeds)}
        rows.append({**asdict(target), **more, **feeds, "newest": newest.get(target.id)})
    state = {"file": law.file, "good_since": law.good_since, "error": law.error_vi, "failing_since": law.failing_since}
    return to_json({"on": day, "register": state, "rows": rows})


def indicators(rows: Sequence[Row]) -> None:
    """Print the hand-entered figures against their targets."""
    columns = (
        "Đơn vị",
        "Chỉ số",
        "Kỳ",
        "Tử số",
        "Mẫu số",
        "Giá trị",
        "Chỉ tiêu",
        "Kết quả",
        "Còn thiếu",
        "Người nhập",
        "Ngày",
    )
    table = new_table("Chỉ số nhập tay", columns, right=(3, 4, 5, 8))
    for row in rows:
        table.add_row(
            row["unit_name"],
            row["name_vi"],
            row["period_label"],
            number(row["numerator"]),
            number(row["denominator"]),
            amount(row["value"], row["quantity"]),
            _asked(row),
            STATUS[row["status"]].vi,
            number(row["gap"]),
            row["entered_by"],
            _day(row["entered_on"]),
            style="bold" if row["status"] == "below" else None,
        )
    out = console()
    out.print(table)
    for row in rows:
        if row["remark_vi"]:
            out.print(f"  {row['code']} {row['period_label']}: {row['remark_vi']}", soft_wrap=True)


def history(rows: Sequence[Row]) -> None:
    """Print every figure ever entered: who entered what, when."""
    columns = (
        "Đơn vị",
        "Mã chỉ số",
        "Kỳ",
        "Tử số",
        "Mẫu số",
        "Giá trị",
        "Người nhập",
        "Ngày",
        "Tệp",
        "Dòng",
        "Ghi chú",
    )
    table = new_table("Lịch sử nhập", columns, right=(3, 4, 5, 9))
    for row in rows:
        table.add_row(
            row["unit_code"],
            row["code"],
            f"{_day(row['period_start'])} – {_day(row['period_end'])}",
            number(row["numerator"]),
            number(row["denominator"]),
            amount(row["value"], row["quantity"]),
            row["entered_by"],
            _day(row["entered_on"]),
            row["file_name"],
            str(row["row_number"]),
            row["note"],
        )
    console().print(table)


def indicators_json(snapshot: "Snapshot", rows: Sequence[Row]) -> str:
    """Return hand-entered figures as one document."""
    return to_json({**head(snapshot), "rows": list(rows)})


def year_on_year(rows: "Sequence[YearOnYear]") -> None:
    """Print what must not fall against the year before."""
    from metrics.definitions import METRIC

    columns = ("Đơn vị", "Tỷ lệ", "Kỳ", "%", "Cùng kỳ năm trước", "%", "Kết quả", "Thiếu (hồ sơ)", "Văn bản")
    table = new_table("Không được thấp hơn cùng kỳ năm trước", columns, right=(3, 5, 7))
    for row in rows:
        was, of = row.base
        before = f"{row.base_period.label}: {number(was)}/{number(of)}"
        table.add_row(
            row.now.field or row.now.procedure_name or row.now.procedure_key or row.now.unit_name,
            METRIC[row.now.metric].label_vi,
            row.now.period.label,
            percent(row.now.ratio),
            row.reason_vi or before,
            percent(row.base_ratio),
            STATUS[row.status].vi,
            number(row.gap),
            row.target.document,
            style="bold" if row.status == "below" else None,
        )
    console().print(table)


def year_on_year_rows(rows: "Sequence[YearOnYear]") -> list[Row]:
    """Return what must not fall as rows of a document."""
    return [
        {
            "metric": row.now.metric,
            "variant": row.now.variant,
            "source": row.now.source,
            "unit_code": row.now.unit_code,
            "procedure_code": row.now.procedure_key,
            "field": row.now.field,
            "period": row.now.period.label,
            "numerator": row.now.numerator,
            "denominator": row.now.denominator,
            "base_period": {"label": row.base_period.label, "start": row.base_period.start, "end": row.base_period.end},
            "base_numerator": row.base.numerator,
            "base_denominator": row.base.denominator,
            "target": {"id": row.target.id, "document": row.target.document, "article": row.target.article},
            "status": row.status,
            "gap": row.gap,
            "reason": row.reason_vi,
        }
        for row in rows
    ]


def amount(value: float | Decimal | None, quantity: str) -> str:
    """Return a figure as people write it: a share in percent, a rank or a count as it is."""
    if value is None:
        return "–"
    return percent(value) if quantity in ("ratio", "reduction") else number(Decimal(str(value)).normalize())


def _threshold(target: "Target", day: date) -> str:
    value = target.value_on(day)
    if target.kind in ("trend", "rule", "citation"):
        return "–"
    shown = amount(value, target.quantity)
    return shown if target.kind == "baseline" else f"{target.op} {shown}"


def _newest(target: "Target", row: Row | None) -> str:
    if row is None:
        return "–" if not target.feeds else "chưa có; từ " + ", ".join(FEED[feed].vi for feed in target.feeds)
    counts = "" if row["denominator"] is None or row["numerator"] is None else (
        f" ({number(row['numerator'])}/{number(row['denominator'])})"
    )  # fmt: skip
    return f"{amount(row['value'], target.quantity)}{counts} {row['period_label']}: {STATUS[row['status']].vi}"


def _asked(row: Row) -> str:
    if row["target_id"] is None:
        return "–"
    if row["target_value"] is None:
        before = amount(row["base_value"], row["quantity"])
        return f"không kém năm trước ({before})"
    due = f" (hạn {_day(row['target_due'])})" if row["target_due"] else ""
    return f"{row['target_op']} {amount(row['target_value'], row['quantity'])}{due}"


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "…"
