"""What an installation says of its reports: its own templates, its office, and the texts that stand on its letters."""

from dataclasses import dataclass
from pathlib import Path

from collectors.home import Home


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation says of its reports; folder: its own templates. The other texts stand on letters."""

    folder: Path | None = None
    office: str | None = None
    primary_source: str | None = None
    parent: str = ""
    abbreviation: str = ""
    place: str = ""
    signer: str = ""


def settings_of(home: Home) -> Settings:
    """Return what an installation says of its reports."""
    office, said = home.config.office, home.config.reports
    return Settings(
        folder=home.report_templates,
        office=office.unit or None,
        primary_source=office.primary_source or None,
        parent=said.parent,
        abbreviation=said.abbreviation,
        place=said.place,
        signer=said.signer,
    )
