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
    return _entries(
        "e.cause_id = ANY(%(causes)s) AND e.cause_kind = %(kind)s",
        {"causes": [causes] if isinstance(causes, UUID) else list(causes), "kind": cause_kind},
        "e.at, e.id, p.id",
    )


def entries_caused(causes: Sequence[UUID]) -> list[EntryView]:
    """Everything that was booked because of any of these things, whatever they are, oldest first. One query."""
    return _entries("e.cause_id = ANY(%(causes)s)", {"causes": list(causes)}, "e.at, e.id, p.id")


def entries(
    *,
    code: str | None = None,
    holder: str | None = None,
    kind: str | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> list[EntryView]:
    """The book, last written first: entries of one *kind*, or that touch accounts of one *code* or *holder*, where
    given; *before* is the id of the last entry of the page before. One query."""
    return _entries(
        """
        e.id IN (
            SELECT x.id FROM ledger_entry x
            WHERE (%(before)s::uuid IS NULL OR x.id < %(before)s) AND (%(kind)s::text IS NULL OR x.kind = %(kind)s)
              AND ((%(code)s::text IS NULL AND %(holder)s::text IS NULL) OR EXISTS (
                SELECT 1 FROM ledger_posting y JOIN ledger_account b ON b.id = y.account_id
                WHERE y.entry_id = x.id AND (%(code)s::text IS NULL OR b.code = %(code)s)
                  AND (%(holder)s::text IS NULL OR b.holder = %(holder)s)))
            ORDER BY x.id DESC LIMIT %(limit)s)
        """,
        {"code": code, "holder": holder, "kind": kind, "before": before, "limit": limit},
        "e.id DESC, p.id",
    )


def entry(id: UUID) -> EntryView | None:
    found = _entries("e.id = %(id)s", {"id": id}, "p.id")
    return found[0] if found else None


def _entries(where: str, params: dict[str, object], order: str) -> list[EntryView]:
    rows = fetch(
        f"""
        SELECT e.id, e.key, e.kind, e.at, e.cause_kind, e.cause_id, e.decision_id,
               a.code, a.holder, p.currency, p.amount_minor
        FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id
        WHERE {where} ORDER BY {order}
        """,
        params,
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
