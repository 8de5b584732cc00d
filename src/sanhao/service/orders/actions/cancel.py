"""Ending an order before the carrier has it: by the buyer, the shop or the platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.service.orders.actions.refund import Part, refund
from sanhao.service.orders.events import OrderCancelled, Who
from sanhao.service.orders.models import ORDER
from sanhao.service.remote import api as remote


def cancel_by_buyer(
    order_id: UUID, *, person_id: UUID, now: datetime, even_if_labelled: bool = False
) -> None:
    """The buyer's own wish: everything back at once. Refused once the shop has made a label, unless the promise to
    ship has passed (*even_if_labelled*, decided by promises), and for everybody once the carrier has the parcel."""
    with transaction.atomic():
        rows = fetch(
            "SELECT id, state FROM orders_order WHERE id = %s AND person_id = %s FOR UPDATE",
            [order_id, person_id],
        )
        if not rows:
            raise NotFound("order.unknown", zh="没有找到这个订单。", en="There is no such order.")
        if rows[0]["state"] == "shipped" and not even_if_labelled:
            raise Refusal(
                "order.labelled",
                zh="商家已经打好包裹，正等快递来取；超过承诺时间后可以免费取消。",
                en="The parcel is packed and waits for its courier. It can be cancelled freely once the promised time has passed.",
            )
        if not cancel([order_id], who="buyer", by=person_id, now=now):
            raise _too_late()


def cancel_by_shop(order_id: UUID, *, shop_id: UUID, by: UUID, reason: str, now: datetime) -> None:
    """The shop cannot deliver. The buyer gets everything back; the promise about it decides and says so.

    Any member of the shop may (*by*; NotFound for others).
    """
    shops.require_member(shop_id, by)
    with transaction.atomic():
        if not fetch(
            "SELECT 1 FROM orders_order WHERE id = %s AND shop_id = %s FOR UPDATE", [order_id, shop_id]
        ):
            raise NotFound("order.unknown", zh="没有找到这个订单。", en="There is no such order.")
        if not cancel([order_id], who="shop", by=by, note=reason, now=now):
            raise _too_late()


def cancel(
    order_ids: Sequence[UUID],
    *,
    who: Who,
    by: UUID | None = None,
    note: str = "",
    even_if_collected: bool = False,
    now: datetime,
) -> list[UUID]:
    """Cancel those of *order_ids* whose parcel no carrier has yet; returns them. Inside the caller's transaction.

    *even_if_collected*: the order ended on its way (lost, called back), as histories know it; never once delivered.
    """
    open_orders = fetch(
        "SELECT id FROM orders_order WHERE id = ANY(%s) AND (%s OR collected_at IS NULL) ORDER BY id FOR UPDATE",
        [sorted(order_ids), even_if_collected],
    )
    rows = ORDER.move_rows(
        [row["id"] for row in open_orders],
        "cancelled",
        at=now,
        by=by,
        note=note,
        also={"cancelled_by": who},
        returning=("checkout_id", "shop_id", "person_id", "total_minor"),
    )
    moved = [row["id"] for row in rows]
    if not moved:
        return []
    catalog.release(moved, now=now)
    remote.free(moved, now=now)
    own_wish = who == "buyer"
    events.emit(
        [
            OrderCancelled(
                row["id"], row["checkout_id"], row["shop_id"], row["person_id"], who, now, own_wish
            )
            for row in rows
        ],
        at=now,
    )
    # After the promises have heard: everybody locks orders, then promises, then payments. What cost the buyer nothing
    # owes nothing, and only its coupons go back.
    back = [row["id"] for row in rows if own_wish or not row["total_minor"]]
    if back:
        refund([Part(f"order:{id}:cancelled", id, "order", id) for id in back], now=now)
    return moved


def _too_late() -> Refusal:
    return Refusal(
        "order.too_late_to_cancel",
        zh="快递已经揽收或订单已结束，不能再取消。",
        en="The carrier already has the parcel, or the order has ended: it cannot be cancelled any more.",
    )
