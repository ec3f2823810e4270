"""Bytes to tables of text: the container is recognised by its content, never by its name."""
