"""Handing over: whole, in parts, in bulk; and everything that is not the shop's to hand over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.rows import fetch
from sanhao.service.orders import api as orders
from tests.goods import world
from tests.service.orders.stage import another_shop, coupon, coupon_state, given_back, refused
from tests.service.stage import (
    drain,
    escrow,
    hours,
    order_state,
    paid,
    pay,
    place,
    scan,
    ship,
    sound,
    stage,
)

pytestmark = pytest.mark.usefixtures("site")


def shipped(order_id: UUID) -> list[tuple[int, int, int]]:
    return [(line.quantity, line.shipped_quantity, line.delivered_quantity) for line in lines(order_id)]


def lines(order_id: UUID) -> list[orders.LineView]:
    """The line with most pieces first."""
    return sorted(orders.order(order_id).lines, key=lambda line: -line.quantity)


def test_a_whole_order_in_one_parcel(now: datetime) -> None:
    at = stage()
    order = paid(at, (2, 1))
    parcel = ship(at, order, "SF100001", now=now + hours(1))
    assert (order_state(order), shipped(order)) == ("shipped", [(2, 2, 0), (1, 1, 0)])
    scan(parcel, "picked_up", at=now + hours(2))
    assert orders.order(order).collected_at == now + hours(2)
    scan(parcel, "delivered", at=now + hours(30))
    view = orders.order(order)
    assert (view.state, view.delivered_at, shipped(order)) == (
        "delivered",
        now + hours(30),
        [(2, 2, 2), (1, 1, 1)],
    )


def test_an_order_in_several_parcels_is_shipped_with_the_last_and_delivered_with_the_last(
    now: datetime,
) -> None:
    at = stage()
    order = paid(at, (3, 1))
    first, second = lines(order)
    one = ship(at, order, "SF100001", now=now + hours(1), items=((first.id, 2),))
    assert (order_state(order), shipped(order)) == ("paid", [(3, 2, 0), (1, 0, 0)])
    two = ship(at, order, "SF100002", now=now + hours(2), items=((second.id, 1),))
    assert order_state(order) == "paid"
    three = ship(at, order, "SF100003", now=now + hours(3))
    assert (order_state(order), shipped(order)) == ("shipped", [(3, 3, 0), (1, 1, 0)])
    for parcel in (one, two):
        scan(parcel, "delivered", at=now + hours(30))
    assert (order_state(order), shipped(order)) == ("shipped", [(3, 3, 2), (1, 1, 1)])
    scan(three, "delivered", at=now + hours(40))
    assert (order_state(order), orders.order(order).delivered_at) == ("delivered", now + hours(40))


def test_several_orders_are_shipped_in_bulk_all_or_none(now: datetime) -> None:
    at = stage()
    first, second = paid(at), paid(at)
    same = [orders.Shipment(id, "sandbox", "SF100001") for id in (first, second)]
    with refused("delivery.number_taken"):
        orders.ship(at.shop_id, same, by=at.owner_id, now=now)
    bulk = [orders.Shipment(first, "sandbox", "SF100001"), orders.Shipment(second, "sandbox", "SF100002")]
    assert len(orders.ship(at.shop_id, bulk, by=at.owner_id, now=now)) == 2
    assert (order_state(first), order_state(second)) == ("shipped", "shipped")
    assert orders.to_ship(at.shop_id) == []


def test_a_tracking_number_is_used_once(now: datetime) -> None:
    at = stage()
    first, second = paid(at), paid(at)
    ship(at, first, "SF100001", now=now)
    with refused("delivery.number_taken"):
        ship(at, second, "SF100001", now=now)
    with refused("delivery.number_taken"):
        ship(at, second, " sf100001 ", now=now)


def test_another_shops_order_is_unknown(now: datetime) -> None:
    at, other = stage(), another_shop("guoba")
    order = paid(at)
    with refused("order.unknown"):
        ship(other, order, "SF100001", now=now)
    with refused("order.unknown"):
        ship(at, new_id(), "SF100001", now=now)
    with refused("order.unknown"):
        orders.cancel_by_shop(order, shop_id=other.shop_id, by=other.owner_id, reason="?", now=now)


def test_whoever_works_in_the_shop_ships_and_cancels_and_nobody_else(now: datetime) -> None:
    """By the verbs themselves, whatever gate a face has."""
    at, other = stage(), another_shop("guoba")
    first, second = paid(at), paid(at)
    for by in (at.buyer_id, other.owner_id):
        with refused("shop.unknown"):
            orders.ship(at.shop_id, [orders.Shipment(first, "sandbox", "SF100001")], by=by, now=now)
        with refused("shop.unknown"):
            orders.cancel_by_shop(second, shop_id=at.shop_id, by=by, reason="?", now=now)
    assert (order_state(first), order_state(second)) == ("paid", "paid")
    clerk = world.person()
    shops.add_member(at.shop_id, clerk, "clerk", by=at.owner_id, now=now)
    assert orders.ship(at.shop_id, [orders.Shipment(first, "sandbox", "SF100001")], by=clerk, now=now)
    orders.cancel_by_shop(second, shop_id=at.shop_id, by=clerk, reason="sold out", now=now)
    assert (order_state(first), order_state(second)) == ("shipped", "cancelled")


@pytest.mark.parametrize("quantity", [0, -1, 3, 10**9])
def test_a_parcel_holds_no_more_than_is_left(now: datetime, quantity: int) -> None:
    at = stage()
    order = paid(at, (2,))
    [line] = orders.order(order).lines
    with refused("ship.quantity"):
        ship(at, order, "SF100001", now=now, items=((line.id, quantity),))


def test_a_parcel_of_one_order_holds_nothing_of_another(now: datetime) -> None:
    at = stage()
    order, other = paid(at), paid(at)
    [line] = orders.order(other).lines
    with refused("ship.quantity"):
        ship(at, order, "SF100001", now=now, items=((line.id, 1),))


def test_the_same_line_twice_in_one_parcel_is_refused_clearly(now: datetime) -> None:
    at = stage()
    order = paid(at, (2,))
    [line] = orders.order(order).lines
    with refused("delivery.items"):
        ship(at, order, "SF100001", now=now, items=((line.id, 1), (line.id, 1)))


def test_what_is_not_waiting_cannot_be_shipped(now: datetime) -> None:
    at = stage()
    unpaid = place(at).order_ids[0]
    gone = paid(at)
    ship(at, gone, "SF100001", now=now)
    ended = paid(at)
    orders.cancel_by_buyer(ended, person_id=at.buyer_id, now=now)
    for order in (unpaid, gone, ended):
        with refused("ship.not_waiting"):
            ship(at, order, "SF100009", now=now)
    with refused("ship.nothing"):
        orders.ship(at.shop_id, [], by=at.owner_id, now=now)


def test_two_parcels_of_one_order_in_one_breath(now: datetime) -> None:
    at = stage()
    order = paid(at, (2,))
    [line] = orders.order(order).lines
    parcels = [orders.Shipment(order, "sandbox", f"SF10000{n}", ((line.id, 1),)) for n in (1, 2)]
    orders.ship(at.shop_id, parcels, by=at.owner_id, now=now)
    assert (order_state(order), shipped(order)) == ("shipped", [(2, 2, 0)])
    with refused("ship.not_waiting"):
        ship(at, order, "SF100003", now=now)


def test_more_in_two_parcels_than_there_is_is_refused(now: datetime) -> None:
    at = stage()
    order = paid(at, (2,))
    [line] = orders.order(order).lines
    parcels = [
        orders.Shipment(order, "sandbox", "SF100001", ((line.id, 2),)),
        orders.Shipment(order, "sandbox", "SF100002"),
    ]
    with refused("ship.empty"):
        orders.ship(at.shop_id, parcels, by=at.owner_id, now=now)


@pytest.mark.django_db(transaction=True)
def test_a_buyer_cancels_before_the_parcel_is_made_and_gets_everything_back(now: datetime) -> None:
    at = stage()
    mine = coupon(at.buyer_id, 300)
    placed = place(at, coupon_ids=[mine])
    pay(placed, now=now)
    [order] = placed.order_ids
    with refused("order.unknown"):
        orders.cancel_by_buyer(order, person_id=world.person(), now=now)
    orders.cancel_by_buyer(order, person_id=at.buyer_id, now=now)
    assert order_state(order) == "cancelled"
    drain(now + hours(1))
    assert given_back(placed) == [(20_300, "done")]
    assert (escrow(at.shop_id), coupon_state(mine), world.card(at.offers[0]).stock_left) == (0, "spent", 50)
    new = fetch(
        "SELECT amount_minor FROM wallet_coupon WHERE person_id = %s AND state = 'active'", [at.buyer_id]
    )
    assert new == [{"amount_minor": 300}], "what was paid with a coupon comes back as one"
    with refused("order.too_late_to_cancel"):
        orders.cancel_by_buyer(order, person_id=at.buyer_id, now=now)
    sound()


def test_one_order_of_a_checkout_is_cancelled_and_the_other_goes_on(now: datetime) -> None:
    at, other = stage(price=20_000), another_shop("guoba", price=5_000, freight=1_000)
    cart_id = orders.open_cart(person_id=at.buyer_id, now=now)
    for offer in (at.offers[0], other.offers[0]):
        orders.add_to_cart(cart_id, offer, 1, now=now)
    mine = coupon(at.buyer_id, 250)
    placed = orders.place(
        cart_id=cart_id, person_id=at.buyer_id, address_id=at.address_id, coupon_ids=[mine], now=now
    )
    pay(placed, now=now)
    order = {view.shop_id: id for id, view in orders.orders(placed.order_ids).items()}
    orders.cancel_by_buyer(order[at.shop_id], person_id=at.buyer_id, now=now)
    assert given_back(placed) == [(20_400, "requested")]
    assert (escrow(at.shop_id), escrow(other.shop_id)) == (0, 6_000)
    assert order_state(order[other.shop_id]) == "paid"
    new = fetch(
        "SELECT amount_minor FROM wallet_coupon WHERE person_id = %s AND state = 'active'", [at.buyer_id]
    )
    assert new == [{"amount_minor": 200}]
    sound()


def test_a_labelled_order_is_not_cancelled_by_the_buyer_and_a_collected_one_by_nobody(now: datetime) -> None:
    at = stage()
    order = paid(at)
    parcel = ship(at, order, "SF100001", now=now)
    with refused("order.labelled"):
        orders.cancel_by_buyer(order, person_id=at.buyer_id, now=now)
    scan(parcel, "picked_up", at=now + hours(1))
    with refused("order.too_late_to_cancel"):
        orders.cancel_by_shop(order, shop_id=at.shop_id, by=at.owner_id, reason="lost", now=now + hours(2))
    with refused("order.too_late_to_cancel"):
        orders.cancel_by_buyer(order, person_id=at.buyer_id, now=now + hours(2), even_if_labelled=True)
