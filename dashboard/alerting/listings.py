"""Alerts, transitions, acts and messages in, tables and the text of one alert out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dashboard import choice
from dashboard.alerting.reads import Board, Standing
from dashboard.cards import counted, metric_name
from dashboard.listings import mark, table
from dashboard.markup import Cell, Html, Table, badge, element, link
from dashboard.rows import Period
from dashboard.words import NOTHING, Words
from metrics.alert_journal import Act, Known, Message, Past, Told
from metrics.alert_rules import AlertRule
from metrics.periods import parse_period

FIGURES = frozenset({"counts", "ratio", "target", "gap", "tries"})
STANDING_MARKS = {
    Standing.FIRING: "below",
    Standing.KNOWN: "met",
    Standing.SILENCED: "no_activity",
    Standing.PENDING: "not_due",
}
MESSAGE_MARKS = {"sent": "accepted"}


def alerts(board: Board, found: Sequence[Known], most: int, place: Mapping[str, str], words: Words) -> Table:
    """Return alerts with their evidence, since when, and who knows; the name leads to all about one."""
    rows = [_alert(board, one, place, words) for one in found[:most]]
    names = ("severity", "standing", "what", "counts", "ratio", "target", "gap", "since", "who")
    return table("firing", names, rows, words, total=len(found), figures=FIGURES)


def life(board: Board, one: Known, words: Words) -> str:
    """Return since when an alert lasts and who knows, in a few words."""
    since = words.text("one.lasting", at=words.instant(one.state.since))
    return "; ".join(part for part in (since, _who(board, one, words)) if part)


def history(found: Sequence[Past], most: int, words: Words) -> Table:
    """Return the transitions, newest first."""
    rows = [
        (
            words.instant(one.transition.at),
            words.text(f"phase.{one.transition.before}"),
            words.text(f"phase.{one.transition.after}"),
            message(one.told, words) or one.transition.key,
        )
        for one in found[:most]
    ]
    return table("past", ("at", "before", "after", "what"), rows, words, total=len(found))


def acts(found: Sequence[Act], most: int, words: Words) -> Table:
    """Return what people did, newest first."""
    rows = [
        (
            words.instant(one.at),
            words.text(f"acting.{one.act}"),
            one.person,
            one.reason,
            words.instant(one.until),
            one.key,
        )
        for one in found[:most]
    ]
    return table("act", ("at", "act", "person", "reason", "until", "key"), rows, words, total=len(found))


def messages(found: Sequence[Message], most: int, words: Words) -> Table:
    """Return the messages to channels: sent, still due, or failed and why."""
    rows = [
        (
            words.instant(one.made_at),
            one.channel,
            one.title,
            mark(MESSAGE_MARKS.get(one.state, one.state), words.text_or(f"message.{one.state}", one.state)),
            words.figure(one.tries),
            words.instant(one.tried_at),
            one.error or NOTHING,
        )
        for one in found[:most]
    ]
    names = ("made", "channel", "title_of", "state", "tries", "tried", "error")
    return table("message", names, rows, words, total=len(found), figures=FIGURES)


def account(board: Board, one: Known, rule: AlertRule | None, now: datetime, words: Words) -> Html:
    """Return all that is known about one alert: what, since when, by which rule, of whom, what to do."""
    told = one.told
    since = words.text("one.since", at=words.instant(one.state.since), age=words.age(one.state.since, now))
    lines = [
        (words.text("one.evidence"), _evidence(told, words)),
        (words.text("one.holders"), words.either(told.holders_vi, told.holders_en)),
        (words.text("one.rule"), rule_words(rule, told, words)),
        (words.text("one.audience"), words.text_or(f"audience.{told.audience}", told.audience)),
        (words.text("one.who"), _who(board, one, words) or words.text("one.nobody")),
        (words.text("one.todo"), words.text(f"todo.{rule.kind}") if rule else words.text("one.no_rule")),
        (words.text("one.document"), told.document),
    ]
    items = [element("p", element("b", f"{name}: "), said) for name, said in lines if said]
    return element(
        "div",
        element("div", _severity(told, words), " ", _standing(board, one, words), " ", since),
        element("p", message(told, words), kind="name"),
        *items,
        element("p", _overview(told, words)) if told.unit_code else "",
        kind="account",
    )


def message(told: Told, words: Words) -> str:
    """Return the sentence of an alert."""
    return words.either(told.message_vi, told.message_en)


def label(told: Told, words: Words) -> str:
    """Return how an alert is called in a list: two rules may say the same sentence, so its rule comes first."""
    return f"{words.text_or(f'kind.{told.rule}', told.rule)}: {message(told, words)}"


def rule_words(rule: AlertRule | None, told: Told, words: Words) -> str:
    """Return a rule in words with its thresholds; its name where it is no longer there."""
    if rule is None:
        return told.rule
    said = words.text(
        f"rule.{rule.kind}",
        days=rule.days,
        limit=words.count(rule.limit),
        share=words.level(float(rule.share)),
        probability=words.level(float(rule.probability)),
    )
    more = [said]
    if rule.min_denominator:
        more.append(words.text("rule.least", count=words.count(rule.min_denominator)))
    if rule.publications > 1:
        more.append(words.text("rule.publications", count=rule.publications))
    if rule.margin:
        more.append(words.text("rule.margin", share=words.level(float(rule.margin))))
    return " ".join(more)


def _alert(board: Board, one: Known, place: Mapping[str, str], words: Words) -> Sequence[object]:
    told = one.told
    asked = [told.target_value] if told.target_value is not None else []
    return (
        _severity(told, words),
        Cell(_standing(board, one, words), words.text(f"standing.{board.standing(one)}")),
        Cell(link(choice.address("", place, alert=one.state.key), _name(told, board.now, words)), message(told, words)),
        words.counts(told.numerator, told.denominator) if told.denominator is not None else Cell("", None),
        Cell(words.ratio(told.ratio, asked), told.ratio) if told.ratio is not None else Cell("", None),
        Cell(words.level(asked[0]), asked[0]) if asked else Cell("", None),
        Cell(words.count(told.gap), told.gap) if told.gap is not None else Cell("", None),
        words.instant(one.state.since),
        _who(board, one, words),
    )


def _name(told: Told, now: datetime, words: Words) -> str:
    """Return what an alert is about in a few words: its sentence, where it is about the data."""
    if told.metric is None:
        return message(told, words)
    parts = [told.unit_name or told.unit_code or "", metric_name(told.metric, words)]
    return " · ".join([*parts, _period(told.period_label, now, words), words.text_or(f"kind.{told.rule}", told.rule)])


def _period(label: str | None, now: datetime, words: Words) -> str:
    if not label:
        return NOTHING
    found = parse_period(label, now.date())
    return choice.period_name(Period(found.kind, found.label, found.start, found.end, complete=False), words)


def _evidence(told: Told, words: Words) -> str:
    if told.numerator is None:
        return ""
    asked = [told.target_value] if told.target_value is not None else []
    parts = [words.counts(told.numerator, told.denominator), words.ratio(told.ratio, asked)]
    if asked:
        parts.append(words.text("one.target", level=words.level(asked[0])))
    if told.gap and told.metric:
        parts.append(words.text("one.gap", count=words.count(told.gap), counted=counted(told.metric, words)))
    return " · ".join(parts)


def _who(board: Board, one: Known, words: Words) -> str:
    said = []
    if one.acknowledged:
        said.append(words.text("one.known_by", person=one.acknowledged.person, reason=one.acknowledged.reason))
    silence = board.silence(one)
    if silence:
        until = words.instant(silence.until)
        said.append(words.text("one.silenced_by", person=silence.person, reason=silence.reason, until=until))
    return "; ".join(said)


def _severity(told: Told, words: Words) -> Cell:
    return mark(told.severity, words.text_or(f"alert.{told.severity}", told.severity))


def _standing(board: Board, one: Known, words: Words) -> Html:
    standing = board.standing(one)
    return badge(STANDING_MARKS[standing], words.text(f"standing.{standing}"))


def _overview(told: Told, words: Words) -> Html:
    asked = {"unit": told.unit_code or "", "period": told.period_label or "", "source": told.source or ""}
    language = {name: value for name, value in choice.place().items() if name == "lang"}
    return link(choice.address("./", language | asked), words.text("one.overview", unit=told.unit_name or ""))
