"""Bad input from outside, end to end over HTTP: each is answered clearly, nothing is lost, nothing is changed.

*Nothing changed* is meant literally: `world_of_rows` is a fingerprint of every row of every table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.test import Client

from sanhao.books.payments import api as payments
from sanhao.books.payments.gateways.sandbox import signing as paying
from sanhao.books.wallet import api as wallet
from sanhao.goods.shops import api as shops
from sanhao.kit import limits
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery import signing
from sanhao.service.orders import api as orders
from tests.faces.storefront.stage import client_of, words
from tests.goods import world
from tests.races import invariants
from tests.service.stage import (
    Stage,
    drain,
    hours,
    order_state,
    paid,
    place,
    promise,
    rules,
    ship,
    sound,
    stage,
)

pytestmark = pytest.mark.django_db
CARRIER, PAYMENT = "/hooks/carriers/sandbox/", "/hooks/payments/sandbox/"
TEN_MEGABYTES = b'{"parcel": "' + b"S" * 10_000_000 + b'"}'
_NOT_BUSINESS = ("django_session", "django_migrations", "kit_limit")


@pytest.fixture(autouse=True)
def _site() -> Iterator[None]:
    kit_time.found_world(is_demo=True)
    rules()
    limits.forget_local()
    yield
    limits.forget_local()


@pytest.fixture
def at() -> Stage:
    return stage(balance=10_000)


@pytest.fixture
def outside() -> Client:
    """A machine out there: no cookies, and no CSRF token that anybody gave it."""
    return Client(enforce_csrf_checks=True)


def world_of_rows() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a fingerprint of them."""
    return {row["name"]: (row["n"], row["hash"]) for row in fetch(_every_row())}


@cache
def _every_row() -> str:
    tables = fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) AS n, md5(string_agg(t::text, chr(10) ORDER BY t::text)) AS hash FROM \"{name}\" t"
        for row in tables
        if (name := row["tablename"]) not in _NOT_BUSINESS
    )


@contextmanager
def unchanged(*but: str) -> Iterator[None]:
    """Every row of every table is afterwards what it was, except in the tables named."""
    before = world_of_rows()
    yield
    after = world_of_rows()
    assert {name for name in before if before[name] != after[name]} == set(but)


def post(client: Client, url: str, body: bytes, headers: Any) -> Any:
    return client.post(url, data=body, content_type="application/json", headers=headers)


def messages() -> list[tuple[str, str]]:
    return [(m["state"], m["reason"]) for m in fetch("SELECT state, reason FROM delivery_carrier_message")]


def a_parcel(at: Stage, number: str = "SF100001") -> tuple[UUID, UUID]:
    """An order paid an hour ago, its parcel waiting for the courier."""
    now = kit_time.now() - hours(1)
    order = paid(at, now=now)
    consignment = ship(at, order, number, now=now)
    drain(kit_time.now())
    return order, consignment


# What carriers post


def test_a_forged_scan_moves_nothing(at: Stage, outside: Client) -> None:
    _, consignment = a_parcel(at)
    body, headers = delivery.sandbox_scan_body(consignment, "delivered", now=kit_time.now())
    with unchanged():
        answer = post(outside, CARRIER, body, headers | {signing.SIGNATURE_HEADER: "0" * 64})
        drain(kit_time.now())
    assert (answer.status_code, answer.json()["code"]) == (401, "delivery.forged")


def test_an_unknown_carrier_is_told_so(at: Stage, outside: Client) -> None:
    a_parcel(at)
    body, headers = delivery.sandbox_body("SF100001", "delivered", now=kit_time.now())
    with unchanged():
        answer = post(outside, "/hooks/carriers/pigeon/", body, headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "delivery.unknown_carrier")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'"\\ud800"', b"[" * 50_000, b"NaN", b"null"])
