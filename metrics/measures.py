"""The measures: every count of the product by name, what it counts, and on which day a dossier is counted.

The names in COUNTED are the integer columns of `counted.daily`, in their order; `count.sql` says the same in SQL.
All of them are flows: they add up over units, procedures and days. A stock (open, overdue on a day) is the running
sum of what entered minus what left, up to and including that day, and is never summed over days. What a period held
(`handled_766`) is what ended in it and what is open at its end.

Reception is counted at the unit that received the dossier; its end, its being open and its being late at the unit
that resolves it (non-territorial intake). Source: rates.md §10.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Day(StrEnum):
    """On which day of its life a dossier is counted."""

    RECEIVED = "received"  # statuses 1 and 3 are never received; a status we cannot read is
    ENDED = "ended"  # the result exists, else it was handed over; withdrawn, stopped
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
        (
            "paper_known",
            "Hồ sơ giấy (trực tiếp, bưu chính) có cột số hóa",
            "Received on paper, with a digitisation column",
        ),
        ("paper_digitised", "Hồ sơ giấy có số hóa thành phần", "Received on paper, components digitised"),
        ("settled", "Hồ sơ đã thanh toán (mọi hình thức)", "Received, paid in whatever way"),
        ("settled_online", "Hồ sơ đã thanh toán bằng trực tuyến", "Received, of those paid, paid online"),
        ("fee_due_amount", "Phí, lệ phí phải nộp (đồng)", "Fees to pay (đồng)"),
        ("fee_paid_online_amount", "Phí, lệ phí nộp trực tuyến (đồng)", "Fees paid online (đồng)"),
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
        ("withdrawn", "Hồ sơ công dân rút", "Withdrawn by the applicant"),
        ("stopped", "Hồ sơ dừng xử lý, từ chối giải quyết", "Stopped or refused after reception"),
        ("ended_td", "Đã giải quyết, gồm trả lại/rút", "Resolved, withdrawn ones included"),
        (
            "ended_on_time_td",
            "Đã giải quyết trước hạn và đúng hạn (so ngày), gồm trả lại/rút",
            "Resolved on time by the day, withdrawn ones included",
        ),
        ("ended_early_td", "Đã giải quyết trước hạn (so ngày)", "Resolved before the due day"),
        (
            "ended_766",
            "Đã kết thúc xử lý (gồm rút, dừng), có ngày hẹn trả",
            "Ended, withdrawn and stopped ones included, with a due date",
        ),
        (
            "ended_on_time_766",
            "Kết thúc xử lý không sau ngày hẹn trả (766)",
            "Ended no later than the due date (766)",
        ),
    ),
    *_counted(Day.ENTERED, ("entered", "Bắt đầu giải quyết", "Became open")),
    *_counted(Day.LEFT, ("left", "Thôi giải quyết", "No longer open")),
    *_counted(Day.ENTERED, ("overdue_entered", "Bắt đầu quá hạn", "Became overdue")),
    *_counted(Day.LEFT, ("overdue_left", "Thôi quá hạn", "No longer overdue")),
    *_counted(
        Day.ENTERED,
        ("waiting_entered", "Chờ bổ sung hoặc chờ nộp phí", "Waits for papers or for a payment"),
        ("overdue_paying_entered", "Chờ nộp phí, đã quá ngày hẹn", "Waits for a payment, past its due day"),
        ("reached_entered", "Hết ngày hẹn trả mà chưa xong", "Still open when its due day ended"),
        ("dated_entered", "Bắt đầu giải quyết, có ngày hẹn trả", "Became open, with a due date"),
    ),
    *_counted(
        Day.LEFT,
        ("reached_left", "Thôi giải quyết sau ngày hẹn trả", "No longer open, after its due day"),
        ("dated_left", "Thôi giải quyết, có ngày hẹn trả", "No longer open, with a due date"),
    ),
)

COUNTED_NAMES: tuple[str, ...] = tuple(measure.name for measure in COUNTED)

# On a day: the running sums of what entered minus what left.
STOCKS: tuple[Measure, ...] = (
    Measure("open", None, "Hồ sơ đang giải quyết", "Open dossiers"),
    Measure("overdue_open", None, "Hồ sơ đang giải quyết đã quá hạn", "Open dossiers overdue"),
    Measure("processing", None, "Hồ sơ đang giải quyết, không tạm dừng", "Open dossiers, none of them waiting"),
    Measure(
        "overdue_open_opencps",
        None,
        "Hồ sơ đang giải quyết đến hoặc quá ngày hẹn",
        "Open dossiers at or past their due day",
    ),
    Measure("open_dated", None, "Hồ sơ đang giải quyết có ngày hẹn trả", "Open dossiers with a due date"),
    Measure(
        "overdue_open_766",
        None,
        "Hồ sơ đang giải quyết đã quá hạn (766, gồm chờ nộp phí)",
        "Open dossiers overdue (766, those awaiting payment included)",
    ),
)

# Of a period and its last day: what ended in it, and what is open when it ends.
HELD: tuple[Measure, ...] = (
    Measure("handled_766", None, "Hồ sơ đã và đang xử lý trong kỳ", "Dossiers ended in the period or open at its end"),
    Measure(
        "handled_on_time_766",
        None,
        "Hồ sơ xử lý đúng hạn, gồm đang xử lý còn trong hạn",
        "Dossiers ended on time, or open within their deadline",
    ),
)


class Term(NamedTuple):
    """A flow that a measure adds (sign 1) or takes away; ever: since the first day, else in the period."""

    measure: str
    sign: int
    ever: bool


def _stock(came: tuple[str, ...], went: tuple[str, ...]) -> tuple[Term, ...]:
    return (*(Term(name, 1, True) for name in came), *(Term(name, -1, True) for name in went))


_OPEN_DATED = _stock(("dated_entered",), ("dated_left",))
_OVERDUE_766 = _stock(("overdue_entered", "overdue_paying_entered"), ("overdue_left",))

# What stocks, and what a period held, are made of. A waiting dossier is one that waits today: it has not left.
TERMS: dict[str, tuple[Term, ...]] = {
    "open": _stock(("entered",), ("left",)),
    "overdue_open": _stock(("overdue_entered",), ("overdue_left",)),
    "processing": _stock(("entered",), ("left", "waiting_entered")),
    "overdue_open_opencps": _stock(("reached_entered",), ("reached_left",)),
    "open_dated": _OPEN_DATED,
    "overdue_open_766": _OVERDUE_766,
    "handled_766": (Term("ended_766", 1, False), *_OPEN_DATED),
    "handled_on_time_766": (
        *(Term("ended_on_time_766", 1, False), *_OPEN_DATED),
        *(Term(name, -sign, ever) for name, sign, ever in _OVERDUE_766),
    ),
}

# Dossiers of the procedures that the catalogue flags: column → the counted column, and the flag. Made when publishing.
CATALOGUED: dict[str, tuple[str, str]] = {
    "eligible_known": ("level_known", "eligible_full"),
    "eligible_online_full": ("received_online_full", "eligible_full"),
    "offered_known": ("channel_known", "offered"),
    "offered_online": ("received_online", "offered"),
}
OF_CATALOGUE: tuple[Measure, ...] = (
    Measure("eligible_known", None, "Hồ sơ của TTHC đủ điều kiện toàn trình", "Received, of eligible procedures"),
    Measure(
        "eligible_online_full",
        None,
        "Hồ sơ toàn trình của TTHC đủ điều kiện",
        "Received fully online, of eligible procedures",
    ),
    Measure(
        "offered_known",
        None,
        "Hồ sơ của TTHC có DVCTT theo danh mục",
        "Received, of procedures that the catalogue offers online",
    ),
    Measure(
        "offered_online",
        None,
        "Hồ sơ trực tuyến của TTHC có DVCTT theo danh mục",
        "Received online, of procedures that the catalogue offers online",
    ),
)

# Procedures, each counted once per period and unit (with all below it): distinct, so never added up.
PROCEDURES: tuple[Measure, ...] = (
    Measure("fee_procedures", None, "TTHC có hồ sơ có nghĩa vụ tài chính", "Procedures with a dossier that has a fee"),
    Measure(
        "paid_procedures",
        None,
        "TTHC có nghĩa vụ tài chính có hồ sơ thanh toán trực tuyến",
        "Fee-bearing procedures with a dossier paid online",
    ),
    Measure("listed_levels", None, "TTHC thuộc thẩm quyền (theo danh mục)", "Procedures of the catalogue, level known"),
    Measure("listed_online", None, "TTHC có DVCTT (theo danh mục)", "Procedures that the catalogue offers online"),
    Measure(
        "listed_eligible", None, "TTHC đủ điều kiện toàn trình (theo danh mục)", "Eligible procedures of the catalogue"
    ),
    Measure(
        "listed_eligible_full",
        None,
        "TTHC đủ điều kiện có DVCTT toàn trình (theo danh mục)",
        "Eligible procedures that the catalogue offers fully online",
    ),
    Measure(
        "listed_online_active",
        None,
        "DVCTT của danh mục có hồ sơ trực tuyến",
        "Procedures of the catalogue offered online, with a dossier filed online",
    ),
    Measure(
        "listed_integration_known",
        None,
        "TTHC có DVCTT, danh mục nêu đã tích hợp hay chưa",
        "Procedures offered online whose integration the catalogue tells",
    ),
    Measure(
        "listed_integrated",
        None,
        "TTHC có DVCTT đã tích hợp Cổng DVCQG (theo danh mục)",
        "Procedures offered online and integrated on the national portal",
    ),
    Measure("listed_fee", None, "TTHC có phí, lệ phí (theo danh mục)", "Fee-bearing procedures of the catalogue"),
    Measure(
        "listed_fee_paid",
        None,
        "TTHC có phí của danh mục có hồ sơ thanh toán trực tuyến",
        "Fee-bearing procedures of the catalogue with a dossier paid online",
    ),
)
PROCEDURE_NAMES = frozenset(measure.name for measure in PROCEDURES)

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

# Delivered by summary forms, as each form counts them.
FORMS: tuple[Measure, ...] = _delivered(
    ("form_received_total", "Tổng số tiếp nhận, gồm kỳ trước chuyển sang", "Received, with those carried over"),
    ("form_received_in_period", "Tiếp nhận trong kỳ", "Received in the period"),
    ("form_received_online", "Tiếp nhận trực tuyến trong kỳ", "Received online in the period"),
    ("form_received_online_full", "Tiếp nhận trực tuyến toàn trình", "Received online, full service"),
    ("form_received_online_partial", "Tiếp nhận trực tuyến một phần", "Received online, partial service"),
    ("form_received_online_other", "Tiếp nhận trực tuyến hình thức khác", "Received online, other"),
    ("form_received_direct", "Tiếp nhận trực tiếp trong kỳ", "Received at the counter in the period"),
    ("form_received_postal", "Tiếp nhận qua bưu chính trong kỳ", "Received by post in the period"),
    ("form_received_direct_postal", "Tiếp nhận trực tiếp, bưu chính trong kỳ", "Received at the counter or by post"),
    ("form_received_elsewhere", "Tiếp nhận phi địa giới", "Received for another place"),
    ("form_carried_over", "Kỳ trước chuyển sang", "Carried over from the period before"),
    ("form_resolved", "Đã giải quyết", "Resolved"),
    ("form_resolved_early", "Giải quyết trước hạn", "Resolved early"),
    ("form_resolved_on_time", "Giải quyết đúng hạn", "Resolved on time"),
    ("form_resolved_in_time", "Giải quyết trước hạn và đúng hạn", "Resolved early or on time"),
    ("form_resolved_late", "Giải quyết quá hạn", "Resolved late"),
    ("form_open", "Đang giải quyết", "Open"),
    ("form_open_in_time", "Đang giải quyết trong hạn", "Open within the deadline"),
    ("form_open_overdue", "Đang giải quyết quá hạn", "Open overdue"),
    ("form_late", "Tổng số trễ hạn", "Late, resolved and open"),
    ("form_waiting", "Chờ bổ sung", "Waiting for more papers"),
    ("form_waiting_fee", "Chờ thực hiện nghĩa vụ tài chính", "Waiting for a payment"),
    ("form_returned", "Trả lại, rút hồ sơ", "Returned or withdrawn"),
    ("form_withdrawn", "Rút hồ sơ", "Withdrawn"),
    ("form_paused", "Tạm dừng xử lý", "Paused"),
    ("form_other", "Hồ sơ khác", "Other"),
    ("form_fee_dossiers", "Hồ sơ thu phí, lệ phí", "Dossiers with a fee paid"),
    ("form_paid_online", "Hồ sơ thanh toán trực tuyến", "Dossiers paid online"),
    ("form_paid_direct", "Hồ sơ thanh toán trực tiếp", "Dossiers paid at the counter"),
    ("form_fee_charge_amount", "Phí (đồng)", "Charges (đồng)"),
    ("form_fee_duty_amount", "Lệ phí (đồng)", "Duties (đồng)"),
    ("form_fee_amount", "Phí và lệ phí (đồng)", "Charges and duties (đồng)"),
    ("form_cash_amount", "Thu tiền mặt (đồng)", "Paid in cash (đồng)"),
    ("form_portal_amount", "Thu qua Cổng DVCQG (đồng)", "Paid through the national portal (đồng)"),
    ("form_transfer_amount", "Thu chuyển khoản khác (đồng)", "Paid by other transfer (đồng)"),
    ("form_procedures", "TTHC (hoặc DVC) thuộc thẩm quyền", "Procedures"),
    ("form_procedures_online", "TTHC có DVC trực tuyến", "Procedures offered online"),
    ("form_procedures_full", "TTHC có DVC toàn trình", "Procedures offered fully online"),
    ("form_procedures_partial", "TTHC có DVC một phần", "Procedures offered partly online"),
    ("form_procedures_information", "DVC cung cấp thông tin", "Procedures offered as information"),
    ("form_procedures_other", "TTHC không cung cấp trực tuyến", "Procedures not offered online"),
    ("form_procedures_active", "TTHC có phát sinh hồ sơ", "Procedures with dossiers"),
    ("form_procedures_online_active", "DVC trực tuyến có phát sinh hồ sơ", "Online services with dossiers"),
    ("form_procedures_full_active", "DVC toàn trình có phát sinh hồ sơ", "Full online services with dossiers"),
    ("form_procedures_partial_active", "DVC một phần có phát sinh hồ sơ", "Partial online services with dossiers"),
    ("form_procedures_information_active", "DVC thông tin có phát sinh hồ sơ", "Information services with dossiers"),
    ("form_procedures_reached", "TTHC đạt chỉ tiêu", "Procedures that reach the goal"),
    ("form_procedures_missed", "TTHC không đạt chỉ tiêu", "Procedures that miss the goal"),
    ("form_procedures_idle", "TTHC không phát sinh hồ sơ", "Procedures without dossiers"),
    ("form_procedures_province", "TTHC cấp tỉnh", "Procedures of the province"),
    ("form_procedures_district", "TTHC cấp huyện", "Procedures of districts"),
    ("form_procedures_commune", "TTHC cấp xã", "Procedures of communes"),
    ("form_onestop", "TTHC thực hiện tại một cửa", "Procedures at one-stop desks"),
    ("form_onestop_province", "TTHC tại một cửa cấp tỉnh", "At the one-stop desk of the province"),
    ("form_onestop_district", "TTHC tại một cửa cấp huyện", "At one-stop desks of districts"),
    ("form_onestop_commune", "TTHC tại một cửa cấp xã", "At one-stop desks of communes"),
    ("form_processes", "Quy trình nội bộ đã ban hành", "Internal processes issued"),
    ("form_processes_province", "Quy trình nội bộ cấp tỉnh", "Internal processes of the province"),
    ("form_processes_district", "Quy trình nội bộ cấp huyện", "Internal processes of districts"),
    ("form_processes_commune", "Quy trình nội bộ cấp xã", "Internal processes of communes"),
    ("form_fee_procedures", "TTHC thu phí, lệ phí", "Procedures with a fee"),
    ("form_fee_procedures_full", "TTHC thu phí có DVC toàn trình", "Procedures with a fee, fully online"),
    ("form_fee_procedures_partial", "TTHC thu phí có DVC một phần", "Procedures with a fee, partly online"),
    ("form_fee_procedures_other", "TTHC thu phí không trực tuyến", "Procedures with a fee, not online"),
    ("form_fee_payments", "Lượt hồ sơ đã thu phí, lệ phí", "Payments of fees"),
    ("form_received_online_level3", "Tiếp nhận trực tuyến mức độ 3", "Received online, level 3"),
    ("form_received_online_level4", "Tiếp nhận trực tuyến mức độ 4", "Received online, level 4"),
    ("form_received_online_direct", "Hồ sơ trực tuyến và trực tiếp", "Received online or at the counter"),
    ("form_in_time_online", "Trả đúng hạn, hồ sơ trực tuyến", "Resolved in time, filed online"),
    ("form_in_time_direct", "Trả đúng hạn, hồ sơ trực tiếp", "Resolved in time, filed at the counter"),
    ("form_late_online", "Trả quá hạn, hồ sơ trực tuyến", "Resolved late, filed online"),
    ("form_late_direct", "Trả quá hạn, hồ sơ trực tiếp", "Resolved late, filed at the counter"),
    ("form_open_in_time_online", "Chưa đến hạn, hồ sơ trực tuyến", "Open within the deadline, filed online"),
    ("form_open_in_time_direct", "Chưa đến hạn, hồ sơ trực tiếp", "Open within the deadline, filed at the counter"),
    ("form_overdue_online", "Đang giải quyết quá hạn, trực tuyến", "Open overdue, filed online"),
    ("form_overdue_direct", "Đang giải quyết quá hạn, trực tiếp", "Open overdue, filed at the counter"),
    ("form_waiting_online", "Chờ bổ sung, hồ sơ trực tuyến", "Waiting for more papers, filed online"),
    ("form_waiting_direct", "Chờ bổ sung, hồ sơ trực tiếp", "Waiting for more papers, filed at the counter"),
    ("form_returned_online", "Trả lại, hồ sơ trực tuyến", "Returned, filed online"),
    ("form_returned_direct", "Trả lại, hồ sơ trực tiếp", "Returned, filed at the counter"),
    ("form_resolved_late_apologised", "Giải quyết quá hạn, đã xin lỗi", "Resolved late, with an apology"),
    ("form_resolved_late_unapologised", "Giải quyết quá hạn, chưa xin lỗi", "Resolved late, without an apology"),
    ("form_open_overdue_apologised", "Đang giải quyết quá hạn, đã xin lỗi", "Open overdue, with an apology"),
    ("form_open_overdue_unapologised", "Đang giải quyết quá hạn, chưa xin lỗi", "Open overdue, without an apology"),
    ("form_apologised", "Hồ sơ quá hạn đã có thư xin lỗi", "Late dossiers with an apology"),
    ("form_awaiting_in_time", "Hồ sơ trực tuyến chờ tiếp nhận, đúng hạn", "Awaiting reception, in time"),
    ("form_awaiting_overdue", "Hồ sơ trực tuyến chờ tiếp nhận, quá hạn", "Awaiting reception, overdue"),
    ("form_not_received", "Hồ sơ không được tiếp nhận", "Refused at reception"),
    ("form_direct_of_offered", "Hồ sơ trực tiếp của TTHC có DVC trực tuyến", "At the counter, of those offered online"),
    ("form_postal_of_offered", "Hồ sơ bưu chính của TTHC có DVC trực tuyến", "By post, of those offered online"),
    *(
        (f"form_{channel}_of_{level}", f"{channel_vi} của {level_vi}", f"{channel_en}, of {level} services")
        for level, level_vi in (("full", "DVC toàn trình"), ("partial", "DVC một phần"))
        for channel, channel_vi, channel_en in (
            ("received", "Hồ sơ", "Dossiers"),
            ("online", "Hồ sơ trực tuyến", "Filed online"),
            ("direct", "Hồ sơ trực tiếp", "Filed at the counter"),
            ("postal", "Hồ sơ bưu chính", "Filed by post"),
        )
    ),
    *(
        (f"form_{name}_{half}", f"{label_vi}, {half_vi}", f"{label_en}, {half_en}")
        for name, label_vi, label_en in (
            ("resolved_early", "Giải quyết trước hạn", "Resolved early"),
            ("resolved_on_time", "Giải quyết đúng hạn", "Resolved on time"),
            ("resolved_in_time", "Giải quyết trước hạn và đúng hạn", "Resolved early or on time"),
            ("resolved_late", "Giải quyết quá hạn", "Resolved late"),
            ("open_in_time", "Đang giải quyết trong hạn", "Open within the deadline"),
            ("open_overdue", "Đang giải quyết quá hạn", "Open overdue"),
            ("waiting", "Chờ bổ sung", "Waiting for more papers"),
            ("returned", "Trả lại, rút hồ sơ", "Returned or withdrawn"),
            ("other", "Hồ sơ khác", "Other"),
        )
        for half, half_vi, half_en in (
            ("carried", "của kỳ trước chuyển sang", "of those carried over"),
            ("new", "của hồ sơ nhận trong kỳ", "of those received in the period"),
        )
    ),
    ("form_received_of_information", "Hồ sơ của DVC cung cấp thông tin", "Dossiers of information services"),
    ("form_received_of_offered", "Hồ sơ của TTHC có DVC trực tuyến", "Dossiers of procedures offered online"),
    ("form_online_of_offered", "Hồ sơ trực tuyến của TTHC có DVC trực tuyến", "Filed online, of those offered"),
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

MEASURES: tuple[Measure, ...] = (*COUNTED, *STOCKS, *HELD, *OF_CATALOGUE, *PROCEDURES, *DELIVERED, *FORMS, *PAID)
LABELS: dict[str, Measure] = {measure.name: measure for measure in MEASURES}


def terms(measure: str) -> tuple[Term, ...]:
    """Return the flows that a measure is made of: itself, unless it is a stock or what a period held."""
    return TERMS.get(measure, (Term(measure, 1, False),))
