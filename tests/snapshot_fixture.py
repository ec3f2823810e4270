"""Small published snapshots with figures known beforehand, for the tests of the screen.

Province H35 has six units; every unit's counts of a month are its month weight (1, 2, 3, ... from the oldest of 24 months)
times the figures of `UNITS`, so that every figure on the screen can be worked out by hand. Source "demo" is a dossier list,
"portal_v2" statistics of province H44.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import duckdb

from collectors.export import ExportReport, Finding, Outcome, report_json
from metrics import published_law, streaks
from metrics.definitions import METRIC, Kind
from metrics.measures import CATALOGUED, COUNTED_NAMES

SNAPSHOT_ID = "20261115T021500000000Z"
NOW = datetime(2026, 11, 15, 5, 0)  # UTC; 12:00 in Việt Nam
CAPTURED = datetime(2026, 11, 15, 2, 0)
AS_OF_DAY = date(2026, 11, 15)

MEASURED = (*COUNTED_NAMES, *CATALOGUED)
TABLES = """
CREATE TABLE snapshot (snapshot_id VARCHAR, as_of TIMESTAMP, published_at TIMESTAMP, synthetic BOOLEAN,
    definitions_version VARCHAR, on_time VARCHAR);
CREATE TABLE unit (unit_code VARCHAR, unit_name VARCHAR, parent_code VARCHAR, level VARCHAR, leaf BOOLEAN);
CREATE TABLE procedure (procedure_key VARCHAR, procedure_code VARCHAR, procedure_name VARCHAR, field VARCHAR,
    agency VARCHAR, executing_agency VARCHAR, level VARCHAR, service_level VARCHAR, fee BOOLEAN, eligible_full BOOLEAN,
    integrated BOOLEAN, status VARCHAR);
CREATE TABLE daily (source VARCHAR, day DATE, unit_code VARCHAR, procedure_key VARCHAR, <measures>);
CREATE TABLE statistic (source VARCHAR, unit_code VARCHAR, period_start DATE, period_end DATE, measure VARCHAR,
    value DECIMAL(20, 4), quality VARCHAR, partial BOOLEAN, captured_at TIMESTAMP, export_id VARCHAR, item VARCHAR);
CREATE TABLE statistic_part (source VARCHAR, unit_code VARCHAR, field VARCHAR, procedure_key VARCHAR,
    period_start DATE, period_end DATE, measure VARCHAR, value DECIMAL(20, 4), quality VARCHAR, partial BOOLEAN,
    captured_at TIMESTAMP);
CREATE TABLE origin (source VARCHAR, day DATE, unit_code VARCHAR, export_id VARCHAR, sheet VARCHAR, <counted>);
CREATE TABLE run (run_id BIGINT, started_at TIMESTAMP, finished_at TIMESTAMP, exports BIGINT, failures BIGINT);
CREATE TABLE source (source VARCHAR, kind VARCHAR, synthetic BOOLEAN, captured_at TIMESTAMP, newest_event DATE,
    as_of_day DATE, last_run_at TIMESTAMP, last_success_at TIMESTAMP, rows BIGINT, rows_refused BIGINT);
CREATE TABLE assessment (metric VARCHAR, variant VARCHAR, source VARCHAR, unit_code VARCHAR, unit_name VARCHAR,
    period_kind VARCHAR, period_label VARCHAR, period_start DATE, period_end DATE, complete BOOLEAN,
    numerator BIGINT, denominator BIGINT, ratio DOUBLE, target_id VARCHAR, target_op VARCHAR, target_value DOUBLE,
    target_kind VARCHAR, target_due DATE, target_document VARCHAR, target_article VARCHAR,
    status VARCHAR, gap BIGINT, target_level VARCHAR);
CREATE TABLE volume (source VARCHAR, unit_code VARCHAR, period_kind VARCHAR, period_label VARCHAR, received BIGINT,
    resolved BIGINT, open BIGINT, overdue_open BIGINT);
CREATE TABLE alert (alert_id VARCHAR, rule VARCHAR, severity VARCHAR, metric VARCHAR, unit_code VARCHAR,
    unit_name VARCHAR, period_label VARCHAR, source VARCHAR, numerator BIGINT, denominator BIGINT, ratio DOUBLE,
    target_value DOUBLE, gap BIGINT, message_vi VARCHAR, message_en VARCHAR);
