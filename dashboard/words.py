"""Every word, number and date of the screen in one language: keys in, text out (Vietnamese first, English second)."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_timedelta
from babel.numbers import format_decimal, format_percent

from collectors.home import VIETNAM
from dashboard.markup import Cell

FIRST = "vi"
LANGUAGES = (FIRST, "en")
NOTHING = "–"
MINUS = "\N{MINUS SIGN}"
_MOST_DIGITS = 4
_BEFORE_PERCENT = {"vi": "\N{NO-BREAK SPACE}%", "en": "%"}


@dataclass(frozen=True, slots=True)
class Words:
    """One language: `text` for sentences, the rest for figures and times."""

    language: str
    entries: Mapping[str, str]

    def text(self, key: str, **values: object) -> str:
        """Return the sentence of `key` with its values filled in; an unknown key is a bug (KeyError)."""
        return self.entries[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there are words for `key` (the vocabulary of sources and checks is open)."""
        return key in self.entries

    def text_or(self, key: str, otherwise: str) -> str:
        """Return the words of `key`, or `otherwise` where the vocabulary is open and lacks it."""
        return self.entries.get(key, otherwise)

    def either(self, vi: str, en: str) -> str:
        """Return the one of two texts that is in this language: for names that come with the data or the definitions."""
        return vi if self.language == FIRST else en or vi

    def count(self, value: int | Decimal | None) -> str:
        """Return a count, `12.345` (vi) or `12,345` (en); a dash where nothing was reported."""
        return NOTHING if value is None else _decimal(value, "#,##0.##", self.language)

    def figure(self, value: int | Decimal | None) -> Cell:
        """Return a count as the cell of a table: written for people, a number where it is downloaded."""
        return Cell(self.count(value), None if value is None else int(value) if value == int(value) else float(value))

    def points(self, value: Decimal | None) -> str:
        """Return points of an index, `12,00`."""
        return NOTHING if value is None else _decimal(value, "#,##0.00", self.language)

    def precise(self, value: Decimal) -> str:
        """Return a small number with two or three digits that count: `0,0032`."""
        return _decimal(value, "@@#", self.language)

    def counts(self, numerator: int | None, denominator: int | None) -> str:
        """Return both counts of a rate, `812 / 1.000`."""
        return f"{self.count(numerator)} / {self.count(denominator)}"

    def ratio(self, value: float | None, apart_from: Iterable[float] = ()) -> str:
        """Return a ratio as `81,2 %`, with more digits where rounding would make it equal 0, 1 or one of `apart_from`.

        So 79,96 % against a target of 80 % never reads as the target it misses.
        """
        if value is None:
            return NOTHING
        others = [other for other in (0.0, 1.0, *apart_from) if other != value]
        for digits in range(1, _MOST_DIGITS):
            shown = self._percent(value, digits)
            if all(shown != self._percent(other, digits) for other in others):
                return shown
        return self._percent(value, _MOST_DIGITS)

    def level(self, value: float) -> str:
        """Return what is asked, `80 %` or `99,5 %`: no more digits than it has."""
        return _percent(value, f"#,##0.##{_BEFORE_PERCENT[self.language]}", self.language)

    def moved(self, difference: float) -> str:
        """Return the difference of two ratios in percentage points, `-1,25`."""
        return _decimal(difference * 100, "#,##0.0#", self.language)

    def percent_points(self, value: float | Fraction) -> str:
        """Return a difference of ratios in percentage points with its sign, `−15,0`; the unit stands in the sentence."""
        exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(repr(value))
        shown = _decimal(abs(exact) * 100, "#,##0.0", self.language)
        if not any(sign in shown for sign in "123456789"):
            return shown
        return f"{'+' if value > 0 else MINUS}{shown}"

    def day(self, value: date | None) -> str:
        """Return a day as dd/MM/yyyy."""
        return NOTHING if value is None else f"{value:%d/%m/%Y}"

    def days(self, start: date, end: date) -> str:
        """Return a stretch of days, both ends included."""
        return self.day(start) if start == end else f"{self.day(start)} – {self.day(end)}"

    def instant(self, value: datetime | None) -> str:
        """Return a UTC instant as Vietnamese local time, dd/MM/yyyy HH:mm."""
        return NOTHING if value is None else f"{_local(value):%d/%m/%Y %H:%M}"

    def age(self, since: datetime, now: datetime) -> str:
        """Return how long ago a UTC instant was: `3 giờ trước`, `2 days ago`."""
        passed = max(self.passed(since, now), timedelta(minutes=1))
        return format_timedelta(-passed, granularity="minute", threshold=2, add_direction=True, locale=self.language)

    def passed(self, since: datetime, now: datetime) -> timedelta:
        """Return the time from one UTC instant to another, whether or not they say so."""
        return _aware(now) - _aware(since)

    def _percent(self, value: float, digits: int) -> str:
        pattern = f"#,##0.{'0' * digits}{_BEFORE_PERCENT[self.language]}"
        return _percent(value, pattern, self.language)


@lru_cache(maxsize=50_000)
def _decimal(value: int | float | Decimal, pattern: str, language: str) -> str:
    return format_decimal(value, format=pattern, locale=language)


@lru_cache(maxsize=50_000)
def _percent(value: float, pattern: str, language: str) -> str:
    return format_percent(value, format=pattern, locale=language)


@cache
def load(language: str) -> Words:
    """Return the words of a language; of Vietnamese for one we do not have."""
    known = language if language in LANGUAGES else FIRST
    file = Path(__file__).with_name("text") / f"{known}.toml"
    return Words(known, dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")))))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _local(value: datetime) -> datetime:
    return _aware(value).astimezone(VIETNAM)
