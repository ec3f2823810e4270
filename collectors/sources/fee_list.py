"""A fee list (one row = one payment of a dossier) → canonical payments; payers and receipt numbers are never read."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collectors import archive, vocabulary
from collectors.dossier import Refused, Skipped
from collectors.export import EmptyExport, ExportReport
from collectors.formats import local_time
from collectors.home import VIETNAM
from collectors.layout import Grain, header_key
from collectors.payment import FIELDS, Mode
from collectors.personal_data import masked
from collectors.reading.table import Table
from collectors.reading.text import clean
from collectors.sources.dossier_rows import Line, Structure, lines
from collectors.sources.ledger import Ledger, Place
from collectors.sources.sheets import Origin, Sheet, day_0, recognised

SYNTHETIC_SOURCE = "demo_fee"
_MONEY = ("fee", "charge", "total")
_SMALL_NUMBER = re.compile(r"\(?\d{1,2}\)?")
_CODE = re.compile(r"(?=(?:\D*\d){4})(?!\d{9,12}$)[A-Z0-9][A-Z0-9./_-]{3,59}")
_PREFIX = re.compile(r"(.+)-(?:\d{6}|\d{8})-\d{4,7}")
_COLUMNS = {
    "dossier_code": "VARCHAR",
    "unit_code": "VARCHAR",
    "unit_name": "VARCHAR",
    "procedure_key": "VARCHAR",
    "procedure_name": "VARCHAR",
    "field": "VARCHAR",
    "paid_at": "TIMESTAMP",
    "fee": "BIGINT",
    "charge": "BIGINT",
    "total": "BIGINT",
    "mode": "VARCHAR",
    "sheet": "VARCHAR",
    "row_number": "INTEGER",
}
_Key = tuple[str, datetime, int, int, int]


@dataclass(frozen=True, slots=True)
class _Payment:
    """One payment. paid_at: local time. fee (phí), charge (lệ phí), total: đồng."""

    dossier_code: str
    unit_name: str | None
    procedure_key: str | None
    procedure_name: str | None
    field: str | None
    paid_at: datetime
    fee: int
    charge: int
    total: int
    mode: Mode | None
    place: Place

    @property
    def key(self) -> _Key:
        """Return what tells payments apart: another row that says the same is the same payment."""
        return self.dossier_code, self.paid_at, self.fee, self.charge, self.total

    def row(self) -> tuple[object, ...]:
        """Return the canonical row."""
        prefix = _PREFIX.fullmatch(self.dossier_code)
        unit = vocabulary.unit_code(prefix[1] if prefix else "") or vocabulary.UNKNOWN_UNIT
        names = (self.unit_name, self.procedure_key, self.procedure_name, self.field)
        paid = (self.paid_at, self.fee, self.charge, self.total, self.mode)
        return self.dossier_code, unit, *names, *paid, self.place.sheet, self.place.row


def read(tables: Sequence[Table], origin: Origin, draft: Path) -> ExportReport:
    """Write the payments of an export to `draft` and return what became of its rows.

    Grain: one row per dossier, time and amounts in payments.parquet; rows_merged counts rows that say the same again.
    A row of 0 đồng is no payment. Raises ExportError when no sheet is a fee list we know, or none has a row.
    """
    sheets, more = recognised(tables, origin.file_name, Grain.PAYMENT)
    ledger = Ledger()
    found: dict[_Key, _Payment] = {}
    for sheet in sheets:
        for one in _Reader(sheet, ledger, origin).payments():
            if one.key in found:
                ledger.merged += 1
                ledger.notice("same_payment", one.place)
            found[one.key] = one
    if not found and not ledger.refusals:
        raise EmptyExport(
            file=origin.file_name,
            sheet=sheets[0].table.sheet,
            row=sheets[0].header.row,
            found="dưới dòng tiêu đề không có khoản thu nào",
            expected="ít nhất một khoản thu lớn hơn 0 đồng",
            advice="kiểm tra bộ lọc (kỳ, đơn vị) khi xuất rồi xuất lại",
        )
    ledger.write(draft, archive.PAYMENTS, _COLUMNS, (one.row() for one in found.values()))
    return ledger.report(sheets, origin, synthetic_source=SYNTHETIC_SOURCE, more=more)


class _Reader:
    """Reads one sheet; remembers the sums of its rows, for the total row."""

    def __init__(self, sheet: Sheet, ledger: Ledger, origin: Origin) -> None:
        self._sheet, self._ledger = sheet, ledger
        header = sheet.header
        self._labels = {name: header.headers[place] for name, place in header.columns.items()}
        self._day_0 = day_0(sheet.table)
        self._captured = origin.captured_at.astimezone(VIETNAM).replace(tzinfo=None)
        self._sums = dict.fromkeys(_MONEY, 0)

    def payments(self) -> Iterator[_Payment]:
        """Yield each payment; what the other rows are goes to the ledger."""
        structure = Structure()
        ledger, name = self._ledger, self._sheet.table.sheet
        for line in lines(self._sheet.table, self._sheet.header, structure, FIELDS):
            ledger.read += 1
            values = {field: value or "" for field, value in zip(FIELDS, line.values, strict=True)}
            skipped = line.skipped or self._skipped(values)
            if skipped is Skipped.TOTAL:
                self._reconcile(line, values)
            if skipped is not None:
                ledger.skipped[Skipped.NO_DATA if skipped is Skipped.NO_DOSSIER else skipped] += 1
            elif (one := self._payment(values, Place(name, line.number))) is not None:
                yield one
        for number, found in structure.ragged:
            ledger.read += 1
            ledger.refuse(Place(name, number), Refused.RAGGED, found)
        for number in structure.odd_groups:
            ledger.notice("odd_groups", Place(name, number))

    def _skipped(self, values: Mapping[str, str]) -> Skipped | None:
        """Return what a row is that is no payment; None for one that is, or should be."""
        own = [clean(values[name]) for name in self._labels]
        code, day = clean(values["dossier_code"]), clean(values["paid_at"])
        if not any(own):
            return Skipped.BLANK
        if any(header_key(clean(values[n])) == header_key(self._labels[n]) for n in ("dossier_code", "paid_at")):
            return Skipped.REPEATED_HEADER
        if _SMALL_NUMBER.fullmatch(code) and (not day or _SMALL_NUMBER.fullmatch(day)):
            return Skipped.COLUMN_NUMBERS
        money = any(clean(values[name]) for name in _MONEY)
        return None if day or money else Skipped.NO_DATA

    def _payment(self, values: Mapping[str, str], place: Place) -> _Payment | None:
        """Return the payment of a row; None where it is refused, or says that nothing was paid."""
        amounts = {name: vocabulary.money(values[name]) for name in _MONEY}
        for name, amount in amounts.items():
            self._sums[name] += amount or 0
        code = re.sub(r"\s", "", unicodedata.normalize("NFC", values["dossier_code"])).upper()
        wrong = next((name for name, amount in amounts.items() if amount is None), None)
        paid_at = self._paid_at(values["paid_at"])
        if not code:
            self._refuse(place, "dossier_code", Refused.NO_CODE)
        elif not _CODE.fullmatch(code):
            self._refuse(place, "dossier_code", Refused.BAD_CODE, code)
        elif wrong is not None:
            self._refuse(place, wrong, Refused.BAD_NUMBER, values[wrong])
        elif not any(amounts.values()):
            self._ledger.skipped[Skipped.NO_PAYMENT] += 1
        elif paid_at is None:
            reason = Refused.BAD_DATE if clean(values["paid_at"]) else Refused.NO_PAID_DAY
            self._refuse(place, "paid_at", reason, clean(values["paid_at"]))
        else:
            return self._checked(code, paid_at, amounts, values, place)
        return None

    def _checked(
        self, code: str, paid_at: datetime, amounts: Mapping[str, int | None], values: Mapping[str, str], place: Place
    ) -> _Payment:
        fee, charge = amounts["fee"] or 0, amounts["charge"] or 0
        total = (amounts["total"] or 0) if "total" in self._labels else fee + charge
        if total != fee + charge:
            self._notice("fee_sum", place, "total", f"{fee} + {charge}, ghi {total}")
        if paid_at > self._captured:
            self._notice("future_date", place, "paid_at")
        if not _PREFIX.fullmatch(code):
            self._notice("odd_code", place, "dossier_code")
        names = {name: masked(clean(values[name])) or None for name in ("unit_name", "procedure_name", "field")}
        name = names["procedure_name"]
        key = vocabulary.procedure_key("", name) if name else None
        mode = self._mode(values, place)
        return _Payment(code, names["unit_name"], key, name, names["field"], paid_at, fee, charge, total, mode, place)

    def _mode(self, values: Mapping[str, str], place: Place) -> Mode | None:
        """Return by which way the money came; None where the list has no such column."""
        if not {"mode", "via_wallet", "via_national"} & self._labels.keys():
            return None
        gates = {Mode.ONLINE_DVCQG: _ticked(values["via_national"]), Mode.ONLINE_OTHER: _ticked(values["via_wallet"])}
        for mode, ticked in gates.items():
            if ticked:
                return mode
        known = vocabulary.word("payment_mode", values["mode"])
        if known is None or None in gates.values():
            self._notice("unknown_payment_mode", place, "mode" if "mode" in self._labels else "via_national")
            return Mode.UNKNOWN
        return Mode(known)

    def _paid_at(self, text: str) -> datetime | None:
        try:
            return local_time(text, day_0=self._day_0)
        except ValueError:
            return None

    def _reconcile(self, line: Line, values: Mapping[str, str]) -> None:
        """Hold a total row against the sum of the rows above it."""
        for name in _MONEY:
            stated = vocabulary.money(values[name])
            if clean(values[name]) and stated != self._sums[name]:
                place = Place(self._sheet.table.sheet, line.number)
                self._notice("total_differs", place, name, f"ghi {stated}, cộng được {self._sums[name]}")

    def _refuse(self, place: Place, name: str, reason: Refused, found: str = "") -> None:
        self._ledger.refuse(Place(place.sheet, place.row, self._labels[name]), reason, found)

    def _notice(self, check_id: str, place: Place, name: str, more: str = "") -> None:
        self._ledger.notice(check_id, Place(place.sheet, place.row, self._labels[name]), more)


def _ticked(text: str) -> bool | None:
    """Return whether a cell says yes: a word for it, or an amount; None for what is not understood."""
    said = vocabulary.flag("flag", text)
    if said is not None:
        return said
    amount = vocabulary.money(text)
    return None if amount is None else amount > 0