CREATE TABLE export (export_id VARCHAR, file_name VARCHAR, source VARCHAR, layout VARCHAR, captured_at TIMESTAMP,
    collected_at TIMESTAMP, rows_read BIGINT, rows_accepted BIGINT, rows_merged BIGINT, rows_refused BIGINT,
    rows_skipped BIGINT, outcome VARCHAR, message_vi VARCHAR, report VARCHAR);
CREATE TABLE refusal (export_id VARCHAR, file_name VARCHAR, sheet VARCHAR, row_number INTEGER, column_name VARCHAR,
    reason VARCHAR, found VARCHAR);
CREATE TABLE finding (export_id VARCHAR, file_name VARCHAR, check_id VARCHAR, column_name VARCHAR, rows BIGINT,
    example VARCHAR, severity VARCHAR, dimension VARCHAR);
CREATE TABLE quality (source VARCHAR, dimension VARCHAR, checked BIGINT, failing BIGINT, critical BOOLEAN);
CREATE TABLE quality_check (source VARCHAR, check_id VARCHAR, severity VARCHAR, dimension VARCHAR, checked BIGINT,
    failing BIGINT, example VARCHAR);
CREATE TABLE assessment_bounds (metric VARCHAR, variant VARCHAR, source VARCHAR, unit_code VARCHAR, period_kind VARCHAR,
    period_label VARCHAR, numerator BIGINT, denominator BIGINT, doubtful_in BIGINT, doubtful_out BIGINT, low DOUBLE,
    high DOUBLE);
CREATE TABLE payment_daily (source VARCHAR, day DATE, unit_code VARCHAR, procedure_key VARCHAR, payments BIGINT,
    payments_mode_known BIGINT, payments_online BIGINT, dossiers_paid BIGINT, dossiers_paid_mode_known BIGINT,
    dossiers_paid_online BIGINT, paid_amount BIGINT, paid_amount_mode_known BIGINT, paid_amount_online BIGINT);
CREATE TABLE open_dossier (source VARCHAR, dossier_code VARCHAR, unit_code VARCHAR, procedure_key VARCHAR, received DATE,
    due DATE, status TINYINT, waiting BOOLEAN, late BOOLEAN, days_left INTEGER);
CREATE TABLE open_total (source VARCHAR, open BIGINT, late BIGINT, listed BIGINT);
CREATE TABLE outlook (metric VARCHAR, variant VARCHAR, source VARCHAR, unit_code VARCHAR, period_kind VARCHAR,
    period_label VARCHAR, ends DATE, days_left INTEGER, rest BIGINT, low DOUBLE, middle DOUBLE, high DOUBLE,
    probability DOUBLE, needed BIGINT, required DOUBLE, reachable BOOLEAN, best DOUBLE, silence VARCHAR);
"""

QUALITY = """
INSERT INTO quality VALUES
    ('demo', 'completeness', 1000, 6, TRUE), ('demo', 'validity', 1000, 40, TRUE), ('demo', 'accuracy', 10, 9, FALSE);
