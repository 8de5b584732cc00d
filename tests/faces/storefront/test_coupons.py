"""Coupons on the buyer's pages: claimed in one tap, the best chosen at checkout, what is nearly reached, from whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sanhao.books.wallet import api as wallet
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.orders import api as orders
from tests.faces.storefront.stage import ZH, client_of, words
from tests.goods import world
from tests.service import stage as service

pytestmark = pytest.mark.usefixtures("real")


@pytest.fixture
def at(real: None) -> service.Stage:
    """Goods of ¥200 and ¥100; freight ¥6."""
    service.rules()
    return service.stage()


@pytest.fixture
def client(at: service.Stage) -> Client:
    return client_of(at.buyer_id)


def issue(at: service.Stage, amount: int, threshold: int = 0, kind: Any = "shop", **other: Any) -> UUID:
    now = kit_time.now()
    funder = str(at.shop_id) if kind == "shop" else "platform"
    draft = wallet.IssueDraft(
        kind, funder, Text(zh="早冬券", en="Winter coupon"), Money(amount, "CNY"), Money(threshold, "CNY"),
        Money(amount * 30, "CNY"), now - timedelta(hours=1), now + timedelta(days=7), shop_id=at.shop_id if kind == "shop" else None, **other,
    )  # fmt: skip
    return wallet.issue_coupons(draft, by=at.owner_id, now=now)


def into_cart(client: Client, at: service.Stage, quantity: int = 1) -> None:
    client.post("/cart/add/", {"offer": at.offers[1], "quantity": quantity})


def pages(at: service.Stage) -> list[str]:
    return [f"/goods/{world.card(at.offers[0]).listing_id}/", "/shop/qingcao/", "/cart/"]


def test_a_coupon_to_claim_stands_on_listing_shop_and_cart_in_both_languages(
    at: service.Stage, client: Client
) -> None:
    id = issue(at, 1_000, 8_800)
    into_cart(client, at)
    for path in pages(at):
        for visitor in (client, client_of()):
            seen = visitor.get(path)
            if visitor is client or path != "/cart/":
                assert f"/coupons/{id}/claim/" in seen.content.decode()
                assert "Winter coupon" in words(seen) and "from ¥88" in words(seen)
    client.cookies["sanhao_language"] = ZH
    for path in pages(at):
        assert "早冬券 满 ¥88 可用" in words(client.get(path)).replace("  ", " ")


def test_one_tap_claims_and_says_so_with_and_without_script(at: service.Stage, client: Client) -> None:
    first, second = issue(at, 1_000), issue(at, 900)
    quick = client.post(f"/coupons/{first}/claim/", headers={"HX-Request": "true"})
    assert (quick.status_code, words(quick)) == (200, "in your wallet")
    plain = client.post(f"/coupons/{second}/claim/", {"next": "/shop/qingcao/"})
    assert (plain.status_code, plain["Location"]) == (302, "/shop/qingcao/")
    assert [view.amount.minor for view in wallet.coupons_of(at.buyer_id)] == [900, 1_000]
    again = client.post(f"/coupons/{first}/claim/", headers={"HX-Request": "true"})
    assert (again.status_code, "may claim 1, and you have" in again.content.decode()) == (409, True)
    told = client.post(f"/coupons/{first}/claim/", {"next": "/shop/qingcao/"}, follow=True)
    assert "Each person may claim 1, and you have." in words(told)
    assert client.post(f"/coupons/{new_id()}/claim/").status_code == 404
    assert len(wallet.coupons_of(at.buyer_id)) == 2


def test_a_guest_signs_in_first_and_comes_back(at: service.Stage) -> None:
    id = issue(at, 1_000)
    sent = client_of().post(f"/coupons/{id}/claim/", {"next": "/shop/qingcao/"})
    assert (sent.status_code, sent["Location"]) == (302, "/sign-in/?next=%2Fshop%2Fqingcao%2F")


def checked(page: Any) -> set[UUID]:
    return {UUID(id) for id in re.findall(r'name="coupon" value="([^"]+)" checked', page.content.decode())}


def test_checkout_takes_the_best_by_itself_says_what_is_saved_and_lets_the_buyer_change_it(
    at: service.Stage, client: Client
) -> None:
    now = kit_time.now()
    shop, small, wide = (
        wallet.claim(id, person_id=at.buyer_id, now=now)
        for id in (issue(at, 1_000, 8_800), issue(at, 500), issue(at, 700, kind="platform"))
    )
    far = wallet.claim(issue(at, 4_000, 30_000), person_id=at.buyer_id, now=now)
    into_cart(client, at)
    page = client.get("/checkout/")
    assert checked(page) == {shop, wide}
    assert "You save ¥17 , the most your coupons can do here." in words(page)
    assert "To pay ¥89" in words(page)
    other = client.get("/checkout/", {"chosen": "yes", "coupon": [str(small)]})
    assert checked(other) == {small}
    assert "Another choice of coupons saves ¥12 more." in words(other)
    clash = client.get("/checkout/", {"chosen": "yes", "coupon": [str(small), str(shop)]})
    assert "These coupons cannot be used together." in words(clash)
    assert "disabled>Place the order" in clash.content.decode()
    refused = client.post(
        "/checkout/", {"address": at.address_id, "chosen": "yes", "coupon": [str(small), str(shop)]}
    )
    assert (refused.status_code, "cannot be used together" in words(refused)) == (409, True)
    placed = client.post(
        "/checkout/", {"address": at.address_id, "chosen": "yes", "coupon": [str(shop), str(wide)]}
    )
    assert placed.status_code == 302
    [order] = orders.orders_of(at.buyer_id)
    assert (order.coupon.minor, order.total.minor) == (1_700, 8_900)
    assert far in {view.id for view in wallet.usable(at.buyer_id, currency="CNY", now=now)}


def test_what_is_nearly_reached_is_said_with_what_it_would_bring(at: service.Stage, client: Client) -> None:
    issue(at, 1_000, 11_200)
    issue(at, 3_000, 99_900)
    into_cart(client, at)
    for path in ("/cart/", "/checkout/"):
        said = words(client.get(path))
        assert "¥12 more from" in said and "for ¥10 off" in said
        assert "¥30 off" not in said, "out of reach"
    into_cart(client, at)
    assert "¥12 more" not in words(client.get("/cart/"))


def test_at_checkout_a_coupon_can_be_claimed_and_is_then_used(at: service.Stage, client: Client) -> None:
    id = issue(at, 1_000, kind="platform")
    into_cart(client, at)
    assert f'formaction="/coupons/{id}/claim/?next=/checkout/"' in client.get("/checkout/").content.decode()
    back = client.post(f"/coupons/{id}/claim/?next=/checkout/", {"address": at.address_id}, follow=True)
    assert len(checked(back)) == 1
    assert "You save ¥10" in words(back)


def test_the_wallet_says_from_whom_for_what_and_until_when(at: service.Stage, client: Client) -> None:
    now, host = kit_time.now(), world.person()
    wallet.prepay_host(
        host, Money(50_000, "CNY"), source="bank", reason="A transfer", by=at.owner_id, now=now, key=new_id()
    )
    ids = [
        issue(at, 1_000, 8_800, stacking="alone"),
        issue(at, 800, kind="platform"),
        wallet.issue_coupons(
            wallet.IssueDraft(
                "host", str(host), Text(zh="直播间", en="Live"), Money(300, "CNY"), Money(0, "CNY"), Money(900, "CNY"),
                now, now + timedelta(days=1),
            ),
            by=at.owner_id, now=now,
        ),
    ]  # fmt: skip
    for id in ids:
        wallet.claim(id, person_id=at.buyer_id, now=now)
    client.get("/wallet/")  # opens the cart
    with CaptureQueriesContext(connection) as seen:
        said = words(client.get("/wallet/"))
    assert len(seen) == 4 + 4, "coupons, shops, hosts, debts"
    assert "for goods of at least ¥88 · for this shop's goods · stands alone" in said
    assert "From Sanhao" in said and "for goods of any price" in said and "good until" in said
    assert "¥21" in said
