"""Assessments in, a screen for people out: one Streamlit page a view, Vietnamese first, English by switch."""
