"""Values in, HTML out: the parts of a page that text alone makes. Everything from the data is escaped here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
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


class Html(str):
    """Text that is HTML already; plain `str` is escaped by the functions here."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and whether its cells are figures."""

    label: str
    figures: bool = False


def style() -> Html:
    """Return the style sheet of the screen with its colours."""
    sheet = Path(__file__).with_name("look.css").read_text(encoding="utf-8")
    return Html(f"<style>{colours.style_variables()}{sheet}</style>")


def text(value: object) -> str:
    """Return a value escaped, unless it is HTML already."""
    return value if isinstance(value, Html) else escape(str(value))


def element(tag: str, *inner: object, kind: str = "", hint: str = "") -> Html:
    """Return one element; `kind` is its class, `hint` what a pointer resting on it shows."""
    marks = (f' class="{escape(kind)}"' if kind else "") + (f' title="{escape(hint)}"' if hint else "")
    return Html(f"<{tag}{marks}>{''.join(text(part) for part in inner)}</{tag}>")


def join(*parts: object) -> Html:
    """Return parts one after another."""
    return Html("".join(text(part) for part in parts))


def steps(title: str, lead: str, todo: Sequence[tuple[str, str]]) -> Html:
    """Return what to do first, second, ...: each step with the command that does it, if one does."""
    items = [element("li", said, element("code", command) if command else "") for said, command in todo]
    return element("div", element("h1", title), element("p", lead), element("ol", *items), kind="empty")


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


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, name: str, kind: str = "") -> Html:
    """Return a table that scrolls inside its own box, and stacks its cells beside their headings on a phone."""
    head = "".join(f'<th scope="col"{_figures(column)}>{escape(column.label)}</th>' for column in columns)
    body = "".join(_row(columns, row) for row in rows)
    return Html(
        f'<div class="listing {escape(kind)}" tabindex="0" role="region" aria-label="{escape(name)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(columns: Sequence[Column], cells: Sequence[object]) -> str:
    pairs = zip(columns, cells, strict=True)
    inner = (f'<td data-label="{escape(column.label)}"{_figures(column)}>{text(cell)}</td>' for column, cell in pairs)
    return f"<tr>{''.join(inner)}</tr>"


def _figures(column: Column) -> str:
    return ' class="figures"' if column.figures else ""
