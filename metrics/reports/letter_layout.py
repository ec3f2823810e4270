"""Our Word templates: the layout of administrative letters as Word paragraphs and tables, with the tags of docxtpl.

Source of measures and type sizes: Nghị định 30/2020/NĐ-CP, Phụ lục I (A4; lề trên, dưới 20–25 mm, lề trái 30–35 mm, lề
phải 15–20 mm; Times New Roman; quốc hiệu 12–13 đậm, tiêu ngữ 13–14 đậm, nội dung 13–14, nơi nhận 11–12). The text of the
annex itself was not read again: unconfirmed.
"""

from collections.abc import Sequence
from io import BytesIO

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
_TABLE_SIZE = 11
_LEFT, _CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_JUSTIFIED = WD_ALIGN_PARAGRAPH.JUSTIFY

_HEADLINES = (
    ("Chỉ số", "{{ r.name }}", 48),
    ("Kết quả", "{{ r.value }}", 18),
    ("Tử số/ mẫu số", "{{ r.counts }}", 19),
    ("Chỉ tiêu", "{{ r.target }}", 27),
    ("Đánh giá", "{% cellbg r.colour %}{{ r.status }}", 20),
    ("Còn thiếu", "{{ r.gap }}", 13),
    ("So kỳ trước (điểm %)", "{{ r.change }}", 20),
)
_BARS = (("Chỉ số", "{{ r.name }}", 70), ("", "{{ r.bar }}", 70), ("", "{{ r.value }}", 24))
_PARTS = (
    ("{{ parts_by | capitalize }}", "{{ r.name }}", 54),
    ("Tiếp nhận", "{{ r.received }}", 18),
    ("Trực tuyến", "{{ r.online }}", 20),
    ("Đã giải quyết", "{{ r.resolved }}", 18),
    ("Đúng hạn", "{{ r.on_time }}", 20),
    ("Đang giải quyết", "{{ r.open }}", 18),
    ("Quá hạn", "{{ r.overdue }}", 16),
)
_VOLUMES = (
    "Tiếp nhận trong kỳ: {{ volumes.received }} hồ sơ; từ kỳ trước chuyển sang: {{ volumes.carried_over }}. "
    "Đã giải quyết: {{ volumes.resolved }}, trong đó trước hạn và đúng hạn {{ volumes.on_time }}, quá hạn {{ volumes.late }}. "
    "Đang giải quyết cuối kỳ: {{ volumes.open }}, trong đó quá hạn {{ volumes.overdue }}."
)


def letter() -> bytes:
    """Return the template of a weekly or monthly report."""
    page = _Page(margins=(20, 20, 30, 15), size=13)
    page.numbered()
    page.if_any("synthetic", size=16, colour="9C0006")
    _letterhead(page)
    page.line("BÁO CÁO", bold=True, size=14, align=_CENTRE, above=12)
    page.line("{{ subject }}", bold=True, size=14, align=_CENTRE)
    page.line("({{ period }})", size=13, align=_CENTRE)
    page.rule()
    page.if_any("unfinished", size=13)
    page.heading("I. TÌNH HÌNH TIẾP NHẬN, GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH")
    page.body(_VOLUMES)
    page.caption("Bảng 1. Tình hình theo {{ parts_by }}")
    page.table(_PARTS, "parts")
    page.heading("II. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU")
    page.caption("Bảng 2. Kết quả so với chỉ tiêu (so với kỳ trước: {{ compared_with }})")
    page.table(_HEADLINES, "headlines")
    page.line("(766): ngưỡng điểm tối đa của Bộ chỉ số 766, không phải chỉ tiêu pháp lý.", italic=True, size=11)
    page.caption("Biểu đồ 1. Tỷ lệ đạt được")
    page.table(_BARS, "headlines", header=False)
    page.body("Thay đổi so với kỳ trước:")
    page.items("changes")
    page.heading("III. NỘI DUNG CẦN TẬP TRUNG CHỈ ĐẠO")
    page.body("1. Chỉ tiêu chưa đạt:")
    page.items("warnings")
    page.body("2. {{ parts_by | capitalize }} cần chú ý:")
    page.items("attention")
    page.body("3. Chất lượng số liệu:")
    page.items("quality")
    page.heading("IV. KIẾN NGHỊ, ĐỀ XUẤT")
    page.body("(Cơ quan bổ sung.)")
    page.body("Trên đây là báo cáo của {{ unit }}./.").paragraph_format.keep_with_next = True
    _signature(page)
    _annex(page)
    return page.saved()


