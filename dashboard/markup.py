"""Values in, HTML out: the parts of a page that text alone makes. Everything from the data is escaped here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from pathlib import Path

from dashboard import colours

SIGNS = {
    "met": "✓",
    "below": "▼",
    "below_full_mark": "▽",
    "not_due": "◷",
    "no_target": "–",
    "no_activity": "∅",
    "not_reported": "✕",
    "critical": "‼",
    "warning": "!",
    "accepted": "✓",
    "refused": "⊘",
    "other": "•",
}
SHEETS = ("look.css", "print.css", "reports/paper.css")


class Html(str):
    """Text that is HTML already; plain `str` is escaped by the functions here."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and whether its cells are figures."""

    label: str
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table shows, and the plain value that is downloaded in its place."""

    shown: object
    value: str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be shown and downloaded.

    kind: its class; none: what is said when it has no rows; total: of how many rows these are the first.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]
    kind: str = ""
    none: str = ""
    total: int = 0


@cache
def style() -> Html:
    """Return the style sheets of the screen and of its print, with their colours."""
    sheets = "".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in SHEETS)
    plain = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL))  # it goes with every answer
    return Html(f"<style>{colours.style_variables()}{plain}</style>")


@cache
def behaviour(language: str, skip: str = "", *, come_back: bool = False) -> Html:
    """Return the script of the screen: language of the page, a link past the menu (`skip`: its words), printed charts.

    come_back: somebody must log in first; whoever is let in later, in the same tab, comes back to this address.
    """
    script = Path(__file__).with_name("behaviour.js").read_text(encoding="utf-8")
    back = ' data-come-back="1"' if come_back else ""
    marker = f'<i class="behaviour" data-language="{escape(language)}" data-skip="{escape(skip)}"{back}></i>'
    return Html(f"{marker}<script>{script}</script>")


def worded(name: str, said: str) -> Html:
    """Return a style that gives the style sheet a text: for words of the framework that it cannot be told otherwise."""
    quoted = said.replace("\\", "").replace('"', "'").replace("<", "")
    return Html(f'<style>:root{{--{name}:"{quoted}"}}</style>')


def text(value: object) -> str:
    """Return a value escaped, unless it is HTML already; of a cell, what it shows."""
    if isinstance(value, Cell):
        return text(value.shown)
    return value if isinstance(value, Html) else escape(str(value))


def element(tag: str, *inner: object, kind: str = "", hint: str = "") -> Html:
    """Return one element; `kind` is its class, `hint` what a pointer resting on it shows."""
    marks = (f' class="{escape(kind)}"' if kind else "") + (f' title="{escape(hint)}"' if hint else "")
    return Html(f"<{tag}{marks}>{''.join(text(part) for part in inner)}</{tag}>")


def plain(value: object) -> str | int | float | None:
    """Return a cell as it is downloaded: its value, else what it shows without marks."""
    if isinstance(value, Cell):
        return value.value
    return unescape(re.sub(r"<[^>]+>", "", value)) if isinstance(value, Html) else str(value)


def join(*parts: object) -> Html:
    """Return parts one after another."""
    return Html("".join(text(part) for part in parts))


def steps(title: str, lead: str, todo: Sequence[tuple[str, str]]) -> Html:
    """Return what to do first, second, ...: each step with the command that does it, if one does."""
    items = [element("li", said, element("code", command) if command else "") for said, command in todo]
    return element("div", element("h2", title), element("p", lead), element("ol", *items), kind="empty")


def notice(kind: str, strong: str, message: str) -> Html:
    """Return a banner across the page; `kind` is one of the notices of `colours`."""
    return Html(
        f'<div class="notice {escape(kind)}" role="status"><strong>{escape(strong)}</strong> <span>{escape(message)}</span></div>'
    )


def badge(mark: str, words: str) -> Html:
    """Return a mark (a key of SIGNS) as sign, words and colour: never colour alone."""
    sign = SIGNS[mark]
    dashed = mark.replace("_", "-")
    return Html(f'<span class="badge {dashed}"><span aria-hidden="true">{sign}</span> {escape(words)}</span>')


def link(address: str, said: str, *, hint: str = "") -> Html:
    """Return a link to an address of this screen."""
    return Html(f'<a href="{escape(address)}" target="_self" title="{escape(hint)}">{escape(said)}</a>')


def table(found: Table) -> Html:
    """Return a table that scrolls inside its own box, and stacks its cells beside their headings on a phone."""
    if not found.rows and found.none:
        return element("p", found.none, kind="none")
    head = "".join(f'<th scope="col"{_figures(column)}>{escape(column.label)}</th>' for column in found.columns)
    body = "".join(_row(found.columns, row) for row in found.rows)
    return Html(
        f'<div class="listing {escape(found.kind)}" tabindex="0" role="region" aria-label="{escape(found.name)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(columns: Sequence[Column], cells: Sequence[object]) -> str:
    pairs = zip(columns, cells, strict=True)
    inner = (f'<td data-label="{escape(column.label)}"{_figures(column)}>{text(cell)}</td>' for column, cell in pairs)
    return f"<tr>{''.join(inner)}</tr>"


def _figures(column: Column) -> str:
    return ' class="figures"' if column.figures else ""
