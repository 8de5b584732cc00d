"""Cancelling because of a promise: freely once it has passed, and by itself when nobody ever ships."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.kit.keeper import Row
from sanhao.kit.rows import execute, fetch
from sanhao.service.orders import api as orders
from sanhao.service.promises.book import facts_from, terms_of
from sanhao.service.promises.kinds import late_shipment


def cancel_order(order_id: UUID, *, person_id: UUID, now: datetime) -> None:
    """The buyer's cancel button: at once while nothing is packed, and freely from the promised moment on."""
    orders.cancel_by_buyer(
        order_id, person_id=person_id, now=now, even_if_labelled=may_cancel_freely(order_id, now=now)
    )


def may_cancel_freely(order_id: UUID, *, now: datetime) -> bool:
    """Whether the promise to ship has passed, so that a packed but uncollected parcel holds nobody back."""
    rows = fetch(
        "SELECT rule_id, kind, facts::text AS facts FROM promises_promise "
        "WHERE order_id = %s AND kind = 'late_shipment' AND state IN ('open', 'broken', 'review', 'reversed')",
        [order_id],
    )
    for row in rows:
        free_from = late_shipment.cancel_free_from(
            terms_of(row["rule_id"], row["kind"]), facts_from(row["kind"], row["facts"])
        )
        if free_from is not None and now >= free_from:
            return True
    return False


def cancel_unshipped(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: long past the promise and no carrier has it. The order ends; the promise about it gives all back.

    Whoever cancels locks the order before its promises, and this keeper holds promises already: so an order that is
    busy is left for the next round instead of being waited for.
    """
    held = {order.id for order in orders.hold(order_ids=[row["order_id"] for row in rows])}
    orders.cancel(sorted(held), who="platform", note="not shipped", now=now)
    execute(
        "UPDATE promises_promise SET cancel_at = NULL WHERE id = ANY(%s)",
        [[row["id"] for row in rows if row["order_id"] in held]],
    )
