"""The canonical payment of a fee list: which fields it has, and by which way the money came."""

from enum import StrEnum

# The fields a fee list may deliver; the first is what a row is told by. Payer, receipt number and free text are no
# fields, so they are never stored.
FIELDS = (
    "dossier_code",
    "unit_name",
    "procedure_name",
    "field",
    "paid_at",
    "fee",
    "charge",
    "total",
    "mode",
    "via_wallet",
    "via_national",
)


class Mode(StrEnum):
    """By which way a payment came. A list without any such column says nothing (None)."""

    ONLINE_DVCQG = "online_dvcqg"  # through the national portal
    ONLINE_OTHER = "online_other"  # through another payment gate
    CASH = "cash"
    TRANSFER = "transfer"  # to an account, through no gate
    UNKNOWN = "unknown"  # a blank cell, or a text we do not understand
