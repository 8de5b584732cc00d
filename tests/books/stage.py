"""A shop with money and jobs that start together, for the tests of the books."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.books.ledger.api import Charge, EntryDraft, Ref, balances, post
from sanhao.kit.ids import new_id

COUPONS = Ref("coupons", "platform", "CNY")
BANK = Ref("bank", "platform", "CNY")
GOODWILL = Ref("goodwill", "platform", "CNY")


def fund(shop: UUID, now: datetime, *, balance: int = 0, deposit: int = 0) -> None:
    for code, amount in (("balance", balance), ("deposit", deposit)):
        if amount:
            lines = ((BANK, amount), (Ref(code, str(shop), "CNY"), -amount))
            post([EntryDraft(new_id(), f"fund:{new_id()}", "top_up", now, "CNY", lines, "shop", shop)])


def charge(shop: UUID, amount: int) -> Charge:
    cause = new_id()
    return Charge(f"charge:{cause}", "compensation", shop, amount, "CNY", COUPONS, "promise", cause)


def money(shop: UUID) -> tuple[int, int, int]:
    """What the shop has on its balance, in its deposit, and what it owes."""
    balance, deposit, owed = (Ref(code, str(shop), "CNY") for code in ("balance", "deposit", "receivable"))
    found = balances([balance, deposit, owed])
    return -found[balance].minor, -found[deposit].minor, found[owed].minor
