"""A unit and a period in, what its letters and its one-page brief tell out: rates against targets, volumes, who is behind.

Every figure comes from `rates` and `dossier_lines`, so it is the figure of the screen and of the alerts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from babel.numbers import format_decimal

from metrics.assess import Assessment, Status
from metrics.definitions import METRIC
from metrics.names import STATUS
from metrics.on_time import OnTime
from metrics.periods import Period, in_vietnamese
from metrics.rates import rates, rule_of_snapshot
from metrics.reports.counts import By, Lines, dossier_lines
from metrics.reports.filled import by_words, number
from metrics.reports.question import Question, before
from metrics.snapshot import Snapshot
from metrics.source_ratios import overdue_measures
from metrics.targets import Op, Register
from metrics.unit_history import load_history
from metrics.wording import asked_vi, document, gap_vi, percent_vi, share

_BAR = 12
_FULL, _REST = "█", "░"
_COLOURS = {Status.MET: "E2F0D9", Status.BELOW: "F8CBAD", Status.NOT_DUE: "FFF2CC"}
_PLAIN = "FFFFFF"
_SIGNS = {Op.AT_LEAST: "≥", Op.ABOVE: ">", Op.EQUAL: "=", Op.AT_MOST: "≤"}
_SOURCELESS = (Status.NOT_REPORTED, Status.NO_ACTIVITY)


@dataclass(frozen=True, slots=True)
class Headline:
    """One rate, in words; `short`: whether it is below what is asked."""

    name: str
    value: str
    counts: str
    target: str
    status: str
    gap: str
    change: str
    bar: str
    colour: str
    short: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One unit or field, in words."""

    name: str
    received: str
    online: str
    resolved: str
    on_time: str
    open: str
    overdue: str


@dataclass(frozen=True, slots=True)
class Told:
    """All that a letter tells; sentences end in a full stop, most urgent first."""

    volumes: Mapping[str, str]
    headlines: tuple[Headline, ...]
    parts: tuple[Part, ...]
    parts_by: str
    attention: tuple[str, ...]
    warnings: tuple[str, ...]
    changes: tuple[str, ...]
    quality: tuple[str, ...]
    documents: tuple[str, ...]
    compared_with: str
    notes: tuple[str, ...]


def told(snapshot: Snapshot, register: Register, asked: Question) -> Told:
    """Return what is to be told of a unit in a period; a comparison needs a period before that can be compared."""
    rule = rule_of_snapshot(snapshot)
    now = _rates(snapshot, register, asked, asked.period)
    earlier = _comparable(asked)
    past = {one.metric: one for one in _rates(snapshot, register, asked, earlier)} if earlier else {}
    by = _by(asked)
    found = dossier_lines(snapshot, asked.source, asked.unit, asked.period, by)
    behind = sorted(_behind(snapshot, register, asked, by), key=lambda one: -(one.gap or 0))
    below = [one for one in now if one.status == Status.BELOW]
    changes = [(one, _change(one, past.get(one.metric))) for one in now]
    return Told(
        volumes=_volumes(found, rule),
        headlines=tuple(_headline(one, past.get(one.metric)) for one in now),
        parts=tuple(_part(line.name, line.counts, rule) for line in found.lines),
        parts_by=by_words(by),
        attention=tuple(sentence(one, named=True) for one in behind),
        warnings=tuple(sentence(one, named=False) for one in below),
        changes=tuple(_change_words(one, by_points) for one, by_points in _largest(changes)),
        quality=tuple(_quality(found)),
        documents=tuple(dict.fromkeys(document(one.target) for one in now if one.target)),
        compared_with=in_vietnamese(earlier) if earlier and past else "",
        notes=_notes(earlier, asked),
    )


def sentence(one: Assessment, *, named: bool) -> str:
    """Return a rate below its target as a sentence that can be forwarded."""
    who = f"{one.unit_name if one.field is None else 'lĩnh vực ' + one.field}: " if named else ""
    what = METRIC[one.metric]
    name = what.label_vi if not named else what.label_vi[:1].lower() + what.label_vi[1:]
    parts = [f"{who}{name} {percent_vi(one.ratio)} ({number(one.numerator)}/{number(one.denominator)})"]
    if one.target is not None and one.target_value is not None and one.gap is not None:
        parts += [asked_vi(one.target, one.target_value), gap_vi(what, one.target, one.gap)]
    text = f"{', '.join(parts)}."
    return text[:1].upper() + text[1:]


def _rates(snapshot: Snapshot, register: Register, asked: Question, period: Period) -> list[Assessment]:
    found = rates(snapshot, register, unit=asked.unit.code, period=period.label, source=asked.source.source)
    return [one for one in found if one.status not in _SOURCELESS]


def _comparable(asked: Question) -> Period | None:
    earlier = before(asked.period)
    if earlier is None or load_history().broken(asked.unit, earlier.start, asked.period.end):
        return None
    return earlier


def _notes(earlier: Period | None, asked: Question) -> tuple[str, ...]:
    if earlier is None:
        return (f"Không so sánh với kỳ trước: {in_vietnamese(asked.period)} không có kỳ liền trước so được.",)
    return ()


