"""METRICS: what is divided by what, one entry per ratio of the product. What is asked of a ratio is data (`targets`).

A metric has one variant per way of counting it: from dossier lists, or from counts that a portal delivers. A metric
without variants is not computed yet; it has a name, so that what documents ask of it can be listed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files

from metrics import QuestionError
from metrics.targets import Register


class Kind(StrEnum):
    """Where the counts of a variant come from."""

    DOSSIER = "dossier"
    STATISTIC = "statistic"
    PAYMENT = "payment"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of counting a metric: two measures of the same kind of source.

    stock: both are stocks, of one day, not of a period.
    known, of: a dossier list that lacks the column has `of` > 0 and `known` = 0: not reported, instead of none.
    beside: another way of counting than targets mean; judged only by a target that names it.
    blank_is_absent: a blank cell is like a missing column, so `known` is asked of the whole source.
    """

    id: str
    numerator: str
    denominator: str
    kind: Kind = Kind.DOSSIER
    stock: bool = False
    known: str = ""
    of: str = ""
    blank_is_absent: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    """One ratio; counted_vi, counted_en: what its numbers count, for "30 … missing"."""

    key: str
    label_vi: str
    label_en: str
    variants: tuple[Variant, ...] = ()
    direction: Direction = Direction.UP
    counted_vi: str = "hồ sơ"
    counted_en: str = "dossiers"

    def variants_of(self, kind: str) -> tuple[Variant, ...]:
        """Return the variants that sources of a kind can give."""
        return tuple(variant for variant in self.variants if variant.kind == kind)


def _received(name: str, numerator: str, denominator: str, known: str = "") -> Variant:
    return Variant(name, numerator, denominator, known=known or denominator, of="received")


def _portal(name: str, numerator: str, denominator: str) -> Variant:
    return Variant(name, numerator, denominator, Kind.STATISTIC)


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
            _portal("766-3.3", "channel_online", "channel_total"),
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
    ),
    Metric(
        "online_of_offered",
        "Tỷ lệ hồ sơ trực tuyến trên hồ sơ của TTHC có DVCTT",
        "Online dossiers, over dossiers of procedures offered online",
        (_received("online.of_offered", "received_online_of_offered", "received_offered", "level_known"),),
    ),
    Metric(
        "online_payment",
        "Tỷ lệ hồ sơ thanh toán trực tuyến",
        "Dossiers paid online",
        (
            _received("pay.dossier", "received_paid_online", "fee_known", "payment_known"),
            _portal("766-3.6", "paid_online", "fee_obligation"),
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
        (_portal("766-3.5", "procedures_paid_online", "procedures_fee"),),
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
        (_received("digit.components", "received_digitised", "digitisation_known"),),
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
        (Variant("on_time.resolved", "resolved_on_time", "resolved"),),
    ),
    Metric(
        "on_time_766",
        "Tỷ lệ xử lý đúng hạn (766)",
        "On time (766 rule)",
        (_portal("766-2.1", "on_time_766", "received_766"),),
    ),
    Metric(
        "overdue_open",
        "Tỷ lệ hồ sơ đang giải quyết quá hạn",
        "Open dossiers overdue",
        (Variant("overdue.open", "overdue_open", "open", stock=True),),
        Direction.DOWN,
    ),
    Metric("apology_sent", "Tỷ lệ hồ sơ quá hạn đã có thư xin lỗi", "Late dossiers with an apology"),
    Metric(
        "procedures_online",
        "Tỷ lệ TTHC có dịch vụ công trực tuyến",
        "Procedures offered online",
        (_portal("766-3.1", "procedures_online", "procedures_authority"),),
        counted_vi="TTHC",
        counted_en="procedures",
    ),
    Metric(
        "procedures_online_active",
        "Tỷ lệ DVCTT có phát sinh hồ sơ",
        "Online services with activity",
        (_portal("766-3.2", "services_active", "services_total"),),
        counted_vi="dịch vụ",
        counted_en="services",
    ),
    Metric(
        "procedures_integrated",
        "Tỷ lệ TTHC tích hợp Cổng DVCQG",
        "Procedures integrated on the national portal",
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

METRIC: dict[str, Metric] = {metric.key: metric for metric in METRICS}


def chosen(keys: Iterable[str] | None) -> list[Metric]:
    """Return the metrics of these keys in the order of METRICS; all of them for None.

    Raises QuestionError for a key that is no metric.
    """
    wanted = set(METRIC if keys is None else keys)
    for key in sorted(wanted - METRIC.keys()):
        raise QuestionError(f"Không có tỷ lệ “{key}”. Các tỷ lệ: {', '.join(METRIC)}.")
    return [metric for metric in METRICS if metric.key in wanted]


def definitions_version(register: Register) -> str:
    """Return a short mark of everything that turns dossiers into statuses: other rules or targets, another mark."""
    digest = hashlib.sha256()
    for part in (count_sql(), payments_sql(), repr(METRICS)):
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
