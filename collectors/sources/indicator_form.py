"""The form in which people enter indicators: its columns, its hidden sheet, and the words a cell may hold.

hidden sheet `_tthc`     A1 the marker, B1 the version of the form; then unit, unit_name, year; then one row per
                         indicator that the form asks: key, quantity, name
first sheet              title, unit and year for people; the header; one row per indicator (people may add rows of
                         the same key for other periods)
"""

from collections.abc import Mapping

MARKER = "tthc-indicators"
VERSION = "1"
HIDDEN_SHEET = "_tthc"
SHEET = "Chỉ số nhập tay"
HIDDEN_HEADER = ("key", "quantity", "name")

KEY = "Mã chỉ số"
NAME = "Tên chỉ số"
QUANTITY = "Đơn vị tính"
ASKED = "Chỉ tiêu"
PERIOD = "Kỳ"
NUMERATOR = "Tử số"
DENOMINATOR = "Mẫu số"
VALUE = "Giá trị"
BY = "Người nhập"
ON = "Ngày nhập"
NOTE = "Nguồn số liệu, ghi chú"
COLUMNS = (KEY, NAME, QUANTITY, ASKED, PERIOD, NUMERATOR, DENOMINATOR, VALUE, BY, ON, NOTE)
NEEDED = (KEY, PERIOD, NUMERATOR, DENOMINATOR, VALUE, BY, ON, NOTE)

# What a figure is, and how the form calls it; the first two are shares.
QUANTITY_VI: Mapping[str, str] = {
    "ratio": "tỷ lệ (%)",
    "reduction": "mức cắt giảm (%)",
    "rank": "thứ hạng",
    "count": "số lượng",
    "points": "điểm",
}
SHARES = ("ratio", "reduction")
