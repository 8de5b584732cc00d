"""Reading what is not ordered yet: a cart with today's prices, a checkout."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.goods.catalog import api as catalog
from sanhao.kit.money import Money, total
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch


class CartLineView(msgspec.Struct, frozen=True):
    offer: catalog.OfferCard
    quantity: int
    available: bool
    """On sale, and at least this many left."""

    @property
    def goods(self) -> Money:
        return self.offer.price * self.quantity


class CartView(msgspec.Struct, frozen=True):
    id: UUID
    lines: tuple[CartLineView, ...]

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def goods(self) -> Money | None:
        """None for an empty cart, or one in several currencies."""
        currencies = {line.offer.price.currency for line in self.lines}
        if len(currencies) != 1:
            return None
        return total([line.goods for line in self.lines], currencies.pop())


class CheckoutView(msgspec.Struct, frozen=True):
    id: UUID
    person_id: UUID
    state: str
    total: Money
    expires_at: datetime
    paid_at: datetime | None
    order_ids: tuple[UUID, ...]


def cart_count(cart_id: UUID) -> int:
    [row] = fetch(
        "SELECT coalesce(sum(quantity), 0)::int AS n FROM orders_cartline WHERE cart_id = %s", [cart_id]
    )
    return int(row["n"])


def cart(cart_id: UUID, *, now: datetime) -> CartView:
    """A cart with today's prices, in the order things were put in. An unknown cart is an empty one."""
    rows = fetch(
        "SELECT offer_id, quantity FROM orders_cartline WHERE cart_id = %s ORDER BY added_at, id", [cart_id]
    )
    offers = catalog.offers([row["offer_id"] for row in rows], now=now)
    lines = tuple(
        CartLineView(card, row["quantity"], card.on_sale and card.stock_left >= row["quantity"])
        for row in rows
        if (card := offers.get(row["offer_id"])) is not None
    )
    return CartView(cart_id, lines)


def checkout(checkout_id: UUID, *, person_id: UUID) -> CheckoutView:
    """Raises NotFound for another person's."""
    rows = fetch(
        "SELECT c.*, (SELECT array_agg(o.id ORDER BY o.id) FROM orders_order o WHERE o.checkout_id = c.id) AS orders "
        "FROM orders_checkout c WHERE c.id = %s AND c.person_id = %s",
        [checkout_id, person_id],
    )
    if not rows:
        raise NotFound("checkout.unknown", zh="没有找到这次结算。", en="There is no such checkout.")
    row = rows[0]
    return CheckoutView(
        row["id"],
        row["person_id"],
        row["state"],
        Money(row["total_minor"], row["currency"]),
        row["expires_at"],
        row["paid_at"],
        tuple(row["orders"]),
    )
