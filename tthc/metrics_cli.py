"""`tthc metrics`: the ratios of the product, and what each way of counting one means."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tthc import options
from tthc.options import example

if TYPE_CHECKING:
    from metrics.definitions import Metric
    from metrics.explanations import Elsewhere, Explained, Part, Statement
    from metrics.on_time import OnTime


@click.group(
    epilog=example("tthc metrics list", "tthc metrics explain on_time", "tthc metrics explain pay.dossier --json")
)
@options.home
def metrics(home: Path) -> None:
    """List the ratios and their ways of counting, and explain one: sentence, statement, document, traps."""


@metrics.command("list", epilog=example("tthc metrics list --json"))
@options.home
@options.as_json
def listing(home: Path, as_json: bool) -> None:
    """List every ratio with its ways of counting."""
    from metrics.definitions import EVERY
    from metrics.names import DIRECTION, SOURCE_KIND
    from tthc import show

    rule = _rule(home)
    if as_json:
        click.echo(show.to_json({"on_time": rule, "metrics": [_metric(metric) for metric in EVERY]}))
        return
    table = show.new_table("Các tỷ lệ", ("Tỷ lệ", "Tên", "English", "Cách tính", "Từ", "Chiều"))
    for metric in EVERY:
        ways = metric.variants
        table.add_row(
            metric.key,
            metric.label_vi,
            metric.label_en,
            "\n".join(_named(way.id, way.rule, rule) for way in ways) or "nhập tay",
            "\n".join(SOURCE_KIND[way.kind].vi for way in ways) or "–",
            DIRECTION[metric.direction].vi,
        )
    show.console().print(table)
    click.echo(f"* quy tắc đúng hạn đang chọn: {rule} (mục [metrics] on_time trong tthc.toml)")


@metrics.command(epilog=example("tthc metrics explain on_time", "tthc metrics explain online.received --json"))
@click.argument("name")
@options.home
@options.as_json
def explain(name: str, home: Path, as_json: bool) -> None:
    """Explain a ratio (online) or a way of counting one (online.received)."""
    from metrics.explanations import found
    from tthc import show

    metric, ways, others = found(name)
    if as_json:
        document = {
            "metric": _metric(metric),
            "variants": [dataclasses.asdict(way) for way in ways],
            "not_counted_here": [dataclasses.asdict(other) for other in others],
        }
        click.echo(show.to_json(document))
        return
    click.echo("\n".join(_text(metric, ways, others, _rule(home))))


@metrics.command(epilog=example("tthc metrics glossary > docs/thuat-ngu.md"))
@options.home
def glossary(home: Path) -> None:
    """Print the glossary as Markdown: the Vietnamese and English names of everything."""
    from metrics.glossary import glossary as page

    click.echo(page(), nl=False)


def _rule(home: Path) -> "OnTime":
    from collectors.home import open_home
    from metrics.on_time import OnTime

    return OnTime(open_home(home).config.metrics.on_time)


def _metric(metric: "Metric") -> dict[str, Any]:
    return {
        "key": metric.key,
        "label_vi": metric.label_vi,
        "label_en": metric.label_en,
        "direction": metric.direction,
        "counted_vi": metric.counted_vi,
        "counted_en": metric.counted_en,
        "variants": [{"id": way.id, "kind": way.kind, "rule": way.rule} for way in metric.variants],
    }


def _named(variant: str, rule: "OnTime | None", chosen: "OnTime") -> str:
    return f"{variant} *" if rule is not None and rule == chosen else variant


def _text(
    metric: "Metric", ways: "tuple[Explained, ...]", others: "tuple[Elsewhere, ...]", rule: "OnTime"
) -> list[str]:
    from metrics.names import DIRECTION

    lines = [f"{metric.label_vi} ({metric.label_en})", f"{metric.key}; {DIRECTION[metric.direction].vi}"]
    for way in ways:
        lines += ["", *_way(way, rule)]
    if not ways and not others:
        lines += ["", "Chưa tính được từ danh sách hồ sơ hay Cổng; nhập tay."]
    for other in others:
        lines += ["", f"{other.variant} (không tính ở đây)", f"  {other.vi}", f"  {other.en}"]
    return lines


def _way(way: "Explained", rule: "OnTime") -> list[str]:
    from metrics.names import SOURCE_KIND
    from metrics.on_time import ON_TIME_VI, OnTime

    chosen = " (đang chọn)" if way.rule == rule else ""
    origin = SOURCE_KIND[way.kind].vi + " và danh mục thủ tục" * bool(way.catalogue)
    lines = [f"{way.variant}{chosen}: từ {origin}", f"  {way.vi}", f"  {way.en}"]
    if way.rule:
        lines += [f"  Tính theo {ON_TIME_VI[OnTime(way.rule)]}"]
    lines += [*_part("Tử số", way.numerator), *_part("Mẫu số", way.denominator)]
    lines += [f"  Văn bản: {way.document}", f"  Ai dùng: {way.used_vi}"]
    lines += [f"  Lưu ý: {trap}" for trap in way.traps_vi]
    if way.unconfirmed_vi:
        lines += [f"  CHƯA XÁC NHẬN: {way.unconfirmed_vi}", f"  Cần hỏi: {way.ask_vi}"]
    return lines


def _part(title: str, part: "Part") -> list[str]:
    lines = [f"  {title}: {part.label_vi} ({part.label_en}) [{part.measure}]"]
    if not part.statements:
        return [*lines, "      do nguồn tổng hợp giao, không đếm lại"]
    for statement in part.statements:
        lines += [f"    {_span(statement)}", *(f"      {line.strip()}" for line in statement.sql.splitlines())]
    return lines


def _span(statement: "Statement") -> str:
    sign = "cộng" if statement.sign > 0 else "trừ"
    since = "từ ngày đầu đến ngày cuối kỳ" if statement.ever else "trong kỳ"
    among = {"eligible_full": ", chỉ TTHC đủ điều kiện toàn trình", "offered": ", chỉ TTHC có DVCTT"}
    return f"{sign}, {since}{among.get(statement.among, '')}:"
