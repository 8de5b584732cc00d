"""Carts: anybody's, one's own, and the one that grows at sign-in."""

from __future__ import annotations

from datetime import datetime

import pytest

from sanhao.goods.catalog import api as catalog
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.service.orders import api as orders
from sanhao.service.orders.core import OrderTerms
from tests.goods import world
from tests.service.orders.stage import another_shop, cart_of, contents, refused
from tests.service.stage import stage

pytestmark = pytest.mark.usefixtures("site")
LIMITS = OrderTerms()


def test_a_guests_cart_adds_up_what_is_put_in(now: datetime) -> None:
    at = stage()
    [first, second] = at.offers
    cart_id = cart_of(None, (first, 1), (second, 2), (first, 3))
    assert contents(cart_id) == {first: 4, second: 2}
    assert orders.cart_count(cart_id) == 6
    assert orders.cart(cart_id, now=now).goods == Money(100_000, "CNY")


def test_a_person_has_one_cart(now: datetime) -> None:
    at = stage()
    assert orders.open_cart(person_id=at.buyer_id, now=now) == orders.open_cart(
        person_id=at.buyer_id, now=now
    )
    assert orders.open_cart(person_id=None, now=now) != orders.open_cart(person_id=None, now=now)


@pytest.mark.parametrize("quantity", [0, -1, 1_000, 10**18])
def test_no_cart_takes_an_unreasonable_quantity(now: datetime, quantity: int) -> None:
    at = stage()
    cart_id = cart_of(at.buyer_id, (at.offers[0], 1))
    with refused("cart.quantity"):
        orders.add_to_cart(cart_id, at.offers[0], quantity, now=now)
    if quantity:
        with refused("cart.quantity"):
            orders.set_quantity(cart_id, at.offers[0], quantity)


def test_adding_again_and_again_stops_at_the_limit(now: datetime) -> None:
    at = stage()
    cart_id = cart_of(at.buyer_id, (at.offers[0], 999), (at.offers[0], 999))
    assert contents(cart_id) == {at.offers[0]: LIMITS.max_quantity}


def test_a_quantity_is_changed_and_zero_takes_the_line_out() -> None:
    at = stage()
    [first, second] = at.offers
    cart_id = cart_of(at.buyer_id, (first, 1), (second, 1))
    orders.set_quantity(cart_id, first, 7)
    orders.set_quantity(cart_id, second, 0)
    orders.set_quantity(cart_id, second, 0)
    assert contents(cart_id) == {first: 7}
    with refused("cart.no_such_line"):
        orders.set_quantity(cart_id, second, 2)


def test_what_is_not_on_sale_cannot_be_put_in(now: datetime) -> None:
    at = stage()
    cart_id = cart_of(at.buyer_id)
    listing = world.card(at.offers[0]).listing_id
    catalog.pause(at.shop_id, listing, by=at.owner_id, now=now)
    for offer_id in (at.offers[0], new_id()):
        with refused("cart.not_on_sale"):
            orders.add_to_cart(cart_id, offer_id, 1, now=now)


def test_a_cart_that_is_not_there_is_said_to_be_so(now: datetime) -> None:
    at = stage()
    with refused("cart.unknown"):
        orders.add_to_cart(new_id(), at.offers[0], 1, now=now)


def many_offers(count: int) -> list[object]:
    at = world.stall("many")
    drafts = [world.variant(f"V{n}", price=100) for n in range(50)]
    found: list[object] = []
    while len(found) < count:
        found += world.offer_ids(world.listed(at, world.draft(*drafts, slug=f"many-{len(found)}")))
    return found[:count]


def test_a_full_cart_takes_more_of_what_it_has_and_nothing_new(now: datetime) -> None:
    offers = many_offers(LIMITS.max_lines + 1)
    cart_id = cart_of(None, *((offer, 1) for offer in offers[:-1]))
    with refused("cart.full"):
        orders.add_to_cart(cart_id, offers[-1], 1, now=now)
    orders.add_to_cart(cart_id, offers[0], 1, now=now)
    assert orders.cart_count(cart_id) == LIMITS.max_lines + 1


def test_at_sign_in_a_guests_cart_is_poured_into_the_own_one(now: datetime) -> None:
    at = stage()
    [first, second] = at.offers
    own = cart_of(at.buyer_id, (first, 1))
    guest = cart_of(None, (first, 2), (second, 1))
    assert orders.adopt_cart(guest, person_id=at.buyer_id, now=now) == own
    assert (contents(own), contents(guest)) == ({first: 3, second: 1}, {})
    assert orders.adopt_cart(guest, person_id=at.buyer_id, now=now) == own, "twice is once"
    assert orders.adopt_cart(own, person_id=at.buyer_id, now=now) == own
    assert contents(own) == {first: 3, second: 1}


def test_nobody_adopts_another_persons_cart(now: datetime) -> None:
    at = stage()
    theirs = cart_of(world.person(), (at.offers[0], 5))
    own = orders.adopt_cart(theirs, person_id=at.buyer_id, now=now)
    assert (contents(own), contents(theirs)) == ({}, {at.offers[0]: 5})


def test_adopting_fills_the_own_cart_and_leaves_what_has_no_room(now: datetime) -> None:
    offers = many_offers(LIMITS.max_lines + 2)
    buyer = world.person()
    own = cart_of(buyer, *((offer, 1) for offer in offers[:-3]))
    guest = cart_of(None, (offers[0], 1), *((offer, 1) for offer in offers[-3:]))
    orders.adopt_cart(guest, person_id=buyer, now=now)
    assert len(contents(own)) == LIMITS.max_lines
    assert contents(own)[offers[0]] == 2
    assert sum(contents(guest).values()) == 2


def test_a_cart_shows_what_cannot_be_had_and_no_sum_over_currencies(now: datetime) -> None:
    at, abroad = stage(stock=3), another_shop("abroad", currency="USD")
    cart_id = cart_of(at.buyer_id, (at.offers[0], 4), (abroad.offers[0], 1))
    shown = orders.cart(cart_id, now=now)
    available = {line.offer.id: line.available for line in shown.lines}
    assert available == {at.offers[0]: False, abroad.offers[0]: True}
    assert shown.goods is None
    assert orders.cart(new_id(), now=now).lines == ()
