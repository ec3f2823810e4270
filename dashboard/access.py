"""Who may do more than read: the one place that decides it."""

import ipaddress

import streamlit as st


def may_operate() -> bool:
    """Whether this reader may hand in exports: whoever sits at the machine, when the server listens to nobody else."""
    return _is_loopback(st.get_option("server.address"))


def _is_loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False  # not set, or a name: other machines may reach it
