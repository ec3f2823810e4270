"""What a reader does about an alert in, the journal's record of it out; whether they may is decided here."""

from dataclasses import dataclass
from datetime import datetime

from collectors.home import Home
from metrics.alert_journal import AlertJournal, Told
from metrics.audit import AuditJournal
from metrics.journal import naive_utc
from metrics.readers import Reader
from metrics.scope import AccessError
from metrics.units import UnitTree


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be kept. person: told where nobody logs in; of who is logged in, the account counts."""

    key: str
    act: str
    person: str
    reason: str
    until: datetime | None = None


def keep(home: Home, reader: Reader, tree: UnitTree, told: Told, deed: Deed, *, at: datetime) -> None:
    """Keep what a reader did about the alert that says `told`. Raises AccessError, and keeps that somebody tried."""
    if not reader.may_act_on(tree, told.unit_code):
        AuditJournal(home.journal).deny(reader.name, deed.act, at=naive_utc(at))
        raise AccessError(
            "Tài khoản này không được ghi nhận cảnh báo này: cần vai trò operator và phạm vi gồm "
            + (f"đơn vị {told.unit_code}." if told.unit_code else "mọi đơn vị (cảnh báo về dữ liệu).")
        )
    person = reader.name or deed.person
    AlertJournal(home.journal).act(deed.key, deed.act, person=person, reason=deed.reason, at=at, until=deed.until)
