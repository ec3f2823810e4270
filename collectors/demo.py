"""Synthetic exports of a department of culture, sports and tourism, in the dossier-list layout of iGate.

Comes in: a number of dossiers, a seed, the last day. Goes out: an older export of two years as CSV and a
newer one of the last two months as XLSX, each with its sidecar. Everything but the names of the procedures is
invented; every file says so in its second row.

What is real stands in `demo_procedures.csv` without a prefix: code, name, time, fee and service level, with
the decision they come from. The spelling of the fields is unified; the four procedures of game venues are
left out (QĐ 4508/QĐ-BVHTTDL gives 1.013792 to the commune). Its columns `synthetic_…` are assumptions of this
demo and no figures of any office: unit, volume, online share, share finished late, and working days, fee and
level where the source gives none.

A dossier code is agency code, date received, daily sequence (Thông tư 01/2018/TT-VPCP Điều 19, with the codes
of Quyết định 20/2020/QĐ-TTg). `H35` is Lai Châu; the suffix `.12` and all below it is an example, not the
confirmed code of the department.
"""

import csv
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate
from pathlib import Path
from random import Random

import xlsxwriter

TITLE = "DANH SÁCH HỒ SƠ"
SYNTHETIC_MARK = "DỮ LIỆU MÔ PHỎNG - không phải số liệu thật"
HEADERS = (
    # the thirteen columns of the real list
    "STT",
    "Số hồ sơ",
    "Tên thủ tục hành chính",
    "Tên lĩnh vực",
    "Phòng ban",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Cơ quan/đơn vị",
    "Chủ hồ sơ",
    "Số điện thoại",
    "Cán bộ xử lý hiện tại",
    "Trạng thái hồ sơ",
    # what the rates need besides
    "Mã TTHC",
    "Hình thức nộp hồ sơ",
    "Mức độ",
    "Ngày trả kết quả",
    "Tổng phí, lệ phí (VNĐ)",
    "Thanh toán trực tuyến",
    "Số hóa thành phần hồ sơ",
    "Cấp kết quả điện tử",
    "Tái sử dụng dữ liệu",
    "Mức độ hài lòng",
    "Email chủ hồ sơ",
    "Địa chỉ chủ hồ sơ",
    "Số CCCD chủ hồ sơ",
)

OLDER_BY = timedelta(days=20)  # the older export was captured so long before the newer one
LONGEST = timedelta(days=45)  # open at most: the newer export holds all that the older shows open
NOT_YET_IN_WORK = timedelta(days=2)  # after acceptance
CAPTURED = time(23, 30)  # local; nothing is received after 23:00
UTC_OFFSET = timedelta(hours=7)  # Asia/Ho_Chi_Minh, without daylight saving time
MOST_DOSSIERS = 5_000_000
YEARLY_GROWTH = 1.12
CLOSED_DAY = 0.09  # volume of a weekend or holiday, online only, against a working day

# Bộ luật Lao động Điều 112; 2026 with Văn bản 12729/VPCP-KGVX ngày 25/12/2025; 2027 and 24/11 are projected
_DAYS_OFF = (
    "2024-01-01 2024-02-08 2024-02-09 2024-02-12 2024-02-13 2024-02-14 2024-04-18 2024-04-29 2024-04-30 "
    "2024-05-01 2024-09-02 2024-09-03 "
    "2025-01-01 2025-01-27 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-04-07 2025-04-30 2025-05-01 "
    "2025-05-02 2025-09-01 2025-09-02 "
    "2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-04-27 2026-04-30 "
    "2026-05-01 2026-08-31 2026-09-01 2026-09-02 2026-11-24 "
    "2027-01-01 2027-02-04 2027-02-05 2027-02-08 2027-02-09 2027-02-10 2027-04-16 2027-04-30 2027-05-03 "
    "2027-09-02 2027-09-03 2027-11-24"
)
_MAKE_UP_SATURDAYS = "2024-05-04 2025-04-26 2026-01-10 2026-08-22"
_TET_BEGINS = (date(2024, 2, 8), date(2025, 1, 27), date(2026, 2, 16), date(2027, 2, 4))
_CALENDAR_FIRST, _CALENDAR_LAST = date(2024, 1, 1), date(2027, 12, 31)