def brief() -> bytes:
    """Return the template of the one-page brief for the director."""
    page = _Page(margins=(14, 12, 20, 14), size=11)
    page.if_any("synthetic", size=14, colour="9C0006")
    page.line("BẢN TIN ĐIỀU HÀNH: GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH", bold=True, size=14, align=_CENTRE)
    page.line("{{ unit }}, {{ period }}", bold=True, size=12, align=_CENTRE)
    page.if_any("unfinished", size=11)
    page.body(_VOLUMES, indent=False)
    page.table(_HEADLINES, "headlines", size=9.5)
    page.line("(766): ngưỡng điểm tối đa của Bộ chỉ số 766, không phải chỉ tiêu pháp lý.", italic=True, size=9)
    columns = ("CHƯA ĐẠT CHỈ TIÊU", "warnings"), ("THAY ĐỔI SO VỚI {{ compared_with | upper }}", "changes")
    for title, name in (*columns, ("{{ parts_by | upper }} CẦN CHÚ Ý", "attention"), ("CHẤT LƯỢNG SỐ LIỆU", "quality")):
        page.line(title, bold=True, size=11, above=5)
        page.items(name, size=11)
    page.line("Căn cứ: {{ documents | join('; ') }}.", size=9, above=5)
    page.line("{{ stamp_short }}", italic=True, size=9)
    page.line("Lập lại: {{ command }}", italic=True, size=9)
    return page.saved()


class _Page:
    """A Word file being written from the top down; sizes in points, widths and margins in millimetres."""

    def __init__(self, *, margins: tuple[int, int, int, int], size: int) -> None:
        self._document = Document()
        self._size = size
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Mm, margins)
        normal = self._document.styles["Normal"]
        normal.font.name, normal.font.size = FONT, Pt(size)
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
        normal.paragraph_format.space_after = Pt(0)

    def line(
        self,
        text: str,
        *,
        bold: bool = False,
        italic: bool = False,
        size: float | None = None,
        align: WD_ALIGN_PARAGRAPH = _LEFT,
        above: float = 0,
        place: _Cell | None = None,
        underline: bool = False,
        colour: str = "",
    ) -> Paragraph:
        """Write one paragraph; place: a cell to write into."""
        paragraph = (place or self._document).add_paragraph()
        paragraph.alignment = align
        paragraph.paragraph_format.space_before = Pt(above)
        run = paragraph.add_run(text)
        run.bold, run.italic, run.underline = bold, italic, underline
        run.font.size, run.font.name = Pt(size or self._size), FONT
        if colour:
            run.font.color.rgb = _rgb(colour)
        return paragraph

    def if_any(self, name: str, *, size: float, colour: str = "") -> None:
        """Write a text in bold where it is not empty."""
        self.line(f"{{%p if {name} %}}")
        self.line(f"{{{{ {name} }}}}", bold=True, size=size, align=_CENTRE, colour=colour)
        self.line("{%p endif %}")

    def heading(self, text: str) -> None:
        """Write the title of a part, which stays with what follows."""
        self.line(text, bold=True, above=8).paragraph_format.keep_with_next = True

    def caption(self, text: str) -> None:
        """Write what a table shows, above it."""
        self.line(text, italic=True, size=12, align=_CENTRE, above=6).paragraph_format.keep_with_next = True

    def body(self, text: str, *, indent: bool = True) -> Paragraph:
        """Write running text."""
        paragraph = self.line(text, align=_JUSTIFIED, above=6)
        paragraph.paragraph_format.first_line_indent = Mm(10 if indent else 0)
        return paragraph

    def items(self, name: str, size: float | None = None) -> None:
        """Write a list, one line each."""
        self.line(f"{{%p for one in {name} %}}")
        paragraph = self.line("– {{ one }}", size=size, align=_JUSTIFIED, above=2)
        paragraph.paragraph_format.first_line_indent = Mm(10 if size is None else 0)
        self.line("{%p endfor %}")

    def rule(self) -> None:
        """Draw the short line below the subject of a letter."""
        self.line("_____________", size=8, align=_CENTRE)

    def table(
        self, columns: Sequence[tuple[str, str, float]], rows: str, *, header: bool = True, size: float = _TABLE_SIZE
    ) -> None:
        """Write a table with one row for each of `rows`; its header is repeated on every page."""
        table = self._document.add_table(rows=int(header), cols=len(columns))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        _grid(table, [width for _, _, width in columns])
        if header:
            self._fill(table.rows[0], [title for title, _, _ in columns], columns, size, bold=True)
            _repeat(table.rows[0])
        for texts in (
            [f"{{%tr for r in {rows} %}}"],
            [text for _, text, _ in columns],
            ["{%tr endfor %}"],
        ):
            self._fill(table.add_row(), texts, columns, size, bold=False)

    def _fill(
        self, row: _Row, texts: Sequence[str], columns: Sequence[tuple[str, str, float]], size: float, *, bold: bool
    ) -> None:
        _unbroken(row)
        for place, (cell, (_, _, width)) in enumerate(zip(row.cells, columns, strict=True)):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.alignment = _CENTRE if bold else _LEFT if place == 0 else _RIGHT if len(columns) > 3 else _LEFT
            run = paragraph.add_run(texts[place] if place < len(texts) else "")
            run.bold, run.font.size, run.font.name = bold, Pt(size), FONT

    def beside(self, widths: tuple[float, float]) -> tuple[_Cell, _Cell]:
        """Return two cells beside each other, without borders."""
        table = self._document.add_table(rows=1, cols=2)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _grid(table, widths)
        cells = table.rows[0].cells
        _unbroken(table.rows[0])
        for cell, width in zip(cells, widths, strict=True):
            cell.width = Mm(width)
            first = cell.paragraphs[0]._element
            first.getparent().remove(first)
        return cells[0], cells[1]

    def numbered(self) -> None:
        """Put page numbers at the top of every page but the first."""
        section = self._document.sections[0]
        section.different_first_page_header_footer = True
        paragraph = section.header.paragraphs[0]
        paragraph.alignment = _CENTRE
        run = paragraph.add_run()
        run.font.size, run.font.name = Pt(13), FONT
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run._element.append(_field_part(kind, text))

    def new_page(self) -> None:
        """Begin a new page."""
        self._document.add_section(WD_SECTION.NEW_PAGE)

    def saved(self) -> bytes:
        """Return the file."""
        out = BytesIO()
        self._document.save(out)
        return out.getvalue()


