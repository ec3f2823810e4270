"""What a person does about an alert from the screen: acknowledge, silence, speak again; kept with name and reason."""

from datetime import date, datetime, time, timedelta

import streamlit as st

from collectors.home import VIETNAM, Home
from dashboard import markup
from dashboard.alerting import acts
from dashboard.alerting.acts import Deed
from dashboard.words import Words
from metrics.alert_journal import Known
from metrics.readers import Reader
from metrics.units import UnitTree

ACTS = ("acknowledge", "silence", "unsilence")
MOST_SILENT_DAYS = 92
_DONE = "alert_done"


def form(
    home: Home, reader: Reader, tree: UnitTree, one: Known, now: datetime, *, silenced: bool, words: Words
) -> None:
    """Show the form where this reader may act; say where else it is done otherwise. now: an instant with its zone."""
    if not reader.may_act_on(tree, one.told.unit_code):
        st.html(markup.element("p", words.text("acting.not_yours" if reader.name else "acting.not_here"), kind="none"))
        return
    key = one.state.key
    today = now.astimezone(VIETNAM).date()
    offered = [act for act in ACTS if silenced or act != "unsilence"]
    with st.form(f"act-{key}", border=True):
        act = st.radio(
            words.text("acting.act"), offered, format_func=lambda one: words.text(f"acting.{one}"), horizontal=True
        )
        with st.container(horizontal=True):
            person = _person(reader, words)
            until = st.date_input(
                words.text("acting.until"),
                value=today + timedelta(days=1),
                min_value=today,
                max_value=today + timedelta(days=MOST_SILENT_DAYS),
                format="DD/MM/YYYY",
                help=words.text("acting.until_help"),
            )
        reason = st.text_input(words.text("acting.reason"), max_chars=500)
        if st.form_submit_button(words.text("acting.keep"), type="primary"):
            deed = Deed(key, act or ACTS[0], person.strip(), reason.strip(), _end(act, until, now))
            _keep(home, reader, tree, one, deed, now, words)
    if st.session_state.pop(_DONE, None) == key:
        st.html(markup.notice("told", words.text("acting.done"), words.text("acting.done_more")))


def _person(reader: Reader, words: Words) -> str:
    """Return who acts: the account of the login, else what is typed."""
    if reader.name:
        st.html(markup.element("p", words.text("acting.as_account", who=reader.name), kind="of"), width="content")
        return reader.name
    return st.text_input(words.text("acting.person"), max_chars=100, help=words.text("acting.person_help"))


def _end(act: str | None, until: date | None, now: datetime) -> datetime | None:
    """Return the end of the last silent day."""
    return datetime.combine(until or now.date(), time.min, VIETNAM) + timedelta(days=1) if act == "silence" else None


def _keep(home: Home, reader: Reader, tree: UnitTree, one: Known, deed: Deed, now: datetime, words: Words) -> None:
    if not deed.person or not deed.reason:
        st.html(markup.notice("stale", words.text("acting.refused"), words.text("acting.blank")))
        return
    acts.keep(home, reader, tree, one.told, deed, at=now)
    st.session_state[_DONE] = deed.key
    st.rerun()