_FLAT = (1.0,) * 12
_SEASON = {  # January to December, volume against the yearly mean
    "Du lịch": (0.8, 1.2, 1.6, 1.5, 1.2, 0.9, 0.8, 0.8, 0.8, 0.9, 0.8, 0.7),
    "Thể dục thể thao": (0.7, 0.7, 0.9, 1.1, 1.4, 1.6, 1.5, 1.2, 0.8, 0.8, 0.7, 0.6),
    "Nghệ thuật biểu diễn": (1.3, 1.6, 1.5, 1.1, 0.8, 0.7, 0.7, 0.8, 0.9, 0.8, 0.9, 0.9),
    "Văn hóa cơ sở": (1.3, 1.3, 1.2, 1.0, 0.9, 0.8, 0.8, 1.0, 0.9, 0.9, 0.9, 1.0),
    "Báo chí": (1.3, 0.8, 0.8, 0.9, 0.9, 1.1, 0.8, 0.9, 0.9, 0.9, 1.2, 1.5),
    "Xuất bản, in và phát hành": (1.1, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 1.2, 1.1, 1.0, 1.1, 1.2),
}


class Channel(StrEnum):
    """How a dossier was filed, as the export writes it."""

    ONLINE = "Trực tuyến"
    DIRECT = "Trực tiếp"
    POSTAL = "Qua bưu chính công ích"


class Status(StrEnum):
    """The national list of ten dossier statuses (TrangThaiHoSo, 1 to 10), as the export writes them."""

    NEW = "Mới đăng ký"
    RECEIVED = "Được tiếp nhận"
    REFUSED = "Không được tiếp nhận"
    IN_WORK = "Đang xử lý"
    WAITING = "Yêu cầu bổ sung giấy tờ"
    UNPAID = "Yêu cầu thực hiện nghĩa vụ tài chính"
    WITHDRAWN = "Công dân yêu cầu rút hồ sơ"
    STOPPED = "Dừng xử lý"
    FINISHED = "Đã xử lý xong"
    RETURNED = "Đã trả kết quả"


class Quirk(StrEnum):
    """What is odd about a row, as in real exports; none of it is a reason to refuse the row."""

    DECOMPOSED = "text in NFD"
    TRAILING_BLANK = "blanks after texts"
    OLD_SPELLING = "hoá for hóa in the field"
    REPEATED = "listed twice in the newer export, the later row newer"
    NO_DUE = "no due date"


# upper bound of the roll, oddity
_QUIRKS = tuple(zip(accumulate((0.012, 0.012, 0.03, 0.012, 0.004)), Quirk, strict=True))


@dataclass(frozen=True, slots=True)
class _Unit:
    code: str
    name: str
    skill: float  # added to the shares of digitised, electronic, reused


UNITS = (
    _Unit("H35.12.01", "Phòng Quản lý văn hóa", 0.0),
    _Unit("H35.12.02", "Phòng Quản lý du lịch", 0.05),
    _Unit("H35.12.03", "Phòng Quản lý thể dục thể thao", -0.03),
    _Unit("H35.12.04", "Phòng Thông tin, báo chí, xuất bản", 0.06),
    _Unit("H35.12.05", "Trung tâm Quản lý di sản văn hóa", -0.14),
)
_LEVELS = {  # Nghị định 42/2022/NĐ-CP, Điều 11
    "toàn trình": "Toàn trình",
    "một phần": "Một phần",
    "cung cấp thông tin": "Dịch vụ cung cấp thông tin trực tuyến",
}
_GROUPS = ("Tổ tiếp nhận", "Tổ thẩm định 1", "Tổ thẩm định 2", "Tổ tổng hợp")


@dataclass(frozen=True, slots=True)
class _Procedure:
    code: str
    name: str
    field: str
    unit: _Unit
    level: str
    days: int
    fee: int  # đồng; per room for a karaoke licence
    fee_limit: int  # đồng; equals the fee where there is only one
    weight: float
    online_share: float  # in the middle of the series
    late_share: float


