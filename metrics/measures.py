"""The measures: every count of the product by name, what it counts, and on which day a dossier is counted.

The names in COUNTED are the integer columns of `counted.daily`, in their order; `count.sql` says the same in SQL.
All of them are flows: they add up over units, procedures and days. A stock (open, overdue on a day) is the running
sum of what entered minus what left, up to and including that day, and is never summed over days.
"""

from dataclasses import dataclass
from enum import StrEnum


class Day(StrEnum):
    """On which day of its life a dossier is counted."""

    RECEIVED = "received"  # statuses 1 and 3 are never received; a status we cannot read is
    ENDED = "ended"  # the result exists, else it was handed over
    ENTERED = "entered"  # from this day on the dossier is open (or overdue)
    LEFT = "left"  # from this day on it no longer is


@dataclass(frozen=True, slots=True)
class Measure:
    """One count. day: None for a count that a source delivers ready-made for a period."""

    name: str
    day: Day | None
    label_vi: str
    label_en: str


def _counted(day: Day, *rows: tuple[str, str, str]) -> tuple[Measure, ...]:
    return tuple(Measure(name, day, label_vi, label_en) for name, label_vi, label_en in rows)


def _delivered(*rows: tuple[str, str, str]) -> tuple[Measure, ...]:
    return tuple(Measure(name, None, label_vi, label_en) for name, label_vi, label_en in rows)


# Source: rates.md §4 and §5 (what is counted), §9 (statuses), Quyết định 766/QĐ-TTg 3.3 ("kênh 1 hoặc thiếu kênh").
COUNTED: tuple[Measure, ...] = (
    *_counted(
        Day.RECEIVED,
        ("received", "Hồ sơ tiếp nhận", "Dossiers received"),
        ("channel_known", "Hồ sơ tiếp nhận có cột kênh", "Received, with a channel column"),
        ("received_online", "Tiếp nhận trực tuyến", "Received online"),
        (
            "received_direct",
            "Tiếp nhận trực tiếp (gồm thiếu kênh)",
            "Received at the counter (or no channel)",
        ),
        ("received_postal", "Tiếp nhận qua bưu chính", "Received by post"),
        ("received_channel_unknown", "Tiếp nhận, kênh không rõ", "Received, channel not understood"),
        ("level_known", "Hồ sơ tiếp nhận có cột kênh và mức độ", "Received, with channel and level columns"),
        ("received_online_full", "Tiếp nhận trực tuyến toàn trình", "Received online, full service"),
        ("received_online_partial", "Tiếp nhận trực tuyến một phần", "Received online, partial service"),
        ("received_offered", "Hồ sơ của TTHC có DVCTT", "Received, of procedures offered online"),
        (
            "received_online_of_offered",
            "Hồ sơ trực tuyến của TTHC có DVCTT",
            "Received online, of those offered",
        ),
        (
            "payment_known",
            "Hồ sơ tiếp nhận có cột phí và thanh toán",
            "Received, with fee and payment columns",
        ),
        ("fee_known", "Hồ sơ có nghĩa vụ tài chính", "Received, with a fee to pay"),
        ("received_paid_online", "Hồ sơ thanh toán trực tuyến", "Received, paid online"),
        ("digitisation_known", "Hồ sơ tiếp nhận có cột số hóa", "Received, with a digitisation column"),
        ("received_digitised", "Hồ sơ có số hóa thành phần", "Received, components digitised"),
        ("reuse_known", "Hồ sơ tiếp nhận có cột tái sử dụng", "Received, with a reuse column"),
        ("received_reused", "Hồ sơ tái sử dụng dữ liệu số hóa", "Received, data reused"),
        ("digitised_full_known", "Hồ sơ có cột số hóa và kết quả", "Received, components and result known"),
        ("received_digitised_full", "Hồ sơ số hóa đầy đủ", "Received, components and result digitised"),
        ("received_without_due", "Hồ sơ tiếp nhận không có ngày hẹn trả", "Received, without a due date"),
        ("rated", "Hồ sơ được đánh giá", "Received, rated by the applicant"),
        ("satisfied", "Hồ sơ được đánh giá hài lòng", "Received, rated satisfied"),
    ),
    *_counted(
        Day.ENDED,
        ("resolved", "Hồ sơ đã giải quyết", "Dossiers resolved"),
        ("resolved_on_time", "Giải quyết trước hạn và đúng hạn", "Resolved on time"),
        ("resolved_late", "Giải quyết quá hạn", "Resolved late"),
        ("resolved_without_due", "Giải quyết, không có ngày hẹn trả", "Resolved, without a due date"),
        ("result_known", "Giải quyết có cột kết quả điện tử", "Resolved, with an electronic-result column"),
        ("resolved_electronic", "Giải quyết có kết quả điện tử", "Resolved with an electronic result"),
    ),
    *_counted(Day.ENTERED, ("entered", "Bắt đầu giải quyết", "Became open")),
    *_counted(Day.LEFT, ("left", "Thôi giải quyết", "No longer open")),
    *_counted(Day.ENTERED, ("overdue_entered", "Bắt đầu quá hạn", "Became overdue")),
    *_counted(Day.LEFT, ("overdue_left", "Thôi quá hạn", "No longer overdue")),
)

COUNTED_NAMES: tuple[str, ...] = tuple(measure.name for measure in COUNTED)

