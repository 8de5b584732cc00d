"""Tables of settlement: what is held for shops, how it is paid out, what is billed, and money moved by hand."""

from sanhao.books.settlement.models.bills import INVOICE, Bill, Billing, CreditNote, Invoice
from sanhao.books.settlement.models.manual import MANUAL, ManualMoney
from sanhao.books.settlement.models.payouts import (
    PAYOUT,
    Payee,
    PayeeChange,
    Payout,
    PayoutBatch,
    SandboxMood,
    SandboxTransfer,
)
from sanhao.books.settlement.models.settlements import SETTLEMENT, Drawing, Hold, ReserveSlice, Settlement

__all__ = [
    "INVOICE",
    "MANUAL",
    "PAYOUT",
    "SETTLEMENT",
    "Bill",
    "Billing",
    "CreditNote",
    "Drawing",
    "Hold",
    "Invoice",
    "ManualMoney",
    "Payee",
    "PayeeChange",
    "Payout",
    "PayoutBatch",
    "ReserveSlice",
    "SandboxMood",
    "SandboxTransfer",
    "Settlement",
]
