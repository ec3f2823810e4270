"""`tthc quality`: how good the data of each source are, what the checks found, and how far a rate may be off."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tthc import options, published
from tthc.options import example

if TYPE_CHECKING:
    from metrics.quality import Bounds, Quality, QualityCheck
    from metrics.snapshot import Snapshot


@click.command(epilog=example("tthc quality", "tthc quality --source igate --json"))
@options.home
@click.option("--source", help="Only this source.")
@options.as_json
def quality(home: Path, source: str | None, as_json: bool) -> None:
    """Show the quality of the data by source: shares, what the checks found, rates that may be off.

    Exit 1 when a critical dimension is below its threshold ([quality] in tthc.toml).
    """
    from metrics.quality import published_bounds, published_checks, published_quality
    from metrics.rates import sources
    from tthc import show

    installed, newest = published.newest(home)
    with newest as snapshot:
        named = {one.source for one in sources(snapshot, source)}
        shares = [one for one in published_quality(snapshot) if one.source in named]
        found = [one for one in published_checks(snapshot) if one.source in named]
        doubtful = [one for one in published_bounds(snapshot) if one.source in named]
        least = installed.config.quality.least
        if as_json:
            click.echo(show.to_json(document(snapshot, shares, found, doubtful, least)))
        else:
            _print(snapshot, shares, found, doubtful, least)
    sys.exit(1 if below(shares, least) else 0)


def below(shares: "Sequence[Quality]", least: Mapping[str, int]) -> "list[Quality]":
    """Return the critical dimensions below their threshold, in hundredths; compared exactly."""
    return [one for one in shares if one.critical and one.share < Fraction(least[one.dimension], 100)]


def document(
    snapshot: "Snapshot",
    shares: "Sequence[Quality]",
    found: "Sequence[QualityCheck]",
    doubtful: "Sequence[Bounds]",
    least: Mapping[str, int],
) -> dict[str, Any]:
    """Return the JSON document: overall by source, dimensions, checks, bounds."""
    from collectors.findings import checks
    from metrics.quality import overall
    from tthc import show

    by_source = {one.source: overall(other for other in shares if other.source == one.source) for one in shares}
    poor = below(shares, least)
    words = checks()
    return {
        **show.head(snapshot),
        "sources": [
            {
                "source": source,
                "ratio": float(worst.share) if worst else None,
                "dimension": worst.dimension if worst else None,
                "ok": not any(one.source == source for one in poor),
            }
            for source, worst in by_source.items()
        ],
        "dimensions": [
            {
                **asdict(one),
                "ratio": float(one.share),
                "least": least.get(one.dimension, 0) / 100 if one.critical else None,
            }
            for one in shares
        ],
        "checks": [
            {
                **asdict(one),
                "seen_vi": words[one.check_id].seen_vi,
                "why_vi": words[one.check_id].why_vi,
                "todo_vi": words[one.check_id].todo_vi,
            }
            for one in found
        ],
        "bounds": [{**asdict(one), "low": one.low, "high": one.high} for one in doubtful],
    }


def _print(
    snapshot: "Snapshot",
    shares: "Sequence[Quality]",
    found: "Sequence[QualityCheck]",
    doubtful: "Sequence[Bounds]",
    least: Mapping[str, int],
) -> None:
    from collectors.findings import DIMENSION_VI
    from tthc import show

    columns = ("Nguồn", "Mặt chất lượng", "Đã kiểm tra", "Không đạt", "Tỷ lệ đạt", "Ngưỡng", "Kết quả")
    table = show.new_table(f"Chất lượng số liệu đến {show.as_of_words(snapshot)}", columns, right=range(2, 6))
    poor = below(shares, least)
    for one in shares:
        asked = f"{least[one.dimension]} %" if one.critical else "–"
        verdict = "CHƯA ĐẠT" if one in poor else "đạt" if one.critical else ""
        counts = (show.number(one.checked), show.number(one.failing), show.percent(float(one.share)))
        style = "bold" if one in poor else None
        table.add_row(one.source, DIMENSION_VI[one.dimension], *counts, asked, verdict, style=style)
    out = show.console()
    out.print(table)
    for check in found:
        if check.failing:
            out.print(_words(check), soft_wrap=True)
    for line in _bound_words(snapshot, doubtful):
        out.print(line, soft_wrap=True)
    if not any(check.failing for check in found):
        out.print("Không phép kiểm tra nào thấy điều bất thường.")


def _words(one: "QualityCheck") -> str:
    from collectors.findings import SEVERITY_VI, checks
    from tthc import show

    check = checks()[one.check_id]
    where = f"; ví dụ {one.example}" if one.example else ""
    counts = f"{show.number(one.failing)} trong {show.number(one.checked)}"
    return (
        f"• {SEVERITY_VI[one.severity]} – {one.source}: {check.seen_vi} ({counts}{where});"
        f" {check.why_vi}; cách xử lý: {check.todo_vi}."
    )


def _bound_words(snapshot: "Snapshot", doubtful: "Sequence[Bounds]") -> list[str]:
    """Return how far the rates of the units at the top may be off, this year so far."""
    from metrics.definitions import METRIC
    from metrics.rates import unit_tree
    from tthc import show

    roots = {unit.code: unit.name for unit in unit_tree(snapshot).roots}
    return [
        f"• {METRIC[one.metric].label_vi} của {roots[one.unit_code]} từ đầu năm ({one.source}): có"
        f" {show.number(one.doubtful_in + one.doubtful_out)} hồ sơ chưa chắc, tỷ lệ nằm từ {show.percent(one.low)}"
        f" đến {show.percent(one.high)}."
        for one in doubtful
        if one.unit_code in roots and one.period_kind == "year_to_date"
    ]