INSERT INTO quality_check (source, check_id, severity) VALUES ('demo', 'no_due_date', 'warning');
"""


@dataclass(frozen=True)
class UnitFigures:
    """Counts of one unit in a month of weight 1; None: the export has no such column."""

    code: str
    name: str
    received: int
    shares: dict[str, tuple[int | None, int | None]]


@dataclass(frozen=True)
class Asked:
    """What a test target asks."""

    op: str
    value: float
    kind: str = "target"
    due: date | None = None
    document: str = "NQ 71/NQ-CP ngày 1/4/2025"
    article: str = "Phụ lục I, mục 11.6"


FULL_MARK = "QĐ 766/QĐ-TTg ngày 23/6/2022"
TARGETS = {
    "online": Asked(">=", 0.8, document="Kế hoạch CCHC năm 2026 của tỉnh Lai Châu", article="mục 2"),
    "online_full": Asked(">=", 0.8, document="NQ 71/NQ-CP ngày 1/4/2025", article="Phụ lục I, mục 11.2"),
    "online_payment": Asked(">=", 0.8, due=date(2030, 12, 31)),
    "digitised_components": Asked(">=", 0.5, document="Kế hoạch CCHC năm 2026 của tỉnh Lai Châu", article="mục 3"),
    "data_reuse": Asked(">=", 0.8, "full_mark", document=FULL_MARK, article="thành phần 4.3"),
    "on_time": Asked(">=", 0.995, document="Kế hoạch CCHC năm 2026 của tỉnh Lai Châu", article="mục 4"),
    "overdue_open": Asked("<=", 0.02, document="Kế hoạch CCHC năm 2026 của tỉnh Lai Châu", article="mục 4"),
}
UNITS = (
    ("H35.12", "Sở Văn hóa, Thể thao và Du lịch", 20, 0.90, 0.62),
    ("H35.07", "Sở Tài nguyên và Môi trường", 60, 0.71, 0.48),
    ("H35.15", "Sở Xây dựng", 35, 0.84, 0.55),
    ("H35.31", "UBND phường Đoàn Kết", 48, 0.66, 0.31),
    ("H35.32", "UBND phường Tân Phong", 40, 0.92, 0.71),
    ("H35.33", "UBND xã Mường Kim <b>mới</b>", 6, 0.50, 0.20),
)
EMPTY_UNIT = ("H35.40", "UBND xã Thu Lũm")
PROVINCE = ("H35", "Tỉnh Lai Châu")
METRICS = (
    *("online", "online_full", "online_of_offered", "online_payment", "digitised_components", "electronic_results"),
    *("data_reuse", "on_time", "overdue_open"),
)
MONTHS = [(year, month) for year in (2024, 2025, 2026) for month in range(1, 13)][11:-1]  # 12/2024 to 11/2026


@dataclass(frozen=True)
class Stretch:
    """A period of the fixture and the months whose counts it adds up."""

    kind: str
    label: str
    start: date
    end: date
    months: tuple[tuple[int, int], ...]

    @property
    def complete(self) -> bool:
        return self.end < AS_OF_DAY


def counts_of(metric: str, received: int, online: float, digital: float, weight: int) -> tuple[int, int] | None:
    """Return numerator and denominator of one unit and month."""
    all_received = received * weight
    match metric:
        case "online":
            return round(all_received * online), all_received
        case "online_full":
            return round(all_received * online * 0.85), all_received
        case "online_of_offered":
            return round(all_received * online), round(all_received * 0.95)
        case "online_payment":
            return round(all_received * 0.3 * online), round(all_received * 0.4)
        case "digitised_components":
            return round(all_received * digital), all_received
        case "data_reuse":
            return round(all_received * digital * 0.8), all_received
        case "on_time":
            return round(all_received * 0.9 * 0.996), round(all_received * 0.9)
        case "overdue_open":
            return round(all_received * 0.004), round(all_received * 0.1)
    return None


def build(
    home: Path,
    *,
    captured: datetime = CAPTURED,
    synthetic: bool = True,
    portal: bool = False,
    rates: bool = True,
    earlier: bool = False,
    quality: bool = False,
) -> Path:
    """Publish a snapshot in `home`; return its file. Without `rates` every export was refused.

    earlier: as a version published it that knew neither runs nor origins. quality: with what checks say of the data.
    """
    published = home / "published"
    published.mkdir(parents=True, exist_ok=True)
    file = published / f"{SNAPSHOT_ID}.duckdb"
    with duckdb.connect(str(file)) as connection:
        measured, counted = (", ".join(f'"{name}" BIGINT' for name in names) for names in (MEASURED, COUNTED_NAMES))
        connection.execute(TABLES.replace("<measures>", measured).replace("<counted>", counted))
        connection.execute(published_law.TABLES.replace("snapshot.", ""))
        connection.execute(streaks.TABLES_SQL.replace("snapshot.", ""))
        _insert(
            connection,
            "snapshot",
            [(SNAPSHOT_ID, captured, captured + timedelta(minutes=15), synthetic, "1", "td")],
        )
        if rates:
            _dossiers(connection, captured, synthetic)
        if portal:
            _portal(connection, captured)
        _exports(connection, captured)
        if quality:
            connection.execute(QUALITY)
        if earlier:
            connection.execute("DROP TABLE run; DROP TABLE origin")
    return seal(file)


def seal(file: Path) -> Path:
    """Make a snapshot the published one, as it is now."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (file.parent / "CURRENT").write_text(f"{SNAPSHOT_ID}\n{digest}\n", encoding="utf-8")
    return file


