"""The canonical dossier: which fields it has, and what may be wrong with a row of an export."""

from enum import StrEnum

# The fields a dossier list may deliver. Anything else (names, ID numbers, phones, e-mails, addresses, officers, free
# text) is no field, so it is never stored: this list is the allow-list of personal-data minimisation.
# Source: Luật Bảo vệ dữ liệu cá nhân (91/2025/QH15); only de-identified data may leave its scope.
FIELDS = (
    "dossier_code",
    "procedure_code",
    "procedure_name",
    "field",
    "unit_code",
    "unit_name",
    "resolving_unit_code",
    "resolving_unit_name",
    "channel",
    "service_level",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "status",
    "fee_obligation",
    "fee_amount",
    "paid_online",
    "components_digitised",
    "result_electronic",
    "data_reused",
    "satisfied",
)


FIELD_VI = {
    "dossier_code": "mã hồ sơ",
    "procedure_code": "mã thủ tục",
    "procedure_name": "tên thủ tục",
    "field": "lĩnh vực",
    "unit_code": "mã đơn vị",
    "unit_name": "tên đơn vị",
    "resolving_unit_code": "đơn vị giải quyết",
    "channel": "kênh",
    "service_level": "mức độ",
    "received_at": "ngày tiếp nhận",
    "due_at": "ngày hẹn trả",
    "finished_at": "ngày có kết quả",
    "returned_at": "ngày trả",
    "status": "trạng thái",
    "fee_obligation": "nghĩa vụ tài chính",
    "fee_amount": "số tiền",
    "paid_online": "thanh toán trực tuyến",
    "paid": "đã thanh toán",
    "components_digitised": "số hóa thành phần",
    "result_electronic": "kết quả điện tử",
    "data_reused": "tái sử dụng",
    "satisfied": "hài lòng",
}


class Refused(StrEnum):
    """Why one row is refused."""

    NO_CODE = "no_code"
    BAD_CODE = "bad_code"
    BAD_DATE = "bad_date"
    NO_RECEPTION = "no_reception"
    BAD_NUMBER = "bad_number"
    RAGGED = "ragged"
    BAD_COUNT = "bad_count"
    NO_NAME = "no_name"
    ODD_ROW = "odd_row"
    NO_PROCEDURE_CODE = "no_procedure_code"
    BAD_PROCEDURE_CODE = "bad_procedure_code"
    BAD_UNIT = "bad_unit"
    NO_PAID_DAY = "no_paid_day"
    BAD_SCORE = "bad_score"


class Skipped(StrEnum):
    """Why one row is no dossier (no procedure, ...) at all."""

    BLANK = "blank"
    NO_DOSSIER = "no_dossier"
    COLUMN_NUMBERS = "column_numbers"
    REPEATED_HEADER = "repeated_header"
    TOTAL = "total"
    GROUP = "group"
    SUBTOTAL = "subtotal"
    PART = "part"
    UNKNOWN_LINE = "unknown_line"
    NO_DATA = "no_data"
    PERIOD_UNKNOWN = "period_unknown"
    TREND = "trend"
    NO_PAYMENT = "no_payment"


REFUSED_VI = {
    Refused.NO_CODE: ("thiếu mã hồ sơ", "ghi mã hồ sơ trong hệ thống rồi xuất lại"),
    Refused.BAD_CODE: ("ô mã hồ sơ chứa thứ không phải mã hồ sơ", "kiểm tra dòng có bị lệch cột không"),
    Refused.BAD_DATE: ("ngày không có thật hoặc sai dạng", "sửa thành dd/mm/yyyy, ví dụ 31/03/2026"),
    Refused.NO_RECEPTION: ("thiếu ngày tiếp nhận", "bổ sung ngày tiếp nhận trong hệ thống rồi xuất lại"),
    Refused.BAD_NUMBER: ("số tiền sai dạng", "ghi số nguyên đồng, ví dụ 650.000"),
    Refused.RAGGED: (
        "số ô khác số cột tiêu đề, giá trị có thể lệch cột",
        "xuất lại, hoặc sửa dấu phân cách ở dòng này",
    ),
    Refused.BAD_COUNT: ("số liệu sai dạng", "ghi số nguyên không âm, ví dụ 1.234"),
    Refused.NO_NAME: ("thiếu tên đơn vị, lĩnh vực hoặc thủ tục", "ghi tên rồi xuất lại"),
    Refused.ODD_ROW: (
        "không rõ là dòng số liệu, dòng nhóm hay dòng tổng",
        "đánh số thứ tự cho dòng số liệu (1, 2, 3, …) hoặc xuất lại biểu",
    ),
    Refused.NO_PROCEDURE_CODE: ("thiếu mã thủ tục", "điền mã thủ tục, ví dụ 1.010010"),
    Refused.BAD_PROCEDURE_CODE: (
        "mã thủ tục sai dạng",
        "ghi mã dạng văn bản gồm một chữ số, dấu chấm và sáu chữ số, ví dụ 1.010010",
    ),
    Refused.BAD_UNIT: ("mã cơ quan sai dạng", "ghi mã như Cổng ghi, ví dụ H01 hoặc H01.15"),
    Refused.NO_PAID_DAY: ("thiếu ngày thu", "bổ sung ngày thu phí, lệ phí trong hệ thống rồi xuất lại"),
    Refused.BAD_SCORE: ("điểm sai dạng", "ghi như Cổng ghi, dấu thập phân là dấu chấm, ví dụ 17.9"),
}
SKIPPED_VI = {
    Skipped.BLANK: "dòng trống",
    Skipped.NO_DOSSIER: "chân trang hoặc dòng không phải hồ sơ",
    Skipped.COLUMN_NUMBERS: "dòng đánh số cột",
    Skipped.REPEATED_HEADER: "tiêu đề lặp lại",
    Skipped.TOTAL: "dòng tổng",
    Skipped.GROUP: "dòng nhóm (đơn vị, lĩnh vực, thủ tục)",
    Skipped.SUBTOTAL: "dòng cộng của nhóm",
    Skipped.PART: "dòng trường hợp, đã nằm trong dòng thủ tục phía trên",
    Skipped.UNKNOWN_LINE: "dòng có nội dung lạ so với mẫu",
    Skipped.NO_DATA: "ghi chú, dòng nhóm hoặc chân trang",
    Skipped.PERIOD_UNKNOWN: "trang tính chưa được cho biết kỳ (--period)",
    Skipped.NO_PAYMENT: "không thu tiền (0 đồng)",
    Skipped.TREND: "bảng xu hướng do trang tổng hợp tự làm tròn, không nêu đơn vị",
}
