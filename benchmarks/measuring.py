"""What the benchmarks share: two jobs run in turn on one file, their medians and ratio, and the machine they ran on."""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from collectors.export import ExportReport
from collectors.header import find_header
from collectors.reading import open as reading
from collectors.run import Told, examine
from collectors.sources.dossier_staging import connection, land
from collectors.sources.sheets import Sheet

Job = Callable[[Path], int]


def arguments(text: str | None, *, dossiers: int, runs: int) -> argparse.Namespace:
    """Return what the command line asks for."""
    options = argparse.ArgumentParser(description=text)
    options.add_argument("--dossiers", type=int, default=dossiers)
    options.add_argument("--runs", type=int, default=runs)
    return options.parse_args()


def landed(file: Path) -> int:
    """Read the file into a typed table: times as times, everything else as text, nothing checked yet; return its rows."""
    with tempfile.TemporaryDirectory() as spill, connection(Path(spill)) as con:
        tables = reading.tables(file)
        for table in tables:
            land(con, Sheet(table, find_header(table, file=file.name)))
        return int(con.execute("SELECT count(*) FROM staged").fetchall()[0][0])


def examined(file: Path) -> int:
    """Read and check the file to canonical rows in Parquet, as `tthc collect --dry-run` does; return the rows read."""
    (report,) = examine([file], told=Told())
    return rows_of(report)


def rows_of(report: ExportReport) -> int:
    """Return the rows read; ends the program where the export was refused."""
    if not report.adds_up or report.message_vi:
        sys.exit(f"not collected: {report.message_vi}")
    return report.rows_read


def compare(file: Path, bare: tuple[str, Job], jobs: Sequence[tuple[str, Job]], *, runs: int) -> None:
    """Run all jobs in turn, so often, and print the median of each and of its ratio to the bare one of the same turn.

    Beside the seconds that pass, those of the processors, children included: others at work lengthen the first far more.
    """
    every = [bare, *jobs]
    turns = [[_seconds(job, file) for _, job in every] for _ in range(runs)]
    print(f"{file.name}: {file.stat().st_size / 1e6:.0f} MB, {turns[0][1][2]:,} rows (synthetic), {runs} turns")
    print(machine())
    print(f"{'':42}{'seconds':>9}{'ratio':>8}{'of processors':>15}{'ratio':>8}")
    for place, (name, _) in enumerate(every):
        passed, used = (statistics.median(turn[place][kind] for turn in turns) for kind in (0, 1))
        ratios = [statistics.median(turn[place][kind] / turn[0][kind] for turn in turns) for kind in (0, 1)]
        print(f"{name:42}{passed:9.2f}{ratios[0]:8.2f}{used:15.2f}{ratios[1]:8.2f}")


def machine() -> str:
    """Return the processor count and the versions that matter."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "python-calamine", "fastexcel"))
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {libraries}"


def _seconds(job: Job, file: Path) -> tuple[float, float, int]:
    start, used = time.perf_counter(), sum(os.times()[:4])
    rows = job(file)
    return time.perf_counter() - start, sum(os.times()[:4]) - used, rows
