"""Published assessments in, the text of cards out: ratio, counts, what is asked and by which document, gap, status."""

from collections import Counter
from collections.abc import Sequence

from dashboard import choice
from dashboard.markup import Column, Html, Table, badge, element, join, link
from dashboard.rows import Rate, Target, Volume
from dashboard.words import FIRST, NOTHING, Words
from metrics.definitions import METRIC, VARIANT, Variant
from metrics.measures import LABELS
from metrics.on_time import ON_TIME_EN, ON_TIME_VI, rule_of

OPERATORS = {">=": "≥", "<=": "≤"}
NO_FIGURES = ("no_activity", "not_reported")


def standing(rate: Rate) -> str:
    """Return the status by which a rate is shown: missing the 766 full mark is told apart from missing a target."""
    full_mark = rate.target is not None and rate.target.kind == "full_mark"
    return "below_full_mark" if rate.status == "below" and full_mark else rate.status


def metric_name(metric: str, words: Words) -> str:
    """Return a metric's short name; the name of its definition where it has no shorter one."""
    return words.text_or(f"metric.{metric}", full_name(metric, words))


def full_name(metric: str, words: Words) -> str:
    """Return a metric's name as its definition has it."""
    defined = METRIC.get(metric)
    return words.either(defined.label_vi, defined.label_en) if defined else metric


def counted(metric: str, words: Words) -> str:
    """Return what a metric counts: dossiers, procedures, ratings, ..."""
    defined = METRIC.get(metric)
    return words.either(defined.counted_vi, defined.counted_en) if defined else words.text("volume.unit")


def card(rate: Rate, words: Words) -> Html:
    """Return the text of one card."""
    return element(
        "div",
        element("h3", metric_name(rate.metric, words), kind="name"),
        element(
            "div",
            element("span", words.ratio(rate.ratio, _asked(rate.target)), kind="ratio"),
            badge(standing(rate), words.text(f"status.{standing(rate)}")),
            kind="figure",
        ),
        element("div", _counts(rate, words), _origin(rate, words), kind="counts", hint=rule_words(rate, words)),
        _target_line(rate, words),
        element("div", gap(rate, words), kind="gap"),
        kind=f"card {standing(rate).replace('_', '-')}",
    )


def summary(rates: Sequence[Rate], words: Words) -> Html:
    """Return how many of the rates stand how, worst first."""
    found = Counter(standing(rate) for rate in rates)
    order = ["below", "below_full_mark", "met", "not_due", "no_target", "no_activity", "not_reported"]
    parts = [badge(name, f"{found[name]} {words.text(f'summary.{name}')}") for name in order if found[name]]
    title = element("span", words.text("summary.title", count=len(rates)), kind="label")
    return element("div", title, element("div", *parts, kind="badges"), kind="tile wide")


def volume(found: Volume, words: Words) -> Html:
    """Return one tile: how many, of what, in the period or on a day."""
    when = words.text("volume.on", day=words.day(found.on)) if found.on else words.text("volume.during")
    unit = words.text("volume.points" if found.name == "score_total" else "volume.unit")
    return element(
        "div",
        element("span", words.text(f"volume.{found.name}"), kind="label"),
        element("span", words.count(found.value), kind="value"),
        element("span", f"{unit} {when}", kind="when"),
        kind="tile",
    )


def legend(words: Words) -> Html:
    """Return how to read the cards."""
    lines = [element("p", words.text(f"legend.{name}")) for name in ("counts", "target", "full_mark", "gap", "chart")]
    return element("div", element("h3", words.text("legend.title"), kind="name"), *lines, kind="card legend")


def basis(rates: Sequence[Rate], words: Words) -> Table:
    """Return what each rate divides by what, and the document that asks for it."""
    names = ("metric", "numerator", "denominator", "target", "document")
    columns = [Column(words.text(f"basis.{name}")) for name in names]
    rows = [
        (
            " – ".join(part for part in (full_name(rate.metric, words), rule_words(rate, words)) if part),
            *parts(rate, words),
            asked(rate, words),
            _document(rate.target),
        )
        for rate in rates
    ]
    return Table(words.text("basis.title"), columns, rows)


def asked(rate: Rate, words: Words, *, short: bool = False) -> str:
    """Return what is asked of a rate, named by its kind and, where it is not due, its day."""
    target = rate.target
    if target is None:
        return words.text("target.none")
    key = "not_due" if rate.status == "not_due" else target.kind
    level = f"{operator(target)}\N{NO-BREAK SPACE}{words.level(target.value)}"
    return words.text(f"target.{'short_' if short else ''}{key}", level=level, due=words.day(target.due))


def operator(target: Target) -> str:
    """Return the sign of a comparison as people write it."""
    return OPERATORS.get(target.op, target.op)


def rule_words(rate: Rate, words: Words) -> str:
    """Return by which rule set on time and overdue are told, "" for any other rate."""
    rule = rule_of(rate.variant or "")
    return words.text("card.rule", rule=words.either(ON_TIME_VI[rule], ON_TIME_EN[rule])) if rule else ""


def _variant(rate: Rate) -> Variant | None:
    """The way of counting a rate was made by."""
    return VARIANT.get(rate.variant or "")


def _is_stock(rate: Rate) -> bool:
    variant = _variant(rate)
    return variant is not None and variant.stock


def parts(rate: Rate, words: Words) -> list[str]:
    """Return what the numerator and the denominator of this way of counting are."""
    variant = _variant(rate)
    names = (variant.numerator, variant.denominator) if variant else ("", "")
    return [words.either(LABELS[name].label_vi, LABELS[name].label_en) if name in LABELS else NOTHING for name in names]


def _asked(target: Target | None) -> list[float]:
    return [] if target is None else [target.value]


def _counts(rate: Rate, words: Words) -> str:
    of_what = counted(rate.metric, words)
    if rate.status == "not_reported":
        return words.text("card.no_column")
    if rate.status == "no_activity":
        return words.text("card.no_stock" if _is_stock(rate) else "card.no_activity", counted=of_what)
    counts = words.text("card.counts", counts=words.counts(rate.numerator, rate.denominator), counted=of_what)
    rule, _, _ = rule_words(rate, words).partition(":")
    return f"{counts} · {rule}" if rule else counts


def _origin(rate: Rate, words: Words) -> Html:
    """The way from the counts to the exports behind them."""
    if not rate.denominator:
        return Html("")
    asked = {"unit": rate.unit_code, "period": rate.period.label, "source": rate.source}
    language = {"lang": words.language} if words.language != FIRST else {}
    to = choice.address("data", language | asked, part="origin", rate=rate.variant or "")
    return join(" ", link(to, words.text("card.origin"), hint=words.text("card.origin_more")))


def _target_line(rate: Rate, words: Words) -> Html:
    document = _document(rate.target)
    by = join(" · ", document) if document else Html("")
    return element("div", element("b", asked(rate, words)), by, kind="target", hint=document)


def gap(rate: Rate, words: Words) -> str:
    """Return how many are missing to what is asked, or too many where less is better; nothing where none is."""
    if rate.gap is None or rate.target is None or rate.status in NO_FIGURES:
        return ""
    limit = rate.target.op == "<="
    if rate.gap == 0:
        return words.text("gap.within" if limit else "gap.none", counted=counted(rate.metric, words))
    return words.text(
        "gap.over" if limit else "gap.missing", count=words.count(rate.gap), counted=counted(rate.metric, words)
    )


def _document(target: Target | None) -> str:
    return "" if target is None else ", ".join(part for part in (target.document, target.article) if part)