# On a day: the running sums of what entered minus what left.
STOCKS: tuple[Measure, ...] = (
    Measure("open", None, "Hồ sơ đang giải quyết", "Open dossiers"),
    Measure("overdue_open", None, "Hồ sơ đang giải quyết đã quá hạn", "Open dossiers overdue"),
)

# The flows a stock is made of: what entered, what left.
STOCK_FLOWS: dict[str, tuple[str, str]] = {
    "open": ("entered", "left"),
    "overdue_open": ("overdue_entered", "overdue_left"),
}

# Delivered by the national portal, as its index 766 counts them; the portal source may deliver more.
DELIVERED: tuple[Measure, ...] = _delivered(
    ("channel_online", "Hồ sơ nộp trực tuyến", "Dossiers filed online"),
    ("channel_direct", "Hồ sơ nộp trực tiếp", "Dossiers filed at the counter"),
    ("channel_postal", "Hồ sơ nộp qua bưu chính", "Dossiers filed by post"),
    ("channel_total", "Hồ sơ tiếp nhận qua mọi kênh", "Dossiers filed through all channels"),
    ("procedures_partial", "TTHC có DVCTT một phần", "Procedures offered partly online"),
    ("procedures_full", "TTHC có DVCTT toàn trình", "Procedures offered fully online"),
    ("procedures_online", "TTHC có DVCTT", "Procedures offered online"),
    ("procedures_authority", "TTHC thuộc thẩm quyền", "Procedures within the authority"),
    ("services_active", "DVCTT có phát sinh hồ sơ trực tuyến", "Online services with activity"),
    ("services_total", "DVCTT cung cấp", "Online services offered"),
    ("paid_online", "Hồ sơ thanh toán trực tuyến", "Dossiers paid online"),
    ("fee_obligation", "Hồ sơ có nghĩa vụ tài chính", "Dossiers with a fee to pay"),
    ("procedures_paid_online", "TTHC được thanh toán trực tuyến", "Procedures paid online"),
    ("procedures_fee", "TTHC có nghĩa vụ tài chính", "Procedures with a fee"),
    ("procedures_fee_active", "TTHC có phí phát sinh hồ sơ", "Procedures with a fee and activity"),
    ("on_time_766", "Xử lý đúng hạn, gồm đang xử lý còn trong hạn", "On time, open within deadline included"),
    ("received_766", "Tiếp nhận và xử lý trong kỳ", "Received and handled in the period"),
    ("completed_766", "Đã xử lý trong kỳ", "Completed in the period"),
    ("overdue_766", "Không đúng hạn, gồm đang xử lý", "Not on time, open ones included"),
    ("result_electronic_766", "Hồ sơ có kết quả điện tử", "Dossiers with an electronic result"),
    ("result_base_766", "Hồ sơ tiếp nhận (mẫu số 4.1)", "Dossiers received (denominator of 4.1)"),
    ("digitised_full_766", "Hồ sơ số hóa cả thành phần và kết quả", "Dossiers digitised in full"),
    ("digitised_base_766", "Tổng hồ sơ (mẫu số 4.2)", "Dossiers (denominator of 4.2)"),
    ("reused_766", "Hồ sơ tái sử dụng dữ liệu số hóa", "Dossiers with reused data"),
    ("reuse_base_766", "Tổng hồ sơ (mẫu số 4.3)", "Dossiers (denominator of 4.3)"),
    ("satisfied_766", "Hồ sơ không quá hạn, không bị phản ánh", "Dossiers neither late nor complained about"),
    ("satisfaction_base_766", "Hồ sơ (mẫu số 5.4)", "Dossiers (denominator of 5.4)"),
    ("petitions_on_time", "PAKN xử lý đúng hoặc trước hạn", "Petitions handled on time"),
    ("petitions_total", "PAKN thuộc thẩm quyền", "Petitions within the authority"),
    ("petitions_satisfied", "PAKN không bị phản hồi không hài lòng", "Petitions without dissatisfaction"),
)

# Of fee lists, the columns of `payment_daily`; `count_payments.sql` says the same in SQL.
PAID: tuple[Measure, ...] = _delivered(
    ("payments", "Giao dịch thanh toán", "Payments"),
    ("payments_mode_known", "Giao dịch có cột hình thức thanh toán", "Payments, with a column for the way of payment"),
    ("payments_online", "Giao dịch thanh toán trực tuyến", "Payments made online"),
    ("dossiers_paid", "Hồ sơ đã thanh toán", "Dossiers paid"),
    ("dossiers_paid_mode_known", "Hồ sơ đã thanh toán, có cột hình thức", "Dossiers paid, way of payment told"),
    ("dossiers_paid_online", "Hồ sơ đã thanh toán trực tuyến", "Dossiers paid online"),
    ("paid_amount", "Số tiền đã thu (đồng)", "Amount paid (đồng)"),
    ("paid_amount_mode_known", "Số tiền đã thu, có cột hình thức (đồng)", "Amount paid, way of payment told (đồng)"),
    ("paid_amount_online", "Số tiền thu trực tuyến (đồng)", "Amount paid online (đồng)"),
)
PAID_NAMES: tuple[str, ...] = tuple(measure.name for measure in PAID)

LABELS: dict[str, Measure] = {measure.name: measure for measure in (*COUNTED, *STOCKS, *DELIVERED, *PAID)}
