"""The sandbox bank's outside world, kept in its own tables. What it is told of an account decides how it treats it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from sanhao.books.settlement.core import BankAway, Transfer, TransferAnswer
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import execute, fetch

How = Literal["pay", "reject", "delay", "timeout", "return"]
LATER, BACK_AFTER = timedelta(hours=20), timedelta(days=2)


def sandbox_bank(account: str, how: str) -> None:
    """Tell the sandbox how to treat transfers to *account* from now on: pay, refuse them, pay a day later, pay but
    not answer the first time, or pay and send the money back two days later (saying so twice). Raises Invalid."""
    if how not in get_args(How):
        raise Invalid("payouts.how", zh="沙盒银行没有这种情况。", en="The sandbox bank knows no such mood.")
    execute(
        "INSERT INTO settlement_sandboxmood (id, how) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET how = excluded.how",
        [account, how],
    )


def send(transfer: Transfer, *, now: datetime) -> TransferAnswer:
    """Send once per id, however often it is asked."""
    [row] = fetch(
        """
        WITH mood AS (SELECT coalesce((SELECT how FROM settlement_sandboxmood WHERE id = %(account)s), 'pay') AS how)
        INSERT INTO settlement_sandboxtransfer AS t (id, account, amount_minor, currency, how, done_at, return_at, asked)
        SELECT %(id)s, %(account)s, %(amount)s, %(currency)s, how,
               CASE WHEN how = 'delay' THEN %(later)s ELSE %(now)s END,
               CASE WHEN how = 'return' THEN %(back)s::timestamptz END, 1
        FROM mood ON CONFLICT (id) DO UPDATE SET asked = t.asked + 1 RETURNING t.*
        """,
        {"id": transfer.id, "account": transfer.payee.account, "amount": transfer.amount.minor,
         "currency": transfer.amount.currency, "now": now, "later": now + LATER, "back": now + BACK_AFTER},
    )  # fmt: skip
    if row["how"] == "reject":
        return TransferAnswer("refused", reason="account closed")
    if row["how"] == "timeout" and row["asked"] == 1:
        raise BankAway("the sandbox bank sent it, and was told not to say so")
    if row["done_at"] > now:
        return TransferAnswer("accepted", f"SB{transfer.id.hex[-12:].upper()}")
    return TransferAnswer("done", f"SB{transfer.id.hex[-12:].upper()}")


def returned(rows: Sequence[Row]) -> dict[UUID, TransferAnswer]:
    """Money that comes back now; each is told by one call."""
    execute(
        "UPDATE settlement_sandboxtransfer SET return_at = NULL WHERE id = ANY(%s)",
        [[row["id"] for row in rows]],
    )
    return {row["id"]: TransferAnswer("returned", reason="account does not exist") for row in rows}
