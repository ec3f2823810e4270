"""What the README says works: its commands exist, its files are there, it opens in Vietnamese."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tthc.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(main.commands)


def test_the_readme_opens_with_three_lines_in_vietnamese() -> None:
    lines = [line for line in README.splitlines() if line.strip()][1:4]
    assert all(re.search("[ăâđêôơưáàảãạấầẩẫậếềểễệ]", line) for line in lines)


def test_the_two_commands_come_first() -> None:
    first_block = re.search(r"```\w*\n(.*?)```", README, re.DOTALL)
    assert first_block
    assert [line.split("#")[0].strip() for line in first_block[1].splitlines() if line][:2] == ["make run", "make test"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme_and_shows_an_example(command: str, tthc: Callable[..., Result]) -> None:
    assert f"tthc {command}" in README
    text = tthc(command, "--help").output
    assert f"tthc {command}" in text.split("Examples:")[1]


def test_every_command_of_the_readme_exists_with_its_options() -> None:
    for line in re.findall(r"^(?:\.venv/bin/|\.venv\\Scripts\\)?tthc ([^#`\n]+)", README, re.MULTILINE):
        command, *words = line.split()
        assert command in main.commands, line
        known = {option for parameter in main.commands[command].params for option in parameter.opts}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, line


def test_every_file_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock and "--index" not in lock
    assert lock.count("==") <= lock.count("--hash=sha256:")
