"""The screen's server, as `launch` starts it: Streamlit with what `serving` adds to it."""

import streamlit as st
from starlette.middleware import Middleware

from dashboard import serving
from dashboard.launch import APP

_home = serving.served()
app = st.App(
    APP,
    secrets=serving.told(_home),
    middleware=[Middleware(serving.OwnPages, public_host=_home.config.access.public_host)],
)