def test_malformed_json_is_kept_with_its_reason_and_moves_nothing(
    at: Stage, outside: Client, body: bytes
) -> None:
    a_parcel(at)
    with unchanged("delivery_carrier_message"):
        answer = post(outside, CARRIER, body, signing.sign("sandbox", body, event_id="broken"))
        drain(kit_time.now())
    assert answer.status_code == 204
    [(state, reason)] = messages()
    assert state == "refused" and reason
    [kept] = fetch("SELECT body FROM delivery_carrier_message")
    assert bytes(kept["body"]) == body, "nothing is lost: staff can read it"


@pytest.mark.parametrize("url", [CARRIER, PAYMENT])
def test_ten_megabytes_are_not_even_read(at: Stage, outside: Client, url: str) -> None:
    a_parcel(at)
    headers = signing.sign("sandbox", TEN_MEGABYTES, event_id="large")
    with unchanged():
        answer = post(outside, url, TEN_MEGABYTES, headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "delivery.too_large")


def test_ten_megabytes_in_a_form_are_refused(at: Stage) -> None:
    client = client_of(at.buyer_id)
    with unchanged():
        answer = client.post(
            "/cart/add/", {"offer": str(at.offers[0]), "quantity": "1", "x": "y" * 10_000_000}
        )
    assert answer.status_code in (400, 413)


def test_a_scan_from_the_future_is_refused_by_its_date(at: Stage, outside: Client) -> None:
    order, consignment = a_parcel(at)
    now = kit_time.now()
    body, headers = delivery.sandbox_scan_body(consignment, "picked_up", now=now + hours(3))
    with unchanged("delivery_carrier_message"):
        assert post(outside, CARRIER, body, headers).status_code == 204
        drain(kit_time.now())
    [(state, reason)] = messages()
    assert state == "refused" and "future" in reason
    assert promise(order)["state"] == "open"


def test_a_scan_for_somebody_elses_parcel_leaves_ours_alone(at: Stage, outside: Client) -> None:
    """A number nobody registered; and a number of ours, told by a carrier that does not carry it."""
    order, _ = a_parcel(at)
    unknown, headers = delivery.sandbox_body("SF999999", "picked_up", now=kit_time.now())
    other = b'[{"trackingNumber": "SF100001"}]'
    with unchanged("delivery_carrier_message"):
        assert post(outside, CARRIER, unknown, headers).status_code == 204
        headers = signing.sign("gls", other, event_id="1", parcel="SF100001")
        assert post(outside, "/hooks/carriers/gls/", other, headers).status_code == 204
        drain(kit_time.now())
    assert {state for state, _ in messages()} == {"refused"}
    assert any("nobody registered this parcel" in reason for _, reason in messages())
    assert promise(order)["state"] == "open"


def test_the_same_event_a_hundred_times_is_one_event(at: Stage, outside: Client) -> None:
    order, consignment = a_parcel(at)
    body, headers = delivery.sandbox_scan_body(consignment, "picked_up", now=kit_time.now())
    assert {post(outside, CARRIER, body, headers).status_code for _ in range(50)} == {204}
    drain(kit_time.now())
    assert (promise(order)["state"], len(messages())) == ("kept", 1)
    with unchanged():
        assert {post(outside, CARRIER, body, headers).status_code for _ in range(50)} == {204}
        drain(kit_time.now())
    assert fetch("SELECT count(*) AS n FROM delivery_scan") == [{"n": 1}]


# What payment gateways post


def said_of(placed: orders.Placed, *, now: datetime) -> paying.Signed:
    """The sandbox has the money, and its callback is on its way."""
    [said] = payments.sandbox_pay(placed.payment_id, "pay", now=now)
    return said


def other(said: paying.Signed, **changes: Any) -> paying.Signed:
    """The same callback saying something else, properly signed."""
    callback = msgspec.json.decode(said.body, type=paying.Callback)
    return paying.sign(msgspec.structs.replace(callback, **changes))


def test_a_forged_payment_pays_nothing(at: Stage, outside: Client) -> None:
    placed = place(at, now=kit_time.now())
    said = said_of(placed, now=kit_time.now())
    with unchanged():
        answer = post(outside, PAYMENT, said.body.replace(b"CNY", b"USD"), said.headers)
        nobody = post(outside, "/hooks/payments/alibi/", said.body, said.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "payments.forged")
    assert nobody.status_code == 404
    assert order_state(placed.order_ids[0]) == "unpaid"


