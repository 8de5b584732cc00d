"""Goods: drafts, words, prices, stock that somebody else may just have bought, presales."""

from __future__ import annotations

import re

import pytest

from sanhao.goods.catalog import api as catalog
from sanhao.kit.sizes import Sides
from tests.conftest import T0
from tests.faces.workbench.stage import ZH, Bench, client_of, url, words
from tests.goods import world
from tests.service import stage

NEW = {
    "title_zh": "驼绒被", "title_en": "Camel quilt", "category": "knitwear", "text_zh": "", "text_en": "", "picture": "linen-quilt",
    "slug": "camel-quilt", "special": "", "variant_zh": "单人", "variant_en": "Single", "sku": "CQ-1", "weight_g": "1800",
    "price": "1,280", "stock": "4", "ships_by_at": "",
}  # fmt: skip


@pytest.fixture
def offer(bench: Bench) -> catalog.OfferCard:
    return world.card(bench.at.offers[0])


def _at(offer: catalog.OfferCard) -> str:
    return url(f"goods/{offer.listing_id}/offers/{offer.id}/")


def test_a_draft_is_made_and_published(bench: Bench) -> None:
    client = client_of(bench.manager)
    there = client.post(url("goods/new/"), NEW).headers["Location"]
    [draft] = catalog.listings_of_shop(bench.at.shop_id, now=T0, states=("draft",)).cards
    assert there == url(f"goods/{draft.id}/") and draft.title.en == "Camel quilt"
    assert client.post(url(f"goods/{draft.id}/state/"), {"to": "publish"}).status_code == 302
    [live] = catalog.listings_of_shop(bench.at.shop_id, now=T0, words="camel").cards
    assert (live.state, live.price_from) == ("live", stage.Money(128_000, "CNY"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"price": "a lot"}, "Please write an amount such as 12.30."), ({"slug": "Camel Quilt"}, "An address is made of"),
     ({"picture": "../seal"}, "Select a valid choice"), ({"title_en": ""}, "This field is required"),
     ({"category": "cars"}, "Select a valid choice"), ({"slug": "qingcao-sweater"}, "already has a listing at this address")],
)  # fmt: skip
def test_a_draft_that_cannot_be_keeps_what_was_typed(bench: Bench, wrong: dict[str, str], said: str) -> None:
    answer = client_of(bench.owner).post(url("goods/new/"), NEW | wrong)
    assert answer.status_code == 422 and said in words(answer)
    assert 'value="驼绒被"' in answer.content.decode()
    assert catalog.listings_of_shop(bench.at.shop_id, now=T0, states=("draft",)).cards == ()