@dataclass(frozen=True, slots=True)
class _Journey:
    """The instants of one dossier's life, local time; an export knows only those before its capture."""

    accepted: datetime
    due: datetime
    ended: datetime
    end: Status
    returned: datetime
    asked: datetime | None = None  # for a supplement
    completed: datetime | None = None
    new_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Dossier:
    code: str
    procedure: _Procedure
    channel: Channel
    received: datetime
    journey: _Journey
    fee: int
    paid_online: bool
    digitised: bool
    electronic: bool
    reused: bool
    rating: str
    applicant: int
    officer: int
    quirk: Quirk | None


@dataclass(frozen=True, slots=True)
class _Export:
    """One file to write: the dossiers received from first to last, as they stood at the instant `at`."""

    file_name: str
    first: date
    last: date
    at: datetime


class WorkingDays:
    """The working days of 2024 to 2027: Monday to Friday less the days off, and the make-up Saturdays."""

    def __init__(self) -> None:
        off = frozenset(map(date.fromisoformat, _DAYS_OFF.split()))
        made_up = frozenset(map(date.fromisoformat, _MAKE_UP_SATURDAYS.split()))
        every = list(_days(_CALENDAR_FIRST, _CALENDAR_LAST))
        self._working = [day for day in every if day in made_up or (day.weekday() < 5 and day not in off)]
        self._set = frozenset(self._working)
        self._up_to = list(accumulate(day in self._set for day in every))

    def includes(self, day: date) -> bool:
        """Say whether the counters are open on that day."""
        return day in self._set

    def after(self, day: date, days: int) -> date:
        """Return the n-th working day after a day that is not counted itself; 0: the last one up to it."""
        return self._working[self._up_to[(day - _CALENDAR_FIRST).days] + days - 1]


def write_demo(
    out: Path, *, dossiers: int, seed: int, until: date = date(2026, 10, 31), xlsx_rows: int = 20_000
) -> list[Path]:
    """Write the synthetic exports and their sidecars, return the exports, older first.

    dossiers: number of different dossier codes over all files, received in the 24 months up to `until`.
    The first file holds those received up to 20 days before, as they stood then; the newer holds the last two
    months and so every dossier the first shows as open. The newer is one XLSX; where that would pass
    `xlsx_rows`, its earlier part is a CSV beside it. A file that would hold no dossier is not written.
    The same arguments write the same bytes.
    Raises ValueError where the working days of the period are not known.
    """
    if not 1 <= dossiers <= MOST_DOSSIERS:
        raise ValueError(f"dossiers: found {dossiers}, expected 1 to {MOST_DOSSIERS}")
    series = _Series(dossiers=dossiers, seed=seed, until=until)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for export in _exports(series, xlsx_rows):
        dossiers_in_it = series.count(export.first, export.last)
        if dossiers_in_it:
            rows = _rows(series, export, spare=max(0, xlsx_rows - dossiers_in_it))
            written.append(_write(out, export, seed, rows))
    return written


