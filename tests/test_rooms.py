"""Who may import whom: collectors → metrics → dashboard; nothing flows back up the river."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("collectors", "metrics", "dashboard", "tthc")
MAY_IMPORT = {
    "collectors": {"collectors"},
    "metrics": {"collectors", "metrics"},
    "dashboard": {"collectors", "metrics", "dashboard"},
    "tthc": set(ROOMS),
}
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def rooms_imported(path: Path) -> set[str]:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            imported.add(node.module.split(".")[0])
    return imported & set(ROOMS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_what_lies_upstream(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    assert rooms_imported(path) <= MAY_IMPORT[room]


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("tthc.cli", {"streamlit", "duckdb", "pandas", "prometheus_client"}),
        ("tthc.jobs", {"streamlit", "pandas", "prometheus_client"}),
        ("metrics.exporter", {"streamlit", "pandas"}),
    ],
)
def test_a_command_loads_only_what_it_needs(module: str, never: set[str]) -> None:
    script = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert not never & set(loaded.split())


def test_only_collectors_open_exports_and_only_jobs_open_the_warehouse() -> None:
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        room = path.relative_to(ROOT).parts[0]
        if room != "collectors":
            assert "python_calamine" not in text, path
        if room == "dashboard":
            assert "warehouse" not in text, path
            assert "SELECT" not in text or path.name == "reads.py", path
