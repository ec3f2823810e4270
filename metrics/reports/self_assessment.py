"""A standing in the 766 index in, the workbook of a self-assessment out: points, evidence counts, losses, what to do."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from metrics import QuestionError
from metrics.index_standing import Action, Row, Standing, standings
from metrics.periods import in_vietnamese
from metrics.reports.filled import Cell, number
from metrics.reports.page import Written
from metrics.reports.question import Question
from metrics.reports.sheet import POINTS, Book, Sheet, add_chart, add_sources
from metrics.reports.stamp import SYNTHETIC_VI, Stamp
from metrics.snapshot import Snapshot
from metrics.wording import points

TITLE_VI = "TỰ ĐÁNH GIÁ THEO BỘ CHỈ SỐ PHỤC VỤ NGƯỜI DÂN, DOANH NGHIỆP"
LEGAL_VI = "Quyết định số 766/QĐ-TTg ngày 23/6/2022 của Thủ tướng Chính phủ"
_HEADERS = (
    ("TT",),
    ("Nhóm, thành phần",),
    ("Số liệu của Cổng (minh chứng)", "Tử số"),
    ("Số liệu của Cổng (minh chứng)", "Mẫu số"),
    ("Điểm", "Tự tính"),
    ("Điểm", "Cổng công bố"),
    ("Điểm", "Tối đa"),
    ("Điểm", "Bị mất"),
    ("Danh sách hồ sơ", "Tử số"),
    ("Danh sách hồ sơ", "Mẫu số"),
    ("Danh sách hồ sơ", "Điểm"),
    ("Ghi chú",),
)
_WIDTHS = (6, 42, 10, 10, 9, 9, 9, 9, 9, 9, 9, 26)
_UNKNOWN_FORMULAS = "Công thức của kỳ này chưa xác minh: chỉ có điểm nhóm do Cổng công bố."


def standing_of(snapshot: Snapshot, asked: Question) -> Standing:
    """Return the standing that the question asks for; raises QuestionError when there are no points of it."""
    label = asked.period.label
    found = standings(snapshot, units=[asked.unit.code], period=label, source=asked.source.source)
    if not found:
        raise QuestionError(
            f"Nguồn {asked.source.source} chưa có điểm 766 của {asked.unit.name}, kỳ {label}. "
            "Thu thập số liệu của Cổng cho kỳ này, hoặc chọn kỳ khác."
        )
    return found[0]


def assessment_book(standing: Standing, asked: Question, stamp: Stamp, *, now: datetime) -> Written:
    """Return the workbook of a self-assessment."""
    book = Book(title=f"{TITLE_VI} {asked.unit.name}", made_at=now)
    sheet = book.sheet("Tự đánh giá 766", _WIDTHS, landscape=True)
    _head(sheet, standing, stamp)
    sheet.header(_HEADERS, [f"({place})" for place in range(1, len(_HEADERS) + 1)])
    for cells, whole in _lines(standing.rows):
        sheet.cells(cells, total=whole, points=True)
    sheet.cells(_total(standing), total=True, points=True)
    sheet.row += 1
    sheet.wide(stamp.short, "small")
    _to_do(book, standing, stamp)
    add_sources(book, stamp, notes_of(standing))
    return book.closed()


def notes_of(standing: Standing) -> list[str]:
    """Return what a reader of the points must know."""
    notes = [
        "Điểm tự tính lấy số đếm của Cổng, mỗi thành phần làm tròn hai chữ số rồi cộng; điểm Cổng công bố đứng cạnh, không sửa.",
        "Cột danh sách hồ sơ là số cơ quan tự đếm cho cùng kỳ, chỉ để đối chiếu; định nghĩa có thể khác.",
        "Thành phần có mẫu số tạm của Cổng không kết luận được gì. Ngưỡng xếp loại ở giữa (Tốt, Khá, Trung bình) và lời văn "
        "chấm điểm từng thành phần chưa đối chiếu được với văn bản.",
    ]
    if standing.total is not None and standing.published is not None and standing.total != standing.published:
        difference = points(standing.total - standing.published)
        notes.insert(0, f"CHÊNH LỆCH: tổng tự tính lệch {difference} điểm so với Cổng công bố.")
    if not standing.version.components:
        notes.insert(0, _UNKNOWN_FORMULAS)
    if not standing.active:
        notes.insert(0, "Đơn vị không phát sinh hồ sơ: điểm không nói lên gì, không xếp loại, không xếp hạng.")
    if standing.version.note_vi:
        notes.append(f"Phiên bản công thức {standing.version.id}. {standing.version.note_vi}")
    return notes


def rating_words(standing: Standing) -> str:
    """Return the total, the rating and the rank as a sentence."""
    if standing.band is None:
        return f"Tổng điểm: {points(standing.known)}/100; không xếp loại (không phát sinh hồ sơ hoặc thiếu nhóm)."
    unsure = "" if standing.band.confirmed else " (ngưỡng chưa đối chiếu được với văn bản)"
    rank = f"; hạng {standing.rank.place}/{standing.rank.among} đơn vị cùng cấp" if standing.rank else ""
    return (
        f"Tổng điểm: tự tính {points(standing.total)}, Cổng công bố {points(standing.published)}, tối đa 100. "
        f"Xếp loại: {standing.band.name_vi}{unsure}{rank}."
    )


def name_of(row: Row) -> str:
    """Return what a component, or a group, is called."""
    return row.component.name_vi if row.component else row.group.name_vi


def _head(sheet: Sheet, standing: Standing, stamp: Stamp) -> None:
    if stamp.synthetic:
        sheet.wide(SYNTHETIC_VI, "warning")
    sheet.wide(TITLE_VI, "title")
    sheet.wide(LEGAL_VI, "italic")
    period = in_vietnamese(standing.period)
    sheet.wide(f"Đơn vị: {standing.unit.name}. Kỳ: {period}. Phiên bản công thức: {standing.version.id}.", "centre")
    sheet.wide(rating_words(standing), "bold")


def _lines(rows: Iterable[Row]) -> Iterator[tuple[list[Cell], bool]]:
    group = 0
    for row in rows:
        group += row.component is None
        label = row.component.number if row.component else str(group)
        shown = name_of(row) if row.component else row.group.name_vi.upper()
        counts: list[Cell] = [row.numerator, row.denominator] if row.component else ["", ""]
        own: list[Cell] = [row.own_numerator, row.own_denominator] if row.component else ["", ""]
        scores = [_score(one) for one in (row.score, row.published, row.max, row.lost)]
        last: Cell = _score(row.own_score) if row.component else ""
        yield [label, shown, *counts, *scores, *own, last, _note(row)], row.component is None


def _total(standing: Standing) -> list[Cell]:
    known, most = standing.known, standing.version.max
    lost = None if known is None else most - known
    return ["", "TỔNG", "", "", *map(_score, (standing.total, standing.published, most, lost)), "", "", "", ""]


def _note(row: Row) -> str:
    notes = []
    if row.component is not None and row.provisional:
        notes.append("mẫu số tạm, không kết luận")
    if row.inherited:
        notes.append("giá trị của tỉnh")
    if row.idle:
        notes.append("không phát sinh")
    return "; ".join(notes)


def _score(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _to_do(book: Book, standing: Standing, stamp: Stamp) -> None:
    sheet = book.sheet("Điểm mất và việc cần làm", (6, 60, 14, 14, 14), landscape=False)
    if stamp.synthetic:
        sheet.wide(SYNTHETIC_VI, "warning")
    sheet.wide("ĐIỂM BỊ MẤT, NHIỀU NHẤT TRƯỚC", "title")
    sheet.header((("TT",), ("Thành phần",), ("Điểm đạt",), ("Điểm tối đa",), ("Điểm mất",)))
    first = sheet.row
    losses = standing.losses
    for place, row in enumerate(losses, start=1):
        sheet.cells([str(place), name_of(row), *map(_score, (row.known, row.max, row.lost))], points=True)
    last = sheet.row - 1
    _actions(sheet, "Ít việc nhất", standing, standing.actions)
    _actions(sheet, "Ít lượt nhất", standing, standing.easiest)
    if losses:
        chart = sheet.bars("Điểm mất theo thành phần", (first, last), 1, 4, number_format=POINTS)
        add_chart(book, chart, stamp)


def _actions(sheet: Sheet, how: str, standing: Standing, actions: Sequence[Action]) -> None:
    if not actions or standing.next_band is None:
        return
    sheet.row += 1
    goal = f"{standing.next_band.name_vi} (từ {points(standing.next_band.start)} điểm)"
    sheet.wide(f"{how} để đạt mức {goal}, nếu mọi thứ khác không đổi:", "bold")
    for action in actions:
        sheet.wide(f"– {action_words(action)}", "plain")


def action_words(action: Action) -> str:
    """Return what to do and what it brings."""
    what = action.row.component.action_vi if action.row.component else ""
    return f"thêm {number(action.count)} {what}: +{points(action.points)} điểm"
