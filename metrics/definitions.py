"""METRICS: what is divided by what, one entry per ratio of the product. What is asked of a ratio is data (`targets`).

A metric has one variant per way of counting it: from dossier lists, from lists of payments, or from counts that are
delivered. A metric without variants is not computed yet; it has a name, so that what documents ask of it can be listed.

Of each kind of source one variant speaks for the metric (`speaking`): what is published, judged and alerted. The
others stand beside it: `tthc rates --variants` shows them, and only a target that names one judges it. A list of
payments has so few ways that all of them are published; those beside are judged in the same way.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import files

from metrics import QuestionError
from metrics.on_time import DEFAULT, OnTime
from metrics.targets import Register
from metrics.variant import Direction, Kind, Metric, Variant

__all__ = [
    "EVERY",
    "METRIC",
    "METRICS",
    "SUPPLEMENTARY",
    "VARIANT",
    "Direction",
    "Kind",
    "Metric",
    "Variant",
    "chosen",
    "count_sql",
    "definitions_version",
]


def _received(name: str, numerator: str, denominator: str, known: str = "", *, beside: bool = False) -> Variant:
    return Variant(name, numerator, denominator, known=known or denominator, of="received", beside=beside)


def _listed(name: str, numerator: str, denominator: str, catalogue: str, *, beside: bool = False) -> Variant:
    return Variant(name, numerator, denominator, known=denominator, of="received", catalogue=catalogue, beside=beside)


def _by_rule(name: str, rule: OnTime, numerator: str, denominator: str, *, stock: bool = False) -> Variant:
    return Variant(f"{name}.{rule}", numerator, denominator, rule=rule, stock=stock)


def _portal(name: str, numerator: str, denominator: str) -> Variant:
    return Variant(name, numerator, denominator, Kind.STATISTIC)


def _form(name: str, numerator: str, denominator: str, *, stock: bool = False) -> Variant:
    """Return a variant of counts that summary forms deliver, as the form itself counts them."""
    return Variant(f"form.{name}", numerator, denominator, Kind.STATISTIC, stock=stock)


def _paid(name: str, numerator: str, denominator: str, *, of: str, beside: bool = False) -> Variant:
    return Variant(name, numerator, denominator, Kind.PAYMENT, known=denominator, of=of, beside=beside)


# Source: rates.md §4; the variants named 766-n are the components of Quyết định 766/QĐ-TTg as the portal counts them.
METRICS: tuple[Metric, ...] = (
    Metric(
        "online",
        "Tỷ lệ hồ sơ trực tuyến",
        "Online dossiers",
        (
            _received("online.received", "received_online", "channel_known"),
            # NQ 76 counts dossiers handled at level 3 and 4: filed online where the service is at least partial.
            _received("online.l34.all", "received_online_of_offered", "level_known", beside=True),
            _portal("766-3.3", "channel_online", "channel_total"),
            # Received in the period: what was carried over came through channels that no form tells.
            _form("online", "form_received_online", "form_received_in_period"),
        ),
    ),
    Metric(
        "online_full",
        "Tỷ lệ hồ sơ trực tuyến toàn trình",
        "Fully online dossiers, over all received",
        (_received("online.full.all", "received_online_full", "level_known"),),
    ),
    Metric(
        "online_full_eligible",
        "Tỷ lệ hồ sơ toàn trình trên hồ sơ của TTHC đủ điều kiện",
        "Fully online dossiers, over eligible procedures' dossiers",
        (
            Variant(
                "online.full.eligible",
                "eligible_online_full",
                "eligible_known",
                known="level_known",
                of="received",
                catalogue="eligible_full",
            ),
        ),
    ),
    Metric(
        "online_of_offered",
        "Tỷ lệ hồ sơ trực tuyến trên hồ sơ của TTHC có DVCTT",
        "Online dossiers, over dossiers of procedures offered online",
        (
            _received("online.of_offered", "received_online_of_offered", "received_offered", "level_known"),
            Variant(
                "online.of_offered.catalogue",
                "offered_online",
                "offered_known",
                known="channel_known",
                of="received",
                catalogue="service_level",
            ),
            _form("online_of_offered", "form_online_of_offered", "form_received_of_offered"),
        ),
    ),
    Metric(
        "online_payment",
        "Tỷ lệ hồ sơ thanh toán trực tuyến",
        "Dossiers paid online",
        (
            _received("pay.dossier", "received_paid_online", "fee_known", "payment_known"),
            Variant("pay.dossier.paid", "settled_online", "settled", beside=True),
            replace(
                _received("pay.money", "fee_paid_online_amount", "fee_due_amount", "payment_known", beside=True),
                counted_vi="đồng",
                counted_en="đồng",
            ),
            _portal("766-3.6", "paid_online", "fee_obligation"),
            _form("online_payment", "form_paid_online", "form_fee_dossiers"),
            # By the day of payment, over dossiers that paid; a fee list knows no dossier that did not.
            _paid(
                "pay.dossier.collected",
                "dossiers_paid_online",
                "dossiers_paid_mode_known",
                of="dossiers_paid",
                beside=True,
            ),
        ),
    ),
    Metric(
        "online_payment_procedures",
        "Tỷ lệ TTHC có NVTC được thanh toán trực tuyến",
        "Fee-bearing procedures paid online",
        (
            Variant("pay.procedure", "paid_procedures", "fee_procedures", known="payment_known", of="received"),
            _listed("pay.procedure.catalogue", "listed_fee_paid", "listed_fee", "fee", beside=True),
            _portal("766-3.5", "procedures_paid_online", "procedures_fee"),
        ),
        counted_vi="TTHC",
        counted_en="procedures",
    ),
    Metric(
        "online_payment_transactions",
        "Tỷ lệ giao dịch thanh toán trực tuyến",
        "Online payment transactions",
        (
            _paid("pay.transaction", "payments_online", "payments_mode_known", of="payments"),
            _paid("pay.transaction.money", "paid_amount_online", "paid_amount_mode_known", of="payments", beside=True),
        ),
        counted_vi="giao dịch",
        counted_en="transactions",
    ),
    Metric(
        "digitised_components",
        "Tỷ lệ hồ sơ có số hóa thành phần hồ sơ",
        "Dossiers with digitised components",
        (
            _received("digit.components", "received_digitised", "digitisation_known"),
            # Dossiers filed online need no scanning (TT 03/2025/TT-VPCP, Điều 5 khoản 2).
            _received("digit.in.paper_only", "paper_digitised", "paper_known", "digitisation_known", beside=True),
        ),
    ),
    Metric(
        "electronic_results",
        "Tỷ lệ hồ sơ cấp kết quả điện tử",
        "Electronic results",
        (
            Variant("digit.result", "resolved_electronic", "result_known", known="result_known", of="resolved"),
            # The index divides by all dossiers received, not by those resolved: never compare the two.
            _portal("766-4.1", "result_electronic_766", "result_base_766"),
        ),
    ),
    Metric(
        "digitised_full",
        "Tỷ lệ hồ sơ được số hóa đầy đủ",
        "Dossiers digitised in full",
        (
            _received("digit.full", "received_digitised_full", "digitised_full_known"),
            _portal("766-4.2", "digitised_full_766", "digitised_base_766"),
        ),
    ),
    Metric(
        "data_reuse",
        "Tỷ lệ khai thác, sử dụng lại dữ liệu số hóa",
        "Reuse of digitised data",
        (
            _received("digit.reuse", "received_reused", "reuse_known"),
            _portal("766-4.3", "reused_766", "reuse_base_766"),
        ),
    ),
    Metric(
        "on_time",
        "Tỷ lệ giải quyết đúng hạn",
        "Resolved on time",
        (
            _by_rule("on_time", OnTime.TD, "ended_on_time_td", "ended_td"),
            _by_rule("on_time", OnTime.DVCQG766, "ended_on_time_766", "ended_766"),
            _by_rule("on_time", OnTime.OPENCPS, "resolved_on_time", "resolved"),
            # Early and on time over resolved; some forms count returned and withdrawn dossiers as on time.
            _form("on_time", "form_resolved_in_time", "form_resolved"),
        ),
    ),
    Metric(
        "on_time_766",
        "Tỷ lệ xử lý đúng hạn (766)",
        "On time (766 rule)",
        (
            Variant("766.own", "handled_on_time_766", "handled_766"),
            _portal("766-2.1", "on_time_766", "received_766"),
        ),
    ),
    Metric(
        "overdue_open",
        "Tỷ lệ hồ sơ đang giải quyết quá hạn",
        "Open dossiers overdue",
        (
            _by_rule("overdue.open", OnTime.TD, "overdue_open", "open", stock=True),
            _by_rule("overdue.open", OnTime.DVCQG766, "overdue_open_766", "open_dated", stock=True),
            _by_rule("overdue.open", OnTime.OPENCPS, "overdue_open_opencps", "processing", stock=True),
            _form("overdue_open", "form_open_overdue", "form_open", stock=True),
        ),
        Direction.DOWN,
    ),
    Metric(
        "apology_sent",
        "Tỷ lệ hồ sơ quá hạn đã có thư xin lỗi",
        "Late dossiers with an apology",
        (_form("apology_sent", "form_apologised", "form_late"),),
    ),
    Metric(
        "procedures_online",
        "Tỷ lệ TTHC có dịch vụ công trực tuyến",
        "Procedures offered online",
        (
            _listed("dvctt.share", "listed_online", "listed_levels", "service_level"),
            _listed("dvctt.share.eligible", "listed_eligible_full", "listed_eligible", "eligible_full", beside=True),
            _portal("766-3.1", "procedures_online", "procedures_authority"),
            _form("procedures_online", "form_procedures_online", "form_procedures"),
        ),
        counted_vi="TTHC",
        counted_en="procedures",
    ),
    Metric(
        "procedures_online_active",
        "Tỷ lệ DVCTT có phát sinh hồ sơ",
        "Online services with activity",
        (
            _listed("dvctt.active", "listed_online_active", "listed_online", "service_level"),
            _portal("766-3.2", "services_active", "services_total"),
            # Online services with dossiers of any channel, not only filed online.
            _form("procedures_online_active", "form_procedures_online_active", "form_procedures_online"),
        ),
        counted_vi="dịch vụ",
        counted_en="services",
    ),
    Metric(
        "procedures_integrated",
        "Tỷ lệ TTHC tích hợp Cổng DVCQG",
        "Procedures integrated on the national portal",
        (_listed("dvctt.integrated", "listed_integrated", "listed_integration_known", "integrated"),),
        counted_vi="TTHC",
        counted_en="procedures",
    ),
    Metric(
        "satisfaction",
        "Mức độ hài lòng về giải quyết TTHC",
        "Satisfaction",
        (
            Variant(
                "satisfaction.rating",
                "satisfied",
                "rated",
                known="rated",
                of="received",
                blank_is_absent=True,
            ),
            # A proxy made of lateness and dislikes, never mixed with what people answered.
            _portal("766-5.4", "satisfied_766", "satisfaction_base_766"),
        ),
        counted_vi="lượt",
        counted_en="ratings",
    ),
    Metric(
        "petitions_on_time",
        "Tỷ lệ PAKN xử lý đúng hạn",
        "Petitions handled on time",
        (_portal("766-5.2", "petitions_on_time", "petitions_total"),),
        counted_vi="PAKN",
        counted_en="petitions",
    ),
)

# Ratios of our own beside the twenty keys, on which the law asks nothing. Source: rates.md §7.4, §16.14.
SUPPLEMENTARY: tuple[Metric, ...] = (
    Metric(
        "without_due",
        "Tỷ lệ hồ sơ không có ngày hẹn trả",
        "Dossiers without a due date",
        (Variant("due.missing", "received_without_due", "received"),),
        Direction.DOWN,
    ),
)

EVERY: tuple[Metric, ...] = (*METRICS, *SUPPLEMENTARY)
METRIC: dict[str, Metric] = {metric.key: metric for metric in EVERY}
VARIANT: dict[str, Variant] = {variant.id: variant for metric in EVERY for variant in metric.variants}


def chosen(keys: Iterable[str] | None) -> list[Metric]:
    """Return the metrics of these keys in the order of EVERY; all of them for None.

    Raises QuestionError for a key that is no metric.
    """
    wanted = set(METRIC if keys is None else keys)
    for key in sorted(wanted - METRIC.keys()):
        raise QuestionError(f"Không có tỷ lệ “{key}”. Các tỷ lệ: {', '.join(METRIC)}.")
    return [metric for metric in EVERY if metric.key in wanted]


def definitions_version(register: Register, rule: OnTime = DEFAULT) -> str:
    """Return a short mark of everything that turns dossiers into statuses: other rules or targets, another mark."""
    digest = hashlib.sha256()
    for part in (count_sql(), payments_sql(), repr(EVERY), rule):
        digest.update(part.encode())
    for target in register.targets:
        digest.update(repr(replace(target, file="", line=None)).encode())
    return digest.hexdigest()[:16]


@cache
def count_sql() -> str:
    """Return the statement that counts dossiers, as it stands in `count.sql`."""
    return (files("metrics") / "count.sql").read_text(encoding="utf-8")


@cache
def payments_sql() -> str:
    """Return the statement that counts payments, as it stands in `count_payments.sql`."""
    return (files("metrics") / "count_payments.sql").read_text(encoding="utf-8")
