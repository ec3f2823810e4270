"""A dossier list (CSV) read and checked, and from file to published snapshot, beside a bare DuckDB `read_csv` of it."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from measuring import arguments, compare, examined, landed, rows_of

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
        return rows_of(done.reports[0])


def main() -> None:
    """Write the file, run the jobs in turn, print medians and ratios."""
    asked = arguments(__doc__, dossiers=1_000_000, runs=5)
    with tempfile.TemporaryDirectory() as folder:
        file = write_demo(Path(folder), dossiers=asked.dossiers, seed=1)[0]
        jobs_of_ours = [
            ("file to typed rows", landed),
            ("file to checked rows in Parquet", examined),
            ("file to published snapshot", collected),
        ]
        compare(file, ("bare read_csv into a typed table", bare), jobs_of_ours, runs=asked.runs)


if __name__ == "__main__":
    main()
