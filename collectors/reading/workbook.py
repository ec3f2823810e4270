"""A workbook (xlsx, xlsm, xlsb, xls, ods) → tables of text.

The library reads it in a process of its own (workbook_process) with bounds on memory and time: a damaged BIFF file or
one stray cell in the last row and column makes it ask for hundreds of gigabytes, which would end the whole collection.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import collectors
from collectors.export import UnreadableExport
from collectors.reading.delimited import spooled
from collectors.reading.spool import Spool
from collectors.reading.table import Table

_SECONDS = 900
_PROCESS = "collectors.reading.workbook_process"
_AGAIN = "mở bằng Excel rồi lưu lại thành .xlsx, hoặc xuất lại"
_WHOLE = "bảng tính Excel nguyên vẹn, không mật khẩu"
_FAULTS = {  # what the process says → found, expected, what to do
    "password": ("bảng tính đặt mật khẩu", _WHOLE, "mở bằng Excel, bỏ mật khẩu rồi lưu lại"),
    "no_sheets": ("tệp Office không có trang tính nào", "bảng tính Excel", _AGAIN),
    "too_large": (
        "bảng tính quá lớn, hoặc có ô lạc ở rất xa bên phải hay bên dưới",
        "không quá 1.048.576 dòng và 38 cột dữ liệu",
        "xóa các dòng, cột trống ở cuối rồi lưu lại; hoặc xuất từng tháng; hoặc xuất dạng CSV",
    ),
    "too_slow": (
        f"bảng tính đọc quá {_SECONDS} giây chưa xong",
        "một bản xuất bình thường",
        "xuất từng tháng, hoặc dạng CSV",
    ),
    "damaged": ("bảng tính không mở được, có thể bị hỏng", _WHOLE, _AGAIN),
}


def tables(path: Path, spool: Spool | None = None) -> list[Table]:
    """Return every sheet, hidden ones too. Formulas give their cached value, macros are not looked at.

    Raises UnreadableExport for a damaged or encrypted workbook, and for one that asks for more memory or time than any
    export needs.
    """
    spool = spool or Spool()
    answer = _answer(path, spool.folder())
    if fault := answer.get("fault"):
        found, expected, advice = _FAULTS[fault]
        raise UnreadableExport(
            file=path.name, sheet=answer.get("sheet", ""), found=found, expected=expected, advice=advice
        )
    return [
        spooled(
            sheet["name"],
            Path(sheet["file"]),
            spool,
            lines=sheet["rows"],
            plain=sheet["plain"],
            ragged=False,
            notes=notes_on(hidden=sheet["hidden"], formulas=sheet["formulas"], errors=sheet["errors"]),
            from_1904=answer["from_1904"],
        )
        for sheet in answer["sheets"]
    ]


def _answer(path: Path, folder: Path) -> dict[str, Any]:
    """Return what the reading process says, or the fault it ended with."""
    root = str(Path(collectors.__file__).parent.parent)
    command = [sys.executable, "-P", "-m", _PROCESS, str(path.absolute()), str(folder)]
    environment = os.environ | {"PYTHONPATH": root, "PYTHONIOENCODING": "utf-8", "RUST_BACKTRACE": "0"}
    try:
        ended = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"fault": "too_slow"}
    if ended.returncode == 0:
        answer: dict[str, Any] = json.loads(ended.stdout)
        return answer
    if ended.returncode == -signal.SIGXCPU:
        return {"fault": "too_slow"}
    asked_too_much = ended.returncode == -signal.SIGKILL or b"memory" in ended.stderr.lower()
    return {"fault": "too_large" if asked_too_much else "damaged"}


def notes_on(*, hidden: bool, formulas: int, errors: int) -> tuple[str, ...]:
    """Return what to tell of a sheet: that it is hidden, how many cells are read as blank though they are not.

    formulas: those without a cached value. errors: cells that hold one, as `#N/A`.
    """
    notes = ["trang tính ẩn"] if hidden else []
    notes += [f"{formulas} công thức không lưu sẵn giá trị, đọc là ô trống"] if formulas else []
    notes += [f"{errors} ô báo lỗi (#N/A, #REF! …), đọc là ô trống"] if errors else []
    return tuple(notes)
