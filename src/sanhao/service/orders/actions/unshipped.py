"""Units that will not be delivered: an order is as far as what is left of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.kit import events
from sanhao.kit.keeper import Row
from sanhao.kit.rows import fetch
from sanhao.service.orders.events import (
    DroppedLine,
    OrderCancelled,
    OrderDelivered,
    OrderShipped,
    UnitsDropped,
)
from sanhao.service.orders.models import ORDER
from sanhao.service.remote import api as remote


def follow(order_ids: Sequence[UUID], *, now: datetime) -> set[UUID]:
    """Units of these orders came back: an order of which nothing was or will be delivered is cancelled, one whose rest is
    shipped is shipped, one whose rest is delivered is delivered. Returns those whose every unit is back."""
    if not order_ids:
        return set()
    rows = fetch(
        """
        SELECT order_id AS id, bool_and(refunded_units = quantity) AS back, bool_and(cancelled_units = quantity) AS never,
            bool_and(shipped_quantity + cancelled_units = quantity) AS packed,
            bool_and(delivered_quantity + cancelled_units = quantity) AS arrived
        FROM orders_line WHERE order_id = ANY(%s) GROUP BY order_id ORDER BY order_id
        """,
        [list(order_ids)],
    )
    over = [row["id"] for row in rows if row["never"]]
    packed = [row["id"] for row in rows if row["packed"] and not row["never"]]
    arrived = [row["id"] for row in rows if row["arrived"] and not row["never"]]
    if over:
        _cancelled(over, now)
    if packed:
        _shipped(packed, now)
    if arrived:
        _delivered(arrived, now)
    return {row["id"] for row in rows if row["back"]}


def tell(rows: Sequence[Row], *, now: datetime) -> None:
    """Whoever waits for these lines hears that fewer units will come, or none. Before what becomes of the orders."""
    by_order: dict[UUID, list[DroppedLine]] = defaultdict(list)
    for row in rows:
        by_order[row["order_id"]].append(DroppedLine(row["id"], row["paid_minor"], row["gone"]))
    if not by_order:
        return
    currencies = fetch("SELECT id, currency FROM orders_order WHERE id = ANY(%s)", [list(by_order)])
    events.emit(
        [UnitsDropped(row["id"], row["currency"], tuple(by_order[row["id"]]), now) for row in currencies],
        at=now,
    )


def _cancelled(ids: Sequence[UUID], now: datetime) -> None:
    moved = ORDER.move_rows(
        ids, "cancelled", at=now, also={"cancelled_by": "buyer"},
        returning=("checkout_id", "shop_id", "person_id"),
    )  # fmt: skip
    remote.end([row["id"] for row in moved], now=now)
    events.emit(
        [
            OrderCancelled(
                row["id"], row["checkout_id"], row["shop_id"], row["person_id"], "buyer", now, True
            )
            for row in moved
        ],
        at=now,
    )


def _shipped(ids: Sequence[UUID], now: datetime) -> None:
    moved = ORDER.move_rows(ids, "shipped", at=now, returning=("shop_id", "person_id"))
    events.emit([OrderShipped(row["id"], row["shop_id"], row["person_id"]) for row in moved], at=now)


def _delivered(ids: Sequence[UUID], now: datetime) -> None:
    moved = ORDER.move_rows(
        ids,
        "delivered",
        at=now,
        also={"delivered_at": now},
        returning=("checkout_id", "shop_id", "person_id"),
    )
    events.emit(
        [
            OrderDelivered(row["id"], row["checkout_id"], row["shop_id"], row["person_id"], now)
            for row in moved
        ],
        at=now,
    )