@pytest.mark.parametrize(
    "changes",
    [{"currency": "USD"}, {"amount_minor": 1}, {"amount_minor": -20_600}, {"currency": "XXX"}],
    ids=["dollars", "a-cent", "negative", "no-currency"],
)
def test_money_other_than_the_shop_asked_for_pays_nothing(
    at: Stage, outside: Client, changes: dict[str, Any]
) -> None:
    placed = place(at, now=kit_time.now())
    said = other(said_of(placed, now=kit_time.now()), **changes)
    with unchanged():
        answer = post(outside, PAYMENT, said.body, said.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "payments.amount_differs")
    assert order_state(placed.order_ids[0]) == "unpaid"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"payment_id": 7}'])
def test_a_payment_callback_that_cannot_be_read_pays_nothing(at: Stage, outside: Client, body: bytes) -> None:
    placed = place(at, now=kit_time.now())
    stamp = str(int(kit_time.machine_now().timestamp()))
    headers = {paying.TIMESTAMP: stamp, paying.SIGNATURE: paying._signature(stamp, body)}
    with unchanged():
        answer = post(outside, PAYMENT, body, headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "payments.unreadable")
    assert order_state(placed.order_ids[0]) == "unpaid"


def test_a_payment_heard_twice_is_paid_once(at: Stage, outside: Client) -> None:
    placed = place(at, now=kit_time.now())
    said = said_of(placed, now=kit_time.now())
    assert post(outside, PAYMENT, said.body, said.headers).status_code == 204
    with unchanged():
        assert post(outside, PAYMENT, said.body, said.headers).status_code == 204
    assert order_state(placed.order_ids[0]) == "paid"
    sound()


@pytest.mark.django_db(transaction=True)
def test_a_payment_for_an_expired_order_goes_back_once_though_it_is_told_twice(
    at: Stage, outside: Client
) -> None:
    before = kit_time.now() - timedelta(minutes=16)
    placed = place(at, now=before)
    stock = world.card(at.offers[0]).stock_left
    drain(kit_time.now())
    assert order_state(placed.order_ids[0]) == "expired"
    said = said_of(placed, now=kit_time.now())
    assert post(outside, PAYMENT, said.body, said.headers).status_code == 204
    drain(kit_time.now())
    assert fetch("SELECT amount_minor, state FROM payments_refund") == [
        {"amount_minor": placed.total.minor, "state": "done"}
    ]
    with unchanged():
        assert post(outside, PAYMENT, said.body, said.headers).status_code == 204
        drain(kit_time.now())
    assert order_state(placed.order_ids[0]) == "expired"
    assert world.card(at.offers[0]).stock_left == stock + 1, (
        "the goods went back to the shelf when it expired"
    )
    assert fetch("SELECT count(*) AS n FROM promises_promise") == [{"n": 0}]
    assert fetch("SELECT count(*) AS n, sum(amount_minor) AS paid FROM payments_sandboxrefund") == [
        {"n": 1, "paid": placed.total.minor}
    ]
    sound()
    assert invariants.findings(now=kit_time.now()) == {}


# What people and their browsers post


def in_the_cart(at: Stage, quantity: int = 1) -> UUID:
    cart_id = orders.open_cart(person_id=at.buyer_id, now=kit_time.now())
    orders.add_to_cart(cart_id, at.offers[0], quantity, now=kit_time.now())
    return cart_id


def a_coupon(person_id: UUID, currency: str) -> UUID:
    id = new_id()
    grant = wallet.CouponGrant(
        id, person_id, 300, currency, Text(zh="补偿", en="Compensation"), "test", new_id()
    )  # fmt: skip
    wallet.grant([grant], now=kit_time.now())
    return id