def test_price_and_stock_are_set_in_one_row_and_can_be_put_back(
    bench: Bench, offer: catalog.OfferCard
) -> None:
    left = offer.stock_left
    form = {"price": "188", "stock": "7", "seen": str(left)}
    answer = client_of(bench.owner).post(_at(offer), form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert f"Put back 200.00 and {left} in stock" in words(answer)
    card = world.card(offer.id)
    assert (card.price.minor, card.stock_left) == (18_800, 7)
    back = {"price": "200.00", "stock": str(left), "seen": "7"}
    there = client_of(bench.owner).post(_at(offer), back).headers["Location"]
    assert there == url(f"goods/{offer.listing_id}/?saved={offer.id}&price=188.00&stock=7#offer-{offer.id}")
    assert "Put back 188.00 and 7 in stock" in words(client_of(bench.owner).get(there))


def test_a_sale_in_between_refuses_the_stock_and_says_what_is_left(
    bench: Bench, offer: catalog.OfferCard
) -> None:
    stage.paid(bench.at)
    form = {"price": "188", "stock": "60", "seen": str(offer.stock_left)}
    answer = client_of(bench.owner).post(_at(offer), form)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f"It has just changed: {offer.stock_left - 1} are left now." in words(answer)
    assert 'value="60"' in html and f'name="seen" value="{offer.stock_left - 1}"' in html
    assert world.card(offer.id).price == offer.price, "nothing was changed"


@pytest.mark.parametrize(
    ("price", "stock"), [("0", "5"), ("-1", "5"), ("10", "-5"), ("10", "many"), ("", "5")]
)
def test_a_row_that_cannot_be_saved_says_why(
    bench: Bench, offer: catalog.OfferCard, price: str, stock: str
) -> None:
    form = {"price": price, "stock": stock, "seen": str(offer.stock_left)}
    answer = client_of(bench.owner).post(_at(offer), form, headers={"HX-Request": "true"})
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert (world.card(offer.id).price, world.card(offer.id).stock_left) == (offer.price, offer.stock_left)


def test_a_listing_is_paused_published_and_closed(bench: Bench, offer: catalog.OfferCard) -> None:
    client, states = client_of(bench.owner), []
    for to in ("pause", "publish", "close"):
        client.post(url(f"goods/{offer.listing_id}/state/"), {"to": to})
        states.append(catalog.listing(offer.listing_id, now=T0, shop_id=bench.at.shop_id).card.state)
    assert states == ["paused", "live", "closed"]
    assert client.post(url(f"goods/{offer.listing_id}/state/"), {"to": "publish"}).status_code == 409


def test_words_are_changed_in_both_languages(bench: Bench, offer: catalog.OfferCard) -> None:
    words_ = {key: NEW[key] for key in ("title_zh", "title_en", "category", "text_zh", "text_en", "picture")}
    assert client_of(bench.owner).post(url(f"goods/{offer.listing_id}/"), words_).status_code == 302
    card = catalog.listing(offer.listing_id, now=T0).card
    assert (card.title.zh, card.title.en, card.picture) == ("驼绒被", "Camel quilt", "linen-quilt")


def test_a_presale_names_its_date_and_can_be_ended(bench: Bench, offer: catalog.OfferCard) -> None:
    client = client_of(bench.owner)
    at = url(f"goods/{offer.listing_id}/variants/{offer.variant_id}/presale/")
    form = {"price": "150", "stock": "30", "ships_by_at": "2026-04-20T18:00", "per_person_limit": "2"}
    assert client.post(at, {**form, "ships_by_at": ""}).status_code == 422
    assert client.post(at, form).status_code == 302
    view = catalog.listing(offer.listing_id, now=T0, shop_id=bench.at.shop_id)
    [presale] = [o for v in view.variants for o in v.offers if o.kind == "presale"]
    assert presale.ships_by_at is not None and presale.ships_by_at.isoformat() == "2026-04-20T10:00:00+00:00"
    assert "20 Apr, 18:00" in words(client.get(url(f"goods/{offer.listing_id}/")))
    assert client.post(url(f"goods/{offer.listing_id}/offers/{presale.id}/end/")).status_code == 302


@pytest.mark.parametrize(
    ("q", "found"),
    [("cashmere", True), ("羊絨", True), ("a", True), ("B", True), ("sofa", False), ("%00", True)],
)
def test_goods_are_found_by_title_or_sku(bench: Bench, q: str, found: bool) -> None:
    assert ("Cashmere sweater" in words(client_of(bench.owner).get(url(f"goods/?q={q}")))) is found


def test_a_live_listing_gets_another_variant(bench: Bench, offer: catalog.OfferCard) -> None:
    form = {
        "new-variant_zh": "雾蓝", "new-variant_en": "Mist", "new-sku": "MIST", "new-weight_g": "300",
        "new-price": "129.00", "new-stock": "4",
    }  # fmt: skip
    path = url(f"goods/{offer.listing_id}/variants/")
    assert client_of(bench.clerk).post(path, form).status_code == 403
    client = client_of(bench.manager)
    wrong = client.post(path, form | {"new-stock": "-1"})
    assert wrong.status_code == 422 and 'value="MIST"' in wrong.content.decode()
    answer = client.post(path, form)
    assert answer.status_code == 302
    said = words(client.get(answer.headers["Location"]))
    assert "The variant is there." in said and "Mist" in said
    twice = client.post(path, form)
    assert twice.status_code == 422 and "Two variants have the same SKU." in words(twice)


def test_another_shops_goods_cannot_be_touched(bench: Bench, offer: catalog.OfferCard) -> None:
    client = client_of(world.stall("peanest").owner_id)
    there = f"goods/{offer.listing_id}/"
    paths = ["", "state/", f"offers/{offer.id}/", f"variants/{offer.variant_id}/presale/"]
    found = [client.post(url(there + path, "peanest"), {"to": "close", **NEW}).status_code for path in paths]
    assert found == [404, 404, 404, 404]
    assert world.card(offer.id).on_sale


def test_goods_speak_chinese(bench: Bench, offer: catalog.OfferCard) -> None:
    said = words(client_of(bench.owner, ZH).get(url(f"goods/{offer.listing_id}/")))
    assert "价格和库存" in said and "暂时下架" in said


def test_a_shop_says_how_large_its_goods_are_packed(bench: Bench, offer: catalog.OfferCard) -> None:
    client = client_of(bench.manager)
    there = client.post(url("goods/new/"), NEW | {"packed_0": "60", "packed_1": "45,5", "packed_2": ""})
    assert there.status_code == 422
    sides = {"packed_0": "60", "packed_1": "45.5", "packed_2": "20"}
    some = client.post(url("goods/new/"), NEW | sides | {"packed_2": ""})
    assert some.status_code == 422 and "Give all three sides, or none." in words(some)
    assert 'value="45.5"' in some.content.decode()
    there = client.post(url("goods/new/"), NEW | sides).headers["Location"]
    assert "Single 1.8 kg · 60 × 45.5 × 20 cm" in words(client.get(there))
    [draft] = catalog.listings_of_shop(bench.at.shop_id, now=T0, states=("draft",)).cards
    [variant] = catalog.listing(draft.id, now=T0, shop_id=bench.at.shop_id).variants
    assert variant.packed == Sides(600, 455, 200)
    stands = client.get(there).content.decode()
    for n, side in enumerate(("60", "45.5", "20")):
        assert re.search(rf'name="packed_{n}" value="{side}"', stands), (
            "as it was typed, and saved again the same"
        )


def test_a_parcel_is_corrected_and_what_was_typed_stays_where_it_is_refused(
    bench: Bench, offer: catalog.OfferCard
) -> None:
    path = url(f"goods/{offer.listing_id}/variants/{offer.variant_id}/parcel/")
    client = client_of(bench.manager)
    for wrong in ("0", "1001", "NaN", "wide", "1e9"):
        sides = {"weight_g": "310", "packed_0": wrong, "packed_1": "20", "packed_2": "10"}
        answer = client.post(path, sides)
        assert answer.status_code == 422 and f'value="{wrong}"' in answer.content.decode(), wrong
    assert world.card(offer.id).packed is None
    said = {"weight_g": "320", "packed_0": "30", "packed_1": "20", "packed_2": "10"}
    assert client.post(path, said).status_code == 302
    assert (world.card(offer.id).weight_g, world.card(offer.id).packed) == (320, Sides(300, 200, 100))
    assert client.post(path, {"weight_g": "320"}).status_code == 302
    assert world.card(offer.id).packed is None
    strange = url(f"goods/{offer.listing_id}/variants/{offer.id}/parcel/")
    assert client.post(strange, said).status_code == 404
