"""How many orders: where they go, what they are worth, who is known by them, what waits for a shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.kit.rows import fetch


def destinations(since: datetime) -> dict[tuple[str, str], int]:
    """How many orders were paid since then, by country and region of their address. One query."""
    rows = fetch(
        "SELECT c.address->>'country' AS country, c.address->>'region' AS region, count(*)::int AS n FROM orders_order o "
        "JOIN orders_checkout c ON c.id = o.checkout_id WHERE o.paid_at >= %s GROUP BY 1, 2",
        [since],
    )
    return {(row["country"] or "", row["region"] or ""): row["n"] for row in rows}


def reaching(
    threshold_minor: int, shop_id: UUID | None = None, *, currency: str, since: datetime
) -> tuple[int, int]:
    """How many orders were paid since then (of a shop, or of all), and in how many the goods were worth so much."""
    [row] = fetch(
        "SELECT count(*) AS paid, count(*) FILTER (WHERE goods_minor >= %(threshold)s) AS reached FROM orders_order "
        "WHERE paid_at >= %(since)s AND placed_at >= %(placed)s AND currency = %(currency)s "
        "AND (%(shop)s::uuid IS NULL OR shop_id = %(shop)s)",
        {"threshold": threshold_minor, "shop": shop_id, "currency": currency, "since": since,
         "placed": since - timedelta(days=1)},
    )  # fmt: skip
    return row["paid"], row["reached"]


class Known(msgspec.Struct, frozen=True):
    """How well a buyer is known: orders that arrived, and when the first of them was placed."""

    arrived: int = 0
    since: datetime | None = None


def known(person_ids: Sequence[UUID]) -> dict[UUID, Known]:
    """For each of these people. One query."""
    rows = fetch(
        "SELECT person_id, count(*)::int AS arrived, min(placed_at) AS since FROM orders_order "
        "WHERE person_id = ANY(%s) AND state = 'delivered' GROUP BY person_id",
        [list(person_ids)],
    )
    found = {row["person_id"]: Known(row["arrived"], row["since"]) for row in rows}
    return {id: found.get(id, Known()) for id in person_ids}


class Waits(msgspec.Struct, frozen=True):
    """How many orders wait for a shop's hands, and packed for a courier's; counted to a hundred."""

    to_ship: int
    to_collect: int


def waits(shop_id: UUID) -> Waits:
    """What the tabs of a shop say on every page. One query, never more than two hundred rows of two indexes."""
    [row] = fetch(
        """
        SELECT (SELECT count(*) FROM (SELECT 1 FROM orders_order WHERE shop_id = %(shop)s AND state = 'paid'
                                      LIMIT 100) p) AS to_ship,
               (SELECT count(*) FROM (SELECT 1 FROM orders_order WHERE shop_id = %(shop)s AND state = 'shipped'
                                      AND collected_at IS NULL LIMIT 100) c) AS to_collect
        """,
        {"shop": shop_id},
    )
    return Waits(**row)
