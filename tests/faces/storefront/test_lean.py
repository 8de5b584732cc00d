"""What pages and posts ask of the database, exactly: as much for many things as for one, and for a post as little as
its verb needs. A world with a real clock, which costs nothing to read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sanhao.kit import time as kit_time
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from tests.faces.storefront.stage import client_of
from tests.goods import world
from tests.service import stage as service

pytestmark = pytest.mark.usefixtures("real")

_FRAME = 4  # the session, its person, the pieces in the cart, the unread notices


@pytest.fixture
def at(real: None) -> service.Stage:
    service.rules()
    return service.stage(balance=100_000)


@pytest.fixture
def client(at: service.Stage) -> Client:
    """The buyer's browser, which already knows its cart."""
    client = client_of(at.buyer_id)
    assert client.get("/cart/").status_code == 200
    return client


def queries(what: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        what()
    return len(seen)


def wide(at: service.Stage, count: int) -> list[UUID]:
    """*count* offers of a further listing."""
    stall = world.Stall(at.shop_id, at.owner_id)
    drafts = [world.variant(f"W{n}", price=1_000) for n in range(count)]
    return world.offer_ids(world.listed(stall, world.draft(*drafts, slug=f"wide-{count}")))


def order_of(at: service.Stage, lines: int) -> UUID:
    """A paid order of so many lines."""
    now = kit_time.now()
    cart_id = orders.open_cart(person_id=at.buyer_id, now=now)
    for offer_id in wide(at, lines):
        orders.add_to_cart(cart_id, offer_id, 1, now=now)
    placed = orders.place(cart_id=cart_id, person_id=at.buyer_id, address_id=at.address_id, now=now)
    service.pay(placed, now=now)
    return placed.order_ids[0]


@pytest.mark.parametrize("variants", [1, 12])
def test_a_listing(at: service.Stage, client: Client, variants: int, django_assert_num_queries: Any) -> None:
    [offer, *_] = wide(at, variants)
    listing = world.card(offer).listing_id
    with django_assert_num_queries(
        _FRAME + 15
    ):  # text, card, offers, variants, shop, coupons, promise, guarantees (2), addresses, rules of sending, freight, saved, answers (2)
        assert client.get(f"/goods/{listing}/").status_code == 200
    with django_assert_num_queries(13):  # a guest has no addresses, saves nothing, and may choose a courier
        assert client_of().get(f"/goods/{listing}/").status_code == 200


@pytest.mark.parametrize("lines", [1, 12])
def test_cart_and_checkout(
    at: service.Stage, client: Client, lines: int, django_assert_num_queries: Any
) -> None:
    for offer_id in wide(at, lines):
        client.post("/cart/add/", {"offer": offer_id, "quantity": 1})
    with django_assert_num_queries(_FRAME + 5):  # lines, offers, shops, coupons to claim and claimed
        assert client.get("/cart/").status_code == 200
    with django_assert_num_queries(
        _FRAME + 12
    ):  # lines, offers, addresses, coupons, those to claim, days on the way, freight and couriers, shops, promise, guarantees (2), consents
        assert client.get("/checkout/").status_code == 200


@pytest.mark.parametrize("lines", [1, 9])
def test_an_order(at: service.Stage, client: Client, lines: int, django_assert_num_queries: Any) -> None:
    order = order_of(at, lines)
    assert len(promises.promises_of([order], now=kit_time.now())[order]) == 4 + lines
    path = f"/orders/{order}/"
    client.get(path)  # terms and rules are read once in a process
    # the order, its lines, shop; promises of order and checkout, proposals; parcels, their items and scans; cases; the invoice; withdrawal
    with django_assert_num_queries(_FRAME + 14):
        assert client.get(path).status_code == 200
    with django_assert_num_queries(2 + 12):  # a fragment shows neither cart nor bell
        assert client.get(f"{path}live/").status_code == 200


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_of_orders(
    at: service.Stage, client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        service.paid(at, now=kit_time.now())
    client.get("/orders/")
    with django_assert_num_queries(_FRAME + 6):  # orders, lines, shops, promises, cases, unclaimed
        assert client.get("/orders/").status_code == 200


def test_the_wallet(at: service.Stage, client: Client, django_assert_num_queries: Any) -> None:
    now = kit_time.now()
    for _ in range(3):
        service.paid(at, now=now - timedelta(hours=60))
    service.drain(now)
    assert len(service.coupons(at.buyer_id)) == 3
    with django_assert_num_queries(_FRAME + 3):  # coupons, shops, debts
        assert client.get("/wallet/").status_code == 200


def test_posts_on_the_way_to_a_paid_order_cost_two_queries_beside_their_verbs(
    at: service.Stage, client: Client
) -> None:
    cart = orders.open_cart(person_id=at.buyer_id, now=kit_time.now())
    with mock.patch("sanhao.faces.storefront.views.cart.orders.add_to_cart"):
        posted = {"offer": at.offers[0], "quantity": 1}
        assert queries(lambda: client.post("/cart/add/", posted)) == 2
    orders.add_to_cart(cart, at.offers[0], 1, now=kit_time.now())
    placed = orders.Placed(cart, cart, service.Money(1, "CNY"), kit_time.now(), ())
    with mock.patch("sanhao.faces.storefront.views.checkout.orders.place", return_value=placed):
        assert queries(lambda: client.post("/checkout/", {"address": at.address_id})) == 2


def test_a_guests_post_asks_for_no_session(at: service.Stage) -> None:
    guest = client_of()
    guest.post("/cart/add/", {"offer": at.offers[0], "quantity": 1})
    with mock.patch("sanhao.faces.storefront.views.cart.orders.add_to_cart"):
        assert queries(lambda: guest.post("/cart/add/", {"offer": at.offers[0], "quantity": 1})) == 0