def stretches() -> list[Stretch]:
    """Return the periods of the fixture, as `metrics` names them."""
    year = tuple(pair for pair in MONTHS if pair[0] == 2026)
    months = [Stretch("month", f"{y}-{m:02}", date(y, m, 1), _month_end(y, m), ((y, m),)) for y, m in MONTHS]
    return [
        *months,
        Stretch("month_to_date", "month-to-date", date(2026, 11, 1), AS_OF_DAY, ((2026, 11),)),
        Stretch("quarter_to_date", "quarter-to-date", date(2026, 10, 1), AS_OF_DAY, ((2026, 10), (2026, 11))),
        Stretch("year_to_date", "year-to-date", date(2026, 1, 1), AS_OF_DAY, year),
        Stretch("rolling_30", "rolling-30", date(2026, 10, 17), AS_OF_DAY, ((2026, 11),)),
        Stretch("quarter", "2026-Q3", date(2026, 7, 1), date(2026, 9, 30), ((2026, 7), (2026, 8), (2026, 9))),
        Stretch("half", "2026-H1", date(2026, 1, 1), date(2026, 6, 30), year[:6]),
        Stretch("year", "2025", date(2025, 1, 1), date(2025, 12, 31), tuple((2025, m) for m in range(1, 13))),
    ]


def province_counts(metric: str, stretch: Stretch) -> tuple[int, int]:
    """Return the province's numerator and denominator: the sums of its units; a stock is that of the last month."""
    months = stretch.months[-1:] if metric == "overdue_open" else stretch.months
    parts = [
        counts_of(metric, received, online, digital, _weight(month))
        for _, _, received, online, digital in UNITS
        for month in months
    ]
    known = [part for part in parts if part is not None]
    return sum(part[0] for part in known), sum(part[1] for part in known)


def _dossiers(connection: duckdb.DuckDBPyConnection, captured: datetime, synthetic: bool) -> None:
    source = "demo" if synthetic else "igate"
    _insert(
        connection,
        "source",
        [(source, "dossier", synthetic, captured, date(2026, 11, 14), AS_OF_DAY, captured, captured, 5000, 7)],
    )
    units = [(code, name, "H35", "commune" if "UBND" in name else "department", True) for code, name, *_ in UNITS]
    _insert(
        connection,
        "unit",
        [(*PROVINCE, None, "province", False), *units, (*EMPTY_UNIT, "H35", "commune", True)],
    )
    daily = [
        (source, date(*month, 10), code, "1.000485", *_flows(month, received))
        for code, _, received, _, _ in UNITS
        for month in MONTHS
    ]
    _insert(connection, "daily", daily)
    origin = [
        (source, date(*month, 10), code, "e1" if month == MONTHS[-1] else "e2", "Danh sách", *_online(month, *shares))
        for code, _, *shares in UNITS
        for month in MONTHS
    ]
    _insert(connection, "origin", origin)
    _insert(connection, "assessment", list(_assessments(source)))
    _insert(connection, "volume", list(_volumes(source)))
    alerts = [_alert(source, code, name, 900 - number) for number, (code, name, *_) in enumerate(UNITS)]
    messages = (
        "Bản xuất ho-so-T11.xlsx: 210 trong 3.500 dòng bị từ chối (6,0 %).",
        "Export ho-so-T11.xlsx: 210 of 3,500 rows refused (6.0%).",
    )
    late = ("late", "rows_refused", "warning", *[None] * 4, source, *[None] * 5, *messages)
    _insert(connection, "alert", [*alerts, late])


def _alert(source: str, code: str, name: str, gap: int) -> tuple[Any, ...]:
    what = ("below_target", "warning", "digitised_components", code, name, "year-to-date", source)
    vi = f"{name}: số hóa thành phần hồ sơ đạt 31,0 % (từ đầu năm 2026), dưới chỉ tiêu 50 %, còn thiếu {gap} hồ sơ."
    en = f"{name}: digitised components 31.0% (year to date), below the target of 50%, {gap} dossiers missing."
    return (code, *what, 310, 1000, 0.31, 0.5, gap, vi, en)


def _flows(month: tuple[int, int], received: int) -> list[int]:
    """A month's counts; open and overdue of the month before leave, so that the running sums are this month's."""
    weight = _weight(month)
    now, before = (_stock(received, one) for one in (weight, weight - 1))
    known = {
        "received": received * weight,
        "resolved": round(received * weight * 0.9),
        "entered": now[1],
        "left": before[1],
        "overdue_entered": now[0],
        "overdue_left": before[0],
    }
    return [known.get(name, 0) for name in MEASURED]


