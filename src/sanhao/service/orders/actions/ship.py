"""Handing an order to carriers, in one parcel or several, and hearing how it travels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.settlement import api as settlement
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.wording import sum_of
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.events import ConsignmentCollected, ConsignmentDelivered
from sanhao.service.orders.events import OrderDelivered, OrderShipped
from sanhao.service.orders.models import ORDER
from sanhao.service.remote import api as remote


class Shipment(msgspec.Struct, frozen=True):
    """One parcel: which order, which carrier, which number, and what is in it (nothing named: all that is left).

    *another*: the shop knows that the buyer chose another courier, and what that costs.
    """

    order_id: UUID
    carrier: str
    tracking_no: str
    items: tuple[tuple[UUID, int], ...] = ()
    another: bool = False


def ship(shop_id: UUID, shipments: Sequence[Shipment], *, by: UUID, now: datetime) -> list[UUID]:
    """Register parcels for a shop's paid orders, all or nothing; returns the consignments' ids.

    Any member of the shop may (*by*; NotFound for others). Refuses another shop's order (NotFound), an order that is not
    waiting to be shipped, more of a line than is left, a tracking number already in use, and another courier than the
    buyer chose unless the shop says that it knows.
    """
    if not shipments:
        raise Invalid("ship.nothing", zh="请先选择要发货的订单。", en="Choose at least one order to ship.")
    shops.require_member(shop_id, by)
    return hand_over(shop_id, [(new_id(), shipment) for shipment in shipments], by=by, now=now)


def hand_over(
    shop_id: UUID,
    shipments: Sequence[tuple[UUID, Shipment]],
    *,
    by: UUID,
    now: datetime,
    labelled: bool = False,
) -> list[UUID]:
    """Register parcels under these ids, and move what is wholly packed to *shipped*."""
    order_ids = sorted({shipment.order_id for _, shipment in shipments})
    with transaction.atomic():
        delivery.begin_registering()
        orders = lock(shop_id, order_ids)
        if not labelled:  # else it was said when the label was asked for
            check_couriers([shipment for _, shipment in shipments], orders)
        left = left_of(order_ids)
        drafts, packed = _pack(shop_id, shipments, left, orders, labelled)
        drafts = _by_hub(drafts)
        delivery.register(drafts, now=now)
        execute(
            """
            UPDATE orders_line l SET shipped_quantity = l.shipped_quantity + p.quantity
            FROM unnest(%s::uuid[], %s::int[]) AS p (id, quantity) WHERE l.id = p.id
            """,
            [list(packed), list(packed.values())],
        )
        complete = [id for id in order_ids if not any(left[id].values())]
        ORDER.move(complete, "shipped", at=now, by=by)
        events.emit([OrderShipped(id, shop_id, orders[id]["person_id"]) for id in complete], at=now)
    return [draft.id for draft in drafts]


def lock(shop_id: UUID, order_ids: Sequence[UUID]) -> dict[UUID, Row]:
    rows = fetch(
        "SELECT id, number, state, person_id, paid_at, carrier, currency, freight_minor - freight_refunded_minor AS left_minor "
        "FROM orders_order WHERE id = ANY(%s) AND shop_id = %s ORDER BY id FOR UPDATE",
        [list(order_ids), shop_id],
    )
    if len(rows) != len(order_ids):
        raise NotFound("order.unknown", zh="没有找到这个订单。", en="There is no such order.")
    for row in rows:
        if row["state"] != "paid":
            raise Refusal(
                "ship.not_waiting",
                zh=f"订单 {row['number']} 现在不用发货。",
                en=f"Order {row['number']} is not waiting to be shipped.",
            )
    return {row["id"]: row for row in rows}


class _Wish(Protocol):
    """Who is to bring something of an order, and whether the shop knows that its buyer chose another."""

    @property
    def order_id(self) -> UUID: ...
    @property
    def carrier(self) -> str: ...
    @property
    def another(self) -> bool: ...


def check_couriers(wishes: Sequence[_Wish], orders: Mapping[UUID, Row]) -> None:
    """Raises Refusal ``ship.other_courier`` for another courier than the buyer of a locked order chose, with its cost."""
    for shipment in wishes:
        order = orders[shipment.order_id]
        if order["carrier"] in ("", shipment.carrier) or shipment.another:
            continue
        chosen, costs = (
            delivery.carrier_name(order["carrier"]),
            sum_of(Money(order["left_minor"], order["currency"])),
        )
        raise Refusal(
            "ship.other_courier",
            zh=f"订单 {order['number']} 的买家选了{chosen.zh}。换别家，要退给买家运费{costs.zh}。",
            en=f"The buyer of order {order['number']} chose {chosen.en}. Another courier costs you their freight, {costs.en}.",
        )


def left_of(order_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, int]]:
    left: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for row in fetch(
        "SELECT id, order_id, quantity - shipped_quantity - cancelled_units AS n FROM orders_line WHERE order_id = ANY(%s) ORDER BY id",
        [list(order_ids)],
    ):
        left[row["order_id"]][row["id"]] = row["n"]
    return left


def _pack(
    shop_id: UUID,
    shipments: Sequence[tuple[UUID, Shipment]],
    left: dict[UUID, dict[UUID, int]],
    orders: dict[UUID, Row],
    labelled: bool,
) -> tuple[list[delivery.ConsignmentDraft], dict[UUID, int]]:
    """Take each parcel's items out of what is *left*; returns the parcels and how much of each line is packed."""
    drafts = []
    packed: dict[UUID, int] = defaultdict(int)
    for id, shipment in shipments:
        of_order = left[shipment.order_id]
        items = shipment.items or tuple((line, n) for line, n in of_order.items() if n)
        for line_id, quantity in items:
            if quantity < 1 or quantity > of_order.get(line_id, 0):
                raise Invalid(
                    "ship.quantity",
                    zh="包裹里的数量超过了还没发的数量。",
                    en="The parcel holds more than is left to ship.",
                )
            of_order[line_id] -= quantity
            packed[line_id] += quantity
        if not items:
            raise Invalid("ship.empty", zh="这个包裹是空的。", en="This parcel is empty.")
        drafts.append(
            delivery.ConsignmentDraft(
                id=id,
                owner_id=shipment.order_id,
                shop_id=shop_id,
                carrier=shipment.carrier,
                tracking_no=shipment.tracking_no,
                items=tuple(items),
                not_before=orders[shipment.order_id]["paid_at"],
                labelled=labelled,
            )
        )
    return drafts, packed


