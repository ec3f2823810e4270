"""What the commands share on the command line: options, and the examples at the end of their help."""

from pathlib import Path

import click

home = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TTHC_HOME",
    default=Path("var"),
    show_default=True,
    help="Where tthc.toml, inbox, archive, warehouse and snapshots live.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
as_of = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="As known at the end of that day: only exports captured by then.",
)


def example(*lines: str) -> str:
    """Return the examples of a command, as the last part of its help."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
