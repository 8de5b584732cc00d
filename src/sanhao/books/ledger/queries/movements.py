"""What moved the accounts of one holder in a stretch of time, and what they held at its ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from sanhao.kit.rows import fetch

_CHUNK = 2_000


class Movement(NamedTuple):
    """One posting, debit positive, with its entry. Those of one cause at one moment stand together."""

    at: datetime
    cause_kind: str
    cause_id: UUID
    entry_id: UUID
    kind: str
    decision_id: UUID | None
    code: str
    minor: int


def movements(
    holder: str, currency: str, *, codes: Sequence[str], since: datetime, until: datetime
) -> Iterator[Movement]:
    """Everything from *since* until before *until*, oldest first, streamed: it may be a year of a busy shop."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            SELECT e.at, e.cause_kind, e.cause_id, e.id, e.kind, e.decision_id, a.code, p.amount_minor
            FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id JOIN ledger_entry e ON e.id = p.entry_id
            WHERE a.holder = %s AND a.currency = %s AND a.code = ANY(%s) AND e.at >= %s AND e.at < %s
            ORDER BY e.at, e.cause_kind, e.cause_id, e.id, p.id
            """,
            [holder, currency, list(codes), since, until],
        )
        while rows := cursor.fetchmany(_CHUNK):
            yield from (Movement(*row) for row in rows)


def balances_before(holder: str, currency: str, *, codes: Sequence[str], at: datetime) -> dict[str, int]:
    """What the accounts of *codes* held just before *at*, debit positive, summed up from their postings."""
    rows = fetch(
        """
        SELECT a.code, sum(p.amount_minor)::bigint AS minor
        FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id JOIN ledger_entry e ON e.id = p.entry_id
        WHERE a.holder = %s AND a.currency = %s AND a.code = ANY(%s) AND e.at < %s GROUP BY a.code
        """,
        [holder, currency, list(codes), at],
    )
    found = {row["code"]: row["minor"] for row in rows}
    return {code: found.get(code, 0) for code in codes}