class _Series:
    """All dossiers of one demo; each day has its own random numbers, so any part can be made again alone."""

    def __init__(self, *, dossiers: int, seed: int, until: date) -> None:
        self.start = _two_years_before(until)
        self.until = until
        self._seed = seed
        self._applicants = min(999_999, max(1, dossiers * 3 // 5))
        self._calendar = WorkingDays()
        self._procedures = _read_procedures()
        self._volume = self._spread(dossiers)

    def count(self, first: date, last: date) -> int:
        """Return how many dossiers are received in a span of days, both ends included."""
        return sum(self._volume[day] for day in _days(first, last))

    def dossiers(self, first: date, last: date) -> Iterator[_Dossier]:
        """Yield the dossiers received in a span of days, in the order of their reception."""
        for day in _days(first, last):
            yield from self._day(day)

    def _spread(self, dossiers: int) -> dict[date, int]:
        """Share the dossiers out over the days, so that they add up exactly."""
        rng = Random(f"{self._seed}/volume")
        days = list(_days(self.start, self.until))
        running = list(accumulate(sum(self._demand(day)) * rng.uniform(0.7, 1.3) for day in days))
        reached = [round(dossiers * part / running[-1]) for part in running]
        return {day: n - before for day, n, before in zip(days, reached, [0, *reached], strict=False)}

    def _demand(self, day: date) -> list[float]:
        """Return the expected volume of each procedure on a day, in no unit of its own."""
        general = YEARLY_GROWTH ** ((day - self.start).days / 365) * _around_tet(day)
        month = day.month - 1
        seasonal = [p.weight * general * _SEASON.get(p.field, _FLAT)[month] for p in self._procedures]
        if self._calendar.includes(day):
            return seasonal
        shares = (CLOSED_DAY * p.online_share for p in self._procedures)
        return [share * part for share, part in zip(shares, seasonal, strict=True)]

    def _day(self, day: date) -> Iterator[_Dossier]:
        count = self._volume[day]
        if not count:
            return
        rng = Random(f"{self._seed}/{day}")
        progress = (day - self.start) / (self.until - self.start)
        online = {p.code: _grown(p.online_share, progress) for p in self._procedures}
        chosen = rng.choices(self._procedures, cum_weights=list(accumulate(self._demand(day))), k=count)
        channels = [self._channel(rng, day, online[procedure.code]) for procedure in chosen]
        times = [_reception(rng, day, channel) for channel in channels]
        sequence: Counter[str] = Counter()
        for n in sorted(range(count), key=times.__getitem__):
            unit = chosen[n].unit.code
            sequence[unit] += 1
            code = f"{unit}-{day:%y%m%d}-{sequence[unit]:04d}"
            yield self._dossier(
                rng,
                progress,
                code=code,
                procedure=chosen[n],
                channel=channels[n],
                received=times[n],
            )

    def _channel(self, rng: Random, day: date, online: float) -> Channel:
        if not self._calendar.includes(day) or rng.random() < online:
            return Channel.ONLINE
        return Channel.POSTAL if rng.random() < 0.07 else Channel.DIRECT

    def _dossier(
        self,
        rng: Random,
        progress: float,
        *,
        code: str,
        procedure: _Procedure,
        channel: Channel,
        received: datetime,
    ) -> _Dossier:
        online = channel is Channel.ONLINE
        trend = progress - 0.5
        skill = procedure.unit.skill + 0.12 * trend
        fee = _fee(rng, procedure)
        electronic = rng.random() < (0.84 if online else 0.63) + skill
        return _Dossier(
            code=code,
            procedure=procedure,
            channel=channel,
            received=received,
            journey=self._journey(rng, procedure, channel, received, by_hand=not (online and electronic)),
            fee=fee,
            paid_online=fee > 0 and rng.random() < (0.57 if online else 0.12) + 0.3 * trend,
            digitised=rng.random() < (0.80 if online else 0.55) + skill,
            electronic=electronic,
            reused=rng.random() < (0.42 if online else 0.26) + skill,
            rating=_rating(rng),
            applicant=1 + int(rng.random() * self._applicants),
            officer=1 + int(rng.random() * 24),
            quirk=_quirk(rng.random()),
        )

    def _journey(
        self, rng: Random, procedure: _Procedure, channel: Channel, received: datetime, *, by_hand: bool
    ) -> _Journey:
        """Draw the life of a dossier; working days count from the day after reception."""
        day = received.date()
        accepted = self._accepted(rng, channel, received)
        due = self._closing(day, procedure.days)
        fate = rng.random()
        if fate < 0.012 and channel is Channel.ONLINE:
            return _Journey(accepted, due, accepted, Status.REFUSED, accepted)
        if fate < 0.032:
            end = Status.WITHDRAWN if fate < 0.023 else Status.STOPPED
            ended = self._end(rng, day, 1 + int(rng.random() * procedure.days))
            return _Journey(accepted, due, ended, end, ended)
        asked, pause = (1 + int(rng.random() * 2), 1 + int(rng.random() * 6)) if fate < 0.10 else (0, 0)
        needed = max(asked + 1, _days_needed(rng, procedure)) if pause else _days_needed(rng, procedure)
        ended = self._end(rng, day, needed + pause)
        returned = ended + timedelta(minutes=5)
        if by_hand:
            returned = _office_time(rng, self._calendar.after(ended.date(), 1 + int(rng.expovariate(0.5))))
        journey = _Journey(accepted, due, ended, Status.FINISHED, returned)
        if not pause:
            return journey
        return replace(
            journey,
            asked=_office_time(rng, self._calendar.after(day, asked)),
            completed=_office_time(rng, self._calendar.after(day, asked + pause)),
            new_due=self._closing(day, max(procedure.days, asked + 1) + pause),
        )

    def _closing(self, day: date, days: int) -> datetime:
        return datetime.combine(self._calendar.after(day, days), time(17))

    def _end(self, rng: Random, day: date, days: int) -> datetime:
        latest = self._calendar.after(day + LONGEST, 0)
        return _office_time(rng, min(latest, self._calendar.after(day, days)))

    def _accepted(self, rng: Random, channel: Channel, received: datetime) -> datetime:
        """Return when an officer took the dossier in: at once at the counter, online in office hours."""
        if channel is not Channel.ONLINE:
            return received
        day = received.date()
        if not self._calendar.includes(day) or received.hour >= 15:
            day = self._calendar.after(day, 1)
        elif received.hour >= 7:
            return received + timedelta(minutes=5 + int(rng.random() * 85))
        return datetime.combine(day, time(7, 30)) + timedelta(minutes=int(rng.random() * 80))


def _exports(series: _Series, xlsx_rows: int) -> list[_Export]:
    """Return the files to write, older first; the XLSX takes as many of the last days as surely fit."""
    then, now = series.until - OLDER_BY, series.until
    first = max(series.start, then - LONGEST)
    room = xlsx_rows * 19 // 20  # a few dossiers are listed twice
    split = now
    while split > first and series.count(split - timedelta(days=1), now) <= room:
        split -= timedelta(days=1)
    exports = [_Export(f"ho-so-mo-phong-{then}.csv", series.start, then, datetime.combine(then, CAPTURED))]
    captured = datetime.combine(now, CAPTURED)
    if split > first:
        earlier = split - timedelta(days=1)
        exports.append(_Export(f"ho-so-mo-phong-{now}-phan-1.csv", first, earlier, captured))
        return [*exports, _Export(f"ho-so-mo-phong-{now}-phan-2.xlsx", split, now, captured)]
    return [*exports, _Export(f"ho-so-mo-phong-{now}.xlsx", first, now, captured)]


def _rows(series: _Series, export: _Export, *, spare: int) -> Iterator[list[str]]:
    """Yield the rows without running number; an XLSX lists a few dossiers twice, the older state first."""
    for dossier in series.dossiers(export.first, export.last):
        if dossier.quirk is Quirk.REPEATED and spare and export.file_name.endswith(".xlsx"):
            spare -= 1
            yield _row(dossier, min(export.at, dossier.received + timedelta(minutes=1)))
        yield _row(dossier, export.at)


def _row(dossier: _Dossier, at: datetime) -> list[str]:
    """Return the cells of a dossier as an export captured at that instant shows them."""
    journey, procedure, applicant = dossier.journey, dossier.procedure, dossier.applicant
    status = _status(dossier, at)
    solved = status in (Status.FINISHED, Status.RETURNED)
    closed = solved or status in (Status.REFUSED, Status.WITHDRAWN, Status.STOPPED)
    returned = status is Status.RETURNED
    cells = [
        dossier.code,
        procedure.name,
        procedure.field,
        _GROUPS[dossier.officer % len(_GROUPS)],
        _moment(dossier.received),
        _due(dossier, status, at),
        _moment(journey.ended) if closed else "",
        procedure.unit.name,
        f"Người nộp {applicant:06d} (mô phỏng)",
        f"09{applicant:08d}",
        f"Cán bộ {dossier.officer} (mô phỏng)",
        str(status),
        procedure.code,
        str(dossier.channel),
        procedure.level,
        _moment(journey.returned) if returned else "",
        f"{dossier.fee:,}".replace(",", "."),
        _flag(dossier.paid_online),
        _flag(dossier.digitised),
        _flag(solved and dossier.electronic),
        _flag(dossier.reused),
        dossier.rating if returned else "",
        f"nguoi.nop.{applicant:06d}@mo-phong.invalid",
        f"Thôn {applicant % 30 + 1}, xã mô phỏng",
        f"{applicant:012d}",
    ]
    return _with_quirk(cells, dossier.quirk) if dossier.quirk else cells


def _status(dossier: _Dossier, at: datetime) -> Status:
    journey = dossier.journey
    if at < journey.accepted:
        return Status.NEW
    if journey.ended <= at:
        return Status.RETURNED if journey.end is Status.FINISHED and journey.returned <= at else journey.end
    if journey.asked and journey.completed and journey.asked <= at < journey.completed:
        return Status.WAITING
    if at - journey.accepted > NOT_YET_IN_WORK:
        return Status.IN_WORK
    return Status.UNPAID if dossier.fee and not dossier.paid_online else Status.RECEIVED


def _due(dossier: _Dossier, status: Status, at: datetime) -> str:
    """Return the due date known at that instant: none before acceptance, a later one after a supplement."""
    journey = dossier.journey
    if status in (Status.NEW, Status.REFUSED) or dossier.quirk is Quirk.NO_DUE:
        return ""
    if journey.completed and journey.new_due and journey.completed <= at:
        return _moment(journey.new_due)
    return _moment(journey.due)


def _with_quirk(cells: list[str], quirk: Quirk) -> list[str]:
    """Return the cells with one oddity of real exports; codes, dates and numbers stay as they are."""
    match quirk:
        case Quirk.DECOMPOSED:
            return [unicodedata.normalize("NFD", cell) for cell in cells]
        case Quirk.TRAILING_BLANK:
            return [f"{cell}  " if n in (1, 7, 11) else cell for n, cell in enumerate(cells)]
        case Quirk.OLD_SPELLING:
            return [cell.replace("hóa", "hoá") if n == 2 else cell for n, cell in enumerate(cells)]
    return cells


def _write(out: Path, export: _Export, seed: int, rows: Iterator[list[str]]) -> Path:
    """Write sidecar and export, each whole or not at all, and return the export's path."""
    path = out / export.file_name
    sidecar = path.with_name(f"{path.stem}.request.json")
    captured = f"{export.at - UTC_OFFSET:%Y-%m-%dT%H:%M:%SZ}"
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(json.dumps({"captured_at": captured}).encode() + b"\n")
    unfinished.replace(sidecar)
    title = (
        TITLE,
        f"{SYNTHETIC_MARK} (seed {seed})",
        f"(Từ ngày {export.first:%d/%m/%Y} đến ngày {export.last:%d/%m/%Y})",
    )
    if path.suffix == ".xlsx":
        _write_xlsx(unfinished, title, rows, created=export.at)
    else:
        _write_csv(unfinished, title, rows)
    unfinished.replace(path)
    return path


def _write_csv(path: Path, title: Sequence[str], rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([line] for line in title)
        writer.writerow(HEADERS)
        writer.writerows([number, *cells] for number, cells in enumerate(rows, start=1))


def _write_xlsx(path: Path, title: Sequence[str], rows: Iterator[list[str]], *, created: datetime) -> None:
    """Write a workbook of text cells; the fixed creation time keeps the bytes reproducible."""
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as workbook:
        workbook.set_properties({"title": title[1], "created": created})
        sheet = workbook.add_worksheet("Danh sách hồ sơ")
        for number, line in enumerate(title):
            sheet.write_string(number, 0, line)
        for column, header in enumerate(HEADERS):
            sheet.write_string(len(title), column, header)
        for number, cells in enumerate(rows, start=1):
            sheet.write_number(len(title) + number, 0, number)
            for column, cell in enumerate(cells, start=1):
                if cell:
                    sheet.write_string(len(title) + number, column, cell)


def _read_procedures() -> list[_Procedure]:
    """Return the procedures of the demo; what the source does not give is taken from the assumed columns."""
    units = {unit.code: unit for unit in UNITS}
    path = Path(__file__).with_name("demo_procedures.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return [_procedure(row, units) for row in csv.DictReader(file)]


def _procedure(row: dict[str, str], units: dict[str, _Unit]) -> _Procedure:
    fees = [int(amount) for amount in re.findall(r"\d+", row["fee_vnd"] or row["synthetic_fee_vnd"] or "0")]
    days = row["working_days"] if row["working_days"].isdecimal() else row["synthetic_days"]
    return _Procedure(
        code=row["code"],
        name=row["name"],
        field=row["field"],
        unit=units[row["synthetic_unit"]],
        level=_LEVELS[row["service_level"] or row["synthetic_level"]],
        days=int(days),
        fee=fees[0],
        fee_limit=fees[-1],  # "1000000/phòng; max 6000000/GP" (Thông tư 110/2025/TT-BTC)
        weight=float(row["synthetic_weight"]),
        online_share=float(row["synthetic_online_share"]),
        late_share=float(row["synthetic_late_share"]),
    )


def _two_years_before(until: date) -> date:
    """Return the first day of the 24 months; raise where the calendar does not know all days needed."""
    following = until + timedelta(days=1)
    start = following.replace(year=following.year - 2, day=min(following.day, 28))  # 29/02 may not exist
    if start < _CALENDAR_FIRST or until + 3 * LONGEST > _CALENDAR_LAST:
        earliest = _CALENDAR_FIRST.replace(year=_CALENDAR_FIRST.year + 2) - timedelta(days=1)
        latest = _CALENDAR_LAST - 3 * LONGEST
        raise ValueError(f"until: found {until}, expected {earliest} to {latest} (known working days)")
    return start


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _around_tet(day: date) -> float:
    """Return how volume falls before and over Tết and catches up afterwards, 1 far from it."""
    for begins in _TET_BEGINS:
        distance = (day - begins).days
        if -7 <= distance < 9:
            return 0.7 if distance < 0 else 0.35
        if 9 <= distance < 24:
            return 1.15
    return 1.0


def _grown(share: float, progress: float) -> float:
    """Return a share on its way up: the log-odds rise by 1.1 over the series; 0 stays 0."""
    if not share:
        return 0.0
    return 1 / (1 + math.exp(-(math.log(share / (1 - share)) + 1.1 * (progress - 0.5))))


def _reception(rng: Random, day: date, channel: Channel) -> datetime:
    """Return a time of reception: at the counter in office hours, by post in the morning, online to 23:00."""
    if channel is Channel.ONLINE and rng.random() < 0.35:
        opens, minutes = 6 * 60, 17 * 60
    elif channel is Channel.POSTAL:
        opens, minutes = 8 * 60, 2 * 60
    elif rng.random() < 0.58:
        opens, minutes = 7 * 60 + 30, 4 * 60
    else:
        opens, minutes = 13 * 60 + 30, 3 * 60
    midnight = datetime(day.year, day.month, day.day)
    return midnight + timedelta(seconds=opens * 60 + int(rng.random() * minutes * 60))


def _office_time(rng: Random, day: date) -> datetime:
    """Return a time between 9:00 and 16:50, lunch left out."""
    minute = int(rng.random() * 350)
    start = 9 * 60 if minute < 150 else 9 * 60 + 120
    midnight = datetime(day.year, day.month, day.day)
    return midnight + timedelta(minutes=start + minute, seconds=int(rng.random() * 60))


def _days_needed(rng: Random, procedure: _Procedure) -> int:
    """Return the working days an office took: mostly a little under its time, for the late share more."""
    if rng.random() < procedure.late_share:
        return procedure.days + 1 + min(15, int(rng.expovariate(0.3)))
    return math.ceil(procedure.days * rng.triangular(0.05, 1.0, 0.85))


def _fee(rng: Random, procedure: _Procedure) -> int:
    """Return the fee of a dossier in đồng: by rooms up to the limit for karaoke, waived for a few."""
    if not procedure.fee or rng.random() < 0.03:
        return 0
    if procedure.fee == procedure.fee_limit:
        return procedure.fee
    return min(procedure.fee_limit, procedure.fee * (2 + int(rng.random() * 8)))


def _rating(rng: Random) -> str:
    roll = rng.random()
    if roll < 0.19:
        return "Rất hài lòng"
    if roll < 0.33:
        return "Hài lòng"
    return "Không hài lòng" if roll < 0.345 else ""


def _quirk(roll: float) -> Quirk | None:
    return next((quirk for bound, quirk in _QUIRKS if roll < bound), None)


def _flag(value: bool) -> str:
    return "Có" if value else "Không"


def _moment(at: datetime) -> str:
    """Return an instant as the export writes it; strftime would take three times as long."""
    return f"{at.day:02d}/{at.month:02d}/{at.year} {at.hour:02d}:{at.minute:02d}:{at.second:02d}"