def _by_hub(drafts: list[delivery.ConsignmentDraft]) -> list[delivery.ConsignmentDraft]:
    """Parcels of orders that are consolidated are bound for their hub, and go on with its carrier."""
    hubs = remote.consolidated([draft.owner_id for draft in drafts])
    return [
        msgspec.structs.replace(draft, onward=hubs[draft.owner_id].carrier)
        if draft.owner_id in hubs
        else draft
        for draft in drafts
    ]


def collected(batch: Sequence[News[ConsignmentCollected]]) -> None:
    """Now-listener: a carrier has (part of) the order; from here on it cannot simply be cancelled."""
    batch = [news for news in batch if news.fact.leg != 2]
    if not batch:
        return  # of a second leg nothing is new: the shop has handed it over long ago
    execute(
        """
        WITH told AS (
            SELECT id, min(at) AS at FROM unnest(%s::uuid[], %s::timestamptz[]) AS c (id, at) GROUP BY id
        ), locked AS (
            SELECT o.id, c.at FROM orders_order o JOIN told c ON c.id = o.id ORDER BY o.id FOR UPDATE OF o
        )
        UPDATE orders_order o SET collected_at = least(o.collected_at, c.at) FROM locked c WHERE o.id = c.id
        """,
        [[news.fact.owner_id for news in batch], [news.fact.at for news in batch]],
    )


def delivered(batch: Sequence[News[ConsignmentDelivered]]) -> None:
    """Now-listener: parcels signed for; an order whose every unit has arrived is delivered.

    A parcel may be told twice (an earlier moment came to light): quantities are set, not added. A hub's signature is no
    delivery: what it signed for travels on.
    """
    batch = [news for news in batch if news.fact.leg != 1]
    if not batch:
        return
    at = max(news.at for news in batch)
    orders = sorted({news.fact.owner_id for news in batch})
    fetch("SELECT id FROM orders_order WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [orders])
    items = delivery.delivered_items(orders)
    execute(
        """
        UPDATE orders_line l SET delivered_quantity = least(d.quantity, l.shipped_quantity)
        FROM unnest(%s::uuid[], %s::int[]) AS d (id, quantity) WHERE l.id = d.id
        """,
        [list(items), list(items.values())],
    )
    last: dict[UUID, datetime] = {}
    for news in batch:
        last[news.fact.owner_id] = max(news.fact.at, last.get(news.fact.owner_id, news.fact.at))
    complete = fetch(
        "SELECT order_id AS id FROM orders_line WHERE order_id = ANY(%s) "
        "GROUP BY order_id HAVING sum(quantity - cancelled_units) = sum(delivered_quantity)",
        [orders],
    )
    ids = [row["id"] for row in complete]
    moved = ORDER.move_rows(
        ids,
        "delivered",
        at=at,
        each={"delivered_at": ("timestamptz", [last[id] for id in ids])},
        returning=("checkout_id", "shop_id", "person_id", "delivered_at"),
    )
    arrived = {row["id"]: row["delivered_at"] for row in moved}
    settlement.set_release(settlement.release_dates(arrived, at=at))
    events.emit(
        [
            OrderDelivered(
                row["id"], row["checkout_id"], row["shop_id"], row["person_id"], row["delivered_at"]
            )
            for row in moved
        ],
        at=at,
    )
