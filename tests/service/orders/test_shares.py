"""Shares of coupons: frozen per line when a checkout is placed, by who bears them."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest

from sanhao.kit.rows import execute, fetch
from sanhao.service.orders import api as orders
from tests.service.orders.stage import another_shop, cart_of, coupon
from tests.service.stage import escrow, pay, sound, stage

pytestmark = pytest.mark.usefixtures("site")


def shares() -> list[dict[str, Any]]:
    return fetch(
        "SELECT line_id, coupon_id, funder_kind, funder_id, amount_minor FROM orders_share ORDER BY id"
    )


def off_by_line() -> list[UUID]:
    """Lines whose shares do not add up to what was frozen on them."""
    rows = fetch(
        "SELECT l.id FROM orders_line l LEFT JOIN orders_share s ON s.line_id = l.id "
        "GROUP BY l.id HAVING l.coupon_minor <> coalesce(sum(s.amount_minor), 0)"
    )
    return [row["id"] for row in rows]


def placed_with_three_coupons(now: datetime) -> orders.Placed:
    at, other = stage(price=20_000), another_shop("guoba", price=3_333, freight=1_000)
    cart_id = cart_of(at.buyer_id, (at.offers[0], 1), (at.offers[1], 3), (other.offers[0], 2))
    mine = [coupon(at.buyer_id, amount) for amount in (301, 77, 1_000)]
    placed = orders.place(
        cart_id=cart_id, person_id=at.buyer_id, address_id=at.address_id, coupon_ids=mine, now=now
    )
    assert len({share["coupon_id"] for share in shares()} & set(mine)) == 3
    pay(placed, now=now)
    assert escrow(at.shop_id) + escrow(other.shop_id) == 20_000 + 30_000 + 800 + 6_666 + 1_000
    return placed


def test_every_coupons_part_of_every_line_is_frozen(now: datetime) -> None:
    placed_with_three_coupons(now)
    assert off_by_line() == []
    assert len(shares()) == 9
    assert {(share["funder_kind"], share["funder_id"]) for share in shares()} == {
        ("compensation", "platform")
    }
    sound()


def test_an_order_without_coupons_has_no_shares(now: datetime) -> None:
    at = stage()
    cart_id = cart_of(at.buyer_id, (at.offers[0], 2))
    orders.place(cart_id=cart_id, person_id=at.buyer_id, address_id=at.address_id, now=now)
    assert (shares(), off_by_line()) == ([], [])


def test_orders_from_before_there_were_shares_get_them_from_what_was_frozen(now: datetime) -> None:
    placed_with_three_coupons(now)
    execute("DELETE FROM orders_share")
    assert len(off_by_line()) == 3
    execute(import_module("sanhao.service.orders.migrations.0003_shares")._OLDER)
    assert off_by_line() == []
    worth = fetch("SELECT sum(amount_minor)::int AS minor FROM orders_share GROUP BY coupon_id ORDER BY 1")
    assert [row["minor"] for row in worth] == [77, 301, 1_000]
