"""A checkout before it is placed: what it would cost, with the doors' own arithmetic. Placing prices everything anew."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from sanhao.books.wallet import api as wallet
from sanhao.faces.storefront.cards import language
from sanhao.kit.money import Money, total
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders


class CouponChoice(msgspec.Struct, frozen=True):
    coupon: wallet.CouponView
    checked: bool
    fits: bool
    """The goods are worth as much as the coupon asks for."""


class Preview(msgspec.Struct, frozen=True):
    """*priced* is None, with a *refusal*, where a shop does not deliver, or where there is no address yet."""

    coupons: tuple[CouponChoice, ...]
    priced: orders.Priced | None
    refusal: str = ""

    def freight_of(self, shop_id: UUID) -> Money | None:
        found = (
            [order.freight for order in self.priced.orders if order.shop_id == shop_id] if self.priced else []
        )
        return found[0] if found else None


def preview(
    cart: orders.CartView, goods: Money, address: people.AddressCard | None, usable: Sequence[wallet.CouponView],
    chosen: Collection[UUID] | None,
) -> Preview:  # fmt: skip
    """*chosen* None: nobody chose yet, so the coupons are chosen that lose nothing, first to expire first."""
    coupons = tuple(_choices(usable, goods, chosen))
    if address is None:
        return Preview(coupons, None)
    items = [
        orders.Item(line.offer.id, line.offer.shop_id, line.quantity, line.offer.price, line.offer.weight_g)
        for line in cart.lines
    ]
    used = [
        orders.Used(choice.coupon.id, choice.coupon.amount, "compensation", "") for choice in coupons if choice.checked
    ]  # fmt: skip
    try:
        return Preview(coupons, orders.price(items, _freight(items, address), used))
    except Refusal as refusal:
        return Preview(coupons, None, refusal.text.in_(language()))


def _choices(
    usable: Sequence[wallet.CouponView], goods: Money, chosen: Collection[UUID] | None
) -> Sequence[CouponChoice]:
    found, left = [], goods
    for coupon in usable:
        fits = coupon.threshold <= goods
        checked = fits and (coupon.amount <= left if chosen is None else coupon.id in chosen)
        if checked:
            left = left - coupon.amount
        found.append(CouponChoice(coupon, checked, fits))
    return found


def _freight(items: Sequence[orders.Item], address: people.AddressCard) -> dict[UUID, Money]:
    """Each shop's freight to *address*, in one query. Raises Refusal where a shop does not deliver."""
    by_shop: dict[UUID, list[orders.Item]] = {}
    for item in items:
        by_shop.setdefault(item.shop_id, []).append(item)
    parcels = [
        delivery.Parcel(
            shop_id, address.country, address.region, sum(item.weight_g * item.quantity for item in of_shop),
            total([item.unit * item.quantity for item in of_shop], of_shop[0].unit.currency),
        )
        for shop_id, of_shop in by_shop.items()
    ]  # fmt: skip
    return dict(zip(by_shop, delivery.quote(parcels), strict=True))