def _volumes(source: str) -> Iterator[tuple[Any, ...]]:
    for stretch in stretches():
        found = []
        for code, _, received, _, _ in UNITS:
            flows = [received * _weight(month) for month in stretch.months]
            late, still_open = _stock(received, _weight(stretch.months[-1]))
            found.append((code, sum(flows), sum(round(flow * 0.9) for flow in flows), still_open, late))
        whole = (PROVINCE[0], *(sum(one[at] for one in found) for at in (1, 2, 3, 4)))
        for code, *counts in (*found, whole, (EMPTY_UNIT[0], 0, 0, 0, 0)):
            yield (source, code, stretch.kind, stretch.label, *counts)


def _online(month: tuple[int, int], received: int, online: float, digital: float) -> list[int]:
    """A month's counts of the online rate, by which the tests of origins are worked out; the others stay 0."""
    known = dict(
        zip(("received_online", "channel_known"), _counts("online", month, received, online, digital), strict=True)
    )
    return [known.get(name, 0) for name in COUNTED_NAMES]


def _counts(metric: str, month: tuple[int, int], *shares: float) -> tuple[int, int]:
    received, online, digital = shares
    return counts_of(metric, int(received), online, digital, _weight(month)) or (0, 0)


def _stock(received: int, weight: int) -> tuple[int, int]:
    return counts_of("overdue_open", received, 0, 0, weight) or (0, 0)


def _assessments(source: str) -> Iterator[tuple[Any, ...]]:
    for stretch in stretches():
        for metric in METRICS:
            for code, name, received, online, digital in UNITS:
                months = stretch.months[-1:] if metric == "overdue_open" else stretch.months
                parts = [counts_of(metric, received, online, digital, _weight(month)) for month in months]
                known = [part for part in parts if part is not None]
                counts = (sum(part[0] for part in known), sum(part[1] for part in known)) if known else None
                yield assessment(metric, source, code, name, stretch, counts)
            province = None if metric == "electronic_results" else province_counts(metric, stretch)
            yield assessment(metric, source, *PROVINCE, stretch, province)
            yield assessment(metric, source, *EMPTY_UNIT, stretch, (0, 0))


def assessment(
    metric: str, source: str, code: str, name: str, stretch: Stretch, counts: tuple[int, int] | None
) -> tuple[Any, ...]:
    """Return a row of the table `assessment`, judged the plain way."""
    asked = TARGETS.get(metric)
    numerator, denominator = counts or (None, None)
    ratio = numerator / denominator if numerator is not None and denominator else None
    status, gap = _judged(asked, numerator, denominator)
    target = (
        (f"T-{metric}", asked.op, asked.value, asked.kind, asked.due, asked.document, asked.article)
        if asked
        else (None,) * 7
    )
    place = (
        metric,
        _variant(metric, source),
        source,
        code,
        name,
        stretch.kind,
        stretch.label,
        stretch.start,
        stretch.end,
    )
    return (*place, stretch.complete, numerator, denominator, ratio, *target, status, gap, "province")


def _variant(metric: str, source: str) -> str:
    kind = Kind.STATISTIC if source == "portal_v2" else Kind.DOSSIER
    return next((one.id for one in METRIC[metric].variants_of(kind)), "")


def _judged(asked: Asked | None, numerator: int | None, denominator: int | None) -> tuple[str, int | None]:
    if numerator is None or denominator is None:
        return "not_reported", None
    if denominator == 0:
        return "no_activity", None
    if asked is None:
        return "no_target", None
    level = Fraction(str(asked.value)) * denominator
    gap = max(0, ceil(numerator - level)) if asked.op == "<=" else max(0, ceil(level - numerator))
    if asked.due and gap:
        return "not_due", gap
    return ("below" if gap else "met"), gap


