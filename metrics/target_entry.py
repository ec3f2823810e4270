"""One block of a target file: each method takes one cell out of it, or refuses it by file, block, line and cell."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from metrics.target import Feed, Level, Quantity, Step, TargetError

_STEP_CELLS = ("start_year", "start", "increase", "cap")


@dataclass(frozen=True, slots=True)
class Entry:
    """One [[target]] or [[indicator]] block, and where it stands; noun: what it is called, key: the cell that names it."""

    noun: str
    key: str
    required: frozenset[str]
    file: str
    number: int
    line: int | None
    values: Mapping[str, object]

    def refusal(self, cell: str, *, found: object, expected: str, fix: str) -> TargetError:
        """Return the error for one cell: where, what was found, what is expected, what to do."""
        name = self.values.get(self.key, f"không có {self.key}")
        line = "" if self.line is None else f", dòng {self.line}"
        shown = "không có gì" if found is None else f"“{found}”"
        where = f"{self.file}, {self.noun} {name} (khối thứ {self.number}{line}), ô {cell}"
        return TargetError(f"{where}: thấy {shown}; cần {expected}. {fix}")

    def refuse_unknown(self, allowed: tuple[str, ...]) -> None:
        """Raise for a cell that no block of this sort has."""
        for cell in self.values:
            if cell not in allowed:
                expected = "một trong các ô: " + ", ".join(allowed)
                raise self.refusal(cell, found=cell, expected=expected, fix=_hint(cell, allowed))

    def text(self, cell: str) -> str | None:
        """Return the text in NFC without outer spaces; None when absent or blank."""
        value = self.values.get(cell, "")
        if not isinstance(value, str):
            raise self.refusal(cell, found=value, expected="chữ", fix="Hãy đặt trong dấu nháy kép.")
        text = unicodedata.normalize("NFC", value).strip()
        if not text and cell in self.required:
            fix = f'Hãy ghi {cell} = "…" vào khối này.'
            raise self.refusal(cell, found=None, expected="một giá trị", fix=fix)
        return text or None

    def words(self, cell: str) -> str:
        """Return the text, "" when absent."""
        return self.text(cell) or ""

    def one_of(self, cell: str, allowed: Iterable[str], *, default: str) -> str:
        """Return a word of a closed vocabulary."""
        allowed = tuple(allowed)
        value = self.text(cell) or default
        if value not in allowed:
            expected = "một trong: " + ", ".join(allowed)
            raise self.refusal(cell, found=value, expected=expected, fix=_hint(value, allowed))
        return value

    def code(self, cell: str, pattern: str, example: str) -> str | None:
        """Return a code of the given form."""
        value = self.text(cell)
        if value is not None and not re.fullmatch(pattern, value):
            fix = "Hãy ghi mã, không ghi tên."
            raise self.refusal(cell, found=value, expected=f"mã như {example}", fix=fix)
        return value

    def day(self, cell: str) -> date | None:
        """Return a day; a day with a time, or in quotes, is none."""
        value = self.values.get(cell)
        if value is None or type(value) is date:
            return value
        fix = "Hãy viết năm-tháng-ngày, không có dấu nháy và không có giờ."
        raise self.refusal(cell, found=value, expected="ngày như 2025-12-31", fix=fix)

    def flag(self, cell: str) -> bool:
        """Return true or false; true when absent."""
        value = self.values.get(cell, True)
        if not isinstance(value, bool):
            fix = "Hãy viết không có dấu nháy."
            raise self.refusal(cell, found=value, expected="true hoặc false", fix=fix)
        return value

    def feeds(self, cell: str) -> tuple[Feed, ...]:
        """Return the letters of what a figure can be computed from, as in `D|R`."""
        letters = [part.strip() for part in self.words(cell).split("|") if part.strip()]
        for letter in letters:
            if letter not in tuple(Feed):
                fix = "Hãy ngăn các chữ bằng dấu gạch đứng: D|R."
                raise self.refusal(cell, found=letter, expected="các chữ trong: " + ", ".join(Feed), fix=fix)
        return tuple(feed for feed in Feed if feed in letters)

    def levels(self, cell: str) -> tuple[Level, ...]:
        """Return a list of levels; none when absent."""
        value = self.values.get(cell, [])
        if not isinstance(value, list) or not all(level in tuple(Level) for level in value):
            fix = 'Hãy viết như asked_of = ["department", "province"].'
            raise self.refusal(cell, found=value, expected="danh sách trong: " + ", ".join(Level), fix=fix)
        return tuple(level for level in Level if level in value)

    def share(self, cell: str, value: object) -> Decimal:
        """Return a fraction of 1."""
        number = _number(value)
        if number is not None and 0 <= number <= 1:
            return number
        fix = "Hãy viết phần của 1: 90 % là 0.9."
        raise self.refusal(cell, found=value, expected="số từ 0 đến 1", fix=fix)

    def value(self, quantity: Quantity) -> Decimal | None:
        """Return what is asked: a fraction of 1, a whole number (rank, count), or points."""
        if "value" not in self.values:
            return None
        found = self.values["value"]
        if quantity.is_share:
            return self.share("value", found)
        number, least = _number(found), 1 if quantity == Quantity.RANK else 0
        whole = number is not None and number == number.to_integral_value()
        if number is not None and number >= least and (whole or quantity == Quantity.POINTS):
            return number
        expected = f"số từ {least} trở lên" + ("" if quantity == Quantity.POINTS else ", không có phần lẻ")
        fix = f'Dòng này có quantity = “{quantity}”; là tỷ lệ thì ghi quantity = "ratio".'
        raise self.refusal("value", found=found, expected=expected, fix=fix)

    def schedule(self) -> dict[int, Decimal]:
        """Return shares by year."""
        steps = self.values.get("schedule", {})
        fix = "Hãy viết schedule = { 2025 = 0.95, 2028 = 0.99 }."
        if not isinstance(steps, dict) or ("schedule" in self.values and not steps):
            raise self.refusal("schedule", found=steps, expected="các cặp năm = số", fix=fix)
        for year in steps:
            if not re.fullmatch(r"[12]\d{3}", year):
                raise self.refusal("schedule", found=year, expected="năm bốn chữ số", fix=fix)
        return {int(year): self.share("schedule", share) for year, share in sorted(steps.items())}

    def step(self) -> Step | None:
        """Return a share that rises by so many points every year."""
        cells = self.values.get("step")
        if cells is None:
            return None
        fix = "Hãy viết step = { start_year = 2021, start = 0.3, increase = 0.2, cap = 1 }; increase là điểm phần trăm."
        if not isinstance(cells, dict) or not {*_STEP_CELLS[:3]} <= cells.keys() <= {*_STEP_CELLS}:
            raise self.refusal("step", found=cells, expected="các ô " + ", ".join(_STEP_CELLS), fix=fix)
        year = cells["start_year"]
        if type(year) is not int or not 1000 <= year <= 2999:
            raise self.refusal("step", found=year, expected="start_year là năm bốn chữ số", fix=fix)
        start, increase, cap = (self.share("step", cells.get(cell, 1)) for cell in _STEP_CELLS[1:])
        if increase == 0 or cap < start:
            raise self.refusal("step", found=cells, expected="increase lớn hơn 0 và cap không nhỏ hơn start", fix=fix)
        return Step(year, start, increase, cap)


def _number(value: object) -> Decimal | None:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None


def _hint(found: str, allowed: Iterable[str]) -> str:
    close = difflib.get_close_matches(found, tuple(allowed), n=1)
    return f"Có phải là {close[0]}?" if close else "Hãy chọn một trong các giá trị ấy."
