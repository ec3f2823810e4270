"""The peak memory of a whole collection: a CSV of so many bytes, or a workbook of 100,000 rows, in a process of its own."""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from collect_csv import collected
from measuring import machine
from read_xlsx import workbook

from collectors.demo import write_demo

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PAUSE_SECONDS = 0.05


def csv_of(folder: Path, *, size: int) -> Path:
    """Write a synthetic list of at least so many bytes: copies of one, each with the codes of another office."""
    listed = write_demo(folder, dossiers=200_000, seed=1, xlsx_rows=0)[0]
    target = folder / "danh-sach.csv"
    with listed.open("rb") as source, target.open("wb") as file:
        file.writelines(source.readline() for _ in range(4))
        start, office = source.tell(), 35
        while file.tell() < size:
            source.seek(start)
            for line in source:
                file.write(line.replace(b",H35.", b",H%d." % office, 1))
            office += 1
    return target


def peak_of(file: Path) -> int:
    """Collect the file in a process of its own and return the most memory it and its children held at once, in bytes."""
    process = subprocess.Popen([sys.executable, __file__, "--collect", str(file)])
    over, most = threading.Event(), 0
    while process.poll() is None:
        most = max(most, sum(_resident(one) for one in _family(process.pid)))
        over.wait(_PAUSE_SECONDS)
    if process.returncode:
        sys.exit(process.returncode)
    return most


def _family(process: int) -> list[int]:
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    except OSError:
        return [process]
    return [process, *(one for child in text.split() for one in _family(int(child)))]


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except OSError:
        return 0


def main() -> None:
    """Write a file, collect it in another process, print the peak (Linux only: it is read from /proc)."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--megabytes", type=int, default=1000)
    options.add_argument("--workbook-rows", type=int, default=0, help="a workbook instead of a CSV")
    options.add_argument("--collect", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.collect:
        print(f"{asked.collect.name}: {collected(asked.collect):,} rows (synthetic)")
        return
    with tempfile.TemporaryDirectory() as folder:
        rows, place = asked.workbook_rows, Path(folder)
        file = workbook(place, rows=rows) if rows else csv_of(place, size=asked.megabytes * 1_000_000)
        most = peak_of(file)
        print(f"{file.stat().st_size / 1e6:.0f} MB file, peak {most / 1e6:.0f} MB; {machine()}")


if __name__ == "__main__":
    main()
