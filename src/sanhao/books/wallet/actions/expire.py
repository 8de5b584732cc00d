"""Coupons that nobody spent in time: their money goes where their terms say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sanhao.books.ledger.api import PLATFORM, Credit, EntryDraft, Ref, credit_shops, post
from sanhao.books.wallet.accounts import coupons_account
from sanhao.books.wallet.actions.issues import to_budget
from sanhao.books.wallet.core.coupons import unspent
from sanhao.books.wallet.events import CouponExpired
from sanhao.books.wallet.models import COUPON_STATES
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row


def expire(rows: Sequence[Row], now: datetime) -> None:
    """Settle a keeper's batch of coupons nobody spent in time: their money goes where their terms say, and what an
    issued one could have cost back to its budget."""
    COUPON_STATES.move([row["id"] for row in rows], "expired", at=now)
    to_budget([row for row in rows if row["issue_id"]])
    credits: list[Credit] = []
    entries: list[EntryDraft] = []
    for row in rows:
        if row["issue_id"]:
            continue
        id, currency, decision = row["id"], row["currency"], row["decision_id"]
        back = unspent(row["amount_minor"], row["funded_platform"], row["returns_to"])
        if back.to_shop:
            credits.append(
                Credit(f"coupon:{id}:returned", "coupon_returned", row["shop_id"], back.to_shop, currency,
                       coupons_account(currency), "coupon", id, decision, row["funded_deposit"])
            )  # fmt: skip
        for code, amount in (("goodwill", back.to_goodwill), ("breakage", back.to_breakage)):
            if amount:
                lines = ((coupons_account(currency), amount), (Ref(code, PLATFORM, currency), -amount))
                entries.append(
                    EntryDraft(new_id(), f"coupon:{id}:{code}:back", "coupon_expired", now, currency, lines,
                               "coupon", id, decision)
                )  # fmt: skip
    credit_shops(credits, now=now)
    post(entries)
    emit(
        [CouponExpired(row["id"], row["person_id"], row["amount_minor"], row["currency"]) for row in rows],
        at=now,
    )
