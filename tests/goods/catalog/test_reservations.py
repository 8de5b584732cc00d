"""Reserve, consume, release: all or nothing, once, and never more than there is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sanhao.goods.catalog import api as catalog
from sanhao.goods.catalog import events
from sanhao.goods.catalog.wiring import SOLD
from sanhao.kit import keeper
from sanhao.kit.events import listen_now
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from tests.conftest import T0
from tests.goods.world import Stall, card, draft, listed, offer_ids, people, person, stall, variant, want

pytestmark = pytest.mark.django_db
SOON = T0 + timedelta(minutes=15)


@pytest.fixture
def shop() -> Stall:
    return stall()


@pytest.fixture
def buyer() -> UUID:
    return person()


def reserve(*wants: catalog.Want) -> None:
    catalog.reserve(wants, expires_at=SOON, now=T0)


def states(order_id: UUID) -> list[str]:
    rows = fetch("SELECT state FROM catalog_reservation WHERE order_id = %s ORDER BY id", [order_id])
    return [row["state"] for row in rows]


def sold(offer_id: UUID) -> int:
    return int(fetch("SELECT sold FROM catalog_offer WHERE id = %s", [offer_id])[0]["sold"])


def test_what_is_reserved_is_out_of_stock_and_paid_once(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop))
    order = new_id()
    reserve(want(offer, buyer, 3, order_id=order))
    assert card(offer).stock_left == 17
    assert catalog.consume([order], now=T0) == []
    assert catalog.consume([order], now=T0) == []
    assert (states(order), card(offer).stock_left) == (["consumed"], 17)


def test_what_is_released_is_back_once(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop))
    order = new_id()
    reserve(want(offer, buyer, 3, order_id=order))
    assert catalog.release([order], now=T0) == 1
    assert catalog.release([order], now=T0) == 0
    assert (states(order), card(offer).stock_left) == (["released"], 20)


def test_a_release_is_told_with_its_offers(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop))
    heard: list[Any] = []
    listen_now(events.StockReturned, heard.extend)
    order = new_id()
    reserve(want(offer, buyer, order_id=order))
    catalog.release([order], now=T0)
    catalog.release([order], now=T0)
    assert [news.fact for news in heard] == [events.StockReturned((offer,))]


def test_a_payment_after_the_release_learns_that_the_goods_are_gone(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop))
    late, punctual = new_id(), new_id()
    reserve(want(offer, buyer, order_id=late), want(offer, buyer, order_id=punctual))
    catalog.release([late], now=T0)
    assert catalog.consume([late, punctual], now=T0) == [late]
    assert (states(late), states(punctual)) == (["released"], ["consumed"])


def test_a_cancelled_paid_order_gives_its_goods_back(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop))
    order = new_id()
    reserve(want(offer, buyer, 2, order_id=order))
    catalog.consume([order], now=T0)
    assert (keeper.tick(SOLD, T0), sold(offer)) == (1, 2)
    assert (keeper.tick(SOLD, T0), sold(offer)) == (0, 2), "counted once"
    catalog.release([order], now=T0)
    assert (card(offer).stock_left, sold(offer)) == (20, 0)


def test_all_or_nothing(shop: Stall, buyer: UUID) -> None:
    plenty, few = offer_ids(listed(shop, draft(variant("A"), variant("B", stock=1))))
    with pytest.raises(Refusal) as refused:
        reserve(want(plenty, buyer, 2), want(few, buyer, 2))
    assert (refused.value.code, refused.value.text.zh) == ("catalog.sold_out", "“圆领羊绒衫”只剩1件了。")
    assert (card(plenty).stock_left, card(few).stock_left) == (20, 1)
    assert fetch("SELECT id FROM catalog_reservation") == []


def test_one_cart_may_want_an_offer_twice(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop))
    order = new_id()
    reserve(want(offer, buyer, 2, order_id=order), want(offer, buyer, 3, order_id=order))
    assert fetch("SELECT quantity FROM catalog_reservation") == [{"quantity": 5}]
    assert card(offer).stock_left == 15


@pytest.mark.parametrize("quantity", [0, -1, 10_000])
def test_an_impossible_quantity_is_invalid(shop: Stall, buyer: UUID, quantity: int) -> None:
    [offer] = offer_ids(listed(shop))
    with pytest.raises(Invalid) as refused:
        reserve(want(offer, buyer, quantity))
    assert (refused.value.code, card(offer).stock_left) == ("catalog.quantity", 20)


def test_an_unknown_offer_is_not_found(buyer: UUID) -> None:
    with pytest.raises(NotFound):
        reserve(want(new_id(), buyer))


def test_a_limit_per_person_counts_all_orders_of_the_person(shop: Stall) -> None:
    [offer] = offer_ids(listed(shop, draft(variant(per_person_limit=2))))
    one, other = people(2)
    first = new_id()
    reserve(want(offer, one, order_id=first))
    catalog.consume([first], now=T0)
    reserve(want(offer, one))
    with pytest.raises(Refusal) as refused:
        reserve(want(offer, one))
    assert refused.value.code == "catalog.limit"
    assert card(offer).stock_left == 18, "the refusal gave back what it took"
    reserve(want(offer, other, 2))
    catalog.release([first], now=T0)
    reserve(want(offer, one))
    assert card(offer).stock_left == 16


def test_a_limit_counts_two_orders_of_one_checkout(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop, draft(variant(per_person_limit=3))))
    with pytest.raises(Refusal) as refused:
        reserve(want(offer, buyer, 2), want(offer, buyer, 2))
    assert (refused.value.code, card(offer).stock_left) == ("catalog.limit", 20)


def test_less_than_the_least_quantity_is_refused(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop, draft(variant(min_quantity=3))))
    with pytest.raises(Refusal) as refused:
        reserve(want(offer, buyer, 2))
    assert refused.value.code == "catalog.minimum"
    reserve(want(offer, buyer, 3))


def test_a_price_that_changed_is_refused_when_the_buyer_names_it(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop))
    asked = catalog.Want(offer, 1, new_id(), buyer, unit_minor=88_000)
    catalog.set_price(shop.shop_id, offer, Money(90_000, "CNY"), by=shop.owner_id, now=T0)
    with pytest.raises(Refusal) as refused:
        reserve(asked)
    assert (refused.value.code, card(offer).stock_left) == ("catalog.price_changed", 20)


def test_what_is_off_the_shelf_cannot_be_reserved(shop: Stall, buyer: UUID) -> None:
    listing = listed(shop)
    [offer] = offer_ids(listing)
    catalog.pause(shop.shop_id, listing, by=shop.owner_id, now=T0)
    with pytest.raises(Refusal) as refused:
        reserve(want(offer, buyer))
    assert (refused.value.code, refused.value.text) == (
        "catalog.closed",
        Text(zh="“圆领羊绒衫”现在不卖。", en="“Cashmere sweater” is not on sale now."),
    )


@pytest.mark.parametrize(("minutes", "open_then"), [(-1, False), (0, True), (59, True), (60, False)])
def test_an_offer_is_open_from_its_start_until_its_end(
    shop: Stall, buyer: UUID, minutes: int, open_then: bool
) -> None:
    listing = listed(shop)
    [variant_view] = catalog.listing(listing, now=T0).variants
    live = catalog.add_offer(
        shop.shop_id,
        catalog.OfferDraft(
            variant_view.id, "live", Money(70_000, "CNY"), 5, T0, T0 + timedelta(hours=1), source_kind="room"
        ),
        by=shop.owner_id,
        now=T0,
    )
    assert card(live, now=T0 + timedelta(minutes=minutes)).on_sale is open_then


def test_the_database_refuses_to_sell_more_than_there_is(shop: Stall) -> None:
    [offer] = offer_ids(listed(shop))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_offer SET stock_left = -1 WHERE id = %s", [offer])


def test_a_loser_costs_one_statement_and_a_winner_two(shop: Stall, buyer: UUID) -> None:
    [offer] = offer_ids(listed(shop, draft(variant(stock=1))))
    with CaptureQueriesContext(
        connection,
    ) as winner:
        reserve(want(offer, buyer))
    with CaptureQueriesContext(connection) as loser, pytest.raises(Refusal):
        reserve(want(offer, buyer))

    def count(queries: CaptureQueriesContext) -> int:
        return sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries)

    assert (count(winner), count(loser)) == (2, 1)
