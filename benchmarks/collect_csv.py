"""A dossier list from file to published snapshot, beside a bare DuckDB `read_csv` of the same file, in one run."""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from collectors.demo import write_demo
from collectors.home import create_home
from collectors.run import Told
from tthc import jobs

_TIMES = ("Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Ngày trả kết quả")


def bare(file: Path) -> int:
    """Read the file into a typed table, as short as DuckDB allows, and return its rows."""
    types = ", ".join(f"'{name}': 'TIMESTAMP'" for name in _TIMES)
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        con.execute(
            f"CREATE TABLE dossier AS SELECT * FROM read_csv(?, skip = 3, header = true, delim = ',',"
            f" types = {{{types}}}, timestampformat = '%d/%m/%Y %H:%M:%S')",
            [str(file)],
        )
        return int(con.execute("SELECT count(*) FROM dossier").fetchall()[0][0])


def collected(file: Path) -> int:
    """Collect the file into a new home and return the rows read."""
    with tempfile.TemporaryDirectory() as folder:
        home = create_home(Path(folder))
        done = jobs.collect(home, [file], told=Told(), now=datetime.now(UTC), progress=lambda *_: None)
        (report,) = done.reports
        if not report.adds_up or report.message_vi:
            sys.exit(f"not collected: {report.message_vi}")
        return report.rows_read


def seconds(job: Callable[[Path], int], file: Path) -> tuple[float, int]:
    """Return how long one run took, and how many rows it saw."""
    start = time.perf_counter()
    rows = job(file)
    return time.perf_counter() - start, rows


def main() -> None:
    """Write the file, run both jobs in turn, print medians and their ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dossiers", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=3)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = write_demo(Path(folder), dossiers=asked.dossiers, seed=1)[0]
        runs = [(seconds(bare, file), seconds(collected, file)) for _ in range(asked.runs)]
        print(f"{file.stat().st_size / 1e6:.0f} MB, {runs[0][1][1]:,} rows (synthetic), {asked.runs} runs each")
    base = statistics.median(one[0] for one, _ in runs)
    ours = statistics.median(two[0] for _, two in runs)
    print(f"bare read_csv into a typed table  {base:6.2f} s")
    print(f"file to published snapshot        {ours:6.2f} s")
    print(f"ratio                             {ours / base:6.2f}")


if __name__ == "__main__":
    main()
