"""Hundreds of paid orders at once, as checkout and payment would have left them: their tables written set-based, what
follows from being paid (the entries, the promises) left to the real verbs and listeners."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.kit import events
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.service.orders import api as orders
from sanhao.service.orders.events import OrderPaid, PaidLine
from tests.goods import world
from tests.service.stage import Stage, rules, stage

PURSES = ((10_000_000, 0), (0, 400_000), (1_000, 1_000), (0, 0), (0, 50_000), (200_000, 0))
"""Balance and deposit of each shop: rich, on its deposit, nearly empty, penniless…"""
SETTLES_AFTER = timedelta(hours=50)
"""From payment to the moment a late shipment pays: 48 hours and the scan grace."""


class Sold(msgspec.Struct, frozen=True):
    """One order of the race."""

    id: UUID
    checkout_id: UUID
    shop: Stage
    person_id: UUID
    line_id: UUID
    goods_minor: int
    freight_minor: int
    paid_at: datetime
    quantity: int = 1

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.freight_minor


def shops() -> list[Stage]:
    """Rules, and a handful of shops with very different purses."""
    rules()
    found = []
    for number, (balance, deposit) in enumerate(PURSES):
        found.append(stage(slug=f"race-{number}", balance=balance, deposit=deposit, stock=1_000_000))
    return found


def sell(
    stages: Sequence[Stage],
    buyers: Sequence[UUID],
    settle: Sequence[datetime],
    rng: random.Random,
    *,
    quantity: int = 1,
) -> list[Sold]:
    """One order for each moment of *settle*, whose promise to ship settles then. Half of them are the first shop's;
    every fourth shares its checkout with the one before it, as a basket from two shops does."""
    weights = [len(stages), *[1] * (len(stages) - 1)]
    sold: list[Sold] = []
    ids, lines, checkouts = new_ids(len(settle)), new_ids(len(settle)), new_ids(len(settle))
    for number, at in enumerate(settle):
        shop, checkout, buyer, paid_at = (
            rng.choices(stages, weights)[0],
            checkouts[number],
            rng.choice(buyers),
            at,
        )
        if number % 4 == 3:
            before = sold[-1]
            checkout, buyer, at = before.checkout_id, before.person_id, before.paid_at + SETTLES_AFTER
            shop = next(s for s in stages if s.shop_id != before.shop.shop_id)
        paid_at = at - SETTLES_AFTER
        goods = quantity * rng.randrange(200, 120_000)
        sold.append(
            Sold(
                ids[number],
                checkout,
                shop,
                buyer,
                lines[number],
                goods,
                rng.choice((0, 600)),
                paid_at,
                quantity,
            )
        )
    with transaction.atomic():
        _write(sold)
        _tell(sold)
    return sold


def _write(sold: Sequence[Sold]) -> None:
    by_checkout: dict[UUID, list[Sold]] = defaultdict(list)
    for order in sold:
        by_checkout[order.checkout_id].append(order)
    copy_rows(
        "orders_checkout",
        ("id", "person_id", "state", "currency", "goods_minor", "freight_minor", "coupon_minor", "total_minor",
         "address", "placed_at", "expires_at", "paid_at"),
        [
            (id, own[0].person_id, "paid", "CNY", sum(o.goods_minor for o in own), sum(o.freight_minor for o in own),
             0, sum(o.total_minor for o in own), "{}", own[0].paid_at, own[0].paid_at, own[0].paid_at)
            for id, own in by_checkout.items()
        ],
    )  # fmt: skip
    copy_rows(
        "orders_order",
        ("id", "number", "checkout_id", "shop_id", "person_id", "state", "currency", "goods_minor", "freight_minor",
         "coupon_minor", "total_minor", "arrives_by", "placed_at", "paid_at", "cancelled_by", "refunded_minor"),
        [
            (o.id, o.id.hex[-20:], o.checkout_id, o.shop.shop_id, o.person_id, "paid", "CNY", o.goods_minor,
             o.freight_minor, 0, o.total_minor, _arrives(o), o.paid_at, o.paid_at, "", 0)
            for o in sold
        ],
    )  # fmt: skip
    listings = {
        row["id"]: row["listing_id"]
        for row in fetch(
            "SELECT o.id, v.listing_id FROM catalog_offer o JOIN catalog_variant v ON v.id = o.variant_id "
            "WHERE o.id = ANY(%s)",
            [list({o.shop.offers[0] for o in sold})],
        )
    }
    copy_rows(
        "orders_line",
        ("id", "order_id", "offer_id", "listing_id", "title_zh", "title_en", "variant_zh", "variant_en", "picture",
         "special", "quantity", "shipped_quantity", "delivered_quantity", "unit_minor", "goods_minor", "coupon_minor",
         "freight_minor", "weight_g"),
        [
            (o.line_id, o.id, o.shop.offers[0], listings[o.shop.offers[0]], "毛衣", "Sweater", "", "", "", "", o.quantity,
             0, 0, o.goods_minor // o.quantity, o.goods_minor, 0, o.freight_minor, 300)
            for o in sold
        ],
    )  # fmt: skip
    payments = [(new_id(), own) for own in by_checkout.values()]
    copy_rows(
        "payments_payment",
        ("id", "subject_kind", "subject_id", "attempt", "person_id", "amount_minor", "currency", "gateway",
         "gateway_ref", "state", "refunded_minor", "created_at", "paid_at", "polls"),
        [
            (id, "checkout", own[0].checkout_id, 1, own[0].person_id, sum(o.total_minor for o in own), "CNY",
             "sandbox", f"sandbox-{id}", "paid", 0, own[0].paid_at, own[0].paid_at, 0)
            for id, own in payments
        ],
    )  # fmt: skip
    copy_rows(
        "payments_sandboxcharge",
        ("id", "amount_minor", "currency", "outcome", "decided_at", "silent", "refunds"),
        [
            (id, sum(o.total_minor for o in own), "CNY", "paid", own[0].paid_at, 0, "") for id, own in payments
        ],
    )  # fmt: skip
    ledger.post([_entry(id, own) for id, own in by_checkout.items()])
    settlement.open(
        [
            settlement.Opening(
                order_id=o.id,
                number=o.id.hex[-20:],
                shop_id=o.shop.shop_id,
                currency="CNY",
                received_minor=o.total_minor,
                categories={"": o.goods_minor},
                source_id=o.checkout_id,
                paid_at=o.paid_at,
            )
            for o in sold
        ],
        now=max(o.paid_at for o in sold),
    )


def _arrives(order: Sold) -> datetime:
    return order.paid_at + timedelta(days=8)


def _entry(checkout_id: UUID, own: Sequence[Sold]) -> ledger.EntryDraft:
    held = [(ledger.Ref("escrow", str(o.shop.shop_id), "CNY"), -o.total_minor) for o in own]
    return ledger.EntryDraft(
        new_id(), f"checkout:{checkout_id}:paid", "checkout.paid", own[0].paid_at, "CNY",
        ((ledger.Ref("gateway", "sandbox", "CNY"), sum(o.total_minor for o in own)), *held), "checkout", checkout_id,
    )  # fmt: skip


def _tell(sold: Sequence[Sold]) -> None:
    """The fact that makes the promises."""
    events.emit(
        [
            OrderPaid(
                order_id=o.id, checkout_id=o.checkout_id, shop_id=o.shop.shop_id, person_id=o.person_id,
                currency="CNY", bought_at=o.paid_at, paid_at=o.paid_at, goods_minor=o.goods_minor,
                freight_minor=o.freight_minor, paid_minor=o.total_minor,
                lines=(PaidLine(o.line_id, o.quantity, o.goods_minor, o.freight_minor, ""),), ship_hours=None,
                presale_ships_by=None, arrives_by=_arrives(o), ship_by=None, country="CN", region="上海市",
            )
            for o in sold
        ],
        at=max(o.paid_at for o in sold),
    )  # fmt: skip


def label(sold: Sequence[Sold]) -> dict[UUID, str]:
    """Parcels for these orders, one call for each shop; returns the tracking number of each order."""
    by_shop: dict[UUID, list[Sold]] = defaultdict(list)
    for order in sold:
        by_shop[order.shop.shop_id].append(order)
    for shop_id, own in by_shop.items():
        orders.ship(
            shop_id,
            [orders.Shipment(o.id, "sandbox", number_of(o.id)) for o in own],
            by=own[0].shop.owner_id,
            now=max(o.paid_at for o in own),
        )
    return {order.id: number_of(order.id) for order in sold}


def number_of(order_id: UUID) -> str:
    return f"R{order_id.hex}".upper()


def buyers(count: int) -> list[UUID]:
    return world.people(count)


def tidy() -> None:
    """Statistics for the planner, as autovacuum would have them after a while."""
    execute("ANALYZE")
