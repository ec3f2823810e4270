"""The title block of a summary form → whose it is and of which days; what it does not say must be told."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from collectors.export import Finding, RequestNeeded
from collectors.form import Basis, Form
from collectors.form_header import FormHeader
from collectors.form_period import FormPeriod, Said, period_in, readings
from collectors.reading.text import clean, fold

_UNIT = re.compile(
    r"^-?\s*đơn vị (?:thống kê|báo cáo|tổng hợp|lập)\s*:\s*(.+?)\s*(?:-?\s*đơn vị nhận\b.*)?$", re.IGNORECASE
)
_OPENCPS = re.compile(r"tổng hợp tình hình giải quyết hồ sơ\s+(.+)", re.IGNORECASE)
_NOT_A_UNIT = re.compile(r"^(?:don vi )?cap\b|^bieu\b|^ban hanh|^mau\b|^theo\b|^[\W\d_]*$")
_MOTTO = "cong hoa xa hoi"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person says of a form beside the file; unit: a code."""

    period: FormPeriod | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """The days of a sheet, whether they were told, and what is odd about them."""

    period: FormPeriod
    told: bool
    findings: tuple[Finding, ...] = ()


def unit_in(title_cells: Iterable[str]) -> str:
    """Return the unit that a title names, "" where it names none."""
    cells = [clean(cell) for cell in title_cells]
    return next((name for name in _units(cells) if name and not _NOT_A_UNIT.search(fold(name))), "")


def _units(cells: list[str]) -> Iterator[str]:
    for form in (_UNIT, _OPENCPS):
        for cell in cells:
            found = form.search(cell)
            if found:
                yield found[1].strip(" .…_-")
    for before, cell in pairwise(cells):
        if fold(cell).startswith(_MOTTO):
            yield before


def period_of(header: FormHeader, sheet: str, asked: Asked, *, file: str) -> Dated:
    """Return the days of a sheet: as printed, else as its name says, else as told.

    Dates win over what is told. Words are understood on the basis of the form; where what is told is one of their two
    readings, it decides. Raises RequestNeeded where nothing tells both days.
    """
    if "year" in header.form.key:  # each row says its month
        return Dated(FormPeriod(date.min, date.max, "", True), False)
    title = period_in(header.title_cells, header.form.basis)
    of_sheet = period_in([sheet], header.form.basis)
    said = title if title.period else of_sheet if of_sheet.period else title
    if said.period is None:
        if asked.period is None:
            raise _needed(file, sheet, header, said)
        return Dated(asked.period, True, tuple(_other_side(said, asked.period)))
    findings = tuple(_other_name(title, of_sheet))
    if said.period.exact or asked.period is None:
        return Dated(said.period, False, (*findings, *_told_otherwise(said.period, asked), *_cut(header.form, said)))
    words = [said.period.words]
    if asked.period.days in [one.days for one in readings(words)]:
        return Dated(asked.period, True, findings)
    return Dated(said.period, False, (*findings, *_told_otherwise(said.period, asked), *_cut(header.form, said)))


def _told_otherwise(period: FormPeriod, asked: Asked) -> Iterator[Finding]:
    if asked.period is not None and asked.period.days != period.days:
        yield Finding("form_period_told", "", 0, f"biểu ghi {period.label_vi}, được báo {asked.period.label_vi}")


def _other_name(title: Said, of_sheet: Said) -> Iterator[Finding]:
    if title.period and of_sheet.period and title.period.days != of_sheet.period.days:
        example = f"tiêu đề: {title.period.label_vi}, tên trang tính: {of_sheet.period.label_vi}"
        yield Finding("form_period_differs", "", 0, example)


def _other_side(said: Said, told: FormPeriod) -> Iterator[Finding]:
    sides = ((said.start, told.start), (said.end, told.end))
    if any(printed is not None and printed != asked for printed, asked in sides):
        printed = ", ".join(f"{day:%d/%m/%Y}" for day, _ in sides if day)
        yield Finding("form_period_told", "", 0, f"biểu ghi {printed}, được báo {told.label_vi}")


def _cut(form: Form, said: Said) -> Iterator[Finding]:
    if said.period is not None and not said.period.exact and form.basis is Basis.REPORT15:
        yield Finding("form_period_cut", "", 0, f"“{said.period.words}” hiểu là {said.period.label_vi}")


def _needed(file: str, sheet: str, header: FormHeader, said: Said) -> RequestNeeded:
    found = f"kỳ để trống (“{said.words[:80]}”)" if said.words else "tiêu đề không ghi kỳ"
    return RequestNeeded(
        file=file,
        sheet=sheet,
        row=header.rows[0],
        found=f"biểu {header.form.title_vi}: {found}",
        expected="ngày đầu và ngày cuối của kỳ",
        advice="chọn kỳ khi xuất rồi xuất lại, hoặc ghi kỳ (2026-08, 2026-Q3, 2025-12-15..2026-03-14) khi nộp trên màn hình, "
        "ở --period hoặc ở “period” trong tệp <tên>.request.json đặt cạnh",
    )
