"""Filling a cart. A cart may belong to nobody yet; it joins the person's own at sign-in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.catalog import api as catalog
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.orders.core import OrderTerms

_LIMITS = OrderTerms()


def open_cart(*, person_id: UUID | None, now: datetime) -> UUID:
    """The person's cart (made if need be), or a fresh one for somebody unknown."""
    if person_id is None:
        cart_id = new_id()
        execute(
            "INSERT INTO orders_cart (id, person_id, created_at) VALUES (%s, NULL, %s)",
            [cart_id, now],
        )
        return cart_id
    [row] = fetch(
        "INSERT INTO orders_cart (id, person_id, created_at) VALUES (%s, %s, %s) "
        "ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id RETURNING id",
        [new_id(), person_id, now],
    )
    mine: UUID = row["id"]
    return mine


def add_to_cart(cart_id: UUID, offer_id: UUID, quantity: int, *, now: datetime) -> None:
    """Put *quantity* more of an offer in; adding twice adds up. Refuses what is not on sale or beyond reason."""
    _reasonable(quantity)
    card = catalog.offers([offer_id], now=now).get(offer_id)
    if card is None or not card.on_sale:
        raise NotFound("cart.not_on_sale", zh="这件商品现在买不了。", en="This is not on sale right now.")
    touched = execute(
        """
        INSERT INTO orders_cartline (id, cart_id, offer_id, quantity, added_at)
        SELECT %(id)s, c.id, %(offer)s, %(quantity)s, %(now)s FROM orders_cart c
        WHERE c.id = %(cart)s AND (
            SELECT count(*) FROM orders_cartline WHERE cart_id = c.id AND offer_id <> %(offer)s) < %(max_lines)s
        ON CONFLICT (cart_id, offer_id)
        DO UPDATE SET quantity = least(orders_cartline.quantity + excluded.quantity, %(max)s)
        """,
        {
            "id": new_id(),
            "cart": cart_id,
            "offer": offer_id,
            "quantity": quantity,
            "now": now,
            "max": _LIMITS.max_quantity,
            "max_lines": _LIMITS.max_lines,
        },
    )
    if not touched:
        if not fetch("SELECT 1 FROM orders_cart WHERE id = %s", [cart_id]):
            raise NotFound(
                "cart.unknown",
                zh="购物车找不到了，请刷新页面。",
                en="This cart is not there any more. Reload the page.",
            )
        raise Refusal(
            "cart.full", zh="购物车满了，先结算一些吧。", en="The cart is full. Check some of it out first."
        )


def set_quantity(cart_id: UUID, offer_id: UUID, quantity: int) -> None:
    """Change a line; zero takes it out. Taking out what is not there is fine."""
    if quantity == 0:
        execute("DELETE FROM orders_cartline WHERE cart_id = %s AND offer_id = %s", [cart_id, offer_id])
        return
    _reasonable(quantity)
    if not execute(
        "UPDATE orders_cartline SET quantity = %s WHERE cart_id = %s AND offer_id = %s",
        [quantity, cart_id, offer_id],
    ):
        raise NotFound(
            "cart.no_such_line", zh="购物车里没有这件商品。", en="This is not in the cart any more."
        )


def adopt_cart(cart_id: UUID, *, person_id: UUID, now: datetime) -> UUID:
    """At sign-in: what was gathered without an account moves into the person's cart. Returns that cart.

    Another person's cart is left alone; what the own cart has no room for stays where it was.
    """
    with transaction.atomic():
        own = open_cart(person_id=person_id, now=now)
        if own == cart_id:
            return own
        execute(
            """
            WITH gathered AS (
                SELECT l.id, o.id IS NOT NULL AS is_there,
                       row_number() OVER (PARTITION BY o.id IS NOT NULL ORDER BY l.added_at, l.id) AS n
                FROM orders_cartline l JOIN orders_cart c ON c.id = l.cart_id
                LEFT JOIN orders_cartline o ON o.cart_id = %(own)s AND o.offer_id = l.offer_id
                WHERE c.id = %(cart)s AND c.person_id IS NULL
            ), moved AS (
                DELETE FROM orders_cartline l USING gathered g
                WHERE l.id = g.id AND (g.is_there OR g.n <= %(max_lines)s - (
                    SELECT count(*) FROM orders_cartline WHERE cart_id = %(own)s))
                RETURNING l.id, l.offer_id, l.quantity, l.added_at
            )
            INSERT INTO orders_cartline (id, cart_id, offer_id, quantity, added_at)
            SELECT id, %(own)s, offer_id, quantity, added_at FROM moved
            ON CONFLICT (cart_id, offer_id)
            DO UPDATE SET quantity = least(orders_cartline.quantity + excluded.quantity, %(max)s)
            """,
            {"cart": cart_id, "own": own, "max": _LIMITS.max_quantity, "max_lines": _LIMITS.max_lines},
        )
        return own


def _reasonable(quantity: int) -> None:
    if not 1 <= quantity <= _LIMITS.max_quantity:
        raise Invalid(
            "cart.quantity",
            zh=f"数量请填 1 到 {_LIMITS.max_quantity}。",
            en=f"The quantity must be between 1 and {_LIMITS.max_quantity}.",
        )
