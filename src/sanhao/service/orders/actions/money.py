"""The money of orders as a refund sees it: what was paid for each line and by whom, and what of it went back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit.keeper import Row
from sanhao.kit.rows import fetch
from sanhao.service.orders.core import FunderKind


class MoneyShare(msgspec.Struct, frozen=True):
    """What one coupon paid of a line, as frozen at placing, and how much of it went back."""

    id: UUID
    coupon_id: UUID
    funder_kind: FunderKind
    funder_id: str
    amount_minor: int
    returned_minor: int


class MoneyLine(msgspec.Struct, frozen=True):
    id: UUID
    quantity: int
    shipped_quantity: int
    delivered_quantity: int
    cancelled_units: int
    goods_minor: int
    freight_minor: int
    refunded_units: int
    refunded_minor: int
    kept_minor: int
    shares: tuple[MoneyShare, ...]

    @property
    def waiting_units(self) -> int:
        """Neither shipped nor given back."""
        return self.quantity - self.shipped_quantity - self.cancelled_units


class OrderMoney(msgspec.Struct, frozen=True):
    """*refunded_minor* is all that went back, whatever it was for; *kept_minor* stays with the shop for good.
    *surcharge_minor* of the freight is for the courier that the buyer chose."""

    id: UUID
    checkout_id: UUID
    shop_id: UUID
    person_id: UUID
    state: str
    currency: str
    country: str
    total_minor: int
    refunded_minor: int
    kept_minor: int
    freight_minor: int
    surcharge_minor: int
    freight_refunded_minor: int
    delivered_at: datetime | None
    lines: tuple[MoneyLine, ...]

    @property
    def left_minor(self) -> int:
        return self.total_minor - self.refunded_minor - self.kept_minor

    @property
    def shipped(self) -> bool:
        return any(line.shipped_quantity for line in self.lines)


def money(order_ids: Sequence[UUID], *, lock: bool = True) -> dict[UUID, OrderMoney]:
    """These orders' money in three queries, locked in order of id for a refund that follows (or, without *lock*, to be
    looked at). Unknown orders are missing. A keeper `hold`s the orders first, so as to wait for nobody."""
    orders = fetch(
        f"""
        SELECT o.id, o.checkout_id, o.shop_id, o.person_id, o.state, o.currency, c.address ->> 'country' AS country,
            o.total_minor, o.refunded_minor, o.kept_minor, o.freight_minor, o.surcharge_minor,
            o.freight_refunded_minor, o.delivered_at
        FROM orders_order o JOIN orders_checkout c ON c.id = o.checkout_id
        WHERE o.id = ANY(%s) ORDER BY o.id {"FOR UPDATE OF o" if lock else ""}
        """,
        [list(order_ids)],
    )
    lines = fetch(
        """
        SELECT order_id, id, quantity, shipped_quantity, delivered_quantity, cancelled_units, goods_minor, coupon_minor,
            freight_minor, refunded_units, refunded_minor, kept_minor
        FROM orders_line WHERE order_id = ANY(%s) ORDER BY id
        """,
        [[order["id"] for order in orders]],
    )
    shares = _shares([line["id"] for line in lines if line["coupon_minor"]])
    by_order: dict[UUID, list[MoneyLine]] = defaultdict(list)
    for line in lines:
        del line["coupon_minor"]
        by_order[line.pop("order_id")].append(MoneyLine(**line, shares=tuple(shares.get(line["id"], ()))))
    return {order["id"]: OrderMoney(**order, lines=tuple(by_order[order["id"]])) for order in orders}


def _shares(line_ids: Sequence[UUID]) -> dict[UUID, list[MoneyShare]]:
    found: dict[UUID, list[MoneyShare]] = defaultdict(list)
    rows: list[Row] = []
    if line_ids:
        rows = fetch(
            "SELECT line_id, id, coupon_id, funder_kind, funder_id, amount_minor, returned_minor FROM orders_share "
            "WHERE line_id = ANY(%s) ORDER BY line_id, id",
            [list(line_ids)],
        )
    for row in rows:
        found[row.pop("line_id")].append(MoneyShare(**row))
    return found
