"""Merchants list, price, stock and pause; only their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction

from sanhao.goods.catalog import api as catalog
from sanhao.goods.catalog.core import LISTING, OFFER, RESERVATION
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.sizes import Sides
from sanhao.kit.text import Text
from tests.conftest import T0
from tests.goods.world import Stall, card, draft, listed, offer_ids, person, stall, variant

pytestmark = pytest.mark.django_db
LATER = T0 + timedelta(hours=1)


@pytest.fixture
def shop() -> Stall:
    return stall()


def test_a_draft_is_seen_by_its_shop_only(shop: Stall) -> None:
    id = catalog.draft_listing(shop.shop_id, draft(), by=shop.owner_id, now=T0)
    with pytest.raises(NotFound):
        catalog.listing(id, now=T0)
    with pytest.raises(NotFound):
        catalog.listing(id, now=T0, shop_id=stall("other").shop_id)
    mine = catalog.listing(id, now=T0, shop_id=shop.shop_id)
    assert (mine.card.state, mine.card.title.zh, mine.text.en) == ("draft", "圆领羊绒衫", "Warm")
    [offer] = mine.variants[0].offers
    assert (offer.on_sale, offer.price, offer.stock_left) == (False, Money(88_000, "CNY"), 20)
    assert catalog.home(now=T0).newest == ()
    catalog.publish(shop.shop_id, id, by=shop.owner_id, now=LATER)
    assert catalog.listing(id, now=LATER).card.listed_at == LATER
    assert card(offer.id, now=LATER).on_sale is True


def test_paused_and_published_again_keeps_its_place(shop: Stall) -> None:
    id = listed(shop)
    catalog.pause(shop.shop_id, id, by=shop.owner_id, now=T0)
    view = catalog.listing(id, now=T0)
    assert (view.card.state, [offer.on_sale for v in view.variants for offer in v.offers]) == (
        "paused",
        [False],
    )
    assert catalog.category("knitwear", now=T0)[1].cards == ()
    with pytest.raises(Refusal):
        catalog.pause(shop.shop_id, id, by=shop.owner_id, now=T0)
    catalog.publish(shop.shop_id, id, by=shop.owner_id, now=LATER)
    assert catalog.listing(id, now=LATER).card.listed_at == T0
    catalog.close_listing(shop.shop_id, id, by=shop.owner_id, now=LATER)
    with pytest.raises(Refusal):
        catalog.publish(shop.shop_id, id, by=shop.owner_id, now=LATER)


def test_what_was_intercepted_is_not_published_by_its_shop(shop: Stall) -> None:
    id = listed(shop)
    LISTING.move([id], "intercepted", at=T0)
    with pytest.raises(Refusal):
        catalog.publish(shop.shop_id, id, by=shop.owner_id, now=T0)
    with pytest.raises(NotFound):
        catalog.listing(id, now=T0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"slug": "Sweater!"}, "catalog.slug"),
        ({"title": Text(zh="", en="Sweater")}, "catalog.title"),
        ({"title": Text(zh="衫" * 121, en="Sweater")}, "catalog.title"),
        ({"text": Text(zh="x\0", en="")}, "catalog.text"),
        ({"text": Text(zh="字" * 10_001, en="")}, "catalog.text"),
        ({"special": "magic"}, "catalog.special"),
        ({"category_slug": "weapons"}, "catalog.category_unknown"),
        ({"variants": ()}, "catalog.variants"),
        ({"variants": (variant("A"), variant("A"))}, "catalog.sku"),
        ({"variants": (variant(price=0),)}, "catalog.price"),
        ({"variants": (variant(price=-5),)}, "catalog.price"),
        ({"variants": (variant(stock=-1),)}, "catalog.stock"),
        ({"variants": (variant(per_person_limit=0),)}, "catalog.limits"),
        ({"variants": (variant(per_person_limit=1, min_quantity=2),)}, "catalog.limits"),
        ({"variants": (variant(kind="presale"),)}, "catalog.presale"),
        ({"variants": (variant(ships_by_at=LATER),)}, "catalog.presale"),
        ({"variants": (variant(kind="gift"),)}, "catalog.kind"),
    ],
)
def test_a_bad_draft_is_refused_and_nothing_is_written(
    shop: Stall, change: dict[str, object], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        catalog.draft_listing(
            shop.shop_id, msgspec.structs.replace(draft(), **change), by=shop.owner_id, now=T0
        )
    assert refused.value.code == code
    assert catalog.listings_of_shop(shop.shop_id, now=T0).cards == ()


def test_a_price_in_another_currency_is_refused() -> None:
    shop = stall("br", currency="BRL")
    with pytest.raises(Invalid) as refused:
        catalog.draft_listing(shop.shop_id, draft(), by=shop.owner_id, now=T0)
    assert refused.value.code == "catalog.currency"


def test_an_address_is_taken_once_per_shop(shop: Stall) -> None:
    listed(shop)
    with pytest.raises(Refusal) as refused:
        catalog.draft_listing(shop.shop_id, draft(), by=shop.owner_id, now=T0)
    assert refused.value.code == "catalog.slug_taken"
    listed(stall("other"))


def test_a_price_is_changed_with_its_history(shop: Stall) -> None:
    listing = listed(shop, draft(variant("A"), variant("B", price=99_000)))
    offer, _ = offer_ids(listing)
    catalog.set_price(shop.shop_id, offer, Money(120_000, "CNY"), by=shop.owner_id, now=T0)
    catalog.set_price(shop.shop_id, offer, Money(120_000, "CNY"), by=shop.owner_id, now=LATER)
    assert card(offer).price == Money(120_000, "CNY")
    assert catalog.offer_changes(offer) == [
        catalog.OfferChange("price", 88_000, 120_000, T0, shop.owner_id),
    ]
    assert catalog.listings([listing], now=T0)[0].price_from == Money(99_000, "CNY")
    with pytest.raises(Invalid):
        catalog.set_price(shop.shop_id, offer, Money(0, "CNY"), by=shop.owner_id, now=T0)
    with pytest.raises(Invalid):
        catalog.set_price(shop.shop_id, offer, Money(100, "USD"), by=shop.owner_id, now=T0)
    assert card(offer).price == Money(120_000, "CNY")


def test_stock_is_set_but_not_over_a_sale_in_between(shop: Stall) -> None:
    [offer] = offer_ids(listed(shop))
    catalog.set_stock(shop.shop_id, offer, 30, by=shop.owner_id, now=T0, seen=20)
    with pytest.raises(Refusal) as refused:
        catalog.set_stock(shop.shop_id, offer, 50, by=shop.owner_id, now=T0, seen=20)
    assert (refused.value.code, refused.value.text.en) == (
        "offer.moved_on",
        "It has just changed: 30 are left now.",
    )
    with pytest.raises(Invalid):
        catalog.set_stock(shop.shop_id, offer, -1, by=shop.owner_id, now=T0)
    assert card(offer).stock_left == 30
    catalog.set_stock(shop.shop_id, offer, 0, by=shop.owner_id, now=LATER)
    assert [(c.what, c.before, c.after) for c in catalog.offer_changes(offer)] == [
        ("stock", 30, 0),
        ("stock", 20, 30),
    ]


def test_history_is_not_rewritten(shop: Stall) -> None:
    [offer] = offer_ids(listed(shop))
    catalog.set_stock(shop.shop_id, offer, 3, by=shop.owner_id, now=T0)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        connection.cursor().execute("UPDATE catalog_offerchange SET after = 4")


def test_an_offer_that_ended_is_gone(shop: Stall) -> None:
    listing = listed(shop, draft(variant("A"), variant("B")))
    first, second = offer_ids(listing)
    catalog.end_offer(shop.shop_id, first, by=shop.owner_id, now=T0)
    assert (offer_ids(listing), card(first).on_sale) == ([second], False)
    with pytest.raises(Refusal):
        catalog.end_offer(shop.shop_id, first, by=shop.owner_id, now=T0)


def test_edited_words_are_found_and_the_old_ones_are_not(shop: Stall) -> None:
    id = listed(shop)
    catalog.edit_listing(
        shop.shop_id,
        id,
        catalog.ListingEdit(title=Text(zh="驼绒毯", en="Camel blanket")),
        by=shop.owner_id,
        now=T0,
    )
    assert [c.id for c in catalog.search("驼绒毯", lang="zh", now=T0).page.cards] == [id]
    assert catalog.search("cashmere", lang="en", now=T0).page.cards == ()
    assert catalog.listing(id, now=T0).text == Text(zh="暖", en="Warm")


VERBS: dict[str, Callable[[Stall, object, object, object], object]] = {
    "draft": lambda s, by, _l, _o: catalog.draft_listing(s.shop_id, draft(slug="x"), by=by, now=T0),
    "edit": lambda s, by, li, _o: catalog.edit_listing(
        s.shop_id,
        li,
        catalog.ListingEdit(picture="x"),
        by=by,
        now=T0,
    ),
    "publish": lambda s, by, li, _o: catalog.publish(s.shop_id, li, by=by, now=T0),
    "pause": lambda s, by, li, _o: catalog.pause(s.shop_id, li, by=by, now=T0),
    "close": lambda s, by, li, _o: catalog.close_listing(s.shop_id, li, by=by, now=T0),
    "price": lambda s, by, _l, o: catalog.set_price(s.shop_id, o, Money(1, "CNY"), by=by, now=T0),
    "stock": lambda s, by, _l, o: catalog.set_stock(s.shop_id, o, 1, by=by, now=T0),
    "variant": lambda s, by, li, _o: catalog.add_variant(s.shop_id, li, variant("Z"), by=by, now=T0),
    "end": lambda s, by, _l, o: catalog.end_offer(s.shop_id, o, by=by, now=T0),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_stranger_finds_nothing_to_touch(
    shop: Stall, verb: Callable[[Stall, object, object, object], object]
) -> None:
    """Neither as a stranger in this shop, nor through a shop of one's own."""
    listing = listed(shop)
    [offer] = offer_ids(listing)
    before = catalog.listing(listing, now=T0)
    other = stall("other")
    for by in (person(), other.owner_id):
        with pytest.raises(NotFound):
            verb(shop, by, listing, offer)
    if verb is not VERBS["draft"]:
        with pytest.raises(NotFound):
            verb(other, other.owner_id, listing, offer)
    assert catalog.listing(listing, now=T0) == before


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_clerk_changes_no_goods_and_a_manager_does(
    shop: Stall, verb: Callable[[Stall, object, object, object], object]
) -> None:
    """By the verbs themselves, whatever gate a face has."""
    if verb is VERBS["publish"]:
        listing = catalog.draft_listing(shop.shop_id, draft(), by=shop.owner_id, now=T0)
        offer = new_id()
    else:
        listing = listed(shop)
        [offer] = offer_ids(listing)
    before = catalog.listing(listing, now=T0, shop_id=shop.shop_id)
    clerk, manager = person(), person()
    shops.add_member(shop.shop_id, clerk, "clerk", by=shop.owner_id, now=T0)
    shops.add_member(shop.shop_id, manager, "manager", by=shop.owner_id, now=T0)
    with pytest.raises(Forbidden):
        verb(shop, clerk, listing, offer)
    assert catalog.listing(listing, now=T0, shop_id=shop.shop_id) == before
    assert len(catalog.listings_of_shop(shop.shop_id, now=T0).cards) == 1
    verb(shop, manager, listing, offer)


