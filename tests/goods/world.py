"""Small worlds for the tests of goods: persons, a shop, a listing, an offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model

from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from tests.conftest import T0


def people(count: int) -> list[UUID]:
    model = get_user_model()
    extra = {"joined_at": T0} if any(f.name == "joined_at" for f in model._meta.get_fields()) else {}
    ids = new_ids(count)
    model.objects.bulk_create(model(id=id, email=f"{id}@example.org", **extra) for id in ids)
    return ids


def person() -> UUID:
    return people(1)[0]


@dataclass
class Stall:
    shop_id: UUID
    owner_id: UUID


def stall(slug: str = "qingcao", *, currency: str = "CNY", now: datetime = T0) -> Stall:
    """An open shop and its owner; the category `knitwear` exists."""
    owner = person()
    draft = shops.ShopDraft(
        slug, Text(zh="青草羊绒", en="Qingcao"), Text(zh="", en=""), "mark", "内蒙古", currency=currency
    )
    catalog.add_category("knitwear", Text(zh="针织", en="Knitwear"))
    return Stall(shops.open_shop(draft, owner_id=owner, now=now), owner)


def variant(sku: str = "A", *, price: int = 88_000, stock: int = 20, **terms: object) -> catalog.VariantDraft:
    return catalog.VariantDraft(
        Text(zh="燕麦", en="Oat"),
        sku,
        300,
        Money(price, "CNY"),
        stock,
        **terms,
    )


def draft(
    *variants: catalog.VariantDraft,
    zh: str = "圆领羊绒衫",
    en: str = "Cashmere sweater",
    slug: str = "sweater",
    category: str = "knitwear",
) -> catalog.ListingDraft:
    return catalog.ListingDraft(
        slug,
        category,
        Text(zh=zh, en=en),
        Text(zh="暖", en="Warm"),
        "cashmere-sweater",
        variants or (variant(),),
    )


def listed(at: Stall, given: catalog.ListingDraft | None = None, *, now: datetime = T0) -> UUID:
    """A live listing; returns its id."""
    id = catalog.draft_listing(at.shop_id, given or draft(), by=at.owner_id, now=now)
    catalog.publish(at.shop_id, id, by=at.owner_id, now=now)
    return id


def offer_ids(listing_id: UUID, *, now: datetime = T0) -> list[UUID]:
    """Its open offers, in the order of variants."""
    return [offer.id for v in catalog.listing(listing_id, now=now).variants for offer in v.offers]


def card(offer_id: UUID, *, now: datetime = T0) -> catalog.OfferCard:
    return catalog.offers([offer_id], now=now)[offer_id]


def want(offer_id: UUID, person_id: UUID, quantity: int = 1, *, order_id: UUID | None = None) -> catalog.Want:
    return catalog.Want(offer_id, quantity, order_id or new_id(), person_id)
