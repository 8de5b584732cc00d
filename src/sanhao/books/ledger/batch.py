"""The rows of one batch, written at once: one COPY per table, one UPDATE of balances."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from sanhao.books.ledger.core import Charge, Credit, EntryDraft
from sanhao.kit.rows import Rows, copy_together, execute

_ENTRY = ("id", "key", "kind", "at", "cause_kind", "cause_id", "decision_id")
_POSTING = ("id", "entry_id", "account_id", "amount_minor", "currency")


def lock(account_ids: Iterable[str]) -> dict[str, int]:
    """Lock kept accounts in order of id and read their balances.

    NO KEY: the foreign keys of other postings need not wait for us. The ids go as one text: an array of a thousand
    UUIDs takes psycopg ten times as long to render.
    """
    wanted = ",".join(account_ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::text, balance_minor FROM ledger_account WHERE id = ANY(%s::uuid[]) "
            "ORDER BY ledger_account.id FOR NO KEY UPDATE",
            ["{" + wanted + "}"],
        )
        return dict(cursor.fetchall())


class EntryName(NamedTuple):
    """An entry's id as text, and as its postings begin."""

    text: str
    stem: str


class Batch:
    """Entries and postings in the text COPY wants, and by how much each kept account moves."""

    def __init__(self) -> None:
        self.entries: list[tuple[Any, ...]] = []
        self.postings: list[tuple[Any, ...]] = []
        self.moves: dict[str, int] = {}

    def entry(self, id: UUID, draft: EntryDraft | Charge | Credit, at: str) -> EntryName:
        text, decision = f"{id.int:032x}", draft.decision_id
        self.entries.append(
            (text, draft.key, draft.kind, at, draft.cause_kind, f"{draft.cause_id.int:032x}",
             decision and f"{decision.int:032x}")
        )  # fmt: skip
        return EntryName(text, text[:-2])

    def line(self, entry: EntryName, number: int, account: str, amount: int, currency: str) -> None:
        """Add posting *number* (1 to 255). Its id is the entry's, ending in that number."""
        self.postings.append((f"{entry[1]}{number:02x}", entry[0], account, amount, currency))

    def move(self, account: str, by: int) -> None:
        if by:
            self.moves[account] = self.moves.get(account, 0) + by

    def write(self) -> None:
        copy_together(
            Rows("ledger_entry", _ENTRY, self.entries), Rows("ledger_posting", _POSTING, self.postings)
        )
        moves = {account: by for account, by in self.moves.items() if by}
        if moves:
            execute(
                "UPDATE ledger_account a SET balance_minor = a.balance_minor + m.moved "
                "FROM unnest(%s::uuid[], %s::bigint[]) AS m (id, moved) WHERE a.id = m.id",
                ["{" + ",".join(moves) + "}", "{" + ",".join(map(str, moves.values())) + "}"],
            )
