"""What a variant costs and how much of it there is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sanhao.goods.catalog import core, stock
from sanhao.goods.catalog.core import OFFER, OfferDraft
from sanhao.goods.catalog.events import ListingChanged
from sanhao.goods.catalog.models import Offer
from sanhao.goods.shops import api as shops
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch


@transaction.atomic
def add_offer(shop_id: UUID, draft: OfferDraft, *, by: UUID, now: datetime) -> UUID:
    """A further offer of one of the shop's variants. Raises NotFound, Invalid."""
    shop = shops.require_member(shop_id, by, roles=shops.MANAGING).shop
    core.check_price(draft.price, shop.currency)
    core.check_stock(draft.stock)
    core.check_terms(draft.kind, draft.per_person_limit, draft.min_quantity, draft.ships_by_at)
    rows = fetch(
        "SELECT l.id FROM catalog_variant v JOIN catalog_listing l ON l.id = v.listing_id WHERE v.id = %s AND l.shop_id = %s",
        [draft.variant_id, shop_id],
    )
    if not rows:
        raise core.no_listing()
    offer = Offer.objects.create(
        id=new_id(), variant_id=draft.variant_id, kind=draft.kind, price_minor=draft.price.minor,
        currency=draft.price.currency, stock_left=draft.stock, per_person_limit=draft.per_person_limit,
        min_quantity=draft.min_quantity, starts_at=draft.starts_at, ends_at=draft.ends_at,
        ships_by_at=draft.ships_by_at, source_kind=draft.source_kind, source_id=draft.source_id,
    )  # fmt: skip
    emit([ListingChanged(rows[0]["id"], shop_id, "offer")], at=now)
    return offer.id


@transaction.atomic
def end_offer(shop_id: UUID, offer_id: UUID, *, by: UUID, now: datetime) -> None:
    """Take an offer off for good; what is reserved stays reserved. Raises NotFound, Refusal ``offer.moved_on``."""
    shops.require_member(shop_id, by, roles=shops.MANAGING)
    listing_id = _offer_of(shop_id, offer_id)["listing_id"]
    OFFER.move_one(offer_id, "ended", at=now, by=by)
    emit([ListingChanged(listing_id, shop_id, "offer")], at=now)


def _offer_of(shop_id: UUID, offer_id: UUID) -> dict[str, Any]:
    rows = fetch(
        """
        SELECT o.id, v.listing_id, l.title_zh, l.title_en FROM catalog_offer o
        JOIN catalog_variant v ON v.id = o.variant_id JOIN catalog_listing l ON l.id = v.listing_id
        WHERE o.id = %s AND l.shop_id = %s
        """,
        [offer_id, shop_id],
    )
    if not rows:
        raise core.no_offer()
    return rows[0]


@transaction.atomic
def set_price(shop_id: UUID, offer_id: UUID, price: Money, *, by: UUID, now: datetime) -> None:
    """Price an offer anew, for orders from now on. The same price writes no history. Raises NotFound, Invalid."""
    shop = shops.require_member(shop_id, by, roles=shops.MANAGING).shop
    core.check_price(price, shop.currency)
    listing_id = _offer_of(shop_id, offer_id)["listing_id"]
    if not stock.change(offer_id, "price", price.minor, by=by, now=now):
        return
    price_anew(listing_id)
    emit([ListingChanged(listing_id, shop_id, "price")], at=now)


def price_anew(listing_id: UUID) -> None:
    """What a listing costs from, after its offers changed."""
    execute(
        """
        UPDATE catalog_listing l SET price_from_minor = (
            SELECT min(o.price_minor) FROM catalog_variant v JOIN catalog_offer o ON o.variant_id = v.id
            WHERE v.listing_id = l.id AND o.state <> 'ended')
        WHERE l.id = %s
        """,
        [listing_id],
    )


@transaction.atomic
def set_stock(
    shop_id: UUID, offer_id: UUID, left: int, *, by: UUID, now: datetime, seen: int | None = None
) -> None:
    """Set what is left to sell. With *seen* only if that many are left still: a sale in between refuses the change.

    Raises NotFound, Invalid for less than nothing, Refusal ``offer.moved_on``.
    """
    shops.require_member(shop_id, by, roles=shops.MANAGING)
    core.check_stock(left)
    listing_id = _offer_of(shop_id, offer_id)["listing_id"]
    if stock.change(offer_id, "stock", left, by=by, now=now, seen=seen):
        emit([ListingChanged(listing_id, shop_id, "stock")], at=now)


@transaction.atomic
def set_price_and_stock(
    shop_id: UUID, offer_id: UUID, price: Money, left: int, *, by: UUID, now: datetime, seen: int
) -> None:
    """Both at once, or neither. The stock is set only if it is another one than was *seen*. Raises as the two do."""
    if left != seen:
        set_stock(shop_id, offer_id, left, by=by, now=now, seen=seen)
    set_price(shop_id, offer_id, price, by=by, now=now)
