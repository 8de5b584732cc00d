"""Reads of the ledger."""

from sanhao.books.ledger.queries.audit import AuditReport, audit
from sanhao.books.ledger.queries.balances import (
    Flow,
    StatementLine,
    Total,
    balance,
    balances,
    flows,
    statement,
    totals,
)
from sanhao.books.ledger.queries.entries import (
    EntryView,
    LineView,
    entries,
    entries_caused,
    entries_of,
    entry,
    posted,
)
from sanhao.books.ledger.queries.export import ExportCounts, beancount
from sanhao.books.ledger.queries.movements import Movement, balances_before, movements

__all__ = [
    "AuditReport",
    "EntryView",
    "ExportCounts",
    "Flow",
    "LineView",
    "Movement",
    "StatementLine",
    "Total",
    "audit",
    "balance",
    "balances",
    "balances_before",
    "beancount",
    "entries",
    "entries_caused",
    "entries_of",
    "entry",
    "flows",
    "movements",
    "posted",
    "statement",
    "totals",
]