def _letterhead(page: _Page) -> None:
    left, right = page.beside((68, 98))
    page.line("{{ parent }}", size=12, align=_CENTRE, place=left)
    page.line("{{ agency }}", size=12, bold=True, align=_CENTRE, place=left)
    page.line("_______", size=8, align=_CENTRE, place=left)
    page.line("{{ number }}", size=13, align=_CENTRE, above=4, place=left)
    page.line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True, align=_CENTRE, place=right)
    page.line("Độc lập - Tự do - Hạnh phúc", size=13, bold=True, align=_CENTRE, place=right, underline=True)
    page.line("{{ dated }}", size=13, italic=True, align=_CENTRE, above=10, place=right)


def _signature(page: _Page) -> None:
    page.line("")
    left, right = page.beside((82, 83))
    page.line("Nơi nhận:", size=12, bold=True, italic=True, place=left)
    for text in ("- Như trên;", "- ………………;", "- Lưu: VT, {{ archive }}."):
        page.line(text, size=11, place=left)
    page.line("{{ signer }}", size=13, bold=True, align=_CENTRE, place=right)
    for text in ("", "", "", ""):
        page.line(text, place=right)
    page.line("(Họ và tên)", size=13, bold=True, align=_CENTRE, place=right)


def _annex(page: _Page) -> None:
    page.new_page()
    page.line("Phụ lục", bold=True, size=14, align=_CENTRE)
    page.line("NGUỒN SỐ LIỆU", bold=True, size=14, align=_CENTRE)
    page.if_any("synthetic", size=14, colour="9C0006")
    page.table((("Nội dung", "{{ r[0] }}", 50), ("", "{{ r[1] }}", 115)), "stamp", header=False)
    for title, name in (("Căn cứ của chỉ tiêu", "documents"), ("Ghi chú", "notes"), ("Bản xuất đã tính", "exports")):
        page.line(title, bold=True, size=12, above=6)
        page.items(name, size=11)


def _grid(table: Table, widths: Sequence[float]) -> None:
    """Say the widths of the columns once for the table: some programs read them only there."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def _repeat(row: _Row) -> None:
    _mark(row, "w:tblHeader")


def _unbroken(row: _Row) -> None:
    _mark(row, "w:cantSplit")


def _mark(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _field_part(kind: str, text: str) -> BaseOxmlElement:
    if text:
        part = OxmlElement("w:instrText")
        part.text = text
        return part
    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    return part


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour)
