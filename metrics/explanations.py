"""The name of a ratio or of a way of counting in, what it means out: sentence, counts, statement, document, traps.

Texts are data (`explanations.toml`); names of counts are those of `measures`; a statement is shown as `count.sql` has it.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from metrics import QuestionError
from metrics.definitions import EVERY, METRIC, VARIANT, Kind, Metric, Variant, count_sql
from metrics.measures import CATALOGUED, COUNTED_NAMES, LABELS, PROCEDURE_NAMES, terms
from metrics.procedures import SEEN_SQL


@dataclass(frozen=True, slots=True)
class Statement:
    """A piece of SQL that counts a part of a measure.

    sign: whether it is added or taken away; ever: since the first day, else in the period. among: only dossiers of the
    procedures that the catalogue flags so; "" for all.
    """

    sql: str
    sign: int = 1
    ever: bool = False
    among: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the two counts of a ratio; statements: empty where a source delivers the count ready-made."""

    measure: str
    label_vi: str
    label_en: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """One way of counting a metric, for people; catalogue: the column of the procedure catalogue it needs, "" for none."""

    variant: str
    metric: str
    kind: Kind
    rule: str | None
    catalogue: str
    vi: str
    en: str
    numerator: Part
    denominator: Part
    document: str
    used_vi: str
    used_en: str
    traps_vi: tuple[str, ...]
    traps_en: tuple[str, ...]
    unconfirmed_vi: str
    unconfirmed_en: str
    ask_vi: str
    ask_en: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A way of counting that is in circulation and not counted here, and where its figure comes from."""

    variant: str
    metric: str
    vi: str
    en: str


def found(name: str) -> tuple[Metric, tuple[Explained, ...], tuple[Elsewhere, ...]]:
    """Return the metric that a name stands for, with its ways of counting (or the one that is named).

    Raises QuestionError for a name that is none.
    """
    others = texts()["elsewhere"]
    if name in METRIC:
        metric = METRIC[name]
        beside = tuple(_elsewhere(one) for one, text in others.items() if text["metric"] == name)
        return metric, tuple(_explained(metric, variant) for variant in metric.variants), beside
    if name in VARIANT:
        metric = next(metric for metric in EVERY if VARIANT[name] in metric.variants)
        return metric, (_explained(metric, VARIANT[name]),), ()
    if name in others:
        return METRIC[others[name]["metric"]], (), (_elsewhere(name),)
    raise QuestionError(f"Không có tỷ lệ hay cách tính “{name}”. Các tỷ lệ: {', '.join(METRIC)}.")


@cache
def texts() -> Mapping[str, Any]:
    """Return the document of texts: tables variant, elsewhere, trap."""
    document: Mapping[str, Any] = tomllib.loads((files("metrics") / "explanations.toml").read_text(encoding="utf-8"))
    return document


@cache
def expressions() -> Mapping[str, str]:
    """Return by counted measure the expression that counts it, word for word as `count.sql` has it."""
    text = count_sql()
    begin, end = text.rindex("\nSELECT\n") + len("\nSELECT\n"), text.rindex("\nFROM event\n")
    items = [item.strip("\n") for item in _parted(text[begin:end])]
    named = {match[1]: item for item in items if (match := re.search(r'AS\s+"?(\w+)"?$', item))}
    return {name: named[name] for name in COUNTED_NAMES}


def _parted(text: str) -> Iterator[str]:
    """Yield the parts between the commas that stand in no bracket."""
    depth, start = 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            yield text[start:place]
            start = place + 1
    yield text[start:]


def _explained(metric: Metric, variant: Variant) -> Explained:
    text = texts()["variant"][variant.id]
    traps = [texts()["trap"][name] for name in text["traps"]]
    return Explained(
        variant=variant.id,
        metric=metric.key,
        kind=variant.kind,
        rule=variant.rule,
        catalogue=variant.catalogue,
        vi=text["vi"],
        en=text["en"],
        numerator=_part(variant.numerator),
        denominator=_part(variant.denominator),
        document=text["document"],
        used_vi=text["used_vi"],
        used_en=text["used_en"],
        traps_vi=tuple(trap["vi"] for trap in traps),
        traps_en=tuple(trap["en"] for trap in traps),
        **{name: text.get(name, "") for name in ("unconfirmed_vi", "unconfirmed_en", "ask_vi", "ask_en")},
    )


def _part(measure: str) -> Part:
    label = LABELS[measure]
    return Part(measure, label.label_vi, label.label_en, tuple(_statements(measure)))


def _statements(measure: str) -> Iterator[Statement]:
    if measure in PROCEDURE_NAMES:
        yield Statement(SEEN_SQL.strip())
        return
    for term in terms(measure):
        counted, among = CATALOGUED.get(term.measure, (term.measure, ""))
        if counted in expressions():
            yield Statement(expressions()[counted], term.sign, term.ever, among)


def _elsewhere(name: str) -> Elsewhere:
    text = texts()["elsewhere"][name]
    return Elsewhere(name, text["metric"], text["vi"], text["en"])
