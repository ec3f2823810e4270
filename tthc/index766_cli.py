"""The 766 index on the command line: points by group and component, what is lost, what would help."""

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tthc import options, published
from tthc.options import example

if TYPE_CHECKING:
    from metrics.index_standing import Action, Row, Standing
    from metrics.snapshot import Snapshot


_LOSSES = 3


@click.command(
    epilog=example(
        "tthc index766 --unit H35 --period 2026-08", "tthc index766 --unit H35 --by unit --period 2026 --json"
    )
)
@options.home
@click.option("--unit", help="Unit code; default: the office of tthc.toml, else the roots.")
@click.option("--by", type=click.Choice(["unit"]), help="The units directly below, instead of the unit itself.")
@click.option("--period", default="latest", show_default=True, help="2026-08, 2026-Q3, 2026 or latest.")
@click.option("--source", help="Only this source.")
@options.as_json
def index766(home: Path, unit: str | None, by: str | None, period: str, source: str | None, as_json: bool) -> None:
    """Show the 766 index: our points from the portal's counts beside those it published, rank, losses, what would help."""
    from metrics.index_standing import standings
    from metrics.rates import unit_tree

    installed, newest = published.newest(home)
    with newest as snapshot:
        tree = unit_tree(snapshot)
        asked = unit or (installed.config.office.unit if installed.config.office.unit in tree.units else None)
        units = [asked] if asked else None
        if by and asked:
            units = [one.code for one in tree.children(asked)] or [asked]
        found = standings(snapshot, units=units, period=period, source=source)
        if as_json:
            click.echo(json.dumps(document(snapshot, found), ensure_ascii=False, indent=1))
        else:
            _print(found, table_only=bool(by) or asked is None)


def document(snapshot: "Snapshot", found: "list[Standing]") -> dict[str, Any]:
    """Return the JSON document: one row per component and group, one standing per unit."""
    as_of = snapshot.rows("SELECT as_of FROM snapshot")[0]["as_of"]
    return {
        "snapshot_id": snapshot.id,
        "as_of": as_of.isoformat() + "Z" if as_of else None,
        "rows": [_row(standing, row) for standing in found for row in standing.rows],
        "standings": [_standing(standing) for standing in found],
    }


def _about(standing: "Standing") -> dict[str, Any]:
    period = standing.period
    return {
        "unit_code": standing.unit.code,
        "unit_name": standing.unit.name,
        "period": {
            "label": period.label,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "complete": period.complete(standing.source.as_of_day),
        },
        "source": standing.source.source,
        "synthetic": standing.source.synthetic,
        "formula_version": standing.version.id,
    }


def _row(standing: "Standing", row: "Row") -> dict[str, Any]:
    return {
        **_about(standing),
        "group": row.group.code,
        "component": row.component.code if row.component else None,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "score": _points(row.score),
        "max_score": _points(row.max),
        "published_score": _points(row.published),
        "lost": _points(row.lost),
        "one_more_is_worth": float(row.worth) if row.worth is not None else None,
        "provisional": row.provisional,
        "inherited": row.inherited,
        "own_numerator": row.own_numerator,
        "own_denominator": row.own_denominator,
        "own_score": _points(row.own_score),
    }


def _standing(standing: "Standing") -> dict[str, Any]:
    band, above, rank = standing.band, standing.next_band, standing.rank
    return {
        **_about(standing),
        "score": _points(standing.total),
        "published_score": _points(standing.published),
        "active": standing.active,
        "band": {"name_vi": band.name_vi, "name_en": band.name_en, "confirmed": band.confirmed} if band else None,
        "next_band": {"name_vi": above.name_vi, "from": _points(above.start)} if above else None,
        "rank": {"place": rank.place, "among": rank.among} if rank else None,
        "actions": [_action(one) for one in standing.actions],
        "easiest": [_action(one) for one in standing.easiest],
    }


def _action(action: "Action") -> dict[str, Any]:
    component = action.row.component
    return {
        "component": component.code if component else None,
        "count": action.count,
        "what_vi": component.action_vi if component else "",
        "points": _points(action.points),
    }


