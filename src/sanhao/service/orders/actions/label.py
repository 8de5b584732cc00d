"""A shop has its carrier make a label instead of typing a number: the parcel is registered when the label is there, and
taken back with it as long as no courier has collected it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.sizes import Packed, sides_of
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.events import LabelMade
from sanhao.service.orders.actions.ship import Shipment, check_couriers, hand_over, left_of, lock
from sanhao.service.orders.events import OrderCancelled, OrderUnpacked
from sanhao.service.orders.models import ORDER
from sanhao.service.remote import api as remote


class LabelWish(msgspec.Struct, frozen=True):
    """A label for what is in one parcel (nothing named: all that is left). *weight_g* 0: what the goods weigh; *boxes* 0:
    as many as the terms say; *another* as in `Shipment`."""

    order_id: UUID
    carrier: str
    service: str = ""
    items: tuple[tuple[UUID, int], ...] = ()
    weight_g: int = 0
    boxes: int = 0
    another: bool = False


def label_terms(now: datetime) -> delivery.LabelTerms:
    """The rule of labels in force; a site without one goes by its defaults."""
    try:
        return msgspec.convert(rulebook.in_force(delivery.LABEL_RULE, at=now).terms, delivery.LabelTerms)
    except LookupError:
        return delivery.LabelTerms()


def print_labels(
    shop_id: UUID, wishes: Sequence[LabelWish], *, origin: delivery.Place, by: UUID, now: datetime
) -> list[UUID]:
    """Ask carriers for labels of a shop's paid orders, all or nothing; returns the labels' ids. A keeper goes and asks.

    Any member of the shop may. Refuses what `ship` refuses, and an order for which a label is being made already.
    """
    if not wishes:
        raise Invalid("ship.nothing", zh="请先选择要发货的订单。", en="Choose at least one order to ship.")
    terms = label_terms(now)
    if any(not 0 <= wish.boxes <= terms.boxes for wish in wishes):
        raise Invalid(
            "ship.boxes",
            zh=f"一单最多分成{terms.boxes}箱。",
            en=f"A parcel has at most {terms.boxes} boxes.",
        )
    order_ids = sorted({wish.order_id for wish in wishes})
    shops.require_member(shop_id, by)
    with transaction.atomic():
        orders = lock(shop_id, order_ids)
        check_couriers(wishes, orders)
        left = left_of(order_ids)
        waiting = delivery.pending(order_ids)
        for id, of_order in left.items():
            left[id] = {line: n - waiting.get(line, 0) for line, n in of_order.items()}
        goods, homes = _goods(order_ids), _homes(order_ids)
        drafts = []
        for wish in wishes:
            order, of_order = orders[wish.order_id], left[wish.order_id]
            items = wish.items or tuple((line, n) for line, n in of_order.items() if n > 0)
            if not items or any(n < 1 or n > of_order.get(line, 0) for line, n in items):
                raise Refusal(
                    "ship.label_waits",
                    zh=f"订单 {order['number']} 没有这么多还没打包的商品，也许面单已经在打了。",
                    en=f"Order {order['number']} has not that much left to pack: perhaps its label is being made already.",
                )
            for line, n in items:
                of_order[line] -= n
            boxes = delivery.boxed(
                terms, [(goods[line], n) for line, n in items], weight_g=wish.weight_g, count=wish.boxes
            )
            drafts.append(
                delivery.LabelDraft(
                    id=new_id(), owner_kind="order", owner_id=wish.order_id, shop_id=shop_id, carrier=wish.carrier,
                    service=wish.service, origin=origin, to=homes[wish.order_id], boxes=boxes,
                    items=items, reference=order["number"], by=by, not_before=order["paid_at"],
                )
            )  # fmt: skip
        delivery.ask_labels(drafts, now=now)
    return [draft.id for draft in drafts]


def _goods(order_ids: Sequence[UUID]) -> dict[UUID, Packed]:
    """What a unit of each line weighs, and how large it is."""
    rows = fetch(
        "SELECT id, weight_g, packed_mm FROM orders_line WHERE order_id = ANY(%s)", [list(order_ids)]
    )
    return {row["id"]: Packed(row["weight_g"], sides_of(row["packed_mm"])) for row in rows}


def _homes(order_ids: Sequence[UUID]) -> dict[UUID, delivery.Place]:
    """Where the parcels of each order go: to its buyer, as written at checkout, or to the hub that takes them on."""
    rows = fetch(
        "SELECT o.id, c.address::text AS address FROM orders_order o JOIN orders_checkout c ON c.id = o.checkout_id "
        "WHERE o.id = ANY(%s)",
        [list(order_ids)],
    )
    told = {row["id"]: msgspec.json.decode(row["address"], type=people.AddressDraft) for row in rows}
    hubs = {id: one.hub.address for id, one in remote.consolidated(order_ids).items()}
    return {
        id: delivery.Place(to.recipient, to.phone, to.country, to.region, to.city, to.street, to.postcode)
        for id, to in (told | hubs).items()
    }


def label_made(batch: Sequence[News[LabelMade]]) -> None:
    """Now-listener: a carrier made a label that a shop wanted. Its parcel is registered, as if the shop had typed the
    number, and the label charged for; if the order does not want it any more, the carrier is told to forget it."""
    for news in batch:  # one at a time: each is a parcel that may be refused for itself
        fact = news.fact
        if fact.owner_kind != "order":
            continue
        shipment = Shipment(fact.owner_id, fact.carrier, fact.tracking_no, fact.items)
        try:
            hand_over(fact.shop_id, [(fact.label_id, shipment)], by=fact.by, now=fact.at, labelled=True)
        except Refusal as no:
            delivery.give_up([fact.label_id], no.text, now=fact.at)
        else:
            _bill(fact)


def _bill(fact: LabelMade) -> None:
    """What the carrier asks for a label, to whom the terms name; nothing where it says no price."""
    if fact.price is None:
        return
    terms = label_terms(fact.at)
    delivery.bill(
        [
            delivery.BillDraft(
                fact.label_id, "order", fact.owner_id, fact.shop_id, fact.carrier, fact.price, terms.payer
            )
        ],
        now=fact.at,
    )


def order_cancelled(batch: Sequence[News[OrderCancelled]]) -> None:
    """Later listener: what was cancelled is not to be sent. Its labels that nobody has collected are given up, and their
    carriers told; what one of them takes with it all the same is heard as ever."""
    reason = Text(
        zh="订单已取消，不要再交给快递。", en="The order is cancelled: do not hand the parcel over."
    )
    with transaction.atomic():
        delivery.cancel_labels(
            [news.fact.order_id for news in batch], reason, now=max(news.at for news in batch)
        )


def cancel_label(shop_id: UUID, label_id: UUID, *, by: UUID, now: datetime) -> None:
    """Take back a label that nobody has collected, and unpack what it was for. Raises NotFound, Forbidden, Refusal
    ``delivery.collected``, ``delivery.label_state``."""
    shops.require_member(shop_id, by)
    with transaction.atomic():
        order_id, items = delivery.withdraw_label(label_id, shop_id=shop_id, now=now)
        if not items:
            return
        [order] = fetch("SELECT id, person_id FROM orders_order WHERE id = %s FOR UPDATE", [order_id])
        execute(
            """
            UPDATE orders_line l SET shipped_quantity = l.shipped_quantity - p.quantity
            FROM unnest(%s::uuid[], %s::int[]) AS p (id, quantity) WHERE l.id = p.id AND l.order_id = %s
            """,
            [[line for line, _ in items], [n for _, n in items], order_id],
        )
        if ORDER.move([order_id], "paid", at=now, by=by, only_from=["shipped"]):
            events.emit([OrderUnpacked(order_id, shop_id, order["person_id"])], at=now)
