"""A cell as a program stores it → the text a person would have typed."""

from datetime import date, datetime, time, timedelta

Cell = int | float | str | bool | time | date | datetime | timedelta
TRUE, FALSE = "Có", "Không"


def text_of(cell: Cell) -> str:
    """Return the cell as text: whole numbers without ".0", days and times in ISO, midnight as the day alone."""
    if isinstance(cell, datetime):  # first: the most frequent, after text
        return cell.isoformat(" ", "seconds") if cell.time() != time.min else str(cell.date())
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, bool):
        return TRUE if cell else FALSE
    return str(cell)