def _by(asked: Question) -> By:
    return By.FIELD if asked.unit.leaf else By.UNIT


def _behind(snapshot: Snapshot, register: Register, asked: Question, by: By) -> Iterator[Assessment]:
    where, days, source = asked.unit.code, asked.period.label, asked.source.source
    split: Literal["unit", "field"] = "unit" if by == By.UNIT else "field"
    for one in rates(snapshot, register, by=split, unit=where, period=days, source=source):
        if one.status == Status.BELOW and (one.field or one.unit_code != asked.unit.code):
            yield one


def _volumes(found: Lines, rule: OnTime) -> dict[str, str]:
    counts = found.whole.counts
    open_name, overdue_name = overdue_measures(rule)
    on_time, ended = _on_time_measures(rule)
    names = {"received": "received", "resolved": ended, "on_time": on_time, "open": open_name, "overdue": overdue_name}
    words = {key: number(counts.get(name)) for key, name in names.items()}
    late = (counts.get(ended) or 0) - (counts.get(on_time) or 0)
    return {**words, "late": number(late), "carried_over": number(counts.get("open_before"))}


def _on_time_measures(rule: OnTime) -> tuple[str, str]:
    variant = next(one for one in METRIC["on_time"].variants if one.rule == rule)
    return variant.numerator, variant.denominator


def _part(name: str, counts: Mapping[str, int | None], rule: OnTime) -> Part:
    open_name, overdue_name = overdue_measures(rule)
    on_time, ended = _on_time_measures(rule)
    return Part(
        name=name,
        received=number(counts["received"]),
        online=percent_vi(_ratio(counts["received_online"], counts["channel_known"])),
        resolved=number(counts[ended]),
        on_time=percent_vi(_ratio(counts[on_time], counts[ended])),
        open=number(counts[open_name]),
        overdue=number(counts[overdue_name]),
    )


def _ratio(numerator: int | None, denominator: int | None) -> Fraction | None:
    return Fraction(numerator, denominator) if numerator is not None and denominator else None


def _headline(one: Assessment, past: Assessment | None) -> Headline:
    metric = METRIC[one.metric]
    change = _change(one, past)
    return Headline(
        name=metric.label_vi,
        value=percent_vi(one.ratio),
        counts=f"{number(one.numerator)}/{number(one.denominator)}",
        target=_target_words(one),
        status=STATUS[one.status].vi,
        gap=number(one.gap) if one.gap else "–",
        change="–" if change is None else _points(change),
        bar=_bar(one.ratio),
        colour=_COLOURS.get(one.status, _PLAIN),
        short=one.status == Status.BELOW,
    )


def _bar(ratio: float | None) -> str:
    filled = round(_BAR * min(1.0, max(0.0, ratio or 0.0)))
    return _FULL * filled + _REST * (_BAR - filled)


def _target_words(one: Assessment) -> str:
    if one.target is None or one.target_value is None:
        return "–"
    mark = " (766)" if one.target.kind == "full_mark" else ""
    due = one.target.due
    return f"{_SIGNS.get(one.target.op, '')} {share(one.target_value, 'vi')}{mark}" + (
        f", hạn {due:%d/%m/%Y}" if due else ""
    )


def _change(now: Assessment, past: Assessment | None) -> Fraction | None:
    """Return by how many points of a percentage a rate moved; the same way of counting only."""
    if past is None or past.variant != now.variant or not now.denominator or not past.denominator:
        return None
    if now.numerator is None or past.numerator is None:
        return None
    return 100 * (Fraction(now.numerator, now.denominator) - Fraction(past.numerator, past.denominator))


def _points(change: Fraction) -> str:
    return str(format_decimal(float(change), "+#,##0.0;-#,##0.0", locale="vi"))


def _largest(changes: Iterable[tuple[Assessment, Fraction | None]]) -> list[tuple[Assessment, Fraction]]:
    known = [(one, change) for one, change in changes if change]
    return sorted(known, key=lambda pair: -abs(pair[1]))


def _change_words(one: Assessment, change: Fraction) -> str:
    moved, now = ("tăng", "đạt") if change > 0 else ("giảm", "còn")
    size = format_decimal(abs(float(change)), "#,##0.0", locale="vi")
    return f"{METRIC[one.metric].label_vi} {moved} {size} điểm phần trăm, {now} {percent_vi(one.ratio)}."


def _quality(found: Lines) -> Iterator[str]:
    counts = found.whole.counts
    received, without = counts.get("received") or 0, counts.get("received_without_due") or 0
    if received:
        part = percent_vi(Fraction(without, received))
        yield f"Hồ sơ tiếp nhận không có ngày hẹn trả: {number(without)}/{number(received)} ({part})."
    unknown = counts.get("received_channel_unknown") or 0
    if unknown:
        yield f"Hồ sơ có kênh tiếp nhận không hiểu được: {number(unknown)}/{number(received)}."


def worst(sentences: Sequence[str], most: int) -> list[str]:
    """Return the first sentences, and how many more there are."""
    more = len(sentences) - most
    return [*sentences[:most], *([f"… và {number(more)} mục nữa."] if more > 0 else [])]
