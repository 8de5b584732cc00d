"""Pricing a checkout: pure. What each line, each shop's order and the whole checkout cost, to the cent.

Coupons lower the price of goods, never of freight. They are applied in the order of who pays for them (the shop, the
host, the platform, compensation last), each shared by largest remainder over what is left of the goods it is for;
freight is shared over a shop's lines by weight. Every share is frozen on its line with who bears it, and a unit's part
of it follows from the frozen amount alone (after-sales lays it over the units), so that refunds add up by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

import msgspec

from sanhao.kit.money import Money, total

ORDER_STATES: Mapping[str, tuple[str, ...]] = {
    "unpaid": ("paid", "expired"),
    "paid": ("shipped", "cancelled"),
    # Back to paid: its label was taken back before any carrier had the parcel.
    "shipped": ("paid", "delivered", "cancelled"),
    "delivered": (),
    "cancelled": (),
    "expired": (),
}
CHECKOUT_STATES: Mapping[str, tuple[str, ...]] = {
    "placed": ("paid", "expired"),
    "paid": (),
    "expired": (),
}


FunderKind = Literal["shop", "host", "platform", "compensation"]
FUNDERS: tuple[FunderKind, ...] = get_args(FunderKind)
"""Who pays for a coupon, in the order in which coupons are applied."""


class Used(msgspec.Struct, frozen=True):
    """A coupon that is to pay for a checkout. *shop_id*: only for that shop's goods."""

    coupon_id: UUID
    amount: Money
    funder_kind: FunderKind
    funder_id: str
    shop_id: UUID | None = None


class Share(msgspec.Struct, frozen=True):
    """What one coupon pays of one line."""

    coupon_id: UUID
    funder_kind: FunderKind
    funder_id: str
    amount: Money


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
    shares: tuple[Share, ...] = ()
    """By coupon, in the order they were applied; none is zero, together they are *coupon*."""

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


def price(items: Sequence[Item], freight: Mapping[UUID, Money], coupons: Sequence[Used] = ()) -> Priced:
    """Price *items* (at least one) with the *freight* of each shop and *coupons*, which never pay more than the goods.

    All amounts are in one currency; raises MoneyError for another.
    """
    currency = items[0].unit.currency
    goods = [item.unit * item.quantity for item in items]
    shares = _shares(items, goods, coupons) if coupons else [()] * len(items)
    by_shop: dict[UUID, list[int]] = {}
    for index, item in enumerate(items):
        by_shop.setdefault(item.shop_id, []).append(index)
    orders = []
    for shop_id, indexes in by_shop.items():
        shop_freight = freight[shop_id]
        freights = shop_freight.split([items[i].weight_g * items[i].quantity for i in indexes])
        lines = tuple(
            PricedLine(
                items[i],
                goods[i],
                total([share.amount for share in shares[i]], currency),
                line_freight,
                shares[i],
            )
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
    return Priced(
        tuple(orders),
        total(goods, currency),
        total([order.freight for order in orders], currency),
        total([order.coupon for order in orders], currency),
    )


def _shares(
    items: Sequence[Item], goods: Sequence[Money], coupons: Sequence[Used]
) -> list[tuple[Share, ...]]:
    """For each of *items* what each coupon pays of it. Among coupons of one kind the order given counts."""
    left = list(goods)
    shares: list[list[Share]] = [[] for _ in items]
    for used in sorted(coupons, key=lambda used: FUNDERS.index(used.funder_kind)):
        scope = [i for i, item in enumerate(items) if used.shop_id in (None, item.shop_id)]
        payable = total([left[i] for i in scope], goods[0].currency)
        pays = min(used.amount, payable)
        if not pays:
            continue
        for i, part in zip(scope, pays.split([left[i].minor for i in scope]), strict=True):
            if part:
                left[i] = left[i] - part
                shares[i].append(Share(used.coupon_id, used.funder_kind, used.funder_id, part))
    return [tuple(of_item) for of_item in shares]


_SHIP_HOURS = 48


def arrives_by(
    paid_at: datetime, ship_hours: int | None, presale_ships_by: datetime | None, transit_days: int
) -> datetime:
    """When a parcel should be there: so many days after it should leave at the latest."""
    leaves_by = paid_at + timedelta(hours=ship_hours or _SHIP_HOURS)
    return (presale_ships_by or leaves_by) + timedelta(days=transit_days)


def number(order_id: UUID, placed_at: datetime) -> str:
    """What people read to each other: the day and eight digits. Unique by constraint; the id decides the digits."""
    return f"{placed_at:%y%m%d}{order_id.int % 10**10:010d}"
