"""Placing a checkout: one order per shop, all or nothing, held for a quarter of an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sanhao.books.payments import api as payments
from sanhao.goods.catalog import api as catalog
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch
from sanhao.kit.sizes import Sides
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.goods import world
from tests.service.orders.stage import (
    MINUTE,
    again,
    another_shop,
    cart_of,
    contents,
    coupon,
    coupon_state,
    press,
    refused,
    stock,
)
from tests.service.stage import drain, escrow, order_state, pay, place, sound, stage

pytestmark = pytest.mark.usefixtures("site")


def test_a_placed_order_holds_the_goods_and_freezes_the_price(now: datetime) -> None:
    at = stage()
    placed = place(at, (2, 1))
    [view] = orders.orders(placed.order_ids).values()
    assert (view.state, view.goods, view.freight, view.total) == (
        "unpaid", Money(50_000, "CNY"), Money(600, "CNY"), Money(50_600, "CNY")
    )  # fmt: skip
    assert placed.total == view.total
    assert placed.expires_at == now + 15 * MINUTE
    assert [stock(offer) for offer in at.offers] == [48, 49]
    assert contents(orders.open_cart(person_id=at.buyer_id, now=now)) == {}
    catalog.set_price(at.shop_id, at.offers[0], Money(99_900, "CNY"), by=at.owner_id, now=now)
    assert orders.order(placed.order_ids[0]).total == Money(50_600, "CNY")
    assert view.address["recipient"] == "林小满"


def test_how_large_goods_are_packed_is_frozen_with_their_weight(now: datetime) -> None:
    at = stage(packed=Sides(300, 200, 100))
    card = world.card(at.offers[0])
    placed = place(at, (1, 1))
    changed = (at.shop_id, card.listing_id, card.variant_id, 999, Sides(1, 1, 1))
    catalog.set_parcel(*changed, by=at.owner_id, now=now)
    lines = {line.offer_id: line for line in orders.order(placed.order_ids[0]).lines}
    first, second = (lines[offer] for offer in at.offers)
    assert (first.weight_g, first.packed) == (300, Sides(300, 200, 100))
    assert (second.weight_g, second.packed) == (300, None)


def test_several_shops_in_one_checkout_make_one_order_each_and_share_the_coupon(now: datetime) -> None:
    at, other = stage(price=20_000), another_shop("guoba", price=5_000, freight=1_000)
    cart_id = cart_of(at.buyer_id, (at.offers[0], 1), (other.offers[0], 2))
    mine = coupon(at.buyer_id, 300)
    placed = orders.place(
        cart_id=cart_id, person_id=at.buyer_id, address_id=at.address_id, coupon_ids=[mine], now=now
    )
    views = {view.shop_id: view for view in orders.orders(placed.order_ids).values()}
    assert set(views) == {at.shop_id, other.shop_id}
    assert (views[at.shop_id].coupon.minor, views[other.shop_id].coupon.minor) == (200, 100)
    assert (views[at.shop_id].total.minor, views[other.shop_id].total.minor) == (20_400, 10_900)
    assert placed.total == Money(31_300, "CNY")
    assert coupon_state(mine) == "reserved"
    pay(placed, now=now)
    assert coupon_state(mine) == "spent"
    assert (escrow(at.shop_id), escrow(other.shop_id)) == (20_600, 11_000)
    sound()


def test_what_a_coupon_is_worth_beyond_the_goods_is_gone_and_booked(now: datetime) -> None:
    at = stage(price=1_000)
    placed = place(at, coupon_ids=[coupon(at.buyer_id, 5_000)])
    assert placed.total == Money(600, "CNY"), "freight is always paid"
    pay(placed, now=now)
    assert escrow(at.shop_id) == 1_600
    sound()


def test_what_costs_nothing_is_paid_at_once(now: datetime) -> None:
    at = stage(price=1_000)
    execute("DELETE FROM delivery_freight_region")
    execute("DELETE FROM delivery_freight_template")
    placed = place(at, coupon_ids=[coupon(at.buyer_id, 1_000)])
    assert placed.total == Money(0, "CNY")
    assert order_state(placed.order_ids[0]) == "paid"
    assert escrow(at.shop_id) == 1_000
    sound()


def test_an_empty_cart_is_refused_and_so_is_a_second_press_of_the_button(now: datetime) -> None:
    at = stage()
    cart_id = cart_of(at.buyer_id)
    asked = {"cart_id": cart_id, "person_id": at.buyer_id, "address_id": at.address_id, "now": now}
    with refused("checkout.empty"):
        orders.place(**asked)
    orders.add_to_cart(cart_id, at.offers[0], 1, now=now)
    orders.place(**asked)
    with refused("checkout.empty"):
        orders.place(**asked)


def test_another_persons_cart_address_or_coupon_is_no_more_than_unknown(now: datetime) -> None:
    at = stage()
    stranger = world.person()
    theirs = people.add_address(
        stranger, people.AddressDraft("陌生人", "13900001111", "CN", "上海市", "徐汇区", "某路1号"), now=now
    )
    cart_id = cart_of(at.buyer_id, (at.offers[0], 1))
    asked = {"cart_id": cart_id, "person_id": at.buyer_id, "address_id": at.address_id, "now": now}
    with refused("address.unknown"):
        orders.place(**asked | {"address_id": theirs})
    not_mine = coupon(stranger)
    with refused("wallet.no_coupon"):
        orders.place(**asked, coupon_ids=[not_mine])
    with refused("checkout.empty"):
        orders.place(**asked | {"person_id": stranger, "address_id": theirs})
    assert contents(cart_id) == {at.offers[0]: 1}


def test_a_coupon_that_does_not_reach_its_threshold_is_refused(now: datetime) -> None:
    at = stage(price=1_000)
    mine = coupon(at.buyer_id, threshold=1_001)
    cart_of(at.buyer_id, (at.offers[0], 1))
    with refused("wallet.coupon_threshold"):
        place(at, (), coupon_ids=[mine])


@pytest.mark.parametrize("quantity", [4, 999])
def test_more_than_there_is_is_refused(now: datetime, quantity: int) -> None:
    at = stage(stock=3)
    cart_of(at.buyer_id, (at.offers[1], 1), (at.offers[0], quantity))
    with refused("catalog.sold_out"):
        place(at, ())


def test_a_limit_per_person_counts_what_was_bought_before(now: datetime) -> None:
    at = stage(per_person_limit=2)
    place(at, (2,))
    cart_of(at.buyer_id, (at.offers[0], 1))
    with refused("catalog.limit"):
        place(at, ())


def test_what_was_taken_off_sale_meanwhile_is_refused_by_name(now: datetime) -> None:
    at = stage()
    cart_of(at.buyer_id, (at.offers[0], 1))
    catalog.pause(at.shop_id, world.card(at.offers[0]).listing_id, by=at.owner_id, now=now)
    with refused("checkout.not_on_sale"):
        place(at, ())


def test_a_place_the_shop_does_not_send_to_is_refused(now: datetime) -> None:
    at = stage()
    cart_of(at.buyer_id, (at.offers[0], 1))
    far = people.add_address(
        at.buyer_id, people.AddressDraft("林小满", "13800001111", "NZ", "Otago", "Dunedin", "1 Hill St"), now=now
    )  # fmt: skip
    nowhere = delivery.FreightDraft("不发", ("NZ",), Money(0, "CNY"), Money(0, "CNY"), deliverable=False)
    delivery.save_freight_template(at.shop_id, nowhere)
    at.address_id = far
    with refused("delivery.undeliverable"):
        place(at, ())


def test_prices_in_two_currencies_are_checked_out_one_after_the_other(now: datetime) -> None:
    at, abroad = stage(), another_shop("abroad", currency="USD")
    cart_of(at.buyer_id, (at.offers[0], 1), (abroad.offers[0], 1))
    with refused("checkout.currencies"):
        place(at, ())


def test_a_gateway_this_site_does_not_have_is_refused(now: datetime) -> None:
    at = stage()
    cart_of(at.buyer_id, (at.offers[0], 1))
    with refused("payments.no_gateway"):
        place(at, (), gateway="nowhere")


def test_nobody_sees_anothers_checkout_or_order(now: datetime) -> None:
    at = stage()
    placed = place(at)
    stranger = world.person()
    with refused("checkout.unknown"):
        orders.checkout(placed.checkout_id, person_id=stranger)
    with refused("order.unknown"):
        orders.order(placed.order_ids[0], person_id=stranger)
    with refused("order.unknown"):
        orders.order(placed.order_ids[0], shop_id=new_id())


def test_after_a_quarter_of_an_hour_stock_and_coupons_are_back(now: datetime) -> None:
    at = stage()
    mine = coupon(at.buyer_id)
    placed = place(at, (2, 1), coupon_ids=[mine])
    drain(now + 15 * MINUTE - timedelta(seconds=1))
    assert (order_state(placed.order_ids[0]), stock(at.offers[0])) == ("unpaid", 48)
    drain(now + 15 * MINUTE)
    assert order_state(placed.order_ids[0]) == "expired"
    assert orders.checkout(placed.checkout_id, person_id=at.buyer_id).state == "expired"
    assert [stock(offer) for offer in at.offers] == [50, 50]
    assert coupon_state(mine) == "active"
    assert orders.orders_of(at.buyer_id) == []
    drain(now + 20 * MINUTE)
    assert [stock(offer) for offer in at.offers] == [50, 50], "once"
    [told] = fetch("SELECT count(*) AS n FROM kit_history WHERE subject_id = %s", [placed.order_ids[0]])
    assert told["n"] == 1


def test_an_expired_checkout_frees_its_coupon_for_the_next(now: datetime) -> None:
    at = stage()
    mine = coupon(at.buyer_id)
    place(at, coupon_ids=[mine])
    cart_of(at.buyer_id, (at.offers[0], 1))
    with refused("wallet.coupon_used"):
        place(at, (), coupon_ids=[mine])
    drain(now + 15 * MINUTE)
    later = place(at, (), coupon_ids=[mine], now=now + 16 * MINUTE)
    press(later.payment_id, "pay", now=now + 17 * MINUTE)
    assert coupon_state(mine) == "spent"


def test_beginning_to_pay_twice_is_one_payment(now: datetime) -> None:
    at = stage()
    placed = place(at)
    assert again(placed, at.buyer_id, now=now) == placed.payment_id
    assert payments.payment_of("checkout", placed.checkout_id) is not None
