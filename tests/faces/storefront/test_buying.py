"""From the shelf to a paid order through the pages: guests, carts that merge, coupons, buttons pressed twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from sanhao.books.payments import api as payments
from sanhao.books.wallet import api as wallet
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.orders import api as orders
from tests.faces.storefront.stage import EN, ZH, client_of, words
from tests.goods import world
from tests.service import stage as service

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def at(demo: None) -> service.Stage:
    service.rules()
    return service.stage(balance=100_000)


def fill(client: Client, at: service.Stage, *quantities: int) -> None:
    for offer_id, quantity in zip(at.offers, quantities, strict=False):
        answer = client.post("/cart/add/", {"offer": offer_id, "quantity": quantity})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/cart/")


def placed(client: Client, at: service.Stage, *coupons: UUID) -> UUID:
    answer = client.post("/checkout/", {"address": at.address_id, "coupon": list(coupons), "chosen": "yes"})
    assert answer.status_code == 302, words(answer)
    return UUID(answer.headers["Location"].split("/")[2])


def states(person_id: UUID) -> list[str]:
    return [order.state for order in orders.orders_of(person_id)]


def coupon_of(person_id: UUID, amount: int = 500) -> UUID:
    id = new_id()
    grant = wallet.CouponGrant(
        id, person_id, amount, "CNY", Text(zh="晚发即赔", en="Late shipment pays"), "gift", new_id()
    )
    wallet.grant([grant], now=kit_time.now())
    return id


# ---- the cart ----------------------------------------------------------------------------------------------------


def test_a_guests_cart_is_kept_by_a_signed_cookie_and_poured_into_the_persons_own(at: service.Stage) -> None:
    own = client_of(at.buyer_id)
    fill(own, at, 1)
    guest = client_of()
    fill(guest, at, 2, 1)
    assert "Cashmere sweater" in words(guest.get("/cart/"))
    assert guest.get("/checkout/").headers["Location"] == "/checkout/guest/"
    people.allow_quick_sign_in(at.buyer_id, Text(zh="买家", en="Buyer"))
    assert guest.post(f"/demo/persons/{at.buyer_id}/", {"next": "/checkout/"}).status_code == 302
    cart = orders.cart(orders.open_cart(person_id=at.buyer_id, now=kit_time.now()), now=kit_time.now())
    assert {line.offer.id: line.quantity for line in cart.lines} == {at.offers[0]: 3, at.offers[1]: 1}
    assert "× 3" in words(guest.get("/checkout/"))


def test_a_cookie_nobody_signed_names_no_cart(at: service.Stage) -> None:
    cart_id = orders.open_cart(person_id=None, now=kit_time.now())
    orders.add_to_cart(cart_id, at.offers[0], 1, now=kit_time.now())
    thief = client_of()
    for value in (str(cart_id), f'"{cart_id}":x:y', "", "\0", "x" * 4000):
        thief.cookies["sanhao_cart"] = value
        assert "Your cart is light" in words(thief.get("/cart/"))


@pytest.mark.parametrize("quantity", ["0", "-1", "1000", "99999999999999999999", "1.5", "x", "", "\0", "１"])
def test_odd_quantities_change_nothing(at: service.Stage, quantity: str) -> None:
    client = client_of(at.buyer_id)
    fill(client, at, 2)
    added = client.post("/cart/add/", {"offer": at.offers[0], "quantity": quantity})
    changed = client.post(f"/cart/{at.offers[0]}/", {"quantity": quantity})
    full_width_one = quantity == "１"  # a digit all the same: Python and the form read it as 1
    assert added.status_code == (302 if full_width_one else 422)
    assert changed.status_code == (302 if quantity in ("0", "１") else 422)
    cart = orders.cart(orders.open_cart(person_id=at.buyer_id, now=kit_time.now()), now=kit_time.now())
    expected = {"0": [], "１": [1]}.get(quantity, [2])
    assert [line.quantity for line in cart.lines] == expected


@pytest.mark.parametrize("offer", ["", "x", "\0", "00000000-0000-0000-0000-000000000000"])
def test_what_is_not_sold_cannot_be_put_in(at: service.Stage, offer: str) -> None:
    assert client_of().post("/cart/add/", {"offer": offer, "quantity": "1"}).status_code in (404, 422)


def test_with_script_the_page_stays_and_the_bar_counts(at: service.Stage) -> None:
    client = client_of()
    answer = client.post(
        "/cart/add/", {"offer": at.offers[0], "quantity": "3"}, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "It is in your cart." in html
    assert 'id="bar-cart" hx-swap-oob="true"' in html
    assert '<span class="badge" aria-hidden="true">3</span>' in html


def test_a_refusal_comes_back_with_the_listing_and_nothing_lost(at: service.Stage) -> None:
    now = kit_time.now()
    listing = world.catalog.offers(at.offers, now=now)[at.offers[0]].listing_id
    for offer in world.offer_ids(listing, now=now):
        world.catalog.end_offer(at.shop_id, offer, by=at.owner_id, now=now)
    answer = client_of().post("/cart/add/", {"offer": at.offers[0], "quantity": "1", "listing": listing})
    assert (answer.status_code, "This is not on sale right now." in words(answer)) == (404, True)


# ---- checkout ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "said"), [(ZH, "下单"), (EN, "Place the order")])
def test_checkout_shows_goods_freight_and_what_is_to_pay(at: service.Stage, language: str, said: str) -> None:
    client = client_of(at.buyer_id, language)
    fill(client, at, 1, 1)
    page = words(client.get("/checkout/"))
    assert said in page
    for part in ("¥300", "¥6", "¥306", "¥3"):
        assert part in page


def test_coupons_are_chosen_for_the_buyer_and_can_be_left_out(at: service.Stage) -> None:
    coupon_of(at.buyer_id, 500)
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    assert "¥201" in words(client.get("/checkout/"))
    assert "¥206" in words(client.get("/checkout/?chosen=yes"))


def test_a_placed_checkout_is_one_order_for_each_shop(at: service.Stage) -> None:
    other = service.stage(slug="peanest")
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    client.post("/cart/add/", {"offer": other.offers[0], "quantity": 1})
    assert "2 orders, one for each shop" in words(client.get("/checkout/"))
    placed(client, at)
    assert states(at.buyer_id) == ["unpaid", "unpaid"]
    assert "Your cart is light" in words(client.get("/cart/"))


def test_a_coupon_in_two_tabs_is_spent_once(at: service.Stage) -> None:
    coupon = coupon_of(at.buyer_id)
    first, second = client_of(at.buyer_id), client_of(at.buyer_id)
    fill(first, at, 1)
    placed(first, at, coupon)
    fill(second, at, 1)
    answer = second.post("/checkout/", {"address": at.address_id, "coupon": [coupon], "chosen": "yes"})
    assert answer.status_code in (409, 404, 422)
    assert states(at.buyer_id) == ["unpaid"]
    assert "Cashmere sweater" in words(second.get("/cart/"))


@pytest.mark.parametrize("given", [{}, {"address": "x"}, {"address": "{other}"}, {"address": "{own}", "coupon": "x"}, {"address": "{own}", "coupon": "{other}"}])  # fmt: skip
def test_strange_checkouts_are_refused_and_the_cart_stays(at: service.Stage, given: dict[str, str]) -> None:
    _stranger, theirs = service.a_buyer()
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    sent = {key: value.format(other=theirs, own=at.address_id) for key, value in given.items()}
    answer = client.post("/checkout/", sent)
    assert answer.status_code in (404, 409, 422)
    assert 'role="alert"' in answer.content.decode()
    assert states(at.buyer_id) == []


def test_a_place_the_shop_does_not_send_to_is_said_before_the_button(at: service.Stage) -> None:
    far = people.add_address(
        at.buyer_id, people.AddressDraft("Leo", "13900002222", "US", "NY", "NYC", "1 Way"), now=kit_time.now()
    )
    service.delivery.save_freight_template(
        at.shop_id,
        service.delivery.FreightDraft(
            "无", ("US",), service.Money(0, "CNY"), service.Money(0, "CNY"), deliverable=False
        ),
    )
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    html = client.get(f"/checkout/?address={far}").content.decode()
    assert (
        "Not sent to NY, neither straight nor by a hub." in html and "Not everything is sent to NY:" in html
    )
    assert '<button class="button button--primary button--wide" disabled>' in html


# ---- paying ------------------------------------------------------------------------------------------------------


def test_from_the_shelf_to_thank_you(at: service.Stage) -> None:
    client = client_of(at.buyer_id)
    fill(client, at, 1, 1)
    checkout = placed(client, at)
    page = words(client.get(f"/pay/{checkout}/"))
    assert "306" in page
    assert "Held for you" in page
    answer = client.post(f"/pay/{checkout}/", {"how": "pay"})
    assert answer.headers["Location"] == f"/paid/{checkout}/"
    assert "Paid. Now it is our turn." in words(client.get(f"/paid/{checkout}/"))
    assert states(at.buyer_id) == ["paid"]


def test_the_pay_button_pressed_twice_pays_once(at: service.Stage) -> None:
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    checkout = placed(client, at)
    for _ in range(2):
        assert client.post(f"/pay/{checkout}/", {"how": "pay"}).headers["Location"] == f"/paid/{checkout}/"
    payment = payments.payment_of("checkout", checkout)
    assert payment is not None
    assert (payment.state, payment.attempt) == ("paid", 1)
    assert len(service.promises.promises_of([orders.orders_of(at.buyer_id)[0].id], now=kit_time.now())) == 1


def test_a_declined_payment_can_be_tried_again(at: service.Stage) -> None:
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    checkout = placed(client, at)
    assert client.post(f"/pay/{checkout}/", {"how": "decline"}).headers["Location"] == f"/pay/{checkout}/"
    assert "The payment was declined." in words(client.get(f"/pay/{checkout}/"))
    client.post(f"/pay/{checkout}/", {"how": "pay"})
    assert states(at.buyer_id) == ["paid"]


def test_a_lost_callback_says_that_we_wait_and_go_on_asking(at: service.Stage) -> None:
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    checkout = placed(client, at)
    client.post(f"/pay/{checkout}/", {"how": "lost"})
    page = client.get(f"/paid/{checkout}/")
    assert "Waiting for the payment service" in words(page)
    assert 'hx-trigger="every 3s"' in page.content.decode()


def test_a_checkout_nobody_paid_goes_back_on_the_shelf_and_a_late_payment_goes_back(
    at: service.Stage,
) -> None:
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    checkout = placed(client, at)
    client.post(f"/pay/{checkout}/", {"how": "late"})
    kit_time.move_forward(timedelta(minutes=16))
    service.drain(kit_time.now())
    assert client.get(f"/pay/{checkout}/").headers["Location"] == f"/paid/{checkout}/"
    assert client.post(f"/pay/{checkout}/", {"how": "pay"}).headers["Location"] == f"/paid/{checkout}/"
    assert "nothing was charged" in words(client.get(f"/paid/{checkout}/"))
    kit_time.move_forward(timedelta(minutes=10))
    service.drain(kit_time.now())
    assert "all of it goes back" in words(client.get(f"/paid/{checkout}/"))


def test_an_unknown_button_of_the_sandbox_is_refused_beside_the_others(at: service.Stage) -> None:
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    checkout = placed(client, at)
    answer = client.post(f"/pay/{checkout}/", {"how": "steal"})
    assert (answer.status_code, "no such button" in words(answer)) == (422, True)
    assert states(at.buyer_id) == ["unpaid"]


def test_what_coupons_cover_is_paid_at_once(at: service.Stage) -> None:
    service.delivery.save_freight_template(
        at.shop_id,
        service.delivery.FreightDraft("CN", ("CN",), service.Money(0, "CNY"), service.Money(0, "CNY")),
    )
    coupon = coupon_of(at.buyer_id, 20_000)
    client = client_of(at.buyer_id)
    fill(client, at, 1)
    checkout = placed(client, at, coupon)
    assert client.get(f"/pay/{checkout}/").headers["Location"] == f"/paid/{checkout}/"
    assert states(at.buyer_id) == ["paid"]
