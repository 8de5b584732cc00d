"""Orders that were made and paid elsewhere, taken over as they were: a history comes to live here.

They bind as any other order does and their money lies in escrow; only nobody is told, no stock is touched, and what
was promised about them is stated by whoever takes them over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.settlement import api as settlement
from sanhao.kit.ids import derived_id
from sanhao.kit.money import Money
from sanhao.kit.rows import copy_rows, fetch, together
from sanhao.kit.text import Text
from sanhao.service.orders.core import number


class PastLine(msgspec.Struct, frozen=True):
    """*goods_minor* is a whole number of units' prices: it divides by *quantity*."""

    id: UUID
    title: Text
    quantity: int
    goods_minor: int
    freight_minor: int
    special: str = ""


class PastOrder(msgspec.Struct, frozen=True):
    """What one shop sold in it. *labelled*: its parcels are registered already. Totals are the sums of its lines."""

    id: UUID
    shop_id: UUID
    offer_id: UUID
    listing_id: UUID
    lines: tuple[PastLine, ...]
    labelled: bool
    ship_hours: int | None = None
    presale_ships_by: datetime | None = None
    ship_by: datetime | None = None

    @property
    def goods_minor(self) -> int:
        return sum(line.goods_minor for line in self.lines)

    @property
    def freight_minor(self) -> int:
        return sum(line.freight_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.freight_minor


class PastCheckout(msgspec.Struct, frozen=True):
    id: UUID
    person_id: UUID
    currency: str
    placed_at: datetime
    paid_at: datetime
    orders: tuple[PastOrder, ...]
    arrives_by: datetime | None = None
    country: str = ""
    region: str = ""

    @property
    def goods_minor(self) -> int:
        return sum(order.goods_minor for order in self.orders)

    @property
    def freight_minor(self) -> int:
        return sum(order.freight_minor for order in self.orders)

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.freight_minor


def take_over(checkouts: Sequence[PastCheckout]) -> list[UUID]:
    """Write those of *checkouts* that are not here yet, paid, with their money in escrow; returns their ids."""
    with together():
        known = {
            row["id"]
            for row in fetch("SELECT id FROM orders_checkout WHERE id = ANY(%s)", [[c.id for c in checkouts]])
        }
        new = [checkout for checkout in checkouts if checkout.id not in known]
        _write_checkouts(new)
        _write_orders(new)
        _write_lines(new)
        payments.take_over(
            [
                payments.PastPayment(
                    "checkout", c.id, c.person_id, Money(c.total_minor, c.currency), c.paid_at
                )
                for c in new
            ]
        )
        ledger.post([_entry(checkout) for checkout in new if checkout.total_minor])
        if new:
            openings = [_opening(order, checkout) for checkout in new for order in checkout.orders]
            settlement.open(openings, now=max(checkout.paid_at for checkout in new))
    return [checkout.id for checkout in new]


def _write_checkouts(checkouts: Sequence[PastCheckout]) -> None:
    copy_rows(
        "orders_checkout",
        ("id", "person_id", "state", "currency", "goods_minor", "freight_minor", "coupon_minor", "total_minor",
         "address", "placed_at", "expires_at", "paid_at"),
        [
            (c.id, c.person_id, "paid", c.currency, c.goods_minor, c.freight_minor, 0, c.total_minor,
             msgspec.json.encode({"country": c.country, "region": c.region}).decode(), c.placed_at, c.paid_at, c.paid_at)
            for c in checkouts
        ],
    )  # fmt: skip


def _write_orders(checkouts: Sequence[PastCheckout]) -> None:
    copy_rows(
        "orders_order",
        ("id", "number", "checkout_id", "shop_id", "person_id", "state", "currency", "goods_minor", "freight_minor",
         "coupon_minor", "total_minor", "ship_hours", "presale_ships_by", "ship_by", "arrives_by", "placed_at",
         "paid_at", "cancelled_by", "refunded_minor"),
        [
            (o.id, number(o.id, c.placed_at), c.id, o.shop_id, c.person_id, "shipped" if o.labelled else "paid",
             c.currency, o.goods_minor, o.freight_minor, 0, o.total_minor, o.ship_hours, o.presale_ships_by, o.ship_by,
             c.arrives_by, c.placed_at, c.paid_at, "", 0)
            for c in checkouts
            for o in c.orders
        ],
    )  # fmt: skip


def _write_lines(checkouts: Sequence[PastCheckout]) -> None:
    rows = []
    for checkout in checkouts:
        for order in checkout.orders:
            for line in order.lines:
                rows.append(
                    (line.id, order.id, order.offer_id, order.listing_id, line.title.zh[:200], line.title.en[:200], "",
                     "", "", line.special[:20], line.quantity, line.quantity if order.labelled else 0, 0,
                     line.goods_minor // line.quantity, line.goods_minor, 0, line.freight_minor, 0)
                )  # fmt: skip
    copy_rows(
        "orders_line",
        ("id", "order_id", "offer_id", "listing_id", "title_zh", "title_en", "variant_zh", "variant_en", "picture",
         "special", "quantity", "shipped_quantity", "delivered_quantity", "unit_minor", "goods_minor", "coupon_minor",
         "freight_minor", "weight_g"),
        rows,
    )  # fmt: skip


def _opening(order: PastOrder, checkout: PastCheckout) -> settlement.Opening:
    return settlement.Opening(
        order_id=order.id,
        number=number(order.id, checkout.placed_at),
        shop_id=order.shop_id,
        currency=checkout.currency,
        received_minor=order.total_minor,
        categories={"": order.goods_minor},
        source_id=checkout.id,
        paid_at=checkout.paid_at,
    )


def _entry(checkout: PastCheckout) -> ledger.EntryDraft:
    currency = checkout.currency
    held: dict[UUID, int] = {}
    for order in checkout.orders:
        held[order.shop_id] = held.get(order.shop_id, 0) + order.total_minor
    return ledger.EntryDraft(
        id=derived_id(checkout.id, "paid"),
        key=f"checkout:{checkout.id}:paid",
        kind="checkout.paid",
        at=checkout.paid_at,
        currency=currency,
        lines=(
            (ledger.Ref("gateway", payments.HISTORY, currency), checkout.total_minor),
            *(
                (ledger.Ref("escrow", str(shop), currency), -amount)
                for shop, amount in held.items()
                if amount
            ),
        ),
        cause_kind="checkout",
        cause_id=checkout.id,
    )
