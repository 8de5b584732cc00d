"""Reads of the ledger."""

from sanhao.books.ledger.queries.audit import AuditReport, audit
from sanhao.books.ledger.queries.balances import StatementLine, balance, balances, statement
from sanhao.books.ledger.queries.entries import EntryView, LineView, entries_of, posted
from sanhao.books.ledger.queries.export import ExportCounts, beancount

__all__ = [
    "AuditReport",
    "EntryView",
    "ExportCounts",
    "LineView",
    "StatementLine",
    "audit",
    "balance",
    "balances",
    "beancount",
    "entries_of",
    "posted",
    "statement",
]
