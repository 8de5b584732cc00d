"""The cast: complete, in both languages, and of a piece."""

from __future__ import annotations

import re

import pytest

from sanhao.lab.demo.cast import CATEGORIES, LISTINGS, PEOPLE, SHOPS
from sanhao.lab.demo.shapes import Listing, Shop

KEYS = {person.key: person for person in PEOPLE}


def test_there_are_four_shops_and_two_dozen_listings_in_six_categories() -> None:
    assert (len(SHOPS), len(LISTINGS), len(CATEGORIES)) == (4, 24, 7)
    assert {listing.category for listing in LISTINGS} == {category.slug for category in CATEGORIES}


def test_nothing_is_called_by_the_same_name_twice() -> None:
    for names in (
        [listing.slug for listing in LISTINGS],
        [listing.picture for listing in LISTINGS] + [shop.mark.picture for shop in SHOPS],
        [variant.sku for listing in LISTINGS for variant in listing.variants],
        [person.key for person in PEOPLE],
        [person.email for person in PEOPLE],
    ):
        assert len(names) == len(set(names))


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.slug)
def test_a_listing_speaks_both_languages_and_can_be_bought_and_drawn(listing: Listing) -> None:
    for text in (listing.title, listing.text, *(variant.name for variant in listing.variants)):
        assert re.search(r"[\u4e00-\u9fff]", text.zh) or text.zh.startswith("500")
        assert not re.search(r"[\u4e00-\u9fff]", text.en)
    assert len(listing.title.zh) <= 30
    assert len(listing.title.en) <= 80
    assert re.fullmatch(r"[a-z0-9-]+", listing.slug)
    assert re.fullmatch(r"[a-z0-9-]+", listing.picture)
    assert all(re.fullmatch(r"#[0-9A-F]{6}", tone) for tone in listing.drawing.tones)
    assert len(listing.drawing.tones) >= 2
    for variant in listing.variants:
        assert variant.price.minor > 0
        assert variant.price.currency == "CNY"
        assert variant.weight_g > 0
        assert variant.stock > 0


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.slug)
def test_a_shop_has_people_freight_and_a_deposit(shop: Shop) -> None:
    assert KEYS[shop.owner].role == "owner"
    assert all(KEYS[key].role == role for key, role in shop.members)
    assert [zone.regions for zone in shop.freight][-1] == (), "the last zone is everywhere else"
    assert shop.deposit.minor > 0


def test_one_presale_one_custom_and_the_beer_sofa() -> None:
    assert [listing.slug for listing in LISTINGS if listing.ships_after_days] == ["first-combing-shawl"]
    assert [listing.slug for listing in LISTINGS if listing.special] == ["made-to-measure-cardigan"]
    assert [listing.title.zh for listing in LISTINGS if listing.picture == "beer-sofa"] == ["啤酒沙发"]