def _portal(connection: duckdb.DuckDBPyConnection, captured: datetime) -> None:
    source = ("portal_v2", "statistic", False, captured, date(2026, 8, 31), AS_OF_DAY, captured, captured, 60, 0)
    _insert(connection, "source", [source])
    _insert(
        connection,
        "unit",
        [
            ("H44", "UBND tỉnh Phú Thọ", None, "province", False),
            ("H44.07", "Sở Công Thương - Tỉnh Phú Thọ", "H44", "department", True),
        ],
    )
    august = Stretch("month", "2026-08", date(2026, 8, 1), date(2026, 8, 31), ((2026, 8),))
    counts: dict[str, tuple[int, int] | None] = {
        "online": (150956, 152595),
        "procedures_online": (52, 56),
        "on_time_766": (138321, 152595),
        "electronic_results": (120000, 152595),
        "digitised_components": None,
    }
    for metric, pair in counts.items():
        _insert(connection, "assessment", [assessment(metric, "portal_v2", "H44", "UBND tỉnh Phú Thọ", august, pair)])
        for variant in METRIC[metric].variants_of(Kind.STATISTIC) if pair else ():
            for measure, value in zip((variant.numerator, variant.denominator), pair or (), strict=True):
                row = (
                    "portal_v2",
                    "H44",
                    august.start,
                    august.end,
                    measure,
                    value,
                    None,
                    False,
                    captured,
                    "p1",
                    measure,
                )
                _insert(connection, "statistic", [row])
        none = assessment(metric, "portal_v2", "H44.07", "Sở Công Thương - Tỉnh Phú Thọ", august, None)
        _insert(connection, "assessment", [none])


def _exports(connection: duckdb.DuckDBPyConnection, captured: datetime) -> None:
    kept = ("demo", "igate_dossier_list", captured, captured)
    refusal = "không có dòng tiêu đề nào quen. Cần: danh sách hồ sơ. Cách xử lý: xuất lại danh sách hồ sơ."
    one = {"rows_read": 3500, "rows_accepted": 3200, "rows_merged": 88, "rows_refused": 210, "rows_skipped": 2}
    two = {"rows_read": 3000, "rows_accepted": 2990, "rows_merged": 9, "rows_refused": 0, "rows_skipped": 1}
    exports = [
        (
            "e1",
            "ho-so-T11.xlsx",
            *kept,
            *one.values(),
            "accepted",
            "",
            report_json(_report("e1", "ho-so-T11.xlsx", one)),
        ),
        (
            "e2",
            "ho-so-T10.xlsx",
            *kept,
            *two.values(),
            "accepted",
            "",
            report_json(_report("e2", "ho-so-T10.xlsx", two)),
        ),
        (
            None,
            "bao-cao.docx.xlsx",
            None,
            None,
            None,
            captured,
            0,
            0,
            0,
            0,
            0,
            "refused",
            f"tệp bao-cao.docx.xlsx: {refusal}",
            None,
        ),
    ]
    _insert(connection, "export", exports)
    refused = [
        ("e1", "ho-so-T11.xlsx", "Danh sách", 12 + n, "Ngày tiếp nhận", "bad_date", f"3{n % 9}/02/2026")
        for n in range(7)
    ]
    _insert(connection, "refusal", refused)
    runs = [
        (1, captured - timedelta(days=1), captured - timedelta(days=1) + timedelta(seconds=40), 1, 0),
        (2, captured, captured + timedelta(minutes=1), 3, 1),
    ]
    _insert(connection, "run", runs)
    odd = ("e1", "ho-so-T11.xlsx", "no_due_date", "Ngày hẹn trả", 6, "Danh sách dòng 133", "note", "completeness")
    _insert(connection, "finding", [odd])


def _report(export_id: str, file_name: str, rows: dict[str, int]) -> ExportReport:
    """Return the report of an accepted export of the fixture; the first has something of everything."""
    first = rows["rows_refused"] > 0
    refused = "trang tính “Danh sách”, dòng 12, cột “Ngày tiếp nhận”: ngày không có thật hoặc sai dạng (30/02/2026)"
    return ExportReport(
        file_name,
        Outcome.ACCEPTED,
        export_id,
        "demo",
        "igate_dossier_list",
        CAPTURED,
        synthetic=True,
        **rows,
        skipped={"blank": rows["rows_skipped"]},
        mapped={"Số hồ sơ": "dossier_code", "Ngày tiếp nhận": "received_at"},
        unmapped=("Phòng ban",),
        dropped=("Chủ hồ sơ",),
        findings=(Finding("no_due_date", "Ngày hẹn trả", 6, "Danh sách dòng 133"),) if first else (),
        refusals=(f"{refused}; sửa thành dd/mm/yyyy, ví dụ 31/03/2026",) if first else (),
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    with connection.appender(table) as appender:
        appender.append_rows([tuple(row) for row in rows])


def _weight(month: tuple[int, int]) -> int:
    return MONTHS.index(month) + 1


def _month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
