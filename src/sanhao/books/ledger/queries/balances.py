"""What is on an account, and what moved it. Debit is positive: what a shop *has* is minus its balance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db import connection

from sanhao.books.ledger.core import Ref
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch


def balance(ref: Ref) -> Money:
    """The balance of one account, debit positive; zero for an account that was never used."""
    return balances([ref])[ref]


def balances(refs: Iterable[Ref]) -> dict[Ref, Money]:
    """Balances, debit positive, in one query: kept ones as kept, the others summed up from their postings."""
    wanted = sorted(set(refs))
    result = {ref: Money.zero(ref.currency) for ref in wanted}
    if not wanted:
        return result
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.code, a.holder, a.currency, CASE WHEN a.is_kept THEN a.balance_minor ELSE
                (SELECT coalesce(sum(p.amount_minor), 0)::bigint FROM ledger_posting p WHERE p.account_id = a.id) END
            FROM ledger_account a
            JOIN unnest(%s::text[], %s::text[], %s::text[]) AS r (code, holder, currency)
              ON a.code = r.code AND a.holder = r.holder AND a.currency = r.currency
            """,
            [list(column) for column in zip(*wanted, strict=True)],
        )
        for code, holder, currency, minor in cursor.fetchall():
            result[Ref(code, holder, currency)] = Money(minor, currency)
    return result


class StatementLine(msgspec.Struct, frozen=True):
    """One posting on an account, with the entry it belongs to. *posting_id* is where the next page begins."""

    posting_id: UUID
    entry_id: UUID
    key: str
    kind: str
    at: datetime
    amount: Money
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None


def statement(
    code: str, holder: str, currency: str, *, limit: int = 50, before: UUID | None = None
) -> list[StatementLine]:
    """What moved an account, newest first; *before* is the last `posting_id` of the page before."""
    rows = fetch(
        f"""
        SELECT p.id AS posting_id, e.id AS entry_id, e.key, e.kind, e.at, p.amount_minor, p.currency,
               e.cause_kind, e.cause_id, e.decision_id
        FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id JOIN ledger_entry e ON e.id = p.entry_id
        WHERE a.code = %(code)s AND a.holder = %(holder)s AND a.currency = %(currency)s
          {"AND p.id < %(before)s" if before else ""}
        ORDER BY p.id DESC LIMIT %(limit)s
        """,
        {"code": code, "holder": holder, "currency": currency, "before": before, "limit": limit},
    )
    return [StatementLine(amount=Money(row.pop("amount_minor"), row.pop("currency")), **row) for row in rows]


class Total(msgspec.Struct, frozen=True):
    """All accounts of one code in one currency: how many hold anything, and their sum, debit positive."""

    code: str
    accounts: int
    amount: Money


def totals() -> list[Total]:
    """The whole book by code and currency, summed up from its postings; sums to zero in each currency."""
    rows = fetch(
        """
        SELECT a.code, a.currency, count(*) FILTER (WHERE p.minor <> 0) AS accounts, sum(p.minor)::bigint AS minor
        FROM (SELECT account_id, sum(amount_minor) AS minor FROM ledger_posting GROUP BY account_id) p
        JOIN ledger_account a ON a.id = p.account_id GROUP BY a.code, a.currency ORDER BY a.currency, a.code
        """
    )
    return [Total(row["code"], row["accounts"], Money(row["minor"], row["currency"])) for row in rows]


class Flow(msgspec.Struct, frozen=True):
    """What entries of some kinds moved on accounts of one code on one local day."""

    day: date
    code: str
    amount: Money


def flows(kinds: Sequence[str], *, since: datetime, until: datetime, timezone: str) -> list[Flow]:
    """Per local day, account code and currency, what entries of *kinds* moved from *since* until before *until*."""
    rows = fetch(
        """
        SELECT (e.at AT TIME ZONE %(zone)s)::date AS day, a.code, p.currency, sum(p.amount_minor)::bigint AS minor
        FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id
        WHERE e.at >= %(since)s AND e.at < %(until)s AND e.kind = ANY(%(kinds)s)
        GROUP BY 1, 2, 3 ORDER BY 1, 3, 2
        """,
        {"zone": timezone, "since": since, "until": until, "kinds": list(kinds)},
    )
    return [Flow(row["day"], row["code"], Money(row["minor"], row["currency"])) for row in rows]