def _points(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _print(found: "list[Standing]", *, table_only: bool) -> None:
    if not found:
        click.echo("Chưa có điểm 766 nào của đơn vị và kỳ này. Xem docs/nguon-cong-dvcqg.md để lấy số liệu của Cổng.")
        return
    if table_only and len(found) > 1:
        _ranking(found)
        return
    for standing in found:
        _sheet(standing)


def _ranking(found: "list[Standing]") -> None:
    from tthc.show import console, new_table

    title = f"Bộ chỉ số 766, {found[0].period.label}"
    groups = [group.code for group in found[0].version.groups]
    table = new_table(title, ("Đơn vị", *groups, "Tổng", "Xếp loại", "Hạng"), right=range(1, len(groups) + 2))
    for standing in sorted(found, key=lambda one: -(one.known or 0)):
        by_group = {row.group.code: row.known for row in standing.rows if row.component is None}
        rank = f"{standing.rank.place}/{standing.rank.among}" if standing.rank else "–"
        table.add_row(
            f"{standing.unit.code} {standing.unit.name}",
            *(_shown(by_group[code]) for code in groups),
            _shown(standing.known),
            standing.band.name_vi if standing.band else "không phát sinh",
            rank,
        )
    console().print(table)


def _sheet(standing: "Standing") -> None:
    from metrics.periods import in_vietnamese
    from tthc.show import console, new_table, number

    out = console()
    columns = ("Thành phần", "Tử số", "Mẫu số", "Tự tính", "Cổng công bố", "Tối đa", "Mất", "Ghi chú")
    title = f"{standing.unit.name}, {in_vietnamese(standing.period)}, nguồn {standing.source.source}"
    table = new_table(("DỮ LIỆU MÔ PHỎNG. " if standing.source.synthetic else "") + title, columns, right=range(1, 7))
    for row in standing.rows:
        name = f"  {row.component.number} {row.component.name_vi}" if row.component else row.group.name_vi.upper()
        table.add_row(
            name,
            number(row.numerator),
            number(row.denominator),
            _shown(row.score),
            _shown(row.published),
            _shown(row.max),
            _shown(row.lost),
            _note(row),
        )
    out.print(table)
    out.print(_total(standing))
    worst = "; ".join(f"{_name(row)} {_shown(row.lost)} điểm" for row in standing.losses[:_LOSSES])
    if worst:
        out.print(f"Mất nhiều nhất: {worst}.")
    for title, actions in (("Ít việc nhất", standing.actions), ("Ít lượt nhất", standing.easiest)):
        if actions and standing.next_band:
            out.print(f"{title} để đạt mức {standing.next_band.name_vi} (từ {_shown(standing.next_band.start)} điểm):")
            for action in actions:
                what = action.row.component.action_vi if action.row.component else ""
                out.print(f"  thêm {number(action.count)} {what}: +{_shown(action.points)} điểm")
    if standing.version.note_vi:
        out.print(f"Phiên bản công thức {standing.version.id}. {standing.version.note_vi}")


def _name(row: "Row") -> str:
    return row.component.name_vi if row.component else row.group.name_vi


def _note(row: "Row") -> str:
    from tthc.show import number

    notes = []
    if row.component is not None and row.provisional:
        notes.append("mẫu số tạm, không kết luận")
    if row.inherited:
        notes.append("giá trị của tỉnh")
    if row.idle:
        notes.append("không phát sinh")
    if row.own_denominator:
        notes.append(
            f"danh sách hồ sơ: {number(row.own_numerator)}/{number(row.own_denominator)} → {_shown(row.own_score)}"
        )
    return "; ".join(notes)


def _total(standing: "Standing") -> str:
    if standing.band is None:
        return f"Tổng: {_shown(standing.known)} điểm, không xếp loại vì không phát sinh hồ sơ hoặc thiếu nhóm."
    unsure = "" if standing.band.confirmed else " (ngưỡng xếp loại chưa đối chiếu được với văn bản)"
    rank = f", hạng {standing.rank.place}/{standing.rank.among}" if standing.rank else ""
    return (
        f"Tổng: tự tính {_shown(standing.total)}, Cổng công bố {_shown(standing.published)} / 100 điểm: "
        f"{standing.band.name_vi}{unsure}{rank}."
    )


def _shown(value: Decimal | None) -> str:
    from metrics.wording import points

    return points(value)
