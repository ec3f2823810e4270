"""The screen's snapshot with three worked months by unit and procedure, for the tests of the comparing pages.

July 2026: five units of 1000 and one of 5; September and October: the two periods of METHODS §5.3.
"""

from datetime import date
from pathlib import Path

import duckdb

from tests import snapshot_fixture as fixture
from tests.snapshot_fixture import MEASURED

PATIN, TENNIS, KARATE = "1.000485", "1.000501", "1.000518"
PROCEDURES = (
    (PATIN, "Cấp giấy chứng nhận môn Patin", "Thể dục thể thao"),
    (TENNIS, "Cấp giấy chứng nhận môn Quần vợt", "Thể dục thể thao"),
    (KARATE, "Cấp giấy chứng nhận môn Karate", "Du lịch"),
)
JULY, SEPTEMBER, OCTOBER = date(2026, 7, 6), date(2026, 9, 7), date(2026, 10, 5)  # Mondays
ONLINE = (  # day, unit, procedure, online, received
    *((JULY, f"H35.{unit}", PATIN, 800, 1000) for unit in ("12", "07", "15", "31")),
    (JULY, "H35.32", TENNIS, 400, 1000),
    (JULY, "H35.33", KARATE, 0, 5),
    (SEPTEMBER, "H35.12", PATIN, 630, 700),
    (SEPTEMBER, "H35.07", TENNIS, 90, 300),
    (OCTOBER, "H35.12", PATIN, 372, 400),
    (OCTOBER, "H35.07", TENNIS, 198, 600),
)
TARGET = """
[[target]]
id = "thu-online"
metric = "online"
op = ">="
value = 0.8
level = "unit"
unit = "H35"
document = "Kế hoạch thử nghiệm"
"""


def build(home: Path) -> None:
    """Publish the snapshot in `home`, whose settings name a target of 80 % for the province."""
    file = fixture.build(home)
    with duckdb.connect(str(file)) as connection:
        connection.execute("DELETE FROM daily")
        with connection.appender("daily") as rows:
            rows.append_rows([_row(*row) for row in ONLINE])
        for procedure in PROCEDURES:
            connection.execute(
                "INSERT INTO procedure (procedure_key, procedure_code, procedure_name, field) VALUES (?, ?, ?, ?)",
                [procedure[0], *procedure],
            )
    (home / "targets.toml").write_text(TARGET, encoding="utf-8")
    (home / "tthc.toml").write_text('[targets]\nfile = "targets.toml"\n', encoding="utf-8")


def _row(day: date, unit: str, procedure: str, online: int, received: int) -> tuple[object, ...]:
    """A day's counts: Tennis has a fee that nobody paid online, every procedure is offered online."""
    fee = 100 if procedure == TENNIS else 0
    known = {
        **dict.fromkeys(("received", "channel_known", "level_known", "received_offered", "payment_known"), received),
        **dict.fromkeys(("received_online", "received_online_of_offered"), online),
        "fee_known": fee,
    }
    return ("demo", day, unit, procedure, *(known.get(name, 0) for name in MEASURED))
