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
from sanhao.books.ledger.queries.entries import EntryView, LineView, entries, entries_of, entry, posted
from sanhao.books.ledger.queries.export import ExportCounts, beancount

__all__ = [
    "AuditReport",
    "EntryView",
    "ExportCounts",
    "Flow",
    "LineView",
    "StatementLine",
    "Total",
    "audit",
    "balance",
    "balances",
    "beancount",
    "entries",
    "entries_of",
    "entry",
    "flows",
    "posted",
    "statement",
    "totals",
]