def test_a_clerk_makes_no_offer(shop: Stall) -> None:
    [view] = catalog.listing(listed(shop), now=T0).variants
    clerk = person()
    shops.add_member(shop.shop_id, clerk, "clerk", by=shop.owner_id, now=T0)
    given = catalog.OfferDraft(view.id, "shelf", Money(1, "CNY"), 5, T0)
    with pytest.raises(Forbidden):
        catalog.add_offer(shop.shop_id, given, by=clerk, now=T0)


def test_a_strangers_variant_takes_no_offer(shop: Stall) -> None:
    [view] = catalog.listing(listed(shop), now=T0).variants
    other = stall("other")
    given = catalog.OfferDraft(view.id, "shelf", Money(1, "CNY"), 5, T0)
    with pytest.raises(NotFound):
        catalog.add_offer(other.shop_id, given, by=other.owner_id, now=T0)


def test_a_live_listing_gets_another_variant_with_its_price_and_stock(shop: Stall) -> None:
    id = listed(shop)
    made = catalog.add_variant(
        shop.shop_id, id, variant("B", price=50_000, stock=3), by=shop.owner_id, now=LATER
    )
    view = catalog.listing(id, now=LATER)
    assert [(v.sku, v.id == made) for v in view.variants] == [("A", False), ("B", True)]
    [offer] = view.variants[1].offers
    assert (offer.on_sale, offer.price, offer.stock_left) == (True, Money(50_000, "CNY"), 3)
    assert view.card.price_from == Money(50_000, "CNY")


