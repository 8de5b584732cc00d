"""The statements in which buyers race. Each is one statement; `actions.py` opens the transaction around them.

Locks are always taken in this order: reservations by id, then offers by id. Two carts with the same goods in another
order wait for each other, never on each other. What a statement reads before it had to wait is read again by
PostgreSQL once it has the lock, so `stock_left` is always the latest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sanhao.goods.catalog.core import Want
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch


def take(wanted: Sequence[Want]) -> set[UUID]:
    """Take the stock where it is enough and the price still stands; returns the offers that gave."""
    rows = fetch(
        """
        WITH wanted AS (
            SELECT id, sum(quantity) AS quantity, min(price) AS low, max(price) AS high
            FROM unnest(%s::uuid[], %s::int[], %s::bigint[]) AS t(id, quantity, price) GROUP BY id
        ), locked AS (
            SELECT o.id FROM catalog_offer o JOIN wanted w ON w.id = o.id ORDER BY o.id FOR NO KEY UPDATE OF o
        )
        UPDATE catalog_offer o SET stock_left = o.stock_left - w.quantity
        FROM wanted w JOIN locked l ON l.id = w.id
        WHERE o.id = w.id AND o.stock_left >= w.quantity AND o.state = 'open'
          AND (w.low IS NULL OR (o.price_minor = w.low AND o.price_minor = w.high))
        RETURNING o.id
        """,
        [[w.offer_id for w in wanted], [w.quantity for w in wanted], [w.unit_minor for w in wanted]],
    )
    return {row["id"] for row in rows}


def hold(wanted: Sequence[Want], *, expires_at: datetime, now: datetime) -> list[Want]:
    """Write the reservations, under the locks of `take`; returns the wants that a limit per person forbids.

    A statement of its own: its snapshot is younger than the locks, so what the person just reserved elsewhere counts.
    """
    ids = new_ids(len(wanted))
    rows = fetch(
        """
        WITH wanted AS (
            SELECT *, sum(quantity) OVER (PARTITION BY offer_id, person_id) AS asked
            FROM unnest(%(ids)s::uuid[], %(offers)s::uuid[], %(quantities)s::int[], %(orders)s::uuid[], %(persons)s::uuid[])
                 AS t(id, offer_id, quantity, order_id, person_id)
        )
        INSERT INTO catalog_reservation
            (id, offer_id, quantity, order_id, person_id, state, expires_at, changed_at, counted)
        SELECT w.id, w.offer_id, w.quantity, w.order_id, w.person_id, 'held', %(expires_at)s, %(now)s, false
        FROM wanted w JOIN catalog_offer o ON o.id = w.offer_id
        WHERE o.per_person_limit IS NULL OR o.per_person_limit >= w.asked + (
            SELECT coalesce(sum(r.quantity), 0) FROM catalog_reservation r
            WHERE r.offer_id = w.offer_id AND r.person_id = w.person_id AND r.state <> 'released')
        RETURNING id
        """,
        {"ids": ids, "offers": [w.offer_id for w in wanted], "quantities": [w.quantity for w in wanted],
         "orders": [w.order_id for w in wanted], "persons": [w.person_id for w in wanted],
         "expires_at": expires_at, "now": now},
    )  # fmt: skip
    written = {row["id"] for row in rows}
    return [want for id, want in zip(ids, wanted, strict=True) if id not in written]


def consume(order_ids: Sequence[UUID], *, now: datetime) -> set[UUID]:
    """Held becomes consumed, for the orders of which nothing was let go; returns those orders. Touches no offer."""
    rows = fetch(
        """
        WITH mine AS (
            SELECT id, order_id, state FROM catalog_reservation WHERE order_id = ANY(%(orders)s)
            ORDER BY id FOR NO KEY UPDATE
        ), whole AS (
            SELECT order_id FROM mine GROUP BY order_id HAVING bool_and(state <> 'released')
        ), done AS (
            UPDATE catalog_reservation r SET state = 'consumed', changed_at = %(now)s
            FROM mine m JOIN whole USING (order_id) WHERE r.id = m.id AND m.state = 'held'
        )
        SELECT order_id FROM whole
        """,
        {"orders": list(order_ids), "now": now},
    )
    return {row["order_id"] for row in rows}


def release(order_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, int]:
    """Held and consumed becomes released, the stock is back; returns how many reservations of each offer."""
    rows = fetch(
        """
        WITH mine AS (
            SELECT id, counted FROM catalog_reservation
            WHERE order_id = ANY(%(orders)s) AND state <> 'released' ORDER BY id FOR NO KEY UPDATE
        ), freed AS (
            UPDATE catalog_reservation r SET state = 'released', changed_at = %(now)s
            FROM mine m WHERE r.id = m.id RETURNING r.offer_id, r.quantity, m.counted
        ), back AS (
            SELECT offer_id AS id, sum(quantity) AS quantity, count(*) AS freed,
                   coalesce(sum(quantity) FILTER (WHERE counted), 0) AS unsold
            FROM freed GROUP BY offer_id
        ), locked AS (
            SELECT o.id FROM catalog_offer o JOIN back b ON b.id = o.id ORDER BY o.id FOR NO KEY UPDATE OF o
        )
        UPDATE catalog_offer o SET stock_left = o.stock_left + b.quantity, sold = o.sold - b.unsold
        FROM back b JOIN locked l ON l.id = b.id WHERE o.id = b.id
        RETURNING o.id, b.freed
        """,
        {"orders": list(order_ids), "now": now},
    )
    return {row["id"]: row["freed"] for row in rows}


def count_sold(reservation_ids: Sequence[UUID]) -> None:
    """Add consumed reservations, claimed by the keeper, to `sold` of their offers, each once."""
    execute(
        """
        WITH counted AS (
            UPDATE catalog_reservation SET counted = true WHERE id = ANY(%s) RETURNING offer_id, quantity
        ), more AS (
            SELECT offer_id AS id, sum(quantity) AS quantity FROM counted GROUP BY offer_id
        ), locked AS (
            SELECT o.id FROM catalog_offer o JOIN more m ON m.id = o.id ORDER BY o.id FOR NO KEY UPDATE OF o
        )
        UPDATE catalog_offer o SET sold = o.sold + m.quantity
        FROM more m JOIN locked l ON l.id = m.id WHERE o.id = m.id
        """,
        [list(reservation_ids)],
    )


_COLUMN = {"price": "price_minor", "stock": "stock_left"}


def change(
    offer_id: UUID,
    what: Literal["price", "stock"],
    value: int,
    *,
    by: UUID,
    now: datetime,
    seen: int | None = None,
) -> bool:
    """Set an offer's price or stock, with its history row; False if it had that value.

    With *seen* only if it still had that one. Raises Refusal ``offer.moved_on``.
    """
    [row] = fetch(
        f"""
        WITH before AS (
            SELECT id, {_COLUMN[what]} AS value FROM catalog_offer WHERE id = %(id)s FOR NO KEY UPDATE
        ), changed AS (
            UPDATE catalog_offer o SET {_COLUMN[what]} = %(value)s FROM before b
            WHERE o.id = b.id AND b.value <> %(value)s AND b.value = coalesce(%(seen)s, b.value)
            RETURNING o.id, b.value AS value
        ), history AS (
            INSERT INTO catalog_offerchange (id, offer_id, what, before, after, at, by_id)
            SELECT %(new)s, id, %(what)s, value, %(value)s, %(now)s, %(by)s FROM changed
        )
        SELECT b.value, (SELECT count(*) FROM changed) AS changed FROM before b
        """,
        {"id": offer_id, "value": value, "seen": seen, "what": what, "new": new_id(), "now": now, "by": by},
    )
    if not row["changed"] and row["value"] != value:
        raise Refusal("offer.moved_on", zh=f"刚刚又卖出了，现在剩{row['value']}件。",
                      en=f"It has just changed: {row['value']} are left now.")  # fmt: skip
    return bool(row["changed"])
