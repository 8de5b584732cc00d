"""Coupons of shops, hosts and the platform through an order's life: priced, paid for by their funders, given back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.orders import api as orders
from tests.goods import world
from tests.service.orders.stage import (
    MINUTE,
    another_shop,
    cart_of,
    coupon,
    coupon_state,
    given_back,
    refused,
)
from tests.service.stage import Stage, drain, escrow, order_state, pay, place, sound, stage

pytestmark = pytest.mark.usefixtures("site")


def issued(person: UUID, kind: Any, amount: int, *, shop: UUID | None = None, now: datetime, threshold: int = 0,
           host: UUID | None = None, **other: Any) -> UUID:  # fmt: skip
    """A coupon claimed from a fresh issue; a host's is prepaid."""
    funder = {"shop": str(shop), "host": str(host), "platform": "platform"}[kind]
    staff = world.person()
    if host:
        prepaid = Money(amount, "CNY")
        wallet.prepay_host(host, prepaid, source="bank", reason="A transfer", by=staff, now=now, key=new_id())
    draft = wallet.IssueDraft(
        kind, funder, Text(zh="活动券", en="Campaign"), Money(amount, "CNY"), Money(threshold, "CNY"),
        Money(amount, "CNY"), now, now + timedelta(days=7), shop_id=shop, **other,
    )  # fmt: skip
    return wallet.claim(wallet.issue_coupons(draft, by=staff, now=now), person_id=person, now=now)


def account(code: str, holder: object) -> int:
    return ledger.balance(ledger.Ref(code, str(holder), "CNY")).minor


def two_shops(now: datetime) -> tuple[Stage, Stage, UUID]:
    """Goods of ¥200 from one shop and ¥100 from another in one cart; freight ¥6 and ¥10."""
    at, other = stage(price=20_000), another_shop("guoba", price=5_000, freight=1_000)
    return at, other, cart_of(at.buyer_id, (at.offers[0], 1), (other.offers[0], 2))


def test_every_funder_bears_its_own_and_only_the_shops_discount_leaves_escrow_short(now: datetime) -> None:
    at, other, cart_id = two_shops(now)
    host = new_id()
    mine = [
        issued(at.buyer_id, "shop", 2_000, shop=at.shop_id, now=now, threshold=20_000),
        issued(at.buyer_id, "host", 1_400, host=host, now=now),
        issued(at.buyer_id, "platform", 700, now=now, threshold=30_000),
        coupon(at.buyer_id, 300),
    ]
    placed = orders.place(
        cart_id=cart_id, person_id=at.buyer_id, address_id=at.address_id, coupon_ids=mine, now=now
    )
    assert placed.total == Money(30_000 + 1_600 - 2_000 - 1_400 - 700 - 300, "CNY")
    views = {view.shop_id: view for view in orders.orders(placed.order_ids).values()}
    # ¥180 and ¥100 are left after the shop's own: the host's ¥14 is shared 9 to 5, and so on by what is left
    assert (views[at.shop_id].coupon.minor, views[other.shop_id].coupon.minor) == (
        2_000 + 900 + 450 + 193,
        500 + 250 + 107,
    )
    pay(placed, now=now)
    assert (account("host", host), account("promotions", "platform"), account("coupons", "platform")) == (
        0,
        700,
        0,
    )
    assert (escrow(at.shop_id), escrow(other.shop_id)) == (18_000 + 600, 10_000 + 1_000)
    assert [coupon_state(id) for id in mine] == ["spent"] * 4
    figures = wallet.figures_of(wallet.issues_of(["shop", "platform"]))
    assert {(found.saved.minor, found.turnover.minor) for found in figures.values()} == {
        (2_000, views[at.shop_id].total.minor), (700, placed.total.minor)
    }  # fmt: skip
    sound()