def test_a_variant_that_cannot_be_changes_nothing(shop: Stall) -> None:
    id = listed(shop)
    before = catalog.listing(id, now=T0)
    wrong = [variant("A"), variant("B", price=-1), variant("B", stock=-1), variant(""), variant("x" * 61)]
    for given in wrong:
        with pytest.raises(Invalid):
            catalog.add_variant(shop.shop_id, id, given, by=shop.owner_id, now=T0)
    assert catalog.listing(id, now=T0) == before
    many = listed(shop, draft(*(variant(f"V{n}") for n in range(60)), slug="many"))
    with pytest.raises(Invalid):
        catalog.add_variant(shop.shop_id, many, variant("V60"), by=shop.owner_id, now=T0)
    catalog.close_listing(shop.shop_id, id, by=shop.owner_id, now=T0)
    with pytest.raises(NotFound):
        catalog.add_variant(shop.shop_id, id, variant("B"), by=shop.owner_id, now=T0)


def test_lifecycles_end_where_they_should() -> None:
    assert (LISTING.final, OFFER.final, RESERVATION.final) == ({"closed"}, {"ended"}, {"released"})
    assert RESERVATION.allows("consumed", "released")
    assert not RESERVATION.allows("released", "consumed")


def test_saved_listings_are_the_persons_own(shop: Stall) -> None:
    id, second = listed(shop), listed(shop, draft(slug="b"))
    me, you = person(), person()
    for _ in range(2):
        catalog.save(me, id, now=T0)
    catalog.save(me, second, now=LATER)
    assert [c.id for c in catalog.saved(me, now=LATER).cards] == [second, id]
    assert (catalog.saved_ids(me), catalog.saved_ids(you)) == (frozenset({id, second}), frozenset())
    catalog.unsave(me, id)
    catalog.unsave(me, id)
    assert catalog.saved_ids(me) == {second}
    with pytest.raises(NotFound):
        catalog.save(me, new_id(), now=T0)


