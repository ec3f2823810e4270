"""On time as policy: the three rule sets in use, by status; an installation names the one its numbers are compared with.

All three are counted (`count.sql`), so another choice needs no recount. What each does with a dossier:

                         td                            opencps                      dvcqg766
    1, 3                 outside                       outside                      outside
    2, 4, not understood open; late from the day after open; late from the end of   open; late from the day after
                         the due day                   the due day (equality)       the due day
    5 supplement         open, never late              paused, outside              open, never late (1)
    6 payment            open, never late              paused, outside              open, late as any other (2)
    7 withdrawn          ended, on time                outside                      ended, compared
    8 stopped, refused   outside                       outside                      ended, compared
    9, 10                compared by the day           compared by day and time     compared by day and time (3)
    no due date          on time                       on time                      not judged (4)

(1) The rule compares the day of the request, and calls more than one request late; no list tells either.
(2), (3) Not stated in what was read. (4) The rule asks the statutory time of the procedure, which no list tells.
A dossier is taken as it stands today: one that waits now has waited since it came.
Source: rates.md §7 (the 766 document 2.1, the code of the Tân Dân platform and of OpenCPS v2).
"""

from enum import StrEnum


class OnTime(StrEnum):
    """A rule set; its value is what `[metrics] on_time` of tthc.toml says, and the end of the ids of its variants."""

    TD = "td"
    DVCQG766 = "dvcqg766"
    OPENCPS = "opencps"


DEFAULT = OnTime.TD  # as printed in form II.06a: "Đúng hạn (Bao gồm cả hồ sơ chờ Bổ sung và Trả lại/Xin rút)"

# How people call each rule set beside a number.
ON_TIME_VI = {
    OnTime.TD: "quy tắc nền tảng một cửa cấp tỉnh: so theo ngày, hồ sơ trả lại/rút tính đúng hạn",
    OnTime.DVCQG766: "quy tắc Bộ chỉ số 766: tính cả hồ sơ rút, dừng xử lý; không xét hồ sơ thiếu ngày hẹn trả",
    OnTime.OPENCPS: "quy tắc OpenCPS: so theo ngày giờ, chỉ hồ sơ đã có kết quả",
}
ON_TIME_EN = {
    OnTime.TD: "provincial one-stop rule: compared by the day, withdrawn dossiers count as on time",
    OnTime.DVCQG766: "766 index rule: withdrawn and stopped ones included; without a due date not judged",
    OnTime.OPENCPS: "OpenCPS rule: compared by day and time, only dossiers with a result",
}


def rule_of(variant: str) -> OnTime | None:
    """Return the rule set that the id of a variant names (`on_time.td`), None where it names none."""
    end = variant.rpartition(".")[2]
    return OnTime(end) if end in OnTime.__members__.values() else None
