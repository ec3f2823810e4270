"""What a letter tells in, a Word file out: ours in the layout of Nghị định 30/2020/NĐ-CP, or an office's own template.

Our templates are built here as Word files with the tags of docxtpl, so an office can save one, edit it in Word and put it
into its folder. Tags: everything of `narrative.Told`, `unit`, `period`, `stamp`, `exports`, `synthetic`, `heads`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import SandboxedEnvironment

from metrics.periods import in_vietnamese
from metrics.reports import letter_layout
from metrics.reports.narrative import Told, worst
from metrics.reports.question import Question
from metrics.reports.stamp import SYNTHETIC_VI, Stamp
from metrics.reports.template import TemplateError

_TITLES = {
    "weekly": "Tình hình, kết quả giải quyết thủ tục hành chính và cung cấp dịch vụ công trực tuyến tuần",
    "monthly": "Tình hình, kết quả giải quyết thủ tục hành chính và cung cấp dịch vụ công trực tuyến",
}
_BRIEF_LINES = 3
_LETTER_LINES = 8
_BRIEF_HEADLINES = 9


@dataclass(frozen=True, slots=True)
class Heads:
    """What stands around the text; year: of the letter, its day and number are left to be filled in."""

    parent: str
    abbreviation: str
    place: str
    signer: str
    year: int


def own_template(folder: Path | None, kind: str) -> Path | None:
    """Return the office's own Word template of a kind, if it has one."""
    path = folder / f"{kind}.docx" if folder else None
    return path if path and path.is_file() else None


@cache
def built_in(kind: str) -> bytes:
    """Return our template of a kind, with its tags."""
    return letter_layout.brief() if kind == "brief" else letter_layout.letter()


def written(kind: str, own: Path | None, told: Told, stamp: Stamp, asked: Question, heads: Heads) -> bytes:
    """Return the finished file; raises TemplateError for a template of the office that cannot be used."""
    try:
        document = DocxTemplate(BytesIO(own.read_bytes() if own else built_in(kind)))
        tags = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
        document.render(_context(kind, told, stamp, asked, heads), tags)
    except (JinjaError, PackageNotFoundError, BadZipFile, KeyError) as error:
        if own is None:
            raise
        raise TemplateError(
            f"{own}: mẫu Word không dùng được ({error}). Sửa thẻ đó, hoặc lấy lại mẫu kèm theo bằng "
            f"`tthc report {kind} --template`."
        ) from error
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _context(kind: str, told: Told, stamp: Stamp, asked: Question, heads: Heads) -> Mapping[str, Any]:
    most = _BRIEF_LINES if kind == "brief" else _LETTER_LINES
    agency = asked.unit.name
    return {
        "synthetic": SYNTHETIC_VI if stamp.synthetic else "",
        "parent": heads.parent.upper() or "……………………",
        "agency": agency.upper(),
        "unit": agency,
        "number": f"Số:        /BC-{heads.abbreviation or '…'}",
        "dated": f"{heads.place or '…………'}, ngày      tháng      năm {heads.year}",
        "signer": heads.signer.upper() or "THỦ TRƯỞNG ĐƠN VỊ",
        "archive": heads.abbreviation or "…",
        "subject": _TITLES.get(kind, ""),
        "period": in_vietnamese(asked.period),
        "unfinished": ""
        if asked.complete
        else f"Kỳ chưa kết thúc; số liệu đến hết ngày {asked.source.as_of_day:%d/%m/%Y}.",
        "volumes": told.volumes,
        "headlines": told.headlines[: _BRIEF_HEADLINES if kind == "brief" else None],
        "parts": told.parts,
        "parts_by": told.parts_by,
        "attention": worst(told.attention, most) or ["Không có."],
        "warnings": worst(told.warnings, most) or ["Không có tỷ lệ nào dưới chỉ tiêu đang có hiệu lực."],
        "changes": worst(told.changes, most) or ["Không có kỳ trước để so sánh, hoặc không thay đổi."],
        "quality": told.quality or ["Không có nhận xét."],
        "documents": told.documents or ["Không có chỉ tiêu nào đang có hiệu lực."],
        "compared_with": told.compared_with or "không có kỳ so sánh",
        "notes": told.notes or ["Không có."],
        "stamp": stamp.lines,
        "stamp_short": stamp.short,
        "command": stamp.command,
        "exports": stamp.exports or ["Bản công bố không ghi bản xuất nào của nguồn này."],
    }
