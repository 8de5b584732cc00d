"""Entries as they stand in the book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.ledger.core import Ref
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch


class LineView(msgspec.Struct, frozen=True):
    """One line: debit positive."""

    ref: Ref
    amount: Money


class EntryView(msgspec.Struct, frozen=True):
    """An entry with its lines in the order they were written."""

    id: UUID
    key: str
    kind: str
    at: datetime
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None
    lines: tuple[LineView, ...]


def entries_of(cause_kind: str, causes: UUID | Sequence[UUID]) -> list[EntryView]:
    """Everything that was booked because of one thing, or of any of several, oldest first. One query."""
    rows = fetch(
        """
        SELECT e.id, e.key, e.kind, e.at, e.cause_kind, e.cause_id, e.decision_id,
               a.code, a.holder, p.currency, p.amount_minor
        FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id
        WHERE e.cause_id = ANY(%s) AND e.cause_kind = %s ORDER BY e.at, e.id, p.id
        """,
        [[causes] if isinstance(causes, UUID) else list(causes), cause_kind],
    )
    lines: dict[UUID, list[LineView]] = {}
    heads: dict[UUID, dict[str, object]] = {}
    for row in rows:
        ref = Ref(row.pop("code"), row.pop("holder"), row["currency"])
        line = LineView(ref, Money(row.pop("amount_minor"), row.pop("currency")))
        lines.setdefault(row["id"], []).append(line)
        heads[row["id"]] = row
    return [msgspec.convert({**head, "lines": tuple(lines[id])}, EntryView) for id, head in heads.items()]


def posted(keys: Sequence[str]) -> dict[str, UUID]:
    """Those of *keys* that are in the book, with their entries: for verbs that may be called twice."""
    rows = fetch("SELECT key, id FROM ledger_entry WHERE key = ANY(%s)", [list(keys)])
    return {row["key"]: row["id"] for row in rows}
