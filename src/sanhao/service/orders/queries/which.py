"""Which orders, of whom, with how many of what: one question in one query, without reading the orders themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit.rows import fetch


class Buyer(msgspec.Struct, frozen=True):
    """Whose an order is, and the two dates that what is granted about it is counted from."""

    person_id: UUID
    placed_at: datetime
    delivered_at: datetime | None


def buyers(order_ids: Sequence[UUID]) -> dict[UUID, Buyer]:
    """Who bought each of these; unknown ids are missing. One query."""
    rows = fetch(
        "SELECT id, person_id, placed_at, delivered_at FROM orders_order WHERE id = ANY(%s)",
        [list(order_ids)],
    )
    return {row["id"]: Buyer(row["person_id"], row["placed_at"], row["delivered_at"]) for row in rows}


def by_numbers(numbers: Sequence[str]) -> dict[str, UUID]:
    """Which order each number is of; unknown ones are missing. For staff."""
    rows = fetch("SELECT number, id FROM orders_order WHERE number = ANY(%s)", [list(numbers)])
    return {row["number"]: row["id"] for row in rows}


def numbers_of(person_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, str]]:
    """The numbers of everything each of these people has paid for, by order, the oldest first. One query."""
    found: dict[UUID, dict[UUID, str]] = {id: {} for id in person_ids}
    for row in fetch(
        "SELECT person_id, id, number FROM orders_order WHERE person_id = ANY(%s) AND paid_at IS NOT NULL "
        "ORDER BY placed_at, id",
        [list(person_ids)],
    ):
        found[row["person_id"]][row["id"]] = row["number"]
    return found


def order_ids_of(checkout_id: UUID) -> list[UUID]:
    """The orders that were placed together in this checkout."""
    rows = fetch("SELECT id FROM orders_order WHERE checkout_id = %s ORDER BY id", [checkout_id])
    return [row["id"] for row in rows]


def checkout_ids(order_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Which checkout each order belongs to."""
    rows = fetch("SELECT id, checkout_id FROM orders_order WHERE id = ANY(%s)", [list(order_ids)])
    return {row["id"]: row["checkout_id"] for row in rows}


def line_quantities(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many units of each line of these orders are, or will be, on their way: what was cancelled never is."""
    rows = fetch(
        "SELECT id, quantity - cancelled_units AS quantity FROM orders_line WHERE order_id = ANY(%s)",
        [list(order_ids)],
    )
    return {row["id"]: row["quantity"] for row in rows}


def units_left(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Of each line of these orders, how many units' money has not gone back for good."""
    rows = fetch(
        "SELECT id, quantity - refunded_units AS units FROM orders_line WHERE order_id = ANY(%s)",
        [list(order_ids)],
    )
    return {row["id"]: row["units"] for row in rows}


class Within(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which goods of which orders: of these shops, and of these orders, listings and offers where any are named, paid
    from one moment until before another."""

    shops: tuple[UUID, ...]
    orders: tuple[UUID, ...] = ()
    listings: tuple[UUID, ...] = ()
    offers: tuple[UUID, ...] = ()
    paid_from: datetime | None = None
    paid_until: datetime | None = None


def within(scope: Within, *, uncollected: bool = False, limit: int) -> dict[UUID, dict[UUID, int]]:
    """By order how many units of which lines were paid for and are in *scope*, the oldest orders first, *limit* of them
    at most. *uncollected*: only orders that no carrier has yet. One query; what ended unpaid or was cancelled is not there."""
    found: dict[UUID, dict[UUID, int]] = {}
    for row in fetch(
        """
        SELECT o.id, array_agg(l.id ORDER BY l.id) AS lines, array_agg(l.quantity ORDER BY l.id) AS counts
        FROM orders_order o JOIN orders_line l ON l.order_id = o.id
        WHERE o.shop_id = ANY(%(shops)s) AND o.state IN ('paid', 'shipped', 'delivered')
          AND (NOT %(uncollected)s OR o.collected_at IS NULL AND o.state <> 'delivered')
          AND (%(orders)s::uuid[] = '{}' OR o.id = ANY(%(orders)s))
          AND (%(listings)s::uuid[] = '{}' OR l.listing_id = ANY(%(listings)s))
          AND (%(offers)s::uuid[] = '{}' OR l.offer_id = ANY(%(offers)s))
          AND (%(since)s::timestamptz IS NULL OR o.paid_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR o.paid_at < %(until)s)
        GROUP BY o.id ORDER BY min(o.paid_at), o.id LIMIT %(limit)s
        """,
        {"shops": list(scope.shops), "orders": list(scope.orders), "listings": list(scope.listings),
         "offers": list(scope.offers), "since": scope.paid_from, "until": scope.paid_until,
         "uncollected": uncollected, "limit": limit},
    ):  # fmt: skip
        found[row["id"]] = dict(zip(row["lines"], row["counts"], strict=True))
    return found
