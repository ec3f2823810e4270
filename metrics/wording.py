"""The parts of a sentence about a figure: what is asked, by which document, how many are missing; Vietnamese and English."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from babel.numbers import format_decimal, format_percent

from metrics.definitions import Metric
from metrics.targets import Kind as TargetKind
from metrics.targets import Op, Target


def points(value: Decimal | None) -> str:
    """Return points of an index with two decimals as Vietnamese people write them; a dash where there are none."""
    return "–" if value is None else str(format_decimal(value, "#,##0.00", locale="vi"))


def asked_vi(target: Target, value: Decimal) -> str:
    """Return what is missed, in Vietnamese: `dưới chỉ tiêu 50 %`."""
    what = "ngưỡng điểm tối đa" if target.kind == TargetKind.FULL_MARK else "chỉ tiêu"
    sign = {Op.ABOVE: "trên ", Op.AT_MOST: "không quá "}.get(target.op, "")
    return f"{'vượt' if target.op == Op.AT_MOST else 'dưới'} {what} {sign}{share(value, 'vi')}"


def asked_en(target: Target, value: Decimal) -> str:
    """Return what is missed, in English: `below the target of 50%`."""
    what = "full-mark threshold" if target.kind == TargetKind.FULL_MARK else "target"
    sign = {Op.ABOVE: "more than ", Op.AT_MOST: "at most "}.get(target.op, "")
    return f"{'above' if target.op == Op.AT_MOST else 'below'} the {what} of {sign}{share(value, 'en')}"


def gap_vi(metric: Metric, target: Target, gap: int) -> str:
    """Return how many are missing (too many, where less is better), in Vietnamese."""
    words = "nhiều hơn mức cho phép" if target.op == Op.AT_MOST else "còn thiếu"
    return f"{words} {number(gap, 'vi')} {metric.counted_vi}"


def gap_en(metric: Metric, target: Target, gap: int) -> str:
    """Return how many are missing (too many, where less is better), in English."""
    words = "too many" if target.op == Op.AT_MOST else "missing"
    return f"{number(gap, 'en')} {metric.counted_en} {words}"


def document(target: Target) -> str:
    """Return the document and the article that ask it."""
    return ", ".join(part for part in (target.document, target.article) if part)


def ratio(counts: tuple[int, int], found: Decimal, asked: Decimal, locale: str) -> str:
    """Return `120/300 = 40,0 %`, with as many decimals as keep a missed target from looking reached by rounding."""
    shown, other = "", ""
    for decimals in ("0.0", "0.00", "0.000", "0.0000"):
        shown, other = (percent(one, decimals, locale) for one in (found, asked))
        if shown != other:
            break
    numerator, denominator = (number(count, locale) for count in counts)
    return f"{numerator}/{denominator} = {shown}"


def share(value: Decimal, locale: str) -> str:
    """Return a share in percent with no more decimals than it has."""
    return percent(value, "0.####", locale)


def percent(value: Decimal, decimals: str, locale: str) -> str:
    """Return a share as people of the language print it, 40,0 % and 40.0%; rounded half up, as spreadsheets round."""
    space = " " if locale == "vi" else ""
    with localcontext(rounding=ROUND_HALF_UP):
        return format_percent(value, format=f"#,##{decimals}{space}%", locale=locale)


def percent_vi(value: float | Decimal | Fraction | None, digits: int = 1) -> str:
    """Return a ratio as 81,2 %; an absent one is a dash."""
    if value is None:
        return "–"
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(str(value))
    return percent(exact, f"0.{'0' * digits}", "vi")


def number(value: int, locale: str) -> str:
    """Return a count with the thousands of the language."""
    return format_decimal(value, locale=locale)


def chance(value: float, locale: str) -> str:
    """Return a probability in whole per cent, never 0 or 100 %: `35 %`, `< 1 %`."""
    if value < 0.01:
        return f"< {share(Decimal('0.01'), locale)}"
    if value > 0.99:
        return f"> {share(Decimal('0.99'), locale)}"
    return share(Decimal(str(round(value, 2))), locale)


def from_float(value: float) -> Decimal:
    """Return a published ratio as the decimal people would write: 0.8 is 0.8."""
    return Decimal(repr(value))
