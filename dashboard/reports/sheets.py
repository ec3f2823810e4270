"""A finished report in, its pages as HTML out: as they will be printed, and as a file that any browser opens."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from dashboard.markup import Html
from metrics.reports import Report
from metrics.reports.page import Block, Box, Page

_PAPER = Path(__file__).with_name("paper.css")


def pages(made: Report, name: str) -> Html:
    """Return the pages of a report; they speak Vietnamese whatever the screen speaks. name: for those who hear it."""
    inner = "".join(_page(page, f"{name}, {number}") for number, page in enumerate(made.pages, start=1))
    return Html(f'<div class="report" lang="vi">{inner}</div>')


def document(made: Report, name: str) -> bytes:
    """Return a report as one HTML file without anything outside it."""
    style = _PAPER.read_text(encoding="utf-8")
    head = f'<meta charset="utf-8"><title>{escape(name)}</title><style>{style}</style>'
    whole = f'<!DOCTYPE html><html lang="vi"><head>{head}</head><body>{pages(made, name)}</body></html>'
    return whole.encode("utf-8")


def _page(page: Page, name: str) -> str:
    inner = "".join(_block(block) for block in page.blocks)
    kind = "wide" if page.wide else "upright"
    return f'<section class="sheet {kind}" tabindex="0" aria-label="{escape(name)}">{inner}</section>'


def _block(block: Block) -> str:
    if not block.ruled and all(len(row) == 1 for row in block.rows):
        return "".join(f'<p class="{row[0].style}">{_words(row[0])}</p>' for row in block.rows)
    whole = sum(block.widths)
    widths = "".join(f'<col style="width:{100 * width / whole:.2f}%">' for width in block.widths)
    head, body = block.rows[: block.head], block.rows[block.head :]
    parts = (f"<thead>{''.join(map(_headings, head))}</thead>" if head else "") + f"<tbody>{_rows(body)}</tbody>"
    kind = 'class="ruled"' if block.ruled else 'class="plain" role="presentation"'
    return f"<table {kind}><colgroup>{widths}</colgroup>{parts}</table>"


def _headings(row: Sequence[Box]) -> str:
    return f"<tr>{''.join(_cell('th', box) for box in row)}</tr>"


def _rows(rows: Sequence[Sequence[Box]]) -> str:
    return "".join(f"<tr>{''.join(_cell('td', box) for box in row)}</tr>" for row in rows)


def _cell(tag: str, box: Box) -> str:
    spans = (f' colspan="{box.across}"' if box.across > 1 else "") + (f' rowspan="{box.down}"' if box.down > 1 else "")
    scope = ' scope="col"' if tag == "th" else ""
    return f'<{tag} class="{box.style}"{scope}{spans}>{_words(box)}</{tag}>'


def _words(box: Box) -> str:
    return escape(box.text).replace("\n", "<br>")
