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


class Refused(StrEnum):
    """Why one row is refused."""

    NO_CODE = "no_code"
    BAD_CODE = "bad_code"
    BAD_DATE = "bad_date"
    NO_RECEPTION = "no_reception"
    BAD_NUMBER = "bad_number"
    RAGGED = "ragged"


class Skipped(StrEnum):
    """Why one row is no dossier at all."""

    BLANK = "blank"
    NO_DOSSIER = "no_dossier"
    COLUMN_NUMBERS = "column_numbers"
    REPEATED_HEADER = "repeated_header"
    TOTAL = "total"
    GROUP = "group"


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
}
SKIPPED_VI = {
    Skipped.BLANK: "dòng trống",
    Skipped.NO_DOSSIER: "chân trang hoặc dòng không phải hồ sơ",
    Skipped.COLUMN_NUMBERS: "dòng đánh số cột",
    Skipped.REPEATED_HEADER: "tiêu đề lặp lại",
    Skipped.TOTAL: "dòng tổng",
    Skipped.GROUP: "dòng nhóm (đơn vị, lĩnh vực, thủ tục)",
}
FINDING_VI = {
    "unknown_status": "trạng thái không có trong danh mục, tính là không rõ",
    "unknown_channel": "kênh tiếp nhận không có trong danh mục, tính là không rõ",
    "unknown_level": "mức độ dịch vụ không có trong danh mục, tính là không rõ",
    "unknown_flag": "giá trị có/không không hiểu được, tính là không rõ",
    "unknown_rating": "mức hài lòng không có trong danh mục, không tính",
    "odd_code": "mã hồ sơ không đúng dạng quy định",
    "unknown_unit": "không biết hồ sơ thuộc đơn vị nào",
    "no_due_date": "hồ sơ không có ngày hẹn trả",
    "finished_before_received": "ngày có kết quả trước ngày tiếp nhận",
    "due_before_received": "ngày hẹn trả trước ngày tiếp nhận",
    "future_date": "ngày sau thời điểm xuất dữ liệu",
    "finished_without_date": "trạng thái đã xong nhưng không có ngày kết thúc",
    "open_with_finish_date": "có ngày kết thúc nhưng trạng thái chưa xong",
    "repeated_with_other_reception": "cùng mã hồ sơ nhưng khác ngày tiếp nhận",
    "personal_text": "tên đơn vị hoặc thủ tục có số định danh, điện thoại hoặc e-mail; phần đó đã được che",
    "total_differs": "dòng tổng ghi khác số cộng của các dòng",
    "odd_groups": "nhiều dòng nhóm liền nhau hơn mẫu quy định, phần không chắc để trống",
    "serial_date": "ngày ghi bằng số thứ tự của Excel, đã đổi ra ngày",
    "selected_dossiers": "mẫu chỉ liệt kê một phần hồ sơ, không dùng riêng để tính tỷ lệ",
    "unknown_column": "cột lạ so với mẫu, không đọc",
    "reading_note": "lưu ý khi đọc tệp",
    "sheet_not_read": "trang tính không phải danh sách hồ sơ, không đọc",
}
