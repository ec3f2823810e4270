"""What a person does about an alert from the screen: acknowledge, silence, speak again; kept with name and reason."""

from datetime import date, datetime, time, timedelta

import streamlit as st

from collectors.home import VIETNAM, Home
from dashboard import access, markup
from dashboard.words import Words
from metrics.alert_journal import AlertJournal

ACTS = ("acknowledge", "silence", "unsilence")
MOST_SILENT_DAYS = 92
_DONE = "alert_done"


def form(home: Home, key: str, now: datetime, *, silenced: bool, words: Words) -> None:
    """Show the form where this reader may act; say where else it is done otherwise. now: an instant with its zone."""
    if not access.may_operate():
        st.html(markup.element("p", words.text("acting.not_here"), kind="none"))
        return
    today = now.astimezone(VIETNAM).date()
    offered = [act for act in ACTS if silenced or act != "unsilence"]
    with st.form(f"act-{key}", border=True):
        act = st.radio(
            words.text("acting.act"), offered, format_func=lambda one: words.text(f"acting.{one}"), horizontal=True
        )
        with st.container(horizontal=True):
            person = st.text_input(words.text("acting.person"), max_chars=100, help=words.text("acting.person_help"))
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
            _keep(home, key, act or ACTS[0], person.strip(), reason.strip(), until, now, words)
    if st.session_state.pop(_DONE, None) == key:
        st.html(markup.notice("told", words.text("acting.done"), words.text("acting.done_more")))


def _keep(
    home: Home, key: str, act: str, person: str, reason: str, until: date | None, now: datetime, words: Words
) -> None:
    if not person or not reason:
        st.html(markup.notice("stale", words.text("acting.refused"), words.text("acting.blank")))
        return
    silent = datetime.combine(until or now.date(), time.min, VIETNAM) + timedelta(days=1) if act == "silence" else None
    AlertJournal(home.journal).act(key, act, person=person, reason=reason, at=now, until=silent)
    st.session_state[_DONE] = key
    st.rerun()
