"""Charges that turned out wrong: the platform pays for the coupon instead of the shop, and its holder keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.books.ledger.api import PLATFORM, Credit, Ref, credit_shops
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch, together


def take_over(
    source_kind: str, source_ids: Sequence[UUID], *, now: datetime, decision_id: UUID | None = None
) -> dict[UUID, Money]:
    """The platform takes over what shops paid for the coupons of these sources: the shop gets its money back from
    goodwill, the holder keeps the coupon. Returns what each shop-paid source was worth; twice is once.

    For a charge that turned out wrong. A coupon that expired to its payer has nothing left to give back.
    """
    with together():
        rows = fetch(
            "SELECT id, source_id, shop_id, currency, decision_id, amount_minor - funded_platform AS paid, funded_deposit "
            "FROM wallet_coupon WHERE source_kind = %s AND source_id = ANY(%s) AND funded_platform < amount_minor "
            "AND NOT (state = 'expired' AND returns_to = 'payer') ORDER BY id FOR UPDATE",
            [source_kind, list(source_ids)],
        )
        execute(
            "UPDATE wallet_coupon SET funded_platform = amount_minor, funded_balance = 0, funded_deposit = 0, "
            "funded_advance = 0 WHERE id = ANY(%s)",
            [[row["id"] for row in rows]],
        )
        credit_shops(
            [
                Credit(f"coupon:{row['id']}:taken_over", "coupon_taken_over", row["shop_id"], row["paid"],
                       row["currency"], Ref("goodwill", PLATFORM, row["currency"]), "coupon", row["id"],
                       decision_id or row["decision_id"], row["funded_deposit"])
                for row in rows
            ],
            now=now,
        )  # fmt: skip
    return {row["source_id"]: Money(row["paid"], row["currency"]) for row in rows}
