"""The parts of a change in, the table of contributions out."""

from fractions import Fraction

from dashboard.changes.plots import largest
from dashboard.changes.reads import Why
from dashboard.listings import table
from dashboard.markup import Cell, Table, element
from dashboard.words import Words
from metrics.insight.decomposition import Decomposition


def contributions(why: Why, found: Decomposition[str], words: Words, most: int) -> Table:
    """Return what each part added, in percentage points, those that moved the whole most first."""
    shares = largest(found)
    rows = [
        (
            _name(why.names[share.key], share.key, words),
            _counts(share.before, words),
            _counts(share.after, words),
            _points(share.rate, words),
            _points(share.mix, words),
            _points(share.whole, words),
        )
        for share in shares[:most]
    ]
    names = ("part", "before", "after", "own", "mix", "whole")
    return table("changes", names, rows, words, total=len(shares))


def _name(name: str, key: str, words: Words) -> object:
    said = name or words.text("changes.unnamed")
    if key in ("", name):
        return said
    return element("span", said, " ", element("small", key))


def _counts(counts: tuple[int, int], words: Words) -> str:
    numerator, denominator = counts
    if not denominator:
        return words.text("changes.absent")
    return f"{words.ratio(numerator / denominator)} ({words.counts(numerator, denominator)})"


def _points(value: Fraction, words: Words) -> Cell:
    return Cell(words.percent_points(value), float(value))
