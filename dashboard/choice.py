"""What the reader chose: language, source, unit and period, kept in the address so that a view can be shared.

The address is the truth: each control shows what it says, and writes there when it is changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import streamlit as st

from dashboard import markup
from dashboard import words as vocabulary
from dashboard.rows import Period, Source, Unit
from dashboard.words import Words

KEPT = ("lang", "source", "unit", "period")


@dataclass(frozen=True, slots=True)
class Choice:
    """One state of the page's controls."""

    source: Source
    unit: Unit
    period: Period


def asked(name: str) -> str | None:
    """Return what the address says of `name`, else what it said on the page before: going on keeps the choice."""
    kept = st.session_state.setdefault("asked", {})
    said = st.query_params.get(name)
    if said is not None:
        kept[name] = said
    elif name in kept:
        said = st.query_params[name] = kept[name]
    return said


def place() -> dict[str, str]:
    """Return what the address says that goes with the reader from page to page."""
    return {name: st.query_params[name] for name in KEPT if name in st.query_params}


def address(page: str, said: Mapping[str, str], **more: str) -> str:
    """Return the address of a page with the choice `said`, changed by `more`; an empty value leaves one out."""
    return f"{page}?{urlencode({name: value for name, value in {**said, **more}.items() if value})}"


def language() -> Words:
    """Return the words of the language in the address."""
    return vocabulary.load(asked("lang") or vocabulary.FIRST)


def choose_language(words: Words) -> None:
    """Show the switch between the languages."""
    st.session_state["choose_lang"] = words.language
    st.segmented_control(
        words.text("choose.language"),
        vocabulary.LANGUAGES,
        format_func=str.upper,
        key="choose_lang",
        required=True,
        on_change=_remember,
        args=("lang",),
    )


def choose(
    label: str,
    name: str,
    options: Sequence[str],
    first: str,
    show: Callable[[str], str],
    width: int | Literal["stretch"] = "stretch",
) -> str:
    """Show a list of `options` and return the chosen one: the one in the address, else `first`.

    Unit, period and source go with the reader from page to page.
    """
    wanted = asked(name) if name in KEPT else st.query_params.get(name)
    st.session_state[f"choose_{name}"] = wanted if wanted in options else first
    chosen = st.selectbox(
        label, options, format_func=show, key=f"choose_{name}", on_change=_remember, args=(name,), width=width
    )
    if name not in KEPT:  # those stand in the head of the page
        _on_paper(label, show(chosen or first))
    return chosen or first


def choose_part(label: str, name: str, options: Sequence[str], show: Callable[[str], str]) -> str:
    """Show the parts of a page side by side and return the chosen one: the one in the address, else the first."""
    wanted = st.query_params.get(name)
    st.session_state[f"choose_{name}"] = wanted if wanted in options else options[0]
    chosen = st.segmented_control(
        label,
        options,
        format_func=show,
        key=f"choose_{name}",
        required=True,
        on_change=_remember,
        args=(name,),
        label_visibility="collapsed",
    )
    _on_paper(label, show(chosen or options[0]))
    return chosen or options[0]


def whether_all(words: Words, name: str, total: int, first: int) -> bool:
    """Show a switch to the whole list where it is longer than its `first` rows; return whether it is on."""
    if total <= first:
        return False
    return st.toggle(words.text("more.all", count=words.count(total)), key=f"all_{name}")


def first_source(found: Sequence[Source], primary: str) -> Source:
    """Return the source to open with: the configured one, else the first (real before synthetic, dossiers first)."""
    return next((source for source in found if source.source == primary), found[0])


def first_unit(found: Sequence[Unit], office: str, kind: str) -> Unit:
    """Return the unit to open with: the configured one, else the first root.

    Of a dossier list, if that has a single unit below it, that one: with the dossiers of one department the screen
    opens with the department, not with its province. Delivered statistics are not added up, so there the root it is.
    """
    by_code = {unit.code: unit for unit in found}
    if office in by_code:
        return by_code[office]
    opening = next((unit for unit in found if unit.parent not in by_code), found[0])
    while kind == "dossier" and len(below := [unit for unit in found if unit.parent == opening.code]) == 1:
        opening = below[0]
    return opening


def first_period(found: Sequence[Period], kind: str) -> Period:
    """Return the period to open with: the newest of a kind that is over, else the first."""
    return next((period for period in found if period.kind == kind and period.complete), found[0])


def source_name(source: str, words: Words) -> str:
    """Return a source's name; its key where we have no name for it."""
    return words.text_or(f"source.{source}", source)


def source_title(source: Source, words: Words) -> str:
    """Return a source's name and kind: `iGate (danh sách hồ sơ)`."""
    return f"{source_name(source.source, words)} ({words.text(f'source.{source.kind}')})"


def period_name(period: Period, words: Words) -> str:
    """Return a period's name: `Từ đầu năm 2026`, `Tháng 08/2026`."""
    half = f"half_{1 if period.start.month == 1 else 2}"
    kind = half if period.kind == "half" else period.kind
    return words.text(
        f"period.{kind}" if words.has(f"period.{kind}") else "period.other",
        label=period.label,
        day=words.day(period.start),
        days=words.days(period.start, period.end),
        month=f"{period.start:%m}",
        quarter=(period.start.month + 2) // 3,
        year=period.start.year,
        last=period.end,
        last_quarter=period.end.month // 3,
    )


def period_days(period: Period, words: Words) -> str:
    """Return a period's name and its days: `Từ đầu năm 2026 (01/01/2026 – 15/11/2026)`."""
    name = period_name(period, words)
    return name if period.kind in ("day", "range") else f"{name} ({words.days(period.start, period.end)})"


def unit_name(unit: Unit) -> str:
    """Return a unit's name with its code, by which equal names are told apart."""
    return unit.code if unit.name == unit.code else f"{unit.name} ({unit.code})"


def _on_paper(label: str, chosen: str) -> None:
    """Say what was chosen where there is no control to show it: in print."""
    st.html(markup.element("p", label, ": ", markup.element("b", chosen), kind="paper"))


def _remember(name: str) -> None:
    chosen = st.session_state[f"choose_{name}"]
    if chosen is not None:
        st.query_params[name] = chosen
