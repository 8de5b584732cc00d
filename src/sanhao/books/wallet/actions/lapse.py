"""Compensation that paid for what was undone, and that nobody can get back: whoever paid for it has it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sanhao.books.ledger.api import PLATFORM, Credit, EntryDraft, Ref, credit_shops, post
from sanhao.books.wallet.actions.give_back import note
from sanhao.books.wallet.core.coupons import ShareBack, unspent
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch, together


def lapse(shares: Sequence[ShareBack], *, now: datetime) -> None:
    """The shares of compensations go back to who paid for them, out of their *debit*; where the terms say so, to the
    platform. A key served for a coupon is left out, so twice is once."""
    with together():
        coupons = {
            row["id"]: row
            for row in fetch(
                "SELECT id, currency, shop_id, funded_balance, funded_deposit, funded_advance, funded_platform, "
                "returns_to, decision_id FROM wallet_coupon WHERE id = ANY(%s) AND issue_id IS NULL "
                "ORDER BY id FOR UPDATE",
                [[share.coupon_id for share in shares]],
            )
        }
        credits: list[Credit] = []
        entries: list[EntryDraft] = []
        fresh = note([share for share in shares if share.coupon_id in coupons and share.debit], now)
        for share in fresh:
            coupon = coupons[share.coupon_id]
            currency, key, minor = coupon["currency"], f"{share.key}:{share.coupon_id}", share.amount_minor
            funds = [coupon[f"funded_{part}"] for part in ("balance", "deposit", "advance", "platform")]
            _, deposit, _, platform = (part.minor for part in Money(minor, currency).split(funds))
            back = unspent(minor, platform, coupon["returns_to"])
            debit = Ref(*share.debit or ())
            if back.to_shop:
                credits.append(
                    Credit(key, "coupon_lapsed", coupon["shop_id"], back.to_shop, currency, debit, "order",
                           share.cause_id, coupon["decision_id"], deposit)
                )  # fmt: skip
            entries += [
                EntryDraft(new_id(), f"{key}:{code}", "coupon_lapsed", now, currency,
                           ((debit, amount), (Ref(code, PLATFORM, currency), -amount)), "order", share.cause_id,
                           coupon["decision_id"])
                for code, amount in (("goodwill", back.to_goodwill), ("breakage", back.to_breakage))
                if amount
            ]  # fmt: skip
        execute(
            "UPDATE wallet_coupon c SET returned_minor = c.returned_minor + b.minor "
            "FROM (SELECT id, sum(minor) AS minor FROM unnest(%s::uuid[], %s::bigint[]) AS s (id, minor) GROUP BY id) b "
            "WHERE c.id = b.id",
            [[share.coupon_id for share in fresh], [share.amount_minor for share in fresh]],
        )
        credit_shops(credits, now=now)
        post(entries)
