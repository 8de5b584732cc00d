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

# New values are computed from what `locked` read once the row was ours. From the row that the UPDATE finds they could
# be wrong for a moment: it starts from an older version, and its check constraints are tried before the newer is read.
_TAKEN = """
        wanted AS (
            SELECT id, sum(quantity) AS quantity, min(price) AS low, max(price) AS high
            FROM unnest(%(offers)s::uuid[], %(quantities)s::int[], %(prices)s::bigint[]) AS t(id, quantity, price)
            GROUP BY id
        ), locked AS (
            SELECT o.id, o.stock_left - w.quantity AS rest, o.stock_left >= w.quantity AND o.state = 'open'
                   AND (w.low IS NULL OR (o.price_minor = w.low AND o.price_minor = w.high)) AS gives
            FROM catalog_offer o JOIN wanted w ON w.id = o.id ORDER BY o.id FOR NO KEY UPDATE OF o
        ), taken AS (
            UPDATE catalog_offer o SET stock_left = l.rest
            FROM locked l WHERE o.id = l.id AND (SELECT bool_and(gives) FROM locked)
            RETURNING o.id
        )"""


def take(wanted: Sequence[Want]) -> set[UUID]:
    """Take the stock if of all there is enough and the price still stands; returns the offers that would give."""
    rows = fetch(f"WITH {_TAKEN} SELECT id FROM locked WHERE gives", _columns(wanted))
    return {row["id"] for row in rows}


def take_and_hold(wanted: Sequence[Want], *, expires_at: datetime, now: datetime) -> set[UUID]:
    """`take` and `hold` in one statement, for goods without a limit per person; returns the offers that would give."""
    rows = fetch(
        f"""
        WITH {_TAKEN}, held AS (
            INSERT INTO catalog_reservation
                (id, offer_id, quantity, order_id, person_id, state, expires_at, changed_at, counted)
            SELECT w.id, w.offer_id, w.quantity, w.order_id, w.person_id, 'held', %(expires_at)s, %(now)s, false
            FROM unnest(%(ids)s::uuid[], %(offers)s::uuid[], %(quantities)s::int[], %(orders)s::uuid[],
                        %(persons)s::uuid[]) AS w(id, offer_id, quantity, order_id, person_id)
            JOIN taken t ON t.id = w.offer_id
        )
        SELECT id FROM locked WHERE gives
        """,
        {**_columns(wanted), "ids": new_ids(len(wanted)), "expires_at": expires_at, "now": now},
    )
    return {row["id"] for row in rows}


def _columns(wanted: Sequence[Want]) -> dict[str, list[object]]:
    return {
        "offers": [want.offer_id for want in wanted],
        "quantities": [want.quantity for want in wanted],
        "prices": [want.unit_minor for want in wanted],
        "orders": [want.order_id for want in wanted],
        "persons": [want.person_id for want in wanted],
    }


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
        {**_columns(wanted), "ids": ids, "expires_at": expires_at, "now": now},
    )
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
            SELECT o.id, o.stock_left + b.quantity AS stock_left, o.sold - b.unsold AS sold, b.freed
            FROM catalog_offer o JOIN back b ON b.id = o.id ORDER BY o.id FOR NO KEY UPDATE OF o
        )
        UPDATE catalog_offer o SET stock_left = l.stock_left, sold = l.sold FROM locked l WHERE o.id = l.id
        RETURNING o.id, l.freed
        """,
        {"orders": list(order_ids), "now": now},
    )
    return {row["id"]: row["freed"] for row in rows}


def put_back(goods: Sequence[tuple[UUID, UUID, int]], *, now: datetime) -> list[UUID]:
    """Of what was bought for (order, offer), so many units are on the shelf again; returns the offers."""
    rows = fetch(
        """
        WITH mine AS (
            SELECT r.id, r.offer_id, r.counted, r.quantity, least(b.units, r.quantity) AS units
            FROM catalog_reservation r
            JOIN unnest(%(orders)s::uuid[], %(offers)s::uuid[], %(units)s::int[]) AS b (order_id, offer_id, units)
                ON b.order_id = r.order_id AND b.offer_id = r.offer_id
            WHERE r.state = 'consumed' ORDER BY r.id FOR NO KEY UPDATE OF r
        ), freed AS (
            UPDATE catalog_reservation r SET changed_at = %(now)s,
                quantity = CASE WHEN m.units < m.quantity THEN m.quantity - m.units ELSE m.quantity END,
                state = CASE WHEN m.units < m.quantity THEN r.state ELSE 'released' END
            FROM mine m WHERE r.id = m.id
        ), back AS (
            SELECT offer_id AS id, sum(units) AS units, coalesce(sum(units) FILTER (WHERE counted), 0) AS unsold
            FROM mine GROUP BY offer_id
        ), locked AS (
            SELECT o.id, o.stock_left + b.units AS stock_left, o.sold - b.unsold AS sold
            FROM catalog_offer o JOIN back b ON b.id = o.id ORDER BY o.id FOR NO KEY UPDATE OF o
        )
        UPDATE catalog_offer o SET stock_left = l.stock_left, sold = l.sold FROM locked l WHERE o.id = l.id
        RETURNING o.id
        """,
        {
            "orders": [order for order, _, _ in goods],
            "offers": [offer for _, offer, _ in goods],
            "units": [units for _, _, units in goods],
            "now": now,
        },
    )
    return [row["id"] for row in rows]


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
