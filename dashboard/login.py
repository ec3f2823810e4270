"""Who reads, and who is not let in: the line that names the reader, the page to log in, the page that says why not."""

import streamlit as st

from collectors.access_setting import ALL_UNITS, Mode
from dashboard import choice, markup
from dashboard.access import Reason, Refused
from dashboard.words import Words
from metrics.readers import Reader

_AGAIN = (Reason.LOGIN, Reason.EXPIRED)


def refuse(refused: Refused, mode: str, words: Words) -> None:
    """Say why somebody is not let in and what to do; offer the login where there is one."""
    st.html(markup.style())
    come_back = mode == Mode.OIDC and refused.reason in _AGAIN
    st.html(markup.behaviour(words.language, come_back=come_back), unsafe_allow_javascript=True)
    with st.container(key="bare", gap=None):
        st.html(markup.element("div", markup.element("h1", words.text("screen.title")), kind="heading"))
        choice.choose_language(words)
    lead = words.text(f"access.{refused.reason}", who=refused.who)
    todo = [(words.text(f"access_todo.{refused.reason}"), "")]
    title = words.text("access.log_in" if refused.reason in _AGAIN else "access.refused")
    st.html(markup.steps(title, " ".join(part for part in (lead, refused.detail) if part), todo))
    if mode != Mode.OIDC or refused.reason is Reason.BROKEN:
        return
    if refused.reason in _AGAIN:
        st.button(words.text("access.log_in"), type="primary", key="log_in", on_click=st.login)
    else:
        st.button(words.text("access.log_out"), key="log_out", on_click=st.logout)


def line(reader: Reader, words: Words) -> None:
    """Name the reader, what they may do and see, and offer to log out; nothing where nobody logs in."""
    if not reader.name:
        return
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="who", gap="small"
    ):
        said = words.text(
            "access.who",
            who=reader.name,
            role=words.text("access.operator" if reader.may_operate else "access.viewer"),
            scope=_scope(reader, words),
        )
        st.html(markup.element("p", said, kind="of"), width="content")
        if st.user.get("is_logged_in"):
            st.button(words.text("access.log_out"), type="tertiary", key="log_out", on_click=st.logout)


def _scope(reader: Reader, words: Words) -> str:
    if reader.scope.everything:
        return words.text("access.everything")
    if not reader.scope.units:
        return words.text("access.rates_only")
    return words.text("access.units", units=", ".join(one for one in reader.scope.units if one != ALL_UNITS))
