"""The door of the ledger."""

from sanhao.books.ledger.accounts import accounts
from sanhao.books.ledger.actions import charge_shops, credit_shops, post
from sanhao.books.ledger.core import (
    CHART,
    PLATFORM,
    Charge,
    Charged,
    Credit,
    Credited,
    EntryDraft,
    Ref,
)
from sanhao.books.ledger.queries import (
    AuditReport,
    EntryView,
    ExportCounts,
    LineView,
    StatementLine,
    audit,
    balance,
    balances,
    beancount,
    entries_of,
    posted,
    statement,
)

__all__ = [
    "CHART",
    "PLATFORM",
    "AuditReport",
    "Charge",
    "Charged",
    "Credit",
    "Credited",
    "EntryDraft",
    "EntryView",
    "ExportCounts",
    "LineView",
    "Ref",
    "StatementLine",
    "accounts",
    "audit",
    "balance",
    "balances",
    "beancount",
    "charge_shops",
    "credit_shops",
    "entries_of",
    "post",
    "posted",
    "statement",
]
