"""A target file (TOML with [[target]] and [[indicator]] blocks) in, targets and indicators out, or a TargetError.

All that an editor can get wrong is refused here, by file, block, line and cell; what concerns several files (overlaps,
unknown indicators and parents) is refused by the register.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from metrics.target import KIND_OF_OP, METRIC_KEYS, Indicator, Kind, Level, Op, Quantity, Target, TargetError, place_of
from metrics.target_entry import Entry

_REQUIRED = frozenset({"id", "op", "level", "document"})
_CELLS = (
    *(
        "id",
        "metric",
        "indicator",
        "name_vi",
        "name_en",
        "op",
        "value",
        "quantity",
        "schedule",
        "step",
        "kind",
        "level",
    ),
    *("province", "unit", "field", "variant", "parent", "overrides", "valid_from", "valid_to", "due"),
    *("document", "article", "phrase", "computable_from", "confirmed", "judged", "ask", "note"),
)
_INDICATOR_REQUIRED = frozenset({"key", "name_vi", "name_en", "quantity"})
_INDICATOR_CELLS = (
    *("key", "name_vi", "name_en", "quantity", "better", "computable_from", "asked_of", "counted_vi", "note"),
)
_BLOCK = re.compile(r"^\s*\[\[\s*(target|indicator)\s*\]\]")


@dataclass(frozen=True, slots=True)
class Content:
    """What one file says, in its order; ids and keys are unique within it."""

    targets: tuple[Target, ...]
    indicators: tuple[Indicator, ...]


def read(source: Path | bytes, file: str) -> Content:
    """Return what a file, or its bytes, says; `file` is what people call it.

    Raises TargetError for anything that cannot be understood.
    """
    text = _text_of(source, file)
    blocks = _blocks_of(text, file)
    targets: dict[str, Target] = {}
    for entry in _entries("target", blocks, text, file):
        target = _target_of(entry)
        if target.id in targets:
            fix = f"Đổi id của một trong hai dòng (dòng kia: {place_of(targets[target.id])})."
            raise entry.refusal("id", found=target.id, expected="id chưa dùng trong tệp", fix=fix)
        targets[target.id] = target
    indicators: dict[str, Indicator] = {}
    for entry in _entries("indicator", blocks, text, file):
        indicator = _indicator_of(entry)
        if indicator.key in indicators:
            fix = "Đổi key của một trong hai khối."
            raise entry.refusal("key", found=indicator.key, expected="key chưa dùng trong tệp", fix=fix)
        indicators[indicator.key] = indicator
    return Content(tuple(targets.values()), tuple(indicators.values()))


def _text_of(source: Path | bytes, file: str) -> str:
    try:
        content = source if isinstance(source, bytes) else source.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise TargetError(
            f"{file}: không mở được tệp chỉ tiêu ({error.strerror}); cần một tệp TOML đọc được. "
            "Hãy kiểm tra đường dẫn trong tthc.toml và quyền đọc tệp."
        ) from error
    except UnicodeDecodeError as error:
        raise TargetError(
            f"{file}: thấy byte không phải UTF-8 (byte thứ {error.start + 1}); cần tệp UTF-8. "
            "Hãy mở bằng trình soạn thảo và lưu lại dạng UTF-8."
        ) from error


def _blocks_of(text: str, file: str) -> Mapping[str, list[Mapping[str, object]]]:
    try:
        document: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+), column (\d+)", str(error))
        where = f"dòng {at[1]}, cột {at[2]}" if at else "cuối tệp"
        raise TargetError(
            f"{file}, {where}: thấy chỗ sai cú pháp ({error}); cần cú pháp TOML. "
            "Hãy xem lại dấu nháy, dấu bằng và ô bị ghi hai lần ở dòng ấy."
        ) from error
    for key, blocks in document.items():
        if key not in ("target", "indicator"):
            raise TargetError(
                f"{file}: thấy “{key}” ở ngoài các khối; cần chỉ các khối [[target]], [[indicator]]. Hãy sửa hoặc bỏ nó."
            )
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise TargetError(
                f"{file}: thấy {key} không phải là khối; cần [[{key}]]. Hãy viết hai dấu ngoặc vuông mỗi bên."
            )
    return document


def _entries(sort: str, blocks: Mapping[str, list[Mapping[str, object]]], text: str, file: str) -> Iterator[Entry]:
    """Yield the blocks of one sort; the line of a block is told where the text leaves no doubt of it."""
    own = blocks.get(sort, [])
    found = [(number, match[1]) for number, line in enumerate(text.splitlines(), 1) if (match := _BLOCK.match(line))]
    lines: list[int | None] = [number for number, name in found if name == sort]
    certain = len(lines) == len(own)
    noun, key, required = ("chỉ tiêu", "id", _REQUIRED) if sort == "target" else ("chỉ số", "key", _INDICATOR_REQUIRED)
    for number, block in enumerate(own, start=1):
        line = lines[number - 1] if certain else None
        yield Entry(noun=noun, key=key, required=required, file=file, number=number, line=line, values=block)


def _indicator_of(entry: Entry) -> Indicator:
    entry.refuse_unknown(_INDICATOR_CELLS)
    quantity = Quantity(entry.one_of("quantity", Quantity, default=""))
    key = entry.code("key", r"[a-z][a-z0-9_]*", "work_files_online") or ""
    if key in METRIC_KEYS:
        fix = "Hãy chọn mã khác; chỉ tiêu của tỷ lệ ấy ghi metric, không ghi indicator."
        raise entry.refusal("key", found=key, expected="mã không trùng một tỷ lệ của chương trình", fix=fix)
    return Indicator(
        key=key,
        name_vi=entry.words("name_vi"),
        name_en=entry.words("name_en"),
        quantity=quantity,
        better=entry.one_of("better", ("up", "down"), default="down" if quantity == Quantity.RANK else "up"),
        feeds=entry.feeds("computable_from"),
        asked_of=entry.levels("asked_of"),
        counted_vi=entry.words("counted_vi"),
        note=entry.words("note"),
        file=entry.file,
        line=entry.line,
    )


def _target_of(entry: Entry) -> Target:
    entry.refuse_unknown(_CELLS)
    op = Op(entry.one_of("op", Op, default=""))
    kind = Kind(entry.one_of("kind", Kind, default=KIND_OF_OP.get(op, Kind.TARGET)))
    quantity = Quantity(entry.one_of("quantity", Quantity, default=Quantity.RATIO))
    target = Target(
        id=entry.words("id"),
        metric=_metric_of(entry, kind),
        indicator=entry.words("indicator"),
        name_vi=entry.words("name_vi"),
        name_en=entry.words("name_en"),
        op=op,
        value=entry.value(quantity),
        quantity=quantity,
        schedule=entry.schedule(),
        step=entry.step(),
        kind=kind,
        level=Level(entry.one_of("level", Level, default="")),
        province=entry.code("province", r"[A-Z]\d{2}", "H35"),
        unit=entry.code("unit", r"[A-Za-z0-9._-]+", "H35.12"),
        field=entry.text("field"),
        valid_from=entry.day("valid_from"),
        valid_to=entry.day("valid_to"),
        due=entry.day("due"),
        variant=entry.text("variant"),
        parent=entry.text("parent"),
        overrides=entry.text("overrides"),
        document=entry.words("document"),
        article=entry.words("article"),
        phrase=entry.words("phrase"),
        feeds=entry.feeds("computable_from"),
        confirmed=entry.flag("confirmed"),
        judged=entry.flag("judged") and kind in (Kind.TARGET, Kind.FULL_MARK, Kind.TREND),
        ask=entry.words("ask"),
        note=entry.words("note"),
        file=entry.file,
        line=entry.line,
    )
    for refusal in _contradictions(entry, target):
        raise refusal
    return target


def _metric_of(entry: Entry, kind: Kind) -> str:
    """Return the metric of a row; "" where it speaks of an indicator, or is a mere citation."""
    named = entry.text("metric") is not None
    if named and entry.text("indicator") is not None:
        fix = "Tỷ lệ chương trình tính được: ghi metric; số liệu nhập tay: ghi indicator."
        raise entry.refusal("indicator", found="cả metric và indicator", expected="đúng một trong hai ô", fix=fix)
    if not named and (entry.text("indicator") is not None or kind == Kind.CITATION):
        return ""
    if not named:
        fix = 'Hãy ghi metric = "…" (hoặc indicator = "…" cho số liệu nhập tay) vào khối này.'
        raise entry.refusal("metric", found=None, expected="một giá trị", fix=fix)
    return entry.one_of("metric", METRIC_KEYS, default="")


def _contradictions(entry: Entry, target: Target) -> Iterator[TargetError]:
    """Yield what the cells of one row say against each other."""
    numbers = [cell for cell in ("value", "schedule", "step") if cell in entry.values]
    if target.kind not in ((KIND_OF_OP[target.op],) if target.op in KIND_OF_OP else (Kind.TARGET, Kind.FULL_MARK)):
        fix = (
            'Xu hướng không có con số: op = "trend_up" và kind = "trend" luôn đi cùng nhau; '
            "baseline, rule, none cũng vậy."
        )
        yield entry.refusal("kind", found=target.kind, expected=f"kind hợp với op = “{target.op}”", fix=fix)
    if target.op in (Op.TREND_UP, Op.RULE, Op.NONE) and numbers:
        fix = "Hãy bỏ con số, hoặc đổi op thành >=, >, =, <=."
        found = entry.values[numbers[0]]
        yield entry.refusal(numbers[0], found=found, expected=f"không có số khi op là {target.op}", fix=fix)
    if (target.has_threshold or target.kind == Kind.BASELINE) and len(numbers) != 1:
        both = f"cả {' và '.join(numbers)}" if numbers else None
        fix = "Một con số không đổi: ghi value; đổi theo năm: ghi schedule; tăng đều mỗi năm: ghi step."
        yield entry.refusal("value", found=both, expected="đúng một trong hai ô value, schedule (hoặc step)", fix=fix)
    if not target.quantity.is_share and {"schedule", "step"} & {*numbers}:
        fix = "Hãy ghi mỗi năm một dòng có value."
        yield entry.refusal(numbers[0], found=target.quantity, expected="schedule, step chỉ cho tỷ lệ", fix=fix)
    for cell, day in (("valid_to", target.valid_to), ("due", target.due)):
        if day is not None and target.valid_from is not None and day < target.valid_from:
            expected = f"ngày từ valid_from ({target.valid_from}) trở đi"
            fix = "Hãy kiểm tra hai ngày: có thể đã viết ngược."
            yield entry.refusal(cell, found=day, expected=expected, fix=fix)