def test_a_coupon_in_a_currency_the_shop_does_not_use_is_refused_at_checkout(at: Stage) -> None:
    in_the_cart(at)
    coupon = a_coupon(at.buyer_id, "USD")
    client = client_of(at.buyer_id)
    with unchanged():
        answer = client.post(
            "/checkout/", {"address": str(at.address_id), "coupon": str(coupon), "chosen": "1"}
        )
    assert answer.status_code == 409
    assert "This coupon is in another currency." in words(answer)
    assert [c.state for c in wallet.coupons_of(at.buyer_id)] == ["active"]


def test_another_persons_coupon_is_refused_at_checkout(at: Stage) -> None:
    in_the_cart(at)
    coupon = a_coupon(world.person(), "CNY")
    client = client_of(at.buyer_id)
    with unchanged():
        answer = client.post(
            "/checkout/", {"address": str(at.address_id), "coupon": str(coupon), "chosen": "1"}
        )
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "quantity", ["-1", "0", "1000", "99999999999999999999", "1.5", "two", "", "1e3", "１-"]
)
def test_a_quantity_that_is_none_is_refused(at: Stage, quantity: str) -> None:
    client = client_of(at.buyer_id)
    client.get("/cart/")
    with unchanged():
        answer = client.post("/cart/add/", {"offer": str(at.offers[0]), "quantity": quantity})
    assert answer.status_code == 422
    assert "The quantity must be between 1 and 999." in words(answer)


@pytest.mark.parametrize("quantity", ["-1", "1000", "x"])
def test_a_quantity_that_is_none_leaves_the_cart_as_it_is(at: Stage, quantity: str) -> None:
    in_the_cart(at, 2)
    client = client_of(at.buyer_id)
    with unchanged():
        answer = client.post(f"/cart/{at.offers[0]}/", {"quantity": quantity})
    assert answer.status_code == 422
    assert "The quantity must be between 1 and 999." in words(answer)


def test_another_buyers_order_is_nobodys_to_see_or_touch(at: Stage) -> None:
    order = paid(at, now=kit_time.now())
    checkout = orders.order(order).checkout_id
    stranger, own = client_of(world.person()), client_of(at.buyer_id)
    assert own.get(f"/orders/{order}/").status_code == 200
    with unchanged():
        for url in (f"/orders/{order}/", f"/orders/{order}/live/", f"/pay/{checkout}/", f"/paid/{checkout}/"):
            seen = stranger.get(url)
            assert seen.status_code == 404, url
            assert orders.order(order).number not in words(seen) and "武康路" not in words(seen)
        assert stranger.get(f"/orders/{new_id()}/").status_code == 404, (
            "the same answer as for no order at all"
        )
        assert stranger.post(f"/orders/{order}/cancel/").status_code == 404
        assert stranger.post(f"/orders/{order}/delay/{new_id()}/", {"agree": "yes"}).status_code == 404
    assert order_state(order) == "paid"


def test_a_shop_cannot_ship_what_is_not_its_own_nor_a_negative_part(at: Stage) -> None:
    order = paid(at, now=kit_time.now())
    [line] = orders.order(order).lines
    other_shop = stage(slug="yimu")
    with unchanged():
        for shop, items in (
            (other_shop, ()),
            (at, ((line.id, -1),)),
            (at, ((line.id, 2),)),
            (at, ((new_id(), 1),)),
        ):
            parcel = orders.Shipment(order, "sandbox", "SF100009", items)
            with pytest.raises(Refusal):
                orders.ship(shop.shop_id, [parcel], by=shop.owner_id, now=kit_time.now())


def test_money_cannot_be_paid_into_a_shop_in_another_currency(at: Stage) -> None:
    with unchanged(), pytest.raises(Refusal):
        shops.top_up(at.shop_id, Money(1_000, "USD"), now=kit_time.now(), key="dollars")


def test_an_address_of_somebody_else_is_refused_at_checkout(at: Stage) -> None:
    in_the_cart(at)
    client = client_of(at.buyer_id)
    theirs = stage(slug="yimu").address_id
    with unchanged():
        answer = client.post("/checkout/", {"address": str(theirs), "chosen": "1"})
    assert answer.status_code == 404
