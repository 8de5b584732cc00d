"""A shop's money order by order: what came in of each, what left it again, what stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.settlement.core import View
from sanhao.books.settlement.queries.orders import VIEW
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch


class OrderMoney(msgspec.Struct, frozen=True):
    """One order's money, as its shop reads it. *lost*: what left again and nobody else bore."""

    settled: View
    lost: Money

    @property
    def received(self) -> Money:
        return Money(self.settled.received_minor, self.settled.currency)

    @property
    def commission(self) -> Money:
        """What the platform keeps of it; nothing before the money is the shop's."""
        return Money(self.settled.commission_minor, self.settled.currency)

    @property
    def net(self) -> Money:
        return self.received - self.lost - self.commission


def of_shop(shop_id: UUID, *, search: str = "", before: UUID | None = None, limit: int) -> list[OrderMoney]:
    """Every order that was paid, the last first, those behind the order *before*; *search* matches the start of a number.
    One query."""
    rows = fetch(
        f"""
        SELECT {VIEW}, (SELECT coalesce(sum(d.amount_minor - d.from_cover), 0)::bigint FROM settlement_drawing d
                        WHERE d.settlement_id = s.id) AS lost_minor
        FROM settlement_settlement s
        WHERE shop_id = %(shop)s AND number LIKE %(search)s AND (%(before)s::uuid IS NULL OR (opened_at, id) <
              (SELECT b.opened_at, b.id FROM settlement_settlement b WHERE b.id = %(before)s AND b.shop_id = %(shop)s))
        ORDER BY opened_at DESC, id DESC LIMIT %(limit)s
        """,
        {
            "shop": shop_id,
            "search": "".join(letter for letter in search if letter.isalnum()) + "%",
            "before": before,
            "limit": limit,
        },
    )
    return [
        OrderMoney(View(**row), Money(lost, row["currency"]))
        for row in rows
        for lost in [row.pop("lost_minor")]
    ]


class Outgoing(msgspec.Struct, frozen=True):
    """Money that left an order: a refund, a bank's chargeback, a courier of its second leg. *amount* is all of it;
    *borne* what others paid in for it, *commission_back* what the platform gave back of its commission."""

    order_id: UUID
    number: str
    at: datetime
    cause_kind: str
    amount: Money
    borne: Money
    commission_back: Money

    @property
    def cost(self) -> Money:
        """What it cost the shop."""
        return self.amount - self.borne - self.commission_back


def outgoing(order_ids: Sequence[UUID]) -> list[Outgoing]:
    """What left these orders, order by order as they are given, the first first. One query."""
    rows = fetch(
        """
        SELECT s.id, s.number, s.currency, d.at, d.cause_kind, d.amount_minor, d.from_cover, d.commission_back
        FROM settlement_drawing d JOIN settlement_settlement s ON s.id = d.settlement_id
        WHERE s.id = ANY(%(ids)s) AND d.amount_minor > 0 ORDER BY array_position(%(ids)s, s.id), d.at, d.id
        """,
        {"ids": list(order_ids)},
    )
    return [
        Outgoing(
            row["id"], row["number"], row["at"], row["cause_kind"],
            *(Money(row[part], row["currency"]) for part in ("amount_minor", "from_cover", "commission_back")),
        )
        for row in rows
    ]  # fmt: skip