def test_a_cancelled_order_gives_everybody_their_share_and_the_buyer_the_coupons(now: datetime) -> None:
    at, other, cart_id = two_shops(now)
    host = new_id()
    shops_own = issued(at.buyer_id, "shop", 2_000, shop=at.shop_id, now=now)
    wide = issued(at.buyer_id, "platform", 700, now=now)
    hosts = issued(at.buyer_id, "host", 1_400, host=host, now=now)
    placed = orders.place(
        cart_id=cart_id,
        person_id=at.buyer_id,
        address_id=at.address_id,
        coupon_ids=[shops_own, wide, hosts],
        now=now,
    )
    pay(placed, now=now)
    views = {view.shop_id: view.id for view in orders.orders(placed.order_ids).values()}
    orders.cancel_by_buyer(views[at.shop_id], person_id=at.buyer_id, now=now + MINUTE)
    assert (coupon_state(shops_own), coupon_state(wide), coupon_state(hosts)) == ("active", "spent", "spent")
    assert (escrow(at.shop_id), account("promotions", "platform"), account("host", host)) == (0, 250, -900)
    orders.cancel_by_buyer(views[other.shop_id], person_id=at.buyer_id, now=now + 2 * MINUTE)
    assert (coupon_state(wide), coupon_state(hosts)) == ("active", "active")
    assert (escrow(other.shop_id), account("promotions", "platform"), account("host", host)) == (0, 0, -1_400)
    assert sum(amount for amount, _ in given_back(placed)) == placed.total.minor
    sound()
    cart_of(at.buyer_id, (at.offers[0], 1))
    again = place(at, (), coupon_ids=[shops_own, wide, hosts], now=now + 3 * MINUTE)
    assert again.total == Money(20_600 - 4_100, "CNY")


def test_what_was_not_paid_in_time_leaves_coupons_and_budget_as_they_were(now: datetime) -> None:
    at = stage()
    mine = issued(at.buyer_id, "platform", 700, now=now)
    placed = place(at, coupon_ids=[mine])
    assert coupon_state(mine) == "reserved"
    drain(now + 15 * MINUTE)
    assert (order_state(placed.order_ids[0]), coupon_state(mine)) == ("expired", "active")
    assert fetch("SELECT claimed_minor FROM wallet_issue") == [{"claimed_minor": 700}]


def test_one_coupon_in_two_tabs_is_refused_and_nothing_changes(now: datetime) -> None:
    at = stage()
    mine = issued(at.buyer_id, "shop", 700, shop=at.shop_id, now=now)
    place(at, coupon_ids=[mine])
    cart_of(at.buyer_id, (at.offers[0], 1))
    with refused("wallet.coupon_used"):
        place(at, (), coupon_ids=[mine])


def test_coupons_that_do_not_go_together_and_such_that_would_be_wasted_are_refused(now: datetime) -> None:
    at = stage(price=1_000)
    alone = issued(at.buyer_id, "platform", 700, now=now, stacking="alone")
    shops_own = issued(at.buyer_id, "shop", 1_000, shop=at.shop_id, now=now)
    compensation = coupon(at.buyer_id, 300)
    cart_of(at.buyer_id, (at.offers[0], 1))
    with refused("wallet.coupon_stacking"):
        place(at, (), coupon_ids=[alone, shops_own])
    with refused("checkout.coupon_idle"):
        place(at, (), coupon_ids=[shops_own, compensation])
    other = another_shop("guoba")
    foreign = issued(at.buyer_id, "shop", 500, shop=other.shop_id, now=now)
    with refused("wallet.coupon_elsewhere"):
        place(at, (), coupon_ids=[foreign])


def test_a_shops_coupon_may_pay_for_all_its_goods_and_no_entry_is_made_of_nothing(now: datetime) -> None:
    at = stage(price=1_000)
    placed = place(at, coupon_ids=[issued(at.buyer_id, "shop", 5_000, shop=at.shop_id, now=now)])
    assert placed.total == Money(600, "CNY"), "freight is always paid"
    pay(placed, now=now)
    assert (escrow(at.shop_id), account("breakage", "platform")) == (600, 0)
    sound()
