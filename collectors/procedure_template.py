"""Known procedures → a workbook in which an office completes what no export tells of them; we read it back."""

from collections.abc import Iterable
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from collectors.procedure import Procedure
from collectors.vocabulary import name_vi

_TITLE = "DANH MỤC THỦ TỤC HÀNH CHÍNH CỦA ĐƠN VỊ"
_HOW = (
    "Mỗi dòng một thủ tục. Ô để trống nghĩa là chưa cho biết; “Không” nghĩa là không. "
    "Điền xong: tthc collect TÊN-TỆP.xlsx, hoặc thả tệp vào thư mục inbox. Không ghi dữ liệu cá nhân vào tệp này."
)
_LEVELS = tuple(name_vi("service_level", level) for level in ("full", "partial", "information"))
_YES, _NO = "Có", "Không"
_SPARE_ROWS = 200  # below the known procedures, with the same lists to choose from
_HEADER_ROW = 2
# header, width, what to write there
_COLUMNS: tuple[tuple[str, int, str], ...] = (
    (
        "Mã TTHC",
        14,
        "Mã quốc gia, ví dụ 1.010010. Ô này ở dạng văn bản: nếu Excel đổi thành số, các số 0 ở cuối sẽ mất.",
    ),
    ("Tên TTHC", 70, "Tên theo quyết định công bố."),
    ("Lĩnh vực", 30, "Lĩnh vực theo quyết định công bố."),
    (
        "Mức độ DVC",
        36,
        "Mức độ dịch vụ công trực tuyến đang cung cấp. Không nộp được hồ sơ qua mạng: Dịch vụ cung cấp thông tin trực tuyến.",
    ),
    ("Có phí (Có/Không)", 20, "Có: người nộp phải trả phí hoặc lệ phí theo quy định."),
    (
        "Đủ điều kiện toàn trình (Có/Không)",
        34,
        "Có: theo quy định, thủ tục đủ điều kiện cung cấp dịch vụ công trực tuyến toàn trình, dù hiện đã cung cấp hay chưa.",
    ),
    (
        "Tích hợp DVCQG (Có/Không)",
        28,
        "Có: dịch vụ đã được tích hợp, công khai trên Cổng Dịch vụ công quốc gia.",
    ),
)


def write_template(file: Path, procedures: Iterable[Procedure], *, synthetic: bool = False) -> int:
    """Write the workbook, filled with what is known; return how many procedures it holds.

    synthetic: some of what is known is made up, and the workbook says so.
    """
    rows = [_cells(one) for one in procedures]
    with xlsxwriter.Workbook(str(file)) as workbook:
        sheet = workbook.add_worksheet("Danh mục TTHC")
        for column, (_, width, _) in enumerate(_COLUMNS):
            # text, so that the spreadsheet does not turn 1.010010 into a number
            sheet.set_column(column, column, width, workbook.add_format({"num_format": "@", "text_wrap": column > 0}))
        _write_head(sheet, workbook, f"{_TITLE} — DỮ LIỆU MÔ PHỎNG" if synthetic else _TITLE)
        for place, cells in enumerate(rows, start=_HEADER_ROW + 1):
            sheet.write_row(place, 0, cells)
        _add_choices(sheet, _HEADER_ROW + len(rows) + _SPARE_ROWS)
    return len(rows)


def _write_head(sheet: Worksheet, workbook: xlsxwriter.Workbook, title: str) -> None:
    head = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, title, workbook.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, _HOW, workbook.add_format({"italic": True}))
    for column, (text, _, note) in enumerate(_COLUMNS):
        sheet.write_string(_HEADER_ROW, column, text, head)
        sheet.write_comment(_HEADER_ROW, column, note, {"x_scale": 2, "y_scale": 1.5})
    sheet.freeze_panes(_HEADER_ROW + 1, 2)


def _add_choices(sheet: Worksheet, last: int) -> None:
    for column, (header, _, note) in enumerate(_COLUMNS):
        choices = list(_LEVELS) if header == "Mức độ DVC" else [_YES, _NO] if "(Có/Không)" in header else None
        if choices:
            rule = {
                "validate": "list",
                "source": choices,
                "input_title": header[:32],
                "input_message": note[:255],
                "error_title": "Giá trị không có trong danh sách",
                "error_message": f"Chọn một trong: {', '.join(choices)}; hoặc để trống nếu chưa biết.",
            }
            sheet.data_validation(_HEADER_ROW + 1, column, last, column, rule)


def _cells(one: Procedure) -> tuple[str | None, ...]:
    level = name_vi("service_level", one.service_level) if one.service_level else None
    flags = (None if flag is None else _YES if flag else _NO for flag in (one.fee, one.eligible_full, one.integrated))
    return (one.procedure_code, one.procedure_name, one.field, level, *flags)
