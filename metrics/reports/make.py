"""What reports there are, and one of them made: a snapshot and settings in, the bytes of a file out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from metrics import QuestionError
from metrics.on_time import OnTime
from metrics.periods import Basis, Period
from metrics.rates import rule_of_snapshot
from metrics.reports import letter, narrative
from metrics.reports.counts import By, delivered_lines, dossier_lines
from metrics.reports.filled import fill
from metrics.reports.form import form_book
from metrics.reports.page import Page, Written, word_pages
from metrics.reports.question import MONTH, WEEK, Question, lines_by, question
from metrics.reports.self_assessment import LEGAL_VI, assessment_book, standing_of
from metrics.reports.settings import Settings
from metrics.reports.stamp import Stamp, file_name, stamp
from metrics.reports.template import Counted, Template, TemplateError, built_in_files, load, valid
from metrics.snapshot import Snapshot
from metrics.targets import Register
from metrics.variant import Kind as SourceKind

XLSX = "xlsx"
DOCX = "docx"
MEDIA_TYPES = {
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
INDEX = "766"
_INDEX_VI = "Bộ chỉ số 766: tự đánh giá, số liệu minh chứng, điểm mất và việc cần làm"
_DECREE_30 = "Nghị định số 30/2020/NĐ-CP ngày 05/3/2020 (thể thức văn bản)"
_PAGES = {
    "brief": ("Bản tin một trang cho lãnh đạo", MONTH, ""),
    "weekly": ("Báo cáo tuần (thể thức Nghị định 30/2020/NĐ-CP)", WEEK, _DECREE_30),
    "monthly": ("Báo cáo tháng (thể thức Nghị định 30/2020/NĐ-CP)", MONTH, _DECREE_30),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One report there is; usual: "report15", "week" or "month", the sort of period when none is named.

    document: by which it is made, "" for what no document asks for.
    """

    id: str
    name_vi: str
    ending: str
    counted: str
    by: tuple[str, ...]
    usual: str
    confirmed: bool
    valid_from: str | None
    valid_to: str | None
    template: str
    own: bool
    document: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A finished file, what it says (pages) and what it is about; notes: what had to stay empty, what does not add up."""

    kind: str
    name: str
    content: bytes
    pages: tuple[Page, ...]
    media_type: str
    source: str
    unit_code: str
    period: Period
    synthetic: bool
    command: str
    notes: tuple[str, ...]


def kinds(folder: Path | None = None) -> tuple[Kind, ...]:
    """Return every report there is, the forms first; raises TemplateError for an own template that cannot be used."""
    forms = [_form_kind(one) for one in load(folder)]
    index = Kind(INDEX, _INDEX_VI, XLSX, SourceKind.STATISTIC, (), MONTH, True, None, None, "", False, LEGAL_VI)
    pages = [
        Kind(
            *(name, title, DOCX, SourceKind.DOSSIER, (), usual, True, None, None),
            *(f"{name}.docx", letter.own_template(folder, name) is not None, document),
        )
        for name, (title, usual, document) in _PAGES.items()
    ]
    return (*forms, index, *pages)


def make(
    kind: str,
    snapshot: Snapshot,
    *,
    register: Register,
    now: datetime,
    unit: str | None = None,
    period: str | None = None,
    by: str | None = None,
    source: str | None = None,
    settings: Settings | None = None,
) -> Report:
    """Return a report of what the snapshot holds; what is left open is decided as `question` says.

    now: with its zone; it stands on the report and decides no figure.
    Raises QuestionError for a kind, unit, period or source that is not there, TemplateError for a broken template.
    """
    chosen = settings or Settings()
    known = {one.id: one for one in kinds(chosen.folder)}
    if kind not in known:
        raise QuestionError(f"Không có báo cáo “{kind}”. Các báo cáo: {', '.join(known)}.")
    asked = question(
        snapshot,
        kind=SourceKind(known[kind].counted),
        unit=unit,
        period=period,
        source=source,
        usual=known[kind].usual,
        office=chosen.office,
        primary_source=chosen.primary_source,
    )
    request = _Request(snapshot, register, asked, chosen, now, kind)
    return _maker(kind)(request, by)


def template_of(kind: str) -> tuple[str, bytes]:
    """Return the name and the content of the template of ours, for an office to edit; raises QuestionError for none."""
    if kind in _PAGES:
        return f"{kind}.docx", letter.built_in(kind)
    texts = built_in_files()
    found = [one.file for one in load() if one.id == kind]
    if not found:
        raise QuestionError(f"Báo cáo “{kind}” không có mẫu để sửa. Có mẫu: {', '.join([*texts, *_PAGES])}.")
    return found[-1], texts[found[-1]].encode("utf-8")


@dataclass(frozen=True, slots=True)
class _Request:
    snapshot: Snapshot
    register: Register
    asked: Question
    settings: Settings
    now: datetime
    kind: str

    def stamped(self, *, by: str | None, form: str, rule: OnTime | None) -> Stamp:
        return stamp(
            self.snapshot,
            self.register,
            self.asked,
            kind=self.kind,
            by=by,
            form=form,
            rule=rule or rule_of_snapshot(self.snapshot),
            now=self.now,
        )

    def report(self, written: Written, ending: str, stamped: Stamp, notes: tuple[str, ...]) -> Report:
        return Report(
            kind=self.kind,
            name=file_name(self.kind, self.asked, ending),
            content=written.content,
            pages=written.pages,
            media_type=MEDIA_TYPES[ending],
            source=self.asked.source.source,
            unit_code=self.asked.unit.code,
            period=self.asked.period,
            synthetic=self.asked.source.synthetic,
            command=stamped.command,
            notes=notes,
        )


def _maker(kind: str) -> Callable[[_Request, str | None], Report]:
    return _index if kind == INDEX else _page if kind in _PAGES else _form


def _form(request: _Request, by: str | None) -> Report:
    asked, snapshot = request.asked, request.snapshot
    template = valid(load(request.settings.folder), request.kind, asked.period.end)
    rows = lines_by(by, template.by, asked.unit)
    if template.counted == Counted.STATISTIC:
        found = delivered_lines(snapshot, asked.source, asked.unit, asked.period, template.names)
    else:
        found = dossier_lines(snapshot, asked.source, asked.unit, asked.period, rows)
    filled = fill(template, found, usual_period=asked.period.basis == template.basis)
    stamped = request.stamped(by=rows, form=_template_words(template), rule=template.rule)
    written = form_book(filled, asked, stamped, sheet_name=template.id, now=request.now)
    return request.report(written, XLSX, stamped, filled.notes)


def _index(request: _Request, by: str | None) -> Report:
    _refuse_by(request.kind, by)
    standing = standing_of(request.snapshot, request.asked)
    stamped = request.stamped(by=None, form=f"phiên bản công thức {standing.version.id}", rule=OnTime.DVCQG766)
    written = assessment_book(standing, request.asked, stamped, now=request.now)
    return request.report(written, XLSX, stamped, ())


def _page(request: _Request, by: str | None) -> Report:
    _refuse_by(request.kind, by)
    own = letter.own_template(request.settings.folder, request.kind)
    form = f"{own.name} của cơ quan" if own else f"{request.kind}.docx kèm theo sản phẩm"
    stamped = request.stamped(by=None, form=form, rule=None)
    told = narrative.told(request.snapshot, request.register, request.asked)
    heads = letter.Heads(
        parent=request.settings.parent,
        abbreviation=request.settings.abbreviation,
        place=request.settings.place,
        signer=request.settings.signer,
        year=request.now.year,
    )
    content = letter.written(request.kind, own, told, stamped, request.asked, heads)
    return request.report(Written(content, word_pages(content)), DOCX, stamped, tuple(told.notes))


def _refuse_by(kind: str, by: str | None) -> None:
    if by is not None:
        raise QuestionError(f"Báo cáo {kind} không chọn được dòng; bỏ --by.")


def _template_words(template: Template) -> str:
    whose = "của cơ quan" if template.own else "kèm theo sản phẩm"
    doubt = "" if template.confirmed else "; chưa đối chiếu được với văn bản ban hành"
    return f"{template.file} {whose}{doubt}"


def _form_kind(template: Template) -> Kind:
    first, last = template.valid_from, template.valid_to
    return Kind(
        id=template.id,
        name_vi=template.name_vi,
        ending=XLSX,
        counted=template.counted,
        by=tuple(By(one) for one in template.by),
        usual=template.basis if template.basis == Basis.REPORT15 else MONTH,
        confirmed=template.confirmed,
        valid_from=first.isoformat() if first.year > 1 else None,
        valid_to=last.isoformat() if last.year < 9999 else None,
        template=template.file,
        own=template.own,
        document="; ".join(part for part in (template.form, template.legal) if part),
    )


__all__ = ["Kind", "Report", "Settings", "TemplateError", "kinds", "make", "template_of"]