# ---- how large it is packed ---------------------------------------------------------------------------------------------


def test_a_variant_says_how_large_it_is_packed_or_nothing(shop: Stall) -> None:
    id = listed(shop, draft(variant("A", packed=Sides(600, 400, 200)), variant("B")))
    large, silent = catalog.listing(id, now=T0).variants
    assert (large.packed, silent.packed) == (Sides(600, 400, 200), None)
    assert [one.packed for v in (large, silent) for one in v.offers] == [large.packed, None]
    catalog.set_parcel(shop.shop_id, id, silent.id, 450, Sides(1, 2, 10_000), by=shop.owner_id, now=T0)
    catalog.set_parcel(shop.shop_id, id, large.id, 0, None, by=shop.owner_id, now=T0)
    now = {v.sku: (v.weight_g, v.packed) for v in catalog.listing(id, now=T0).variants}
    assert now == {"A": (0, None), "B": (450, Sides(1, 2, 10_000))}


@pytest.mark.parametrize(
    ("grams", "packed"),
    [
        (300, Sides(0, 1, 1)),
        (300, Sides(1, 1, 10_001)),
        (300, Sides(-1, 1, 1)),
        (-1, None),
        (2_000_001, None),
    ],
)
def test_a_parcel_that_nothing_has_is_refused(shop: Stall, grams: int, packed: Sides | None) -> None:
    id = listed(shop)
    before = catalog.listing(id, now=T0)
    with pytest.raises(Invalid):
        catalog.set_parcel(shop.shop_id, id, before.variants[0].id, grams, packed, by=shop.owner_id, now=T0)
    assert catalog.listing(id, now=T0) == before


def test_nobody_else_says_how_large_a_shops_goods_are(shop: Stall) -> None:
    id, other = listed(shop), stall("other")
    [one] = catalog.listing(id, now=T0).variants
    of_other = catalog.listing(listed(other), now=T0).variants[0].id
    for shop_id, variant_id, by, no in (
        (shop.shop_id, one.id, other.owner_id, NotFound),
        (other.shop_id, one.id, other.owner_id, NotFound),
        (shop.shop_id, of_other, shop.owner_id, NotFound),
    ):
        with pytest.raises(no):
            catalog.set_parcel(shop_id, id, variant_id, 1, None, by=by, now=T0)
    assert catalog.listing(id, now=T0).variants == (one,)


@pytest.mark.parametrize("sides", ["{1,2}", "{1,2,0}", "{1,2,NULL}", "{{1,2,3}}", "{}", "{1,2,3,4}"])
def test_the_database_knows_three_sides_or_none(shop: Stall, sides: str) -> None:
    listed(shop)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_variant SET packed_mm = %s::int[]", [sides])
