"""Pricing a checkout: pure. What each line, each shop's order and the whole checkout cost, to the cent.

Coupons lower the price of goods, never of freight, and are shared over the lines by largest remainder; freight is
shared over a shop's lines by weight. Every share is frozen on its line, so that later refunds add up by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.kit.money import Money, total

ORDER_STATES: Mapping[str, tuple[str, ...]] = {
    "unpaid": ("paid", "expired"),
    "paid": ("shipped", "cancelled"),
    "shipped": ("delivered", "cancelled"),
    "delivered": (),
    "cancelled": (),
    "expired": (),
}
CHECKOUT_STATES: Mapping[str, tuple[str, ...]] = {
    "placed": ("paid", "expired"),
    "paid": (),
    "expired": (),
}


class Item(msgspec.Struct, frozen=True):
    """One thing in a cart, as its price is asked for."""

    offer_id: UUID
    shop_id: UUID
    quantity: int
    unit: Money
    weight_g: int


class PricedLine(msgspec.Struct, frozen=True):
    item: Item
    goods: Money
    coupon: Money
    freight: Money

    @property
    def paid(self) -> Money:
        """What the buyer pays for the goods of this line."""
        return self.goods - self.coupon


class PricedOrder(msgspec.Struct, frozen=True):
    shop_id: UUID
    lines: tuple[PricedLine, ...]
    goods: Money
    freight: Money
    coupon: Money

    @property
    def total(self) -> Money:
        return self.goods + self.freight - self.coupon


class Priced(msgspec.Struct, frozen=True):
    """A priced checkout; its totals are the sums of its orders, whose totals are the sums of their lines."""

    orders: tuple[PricedOrder, ...]
    goods: Money
    freight: Money
    coupon: Money

    @property
    def total(self) -> Money:
        return self.goods + self.freight - self.coupon


class OrderTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `orders.terms`: how long unpaid goods are held, how soon what was shipped should arrive."""

    hold_minutes: int = 15
    transit_days: int = 6
    max_quantity: int = 999
    max_lines: int = 100


def price(items: Sequence[Item], freight: Mapping[UUID, Money], coupon: Money) -> Priced:
    """Price *items* with the *freight* of each shop and a *coupon* (zero for none; never more than the goods).

    All amounts are in the coupon's currency; raises MoneyError for another.
    """
    currency = coupon.currency
    goods = [item.unit * item.quantity for item in items]
    all_goods = total(goods, currency)
    used = min(coupon, all_goods)
    shares = used.split([amount.minor for amount in goods]) if items else []
    by_shop: dict[UUID, list[int]] = {}
    for index, item in enumerate(items):
        by_shop.setdefault(item.shop_id, []).append(index)
    orders = []
    for shop_id, indexes in by_shop.items():
        shop_freight = freight[shop_id]
        freights = shop_freight.split([items[i].weight_g * items[i].quantity for i in indexes])
        lines = tuple(
            PricedLine(items[i], goods[i], shares[i], line_freight)
            for i, line_freight in zip(indexes, freights, strict=True)
        )
        orders.append(
            PricedOrder(
                shop_id,
                lines,
                total([line.goods for line in lines], currency),
                shop_freight,
                total([line.coupon for line in lines], currency),
            )
        )
    return Priced(tuple(orders), all_goods, total([o.freight for o in orders], currency), used)


def number(order_id: UUID, placed_at: datetime) -> str:
    """What people read to each other: the day and eight digits. Unique by constraint; the id decides the digits."""
    return f"{placed_at:%y%m%d}{order_id.int % 10**10:010d}"


def validate_terms(terms: dict[str, Any]) -> dict[str, Any]:
    """The terms as stored; raises msgspec.ValidationError for what is not one of them."""
    return msgspec.to_builtins(msgspec.convert(terms, OrderTerms))  # type: ignore[no-any-return]
