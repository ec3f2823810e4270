"""What every value of a closed vocabulary is called, in Vietnamese and English; the words of the domain beside them.

Metrics, measures and on-time rules carry their names themselves (`definitions`, `measures`, `on_time`).
"""

from typing import NamedTuple


class Name(NamedTuple):
    """One thing in both languages."""

    vi: str
    en: str


STATUS = {
    "met": Name("đạt", "met"),
    "below": Name("chưa đạt", "not met"),
    "not_due": Name("chưa đến hạn", "not due yet"),
    "no_target": Name("chưa có chỉ tiêu", "no target"),
    "no_activity": Name("không phát sinh", "no activity"),
    "not_reported": Name("không có dữ liệu", "no data"),
    "no_comparison": Name("chưa so được với năm trước", "nothing to compare with"),
}
TARGET_KIND = {
    "target": Name("chỉ tiêu", "target"),
    "full_mark": Name("ngưỡng điểm tối đa", "full-mark threshold"),
    "trend": Name("không được giảm", "must not fall"),
    "baseline": Name("số gốc", "baseline"),
    "rule": Name("cách chấm điểm", "scoring rule"),
    "citation": Name("văn bản được dẫn", "citation"),
}
OP = {
    ">=": Name("từ … trở lên", "at least"),
    ">": Name("trên", "more than"),
    "=": Name("bằng", "equal to"),
    "<=": Name("không quá", "at most"),
    "trend_up": Name("không giảm so với cùng kỳ năm trước", "not below the same period of the year before"),
    "baseline": Name("số gốc, không so sánh", "a past figure"),
    "rule": Name("cách chấm điểm, không có ngưỡng", "a scoring rule, no threshold"),
    "none": Name("không có con số", "no number"),
}
QUANTITY = {
    "ratio": Name("tỷ lệ (%)", "ratio (%)"),
    "reduction": Name("mức cắt giảm (%)", "reduction (%)"),
    "rank": Name("thứ hạng", "rank"),
    "count": Name("số lượng", "count"),
    "points": Name("điểm", "points"),
}
FEED = {
    "D": Name("hồ sơ", "dossiers"),
    "C": Name("danh mục TTHC", "catalogue of procedures"),
    "S": Name("khảo sát", "survey"),
    "R": Name("báo cáo của cổng", "reports of the portal"),
    "M": Name("nhập tay", "entered by hand"),
}
LEVEL = {
    "national": Name("cả nước", "national"),
    "ministry": Name("bộ, cơ quan ngang bộ", "ministry"),
    "province": Name("cấp tỉnh", "province"),
    "district": Name("cấp huyện (đến 30/6/2025)", "district (until 30/6/2025)"),
    "department": Name("sở, ban, ngành", "department"),
    "commune": Name("cấp xã", "commune"),
    "unit": Name("mọi đơn vị được chấm điểm", "every scored unit"),
}
RULE = {
    "below_target": Name("chưa đạt chỉ tiêu", "below target"),
    "source_late": Name("nguồn chậm số liệu", "source late"),
    "rows_refused": Name("nhiều dòng bị từ chối", "rows refused"),
    "export_refused": Name("bản xuất bị từ chối", "export refused"),
}
SEVERITY = {
    "critical": Name("nghiêm trọng", "critical"),
    "warning": Name("cảnh báo", "warning"),
    "info": Name("để biết", "information"),
}
SOURCE_KIND = {
    "dossier": Name("danh sách hồ sơ", "dossier list"),
    "statistic": Name("số liệu tổng hợp", "statistics"),
    "payment": Name("danh sách thu phí, lệ phí", "list of payments"),
}
DIRECTION = {
    "up": Name("càng cao càng tốt", "larger is better"),
    "down": Name("càng thấp càng tốt", "smaller is better"),
}
# Source: the national list TrangThaiHoSo, rates.md §9; the Vietnamese names are those of collectors/vocabulary.toml.
DOSSIER_STATUS = {
    "1": Name("Mới đăng ký", "newly registered"),
    "2": Name("Được tiếp nhận", "received"),
    "3": Name("Không được tiếp nhận", "reception refused"),
    "4": Name("Đang xử lý", "being handled"),
    "5": Name("Yêu cầu bổ sung giấy tờ", "supplement requested"),
    "6": Name("Yêu cầu thực hiện nghĩa vụ tài chính", "payment requested"),
    "7": Name("Công dân yêu cầu rút hồ sơ", "withdrawn by the applicant"),
    "8": Name("Dừng xử lý", "stopped, refused"),
    "9": Name("Đã xử lý xong", "result ready"),
    "10": Name("Đã trả kết quả", "result handed over"),
}
CHANNEL = {
    "direct": Name("Trực tiếp", "at the counter"),
    "online": Name("Trực tuyến", "online"),
    "postal": Name("Bưu chính", "by post"),
}
SERVICE_LEVEL = {
    "full": Name("Toàn trình", "full (wholly online)"),
    "partial": Name("Một phần", "partial"),
    "information": Name("Dịch vụ cung cấp thông tin trực tuyến", "information only"),
}
WORDS = (
    Name("chỉ số nhập tay", "indicator entered by hand"),
    Name("biểu nhập chỉ số", "indicator form"),
    Name("thủ tục hành chính (TTHC)", "administrative procedure"),
    Name("thư xin lỗi", "letter of apology"),
    Name("kho lưu bản xuất", "archive"),
    Name("đánh giá (tỷ lệ so với chỉ tiêu)", "assessment"),
    Name("kỳ trước chuyển sang", "carried over"),
    Name("khai thác, sử dụng lại dữ liệu số hóa", "data reuse"),
    Name("mẫu số", "denominator"),
    Name("số hóa", "digitisation"),
    Name("hồ sơ", "dossier"),
    Name("ngày hẹn trả kết quả", "due date"),
    Name("thành phần hồ sơ (TPHS)", "dossier component"),
    Name("kết quả điện tử", "electronic result"),
    Name("bản xuất", "export"),
    Name("nghĩa vụ tài chính (NVTC)", "fee obligation"),
    Name("lĩnh vực", "field"),
    Name("điều cần lưu ý", "finding"),
    Name("còn thiếu", "gap"),
    Name("mẫu", "layout"),
    Name("số đếm", "measure"),
    Name("tỷ lệ", "metric"),
    Name("Cổng Dịch vụ công quốc gia (Cổng DVCQG)", "National Public Service Portal"),
    Name("tiếp nhận phi địa giới", "non-territorial intake"),
    Name("tử số", "numerator"),
    Name("Bộ phận Một cửa, Trung tâm Phục vụ hành chính công", "one-stop point"),
    Name("dịch vụ công trực tuyến (DVCTT)", "online public service"),
    Name("quy tắc tính đúng hạn", "on-time rule"),
    Name("kỳ", "period"),
    Name("phản ánh, kiến nghị (PAKN)", "petition"),
    Name("bưu chính công ích (BCCI)", "public postal service"),
    Name("đơn vị tiếp nhận", "receiving unit"),
    Name("đối soát", "reconciliation"),
    Name("dòng bị từ chối", "refused row"),
    Name("đơn vị giải quyết", "resolving unit"),
    Name("bản công bố", "snapshot"),
    Name("nguồn số liệu", "source"),
    Name("số liệu tổng hợp", "statistic"),
    Name("số ở một ngày", "stock"),
    Name("bổ sung hồ sơ", "supplement"),
    Name("chỉ tiêu", "target"),
    Name("đơn vị", "unit"),
    Name("cách tính", "variant"),
    Name("Bộ chỉ số 766 (QĐ 766/QĐ-TTg)", "766 index"),
)
