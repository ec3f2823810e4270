"""The upload of exports: a form, what became of the files, and why it is not offered where it is not."""

import sys
from datetime import datetime, time
from functools import partial

import streamlit as st

from collectors.export import ExportReport
from collectors.home import VIETNAM
from dashboard import downloads, markup
from dashboard.data import report, uploads
from dashboard.data.uploads import Answer, Said, Upload
from dashboard.markup import Html, Table
from dashboard.options import Options, read_options
from dashboard.words import Words
from metrics.readers import Reader

_ANSWER = "upload_answer"
_TURN = "upload_turn"  # another number is another, empty, uploader
_MEGA = 1024 * 1024


def upload(reader: Reader, words: Words) -> None:
    """Show the form and what became of the last files handed in."""
    if not reader.may_collect:
        st.html(markup.element("p", words.text("upload.not_yours" if reader.name else "upload.not_here"), kind="none"))
        return
    _form(reader, read_options(sys.argv[1:]), words)
    answer: Answer | None = st.session_state.get(_ANSWER)
    if answer is not None:
        _show(answer, words)


def _form(reader: Reader, options: Options, words: Words) -> None:
    limit = uploads.MOST_BYTES // _MEGA
    st.html(markup.element("p", words.text("upload.lead", limit=limit, inbox=options.home / "inbox"), kind="of"))
    st.html(markup.worded("browse", words.text("upload.browse")))
    turn = st.session_state.setdefault(_TURN, 0)
    handed = st.file_uploader(words.text("upload.files"), accept_multiple_files=True, key=f"upload_files_{turn}")
    files = [Upload(file.name, file.getvalue()) for file in handed]
    now = options.now.astimezone(VIETNAM).replace(tzinfo=None, second=0, microsecond=0)
    with st.container(horizontal=True, key="upload-told"):
        captured_at = st.datetime_input(
            words.text("upload.captured_at"),
            value=now,
            max_value=datetime.combine(now, time.max),  # an export of the future would hide all that come after it
            format="DD/MM/YYYY",
            key=f"upload_captured_{turn}",
            help=words.text("upload.captured_help"),
        )
        period = st.text_input(words.text("upload.period"), key="upload_period", help=words.text("upload.period_help"))
        unit = st.text_input(words.text("upload.unit"), key="upload_unit", help=words.text("upload.unit_help"))
        endpoint = st.text_input(
            words.text("upload.endpoint"), key="upload_endpoint", help=words.text("upload.endpoint_help")
        )
    large = uploads.too_large(files)
    if large:
        names = ", ".join(large)
        st.html(_trouble(words.text("upload.too_large", files=names, limit=limit, inbox=options.home / "inbox"), words))
    blocked = not files or bool(large)
    with st.container(horizontal=True, key="upload-do"):
        collect = st.button(words.text("upload.collect"), type="primary", disabled=blocked, key="upload_collect")
        check = st.button(words.text("upload.check"), disabled=blocked, key="upload_check")
    if collect or check:
        said = Said(captured_at or now, period.strip(), unit.strip(), endpoint.strip())
        _run(reader, options, files, said, dry_run=check, words=words)


def _run(reader: Reader, options: Options, files: list[Upload], said: Said, *, dry_run: bool, words: Words) -> None:
    with st.spinner(words.text("upload.checking" if dry_run else "upload.collecting")):
        answer = uploads.collect(options.home, reader, files, said, dry_run=dry_run, at=options.now)
        st.session_state[_ANSWER] = answer
    if answer.reports and not dry_run:
        st.session_state[_TURN] += 1  # what was handed in leaves the memory of the server, too
        st.query_params["part"] = "upload"  # the first snapshot opens the page with its first part
        st.rerun()


def _show(answer: Answer, words: Words) -> None:
    st.html(markup.element("h2", words.text("upload.result"), kind="section"))
    if answer.dry_run and answer.reports:
        st.html(markup.notice("told", words.text("upload.dry_run"), words.text("upload.dry_run_more")))
    if not answer.reports:
        st.html(_trouble(answer.trouble_vi or words.text("upload.nothing"), words))
    for number, one in enumerate(answer.reports, start=1):
        with st.container(border=True):
            st.html(report.account(one, words))
            if one.mapped:
                with st.expander(words.text("columns.title")):
                    downloads.listing(f"columns-{number}", partial(_columns, one, words), words)


def _columns(one: ExportReport, words: Words, _: int) -> Table:
    return report.columns(one, words)


def _trouble(said: str, words: Words) -> Html:
    return markup.notice("stale", words.text("upload.trouble"), said)
