"""What happened on a day that a chart should tell: decrees, other systems, mergers, each with its document.

Annotations are data: `annotations.toml` and an office's own file of that form. One that rebases begins a new series of
limits. What happened to units themselves stands in `unit_history`. Source: METHODS §5.6.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from metrics import QuestionError
from metrics.targets import METRIC_KEYS


class AnnotationError(QuestionError):
    """A file of annotations that cannot be used; the message names file, block and what is expected."""


class AnnotationKind(StrEnum):
    """What sort of event it is."""

    DECREE = "decree"
    SYSTEM = "system"
    MERGER = "merger"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One event; `day` is the first of the new state. metrics, unit: whom it concerns, all of them when not said."""

    id: str
    day: date
    kind: AnnotationKind
    title_vi: str
    document: str
    title_en: str = ""
    rebase: bool = False
    metrics: tuple[str, ...] = ()
    unit: str | None = None
    confirmed: bool = True

    def concerns(self, metric: str, units: Collection[str]) -> bool:
        """Tell whether it is about a metric of a unit; units: the code and all above it."""
        return (not self.metrics or metric in self.metrics) and (self.unit is None or self.unit in units)


def load_annotations(extra: Path | None = None) -> tuple[Annotation, ...]:
    """Return the annotations of the product, oldest first; one of `extra` replaces the one of the same id.

    Raises AnnotationError for a file that cannot be read and for a block that says too little or something unknown.
    """
    text = (files("metrics") / "annotations.toml").read_text(encoding="utf-8")
    found = {one.id: one for one in _annotations(text, "annotations.toml")}
    if extra is not None:
        try:
            own = extra.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise AnnotationError(
                f"{extra}: không đọc được tệp sự kiện ({error}). Cần một tệp TOML, UTF-8; xem [annotations] file trong "
                "tthc.toml."
            ) from error
        found |= {one.id: one for one in _annotations(own, extra.name)}
    return tuple(sorted(found.values(), key=lambda one: (one.day, one.id)))


_KEYS = {field.name for field in fields(Annotation)}
_REQUIRED = {"id", "day", "kind", "title_vi", "document"}


def _annotations(text: str, file: str) -> Iterator[Annotation]:
    try:
        blocks = tomllib.loads(text).get("annotation", [])
    except tomllib.TOMLDecodeError as error:
        raise AnnotationError(f"{file}: sai cú pháp TOML ({error}). Xem lại dấu nháy, dấu bằng ở dòng ấy.") from error
    return (_annotation(values, file) for values in blocks)


def _annotation(values: Mapping[str, Any], file: str) -> Annotation:
    place = f"{file}, sự kiện {values.get('id', 'không có id')}"
    wrong = [f"thừa khóa “{key}”" for key in sorted(set(values) - _KEYS)]
    wrong += [f"thiếu khóa “{key}”" for key in sorted(_REQUIRED - set(values))]
    if wrong:
        raise AnnotationError(f"{place}: {'; '.join(wrong)}. Các khóa: {', '.join(sorted(_KEYS))}.")
    if values["kind"] not in set(AnnotationKind) or type(values["day"]) is not date:
        raise AnnotationError(
            f"{place}: kind phải là {', '.join(AnnotationKind)}; day viết không có dấu nháy: 2025-07-01."
        )
    metrics = tuple(values.get("metrics", ()))
    if unknown := sorted(set(metrics) - set(METRIC_KEYS)):
        raise AnnotationError(f"{place}: không có tỷ lệ “{unknown[0]}”. Các tỷ lệ: {', '.join(METRIC_KEYS)}.")
    return Annotation(**{**values, "kind": AnnotationKind(values["kind"]), "metrics": metrics})
